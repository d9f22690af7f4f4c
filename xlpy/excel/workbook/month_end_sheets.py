"""The sheets of the month end as data, beside those of the batch: what is signed, what is accrued."""

from __future__ import annotations

from xlpy.excel.workbook.sheet import CellKind, Column, Part, Sheet

TIE_OUT = Sheet(
    "Tie-out",
    "TieOut",
    "Manage, posting ledger, subledgers and general ledger of a period, by account",
    Part.RESULT,
    (
        Column("State", width=14),
        Column("Line", width=12),
        Column("Period", width=10),
        Column("Area", width=13),
        Column("Account", width=11),
        Column("Sub", width=12),
        Column("Name", CellKind.WRAP, 26),
        Column("Manage", CellKind.MONEY, 15),
        Column("Posting ledger", CellKind.MONEY, 15),
        Column("From Manage in SL", CellKind.MONEY, 15),
        Column("Other in SL", CellKind.MONEY, 15),
        Column("Not posted", CellKind.MONEY, 15),
        Column("General ledger", CellKind.MONEY, 15),
        Column("Difference", CellKind.MONEY, 14),
        Column("Transaction", CellKind.WRAP, 20),
        Column("SL batch", width=12),
        Column("Reference", width=15),
        Column("Message", CellKind.WRAP, 44),
    ),
    hint="Base currency, debits positive. Accounts that differ come first, transactions below them. To be signed.",
    signed=True,
)

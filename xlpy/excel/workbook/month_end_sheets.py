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
        Column("Line", width=11),
        Column("Period", width=10),
        Column("Area", width=12),
        Column("Account", width=11),
        Column("Sub", width=12),
        Column("Name", CellKind.WRAP, 18),
        Column("Manage", CellKind.MONEY, 14),
        Column("Posting ledger", CellKind.MONEY, 14),
        Column("From Manage in SL", CellKind.MONEY, 17),
        Column("Other in SL", CellKind.MONEY, 14),
        Column("Not posted", CellKind.MONEY, 14),
        Column("General ledger", CellKind.MONEY, 14),
        Column("Difference", CellKind.MONEY, 14),
        Column("Transaction", CellKind.WRAP, 16),
        Column("SL batch", width=12),
        Column("Reference", width=15),
        Column("Message", CellKind.WRAP, 44),
    ),
    hint="Base currency, debits positive. Accounts that differ come first, transactions below them. To be signed.",
    signed=True,
)

ACCRUALS = Sheet(
    "Accruals",
    "Accruals",
    "What belongs to the period and is not in the books yet; and what customers have paid ahead",
    Part.RESULT,
    (
        Column("Section", width=22),
        Column("Period", width=10),
        Column("Kind", width=12),
        Column("Age", width=14),
        Column("Count", CellKind.COUNT, 8),
        Column("Transaction", CellKind.WRAP, 18),
        Column("Date", CellKind.DATE, 11),
        Column("Customer/Vendor", width=16),
        Column("Name", CellKind.WRAP, 20),
        Column("Account", width=11),
        Column("Sub", width=12),
        Column("Amount", CellKind.MONEY, 14),
        Column("Currency", width=10),
        Column("Base amount", CellKind.MONEY, 14, total=True),
        Column("Base difference", CellKind.MONEY, 14),
        Column("Message", CellKind.WRAP, 40),
    ),
    hint="Filter Section. Received, not invoiced: debit Account by Base amount, credit your accrual account.",
    signed=True,
)

MAPPINGS = Sheet(
    "Mappings",
    "Mappings",
    "Every active master of Manage with its SL partner, before a transaction needs it",
    Part.WORK,
    (
        Column("State", width=16),
        Column("Kind", width=13),
        Column("Record", width=15),
        Column("Name", CellKind.WRAP, 24),
        Column("Value in Manage", CellKind.WRAP, 15),
        Column("Partner in SL", CellKind.WRAP, 15),
        Column("Likeliest in SL", width=14),
        Column("Why likely", CellKind.WRAP, 18),
        Column("What", CellKind.WRAP, 25),
        Column("How to fix", CellKind.WRAP, 28),
        Column("Where", CellKind.WRAP, 22),
    ),
    hint="What is missing comes first within each kind. Likeliest is a proposal: type it in Manage where it is right.",
)

"""The three sheets where one marks: what is unposted in Manage, as data.

From left to right: the mark and what a row is known by, which stay in sight; what it is worth; the program's words
and the user's own; all the rest.
"""

from __future__ import annotations

from xlpy.domain.values.statuses import Include
from xlpy.excel.workbook.links import ADDRESS, open_formula
from xlpy.excel.workbook.sheet import CellKind, Column, Part, Sheet

INCLUDE_CHOICES = (Include.YES, Include.AGAIN)

INCLUDE_COLUMN = Column("Include", CellKind.TEXT, 9, choices=INCLUDE_CHOICES, input=True, hint="Yes, Again or empty")
MESSAGE_COLUMN = Column("Message", CellKind.WRAP, 36)
_STATUS = Column("Status", CellKind.TEXT, 15.5)
# The user's own words about a row: another open period for this document, its SL batch on hold.
NOTE = "Notes"
_NOTES = Column(NOTE, CellKind.WRAP, 24, input=True, hint="Yours alone: it stays with the transaction")
_PERIOD = Column("Period", width=10, input=True, hint="Another open period for this row alone, such as 11-2026")
_HOLD = Column("Hold", width=8, choices=(Include.YES,), input=True, hint="Yes: its SL batch is put on hold")

INVOICES = Sheet(
    "Invoices",
    "Invoices",
    "Unposted invoices and credit memos of Manage",
    Part.WORK,
    (
        INCLUDE_COLUMN,
        _STATUS,
        Column("Number", width=11),
        Column("Open", CellKind.LINK, 8, formula=open_formula("Invoices")),
        Column("Company", width=26),
        Column("Type", width=14),
        Column("Date", CellKind.DATE, 11),
        Column("Due", CellKind.DATE, 11),
        Column("Total", CellKind.MONEY, 14),
        Column("Currency", width=10),
        Column("Base total", CellKind.MONEY, 14, total=True),
        MESSAGE_COLUMN,
        _NOTES,
        _PERIOD,
        _HOLD,
        Column("Subtotal", CellKind.MONEY, 14),
        Column("Tax", CellKind.MONEY, 12),
        Column("Tax code", width=11),
        Column("Terms", width=16),
        Column("Location", width=12),
        Column("Customer id", width=13),
        Column("Expected period", width=11),
        Column("SL reference", width=13),
        Column(ADDRESS, width=16),
        Column("Id", width=12),
    ),
    key="Id",
    hint="Filter, then write Yes under Include (or press Select all). Again posts anew what is void or gone in SL.",
    frozen="Company",
)

EXPENSES = Sheet(
    "Expenses",
    "Expenses",
    "Unposted expenses of members in Manage",
    Part.WORK,
    (
        INCLUDE_COLUMN,
        _STATUS,
        Column("Member", width=20),
        Column("Open", CellKind.LINK, 8, formula=open_formula("Expenses")),
        Column("Company", width=26),
        Column("Date", CellKind.DATE, 11),
        Column("Type", width=14),
        Column("Total", CellKind.MONEY, 13),
        Column("Currency", width=10),
        Column("Company-paid", width=11),
        MESSAGE_COLUMN,
        _NOTES,
        _PERIOD,
        _HOLD,
        Column("Charge", CellKind.WRAP, 30),
        Column("Classification", width=16),
        Column("Payment method", width=16),
        Column("Vendor nbr", width=12),
        Column("Account", width=12),
        Column("Location", width=12),
        Column(ADDRESS, width=16),
        Column("Id", width=10),
    ),
    key="Id",
    hint="Write Yes under Include (or press Select all). What the company paid itself is not owed to the member.",
    frozen="Company",
)

INVENTORY = Sheet(
    "Inventory",
    "Inventory",
    "Unposted receipts, adjustments and transfers of Manage",
    Part.WORK,
    (
        INCLUDE_COLUMN,
        _STATUS,
        Column("Document", CellKind.WRAP, 24),
        Column("Open", CellKind.LINK, 8, formula=open_formula("Inventory")),
        Column("Vendor", width=26),
        Column("Kind", width=12),
        Column("Date", CellKind.DATE, 11),
        Column("Quantity", CellKind.QUANTITY, 10),
        Column("Total", CellKind.MONEY, 13),
        Column("Currency", width=10),
        MESSAGE_COLUMN,
        _NOTES,
        _PERIOD,
        _HOLD,
        Column("Vendor invoice", width=19),
        Column("Description", width=22),
        Column("From", width=13),
        Column("To", width=13),
        Column("PO", width=13),
        Column("Packing slip", width=15),
        Column("Vendor id", width=11),
        Column("Location", width=12),
        Column(ADDRESS, width=16),
        Column("Id", width=26),
    ),
    key="Id",
    hint="Write Yes under Include (or press Select all). A receipt becomes a voucher, a return a debit adjustment.",
    frozen="Vendor",
)

GONE_NOTES = Sheet(
    "Notes",
    "Notes",
    "Your notes about transactions that are no longer on their sheet",
    Part.WORK,
    (
        Column("State", width=11),
        Column("Sheet", width=12),
        Column("Transaction", CellKind.WRAP, 24),
        Column("Company", width=28),
        Column(NOTE, CellKind.WRAP, 60, input=True, hint="Yours: it comes back with the transaction"),
        Column("Since", CellKind.TIME, 17),
        Column("Id", width=22),
    ),
    key="Id",
    hint="Kept by Refresh. Comes back with the transaction; delete the rows that you no longer need.",
    counted=NOTE,
)

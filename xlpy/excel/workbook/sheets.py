"""The sheets of the workbook as data: names, tables, columns. Code walks over them; nothing else names a column."""

from __future__ import annotations

from xlpy.domain.values.statuses import Include
from xlpy.excel.workbook.home_cells import Home
from xlpy.excel.workbook.links import TRANSACTION_ID, to_preview_formula, to_row_formula
from xlpy.excel.workbook.month_end_sheets import ACCRUALS, MAPPINGS, TIE_OUT
from xlpy.excel.workbook.sheet import CellKind, Column, Part, Sheet
from xlpy.excel.workbook.work_sheets import EXPENSES, GONE_NOTES, INCLUDE_COLUMN, INVENTORY, INVOICES

PROBLEMS = Sheet(
    "Mapping check",
    "Problems",
    "What the checks found, and where to mend it",
    Part.WORK,
    (
        Column("Severity", width=10),
        Column("Code", width=20),
        Column("What", CellKind.WRAP, 38),
        Column("Transaction", CellKind.WRAP, 17),
        Column("Row", CellKind.LINK, 10, formula=to_row_formula("Problems")),
        Column("Value in Manage", CellKind.WRAP, 17),
        Column("Value in SL", CellKind.WRAP, 17),
        Column("How to fix", CellKind.WRAP, 40),
        Column("Where", CellKind.WRAP, 25),
        Column("Count", CellKind.COUNT, 8),
        Column(TRANSACTION_ID, width=18),
    ),
    hint="Mend what says Stop, where it says, and check again. Create: will be made in SL. Note: only to know.",
)

PREVIEW = Sheet(
    "Preview",
    "Preview",
    "The journal that would be written, and what SL makes at release",
    Part.WORK,
    (
        Column("Document", width=10),
        Column("Reference", width=12),
        Column("Date", CellKind.DATE, 11),
        Column("Customer/Vendor", width=16),
        Column("Name", width=18),
        Column("Account", width=11),
        Column("Account name", width=22),
        Column("Sub", width=11),
        Column("Debit", CellKind.MONEY, 14),
        Column("Credit", CellKind.MONEY, 14),
        Column("Currency", width=9),
        Column("Document total", CellKind.MONEY, 14),
        Column("Check", width=13),
        Column("Period", width=10),
        Column("DocType", width=8),
        Column("Source", width=17),
        Column("Description", CellKind.TEXT, 32),
        Column("Transaction", width=22),
        Column("Base debit", CellKind.MONEY, 14, total=True),
        Column("Base credit", CellKind.MONEY, 14, total=True),
        Column("Tax id", width=11),
        Column("Due", CellKind.DATE, 11),
        Column("Terms", width=7),
        Column("Vendor invoice", width=15),
        Column("Module", width=8),
        Column("SL batch", CellKind.COUNT, 9),
        Column("1099 box", width=8),
    ),
    hint="Nothing is written yet. Check: debits and credits of the Document agree. Made at release: SL's own lines.",
)

PRACTICE = Sheet(
    "Practice",
    "Practice",
    "What SL's own release says of each document; nothing of it was written",
    Part.WORK,
    (
        Column("Verdict", width=22),
        Column("Message", CellKind.WRAP, 34),
        Column("How to fix", CellKind.WRAP, 32),
        Column("SL message", width=11),
        Column("DocType", width=8),
        Column("Reference", width=12),
        Column("Transaction", CellKind.WRAP, 16),
        Column("Customer/Vendor", width=16),
        Column("Amount", CellKind.MONEY, 14),
        Column("Currency", width=9),
        Column("Base difference", CellKind.MONEY, 14, total=True),
        Column("Module", width=8),
        Column("Period", width=10),
        Column("Id", CellKind.WRAP, 22),
    ),
    hint="Tried and rolled back. Base difference: what SL would post beside the preview, over all accounts.",
)

RESULTS = Sheet(
    "Results",
    "Results",
    "What every run did, newest on top",
    Part.RESULT,
    (
        Column("Run", width=21),
        Column("Batch identifier", width=18),
        Column("Status", width=15),
        Column("Message", CellKind.WRAP, 26),
        Column("Kind", width=12),
        Column("Transaction", width=13),
        Column("Amount", CellKind.MONEY, 14),
        Column("Currency", width=9),
        Column("Module", width=8),
        Column("SL batch", width=10),
        Column("DocType", width=8),
        Column("Reference", width=12),
        Column("Period", width=10),
        Column("Exported at", CellKind.TIME, 17),
        Column("Journal", CellKind.LINK, 10, formula=to_preview_formula("Results", Home.RESULTS_OF)),
    ),
    hint="Your audit record: appended by every run, never overwritten.",
)

RERUN = Sheet(
    "Rerun",
    "Rerun",
    "What a rerun of an earlier batch finds, and what it would post",
    Part.WORK,
    (
        INCLUDE_COLUMN,
        Column("State", width=15),
        Column("Message", CellKind.WRAP, 34),
        Column("Kind", width=12),
        Column("Number", width=14),
        Column("Company", width=24),
        Column("Date", CellKind.DATE, 11),
        Column("Total", CellKind.MONEY, 14),
        Column("Currency", width=10),
        Column("SL batch", width=12),
        Column("DocType", width=9),
        Column("Reference", width=12),
        Column("State in SL", width=14),
        Column("Id", width=26),
    ),
    key="Id",
    hint="Missing is posted when Include says Yes; what is void or deleted in SL only when it says Again.",
)

BATCHES = Sheet(
    "Batches",
    "Batches",
    "The batches of Manage, and what became of them in SL",
    Part.RESULT,
    (
        Column("Identifier", width=24),
        Column("Kinds", width=20),
        Column("Created", CellKind.TIME, 17),
        Column("Created by", width=16),
        Column("Documents", CellKind.COUNT, 15),
        Column("Amount", CellKind.MONEY, 15),
        Column("Currency", width=10),
        Column("Closed", width=9),
        Column("State in SL", width=14),
        Column("SL batches", CellKind.WRAP, 28),
        Column("Message", CellKind.WRAP, 32),
    ),
    hint="Copy an identifier to Home, Earlier batch, then press Rerun batch, Undo batch or Reconcile.",
)

RECONCILE = Sheet(
    "Reconcile",
    "Reconcile",
    "Manage's batches, the posting ledger and SL, to the cent",
    Part.RESULT,
    (
        Column("State", width=16),
        Column("Message", CellKind.WRAP, 26),
        Column("Kind", width=12),
        Column("Transaction", width=25),
        Column("Company", width=20),
        Column("Currency", width=10),
        Column("Manage", CellKind.MONEY, 14),
        Column("Posting ledger", CellKind.MONEY, 14),
        Column("SL", CellKind.MONEY, 14),
        Column("Difference", CellKind.MONEY, 14),
        Column("Base in SL", CellKind.MONEY, 14, total=True),
        Column("Base in GL", CellKind.MONEY, 14, total=True),
        Column("Batch identifier", width=20),
        Column("Customer/Vendor", width=16),
        Column("SL batch", width=12),
        Column("Reference", width=14),
        Column("Period", width=10),
        Column("Id", width=26),
    ),
    hint="Filter State for what does not agree. Differs, missing, voided and changed say where to look.",
)

PAYMENTS = Sheet(
    "Payments",
    "Payments",
    "What SL says is paid, and what Manage says now",
    Part.RESULT,
    (
        Column("Take over", width=11, choices=(Include.YES,), input=True, hint="Yes: treat the payment there as ours"),
        Column("Status", width=16),
        Column("Message", CellKind.WRAP, 25),
        Column("Invoice", width=12),
        Column("Customer", width=12),
        Column("Total", CellKind.MONEY, 14),
        Column("Currency", width=10),
        Column("Cash", CellKind.MONEY, 12),
        Column("Discount", CellKind.MONEY, 12),
        Column("Write-off", CellKind.MONEY, 12),
        Column("Credit memo", CellKind.MONEY, 13),
        Column("SL balance", CellKind.MONEY, 14),
        Column("Paid in Manage after", CellKind.MONEY, 17),
        Column("Manage balance", CellKind.MONEY, 14),
        Column("Paid in Manage before", CellKind.MONEY, 18),
        Column("Credits in Manage before", CellKind.MONEY, 20),
        Column("Credits in Manage after", CellKind.MONEY, 19),
        Column("Paid in full on", CellKind.DATE, 15),
        Column("Not matched because", CellKind.WRAP, 34),
        Column("Id", width=12),
    ),
    key="Id",
    hint="One payment per invoice, in the invoice's currency. Take over: Yes adopts a payment that is not ours yet.",
    counted="Status",  # an invoice that Manage does not have has no Id
)

SETUP = Sheet(
    "Setup",
    "Setup",
    "The set-up of both systems, line by line",
    Part.RESULT,
    (
        Column("Verdict", width=15),
        Column("Area", width=12),
        Column("What", CellKind.WRAP, 34),
        Column("Says", CellKind.WRAP, 42),
        Column("What it means", CellKind.WRAP, 46),
        Column("How to fix", CellKind.WRAP, 52),
    ),
    hint="Problems come first. Could not tell: the check itself was not possible, and says why.",
)

LOG = Sheet(
    "Log",
    "Log",
    "What happened, in order",
    Part.RESULT,
    (
        Column("Time", CellKind.TIME, 17),
        Column("Step", width=16),
        Column("Level", width=9),
        Column("Text", CellKind.WRAP, 110),
    ),
    hint="The steps of the last run. Errors say what to do; the full log is a file.",
)

SHEETS: tuple[Sheet, ...] = (
    *(INVOICES, EXPENSES, INVENTORY, PROBLEMS, PREVIEW, PRACTICE, RESULTS),
    *(BATCHES, RERUN, RECONCILE, TIE_OUT, ACCRUALS, MAPPINGS, PAYMENTS, GONE_NOTES, SETUP, LOG),
)  # between Home and About

RECONCILED_BLOCK = "xlpy_Reconciled"  # Reconcile, above the header: how much of what Manage has arrived where
RECONCILED_STEPS = ("Manage", "Posting ledger", "SL", "Base in GL")  # the columns that have a bar above them

"""The named cells of Home and About, and what can be chosen there: data; ``home_sheet`` lays them out."""

from __future__ import annotations

from enum import StrEnum

from xlpy.excel.workbook.sheet import CellKind

HOME_SHEET, ABOUT_SHEET = "Home", "About"


class Home(StrEnum):
    """Named cells of the Home and About sheets (workbook-level names)."""

    COMPANY = "xlpy_Company"
    SITE = "xlpy_Site"
    LAST_REFRESH = "xlpy_LastRefresh"
    BASE_CURRENCY = "xlpy_BaseCurrency"
    LOCATION = "xlpy_Location"
    THROUGH_DATE = "xlpy_ThroughDate"
    AR_CURRENT = "xlpy_ArCurrent"
    AR_CLOSED = "xlpy_ArClosed"
    AP_CURRENT = "xlpy_ApCurrent"
    AP_CLOSED = "xlpy_ApClosed"
    IN_CURRENT = "xlpy_InCurrent"
    IN_CLOSED = "xlpy_InClosed"
    GL_CURRENT = "xlpy_GlCurrent"
    GL_CLOSED = "xlpy_GlClosed"
    EXPORT_INVOICES = "xlpy_ExportInvoices"
    EXPORT_EXPENSES = "xlpy_ExportExpenses"
    EXPORT_INVENTORY = "xlpy_ExportInventory"
    DETAIL = "xlpy_InvoiceDetail"
    PERIOD = "xlpy_PeriodToPost"
    BATCH_IDENTIFIER = "xlpy_BatchIdentifier"
    PREVIEW_HASH = "xlpy_PreviewHash"
    PREVIEW_OF = "xlpy_PreviewOf"
    EARLIER_BATCH = "xlpy_EarlierBatch"
    CONFIRM = "xlpy_Confirm"
    SYNC_START = "xlpy_SyncStart"
    SYNC_FROM = "xlpy_SyncFrom"
    RERUN_HASH = "xlpy_RerunHash"
    LAST_RUN = "xlpy_LastRun"
    LAST_BUTTON = "xlpy_LastButton"
    LAST_RUN_AT = "xlpy_LastRunAt"
    LAST_RUN_TEXT = "xlpy_LastRunText"
    RESULTS_OF = "xlpy_ResultsOf"
    RECONCILE_OF = "xlpy_ReconcileOf"
    PAYMENTS_OF = "xlpy_PaymentsOf"
    LOG_OF = "xlpy_LogOf"
    SETUP_OF = "xlpy_SetupOf"
    PROFILE = "xlpy_Profile"
    VERSION = "xlpy_Version"
    USER = "xlpy_User"
    CONNECTIONS = "xlpy_Connections"
    SETTINGS = "xlpy_Settings"


OWN_RUN = {
    "Results": Home.RESULTS_OF,
    "Reconcile": Home.RECONCILE_OF,
    "Payments": Home.PAYMENTS_OF,
    "Log": Home.LOG_OF,
    "Setup": Home.SETUP_OF,
}  # table → hidden cell of Home with the words of what the sheet shows, for its line 3; the others: Home's batch
HOME_INPUTS = (
    Home.LOCATION,
    Home.THROUGH_DATE,
    Home.EXPORT_INVOICES,
    Home.EXPORT_EXPENSES,
    Home.EXPORT_INVENTORY,
    Home.DETAIL,
    Home.PERIOD,
    Home.BATCH_IDENTIFIER,
    Home.EARLIER_BATCH,
    Home.SYNC_START,
    Home.SYNC_FROM,
    Home.CONFIRM,
)
SYNC_STARTS = ("Last successful run", "Past week", "Past two weeks", "Past month", "Custom date", "Everything")
PERIOD_CHOICES = ("By document date", "By document date, closed → current", "Current")
DETAIL_CHOICES = ("Default", "Condensed", "Detailed")
YES_NO = ("Yes", "No")
ALL_LOCATIONS = "All locations"

INCLUDED_BLOCK = "xlpy_Included"  # Home: kinds and currencies of the rows; formulas beside it count what is included
INCLUDED_ROWS = 8  # rows of that block; empty ones stay empty
INCLUDED_SUMS = "xlpy_IncludedSums"  # Home, beside it: count and total of what is included, total of what is shown
CUSTOMERS_BLOCK = "xlpy_Customers"  # Home, hidden columns: customers and currencies of the invoices that are shown
CUSTOMERS_ROWS = 200  # rows of that block; those with the most invoices, where there are more
CUSTOMER_SUMS = "xlpy_CustomerSums"  # beside it: count and total of what is included, and the total to rank by
CUSTOMERS_SHOWN = 6  # those with the largest totals, on Home; the rest is one line
AGEING_BLOCK = "xlpy_Ageing"  # Home: unposted base amount by kind and age; the picture draws it
AGEING_KINDS = (
    "Invoices",
    "Expenses",
    "Inventory",
)  # one row of the ageing block each: the kind, then one amount per age
AGES = ("0–30 days", "31–60 days", "61–90 days", "Over 90 days")
LOCATIONS_LIST = "xlpy_Locations"  # Home, hidden column: what the Location list offers; one column, LOCATIONS_ROWS
LOCATIONS_ROWS = 60
PERIODS_LIST = "xlpy_Periods"  # Home, hidden column: PERIOD_CHOICES

# What Home and About have, line by line: name, label, what it holds, and what is said beside it.
STEPS = (
    ("Refresh", "reads what is not yet posted."),
    ("Include", "mark rows on Invoices, Expenses and Inventory."),
    ("Check mappings", "lists what must be mended, and where."),
    ("Preview", "shows the exact documents SL would get."),
    ("Run export", "writes unreleased batches, then marks Manage."),
)

COMPANY_LINES = (
    (Home.COMPANY, "SL company", CellKind.TEXT),
    (Home.SITE, "Manage site", CellKind.TEXT),
    (Home.LAST_REFRESH, "Last refresh", CellKind.TIME),
)
INPUT_LINES = (
    (Home.LOCATION, "Location", CellKind.TEXT, "those that have transactions"),
    (Home.THROUGH_DATE, "Through date", CellKind.DATE, "empty: everything"),
    (Home.EXPORT_INVOICES, "Export invoices", CellKind.TEXT, "and credit memos"),
    (Home.EXPORT_EXPENSES, "Export expenses", CellKind.TEXT, "of members"),
    (Home.EXPORT_INVENTORY, "Export inventory", CellKind.TEXT, "receipts, adjustments, transfers"),
    (Home.DETAIL, "Invoice detail", CellKind.TEXT, "lines per document"),
    (Home.PERIOD, "Period to post", CellKind.TEXT, "or type PP-YYYY"),
    (Home.BATCH_IDENTIFIER, "Batch identifier", CellKind.TEXT, "the batch's name in Manage"),
)
AFTERWARDS_LINES = (
    (Home.EARLIER_BATCH, "Earlier batch", CellKind.TEXT, "for Rerun, Undo and Reconcile"),
    (Home.SYNC_START, "Sync payments from", CellKind.TEXT, "changes in SL since then"),
    (Home.SYNC_FROM, "Custom date", CellKind.DATE, "when the line above says so"),
    (Home.CONFIRM, "Confirm", CellKind.TEXT, "what Undo, Clear or Approve asks for"),
)
YES_NO_INPUTS = (Home.EXPORT_INVOICES, Home.EXPORT_EXPENSES, Home.EXPORT_INVENTORY)
INPUT_DEFAULTS = {
    Home.LOCATION: ALL_LOCATIONS,
    **dict.fromkeys(YES_NO_INPUTS, YES_NO[0]),
    Home.DETAIL: DETAIL_CHOICES[0],
    Home.PERIOD: PERIOD_CHOICES[0],
    Home.SYNC_START: SYNC_STARTS[0],
}
PERIOD_LINES = (
    ("Accounts receivable", Home.AR_CURRENT, Home.AR_CLOSED),
    ("Accounts payable", Home.AP_CURRENT, Home.AP_CLOSED),
    ("Inventory", Home.IN_CURRENT, Home.IN_CLOSED),
    ("General ledger", Home.GL_CURRENT, Home.GL_CLOSED),
)
ABOUT_LINES = (
    (Home.VERSION, "Version", CellKind.TEXT),
    (Home.PROFILE, "Profile (settings file)", CellKind.TEXT),
    (Home.USER, "User", CellKind.TEXT),
    (Home.CONNECTIONS, "Connections", CellKind.WRAP),
    (Home.SETTINGS, "Settings in force", CellKind.WRAP),
)

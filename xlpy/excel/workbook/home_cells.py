"""The named cells of Home and About, and what can be chosen there: data; ``home_sheet`` lays them out."""

from __future__ import annotations

from enum import StrEnum

HOME_SHEET, ABOUT_SHEET = "Home", "About"


class Home(StrEnum):
    """Named cells of the Home and About sheets (workbook-level names)."""

    COMPANY = "xlpy_Company"
    SITE = "xlpy_Site"
    LAST_REFRESH = "xlpy_LastRefresh"
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

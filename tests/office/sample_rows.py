"""Rows as a working month has them, put into a built workbook: for pictures, and for tests that look at sheets.

Written with openpyxl, the way a closed file is filled: values with their formats, the table's range grown.
"""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path

from macro_books import load_macro_book
from openpyxl.workbook import Workbook

from xlpy.excel.workbook.home_cells import AGEING_BLOCK, CUSTOMERS_BLOCK, INCLUDED_BLOCK, Home
from xlpy.excel.workbook.links import ADDRESS
from xlpy.excel.workbook.sheet import FIRST_DATA_ROW, HEADER_ROW, Sheet
from xlpy.excel.workbook.sheets import (
    BATCHES,
    EXPENSES,
    INVENTORY,
    INVOICES,
    LOG,
    PAYMENTS,
    PRACTICE,
    PREVIEW,
    PROBLEMS,
    RECONCILE,
    RERUN,
    RESULTS,
    SETUP,
    SHEETS,
)

_AT = datetime(2026, 10, 31, 16, 42)  # noqa: DTZ001 - a cell has no zone


def _oct(day: int) -> date:
    return date(2026, 10, day)


_NO_TERMS = "Terms 'Due on receipt' have no Xref in Manage. System > Setup Tables > Billing Terms: type 00."
# fmt: off
# The columns of the rows below; a column of a sheet that is not among them stays empty.
_COLUMNS: dict[str, tuple[str, ...]] = {
    INVOICES.name: (
        "Include", "Status", "Message", "Number", "Type", "Date", "Due", "Company", "Customer id", "Location",
        "Terms", "Tax code", "Subtotal", "Tax", "Total", "Currency", "Base total", "Expected period",
        "SL reference", "Id"
    ),
    EXPENSES.name: (
        "Include", "Status", "Message", "Member", "Vendor nbr", "Date", "Type", "Classification",
        "Payment method", "Company-paid", "Charge", "Company", "Account", "Total", "Currency", "Location", "Id"
    ),
    INVENTORY.name: (
        "Include", "Status", "Message", "Kind", "Document", "PO", "Packing slip", "Vendor", "Vendor id",
        "Vendor invoice", "Date", "Description", "Quantity", "From", "To", "Total", "Currency", "Location",
        "Id"
    ),
    PROBLEMS.name: (
        "Severity", "Code", "What", "Transaction", "Value in Manage", "Value in SL", "How to fix", "Where",
        "Count"
    ),
    PREVIEW.name: (
        "Document", "DocType", "Reference", "Date", "Customer/Vendor", "Name", "Account", "Account name", "Sub",
        "Debit", "Credit", "Currency", "Document total", "Check", "Period", "Source", "Description", "Transaction",
        "Base debit", "Base credit", "Tax id", "Due", "Terms", "Module", "SL batch"
    ),
    PRACTICE.name: (
        "Verdict", "Message", "How to fix", "SL message", "Module", "DocType", "Reference", "Customer/Vendor",
        "Amount", "Currency", "Period", "Base difference", "Transaction", "Id"
    ),
    RESULTS.name: (
        "Run", "Batch identifier", "Status", "Message", "Kind", "Transaction", "Amount", "Currency", "Module",
        "SL batch", "DocType", "Reference", "Period", "Exported at"
    ),
    BATCHES.name: (
        "Identifier", "Kinds", "Created", "Created by", "Documents", "Amount", "Currency", "Closed",
        "State in SL", "SL batches", "Message"
    ),
    RERUN.name: (
        "Include", "State", "Message", "Kind", "Number", "Company", "Date", "Total", "Currency", "SL batch",
        "DocType", "Reference", "State in SL", "Id"
    ),
    RECONCILE.name: (
        "State", "Message", "Batch identifier", "Kind", "Transaction", "Company", "Currency", "Manage",
        "Posting ledger", "SL", "Difference", "Base in SL", "Base in GL", "Customer/Vendor", "SL batch",
        "Reference", "Period", "Id"
    ),
    PAYMENTS.name: (
        "Take over", "Status", "Message", "Invoice", "Customer", "Total", "Currency", "Cash", "Discount",
        "Write-off", "Credit memo", "SL balance", "Paid in Manage before", "Paid in Manage after",
        "Credits in Manage before", "Credits in Manage after", "Manage balance", "Paid in full on",
        "Not matched because", "Id"
    ),
    SETUP.name: (
        "Verdict", "Area", "What", "Says", "What it means", "How to fix"
    ),
    LOG.name: (
        "Time", "Step", "Level", "Text"
    ),
}
_ROWS: dict[str, list[list[object]]] = {
    INVOICES.name: [
        ["Yes", "Ready", None, "10231", "Agreement", _oct(1), _oct(31), "Acme Marine Supply", "ACME01", "Tampa",
         "Net 30", "FL-HILL", 4250, 297.5, 4547.5, "USD", 4547.5, "10-2026", "10231", "5001"],
        ["Yes", "Ready", None, "10232", "Standard", _oct(3), _oct(18), "Bay Dental Group", "BAYDEN", "Tampa",
         "Net 15", "FL-HILL", 1312.4, 91.87, 1404.27, "USD", 1404.27, "10-2026", "10232", "5002"],
        ["Yes", "Ready", "Negative invoice: becomes a credit memo in SL.", "10233", "CreditMemo", _oct(6),
         _oct(6), "Delta Logistics", "DELTA1", "Orlando", "2% 10, Net 30", "FL-ORNG", -220, -14.3, -234.3, "USD",
         -234.3, "10-2026", "10233", "5003"],
        [None, "Problem", _NO_TERMS, "10234", "Standard", _oct(8), _oct(8), "Holly Street Clinic", "HOLLY1",
         "Tampa", "Due on receipt", "FL-HILL", 780, 54.6, 834.6, "USD", 834.6, "10-2026", None, "5004"],
        ["Yes", "Ready", "Rate of 2026-10-15 used.", "10235", "Progress", _oct(20), date(2026, 11, 19),
         "Fischer & Söhne KG", "FISCHE", "Tampa", "Net 30", "DE-VAT", 10200, 1938, 12138, "EUR", 13251.05,
         "10-2026", "10235", "5005"],
        ["Again", "Ready", "Was voided in SL: posted again.", "10236", "Standard", _oct(21), date(2026, 11, 20),
         "Gulf Hotels & Resorts", "GULFHO", "Tampa", "Net 30", "FL-PORT", 1234567.89, 98765.43, 1333333.32, "USD",
         1333333.32, "10-2026", "10236", "5006"],
        [None, "Already in SL", None, "10237", "Miscellaneous", _oct(22), date(2026, 11, 21),
         "Lakeside Charter School", "LAKESC", "Orlando", "Net 30", None, 96, 0, 96, "USD", 96, "10-2026", "10237",
         "5007"],
        ["Yes", "Manage pending", "In SL; the Manage batch is still owed. Press Recover.", "10238", "DownPayment",
         _oct(26), date(2026, 11, 25), "Muñoz Construcción", "MUNOZ1", "Tampa", "Net 30", "FL-HILL", 5000, 0,
         5000, "USD", 5000, "10-2026", "10238", "5008"],
    ],
    EXPENSES.name: [
        ["Yes", "Ready", None, "Jane Doe", "E-JDOE", _oct(5), "Mileage", "Reimbursable", "Cash", None,
         "Ticket #41822 server replacement", "Acme Marine Supply", "6200:100TP", 33.95, "USD", "Tampa", "611"],
        ["Yes", "Ready", None, "Jane Doe", "E-JDOE", _oct(5), "Meals", "Reimbursable", "Cash", None,
         "Ticket #41822 server replacement", "Acme Marine Supply", "6150:100TP", 18.4, "USD", "Tampa", "612"],
        [None, "Problem", "The member's Vendor Nbr is empty in Manage.", "Sofía Núñez", None, _oct(12), "Lodging",
         "Reimbursable", "Own credit card", None, "Project: Hamburg roll-out", "Fischer & Söhne KG", "6150:100TP",
         1240.5, "EUR", "Tampa", "617"],
        ["Yes", "Ready", "Offset to the company's card, not owed to the member.", "Ravi Patel", "E-RPATEL",
         _oct(19), "Airfare", "NonReimbursable", "Company card", "Yes", "Training", "Harbor & Pine IT Services",
         "6150:100OR", 412, "USD", "Orlando", "623"],
    ],
    INVENTORY.name: [
        ["Yes", "Ready", None, "Receipt", "PO-0077 / PS118", "PO-0077", "PS118", "Blue Light Distribution", "BLUEL1",
         "BL-5531", _oct(2), "Purchase", 50, None, "TPA", 62.5, "USD", "Tampa", "77-PS118-purchase"],
        ["Yes", "Ready", "Vendor invoice is empty: PO and packing slip stand for it.", "Receipt",
         "PO-0081 / 2026-10-14-A", "PO-0081", "2026-10-14-A", "Data Euro Handels GmbH", "DATAEU", None, _oct(14),
         "Purchase", 4, None, "TPA", 11250, "EUR", "Tampa", "81-2026-10-14-A-purchase"],
        ["Yes", "Ready", "A return: becomes a debit adjustment.", "Receipt", "PO-0077 / RMA-3", "PO-0077", "RMA-3",
         "Blue Light Distribution", "BLUEL1", "CR-5531", _oct(16), "Purchase", -2, "TPA", None, -2.5, "USD", "Tampa",
         "77-RMA-3-purchase"],
        ["Yes", "Ready", None, "Adjustment", "12", None, None, None, None, None, _oct(19), "Cycle count", -3, "TPA",
         None, -637.5, "USD", "Tampa", "12-adjustment"],
        [None, "Problem", "Warehouse Orlando has no Location Xref: SL's site is not known.", "Transfer", "58", None,
         None, None, None, None, _oct(22), "Van stock", 4, "TPA MAIN", "VAN3", 5, "USD", "Orlando", "58-transfer"],
    ],
    PROBLEMS.name: [
        ["Stop", "terms-xref", "The billing terms have no Xref, so SL's terms are not known.", "10234",
         "Due on receipt", None,
         "Type SL's terms id (00) as the Xref of these billing terms, then open and close the invoice again.",
         "Manage: System > Setup Tables > Billing Terms", 1],
        ["Stop", "account-inactive", "Account 4400 is in SL's chart of accounts, but inactive.", "10241", "4400",
         "4400, inactive",
         "Activate the account, or give the item another one and open and close the invoice again.",
         "SL: Chart of Accounts Maintenance (01.260)", 3],
        ["Create", "customer-new", "The customer is not in SL: it will be made with class STD.", "10238",
         "MUNOZ1", None, "Nothing to do; or enter the customer in SL first.", "SL: Customer Maintenance (08.260)",
         1],
        ["Note", "rate-old", "The exchange rate is 5 days older than the document.", "10235", "EUR", "1.0917",
         "Enter a newer rate if your policy asks for one.", "SL: Currency Rate Maintenance (24.270)", 1],
    ],
    PREVIEW.name: [
        ["AR1-1", "IN", "10231", _oct(1), "ACME01", "Acme Marine Supply", "4000", "Managed services",
         "100TP", None, 4250, "USD", 4547.5, "Balanced", "10-2026", "Written", "Managed services October",
         "10231", None, 4250, None, _oct(31), "30", "AR", 1],
        ["AR1-1", "IN", "10231", _oct(1), "ACME01", "Acme Marine Supply", "2200", "Sales tax Florida",
         "00000", None, 255, "USD", 4547.5, "Balanced", "10-2026", "Made at release", "Florida state tax",
         "10231", None, 255, "FLSTATE", _oct(31), "30", "AR", 1],
        ["AR1-1", "IN", "10231", _oct(1), "ACME01", "Acme Marine Supply", "2210", "Sales tax county",
         "00000", None, 42.5, "USD", 4547.5, "Balanced", "10-2026", "Made at release", "Hillsborough county tax",
         "10231", None, 42.5, "HILLCTY", _oct(31), "30", "AR", 1],
        ["AR1-1", "IN", "10231", _oct(1), "ACME01", "Acme Marine Supply", "1100", "Accounts receivable",
         "00000", 4547.5, None, "USD", 4547.5, "Balanced", "10-2026", "Made at release", "Accounts receivable",
         "10231", 4547.5, None, None, _oct(31), "30", "AR", 1],
    ],
    PRACTICE.name: [
        ["SL would not release it", "12348: A tax id of a document is unknown (said of the whole batch: another of its"
         " documents may be the reason)", "Add the tax in SL (21.280 Tax Maintenance), or correct the group", "12348",
         "AR", "IN", "10232", "BAYDEN", 1404.27, "USD", "10-2026", None, "10232", "invoice:5002"],
        ["SL would release it", None, None, None, "AR", "IN", "10231", "ACME01", 4547.5, "USD", "10-2026", None,
         "10231", "invoice:5001"],
    ],
    RESULTS.name: [
        ["20261031-164210", "2026-10-31 KM-I", "Exported", None, "Invoice", "10231", 4547.5, "USD", "AR",
         "000412", "IN", "10231", "10-2026", _AT],
        ["20261031-164210", "2026-10-31 KM-I", "Failed",
         "SL refused the document: the reference is taken since the preview.", "Invoice", "10232", 1404.27, "USD",
         None, None, None, None, None, _AT],
    ],
    BATCHES.name: [
        ["2026-10-31 KM-I", "Invoices", _AT, "kmorales", 5, 17047.79, "USD", None, "Released",
         "AR 000412, GL 000087-000089", None],
        ["2026-10-31 KM-I", "Invoices", _AT, "kmorales", 1, 12138, "EUR", None, "Released", "AR 000413", None],
        ["2026-09-30 KM-P", "Inventory", _AT, "kmorales", 12, 8311.07, "USD", "Yes", "Mixed",
         "AP 000201, IN 000034", "One document is voided in SL: Rerun batch shows which."],
    ],
    RERUN.name: [
        [None, "Already in SL", None, "Invoice", "10231", "Acme Marine Supply", _oct(1), 4547.5, "USD", "AR 000412",
         "IN", "10231", "Released", "4401"],
        ["Yes", "Missing", None, "Invoice", "10232", "Bay Dental Group", _oct(2), 1404.27, "USD", None, None, "10232",
         "Missing", "4402"],
        [None, "Voided", "Voided in SL: posted anew only when Include says Again.", "Invoice", "10233",
         "City of Tampa Parks", _oct(3), 86.97, "USD", "AR 000412", "IN", "10233", "Voided", "4403"],
    ],
    RECONCILE.name: [
        ["Agrees", None, "2026-10-31 KM-I", "Invoice", "10231", "Acme Marine Supply", "USD", 4547.5, 4547.5, 4547.5, 0,
         4547.5, 4547.5, "ACME01", "AR 000412", "IN 10231", "10-2026", "4401"],
        ["Differs", "SL has 10.00 less than Manage: line 2, account 4000.", "2026-10-31 KM-I", "Invoice", "10232",
         "Bay Dental Group", "USD", 1404.27, 1404.27, 1394.27, -10, 1394.27, None, "BAYDEN", "AR 000412", "IN 10232",
         "10-2026", "4402"],
    ],
    PAYMENTS.name: [
        [None, "Changed", None, "10231", "ACME01", 4547.5, "USD", 4456.55, 90.95, 0, 0, 0, 0, 4547.5, 0, 0, 0, _oct(28),
         None, "4401"],
        [None, "Changed", None, "10232", "BAYDEN", 1404.27, "USD", 500, 0, 0, 0, 904.27, 0, 500, 0, 0, 904.27, None,
         None, "4402"],
        [None, "Confirm", "Manage has a payment of 86.97 that this product did not write.", "10233", "CTAMPA", 86.97,
         "USD", 86.97, 0, 0, 0, 0, 86.97, None, 0, 0, 0, None, "A payment there is not ours", "4403"],
    ],
    SETUP.name: [
        ["problem", "SL", "AR AutoRef", "on", "SL would give its own numbers to invoices.",
         "Turn 'Auto reference numbering' off in 08.950 AR Setup."],
        ["ok", "Manage", "Connection", "na.example.com, company harborpine", "Manage answers.", None],
    ],
    LOG.name: [
        [_AT, "Export", "Info", "Exported 6 invoices from Manage in 1 request."],
        [_AT, "Check", "Warning", "1 note: the exchange rate of EUR is 5 days older than the document."],
        [_AT, "Write", "Error",
         "10232: the reference is taken since the preview. Nothing of this document was written."],
    ],
}
# fmt: on

_OPENS = "https://na.example.com/v4_6_release/services/system_io/router/openrecord.rails?recordType={}&recid={}"

HOME: dict[str, object] = {
    Home.COMPANY: "Harbor & Pine IT Services (HPIT)",
    Home.SITE: "na.example.com, harborpine",
    Home.LAST_REFRESH: _AT,
    Home.BASE_CURRENCY: "USD",
    Home.THROUGH_DATE: _oct(31),
    Home.BATCH_IDENTIFIER: "2026-10-31 KM",
    Home.AR_CURRENT: "10-2026",
    Home.AR_CLOSED: "09-2026",
    Home.AP_CURRENT: "10-2026",
    Home.AP_CLOSED: "09-2026",
    Home.IN_CURRENT: "10-2026",
    Home.IN_CLOSED: "09-2026",
    Home.GL_CURRENT: "10-2026",
    Home.GL_CLOSED: "09-2026",
    Home.LAST_RUN: "Completed with errors",
    Home.LAST_RUN_TEXT: "5 of 6 invoices are in SL, batch AR 000412, and in the Manage batch 2026-10-31 KM-I. "
    "1 failed and is unchanged in both systems: see Results.",
    Home.PREVIEW_HASH: "9f2c41d07be5a3c8",
    Home.PREVIEW_OF: "13 transactions, 14 documents, 16:40",
    Home.PROFILE: r"C:\Users\kmorales\AppData\Local\xlpy\harborpine.toml",
    Home.USER: "kmorales, SL user KMORALES",
    Home.CONNECTIONS: "Manage: na.example.com, API 2025.8\nSL: server SLPROD, database HPAPP, encrypted",
}
INCLUDED = [
    ["Invoices", "EUR"],
    ["Invoices", "USD"],
    ["Expenses", "EUR"],
    ["Expenses", "USD"],
    ["Inventory", "EUR"],
    ["Inventory", "USD"],
]
AGEING = [
    ["Invoices", 1358334.14, 42750.25, 8100, 0],
    ["Expenses", 1819.12, 240, 0, 0],
    ["Inventory", 11650.4, 880.75, -120, 0],
]


ROWS: dict[str, list[dict[str, object]]] = {
    name: [dict(zip(_COLUMNS[name], row, strict=True)) for row in rows] for name, rows in _ROWS.items()
}
ROWS |= {
    "Tie-out": [
        {"State": "Agrees", "Line": "account", "Period": "10-2026", "Area": "AR", "Account": "1100", "Sub": "00000",
         "Name": "Accounts receivable", "Manage": 4547.5, "Posting ledger": 4547.5, "General ledger": 4547.5},
    ],
    "Accruals": [
        {"Section": "Unposted", "Period": "10-2026", "Kind": "Invoices", "Count": 3, "Customer/Vendor": "ACME01",
         "Amount": 4547.5, "Currency": "USD", "Base amount": 4547.5},
    ],
    "Notes": [
        {"State": "Gone", "Sheet": "Invoices", "Transaction": "10221", "Company": "Kestrel Aviation Ltd",
         "Notes": "Asked Anna for the purchase order: she sends it on Monday.", "Since": _AT, "Id": "invoice:4991"},
    ],
    "Mappings": [
        {"State": "Missing in SL", "Kind": "Company", "Record": "MUNOZ1", "Name": "Munoz", "Likeliest in SL": "MUNOZ"},
    ],
}  # fmt: skip


ROWS[INVOICES.name][3]["Notes"] = "Anna asks the customer."
for _sheet, _type in ((INVOICES, "InvoiceFV"), (EXPENSES, "ExpenseFV"), (INVENTORY, "PurchaseOrderFV")):
    for _row in ROWS[_sheet.name]:
        _row[ADDRESS] = _OPENS.format(_type, str(_row["Id"]).split("-", maxsplit=1)[0])


def fill_with_sample(path: Path) -> None:
    """Put the rows above into the built workbook at ``path``."""
    book = load_macro_book(path)
    for sheet in SHEETS:
        _fill_table(book, sheet, ROWS[sheet.name])
    for name, value in HOME.items():
        _first_cell(book, name).value = value
    customers = [[row["Company"], row["Currency"]] for row in ROWS[INVOICES.name]]
    for name, rows in ((INCLUDED_BLOCK, INCLUDED), (AGEING_BLOCK, AGEING), (CUSTOMERS_BLOCK, customers)):
        corner = _first_cell(book, name)
        for down, row in enumerate(rows):
            for right, value in enumerate(row):
                corner.offset(down, right).value = value
    book.save(path)


def _fill_table(book: Workbook, sheet: Sheet, rows: list[dict[str, object]]) -> None:
    ws = book[sheet.name]
    for at, row in enumerate(rows, FIRST_DATA_ROW):
        for number, column in enumerate(sheet.columns, 1):
            cell = ws.cell(at, number, column.formula or row.get(column.name))
            cell._style = ws.cell(FIRST_DATA_ROW, number)._style
    last = ws.cell(FIRST_DATA_ROW + len(rows) - 1, len(sheet.columns)).coordinate
    table = ws.tables[sheet.table]
    table.ref = table.autoFilter.ref = f"A{HEADER_ROW}:{last}"


def _first_cell(book: Workbook, name: str):
    title, ref = next(iter(book.defined_names[name].destinations))
    cells = book[title][ref.replace("$", "")]
    return cells[0][0] if isinstance(cells, tuple) else cells

"""Expenses and procurement as rows of their sheets: written, read back, marked, refilled."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from macro_books import look_at

from xlpy.domain.facts.manage_expenses import UnpostedExpense
from xlpy.domain.facts.manage_procurement import UnpostedProcurement
from xlpy.domain.values.refs import NO_REF, Ref
from xlpy.excel.engine.closed_file import open_closed
from xlpy.excel.tables.marks import set_include
from xlpy.excel.tables.rows import expense_rows, procurement_rows
from xlpy.excel.tables.tables import read_rows, refill, update_by_key
from xlpy.excel.workbook.sheet import FIRST_DATA_ROW
from xlpy.excel.workbook.sheets import EXPENSES, INVENTORY
from xlpy.services.run.reports import ExpenseRow, ProcurementRow

BOTH_ENGINES = True
TOUCHED = (EXPENSES, INVENTORY)

EXPENSE = UnpostedExpense(
    id=1138,
    expense_detail_id=611,
    member=Ref(31, "SNuñez", "Sofía Núñez"),
    expense_type=Ref(4, "", "Mileage"),
    classification="Reimbursable",
    payment_method=Ref(1, "", "Cash"),
    expense_date=date(2026, 10, 5),
    charge="=Ticket #41822",
    company=Ref(250, "Acme", "Acme Marine Supply"),
    location_id=2,
    location="Tampa",
    account_number="6200:100TP",
    credit_account="2010",
    gl_type="EE",
    currency="USD",
    decimals=2,
    total=Decimal("33.95"),
)
RECEIPT = UnpostedProcurement(
    unposted_product_id="77-PS-118-purchase",
    entry_ids=(1299,),
    kind="Purchase",
    description="Purchase",
    location_id=2,
    purchase_order=Ref(77, "", "PO-0077"),
    document_date=date(2026, 10, 2),
    vendor=Ref(6, "BlueLight", "Blue Light Distribution"),
    vendor_account_number="CUST-99",
    vendor_invoice_number="0005531",
    vendor_invoice_date=date(2026, 10, 2),
    currency="USD",
    decimals=2,
    total=Decimal("62.5"),
    location="Tampa",
)
TRANSFER = UnpostedProcurement(
    unposted_product_id="58-transfer",
    entry_ids=(1401,),
    kind="Transfer",
    description="Van stock",
    location_id=3,
    purchase_order=NO_REF,
    document_date=None,
    vendor=NO_REF,
    vendor_account_number="",
    vendor_invoice_number="",
    vendor_invoice_date=None,
    currency="",
    decimals=2,
    total=Decimal("1.005"),
)


def shown(path, sheet, rows):
    """The rows as a reader of the saved file finds them."""
    with open_closed(path) as closed:
        refill(closed.book, sheet, rows)
        closed.save()
    ws = look_at(path)[sheet.name]
    names = [column.name for column in sheet.columns]
    held = {column.name for column in sheet.held}
    return [
        {name: cell.value for name, cell in zip(names, row, strict=True) if name in held}
        for row in ws.iter_rows(min_row=FIRST_DATA_ROW, max_col=len(names))
    ]


def filled(row, *empty):
    """The cells with something in them, and those that are to be empty: columns of no concern here are not told."""
    return {name: value for name, value in row.items() if value is not None or name in empty}


@pytest.fixture
def book(workbook):
    with open_closed(workbook) as closed:
        yield closed.book


def test_an_expense_is_shown_in_full(workbook):
    expense = ExpenseRow(EXPENSE, "Ready", "", "E-SNUNEZ", company_paid=True)
    (row,) = shown(workbook, EXPENSES, expense_rows([expense]))
    assert row.pop("Date").date() == date(2026, 10, 5)
    assert filled(row, "Include", "Message") == {
        "Include": None,
        "Status": "Ready",
        "Message": None,
        "Member": "Sofía Núñez",
        "Vendor nbr": "E-SNUNEZ",
        "Type": "Mileage",
        "Classification": "Reimbursable",
        "Payment method": "Cash",
        "Company-paid": "Yes",
        "Charge": "=Ticket #41822",
        "Company": "Acme Marine Supply",
        "Account": "6200:100TP",
        "Total": 33.95,
        "Currency": "USD",
        "Location": "Tampa",
        "Id": "611",
    }


def test_procurement_is_shown_in_full(workbook):
    rows = [
        ProcurementRow(RECEIPT, "", "", "BLUEL1", Decimal(50), to_place="TPA"),
        ProcurementRow(TRANSFER, "Problem", "No site", "", Decimal(4), "TPA", "ORL VAN3"),
    ]
    receipt, transfer = shown(workbook, INVENTORY, procurement_rows(rows))
    assert receipt.pop("Date").date() == date(2026, 10, 2)
    assert filled(receipt, "Include", "Status", "Message", "From") == {
        "Include": None,
        "Status": None,
        "Message": None,
        "Kind": "Receipt",
        "Document": "PO-0077 / PS-118",
        "PO": "PO-0077",
        "Packing slip": "PS-118",
        "Vendor": "Blue Light Distribution",
        "Vendor id": "BLUEL1",
        "Vendor invoice": "0005531",
        "Description": "Purchase",
        "Quantity": 50,
        "From": None,
        "To": "TPA",
        "Total": 62.5,
        "Currency": "USD",
        "Location": "Tampa",
        "Id": "77-PS-118-purchase",
    }
    assert (transfer["Kind"], transfer["Document"], transfer["PO"]) == ("Transfer", "58", None)
    assert (transfer["From"], transfer["To"], transfer["Total"]) == ("TPA", "ORL VAN3", 1.01)
    assert (transfer["Date"], transfer["Quantity"]) == (None, 4)


def test_no_amount_is_without_its_currency(workbook):
    """Manage names none for adjustments and transfers: their costs are in the base currency."""
    rows = [ProcurementRow(RECEIPT, "", ""), ProcurementRow(TRANSFER, "", "")]
    receipt, transfer = shown(workbook, INVENTORY, procurement_rows(rows, base="EUR"))
    assert (receipt["Currency"], transfer["Currency"]) == ("USD", "EUR")


def test_marks_stay_with_their_expense_when_others_come(book):
    other = UnpostedExpense(**{name: getattr(EXPENSE, name) for name in EXPENSE.__slots__} | {"expense_detail_id": 7})
    refill(book, EXPENSES, expense_rows([ExpenseRow(EXPENSE, "", "")]))
    set_include(book, EXPENSES, "Yes")
    update_by_key(book, EXPENSES, {"611": {"Status": "Ready"}})
    refill(book, EXPENSES, expense_rows([ExpenseRow(other, "", ""), ExpenseRow(EXPENSE, "", "")]))
    assert [(row["Id"], row["Include"]) for row in read_rows(book, EXPENSES)] == [("611", "Yes"), ("7", None)]


def test_a_receipt_is_found_by_its_id(book):
    refill(book, INVENTORY, procurement_rows([ProcurementRow(TRANSFER, "", ""), ProcurementRow(RECEIPT, "", "")]))
    update_by_key(book, INVENTORY, {"77-PS-118-purchase": {"Status": "Exported", "Include": ""}})
    assert [row["Status"] for row in read_rows(book, INVENTORY)] == ["", "Exported"]

"""Expenses and procurement from JSON to values, field by field."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import manage_payables_samples as sample
import pytest
from manage_payables_samples import sent

from xlpy.domain.facts.manage_expenses import ExportExpenseLine, Member
from xlpy.domain.facts.manage_procurement import AdjustmentRecordLine, ExportPurchaseTax, UnitOfMeasure, Warehouse
from xlpy.domain.values.refs import NO_REF, ExportTaxLevel, Ref
from xlpy.errors import ManageError
from xlpy.manage import payables_records as read

ACME = Ref(250, "Acme", "Acme Inc.")
JANE = Ref(31, "JDoe", "Jane Doe")
CABLE = Ref(743, "PATCH10", "")


def test_an_unposted_expense_in_full():
    found = read.unposted_expense(sent(sample.unposted_expense()), {2: "Tampa"})
    assert (found.id, found.expense_detail_id, found.member, found.company) == (1138, 611, JANE, ACME)
    assert (found.expense_type, found.classification) == (Ref(4, "", "Mileage"), "Reimbursable")
    assert (found.payment_method, found.expense_date) == (Ref(1, "", "Cash"), date(2026, 1, 28))
    assert (found.location_id, found.location, found.charge) == (2, "Tampa", "Ticket #1234")
    assert (found.account_number, found.credit_account, found.gl_type) == ("6100:200", "2000", "EE")
    assert (found.currency, found.decimals, found.total) == ("USD", 2, Decimal("33.95"))


@pytest.mark.parametrize(
    ("fields", "shown"),
    [
        ({}, "Ticket #1234"),
        ({"chargeDescription": "", "chargeCode": {"id": 5, "name": "Travel"}}, "Travel"),
        ({"chargeDescription": None, "project": {"id": 9, "name": "New office"}}, "New office"),
        ({"chargeDescription": None, "ticket": {"id": 0, "name": "none"}}, ""),
    ],
)
def test_what_an_expense_was_charged_to(fields, shown):
    assert read.unposted_expense(sent(sample.unposted_expense(**fields)), {}).charge == shown


def test_an_expense_bill_in_full():
    found = read.expense_bill(sent(sample.expense_bill()))
    assert (found.id, found.document_number, found.document_date) == (1132, "1132JDoe", date(2026, 1, 31))
    assert (found.ap_account_number, found.member, found.vendor_number) == ("2000", JANE, "JDOE01")
    assert (found.memo, found.currency) == ("Expenses for 2026-01-25 - 2026-01-31", "USD")
    assert found.total == sum(line.total for line in found.lines) == Decimal("33.95")
    assert found.lines == (
        ExportExpenseLine(
            (1138, 1139), "EE", date(2026, 1, 28), "6100:200", "Mileage", ACME, Decimal("33.95"), billable=True
        ),
    )
    assert found.all_entry_ids == (1138, 1139)


@pytest.mark.parametrize(("written", "owed"), [(True, True), (False, False), (None, True), ("false", False)])
def test_a_line_is_owed_to_the_member_unless_it_says_otherwise(written, owed):
    bill = read.expense_bill(sent(sample.expense_bill(sample.bill_line(reimbursable=written))))
    assert bill.lines[0].reimbursable is owed


def test_a_bill_lines_ids_may_be_one_number():
    assert read.expense_bill(sent(sample.expense_bill(sample.bill_line(id=1138)))).lines[0].entry_ids == (1138,)


def test_an_expense_of_its_own_in_full():
    found = read.expense(sent(sample.expense()))
    assert (found.id, found.offset_id, found.all_entry_ids) == (1138, 1139, (1138, 1139))
    assert (found.account_number, found.offset_account, found.ap_account_number) == ("6100:200", "2000", "2000")
    assert (found.total, found.offset_total) == (Decimal("33.95"), Decimal("-33.95"))
    assert (found.period_start, found.period_end) == (date(2026, 1, 25), date(2026, 1, 31))
    assert (found.member, found.vendor_number, found.memo) == (JANE, "JDOE01", "Mileage")


def test_unposted_receipts_and_adjustments_in_full():
    found = read.unposted_procurement(sent(sample.unposted_receipt()), {2: "Tampa"})
    assert (found.unposted_product_id, found.entry_ids, found.kind) == ("77-PS118-purchase", (1299,), "Purchase")
    assert (found.purchase_order, found.document_date) == (Ref(77, "", "PO-0077"), date(2026, 1, 18))
    assert (found.vendor.identifier, found.vendor_invoice_number) == ("BlueLight", "BL-5531")
    assert (found.vendor_invoice_date, found.tracking_number) == (date(2026, 1, 18), "1Z999")
    assert (found.terms, found.location, found.total) == (Ref(3, "", "Net 30"), "Tampa", Decimal("12.5"))
    counted = read.unposted_procurement(sent(sample.unposted_adjustment()), {})
    assert (counted.kind, counted.document_date, counted.currency) == ("Adjustment", date(2026, 1, 19), "")


def test_a_receipt_in_full():
    tax = {"id": 1300, "glTypeId": "PT", "accountNumber": "1250", "memo": "Tax", "total": -0.88, "taxRate": 0.07}
    freight = sample.receipt_line(id=1301, glTypeId="PF", accountNumber="5300", item=None, total=-3)
    found = read.purchase(sent(sample.receipt(sample.receipt_line(), freight, purchaseDetailTax=[tax], total=16.38)))
    assert (found.id, found.document_number) == ("PO #PO-0077, Packing Slip: PS118", "PO-0077")
    assert (found.packing_slip, found.purchase_date, found.vendor_number) == ("PS118", date(2026, 1, 18), "BLUEL01")
    assert (found.terms_xref, found.due_days, found.ap_account_number) == ("30", 30, "2000")
    assert found.tax_levels == (ExportTaxLevel(1, "FL-HILL", Decimal(0), Decimal(0)),)
    assert found.taxes == (ExportPurchaseTax(1300, "PT", "1250", "Tax", Decimal("-0.88"), Decimal("0.07")),)
    item, carriage = found.lines
    assert (item.item, item.unit, item.bin, item.location_xref) == (
        CABLE,
        Ref(13, "", "Each"),
        Ref(2, "", "Main"),
        "TPA",
    )
    assert (item.inventory_account, item.cost_account, item.account_number) == ("1400", "5001:200", "4001")
    assert (item.quantity, item.item_cost, item.cost, item.total) == (-50, Decimal("0.25"), Decimal("12.5"), -item.cost)
    assert (carriage.is_freight, item.is_freight, carriage.item) == (True, False, NO_REF)
    assert found.total + sum(part.total for part in (*found.lines, *found.taxes)) == 0
    assert found.all_entry_ids == (1299, 1300, 1301)


def test_an_adjustment_in_full():
    found = read.adjustment(sent(sample.adjustment()))
    assert (found.id, found.adjustment_id, found.document_date) == ("12", 12, date(2026, 1, 19))
    (line,) = found.lines
    assert (line.entry_id, line.item, line.quantity) == (1351, CABLE, -10)
    assert (line.cost, line.total) == (Decimal("2.5"), Decimal(25))
    assert (line.account_number, line.inventory_account) == ("5900", "1400")
    older = read.adjustment(sent(sample.adjustment(sample.adjustment_line(glEntryRecID=None))))
    assert (older.lines[0].entry_id, older.all_entry_ids, found.all_entry_ids) == (0, (), (1351,))


@pytest.mark.parametrize(
    ("description", "number"),
    [("12-Cycle count", 12), ("12 - Cycle count", 12), ("12", 12), ("2026 count", 0), ("Cycle count", 0), (None, 0)],
)
def test_an_adjustments_number_stands_before_a_hyphen(description, number):
    assert read.adjustment(sent(sample.adjustment(adjustmentDescription=description))).adjustment_id == number


def test_a_transfer_in_full():
    found = read.transfer(sent(sample.transfer()))
    assert (found.id, found.transfer_id, found.item, found.quantity) == ("58", 58, CABLE, 4)
    assert (found.from_bin.name, found.from_location_xref) == ("Main", "TPA")
    assert (found.to_bin.name, found.to_location_xref) == ("Van 3", "ORL")
    assert (found.unit_xref, found.description) == ("EA", "Patch cable")
    assert (found.offset_id, found.offset_account, found.all_entry_ids) == (1402, "1410", (1402,))


def test_masters_of_payables():
    member = {"id": 31, "identifier": "JDoe", "firstName": "Jane", "lastName": "Doe", "vendorNumber": "E-JDOE",
              "primaryEmail": "jane@example.com", "officeEmail": "", "inactiveFlag": True}  # fmt: skip
    assert read.member(sent(member)) == Member(31, "JDoe", "Jane", "Doe", "E-JDOE", "jane@example.com", inactive=True)
    assert read.warehouse({"id": 1, "name": "Tampa", "locationXref": "TPA"}) == Warehouse(1, "Tampa", "TPA")
    assert read.unit_of_measure({"id": 13, "name": "Each"}) == UnitOfMeasure(13, "Each", "")
    line = {"catalogItem": sample.CABLE, "quantityAdjusted": -3, "unitCost": 2.5, "serialNumber": "S1",
            "warehouse": {"id": 1, "name": "Tampa"}, "warehouseBin": sample.MAIN}  # fmt: skip
    found = read.adjustment_record(sent({"id": 12, "identifier": "Count", "reason": "r", "adjustmentDetails": [line]}))
    assert (found.id, found.identifier, found.reason) == (12, "Count", "r")
    tampa, main = Ref(1, "", "Tampa"), Ref(2, "", "Main")
    assert found.lines == (AdjustmentRecordLine(CABLE, Decimal(-3), Decimal("2.5"), tampa, main, "S1"),)


@pytest.mark.parametrize(
    ("reader", "record"),
    [
        (read.expense_bill, sample.expense_bill()),
        (read.expense, sample.expense()),
        (read.purchase, sample.receipt()),
        (read.adjustment, sample.adjustment()),
        (read.transfer, sample.transfer()),
        (read.adjustment_record, {"id": 1, "adjustmentDetails": []}),
        (lambda data: read.unposted_expense(data, {}), sample.unposted_expense()),
        (lambda data: read.unposted_procurement(data, {}), sample.unposted_receipt()),
    ],
)
def test_absent_and_null_are_the_same_in_payables(reader, record):
    assert reader(dict.fromkeys(record)) == reader({})


def test_money_of_payables_is_never_guessed():
    with pytest.raises(ManageError, match="expense bill 1132JDoe with a total of 'about 10'"):
        read.expense_bill(sent(sample.expense_bill(sample.bill_line(total="about 10"))))
    with pytest.raises(ManageError, match="not a list of ids"):
        read.expense_bill(sent(sample.expense_bill(sample.bill_line(id="1138;1139"))))

"""The client asks for expenses and procurement, and refuses what it did not ask for."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import manage_payables_samples as sample
import pytest

from xlpy.domain.facts.manage_expenses import ExportedExpenses
from xlpy.domain.facts.manage_procurement import ExportedProcurement
from xlpy.errors import ManageError, ManageRefused, ManageSpokeNonsense

API = "/v4_6_release/apis/3.0"
ACCOUNTING = f"{API}/finance/accounting"
EXPORT = f"{ACCOUNTING}/export"
WITH = {"through": date(2026, 1, 31), "detail": "Default", "batch_identifier": "20260131JD-E"}


@pytest.fixture
def listed(stub):
    """Let the server have these unposted rows."""

    def serve(path, *rows):
        stub.on("GET", f"{ACCOUNTING}/{path}", list(rows))
        stub.on("GET", f"{ACCOUNTING}/{path}/count", {"count": len(rows)})
        locations = [{"id": 2, "name": "Tampa"}, {"id": 3, "name": "Orlando"}]
        stub.on("GET", f"{API}/system/locations", locations)
        stub.on("GET", f"{API}/system/locations/count", {"count": len(locations)})

    return serve


def test_unposted_expenses_come_once_with_the_names_of_their_locations(client, listed, caplog):
    listed(
        "unpostedexpenses",
        sample.unposted_expense(id=1),
        sample.unposted_expense(id=2),
        sample.unposted_expense(id=3, expenseDetailId=612, locationId=3, classification="Personal"),
        sample.unposted_expense(id=4, expenseDetailId=None),
        sample.unposted_expense(id=5, expenseDetailId=612, total=1),
    )
    found = client.unposted_expenses()
    assert [(e.id, e.expense_detail_id, e.location) for e in found] == [(1, 611, "Tampa"), (3, 612, "Orlando")]
    assert "Unposted expense 4 has no id" in caplog.text
    assert "Unposted expense 612 comes twice" in caplog.text
    assert "Unposted expense 611 comes twice" not in caplog.text


def test_an_empty_list_asks_for_no_locations(client, stub, listed):
    listed("unpostedexpenses")
    listed("unpostedprocurement")
    assert client.unposted_expenses() == client.unposted_procurement() == []
    assert not stub.served(f"{API}/system/locations")


def test_the_rows_of_one_receipt_are_put_together(client, listed):
    listed(
        "unpostedprocurement",
        sample.unposted_receipt(id=1301, total=12.50, vendorInvoiceNumber="", purchaseOrder=None, currency=None),
        sample.unposted_adjustment(),
        sample.unposted_receipt(id=1299, total=3.25, purchaseDate="2026-01-20T00:00:00Z", avalaraTaxFlag=True),
        sample.unposted_receipt(id=9, unpostedProductId=""),
    )
    receipt, adjustment = client.unposted_procurement()
    assert (receipt.entry_ids, receipt.total, receipt.location) == ((1299, 1301), Decimal("15.75"), "Tampa")
    assert (receipt.vendor_invoice_number, receipt.purchase_order.name) == ("BL-5531", "PO-0077")
    assert (receipt.currency, receipt.avalara) == ("USD", True)
    assert receipt.document_date == date(2026, 1, 20), "within a through date only when all of it is"
    assert (adjustment.entry_ids, adjustment.total, adjustment.kind) == ((1351,), Decimal(25), "Adjustment")


def test_expenses_are_exported_in_one_call_so_that_no_bill_is_torn_in_two(open_client, stub):
    stub.on("POST", EXPORT, {"expenseBills": [sample.expense_bill()]})
    told = []
    found = open_client(export_chunk=2).export_expenses(
        [611, 612, 613, 611], **WITH, progress=lambda done, of: told.append((done, of))
    )
    (call,) = stub.served(EXPORT)
    assert call.body == {
        "batchIdentifier": "20260131JD-E",
        "glInterfaceIdentifier": "20260131JD-E",
        "thruDate": "2026-01-31T23:59:59Z",
        "summarizeInvoices": "Default",
        "exportInvoicesFlag": False,
        "exportExpensesFlag": True,
        "exportProductsFlag": False,
        "includedExpenseIds": [611, 612, 613],
    }
    assert [bill.document_number for bill in found.bills] == ["1132JDoe"]
    assert (found.expenses, told) == ((), [(3, 3)])


def test_expenses_one_by_one(client, stub):
    stub.on("POST", EXPORT, {"expenses": [sample.expense(), sample.expense(id=1140)], "vendors": [{"id": 1}]})
    assert [expense.id for expense in client.export_expenses([611, 612], **WITH).expenses] == [1138, 1140]


def test_procurement_is_exported_in_chunks_by_its_texts(open_client, stub):
    stub.on(
        "POST",
        EXPORT,
        {"purchaseTransactions": [sample.receipt()], "adjustmentTransactions": None},
        {"adjustmentTransactions": [sample.adjustment()], "inventoryTransfers": [sample.transfer()]},
    )
    ids = ["77-PS118-purchase", "12-adjustment", "58-transfer"]
    found = open_client(export_chunk=2).export_procurement(ids, **WITH, location_id=2)
    first, second = (call.body for call in stub.served(EXPORT))
    assert (first["includedProductIds"], second["includedProductIds"]) == (ids[:2], ids[2:])
    assert first["exportProductsFlag"]
    assert not first["exportInvoicesFlag"]
    assert not first["exportExpensesFlag"]
    assert first["locationId"] == 2
    assert [len(part) for part in (found.purchases, found.adjustments, found.transfers)] == [1, 1, 1]


def test_nothing_is_asked_for_nothing(client, stub):
    assert client.export_expenses([], **WITH) == ExportedExpenses()
    assert client.export_procurement([], **WITH) == ExportedProcurement()
    assert not stub.served(EXPORT)


@pytest.mark.parametrize(
    "answer",
    [
        {"expenseBills": [sample.expense_bill(), sample.expense_bill(id=2, documentNumber="2JDoe")]},
        {"expenseBills": [sample.expense_bill()], "expenses": [sample.expense()]},
        {"expenses": [sample.expense(), sample.expense()]},
    ],
)
def test_an_expense_that_comes_twice_is_refused(client, stub, answer):
    stub.on("POST", EXPORT, answer)
    with pytest.raises(ManageError, match="twice"):
        client.export_expenses([611], **WITH)


@pytest.mark.parametrize(
    ("answer", "what"),
    [
        ({"purchaseTransactions": [sample.receipt(), sample.receipt(id="other")]}, "receipt other twice"),
        ({"adjustmentTransactions": [sample.adjustment(), sample.adjustment()]}, "adjustment 12-Cycle count twice"),
        ({"inventoryTransfers": [sample.transfer(), sample.transfer()]}, "a transfer twice"),
    ],
)
def test_a_document_that_comes_twice_is_refused(client, stub, answer, what):
    stub.on("POST", EXPORT, answer)
    with pytest.raises(ManageError, match=what):
        client.export_procurement(["77-PS118-purchase"], **WITH)


def test_an_adjustment_of_an_older_server_that_comes_twice_is_refused(client, stub):
    older = sample.adjustment(sample.adjustment_line(glEntryRecID=None))
    stub.on("POST", EXPORT, {"adjustmentTransactions": [older, older]})
    with pytest.raises(ManageError, match="an adjustment twice"):
        client.export_procurement(["12-adjustment"], **WITH)


@pytest.mark.parametrize(
    ("method", "foreign"),
    [
        ("export_expenses", {"transactions": [{"id": 1}]}),
        ("export_expenses", {"inventoryTransfers": [sample.transfer()]}),
        ("export_procurement", {"expenseBills": [sample.expense_bill()]}),
        ("export_procurement", {"purchaseTransactions": ["a text"]}),
    ],
)
def test_things_of_another_kind_are_refused(client, stub, method, foreign):
    stub.on("POST", EXPORT, foreign)
    with pytest.raises(ManageError, match="has other things in it"):
        getattr(client, method)(["1"], **WITH)


@pytest.mark.parametrize("answer", [[], "text", {"expenses": {"id": 1}}, {"expenseBills": ""}, None])
def test_an_answer_that_is_no_export_is_refused(client, stub, reply, answer):
    stub.on("POST", EXPORT, reply(answer))
    with pytest.raises(ManageSpokeNonsense):
        client.export_expenses([611], **WITH)


def test_masters_of_payables_are_read(client, stub):
    lists = {
        "/system/members": [{"id": 31, "identifier": "JDoe", "vendorNumber": "E-JDOE"}, {"id": 99}],
        "/procurement/warehouses": [{"id": 1, "name": "Tampa", "locationXref": "TPA"}],
        "/procurement/unitOfMeasures": [{"id": 13, "name": "Each", "uomScheduleXref": "EA"}],
    }
    for path, rows in lists.items():
        stub.on("GET", f"{API}{path}", rows)
        stub.on("GET", f"{API}{path}/count", {"count": len(rows)})
    stub.on("GET", f"{API}/procurement/adjustments/12", {"id": 12, "identifier": "Cycle count"})
    members = client.members([31, 0])
    assert {number: member.vendor_number for number, member in members.items()} == {31: "E-JDOE"}
    (asked,) = stub.served(f"{API}/system/members")
    assert asked.query["conditions"] == "id in (31)"
    assert "vendorNumber" in asked.query["fields"]
    assert client.warehouses()[1].location_xref == "TPA"
    assert client.units()[13].xref == "EA"
    assert client.adjustment_records([12, 13, 0]).keys() == {12}, "13 is not there"
    assert client.members([]) == {}


def test_an_adjustment_that_must_not_be_read_is_told(client, stub, reply):
    stub.on("GET", f"{API}/procurement/adjustments/12", reply({"message": "no right"}, 403))
    with pytest.raises(ManageRefused, match="403"):
        client.adjustment_records([12])
    stub.on("GET", f"{API}/procurement/adjustments/12", reply([1]))
    with pytest.raises(ManageSpokeNonsense):
        client.adjustment_records([12])

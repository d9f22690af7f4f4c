"""Expenses of members: listed, exported in both forms, batched, un-batched and corrected."""

from __future__ import annotations

from decimal import Decimal

import pytest
from payables_calls import ACCOUNTING, export, mark, unposted

from xlpy.demo import firm
from xlpy.demo.site.making.generate import generate_site

JANE, RAVI, SOFIA, TOM = (member.manage_id for member in firm.MEMBERS)


@pytest.fixture
def site():
    return generate_site(invoices=3, expenses=40)


def lines_of(bills):
    return [line for bill in bills for line in bill["detail"]]


def row_of(caller, expense_id):
    (row,) = caller.get(f"{ACCOUNTING}/unpostedexpenses", conditions=f"expenseDetailId = {expense_id}")
    return row


def test_a_row_per_expense_says_what_the_books_need(caller, site):
    rows = unposted(caller, "expenses")
    assert [row["expenseDetailId"] for row in rows] == list(site.unposted_expense_ids()) == list(range(611, 651))
    first = rows[0]
    assert (first["accountNumber"], first["creditAccount"], first["total"]) == ("6200:200:TP", "2010", Decimal("33.95"))
    assert first["member"]["identifier"] == "JDoe"
    assert "vendorNumber" not in first["member"]
    assert {row["classification"] for row in rows} == {"Reimbursable", "NonReimbursable", "Personal"}
    assert {row["currency"]["currencyCode"] for row in rows} == {"USD", "EUR"}
    assert {row["glType"] for row in rows} == {"EE", "EI"}
    assert all(("company" in row) == (row["glType"] == "EE") for row in rows)
    assert all(row["total"] == row["billableAmount"] + row["nonBillableAmount"] for row in rows)
    assert caller.get(f"{ACCOUNTING}/unpostedexpenses/count", conditions="classification='Reimbursable'")["count"] == 38


def test_the_tax_of_an_expense_is_in_its_total_and_listed_by_level(caller):
    taxed = [row for row in unposted(caller, "expenses") if "taxCode" in row]
    assert {row["taxCode"]["name"] for row in taxed} == {"DE-VAT", "FL-HILL"}
    for row in taxed:
        levels = caller.get(f"{ACCOUNTING}/unpostedexpenses/{row['id']}/taxableLevels")
        assert sum(level["taxAmount"] for level in levels) == row["salesTaxAmount"] > 0
    lunch = next(row for row in taxed if row["salesTaxAmount"] == Decimal("1.40"))
    assert lunch["total"] == Decimal("21.40")
    caller.refusal("GET", f"{ACCOUNTING}/unpostedexpenses/1/taxableLevels", 404)


def test_a_bill_gathers_a_members_period_in_one_currency_and_balances(caller):
    bills = export(caller, "Expenses")["expenseBills"]
    assert all(bill["total"] == sum(line["total"] for line in bill["detail"]) for bill in bills)
    assert max(len(bill["detail"]) for bill in bills) > 2
    assert len({(b["member"]["id"], b["memo"], b["currency"]["currencyCode"]) for b in bills}) == len(bills)
    assert len({bill["memo"] for bill in bills}) == 5
    assert max(bill["documentDate"] for bill in bills) == "2026-11-01T00:00:00", "the last period ends in November"
    assert max(line["documentDate"] for bill in bills for line in bill["detail"]) < "2026-11"
    both = [b for b in bills if b["member"]["id"] == SOFIA and "2026-10-12" in b["memo"]]
    assert {b["currency"]["currencyCode"]: b["total"] for b in both}["EUR"] == Decimal("699.50")
    (owed_back,) = export(caller, "Expenses", includedExpenseIds=[623])["expenseBills"]
    assert owed_back["total"] == Decimal("-18.75")
    for bill in bills:
        assert bill["apAccountNumber"] == "2010"
        assert bill["documentType"] == "GENERAL JOURNAL"
        assert bill["documentNumber"] == f"{bill['id']}{bill['member']['identifier']}"
        assert bill["memo"].endswith(bill["documentDate"][:10])


def test_the_lines_of_a_bill_lead_back_to_the_rows(caller):
    rows = {row["id"]: row for row in unposted(caller, "expenses")}
    answer = export(caller, "Expenses")
    lines = lines_of(answer["expenseBills"])
    assert len(lines) == 39  # the personal one is not exported
    for line in lines:
        expense, offset = line["id"]
        row = rows.pop(expense)
        assert offset not in rows
        assert (line["total"], line["accountNumber"]) == (row["total"], row["accountNumber"])
        assert line["reimbursable"] == (row["classification"] == "Reimbursable")
    assert [row["classification"] for row in rows.values()] == ["Personal"]
    assert [line["total"] for line in lines if line["companyAdvance"]] == [Decimal(250)]
    assert [line["total"] for line in lines if not line["reimbursable"]] == [Decimal(189)]
    assert {v["member"]["id"] for v in answer["vendors"]} == {JANE, RAVI, SOFIA, TOM}
    assert answer["transactions"] == []


def test_the_id_of_a_bill_may_be_of_an_expense_that_is_not_on_it(caller, site):
    bill = next(b for b in export(caller, "Expenses", includedExpenseIds=[612])["expenseBills"])
    assert bill["id"] == row_of(caller, 611)["id"]
    assert bill["id"] not in bill["detail"][0]["id"]
    site.exports_non_reimbursable = False
    assert all(line["reimbursable"] for line in lines_of(export(caller, "Expenses")["expenseBills"]))


def test_one_by_one_every_expense_has_an_offset_of_the_same_size(caller, site):
    site.expenses_as_bill = False
    answer = export(caller, "Expenses")
    assert "expenseBills" not in answer
    assert len(answer["expenses"]) == 39
    for expense in answer["expenses"]:
        assert expense["total"] + expense["offset"]["total"] == 0
        assert expense["offset"]["accountNumber"] == "2010"
        assert expense["periodStartDate"] <= expense["documentDate"] <= expense["periodEndDate"]
    assert any(expense["total"] < 0 for expense in answer["expenses"])
    assert generate_site(invoices=0, expenses=1, as_bill=False).expenses_as_bill is False


def test_the_request_is_honoured(caller):
    assert len(lines_of(export(caller, "Expenses", excludedExpenseIds=[611])["expenseBills"])) == 38
    early = lines_of(export(caller, "Expenses", thruDate="2026-10-06T23:59:59Z")["expenseBills"])
    assert early
    assert max(line["documentDate"] for line in early) <= "2026-10-06T00:00:00"
    orlando = lines_of(export(caller, "Expenses", locationId=3)["expenseBills"])
    assert orlando
    assert {line["accountNumber"][-2:] for line in orlando} == {"OR"}
    assert "expenseBills" not in export(caller, "Products")
    body = {"exportExpensesFlag": True, "includedExpenseIds": []}
    caller.refusal("POST", f"{ACCOUNTING}/export", 400, json=body)


def test_a_batch_takes_expenses_out_of_the_list_and_gives_them_back(caller, site):
    bills = export(caller, "Expenses", includedExpenseIds=[611, 612, 613])["expenseBills"]
    ids = [number for line in lines_of(bills) for number in line["id"]]
    caller.refusal(
        "POST",
        f"{ACCOUNTING}/batches",
        400,
        json={"batchIdentifier": "OCT-E", "exportInvoicesFlag": True, "processedRecordIds": ids},
    )
    mark(caller, "OCT-E", "Expenses", ids[:-1])
    assert site.batch_of_expense(612) == "OCT-E"
    assert site.batch_of_expense(613) is None
    assert 613 in site.unposted_expense_ids()
    mark(caller, "OCT-E2", "Expenses", ids[-1:])
    assert {611, 612, 613}.isdisjoint(site.unposted_expense_ids())
    batch = caller.get(f"{ACCOUNTING}/batches")[0]
    assert (batch["exportExpensesFlag"], batch["exportInvoicesFlag"]) == (True, False)
    entries = caller.get(f"{ACCOUNTING}/batches/{batch['id']}/entries")
    assert {entry["expense"]["id"] for entry in entries} == {611, 612, 613}
    assert all(entry.get("debit", 0) >= 0 and entry.get("credit", 0) >= 0 for entry in entries)
    site.unbatch_expense(612)
    assert 612 in site.unposted_expense_ids()
    with pytest.raises(ValueError, match="in no batch"):
        site.unbatch_expense(612)
    caller.ask("DELETE", f"{ACCOUNTING}/batches/{batch['id']}")
    assert 611 in site.unposted_expense_ids()


def test_a_batch_is_exported_again_with_the_same_bills(caller):
    bills = export(caller, "Expenses", includedExpenseIds=[611, 612, 613])["expenseBills"]
    mark(caller, "OCT-E", "Expenses", [number for line in lines_of(bills) for number in line["id"]])
    (batch,) = caller.get(f"{ACCOUNTING}/batches")
    body = {"exportExpensesFlag": True, "thruDate": "2026-12-31T23:59:59Z"}
    assert caller.post(f"{ACCOUNTING}/batches/{batch['id']}/export", body)["expenseBills"] == bills


def test_a_corrected_expense_has_new_entries_and_another_amount(caller, site):
    before = row_of(caller, 611)
    site.correct_expense(611, Decimal("-3.95"))
    after = row_of(caller, 611)
    assert (after["total"], after["billableAmount"]) == (Decimal("30.00"), Decimal("30.00"))
    assert after["id"] > before["id"]
    caller.refusal(
        "POST",
        f"{ACCOUNTING}/batches",
        400,
        json={"exportExpensesFlag": True, "processedRecordIds": [before["id"]]},
    )
    (line,) = lines_of(export(caller, "Expenses", includedExpenseIds=[611])["expenseBills"])
    mark(caller, "OCT-E", "Expenses", line["id"])
    with pytest.raises(ValueError, match="un-batch it first"):
        site.correct_expense(611, Decimal(1))


def test_the_vendor_number_is_the_members_and_is_mended_on_the_members_screen(caller, site):
    assert caller.get(f"/system/members/{RAVI}", fields="id,vendorNumber,firstName") == {
        "id": RAVI,
        "firstName": "Ravi",
    }
    vendors = {v["member"]["id"]: v["vendorNumber"] for v in export(caller, "Expenses")["vendors"]}
    assert vendors == {JANE: "E-JDOE", RAVI: "", SOFIA: "E-SNUNEZ", TOM: "E-TKLEIN"}
    site.set_vendor_number(RAVI, firm.VENDOR_NUMBER_TO_GIVE)
    assert {b["vendorNumber"] for b in export(caller, "Expenses")["expenseBills"]} == {
        m.vendor_id for m in firm.MEMBERS
    }
    patch = [{"op": "replace", "path": "/vendorNumber", "value": "OTHER"}]
    assert caller.ask("PATCH", f"/system/members/{RAVI}", json=patch).json()["vendorNumber"] == "OTHER"
    site.set_vendor_number(RAVI, "")
    assert "vendorNumber" not in caller.get(f"/system/members/{RAVI}")


def test_entries_and_reports_tell_the_same_amounts(caller):
    rows = {row["expenseDetailId"]: row for row in unposted(caller, "expenses")}
    entries = caller.get("/expense/entries", pageSize=1000)
    assert {entry["id"]: entry["amount"] for entry in entries} == {n: row["total"] for n, row in rows.items()}
    reports = caller.get("/expense/reports", pageSize=1000)
    assert sum(report["total"] for report in reports) == sum(row["total"] for row in rows.values())
    methods = {m["id"]: m["companyFlag"] for m in caller.get("/expense/paymentTypes")}
    on_card = {n for n, row in rows.items() if methods[row["paymentMethod"]["id"]]}
    assert {rows[n]["classification"] for n in on_card} == {"NonReimbursable", "Personal"}

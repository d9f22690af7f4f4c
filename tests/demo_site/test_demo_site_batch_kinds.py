"""A batch of each kind at the demo site: its entries say what they come from, and it is exported as it was."""

from __future__ import annotations

from collections import Counter
from decimal import Decimal

import pytest
from published_forms import as_json, validate

from xlpy.demo.site.making.generate import generate_site

REFERENCES = ("invoice", "expense", "purchaseOrder", "adjustmentDetail", "transfer")
KINDS = {"exportInvoicesFlag": ("invoice",), "exportExpensesFlag": ("expense",)}
KINDS["exportProductsFlag"] = ("receipt", "adjustment", "transfer")


@pytest.fixture
def site():
    return generate_site(invoices=20, expenses=16, procurement=24, server_version="v2026.11.1")


def batch_of_everything(caller, site, *flags):
    kinds = {kind for flag in flags for kind in KINDS[flag]}
    numbers = [entry.id for entry in site.records.entries.values() if entry.kind in kinds]
    body = dict.fromkeys(flags, True) | {"batchIdentifier": "ALL", "processedRecordIds": numbers}
    caller.post("/finance/accounting/batches", body, status=201)
    return caller.get("/finance/accounting/batches", conditions='batchIdentifier = "ALL"')[0]["id"]


@pytest.mark.parametrize("as_bill", [True, False])
@pytest.mark.parametrize("flag", KINDS)
def test_a_batch_is_exported_as_its_documents_were_before(caller, site, flag, as_bill):
    site.expenses_as_bill = as_bill
    request = {flag: True, "thruDate": "2099-12-31T23:59:59Z", "summarizeInvoices": "Detailed"}
    before = caller.post("/finance/accounting/export", request)
    assert any(part for name, part in before.items() if name != "exportSettings")
    batch = batch_of_everything(caller, site, flag)
    assert caller.post("/finance/accounting/export", request)["transactions"] == []
    again = caller.post(f"/finance/accounting/batches/{batch}/export", request)
    validate(as_json(again), "GLExport")
    assert again == before
    assert caller.ask("DELETE", f"/finance/accounting/batches/{batch}").status_code == 204
    assert caller.post("/finance/accounting/export", request) == before
    caller.refusal("POST", f"/finance/accounting/batches/{batch}/export", 404, json=request)


def test_every_entry_says_what_it_comes_from(caller, site):
    batch = batch_of_everything(caller, site, *KINDS)
    entries = caller.get(f"/finance/accounting/batches/{batch}/entries", pageSize=1000)
    validate(as_json(entries), "BatchEntry[]")
    assert {entry["id"] for entry in entries} == set(site.records.entries)
    kinds = Counter()
    for entry in entries:
        (reference,) = (name for name in REFERENCES if name in entry)
        kinds[reference] += 1
        assert (entry.get("debit") is None) != (entry.get("credit") is None)
        assert entry["accountNumber"]
        assert entry["accountType"]
        assert ("lineItem" in entry) <= (reference == "purchaseOrder")
        if entry.get("costOfGoodsSoldAccountNumber") and reference in ("invoice", "purchaseOrder"):
            assert entry["item"]
            assert entry["cost"]
    assert set(kinds) == set(REFERENCES)
    lines = [entry for entry in entries if "lineItem" in entry]
    assert all(entry["lineItem"]["id"] and entry["lineItem"]["identifier"] == entry["item"] for entry in lines)
    for name in ("invoice", "expense", "transfer"):
        mine = [entry for entry in entries if name in entry]
        assert sum(e.get("debit", 0) - e.get("credit", 0) for e in mine) == Decimal(0)
    assert all(
        entry["item"] and entry["cost"] for e in ("adjustmentDetail", "transfer") for entry in entries if e in entry
    )
    expense = next(iter(site.records.expenses.values()))
    mine = [e for e in entries if e.get("expense", {}).get("id") == expense.id]
    assert [entry["id"] for entry in mine] == list(expense.entry_ids)
    assert all(entry["expense"]["amount"] == expense.total for entry in mine)


def test_a_closed_batch_can_not_be_deleted(caller, site):
    batch = batch_of_everything(caller, site, "exportExpensesFlag")
    site.close_batch(batch)
    caller.refusal("DELETE", f"/finance/accounting/batches/{batch}", 400)
    assert caller.get("/finance/accounting/batches")[0]["closedFlag"] is True

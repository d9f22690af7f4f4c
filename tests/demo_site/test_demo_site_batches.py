"""The life of an accounting batch: made, looked at, exported again, deleted."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest
import requests

BATCHES = "/finance/accounting/batches"
NAME = "20261031KM-I"
THROUGH = {"exportInvoicesFlag": True, "thruDate": "2026-12-31T23:59:59Z"}


def test_a_batch_takes_its_documents_out_of_the_unposted_list(caller, site, entry_ids):
    documents = caller.export(includedInvoiceIds=[4401, 4402])
    ids = [number for document in documents for number in entry_ids(document)]
    caller.create_batch(NAME, ids, glInterfaceIdentifier=NAME, summarizeExpenses=False)
    assert {4401, 4402}.isdisjoint(site.unposted_invoice_ids())
    assert site.batch_of(4401) == NAME
    assert site.batch_of(4403) is None
    (row,) = caller.get(BATCHES, conditions=f'batchIdentifier="{NAME}"')
    assert row["exportInvoicesFlag"] is True
    assert row["closedFlag"] is False
    assert caller.get(f"{BATCHES}/{row['id']}/entries/count") == {"count": len(ids)}
    assert caller.get("/finance/accounting/unpostedinvoices/count") == {"count": 58}
    assert caller.export(includedInvoiceIds=[4401, 4402]) == []
    assert caller.get("/finance/invoices/4401")["glBatch"] == {"id": row["id"], "name": NAME}
    assert all(entry["isBatched"] for entry in caller.get("/finance/invoices/4401/glEntries/"))


def test_debits_and_credits_of_a_batch_are_equal_and_positive(caller, site, entry_ids):
    ids = [number for document in caller.export() for number in entry_ids(document)]
    caller.create_batch(NAME, ids)
    assert site.unposted_invoice_ids() == ()
    (batch,) = caller.get(BATCHES)
    entries = caller.get(f"{BATCHES}/{batch['id']}/entries", pageSize=1000)
    assert len(entries) == len(ids)
    debits = [entry["debit"] for entry in entries if "debit" in entry]
    credits_ = [entry["credit"] for entry in entries if "credit" in entry]
    assert sum(debits) == sum(credits_) > 0
    assert min(*debits, *credits_) >= 0
    assert {entry["invoice"]["id"] for entry in entries} == set(range(4401, 4461))


def test_a_document_stays_unposted_until_its_last_entry_is_in_a_batch(caller, site, entry_ids):
    (document,) = caller.export(includedInvoiceIds=[4401])
    first, *rest = entry_ids(document)
    caller.create_batch(NAME, rest)
    assert 4401 in site.unposted_invoice_ids()
    assert site.batch_of(4401) is None
    (half,) = caller.export(includedInvoiceIds=[4401])
    assert half["detail"] == []
    assert entry_ids(half) == [first]
    caller.create_batch("rest", [first])
    assert 4401 not in site.unposted_invoice_ids()


def test_lines_alone_leave_a_document_half_posted(caller, site):
    (document,) = caller.export(includedInvoiceIds=[4401])
    caller.create_batch(NAME, [line["id"] for line in document["detail"]])
    assert 4401 in site.unposted_invoice_ids()


def test_a_batch_is_exported_again_as_it_was(caller, entry_ids):
    documents = caller.export(includedInvoiceIds=[4401, 4403])
    caller.create_batch(NAME, [number for document in documents for number in entry_ids(document)])
    (batch,) = caller.get(BATCHES)
    again = caller.post(f"{BATCHES}/{batch['id']}/export", THROUGH)
    assert again["transactions"] == documents
    early = caller.post(f"{BATCHES}/{batch['id']}/export", {**THROUGH, "thruDate": "2026-09-01T00:00:00Z"})
    assert early["transactions"] == []
    caller.refusal("POST", f"{BATCHES}/9/export", 404, json=THROUGH)


def test_deleting_a_batch_gives_its_documents_back(caller, site, entry_ids):
    before = caller.export()
    caller.create_batch(NAME, [number for document in before for number in entry_ids(document)])
    (batch,) = caller.get(BATCHES)
    answer = caller.ask("DELETE", f"{BATCHES}/{batch['id']}")
    assert (answer.status_code, answer.content) == (204, b"")
    assert caller.export() == before
    assert len(site.unposted_invoice_ids()) == 60
    caller.refusal("GET", f"{BATCHES}/{batch['id']}", 404)
    caller.refusal("DELETE", f"{BATCHES}/{batch['id']}", 404)
    caller.create_batch(NAME, entry_ids(before[0]))


def test_a_closed_batch_is_out_of_reach(caller, site, entry_ids):
    (document,) = caller.export(includedInvoiceIds=[4401])
    caller.create_batch(NAME, entry_ids(document))
    (batch,) = caller.get(BATCHES)
    site.close_batch(batch["id"])
    assert caller.get(f"{BATCHES}/{batch['id']}")["closedFlag"] is True
    caller.refusal("DELETE", f"{BATCHES}/{batch['id']}", 400)
    with pytest.raises(ValueError, match="closed batch"):
        site.unbatch(4401)
    assert site.batch_of(4401) == NAME


def test_a_batch_without_a_name_gets_a_timestamp(caller, site, entry_ids):
    (document,) = caller.export(includedInvoiceIds=[4401])
    body = {"exportInvoicesFlag": True, "processedRecordIds": [*entry_ids(document), None]}
    caller.post(BATCHES, body, status=201)
    assert site.batch_of(4401) == "20261105093000"


@pytest.mark.parametrize(
    ("change", "refused"),
    [
        ({"batchIdentifier": "used-i"}, ("batchIdentifier", "ObjectExists")),
        ({"batchIdentifier": "x" * 51}, ("batchIdentifier", "StringLength")),
        ({"processedRecordIds": []}, ("processedRecordIds", "InvalidField")),
        ({"processedRecordIds": [None]}, ("processedRecordIds", "InvalidField")),
        ({"processedRecordIds": None}, ("processedRecordIds", "InvalidField")),
        ({"processedRecordIds": [4402]}, ("processedRecordIds", "InvalidField")),  # an invoice id, not a GL entry's
        ({"processedRecordIds": ["90000"]}, ("processedRecordIds", "InvalidField")),
        ({"exportInvoicesFlag": False}, ("exportInvoicesFlag", "InvalidField")),
        ({"exportInvoicesFlag": False, "exportExpensesFlag": True}, ("processedRecordIds", "InvalidField")),
        ({"closed": True}, ("closed", "InvalidField")),
    ],
)
def test_a_bad_batch_is_refused_and_nothing_is_marked(caller, site, entry_ids, change, refused):
    used, fresh = caller.export(includedInvoiceIds=[4401, 4402])
    caller.create_batch("Used-I", entry_ids(used))
    body = {"batchIdentifier": NAME, "exportInvoicesFlag": True, "processedRecordIds": entry_ids(fresh), **change}
    refusal = caller.refusal("POST", BATCHES, 400, json=body)
    assert (refusal["errors"][0]["field"], refusal["errors"][0]["code"]) == refused
    assert site.batch_of(4402) is None
    assert caller.get(f"{BATCHES}/count") == {"count": 1}


def test_entries_that_are_posted_already_are_refused_with_the_batch_named(caller, entry_ids):
    first, second = caller.export(includedInvoiceIds=[4401, 4402])
    caller.create_batch(NAME, entry_ids(first))
    body = {
        "batchIdentifier": "again",
        "exportInvoicesFlag": True,
        "processedRecordIds": [*entry_ids(second), entry_ids(first)[0]],
    }
    assert NAME in caller.refusal("POST", BATCHES, 400, json=body)["errors"][0]["message"]
    assert len(caller.export(includedInvoiceIds=[4402])) == 1


def test_required_ids_are_named_when_missing(caller):
    refusal = caller.refusal("POST", BATCHES, 400, json={"batchIdentifier": NAME, "exportInvoicesFlag": True})
    assert refusal["errors"][0]["code"] == "MissingRequiredField"


def test_of_several_callers_at_once_only_one_gets_a_document(caller, site, entry_ids):
    (document,) = caller.export(includedInvoiceIds=[4401])

    def create(name):
        body = {"batchIdentifier": name, "exportInvoicesFlag": True, "processedRecordIds": entry_ids(document)}
        url = f"{caller.running.url}/v4_6_release/apis/3.0{BATCHES}"
        return requests.post(url, json=body, auth=caller.session.auth, headers=caller.session.headers, timeout=30)

    with ThreadPoolExecutor(6) as pool:
        answers = list(pool.map(create, "ABCDEF"))
    assert sorted(answer.status_code for answer in answers) == [201, 400, 400, 400, 400, 400]
    (batch,) = caller.get(BATCHES)
    assert site.batch_of(4401) == batch["batchIdentifier"]

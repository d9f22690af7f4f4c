"""Batches made, asked for and deleted at the demo site: what is ours, what is unclear, what is refused."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from itertools import islice

import pytest
from demo_site_looks import BATCHES, SECRETS, calls, exported, settings_of

from xlpy.demo.site.door.faults import Fault, FaultKind
from xlpy.domain.values.transactions import Kind
from xlpy.errors import (
    BatchNameTaken,
    BatchNotConfirmed,
    ManageError,
    ManageRefused,
    ManageUnreachable,
    SettingsError,
)
from xlpy.manage.client import ManageClient


def test_a_batch_marks_its_invoices(manage, site, two, entries):
    batch = manage.create_batch("20261031KM-I", [*entries, entries[0], 0], [Kind.INVOICE])
    assert (batch.identifier, batch.kinds, batch.closed) == ("20261031KM-I", frozenset({Kind.INVOICE}), False)
    assert manage.find_batch("20261031KM-I") == batch
    left = {row.billing_log_id for row in manage.unposted_invoices()}
    assert left.isdisjoint(invoice.id for invoice in two)
    found = manage.batch_entries(batch.id)
    assert {entry.id for entry in found} == set(entries)
    assert {entry.invoice_id for entry in found} == {invoice.id for invoice in two}
    assert sum(e.debit for e in found) == sum(e.credit for e in found) > 0
    assert calls(site, "POST", BATCHES) == 1


def test_a_batch_that_is_there_with_our_entries_is_not_made_again(manage, site, entries):
    first = manage.create_batch("B", entries, [Kind.INVOICE])
    assert manage.create_batch("B", entries, [Kind.INVOICE]) == first
    assert calls(site, "POST", BATCHES) == 1


def test_a_name_in_use_for_other_entries_is_never_ours(manage, site, two):
    manage.create_batch("B", two[0].all_entry_ids, [Kind.INVOICE])
    with pytest.raises(BatchNameTaken):
        manage.create_batch("b", two[1].all_entry_ids, [Kind.INVOICE])
    assert site.batch_of(two[1].id) is None
    assert calls(site, "POST", BATCHES) == 1


def test_a_batch_with_some_of_ours_and_some_of_others_is_not_ours(manage, site):
    one, two, three = exported(manage, site.unposted_invoice_ids()[:3])
    manage.create_batch("B", [*one.all_entry_ids, *two.all_entry_ids], [Kind.INVOICE])
    with pytest.raises(BatchNameTaken, match="not of this run"):
        manage.create_batch("B", [*two.all_entry_ids, *three.all_entry_ids], [Kind.INVOICE])
    assert manage.create_batch("B", two.all_entry_ids, [Kind.INVOICE]).identifier == "B"
    assert calls(site, "POST", BATCHES) == 1


def test_a_line_that_breaks_after_the_work_is_settled_by_looking(manage, site, two, entries):
    site.faults.add(Fault(FaultKind.DROP_AFTER, method="POST", path=BATCHES))
    batch = manage.create_batch("B", entries, [Kind.INVOICE])
    assert site.batch_of(two[0].id) == batch.identifier == "B"
    assert calls(site, "POST", BATCHES) == 1


@pytest.mark.parametrize(
    "fault",
    [
        Fault(FaultKind.DROP_BEFORE),
        Fault(FaultKind.SERVER_TIMEOUT),
        Fault(FaultKind.UNAVAILABLE, retry_after=1),
        Fault(FaultKind.HTML),
        Fault(FaultKind.HTML, status=200),
    ],
    ids=lambda fault: f"{fault.kind.name}{fault.status or ''}",
)
def test_an_unclear_answer_and_no_batch_stays_unclear(manage, site, entries, slept, fault):
    site.faults.add(replace(fault, method="POST", path=BATCHES))
    with pytest.raises(ManageUnreachable, match="not known whether the batch 'B' was made") as lost:
        manage.create_batch("B", entries, [Kind.INVOICE])
    assert lost.value.sent
    assert calls(site, "POST", BATCHES) == 1
    assert slept == []
    assert manage.create_batch("B", entries, [Kind.INVOICE]).identifier == "B"


@pytest.mark.parametrize("kind", [FaultKind.FORBIDDEN, FaultKind.UNAUTHORIZED, FaultKind.TOO_MANY])
def test_a_clear_refusal_marks_nothing(manage, site, two, entries, kind):
    site.faults.add(Fault(kind, method="POST", path=BATCHES))
    with pytest.raises(ManageRefused):
        manage.create_batch("B", entries, [Kind.INVOICE])
    assert site.batch_of(two[0].id) is None
    assert calls(site, "POST", BATCHES) == 1


def test_when_the_site_is_gone_after_the_post_it_stays_sent(manage, site, entries):
    site.faults.add(Fault(FaultKind.DROP_AFTER, method="POST", path=BATCHES))
    site.faults.add(Fault(FaultKind.FORBIDDEN, method="GET", path=BATCHES, nth=2, times=None))
    with pytest.raises(ManageUnreachable) as lost:
        manage.create_batch("B", entries, [Kind.INVOICE])
    assert lost.value.sent


@pytest.mark.parametrize("refused", [True, False])
def test_a_name_that_another_takes_in_the_same_moment_is_told(manage, site, two, refused):
    ours, theirs = two

    def somebody_else(method, path):
        if (method, path) == ("POST", BATCHES):
            site.before_request = None
            with ManageClient(settings_of(manage), SECRETS) as other:
                other.create_batch("B", theirs.all_entry_ids, [Kind.INVOICE])
            if not refused:
                raise ConnectionError

    site.before_request = somebody_else
    with pytest.raises(BatchNameTaken):
        manage.create_batch("B", ours.all_entry_ids, [Kind.INVOICE])
    assert site.batch_of(ours.id) is None
    assert calls(site, "POST", BATCHES) == 2


def test_a_post_that_a_proxy_sent_twice_is_done(manage, site, two):
    def proxy(method, path):
        if (method, path) == ("POST", BATCHES):
            site.before_request = None
            with ManageClient(settings_of(manage), SECRETS) as other:
                other.create_batch("B", two[0].all_entry_ids, [Kind.INVOICE])

    site.before_request = proxy
    assert manage.create_batch("B", two[0].all_entry_ids, [Kind.INVOICE]).identifier == "B"


@pytest.mark.parametrize(("rows", "count"), [([], 5), (None, 0)])
def test_a_batch_that_manage_took_but_does_not_show_is_not_confirmed(stub, client, rows, count):
    path = f"/v4_6_release/apis/3.0{BATCHES}"
    stub.on("GET", path, [], [{"id": 1, "batchIdentifier": "B"}] if rows is None else rows)
    stub.on("GET", f"{path}/1/entries/count", {"count": count})
    stub.on("POST", path, {})
    with pytest.raises(BatchNotConfirmed):
        client.create_batch("B", [1, 2], [Kind.EXPENSE])
    (sent,) = stub.served(path, "POST")
    assert sent.body == {
        "batchIdentifier": "B",
        "glInterfaceIdentifier": "B",
        "exportInvoicesFlag": False,
        "exportExpensesFlag": True,
        "exportProductsFlag": False,
        "summarizeExpenses": True,
        "processedRecordIds": [1, 2],
    }


def test_two_batches_of_one_name_are_told(stub, client):
    path = f"/v4_6_release/apis/3.0{BATCHES}"
    stub.on("GET", path, [{"id": n, "batchIdentifier": "B"} for n in (1, 2)])
    with pytest.raises(ManageError, match="2 batches named 'B'"):
        client.find_batch("B")


def test_batches_of_other_names_are_left_out(stub, client):
    stub.on("GET", f"/v4_6_release/apis/3.0{BATCHES}", [{"id": 1, "batchIdentifier": "B-1"}, {"id": 2}])
    assert client.find_batch("B") is None


@pytest.mark.parametrize(
    "answer",
    [
        {"transactions": [{"id": 4417}, {"id": 4999, "documentNumber": "10460"}]},
        {"transactions": [{"id": 4417}, {"id": 4417}]},
        {"transactions": [{}]},
        {"transactions": [], "expenses": [{"id": 1}]},
        {"transactions": ["odd"]},
        {"transactions": {}},
        [],
        None,
    ],
)
def test_an_export_with_anything_foreign_is_refused(stub, client, answer):
    stub.on("POST", "/v4_6_release/apis/3.0/finance/accounting/export", answer)
    with pytest.raises(ManageError):
        exported(client, [4417])


@pytest.mark.parametrize("answer", [{}, {"transactions": None, "expenses": []}, {"transactions": []}])
def test_an_export_of_nothing_is_nothing(stub, client, answer):
    path = "/v4_6_release/apis/3.0/finance/accounting/export"
    stub.on("POST", path, answer)
    assert exported(client, [4417], through=date(2026, 1, 31), location_id=3) == ()
    assert stub.served(path)[0].body == {
        "batchIdentifier": "20261031KM-I",
        "glInterfaceIdentifier": "20261031KM-I",
        "thruDate": "2026-01-31T23:59:59Z",
        "summarizeInvoices": "Default",
        "exportInvoicesFlag": True,
        "exportExpensesFlag": False,
        "exportProductsFlag": False,
        "includedInvoiceIds": [4417],
        "locationId": 3,
    }


def test_a_batch_without_entries_is_not_confirmed(manage, site, entries):
    manage.create_batch("B", entries, [Kind.INVOICE])
    site.records.batches[318].entry_ids.clear()
    with pytest.raises(BatchNotConfirmed):
        manage.create_batch("B", entries, [Kind.INVOICE])


def test_a_batch_of_nothing_is_refused_before_any_call(manage, site):
    for ids, kinds in (([], [Kind.INVOICE]), ([0], [Kind.INVOICE]), ([1], [])):
        with pytest.raises(ManageError):
            manage.create_batch("B", ids, kinds)
    assert site.calls == []


def test_names_like_the_wanted_one_are_counted_up(manage, site):
    assert list(islice(manage.identifiers_like(" 20261031KM-I "), 3)) == [
        "20261031KM-I",
        "20261031KM-I-1",
        "20261031KM-I-2",
    ]
    assert site.calls == []


def test_a_long_name_makes_room_for_its_number(manage):
    assert list(islice(manage.identifiers_like("B" * 50), 2)) == ["B" * 50, "B" * 48 + "-1"]


@pytest.mark.parametrize("name", ["", "  ", 'a"b', "a\\", "x" * 51, "a\nb"])
def test_a_name_that_manage_can_not_keep_is_refused_before_any_call(manage, site, name):
    calls = (
        manage.find_batch,
        lambda n: next(manage.identifiers_like(n)),
        lambda n: manage.create_batch(n, [1], [Kind.INVOICE]),
    )
    for call in calls:
        with pytest.raises(SettingsError):
            call(name)
    assert site.calls == []


def test_a_name_with_an_apostrophe_and_other_letters_works(manage, two):
    name = "Müller's 100% & more (x)"
    manage.create_batch(name, two[0].all_entry_ids, [Kind.INVOICE])
    assert manage.find_batch(name).identifier == name


def test_a_deleted_batch_gives_its_invoices_back(manage, site, two, entries):
    batch = manage.create_batch("B", entries, [Kind.INVOICE])
    manage.delete_batch(batch.id)
    assert manage.find_batch("B") is None
    assert two[0].id in site.unposted_invoice_ids()
    with pytest.raises(ManageRefused) as refused:
        manage.delete_batch(batch.id)
    assert refused.value.status == 404


def test_a_closed_batch_is_not_deleted(manage, site, entries):
    batch = manage.create_batch("B", entries, [Kind.INVOICE])
    site.close_batch(batch.id)
    with pytest.raises(ManageError, match="is closed"):
        manage.delete_batch(batch.id)
    assert manage.find_batch("B").closed
    assert calls(site, "DELETE", ".*") == 0


def test_a_deletion_whose_answer_is_lost_is_looked_at(manage, site, entries):
    batch = manage.create_batch("B", entries, [Kind.INVOICE])
    site.faults.add(Fault(FaultKind.DROP_BEFORE, method="DELETE"))
    with pytest.raises(ManageUnreachable):
        manage.delete_batch(batch.id)
    site.faults.add(Fault(FaultKind.DROP_AFTER, method="DELETE"))
    manage.delete_batch(batch.id)
    assert manage.find_batch("B") is None
    assert calls(site, "DELETE", ".*") == 2

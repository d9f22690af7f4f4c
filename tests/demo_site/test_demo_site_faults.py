"""Faults on demand, and the hooks around a request."""

from __future__ import annotations

import pytest
import requests

from xlpy.demo.site.door.faults import Fault, FaultKind

TERMS = "/finance/billingTerms"
BATCHES = "/finance/accounting/batches"


@pytest.mark.parametrize(
    ("kind", "status"),
    [
        (FaultKind.UNAUTHORIZED, 401),
        (FaultKind.FORBIDDEN, 403),
        (FaultKind.NOT_FOUND, 404),
        (FaultKind.TOO_MANY, 429),
        (FaultKind.SERVER_TIMEOUT, 500),
        (FaultKind.UNAVAILABLE, 503),
    ],
)
def test_a_status_is_answered_once_in_manages_words(caller, site, kind, status):
    site.faults.add(Fault(kind))
    answer = caller.refusal("GET", TERMS, status)
    assert set(answer) == {"code", "message"}
    assert caller.get(TERMS)


def test_a_500_says_timeout(caller, site):
    site.faults.add(Fault(FaultKind.SERVER_TIMEOUT))
    assert "timeout" in caller.ask("GET", TERMS).text


def test_retry_after_is_sent_when_asked_for(caller, site):
    site.faults.add(Fault(FaultKind.TOO_MANY, retry_after=3))
    site.faults.add(Fault(FaultKind.TOO_MANY))
    assert caller.ask("GET", TERMS).headers["Retry-After"] == "3"
    assert "Retry-After" not in caller.ask("GET", "/system/info").headers


def test_the_nth_matching_call_is_hit_and_others_are_not(caller, site):
    site.faults.add(Fault(FaultKind.FORBIDDEN, method="get", path=r"/finance/.*", nth=2, times=2))
    statuses = [caller.ask("GET", path).status_code for path in (TERMS, "/system/info", TERMS, TERMS, TERMS)]
    assert statuses == [200, 200, 403, 403, 200]


def test_a_fault_for_ever_lasts_until_it_is_cleared(caller, site):
    site.faults.add(Fault(FaultKind.UNAVAILABLE, path=TERMS, times=None))
    assert [caller.ask("GET", TERMS).status_code for _ in range(3)] == [503, 503, 503]
    site.faults.clear()
    assert caller.ask("GET", TERMS).status_code == 200


def test_the_path_must_match_whole(caller, site):
    site.faults.add(Fault(FaultKind.FORBIDDEN, path="/finance"))
    assert caller.ask("GET", TERMS).status_code == 200


def test_a_proxys_page_and_plain_text(caller, site):
    site.faults.add(Fault(FaultKind.HTML))
    site.faults.add(Fault(FaultKind.TEXT))
    site.faults.add(Fault(FaultKind.HTML, status=200))
    page = caller.ask("GET", TERMS)
    assert (page.status_code, page.headers["Content-Type"]) == (502, "text/html; charset=utf-8")
    site.faults.clear()
    site.faults.add(Fault(FaultKind.TEXT))
    text = caller.ask("GET", TERMS)
    assert (text.status_code, text.text) == (404, "Cannot route. Codebase/company is invalid.")
    site.faults.add(Fault(FaultKind.HTML, status=200))
    assert caller.ask("GET", TERMS).text.startswith("<!DOCTYPE html>")


def test_an_upgrade_makes_the_codebase_stale(caller, site):
    site.faults.add(Fault(FaultKind.STALE_CODEBASE))
    assert caller.ask("GET", TERMS).status_code == 404
    info = requests.get(f"{caller.running.url}/login/companyinfo/harborpine", timeout=30).json()
    assert info["Codebase"] == "v2025_2/"
    old = caller.session.get(f"{caller.running.url}/v2025_1/apis/3.0{TERMS}", timeout=30)
    new = caller.session.get(f"{caller.running.url}/v2025_2/apis/3.0{TERMS}", timeout=30)
    assert (old.status_code, new.status_code) == (404, 200)


def test_dropped_before_the_work_nothing_is_done(caller, site, entry_ids):
    (document,) = caller.export(includedInvoiceIds=[4401])
    site.faults.add(Fault(FaultKind.DROP_BEFORE, method="POST", path=BATCHES))
    with pytest.raises(requests.ConnectionError):
        caller.create_batch("B", entry_ids(document))
    assert site.batch_of(4401) is None
    caller.create_batch("B", entry_ids(document))


def test_dropped_after_the_work_it_is_done(caller, site, entry_ids):
    (document,) = caller.export(includedInvoiceIds=[4401])
    site.faults.add(Fault(FaultKind.DROP_AFTER, method="POST", path=BATCHES))
    with pytest.raises(requests.ConnectionError):
        caller.create_batch("B", entry_ids(document))
    assert site.batch_of(4401) == "B"
    assert len(caller.get(BATCHES, conditions='batchIdentifier="B"')) == 1


def test_hooks_run_before_the_work_and_before_the_answer(caller, site, entry_ids):
    (document,) = caller.export(includedInvoiceIds=[4401])
    seen = []
    site.before_request = lambda method, path: seen.append((method, path, site.batch_of(4401)))
    site.after_request = lambda _method, _path: seen.append(site.batch_of(4401))
    caller.create_batch("B", entry_ids(document))
    assert seen == [("POST", BATCHES, None), "B"]


def test_a_hook_that_raises_drops_the_line(caller, site):
    def break_line(_method, _path):
        raise RuntimeError("gone")

    site.before_request = break_line
    with pytest.raises(requests.ConnectionError):
        caller.ask("GET", TERMS)
    site.before_request = None
    assert caller.get(TERMS)


def test_a_refused_call_is_listed_like_any_other(caller, site):
    site.faults.add(Fault(FaultKind.DROP_BEFORE))
    with pytest.raises(requests.ConnectionError):
        caller.ask("GET", TERMS)
    assert site.calls == [("GET", TERMS)]

"""A call that never ends, never stops growing, or answers with what can't be read: each is told and leaves nothing."""

from __future__ import annotations

import gzip
import time

import pytest

from xlpy.errors import ManageError, ManageSpokeNonsense, ManageUnreachable
from xlpy.manage.http import bounded, no_answer
from xlpy.manage.paging import read_by_ids, read_list
from xlpy.manage.row import Row

API = "/v4_6_release/apis/3.0"
INFO = f"{API}/system/info"
THINGS = f"{API}/finance/things"
BATCHES = f"{API}/finance/accounting/batches"
GOOD = {"version": "v2025.8.1"}
NOT_AN_ADDRESS = "http://[::1"


@pytest.fixture
def impatient(open_client):
    """A transport that waits a second for a connection and a second for an answer."""
    client = open_client(connect_timeout=1, read_timeout=1, codebase="v4_6_release", time_zone="UTC")
    return client._transport


def test_a_byte_now_and_then_ends_at_the_deadline_and_the_next_call_works(stub, impatient, reply, slept) -> None:
    stub.on("GET", INFO, reply(b'{"version": "' + b"9" * 500 + b'"}', drip=0.2), GOOD)
    before = time.monotonic()
    with pytest.raises(ManageUnreachable, match="not complete within 2 s") as late:
        impatient.get("/system/info")
    assert 1.9 < time.monotonic() - before < 30  # 100 s without the deadline
    assert late.value.sent
    assert slept == []
    assert impatient.get("/system/info").data == GOOD
    assert len(stub.served(INFO)) == 2


def test_a_change_whose_answer_drips_is_sent_once_and_may_be_done(stub, impatient, reply) -> None:
    stub.on("POST", BATCHES, reply(b'{"id": ' + b" " * 500 + b"7}", drip=0.2))
    with pytest.raises(ManageUnreachable, match="not complete within 2 s") as late:
        impatient.write("POST", "/finance/accounting/batches", {})
    assert late.value.sent
    assert len(stub.served(BATCHES)) == 1


def test_an_exchange_in_time_returns_or_raises_what_it_does() -> None:
    assert bounded.in_time(30, lambda: 7) == 7
    with pytest.raises(ZeroDivisionError):
        bounded.in_time(30, lambda: 1 // 0)


@pytest.fixture
def small_answers(monkeypatch) -> int:
    """The most bytes of an answer, lowered."""
    monkeypatch.setattr(bounded.whole, "__defaults__", (1000,))
    return 1000


@pytest.mark.parametrize(("size", "taken"), [(1000, True), (1001, False), (400_000, False)])
def test_an_answer_above_the_largest_size_is_refused(stub, transport, small_answers, size, taken) -> None:
    around = len(b'{"version": ""}')
    stub.on("GET", INFO, b'{"version": "' + b"9" * (size - around) + b'"}')
    if taken:
        assert len(transport.get("/system/info").data["version"]) == size - around
        return
    with pytest.raises(ManageUnreachable, match="the answer is larger than"):
        transport.get("/system/info")
    assert len(stub.served(INFO)) == 1


def test_it_is_the_unpacked_size_that_counts(stub, transport, small_answers, reply) -> None:
    packed = gzip.compress(b'{"version": "' + b"9" * 300_000 + b'"}')
    assert len(packed) < small_answers
    stub.on("GET", INFO, reply(packed, headers={"Content-Encoding": "gzip"}))
    with pytest.raises(ManageUnreachable, match="the answer is larger than"):
        transport.get("/system/info")


def test_the_size_is_told_as_it_is_set() -> None:
    why = no_answer.why_no_answer(bounded.AnswerTooLarge(), host="h", connect_timeout=1, timeout=1)
    assert why.reason == f"the answer is larger than {bounded.MOST_BYTES // 2**20} MB"
    assert why.sent


def test_a_packed_answer_that_is_damaged_is_told(stub, transport, reply, slept) -> None:
    stub.on("GET", INFO, reply(b"\x1f\x8b not packed at all", headers={"Content-Encoding": "gzip"}))
    with pytest.raises(ManageUnreachable):
        transport.get("/system/info")


@pytest.mark.parametrize("status", [301, 302, 307, 308])
def test_a_redirect_to_what_is_no_address_is_told(stub, client, reply, status) -> None:
    stub.on("GET", INFO, reply(b"", status, {"Location": NOT_AN_ADDRESS}))
    with pytest.raises(ManageUnreachable, match="an address in its answer"):
        client.info()
    assert len(stub.served(INFO)) == 1


def test_a_change_that_is_sent_to_what_is_no_address_is_refused_and_not_repeated(stub, transport, reply) -> None:
    stub.on("POST", BATCHES, reply(b"", 307, {"Location": NOT_AN_ADDRESS}))
    with pytest.raises(ManageUnreachable, match="an address in its answer") as refused:
        transport.write("POST", "/finance/accounting/batches", {})
    assert refused.value.sent
    assert len(stub.served(BATCHES)) == 1


def test_a_next_page_at_what_is_no_address_is_read_by_numbers(stub, transport, reply) -> None:
    rows = [{"id": 1}, {"id": 2}]

    def pages(call):
        there = rows if call.query.get("page", "1") == "1" else []
        return reply(there, headers={"Link": f'<{NOT_AN_ADDRESS}>; rel="next"'})

    stub.on("GET", THINGS, pages)
    stub.on("GET", f"{THINGS}/count", {"count": 2})
    assert read_list(transport, "/finance/things") == rows


@pytest.mark.parametrize("name", ["REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE"])
def test_certificates_of_the_environment_that_are_not_there_are_named(open_client, monkeypatch, tmp_path, name) -> None:
    for other in ("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy"):
        monkeypatch.delenv(other, raising=False)
    monkeypatch.setenv(name, str(tmp_path / "gone.pem"))
    with pytest.raises(ManageUnreachable, match="REQUESTS_CA_BUNDLE or CURL_CA_BUNDLE") as refused:
        open_client(url="https://manage.invalid", codebase="v1").info()
    assert not refused.value.sent


@pytest.mark.parametrize("odd", [[1], {"a": 1}, True, [[]], {}])
def test_a_record_whose_id_is_no_number_is_not_taken(stub, transport, odd) -> None:
    stub.on("GET", THINGS, [{"id": odd}])
    stub.on("GET", f"{THINGS}/count", {"count": 1})
    with pytest.raises(ManageSpokeNonsense, match="a record whose id is"):
        read_list(transport, "/finance/things")
    with pytest.raises(ManageSpokeNonsense, match="a record whose id is"):
        list(read_by_ids(transport, "/finance/things", {1}, ""))


@pytest.mark.parametrize("field", ["billingLogId", "id", "total"])
@pytest.mark.parametrize(
    "number", [10**15, -(10**40), "9" * 40, 10**4000], ids=["above", "below", "a text", "very long"]
)
def test_a_number_that_no_record_has_is_named(stub, client, field, number) -> None:
    row = {"id": 1, "billingLogId": 2, "invoiceNumber": "10001", field: number}
    stub.on("GET", f"{API}/finance/accounting/unpostedinvoices", [row])
    stub.on("GET", f"{API}/finance/accounting/unpostedinvoices/count", {"count": 1})
    with pytest.raises(ManageError, match=field):
        client.unposted_invoices()


@pytest.mark.parametrize("odd", ["9" * 400, "1,99999999999999999999", "-1" + "0" * 30])
def test_ids_that_no_entry_has_are_named(odd) -> None:
    with pytest.raises(ManageError, match="glEntryIds"):
        Row({"glEntryIds": odd}, "invoice 10001").ids("glEntryIds")


@pytest.mark.parametrize("after", ["Mon, 20 Nov 99999999999999999999 00:00:00 GMT", "inf", "nan", "9" * 400])
def test_a_wait_that_can_not_be_read_is_the_usual_one(stub, client, reply, slept, after) -> None:
    stub.on("GET", INFO, reply(b"", 429, {"Retry-After": after}), GOOD)
    client.info()
    assert slept == [2]

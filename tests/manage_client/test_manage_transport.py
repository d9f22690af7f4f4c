"""Calls to a site that is slow, busy, broken, moved or not Manage at all."""

from __future__ import annotations

import socket
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from email.utils import format_datetime

import pytest

from xlpy.errors import ManageRefused, ManageSpokeNonsense, ManageUnreachable, SettingsError

API = "/v4_6_release/apis/3.0"
INFO = f"{API}/system/info"
BATCHES = f"{API}/finance/accounting/batches"
EXPORT = f"{API}/finance/accounting/export"
GOOD = {"version": "v2025.8.1"}


def test_a_call_carries_what_manage_wants(stub, client) -> None:
    info = client.info()
    assert (info.version, info.cloud) == ("v2025.8.1", True)
    headers = stub.served(INFO)[0].headers
    assert headers["clientid"] == "11111111-2222-3333-4444-555555555555"
    assert headers["accept"] == "application/vnd.connectwise.com+json; version=2025.8"
    assert headers["authorization"] == "Basic YWNtZStQdWJsaWNLZXlPZlRlc3RzOlByaXZhdGVLZXlPZlRlc3Rz"


def test_the_question_for_the_codebase_carries_no_credentials(stub, client) -> None:
    client.info()
    client.info()
    (asked,) = stub.served("/login/companyinfo/acme")
    assert "authorization" not in asked.headers
    assert "clientid" not in asked.headers


def test_a_netrc_file_or_a_proxy_of_this_pc_is_not_used_on_this_pc(stub, client, other_host, monkeypatch, tmp_path):
    netrc = tmp_path / "netrc"
    netrc.write_text("machine 127.0.0.1 login somebody password else\n", encoding="utf-8")
    monkeypatch.setenv("NETRC", str(netrc))
    monkeypatch.setenv("HTTP_PROXY", other_host.url)
    monkeypatch.setenv("http_proxy", other_host.url)
    client.info()
    assert "authorization" not in stub.served("/login/companyinfo/acme")[0].headers
    assert other_host.calls == []


def test_an_unknown_company_id_is_named(stub, client) -> None:
    stub.on("GET", "/login/companyinfo/acme", None)
    with pytest.raises(SettingsError, match=r"Company id unknown.*'acme'"):
        client.info()


@pytest.mark.parametrize("answer", [{}, {"Codebase": ""}, {"Codebase": None}, {"Codebase": "../../x"}, [], b"<html>"])
def test_a_site_that_does_not_tell_its_codebase_gets_the_safe_one(stub, client, answer) -> None:
    stub.on("GET", "/login/companyinfo/acme", answer)
    assert client.info().version


def test_a_codebase_in_the_settings_needs_no_question(stub, open_client) -> None:
    open_client(codebase="v4_6_release").info()
    assert stub.served("/login/companyinfo/acme") == []


def test_after_an_upgrade_the_new_codebase_is_found(stub, client) -> None:
    client.info()
    stub.on("GET", "/login/companyinfo/acme", {"Codebase": "v2026_1/"})
    stub.on("GET", INFO)
    stub.on("GET", "/v2026_1/apis/3.0/system/info", {"version": "v2026.1"})
    assert client.info().version == "v2026.1"
    assert client.info().version == "v2026.1"
    assert len(stub.served("/login/companyinfo/acme")) == 2


def test_a_record_that_is_not_there_is_asked_for_once(stub, transport) -> None:
    with pytest.raises(ManageRefused) as refused:
        transport.get("/finance/accounting/batches/7")
    assert refused.value.status == 404
    assert len(stub.served(f"{BATCHES}/7")) == 1
    assert len(stub.served("/login/companyinfo/acme")) == 2


def test_a_write_is_not_repeated_after_a_404(stub, transport) -> None:
    stub.on("GET", "/login/companyinfo/acme", {"Codebase": "v4_6_release"}, {"Codebase": "v2026_1"})
    with pytest.raises(ManageRefused):
        transport.write("POST", "/finance/accounting/batches", {})
    assert [c.method for c in stub.calls] == ["GET", "POST"]


@pytest.mark.parametrize(
    ("status", "words"),
    [
        (400, "save the full log"),
        (401, "company id 'acme', the public and private key"),
        (403, "security role"),
        (404, "deleted"),
        (405, "does not offer"),
        (409, "Refresh"),
        (422, ""),
        (500, "trouble of its own"),
        (501, "trouble of its own"),
    ],
)
def test_each_refusal_says_what_manage_said_and_what_to_do(stub, client, reply, status, words) -> None:
    body = {"code": "X", "message": "thing object is invalid", "errors": [{"message": "The amount field is required."}]}
    stub.on("GET", INFO, reply(body, status))
    with pytest.raises(ManageRefused) as refused:
        client.info()
    assert refused.value.status == status
    assert refused.value.said == "thing object is invalid The amount field is required."
    assert words in refused.value.fix
    assert len(stub.served(INFO)) == 1


@pytest.mark.parametrize(
    ("method", "path", "right"),
    [
        ("GET", "/finance/accounting/unpostedinvoices", "Finance > Accounting Interface: Inquire All"),
        ("POST", "/finance/accounting/export", "Finance > Accounting Interface: Add and Inquire All"),
        ("GET", "/finance/taxCodes", "System > Table Setup: Inquire All"),
        ("GET", "/company/companies", "Companies > Company Maintenance: Inquire All"),
        ("GET", "/procurement/catalog", "Procurement > Product Catalog: Inquire All"),
    ],
)
def test_a_missing_right_is_named(stub, transport, reply, method, path, right) -> None:
    stub.on(method, API + path, reply({"message": "Forbidden"}, 403))
    with pytest.raises(ManageRefused) as refused:
        transport.get(path) if method == "GET" else transport.ask(path, {}, timeout=30)
    assert right in refused.value.fix


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (b"Cannot route. Codebase/company is invalid.", "Cannot route. Codebase/company is invalid."),
        (b"<html><style>p{}</style><body><h1>Blocked</h1> by  proxy</body></html>", "Blocked by proxy"),
        (b"", "(no text, Bad Request)"),
        (b"[]", "(no text, Bad Request)"),
        (b'{"errors": null, "message": null}', "(no text, Bad Request)"),
        (b'{"errors": ["odd"], "code": "Strange"}', "Strange"),
        (b'"just text"', "just text"),
        (b'{"message": "Same.", "errors": [{"message": "Same."}]}', "Same."),
        (b"\xff\xfe\x00broken", "broken"),
        (b"x" * 5000, "x" * 500),
    ],
)
def test_a_refusal_in_any_form_is_readable(stub, client, reply, body, said) -> None:
    stub.on("GET", INFO, reply(body, 400))
    with pytest.raises(ManageRefused) as refused:
        client.info()
    assert said in refused.value.said
    assert len(refused.value.said) <= 500


def test_an_unregistered_client_id_is_told_apart(stub, client, reply) -> None:
    stub.on("GET", INFO, reply({"message": "The clientId is not registered."}, 400))
    with pytest.raises(ManageRefused, match=r"\[manage\] client_id"):
        client.info()


@pytest.mark.parametrize(
    "body",
    [b"<html>Welcome to the hotel's WLAN</html>", b"{", b'{"version": NaN}', b'{"version": 1e9999999999999999999}',
     b"[" * 200_000, b"\x80\x81"],
)  # fmt: skip
def test_a_good_status_with_something_else_is_not_taken_for_manage(stub, client, body) -> None:
    stub.on("GET", INFO, body)
    with pytest.raises(ManageSpokeNonsense):
        client.info()


@pytest.mark.parametrize("body", [None, [], "v2025", 3])
def test_json_of_another_shape_is_not_taken_either(stub, client, body) -> None:
    stub.on("GET", INFO, body)
    with pytest.raises(ManageSpokeNonsense):
        client.info()


def test_numbers_stay_exact(stub, transport) -> None:
    stub.on("GET", f"{API}/x", b'\xef\xbb\xbf{"total": 0.1, "big": 12345678901234567.89, "id": 7}')
    data = transport.get("/x").data
    assert data == {"total": Decimal("0.1"), "big": Decimal("12345678901234567.89"), "id": 7}
    assert type(data["id"]) is int


# -- repeated reads ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("status", [429, 502, 503, 504])
def test_a_busy_site_is_asked_again(stub, client, slept, reply, status) -> None:
    stub.on("GET", INFO, reply(b"busy", status), reply(b"busy", status), GOOD)
    assert client.info().version
    assert slept == [2, 4]
    assert len(stub.served(INFO)) == 3


def test_after_three_more_tries_it_gives_up(stub, client, slept, reply) -> None:
    stub.on("GET", INFO, reply({"message": "slow down"}, 429))
    with pytest.raises(ManageRefused, match="wait a few minutes") as refused:
        client.info()
    assert refused.value.status == 429
    assert slept == [2, 4, 8]
    assert len(stub.served(INFO)) == 4


@pytest.mark.parametrize(("value", "waits"), [("7", 7), ("0", 0), ("3600", 60), ("soon", 2), ("-5", 2), ("1.5", 1.5)])
def test_retry_after_is_honoured_within_reason(stub, client, slept, reply, value, waits) -> None:
    stub.on("GET", INFO, reply(b"", 429, {"Retry-After": value}), GOOD)
    client.info()
    assert slept == [waits]


def test_retry_after_may_be_a_date(stub, client, slept, reply) -> None:
    moment = format_datetime(datetime.now(UTC) + timedelta(seconds=30), usegmt=True)
    past = format_datetime(datetime.now(UTC) - timedelta(hours=1), usegmt=True)
    stub.on("GET", INFO, reply(b"", 503, {"Retry-After": moment}), reply(b"", 503, {"Retry-After": past}), GOOD)
    client.info()
    assert 20 < slept[0] <= 30
    assert slept[1] == 0


def test_a_time_out_inside_of_manage_is_asked_again_on_reads(stub, client, slept, reply) -> None:
    timeout = reply(
        {"code": "ConnectWiseApi", "message": "", "errors": [{"message": "Execution Timeout Expired."}]}, 500
    )
    stub.on("GET", INFO, timeout, GOOD)
    assert client.info().version
    assert slept == [2]


def test_the_export_is_a_read_too(stub, transport, slept, reply) -> None:
    stub.on("POST", EXPORT, reply(b"timeout", 500), reply(b"", 429), {"transactions": []})
    assert transport.ask("/finance/accounting/export", {"a": 1}, timeout=30).data == {"transactions": []}
    assert [c.body for c in stub.served(EXPORT)] == [{"a": 1}] * 3
    assert stub.served(EXPORT)[0].headers["content-type"] == "application/json"


@pytest.mark.parametrize("status", [429, 500, 502, 503, 504])
def test_a_write_is_never_repeated(stub, transport, slept, reply, status) -> None:
    stub.on("POST", BATCHES, reply({"message": "timeout"}, status))
    with pytest.raises(ManageRefused):
        transport.write("POST", "/finance/accounting/batches", {})
    assert len(stub.served(BATCHES)) == 1
    assert slept == []


def test_a_broken_line_is_tried_again_on_reads_only(stub, transport, slept, reply) -> None:
    stub.on("GET", INFO, reply(drop=True), GOOD)
    stub.on("POST", BATCHES, reply(drop=True))
    assert transport.get("/system/info").data == GOOD
    assert slept == [2]
    with pytest.raises(ManageUnreachable) as lost:
        transport.write("POST", "/finance/accounting/batches", {})
    assert lost.value.sent
    assert len(stub.served(BATCHES)) == 1


def test_a_line_that_stays_broken_is_told(stub, client, slept, reply) -> None:
    stub.on("GET", INFO, reply(drop=True))
    with pytest.raises(ManageUnreachable, match="the connection broke"):
        client.info()
    assert slept == [2, 4, 8]


@pytest.mark.parametrize("patience", [2])
def test_no_answer_in_time(stub, transport, slept, reply) -> None:
    stub.on("GET", INFO, reply(hang=True))
    with pytest.raises(ManageUnreachable, match=r"longer than 2 s") as late:
        transport.get("/system/info")
    assert late.value.sent
    assert slept == []
    assert len(stub.served(INFO)) == 1


def test_nobody_there(open_client) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    with pytest.raises(ManageUnreachable, match=r"nothing answers at 127\.0\.0\.1") as gone:
        open_client(url=f"http://127.0.0.1:{port}", codebase="v1").info()
    assert not gone.value.sent


def test_a_name_that_is_not_there(open_client, monkeypatch) -> None:
    for name in ("HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy"):
        monkeypatch.delenv(name, raising=False)
    with pytest.raises(ManageUnreachable, match=r"no-such-host\.invalid can't be found") as gone:
        open_client(url="no-such-host.invalid", codebase="v1").info()
    assert not gone.value.sent


def test_a_server_that_does_not_speak_tls(stub, open_client) -> None:
    with pytest.raises(ManageUnreachable):
        open_client(url=stub.url.replace("http:", "https:"), codebase="v1").info()
    assert stub.served(INFO) == []


# -- where calls go ------------------------------------------------------------------------------------------------


def test_a_redirect_to_another_host_is_not_followed(stub, client, other_host, reply) -> None:
    stub.on("GET", INFO, reply(b"", 302, {"Location": f"{other_host.url}{INFO}"}))
    with pytest.raises(ManageRefused, match="points to another address"):
        client.info()
    assert other_host.calls == []


def test_a_redirect_within_the_site_is_followed_on_reads_only(stub, transport, reply) -> None:
    stub.on("GET", INFO, reply(b"", 307, {"Location": f"{API}/system/here"}))
    stub.on("GET", f"{API}/system/here", GOOD)
    stub.on("POST", BATCHES, reply(b"", 307, {"Location": f"{API}/system/here"}))
    assert transport.get("/system/info").data == GOOD
    with pytest.raises(ManageRefused):
        transport.write("POST", "/finance/accounting/batches", {})
    assert len(stub.served(f"{API}/system/here")) == 1


def test_redirects_in_a_circle_end(stub, client, reply) -> None:
    stub.on("GET", INFO, reply(b"", 302, {"Location": INFO}))
    with pytest.raises(ManageRefused):
        client.info()
    assert len(stub.served(INFO)) == 4


def test_only_links_below_our_own_address_are_taken(stub, transport) -> None:
    assert transport.within(f"{stub.url}{API}/a?pageId=2&conditions=x%20y") == "/a?pageId=2&conditions=x%20y"
    assert transport.within(f"{API}/a?pageId=2") == "/a?pageId=2"
    for link in (
        "http://elsewhere.example/v4_6_release/apis/3.0/a?pageId=2",
        stub.url.replace("http:", "https:") + f"{API}/a",
        f"{stub.url}/other/apis/3.0/a",
        f"{stub.url}{API}/../../../login",
        f"{stub.url}{API}/%2e%2e/login",
        f"{stub.url}@evil.example{API}/a",
        stub.url.replace("127.0.0.1", "user@127.0.0.1") + f"{API}/a",
        "//evil.example" + f"{API}/a",
    ):
        assert transport.within(link) is None, link


def test_the_version_of_the_api_is_kept_and_logged_once(stub, client, reply, caplog) -> None:
    caplog.set_level("DEBUG", "xlpy.manage")
    stub.on("GET", INFO, reply(GOOD, headers={"api-current-version": "2025.8"}))
    assert client.info().api_version == "2025.8"
    client.info()
    assert sum("API version 2025.8" in r.getMessage() for r in caplog.records) == 1
    assert sum(r.getMessage().startswith("GET /system/info: 200 in ") for r in caplog.records) == 2


# -- settings ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "changes",
    [
        {"company": " "},
        {"client_id": ""},
        {"client_id": "abc\r\nX-Evil: 1"},
        {"client_id": "ab…c"},
        {"api_version": ""},
        {"codebase": "a/../b"},
        {"ca_bundle": "/no/such/file.pem"},
        {"read_timeout": 0},
        {"public_key": ""},
        {"public_key": "a:b"},
        {"company": "a:b"},
        {"public_key": "", "member": "JDoe"},
        {"public_key": "", "integrator": "robot"},
    ],
)
def test_settings_that_can_not_work_are_refused_before_any_call(stub, open_client, changes) -> None:
    with pytest.raises(SettingsError):
        open_client(**changes)
    assert stub.calls == []

"""Who gets in, and how the server behaves as a server."""

from __future__ import annotations

import socket
import threading
from datetime import timedelta

import pytest
import requests

from xlpy.demo import firm
from xlpy.demo.site.door import access
from xlpy.demo.site.door.server import serve
from xlpy.demo.site.making.generate import generate_site
from xlpy.errors import SettingsError

INFO = "/system/info"


def test_the_company_id_tells_the_codebase_without_any_login(caller):
    answer = requests.get(f"{caller.running.url}/login/companyinfo/{firm.MANAGE_COMPANY}", timeout=30)
    assert answer.status_code == 200
    assert answer.json()["Codebase"] == "v2025_1/"


def test_an_unknown_company_id_answers_null(caller):
    answer = requests.get(f"{caller.running.url}/login/companyinfo/nobody", timeout=30)
    assert (answer.status_code, answer.text) == (200, "null")


def test_both_codebases_work_and_a_stale_one_answers_plain_text(caller):
    for codebase in ("v4_6_release", "v2025_1"):
        url = f"{caller.running.url}/{codebase}/apis/3.0{INFO}"
        assert caller.session.get(url, timeout=30).json()["version"] == "v2025.8.114523"
    stale = caller.session.get(f"{caller.running.url}/v2024_1/apis/3.0{INFO}", timeout=30)
    assert stale.status_code == 404
    assert stale.text.startswith("Cannot")


def test_the_answer_names_the_api_version(caller):
    assert caller.ask("GET", INFO).headers["api-current-version"] == "2025.8"


@pytest.mark.parametrize(
    ("login", "secret", "code"),
    [
        (f"other+{access.PUBLIC_KEY}", access.PRIVATE_KEY, "Unauthorized"),
        (f"{access.COMPANY}+{access.PUBLIC_KEY}", "wrong", "ConnectWiseApi"),
        (f"{access.COMPANY}+wrong", access.PRIVATE_KEY, "ConnectWiseApi"),
        ("no plus sign", access.PRIVATE_KEY, "Unauthorized"),
    ],
)
def test_wrong_keys_are_401(caller, login, secret, code):
    caller.session.auth = (login, secret)
    assert caller.refusal("GET", INFO, 401)["code"] == code


def test_no_login_and_garbled_login_are_401(caller):
    caller.session.auth = None
    assert caller.refusal("GET", INFO, 401)["code"] == "Unauthorized"
    assert caller.refusal("GET", INFO, 401, headers={"Authorization": "Basic ö".encode()})["code"] == "Unauthorized"


def test_a_missing_client_id_is_401_and_an_unregistered_one_400(caller):
    del caller.session.headers["clientId"]
    assert caller.refusal("GET", INFO, 401)["code"] == "Unauthorized"
    caller.refusal("GET", INFO, 400, headers={"clientId": "11111111-1111-4111-8111-111111111111"})


def as_integrator(caller):
    caller.session.auth = (f"{access.COMPANY}+{access.INTEGRATOR}", access.INTEGRATOR_PASSWORD)
    caller.session.headers["x-cw-usertype"] = "integrator"


def test_a_member_is_impersonated_with_a_token_until_it_expires(caller, site):
    as_integrator(caller)
    token = caller.post(f"/system/members/{access.MEMBER}/tokens", {"memberIdentifier": access.MEMBER})
    caller.session.auth = (f"{access.COMPANY}+{token['publicKey']}", token["privateKey"])
    caller.refusal("GET", INFO, 401)  # still as integrator
    caller.session.headers["x-cw-usertype"] = "member"
    assert caller.get(INFO)["isCloud"] is True
    later = site.clock() + timedelta(hours=access.TOKEN_HOURS)
    assert token["expiration"] == later.strftime("%Y-%m-%dT%H:%M:%SZ")
    site.clock = lambda: later
    caller.refusal("GET", INFO, 401)


def test_only_the_integrator_gets_tokens_and_only_for_members(caller):
    caller.refusal("POST", f"/system/members/{access.MEMBER}/tokens", 403)
    as_integrator(caller)
    caller.refusal("POST", "/system/members/Nobody/tokens", 404)
    caller.refusal("GET", INFO, 403)


def test_unknown_paths_and_methods_are_refused_in_json(caller):
    assert caller.refusal("GET", "/finance/nothing", 404)["code"] == "NotFound"
    assert caller.refusal("DELETE", INFO, 405)["code"] == "MethodNotAllowed"
    assert caller.refusal("GET", "/company/companies/999", 404)["message"] == "Company 999 not found"


def test_a_slash_at_the_end_is_neither_needed_nor_wrong(caller):
    """As on a real site; the API's document has it on some paths."""
    assert caller.get("/finance/invoices/4401/glEntries/") == caller.get("/finance/invoices/4401/glEntries")
    assert caller.get("/finance/billingTerms/") == caller.get("/finance/billingTerms")


def test_lists_are_filtered_by_when_they_changed(caller):
    everything = caller.get("/finance/billingTerms")
    assert caller.get("/finance/billingTerms", conditions="lastUpdated > [2020-01-01T00:00:00Z]") == everything
    assert caller.get("/finance/billingTerms", conditions="lastUpdated > [2030-01-01T00:00:00Z]") == []


def test_what_is_shown_follows_the_version_that_is_claimed(caller):
    types = {row["invoiceType"] for row in caller.get("/finance/accounting/unpostedinvoices", pageSize=1000)}
    assert "Consolidated" not in types
    with caller.site.lock:
        caller.site.records.server_version = "v2026.11.1"
        caller.site.changed()
    types = {row["invoiceType"] for row in caller.get("/finance/accounting/unpostedinvoices", pageSize=1000)}
    assert "Consolidated" in types


def test_many_requests_go_over_one_connection(caller):
    with socket.create_connection(("127.0.0.1", int(caller.running.url.rsplit(":", 1)[1]))) as line:
        lines = line.makefile("rwb")
        for _ in range(3):
            lines.write(b"GET /login/companyinfo/harborpine HTTP/1.1\r\nHost: demo\r\n\r\n")
            lines.flush()
            assert lines.readline() == b"HTTP/1.1 200 OK\r\n"
            length = 0
            while (header := lines.readline()) != b"\r\n":
                name, _, value = header.decode().partition(":")
                length = int(value) if name.lower() == "content-length" else length
            assert b"Codebase" in lines.read(length)


def test_calls_are_listed_in_order_without_host_and_prefix(caller, site):
    caller.get(INFO)
    caller.get("/finance/billingTerms", page=1)
    assert site.calls == [("GET", INFO), ("GET", "/finance/billingTerms")]


def test_stopping_leaves_no_thread_and_no_socket_even_with_a_connection_open():
    before = set(threading.enumerate())
    with requests.Session() as session:
        with serve(generate_site(invoices=1)) as running:
            session.get(f"{running.url}/login/companyinfo/x", timeout=30)
            port = int(running.url.rsplit(":", 1)[1])
        assert set(threading.enumerate()) == before
        with pytest.raises(ConnectionRefusedError):
            socket.create_connection(("127.0.0.1", port))
        running.stop()


def test_a_port_in_use_is_said_plainly():
    with serve(generate_site(invoices=1)) as running, pytest.raises(SettingsError, match="in use"):
        serve(generate_site(invoices=1), port=int(running.url.rsplit(":", 1)[1]))


def test_the_port_can_be_chosen():
    with serve(generate_site(invoices=1)) as running:
        port = int(running.url.rsplit(":", 1)[1])
    with serve(generate_site(invoices=1), port=port) as again:
        assert requests.get(f"{again.url}/login/companyinfo/x", timeout=30).text == "null"

"""Every mistake of the log in has a message that says what to do, and the field to mend; nothing secret is in it."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pyodbc
import pytest
from login_stage import SECRET

from xlpy.demo.site.door import access
from xlpy.errors import SettingsError, SlError
from xlpy.login.form import MEMBER, WINDOWS, LoginForm
from xlpy.login.servers import find_servers, instances
from xlpy.login.trial import Trial
from xlpy.sl.connection.companies import CompanyName, DatabaseName

# -- Manage ----------------------------------------------------------------------------------------------------------


def test_manage_says_its_version_and_company(typed: LoginForm) -> None:
    told = Trial(typed).test_manage()
    assert told.good
    assert "Connected to Manage v" in told.text
    assert access.COMPANY in told.text


def test_manage_by_member_impersonation(typed: LoginForm) -> None:
    typed.access, typed.member = MEMBER, access.MEMBER
    typed.integrator, typed.integrator_password = access.INTEGRATOR, access.INTEGRATOR_PASSWORD
    told = Trial(typed).test_manage()
    assert told.good, told.text
    assert "member KMorales" in told.text
    typed.integrator_password = "QxWrong-1"
    told = Trial(typed).test_manage()
    assert (told.good, told.field) == (False, "integrator_password")
    assert "integrator user and its password" in told.text


MANAGE_MISTAKES = [
    ({"private_key": "QxWrong-1"}, "private_key", "public and private key"),
    ({"public_key": "QxWrong-1"}, "private_key", "public and private key"),
    ({"manage_company": "Nobody"}, "manage_company", "no company 'Nobody'"),
    ({"client_id": ""}, "client_id", "Client id is missing"),
    ({"client_id": "11111111-0000-4000-8000-000000000000"}, "client_id", "does not know this client id"),
    ({"client_id": "two words"}, "client_id", "client_id"),
    ({"site": ""}, "site", "Site is missing"),
    ({"site": "http://127.0.0.1:9"}, "site", "nothing answers at 127.0.0.1:9"),
    ({"site": "http://na.example.net"}, "site", "https://"),
    ({"site": "no site at all"}, "site", "not the address of a Manage site"),
]


@pytest.mark.parametrize(("wrong", "field", "words"), MANAGE_MISTAKES)
def test_a_mistake_in_the_manage_half(typed: LoginForm, wrong: dict[str, str], field: str, words: str) -> None:
    for name, value in wrong.items():
        setattr(typed, name, value)
    told = Trial(typed).test_manage()
    assert (told.good, told.field) == (False, field), told.text
    assert words in told.text
    assert access.PRIVATE_KEY not in told.text
    if "key" in field:
        assert "QxWrong-1" not in told.text


# -- SL: the demo company --------------------------------------------------------------------------------------------


def test_the_demo_company_is_found_by_its_file(typed: LoginForm) -> None:
    told = Trial(typed).test_sl()
    assert told.good, told.text
    assert f"Connected to SL company {typed.company}" in told.text
    assert next(company.cpny_id for company in Trial(typed).companies()) == typed.company
    assert Trial(typed).databases() == []


DEMO_MISTAKES = [
    ({"server": "nowhere.sqlite"}, "server", "no demo company.*xlpy demo"),
    ({"company": "XX"}, "company", "SL knows no company XX; it knows"),
    ({"company": ""}, "company", "SL company is missing"),
    ({"user": "NOBODY"}, "user", "SL knows no user NOBODY"),
]


@pytest.mark.parametrize(("wrong", "field", "words"), DEMO_MISTAKES)
def test_a_mistake_in_the_sl_half(typed: LoginForm, wrong: dict[str, str], field: str, words: str) -> None:
    import re

    for name, value in wrong.items():
        setattr(typed, name, value)
    told = Trial(typed).test_sl()
    assert (told.good, told.field) == (False, field), told.text
    assert re.search(words, told.text)


# -- SL: a SQL Server ------------------------------------------------------------------------------------------------


def test_databases_and_companies_of_a_server(on_server: LoginForm, sql_server: Any) -> None:
    assert Trial(on_server).databases() == [
        DatabaseName("DEMOSystem", system=True),
        DatabaseName("DEMOApp", company=True),
    ]
    assert "Database=master" in str(sql_server.connected[-1][0][0])
    found = Trial(on_server).companies()
    assert found == [
        CompanyName("0060", "Demo Firm", True, "DEMOApp"),
        CompanyName("0070", "Old Firm", False, "OLDApp"),
    ]
    assert str(found[1]) == "0070  Old Firm (not active)"
    (statement, (values,)) = sql_server.statements("INFORMATION_SCHEMA.TABLES")[-1]
    assert "Company" in values  # names are parameters
    assert "vs_company" not in statement
    sql_server.answers["sys.databases"] = [("master", None, None), ("Mine", None, None)]
    assert Trial(on_server).databases() == [DatabaseName("Mine")]


def test_the_company_database_is_found_through_the_system_database(on_server: LoginForm, sql_server: Any) -> None:
    told = Trial(on_server).test_sl()
    assert told.good, told.text
    assert "Demo Firm in database DEMOApp" in told.text
    assert on_server.company_database == "DEMOApp"
    assert "Database=DEMOApp" in str(sql_server.connected[-1][0][0])
    assert on_server.sl_settings().url == "Server=SQLSRV1\\SL;Database=DEMOApp;UID=xlpy;Encrypt=yes"


def test_trusting_the_certificate_is_warned_of(on_server: LoginForm, sql_server: Any) -> None:
    on_server.trust = True
    assert "Warning: the server's certificate is not checked" in Trial(on_server).test_sl().text
    assert "TrustServerCertificate=yes" in str(sql_server.connected[-1][0][0])


def test_an_inactive_company_is_told(on_server: LoginForm, sql_server: Any) -> None:
    on_server.company = "0070"
    told = Trial(on_server).test_sl()
    assert (told.field, told.text) == ("company", "SL's company 0070 Old Firm is not active.")


def test_a_database_that_is_not_sl_s_is_told(on_server: LoginForm, sql_server: Any) -> None:
    sql_server.answers["INFORMATION_SCHEMA.TABLES"] = []
    told = Trial(on_server).test_sl()
    assert (told.good, told.field) == (False, "database")
    assert "system database" in told.text
    with pytest.raises(SlError):
        Trial(on_server).companies()


_DRIVER = "[Microsoft][ODBC Driver 18 for SQL Server]"
REFUSALS = [
    ("28000", f"{_DRIVER}[SQL Server]Login failed for user 'xlpy'. (18456)", "login", "Check the SQL login"),
    ("42000", f'{_DRIVER}Cannot open database "DEMOSystem" requested. (4060)', "database", "Choose another database"),
    ("08001", f"{_DRIVER}SSL Provider: certificate chain not trusted. (-21)", "trust", "trust it without checking"),
    ("HYT00", f"{_DRIVER}Login timeout expired (0)", "server", "Check the server's name"),
    ("IM002", "[unixODBC]Data source name not found (0)", "server", "Install 'ODBC Driver 18"),
    ("HY000", f"{_DRIVER}Password expired. (18488)", "sql_password", "has expired"),
]


@pytest.mark.parametrize(("state", "said", "field", "words"), REFUSALS)
def test_what_the_server_refuses(
    on_server: LoginForm, sql_server: Any, state: str, said: str, field: str, words: str
) -> None:
    sql_server.refuse = pyodbc.OperationalError(state, said)
    told = Trial(on_server).test_sl()
    assert (told.good, told.field) == (False, field), told.text
    assert words in told.text
    assert "[sl]" not in told.text  # the dialog has fields, not keys of a file
    assert SECRET not in told.text


def test_a_windows_account_without_a_login_is_told_so(on_server: LoginForm, sql_server: Any) -> None:
    on_server.login_kind = WINDOWS
    sql_server.refuse = pyodbc.InterfaceError("28000", "Login failed for user 'FIRM\\jd'. (18456)")
    told = Trial(on_server).test_sl()
    assert told.field == "login_kind"
    assert "Your Windows account has no login there" in told.text
    assert "PWD" not in str(sql_server.connected[-1][0][0])


def test_no_odbc_driver_is_told(on_server: LoginForm, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("xlpy.profile.odbc.installed_drivers", list)
    monkeypatch.setattr("xlpy.profile.odbc._driver_of_wheel", lambda: None)
    told = Trial(on_server).test_sl()
    assert (told.good, told.field) == (False, "server")
    assert "Install 'ODBC Driver 18 for SQL Server'" in told.text


def test_the_real_driver_says_that_a_server_is_down(on_server: LoginForm) -> None:
    from xlpy.profile.odbc import best_driver

    try:
        best_driver()
    except SettingsError:
        told = Trial(on_server).test_sl()
        assert "ODBC" in told.text
        return
    on_server.server = "127.0.0.1,9"
    assert Trial(on_server).test_sl().field == "server"


def test_something_unexpected_is_told_without_a_traceback(typed: LoginForm, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object) -> None:
        raise RuntimeError(f"boom {access.PRIVATE_KEY}")

    monkeypatch.setattr("xlpy.manage.client.ManageClient.info", broken)
    told = Trial(typed).test_manage()
    assert "RuntimeError: boom" in told.text
    assert access.PRIVATE_KEY not in told.text


# -- servers on the network ------------------------------------------------------------------------------------------


def _answer(text: str) -> bytes:
    return b"\x05" + len(text).to_bytes(2, "little") + text.encode()


@contextmanager
def _browser(answers: list[bytes]) -> Iterator[int]:
    """A SQL Browser on this PC."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as server:
        server.bind(("127.0.0.1", 0))
        server.settimeout(10)

        def serve() -> None:
            asked, who = server.recvfrom(16)
            assert asked == b"\x03"
            for answer in answers:
                server.sendto(answer, who)

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        yield server.getsockname()[1]
        thread.join(10)


TWO = (
    "ServerName;SQLSRV1;InstanceName;MSSQLSERVER;IsClustered;No;Version;15.0.2000.5;tcp;1433;;"
    "ServerName;SQLSRV1;InstanceName;SL;IsClustered;No;Version;15.0.2000.5;tcp;49172;;"
)


def test_servers_of_the_network_are_found() -> None:
    with _browser([_answer(TWO)]) as port:
        assert find_servers("127.0.0.1", port=port, seconds=5) == ["SQLSRV1", "SQLSRV1\\SL"]


@pytest.mark.parametrize(
    "answer", [b"", b"\x05", b"\x05\xff\xff;;;;", b"\x04xx", _answer("ServerName;;;"), b"\x05\x01\x00"]
)
def test_what_is_no_answer_of_sql_browser_names_nobody(answer: bytes) -> None:
    assert instances(answer) == []


def test_a_network_without_servers_ends_in_time() -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as silent:
        silent.bind(("127.0.0.1", 0))
        assert find_servers("127.0.0.1", port=silent.getsockname()[1], seconds=0.05) == []
    assert find_servers("no such machine.invalid", port=1434, seconds=0.05) == []

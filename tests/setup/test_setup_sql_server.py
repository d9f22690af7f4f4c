"""The mistakes of a new user with SQL Server, and what the login may do there: told in words, with what to do."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable
from dataclasses import replace
from functools import partial
from typing import Any

import pyodbc
import pytest
import sqlglot
from click.testing import CliRunner
from setup_stage import Firm, by_subject, problems
from sl_ground_recorder import Recorder
from sqlglot import exp

import xlpy.sl.connection.engine
from xlpy.cli import main
from xlpy.domain.values.statuses import Verdict
from xlpy.services.setup.doctor import Finding
from xlpy.services.setup.manage import Used
from xlpy.services.setup.rights import check_sql_rights
from xlpy.services.setup.sl import check_sl
from xlpy.sl.connection.engine import mssql_engine
from xlpy.sl.ledger_book.setup_script import LedgerInstalled
from xlpy.sl.ledger_book.sql_rights import SqlRight, needed_rights, unneeded_rights
from xlpy.sl.ledger_book.tables import SCHEMA_VERSION

ODBC = "SERVER=SQL01;DATABASE=AcmeApp;Trusted_Connection=yes"
SERVER = ("SQL01", "16.0.4003.1", "Standard Edition", "AcmeApp", "ACME\\kmorales")
NO_ROLES = ("ACME\\kmorales", 1, 0, 0, 0, 0, 0)

MISTAKES = {
    "server down": (
        ("08001", "[08001] Named Pipes: Could not open a connection. A network-related error (53) (SQLDriverConnect)"),
        "Server",
        "that it runs, and the network (VPN, firewall)",
    ),
    "no driver": (
        ("IM002", "[IM002] Data source name not found and no default driver specified (0) (SQLDriverConnect)"),
        "ODBC driver",
        "ODBC Driver 18 for SQL Server",
    ),
    "self-signed certificate": (
        (
            "08001",
            "[08001] SSL Provider: certificate verify failed: self-signed certificate. Client unable to establish",
        ),
        "Encryption",
        "TrustServerCertificate=yes",
    ),
    "wrong password": (
        ("28000", "[28000] Login failed for user 'xlpy'. (18456) (SQLDriverConnect)"),
        "Log in",
        "right SQL login and password",
    ),
    "no such database": (
        ("42000", "[42000] Cannot open database 'AcmeApp' requested by the login. The login failed. (4060)"),
        "Database",
        "the company database, ending in App",
    ),
}


@pytest.fixture
def recorder(monkeypatch: pytest.MonkeyPatch) -> Recorder:
    """Stand in for SQL Server in everything that opens a company."""
    recorder = Recorder({"COLLATIONPROPERTY": [(1252,)], "ServerName": [SERVER], "IS_ROLEMEMBER": [NO_ROLES]})
    monkeypatch.setattr(xlpy.sl.connection.engine, "mssql_engine", partial(mssql_engine, module=recorder))
    return recorder


def _of_sl(firm: Firm, url: str = ODBC) -> dict[str, Finding]:
    with firm.session(sl={"url": url}) as session:
        return by_subject(check_sl(session, Used()))


@pytest.mark.parametrize("mistake", MISTAKES)
def test_a_connection_that_fails_is_the_line_that_it_is_about(firm: Firm, recorder: Recorder, mistake: str) -> None:
    said, subject, cure = MISTAKES[mistake]
    recorder.refuse = pyodbc.OperationalError(*said)
    findings = _of_sl(firm)
    assert problems(findings) == {subject}
    assert cure in findings[subject].fix
    assert findings["Everything else"].verdict is Verdict.UNKNOWN


@pytest.mark.parametrize("mistake", MISTAKES)
def test_setting_up_the_ledger_says_the_same(firm: Firm, recorder: Recorder, tmp_path: Any, mistake: str) -> None:
    said, _, cure = MISTAKES[mistake]
    recorder.refuse = pyodbc.OperationalError(*said)
    settings = tmp_path / "settings.toml"
    settings.write_text(f'[sl]\nurl = "{ODBC}"\ncompany = "HPIT"\n', encoding="utf-8")
    result = CliRunner().invoke(main, ["sl-setup", "--profile", str(settings)])
    assert result.exit_code == 2
    assert cure in result.output
    assert "Traceback" not in result.output


def test_the_system_database_is_not_the_company_s(firm: Firm, recorder: Recorder, tmp_path: Any) -> None:
    recorder.answers["INFORMATION_SCHEMA.TABLES"] = [("Company",)]
    findings = _of_sl(firm)
    assert problems(findings) == {"Database"}
    assert findings["Database"].text == "this is SL's system database"
    assert "ending in App" in findings["Database"].fix
    recorder.answers["INFORMATION_SCHEMA.TABLES"] = [("orders",)]
    assert "no documents of SL" in _of_sl(firm)["Database"].text
    settings = tmp_path / "settings.toml"
    settings.write_text(f'[sl]\nurl = "{ODBC}"\ncompany = "HPIT"\n', encoding="utf-8")
    result = CliRunner().invoke(main, ["sl-setup", "--profile", str(settings)])
    assert result.exit_code == 2
    assert "no company database of SL" in result.output
    assert "Nothing was changed" in result.output
    assert not recorder.statements("CREATE TABLE"), "nothing is made in a database that is not the company's"


@pytest.mark.parametrize(
    ("url", "answer", "verdict", "said"),
    [
        (ODBC, [("TRUE",)], Verdict.OK, "certificate checked"),
        (ODBC, [("FALSE",)], Verdict.NOTE, "not encrypted"),
        (ODBC, [], Verdict.UNKNOWN, "may not ask"),
        (f"{ODBC};Encrypt=yes", [], Verdict.OK, "by [sl] url"),
        (f"{ODBC};TrustServerCertificate=yes", [("TRUE",)], Verdict.NOTE, "certificate is not checked"),
    ],
)
def test_encryption(firm: Firm, recorder: Recorder, url: str, answer: list[Any], verdict: Verdict, said: str) -> None:
    recorder.answers["encrypt_option"] = answer
    finding = _of_sl(firm, url)["Encryption"]
    assert finding.verdict is verdict
    assert said in finding.text


def test_the_server_and_the_login_are_named(firm: Firm, recorder: Recorder) -> None:
    findings = _of_sl(firm)
    assert findings["Server"].text == "SQL01, SQL Server 16.0.4003.1 Standard Edition"
    assert findings["Log in"].text == "ACME\\kmorales"


# -- what the login may do ------------------------------------------------------------------------------------------


def _rights(
    firm: Firm, recorder: Recorder, held: Collection[SqlRight], roles: tuple[object, ...] = NO_ROLES
) -> dict[str, Finding]:
    everything = sorted(needed_rights() | unneeded_rights())
    recorder.answers["HAS_PERMS_BY_NAME"] = [(r.table, r.right, r.column, int(r in held)) for r in everything]
    recorder.answers["IS_ROLEMEMBER"] = [roles]
    with firm.session() as session:
        company = session.sl
        session.__dict__["sl"] = replace(company, engine=mssql_engine(ODBC, module=recorder))
        return by_subject(check_sql_rights(session))


def _statement(recorder: Recorder, part: str) -> tuple[str, list[Any]]:
    ((statement, rows),) = recorder.statements(part)
    return statement, list(rows[0])


def test_a_login_with_the_role_alone_is_right(firm: Firm, recorder: Recorder) -> None:
    findings = _rights(firm, recorder, needed_rights())
    assert {f.verdict for f in findings.values()} == {Verdict.OK}
    assert findings["SQL rights needed"].text.endswith("through the role xlpy_user")


def test_every_right_is_asked_for_in_one_statement_with_parameters(firm: Firm, recorder: Recorder) -> None:
    _rights(firm, recorder, needed_rights())
    statement, sent = _statement(recorder, "HAS_PERMS_BY_NAME")
    assert statement.count("?") == len(sent) < 2100
    assert not re.search(r"xlpy_|ARDoc", statement), "names are parameters"
    (tree,) = sqlglot.parse(statement.replace("?", "'x'"), dialect="tsql")
    assert isinstance(tree, exp.Select)
    everything = needed_rights() | unneeded_rights()
    names = sent[-3 * len(everything) :]
    asked = {SqlRight(*names[at : at + 3]) for at in range(0, len(names), 3)}
    assert asked == everything


def _without(rights: Iterable[SqlRight], *lost: SqlRight) -> set[SqlRight]:
    return set(rights) - set(lost)


@pytest.mark.parametrize("in_role", [0, 1])
def test_a_right_that_is_missing_names_table_and_column(firm: Firm, recorder: Recorder, in_role: int) -> None:
    lost = (SqlRight("ARTran", "INSERT"), SqlRight("ARSetup", "UPDATE", "LastBatNbr"))
    held = _without(needed_rights(), *lost)
    findings = _rights(firm, recorder, held, (NO_ROLES[0], in_role, 0, 0, 0, 0, 0))
    needed = findings["SQL rights needed"]
    assert problems(findings) == {"SQL rights needed"}
    assert "INSERT on ARTran; UPDATE on ARSetup.LastBatNbr" in needed.text
    assert ("sl-setup' again" in needed.fix) == bool(in_role)
    assert ("ADD MEMBER" in needed.fix) != bool(in_role)


def test_a_long_list_of_missing_rights_is_counted(firm: Firm, recorder: Recorder) -> None:
    text = _rights(firm, recorder, set())["SQL rights needed"].text
    assert re.search(r"SELECT on APDoc, .* and \d+ more", text)
    assert len(text) < 600


def test_rights_beyond_need_are_a_note(firm: Firm, recorder: Recorder) -> None:
    more = {SqlRight("ARDoc", "UPDATE"), SqlRight("Customer", "DELETE")}
    findings = _rights(firm, recorder, needed_rights() | more)
    assert problems(findings) == set()
    finding = findings["SQL rights beyond need"]
    assert (finding.verdict, "DELETE on Customer; UPDATE on ARDoc" in finding.text) == (Verdict.NOTE, True)
    assert "xlpy_user alone" in finding.fix


@pytest.mark.parametrize(("place", "name"), [(2, "sysadmin"), (3, "db_owner"), (6, "db_datawriter")])
def test_a_powerful_role_is_named(firm: Firm, recorder: Recorder, place: int, name: str) -> None:
    roles: list[object] = list(NO_ROLES)
    roles[place] = 1
    everything = needed_rights() | unneeded_rights()
    finding = _rights(firm, recorder, everything, tuple(roles))["SQL rights beyond need"]
    assert (finding.verdict, name in finding.text) == (Verdict.NOTE, True)


def test_what_is_needed_is_never_called_too_much() -> None:
    assert not needed_rights() & unneeded_rights()


# -- what sl-setup says -----------------------------------------------------------------------------------------------


def test_what_was_done_and_what_is_left_is_said() -> None:
    from xlpy.commands.setup_table import said_of_ledger

    new = said_of_ledger(LedgerInstalled("server SQL01", 0, ("xlpy_Posting", "xlpy_Lock"), (), role=True))
    assert f"is installed in server SQL01: version {SCHEMA_VERSION}, 2 tables" in new
    assert "ALTER ROLE xlpy_user ADD MEMBER [DOMAIN\\user];" in new
    assert "system database" in new
    brought = said_of_ledger(LedgerInstalled("x", 1, ("xlpy_Audit",), ("xlpy_Posting.StateAt",), role=True))
    assert f"brought to version {SCHEMA_VERSION}; new: xlpy_Audit, xlpy_Posting.StateAt." in brought
    again = said_of_ledger(LedgerInstalled("x", SCHEMA_VERSION, (), (), role=False))
    assert "nothing was missing" in again
    assert "ALTER ROLE" not in again

"""The set-up script of SL gives the role exactly what the program does: by its code and by what it really sends."""

from __future__ import annotations

import ast
import re
import shutil
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from setup_stage import Firm
from sqlalchemy import event, text

import xlpy
from xlpy.api import Books
from xlpy.cli import main
from xlpy.demo import firm as demo
from xlpy.demo.site.door import access
from xlpy.sl.connection.schema import known_names
from xlpy.sl.connection.sqlite import sqlite_engine
from xlpy.sl.ledger_book.setup_script import (
    COUNTERS,
    PRACTICE_INSERT,
    PRACTICE_SELECT,
    READ,
    REMOVE,
    WRITE,
    install_ledger,
    setup_script,
)
from xlpy.sl.ledger_book.sql_rights import SqlRight, needed_rights
from xlpy.sl.ledger_book.tables import SCHEMA_VERSION, ledger_metadata

CODE = Path(xlpy.__file__).parent
NOT_READING = {"setup_script.py", "sql_rights.py", "schema.py"}  # they list tables, and read none
OTHER_MEANING = {"CashAcct"}  # a column of APDoc; the table of that name is not read
_STATEMENT = re.compile(
    r"(?:INSERT INTO|DELETE FROM) \"?(?P<name>\w+)|UPDATE \"?(?P<changed>\w+)\"? SET (?P<set>.*?)(?: WHERE|$)",
    re.DOTALL,
)
_SOURCES = re.compile(r"(?:FROM|JOIN) \"?(\w+)")


def _named_in(folder: str) -> dict[str, set[str]]:
    """Tables of SL that the code of a folder names in a text, with the files."""
    tables = set(known_names().values())
    found: dict[str, set[str]] = defaultdict(set)
    for file in (CODE / folder).rglob("*.py"):
        if file.name in NOT_READING:
            continue
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Constant) and isinstance(node.value, str) and node.value in tables:
                found[node.value].add(file.name)
    return found


def test_every_table_that_the_code_names_may_be_read_and_no_other() -> None:
    named = _named_in("sl") | _named_in("services")
    when_asked = {PRACTICE_INSERT, PRACTICE_SELECT}
    missing = {table: files for table, files in named.items() if table not in {*READ, *OTHER_MEANING, *when_asked}}
    assert not missing, "add these to READ of the set-up script"
    assert set(READ) <= named.keys(), "a right that nothing needs"


def test_the_practice_release_gets_its_rights_only_when_it_is_asked_for() -> None:
    without, asked = setup_script(), setup_script(practice=True)
    added = sorted(line.partition("NULL ")[2] for line in asked.splitlines() if line not in without.splitlines())
    assert [line for line in added if line] == [
        "GRANT EXECUTE ON dbo.pp_01400 TO xlpy_user;",
        "GRANT EXECUTE ON dbo.pp_03400 TO xlpy_user;",
        "GRANT EXECUTE ON dbo.pp_08400 TO xlpy_user;",
        "GRANT EXECUTE ON dbo.pp_CleanWrkRelease TO xlpy_user;",
        "GRANT EXECUTE ON dbo.pp_WrkReleaseRec TO xlpy_user;",
        "GRANT INSERT ON dbo.vs_access TO xlpy_user;",
        "GRANT SELECT ON dbo.WrkReleaseBad TO xlpy_user;",
    ]
    assert all(line in asked for line in without.splitlines())
    printed = CliRunner().invoke(main, ["sl-setup", "--practice", "--print"])
    assert printed.output.strip() == asked.strip()


def test_what_is_written_can_be_read_too() -> None:
    assert set(WRITE) | set(COUNTERS) <= set(READ)
    assert set(REMOVE) <= set(WRITE)


@pytest.fixture
def own_company(firm: Firm, tmp_path: Path) -> Iterator[Firm]:
    """A copy of the company, so that what is posted stays out of the others' way; Manage is cleaned by the undo."""
    url = f"sqlite:///{(tmp_path / 'company.sqlite').as_posix()}"
    shutil.copy(str(firm.engine.url.database), tmp_path / "company.sqlite")
    engine = sqlite_engine(url)
    posting = replace(
        firm.profile.posting,
        company_paid_account=demo.COMPANY_PAID_ACCOUNT,
        user_columns={"ARDoc": "User1", "APDoc": "User2", "INTran": "User1", "GLTran": "User5"},
        bins={name: sl_bin for name, _, sl_bin in demo.BINS.values()},
    )
    yield Firm(firm.site, engine, replace(firm.profile, sl=replace(firm.profile.sl, url=url), posting=posting))
    engine.dispose()


def _rights_of(statement: str, spelled: dict[str, str]) -> Iterator[SqlRight]:
    for match in _STATEMENT.finditer(statement):
        name = spelled.get((match["name"] or match["changed"] or "").upper(), "")
        if not name:
            continue
        if match["changed"]:
            for column in re.findall(r"\"?(\w+)\"?\s*=", match["set"]):
                yield SqlRight(name, "UPDATE", column)
        else:
            yield SqlRight(name, statement.lstrip().split()[0].upper())
    for source in _SOURCES.findall(statement):
        if source.upper() in spelled and not statement.lstrip().upper().startswith("DELETE"):
            yield SqlRight(spelled[source.upper()], "SELECT")


def test_whatever_is_sent_to_sl_is_granted(own_company: Firm, tmp_path: Path) -> None:
    spelled = {name.upper(): name for name in (*known_names().values(), *ledger_metadata.tables)}
    sent: set[SqlRight] = set()
    with Books(own_company.session()) as books:

        @event.listens_for(books.session.sl.engine, "before_cursor_execute")
        def note(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
            sent.update(_rights_of(statement, spelled))

        _everything(books, tmp_path)
    ours = set(ledger_metadata.tables)
    needed = needed_rights()
    granted = {(right.table, right.right, right.column) for right in needed}
    granted |= {(right.table, right.right, "") for right in needed}
    lacking = {
        right
        for right in sent
        if (right.table, right.right, "" if right.table in ours else right.column) not in granted
    }
    assert not lacking
    written = {(right.table, right.right) for right in sent if right.table not in ours and right.right != "SELECT"}
    assert {("ARDoc", "INSERT"), ("APDoc", "INSERT"), ("GLTran", "INSERT"), ("INTran", "INSERT")} <= written
    assert {("ARDoc", "DELETE"), ("ARSetup", "UPDATE"), ("Batch", "INSERT")} <= written


def _everything(books: Books, folder: Path) -> None:
    """Use every feature once: what is posted is taken out of both systems again."""
    through = demo.THROUGH_DATE
    unposted = {kind: books.unposted(kind, through=through) for kind in ("invoice", "expense", "procurement")}
    plan = books.plan(
        list(unposted["invoice"].index),
        batch="RIGHTS",
        through=through,
        expenses=[i for i, paid in unposted["expense"].company_paid.items() if not paid],
        procurement=list(unposted["procurement"].index),
    )
    assert not plan.stops, [problem.what for problem in plan.stops]
    report = books.push(plan)
    assert report.exit_code == 0, report.text
    assert _stamps(books) == {"ARDoc": True, "APDoc": True, "INTran": True, "GLTran": True}
    books.batches()
    books.check_setup()
    books.reconcile(everything=True)
    books.sync_payments("everything")
    books.recover()
    books.rerun_states(books.plan_rerun("RIGHTS-I"))
    books.export_audit_record(folder=folder)
    for suffix in ("-P", "-E", "-I"):
        undone = books.undo(f"RIGHTS{suffix}", confirmed=True)
        assert undone.exit_code == 0, undone.text
    assert books.unposted(through=through).index.equals(unposted["invoice"].index)


def _stamps(books: Books) -> dict[str, bool]:
    """Whether the documents of the run carry the ids of Manage in the columns of the profile."""
    columns = {"ARDoc": "User1", "APDoc": "User2", "INTran": "User1", "GLTran": "User5"}
    with books.session.sl.engine.connect() as connection:
        ids = {row[0] for row in connection.execute(text("SELECT RecordID FROM xlpy_Posting"))}
        return {
            table: bool(
                {str(row[0]).strip() for row in connection.execute(text(f"SELECT {column} FROM {table}"))} & ids
            )
            for table, column in columns.items()
        }


def test_setting_up_says_what_it_did_each_time(firm: Firm, tmp_path: Path) -> None:
    file = tmp_path / "company.sqlite"
    shutil.copy(str(firm.engine.url.database), file)
    engine = sqlite_engine(f"sqlite:///{file.as_posix()}")
    with engine.begin() as connection:
        for table in reversed(ledger_metadata.sorted_tables):
            connection.execute(text(f"DROP TABLE {table.name}"))
    settings = tmp_path / "settings.toml"
    settings.write_text(f'[sl]\nurl = "sqlite:///{file.as_posix()}"\ncompany = "{demo.COMPANY_ID}"\n', encoding="utf-8")

    def said() -> str:
        result = CliRunner().invoke(main, ["sl-setup", "--profile", str(settings)])
        assert result.exit_code == 0, result.output
        return result.output

    assert f"is installed in {file}: version {SCHEMA_VERSION}, {len(ledger_metadata.tables)} tables" in said()
    assert f"was there already, version {SCHEMA_VERSION}: nothing was missing" in said()
    with engine.begin() as connection:
        connection.execute(text("DROP TABLE xlpy_Audit"))
    assert f"brought to version {SCHEMA_VERSION}; new: xlpy_Audit." in said()
    with engine.begin() as connection:
        connection.execute(text("INSERT INTO xlpy_Version VALUES (99, '2026-01-01')"))
    result = CliRunner().invoke(main, ["sl-setup", "--profile", str(settings)])
    assert (result.exit_code, "version 99" in result.output) == (2, True)
    engine.dispose()


def test_the_script_is_printed_without_any_profile_or_secret() -> None:
    result = CliRunner().invoke(main, ["sl-setup", "--print"])
    assert result.exit_code == 0
    assert "CREATE ROLE xlpy_user" in result.stdout
    assert access.PRIVATE_KEY not in result.stdout


def test_what_was_done_is_a_value_too(firm: Firm) -> None:
    with firm.session() as session:
        done = install_ledger(session.sl)
    assert (done.before, done.made, done.columns, done.changed, done.role) == (SCHEMA_VERSION, (), (), False, False)

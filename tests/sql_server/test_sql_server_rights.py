"""The rights of the set-up script's role, tried with a login that has nothing else: enough, and none too many."""

from __future__ import annotations

import secrets
import uuid
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from sql_server_stage import Stage, address_of, as_administrator, once_everywhere
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from xlpy.demo import firm
from xlpy.domain.values.transactions import Kind
from xlpy.errors import XlpyError
from xlpy.services.export.push import push
from xlpy.services.export.refresh import refresh
from xlpy.services.history.batches import list_batches
from xlpy.services.history.rerun import rerun
from xlpy.services.history.undo import undo
from xlpy.services.manage_half.recover import recover
from xlpy.services.payments.sync import sync_payments
from xlpy.services.reconciling.reconcile import reconcile
from xlpy.services.run.reports import RunState
from xlpy.services.run.session import in_words
from xlpy.sl.connection.engine import mssql_engine
from xlpy.sl.ledger_book.setup_script import LEDGER_DENIED, ROLE
from xlpy.sl.ledger_book.sql_rights import SqlRight, needed_rights

pytestmark = [pytest.mark.slow, pytest.mark.timeout(3600)]
SHARE = 12  # of the rights, every so many is tried without; XLPY_TEST_RIGHTS=1 tries each


@pytest.fixture(scope="module")
def user(stage: Stage) -> Iterator[Stage]:
    """The firm with the login of a user: a member of the role, and of nothing else."""
    name, password = f"xlpy_{uuid.uuid4().hex[:10]}", f"Aa1-{secrets.token_hex(8)}"
    url = stage.profile.sl.url
    with as_administrator(url) as master:
        master.execute(text(f"CREATE LOGIN {name} WITH PASSWORD = '{password}'"))
    with as_administrator(url, stage.database) as connection:
        connection.execute(text(f"CREATE USER {name} FOR LOGIN {name}"))
        connection.execute(text(f"ALTER ROLE {ROLE} ADD MEMBER {name}"))
    own = address_of(url, stage.database, uid=name, pwd=password)
    _let_row_versions_count(url, stage.database, own)
    theirs = Stage(stage.site, replace(stage.profile, sl=replace(stage.profile.sl, url=own)), stage.database)
    try:
        yield theirs
    finally:
        for session in theirs.sessions:
            session.close()
        with as_administrator(url, stage.database) as connection:
            connection.execute(text(f"DROP USER {name}"))
        with as_administrator(url) as master:
            master.execute(text(f"DROP LOGIN {name}"))


WITH_ROW_VERSION: set[str] = set()  # the column beside each that may be changed, where the server asks for it


def _grant(connection: Any, right: SqlRight) -> None:
    """Give the role a right back; where columns are granted, every column of the table that the script grants."""
    if not right.column:
        connection.execute(text(f"GRANT {right.right} ON dbo.{right.table} TO {ROLE}"))
        return
    columns = {r.column for r in needed_rights() if (r.table, r.right) == (right.table, right.right) and r.column}
    for column in sorted(columns | WITH_ROW_VERSION):
        connection.execute(text(f"GRANT {right.right} ON dbo.{right.table} ({column}) TO {ROLE}"))


def _revoke(connection: Any, right: SqlRight) -> None:
    """Take a right from the role; of columns all, since not every server takes a single one back."""
    connection.execute(text(f"REVOKE {right.right} ON dbo.{right.table} FROM {ROLE}"))
    if right.column:
        connection.execute(text(f"REVOKE {right.right} ON dbo.{right.table} ({right.column}) FROM {ROLE}"))


def _let_row_versions_count(url: str, database: str, own: str) -> None:
    """Grant the row version beside a column on a T-SQL server that asks for it; Microsoft's counts it by itself."""
    try:
        with as_administrator(own, database) as connection:
            connection.execute(text("UPDATE ARSetup SET LastBatNbr = LastBatNbr"))
    except DBAPIError as error:
        if "permission denied" not in str(error):
            raise
        WITH_ROW_VERSION.add("tstamp")
        with as_administrator(url, database) as connection:
            for right in needed_rights():
                if right.column:
                    _grant(connection, right)


def test_every_command_runs_with_exactly_these_rights(user: Stage) -> None:
    session = user.session()
    assert refresh(session, through=firm.THROUGH_DATE).invoices
    marks = (
        *user.marks(Kind.INVOICE, most=4),
        *user.marks(Kind.EXPENSE, most=3),
        *user.marks(Kind.PROCUREMENT, most=4),
    )
    report = user.push(marks, "LOW")
    assert report.state is RunState.COMPLETED, (report.text, report.problems)
    assert once_everywhere(user, tuple(mark.key for mark in marks)) == []
    recover(session)
    assert list_batches(session).rows
    assert reconcile(session, batch="LOW-I").rows
    assert rerun(session, "LOW-P").exit_code == 0
    assert sync_payments(session).exit_code == 0
    assert undo(session, "LOW-P", confirmed=True).state is RunState.COMPLETED


def _rights() -> list[SqlRight]:
    import os

    every = int(os.environ.get("XLPY_TEST_RIGHTS", SHARE))
    return sorted(needed_rights())[::every]


@pytest.mark.parametrize("right", _rights(), ids=lambda right: f"{right.right} {right.table} {right.column}".strip())
def test_a_right_that_is_missing_is_named_before_anything_is_written(
    stage: Stage, user: Stage, right: SqlRight
) -> None:
    """It is taken from the role for as long as the test runs, with a transaction of every kind marked.

    Nothing gets into SL. A right that these transactions don't need is the other way out: all of them are exported.
    """
    marks = user.marks(Kind.INVOICE, most=2) + user.marks(Kind.EXPENSE, most=1) + user.marks(Kind.PROCUREMENT, most=2)
    written = "SELECT (SELECT COUNT(*) FROM xlpy_Posting), (SELECT COUNT(*) FROM ARDoc), (SELECT COUNT(*) FROM Batch)"
    before = stage.rows(written)
    with as_administrator(stage.profile.sl.url, stage.database) as connection:
        _revoke(connection, right)
        try:
            told = _told_by_push(user, marks)
        finally:
            _grant(connection, right)
    if told:
        assert right.table.lower() in told.lower(), told
        assert stage.rows(written) == before
    else:
        assert right.right == "SELECT", "what is written is needed"
        assert once_everywhere(user, tuple(mark.key for mark in marks)) == []


def _told_by_push(user: Stage, marks: Any) -> str:
    """Export, and return what was said; nothing when all of it is exported."""
    session = user.new_session()
    try:
        report = push(session, user.selection(marks, f"N{secrets.token_hex(4)}"))
    except XlpyError as error:
        return str(error)
    except DBAPIError as error:
        return str(in_words(error))
    finally:
        session.close()
    if report.state is RunState.COMPLETED:
        return ""
    assert report.state is RunState.NOTHING_WRITTEN, report.text
    return report.text + " ".join(f"{problem.what} {problem.in_sl}" for problem in report.problems)


def test_what_is_written_once_can_t_be_changed(user: Stage) -> None:
    engine = mssql_engine(user.profile.sl.url)
    try:
        for table, rights in LEDGER_DENIED.items():
            for right in rights:
                statement = f"DELETE FROM {table}" if right == "DELETE" else f"UPDATE {table} SET RunID = RunID"
                if right == "UPDATE" and table != "xlpy_Audit":
                    continue
                with engine.connect() as connection, pytest.raises(DBAPIError, match=r"(?i)permission"):
                    connection.execute(text(statement))
    finally:
        engine.dispose()

"""The posting lock of a session ends with the session, and so does what its holder's row says; and a transaction's."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import datetime

import pytest
from sql_server_stage import SERVER, Stage, address_of, new_database
from sqlalchemy import Connection, text
from sqlalchemy.exc import DBAPIError

from xlpy.errors import PostingLocked, TransactionLost
from xlpy.services.manage_half.recover import RecoverReport, recover
from xlpy.sl.connection import tsql
from xlpy.sl.connection.engine import mssql_engine
from xlpy.sl.connection.one_transaction import is_lost
from xlpy.sl.ledger_book.lock import RESOURCE, posting_lock

SINCE = datetime(2026, 10, 20, 21, 24)  # noqa: DTZ001 # SL keeps local time
HOLDER = """
import os, sys
from datetime import datetime
from xlpy.profile.settings import SlSettings
from xlpy.sl.connection.engine import open_company
from xlpy.sl.ledger_book.lock import posting_lock
company = open_company(SlSettings(url=os.environ["HOLDERS_SL"], company=sys.argv[1]))
with posting_lock(company, user="kmorales", host="PC1", now=datetime(2026, 10, 20, 21, 24)):
    print("held", flush=True)
    sys.stdin.readline()
    os._exit(9)
"""


@contextmanager
def _held_by_another_process(stage: Stage) -> Iterator[subprocess.Popen[str]]:
    process = subprocess.Popen(
        [sys.executable, "-c", HOLDER, stage.profile.sl.company],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "HOLDERS_SL": stage.profile.sl.url},
    )
    assert process.stdout is not None
    try:
        assert process.stdout.readline().strip() == "held"
        yield process
    finally:
        process.kill()
        process.wait()


def test_who_holds_it_is_told_with_when_to_try_again(stage: Stage) -> None:
    with _held_by_another_process(stage):
        company = stage.session().sl
        with pytest.raises(PostingLocked) as told, posting_lock(company, user="b", host="PC2", now=SINCE):
            pytest.fail("two held the lock")
    assert "kmorales on PC1 is posting into this SL database since 2026-10-20 21:24" in told.value.text
    assert "within two minutes" in told.value.fix


@pytest.mark.parametrize("how", ["it ends without a word", "it is killed"])
def test_recover_right_after_a_death_is_not_refused(stage: Stage, how: str) -> None:
    with _held_by_another_process(stage) as process:
        if how == "it is killed":
            process.kill()
        else:
            assert process.stdin is not None
            process.stdin.write("die\n")
            process.stdin.close()
        assert recover(stage.session()) == RecoverReport()
    assert stage.rows("SELECT HolderUser FROM xlpy_Lock WHERE ReleasedAt IS NULL") == []


def test_the_row_of_a_dead_holder_is_not_told_of_the_next_one(stage: Stage) -> None:
    """The next one has the lock and has not written its own row yet."""
    with _held_by_another_process(stage) as process:
        process.kill()
        process.wait()
        with stage.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as next_one:
            taken = {"name": RESOURCE, "milliseconds": 20_000}
            assert tsql.return_value(next_one, tsql.TAKE_APPLICATION_LOCK, taken) in (0, 1)
            assert next_one.execute(text("SELECT HolderUser FROM xlpy_Lock WHERE ReleasedAt IS NULL")).scalar()
            company = stage.session().sl
            with pytest.raises(PostingLocked) as told, posting_lock(company, user="b", host="PC2", now=SINCE):
                pytest.fail("two held the lock")
    assert "Another run has just begun to post into this SL database." in told.value.text
    assert "kmorales" not in told.value.text


def _end_unsaid(connection: Connection) -> None:
    """Let the server end the transaction: by an error, where that does it, or by a statement of its own."""
    with suppress(DBAPIError):
        connection.exec_driver_sql("SELECT part FROM dbo.NotThere")
    if not is_lost(connection):
        connection.exec_driver_sql("ROLLBACK TRANSACTION")


def test_what_follows_a_transaction_that_the_server_ended_is_not_saved() -> None:
    """The driver begins another by itself; its commit would save the second half without the first."""
    with new_database("xlpy_lost") as name:
        engine = mssql_engine(address_of(os.environ[SERVER], name))
        try:
            with engine.begin() as connection:
                connection.execute(text("CREATE TABLE dbo.Half (part int)"))
            with engine.begin() as connection:
                assert connection.execute(text("INSERT INTO Half (part) VALUES (0)")).rowcount == 1, "it is still told"
            with pytest.raises(TransactionLost), engine.begin() as connection:
                connection.execute(text("INSERT INTO Half (part) VALUES (1)"))
                _end_unsaid(connection)
                connection.execute(text("INSERT INTO Half (part) VALUES (2)"))
            with engine.connect() as connection:
                assert connection.scalars(text("SELECT part FROM Half")).all() == [0]
        finally:
            engine.dispose()

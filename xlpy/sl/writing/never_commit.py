"""A connection on which nothing can ever be saved: what is written on it is gone when it is given back.

Four guards, each enough by itself. SQLAlchemy's commit raises before it reaches the driver. A statement that would
commit, or switch the transaction off, is not sent. On SQL Server the transaction is opened several levels deep, and a
COMMIT (of the driver, of a procedure) closes only the innermost level. On SQLite the database itself denies COMMIT.
"""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, Engine, event
from sqlalchemy.exc import DBAPIError

from xlpy.errors import NeverSaved
from xlpy.sl.connection import tsql

if TYPE_CHECKING:
    from xlpy.sl.connection.engine import SlCompany

LEVELS = 16
_SAVES = re.compile(r"\b(COMMIT|END\s+TRAN(SACTION)?|IMPLICIT_TRANSACTIONS|XACT_ABORT)\b|^\s*END\b", re.IGNORECASE)


@contextmanager
def never_committed(company: SlCompany, *, lock_seconds: int) -> Iterator[Connection]:
    """Give a connection in an open transaction that is rolled back in the end, whatever happens.

    ``lock_seconds``: how long a statement waits for a row that somebody else has locked (SQL Server). Raises
    ``NeverSaved`` for every attempt to save, and rolls back.
    """
    engine = guarded(company.engine)
    connection = engine.connect()
    try:
        with _denied_by_sqlite(connection):
            connection.begin()
            try:
                if connection.dialect.name == "mssql":
                    _open_deeply(connection, lock_seconds)
                yield connection
            finally:
                _roll_back(connection)
    finally:
        connection.close()


def guarded(engine: Engine) -> Engine:
    """Return the same engine for connections that can't commit: its ``begin()`` block ends in ``NeverSaved``."""
    practice = engine.execution_options()
    event.listen(practice, "commit", _refuse_commit)
    event.listen(practice, "commit_twophase", _refuse_commit)
    event.listen(practice, "before_cursor_execute", _refuse_saving)
    event.listen(practice, "set_connection_execution_options", _refuse_autocommit)
    return practice


def levels_open(connection: Connection) -> int:
    """Return how many levels of the transaction are open on SQL Server; 1 or 0 on SQLite."""
    if connection.dialect.name == "mssql":
        return int(connection.exec_driver_sql("SELECT @@TRANCOUNT").scalar_one())
    return int(bool(getattr(connection.connection.dbapi_connection, "in_transaction", False)))


def _open_deeply(connection: Connection, lock_seconds: int) -> None:
    """Open many levels, and let the server begin a transaction by itself where a procedure has rolled back ours.

    Without the latter, what SL writes after its own ROLLBACK (the message 8888) would be saved at once.
    """
    driver: Any = connection.connection.dbapi_connection
    cursor = driver.cursor()
    cursor.execute(tsql.PRACTICE_SESSION.format(milliseconds=lock_seconds * 1000))
    cursor.execute("BEGIN TRANSACTION; " * LEVELS)
    cursor.close()


def _refuse_commit(_connection: Connection, *_: Any) -> None:
    raise NeverSaved


def _refuse_saving(_connection: Connection, _cursor: Any, statement: str, *_: Any) -> None:
    if _SAVES.search(statement):
        raise NeverSaved


def _refuse_autocommit(_connection: Connection, options: Mapping[str, Any]) -> None:
    if "isolation_level" in options:
        raise NeverSaved


@contextmanager
def _denied_by_sqlite(connection: Connection) -> Iterator[None]:
    """Let SQLite refuse every COMMIT on this connection, until it goes back to its pool."""
    driver: Any = connection.connection.dbapi_connection
    if not isinstance(driver, sqlite3.Connection):
        yield
        return

    def allow(action: int, argument: str | None, *_: str | None) -> int:
        saves = action == sqlite3.SQLITE_TRANSACTION and argument == "COMMIT"
        return sqlite3.SQLITE_DENY if saves else sqlite3.SQLITE_OK

    driver.set_authorizer(allow)
    try:
        yield
    finally:
        driver.set_authorizer(None)


def _roll_back(connection: Connection) -> None:
    try:
        transaction = connection.get_transaction()
        if transaction is not None:
            transaction.rollback()
        if not connection.invalidated:
            connection.connection.rollback()  # what the server began by itself after one of its own roll-backs
    except (DBAPIError, connection.dialect.loaded_dbapi.Error):
        connection.invalidate()  # the server rolls back what a lost connection left open

"""SQLite that behaves like SL's SQL Server, for the demo company and the tests.

SQLite is kinder than SL in ways that would hide mistakes. Here a text comes back padded to its width, comparisons
ignore case and trailing blanks, a transaction is one from its first statement on (so that savepoints really roll
back), and row versions count up. What the tables themselves refuse (too long, null, outside the type's range) is in
their own DDL, see ``sqlite_rules``.
"""

from __future__ import annotations

import sqlite3
import threading
import time
from collections.abc import Callable
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any

from sqlalchemy import (
    Connection,
    Engine,
    Executable,
    Inspector,
    create_engine,
    event,
    inspect,
    literal,
    make_url,
    select,
)
from sqlalchemy.pool import QueuePool, StaticPool

from xlpy.domain.facts.books import sl_key
from xlpy.sl.connection.types import SQLITE_COLLATION, ValueUnreadable, round_to_minute

LONGEST_CHAR = 255
_READS = "sl_reads"


def sqlite_engine(url: str, *, lock_seconds: float = 10) -> Engine:
    """Open a SQLite database as SL would behave. ``lock_seconds``: how long to wait for another writer.

    ``url`` is a SQLAlchemy URL: ``sqlite:///path`` or ``sqlite://`` (in memory, for one engine only).
    """
    _register_readers()
    in_memory = make_url(url).database in (None, "", ":memory:")
    engine = create_engine(
        url,
        # Each new connection reads SL's whole schema again (20 ms), so they are kept until the engine is disposed.
        poolclass=StaticPool if in_memory else QueuePool,
        connect_args={
            "detect_types": sqlite3.PARSE_DECLTYPES,
            "timeout": lock_seconds,
            "check_same_thread": False,  # the pool gives a connection to one thread at a time
        },
    )
    event.listen(engine, "connect", _prepare if in_memory else _prepare_file)
    if not in_memory:
        event.listen(engine, "checkin", _leave_no_transaction)
    event.listen(engine, "before_execute", _note_reading)
    event.listen(engine, "begin", _begin)
    return engine


def inspector(connection: Connection) -> Inspector:
    """Return what tells which tables and columns there are. Its own statements don't say that they only read.

    So the first statement of the transaction is one that does: who only looks never waits for somebody who writes.
    """
    if not connection.in_transaction():
        connection.execute(select(literal(1)))
    return inspect(connection)


def database_file(url: str) -> Path | None:
    """Return the file of a SQLite URL, None for one in memory."""
    database = make_url(url).database
    return None if database in (None, "", ":memory:") else Path(str(database))


def _prepare(connection: Any, _record: Any) -> None:
    # The driver must not begin transactions by itself: a released savepoint would be committed for good.
    connection.isolation_level = None
    connection.create_collation(SQLITE_COLLATION, _compare)
    connection.create_function("sl_rowversion", 0, _next_row_version)
    connection.execute("PRAGMA foreign_keys = ON")


def _prepare_file(connection: Any, record: Any) -> None:
    _prepare(connection, record)
    # Who reads keeps nobody from writing, and the other way round, as on SQL Server.
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA synchronous = NORMAL")


def _leave_no_transaction(connection: Any, _record: Any) -> None:
    # After a commit that failed the next user of the connection would find its transaction still open.
    if connection is not None and connection.in_transaction:
        connection.rollback()


def _note_reading(connection: Connection, statement: Executable, *_: Any) -> None:
    """Note that the transaction about to begin by itself begins with reading."""
    if not connection.in_transaction():
        connection.info[_READS] = bool(getattr(statement, "is_select", False))


def _begin(connection: Connection) -> None:
    """Begin as a writer, who waits here for other writers.

    A transaction that nobody began and that starts with a SELECT (``engine.connect()``, then reading) is a reader.
    """
    reads = connection.info.pop(_READS, False)
    connection.exec_driver_sql("BEGIN" if reads else "BEGIN IMMEDIATE")


def _compare(left: str, right: str) -> int:
    """Compare as SL's collation does: without regard to case and trailing blanks."""
    if left == right:
        return 0
    one, other = sl_key(left), sl_key(right)
    return (one > other) - (one < other)


class _RowVersions:
    """Numbers that only grow. They start from the clock, so that they also grow from one process to the next."""

    def __init__(self) -> None:
        self._last = 0
        self._lock = threading.Lock()

    def next(self) -> bytes:
        with self._lock:
            self._last = max(self._last + 1, time.time_ns() // 1000)
            return self._last.to_bytes(8, "big")


_next_row_version = _RowVersions().next


@cache
def _register_readers() -> None:
    """Teach the driver to pad CHARn to n and to read smalldatetime; only connections that ask for it are touched."""
    for width in range(1, LONGEST_CHAR + 1):
        sqlite3.register_converter(f"CHAR{width}", _padded_to(width))
    sqlite3.register_converter("SMALLDATETIME", _read_small_date_time)


def _padded_to(width: int) -> Callable[[bytes], str]:
    def pad(raw: bytes) -> str:
        try:
            return raw.decode().ljust(width)[:width]  # beyond its width there are only blanks
        except UnicodeDecodeError:
            raise ValueUnreadable(raw, "a text") from None

    return pad


def _read_small_date_time(raw: bytes) -> datetime:
    try:
        return round_to_minute(datetime.fromisoformat(raw.decode()))
    except ValueError:
        raise ValueUnreadable(raw.decode(errors="replace"), "a date") from None

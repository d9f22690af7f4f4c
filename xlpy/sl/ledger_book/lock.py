"""One posting at a time per SL database: an application lock, held until the Manage half is closed, too.

SQL Server keeps it with the session, so it ends with the connection, whatever becomes of this program; on SQLite the
operating system keeps it with an open file, and frees it when the process ends. Who holds it is in xlpy_Lock. That row
outlives a holder that died, so on SQL Server the session keeps a second lock, named after the row: only while that is
held, the row tells the truth.
"""

from __future__ import annotations

import hashlib
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import IO, TYPE_CHECKING
from weakref import WeakKeyDictionary

from sqlalchemy import Connection, Engine, insert, select, update
from sqlalchemy.exc import DBAPIError

from xlpy.errors import PostingLocked, SlError
from xlpy.sl.connection import tsql
from xlpy.sl.connection.sqlite import database_file
from xlpy.sl.ledger_book.sql_rights import refuse_missing_rights
from xlpy.sl.ledger_book.tables import LOCK_NAME, check_ledger, locks

if TYPE_CHECKING:
    from xlpy.sl.connection.engine import SlCompany

RESOURCE = "xlpy posting"
PATIENCE = 5_000  # milliseconds: a server takes a moment to see that a program has died
_LOCKED_BYTE = 1 << 20  # far behind the file's end: the file stays readable on Windows
_in_memory: WeakKeyDictionary[Engine, threading.Lock] = WeakKeyDictionary()


@contextmanager
def posting_lock(company: SlCompany, *, user: str, host: str, now: datetime) -> Iterator[None]:
    """Hold the posting lock of the company's database.

    Raises ``PostingLocked`` with the holder when somebody has it, ``LedgerMissing`` when the ledger is not installed,
    ``RightsMissing`` when the SQL login could not write everything that the product writes.
    """
    with company.engine.connect() as connection:
        check_ledger(connection)
        refuse_missing_rights(connection, company)
    holder = _Holder(user, host, now)
    hold = _hold_session if company.engine.dialect.name == "mssql" else _hold_file
    with hold(company, holder):
        try:
            yield
        finally:
            _forget_holder(company, now)


@dataclass(frozen=True, slots=True)
class _Holder:
    """Who holds the lock, since when (local time): the row of xlpy_Lock."""

    user: str
    host: str
    since: datetime

    @property
    def resource(self) -> str:
        """The name of the lock that lives as long as the holder's row is true; SQL Server: at most 255 characters."""
        told = f"{self.user}\n{self.host}\n{self.since:%Y-%m-%d %H:%M:%S}"
        return f"{RESOURCE} {hashlib.sha256(told.encode()).hexdigest()}"


@contextmanager
def _hold_session(company: SlCompany, holder: _Holder) -> Iterator[None]:
    """Hold sp_getapplock on a connection of its own, open meanwhile (the engine has no pool to give it back to)."""
    connection = company.engine.connect().execution_options(isolation_level="AUTOCOMMIT")
    try:
        if not _take(connection, RESOURCE, PATIENCE):
            raise _locked(company)
        try:
            _take(connection, holder.resource)
            _write_holder(company, holder)
            yield
        finally:
            _give_back(connection, holder.resource, RESOURCE)
    finally:
        connection.close()


def _take(connection: Connection, name: str, milliseconds: int = 0) -> bool:
    """Take an application lock of the session; False when another session has it."""
    asked = {"name": name, "milliseconds": milliseconds}
    granted = tsql.return_value(connection, tsql.TAKE_APPLICATION_LOCK, asked)
    return granted is not None and granted >= 0


def _give_back(connection: Connection, *names: str) -> None:
    try:
        for name in names:
            tsql.return_value(connection, tsql.RELEASE_APPLICATION_LOCK, {"name": name})
    except DBAPIError:
        # The session is gone, and its lock with it; the work done under it must not fail for that.
        connection.invalidate()


@contextmanager
def _hold_file(company: SlCompany, holder: _Holder) -> Iterator[None]:
    """Hold an operating system's lock on a file beside the database; for one in memory, a lock of this process."""
    file = database_file(str(company.engine.url))
    if file is None:
        lock = _in_memory.setdefault(company.engine, threading.Lock())
        if not lock.acquire(blocking=False):
            raise _locked(company)
        try:
            _write_holder(company, holder)
            yield
        finally:
            lock.release()
        return
    try:
        opened = lock_file(file).open("ab")
    except OSError as error:
        raise SlError(
            f"The lock beside the demo company can't be opened: {error.strerror or error}.",
            fix=f"See who may write to {lock_file(file)}. Nothing was written.",
        ) from error
    with opened as handle:
        if not _lock(handle):
            raise _locked(company)
        try:
            _write_holder(company, holder)
            yield
        finally:
            _unlock(handle)


def lock_file(database: Path) -> Path:
    """Return the lock's file beside a SQLite database. It stays: removing it could take another holder's lock."""
    return database.with_name(database.name + ".lock")


def _locked(company: SlCompany) -> PostingLocked:
    """Say who holds the lock: by the holder's row, when that is of the session that has the lock now."""
    session = company.engine.dialect.name == "mssql"
    try:
        with company.engine.connect() as connection:
            holder = _holder(connection)
            if holder is not None and session:
                free = connection.execute(tsql.APPLICATION_LOCK_FREE, {"name": holder.resource}).scalar()
                holder = holder if free == 0 else None
    except (DBAPIError, SlError):
        holder = None  # the holder is writing just now, and SQLite has one writer
    if holder is None:
        return PostingLocked("", "", "", session=session)
    return PostingLocked(holder.user, holder.host, f"{holder.since:%Y-%m-%d %H:%M}", session=session)


def _holder(connection: Connection) -> _Holder | None:
    row = connection.execute(
        select(locks.c.HolderUser, locks.c.HolderHost, locks.c.Since).where(
            locks.c.LockName == LOCK_NAME, locks.c.ReleasedAt.is_(None)
        )
    ).first()
    return None if row is None else _Holder(*row)


def _write_holder(company: SlCompany, holder: _Holder) -> None:
    values = {"HolderUser": holder.user, "HolderHost": holder.host, "Since": holder.since, "ReleasedAt": None}
    with company.engine.begin() as connection:
        changed = connection.execute(update(locks).where(locks.c.LockName == LOCK_NAME).values(**values))
        if not changed.rowcount:
            connection.execute(insert(locks).values(LockName=LOCK_NAME, **values))


def _forget_holder(company: SlCompany, now: datetime) -> None:
    try:
        with company.engine.begin() as connection:
            connection.execute(update(locks).where(locks.c.LockName == LOCK_NAME).values(ReleasedAt=now))
    except (DBAPIError, SlError):
        # SL is gone, and what was done under the lock must still be told. The lock goes with its session, and the next
        # holder writes over this row.
        company.engine.dispose()


if sys.platform == "win32":
    import msvcrt

    def _lock(handle: IO[bytes]) -> bool:
        handle.seek(_LOCKED_BYTE)
        try:
            msvcrt.locking(handle.fileno(), msvcrt.LK_NBLCK, 1)
        except OSError:
            return False
        return True

    def _unlock(handle: IO[bytes]) -> None:
        handle.seek(_LOCKED_BYTE)
        with suppress(OSError):  # closing the file frees it, too
            msvcrt.locking(handle.fileno(), msvcrt.LK_UNLCK, 1)

else:
    import fcntl

    def _lock(handle: IO[bytes]) -> bool:
        try:
            # flock belongs to the open file, so two threads of one process exclude each other as well.
            fcntl.flock(handle.fileno(), fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            return False
        return True

    def _unlock(handle: IO[bytes]) -> None:
        fcntl.flock(handle.fileno(), fcntl.LOCK_UN)

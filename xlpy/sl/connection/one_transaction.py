"""The proof that what is committed is the transaction that was begun: none of it was lost, unsaid, on the way.

A server can end a transaction by itself, and the driver hide why (it asks for the types of parameters on its own, and
keeps what the server says to that). The next statement begins another transaction, whose commit would save half of
the work. An application lock that belongs to the transaction tells them apart: it is gone with the one that had it.
"""

from __future__ import annotations

import logging
import uuid
from typing import Any

from sqlalchemy import Connection, Engine, event

from xlpy.errors import TransactionLost
from xlpy.sl.connection import tsql

logger = logging.getLogger(__name__)
_PROOF = "sl_proof_of_transaction"  # its name, in the connection's info; empty: the server gave none
_WRITES = ("INSERT", "UPDATE", "DELETE")
_HELD = "Exclusive"


def keep_one_transaction(engine: Engine) -> None:
    """Let each commit on SQL Server raise ``TransactionLost`` when the transaction is not the one that was begun.

    The proof is taken before the first savepoint or write (a roll-back to an older savepoint would free it). One
    statement then, and one before the commit.
    """

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        connection.info.pop(_PROOF, None)

    @event.listens_for(engine, "savepoint")
    def savepoint(connection: Connection, _name: str) -> None:
        _take(connection)

    @event.listens_for(engine, "before_cursor_execute")
    def write(connection: Connection, _cursor: Any, statement: str, *_: Any) -> None:
        if statement.startswith(_WRITES):
            _take(connection)

    @event.listens_for(engine, "commit")
    def commit(connection: Connection) -> None:
        if is_lost(connection):
            raise TransactionLost


def is_lost(connection: Connection) -> bool:
    """Whether the server has ended the transaction that was begun; False where it gave no proof of one."""
    name = connection.info.get(_PROOF)
    return bool(name) and tsql.single_value(connection, tsql.TRANSACTION_LOCK, {"name": name}) != _HELD


def _take(connection: Connection) -> None:
    driver: Any = connection.connection.dbapi_connection
    if _PROOF in connection.info or getattr(driver, "autocommit", False):
        return
    name = f"xlpy transaction {uuid.uuid4().hex}"
    connection.info[_PROOF] = ""
    granted = tsql.return_value(connection, tsql.TAKE_TRANSACTION_LOCK, {"name": name})
    if granted is not None and granted >= 0:
        connection.info[_PROOF] = name
    else:
        logger.warning("SL's server gave no proof of the transaction (%s)", granted)

"""SL's own release of one batch, run inside a transaction of ours, and what it says.

The way is that of SL's release screens: a row among the running screens (``vs_access``), the batch into WrkRelease
(pp_CleanWrkRelease, pp_WrkReleaseRec), the module's procedure (pp_08400 AR, pp_03400 AP, pp_01400 GL), and its
messages from WrkReleaseBad. The inventory release is a client program (10.400): there is nothing to run.

A release that does not balance (message 8888), and one that violates a key, roll back everything: the transaction that
was ours is gone then, and SL may have begun another one for its message.
"""

from __future__ import annotations

import logging
import re
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import Connection, insert, select
from sqlalchemy.exc import DBAPIError

from xlpy.domain.preview.at_release import MadeLine
from xlpy.errors import PracticeImpossible
from xlpy.sl.connection import tsql
from xlpy.sl.connection.statement_errors import database_said
from xlpy.sl.ledger_book.setup_script import PRACTICE_EXECUTE, PRACTICE_INSERT, PRACTICE_SELECT
from xlpy.sl.writing.never_commit import levels_open

if TYPE_CHECKING:
    from xlpy.sl.connection.engine import SlCompany

logger = logging.getLogger(__name__)

Release = Callable[[Connection, str, str, str, str], None]
"""Release a batch: connection, module, BatNbr, address of the user's PC, SL user. Raises what the database raises."""

SCREENS = {"AR": "08400", "AP": "03400", "GL": "01400"}
PROCEDURES = {"AR": "pp_08400", "AP": "pp_03400", "GL": "pp_01400"}
ADDRESS_LENGTH = 21  # SL: WrkRelease.UserAddress
USER_LENGTH = 10  # SL: @Sol_User
RELEASED = frozenset({"U", "C"})  # SL: Batch.Status, to be posted or nothing to post
_BUSY = re.compile(r"\((1222|1205)\)")  # SQL Server: lock time-out, deadlock victim
_GONE = "SL rolled everything back without a message"


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the release of one batch came to.

    ``status``: Batch.Status afterwards, empty when the batch is gone. ``messages``: numbers of SL's messages, in their
    order. ``error``: of the database, in its words. ``lines``: the GL transactions. ``rolled_back``: whether SL rolled
    back the transaction, with everything that was written in it.
    """

    status: str
    messages: tuple[int, ...] = ()
    error: str = ""
    lines: tuple[MadeLine, ...] = ()
    rolled_back: bool = False

    @property
    def released(self) -> bool:
        """Whether SL would release the batch."""
        return not self.messages and not self.error and self.status in RELEASED


def new_address() -> str:
    """Return an address that no PC has: SL's messages are found by it."""
    return f"XLPY{uuid.uuid4().hex}"[:ADDRESS_LENGTH]


def check_may_release(connection: Connection) -> None:
    """Raise ``PracticeImpossible`` with what the login lacks to run SL's release (SQL Server)."""
    lacking = missing_for_practice(connection)
    if lacking:
        raise PracticeImpossible(
            f"SL's own release can't be tried: the SQL login lacks {', '.join(lacking)}.",
            fix="Ask the database administrator to run the script of 'xlpy sl-setup --practice --print'; or go on"
            " without: nothing else needs it.",
        )


def missing_for_practice(connection: Connection) -> tuple[str, ...]:
    """Return what the login lacks: procedures that are not there, EXECUTE, INSERT and SELECT."""
    lacking: list[str] = []
    for name in PRACTICE_EXECUTE:
        there, may = connection.execute(tsql.MAY_EXECUTE, {"name": name}).one()
        if there is None or may != 1:
            lacking.append(f"EXECUTE on {name}")
    if connection.execute(tsql.MAY_ANNOUNCE).scalar() != 1:
        lacking.append(f"INSERT on {PRACTICE_INSERT}")
    if connection.execute(tsql.MAY_READ_MESSAGES).scalar() != 1:
        lacking.append(f"SELECT on {PRACTICE_SELECT}")
    return tuple(lacking)


def announce(connection: Connection, company: SlCompany, module: str, address: str) -> None:
    """Enter the release screen of a module among the running ones: without that row SL forgets our WrkRelease rows."""
    table = company.catalogue.table("vs_access")
    on_server = connection.dialect.name == "mssql"
    database = str(connection.execute(tsql.DATABASE_NAME).scalar_one()) if on_server else ""
    row = {
        **company.catalogue.blank_row("vs_access"),
        "DatabaseName": database,
        "InterNetAddress": address,
        "ScrnNbr": SCREENS[module],
    }
    connection.execute(insert(table).values(row))


def release_on_sql_server(connection: Connection, module: str, bat_nbr: str, address: str, user: str) -> None:
    """Run SL's procedures on one batch."""
    tsql.run_to_the_end(connection, tsql.CLEAN_RELEASE, {"address": address, "module": module})
    tsql.run_to_the_end(connection, tsql.ASK_FOR_RELEASE, {"batnbr": bat_nbr, "module": module, "address": address})
    tsql.run_to_the_end(connection, tsql.RELEASE[module], {"address": address, "user": user[:USER_LENGTH]})


def verdict_of(
    connection: Connection, company: SlCompany, release: Release, module: str, bat_nbr: str, address: str
) -> Verdict:
    """Release a batch that was written in this transaction, and return what SL says of it."""
    before = levels_open(connection)
    error = ""
    try:
        release(connection, module, bat_nbr, address, company.sl_user or "XLPY")
    except (DBAPIError, connection.dialect.loaded_dbapi.Error) as raised:
        error = database_said(raised)
        if _BUSY.search(str(raised)):
            raise PracticeImpossible(
                f"Somebody else is working on the same rows of SL: {error}.",
                fix="Try again in a moment. Everything was rolled back.",
            ) from raised
        logger.info("The release of %s %s raised: %s", module, bat_nbr, error)
        if getattr(raised, "connection_invalidated", False) or connection.invalidated:
            return Verdict("", error=error, rolled_back=True)
    try:
        return _read(connection, company, module, bat_nbr, address, error, before)
    except DBAPIError as raised:  # SL's connection is in no state to be asked anything
        return Verdict("", error=error or database_said(raised), rolled_back=True)


def _read(
    connection: Connection, company: SlCompany, module: str, bat_nbr: str, address: str, error: str, before: int
) -> Verdict:
    bad = company.catalogue.table("WrkReleaseBad")
    messages = tuple(
        int(number)
        for number in connection.scalars(
            select(bad.c.MsgID)
            .where(bad.c.UserAddress == address, bad.c.Module == module, bad.c.BatNbr == bat_nbr)
            .order_by(bad.c.MsgID)
        )
    )
    batch = company.catalogue.table("Batch")
    status = connection.scalar(select(batch.c.Status).where(batch.c.Module == module, batch.c.BatNbr == bat_nbr))
    if status is None:  # the transaction in which it was written is gone
        return Verdict("", messages, "" if messages else error or _GONE, rolled_back=True)
    now = levels_open(connection)
    if now != before:
        said = f"SL's release left {now} of {before} levels of the transaction open"
        return Verdict(str(status), messages, error or said, rolled_back=True)
    return Verdict(str(status), messages, error, _lines(connection, company, module, bat_nbr))


def _lines(connection: Connection, company: SlCompany, module: str, bat_nbr: str) -> tuple[MadeLine, ...]:
    gl = company.catalogue.table("GLTran")
    columns = (gl.c.RefNbr, gl.c.Acct, gl.c.Sub, gl.c.DrAmt, gl.c.CrAmt, gl.c.CuryDrAmt, gl.c.CuryCrAmt)
    found = connection.execute(
        select(*columns).where(gl.c.Module == module, gl.c.BatNbr == bat_nbr).order_by(gl.c.LineNbr)
    )
    return tuple(MadeLine(*row) for row in found)

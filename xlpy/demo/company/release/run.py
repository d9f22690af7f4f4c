"""The release of SL for the demo company: what an accountant does in the release screens (08.400, 01.400).

``release_batch`` does what SL's own procedures do with a batch, message by message; ``release_everything`` is the end
of the day: every batch that waits, then the posting to the general ledger.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from sqlalchemy import Connection, Engine, delete, func, insert, select, update

from xlpy.demo.company.posting.run import PostingResult, post_batch
from xlpy.demo.company.release.batch import MESSAGES, BatchRun, NotReleased, ReleaseMessage, open_batch
from xlpy.demo.company.release.books import Books, SqlStopped, blank_row
from xlpy.demo.company.release.journal import prepare_journal, release_journal, void_journal
from xlpy.demo.company.release_ap.run import prepare_payables, release_payables
from xlpy.demo.company.release_ar.run import prepare_receivables, release_receivables
from xlpy.demo.company.release_in.run import InventoryNotReleased, prepare_inventory, release_inventory
from xlpy.demo.company.tables import table
from xlpy.errors import SlError

__all__ = [
    "BatchOutcome",
    "ReleaseMessage",
    "ReleaseResult",
    "release_and_post",
    "release_batch",
    "release_everything",
    "void_batch",
]


@dataclass(frozen=True, slots=True)
class ReleaseResult:
    """How a release ended. ``status``: Batch.Status afterwards, empty without batch; ``error``: of the database.

    ``undone``: whether SL rolled everything back (message 8888 and its like, or a violated key).
    """

    status: str
    messages: tuple[ReleaseMessage, ...] = ()
    error: str | None = None
    undone: bool = False

    @property
    def released(self) -> bool:
        """Whether the batch went through (U unposted, C nothing to post)."""
        return not self.messages and self.error is None and self.status in ("U", "C")


@dataclass(frozen=True, slots=True)
class BatchOutcome:
    """A batch, its release and, when that gave something to post, its posting."""

    module: str
    bat_nbr: str
    release: ReleaseResult
    posting: PostingResult | None = None

    @property
    def status(self) -> str:
        """Batch.Status in the end."""
        return self.posting.status if self.posting else self.release.status

    @property
    def messages(self) -> tuple[ReleaseMessage, ...]:
        """What the release had against the batch."""
        return self.release.messages

    @property
    def error(self) -> str | None:
        """The database's error, of the release or of the posting."""
        return self.release.error or (self.posting.error if self.posting else None)


@dataclass(frozen=True, slots=True)
class _Release:
    """The two halves of a module's release. ``prepare`` is saved whatever ``finish`` comes to."""

    prepare: Callable[[BatchRun], bool]
    finish: Callable[[BatchRun], None]


# A module is released by adding it here.
_RELEASES = {
    "AR": _Release(prepare_receivables, release_receivables),
    "AP": _Release(prepare_payables, release_payables),
    "IN": _Release(prepare_inventory, release_inventory),
    "GL": _Release(prepare_journal, release_journal),
}
_ORDER = ("AR", "AP", "IN", "GL")


def release_batch(engine: Engine, module: str, bat_nbr: str, *, user: str = "SYSADMIN") -> ReleaseResult:
    """Release one batch, in one transaction, and report what SL reports.

    Rejections are kept in WrkReleaseBad, as SL does, until the batch is released again. A violated key rolls
    everything back and comes as ``error``, without message. Raises SlError for a module that is not released here.
    """
    if module not in _RELEASES:
        raise SlError(
            f"The demo company releases batches of {' and '.join(_RELEASES)}; {module} {bat_nbr} is not one of them."
        )
    with engine.begin() as connection:
        return release_within(connection, module, bat_nbr, user, user)


def release_within(connection: Connection, module: str, bat_nbr: str, user: str, address: str) -> ReleaseResult:
    """Release one batch in a transaction that is somebody else's. ``address``: whose messages it gives."""
    _forget_messages(connection, module, bat_nbr)
    messages, error, undone = _release(connection, _RELEASES[module], module, bat_nbr, user)
    _keep_messages(connection, module, bat_nbr, address, messages)
    return ReleaseResult(_status(connection, module, bat_nbr), messages, error, undone)


def _release(
    connection: Connection, release: _Release, module: str, bat_nbr: str, user: str
) -> tuple[tuple[ReleaseMessage, ...], str | None, bool]:
    prepared = open_batch(Books(connection), module, bat_nbr, user)
    try:
        goes_on = release.prepare(prepared)
    except SqlStopped as stopped:
        return tuple(prepared.messages), stopped.text, True
    prepared.books.save()
    if not goes_on:
        return tuple(prepared.messages), None, False
    run = open_batch(Books(connection), module, bat_nbr, user)
    try:
        release.finish(run)
        with connection.begin_nested():
            run.books.save()
    except InventoryNotReleased as refused:
        return refused.messages, None, False
    except NotReleased as refused:
        return (ReleaseMessage(refused.msg_id, MESSAGES[refused.msg_id]),), None, True
    except SqlStopped as stopped:
        return (), stopped.text, True
    return (), None, False


def release_and_post(engine: Engine, module: str, bat_nbr: str, *, user: str = "SYSADMIN") -> BatchOutcome:
    """Release a batch and post it when the release left it unposted (status U)."""
    released = release_batch(engine, module, bat_nbr, user=user)
    posted = post_batch(engine, module, bat_nbr, user=user) if released.status == "U" else None
    return BatchOutcome(module, bat_nbr, released, posted)


def release_everything(engine: Engine, cpny_id: str, *, user: str = "SYSADMIN") -> list[BatchOutcome]:
    """Release every batch of a company that waits (status B, S or I), module by module, then post them all."""
    batch = table("Batch")
    waiting = (
        select(batch.c.Module, batch.c.BatNbr)
        .where(batch.c.CpnyID == cpny_id, batch.c.Module.in_(_RELEASES), batch.c.Status.in_(("B", "S", "I")))
        .order_by(batch.c.BatNbr)
    )
    with engine.connect() as connection:
        found = [(row.Module, row.BatNbr) for row in connection.execute(waiting)]
    found.sort(key=lambda one: (_ORDER.index(one[0]), one[1]))
    released = [
        BatchOutcome(module, bat_nbr, release_batch(engine, module, bat_nbr, user=user)) for module, bat_nbr in found
    ]
    return [
        BatchOutcome(
            outcome.module,
            outcome.bat_nbr,
            outcome.release,
            post_batch(engine, outcome.module, outcome.bat_nbr, user=user) if outcome.release.status == "U" else None,
        )
        for outcome in released
    ]


def void_batch(engine: Engine, module: str, bat_nbr: str, *, user: str = "SYSADMIN") -> ReleaseResult:
    """Void an unreleased batch: what the entry screen does (status I), then the release, which makes it V.

    Raises SlError for a batch that is not there or is released.
    """
    with engine.begin() as connection:
        run = open_batch(Books(connection), module, bat_nbr, user)
        if run.batch is None or run.batch["Rlsed"]:
            raise SlError(f"{module} batch {bat_nbr} is not an unreleased batch.")
        if module == "GL":
            void_journal(run)
            run.books.save()
            return ReleaseResult("V")
        batch = table("Batch")
        connection.execute(update(batch).where(batch.c.Module == module, batch.c.BatNbr == bat_nbr).values(Status="I"))
    return release_batch(engine, module, bat_nbr, user=user)


def _keep_messages(
    connection: Connection, module: str, bat_nbr: str, user: str, messages: tuple[ReleaseMessage, ...]
) -> None:
    """Keep the messages where SL's screens look for them. Inventory has its own table, with their parameters."""
    if module != "IN":
        for message in messages:
            connection.execute(
                insert(table("WrkReleaseBad")).values(
                    BatNbr=bat_nbr, Module=module, MsgID=message.msg_id, UserAddress=user[:21]
                )
            )
        return
    kept = table("IN10400_Return")
    last = connection.scalar(select(func.max(kept.c.MsgID)).where(kept.c.ComputerName == user[:21])) or 0
    for number, message in enumerate(messages, start=int(last) + 1):
        named = {f"Parm{index:02}": text[:30] for index, text in enumerate(message.parameters)}
        row = {
            **blank_row("IN10400_Return"),
            "BatNbr": bat_nbr,
            "ComputerName": user[:21],
            "MsgID": number,
            "MsgNbr": message.msg_id,
            "ParmCnt": len(named),
        }
        connection.execute(insert(kept).values(row | named))


def _forget_messages(connection: Connection, module: str, bat_nbr: str) -> None:
    if module == "IN":
        kept = table("IN10400_Return")
        connection.execute(delete(kept).where(kept.c.BatNbr == bat_nbr))
        return
    bad = table("WrkReleaseBad")
    connection.execute(delete(bad).where(bad.c.Module == module, bad.c.BatNbr == bat_nbr))


def _status(connection: Connection, module: str, bat_nbr: str) -> str:
    batch = table("Batch")
    status = connection.scalar(select(batch.c.Status).where(batch.c.Module == module, batch.c.BatNbr == bat_nbr))
    return status or ""

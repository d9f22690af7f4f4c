"""A day of several users on one site and company, chosen by a seed: steps, faults, and what must hold after each.

Steps are what people do: push, recover, undo, clear, rerun, sync, release, pay, enter in Manage, delete in SL, restore
SL. Faults are what lines, servers and PCs do meanwhile. The oracle is outside of the product: SQL, and the demo site.
"""

from __future__ import annotations

import sqlite3
import traceback
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from pathlib import Path
from random import Random
from typing import Any

from sqlalchemy import event
from undo_stage import Stage

from xlpy.demo import firm
from xlpy.demo.company import repairs
from xlpy.demo.company.release.run import release_everything
from xlpy.demo.company.some_payments import pay_some
from xlpy.demo.site.door.faults import Fault, FaultKind
from xlpy.domain.afterwards.payment_start import From, SyncStart
from xlpy.domain.values.transactions import Kind, PostingState, SlState, TransactionKey
from xlpy.errors import XlpyError
from xlpy.services.history.clear import clear
from xlpy.services.history.rerun import rerun
from xlpy.services.history.undo import undo
from xlpy.services.manage_half.recover import owed_to_manage, recover
from xlpy.services.payments.sync import sync_payments
from xlpy.services.run.reports import Marked
from xlpy.services.run.session import in_words

USERS = (("kmorales", "PC1"), ("jdoe", "PC2"), ("temp", "PC3"))
MOST_STEPS = 9
PAID_ON = date(2026, 11, 20)
_LIVE = (SlState.UNRELEASED, SlState.RELEASED, SlState.POSTED)
_IN_BOOKS = (PostingState.POSTED, PostingState.CLOSED, PostingState.CHANGED)


@dataclass(frozen=True)
class Step:
    """What is done, with a seed of its own: the same step does the same, whatever was left out before it."""

    name: str
    seed: int
    fault: int = 0  # 0: none; else the seed of one


@dataclass
class Day:
    """The stage, what people did to it that the product may not undo, and what was found wrong."""

    stage: Stage
    folder: Path
    batches: list[str] = field(default_factory=list)
    by_hand: set[TransactionKey] = field(default_factory=set)  # deleted or restored in SL since it was posted
    log: list[str] = field(default_factory=list)

    def session(self, dice: Random) -> Any:
        """Open the session of one of the users."""
        return self.stage.session(*dice.choice(USERS))


class Broken(AssertionError):
    """Something that must hold does not."""


def steps_of(seed: int) -> list[Step]:
    """Choose the steps of a day."""
    dice = Random(seed)
    names = [*STEPS, "push", "push", "recover", "release"]
    return [
        Step(dice.choice(names), dice.randrange(10**9), dice.randrange(1, 10**9) if dice.random() < 0.4 else 0)
        for _ in range(dice.randint(3, MOST_STEPS))
    ]


def work(stage: Stage, folder: Path, steps: list[Step]) -> Day:
    """Do the steps of a day. Raises ``Broken`` when something does not hold, with the steps that led there."""
    day = Day(stage, folder)
    (folder / "backup.sqlite").unlink(missing_ok=True)
    repairs.backup(stage.engine, folder / "backup.sqlite")
    for step in steps:
        with _fault(stage, Random(step.fault) if step.fault and step.name not in BY_PEOPLE else None) as fault:
            told = _do(day, step)
        day.log.append(f"{step.name}({step.seed}, {step.fault}) {fault}: {told}")
        must_hold(day)
    with _fault(stage, None):
        for _ in range(2):
            day.log.append(f"recover at the end of the day: {_do(day, Step('recover', 1))}")
    must_hold(day)
    _nothing_is_owed(day)
    return day


def _do(day: Day, step: Step) -> str:
    try:
        return str(STEPS[step.name](day, Random(step.seed)))
    except XlpyError as error:
        return f"{type(error).__name__}: {error}"
    except ValueError as error:  # a screen of Manage or SL refuses what a person tries
        if step.name in BY_PEOPLE:
            return f"refused: {error}"
        raise Broken(_told(day, step, traceback.format_exc())) from error
    except Exception as error:
        if (told := in_words(error)) is not None:  # as a session that is closed by it tells it
            return f"{type(told).__name__}: {told}"
        raise Broken(_told(day, step, traceback.format_exc())) from error


def _told(day: Day, step: Step, why: str) -> str:
    return "\n".join([*day.log, f"{step}:", why])


# -- what the product does -------------------------------------------------------------------------------------------


def _push(day: Day, dice: Random) -> str:
    marks = list(day.stage.marks())
    some = dice.sample(marks, dice.randint(0, len(marks))) if dice.random() < 0.7 else marks
    again = {mark.key for mark in some if mark.key in day.by_hand and dice.random() < 0.7}
    name = f"D{len(day.batches) + 1}" if dice.random() < 0.8 or not day.batches else dice.choice(day.batches)
    day.batches.append(name)
    session = day.session(dice)
    from xlpy.services.export.push import push

    chosen = tuple(Marked(mark.key, again=mark.key in again) for mark in some)
    report = push(session, day.stage.selection(chosen, name))
    day.by_hand -= {TransactionKey(Kind(r.kind), r.transaction_id) for r in report.results if r.status == "Exported"}
    return report.text


def _recover(day: Day, dice: Random) -> str:
    return recover(day.session(dice)).text


def _undo(day: Day, dice: Random) -> str:
    return undo(day.session(dice), dice.choice(day.batches or ["D1"]), confirmed=True).text


def _clear(day: Day, dice: Random) -> str:
    marks = list(day.stage.marks())
    some = tuple(dice.sample(marks, min(len(marks), dice.randint(0, 3))))
    name = f"C{len(day.batches) + 1}"
    day.batches.append(name)
    return clear(day.session(dice), day.stage.selection(some, name), confirmed=True).text


def _rerun(day: Day, dice: Random) -> str:
    name = dice.choice(day.batches or ["D1"]) + dice.choice(["", "-I", "-E", "-P"])
    return rerun(day.session(dice), name).text


def _sync(day: Day, dice: Random) -> str:
    start = SyncStart(dice.choice([From.LAST_RUN, From.EVERYTHING]))
    return sync_payments(day.session(dice), start, dry_run=dice.random() < 0.2).text


# -- what people do in the two systems -------------------------------------------------------------------------------


def _release(day: Day, _dice: Random) -> str:
    return f"{len(release_everything(day.stage.engine, firm.COMPANY_ID))} batches"


def _pay(day: Day, dice: Random) -> str:
    return f"{len(pay_some(day.stage.engine, share=Decimal(dice.choice(['0.3', '1'])), on=PAID_ON))} payments"


def _reopen(day: Day, dice: Random) -> str:
    site = day.stage.site
    unposted = site.unposted_invoice_ids()
    if not unposted:
        return "none is unposted"
    record = dice.choice(unposted)
    change = dice.choice([None, Decimal("0.01"), Decimal("-13.37")])
    site.reopen_and_close(record, change=change)
    return f"invoice {record} by {change}"


def _unbatch(day: Day, dice: Random) -> str:
    site = day.stage.site
    record = dice.choice(sorted(site.records.invoices))
    site.unbatch(record)
    return f"invoice {record}"


def _close_batch(day: Day, dice: Random) -> str:
    batch = dice.choice(sorted(day.stage.site.records.batches) or [0])
    if batch:
        day.stage.site.close_batch(batch)
    return f"batch {batch}"


def _delete_in_sl(day: Day, dice: Random) -> str:
    found = day.stage.rows("SELECT RefNbr FROM ARDoc WHERE User1 <> '' AND Rlsed = 0 ORDER BY RefNbr")
    if not found:
        return "nothing to delete"
    (reference,) = dice.choice(found)
    for posting in day.stage.ledger():
        if any(part.ref_nbr == reference for part in posting.parts):
            day.by_hand.add(posting.key)
    repairs.delete_document(day.stage.engine, reference)
    return str(reference)


def _restore(day: Day, dice: Random) -> str:
    if dice.random() < 0.5:
        (day.folder / "backup.sqlite").unlink(missing_ok=True)
        repairs.backup(day.stage.engine, day.folder / "backup.sqlite")
        return "backed up"
    before = {posting.key for posting in day.stage.ledger()}
    repairs.restore(day.stage.engine, day.folder / "backup.sqlite")
    lost = before - {posting.key for posting in day.stage.ledger()}
    day.by_hand |= lost
    return f"{len(lost)} transactions are gone from SL"


STEPS: Mapping[str, Callable[[Day, Random], str]] = {
    "push": _push,
    "recover": _recover,
    "undo": _undo,
    "clear": _clear,
    "rerun": _rerun,
    "sync": _sync,
    "release": _release,
    "pay": _pay,
    "reopen": _reopen,
    "unbatch": _unbatch,
    "close batch": _close_batch,
    "delete in SL": _delete_in_sl,
    "restore": _restore,
}
BY_PEOPLE = frozenset({"release", "pay", "reopen", "unbatch", "close batch", "delete in SL", "restore"})


# -- what goes wrong -------------------------------------------------------------------------------------------------

_OF_MANAGE = tuple(kind for kind in FaultKind if kind is not FaultKind.STALE_CODEBASE)
_OF_SQL = ("database is locked", "disk I/O error", "attempt to write a readonly database")


@contextmanager
def _fault(stage: Stage, dice: Random | None) -> Iterator[str]:
    """Arm one fault of Manage or of SL's database for what is done inside."""
    stage.site.faults.clear()
    if dice is None:
        yield "no fault"
        return
    if dice.random() < 0.6:
        kind, method = dice.choice(_OF_MANAGE), dice.choice(["", "GET", "POST", "DELETE", "PATCH"])
        times = dice.choice([1, 1, 4, None])
        stage.site.faults.add(Fault(kind, method, nth=dice.randint(1, 25), times=times, retry_after=0))
        try:
            yield f"{method or 'any call'} {kind} x{times}"
        finally:
            stage.site.faults.clear()
        return
    left, what = dice.randint(1, 400), dice.choice(_OF_SQL)
    seen = Counter[str]()

    def fail(_c: Any, _cursor: Any, statement: str, *_: Any) -> None:
        seen["statements"] += 1
        if seen["statements"] == left:
            raise sqlite3.OperationalError(f"{what} (at {statement[:30]})")

    event.listen(stage.engine, "before_cursor_execute", fail)
    try:
        yield f"SQL {what} at statement {left}"
    finally:
        event.remove(stage.engine, "before_cursor_execute", fail)


# -- what must hold --------------------------------------------------------------------------------------------------


def must_hold(day: Day) -> None:
    """Raise ``Broken`` when a transaction is twice or nowhere, or when books do not balance."""
    stage = day.stage
    twice = stage.rows(
        "SELECT DocType, RefNbr, count(*) FROM ARDoc WHERE User1 <> '' GROUP BY User1 HAVING count(*) > 1"
    )
    _holds(day, not twice, f"an invoice is in SL twice: {twice}")
    vouchers = stage.rows(
        "SELECT VendId, InvcNbr, count(*) FROM APDoc WHERE DocType IN ('VO', 'AD') AND Status <> 'V' AND InvcNbr <> ''"
        " GROUP BY VendId, InvcNbr, DocType, PerPost HAVING count(*) > 1"
    )
    _holds(day, not vouchers, f"a vendor's invoice is in SL twice: {vouchers}")
    for module, lines, debit, credit in (("GL", "GLTran", "DrAmt", "CrAmt"),):
        off = stage.rows(
            f"SELECT BatNbr, sum({debit}) - sum({credit}) FROM {lines} WHERE Module = '{module}'"
            f" GROUP BY BatNbr HAVING abs(sum({debit}) - sum({credit})) > 0.004"
        )
        _holds(day, not off, f"journals do not balance: {off}")
    latest: dict[TransactionKey, Any] = {}
    for posting in stage.ledger():
        if posting.key not in latest or posting.generation > latest[posting.key].generation:
            latest[posting.key] = posting
    for posting in stage.ledger():
        if posting is not latest[posting.key] and posting.state in _IN_BOOKS:
            old = {(p.module, p.bat_nbr, p.doc_type, p.ref_nbr) for p in posting.parts if p.state in _LIVE}
            new = {(p.module, p.bat_nbr, p.doc_type, p.ref_nbr) for p in latest[posting.key].parts}
            _holds(day, old <= new, f"{posting.key} is in SL in two generations: {old - new}")
    for key, posting in latest.items():
        if posting.state is PostingState.CLOSED and posting.parts and key not in day.by_hand:
            live = [part for part in posting.parts if part.state in _LIVE]
            _holds(day, bool(live), f"{key} is closed in the ledger, but nothing of it is in SL: {posting.parts}")
        if posting.state is PostingState.UNDONE and posting.parts:
            left = [part for part in posting.parts if part.state in _LIVE]
            _holds(day, not left, f"{key} is undone, but still in SL: {left}")
    _batched_is_in_the_books(day, latest)


def _batched_is_in_the_books(day: Day, latest: Mapping[TransactionKey, Any]) -> None:
    """What one of our batches took out of Manage's lists is in SL, or was cleared, or was lost by people's hands."""
    site = day.stage.site
    for record in site.records.invoices:
        key = TransactionKey(Kind.INVOICE, str(record))
        name = site.batch_of(record)
        if name is None or key in day.by_hand:
            continue
        posting = latest.get(key)
        _holds(day, posting is not None, f"{key} is in the Manage batch {name}, but the ledger does not know it")
        good = posting.state in (*_IN_BOOKS, PostingState.CLEARED, PostingState.UNDOING)
        _holds(day, good, f"{key} is in the Manage batch {name}, but {posting.state} in the ledger")


def _nothing_is_owed(day: Day) -> None:
    """After Recover nothing is owed, or Recover says of it what a person has to do."""
    session = day.stage.session(*USERS[0])
    owed = [posting for posting in owed_to_manage(session) if posting.state is PostingState.POSTED]
    said = day.log[-1]
    untold = [posting.number for posting in owed if posting.number not in said and posting.batch_identifier not in said]
    _holds(day, not untold, f"still owed to Manage, and Recover does not say so: {untold}")


def _holds(day: Day, holds: bool, what: str) -> None:
    if not holds:
        raise Broken("\n".join([*day.log, what]))

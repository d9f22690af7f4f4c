"""Batches: every batch of Manage with what became of it in SL, for this company. Writes nothing.

One list from Manage and the posting ledger, in a number of statements that does not grow with the batches. A Manage
batch has no date and no creator in the API; both are the ledger's, so batches of others have none.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from itertools import groupby
from typing import TYPE_CHECKING

from xlpy.domain.facts.books import sl_key
from xlpy.domain.values.money import ZERO
from xlpy.domain.values.statuses import BatchState
from xlpy.domain.values.transactions import Kind, Posting, PostingState, SlState
from xlpy.services.run.half_done import some_of
from xlpy.services.run.session import Session

if TYPE_CHECKING:
    from xlpy.manage.batches import AccountingBatch

_WORD = {
    SlState.UNRELEASED: BatchState.UNRELEASED,
    SlState.RELEASED: BatchState.RELEASED,
    SlState.POSTED: BatchState.POSTED,
    SlState.VOIDED: BatchState.VOIDED,
    SlState.MISSING: BatchState.DELETED,
}
_OF_LEDGER = {
    PostingState.CLEARED: BatchState.CLEARED,
    PostingState.UNDONE: BatchState.UNDONE,
    PostingState.UNDOING: BatchState.UNDONE,
}


@dataclass(frozen=True, slots=True)
class BatchRow:
    """A batch, in one currency. ``documents``: how many transactions of Manage; None: not known to the ledger.

    ``amount``: document currency, credit memos negative; None with ``documents``. ``created``: local time of the PC
    that posted it. ``state``: empty for a batch that is not ours.
    """

    identifier: str
    manage_id: int | None
    kinds: tuple[Kind, ...]
    created: datetime | None
    created_by: str
    documents: int | None
    amount: Decimal | None
    currency: str
    closed: bool
    state: BatchState
    sl_batches: str
    message: str


@dataclass(frozen=True, slots=True)
class BatchesReport:
    """All batches, newest first; a batch with two currencies has two rows, which are never added."""

    rows: tuple[BatchRow, ...]

    @property
    def text(self) -> str:
        """One sentence for the alert and the console."""
        batches = {(row.manage_id, row.identifier) for row in self.rows}
        open_ones = {row.identifier for row in self.rows if "Recover" in row.message}
        todo = f" Half finished: {some_of(sorted(open_ones))}: run Recover." if open_ones else ""
        return f"{len(batches)} batch{'es' if len(batches) != 1 else ''}.{todo}"


def list_batches(session: Session) -> BatchesReport:
    """List the batches of the site, those too that only the ledger knows (Manage deleted them, or is owed them).

    Raises ``LedgerMissing``, ``ManageError`` or ``SlError`` when one of them can't be read.
    """
    from xlpy.sl.ledger_book.ledger import all_postings_of, check_ledger

    session.progress("Reading Manage's batches", 0, 0)
    in_manage = session.manage.batches()
    session.progress("Reading SL", 0, 0)
    with session.sl.engine.connect() as connection:
        check_ledger(connection)
        postings = all_postings_of(connection, session.manage.host, session.manage.company)
    known: dict[int | str, list[Posting]] = defaultdict(list)
    by_name = {batch.identifier.casefold(): batch.id for batch in in_manage}
    for posting in postings:
        # Made, but not shown by Manage's list at that moment: then its name is all that is known of it.
        closed = posting.closed_at is not None and posting.manage_batch_id is None
        number = by_name.get(posting.batch_identifier.casefold()) if closed else posting.manage_batch_id
        known[number or posting.batch_identifier].append(posting)
    own = sl_key(session.sl.cpny_id)
    found: list[tuple[tuple[int, float, str], list[BatchRow]]] = []
    for batch in in_manage:
        rows = _latest(known.pop(batch.id, ()))
        found.append(((0, -batch.id, ""), list(_rows(batch.identifier, batch, rows, own))))
    for rows in known.values():
        name, at = rows[0].batch_identifier, max(row.posted_at for row in rows).timestamp()
        told = list(_rows(name, None, _latest(rows), own))
        rank = 1 if rows[0].manage_batch_id else -1  # what Manage is owed first, what it lost last
        found.append(((rank, -at, name), told))
    return BatchesReport(tuple(row for _, rows in sorted(found, key=lambda each: each[0]) for row in rows))


def _latest(postings: Iterable[Posting]) -> list[Posting]:
    """Keep the latest generation of each transaction within a batch: posted again, the earlier one is history."""
    latest = {posting.key: posting for posting in sorted(postings, key=lambda posting: posting.generation)}
    return list(latest.values())


def _rows(identifier: str, batch: AccountingBatch | None, postings: Sequence[Posting], own: str) -> Iterator[BatchRow]:
    mine = [posting for posting in postings if sl_key(posting.cpny_id) == own]
    others = {posting.cpny_id for posting in postings} - {posting.cpny_id for posting in mine}
    if batch is None and not mine:
        return  # another company's affair
    kinds = set(batch.kinds if batch else ()) or {posting.key.kind for posting in mine}
    by_currency: dict[str, list[Posting]] = defaultdict(list)
    for posting in mine:
        by_currency[posting.currency].append(posting)
    for currency, rows in sorted(by_currency.items()) or [("", [])]:
        first = min(rows, key=lambda row: row.posted_at, default=None)
        yield BatchRow(
            identifier=identifier,
            manage_id=batch.id if batch else None,
            kinds=tuple(kind for kind in Kind if kind in kinds),
            created=first.posted_at if first else None,
            created_by=first.posted_by if first else "",
            documents=len(rows) if rows else None,
            amount=sum((row.amount for row in rows), ZERO) if rows else None,
            currency=currency,
            closed=bool(batch and batch.closed),
            state=state_in_sl(rows),
            sl_batches=batch_numbers(rows),
            message=". ".join(_messages(batch, rows, others)),
        )


def state_in_sl(postings: Iterable[Posting]) -> BatchState:
    """Return what became of postings in SL, in one word; empty for none. Two states make it *mixed*."""
    words: set[BatchState] = set()
    for posting in postings:
        if posting.state in _OF_LEDGER:
            words.add(_OF_LEDGER[posting.state])
        else:
            words.update(_WORD[part.state] for part in posting.parts)
            if not posting.parts:
                words.add(BatchState.NOTHING_TO_POST)
    if len(words) > 1:
        words.discard(BatchState.NOTHING_TO_POST)  # says nothing of those that have a document
    if len(words) == 1:
        return words.pop()
    return BatchState.MIXED if words else BatchState.EMPTY


def batch_numbers(postings: Iterable[Posting]) -> str:
    """Return the SL batches of postings by module, runs of numbers shortened: ``AR 000120, GL 000121-000160``."""
    of_module: dict[str, set[str]] = defaultdict(set)
    for posting in postings:
        for part in posting.parts:
            of_module[part.module].add(part.bat_nbr)
    told: list[str] = []
    for module, numbers in sorted(of_module.items()):
        told += [f"{module} {number}" for number in sorted(numbers) if not number.isdecimal()]
        counted = sorted(number for number in numbers if number.isdecimal())
        for _, group in groupby(enumerate(counted), key=lambda each: int(each[1]) - each[0]):
            run = [number for _, number in group]
            told.append(f"{module} {run[0]}" + (f"-{run[-1]}" if len(run) > 1 else ""))
    return ", ".join(told)


def _messages(batch: AccountingBatch | None, rows: Sequence[Posting], others: Iterable[str]) -> Iterator[str]:
    states = {row.state for row in rows}
    owed = any(
        row.state is PostingState.POSTED or (row.state is PostingState.CLEARED and row.closed_at is None)
        for row in rows
    )
    if PostingState.UNDOING in states:
        yield "Its undo is half done: run Recover"
    if owed:
        yield "Manage is still owed its batch: run Recover"
    elif batch is None and states - {PostingState.UNDOING, PostingState.UNDONE}:
        yield "Manage shows no such batch: it was closed or deleted there, or all of it un-batched"
    changed = [row.number for row in rows if row.state is PostingState.CHANGED]
    if changed:
        yield f"Changed in Manage after it was posted, or lost in SL: {some_of(changed)}"
    elif gone := [row.number for row in rows if row.parts and not row.in_sl and row.state not in _OF_LEDGER]:
        yield f"No longer in SL: {some_of(gone)}. Rerun posts it anew"
    elsewhere = sorted(set(others))
    if elsewhere:
        yield f"Posted into SL company {', '.join(elsewhere)}"
    elif not rows:
        yield "Not made by this product, or SL was restored to a time before it: Rerun says what SL lacks"

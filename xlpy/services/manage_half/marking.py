"""The Manage half of a batch: one Manage batch takes the GL entries of what SL has; then the ledger is closed.

Everything here can be repeated: it looks before it writes, and the ledger says what is still owed.
"""

from __future__ import annotations

import logging
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import chain, islice
from typing import TYPE_CHECKING

from xlpy.domain.facts.batch_entries import BatchContents, Inside
from xlpy.domain.values.transactions import Kind, Posting, PostingState
from xlpy.errors import (
    BatchNameHidden,
    BatchNameTaken,
    BatchNotConfirmed,
    ManageError,
    ManageUnreachable,
    NoFreeBatchName,
    NotExported,
)
from xlpy.services.manage_half.confirming import in_batch, marked_by_lists, named_batches, read_contents
from xlpy.services.manage_half.re_export import called, list_unposted, show_again
from xlpy.services.run.reports import ManageBatchMade
from xlpy.services.run.session import Session

if TYPE_CHECKING:
    from xlpy.manage.batches import AccountingBatch

logger = logging.getLogger(__name__)


MOST_HIDDEN = 20  # names in a row that Manage refuses and does not list, before a person has to look


@dataclass(frozen=True, slots=True)
class Stuck:
    """Postings of which Manage is still owed the batch, and what it said."""

    postings: tuple[Posting, ...]
    error: ManageError


@dataclass(slots=True)
class Marked:
    """What became of the Manage half: batches made or found, and postings whose lines are others now.

    ``closed``: with the identifier of the batch that really took them. ``stuck``: what could not be marked, which
    never keeps other batches from being made. ``renamed``: what to tell of batches that got another name.
    """

    batches: list[ManageBatchMade] = field(default_factory=list)
    closed: list[Posting] = field(default_factory=list)
    changed: list[Posting] = field(default_factory=list)
    stuck: list[Stuck] = field(default_factory=list)
    renamed: list[str] = field(default_factory=list)

    @property
    def why(self) -> str:
        """Why Manage has not got all of it; empty when it has."""
        return " ".join(dict.fromkeys(str(one.error) for one in self.stuck))


def mark_in_manage(session: Session, postings: Sequence[Posting], done: Marked, *, fresh: bool) -> None:
    """Put the GL entries of ``postings`` (ledger rows without *closed at*) into Manage batches, and close the rows.

    ``done`` takes what was reached, also when this raises half-way. ``fresh``: the entry ids were exported by this run
    a moment ago. Otherwise the documents are exported again: with the same lines the new ids are used, with other lines
    the row becomes *changed after posting* and nothing is marked (design: the posting ledger). A batch that Manage
    refuses is noted as stuck, and the next one is tried. Raises ``ManageUnreachable`` when nothing more can be sent,
    ``SlError`` when SL can't be reached: the rows stay owed.
    """
    by_batch: dict[tuple[str, Kind], list[Posting]] = defaultdict(list)
    for posting in postings:
        by_batch[posting.batch_identifier, posting.key.kind].append(posting)
    for (identifier, kind), members in sorted(by_batch.items()):
        try:
            _mark_batch(session, identifier, kind, members, done, fresh=fresh)
        except ManageError as error:
            if isinstance(error, ManageUnreachable) and not error.sent:
                raise
            logger.warning("Batch %s is not marked in Manage: %s", identifier, error, exc_info=True)
            settled = {posting.posting_id for posting in (*done.closed, *done.changed)}
            done.stuck.append(Stuck(tuple(p for p in members if p.posting_id not in settled), error))


def _mark_batch(
    session: Session, identifier: str, kind: Kind, members: list[Posting], done: Marked, *, fresh: bool
) -> None:
    manage = session.manage
    earlier = _Earlier()
    owed = members
    names = manage.identifiers_like(identifier)
    for name in names:
        found = manage.find_batch(name)
        if found is None:
            break
        contents = read_contents(session, found.id)
        inside = in_batch(session, kind, name, contents, owed)
        _close(session, inside, ManageBatchMade(name, found.id, len(contents.entries) if contents else 0), done)
        owed = _without(owed, inside)
        if not owed:
            return
        earlier.add(ManageBatchMade(name, found.id, len(contents.entries) if contents else 0), contents)
    else:
        raise ManageError(f"Manage has too many batches named like {identifier!r}.", fix="Take another identifier.")
    if not fresh:
        owed = _with_new_ids(session, identifier, kind, owed, earlier, done)
        if not owed:
            return
    _make(session, chain((name,), names), kind, owed, earlier, done)


class _Earlier:
    """The batches of this name, or of this name with -1, -2, …, that are in Manage already."""

    def __init__(self) -> None:
        self._known: list[tuple[ManageBatchMade, BatchContents]] = []

    def add(self, batch: ManageBatchMade, contents: BatchContents | None) -> None:
        if contents is not None:
            self._known.append((batch, contents))

    def batch_of(self, posting: Posting) -> ManageBatchMade | None:
        """Return the batch that has some of a posting's entries."""
        return next((batch for batch, contents in self._known if contents.own(posting)), None)

    def entries_of(self, posting: Posting) -> set[int]:
        """Return the GL entries of a posting that are in these batches, where their ids are GL entry ids."""
        own = {entry.id for _, contents in self._known for entry in contents.own(posting)}
        return own & set(posting.entry_ids) if own <= set(posting.entry_ids) else set()


def _without(postings: Sequence[Posting], some: Sequence[Posting]) -> list[Posting]:
    gone = {posting.posting_id for posting in some}
    return [posting for posting in postings if posting.posting_id not in gone]


def _make(
    session: Session, names: Iterator[str], kind: Kind, owed: list[Posting], earlier: _Earlier, done: Marked
) -> None:
    """Make the batch under the first name that Manage takes, and close what it marks.

    A name may be taken though no list shows it: Manage hides closed batches. Then the next one is tried; once only
    where Manage does not say that it is about the name.
    """
    wanted = sorted({entry for p in owed for entry in set(p.entry_ids) - earlier.entries_of(p)})
    keys = [posting.key for posting in owed]
    wished = owed[0].batch_identifier
    refused: list[BatchNameHidden] = []
    for name in names:
        try:
            made = session.manage.create_batch(name, wanted, {kind}, keys)
        except BatchNameTaken:
            continue  # somebody took it in this moment
        except BatchNameHidden as error:
            refused.append(error)
            if len(refused) > (MOST_HIDDEN if error.sure else 1):
                raise refused[0] if not error.sure else NoFreeBatchName(wished, name) from error
            logger.warning("Manage refuses the name %s, though it lists no such batch: %s", name, error)
            continue
        except BatchNotConfirmed as error:
            logger.warning("%s Asking its unposted lists", error)
            inside = _confirmed_by_lists(session, kind, error, owed)
            batch = ManageBatchMade(name, error.batch_id or None, len(wanted))
        else:
            logger.info("Manage batch %s made with %d entries", name, len(wanted))
            inside = _taken(session, kind, made, len(wanted), owed)
            batch = ManageBatchMade(name, made.id, len(wanted))
        if name != wished:
            done.renamed.append(f"The batch name {wished} is taken in Manage: the batch is {name}.")
        _close(session, inside, batch, done)
        return
    raise ManageError(f"Manage has too many batches named like {wished!r}.", fix="Take another identifier.")


def _confirmed_by_lists(
    session: Session, kind: Kind, error: BatchNotConfirmed, owed: Sequence[Posting]
) -> list[Posting]:
    """Return what Manage no longer lists as unposted. Raises ``error`` when that is nothing, or can't be read."""
    try:
        name = error.identifier.casefold()
        inside = marked_by_lists(session, kind, lambda batch: batch.casefold() == name, owed)
    except ManageError as second:
        logger.warning("The unposted lists can't be read: %s", second)
        raise error from second
    if not inside:
        raise error
    return inside


def _taken(session: Session, kind: Kind, made: AccountingBatch, sent: int, owed: list[Posting]) -> list[Posting]:
    """Return the postings that the new batch really marks: all, unless it has another number of entries than sent.

    The batch is made: what can't be looked at afterwards counts as marked when the unposted list no longer has it.
    """
    try:
        if session.manage.count_batch_entries(made.id) == sent:
            return owed
    except ManageError as error:
        logger.warning("The entries of batch %s can't be counted: %s", made.identifier, error)
    contents = read_contents(session, made.id)
    doubtful = [p for p in owed if contents is None or contents.how_far(p) is not Inside.ALL]
    unposted = list_unposted(session, kind) if doubtful else None
    left = [posting for posting in doubtful if unposted is not None and unposted.still(posting)]
    for posting in left:
        logger.warning("%s is still unposted in Manage, though it was sent with its batch", called(posting))
    return _without(owed, left)


def _close(session: Session, postings: Sequence[Posting], batch: ManageBatchMade, done: Marked) -> None:
    from xlpy.sl.ledger_book.ledger import close_postings

    number, name = batch.batch_id, batch.identifier
    if not postings:
        return
    with session.sl.engine.begin() as connection:
        cleared = {posting.posting_id for posting in postings if posting.state is PostingState.CLEARED}
        in_sl = {posting.posting_id for posting in postings} - cleared
        close_postings(connection, in_sl, number, name, session.now())
        close_postings(connection, cleared, number, name, session.now(), PostingState.CLEARED)
    if batch not in done.batches:
        done.batches.append(batch)
    done.closed.extend(replace(posting, batch_identifier=name, manage_batch_id=number) for posting in postings)


def _with_new_ids(
    session: Session, identifier: str, kind: Kind, postings: Sequence[Posting], earlier: _Earlier, done: Marked
) -> list[Posting]:
    """Export the documents again and compare their lines (entry ids go stale when a document is reopened).

    What is no longer unposted, while a batch of ours has some of its entries or Manage's own record names one, is
    marked by that batch. A clearing that finds other lines is given up: its row is undone. One that the export never
    shows goes by the row's own entry.
    """
    from xlpy.sl.ledger_book.ledger import mark_changed, replace_entry_ids, set_posting_state

    unposted = list_unposted(session, kind)
    exported = show_again(session, unposted, postings)
    hidden = _in_hidden_batches(session, identifier, kind, [p for p in postings if not unposted.still(p)])
    same: list[Posting] = []
    changed: list[Posting] = []
    silent: list[Posting] = []
    for posting in postings:
        shown = exported.get(posting.key.record_id)
        batch = earlier.batch_of(posting) or hidden.get(posting.posting_id)
        if shown is not None and shown.entry_ids and shown.lines_hash == posting.lines_hash:
            same.append(replace(posting, entry_ids=shown.entry_ids))
        elif posting.key.record_id not in unposted.record_ids and batch is not None:
            _close(session, [posting], batch, done)
        elif shown is None and _never_exported(posting) and posting.key.record_id in unposted.record_ids:
            same.append(posting)
        elif shown is None and posting.state is PostingState.POSTED and unposted.still(posting):
            silent.append(posting)  # an absence in one answer is no fact to keep: it stays owed
        else:
            changed.append(posting)
            where = "was being cleared" if posting.state is PostingState.CLEARED else "is in SL"
            logger.warning(
                "%s %s, but Manage shows other lines now (or no longer has it unposted): not marked",
                called(posting),
                where,
            )
    cleared = {posting.posting_id for posting in changed if posting.state is PostingState.CLEARED}
    with session.sl.engine.begin() as connection:
        replace_entry_ids(connection, {posting.posting_id: posting.entry_ids for posting in same})
        mark_changed(connection, {posting.posting_id for posting in changed} - cleared)
        set_posting_state(connection, cleared, PostingState.UNDONE)
    done.changed.extend(changed)
    if silent:
        done.stuck.append(Stuck(tuple(silent), NotExported([called(posting) for posting in silent])))
    return same


def _in_hidden_batches(
    session: Session, identifier: str, kind: Kind, postings: Sequence[Posting]
) -> dict[int, ManageBatchMade]:
    """Return the batches of ours that no list shows (closed since), by what Manage's own records say; by posting."""
    names = {name.casefold() for name in islice(session.manage.identifiers_like(identifier), MOST_HIDDEN)}
    found = named_batches(session, kind, postings)
    return {
        p.posting_id: ManageBatchMade(found[p.key.record_id], None, 0)
        for p in postings
        if found.get(p.key.record_id, "").casefold() in names
    }


def _never_exported(posting: Posting) -> bool:
    """Whether a transaction was cleared that the export does not show (a personal expense): it has no lines to hash."""
    return posting.state is PostingState.CLEARED and not posting.lines_hash

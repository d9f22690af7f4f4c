"""The Manage half of a batch: one Manage batch takes the GL entries of what SL has; then the ledger is closed.

Everything here can be repeated: it looks before it writes, and the ledger says what is still owed.
"""

from __future__ import annotations

import logging
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from xlpy.domain.values.transactions import Kind, Posting, PostingState
from xlpy.errors import ManageError
from xlpy.services.manage_half.re_export import called, list_unposted, show_again
from xlpy.services.run.reports import ManageBatchMade
from xlpy.services.run.session import Session

logger = logging.getLogger(__name__)


@dataclass(slots=True)
class Marked:
    """What became of the Manage half: batches made or found, and postings whose lines are others now.

    ``closed``: with the identifier of the batch that really took them.
    """

    batches: list[ManageBatchMade] = field(default_factory=list)
    closed: list[Posting] = field(default_factory=list)
    changed: list[Posting] = field(default_factory=list)


def mark_in_manage(session: Session, postings: Sequence[Posting], done: Marked, *, fresh: bool) -> None:
    """Put the GL entries of ``postings`` (ledger rows without *closed at*) into Manage batches, and close the rows.

    ``done`` takes what was reached, also when this raises half-way. ``fresh``: the entry ids were exported by this run
    a moment ago. Otherwise the documents are exported again: with the same lines the new ids are used, with other lines
    the row becomes *changed after posting* and nothing is marked (design: the posting ledger). Raises ``ManageError``
    when Manage can't be reached, ``SlError`` when SL can't: the rows stay owed.
    """
    by_batch: dict[tuple[str, Kind], list[Posting]] = defaultdict(list)
    for posting in postings:
        by_batch[posting.batch_identifier, posting.key.kind].append(posting)
    for (identifier, kind), members in sorted(by_batch.items()):
        _mark_batch(session, identifier, kind, members, done, fresh=fresh)


def _mark_batch(
    session: Session, identifier: str, kind: Kind, members: list[Posting], done: Marked, *, fresh: bool
) -> None:
    manage = session.manage
    owed = members
    earlier: dict[int, ManageBatchMade] = {}  # GL entry → the batch of this name, or of this name with -1, -2, …
    for name in manage.identifiers_like(identifier):
        found = manage.find_batch(name)
        if found is None:
            break
        ids = [entry.id for entry in manage.batch_entries(found.id)]
        earlier |= dict.fromkeys(ids, ManageBatchMade(name, found.id, len(ids)))
        owed = _close_covered(session, owed, earlier, done)
        if not owed:
            return
    else:
        raise ManageError(f"Manage has too many batches named like {identifier!r}.", fix="Take another identifier.")
    if not fresh:
        owed = _close_covered(session, _with_new_ids(session, kind, owed, earlier, done), earlier, done)
        if not owed:
            return
    wanted = sorted({entry for posting in owed for entry in posting.entry_ids} - earlier.keys())
    made = manage.create_batch(name, wanted, {kind})
    logger.info("Manage batch %s made with %d entries", name, len(wanted))
    taken = _taken(session, kind, made.id, len(wanted), owed, earlier)
    _close(session, taken, ManageBatchMade(name, made.id, len(wanted)), done)


def _taken(
    session: Session, kind: Kind, batch_id: int, sent: int, owed: list[Posting], earlier: dict[int, ManageBatchMade]
) -> list[Posting]:
    """Return the postings that the new batch really marks: all, unless it has another number of entries than sent."""
    if session.manage.count_batch_entries(batch_id) == sent:
        return owed
    inside = {entry.id for entry in session.manage.batch_entries(batch_id)} | earlier.keys()
    doubtful = [posting for posting in owed if not inside.issuperset(posting.entry_ids)]
    unposted = list_unposted(session, kind).record_ids if doubtful else ()
    left = [posting for posting in doubtful if posting.key.record_id in unposted]
    for posting in left:
        logger.warning("%s is still unposted in Manage, though it was sent with its batch", called(posting))
    return [posting for posting in owed if posting not in left]


def _close_covered(
    session: Session, owed: Sequence[Posting], earlier: dict[int, ManageBatchMade], done: Marked
) -> list[Posting]:
    """Close the postings of which batches of ours have every entry; return the others."""
    by_batch: dict[ManageBatchMade, list[Posting]] = defaultdict(list)
    left: list[Posting] = []
    for posting in owed:
        if posting.entry_ids and all(entry in earlier for entry in posting.entry_ids):
            by_batch[earlier[posting.entry_ids[0]]].append(posting)
        else:
            left.append(posting)
    for batch, postings in by_batch.items():
        _close(session, postings, batch, done)
    return left


def _close(session: Session, postings: Sequence[Posting], batch: ManageBatchMade, done: Marked) -> None:
    from xlpy.sl.ledger_book.ledger import close_postings

    number, name = batch.batch_id, batch.identifier
    if not postings or number is None:
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
    session: Session, kind: Kind, postings: Sequence[Posting], earlier: dict[int, ManageBatchMade], done: Marked
) -> list[Posting]:
    """Export the documents again and compare their lines (entry ids go stale when a document is reopened).

    What is no longer unposted, while a batch of ours has some of its entries, is marked by that batch. A clearing that
    finds other lines is given up: its row is undone. One that the export never shows goes by the row's own entry.
    """
    from xlpy.sl.ledger_book.ledger import mark_changed, replace_entry_ids, set_posting_state

    unposted = list_unposted(session, kind)
    exported = show_again(session, unposted, postings)
    same: list[Posting] = []
    changed: list[Posting] = []
    for posting in postings:
        shown = exported.get(posting.key.record_id)
        batch = next((earlier[entry] for entry in posting.entry_ids if entry in earlier), None)
        if shown is not None and shown.entry_ids and shown.lines_hash == posting.lines_hash:
            same.append(replace(posting, entry_ids=shown.entry_ids))
        elif posting.key.record_id not in unposted.record_ids and batch is not None:
            _close(session, [posting], batch, done)
        elif shown is None and _never_exported(posting) and posting.key.record_id in unposted.record_ids:
            same.append(posting)
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
    return same


def _never_exported(posting: Posting) -> bool:
    """Whether a transaction was cleared that the export does not show (a personal expense): it has no lines to hash."""
    return posting.state is PostingState.CLEARED and not posting.lines_hash

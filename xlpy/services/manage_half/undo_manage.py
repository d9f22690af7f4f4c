"""The Manage side of an undo: the batches that hold what is undone, and their deletion."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from xlpy.domain.facts.batch_entries import BatchContents, Inside
from xlpy.domain.values.transactions import Kind, Posting, PostingState
from xlpy.errors import ManageError, ManageRefused, ManageSpokeNonsense, ManageUnreachable
from xlpy.services.manage_half.re_export import called, list_unposted
from xlpy.services.run.half_done import half_done
from xlpy.services.run.session import Session

if TYPE_CHECKING:
    from xlpy.manage.batches import AccountingBatch

logger = logging.getLogger(__name__)
GONE = 404


@dataclass(frozen=True, slots=True)
class OwnBatch:
    """A Manage batch with GL entries of ours. ``foreign``: how many of its entries are of other transactions."""

    batch: AccountingBatch
    contents: BatchContents
    foreign: int

    @property
    def entry_ids(self) -> frozenset[int]:
        """The ids of its entries."""
        return frozenset(entry.id for entry in self.contents.entries)

    def holds(self, posting: Posting) -> bool:
        """Whether any entry of a posting is in it."""
        return self.contents.how_far(posting) is not Inside.NONE

    @property
    def why_not(self) -> str:
        """Return why it can't be deleted; empty when it can."""
        if self.batch.closed:
            return f"Manage batch {self.batch.identifier} is closed"
        if self.foreign:
            entries = "entry" if self.foreign == 1 else "entries"
            return f"Manage batch {self.batch.identifier} has {self.foreign} GL {entries} of other transactions"
        return ""


@dataclass(slots=True)
class Undone:
    """What became of the Manage half: rows that are undone, those that are stuck (with the reason).

    ``not_back``: undone, but Manage does not list them as unposted: somebody has to look.
    """

    undone: list[Posting] = field(default_factory=list)
    stuck: list[tuple[Posting, str]] = field(default_factory=list)
    not_back: list[Posting] = field(default_factory=list)
    deleted: list[OwnBatch] = field(default_factory=list)


def own_batches(session: Session, rows: Iterable[Posting]) -> tuple[OwnBatch, ...]:
    """Find the Manage batches that hold ``rows``: by the names in the ledger, and for what is still owed by -1, -2, ….

    A batch of that name without any entry of ours is somebody else's, and left alone; an empty one that the ledger
    has the id of is ours. Raises ``ManageError`` when Manage can't be asked.
    """
    every = list(rows)
    numbers = {posting.manage_batch_id for posting in every}
    owed = {posting.batch_identifier for posting in every if posting.manage_batch_id is None}
    wanted = {entry for posting in every for entry in posting.entry_ids}
    keys = [posting.key for posting in every]
    found: dict[int, OwnBatch] = {}
    for identifier in sorted({posting.batch_identifier for posting in every}):
        for name in session.manage.identifiers_like(identifier):
            batch = session.manage.find_batch(name)
            if batch is None:
                break
            if batch.id not in found:
                contents = BatchContents(session.manage.batch_entries(batch.id))
                sorted_out = contents.sort_out(wanted, keys)
                if sorted_out.ours or (batch.id in numbers and not contents.entries):
                    found[batch.id] = OwnBatch(batch, contents, sorted_out.foreign)
            if identifier not in owed:
                break
    return tuple(found.values())


def all_inside(batches: Iterable[OwnBatch], posting: Posting) -> bool:
    """Whether batches have every entry of a posting; True too where their ids are not those of GL entries."""
    every = tuple(batches)
    if {entry for own in every for entry in own.entry_ids}.issuperset(posting.entry_ids):
        return True
    return any(own.contents.ids_of_others(posting) for own in every)


def finish_undoing(session: Session) -> Undone:
    """Delete the Manage batches of what is gone from SL already, and close those rows: *undone*.

    Looks before it deletes, so that it can be repeated after a crash anywhere. The caller holds the posting lock.
    Raises ``ManageError``/``SlError`` when one of them can't be reached: the rows stay *undoing*.
    """
    rows = half_done(session, PostingState.UNDOING)
    done = Undone()
    for kind in Kind:
        of_kind = [posting for posting in rows if posting.key.kind is kind]
        if not of_kind:
            continue
        try:
            _finish_kind(session, kind, of_kind, done)
        except (ManageRefused, ManageSpokeNonsense) as error:  # one kind does not keep the others
            logger.warning("The undo of %s is still half done: %s", kind, error)
            done.stuck += [(posting, str(error)) for posting in of_kind]
    return done


def _finish_kind(session: Session, kind: Kind, rows: Sequence[Posting], done: Undone) -> None:
    from xlpy.sl.ledger_book.ledger import PostingRun, set_posting_state

    stuck: dict[int, str] = {}
    try:
        batches = own_batches(session, rows)
    except (ManageRefused, ManageSpokeNonsense) as error:
        # What Manage lists as unposted again is undone, whatever it does not show of the batch.
        logger.warning("The batches of what is undone can't be read: %s", error)
        batches = ()
        back = list_unposted(session, kind).record_ids
        stuck |= {posting.posting_id: str(error) for posting in rows if posting.key.record_id not in back}
    for own in batches:
        if own.why_not:
            logger.warning("%s: it is not deleted", own.why_not)
            stuck |= {posting.posting_id: own.why_not for posting in rows if _is_in(posting, own)}
            continue
        session.progress(f"Deleting Manage batch {own.batch.identifier}", 0, 0)
        try:
            session.manage.delete_batch(own.batch.id)
        except ManageUnreachable:
            raise
        except ManageError as error:
            gone = isinstance(error, ManageRefused) and error.status == GONE
            if not gone:  # a missing right must not keep every later run from starting
                logger.warning("Manage batch %s is not deleted: %s", own.batch.identifier, error)
                stuck |= {posting.posting_id: str(error) for posting in rows if _is_in(posting, own)}
                continue
        logger.info("Manage batch %s with %d entries is deleted", own.batch.identifier, len(own.entry_ids))
        done.deleted.append(own)
    free = [posting for posting in rows if posting.posting_id not in stuck]
    done.stuck += [(posting, stuck[posting.posting_id]) for posting in rows if posting.posting_id in stuck]
    if not free:
        return
    done.not_back += _not_back(session, kind, free)
    run = PostingRun("", session.user, session.host, session.now())
    with session.sl.engine.begin() as connection:
        set_posting_state(connection, [posting.posting_id for posting in free], PostingState.UNDONE, run)
    done.undone += free


def _not_back(session: Session, kind: Kind, rows: Sequence[Posting]) -> list[Posting]:
    """Return what Manage does not list as unposted; all of it when its list can't be read: somebody has to look."""
    try:
        listed = list_unposted(session, kind).record_ids
    except ManageError as error:
        logger.warning("Whether it is unposted again can't be read in Manage: %s", error)
        return list(rows)
    left = [posting for posting in rows if posting.key.record_id not in listed]
    for posting in left:
        logger.warning("%s is undone, but Manage does not list it as unposted", called(posting))
    return left


def _is_in(posting: Posting, own: OwnBatch) -> bool:
    return posting.manage_batch_id == own.batch.id or own.holds(posting)

"""The Manage side of an undo: the batches that hold what is undone, and their deletion.

A batch that has to stay is left by its purchase orders one by one, where that is all that we have in it.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from xlpy.domain.values.transactions import Kind, Posting, PostingState
from xlpy.errors import ManageError, ManageRefused, ManageSpokeNonsense, ManageUnreachable
from xlpy.services.manage_half.own_batches import OwnBatch, own_batches
from xlpy.services.manage_half.re_export import called, list_unposted
from xlpy.services.manage_half.un_batching import OrdersOut, orders_to_take_out, take_orders_out
from xlpy.services.run.half_done import half_done
from xlpy.services.run.session import Session

logger = logging.getLogger(__name__)
GONE = 404


@dataclass(slots=True)
class Undone:
    """What became of the Manage half: rows that are undone, those that are stuck (with the reason).

    ``not_back``: undone, but Manage does not list them as unposted. ``along``: procurement transactions that Manage
    un-batched with them. Somebody has to look at both.
    """

    undone: list[Posting] = field(default_factory=list)
    stuck: list[tuple[Posting, str]] = field(default_factory=list)
    not_back: list[Posting] = field(default_factory=list)
    deleted: list[OwnBatch] = field(default_factory=list)
    along: list[str] = field(default_factory=list)


def orders_out(session: Session, batches: Iterable[OwnBatch], rows: Iterable[Posting]) -> tuple[OrdersOut, ...]:
    """Return what leaves batches that can't be deleted, where all that we have in them are whole purchase orders."""
    every = list(rows)
    found = []
    for own in batches:
        inside = [posting for posting in every if own.has(posting)]
        if own.why_not and (orders := orders_to_take_out(session, own, inside)):
            numbers = tuple(posting.number for posting in inside)
            found.append(OrdersOut(own.batch.identifier, orders, numbers, own.why_not))
    return tuple(found)


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
        why = own.why_not or _not_deleted(session, own)
        if not why:
            done.deleted.append(own)
            continue
        logger.warning("Manage batch %s is not deleted: %s", own.batch.identifier, why)
        inside = [posting for posting in rows if own.has(posting)]
        if orders := orders_to_take_out(session, own, inside):
            taken = take_orders_out(session, own, orders, inside)
            stuck |= taken.stuck
            done.along += taken.along
        elif own.contents.entries:
            stuck |= {posting.posting_id: why for posting in inside}
    if stuck:  # what somebody un-batched by hand is undone, whatever became of the rest of the batch
        back = list_unposted(session, kind).record_ids
        stuck = {
            p.posting_id: stuck[p.posting_id] for p in rows if p.posting_id in stuck and p.key.record_id not in back
        }
    free = [posting for posting in rows if posting.posting_id not in stuck]
    done.stuck += [(posting, stuck[posting.posting_id]) for posting in rows if posting.posting_id in stuck]
    if not free:
        return
    done.not_back += _not_back(session, kind, free)
    run = PostingRun("", session.user, session.host, session.now())
    with session.sl.engine.begin() as connection:
        set_posting_state(connection, [posting.posting_id for posting in free], PostingState.UNDONE, run)
    done.undone += free


def _not_deleted(session: Session, own: OwnBatch) -> str:
    """Delete a batch; return why Manage refused, empty when it is gone. Raises ``ManageUnreachable``."""
    session.progress(f"Deleting Manage batch {own.batch.identifier}", 0, 0)
    try:
        session.manage.delete_batch(own.batch.id)
    except ManageUnreachable:
        raise
    except ManageError as error:
        if not (isinstance(error, ManageRefused) and error.status == GONE):
            return str(error)  # a missing right must not keep every later run from starting
    logger.info("Manage batch %s with %d entries is deleted", own.batch.identifier, len(own.entry_ids))
    return ""


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

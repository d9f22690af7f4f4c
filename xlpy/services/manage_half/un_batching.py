"""Take purchase orders out of a Manage batch that has to stay: the only documents for which Manage has a call.

That the call takes every receipt of an order out is unverified. So it is made only where all receipts of the order,
as far as the batch and the posting ledger know them, are undone together; and what it did is read in Manage afterwards.
Source: Manage API: un-batch one document.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from xlpy.domain.facts.batch_entries import BatchContents, Inside, order_of
from xlpy.domain.values.transactions import Kind, Posting, PostingState
from xlpy.errors import ManageError, ManageUnreachable
from xlpy.services.manage_half.own_batches import OwnBatch
from xlpy.services.manage_half.re_export import called, list_unposted
from xlpy.services.run.half_done import some_of
from xlpy.services.run.session import Session

logger = logging.getLogger(__name__)
_OVER = frozenset({PostingState.UNDONE, PostingState.UNDOING})


@dataclass(frozen=True, slots=True)
class OrdersOut:
    """Purchase orders (Manage ids) that leave a batch of this name, and their transactions; ``why`` it stays."""

    identifier: str
    orders: tuple[int, ...]
    transactions: tuple[str, ...]
    why: str

    @property
    def text(self) -> str:
        """One sentence for who has to confirm it."""
        count = len(self.orders)
        what = "its purchase order" if count == 1 else f"its {count} purchase orders"
        return (
            f"{self.why}: it stays, and {what} would be un-batched instead ({some_of(self.transactions)}),"
            " each with all of its receipts."
        )


@dataclass(slots=True)
class TakenOut:
    """What became of it. ``stuck``: posting id and reason. ``along``: unposted again without having been ours."""

    stuck: dict[int, str] = field(default_factory=dict)
    along: tuple[str, ...] = ()


def orders_to_take_out(session: Session, own: OwnBatch, rows: Sequence[Posting]) -> tuple[int, ...]:
    """Return the purchase orders to un-batch for all ``rows`` to leave a batch; empty when there is no such way.

    There is none in a closed batch, for anything but receipts, and for an order with another receipt in this batch
    or in the posting ledger: that one is posted, and would be unposted again with the others.
    """
    from xlpy.sl.ledger_book.ledger import receipts_of_orders

    orders = {order_of(posting.key) for posting in rows}
    if own.batch.closed or not rows or 0 in orders or orders & own.orders_of_others:
        return ()
    ids = {posting.posting_id for posting in rows}
    with session.sl.engine.connect() as connection:
        known = receipts_of_orders(connection, session.manage.host, session.manage.company, orders)
    newest = {posting.key: posting for posting in known}  # oldest first: the last one counts
    if any(posting.posting_id not in ids and posting.state not in _OVER for posting in newest.values()):
        return ()
    return tuple(sorted(orders))


def take_orders_out(session: Session, own: OwnBatch, orders: Iterable[int], rows: Sequence[Posting]) -> TakenOut:
    """Un-batch purchase orders, and look what Manage made of it. Raises ``ManageUnreachable``: look again later."""
    before = frozenset(list_unposted(session, Kind.PROCUREMENT).record_ids)
    wanted = tuple(orders)
    refused: dict[int, str] = {}
    for done, order in enumerate(wanted):
        session.progress(f"Un-batching purchase orders of {own.batch.identifier}", done, len(wanted))
        try:
            session.manage.unbatch_order(order)
        except ManageUnreachable:
            raise
        except ManageError as error:  # it may be done all the same: the lists tell
            logger.warning("Purchase order %d is not un-batched: %s", order, error)
            refused[order] = str(error)
    after = frozenset(list_unposted(session, Kind.PROCUREMENT).record_ids)
    inside = BatchContents(session.manage.batch_entries(own.batch.id))
    taken = TakenOut()
    for posting in rows:
        if posting.key.record_id in after:
            logger.info("%s is un-batched", called(posting))
        elif (order := order_of(posting.key)) in refused:
            taken.stuck[posting.posting_id] = refused[order]
        elif inside.how_far(posting) is not Inside.NONE:
            taken.stuck[posting.posting_id] = (
                f"Manage says that the purchase order of {posting.number} is un-batched, but batch"
                f" {own.batch.identifier} still has it"
            )
    ours = {posting.key.record_id for posting in rows}
    of_orders = tuple(f"{order}-" for order in wanted)
    taken.along = tuple(sorted(one for one in after - before - ours if one.startswith(of_orders)))
    for one in taken.along:
        logger.warning("Procurement transaction %s was un-batched along with it", one)
    return taken


def along_text(along: Sequence[str]) -> str:
    """Say what is unposted again beside what was to be."""
    return (
        f"Manage un-batched other receipts of these purchase orders with them: {some_of(along)}."
        " They may be in SL: look before they are exported."
    )

"""The Manage batches that hold what the posting ledger knows, found again by name and by their GL entries."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from xlpy.domain.facts.batch_entries import BatchContents, Inside
from xlpy.domain.values.transactions import Posting
from xlpy.services.run.session import Session

if TYPE_CHECKING:
    from xlpy.manage.batches import AccountingBatch


@dataclass(frozen=True, slots=True)
class OwnBatch:
    """A Manage batch with GL entries of ours. ``foreign``: how many of its entries are of other transactions.

    ``orders_of_others``: the purchase orders that those are of.
    """

    batch: AccountingBatch
    contents: BatchContents
    foreign: int
    orders_of_others: frozenset[int] = frozenset()

    @property
    def entry_ids(self) -> frozenset[int]:
        """The ids of its entries."""
        return frozenset(entry.id for entry in self.contents.entries)

    def holds(self, posting: Posting) -> bool:
        """Whether any entry of a posting is in it."""
        return self.contents.how_far(posting) is not Inside.NONE

    def has(self, posting: Posting) -> bool:
        """Whether a posting belongs to it, by its entries or by the ledger."""
        return posting.manage_batch_id == self.batch.id or self.holds(posting)

    @property
    def why_not(self) -> str:
        """Return why it can't be deleted; empty when it can."""
        if self.batch.closed:
            return f"Manage batch {self.batch.identifier} is closed"
        if self.foreign:
            entries = "entry" if self.foreign == 1 else "entries"
            return f"Manage batch {self.batch.identifier} has {self.foreign} GL {entries} of other transactions"
        return ""


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
                    ours = {entry.id for entry in sorted_out.ours}
                    orders = frozenset(e.purchase_order_id for e in contents.entries if e.id not in ours) - {0}
                    found[batch.id] = OwnBatch(batch, contents, sorted_out.foreign, orders)
            if identifier not in owed:
                break
    return tuple(found.values())


def all_inside(batches: Iterable[OwnBatch], posting: Posting) -> bool:
    """Whether batches have every entry of a posting; True too where their ids are not those of GL entries."""
    every = tuple(batches)
    if {entry for own in every for entry in own.entry_ids}.issuperset(posting.entry_ids):
        return True
    return any(own.contents.ids_of_others(posting) for own in every)

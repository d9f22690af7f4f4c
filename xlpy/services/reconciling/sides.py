"""The sides that a reconciliation puts together: what Manage says, the posting ledger, and SL as it is now."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from xlpy.domain.afterwards.reconcile import InManage
from xlpy.domain.afterwards.reconcile_manage import ManageShare
from xlpy.domain.facts.books import SlBooks, sl_key
from xlpy.domain.values.transactions import Posting

if TYPE_CHECKING:
    from xlpy.manage.batches import AccountingBatch
    from xlpy.sl.reading.documents_now import SlSide
    from xlpy.sl.reading.other_documents import OtherDocument


@dataclass(frozen=True, slots=True)
class ManageSide:
    """What Manage says: the shares of its batches, which GL entries they hold, and where the others are.

    ``batch_of``: GL entry id → identifier of its batch; ``absent``: posting id → how Manage shows it now;
    ``unknown``: batches that the posting ledger does not know.
    """

    shares: Sequence[ManageShare] = ()
    batch_of: Mapping[int, str] = field(default_factory=dict)
    absent: Mapping[int, InManage] = field(default_factory=dict)
    unknown: Sequence[AccountingBatch] = ()


@dataclass(frozen=True, slots=True)
class Sides:
    """Everything that is put together. ``earlier``: generations that were posted again since.

    ``elsewhere``: GL entry ids of postings outside the scope, which a batch may hold too.
    """

    postings: Sequence[Posting]
    earlier: Sequence[Posting]
    elsewhere: Collection[int]
    manage: ManageSide
    sl: SlSide
    others: Sequence[OtherDocument]
    books: SlBooks
    company_paid: str

    def decimals(self, currency: str) -> int:
        """Decimals of a currency in SL."""
        return self.books.currencies.get(sl_key(currency), self.books.base_decimals)

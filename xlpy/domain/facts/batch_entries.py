"""The GL entries of a Manage batch, and whose they are: by what each names, its own id only where it names nothing.

That an entry of a batch has the id of the GL entry is unverified. What it comes from (invoice, expense, order,
adjustment, transfer) is declared by the API, so that speaks first. Source: Manage API: entries of a batch.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Collection, Hashable, Iterable
from dataclasses import dataclass
from decimal import Decimal
from enum import Enum
from typing import Protocol

from xlpy.domain.facts.manage import ExportInvoice
from xlpy.domain.facts.manage_expenses import ExportedExpenses
from xlpy.domain.facts.manage_procurement import ExportedProcurement
from xlpy.domain.values.money import ZERO
from xlpy.domain.values.transactions import Kind, Posting, TransactionKey

_NUMBER_IN_FRONT = re.compile(r"\d+")


@dataclass(frozen=True, slots=True)
class BatchEntry:
    """A GL entry of a batch; ``debit`` and ``credit`` are positive columns; ``invoice_id`` is the billing log id.

    What it comes from: the invoice, the expense (``expense_id`` is the expense detail id), the line of a purchase
    order, the detail of an adjustment, or a transfer (a text). Nothing may branch on the text of ``account_type``
    (unverified). ``cost`` is extended, on lines with a cost of goods account. Source: Manage API: entries of a batch.
    """

    id: int
    account: str
    debit: Decimal
    credit: Decimal
    invoice_id: int = 0
    account_type: str = ""
    cost: Decimal = ZERO
    cost_account: str = ""
    item: str = ""
    invoice_number: str = ""
    expense_id: int = 0
    purchase_order_id: int = 0
    line_item_id: int = 0
    adjustment_detail_id: int = 0
    transfer: str = ""

    @property
    def names_anything(self) -> bool:
        """Whether it says what it comes from."""
        stock = self.purchase_order_id or self.adjustment_detail_id or self.transfer
        return bool(self.invoice_id or self.expense_id or stock)


class _HasEntries(Protocol):
    @property
    def all_entry_ids(self) -> tuple[int, ...]: ...


class Inside(Enum):
    """How far a transaction is in a batch, by the batch's entries. ``ASK``: they can't tell, Manage's lists can."""

    ALL = "all"
    ASK = "ask"
    NONE = "none"


@dataclass(frozen=True, slots=True)
class Sorted:
    """The entries of a batch against what should be in it. ``missing``: how many GL entries or transactions are not."""

    ours: tuple[BatchEntry, ...]
    foreign: int
    missing: int


class BatchContents:
    """The entries of a batch, found by what they name and by their ids."""

    def __init__(self, entries: Iterable[BatchEntry]) -> None:
        self.entries = tuple(entries)
        self._by_id: dict[int, list[BatchEntry]] = defaultdict(list)
        self._naming: dict[Hashable, list[BatchEntry]] = defaultdict(list)
        for entry in self.entries:
            self._by_id[entry.id].append(entry)
            if (named := _named_by(entry)) is not None:
                self._naming[named].append(entry)

    def own(self, posting: Posting) -> list[BatchEntry]:
        """Return the entries that are a posting's: those that name it, and by id those that may be its own."""
        asked = _name_of(posting.key)
        found = {id(e): e for e in self._naming.get(asked, ()) if asked is not None and asked[0] in _TELLS_THE_WHOLE}
        for number in posting.entry_ids:
            found |= {id(e): e for e in self._by_id.get(number, ()) if _may_be(e, asked, posting.key.kind)}
        return list(found.values())

    def how_far(self, posting: Posting) -> Inside:
        """Tell how far a posting is in the batch. Entries that name it, with other ids, can't tell of the whole."""
        own = self.own(posting)
        if posting.entry_ids and set(posting.entry_ids) <= {entry.id for entry in own}:
            return Inside.ALL
        return Inside.ASK if own or self._naming.get(_name_of(posting.key)) else Inside.NONE

    def ids_of_others(self, posting: Posting) -> bool:
        """Whether entries name a posting (or its order) with other ids than its GL entries: ids tell nothing then."""
        naming = {entry.id for entry in self._naming.get(_name_of(posting.key), ())}
        return bool(naming - set(posting.entry_ids))

    def sort_out(self, wanted: Collection[int], keys: Collection[TransactionKey]) -> Sorted:
        """Tell ours from others: by what entries name, and by id where they name nothing (or nobody gave ``keys``).

        Entries of an order of ours may be of another receipt of it. They are ours where the ids say nothing at all,
        or where there are exactly as many entries as wanted. ``missing`` counts GL entries where the ids are theirs,
        else transactions of which there is no entry.
        """
        ids = set(wanted)
        names = {_name_of(key) for key in keys}
        strict: list[BatchEntry] = []
        lenient: list[BatchEntry] = []
        for entry in self.entries:
            named = _named_by(entry)
            if named in names and named is not None:
                lenient.append(entry)
                if named[0] in _TELLS_THE_WHOLE or entry.id in ids:
                    strict.append(entry)
            elif entry.id in ids and (not keys or named is None or (None in names and _is_stock(named))):
                lenient.append(entry)
                strict.append(entry)
        found = {entry.id for entry in strict}
        if ids <= found:
            return Sorted(tuple(strict), len(self.entries) - len(strict), 0)
        ours = lenient if len(lenient) == len(ids) or ids.isdisjoint(found) else strict
        if {entry.id for entry in ours} <= ids or not keys:
            return Sorted(tuple(ours), len(self.entries) - len(ours), len(ids - found))
        there = {_named_by(entry) for entry in ours}
        return Sorted(tuple(ours), len(self.entries) - len(ours), len(names - there))


def exported_entry_ids(
    invoices: Iterable[ExportInvoice], expenses: ExportedExpenses, procurement: ExportedProcurement
) -> frozenset[int]:
    """Return the GL entries that exported documents name; servers before 2026 name none of adjustments."""
    every: list[_HasEntries] = [*invoices, *expenses.bills, *expenses.expenses]
    every += [*procurement.purchases, *procurement.adjustments, *procurement.transfers]
    return frozenset(entry for document in every for entry in document.all_entry_ids)


Name = tuple[str, Hashable]
_TELLS_THE_WHOLE = frozenset({"invoice", "expense", "transfer"})  # an order may have several receipts


def _named_by(entry: BatchEntry) -> Name | None:
    """Return what an entry says that it comes from; None when it says nothing."""
    if entry.invoice_id:
        return "invoice", entry.invoice_id
    if entry.expense_id:
        return "expense", entry.expense_id
    if entry.transfer:
        moved = _NUMBER_IN_FRONT.match(entry.transfer)
        return "transfer", int(moved[0]) if moved else 0
    if entry.purchase_order_id:
        return "purchase", entry.purchase_order_id
    return ("adjustment", 0) if entry.adjustment_detail_id else None


def _name_of(key: TransactionKey) -> Name | None:
    """Return what entries call a transaction: ``77-PS118-purchase``, ``12-adjustment``, ``58-transfer``.

    An entry of an adjustment names its detail only. None for an id of another form: its entries may name anything.
    """
    found = _NUMBER_IN_FRONT.match(key.record_id)
    number = int(found[0]) if found else 0
    if key.kind is not Kind.PROCUREMENT:
        return str(key.kind), number
    sort = key.record_id.lower().rpartition("-")[2]
    if sort == "adjustment":
        return sort, 0
    return (sort, number) if sort in ("purchase", "transfer") and number else None


def order_of(key: TransactionKey) -> int:
    """Return the id of the purchase order that a receipt is of; 0 for everything else."""
    name = _name_of(key)
    return int(str(name[1])) if name is not None and name[0] == "purchase" else 0


def _may_be(entry: BatchEntry, name: Name | None, kind: Kind) -> bool:
    """Whether an entry with an id of ours may be ours: it names us, or nothing, or we are called by no name."""
    named = _named_by(entry)
    if named is None:
        return True
    if name is not None:
        return named == name
    return kind is Kind.PROCUREMENT and _is_stock(named)


def _is_stock(named: Name) -> bool:
    return named[0] not in ("invoice", "expense")

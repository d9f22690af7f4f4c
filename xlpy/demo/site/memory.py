"""The demo site's memory: every record behind one lock, which entry is in which batch, and answers made before."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from decimal import Decimal
from typing import TypeVar, cast

from xlpy.demo.site.door.answers import Json
from xlpy.demo.site.door.harsh import Harsh
from xlpy.demo.site.masters import Tables
from xlpy.demo.site.payables_records import (
    Adjustment,
    Expense,
    ProcurementDocument,
    PurchaseOrder,
    Receipt,
    Transfer,
)
from xlpy.demo.site.records import Batch, GlEntry, Invoice, Payment

T = TypeVar("T")


@dataclass(slots=True)
class Records:
    """Everything that ``Site.save`` keeps. ``batched``: GL entry id → the id of the batch it is in.

    ``adjustment_entry_ids``: whether the export names the GL entries of adjustments (servers of 2026.11 do).
    ``payments``: by invoice and id; ``applied``: how much of a credit memo is applied to invoices.
    ``deleted_names``: of the batches that were deleted.
    """

    server_version: str
    codebase: str
    tables: Tables
    invoices: dict[int, Invoice] = field(default_factory=dict)
    entries: dict[int, GlEntry] = field(default_factory=dict)
    batches: dict[int, Batch] = field(default_factory=dict)
    batched: dict[int, int] = field(default_factory=dict)
    next_entry_id: int = 90_000
    next_batch_id: int = 318
    negative_credit_headers: bool = True
    expenses: dict[int, Expense] = field(default_factory=dict)
    orders: dict[int, PurchaseOrder] = field(default_factory=dict)
    receipts: dict[int, Receipt] = field(default_factory=dict)
    adjustments: dict[int, Adjustment] = field(default_factory=dict)
    transfers: dict[int, Transfer] = field(default_factory=dict)
    exports_non_reimbursable: bool = True
    adjustment_entry_ids: bool = False
    payments: dict[int, dict[int, Payment]] = field(default_factory=dict)
    applied: dict[int, Decimal] = field(default_factory=dict)
    next_payment_id: int = 7_100
    deleted_names: list[str] = field(default_factory=list)


class SiteMemory:
    """The records with what is looked up in them. ``lock`` guards everything; ``clock`` gives the time in UTC."""

    def __init__(self, records: Records) -> None:
        self.records = records
        self.harsh = Harsh()
        self.lock = threading.RLock()
        self.clock: Callable[[], datetime] = _now
        self._version = 0
        self._remembered: dict[str, tuple[int, object]] = {}

    def table(self, name: str) -> dict[int, Json]:
        """Return a table of masters, such as ``companies``."""
        return self.records.tables.rows[name]

    def batch_with(self, entry_ids: Iterable[int]) -> Batch | None:
        """Return the batch of a document's entries; None when any of them, or all, are in none."""
        numbers = [self.records.batched.get(entry_id) for entry_id in entry_ids]
        if not numbers or None in numbers:
            return None
        return self.records.batches[cast("int", numbers[0])]

    def is_open(self, entry_ids: Iterable[int]) -> bool:
        """Whether any of a document's entries is in no batch."""
        return any(entry_id not in self.records.batched for entry_id in entry_ids)

    def procurement(self) -> Iterator[ProcurementDocument]:
        """Yield receipts, adjustments and transfers in the order in which they were closed."""
        records = self.records
        documents: list[ProcurementDocument] = [
            *records.receipts.values(),
            *records.adjustments.values(),
            *records.transfers.values(),
        ]
        yield from sorted(documents, key=lambda document: min(document.entry_ids))

    def remember(self, name: str, build: Callable[[], T]) -> T:
        """Return what ``build`` made, made anew only when a record has changed since. Call it under the lock."""
        version, value = self._remembered.get(name, (-1, None))
        if version != self._version:
            value = build()
            self._remembered[name] = (self._version, value)
        return cast("T", value)

    def changed(self) -> None:
        """Say that a record has changed; call it under the lock."""
        self._version += 1

    def new_entry(self, kind: str, document_id: int) -> int:
        """Make a GL entry and return its id; call it under the lock."""
        number = self.records.next_entry_id
        self.records.next_entry_id = number + 1
        self.records.entries[number] = GlEntry(number, kind, document_id)
        return number

    def take_out_of_batches(self, entry_ids: Iterable[int], what: str) -> Batch:
        """Take entries out of their batches and return the last of those; call it under the lock.

        Raises ``ValueError`` when they are in none, or in a closed one; then nothing is changed.
        """
        wanted = set(entry_ids)
        batched = self.records.batched
        batches = [self.records.batches[n] for n in dict.fromkeys(batched[e] for e in sorted(wanted) if e in batched)]
        if not batches:
            raise ValueError(f"{what} is in no batch.")
        for batch in batches:
            if batch.closed:
                raise ValueError(f"{what} is in the closed batch {batch.identifier}.")
        for batch in batches:
            batch.entry_ids = [e for e in batch.entry_ids if e not in wanted]
        for entry_id in wanted:
            batched.pop(entry_id, None)
        self.changed()
        return batches[-1]

    def type_into(self, table: str, record_id: int, field_name: str, text: str) -> None:
        """Type a text into a field of a master; empty clears it."""
        with self.lock:
            record = self.table(table)[record_id]
            if text:
                record[field_name] = text
            else:
                record.pop(field_name, None)
            self.changed()


def _now() -> datetime:
    return datetime.now(UTC)

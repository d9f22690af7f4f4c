"""The demo site's memory: every record behind one lock, and what people do to it at Manage's screens.

What the API does to the records is in ``batches`` and ``patches``; how it shows them is in ``unposted`` and ``export``.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import TypeVar, cast

import msgspec

from xlpy.demo.site.access import Token
from xlpy.demo.site.answers import Json
from xlpy.demo.site.faults import Faults
from xlpy.demo.site.masters import Tables
from xlpy.demo.site.records import INVOICE, Batch, GlEntry, Invoice, Line
from xlpy.errors import SettingsError

T = TypeVar("T")


@dataclass(slots=True)
class Records:
    """Everything that ``Site.save`` keeps. ``batched``: GL entry id → the id of the batch it is in."""

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


class Site:
    """A Manage site. All methods may be called from any thread, while the site is being served too.

    ``calls``: (method, path) of every request in order; the path without host and API prefix. ``before_request`` and
    ``after_request`` are called with the same two: before the work, and after it but before the answer is sent; if
    one raises, the connection is dropped. ``clock`` gives the time in UTC. ``negative_credit_headers``: whether the
    header amounts of credit memos in the export are negative (unverified; either way must work).
    """

    def __init__(self, records: Records) -> None:
        self.records = records
        self.lock = threading.RLock()
        self.faults = Faults()
        self.calls: list[tuple[str, str]] = []
        self.before_request: Callable[[str, str], None] | None = None
        self.after_request: Callable[[str, str], None] | None = None
        self.clock: Callable[[], datetime] = _now
        self.tokens: dict[str, Token] = {}
        self._version = 0
        self._remembered: dict[str, tuple[int, object]] = {}

    @property
    def negative_credit_headers(self) -> bool:
        """Whether credit memos have negative header amounts in the export."""
        return self.records.negative_credit_headers

    @negative_credit_headers.setter
    def negative_credit_headers(self, negative: bool) -> None:
        self.records.negative_credit_headers = negative

    # Reading

    def table(self, name: str) -> dict[int, Json]:
        """Return a table of masters, such as ``companies``."""
        return self.records.tables.rows[name]

    def batch_of(self, billing_log_id: int) -> str | None:
        """Return the identifier of the batch that an invoice is in; None when any entry of it is unposted."""
        with self.lock:
            batch = self.batch_with(self._invoice(billing_log_id).entry_ids)
            return batch.identifier if batch is not None else None

    def batch_with(self, entry_ids: Iterable[int]) -> Batch | None:
        """Return the batch of a document's entries; None when any of them, or all, are in none."""
        numbers = [self.records.batched.get(entry_id) for entry_id in entry_ids]
        if not numbers or None in numbers:
            return None
        return self.records.batches[cast("int", numbers[0])]

    def is_unposted(self, invoice: Invoice) -> bool:
        """Whether an invoice is in the unposted list: any of its entries is in no batch, or it has none at all."""
        batched = self.records.batched
        return not invoice.has_entries or any(entry_id not in batched for entry_id in invoice.entry_ids)

    def unposted_invoice_ids(self) -> tuple[int, ...]:
        """Return the billingLogIds of the unposted invoices, in order."""
        with self.lock:
            return tuple(i.id for i in self.records.invoices.values() if self.is_unposted(i))

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

    # What people do at the screens

    def set_company_account(self, company_id: int, text: str) -> None:
        """Type the Account of a company (Finance > Company Finance); empty clears it."""
        self._set("companies", company_id, "accountNumber", text)

    def set_terms_xref(self, terms_id: int, text: str) -> None:
        """Type the Xref of billing terms; empty clears it."""
        self._set("billingTerms", terms_id, "termsXref", text)

    def unbatch(self, billing_log_id: int) -> None:
        """Un-batch an invoice (More > Un-batch): unposted again, and it remembers its batch.

        Raises ``ValueError`` when it is in none, or in a closed one.
        """
        with self.lock:
            invoice = self._invoice(billing_log_id)
            numbers = {self.records.batched[e] for e in invoice.entry_ids if e in self.records.batched}
            if not numbers:
                raise ValueError(f"Invoice {invoice.number} is in no batch.")
            for number in numbers:
                batch = self.records.batches[number]
                if batch.closed:
                    raise ValueError(f"Invoice {invoice.number} is in the closed batch {batch.identifier}.")
                batch.entry_ids = [e for e in batch.entry_ids if e not in invoice.entry_ids]
                invoice = replace(invoice, unbatched_from=batch.id, unbatched_name=batch.identifier)
            for entry_id in invoice.entry_ids:
                self.records.batched.pop(entry_id, None)
            self.records.invoices[invoice.id] = invoice
            self.changed()

    def reopen_and_close(self, billing_log_id: int, *, change: Decimal | None = None) -> None:
        """Reopen an unposted invoice and close it again: its GL entries get new ids.

        With ``change``, its first line and its total change by that (in the customer's sense; tax is left alone).
        Raises ``ValueError`` while any of its entries is in a batch: un-batch it first.
        """
        with self.lock:
            invoice = self._invoice(billing_log_id)
            if any(entry_id in self.records.batched for entry_id in invoice.entry_ids):
                raise ValueError(f"Invoice {invoice.number} is in a batch; un-batch it first.")
            for entry_id in invoice.entry_ids:
                del self.records.entries[entry_id]
            delta = change or Decimal(0)
            first = _changed_line(invoice.lines[0], delta) if delta else invoice.lines[0]
            lines = (first, *invoice.lines[1:])
            base = replace(invoice.receivable[0], amount=invoice.receivable[0].amount + delta)
            self.add_invoice(
                replace(invoice, lines=lines, receivable=(base, *invoice.receivable[1:]), has_entries=True)
            )

    def lose_entries(self, billing_log_id: int) -> None:
        """Make it an invoice that was closed while no GL mapping covered it: listed, but with no GL entries."""
        with self.lock:
            invoice = self._invoice(billing_log_id)
            if any(entry_id in self.records.batched for entry_id in invoice.entry_ids):
                raise ValueError(f"Invoice {invoice.number} is in a batch; un-batch it first.")
            for entry_id in invoice.entry_ids:
                del self.records.entries[entry_id]
            self.records.invoices[invoice.id] = replace(invoice, has_entries=False)
            self.changed()

    def close_batch(self, batch_id: int) -> None:
        """Close a batch: it is out of reach from then on."""
        with self.lock:
            self.records.batches[batch_id].closed = True
            self.changed()

    def upgrade(self, codebase: str) -> None:
        """Upgrade the site: the versioned codebase is another from now on, the old one answers 404."""
        with self.lock:
            self.records.codebase = codebase

    def add_invoice(self, invoice: Invoice) -> None:
        """Close an invoice: give its lines and receivable parts GL entries with new ids, and keep it."""
        with self.lock:
            number = self.records.next_entry_id
            lines = []
            for line in invoice.lines:
                lines.append(replace(line, entry_id=number))
                number += 1
            parts = []
            for part in invoice.receivable:
                parts.append(replace(part, entry_id=number))
                number += 1
            self.records.next_entry_id = number
            closed = replace(invoice, lines=tuple(lines), receivable=tuple(parts))
            self.records.invoices[closed.id] = closed
            for entry_id in closed.entry_ids:
                self.records.entries[entry_id] = GlEntry(entry_id, INVOICE, closed.id)
            self.changed()

    # Keeping

    def save(self, path: Path) -> None:
        """Write all records to a JSON file, so that a demo can go on later."""
        with self.lock:
            data = msgspec.json.Encoder(decimal_format="number").encode(self.records)
        path.write_bytes(data)

    @classmethod
    def load(cls, path: Path) -> Site:
        """Read what ``save`` wrote. Raises ``SettingsError`` for any other file."""
        try:
            data = json.loads(path.read_text(encoding="utf-8"), parse_float=Decimal)
            return cls(msgspec.convert(data, Records, str_keys=True))
        except (OSError, ValueError) as error:
            raise SettingsError(f"The demo site {path} can't be read: {error}.") from error

    def _invoice(self, billing_log_id: int) -> Invoice:
        return self.records.invoices[billing_log_id]

    def _set(self, table: str, record_id: int, field_name: str, text: str) -> None:
        with self.lock:
            record = self.table(table)[record_id]
            if text:
                record[field_name] = text
            else:
                record.pop(field_name, None)
            self.changed()


def _changed_line(line: Line, delta: Decimal) -> Line:
    """Return the line with another amount, still quantity × price: a line of one where that is not exact."""
    amount = line.amount + delta
    return replace(line, amount=amount, quantity=Decimal(1), price=amount)


def _now() -> datetime:
    return datetime.now(UTC)

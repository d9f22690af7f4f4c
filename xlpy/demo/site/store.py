"""The demo site: its records, what people do to them at Manage's screens, and keeping them in a file.

What the API does to the records is in ``batches`` and ``bodies``; how it shows them is in ``unposted`` and ``export``.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from pathlib import Path

import msgspec

from xlpy.demo.site.door.access import Token
from xlpy.demo.site.door.faults import Faults
from xlpy.demo.site.memory import Records
from xlpy.demo.site.payables_screens import PayablesScreens
from xlpy.demo.site.payment_screens import PaymentScreens
from xlpy.demo.site.records import INVOICE, Invoice, Line
from xlpy.errors import SettingsError


@dataclass(frozen=True, slots=True)
class Exchange:
    """A request and its answer. ``route``: the path as a pattern; ``form``: the answer's schema."""

    method: str
    route: str
    query: Mapping[str, str]
    request: bytes
    form: str
    status: int
    answer: bytes


class Site(PayablesScreens, PaymentScreens):
    """A Manage site. All methods may be called from any thread, while the site is being served too.

    ``calls``: (method, path) of every request in order; the path without host and API prefix. ``before_request`` and
    ``after_request`` are called with the same two: before the work, and after it but before the answer is sent; if
    one raises, the connection is dropped. ``harsh``: in which ways it is unkind. ``watch`` is called
    with every exchange. ``clock`` gives the time in UTC.
    ``negative_credit_headers``: whether the header amounts of credit memos in the export are negative (unverified;
    either way must work).
    """

    def __init__(self, records: Records) -> None:
        super().__init__(records)
        self.faults = Faults()
        self.calls: list[tuple[str, str]] = []
        self.before_request: Callable[[str, str], None] | None = None
        self.after_request: Callable[[str, str], None] | None = None
        self.tokens: dict[str, Token] = {}
        self.watch: Callable[[Exchange], None] | None = None

    @property
    def negative_credit_headers(self) -> bool:
        """Whether credit memos have negative header amounts in the export."""
        return self.records.negative_credit_headers

    @negative_credit_headers.setter
    def negative_credit_headers(self, negative: bool) -> None:
        self.records.negative_credit_headers = negative

    # Reading

    def batch_of(self, billing_log_id: int) -> str | None:
        """Return the identifier of the batch that an invoice is in; None when any entry of it is unposted."""
        with self.lock:
            batch = self.batch_with(self._invoice(billing_log_id).entry_ids)
            return batch.identifier if batch is not None else None

    def is_unposted(self, invoice: Invoice) -> bool:
        """Whether an invoice is in the unposted list: any of its entries is in no batch, or it has none at all."""
        return not invoice.has_entries or self.is_open(invoice.entry_ids)

    def unposted_invoice_ids(self) -> tuple[int, ...]:
        """Return the billingLogIds of the unposted invoices, in order."""
        with self.lock:
            return tuple(i.id for i in self.records.invoices.values() if self.is_unposted(i))

    # What people do at the screens

    def set_company_account(self, company_id: int, text: str) -> None:
        """Type the Account of a company (Finance > Company Finance); empty clears it."""
        self.type_into("companies", company_id, "accountNumber", text)

    def set_terms_xref(self, terms_id: int, text: str) -> None:
        """Type the Xref of billing terms; empty clears it."""
        self.type_into("billingTerms", terms_id, "termsXref", text)

    def unbatch(self, billing_log_id: int) -> None:
        """Un-batch an invoice (More > Un-batch): unposted again, and it remembers its batch.

        Raises ``ValueError`` when it is in none, or in a closed one.
        """
        with self.lock:
            invoice = self._invoice(billing_log_id)
            batch = self.take_out_of_batches(invoice.entry_ids, f"Invoice {invoice.number}")
            self.records.invoices[invoice.id] = replace(
                invoice, unbatched_from=batch.id, unbatched_name=batch.identifier
            )

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
            lines = tuple(replace(line, entry_id=self.new_entry(INVOICE, invoice.id)) for line in invoice.lines)
            parts = tuple(replace(part, entry_id=self.new_entry(INVOICE, invoice.id)) for part in invoice.receivable)
            self.records.invoices[invoice.id] = replace(invoice, lines=lines, receivable=parts)
            self.changed()

    # Keeping

    def save(self, path: Path) -> None:
        """Write all records to a JSON file, so that a demo can go on later."""
        path.write_bytes(self.backup())

    def backup(self) -> bytes:
        """Return all records as they are now."""
        with self.lock:
            return msgspec.json.Encoder(decimal_format="number").encode(self.records)

    def restore(self, backup: bytes) -> None:
        """Go back to what ``backup`` returned, while being served too. Raises ``ValueError`` for anything else."""
        records = _read_records(backup.decode())
        with self.lock:
            self.records = records
            self.changed()

    @classmethod
    def load(cls, path: Path) -> Site:
        """Read what ``save`` wrote. Raises ``SettingsError`` for any other file."""
        try:
            return cls(_read_records(path.read_text(encoding="utf-8")))
        except (OSError, ValueError) as error:
            raise SettingsError(f"The demo site {path} can't be read: {error}.") from error

    def _invoice(self, billing_log_id: int) -> Invoice:
        return self.records.invoices[billing_log_id]


def _read_records(text: str) -> Records:
    return msgspec.convert(json.loads(text, parse_float=Decimal), Records, str_keys=True)


def _changed_line(line: Line, delta: Decimal) -> Line:
    """Return the line with another amount, still quantity × price: a line of one where that is not exact."""
    amount = line.amount + delta
    return replace(line, amount=amount, quantity=Decimal(1), price=amount)

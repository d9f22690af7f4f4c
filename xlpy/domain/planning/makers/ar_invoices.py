"""Which included invoices become documents of receivables: matched to their export, each reference once."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import replace

from xlpy.domain.checks.table import found
from xlpy.domain.facts.books import sl_key
from xlpy.domain.facts.manage import ExportInvoice, UnpostedInvoice
from xlpy.domain.mapping.signs import lines_hash, receivable_of
from xlpy.domain.planning.makers.ar_documents import InvoiceDocuments
from xlpy.domain.planning.makers.gl_cost_of_goods import costed_lines
from xlpy.domain.planning.makers.maker import Change, Judged, Made, Maker, Matched
from xlpy.domain.planning.makers.request import IncludedRow, PlanRequest
from xlpy.domain.planning.own_rules import OwnRules
from xlpy.domain.values.money import has_more_decimals, round_money, rounded_together
from xlpy.domain.values.problems import Problem
from xlpy.domain.values.transactions import Kind, TransactionKey


class ArInvoices(Maker[UnpostedInvoice, ExportInvoice]):
    """Makes invoices and credit memos of screen 08010, with their cost journals. The export has the row's id."""

    kind = Kind.INVOICE

    def __init__(self, request: PlanRequest, own: OwnRules) -> None:
        super().__init__(request)
        self.documents = InvoiceDocuments(
            request.options, request.masters, request.books, request.posting, request.master_rules, own
        )
        self.exported: dict[str, ExportInvoice] = {}
        self.exported_twice: set[str] = set()

    @property
    def rows(self) -> Sequence[IncludedRow[UnpostedInvoice]]:
        """The included rows of its kind."""
        return self.request.invoices

    def order(self, row: IncludedRow[UnpostedInvoice]) -> tuple[int, str]:
        """By the id as a number, so that 900 comes before 4417."""
        record_id = row.key.record_id
        return (int(record_id) if record_id.isascii() and record_id.isdecimal() else 0, record_id)

    def number(self, row: UnpostedInvoice) -> str:
        """Return what the user knows a row by."""
        return row.number

    def match(self, rows: Sequence[UnpostedInvoice]) -> None:  # noqa: ARG002 # the ids tell
        """Index the export, whose ids are those of the rows."""
        for invoice in self.request.exported_invoices:
            record = str(invoice.id)
            if record in self.exported and self.exported[record] != invoice:
                self.exported_twice.add(record)
            self.exported[record] = invoice

    def matched(self, entry: IncludedRow[UnpostedInvoice]) -> Matched[UnpostedInvoice, ExportInvoice] | None:
        """Return a row with its export; None when there is none, or more than one."""
        row, record = entry.unposted, entry.key.record_id
        invoice = self.exported.get(record)
        if invoice is None:
            return None
        currency = invoice.currency or self.request.books.gl.base_currency
        decimals = self.documents.decimals_of(currency)
        posted = _in_whole_cents(invoice, decimals) if self.request.posting.round_lines else invoice
        return Matched(
            entry=entry,
            exported=posted,
            number=row.number or invoice.number,
            company=invoice.company.name or row.company.name,
            day=invoice.document_date,
            amount=receivable_of(posted, decimals),
            currency=currency,
            location_id=row.location_id,
            location=row.location,
            lines_hash=lines_hash(invoice),
            entry_ids=invoice.all_entry_ids,
            has_all_entries=bool(invoice.all_entry_ids) and all(line.id for line in invoice.lines),
            changes=tuple(_changes(row, invoice)),
            exported_twice=record in self.exported_twice,
            decimals=decimals,
            whole=(
                invoice.total,
                *(line.total for line in invoice.lines if line.is_tax),
                *(level.tax for level in invoice.tax_levels),
            ),
            lines=tuple(line.total for line in invoice.lines if not line.is_tax),
            costs=tuple(line.cost for line, _ in costed_lines(invoice, self.request.masters)),
            claim=sl_key(self.documents.reference(invoice, row)[0]),
        )

    def make(self, group: Sequence[Matched[UnpostedInvoice, ExportInvoice]]) -> Made:
        """Make the document of one invoice, and the journal of what its goods cost."""
        (matched,) = group
        posting = self.request.books.postings.get(matched.key)
        return self.documents.draft(
            matched.key, matched.exported, matched.entry.unposted, posting, matched.entry.period
        )


def _in_whole_cents(invoice: ExportInvoice, decimals: int) -> ExportInvoice:
    """Return the invoice with its lines rounded together; taxes and total stay as they are."""
    lines = [line for line in invoice.lines if not line.is_tax]
    if not any(has_more_decimals(line.total, decimals) for line in lines):
        return invoice
    each = iter(rounded_together([line.total for line in lines], decimals))
    return replace(
        invoice,
        lines=tuple(line if line.is_tax else replace(line, total=next(each)) for line in invoice.lines),
    )


def _changes(row: UnpostedInvoice, invoice: ExportInvoice) -> Iterable[Change]:
    """Compare the exported invoice with the row that the user saw."""
    if row.number and invoice.number and row.number != invoice.number:
        yield Change("number", row.number, invoice.number)
    if row.currency and invoice.currency and row.currency != invoice.currency:
        yield Change("currency", row.currency, invoice.currency)
    # The list's sign of a credit memo is unverified, so sizes are compared.
    before = round_money(abs(row.total), row.decimals)
    now = round_money(abs(invoice.total), row.decimals)
    if before != now:
        yield Change("total", str(before), str(now))


def references_claimed_twice(judged: list[Judged], _request: PlanRequest) -> Iterable[tuple[TransactionKey, Problem]]:
    """Find references that two included invoices would have."""
    mine = [one for one in judged if one.matched.key.kind is Kind.INVOICE]
    makers = Counter(one.claim for one in mine if one.claim)
    for one in mine:
        if makers[one.claim] > 1:
            yield one.matched.key, found("REF-TWICE", one.claim)

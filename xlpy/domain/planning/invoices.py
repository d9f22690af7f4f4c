"""From Manage's export and a reading of SL to the plan, with every problem of it. No I/O, nothing raised for data."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from xlpy.domain.checks.table import bound, found
from xlpy.domain.documents.ar import ArPart, NewCustomer
from xlpy.domain.documents.gl import GlPart
from xlpy.domain.documents.plan import Action, Plan, PlannedTransaction, PlanOptions
from xlpy.domain.documents.sl_batches import ar_batches_of, gl_batches_of
from xlpy.domain.facts.books import BooksNeeds, SlBooks
from xlpy.domain.facts.manage import ExportInvoice, ManageMasters, UnpostedInvoice
from xlpy.domain.mapping.customers import accounts_that_may_owe, needed_by
from xlpy.domain.mapping.references import WIDEST_REFERENCE, reference_of
from xlpy.domain.mapping.signs import TurnedInvoice, lines_hash
from xlpy.domain.planning.ar_invoices import Draft, Drafter
from xlpy.domain.planning.included import location_problems
from xlpy.domain.planning.ledger_rules import Verdict, judge
from xlpy.domain.planning.setup_checks import setup_problems
from xlpy.domain.values.dates import NO_DATE
from xlpy.domain.values.money import round_money
from xlpy.domain.values.problems import Problem, Severity
from xlpy.domain.values.rules import MasterRules, PostingRules
from xlpy.domain.values.transactions import Kind, TransactionKey

__all__ = ["Included", "PlanRequest", "build_plan", "lines_hash", "needs_of"]


@dataclass(frozen=True, slots=True)
class Included:
    """A row that the user included. ``unposted``: the row as she saw it at the refresh."""

    key: TransactionKey
    again: bool
    unposted: UnpostedInvoice


@dataclass(frozen=True, slots=True)
class PlanRequest:
    """Everything that decides a plan. The same request always makes the same plan."""

    manage_host: str
    manage_company: str
    cpny_id: str
    options: PlanOptions
    included: tuple[Included, ...]
    export: tuple[ExportInvoice, ...]
    masters: ManageMasters
    books: SlBooks
    posting: PostingRules
    master_rules: MasterRules
    today: date


def needs_of(
    export: Iterable[ExportInvoice], included: Iterable[Included], masters: ManageMasters, posting: PostingRules
) -> BooksNeeds:
    """Return what has to be read from SL for these transactions."""
    rows = {entry.key.record_id: entry.unposted for entry in included}
    keys = frozenset(TransactionKey(Kind.INVOICE, record) for record in rows)
    customers: set[str] = set()
    names: set[str] = set()
    references: set[str] = set()
    currencies: set[str] = set()
    for invoice in export:
        unposted = rows.get(str(invoice.id))
        if unposted is None:
            continue
        customers |= accounts_that_may_owe(invoice, unposted, masters)
        for company_id in {invoice.company.id, unposted.company.id, unposted.bill_to.id}:
            if company_id in masters.companies:
                names.add(masters.companies[company_id].name)
        references.add(reference_of(invoice.number, posting))
        currencies.add(invoice.currency)
    return BooksNeeds(
        customers=frozenset(customers),
        customer_names=frozenset(names - {""}),
        references=frozenset(r for r in references if 0 < len(r) <= WIDEST_REFERENCE),
        currencies=frozenset(currencies - {""}),
        transactions=keys,
    )


def build_plan(request: PlanRequest) -> Plan:
    """Build the plan of what is included, with every problem found.

    A transaction with a stop is left out of the documents; its problems are there. The plan does not depend on the
    order in which transactions were included or exported, nor on the day it is made.
    """
    return _Planner(request).plan()


@dataclass(frozen=True, slots=True)
class _Judged:
    """An included transaction after its checks. ``draft`` is None when nothing is to be written."""

    entry: Included
    invoice: ExportInvoice
    verdict: Verdict
    lines_hash: str
    turned: TurnedInvoice
    draft: Draft | None
    stopped: bool


class _Planner:
    """One building of a plan: walks over the included transactions and collects what becomes of them."""

    def __init__(self, request: PlanRequest) -> None:
        self.request = request
        self.books = request.books
        self.problems: list[Problem] = list(setup_problems(request.masters.package, request.books, request.posting))
        self.drafter = Drafter(request.options, request.masters, request.books, request.posting, request.master_rules)
        self.exported: dict[str, ExportInvoice] = {}
        self.exported_twice: set[str] = set()
        for invoice in request.export:
            record = str(invoice.id)
            if record in self.exported and self.exported[record] != invoice:
                self.exported_twice.add(record)
            self.exported[record] = invoice

    def plan(self) -> Plan:
        """Judge every included transaction and put together what is to be written."""
        request = self.request
        judged: list[_Judged] = []
        seen: set[TransactionKey] = set()
        for entry in sorted(request.included, key=lambda e: (e.key.kind, _number_first(e.key.record_id))):
            if entry.key in seen:
                self._tell(entry, [found("TWICE", entry.unposted.number)])
                continue
            seen.add(entry.key)
            one = self._judge(entry)
            if one is not None:
                judged.append(one)
        going = self._without_collisions(judged)
        documents = [(one.draft.period, one.draft.document) for one in going if one.draft and one.draft.document]
        costs = [(one.draft.period, one.draft.cost) for one in going if one.draft and one.draft.cost]
        journals = gl_batches_of(costs, request.options, request.posting, self.drafter.widths)
        return Plan(
            manage_host=request.manage_host,
            manage_company=request.manage_company,
            cpny_id=request.cpny_id,
            options=request.options,
            transactions=tuple(_planned(one, self.books.gl.base_currency) for one in going),
            ar=ArPart(_customers_of(going), ar_batches_of(documents, request.options, self.drafter.widths)),
            gl=GlPart(journals),
            base_currency=self.books.gl.base_currency,
            problems=tuple(self.problems),
        )

    def _tell(self, entry: Included, problems: Iterable[Problem]) -> bool:
        """Add problems of one transaction, each once; returns whether one of them is a stop."""
        number = entry.unposted.number
        stopped = False
        for problem in dict.fromkeys(problems):
            self.problems.append(bound(problem, number, str(entry.key)))
            stopped = stopped or problem.severity is Severity.STOP
        return stopped

    def _judge(self, entry: Included) -> _Judged | None:
        """Check a transaction against the export and the ledger, and draft its document; None when it isn't there."""
        if entry.key.kind is not Kind.INVOICE:
            self._tell(entry, [found("KIND", entry.key.record_id)])
            return None
        record = entry.key.record_id
        invoice = self.exported.get(record)
        if invoice is None:
            self._tell(entry, [found("NOT-EXPORTED", entry.unposted.number)])
            return None
        problems = list(_changes(entry.unposted, invoice))
        if record in self.exported_twice:
            problems.append(found("TWICE", invoice.number))
        if not invoice.all_entry_ids or any(not line.id for line in invoice.lines):
            problems.append(found("ENTRY-IDS", invoice.number))
        problems.extend(location_problems(self.request.posting, entry.unposted.location_id, entry.unposted.location))
        posting = self.books.postings.get(entry.key)
        fingerprint = lines_hash(invoice)
        verdict = judge(posting, fingerprint, again=entry.again, cpny_id=self.request.cpny_id)
        problems.extend(verdict.problems)
        if not verdict.writes:
            turned = self.drafter.turned(invoice)
            return _Judged(entry, invoice, verdict, fingerprint, turned, None, self._tell(entry, problems))
        draft = self.drafter.draft(entry.key, invoice, entry.unposted, posting)
        if draft.nothing_to_post and not verdict.stopped:
            verdict = Verdict(Action.NOTHING_TO_POST, verdict.generation)
        if not verdict.stopped:
            problems.extend(draft.problems)
        stopped = self._tell(entry, problems)
        return _Judged(entry, invoice, verdict, fingerprint, draft.turned, draft, stopped)

    def _without_collisions(self, judged: Sequence[_Judged]) -> list[_Judged]:
        """Return what goes into the plan: no stop, and a reference that no other included transaction makes."""
        makers = Counter(
            one.draft.reference_key for one in judged if one.draft and one.draft.reference_key and one.verdict.writes
        )
        going = []
        for one in judged:
            key = one.draft.reference_key if one.draft and one.verdict.writes else ""
            if makers[key] > 1:
                self._tell(one.entry, [found("REF-TWICE", key)])
            elif not one.stopped:
                going.append(one)
        return going


def _changes(unposted: UnpostedInvoice, invoice: ExportInvoice) -> Iterable[Problem]:
    """Compare the exported invoice with the row that the user saw."""
    if unposted.number and invoice.number and unposted.number != invoice.number:
        yield found("CHANGED", f"{unposted.number} → {invoice.number}", what="number")
    if unposted.currency and invoice.currency and unposted.currency != invoice.currency:
        yield found("CHANGED", f"{unposted.currency} → {invoice.currency}", what="currency")
    # The list's sign of a credit memo is unverified, so sizes are compared.
    before = round_money(abs(unposted.total), unposted.decimals)
    now = round_money(abs(invoice.total), unposted.decimals)
    if before != now:
        yield found("CHANGED", f"{before} → {now}", what="total")


def _planned(one: _Judged, base_currency: str) -> PlannedTransaction:
    invoice = one.invoice
    return PlannedTransaction(
        key=one.entry.key,
        number=invoice.number,
        company=invoice.company.name or one.entry.unposted.company.name,
        document_date=invoice.document_date or NO_DATE,
        amount=one.turned.receivable,
        currency=invoice.currency or base_currency,
        action=one.verdict.action,
        generation=one.verdict.generation,
        lines_hash=one.lines_hash,
        entry_ids=invoice.all_entry_ids,
    )


def _customers_of(going: Iterable[_Judged]) -> tuple[NewCustomer, ...]:
    """Return the customers to be created, each once, with the transactions that need it."""
    customers: dict[str, NewCustomer] = {}
    needed: dict[str, list[TransactionKey]] = {}
    for one in going:
        new = one.draft.new_customer if one.draft and one.draft.document else None
        if new is not None:
            customers.setdefault(new.cust_id, new)
            needed.setdefault(new.cust_id, []).append(one.entry.key)
    return tuple(needed_by(customers[cust_id], needed[cust_id]) for cust_id in sorted(customers))


def _number_first(record_id: str) -> tuple[int, str]:
    """Order record ids by number, so that 900 comes before 4417."""
    return (int(record_id) if record_id.isascii() and record_id.isdecimal() else 0, record_id)

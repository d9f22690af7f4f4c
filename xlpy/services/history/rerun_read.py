"""What a rerun reads: a Manage batch, its export and entries, the masters, and what ledger and SL say of it.

Read once; then any choice of its documents is planned from it, by the planner of a new run.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from xlpy.domain.afterwards.rerun import is_of_company
from xlpy.domain.afterwards.rerun_rows import BatchRows, BatchSource, Row, batch_rows
from xlpy.domain.checks.table import bound
from xlpy.domain.checks.table import found as found_problem
from xlpy.domain.documents.plan import InvoiceDetail, Plan, PlanOptions
from xlpy.domain.facts.manage import UnpostedInvoice
from xlpy.domain.facts.manage_expenses import UnpostedExpense
from xlpy.domain.facts.manage_procurement import UnpostedProcurement
from xlpy.domain.mapping.currency_known import RowsOf, with_currencies
from xlpy.domain.planning.makers.ap_receipts import receipts_to_look_up
from xlpy.domain.planning.makers.request import IncludedRow, PlanRequest
from xlpy.domain.planning.needs import needs_of
from xlpy.domain.planning.planner import build_plan
from xlpy.domain.values.problems import Problem
from xlpy.domain.values.rules import PostingRules
from xlpy.domain.values.transactions import BATCH_SUFFIX, Kind, Posting, TransactionKey
from xlpy.errors import BatchNotOurs, BatchNotThere
from xlpy.services.export.planning import still_batched
from xlpy.services.run.reports import Marked
from xlpy.services.run.session import Session

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from xlpy.domain.facts.batch_entries import BatchEntry
    from xlpy.domain.facts.books import SlBooks
    from xlpy.domain.facts.manage import ManageMasters
    from xlpy.manage.batch_export import BatchExport
    from xlpy.manage.batches import AccountingBatch


@dataclass(slots=True)
class BatchRead:
    """A batch and everything that its plan rests on, read once. ``postings``: what the ledger says of each document."""

    session: Session
    batch: AccountingBatch
    options: PlanOptions
    export: BatchExport
    entries: Sequence[BatchEntry]
    found: BatchRows
    rules: PostingRules
    masters: ManageMasters
    books: SlBooks
    postings: Mapping[TransactionKey, Posting]
    gone: Sequence[str]
    still: Mapping[TransactionKey, bool] = field(default_factory=dict)
    told: tuple[Problem, ...] = ()  # of the currencies that the export left out


def the_batch(session: Session, identifier: str) -> AccountingBatch:
    """Find the batch. Raises ``BatchNotThere`` saying what is there instead, ``BatchNotOurs`` for one without kind."""
    from xlpy.sl.ledger_book.ledger import all_postings_of, check_ledger

    manage, name = session.manage, identifier.strip()
    batch = manage.find_batch(name) if name else None
    if batch is None:
        tried = [manage.find_batch(name + suffix) for suffix in BATCH_SUFFIX.values()] if name else []
        with session.sl.engine.connect() as connection:
            check_ledger(connection)
            known = bool(name) and bool(all_postings_of(connection, manage.host, manage.company, name))
        raise BatchNotThere(name, [found.identifier for found in tried if found], in_ledger=known)
    if not batch.kinds:
        reason = "Manage has marked it neither for invoices, nor for expenses, nor for procurement"
        raise BatchNotOurs(batch.identifier, reason, "Look at Finance > Accounting Interface in Manage.")
    return batch


def read_batch(session: Session, batch: AccountingBatch, detail: str, period: str) -> BatchRead:
    """Read everything that the plan of a batch rests on. Raises ``BatchNotOurs``, ``ManageError``, ``SlError``."""
    from xlpy.manage.batch_export import BatchExport
    from xlpy.manage.exporting import FAR_AHEAD
    from xlpy.sl.reading.books import read_books

    manage, rules = session.manage, session.profile.posting
    export = manage.export_batch(batch, detail=detail, progress=session.counting("Exporting the batch from Manage"))
    entries = manage.batch_entries(batch.id)
    records = manage.invoices([invoice.id for invoice in export.invoices])
    decimals = manage.currency_decimals()
    known = _known(session, batch)
    found = batch_rows(
        BatchSource(
            invoices=export.invoices,
            expenses=export.expenses,
            procurement=export.procurement,
            entries=entries,
            records=records,
            known=sorted(known, key=lambda posting: posting.generation, reverse=True),
            decimals=lambda currency: decimals.get(currency, 2),
            location_id=next(iter(sorted(rules.locations)), 0),
        )
    )
    session.progress("Reading the masters of Manage", 0, 0)
    invoices = [row for _, row in found.rows if isinstance(row, UnpostedInvoice)]
    masters = manage.read_masters(
        export.invoices,
        [number for row in invoices for number in (row.company.id, row.bill_to.id)],
        expenses=export.expenses,
        procurement=export.procurement,
    )
    # A rerun has no unposted rows: Manage's own records of the invoices say it, else the company.
    recorded = [
        replace(row, currency=records[row.billing_log_id].currency) for row in invoices if row.billing_log_id in records
    ]
    given = with_currencies(export.invoices, export.expenses, export.procurement, RowsOf(recorded), masters)
    export = BatchExport(given.invoices, given.expenses, given.procurement)
    session.progress("Reading SL", 0, 0)
    needs = needs_of(
        *included_of(found.rows, [Marked(key) for key, _ in found.rows]),
        export.invoices,
        export.expenses,
        export.procurement,
        masters,
        rules,
        session.rules,
    )
    with session.sl.engine.connect() as connection:
        postings = _postings_of(connection, session, found, known)
        books = read_books(connection, session.sl, needs, postings=postings)
    there = {key for key, _ in found.rows} | {key for key, _ in found.missing}
    rule = period or session.profile.posting.period
    options = PlanOptions(_base_name(batch), FAR_AHEAD, InvoiceDetail(detail), period=rule)
    gone = [p.number for p in known if p.manage_batch_id == batch.id and p.key not in there]
    read = BatchRead(session, batch, options, export, entries, found, rules, masters, books, postings, gone)
    # Who an invoice is billed to is in its record alone: without it nothing is guessed.
    lost = [row for row in invoices if row.billing_log_id not in records]
    read.told = (
        *given.problems,
        *(
            bound(
                found_problem("NOT-GIVEN", row.number, sort="invoice", called=row.number),
                row.number,
                str(TransactionKey(Kind.INVOICE, str(row.billing_log_id))),
            )
            for row in lost
        ),
    )
    everything = [Marked(key) for key, _ in found.rows]
    read.still = still_batched(manage, receipts_to_look_up(_request(read, everything)))
    return read


def _known(session: Session, batch: AccountingBatch) -> list[Posting]:
    """Return what the ledger has of the batch; of procurement everything, since it is found by its GL entries.

    Raises ``BatchNotOurs`` when all of it is another SL company's.
    """
    from xlpy.sl.ledger_book.ledger import all_postings_of, check_ledger

    manage = session.manage
    whole = Kind.PROCUREMENT in batch.kinds
    with session.sl.engine.connect() as connection:
        check_ledger(connection)
        known = all_postings_of(connection, manage.host, manage.company, "" if whole else batch.identifier)
    name = batch.identifier.casefold()
    of_batch = [posting for posting in known if posting.batch_identifier.casefold() == name]
    if of_batch and not any(is_of_company(posting, session.sl.cpny_id) for posting in of_batch):
        companies = sorted({posting.cpny_id for posting in of_batch})
        reason = f"it was posted into SL company {', '.join(companies)}, and this is {session.sl.cpny_id}"
        raise BatchNotOurs(batch.identifier, reason, "Open that company's workbook or settings.")
    return [p for p in known if p.key.kind is Kind.PROCUREMENT or p.batch_identifier.casefold() == name]


def _postings_of(
    connection: Connection, session: Session, found: BatchRows, known: Sequence[Posting]
) -> dict[TransactionKey, Posting]:
    """Return the ledger's latest row of each document; of procurement the one with the same GL entries comes first.

    An id may come again for another receipt of the order (design: record ids): that one's row is not this one's.
    """
    from xlpy.sl.ledger_book.ledger import read_postings

    manage = session.manage
    latest = read_postings(connection, manage.host, manage.company, [key for key, _ in found.rows])
    entries = {key: set(row.entry_ids) for key, row in found.rows if isinstance(row, UnpostedProcurement)}
    # Posted anew, it comes after the latest generation of its id, whichever receipt that is of.
    own = {
        posting.key: replace(posting, generation=latest[posting.key].generation)
        for posting in sorted(known, key=lambda posting: posting.generation)
        if not entries.get(posting.key, set()).isdisjoint(posting.entry_ids)
    }
    return latest | own


def _base_name(batch: AccountingBatch) -> str:
    """Return the identifier as it was typed, without our suffix of the kind: the SL batches are described by it."""
    name = batch.identifier
    for kind in batch.kinds:
        suffix = BATCH_SUFFIX[kind]
        if len(batch.kinds) == 1 and name.upper().endswith(suffix) and len(name) > len(suffix):
            return name[: -len(suffix)]
    return name


def included_of(
    rows: Iterable[tuple[TransactionKey, Row]], marks: Iterable[Marked]
) -> tuple[
    tuple[IncludedRow[UnpostedInvoice], ...],
    tuple[IncludedRow[UnpostedExpense], ...],
    tuple[IncludedRow[UnpostedProcurement], ...],
]:
    """Return the marked rows as each planner takes them."""
    again = {mark.key: mark.again for mark in marks}
    chosen = [(key, again[key], row) for key, row in rows if key in again]
    return (
        tuple(IncludedRow(key, anew, row) for key, anew, row in chosen if isinstance(row, UnpostedInvoice)),
        tuple(IncludedRow(key, anew, row) for key, anew, row in chosen if isinstance(row, UnpostedExpense)),
        tuple(IncludedRow(key, anew, row) for key, anew, row in chosen if isinstance(row, UnpostedProcurement)),
    )


def _request(read: BatchRead, marks: Iterable[Marked]) -> PlanRequest:
    session = read.session
    invoices, expenses, procurement = included_of(read.found.rows, marks)
    return PlanRequest(
        manage_host=session.manage.host,
        manage_company=session.manage.company,
        cpny_id=session.profile.sl.company,
        options=read.options,
        masters=read.masters,
        books=read.books,
        posting=read.rules,
        master_rules=session.profile.masters,
        invoices=invoices,
        exported_invoices=read.export.invoices,
        expenses=expenses,
        procurement=procurement,
        exported_expenses=read.export.expenses,
        exported_procurement=read.export.procurement,
        still_batched=read.still,
        rules=session.rules,
    )


def planned_of(read: BatchRead, marks: Iterable[Marked]) -> Plan:
    """Plan these documents of the batch. No I/O."""
    return build_plan(_request(read, marks))

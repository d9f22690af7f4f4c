"""Refresh: the unposted transactions of Manage with what the ledger and SL's calendar say of them. Writes nothing."""

from __future__ import annotations

import logging
from bisect import bisect_left
from collections.abc import Iterable, Mapping
from datetime import date
from decimal import Decimal

from xlpy.domain.books import BooksNeeds, SlBooks
from xlpy.domain.currencies import base_amount
from xlpy.domain.manage_records import UnpostedInvoice
from xlpy.domain.money import ZERO, round_money
from xlpy.domain.periods import expected_period
from xlpy.domain.references import expected_reference
from xlpy.domain.transactions import Kind, Posting, PostingState, TransactionKey
from xlpy.errors import LedgerMissing
from xlpy.services.memory import remember_refresh
from xlpy.services.recover import owed_to_manage
from xlpy.services.reports import AgeingRow, InvoiceRow, ModulePeriods, RefreshReport
from xlpy.services.session import Session

logger = logging.getLogger(__name__)

_AGES = (30, 60, 90)  # days; what is older is the last bucket


def refresh(
    session: Session, *, through: date, location: str = "", period_rule: str = "By document date"
) -> RefreshReport:
    """Read the unposted invoices up to ``through`` of one location (empty: all) and what SL will make of each.

    The rows are remembered, so that the checks can tell whether one changed after the user looked at it.
    """
    from xlpy.sl.books_reader import read_books

    manage = session.manage
    session.progress("Reading Manage's list", 0, 0)
    everything = manage.unposted_invoices(lambda done, of: session.progress("Reading Manage's list", done, of))
    locations = tuple(sorted({row.location for row in everything if row.location}, key=str.casefold))
    invoices = [
        row
        for row in everything
        if (row.invoice_date is None or row.invoice_date <= through) and location in ("", row.location)
    ]
    session.progress("Reading SL", 0, 0)
    messages: list[str] = []
    with session.sl.engine.connect() as connection:
        books = read_books(connection, session.sl, BooksNeeds(currencies=frozenset(r.currency for r in invoices)))
        postings: Mapping[TransactionKey, Posting] = {}
        unfinished_count = 0
        try:
            postings, unfinished_count = _ledger(session, [_key(row) for row in invoices])
        except LedgerMissing as error:
            messages.append(str(error))
    rows = tuple(_row(session, row, books, postings.get(_key(row)), period_rule) for row in invoices)
    remember_refresh(session.profile, invoices)
    logger.info("Refreshed: %d unposted invoices, %d shown", len(everything), len(rows))
    if unfinished_count:
        messages.append(f"{unfinished_count} transactions are in SL but not yet in a Manage batch: run Recover.")
    return RefreshReport(
        at=session.now(),
        company=f"{books.company.cpny_id} {books.company.name}",
        site=f"{manage.host} {manage.company}",
        invoices=rows,
        all_unposted=len(everything),
        locations=locations,
        periods=_periods(books),
        ageing=(_ageing("Invoices", rows, min(through, session.today())),),
        unfinished=unfinished_count,
        messages=tuple(messages),
    )


def shown_amount(invoice: UnpostedInvoice, amount: Decimal) -> Decimal:
    """Give an amount of the unposted list the sheet's sign: credit memos negative.

    Unverified: which sign Manage's list gives a credit memo. It is made negative either way.
    """
    return round_money(-abs(amount) if invoice.is_credit else amount, invoice.decimals)


def _ledger(session: Session, keys: list[TransactionKey]) -> tuple[Mapping[TransactionKey, Posting], int]:
    from xlpy.sl.ledger import check_ledger, read_postings

    with session.sl.engine.connect() as connection:
        check_ledger(connection)
        postings = read_postings(connection, session.manage.host, session.manage.company, keys)
    return postings, len(owed_to_manage(session))


def _key(row: UnpostedInvoice) -> TransactionKey:
    return TransactionKey(Kind.INVOICE, str(row.billing_log_id))


def _row(
    session: Session, invoice: UnpostedInvoice, books: SlBooks, posting: Posting | None, period_rule: str
) -> InvoiceRow:
    total = shown_amount(invoice, invoice.total)
    status, message = _known(posting)
    return InvoiceRow(
        invoice=invoice,
        status=status,
        message=message,
        subtotal=shown_amount(invoice, invoice.subtotal),
        tax=shown_amount(invoice, invoice.sales_tax),
        total=total,
        base_total=base_amount(total, invoice.currency, invoice.invoice_date, books),
        expected_period=expected_period(invoice.invoice_date, period_rule, books.gl, books.ar)
        if invoice.invoice_date
        else "",
        reference=expected_reference(invoice.number, session.profile.posting),
    )


def _known(posting: Posting | None) -> tuple[str, str]:
    """Status and message of a row that the posting ledger knows already."""
    if posting is None:
        return "", ""
    if posting.state is PostingState.POSTED:
        return "Manage pending", f"In SL since {posting.posted_at:%Y-%m-%d}; Manage is owed its batch: run Recover"
    if posting.state in (PostingState.CLOSED, PostingState.CHANGED) and posting.in_sl:
        where = ", ".join(f"{p.module} {p.bat_nbr} {p.doc_type} {p.ref_nbr}" for p in posting.parts)
        changed = "; changed in Manage after it was posted" if posting.state is PostingState.CHANGED else ""
        return "Already in SL", f"{where} ({posting.batch_identifier}){changed}"
    if posting.parts and not posting.in_sl:
        return "", "Was voided or deleted in SL: Include 'Again' posts it anew"
    return "", ""


def _periods(books: SlBooks) -> tuple[ModulePeriods, ...]:
    from xlpy.domain.periods import period_before

    calendar = books.gl.calendar
    return tuple(
        ModulePeriods(module, current, period_before(current, calendar) if current else "")
        for module, current in (("AR", books.ar.per_nbr), ("GL", books.gl.per_nbr))
    )


def _ageing(kind: str, rows: Iterable[InvoiceRow], on: date) -> AgeingRow:
    """Add up base amounts by the age of the document on a day; a later document is 0 days old."""
    buckets = [ZERO, ZERO, ZERO, ZERO]
    for row in rows:
        if row.base_total is not None and row.invoice.invoice_date is not None:
            buckets[bisect_left(_AGES, (on - row.invoice.invoice_date).days)] += row.base_total
    return AgeingRow(kind, *buckets)

"""Refresh: the unposted transactions of Manage with what the ledger and SL's calendar say of them. Writes nothing."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import TypeVar

from xlpy.collecting import collecting_paused
from xlpy.domain.facts.books import BooksNeeds, SlBooks
from xlpy.domain.facts.manage import ManageCompany, UnpostedInvoice
from xlpy.domain.facts.manage_expenses import Member, UnpostedExpense
from xlpy.domain.facts.manage_procurement import UnpostedProcurement
from xlpy.domain.facts.matching import PURCHASE, procurement_kind
from xlpy.domain.facts.periods import expected_period
from xlpy.domain.mapping.currencies import base_amount
from xlpy.domain.mapping.references import expected_reference
from xlpy.domain.planning.makers.gl_expenses import REIMBURSABLE
from xlpy.domain.values.money import round_money
from xlpy.domain.values.statuses import RowStatus
from xlpy.domain.values.transactions import Kind, Posting, PostingState, TransactionKey
from xlpy.errors import LedgerMissing
from xlpy.manage.http.versions import OLDEST_VERSION
from xlpy.services.export.ageing import Aged, age, ageing
from xlpy.services.run.half_done import HALF_DONE, half_done
from xlpy.services.run.memory import Refreshed, recall_refresh, remember_refresh
from xlpy.services.run.reports import ExpenseRow, InvoiceRow, ModulePeriods, ProcurementRow, RefreshReport
from xlpy.services.run.session import Session

logger = logging.getLogger(__name__)

ALL_KINDS = frozenset(Kind)
_Unposted = UnpostedInvoice | UnpostedExpense | UnpostedProcurement
_Shown = InvoiceRow | ExpenseRow | ProcurementRow
_Row = TypeVar("_Row", UnpostedInvoice, UnpostedExpense, UnpostedProcurement)


@dataclass(frozen=True, slots=True)
class _Lists:
    """Rows of the three lists; those of a kind that is not read are empty."""

    invoices: list[UnpostedInvoice]
    expenses: list[UnpostedExpense]
    procurement: list[UnpostedProcurement]

    @property
    def rows(self) -> list[_Unposted]:
        """The rows of all kinds."""
        return [*self.invoices, *self.expenses, *self.procurement]


@collecting_paused()
def refresh(
    session: Session,
    *,
    through: date,
    location: str = "",
    period_rule: str = "",
    kinds: frozenset[Kind] = ALL_KINDS,
    remember: bool = True,
) -> RefreshReport:
    """Read the unposted transactions up to ``through`` of one location (empty: all) and what SL will make of each.

    Only the lists of ``kinds`` are read: the others may need rights that the member lacks. The rows are remembered, so
    that the checks can tell whether one changed after the user looked at it; those of other kinds stay remembered.
    ``remember`` False: nobody looks at them, so that is left as it was.
    """
    from xlpy.sl.reading.books import read_books

    manage = session.manage
    everything = _read_lists(session, kinds)
    locations = tuple(sorted({row.location for row in everything.rows if row.location}, key=str.casefold))
    lists = _Lists(
        _chosen(everything.invoices, through, location),
        _chosen(everything.expenses, through, location),
        _chosen(everything.procurement, through, location),
    )
    members = manage.members({row.member.id for row in lists.expenses if row.member.id})
    company_methods = manage.company_payment_methods() if lists.expenses else frozenset()
    vendors = manage.companies({row.vendor.id for row in lists.procurement if row.vendor.id})
    session.progress("Reading SL", 0, 0)
    messages: list[str] = []
    with session.sl.engine.connect() as connection:
        needs = BooksNeeds(currencies=frozenset(row.currency for row in lists.rows if row.currency))
        books = read_books(connection, session.sl, needs)
        postings: Mapping[TransactionKey, Posting] = {}
        unfinished_count = 0
        try:
            postings, unfinished_count = _ledger(session, [_key(row) for row in lists.rows])
        except LedgerMissing as error:
            messages.append(str(error))
    invoices = tuple(
        _row(session, row, books, postings.get(_key(row)), period_rule or session.profile.posting.period)
        for row in lists.invoices
    )
    expenses = tuple(
        _expense_row(row, books, postings.get(_key(row)), members, company_methods) for row in lists.expenses
    )
    procurement = tuple(_procurement_row(row, books, postings.get(_key(row)), vendors) for row in lists.procurement)
    left_out = {kind: _left_out(kind, count) for kind, count in manage.left_out.items() if count and kind in kinds}
    messages += left_out.values()
    aged = _aged((*invoices, *expenses, *procurement), min(through, session.today()))
    if remember:
        _remember(session, lists, kinds, aged)
    logger.info("Refreshed: %d unposted transactions, %d shown", len(everything.rows), len(lists.rows))
    if unfinished_count:
        messages.append(f"{unfinished_count} transactions of earlier runs are half done: run Recover.")
    return RefreshReport(
        at=session.now(),
        company=f"{books.company.cpny_id} {books.company.name}",
        site=f"{manage.host} {manage.company}",
        invoices=invoices,
        expenses=expenses,
        procurement=procurement,
        all_unposted=len(everything.rows),
        locations=locations,
        periods=_periods(books),
        ageing=ageing(aged, kinds),
        unfinished=unfinished_count,
        messages=tuple(messages),
        left_out=left_out,
        base_currency=books.gl.base_currency,
    )


def _left_out(kind: Kind, count: int) -> str:
    """Say how many rows of a list can't be exported: servers before 2019.4 give none of procurement an id."""
    rows = "1 row is" if count == 1 else f"{count} rows are"
    return (
        f"{rows} left out of {_LISTED[kind]}: Manage gives no id to export them by (its version may be older than"
        f" {OLDEST_VERSION})"
    )


_LISTED = {Kind.INVOICE: "the invoices", Kind.EXPENSE: "the expenses", Kind.PROCUREMENT: "the inventory"}


def shown_amount(invoice: UnpostedInvoice, amount: Decimal) -> Decimal:
    """Give an amount of the unposted list the sheet's sign: credit memos negative.

    Unverified: which sign Manage's list gives a credit memo. It is made negative either way.
    """
    return round_money(-abs(amount) if invoice.is_credit else amount, invoice.decimals)


def _ledger(session: Session, keys: list[TransactionKey]) -> tuple[Mapping[TransactionKey, Posting], int]:
    from xlpy.sl.ledger_book.ledger import check_ledger, read_postings

    with session.sl.engine.connect() as connection:
        check_ledger(connection)
        postings = read_postings(connection, session.manage.host, session.manage.company, keys)
    return postings, sum(len(half_done(session, state)) for state in HALF_DONE)


def _read_lists(session: Session, kinds: frozenset[Kind]) -> _Lists:
    manage = session.manage

    def counting(what: str) -> Callable[[int, int], None]:
        session.progress(what, 0, 0)
        return lambda done, of: session.progress(what, done, of)

    return _Lists(
        manage.unposted_invoices(counting("Reading Manage's list")) if Kind.INVOICE in kinds else [],
        manage.unposted_expenses(counting("Reading Manage's expenses")) if Kind.EXPENSE in kinds else [],
        manage.unposted_procurement(counting("Reading Manage's inventory")) if Kind.PROCUREMENT in kinds else [],
    )


def _chosen(rows: Iterable[_Row], through: date, location: str) -> list[_Row]:
    """Keep the rows up to a day, undated ones too, of one location (empty: all)."""
    return [row for row in rows if (_day(row) or through) <= through and location in ("", row.location)]


def _remember(session: Session, lists: _Lists, kinds: frozenset[Kind], aged: Aged) -> None:
    """Remember the rows of the kinds that were read; the sheets of the others still show what they did."""
    before = recall_refresh(session.profile, session.workbook) if kinds < ALL_KINDS else Refreshed()
    remember_refresh(
        session.profile,
        lists.invoices if Kind.INVOICE in kinds else before.invoices.values(),
        lists.expenses if Kind.EXPENSE in kinds else before.expenses.values(),
        lists.procurement if Kind.PROCUREMENT in kinds else before.procurement.values(),
        aged={key: of for key, of in before.aged.items() if Kind(key.partition(":")[0]) not in kinds} | dict(aged),
        workbook=session.workbook,
    )


def _key(row: _Unposted) -> TransactionKey:
    if isinstance(row, UnpostedInvoice):
        return TransactionKey(Kind.INVOICE, str(row.billing_log_id))
    if isinstance(row, UnpostedExpense):
        return TransactionKey(Kind.EXPENSE, str(row.expense_detail_id))
    return TransactionKey(Kind.PROCUREMENT, row.unposted_product_id)


def _day(row: _Unposted) -> date | None:
    if isinstance(row, UnpostedInvoice):
        return row.invoice_date
    return row.expense_date if isinstance(row, UnpostedExpense) else row.document_date


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
        # A rule of the firm's own asks for more than the list has: Preview shows what it gives.
        reference="" if session.rules.has("reference") else expected_reference(invoice.number, session.profile.posting),
    )


def _expense_row(
    expense: UnpostedExpense,
    books: SlBooks,
    posting: Posting | None,
    members: Mapping[int, Member],
    company_methods: frozenset[int],
) -> ExpenseRow:
    status, message = _known(posting)
    member = members.get(expense.member.id)
    row = ExpenseRow(
        expense=expense,
        status=status,
        message=message or _why_not_exported(expense),
        vendor_number=member.vendor_number if member else "",
        company_paid=expense.payment_method.id in company_methods,
    )
    return replace(row, base_total=_owed_base(row.total, expense.currency, expense.expense_date, books))


def _why_not_exported(expense: UnpostedExpense) -> str:
    """Say what is not owed to the member. Unverified: which classifications Manage exports, beside Reimbursable.

    What it exports is offset to the profile's company-paid account; the rest stays in Manage until it is cleared there.
    """
    if expense.classification.casefold() in ("", REIMBURSABLE.casefold()):
        return ""
    return f"Not reimbursable ({expense.classification}): never paid to the member; not every one is exported by Manage"


def _procurement_row(
    procurement: UnpostedProcurement, books: SlBooks, posting: Posting | None, vendors: Mapping[int, ManageCompany]
) -> ProcurementRow:
    status, message = _known(posting)
    if procurement_kind(procurement) != PURCHASE and not procurement.currency:
        # What stock is worth is posted in the base currency; Manage names none for what no vendor is paid for.
        procurement = replace(procurement, currency=books.gl.base_currency)
    vendor = vendors.get(procurement.vendor.id)
    row = ProcurementRow(procurement, status, message, vendor_id=vendor.vendor_identifier if vendor else "")
    return replace(row, base_total=_owed_base(row.total, procurement.currency, procurement.document_date, books))


def _owed_base(total: Decimal, currency: str, day: date | None, books: SlBooks) -> Decimal | None:
    return base_amount(total, currency, day, books, books.payables.rate_type)


def _known(posting: Posting | None) -> tuple[RowStatus, str]:
    """Status and message of a row that the posting ledger knows already."""
    if posting is None:
        return RowStatus.EMPTY, ""
    if posting.state is PostingState.UNDOING:
        return RowStatus.MANAGE_PENDING, "Its undo was interrupted: run Recover"
    if posting.state is PostingState.UNDONE:
        return RowStatus.EMPTY, f"Undone on {posting.state_at:%Y-%m-%d}" if posting.state_at else "Undone before"
    if posting.state is PostingState.CLEARED:
        if posting.closed_at is None:
            return RowStatus.MANAGE_PENDING, "Its clearing was interrupted: run Recover"
        return RowStatus.EMPTY, f"Cleared without export before ({posting.batch_identifier}): Include 'Again' posts it"
    if posting.state is PostingState.POSTED:
        return (
            RowStatus.MANAGE_PENDING,
            f"In SL since {posting.posted_at:%Y-%m-%d}; Manage is owed its batch: run Recover",
        )
    if posting.state in (PostingState.CLOSED, PostingState.CHANGED) and posting.in_sl:
        where = ", ".join(f"{p.module} {p.bat_nbr} {p.doc_type} {p.ref_nbr}" for p in posting.parts)
        changed = "; changed in Manage after it was posted" if posting.state is PostingState.CHANGED else ""
        return RowStatus.ALREADY_IN_SL, f"{where} ({posting.batch_identifier}){changed}"
    if posting.parts and not posting.in_sl:
        return RowStatus.EMPTY, "Was voided or deleted in SL: Include 'Again' posts it anew"
    return RowStatus.EMPTY, ""


def _periods(books: SlBooks) -> tuple[ModulePeriods, ...]:
    from xlpy.domain.facts.periods import period_before

    calendar = books.gl.calendar
    return tuple(
        ModulePeriods(module, current, period_before(current, calendar) if current else "")
        for module, current in (
            ("AR", books.ar.per_nbr),
            ("AP", books.payables.setup.per_nbr),
            ("IN", books.stock.setup.per_nbr),
            ("GL", books.gl.per_nbr),
        )
    )


def _aged(rows: Iterable[_Shown], on: date) -> dict[str, tuple[int, Decimal]]:
    """Return age and base amount of each row; not of one without a date or an exchange rate."""
    found: dict[str, tuple[int, Decimal]] = {}
    for row in rows:
        unposted = _unposted(row)
        day = _day(unposted)
        if row.base_total is not None and day is not None:
            found[str(_key(unposted))] = age(day, on), row.base_total
    return found


def _unposted(row: _Shown) -> _Unposted:
    if isinstance(row, InvoiceRow):
        return row.invoice
    return row.expense if isinstance(row, ExpenseRow) else row.procurement

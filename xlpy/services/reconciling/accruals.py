"""Accruals: unposted by period and age, receipts without a vendor invoice, open down payments. Writes nothing."""

from __future__ import annotations

import logging
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterator
from datetime import date
from decimal import Decimal

from xlpy.domain.afterwards.accruals import AGE_WORDS, AGES, AccrualRow, AccrualSection, AccrualsReport
from xlpy.domain.afterwards.reconcile_manage import ManageShare
from xlpy.domain.facts.books import BooksNeeds, SlBooks, sl_key
from xlpy.domain.facts.matching import PURCHASE, match_purchases, procurement_kind
from xlpy.domain.facts.periods import calendar_is_usable, period_of
from xlpy.domain.values.money import ZERO, round_money
from xlpy.domain.values.statuses import RowStatus
from xlpy.services.export.refresh import refresh
from xlpy.services.reconciling.documents import Member
from xlpy.services.reconciling.reconcile import procurement_shares_of, read_sides, scope_of
from xlpy.services.run.reports import ExpenseRow, InvoiceRow, ProcurementRow, RefreshReport
from xlpy.services.run.session import Session

logger = logging.getLogger(__name__)

_IN_SL = (RowStatus.ALREADY_IN_SL, RowStatus.MANAGE_PENDING)
_Row = InvoiceRow | ExpenseRow | ProcurementRow


def accruals(session: Session, through: date) -> AccrualsReport:
    """List what is not in the books up to a day, and the down payments that are open.

    Raises ``ManageError``/``SlError`` when one can't be reached.
    """
    from xlpy.sl.reading.books import read_books

    shown = refresh(session, through=through, remember=False)
    with session.sl.engine.connect() as connection:
        books = read_books(connection, session.sl, BooksNeeds())
    made = _Accruals(session, books, through, shown)
    rows = (*made.unposted(), *made.not_invoiced(), *made.deposits())
    logger.info("Accruals through %s: %d rows", through, len(rows))
    return AccrualsReport(
        through,
        made.period(through),
        books.gl.base_currency,
        f"{books.company.cpny_id} {books.company.name}".strip(),
        rows,
        tuple(made.messages),
    )


class _Accruals:
    """The three lists of one day."""

    def __init__(self, session: Session, books: SlBooks, through: date, shown: RefreshReport) -> None:
        self._session, self._books, self._through, self._shown = session, books, through, shown
        self.messages: list[str] = []

    def period(self, day: date | None) -> str:
        """Return the fiscal period (YYYYPP) of a day; empty without a day or a usable calendar."""
        calendar = self._books.gl.calendar
        return period_of(day, calendar) if day is not None and calendar_is_usable(calendar) else ""

    def unposted(self) -> Iterator[AccrualRow]:
        """Yield sums by kind, period, age and currency. What SL has already, and Manage is owed, is not in them."""
        sums: dict[tuple[str, str, int, str], list[_Row]] = defaultdict(list)
        already = 0
        for kind, rows in self._lists():
            for row in rows:
                if row.status in _IN_SL:
                    already += 1
                    continue
                day = _day(row)
                age = bisect_left(AGES, (self._through - day).days) if day else 0
                sums[kind, self.period(day), age, _currency(row)].append(row)
        if already:
            self.messages.append(f"{already} unposted transactions are in SL already; they are not counted.")
        for (kind, period, age, currency), members in sorted(sums.items()):
            bases = [row.base_total for row in members]
            unknown = sum(1 for base in bases if base is None)
            yield AccrualRow(
                AccrualSection.UNPOSTED,
                period,
                kind=kind,
                age=AGE_WORDS[age],
                count=len(members),
                amount=sum((row.total for row in members), ZERO),
                currency=currency or self._books.gl.base_currency,
                base=None if unknown else sum((base for base in bases if base is not None), ZERO),
                message=f"SL has no rate for {unknown} of them" if unknown else "",
            )

    def not_invoiced(self) -> Iterator[AccrualRow]:
        """Yield, for each receipt without a vendor invoice, the accounts that its goods are debited to."""
        receipts = [
            row
            for row in self._shown.procurement
            if procurement_kind(row.procurement) == PURCHASE
            and not row.procurement.vendor_invoice_number.strip()
            and row.status not in _IN_SL
        ]
        if not receipts:
            return
        exported = self._session.manage.export_procurement(
            [row.procurement.unposted_product_id for row in receipts],
            through=self._through,
            detail="Default",
            batch_identifier="Accruals",
            progress=self._session.counting("Exporting receipts from Manage"),
        )
        matched = dict(match_purchases([row.procurement for row in receipts], exported.purchases).pairs)
        for row in sorted(receipts, key=lambda one: (one.procurement.document_date or date.min, one.vendor_id)):
            purchases = matched.get(row.procurement, ())
            if len(purchases) != 1:
                record = row.procurement.unposted_product_id
                self.messages.append(f"Receipt {record} has no export of its own: open and close it in Manage.")
                continue
            yield from self._of_receipt(row, procurement_shares_of(self._session, self._books, purchases)[0])

    def _of_receipt(self, row: ProcurementRow, share: ManageShare) -> Iterator[AccrualRow]:
        sums: dict[tuple[str, str], Decimal] = defaultdict(lambda: ZERO)
        default_sub = self._session.profile.posting.default_sub
        for leg in share.legs:
            if leg.role != "control":
                sums[leg.acct, leg.sub or sl_key(default_sub)] += leg.amount
        whole = sum(sums.values(), ZERO)
        factor = None if row.base_total is None or not whole else row.base_total / whole
        for (acct, sub), amount in sorted(sums.items()):
            day = row.procurement.document_date
            yield AccrualRow(
                AccrualSection.NOT_INVOICED,
                self.period(day),
                kind=row.procurement.kind,
                age=AGE_WORDS[bisect_left(AGES, (self._through - day).days) if day else 0],
                transaction=share.number,
                day=day,
                party=row.vendor_id,
                name=row.procurement.vendor.name,
                acct=acct,
                sub=sub,
                amount=amount,
                currency=share.currency,
                base=None if factor is None else round_money(amount * factor, self._books.base_decimals),
                message="" if sub else "Its subaccount is not known: set default_sub, or the account in Manage",
            )

    def deposits(self) -> Iterator[AccrualRow]:
        """Yield what customers have paid ahead and not used up, and the general ledger of the accounts it stands on."""
        from xlpy.services.reconciling.join import compare_sides
        from xlpy.sl.reading.period_books import ledger_up_to

        sides = read_sides(self._session, scope_of("", "", everything=True))
        joined = compare_sides(sides)
        documents: dict[int, Member] = {
            member.posting.posting_id: member
            for one in joined.compared
            for member in one.members
            if member.part_name == "document" and not one.document.voided
        }
        open_now: dict[tuple[str, str, str, str], list[Decimal]] = defaultdict(lambda: [ZERO, ZERO])
        names: dict[str, str] = {}
        for number, owner in zip(joined.owners["share"], joined.owners["posting_id"], strict=True):
            share = sides.manage.shares[number]
            member = documents.get(int(owner))
            if not share.deposits or member is None or member.document is None:
                continue
            document = member.document
            subs = {leg.acct: leg.sub for leg in document.legs}
            names.setdefault(document.party, share.company)
            for leg in share.deposits:
                sums = open_now[document.party, leg.acct, leg.sub or subs.get(leg.acct, ""), share.currency]
                sums[0] -= leg.amount
                sums[1] -= leg.amount * document.base / document.amount if document.amount else leg.amount
        period, cents = self.period(self._through), self._books.base_decimals
        by_account: dict[tuple[str, str], Decimal] = defaultdict(lambda: ZERO)
        for (party, acct, sub, currency), (amount, base) in sorted(open_now.items()):
            by_account[acct, sub] += round_money(base, cents)
            if amount:
                yield AccrualRow(
                    AccrualSection.DEPOSIT,
                    period,
                    party=party,
                    name=names[party],
                    acct=acct,
                    sub=sub,
                    amount=round_money(amount, sides.decimals(currency)),
                    currency=currency,
                    base=round_money(base, cents),
                    message="More was applied than paid" if amount < 0 else "",
                )
        if not by_account:
            return
        ledger = self._books.gl.ledger_id
        with self._session.sl.engine.connect() as connection:
            in_gl = ledger_up_to(connection, self._session.sl, period, ledger, frozenset(by_account))
        for (acct, sub), held in sorted(by_account.items()):
            balance = round_money(-in_gl[acct, sub], cents)
            yield AccrualRow(
                AccrualSection.DEPOSIT_ACCOUNT,
                period,
                acct=acct,
                sub=sub,
                base=balance,
                currency=self._books.gl.base_currency,
                difference=balance - held,
                message="General ledger less open down payments: not posted yet, entered in SL, or from before"
                if balance != held
                else "",
            )

    def _lists(self) -> tuple[tuple[str, tuple[_Row, ...]], ...]:
        return (
            ("Invoices", self._shown.invoices),
            ("Expenses", self._shown.expenses),
            ("Inventory", self._shown.procurement),
        )


def _day(row: _Row) -> date | None:
    if isinstance(row, InvoiceRow):
        return row.invoice.invoice_date
    return row.expense.expense_date if isinstance(row, ExpenseRow) else row.procurement.document_date


def _currency(row: _Row) -> str:
    if isinstance(row, InvoiceRow):
        return row.invoice.currency
    return row.expense.currency if isinstance(row, ExpenseRow) else row.procurement.currency

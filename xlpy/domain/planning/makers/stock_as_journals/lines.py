"""What both have in common: from lines on two accounts each to a journal of screen 01010, with its period and texts."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from xlpy.domain.checks.table import found
from xlpy.domain.documents.gl import DOCUMENT, GlJournal, GlLine
from xlpy.domain.facts.books import sl_key
from xlpy.domain.facts.manage import Ref
from xlpy.domain.facts.manage_procurement import UnpostedProcurement
from xlpy.domain.mapping.accounts import Accounts, Resolved
from xlpy.domain.mapping.dates import usable_date
from xlpy.domain.planning.makers.gl_journals import journal_dates, two_sided
from xlpy.domain.planning.makers.maker import Matched
from xlpy.domain.planning.makers.request import PlanRequest
from xlpy.domain.values.money import round_money
from xlpy.domain.values.problems import Problem, has_stop
from xlpy.domain.values.widths import FittedText, Widths


@dataclass(frozen=True, slots=True)
class Sides:
    """An amount (base currency) between two accounts of Manage: positive debits ``debit``, negative turns them."""

    debit: str
    credit: str
    amount: Decimal
    text: str
    quantity: Decimal


class StockJournals:
    """Makes the journals of adjustments and transfers of one plan; accounts are resolved once for all of them."""

    def __init__(self, request: PlanRequest) -> None:
        books, posting = request.books, request.posting
        self.base = books.gl.base_currency
        self.decimals = books.base_decimals
        self._quantity_decimals = books.stock.setup.quantity_decimals
        self.accounts = Accounts(request.masters, books, posting.default_sub, posting.account_segments)
        self._widths = Widths(books.widths, books.code_page)
        self._dates = journal_dates(books.gl, request.options.period)

    def is_one_account(self, one: str, other: str) -> bool:
        """Tell whether two texts of Manage come to the same account and subaccount of SL."""
        return _place(self.accounts.of_line(one, self.base)) == _place(self.accounts.of_line(other, self.base))

    def check_amount(
        self, name: str, value: Decimal, quantity: Decimal, cost: Decimal, problems: list[Problem]
    ) -> None:
        """Stop a line whose value is not its quantity × unit cost; both are compared as sizes."""
        size = round_money(abs(value), self.decimals)
        if size != round_money(abs(quantity) * abs(cost), self.decimals):
            problems.append(found("INV-AMOUNT", f"{size} / {abs(quantity)} × {abs(cost)}", item=name))

    def document(
        self, matched: Matched[UnpostedProcurement, Any], sides: Iterable[Sides], text: str, problems: list[Problem]
    ) -> tuple[str, GlJournal] | None:
        """Build the journal with its period; none when a problem stops it, or when no line is worth anything."""
        lines: list[GlLine] = []
        number = matched.number.partition(" ")[2]
        record = matched.key.record_id
        for side in sides:
            debit, credit = (self.accounts.of_line(account, self.base) for account in (side.debit, side.credit))
            problems += (*debit.problems, *credit.problems)
            amount = round_money(side.amount, self.decimals)
            descr = self._fit(side.text or matched.number, "GLTran", "TranDesc", problems)
            if amount:
                lines += two_sided(
                    debit,
                    credit,
                    amount,
                    descr.text,
                    ref_nbr=number if self._widths.fits(number, "GLTran", "RefNbr") else "",
                    ext_ref_nbr=record if self._widths.fits(record, "GLTran", "ExtRefNbr") else "",
                    quantity=round_money(abs(side.quantity), self._quantity_decimals),
                )
        day, period = self._period(matched.day, matched.entry.period, problems)
        descr = self._fit(f"{matched.number} {text}".strip(), "Batch", "Descr", problems)
        if not lines or day is None or has_stop(problems):
            return None
        return period, GlJournal((matched.key,), DOCUMENT, day, tuple(lines), descr.text)

    def _period(self, given: date | None, own: str, problems: list[Problem]) -> tuple[date | None, str]:
        """Return day and period to post; only General Ledger's own period can be closed."""
        day = usable_date(given, problems)
        if day is None:
            return None, ""
        period, wrong = self._dates.period(day, own)
        problems.extend(wrong)
        return day, period

    def _fit(self, text: str, table: str, column: str, problems: list[Problem]) -> FittedText:
        fitted = self._widths.fit(text, table, column)
        if fitted.shortened:
            problems.append(found("TEXT-SHORT"))
        if fitted.replaced:
            problems.append(found("TEXT-CHARS"))
        return fitted


def item_name(item: Ref) -> str:
    """Return what the user knows a product by."""
    return item.identifier or item.name or str(item.id)


def _place(resolved: Resolved) -> tuple[str, str]:
    return sl_key(resolved.acct), sl_key(resolved.sub)

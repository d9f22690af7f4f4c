"""Expenses *as bill*: from the lines of a member's bill that were included to one voucher."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal

from xlpy.domain.checks.table import found
from xlpy.domain.facts.books import Terms
from xlpy.domain.facts.manage_expenses import ExportExpenseBill, ExportExpenseLine, UnpostedExpense
from xlpy.domain.mapping.accounts import Resolved
from xlpy.domain.mapping.dates import usable_date
from xlpy.domain.mapping.descriptions import described
from xlpy.domain.mapping.vendors import ResolvedVendor
from xlpy.domain.planning.makers.ap_vouchers import VoucherFacts, VoucherLine, Vouchers, due_after
from xlpy.domain.planning.makers.maker import Made
from xlpy.domain.planning.own_facts import expense_line
from xlpy.domain.values.money import round_money, same_amount, total
from xlpy.domain.values.problems import Problem
from xlpy.domain.values.rules import PostingRules
from xlpy.domain.values.transactions import TransactionKey

INVOICE_PREFIX = "EXP"
_NOT_REIMBURSABLE = {"nonreimbursable": "not reimbursable", "personal": "personal"}
_TAX_TYPES = ("ET", "ST")  # Manage API: GL types of tax on expenses, inferred from their names
_BY_DAYS = "D"


@dataclass(frozen=True, slots=True)
class BilledExpense:
    """An included expense with its lines of the bill."""

    key: TransactionKey
    row: UnpostedExpense
    lines: tuple[ExportExpenseLine, ...]


def day_of_expense(row: UnpostedExpense, lines: Iterable[ExportExpenseLine], bill: ExportExpenseBill) -> date | None:
    """Return the day of an expense: the latest of its lines.

    The bill's own date is the end of the expense period, which may lie in the next month; it only stands in.
    """
    days = [line.document_date for line in lines if line.document_date]
    return max(days, default=row.expense_date or bill.document_date)


def why_not_paid(row: UnpostedExpense, line: ExportExpenseLine) -> str:
    """Return why a line must not be paid to the member, in words; empty when it is owed to the member."""
    if line.company_advance:
        return "company advance"
    why = _NOT_REIMBURSABLE.get(row.classification.casefold(), "")
    return why or ("" if line.reimbursable else _NOT_REIMBURSABLE["nonreimbursable"])


class ExpenseBills:
    """Drafts the vouchers of expense bills."""

    def __init__(self, vouchers: Vouchers, posting: PostingRules) -> None:
        self._vouchers = vouchers
        self._posting = posting

    def decimals(self, bill: ExportExpenseBill) -> int:
        """Decimals of the bill's currency."""
        return self._vouchers.decimals.of(bill.currency or self._vouchers.base_currency)

    def is_balanced(self, bill: ExportExpenseBill) -> bool:
        """Whether Manage's bill is the sum of all its lines, included or not (Manage API: expenseBills)."""
        return same_amount(bill.total, total(line.total for line in bill.lines))

    def draft(self, bill: ExportExpenseBill, expenses: Sequence[BilledExpense], own_period: str = "") -> Made:
        """Make one voucher of these expenses of a bill. All problems are told at once, whatever stops it first.

        ``own_period``: typed on their rows; all of them go to the same period.
        """
        problems: list[Problem] = []
        decimals = self.decimals(bill)
        if not self.is_balanced(bill):
            summed = total(line.total for line in bill.lines)
            problems.append(found("UNBALANCED", f"{bill.total} / {summed}"))
        vendor = self._vouchers.vendors.of_member(bill.vendor_number, bill.member)
        problems.extend(vendor.problems)
        currency = self._vouchers.currency(bill.currency, problems)
        days = [day for expense in expenses if (day := day_of_expense(expense.row, expense.lines, bill)) is not None]
        day = usable_date(max(days, default=None), problems)
        invc_nbr = f"{INVOICE_PREFIX}{min(expense.row.expense_detail_id for expense in expenses)}"
        problems.extend(self._vouchers.used(vendor, use) for use in self._vouchers.uses_of(vendor, invc_nbr))
        lines: list[VoucherLine] = []
        own: dict[TransactionKey, tuple[Problem, ...]] = {}
        for expense in expenses:
            told: list[Problem] = []
            for line in expense.lines:
                lines.extend(self._lines(expense, line, currency, decimals, told))
            if expense.row.avalara:
                told.append(found("AVALARA", expense.row.tax_code.name))
            elif expense.row.sales_tax or any(line.gl_type in _TAX_TYPES for line in expense.lines):
                told.append(found("EXP-TAX"))
            own[expense.key] = tuple(told)
        payable = total(line.amount for line in lines) + round_money(Decimal(0), decimals)
        if payable < 0:
            problems.append(found("TURNED", str(payable), "AD", given="expense bill", becomes="debit adjustment"))
        terms, due = (None, day) if payable < 0 else self._due(vendor, day, problems)
        when = day.isoformat() if day else ""
        facts = VoucherFacts(
            transactions=tuple(expense.key for expense in expenses),
            vendor=vendor,
            payable=payable,
            day=day,
            due=due,
            terms=terms,
            currency=currency,
            ap_account=bill.ap_account_number,
            invc_nbr=invc_nbr,
            invc_date=day,
            own_period=own_period,
            lines=tuple(lines),
            descr=described(
                self._posting.expense_description,
                {"member": bill.member.identifier or bill.member.name, "date": when},
            ),
        )
        known = [*problems, *(problem for told in own.values() for problem in told)]
        before = len(known)
        period, document = self._vouchers.build(facts, known)
        problems.extend(known[before:])
        return Made(
            tuple(problems),
            own,
            documents=((period, document),) if document else (),
            masters=(vendor.new,) if vendor.new else (),
        )

    def _lines(
        self,
        expense: BilledExpense,
        line: ExportExpenseLine,
        currency: str,
        decimals: int,
        told: list[Problem],
    ) -> Iterable[VoucherLine]:
        """Return the voucher lines of a bill line: its debit, and what offsets it when the member must not be paid."""
        own, accounts = self._vouchers.own, self._vouchers.accounts
        account = own.account(
            line.account_number, lambda: expense_line(expense.row, line, currency), accounts, currency
        )
        told.extend(account.problems)
        amount = round_money(line.total, decimals)
        if not amount:
            return
        accepted = Resolved(account.acct, account.sub)  # its problems are told to its own expense only
        yield VoucherLine(accepted, amount, self._text(expense.row, line), transaction=expense.key)
        why = why_not_paid(expense.row, line)
        if not why:
            return
        text = self._posting.company_paid_account
        if not text:
            told.append(found("EXP-COMPANY-PAID", why, why=why))
            return
        offset = self._vouchers.accounts.of_setting(text, currency)
        told.extend(
            replace(problem, fix="Correct company_paid_account in the settings", where="Settings of this product")
            for problem in offset.problems
        )
        if not offset.problems:
            held = f"{offset.acct} {offset.sub}"
            told.append(found("EXP-OFFSET", why, held, why=why, account=held))
        paid = Resolved(offset.acct, offset.sub)
        yield VoucherLine(paid, -amount, self._longest("Paid by company", line.memo), transaction=expense.key)

    def _text(self, row: UnpostedExpense, line: ExportExpenseLine) -> str:
        """Return a line's description: Manage's memo, with what it was charged to where both have room."""
        return self._longest(line.memo or row.expense_type.name or "Expense", row.charge)

    def _longest(self, text: str, more: str) -> str:
        """Return both texts when they fit the line's description, else the first alone."""
        both = f"{text}, {more}" if more else text
        return text if self._vouchers.widths.fit(both, "APTran", "TranDesc").changed else both

    def _due(
        self, vendor: ResolvedVendor, day: date | None, problems: list[Problem]
    ) -> tuple[Terms | None, date | None]:
        """Return the vendor's terms of SL and the due date by them; a bill of Manage has no terms.

        Without terms it is due at once; with terms that can't be used as well, with a note and without their id.
        """
        if not vendor.terms:
            return None, day
        terms = self._vouchers.terms.usable(vendor.terms)
        if terms is None or terms.due_type != _BY_DAYS:
            problems.append(found("DUE-AT-ONCE", in_sl=vendor.terms, terms=vendor.terms))
            return None, day
        return terms, due_after(day, terms.due_interval, problems)

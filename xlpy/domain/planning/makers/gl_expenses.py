"""Expenses that Manage does not give as bills: one journal for each, from its expense account to its offset account."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from datetime import date
from decimal import Decimal

from xlpy.domain.checks.table import found
from xlpy.domain.documents.gl import DOCUMENT, GlJournal
from xlpy.domain.documents.shared import RateUsed
from xlpy.domain.facts.books import sl_key
from xlpy.domain.facts.manage_expenses import ExportExpense, UnpostedExpense
from xlpy.domain.facts.matching import entry_ids, expense_number, match_expenses
from xlpy.domain.facts.payables_books import Vendor
from xlpy.domain.mapping.accounts import Accounts
from xlpy.domain.mapping.currencies import Currencies
from xlpy.domain.mapping.dates import usable_date
from xlpy.domain.planning.makers.gl_journals import journal_dates, two_sided
from xlpy.domain.planning.makers.maker import Change, Made, Maker, Matched
from xlpy.domain.planning.makers.request import IncludedRow, PlanRequest
from xlpy.domain.planning.own_facts import expense_alone
from xlpy.domain.planning.own_rules import OwnRules
from xlpy.domain.values.money import is_nil, plain, round_money, same_amount, to_base
from xlpy.domain.values.problems import Problem, has_stop
from xlpy.domain.values.transactions import Kind
from xlpy.domain.values.widths import Widths

REIMBURSABLE = "Reimbursable"


class GlExpenses(Maker[UnpostedExpense, ExportExpense]):
    """Makes a journal of screen 01010 of each included expense."""

    kind = Kind.EXPENSE

    def __init__(self, request: PlanRequest, own: OwnRules) -> None:
        super().__init__(request)
        self.own = own
        books, posting = request.books, request.posting
        self.books = books
        self.widths = Widths(books.widths, books.code_page)
        self.accounts = Accounts(request.masters, books, posting.default_sub, posting.account_segments)
        self.currencies = Currencies(books, posting.rate_max_age_days)
        self.dates = journal_dates(books.gl, request.options.period)
        self.vendors = {sl_key(key): vendor for key, vendor in books.payables.vendors.items()}
        self.classes = {sl_key(key): row for key, row in books.payables.vendor_classes.items()}
        self.decimals = {sl_key(key): decimals for key, decimals in books.currencies.items()}
        self.exported: dict[UnpostedExpense, tuple[ExportExpense, ...]] = {}

    @property
    def rows(self) -> Sequence[IncludedRow[UnpostedExpense]]:
        """The included rows of its kind."""
        return self.request.expenses

    def order(self, row: IncludedRow[UnpostedExpense]) -> tuple[object, ...]:
        """Return what rows are ordered by."""
        return row.unposted.expense_detail_id, row.key

    def number(self, row: UnpostedExpense) -> str:
        """Return what the user knows a row by."""
        return expense_number(row)

    def match(self, rows: Sequence[UnpostedExpense]) -> None:
        """Find the exported expenses of these rows."""
        expenses = sorted(self.request.exported_expenses.expenses, key=_export_order)
        self.exported = dict(match_expenses(rows, expenses).pairs)

    def matched(self, entry: IncludedRow[UnpostedExpense]) -> Matched[UnpostedExpense, ExportExpense] | None:
        """Return a row with its export; None when there is none, or more than one."""
        row = entry.unposted
        expenses = self.exported.get(row, ())
        if len(expenses) != 1:
            return None
        (expense,) = expenses
        return Matched(
            entry=entry,
            exported=expense,
            number=expense_number(row),
            company=expense.company.name or row.company.name,
            day=expense.document_date,
            amount=round_money(expense.total, self._decimals_of(expense.currency, row)),
            currency=expense.currency or self.books.gl.base_currency,
            location_id=row.location_id,
            location=row.location,
            lines_hash=expense_hash(expense),
            entry_ids=entry_ids(row, (expense,)),
            has_all_entries=bool(expense.id and expense.offset_id),
            changes=tuple(_changes(row, expense)),
            decimals=self._decimals_of(expense.currency or row.currency, row),
            whole=(expense.total, expense.offset_total),
        )

    def why_missing(self, row: UnpostedExpense) -> Iterable[Problem]:
        """Say why a row has no export of its own."""
        code = "TWICE" if self.exported.get(row) else "NOT-EXPORTED"
        return (found(code, expense_number(row)), *_class_problems(row))

    def make(self, group: Sequence[Matched[UnpostedExpense, ExportExpense]]) -> Made:
        """Make the journal of one expense."""
        (matched,) = group
        row, expense = matched.entry, matched.exported
        problems = list(_class_problems(row.unposted))
        if is_nil(expense.total) and is_nil(expense.offset_total):
            return Made((*problems, found("NOTHING-TO-POST", matched.number)), nothing_to_post=True)
        journals = self._journal(row, expense, problems)
        return Made(tuple(problems), documents=journals)

    def _journal(
        self, row: IncludedRow[UnpostedExpense], expense: ExportExpense, problems: list[Problem]
    ) -> tuple[tuple[str, GlJournal], ...]:
        """Build the journal, with all that is wrong with it; nothing when it can't be built.

        Unverified: the signs of total and offset in Manage, so only their sizes are compared; a negative total turns
        the sides.
        """
        unposted = row.unposted
        currency = expense.currency or unposted.currency
        if not currency:
            currency = self.currencies.base_currency
            problems.append(found("CURY-EMPTY", in_sl=currency, currency=currency))
        decimals = self._decimals_of(currency, unposted)
        amount = round_money(expense.total, decimals)
        offset = round_money(expense.offset_total, decimals)
        if not same_amount(abs(expense.total), abs(expense.offset_total)):
            problems.append(found("JRN-UNBALANCED", f"{amount} / {offset}"))
        if unposted.avalara:
            problems.append(found("AVALARA", unposted.tax_code.name))
        elif unposted.sales_tax:
            tax = round_money(abs(unposted.sales_tax), decimals)
            problems.append(found("JRN-TAX", str(tax), tax=tax))
        base = self.currencies.base_currency
        vendor_id, vendor = self._vendor(unposted, expense, problems)
        debit = self.own.account(
            expense.account_number, lambda: expense_alone(unposted, expense, currency), self.accounts, base
        )
        credit = self.accounts.of_control(expense.offset_account, base, self._offset_subs(vendor), "SUB-AP-CONTROL")
        problems += (*debit.problems, *credit.problems)
        day = usable_date(expense.document_date, problems)
        if day is None:
            return ()
        period, wrong = self.dates.period(day, row.period)
        problems.extend(wrong)
        rate, wrong = self._rate(currency, vendor, day)
        problems.extend(wrong)
        descr, line_descr = self._texts(unposted, expense, problems)
        if rate is None or has_stop(problems):
            return ()
        in_base = to_base(amount, rate.rate, rate.mult_div, self.books.base_decimals)
        if sl_key(rate.currency) != sl_key(base):
            shown = f"{amount} {rate.currency} = {in_base} {base}"
            problems.append(found("JRN-CONVERTED", shown, in_sl=str(rate.rate), currency=rate.currency, base=base))
        if not in_base:
            problems.append(found("JRN-NO-BASE", f"{amount} {rate.currency}", base=base))
            return ()
        record = str(unposted.expense_detail_id)
        lines = two_sided(
            debit,
            credit,
            in_base,
            line_descr,
            ref_nbr=record if self.widths.fits(record, "GLTran", "RefNbr") else "",
            ext_ref_nbr=f"EXP{record}" if self.widths.fits(f"EXP{record}", "GLTran", "ExtRefNbr") else "",
            party=vendor_id,
        )
        return ((period, GlJournal((row.key,), DOCUMENT, day, lines, descr)),)

    def _vendor(
        self, unposted: UnpostedExpense, expense: ExportExpense, problems: list[Problem]
    ) -> tuple[str, Vendor | None]:
        """Return the member's vendor as the journal names it. It is never created: a journal can do without it."""
        member = self.request.masters.members.get(unposted.member.id)
        vendor_id = expense.vendor_number or (member.vendor_number if member else "")
        vendor = self.vendors.get(sl_key(vendor_id)) if vendor_id else None
        if vendor is None:
            name = unposted.member.name or unposted.member.identifier
            problems.append(found("JRN-VENDOR", vendor_id, member=name))
            return "", None
        return vendor.vend_id, vendor

    def _offset_subs(self, vendor: Vendor | None) -> tuple[str, ...]:
        """Return the subs of the offset, which is owed to the member as a voucher's control account is.

        Of the vendor, of its class (without a vendor the default class), of AP Setup; at last that of the settings.
        """
        payables = self.books.payables
        class_row = self.classes.get(sl_key(vendor.class_id if vendor else payables.setup.default_class))
        of_class = class_row.ap_sub if class_row else ""
        default = self.request.posting.default_sub.strip()
        return (vendor.ap_sub if vendor else "", of_class, payables.setup.ap_sub, default)

    def _rate(self, currency: str, vendor: Vendor | None, day: date) -> tuple[RateUsed | None, tuple[Problem, ...]]:
        """Return the rate that makes base currency of an expense: of its member's vendor's type, else of payables'.

        Unverified: whether General Ledger's own default rate type would be expected instead.
        """
        rate_type = (vendor.rate_type if vendor else "") or self.books.payables.rate_type
        return self.currencies.rate_of_type(currency, rate_type, day)

    def _texts(self, unposted: UnpostedExpense, expense: ExportExpense, problems: list[Problem]) -> tuple[str, str]:
        """Return the descriptions of the journal (member) and of its lines (expense type and charge)."""
        member = expense.member.identifier or unposted.member.identifier
        what = expense.memo or expense.description or unposted.expense_type.name
        descr = self.widths.fit(f"{member} {unposted.expense_type.name or what}", "Batch", "Descr")
        line = self.widths.fit(f"{member} {what}", "GLTran", "TranDesc")
        if descr.shortened or line.shortened:
            problems.append(found("TEXT-SHORT"))
        if descr.replaced or line.replaced:
            problems.append(found("TEXT-CHARS"))
        return descr.text, line.text

    def _decimals_of(self, currency: str, unposted: UnpostedExpense) -> int:
        return self.decimals.get(sl_key(currency), unposted.decimals)


def expense_hash(expense: ExportExpense) -> str:
    """SHA-256 (hex) of what an expense posts: accounts, money, date and member. No ids and no texts are in it."""
    parts = (
        expense.document_date.isoformat() if expense.document_date else "",
        expense.member.identifier,
        expense.account_number,
        expense.offset_account,
        expense.currency,
        plain(expense.total),
        plain(expense.offset_total),
    )
    return hashlib.sha256("\n".join(parts).encode("utf-8")).hexdigest()


def _class_problems(row: UnpostedExpense) -> Iterable[Problem]:
    """Say why an expense that the company does not owe to its member is not posted."""
    if row.classification and row.classification != REIMBURSABLE:
        yield found("JRN-CLASS", row.classification, classification=row.classification)


def _changes(row: UnpostedExpense, expense: ExportExpense) -> Iterable[Change]:
    """Compare the exported expense with the row that the user saw. Signs are unverified, so sizes are compared."""
    if row.currency and expense.currency and sl_key(row.currency) != sl_key(expense.currency):
        yield Change("currency", row.currency, expense.currency)
    before, now = round_money(abs(row.total), row.decimals), round_money(abs(expense.total), row.decimals)
    if before != now:
        yield Change("total", str(before), str(now))


def _export_order(expense: ExportExpense) -> tuple[int, int, Decimal]:
    return expense.id, expense.offset_id, expense.total

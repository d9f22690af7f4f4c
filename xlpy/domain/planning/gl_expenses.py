"""Expenses that Manage does not give as bills: one journal for each, from its expense account to its offset account."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from xlpy.domain.checks.table import found
from xlpy.domain.documents.gl import DOCUMENT, GlJournal
from xlpy.domain.documents.plan import Action, PlannedTransaction, PlanOptions
from xlpy.domain.documents.shared import RateUsed
from xlpy.domain.facts.books import BooksNeeds, SlBooks, sl_key
from xlpy.domain.facts.manage import ManageMasters
from xlpy.domain.facts.manage_expenses import ExportExpense, UnpostedExpense
from xlpy.domain.facts.matching import entry_ids, match_expenses
from xlpy.domain.facts.payables_books import PayablesNeeds, Vendor
from xlpy.domain.mapping.accounts import Accounts
from xlpy.domain.mapping.currencies import Currencies
from xlpy.domain.mapping.dates import usable_date
from xlpy.domain.planning.gl_journals import journal_dates, two_sided
from xlpy.domain.planning.included import Findings, IncludedRow
from xlpy.domain.planning.ledger_rules import Verdict, judge
from xlpy.domain.values.dates import NO_DATE
from xlpy.domain.values.money import plain, round_money, to_base
from xlpy.domain.values.problems import Problem, has_stop
from xlpy.domain.values.rules import PostingRules
from xlpy.domain.values.transactions import TransactionKey
from xlpy.domain.values.widths import Widths

REIMBURSABLE = "Reimbursable"


@dataclass(frozen=True, slots=True)
class JournalRequest:
    """Everything that decides the journals of expenses. ``export``: of *as bill* off."""

    cpny_id: str
    options: PlanOptions
    included: tuple[IncludedRow[UnpostedExpense], ...]
    export: tuple[ExportExpense, ...]
    masters: ManageMasters
    books: SlBooks
    posting: PostingRules


@dataclass(frozen=True, slots=True)
class JournalDraft:
    """What became of the expenses: ``journals`` with the period (YYYYPP) that each is posted to."""

    transactions: tuple[PlannedTransaction, ...] = ()
    journals: tuple[tuple[str, GlJournal], ...] = ()
    problems: tuple[Problem, ...] = ()


def journal_needs(
    included: Iterable[IncludedRow[UnpostedExpense]], export: Iterable[ExportExpense], masters: ManageMasters
) -> BooksNeeds:
    """Return what has to be read from SL for these expenses."""
    rows = tuple(included)
    members = {row.unposted.member.id for row in rows}
    expenses = [expense for expense in export if expense.member.id in members]
    vendors = {expense.vendor_number for expense in expenses}
    vendors |= {masters.members[key].vendor_number for key in members if key in masters.members}
    currencies = {expense.currency for expense in expenses} | {row.unposted.currency for row in rows}
    return BooksNeeds(
        currencies=frozenset(currencies - {""}),
        transactions=frozenset(row.key for row in rows),
        payables=PayablesNeeds(vendors=frozenset(vendors - {""})),
    )


def plan_expense_journals(request: JournalRequest) -> JournalDraft:
    """Make a journal of each included expense, with every problem found.

    An expense with a stop is left out of the journals. The result does not depend on the order of rows or export.
    """
    return _Planner(request).plan()


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


class _Planner:
    def __init__(self, request: JournalRequest) -> None:
        self.request = request
        books = request.books
        self.books = books
        self.findings = Findings()
        self.widths = Widths(books.widths, books.code_page)
        self.accounts = Accounts(request.masters, books, request.posting.default_sub, request.posting.account_segments)
        self.currencies = Currencies(books, request.posting.rate_max_age_days)
        self.dates = journal_dates(books.gl, request.options.period)
        self.vendors = {sl_key(key): vendor for key, vendor in books.payables.vendors.items()}
        self.decimals = {sl_key(key): decimals for key, decimals in books.currencies.items()}

    def plan(self) -> JournalDraft:
        request = self.request
        rows = sorted(request.included, key=lambda row: (row.unposted.expense_detail_id, row.key))
        once = {row.key: row.unposted for row in rows}
        matching = match_expenses(tuple(once.values()), tuple(sorted(request.export, key=_export_order)))
        exported = dict(matching.pairs)
        transactions: list[PlannedTransaction] = []
        journals: list[tuple[str, GlJournal]] = []
        seen: set[TransactionKey] = set()
        for row in rows:
            number = number_of(row.unposted)
            if row.key in seen:
                self.findings.tell(row.key, number, [found("TWICE", number)])
                continue
            seen.add(row.key)
            expenses = exported.get(once[row.key], ())
            if len(expenses) != 1:
                code = "TWICE" if expenses else "NOT-EXPORTED"
                self.findings.tell(row.key, number, [found(code, number), *self._class_problems(row.unposted)])
                continue
            made = self._judge(row, expenses[0])
            if made is not None:
                transactions.append(made[0])
                journals.extend(made[1])
        return JournalDraft(tuple(transactions), tuple(journals), self.findings.problems)

    def _judge(
        self, row: IncludedRow[UnpostedExpense], expense: ExportExpense
    ) -> tuple[PlannedTransaction, list[tuple[str, GlJournal]]] | None:
        """Check one expense against list, ledger and books; None when a problem stops it."""
        unposted = row.unposted
        problems = [*_changes(unposted, expense)]
        locations = self.request.posting.locations
        if locations and unposted.location_id not in locations:
            location = unposted.location or str(unposted.location_id)
            problems.append(found("LOCATION", location, location=location))
        if not expense.id or not expense.offset_id:
            problems.append(found("ENTRY-IDS", number_of(unposted)))
        fingerprint = expense_hash(expense)
        verdict = judge(self.books.postings.get(row.key), fingerprint, again=row.again, cpny_id=self.request.cpny_id)
        problems.extend(verdict.problems)
        journals: list[tuple[str, GlJournal]] = []
        if verdict.writes and not verdict.stopped:
            problems.extend(self._class_problems(unposted))
            if not expense.total and not expense.offset_total:
                problems.append(found("NOTHING-TO-POST"))
                verdict = Verdict(Action.NOTHING_TO_POST, verdict.generation)
            else:
                journals.extend(self._journal(row, expense, problems))
        if self.findings.tell(row.key, number_of(unposted), problems):
            return None
        planned = PlannedTransaction(
            key=row.key,
            number=number_of(unposted),
            company=expense.company.name or unposted.company.name,
            document_date=expense.document_date or NO_DATE,
            amount=round_money(expense.total, self._decimals_of(expense.currency, unposted)),
            currency=expense.currency or self.books.gl.base_currency,
            action=verdict.action,
            generation=verdict.generation,
            lines_hash=fingerprint,
            entry_ids=entry_ids(unposted, (expense,)),
        )
        return planned, journals

    @staticmethod
    def _class_problems(unposted: UnpostedExpense) -> list[Problem]:
        """Say why an expense that the company does not owe to its member is not posted."""
        if unposted.classification and unposted.classification != REIMBURSABLE:
            return [found("JRN-CLASS", unposted.classification, classification=unposted.classification)]
        return []

    def _journal(
        self, row: IncludedRow[UnpostedExpense], expense: ExportExpense, problems: list[Problem]
    ) -> list[tuple[str, GlJournal]]:
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
        if abs(amount) != abs(offset):
            problems.append(found("JRN-UNBALANCED", f"{amount} / {offset}"))
        if unposted.avalara:
            problems.append(found("AVALARA", unposted.tax_code.name))
        elif unposted.sales_tax:
            tax = round_money(abs(unposted.sales_tax), decimals)
            problems.append(found("JRN-TAX", str(tax), tax=tax))
        base = self.currencies.base_currency
        debit = self.accounts.of_line(expense.account_number, base)
        credit = self.accounts.of_line(expense.offset_account, base)
        problems += (*debit.problems, *credit.problems)
        vendor_id, vendor = self._vendor(unposted, expense, problems)
        day = usable_date(expense.document_date, problems)
        if day is None:
            return []
        period, wrong = self.dates.period(day)
        problems.extend(wrong)
        rate, wrong = self._rate(currency, vendor, day)
        problems.extend(wrong)
        descr, line_descr = self._texts(unposted, expense, problems)
        if rate is None or has_stop(problems):
            return []
        in_base = to_base(amount, rate.rate, rate.mult_div, self.books.base_decimals)
        if sl_key(rate.currency) != sl_key(base):
            shown = f"{amount} {rate.currency} = {in_base} {base}"
            problems.append(found("JRN-CONVERTED", shown, in_sl=str(rate.rate), currency=rate.currency, base=base))
        if not in_base:
            problems.append(found("JRN-NO-BASE", f"{amount} {rate.currency}", base=base))
            return []
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
        return [(period, GlJournal((row.key,), DOCUMENT, day, lines, descr))]

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


def number_of(unposted: UnpostedExpense) -> str:
    """Return what the user knows an expense by: member, type and date."""
    member = unposted.member.identifier or unposted.member.name
    day = unposted.expense_date.isoformat() if unposted.expense_date else ""
    return " ".join(part for part in (member, unposted.expense_type.name, day) if part)


def _changes(unposted: UnpostedExpense, expense: ExportExpense) -> Iterable[Problem]:
    """Compare the exported expense with the row that the user saw. Signs are unverified, so sizes are compared."""
    if unposted.currency and expense.currency and sl_key(unposted.currency) != sl_key(expense.currency):
        yield found("CHANGED", f"{unposted.currency} → {expense.currency}", what="currency")
    before = round_money(abs(unposted.total), unposted.decimals)
    now = round_money(abs(expense.total), unposted.decimals)
    if before != now:
        yield found("CHANGED", f"{before} → {now}", what="total")


def _export_order(expense: ExportExpense) -> tuple[int, int, Decimal]:
    return expense.id, expense.offset_id, expense.total

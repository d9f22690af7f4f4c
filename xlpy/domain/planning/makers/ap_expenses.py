"""Which included expenses become vouchers (*as bill* on): matched to the lines of bills, joined by bill and judged."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import replace
from decimal import Decimal

from xlpy.domain.checks.table import found
from xlpy.domain.facts.books import sl_key
from xlpy.domain.facts.manage_expenses import ExportExpenseBill, ExportExpenseLine, UnpostedExpense
from xlpy.domain.facts.matching import BillLine, Matching, entry_ids, expense_number, match_expense_bills
from xlpy.domain.planning.makers.ap_expense_vouchers import BilledExpense, ExpenseBills, day_of_expense
from xlpy.domain.planning.makers.ap_vouchers import Vouchers, ap_setup_problems
from xlpy.domain.planning.makers.maker import Change, Made, Maker, Matched
from xlpy.domain.planning.makers.request import IncludedRow, PlanRequest
from xlpy.domain.values.money import is_nil, plain, round_money, rounded_together, total
from xlpy.domain.values.problems import Problem
from xlpy.domain.values.transactions import Kind

Lines = tuple[BillLine, ...]
MatchedExpense = Matched[UnpostedExpense, Lines]


class ApExpenses(Maker[UnpostedExpense, Lines]):
    """Makes a voucher of screen 03010 of the included expenses of each bill."""

    kind = Kind.EXPENSE

    def __init__(self, request: PlanRequest, vouchers: Vouchers) -> None:
        super().__init__(request)
        self.vouchers = vouchers
        self.bills = ExpenseBills(vouchers, request.posting)
        self.matching: Matching[UnpostedExpense, BillLine] = Matching()
        self.lines_of: dict[UnpostedExpense, Lines] = {}

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
        """Find the bill lines of these expenses."""
        bills = self.request.exported_expenses.bills
        self.matching = match_expense_bills(rows, sorted(bills, key=_bill_order))
        self.lines_of = dict(self.matching.pairs)

    def matched(self, entry: IncludedRow[UnpostedExpense]) -> Matched[UnpostedExpense, Lines] | None:
        """Return a row with its export; None when there is none, or more than one."""
        row = entry.unposted
        lines = self.lines_of.get(row, ())
        if len({line.bill for line in lines}) != 1:
            return None
        bill, own = lines[0].bill, [line.line for line in lines]
        decimals = self.bills.decimals(bill)
        return Matched(
            entry=entry,
            exported=lines,
            number=expense_number(row),
            company=bill.member.name or row.member.name,
            day=day_of_expense(row, own, bill),
            amount=total(round_money(line.total, decimals) for line in own),
            currency=bill.currency or self.request.books.gl.base_currency,
            location_id=row.location_id,
            location=row.location,
            lines_hash=bill_expense_hash(bill, own),
            entry_ids=entry_ids(row, lines),
            has_all_entries=all(line.entry_ids for line in own),
            changes=tuple(_changes(row, bill, own, decimals)),
            decimals=decimals,
            whole=(total(line.total for line in own),),
            lines=tuple(line.total for line in own),
            joined=is_joined(lines, self.matching.foreign),
            dates=tuple(line.document_date for line in own if line.document_date),
        )

    def why_missing(self, row: UnpostedExpense) -> Iterable[Problem]:
        """Say why a row has no export of its own."""
        code = "TWICE" if self.lines_of.get(row) else _why_missing(row, self.matching)
        return (found(code, expense_number(row)),)

    def setup_problems(self) -> tuple[Problem, ...]:
        """Check the set-up of Accounts Payable."""
        return ap_setup_problems(self.request.books)

    def groups(
        self, going: Sequence[Matched[UnpostedExpense, Lines]]
    ) -> Iterable[list[Matched[UnpostedExpense, Lines]]]:
        """Put the expenses of a bill, period and hold together: they live and die together. One of zeros stays alone.

        A bill is of a member and an expense period, which may begin in one period of SL and end in the next.
        """
        by_bill: dict[tuple[ExportExpenseBill, str, bool], list[MatchedExpense]] = {}
        for matched in going:
            if _is_nothing(matched):
                yield [matched]
            else:
                own, hold = matched.entry.period, matched.entry.hold
                period = self.vouchers.dates.period(matched.day, own)[0] if matched.day else ""
                by_bill.setdefault((matched.exported[0].bill, period, hold), []).append(matched)
        yield from by_bill.values()

    def make(self, group: Sequence[Matched[UnpostedExpense, Lines]]) -> Made:
        """Make one voucher of these expenses of a bill."""
        if _is_nothing(group[0]):
            return Made((found("NOTHING-TO-POST", group[0].number),), nothing_to_post=True)
        return self.bills.draft(
            group[0].exported[0].bill, [_expense(matched) for matched in group], group[0].entry.period
        )


def _is_nothing(matched: Matched[UnpostedExpense, Lines]) -> bool:
    return all(is_nil(line.line.total) for line in matched.exported)


def _changes(
    row: UnpostedExpense, bill: ExportExpenseBill, lines: Iterable[ExportExpenseLine], decimals: int
) -> Iterable[Change]:
    """Compare the lines of an expense with the row that the user saw."""
    if row.currency and bill.currency and sl_key(row.currency) != sl_key(bill.currency):
        yield Change("currency", row.currency, bill.currency)
    if row.member and bill.member and row.member.id != bill.member.id:
        yield Change("member", row.member.identifier, bill.member.identifier)
    amount = total(line.total for line in lines)
    if not agrees_with_row(row, amount, decimals):
        before, now = round_money(abs(row.total), decimals), round_money(abs(amount), decimals)
        yield Change("total", str(before), str(now))


def bill_expense_hash(bill: ExportExpenseBill, lines: Iterable[ExportExpenseLine]) -> str:
    """SHA-256 (hex) of what an expense posts: equal when it was un-batched and is exported again unchanged.

    No ids and no texts are in it, nor what belongs to the bill's other expenses (its number, date and total).
    """
    sums: dict[tuple[str, ...], Decimal] = {}
    for line in lines:
        day = line.document_date.isoformat() if line.document_date else ""
        key = (line.gl_type, line.account_number, day, str(line.reimbursable), str(line.company_advance))
        sums[key] = sums.get(key, Decimal(0)) + line.total
    parts = [
        "EXPENSE",
        bill.vendor_number,
        bill.ap_account_number,
        bill.currency,
        *("\t".join((*key, plain(amount))) for key, amount in sorted(sums.items()) if amount),
    ]
    return hashlib.sha256("\n".join(parts).encode("utf-8")).hexdigest()


def agrees_with_row(row: UnpostedExpense, amount: Decimal, decimals: int) -> bool:
    """Whether the lines of an expense are worth what its row says.

    Unverified: whether the list's total has its tax in it, and its sign; so sizes are compared, with the tax or not.
    """
    sizes = {abs(round_money(each, decimals)) for each in (row.total, row.total + row.sales_tax)}
    return abs(round_money(amount, decimals)) in sizes


def is_joined(matched: Sequence[BillLine], foreign: Sequence[BillLine]) -> bool:
    """Whether the lines of an expense share a GL entry with a line that is not included.

    Manage could then not be told which of them is posted.
    """
    mine = {entry for found_line in matched for entry in found_line.line.entry_ids}
    return any(mine.intersection(other.line.entry_ids) for other in foreign)


def _why_missing(row: UnpostedExpense, matching: Matching[UnpostedExpense, BillLine]) -> str:
    """Return why an expense has no line of its own: joined with others, not to be told from them, or not exported."""
    if any(row.id and row.id in other.line.entry_ids for other in matching.foreign):
        return "EXP-JOINED"
    for other in matching.foreign:
        same_day = row.expense_date is not None and other.line.document_date == row.expense_date
        if other.bill.member.id == row.member.id and same_day and abs(other.line.total) == abs(row.total):
            return "EXP-AMBIGUOUS"
    return "NOT-EXPORTED"


def _expense(matched: Matched[UnpostedExpense, Lines]) -> BilledExpense:
    """Return an expense with its lines; what has more decimals is rounded together, or was stopped before."""
    lines = sorted((line.line for line in matched.exported), key=lambda line: line.entry_ids)
    each = rounded_together([line.total for line in lines], matched.decimals)
    posted = tuple(replace(line, total=amount) for line, amount in zip(lines, each, strict=True))
    return BilledExpense(matched.key, matched.entry.unposted, posted)


def _bill_order(bill: ExportExpenseBill) -> tuple[int, str, int, tuple[int, ...]]:
    day = bill.document_date.isoformat() if bill.document_date else ""
    return bill.member.id, day, bill.id, bill.all_entry_ids

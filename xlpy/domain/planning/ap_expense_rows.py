"""Which included expenses become vouchers: matched to their bills, judged by the ledger, joined by bill."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from xlpy.domain.checks.table import found
from xlpy.domain.documents.ap import ApDocument, NewVendor
from xlpy.domain.documents.plan import Action, PlannedTransaction
from xlpy.domain.facts.books import sl_key
from xlpy.domain.facts.manage_expenses import ExportExpenseBill, UnpostedExpense
from xlpy.domain.facts.matching import BillLine, Matching, entry_ids, match_expense_bills
from xlpy.domain.mapping.vendors import vendors_needed
from xlpy.domain.planning.ap_expenses import (
    BillDraft,
    ExpenseBills,
    MatchedExpense,
    agrees_with_row,
    bill_expense_hash,
    is_joined,
)
from xlpy.domain.planning.ap_request import IncludedExpense, PayablesDraft, PayablesRequest
from xlpy.domain.planning.ap_vouchers import Vouchers, ap_setup_problems
from xlpy.domain.planning.gl_expenses import number_of
from xlpy.domain.planning.included import Findings, location_problems
from xlpy.domain.planning.ledger_rules import Verdict, judge
from xlpy.domain.values.dates import NO_DATE
from xlpy.domain.values.money import round_money, total
from xlpy.domain.values.problems import Problem, has_stop
from xlpy.domain.values.transactions import TransactionKey


@dataclass(frozen=True, slots=True)
class _Judged:
    """An included expense after its own checks. ``writes``: it goes onto a voucher, when nothing stops it."""

    entry: IncludedExpense
    bill: ExportExpenseBill
    lines: tuple[BillLine, ...]
    planned: PlannedTransaction
    problems: tuple[Problem, ...]
    writes: bool


def plan_expense_bills(request: PayablesRequest) -> PayablesDraft:
    """Make a voucher of the included expenses of each bill (*as bill* on), with every problem found.

    An expense with a stop keeps its whole voucher out: they live and die together. The draft does not depend on the
    order of rows or export.
    """
    return _ExpensePlanner(request).plan() if request.expenses else PayablesDraft()


class _ExpensePlanner:
    def __init__(self, request: PayablesRequest) -> None:
        self.request = request
        self.findings = Findings()
        vouchers = Vouchers(request.options, request.masters, request.books, request.posting, request.master_rules)
        self.bills = ExpenseBills(vouchers, request.posting)
        self.base_currency = request.books.gl.base_currency

    def plan(self) -> PayablesDraft:
        """Judge every expense, then draft a voucher for each bill."""
        request = self.request
        entries = sorted(request.expenses, key=lambda entry: (entry.unposted.expense_detail_id, entry.key))
        once = {entry.key: entry for entry in reversed(entries)}
        rows = [once[key].unposted for key in dict.fromkeys(entry.key for entry in entries)]
        matching = match_expense_bills(rows, sorted(request.bills, key=_bill_order))
        lines_of = dict(matching.pairs)
        judged: list[_Judged] = []
        seen: set[TransactionKey] = set()
        for entry in entries:
            number = number_of(entry.unposted)
            if entry.key in seen:
                self.findings.tell(entry.key, number, [found("TWICE", number)])
                continue
            seen.add(entry.key)
            lines = lines_of.get(entry.unposted, ())
            bills = {found_line.bill for found_line in lines}
            if len(bills) == 1:
                judged.append(self._judge(entry, bills.pop(), lines, matching.foreign))
            else:
                code = "TWICE" if bills else _why_missing(entry.unposted, matching)
                self.findings.tell(entry.key, number, [found(code, number)])
        transactions, vendors, documents = self._by_bill(judged)
        problems = (*ap_setup_problems(request.books), *self.findings.problems)
        return PayablesDraft(tuple(transactions), vendors_needed(vendors), tuple(documents), problems)

    def _judge(
        self,
        entry: IncludedExpense,
        bill: ExportExpenseBill,
        lines: tuple[BillLine, ...],
        foreign: Sequence[BillLine],
    ) -> _Judged:
        """Check one expense against the row that the user saw and the ledger."""
        row, request = entry.unposted, self.request
        number = number_of(row)
        own = [found_line.line for found_line in lines]
        amount = total(round_money(line.total, self.bills.decimals(bill)) for line in own)
        problems = list(self._changes(row, bill, lines))
        if any(not line.entry_ids for line in own):
            problems.append(found("ENTRY-IDS", number))
        if is_joined(lines, foreign):
            problems.append(found("EXP-JOINED", number))
        problems.extend(location_problems(request.posting, row.location_id, row.location))
        fingerprint = bill_expense_hash(bill, own)
        posting = request.books.postings.get(entry.key)
        verdict = judge(posting, fingerprint, again=entry.again, cpny_id=request.cpny_id)
        problems.extend(verdict.problems)
        if verdict.writes and not verdict.stopped and not any(line.total for line in own):
            problems.append(found("NOTHING-TO-POST", number))
            verdict = Verdict(Action.NOTHING_TO_POST, verdict.generation)
        planned = PlannedTransaction(
            key=entry.key,
            number=number,
            company=bill.member.name or row.member.name,
            document_date=bill.document_date or row.expense_date or NO_DATE,
            amount=amount,
            currency=bill.currency or self.base_currency,
            action=verdict.action,
            generation=verdict.generation,
            lines_hash=fingerprint,
            entry_ids=entry_ids(row, lines),
        )
        return _Judged(entry, bill, lines, planned, tuple(problems), verdict.writes and not verdict.stopped)

    def _by_bill(
        self, judged: Sequence[_Judged]
    ) -> tuple[
        list[PlannedTransaction],
        list[tuple[NewVendor, tuple[TransactionKey, ...]]],
        list[tuple[str, ApDocument]],
    ]:
        """Draft a voucher of the expenses that go onto one, bill by bill, and tell all problems."""
        going: dict[TransactionKey, PlannedTransaction] = {}
        vendors: list[tuple[NewVendor, tuple[TransactionKey, ...]]] = []
        documents: list[tuple[str, ApDocument]] = []
        by_bill: dict[ExportExpenseBill, list[_Judged]] = {}
        for one in judged:
            by_bill.setdefault(one.bill, []).append(one)
        for bill, mine in by_bill.items():
            written = [one for one in mine if one.writes]
            draft = self.bills.draft(bill, [_matched(one) for one in written]) if written else BillDraft()
            own = dict(draft.own_problems)
            stopped_together = has_stop(draft.problems)
            for one in mine:
                shared = (*own.get(one.entry.key, ()), *draft.problems) if one.writes else ()
                stopped = self.findings.tell(one.entry.key, one.planned.number, (*one.problems, *shared))
                if one.writes:
                    stopped_together = stopped_together or stopped
                elif not stopped:
                    going[one.entry.key] = one.planned
            if draft.document is not None and not stopped_together:
                documents.append((draft.period, draft.document))
                going |= {one.entry.key: one.planned for one in written}
                if draft.new_vendor is not None:
                    vendors.append((draft.new_vendor, draft.document.transactions))
        return [going[one.entry.key] for one in judged if one.entry.key in going], vendors, documents

    def _changes(self, row: UnpostedExpense, bill: ExportExpenseBill, lines: Iterable[BillLine]) -> Iterable[Problem]:
        """Compare the lines of an expense with the row that the user saw."""
        if row.currency and bill.currency and sl_key(row.currency) != sl_key(bill.currency):
            yield found("CHANGED", f"{row.currency} → {bill.currency}", what="currency")
        if row.member and bill.member and row.member.id != bill.member.id:
            yield found("CHANGED", f"{row.member.identifier} → {bill.member.identifier}", what="member")
        amount = total(found_line.line.total for found_line in lines)
        decimals = self.bills.decimals(bill)
        if not agrees_with_row(row, amount, decimals):
            before = round_money(abs(row.total), decimals)
            yield found("CHANGED", f"{before} → {round_money(abs(amount), decimals)}", what="total")


def _why_missing(row: UnpostedExpense, matching: Matching[UnpostedExpense, BillLine]) -> str:
    """Return why an expense has no line of its own: joined with others, not to be told from them, or not exported."""
    if any(row.id and row.id in other.line.entry_ids for other in matching.foreign):
        return "EXP-JOINED"
    for other in matching.foreign:
        same_day = row.expense_date is not None and other.line.document_date == row.expense_date
        if other.bill.member.id == row.member.id and same_day and abs(other.line.total) == abs(row.total):
            return "EXP-AMBIGUOUS"
    return "NOT-EXPORTED"


def _matched(one: _Judged) -> MatchedExpense:
    lines = sorted((found_line.line for found_line in one.lines), key=lambda line: line.entry_ids)
    return MatchedExpense(one.entry.key, one.entry.unposted, tuple(lines))


def _bill_order(bill: ExportExpenseBill) -> tuple[int, str, int, tuple[int, ...]]:
    day = bill.document_date.isoformat() if bill.document_date else ""
    return bill.member.id, day, bill.id, bill.all_entry_ids

"""What clearing would mark in Manage without touching SL, and every reason against it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal

from xlpy.domain.checks.table import bound, found
from xlpy.domain.facts.manage import UnpostedInvoice
from xlpy.domain.facts.manage_procurement import UnpostedProcurement
from xlpy.domain.facts.matching import entry_ids, match_expense_bills, match_expenses, match_procurement
from xlpy.domain.mapping.signs import lines_hash
from xlpy.domain.planning.makers.ap_expenses import bill_expense_hash, is_joined
from xlpy.domain.planning.makers.ap_receipts import receipt_hash
from xlpy.domain.planning.makers.gl_expenses import expense_hash
from xlpy.domain.planning.makers.in_adjustments import adjustment_hash
from xlpy.domain.planning.makers.in_transfers import transfer_hash
from xlpy.domain.planning.row_checks import number_of_row
from xlpy.domain.values.money import round_money
from xlpy.domain.values.problems import Problem, stops
from xlpy.domain.values.transactions import Posting, PostingState, SlState, TransactionKey
from xlpy.services.export.exporting import MarkedExport, UnpostedRow
from xlpy.services.export.refresh import shown_amount
from xlpy.services.manage_half.re_export import Shown
from xlpy.services.run.approval import hash_of
from xlpy.services.run.half_done import amounts_told

SEVERAL = "several"  # in place of a hash: what is made of more than one document has none to compare later


@dataclass(frozen=True, slots=True)
class ClearRow:
    """A transaction to be cleared. ``amount``: document currency, credit memos negative.

    ``lines_hash`` is empty when Manage's export does not show it: its unposted row's own entry is all there is.
    """

    key: TransactionKey
    number: str
    amount: Decimal
    currency: str
    entry_ids: tuple[int, ...]
    lines_hash: str
    generation: int


@dataclass(frozen=True, slots=True)
class ClearPlan:
    """What would be cleared, or why not (``stops``). Nothing of it goes to SL."""

    identifier: str
    rows: tuple[ClearRow, ...] = ()
    problems: tuple[Problem, ...] = ()

    @property
    def hash(self) -> str:
        """SHA-256 (hex) of what would be cleared, without the problems."""
        return hash_of(replace(self, problems=()))

    @property
    def stops(self) -> tuple[Problem, ...]:
        """What keeps it from being cleared."""
        return stops(self.problems)

    @property
    def worth(self) -> str:
        """Counts and amounts by kind and currency."""
        return amounts_told((row.key.kind, row.currency, row.amount) for row in self.rows)

    @property
    def text(self) -> str:
        """What would happen, with counts and amounts."""
        if self.stops:
            count = len(self.stops)
            return f"Nothing can be cleared: {count} problem{'s' * (count != 1)} must be solved first."
        if not self.rows:
            return "Nothing can be cleared: no row is marked Include (or Home says not to export its kind)."
        return (
            f"{self.worth} would be marked as posted in Manage, in a batch named {self.identifier}, without going to"
            " SL. They leave the unposted lists; nothing of them will be in the books."
        )


def clear_rows(
    export: MarkedExport, postings: Mapping[TransactionKey, Posting]
) -> tuple[tuple[ClearRow, ...], tuple[Problem, ...]]:
    """Return the rows to be cleared, with their GL entries and the problems of those that must not be.

    ``postings``: the latest generation of each that the ledger knows.
    """
    shown = dict(_shown(export))
    rows: list[ClearRow] = []
    problems: list[Problem] = []
    joined = _joined(export)
    for key, row in export.rows:
        number = number_of_row(row)
        posting = postings.get(key)
        problem = _ledger_problem(posting)
        if key in joined:
            problem = found("JOINED")
        if problem:
            problems.append(bound(problem, number, str(key)))
            continue
        known = shown.get(key)
        entries = known.entry_ids if known and known.entry_ids else _own_entries(row)
        if not entries:  # noted in the ledger, its Manage batch would be owed for ever
            problems.append(bound(found("NO-ENTRIES"), number, str(key)))
            continue
        rows.append(
            ClearRow(
                key=key,
                number=number,
                amount=_amount(row),
                currency=row.currency,
                entry_ids=entries,
                lines_hash=known.lines_hash if known else "",
                generation=posting.generation + 1 if posting else 1,
            )
        )
    return tuple(rows), tuple(problems)


def _shown(export: MarkedExport) -> Iterator[tuple[TransactionKey, Shown]]:
    """Yield what the export shows of the marked rows: hash of the lines, and all GL entries."""
    invoices = {invoice.id: invoice for invoice in export.exported_invoices}
    for mark, listed in export.invoices:
        invoice = invoices.get(listed.billing_log_id)
        if invoice is not None:
            yield mark.key, Shown(lines_hash(invoice), invoice.all_entry_ids)
    keys = {row: mark.key for mark, row in export.expenses}
    expenses = [row for _, row in export.expenses]
    for row, lines in match_expense_bills(expenses, export.exported_expenses.bills).pairs:
        bills = {line.bill for line in lines}
        told = bill_expense_hash(bills.pop(), [line.line for line in lines]) if len(bills) == 1 else SEVERAL
        yield keys[row], Shown(told, entry_ids(row, lines))
    for row, exported in match_expenses(expenses, export.exported_expenses.expenses).pairs:
        told = expense_hash(exported[0]) if len(exported) == 1 else SEVERAL
        yield keys[row], Shown(told, entry_ids(row, exported))
    stock = {row: mark.key for mark, row in export.procurement}
    matched = match_procurement([row for _, row in export.procurement], export.exported_procurement)
    for of, receipts in matched.purchases.pairs:
        yield stock[of], Shown(receipt_hash(receipts[0]) if len(receipts) == 1 else SEVERAL, entry_ids(of, receipts))
    for of, made in matched.adjustments.pairs:
        yield stock[of], Shown(adjustment_hash(made[0]) if len(made) == 1 else SEVERAL, entry_ids(of, made))
    for of, moved in matched.transfers.pairs:
        yield stock[of], Shown(transfer_hash(moved), entry_ids(of, moved))


def _joined(export: MarkedExport) -> set[TransactionKey]:
    keys = {row: mark.key for mark, row in export.expenses}
    matching = match_expense_bills([row for _, row in export.expenses], export.exported_expenses.bills)
    return {keys[row] for row, lines in matching.pairs if is_joined(lines, matching.foreign)}


def _own_entries(row: UnpostedRow) -> tuple[int, ...]:
    """Return the GL entries that the unposted row itself names; that they are enough is unverified."""
    return row.entry_ids if isinstance(row, UnpostedProcurement) else (row.id,) if row.id else ()


def _amount(row: UnpostedRow) -> Decimal:
    return shown_amount(row, row.total) if isinstance(row, UnpostedInvoice) else round_money(row.total, row.decimals)


def _ledger_problem(posting: Posting | None) -> Problem | None:
    """Return why the ledger forbids clearing: it is in SL, or half-way there. Cleared or undone before is no reason."""
    if posting is None or posting.state is PostingState.UNDONE:
        return None
    half = posting.state in (PostingState.POSTED, PostingState.CLEARED) and posting.closed_at is None
    if posting.state is PostingState.UNDOING or half:
        return found("HALF-DONE")
    there = [part for part in posting.parts if part.state not in (SlState.VOIDED, SlState.MISSING)]
    if not there:
        return None
    where = ", ".join(f"{part.module} {part.bat_nbr} {part.doc_type} {part.ref_nbr}" for part in there)
    return found("CLEAR-IN-SL", in_sl=where)

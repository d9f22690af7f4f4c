"""What Manage shows now of transactions that are in SL already: their lines and GL entries, kind by kind."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import TYPE_CHECKING, Any, Protocol, TypeVar

from xlpy.domain.facts.manage import ExportInvoice
from xlpy.domain.facts.manage_expenses import ExportExpense, ExportExpenseBill, UnpostedExpense
from xlpy.domain.facts.manage_procurement import ExportPurchase, UnpostedProcurement
from xlpy.domain.facts.matching import entry_ids, match_expense_bills, match_expenses, match_procurement
from xlpy.domain.mapping.signs import lines_hash
from xlpy.domain.planning.makers.ap_expenses import bill_expense_hash, is_joined
from xlpy.domain.planning.makers.ap_receipts import receipt_hash
from xlpy.domain.planning.makers.gl_expenses import expense_hash
from xlpy.domain.planning.makers.in_adjustments import adjustment_hash
from xlpy.domain.planning.makers.in_transfers import transfer_hash
from xlpy.domain.values.transactions import Kind, Posting

if TYPE_CHECKING:
    from xlpy.manage.client import ManageClient
    from xlpy.services.run.session import Session

_Document = TypeVar("_Document", ExportInvoice, ExportExpenseBill, ExportExpense, ExportPurchase)
FAR_AHEAD_YEARS = 20
_WORDS = {Kind.INVOICE: "Invoice", Kind.EXPENSE: "Expense", Kind.PROCUREMENT: "Procurement transaction"}


@dataclass(frozen=True, slots=True)
class Shown:
    """What an export shows of a transaction, computed as the planners do for ``PlannedTransaction``."""

    lines_hash: str
    entry_ids: tuple[int, ...]


class Listed(Protocol):
    """The unposted list of one kind at this moment."""

    @property
    def record_ids(self) -> Collection[str]:
        """Ids of the transactions that are unposted."""

    def still(self, posting: Posting) -> bool:
        """Whether a transaction is unposted, or any of its GL entries is."""

    def export(self, postings: Sequence[Posting], through: date) -> Mapping[str, Shown]:
        """Export those of ``postings`` (any, of this kind) that are unposted, and return them by record id.

        What the export does not show, or not for itself alone, is left out. Nothing in Manage changes.
        """


def list_unposted(session: Session, kind: Kind) -> Listed:
    """Read Manage's unposted list of one kind."""
    return _LISTS[kind](session.manage)


def show_again(session: Session, listed: Listed, postings: Sequence[Posting]) -> Mapping[str, Shown]:
    """Export what is unposted of ``postings``, whatever its date; by record id."""
    wanted = [posting for posting in postings if posting.key.record_id in listed.record_ids]
    if not wanted:
        return {}
    today = session.today()
    return listed.export(wanted, today.replace(year=today.year + FAR_AHEAD_YEARS, day=1))


def called(posting: Posting) -> str:
    """Return what a transaction is called in messages: its kind and number."""
    return f"{_WORDS[posting.key.kind]} {posting.number}"


class _Invoices:
    def __init__(self, manage: ManageClient) -> None:
        self._manage = manage
        self.record_ids: Collection[str] = {str(row.billing_log_id) for row in manage.unposted_invoices()}

    def still(self, posting: Posting) -> bool:
        return posting.key.record_id in self.record_ids

    def export(self, postings: Sequence[Posting], through: date) -> Mapping[str, Shown]:
        ids = sorted({int(posting.key.record_id) for posting in postings})
        invoices = self._manage.export_invoices(ids, **_asked(through))
        posted = {posting.key.record_id: posting.currency for posting in postings}
        return {
            str(one.id): Shown(lines_hash(_in_currency(one, posted[str(one.id)])), one.all_entry_ids)
            for one in invoices
        }


class _Expenses:
    def __init__(self, manage: ManageClient) -> None:
        self._manage = manage
        self._rows = {str(row.expense_detail_id): row for row in manage.unposted_expenses()}

    @property
    def record_ids(self) -> Collection[str]:
        return self._rows.keys()

    def still(self, posting: Posting) -> bool:
        return posting.key.record_id in self._rows

    def export(self, postings: Sequence[Posting], through: date) -> Mapping[str, Shown]:
        rows = [self._rows[key] for key in sorted({posting.key.record_id for posting in postings})]
        exported = self._manage.export_expenses([row.expense_detail_id for row in rows], **_asked(through))
        posted = {posting.key.record_id: posting.currency for posting in postings}
        shown = (*_on_bills(rows, exported.bills, posted), *_one_by_one(rows, exported.expenses, posted))
        return {str(row.expense_detail_id): what for row, what in shown}


def _in_currency(document: _Document, currency: str) -> _Document:
    """Return a document in the currency that it was posted in, where the export leaves it out."""
    return document if document.currency else replace(document, currency=currency)


def _on_bills(
    rows: Sequence[UnpostedExpense], bills: Iterable[ExportExpenseBill], posted: Mapping[str, str]
) -> Iterable[tuple[UnpostedExpense, Shown]]:
    """Yield the expenses that are on one bill only, and share no GL entry with a line of others."""
    matching = match_expense_bills(rows, bills)
    for row, lines in matching.pairs:
        of_bills = {line.bill for line in lines}
        if len(of_bills) == 1 and not is_joined(lines, matching.foreign):
            bill = _in_currency(of_bills.pop(), posted[str(row.expense_detail_id)])
            fingerprint = bill_expense_hash(bill, [line.line for line in lines])
            yield row, Shown(fingerprint, entry_ids(row, lines))


def _one_by_one(
    rows: Sequence[UnpostedExpense], expenses: Sequence[ExportExpense], posted: Mapping[str, str]
) -> Iterable[tuple[UnpostedExpense, Shown]]:
    for row, found in match_expenses(rows, expenses).pairs:
        if len(found) == 1:
            expense = _in_currency(found[0], posted[str(row.expense_detail_id)])
            yield row, Shown(expense_hash(expense), entry_ids(row, found))


class _Procurement:
    def __init__(self, manage: ManageClient) -> None:
        self._manage = manage
        self._rows = {row.unposted_product_id: row for row in manage.unposted_procurement()}

    @property
    def record_ids(self) -> Collection[str]:
        return self._rows.keys()

    def still(self, posting: Posting) -> bool:
        """See ``Listed``. The id may come again for another receipt, so its GL entries decide."""
        row = self._rows.get(posting.key.record_id)
        return row is not None and not set(row.entry_ids).isdisjoint(posting.entry_ids or row.entry_ids)

    def export(self, postings: Sequence[Posting], through: date) -> Mapping[str, Shown]:
        """See ``Listed``. A receipt that has none of the posted GL entries is left out.

        An id comes again for another receipt of the same order and packing slip. One with quite other entries may
        be that second receipt: marked, it would never come to SL.
        """
        posted = {posting.key.record_id: set(posting.entry_ids) for posting in postings}
        currency = {posting.key.record_id: posting.currency for posting in postings}
        rows = [self._rows[key] for key in sorted(posted)]
        exported = self._manage.export_procurement([row.unposted_product_id for row in rows], **_asked(through))
        matched = match_procurement(rows, exported)
        shown: list[tuple[UnpostedProcurement, Shown]] = []
        for row, receipts in matched.purchases.pairs:
            known = posted[row.unposted_product_id]
            own = [one for one in receipts if known.intersection(one.all_entry_ids)]
            if len(own) == 1:
                receipt = _in_currency(own[0], currency[row.unposted_product_id])
                shown.append((row, Shown(receipt_hash(receipt), entry_ids(row, own))))
        for row, made in matched.adjustments.pairs:
            if len(made) == 1:
                shown.append((row, Shown(adjustment_hash(made[0]), entry_ids(row, made))))
        for row, moved in matched.transfers.pairs:
            shown.append((row, Shown(transfer_hash(moved), entry_ids(row, moved))))
        return {row.unposted_product_id: what for row, what in shown}


def _asked(through: date) -> dict[str, Any]:
    return {"through": through, "detail": "Default", "batch_identifier": "recover"}


_LISTS: Mapping[Kind, type[_Invoices | _Expenses | _Procurement]] = {
    Kind.INVOICE: _Invoices,
    Kind.EXPENSE: _Expenses,
    Kind.PROCUREMENT: _Procurement,
}

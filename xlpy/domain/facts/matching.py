"""Which exported documents belong to which unposted rows, and the GL entries to mark for them.

Invoices say it themselves: the id of the document is that of the row. Expenses and procurement are exported by one id
and come back under others. Source: Manage API: matching the answer to the ticked rows.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import Generic, Protocol, TypeVar

from xlpy.domain.facts.manage_expenses import ExportExpense, ExportExpenseBill, ExportExpenseLine, UnpostedExpense
from xlpy.domain.facts.manage_procurement import (
    ExportAdjustment,
    ExportedProcurement,
    ExportPurchase,
    ExportTransfer,
    UnpostedProcurement,
)
from xlpy.domain.values.money import round_money

PURCHASE, ADJUSTMENT, TRANSFER = "Purchase", "Adjustment", "Transfer"
_KINDS = (PURCHASE, ADJUSTMENT, TRANSFER)
_COMPARED_DECIMALS = 4  # amounts of both sides, whatever the currency
_NUMBER_IN_FRONT = re.compile(r"(\d{1,18})-")
_RECEIPT_ID = re.compile(r"\d{1,18}-(?:(?P<slip>.*)-)?purchase", re.IGNORECASE)
_Row = TypeVar("_Row", bound=Hashable)
_Document = TypeVar("_Document")


@dataclass(frozen=True, slots=True)
class _Facts:
    """What an expense is known by when no id tells."""

    member: int
    day: date | None
    amount: Decimal
    account: str


class HasEntries(Protocol):
    """A document, or a part of one, that is made of GL entries."""

    @property
    def all_entry_ids(self) -> tuple[int, ...]:
        """Its GL entry ids."""


@dataclass(frozen=True, slots=True)
class Matching(Generic[_Row, _Document]):
    """What belongs together. Nothing may be posted of ``missing`` rows, nor of ``foreign`` documents.

    ``pairs``: each row with its documents, in the order of the rows. ``foreign``: documents of no row, or of several.
    """

    pairs: tuple[tuple[_Row, tuple[_Document, ...]], ...] = ()
    missing: tuple[_Row, ...] = ()
    foreign: tuple[_Document, ...] = ()


@dataclass(frozen=True, slots=True)
class BillLine:
    """A line of an expense bill with its bill."""

    bill: ExportExpenseBill
    line: ExportExpenseLine

    @property
    def all_entry_ids(self) -> tuple[int, ...]:
        """GL entry ids of the line: the expense and its offset."""
        return tuple(sorted(self.line.entry_ids))


@dataclass(frozen=True, slots=True)
class MatchedProcurement:
    """The matching of each kind of procurement."""

    purchases: Matching[UnpostedProcurement, ExportPurchase]
    adjustments: Matching[UnpostedProcurement, ExportAdjustment]
    transfers: Matching[UnpostedProcurement, ExportTransfer]

    @property
    def missing(self) -> tuple[UnpostedProcurement, ...]:
        """Rows of any kind that did not come back."""
        return (*self.purchases.missing, *self.adjustments.missing, *self.transfers.missing)


def match_expense_bills(
    rows: Sequence[UnpostedExpense], bills: Iterable[ExportExpenseBill]
) -> Matching[UnpostedExpense, BillLine]:
    """Find the bill line of each expense (*as bill* on).

    Unverified: that a line has the row's GL entry id; else member, date and amount decide.
    """
    lines = [BillLine(bill, line) for bill in bills for line in bill.lines]
    by_entry = _match(rows, lines, _own_entry, lambda found: set(found.all_entry_ids))
    return _in_order(rows, _match_rest(by_entry, _expense_facts, _bill_line_facts))


def match_expenses(
    rows: Sequence[UnpostedExpense], expenses: Sequence[ExportExpense]
) -> Matching[UnpostedExpense, ExportExpense]:
    """Find the export of each expense (*as bill* off).

    Unverified: that its id, or its offset's, is the row's GL entry id; else member, date and amount decide.
    """
    by_entry = _match(rows, expenses, _own_entry, lambda found: {found.id} - {0})
    by_offset = _then(by_entry, _own_entry, lambda found: {found.offset_id} - {0})
    return _in_order(rows, _match_rest(by_offset, _expense_facts, _exported_expense_facts))


def match_procurement(rows: Sequence[UnpostedProcurement], exported: ExportedProcurement) -> MatchedProcurement:
    """Find the documents of each receipt, adjustment and transfer."""
    of_kind: dict[str, list[UnpostedProcurement]] = {kind: [] for kind in _KINDS}
    for row in rows:
        of_kind[procurement_kind(row)].append(row)
    return MatchedProcurement(
        match_purchases(of_kind[PURCHASE], exported.purchases),
        match_adjustments(of_kind[ADJUSTMENT], exported.adjustments),
        match_transfers(of_kind[TRANSFER], exported.transfers),
    )


def match_purchases(
    rows: Sequence[UnpostedProcurement], purchases: Sequence[ExportPurchase]
) -> Matching[UnpostedProcurement, ExportPurchase]:
    """Find the receipts of each row: by the GL entry ids of lines and tax lines, else by order and packing slip.

    Two receipts of one order with the same slip, or none, share a row.
    """
    by_entry = _match(rows, purchases, lambda row: set(row.entry_ids), lambda found: set(found.all_entry_ids))
    return _in_order(rows, _then(by_entry, _order_and_slip, _order_and_slip_of_receipt))


def match_adjustments(
    rows: Sequence[UnpostedProcurement], adjustments: Sequence[ExportAdjustment]
) -> Matching[UnpostedProcurement, ExportAdjustment]:
    """Find the adjustment of each row by the number both begin with, else by the GL entry ids of newer servers."""
    by_number = _match(rows, adjustments, _number_keys, lambda found: {found.adjustment_id} - {0})
    return _in_order(rows, _then(by_number, lambda row: set(row.entry_ids), lambda found: set(found.all_entry_ids)))


def match_transfers(
    rows: Sequence[UnpostedProcurement], transfers: Sequence[ExportTransfer]
) -> Matching[UnpostedProcurement, ExportTransfer]:
    """Find the items moved by each transfer.

    Unverified: that the number in front of the row's id is the transfer's; else the offset's GL entry id decides.
    """
    by_number = _match(rows, transfers, _number_keys, lambda found: {found.transfer_id} - {0})
    return _in_order(rows, _then(by_number, lambda row: set(row.entry_ids), lambda found: set(found.all_entry_ids)))


def procurement_kind(row: UnpostedProcurement) -> str:
    """Return Purchase, Adjustment or Transfer: the row's kind, else what its id ends with, else Purchase."""
    given = (row.kind, row.unposted_product_id.rpartition("-")[2])
    known = {kind.casefold(): kind for kind in _KINDS}
    return next((known[text.casefold()] for text in given if text.casefold() in known), PURCHASE)


def packing_slip(row: UnpostedProcurement) -> str:
    """Return the packing slip of a receipt's row: between the order's id and ``-purchase``; empty when there is none.

    Unverified: how an empty slip is written; ``77--purchase`` and ``77-purchase`` are both read as empty.
    """
    found = _RECEIPT_ID.fullmatch(row.unposted_product_id.strip())
    return (found["slip"] or "").strip() if found else ""


def expense_number(row: UnpostedExpense) -> str:
    """Return what the user knows an expense by: member, type and date."""
    member = row.member.identifier or row.member.name
    day = row.expense_date.isoformat() if row.expense_date else ""
    return " ".join(part for part in (member, row.expense_type.name, day) if part)


def procurement_number(row: UnpostedProcurement) -> str:
    """Return what a transaction is called on the sheets and in messages: never empty.

    A receipt: the order's number and the packing slip; an adjustment or a transfer: its number in Manage.
    """
    number = _NUMBER_IN_FRONT.match(row.unposted_product_id.strip())
    own = number[1] if number else row.unposted_product_id
    if procurement_kind(row) != PURCHASE:
        return own
    return " / ".join(part for part in (row.purchase_order.name or own, packing_slip(row)) if part)


def entry_ids(row: UnpostedExpense | UnpostedProcurement, documents: Iterable[HasEntries]) -> tuple[int, ...]:
    """Return the GL entry ids to mark in Manage for a row: those of its documents and the row's own.

    Sorted, once each, no zero. A receipt's own ids that its documents lack, while they have others of them, are of a
    second receipt that was not exported: marked, it would never come to SL. Source: Manage API: creating the batch.
    """
    own = set(row.entry_ids if isinstance(row, UnpostedProcurement) else (row.id,))
    exported = {entry for found in documents for entry in found.all_entry_ids}
    if isinstance(row, UnpostedProcurement) and procurement_kind(row) == PURCHASE and own & exported:
        own = set()
    return tuple(sorted((own | exported) - {0}))


def _match(
    rows: Iterable[_Row],
    documents: Iterable[_Document],
    keys_of_row: Callable[[_Row], Iterable[Hashable]],
    keys_of_document: Callable[[_Document], Iterable[Hashable]],
) -> Matching[_Row, _Document]:
    """Give each document to the row that shares a key with it; one that several rows claim is nobody's."""
    rows = list(rows)
    claims: dict[Hashable, list[int]] = defaultdict(list)
    for number, row in enumerate(rows):
        for key in keys_of_row(row):
            claims[key].append(number)
    owned: dict[int, list[_Document]] = defaultdict(list)
    foreign: list[_Document] = []
    for document in documents:
        claimed = {number for key in keys_of_document(document) for number in claims.get(key, ())}
        if len(claimed) == 1:
            owned[claimed.pop()].append(document)
        else:
            foreign.append(document)
    return Matching(
        tuple((row, tuple(owned[number])) for number, row in enumerate(rows) if number in owned),
        tuple(row for number, row in enumerate(rows) if number not in owned),
        tuple(foreign),
    )


def _then(
    before: Matching[_Row, _Document],
    keys_of_row: Callable[[_Row], Iterable[Hashable]],
    keys_of_document: Callable[[_Document], Iterable[Hashable]],
) -> Matching[_Row, _Document]:
    """Match what is left over by other keys; rows that have their documents already claim no more."""
    rest = _match(before.missing, before.foreign, keys_of_row, keys_of_document)
    return Matching((*before.pairs, *rest.pairs), rest.missing, rest.foreign)


def _in_order(rows: Sequence[_Row], found: Matching[_Row, _Document]) -> Matching[_Row, _Document]:
    position = {row: number for number, row in enumerate(rows)}
    return replace(found, pairs=tuple(sorted(found.pairs, key=lambda pair: position[pair[0]])))


def _match_rest(
    before: Matching[_Row, _Document],
    facts_of_row: Callable[[_Row], _Facts],
    facts_of_document: Callable[[_Document], _Facts],
) -> Matching[_Row, _Document]:
    """Match left-over expenses by the same facts, one to one; as many rows as documents must have them.

    Two taxi rides of one day over the same amount are interchangeable: they are paired in the order of their accounts.
    """
    rows, documents = before.missing, before.foreign
    alike = _alike([facts_of_document(document) for document in documents])
    partner: dict[int, int] = {}
    for facts, mine in _alike([facts_of_row(row) for row in rows]).items():
        theirs = alike.get(facts, [])
        if len(theirs) == len(mine):
            partner |= dict(zip(mine, theirs, strict=True))
    taken = set(partner.values())
    return Matching(
        (*before.pairs, *((rows[mine], (documents[theirs],)) for mine, theirs in partner.items())),
        tuple(row for number, row in enumerate(rows) if number not in partner),
        tuple(document for number, document in enumerate(documents) if number not in taken),
    )


def _alike(facts: Sequence[_Facts]) -> dict[tuple[int, date, Decimal], list[int]]:
    """Return the positions that say the same, in the order of their accounts; what lacks member or date is left out."""
    found: dict[tuple[int, date, Decimal], list[int]] = defaultdict(list)
    for number in sorted(range(len(facts)), key=lambda number: (facts[number].account, number)):
        fact = facts[number]
        if fact.member and fact.day is not None:
            found[fact.member, fact.day, round_money(abs(fact.amount), _COMPARED_DECIMALS)].append(number)
    return found


def _expense_facts(row: UnpostedExpense) -> _Facts:
    return _Facts(row.member.id, row.expense_date, row.total, row.account_number)


def _bill_line_facts(found: BillLine) -> _Facts:
    return _Facts(found.bill.member.id, found.line.document_date, found.line.total, found.line.account_number)


def _exported_expense_facts(found: ExportExpense) -> _Facts:
    return _Facts(found.member.id, found.document_date, found.total, found.account_number)


def _own_entry(row: UnpostedExpense) -> set[int]:
    return {row.id} - {0}


def _order_and_slip(row: UnpostedProcurement) -> set[Hashable]:
    """Return the key of a receipt. Unverified: that the order's reference shows its number as its name."""
    return {(_plain(row.purchase_order.name), _plain(packing_slip(row)))} if row.purchase_order.name else set()


def _order_and_slip_of_receipt(found: ExportPurchase) -> set[Hashable]:
    return {(_plain(found.document_number), _plain(found.packing_slip))} if found.document_number else set()


def _number_keys(row: UnpostedProcurement) -> set[Hashable]:
    found = _NUMBER_IN_FRONT.match(row.unposted_product_id.strip())
    return {int(found[1])} if found else set()


def _plain(text: str) -> str:
    return text.strip().casefold()

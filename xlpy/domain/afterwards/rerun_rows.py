"""The rows of the unposted lists, rebuilt from a batch: what the planners need to plan a rerun as a new run.

Manage lists only what is unposted; of what is in a batch there is the export and the batch's entries (Manage API:
rerun, entries of a batch). What neither tells (what an expense was charged to, its type) stays empty.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Protocol

from xlpy.domain.facts.batch_entries import exported_entry_ids
from xlpy.domain.facts.manage import ExportInvoice, UnpostedInvoice
from xlpy.domain.facts.manage_expenses import ExportedExpenses, UnpostedExpense
from xlpy.domain.facts.manage_payments import ManageInvoice
from xlpy.domain.facts.manage_procurement import (
    ExportAdjustment,
    ExportedProcurement,
    ExportPurchase,
    ExportTransfer,
    UnpostedProcurement,
)
from xlpy.domain.facts.matching import ADJUSTMENT, PURCHASE, TRANSFER
from xlpy.domain.planning.makers.in_adjustments import sizes_shown
from xlpy.domain.planning.makers.in_transfers import moved_value
from xlpy.domain.values.money import total
from xlpy.domain.values.refs import NO_REF, Ref
from xlpy.domain.values.transactions import Kind, Posting, TransactionKey

Row = UnpostedInvoice | UnpostedExpense | UnpostedProcurement
_NUMBER_IN_FRONT = re.compile(r"\d{1,18}")


class Entry(Protocol):
    """A GL entry of a batch with what it comes from; 0 and empty are absent."""

    @property
    def id(self) -> int:
        """GL entry id."""

    @property
    def debit(self) -> Decimal:
        """Amount, when it is one."""

    @property
    def credit(self) -> Decimal:
        """Amount, when it is one."""

    @property
    def invoice_id(self) -> int:
        """Billing log id."""

    @property
    def invoice_number(self) -> str:
        """Number of the invoice."""

    @property
    def expense_id(self) -> int:
        """Expense detail id."""

    @property
    def purchase_order_id(self) -> int:
        """Id of the order."""

    @property
    def adjustment_detail_id(self) -> int:
        """Id of the adjustment's detail."""

    @property
    def transfer(self) -> str:
        """The transfer, a text."""

    @property
    def item(self) -> str:
        """Identifier of the product."""


@dataclass(frozen=True, slots=True)
class BatchRows:
    """The rows of a batch. ``unnamed``: exported documents whose id can't be told; ``missing``: not exported ones."""

    rows: tuple[tuple[TransactionKey, Row], ...]
    unnamed: tuple[str, ...] = ()
    missing: tuple[tuple[TransactionKey, str], ...] = ()


@dataclass(frozen=True, slots=True)
class BatchSource:
    """What a batch's rows are rebuilt from. ``records``: Manage's invoices, for who pays them and their location.

    ``location_id``: taken for expenses and procurement, whose location neither export nor entries tell.
    ``known``: what the posting ledger has of this batch.
    """

    invoices: Sequence[ExportInvoice]
    expenses: ExportedExpenses
    procurement: ExportedProcurement
    entries: Sequence[Entry]
    records: Mapping[int, ManageInvoice]
    known: Sequence[Posting]
    decimals: Callable[[str], int]
    location_id: int = 0
    entries_alike: bool = True  # set by ``batch_rows``


def _entries_alike(source: BatchSource) -> bool:
    """Tell whether entries of the batch have the ids that the export names (unverified), so that their ids count."""
    shown = exported_entry_ids(source.invoices, source.expenses, source.procurement)
    return shown <= {entry.id for entry in source.entries}


def batch_rows(source: BatchSource) -> BatchRows:
    """Rebuild the rows of everything in a batch, with the ids that the unposted lists would have."""
    source = replace(source, entries_alike=_entries_alike(source))
    rows: list[tuple[TransactionKey, Row]] = [
        (TransactionKey(Kind.INVOICE, str(invoice.id)), _invoice_row(invoice, source)) for invoice in source.invoices
    ]
    exported = {key for key, _ in rows}
    missing: dict[TransactionKey, str] = {}
    for entry in source.entries:
        key = TransactionKey(Kind.INVOICE, str(entry.invoice_id))
        if entry.invoice_id and key not in exported:
            missing[key] = entry.invoice_number or key.record_id
    expenses, absent = _expense_rows(source)
    rows += [(TransactionKey(Kind.EXPENSE, str(row.expense_detail_id)), row) for row in expenses]
    missing |= {TransactionKey(Kind.EXPENSE, str(number)): f"expense {number}" for number in absent}
    unnamed: list[str] = []
    for row in _procurement_rows(source, unnamed):
        rows.append((TransactionKey(Kind.PROCUREMENT, row.unposted_product_id), row))
    return BatchRows(tuple(rows), tuple(unnamed), tuple(sorted(missing.items())))


def _invoice_row(invoice: ExportInvoice, source: BatchSource) -> UnpostedInvoice:
    record = source.records.get(invoice.id)
    return UnpostedInvoice(
        id=min(invoice.all_entry_ids, default=0),
        billing_log_id=invoice.id,
        number=invoice.number,
        invoice_type="CreditMemo" if invoice.document_type.upper() == "CREDIT MEMO" else invoice.billing_type,
        invoice_date=invoice.document_date,
        due_date=invoice.due_date,
        company=invoice.company,
        bill_to=record.bill_to if record else NO_REF,
        account_number=invoice.company_account_number,
        location_id=record.location_id if record else 0,
        location=record.location if record else "",
        terms=invoice.terms,
        tax_code=invoice.tax_code,
        currency=invoice.currency,
        decimals=source.decimals(invoice.currency),
        subtotal=invoice.total - invoice.sales_tax,
        sales_tax=invoice.sales_tax,
        total=invoice.total,
        avalara=invoice.avalara,
        description=invoice.description,
    )


def _expense_rows(source: BatchSource) -> tuple[list[UnpostedExpense], list[int]]:
    """Return a row per expense that the export has lines of, and the ids of the others."""
    entries_of: dict[int, set[int]] = defaultdict(set)
    alike = source.entries_alike
    ledger = {p.key.record_id: p.entry_ids for p in reversed(source.known) if p.key.kind is Kind.EXPENSE}
    for entry in source.entries:
        if entry.expense_id:
            # Entries with ids of their own: the ledger knows the GL entries of what it posted, else nobody does.
            known = ledger.get(str(entry.expense_id), ())
            entries_of[entry.expense_id].update((entry.id,) if alike else known)
    rows: list[UnpostedExpense] = []
    absent: list[int] = []
    for number, mine in sorted(entries_of.items()):
        row = _on_a_bill(number, mine, source) or _by_itself(number, mine, source)
        if row is None:
            absent.append(number)
        else:
            rows.append(row)
    return rows, absent


def _on_a_bill(number: int, mine: set[int], source: BatchSource) -> UnpostedExpense | None:
    found = [
        (bill, line) for bill in source.expenses.bills for line in bill.lines if not mine.isdisjoint(line.entry_ids)
    ]
    if not found:
        return None
    bill, line = found[0]
    return _expense_row(
        number,
        min(mine.intersection(line.entry_ids)),
        source,
        member=bill.member,
        expense_type=Ref(0, name=line.memo),
        expense_date=line.document_date,
        company=line.company,
        account_number=line.account_number,
        credit_account=bill.ap_account_number,
        gl_type=line.gl_type,
        currency=bill.currency,
        total=total(line.total for _, line in found),
    )


def _by_itself(number: int, mine: set[int], source: BatchSource) -> UnpostedExpense | None:
    found = next((one for one in source.expenses.expenses if not mine.isdisjoint(one.all_entry_ids)), None)
    if found is None:
        return None
    return _expense_row(
        number,
        found.id if found.id in mine else found.offset_id,
        source,
        member=found.member,
        expense_type=Ref(0, name=found.memo or found.description),
        expense_date=found.document_date,
        charge=found.description,
        company=found.company,
        account_number=found.account_number,
        credit_account=found.offset_account,
        gl_type=found.gl_type,
        currency=found.currency,
        total=found.total,
    )


def _expense_row(number: int, entry_id: int, source: BatchSource, **facts: object) -> UnpostedExpense:
    """Return an expense's row. Its classification is the export's affair: the flags of its line (Manage API)."""
    return UnpostedExpense(
        id=entry_id,
        expense_detail_id=number,
        classification="",
        payment_method=NO_REF,
        location_id=source.location_id,
        location="",
        decimals=source.decimals(str(facts["currency"])),
        **{"charge": "", **facts},  # type: ignore[arg-type]  # each is given its own type by the caller
    )


def _procurement_rows(source: BatchSource, unnamed: list[str]) -> Iterable[UnpostedProcurement]:
    for purchase in source.procurement.purchases:
        record = record_id_of(source, PURCHASE, purchase.all_entry_ids, purchase=purchase)
        if record:
            yield _receipt_row(record, purchase, source)
        else:
            unnamed.append(purchase.id or purchase.document_number)
    for adjustment, ids in zip(source.procurement.adjustments, _entries_of_adjustments(source), strict=True):
        record = record_id_of(source, ADJUSTMENT, ids, number=adjustment.adjustment_id)
        if record:
            value = max(sizes_shown(adjustment), default=Decimal(0))
            yield _stock_row(record, ADJUSTMENT, ids, adjustment, value, source)
        else:
            unnamed.append(adjustment.description or adjustment.id)
    moved: dict[int, list[ExportTransfer]] = defaultdict(list)
    for transfer in source.procurement.transfers:
        moved[transfer.transfer_id].append(transfer)
    for number, items in sorted(moved.items()):
        ids = _entries_of_transfer(number, items, source)
        record = record_id_of(source, TRANSFER, ids, number=number)
        if record:
            yield _stock_row(record, TRANSFER, ids, items[0], moved_value(items), source)
        else:
            unnamed.append(items[0].description or items[0].id)


def record_id_of(
    source: BatchSource,
    kind: str,
    entry_ids: Sequence[int],
    *,
    purchase: ExportPurchase | None = None,
    number: int = 0,
) -> str:
    """Return the ``unpostedProductId`` of a receipt, adjustment or transfer that is in a batch.

    The posting ledger knows it by its GL entries. After a restore of SL it does not; then it is rebuilt as Manage
    writes it: ``77-PS118-purchase`` (the order's id and the packing slip), ``12-adjustment``, ``58-transfer``.
    Unverified: that form for an empty packing slip and for transfers. A wrong guess can't post twice: the posting of a
    document of this batch is found by its GL entries, not by this id. Empty when there is nothing to rebuild it from.
    """
    wanted = set(entry_ids)
    for posting in source.known:
        if posting.key.kind is Kind.PROCUREMENT and not wanted.isdisjoint(posting.entry_ids):
            return posting.key.record_id
    if purchase is not None:
        if not source.entries_alike:
            return ""
        orders = {entry.purchase_order_id for entry in source.entries if entry.id in wanted} - {0}
        return f"{orders.pop()}-{purchase.packing_slip}-{kind.lower()}" if len(orders) == 1 else ""
    return f"{number}-{kind.lower()}" if number else ""


def _receipt_row(record: str, purchase: ExportPurchase, source: BatchSource) -> UnpostedProcurement:
    order = next((e.purchase_order_id for e in source.entries if e.id in purchase.all_entry_ids), 0)
    return UnpostedProcurement(
        unposted_product_id=record,
        entry_ids=purchase.all_entry_ids,
        kind=PURCHASE,
        description="",
        location_id=source.location_id,
        purchase_order=Ref(order, name=purchase.document_number),
        document_date=purchase.purchase_date or purchase.document_date,
        vendor=purchase.company,
        vendor_account_number="",
        vendor_invoice_number=purchase.vendor_invoice_number,
        vendor_invoice_date=purchase.vendor_invoice_date,
        currency=purchase.currency,
        decimals=source.decimals(purchase.currency),
        total=purchase.total,
        terms=purchase.terms,
        tax_code=purchase.tax_code,
        avalara=purchase.avalara,
    )


def _stock_row(
    record: str,
    kind: str,
    entry_ids: tuple[int, ...],
    document: ExportAdjustment | ExportTransfer,
    value: Decimal,
    source: BatchSource,
) -> UnpostedProcurement:
    return UnpostedProcurement(
        unposted_product_id=record,
        entry_ids=entry_ids,
        kind=kind,
        description=document.description or document.memo,
        location_id=source.location_id,
        purchase_order=NO_REF,
        document_date=document.document_date,
        vendor=NO_REF,
        vendor_account_number="",
        vendor_invoice_number="",
        vendor_invoice_date=None,
        currency="",
        decimals=source.decimals(""),
        total=value,
    )


def _entries_of_adjustments(source: BatchSource) -> list[tuple[int, ...]]:
    """Return the GL entries of each adjustment: the export's own, else those of the same items and amounts.

    Servers before glEntryRecID name no entries, and the batch says of an entry which item it is of, not which
    adjustment. Of two adjustments of the same item over the same amount it does not matter which has which entry:
    both are in the batch, and both are told from each other by their number.
    """
    free: dict[tuple[str, Decimal], list[int]] = defaultdict(list)
    entries = source.entries if source.entries_alike else ()
    for entry in sorted(entries, key=lambda entry: entry.id):
        if entry.adjustment_detail_id:
            free[entry.item, abs(entry.debit - entry.credit)].append(entry.id)
    found: dict[int, tuple[int, ...]] = {}
    every = source.procurement.adjustments
    for at in sorted(range(len(every)), key=lambda at: every[at].adjustment_id):
        lines, named = every[at].lines, every[at].all_entry_ids
        alike = [free[line.item.identifier, abs(line.total)] for line in lines]
        found[at] = named or tuple(sorted(entries.pop(0) for entries in alike if entries))
        if len(found[at]) < len(lines):
            found[at] = named  # a line without its entry: then none are told
    return [found[at] for at in range(len(every))]


def _entries_of_transfer(number: int, items: Sequence[ExportTransfer], source: BatchSource) -> tuple[int, ...]:
    """Return the GL entries of a transfer: those of the batch that name it, and the offsets of its items."""
    entries = source.entries if source.entries_alike else ()
    named = {e.id for e in entries if (m := _NUMBER_IN_FRONT.match(e.transfer)) and int(m[0]) == number}
    return tuple(sorted(named | {entry for item in items for entry in item.all_entry_ids}))

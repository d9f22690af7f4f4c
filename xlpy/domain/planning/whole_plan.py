"""One plan of everything that is included: invoices with their cost journals, expenses, receipts, inventory."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TypeVar

from xlpy.domain.documents.ap import ApPart, NewVendor
from xlpy.domain.documents.gl import GlPart
from xlpy.domain.documents.inventory import InventoryPart, NewItem
from xlpy.domain.documents.plan import Plan
from xlpy.domain.documents.sl_batches import ap_batches_of, gl_batches_of, in_batches_of
from xlpy.domain.facts.books import BooksNeeds
from xlpy.domain.facts.manage import ExportInvoice, ManageMasters
from xlpy.domain.facts.manage_expenses import ExportedExpenses
from xlpy.domain.facts.manage_procurement import ExportedProcurement, UnpostedProcurement
from xlpy.domain.facts.payables_books import PayablesNeeds
from xlpy.domain.planning.ap_planning import (
    IncludedExpense,
    IncludedProcurement,
    PayablesDraft,
    PayablesRequest,
    payables_needs,
    plan_expense_bills,
    plan_receipts,
    receipts_to_look_up,
)
from xlpy.domain.planning.gl_expenses import JournalDraft, JournalRequest, journal_needs, plan_expense_journals
from xlpy.domain.planning.in_documents import InventoryDraft, InventoryRequest, inventory_needs, plan_inventory
from xlpy.domain.planning.included import IncludedRow
from xlpy.domain.planning.invoices import Included, PlanRequest, build_plan, needs_of
from xlpy.domain.values.rules import PostingRules
from xlpy.domain.values.transactions import Posting, TransactionKey
from xlpy.domain.values.widths import Widths

MasterT = TypeVar("MasterT", NewVendor, NewItem)


@dataclass(frozen=True, slots=True)
class WholeRequest:
    """Everything that decides a plan of all kinds. ``still_batched``: see ``PayablesRequest``."""

    invoices: PlanRequest
    expenses: tuple[IncludedExpense, ...] = ()
    procurement: tuple[IncludedProcurement, ...] = ()
    exported_expenses: ExportedExpenses = field(default_factory=ExportedExpenses)
    exported_procurement: ExportedProcurement = field(default_factory=ExportedProcurement)
    still_batched: Mapping[TransactionKey, bool] = field(default_factory=dict)

    @property
    def vouchers(self) -> PayablesRequest:
        """What the planners of vouchers are given."""
        base = self.invoices
        return PayablesRequest(
            options=base.options,
            expenses=self.expenses,
            procurement=self.procurement,
            bills=self.exported_expenses.bills,
            purchases=self.exported_procurement.purchases,
            masters=base.masters,
            books=base.books,
            posting=base.posting,
            master_rules=base.master_rules,
            cpny_id=base.cpny_id,
            still_batched=self.still_batched,
        )


def whole_needs(
    export: Iterable[ExportInvoice],
    included: Iterable[Included],
    expenses: Sequence[IncludedExpense],
    procurement: Sequence[IncludedProcurement],
    exported_expenses: ExportedExpenses,
    exported_procurement: ExportedProcurement,
    masters: ManageMasters,
    posting: PostingRules,
) -> BooksNeeds:
    """Return what has to be read from SL for transactions of all kinds."""
    invoices = needs_of(export, included, masters, posting)
    journals = journal_needs(expenses, exported_expenses.expenses, masters)
    vouchers = payables_needs(exported_expenses.bills, exported_procurement.purchases, expenses, procurement, masters)
    stock = inventory_needs(procurement, exported_procurement, masters)
    currencies = {row.unposted.currency for row in expenses} | {row.unposted.currency for row in procurement}
    keys = frozenset(row.key for row in expenses) | frozenset(row.key for row in procurement)
    currencies |= {bill.currency for bill in exported_expenses.bills}
    currencies |= {purchase.currency for purchase in exported_procurement.purchases}
    return replace(
        invoices,
        currencies=invoices.currencies | journals.currencies | frozenset(currencies - {""}),
        transactions=invoices.transactions | keys,
        payables=PayablesNeeds(
            vendors=journals.payables.vendors | vouchers.vendors,
            vendor_names=vouchers.vendor_names,
            vendor_invoices=vouchers.vendor_invoices,
        ),
        stock=stock,
    )


def receipts_in_question(request: WholeRequest) -> tuple[Posting, ...]:
    """Return the ledger's receipts for which Manage has to be asked whether their entries are still in a batch."""
    return receipts_to_look_up(request.vouchers)


def build_whole_plan(request: WholeRequest) -> Plan:
    """Build the plan of everything included, with every problem found; deterministic, never raises for data."""
    base = request.invoices
    plan = build_plan(base)
    as_bill = base.masters.package.transfer_expenses_as_bill
    bills = plan_expense_bills(request.vouchers) if request.expenses and as_bill else PayablesDraft()
    singles = _expense_journals(request) if request.expenses and not as_bill else JournalDraft()
    receipts = plan_receipts(request.vouchers) if request.procurement else PayablesDraft()
    stock = _inventory(request) if request.procurement else InventoryDraft()
    widths = Widths(base.books.widths, base.books.code_page)
    own = plan.gl.batches
    journals = gl_batches_of(singles.journals, base.options, base.posting, widths, first_number=len(own) + 1)
    return replace(
        plan,
        transactions=tuple(
            transaction
            for part in (plan, bills, singles, receipts, stock)  # invoices, expenses, procurement
            for transaction in part.transactions
        ),
        ap=ApPart(
            _joined((*bills.vendors, *receipts.vendors), "vend_id"),
            ap_batches_of((*bills.documents, *receipts.documents), base.options, widths),
        ),
        gl=GlPart((*own, *journals)),
        inventory=InventoryPart(_joined(stock.items, "invt_id"), in_batches_of(stock.documents, base.options, widths)),
        problems=(*plan.problems, *bills.problems, *singles.problems, *receipts.problems, *stock.problems),
    )


def _expense_journals(request: WholeRequest) -> JournalDraft:
    base = request.invoices
    return plan_expense_journals(
        JournalRequest(
            cpny_id=base.cpny_id,
            options=base.options,
            included=request.expenses,
            export=request.exported_expenses.expenses,
            masters=base.masters,
            books=base.books,
            posting=base.posting,
        )
    )


def _inventory(request: WholeRequest) -> InventoryDraft:
    base = request.invoices
    rows: tuple[IncludedRow[UnpostedProcurement], ...] = request.procurement
    return plan_inventory(
        InventoryRequest(
            cpny_id=base.cpny_id,
            options=base.options,
            included=rows,
            export=request.exported_procurement,
            masters=base.masters,
            books=base.books,
            posting=base.posting,
            master_rules=base.master_rules,
        )
    )


def _joined(masters: Iterable[MasterT], name: str) -> tuple[MasterT, ...]:
    """Return each new master once, with everything that needs it."""
    needed: dict[str, list[TransactionKey]] = {}
    once: dict[str, MasterT] = {}
    for master in masters:
        key = getattr(master, name)
        once.setdefault(key, master)
        needed.setdefault(key, []).extend(master.needed_by)
    return tuple(replace(once[key], needed_by=tuple(dict.fromkeys(needed[key]))) for key in sorted(once))

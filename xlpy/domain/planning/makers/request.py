"""What a planner is given: the included rows, what Manage exported of them, a reading of SL, and the rules."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Generic, TypeVar

from xlpy.domain.documents.plan import PlanOptions
from xlpy.domain.facts.books import SlBooks
from xlpy.domain.facts.manage import ExportInvoice, ManageMasters, UnpostedInvoice
from xlpy.domain.facts.manage_expenses import ExportedExpenses, UnpostedExpense
from xlpy.domain.facts.manage_procurement import ExportedProcurement, UnpostedProcurement
from xlpy.domain.values.rules import MasterRules, PostingRules
from xlpy.domain.values.site_rules import NO_RULES, SiteRules
from xlpy.domain.values.transactions import TransactionKey

RowT = TypeVar("RowT")


@dataclass(frozen=True, slots=True)
class IncludedRow(Generic[RowT]):
    """A row that the user included. ``unposted``: the row as she saw it at the refresh.

    ``period``: another period for this row alone, as it was typed; ``hold``: its SL batch is to be on hold.
    """

    key: TransactionKey
    again: bool
    unposted: RowT
    period: str = ""
    hold: bool = False


@dataclass(frozen=True, slots=True)
class PlanRequest:
    """Everything that decides a plan. The same request always makes the same plan.

    ``still_batched``: for receipts of ``receipts_to_look_up``, whether Manage still has the entries that were posted
    under that id in a batch; a receipt that is not in it could not be looked up. ``rules``: the firm's own.
    """

    manage_host: str
    manage_company: str
    cpny_id: str
    options: PlanOptions
    masters: ManageMasters
    books: SlBooks
    posting: PostingRules
    master_rules: MasterRules
    invoices: tuple[IncludedRow[UnpostedInvoice], ...] = ()
    expenses: tuple[IncludedRow[UnpostedExpense], ...] = ()
    procurement: tuple[IncludedRow[UnpostedProcurement], ...] = ()
    exported_invoices: tuple[ExportInvoice, ...] = ()
    exported_expenses: ExportedExpenses = field(default_factory=ExportedExpenses)
    exported_procurement: ExportedProcurement = field(default_factory=ExportedProcurement)
    still_batched: Mapping[TransactionKey, bool] = field(default_factory=dict)
    rules: SiteRules = NO_RULES

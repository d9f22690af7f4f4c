"""What the planners of vouchers are given, and what they give back."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from xlpy.domain.documents.ap import ApDocument, NewVendor
from xlpy.domain.documents.plan import PlannedTransaction, PlanOptions
from xlpy.domain.facts.books import SlBooks
from xlpy.domain.facts.manage import ManageMasters
from xlpy.domain.facts.manage_expenses import ExportExpenseBill, UnpostedExpense
from xlpy.domain.facts.manage_procurement import ExportPurchase, UnpostedProcurement
from xlpy.domain.planning.included import IncludedRow
from xlpy.domain.values.problems import Problem
from xlpy.domain.values.rules import MasterRules, PostingRules
from xlpy.domain.values.transactions import TransactionKey


@dataclass(frozen=True, slots=True)
class IncludedExpense(IncludedRow[UnpostedExpense]):
    """A row of the sheet Expenses that the user included."""


@dataclass(frozen=True, slots=True)
class IncludedProcurement(IncludedRow[UnpostedProcurement]):
    """A row of the sheet Inventory that the user included."""


@dataclass(frozen=True, slots=True)
class PayablesRequest:
    """Everything that decides the vouchers. The same request always makes the same draft.

    ``still_batched``: for receipts of ``receipts_to_look_up``, whether Manage still has the entries that were posted
    under that id in a batch; a receipt that is not in it could not be looked up.
    """

    options: PlanOptions
    expenses: tuple[IncludedExpense, ...]
    procurement: tuple[IncludedProcurement, ...]
    bills: tuple[ExportExpenseBill, ...]
    purchases: tuple[ExportPurchase, ...]
    masters: ManageMasters
    books: SlBooks
    posting: PostingRules
    master_rules: MasterRules
    cpny_id: str
    still_batched: Mapping[TransactionKey, bool] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class PayablesDraft:
    """What became of the transactions: ``documents`` with the period (YYYYPP) that each is posted to."""

    transactions: tuple[PlannedTransaction, ...] = ()
    vendors: tuple[NewVendor, ...] = ()
    documents: tuple[tuple[str, ApDocument], ...] = ()
    problems: tuple[Problem, ...] = ()

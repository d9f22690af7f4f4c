"""What the services report: frozen values that sheets, JSON and text render."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum

from xlpy.domain.documents.plan import Plan
from xlpy.domain.facts.manage import UnpostedInvoice
from xlpy.domain.facts.manage_expenses import UnpostedExpense
from xlpy.domain.facts.manage_procurement import UnpostedProcurement
from xlpy.domain.values.approvals import Approval
from xlpy.domain.values.money import round_money
from xlpy.domain.values.problems import Problem
from xlpy.domain.values.statuses import RowStatus
from xlpy.domain.values.transactions import Kind, TransactionKey


class RunState(StrEnum):
    """The outcomes of a run. The manual tells the first three apart; ``PENDING`` still owes Manage its batch."""

    NOTHING_WRITTEN = "failed before anything was written"
    COMPLETED = "completed"
    WITH_ERRORS = "completed with errors"
    PENDING = "in SL, the Manage batch is still owed"
    HALF_DONE = "half done: run Recover"  # an undo or a clearing of which Manage's half is missing
    UNKNOWN = "not known: run Recover"  # the connection to SL broke while committing


EXIT_CODE = {
    RunState.COMPLETED: 0,
    RunState.NOTHING_WRITTEN: 1,
    RunState.WITH_ERRORS: 3,
    RunState.PENDING: 3,
    RunState.HALF_DONE: 3,
    RunState.UNKNOWN: 3,
}


@dataclass(frozen=True, slots=True)
class InvoiceRow:
    """A row of the Invoices sheet. Document currency, credit memos negative; ``base_total`` None: no rate."""

    invoice: UnpostedInvoice
    status: RowStatus
    message: str
    subtotal: Decimal
    tax: Decimal
    total: Decimal
    base_total: Decimal | None
    expected_period: str
    reference: str


@dataclass(frozen=True, slots=True)
class ExpenseRow:
    """A row of the Expenses sheet. ``vendor_number``: the member's Vendor Nbr, the SL vendor.

    ``base_total`` is for the ageing; None: no rate.
    """

    expense: UnpostedExpense
    status: RowStatus
    message: str
    vendor_number: str = ""
    company_paid: bool = False
    base_total: Decimal | None = None

    @property
    def total(self) -> Decimal:
        """Document currency, as Manage shows it."""
        return round_money(self.expense.total, self.expense.decimals)


@dataclass(frozen=True, slots=True)
class ProcurementRow:
    """A row of the Inventory sheet. ``vendor_id``: the company's Vendor XRef, the SL vendor.

    ``quantity``, ``from_place`` and ``to_place`` are only known of a document that was exported; ``base_total`` is for
    the ageing, None: no rate.
    """

    procurement: UnpostedProcurement
    status: RowStatus
    message: str
    vendor_id: str = ""
    quantity: Decimal | None = None
    from_place: str = ""
    to_place: str = ""
    base_total: Decimal | None = None

    @property
    def total(self) -> Decimal:
        """Document currency, as Manage shows it."""
        return round_money(self.procurement.total, self.procurement.decimals)


@dataclass(frozen=True, slots=True)
class ModulePeriods:
    """Current and latest closed period of a module, YYYYPP."""

    module: str
    current: str
    closed: str


@dataclass(frozen=True, slots=True)
class AgeingRow:
    """Unposted base amount of one kind by age of the document date."""

    kind: str
    days_0_30: Decimal
    days_31_60: Decimal
    days_61_90: Decimal
    older: Decimal


@dataclass(frozen=True, slots=True)
class RefreshReport:
    """What a refresh found."""

    at: datetime
    company: str
    site: str
    invoices: tuple[InvoiceRow, ...]
    all_unposted: int
    locations: tuple[str, ...]
    periods: tuple[ModulePeriods, ...]
    ageing: tuple[AgeingRow, ...]
    unfinished: int
    messages: tuple[str, ...] = ()
    expenses: tuple[ExpenseRow, ...] = ()
    procurement: tuple[ProcurementRow, ...] = ()
    left_out: Mapping[Kind, str] = field(default_factory=dict)  # of a kind: what to tell of rows that are not shown
    base_currency: str = ""  # SL's, and that of what Manage lists without a currency


@dataclass(frozen=True, slots=True)
class ResultRow:
    """A row of the Results sheet. ``amount``: document currency, credit memos negative; ``period`` YYYYPP."""

    batch_identifier: str
    status: RowStatus
    message: str
    kind: str
    transaction: str
    transaction_id: str
    amount: Decimal
    currency: str
    module: str = ""
    part: str = "document"  # or "cost": the cost journal of an invoice, a row of its own
    sl_batch: str = ""
    doc_type: str = ""
    reference: str = ""
    period: str = ""


@dataclass(frozen=True, slots=True)
class ManageBatchMade:
    """A Manage batch of a run. ``batch_id`` None: still owed."""

    identifier: str
    batch_id: int | None
    entries: int


@dataclass(frozen=True, slots=True)
class RunReport:
    """What a run did. ``plan`` is what was to be written; ``results`` what became of each transaction."""

    run_id: str
    at: datetime
    state: RunState
    text: str
    batch_identifier: str
    plan: Plan | None
    results: tuple[ResultRow, ...] = ()
    manage_batches: tuple[ManageBatchMade, ...] = ()
    problems: tuple[Problem, ...] = ()
    proposed_identifier: str = ""
    action: str = "export"  # or rerun, undo, clear, recover: what the run did
    approval: Approval | None = None  # who asked for it and who approved it, where two persons are demanded

    @property
    def exit_code(self) -> int:
        """The command line's answer (0 completed, 1 nothing written, 3 completed with errors)."""
        return EXIT_CODE[self.state]


@dataclass(frozen=True, slots=True)
class Marked:
    """A row that the user marked: its transaction, whether ``Again`` was written, and its own period and hold."""

    key: TransactionKey
    again: bool = False
    period: str = ""  # as typed; empty: the rule of Home
    hold: bool = False


@dataclass(frozen=True, slots=True)
class Selection:
    """What the user chose on Home and marked on the sheets."""

    batch_identifier: str
    through_date: date
    marked: tuple[Marked, ...]
    location: str = ""  # name; empty = all
    detail: str = "Default"
    period: str = ""  # empty: the profile's rule

"""The demo site's own records of expenses and procurement: purchase orders, receipts, adjustments and transfers.

Amounts are in the firm's sense: positive for what it owes or gets into stock. The signs of the API are made where the
answers are made.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from xlpy.demo.site.records import TaxLevel
from xlpy.domain.values.money import total

# Kinds of GL entries, beside the invoices'
EXPENSE = "expense"
RECEIPT = "receipt"
ADJUSTMENT = "adjustment"
TRANSFER = "transfer"
PROCUREMENT = (RECEIPT, ADJUSTMENT, TRANSFER)

REIMBURSABLE = "Reimbursable"
NON_REIMBURSABLE = "NonReimbursable"
PERSONAL = "Personal"


@dataclass(frozen=True, slots=True)
class Expense:
    """An approved expense of a member. ``id`` is Manage's expenseDetailId; ``total`` includes its tax.

    It has two GL entries: the expense (debit ``account``) and its offset (credit ``credit_account``). ``period_start``
    and ``period_end`` are those of its expense report.
    """

    id: int
    member_id: int
    report_id: int
    period_start: date
    period_end: date
    day: date
    expense_type_id: int
    classification: str
    payment_method_id: int
    location_id: int
    department_id: int
    account: str
    credit_account: str
    gl_type: str
    currency: str
    total: Decimal
    charge: str
    memo: str
    closed_at: datetime
    company_id: int = 0
    charge_code: int = 0
    ticket: int = 0
    billable: Decimal = Decimal(0)
    tax_code_id: int = 0
    levels: tuple[TaxLevel, ...] = ()
    company_advance: bool = False
    entry_id: int = 0
    offset_id: int = 0
    unbatched_from: int = 0
    unbatched_name: str = ""

    @property
    def reimbursable(self) -> bool:
        """Whether the member gets it back."""
        return self.classification == REIMBURSABLE

    @property
    def entry_ids(self) -> tuple[int, ...]:
        """Its two GL entries."""
        return (self.entry_id, self.offset_id)


@dataclass(frozen=True, slots=True)
class OrderLine:
    """A line of a purchase order. ``unit_cost``: of one ``unit_id``, in the order's currency."""

    number: int
    item_id: int
    quantity: Decimal
    unit_id: int
    unit_cost: Decimal
    bin_id: int
    taxable: bool = False
    memo: str = ""


@dataclass(frozen=True, slots=True)
class PurchaseOrder:
    """A purchase order. ``customer_id``: to whom the vendor ships it himself; 0 when it comes to a warehouse."""

    id: int
    number: str
    vendor_id: int
    location_id: int
    department_id: int
    warehouse_id: int
    day: date
    terms_id: int
    due_days: int
    currency: str
    lines: tuple[OrderLine, ...]
    tax_code_id: int = 0
    customer_id: int = 0


@dataclass(frozen=True, slots=True)
class ReceiptLine:
    """A line of a receipt = one GL entry. GL type PF is freight, which has no item; a return has negative sizes.

    ``account`` of an item is its revenue account, as Manage has it.
    """

    gl_type: str
    line_number: int
    item_id: int
    quantity: Decimal
    unit_id: int
    unit_cost: Decimal
    amount: Decimal
    account: str
    inventory_account: str
    cost_account: str
    bin_id: int
    memo: str
    taxable: bool = False
    drop_shipped: bool = False
    entry_id: int = 0


@dataclass(frozen=True, slots=True)
class ReceiptTax:
    """The purchase tax of one level = one GL entry."""

    level: TaxLevel
    account: str
    entry_id: int = 0


@dataclass(frozen=True, slots=True)
class Receipt:
    """What was received of a purchase order at one time."""

    id: int
    order_id: int
    location_id: int
    packing_slip: str
    day: date
    account: str  # payable
    vendor_invoice_number: str
    vendor_invoice_date: date | None
    lines: tuple[ReceiptLine, ...]
    taxes: tuple[ReceiptTax, ...]
    closed_at: datetime
    unbatched_from: int = 0
    unbatched_name: str = ""

    @property
    def unposted_product_id(self) -> str:
        """Purchase order and packing slip: a second receipt with the same slip has the same id (Manage API)."""
        return f"{self.order_id}-{self.packing_slip}-purchase"

    @property
    def freight(self) -> Decimal:
        """Sum of its freight lines."""
        return total(line.amount for line in self.lines if line.gl_type == "PF")

    @property
    def tax(self) -> Decimal:
        """Sum of its taxes."""
        return total(tax.level.tax for tax in self.taxes)

    @property
    def total(self) -> Decimal:
        """What the vendor is owed; negative for a return."""
        return total(line.amount for line in self.lines) + self.tax

    @property
    def entry_ids(self) -> tuple[int, ...]:
        """Every GL entry: lines, freight and taxes."""
        return (*(line.entry_id for line in self.lines), *(tax.entry_id for tax in self.taxes))


@dataclass(frozen=True, slots=True)
class AdjustmentLine:
    """A detail of an adjustment = one GL entry. ``quantity`` and ``amount`` positive: stock goes up."""

    item_id: int
    quantity: Decimal
    unit_cost: Decimal
    amount: Decimal
    bin_id: int
    inventory_account: str
    cost_account: str
    product_account: str
    entry_id: int = 0


@dataclass(frozen=True, slots=True)
class Adjustment:
    """An inventory adjustment. ``account``: where the difference goes."""

    id: int
    reason: str
    location_id: int
    department_id: int
    day: date
    account: str
    lines: tuple[AdjustmentLine, ...]
    closed_at: datetime
    unbatched_from: int = 0
    unbatched_name: str = ""

    @property
    def unposted_product_id(self) -> str:
        """What the export takes."""
        return f"{self.id}-adjustment"

    @property
    def entry_ids(self) -> tuple[int, ...]:
        """One GL entry per detail."""
        return tuple(line.entry_id for line in self.lines)


@dataclass(frozen=True, slots=True)
class TransferLine:
    """An item moved from bin to bin: two GL entries. Sizes are positive."""

    item_id: int
    quantity: Decimal
    unit_id: int
    unit_cost: Decimal
    amount: Decimal
    from_bin: int
    to_bin: int
    account: str
    offset_account: str
    entry_id: int = 0
    offset_id: int = 0


@dataclass(frozen=True, slots=True)
class Transfer:
    """An inventory transfer between warehouses."""

    id: int
    memo: str
    location_id: int
    department_id: int
    day: date
    lines: tuple[TransferLine, ...]
    closed_at: datetime
    unbatched_from: int = 0
    unbatched_name: str = ""

    @property
    def unposted_product_id(self) -> str:
        """What the export takes; the form of a transfer's is unverified."""
        return f"{self.id}-transfer"

    @property
    def entry_ids(self) -> tuple[int, ...]:
        """Two GL entries per item moved."""
        return tuple(number for line in self.lines for number in (line.entry_id, line.offset_id))


ProcurementDocument = Receipt | Adjustment | Transfer

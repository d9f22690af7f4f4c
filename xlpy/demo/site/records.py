"""The demo site's own records of what is posted: invoices with their GL entries, and accounting batches.

Amounts are in the customer's sense: positive adds to what the customer owes, so a credit memo's are negative. The
signs of the API are made where the answers are made.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import date, datetime
from decimal import Decimal

from xlpy.domain.values.money import total

INVOICE = "invoice"  # the kind of a GL entry; expenses and procurement come with entries of their own kinds


@dataclass(frozen=True, slots=True)
class Line:
    """A line of an invoice = one GL entry. ``amount`` = ``quantity`` × ``price``; a tax line has no quantity.

    ``cost`` is extended and positive; its accounts are empty where nothing of ours was sold.
    """

    entry_id: int
    gl_type: str
    account: str
    description: str
    memo: str
    quantity: Decimal
    price: Decimal
    amount: Decimal
    taxable: bool = False
    tax_level: int = 0  # of an ST line
    item_id: int = 0
    cost: Decimal = Decimal(0)
    cost_account: str = ""
    inventory_account: str = ""
    drop_shipped: bool = False
    time_entry: int = 0


@dataclass(frozen=True, slots=True)
class TaxLevel:
    """The tax of one level, frozen when the invoice was closed. ``rate`` is a fraction."""

    level: int
    xref: str
    agency: str
    rate: Decimal
    tax: Decimal
    taxable: Decimal


@dataclass(frozen=True, slots=True)
class ReceivablePart:
    """A GL entry on the receivable account; an invoice has one for its revenue and one for its tax."""

    entry_id: int
    amount: Decimal


@dataclass(frozen=True, slots=True)
class Invoice:
    """A closed invoice. ``id`` is Manage's billingLogId. Accounts and tax are those it was closed with."""

    id: int
    number: str
    invoice_type: str
    company_id: int
    location_id: int
    department_id: int
    invoice_date: date
    due_date: date
    due_days: int
    terms_id: int
    currency: str
    tax_code_id: int  # 0: none
    account: str  # receivable
    receivable: tuple[ReceivablePart, ...]
    lines: tuple[Line, ...]
    levels: tuple[TaxLevel, ...]
    closed_at: datetime
    closed_by: str
    memo: str = ""
    description: str = ""
    customer_po: str = ""
    agreement: str = ""
    prepayment: bool = False
    avalara: bool = False
    has_entries: bool = True  # False: closed while no GL mapping covered it
    unbatched_from: int = 0
    unbatched_name: str = ""

    @property
    def row_id(self) -> int:
        """The GL entry id that the list of unposted invoices shows: the first line's."""
        return self.lines[0].entry_id

    @property
    def subtotal(self) -> Decimal:
        """Sum of the lines before tax."""
        return total(line.amount for line in self.lines if line.gl_type != "ST")

    @property
    def sales_tax(self) -> Decimal:
        """Sum of the tax lines."""
        return total(line.amount for line in self.lines if line.gl_type == "ST")

    @property
    def total(self) -> Decimal:
        """What the customer owes; negative on a credit memo."""
        return total(line.amount for line in self.lines)

    @property
    def taxable_total(self) -> Decimal:
        """Sum of the taxable lines."""
        return total(line.amount for line in self.lines if line.taxable)

    @property
    def is_credit(self) -> bool:
        """Whether it is a credit memo."""
        return self.invoice_type == "CreditMemo"

    @property
    def entry_ids(self) -> tuple[int, ...]:
        """Every GL entry it has."""
        if not self.has_entries:
            return ()
        return (*(part.entry_id for part in self.receivable), *(line.entry_id for line in self.lines))


@dataclass(frozen=True, slots=True)
class Payment:
    """A payment of an invoice, ``amount`` positive. ``credit_id``: the credit memo it was applied from.

    ``source``: ``Default``, or ``WisePay`` for the vendor's own product. ``day`` None: somebody cleared the date.
    """

    id: int
    invoice_id: int
    amount: Decimal
    day: date | None
    type: str = "P"
    source: str = "Default"
    credit_id: int = 0
    applied_by: str = ""

    @property
    def is_plain(self) -> bool:
        """Whether it is an ordinary payment, of which the API takes one per invoice."""
        return self.source == "Default" and not self.credit_id

    def numbered(self, number: int) -> Payment:
        """Return it with this id."""
        return replace(self, id=number)


@dataclass(frozen=True, slots=True)
class GlEntry:
    """Where a GL entry belongs: its kind (``invoice``) and the id of its document."""

    id: int
    kind: str
    document_id: int


@dataclass(slots=True)
class Batch:
    """An accounting batch and the GL entries in it, in the order they were given."""

    id: int
    identifier: str
    invoices: bool
    expenses: bool
    products: bool
    closed: bool = False
    entry_ids: list[int] = field(default_factory=list)

"""What Manage says, as typed values: unposted rows, the GL export, masters.

Field meanings and traps are in the API's documentation of each record; texts are stripped, numbers are ``Decimal``,
dates are the calendar date as written (never converted between zones). Absent and null are the same: empty text,
``None`` date, zero amount.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from xlpy.domain.facts.manage_expenses import Member
from xlpy.domain.facts.manage_procurement import AdjustmentRecord, UnitOfMeasure, Warehouse
from xlpy.domain.values.refs import NO_REF, ExportTaxLevel, Ref

__all__ = ["NO_REF", "ExportTaxLevel", "Ref"]  # shared records, also found here
INVENTORY = "Inventory"  # the product class that makes cost of goods


@dataclass(frozen=True, slots=True)
class UnpostedInvoice:
    """A row of ``GET /finance/accounting/unpostedinvoices``. Amounts as Manage shows them."""

    id: int  # GL entry id, not what the export takes
    billing_log_id: int  # what the export takes, and the id of the transaction
    number: str
    invoice_type: str
    invoice_date: date | None
    due_date: date | None
    company: Ref
    bill_to: Ref
    account_number: str
    location_id: int
    location: str
    terms: Ref
    tax_code: Ref
    currency: str
    decimals: int
    subtotal: Decimal
    sales_tax: Decimal
    total: Decimal
    avalara: bool = False
    description: str = ""

    @property
    def is_credit(self) -> bool:
        """Whether it is a credit memo."""
        return self.invoice_type == "CreditMemo"


@dataclass(frozen=True, slots=True)
class ExportLine:
    """A ``detail`` line of an exported invoice, in Manage's own signs (credits negative on an invoice)."""

    id: int
    gl_type: str
    account_number: str
    gl_class: str
    description: str
    memo: str
    quantity: Decimal
    item_price: Decimal
    total: Decimal
    cost: Decimal
    cost_account: str
    inventory_account: str
    item: Ref = NO_REF
    item_description: str = ""
    unit: str = ""
    drop_shipped: bool = False

    @property
    def is_tax(self) -> bool:
        """Whether this is a sales tax line (GL type ST)."""
        return self.gl_type == "ST"


@dataclass(frozen=True, slots=True)
class ExportInvoice:
    """One of ``GLExport.transactions``, in Manage's own signs: header positive, lines negative on an invoice."""

    id: int  # billingLogId
    document_type: str  # INVOICE or CREDIT MEMO
    billing_type: str
    number: str
    document_date: date | None
    due_date: date | None
    due_days: int | None
    description: str
    memo: str
    company: Ref
    company_account_number: str
    terms: Ref
    terms_xref: str
    account_number: str  # the receivable account
    entry_ids: tuple[int, ...]  # glEntryIds only; see all_entry_ids
    currency: str
    total: Decimal
    sales_tax: Decimal
    tax_code: Ref
    tax_levels: tuple[ExportTaxLevel, ...]
    lines: tuple[ExportLine, ...]
    tax_account_number: str = ""
    customer_po: str = ""
    avalara: bool = False
    prepayment: bool = False

    @property
    def all_entry_ids(self) -> tuple[int, ...]:
        """Every GL entry id to mark: ``glEntryIds`` and every line's id, tax lines too, sorted, once each."""
        return tuple(sorted({*self.entry_ids, *(line.id for line in self.lines if line.id)}))


@dataclass(frozen=True, slots=True)
class ManageCompany:
    """A company with what a new SL customer or vendor needs. ``country`` is the two-letter code when known."""

    id: int
    identifier: str
    name: str
    account_number: str = ""
    vendor_identifier: str = ""
    address1: str = ""
    address2: str = ""
    city: str = ""
    state: str = ""
    zip: str = ""
    country: str = ""
    phone: str = ""
    fax: str = ""
    email: str = ""
    contact: str = ""
    terms: Ref = NO_REF
    tax_code: Ref = NO_REF
    currency: str = ""
    bill_to: Ref = NO_REF
    deleted: bool = False


@dataclass(frozen=True, slots=True)
class TaxCodeLevel:
    """A level of a Manage tax code. ``rate`` is a fraction (0.06 = 6 %) when ``rate_type`` is Percent."""

    level: int
    rate: Decimal
    rate_type: str
    caption: str
    tax_code_xref: str
    agency_xref: str


@dataclass(frozen=True, slots=True)
class TaxCode:
    """A Manage tax code: ``identifier`` is the SL tax group."""

    id: int
    identifier: str
    description: str = ""
    levels: tuple[TaxCodeLevel, ...] = ()


@dataclass(frozen=True, slots=True)
class BillingTerms:
    """Billing terms: ``xref`` should be the SL terms id."""

    id: int
    name: str
    due_days: int
    xref: str


@dataclass(frozen=True, slots=True)
class GlSegments:
    """Which positions of a colon-joined account text are Account-type segments (zero based), in order."""

    account_positions: tuple[int, ...] = (0, 1)
    captions: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class PackageSetup:
    """The accounting package options of Manage that matter here."""

    identifier: str
    include_sales_tax: bool
    transfer_expenses_as_bill: bool
    inventory_soh: bool
    include_cogs: bool
    include_cogs_drop_ship: bool


@dataclass(frozen=True, slots=True)
class CatalogItem:
    """A product of the catalog; ``product_class`` ``INVENTORY`` makes cost of goods."""

    id: int
    identifier: str
    description: str = ""
    product_class: str = ""
    integration_xref: str = ""
    unit: Ref = NO_REF
    serialized: bool = False


@dataclass(frozen=True, slots=True)
class ManageMasters:
    """The masters of Manage that a plan needs, by id. ``gl_accounts``: the colon-joined texts it knows."""

    package: PackageSetup
    segments: GlSegments = GlSegments()
    gl_accounts: frozenset[str] = frozenset()
    companies: Mapping[int, ManageCompany] = field(default_factory=dict)
    tax_codes: Mapping[int, TaxCode] = field(default_factory=dict)
    terms: Mapping[int, BillingTerms] = field(default_factory=dict)
    catalog: Mapping[int, CatalogItem] = field(default_factory=dict)
    decimals: Mapping[str, int] = field(default_factory=dict)  # by currency code
    members: Mapping[int, Member] = field(default_factory=dict)
    warehouses: Mapping[int, Warehouse] = field(default_factory=dict)
    units: Mapping[int, UnitOfMeasure] = field(default_factory=dict)
    adjustments: Mapping[int, AdjustmentRecord] = field(default_factory=dict)

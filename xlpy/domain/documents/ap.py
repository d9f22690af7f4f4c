"""SL documents of payables, journals and inventory as the plan holds them. See ``documents`` for the conventions."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from xlpy.domain.documents.ar import RateUsed, TaxPosting, TaxSlot
from xlpy.domain.values.transactions import TransactionKey


@dataclass(frozen=True, slots=True)
class ApLine:
    """An APTran line, ``cury_amount``/``amount`` negative for a line against the document's side."""

    acct: str
    sub: str
    cury_amount: Decimal
    amount: Decimal
    quantity: Decimal
    cury_unit_price: Decimal
    unit_price: Decimal
    unit: str
    descr: str
    invt_id: str = ""
    transaction: TransactionKey | None = None  # of a voucher of several expenses: whose line it is


@dataclass(frozen=True, slots=True)
class ApDocument:
    """An unreleased voucher (VO) or debit adjustment (AD), screen 03010. Its RefNbr is given when it is written.

    ``transactions``: one receipt, or every expense of the voucher; they live and die together.
    """

    transactions: tuple[TransactionKey, ...]
    doc_type: str
    vend_id: str
    doc_date: date
    due_date: date
    disc_date: date
    terms: str
    rate: RateUsed
    ap_acct: str
    ap_sub: str
    cury_total: Decimal
    total: Decimal
    cury_discount: Decimal
    discount: Decimal
    invc_nbr: str  # at most 15
    invc_date: date
    taxes: tuple[TaxSlot, ...]
    tax_postings: tuple[TaxPosting, ...]
    lines: tuple[ApLine, ...]
    descr: str
    base_difference: Decimal = Decimal(0)

    @property
    def sign(self) -> int:
        """+1 for a voucher, -1 for a debit adjustment."""
        return -1 if self.doc_type == "AD" else 1


@dataclass(frozen=True, slots=True)
class ApBatch:
    """One SL batch of screen 03010: one period, one currency."""

    number: int
    per_post: str
    currency: str
    batch_date: date
    descr: str
    documents: tuple[ApDocument, ...]
    module: str = "AP"


@dataclass(frozen=True, slots=True)
class GlLine:
    """A GLTran line in base currency: one of ``debit`` and ``credit`` is 0, both are >= 0."""

    acct: str
    sub: str
    debit: Decimal
    credit: Decimal
    descr: str
    ref_nbr: str = ""
    ext_ref_nbr: str = ""
    party: str = ""  # GLTran.Id: customer or vendor id
    quantity: Decimal = Decimal(0)


@dataclass(frozen=True, slots=True)
class GlJournal:
    """A journal of screen 01010: the cost of an invoice (``part`` cost) or an expense (``part`` document)."""

    transactions: tuple[TransactionKey, ...]
    part: str
    journal_date: date
    lines: tuple[GlLine, ...]
    descr: str

    @property
    def total(self) -> Decimal:
        """Sum of the debits, base currency."""
        return sum((line.debit for line in self.lines), Decimal(0))


@dataclass(frozen=True, slots=True)
class GlBatch:
    """One SL batch of screen 01010, base currency. Usually one journal; the profile may join a run's cost journals."""

    number: int
    per_post: str
    batch_date: date
    descr: str
    journals: tuple[GlJournal, ...]
    module: str = "GL"


@dataclass(frozen=True, slots=True)
class InLine:
    """An INTran line. ``quantity``: of an adjustment signed, of a transfer positive, with the ``to_`` fields."""

    invt_id: str
    site_id: str
    whse_loc: str
    quantity: Decimal
    unit: str
    conversion: Decimal
    multiply_divide: str  # M or D: stock quantity = quantity × or / conversion
    unit_cost: Decimal
    amount: Decimal  # signed like quantity, base currency
    acct: str
    sub: str
    invt_acct: str
    invt_sub: str
    descr: str
    to_site_id: str = ""
    to_whse_loc: str = ""


@dataclass(frozen=True, slots=True)
class InDocument:
    """An adjustment (``tran_type`` AJ, screen 10030) or a one-step transfer (TR, screen 10040)."""

    transactions: tuple[TransactionKey, ...]
    tran_type: str
    tran_date: date
    ref_nbr: str  # of adjustments; a transfer's number is given when it is written
    lines: tuple[InLine, ...]
    descr: str


@dataclass(frozen=True, slots=True)
class InBatch:
    """One SL batch of screen 10030 (all adjustments of a period) or 10040 (one transfer)."""

    number: int
    per_post: str
    batch_date: date
    descr: str
    documents: tuple[InDocument, ...]
    module: str = "IN"

    @property
    def screen(self) -> str:
        """10030 or 10040."""
        return "10040" if self.documents and self.documents[0].tran_type == "TR" else "10030"


@dataclass(frozen=True, slots=True)
class NewVendor:
    """A vendor to be created (screen 03270) with its class's defaults."""

    vend_id: str
    name: str
    class_id: str
    ap_acct: str
    ap_sub: str
    exp_acct: str
    exp_sub: str
    ppay_acct: str
    ppay_sub: str
    terms: str
    currency: str
    address1: str = ""
    address2: str = ""
    city: str = ""
    state: str = ""
    zip: str = ""
    country: str = ""
    phone: str = ""
    fax: str = ""
    email: str = ""
    attention: str = ""
    needed_by: tuple[TransactionKey, ...] = ()


@dataclass(frozen=True, slots=True)
class NewItem:
    """An inventory item to be created (screen 10250): Inventory, InventoryADG and a unit row where missing."""

    invt_id: str
    descr: str
    class_id: str
    stock: bool
    valuation: str  # ValMthd
    stock_unit: str
    invt_acct: str
    invt_sub: str
    cogs_acct: str
    cogs_sub: str
    sales_acct: str
    sales_sub: str
    default_site: str = ""
    tax_category: str = ""
    needed_by: tuple[TransactionKey, ...] = ()


@dataclass(frozen=True, slots=True)
class PayablesPlan:
    """The part of a plan beyond invoices; ``Plan.payables``."""

    vendors: tuple[NewVendor, ...] = ()
    items: tuple[NewItem, ...] = ()
    ap_batches: tuple[ApBatch, ...] = ()
    gl_batches: tuple[GlBatch, ...] = ()
    in_batches: tuple[InBatch, ...] = field(default=())
    base_currency: str = ""  # of the GL and IN batches, whose amounts have no other

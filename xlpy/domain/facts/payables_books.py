"""What SL says for payables, journals and inventory: ``SlBooks.payables``. See ``books`` for the conventions."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal

from xlpy.domain.values.transactions import TransactionKey


@dataclass(frozen=True, slots=True)
class ApSetup:
    """APSetup."""

    per_nbr: str = ""
    curr_per_nbr: str = ""
    gl_post_opt: str = "D"
    default_class: str = ""
    ap_acct: str = ""
    ap_sub: str = ""
    exp_acct: str = ""
    exp_sub: str = ""
    ppay_acct: str = ""
    ppay_sub: str = ""
    terms: str = ""
    duplicate_check: bool = True
    set_up: bool = False


@dataclass(frozen=True, slots=True)
class InSetup:
    """INSetup."""

    per_nbr: str = ""
    curr_per_nbr: str = ""
    gl_post_opt: str = "D"
    update_gl: bool = True
    negative_stock: bool = False  # NegQty: SL allows stock below zero
    invt_acct: str = ""
    invt_sub: str = ""
    cogs_acct: str = ""
    cogs_sub: str = ""
    sales_acct: str = ""
    sales_sub: str = ""
    default_class: str = ""
    default_valuation: str = ""
    default_invt_type: str = ""
    default_source: str = ""
    quantity_decimals: int = 2
    cost_decimals: int = 2
    set_up: bool = False


@dataclass(frozen=True, slots=True)
class Vendor:
    """Vendor. Usable when ``status`` is A."""

    vend_id: str
    name: str
    status: str
    class_id: str
    ap_acct: str
    ap_sub: str
    exp_acct: str
    exp_sub: str
    terms: str
    currency: str
    rate_type: str
    pmt_method: str = ""
    vend_1099: bool = False


@dataclass(frozen=True, slots=True)
class VendorClass:
    """VendClass: defaults of a new vendor."""

    class_id: str
    ap_acct: str
    ap_sub: str
    exp_acct: str
    exp_sub: str
    ppay_acct: str
    ppay_sub: str
    terms: str


@dataclass(frozen=True, slots=True)
class Item:
    """Inventory: an item of SL."""

    invt_id: str
    descr: str
    tran_status: str  # AC active, IN, DE, OH, NP, NU
    stock: bool
    stock_unit: str
    class_id: str
    valuation: str
    invt_acct: str
    invt_sub: str
    cogs_acct: str
    cogs_sub: str
    lot_serial: str = "NN"


@dataclass(frozen=True, slots=True)
class ItemClass:
    """ProductClass: defaults of a new item."""

    class_id: str
    invt_acct: str
    invt_sub: str
    cogs_acct: str
    cogs_sub: str
    sales_acct: str
    sales_sub: str
    valuation: str
    stock_unit: str


@dataclass(frozen=True, slots=True)
class ItemSite:
    """ItemSite: an item at a site. ``quantity`` on hand in stock units."""

    invt_id: str
    site_id: str
    default_bin: str
    quantity: Decimal
    invt_acct: str = ""
    invt_sub: str = ""


@dataclass(frozen=True, slots=True)
class Bin:
    """LocTable: a bin of a site, with its flags."""

    site_id: str
    whse_loc: str
    receipts_valid: str = "Y"
    sales_valid: str = "Y"
    include_available: bool = True


@dataclass(frozen=True, slots=True)
class UnitConversion:
    """INUnit. ``unit_type`` 1 global, 2 class, 3 item: the higher one wins."""

    unit_type: str
    class_id: str
    invt_id: str
    from_unit: str
    to_unit: str
    factor: Decimal
    multiply_divide: str


@dataclass(frozen=True, slots=True)
class VendorInvoiceUse:
    """Another AP document of a vendor with that invoice number, not void."""

    vend_id: str
    invc_nbr: str
    doc_type: str
    ref_nbr: str
    bat_nbr: str
    posted_for: TransactionKey | None = None  # ours: the transaction that the posting ledger has it for


@dataclass(frozen=True, slots=True)
class PayablesBooks:
    """One reading of SL for payables and inventory. Keys are ``sl_key`` forms."""

    ap: ApSetup = ApSetup()
    inventory: InSetup = InSetup()
    ap_rate_type: str = ""  # CMSetup.APRtTpDflt
    vendors: Mapping[str, Vendor] = field(default_factory=dict)
    vendor_names: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    vendor_classes: Mapping[str, VendorClass] = field(default_factory=dict)
    vendor_invoices: Mapping[tuple[str, str], tuple[VendorInvoiceUse, ...]] = field(default_factory=dict)
    items: Mapping[str, Item] = field(default_factory=dict)
    item_classes: Mapping[str, ItemClass] = field(default_factory=dict)
    item_sites: Mapping[tuple[str, str], ItemSite] = field(default_factory=dict)
    on_hand: Mapping[tuple[str, str, str], Decimal] = field(
        default_factory=dict
    )  # item, site, bin → Location.QtyOnHand
    sites: Mapping[str, bool] = field(default_factory=dict)  # SiteId → of this company
    bins: Mapping[tuple[str, str], Bin] = field(default_factory=dict)
    units: tuple[UnitConversion, ...] = ()
    purchase_tax_accounts: Mapping[str, tuple[str, str]] = field(default_factory=dict)  # TaxId → PurTaxAcct, PurTaxSub


@dataclass(frozen=True, slots=True)
class PayablesNeeds:
    """What a set of transactions needs to know of SL for payables and inventory."""

    vendors: frozenset[str] = frozenset()
    vendor_names: frozenset[str] = frozenset()
    vendor_invoices: frozenset[tuple[str, str]] = frozenset()  # vendor id, invoice number
    items: frozenset[str] = frozenset()
    sites: frozenset[str] = frozenset()

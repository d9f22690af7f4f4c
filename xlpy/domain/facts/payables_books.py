"""What SL says for payables: ``SlBooks.payables``. See ``books`` for the conventions."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

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
class Vendor:
    """Vendor. Usable unless ``status`` is H (on hold)."""

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
    box_1099: str = ""  # DfltBox: the box of its lines


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
    """One reading of SL for payables. Keys are ``sl_key`` forms."""

    setup: ApSetup = ApSetup()
    rate_type: str = ""  # CMSetup.APRtTpDflt
    vendors: Mapping[str, Vendor] = field(default_factory=dict)
    vendor_names: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    vendor_classes: Mapping[str, VendorClass] = field(default_factory=dict)
    vendor_invoices: Mapping[tuple[str, str], tuple[VendorInvoiceUse, ...]] = field(default_factory=dict)
    purchase_tax_accounts: Mapping[str, tuple[str, str]] = field(default_factory=dict)  # TaxId → PurTaxAcct, PurTaxSub


@dataclass(frozen=True, slots=True)
class PayablesNeeds:
    """What a set of transactions needs to know of SL for payables."""

    vendors: frozenset[str] = frozenset()
    vendor_names: frozenset[str] = frozenset()
    vendor_invoices: frozenset[tuple[str, str]] = frozenset()  # vendor id, invoice number

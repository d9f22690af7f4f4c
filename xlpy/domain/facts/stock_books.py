"""What SL says for inventory: ``SlBooks.stock``. See ``books`` for the conventions."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal


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
    standard_cost: Decimal = Decimal(0)


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
    total_cost: Decimal = Decimal(0)  # of all that is on hand


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
class StockBooks:
    """One reading of SL for inventory. Keys are ``sl_key`` forms."""

    setup: InSetup = InSetup()
    items: Mapping[str, Item] = field(default_factory=dict)
    item_classes: Mapping[str, ItemClass] = field(default_factory=dict)
    item_sites: Mapping[tuple[str, str], ItemSite] = field(default_factory=dict)
    on_hand: Mapping[tuple[str, str, str], Decimal] = field(
        default_factory=dict
    )  # item, site, bin → Location.QtyOnHand
    sites: Mapping[str, bool] = field(default_factory=dict)  # SiteId → of this company
    bins: Mapping[tuple[str, str], Bin] = field(default_factory=dict)
    units: tuple[UnitConversion, ...] = ()


@dataclass(frozen=True, slots=True)
class StockNeeds:
    """What a set of transactions needs to know of SL for inventory."""

    items: frozenset[str] = frozenset()
    sites: frozenset[str] = frozenset()

"""Inventory documents as the plan holds them, in base currency. See ``shared`` for the conventions."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from xlpy.domain.documents.shared import SlBatch
from xlpy.domain.values.transactions import TransactionKey

ADJUSTED, MOVED = "AJ", "TR"  # SL: INTran.TranType


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
    """An adjustment (``tran_type`` AJ, screen 10030) or a one-step transfer (TR, screen 10040).

    ``user_fields``: User columns of its lines by a firm's own rule, sorted.
    """

    transactions: tuple[TransactionKey, ...]
    tran_type: str
    tran_date: date
    ref_nbr: str  # of adjustments; a transfer's number is given when it is written
    lines: tuple[InLine, ...]
    descr: str
    hold: bool = False
    user_fields: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class InBatch(SlBatch):
    """One SL batch of screen 10030 (all adjustments of a period) or 10040 (one transfer)."""

    documents: tuple[InDocument, ...]
    module: str = "IN"

    @property
    def screen(self) -> str:
        """10030 or 10040."""
        return "10040" if self.documents and self.documents[0].tran_type == MOVED else "10030"


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
class InventoryPart:
    """What a plan writes to Inventory: items to be created, and SL batches."""

    items: tuple[NewItem, ...] = ()
    batches: tuple[InBatch, ...] = ()

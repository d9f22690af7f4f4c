"""What Manage says of procurement: item receipts, inventory adjustments and transfers. See ``manage_records``."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from xlpy.domain.values.refs import NO_REF, ExportTaxLevel, Ref


@dataclass(frozen=True, slots=True)
class UnpostedProcurement:
    """All rows of ``unpostedprocurement`` that share one ``unposted_product_id``; ``entry_ids``: their GL entry ids."""

    unposted_product_id: str
    entry_ids: tuple[int, ...]
    kind: str  # Purchase, Adjustment, Transfer
    description: str
    location_id: int
    purchase_order: Ref
    document_date: date | None  # purchaseDate, else dateClosed
    vendor: Ref
    vendor_account_number: str
    vendor_invoice_number: str
    vendor_invoice_date: date | None
    currency: str
    decimals: int
    total: Decimal
    location: str = ""
    tracking_number: str = ""
    terms: Ref = NO_REF
    tax_code: Ref = NO_REF
    avalara: bool = False


@dataclass(frozen=True, slots=True)
class ExportPurchaseLine:
    """A ``purchaseDetail``, in Manage's own signs: for a receipt ``total`` and ``quantity`` are negative.

    ``gl_type`` PF is freight. ``account_number`` is the product's revenue account: never posted to, but for PF.
    """

    id: int
    gl_type: str
    line_number: int
    account_number: str
    inventory_account: str
    cost_account: str
    memo: str
    quantity: Decimal
    item_cost: Decimal
    cost: Decimal
    total: Decimal
    item: Ref = NO_REF
    item_description: str = ""
    unit: Ref = NO_REF
    unit_xref: str = ""
    bin: Ref = NO_REF
    location_xref: str = ""
    drop_shipped: bool = False
    taxable: bool | None = None  # None: Manage does not say

    @property
    def is_freight(self) -> bool:
        """Whether this is the freight line."""
        return self.gl_type == "PF"


@dataclass(frozen=True, slots=True)
class ExportPurchaseTax:
    """A ``purchaseDetailTax`` line; negative for a receipt."""

    id: int
    gl_type: str
    account_number: str
    memo: str
    total: Decimal
    rate: Decimal = Decimal(0)


@dataclass(frozen=True, slots=True)
class ExportPurchase:
    """One of ``GLExport.purchaseTransactions``: a receipt; ``total`` positive, negative for a return."""

    id: str
    document_number: str  # the purchase order's number
    document_date: date | None
    purchase_date: date | None
    packing_slip: str
    company: Ref
    vendor_number: str
    vendor_invoice_number: str
    vendor_invoice_date: date | None
    ap_account_number: str
    terms: Ref
    terms_xref: str
    due_days: int | None
    currency: str
    total: Decimal
    freight: Decimal
    tax_code: Ref
    tax_levels: tuple[ExportTaxLevel, ...]
    lines: tuple[ExportPurchaseLine, ...]
    taxes: tuple[ExportPurchaseTax, ...]
    drop_ship: bool = False
    avalara: bool = False

    @property
    def all_entry_ids(self) -> tuple[int, ...]:
        """Every line's and tax line's id, freight too, sorted, once each."""
        return tuple(sorted({i for i in (*(x.id for x in self.lines), *(x.id for x in self.taxes)) if i}))


@dataclass(frozen=True, slots=True)
class ExportAdjustmentLine:
    """An ``adjustmentDetail``: the sign of ``quantity`` is inverted (negative = stock goes up)."""

    entry_id: int  # glEntryRecID of newer servers, else 0
    item: Ref
    quantity: Decimal
    cost: Decimal
    total: Decimal
    account_number: str
    inventory_account: str
    description: str
    memo: str


@dataclass(frozen=True, slots=True)
class ExportAdjustment:
    """One of ``GLExport.adjustmentTransactions``; ``adjustment_id`` is the number in front of its description."""

    id: str
    adjustment_id: int
    document_date: date | None
    account_number: str
    description: str
    memo: str
    lines: tuple[ExportAdjustmentLine, ...]

    @property
    def all_entry_ids(self) -> tuple[int, ...]:
        """Every line's GL entry id that the server tells; older servers tell none."""
        return tuple(sorted({line.entry_id for line in self.lines if line.entry_id}))


@dataclass(frozen=True, slots=True)
class ExportTransfer:
    """One of ``GLExport.inventoryTransfers`` (an item moved); values and signs are unverified, sizes are used."""

    id: str
    transfer_id: int
    document_date: date | None
    item: Ref
    quantity: Decimal
    cost: Decimal
    total: Decimal
    unit: Ref
    unit_xref: str
    account_number: str
    inventory_account: str
    from_bin: Ref
    from_location_xref: str
    to_bin: Ref
    to_location_xref: str
    offset_id: int
    offset_account: str
    memo: str = ""
    description: str = ""
    offset_total: Decimal = Decimal(0)

    @property
    def all_entry_ids(self) -> tuple[int, ...]:
        """The offset's GL entry id; unverified. Its own is not in the export, only in the unposted row."""
        return (self.offset_id,) if self.offset_id else ()


@dataclass(frozen=True, slots=True)
class ExportedProcurement:
    """The procurement of an export: receipts, inventory adjustments, transfers (one per item moved)."""

    purchases: tuple[ExportPurchase, ...] = ()
    adjustments: tuple[ExportAdjustment, ...] = ()
    transfers: tuple[ExportTransfer, ...] = ()


@dataclass(frozen=True, slots=True)
class AdjustmentRecordLine:
    """A detail of ``/procurement/adjustments/{id}``: ``quantity`` negative = stock goes down."""

    item: Ref
    quantity: Decimal
    unit_cost: Decimal
    warehouse: Ref
    bin: Ref
    serial_number: str = ""


@dataclass(frozen=True, slots=True)
class AdjustmentRecord:
    """An inventory adjustment of Manage."""

    id: int
    identifier: str
    reason: str
    lines: tuple[AdjustmentRecordLine, ...]


@dataclass(frozen=True, slots=True)
class Warehouse:
    """A warehouse: ``location_xref`` is the SL site id."""

    id: int
    name: str
    location_xref: str = ""


@dataclass(frozen=True, slots=True)
class StockOnHand:
    """What Manage has of an inventory product now, over all bins; ``cost``: of one piece, as its catalog has it."""

    id: int
    identifier: str
    quantity: Decimal
    cost: Decimal
    xref: str = ""

    @property
    def value(self) -> Decimal:
        """Quantity × cost, not rounded. Manage's own costing of what is on hand is not published."""
        return self.quantity * self.cost


@dataclass(frozen=True, slots=True)
class UnitOfMeasure:
    """A unit: ``xref`` is the SL unit (uomScheduleXref)."""

    id: int
    name: str
    xref: str = ""

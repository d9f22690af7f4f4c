"""Making purchase orders, receipts, adjustments and transfers of the demo firm, the same ones for the same seed.

Every amount is exact: a line is quantity × unit cost to the cent, a level's tax its taxable × rate rounded half up.
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from itertools import islice

from xlpy.demo import firm
from xlpy.demo.site.catalog import CATALOG_BY_ID
from xlpy.demo.site.masters import DEPARTMENT_IDS, tax_rate
from xlpy.demo.site.payables_masters import (
    ADJUSTMENTS,
    COST_OF_GOODS,
    FREIGHT,
    IN_TRANSIT,
    INVENTORY,
    NON_STOCK,
    PAYABLE,
    PURCHASE_TAX,
    location_of_warehouse,
    warehouse_of_bin,
)
from xlpy.demo.site.payables_records import (
    Adjustment,
    AdjustmentLine,
    OrderLine,
    ProcurementDocument,
    PurchaseOrder,
    Receipt,
    ReceiptLine,
    ReceiptTax,
    Transfer,
    TransferLine,
)
from xlpy.demo.site.records import TaxLevel
from xlpy.demo.site.store import Site
from xlpy.domain.values.money import round_money, total

FIRST_ORDER_ID = 77
FIRST_ADJUSTMENT_ID = 12
FIRST_TRANSFER_ID = 58
EACH, BOX = firm.UNITS
_HARDWARE = DEPARTMENT_IDS["300"]
_TAMPA_MAIN, _SHELF, _VAN, _ORLANDO_MAIN = firm.BINS
_BLUE, _CABLE, _EURO, _EAGLE = firm.VENDORS
_ITEMS = {item.identifier: item for item in firm.ITEMS}
_ACME = next(c.manage_id for c in firm.CUSTOMERS if c.identifier == "Acme")
_REASONS = ("Cycle count", "Found on the shelf", "Damaged in the van")


@dataclass(frozen=True, slots=True)
class _Want:
    """An order line: so many of an item."""

    item: str
    quantity: int
    unit_cost: Decimal | None = None  # None: the item's cost
    unit: int = EACH
    taxable: bool = False


class _Buyer:
    """The purchasing desk: writes orders and receives them, each with the next number."""

    def __init__(self, site: Site, seed: int) -> None:
        self.site = site
        self.random = random.Random(f"procurement {seed}")
        self._receipts = 0
        self._adjustments = FIRST_ADJUSTMENT_ID
        self._transfers = FIRST_TRANSFER_ID

    def order(
        self,
        vendor: firm.FirmVendor,
        on: date,
        *wants: _Want,
        bin_id: int = _TAMPA_MAIN,
        tax: str = "",
        ship_to: int = 0,
    ) -> PurchaseOrder:
        """Write a purchase order and keep it."""
        terms = next(t for t in firm.TERMS if t.sl_id == vendor.terms)
        warehouse = warehouse_of_bin(bin_id)
        number = FIRST_ORDER_ID + len(self.site.records.orders)
        lines = tuple(
            OrderLine(
                line_number,
                _ITEMS[want.item].manage_id,
                Decimal(want.quantity),
                want.unit,
                _ITEMS[want.item].cost if want.unit_cost is None else want.unit_cost,
                bin_id,
                want.taxable,
            )
            for line_number, want in enumerate(wants, start=1)
        )
        order = PurchaseOrder(
            id=number,
            number=f"PO-{number:04d}",
            vendor_id=vendor.manage_id,
            location_id=location_of_warehouse(warehouse),
            department_id=_HARDWARE,
            warehouse_id=warehouse,
            day=on,
            terms_id=terms.manage_id,
            due_days=terms.days,
            currency=vendor.currency,
            lines=lines,
            tax_code_id=next((c.manage_id for c in firm.TAX_CODES if c.code == tax), 0),
            customer_id=ship_to,
        )
        self.site.records.orders[order.id] = order
        return order

    def receive(
        self,
        order: PurchaseOrder,
        on: date,
        slip: str,
        *,
        invoice: str = "",
        quantities: Mapping[int, int] | None = None,
        freight: Decimal = Decimal(0),
    ) -> Receipt:
        """Receive an order, or ``quantities`` by line number of it; negative ones go back to the vendor."""
        self._receipts += 1
        wanted = {line.number: int(line.quantity) for line in order.lines} if quantities is None else quantities
        lines = [_received(order, line, Decimal(wanted[line.number])) for line in order.lines if line.number in wanted]
        if freight:
            lines.append(_freight(len(order.lines) + 1, freight))
        base = total(line.amount for line in lines if line.taxable)
        return Receipt(
            id=self._receipts,
            order_id=order.id,
            location_id=order.location_id,
            packing_slip=slip,
            day=on,
            account=PAYABLE,
            vendor_invoice_number=invoice,
            vendor_invoice_date=on - timedelta(days=1) if invoice else None,
            lines=tuple(lines),
            taxes=_taxes(order.tax_code_id, base),
            closed_at=_closing(on),
        )

    def adjust(self, on: date, reason: str, *counts: tuple[str, int], bin_id: int = _TAMPA_MAIN) -> Adjustment:
        """Correct the stock of a bin by so many of each item."""
        self._adjustments += 1
        lines = tuple(
            AdjustmentLine(
                _ITEMS[item].manage_id,
                Decimal(quantity),
                _ITEMS[item].cost,
                round_money(_ITEMS[item].cost * quantity, 2),
                bin_id,
                INVENTORY,
                COST_OF_GOODS,
                _revenue(location_of_warehouse(warehouse_of_bin(bin_id))),
            )
            for item, quantity in counts
        )
        location = location_of_warehouse(warehouse_of_bin(bin_id))
        return Adjustment(self._adjustments - 1, reason, location, _HARDWARE, on, ADJUSTMENTS, lines, _closing(on))

    def move(self, on: date, memo: str, *moves: tuple[str, int], source: int, target: int) -> Transfer:
        """Move items from one bin to another."""
        self._transfers += 1
        lines = tuple(
            TransferLine(
                _ITEMS[item].manage_id,
                Decimal(quantity),
                EACH,
                _ITEMS[item].cost,
                round_money(_ITEMS[item].cost * quantity, 2),
                source,
                target,
                INVENTORY,
                IN_TRANSIT,
            )
            for item, quantity in moves
        )
        location = location_of_warehouse(warehouse_of_bin(source))
        return Transfer(self._transfers - 1, memo, location, _HARDWARE, on, lines, _closing(on))


def add_procurement(site: Site, *, seed: int, count: int, mistakes: bool, september: bool) -> None:
    """Add ``count`` receipts, adjustments and transfers; some 14 are enough to have one of everything.

    ``mistakes``: a vendor's invoice number is typed for two receipts, and the vendor without Vendor XRef goes on
    delivering. ``september``: one receipt is of the closed period.
    """
    for document in islice(_documents(_Buyer(site, seed), mistakes=mistakes, september=september), count):
        match document:
            case Receipt():
                site.add_receipt(document)
            case Adjustment():
                site.add_adjustment(document)
            case Transfer():
                site.add_transfer(document)


def _documents(buyer: _Buyer, *, mistakes: bool, september: bool) -> Iterator[ProcurementDocument]:
    yield from _partly_received(buyer)
    yield from _stock_moves(buyer)
    if mistakes:
        late = buyer.order(_BLUE, _october(19), _Want("LIC365", 5))
        yield buyer.receive(late, _october(21), "PS140", invoice=firm.DOUBLE_VENDOR_INVOICE)
    yield from _other_receipts(buyer)
    if september:
        old = buyer.order(_BLUE, date(2026, 9, 21), _Want("UPS1500", 1))
        yield buyer.receive(old, date(2026, 9, 29), "PS099", invoice="BL-5102")
    while True:
        yield _usual(buyer)


def _partly_received(buyer: _Buyer) -> Iterator[Receipt]:
    mixed = buyer.order(
        _BLUE,
        _october(2),
        _Want("PATCH10", 80, taxable=True),
        _Want("LIC365", 10),
        _Want("ONSITE", 1, Decimal("60.00")),
        tax="FL-HILL",
    )
    first = {1: 50, 2: 10}
    yield buyer.receive(
        mixed, _october(6), "PS118", invoice=firm.DOUBLE_VENDOR_INVOICE, quantities=first, freight=Decimal("18.50")
    )
    yield buyer.receive(mixed, _october(9), "PS121", invoice="BL-5560", quantities={1: 30, 3: 1})
    yield buyer.receive(mixed, _october(16), "RMA-77", invoice="BL-5560-CR", quantities={1: -10})
    without_slip = buyer.order(_EAGLE, _october(5), _Want("UPS1500", 8))
    yield buyer.receive(without_slip, _october(12), "", quantities={1: 4})


def _stock_moves(buyer: _Buyer) -> Iterator[Adjustment | Transfer]:
    yield buyer.adjust(_october(19), "Cycle count", ("PATCH10", 10))
    yield buyer.adjust(_october(20), "Damaged, and found", ("SWITCH24", -2), ("PATCH10", 5))
    yield buyer.move(_october(22), "For the Orlando crew", ("PATCH10", 20), source=_TAMPA_MAIN, target=_ORLANDO_MAIN)
    yield buyer.move(_october(23), "Van stock", ("PATCH10", 4), ("SWITCH24", 1), source=_TAMPA_MAIN, target=_VAN)


def _other_receipts(buyer: _Buyer) -> Iterator[ProcurementDocument]:
    boxes = buyer.order(_CABLE, _october(7), _Want("PATCH10", 3, Decimal("12.00"), unit=BOX))
    yield buyer.receive(boxes, _october(13), "CW/7-1", invoice="CW-2026-10-000441-A")
    abroad = buyer.order(_EURO, _october(8), _Want("SWITCH24", 5, Decimal("165.00")), _Want("LIC365", 20))
    yield buyer.receive(abroad, _october(19), "LS 4711", invoice="RE-20260417")
    direct = buyer.order(_BLUE, _october(12), _Want("UPS1500", 2), ship_to=_ACME)
    yield buyer.receive(direct, _october(15), "PS130", invoice="BL-5601", freight=Decimal("24.00"))
    docks = buyer.order(_BLUE, _october(14), _Want("DOCK-C", 6, taxable=True), bin_id=_ORLANDO_MAIN, tax="FL-ORNG")
    yield buyer.receive(docks, _october(26), "PS133", invoice="BL-5622")
    yield buyer.adjust(_october(27), "Found on the shelf", ("PATCH10", 3), bin_id=_ORLANDO_MAIN)
    later = buyer.order(_BLUE, _october(30), _Want("LIC365", 2))
    yield buyer.receive(later, date(2026, 11, 3), "PS150", invoice="BL-5701")


def _usual(buyer: _Buyer) -> ProcurementDocument:
    """Return an everyday document: mostly receipts, now and then a count or a move. Stock goes down by little."""
    dice = buyer.random
    on = _october(dice.randint(1, 31))
    roll = dice.random()
    if roll < 0.12:
        quantity = dice.choice((-2, -1, 3, 6))
        where = _SHELF if quantity > 0 else _TAMPA_MAIN
        return buyer.adjust(on, dice.choice(_REASONS), ("PATCH10", quantity), bin_id=where)
    if roll < 0.2:
        return buyer.move(on, "Van stock", ("PATCH10", dice.randint(1, 3)), source=_TAMPA_MAIN, target=_VAN)
    vendor = dice.choice((_BLUE, _BLUE, _EURO, _EAGLE))
    items = dice.sample(("PATCH10", "SWITCH24", "UPS1500", "LIC365"), dice.randint(1, 3))
    taxed = vendor is _BLUE and dice.random() < 0.4
    wants = (_Want(item, dice.randint(1, 12), taxable=taxed and item != "LIC365") for item in items)
    order = buyer.order(vendor, max(on - timedelta(days=5), _october(1)), *wants, tax="FL-HILL" if taxed else "")
    freight = Decimal(dice.randint(800, 4_000)).scaleb(-2) if dice.random() < 0.25 else Decimal(0)
    number = f"{vendor.vendor_id[:2]}-{order.id}{dice.randint(10, 99)}"
    return buyer.receive(order, on, f"P{order.id}", invoice=number, freight=freight)


def _received(order: PurchaseOrder, line: OrderLine, quantity: Decimal) -> ReceiptLine:
    item = CATALOG_BY_ID[line.item_id]
    return ReceiptLine(
        gl_type="RP",
        line_number=line.number,
        item_id=item.id,
        quantity=quantity,
        unit_id=line.unit_id,
        unit_cost=line.unit_cost,
        amount=round_money(line.unit_cost * quantity, 2),
        account=_revenue(order.location_id),
        inventory_account=INVENTORY,
        cost_account=COST_OF_GOODS if item.in_stock else NON_STOCK,
        bin_id=line.bin_id,
        memo=line.memo or item.description,
        taxable=line.taxable,
        drop_shipped=bool(order.customer_id),
    )


def _freight(line_number: int, amount: Decimal) -> ReceiptLine:
    one = Decimal(1)
    return ReceiptLine("PF", line_number, 0, one, 0, amount, amount, FREIGHT, "", "", 0, "Freight")


def _taxes(tax_code_id: int, base: Decimal) -> tuple[ReceiptTax, ...]:
    code = next((code for code in firm.TAX_CODES if code.manage_id == tax_code_id), None)
    if code is None or not base:
        return ()
    taxes = []
    for number, agency in enumerate(code.agencies, start=1):
        rate = tax_rate(agency)
        taxes.append(
            ReceiptTax(TaxLevel(number, code.code, agency, rate, round_money(base * rate, 2), base), PURCHASE_TAX)
        )
    return tuple(taxes)


def _revenue(location_id: int) -> str:
    return f"4200:300:{firm.LOCATIONS[location_id][1]}"


def _closing(on: date) -> datetime:
    return datetime(on.year, on.month, on.day, 16, 20, tzinfo=UTC)


def _october(day: int) -> date:
    return date(2026, 10, day)

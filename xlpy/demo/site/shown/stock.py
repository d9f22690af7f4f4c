"""What is on hand of a product, bin by bin: the opening stock and everything that has moved it since, posted or not."""

from __future__ import annotations

from collections import defaultdict
from decimal import Decimal

from xlpy.demo import firm
from xlpy.demo.site.catalog import CATALOG_BY_ID
from xlpy.demo.site.door.answers import Json, not_found
from xlpy.demo.site.payables_masters import bin_reference, main_bin, warehouse_of_bin, warehouse_reference
from xlpy.demo.site.store import Site

_BOX = next(number for number, (_, sl_unit) in firm.UNITS.items() if sl_unit == "BOX")


def stock_rows(site: Site, item_id: int) -> list[Json]:
    """Return a row per bin that holds, or held, the product. Raises ``Refusal`` (404) for an unknown one."""
    item = CATALOG_BY_ID.get(item_id)
    if item is None:
        raise not_found("CatalogItem", item_id)
    if not item.in_stock:
        return []
    return [
        {
            "id": item_id * 100 + bin_id,
            "catalogItem": {"id": item_id, "identifier": item.identifier},
            "warehouse": warehouse_reference(warehouse_of_bin(bin_id)),
            "warehouseBin": bin_reference(bin_id),
            "onHand": int(quantity),
        }
        for bin_id, quantity in sorted(_on_hand(site, item_id).items())
    ]


def _on_hand(site: Site, item_id: int) -> dict[int, Decimal]:
    """Add up by bin. What an invoice sells leaves the main bin of its location."""
    held: dict[int, Decimal] = defaultdict(Decimal)
    records = site.records
    if any(item.manage_id == item_id and item.in_sl for item in firm.ITEMS):
        for bin_id, (name, _, _) in firm.BINS.items():
            if name.startswith("Main"):
                held[bin_id] += firm.ON_HAND
    for receipt in records.receipts.values():
        for received in receipt.lines:
            if received.item_id == item_id and not received.drop_shipped:
                held[received.bin_id] += received.quantity * (firm.BOX_OF if received.unit_id == _BOX else 1)
    for adjustment in records.adjustments.values():
        for counted in adjustment.lines:
            if counted.item_id == item_id:
                held[counted.bin_id] += counted.quantity
    for transfer in records.transfers.values():
        for moved in transfer.lines:
            if moved.item_id == item_id:
                held[moved.from_bin] -= moved.quantity
                held[moved.to_bin] += moved.quantity
    for invoice in records.invoices.values():
        for sold in invoice.lines:
            if sold.item_id == item_id and sold.cost and not sold.drop_shipped:
                held[main_bin(invoice.location_id)] -= sold.quantity
    return held

"""The products that the demo firm sells and buys."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from xlpy.demo import firm
from xlpy.demo.site.door.answers import Json

INVENTORY_ITEM = 743
LAPTOP = 742


@dataclass(frozen=True, slots=True)
class CatalogRow:
    """A product of the catalog. ``gl_type``: AP for products of agreements, else RP. ``xref``: the item of SL."""

    id: int
    identifier: str
    description: str
    product_class: str
    price: Decimal
    unit: tuple[int, str] = (13, "Each")
    cost: Decimal = Decimal(0)
    xref: str = ""

    @property
    def gl_type(self) -> str:
        """The GL type of a line that sells it."""
        return "AP" if self.product_class == "Agreement" else "RP"

    @property
    def in_stock(self) -> bool:
        """Whether it is kept in stock, so that selling it has a cost."""
        return self.product_class == "Inventory"

    @property
    def type_text(self) -> str:
        """What the export calls its type (Manage API: ``itemTypeXref``; ``Inventory Part`` is unverified)."""
        return {"Inventory": "Inventory Part", "NonInventory": "Non-Inventory Part", "Service": "Service"}.get(
            self.product_class, "Other Charge"
        )


_OWN = (
    CatalogRow(740, "MS365BP", "Microsoft 365 Business Premium, user/month", "NonInventory", Decimal("22.00")),
    CatalogRow(741, "FW-60F", "Firewall 60F with one year of support", "NonInventory", Decimal("748.40")),
    CatalogRow(LAPTOP, "LAPTOP14", "Business laptop 14 in", "NonInventory", Decimal("1289.00")),
    CatalogRow(744, "SW-24P", "Switch, 24 ports, PoE", "Inventory", Decimal("615.25")),
    CatalogRow(745, "BACKUP-TB", "Cloud backup, TB/month", "Agreement", Decimal("48.60"), (15, "TB")),
    CatalogRow(746, "M-SERVER", "Managed server/month", "Agreement", Decimal("180.00")),
    CatalogRow(747, "INSTALL", "Installation, flat", "Service", Decimal("260.00")),
    CatalogRow(748, "KIT-DESK", "Desk kit: dock, two screens, keyboard", "Bundle", Decimal("740.00")),
)
_OF_THE_FIRM = tuple(
    CatalogRow(i.manage_id, i.identifier, i.descr, i.product_class, i.price, cost=i.cost, xref=i.xref)
    for i in firm.ITEMS
)
CATALOG = (*_OWN, *_OF_THE_FIRM)
CATALOG_BY_ID = {row.id: row for row in CATALOG}


def catalog_item(row: CatalogRow) -> Json:
    """Return a product as the API's catalog sends it."""
    record: Json = {
        "id": row.id,
        "identifier": row.identifier,
        "description": row.description,
        "inactiveFlag": False,
        "subcategory": {"id": 3, "name": "General"},
        "type": {"id": 2, "name": row.type_text},
        "productClass": row.product_class,
        "serializedFlag": False,
        "unitOfMeasure": {"id": row.unit[0], "name": row.unit[1]},
        "price": row.price,
        "cost": row.cost or row.price * Decimal("0.6"),
        "taxableFlag": True,
        "dropShipFlag": None,
        "customerDescription": row.description,
        "category": {"id": 9, "name": "Hardware" if row.gl_type == "RP" else "Agreements"},
    }
    if row.xref:
        record["integrationXRef"] = row.xref
    return record

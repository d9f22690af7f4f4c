"""What Manage has on hand: per inventory product, over all its bins. Source: Manage API, CatalogInventory."""

from __future__ import annotations

from xlpy.domain.facts.manage_procurement import StockOnHand
from xlpy.domain.values.money import total
from xlpy.manage.http.transport import Transport
from xlpy.manage.paging import Progress, read_list
from xlpy.manage.row import Row

_OF_STOCK = 'productClass="Inventory"'


def stock_on_hand(transport: Transport, progress: Progress | None = None) -> tuple[StockOnHand, ...]:
    """Return every inventory product with its quantity on hand, by id; inactive ones too, they may hold stock.

    One call for the products and one for each of them: no list of all quantities is published. ``progress``: done, of.
    """
    query = {"conditions": _OF_STOCK, "fields": "id,identifier,cost,integrationXRef,productClass"}
    products = [Row(data, "a product") for data in read_list(transport, "/procurement/catalog", params=query)]
    found: list[StockOnHand] = []
    for done, product in enumerate(products, start=1):
        bins = read_list(transport, f"/procurement/catalog/{product.id()}/inventory", params={"fields": "id,onHand"})
        found.append(
            StockOnHand(
                id=product.id(),
                identifier=product.text("identifier"),
                quantity=total(Row(data, "stock in a bin").amount("onHand") for data in bins),
                cost=product.amount("cost"),
                xref=product.text("integrationXRef"),
            )
        )
        if progress is not None:
            progress(done, len(products))
    return tuple(sorted(found, key=lambda one: one.id))

"""Reading what inventory has to know of SL: ``SlBooks.stock``.

The set-up row is always read, it is shown on Home; the rest only when a transaction needs it. The number of
statements does not grow with the number of transactions, but for one per thousand ids asked for.
"""

from __future__ import annotations

from collections.abc import Collection
from decimal import Decimal

from xlpy.domain.facts.books import sl_key
from xlpy.domain.facts.stock_books import Bin, Item, ItemClass, ItemSite, StockBooks, StockNeeds, UnitConversion
from xlpy.sl.connection.table_reader import TableReader
from xlpy.sl.reading.setup_rows import IN_COLUMNS, in_setup_of

OF_ALL_ITEMS = ("1", "2")  # INUnit.UnitType: global and product class; 3 is an item's own


def read_stock(reader: TableReader, cpny_id: str, needs: StockNeeds, *, whole: bool) -> StockBooks:
    """Read the set-up, and when ``whole`` items, stock, sites, bins and units as far as ``needs`` asks for them.

    Raises ``SlError`` when a table or column is not there.
    """
    setup = in_setup_of(reader.one("INSetup", IN_COLUMNS, SetupId="IN"))
    if not whole:
        return StockBooks(setup)
    return StockBooks(
        setup=setup,
        items=_items(reader, needs.items),
        item_classes=_item_classes(reader),
        item_sites=_item_sites(reader, needs.items),
        on_hand=_on_hand(reader, needs.items),
        sites={
            sl_key(row["siteid"]): sl_key(row["cpnyid"]) == sl_key(cpny_id)
            for row in reader.rows("Site", ("SiteId", "CpnyID"))
        },
        bins=_bins(reader, needs.sites),
        units=_units(reader, needs.items),
    )


def _items(reader: TableReader, needed: Collection[str]) -> dict[str, Item]:
    columns = (
        *("InvtID", "Descr", "TranStatusCode", "StkItem", "StkUnit", "ClassID", "ValMthd"),
        *("InvtAcct", "InvtSub", "COGSAcct", "COGSSub", "LotSerTrack", "StdCost"),
    )
    return {
        sl_key(row["invtid"]): Item(
            invt_id=row["invtid"],
            descr=row["descr"],
            tran_status=row["transtatuscode"],
            stock=row["stkitem"] == 1,
            stock_unit=row["stkunit"],
            class_id=row["classid"],
            valuation=row["valmthd"],
            invt_acct=row["invtacct"],
            invt_sub=row["invtsub"],
            cogs_acct=row["cogsacct"],
            cogs_sub=row["cogssub"],
            lot_serial=row["lotsertrack"],
            standard_cost=row["stdcost"],
        )
        for row in reader.rows_of("Inventory", columns, "InvtID", needed)
    }


def _item_classes(reader: TableReader) -> dict[str, ItemClass]:
    columns = (
        *("ClassID", "DfltInvtAcct", "DfltInvtSub", "DfltCOGSAcct", "DfltCOGSSub"),
        *("DfltSalesAcct", "DfltSalesSub", "DfltValMthd", "DfltSOUnit"),
    )
    return {
        sl_key(row["classid"]): ItemClass(*(row[name.lower()] for name in columns))
        for row in reader.rows("ProductClass", columns)
    }


def _item_sites(reader: TableReader, items: Collection[str]) -> dict[tuple[str, str], ItemSite]:
    columns = ("InvtID", "SiteID", "DfltWhseLoc", "QtyOnHand", "InvtAcct", "InvtSub", "TotCost")
    return {
        (sl_key(row["invtid"]), sl_key(row["siteid"])): ItemSite(*(row[name.lower()] for name in columns))
        for row in reader.rows_of("ItemSite", columns, "InvtID", items)
    }


def _on_hand(reader: TableReader, items: Collection[str]) -> dict[tuple[str, str, str], Decimal]:
    columns = ("InvtID", "SiteID", "WhseLoc", "QtyOnHand")
    return {
        (sl_key(row["invtid"]), sl_key(row["siteid"]), sl_key(row["whseloc"])): row["qtyonhand"]
        for row in reader.rows_of("Location", columns, "InvtID", items)
    }


def _bins(reader: TableReader, sites: Collection[str]) -> dict[tuple[str, str], Bin]:
    columns = ("SiteID", "WhseLoc", "ReceiptsValid", "SalesValid", "InclQtyAvail")
    return {
        (sl_key(row["siteid"]), sl_key(row["whseloc"])): Bin(
            site_id=row["siteid"],
            whse_loc=row["whseloc"],
            receipts_valid=row["receiptsvalid"],
            sales_valid=row["salesvalid"],
            include_available=row["inclqtyavail"] == 1,
        )
        for row in reader.rows_of("LocTable", columns, "SiteID", sites)
    }


def _units(reader: TableReader, items: Collection[str]) -> tuple[UnitConversion, ...]:
    """Read the conversions of all items and classes, and those of the needed items alone."""
    columns = ("UnitType", "ClassID", "InvtId", "FromUnit", "ToUnit", "CnvFact", "MultDiv")
    rows = [
        *reader.rows_of("INUnit", columns, "UnitType", OF_ALL_ITEMS),
        *(row for row in reader.rows_of("INUnit", columns, "InvtId", items) if row["unittype"] not in OF_ALL_ITEMS),
    ]
    units = (UnitConversion(*(row[name.lower()] for name in columns)) for row in rows)
    return tuple(sorted(units, key=lambda u: (u.unit_type, u.class_id, u.invt_id, u.from_unit, u.to_unit)))

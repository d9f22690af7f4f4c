"""Reading what payables, journals and inventory have to know of SL: ``SlBooks.payables``.

The set-up rows are always read, they are shown on Home; the rest only when a transaction needs it. The number of
statements does not grow with the number of transactions, but for one per thousand ids asked for.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from decimal import Decimal

from xlpy.domain.facts.books import sl_key
from xlpy.domain.facts.payables_books import (
    Bin,
    Item,
    ItemClass,
    ItemSite,
    PayablesBooks,
    PayablesNeeds,
    UnitConversion,
    Vendor,
    VendorClass,
    VendorInvoiceUse,
)
from xlpy.sl.connection.table_reader import TableReader
from xlpy.sl.reading.setup_rows import AP_COLUMNS, IN_COLUMNS, ap_setup_of, in_setup_of
from xlpy.sl.reading.vendor_invoices import read_vendor_invoices

OF_ALL_ITEMS = ("1", "2")  # INUnit.UnitType: global and product class; 3 is an item's own


def read_payables(reader: TableReader, cpny_id: str, needs: PayablesNeeds) -> PayablesBooks:
    """Read set-up, vendors, items, stock and units as far as ``needs`` asks for them.

    Raises ``SlError`` when a table or column is not there.
    """
    ap = ap_setup_of(reader.one("APSetup", AP_COLUMNS, SetupId="AP"))
    inventory = in_setup_of(reader.one("INSetup", IN_COLUMNS, SetupId="IN"))
    if needs == PayablesNeeds():
        return PayablesBooks(ap=ap, inventory=inventory)
    currency_manager = reader.one("CMSetup", ("SetupId", "APRtTpDflt"))
    return PayablesBooks(
        ap=ap,
        inventory=inventory,
        ap_rate_type=currency_manager["aprttpdflt"] if currency_manager else "",
        vendors=_vendors(reader, needs.vendors),
        vendor_names=_vendor_names(reader, needs.vendor_names),
        vendor_classes=_vendor_classes(reader),
        vendor_invoices=_vendor_invoices(reader, needs.vendor_invoices),
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
        purchase_tax_accounts={
            sl_key(row["taxid"]): (row["purtaxacct"], row["purtaxsub"])
            for row in reader.rows("SalesTax", ("TaxId", "PurTaxAcct", "PurTaxSub"), TaxType="T")
        },
    )


def _vendors(reader: TableReader, needed: Collection[str]) -> dict[str, Vendor]:
    columns = (
        *("VendId", "Name", "Status", "ClassID", "APAcct", "APSub", "ExpAcct", "ExpSub", "Terms"),
        *("CuryId", "CuryRateType", "PmtMethod", "Vend1099"),
    )
    return {
        sl_key(row["vendid"]): Vendor(
            vend_id=row["vendid"],
            name=row["name"],
            status=row["status"],
            class_id=row["classid"],
            ap_acct=row["apacct"],
            ap_sub=row["apsub"],
            exp_acct=row["expacct"],
            exp_sub=row["expsub"],
            terms=row["terms"],
            currency=row["curyid"],
            rate_type=row["curyratetype"],
            pmt_method=row["pmtmethod"],
            vend_1099=bool(row["vend1099"]),
        )
        for row in reader.rows_of("Vendor", columns, "VendId", needed)
    }


def _vendor_names(reader: TableReader, needed: Collection[str]) -> dict[str, tuple[str, ...]]:
    index: dict[str, list[str]] = {}
    for row in reader.rows_of("Vendor", ("VendId", "Name"), "Name", needed):
        index.setdefault(sl_key(row["name"]), []).append(row["vendid"])
    return {name: tuple(sorted(ids)) for name, ids in index.items()}


def _vendor_classes(reader: TableReader) -> dict[str, VendorClass]:
    columns = ("ClassID", "APAcct", "APSub", "ExpAcct", "ExpSub", "PPayAcct", "PPaySub", "Terms")
    return {
        sl_key(row["classid"]): VendorClass(*(row[name.lower()] for name in columns))
        for row in reader.rows("VendClass", columns)
    }


def _vendor_invoices(
    reader: TableReader, needed: Collection[tuple[str, str]]
) -> Mapping[tuple[str, str], tuple[VendorInvoiceUse, ...]]:
    vendors = set(map(sl_key, reader.fitting("APDoc", "VendId", {vendor for vendor, _ in needed})))
    numbers = set(map(sl_key, reader.fitting("APDoc", "InvcNbr", {number for _, number in needed})))
    wanted = [(v, n) for v, n in needed if sl_key(v) in vendors and sl_key(n) in numbers]
    return read_vendor_invoices(reader.connection, reader.company, wanted)


def _items(reader: TableReader, needed: Collection[str]) -> dict[str, Item]:
    columns = (
        *("InvtID", "Descr", "TranStatusCode", "StkItem", "StkUnit", "ClassID", "ValMthd"),
        *("InvtAcct", "InvtSub", "COGSAcct", "COGSSub", "LotSerTrack"),
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
    columns = ("InvtID", "SiteID", "DfltWhseLoc", "QtyOnHand", "InvtAcct", "InvtSub")
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

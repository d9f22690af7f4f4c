"""The vendors, items, sites and stock of the demo company, as rows by table.

The stock was taken over from an earlier system: it has no transactions and no general ledger entries of its own.
"""

from __future__ import annotations

from decimal import Decimal

from xlpy.demo import firm
from xlpy.demo.company.release.books import Row
from xlpy.demo.company.release_in.stock import BIN_DEFAULTS

ON_HAND = firm.ON_HAND
STOCKED_BINS = ("MAIN", "MAINO")
_STOCKED = "Inventory"  # Manage's class of products that SL keeps
_MEMBER_PAYABLES = "2010"
_ANY = "*"  # in INUnit: any class, any item
_GLOBAL_UNIT, _CLASS_UNIT = "1", "2"
_CITIES = {"TPA": "Tampa", "ORL": "Orlando"}


def payables_rows(no_sub: str) -> dict[str, list[Row]]:
    """Give the vendors that SL has: suppliers, and members who are paid their expenses."""
    suppliers = [vendor_row(vendor.vendor_id, no_sub) for vendor in firm.VENDORS if vendor.in_sl]
    members = [vendor_row(member.vendor_id, no_sub) for member in firm.MEMBERS if member.in_sl]
    return {"Vendor": [row for row in (*suppliers, *members) if row is not None]}


def vendor_row(vend_id: str, no_sub: str) -> Row | None:
    """Give the Vendor row of a supplier or member of the firm, None for any other id.

    Unverified: PayDateDflt D (pay on the due date).
    """
    for vendor in firm.VENDORS:
        if vendor.vendor_id == vend_id:
            foreign = vendor.currency != firm.BASE_CURRENCY
            return _vendor(no_sub, vend_id, vendor.name, vendor.city, vendor.state, vendor.country) | {
                "CuryId": vendor.currency,
                "CuryRateType": firm.RATE_TYPE if foreign else "",
                "ExpAcct": "5400",
                "Terms": vendor.terms,
            }
    for member in firm.MEMBERS:
        if member.vendor_id == vend_id:
            name = f"{member.last_name}~{member.first_name}"
            return _vendor(no_sub, vend_id, name, "Tampa", "FL", "US") | {"APAcct": _MEMBER_PAYABLES, "Terms": "00"}
    return None


def _vendor(no_sub: str, vend_id: str, name: str, city: str, state: str, country: str) -> Row:
    address = {"Name": name, "City": city, "State": state, "Country": country}
    year = firm.PERIOD[:4]
    return {
        **address,
        **{f"Remit{name_of}": value for name_of, value in address.items()},
        "VendId": vend_id,
        "ClassID": firm.DEFAULT_VENDOR_CLASS,
        "Status": "A",
        "APAcct": "2000",
        "APSub": no_sub,
        "ExpAcct": "6100",
        "ExpSub": no_sub,
        "PPayAcct": "2000",
        "PPaySub": no_sub,
        "CuryId": firm.BASE_CURRENCY,
        "Curr1099Yr": year,
        "Next1099Yr": str(int(year) + 1),
        "PayDateDflt": "D",
        "PerNbr": firm.PERIOD,
        "TaxDflt": "V",
    }


def inventory_rows(no_sub: str) -> dict[str, list[Row]]:
    """Give the product class, the items that SL has, their units, the sites with their bins, and the stock."""
    items = [item for item in firm.ITEMS if item.in_sl and item.product_class == _STOCKED]
    stocked = [(item, site, whse_loc) for item in items for site, whse_loc in _bins() if whse_loc in STOCKED_BINS]
    return {
        "ProductClass": [_product_class(no_sub)],
        "Inventory": [item_row(item, no_sub) for item in items],
        "InventoryADG": [{"InvtID": item.xref} for item in items],
        "INUnit": _units(),
        "Site": [_site(site) for _name, site in firm.WAREHOUSES.values()],
        "LocTable": [bin_row(site, whse_loc) for site, whse_loc in _bins()],
        "Location": [
            {
                "InvtID": item.xref,
                "SiteID": site,
                "WhseLoc": whse_loc,
                "CountStatus": "A",
                "QtyOnHand": ON_HAND,
                "QtyAvail": ON_HAND,
            }
            for item, site, whse_loc in stocked
        ],
        "ItemSite": [_item_site(item, site, whse_loc, no_sub) for item, site, whse_loc in stocked],
    }


def item_row(item: firm.FirmItem, no_sub: str) -> Row:
    """Give the Inventory row of an item of the firm. Unverified: Status A, InvtType F, Source P."""
    return {
        "InvtID": item.xref,
        "ClassID": firm.DEFAULT_ITEM_CLASS,
        "Descr": item.descr,
        "DfltPOUnit": "EA",
        "DfltSOUnit": "EA",
        "DfltSite": "TPA",
        "DfltWhseLoc": "MAIN",
        "InvtAcct": "1400",
        "InvtSub": no_sub,
        "COGSAcct": "5200",
        "COGSSub": no_sub,
        "DfltSalesAcct": "4200",
        "DfltSalesSub": no_sub,
        "InvtType": "F",
        "LastCost": item.cost,
        "LotSerTrack": "NN",
        "PerNbr": firm.PERIOD,
        "Source": "P",
        "Status": "A",
        "StkBasePrc": item.price,
        "StkItem": 1,
        "StkUnit": "EA",
        "TaxCat": "TAXABLE",
        "TranStatusCode": "AC",
        "ValMthd": "A",
    }


def bin_row(site_id: str, whse_loc: str) -> Row:
    """Give the LocTable row of a bin that is open for everything."""
    names = {sl_bin: name for name, _warehouse, sl_bin in firm.BINS.values()}
    return {**BIN_DEFAULTS, "SiteID": site_id, "WhseLoc": whse_loc, "Descr": names.get(whse_loc, whse_loc)}


def _bins() -> list[tuple[str, str]]:
    """Give the firm's bins as SL site and bin."""
    return [(firm.WAREHOUSES[warehouse][1], whse_loc) for _name, warehouse, whse_loc in firm.BINS.values()]


def _product_class(no_sub: str) -> Row:
    return {
        "ClassID": firm.DEFAULT_ITEM_CLASS,
        "Descr": "Hardware",
        "DfltInvtAcct": "1400",
        "DfltInvtSub": no_sub,
        "DfltCOGSAcct": "5200",
        "DfltCOGSSub": no_sub,
        "DfltSalesAcct": "4200",
        "DfltSalesSub": no_sub,
        "DfltInvtType": "F",
        "DfltLotSerTrack": "N",
        "DfltPOUnit": "EA",
        "DfltSOUnit": "EA",
        "DfltSite": "TPA",
        "DfltSlsTaxCat": "TAXABLE",
        "DfltSource": "P",
        "DfltStatus": "A",
        "DfltStkItem": 1,
        "DfltValMthd": "A",
    }


def _site(site_id: str) -> Row:
    city = _CITIES[site_id]
    return {
        "SiteId": site_id,
        "CpnyID": firm.COMPANY_ID,
        "Name": f"Warehouse {city}",
        "City": city,
        "State": "FL",
        "Country": "US",
        "Status": "A",
    }


def _item_site(item: firm.FirmItem, site_id: str, whse_loc: str, no_sub: str) -> Row:
    return {
        "InvtID": item.xref,
        "SiteID": site_id,
        "CpnyID": firm.COMPANY_ID,
        "DfltWhseLoc": whse_loc,
        "InvtAcct": "1400",
        "InvtSub": no_sub,
        "COGSAcct": "5200",
        "COGSSub": no_sub,
        "SalesAcct": "4200",
        "SalesSub": no_sub,
        "DfltPOUnit": "EA",
        "DfltSOUnit": "EA",
        "AvgCost": item.cost,
        "LastCost": item.cost,
        "QtyOnHand": ON_HAND,
        "QtyAvail": ON_HAND,
        "TotCost": ON_HAND * item.cost,
        "StkItem": 1,
    }


def _units() -> list[Row]:
    box = Decimal(firm.BOX_OF)
    return [
        _unit(_GLOBAL_UNIT, _ANY, "EA", Decimal(1)),
        _unit(_CLASS_UNIT, firm.DEFAULT_ITEM_CLASS, "BOX", box),
    ]


def _unit(unit_type: str, class_id: str, from_unit: str, factor: Decimal) -> Row:
    return {
        "UnitType": unit_type,
        "ClassID": class_id,
        "InvtId": _ANY,
        "FromUnit": from_unit,
        "ToUnit": "EA",
        "CnvFact": factor,
        "MultDiv": "M",
    }

"""Words of the checks of journals and inventory: cost of goods, expenses, adjustments, transfers, items."""

from __future__ import annotations

from xlpy.domain.checks.stock import STOCK_CHECKS
from xlpy.domain.values.problems import Check, Severity
from xlpy.domain.values.screens import screen

_INVOICE = "Manage: Finance > Invoices"
_CATALOG = "Manage: Procurement > Product Catalog"
_REPORT = "Manage: Time & Expense > Expense Reports"
_ADJUSTMENT = "Manage: Procurement > Inventory > Adjustments"
_STOCK_IN_MANAGE = "Manage: Procurement > Inventory"
_WAREHOUSE = "Manage: System > Setup Tables > Warehouses, Location Xref"
_UNITS_IN_MANAGE = "Manage: System > Setup Tables > Units of Measure, UOM Schedule Xref"
_PROFILE = "Settings of this product, [posting]"
_JOURNAL = f"SL: {screen('01.010')}"
_ITEMS = f"SL: {screen('10.250')}"
_SITES = "SL: Site Maintenance"
_BINS = f"SL: {screen('10.340')}"
_UNITS = f"SL: {screen('10.270')}"
_SET_UP = f"SL: {screen('10.950')}"
_CLASSES = f"SL: Product Class Maintenance; {screen('10.950')}, default product class"
_ADJUSTMENTS = f"SL: {screen('10.030')}"
_VALIDATION = "SL: SCM_10400_INTran_Validation, message"

INVENTORY_CHECKS = (
    # --- cost of goods ----------------------------------------------------------------------------------------
    Check(
        "COST-ITEM",
        Severity.STOP,
        "Item {item} has a cost, but is not in Manage's catalog: whether it is an inventory item is not known",
        "Put the product back into the catalog, or take Include off",
        _CATALOG,
        "Manage API: catalog, productClass Inventory makes the cost entry",
    ),
    Check(
        "COST-SIDE",
        Severity.STOP,
        "The signs of item {item} contradict: whether the goods went out or came back is not known",
        "Correct quantity, price and cost of the line, then open and close the invoice again",
        _INVOICE,
        "Manage API: signs of quantity, total and cost of a detail line",
    ),
    Check(
        "COST-BASE",
        Severity.NOTE,
        "The costs of its items are taken to be in {currency}, the base currency",
        "Look at the cost lines of the preview",
        _CATALOG,
        "Manage API: cost has no currency of its own",
    ),
    # --- journals ---------------------------------------------------------------------------------------------
    Check(
        "JRN-EXT-REF",
        Severity.NOTE,
        "Its number does not fit the external reference of a journal (15 characters), which is left blank",
        "Nothing to do; the reference of the journal is that of the invoice",
        _JOURNAL,
        "SL: GLTran.ExtRefNbr char(15)",
    ),
    Check(
        "JRN-CLASS",
        Severity.STOP,
        "It is {classification}: the company does not owe it to the member, so it is not posted",
        "Take Include off; Clear without export removes it from the list",
        _REPORT,
        "Manage API: classification of the unposted expense; only Reimbursable ones are exported",
    ),
    Check(
        "JRN-UNBALANCED",
        Severity.STOP,
        "The expense and its offset are not the same amount",
        "Open the expense report in Manage and close it again; nothing is plugged with a rounding line",
        _REPORT,
        "Manage API: total and offset of an exported expense",
    ),
    Check(
        "JRN-TAX",
        Severity.NOTE,
        "Its tax of {tax} is posted to the expense account: Manage gives no tax lines for it",
        "Enter a correction in SL when the tax is to be reclaimed",
        _JOURNAL,
        "Manage API: an exported expense has one account and one offset",
    ),
    Check(
        "JRN-VENDOR",
        Severity.NOTE,
        "Member {member} has no vendor in SL, so the journal does not name one",
        "Add the vendor in SL and type its id as Vendor Nbr of the member, when it shall be named",
        f"Manage: System > Members, Vendor Nbr; SL: {screen('03.270')}",
        "SL: GLTran.Id is free; a journal does not need a vendor",
    ),
    Check(
        "JRN-CONVERTED",
        Severity.NOTE,
        "It is in {currency}: the journal is in {base}, by SL's rate",
        "Look at the amounts of the preview",
        _JOURNAL,
        "This product: journals are in base currency; SL: CuryRate",
    ),
    Check(
        "JRN-NO-BASE",
        Severity.STOP,
        "It is worth nothing in {base}, so there is no journal to write",
        "Take Include off; Clear without export removes it from the list",
        _JOURNAL,
        "SL: GLTran holds base amounts",
    ),
    # --- adjustments and transfers ----------------------------------------------------------------------------
    Check(
        "INV-SETUP",
        Severity.STOP,
        "Inventory is not set up in SL",
        "Set up the module, or take Include off adjustments and transfers",
        _SET_UP,
        "SL: INSetup, Init",
    ),
    Check(
        "INV-CURRENCY",
        Severity.STOP,
        "It is in {currency}; SL keeps stock in base currency only",
        "Post it by hand, then clear it without export",
        _STOCK_IN_MANAGE,
        "SL: INTran has base amounts only",
    ),
    Check(
        "INV-YEAR",
        Severity.STOP,
        "Fiscal year {year} is more than five years from the current one",
        "Choose another period to post",
        "Home, Period to post",
        f"{_VALIDATION} 16121",
    ),
    Check(
        "INV-RECORD",
        Severity.STOP,
        "Manage gave no record of the adjustment, so its warehouses, bins and quantities are not known",
        "Refresh; the member behind the keys must be allowed to see adjustments",
        _ADJUSTMENT,
        "Manage API: procurement adjustments",
    ),
    Check(
        "INV-DIFFERS",
        Severity.STOP,
        "Its quantities of item {item} are not those of the adjustment itself",
        "Look at the adjustment; when it is right, open and close it again",
        _ADJUSTMENT,
        "Manage API: the export inverts the sign of quantity; adjustmentDetails have it plain",
    ),
    Check(
        "INV-AMOUNT",
        Severity.STOP,
        "The value of item {item} is not quantity × unit cost",
        "Correct the cost in Manage, then open and close the record again",
        _STOCK_IN_MANAGE,
        "Manage API: total of an exported detail; SL: INTran.ExtCost",
    ),
    Check(
        "INV-QUANTITY",
        Severity.STOP,
        "The quantity of item {item} has more decimals than SL holds ({decimals})",
        "Correct the quantity in Manage, or the decimals in SL",
        f"{_STOCK_IN_MANAGE}; {_SET_UP}",
        "SL: INSetup.DecPlQty",
    ),
    Check(
        "INV-ACCT",
        Severity.NOTE,
        "The inventory account of Manage is not that of item {item} in SL",
        "Nothing to do, when it is meant; Manage's is used",
        f"{_ITEMS}; Manage: System > Setup Tables > GL Accounts",
        "SL: ItemSite.InvtAcct, Inventory.InvtAcct",
    ),
    Check(
        "INV-SITES",
        Severity.STOP,
        "The transfer has lines between several pairs of warehouses; SL's transfer has one site on each side",
        "Enter it in SL by hand, one transfer for each pair, then clear it without export",
        f"SL: {screen('10.040')}",
        "SL: TrnsfrDoc.SiteID, ToSiteID",
    ),
    Check(
        "INV-SAME-BIN",
        Severity.NOTE,
        "Item {item} stays in the same bin of SL, so nothing is moved there",
        "Nothing to do",
        _PROFILE,
        "This product: two bins of Manage may be one bin of SL",
    ),
    # --- items ------------------------------------------------------------------------------------------------
    Check(
        "ITEM-EMPTY",
        Severity.STOP,
        "A line has no product",
        "Correct the record in Manage",
        _STOCK_IN_MANAGE,
        f"{_VALIDATION} 16145",
    ),
    Check(
        "ITEM-WIDTH",
        Severity.STOP,
        "{item!r} can't be an SL inventory id (at most 30 characters of the database's code page)",
        "Type SL's inventory id as Integration XRef of the product",
        _CATALOG,
        "SL: Inventory.InvtID char(30)",
    ),
    Check(
        "ITEM-MISSING",
        Severity.STOP,
        "Item {item} is not in SL ({why})",
        "Add the item in SL, or type the right id as Integration XRef of the product",
        f"{_ITEMS}; {_CATALOG}",
        f"{_VALIDATION} 16145",
    ),
    Check(
        "ITEM-CREATE",
        Severity.CREATE,
        "Item {item} ({descr}) will be created with product class {class_id}",
        "Nothing to do, when it is meant",
        _ITEMS,
        "SL: Inventory, InventoryADG",
    ),
    Check(
        "ITEM-CLASS",
        Severity.STOP,
        "The default product class {class_id!r} is not in SL, so no item can be created",
        "Add the class, or choose another default class",
        _CLASSES,
        "SL: INSetup.DfltProdClass, ProductClass",
    ),
    Check(
        "ITEM-SHARED",
        Severity.NOTE,
        "Products {products} have the same SL inventory id {item}; the item is created from the first",
        "Correct the Integration XRef when they are different goods",
        _CATALOG,
        "Manage API: catalog, integrationXRef",
    ),
    Check(
        "ITEM-TEXT",
        Severity.NOTE,
        "The description of new item {item} becomes {stored!r}",
        "Correct it in SL afterwards, when needed",
        _ITEMS,
        "SL: Inventory.Descr char(60), code page",
    ),
    Check(
        "ITEM-STATUS",
        Severity.STOP,
        "Item {item} has status {status} in SL",
        "Make the item active",
        _ITEMS,
        "SL: Inventory.TranStatusCode",
    ),
    Check(
        "ITEM-NOT-STOCK",
        Severity.STOP,
        "Item {item} is not a stock item in SL",
        "Make it a stock item, or correct the Integration XRef of the product",
        f"{_ITEMS}; {_CATALOG}",
        "SL: Inventory.StkItem",
    ),
    Check(
        "ITEM-TRACKED",
        Severity.STOP,
        "Item {item} is tracked by lot or serial number",
        "Enter it in SL by hand, then clear it without export",
        _ADJUSTMENTS,
        "SL: Inventory.LotSerTrack, LotSerMst",
    ),
    Check(
        "ITEM-LAYERS",
        Severity.STOP,
        "Item {item} is valued by {method}: SL needs to know which cost layer, and Manage does not say",
        "Enter it in SL by hand, then clear it without export",
        _ADJUSTMENTS,
        "SL: PI_Adjustments (ValMthd F, L, S and U by layer: RcptNbr, RcptDate, SpecificCostID)",
    ),
    # --- sites, bins, units -----------------------------------------------------------------------------------
    Check(
        "SITE-EMPTY",
        Severity.STOP,
        "Warehouse {warehouse} has no Location Xref, so its SL site is not known",
        "Type SL's site id as Location Xref of the warehouse, then refresh",
        _WAREHOUSE,
        "Manage API: warehouses, locationXref",
    ),
    Check(
        "SITE-MISSING",
        Severity.STOP,
        "Site {site} is not in SL",
        "Add the site, or correct the Location Xref of the warehouse; sites are never created",
        f"{_SITES}; {_WAREHOUSE}",
        f"{_VALIDATION} 16145",
    ),
    Check(
        "SITE-COMPANY",
        Severity.STOP,
        "Site {site} belongs to another SL company",
        "Correct the Location Xref of the warehouse",
        f"{_SITES}; {_WAREHOUSE}",
        "SL: Site.CpnyID",
    ),
    Check(
        "BIN-MISSING",
        Severity.STOP,
        "Bin {bin!r} is not in SL at site {site}, and item {item} has no default bin there",
        "Add it to bins in the settings, or add the bin or the item's default bin in SL",
        f"{_PROFILE}; {_BINS}",
        f"{_VALIDATION} 16145",
    ),
    Check(
        "BIN-UNKNOWN",
        Severity.STOP,
        "Bin {stored} of the settings (for {bin!r}) is not in SL at site {site}",
        "Correct bins in the settings, or add the bin",
        f"{_PROFILE}; {_BINS}",
        f"{_VALIDATION} 16145",
    ),
    Check(
        "BIN-DEFAULT",
        Severity.NOTE,
        "Bin {bin!r} is not in SL at site {site}; the item's default bin {stored} is used",
        "Add it to bins in the settings, when it is another one",
        _PROFILE,
        "SL: ItemSite.DfltWhseLoc",
    ),
    Check(
        "BIN-RECEIPTS",
        Severity.STOP,
        "Bin {bin} of site {site} does not take receipts",
        "Allow receipts for the bin, or use another one",
        _BINS,
        f"{_VALIDATION} 16087; LocTable.ReceiptsValid",
    ),
    Check(
        "BIN-ISSUES",
        Severity.STOP,
        "Nothing may be taken from bin {bin} of site {site}",
        "Allow sales for the bin, or use another one",
        _BINS,
        f"{_VALIDATION} 16087; LocTable.SalesValid",
    ),
    Check(
        "UNIT-EMPTY",
        Severity.STOP,
        "Item {item} has no unit of measure, in Manage or in SL's product class",
        "Give the product a unit in Manage",
        _CATALOG,
        "SL: Inventory.StkUnit",
    ),
    Check(
        "UNIT-WIDTH",
        Severity.STOP,
        "{unit!r} can't be an SL unit (at most 6 characters of the database's code page)",
        "Type SL's unit as UOM Schedule Xref of the unit, or add it to units in the settings",
        f"{_UNITS_IN_MANAGE}; {_PROFILE}",
        "SL: INUnit.FromUnit char(6)",
    ),
    Check(
        "UNIT-CONVERSION",
        Severity.STOP,
        "SL has no conversion of item {item} from {unit} to its stock unit {stock_unit}",
        "Add the conversion, or correct UOM Schedule Xref or units in the settings",
        f"{_UNITS}; {_UNITS_IN_MANAGE}; {_PROFILE}",
        "SL: INUnit, EDInUnit_GetConversion",
    ),
    *STOCK_CHECKS,
)

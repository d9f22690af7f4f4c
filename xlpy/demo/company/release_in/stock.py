"""The stock that an inventory release moves: quantities and cost of sites, quantities of bins.

SL: DMG_10400_Upd_Location and the procedures that provide ItemSite, Location and LocTable rows. What is simpler than
in SL: every item is kept with one cost per site (SL's average, standard and user-specified costs); the cost layers of
FIFO, LIFO and specific items are not kept. A site's availability is the sum of its bins' (unverified).
"""

from __future__ import annotations

from decimal import Decimal

from xlpy.demo.company.release.batch import BatchRun
from xlpy.demo.company.release.books import Row, stamp
from xlpy.domain.values.money import round_money

PROGRAM = "10400"
_ZERO = Decimal(0)
COST_PLACES = 6  # of costs per piece, so that cost and quantity stay together
_NEW_ITEM_LEAD_TIME = Decimal(999)  # SL's mark of a row that is to be completed


def move_stock(run: BatchRun, line: Row, quantity: Decimal, cost: Decimal) -> None:
    """Move ``quantity`` (stock units, signed) and ``cost`` (base currency, signed like it) at the site and bin.

    Goods that go out were allocated when the line was entered: QtyAllocIN goes down with the quantity on hand, and
    QtyAvail, which went down then, stays. A writer that did not allocate leaves QtyAvail too high here, as in SL.
    """
    changed = stamp(PROGRAM, run.user, created=False)
    site = item_site(run, line["InvtID"], line["SiteID"], line)
    bin_row = _bin_of_item(run, line)
    bin_row["QtyOnHand"] += quantity
    if quantity < 0:
        bin_row["QtyAllocIN"] = max(bin_row["QtyAllocIN"] + quantity, _ZERO)
    elif _counts_as_available(run, line):
        bin_row["QtyAvail"] += quantity
    site["QtyOnHand"] += quantity
    site["TotCost"] = run.base(site["TotCost"] + cost)
    if site["QtyOnHand"] > 0:
        site["AvgCost"] = round_money(site["TotCost"] / site["QtyOnHand"], COST_PLACES)
    if quantity > 0:
        site["LastCost"] = round_money(cost / quantity, COST_PLACES)
    bin_row.update(changed)
    site.update(changed)
    total_site(run, site)


def total_site(run: BatchRun, site: Row) -> None:
    """Bring a site's allocated and available quantities to the sums of its bins."""
    bins = run.books.rows("Location", InvtID=site["InvtID"], SiteID=site["SiteID"])
    for name in ("QtyAllocIN", "QtyAvail"):
        site[name] = sum((row[name] for row in bins), _ZERO)


def give_back_allocation(run: BatchRun, line: Row, quantity: Decimal) -> None:
    """Undo what the entry of a line that takes goods out has allocated (``quantity`` is negative)."""
    key = {"InvtID": line["InvtID"], "SiteID": line["SiteID"], "WhseLoc": line["WhseLoc"]}
    bin_row = run.books.one("Location", **key)
    if bin_row is None or quantity >= 0 or not _counts_as_available(run, line):
        return
    freed = min(-quantity, bin_row["QtyAllocIN"])
    bin_row["QtyAllocIN"] -= freed
    bin_row["QtyAvail"] += freed
    bin_row.update(stamp(PROGRAM, run.user, created=False))
    site = run.books.one("ItemSite", InvtID=line["InvtID"], SiteID=line["SiteID"])
    if site is not None:
        total_site(run, site)


def cost_of_outgoing(run: BatchRun, line: Row, quantity: Decimal) -> Decimal:
    """Give the cost of ``quantity`` (positive, stock units) that leaves the line's site, positive, in base currency.

    Average: the site's average, and all that is left with the last piece; standard: the standard cost; else, or
    without a cost, the amount of the line. That SL costs transfers so is unverified.
    """
    item = run.books.one("Inventory", InvtID=line["InvtID"])
    site = run.books.one("ItemSite", InvtID=line["InvtID"], SiteID=line["SiteID"])
    if item is not None and item["ValMthd"] == "T" and item["StdCost"]:
        return run.base(quantity * item["StdCost"])
    if item is None or site is None or item["ValMthd"] != "A" or not site["AvgCost"]:
        return run.base(abs(line["TranAmt"]))
    if site["QtyOnHand"] == quantity:
        return run.base(site["TotCost"])
    return run.base(quantity * site["AvgCost"])


def item_site(run: BatchRun, invt_id: str, site_id: str, line: Row) -> Row:
    """Give the ItemSite row, made from the item's defaults when it is missing."""
    site = run.books.one("ItemSite", InvtID=invt_id, SiteID=site_id)
    if site is not None:
        return site
    item = run.books.one("Inventory", InvtID=invt_id) or {}
    owner = run.books.one("Site", SiteId=site_id)
    return run.books.add(
        "ItemSite",
        **stamp(PROGRAM, run.user),
        InvtID=invt_id,
        SiteID=site_id,
        CpnyID=owner["CpnyID"] if owner is not None else line["CpnyID"],
        DfltWhseLoc=line["WhseLoc"],
        InvtAcct=item.get("InvtAcct") or line["InvtAcct"],
        InvtSub=item.get("InvtSub") or line["InvtSub"],
        COGSAcct=item.get("COGSAcct", ""),
        COGSSub=item.get("COGSSub", ""),
        LeadTime=_NEW_ITEM_LEAD_TIME,
        StkItem=item.get("StkItem", 1),
    )


def _bin_of_item(run: BatchRun, line: Row) -> Row:
    """Give the Location row; a bin that SL does not know yet is made with SL's defaults."""
    place = {"SiteID": line["SiteID"], "WhseLoc": line["WhseLoc"]}
    if run.books.one("LocTable", **place) is None:
        run.books.add("LocTable", **stamp(PROGRAM, run.user), **place, **BIN_DEFAULTS)
    found = run.books.one("Location", InvtID=line["InvtID"], **place)
    if found is not None:
        return found
    return run.books.add("Location", **stamp(PROGRAM, run.user), InvtID=line["InvtID"], **place, CountStatus="A")


BIN_DEFAULTS: Row = {
    "AssemblyValid": "Y",
    "ReceiptsValid": "Y",
    "SalesValid": "Y",
    "InclQtyAvail": 1,
    "InvtIDValid": "N",
    "CountStatus": "A",
}


def _counts_as_available(run: BatchRun, line: Row) -> bool:
    location = run.books.one("LocTable", SiteID=line["SiteID"], WhseLoc=line["WhseLoc"])
    return location is not None and location["InclQtyAvail"] == 1

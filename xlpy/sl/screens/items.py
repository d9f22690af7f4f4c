"""A new item as the Inventory Items screen (10.250) would write it: Inventory, InventoryADG and its unit. Pure.

ItemSite, Location and LocTable are made by the release for a new item at a site (SL: DMG_Insert_ItemSite).
"""

from __future__ import annotations

from xlpy.domain.documents.inventory import NewItem
from xlpy.domain.facts.stock_books import InSetup
from xlpy.sl.screens.entry_rows import EntryStamp, Values

SCREEN = "10250"
ITEM_UNIT = "3"  # INUnit.UnitType: 1 global, 2 product class, 3 item


def item_rows(new: NewItem, setup: InSetup, stamp: EntryStamp, *, unit_missing: bool) -> list[tuple[str, Values]]:
    """Return the rows of ``new`` by table. Every item needs a row in InventoryADG: SL's screens and views join both.

    ``unit_missing``: SL has no conversion of the stock unit to itself that holds for the item; even EA to EA needs one.
    """
    rows: list[tuple[str, Values]] = [
        (
            "Inventory",
            {
                "InvtID": new.invt_id,
                "Descr": new.descr,
                "ClassID": new.class_id,
                "StkItem": int(new.stock),
                "InvtType": setup.default_invt_type,
                "Source": setup.default_source,
                "ValMthd": new.valuation,
                "LotSerTrack": "NN",
                "TranStatusCode": "AC",
                "Status": _status(),
                "StkUnit": new.stock_unit,
                "DfltPOUnit": new.stock_unit,
                "DfltSOUnit": new.stock_unit,
                "InvtAcct": new.invt_acct,
                "InvtSub": new.invt_sub,
                "COGSAcct": new.cogs_acct,
                "COGSSub": new.cogs_sub,
                "DfltSalesAcct": new.sales_acct,
                "DfltSalesSub": new.sales_sub,
                "DfltSite": new.default_site,
                "TaxCat": new.tax_category,
                "PerNbr": setup.per_nbr,
                **stamp.audit(SCREEN),
            },
        ),
        ("InventoryADG", {"InvtID": new.invt_id, **stamp.audit(SCREEN)}),
    ]
    if unit_missing:
        rows.append(
            (
                "INUnit",
                {
                    "UnitType": ITEM_UNIT,
                    "ClassID": "*",
                    "InvtId": new.invt_id,
                    "FromUnit": new.stock_unit,
                    "ToUnit": new.stock_unit,
                    "CnvFact": 1,
                    "MultDiv": "M",
                    **stamp.audit(SCREEN),
                },
            )
        )
    return rows


def _status() -> str:
    """Return Inventory.Status (char 1, another one than TranStatusCode). Unverified: ``A``."""
    return "A"

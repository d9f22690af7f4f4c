"""Where goods are in SL: the site of a warehouse and the bin of a bin. Neither is ever created."""

from __future__ import annotations

from xlpy.domain.checks.table import found
from xlpy.domain.facts.books import SlBooks, sl_key
from xlpy.domain.facts.stock_books import ItemSite
from xlpy.domain.values.problems import Problem
from xlpy.domain.values.refs import Ref
from xlpy.domain.values.rules import PostingRules


class Places:
    """Finds sites and bins of SL."""

    def __init__(self, books: SlBooks, posting: PostingRules) -> None:
        stock = books.stock
        self._sites = {sl_key(key): ours for key, ours in stock.sites.items()}
        self._bins = {(sl_key(site), sl_key(whse)): row for (site, whse), row in stock.bins.items()}
        self._item_sites = {(sl_key(item), sl_key(site)): row for (item, site), row in stock.item_sites.items()}
        self._profile = {name.strip().casefold(): whse_loc for name, whse_loc in posting.bins.items()}

    def item_site(self, invt_id: str, site_id: str) -> ItemSite | None:
        """Return SL's row of an item at a site; the release makes one where there is none."""
        return self._item_sites.get((sl_key(invt_id), sl_key(site_id)))

    def site(self, xref: str, warehouse: str, problems: list[Problem]) -> str:
        """Return the site id of a warehouse's Location Xref; empty when it can't be used."""
        site_id = xref.strip()
        if not site_id:
            problems.append(found("SITE-EMPTY", warehouse, warehouse=warehouse or "of the record"))
            return ""
        ours = self._sites.get(sl_key(site_id))
        if ours is None:
            problems.append(found("SITE-MISSING", f"{warehouse} {site_id}".strip(), site=site_id))
            return ""
        if not ours:
            problems.append(found("SITE-COMPANY", warehouse, site_id, site=site_id))
            return ""
        return site_id

    def bin(self, given: Ref, site_id: str, invt_id: str, problems: list[Problem]) -> str:
        """Return the bin (WhseLoc) at a site; empty when there is none.

        The profile's table by the bin's name, else the bin of that name, else the item's default bin at the site.
        """
        name = (given.name or given.identifier).strip()
        key = sl_key(site_id)
        stored = self._profile.get(name.casefold(), "")
        if stored:
            row = self._bins.get((key, sl_key(stored)))
            if row is None:
                problems.append(found("BIN-UNKNOWN", name, stored, bin=name, stored=stored, site=site_id))
            return row.whse_loc if row else ""
        row = self._bins.get((key, sl_key(name))) if name else None
        if row is not None:
            return row.whse_loc
        at_site = self.item_site(invt_id, site_id)
        row = self._bins.get((key, sl_key(at_site.default_bin))) if at_site and at_site.default_bin else None
        if row is None:
            problems.append(found("BIN-MISSING", name, site_id, bin=name, site=site_id, item=invt_id))
            return ""
        problems.append(found("BIN-DEFAULT", name, row.whse_loc, bin=name, stored=row.whse_loc, site=site_id))
        return row.whse_loc

    def check_flags(self, site_id: str, whse_loc: str, *, comes_in: bool) -> tuple[Problem, ...]:
        """Check that goods may come into a bin, or be taken out of it.

        Unverified: which flags of LocTable the release looks at for adjustments and transfers; ReceiptsValid for what
        comes in and SalesValid for what goes out are taken.
        """
        row = self._bins.get((sl_key(site_id), sl_key(whse_loc)))
        flag = "Y" if row is None else row.receipts_valid if comes_in else row.sales_valid
        if flag != "N":
            return ()
        return (found("BIN-RECEIPTS" if comes_in else "BIN-ISSUES", in_sl=whse_loc, bin=whse_loc, site=site_id),)

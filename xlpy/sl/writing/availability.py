"""What entering inventory documents does to the bins they take from, as SL's own entry does (SL: PI_Adjustments)."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from sqlalchemy import Connection, bindparam, select, update

from xlpy.domain.documents.inventory import InDocument
from xlpy.domain.facts.books import sl_key
from xlpy.sl.connection.rows import chunks
from xlpy.sl.screens.inventory import allocated

if TYPE_CHECKING:
    from xlpy.sl.connection.engine import SlCompany


def allocate(connection: Connection, company: SlCompany, documents: Iterable[InDocument]) -> None:
    """Raise Location.QtyAllocIN and lower QtyAvail by what the documents take out of bins that count as available.

    A bin that SL has no stock row for stays without one: the release makes it.
    """
    _move(connection, company, documents, give_back=False)


def give_back(connection: Connection, company: SlCompany, documents: Iterable[InDocument]) -> None:
    """Take back what ``allocate`` did for documents that are removed again before their release."""
    _move(connection, company, documents, give_back=True)


def _move(connection: Connection, company: SlCompany, documents: Iterable[InDocument], *, give_back: bool) -> None:
    entered = list(documents)
    sites = sorted({line.site_id for document in entered for line in document.lines})
    taken = allocated(entered, _counted_bins(connection, company, sites))
    if not taken:
        return
    table = company.catalogue.table("Location")
    statement = (
        update(table)
        .where(
            table.c.InvtID == bindparam("the_item"),
            table.c.SiteID == bindparam("the_site"),
            table.c.WhseLoc == bindparam("the_bin"),
        )
        .values(
            {
                table.c.QtyAllocIN: table.c.QtyAllocIN + bindparam("taken", type_=table.c.QtyAllocIN.type),
                table.c.QtyAvail: table.c.QtyAvail - bindparam("taken", type_=table.c.QtyAvail.type),
            }
        )
    )
    for chunk in chunks(taken.values()):
        connection.execute(
            statement,
            [
                {
                    "the_item": line.invt_id,
                    "the_site": line.site_id,
                    "the_bin": line.whse_loc,
                    "taken": -quantity if give_back else quantity,
                }
                for line, quantity in chunk
            ],
        )


def _counted_bins(connection: Connection, company: SlCompany, sites: Iterable[str]) -> set[tuple[str, str]]:
    table = company.catalogue.table("LocTable")
    found: set[tuple[str, str]] = set()
    for chunk in chunks(sites):
        statement = select(table.c.SiteID, table.c.WhseLoc).where(table.c.SiteID.in_(chunk), table.c.InclQtyAvail == 1)
        found.update((sl_key(row[0]), sl_key(row[1])) for row in connection.execute(statement))
    return found

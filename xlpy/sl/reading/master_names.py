"""Ids and names of all customers, vendors, items and sites of SL: to find the likeliest partner of what has none."""

from __future__ import annotations

from xlpy.domain.mapping.overview.likeness import SlName
from xlpy.domain.mapping.overview.rows import SlNames
from xlpy.sl.connection.table_reader import TableReader


def read_master_names(reader: TableReader, cpny_id: str) -> SlNames:
    """Read them whole: four small selections, whatever the number of records."""

    def named(table: str, *columns: str, **equal: object) -> tuple[SlName, ...]:
        rows = reader.rows(table, columns, **equal)
        return tuple(SlName(*(row[column.lower()] for column in columns)) for row in rows)

    return SlNames(
        customers=named("Customer", "CustId", "Name", "Zip"),
        vendors=named("Vendor", "VendId", "Name", "Zip"),
        items=named("Inventory", "InvtID", "Descr"),
        sites=named("Site", "SiteId", "Name", CpnyID=cpny_id),
    )

"""The masters that a plan creates: customers, vendors, items, each with its rows."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import Connection, select

from xlpy.domain.documents.inventory import NewItem
from xlpy.domain.documents.plan import Plan
from xlpy.domain.facts.books import sl_key
from xlpy.sl.connection.rows import chunks
from xlpy.sl.screens.customers import customer_rows
from xlpy.sl.screens.entries import MasterKind, MasterName
from xlpy.sl.screens.entry_rows import EntryStamp, Values
from xlpy.sl.screens.items import item_rows
from xlpy.sl.screens.vendors import vendor_values
from xlpy.sl.writing.posting_checks import Rechecked

if TYPE_CHECKING:
    from xlpy.sl.connection.engine import SlCompany


@dataclass(frozen=True, slots=True)
class NewMaster:
    """A master to be created. ``rows``: by table, in the order in which they are written."""

    kind: MasterKind
    master_id: str
    rows: tuple[tuple[str, Values], ...]

    @property
    def name(self) -> MasterName:
        """Its key among the masters."""
        return self.kind, sl_key(self.master_id)


def new_masters(
    connection: Connection, company: SlCompany, plan: Plan, found: Rechecked, stamp: EntryStamp
) -> list[NewMaster]:
    """Return what the plan creates, but for what an earlier part of the run has made (another kind's plan)."""
    masters: list[NewMaster] = []
    for customer in plan.ar.customers:
        rows = customer_rows(customer, found.ar, stamp)
        by_table = ("Customer", rows.customer), ("SOAddress", rows.ship_to), ("AR_Balances", rows.balance)
        masters.append(NewMaster(MasterKind.CUSTOMER, customer.cust_id, by_table))
    for vendor in plan.ap.vendors:
        row = vendor_values(vendor, found.ap, stamp)
        masters.append(NewMaster(MasterKind.VENDOR, vendor.vend_id, (("Vendor", row),)))
    if plan.inventory.items:
        units = _units_of_all(connection, company, plan.inventory.items)
        for item in plan.inventory.items:
            missing = not _has_unit(item, units)
            item_all = item_rows(item, found.inventory, stamp, unit_missing=missing)
            masters.append(NewMaster(MasterKind.ITEM, item.invt_id, tuple(item_all)))
    return [master for master in masters if master.name not in found.made]


_Unit = tuple[str, str, str]  # sl_key of unit, class and item; * for all


def _units_of_all(connection: Connection, company: SlCompany, items: Iterable[NewItem]) -> set[_Unit]:
    """Return the conversions of a unit to itself, for whichever class and item."""
    table = company.catalogue.table("INUnit")
    columns = [table.c[name] for name in ("FromUnit", "ClassID", "InvtId")]
    found: set[_Unit] = set()
    for chunk in chunks(sorted({item.stock_unit for item in items})):
        statement = select(*columns).where(table.c.FromUnit.in_(chunk), table.c.ToUnit == table.c.FromUnit)
        found.update((sl_key(row[0]), sl_key(row[1]), sl_key(row[2])) for row in connection.execute(statement))
    return found


def _has_unit(item: NewItem, units: set[_Unit]) -> bool:
    unit = sl_key(item.stock_unit)
    return bool(units & {(unit, "*", "*"), (unit, sl_key(item.class_id), "*"), (unit, "*", sl_key(item.invt_id))})

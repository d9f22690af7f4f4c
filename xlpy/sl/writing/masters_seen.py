"""Customers, vendors and items that a plan rests on, read again under lock: there, usable, and new ones still new."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, select

from xlpy.domain.documents.plan import Plan
from xlpy.domain.facts.books import sl_key
from xlpy.domain.mapping.customers import USABLE
from xlpy.domain.mapping.items import MOVABLE
from xlpy.domain.mapping.vendors import ON_HOLD as VENDOR_ON_HOLD
from xlpy.domain.values.screens import screen
from xlpy.errors import PostingRefused
from xlpy.sl.connection.rows import chunks
from xlpy.sl.screens.entries import MasterKind, MasterName
from xlpy.sl.screens.entry_rows import VendorSeen
from xlpy.sl.screens.vendors import SCREEN as VENDOR_SCREEN
from xlpy.sl.screens.vendors import vendor_as_seen

if TYPE_CHECKING:
    from xlpy.sl.connection.engine import SlCompany

_AGAIN = "Check mappings and run the export again."
Ids = dict[str, str]  # sl_key → id


@dataclass(frozen=True, slots=True)
class MastersSeen:
    """``vendors``: by ``sl_key``, the new ones too. ``made``: new ones that this run made before, for another kind."""

    vendors: Mapping[str, VendorSeen] = field(default_factory=dict)
    made: frozenset[MasterName] = frozenset()


def refuse_moved_masters(connection: Connection, company: SlCompany, plan: Plan) -> MastersSeen:
    """Read a plan's masters; raises ``PostingRefused`` naming the first that is gone, blocked or made meanwhile."""
    _customers(connection, company, plan)
    _items(connection, company, plan)
    return _vendors(connection, company, plan)


def _customers(connection: Connection, company: SlCompany, plan: Plan) -> None:
    new = {sl_key(customer.cust_id): customer.cust_id for customer in plan.ar.customers}
    used = {sl_key(d.cust_id): d.cust_id for batch in plan.ar.batches for d in batch.documents}
    found = _read(connection, company, "Customer", ("CustId", "Status"), used | new)
    _refuse(MasterKind.CUSTOMER, used | new, new, found)
    for _, row in sorted(found.items()):
        if row[1] not in USABLE:
            raise _status(MasterKind.CUSTOMER, row[0], row[1], screen("08.260"))


def _vendors(connection: Connection, company: SlCompany, plan: Plan) -> MastersSeen:
    planned = {sl_key(vendor.vend_id): vendor for vendor in plan.ap.vendors}
    new = {key: vendor.vend_id for key, vendor in planned.items()}
    used = {sl_key(d.vend_id): d.vend_id for batch in plan.ap.batches for d in batch.documents}
    columns = ("VendId", "Status", "Name", "PmtMethod", "Vend1099", "DfltBox", "ClassID", "Crtd_Prog", "Crtd_User")
    found = _read(connection, company, "Vendor", columns, used | new)
    made = {
        key
        for key, vendor in planned.items()
        if key in found
        and (found[key][2], found[key][6]) == (vendor.name, vendor.class_id)
        and (found[key][7], found[key][8]) == (VENDOR_SCREEN, company.sl_user[:10])
    }
    _refuse(MasterKind.VENDOR, used | new, {key: some for key, some in new.items() if key not in made}, found)
    for _, row in sorted(found.items()):
        if row[1] == VENDOR_ON_HOLD:
            raise _status(MasterKind.VENDOR, row[0], row[1], screen("03.270"))
    return MastersSeen(
        {key: vendor_as_seen(vendor) for key, vendor in planned.items()}
        | {key: VendorSeen(row[2], row[3], bool(row[4]), row[5]) for key, row in found.items()},
        frozenset((MasterKind.VENDOR, key) for key in made),
    )


def _items(connection: Connection, company: SlCompany, plan: Plan) -> None:
    new = {sl_key(item.invt_id): item.invt_id for item in plan.inventory.items}
    moved = {
        sl_key(line.invt_id): line.invt_id
        for batch in plan.inventory.batches
        for document in batch.documents
        for line in document.lines
    }
    found = _read(connection, company, "Inventory", ("InvtID", "TranStatusCode"), moved | new)
    _refuse(MasterKind.ITEM, moved | new, new, found)
    for _, row in sorted(found.items()):
        if row[1] not in MOVABLE:
            raise _status(MasterKind.ITEM, row[0], row[1], screen("10.250"))


def _read(
    connection: Connection, company: SlCompany, table_name: str, columns: tuple[str, ...], ids: Ids
) -> dict[str, tuple[Any, ...]]:
    found: dict[str, tuple[Any, ...]] = {}
    for chunk in chunks(sorted(ids.values())):
        table = company.catalogue.require(table_name, *columns)
        statement = select(*(table.c[name] for name in columns)).where(table.c[columns[0]].in_(chunk))
        for row in connection.execute(statement):
            found[sl_key(row[0])] = tuple(row)
    return found


def _refuse(kind: MasterKind, needed: Ids, new: Ids, found: Mapping[str, object]) -> None:
    for key, some in sorted(needed.items()):
        if key in new and key in found:
            raise PostingRefused(f"{kind} {some} was created in SL meanwhile.", fix=_AGAIN)
        if key not in new and key not in found:
            raise PostingRefused(f"{kind} {some} is no longer in SL.", fix=_AGAIN)


def _status(kind: MasterKind, some: object, status: object, screen: str) -> PostingRefused:
    return PostingRefused(f"{kind} {some} has status {status or 'blank'} in SL now ({screen}).", fix=_AGAIN)

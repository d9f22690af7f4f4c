"""What the SL user may do on SL's screens, and what the SQL login may do in the database. Reads only."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import Connection, select

from xlpy.domain.books import sl_key
from xlpy.sl.engine import SlCompany

EVERYTHING_GROUP = "ADMINISTRATORS"
EVERYTHING_USER = "SYSADMIN"
ALL_COMPANIES = "[ALL]"

# Screen → (what it is for, whether this version of the product writes what the screen would write).
SCREENS: Mapping[str, tuple[str, bool]] = {
    "01.010": ("Journal Transactions", True),
    "01.260": ("Chart of Accounts Maintenance", False),
    "02.250": ("Currency Rate Maintenance", False),
    "03.010": ("Voucher and Adjustment Entry", True),
    "03.270": ("Vendor Maintenance", True),
    "04.010": ("Receipt/Invoice Entry", False),
    "04.250": ("Purchase Orders", False),
    "08.010": ("Invoice and Memo", True),
    "08.260": ("Customer Maintenance", True),
    "08.262": ("Shipping Addresses", True),
    "10.030": ("Adjustments", True),
    "10.040": ("Transfers", True),
    "10.250": ("Inventory Items", True),
    "10.270": ("Site Maintenance", False),
    "40.100": ("Sales Orders", False),
    "40.250": ("Customer Address", False),
    "40.400": ("Order Types", False),
}


@dataclass(frozen=True, slots=True)
class ScreenRight:
    """The SL user's right on a screen, through the user and all groups. ``may_insert``: may enter new records."""

    screen: str
    name: str
    written: bool
    may_view: bool
    may_insert: bool


def screen_rights(connection: Connection, company: SlCompany, user: str) -> tuple[ScreenRight, ...]:
    """Read the user's rights on every screen of the set-up check (SL: vs_accessdetrights, vs_usergrp).

    Members of ADMINISTRATORS and SYSADMIN have everything. Screen numbers are stored without dots and with a
    trailing ``00``; CompanyID is a company or ``[ALL]``.
    """
    groups_table = company.catalogue.table("vs_usergrp")
    groups = {
        sl_key(row.GroupId)
        for row in connection.execute(select(groups_table.c.GroupId).where(groups_table.c.UserId == user))
    }
    if sl_key(user) == EVERYTHING_USER or EVERYTHING_GROUP in groups:
        return tuple(ScreenRight(screen, name, used, True, True) for screen, (name, used) in SCREENS.items())
    rights = company.catalogue.table("vs_accessdetrights")
    numbers = {_stored(screen): screen for screen in SCREENS}
    view: set[str] = set()
    insert: set[str] = set()
    statement = select(rights).where(rights.c.ScreenNumber.in_(sorted(numbers)))
    for row in connection.execute(statement):
        mine = (row.RecType == "U" and sl_key(row.UserId) == sl_key(user)) or (
            row.RecType == "G" and sl_key(row.UserId) in groups
        )
        if not mine or sl_key(row.CompanyID) not in (sl_key(company.cpny_id), ALL_COMPANIES):
            continue
        screen = numbers[row.ScreenNumber]
        if row.ViewRights:
            view.add(screen)
        if row.InsertRights:
            insert.add(screen)
    return tuple(
        ScreenRight(screen, name, used, screen in view or screen in insert, screen in insert)
        for screen, (name, used) in SCREENS.items()
    )


def user_exists(connection: Connection, company: SlCompany, user: str) -> bool:
    """Whether SL knows the user id (SL: vs_userrec, RecType U)."""
    table = company.catalogue.table("vs_userrec")
    found = connection.execute(select(table.c.UserId).where(table.c.UserId == user, table.c.RecType == "U"))
    return found.first() is not None


def _stored(screen: str) -> str:
    return screen.replace(".", "") + "00"

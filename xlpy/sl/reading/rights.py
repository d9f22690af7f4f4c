"""What the SL user may do on SL's screens. Reads only. What the SQL login may do is in ``sql_rights``."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import Connection, select

from xlpy.domain.facts.books import sl_key
from xlpy.domain.values.transactions import Kind
from xlpy.sl.connection.engine import SlCompany

EVERYTHING_GROUP = "ADMINISTRATORS"
EVERYTHING_USER = "SYSADMIN"
ALL_COMPANIES = "[ALL]"


@dataclass(frozen=True, slots=True)
class ScreenUse:
    """What a screen of SL is to this product. ``kinds``: those for which it writes what the screen would.

    ``master``: only when the profile creates masters of this kind; ``journal``: only for journals (cost of goods,
    expenses that are no bills, adjustments and transfers by the settings); ``stock``: only for documents of Inventory.
    """

    kinds: frozenset[Kind] = frozenset()
    master: str = ""
    journal: bool = False
    stock: bool = False


_VOUCHERS = frozenset({Kind.EXPENSE, Kind.PROCUREMENT})
_INVOICES = frozenset({Kind.INVOICE})
_STOCK = frozenset({Kind.PROCUREMENT})
_TO_LOOK_UP = ScreenUse()
# The screens whose rights the manual asks to check; their names are in the table of screens.
USES: Mapping[str, ScreenUse] = {
    "01.010": ScreenUse(frozenset(Kind), journal=True),
    "01.260": _TO_LOOK_UP,
    "02.250": _TO_LOOK_UP,
    "03.010": ScreenUse(_VOUCHERS),
    "03.270": ScreenUse(_VOUCHERS, "vendors"),
    "04.010": _TO_LOOK_UP,
    "04.250": _TO_LOOK_UP,
    "08.010": ScreenUse(_INVOICES),
    "08.260": ScreenUse(_INVOICES, "customers"),
    "08.262": ScreenUse(_INVOICES, "customers"),
    "10.030": ScreenUse(_STOCK, stock=True),
    "10.040": ScreenUse(_STOCK, stock=True),
    "10.250": ScreenUse(_STOCK, "products", stock=True),
    "10.270": _TO_LOOK_UP,
    "40.100": _TO_LOOK_UP,
    "40.250": _TO_LOOK_UP,
    "40.400": _TO_LOOK_UP,
}


@dataclass(frozen=True, slots=True)
class ScreenRight:
    """The SL user's right on a screen, through the user and all groups. ``may_insert``: may enter new records.

    ``through``: the groups that give it, or the user's own id.
    """

    screen: str
    about: ScreenUse
    may_view: bool
    may_insert: bool
    through: tuple[str, ...] = ()


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
    for whole in (EVERYTHING_USER if sl_key(user) == EVERYTHING_USER else "", EVERYTHING_GROUP):
        if whole and (whole in groups or whole == sl_key(user)):
            return tuple(ScreenRight(screen, about, True, True, (whole,)) for screen, about in USES.items())
    rights = company.catalogue.table("vs_accessdetrights")
    numbers = {_stored(screen): screen for screen in USES}
    view: set[str] = set()
    insert: dict[str, set[str]] = {}
    for row in connection.execute(select(rights).where(rights.c.ScreenNumber.in_(sorted(numbers)))):
        holder = sl_key(row.UserId)
        mine = (row.RecType == "U" and holder == sl_key(user)) or (row.RecType == "G" and holder in groups)
        if not mine or sl_key(row.CompanyID) not in (sl_key(company.cpny_id), ALL_COMPANIES):
            continue
        screen = numbers[row.ScreenNumber]
        if row.ViewRights:
            view.add(screen)
        if row.InsertRights:
            insert.setdefault(screen, set()).add(holder)
    return tuple(
        ScreenRight(
            screen, about, screen in view | insert.keys(), screen in insert, tuple(sorted(insert.get(screen, ())))
        )
        for screen, about in USES.items()
    )


def user_exists(connection: Connection, company: SlCompany, user: str) -> bool:
    """Whether SL knows the user id (SL: vs_userrec, RecType U)."""
    table = company.catalogue.table("vs_userrec")
    found = connection.execute(select(table.c.UserId).where(table.c.UserId == user, table.c.RecType == "U"))
    return found.first() is not None


def _stored(screen: str) -> str:
    return screen.replace(".", "") + "00"

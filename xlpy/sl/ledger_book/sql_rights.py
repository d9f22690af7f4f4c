"""What the SQL login may do in the SL database, against what the program needs: one question to SQL Server for all.

On SQLite there are no rights: the file's own decide.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import Connection, Integer, String, case, column, func, literal, select, values

from xlpy.errors import RightsMissing
from xlpy.sl.connection import tsql
from xlpy.sl.connection.rows import chunks
from xlpy.sl.ledger_book.setup_script import COUNTERS, LEDGER_DENIED, LEDGER_RIGHTS, READ, REMOVE, ROLE, WRITE

if TYPE_CHECKING:
    from xlpy.sl.connection.engine import SlCompany

SHOWN = 6  # tables that are named; the others are counted
ASKED_AT_ONCE = 600  # three parameters each, of at most 2,100


@dataclass(frozen=True, slots=True, order=True)
class SqlRight:
    """A right on a table, or on one column of it."""

    table: str
    right: str
    column: str = ""


@dataclass(frozen=True, slots=True)
class SqlRights:
    """``missing``: needed and not held. ``beyond``: held on SL's tables without need, by right.

    ``roles``: powerful ones that the login is in. ``in_role``: whether the login is a member of the product's own role.
    """

    login: str
    in_role: bool
    missing: tuple[SqlRight, ...]
    beyond: Mapping[str, tuple[str, ...]]
    roles: tuple[str, ...]


def needed_rights() -> frozenset[SqlRight]:
    """Return what the program needs: what the set-up script grants to its role."""
    rights = {SqlRight(table, "SELECT") for table in READ}
    rights |= {SqlRight(table, "INSERT") for table in WRITE}
    rights |= {SqlRight(table, "DELETE") for table in REMOVE}
    rights |= {SqlRight(table, "UPDATE", name) for table, names in COUNTERS.items() for name in names}
    return frozenset(rights | {SqlRight(table, right) for table, some in LEDGER_RIGHTS.items() for right in some})


def unneeded_rights() -> frozenset[SqlRight]:
    """Return what the program never does: changing whole rows of SL's tables, adding or removing elsewhere.

    To the ledger's tables: what the set-up script denies.
    """
    tables = {table for table in READ if not table.lower().startswith("vs_")}
    rights = {SqlRight(table, "UPDATE") for table in tables}
    rights |= {SqlRight(table, "INSERT") for table in tables - set(WRITE)}
    rights |= {SqlRight(table, right) for table, some in LEDGER_DENIED.items() for right in some}
    return frozenset(rights | {SqlRight(table, "DELETE") for table in tables - set(REMOVE)})


def sql_rights(connection: Connection, there: Iterable[str]) -> SqlRights:
    """Ask SQL Server for every right. ``there``: the tables that this database has; others are not missing rights."""
    known = {table.upper() for table in there} | {table.upper() for table in LEDGER_RIGHTS}
    needed, unneeded = needed_rights(), unneeded_rights()
    asked = sorted(right for right in needed | unneeded if right.table.upper() in known)
    held = set(_held(connection, asked))
    login, in_role, *member = connection.execute(tsql.ROLES, {"role": ROLE}).one()
    beyond: dict[str, list[str]] = defaultdict(list)
    for right in sorted(held & unneeded):
        beyond[right.right].append(right.table)
    return SqlRights(
        login=str(login),
        in_role=bool(in_role),
        missing=tuple(right for right in asked if right in needed and right not in held),
        beyond={right: tuple(tables) for right, tables in beyond.items()},
        roles=tuple(name for name, is_member in zip(tsql.POWERFUL_ROLES, member, strict=True) if is_member),
    )


def refuse_missing_rights(connection: Connection, company: SlCompany) -> None:
    """Raise ``RightsMissing`` when the SQL login lacks a right that the program needs; a file has no rights."""
    if connection.dialect.name != "mssql":
        return
    found = sql_rights(connection, [table for table in READ if company.catalogue.has(table)])
    if found.missing:
        raise RightsMissing(found.login, rights_told(found.missing), ROLE, in_role=found.in_role)


def rights_told(rights: Iterable[SqlRight]) -> str:
    """Name rights with their tables and columns: *INSERT on ARDoc, ARTran; UPDATE on ARSetup.LastBatNbr*."""
    by_right: dict[str, list[str]] = defaultdict(list)
    for right in rights:
        by_right[right.right].append(f"{right.table}.{right.column}" if right.column else right.table)
    return "; ".join(f"{right} on {tables_told(tables)}" for right, tables in sorted(by_right.items()))


def tables_told(tables: Iterable[str]) -> str:
    """Name the first few tables, and say how many more there are."""
    names = list(tables)
    more = f" and {len(names) - SHOWN} more" if len(names) > SHOWN else ""
    return ", ".join(names[:SHOWN]) + more


def _held(connection: Connection, asked: list[SqlRight]) -> Iterator[SqlRight]:
    """Yield the rights that the login has (SQL Server: HAS_PERMS_BY_NAME)."""
    for part in chunks(asked, ASKED_AT_ONCE):
        wanted = values(
            column("name", String(128)), column("permission", String(20)), column("part", String(128)), name="wanted"
        ).data([(right.table, right.right, right.column) for right in part])
        whole = func.QUOTENAME(literal("dbo")) + "." + func.QUOTENAME(wanted.c.name)
        of_table = func.HAS_PERMS_BY_NAME(whole, "OBJECT", wanted.c.permission, type_=Integer)
        of_column = func.HAS_PERMS_BY_NAME(whole, "OBJECT", wanted.c.permission, wanted.c.part, "COLUMN", type_=Integer)
        answer = case((wanted.c.part == "", of_table), else_=of_column)
        for name, permission, part_of, has in connection.execute(
            select(wanted.c.name, wanted.c.permission, wanted.c.part, answer)
        ).all():
            if has == 1:
                yield SqlRight(name, permission, part_of)

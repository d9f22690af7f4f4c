"""The columns that this SL database really has, read at run time.

Newer builds of SL add columns, and none of SL's columns may be null: a writer with a fixed list breaks with the next
build. So every row starts as the blanks of every column there is, and the writers fill in what they know.
"""

from __future__ import annotations

import codecs
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import cache, lru_cache
from itertools import groupby
from operator import itemgetter
from types import MappingProxyType
from typing import Any

from sqlalchemy import (
    Column,
    Connection,
    Float,
    Integer,
    LargeBinary,
    MetaData,
    RowMapping,
    SmallInteger,
    String,
    Table,
    bindparam,
    text,
)
from sqlalchemy.types import TypeEngine

from xlpy.errors import SlError
from xlpy.sl.connection import tsql
from xlpy.sl.connection.schema import keeps_minutes, known_names, known_tables
from xlpy.sl.connection.types import SlAmount, SlDate, SlMinute, SlRowVersion, SlText

SQLITE_CODE_PAGE = "cp1252"

_SQLITE_CATALOGUE = text(
    "SELECT m.name, c.name, c.type, c.pk"
    " FROM sqlite_master m JOIN pragma_table_info(m.name) c"
    " WHERE m.type IN ('table', 'view') AND m.name IN :names ORDER BY m.name, c.cid"
).bindparams(bindparam("names", expanding=True))


@dataclass(frozen=True, slots=True)
class CatalogueColumn:
    """A column as the database has it. ``name``: SL's own spelling where it is known; ``length``: of text, in bytes."""

    name: str
    spelled: str  # as in this database
    kind: str  # SQL Server's type, in lower case
    length: int | None
    written_by_us: bool  # neither identity nor row version nor computed


class Catalogue:
    """SL's tables in one database. Names of tables and columns are found without regard to case."""

    def __init__(self, tables: Mapping[str, tuple[CatalogueColumn, ...]], code_page: str) -> None:
        self._columns = {name.upper(): columns for name, columns in tables.items()}
        self.code_page = code_page
        self._tables: dict[str, Table] = {}

    @classmethod
    def read(cls, connection: Connection, tables: Iterable[str] | None = None, *, code_page: str = "") -> Catalogue:
        """Read the catalogue of the connection's database: all known tables, or the named ones.

        ``code_page`` overrides that of the database's collation. Raises ``SlError`` for a named table that is missing
        and for a code page that Python doesn't know.
        """
        on_sqlite = connection.dialect.name == "sqlite"
        named = tuple(tables or ())
        wanted = [known_names().get(name.upper(), name) for name in named] or list(known_tables())
        found: dict[str, list[CatalogueColumn]] = {}
        rows = connection.execute(_SQLITE_CATALOGUE if on_sqlite else tsql.CATALOGUE, {"names": wanted})
        if on_sqlite:
            for table, of_table in groupby(rows, key=itemgetter(0)):
                name = known_names().get(table.upper(), table)
                found[name] = [_from_sqlite(name, column, str(kind), pk) for _, column, kind, pk in of_table]
        else:
            for row in rows.mappings():
                name = known_names().get(row["table_name"].upper(), row["table_name"])
                found.setdefault(name, []).append(_from_sql_server(name, row))
        read = cls({name: tuple(columns) for name, columns in found.items()}, _code_page(connection, code_page))
        for name in named:
            read.columns(name)
        return read

    def has(self, table: str) -> bool:
        """Tell whether the database has this table."""
        return table.upper() in self._columns

    def has_column(self, table: str, column: str) -> bool:
        """Tell whether a table of the database has this column; raises ``SlError`` when there is no such table."""
        return any(known.name.upper() == column.upper() for known in self.columns(table))

    def columns(self, table: str) -> tuple[CatalogueColumn, ...]:
        """Return a table's columns in the database's order; raises ``SlError`` when there is no such table."""
        try:
            return self._columns[table.upper()]
        except KeyError:
            raise SlError(
                f"This SL database has no table {known_names().get(table.upper(), table)} (or the SQL login may not"
                " see it).",
                fix="Check that the settings name the company database, not the system database.",
            ) from None

    def table(self, name: str) -> Table:
        """Return the table for statements; its columns are spelled as SL's own dictionary spells them."""
        key = name.upper()
        if key not in self._tables:
            self._tables[key] = _table(known_names().get(key, name), self.columns(name), self.code_page)
        return self._tables[key]

    def require(self, table: str, *columns: str) -> Table:
        """Return the table when it has all ``columns``; raises ``SlError`` naming those that are missing."""
        there = {column.name.upper() for column in self.columns(table)}
        missing = [column for column in columns if column.upper() not in there]
        if missing:
            raise SlError(
                f"Table {table} of this SL database lacks the column(s) {', '.join(missing)}.",
                fix="This version of SL is not one that the product knows; ask for support.",
            )
        return self.table(table)

    def insertable(self, name: str) -> tuple[str, ...]:
        """Return the columns that an insert must fill: all but identity, row version and computed columns."""
        return tuple(column.name for column in self.columns(name) if column.written_by_us)

    def blank_row(self, name: str) -> dict[str, object]:
        """Return a row of blanks: ``''``, ``0`` and no date in every column that an insert must fill."""
        return {column.name: _blank(column.kind) for column in self.columns(name) if column.written_by_us}

    def width(self, table: str, column: str) -> int | None:
        """Return how many bytes a text column holds; None for one that holds no text or is not there."""
        found = (known for known in self.columns(table) if known.name.upper() == column.upper())
        return next((known.length for known in found), None)

    def widths(self) -> Mapping[tuple[str, str], int]:
        """Return the bytes of every text column, by table and column in SL's own spelling."""
        return MappingProxyType(
            {
                (known_names().get(table, table), column.name): column.length
                for table, columns in self._columns.items()
                for column in columns
                if column.length is not None
            }
        )


@lru_cache(1_000)
def _table(name: str, columns: tuple[CatalogueColumn, ...], code_page: str) -> Table:
    """Return the table for statements: the same one for the same columns, since making one takes a while."""
    made = (Column(column.spelled, _type(column, code_page), key=column.name) for column in columns)
    return Table(name, MetaData(), *made, implicit_returning=False)


def _type(column: CatalogueColumn, code_page: str) -> TypeEngine[Any]:
    match column.kind:
        case "char" if column.length:
            return SlText(column.length, code_page)
        case "float" | "real":
            return SlAmount()
        case "smalldatetime" | "datetime" | "datetime2":
            return SlMinute() if keeps_minutes(column.name) else SlDate()
        case "smallint" | "tinyint" | "bit":
            return SmallInteger()
        case "int" | "bigint":
            return Integer()
        case "timestamp" | "rowversion":
            return SlRowVersion()
        case "decimal" | "numeric" | "money":
            return Float(asdecimal=True)
        case "binary" | "varbinary" | "image":
            return LargeBinary()
        case _:
            return String(column.length)


def _blank(kind: str) -> object:
    """Return the blank of a type of SQL Server; a column that a newer build added gets it too."""
    match kind:
        case "float" | "real" | "decimal" | "numeric" | "money":
            return Decimal(0)
        case "smallint" | "tinyint" | "bit" | "int" | "bigint":
            return 0
        case "smalldatetime" | "datetime" | "datetime2":
            return None  # our types make it 1900-01-01
        case "binary" | "varbinary" | "image":
            return b""
        case "uniqueidentifier":
            return "00000000-0000-0000-0000-000000000000"
        case _:
            return ""


@cache
def _spellings(table: str) -> Mapping[str, str]:
    known = known_tables().get(table)
    return {own.name.upper(): own.name for own in known.columns} if known is not None else {}


def _spelling(table: str, column: str) -> str:
    return _spellings(table).get(column.upper(), column)


def _from_sql_server(table: str, row: RowMapping) -> CatalogueColumn:
    kind = str(row["data_type"]).lower()
    bytes_held = row["length"] if kind in {"char", "varchar"} else None
    ours = not row["is_identity"] and not row["is_computed"] and kind not in {"timestamp", "rowversion"}
    return CatalogueColumn(
        _spelling(table, row["column_name"]), row["column_name"], kind, int(bytes_held) if bytes_held else None, ours
    )


@lru_cache(20_000)
def _from_sqlite(table: str, spelled: str, data_type: str, pk: int) -> CatalogueColumn:
    declared = data_type.upper()
    kind, length = declared.lower(), None
    if declared.startswith("CHAR"):  # CHARn, see xlpy.sl.connection.types
        kind, length = "char", int(declared.removeprefix("CHAR"))
    identity = declared == "INTEGER" and pk == 1
    kind = {"integer": "int"}.get(kind, kind)
    return CatalogueColumn(
        _spelling(table, spelled),
        spelled,
        kind,
        length,
        not identity and kind != "rowversion",
    )


def _code_page(connection: Connection, override: str) -> str:
    """Return the Python codec of the database's char columns."""
    if not override and connection.dialect.name == "sqlite":
        return SQLITE_CODE_PAGE
    named = override or f"cp{connection.execute(tsql.CODE_PAGE).scalar()}"
    named = {"cp65001": "utf-8", "cp0": "utf-16-le"}.get(named, named)
    try:
        codecs.lookup(named)
    except LookupError:
        raise SlError(
            f"The code page {named!r} of the SL database is not known.", fix="Set [sl] code_page, such as cp1252."
        ) from None
    return named

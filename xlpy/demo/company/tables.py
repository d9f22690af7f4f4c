"""SL's tables, with all their columns, keys and indexes, for SQLite and for a test database on SQL Server.

On SQLite the tables refuse what SQL Server would refuse: a text longer than its column, a number outside its type, an
empty date. They also refuse what SQL Server would put right and only SQL written by hand can send: seconds in a date,
and an empty text instead of a blank one. What SL compares, pads and counts is done by ``xlpy.sl.connection.sqlite``.
"""

# ruff: noqa: S608 # triggers are built from the names of our own dictionary, never from values

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime
from decimal import Decimal
from functools import cache
from typing import Any

from sqlalchemy import (
    DDL,
    CheckConstraint,
    Column,
    Engine,
    Identity,
    Index,
    Integer,
    MetaData,
    PrimaryKeyConstraint,
    SmallInteger,
    Table,
    Text,
    event,
)
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.types import TypeEngine

from xlpy.errors import SlError
from xlpy.sl.connection.schema import KnownColumn, KnownTable, SlKind, keeps_minutes, known_names, known_tables
from xlpy.sl.connection.types import SlAmount, SlDate, SlMinute, SlRowVersion, SlText

_METADATA = MetaData()


def table(name: str) -> Table:
    """Return one of SL's tables by its name (``vs_company`` and its like are tables here).

    Raises ``SlError`` for a name that SL does not have.
    """
    known = known_tables().get(known_names().get(name.upper(), ""))
    if known is None:
        raise SlError(f"SL has no table {name}.")
    return _built(known.name)


def metadata() -> MetaData:
    """Return all tables of a company database."""
    for name in known_tables():
        _built(name)
    return _METADATA


def create_tables(engine: Engine, names: Iterable[str] | None = None) -> None:
    """Create the named tables (all, by default) where they are missing."""
    wanted = [table(name) for name in (known_tables() if names is None else names)]
    with engine.begin() as connection:
        _METADATA.create_all(connection, tables=wanted)


def blank(column: Column[Any]) -> str | int | Decimal | date | datetime | None:
    """Return the blank of a column's type: ``''``, ``0`` or no date (which is 1900-01-01 in SL)."""
    kind = column.type
    if isinstance(kind, (SlText, Text)):
        return ""
    if isinstance(kind, SlAmount):
        return Decimal(0)
    if isinstance(kind, (SlDate, SlMinute, SlRowVersion)):
        return None
    return 0


class _KeyWithIdentity(PrimaryKeyConstraint):
    """The primary key of a table that has an identity column.

    SQLite counts only in a column that is the primary key by itself, so SL's key becomes a unique constraint there;
    one that has the identity in it can't be violated and is left out.
    """


@compiles(_KeyWithIdentity, "sqlite")
def _key_on_sqlite(key: _KeyWithIdentity, compiler: Any, **_: Any) -> str | None:
    if any(isinstance(column.type, _IdentityNumber) for column in key.columns):
        return None
    names = ", ".join(compiler.preparer.quote(column.name) for column in key.columns)
    return f"CONSTRAINT {compiler.preparer.quote(str(key.name))} UNIQUE ({names})"


class _IdentityNumber(Integer):
    """``int identity``."""


@compiles(_IdentityNumber, "sqlite")
def _identity_on_sqlite(_type: _IdentityNumber, _compiler: Any, **_: Any) -> str:
    return "INTEGER PRIMARY KEY AUTOINCREMENT"


@cache
def _built(name: str) -> Table:
    known = known_tables()[name]
    built = Table(
        name,
        _METADATA,
        *(_column(column) for column in known.columns),
        *(part for column in known.columns for part in _limits(known, column)),
        *(CheckConstraint(rule, name=f"CK_{name}_{column}") for column, rule in _CHECKS.get(name, {}).items()),
        *_keys(known),
        implicit_returning=False,
    )
    for trigger in _row_versions(known):
        event.listen(built, "after_create", trigger.execute_if(dialect="sqlite"))
    return built


# The only check constraints that SL has.
_CHECKS = {"GLSetup": {"AllowPostOpt": "\"AllowPostOpt\" IN ('A', 'P')", "PriorYearPost": '"PriorYearPost" IN (0, 1)'}}


def _column(known: KnownColumn) -> Column[Any]:
    if known.identity:
        return Column(known.name, _IdentityNumber(), Identity(), nullable=False)
    return Column(known.name, _type(known), nullable=known.nullable)


def _type(known: KnownColumn) -> TypeEngine[Any]:
    match known.kind:
        case SlKind.TEXT:
            return SlText(known.length)
        case SlKind.AMOUNT:
            return SlAmount()
        case SlKind.FLAG:
            return SmallInteger()
        case SlKind.COUNTER:
            return Integer()
        case SlKind.DATE:
            return SlMinute() if keeps_minutes(known.name) else SlDate()
        case SlKind.ROW_VERSION:
            return SlRowVersion()
        case SlKind.NOTE:
            return Text()


def _limits(known: KnownTable, column: KnownColumn) -> Iterable[CheckConstraint]:
    """Refuse on SQLite what SQL Server's types refuse or put right. Cutting nothing but trailing blanks is no loss.

    An empty text is refused since the driver reads it as None where a column has a converter: a blank is kept instead.
    Each connection reads all rules again, so they are short.
    """
    name = f'"{column.name}"'
    minute = rf"substr({name},17)='\:00'"  # for SQLAlchemy a colon alone would begin a parameter
    rules = {
        SlKind.TEXT: (f"length(rtrim({name}))<={column.length} AND length({name})", "char"),
        SlKind.AMOUNT: (f"{name} BETWEEN -1e308 AND 1e308", "float"),
        SlKind.FLAG: (f"{name} BETWEEN -32768 AND 32767", "smallint"),
        SlKind.COUNTER: (f"{name} BETWEEN -2147483648 AND 2147483647", "int"),
        SlKind.DATE: (f"{name} BETWEEN '1900-01-01' AND '2079-06-06 24' AND {minute}", "smalldatetime"),
    }
    if column.kind in rules and not column.identity:
        rule, kind = rules[column.kind]
        size = f"({column.length})" if column.length else ""
        yield CheckConstraint(rule, name=f"{known.name}.{column.name} {kind}{size}").ddl_if(dialect="sqlite")


def _keys(known: KnownTable) -> Iterable[PrimaryKeyConstraint | Index]:
    """SL's keys and indexes.

    On SQLite a plain index has its first column only, once: the collation is a Python function there, and inserting
    into a dozen wide indexes would take five times as long.
    """
    indexed: set[str] = set()
    for index in known.indexes:
        counted = known.identity in index.columns
        if index.role == "key":
            yield (_KeyWithIdentity if known.identity else PrimaryKeyConstraint)(*index.columns, name=index.name)
        elif index.role == "unique" and not counted:
            yield Index(index.name, *index.columns, unique=True)
        else:
            yield Index(index.name, *index.columns, unique=index.role == "unique").ddl_if(dialect="mssql")
        first = index.columns[0]
        if (index.role == "plain" or counted) and first not in indexed and first != known.identity:
            yield Index(f"{known.name}_{first}", first).ddl_if(dialect="sqlite")
        indexed.add(first)


def _row_versions(known: KnownTable) -> Iterable[DDL]:
    """Count up on SQLite what SQL Server counts with every update."""
    name = known.name
    for column in known.columns:
        if column.kind is SlKind.ROW_VERSION:
            yield _ddl(
                f'CREATE TRIGGER "{name}_version" AFTER UPDATE ON "{name}" '
                f'BEGIN UPDATE "{name}" SET {column.name}=sl_rowversion() WHERE rowid=NEW.rowid; END'
            )


def _ddl(statement: str) -> DDL:
    return DDL(statement)  # type: ignore[no-untyped-call] # SQLAlchemy's stubs lack it

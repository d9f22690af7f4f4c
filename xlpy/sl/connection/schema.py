"""What is known of SL's tables before a database is seen: columns, types, keys, indexes, spelling.

The facts are in ``schema.json`` beside this module, one line of columns per table. They give the demo company its
tables and the catalogue its spelling of names; what a live database really has is read by ``catalogue``.

Unverified: the types of ``vs_subxref``, ``vs_accessdetrights``, ``vs_userrec``, ``vs_usergrp``, ``vs_screen``,
``vs_intercompany``, ``vs_access`` and ``vs_domain`` (views onto the system database), and whether those have more
columns. Nothing depends on them but the demo's tables.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from importlib.resources import files
from types import MappingProxyType

from xlpy.domain.facts.books import sl_key


class SlKind(StrEnum):
    """The kinds of column that SL has. The value is the code in ``schema.json``."""

    TEXT = "c"  # char(n)
    AMOUNT = "f"  # float(53): amounts, quantities, rates
    FLAG = "s"  # smallint
    COUNTER = "i"  # int
    DATE = "d"  # smalldatetime
    ROW_VERSION = "v"  # timestamp
    NOTE = "t"  # text


@dataclass(frozen=True, slots=True)
class KnownColumn:
    """A column of SL. ``length``: bytes of a char column, else 0."""

    name: str
    kind: SlKind
    length: int = 0
    identity: bool = False
    nullable: bool = False


@dataclass(frozen=True, slots=True)
class KnownIndex:
    """A key or index of SL. ``role``: ``key`` (primary), ``unique`` or ``plain``."""

    name: str
    role: str
    columns: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class KnownTable:
    """A table of the company database, or a ``vs_``/``vw_`` view of it onto the system database."""

    name: str
    columns: tuple[KnownColumn, ...]
    indexes: tuple[KnownIndex, ...]

    @property
    def identity(self) -> str:
        """Name of the identity column, empty when there is none."""
        return next((column.name for column in self.columns if column.identity), "")


# Columns that keep the time of day; every other smalldatetime of SL is a date at midnight.
MINUTE_COLUMNS = frozenset({"CRTD_DATETIME", "LUPD_DATETIME", "DTREVISEDDATE"})


def keeps_minutes(column: str) -> bool:
    """Tell whether a smalldatetime column holds a time of day (*created* and *last updated*) or only a date."""
    return sl_key(column) in MINUTE_COLUMNS


@cache
def known_tables() -> Mapping[str, KnownTable]:
    """Return every table known, by its name in SL's own spelling and in SL's own order."""
    data = json.loads(files("xlpy.sl.connection").joinpath("schema.json").read_text(encoding="utf-8"))
    return MappingProxyType({name: _table(name, facts["columns"], facts["indexes"]) for name, facts in data.items()})


@cache
def known_names() -> Mapping[str, str]:
    """Return table names as SL spells them, by upper-case name: SL compares names without regard to case."""
    return MappingProxyType({name.upper(): name for name in known_tables()})


def _table(name: str, columns: str, indexes: list[list[str]]) -> KnownTable:
    return KnownTable(
        name,
        tuple(_column(*field.split(":")) for field in columns.split()),
        tuple(KnownIndex(index, role, tuple(keys.split())) for index, role, keys in indexes),
    )


def _column(name: str, code: str) -> KnownColumn:
    bare = code.rstrip("!?")
    return KnownColumn(name, SlKind(bare[0]), int(bare[1:] or 0), "!" in code, "?" in code)

"""The company's rows while a batch is released or posted: read once, changed in memory, written at the end.

The release works like SL's own: either everything that it did is saved, or nothing. So the steps change plain dicts
(column name → value, names spelt as in SL's tables), and ``Books.save`` writes what changed. Amounts are looked at
through ``amount``, which gives the thousandths that SL's release computes with.
"""

from __future__ import annotations

from datetime import date, datetime
from decimal import ROUND_HALF_UP, Decimal
from enum import Enum, auto
from functools import cache, lru_cache
from typing import TYPE_CHECKING, Any

from sqlalchemy import Column, Table, bindparam, delete, insert, select, update
from sqlalchemy.exc import IntegrityError

from xlpy.demo.company.tables import blank, table
from xlpy.domain.facts.books import sl_key
from xlpy.domain.values.dates import NO_DATE
from xlpy.errors import SlError

if TYPE_CHECKING:
    from sqlalchemy import ColumnElement, Connection, Delete, Select, Update

Row = dict[str, Any]
_THOUSANDTH = Decimal("0.001")


class SqlStopped(SlError):
    """A statement of the release was refused by the database; SL rolls everything back and leaves no message."""


def duplicate_key() -> SqlStopped:
    """Give the error of a violated key (SQL Server 2627)."""
    return SqlStopped("SQL error 2627 (duplicate key)")


def null_refused() -> SqlStopped:
    """Give the error of a NULL in a column that takes none (SQL Server 515)."""
    return SqlStopped("SQL error 515 (NULL)")


def amount(value: Decimal | int) -> Decimal:
    """Look at a float column the way SL's release does: as DECIMAL(28,3), half away from zero."""
    return Decimal(value).quantize(_THOUSANDTH, rounding=ROUND_HALF_UP)


def day(value: date | None) -> date:
    """Give the day of a date column, 1900-01-01 for SL's empty date."""
    return value or NO_DATE


def same(left: str, right: str) -> bool:
    """Compare two ids as SL's collation does."""
    return sl_key(left) == sl_key(right)


def key_of(row: Row, *columns: str) -> tuple[Any, ...]:
    """Give the values of columns as a key that compares as SL's collation does."""
    return tuple(sl_key(row[name]) if isinstance(row[name], str) else row[name] for name in columns)


def stamp(program: str, user: str, *, created: bool = True) -> Row:
    """Give the audit columns of a row that the release writes (``Crtd_`` only for new rows)."""
    now = datetime.now()  # noqa: DTZ005 - SL keeps the local time of the PC
    changed = {"LUpd_DateTime": now, "LUpd_Prog": program, "LUpd_User": user[:10]}
    if not created:
        return changed
    return {"Crtd_DateTime": now, "Crtd_Prog": program, "Crtd_User": user[:10], **changed}


class _Kept:
    """A row that is in the database: what was read, and what it is now."""

    __slots__ = ("read", "removed", "row")

    def __init__(self, row: Row) -> None:
        self.row = row
        self.read = dict(row)
        self.removed = False


class Books:
    """The rows of one release or posting, on one connection."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._kept: dict[str, dict[tuple[Any, ...], _Kept]] = {}
        self._new: dict[str, list[Row]] = {}
        self._answers: dict[str, dict[tuple[Any, ...], list[Row]]] = {}

    def rows(self, name: str, **equal: Any) -> list[Row]:
        """Give the rows of a table whose columns equal the values (a tuple: one of them), in order of their key.

        Rows added in this release come last. The dicts are the live ones: changing them changes the books.
        """
        answers = self._answers.setdefault(name, {})
        question = tuple(equal.items())
        if question not in answers:
            answers[question] = self._read(name, equal)
        return list(answers[question])

    def _read(self, name: str, equal: Row) -> list[Row]:
        source = table(name)
        question = tuple((column, _Asked.of(value)) for column, value in equal.items())
        found = self._connection.execute(_select(source, question), {_was(c): value for c, value in equal.items()})
        kept = self._kept.setdefault(name, {})
        names = [column.name for column in _key(source)]
        rows = []
        for record in found.mappings():
            key = tuple(record[name] for name in names)
            if key not in kept:
                kept[key] = _Kept(dict(record))
            if not kept[key].removed:
                rows.append(kept[key].row)
        rows.extend(row for row in self._new.get(name, ()) if _matches(row, equal))
        return rows

    def one(self, name: str, **equal: Any) -> Row | None:
        """Give the first row that ``rows`` would give, or None."""
        rows = self.rows(name, **equal)
        return rows[0] if rows else None

    def highest(self, name: str, column: str, first: str, last: str) -> Any:
        """Give the highest saved value of a column from ``first`` to ``last``, or None."""
        kept = table(name).c[column]
        return self._connection.scalar(select(kept).where(kept >= first, kept <= last).order_by(kept.desc()).limit(1))

    def add(self, name: str, **values: Any) -> Row:
        """Add a row; columns that are not given are blank."""
        row = blank_row(name)
        unknown = set(values) - set(row)
        if unknown:
            raise KeyError(f"{name} has no column {', '.join(sorted(unknown))}")
        row.update(values)
        self._new.setdefault(name, []).append(row)
        self._answers.pop(name, None)
        return row

    def remove(self, name: str, row: Row) -> None:
        """Delete a row when the books are saved."""
        self._answers.pop(name, None)
        for kept in self._kept.get(name, {}).values():
            if kept.row is row:
                kept.removed = True
                return
        self._new[name] = [new for new in self._new.get(name, ()) if new is not row]

    def save(self) -> None:
        """Write everything that changed: deletes, updates, inserts. Raises SqlStopped for a violated key."""
        try:
            for name, kept_rows in self._kept.items():
                for key, kept in kept_rows.items():
                    self._write(table(name), key, kept)
            for name, rows in self._new.items():
                if rows:
                    self._connection.execute(insert(table(name)), rows)
        except IntegrityError as refused:
            raise duplicate_key() from refused
        self._kept.clear()
        self._new.clear()
        self._answers.clear()

    def _write(self, source: Table, key: tuple[Any, ...], kept: _Kept) -> None:
        changed = {name: value for name, value in kept.row.items() if value != kept.read[name]}
        if not kept.removed and not changed:
            return
        here = {_was(column.name): value for column, value in zip(_key(source), key, strict=True)}
        if kept.removed:
            self._connection.execute(_delete(source), here)
        else:
            self._connection.execute(_update(source, tuple(changed)), here | changed)


def blank_row(name: str) -> Row:
    """Give a row of a table with every column blank, but those that the database fills (row version, identity)."""
    return {
        column.name: blank(column)
        for column in table(name).columns
        if column.name != "tstamp" and column.identity is None
    }


@cache
def _key(source: Table) -> list[Column[Any]]:
    identity = [column for column in source.columns if column.identity is not None]
    return identity or list(source.primary_key.columns) or [c for c in source.columns if c.name != "tstamp"]


class _Asked(Enum):
    """How a value is asked for."""

    ONE = auto()
    SOME = auto()
    NOTHING = auto()

    @classmethod
    def of(cls, value: Any) -> _Asked:
        if value is None:
            return cls.NOTHING
        return cls.SOME if isinstance(value, tuple) else cls.ONE


# A release asks the same questions of each batch: their statements are made once in a process.


@lru_cache(500)
def _select(source: Table, question: tuple[tuple[str, _Asked], ...]) -> Select[Any]:
    conditions = (_condition(source.columns[name], asked) for name, asked in question)
    return select(source).where(*conditions).order_by(*_key(source))


@lru_cache(500)
def _update(source: Table, changed: tuple[str, ...]) -> Update:
    values: dict[str, Any] = {name: bindparam(name) for name in changed}
    return update(source).where(*(_condition(column, _Asked.ONE) for column in _key(source))).values(values)


@cache
def _delete(source: Table) -> Delete:
    return delete(source).where(*(_condition(column, _Asked.ONE) for column in _key(source)))


def _condition(column: Column[Any], asked: _Asked) -> ColumnElement[bool]:
    match asked:
        case _Asked.ONE:
            return column == bindparam(_was(column.name), type_=column.type)
        case _Asked.SOME:
            return column.in_(bindparam(_was(column.name), type_=column.type, expanding=True))
        case _Asked.NOTHING:
            return column.is_(None)


def _was(column: str) -> str:
    """Name the parameter of a column that is compared; one that is set has the column's own name."""
    return f"was_{column}"


def _matches(row: Row, equal: Row) -> bool:
    # What is not stored yet has no RecordID: the database gives it.
    return all(name in row and _holds(row[name], value) for name, value in equal.items())


def _holds(found: Any, wanted: Any) -> bool:
    if isinstance(wanted, tuple):
        return any(_holds(found, one) for one in wanted)
    return same(found, wanted) if isinstance(found, str) and isinstance(wanted, str) else found == wanted

"""Reading columns of SL's tables: rows keyed by lower-case column name, only of values that can be in SL."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Connection, Integer, select

from xlpy.domain.facts.books import sl_key
from xlpy.domain.values.widths import encoded_size
from xlpy.errors import SlError
from xlpy.sl.connection.engine import SlCompany
from xlpy.sl.connection.rows import chunks
from xlpy.sl.connection.types import SlDate, SlMinute, ValueUnreadable

Fields = Mapping[str, Any]
MOST_DECIMALS = 9  # that SL's columns of decimal places (DecPl, DecPlQty, …) can say


@dataclass(frozen=True, slots=True)
class TableReader:
    """Reads columns of SL's tables; rows come keyed by lower-case column name, texts without padding."""

    connection: Connection
    company: SlCompany

    def rows(self, table: str, columns: tuple[str, ...], **equal: object) -> Iterator[Fields]:
        """Read the rows in which all named columns have these values."""
        source = self.company.catalogue.require(table, *columns, *equal)
        yield from self._read(table, columns, [source.c[name] == value for name, value in equal.items()])

    def one(self, table: str, columns: tuple[str, ...], **equal: object) -> Fields | None:
        """Read the one row of a set-up table, None when it is missing."""
        return next(iter(list(self.rows(table, columns, **equal))), None)

    def rows_of(self, table: str, columns: tuple[str, ...], column: str, values: Collection[str]) -> Iterator[Fields]:
        """Read the rows whose ``column`` is one of ``values``; what does not fit the column can't be in SL."""
        source = self.company.catalogue.require(table, *columns, column)
        for chunk in chunks(self.fitting(table, column, values)):
            yield from self._read(table, columns, [source.c[column].in_(chunk)])

    def fitting(self, table: str, column: str, values: Collection[str]) -> list[str]:
        """Return the different values that a column can hold, sorted; blanks are none."""
        width = self.company.catalogue.width(table, column) or 0
        stripped = {sl_key(value): value.rstrip() for value in values if value.strip()}
        sizes = {key: encoded_size(value, self.company.code_page) for key, value in stripped.items()}
        return sorted(stripped[key] for key, size in sizes.items() if size is not None and size <= width)

    def _read(self, table: str, columns: tuple[str, ...], where: list[ColumnElement[bool]]) -> Iterator[Fields]:
        source = self.company.catalogue.require(table, *columns)
        names = [name.lower() for name in columns]
        # All rows are fetched before the next statement: one open cursor per connection.
        wanted = [source.c[name] for name in columns]
        try:
            found = self.connection.execute(select(*wanted).where(*where)).all()
        except ValueUnreadable as error:
            raise SlError(f"Table {table}: {error.text}", fix=error.fix) from error
        for row in found:
            yield readable(table, dict(zip(names, row, strict=True)), wanted)


def readable(table: str, row: Fields, columns: Iterable[ColumnElement[Any]]) -> Fields:
    """Return a row of SL, keyed by lower-case column name, whose values are of the kinds that SL itself writes.

    Raises ``SlError`` naming table, column and row for a NULL, for a text where a whole number should be, and for
    places of decimals that no amount has.
    """
    for column, (name, value) in zip(columns, row.items(), strict=True):
        if value is None:
            odd = not isinstance(column.type, SlDate | SlMinute)  # their empty date is None
        else:
            odd = isinstance(column.type, Integer) and not isinstance(value, int)
            odd = odd or (name.startswith("decpl") and value not in range(MOST_DECIMALS + 1))
        if odd:
            raise _unreadable(table, str(getattr(column, "name", name)), value, row)
    return row


def _unreadable(table: str, column: str, value: object, row: Fields) -> SlError:
    """Say which row of SL has no value, or a text for a number, where SL itself never has one."""
    key = next(
        (str(other) for name, other in row.items() if name != column.lower() and isinstance(other, str) and other), ""
    )
    return SlError(
        f"Table {table} of SL has {'no value (NULL)' if value is None else repr(value)} in {column}"
        + (f", in the row of {key!r}." if key else "."),
        fix="Ask whoever looks after the SL database what wrote it there; run this again when it is corrected.",
    )

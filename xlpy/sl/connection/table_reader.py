"""Reading columns of SL's tables: rows keyed by lower-case column name, only of values that can be in SL."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Connection, select

from xlpy.domain.facts.books import sl_key
from xlpy.domain.values.widths import encoded_size
from xlpy.sl.connection.engine import SlCompany
from xlpy.sl.connection.rows import chunks

Fields = Mapping[str, Any]


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
        for row in self.connection.execute(select(*(source.c[name] for name in columns)).where(*where)).all():
            yield dict(zip(names, row, strict=True))

"""Rows of a table as the user left them: texts and dates only. Money is never read back from cells."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any

from xlpy.domain.values.statuses import Include
from xlpy.errors import WorkbookError
from xlpy.excel.tables.placed import PlacedTable, find_table
from xlpy.excel.workbook.sheet import CellKind, Column, Sheet
from xlpy.excel.workbook.typed_text import excel_error

if TYPE_CHECKING:
    import xlwings as xw

_READ = frozenset({CellKind.TEXT, CellKind.WRAP, CellKind.DATE, CellKind.TIME, CellKind.COUNT})
_TEXTS = frozenset({CellKind.TEXT, CellKind.WRAP})


_MEANINGS: Mapping[object, Include] = {
    "": Include.NO,
    "no": Include.NO,
    "n": Include.NO,
    "yes": Include.YES,
    "y": Include.YES,
    "x": Include.YES,
    "true": Include.YES,
    "1": Include.YES,
    "again": Include.AGAIN,
}


class IncludeNotUnderstood(WorkbookError, ValueError):
    """A mark that is neither Yes nor Again nor empty; it is never guessed."""

    def __init__(self, mark: object) -> None:
        error = excel_error(mark)
        shown = f"shows {error}" if error else f"is {mark!r}"
        super().__init__(f"Include {shown}; it has to be Yes, Again or empty")


@dataclass(frozen=True, slots=True)
class RowProblem:
    """Something in a row that can't be used as it is. ``row``: its number in Excel."""

    row: int
    column: str
    text: str
    fix: str = ""


@dataclass(frozen=True, slots=True)
class Row:
    """A row of a table: its number in Excel, its cells by column name (no amounts), and what is wrong with it."""

    number: int
    cells: Mapping[str, object]
    problems: tuple[RowProblem, ...] = field(default=())

    def __getitem__(self, column: str) -> object:
        return self.cells[column]


def parse_include(cell: object) -> Include:
    """Read a mark: Yes, Again or nothing; Y, x, TRUE and 1 count as Yes, No and n as nothing.

    Raises ``IncludeNotUnderstood`` for anything else, an Excel error included.
    """
    if cell is None or cell is False:
        return Include.NO
    if cell is True or (isinstance(cell, int | float) and cell == 1):
        return Include.YES
    meaning = _MEANINGS.get(cell.strip().casefold()) if isinstance(cell, str) else None
    if meaning is None:
        raise IncludeNotUnderstood(cell)
    return meaning


def read_rows(book: xw.Book, sheet: Sheet) -> list[Row]:
    """Read the rows of a sheet's table, one call per block of neighbouring columns.

    Texts come as str (empty for nothing), dates as date, times as datetime, Include as the cell has it; amounts and
    the user's own columns are left out. Rows with nothing in them are left out too. A text column that holds a number
    is a problem of its row and comes as empty text: leading zeros may be gone, and are never guessed.
    Raises ``WorkbookError`` when the table or a column is missing.
    """
    place = find_table(book, sheet)
    columns = [column for column in sheet.columns if column.kind in _READ]
    values = place.read(sorted(place.position(column.name) for column in columns))
    by_name = {column.name: values[place.position(column.name)] for column in columns}
    first_of: dict[object, int] = {}
    rows: list[Row] = []
    for i in range(place.rows):
        raw = {name: cells[i] for name, cells in by_name.items()}
        if all(value is None or value == "" for value in raw.values()):
            continue
        rows.append(_row(place, place.first + i, raw, columns, first_of))
    return rows


def read_columns(book: xw.Book, sheet: Sheet, names: Sequence[str]) -> list[dict[str, Any]]:
    """Read some columns of a sheet's table as they are, row by row."""
    place = find_table(book, sheet)
    values = place.read(sorted(place.position(name) for name in names))
    return [{name: values[place.position(name)][i] for name in names} for i in range(place.rows)]


def read_keys(place: PlacedTable) -> list[str]:
    """Read the key of each row; empty where it is not a text."""
    (cells,) = place.read([place.position(place.definition.key)]).values()
    return [cell if isinstance(cell, str) else "" for cell in cells]


def _row(
    place: PlacedTable,
    number: int,
    raw: Mapping[str, object],
    columns: list[Column],
    first_of: dict[object, int],
) -> Row:
    cells: dict[str, object] = {}
    problems: list[RowProblem] = []
    for column in columns:
        value = raw[column.name]
        if column.name == "Include":
            cells[column.name] = value
            try:
                parse_include(value)
            except IncludeNotUnderstood as error:
                problems.append(RowProblem(number, column.name, error.text, "Write Yes or Again, or clear the cell."))
        elif column.kind in _TEXTS:
            cells[column.name] = value if isinstance(value, str) else ""
            if value is not None and not isinstance(value, str):
                problems.append(
                    RowProblem(
                        number,
                        column.name,
                        f"{column.name} arrived as {_named(value)} and not as text, so that zeros may be missing.",
                        "Format the column as text (@) and refresh.",
                    )
                )
        else:
            cells[column.name] = value.date() if isinstance(value, datetime) and column.kind is CellKind.DATE else value
    key = place.definition.key
    if key:
        problems += _key_problems(number, key, cells[key], first_of)
    return Row(number, cells, tuple(problems))


def _key_problems(number: int, key: str, value: object, first_of: dict[object, int]) -> list[RowProblem]:
    if not value:
        return [RowProblem(number, key, f"The row has no {key}, so that it is not one of Manage's.", "Delete the row.")]
    before = first_of.setdefault(value, number)
    if before != number:
        return [RowProblem(number, key, f"Row {before} has the same {key} {value}.", "Delete the copy.")]
    return []


def _named(value: object) -> str:
    if isinstance(value, float):
        return f"the number {value:.15g}"
    return f"the date {value:%Y-%m-%d}" if isinstance(value, datetime) else repr(value)

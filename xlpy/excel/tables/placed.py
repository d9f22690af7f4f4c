"""Finds a sheet's table in a workbook, and reads and writes blocks of its rows: one call per block."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import TYPE_CHECKING, Any

from xlpy.errors import WorkbookError
from xlpy.excel.workbook.sheet import Sheet

if TYPE_CHECKING:
    import xlwings as xw


@dataclass(frozen=True, slots=True)
class PlacedTable:
    """A table where it stands now. ``headers`` are all its columns, the user's own included.

    ``rows`` counts the rows below the header: at least 1, since Excel has no table without a row.
    """

    definition: Sheet
    sheet: xw.Sheet
    table: xw.Table
    header_row: int
    left: int
    rows: int
    headers: tuple[str, ...]

    @property
    def first(self) -> int:
        """Number of the first data row."""
        return self.header_row + 1

    @property
    def extra(self) -> tuple[int, ...]:
        """Positions of the user's own columns."""
        own = {column.name for column in self.definition.columns}
        return tuple(i for i, name in enumerate(self.headers) if name not in own)

    def position(self, column: str) -> int:
        """Position of a column in the table, from 0."""
        return self.headers.index(column)

    def block(self, first_row: int, rows: int, position: int, columns: int = 1) -> xw.Range:
        """Return the range of ``rows`` rows from a row number, and ``columns`` columns from a position."""
        left = self.left + position
        return self.sheet.range((first_row, left), (first_row + rows - 1, left + columns - 1))

    def read(self, positions: Sequence[int]) -> dict[int, list[Any]]:
        """Read columns of all rows, neighbours in one call. Returns each position's values; errors as ``#REF!``."""
        found: dict[int, list[Any]] = {}
        for start, count in runs(positions):
            block = self.block(self.first, self.rows, start, count)
            values = block.options(ndim=2, chunksize=None, err_to_str=True).value
            for i in range(count):
                found[start + i] = [row[i] for row in values]
        return found

    def write(self, first_row: int, columns: Mapping[int, Sequence[Any]]) -> None:
        """Write columns from a row number on, neighbours in one call; each position's values, all of one length."""
        for start, count in runs(sorted(columns)):
            block = [list(row) for row in zip(*(columns[start + i] for i in range(count)), strict=True)]
            if block:
                target = self.block(first_row, len(block), start, count)
                target.options(ndim=2, chunksize=None).value = block

    def format(self, first_row: int, rows: int, format_of: Callable[[int], str | None]) -> None:
        """Format columns by position, neighbours of the same format in one call; None leaves a column as it is."""
        formats = ((i, format_of(i)) for i in range(len(self.headers)))
        for code, group in groupby(formats, key=lambda pair: pair[1]):
            positions = [i for i, _ in group]
            if code is not None:
                self.block(first_row, rows, positions[0], len(positions)).number_format = code

    def resized(self, rows: int) -> PlacedTable:
        """Give the table that many data rows and return it as it stands then; what cells hold does not change."""
        if rows != self.rows:
            self.table.resize(self.block(self.header_row, rows + 1, 0, len(self.headers)))
        return PlacedTable(self.definition, self.sheet, self.table, self.header_row, self.left, rows, self.headers)

    def refuse_growth_over(self, rows: int) -> None:
        """Raise ``WorkbookError`` when the table can't grow to ``rows`` without running over something below it."""
        more = rows - self.rows
        if more <= 0:
            return
        below = self.block(self.first + self.rows, more, 0, len(self.headers))
        if formula_areas(below) or _has_values(below):
            raise WorkbookError(
                f"Something stands below the table of the sheet {self.sheet.name}, where its rows have to go.",
                fix="Move or delete it; nothing was changed.",
            )


def find_table(book: xw.Book, definition: Sheet) -> PlacedTable:
    """Find a sheet's table and its columns. Raises ``WorkbookError`` when the sheet, table or a column is missing."""
    sheet = next((s for s in book.sheets if s.name == definition.name), None)
    table = next((t for t in sheet.tables if t.name == definition.table), None) if sheet is not None else None
    if sheet is None or table is None:
        raise WorkbookError(
            f"The workbook has no sheet {definition.name!r} with a table {definition.table!r}.",
            fix="Undo the renaming, or make a new workbook with 'xlpy new'.",
        )
    box = table.range
    header_row, left, (rows, columns) = box.row, box.column, box.shape
    (names,) = sheet.range((header_row, left), (header_row, left + columns - 1)).options(ndim=2).value
    headers = tuple(str(name) for name in names)
    missing = [column.name for column in definition.columns if column.name not in headers]
    if missing:
        raise WorkbookError(
            f"The table of the sheet {definition.name} has no column {', '.join(missing)}.",
            fix="Undo the renaming, or make a new workbook with 'xlpy new'.",
        )
    return PlacedTable(definition, sheet, table, header_row, left, max(rows - 1, 1), headers)


def find_table_again(place: PlacedTable) -> PlacedTable:
    """Return the table as it stands after rows were taken out of it."""
    rows = place.table.range.shape[0] - 1
    return PlacedTable(
        place.definition, place.sheet, place.table, place.header_row, place.left, max(rows, 1), place.headers
    )


def runs(positions: Sequence[int]) -> Iterator[tuple[int, int]]:
    """Start and length of each run of neighbours in a rising sequence."""
    for _, group in groupby(enumerate(positions), key=lambda pair: pair[1] - pair[0]):
        members = [position for _, position in group]
        yield members[0], len(members)


def formula_areas(block: xw.Range) -> list[xw.Range]:
    """Return the blocks of cells with formulas.

    Excel answers "no cells were found" as an error, in its own language, of which xlwings knows the English words.
    """
    try:
        return list(block.get_special_cells("formulas"))
    except WorkbookError:
        raise
    except Exception:
        if any(text.startswith("=") for text in texts_of(block.formula)):
            raise
        return []


def visible_areas(block: xw.Range) -> list[xw.Range]:
    """Return the blocks of visible cells; none when a filter hides them all (for errors see ``formula_areas``)."""
    try:
        return list(block.get_special_cells("visible"))
    except WorkbookError:
        raise
    except Exception:
        if block.rows.hidden is not True:
            raise
        return []


def texts_of(formula: object) -> set[str]:
    """Return the different formulas of a range: Excel gives one text for one cell, rows of texts for several."""
    if isinstance(formula, str):
        return {formula}
    rows = formula if isinstance(formula, list | tuple) else ()
    return {str(text) for row in rows for text in (row if isinstance(row, list | tuple) else (row,))}


def _has_values(block: xw.Range) -> bool:
    return any(value is not None for row in block.options(ndim=2, chunksize=None).value for value in row)

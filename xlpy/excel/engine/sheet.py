"""A sheet: its cells by row and column, its tables, and which of its rows a filter hides."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from openpyxl.cell.cell import Cell, MergedCell
from openpyxl.styles.cell_style import StyleArray
from openpyxl.worksheet.worksheet import Worksheet

from xlpy.errors import WorkbookError
from xlpy.excel.engine.cells import WHOLE_ROW, RangeImpl, range_at
from xlpy.excel.engine.refusals import CallNotSupported, NotResizable, SheetHidden, SheetProtected
from xlpy.excel.engine.styles import Styles
from xlpy.excel.engine.table import TableImpl, TablesImpl
from xlpy.excel.workbook.formulas import Insertion, Removal

if TYPE_CHECKING:
    from xlpy.excel.engine.book import BookImpl

_NUM_FMT = 3
_ROWS = re.compile(r"(\d+):(\d+)")


class SheetImpl:
    """One worksheet of an open book."""

    __slots__ = ("_new_styles", "book", "cells", "styles", "worksheet")

    def __init__(self, book: BookImpl, worksheet: Worksheet, styles: Styles) -> None:
        self.book = book
        self.worksheet = worksheet
        self.styles = styles
        self.cells: dict[tuple[int, int], Any] = worksheet._cells  # noqa: SLF001
        self._new_styles: dict[int, StyleArray | None] = {}

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        raise CallNotSupported(f"Sheet.{name}")

    @property
    def api(self) -> Worksheet:
        """The sheet of openpyxl."""
        return self.worksheet

    @property
    def name(self) -> str:
        """The sheet's name."""
        return str(self.worksheet.title)

    @property
    def index(self) -> int:
        """Place of the sheet, from 1."""
        return [sheet.name for sheet in self.book.sheets].index(self.name) + 1

    @property
    def tables(self) -> TablesImpl:
        """The Excel tables of the sheet."""
        return TablesImpl(self)

    def activate(self) -> None:
        """Make it the sheet that the file opens with, and the only one selected. Excel shows no hidden one."""
        if self.worksheet.sheet_state != "visible":
            raise SheetHidden(self.name)
        workbook = self.book.workbook
        workbook.active = workbook.index(self.worksheet)
        for worksheet in workbook.worksheets:
            worksheet.sheet_view.tabSelected = worksheet is self.worksheet

    def range(self, arg1: object, arg2: object = None) -> RangeImpl:
        """Return a range by address, by (row, column), by two corners, or by (row, column, rows, columns).

        An address may name whole rows, as ``5:7``.
        """
        if isinstance(arg1, str) and arg2 is None and (rows := _ROWS.fullmatch(arg1)):
            return RangeImpl(self, int(rows[1]), 1, int(rows[2]) - int(rows[1]) + 1, WHOLE_ROW)
        if isinstance(arg1, str) and arg2 is None:
            return range_at(self, arg1)
        if isinstance(arg1, tuple) and len(arg1) == 4:
            return RangeImpl(self, *arg1)
        top, left, bottom, right = *self._corner(arg1), *self._corner(arg2 if arg2 is not None else arg1, last=True)
        return RangeImpl(self, top, left, bottom - top + 1, right - left + 1)

    def _corner(self, corner: object, *, last: bool = False) -> tuple[int, int]:
        if isinstance(corner, RangeImpl):
            return (corner.last_row, corner.last_column) if last else (corner.row, corner.column)
        if isinstance(corner, tuple) and len(corner) == 2:
            return corner
        raise CallNotSupported(f"A range given as {corner!r}")

    # cells and their styles

    def cell_at(self, row: int, column: int) -> Any:
        """Return the cell, made when it was never touched, with the look of its column."""
        cell: Any = self.cells.get((row, column))
        if cell is None:
            beside = self.cells.get((row, column - 1))
            row = row if beside is None else beside.row  # the same object: hundreds of thousands of cells have numbers
            cell = self.cells[row, column] = Cell(self.worksheet, row=row, column=column)
            cell._style = self._new_style(column)  # noqa: SLF001 (shared, see styles)
        elif isinstance(cell, MergedCell):
            raise WorkbookError(
                f"{self.name}!{cell.coordinate} is part of merged cells.", fix="Unmerge them in Excel and try again."
            )
        return cell

    def style_at(self, row: int, column: int) -> StyleArray:
        """Return the style of a cell without making it."""
        cell = self.cells.get((row, column))
        style = self._new_style(column) if cell is None else cell._style  # noqa: SLF001
        return style if style is not None else StyleArray()

    def restyle(self, cell: Any, place: int, number: int) -> None:
        """Give a cell a style that differs in one place; no other cell changes."""
        cell._style = self.styles.changed(cell._style, place, number)  # noqa: SLF001

    def forget_new_styles(self) -> None:
        """After a table has changed its size: new cells look like its first row again."""
        self._new_styles.clear()

    def _new_style(self, column: int) -> StyleArray | None:
        """Style of a cell never touched: the column's, else a table's first row, but for the number format.

        The number format is left out on purpose: whether Excel extends it when a table grows is not to be relied on.
        """
        if column not in self._new_styles:
            self._new_styles[column] = self._column_style(column) or self._table_style(column)
        return self._new_styles[column]

    def _column_style(self, column: int) -> StyleArray | None:
        dimension: Any
        for dimension in self.worksheet.column_dimensions.values():
            low, high = dimension.min or dimension.index, dimension.max
            if isinstance(low, int) and isinstance(high, int) and low <= column <= high and dimension.has_style:
                return StyleArray(dimension._style)  # noqa: SLF001
        return None

    def _table_style(self, column: int) -> StyleArray | None:
        for table in self.tables:
            box = table.range
            first = self.cells.get((box.row + 1, column))
            if box.column <= column <= box.last_column and first is not None and first.has_style:
                return self.styles.changed(first._style, _NUM_FMT, 0)  # noqa: SLF001
        return None

    # rows and columns

    def refuse_protected(self, block: RangeImpl | None = None) -> None:
        """Raise ``SheetProtected`` as Excel would: for contents of locked cells, and for everything else (no block)."""
        if self.worksheet.protection.sheet and (block is None or any(self._is_locked(*key) for key in block.places())):
            raise SheetProtected(self.name)

    def _is_locked(self, row: int, column: int) -> bool:
        cell = self.cells.get((row, column))
        return cell is None or cell.protection.locked is not False

    def is_row_hidden(self, row: int) -> bool:
        """Whether a row is hidden, by a filter or by hand."""
        dimension = self.worksheet.row_dimensions.get(row)
        return dimension is not None and bool(dimension.hidden)

    def is_column_hidden(self, column: int) -> bool:
        """Whether a column is hidden."""
        return any(
            dimension.hidden and (dimension.min or 0) <= column <= (dimension.max or 0)
            for dimension in self.worksheet.column_dimensions.values()
        )

    def filtered_rows(self, first: int, last: int, left: int, right: int) -> list[int]:
        """Rows in a block that a filter hides: of a table that the block touches, or of the sheet's own filter."""
        hidden: set[int] = set()
        boxes = [table.range for table in self.tables if table.autofilter.is_on]
        if self.worksheet.auto_filter.ref and self.worksheet.auto_filter.filterColumn:
            boxes.append(self.range(self.worksheet.auto_filter.ref))
        for box in boxes:
            if box.column <= right and left <= box.last_column:
                rows = range(max(first, box.row), min(last, box.last_row) + 1)
                hidden.update(row for row in rows if self.is_row_hidden(row))
        return sorted(hidden)

    def settle_insert_rows(self) -> None:
        """Make a row of each insert row that something was written into, as Excel does."""
        for definition in self.worksheet.tables.values():
            if definition.insertRow:
                box = range_at(self, definition.ref)
                cells = (self.cells.get((box.row + 1, c)) for c in range(box.column, box.last_column + 1))
                if any(cell is not None and cell._value is not None for cell in cells):  # noqa: SLF001
                    definition.insertRow = None

    def insert_table_rows(self, block: RangeImpl) -> None:
        """Move down what is at and below ``block``, which is made of whole rows of one table, and grow the table."""
        self.refuse_protected()
        table = next((t for t in self.tables if _spans(t, block)), None)
        if table is None:
            raise CallNotSupported("Inserting cells that are not whole rows of a table")
        moving = sorted(
            (key for key in self.cells if key[0] >= block.row and block.column <= key[1] <= block.last_column),
            reverse=True,
        )
        if any(row > table.range.last_row and self.cells[row, column]._value is not None for row, column in moving):  # noqa: SLF001
            raise NotResizable(table.name, "there is something below it")
        count = block.shape[0]
        columns = range(block.column, block.last_column + 1)
        self.book.sheets.rewrite_formulas(self, Insertion(self.name, block.row, count, columns))
        self._new_styles = {c: self.style_at(block.row, c) for c in columns}
        for row, column in moving:
            cell = self.cells.pop((row, column))
            cell.row = row + count
            self.cells[row + count, column] = cell
        for row in range(block.row, block.last_row + 1):
            for column in columns:
                self.cell_at(row, column)
        table.grow(count)

    def delete_rows(self, first: int, count: int) -> None:
        """Take whole rows out that are data rows of one table, not all of them; the table gets shorter."""
        self.refuse_protected()
        last = first + count - 1
        touched = [table for table in self.tables if table.range.row <= last and first <= table.range.last_row]
        table = touched[0] if len(touched) == 1 else None
        if table is None or not table.range.row < first <= last <= table.range.last_row:
            raise CallNotSupported("Deleting rows that are not all data rows of one table")
        if count >= table.range.shape[0] - 1:
            raise CallNotSupported("Deleting every row of a table")
        if table.autofilter.is_on:
            raise CallNotSupported("Deleting rows while a filter is on")
        self.book.sheets.rewrite_formulas(self, Removal(self.name, first, count))
        for key in sorted(key for key in self.cells if key[0] >= first):
            cell = self.cells.pop(key)
            if key[0] > last:
                cell.row = key[0] - count
                self.cells[key[0] - count, key[1]] = cell
                if getattr(cell, "hyperlink", None):
                    cell.hyperlink.ref = cell.coordinate
        heights = self.worksheet.row_dimensions
        for row in sorted(row for row in heights if row >= first):
            dimension = heights.pop(row)
            if row > last:
                dimension.index = row - count
                heights[row - count] = dimension
        table.grow(-count)


class SheetsImpl:
    """The worksheets of a book, in their order."""

    __slots__ = ("_sheets", "_workbook")

    def __init__(self, book: BookImpl, workbook: Any) -> None:
        self._workbook = workbook
        styles = Styles(workbook)
        self._sheets = [SheetImpl(book, worksheet, styles) for worksheet in workbook.worksheets]

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        raise CallNotSupported(f"Sheets.{name}")

    def __call__(self, key: int | str) -> SheetImpl:
        """Return a sheet by its name, or by its place from 1. Raises ``KeyError``."""
        if isinstance(key, int):
            return self._sheets[key - 1]
        for sheet in self._sheets:
            if sheet.name.casefold() == key.casefold():
                return sheet
        raise KeyError(key)

    @property
    def active(self) -> SheetImpl:
        """The sheet that the file opens with."""
        return next((s for s in self._sheets if s.worksheet is self._workbook.active), self._sheets[0])

    def __len__(self) -> int:
        return len(self._sheets)

    def __iter__(self) -> Iterator[SheetImpl]:
        return iter(self._sheets)

    def rewrite_formulas(self, moved: SheetImpl, insertion: Insertion | Removal) -> None:
        """Have every formula of the book follow the cells that were moved."""
        for sheet in self._sheets:
            for cell in sheet.cells.values():
                if cell.data_type == "f" and isinstance(cell._value, str):  # noqa: SLF001
                    cell._value = insertion.rewrite(cell._value, on_the_sheet=sheet is moved)  # noqa: SLF001

    def __contains__(self, key: object) -> bool:
        return any(sheet.name.casefold() == str(key).casefold() for sheet in self._sheets)


def _spans(table: TableImpl, block: RangeImpl) -> bool:
    box = table.range
    return (box.column, box.shape[1]) == (block.column, block.shape[1]) and box.row < block.row <= box.last_row

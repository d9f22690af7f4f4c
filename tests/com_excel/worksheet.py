"""Sheets: their cells, tables, protection, and which rows are hidden."""

from __future__ import annotations

from copy import copy
from typing import Any

from openpyxl.cell.cell import Cell, MergedCell
from openpyxl.styles.cell_style import StyleArray
from openpyxl.utils import get_column_letter, range_boundaries
from openpyxl.worksheet.formula import ArrayFormula

from . import contents
from .areas import COLUMNS, ROWS, Area, area_common
from .com import PROTECTED, ComObject, called, excel_refuses, got
from .contents import Entered
from .ranges import Range
from .tables import ListObject, ListObjects

_VISIBLE, _HIDDEN, _VERY_HIDDEN = -1, 0, 2  # XlSheetVisibility


class Worksheet(ComObject):
    """Excel.Worksheet."""

    def __init__(self, wire: Any, book: Any, file: Any) -> None:
        super().__init__(wire)
        self._book = book
        self._file = file
        self._cells: dict[tuple[int, int], Any] = file._cells
        self._chosen: Range | None = None
        self._scroll = 1
        self._list_objects = [ListObject(self, table) for table in file.tables.values()]

    def _name(self) -> str:
        return str(self._file.title)

    def _tables(self) -> list[ListObject]:
        return self._list_objects

    def _put_into_file(self) -> None:
        for table in self._list_objects:
            table._put_into_file()

    def _selection(self) -> Range:
        return self._chosen or Range(self, [(1, 1, 1, 1)])

    def _select(self, block: Range) -> None:
        self._chosen = block

    def _show(self) -> None:
        """Make it the sheet that is shown. A hidden one can't be."""
        if self._file.sheet_state != "visible":
            excel_refuses("Activate method of Worksheet class failed")
        self._book._shown = self
        self._book._wire.active = self._book

    # cells

    def _cell(self, row: int, column: int) -> Any:
        """Return a cell; one that was never touched has the look of its column."""
        cell = self._cells.get((row, column))
        if cell is None:
            cell = self._cells[row, column] = Cell(self._file, row=row, column=column)
            style = self._column_style(column)
            if style is not None:
                cell._style = copy(style)
        elif isinstance(cell, MergedCell):
            self._wire.not_modelled("Writing into merged cells")
        return cell

    def _column_style(self, column: int) -> Any:
        for dimension in self._file.column_dimensions.values():
            if dimension.has_style and dimension.min and dimension.min <= column <= dimension.max:
                return dimension._style
        return None

    def _touched(self, area: Area) -> list[tuple[int, int]]:
        row, column, rows, columns = area
        return [
            (r, c) for r in range(row, row + rows) for c in range(column, column + columns) if (r, c) in self._cells
        ]

    def _store(self, row: int, column: int, what: Entered) -> None:
        if what.value is None and (row, column) not in self._cells:
            return
        cell = self._cell(row, column)
        cell._value = what.value
        cell.data_type = what.kind
        if what.quoted or (cell._style is not None and cell._style.quotePrefix):
            cell._style = copy(cell._style) if cell._style is not None else StyleArray()
            cell._style.quotePrefix = int(what.quoted)
        if what.number_format is not None:
            cell.number_format = contents.kept_format(what.number_format)
        self._book._saved = False
        for table in self._list_objects:  # a row comes of the insert row that something is written into
            if table._definition.insertRow and what.value is not None and row in table._rows():
                table._definition.insertRow = None

    def _given(self, row: int, column: int, *, plainly: bool = False) -> Any:
        cell = self._cells.get((row, column))
        if cell is None or cell._value is None:
            return None
        if cell.data_type == "f":
            self._wire.not_modelled(f"The value of the formula in {self._name()}!{cell.coordinate}")
        return contents.given(cell._value, cell.data_type, cell.number_format, plainly=plainly)

    def _formula(self, row: int, column: int) -> str:
        """The formula; of a constant its text, of a date its number."""
        cell = self._cells.get((row, column))
        if cell is None or cell._value is None:
            return ""
        if cell.data_type == "f":
            return str(cell._value.text if isinstance(cell._value, ArrayFormula) else cell._value)
        value = contents.given(cell._value, cell.data_type, cell.number_format, plainly=True)
        if cell.data_type == "e":
            return str(cell._value)
        if isinstance(value, bool):
            return "TRUE" if value else "FALSE"
        return f"{value:.15g}" if isinstance(value, float) else str(value)

    def _has_formula(self, row: int, column: int) -> bool:
        cell = self._cells.get((row, column))
        return cell is not None and cell.data_type == "f"

    def _is_filled(self, row: int, column: int) -> bool:
        cell = self._cells.get((row, column))
        return cell is not None and cell._value is not None

    def _format(self, row: int, column: int) -> str:
        cell = self._cells.get((row, column))
        if cell is not None:
            return contents.told_format(cell.number_format)
        style = self._column_style(column)
        if style is None:
            return contents.GENERAL
        return contents.told_format(Cell(self._file, row, column, style_array=style).number_format)

    def _set_format(self, row: int, column: int, code: str) -> None:
        cell = self._cell(row, column)
        kept = contents.kept_format(code)
        if cell.number_format != kept:
            cell.number_format = kept

    def _used(self) -> Area:
        rows = [r for r, _ in self._cells] or [1]
        columns = [c for _, c in self._cells] or [1]
        return min(rows), min(columns), max(rows) - min(rows) + 1, max(columns) - min(columns) + 1

    def _range_at(self, address: str) -> Range:
        areas: list[Area] = []
        for part in address.split(","):
            left, top, right, bottom = range_boundaries(part)
            left, top, right, bottom = left or 1, top or 1, right or COLUMNS, bottom or ROWS
            areas.append((top, left, bottom - top + 1, right - left + 1))
        return Range(self, areas)

    # protection, hidden rows

    def _protected(self) -> bool:
        return bool(self._file.protection.sheet)

    def _locked(self, row: int, column: int) -> bool:
        cell = self._cells.get((row, column))
        return cell is None or cell.protection.locked is not False

    def _refuse_protected(self, areas: list[Area], words: str = "") -> None:
        """Refuse what protection forbids: contents of locked cells; formats, rows, filters and tables altogether.

        Excel names the protection for contents only; the rest fails with the words of the member.
        """
        if not self._protected():
            return
        if words:
            excel_refuses(words)
        if any(
            self._locked(r, c)
            for row, column, rows, columns in areas
            for r in range(row, row + rows)
            for c in range(column, column + columns)
        ):
            excel_refuses(PROTECTED)

    def _row_hidden(self, row: int) -> bool:
        dimensions = self._file.row_dimensions
        return row in dimensions and bool(dimensions[row].hidden)

    def _column_hidden(self, column: int) -> bool:
        return any(d.hidden and (d.min or 0) <= column <= (d.max or 0) for d in self._file.column_dimensions.values())

    def _filtered_rows(self, row: int, rows: int, column: int, columns: int) -> list[int]:
        """Hidden rows of an area that are in a table with a filter on."""
        hidden: list[int] = []
        for table in self._list_objects:
            common = area_common(table._area(), (row, column, rows, columns))
            if common and table._filter._is_on():
                hidden += [r for r in range(common[0], common[0] + common[2]) if self._row_hidden(r)]
        return hidden

    # members

    Index = got(lambda self: self._book._worksheets.index(self) + 1)
    Parent = got(lambda self: self._book)
    Application = got(lambda self: self._wire.application)
    Cells = got(lambda self: Range(self, [(1, 1, ROWS, COLUMNS)]))
    UsedRange = got(lambda self: Range(self, [self._used()]))
    ListObjects = got(lambda self: ListObjects(self))
    ProtectContents = got(lambda self: self._protected())
    CodeName = got(lambda self: self._file.sheet_properties.codeName or "")

    @got
    def Name(self) -> str:
        return self._name()

    @Name.setter
    def Name(self, text: Any) -> None:
        if self._book._structure_protected or not 0 < len(str(text)) <= 31:
            excel_refuses("Application-defined or object-defined error")
        self._file.title = str(text)

    @got
    def Visible(self) -> int:
        return {"visible": _VISIBLE, "hidden": _HIDDEN}.get(self._file.sheet_state, _VERY_HIDDEN)

    @Visible.setter
    def Visible(self, value: Any) -> None:
        self._file.sheet_state = {0: "hidden", 2: "veryHidden"}.get(int(value), "visible")

    @called
    def Range(self, Cell1: Any, Cell2: Any = None) -> Range:
        """A range by address or name, or by its corners (ranges of this sheet)."""
        if isinstance(Cell1, str):
            return self._by_text(Cell1)
        other = Cell2 if Cell2 is not None else Cell1
        if Cell1._sheet is not self or other._sheet is not self:
            excel_refuses("Application-defined or object-defined error")
        (top, left, rows, columns), (top2, left2, rows2, columns2) = Cell1._first(), other._first()
        row, column = min(top, top2), min(left, left2)
        end_row, end_column = max(top + rows, top2 + rows2), max(left + columns, left2 + columns2)
        if end_row > ROWS + 1 or row < 1 or column < 1:
            excel_refuses("Application-defined or object-defined error")
        return Range(self, [(row, column, end_row - row, end_column - column)])

    def _by_text(self, text: str) -> Range:
        names = {name.casefold(): name for name in self._book._file.defined_names}
        if text.casefold() in names:
            sheet, address = next(iter(self._book._file.defined_names[names[text.casefold()]].destinations))
            return self._book._sheet(sheet)._range_at(address)  # type: ignore[no-any-return]
        try:
            return self._range_at(text)
        except ValueError:
            excel_refuses("Method 'Range' of object '_Worksheet' failed")

    @called
    def Activate(self) -> None:
        self._show()

    @called
    def Select(self, _replace: bool = True) -> None:
        self._show()

    @called
    def Protect(self, Password: str = "", **_more: Any) -> None:
        self._file.protection.sheet = True

    @called
    def Unprotect(self, Password: str = "") -> None:
        self._file.protection.sheet = False

    @called
    def Delete(self) -> None:
        self._wire.not_modelled("Worksheet.Delete")

    @got
    def Tab(self) -> Any:
        self._wire.not_modelled(f"The colour of the tab, column {get_column_letter(1)}")

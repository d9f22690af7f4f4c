"""Ranges: blocks of cells of one sheet."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from openpyxl.formula.translate import Translator
from openpyxl.utils import get_column_letter

from . import contents, looks, moving
from .areas import COLUMNS, ROWS, Area, area_common, of_block, rows_of
from .com import ComCollection, ComObject, called, excel_refuses, got, plain
from .contents import Entered, entered

if TYPE_CHECKING:
    from .worksheet import Worksheet

_VISIBLE, _FORMULAS, _CONSTANTS, _BLANKS = 12, -4123, 2, 4  # XlCellType
_DOWN = -4121  # xlShiftDown


def is_range(value: Any) -> bool:
    """Whether it is a range."""
    return isinstance(value, Range)


class Range(ComObject):
    """Excel.Range: one area, or several."""

    def __init__(self, sheet: Worksheet, areas: list[Area], *, of: str = "cells") -> None:
        super().__init__(sheet._wire)
        self._sheet = sheet
        self._areas = areas
        self._of = of  # what Item and Count go by: cells, rows or columns

    def _first(self) -> Area:
        return self._areas[0]

    def _cells(self) -> Iterator[tuple[int, int]]:
        for row, column, rows, columns in self._areas:
            for r in range(row, row + rows):
                for c in range(column, column + columns):
                    yield r, c

    def _is_one_cell(self) -> bool:
        return len(self._areas) == 1 and self._first()[2:] == (1, 1)

    def _refuse_protected(self, words: str = "") -> None:
        self._sheet._refuse_protected(self._areas, words)

    def _block(self, give: Any) -> Any:
        """Return a value of the first area (all that Excel gives of several): one, or a tuple of rows."""
        row, column, rows, columns = self._first()
        if (rows, columns) == (1, 1):
            return give(row, column)
        return tuple(tuple(give(r, c) for c in range(column, column + columns)) for r in range(row, row + rows))

    def _same(self, give: Any) -> Any:
        """Return what all cells have in common; None when they differ."""
        found: set[Any] = set()
        for place in self._cells():
            found.add(give(*place))
            if len(found) > 1:
                return None
        return found.pop()

    # where it is

    Row = got(lambda self: self._first()[0])
    Column = got(lambda self: self._first()[1])
    Worksheet = got(lambda self: self._sheet)
    Parent = got(lambda self: self._sheet)
    Application = got(lambda self: self._wire.application)
    Areas = got(lambda self: Areas(self))
    EntireRow = got(lambda self: Range(self._sheet, [(r, 1, n, COLUMNS) for r, _, n, _ in self._areas]))
    EntireColumn = got(lambda self: Range(self._sheet, [(1, c, ROWS, n) for _, c, _, n in self._areas]))
    Rows = got(lambda self: Range(self._sheet, self._areas, of="rows"))
    Columns = got(lambda self: Range(self._sheet, self._areas, of="columns"))
    Cells = got(lambda self: Range(self._sheet, self._areas))

    @got
    def Count(self) -> int:
        if self._of == "rows":
            return self._first()[2]
        if self._of == "columns":
            return self._first()[3]
        return sum(rows * columns for _, _, rows, columns in self._areas)

    @got
    def Address(self) -> str:
        return self._address()

    @called
    def GetAddress(
        self, RowAbsolute: bool = True, ColumnAbsolute: bool = True, _style: int = 1, _ext: bool = False
    ) -> str:
        return self._address("$" * bool(RowAbsolute), "$" * bool(ColumnAbsolute))

    def _address(self, row_sign: str = "$", column_sign: str = "$") -> str:
        """Addresses are cut at 255 characters, as Excel's are."""
        found = []
        for row, column, rows, columns in self._areas:
            text = f"{column_sign}{get_column_letter(column)}{row_sign}{row}"
            if (rows, columns) != (1, 1):
                last = get_column_letter(column + columns - 1)
                text += f":{column_sign}{last}{row_sign}{row + rows - 1}"
            found.append(text)
        return ",".join(found)[:255]

    def _item(self, row: Any, column: Any = None) -> Range:
        top, left, _, columns = self._first()
        if isinstance(row, str) or isinstance(column, str):
            self._wire.not_modelled("Range.Item by letters")
        if self._of == "rows":
            return Range(self._sheet, [(top + int(row) - 1, left, 1, columns)], of="rows")
        if self._of == "columns":
            return Range(self._sheet, [(top, left + int(row) - 1, self._first()[2], 1)], of="columns")
        if column is None:
            down, right = divmod(int(row) - 1, columns)
            return Range(self._sheet, [(top + down, left + right, 1, 1)])
        return Range(self._sheet, [(top + int(row) - 1, left + int(column) - 1, 1, 1)])

    @called
    def Item(self, row: Any, column: Any = None) -> Range:
        """A cell by row and column, or by its number; of Rows and Columns one row or column."""
        return self._item(row, column)

    def __call__(self, row: Any, column: Any = None) -> Range:
        self._wire.enter("call", "Range.Item")
        return self._item(plain(row), plain(column))

    @called
    def GetResize(self, RowSize: int, ColumnSize: int) -> Range:
        return Range(self._sheet, [(*self._first()[:2], int(RowSize), int(ColumnSize))])

    @called
    def GetOffset(self, RowOffset: int = 0, ColumnOffset: int = 0) -> Range:
        row, column, rows, columns = self._first()
        return Range(self._sheet, [(row + int(RowOffset), column + int(ColumnOffset), rows, columns)])

    # what is in it

    @got
    def Value(self) -> Any:
        return self._block(self._sheet._given)

    @Value.setter
    def Value(self, data: Any) -> None:
        self._put(data, entered)

    @got
    def Value2(self) -> Any:
        return self._block(lambda r, c: self._sheet._given(r, c, plainly=True))

    @Value2.setter
    def Value2(self, data: Any) -> None:
        self._put(data, entered)

    @got
    def Formula(self) -> Any:
        return self._block(self._sheet._formula)

    @Formula.setter
    def Formula(self, data: Any) -> None:
        self._put_formula(data)

    @got
    def Formula2(self) -> Any:
        return self._block(self._sheet._formula)

    @Formula2.setter
    def Formula2(self, data: Any) -> None:
        self._put_formula(data)

    @got
    def HasFormula(self) -> Any:
        return self._same(self._sheet._has_formula)

    def _put(self, data: Any, make: Any) -> None:
        """Put one value into all cells, or a block: what is beyond the block becomes #N/A.

        One row of values goes into every row, one column into every column. **Where a filter hides rows, every
        visible row gets the first row of the block, and hidden ones nothing** (xlwings issue 747: 5, 4, 3, 2, 1
        written over a filter that hides the second and third row gave 5, 5, 5; 2619; of several columns unverified).
        """
        self._refuse_protected()
        rows = rows_of(data)
        for row, column, height, width in self._areas:
            hidden = set(self._sheet._filtered_rows(row, height, column, width))
            for r in range(height):
                if row + r in hidden:
                    continue
                for c in range(width):
                    value = of_block(rows, 0 if hidden else r, c)
                    code = self._sheet._format(row + r, column + c)
                    self._sheet._store(row + r, column + c, make(value, code))

    def _put_formula(self, data: Any) -> None:
        """A formula written into several cells is filled: relative references move along (``Range.Formula``).

        In a cell formatted as text it stays a text; a text without equals sign is typed in as a value.
        """
        if not isinstance(data, str):
            self._put(data, entered)
            return
        self._refuse_protected()
        top, left = self._first()[:2]
        origin = f"{get_column_letter(left)}{top}"
        filled = Translator(data, origin=origin)
        hidden = {r for area in self._areas for r in self._sheet._filtered_rows(area[0], area[2], area[1], area[3])}
        for r, c in self._cells():
            if r in hidden:
                continue
            code = self._sheet._format(r, c)
            if not data.startswith("=") or code == contents.TEXT:
                self._sheet._store(r, c, entered(data, code))
                continue
            there = f"{get_column_letter(c)}{r}"
            text = data if there == origin else filled.translate_formula(there)
            self._sheet._store(r, c, contents.formula(text))

    @called
    def ClearContents(self) -> None:
        """Empty the cells that a filter does not hide; formats stay."""
        self._refuse_protected()
        for row, column, height, width in self._areas:
            hidden = set(self._sheet._filtered_rows(row, height, column, width))
            for key in self._sheet._touched((row, column, height, width)):
                if key[0] not in hidden:
                    self._sheet._store(*key, Entered(None))

    # how it looks

    @got
    def NumberFormat(self) -> Any:
        """The code; nothing (VBA's Null) when the cells have several."""
        return self._same(self._sheet._format)

    @NumberFormat.setter
    def NumberFormat(self, code: Any) -> None:
        self._refuse_protected("Unable to set the NumberFormat property of the Range class")
        if not isinstance(code, str) or not code or code.count('"') % 2:
            excel_refuses("Unable to set the NumberFormat property of the Range class")
        for place in self._cells():
            self._sheet._set_format(*place, code)

    @got
    def Hidden(self) -> Any:
        """Only of whole rows or columns."""
        row, column, rows, columns = self._first()
        if columns == COLUMNS or self._of == "rows":
            return looks.common(self._sheet._row_hidden(r) for r in range(row, row + rows))
        if rows == ROWS or self._of == "columns":
            return looks.common(self._sheet._column_hidden(c) for c in range(column, column + columns))
        return excel_refuses("Unable to get the Hidden property of the Range class")

    @Hidden.setter
    def Hidden(self, value: Any) -> None:
        row, column, rows, columns = self._first()
        self._refuse_protected("Unable to set the Hidden property of the Range class")
        if columns == COLUMNS:
            for r in range(row, row + rows):
                self._sheet._file.row_dimensions[r].hidden = bool(value)
        elif rows == ROWS:
            for c in range(column, column + columns):
                self._sheet._file.column_dimensions[get_column_letter(c)].hidden = bool(value)
        else:
            excel_refuses("Unable to set the Hidden property of the Range class")

    RowHeight = looks.ROW_HEIGHT
    Interior = got(lambda self: looks.Interior(self))
    Font = got(lambda self: looks.Font(self))
    Comment = got(lambda self: looks.comment_of(self))
    Hyperlinks = got(lambda self: looks.Hyperlinks(self))
    Locked = got(lambda self: self._same(self._sheet._locked))

    @called
    def AddComment(self, Text: str = "") -> Any:
        return looks.add_comment(self, Text)

    # tables, filters, places

    @got
    def ListObject(self) -> Any:
        """The table that the first cell is in, or nothing."""
        here = (*self._first()[:2], 1, 1)
        return next((t for t in self._sheet._tables() if area_common(t._area(), here)), None)

    @called
    def AutoFilter(
        self, Field: Any = None, Criteria1: Any = None, Operator: Any = None, Criteria2: Any = None, *_: Any
    ) -> Any:
        """Filter a field of the table that the range is; without criteria, show all of that field."""
        table = next((t for t in self._sheet._tables() if t._area() == self._first()), None)
        if table is None:
            self._wire.not_modelled("AutoFilter of a range that is no table")
        self._refuse_protected("AutoFilter method of Range class failed")
        if Field is None:
            self._wire.not_modelled("AutoFilter without a field")
        table._filter._set(int(Field), Criteria1, Operator, Criteria2)
        return True

    @called
    def SpecialCells(self, Type: int, Value: Any = None) -> Range:
        """Cells of a kind. None: an error, *No cells were found*. From one cell it searches the used range.

        Not on a protected sheet (documentation of protected sheets: Go To Special is off).
        """
        if self._sheet._protected():
            excel_refuses("You cannot use this command on a protected sheet.")
        if Value is not None:
            self._wire.not_modelled("SpecialCells by the type of values")
        areas = [self._sheet._used()] if self._is_one_cell() else self._areas
        tests = {
            _VISIBLE: lambda r, c: not self._sheet._row_hidden(r) and not self._sheet._column_hidden(c),
            _FORMULAS: self._sheet._has_formula,
            _CONSTANTS: lambda r, c: self._sheet._is_filled(r, c) and not self._sheet._has_formula(r, c),
            _BLANKS: lambda r, c: not self._sheet._is_filled(r, c),
        }
        if Type not in tests:
            self._wire.not_modelled(f"SpecialCells of type {Type}")
        found = [block for area in areas for block in moving.blocks(area, tests[Type])]
        if not found:
            excel_refuses("No cells were found.")
        return Range(self._sheet, found)

    @called
    def Insert(self, Shift: Any = None, CopyOrigin: Any = None) -> bool:
        """Insert cells; those below move down. Not across part of a table, nor while a filter hides rows of it."""
        if Shift != _DOWN or len(self._areas) != 1:
            self._wire.not_modelled("Insert in another direction than down")
        self._refuse_protected("Insert method of Range class failed")
        moving.insert_down(self._sheet, self._first(), format_from_below=CopyOrigin == 1)
        return True

    @called
    def Delete(self, Shift: Any = None) -> bool:
        """Take cells out; here whole rows only. Not while a filter hides rows of a table that has some of them."""
        if self._first()[3] != COLUMNS or len(self._areas) != 1:
            self._wire.not_modelled("Delete of anything but whole rows")
        self._refuse_protected("Delete method of Range class failed")
        moving.delete_rows(self._sheet, self._first())
        return True

    @called
    def Select(self) -> None:
        """Only on the sheet that is shown."""
        if self._sheet._book._shown is not self._sheet:
            excel_refuses("Select method of Range class failed")
        self._sheet._select(self)

    @called
    def Activate(self) -> None:
        if self._sheet._book._shown is not self._sheet:
            excel_refuses("Activate method of Range class failed")
        self._sheet._select(self)

    def __len__(self) -> int:
        return int(self.Count)

    def __iter__(self) -> Iterator[Range]:
        for row, column in self._cells():
            self._wire.enter("call", "Range._NewEnum")
            yield Range(self._sheet, [(row, column, 1, 1)])


class Areas(ComCollection):
    """The areas of a range, each a range."""

    def __init__(self, block: Range) -> None:
        super().__init__(block._wire)
        self._block = block

    def _members(self) -> list[Any]:
        return [Range(self._block._sheet, [area]) for area in self._block._areas]

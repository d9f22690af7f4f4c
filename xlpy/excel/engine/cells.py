"""Ranges: blocks of cells, read and written at once, with what Excel refuses refused."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import product
from typing import TYPE_CHECKING, Any

from openpyxl.cell.cell import Cell
from openpyxl.utils import get_column_letter, range_boundaries

from xlpy.collecting import collecting_paused
from xlpy.excel.engine.refusals import CallNotSupported, FilteredRowsWritten, ValueRefused
from xlpy.excel.engine.values import Unfit, formula_of, stored_value, value_of
from xlpy.excel.workbook.formulas import filled_down, has_relative_reference, names_whole_rows

if TYPE_CHECKING:
    from xlpy.excel.engine.sheet import SheetImpl

WHOLE_ROW = 16_384  # columns of a sheet
_NUM_FMT = 3  # place of the number format in a style
_QUOTE_PREFIX = 7  # place of Excel's mark "this is text"


class _Planned:
    """What is going to be stored: the rows, the values one after another, and openpyxl's letter for each, by row.

    ``marked``: cells whose text carries Excel's mark "this is text".
    """

    __slots__ = ("kinds", "marked", "rows", "values")

    def __init__(self, rows: list[int]) -> None:
        self.rows = rows
        self.kinds: list[str] = []
        self.values: list[Any] = []
        self.marked: set[tuple[int, int]] = set()


class RangeImpl:
    """A block of cells of one sheet. Rows and columns count from 1."""

    __slots__ = ("column", "options", "row", "shape", "sheet")

    max_cells_per_read: int | None = None
    max_cells_per_write: int | None = None

    def __init__(self, sheet: SheetImpl, row: int, column: int, rows: int, columns: int) -> None:
        self.sheet = sheet
        self.row = row
        self.column = column
        self.shape = (rows, columns)
        self.options: dict[str, Any] = {}  # xlwings keeps its options here

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        raise CallNotSupported(f"Range.{name}")

    def __len__(self) -> int:
        return self.shape[0] * self.shape[1]

    def __call__(self, row: int, column: int | None = None) -> RangeImpl:
        """One cell, by row and column or by its number, counted along the rows, both from 1."""
        if column is None:
            row, column = divmod(row - 1, self.shape[1])
            row, column = row + 1, column + 1
        return RangeImpl(self.sheet, self.row + row - 1, self.column + column - 1, 1, 1)

    @property
    def api(self) -> RangeImpl:
        """Itself: xlwings writes only where there is a native object."""
        return self

    @property
    def last_row(self) -> int:
        """Number of the last row."""
        return self.row + self.shape[0] - 1

    @property
    def last_column(self) -> int:
        """Number of the last column."""
        return self.column + self.shape[1] - 1

    @property
    def address(self) -> str:
        """Address as Excel writes it, with dollar signs."""
        return self.get_address(True, True, False)

    def get_address(self, row_absolute: bool, col_absolute: bool, external: bool) -> str:
        """Address with or without dollar signs, and with book and sheet when ``external``."""
        row, column = "$" * row_absolute, "$" * col_absolute
        address = f"{column}{get_column_letter(self.column)}{row}{self.row}"
        if self.shape != (1, 1):
            address += f":{column}{get_column_letter(self.last_column)}{row}{self.last_row}"
        return f"[{self.sheet.book.name}]{self.sheet.name}!{address}" if external else address

    def places(self) -> Iterator[tuple[int, int]]:
        """Row and column of each cell."""
        return product(range(self.row, self.last_row + 1), range(self.column, self.last_column + 1))

    def _reaches_a_cell(self) -> bool:
        """Whether there may be a cell in it; a block as large as a new month is usually below everything."""
        cells = self.sheet.cells
        return len(cells) > len(self) or any(row >= self.row for row, _ in cells)

    # values

    @property
    def raw_value(self) -> list[list[object]]:
        """The values of all cells, row by row. Raises ``FormulaRead`` when one is a formula."""
        get, name = self.sheet.cells.get, self.sheet.name
        columns = range(self.column, self.last_column + 1)
        if not self._reaches_a_cell():
            return [[None] * len(columns) for _ in range(self.shape[0])]
        return [[value_of(get((r, c)), name) for c in columns] for r in range(self.row, self.last_row + 1)]

    @raw_value.setter
    def raw_value(self, data: object) -> None:
        """Write a block of rows, or one value into all cells. Everything is checked before the first cell changes.

        While a filter hides rows, one value goes to the others only, as in Excel; a block is refused, since Excel
        would put its first row into every visible one.
        """
        rows: Sequence[Sequence[object]]
        self.sheet.refuse_protected(self)
        hidden: frozenset[int] = frozenset()
        if isinstance(data, list | tuple):
            rows = data
            if len(rows) != self.shape[0] or any(len(row) != self.shape[1] for row in rows):
                raise CallNotSupported("Writing a block of another shape than the range")
            self._refuse_filtered()
        else:
            rows = [[data] * self.shape[1]] * self.shape[0]
            hidden = frozenset(self._filtered())
        with collecting_paused():
            self._store(self._planned(rows, hidden))
        self.sheet.settle_insert_rows()

    def _planned(self, rows: Sequence[Sequence[object]], hidden: frozenset[int]) -> _Planned:
        """Return what is stored in the cells of the rows that are not hidden; raise for a value that can't be."""
        get, cell_at, is_text = self.sheet.cells.get, self.sheet.cell_at, self.sheet.styles.text_formats()
        planned = _Planned([r for r in range(self.row, self.last_row + 1) if r not in hidden])
        for r in planned.rows:
            kinds = []
            for c, value in enumerate(rows[r - self.row], self.column):
                cell: Any = get((r, c))
                if type(cell) is not Cell:
                    cell = cell_at(r, c)
                style = cell._style  # noqa: SLF001
                text_format = style is not None and style[_NUM_FMT] in is_text
                try:
                    stored, kind, marked = stored_value(value, text_format=text_format)
                except Unfit as why:
                    raise self._refusal(cell, value, str(why)) from None
                planned.values.append(stored)
                kinds.append(kind)
                if marked:
                    planned.marked.add((r, c))
            planned.kinds.append("".join(kinds))
        return planned

    def _store(self, planned: _Planned) -> None:
        cells, styles, restyle = self.sheet.cells, self.sheet.styles, self.sheet.restyle
        values = iter(planned.values)
        for r, kinds in zip(planned.rows, planned.kinds, strict=True):
            for c, kind in enumerate(kinds, self.column):
                cell, value = cells[r, c], next(values)
                cell._value = value  # noqa: SLF001
                cell.data_type = kind
                style = cell._style  # noqa: SLF001
                if (style is not None and style[_QUOTE_PREFIX]) or (planned.marked and (r, c) in planned.marked):
                    restyle(cell, _QUOTE_PREFIX, int((r, c) in planned.marked))
                if kind == "d" and styles.is_general(cell):
                    restyle(cell, _NUM_FMT, styles.date_format_of(value))

    def _refusal(self, cell: Any, value: object, why: str) -> ValueRefused:
        return ValueRefused(self.sheet.name, cell.coordinate, value, why)

    def clear_contents(self) -> None:
        """Empty the cells; their formats stay."""
        self.sheet.refuse_protected(self)
        self._refuse_filtered()
        cells = self.sheet.cells
        for r in range(self.row, self.last_row + 1):
            for c in range(self.column, self.last_column + 1):
                cell = cells.get((r, c))
                if cell is not None:
                    cell._value = None  # noqa: SLF001
                    cell.data_type = "n"

    def _filtered(self) -> list[int]:
        return self.sheet.filtered_rows(self.row, self.last_row, self.column, self.last_column)

    def _refuse_filtered(self) -> None:
        hidden = self._filtered()
        if hidden:
            raise FilteredRowsWritten(self.sheet.name, hidden[0], len(hidden))

    # formulas

    @property
    def formula(self) -> str | tuple[tuple[str, ...], ...]:
        """The formulas as text; constants are not given out here. One cell gives its text alone, as in Excel."""
        rows = tuple(
            tuple(self._formula_at(r, c) for c in range(self.column, self.last_column + 1))
            for r in range(self.row, self.last_row + 1)
        )
        return rows[0][0] if self.shape == (1, 1) else rows

    @formula.setter
    def formula(self, data: object) -> None:
        """Write one formula into all cells; what it names relative to its own row goes along."""
        if not isinstance(data, str) or not data.startswith("="):
            raise CallNotSupported("Writing a formula that does not begin with an equals sign")
        if self.shape[1] > 1 and has_relative_reference(data):
            raise CallNotSupported("Filling a formula with relative references over several columns")
        if self.shape[0] > 1 and names_whole_rows(data):
            raise CallNotSupported("Filling a formula that names whole rows")
        self.sheet.refuse_protected(self)
        self._refuse_filtered()
        text_formats = self.sheet.styles.text_formats()
        moves = filled_down(data, 1) != data
        for r in range(self.row, self.last_row + 1):
            text = filled_down(data, r - self.row) if moves else data
            for c in range(self.column, self.last_column + 1):
                cell = self.sheet.cell_at(r, c)
                if cell._style is not None and cell._style[_NUM_FMT] in text_formats:  # noqa: SLF001
                    raise self._refusal(cell, data, "in a cell formatted as text a formula stays text")
                cell._value = text  # noqa: SLF001
                cell.data_type = "f"

    formula2 = formula  # a file does not tell the two apart

    def _formula_at(self, row: int, column: int) -> str:
        cell = self.sheet.cells.get((row, column))
        if cell is None or cell.data_type != "f":
            raise CallNotSupported("Reading the formula of a cell that has none")
        return formula_of(cell)

    def get_special_cells(self, cell_type: str, value_type: str | None) -> list[RangeImpl]:
        """Return the blocks of visible cells, or of cells with a formula, from top to bottom."""
        self.sheet.refuse_protected()
        if value_type is not None or cell_type not in {"visible", "formulas"}:
            raise CallNotSupported(f"Range.get_special_cells({cell_type!r})")
        areas: list[RangeImpl] = []
        if cell_type == "visible":
            hidden_columns = [c for c in range(self.column, self.last_column + 1) if self.sheet.is_column_hidden(c)]
            if hidden_columns and len(hidden_columns) < self.shape[1]:
                raise CallNotSupported("Visible cells of a range with some columns hidden")
            if not hidden_columns:
                wanted = [not self.sheet.is_row_hidden(r) for r in range(self.row, self.last_row + 1)]
                areas += [RangeImpl(self.sheet, self.row + a, self.column, n, self.shape[1]) for a, n in _runs(wanted)]
        else:
            get = self.sheet.cells.get
            for c in range(self.column, self.last_column + 1) if self._reaches_a_cell() else ():
                found = (get((r, c)) for r in range(self.row, self.last_row + 1))
                wanted = [cell is not None and cell.data_type == "f" for cell in found]
                areas += [RangeImpl(self.sheet, self.row + a, c, n, 1) for a, n in _runs(wanted)]
        return areas

    # formats and rows

    @property
    def number_format(self) -> str | None:
        """The number format of the cells; None when there are several."""
        ids = {
            self.sheet.style_at(r, c)[_NUM_FMT]
            for c in range(self.column, self.last_column + 1)
            for r in range(self.row, self.last_row + 1)
        }
        return self.sheet.styles.format_code(ids.pop()) if len(ids) == 1 else None

    @number_format.setter
    def number_format(self, code: str) -> None:
        """Format the cells; what is in them stays."""
        self.sheet.refuse_protected()
        number = self.sheet.styles.format_id(code)
        get, cell_at, changed = self.sheet.cells.get, self.sheet.cell_at, self.sheet.styles.changed
        known: dict[int, tuple[Any, Any]] = {}  # by the identity of a style, which is kept so that it stays one
        with collecting_paused():
            for r in range(self.row, self.last_row + 1):
                for c in range(self.column, self.last_column + 1):
                    cell: Any = get((r, c))
                    if type(cell) is not Cell:
                        cell = cell_at(r, c)
                    style = cell._style  # noqa: SLF001
                    if (style[_NUM_FMT] if style is not None else 0) != number:
                        if id(style) not in known:
                            known[id(style)] = style, changed(style, _NUM_FMT, number)
                        cell._style = known[id(style)][1]  # noqa: SLF001

    @property
    def row_hidden(self) -> bool | None:
        """Whether all rows are hidden; None when some are."""
        hidden = {self.sheet.is_row_hidden(r) for r in range(self.row, self.last_row + 1)}
        return hidden.pop() if len(hidden) == 1 else None

    def insert(self, shift: str | None = None, copy_origin: str | None = None) -> None:
        """Insert empty cells over whole rows of a table; what is there moves down and the table grows."""
        if shift != "down" or copy_origin != "format_from_right_or_below":
            raise CallNotSupported("Inserting cells in any other way than down, looking as those below")
        self._refuse_filtered()
        self.sheet.insert_table_rows(self)

    def delete(self, shift: str | None = None) -> None:
        """Take whole rows out; what is below moves up, with its formats, notes and heights."""
        if shift != "up" or (self.column, self.shape[1]) != (1, WHOLE_ROW):
            raise CallNotSupported("Deleting anything but whole rows")
        self.sheet.delete_rows(self.row, self.shape[0])


def range_at(sheet: SheetImpl, address: str) -> RangeImpl:
    """Return the range of an address such as ``$A$4:T9``. Raises ``CallNotSupported`` for whole rows or columns."""
    left, top, right, bottom = range_boundaries(address)
    if left is None or top is None or right is None or bottom is None:
        raise CallNotSupported("A range of whole rows or columns")
    return RangeImpl(sheet, top, left, bottom - top + 1, right - left + 1)


def _runs(wanted: Sequence[bool]) -> Iterator[tuple[int, int]]:
    """Start and length of each unbroken run of True."""
    start = None
    for i, flag in enumerate(wanted):
        if flag and start is None:
            start = i
        elif not flag and start is not None:
            yield start, i - start
            start = None
    if start is not None:
        yield start, len(wanted) - start

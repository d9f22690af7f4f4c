"""Excel tables (ListObjects) of a sheet."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from openpyxl.utils import get_column_letter
from openpyxl.worksheet.table import Table

from xlpy.excel.engine.cells import RangeImpl, range_at
from xlpy.excel.engine.filters import AutoFilterImpl
from xlpy.excel.engine.refusals import CallNotSupported, NotResizable

if TYPE_CHECKING:
    import xlwings as xw

    from xlpy.excel.engine.sheet import SheetImpl


class TableImpl:
    """One table. Its header is one row; totals rows are not used."""

    __slots__ = ("definition", "sheet")

    def __init__(self, sheet: SheetImpl, definition: Table) -> None:
        self.sheet = sheet
        self.definition = definition

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        raise CallNotSupported(f"Table.{name}")

    @property
    def api(self) -> Table:
        """The table of openpyxl."""
        return self.definition

    @property
    def name(self) -> str:
        """The table's name."""
        return str(self.definition.name)

    @property
    def display_name(self) -> str:
        """The name used in formulas."""
        return str(self.definition.displayName)

    @property
    def parent(self) -> SheetImpl:
        """The sheet it is on."""
        return self.sheet

    @property
    def range(self) -> RangeImpl:
        """Header and data."""
        return range_at(self.sheet, self.definition.ref)

    @property
    def header_row_range(self) -> RangeImpl:
        """The header row."""
        box = self.range
        return RangeImpl(self.sheet, box.row, box.column, 1, box.shape[1])

    @property
    def data_body_range(self) -> RangeImpl | None:
        """The data rows, blank ones too; None, as in Excel, only for a table that has no row but its insert row."""
        box = self.range
        rows = box.shape[0] - 1 - (self.definition.totalsRowCount or 0)
        if self.definition.insertRow:
            return None
        return RangeImpl(self.sheet, box.row + 1, box.column, rows, box.shape[1]) if rows else None

    @property
    def autofilter(self) -> AutoFilterImpl:
        """The filter buttons' state."""
        return AutoFilterImpl(self)

    @property
    def show_autofilter(self) -> bool:
        """Whether the header has filter buttons."""
        return self.definition.autoFilter is not None

    def resize(self, wanted: xw.Range) -> None:
        """Give the table another number of rows; header and columns stay. Contents of cells don't change."""
        self.sheet.refuse_protected()
        box, new = self.range, wanted.impl
        if (new.row, new.column, new.shape[1]) != (box.row, box.column, box.shape[1]):
            raise NotResizable(self.name, "header and columns have to stay where they are")
        if new.shape[0] < 2:
            raise NotResizable(self.name, "a table has at least one row below its header")
        if self.definition.totalsRowCount:
            raise NotResizable(self.name, "it has a totals row; switch that off")
        if self.sheet.filtered_rows(box.row, max(box.last_row, new.last_row), box.column, box.last_column):
            raise NotResizable(self.name, "a filter hides some of its rows")
        for other in self.sheet.tables:
            if other.name != self.name and _overlap(other.range, new):
                raise NotResizable(self.name, f"it would reach into the table {other.name}")
        self._set_rows(new.shape[0])

    def grow(self, count: int) -> None:
        """Count in rows that were inserted."""
        self._set_rows(self.range.shape[0] + count)

    def _set_rows(self, rows: int) -> None:
        box = self.range
        first, last = get_column_letter(box.column), get_column_letter(box.last_column)
        self.definition.ref = f"{first}{box.row}:{last}{box.row + rows - 1}"
        self.definition.insertRow = None
        self.definition.sortState = None  # says how rows were sorted that are not there any more
        if self.definition.autoFilter is not None:
            self.definition.autoFilter.ref = self.definition.ref
            self.definition.autoFilter.sortState = None
        self.sheet.forget_new_styles()


class TablesImpl:
    """The tables of a sheet."""

    __slots__ = ("_sheet",)

    def __init__(self, sheet: SheetImpl) -> None:
        self._sheet = sheet

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        raise CallNotSupported(f"Tables.{name}")

    def __call__(self, key: int | str) -> TableImpl:
        """Return a table by its name, or by its place from 1. Raises ``KeyError``."""
        tables = list(self)
        if isinstance(key, int):
            return tables[key - 1]
        for table in tables:
            if table.name.casefold() == key.casefold():
                return table
        raise KeyError(key)

    def __len__(self) -> int:
        return len(self._sheet.worksheet.tables)

    def __iter__(self) -> Iterator[TableImpl]:
        return (TableImpl(self._sheet, table) for table in self._sheet.worksheet.tables.values())

    def __contains__(self, key: object) -> bool:
        return any(table.name.casefold() == str(key).casefold() for table in self)


def _overlap(one: RangeImpl, other: RangeImpl) -> bool:
    return (
        one.row <= other.last_row
        and other.row <= one.last_row
        and one.column <= other.last_column
        and other.column <= one.last_column
    )

"""Tables: Excel.ListObject."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from openpyxl.utils import get_column_letter, range_boundaries

from .areas import Area, area_common
from .autofilter import AutoFilter
from .com import ComCollection, ComObject, called, excel_refuses, got
from .ranges import Range

if TYPE_CHECKING:
    from .worksheet import Worksheet


class ListObjects(ComCollection):
    """The tables of a sheet: by number or by name without regard to case."""

    def __init__(self, sheet: Worksheet) -> None:
        super().__init__(sheet._wire)
        self._sheet = sheet

    def _members(self) -> list[Any]:
        return list(self._sheet._tables())


class ListObject(ComObject):
    """A table: one row of headers, at least one row below."""

    def __init__(self, sheet: Worksheet, definition: Any) -> None:
        super().__init__(sheet._wire)
        self._sheet = sheet
        self._definition = definition
        self._filter = AutoFilter(self)

    def _name(self) -> str:
        return str(self._definition.displayName)

    def _area(self) -> Area:
        left, top, right, bottom = range_boundaries(self._definition.ref)
        return top, left, bottom - top + 1, right - left + 1

    def _rows(self) -> range:
        """The rows below the header."""
        top, _, rows, _ = self._area()
        return range(top + 1, top + rows)

    def _set_rows(self, rows: int) -> None:
        top, left, _, columns = self._area()
        first, last = get_column_letter(left), get_column_letter(left + columns - 1)
        self._definition.ref = f"{first}{top}:{last}{top + rows - 1}"
        self._definition.insertRow = None
        self._definition.sortState = None

    def _put_into_file(self) -> None:
        self._filter._put_into_file()

    Parent = got(lambda self: self._sheet)
    Application = got(lambda self: self._wire.application)
    Name = got(lambda self: self._name())
    DisplayName = got(lambda self: self._name())
    ShowHeaders = got(lambda _self: True)
    ShowTotals = got(lambda self: bool(self._definition.totalsRowCount))
    ShowAutoFilter = got(lambda self: self._definition.autoFilter is not None)
    ListRows = got(lambda self: ListRows(self))
    ListColumns = got(lambda self: ListColumns(self))

    @got
    def Range(self) -> Range:
        return Range(self._sheet, [self._area()])

    @got
    def HeaderRowRange(self) -> Range:
        top, left, _, columns = self._area()
        return Range(self._sheet, [(top, left, 1, columns)])

    @got
    def DataBodyRange(self) -> Any:
        """The rows below the header; nothing only when the table has its insert row and no other.

        A blank row is a row: a table whose cells were emptied has a body.
        """
        if self._definition.insertRow:
            return None
        top, left, rows, columns = self._area()
        return Range(self._sheet, [(top + 1, left, rows - 1, columns)])

    @got
    def AutoFilter(self) -> Any:
        """The filter; nothing while the header has no buttons."""
        return self._filter if self._definition.autoFilter is not None else None

    @called
    def Resize(self, block: Range) -> None:
        """Give the table another size. The header stays in its row and the old and the new table overlap.

        What cells hold does not change. While a filter hides rows it is refused here (unverified).
        """
        failed = "Method 'Resize' of object 'ListObject' failed"
        self._sheet._refuse_protected([block._first()], failed)
        top, left, _, columns = self._area()
        new = block._first()
        if block._sheet is not self._sheet or new[0] != top or new[2] < 2 or self._definition.totalsRowCount:
            excel_refuses(failed)
        if any(t is not self and area_common(t._area(), new) for t in self._sheet._tables()):
            excel_refuses("A table can't overlap another table.")
        if self._sheet._filtered_rows(*_with(self._area(), new)):
            excel_refuses(failed)
        if (new[1], new[3]) != (left, columns):
            self._wire.not_modelled("Resizing a table to other columns")
        self._set_rows(new[2])


def _with(one: Area, other: Area) -> Area:
    return one[0], max(other[2], one[2]), one[1], one[3]


class ListRows(ComCollection):
    """The rows of a table."""

    def __init__(self, table: ListObject) -> None:
        super().__init__(table._wire)
        self._table = table

    def _members(self) -> list[Any]:
        return [] if self._table._definition.insertRow else list(self._table._rows())


class ListColumns(ComCollection):
    """The columns of a table."""

    def __init__(self, table: ListObject) -> None:
        super().__init__(table._wire)
        self._table = table

    def _members(self) -> list[Any]:
        return [ListColumn(self._table, i) for i in range(self._table._area()[3])]


class ListColumn(ComObject):
    """A column of a table."""

    def __init__(self, table: ListObject, position: int) -> None:
        super().__init__(table._wire)
        self._table = table
        self._position = position

    def _name(self) -> str:
        return str(self._table._definition.tableColumns[self._position].name)

    Name = got(lambda self: self._name())
    Index = got(lambda self: self._position + 1)

    @got
    def DataBodyRange(self) -> Any:
        top, left, rows, _ = self._table._area()
        return Range(self._table._sheet, [(top + 1, left + self._position, rows - 1, 1)])

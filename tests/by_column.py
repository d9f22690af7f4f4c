"""Cells by the name of their column: a column more on a sheet must turn no test red that is not about it.

``at(INVOICES, "Total")`` is the address of the first row's total; ``cell(ws, INVOICES, "4417", "Status")`` the cell of
the row with that key. Rows are those of the sheet, data from row 5.
"""

from __future__ import annotations

from typing import Any

from openpyxl.cell.cell import Cell
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.worksheet import Worksheet

from xlpy.excel.workbook.sheet import FIRST_DATA_ROW, HEADER_ROW, Sheet


def number(sheet: Sheet, column: str) -> int:
    """Number of a column, from 1."""
    return sheet.index(column) + 1


def letter(sheet: Sheet, column: str) -> str:
    """Letter of a column."""
    return get_column_letter(number(sheet, column))


def at(sheet: Sheet, column: str, row: int = FIRST_DATA_ROW) -> str:
    """Address of a cell."""
    return f"{letter(sheet, column)}{row}"


def header_at(sheet: Sheet, column: str) -> str:
    """Address of a column's header."""
    return at(sheet, column, HEADER_ROW)


def beside(sheet: Sheet, nth: int = 1, row: int = FIRST_DATA_ROW) -> str:
    """Address in the ``nth`` column to the right of the sheet's own ones: where columns of the user's begin."""
    return f"{get_column_letter(len(sheet.columns) + nth)}{row}"


def table_area(sheet: Sheet, rows: int, own: int = 0) -> str:
    """Area of the table with that many rows, and as many columns of the user's own."""
    return f"A{HEADER_ROW}:{beside(sheet, own, HEADER_ROW + rows)}"


def row_of(ws: Worksheet, sheet: Sheet, key: str) -> int:
    """Row of the sheet whose key (its Id) is that. Raises ``LookupError`` when there is none."""
    at_key = number(sheet, sheet.key)
    for row in range(FIRST_DATA_ROW, ws.max_row + 1):
        if str(ws.cell(row, at_key).value) == key:
            return row
    raise LookupError(f"{sheet.name} has no row {key}")


def cell(ws: Worksheet, sheet: Sheet, key: str, column: str) -> Cell:
    """Cell of the row with that key."""
    found: Any = ws.cell(row_of(ws, sheet, key), number(sheet, column))
    return found  # type: ignore[no-any-return]


def column(ws: Worksheet, name: str) -> list[Any]:
    """Values below the header of that name, empty ones too; also on sheets that are not the workbook's."""
    (header,) = [one for one in ws[HEADER_ROW] if one.value == name]
    return [ws.cell(row, header.column).value for row in range(FIRST_DATA_ROW, ws.max_row + 1)]

"""Above a sheet's table: its hint, or how many rows of Manage are not on it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from xlpy.excel.workbook.layout import hint_cell

if TYPE_CHECKING:
    import xlwings as xw

    from xlpy.excel.workbook.sheet import Sheet


def tell_left_out(book: xw.Book, sheet: Sheet, text: str) -> None:
    """Write above the table what is missing in it; empty: its usual hint again."""
    cell = book.sheets[sheet.name].range(hint_cell(sheet))
    wanted = text or sheet.hint
    if cell.value != wanted:
        cell.value = wanted

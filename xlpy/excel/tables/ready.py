"""What a button has to fill, looked at before it writes anything outside of the workbook.

A sheet that was deleted, a column that was renamed, a named cell that is gone: told while nothing has happened yet.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from xlpy.errors import WorkbookError
from xlpy.excel.tables.placed import find_table
from xlpy.excel.workbook.home_cells import INCLUDED_BLOCK, Home
from xlpy.excel.workbook.sheet import Sheet

if TYPE_CHECKING:
    import xlwings as xw

TOLD = (Home.LAST_BUTTON, Home.LAST_RUN_AT, Home.LAST_RUN, Home.LAST_RUN_TEXT)


class WorkbookCanNotShow(WorkbookError):
    """Where the outcome belongs is missing in the workbook; nothing was written to SL or Manage."""

    def __init__(self, missing: Iterable[str]) -> None:
        super().__init__(
            f"The workbook could not show what becomes of it: {' '.join(missing)}",
            fix="Undo the change, or bring the workbook back with 'xlpy new --update'. Nothing was posted.",
        )


def refuse_unless_fillable(book: xw.Book, sheets: Iterable[Sheet], cells: Iterable[str] = ()) -> None:
    """Raise ``WorkbookCanNotShow`` naming every sheet, table, column or named cell that is missing.

    ``cells``: besides those that every button fills: what the last run came to, and what is included.
    """
    missing: list[str] = []
    for sheet in sheets:
        try:
            find_table(book, sheet)
        except WorkbookError as error:
            missing.append(error.text)
    names = {name.name: name for name in book.names}
    missing += [
        f"It has no cell named {cell}."
        for cell in (*TOLD, INCLUDED_BLOCK, *cells)
        if cell not in names or "#REF!" in str(names[cell].refers_to)
    ]
    if missing:
        raise WorkbookCanNotShow(missing)

"""What a user does at the screen between two buttons. None of it is a call of a macro, so none is counted."""

from __future__ import annotations

from typing import Any

from openpyxl.formula.translate import Translator
from openpyxl.utils import get_column_letter

from . import contents
from .application import Excel
from .tables import ListObject
from .worksheet import Worksheet


class User:
    """The hands at this Excel's keyboard. Sheets and columns are named as on the screen."""

    def __init__(self, excel: Excel) -> None:
        self._excel = excel

    def _sheet(self, name: str) -> Worksheet:
        return self._excel.active._sheet(name)  # type: ignore[no-any-return]

    def _table(self, sheet: str) -> ListObject:
        return self._sheet(sheet)._tables()[0]

    def column(self, sheet: str, header: str) -> int:
        """Return the number of a column on the sheet by its header."""
        table = self._table(sheet)
        top, left, _, columns = table._area()
        cells = table._sheet._cells
        return next(c for c in range(left, left + columns) if cells[top, c]._value == header)

    def shows(self, sheet: str) -> None:
        """Click the sheet's tab."""
        self._sheet(sheet)._show()

    def types(self, sheet: str, row: int, header: str, text: str) -> None:
        """Type into a cell of a table: in one that is not text, numbers and dates are taken for what they are."""
        column = self.column(sheet, header)
        found = self._sheet(sheet)
        found._store(row, column, contents.entered(text, found._format(row, column)))

    def filters(self, sheet: str, header: str, *texts: str) -> None:
        """Tick values in the list of a column's filter; none: show all again."""
        table = self._table(sheet)
        field = self.column(sheet, header) - table._area()[1] + 1
        table._filter._set(field, [f"={text}" for text in texts] or None, 7 if texts else None, None)

    def sorts(self, sheet: str, header: str, *, falling: bool = False) -> None:
        """Sort a table by a column: cells move with their formats, notes and links; heights of rows stay.

        A formula goes along as if it were copied: what it says of its own row, it says of the new one.
        """
        table = self._table(sheet)
        found, key = table._sheet, self.column(sheet, header)
        _, left, _, columns = table._area()
        rows = [row for row in table._rows() if not found._row_hidden(row)]
        kept = {row: [found._cells.pop((row, c), None) for c in range(left, left + columns)] for row in rows}
        order = sorted(rows, key=lambda row: _sort_key(kept[row][key - left]), reverse=falling)
        for new, old in zip(rows, order, strict=True):
            for cell in kept[old]:
                if cell is not None:
                    _move(cell, new)
                    found._cells[new, cell.column] = cell

    def protects(self, sheet: str) -> None:
        """Review, Protect Sheet."""
        self._sheet(sheet)._file.protection.sheet = True

    def unprotects(self, sheet: str) -> None:
        """Review, Unprotect Sheet."""
        self._sheet(sheet)._file.protection.sheet = False

    def hides_row(self, sheet: str, row: int) -> None:
        """Hide a row by hand."""
        self._sheet(sheet)._file.row_dimensions[row].hidden = True


def _sort_key(cell: Any) -> tuple[int, Any]:
    """Numbers before texts before truth values, blanks last; texts without regard to case."""
    value = None if cell is None else contents.given(cell._value, cell.data_type, cell.number_format, plainly=True)
    if value is None:
        return 3, 0
    if isinstance(value, bool):
        return 2, value
    return (1, value.casefold()) if isinstance(value, str) else (0, value)


def _move(cell: Any, row: int) -> None:
    letter = get_column_letter(cell.column)
    if cell.data_type == "f" and isinstance(cell._value, str):
        cell._value = Translator(cell._value, origin=f"{letter}{cell.row}").translate_formula(f"{letter}{row}")
    cell.row = row
    if cell.hyperlink:
        cell.hyperlink.ref = cell.coordinate

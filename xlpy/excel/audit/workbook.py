"""Writes sheets as a workbook of values only: no formula, no macro, every sheet protected (without a password).

It has the look of the working book. Protection keeps an accident out; what proves a record is its manifest.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Alignment
from openpyxl.utils import get_column_letter
from openpyxl.workbook.protection import WorkbookProtection

from xlpy.excel.audit.sheets import SheetRows
from xlpy.excel.tables.rows import Row
from xlpy.excel.workbook import look
from xlpy.excel.workbook.cell_values import cell_content
from xlpy.excel.workbook.layout import column_width
from xlpy.excel.workbook.printing import pages_wide, set_print
from xlpy.excel.workbook.saving import save_book
from xlpy.excel.workbook.sheet import FIRST_DATA_ROW, HEADER_ROW, NUMBER_FORMAT, TITLE_ROW, CellKind, Column, Sheet
from xlpy.excel.workbook.state_colours import colour_of
from xlpy.excel.workbook.typed_text import becomes_a_formula, clean_text

_WIDEST = 60  # characters
_TEXTS = frozenset({CellKind.TEXT, CellKind.WRAP})


def write_values_workbook(path: Path, sheets: Sequence[SheetRows], *, title: str, footer: str) -> None:
    """Write ``sheets``. ``title`` stands above each table and in the properties, ``footer`` on each printed page."""
    book = Workbook(write_only=True)
    book.properties.creator = "Manage to SL"
    book.properties.title = title
    book.security = WorkbookProtection(lockStructure=True)
    for sheet in sheets:
        _write_sheet(book, sheet.sheet, sheet.rows, title, footer)
    save_book(book, path)


def _write_sheet(book: Workbook, sheet: Sheet, rows: Sequence[Row], title: str, footer: str) -> None:
    ws: Any = book.create_sheet(sheet.name)
    ws.sheet_properties.tabColor = look.TAB[sheet.part]
    ws.sheet_view.showGridLines = False
    ws.freeze_panes = f"A{FIRST_DATA_ROW}"
    widths = [_width(column, rows) for column in sheet.columns]
    for number, width in enumerate(widths, 1):
        ws.column_dimensions[get_column_letter(number)].width = width
    for line, height in ((TITLE_ROW, 27), (HEADER_ROW, 31)):
        ws.row_dimensions[line].height = height
    _protect(ws)
    # A record keeps every column: what is too wide for a page goes on beside it, with the first column again.
    set_print(ws, landscape=sheet.landscape, pages_wide=pages_wide(widths, landscape=sheet.landscape))
    ws.print_title_cols = "A:A"
    ws.oddFooter.left.text = _plain_footer(footer)
    ws.print_title_rows = f"{TITLE_ROW}:{HEADER_ROW}"
    last = get_column_letter(len(sheet.columns))
    ws.auto_filter.ref = f"A{HEADER_ROW}:{last}{max(HEADER_ROW + len(rows), FIRST_DATA_ROW)}"
    for above in (_words(ws, sheet.title, size=16, bold=True), _words(ws, title, color=look.MUTED)):
        ws.append([above])
    ws.append(_sums(ws, sheet, rows))
    ws.append([_header(ws, column, sheet) for column in sheet.columns])
    styles = _Styles(ws, sheet.table)
    for row in rows:
        ws.append([styles.cell(column, row.get(column.name)) for column in sheet.columns])


def _width(column: Column, rows: Sequence[Row]) -> float:
    """Return a width in which no text of the column is cut on paper, within reason."""
    if column.kind is CellKind.WRAP and not any(row.get(column.name) for row in rows):
        return column_width(replace(column, width=0))
    longest = max((len(str(row.get(column.name) or "")) for row in rows), default=0) if column.kind in _TEXTS else 0
    return max(column_width(column), min(longest * 1.05 + 1, _WIDEST) if column.kind is CellKind.TEXT else 0)


def _protect(ws: Any) -> None:
    """Protect a sheet; columns can still be made wider, and the filter works."""
    ws.protection.formatColumns = False  # what protection does not forbid
    ws.protection.formatRows = False
    ws.protection.autoFilter = False
    ws.protection.enable()


def _plain_footer(text: str) -> str:
    """Keep ``&`` in a footer a character: Excel has its codes there."""
    return text.replace("&", "&&")[:180]


def _words(ws: Any, text: str, *, size: float = 10, bold: bool = False, color: str = look.INK) -> Any:
    cell = _text_cell(ws, text)
    look.dress_text(cell, size=size, bold=bold, color=color)
    return cell


def _header(ws: Any, column: Column, sheet: Sheet) -> Any:
    cell = _text_cell(ws, column.name)
    look.dress_header(cell, sheet.part, column.kind)
    return cell


def _sums(ws: Any, sheet: Sheet, rows: Sequence[Row]) -> list[Any]:
    """Count the rows and add the columns that may be added, as values."""
    cells: list[Any] = []
    for number, column in enumerate(sheet.columns):
        if column.total:
            total = sum((_amount(row.get(column.name)) for row in rows), Decimal(0))
            cell = WriteOnlyCell(ws, cell_content(total, column.kind))
            look.dress_text(cell, bold=True)
            cell.number_format = NUMBER_FORMAT[column.kind]
            cell.alignment = Alignment(horizontal="right", vertical="center", indent=1)
        else:
            cell = _words(ws, f"Rows: {len(rows)}" if number == 0 else "", bold=True)
        cell.fill = look.fill(look.BAND)
        cells.append(cell)
    return cells


def _amount(value: object) -> Decimal:
    return value if isinstance(value, Decimal) else Decimal(0)


def _text_cell(ws: Any, text: str) -> Any:
    """Return a cell that holds text, whatever the text looks like."""
    cell: Any = WriteOnlyCell(ws, clean_text(text) or None)
    if text:
        cell.data_type = "s"
    return cell


class _Styles:
    """Cells with the styles of their columns; each style is made once."""

    def __init__(self, ws: Any, table: str) -> None:
        self._ws = ws
        self._table = table
        self._made: dict[tuple[CellKind, bool, tuple[str, str] | None], Any] = {}

    def cell(self, column: Column, value: object) -> Any:
        """Return the cell of ``value``: text stays text, amounts are rounded to what the column shows."""
        content = _content(value, column.kind)
        if not isinstance(content, str):
            cell: Any = WriteOnlyCell(self._ws, content)
            quoted = False
        else:
            cell = _text_cell(self._ws, content)
            quoted = becomes_a_formula(content.strip())
        colors = colour_of(self._table, column.name, content) if isinstance(content, str) else None
        cell._style = self._style(column.kind, quoted, colors)  # noqa: SLF001 (shared: a style per cell costs minutes)
        return cell

    def _style(self, kind: CellKind, quoted: bool, colors: tuple[str, str] | None) -> Any:
        key = kind, quoted, colors
        if key not in self._made:
            model: Any = WriteOnlyCell(self._ws)
            look.dress_body(model, kind)
            model.border = look.line()
            if quoted:
                model.quotePrefix = True  # editing the cell leaves it a text
            if colors is not None:
                text, back = colors
                model.font = look.font(bold=colors is not look.CALM, color=text)
                model.fill = look.fill(back)
            self._made[key] = model._style  # noqa: SLF001
        return self._made[key]


def _content(value: object, kind: CellKind) -> str | float | datetime | None:
    """Return what a file's cell holds: no mark of text in front, which only typing into Excel needs."""
    if kind in _TEXTS:
        return clean_text(str(value)) if value not in (None, "") else None
    content = cell_content(value, kind)
    return content.removeprefix("'") if isinstance(content, str) else content

"""Draws sheets as a PDF: tables on numbered pages, with the batch and run at the foot of each.

Only the canvas of the library is used, no markup: data of Manage is drawn character by character and is never read
as anything else. In a live Excel its own export is taken instead (``audit_excel``).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

from xlpy.domain.values.money import round_money
from xlpy.excel.audit.fonts import Fonts, Piece
from xlpy.excel.audit.sheets import SheetRows
from xlpy.excel.tables.rows import Row
from xlpy.excel.workbook import look
from xlpy.excel.workbook.cell_values import DECIMALS
from xlpy.excel.workbook.sheet import CellKind, Column, Sheet
from xlpy.excel.workbook.state_colours import colour_of
from xlpy.excel.workbook.typed_text import clean_text

_PAGE = (841.9, 595.3)  # A4, landscape, in points
_MARGIN = 30.0
_TOP, _BOTTOM = _PAGE[1] - 62, 34.0  # of the table
_WIDE = _PAGE[0] - 2 * _MARGIN
_SIZES = (8.0, 7.5, 7.0, 6.5, 6.0, 5.5, 5.0, 4.5)
_GAP = 6.0  # between columns
_LEADING = 1.25
_NEGATIVE = "C00000"
_SPLIT = re.compile(r"(\s+)")


@dataclass(frozen=True, slots=True)
class _Cell:
    lines: tuple[str, ...]
    color: str


@dataclass(frozen=True, slots=True)
class _Table:
    """A sheet laid out: its columns that have something, their widths in points, the size of the type."""

    sheet: Sheet
    columns: tuple[Column, ...]
    widths: tuple[float, ...]
    size: float
    rows: Sequence[Row]


@dataclass(frozen=True, slots=True)
class _Page:
    table: _Table
    heads: tuple[_Cell, ...]
    rows: tuple[tuple[_Cell, ...], ...]
    part: str  # "2 of 5" of the sheet's own pages, empty when it has one


def draw_pdf(path: Path, sheets: Sequence[SheetRows], *, title: str, footer: str) -> str:
    """Draw ``sheets`` to ``path``; return the name and version of what drew it."""
    import reportlab
    from reportlab.pdfgen.canvas import Canvas

    fonts = Fonts()
    pages = [page for sheet in sheets for page in _pages(fonts, sheet)]
    canvas = Canvas(str(path), pagesize=_PAGE, pageCompression=1, initialFontName=fonts.regular)
    canvas.setTitle(title)
    canvas.setCreator("Manage to SL")
    pen = _Pen(canvas, fonts)
    for number, page in enumerate(pages, 1):
        _draw(pen, page, title, footer, f"Page {number} of {len(pages)}")
        canvas.showPage()
    canvas.save()
    return f"reportlab {reportlab.__version__}"


def shown(value: object, kind: CellKind) -> str:
    """Return a value as the workbook shows it."""
    if value is None or value == "":
        return ""
    if isinstance(value, Decimal):
        decimals = DECIMALS.get(kind, 2)
        text = f"{round_money(value, decimals):,.{decimals}f}"
        return text.rstrip("0").rstrip(".") if kind is CellKind.QUANTITY else text
    if isinstance(value, datetime):
        return f"{value:%Y-%m-%d %H:%M}"
    if isinstance(value, date):
        return value.isoformat()
    return clean_text(str(value))


def _pages(fonts: Fonts, sheet: SheetRows) -> Iterator[_Page]:
    """Cut a sheet into pages; a row is never cut, unless it is higher than a page."""
    table = _lay_out(fonts, sheet)
    heads = tuple(_cell(fonts, table, at, column.name, bold=True) for at, column in enumerate(table.columns))
    room = _TOP - _BOTTOM - _height(table, heads)
    cut: list[list[tuple[_Cell, ...]]] = [[]]
    left = room
    for row in table.rows:
        cells = tuple(
            _cell(fonts, table, at, shown(row.get(column.name), column.kind), value=row.get(column.name))
            for at, column in enumerate(table.columns)
        )
        for part in _that_fit(table, cells, room):
            height = _height(table, part)
            if height > left and cut[-1]:
                cut.append([])
                left = room
            cut[-1].append(part)
            left -= height
    for number, rows in enumerate(cut, 1):
        yield _Page(table, heads, tuple(rows), f"{number} of {len(cut)}" if len(cut) > 1 else "")


def _lay_out(fonts: Fonts, sheet: SheetRows) -> _Table:
    """Choose the largest type in which the table is as wide as the page; words are never broken if that can be."""
    filled = tuple(c for c in sheet.sheet.columns if any(row.get(c.name) not in (None, "") for row in sheet.rows))
    columns = filled or sheet.sheet.columns
    natural: list[float] = []  # of the longest text, at size 1
    least: list[float] = []  # of the longest word
    for column in columns:
        head = max(fonts.width(word, bold=True) for word in column.name.split())
        texts = {shown(row.get(column.name), column.kind) for row in sheet.rows}
        lines = [line for text in texts for line in text.split("\n")]
        widest = max((fonts.width(line) for line in lines), default=0.0)
        word = widest
        if column.kind is CellKind.WRAP:
            word = max((fonts.width(w) for line in lines for w in line.split()), default=0.0)
        natural.append(max(head, widest))
        least.append(max(head, min(word, 30.0)))
    gaps = _GAP * len(columns)
    size = next((size for size in _SIZES if sum(least) * size + gaps <= _WIDE), _SIZES[-1])
    room = _WIDE - gaps
    spare = room - sum(least) * size
    wanted = [max(n - low, 0.0) * size for n, low in zip(natural, least, strict=True)]
    share = min(1.0, max(spare, 0.0) / sum(wanted)) if sum(wanted) else 0.0
    shrink = min(1.0, room / (sum(least) * size)) if sum(least) else 1.0
    widths = [low * size * shrink + want * share + _GAP for low, want in zip(least, wanted, strict=True)]
    return _Table(sheet.sheet, columns, tuple(widths), size, sheet.rows)


def _cell(fonts: Fonts, table: _Table, at: int, text: str, *, value: object = None, bold: bool = False) -> _Cell:
    column = table.columns[at]
    color = _NEGATIVE if isinstance(value, Decimal) and value < 0 else look.INK
    color = (colour_of(table.sheet.table, column.name, text) or (color, ""))[0]
    room = (table.widths[at] - _GAP + 0.01) / table.size
    lines = tuple(part for line in text.split("\n") for part in _wrapped(fonts, line, room, bold=bold))
    return _Cell(lines, look.PAPER if bold else color)


def _wrapped(fonts: Fonts, text: str, room: float, *, bold: bool) -> Iterator[str]:
    """Break a line between words; a word that is wider than the column between characters."""
    if fonts.width(text, bold=bold) <= room:
        yield text
        return
    line = ""
    for word in _SPLIT.split(text):
        if fonts.width(line + word, bold=bold) <= room:
            line += word
            continue
        if line.strip():
            yield line.rstrip()
        line = "" if word.isspace() else word
        while fonts.width(line, bold=bold) > room and len(line) > 1:
            fits = _fitting(fonts, line, room, bold=bold)
            yield line[:fits]
            line = line[fits:]
    yield line


def _fitting(fonts: Fonts, text: str, room: float, *, bold: bool) -> int:
    used = 0.0
    for at, character in enumerate(text):
        used += fonts.width(character, bold=bold)
        if used > room:
            return max(at, 1)
    return len(text)


def _that_fit(table: _Table, cells: tuple[_Cell, ...], room: float) -> Iterator[tuple[_Cell, ...]]:
    """Cut a row that is higher than a page into pieces that are not."""
    most = max(int((room - 4) / (table.size * _LEADING)), 1)
    for start in range(0, max(len(cell.lines) for cell in cells), most):
        yield tuple(_Cell(cell.lines[start : start + most], cell.color) for cell in cells)


def _height(table: _Table, cells: tuple[_Cell, ...]) -> float:
    return max(1, *(len(cell.lines) for cell in cells)) * table.size * _LEADING + 4


class _Pen:
    """Draws texts piece by piece, each in the font that has it, as one text object of the page."""

    def __init__(self, canvas: Any, fonts: Fonts) -> None:
        self.canvas = canvas
        self.fonts = fonts
        self._text: Any = None
        self._font: tuple[str, float] = ("", 0.0)
        self._color = ""

    def text(self, x: float, y: float, text: str, size: float, *, color: str = look.INK, bold: bool = False) -> None:
        """Write from ``x`` to the right."""
        pieces = self.fonts.pieces(text, bold=bold)
        for piece in pieces:
            self._piece(x, y, piece, size, color)
            if len(pieces) > 1:
                x += self.canvas.stringWidth(piece.text, piece.font, size)

    def right(self, x: float, y: float, text: str, size: float, *, color: str = look.INK, bold: bool = False) -> None:
        """Write so that the text ends at ``x``."""
        self.text(x - self.fonts.width(text, bold=bold) * size, y, text, size, color=color, bold=bold)

    def flush(self) -> None:
        """Put what was written onto the page."""
        if self._text is not None:
            self.canvas.drawText(self._text)
        self._text, self._font, self._color = None, ("", 0.0), ""

    def _piece(self, x: float, y: float, piece: Piece, size: float, color: str) -> None:
        if piece.actual:  # readers that search and copy take this for the code that is drawn
            self.flush()
            self.canvas.addLiteral(f"/Span <</ActualText <FEFF{piece.actual.encode('utf-16-be').hex().upper()}>>> BDC")
        if self._text is None:
            self._text = self.canvas.beginText()
        if self._font != (piece.font, size):
            self._font = piece.font, size
            self._text.setFont(*self._font)
        if self._color != color:
            self._color = color
            self._text.setFillColorRGB(*_rgb(color))
        self._text.setTextOrigin(x, y)
        self._text.textOut(piece.text)
        if piece.actual:
            self.flush()
            self.canvas.addLiteral("EMC")


def _draw(pen: _Pen, page: _Page, title: str, footer: str, number: str) -> None:
    table = page.table
    canvas = pen.canvas
    told = [title, f"{len(table.rows)} rows", *_sums(table), *filter(None, (page.part,))]
    pen.text(_MARGIN, _PAGE[1] - 36, table.sheet.title, 14, bold=True)
    pen.text(_MARGIN, _PAGE[1] - 50, "  ·  ".join(told), 8, color=look.MUTED)
    bottom = _TOP - _height(table, page.heads)
    canvas.setFillColorRGB(*_rgb(look.HEADER[table.sheet.part]))
    canvas.rect(_MARGIN, bottom, sum(table.widths), _TOP - bottom, stroke=0, fill=1)  # before the texts upon it
    _draw_row(pen, table, page.heads, _TOP, bold=True)
    canvas.setStrokeColorRGB(*_rgb(look.LINE))
    canvas.setLineWidth(0.4)
    y = bottom
    for row in page.rows:
        _draw_row(pen, table, row, y)
        y -= _height(table, row)
        canvas.line(_MARGIN, y, _MARGIN + sum(table.widths), y)
    pen.text(_MARGIN, 18, footer, 7, color=look.MUTED)
    pen.right(_PAGE[0] - _MARGIN, 18, number, 7, color=look.MUTED)
    pen.flush()


def _sums(table: _Table) -> Iterator[str]:
    """Add the columns that may be added: those of one currency."""
    for column in table.columns:
        if column.total:
            amounts = (row.get(column.name) for row in table.rows)
            total = sum((amount for amount in amounts if isinstance(amount, Decimal)), Decimal(0))
            yield f"{column.name} {shown(total, column.kind)}"


def _draw_row(pen: _Pen, table: _Table, cells: tuple[_Cell, ...], top: float, *, bold: bool = False) -> None:
    x = _MARGIN
    for column, width, cell in zip(table.columns, table.widths, cells, strict=True):
        y = top - 2 - table.size
        for line in cell.lines:
            if column.kind in look.NUMBERS:
                pen.right(x + width - _GAP / 2, y, line, table.size, color=cell.color, bold=bold)
            else:
                pen.text(x + _GAP / 2, y, line, table.size, color=cell.color, bold=bold)
            y -= table.size * _LEADING
        x += width


def _rgb(color: str) -> tuple[float, float, float]:
    red, green, blue = (int(color[at : at + 2], 16) / 255 for at in (0, 2, 4))
    return red, green, blue

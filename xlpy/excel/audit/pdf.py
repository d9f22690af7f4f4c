"""Draws sheets as a PDF: tables on numbered pages, with the batch and run at the foot of each.

Only the canvas of the library is used, no markup: data of Manage is drawn character by character and is never read
as anything else. In a live Excel its own export is taken instead (``export.excel_pdf``).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any

from xlpy.excel.audit.fonts import Fonts, Piece
from xlpy.excel.audit.paper import Paper, users_paper
from xlpy.excel.audit.pdf_layout import GAP, LEADING, MARGIN, TITLES, Cell, Page, Part, Table, height, lay_out, shown
from xlpy.excel.audit.sheets import SheetRows
from xlpy.excel.workbook import look


def draw_pdf(path: Path, sheets: Sequence[SheetRows], *, title: str, footer: str, paper: Paper | None = None) -> str:
    """Draw ``sheets`` to ``path``; return the name and version of what drew it. ``paper``: None for the user's own."""
    import reportlab
    from reportlab.pdfgen.canvas import Canvas

    fonts = Fonts()
    paper = paper or users_paper()
    pages = lay_out(fonts, sheets, paper)
    canvas = Canvas(str(path), pagesize=(paper.width, paper.height), pageCompression=1, initialFontName=fonts.regular)
    canvas.setTitle(title)
    canvas.setCreator("Manage to SL")
    pen = _Pen(canvas, fonts)
    for number, page in enumerate(pages, 1):
        _draw(pen, page, title)
        pen.text(MARGIN, 18, footer, 7, color=look.MUTED)
        pen.right(paper.width - MARGIN, 18, f"Page {number} of {len(pages)}", 7, color=look.MUTED)
        pen.flush()
        canvas.showPage()
    canvas.save()
    return f"reportlab {reportlab.__version__}"


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


def _draw(pen: _Pen, page: Page, title: str) -> None:
    for part in page:
        _draw_part(pen, part, title)


def _draw_part(pen: _Pen, part: Part, title: str) -> None:
    table, canvas = part.table, pen.canvas
    told = [title, f"{len(table.rows)} {'row' if len(table.rows) == 1 else 'rows'}", *_sums(table)]
    told += [] if table.whole else ["more columns in the workbook of this record"]
    pen.text(MARGIN, part.top - 14, table.sheet.title, 14, bold=True)
    pen.text(MARGIN, part.top - 28, "  ·  ".join((*told, *filter(None, (part.number,)))), 8, color=look.MUTED)
    top = part.top - TITLES
    bottom = top - height(table, part.heads)
    canvas.setFillColorRGB(*_rgb(look.HEADER[table.sheet.part]))
    canvas.rect(MARGIN, bottom, sum(table.widths), top - bottom, stroke=0, fill=1)  # before the texts upon it
    _draw_row(pen, table, part.heads, top, bold=True)
    canvas.setStrokeColorRGB(*_rgb(look.LINE))
    canvas.setLineWidth(0.4)
    y = bottom
    for row in part.rows:
        _draw_row(pen, table, row, y)
        y -= height(table, row)
        canvas.line(MARGIN, y, MARGIN + sum(table.widths), y)
    pen.flush()


def _sums(table: Table) -> Iterator[str]:
    """Add the columns that may be added: those of one currency."""
    for column in table.columns:
        if column.total:
            amounts = (row.get(column.name) for row in table.rows)
            total = sum((amount for amount in amounts if isinstance(amount, Decimal)), Decimal(0))
            yield f"{column.name} {shown(total, column.kind)}"


def _draw_row(pen: _Pen, table: Table, cells: tuple[Cell, ...], top: float, *, bold: bool = False) -> None:
    x = MARGIN
    for column, width, cell in zip(table.columns, table.widths, cells, strict=True):
        y = top - 2 - table.size
        for line in cell.lines:
            if column.kind in look.NUMBERS:
                pen.right(x + width - GAP / 2, y, line, table.size, color=cell.color, bold=bold)
            else:
                pen.text(x + GAP / 2, y, line, table.size, color=cell.color, bold=bold)
            y -= table.size * LEADING
        x += width


def _rgb(color: str) -> tuple[float, float, float]:
    red, green, blue = (int(color[at : at + 2], 16) / 255 for at in (0, 2, 4))
    return red, green, blue

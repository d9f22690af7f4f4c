"""Lays sheets out on the pages of a PDF: columns as wide as they need, one table after the other on each page.

A row is never cut, unless it is higher than a page; a table goes on with its header on the next page.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal

from xlpy.domain.values.money import round_money
from xlpy.excel.audit.fonts import Fonts
from xlpy.excel.audit.paper import Paper
from xlpy.excel.audit.sheets import SheetRows
from xlpy.excel.tables.rows import Row
from xlpy.excel.workbook import look
from xlpy.excel.workbook.cell_values import DECIMALS
from xlpy.excel.workbook.sheet import CellKind, Column, Sheet
from xlpy.excel.workbook.state_colours import colour_of
from xlpy.excel.workbook.typed_text import clean_text

MARGIN = 30.0
GAP = 6.0  # between columns
LEADING = 1.25
TITLES = 40.0  # from the top of a table's part down to its header: its title and what is told of it

_TOP, _BOTTOM = 22.0, 34.0  # kept free above and below
_BETWEEN = 20.0  # two tables of a page
_SIZES = (8.0, 7.5, 7.0, 6.5, 6.0)
_TOGETHER = 8  # a table of so many rows is not cut
_AT_LEAST = 3  # rows of a longer one below its header at the foot of a page
_USUAL = 0.9  # of a column's texts: they should fit into one line
_NEGATIVE = "C00000"
_SPLIT = re.compile(r"(\s+)")
_TEXTS = frozenset({CellKind.TEXT, CellKind.WRAP})


@dataclass(frozen=True, slots=True)
class Cell:
    """A text in lines, and its colour."""

    lines: tuple[str, ...]
    color: str


@dataclass(frozen=True, slots=True)
class Table:
    """A sheet laid out: its columns that have something, their widths in points, the size of the type."""

    sheet: Sheet
    columns: tuple[Column, ...]
    widths: tuple[float, ...]
    size: float
    rows: Sequence[Row]
    whole: bool = True  # no column is left to the workbook


@dataclass(frozen=True, slots=True)
class Part:
    """What one page has of a table. ``top``: points from the foot of the page up to where it begins."""

    table: Table
    heads: tuple[Cell, ...]
    rows: tuple[tuple[Cell, ...], ...]
    top: float
    number: str = ""  # "2 of 5" of the table's own parts, empty when it has one


Page = tuple[Part, ...]


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


def lay_out(fonts: Fonts, sheets: Sequence[SheetRows], paper: Paper) -> list[Page]:
    """Return the pages: each table begins where the one before ended, when enough of it fits there."""
    full = paper.height - _TOP
    pages: list[list[Part]] = [[]]
    top = full
    for sheet in sheets:
        table = _laid_out(fonts, sheet, paper.width - 2 * MARGIN)
        heads = tuple(_cell(fonts, table, at, column.name, bold=True) for at, column in enumerate(table.columns))
        above = TITLES + height(table, heads)
        rows = list(_rows(fonts, table, full - _BOTTOM - above))
        first = rows if len(rows) <= _TOGETHER else rows[:_AT_LEAST]
        if pages[-1] and above + sum(height(table, row) for row in first) > top - _BOTTOM:
            pages.append([])
            top = full
        parts, top = _cut(table, heads, rows, top, full)
        pages[-1].append(parts[0])
        pages += [[part] for part in parts[1:]]
        top -= _BETWEEN
    return [tuple(page) for page in pages]


def _cut(
    table: Table, heads: tuple[Cell, ...], rows: Sequence[tuple[Cell, ...]], top: float, full: float
) -> tuple[list[Part], float]:
    """Cut a table into the parts of its pages; also return where its last part ends."""
    above = TITLES + height(table, heads)
    cut: list[list[tuple[Cell, ...]]] = [[]]
    left = top - _BOTTOM - above
    for row in rows:
        needed = height(table, row)
        if needed > left and cut[-1]:
            cut.append([])
            left = full - _BOTTOM - above
        cut[-1].append(row)
        left -= needed
    parts = [Part(table, heads, tuple(part), full if at else top) for at, part in enumerate(cut)]
    if len(parts) > 1:
        parts = [replace(part, number=f"{at} of {len(parts)}") for at, part in enumerate(parts, 1)]
    return parts, left + _BOTTOM


def _rows(fonts: Fonts, table: Table, room: float) -> Iterable[tuple[Cell, ...]]:
    for row in table.rows:
        cells = tuple(
            _cell(fonts, table, at, shown(row.get(column.name), column.kind), value=row.get(column.name))
            for at, column in enumerate(table.columns)
        )
        yield from _that_fit(table, cells, room)


def _laid_out(fonts: Fonts, sheet: SheetRows, wide: float) -> Table:
    """Choose the largest type in which only long words (``WRAP``) have to be broken into lines; else a small one.

    In the small one any text is broken between its words, and words themselves only where even that does not help.
    """
    printed = [column for column in sheet.sheet.columns if column.name not in sheet.off_paper]
    filled = [column for column in printed if any(row.get(column.name) not in (None, "") for row in sheet.rows)]
    columns = tuple(filled or printed)
    natural: list[float] = []  # of the texts but for the longest few, at size 1
    longest: list[float] = []
    least: list[float] = []  # of the longest word
    for column in columns:
        head = max(fonts.width(word, bold=True) for word in column.name.split())
        lines = [line for row in sheet.rows for line in shown(row.get(column.name), column.kind).split("\n")]
        taken = sorted(fonts.width(line) for line in lines) or [0.0]
        word = taken[-1]
        if column.kind in _TEXTS:
            word = max((fonts.width(w) for line in set(lines) for w in line.split()), default=0.0)
        # A few long texts must not take the room of all the others.
        usual = taken[int((len(taken) - 1) * _USUAL)] if column.kind in _TEXTS else taken[-1]
        least.append(max(head, min(word, 30.0)))
        natural.append(max(least[-1], usual))
        longest.append(max(natural[-1], taken[-1]))
    gaps = GAP * len(columns)
    in_one_line = [
        low if column.kind is CellKind.WRAP else all_of_it
        for column, low, all_of_it in zip(columns, least, natural, strict=True)
    ]
    size = next((size for size in _SIZES[:-1] if sum(in_one_line) * size + gaps <= wide), 0.0)
    size = size or next((size for size in _SIZES[-2:] if sum(least) * size + gaps <= wide), _SIZES[-1])
    room = wide - gaps
    shrink = min(1.0, room / (sum(least) * size)) if sum(least) else 1.0
    widths = [low * size * shrink for low in least]
    for wanted in (natural, longest):  # first what most texts need, then what the longest do
        more = [max(want * size - width, 0.0) for want, width in zip(wanted, widths, strict=True)]
        share = min(1.0, max(room - sum(widths), 0.0) / sum(more)) if sum(more) else 0.0
        widths = [width + part * share for width, part in zip(widths, more, strict=True)]
    widths = [width + GAP for width in widths]
    return Table(sheet.sheet, columns, tuple(widths), size, sheet.rows, whole=not sheet.off_paper)


def _cell(fonts: Fonts, table: Table, at: int, text: str, *, value: object = None, bold: bool = False) -> Cell:
    column = table.columns[at]
    color = _NEGATIVE if isinstance(value, Decimal) and value < 0 else look.INK
    color = (colour_of(table.sheet.table, column.name, text) or (color, ""))[0]
    room = (table.widths[at] - GAP + 0.01) / table.size
    lines = tuple(part for line in text.split("\n") for part in _wrapped(fonts, line, room, bold=bold))
    return Cell(lines, look.PAPER if bold else color)


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


def _that_fit(table: Table, cells: tuple[Cell, ...], room: float) -> Iterator[tuple[Cell, ...]]:
    """Cut a row that is higher than a page into pieces that are not."""
    most = max(int((room - 4) / (table.size * LEADING)), 1)
    for start in range(0, max(len(cell.lines) for cell in cells), most):
        yield tuple(Cell(cell.lines[start : start + most], cell.color) for cell in cells)


def height(table: Table, cells: tuple[Cell, ...]) -> float:
    """Return the points that a row takes."""
    return max(1, *(len(cell.lines) for cell in cells)) * table.size * LEADING + 4

"""How sheets print: a readable size on every paper, the header on every page, numbered pages.

A closed file can't know the paper: it names none, so that Excel takes that of the user's default printer. What is
printed fits on both Letter and A4, of which Letter is the narrower one in landscape.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import accumulate

from openpyxl.utils import get_column_letter
from openpyxl.worksheet.cell_range import CellRange
from openpyxl.worksheet.page import PageMargins
from openpyxl.worksheet.properties import PageSetupProperties
from openpyxl.worksheet.worksheet import Worksheet

from xlpy.excel.workbook import look
from xlpy.excel.workbook.sheet import LAST_ROW

SMALLEST_SCALE = 0.7  # 10 points on the screen are 7 on paper then
LANDSCAPE, PORTRAIT = 792.0, 595.3  # widths in points: Letter's in landscape, A4's in portrait are the narrower ones
FOOTER_LEFT = "Manage to SL"
TO_SIGN = "Prepared by ____________________   Reviewed by ____________________"

_SIDE = 0.25  # margin at either side, in inches
_POINTS_PER_INCH = 72
_TOP, _BOTTOM = 0.5, 0.6
_ABOVE_AND_BELOW = _TOP + _BOTTOM
_SHORTEST = 792.0  # height of Letter, in points
_ROW_HEIGHT = 15.0  # of a row without a height of its own
_DIGIT = 7  # pixels of the widest digit of the workbook's font: in such columns' widths are counted
_POINTS_PER_PIXEL = 0.75


def pixels(width: float) -> int:
    """Return the pixels of a column of that width, at 100 %. Source: ECMA-376 part 1, 18.3.1.13 (col, width)."""
    return int((256 * width + int(128 / _DIGIT)) / 256 * _DIGIT)


def points(widths: Iterable[float]) -> float:
    """Return the points that columns of those widths take at 100 %."""
    return sum(map(pixels, widths)) * _POINTS_PER_PIXEL


def page_room(*, landscape: bool) -> float:
    """Return the points between the margins of the narrower paper."""
    return (LANDSCAPE if landscape else PORTRAIT) - 2 * _SIDE * _POINTS_PER_INCH


def fitting(widths: Iterable[float], *, landscape: bool) -> int:
    """Return how many columns from the left print on one page without getting smaller than can be read."""
    room = page_room(landscape=landscape) / SMALLEST_SCALE / _POINTS_PER_PIXEL
    return sum(1 for end in accumulate(map(pixels, widths)) if end <= room)


def pages_wide(widths: Sequence[float], *, landscape: bool) -> int:
    """Return on how many pages beside each other all columns can be read, the first one repeated on each."""
    room = page_room(landscape=landscape) / SMALLEST_SCALE
    repeated = used = points(widths[:1])
    pages = 1
    for width in widths[1:]:
        needed = points([width])
        if used > repeated and used + needed > room:
            pages += 1
            used = repeated
        used += needed
    return pages


def print_columns(ws: Worksheet, widths: list[float], *, landscape: bool) -> None:
    """Print the columns from the left that fit on a page; the rest is for the screen.

    Down to the last row there is, so that the area grows with the table: programs print no empty rows.
    """
    ws.print_area = f"A1:{get_column_letter(max(fitting(widths, landscape=landscape), 1))}{LAST_ROW}"


def print_areas(ws: Worksheet, areas: list[str]) -> None:
    """Print each area on an upright page of its own, all in the same size; how high the rows are has to be set before.

    Not by *Fit to*: how many pages that means for several areas differs from program to program.
    """
    scales = [1.0]
    for area in areas:
        of_area = CellRange(area)
        letters = map(get_column_letter, range(of_area.min_col, of_area.max_col + 1))
        scales.append(page_room(landscape=False) / points(ws.column_dimensions[letter].width for letter in letters))
        rows = range(of_area.min_row, of_area.max_row + 1)
        height = sum(ws.row_dimensions[row].height or _ROW_HEIGHT for row in rows)
        scales.append((_SHORTEST - _ABOVE_AND_BELOW * _POINTS_PER_INCH) / height)
    ws.print_area = areas
    ws.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=False)
    ws.page_setup.fitToWidth = ws.page_setup.fitToHeight = None
    ws.page_setup.scale = int(100 * min(scales))


def set_print(ws: Worksheet, *, landscape: bool, signed: bool = False, pages_wide: int = 1) -> None:
    """One page wide, with product (or lines to sign), sheet and page in the footer. The paper is the printer's own."""
    ws.page_setup.orientation = "landscape" if landscape else "portrait"
    ws.page_setup.fitToWidth = pages_wide
    ws.page_setup.fitToHeight = 0
    ws.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=True)
    ws.page_margins = PageMargins(left=_SIDE, right=_SIDE, top=_TOP, bottom=_BOTTOM, header=0.3, footer=0.3)
    for part, text in (("left", TO_SIGN if signed else FOOTER_LEFT), ("center", "&A"), ("right", "Page &P of &N")):
        piece = getattr(ws.oddFooter, part)
        piece.text, piece.size, piece.font = text, 8, f"{look.FONT},Regular"

"""Finding blocks of cells, and moving cells down with everything that points at them."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from copy import copy
from typing import TYPE_CHECKING, Any

from openpyxl.formula import Tokenizer
from openpyxl.formula.tokenizer import Token
from openpyxl.worksheet.formula import ArrayFormula

from .com import excel_refuses

if TYPE_CHECKING:
    from .areas import Area
    from .worksheet import Worksheet

IN_A_TABLE = "This operation is not allowed. The operation is attempting to shift cells in a table on your worksheet."


def blocks(area: Area, test: Callable[[int, int], bool]) -> Iterator[Area]:
    """Return the blocks of cells that pass a test, by rows; rows that look the same and touch are one block."""
    row, column, rows, columns = area
    begun: tuple[int, tuple[tuple[int, int], ...]] | None = None
    for r in range(row, row + rows + 1):
        spans = tuple(_runs([test(r, c) for c in range(column, column + columns)])) if r < row + rows else ()
        if begun and begun[1] != spans:
            yield from ((begun[0], column + at, r - begun[0], count) for at, count in begun[1])
            begun = None
        if begun is None and spans:
            begun = (r, spans)


def _runs(flags: list[bool]) -> Iterator[tuple[int, int]]:
    start = None
    for i, flag in enumerate([*flags, False]):
        if flag and start is None:
            start = i
        elif not flag and start is not None:
            yield start, i - start
            start = None


def insert_down(sheet: Worksheet, area: Area, *, format_from_below: bool) -> None:
    """Move down what is at and below an area, as far as its columns reach; a table that has these rows grows."""
    row, column, count, width = area
    grows = None
    for table in sheet._tables():
        top, left, height, columns = table._area()
        if left >= column + width or left + columns <= column or top + height <= row:
            continue
        if (left, columns) != (column, width):
            excel_refuses(IN_A_TABLE)
        if top < row:
            grows = table
            if sheet._filtered_rows(top, height, left, columns):
                excel_refuses(IN_A_TABLE)
        elif top >= row:
            sheet._wire.not_modelled("A table below that moves down")
    last = column + width - 1
    moving = sorted((key for key in sheet._cells if key[0] >= row and column <= key[1] <= last), reverse=True)
    styles = {key[1]: sheet._cells[key]._style for key in moving if key[0] == row}
    for key in moving:
        cell = sheet._cells.pop(key)
        cell.row += count
        if cell.hyperlink:
            cell.hyperlink.ref = cell.coordinate
        sheet._cells[cell.row, cell.column] = cell
    if format_from_below:
        for r in range(row, row + count):
            for c, style in styles.items():
                sheet._cell(r, c)._style = copy(style)
    if grows is not None:
        grows._set_rows(grows._area()[2] + count)
    for other in sheet._book._worksheets:
        for cell in list(other._cells.values()):
            if cell.data_type == "f":
                _follow(cell, sheet, area, own=other is sheet)


def delete_rows(sheet: Worksheet, area: Area) -> None:
    """Take whole rows out: what is below moves up with formats, notes, links and heights; a table gets shorter."""
    row, _, count, _ = area
    last = row + count - 1
    for table in sheet._tables():
        top, left, height, columns = table._area()
        if top > last or top + height - 1 < row:
            continue
        if sheet._filtered_rows(top, height, left, columns):
            excel_refuses("Delete method of Range class failed")
        gone = min(last, top + height - 1) - max(row, top) + 1
        if row <= top or gone >= height - 1:
            sheet._wire.not_modelled("Deleting a table's header or all of its rows")
        table._set_rows(height - gone)
    for key in sorted(key for key in sheet._cells if key[0] >= row):
        cell = sheet._cells.pop(key)
        if key[0] > last:
            cell.row -= count
            if cell.hyperlink:
                cell.hyperlink.ref = cell.coordinate
            sheet._cells[cell.row, cell.column] = cell
    heights = sheet._file.row_dimensions
    for old in sorted(number for number in heights if number >= row):
        dimension = heights.pop(old)
        if old > last:
            dimension.index = old - count
            heights[old - count] = dimension
    for other in sheet._book._worksheets:
        for cell in list(other._cells.values()):
            if cell.data_type == "f" and "[" not in str(cell._value) and other is sheet:
                _shrink(cell, row, last)


_PLAIN_REFERENCE = re.compile(r"(?<![\w!$:])(\$?[A-Z]{1,3}\$?)(\d+)(?![\w(:])")


def _shrink(cell: Any, first: int, last: int) -> None:
    """Follow single cells of the own sheet; areas and other sheets are not modelled further: no macro reads them."""

    def moved(found: re.Match[str]) -> str:
        number = int(found[2])
        if first <= number <= last:
            return "#REF!"
        return f"{found[1]}{number - (last - first + 1) if number > last else number}"

    if isinstance(cell._value, str):
        cell._value = _PLAIN_REFERENCE.sub(moved, cell._value)


def _follow(cell: Any, sheet: Worksheet, area: Area, *, own: bool) -> None:
    formula = cell._value
    text = formula.text if isinstance(formula, ArrayFormula) else formula
    if not own and sheet._name().replace("'", "''") not in text:
        return
    tokens = Tokenizer(text)
    for token in tokens.items:
        if token.type == Token.OPERAND and token.subtype == Token.RANGE and "[" not in token.value:
            token.value = _moved(token.value, sheet, area, own=own)
    new = tokens.render()
    if isinstance(formula, ArrayFormula):
        formula.text = new
    else:
        cell._value = new


_REFERENCE = re.compile(r"(\$?)([A-Z]{1,3})(\$?)(\d+)")


def _moved(reference: str, sheet: Worksheet, area: Area, *, own: bool) -> str:
    """Return a reference as it is after cells moved down: of the sheet, in the columns, at or below the row."""
    from openpyxl.utils import column_index_from_string

    name, mark, address = reference.rpartition("!")
    if (mark and name.strip("'").replace("''", "'") != sheet._name()) or (not mark and not own):
        return reference
    row, column, count, width = area

    def shift(found: re.Match[str]) -> str:
        here = column <= column_index_from_string(found[2]) < column + width and int(found[4]) >= row
        return f"{found[1]}{found[2]}{found[3]}{int(found[4]) + count * here}"

    return name + mark + _REFERENCE.sub(shift, address)

"""Moves a table's rows, the user's own columns, filters and notes from a sheet of before to the new one.

No column is moved: those of a new version that the table does not have yet are added at its right end, so that
nothing that names a cell by its place is wrong afterwards.
"""

from __future__ import annotations

import re
from copy import copy
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from openpyxl.utils import get_column_letter, range_boundaries
from openpyxl.worksheet.table import TableColumn

from xlpy.excel.update.cells import copy_cell, set_content
from xlpy.excel.workbook import look
from xlpy.excel.workbook.sheet import FIRST_DATA_ROW, HEADER_ROW, LAST_ROW, CellKind, Column, Sheet

if TYPE_CHECKING:
    from openpyxl.worksheet.worksheet import Worksheet

_OUR_LINE = re.compile(r"COUNTA\(\$A\d+:\$[A-Z]+\d+\)>0")


def arranged(sheet: Sheet, before: Worksheet | None) -> Sheet:
    """Return the sheet's definition with its columns as the user has them: own ones between or behind ours."""
    if before is None:
        return sheet
    ours = {column.name: column for column in sheet.columns}
    there = before.tables[sheet.table].column_names
    kept = [ours.get(name, Column(name, CellKind.TEXT)) for name in there]
    columns = (*kept, *(column for name, column in ours.items() if name not in there))
    as_laid_out = columns[: sheet.in_sight] == sheet.columns[: sheet.in_sight]
    return replace(sheet, columns=columns, frozen=sheet.frozen if as_laid_out else "")


def move_table(before: Worksheet, after: Worksheet, sheet: Sheet, definition: Sheet) -> None:
    """Fill the new sheet with the rows of before. ``definition`` has the columns in their places."""
    old, new = before.tables[sheet.table], after.tables[sheet.table]
    last_column, last_row = _last_of(old.ref)
    width = len(definition.columns)
    ours = {column.name for column in sheet.columns}
    own = [at for at, column in enumerate(definition.columns, 1) if column.name not in ours]
    new.ref = new.autoFilter.ref = f"A{HEADER_ROW}:{get_column_letter(width)}{last_row}"
    if old.autoFilter is not None:
        new.autoFilter.filterColumn = [copy(entry) for entry in old.autoFilter.filterColumn]
        new.autoFilter.sortState = copy(old.autoFilter.sortState)
    new.sortState = copy(old.sortState)
    for at in own:
        _move_own_column(before, after, at, old.tableColumns[at - 1], new.tableColumns[at - 1])
    _move_rows(before, after, definition, own, min(last_column, width), last_row)
    _fill_links(after, definition, last_row)
    _move_notes(before, after, last_column, width, last_row)
    for at in range(1, last_column + 1):
        letter = get_column_letter(at)
        after.column_dimensions[letter].hidden = before.column_dimensions[letter].hidden
    _move_rules(before, after)


def _last_of(ref: str) -> tuple[int, int]:
    """Return the last column and row of a table's range."""
    _, _, column, row = range_boundaries(ref)
    return int(column or 0), int(row or 0)


def _move_own_column(before: Worksheet, after: Worksheet, at: int, old: TableColumn, new: TableColumn) -> None:
    """Give a column of the user's its formula, width and look back."""
    new.calculatedColumnFormula = copy(old.calculatedColumnFormula)
    letter = get_column_letter(at)
    after.column_dimensions[letter] = _on_sheet(before.column_dimensions[letter], after)
    copy_cell(before.cell(HEADER_ROW, at), after.cell(HEADER_ROW, at))


def _on_sheet(dimension: Any, ws: Worksheet) -> Any:
    moved = copy(dimension)
    moved.worksheet = ws
    return moved


def _move_rows(
    before: Worksheet, after: Worksheet, definition: Sheet, own: list[int], columns: int, last_row: int
) -> None:
    """Copy the body: values as they are; our columns in their look with the user's colours, own ones as they are."""
    looks: dict[tuple[int, int], Any] = {}
    theirs = set(own)
    for row in range(FIRST_DATA_ROW, last_row + 1):
        for at in range(1, columns + 1):
            old: Any = before.cell(row, at)
            new: Any = after.cell(row, at)
            if at in theirs:
                copy_cell(old, new)
                continue
            key = at, old.style_id
            if key not in looks:
                looks[key] = _look_of(old, new, definition.columns[at - 1].kind)
            new._style = copy(looks[key])  # noqa: SLF001 (as in copy_cell)
            set_content(new, old)
        if row in before.row_dimensions:
            was, becomes = before.row_dimensions[row], after.row_dimensions[row]
            becomes.hidden, becomes.height, becomes.outlineLevel = was.hidden, was.height, was.outlineLevel


def _fill_links(after: Worksheet, definition: Sheet, last_row: int) -> None:
    """Give every row the formulas of our own that are of this version."""
    for at, column in enumerate(definition.columns, 1):
        for row in range(FIRST_DATA_ROW, last_row + 1) if column.formula else ():
            cell = after.cell(row, at, column.formula)
            look.dress_body(cell, column.kind)


def _look_of(old: Any, new: Any, kind: CellKind) -> Any:
    """Dress a cell of ours as it is dressed now, and put the user's own colours on it."""
    look.dress_body(new, kind)
    if old.fill.fill_type is not None:
        new.fill = copy(old.fill)
    if (old.font.color is not None and old.font.color.rgb != f"FF{look.INK}") or old.font.b or old.font.strike:
        new.font = copy(old.font)
    return copy(new._style)  # noqa: SLF001


def _move_notes(before: Worksheet, after: Worksheet, last_column: int, width: int, last_row: int) -> None:
    """Move what the user wrote beside or below the table; beside it, as far to the right as the table has grown."""
    grown = width - last_column
    for row in before.iter_rows():
        for cell in row:
            beside, below = int(cell.column or 0) > last_column, int(cell.row or 0) > last_row
            if cell.value is None or not (beside or below):
                continue
            copy_cell(cell, after.cell(cell.row, cell.column + (grown if beside else 0)))
    for merged in before.merged_cells.ranges:
        if int(merged.min_row or 0) > last_row or int(merged.min_col or 0) > last_column:
            moved = copy(merged)
            moved.shift(col_shift=grown if int(merged.min_col or 0) > last_column else 0)
            after.merge_cells(moved.coord)


def _move_rules(before: Worksheet, after: Worksheet) -> None:
    """Move the user's own conditional formats and lists; ours are laid out already."""
    present = {_rule_key(rule) for area in after.conditional_formatting for rule in area.rules}
    for area in before.conditional_formatting:
        for rule in area.rules:
            reaches_end = str(LAST_ROW) in str(area.sqref)
            if _rule_key(rule) in present or (reaches_end and any(_OUR_LINE.search(f) for f in rule.formula)):
                continue
            moved = copy(rule)
            moved.dxf = copy(rule.dxf)
            after.conditional_formatting.add(str(area.sqref), moved)
    lists = {(v.type, v.formula1) for v in after.data_validations.dataValidation}
    for validation in before.data_validations.dataValidation:
        if (validation.type, validation.formula1) not in lists:
            after.add_data_validation(copy(validation))


def _rule_key(rule: Any) -> tuple[Any, ...]:
    return rule.type, rule.operator, tuple(_OUR_LINE.sub("filled", formula) for formula in rule.formula)

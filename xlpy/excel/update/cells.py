"""Moves single cells and named values from a sheet of before to the one that was laid out anew."""

from __future__ import annotations

from collections.abc import Collection
from copy import copy
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from openpyxl.utils import range_boundaries

from xlpy.excel.workbook.home_cells import (
    AGEING_BLOCK,
    CUSTOMERS_BLOCK,
    INCLUDED_BLOCK,
    LOCATIONS_LIST,
    PERIODS_LIST,
    Home,
)
from xlpy.excel.workbook.sheets import RECONCILED_BLOCK

if TYPE_CHECKING:
    from openpyxl.workbook import Workbook
    from openpyxl.worksheet.worksheet import Worksheet

# What stood on Home in earlier versions, and is not the user's.
_FORMER_WORDS = frozenset(
    {"Count", "Total", "type what Undo or Clear asks for", "type what Undo, Clear or Approve asks for"}
)
Box = tuple[int, int, int, int]
_BLOCKS = (INCLUDED_BLOCK, CUSTOMERS_BLOCK, AGEING_BLOCK, LOCATIONS_LIST, PERIODS_LIST, RECONCILED_BLOCK)
_OF_THE_PROGRAM = frozenset({Home.VERSION, PERIODS_LIST})  # the new sheet has the right content already


@dataclass(frozen=True, slots=True)
class NamedValues:
    """The named cells of a workbook with the cells they stand for, read before its sheets are laid out anew."""

    cells: dict[str, tuple[str, list[list[Any]]]]

    @classmethod
    def of(cls, book: Workbook) -> NamedValues:
        """Read every name of ours that the workbook has."""
        found: dict[str, tuple[str, list[list[Any]]]] = {}
        for name in (*Home, *_BLOCKS):
            defined = book.defined_names.get(name)
            for title, ref in defined.destinations if defined is not None else ():
                if title in book.sheetnames:
                    found[name] = title, _cells(book[title], ref)
        return cls(found)

    @property
    def blocks(self) -> tuple[str, ...]:
        """Names of ours that are ranges of several cells."""
        return _BLOCKS

    def cells_of(self, title: str) -> set[tuple[int, int]]:
        """Row and column of every cell of a sheet that had one of our names."""
        return {(c.row, c.column) for sheet, rows in self.cells.values() if sheet == title for row in rows for c in row}

    def write(self, book: Workbook, profile: str) -> None:
        """Put the values under the names of the new sheets. ``profile``: instead of the settings file of before."""
        for name, (_, rows) in self.cells.items():
            if name in _OF_THE_PROGRAM or name not in book.defined_names:
                continue
            title, ref = next(iter(book.defined_names[name].destinations))
            for new_row, old_row in zip(_cells(book[title], ref), rows, strict=False):
                for new, old in zip(new_row, old_row, strict=False):
                    set_content(new, old)
        if profile:
            title, ref = next(iter(book.defined_names[Home.PROFILE].destinations))
            book[title][ref.replace("$", "")].value = profile


def _cells(ws: Worksheet, ref: str) -> list[list[Any]]:
    left, top, right, bottom = (int(number or 0) for number in range_boundaries(ref.replace("$", "")))
    return [[ws.cell(row, column) for column in range(left, right + 1)] for row in range(top, bottom + 1)]


def set_content(new: Any, old: Any) -> None:
    """Put what a cell holds into another one as it is: no text becomes a formula on the way."""
    new.value = old.value
    if old.value is not None:
        new.data_type = old.data_type
    if old.comment is not None:
        new.comment = copy(old.comment)
    if old.hyperlink is not None:
        new.hyperlink = copy(old.hyperlink)


def copy_cell(old: Any, new: Any) -> None:
    """Copy content and look of a user's cell. Both are in the same workbook."""
    set_content(new, old)
    new._style = copy(old._style)  # noqa: SLF001 (openpyxl's documented way to copy a look within a workbook)


def move_home(before: Worksheet, after: Worksheet, named: Collection[tuple[int, int]]) -> None:
    """Move what the user wrote beside our words onto the new sheet: below ours where something stands there now."""
    words = {cell.value for row in after.iter_rows() for cell in row if isinstance(cell.value, str)} | _FORMER_WORDS
    for row in before.iter_rows():
        for cell in row:
            if cell.value is None or (cell.row, cell.column) in named or cell.value in words:
                continue
            if _is_our_formula(cell.value):
                continue
            target = after.cell(cell.row, cell.column)
            if target.value is not None:
                taken = max(at for at in range(1, after.max_row + 1) if after.cell(at, cell.column).value is not None)
                target = after.cell(taken + 2, cell.column)
            copy_cell(cell, target)


def _is_our_formula(value: object) -> bool:
    if not isinstance(value, str) or not value.startswith("="):
        return False
    return "xlpy_" in value or (value.startswith("=IF(N($") and "REPT(" in value)

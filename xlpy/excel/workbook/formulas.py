"""Formulas as text: whether one means the same in every row, and what it becomes when rows are inserted."""

from __future__ import annotations

import re
from dataclasses import dataclass

_CELL = re.compile(r"(?<![\w$.])(\$?)([A-Z]{1,3})(\$?)([1-9]\d{0,6})(?![\w(.!])", re.IGNORECASE)
_AREA = re.compile(
    r"(?<![\w$.:])(\$?[A-Z]{1,3}\$?)([1-9]\d{0,6})(?::(\$?[A-Z]{1,3}\$?)([1-9]\d{0,6}))?(?![\w(.!])", re.IGNORECASE
)
_ROWS = re.compile(r"(?<![\w$.:])[1-9]\d*:[1-9]\d*(?![\w.])")
_SHEET_BEFORE = re.compile(r"(?:'((?:[^']|'')+)'|([A-Za-z_][\w.]*))!(?:\$?[A-Z]{1,3}\$?\d+:)?$", re.IGNORECASE)


def has_relative_reference(formula: str) -> bool:
    """Whether the formula names cells by a row relative to its own, so that it means something else in another row.

    References by a table's column names (``[@Total]``) don't count: they mean the row they stand in.
    """
    bare = re.sub(r'"[^"]*"', '""', formula)
    bare = re.sub(r"'(?:[^']|'')*'!", "", bare)
    while (shorter := re.sub(r"\w*\[[^\[\]]*\]", "", bare)) != bare:
        bare = shorter
    bare = re.sub(r"\b[A-Za-z_]\w*!", "", bare)
    return any(not found[3] for found in _CELL.finditer(bare)) or _ROWS.search(bare) is not None


def filled_down(formula: str, rows: int) -> str:
    """Return the formula as it is that many rows further down, when Excel fills it: relative rows go along."""
    if not rows:
        return formula
    parts = re.split(r'("[^"]*")', formula)
    for i, part in enumerate(parts):
        if not part.startswith('"'):
            parts[i] = _CELL.sub(lambda found, part=part: _filled(found, part, rows), part)
    return "".join(parts)


def names_whole_rows(formula: str) -> bool:
    """Whether it names whole rows (``5:7``), which ``filled_down`` does not move."""
    return _ROWS.search(re.sub(r'"[^"]*"', '""', formula)) is not None


def _filled(found: re.Match[str], part: str, rows: int) -> str:
    before = part[: found.start()]
    if found[3] or before.count("[") > before.count("]"):
        return found[0]  # an absolute row, or a column's name
    return f"{found[1]}{found[2]}{int(found[4]) + rows}"


@dataclass(frozen=True, slots=True)
class Insertion:
    """Rows inserted into some columns of a sheet: ``count`` of them at ``first_row``; what was there moves down."""

    sheet: str
    first_row: int
    count: int
    columns: range

    def rewrite(self, formula: str, *, on_the_sheet: bool) -> str:
        """Return the formula as Excel rewrites it, so that it names the same cells as before.

        ``on_the_sheet``: the formula stands on the sheet itself, so that references without a sheet's name mean it.
        """
        parts = re.split(r'("[^"]*")', formula)
        for i, part in enumerate(parts):
            if not part.startswith('"'):
                parts[i] = _CELL.sub(lambda found, part=part: self._moved(found, part, on_the_sheet), part)
        return "".join(parts)

    def _moved(self, found: re.Match[str], part: str, on_the_sheet: bool) -> str:
        before = part[: found.start()]
        if before.count("[") > before.count("]"):
            return found[0]  # inside a column's name
        named = _SHEET_BEFORE.search(before)
        name = (named[1] or named[2]).replace("''", "'") if named else (self.sheet if on_the_sheet else "")
        row = int(found[4])
        if name.casefold() != self.sheet.casefold() or row < self.first_row or _number(found[2]) not in self.columns:
            return found[0]
        return f"{found[1]}{found[2]}{found[3]}{row + self.count}"


@dataclass(frozen=True, slots=True)
class Removal:
    """Whole rows taken out of a sheet: ``count`` of them from ``first_row`` on; what was below moves up."""

    sheet: str
    first_row: int
    count: int

    def rewrite(self, formula: str, *, on_the_sheet: bool) -> str:
        """Return the formula as Excel rewrites it: a cell that is gone is ``#REF!``, an area shrinks."""
        parts = re.split(r'("[^"]*")', formula)
        for i, part in enumerate(parts):
            if not part.startswith('"'):
                parts[i] = _AREA.sub(lambda found, part=part: self._moved(found, part, on_the_sheet), part)
        return "".join(parts)

    def _moved(self, found: re.Match[str], part: str, on_the_sheet: bool) -> str:
        before = part[: found.start()]
        if before.count("[") > before.count("]"):
            return found[0]  # inside a column's name
        named = _SHEET_BEFORE.search(before)
        name = (named[1] or named[2]).replace("''", "'") if named else (self.sheet if on_the_sheet else "")
        if name.casefold() != self.sheet.casefold():
            return found[0]
        top = int(found[2])
        bottom = int(found[4]) if found[3] else top
        last = self.first_row + self.count - 1
        if self.first_row <= top and bottom <= last:
            return "#REF!"
        top = self.first_row if self.first_row <= top <= last else top - self.count * (top > last)
        bottom = self.first_row - 1 if self.first_row <= bottom <= last else bottom - self.count * (bottom > last)
        return f"{found[1]}{top}" + (f":{found[3]}{bottom}" if found[3] else "")


def _number(letters: str) -> int:
    number = 0
    for letter in letters.upper():
        number = number * 26 + ord(letter) - 64
    return number

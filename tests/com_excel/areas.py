"""Areas of cells: row, column, number of rows, number of columns; and blocks of values that are put into them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

Area = tuple[int, int, int, int]
"""Row, column, number of rows, number of columns."""

ROWS, COLUMNS = 1_048_576, 16_384


def area_common(one: Area, other: Area) -> Area | None:
    """Return what two areas have in common."""
    row, column = max(one[0], other[0]), max(one[1], other[1])
    rows = min(one[0] + one[2], other[0] + other[2]) - row
    columns = min(one[1] + one[3], other[1] + other[3]) - column
    return (row, column, rows, columns) if rows > 0 and columns > 0 else None


def areas_common(ones: Sequence[Area], others: Sequence[Area]) -> list[Area]:
    """Return what two lists of areas have in common."""
    return [common for a in ones for b in others if (common := area_common(a, b)) is not None]


def rows_of(data: Any) -> list[list[Any]]:
    """Return what is written as rows: one value, one row of values, or a block."""
    if not isinstance(data, list | tuple):
        return [[data]]
    if data and all(isinstance(row, list | tuple) for row in data):
        return [list(row) for row in data]
    return [list(data)]


def of_block(rows: list[list[Any]], row: int, column: int) -> Any:
    if len(rows) == 1:
        row = 0
    if row >= len(rows):
        return "#N/A"
    values = rows[row]
    if len(values) == 1:
        column = 0
    return values[column] if column < len(values) else "#N/A"

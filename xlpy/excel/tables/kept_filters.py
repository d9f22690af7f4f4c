"""The user's filters: remembered, cleared while rows are written, and put back.

Writing while a filter hides rows puts values into the wrong rows, so every write clears the filter first. Excel can
say what some filters are, but not take them back from a program: by date group, colour, icon, calendar or rank.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from xlpy.errors import WorkbookError
from xlpy.excel.tables.placed import PlacedTable
from xlpy.excel.workbook.sheet import CellKind

if TYPE_CHECKING:
    import xlwings as xw

_EPOCH = datetime(1899, 12, 30)  # noqa: DTZ001 (cells have no time zone)
_WILD = ("*", "?")


class FilterNotKept(WorkbookError):
    """A filter that can't be put back after writing; nothing was changed."""

    def __init__(self, sheet: str, columns: tuple[str, ...]) -> None:
        one = len(columns) == 1
        super().__init__(
            f"The filter{'' if one else 's'} on {', '.join(columns)} of the sheet {sheet} can't be put back afterwards "
            "(by date group, colour, icon, rank or calendar, or of a kind of its own).",
            fix=f"Clear {'it' if one else 'them'} and press the button again. Nothing was changed.",
        )
        self.columns = columns


def filters_on(place: PlacedTable) -> tuple[xw.main.AutoFilterCriteria, ...]:
    """Return what the table is filtered by, one entry per filtered column."""
    return tuple(entry for entry in place.table.autofilter.criteria if entry.type != "none")


def lost_filters(place: PlacedTable) -> tuple[str, ...]:
    """Return the columns whose filter could not be put back."""
    return _lost(place, filters_on(place))


def refuse_lost_filters(place: PlacedTable) -> None:
    """Raise ``FilterNotKept`` naming every column whose filter could not be put back."""
    lost = lost_filters(place)
    if lost:
        raise FilterNotKept(place.sheet.name, lost)


@contextmanager
def filters_aside(place: PlacedTable) -> Iterator[None]:
    """Clear the filters for the time of writing and put them back, whatever happens.

    Those that can't be put back stay cleared, so that results are never kept from being written; call
    ``refuse_lost_filters`` first where there is still time to ask the user.
    """
    kept = filters_on(place)
    if not kept:
        yield
        return
    lost = _lost(place, kept)
    place.table.autofilter.clear()
    try:
        yield
    except BaseException:
        with suppress(Exception):  # the first error is the one to tell
            _put_back(place, kept, lost)
        raise
    _put_back(place, kept, lost)


def _lost(place: PlacedTable, kept: tuple[xw.main.AutoFilterCriteria, ...]) -> tuple[str, ...]:
    return tuple(_name(place, entry) for entry in kept if not _can_be_put_back(place, entry))


def _can_be_put_back(place: PlacedTable, entry: xw.main.AutoFilterCriteria) -> bool:
    if entry.type == "values":
        return True
    if entry.type != "comparison" or entry.operator is None:
        return False
    operands = [text for text in (entry.value1, entry.value2) if text is not None]
    if _is_dated(place, entry):
        return all(_date_of(text) is not None for text in operands)
    # "does not contain" and the like: a wildcard can only be given back among values to show
    return entry.operator == "equal_to" or not any(mark in text for text in operands for mark in _WILD)


def _put_back(place: PlacedTable, kept: tuple[xw.main.AutoFilterCriteria, ...], lost: tuple[str, ...]) -> None:
    """Set each filter again as it was.

    Unverified: that Excel takes a wildcard ("contains") among values to show; and dates as month/day/year.
    """
    autofilter = place.table.autofilter
    for entry in kept:
        if _name(place, entry) in lost:
            continue
        if entry.type == "values":
            autofilter.apply_values(entry.field, [f"={value}" for value in entry.values])
        elif entry.operator == "equal_to" and any(mark in (entry.value1 or "") for mark in _WILD):
            autofilter.apply_values(entry.field, [f"={entry.value1}"])
        elif _is_dated(place, entry):
            autofilter.apply_comparison(entry.field, entry.operator, _date_of(entry.value1), _date_of(entry.value2))
        else:
            autofilter.apply_comparison(entry.field, entry.operator, entry.value1, entry.value2)


def _name(place: PlacedTable, entry: xw.main.AutoFilterCriteria) -> str:
    return place.headers[int(entry.field) - 1]


def _is_dated(place: PlacedTable, entry: xw.main.AutoFilterCriteria) -> bool:
    name = _name(place, entry)
    return any(
        column.name == name and column.kind in {CellKind.DATE, CellKind.TIME} for column in place.definition.columns
    )


def _date_of(serial: str | None) -> datetime | None:
    """Return the date of Excel's number for it; None when it is written as a date, which may be in any order."""
    try:
        number = float(serial) if serial is not None else math.nan
    except ValueError:
        return None
    return _EPOCH + timedelta(days=number) if math.isfinite(number) and 0 < number < 3_000_000 else None

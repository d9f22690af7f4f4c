"""Marks Include: on the rows that a filter shows, or on all. A few calls to Excel, however the filter cuts the rows."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from xlpy.excel.tables.kept_filters import filters_aside, filters_on, lost_filters, refuse_lost_filters
from xlpy.excel.tables.placed import PlacedTable, find_table, runs, visible_areas
from xlpy.excel.tables.rows_read import parse_include
from xlpy.excel.tables.tables import INCLUDE, is_empty
from xlpy.excel.workbook.cell_values import as_text
from xlpy.excel.workbook.sheet import NUMBER_FORMAT, CellKind, Sheet

if TYPE_CHECKING:
    import xlwings as xw


def set_include(
    book: xw.Book,
    sheet: Sheet,
    value: str,
    *,
    visible_only: bool = True,
    where: Mapping[str, str] | None = None,
    but: Mapping[str, Collection[str]] | None = None,
) -> None:
    """Write ``value`` (Yes, Again or empty) under Include: on the rows a filter shows, or on all.

    ``where``: only rows that have these texts in these columns; ``but``: only rows that have none of these. Other rows
    keep their mark as it is. Raises
    ``IncludeNotUnderstood``, and ``FilterNotKept`` when hidden rows would have to be written under such a filter.
    """
    mark = str(parse_include(value)) or None
    place = find_table(book, sheet)
    if is_empty(place):
        return
    position = place.position(INCLUDE)
    needed = {name: place.position(name) for name in (*(where or {}), *(but or {}))}
    columns = place.read(sorted({position, place.position(sheet.key), *needed.values()}))
    wanted = [
        bool(key)
        and all(columns[needed[name]][i] == text for name, text in (where or {}).items())
        and all(columns[needed[name]][i] not in texts for name, texts in (but or {}).items())
        for i, key in enumerate(columns[place.position(sheet.key)])
    ]
    before = [as_text(old) for old in columns[position]]
    if visible_only and filters_on(place):
        _mark_shown_rows(place, position, mark, wanted, before)
        return
    refuse_lost_filters(place)
    _write(place, position, [mark if yes else old for yes, old in zip(wanted, before, strict=True)])


def _mark_shown_rows(
    place: PlacedTable, position: int, mark: str | None, wanted: Sequence[bool], before: Sequence[str | None]
) -> None:
    """Write one value into the whole column: while a filter hides rows, Excel puts it into the others only.

    Read back, the column says which rows those are, so that no block of them is asked for one by one. Rows shown
    that are not wanted get their mark back. Source: xlwings issue 747, where a filtered range took one value in every
    row that is not hidden; should an Excel write hidden rows all the same, they get their marks back too.
    """
    column = place.block(place.first, place.rows, position)
    place.format(place.first, place.rows, {position: NUMBER_FORMAT[CellKind.TEXT]}.get)
    column.value = mark
    (now,) = place.read([position]).values()
    shown = [as_text(value) == mark for value in now]
    if all(old != mark for old in before) and all(shown):  # every row changed: does the filter hide none?
        shown = _shown_by_excel(place, column)
    new = [mark if yes and is_shown else old for yes, is_shown, old in zip(wanted, shown, before, strict=True)]
    wrong = [i for i, value in enumerate(new) if value != as_text(now[i])]
    if not wrong:
        return
    if not lost_filters(place):
        _write(place, position, new)
        return
    # The filter can't be put back, so it stays: neighbouring rows that it shows are safe to write.
    for start, count in runs(wrong):
        place.write(place.first + start, {position: new[start : start + count]})


def _shown_by_excel(place: PlacedTable, column: xw.Range) -> list[bool]:
    areas = [(area.row - place.first, area.shape[0]) for area in visible_areas(column)]
    rows = {i for start, count in areas for i in range(start, start + count)}
    return [i in rows for i in range(place.rows)]


def _write(place: PlacedTable, position: int, values: Sequence[Any]) -> None:
    with filters_aside(place):
        place.format(place.first, place.rows, {position: NUMBER_FORMAT[CellKind.TEXT]}.get)
        place.write(place.first, {position: values})

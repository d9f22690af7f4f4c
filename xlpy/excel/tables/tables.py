"""Writes rows into the workbook's tables: refresh, results, log, states and marks.

A write never loses what is the user's: Include marks, filters, own columns. Calls to Excel are few: one write per
block of neighbouring columns, whatever the number of rows.
"""

from __future__ import annotations

from collections.abc import Collection, Hashable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from xlpy.excel.tables.arrangement import Arrangement, arrange, take_out
from xlpy.excel.tables.extra_columns import (
    ExtraColumns,
    fill_formula,
    look_at_extra_columns,
    moved_constants,
    refuse_mixed_formulas,
)
from xlpy.excel.tables.kept_filters import filters_aside, filters_on, lost_filters, refuse_lost_filters
from xlpy.excel.tables.placed import PlacedTable, find_table
from xlpy.excel.tables.rows_read import (
    IncludeNotUnderstood,
    Row,
    RowProblem,
    parse_include,
    read_columns,
    read_keys,
    read_rows,
)
from xlpy.excel.workbook.cell_values import WRITER, Content, as_text, cell_content
from xlpy.excel.workbook.sheet import NUMBER_FORMAT, CellKind, Sheet

if TYPE_CHECKING:
    import xlwings as xw

__all__ = [
    "IncludeNotUnderstood",
    "Row",
    "RowProblem",
    "Updated",
    "append",
    "clear",
    "parse_include",
    "prepend",
    "read_columns",
    "read_rows",
    "refill",
    "update_by_key",
]

INCLUDE = "Include"
_NOT_TELLING = frozenset({CellKind.MONEY, CellKind.QUANTITY, CellKind.RATE, CellKind.LINK})


@dataclass(frozen=True, slots=True)
class Updated:
    """What an update could not do. ``missing``: keys without a row; ``filters_cleared``: columns left unfiltered."""

    missing: tuple[str, ...] = ()
    filters_cleared: tuple[str, ...] = ()


def refill(
    book: xw.Book, sheet: Sheet, rows: Sequence[Mapping[str, object]], *, keep: Sequence[str] = (INCLUDE,)
) -> None:
    """Replace the rows of a table. One with a key keeps the order that the user gave it.

    Whole rows stay with their key, with notes, colours and heights; what is gone goes out, what is new goes below.
    ``rows`` by column name; a column that a row does not name stays empty. The ``keep`` columns keep what the user
    wrote, by the row's key; filters, and the user's own columns, stay too. All checks come before the first change.
    Raises ``FilterNotKept``, ``FormulasInColumn`` or another ``WorkbookError`` with nothing changed; ``TypeError`` for
    a value that does not belong into its column.
    """
    place = find_table(book, sheet)
    refuse_lost_filters(place)
    extra = look_at_extra_columns(place)
    refuse_mixed_formulas(place, extra)
    arrangement: Arrangement | None = None
    before: Sequence[Hashable] = ()
    if sheet.key and not is_empty(place):
        before = read_keys(place)
        arrangement = arrange([str(key) for key in before], [str(row.get(sheet.key) or "") for row in rows])
        rows = [rows[i] for i in arrangement.order]
    own, count = _own_columns(place, rows), len(rows)
    del rows  # tens of thousands of records that nobody needs while as many cells come into being
    after = _identities(place, own, count)
    kept = [name for name in keep if sheet.key and name in place.headers]
    if not before and (kept or extra.are_typed):
        before = _identities_now(place)
    for name in kept:
        _keep_column(place, name, own, before, after)
    place.refuse_growth_over(count)
    constants, formats = moved_constants(extra, before, after)
    with filters_aside(place):
        if arrangement is not None:
            place = take_out(place, arrangement.gone)
        old_rows = place.rows
        place = place.resized(max(count, 1))
        _write(place, place.first, own | constants, extra, formats)
        if not count:
            _clear(place, place.first, 1, (*extra.formulas, *_links(place)))
        if old_rows > place.rows:
            _clear(place, place.first + place.rows, old_rows - place.rows)


def clear(book: xw.Book, sheet: Sheet) -> None:
    """Empty a table. Raises as ``refill``."""
    refill(book, sheet, ())


def has_rows(book: xw.Book, sheet: Sheet) -> bool:
    """Whether a sheet's table has anything of ours in it. Raises ``WorkbookError`` when there is no such table."""
    return not is_empty(find_table(book, sheet))


def append(book: xw.Book, sheet: Sheet, rows: Sequence[Mapping[str, object]]) -> None:
    """Add rows at the end; what is there stays as it is. Raises ``WorkbookError`` when something is below the table."""
    if not rows:
        return
    place = find_table(book, sheet)
    if is_empty(place):
        _fill_empty(place, rows)
        return
    extra = look_at_extra_columns(place)
    own = _own_columns(place, rows)
    first = place.first + place.rows
    place.refuse_growth_over(place.rows + len(rows))
    with filters_aside(place):
        place = place.resized(place.rows + len(rows))
        _write(place, first, own, extra, {})


def prepend(book: xw.Book, sheet: Sheet, rows: Sequence[Mapping[str, object]]) -> None:
    """Insert rows on top and filter the table to them, by what they have in the first column (the run).

    Rows that are there move down untouched, the user's own columns with them: they are the record. Other filters are
    cleared, since they would hide what has just been done.
    """
    if not rows:
        return
    place = find_table(book, sheet)
    if filters_on(place):
        place.table.autofilter.clear()
    if is_empty(place):
        _fill_empty(place, rows)
    else:
        extra = look_at_extra_columns(place)
        own = _own_columns(place, rows)
        whole_rows = place.block(place.first, len(rows), 0, len(place.headers))
        whole_rows.insert("down", copy_origin="format_from_right_or_below")
        place = find_table(book, sheet)
        _write(place, place.first, own, extra, {})
    shown = list(dict.fromkeys(str(row.get(sheet.columns[0].name, "")) for row in rows))
    place.table.autofilter.apply_values(place.position(sheet.columns[0].name) + 1, [f"={text}" for text in shown])


def update_by_key(
    book: xw.Book,
    sheet: Sheet,
    changes: Mapping[str, Mapping[str, object]],
    *,
    unless: Mapping[str, Collection[str]] | None = None,
    unless_keys: Collection[str] = (),
) -> Updated:
    """Change some columns of the rows with these keys; other rows keep what they have.

    ``unless_keys``: rows that keep it, too, when a column has one of the texts that ``unless`` names for it.

    Safe under a filter. One that can't be put back stays cleared and is told: what was done must reach the sheet.
    """
    names = {name for change in changes.values() for name in change}
    place = find_table(book, sheet)
    if not names or is_empty(place):
        return Updated(missing=tuple(changes))
    keys = read_keys(place)
    positions = sorted(place.position(name) for name in names)
    columns = place.read(positions)
    kind_of = {column.name: column.kind for column in sheet.columns}
    for name, texts in (unless or {}).items() if unless_keys else ():
        (said,) = place.read([place.position(name)]).values()
        kept = {key for key, text in zip(keys, said, strict=True) if key in unless_keys and text in texts}
        changes = {key: change for key, change in changes.items() if key not in kept}
    for position in positions:
        name = place.headers[position]
        kind = kind_of[name]
        columns[position] = [
            cell_content(changes[key][name], kind) if name in changes.get(key, ()) else _unchanged(old, kind)
            for key, old in zip(keys, columns[position], strict=True)
        ]
    cleared = lost_filters(place)
    with filters_aside(place):
        wanted = {position: NUMBER_FORMAT[kind_of[place.headers[position]]] for position in positions}
        place.format(place.first, place.rows, wanted.get)
        place.write(place.first, columns)
    found = set(keys)
    return Updated(tuple(key for key in changes if key not in found), cleared)


def _own_columns(place: PlacedTable, rows: Sequence[Mapping[str, object]]) -> dict[int, list[Any]]:
    """Turn rows into columns of cell contents, by position in the table. Raises ``TypeError``, ``KeyError``."""
    known = {column.name for column in place.definition.held}
    for row in rows:
        if not row.keys() <= known:
            raise KeyError(f"The sheet {place.definition.name} has no column {sorted(row.keys() - known)}")
    columns: dict[int, list[Any]] = {}
    for column in place.definition.held:
        write, name = WRITER[column.kind], column.name
        columns[place.position(name)] = [write(row.get(name)) for row in rows]
    return columns


def _identities(place: PlacedTable, own: Mapping[int, Sequence[Any]], count: int) -> list[Hashable]:
    """Say which row is which: by its key, or without one by its texts and dates, and which time they occur."""
    key = place.definition.key
    if key:
        return [value or "" for value in own[place.position(key)]] if count else []
    telling = [place.position(c.name) for c in place.definition.columns if c.kind not in _NOT_TELLING]
    seen: dict[Hashable, int] = {}
    found: list[Hashable] = []
    for i in range(count):
        texts = tuple(own[position][i] for position in telling)
        seen[texts] = seen.get(texts, 0) + 1
        found.append((*texts, seen[texts]))
    return found


def _identities_now(place: PlacedTable) -> list[Hashable]:
    if place.definition.key:
        return list(read_keys(place))
    telling = sorted(place.position(c.name) for c in place.definition.columns if c.kind not in _NOT_TELLING)
    return _identities(place, place.read(telling), place.rows)


def _keep_column(
    place: PlacedTable, name: str, own: dict[int, list[Any]], before: Sequence[Hashable], after: Sequence[Hashable]
) -> None:
    """Put the user's texts back by key. Copies of a row that disagree count as nothing: it is never guessed."""
    (cells,) = place.read([place.position(name)]).values()
    texts: dict[Hashable, str | None] = {}
    for identity, cell in zip(before, cells, strict=True):
        text = as_text(cell)
        texts[identity] = text if texts.get(identity, text) == text else None
    column = own[place.position(name)]
    for i, identity in enumerate(after):
        if identity and identity in texts:
            column[i] = texts[identity]


def _write(
    place: PlacedTable,
    first_row: int,
    columns: Mapping[int, Sequence[Any]],
    extra: ExtraColumns,
    formats: Mapping[int, str],
) -> None:
    """Format and write rows from ``first_row`` on; the user's calculated columns are filled again."""
    count = max(len(column) for column in columns.values())
    kind_of = {column.name: column.kind for column in place.definition.columns}
    codes = dict(formats)
    for position, name in enumerate(place.headers):
        if name in kind_of:
            codes[position] = NUMBER_FORMAT[kind_of[name]]
        elif position in extra.formulas and extra.formats[position] is not None:
            codes[position] = str(extra.formats[position])
    place.format(first_row, max(count, 1), codes.get)
    place.write(first_row, columns)
    for position, formula in extra.formulas.items():
        fill_formula(place.block(first_row, max(count, 1), position), formula)
    for position, formula in _links(place).items():
        place.block(first_row, max(count, 1), position).formula = formula


def _links(place: PlacedTable) -> dict[int, str]:
    """Return our own formulas by their column's position."""
    return {place.position(column.name): column.formula for column in place.definition.columns if column.formula}


def _fill_empty(place: PlacedTable, rows: Sequence[Mapping[str, object]]) -> None:
    extra = look_at_extra_columns(place)
    own = _own_columns(place, rows)
    place.refuse_growth_over(len(rows))
    with filters_aside(place):
        place = place.resized(len(rows))
        _write(place, place.first, own, extra, {})


def _clear(place: PlacedTable, first_row: int, count: int, but: Sequence[int] = ()) -> None:
    for start, columns in _others(len(place.headers), but):
        place.block(first_row, count, start, columns).clear_contents()


def _others(count: int, but: Sequence[int]) -> list[tuple[int, int]]:
    edges = [-1, *sorted(but), count]
    return [(a + 1, b - a - 1) for a, b in pairwise(edges) if b - a > 1]


def is_empty(place: PlacedTable) -> bool:
    """Whether the table's only row has nothing of ours in it: Excel has no table without a row."""
    if place.rows > 1:
        return False
    if place.table.data_body_range is None:
        return True
    read = [place.position(c.name) for c in place.definition.columns if c.kind not in _NOT_TELLING]
    return all(values[0] in {None, ""} for values in place.read(sorted(read)).values())


def _unchanged(old: object, kind: CellKind) -> Content | str:
    return as_text(old) if kind in {CellKind.TEXT, CellKind.WRAP} else old  # type: ignore[return-value]  # from a cell

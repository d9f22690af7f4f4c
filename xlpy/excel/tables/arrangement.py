"""The order of a table's rows, which is the user's: a sort stays, whole rows go with their key."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from xlpy.excel.tables.placed import PlacedTable, find_table_again, runs


@dataclass(frozen=True, slots=True)
class Arrangement:
    """Which rows go out (from 0, rising), and in which order the new ones are written: those that stay come first."""

    gone: tuple[int, ...]
    order: tuple[int, ...]


def arrange(before: Sequence[str], after: Sequence[str]) -> Arrangement:
    """Leave each row where it is whose key is still there; a copy of a row, and one without a key, goes out."""
    place_of: dict[str, int] = {}
    for i, key in enumerate(after):
        if key:
            place_of.setdefault(key, i)
    gone: list[int] = []
    order: dict[int, None] = {}
    for i, key in enumerate(before):
        at = place_of.get(key, -1)
        if at < 0 or at in order:
            gone.append(i)
        else:
            order[at] = None
    return Arrangement(tuple(gone), (*order, *(i for i in range(len(after)) if i not in order)))


def take_out(place: PlacedTable, gone: Sequence[int]) -> PlacedTable:
    """Delete whole rows of the sheet, neighbours in one call, so that notes, colours and heights go along.

    A table keeps one row: when all go, a fresh one is put below first. No filter may be on.
    """
    if not gone:
        return place
    if len(gone) == place.rows:
        place = place.resized(place.rows + 1)
    for start, count in reversed(list(runs(gone))):
        first = place.first + start
        place.sheet.range(f"{first}:{first + count - 1}").delete("up")
    return find_table_again(place)

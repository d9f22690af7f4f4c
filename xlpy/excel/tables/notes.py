"""The user's notes about transactions: on the row while it is there, on the sheet Notes when it is gone.

A refresh takes rows out that Manage no longer lists as unposted, because they were exported, deleted, or are not of the
location or date that Home asks for. What the user wrote about them goes to the sheet Notes first; when the transaction
comes back, so does the note. Nothing here ever changes the words of a note.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from xlpy.domain.values.transactions import Kind, TransactionKey
from xlpy.excel.tables.rows import Row
from xlpy.excel.tables.selection import CALLED, SHEET_OF
from xlpy.excel.tables.tables import read_columns, refill
from xlpy.excel.workbook.cell_values import as_text
from xlpy.excel.workbook.work_sheets import GONE_NOTES, NOTE

if TYPE_CHECKING:
    import xlwings as xw

GONE, BACK = "Gone", "Back"
_WHOSE = {Kind.INVOICE: "Company", Kind.EXPENSE: "Company", Kind.PROCUREMENT: "Vendor"}


@dataclass(frozen=True, slots=True)
class CarriedNotes:
    """``rows``: those of the sheets with the notes that come back; ``gone``: how many went to the sheet Notes now."""

    rows: dict[Kind, Sequence[Row]]
    gone: int = 0
    back: int = 0

    @property
    def text(self) -> str:
        """What to tell of it, in words; nothing when no note has moved."""
        told = []
        if self.gone:
            told.append(f". {_notes(self.gone)} of rows that are gone: kept on the sheet {GONE_NOTES.name}")
        if self.back:
            told.append(f". {_notes(self.back)} came back with the row")
        return "".join(told)


def carry_notes(book: xw.Book, rows: Mapping[Kind, Sequence[Row]], at: datetime) -> CarriedNotes:
    """Save the notes of rows that are about to go, and give back those of rows that come. ``rows``: what will be there.

    Written before the sheets are filled again, so that a stop in between loses nothing: a note that comes back stays
    on the sheet Notes, as *Back*, until the next refresh finds its row. Raises as ``refill``.
    """
    kept = [row for row in read_columns(book, GONE_NOTES, [c.name for c in GONE_NOTES.columns]) if row[NOTE]]
    of_key = {str(row[GONE_NOTES.key] or ""): row for row in kept}
    coming = {kind: {str(row[SHEET_OF[kind].key]) for row in rows[kind]} for kind in rows}
    lines: list[Row] = []
    shown: set[str] = set()
    gone = 0
    for kind in rows:
        for row in _noted(book, kind):
            key = str(TransactionKey(kind, str(row[SHEET_OF[kind].key])))
            shown.add(key)
            note = as_text(row[NOTE]) or ""
            if note and str(row[SHEET_OF[kind].key]) not in coming[kind]:
                gone += 1
                lines.append(_line(kind, row, key, note, at))
    returned = {
        key
        for key, row in of_key.items()
        if key not in shown and _comes(key, coming) and key  # not there before
    }
    new = {str(line[GONE_NOTES.key]) for line in lines}
    stay = [_as_kept(row, back=key in returned) for key, row in _still_kept(kept, shown, new)]
    lines = [*lines, *stay]
    if lines or kept:
        refill(book, GONE_NOTES, lines, keep=())
    return CarriedNotes(_with_notes(rows, of_key, returned), gone, len(returned))


def notes_by_transaction(book: xw.Book) -> dict[str, str]:
    """Return every note of the workbook by its transaction (``invoice:4417``); that on the row before a kept one."""
    found = {
        str(row[GONE_NOTES.key] or ""): as_text(row[NOTE]) or ""
        for row in read_columns(book, GONE_NOTES, (GONE_NOTES.key, NOTE))
    }
    for kind, sheet in SHEET_OF.items():
        for row in _noted(book, kind):
            if note := as_text(row[NOTE]):
                found[str(TransactionKey(kind, str(row[sheet.key])))] = note
    return {key: note for key, note in found.items() if key and note}


def _noted(book: xw.Book, kind: Kind) -> list[dict[str, object]]:
    """Read the keys and notes of a sheet; what its rows are called only where there is a note."""
    sheet = SHEET_OF[kind]
    rows = read_columns(book, sheet, (sheet.key, NOTE))
    if any(row[NOTE] for row in rows):
        rows = read_columns(book, sheet, (sheet.key, CALLED[kind], _WHOSE[kind], NOTE))
    return [row for row in rows if row[sheet.key]]


def _comes(key: str, coming: Mapping[Kind, Collection[str]]) -> bool:
    kind, _, record = key.partition(":")
    return any(str(one) == kind and record in ids for one, ids in coming.items())


def _still_kept(
    kept: Sequence[Mapping[str, object]], shown: Collection[str], new: Collection[str]
) -> list[tuple[str, Mapping[str, object]]]:
    """Leave out those whose row is there by now, and those that have just gone again; lines of the user's own stay."""
    keyed = [(str(row[GONE_NOTES.key] or ""), row) for row in kept]
    return [(key, row) for key, row in keyed if not key or (key not in shown and key not in new)]


def _line(kind: Kind, row: Mapping[str, object], key: str, note: str, at: datetime) -> Row:
    return {
        "State": GONE,
        "Sheet": SHEET_OF[kind].name,
        "Transaction": as_text(row[CALLED[kind]]) or "",
        "Company": as_text(row[_WHOSE[kind]]) or "",
        NOTE: note,
        "Since": at,
        GONE_NOTES.key: key,
    }


def _as_kept(row: Mapping[str, object], *, back: bool) -> Row:
    words = {column.name: as_text(row[column.name]) or "" for column in GONE_NOTES.columns if column.name != "Since"}
    since = row["Since"] if isinstance(row["Since"], datetime) else None
    return {**words, "State": BACK if back else (words["State"] or GONE), "Since": since}


def _with_notes(
    rows: Mapping[Kind, Sequence[Row]], of_key: Mapping[str, Mapping[str, object]], returned: Collection[str]
) -> dict[Kind, Sequence[Row]]:
    filled: dict[Kind, Sequence[Row]] = {}
    for kind, found in rows.items():
        keys = [str(TransactionKey(kind, str(row[SHEET_OF[kind].key]))) for row in found]
        filled[kind] = [
            {**row, NOTE: as_text(of_key[key][NOTE]) or ""} if key in returned else row
            for key, row in zip(keys, found, strict=True)
        ]
    return filled


def _notes(count: int) -> str:
    return f"{count} note{'' if count == 1 else 's'}"

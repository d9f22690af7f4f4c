"""Save list of errors: the problems of a check or run as files to mail, one to read and one for other programs."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from xlpy.errors import XlpyError
from xlpy.excel.audit.sheets import PROBLEMS_HELD, SheetRows
from xlpy.excel.tables.rows import Row
from xlpy.excel.workbook.sheet import CellKind
from xlpy.excel.workbook.sheets import PROBLEMS
from xlpy.excel.workbook.typed_text import clean_text
from xlpy.files import rename_patiently
from xlpy.masking import masked
from xlpy.services.records.saved_files import free_path, saved_name, saving

if TYPE_CHECKING:
    import xlwings as xw

# What a spreadsheet takes for a formula when it opens a CSV file; a tab or a line end in front does not stop it.
_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff0b", "\uff0d", "\uff20")  # wide ones, too


@dataclass(frozen=True, slots=True)
class SavedErrors:
    """Where a list of errors was saved, and how many lines it has."""

    workbook: Path
    csv: Path
    lines: int


class NothingToSave(XlpyError):
    """There are no problems, so there is no list of them."""

    exit_code = 0

    def __init__(self) -> None:
        super().__init__(
            "There are no problems to save.",
            fix=f"Press Check mappings: what it finds is on the sheet {PROBLEMS.name}.",
        )


def problems_on_sheet(book: xw.Book) -> list[Row]:
    """Read the sheet Mapping check as it is: every row, whatever filter is on."""
    from xlpy.excel.tables.placed import find_table

    place = find_table(book, PROBLEMS)
    positions = {column.name: place.position(column.name) for column in PROBLEMS.held}
    cells = place.read(sorted(positions.values()))
    rows: list[Row] = []
    for at in range(place.rows):
        row = {name: cells[position][at] for name, position in positions.items()}
        if any(value not in (None, "") for value in row.values()):
            rows.append({column.name: _value(row[column.name], column.kind) for column in PROBLEMS.held})
    return rows


def _value(value: object, kind: CellKind) -> object:
    if kind is CellKind.COUNT:
        return int(value) if isinstance(value, float | int) else None
    return "" if value is None else str(value)


def save_errors(rows: Sequence[Row], folder: Path, *, title: str = "", secrets: Sequence[str] = ()) -> SavedErrors:
    """Save rows of problems as workbook and CSV. ``title``: of which batch or run.

    Raises ``NothingToSave``; ``FileNotSaved`` when the folder can't be written.
    """
    from xlpy.excel.audit.workbook import write_values_workbook

    if not rows:
        raise NothingToSave
    shown = [{k: masked(v, secrets) if isinstance(v, str) else v for k, v in row.items()} for row in rows]
    now = datetime.now().astimezone()
    stem = saved_name("list of errors", title, f"{now:%Y%m%d-%H%M%S}")
    told = " · ".join(part for part in (title, f"{now:%Y-%m-%d %H:%M}") if part)
    with saving("list of errors", folder) as beside:
        written = {".xlsx": beside / "list.xlsx", ".csv": beside / "list.csv"}
        write_values_workbook(
            written[".xlsx"], [SheetRows(PROBLEMS_HELD, shown)], title=told, footer=f"Manage to SL  ·  {told}"
        )
        written[".csv"].write_bytes(_csv(shown))
        saved = {suffix: free_path(folder, stem, suffix) for suffix in written}
        for suffix, path in written.items():
            rename_patiently(path, saved[suffix])
    return SavedErrors(saved[".xlsx"], saved[".csv"], len(rows))


def _csv(rows: Sequence[Row]) -> bytes:
    """Render CSV that Excel opens with the right letters: UTF-8 with its mark, line ends as Windows has them."""
    out = io.StringIO()
    writer = csv.writer(out, quoting=csv.QUOTE_ALL, lineterminator="\r\n")
    writer.writerow([column.name for column in PROBLEMS.held])
    for row in rows:
        writer.writerow([harmless(row.get(column.name)) for column in PROBLEMS.held])
    return out.getvalue().encode("utf-8-sig", errors="replace")


def harmless(value: object) -> str:
    """Return a text that no spreadsheet takes for a formula: an apostrophe stands before what could be one."""
    text = "" if value is None else clean_text(str(value))
    return "'" + text if text.lstrip(" ").startswith(_FORMULA_STARTS) else text

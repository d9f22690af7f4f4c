"""What keeps a workbook from being brought to this version: told before anything of it is changed."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING
from zipfile import ZipFile

from openpyxl.utils import range_boundaries

from xlpy.errors import WorkbookError
from xlpy.excel.vba.reading import sources_of
from xlpy.excel.workbook.home_cells import Home
from xlpy.excel.workbook.sheet import HEADER_ROW
from xlpy.excel.workbook.sheets import SHEETS
from xlpy.excel.workbook.work_sheets import INVOICES
from xlpy.version import __version__

if TYPE_CHECKING:
    from openpyxl.workbook import Workbook

_PROGRAMS = frozenset({"Ribbon", "xlwings"})
_UNTOUCHED = "Nothing was changed."


class WorkbookNotUpdatable(WorkbookError):
    """The workbook can't be brought to this version as it is; nothing was changed."""

    def __init__(self, name: str, reason: str, fix: str) -> None:
        super().__init__(f"{name} can't be brought to this version: {reason}.", fix=f"{fix} {_UNTOUCHED}")


def refuse_unless_updatable(path: Path, book: Workbook, our_sheets: Sequence[str]) -> str:
    """Return the version the workbook is of. Raises ``WorkbookNotUpdatable`` with the reason against an update."""
    name = path.name
    before = _version_of(book)
    if Home.VERSION not in book.defined_names or INVOICES.name not in book.sheetnames:
        raise WorkbookNotUpdatable(
            name,
            "it is not a workbook of this product (no sheet Invoices, no version on About)",
            "Name another file, or make a new workbook with 'xlpy new'.",
        )
    if _numbers(before) > _numbers(__version__):
        raise WorkbookNotUpdatable(
            name, f"it is of version {before}, newer than this program ({__version__})", "Update the program first."
        )
    _refuse_renamed(name, book, our_sheets)
    _refuse_moved_tables(name, book)
    _refuse_own_macros(path)
    return before


def _version_of(book: Workbook) -> str:
    defined = book.defined_names.get(Home.VERSION)
    for title, ref in defined.destinations if defined is not None else ():
        if title in book.sheetnames:
            return str(book[title][ref.replace("$", "")].value or "").strip()
    return ""


def _numbers(version: str) -> tuple[int, ...]:
    return tuple(int(number) for number in re.findall(r"\d+", version)[:3])


def _refuse_renamed(name: str, book: Workbook, our_sheets: Sequence[str]) -> None:
    """Refuse a renamed sheet or table of ours, and a sheet or table of the user's that has a name we need."""
    sheet_of = {table.casefold(): ws.title for ws in book.worksheets for table in ws.tables}
    for sheet in SHEETS:
        there = sheet_of.get(sheet.table.casefold())
        if there == sheet.name or (there is None and sheet.name not in book.sheetnames):
            continue
        if there is not None:
            reason = f"the table {sheet.table!r} is on the sheet {there!r}"
            fix = f"Name that sheet {sheet.name!r} again; if the table is your own, give it another name."
        else:
            reason = f"the sheet {sheet.name!r} has no table {sheet.table!r}"
            fix = "Name the table so again; if the sheet is your own, give it another name."
        raise WorkbookNotUpdatable(name, reason, fix)
    titles = {title.casefold(): title for title in book.sheetnames}
    clash = [titles[ours.casefold()] for ours in our_sheets if titles.get(ours.casefold(), ours) != ours]
    if clash:
        raise WorkbookNotUpdatable(
            name, f"a new sheet needs the name of your sheet {clash[0]!r}", "Give your sheet another name."
        )


def _refuse_moved_tables(name: str, book: Workbook) -> None:
    for sheet in SHEETS:
        if sheet.name not in book.sheetnames:
            continue
        ws = book[sheet.name]
        table = ws.tables[sheet.table]
        left, top, _, _ = range_boundaries(table.ref)
        if (left, top) != (1, HEADER_ROW) or table.totalsRowCount or len(ws.tables) > 1:
            raise WorkbookNotUpdatable(
                name,
                f"the table of the sheet {sheet.name} was moved, has a totals row, or has another table beside it",
                f"Its header belongs into row {HEADER_ROW}, from column A on; other tables to a sheet of their own.",
            )


def _refuse_own_macros(path: Path) -> None:
    """Refuse macros that are not ours: the project is replaced as a whole."""
    with ZipFile(path) as archive:
        project = archive.read("xl/vbaProject.bin")
    try:
        sources = sources_of(project)
    except ValueError as error:
        raise WorkbookNotUpdatable(
            path.name, str(error), "Make a new workbook with 'xlpy new', and copy your columns over."
        ) from error
    own = [module for module, text in sources.items() if module not in _PROGRAMS and _has_code(text)]
    if own:
        raise WorkbookNotUpdatable(
            path.name,
            f"it has macros of your own ({', '.join(own)}), which would be lost",
            "Move them to another workbook (for example the personal macro workbook).",
        )


def _has_code(text: str) -> bool:
    """Whether something stands in a module besides comments and the line that Excel itself may put there."""
    lines = (line.strip().casefold() for line in text.split("\n"))
    return any(line and not line.startswith(("'", "rem ", "option ")) for line in lines)

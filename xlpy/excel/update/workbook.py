"""Brings an existing workbook to this version: our sheets are laid out anew, what is the user's moves onto them.

The user's own sheets, names and everything on them stay as they are. The file is replaced whole or not at all, and
what it was before stays beside it.
"""

from __future__ import annotations

import shutil
from contextlib import suppress
from copy import copy
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from xlpy.errors import WorkbookError, WorkbookNotReplaceable
from xlpy.excel.engine.closed_file import in_use_by, open_closed
from xlpy.excel.update.cells import NamedValues, move_home
from xlpy.excel.update.refusals import refuse_unless_updatable
from xlpy.excel.update.table import arranged, move_table
from xlpy.excel.workbook.builder import (
    CONFIG_SHEET,
    WORKBOOK_CODE_NAME,
    code_name,
    configure,
    lay_out_sheet,
    macros_for,
)
from xlpy.excel.workbook.home_cells import Home
from xlpy.excel.workbook.home_sheet import ABOUT, HOME, lay_out_about, lay_out_home
from xlpy.excel.workbook.saving import save_book
from xlpy.excel.workbook.sheets import SHEETS
from xlpy.files import replace_file
from xlpy.version import __version__

if TYPE_CHECKING:
    from openpyxl.workbook import Workbook
    from openpyxl.worksheet.worksheet import Worksheet

OUR_SHEETS = (HOME, *(sheet.name for sheet in SHEETS), ABOUT, CONFIG_SHEET)


@dataclass(frozen=True, slots=True)
class WorkbookUpdated:
    """What an update did. ``backup``: the file as it was before. ``added``: sheets that are new."""

    path: Path
    backup: Path
    before: str
    after: str
    added: tuple[str, ...]

    @property
    def text(self) -> str:
        """One line for the user."""
        new = f" New sheets: {', '.join(self.added)}." if self.added else ""
        return f"{self.path.name} is at version {self.after} now.{new} As it was before: {self.backup}"


def update_workbook(path: Path, *, interpreter: str, profile: str = "") -> WorkbookUpdated:
    """Bring a closed workbook to this version of sheets, named cells, ribbon and macros.

    Marks, filters, own columns, Home's inputs, results, log and own sheets stay. ``interpreter``: the Python that the
    buttons run from now on. ``profile``: path of the settings file; empty keeps the workbook's own.
    Raises ``WorkbookNotReplaceable`` (open, read-only), ``WorkbookError`` for a file that is not ours, is of a newer
    version, or has something that would be lost; the file is as it was then.
    """
    path = path.absolute()
    with open_closed(path) as closed:
        book: Workbook = closed.book.impl.api
        before = refuse_unless_updatable(path, book, OUR_SHEETS)
        added = _renew(book, interpreter, profile)
        book.calculation.fullCalcOnLoad = True
        book.vba_archive = macros_for(book)
        backup = _kept_beside(closed.path)
        try:
            if reason := in_use_by(closed.path):
                raise WorkbookNotReplaceable(str(path), reason)
            replace_file(closed.path, partial(save_book, book))
        except OSError as error:
            backup.unlink(missing_ok=True)
            raise WorkbookNotReplaceable(str(path), error.strerror or str(error)) from error
        except BaseException:
            backup.unlink(missing_ok=True)
            raise
    return WorkbookUpdated(path, backup, before, __version__, added)


def _renew(book: Workbook, interpreter: str, profile: str) -> tuple[str, ...]:
    """Lay our sheets out anew in the book and move what is the user's onto them. Returns the names of new sheets."""
    order = list(book.sheetnames)
    shown = book.active.title if book.active is not None else HOME
    named = NamedValues.of(book)
    old: dict[str, Worksheet] = {name: book[name] for name in OUR_SHEETS if name in book.sheetnames}
    for ws in old.values():
        book.remove(ws)  # its cells stay readable; its tables' names are free for the new ones
    for name in (*Home, *named.blocks):
        book.defined_names.pop(name, None)
    home = lay_out_home(book)
    for sheet in SHEETS:
        before = old.get(sheet.name)
        definition = arranged(sheet, before)
        ws = lay_out_sheet(book, definition)
        if before is not None:
            move_table(before, ws, sheet, definition)
    about = lay_out_about(book, __version__, "")
    configure(book, interpreter)
    named.write(book, profile)
    for before, ws in ((old.get(HOME), home), (old.get(ABOUT), about)):
        if before is not None:
            move_home(before, ws, named.cells_of(ws.title))
    for name, before in old.items():
        _keep_view(before, book[name])
    _put_in_order(book, order)
    book.active = book.sheetnames.index(shown if shown in book.sheetnames else HOME)
    for ws in book.worksheets:
        ws.sheet_view.tabSelected = ws is book.active
    _name_for_macros(book)
    return tuple(name for name in OUR_SHEETS if name not in old)


def _keep_view(before: Worksheet, after: Worksheet) -> None:
    """Keep what the user set for looking at a sheet, and the names that hold on that sheet alone."""
    after.sheet_view.zoomScale = before.sheet_view.zoomScale
    if before.title != CONFIG_SHEET:
        after.sheet_state = before.sheet_state
    for name, defined in before.defined_names.items():
        after.defined_names[name] = copy(defined)


def _put_in_order(book: Workbook, order: list[str]) -> None:
    """Leave the sheets where the user has them; new ones go behind the one that is before them in a new workbook."""
    for at, name in enumerate(OUR_SHEETS):
        if name not in order:
            order.insert(order.index(OUR_SHEETS[at - 1]) + 1 if at else 0, name)
    place = {name: at for at, name in enumerate(order)}
    book._sheets.sort(key=lambda ws: place[ws.title])  # type: ignore[attr-defined]  # noqa: SLF001 (no public way to sort)


def _name_for_macros(book: Workbook) -> None:
    """Give each sheet the code name of its macro module: ours their own, the user's what they have, each once."""
    book.code_name = WORKBOOK_CODE_NAME
    taken = {WORKBOOK_CODE_NAME.casefold(), "ribbon", "xlwings"}
    for ws in sorted(book.worksheets, key=lambda sheet: sheet.title not in OUR_SHEETS):
        wanted = code_name(ws.title) if ws.title in OUR_SHEETS else ws.sheet_properties.codeName or code_name(ws.title)
        wanted = wanted[:25] if wanted[0].isalpha() else f"Own{wanted[:22]}"
        name, number = wanted, 2
        while name.casefold() in taken:
            name, number = f"{wanted}{number}", number + 1
        taken.add(name.casefold())
        ws.sheet_properties.codeName = name


def _kept_beside(path: Path) -> Path:
    """Copy the file beside itself under a name that says what it is and when. Raises ``WorkbookError``."""
    base = f"{path.stem} - before update {datetime.now().astimezone():%Y-%m-%d %H%M}"
    target, number = path.with_name(f"{base}{path.suffix}"), 2
    while target.exists():
        target, number = path.with_name(f"{base} ({number}){path.suffix}"), number + 1
    try:
        shutil.copy2(path, target)
    except OSError as error:
        with suppress(OSError):
            target.unlink()
        raise WorkbookError(
            f"The workbook {path.name} can't be copied beside itself first: {error.strerror or error}.",
            fix="Make room, or move it to a folder that you may write to. Nothing was changed.",
        ) from error
    return target

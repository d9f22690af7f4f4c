"""A workbook that no program has open: checked before anything is done, saved whole or not at all."""

from __future__ import annotations

import ctypes
import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from xlpy.errors import WorkbookError, WorkbookNotReplaceable
from xlpy.excel.engine import Alert, open_book
from xlpy.excel.engine.file_read import KINDS

if TYPE_CHECKING:
    import xlwings as xw

_ROOM = 20 * 2**20  # bytes that have to be free besides three times the file


class WorkbookSavedBeside(WorkbookError):
    """The workbook could not be replaced, so that its new state was saved into another file, which ``path`` names."""

    exit_code = 3

    def __init__(self, original: Path, path: Path, reason: str) -> None:
        super().__init__(
            f"The workbook {original.name} could not be replaced: {reason}. Everything is in {path} instead.",
            fix="Go on with that file, or put it in the place of the other one.",
        )
        self.path = path


@dataclass(slots=True)
class ClosedWorkbook:
    """An open book of a closed file. ``book`` is used like one of Excel's; nothing is kept until ``save``."""

    book: xw.Book
    path: Path
    _stamp: tuple[int, int] = field(init=False)

    def __post_init__(self) -> None:
        self._stamp = _stamp(self.path)

    def save(self) -> None:
        """Replace the file.

        When that fails (opened meanwhile, changed by someone, no rights) the book is saved beside it, and
        ``WorkbookSavedBeside`` is raised. Raises ``WorkbookError`` when it could be saved nowhere.
        """
        reason = in_use_by(self.path)
        if not reason and _stamp(self.path) != self._stamp:
            reason = "it was changed by someone meanwhile"
        if not reason:
            try:
                self.book.save()
            except OSError as error:
                reason = error.strerror or str(error)
            else:
                self._stamp = _stamp(self.path)
                return
        raise WorkbookSavedBeside(self.path, self._save_beside(reason), reason)

    def _save_beside(self, reason: str) -> Path:
        for folder in (self.path.parent, Path.home()):
            target = _free_name(folder, self.path)
            try:
                self.book.save(target)
            except OSError:
                continue
            return target
        raise WorkbookError(
            f"The workbook {self.path} could not be saved: {reason}, and no file could be written beside it.",
            fix="Refresh another workbook: what was posted is in SL's posting ledger.",
        )


@contextmanager
def open_closed(path: Path, *, on_alert: Callable[[Alert], None] | None = None) -> Iterator[ClosedWorkbook]:
    """Open a closed file for reading and writing; what is not saved is forgotten at the end.

    Checks before anything else that the file could be replaced, and that saving it loses nothing. ``on_alert`` gets
    the message boxes of macros. Raises ``WorkbookNotReplaceable``, or ``WorkbookError`` for a file that is no workbook
    or has parts that only Excel can keep.
    """
    path = path.absolute()
    refuse_unless_replaceable(path)
    book = open_book(path, on_alert=on_alert)
    try:
        book.impl.refuse_losses()
        yield ClosedWorkbook(book, path.resolve())
    finally:
        book.close()


def refuse_unless_replaceable(path: Path) -> None:
    """Raise ``WorkbookNotReplaceable`` with the reason when the file can't be replaced by a new version."""
    try:
        found = _why_not(path)
    except (OSError, ValueError) as error:  # a name of 300 characters, a NUL in it, a drive that has gone
        reason = (error.strerror or str(error)) if isinstance(error, OSError) else "no file can have this name"
        found = reason, "Look at its name and place."
    if found:
        raise WorkbookNotReplaceable(str(path), *found)


def in_use_by(path: Path) -> str:
    """Say who has the file open, by the lock files that Excel and LibreOffice leave beside it; empty: nobody."""
    path = path.resolve()
    for lock, program in ((f"~${path.name}", "Excel"), (f".~lock.{path.name}#", "LibreOffice")):
        if path.with_name(lock).exists():
            return f"it is open in {program} (or was not closed properly: then delete {lock} beside it)"
    return "another program has it open" if os.name == "nt" and _is_open_on_windows(path) else ""


def _why_not(path: Path) -> tuple[str, str] | None:
    """Return the reason and its cure; None when the file can be replaced."""
    if not path.exists():
        return "there is no such file", "Look at its name, or make it with 'xlpy new'."
    if not path.is_file() or path.suffix.lower() not in KINDS:
        return "it is not a file of the kind .xlsm or .xlsx", "Name the workbook itself."
    in_use = in_use_by(path)
    if in_use:
        return in_use, "Close it there."
    path = path.resolve()
    if not path.stat().st_mode & 0o222 or not os.access(path, os.W_OK):
        return "the file is read-only", "Take the mark off in its properties, or copy it to a folder of yours."
    try:
        handle, name = tempfile.mkstemp(prefix=".xlpy-", dir=path.parent)
    except OSError as error:
        reason = f"its folder can't be written to ({error.strerror or error})"
        return reason, "Copy it to a folder that you may write to."
    os.close(handle)
    with suppress(OSError):
        Path(name).unlink()
    size = path.stat().st_size
    if shutil.disk_usage(path.parent).free < 3 * size + _ROOM:
        return "its disk is full", "Make room on it."
    return None


def _is_open_on_windows(path: Path) -> bool:
    """Try to open the file for nobody else: fails while another program has it open, whatever for."""
    kernel = ctypes.WinDLL("kernel32", use_last_error=True)  # type: ignore[attr-defined,unused-ignore]  # on Windows
    kernel.CreateFileW.restype = ctypes.c_void_p
    read_and_write, share_nothing, existing, normal = 0xC0000000, 0, 3, 0x80
    handle = kernel.CreateFileW(str(path), read_and_write, share_nothing, None, existing, normal, None)
    if handle == ctypes.c_void_p(-1).value:
        sharing_violation = 32
        return bool(ctypes.get_last_error() == sharing_violation)  # type: ignore[attr-defined,unused-ignore]  # on Windows
    kernel.CloseHandle(ctypes.c_void_p(handle))
    return False


def _stamp(path: Path) -> tuple[int, int]:
    try:
        found = path.stat()
    except OSError:
        return (0, 0)
    return (found.st_mtime_ns, found.st_size)


def _free_name(folder: Path, path: Path) -> Path:
    """Return a name beside the file that says what it is and when, and that no file has yet."""
    base = f"{path.stem} - results {datetime.now().astimezone():%Y-%m-%d %H%M}"
    target, number = folder / f"{base}{path.suffix}", 2
    while target.exists():
        target, number = folder / f"{base} ({number}){path.suffix}", number + 1
    return target

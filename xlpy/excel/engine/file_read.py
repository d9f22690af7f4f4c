"""Reading a workbook's file: what it is by its content, not by its name, and whatever is wrong with it in plain words.

A file comes from anywhere: half a download, a renamed CSV, a file with a password. None of that may be *unexpected*.
"""

from __future__ import annotations

import warnings
import zipfile
from pathlib import Path

from openpyxl import Workbook, load_workbook
from openpyxl.packaging.relationship import get_dependents

from xlpy.collecting import collecting_paused
from xlpy.errors import WorkbookError
from xlpy.excel.engine.parts import has_rich_text, lost_parts, macro_parts

KINDS = frozenset({".xlsx", ".xlsm"})
MOST_OF_A_PART = 150 * 2**20  # bytes unpacked; 20,000 transactions need about 20 MB
MOST_OF_ALL = 400 * 2**20
_ZIP = b"PK\x03\x04"
_COMPOUND = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"  # [MS-CFB]: what Excel 97 saved, and what a password makes of a file
_ENCRYPTED = "EncryptedPackage".encode("utf-16-le")  # [MS-OFFCRYPTO] 2.3.4.4: the stream that holds the workbook then
_RESTORE = "Take an earlier copy of it, or make a new one with 'xlpy new': what was posted is in SL's posting ledger."


class NotAWorkbook(WorkbookError):
    """The file is none that can be read; ``fix`` says what makes it one."""

    def __init__(self, path: Path, reason: str, fix: str) -> None:
        super().__init__(f"The workbook {path} can't be read: {reason}.", fix=f"{fix} Nothing was written.")


def read_workbook(path: Path) -> tuple[Workbook, tuple[str, ...]]:
    """Return the workbook of a file, and what saving it without Excel would lose.

    Raises ``NotAWorkbook`` for whatever is wrong with the file: not there, of another kind, with a password, damaged,
    larger than any workbook of this product.
    """
    if path.suffix.lower() not in KINDS:
        raise NotAWorkbook(path, "it is not a workbook of the kind .xlsm or .xlsx", _save_as(path))
    try:
        _refuse_other_kinds(path)
        with zipfile.ZipFile(path) as archive:
            _refuse_too_large(path, archive.infolist())
    except (OSError, ValueError) as error:  # ValueError: a path with a NUL in it
        raise NotAWorkbook(path, _reason(error), "Look at its name and place.") from error
    except (zipfile.BadZipFile, NotImplementedError) as error:
        raise NotAWorkbook(path, f"the file is damaged ({error})", _RESTORE) from error
    try:
        lost = lost_parts(path)
        with warnings.catch_warnings(), collecting_paused():
            warnings.simplefilter("ignore", UserWarning)  # what openpyxl would lose is told by ``lost_parts``
            workbook = load_workbook(path, rich_text=has_rich_text(path))
        workbook.vba_archive = macro_parts(path)
        _try_what_saving_reads(path, workbook)
    except Exception as error:
        raise NotAWorkbook(path, f"the file is damaged ({type(error).__name__}: {error})", _RESTORE) from error
    if (path.suffix.lower() == ".xlsm") != (workbook.vba_archive is not None):
        raise NotAWorkbook(
            path,
            "it has another type than its name says: .xlsm is for workbooks with macros",
            "Give it the ending that it had.",
        )
    return workbook, lost


def _refuse_other_kinds(path: Path) -> None:
    with path.open("rb") as file:
        head = file.read(8)
        if head.startswith(_ZIP):
            return
        if head == _COMPOUND:
            locked = _ENCRYPTED in file.read(MOST_OF_A_PART)
            reason = "it has a password" if locked else "it is of the old kind .xls, whatever its name says"
            fix = "Open it in Excel, take the password off (File, Info, Protect Workbook), and save it."
            raise NotAWorkbook(path, reason, fix if locked else _save_as(path))
    if not head:
        raise NotAWorkbook(path, "the file is empty", _RESTORE)
    if head.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"<"):
        raise NotAWorkbook(path, "it is a web page or an XML file with the name of a workbook", _save_as(path))
    raise NotAWorkbook(path, "it is a text file (a CSV?) or something else with the name of a workbook", _save_as(path))


def _refuse_too_large(path: Path, parts: list[zipfile.ZipInfo]) -> None:
    largest = max(parts, key=lambda part: part.file_size, default=None)
    everything = sum(part.file_size for part in parts)
    if largest is None or (largest.file_size <= MOST_OF_A_PART and everything <= MOST_OF_ALL):
        return
    size = max(largest.file_size, everything) // 2**20
    raise NotAWorkbook(
        path,
        f"it is {size:,} MB large when unpacked (most of it in {largest.filename})",
        "Delete the empty rows and columns behind what you see on that sheet (formats there count), save, try again.",
    )


def _try_what_saving_reads(path: Path, workbook: Workbook) -> None:
    """Raise for what is missed only when the book is saved: after everything else was done."""
    if not workbook.sheetnames or workbook.calculation is None:
        raise ValueError("it has no sheets")
    with zipfile.ZipFile(path) as archive, warnings.catch_warnings():
        warnings.simplefilter("error", UserWarning)  # openpyxl only warns of what it can't read there
        get_dependents(archive, "_rels/.rels")


def _reason(error: OSError | ValueError) -> str:
    if isinstance(error, FileNotFoundError):
        return "there is no such file"
    if isinstance(error, OSError):
        return error.strerror or str(error)
    return "its name has a character that none may have"


def _save_as(path: Path) -> str:
    return f"Open it in Excel and save it as a macro-enabled workbook, or name another file than {path.name}."

"""Builds the workbook: sheets, the hidden configuration sheet, and the macro-enabled package around them.

The same inputs give the same members, in the same order, with the same bytes: the built file is committed, and a
test builds it anew and compares.
"""

from __future__ import annotations

import io
import re
import sys
import zipfile
from datetime import datetime
from importlib.util import find_spec
from pathlib import Path

from openpyxl import Workbook
from openpyxl.workbook.properties import CalcProperties
from openpyxl.worksheet.worksheet import Worksheet

from xlpy.errors import ResourceMissing, WorkbookNotReplaceable
from xlpy.excel.vba.project import CODE_PAGE, Module, ModuleKind, read_module, write_project
from xlpy.excel.workbook import look
from xlpy.excel.workbook.home_sheet import lay_out_about, lay_out_home
from xlpy.excel.workbook.layout import lay_out_table
from xlpy.excel.workbook.reconcile_picture import draw_steps
from xlpy.excel.workbook.ribbon import RIBBON_PART, ribbon_relationship, ribbon_xml
from xlpy.excel.workbook.saving import write_package
from xlpy.excel.workbook.sheet import Sheet
from xlpy.excel.workbook.sheets import RECONCILE, SHEETS
from xlpy.files import replace_file
from xlpy.resources import resource_folder
from xlpy.version import __version__

CONFIG_SHEET = "xlwings.conf"
WORKBOOK_CODE_NAME = "ThisWorkbook"
_FIXED_DAY = datetime(2026, 1, 1)  # noqa: DTZ001 - a document property, written without a zone
_ZIP_DAY = (1980, 1, 1, 0, 0, 0)
_FIRST_MEMBERS = ("[Content_Types].xml",)
_NO_TYPES = '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"/>'


def build_workbook(
    path: Path, *, interpreter: str | None = None, profile: str = "", stub_runpython: bool = False
) -> None:
    """Write the workbook to ``path``, replacing what is there.

    ``interpreter``: full path of the Python that the buttons run; None leaves it out (the committed file).
    ``profile``: path of the settings file, shown on About. ``stub_runpython``: the macros write what they would run
    into a cell of the configuration sheet instead (for spreadsheet programs that can't run Python).
    Raises ``WorkbookNotReplaceable`` when the file can't be written, ``ResourceMissing`` without the VBA sources.
    """
    book = _lay_out(interpreter or "", profile)
    book.vba_archive = macros_for(book, stub_runpython=stub_runpython)
    raw = io.BytesIO()
    write_package(book, raw)

    def write(beside: Path) -> None:
        beside.write_bytes(_same_every_time(raw))

    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        replace_file(path, write)
    except OSError as error:
        raise WorkbookNotReplaceable(str(path), error.strerror or str(error)) from error
    except ValueError as error:
        raise WorkbookNotReplaceable(str(path), "no file can have this name", "Name another file.") from error


def macros_for(book: Workbook, *, stub_runpython: bool = False) -> zipfile.ZipFile:
    """Return macros and ribbon for a laid out book, as the archive from which openpyxl carries them over.

    It is what openpyxl keeps of the file that a workbook was read from, so that what a later save of the closed file
    keeps is exactly what is made here. Every sheet needs its code name.
    """
    modules = _document_modules(book) + _program_modules(stub=stub_runpython)
    return zipfile.ZipFile(_macro_archive(write_project(modules)))


def _document_modules(book: Workbook) -> tuple[Module, ...]:
    """One empty module for the workbook and one per sheet, under the code names that their XML carries."""
    names = (str(ws.sheet_properties.codeName) for ws in book.worksheets)
    sheets = (Module(name, "", ModuleKind.WORKSHEET) for name in names)
    return (Module(WORKBOOK_CODE_NAME, "", ModuleKind.WORKBOOK), *sheets)


def _program_modules(*, stub: bool) -> tuple[Module, ...]:
    sources = resource_folder("workbook") / "vba"
    runner = sources / "stub_xlwings.bas" if stub else _xlwings_source()
    modules = (("Ribbon", sources / "Ribbon.bas"), ("xlwings", runner))
    return tuple(read_module(name, file.read_text(encoding=CODE_PAGE)) for name, file in modules)


def _xlwings_source() -> Path:
    """Find the module that the installed xlwings brings for workbooks without its add-in; its licence is inside."""
    found = find_spec("xlwings")  # not imported: that takes pandas with it
    folder = Path(found.origin).parent if found and found.origin else Path()
    source = folder / "xlwings.bas"
    if not source.is_file():
        raise ResourceMissing("xlwings.bas", [str(folder)])
    return source


def _macro_archive(vba_project: bytes) -> io.BytesIO:
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as members:
        members.writestr("xl/vbaProject.bin", vba_project)
        members.writestr(RIBBON_PART, ribbon_xml())
        members.writestr("_rels/.rels", ribbon_relationship())
        members.writestr("[Content_Types].xml", _NO_TYPES)
    return archive


def _same_every_time(raw: io.BytesIO) -> bytes:
    """Pack the members again in a fixed order and with a fixed date."""
    out = io.BytesIO()
    with zipfile.ZipFile(raw) as members, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as package:
        for name in sorted(members.namelist(), key=lambda n: (n not in _FIRST_MEMBERS, n)):
            info = zipfile.ZipInfo(name, _ZIP_DAY)
            info.compress_type = zipfile.ZIP_DEFLATED
            info.create_system = 0  # or the system it was built on would be written down
            package.writestr(info, members.read(name))
    return out.getvalue()


def _lay_out(interpreter: str, profile: str) -> Workbook:
    book = Workbook()
    book.remove(book.worksheets[0])
    # No public way to reach the default style, whose font the widths of columns are counted in.
    book._named_styles["Normal"].font = look.font()  # type: ignore[attr-defined]  # noqa: SLF001
    book.properties.creator = book.properties.title = "Manage to SL"
    book.properties.created = book.properties.modified = _FIXED_DAY
    lay_out_home(book)
    for sheet in SHEETS:
        lay_out_sheet(book, sheet)
    lay_out_about(book, __version__, profile)
    configure(book, interpreter)
    book.calculation = CalcProperties(fullCalcOnLoad=True)
    book.active = 0
    book.code_name = WORKBOOK_CODE_NAME
    for ws in book.worksheets:
        ws.sheet_properties.codeName = code_name(ws.title)
    return book


def lay_out_sheet(book: Workbook, sheet: Sheet) -> Worksheet:
    """Add a sheet with its table, and its picture where it has one."""
    ws = lay_out_table(book, sheet)
    if sheet.name == RECONCILE.name:
        draw_steps(book, ws)
    return ws


def code_name(title: str) -> str:
    """Return the name under which VBA knows a sheet: ``Mapping check`` is ``MappingCheckSheet``."""
    words = re.findall(r"[A-Za-z0-9]+", title)
    return "".join(word[0].upper() + word[1:] for word in words) + "Sheet"


def configure(book: Workbook, interpreter: str) -> Worksheet:
    """Add the hidden sheet that tells xlwings which Python to run.

    Empty fields are meant: they keep a user's own xlwings configuration out.
    """
    ws: Worksheet = book.create_sheet(CONFIG_SHEET)
    ws.sheet_state = "hidden"
    for row, (key, value) in enumerate(
        (
            ("Interpreter_Win", interpreter or None),
            ("ADD_WORKBOOK_TO_PYTHONPATH", False),
            ("PYTHONPATH", None),
            ("Conda Path", None),
            ("Conda Env", None),
            ("UDF Modules", None),
            ("Use UDF Server", False),
            ("Show Console", False),
        ),
        1,
    ):
        ws.cell(row, 1, key)
        ws.cell(row, 2, value)
    ws.column_dimensions["A"].width = 32
    ws.column_dimensions["B"].width = 80
    return ws


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit('usage: python -m xlpy.excel.workbook.builder "workbook/Manage to SL.xlsm"')
    build_workbook(Path(sys.argv[1]))

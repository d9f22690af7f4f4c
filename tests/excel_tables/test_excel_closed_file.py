"""A closed file is checked first, replaced whole, or saved beside; nothing is left behind."""

from __future__ import annotations

import os
import stat
import zipfile
from pathlib import Path

import pytest
from macro_books import load_macro_book
from openpyxl import Workbook
from openpyxl.worksheet._writer import WorksheetWriter
from openpyxl.writer.excel import ExcelWriter

from xlpy.errors import WorkbookError, WorkbookNotReplaceable
from xlpy.excel.engine import closed_file, open_book
from xlpy.excel.engine.closed_file import WorkbookSavedBeside, open_closed
from xlpy.excel.engine.file_read import NotAWorkbook
from xlpy.excel.engine.refusals import WouldLoseParts
from xlpy.excel.tables.home import read_home, write_home
from xlpy.excel.workbook import saving
from xlpy.excel.workbook.home_cells import Home


def company(path):
    with open_closed(path) as closed:
        return closed.book.names[Home.COMPANY].refers_to_range.value


def files(folder):
    return sorted(p.name for p in folder.iterdir())


def test_the_rows_are_saved_in_the_order_that_openpyxl_gives_them():
    """Ours puts them in order row by row, theirs all cells at once; which rows and cells there are is the same."""
    sheet = Workbook().active
    for row, column in ((9, 3), (2, 14), (9, 1), (2, 2), (5, 1), (9, 2)):
        sheet.cell(row, column).value = f"{row}/{column}"
    sheet.row_dimensions[7].height = 30  # a row without cells
    sheet.row_dimensions[2].height = 12
    sheet.merge_cells("B12:D13")
    shown = [
        [(number, [cell.coordinate for cell in cells]) for number, cells in writer(sheet).rows()]
        for writer in (saving._SheetWriter, WorksheetWriter)
    ]
    assert shown[0] == shown[1]
    assert [number for number, _ in shown[0]] == [2, 5, 7, 9, 12, 13]


def test_a_saved_sheet_is_byte_for_byte_what_openpyxl_writes(workbook, tmp_path):
    with open_closed(workbook) as closed:
        write_home(closed.book, {Home.COMPANY: "0060"})
        closed.save()
    book = load_macro_book(workbook)
    with zipfile.ZipFile(tmp_path / "theirs.xlsm", "w") as archive:
        ExcelWriter(book, archive).write_data()
    saving.write_package(load_macro_book(workbook), tmp_path / "ours.xlsm")
    with zipfile.ZipFile(tmp_path / "ours.xlsm") as ours, zipfile.ZipFile(tmp_path / "theirs.xlsm") as theirs:
        assert sorted(ours.namelist()) == sorted(theirs.namelist())
        sheets = [name for name in ours.namelist() if name.startswith("xl/worksheets/")]
        assert len(sheets) > 10
        assert [name for name in sheets if ours.read(name) != theirs.read(name)] == []


def test_a_block_below_everything_is_empty_and_one_that_reaches_a_cell_is_not(workbook):
    with open_closed(workbook) as closed:
        sheet = closed.book.sheets["Home"]
        last = max(row for row, _ in sheet.impl.cells)
        below = sheet.range((last + 1, 1), (last + 500, 60))
        assert below.value == [[None] * 60] * 500
        sheet.range((last + 400, 3)).value = 7
        assert [row[2] for row in below.value if any(row)] == [7]


def test_a_save_replaces_the_file_and_keeps_its_permissions(workbook):
    workbook.chmod(0o640)
    with open_closed(workbook) as closed:
        write_home(closed.book, {Home.COMPANY: "0060"})
        closed.save()
        write_home(closed.book, {Home.COMPANY: "0070"})
        closed.save()
    assert company(workbook) == "0070"
    assert files(workbook.parent) == ["Month end.xlsm"]
    if os.name == "posix":
        assert stat.S_IMODE(workbook.stat().st_mode) == 0o640


def test_without_a_save_nothing_changes(workbook):
    before = workbook.read_bytes()
    with open_closed(workbook) as closed:
        write_home(closed.book, {Home.COMPANY: "0060"})
    assert workbook.read_bytes() == before
    assert files(workbook.parent) == ["Month end.xlsm"]


@pytest.mark.parametrize(
    ("lock", "program"), [("~$Month end.xlsm", "Excel"), (".~lock.Month end.xlsm#", "LibreOffice")]
)
def test_a_file_that_is_open_elsewhere_is_refused_at_once(workbook, lock, program):
    workbook.with_name(lock).write_text("me", encoding="utf-8")
    with pytest.raises(WorkbookNotReplaceable, match=program), open_closed(workbook):
        pass


def test_a_missing_or_read_only_file_is_refused(workbook):
    with pytest.raises(WorkbookNotReplaceable, match="no such file"), open_closed(workbook.with_name("x.xlsm")):
        pass
    with pytest.raises(WorkbookNotReplaceable, match="kind"), open_closed(workbook.parent):
        pass
    workbook.chmod(0o444)
    with pytest.raises(WorkbookNotReplaceable, match="read-only"), open_closed(workbook):
        pass


def test_a_full_disk_is_told_before_anything_is_done(workbook, monkeypatch):
    monkeypatch.setattr(closed_file, "_ROOM", 2**62)
    with pytest.raises(WorkbookNotReplaceable, match="disk is full"), open_closed(workbook):
        pass


def test_a_file_with_parts_that_would_be_lost_is_refused_at_once(workbook):
    with zipfile.ZipFile(workbook, "a") as archive:
        archive.writestr("xl/slicers/slicer1.xml", "<x/>")
    with pytest.raises(WouldLoseParts), open_closed(workbook):
        pass


def test_a_file_opened_meanwhile_is_saved_beside(workbook):
    before = workbook.read_bytes()
    with open_closed(workbook) as closed:
        write_home(closed.book, {Home.COMPANY: "0060"})
        lock = workbook.with_name("~$Month end.xlsm")
        lock.write_text("me", encoding="utf-8")
        with pytest.raises(WorkbookSavedBeside, match="open in Excel") as first:
            closed.save()
        with pytest.raises(WorkbookSavedBeside) as second:
            closed.save()
        lock.unlink()
    assert workbook.read_bytes() == before
    assert first.value.exit_code == 3
    assert first.value.path.name.startswith("Month end - results 20")
    assert first.value.path != second.value.path
    assert company(first.value.path) == "0060"
    assert len(files(workbook.parent)) == 3


def test_a_file_changed_meanwhile_is_not_overwritten(workbook):
    with open_closed(workbook) as closed:
        with open_closed(workbook) as other:
            write_home(other.book, {Home.COMPANY: "theirs"})
            other.save()
        write_home(closed.book, {Home.COMPANY: "ours"})
        with pytest.raises(WorkbookSavedBeside, match="changed by someone") as told:
            closed.save()
    assert company(workbook) == "theirs"
    assert company(told.value.path) == "ours"


def test_a_rename_that_fails_leaves_no_temporary_file(workbook, monkeypatch):
    replace = Path.replace

    def refuse(self, target):
        if Path(target).name == "Month end.xlsm":
            raise PermissionError(13, "Permission denied")
        return replace(self, target)

    monkeypatch.setattr(Path, "replace", refuse)
    with open_closed(workbook) as closed, pytest.raises(WorkbookSavedBeside, match="Permission denied") as told:
        closed.save()
    assert files(workbook.parent) == sorted(["Month end.xlsm", told.value.path.name])
    assert told.value.path.stat().st_mode & 0o600 == 0o600


def test_a_folder_without_room_sends_the_results_home(workbook, monkeypatch, tmp_path_factory):
    home = tmp_path_factory.mktemp("home")
    replace = Path.replace

    def refuse(self, target):
        if Path(target).parent == workbook.parent:
            raise OSError(28, "No space left on device")
        return replace(self, target)

    monkeypatch.setattr(Path, "replace", refuse)
    monkeypatch.setattr(Path, "home", lambda: home)
    with open_closed(workbook) as closed, pytest.raises(WorkbookSavedBeside) as told:
        closed.save()
    assert told.value.path.parent == home
    monkeypatch.setattr(Path, "home", lambda: workbook.parent)
    with open_closed(workbook) as closed, pytest.raises(WorkbookError, match="no file could be written") as nowhere:
        closed.save()
    assert "Nothing was posted" not in str(nowhere.value)  # it may have been: this comes after the work
    assert files(workbook.parent) == ["Month end.xlsm"]


def test_a_link_stays_a_link(workbook, tmp_path):
    link = tmp_path / "link.xlsm"
    link.symlink_to(workbook)
    with open_closed(link) as closed:
        write_home(closed.book, {Home.COMPANY: "0060"})
        closed.save()
    assert link.is_symlink()
    assert company(workbook) == "0060"


def test_message_boxes_reach_whoever_opened_the_file(workbook):
    told = []
    with open_closed(workbook, on_alert=told.append) as closed:
        closed.book.app.alert("Done", "Manage to SL", mode="info")
        assert read_home(closed.book).export_invoices
    assert [(a.text, a.mode) for a in told] == [("Done", "info")]


def test_a_package_whose_relations_are_another_xml_is_damaged(workbook, tmp_path):
    """openpyxl only warns of it, and saving would lose macros and ribbon."""
    spoiled = tmp_path / "spoiled.xlsm"
    with zipfile.ZipFile(workbook) as good, zipfile.ZipFile(spoiled, "w") as bad:
        for name in good.namelist():
            bad.writestr(name, b"<a><b c='1'/></a>" if name == "_rels/.rels" else good.read(name))
    with pytest.raises(NotAWorkbook, match="damaged"):
        open_book(spoiled)

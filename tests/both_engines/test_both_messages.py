"""What the user is told: always, whatever fails; and what Excel refuses, in words."""

from __future__ import annotations

import pytest
from by_column import table_area
from com_excel import ComError, Stage
from com_excel.com import DISP_E_EXCEPTION, ERROR_1004, RPC_E_CALL_REJECTED, RPC_S_SERVER_UNAVAILABLE, VBA_E_IGNORE

from xlpy import macros
from xlpy.excel.tables.com_errors import words_of
from xlpy.excel.tables.tables import read_rows, refill
from xlpy.excel.workbook.home_cells import Home
from xlpy.excel.workbook.sheets import INVOICES, RESULTS


def last_run(desk):
    (value,) = desk.book.names[Home.LAST_RUN_TEXT].refers_to_range.options(ndim=2).value[0]
    return value


def mark_nonsense(desk):
    refill(desk.book, INVOICES, [{"Id": "1", "Number": "00001"}])
    desk.book.sheets["Invoices"].range("A5").value = "maybe"


def test_what_needs_attention_has_a_warning_sign(connected):
    mark_nonsense(connected)
    assert connected.press("check") is None
    (told,) = connected.boxes
    assert told.icon == "warning"
    assert "maybe" in told.text


def test_what_is_for_information_has_an_i(connected):
    assert connected.press("batches").exit_code == 0
    assert [told.icon for told in connected.boxes] == ["info"]


@pytest.mark.parametrize("mode", ["exclamation", "warning", "error"])
def test_xlwings_has_no_other_icons(desk, mode):
    with pytest.raises(KeyError):
        desk.book.app.alert("text", "title", mode=mode)
    assert desk.boxes == []


def test_a_box_that_cannot_be_shown_is_told_another_way(connected):
    connected.refuse_boxes()
    mark_nonsense(connected)
    connected.press("check")
    assert connected.boxes == []
    if connected.name == "Excel":  # Windows has boxes of its own
        (box,) = connected.stage.windows_boxes
        assert "maybe" in box.text
        assert box.icon == "warning"
    else:
        assert "maybe" in str(connected.book.app.status_bar)
        assert "maybe" in last_run(connected)


def test_without_any_box_the_status_bar_and_home_say_it(small_desk_in_excel, monkeypatch):
    desk = small_desk_in_excel
    desk.refuse_boxes()
    monkeypatch.setattr("xlpy.excel.buttons.windows_box.ctypes", object())
    desk.press("no such button")
    assert "no such button" in str(desk.book.app.status_bar)
    assert "no such button" in last_run(desk)


def test_protected_sheets_are_named_before_anything_is_done(connected):
    connected.protect("Results")
    connected.protect("Home")
    connected.press("refresh")
    (told,) = connected.boxes
    assert "Home, Results" in told.text
    assert "Unprotect" in told.text
    assert told.icon == "warning"
    assert read_rows(connected.book, INVOICES) == []


def test_a_protected_sheet_of_the_users_own_is_no_matter(connected):
    connected.protect("xlwings.conf")
    assert connected.press("batches").exit_code == 0


def test_nothing_of_a_protected_sheet_is_changed(desk):
    desk.protect("Results")
    sheet = desk.book.sheets["Results"]
    for change in (
        lambda: setattr(sheet.range("A5"), "value", "x"),
        lambda: setattr(sheet.range("A5:B6"), "value", [["x", "y"]] * 2),
        lambda: setattr(sheet.range("A5"), "number_format", "@"),
        lambda: setattr(sheet.range("A5"), "formula", "=1"),
        lambda: sheet.range("A5").clear_contents(),
        lambda: sheet.tables["Results"].resize(sheet.range(table_area(RESULTS, 5))),
        lambda: sheet.tables["Results"].autofilter.apply_values(1, ["x"]),
        lambda: sheet.range("A5:N5").insert("down", copy_origin="format_from_right_or_below"),
        lambda: refill(desk.book, RESULTS, [{"Run": "1"}]),
    ):
        with pytest.raises(Exception, match=r"protected|failed|Unable|1004|Exception occurred"):
            change()
    assert read_rows(desk.book, RESULTS) == []


# Excel alone


def test_a_busy_excel_is_waited_for(small_desk_in_excel):
    desk = small_desk_in_excel
    desk.stage.excel.busy(7)
    desk.press("save_log")
    assert [told.icon for told in desk.boxes] != []
    assert "busy" not in desk.boxes[0].text


@pytest.mark.parametrize("state", ["busy", "edit_cell"])
def test_an_excel_that_stays_busy_is_told_so(small_desk_in_excel, monkeypatch, state):
    monkeypatch.setattr(macros, "PATIENCE", 30)
    desk = small_desk_in_excel
    with desk.stage.called_by_excel():
        app = desk.book.app  # found before Excel is busy
        assert app
        getattr(desk.stage.excel, state)(10**9)
        macros.run("save_log", desk.book)
    told = [*desk.boxes, *desk.stage.windows_boxes]
    assert len(told) == 1
    assert "Enter or Esc" in told[0].text


def test_other_errors_are_excels_own_words(small_desk_in_excel, monkeypatch):
    def refuse(*_args, **_more):
        raise ComError(
            DISP_E_EXCEPTION, "Exception occurred.", (0, "Microsoft Excel", "Zu wenig Speicher", "", 0, ERROR_1004)
        )

    monkeypatch.setattr("xlpy.excel.buttons.press.press", refuse)
    small_desk_in_excel.press("refresh")
    (told,) = small_desk_in_excel.boxes
    assert "Zu wenig Speicher" in told.text
    assert "busy" not in told.text
    assert told.icon == "warning"


def test_an_error_of_excel_names_the_protected_sheets(small_desk_in_excel, monkeypatch):
    desk = small_desk_in_excel

    def refuse(*_args, **_more):
        desk.protect("Preview")
        desk.book.sheets["Preview"].range("A5").value = "x"

    monkeypatch.setattr("xlpy.excel.buttons.press.press", refuse)
    desk.press("preview")
    assert "Protected: Preview" in desk.boxes[0].text


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (ComError(RPC_E_CALL_REJECTED, "Call was rejected by callee."), "busy"),
        (ComError(VBA_E_IGNORE, "OLE error 0x800ac472"), "being edited"),
        (ComError(DISP_E_EXCEPTION, "Exception occurred.", (0, None, None, None, 0, VBA_E_IGNORE)), "being edited"),
        (ComError(RPC_S_SERVER_UNAVAILABLE, "The RPC server is unavailable."), "was closed"),
        (ComError(DISP_E_EXCEPTION, "Exception occurred.", None), "0x80020009"),
    ],
)
def test_each_code_has_its_words(error, words):
    assert words in words_of(error)


def test_a_workbook_whose_name_xlwings_cuts_is_told_by_windows(tmp_path, pristine):
    path = tmp_path / "Oct=Nov.xlsm"
    path.write_bytes(pristine.read_bytes())
    other = tmp_path / "Oct.xlsm"
    other.write_bytes(pristine.read_bytes())
    stage = Stage(path)
    wrong = stage.excel.open(other)
    calls = stage.excel.count
    assert stage.press("refresh") is None
    (box,) = stage.windows_boxes
    assert "Oct=Nov.xlsm" in box.text
    assert "without '='" in box.text
    assert stage.excel.count == calls  # the other workbook, which xlwings would have found, was not asked anything
    assert wrong._saved
    wrong._file.vba_archive.close()
    stage.close()


def test_a_workbook_that_is_not_there_any_more_is_told_by_windows(tmp_path, pristine):
    path = tmp_path / "Gone.xlsm"
    path.write_bytes(pristine.read_bytes())
    stage = Stage(path)
    stage.excel.books.clear()
    stage.press("refresh")
    (box,) = stage.windows_boxes
    assert box.icon == "warning"
    stage.close()


def test_outside_excel_no_box_of_windows_waits_for_anybody(tmp_path, pristine, monkeypatch):
    shown = []
    monkeypatch.setattr("xlpy.excel.buttons.windows_box.show_windows_box", lambda *said: shown.append(said))
    assert macros.run("refresh") is None
    assert shown == []

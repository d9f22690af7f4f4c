"""The stand-in is not kinder than Excel: its rules, each with where it is known from."""

from __future__ import annotations

import datetime as dt
import sys
from decimal import Decimal

import pytest
from by_column import letter, table_area
from com_excel import ComError, NotModelled
from com_excel.com import DISP_E_BADINDEX, ERROR_1004, PROTECTED

from xlpy.excel.workbook.sheets import INVOICES


@pytest.fixture
def excel(small_desk_in_excel):
    return small_desk_in_excel


@pytest.fixture
def cell(excel):
    return excel.book.sheets["Home"].range("Z60")


@pytest.fixture
def filtered(excel):
    """Rows 6 and 7 of five are hidden by a filter, as in xlwings issue 747."""
    sheet = excel.book.sheets["Invoices"]
    sheet.range("A5:A9").number_format = "@"
    sheet.tables["Invoices"].resize(sheet.range(table_area(INVOICES, 5)))
    sheet.range("J5:J9").value = [["a"], ["b"], ["b"], ["a"], ["a"]]
    sheet.tables["Invoices"].autofilter.apply_values(10, ["a"])
    return sheet


def test_it_is_xlwings_own_windows_engine_that_runs(excel):
    assert type(excel.book.impl).__module__ == "xlwings._xlwindows"
    assert excel.book.app.engine.name == "excel"
    assert not {"win32api", "pythoncom", "pywintypes"} & set(sys.modules)


@pytest.mark.parametrize(
    ("typed", "kept", "code"),
    [
        ("0100", 100.0, "General"),
        ("1,234.50", 1234.5, "#,##0.00"),
        ("(12)", -12.0, "General"),
        ("50%", 0.5, "0%"),
        ("1E5", 100_000.0, "0.00E+00"),
        ("TRUE", True, "General"),
        ("'0100", "0100", "General"),
        ("Acme", "Acme", "General"),
    ],
)
def test_a_text_is_typed_in_unless_the_cell_is_text(cell, typed, kept, code):
    """Microsoft's support page on formatting numbers as text."""
    cell.value = typed
    assert (cell.value, cell.number_format) == (kept, code)
    cell.number_format = "@"
    cell.value = typed
    assert cell.value == typed.removeprefix("'")


def test_a_formula_in_a_text_cell_is_text(cell):
    cell.number_format = "@"
    cell.formula = "=1+1"
    assert cell.value == "=1+1"


def test_a_formula_is_filled_with_its_references_moved(excel):
    """Documentation of Range.Formula."""
    column = excel.book.sheets["Home"].range("Z60:Z62")
    column.formula = "=A1*$B$2"
    assert column.formula == (("=A1*$B$2",), ("=A2*$B$2",), ("=A3*$B$2",))


def test_a_decimal_becomes_currency_and_loses_what_is_behind_four_decimals(cell):
    """pywin32 makes VT_CY of it; the cell gets a currency format."""
    cell.value = Decimal("1.23459")
    assert cell.value == Decimal("1.2345")
    assert "$" in cell.number_format


def test_a_number_in_a_text_cell_is_text(cell):
    cell.number_format = "@"
    cell.value = 5.0
    assert cell.value == "5"


def test_a_date_comes_back_only_by_the_format(cell):
    """Value gives a date by the cell's format, Value2 never (documentation of Range.Value2)."""
    cell.value = dt.date(2026, 10, 31)
    assert cell.value == dt.datetime(2026, 10, 31)  # noqa: DTZ001
    assert cell.api.Value2 == 46326.0
    cell.number_format = "General"
    assert cell.value == 46326.0


def test_a_block_over_hidden_rows_goes_wrong_as_in_excel(filtered):
    """xlwings issue 747: the first row of the block into every visible row."""
    filtered.range("A5:A9").value = [["5"], ["4"], ["3"], ["2"], ["1"]]
    assert filtered.range("A5:A9").value == ["5", None, None, "5", "5"]


def test_one_value_over_hidden_rows_goes_to_the_visible_ones(filtered):
    filtered.range("A5:A9").value = "Yes"
    assert filtered.range("A5:A9").value == ["Yes", None, None, "Yes", "Yes"]


def test_a_filter_gives_back_other_criteria_than_were_put(filtered):
    """Documentation of Filter.Criteria1: one value is a comparison, two are joined by Or, dates are numbers."""
    autofilter = filtered.tables["Invoices"].autofilter
    native = filtered.tables["Invoices"].api.AutoFilter
    assert native.Filters(10).Criteria1 == "=a"
    with pytest.raises(ComError):
        _ = native.Filters(10).Criteria2
    autofilter.apply_values(10, ["a", "b"])
    assert (native.Filters(10).Operator, native.Filters(10).Criteria2) == (2, "=b")
    autofilter.apply_comparison(6, "greater_than", dt.date(2026, 10, 31))
    assert native.Filters(6).Criteria1 == ">46326"


def test_no_cells_found_is_an_error(excel):
    sheet = excel.book.sheets["Home"]
    with pytest.raises(ComError) as told:
        sheet.range("Z60:Z62").api.SpecialCells(-4123)
    assert told.value.excepinfo[2] == "No cells were found."
    assert sheet.range("Z60:Z62").get_special_cells("formulas") == []


def test_special_cells_of_one_cell_search_the_used_range(excel):
    """Documentation of Range.SpecialCells; xlwings cuts it back."""
    cell = excel.book.sheets["Invoices"].range("A5")
    assert cell.api.SpecialCells(-4123).Count > 1
    assert cell.get_special_cells("formulas") == []


def test_a_protected_sheet_says_so_only_for_contents(excel):
    excel.protect("Home")
    cell = excel.book.sheets["Home"].range("Z60")
    with pytest.raises(ComError) as told:
        cell.value = "x"
    assert told.value.excepinfo[2] == PROTECTED
    assert told.value.excepinfo[5] == ERROR_1004
    with pytest.raises(ComError, match="Unable to set the NumberFormat"):
        cell.number_format = "@"


def test_a_sheet_that_is_not_there_is_a_bad_index(excel):
    with pytest.raises(ComError) as told:
        excel.book.impl.xl.Worksheets("Nowhere")
    assert told.value.excepinfo[5] == DISP_E_BADINDEX


def test_members_that_do_not_exist_raise(excel, monkeypatch):
    monkeypatch.setattr(excel.stage.xlwindows, "N_COM_ATTEMPTS", 3)
    native = excel.book.impl.xl
    with pytest.raises(ComError, match="Unknown name"):
        _ = native.NoSuchThing
    with pytest.raises(AttributeError):
        native.NoSuchThing = 1


def test_what_is_not_known_is_an_error_of_the_test_even_if_somebody_catches_it(small_desk_in_excel):
    excel = small_desk_in_excel
    with pytest.raises(NotModelled):
        _ = excel.book.sheets["Invoices"].range("A3").value  # a formula: no macro reads one
    assert excel.stage.excel.unmodelled
    with pytest.raises(AssertionError):
        excel.stage.close()
    excel.stage.excel.unmodelled.clear()


def test_rows_of_a_table_do_not_move_while_a_filter_hides_some(filtered):
    with pytest.raises(ComError, match="shift cells in a table"):
        filtered.range("A5:V5").insert("down", copy_origin="format_from_right_or_below")


def test_cells_move_down_with_what_points_at_them_and_hangs_on_them(excel):
    sheet, home = excel.book.sheets["Invoices"], excel.book.sheets["Home"]
    home.range("Z60").formula = "=Invoices!B5+Invoices!B4+B5"
    sheet.range("B5").color = (255, 0, 0)
    sheet.range("B5").add_note("ask Mary")
    first = table_area(INVOICES, 1).replace("A4", "A5")
    sheet.range(first).insert("down", copy_origin="format_from_right_or_below")
    assert home.range("Z60").formula == "=Invoices!B6+Invoices!B4+B5"
    assert sheet.range("B6").note.text == "ask Mary"
    assert sheet.range("B6").color == (255, 0, 0)
    assert sheet.tables["Invoices"].range.get_address(False, False) == table_area(INVOICES, 2)


def test_a_status_bar_is_given_back_by_false(excel):
    excel.book.app.status_bar = "x"
    assert excel.book.app.status_bar == "x"
    excel.book.app.status_bar = False
    assert excel.book.app.status_bar is False


def test_a_workbook_in_the_cloud_has_an_address_for_a_path(excel):
    excel.stage.workbook._in_the_cloud("https://d.docs.live.net/1/Month end.xlsm")
    assert excel.book.impl.xl.Path == "https://d.docs.live.net/1"


def test_an_excel_that_ended_answers_nothing(excel):
    book = excel.book
    excel.stage.excel.gone = True
    with pytest.raises(ComError, match="RPC server"):
        _ = book.sheets.active
    excel.stage.excel.gone = False


def test_a_sort_moves_cells_with_what_hangs_on_them_and_leaves_the_heights_of_rows(excel):
    sheet, user = excel.book.sheets["Invoices"], excel.stage.user
    n = letter(INVOICES, "Number")
    sheet.tables["Invoices"].resize(sheet.range(table_area(INVOICES, 3)))
    sheet.range(f"{n}5:{n}7").value = [["c"], ["a"], ["b"]]
    sheet.range(f"{n}5").color = (255, 0, 0)
    sheet.range(f"{n}5").add_note("ask Mary")
    sheet.range(f"{n}5").row_height = 40
    user.sorts("Invoices", "Number")
    assert sheet.range(f"{n}5:{n}7").value == ["a", "b", "c"]
    assert sheet.range(f"{n}7").note.text == "ask Mary"
    assert (sheet.range(f"{n}5").color, sheet.range(f"{n}7").color) == (None, (255, 0, 0))
    assert sheet.range(f"{n}5").row_height == 40
    user.filters("Invoices", "Number", "b", "c")
    user.sorts("Invoices", "Number", falling=True)
    assert sheet.range(f"{n}5:{n}7").value == ["a", "c", "b"]

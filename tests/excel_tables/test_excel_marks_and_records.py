"""Marks, states, results and log: what is changed row by row, and what is only added to."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest
from by_column import at, beside, letter, number, table_area
from macro_books import look_at
from openpyxl.worksheet.filters import DateGroupItem, FilterColumn, Filters

from xlpy.domain.values.statuses import Include, RowStatus
from xlpy.errors import WorkbookError
from xlpy.excel.engine.closed_file import open_closed
from xlpy.excel.tables.kept_filters import FilterNotKept
from xlpy.excel.tables.marks import set_include
from xlpy.excel.tables.tables import (
    IncludeNotUnderstood,
    append,
    parse_include,
    prepend,
    read_rows,
    refill,
    update_by_key,
)
from xlpy.excel.workbook.sheets import INVOICES, LOG, RESULTS

BOTH_ENGINES = True
TOUCHED = (INVOICES, RESULTS, LOG)


@pytest.fixture
def filled(workbook, invoice):
    """Four invoices, two of each location, in an open closed file."""
    with open_closed(workbook) as closed:
        refill(closed.book, INVOICES, [invoice(n, Location="HQ" if n % 2 else "Lab") for n in (1, 2, 3, 4)])
        yield closed


def autofilter(closed, sheet="Invoices"):
    return closed.book.sheets[sheet].tables[0].autofilter


@pytest.fixture
def hide_by_month(file_of):
    """A filter by date group, as ticking a month in Excel makes it; it shows the rows 1 and 4."""

    def hide(closed):
        sheet = file_of(closed)["Invoices"]
        group = Filters(dateGroupItem=[DateGroupItem(year=2026, month=10, dateTimeGrouping="month")])
        sheet.tables["Invoices"].autoFilter.filterColumn.append(
            FilterColumn(colId=INVOICES.index("Date"), filters=group)
        )
        for row in (6, 7):
            sheet.row_dimensions[row].hidden = True
        if hasattr(closed, "stage"):
            closed.stage.workbook._sheet("Invoices")._tables()[0]._filter._read_from_file()

    return hide


def marks(closed):
    return [row["Include"] for row in read_rows(closed.book, INVOICES)]


def states(closed):
    return [row["Status"] for row in read_rows(closed.book, INVOICES)]


def visible(closed):
    areas = closed.book.sheets["Invoices"].tables[0].data_body_range.get_special_cells("visible")
    return [row for area in areas for row in range(area.row, area.row + area.shape[0])]


@pytest.mark.parametrize("cell", ["Yes", "yes ", "Y", "x", "X", "TRUE", "1", True, 1.0, 1])
def test_marks_that_mean_yes(cell):
    assert parse_include(cell) is Include.YES


@pytest.mark.parametrize("cell", [None, "", "  ", False])
def test_marks_that_mean_no(cell):
    assert not parse_include(cell)


def test_again_is_understood():
    assert parse_include("again") == "Again"


@pytest.mark.parametrize("cell", ["nope", "maybe", "0", 0.0, 2.0, "Yes?", "ja", dt.date(2026, 1, 1)])
def test_other_marks_are_never_guessed(cell):
    with pytest.raises(IncludeNotUnderstood) as told:
        parse_include(cell)
    assert isinstance(told.value, ValueError)


def test_rows_come_with_what_is_wrong_in_them(filled):
    sheet = filled.book.sheets["Invoices"]
    sheet.range(at(INVOICES, "Include")).value = "perhaps"
    sheet.range(at(INVOICES, "Customer id", 6)).number_format = "General"
    sheet.range(at(INVOICES, "Customer id", 6)).value = 100
    sheet.range(at(INVOICES, "Id", 7)).value = "1"
    sheet.range(at(INVOICES, "Id", 8)).clear_contents()
    rows = read_rows(filled.book, INVOICES)
    assert [[p.column for p in row.problems] for row in rows] == [["Include"], ["Customer id"], ["Id"], ["Id"]]
    assert rows[1]["Customer id"] == ""
    assert "the number 100" in rows[1].problems[0].text
    assert "Row 5 has the same Id 1" in rows[2].problems[0].text
    assert (rows[0].number, rows[3].problems[0].row) == (5, 8)


def test_money_is_not_read_back(filled):
    (row, *_) = read_rows(filled.book, INVOICES)
    with pytest.raises(KeyError):
        row["Total"]


def test_states_are_written_under_a_filter_and_the_filter_stays(filled):
    autofilter(filled).apply_values(number(INVOICES, "Location"), ["Lab"])
    done = update_by_key(
        filled.book,
        INVOICES,
        {
            "1": {"Status": RowStatus.EXPORTED, "Message": "=SUM(1)"},
            "4": {"Status": RowStatus.FAILED},
            "9": {"Status": "?"},
        },
    )
    assert done.missing == ("9",)
    assert done.filters_cleared == ()
    assert states(filled) == ["Exported", "", "", "Failed"]
    assert read_rows(filled.book, INVOICES)[0]["Message"] == "=SUM(1)"
    assert visible(filled) == [6, 8]


def test_states_reach_the_sheet_even_under_a_filter_that_cannot_be_put_back(filled, hide_by_month):
    hide_by_month(filled)
    assert update_by_key(filled.book, INVOICES, {"2": {"Status": "Exported"}}).filters_cleared == ("Date",)
    assert states(filled) == ["", "Exported", "", ""]
    assert visible(filled) == [5, 6, 7, 8]


def test_an_update_of_columns_apart_leaves_the_others_alone(filled):
    set_include(filled.book, INVOICES, "Yes")
    update_by_key(filled.book, INVOICES, {"3": {"Include": "", "SL reference": "0042", "Total": Decimal("9.99")}})
    assert marks(filled) == ["Yes", "Yes", None, "Yes"]
    assert [r["SL reference"] for r in read_rows(filled.book, INVOICES)] == ["", "", "0042", ""]
    totals = f"{at(INVOICES, 'Total')}:{at(INVOICES, 'Total', 8)}"
    assert filled.book.sheets["Invoices"].range(totals).value == [108.25, 108.25, 9.99, 108.25]


def test_an_update_of_an_empty_sheet_finds_nothing(workbook):
    with open_closed(workbook) as closed:
        assert update_by_key(closed.book, INVOICES, {"1": {"Status": "x"}}).missing == ("1",)


def test_select_all_marks_the_visible_rows(filled):
    autofilter(filled).apply_values(number(INVOICES, "Location"), ["Lab"])
    set_include(filled.book, INVOICES, "Yes")
    assert marks(filled) == [None, "Yes", None, "Yes"]
    assert visible(filled) == [6, 8]
    set_include(filled.book, INVOICES, "", visible_only=False)
    assert marks(filled) == [None] * 4


def test_select_all_works_under_a_filter_that_cannot_be_put_back_and_leaves_it(filled, hide_by_month):
    hide_by_month(filled)
    set_include(filled.book, INVOICES, "Yes")
    assert marks(filled) == ["Yes", None, None, "Yes"]
    assert visible(filled) == [5, 8]
    with pytest.raises(FilterNotKept):
        set_include(filled.book, INVOICES, "", visible_only=False)
    assert marks(filled) == ["Yes", None, None, "Yes"]


def test_deselect_problem_rows(filled):
    set_include(filled.book, INVOICES, "Again")
    update_by_key(filled.book, INVOICES, {"2": {"Status": RowStatus.PROBLEM}, "3": {"Status": RowStatus.READY}})
    set_include(filled.book, INVOICES, "", visible_only=False, where={"Status": RowStatus.PROBLEM})
    assert marks(filled) == ["Again", None, "Again", "Again"]


def test_select_all_under_a_filter_that_shows_nothing_marks_nothing(filled):
    autofilter(filled).apply_values(number(INVOICES, "Location"), ["Nowhere"])
    set_include(filled.book, INVOICES, "Yes")
    assert marks(filled) == [None] * 4


def test_marks_on_an_empty_sheet_are_not_made(workbook):
    with open_closed(workbook) as closed:
        set_include(closed.book, INVOICES, "Yes")
        assert read_rows(closed.book, INVOICES) == []


def result(run, number):
    at = dt.datetime(2026, 1, 1)  # noqa: DTZ001
    return {"Run": run, "Transaction": str(number), "Amount": Decimal(number), "Exported at": at}


def test_results_put_the_newest_run_on_top_and_show_it(workbook):
    with open_closed(workbook) as closed:
        prepend(closed.book, RESULTS, [result("2026-11-21 10:00", 1), result("2026-11-21 10:00", 2)])
        prepend(closed.book, RESULTS, [result("2026-11-22 10:00", 3)])
        prepend(closed.book, RESULTS, [result("2026-11-23 10:00", n) for n in (4, 5, 6)])
        assert [row["Transaction"] for row in read_rows(closed.book, RESULTS)] == ["4", "5", "6", "3", "1", "2"]
        closed.save()
    ws = look_at(workbook)["Results"]
    assert ws.tables["Results"].ref == table_area(RESULTS, rows=6)
    assert [ws.row_dimensions[r].hidden for r in range(5, 11)] == [False] * 3 + [True] * 3
    amounts = [ws[at(RESULTS, "Amount", r)] for r in range(5, 11)]
    assert [cell.value for cell in amounts] == [4, 5, 6, 3, 1, 2]
    assert {cell.number_format for cell in amounts} == {"#,##0.00;[Red]-#,##0.00"}
    assert {ws[at(RESULTS, "Transaction", r)].number_format for r in range(5, 11)} == {"@"}


def test_results_move_down_with_the_users_columns_and_formulas(workbook, edit, add_column):
    double = "=Results[[#This Row],[Amount]]*2"
    amount = letter(RESULTS, "Amount")
    with open_closed(workbook) as closed:
        prepend(closed.book, RESULTS, [result("r1", 1), result("r1", 2)])
        closed.save()
    with edit(workbook) as book:
        add_column(book, "Results", "Note", ["first", None])
        add_column(book, "Results", "Double", [double, double])
        add_column(book, "Results", "Mine", [f"={amount}5*3", "typed"])
        book["Home"]["Z60"] = f"=Results!{amount}6+Results!${amount}$4+G6"
    with open_closed(workbook) as closed:
        prepend(closed.book, RESULTS, [result("r2", 3)])
        closed.save()
    ws = look_at(workbook)["Results"]
    note, doubled, mine = ([ws[beside(RESULTS, nth, r)].value for r in (5, 6, 7)] for nth in (1, 2, 3))
    assert note == [None, "first", None]
    assert doubled == [double] * 3
    assert mine == [None, f"={amount}6*3", "typed"]
    assert look_at(workbook)["Home"]["Z60"].value == f"=Results!{amount}7+Results!${amount}$4+G6"


def test_the_log_grows_at_its_end_under_a_filter(workbook, file_of):
    def entry(n, level):
        return {"Time": dt.datetime(2026, 1, 1, 8, n), "Step": "s", "Level": level, "Text": f"= {n}"}  # noqa: DTZ001

    with open_closed(workbook) as closed:
        append(closed.book, LOG, [entry(1, "info"), entry(2, "error")])
        autofilter(closed, "Log").apply_values(number(LOG, "Level"), ["error"])
        append(closed.book, LOG, [entry(3, "info"), entry(4, "error")])
        append(closed.book, LOG, [])
        rows = read_rows(closed.book, LOG)
        hidden = [file_of(closed)["Log"].row_dimensions[r].hidden for r in range(5, 9)]
    assert [row["Text"] for row in rows] == ["= 1", "= 2", "= 3", "= 4"]
    assert rows[3]["Time"] == dt.datetime(2026, 1, 1, 8, 4)  # noqa: DTZ001
    assert hidden == [True, False, True, False]


def test_the_log_does_not_run_over_what_is_below_it(workbook, edit):
    with edit(workbook) as book:
        book["Log"]["B8"] = "mine"
    with open_closed(workbook) as closed:
        append(closed.book, LOG, [{"Text": "a"}] * 3)
        with pytest.raises(WorkbookError, match="below the table"):
            append(closed.book, LOG, [{"Text": "b"}])

"""What cells take and give: the engine over openpyxl refuses whatever Excel would change."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest
from by_column import at, number
from com_excel import ComError

from xlpy.excel.engine.refusals import FilteredRowsWritten, ValueRefused
from xlpy.excel.tables.tables import read_rows, refill
from xlpy.excel.workbook.cell_values import cell_content
from xlpy.excel.workbook.sheet import NUMBER_FORMAT, CellKind
from xlpy.excel.workbook.sheets import BATCHES, INVOICES

RETYPED = (
    *("0100", "100", "1,234.50", "-5", "(12)", "50%", "$3", "1E5", "1/2", "3-4", "2026-11-22", "10:30", "5 pm"),
    *("Mar 5", "12 March 2026", "5-Mar", "TRUE", "false", "#N/A", "=1+1", "-abc", "@home", " =1", "+49 30"),
)


@pytest.fixture
def cell(desk):
    return desk.book.sheets["Home"].range("Z60")


def test_dates_are_in_excels_own_formats_that_follow_the_regional_settings(desk):
    """Built-in formats 14 and 22 of the file; Excel itself names them by the American form in every language."""
    at_time = dt.datetime(2026, 10, 31, 16, 42)  # noqa: DTZ001
    refill(desk.book, INVOICES, [{"Id": "1", "Date": dt.date(2026, 10, 31)}])
    refill(desk.book, BATCHES, [{"Identifier": "B", "Created": at_time}])
    for sheet, column, named, built_in in (
        (INVOICES, "Date", "m/d/yyyy", 14),
        (BATCHES, "Created", "m/d/yyyy h:mm", 22),
    ):
        place = at(sheet, column)
        assert desk.book.sheets[sheet.name].range(place).number_format == named
        assert desk.file[sheet.name][place]._style.numFmtId == built_in
    assert desk.book.sheets[BATCHES.name].range(at(BATCHES, "Created")).value == at_time
    home = desk.book.sheets["Home"]
    home.range("Z61").value = at_time
    assert home.range("Z61").number_format == "m/d/yyyy h:mm"


@pytest.mark.parametrize("text", RETYPED)
def test_what_excel_would_retype_does_not_come_back_as_it_was(desk, cell, text):
    """Refused on the closed file; in Excel something else, or no formula at all."""
    if desk.name == "closed file":
        with pytest.raises(ValueRefused):
            cell.value = text
        return
    try:
        cell.value = text
    except ComError:  # what looks like a formula and is none
        assert cell.formula == ""
        return
    assert cell.api.HasFormula or cell.value != text


@pytest.mark.parametrize("text", [*RETYPED, "Acme", "a=b", "''twice", "2 lines\nhere"])
def test_what_is_written_as_text_comes_back_as_it_was(cell, text):
    cell.number_format = NUMBER_FORMAT[CellKind.TEXT]
    cell.value = cell_content(text, CellKind.TEXT)
    assert cell.options(err_to_str=True).value == text


def test_amounts_and_dates_come_back_as_they_were(cell):
    for value, kind, back in (
        (Decimal("1234567.895"), CellKind.MONEY, 1234567.90),
        (Decimal("0.123456"), CellKind.RATE, 0.123456),
        (dt.date(2026, 2, 28), CellKind.DATE, dt.datetime(2026, 2, 28)),  # noqa: DTZ001
        (dt.datetime(2026, 2, 28, 23, 59), CellKind.TIME, dt.datetime(2026, 2, 28, 23, 59)),  # noqa: DTZ001
    ):
        cell.number_format = NUMBER_FORMAT[kind]
        cell.value = cell_content(value, kind)
        assert cell.value == back


def test_a_bare_decimal_is_refused_or_spoilt(desk, cell):
    if desk.name == "closed file":
        with pytest.raises(ValueRefused):
            cell.value = Decimal("1.23456")
    else:
        cell.value = Decimal("1.23456")
        assert cell.value != Decimal("1.23456")


def test_a_block_over_hidden_rows_is_refused_or_spoilt_and_never_ours(desk):
    rows = [{"Id": str(n), "Location": "HQ" if n % 2 else "Lab", "Company": f"c{n}"} for n in range(1, 7)]
    refill(desk.book, INVOICES, rows)
    sheet = desk.book.sheets["Invoices"]
    sheet.tables["Invoices"].autofilter.apply_values(number(INVOICES, "Location"), ["Lab"])
    block = sheet.range("B5:B10")
    if desk.name == "closed file":
        with pytest.raises(FilteredRowsWritten):
            block.value = [[str(n)] for n in range(6)]
    else:
        block.value = [[f"x{n}"] for n in range(6)]
        assert block.value == [None, "x0", None, "x0", None, "x0"]
    refill(desk.book, INVOICES, [{**row, "Company": f"d{row['Id']}"} for row in rows])
    assert [row["Company"] for row in read_rows(desk.book, INVOICES)] == [f"d{n}" for n in range(1, 7)]
    hidden = [desk.file["Invoices"].row_dimensions[r].hidden for r in range(5, 11)]
    assert hidden == [True, False, True, False, True, False]

"""A refresh replaces the rows and keeps what is the user's: marks, filters, own columns."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest
from by_column import at, beside, header_at, number, table_area
from macro_books import look_at
from openpyxl.worksheet.filters import (
    ColorFilter,
    CustomFilter,
    CustomFilters,
    DateGroupItem,
    DynamicFilter,
    FilterColumn,
    Filters,
    Top10,
)

from xlpy.errors import WorkbookError
from xlpy.excel.engine.closed_file import open_closed
from xlpy.excel.tables.extra_columns import FormulasInColumn
from xlpy.excel.tables.kept_filters import FilterNotKept
from xlpy.excel.tables.marks import set_include
from xlpy.excel.tables.tables import clear, has_rows, read_rows, refill
from xlpy.excel.workbook.sheet import FILE_FORMAT, CellKind
from xlpy.excel.workbook.sheets import INVOICES, PREVIEW, PROBLEMS

BOTH_ENGINES = True
TOUCHED = (INVOICES, PREVIEW, PROBLEMS)


def write(path, sheet, rows):
    with open_closed(path) as closed:
        refill(closed.book, sheet, rows)
        closed.save()


def column(path, name, sheet="Invoices"):
    """What a reader of the saved file finds in a column, from the first data row to the table's last."""
    ws = look_at(path)[sheet]
    (table,) = ws.tables.values()
    last = int(table.ref.split(":")[1].lstrip("ABCDEFGHIJKLMNOPQRSTUVWXYZ"))
    at = [cell.value for cell in ws[4]].index(name) + 1
    return [ws.cell(row, at).value for row in range(5, last + 1)]


def shown(path, sheet="Invoices"):
    ws = look_at(path)[sheet]
    (table,) = ws.tables.values()
    last = int(table.ref.split(":")[1].lstrip("ABCDEFGHIJKLMNOPQRSTUVWXYZ"))
    numbers = number(INVOICES, "Number")
    return [ws.cell(r, numbers).value for r in range(5, last + 1) if not ws.row_dimensions[r].hidden]


def set_filter(book, name, **what):
    (table,) = book["Invoices"].tables.values()
    table.autoFilter.filterColumn.append(FilterColumn(colId=INVOICES.index(name), **what))


def test_rows_are_written_with_their_types(workbook, invoice):
    write(workbook, INVOICES, [invoice(1, Total=Decimal("-1234.565"), Number="00123")])
    ws = look_at(workbook)["Invoices"]
    named, day, total = (ws[at(INVOICES, name)] for name in ("Number", "Date", "Total"))
    assert (named.value, named.data_type, named.number_format) == ("00123", "s", "@")
    assert (day.value, day.number_format) == (dt.datetime(2026, 10, 1), FILE_FORMAT[CellKind.DATE])  # noqa: DTZ001
    assert (total.value, total.number_format) == (-1234.57, "#,##0.00;[Red]-#,##0.00")
    assert ws.tables["Invoices"].ref == table_area(INVOICES, rows=1)
    assert ws.tables["Invoices"].autoFilter.ref == table_area(INVOICES, rows=1)


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@x", "#N/A", "TRUE", "0100", "2026-01-01", "'quoted", "_x0041_"])
def test_hostile_text_stays_the_text_it_is(workbook, invoice, text):
    write(workbook, INVOICES, [invoice(1, Company=text)])
    cell = look_at(workbook)["Invoices"][at(INVOICES, "Company")]
    assert cell.data_type == "s"
    assert cell.number_format == "@"
    with open_closed(workbook) as closed:
        assert read_rows(closed.book, INVOICES)[0]["Company"] == text


def test_control_characters_become_visible_and_long_text_is_cut_visibly(workbook, invoice):
    write(workbook, INVOICES, [invoice(1, Company="a\x00b\x1bc\r\nd\ud800", Message="x" * 40_000)])
    with open_closed(workbook) as closed:
        (row,) = read_rows(closed.book, INVOICES)
    assert row["Company"] == "a␀b␛c\nd\N{REPLACEMENT CHARACTER}"
    assert len(row["Message"]) == 32_767
    assert row["Message"].endswith(" … (cut)")


def test_a_date_that_excel_has_not_stays_as_text(workbook, invoice):
    write(workbook, INVOICES, [invoice(1, Date=dt.date(1, 1, 1))])
    assert column(workbook, "Date") == ["0001-01-01"]


def test_marks_stay_with_their_id_when_rows_come_and_go(workbook, invoice, edit):
    write(workbook, INVOICES, [invoice(n) for n in (1, 2, 3, 4)])
    with edit(workbook) as book:
        for row, mark in enumerate(("Yes", "Again", "maybe", None), 5):
            book["Invoices"][at(INVOICES, "Include", row)] = mark
    write(workbook, INVOICES, [invoice(n) for n in (7, 4, 3, 2)])
    assert column(workbook, "Id") == ["2", "3", "4", "7"]  # the order is the user's
    assert column(workbook, "Include") == ["Again", "maybe", None, None]


def test_a_row_that_disappeared_takes_its_mark_along(workbook, invoice, edit):
    write(workbook, INVOICES, [invoice(1), invoice(2)])
    with edit(workbook) as book:
        book["Invoices"][at(INVOICES, "Include")] = "Yes"
    write(workbook, INVOICES, [invoice(2)])
    write(workbook, INVOICES, [invoice(1), invoice(2)])
    assert column(workbook, "Include") == [None, None]


def test_copies_of_a_row_that_disagree_leave_it_unmarked(workbook, invoice, edit):
    write(workbook, INVOICES, [invoice(1), invoice(2)])
    with edit(workbook) as book:
        book["Invoices"][at(INVOICES, "Include")] = "Yes"
        book["Invoices"][at(INVOICES, "Id", 6)] = "1"
    write(workbook, INVOICES, [invoice(1)])
    assert column(workbook, "Include") == [None]


def test_fewer_rows_leave_nothing_below_the_table(workbook, invoice):
    write(workbook, INVOICES, [invoice(n) for n in range(1, 30)])
    write(workbook, INVOICES, [invoice(1)])
    ws = look_at(workbook)["Invoices"]
    assert all(cell.value is None for row in ws.iter_rows(min_row=6) for cell in row)
    with open_closed(workbook) as closed:
        clear(closed.book, INVOICES)
        assert not has_rows(closed.book, INVOICES)
        assert closed.book.sheets["Invoices"].tables["Invoices"].range.get_address(False, False) == table_area(
            INVOICES, 1
        )
        assert read_rows(closed.book, INVOICES) == []


def test_what_the_user_typed_in_own_columns_moves_with_its_id(workbook, invoice, edit, add_column):
    write(workbook, INVOICES, [invoice(n) for n in (1, 2, 3)])
    with edit(workbook) as book:
        add_column(book, "Invoices", "Note", ["ask Mary", 42, None])
        add_column(book, "Invoices", "When", [dt.datetime(2026, 11, 5), True, "0100"])  # noqa: DTZ001
        book["Invoices"][beside(INVOICES, 2, 7)].number_format = "@"
    write(workbook, INVOICES, [invoice(n) for n in (3, 9, 2, 1)])
    assert column(workbook, "Id") == ["1", "2", "3", "9"]
    assert column(workbook, "Note") == ["ask Mary", 42, None, None]
    assert column(workbook, "When") == [dt.datetime(2026, 11, 5), True, "0100", None]  # noqa: DTZ001
    assert look_at(workbook)["Invoices"][beside(INVOICES, 2, 7)].data_type == "s"


def test_a_calculated_column_is_filled_again(workbook, invoice, edit, add_column):
    formula = "=Invoices[[#This Row],[Total]]*2"
    write(workbook, INVOICES, [invoice(1), invoice(2)])
    with edit(workbook) as book:
        add_column(book, "Invoices", "Double", [formula, formula])
    write(workbook, INVOICES, [invoice(n) for n in (3, 4, 5)])
    assert column(workbook, "Double") == [formula] * 3
    write(workbook, INVOICES, [])
    write(workbook, INVOICES, [invoice(6), invoice(7)])
    assert column(workbook, "Double") == [formula] * 2
    assert column(workbook, "Id") == ["6", "7"]


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (["=O5*2", "=O6*2", "=O7*2"], ["=O5*2", "=O6*2"]),
        (
            ["=VLOOKUP(D5,Home!$A$1:$B$9,2,FALSE)&$A5", "=VLOOKUP(D6,Home!$A$1:$B$9,2,FALSE)&$A6"],
            [f"=VLOOKUP(D{row},Home!$A$1:$B$9,2,FALSE)&$A{row}" for row in (5, 6, 7)],
        ),
        (['=IF(O5>0,"O5",O4)', '=IF(O6>0,"O5",O5)'], [f'=IF(O{row}>0,"O5",O{row - 1})' for row in (5, 6, 7, 8)]),
    ],
)
def test_the_same_relative_formula_in_every_row_is_filled_again(workbook, invoice, edit, add_column, before, after):
    write(workbook, INVOICES, [invoice(n) for n in range(len(before))])
    with edit(workbook) as book:
        add_column(book, "Invoices", "Mine", before)
    write(workbook, INVOICES, [invoice(n) for n in range(20, 20 + len(after))])
    assert column(workbook, "Mine") == after


@pytest.mark.parametrize(
    "cells",
    [
        ["=O5*2", "=O5*2"],
        ["=O5*2", "=O7*2"],
        ["=Invoices[[#This Row],[Total]]", "=Invoices[[#This Row],[Tax]]"],
        ["=Invoices[[#This Row],[Total]]", "typed"],
        ["=Invoices[[#This Row],[Total]]", None],
    ],
)
def test_other_formulas_stop_the_refresh_before_anything_changes(workbook, invoice, edit, add_column, cells):
    write(workbook, INVOICES, [invoice(1), invoice(2)])
    with edit(workbook) as book:
        add_column(book, "Invoices", "Mine", cells)
        add_column(book, "Invoices", "Fine", ["a", "b"])
    with open_closed(workbook) as closed:
        with pytest.raises(FormulasInColumn, match="Column Mine of the sheet Invoices"):
            refill(closed.book, INVOICES, [invoice(3)])
        closed.save()
    assert column(workbook, "Id") == ["1", "2"]
    assert column(workbook, "Mine") == cells


def test_a_formula_of_a_single_row_is_the_column_s_formula(workbook, invoice, edit, add_column):
    write(workbook, INVOICES, [invoice(1)])
    with edit(workbook) as book:
        add_column(book, "Invoices", "Mine", ["=O5*2"])
    write(workbook, INVOICES, [invoice(3), invoice(4)])
    assert column(workbook, "Mine") == ["=O5*2", "=O6*2"]


def test_problems_without_a_key_keep_their_notes_by_what_they_say(workbook, edit, add_column):
    def problem(what):
        return {"Severity": "stop", "Code": "X", "What": what, "Count": 1}

    write(workbook, PROBLEMS, [problem("one"), problem("two"), problem("two")])
    with edit(workbook) as book:
        add_column(book, "Mapping check", "Who", ["Mary", "first", "second"])
    write(workbook, PROBLEMS, [problem("two"), problem("new"), problem("two"), problem("one")])
    assert column(workbook, "Who", "Mapping check") == ["first", None, "second", "Mary"]


def test_a_filter_by_values_survives_and_new_rows_obey_it(workbook, invoice):
    rows = [invoice(n, Location="HQ" if n % 2 else "Lab") for n in range(1, 5)]
    with open_closed(workbook) as closed:
        refill(closed.book, INVOICES, rows)
        closed.book.sheets["Invoices"].tables["Invoices"].autofilter.apply_values(number(INVOICES, "Location"), ["Lab"])
        closed.save()
    assert shown(workbook) == ["00002", "00004"]
    write(workbook, INVOICES, [invoice(8, Location="lab"), invoice(9), invoice(10, Location="Lab")])
    assert shown(workbook) == ["00008", "00010"]
    write(workbook, INVOICES, [invoice(n) for n in range(1, 4)])
    assert shown(workbook) == []


@pytest.mark.parametrize(
    ("name", "custom", "expected"),
    [
        ("Company", [CustomFilter("equal", "*sons*")], ["00001", "00002"]),
        ("Company", [CustomFilter("equal", "B*")], ["00003"]),
        ("Company", [CustomFilter("notEqual", "Bolt")], ["00001", "00002"]),
        ("Total", [CustomFilter("greaterThanOrEqual", "150")], ["00002", "00003"]),
        ("Total", [CustomFilter("equal", "100")], ["00001"]),
        ("Date", [CustomFilter("lessThan", "46300")], ["00001"]),  # 2026-10-05
        ("Message", [CustomFilter("notEqual", " ")], ["00003"]),
    ],
)
def test_custom_filters_survive(workbook, invoice, edit, name, custom, expected):
    rows = [
        invoice(1, Company="Acme & Sons", Total=Decimal(100)),
        invoice(2, Company="Sons of Old", Total=Decimal(150), Date=dt.date(2026, 10, 5)),
        invoice(3, Company="Bolt", Total=Decimal(200), Date=dt.date(2026, 10, 31), Message="m"),
    ]
    write(workbook, INVOICES, rows)
    with edit(workbook) as book:
        set_filter(book, name, customFilters=CustomFilters(customFilter=custom))
    write(workbook, INVOICES, rows)
    assert shown(workbook) == expected
    write(workbook, INVOICES, rows)
    assert shown(workbook) == expected
    with open_closed(workbook) as closed:
        assert sum(c.type != "none" for c in closed.book.sheets["Invoices"].tables[0].autofilter.criteria) == 1


def test_two_columns_and_blanks_filtered_together_survive(workbook, invoice, edit):
    rows = [invoice(n, Location="HQ" if n % 2 else "Lab", Terms="" if n < 3 else "30") for n in range(1, 7)]
    write(workbook, INVOICES, rows)
    with edit(workbook) as book:
        set_filter(book, "Location", filters=Filters(filter=["HQ"]))
        set_filter(book, "Terms", filters=Filters(blank=True))
    write(workbook, INVOICES, rows)
    assert shown(workbook) == ["00001"]
    between = CustomFilters(
        _and=True, customFilter=[CustomFilter("greaterThanOrEqual", "2"), CustomFilter("lessThanOrEqual", "3")]
    )
    with edit(workbook) as book:
        (table,) = book["Invoices"].tables.values()
        table.autoFilter.filterColumn.clear()
        set_filter(book, "Subtotal", customFilters=between)
    write(workbook, INVOICES, [invoice(n, Subtotal=Decimal(n)) for n in range(1, 6)])
    assert shown(workbook) == ["00002", "00003"]


def test_ticked_amounts_are_matched_by_what_the_cells_show(workbook, invoice, edit):
    rows = [invoice(1, Total=Decimal("1234.50")), invoice(2, Total=Decimal(-3))]
    write(workbook, INVOICES, rows)
    with edit(workbook) as book:
        set_filter(book, "Total", filters=Filters(filter=["1,234.50"]))
    write(workbook, INVOICES, rows)
    assert shown(workbook) == ["00001"]


@pytest.mark.parametrize(
    "what",
    [
        {"filters": Filters(dateGroupItem=[DateGroupItem(year=2026, month=10, dateTimeGrouping="month")])},
        {"colorFilter": ColorFilter(dxfId=0)},
        {"dynamicFilter": DynamicFilter(type="thisMonth")},
        {"top10": Top10(val=10)},
        {"customFilters": CustomFilters(customFilter=[CustomFilter("notEqual", "*x*")])},
        {"customFilters": CustomFilters(customFilter=[CustomFilter("greaterThan", "1/12/2026")])},
    ],
)
def test_filters_that_cannot_be_put_back_are_named_before_anything_is_written(workbook, invoice, edit, what):
    write(workbook, INVOICES, [invoice(1), invoice(2)])
    with edit(workbook) as book:
        set_filter(book, "Date", **what)
        book["Invoices"].row_dimensions[6].hidden = True
    with open_closed(workbook) as closed:
        with pytest.raises(FilterNotKept, match="on Date of the sheet Invoices"):
            refill(closed.book, INVOICES, [invoice(3)])
        closed.save()
    assert column(workbook, "Id") == ["1", "2"]
    assert shown(workbook) == ["00001"]


def test_something_below_the_table_is_not_run_over(workbook, invoice, edit):
    write(workbook, INVOICES, [invoice(1)])
    with edit(workbook) as book:
        book["Invoices"]["C9"] = "my notes"
    write(workbook, INVOICES, [invoice(n) for n in range(1, 5)])
    with open_closed(workbook) as closed, pytest.raises(WorkbookError, match="below the table"):
        refill(closed.book, INVOICES, [invoice(n) for n in range(1, 7)])
    assert column(workbook, "Id") == ["1", "2", "3", "4"]


def test_a_value_that_does_not_belong_changes_nothing(workbook, invoice):
    with open_closed(workbook) as closed:
        refill(closed.book, INVOICES, [invoice(1)])
        for wrong in ({"Total": 1.5}, {"Date": "2026-01-01"}, {"Company": Decimal(1)}, {"Id": 1.0}):
            with pytest.raises(TypeError):
                refill(closed.book, INVOICES, [invoice(2, **wrong)])
        with pytest.raises(KeyError, match="Colour"):
            refill(closed.book, INVOICES, [{**invoice(2), "Colour": "red"}])
        assert [row["Id"] for row in read_rows(closed.book, INVOICES)] == ["1"]


def test_a_renamed_column_or_sheet_is_named(workbook, edit):
    with edit(workbook) as book:
        book["Invoices"][header_at(INVOICES, "Company")] = "Client"
        book["Invoices"].tables["Invoices"].tableColumns[INVOICES.index("Company")].name = "Client"
        book["Preview"].title = "Journal"
    with open_closed(workbook) as closed:
        with pytest.raises(WorkbookError, match="no column Company"):
            refill(closed.book, INVOICES, [])
        with pytest.raises(WorkbookError, match="no sheet 'Preview'"):
            refill(closed.book, PREVIEW, [])


def test_columns_may_stand_in_another_order(workbook, invoice, edit):
    with edit(workbook) as book:
        ws = book["Invoices"]
        names = ws.tables["Invoices"].tableColumns
        for place, name in (("Number", "Company"), ("Company", "Number")):
            ws[header_at(INVOICES, place)] = name
            names[INVOICES.index(place)].name = name
    write(workbook, INVOICES, [invoice(1)])
    assert column(workbook, "Number") == ["00001"]
    assert column(workbook, "Company") == ["Acme & Sons"]


@pytest.mark.slow
def test_many_rows_twice(workbook, invoice, opened_in):
    """More rows are the benchmark's (``bench growth``). In Excel half: the stand-in's own work grows with them."""
    count = {"closed file": 10_000, "Excel": 5_000}[opened_in]
    with open_closed(workbook) as closed:
        refill(closed.book, INVOICES, [invoice(n) for n in range(1, count + 1)])
        set_include(closed.book, INVOICES, "Yes")
        refill(closed.book, INVOICES, [invoice(n) for n in range(101, count + 101)])
        rows = read_rows(closed.book, INVOICES)
        closed.save()
    assert len(rows) == count
    assert sum(row["Include"] == "Yes" for row in rows) == count - 100
    assert (rows[0]["Id"], rows[-1]["Id"], rows[-1].number) == ("101", f"{count + 100}", count + 4)

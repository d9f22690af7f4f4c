"""The number stays a text; beside it *Open* opens the record in Manage, and problems and results jump to their rows."""

from __future__ import annotations

import pytest
from by_column import number
from openpyxl.utils import get_column_letter

from xlpy.domain.values.problems import Problem, Severity
from xlpy.excel.buttons.batch import show_problems
from xlpy.excel.tables.tables import clear, prepend, read_rows, refill
from xlpy.excel.workbook.links import ADDRESS
from xlpy.excel.workbook.sheets import INVOICES, PREVIEW, PROBLEMS, RESULTS

FIRST = 5


def row(n):
    return {"Id": str(n), "Number": f"{n:05d}", ADDRESS: f"https://site/open?recid={n}" if n % 2 else ""}


def column_of(desk, sheet, name, rows):
    """What stands in a column: formulas as they are written."""
    ws = desk.file[sheet.name]
    return [ws.cell(FIRST + i, number(sheet, name)).value for i in range(rows)]


def opens(sheet):
    return next(column.formula for column in sheet.columns if column.name == "Open")


def test_every_row_opens_by_the_same_formula_and_its_number_is_still_text(desk):
    refill(desk.book, INVOICES, [row(n) for n in range(1, 5)])
    assert column_of(desk, INVOICES, "Open", 4) == [opens(INVOICES)] * 4
    assert column_of(desk, INVOICES, "Number", 4) == ["00001", "00002", "00003", "00004"]
    assert [found["Number"] for found in read_rows(desk.book, INVOICES)] == ["00001", "00002", "00003", "00004"]
    assert "[#This Row]" in opens(INVOICES)


def test_rows_that_come_and_go_and_an_empty_table_have_the_formula_too(desk):
    refill(desk.book, INVOICES, [row(n) for n in (1, 2, 3)])
    refill(desk.book, INVOICES, [row(n) for n in (3, 4, 5, 6)])
    assert column_of(desk, INVOICES, "Id", 4) == ["3", "4", "5", "6"]
    assert column_of(desk, INVOICES, "Open", 4) == [opens(INVOICES)] * 4
    clear(desk.book, INVOICES)
    assert column_of(desk, INVOICES, "Open", 2) == [opens(INVOICES), None]
    assert read_rows(desk.book, INVOICES) == []


def test_a_formula_that_somebody_typed_over_comes_back(desk):
    refill(desk.book, INVOICES, [row(1), row(2)])
    ws = desk.file[INVOICES.name]
    ws.cell(FIRST, number(INVOICES, "Open")).value = "x"
    ws.cell(FIRST, number(INVOICES, "Open")).data_type = "s"
    refill(desk.book, INVOICES, [row(1), row(2)])
    assert column_of(desk, INVOICES, "Open", 2) == [opens(INVOICES)] * 2


def test_a_link_can_not_be_written_as_a_value(desk):
    with pytest.raises(KeyError, match="Open"):
        refill(desk.book, INVOICES, [{"Id": "1", "Open": "https://elsewhere"}])


def test_results_of_earlier_runs_keep_their_formula_when_newer_ones_come_on_top(desk):
    prepend(desk.book, RESULTS, [{"Run": "r1", "Transaction": "10001"}])
    prepend(desk.book, RESULTS, [{"Run": "r2", "Transaction": "10002"}, {"Run": "r2", "Transaction": "10003"}])
    (formula,) = set(column_of(desk, RESULTS, "Journal", 3))
    assert f"MATCH(Results[[#This Row],[Transaction]],{PREVIEW.table}[Transaction],0)" in formula


def test_a_problem_of_several_transactions_leads_to_the_first(desk):
    found = [
        Problem(Severity.STOP, "X", "the same", transaction=f"1000{n}", transaction_id=f"invoice:{n}")
        for n in (7, 8, 9)
    ]
    show_problems(desk.book, [*found, Problem(Severity.NOTE, "Y", "of the set-up")])
    assert column_of(desk, PROBLEMS, "Id", 2) == ["invoice:7", None]
    assert all(text.startswith("=IF(") for text in column_of(desk, PROBLEMS, "Row", 2))


def test_a_sort_by_the_user_takes_the_link_along(desk):
    """The formula names its own row, so that it is right wherever the row is; the address goes with the number."""
    refill(desk.book, INVOICES, [row(n) for n in (1, 2, 3)])
    refill(desk.book, INVOICES, [row(n) for n in (3, 1, 2)])
    ws = desk.file[INVOICES.name]
    at = number(INVOICES, ADDRESS)
    for r in range(FIRST, FIRST + 3):
        n = int(ws.cell(r, number(INVOICES, "Id")).value)
        assert ws.cell(r, at).value == (row(n)[ADDRESS] or None), get_column_letter(at)

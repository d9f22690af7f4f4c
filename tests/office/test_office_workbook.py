"""The delivered file in a real spreadsheet program: opened, filtered, marked, saved, printed; its macros pressed."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from by_column import column, number, table_area
from openpyxl import load_workbook
from render import Ask, one_office, render
from sample_rows import ROWS, fill_with_sample

from xlpy.excel.workbook.builder import build_workbook
from xlpy.excel.workbook.home_cells import INCLUDED_BLOCK, Home
from xlpy.excel.workbook.links import ADDRESS
from xlpy.excel.workbook.ribbon_buttons import BUTTONS
from xlpy.excel.workbook.sheet import FIRST_DATA_ROW, Sheet
from xlpy.excel.workbook.sheets import INVOICES, PROBLEMS, RESULTS, SHEETS

pytestmark = pytest.mark.office


@pytest.fixture(scope="module")
def in_office() -> Iterator[Ask]:
    """One LibreOffice for all stories."""
    with one_office() as ask:
        yield ask


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("filled") / "Manage to SL.xlsm"
    build_workbook(path)
    fill_with_sample(path)
    return path


def test_each_button_of_the_ribbon_would_run_its_own_python(in_office: Ask, tmp_path: Path) -> None:
    path = tmp_path / "stub.xlsm"
    build_workbook(path, stub_runpython=True)
    ids = [button.id for button in BUTTONS]
    ran = in_office("press", path, *ids)
    assert ran == {id_: f"from xlpy import macros; macros.run('{id_}')" for id_ in ids}


def test_an_id_that_could_change_the_statement_runs_nothing(in_office: Ask, tmp_path: Path) -> None:
    path = tmp_path / "stub.xlsm"
    build_workbook(path, stub_runpython=True)
    ran = in_office("press", path, "x'); import os; ('", "Refresh", "a b", "refresh")
    assert [button for button, text in ran.items() if text] == ["refresh"]


def test_the_modules_are_found_and_compiled_from_source(in_office: Ask, filled: Path) -> None:
    found = in_office("modules", filled)
    assert {"Ribbon", "xlwings", "ThisWorkbook", "HomeSheet", "InvoicesSheet"} <= set(found)
    assert "macros.run('" in found["Ribbon"]


def test_home_counts_what_is_included_by_itself(in_office: Ask, filled: Path, tmp_path: Path) -> None:
    """Marks in every spelling; a row that a run has done, and a kind that Home does not export, count nothing."""
    book = load_workbook(filled, keep_vba=True)
    ws = book[INVOICES.name]
    marks = ["Yes", "again", "x", "no", "TRUE", "Yes"]
    rows = range(FIRST_DATA_ROW, FIRST_DATA_ROW + len(marks))
    for row in range(FIRST_DATA_ROW, ws.max_row + 1):
        ws.cell(row, number(INVOICES, "Include")).value = None
    for row, mark in zip(rows, marks, strict=True):
        ws.cell(row, number(INVOICES, "Include")).value = mark
        ws.cell(row, number(INVOICES, "Status")).value = "Exported" if row == rows[-1] else "Ready"
        ws.cell(row, number(INVOICES, "Currency")).value = "EUR" if row == rows[1] else "USD"
        ws.cell(row, number(INVOICES, "Total")).value = 10 ** (row - rows[0])
    home = book["Home"]
    home[_cell_of(book, Home.EXPORT_EXPENSES)].value = "No"
    marked = tmp_path / "marked.xlsm"
    book.save(marked)
    saved = tmp_path / "counted.xlsm"
    in_office("save", marked, str(saved))
    counted = load_workbook(saved, data_only=True)["Home"]
    first = load_workbook(filled, keep_vba=True).defined_names[INCLUDED_BLOCK].attr_text
    corner = counted[first.split("!")[1].split(":")[0].replace("$", "")]
    found = {
        (corner.offset(i).value, corner.offset(i, 1).value): (corner.offset(i, 2).value, corner.offset(i, 3).value)
        for i in range(4)
    }
    assert found[INVOICES.name, "EUR"] == (1, 10)
    assert found[INVOICES.name, "USD"] == (3, 1 + 100 + 10_000)
    assert found["Expenses", "USD"] == (0, 0)


def test_links_open_the_record_and_lead_to_the_row_after_a_sort(in_office: Ask, filled: Path, tmp_path: Path) -> None:
    """As LibreOffice works the formulas out: what the cell says; where there is nothing to open, nothing."""
    book = load_workbook(filled, keep_vba=True)
    ws = book[PROBLEMS.name]
    for row, own in enumerate(("invoice:5004", "expense:617", "invoice:999", None), FIRST_DATA_ROW):
        ws.cell(row, number(PROBLEMS, "Id")).value = own
    book[INVOICES.name].cell(FIRST_DATA_ROW, number(INVOICES, ADDRESS)).value = None
    home = book["Home"]
    home[_cell_of(book, Home.RESULTS_OF)].value = "batch x, run 20261031-164210"
    linked, saved = tmp_path / "linked.xlsm", tmp_path / "worked out.xlsm"
    book.save(linked)
    assert in_office("save", linked, str(saved))["errors"] == []
    found = load_workbook(saved, data_only=True)

    def shown(sheet: Sheet, name: str) -> list[str]:
        return [text or "" for text in column(found[sheet.name], name)][: len(ROWS[sheet.name])]

    assert shown(INVOICES, "Open") == ["", *["Open"] * (len(ROWS[INVOICES.name]) - 1)]
    assert shown(PROBLEMS, "Row") == ["Go to row", "Go to row", "", ""]
    assert shown(RESULTS, "Journal") == ["Preview", ""], "10232 is not on Preview"


def _cell_of(book: Any, name: str) -> str:
    return book.defined_names[name].attr_text.split("!")[1].replace("$", "")  # type: ignore[no-any-return]


def test_the_accountant_filters_marks_and_saves(in_office: Ask, filled: Path, tmp_path: Path) -> None:
    saved = tmp_path / "saved.xlsm"
    found = in_office("mark", filled, str(saved))
    rows = ROWS[INVOICES.name]
    shown = [row for row in rows if row["Status"] != "Problem"]
    assert found["errors"] == [], "every formula of the workbook has a value"
    assert found["rows"] == len(rows)
    assert found["shown"] == len(shown) == len(rows) - 1
    assert found["shown_total"] == pytest.approx(sum(row["Base total"] for row in shown))
    assert found["line"] == f"Rows shown: {len(shown)}  ·  batch 2026-10-31 KM"
    assert len(found["bar"]) == 46  # the largest amount has the longest bar
    assert set(found["tables"]) >= {sheet.table for sheet in SHEETS}

    ws = load_workbook(saved, keep_vba=True)[INVOICES.name]
    body = range(FIRST_DATA_ROW, FIRST_DATA_ROW + len(rows))
    marks = [ws.cell(r, INVOICES.index("Include") + 1).value for r in body]
    assert marks == ["Yes" if row["Status"] != "Problem" else None for row in rows]
    assert [ws.row_dimensions[r].hidden for r in body] == [row["Status"] == "Problem" for row in rows]
    ids = [ws.cell(r, INVOICES.index("Id") + 1) for r in body]
    assert [cell.value for cell in ids] == [row["Id"] for row in rows]
    assert {cell.number_format for cell in ids} == {"@"}
    assert ws.tables[INVOICES.table].ref == table_area(INVOICES, len(rows))


def test_each_sheet_prints_on_its_own_page(in_office: Ask, filled: Path, tmp_path: Path) -> None:
    pages = render(filled, tmp_path, ask=in_office)
    assert len(pages) == len(SHEETS) + 2  # Home and About; the configuration stays hidden
    assert all(page.read_bytes().startswith(b"\x89PNG") and page.stat().st_size > 5_000 for page in pages)


def test_the_workbook_as_delivered_opens_empty_without_an_error(in_office: Ask, tmp_path: Path) -> None:
    path = tmp_path / "new.xlsm"
    build_workbook(path)
    assert in_office("pdf", path, str(tmp_path / "new.pdf"))["sheets"][0] == "Home"
    assert len(render(path, tmp_path / "pages", ask=in_office)) == len(SHEETS) + 2

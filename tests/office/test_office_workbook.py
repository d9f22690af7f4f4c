"""The delivered file in a real spreadsheet program: opened, filtered, marked, saved, printed; its macros pressed."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from by_column import table_area
from openpyxl import load_workbook
from render import Ask, one_office, render
from sample_rows import ROWS, fill_with_sample

from xlpy.excel.workbook.builder import build_workbook
from xlpy.excel.workbook.ribbon_buttons import BUTTONS
from xlpy.excel.workbook.sheet import FIRST_DATA_ROW
from xlpy.excel.workbook.sheets import INVOICES, SHEETS

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

"""The delivered file in a real spreadsheet program: opened, filtered, marked, saved, printed; its macros pressed."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from by_column import at, column, number, table_area
from macro_books import load_macro_book
from ooxml import remarks
from openpyxl import load_workbook
from render import PICTURES, Ask, one_office, render, render_pictures
from render import in_office as in_one_office
from sample_rows import ROWS, fill_with_sample

from xlpy.excel.workbook.builder import build_workbook
from xlpy.excel.workbook.home_cells import CUSTOMERS_BLOCK, CUSTOMERS_SHOWN, INCLUDED_BLOCK, Home
from xlpy.excel.workbook.links import ADDRESS
from xlpy.excel.workbook.ribbon_buttons import BUTTONS
from xlpy.excel.workbook.saving import save_book
from xlpy.excel.workbook.sheet import FIRST_DATA_ROW, Sheet
from xlpy.excel.workbook.sheets import BATCHES, EXPENSES, INVENTORY, INVOICES, PROBLEMS, RESULTS, SHEETS

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
    book = load_macro_book(filled)
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
    first = load_macro_book(filled).defined_names[INCLUDED_BLOCK].attr_text
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
    book = load_macro_book(filled)
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


def by_currency(rows: list[dict[str, Any]]) -> str:
    """As the lines above a sheet tell it: each currency for itself, in the order of Home."""
    totals: dict[str, float] = {}
    for row in rows:
        totals[row["Currency"]] = totals.get(row["Currency"], 0) + row["Total"]
    return "".join(f"  ·  {currency} {total:,.2f}" for currency, total in sorted(totals.items()))


def customers_on(home: Any) -> list[tuple[Any, ...]]:
    """The lines below *Included invoices by customer*."""
    (head,) = [row for row in home.iter_rows(min_col=7, max_col=10) if row[0].value == "Included invoices by customer"]
    lines = home.iter_rows(head[0].row + 2, head[0].row + 2 + CUSTOMERS_SHOWN, 7, 10, values_only=True)
    return [tuple(value or "" for value in line) for line in lines]


def test_home_ranks_the_customers_of_what_is_included_while_one_marks(
    in_office: Ask, filled: Path, tmp_path: Path
) -> None:
    """The largest first, each currency for itself; the rest in one line, without a sum of two currencies."""
    book = load_macro_book(filled)
    ws = book[INVOICES.name]
    marked = [f"c{n}" for n in range(1, 9)]
    for row, customer in enumerate(marked, FIRST_DATA_ROW):
        ws.cell(row, number(INVOICES, "Include")).value = "Yes" if customer != "c4" else None
        ws.cell(row, number(INVOICES, "Status")).value = "Ready"
        ws.cell(row, number(INVOICES, "Company")).value = customer if customer != "c8" else "c7"
        ws.cell(row, number(INVOICES, "Currency")).value = "EUR" if customer == "c2" else "USD"
        ws.cell(row, number(INVOICES, "Total")).value = -5 if customer == "c1" else 10 * (row - FIRST_DATA_ROW)
    corner = book["Home"][_first_of(book, CUSTOMERS_BLOCK)]
    for down, customer in enumerate(marked):
        corner.offset(down, 0).value = customer if customer != "c8" else None
        corner.offset(down, 1).value = "EUR" if customer == "c2" else "USD"
    changed, saved = tmp_path / "customers.xlsm", tmp_path / "ranked.xlsm"
    book.save(changed)
    assert in_office("save", changed, str(saved))["errors"] == []
    home = load_workbook(saved, data_only=True)["Home"]
    assert customers_on(home) == [
        ("c7", "USD", 2, 130),
        ("c6", "USD", 1, 50),
        ("c5", "USD", 1, 40),
        ("c3", "USD", 1, 20),
        ("c2", "EUR", 1, 10),
        ("c1", "USD", 1, -5),
        ("", "", "", ""),
    ]


def test_who_is_not_among_the_largest_customers_is_told_in_one_line(
    in_office: Ask, filled: Path, tmp_path: Path
) -> None:
    book = load_macro_book(filled)
    ws = book[INVOICES.name]
    for row in range(FIRST_DATA_ROW, FIRST_DATA_ROW + len(ROWS[INVOICES.name])):
        ws.cell(row, number(INVOICES, "Include")).value = "Yes"
        ws.cell(row, number(INVOICES, "Status")).value = "Ready"
        ws.cell(row, number(INVOICES, "Currency")).value = "USD"
        ws.cell(row, number(INVOICES, "Total")).value = row
    corner = book["Home"][_first_of(book, CUSTOMERS_BLOCK)]
    for down in range(len(ROWS[INVOICES.name])):
        corner.offset(down, 1).value = "USD"
    book["Home"][_first_of(book, INCLUDED_BLOCK)].value = None
    book["Home"][_first_of(book, INCLUDED_BLOCK)].offset(0, 1).value = None
    changed, saved = tmp_path / "others.xlsm", tmp_path / "told.xlsm"
    book.save(changed)
    assert in_office("save", changed, str(saved))["errors"] == []
    lines = customers_on(load_workbook(saved, data_only=True)["Home"])
    assert [line[3] for line in lines[:-1]] == [12, 11, 10, 9, 8, 7]
    assert lines[-1] == ("All others", "", 2, 11)


@pytest.mark.parametrize(
    ("of", "hash_", "said"),
    [
        ("8 transactions, 9 documents, 16:40", "9f2c", "8 transactions, 9 documents, 16:40, in force"),
        ("7 transactions, 9 documents, 16:40", "9f2c", "7 transactions, 9 documents, 16:40, overtaken by changes"),
        ("8 transactions, 9 documents, 16:40", None, "8 transactions, 9 documents, 16:40, overtaken by changes"),
        (None, None, ""),
    ],
)
def test_home_says_of_a_preview_what_it_was_and_whether_it_holds(
    in_office: Ask, filled: Path, tmp_path: Path, of: str | None, hash_: str | None, said: str
) -> None:
    """Eight rows are marked on the three sheets, in kinds and currencies that Home lists."""
    book = load_macro_book(filled)
    home = book["Home"]
    for sheet in (INVOICES, EXPENSES, INVENTORY):
        ws = book[sheet.name]
        for row in range(FIRST_DATA_ROW, FIRST_DATA_ROW + len(ROWS[sheet.name])):
            ws.cell(row, number(sheet, "Include")).value = "Yes" if sheet is INVOICES else None
    home[_cell_of(book, Home.PREVIEW_OF)].value = of
    home[_cell_of(book, Home.PREVIEW_HASH)].value = hash_
    changed, saved = tmp_path / "previewed.xlsm", tmp_path / "said.xlsm"
    book.save(changed)
    assert in_office("save", changed, str(saved))["errors"] == []
    found = load_workbook(saved, data_only=True)["Home"]
    (label,) = [cell for row in found.iter_rows(max_col=2) for cell in row if cell.value == "Preview"]
    assert (found.cell(label.row, 3).value or "") == said


def _first_of(book: Any, name: str) -> str:
    return _cell_of(book, name).split(":")[0]


def _cell_of(book: Any, name: str) -> str:
    return book.defined_names[name].attr_text.split("!")[1].replace("$", "")  # type: ignore[no-any-return]


@pytest.mark.parametrize(
    ("locale", "day", "moment"),
    [("en-US", "10/1/2026", "10/31/2026 16:42"), ("de-DE", "01.10.2026", "31.10.2026 16:42")],
)
def test_dates_are_shown_as_the_user_has_them(
    filled: Path, monkeypatch: pytest.MonkeyPatch, locale: str, day: str, moment: str
) -> None:
    monkeypatch.setenv("XLPY_OFFICE_LOCALE", locale)
    first, created = at(INVOICES, "Date"), at(BATCHES, "Created")
    assert in_one_office("shown", filled, INVOICES.name, first) == {first: day}
    assert in_one_office("shown", filled, BATCHES.name, created) == {created: moment}


def test_microsofts_validator_has_no_remark_about_a_filled_workbook(filled: Path, tmp_path: Path) -> None:
    saved = tmp_path / "saved.xlsm"
    save_book(load_macro_book(filled), saved)
    assert remarks(saved) == []


def test_the_accountant_filters_marks_and_saves(in_office: Ask, filled: Path, tmp_path: Path) -> None:
    saved = tmp_path / "saved.xlsm"
    found = in_office("mark", filled, str(saved))
    rows = ROWS[INVOICES.name]
    shown = [row for row in rows if row["Status"] != "Problem"]
    assert found["errors"] == [], "every formula of the workbook has a value"
    assert found["rows"] == len(rows)
    assert found["shown"] == len(shown) == len(rows) - 1
    assert found["shown_total"] == pytest.approx(sum(row["Base total"] for row in shown))
    assert found["line"] == f"Rows shown: {len(shown)}{by_currency(shown)}  ·  batch 2026-10-31 KM"
    exported = [row for row in shown if row["Status"] != "Exported"]
    assert found["included"] == f"Included: {len(exported)}{by_currency(exported)}"
    assert found["included_total"] == pytest.approx(sum(row["Base total"] for row in exported))
    assert len(found["bar"]) == 46  # the largest amount has the longest bar
    assert set(found["tables"]) >= {sheet.table for sheet in SHEETS}

    ws = load_macro_book(saved)[INVOICES.name]
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
    assert len(pages) == len(SHEETS) + 3  # two of Home, and About; the configuration stays hidden
    assert all(page.read_bytes().startswith(b"\x89PNG") and page.stat().st_size > 5_000 for page in pages)


def test_each_sheet_is_one_picture_of_a_screen(in_office: Ask, filled: Path, tmp_path: Path) -> None:
    pictures = render_pictures(filled, tmp_path, ask=in_office)
    assert [picture.stem for picture in pictures] == [name.lower().replace(" ", "-") for name in PICTURES]
    width_and_height = {picture.read_bytes()[16:24] for picture in pictures}  # PNG: the first chunk says them
    assert width_and_height == {(1400).to_bytes(4, "big") + (640).to_bytes(4, "big")}


def test_the_workbook_as_delivered_opens_empty_without_an_error(in_office: Ask, tmp_path: Path) -> None:
    path = tmp_path / "new.xlsm"
    build_workbook(path)
    assert in_office("pdf", path, str(tmp_path / "new.pdf"))["sheets"][0] == "Home"
    assert len(render(path, tmp_path / "pages", ask=in_office)) == len(SHEETS) + 3

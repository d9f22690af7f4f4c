"""Run export looks at what it has to fill before it posts; Results can be filled again at any time."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from macro_books import load_macro_book
from test_services_workbook import Desk

from xlpy.excel.workbook.home_cells import Home
from xlpy.excel.workbook.sheets import RESULTS

Change = Callable[[openpyxl.Workbook], Any]


@pytest.fixture
def desk(story: Any, new_workbook: Path, monkeypatch: pytest.MonkeyPatch) -> Desk:
    made = Desk(story, new_workbook, monkeypatch)
    assert made.press("refresh").exit_code == 0
    made.mark({story.number(record): "Yes" for record in story.unposted()[:3]})
    return made


def changed(desk: Desk, change: Change) -> None:
    book = load_macro_book(desk.path)
    change(book)
    book.save(desk.path)


def rename_reference(book: openpyxl.Workbook) -> None:
    sheet = book[RESULTS.name]
    table = sheet.tables[RESULTS.table]
    table.tableColumns[RESULTS.index("Reference")].name = "Mine"
    sheet.cell(4, RESULTS.index("Reference") + 1).value = "Mine"


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (lambda book: book.remove(book[RESULTS.name]), "no sheet 'Results'"),
        (rename_reference, "Reference"),
        (lambda book: book.defined_names.pop(Home.LAST_RUN), "no cell named"),
        (lambda book: book.defined_names.pop(Home.PREVIEW_HASH), "no cell named"),
    ],
    ids=["sheet deleted", "column renamed", "last run gone", "preview gone"],
)
def test_nothing_is_posted_when_the_outcome_could_not_be_shown(desk: Desk, change: Change, told: str) -> None:
    changed(desk, change)
    pushed = desk.press("push")
    assert pushed.exit_code == 2
    assert told in pushed.output
    assert desk.story.rows("SELECT count(*) FROM xlpy_Posting") == [(0,)]


def test_results_that_were_deleted_come_back_once(desk: Desk) -> None:
    assert desk.press("push").exit_code == 0
    before = desk.cells(RESULTS)

    def forget(book: openpyxl.Workbook) -> None:
        for row in book[RESULTS.name].iter_rows(min_row=5):
            for cell in row:
                cell.value = None

    changed(desk, forget)
    assert desk.cells(RESULTS) == []
    again = desk.press("results", "--json")
    assert again.exit_code == 0, again.output
    assert desk.cells(RESULTS) == before
    assert len(json.loads(again.stdout)["results"]) == len(before) - 1
    assert "0 of its rows were added" in desk.press("results").output
    assert desk.cells(RESULTS) == before


def test_the_results_of_another_pc_come_from_the_ledger(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    assert desk.press("push").exit_code == 0
    run = str(desk.cells(RESULTS)[0]["Run"])
    monkeypatch.setenv("XLPY_DATA", str(desk.path.parent / "another PC"))
    book = load_macro_book(desk.path)
    for row in book[RESULTS.name].iter_rows(min_row=5):
        for cell in row:
            cell.value = None
    book.save(desk.path)
    assert desk.press("results", "--run", run).exit_code == 0
    rows = desk.cells(RESULTS)
    assert {row["Status"] for row in rows[1:]} == {"Exported"}
    assert len({row["Transaction"] for row in rows[1:]}) == 3
    unknown = desk.press("results", "--run", "R1")
    assert unknown.exit_code == 2
    assert "knows a run 'R1'" in unknown.output

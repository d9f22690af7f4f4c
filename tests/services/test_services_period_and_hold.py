"""The columns *Period* and *Hold* of the workbook: kept with their row, previewed, posted as they say."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from by_column import cell
from macro_books import load_macro_book
from test_services_workbook import Desk

from xlpy.api import Books
from xlpy.demo import firm
from xlpy.domain.values.transactions import Kind, TransactionKey
from xlpy.excel.workbook.sheets import INVOICES, PROBLEMS


@pytest.fixture
def desk(story: Any, new_workbook: Path, monkeypatch: pytest.MonkeyPatch) -> Desk:
    return Desk(story, new_workbook, monkeypatch)


def write(desk: Desk, record: str, **words: str) -> None:
    book = load_macro_book(desk.path)
    for column, word in words.items():
        cell(book[INVOICES.name], INVOICES, record, column).value = word
    book.save(desk.path)


def three(desk: Desk) -> list[dict[str, Any]]:
    """Three invoices in dollars, marked."""
    desk.press("refresh")
    rows = [row for row in desk.cells(INVOICES) if row["Currency"] == "USD" and row["Type"] == "Standard"][:3]
    for row in rows:
        write(desk, str(row["Id"]), Include="Yes")
    return rows


def test_they_are_posted_as_their_rows_say(desk: Desk) -> None:
    later, held, plain = three(desk)
    write(desk, later["Id"], Period="11-2026")
    write(desk, held["Id"], Hold="Yes")
    previewed = json.loads(desk.press("preview", "--json").stdout)
    shape = {(batch["period"], batch["on_hold"]) for batch in previewed["batches"] if batch["module"] == "AR"}
    assert shape == {("202610", False), ("202611", False), ("202610", True)}
    notes = {(row["Code"], str(row["Transaction"])) for row in desk.cells(PROBLEMS)}
    assert notes >= {("ROW-PERIOD", str(later["Number"])), ("ROW-HOLD", str(held["Number"]))}
    done = desk.press("push")
    assert done.exit_code == 0, done.output
    posted = desk.story.rows(
        "SELECT d.RefNbr, b.PerPost, b.Status FROM ARDoc d JOIN Batch b ON b.BatNbr = d.BatNbr AND b.Module = 'AR'"
        " WHERE d.User1 <> ''"
    )
    assert {str(number): (period, status) for number, period, status in posted} == {
        str(later["Number"]): ("202611", "B"),
        str(held["Number"]): ("202610", "H"),
        str(plain["Number"]): ("202610", "B"),
    }


def test_they_stay_with_their_row_over_a_refresh(desk: Desk) -> None:
    later, held, _ = three(desk)
    write(desk, later["Id"], Period="11-2026")
    write(desk, held["Id"], Hold="Yes")
    desk.press("refresh")
    kept = {row["Id"]: (row["Period"], row["Hold"]) for row in desk.cells(INVOICES) if row["Period"] or row["Hold"]}
    assert kept == {later["Id"]: ("11-2026", None), held["Id"]: (None, "Yes")}


def test_a_change_after_the_preview_stops_the_export(desk: Desk) -> None:
    later, _, _ = three(desk)
    assert desk.press("preview").exit_code == 0
    write(desk, later["Id"], Hold="Yes")
    done = desk.press("push")
    assert done.exit_code == 1
    assert desk.story.documents() == {}


@pytest.mark.parametrize(
    ("column", "word", "said"), [("Hold", "maybe", "Hold is 'maybe'"), ("Period", "11", "PERIOD-BAD")]
)
def test_what_can_not_be_understood_stops_before_anything(desk: Desk, column: str, word: str, said: str) -> None:
    first, _, _ = three(desk)
    write(desk, first["Id"], **{column: word})
    done = desk.press("push", "--json")
    assert done.exit_code == 1
    assert said in done.output
    assert desk.story.documents() == {}


def test_a_notebook_has_them_too(story: Any) -> None:
    ids = story.unposted()[:2]
    keys = [TransactionKey(Kind.INVOICE, str(number)) for number in ids]
    with Books(story.session()) as books:
        made = books.plan(ids, batch="OCT", through=firm.THROUGH_DATE, periods={keys[0]: "11-2026"}, hold=keys[1:])
        assert {t.key: (t.own_period, t.hold) for t in made.transactions} == {
            keys[0]: ("11-2026", False),
            keys[1]: ("", True),
        }
        assert books.push(made).exit_code == 0

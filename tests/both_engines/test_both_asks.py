"""Run export asks before it writes; a no, or a question that can't be asked, writes nothing."""

from __future__ import annotations

import pytest
from desks import make_desk
from worlds import world

from xlpy.demo.site.door import access
from xlpy.excel.tables.tables import read_rows
from xlpy.excel.workbook.sheets import INVOICES, RESULTS


@pytest.fixture(params=["closed file", "Excel"])
def ready(request, tmp_path, monkeypatch):
    """Two invoices are marked, in a world of their own: something is posted there."""
    monkeypatch.setenv("XLPY_MANAGE_PRIVATE_KEY", access.PRIVATE_KEY)
    monkeypatch.setenv("XLPY_DATA", str(tmp_path / "data"))
    with world(tmp_path, invoices=4) as made:
        desk = make_desk(request.param, tmp_path, profile=made.profile)
        desk.press("refresh")
        column = INVOICES.index("Include") + 1
        desk.book.sheets["Invoices"].range((5, column), (6, column)).options(ndim=2).value = [["Yes"], ["Yes"]]
        yield desk
        desk.close()


def questions(desk):
    return [told.text for told in desk.boxes if told.text.startswith("Write ")]


@pytest.mark.parametrize("previewed", [True, False])
def test_the_question_says_how_many_how_much_which_batch_and_whether_previewed(ready, previewed):
    if previewed:
        ready.press("preview")
    assert ready.press("push").exit_code == 0
    (question,) = questions(ready)
    assert question.startswith("Write 2 transactions into SL company ")
    assert "Batch: OCT" in question
    assert "Total: " in question
    assert ("Previewed: exactly that" in question) == previewed
    assert ("Not previewed" in question) != previewed
    assert len(read_rows(ready.book, RESULTS)) > 2


def test_a_no_writes_nothing(ready):
    ready.answer("no")
    pressed = ready.press("push")
    assert pressed.exit_code == 1
    assert pressed.data["state"] == "not confirmed"
    assert len(questions(ready)) == 1
    assert "not confirmed" in ready.boxes[-1].text
    assert read_rows(ready.book, RESULTS) == []
    assert [row["Include"] for row in read_rows(ready.book, INVOICES)[:2]] == ["Yes", "Yes"]


def test_a_question_that_cannot_be_asked_is_a_no(ready):
    ready.refuse_boxes()
    assert ready.press("push").exit_code == 1
    assert read_rows(ready.book, RESULTS) == []

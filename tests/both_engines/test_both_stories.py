"""Every button on both engines: the same cells, the same messages."""

from __future__ import annotations

import pytest
from ooxml import remarks
from stories import Story

from xlpy.excel.workbook.ribbon_buttons import BUTTONS

pytestmark = [pytest.mark.slow, pytest.mark.timeout(1200)]


def test_the_story_presses_every_button(stories: dict[str, Story]) -> None:
    for story in stories.values():
        assert {step.button for step in story.steps} == {button.id for button in BUTTONS}


def test_after_every_button_both_have_the_same_cells(stories: dict[str, Story]) -> None:
    for closed, excel in zip(stories["closed file"].steps, stories["Excel"].steps, strict=True):
        differ = {
            k: (closed.cells.get(k), excel.cells.get(k))
            for k in closed.cells.keys() | excel.cells.keys()
            if closed.cells.get(k) != excel.cells.get(k)
        }
        assert not differ, (closed.button, dict(list(differ.items())[:10]))


def test_after_every_button_both_have_told_the_same(stories: dict[str, Story]) -> None:
    for closed, excel in zip(stories["closed file"].steps, stories["Excel"].steps, strict=True):
        assert closed.exit_code == excel.exit_code, closed.button
        assert [b.icon for b in closed.boxes] == [b.icon for b in excel.boxes], closed.button


def test_microsofts_validator_has_no_remark_about_the_workbook_after_all_buttons(stories: dict[str, Story]) -> None:
    assert remarks(stories["closed file"].saved) == []

"""A month end from log in to log out, with every button of the ribbon, on one engine."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from unittest import mock

import pytest
from desks import Cells, Told, alike, cells_of, make_desk
from worlds import World, world

from xlpy.demo.after_the_batch import release_and_pay
from xlpy.demo.site.door import access
from xlpy.excel.tables.home import write_home
from xlpy.excel.workbook.home_cells import Home
from xlpy.excel.workbook.sheets import INVOICES


@dataclass
class Step:
    """What a button came to."""

    button: str
    exit_code: int | None
    boxes: list[Told]
    cells: Cells
    calls: int


@dataclass
class Story:
    """The steps of a month."""

    engine: str
    steps: list[Step] = field(default_factory=list)
    saved: Path = Path()  # the workbook after the last button

    def step(self, button: str) -> Step:
        return next(step for step in self.steps if step.button == button)


@dataclass(frozen=True)
class _Saved:
    path: Path
    text: str


@contextmanager
def _nobody_at_the_screen(profile: Path) -> Iterator[None]:
    """The window of Log in is filled in by a user who is not here; a browser is not opened."""
    with (
        mock.patch("xlpy.login.start.log_in", return_value=_Saved(profile, "Connected.")),
        mock.patch("xlpy.login.start.log_out_of", return_value=(("manage",), "The passwords are forgotten.")),
        mock.patch("xlpy.help.show.open_page", return_value=False),
    ):
        yield


def whole_story(engine: str, folder: Path) -> Story:
    """Press every button. A second batch is undone, a third cleared: the first is posted in SL and stays."""
    story = Story(engine)
    with pytest.MonkeyPatch.context() as patch, world(folder, invoices=14, expenses=6, procurement=6) as made:
        patch.setenv("XLPY_DATA", str(folder / "data"))
        patch.setenv("XLPY_MANAGE_PRIVATE_KEY", access.PRIVATE_KEY)
        patch.setattr(tempfile, "tempdir", str(folder))
        desk = make_desk(engine, folder, profile=made.profile)
        try:
            with _nobody_at_the_screen(made.profile):
                _press_all(desk, made, story)
            story.saved = desk.save()
        finally:
            desk.close()
    return story


def _press_all(desk: Any, made: World, story: Story) -> None:
    hidden = (str(made.folder), made.url, made.url.split("//")[1])

    def press(button: str) -> None:
        seen, calls = len(desk.boxes), _calls(desk)
        pressed = desk.press(button)
        calls = _calls(desk) - calls
        cells = cells_of(desk.file, *hidden)
        told = [Told(alike(box.text, *hidden), box.icon) for box in desk.boxes[seen:]]
        story.steps.append(Step(button, pressed.exit_code if pressed else None, told, cells, calls))

    def home(**values: object) -> None:
        write_home(desk.book, {Home[name.upper()]: value for name, value in values.items()})

    for button in ("login", "doctor", "refresh", "select_all", "check", "deselect_problems"):
        press(button)
    _mark(desk, INVOICES, 3, "")
    for button in ("preview", "practice", "ask", "approve", "preview", "push", "save_errors", "save_log", "batches"):
        press(button)
    home(batch_identifier="OCT2")
    press("refresh")
    _mark(desk, INVOICES, 1, "Yes")
    press("push")
    home(earlier_batch="OCT2-I", confirm="UNDO OCT2-I")
    press("undo")
    engine = made.engine()
    release_and_pay(engine, lambda _text: None)
    engine.dispose()
    home(earlier_batch="OCT-I")
    for button in ("rerun", "sync", "reconcile", "tie_out", "accruals", "mappings", "audit", "refresh", "deselect_all"):
        press(button)
    _mark(desk, INVOICES, 1, "Yes")
    home(batch_identifier="OCT3", confirm="CLEAR 1")
    for button in ("clear", "recover", "help", "logout"):
        press(button)


def _calls(desk: Any) -> int:
    return desk.stage.excel.count if desk.name == "Excel" else 0


def _mark(desk: Any, sheet: Any, count: int, mark: str) -> None:
    """Type a mark into the first rows."""
    column = sheet.index("Include") + 1
    place = desk.book.sheets[sheet.name].range((5, column), (4 + count, column))
    place.options(ndim=2).value = [[mark or None]] * count

"""Two persons at the workbook: it goes from the desk of the one who prepares to the desk of the one who approves."""

from __future__ import annotations

import getpass
import json
from pathlib import Path
from typing import Any

import pytest
from test_services_workbook import Desk

from xlpy.excel.engine.closed_file import open_closed
from xlpy.excel.tables.home import read_home, write_home
from xlpy.excel.workbook.home_cells import Home
from xlpy.excel.workbook.sheets import INVOICES, PREVIEW, PROBLEMS


@pytest.fixture
def desk(story: Any, new_workbook: Path, monkeypatch: pytest.MonkeyPatch) -> Desk:
    made = Desk(story, new_workbook, monkeypatch)
    settings = made.path.with_name("settings.toml")
    settings.write_text(settings.read_text(encoding="utf-8") + 'approval = "two"\n', encoding="utf-8")
    return made


def sits(monkeypatch: pytest.MonkeyPatch, user: str) -> None:
    """Somebody sits down at the workbook: on the demo's file the user of the PC is the login."""
    monkeypatch.setattr(getpass, "getuser", lambda: user)


def type_on_home(desk: Desk, typed: str) -> None:
    with open_closed(desk.path) as closed:
        write_home(closed.book, {Home.CONFIRM: typed})
        closed.save()


def test_the_workbook_goes_from_one_desk_to_the_other(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    sits(monkeypatch, "kmorales")
    desk.press("refresh")
    chosen = [str(row["Number"]) for row in desk.cells(INVOICES)[:4]]
    desk.mark(dict.fromkeys(chosen, "Yes"))
    previewed = json.loads(desk.press("preview", "--json").stdout)
    refused = desk.press("push", "--json")
    assert refused.exit_code == 1
    assert "APPROVAL-MISSING" in {row["Code"] for row in desk.cells(PROBLEMS)}
    asked = json.loads(desk.press("ask", "--json").stdout)
    assert asked["approval"]["plan_hash"] == previewed["plan_hash"]

    sits(monkeypatch, "rpatel")
    looked = desk.press("approve")
    assert looked.exit_code == 1
    word = f"APPROVE {asked['approval']['request']}"
    assert word in looked.output
    assert {str(row["Transaction"]) for row in desk.cells(PREVIEW) if row["Source"] == "Written"} <= set(chosen)
    type_on_home(desk, word)
    signed = desk.press("approve", "--json")
    assert signed.exit_code == 0, signed.output
    assert json.loads(signed.stdout)["approval"]["approved_by"]["user"] == "rpatel"

    sits(monkeypatch, "kmorales")
    assert desk.press("push").exit_code == 1
    assert "APPROVAL-OWN" in {row["Code"] for row in desk.cells(PROBLEMS)}
    sits(monkeypatch, "rpatel")
    posted = desk.press("push", "--json")
    assert posted.exit_code == 0, posted.output
    assert json.loads(posted.stdout)["plan_hash"] == previewed["plan_hash"]


def test_the_word_of_another_button_asks_for_that(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    sits(monkeypatch, "kmorales")
    desk.press("refresh")
    chosen = [str(row["Number"]) for row in desk.cells(INVOICES)[:2]]
    desk.mark(dict.fromkeys(chosen, "Yes"))
    type_on_home(desk, "CLEAR 2")
    asked = json.loads(desk.press("ask", "--json").stdout)
    assert asked["approval"]["wanted"] == "clear"
    assert asked["approval"]["documents"] == 2
    with open_closed(desk.path) as closed:
        assert read_home(closed.book).confirm == ""


def test_the_commands_without_a_workbook(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    from click.testing import CliRunner

    from xlpy.cli import main

    sits(monkeypatch, "kmorales")
    desk.press("refresh")
    desk.mark({str(desk.cells(INVOICES)[0]["Number"]): "Yes"})
    number = json.loads(desk.press("ask", "--json").stdout)["approval"]["request"]
    profile = ("--profile", str(desk.path.with_name("settings.toml")))
    run = CliRunner()
    sits(monkeypatch, "rpatel")
    listed = run.invoke(main, ["approve", *profile])
    assert listed.exit_code == 0
    assert f"Request {number}" in listed.output
    looked = run.invoke(main, ["approve", "--request", str(number), *profile])
    assert "--yes" in looked.output
    signed = run.invoke(main, ["approve", "--request", str(number), "--yes", *profile])
    assert signed.exit_code == 0
    assert run.invoke(main, ["ask", "--clear", *profile]).exit_code == 2


def test_a_word_in_confirm_that_asks_for_nothing_is_told(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    from xlpy.excel.buttons.press import press

    sits(monkeypatch, "kmorales")
    type_on_home(desk, "HELLO")
    with open_closed(desk.path) as closed, pytest.raises(Exception, match="asks for nothing"):
        press("ask", closed.book, lambda _tell: desk.story.session())

"""The help page: complete by the code's own tables, whole by itself, and quick to answer a code."""

from __future__ import annotations

import json
import os
import re
from dataclasses import fields, is_dataclass
from html import unescape
from pathlib import Path
from typing import get_type_hints

import click
import pytest
from click.testing import CliRunner

from xlpy.cli import main
from xlpy.domain.checks.table import CHECKS
from xlpy.excel.workbook.ribbon_buttons import BUTTONS
from xlpy.excel.workbook.sheets import SHEETS
from xlpy.help.lists import VARIABLES, command_list
from xlpy.help.page import help_page
from xlpy.paths import ENV_DATA
from xlpy.profile.credentials import ENV_INTEGRATOR_PASSWORD, ENV_PRIVATE_KEY, ENV_SL_PASSWORD
from xlpy.profile.settings import ENV_PROFILE, ENVIRONMENT, Profile
from xlpy.services.setup.lines import LINES

XLPY = Path(__file__).parents[2] / "xlpy"


@pytest.fixture(scope="module")
def page() -> str:
    return help_page(main)


@pytest.fixture(scope="module")
def words(page: str) -> str:
    return " ".join(unescape(re.sub(r"<[^>]*>", "", page)).split())


def test_every_problem_s_code_is_explained(page: str) -> None:
    assert len(CHECKS) > 220
    for check in CHECKS.values():
        assert f'id="problem-{check.code.casefold()}"' in page


def test_every_button_command_option_sheet_column_and_line_is_there(words: str) -> None:
    for button in BUTTONS:
        assert f"{button.label} {button.tip}" in words or f"{button.label}{button.tip}" in words
    for name, command in command_list(main):
        assert f"xlpy {name}" in words
        for option in command.params:
            if isinstance(option, click.Option):
                assert all(name in words for name in option.opts)
    assert {name.split()[0] for name, _ in command_list(main)} == set(main.commands)
    for sheet in SHEETS:
        assert f"Columns: {', '.join(column.name for column in sheet.columns)}." in words
        assert sheet.hint in words
    for line in LINES.values():
        assert line.means in words
        assert line.fix in words


def test_every_setting_is_there_with_its_words(page: str, words: str) -> None:
    for section, table in get_type_hints(Profile).items():
        if not is_dataclass(table):
            assert f">{section}</code>" in page
            continue
        for field in fields(table):
            assert f"[{section}] {field.name}" in words
    for name in (*ENVIRONMENT, ENV_PROFILE, ENV_DATA, ENV_PRIVATE_KEY, ENV_INTEGRATOR_PASSWORD, ENV_SL_PASSWORD):
        assert name in VARIABLES
        assert name in words


def test_every_link_has_its_place_and_no_place_is_there_twice(page: str) -> None:
    ids = re.findall(r'\bid="([^"]+)"', page)
    assert len(ids) == len(set(ids))
    links = re.findall(r'href="([^"]+)"', page)
    assert len(links) > 10
    assert {link.removeprefix("#") for link in links} <= set(ids)
    assert all(link.startswith("#") for link in links)


def test_the_page_needs_nothing_from_outside_and_names_no_machine(page: str) -> None:
    assert re.findall(r"<(?:script|link|img|iframe)|@import|url\(|src=", page) == []
    assert str(XLPY.parent) not in page
    assert str(Path.home()) + os.sep not in page or str(Path.home()) == "/"
    assert "{{" not in page
    assert "—" not in page
    assert not re.search(r"<t[dh][^>]*>(\s|<[^>]*>)*</t[dh]>", page), "an empty cell"
    assert '<meta name="viewport"' in page
    assert "@media print" in page


def test_the_command_writes_the_page_and_names_it(data_of_the_user: Path) -> None:
    result = CliRunner().invoke(main, ["help", "--no-browser", "--json", "payments"])
    assert result.exit_code == 0, result.output
    told = json.loads(result.output)
    path = Path(told["path"])
    assert (told["state"], told["place"]) == ("written", "payments")
    assert path.is_relative_to(data_of_the_user)
    assert path.read_text(encoding="utf-8") == help_page(main)


def test_the_browser_is_opened_at_the_place_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    opened: list[str] = []
    monkeypatch.setattr("webbrowser.open", lambda url: opened.append(url) or True)
    assert CliRunner().invoke(main, ["help", "audit verify"]).exit_code == 0
    assert opened[0].startswith("file:///")
    assert opened[0].endswith("#command-audit-verify")


def test_a_code_is_told_in_the_console_and_a_wrong_word_gets_a_proposal() -> None:
    told = CliRunner().invoke(main, ["help", "auto-ref"])
    assert told.exit_code == 0
    assert "AUTO-REF (stop)" in told.output
    assert "AR Setup (08.950)" in told.output
    own = CliRunner().invoke(main, ["help", "own-no-po"])
    assert (own.exit_code, "of your own rules" in own.output) == (0, True)
    wrong = CliRunner().invoke(main, ["help", "payment"])
    assert wrong.exit_code == 2
    assert "Did you mean payments" in wrong.output


def test_the_button_opens_it_and_says_where_it_is_without_a_browser(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from xlpy import macros
    from xlpy.excel.engine.closed_file import open_closed
    from xlpy.excel.workbook.builder import build_workbook

    monkeypatch.setattr("webbrowser.open", lambda _url: False)
    monkeypatch.setattr(macros, "_open", lambda *_: pytest.fail("no session is needed"))
    build_workbook(tmp_path / "book.xlsm")
    with open_closed(tmp_path / "book.xlsm") as closed:
        pressed = macros.run("help", closed.book)
    assert pressed is not None
    assert pressed.exit_code == 0
    assert pressed.data["path"] in pressed.text
    assert Path(pressed.data["path"]).is_file()

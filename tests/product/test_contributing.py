"""What is written for who changes the product: each file it names is there, and the tables say what the code has."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

from xlpy.cli import main
from xlpy.excel.workbook.ribbon_buttons import BUTTONS
from xlpy.help.lists import command_list

ROOT = Path(__file__).parents[2]
CONTRIBUTING = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
README = (ROOT / "README.md").read_text(encoding="utf-8")
PYPROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
NAMED = re.compile(r"`((?:xlpy|tests|templates|workbook)/[^`]*|[A-Za-z]+\.(?:md|toml)|\.ci/run)`")
ROWS = re.compile(r"^\|(.+)\|$", re.MULTILINE)
RECIPES = ("a check", "a column", "a setting", "a document kind", "a button", "a Manage field", "an SL screen")
RECIPES += ("a rule of the firm's own",)
# Buttons of which the command has another name; those that only change marks have none.
COMMANDS = {"tie_out": "tie-out", "save_errors": "errors", "save_log": "log", "audit": "audit export"}
MARKS = {"select_all", "deselect_all", "deselect_problems"}


def cells_below(text: str, heading: str) -> Iterator[list[str]]:
    """Cells of the first table below a heading, without its head."""
    table = text.split(f"\n## {heading}", 1)[1].split("\n\n", 2)
    rows = next(ROWS.findall(part) for part in table if part.lstrip().startswith("|"))
    for row in rows[2:]:
        yield [cell.strip() for cell in row.split("|")]


@pytest.mark.parametrize("named", sorted(set(NAMED.findall(CONTRIBUTING))))
def test_every_file_that_it_names_is_there(named: str) -> None:
    assert (ROOT / named).exists()


def test_every_recipe_names_the_one_file_to_begin_with() -> None:
    recipes = {cells[0]: cells[1] for cells in cells_below(CONTRIBUTING, "Where do I change…")}
    assert tuple(recipes) == RECIPES
    for what, here in recipes.items():
        first = NAMED.search(here)
        assert first, what
        assert (ROOT / first[1]).is_file(), what


def test_the_way_of_an_invoice_has_three_descents() -> None:
    way = CONTRIBUTING.split("## The way of one invoice", 1)[1]
    steps = [re.findall(r"^\d\. (?:.|\n  )*", part, re.MULTILINE) for part in re.split(r"\n(?=[A-Z])", way)[1:]]
    assert [len(part) for part in steps] == [3, 3, 3]
    assert all(NAMED.search(step) for part in steps for step in part)


def test_the_picture_of_the_rooms_is_that_of_the_contracts() -> None:
    contracts = {
        contract["containers"][0]: contract["layers"] for contract in PYPROJECT["tool"]["importlinter"]["contracts"]
    }
    (picture,) = re.findall(r"```text\n(.*?)```", CONTRIBUTING, re.DOTALL)
    lines = picture.splitlines()
    assert [re.split(r"\s{2,}", line)[0] for line in lines] == contracts["xlpy"]
    shown = {
        "excel": " > ".join(contracts["xlpy.excel"]),
        "services": " > ".join(contracts["xlpy.services"]),
        "manage | sl": " > ".join(contracts["xlpy.sl"]),
        "domain": " > ".join(contracts["xlpy.domain"]),
    }
    for line in lines:
        room, *words = re.split(r"\s{2,}", line)
        assert shown.get(room, "") in " ".join(words)


def test_the_readme_has_every_button_in_its_group_and_the_command_that_does_the_same() -> None:
    rows = list(cells_below(README, "The ribbon"))
    buttons: list[tuple[str, str]] = []
    commands: dict[str, set[str]] = {}
    group = ""
    for row in rows:
        group = row[0] or group
        labels = re.findall(r"\*\*(.+?)\*\*", row[1])
        buttons += [(group, label) for label in labels]
        said = re.findall(r"`xlpy ([^`]+)`", row[2])
        commands |= {label: {said[at]} if at < len(said) else set() for at, label in enumerate(labels)}
        assert row[3], "what it does"
    assert buttons == [(button.group, button.label) for button in BUTTONS]
    known = {name for name, _ in command_list(main)}
    for button in BUTTONS:
        wanted = set() if button.id in MARKS else {COMMANDS.get(button.id, button.id)}
        assert commands[button.label] == wanted, button.label
        assert wanted <= known


def test_it_goes_along_with_the_source() -> None:
    assert "/CONTRIBUTING.md" in PYPROJECT["tool"]["hatch"]["build"]["targets"]["sdist"]["include"]

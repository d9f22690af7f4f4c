"""Two profiles may not share a location; a table where a text belongs is a mistake with a name."""

from __future__ import annotations

from pathlib import Path

import pytest

from xlpy.errors import SettingsError
from xlpy.profile.settings import load_profile


def _profile(folder: Path, name: str, company: str, locations: str, site: str = "na.example.net") -> Path:
    path = folder / name
    path.write_text(
        f'[manage]\nurl = "{site}"\ncompany = "Firm"\n[sl]\ncompany = "{company}"\n'
        f"[posting]\nlocations = {locations}\n",
        encoding="utf-8",
    )
    return path


def test_a_location_belongs_to_one_sl_company(tmp_path: Path) -> None:
    north = _profile(tmp_path, "north.toml", "NORTH", "[2, 3]")
    _profile(tmp_path, "south.toml", "SOUTH", "[3, 4]")
    with pytest.raises(SettingsError, match=r"south\.toml share the Manage locations 3,"):
        load_profile(north, environment={})


def test_what_is_no_conflict(tmp_path: Path) -> None:
    north = _profile(tmp_path, "north.toml", "NORTH", "[2, 3]")
    _profile(tmp_path, "colleague.toml", "north", "[2, 3]")
    _profile(tmp_path, "elsewhere.toml", "SOUTH", "[2, 3]", site="eu.example.net")
    _profile(tmp_path, "others.toml", "SOUTH", "[4]")
    _profile(tmp_path, "all.toml", "SOUTH", "[]")
    (tmp_path / "pyproject.toml").write_text("[project]\nname = 'x'\n", encoding="utf-8")
    (tmp_path / "broken.toml").write_text("[[[", encoding="utf-8")
    assert load_profile(north, environment={}).posting.locations == (2, 3)


@pytest.mark.parametrize("text", ['[manage.url]\nx = "y"\n', "[posting.locations]\na = 1\n", 'name = { a = "b" }\n'])
def test_a_table_in_the_place_of_a_value_is_named(tmp_path: Path, text: str) -> None:
    path = tmp_path / "wrong.toml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(SettingsError, match=r"url|locations|name"):
        load_profile(path, environment={})

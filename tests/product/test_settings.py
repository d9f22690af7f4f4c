"""The profile: every mistake is named by its key; the environment wins."""

from __future__ import annotations

import re
import tomllib
from dataclasses import fields, replace
from pathlib import Path

import pytest

from xlpy.errors import SettingsError
from xlpy.profile.settings import Profile, load_profile

TEMPLATE = Path(__file__).parents[2] / "templates" / "settings.toml"


_COMMENTED = re.compile(r"# ([a-z_]+) = ")


def _all_settings_taken_in() -> str:
    lines = TEMPLATE.read_text(encoding="utf-8").splitlines()
    return "\n".join(line.removeprefix("# ") if _COMMENTED.match(line) else line for line in lines)


def test_the_template_is_valid_as_it_is_delivered() -> None:
    assert load_profile(TEMPLATE, environment={}).manage.url == "na.myconnectwise.net"


def test_the_template_has_every_setting_with_its_default(tmp_path: Path) -> None:
    path = tmp_path / "all.toml"
    path.write_text(_all_settings_taken_in(), encoding="utf-8")
    found = tomllib.loads(_all_settings_taken_in())
    default = Profile()
    for section in ("manage", "sl", "posting", "masters", "site"):
        names = {field.name for field in fields(getattr(default, section))}
        assert found[section].keys() == names, section
    profile = load_profile(path, environment={})
    filled_in = replace(default, manage=replace(default.manage, url="na.myconnectwise.net"))
    assert profile == filled_in
    assert found.keys() == {field.name for field in fields(default)}


def test_the_template_says_something_about_every_setting() -> None:
    told = [line for line in TEMPLATE.read_text(encoding="utf-8").splitlines() if " = " in line]
    silent = [line for line in told if "#" not in line.removeprefix("# ") and not line.startswith("name = ")]
    assert silent == []


def test_every_mistake_is_named_at_once(tmp_path: Path) -> None:
    path = tmp_path / "wrong.toml"
    path.write_text(
        '[manage]\nurl = 5\nsite = "x"\n[posting]\nbatch_status = "X"\nlocations = ["a"]\n[sl]\nlock_seconds = true\n',
        encoding="utf-8",
    )
    with pytest.raises(SettingsError) as told:
        load_profile(path, environment={})
    for expected in ("[manage] url", "[manage] site", "[posting] batch_status", "[posting] locations", "lock_seconds"):
        assert expected in str(told.value)


def test_bins_units_and_cost_journals_of_the_profile(tmp_path: Path) -> None:
    path = tmp_path / "stock.toml"
    path.write_text(
        '[posting]\ncost_journals = "run"\nbins = { "Van 3" = "VAN3" }\n[posting.units]\nEach = "EA"\n',
        encoding="utf-8",
    )
    posting = load_profile(path, environment={}).posting
    assert (posting.cost_journals, posting.bins, posting.units) == ("run", {"Van 3": "VAN3"}, {"Each": "EA"})
    path.write_text('[posting]\ncost_journals = "day"\nbins = { "Van 3" = 3 }\nunits = "EA"\n', encoding="utf-8")
    with pytest.raises(SettingsError) as told:
        load_profile(path, environment={})
    for expected in ("[posting] cost_journals", "[posting] bins", "[posting] units"):
        assert expected in str(told.value)


def test_the_environment_wins(tmp_path: Path) -> None:
    path = tmp_path / "p.toml"
    path.write_text('[sl]\nurl = "sqlite:///a"\n[manage]\ncompany = "one"\n', encoding="utf-8")
    profile = load_profile(None, {"XLPY_PROFILE": str(path), "XLPY_SL_URL": "sqlite:///b"})
    assert (profile.sl.url, profile.manage.company) == ("sqlite:///b", "one")


def test_a_missing_or_broken_file_is_told(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="can't be read"):
        load_profile(tmp_path / "none.toml", environment={})
    (tmp_path / "broken.toml").write_text("[[[", encoding="utf-8")
    with pytest.raises(SettingsError, match="not valid TOML"):
        load_profile(tmp_path / "broken.toml", environment={})


def test_notepad_s_byte_order_mark_is_no_problem(tmp_path: Path) -> None:
    path = tmp_path / "bom.toml"
    path.write_text('name = "x"\n', encoding="utf-8-sig")
    assert load_profile(path, environment={}).name == "x"


@pytest.mark.parametrize(
    ("url", "host"),
    [("https://NA.example.net/v4_6_release", "na.example.net"), ("http://127.0.0.1:8080", "127.0.0.1:8080")],
)
def test_the_host_is_what_the_ledger_remembers(url: str, host: str, tmp_path: Path) -> None:
    path = tmp_path / "p.toml"
    path.write_text(f'[manage]\nurl = "{url}"\n', encoding="utf-8")
    assert load_profile(path, environment={}).manage_host == host

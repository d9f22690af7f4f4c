"""Profiles: where the settings files are, and which ones this user has.

A profile is one TOML file for one Manage site and one SL company. Two may share a site or a database, but not a
location: a transaction could be posted into either company.
"""

from __future__ import annotations

import json
import os
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from xlpy.errors import SettingsError
from xlpy.files import keep_private
from xlpy.paths import ENV_DATA, data_folder, file_name
from xlpy.profile.file import read_settings_file

if TYPE_CHECKING:
    from xlpy.profile.values import Profile

ENDING = ".toml"
DEFAULT_NAME = "default"
KEEP_KNOWN = 100


def profiles_folder() -> Path:
    """Return the folder of this user's settings files (it may not be there yet). ``XLPY_DATA`` moves it, too."""
    from platformdirs import user_config_path

    moved = os.environ.get(ENV_DATA)
    return (Path(moved) if moved else user_config_path("Manage to SL", appauthor=False)) / "profiles"


def profile_file(typed: str = "") -> Path:
    """Return the settings file for what a user typed: a name, a path, or nothing (the default profile)."""
    text = typed.strip().strip('"') or DEFAULT_NAME
    path = Path(text).expanduser()
    if path.suffix.lower() == ENDING or len(path.parts) > 1:
        return path if path.suffix.lower() == ENDING else path.with_name(path.name + ENDING)
    return profiles_folder() / f"{file_name(text)}{ENDING}"


def chosen_profile() -> Path:
    """Return the settings file of ``XLPY_PROFILE``, else the default profile's; it may not be there yet."""
    return Path(named) if (named := os.environ.get("XLPY_PROFILE")) else profile_file()


def default_profile() -> Path | None:
    """Return the default profile's file when the user has one."""
    path = profile_file()
    return path if path.is_file() else None


def known_profiles() -> list[Path]:
    """Return all settings files of this user: those in the profiles' folder and those opened before, sorted."""
    found = {path.resolve() for path in profiles_folder().glob(f"*{ENDING}")}
    found |= {path for path in _remembered() if path.is_file()}
    return sorted(found)


def remember_profile(path: Path) -> None:
    """Remember that a settings file was opened. Never raises: it only serves to find shared locations."""
    path = path.resolve()
    remembered = _remembered()
    if path in remembered:
        return
    with suppress(OSError):
        kept = [other for other in remembered if other.is_file()][-KEEP_KNOWN + 1 :]
        keep_private(data_folder() / "profiles.json", json.dumps([str(other) for other in [*kept, path]]).encode())


def _remembered() -> list[Path]:
    try:
        listed = json.loads((data_folder() / "profiles.json").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return []
    return [Path(text) for text in listed if isinstance(text, str)] if isinstance(listed, list) else []


def refuse_shared_locations(path: Path, profile: Profile) -> None:
    """Refuse a profile that lists a location which another known one lists for another SL company.

    Known are the files beside it, those in the profiles' folder and those opened before. Files that are no profiles
    are none of our business. Raises ``SettingsError``.
    """
    mine = set(profile.posting.locations)
    if not mine:
        return
    beside = path.absolute().parent
    others = {other.resolve() for other in beside.glob(f"*{ENDING}")} | set(known_profiles())
    for other in sorted(others - {path.resolve()}):
        try:
            found = read_settings_file(other)
        except SettingsError:
            continue
        shared = sorted(mine & set(found.posting.locations))
        if shared and _site(found) == _site(profile) and _company(found) != _company(profile):
            name = other.name if other.parent == beside.resolve() else str(other)
            raise SettingsError(
                f"The settings {path} and {name} share the Manage locations {', '.join(map(str, shared))}, but"
                " not the SL company: a transaction could be posted into either.",
                fix="Give each location to one of them ([posting] locations).",
            )


def _site(profile: Profile) -> tuple[str, str]:
    return profile.manage_host, profile.manage.company.strip().casefold()


def _company(profile: Profile) -> str:
    return profile.sl.company.strip().casefold()

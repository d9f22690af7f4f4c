"""The profile: one TOML file per pair of Manage site and SL company, with the environment on top.

Secrets are never here. Every mistake of a file is named by its key and line; nothing is guessed. The values are in
``settings_values``, what they must be in ``settings_rules``.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from xlpy.errors import SettingsError
from xlpy.profile.file import read_settings_file
from xlpy.profile.values import ManageSettings, Profile, SlSettings

__all__ = ["ENVIRONMENT", "ENV_PROFILE", "ManageSettings", "Profile", "SlSettings", "load_profile", "read_profile"]

ENV_PROFILE = "XLPY_PROFILE"
ENVIRONMENT = {
    "XLPY_SL_URL": ("sl", "url"),
    "XLPY_MANAGE_URL": ("manage", "url"),
    "XLPY_MANAGE_COMPANY": ("manage", "company"),
    "XLPY_MANAGE_CLIENT_ID": ("manage", "client_id"),
    "XLPY_MANAGE_PUBLIC_KEY": ("manage", "public_key"),
}


def load_profile(path: Path | None = None, environment: Mapping[str, str] | None = None) -> Profile:
    """Read the profile from ``path``, else from ``XLPY_PROFILE``; the environment wins over the file.

    Without both, the default profile of the log in dialog is taken when there is one. Raises ``SettingsError`` naming
    every wrong key of the file at once, for a password in it, and for a location that another profile has, too.
    """
    from xlpy.profile.profiles import default_profile, refuse_shared_locations, remember_profile

    env = os.environ if environment is None else environment
    chosen = path or (Path(env[ENV_PROFILE]) if env.get(ENV_PROFILE) else default_profile())
    profile = read_settings_file(chosen) if chosen else Profile()
    if chosen:
        _refuse_password(chosen, profile)
        refuse_shared_locations(chosen, profile)
        remember_profile(chosen)
        if profile.site.rules:
            beside = chosen.resolve().parent / profile.site.rules
            profile = replace(profile, site=replace(profile.site, rules=str(beside)))
    for variable, (section, key) in ENVIRONMENT.items():
        if env.get(variable):
            part = getattr(profile, section)
            profile = replace(profile, **{section: replace(part, **{key: env[variable]})})
    return profile


def read_profile(path: Path) -> Profile:
    """Read a settings file as it is, without the environment: for the log in dialog, and to compare profiles.

    Raises ``SettingsError`` naming every wrong key.
    """
    return read_settings_file(path)


def _refuse_password(path: Path, profile: Profile) -> None:
    """Refuse a file with the password of the SQL Server login in it; the message does not repeat it."""
    if not any(mark in profile.sl.url.lower() for mark in ("pwd", "password", "@")):
        return  # spares loading the database library
    from xlpy.masking import never_show
    from xlpy.profile.sql_login import password_in

    password = password_in(profile.sl.url)
    if password:
        never_show(password)
        raise SettingsError(
            f"The settings {path} have a password in [sl] url. Passwords do not belong into a file.",
            fix="Run 'xlpy login' (it moves the password into the keyring of this PC), or take it out and set the"
            " environment variable XLPY_SL_PASSWORD.",
        )

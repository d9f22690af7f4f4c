"""Secrets of a profile: where they come from, and values that never show themselves.

The environment wins over the keyring. The keyring keeps one secret per site, company and key, and one per SQL Server
login: profiles with the same login share it. Nothing here is ever in a file.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from xlpy.profile.settings import ManageSettings, Profile
    from xlpy.profile.vault import SecretName

ENV_PRIVATE_KEY = "XLPY_MANAGE_PRIVATE_KEY"
ENV_INTEGRATOR_PASSWORD = "XLPY_MANAGE_INTEGRATOR_PASSWORD"  # noqa: S105  (the variable's name, not a password)
ENV_SL_PASSWORD = "XLPY_SL_PASSWORD"  # noqa: S105
API_KEY = "Manage API key"
INTEGRATOR = "Manage integrator password"
SQL_LOGIN = "SL database password"


@dataclass(frozen=True, slots=True, repr=False)
class ManageSecrets:
    """The private half of an API key, or the password of an integrator login. Printing it shows neither."""

    private_key: str = ""
    integrator_password: str = ""

    def __repr__(self) -> str:
        key = "set" if self.private_key else "missing"
        password = "set" if self.integrator_password else "missing"
        return f"ManageSecrets(private_key: {key}, integrator_password: {password})"


def manage_secrets(environment: Mapping[str, str] | None = None) -> ManageSecrets:
    """Return the secrets of this user from the environment. What is pasted with blanks or a line end still works."""
    env = os.environ if environment is None else environment
    return ManageSecrets(
        private_key=env.get(ENV_PRIVATE_KEY, "").strip(),
        integrator_password=env.get(ENV_INTEGRATOR_PASSWORD, "").strip("\r\n"),
    )


@dataclass(frozen=True, slots=True, repr=False)
class ProfileSecrets:
    """All secrets of a profile. ``sl_password``: of the SQL Server login; ``why_missing``: what the keyring said."""

    manage: ManageSecrets = ManageSecrets()
    sl_password: str = ""
    why_missing: str = ""

    def __repr__(self) -> str:
        return f"ProfileSecrets({self.manage!r}, sl_password: {'set' if self.sl_password else 'missing'})"


def profile_secrets(profile: Profile, environment: Mapping[str, str] | None = None) -> ProfileSecrets:
    """Return the secrets of a profile: from the environment, else from the keyring. Never raises for the keyring.

    The keyring is asked only for what the profile needs and the environment does not have: a scheduler never meets it.
    """
    env = os.environ if environment is None else environment
    manage = manage_secrets(env)
    found = {
        API_KEY: manage.private_key,
        INTEGRATOR: manage.integrator_password,
        SQL_LOGIN: env.get(ENV_SL_PASSWORD, "").strip("\r\n"),
    }
    why = ""
    for name in secret_names(profile):
        if not found[name.what] and not why:
            from xlpy.profile.vault import KeyringUnavailable, read_secret

            try:
                found[name.what] = read_secret(name)
            except KeyringUnavailable as error:
                why = str(error)
    return ProfileSecrets(ManageSecrets(found[API_KEY], found[INTEGRATOR]), found[SQL_LOGIN], why)


def secret_names(profile: Profile) -> list[SecretName]:
    """Return where the secrets that this profile needs are kept."""
    name = manage_secret_name(profile.manage)
    names = [name] if name else []
    return names + ([sl_name] if (sl_name := sl_secret_name(profile.sl.url)) else [])


def manage_secret_name(manage: ManageSettings) -> SecretName | None:
    """Return where the Manage secret is kept: by site, company and public key (or integrator)."""
    from xlpy.profile.vault import SecretName

    public = manage.public_key.strip()
    user = public or manage.integrator.strip()
    if not user:
        return None
    host = manage.url.removeprefix("https://").removeprefix("http://").split("/")[0].strip()
    return SecretName(API_KEY if public else INTEGRATOR, (host, manage.company.strip(), user), user)


def sl_secret_name(url: str) -> SecretName | None:
    """Return where the password of the SQL Server login is kept: by server, database and user. None: no need of one."""
    if not url or url.lower().startswith("sqlite"):
        return None
    from xlpy.profile.sql_login import password_in, sql_login
    from xlpy.profile.vault import SecretName

    login = sql_login(url)
    if login is None or password_in(url):
        return None
    return SecretName(SQL_LOGIN, (login.server, login.database, login.user), login.user)

"""The profile: one TOML file per pair of Manage site and SL company, with the environment on top.

Secrets are never here. Every problem of a file is named by its key; nothing is guessed.
"""

from __future__ import annotations

import os
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field, fields, is_dataclass, replace
from pathlib import Path
from types import UnionType
from typing import Any, TypeVar, get_args, get_type_hints

from xlpy.domain.rules import MasterRules, PostingRules
from xlpy.errors import SettingsError

ENV_PROFILE = "XLPY_PROFILE"
ENVIRONMENT = {
    "XLPY_SL_URL": ("sl", "url"),
    "XLPY_MANAGE_URL": ("manage", "url"),
    "XLPY_MANAGE_COMPANY": ("manage", "company"),
    "XLPY_MANAGE_CLIENT_ID": ("manage", "client_id"),
    "XLPY_MANAGE_PUBLIC_KEY": ("manage", "public_key"),
}


@dataclass(frozen=True, slots=True)
class ManageSettings:
    """How to reach the Manage site. ``url``: what the user types (a host), or a whole address for an own server."""

    url: str = ""
    company: str = ""
    client_id: str = ""
    public_key: str = ""
    member: str = ""  # for member impersonation instead of an API key
    integrator: str = ""
    api_version: str = "2025.8"
    codebase: str = ""  # empty: looked up
    connect_timeout: float = 30
    read_timeout: float = 60
    export_timeout: float = 300
    ca_bundle: str = ""
    export_chunk: int = 100


@dataclass(frozen=True, slots=True)
class SlSettings:
    """How to reach the SL company. ``url``: a SQLAlchemy URL or an ODBC connection string."""

    url: str = ""
    company: str = ""  # CpnyID
    user: str = ""  # SL user id, for Crtd_User and the rights check
    code_page: str = ""  # empty: read from the database's collation
    lock_seconds: int = 10


@dataclass(frozen=True, slots=True)
class Profile:
    """All settings of one Manage site and one SL company."""

    name: str = "default"
    manage: ManageSettings = field(default_factory=ManageSettings)
    sl: SlSettings = field(default_factory=SlSettings)
    posting: PostingRules = field(default_factory=PostingRules)
    masters: MasterRules = field(default_factory=MasterRules)

    @property
    def manage_host(self) -> str:
        """Host and port of the Manage site: what the posting ledger remembers."""
        return self.manage.url.removeprefix("https://").removeprefix("http://").split("/")[0].lower()


T = TypeVar("T")

_CHOICES: Mapping[tuple[str, str], tuple[str, ...]] = {
    ("posting", "batch_status"): ("B", "H"),
    ("posting", "which_customer"): ("", "bill-to", "company"),
    ("posting", "reference_rule"): ("", "strip", "last10"),
    ("posting", "cost_journals"): ("invoice", "run"),
}


def load_profile(path: Path | None = None, environment: Mapping[str, str] | None = None) -> Profile:
    """Read the profile from ``path``, else from ``XLPY_PROFILE``; the environment wins over the file.

    Raises ``SettingsError`` naming every wrong key of the file at once.
    """
    env = os.environ if environment is None else environment
    chosen = path or (Path(env[ENV_PROFILE]) if env.get(ENV_PROFILE) else None)
    profile = _from_file(chosen) if chosen else Profile()
    if chosen:
        _refuse_shared_locations(chosen, profile)
    for variable, (section, key) in ENVIRONMENT.items():
        if env.get(variable):
            part = getattr(profile, section)
            profile = replace(profile, **{section: replace(part, **{key: env[variable]})})
    return profile


def _from_file(path: Path) -> Profile:
    try:
        data = tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except OSError as error:
        raise SettingsError(f"The settings {path} can't be read: {error.strerror or error}.") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise SettingsError(f"The settings {path} are not valid TOML: {error}.") from error
    wrong: list[str] = []
    profile = _section(Profile, data, "", wrong)
    for (section, key), allowed in _CHOICES.items():
        value = getattr(getattr(profile, section), key)
        if value not in allowed:
            wrong.append(f"[{section}] {key} = {value!r}: must be one of {', '.join(repr(a) for a in allowed)}")
    if wrong:
        raise SettingsError(f"The settings {path} have mistakes: " + "; ".join(wrong) + ".")
    return profile


def _refuse_shared_locations(path: Path, profile: Profile) -> None:
    """Refuse a profile that lists a location which another one beside it lists for another SL company.

    A transaction of that location could be posted into either. Files that are no profiles are none of our business.
    """
    mine = set(profile.posting.locations)
    for other in sorted(path.absolute().parent.glob("*.toml")) if mine else ():
        try:
            found = _from_file(other)
        except SettingsError:
            continue
        same_site = (found.manage_host, found.manage.company.casefold()) == (
            profile.manage_host,
            profile.manage.company.casefold(),
        )
        shared = sorted(mine & set(found.posting.locations))
        if same_site and shared and found.sl.company.casefold() != profile.sl.company.casefold():
            raise SettingsError(
                f"The settings {path} and {other.name} share the Manage locations {', '.join(map(str, shared))}, but"
                " not the SL company: a transaction could be posted into either.",
                fix="Give each location to one of them ([posting] locations).",
            )


def _section(kind: type[T], data: Mapping[str, Any], where: str, wrong: list[str]) -> T:
    hints = get_type_hints(kind)
    known = {f.name for f in fields(kind)}  # type: ignore[arg-type]
    values: dict[str, Any] = {}
    for key, value in data.items():
        name = f"[{where}] {key}" if where else key
        if key not in known:
            wrong.append(f"{name}: not a known setting")
        elif isinstance(value, dict) and is_dataclass(hints[key]):
            values[key] = _section(hints[key], value, key, wrong)
        elif hints[key] == tuple[int, ...]:
            if isinstance(value, list) and all(type(v) is int for v in value):
                values[key] = tuple(value)
            else:
                wrong.append(f"{name} = {value!r}: must be a list of whole numbers")
        elif hints[key] == Mapping[str, str]:
            if isinstance(value, dict) and all(type(v) is str for v in value.values()):
                values[key] = value
            else:
                wrong.append(f"{name} = {value!r}: must be a table of names and texts")
        elif _is_a(value, hints[key]):
            values[key] = value
        else:
            wrong.append(f"{name} = {value!r}: must be {getattr(hints[key], '__name__', hints[key])}")
    return kind(**values)


def _is_a(value: object, hint: Any) -> bool:
    allowed = get_args(hint) if isinstance(hint, UnionType) else (hint,)
    if float in allowed and type(value) is int:
        return True
    return type(value) in allowed

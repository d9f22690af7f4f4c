"""What About and Home say of the profile that a button worked with: who, where, by which settings. Never a secret."""

from __future__ import annotations

from dataclasses import fields
from typing import TYPE_CHECKING, Any

from xlpy.excel.tables.home import belongs_to, write_home
from xlpy.excel.workbook.home_cells import Home
from xlpy.profile.values import Profile

if TYPE_CHECKING:
    import xlwings as xw

_PARTS = ("posting", "masters")
_PLAIN = {"True": "yes", "False": "no"}


def write_about(book: xw.Book, profile: Profile, user: str) -> None:
    """Write user, connections and settings; the company and the site too, while no refresh has named them."""
    told: dict[Home, object] = {
        Home.USER: f"{user}, SL user {profile.sl.user}" if profile.sl.user else user,
        Home.CONNECTIONS: connections(profile),
        Home.SETTINGS: settings_in_force(profile),
    }
    site, company = belongs_to(book)
    if not site and not company and profile.manage.url and profile.sl.company:
        from xlpy.profile.manage_address import site_address

        told[Home.SITE] = f"{site_address(profile.manage.url).host} {profile.manage.company.strip()}"
        told[Home.COMPANY] = profile.sl.company.strip()
    write_home(book, told)


def connections(profile: Profile) -> str:
    """Say where the two systems are: a line each, without logins and passwords."""
    from xlpy.profile.sql_login import url_parts

    parts = url_parts(profile.sl.url)
    server = parts.get("server") or parts.get("dsn") or "a file of the demo"
    database = f", database {parts['database']}" if parts.get("database") else ""
    return "\n".join(
        (
            f"Manage: {profile.manage.url}, company {profile.manage.company}, API {profile.manage.api_version}",
            f"SL: {server}{database}, company {profile.sl.company}",
        )
    )


def settings_in_force(profile: Profile) -> str:
    """Name every rule that is not as it comes, as the settings file has it; else say that all are."""
    usual = Profile()
    told = [
        f"{part}.{field.name} = {_shown(getattr(getattr(profile, part), field.name))}"
        for part in _PARTS
        for field in fields(getattr(profile, part))
        if getattr(getattr(profile, part), field.name) != getattr(getattr(usual, part), field.name)
    ]
    return "; ".join(told) or "All as they come."


def _shown(value: Any) -> str:
    if isinstance(value, dict):
        return ", ".join(f"{name}: {of}" for name, of in value.items())
    if isinstance(value, tuple | list):
        return ", ".join(str(of) for of in value)
    return _PLAIN.get(str(value), str(value))

"""The login inside of ``[sl] url``: whose it is, whether a password is needed or written there, and adding it.

The password itself is never in the settings file: it comes from the keyring or from ``XLPY_SL_PASSWORD``.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from sqlalchemy import URL, make_url
from sqlalchemy.exc import ArgumentError

from xlpy.profile.odbc import odbc_parts

_BARE = re.compile(r"[\w.\\,:\-]+")
_YES = frozenset({"yes", "true", "1", "sspi"})
_OWN_PASSWORD = frozenset({"", "sqlpassword", "activedirectorypassword"})


@dataclass(frozen=True, slots=True)
class SqlLogin:
    """A SQL Server login that needs a password, without it."""

    server: str
    database: str
    user: str


def sql_login(url: str) -> SqlLogin | None:
    """Return the login of ``[sl] url`` that needs a password; None for Windows logins, DSN logins and the demo."""
    parts = url_parts(url)
    user = parts.get("uid", "")
    windows = parts.get("trusted_connection", "").lower() in _YES
    if not user or windows or parts.get("authentication", "").lower() not in _OWN_PASSWORD:
        return None
    return SqlLogin(parts.get("server", parts.get("dsn", "")), parts.get("database", ""), user)


def password_in(url: str) -> str:
    """Return the password that is written in a URL or an ODBC connection string; empty when there is none."""
    return url_parts(url).get("pwd", "")


def with_password(url: str, password: str) -> str:
    """Return the URL with the password in it, for a connection only. Does nothing when it needs none, or has one."""
    if not password or sql_login(url) is None or password_in(url):
        return url
    if "://" not in url:
        return f"{url.rstrip().rstrip(';')};PWD={{{password.replace('}', '}}')}}}"
    whole = make_url(url.strip())
    inner = whole.query.get("odbc_connect")
    if isinstance(inner, str):
        return with_password(inner, password)
    return whole.set(password=password).render_as_string(hide_password=False)


def url_parts(url: str) -> dict[str, str]:
    """Take ``[sl] url`` apart as an ODBC connection string; empty for SQLite and for what is no address."""
    text = url.strip()
    if "://" not in text:
        parts = odbc_parts(text)
        for name, other in (("server", "address"), ("server", "addr"), ("database", "initial catalog")):
            if other in parts:
                parts.setdefault(name, parts.pop(other))
        for name, other in (("uid", "user id"), ("uid", "user"), ("pwd", "password")):
            if other in parts:
                parts.setdefault(name, parts.pop(other))
        return parts
    try:
        whole = make_url(text)
    except (ArgumentError, ValueError):
        return {}
    if whole.get_backend_name() != "mssql":
        return {}
    query = {key.lower(): str(value) for key, value in whole.query.items()}
    if "odbc_connect" in query:
        return url_parts(query["odbc_connect"])
    return _parts_of(whole) | query


def _parts_of(url: URL) -> dict[str, str]:
    parts = {"uid": url.username or "", "pwd": str(url.password or ""), "database": url.database or ""}
    host = f"{url.host or ''}" + (f",{url.port}" if url.port else "")
    parts["server" if url.database else "dsn"] = host  # without a database the host is the name of a DSN
    if not url.username and url.database:
        parts["trusted_connection"] = "yes"
    return {key: value for key, value in parts.items() if value}


def connection_string(parts: dict[str, str]) -> str:
    """Return an ODBC connection string of keywords and values, each quoted where it has to be; no password."""
    return ";".join(f"{key}={_quoted(value)}" for key, value in parts.items() if value and key.lower() != "pwd")


def _quoted(value: str) -> str:
    return value if _BARE.fullmatch(value) else "{" + value.replace("}", "}}") + "}"

"""ODBC connection strings: what the user typed, completed by the best driver of this PC."""

from __future__ import annotations

import platform
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

from sqlalchemy import URL, make_url
from sqlalchemy.exc import ArgumentError

from xlpy.errors import SettingsError

DRIVER_MISSING_FIX = (
    "Install 'ODBC Driver 18 for SQL Server' from Microsoft (on Linux and macOS: pip install xlpy[driver])."
)
_NUMBERED = re.compile(r"ODBC Driver (\d+) for SQL Server")
_PART = re.compile(r"\s*([^=;]+?)\s*=\s*(\{(?:[^}]|\}\})*\}|[^;]*)\s*(?:;|$)")
_DISTRIBUTIONS = {"debian_ubuntu": ("debian", "ubuntu"), "rhel": ("rhel", "fedora", "centos"), "suse": ("suse",)}
_YES = frozenset({"yes", "true", "1"})


@dataclass(frozen=True, slots=True)
class Target:
    """Where a connection goes, without any secret: what error texts may say."""

    server: str
    database: str
    trusts_any_certificate: bool = False

    def __str__(self) -> str:
        """Name the server, and the database when the user named one."""
        return f"server {self.server or '(not named)'}" + (f", database {self.database}" if self.database else "")


def connection_url(typed: str, drivers: Iterable[str] | None = None) -> URL:
    """Return the SQLAlchemy URL for what the user typed: a SQLAlchemy URL or an ODBC connection string.

    When no driver is named, the best one installed is taken. ``drivers``: the installed ones, for tests.
    Raises ``SettingsError`` for something that is neither, and when there is no driver.
    """
    if "://" not in typed:
        parts = odbc_parts(typed)
        if not parts:
            raise SettingsError(
                "[sl] url is neither a SQLAlchemy URL nor an ODBC connection string.",
                fix="Write for example Server=SQLSRV1;Database=DEMOApp;Trusted_Connection=yes",
            )
        if not parts.keys() & {"driver", "dsn", "filedsn"}:
            typed = f"DRIVER={_braced(best_driver(drivers))};{typed}"
        return URL.create("mssql+pyodbc", query={"odbc_connect": typed})
    try:
        url = make_url(typed)
    except (ArgumentError, ValueError) as error:
        raise SettingsError("[sl] url is not a valid SQLAlchemy URL.") from error
    if url.get_backend_name() != "mssql" or url.get_driver_name() != "pyodbc":
        raise SettingsError(
            f"[sl] url names {url.drivername}; SL's database is reached by mssql+pyodbc://… (the demo by sqlite:///…)."
        )
    query = {key.lower(): str(value) for key, value in url.query.items()}
    if "odbc_connect" in query:
        return connection_url(query["odbc_connect"], drivers)
    if url.database and "driver" not in query:  # without a database the host is the name of a DSN
        url = url.update_query_dict({"driver": best_driver(drivers)})
    return _with_braced_password(url)


def _with_braced_password(url: URL) -> URL:
    """Return the URL as an ODBC connection string when its password needs braces there that SQLAlchemy does not set.

    SQLAlchemy braces only what has a semicolon or begins with a brace; the driver drops blanks around the rest.
    """
    password = str(url.password or "")
    if password == password.strip():
        return url
    host = f"{url.host or ''}" + (f",{url.port}" if url.port else "")
    parts = {"SERVER" if url.database else "DSN": host, "DATABASE": url.database or "", "UID": url.username or ""}
    parts |= {key: str(value) for key, value in url.query.items()} | {"PWD": password}
    text = ";".join(f"{key}={_braced(value)}" for key, value in parts.items() if value)
    return URL.create("mssql+pyodbc", query={"odbc_connect": text})


def target_of(url: URL) -> Target:
    """Return where a URL of ``connection_url`` goes."""
    query = {key.lower(): str(value) for key, value in url.query.items()}
    if "odbc_connect" in query:
        parts = odbc_parts(query["odbc_connect"])
        server = next((parts[key] for key in ("server", "address", "addr", "dsn", "filedsn") if key in parts), "")
        database = parts.get("database", parts.get("initial catalog", ""))
        trust = parts.get("trustservercertificate", "")
    else:
        server = f"{url.host or ''}" + (f",{url.port}" if url.port else "")
        database, trust = url.database or "", query.get("trustservercertificate", "")
    return Target(server, database, trust.lower() in _YES)


def odbc_parts(text: str) -> dict[str, str]:
    """Take an ODBC connection string apart: lower-case keywords, values without their braces."""
    parts: dict[str, str] = {}
    for keyword, value in _PART.findall(text):
        bare = value[1:-1].replace("}}", "}") if value.startswith("{") and value.endswith("}") else value.strip()
        parts.setdefault(keyword.lower(), bare)  # as the driver manager: the first one counts
    return parts


def best_driver(drivers: Iterable[str] | None = None) -> str:
    """Return the newest of Microsoft's drivers: ``ODBC Driver n``, that of the driver wheel, the old ``SQL Server``.

    Raises ``SettingsError`` when there is none.
    """
    installed = list(installed_drivers() if drivers is None else drivers)
    numbered = [(int(match[1]), name) for name in installed if (match := _NUMBERED.fullmatch(name))]
    if numbered:
        return max(numbered)[1]
    if drivers is None and (wheel := _driver_of_wheel()):
        return str(wheel)
    for name in installed:
        if name == "SQL Server" or name.startswith("SQL Server Native Client"):
            return name
    raise SettingsError("No ODBC driver for SQL Server is installed on this PC.", fix=DRIVER_MISSING_FIX)


def installed_drivers() -> list[str]:
    """Return the ODBC drivers of this PC. Raises ``SettingsError`` when ODBC itself does not work."""
    try:
        import pyodbc  # only SQL Server needs it; its library may be missing
    except ImportError as error:  # the driver manager's library is missing
        raise SettingsError(
            "ODBC does not work on this PC: the driver manager can't be loaded.",
            fix="On Linux install unixODBC (package unixodbc), on macOS 'brew install unixodbc'.",
        ) from error
    return list(pyodbc.drivers())


def _driver_of_wheel() -> Path | None:
    """Return the library inside the installed wheel ``mssql-python-odbc``; Windows only takes drivers by name."""
    if platform.system() == "Windows":
        return None
    found = find_spec("mssql_python_odbc")
    if found is None or not found.origin:
        return None
    machine = {"amd64": "x86_64", "aarch64": "arm64"}.get(platform.machine().lower(), platform.machine().lower())
    libraries = [
        library
        for library in sorted((Path(found.origin).parent / "libs").rglob("libmsodbcsql*"))
        if machine in library.parts or "universal2" in library.parts
    ]
    preferred = [library for library in libraries if any(name in library.parts for name in _own_distribution())]
    return next(iter(preferred or libraries), None)


def _own_distribution() -> Iterator[str]:
    if platform.system() != "Linux":
        return
    try:
        release = platform.freedesktop_os_release()
    except OSError:
        return
    like = f"{release.get('ID', '')} {release.get('ID_LIKE', '')}".split()
    for folder, names in _DISTRIBUTIONS.items():
        if any(word.startswith(names) for word in like):
            yield folder


def _braced(driver: str) -> str:
    return "{" + driver.replace("}", "}}") + "}"

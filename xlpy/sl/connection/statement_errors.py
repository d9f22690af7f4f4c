"""What SL's database, or its ODBC driver, said to a statement: in words, with what to do, and without the statement.

Known errors are a table by SQL Server's error number and by SQLSTATE. What the table does not know is told as that,
with what support needs to find it out.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from xlpy.errors import SlError
from xlpy.sl.connection.connect_errors import without_password

_STATE = re.compile(r"^[0-9A-Z]{5}$")
_NUMBER = re.compile(r"\((-?\d{1,10})\)(?:\s*\(SQL\w+\))?\s*$")
_DECORATION = re.compile(r"^(\s*\[[^\]]*\]\s*)+|\s*\(-?\d+\)\s*(?:\(SQL\w+\))?\s*$|\s*\(SQL\w+\)\s*$")


@dataclass(frozen=True, slots=True)
class _Known:
    """An error that users, data, the network or the server can cause. ``numbers``: SQL Server's; ``states``: ODBC's.

    ``says``: words of SQLite, which keeps the demo company and has no numbers.
    """

    text: str
    fix: str
    numbers: frozenset[str] = frozenset()
    states: frozenset[str] = frozenset()
    says: tuple[str, ...] = ()


_AGAIN = "Run this again; what was written before stays, and Recover finishes what is half done."
_DBA = "Tell the database administrator, with this message; then run this again."

_KNOWN = (
    _Known(
        "The SQL login lacks a right in the SL database",
        "Check the rights of the SQL login with Check setup (xlpy doctor): the set-up script grants them all.",
        frozenset({"229", "230", "262", "297", "300", "371", "916", "15247"}),
    ),
    _Known(
        "SL's server ended this in favour of somebody who wrote the same rows at the same time (deadlock)",
        _AGAIN,
        frozenset({"1205", "3960"}),
        frozenset({"40001"}),
    ),
    _Known(
        "Somebody else keeps rows of SL locked",
        f"See who has a batch or a set-up screen open in SL. {_AGAIN}",
        frozenset({"1222"}),
        says=("database is locked", "database table is locked"),
    ),
    _Known("SL's server did not answer in time", _AGAIN, states=frozenset({"HYT00", "HYT01"})),
    _Known(
        "The connection to SL broke",
        f"Check the network (VPN, firewall) and that the server runs. {_AGAIN}",
        frozenset({"64", "121", "233", "596", "6005", "10053", "10054", "10060", "17142"}),
        frozenset({"08S01", "08001", "08003", "08007"}),
    ),
    _Known(
        "SL's server has no room left (disk, log or database full)",
        _DBA,
        frozenset({"1101", "1105", "3257", "9002"}),
        says=("database or disk is full",),
    ),
    _Known(
        "The SL database can't be written to now (read-only, offline, being restored, or in use by one user)",
        _DBA,
        frozenset({"922", "924", "927", "942", "945", "952", "978", "983", "3906"}),
        says=("readonly database", "unable to open database file"),
    ),
    _Known("SL's server is short of memory", _DBA, frozenset({"701", "802", "8645", "8651"})),
    _Known(
        "The SL database is damaged, or is no database",
        _DBA,
        frozenset({"605", "823", "824", "825", "7987"}),
        says=("malformed", "not a database", "disk I/O error"),
    ),
    _Known(
        "The SL database lacks a table or a column that was there before, or the SQL login may no longer see it",
        "Run Check setup (xlpy doctor): it names what is missing.",
        frozenset({"207", "208"}),
        frozenset({"42S02", "42S22"}),
        ("no such table", "no such column"),
    ),
)


def explain_statement_error(error: Exception) -> SlError:
    """Return the error of a statement (SQLAlchemy's or the driver's) in words, with what to do.

    One that nobody foresaw says so, and what to send to support. Neither statement, parameters nor password are in it.
    """
    said = database_said(error)
    state, number = error_code(error)
    for known in _KNOWN:
        by_state = state in known.states and number in {"", "0"}
        by_words = not state and any(words in said for words in known.says)
        if number in known.numbers or by_state or by_words:
            return SlError(f"{known.text}: {said}.", fix=known.fix)
    codes = [f"SQLSTATE {state}"] * bool(state) + [f"error {number}"] * bool(number)
    found = f" ({', '.join(codes)})" if codes else ""
    return SlError(
        f"SL's database or its driver answered something that this program does not know: {said}{found}.",
        fix="Press Save full log and send the file to your support, with what Check setup (xlpy doctor) says in the"
        " lines Server and ODBC driver. Recover finishes what is half done.",
    )


def error_code(error: Exception) -> tuple[str, str]:
    """Return SQLSTATE and SQL Server's error number of a driver's error; each empty when it has none."""
    origin = getattr(error, "orig", None) or error
    state, said = _parts(origin)
    found = _NUMBER.search(said.split("; [")[0])
    return state, found[1] if found else ""


def database_said(error: Exception) -> str:
    """Return a database's error in its own words: without the driver's decoration, a full stop, or a password."""
    if isinstance(error, SlError):
        return str(error).rstrip(". ")
    origin = getattr(error, "orig", None) or error
    first = _parts(origin)[1].split("; [")[0]
    while (shorter := _DECORATION.sub("", first)) != first:
        first = shorter
    return without_password(" ".join(first.split()).rstrip(". ")) or type(origin).__name__


def _parts(origin: BaseException) -> tuple[str, str]:
    """Return SQLSTATE and text of a driver's error. pyodbc puts the state first, but last in errors of its own."""
    texts = [str(part) for part in origin.args]
    state = next((part for part in texts if _STATE.match(part)), "")
    return state, next((part for part in reversed(texts) if part != state), "")

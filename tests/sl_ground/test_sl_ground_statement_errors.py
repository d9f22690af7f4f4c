"""What SL's server says to a statement is told in words, and what nobody foresaw is told as that."""

from __future__ import annotations

from collections.abc import Callable

import pyodbc
import pytest
from sl_ground_recorder import Recorder
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from xlpy.errors import SlError
from xlpy.profile.settings import SlSettings
from xlpy.services.run.session import in_words
from xlpy.sl.connection import tsql
from xlpy.sl.connection.engine import mssql_engine, open_company
from xlpy.sl.connection.statement_errors import database_said, error_code, explain_statement_error

ODBC = "SERVER=SQLSRV1;DATABASE=DEMOApp;UID=xlpy;PWD=hush-hush"
DRIVER = "[Microsoft][ODBC Driver 18 for SQL Server]"
SERVER = f"{DRIVER}[SQL Server]"
# pyodbc's own error, when a column's type is one that it can't read: the state comes last.
UNREADABLE = pyodbc.ProgrammingError("ODBC SQL type -16 is not yet supported.  column-index=0  type=-16", "HY106")

KNOWN = [
    (
        pyodbc.ProgrammingError(
            "42000",
            f"[42000] {SERVER}The INSERT permission was denied on the object 'ARDoc', database 'DEMOApp', schema"
            " 'dbo'. (229) (SQLExecDirectW)",
        ),
        "The SQL login lacks a right in the SL database: The INSERT permission was denied on the object 'ARDoc',"
        " database 'DEMOApp', schema 'dbo'.",
        "xlpy doctor",
    ),
    (
        pyodbc.Error(
            "40001",
            f"[40001] {SERVER}Transaction (Process ID 61) was deadlocked on lock resources with another process and"
            " has been chosen as the deadlock victim. Rerun the transaction. (1205) (SQLExecDirectW)",
        ),
        "deadlock",
        "Recover",
    ),
    (
        pyodbc.OperationalError(
            "42000", f"[42000] {SERVER}Lock request time out period exceeded. (1222) (SQLExecDirectW)"
        ),
        "keeps rows of SL locked",
        "set-up screen",
    ),
    (
        pyodbc.OperationalError("08S01", f"[08S01] {DRIVER}Communication link failure (0) (SQLExecDirectW)"),
        "The connection to SL broke: Communication link failure.",
        "network",
    ),
    (
        pyodbc.OperationalError("08S01", f"[08S01] {DRIVER}TCP Provider: Error code 0x2746 (10054) (SQLExecDirectW)"),
        "The connection to SL broke: TCP Provider: Error code 0x2746.",
        "VPN",
    ),
    (
        pyodbc.OperationalError("HYT00", f"[HYT00] {DRIVER}Query timeout expired (0) (SQLExecDirectW)"),
        "in time",
        "again",
    ),
    (
        pyodbc.ProgrammingError(
            "42000",
            f"[42000] {SERVER}The transaction log for database 'DEMOApp' is full due to 'LOG_BACKUP'. (9002)"
            " (SQLExecDirectW)",
        ),
        "no room left",
        "database administrator",
    ),
    (
        pyodbc.ProgrammingError("42S02", f"[42S02] {SERVER}Invalid object name 'SOAddress'. (208) (SQLExecDirectW)"),
        "lacks a table or a column",
        "xlpy doctor",
    ),
]


@pytest.mark.parametrize(("error", "words", "cure"), KNOWN)
def test_a_foreseen_error_says_what_and_what_to_do(error: pyodbc.Error, words: str, cure: str) -> None:
    told = explain_statement_error(error)
    assert words in told.text
    assert cure in told.fix
    assert "[" not in str(told), "the driver's decoration says nothing to an accountant"


def test_an_unforeseen_error_says_so_and_what_support_needs() -> None:
    told = explain_statement_error(UNREADABLE)
    assert told.text == (
        "SL's database or its driver answered something that this program does not know: ODBC SQL type -16 is not yet"
        " supported. column-index=0 type=-16 (SQLSTATE HY106)."
    )
    assert "Save full log" in told.fix
    assert "send the file to your support" in told.fix
    other = explain_statement_error(
        pyodbc.Error("42000", f"[42000] {SERVER}Something new. (40197) (SQLExecDirectW); [42000] {SERVER}And. (8)")
    )
    assert other.text.endswith("does not know: Something new (SQLSTATE 42000, error 40197).")
    assert explain_statement_error(pyodbc.Error()).text.endswith("does not know: Error.")


def test_no_password_is_said() -> None:
    said = pyodbc.Error("HY000", "[HY000] odd; PWD=hush-hush;")
    assert "hush-hush" not in str(explain_statement_error(said))


def test_numbers_and_states_are_found_wherever_the_driver_puts_them() -> None:
    assert [error_code(error) for error, _, _ in KNOWN[:4]] == [
        ("42000", "229"),
        ("40001", "1205"),
        ("42000", "1222"),
        ("08S01", "0"),
    ]
    assert error_code(UNREADABLE) == ("HY106", "")
    assert database_said(UNREADABLE) == "ODBC SQL type -16 is not yet supported. column-index=0 type=-16"


def _opening(recorder: Recorder) -> None:
    open_company(SlSettings(url=ODBC, company="0060"))


def _asking(recorder: Recorder) -> None:
    with mssql_engine(ODBC, module=recorder).connect() as connection:
        connection.execute(tsql.DATABASE_NAME)


def _locking(recorder: Recorder) -> None:
    with mssql_engine(ODBC, module=recorder).connect() as connection:
        tsql.return_value(connection, tsql.TAKE_APPLICATION_LOCK, {"name": "a", "milliseconds": 0})


@pytest.mark.parametrize("asks", [_opening, _asking, _locking])
def test_every_way_to_the_database_tells_an_unforeseen_error_in_words(
    monkeypatch: pytest.MonkeyPatch, asks: Callable[[Recorder], None]
) -> None:
    recorder = Recorder()
    monkeypatch.setattr("xlpy.sl.connection.engine.mssql_engine", lambda *_, **__: mssql_engine(ODBC, module=recorder))
    recorder.refuse_statements = {"INFORMATION_SCHEMA.COLUMNS": UNREADABLE, "DB_NAME": UNREADABLE, "sp_get": UNREADABLE}
    with pytest.raises((SlError, DBAPIError)) as met:
        asks(recorder)
    told = met.value if isinstance(met.value, SlError) else in_words(met.value)
    assert told is not None
    assert "does not know: ODBC SQL type -16" in told.text
    assert text("SELECT 1").text not in told.text

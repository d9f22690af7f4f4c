"""A DBAPI that looks like pyodbc, writes down what SQL Server would be sent, and lets a SQLite company answer.

What is written by hand it answers in the columns and types that a server was seen to answer (``server_seen``), or not.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from server_seen import NeverAsked, seen
from sqlalchemy import Engine

CANNED = {
    "SERVERPROPERTY": [("16.0.1000.6",)],
    "schema_name()": [("dbo",)],
    "test max support": [("test max support",)],
    "XACT_STATE()": [(1, 1)],
    "sp_getapplock": [(0,)],
    "APPLOCK_MODE": [("Exclusive",)],
    "sp_releaseapplock": [(0,)],
}
_DESCRIPTION = (("value", None, None, None, None, None, None),)


@dataclass
class Sent:
    """One call of execute or executemany."""

    sql: str
    rows: list[tuple[Any, ...]]
    many: bool
    sizes: tuple[Any, ...] = ()


@dataclass
class RecordingDbapi:
    """Passed to ``create_engine`` as ``module``. ``answers``: the SQLite company; ``canned`` comes before it."""

    answers: Engine
    sent: list[Sent] = field(default_factory=list)
    canned: dict[str, list[tuple[Any, ...]]] = field(default_factory=lambda: dict(CANNED))
    fail: dict[str, str] = field(default_factory=dict)  # part of a statement → what the server says
    connections: int = 0
    paramstyle = "qmark"
    version = "5.2.0"
    pooling = False
    Error = Warning = type("Error", (Exception,), {})
    DatabaseError = OperationalError = IntegrityError = ProgrammingError = InterfaceError = DataError = Error
    InternalError = NotSupportedError = Error
    SQL_VARCHAR, SQL_WVARCHAR, SQL_CHAR, SQL_WCHAR, SQL_DECIMAL = "VARCHAR", "WVARCHAR", "CHAR", "WCHAR", "DECIMAL"
    DATETIME, NUMBER, STRING, BINARY = "DATETIME", "NUMBER", "STRING", "BINARY"
    SQL_WLONGVARCHAR, SQL_LONGVARCHAR, SQL_VARBINARY = "WLONGVARCHAR", "LONGVARCHAR", "VARBINARY"

    def connect(self, *_: Any, **__: Any) -> _Connection:
        self.connections += 1
        return _Connection(self)

    def Binary(self, value: bytes) -> bytes:
        return value

    def statements(self, start: str) -> list[Sent]:
        return [sent for sent in self.sent if sent.sql.startswith(start)]


class _Connection:
    def __init__(self, dbapi: RecordingDbapi) -> None:
        self.dbapi = dbapi
        self.autocommit = False
        self.inside: Any = None

    def _real(self) -> Any:
        if self.inside is None:
            self.inside = self.dbapi.answers.raw_connection()
            self.inside.cursor().execute("BEGIN IMMEDIATE")
        return self.inside

    def cursor(self) -> _Cursor:
        return _Cursor(self)

    def commit(self) -> None:
        self._end("COMMIT")

    def rollback(self) -> None:
        self._end("ROLLBACK")

    def close(self) -> None:
        self._end("ROLLBACK")

    def _end(self, word: str) -> None:
        if self.inside is not None:
            self.dbapi.sent.append(Sent(word, [], many=False))
            self.inside.cursor().execute(word)
            self.inside.close()
            self.inside = None

    def setdecoding(self, *_: Any, **__: Any) -> None:
        """Accept what pyodbc has."""

    def add_output_converter(self, *_: Any) -> None:
        """Accept what pyodbc has."""


def _on_sqlite(value: Any) -> Any:
    """Give a value as the demo company keeps it."""
    if isinstance(value, datetime):
        return value.isoformat(" ", "seconds")
    return " " if value == "" else value


class _Cursor:
    arraysize = 1
    fast_executemany = False

    def __init__(self, connection: _Connection) -> None:
        self.connection = connection
        self.description: Any = None
        self.rowcount = -1
        self._rows: list[Any] = []
        self._sizes: tuple[Any, ...] = ()
        self._blank_results = 0

    def setinputsizes(self, sizes: Sequence[Any]) -> None:
        self._sizes = tuple(sizes)

    def execute(self, sql: str, *parameters: Any) -> None:
        row = tuple(parameters[0]) if len(parameters) == 1 and isinstance(parameters[0], (tuple, list)) else parameters
        self._send(sql, [tuple(row)], many=False)

    def executemany(self, sql: str, rows: Sequence[Sequence[Any]]) -> None:
        self._send(sql, [tuple(row) for row in rows], many=True)

    def _send(self, sql: str, rows: list[tuple[Any, ...]], *, many: bool) -> None:
        dbapi = self.connection.dbapi
        dbapi.sent.append(Sent(sql, rows, many, self._sizes))
        self._sizes = ()
        for part, said in dbapi.fail.items():
            if part in sql and (not said or any(said in [str(v) for v in row] for row in rows)):
                raise dbapi.Error(
                    "23000", f"[23000] [Microsoft][ODBC Driver 18][SQL Server]Refused {said}. (2627) (SQLExecute)"
                )
        known = seen(sql)
        if known is not None and known.refused:
            raise dbapi.Error(known.refused, f"[{known.refused}] a server was seen to refuse this")
        for part, answer in dbapi.canned.items():
            if part in sql:
                if answer and known is None:
                    raise NeverAsked(f"No server was asked this; ask one by python -m tests.server_seen: {sql}")
                if known is not None:
                    known.refuse_other(sql, answer)
                # SQL Server answers row counts of a procedure first: a result without columns.
                self._blank_results = 1 if "sp_" in part else 0
                self._rows, self.description = list(answer), None if self._blank_results else _DESCRIPTION
                return
        if sql.startswith(("SET ", "IF @@TRANCOUNT")):
            self.description = None
            return
        self._play(sql, rows, many=many)

    def _play(self, sql: str, rows: list[tuple[Any, ...]], *, many: bool) -> None:
        cursor = self.connection._real().cursor()
        translated = re.sub(r" WITH \((UPDLOCK|HOLDLOCK|READCOMMITTEDLOCK)[^)]*\)", "", sql)
        translated = re.sub(r"^SAVE TRANSACTION", "SAVEPOINT", translated)
        translated = re.sub(r"^ROLLBACK TRANSACTION", "ROLLBACK TO", translated)
        played = [tuple(map(_on_sqlite, row)) for row in rows]
        if many:
            cursor.executemany(translated, played)
        else:
            cursor.execute(translated, played[0])
        self.description = cursor.description
        self.rowcount = cursor.rowcount
        self._rows = cursor.fetchall() if cursor.description else []

    def nextset(self) -> bool:
        if self._blank_results:
            self._blank_results -= 1
            self.description = _DESCRIPTION
            return True
        return False

    def fetchone(self) -> Any:
        return self._rows.pop(0) if self._rows else None

    def fetchmany(self, size: int = 1) -> list[Any]:
        taken, self._rows = self._rows[:size], self._rows[size:]
        return taken

    def fetchall(self) -> list[Any]:
        taken, self._rows = self._rows, []
        return taken

    def close(self) -> None:
        self._rows = []


RecordingDbapi.Cursor = _Cursor  # type: ignore[attr-defined]

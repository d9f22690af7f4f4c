"""A DBAPI module that talks to nobody: it records what the mssql+pyodbc dialect would send to SQL Server.

What is written by hand it answers in the columns and types that a server was seen to answer (``server_seen``), or not.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pyodbc
from server_seen import Seen, columns_of_core, seen


class Recorder:
    """Stands in for the module pyodbc. ``sent``: statements with their parameter rows, in order."""

    paramstyle = "qmark"
    apilevel = "2.0"
    threadsafety = 1
    version = "5.2.0"

    def __init__(self, answers: dict[str, list[tuple[Any, ...]]] | None = None) -> None:
        self.sent: list[tuple[str, list[Sequence[Any]]]] = []
        self.input_sizes: list[Any] = []
        self.connected: list[tuple[tuple[Any, ...], dict[str, Any]]] = []
        self.fast: list[bool] = []
        self.refuse: Exception | None = None
        self.refuse_statements: dict[str, Exception] = {}  # a part of a statement → what the driver says to it
        self.answers = {
            "ProductVersion": [("16.0.4003.1",)],
            "schema_name()": [("dbo",)],
            "test max support": [("test max support",)],
            **(answers or {}),
        }

    def __getattr__(self, name: str) -> Any:
        return getattr(pyodbc, name)

    def connect(self, *args: Any, **kwargs: Any) -> Connection:
        self.connected.append((args, kwargs))
        if self.refuse:
            raise self.refuse
        return Connection(self)

    def statements(self, containing: str) -> list[tuple[str, list[Sequence[Any]]]]:
        return [sent for sent in self.sent if containing in sent[0]]


class Connection:
    autocommit = False

    def __init__(self, recorder: Recorder) -> None:
        self.recorder = recorder

    def cursor(self) -> Cursor:
        return Cursor(self.recorder)

    def commit(self) -> None:
        self.recorder.sent.append(("COMMIT", []))

    def rollback(self) -> None:
        self.recorder.sent.append(("ROLLBACK", []))

    def close(self) -> None:
        self.recorder.sent.append(("CLOSE", []))

    def add_output_converter(self, *_: Any) -> None:
        pass


class Cursor:
    fast_executemany = False
    arraysize = 1

    def __init__(self, recorder: Recorder) -> None:
        self.recorder = recorder
        self.description: Any = None
        self.rowcount = -1
        self.rows: list[tuple[Any, ...]] = []

    def execute(self, statement: str, parameters: Sequence[Any] = ()) -> Cursor:
        self.recorder.sent.append((statement, [parameters]))
        for part, refusal in self.recorder.refuse_statements.items():
            if part in statement:
                raise refusal
        self._answer(statement)
        return self

    def executemany(self, statement: str, rows: Sequence[Sequence[Any]]) -> None:
        self.recorder.sent.append((statement, list(rows)))
        self.recorder.fast.append(self.fast_executemany)
        self.rowcount = len(rows)

    def setinputsizes(self, sizes: Any) -> None:
        self.recorder.input_sizes.append(sizes)

    def _answer(self, statement: str) -> None:
        found = [rows for part, rows in self.recorder.answers.items() if part in statement]
        self.rows, self.description = list(found[-1]) if found else [], None
        answer = seen(statement)
        if answer is None and statement.lstrip().upper().startswith("SELECT"):
            answer = Seen(("",) * columns_of_core(statement), ())
        if answer is None:
            return
        if answer.refused:
            raise pyodbc.ProgrammingError(answer.refused, f"[{answer.refused}] a server was seen to refuse this")
        answer.refuse_other(statement, self.rows)
        self.description = answer.description

    def fetchone(self) -> tuple[Any, ...] | None:
        return self.rows.pop(0) if self.rows else None

    def fetchall(self) -> list[tuple[Any, ...]]:
        rows, self.rows = self.rows, []
        return rows

    def fetchmany(self, size: int = 1) -> list[tuple[Any, ...]]:
        rows, self.rows = self.rows[:size], self.rows[size:]
        return rows

    def nextset(self) -> bool:
        return False

    def close(self) -> None:
        pass

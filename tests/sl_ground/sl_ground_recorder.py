"""A DBAPI module that talks to nobody: it records what the mssql+pyodbc dialect would send to SQL Server."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pyodbc


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
            "transaction_isolation_level": [("READ COMMITTED",)],
            "sys.system_views": [("sys.dm_exec_sessions",)],
            "sys.dm_exec_sessions": [("READ COMMITTED",)],
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
        self.rows = list(found[-1]) if found else []
        width = len(self.rows[0]) if self.rows else 1
        names = [f"c{index}" for index in range(width)]
        if "COLUMN_NAME AS column_name" in statement:
            names = ["table_name", "column_name", "data_type", "length", "is_identity", "is_computed"]
        is_query = statement.lstrip().upper().startswith("SELECT")
        self.description = [(name, str, None, None, None, None, True) for name in names] if is_query else None

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

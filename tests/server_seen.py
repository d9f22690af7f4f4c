"""What a server was seen to answer to statements written by hand: names and types of the columns.

``server_seen.json`` is written by ``python -m tests.server_seen`` from the server of XLPY_TEST_ODBC. The drivers that
only record (``sl_ground_recorder``, ``sl_writer_recorder``) answer a hand-written statement with these columns, or not
at all: a question that no server was asked, or an answer of another shape, fails the test that gives it.
"""

from __future__ import annotations

import contextlib
import json
import os
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

FILE = Path(__file__).with_suffix(".json")
_TYPES = {t.__name__: t for t in (str, int, float, bool, bytes, bytearray, datetime, date, Decimal)}
_LIST = re.compile(r"\(\s*\?(?:\s*,\s*\?)*\s*\)")
_ROWS = re.compile(r"(\(\?\))(?:\s*,\s*\(\?\))+")


class NeverAsked(AssertionError):
    """No server was ever seen to answer this."""


@dataclass(frozen=True, slots=True)
class Seen:
    """An answer's columns: names that the statement gives them, and Python types as the ODBC module reads them."""

    names: tuple[str, ...] = ()
    # Empty for SL's own tables: the dictionary has them.
    types: tuple[str, ...] = ()
    refused: str = ""  # SQLSTATE, when the server did not answer

    @property
    def description(self) -> list[tuple[Any, ...]] | None:
        """As the driver describes it; None for a statement without rows."""
        if not self.names:
            return None
        described = zip(self.names, self.types or ("str",) * len(self.names), strict=True)
        return [(name, _TYPES.get(kind, str), None, None, None, None, True) for name, kind in described]

    def refuse_other(self, statement: str, rows: Iterable[Sequence[Any]]) -> None:
        """Raise ``NeverAsked`` when an answer of a test has other columns or types than the server's."""
        for row in rows:
            if len(row) != len(self.names):
                raise NeverAsked(f"The server answers {len(self.names)} columns, not {row!r}: {statement}")
            for value, kind in zip(row, self.types, strict=bool(self.types)):
                if value is not None and not isinstance(value, _TYPES[kind]):
                    raise NeverAsked(f"The server answers {kind}, not {value!r}: {statement}")


def normal(statement: str) -> str:
    """Return a statement without what differs from call to call: blanks, and how many values a list has."""
    short = _LIST.sub("(?)", " ".join(statement.split()))
    return _ROWS.sub(r"\1", short)


@cache
def everything_seen() -> Mapping[str, Seen]:
    """Return the answers by statement."""
    read = json.loads(FILE.read_text(encoding="utf-8"))
    return {entry["statement"]: Seen(tuple(entry["names"]), tuple(entry["types"]), entry["refused"]) for entry in read}


def seen(statement: str) -> Seen | None:
    """Return what a server answered to a statement; None when it was not asked."""
    return everything_seen().get(normal(statement))


def columns_of_core(statement: str) -> int:
    """Return how many columns a SELECT of SL's or the ledger's own tables has; their types are the dictionary's.

    Raises ``NeverAsked`` for any other question: it is written by hand, and has to be asked a server first.
    """
    import sqlglot
    from sqlglot import exp

    from xlpy.sl.connection.schema import known_names

    tree = sqlglot.parse_one(statement, dialect="tsql")
    tables = {table.name.upper() for table in tree.find_all(exp.Table)}
    own = {name for name in tables if name.startswith("XLPY_") or name in known_names() or name == "COMPANY"}
    if not tables or tables != own:
        raise NeverAsked(f"No server was asked this; ask one by python -m tests.server_seen: {statement}")
    return len(tree.selects)


class _Listening:
    """The ODBC module, with an ear: every statement and its answer is kept."""

    def __init__(self, kept: dict[str, Seen]) -> None:
        self._kept = kept

    def __getattr__(self, name: str) -> Any:
        import pyodbc

        return getattr(pyodbc, name)

    def connect(self, *args: Any, **kwargs: Any) -> Any:
        import pyodbc

        return _ListeningConnection(pyodbc.connect(*args, **kwargs), self._kept)


class _ListeningConnection:
    def __init__(self, connection: Any, kept: dict[str, Seen]) -> None:
        self.__dict__.update(_connection=connection, _kept=kept)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._connection, name)

    def __setattr__(self, name: str, value: Any) -> None:
        setattr(self._connection, name, value)

    def cursor(self) -> Any:
        return _ListeningCursor(self._connection.cursor(), self._kept)


class _ListeningCursor:
    def __init__(self, cursor: Any, kept: dict[str, Seen]) -> None:
        self.__dict__.update(_cursor=cursor, _kept=kept, _statement="", _rows=None)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._cursor, name)

    def __setattr__(self, name: str, value: Any) -> None:
        if name.startswith("_"):
            self.__dict__[name] = value
        else:
            setattr(self._cursor, name, value)

    def execute(self, statement: str, *parameters: Any) -> Any:
        self._statement, self._rows = statement, None
        try:
            self._cursor.execute(statement, *parameters)
        except Exception as error:
            self._kept[normal(statement)] = Seen(refused=str(error.args[0]))
            raise
        self._keep()
        return self

    def nextset(self) -> Any:
        self._rows = None
        there = self._cursor.nextset()
        if there:
            self._keep()
        return there

    def _keep(self) -> None:
        described = self._cursor.description
        if described is None:
            self._kept.setdefault(normal(self._statement), Seen())
            return
        self._rows = [tuple(row) for row in self._cursor.fetchall()]
        statement = normal(self._statement)
        # A column without a name in the statement has none on SQL Server; other engines make one up.
        names = tuple(_spelled(column[0], statement) for column in described)
        self._kept[statement] = Seen(names, tuple(column[1].__name__ for column in described))

    def fetchone(self) -> Any:
        return self._rows.pop(0) if self._rows else None

    def fetchall(self) -> Any:
        rows, self._rows = self._rows or [], []
        return rows

    def fetchmany(self, size: int = 1) -> Any:
        rows, self._rows = (self._rows or [])[:size], (self._rows or [])[size:]
        return rows


def _spelled(name: str, statement: str) -> str:
    """Return a column's name as the statement spells it; empty when it gives none."""
    word = rf"(?<![@\w]){re.escape(name)}(?![\w(])"
    found = re.search(word, statement) or re.search(word, statement, re.IGNORECASE)
    return found[0] if found else ""


def ask(odbc: str) -> dict[str, Seen]:
    """Ask a server everything that is written by hand, as the product asks it, and return what it answered."""
    from sqlalchemy.exc import DBAPIError

    from xlpy.errors import LedgerMissing
    from xlpy.sl.connection import tsql
    from xlpy.sl.connection.catalogue import Catalogue
    from xlpy.sl.connection.companies import databases
    from xlpy.sl.connection.engine import mssql_engine
    from xlpy.sl.ledger_book.sql_rights import sql_rights
    from xlpy.sl.ledger_book.tables import check_ledger

    kept: dict[str, Seen] = {}
    engine = mssql_engine(odbc, module=_Listening(kept))
    with engine.connect() as connection:
        Catalogue.read(connection)
        databases(connection)
        sql_rights(connection, ["ARDoc"])
        for statement in (tsql.DATABASE_NAME, tsql.SERVER, tsql.TRANSACTION_STATE):
            connection.execute(statement)
        connection.execute(tsql.TABLES_THERE, {"names": ["a", "b"]})
        lock = {"name": "xlpy recording", "milliseconds": 0}
        tsql.return_value(connection, tsql.TAKE_APPLICATION_LOCK, lock)
        tsql.return_value(connection, tsql.RELEASE_APPLICATION_LOCK, {"name": lock["name"]})
        proof = {"name": "xlpy recording a transaction"}
        tsql.return_value(connection, tsql.TAKE_TRANSACTION_LOCK, proof)
        tsql.single_value(connection, tsql.TRANSACTION_LOCK, proof)
        with contextlib.suppress(LedgerMissing):
            check_ledger(connection)
        connection.rollback()
        try:
            connection.execute(tsql.ENCRYPTED)
        except DBAPIError:  # it takes a right of the server
            connection.rollback()
    engine.dispose()
    return kept


def main() -> None:
    """Write ``server_seen.json`` anew."""
    kept = ask(os.environ["XLPY_TEST_ODBC"])
    entries = [{"statement": text, **asdict(seen)} for text, seen in sorted(kept.items())]
    FILE.write_text(json.dumps(entries, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()

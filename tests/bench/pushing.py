"""A push against its bare floor: the same rows built, given to the driver's executemany, and committed.

The floor builds the rows with the product's own row functions, fills them up to the full width of each table, gives
them to the driver's ``executemany`` and commits: no checks, no numbering, no ledger, no reading back. On a SQL Server
statements and round trips are counted, too: one for each ``execute``, for each ``executemany`` whose rows go as one
array and for each commit, and one per row where they go one by one.
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from itertools import islice
from typing import Any

from sqlalchemy import Engine, event

from tests.bench.copies import Copies
from tests.bench.measuring import peak_megabytes, say, timed_with_cpu
from tests.bench.stage import profile_of
from xlpy.domain.documents.plan import Plan
from xlpy.sl.connection.engine import DESCRIBED_AT_MOST, SlCompany, described_length, mssql_engine, open_company
from xlpy.sl.connection.sqlite import sqlite_engine
from xlpy.sl.writing import batch_writer
from xlpy.sl.writing.insert_rows import ROWS_AT_ONCE
from xlpy.sl.writing.posting import PostRequest, post_plan

NOW = datetime(2026, 11, 22, 12, 0)  # noqa: DTZ001 (local time, as SL keeps it)
NEVER = datetime(1900, 1, 1)  # noqa: DTZ001


def raw(value: Any) -> Any:
    """What SQLite keeps."""
    if isinstance(value, Decimal):
        return float(value)
    if isinstance(value, datetime):
        return value.strftime("%Y-%m-%d %H:%M:%S")
    if isinstance(value, date):
        return f"{value} 00:00:00"
    return "1900-01-01 00:00:00" if value is None else value


def raw_for_server(value: Any) -> Any:
    """What SQL Server's driver takes."""
    if isinstance(value, Decimal):
        return float(value)
    if isinstance(value, date) and not isinstance(value, datetime):
        return datetime(value.year, value.month, value.day)  # noqa: DTZ001
    return NEVER if value is None else value


@dataclass
class Counted:
    """Statements that were executed, and how often the server was asked."""

    statements: int = 0
    round_trips: int = 0

    def watch(self, engine: Engine) -> None:
        def one(_c: Any, _cursor: Any, statement: str, parameters: Any, _context: Any, many: bool) -> None:
            self.statements += 1
            self.round_trips += len(parameters) if many and described_length(statement) > DESCRIBED_AT_MOST else 1

        def commit(_connection: Any) -> None:
            self.round_trips += 1

        event.listen(engine, "before_cursor_execute", one)
        event.listen(engine, "commit", commit)


def compare(copies: Copies, company: SlCompany, plans: Sequence[Plan], what: str) -> None:
    """Push ``plans`` into ``company`` (``copies.ours``) and into the copies of it, and say the ratio."""
    captured: list[tuple[str, list[Any]]] = []
    building: list[float] = []
    building_cpu: list[float] = []
    insert = batch_writer.insert_rows

    def capture(connection: Any, into: Any, table: str, rows: Iterable[Any]) -> None:
        start, cpu = time.perf_counter(), time.process_time()
        listed = list(rows)
        building.append(time.perf_counter() - start)
        building_cpu.append(time.process_time() - cpu)
        captured.append((table, listed))
        insert(connection, into, table, listed)

    def push(into: SlCompany) -> int:
        written = 0
        for number, plan in enumerate(plans):
            request = PostRequest(
                plan=plan, run_id=f"bench{number}", user="bench", host="bench", now=NOW, record_id_column="User1"
            )
            outcome = post_plan(into, request)
            assert outcome.failed == ()
            written += len(outcome.posted)
        return written

    other = open_company(profile_of("http://127.0.0.1:1", copies.capture).sl)
    batch_writer.insert_rows = capture
    try:
        push(other)
    finally:
        batch_writer.insert_rows = insert
        other.engine.dispose()

    def floor() -> int:
        on_server = not copies.floor.startswith("sqlite")
        engine = mssql_engine(copies.floor) if on_server else sqlite_engine(copies.floor)
        as_kept, given = (raw_for_server if on_server else raw), 0
        with closing(engine.raw_connection()) as connection:
            cursor = connection.cursor()
            if not on_server:
                cursor.execute("BEGIN IMMEDIATE")
            for table, rows in captured:
                blank = {key: as_kept(value) for key, value in company.catalogue.blank_row(table).items()}
                marks = ", ".join("?" * len(blank))
                columns = ", ".join(f'"{column}"' for column in blank)
                statement = f"INSERT INTO {table} ({columns}) VALUES ({marks})"
                full = iter(tuple((blank | {k: as_kept(v) for k, v in row.items()}).values()) for row in rows)
                while chunk := list(islice(full, ROWS_AT_ONCE)):
                    if on_server:
                        cursor.fast_executemany = described_length(statement) <= DESCRIBED_AT_MOST
                    cursor.executemany(statement, chunk)
                    given += 1
            if on_server:
                connection.commit()
            else:
                cursor.execute("COMMIT")
        engine.dispose()
        return given

    counted = Counted()
    counted.watch(company.engine)
    bare, bare_cpu, given = timed_with_cpu(floor)
    ours, ours_cpu, written = timed_with_cpu(lambda: push(company))
    rows = sum(len(listed) for _, listed in captured)
    say(
        f"push of {what}: {written:,} documents, {rows:,} SL rows ({copies.where})",
        floor=f"{sum(building) + bare:.1f} s",
        ours=f"{ours:.1f} s",
        ratio=f"{ours / (sum(building) + bare):.2f}",
        ratio_of_cpu=f"{ours_cpu / (sum(building_cpu) + bare_cpu):.2f}",
        goal="1.3",
        statements=f"{counted.statements} (floor {given})",
        round_trips=f"{counted.round_trips}",
        peak=f"{peak_megabytes()} MB (floor in it)",
    )

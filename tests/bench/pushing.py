"""A push against its bare floor: the same rows built, given to the driver's executemany, and committed.

The floor builds the rows with the product's own row functions, fills them up to the full width of each table, gives
them to sqlite3's ``executemany`` and commits: no checks, no numbering, no ledger, no reading back.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

from tests.bench.measuring import busy, peak_megabytes, say
from tests.bench.stage import profile_of
from xlpy.domain.documents.plan import Plan
from xlpy.sl.connection.engine import SlCompany, open_company
from xlpy.sl.connection.sqlite import sqlite_engine
from xlpy.sl.writing import batch_writer
from xlpy.sl.writing.posting import PostRequest, post_plan

NOW = datetime(2026, 11, 22, 12, 0)  # noqa: DTZ001 (local time, as SL keeps it)


def raw(value: Any) -> Any:
    if isinstance(value, Decimal):
        return float(value)
    if isinstance(value, datetime):
        return value.strftime("%Y-%m-%d %H:%M:%S")
    if isinstance(value, date):
        return f"{value} 00:00:00"
    return "1900-01-01 00:00:00" if value is None else value


def compare(folder: Path, company: SlCompany, plans: Sequence[Plan], what: str) -> None:
    """Push ``plans`` into ``folder/sl.sqlite`` and into copies of it, and say the ratio."""
    for name in ("floor", "capture"):
        shutil.copyfile(folder / "sl.sqlite", folder / f"{name}.sqlite")
    captured: list[tuple[str, list[Any]]] = []
    building: list[tuple[float, float]] = []
    insert = batch_writer.insert_rows

    def capture(connection: Any, into: Any, table: str, rows: Iterable[Any]) -> None:
        seconds, own, listed = busy(lambda: list(rows))
        building.append((seconds, own))
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

    other = open_company(profile_of("http://127.0.0.1:1", f"sqlite:///{(folder / 'capture.sqlite').as_posix()}").sl)
    batch_writer.insert_rows = capture
    try:
        push(other)
    finally:
        batch_writer.insert_rows = insert
        other.engine.dispose()

    def floor() -> None:
        connection = sqlite_engine(f"sqlite:///{(folder / 'floor.sqlite').as_posix()}").raw_connection()
        cursor = connection.cursor()
        cursor.execute("BEGIN IMMEDIATE")
        for table, rows in captured:
            blank = {key: raw(value) for key, value in company.catalogue.blank_row(table).items()}
            marks = ", ".join("?" * len(blank))
            columns = ", ".join(f'"{column}"' for column in blank)
            full = [tuple((blank | {k: raw(v) for k, v in row.items()}).values()) for row in rows]
            cursor.executemany(f"INSERT INTO {table} ({columns}) VALUES ({marks})", full)
        cursor.execute("COMMIT")
        connection.close()

    bare, bare_own, _ = busy(floor)
    ours, ours_own, written = busy(lambda: push(company))
    bare, bare_own = bare + sum(seconds for seconds, _ in building), bare_own + sum(own for _, own in building)
    rows = sum(len(listed) for _, listed in captured)
    say(
        f"push of {what}: {written:,} documents, {rows:,} SL rows (SQLite)",
        floor=f"{bare:.1f} s",
        ours=f"{ours:.1f} s",
        ratio=f"{ours / bare:.2f}",
        of_own_work=f"{ours_own:.1f} / {bare_own:.1f} s = {ours_own / bare_own:.2f}",
        goal="1.3",
        peak=f"{peak_megabytes()} MB (floor in it)",
    )

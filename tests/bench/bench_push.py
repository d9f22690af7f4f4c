"""The SQL part of a push against building the same rows + the driver's executemany + commit, on SQLite (goal: 2).

The floor builds the rows with the product's own row functions, fills them up to the full width of each table, gives
them to sqlite3's ``executemany`` and commits: no checks, no numbering, no ledger, no reading back.
"""

from __future__ import annotations

import shutil
import tempfile
import time
from collections.abc import Iterable
from dataclasses import replace
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

from tests.bench.measuring import peak_megabytes, quick, say, timed
from tests.bench.stage import profile_of, stage, widened
from xlpy.domain.planning import build_plan
from xlpy.sl import batch_writer
from xlpy.sl.engine import open_company
from xlpy.sl.posting import PostRequest, post_plan
from xlpy.sl.sqlite import sqlite_engine

COUNT = 1_000 if quick() else 10_000
NOW = datetime(2026, 11, 22, 12, 0)  # noqa: DTZ001 (local time, as SL keeps it)


def raw(value: Any) -> Any:
    if isinstance(value, Decimal):
        return float(value)
    if isinstance(value, datetime):
        return value.strftime("%Y-%m-%d %H:%M:%S")
    if isinstance(value, date):
        return f"{value} 00:00:00"
    return "1900-01-01 00:00:00" if value is None else value


def main() -> None:
    with tempfile.TemporaryDirectory() as name, stage(Path(name), COUNT) as ready:
        folder = Path(name)
        plan = build_plan(replace(ready.request, export=widened(ready.request.export, 5)))
        shutil.copyfile(folder / "sl.sqlite", folder / "floor.sqlite")
        captured: list[tuple[str, list[Any]]] = []
        building: list[float] = []
        insert = batch_writer.insert_rows

        def capture(connection: Any, company: Any, table: str, rows: Iterable[Any]) -> None:
            start = time.perf_counter()
            listed = list(rows)
            building.append(time.perf_counter() - start)
            captured.append((table, listed))
            insert(connection, company, table, listed)

        shutil.copyfile(folder / "sl.sqlite", folder / "capture.sqlite")
        settings = f"sqlite:///{(folder / 'capture.sqlite').as_posix()}"
        other = open_company(profile_of("http://127.0.0.1:1", settings).sl)
        batch_writer.insert_rows = capture
        request = PostRequest(plan=plan, run_id="bench", user="bench", host="bench", now=NOW, record_id_column="User1")
        post_plan(other, request)
        batch_writer.insert_rows = insert
        other.engine.dispose()

        def floor() -> None:
            connection = sqlite_engine(f"sqlite:///{(folder / 'floor.sqlite').as_posix()}").raw_connection()
            cursor = connection.cursor()
            cursor.execute("BEGIN IMMEDIATE")
            for table, rows in captured:
                blank = {key: raw(value) for key, value in ready.company.catalogue.blank_row(table).items()}
                marks = ", ".join("?" * len(blank))
                columns = ", ".join(f'"{column}"' for column in blank)
                full = [tuple((blank | {k: raw(v) for k, v in row.items()}).values()) for row in rows]
                cursor.executemany(f"INSERT INTO {table} ({columns}) VALUES ({marks})", full)
            cursor.execute("COMMIT")
            connection.close()

        bare, _ = timed(floor)
        ours, outcome = timed(lambda: post_plan(ready.company, request))
        rows = sum(len(listed) for _, listed in captured)
        say(
            f"push of {len(outcome.posted):,} documents, {rows:,} SL rows (SQLite)",
            floor=f"{sum(building) + bare:.1f} s",
            ours=f"{ours:.1f} s",
            ratio=f"{ours / (sum(building) + bare):.2f}",
            goal="2",
            failed=len(outcome.failed),
            peak=f"{peak_megabytes()} MB (floor in it)",
        )


if __name__ == "__main__":
    main()

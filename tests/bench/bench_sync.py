"""Sync of 20,000 open invoices with 2,000 changes: SQL statements and Manage calls counted, and time beside bare reads.

The counts are the point: the statements that read SL do not grow with the number of invoices (2,000 with 200 changes
beside it), and Manage is called for the differences only, besides reads in chunks of 100. The floor of *Everything* is
the same chunks read and parsed by ``requests``, and the same rows read by plain SQL.
"""

from __future__ import annotations

import os
import sys
import tempfile
from collections import Counter
from decimal import Decimal
from pathlib import Path
from typing import Any

import requests
from sqlalchemy import event

sys.path.insert(0, str(Path(__file__).parents[1] / "sync"))

from sync_many import FIRST_ID, multiply, pay_all
from sync_stage import Stage, open_stage

from tests.bench.measuring import peak_megabytes, quick, say, timed
from xlpy.demo.site.door import access
from xlpy.manage.invoice_records import FIELDS
from xlpy.services.run.sync_report import SyncReport

SIZES = ((200, 20), (2_000, 200)) if quick() else ((2_000, 200), (20_000, 2_000))
CHUNK = 100


def counted(stage: Stage, start: str) -> tuple[float, SyncReport, Counter[str], Counter[str]]:
    statements: Counter[str] = Counter()
    engine = stage.session().sl.engine

    def note(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        statements[statement.split(maxsplit=1)[0]] += 1

    event.listen(engine, "before_cursor_execute", note)
    stage.site.calls.clear()
    seconds, report = timed(lambda: stage.sync(start))
    event.remove(engine, "before_cursor_execute", note)
    kinds = (
        "list" if p.endswith("/payments") and m == "GET" else "chunk" if m == "GET" else m for m, p in stage.site.calls
    )
    return seconds, report, statements, Counter(kinds)


def bare_reads(stage: Stage, count: int) -> None:
    """The floor: the same invoices in the same chunks, and the same rows of SL; nothing is compared."""
    session = requests.Session()
    session.auth = (f"{access.COMPANY}+{access.PUBLIC_KEY}", access.PRIVATE_KEY)
    session.headers["clientId"] = access.CLIENT_ID
    base = f"{stage.profile.manage.url}/v4_6_release/apis/3.0/finance/invoices"
    for first in range(FIRST_ID, FIRST_ID + count, CHUNK):
        ids = ",".join(str(i) for i in range(first, first + CHUNK))
        params = {"conditions": f"id in ({ids})", "fields": FIELDS, "pageSize": "1000"}
        assert len(session.get(base, params=params).json()) == CHUNK
    for table in ("ARDoc", "ARAdjust", "xlpy_Posting", "xlpy_PostingDoc", "xlpy_Payment", "xlpy_Settlement"):
        stage.rows(f"SELECT * FROM {table}")


def measure(folder: Path, count: int, changes: int) -> None:
    os.environ["XLPY_DATA"] = str(folder / "data")
    with open_stage(folder) as stage:
        numbers = multiply(stage, count)
        first = stage.sync()
        assert not first.failed
        pay_all(stage, numbers[:changes], Decimal(30))
        seconds, report, statements, calls = counted(stage, "last")
        assert len(report.rows) == changes
        say(
            f"sync of {count:,} invoices, {changes:,} changes",
            selects=statements["SELECT"],
            sql_writes=statements["INSERT"] + statements["UPDATE"],
            chunk_reads=calls["chunk"],
            payment_lists=calls["list"],
            posts=calls["POST"],
            seconds=f"{seconds:.1f} (site in it)",
        )
        seconds, report, statements, calls = counted(stage, "last")
        assert report.rows == ()
        say("  once more", selects=statements["SELECT"], calls=calls.total(), seconds=f"{seconds:.2f}")
        floor, _ = timed(lambda: bare_reads(stage, count))
        seconds, report, statements, calls = counted(stage, "everything")
        assert calls["POST"] == 0
        say(
            f"  everything, {count:,} compared",
            selects=statements["SELECT"],
            calls=calls.total(),
            floor=f"{floor:.1f} s",
            ours=f"{seconds:.1f} s",
            ratio=f"{seconds / floor:.2f}",
            peak=f"{peak_megabytes()} MB (site in it)",
        )


def main() -> None:
    for count, changes in SIZES:
        with tempfile.TemporaryDirectory() as name:
            measure(Path(name), count, changes)


if __name__ == "__main__":
    main()

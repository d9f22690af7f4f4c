"""The SQL part of a push of 10,000 invoices with 50,000 lines against its bare floor (goal: 1.3).

On SQLite; on the server that ``XLPY_TEST_ODBC`` names when it is set.
"""

from __future__ import annotations

import tempfile
from dataclasses import replace
from pathlib import Path

from tests.bench.copies import three_companies
from tests.bench.measuring import quick
from tests.bench.pushing import compare
from tests.bench.stage import stage, widened
from xlpy.domain.planning.planner import build_plan

COUNT = 1_000 if quick() else 10_000


def main() -> None:
    with (
        tempfile.TemporaryDirectory() as name,
        three_companies(Path(name)) as copies,
        stage(Path(name), COUNT, copies.ours) as ready,
    ):
        plan = build_plan(replace(ready.request, exported_invoices=widened(ready.request.exported_invoices, 5)))
        compare(copies, ready.company, [plan], "invoices")


if __name__ == "__main__":
    main()

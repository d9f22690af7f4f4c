"""The SQL part of a push of 10,000 invoices with 50,000 lines against its bare floor, on SQLite (goal: 1.3)."""

from __future__ import annotations

import tempfile
from dataclasses import replace
from pathlib import Path

from tests.bench.measuring import quick
from tests.bench.pushing import compare
from tests.bench.stage import stage, widened
from xlpy.domain.planning.planner import build_plan

COUNT = 1_000 if quick() else 10_000


def main() -> None:
    with tempfile.TemporaryDirectory() as name, stage(Path(name), COUNT) as ready:
        plan = build_plan(replace(ready.request, exported_invoices=widened(ready.request.exported_invoices, 5)))
        compare(Path(name), ready.company, [plan], "invoices")


if __name__ == "__main__":
    main()

"""Check and plan of 10,000 invoices with 50,000 lines (goal: 2 s, and growth linear from 1,000)."""

from __future__ import annotations

import tempfile
from dataclasses import replace
from pathlib import Path

from tests.bench.measuring import busy, peak_megabytes, quick, say, timed
from tests.bench.stage import stage, widened
from xlpy.domain.planning.planner import build_plan

COUNT = 1_000 if quick() else 10_000


def main() -> None:
    with tempfile.TemporaryDirectory() as name, stage(Path(name), COUNT) as ready:
        whole = replace(ready.request, exported_invoices=widened(ready.request.exported_invoices, 5))
        few = {entry.key.record_id for entry in whole.invoices[: COUNT // 10]}
        tenth = replace(
            whole,
            invoices=whole.invoices[: COUNT // 10],
            exported_invoices=tuple(invoice for invoice in whole.exported_invoices if str(invoice.id) in few),
        )
        small, small_own, plan = busy(lambda: build_plan(tenth))
        large, large_own, plan = busy(lambda: build_plan(whole))
        lines = sum(len(document.lines) for batch in plan.ar.batches for document in batch.documents)
        say(
            f"plan of {COUNT:,} invoices, {sum(len(i.lines) for i in whole.exported_invoices):,} lines",
            seconds=f"{large:.2f}",
            goal="2 s for 10,000",
            tenth=f"{small:.2f} s",
            growth=f"{large / small:.1f}x for 10x",
            of_own_work=f"{large_own:.2f} s, {large_own / small_own:.1f}x",
            documents=sum(len(b.documents) for b in plan.ar.batches),
            sl_lines=lines,
            stops=len(plan.stops),
            peak=f"{peak_megabytes()} MB",
        )
        hashing, _ = timed(lambda: plan.hash)
        say("hash of the plan", seconds=f"{hashing:.2f}", size=f"{len(plan.to_json()) / 1e6:.0f} MB of JSON")


if __name__ == "__main__":
    main()

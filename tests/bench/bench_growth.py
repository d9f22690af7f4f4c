"""How time, statements, requests and memory grow from 1,000 to 50,000 invoices (goal: exponents of at most 1.05).

An exponent of 1 means: twice as many invoices take twice as long. Each size runs in a process of its own, and so does
the demo site, so that the peak memory is the product's. Calls to Excel by rows are counted by ``tests.com_excel``.
"""

from __future__ import annotations

import json
import math
import subprocess
import sys
import tempfile
from dataclasses import replace
from pathlib import Path
from typing import Any

import requests
from sqlalchemy import event

from tests.bench.bench_refresh import ours as refresh
from tests.bench.measuring import peak_megabytes, quick, say, timed
from tests.bench.pushing import NOW
from tests.bench.stage import make_sl, make_workbook, profile_of, served_elsewhere, stage, widened
from xlpy.domain.planning.planner import build_plan
from xlpy.sl.writing.posting import PostRequest, post_plan

SIZES = (200, 1_000) if quick() else (1_000, 10_000, 50_000)
LINES_EACH = 5
GROWING = ("plan", "push", "refresh")


def measure(work: str, count: int) -> dict[str, Any]:
    """Do one piece of work once, and return what it took."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        return _refreshed(folder, count) if work == "refresh" else _posted(folder, count, work)


def _posted(folder: Path, count: int, work: str) -> dict[str, Any]:
    with stage(folder, count) as ready:
        ready.request = replace(ready.request, exported_invoices=widened(ready.request.exported_invoices, LINES_EACH))
        lines = sum(len(invoice.lines) for invoice in ready.request.exported_invoices)
        seconds, plan = timed(lambda: build_plan(ready.request))
        if work == "plan":
            return {"seconds": seconds, "lines": lines, "peak": peak_megabytes()}
        del ready.request  # an export keeps nothing but the plan, either
        statements = 0

        def counted(*_: object) -> None:
            nonlocal statements
            statements += 1

        event.listen(ready.company.engine, "before_cursor_execute", counted)
        post = PostRequest(plan=plan, run_id="grow", user="bench", host="bench", now=NOW, record_id_column="User1")
        seconds, done = timed(lambda: post_plan(ready.company, post))
        assert done.failed == ()
        return {"seconds": seconds, "lines": lines, "statements": statements, "peak": peak_megabytes()}


def _refreshed(folder: Path, count: int) -> dict[str, Any]:
    url, workbook = make_sl(folder), make_workbook(folder)
    asked = 0
    send = requests.Session.send

    def counted(*arguments: Any, **more: Any) -> requests.Response:
        nonlocal asked
        asked += 1
        return send(*arguments, **more)

    with served_elsewhere(count) as site_url:
        requests.Session.send = counted  # type: ignore[method-assign]
        try:
            seconds, _ = timed(lambda: refresh(profile_of(site_url, url), workbook))
        finally:
            requests.Session.send = send  # type: ignore[method-assign]
    return {"seconds": seconds, "requests": asked, "peak": peak_megabytes()}


def main() -> None:
    for work in GROWING:
        before: dict[str, Any] = {}
        for count in SIZES:
            command = [sys.executable, "-m", "tests.bench.bench_growth", "--measure", work, str(count)]
            ended = subprocess.run(command, capture_output=True, text=True, check=True)
            figures: dict[str, Any] = json.loads(ended.stdout)
            grown = {}
            if before:
                steps = math.log(count / before["count"])
                grown["exponent"] = f"{math.log(figures['seconds'] / before['seconds']) / steps:.2f} (goal 1.05)"
            before = figures | {"count": count}
            counts = {name: figures[name] for name in ("lines", "statements", "requests") if name in figures}
            say(
                f"{work} of {count:,} invoices",
                seconds=f"{figures['seconds']:.2f}",
                **grown,
                **counts,
                peak=f"{figures['peak']} MB",
            )


if __name__ == "__main__":
    if "--measure" in sys.argv:
        at = sys.argv.index("--measure")
        print(json.dumps(measure(sys.argv[at + 1], int(sys.argv[at + 2]))))
    else:
        main()

"""What ``from xlpy import macros`` adds to ``import xlwings`` (goal: 0.2 s)."""

from __future__ import annotations

import subprocess
import sys
import time

from tests.bench.measuring import say

RUNS = 5


def seconds(code: str) -> float:
    best = []
    for _ in range(RUNS):
        start = time.perf_counter()
        subprocess.run([sys.executable, "-c", code], check=True)
        best.append(time.perf_counter() - start)
    return min(best)


bare = seconds("import xlwings")
ours = seconds("import xlwings; from xlpy import macros")
say("import xlwings, then from xlpy import macros", bare=f"{bare:.2f} s", adds=f"{ours - bare:.3f} s", goal="0.2 s")

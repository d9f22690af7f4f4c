"""Many working days, seeds printed; of a day that fails steps are left out as long as it still fails.

``python -m tests.working_days [days] [first seed]``
"""

from __future__ import annotations

import os
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

sys.path[:0] = [str(Path(__file__).parent), str(Path(__file__).parents[1])]

from undo_stage import RULES, Theatre, open_theatre
from working_day import Broken, Step, steps_of, work

from xlpy.manage.http import transport


@contextmanager
def _theatre(folder: Path) -> Iterator[Theatre]:
    opening = open_theatre(folder, RULES, invoices=6, expenses=4, procurement=4)
    yield next(opening)
    for _ in opening:
        pass


def _fails(theatre: Theatre, folder: Path, steps: list[Step]) -> str:
    try:
        work(theatre.put_back("fresh"), folder, steps)
    except Broken as broken:
        return str(broken)
    return ""


def _shrunk(theatre: Theatre, folder: Path, steps: list[Step]) -> list[Step]:
    """Leave out one step after the other as long as the day still fails."""
    at = 0
    while at < len(steps):
        fewer = steps[:at] + steps[at + 1 :]
        if _fails(theatre, folder, fewer):
            steps = fewer
        else:
            at += 1
    return steps


def main() -> int:
    """Work the days; return 1 when one of them failed."""
    given = [int(text) for text in sys.argv[1:]]
    days = given[0] if given else 1000
    first = given[1] if len(given) > 1 else 0
    transport.WAITS = (0.0, 0.0, 0.0)
    failed: list[int] = []
    done: Counter[str] = Counter()
    started = time.monotonic()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        os.environ["XLPY_DATA"] = str(folder / "data")
        with _theatre(folder) as theatre:
            for seed in range(first, first + days):
                steps = steps_of(seed)
                done.update(step.name for step in steps)
                done["fault"] += sum(bool(step.fault) for step in steps)
                if _fails(theatre, folder, steps):
                    failed.append(seed)
                    least = _shrunk(theatre, folder, steps)
                    print(
                        f"seed {seed} fails; the least that does: {least}\n{_fails(theatre, folder, least)}\n",
                        flush=True,
                    )
    print(f"{days} days from seed {first} in {time.monotonic() - started:,.0f} s: {len(failed)} failed {failed}")
    print(", ".join(f"{name} {count}" for name, count in sorted(done.items())))
    return int(bool(failed))


if __name__ == "__main__":
    sys.exit(main())

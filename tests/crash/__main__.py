"""The whole crash matrix: every outside effect of every command that writes, killed and recovered from.

``python -m tests.crash [story ...] [stride]``: all stories and every place by default, on two cores.
"""

from __future__ import annotations

import multiprocessing
import sys
import tempfile
import time
from pathlib import Path

sys.path[:0] = [str(Path(__file__).parent), str(Path(__file__).parents[1])]

from crash_desk import a_desk
from crash_matrix import Tried, every, tried
from crash_stories import STORIES, make_moments
from rare_collecting import collect_rarely

from xlpy.manage.http import transport

WORKERS = 2


def _work(part: int, names: list[str], stride: int, told: object) -> None:
    transport.WAITS = (0.0, 0.0, 0.0)
    with tempfile.TemporaryDirectory() as folder, a_desk(Path(folder).resolve()) as desk:
        make_moments(desk)
        collect_rarely()
        for name in names:
            told.put(tried(desk, name, every(stride, part, WORKERS)))  # type: ignore[attr-defined]


def main() -> int:
    """Try them; return 1 when one of them ended wrong."""
    names = [text for text in sys.argv[1:] if not text.isdigit()] or list(STORIES)
    stride = next((int(text) for text in sys.argv[1:] if text.isdigit()), 1)
    began = time.monotonic()
    spawn = multiprocessing.get_context("fork")
    told: multiprocessing.Queue[Tried] = spawn.Queue()  # type: ignore[assignment]
    workers = [spawn.Process(target=_work, args=(part, names, stride, told)) for part in range(WORKERS)]
    for worker in workers:
        worker.start()
    done = []
    while len(done) < len(names) * WORKERS:
        found = told.get(timeout=3600)
        done.append(found)
        print(found, *found.wrong, sep="\n  ", flush=True)
    for worker in workers:
        worker.join()
    wrong = sum(len(found.wrong) for found in done)
    print(
        f"{sum(found.places for found in done) // WORKERS} places, {sum(found.died for found in done)} died at,"
        f" {sum(found.lost for found in done)} answers lost, {wrong} wrong, {time.monotonic() - began:,.0f} s"
    )
    return int(wrong > 0)


if __name__ == "__main__":
    sys.exit(main())

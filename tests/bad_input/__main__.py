"""Bad workbooks, answers of Manage, settings files and SL companies, with the counts.

``python -m tests.bad_input [seed] [all]``: a seed chooses as many of each as ``TRIED`` says; ``all`` takes every one,
which needs hours.
"""

from __future__ import annotations

import os
import random
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TypeVar

sys.path.insert(0, str(Path(__file__).parent))

from bad_answers import bad_answers
from bad_companies import bad_companies
from bad_input_stage import Desk, Ended, a_desk
from bad_settings import bad_settings
from bad_workbooks import bad_workbooks

TRIED = {"workbooks": 300, "settings": 200, "companies": 100, "answers": 300}
T = TypeVar("T")


def main(seed: int, *, everything: bool) -> int:
    """Print each that ends otherwise than it should, then how all ended. Returns 1 when one did."""
    chosen = random.Random(seed)
    print(f"seed {seed}", flush=True)

    def some(name: str, of: Iterable[T]) -> Iterator[T]:
        known = list(of)
        yield from known if everything else chosen.sample(known, TRIED[name])

    def tried(desk: Desk) -> Iterator[tuple[str, Iterable[tuple[str, Ended]]]]:
        yield "workbooks", ((bad.what, desk.check(bad.data)) for bad in some("workbooks", bad_workbooks(desk.good)))
        settings = bad_settings(desk.settings, desk.template)
        yield "settings", ((bad.what, desk.refresh(bad.data)) for bad in some("settings", settings))
        companies = some("companies", bad_companies())
        yield "companies", ((bad.what, end) for bad in companies for end in desk.company(bad))
        answers = some("answers", bad_answers(dict(desk.line.paths)))
        yield "answers", ((bad.what, desk.refresh_and_preview(bad)) for bad in answers)

    faults = 0
    with tempfile.TemporaryDirectory() as folder:
        os.environ["XLPY_DATA"] = str(Path(folder) / "data")
        with a_desk(Path(folder)) as desk:
            before = desk.sl_rows()
            desk.refresh_and_preview(None)
            for name, ended in tried(desk):
                codes: Counter[int] = Counter()
                began = time.process_time()
                for what, end in ended:
                    codes[end.code] += 1
                    if end.fault:
                        faults += 1
                        print(f"{name}: {what}: {end.fault[:300]}", flush=True)
                ends = ", ".join(f"exit {code}: {count}" for code, count in sorted(codes.items()))
                print(f"{codes.total()} {name} in {time.process_time() - began:.0f} s: {ends}", flush=True)
            changed = {name: rows for name, rows in desk.sl_rows().items() if rows != before[name]}
            print(f"SL's tables changed: {changed or 'none'}")
    return int(bool(faults or changed))


if __name__ == "__main__":
    numbers = [int(word) for word in sys.argv[1:] if word.isdecimal()]
    sys.exit(main(numbers[0] if numbers else random.randrange(10_000), everything="all" in sys.argv[1:]))

"""Time and memory of a piece of work, said as one JSON line."""

from __future__ import annotations

import gc
import json
import sys
import time
from collections.abc import Callable
from typing import TypeVar

T = TypeVar("T")


def timed(work: Callable[[], T]) -> tuple[float, T]:
    seconds, _, result = busy(work)
    return seconds, result


def busy(work: Callable[[], T]) -> tuple[float, float, T]:
    """Return the seconds on the clock, those of this process's own work, and the result.

    The second doesn't grow because others use the machine, and lacks what a server does.
    """
    gc.collect()
    start, own = time.perf_counter(), time.process_time()
    result = work()
    return time.perf_counter() - start, time.process_time() - own, result


def peak_megabytes() -> int:
    if sys.platform == "win32":
        return 0
    import resource

    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024


def say(what: str, **figures: object) -> None:
    print(json.dumps({"what": what, **figures}), flush=True)


def quick() -> bool:
    return "--quick" in sys.argv

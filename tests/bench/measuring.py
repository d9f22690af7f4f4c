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
    gc.collect()
    start = time.perf_counter()
    result = work()
    return time.perf_counter() - start, result


def timed_with_cpu(work: Callable[[], T]) -> tuple[float, float, T]:
    """Return the time by the clock, that of the processor (other work on the machine changes it little), the result."""
    began = time.process_time()
    seconds, result = timed(work)
    return seconds, time.process_time() - began, result


def peak_megabytes() -> int:
    if sys.platform == "win32":
        return 0
    import resource

    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024


def say(what: str, **figures: object) -> None:
    print(json.dumps({"what": what, **figures}), flush=True)


def quick() -> bool:
    return "--quick" in sys.argv

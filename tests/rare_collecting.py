"""Looks for dead cycles rarely, and never among what is there already: that takes a tenth of the tests' time.

At the end of a run pytest looks five times, for errors that only come when something is collected: once is enough.
"""

from __future__ import annotations

import gc


def collect_rarely() -> None:
    """From now on, in this process and those it forks."""
    collect_once()
    gc.set_threshold(100_000, 20, 50)


def collect_once() -> None:
    """Collect what is dead, and look no more at what is alive now."""
    gc.collect()
    gc.freeze()

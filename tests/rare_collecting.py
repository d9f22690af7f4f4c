"""Looks for dead cycles rarely, and never among what is there already: that takes a tenth of the tests' time."""

from __future__ import annotations

import gc


def collect_rarely() -> None:
    """From now on, in this process and those it forks."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(100_000, 20, 50)

"""A cure as the table of codes words it, and what a user then does."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

Story = Callable[[], Any]


@dataclass(frozen=True, slots=True)
class Cure:
    """``words``: a part of the cure as told; ``done``: the same run after a user did that.

    ``before``: the run that stops, where it is another than the story of the code. ``next_stop``: the code of what is
    missing then, for a cure of two steps that are told one after the other.
    """

    words: str
    done: Story
    before: Story | None = None
    next_stop: str = ""

"""Running other programs, with what they said; and the one error of this room."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Callable, Sequence
from dataclasses import dataclass


class NotInstalled(Exception):
    """It can't be installed, updated or taken away; what was there before is there still, unless the text says else."""

    def __init__(self, text: str, fix: str) -> None:
        super().__init__(f"{text} {fix}".strip())


@dataclass(frozen=True)
class Ran:
    """How a program ended. ``code``: 0 when it was right. ``said``: both its outputs; empty when it was only shown."""

    code: int
    said: str = ""

    @property
    def last(self) -> str:
        """The last line that says something."""
        return next((line.strip() for line in reversed(self.said.splitlines()) if line.strip()), "")


_ASTRAY = ("PYTHON", "VIRTUAL_ENV", "PIP_TARGET", "PIP_PREFIX", "PIP_ROOT", "PIP_USER")
Runner = Callable[[Sequence[str], bool], Ran]
"""Runs a program: its words, and whether it is shown to the user while it runs (then nothing is kept of it)."""


def run(words: Sequence[str], shown: bool) -> Ran:
    """Run a program to its end, without the variables that would send another Python astray."""
    clean = {name: value for name, value in os.environ.items() if not name.upper().startswith(_ASTRAY)}
    clean["PYTHONUTF8"] = "1"
    try:
        done = subprocess.run(  # noqa: S603 (the interpreter of this user, by its path)
            list(words),
            env=clean,
            check=False,
            text=True,
            encoding="utf-8",
            errors="replace",
            stdout=None if shown else subprocess.PIPE,
            stderr=None if shown else subprocess.STDOUT,
        )
    except OSError as error:
        return Ran(127, f"{words[0]}: {error.strerror or error}")
    return Ran(done.returncode, done.stdout or "")

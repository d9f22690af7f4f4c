"""The small Python API, for notebooks and scripts: frames for looking, typed objects for working.

>>> import xlpy
>>> with xlpy.connect("settings.toml") as books:          # doctest: +SKIP
...     unposted = books.unposted(through=date(2026, 10, 31))
...     plan = books.plan(unposted.index, batch="20261031JD", through=date(2026, 10, 31))
...     books.problems(plan)
...     report = books.push(plan)
"""

from __future__ import annotations

from pathlib import Path

from xlpy.api.books import Books
from xlpy.profile.settings import Profile, load_profile
from xlpy.services.run.session import Session

__all__ = ["Books", "connect"]


def connect(profile: Profile | Path | str | None = None) -> Books:
    """Open a profile: an object, a path of its file, or None for ``XLPY_PROFILE`` and the environment."""
    chosen = profile if isinstance(profile, Profile) else load_profile(Path(profile) if profile else None)
    return Books(Session.open(chosen))

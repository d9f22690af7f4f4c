"""An id that has a character which no id of SL should have, and the id of SL that it looks like."""

from __future__ import annotations

from xlpy.domain.checks.table import found
from xlpy.domain.values.odd_characters import looks_like, odd_in
from xlpy.domain.values.problems import Problem

__all__ = ["looks_like", "odd_id", "odd_in"]


def odd_id(sort: str, text: str, which: str, alike: str) -> Problem:
    """Return the stop of an id with odd characters. ``alike``: what SL has instead; empty for nothing."""
    shown = "".join(character if character.isprintable() else "·" for character in text)
    told = f"; it looks like {alike}" if alike else ""
    return found("ID-CHARS", text, alike, sort=sort, shown=shown, which=which, alike=told)

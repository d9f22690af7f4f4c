"""What is wrong with a text that is shown to a user: doubled stops, blanks, words or names."""

from __future__ import annotations

import re

_FAULTS = {
    "a doubled stop": re.compile(r"[.,;:!?]\s*[.,;:!?](?!\w)"),
    "a blank before a stop": re.compile(r"\s[.,;:!?](?:\s|$)"),
    "a doubled blank": re.compile(r"[ \t]{2,}"),
    "a doubled word": re.compile(r"\b([^\W\d]+) \1\b", re.IGNORECASE),
    "a blank at an end": re.compile(r"^\s|\s$"),
    "an open template": re.compile(r"\{\w*\}"),
    "nothing where something belongs": re.compile(r"\(\s*\)|''|\"\"|\bNone\b"),
}
_HARMLESS = re.compile(r"\.\.\.|…|[A-Za-z]\.[A-Za-z]\.|\d\.\d|etc\.|e\.g\.")
_SENTENCES = re.compile(r"(?<=[.!?])\s+(?=[A-Z])")


def faults(text: str, *names: str) -> list[str]:
    """Return what is wrong with a text. ``names``: of batches and the like, told once in a sentence."""
    plain = _HARMLESS.sub("x", text)
    found = [what for what, pattern in _FAULTS.items() if pattern.search(plain)]
    found += [f"{name} twice in a sentence" for s in _SENTENCES.split(text) for name in names if s.count(name) > 1]
    return found

"""Texts put together from parts: each part a sentence with one full stop, one blank between two."""

from __future__ import annotations

_ENDS = (".", "!", "?", "…", ":")


def sentences(*texts: str) -> str:
    """Join parts to sentences: empty ones are left out, and each ends with one full stop, whatever it came with."""
    told = []
    for text in texts:
        stripped = text.strip().rstrip(". ")
        if stripped:
            told.append(stripped if stripped.endswith(_ENDS) else f"{stripped}.")
    return " ".join(told)

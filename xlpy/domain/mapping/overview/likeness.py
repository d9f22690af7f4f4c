"""Which SL record a record of Manage without a partner most likely is: by name, and by zip code. Only ever proposed."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from difflib import SequenceMatcher

_ALIKE = 0.82  # of 1: below it, two names are two names, unless the zip codes are the same
_ALIKE_WITH_ZIP = 0.6
_LEGAL_FORMS = frozenset({"inc", "llc", "ltd", "co", "corp", "company", "gmbh", "ag", "the", "and", "pty", "limited"})
_WORD = re.compile(r"[^\W_]+")


@dataclass(frozen=True, slots=True)
class SlName:
    """An SL record as it is known by: id, name or description, zip code where it has one."""

    id: str
    name: str
    zip: str = ""


@dataclass(frozen=True, slots=True)
class Proposal:
    """The likeliest SL record and why; empty when none is likely, or when two are equally."""

    id: str = ""
    reason: str = ""


def likeliest(names: Iterable[str], zip_code: str, candidates: Iterable[SlName]) -> Proposal:
    """Find the one SL record that is most like a record known by ``names``; nothing when two are alike."""
    known = [words for name in names if (words := _words(name))]
    best: list[tuple[float, SlName, str]] = []
    for candidate in candidates:
        theirs = _words(candidate.name)
        if not theirs:
            continue
        score = max((SequenceMatcher(None, mine, theirs).ratio() for mine in known), default=0.0)
        same_zip = bool(_zip(zip_code)) and _zip(zip_code) == _zip(candidate.zip)
        if score < (_ALIKE_WITH_ZIP if same_zip else _ALIKE):
            continue
        how = "same name" if score == 1 else f"name alike ({score:.0%})"
        best.append((score + same_zip, candidate, f"{how}, same zip code {candidate.zip.strip()}" if same_zip else how))
    best.sort(key=lambda one: (-one[0], one[1].id))
    if not best or (len(best) > 1 and best[0][0] == best[1][0]):
        return Proposal()
    _, candidate, reason = best[0]
    return Proposal(candidate.id, f"{reason}: {candidate.name}")


def _words(name: str) -> str:
    """Return a name without case, punctuation, legal forms and order of words (SL: ``Last~First``)."""
    words = [word for word in _WORD.findall(name.casefold()) if word not in _LEGAL_FORMS]
    return " ".join(sorted(words))


def _zip(text: str) -> str:
    return re.sub(r"\W", "", text).casefold()[:5]

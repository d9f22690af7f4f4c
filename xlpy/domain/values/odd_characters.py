"""Characters that an id must not have, though a database would take them: wildcards, SL's own marks, look-alikes.

SL searches ids with ``%`` as a wildcard in its screens, splits names at ``~``, and nobody types an accent or an
invisible mark twice alike. Such an id is never stored; the message says which character it is.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable

_MARKS = {"%": "a percent sign", "~": "a tilde"}


def odd_in(text: str) -> str:
    """Say which characters of an id are odd (``an invisible soft hyphen after DEL``); empty when none is."""
    told = []
    for at, character in enumerate(text):
        if character in _MARKS:
            told.append(f"{_MARKS[character]} ({character})")
        elif not character.isascii() or not character.isprintable():
            name = unicodedata.name(character, f"character {ord(character):04X}").lower()
            if is_invisible(character):
                told.append(f"an invisible {name} after {text[:at]!r}")
            else:
                told.append(f"{character} ({name})")
    return ", ".join(dict.fromkeys(told))


def is_invisible(character: str) -> bool:
    """Whether nobody sees a character: control and format characters, blanks that are no plain one."""
    return unicodedata.category(character) in ("Cc", "Cf", "Co", "Cn", "Zl", "Zp") or (
        character.isspace() and character != " "
    )


def plain_form(text: str) -> str:
    """Return an id as somebody would type it: no invisible marks, no accents, no odd marks, capitals."""
    shown = "".join(c for c in unicodedata.normalize("NFKD", text) if not is_invisible(c))
    return "".join(c for c in shown if c.isascii() and c not in _MARKS).strip().upper()


def looks_like(text: str, ids: Iterable[str]) -> str:
    """Return the id of SL that an odd one looks like; empty when there is none."""
    wanted = plain_form(text)
    return next((known for known in ids if wanted and plain_form(known) == wanted), "")

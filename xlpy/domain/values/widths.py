"""Widths of SL's char columns, in bytes of the database's code page, and the one rule for texts that do not fit.

Ids and references are never touched: ``fits`` says whether they can be stored. Names and descriptions follow one
rule (``fit_text``), and the caller tells the user what was changed:

1. Line breaks, tabs, control characters and repeated blanks become one blank, invisible marks (soft hyphen) go; this
   alone is not reported.
2. ``~`` becomes ``-``, because SL splits names at it.
3. A character that the code page lacks is replaced by its nearest plain form (a table, then Unicode's
   decomposition); where there is none, by ``?``.
4. What is too long is cut, and its last two characters become ``..`` (widths below 6 are just cut).
"""

from __future__ import annotations

import codecs
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

# Used when the reading of SL does not have a column: its declared width in every database that was seen.
DECLARED: Mapping[tuple[str, str], int] = {
    ("ardoc", "refnbr"): 10,
    ("ardoc", "docdesc"): 30,
    ("ardoc", "custordnbr"): 25,
    ("apdoc", "docdesc"): 30,
    ("apdoc", "invcnbr"): 15,
    ("aptran", "trandesc"): 30,
    ("aptran", "unitdesc"): 10,
    ("artran", "trandesc"): 30,
    ("artran", "unitdesc"): 6,
    ("batch", "descr"): 30,
    ("customer", "custid"): 15,
    ("customer", "name"): 60,
    ("customer", "addr1"): 60,
    ("customer", "addr2"): 60,
    ("customer", "city"): 30,
    ("customer", "state"): 3,
    ("customer", "zip"): 10,
    ("customer", "country"): 3,
    ("customer", "phone"): 30,
    ("customer", "fax"): 30,
    ("customer", "emailaddr"): 80,
    ("customer", "attn"): 30,
    ("customer", "taxid00"): 10,
    ("vendor", "vendid"): 15,
    ("vendor", "name"): 60,
    ("vendor", "addr1"): 60,
    ("vendor", "addr2"): 60,
    ("vendor", "city"): 30,
    ("vendor", "state"): 3,
    ("vendor", "zip"): 10,
    ("vendor", "country"): 3,
    ("vendor", "phone"): 30,
    ("vendor", "fax"): 30,
    ("vendor", "emailaddr"): 80,
    ("vendor", "attn"): 30,
    ("gltran", "refnbr"): 10,
    ("gltran", "extrefnbr"): 15,
    ("gltran", "id"): 20,
    ("gltran", "trandesc"): 30,
    ("intran", "refnbr"): 15,
    ("intran", "trandesc"): 30,
    ("intran", "unitdesc"): 6,
    ("inventory", "invtid"): 30,
    ("inventory", "descr"): 60,
    **{
        (table, column): width
        for table in ("ardoc", "apdoc", "gltran", "intran")
        for column, width in (("user1", 30), ("user2", 30), ("user5", 10), ("user6", 10))
    },
}

ELLIPSIS = ".."
_SHORTEST_WITH_ELLIPSIS = 6
_NEAREST = str.maketrans(
    {
        "ł": "l",
        "Ł": "L",
        "đ": "d",
        "Đ": "D",
        "ø": "o",
        "Ø": "O",
        "ħ": "h",
        "Ħ": "H",
        "ı": "i",
        "ŋ": "n",
        "Ŋ": "N",
        "ß": "ss",
        "ẞ": "SS",
        "æ": "ae",
        "Æ": "AE",
        "œ": "oe",
        "Œ": "OE",
        "þ": "th",
        "Þ": "Th",
        "ð": "d",
        "Ð": "D",
        "€": "EUR",
        "‘": "'",
        "’": "'",
        "‚": "'",
        "‹": "'",
        "›": "'",
        "“": '"',
        "”": '"',
        "„": '"',
        "«": '"',
        "»": '"',
        "‐": "-",
        "‑": "-",
        "–": "-",
        "—": "-",
        "−": "-",
        "•": "*",
        "·": ".",
        "…": "...",
        "×": "x",
        "→": "->",
        "←": "<-",
        "≤": "<=",
        "≥": ">=",
        "≠": "<>",
        "⁄": "/",
    }
)


@dataclass(frozen=True, slots=True)
class FittedText:
    """A text as SL will hold it, and what was done to it."""

    text: str
    shortened: bool = False
    replaced: bool = False  # characters that the code page lacks, or a tilde

    @property
    def changed(self) -> bool:
        """Whether the user has to be told."""
        return self.shortened or self.replaced


class Widths:
    """The char columns of one SL database: how many bytes each holds, in which code page."""

    def __init__(self, columns: Mapping[tuple[str, str], int], code_page: str) -> None:
        self._bytes = {**DECLARED, **{(t.lower(), c.lower()): width for (t, c), width in columns.items()}}
        self.code_page = code_page if code_page_is_known(code_page) else "ascii"

    def of(self, table: str, column: str) -> int:
        """Bytes that a column holds."""
        return self._bytes[(table.lower(), column.lower())]

    def fits(self, text: str, table: str, column: str) -> bool:
        """Whether an id or a reference can be stored unchanged: printable, in the code page, and within the bytes."""
        size = encoded_size(text, self.code_page)
        return size is not None and size <= self.of(table, column) and text.isprintable()

    def fit(self, text: str, table: str, column: str) -> FittedText:
        """Make a name or a description fit a column by the one rule of this module."""
        return fit_text(text, self.of(table, column), self.code_page)


def code_page_is_known(code_page: str) -> bool:
    """Whether Python can encode to this code page."""
    try:
        codecs.lookup(code_page)
    except (LookupError, ValueError):
        return False
    return bool(code_page)


def encoded_size(text: str, code_page: str) -> int | None:
    """Bytes of a text in the code page, or None when it has a character that the code page lacks."""
    if text.isascii():
        return len(text)
    try:
        return len(text.encode(code_page))
    except UnicodeEncodeError:
        return None


@lru_cache(5_000)
def fit_text(text: str, width: int, code_page: str) -> FittedText:
    """Make a name or a description fit ``width`` bytes of ``code_page`` by the one rule of this module."""
    cleaned = _with_single_blanks(text)
    stored = cleaned
    if "~" in cleaned or not _has(code_page, cleaned):
        cleaned = unicodedata.normalize("NFC", cleaned)
        stored = "".join(c if c != "~" and _has(code_page, c) else _nearest(c, code_page) for c in cleaned)
        stored = _with_single_blanks(stored)
    replaced = stored != cleaned
    size = len(stored) if stored.isascii() else len(stored.encode(code_page))
    if size <= width:
        return FittedText(stored, replaced=replaced)
    ending = ELLIPSIS if width >= _SHORTEST_WITH_ELLIPSIS else ""
    room = width - len(ending)
    kept = stored[:room] if size == len(stored) else _first_bytes(stored, room, code_page)
    return FittedText(kept.rstrip() + ending, shortened=True, replaced=replaced)


def _with_single_blanks(text: str) -> str:
    """Make one blank of line breaks, control characters and runs of blanks; invisible marks go."""
    if not text.isprintable():
        invisible = unicodedata.category
        text = "".join(c if c.isprintable() else "" if invisible(c) == "Cf" else " " for c in text)
    return " ".join(text.split())


def _has(code_page: str, text: str) -> bool:
    if text.isascii():
        return True
    try:
        text.encode(code_page)
    except UnicodeEncodeError:
        return False
    return True


def _nearest(character: str, code_page: str) -> str:
    if character == "~":
        return "-"
    candidate = character.translate(_NEAREST)
    if candidate == character:
        decomposed = unicodedata.normalize("NFKD", character)
        candidate = "".join(c for c in decomposed if not unicodedata.combining(c)).translate(_NEAREST)
    kept = "".join(c for c in candidate if _has(code_page, c) and c != "~" and c.isprintable())
    return kept or ("" if unicodedata.combining(character) else "?")


def _first_bytes(text: str, room: int, code_page: str) -> str:
    """Return as many whole characters as fit ``room`` bytes."""
    taken = 0
    for index, character in enumerate(text):
        taken += len(character.encode(code_page))
        if taken > room:
            return text[:index]
    return text

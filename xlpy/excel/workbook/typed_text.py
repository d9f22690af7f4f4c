"""What Excel makes of text that is put into a cell: number, date, formula, or the text it is.

Data from Manage is only data. Both sides need these rules: whoever writes, to keep a text a text, and the engine for
closed files, to refuse what Excel would turn into something else.
"""

from __future__ import annotations

import re

LONGEST_TEXT = 32_767  # UTF-16 units in one cell
CUT_MARK = " … (cut)"

FORMULA_STARTS = ("=", "+", "-", "@")
ERROR_WORDS = frozenset({"#NULL!", "#DIV/0!", "#VALUE!", "#REF!", "#NAME?", "#NUM!", "#N/A"})
# What formulas come to besides (spills, data types, Python in Excel); nobody can type these.
_FORMULA_ERRORS = frozenset(
    {"#SPILL!", "#CALC!", "#FIELD!", "#BLOCKED!", "#CONNECT!", "#UNKNOWN!", "#BUSY!", "#PYTHON!", "#GETTING_DATA"}
)
_ERROR_CODES = range(-2146826290, -2146826200)  # SCODEs 0x800A07D0 and up: how COM gives errors that xlwings can't name

_NUMERIC = re.compile(
    r"[\s$€£¥%()+\-.,:/'\d]*\d[\s$€£¥%()+\-.,:/'\d]*(?:e[+\-]?\d+)?\s*(?:[ap]\.?m?\.?)?", re.IGNORECASE
)
_MONTH = re.compile(
    r"(?:\d{1,4}[\s\-/.]*)?(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*\.?[\s\-/.,]*\d{1,4}"
    r"|\d{1,4}[\s\-/.,]*(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*\.?(?:[\s\-/.,]*\d{1,4})?",
    re.IGNORECASE,
)
_FORBIDDEN = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")
_PICTURES = {code: 0x2400 + code for code in range(32) if code not in (0x09, 0x0A)} | {0x7F: 0x2421}
_REPLACEMENT = "\N{REPLACEMENT CHARACTER}"


def excel_error(value: object) -> str:
    """Return the error that a cell shows, as ``#REF!``, when what was read of it is one; else nothing."""
    if isinstance(value, str):
        word = value.strip().upper()
        return word if word in ERROR_WORDS or word in _FORMULA_ERRORS else ""
    if isinstance(value, int) and not isinstance(value, bool) and value in _ERROR_CODES:
        return "an error"
    return ""


def becomes_a_formula(text: str) -> bool:
    """Whether Excel takes the text as a formula (or tries to) in a cell that is not formatted as text."""
    return text.startswith(FORMULA_STARTS)


def is_retyped(text: str) -> bool:
    """Whether a cell not formatted as text makes something else of it: number, date, formula, truth value, error."""
    stripped = text.strip()
    if not stripped:
        return False
    return (
        becomes_a_formula(stripped)
        or stripped.upper() in {"TRUE", "FALSE"}
        or stripped.upper() in ERROR_WORDS
        or _NUMERIC.fullmatch(stripped) is not None
        or _MONTH.fullmatch(stripped) is not None
    )


def may_be_retyped(text: str) -> bool:
    """Whether some Excel, in some language, might make something else of it: the careful side of ``is_retyped``."""
    return any(c.isdigit() for c in text) or is_retyped(text)


def has_forbidden_characters(text: str) -> bool:
    """Whether it has control characters or halves of characters: a workbook can't hold them as they are."""
    return not text.isprintable() and _FORBIDDEN.search(text) is not None


def clean_text(text: str) -> str:
    """Make a text that any cell holds: line ends as Excel's, control characters visible, cut visibly at the limit.

    A control character becomes its picture (``␇``), other impossible characters the replacement character.
    """
    if not text.isprintable():
        text = text.replace("\r\n", "\n").replace("\r", "\n")
        text = _FORBIDDEN.sub(lambda found: chr(_PICTURES.get(ord(found[0]), ord(_REPLACEMENT))), text)
    if len(text) * 2 > LONGEST_TEXT and units(text) > LONGEST_TEXT:
        kept = text.encode("utf-16-le")[: 2 * (LONGEST_TEXT - len(CUT_MARK))].decode("utf-16-le", errors="ignore")
        return kept + CUT_MARK
    return text


def units(text: str) -> int:
    """Length as Excel counts it: characters outside the basic plane count twice."""
    return len(text) + sum(c > "\uffff" for c in text)


def quoted_start(text: str) -> str:
    """Double a leading apostrophe, since Excel takes the first for its mark of text and drops it.

    Unverified: whether it does so too in a cell that is already formatted as text.
    """
    return "'" + text if text.startswith("'") else text

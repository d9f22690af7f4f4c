"""What Excel makes of a value that is put into a cell, and what it gives back.

US English: point and comma, dollar, month before day.
"""

from __future__ import annotations

import datetime as dt
import math
import re
from dataclasses import dataclass
from decimal import ROUND_DOWN, ROUND_HALF_UP, Decimal
from typing import Any

from .com import NotModelled, excel_refuses

TEXT = "@"
GENERAL = "General"
LONGEST = 32_767
_EPOCH = dt.datetime(1899, 12, 30)  # noqa: DTZ001 (cells have no time zone)

ERRORS = {
    "#DIV/0!": -2146826281,
    "#N/A": -2146826246,
    "#NAME?": -2146826259,
    "#NULL!": -2146826288,
    "#NUM!": -2146826252,
    "#REF!": -2146826265,
    "#VALUE!": -2146826273,
}
"""How an error in a cell arrives: 0x800A0000 + the number of xlErrDiv0 and so on."""


class TimeType(dt.datetime):
    """pywin32's time: a ``datetime`` with a time zone. What Excel gives for a cell with a date format."""


@dataclass(frozen=True)
class Entered:
    """What is in a cell then. ``kind``: openpyxl's letter. ``number_format``: a new one, None for as it was."""

    value: Any
    kind: str = "n"
    number_format: str | None = None
    quoted: bool = False


EMPTY = Entered(None)


def entered(value: Any, number_format: str) -> Entered:
    """Return what a value becomes in a cell of that format (``Range.Value``, ``Range.Value2``).

    ``bool`` before numbers: pywin32 makes VT_BOOL of it. pywin32 refuses a time without a zone (xlwings sets one).
    A whole number beyond 32 bits is not modelled: pywin32 and Excel agree on it in some versions only.
    """
    if value is None or value == "":
        return EMPTY
    if isinstance(value, str):
        return _entered_text(value, number_format)
    if number_format == TEXT:
        return Entered(_as_text(value), "s")
    if isinstance(value, bool):
        return Entered(value, "b")
    if isinstance(value, Decimal):
        return _currency(value, number_format)
    if isinstance(value, dt.datetime):
        if value.tzinfo is None:
            raise TypeError("must be a pywintypes time object (got datetime.datetime)")
        return _date(value, number_format)
    if isinstance(value, int):
        if abs(value) >= 2**31:
            raise NotModelled(f"The whole number {value} beyond 32 bits")
        return Entered(float(value))
    if isinstance(value, float) and math.isfinite(value):
        return Entered(float(f"{value:.15g}"))
    raise TypeError(f"Objects of type '{type(value).__name__}' can not be converted to a COM VARIANT")


def _currency(value: Decimal, number_format: str) -> Entered:
    """pywin32 makes Currency (VT_CY) of a Decimal: four decimals, the rest cut off. Excel formats a General cell so."""
    cut = value.quantize(Decimal("0.0001"), rounding=ROUND_DOWN)
    return Entered(float(cut), number_format="$#,##0.00" if number_format == GENERAL else None)


def _date(value: dt.datetime, number_format: str) -> Entered:
    """VT_DATE is a number of days; a General cell gets a date format. Before March 1900 the calendars differ."""
    moment = value.replace(tzinfo=None)
    if moment < dt.datetime(1900, 3, 1):  # noqa: DTZ001
        raise NotModelled(f"The date {moment} before March 1900")
    shown = "m/d/yyyy" if moment.time() == dt.time() else "m/d/yyyy h:mm"
    return Entered(serial(moment), number_format=shown if number_format == GENERAL else None)


def _entered_text(text: str, number_format: str) -> Entered:
    """A cell formatted as text keeps a text; any other has it typed in, as by a user.

    An apostrophe in front is the mark of text (``Range.PrefixCharacter``) and not part of it.
    """
    if len(text.encode("utf-16-le")) // 2 > LONGEST:
        excel_refuses("Application-defined or object-defined error")
    if text.startswith("'"):
        return Entered(text[1:] or None, "s" if text[1:] else "n", quoted=True)
    if number_format == TEXT:
        return Entered(text, "s")
    return typed(text)


def typed(text: str) -> Entered:
    """Return what typing a text makes: a number, date, time, truth value, error or formula before it is a text.

    Support page of Excel, *Format numbers as text*: leading zeros go, what looks like a date becomes one.
    """
    found = text.strip()
    if not found:
        return Entered(text, "s")
    if found.upper() in {"TRUE", "FALSE"}:
        return Entered(found.upper() == "TRUE", "b")
    if found.upper() in ERRORS:
        return Entered(found.upper(), "e")
    if found[0] == "=":
        return formula(found)
    number = _number(found) or _moment(found)
    if number is not None:
        return number
    if found[0] in "+-@":  # Lotus: these begin a formula too
        return formula("=" + found)
    return Entered(text, "s")


def formula(text: str) -> Entered:
    """Return a formula as it stands in a cell; Excel refuses one that is not well formed."""
    inside = re.sub(r'"[^"]*"', "0", text)
    if text == "=":
        return Entered("=", "s")
    if inside.count("(") != inside.count(")") or re.search(r"\d\s+\d|[+\-*/^&=]\s*$", inside):
        excel_refuses("Application-defined or object-defined error")
    return Entered(text, "f")


_NUMBER = re.compile(r"(?P<open>\()?(?P<sign>[+-])?(?P<money>\$)?(?P<sign2>[+-])?(?P<digits>[\d,]*\.?\d*)"
                     r"(?P<power>[eE][+-]?\d+)?(?P<percent>%)?(?P<close>\))?")  # fmt: skip
_FRACTION = re.compile(r"(\d+) (\d+)/(\d+)")


def _number(text: str) -> Entered | None:
    fraction = _FRACTION.fullmatch(text)
    if fraction:
        whole, top, bottom = map(int, fraction.groups())
        return Entered(whole + top / bottom, number_format="# ?/?") if bottom else None
    found = _NUMBER.fullmatch(text)
    if found is None or not re.search(r"\d", found["digits"]) or bool(found["open"]) != bool(found["close"]):
        return None
    digits = found["digits"].replace(",", "")
    value = float((digits if digits != "." else "0") + (found["power"] or ""))
    if found["open"] or "-" in {found["sign"], found["sign2"]}:
        value = -value
    if found["percent"]:
        return Entered(value / 100, number_format="0.00%" if "." in digits else "0%")
    shown = "0.00E+00" if found["power"] else "$#,##0.00" if found["money"] else None
    if shown is None and "," in found["digits"]:
        shown = "#,##0.00" if "." in digits else "#,##0"
    return Entered(float(f"{value:.15g}"), number_format=shown)


_MONTH = r"(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*"
_MOMENTS = (
    (re.compile(r"\d{4}[-/]\d{1,2}[-/]\d{1,2}"), "m/d/yyyy"),
    (re.compile(r"\d{1,2}[-/]\d{1,2}[-/]\d{2,4}"), "m/d/yyyy"),
    (re.compile(r"\d{1,2}[-/]\d{1,2}"), "d-mmm"),
    (re.compile(rf"\d{{1,2}}[- /.]*{_MONTH}\.?(?:[- /.,]*\d{{2,4}})?", re.IGNORECASE), "d-mmm-yy"),
    (re.compile(rf"{_MONTH}\.?[- /.,]*\d{{1,4}}(?:, *\d{{2,4}})?", re.IGNORECASE), "d-mmm"),
    (re.compile(r"\d{1,2}:\d{2}(?::\d{2})?(?: ?[ap]m?)?|\d{1,2} [ap]m?", re.IGNORECASE), "h:mm"),
)


def _moment(text: str) -> Entered | None:
    """A date or time: some number of days; which one exactly no test should depend on."""
    for pattern, shown in _MOMENTS:
        if pattern.fullmatch(text):
            return Entered(0.5 if shown == "h:mm" else 46_000.0, number_format=shown)
    return None


def serial(moment: dt.datetime) -> float:
    """Return the number of days under which Excel keeps a date."""
    passed = moment - _EPOCH
    return passed.days + passed.seconds / 86_400 + passed.microseconds / 86_400_000_000


def moment_of(number: float) -> TimeType:
    """Return the date of a number of days, to the second, as pywin32 rounds it."""
    found = _EPOCH + dt.timedelta(seconds=round(number * 86_400))
    return TimeType(*found.timetuple()[:6], tzinfo=dt.UTC)


# Range.NumberFormat names the built-in formats 14 and 22, the short date of the system, in the American form whatever
# the system is (NumberFormatLocal has the local one); openpyxl has the file format's codes for them.
_BUILT_IN = {"m/d/yyyy": "mm-dd-yy", "m/d/yyyy h:mm": "m/d/yy h:mm"}
_TOLD = {kept: told for told, kept in _BUILT_IN.items()}


def kept_format(code: str) -> str:
    """Return openpyxl's code of a format as Excel names it."""
    return _BUILT_IN.get(code, code)


def told_format(code: str) -> str:
    """Return Excel's name of a format as openpyxl has it."""
    return _TOLD.get(code, code)


_QUOTED = re.compile(r'"[^"]*"|\\.|\[[^\]]*\]')


def is_date_format(code: str) -> bool:
    """Whether a number format shows dates or times, so that ``Value`` gives a date."""
    first = _QUOTED.sub("", code).split(";")[0]
    return code not in {GENERAL, TEXT} and re.search("[ymdhs]", first, re.IGNORECASE) is not None


def is_currency_format(code: str) -> bool:
    """Whether ``Value`` gives Currency (a Decimal); ``Value2`` never does (documentation of ``Range.Value2``)."""
    return "$" in code.split(";", maxsplit=1)[0].replace("[$-", "")


def given(value: Any, kind: str, number_format: str, *, plainly: bool = False) -> Any:
    """Return what a cell's content arrives as; ``plainly``: as ``Value2``."""
    if value is None:
        return None
    if kind == "e":
        return ERRORS.get(str(value), ERRORS["#VALUE!"])
    if isinstance(value, dt.datetime):
        value = serial(value)
    elif isinstance(value, dt.date):
        value = serial(dt.datetime.combine(value, dt.time()))
    elif isinstance(value, dt.time):
        value = (value.hour * 3600 + value.minute * 60 + value.second) / 86_400
    if isinstance(value, bool) or not isinstance(value, int | float):
        return value if isinstance(value, bool) else str(value)
    if not plainly and is_date_format(number_format):
        return moment_of(value)
    if not plainly and is_currency_format(number_format):
        return Decimal(str(value)).quantize(Decimal("0.0001"))
    return float(value)


def _as_text(value: Any) -> str:
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, dt.datetime):
        return f"{value.month}/{value.day}/{value.year}"
    return f"{float(value):.15g}"


_DATES = {"yyyy-mm-dd": "%Y-%m-%d", "yyyy-mm-dd hh:mm": "%Y-%m-%d %H:%M"}


def shown(value: Any, kind: str, number_format: str) -> str:
    """Return what a cell shows, by which a list of ticked values filters."""
    found = given(value, kind, number_format)
    if found is None:
        return ""
    if kind == "e" or isinstance(found, str):
        return str(value)
    if isinstance(found, bool):
        return "TRUE" if found else "FALSE"
    if isinstance(found, dt.datetime):
        if number_format in _DATES:
            return found.strftime(_DATES[number_format])
        time = f" {found.hour}:{found:%M}" if number_format == "m/d/yyyy h:mm" else ""
        return f"{found.month}/{found.day}/{found.year}{time}"
    places = re.search(r"0\.(0+)", number_format)
    grouped = "," if "#,##" in number_format else ""
    if number_format == GENERAL:
        return f"{float(found):.10g}"
    if "0.####" in number_format:
        whole, _, rest = f"{Decimal(str(found)).quantize(Decimal('0.0001')):{grouped}f}".partition(".")
        return f"{whole}.{rest.rstrip('0')}"
    rounded = Decimal(str(found)).quantize(Decimal(1).scaleb(-len(places[1]) if places else 0), ROUND_HALF_UP)
    return f"{rounded:{grouped}f}"

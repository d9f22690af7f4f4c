"""Which cells a filter shows: comparing values as Excel's filters do, by what the cell shows or by its number."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from datetime import date, datetime
from decimal import ROUND_HALF_UP, Decimal
from typing import TypeVar

from xlpy.excel.workbook.sheet import SHORT_DATE, SHORT_DATE_AND_TIME

Test = Callable[[object, "str | None"], bool]
_Ordered = TypeVar("_Ordered", float, str)

_EPOCH = datetime(1899, 12, 30)  # noqa: DTZ001 (cells have no time zone)
_PLACES = {
    "0": (0, False),
    "0.00": (2, False),
    "0.000000": (6, False),
    "#,##0": (0, True),
    "#,##0.00": (2, True),
    "#,##0.00;[Red]-#,##0.00": (2, True),
}
_UP_TO_FOUR = "#,##0.####"
_DATES = {"yyyy-mm-dd": "%Y-%m-%d", "yyyy-mm-dd hh:mm": "%Y-%m-%d %H:%M"}
_LOCAL = {SHORT_DATE: "{0.month}/{0.day}/{0.year}", SHORT_DATE_AND_TIME: "{0.month}/{0.day}/{0.year} {0.hour}:{0:%M}"}


def shown_text(value: object, code: str) -> str | None:
    """Return what a cell shows; empty for nothing, None when the format is not one that can be worked out."""
    if value is None:
        return ""
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, datetime):
        if code in _LOCAL:  # another text on other PCs: Excel filters such dates by day, month and year, never by it
            return _LOCAL[code].format(value)
        return value.strftime(_DATES[code]) if code in _DATES else None
    if not isinstance(value, float):
        return None
    if code == "General":
        return f"{value:.10g}" if abs(value) < 10**10 and "e" not in f"{value:.10g}" else None
    exact = Decimal(repr(value))
    if code in _PLACES:
        places, grouped = _PLACES[code]
        rounded = exact.quantize(Decimal(1).scaleb(-places), rounding=ROUND_HALF_UP) + 0
        return f"{rounded:,f}" if grouped else f"{rounded:f}"
    if code == _UP_TO_FOUR:
        whole, _, decimals = f"{exact.quantize(Decimal('0.0001'), rounding=ROUND_HALF_UP) + 0:,f}".partition(".")
        return f"{whole}.{decimals.rstrip('0')}"
    return None


def serial_of(day: date) -> float:
    """Return the number under which Excel keeps a date."""
    moment = day if isinstance(day, datetime) else datetime(day.year, day.month, day.day)  # noqa: DTZ001
    passed = moment - _EPOCH
    return passed.days + passed.seconds / 86_400 + passed.microseconds / 86_400_000_000


def matches_values(texts: Iterable[str], *, blank: bool) -> Test:
    """Return the test of a list of ticked values: what the cell shows, without regard to case."""
    wanted = {text.casefold() for text in texts}
    return lambda _value, shown: blank if not shown else shown.casefold() in wanted


def matches_comparisons(parts: Sequence[tuple[str, str]], *, every: bool) -> Test:
    """Return the test of one or two comparisons (sign, operand); an empty operand means blank."""
    tests = [_comparison(sign, operand) for sign, operand in parts]
    join = all if every else any
    return lambda value, shown: join(test(value, shown) for test in tests)


def _comparison(sign: str, operand: str) -> Test:
    if not operand:
        return (lambda v, _: v is None) if sign == "=" else (lambda v, _: v is not None)
    number = _number(operand)
    if sign in {"=", "<>"}:
        pattern = _pattern(operand)

        def same(value: object, shown: str | None) -> bool:
            own = _number_of(value)
            if number is not None and own is not None:
                return own == number
            return bool(shown) and pattern.fullmatch(str(shown)) is not None

        return same if sign == "=" else (lambda v, shown: not same(v, shown))
    literal = _literal(operand).casefold()

    def ordered(value: object, _: str | None) -> bool:
        own = _number_of(value)
        if number is not None:
            return own is not None and _in_order(own, number, sign)
        return isinstance(value, str) and _in_order(value.casefold(), literal, sign)

    return ordered


def _in_order(one: _Ordered, other: _Ordered, sign: str) -> bool:
    if sign in {"<", "<="}:
        return one < other or (sign == "<=" and one == other)
    return one > other or (sign == ">=" and one == other)


def _number(text: str) -> float | None:
    try:
        return float(text)
    except ValueError:
        return None


def _number_of(value: object) -> float | None:
    if isinstance(value, datetime):
        return serial_of(value)
    return value if isinstance(value, float) else None


def _pattern(operand: str) -> re.Pattern[str]:
    """Return the pattern of an operand with Excel's wildcards: ``*`` any text, ``?`` any character, ``~`` as it is."""
    parts = re.findall(r"~[~*?]|[*?]|[^*?~]+|~", operand)
    wild = {"*": ".*", "?": "."}
    return re.compile(
        "".join(wild.get(p) or re.escape(p[1:] if p[0] == "~" and len(p) == 2 else p) for p in parts),
        re.IGNORECASE | re.DOTALL,
    )


def _literal(operand: str) -> str:
    return re.sub(r"~([~*?])", r"\1", operand)

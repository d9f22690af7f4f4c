"""Values of rows as Excel wants them: floats rounded to what the column shows, real dates, texts that stay texts."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from decimal import Decimal
from functools import lru_cache

from xlpy.domain.values.money import round_money
from xlpy.excel.workbook.sheet import CellKind
from xlpy.excel.workbook.typed_text import clean_text, may_be_retyped, quoted_start

Content = str | float | bool | datetime | None

DECIMALS = {CellKind.MONEY: 2, CellKind.QUANTITY: 4, CellKind.RATE: 6}
_FIRST_DATE = date(1900, 3, 1)  # before it Excel's calendar has a day that never was


def cell_content(value: object, kind: CellKind) -> Content:
    """Return what to write for ``value`` into a cell of ``kind``; None for nothing.

    Amounts come as ``Decimal`` and leave as float, which Excel needs: they are for looking at, and are never read back.
    Raises ``TypeError`` for a value that does not belong into such a column.
    """
    return WRITER[kind](value)


def text_content(value: object) -> str | None:
    """Text for a cell formatted as text. Whole numbers (ids) become text; nothing else is turned into text."""
    if value is None:
        return None
    if isinstance(value, str):
        return quoted_start(clean_text(str(value))) or None
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    raise TypeError(f"{value!r} is not text")


def marked_text(text: str) -> str:
    """Text for a cell that is not formatted as text: with Excel's mark in front where Excel might retype it."""
    return "'" + text if text.startswith("'") or may_be_retyped(text) else text


def as_text(value: object) -> str | None:
    """Return what a cell held as text, for moving it into a cell formatted as text."""
    if value is None:
        return None
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, float):
        return f"{value:.15g}"
    if isinstance(value, datetime):
        return value.isoformat(sep=" ", timespec="minutes").removesuffix(" 00:00")
    return quoted_start(str(value))


def _number(decimals: int) -> Callable[[object], float | None]:
    def write(value: object) -> float | None:
        if value is None or value == "":
            return None
        if isinstance(value, Decimal) or (isinstance(value, int) and not isinstance(value, bool)):
            return float(round_money(Decimal(value), decimals))
        raise TypeError(f"{value!r} is not an amount (Decimal)")

    return write


def _count(value: object) -> float | None:
    if value is None or value == "":
        return None
    if isinstance(value, int) and not isinstance(value, bool):
        return float(value)
    raise TypeError(f"{value!r} is not a whole number")


def _date(value: object) -> datetime | str | None:
    if value is None or value == "":
        return None
    if not isinstance(value, date):
        raise TypeError(f"{value!r} is not a date")
    if value.year < _FIRST_DATE.year or (value.year, value.month) < (_FIRST_DATE.year, _FIRST_DATE.month):
        return "'" + value.isoformat()[:10]
    return _midnight(value.year, value.month, value.day)


@lru_cache(2_000)  # a sheet has few days in very many cells
def _midnight(year: int, month: int, day: int) -> datetime:
    return datetime(year, month, day)  # noqa: DTZ001 (cells have no time zone)


def _time(value: object) -> datetime | str | None:
    if value is None or value == "":
        return None
    if not isinstance(value, datetime):
        raise TypeError(f"{value!r} is not a date with a time")
    if value.date() < _FIRST_DATE:
        return "'" + value.isoformat(sep=" ", timespec="minutes")
    local = value.astimezone() if value.tzinfo else value
    return local.replace(tzinfo=None, microsecond=0)


WRITER: dict[CellKind, Callable[[object], Content]] = {
    CellKind.TEXT: text_content,
    CellKind.WRAP: text_content,
    CellKind.MONEY: _number(DECIMALS[CellKind.MONEY]),
    CellKind.QUANTITY: _number(DECIMALS[CellKind.QUANTITY]),
    CellKind.RATE: _number(DECIMALS[CellKind.RATE]),
    CellKind.DATE: _date,
    CellKind.TIME: _time,
    CellKind.COUNT: _count,
}

"""Values between cells and Python, as Excel gives and takes them."""

from __future__ import annotations

import math
import re
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

from openpyxl.worksheet.formula import ArrayFormula

from xlpy.excel.engine.refusals import FormulaRead
from xlpy.excel.workbook.typed_text import LONGEST_TEXT, has_forbidden_characters, is_retyped, units

_BASE_DATE = date(1899, 12, 30)
_FIRST_DATE = date(1900, 3, 1)  # before it Excel's calendar has a day that never was
_ESCAPED = re.compile(r"_(x[0-9A-Fa-f]{4}_)")  # what a workbook's XML takes for the code of a character


class CellError(str):
    """The error that a cell shows, as ``#REF!``; who does not ask for errors as texts gets None, as with Excel."""

    __slots__ = ()


class Unfit(Exception):
    """Why a value can't be stored in a cell; the range that writes it says where."""


def value_of(cell: Any, sheet: str) -> object:
    """Return what Excel gives for a cell: None, text, float, bool, datetime or ``CellError``.

    Raises ``FormulaRead`` for a formula.
    """
    if cell is None:
        return None
    value = cell._value  # noqa: SLF001 (the property does the same more slowly)
    kind = cell.data_type
    if kind == "s":
        text = str(value)
        return (text.replace("_x005F_", "_") if "_x005F_" in text else text) or None
    if value is None:
        return None
    if kind == "f":
        raise FormulaRead(sheet, cell.coordinate)
    if kind == "e":
        return CellError(value)
    if isinstance(value, bool | datetime):
        return value
    if isinstance(value, int | float):
        return float(value)
    if isinstance(value, date):
        return datetime(value.year, value.month, value.day)  # noqa: DTZ001 (cells have no time zone)
    if isinstance(value, time):
        return datetime.combine(_BASE_DATE, value)
    if isinstance(value, timedelta):
        return value.total_seconds() / 86_400
    return str(value)


def formula_of(cell: Any) -> str:
    """Return the formula of a cell that has one, with its equals sign."""
    value = cell._value  # noqa: SLF001
    return str(value.text if isinstance(value, ArrayFormula) else value)


def stored_value(value: object, *, text_format: bool) -> tuple[Any, str, bool]:
    """Return how a value is stored: the value, openpyxl's type letter, and whether it carries Excel's text mark.

    Raises ``Unfit`` with the reason for whatever Excel would change silently, or can't hold.
    """
    kind = type(value)
    if kind is str:
        return _stored_text(value, text_format)  # type: ignore[arg-type]  # kind is str
    if value is None:
        return None, "n", False
    if isinstance(value, Decimal):
        raise Unfit("a Decimal becomes Excel's currency type and is cut to four decimals; write a float")
    if text_format:
        raise Unfit("the cell is formatted as text, so that Excel would turn it into text; write a text")
    if kind is bool:
        return value, "b", False
    if kind is float or kind is int:
        if not math.isfinite(value):  # type: ignore[arg-type]  # kind is a number
            raise Unfit("it is not a number")
        if kind is int and abs(value) >= 10**15:  # type: ignore[arg-type]
            raise Unfit("Excel keeps 15 digits; write it as text")
        return value, "n", False
    if isinstance(value, datetime):
        if value.tzinfo is not None:
            raise Unfit("Excel's times have no time zone")
        if value.date() < _FIRST_DATE:
            raise Unfit("Excel's calendar is not right before March 1900")
        return value, "d", False
    if isinstance(value, date):
        if value < _FIRST_DATE:
            raise Unfit("Excel's calendar is not right before March 1900")
        return value, "d", False
    raise Unfit(f"Excel has no such type ({kind.__name__})")


def _stored_text(text: str, text_format: bool) -> tuple[Any, str, bool]:
    if not text:
        return None, "n", False
    marked = text[0] == "'"
    if marked:
        text = text[1:]
    if has_forbidden_characters(text):
        raise Unfit("it has control characters")
    if len(text) * 2 > LONGEST_TEXT and units(text) > LONGEST_TEXT:
        raise Unfit(f"a cell holds {LONGEST_TEXT:,} characters at most")
    if not text_format and not marked and is_retyped(text):
        raise Unfit("in a cell that is not formatted as text Excel takes it for a number, a date or a formula")
    if "_x" in text:
        text = _ESCAPED.sub(r"_x005F_\1", text)
    return text, "s", marked

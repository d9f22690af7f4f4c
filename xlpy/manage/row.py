"""Tolerant reading of one JSON object: what may be absent, null, a number as text, or a date in two forms."""

from __future__ import annotations

import logging
import re
import sys
from collections.abc import Iterator, Mapping
from datetime import date
from decimal import Decimal
from functools import lru_cache
from typing import Any

from xlpy.domain.facts.manage import NO_REF, Ref
from xlpy.domain.values.money import ZERO
from xlpy.errors import ManageError

_log = logging.getLogger("xlpy.manage")
_ISO_DAY = re.compile(r"(\d{4})-(\d{2})-(\d{2})(?:[T ].*)?")
_US_DAY = re.compile(r"(\d{1,2})/(\d{1,2})/(\d{4})(?: .*)?")
_NUMBER = re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d{1,3})?")
_MOST_DIGITS = 15  # before the point; SL's float columns hold no more, and a slip of the pen has more
_FIRST_REAL_YEAR = 1900  # Manage writes year 1 for "no date"
_YES_NO = {"true": True, "false": False, "1": True, "0": False, "": False}


class Row:
    """One record as Manage sent it. ``what`` names it for the user: ``invoice 10452``.

    Absent and null are the same. What can't be read as an amount, a number or a mark raises ``ManageError`` naming
    record and field: nothing about money is guessed.
    """

    def __init__(self, data: Mapping[str, Any], what: str) -> None:
        self.data = data
        self.what = what

    def text(self, *names: str) -> str:
        """Return the first of these fields that is not empty, without surrounding blanks."""
        for name in names:
            value = self.data.get(name)
            if isinstance(value, str):
                value = sys.intern(value.strip())  # accounts, items, names: few texts in very many records
            elif isinstance(value, int | Decimal) and not isinstance(value, bool):
                value = f"{value:f}" if isinstance(value, Decimal) and _number(value) is not None else str(value)
            elif value is not None:
                raise self._unreadable(name, "a text")
            if value:
                return value
        return ""

    def amount(self, name: str) -> Decimal:
        """Return an exact amount; absent is zero."""
        value = self.data.get(name)
        if value is None or (isinstance(value, str) and not value.strip()):
            return ZERO
        number = _number(value)
        if number is not None:
            return number or ZERO
        raise self._unreadable(name, "an amount")

    def whole(self, name: str) -> int | None:
        """Return a whole number, also when it comes as text (``dueDays`` does) or as ``30.0``; absent is ``None``."""
        value = self.data.get(name)
        if type(value) is int and abs(value) < 10**_MOST_DIGITS:
            return value
        if value is None or (isinstance(value, str) and not value.strip()):
            return None
        number = _number(value)
        if number is not None and number == number.to_integral_value():
            return int(number)
        raise self._unreadable(name, "a whole number")

    def id(self, name: str = "id") -> int:
        """Return an id; 0 when it is absent."""
        return self.whole(name) or 0

    def says(self, name: str) -> bool:
        """Whether the field is there and not null."""
        return self.data.get(name) is not None

    def flag(self, name: str) -> bool:
        """Return a yes or no; absent is no."""
        value = self.data.get(name)
        if value is None:
            return False
        if isinstance(value, bool):
            return value
        answer = _YES_NO.get(str(value).strip().lower())
        if answer is None:
            raise self._unreadable(name, "yes or no")
        return answer

    def day(self, name: str) -> date | None:
        """Return the calendar date as it is written, never moved between zones; ``None`` when absent.

        Forms: ISO with or without time and zone, and the US text of some export dates (``1/18/2026 5:21:58 AM``).
        Anything else is logged and read as absent: the check sheet then names the document without a date, instead
        of one odd row keeping the whole list away. Source: Manage API: values.
        """
        text = self.text(name)
        if not text:
            return None
        try:
            day = _day_of(text)
        except ValueError:
            _log.warning("%s: %s is %r, which is not a date", self.what, name, text[:40])
            return None
        return day if day.year >= _FIRST_REAL_YEAR else None

    def row(self, name: str) -> Row:
        """Return a nested object; an empty one when it is absent."""
        value = self.data.get(name)
        if value is None:
            value = {}
        if not isinstance(value, dict):
            raise self._unreadable(name, "a record")
        return Row(value, self.what)

    def rows(self, name: str) -> Iterator[Row]:
        """Yield the nested objects of a list; absent and empty are the same."""
        value = self.data.get(name)
        if value is None:
            return
        if not isinstance(value, list) or not all(isinstance(item, dict) for item in value):
            raise self._unreadable(name, "a list of records")
        for item in value:
            yield Row(item, self.what)

    def ref(self, name: str) -> Ref:
        """Return a reference; ``NO_REF`` when it is absent."""
        if self.data.get(name) is None:
            return NO_REF
        nested = self.row(name)
        return _ref(nested.id(), nested.text("identifier"), nested.text("name"))

    def currency(self, name: str = "currency") -> str:
        """Return the code of a currency reference, such as USD; empty when it is absent."""
        return sys.intern(self.row(name).text("currencyCode", "isoCode", "currencyIdentifier").upper())

    def ids(self, name: str) -> tuple[int, ...]:
        """Return ids written with commas between them (``glEntryIds``), each once, in that order."""
        value = self.data.get(name)
        parts = value if isinstance(value, list) else str("" if value is None else value).split(",")
        try:
            found = [int(str(part)) for part in parts if part is not None and str(part).strip()]
        except ValueError:
            raise self._unreadable(name, "a list of ids") from None
        if any(abs(i) >= 10**_MOST_DIGITS for i in found):
            raise self._unreadable(name, "a list of ids")
        return tuple(dict.fromkeys(i for i in found if i))

    def _unreadable(self, name: str, wanted: str) -> ManageError:
        return ManageError(
            f"Manage sent {self.what} with a {name} of {str(self.data.get(name))[:60]!r}, which is not {wanted}.",
            fix="Open the record in Manage; if it looks right there, save the full log for your support.",
        )


# A long list names few companies, locations and days, each very often: they are made once.
@lru_cache(5_000)
def _ref(number: int, identifier: str, name: str) -> Ref:
    return Ref(number, identifier, name)


@lru_cache(5_000)
def _day_of(text: str) -> date:
    """Return the day of one of the forms of ``Row.day``; raises ``ValueError`` for any other text."""
    if found := _ISO_DAY.fullmatch(text):
        return date(int(found[1]), int(found[2]), int(found[3]))
    if found := _US_DAY.fullmatch(text):
        return date(int(found[3]), int(found[1]), int(found[2]))
    raise ValueError(text)


@lru_cache(1_000)
def _of_whole(number: int) -> Decimal:
    return Decimal(number)


def _number(value: object) -> Decimal | None:
    """Return a number of JSON, or one written as text; ``None`` when it is none, or beyond what can be booked."""
    if isinstance(value, str) and value.isascii() and _NUMBER.fullmatch(value.strip()):
        value = Decimal(value.strip())
    elif isinstance(value, int) and not isinstance(value, bool) and abs(value) < 10**_MOST_DIGITS:
        value = _of_whole(value)
    if isinstance(value, Decimal) and value.is_finite() and -100 < value.adjusted() < _MOST_DIGITS:
        return value
    return None

"""How values cross the boundary to SL: text, amounts, dates and minutes, on SQL Server and on SQLite alike.

These types are the only place where ``Decimal`` becomes SL's ``float`` and ``date`` becomes midnight, and back. They
bind plain ``str`` (varchar, never nvarchar: SL's char indexes would not be used), ``float`` and ``datetime``, because
fast executemany refuses ``Decimal`` into a float column and ``date`` into a smalldatetime one.
"""

# ruff: noqa: ARG002 # every processor of a TypeDecorator gets the dialect

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from sqlalchemy import CHAR, Float, LargeBinary, SmallInteger
from sqlalchemy.dialects import mssql
from sqlalchemy.engine import Dialect
from sqlalchemy.exc import DontWrapMixin
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.types import TypeDecorator, TypeEngine, UserDefinedType

from xlpy.domain.values.dates import NO_DATE
from xlpy.domain.values.money import round_money
from xlpy.domain.values.widths import encoded_size
from xlpy.errors import SlError
from xlpy.sl.connection.remembered import Remembered

Converter = Callable[[Any], Any]
LAST_DATE = date(2079, 6, 6)  # the end of smalldatetime
AMOUNT_PLACES = 9
LARGEST_EXPONENT = 17
SQLITE_COLLATION = "SL"
_UP_FROM = 29_999_000  # microseconds of the minute from which smalldatetime rounds up


class ValueRefused(SlError, DontWrapMixin):
    """A value does not fit a column of SL. Raised before anything is sent; SQLAlchemy passes it on as it is."""


class TextRefused(ValueRefused):
    """A text is too long for its column, or has a character that the database's code page lacks."""


class ValueUnreadable(ValueRefused):
    """A column of SL holds what its type can't: only a changed table, or another product, can have put it there."""

    def __init__(self, value: object, wanted: str) -> None:
        super().__init__(
            f"SL has {str(value)[:40]!r} where {wanted} should be.",
            fix="Ask whoever looks after the SL database what wrote it there; run this again when it is corrected.",
        )


def round_to_minute(moment: datetime) -> datetime:
    """Round as SQL Server's smalldatetime does: up to 29.998 seconds down, from 29.999 seconds up."""
    into = moment.second * 1_000_000 + moment.microsecond
    minute = moment.replace(second=0, microsecond=0)
    return minute + timedelta(minutes=1) if into >= _UP_FROM else minute


class SqliteChar(CHAR):
    """``char(n)``. On SQLite declared as ``CHARn``, so that the reading end can pad it to its width."""


@compiles(SqliteChar, "sqlite")
def _sqlite_char(type_: SqliteChar, _compiler: Any, **_: Any) -> str:
    return f"CHAR{type_.length} COLLATE {SQLITE_COLLATION}"


class _PerColumn(TypeDecorator[Any]):
    """A type whose converters are made once per column and remember: a run reads and binds millions of values.

    ``process_bind_param`` and ``process_result_value`` say what they do; nothing of ``impl`` is asked.
    """

    impl = TypeEngine
    cache_ok = True
    _bound: tuple[type, ...] = ()
    _read: tuple[type, ...] = ()

    def bind_processor(self, dialect: Dialect) -> Converter:
        """Return what binds the values of a column."""
        return Remembered(lambda value: self.process_bind_param(value, dialect), *self._bound).__getitem__

    def result_processor(self, dialect: Dialect, coltype: Any) -> Converter:
        """Return what reads the values of a column."""
        return Remembered(lambda value: self.process_result_value(value, dialect), *self._read).__getitem__


class SlText(_PerColumn):
    """``char(length)``: bound without trailing blanks, read without SL's padding.

    Refuses with ``TextRefused``, naming the text, what is longer than ``length`` bytes of ``code_page`` or can't be
    written in it: the driver would cut the one and replace the other in silence.
    """

    impl = SqliteChar
    cache_ok = True
    _bound = _read = (str, type(None))

    def __init__(self, length: int, code_page: str = "cp1252") -> None:
        self.length = length
        self.code_page = code_page
        super().__init__(length)

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:
        """Strip trailing blanks and refuse what SL would cut or change."""
        if value is None:
            return None
        # SQLite's driver reads an empty text as None where it pads: the demo company keeps one blank.
        blank = " " if dialect.name == "sqlite" else ""
        if value == "":
            return blank
        if not isinstance(value, str):
            raise ValueRefused(f"{value!r} is not a text.")
        text = value.rstrip(" ")
        size = encoded_size(text, self.code_page)
        if size is None:
            lacking = next(character for character in text if encoded_size(character, self.code_page) is None)
            raise TextRefused(
                f"{value!r} has the character {lacking!r} (U+{ord(lacking):04X}), which SL's code page"
                f" {self.code_page} lacks.",
                fix="Change the text in Manage.",
            )
        if size > self.length:
            raise TextRefused(
                f"{value!r} takes {size} bytes in SL's code page {self.code_page}; only {self.length} fit.",
                fix="Shorten it in Manage.",
            )
        return text or blank

    def process_result_value(self, value: Any, dialect: Dialect) -> str | None:
        """Strip SL's padding."""
        return None if value is None else str(value).rstrip(" ")

    @property
    def python_type(self) -> type[str]:
        """Text."""
        return str


class SlAmount(_PerColumn):
    """``float(53)`` as ``Decimal``: amounts, quantities, rates.

    Binds a ``Decimal`` (or ``int``) rounded to at most nine decimals; gives back the shortest decimal that is the same
    float, rounded to nine decimals. Refuses NaN, infinity and ``float`` with ``ValueRefused``.
    """

    impl = Float
    cache_ok = True
    _read = (float,)

    def __init__(self) -> None:
        super().__init__(precision=53)

    def bind_processor(self, dialect: Dialect) -> Converter:
        """Return what binds the values of a column: a ``float`` that equals an amount seen is refused all the same."""
        return lambda value: self.process_bind_param(value, dialect)

    def process_bind_param(self, value: Decimal | int | None, dialect: Dialect) -> float | None:
        """Give the driver a float."""
        if value is None:
            return None
        if isinstance(value, int):
            return float(value)
        if not isinstance(value, Decimal):
            raise ValueRefused(f"The amount {value!r} is not a Decimal.")
        if not value.is_finite() or value.adjusted() > LARGEST_EXPONENT:
            raise ValueRefused(f"The amount {value} is not one that SL can hold.")
        return float(round_money(value, AMOUNT_PLACES)) + 0.0  # no negative zero

    def process_result_value(self, value: Any, dialect: Dialect) -> Decimal | None:
        """Read the shortest decimal that is the same float."""
        if value is None:
            return None
        try:
            amount = Decimal(repr(float(value)))
        except (TypeError, ValueError):
            raise ValueUnreadable(value, "a number") from None
        if not amount.is_finite() or amount.adjusted() > LARGEST_EXPONENT:
            raise ValueUnreadable(value, "a number that can be booked")
        if amount.as_tuple().exponent < -AMOUNT_PLACES:  # type: ignore[operator] # SQL Server floats are finite
            amount = round_money(amount, AMOUNT_PLACES)
        return amount or Decimal(0)

    @property
    def python_type(self) -> type[Decimal]:
        """Decimal."""
        return Decimal


class _SqliteSmallDateTime(UserDefinedType[Any]):
    cache_ok = True

    def get_col_spec(self, **_: Any) -> str:
        return "SMALLDATETIME"

    def literal_processor(self, dialect: Dialect) -> Callable[[Any], str]:
        return lambda bound: f"'{bound}'"


def _small_date_time(dialect: Dialect) -> TypeEngine[Any]:
    kind = mssql.SMALLDATETIME() if dialect.name == "mssql" else _SqliteSmallDateTime()
    return dialect.type_descriptor(kind)


def _bind_minute(moment: datetime, dialect: Dialect) -> Any:
    """Give the driver a datetime, and SQLite the text in which the demo company keeps it."""
    if not NO_DATE <= moment.date() <= LAST_DATE:
        raise ValueRefused(
            f"{moment:%Y-%m-%d} is not a date that SL can hold ({NO_DATE} to {LAST_DATE}).",
            fix="Correct the date in Manage.",
        )
    return moment if dialect.name == "mssql" else moment.isoformat(" ", "seconds")


def _read_minute(value: Any) -> datetime:
    if isinstance(value, str):
        try:
            return datetime.fromisoformat(value)
        except ValueError:
            raise ValueUnreadable(value, "a date") from None
    if not isinstance(value, datetime):
        raise ValueUnreadable(value, "a date")
    return value


class SlDate(_PerColumn):
    """``smalldatetime`` that holds a day: a ``date`` is midnight, ``None`` is SL's empty date 1900-01-01."""

    impl = mssql.SMALLDATETIME
    cache_ok = True
    _bound = (date, type(None))
    _read = (datetime, str)

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        """SMALLDATETIME on both."""
        return _small_date_time(dialect)

    def process_bind_param(self, value: date | None, dialect: Dialect) -> Any:
        """Bind midnight; a ``datetime`` with a time of day is refused, not cut."""
        day = NO_DATE if value is None else value
        if isinstance(day, datetime):
            if day != datetime.combine(day.date(), datetime.min.time()):
                raise ValueRefused(f"{value!r} is a time of day; this column of SL holds days.")
            day = day.date()
        if not isinstance(day, date):
            raise ValueRefused(f"{value!r} is not a date.")
        return _bind_minute(datetime(day.year, day.month, day.day), dialect)  # noqa: DTZ001 # SL keeps local time

    def process_result_value(self, value: Any, dialect: Dialect) -> date | None:
        """Read the day; 1900-01-01 is no date."""
        if value is None:
            return None
        day = _read_minute(value).date()
        return None if day == NO_DATE else day

    @property
    def python_type(self) -> type[date]:
        """Date."""
        return date


class SlMinute(_PerColumn):
    """``smalldatetime`` with its time of day, rounded to whole minutes; ``None`` is SL's empty date 1900-01-01."""

    impl = mssql.SMALLDATETIME
    cache_ok = True
    _bound = (type(None),)
    _read = (datetime, str)

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        """SMALLDATETIME on both."""
        return _small_date_time(dialect)

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> Any:
        """Bind the rounded minute, without a time zone: SL keeps the local time of the PC."""
        if value is None:
            return _bind_minute(datetime(NO_DATE.year, 1, 1), dialect)  # noqa: DTZ001 # SL keeps local time
        if not isinstance(value, datetime):
            raise ValueRefused(f"{value!r} is not a date with a time.")
        return _bind_minute(round_to_minute(value.replace(tzinfo=None)), dialect)

    def process_result_value(self, value: Any, dialect: Dialect) -> datetime | None:
        """Read the minute; 1900-01-01 00:00 is no date."""
        if value is None:
            return None
        moment = _read_minute(value)
        return None if moment == datetime(NO_DATE.year, 1, 1) else moment  # noqa: DTZ001 # SL keeps local time

    @property
    def python_type(self) -> type[datetime]:
        """Date and time."""
        return datetime


class SlFlag(TypeDecorator[bool]):
    """``smallint`` that means yes or no: 0 is no, anything else yes."""

    impl = SmallInteger
    cache_ok = True

    def process_bind_param(self, value: bool | int | None, dialect: Dialect) -> int | None:
        """Bind 1 or 0."""
        return None if value is None else int(bool(value))

    def process_result_value(self, value: Any, dialect: Dialect) -> bool | None:
        """Read yes or no."""
        return None if value is None else bool(value)

    @property
    def python_type(self) -> type[bool]:
        """Yes or no."""
        return bool


class _SqliteRowVersion(UserDefinedType[Any]):
    cache_ok = True

    def get_col_spec(self, **_: Any) -> str:
        return "ROWVERSION DEFAULT (sl_rowversion())"


class SlRowVersion(TypeDecorator[bytes]):
    """SL's ``timestamp``: eight bytes that grow with every insert and update. SL writes it, nobody else may."""

    impl = LargeBinary
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        """TIMESTAMP on SQL Server; a column that counts by itself on SQLite."""
        timestamp: TypeEngine[Any] = mssql.TIMESTAMP()  # type: ignore[no-untyped-call] # SQLAlchemy's stubs lack it
        kind = timestamp if dialect.name == "mssql" else _SqliteRowVersion()
        return dialect.type_descriptor(kind)

    def process_bind_param(self, value: bytes | None, dialect: Dialect) -> bytes | None:
        """Bind for comparison only."""
        return value

    def process_result_value(self, value: Any, dialect: Dialect) -> bytes | None:
        """Read the eight bytes."""
        return None if value is None else bytes(value)

    @property
    def python_type(self) -> type[bytes]:
        """Bytes."""
        return bytes

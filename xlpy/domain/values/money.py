"""Money: one rounding, one conversion.

Amounts are ``Decimal`` from the JSON text of Manage to the SQL boundary; here is the only place where they are
rounded. SQL Server's ``ROUND`` on SL's float columns rounds half away from zero, and so do we.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from decimal import ROUND_HALF_UP, Decimal
from functools import lru_cache

ZERO = Decimal(0)
NOISE = Decimal("1e-8")  # a number that went through binary floating point in Manage may be off by less than that
_QUANTA = {places: Decimal(1).scaleb(-places) for places in range(10)}
_ZEROS = {places: quantum * 0 for places, quantum in _QUANTA.items()}
_ONE = Decimal(1)


def round_money(amount: Decimal, decimals: int) -> Decimal:
    """Round to ``decimals`` places, half away from zero. Never returns a negative zero.

    An amount that has these places already is returned as it is: a plan of many documents holds each but once.
    """
    if not amount.same_quantum(_QUANTA[decimals]):
        amount = _quantized(amount, decimals)
    return amount or _ZEROS[decimals]


@lru_cache(10_000)
def _quantized(amount: Decimal, decimals: int) -> Decimal:
    return amount.quantize(_QUANTA[decimals], rounding=ROUND_HALF_UP)


def is_nil(amount: Decimal) -> bool:
    """Whether an amount is zero before any rounding."""
    return abs(amount) < NOISE


def same_amount(one: Decimal, other: Decimal) -> bool:
    """Whether two amounts are the same before any rounding."""
    return is_nil(one - other)


def has_more_decimals(amount: Decimal, decimals: int) -> bool:
    """Whether rounding to ``decimals`` places would make another amount of it."""
    return not same_amount(amount, round_money(amount, decimals))


def rounded_together(amounts: Sequence[Decimal], decimals: int) -> list[Decimal]:
    """Round amounts so that they add up to what they are worth together.

    What is missing, a cent at a time, goes to the amounts with the largest rests, the first of equal ones.
    """
    rounded = [round_money(amount, decimals) for amount in amounts]
    missing = round_money(sum(amounts, ZERO), decimals) - sum(rounded, ZERO)
    cent = _QUANTA[decimals] if missing > 0 else -_QUANTA[decimals]
    rests = [(amount - whole) * cent for amount, whole in zip(amounts, rounded, strict=True)]
    largest_first = sorted(range(len(amounts)), key=lambda index: (-rests[index], index))
    for index in largest_first[: int(missing / cent)]:
        rounded[index] += cent
    return rounded


def to_base(cury_amount: Decimal, rate: Decimal, mult_div: str, decimals: int) -> Decimal:
    """Convert a document-currency amount to base currency.

    ``mult_div`` is CuryRate.MultDiv: ``M`` multiplies by ``rate``, ``D`` divides by it (SL reference, section 10).
    """
    if rate == _ONE:
        return round_money(cury_amount, decimals)
    return round_money(cury_amount * rate if mult_div != "D" else cury_amount / rate, decimals)


def plain(amount: Decimal) -> str:
    """Return one text for one amount: no trailing zeros, no exponent, no negative zero."""
    text = f"{amount:f}"
    if "." in text:
        text = text.rstrip("0").rstrip(".")
    return "0" if text in ("-0", "") else text


def total(amounts: Iterable[Decimal]) -> Decimal:
    """Sum that stays a Decimal when there is nothing to add."""
    return sum(amounts, ZERO)

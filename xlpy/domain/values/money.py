"""Money: one rounding, one conversion.

Amounts are ``Decimal`` from the JSON text of Manage to the SQL boundary; here is the only place where they are
rounded. SQL Server's ``ROUND`` on SL's float columns rounds half away from zero, and so do we.
"""

from __future__ import annotations

from collections.abc import Iterable
from decimal import ROUND_HALF_UP, Decimal

ZERO = Decimal(0)
_QUANTA = {places: Decimal(1).scaleb(-places) for places in range(10)}


def round_money(amount: Decimal, decimals: int) -> Decimal:
    """Round to ``decimals`` places, half away from zero. Never returns a negative zero."""
    rounded = amount.quantize(_QUANTA[decimals], rounding=ROUND_HALF_UP)
    return rounded or _QUANTA[decimals] * 0


def to_base(cury_amount: Decimal, rate: Decimal, mult_div: str, decimals: int) -> Decimal:
    """Convert a document-currency amount to base currency.

    ``mult_div`` is CuryRate.MultDiv: ``M`` multiplies by ``rate``, ``D`` divides by it (SL reference, section 10).
    """
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

"""Exchange rates and base amounts, and the rounding difference that SL's release moves to a line."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from datetime import date
from decimal import Decimal

from xlpy.domain.checks.table import found
from xlpy.domain.documents.ar import ArLine
from xlpy.domain.documents.shared import RateUsed
from xlpy.domain.facts.books import CurrencyRate, Customer, SlBooks, sl_key
from xlpy.domain.facts.manage import ManageMasters
from xlpy.domain.values.money import round_money, to_base
from xlpy.domain.values.problems import Problem

ONE = Decimal(1)


class Rates:
    """The CuryRate rows of the books, found by currency, rate type and date."""

    def __init__(self, rates: Sequence[CurrencyRate], base_currency: str) -> None:
        self._by_pair: dict[tuple[str, str], tuple[list[date], list[CurrencyRate]]] = {}
        for row in sorted(rates, key=lambda r: r.effective):
            if sl_key(row.to_currency) != sl_key(base_currency):
                continue
            days, rows = self._by_pair.setdefault((sl_key(row.from_currency), sl_key(row.rate_type)), ([], []))
            days.append(row.effective)
            rows.append(row)

    def on(self, currency: str, rate_type: str, day: date) -> CurrencyRate | None:
        """Return the latest rate effective on or before ``day`` (SL: CuryRateTbl), or None. Rate 0 is no rate."""
        days, rows = self._by_pair.get((sl_key(currency), sl_key(rate_type)), ([], []))
        position = bisect_right(days, day)
        return rows[position - 1] if position and rows[position - 1].rate > 0 else None


class CurrencyDecimals:
    """Decimals of currencies: SL's, else Manage's, else 2."""

    def __init__(self, books: SlBooks, masters: ManageMasters) -> None:
        in_manage = {sl_key(key): decimals for key, decimals in masters.decimals.items()}
        self._decimals = {**in_manage, **{sl_key(key): decimals for key, decimals in books.currencies.items()}}

    def of(self, currency: str) -> int:
        """Decimals of a currency."""
        return self._decimals.get(sl_key(currency), 2)


class Currencies:
    """Finds the rate of a document, each currency, rate type and date once."""

    def __init__(self, books: SlBooks, max_age_days: int) -> None:
        self._books = books
        self._rates = Rates(books.rates, books.gl.base_currency)
        self._max_age = max_age_days
        self._decimals = {sl_key(key): decimals for key, decimals in books.currencies.items()}
        self._spelt = {sl_key(key): key for key in books.currencies}
        self._cache: dict[tuple[str, str, date], tuple[RateUsed | None, tuple[Problem, ...]]] = {}

    @property
    def base_currency(self) -> str:
        """GLSetup.BaseCuryId."""
        return self._books.gl.base_currency

    def rate_for(
        self, currency: str, customer: Customer | None, day: date
    ) -> tuple[RateUsed | None, tuple[Problem, ...]]:
        """Return the rate of a document and what is wrong with it; no rate when the document can't be written.

        The rate type is the customer's, else the one of Currency Manager's set-up for receivables.
        """
        return self.rate_of_type(currency, (customer.rate_type if customer else "") or self._books.ar_rate_type, day)

    def rate_of_type(self, currency: str, rate_type: str, day: date) -> tuple[RateUsed | None, tuple[Problem, ...]]:
        """Return the rate of a type that the caller knows, such as a vendor's; else as ``rate_for``."""
        key = (sl_key(currency), rate_type, day)
        answer = self._cache.get(key)
        if answer is None:
            answer = self._cache[key] = self._find(currency, rate_type, day)
        return answer

    def _find(self, currency: str, rate_type: str, day: date) -> tuple[RateUsed | None, tuple[Problem, ...]]:
        key = sl_key(currency)
        if key == sl_key(self.base_currency):
            return RateUsed(self.base_currency, ONE, "M", "", day, self._books.base_decimals), ()
        if not self._books.multi_currency:
            return None, (found("CURY-NO-CM", currency, self.base_currency, currency=currency),)
        if key not in self._decimals:
            return None, (found("CURY-UNKNOWN", currency, currency=currency),)
        row = self._rates.on(currency, rate_type, day)
        if row is None:
            return None, (
                found("RATE-MISSING", currency, rate_type, currency=currency, rate_type=rate_type, day=day.isoformat()),
            )
        problems: tuple[Problem, ...] = ()
        if (day - row.effective).days > self._max_age:
            since = row.effective.isoformat()
            problems = (found("RATE-OLD", currency, since, currency=currency, since=since, days=self._max_age),)
        # SL matches Currncy rows; a mult_div other than D multiplies
        mult_div = "D" if row.mult_div == "D" else "M"
        spelt = self._spelt[key]
        return RateUsed(spelt, row.rate, mult_div, row.rate_type, row.effective, self._decimals[key]), problems


def base_amount(
    amount: Decimal, currency: str, day: date | None, books: SlBooks, rate_type: str = ""
) -> Decimal | None:
    """Return an amount in base currency by SL's rate of ``day`` and the set-up's rate type; None without a rate.

    For lists; documents use the rate type of the customer or vendor. ``rate_type``: empty for that of receivables.
    """
    if not currency or sl_key(currency) == sl_key(books.gl.base_currency):
        return round_money(amount, books.base_decimals)
    if day is None or not books.multi_currency:
        return None
    row = Rates(books.rates, books.gl.base_currency).on(currency, rate_type or books.ar_rate_type, day)
    return None if row is None else to_base(amount, row.rate, row.mult_div, books.base_decimals)


def line_taking_difference(lines: Sequence[ArLine]) -> int | None:
    """Return the index of the line that the release adds the base rounding difference to, or None.

    It is the line written last among those with a base amount (SL: vp_08400CuryDiff takes the largest RecordID, which
    ARTran numbers as lines are inserted). Without any such line the release can't balance the document.
    """
    return next((index for index in range(len(lines) - 1, -1, -1) if lines[index].amount), None)

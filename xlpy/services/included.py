"""What is included: counts and totals by kind and currency, from the rows of the last refresh."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from xlpy.domain.money import ZERO
from xlpy.services.memory import recall_refresh
from xlpy.services.refresh import shown_amount
from xlpy.settings import Profile


@dataclass(frozen=True, slots=True)
class IncludedTotal:
    """One kind and currency. ``total``: document currency, credit memos negative."""

    kind: str
    currency: str
    count: int
    total: Decimal


def included_totals(profile: Profile, marked_ids: Iterable[str]) -> tuple[IncludedTotal, ...]:
    """Add up the marked rows; two currencies are never added together."""
    seen = recall_refresh(profile)
    sums: dict[str, tuple[int, Decimal]] = {}
    for record in marked_ids:
        row = seen.get(int(record)) if record.isdecimal() else None
        if row is not None:
            count, total = sums.get(row.currency, (0, ZERO))
            sums[row.currency] = count + 1, total + shown_amount(row, row.total)
    return tuple(IncludedTotal("Invoices", currency, *sums[currency]) for currency in sorted(sums))

"""Unposted base amounts by age: of what the refresh showed, and of what a run has left of it."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Collection, Mapping
from datetime import date
from decimal import Decimal

from xlpy.domain.values.money import ZERO
from xlpy.domain.values.transactions import Kind, TransactionKey
from xlpy.services.run.reports import AgeingRow

_AGES = (30, 60, 90)  # days; what is older is the last bucket
_WORDS = {Kind.INVOICE: "Invoices", Kind.EXPENSE: "Expenses", Kind.PROCUREMENT: "Inventory"}  # as the sheets are called

Aged = Mapping[str, tuple[int, Decimal]]
"""By transaction (``invoice:4417``): which age it has, counted from 0, and its base amount (credit memos negative)."""


def age(day: date, on: date) -> int:
    """Return which age a document has on a day; a later document is 0 days old."""
    return bisect_left(_AGES, (on - day).days)


def ageing(aged: Aged, kinds: Collection[Kind], done: Collection[TransactionKey] = ()) -> tuple[AgeingRow, ...]:
    """Add up the base amounts of each kind by age, but for what is done."""
    gone = {str(key) for key in done}
    found: list[AgeingRow] = []
    for kind, word in _WORDS.items():
        if kind in kinds:
            buckets = [ZERO] * (len(_AGES) + 1)
            for key, (at, amount) in aged.items():
                if key.startswith(f"{kind}:") and key not in gone:
                    buckets[at] += amount
            found.append(AgeingRow(word, *buckets))
    return tuple(found)

"""Whether each document of a journal foots: its total, and what its debits and credits differ by."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal

from xlpy.domain.preview.rows import JournalRow

BALANCED = "balanced"
_ZERO = Decimal(0)


@dataclass(frozen=True, slots=True)
class Footing:
    """A document's debits, in its currency: with tax and control line they are its total. Debits positive.

    ``apart``, ``base_apart``: debits less credits, in document and in base currency; 0 when it foots.
    """

    total: Decimal = _ZERO
    apart: Decimal = _ZERO
    base_apart: Decimal = _ZERO

    @property
    def check(self) -> str:
        """Say whether lines, taxes and document total agree; else by how much debits are more than credits."""
        if self.apart:
            return f"off by {self.apart:,f}"
        return f"base off by {self.base_apart:,f}" if self.base_apart else BALANCED

    def with_row(self, row: JournalRow) -> Footing:
        """Return the footing with one more line."""
        debit, credit = row.debit or _ZERO, row.credit or _ZERO
        base = (row.base_debit or _ZERO) - (row.base_credit or _ZERO)
        return Footing(self.total + debit, self.apart + debit - credit, self.base_apart + base)


def footings(rows: Iterable[JournalRow]) -> Mapping[str, Footing]:
    """Return the footing of each document of a journal; masters to be created are none."""
    found: dict[str, Footing] = defaultdict(Footing)
    for row in rows:
        if row.document:
            found[row.document] = found[row.document].with_row(row)
    return dict(found)

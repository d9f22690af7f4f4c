"""The tax of an item receipt by level: what invoices say themselves has to be put together from the tax lines."""

from __future__ import annotations

import re
from collections.abc import Sequence
from decimal import Decimal

from xlpy.domain.facts.manage import ExportTaxLevel, TaxCode, TaxCodeLevel
from xlpy.domain.facts.manage_procurement import ExportPurchase, ExportPurchaseTax
from xlpy.domain.mapping.signs import turn_levels
from xlpy.domain.values.money import ZERO, round_money, total

_LEVEL = re.compile(r"\blevel\s*([1-6])\b", re.IGNORECASE)
_HALF_A_CENT = Decimal("0.5")


def receipt_levels(
    purchase: ExportPurchase, code: TaxCode | None, decimals: int
) -> tuple[tuple[ExportTaxLevel, ...], bool]:
    """Return the taxes of a receipt by level, on the side of what is owed (negative for a return).

    The second value says whether they could be told: the levels of the header when they have amounts, which then must
    add up to the tax lines; else the tax lines, each given to a level of the tax code. Without a known tax code it is
    all on one level.
    """
    tax = total(-round_money(line.total, decimals) for line in purchase.taxes)
    if any(level.tax for level in purchase.tax_levels):
        return turn_levels(purchase.tax_levels, tax, decimals)
    if not any(line.total for line in purchase.taxes):
        return (), True
    if code is None:
        return (ExportTaxLevel(1, "", tax, ZERO),), True
    lines_of: dict[int, list[ExportPurchaseTax]] = {}
    for line in purchase.taxes:
        if line.total:
            level = _level_of(line, code.levels)
            if level is None:
                return (), False
            lines_of.setdefault(level.level, []).append(line)
    taxed = [(level, lines_of[level.level]) for level in code.levels if level.level in lines_of]
    taxed.sort(key=lambda entry: entry[0].level)
    return _with_taxable(purchase, taxed, decimals), True


def _level_of(line: ExportPurchaseTax, levels: Sequence[TaxCodeLevel]) -> TaxCodeLevel | None:
    """Return the level of a tax line, or None when it can't be told.

    Unverified: the export gives a rate for each tax line (a fraction, as the tax code's levels do; per cent is
    understood too), but no level; levels of the same rate are told by *Level n* in the memo.
    """
    if len(levels) == 1:
        return levels[0]
    alike = [level for level in levels if line.rate and line.rate in (level.rate, level.rate * 100)]
    if len(alike) == 1:
        return alike[0]
    named = _LEVEL.search(line.memo)
    return next((level for level in alike or levels if named and level.level == int(named[1])), None)


def _with_taxable(
    purchase: ExportPurchase, taxed: Sequence[tuple[TaxCodeLevel, Sequence[ExportPurchaseTax]]], decimals: int
) -> tuple[ExportTaxLevel, ...]:
    """Return the levels with their tax and the amount it was calculated on.

    Unverified: the export does not say that amount. It is the first of these that gives the tax of every level, but
    for half a cent of rounding in each tax line: the lines marked taxable, the goods, the goods with freight, the tax
    of a level divided by its rate. When none does, each level has its own tax divided by its rate.
    """
    goods = total(-line.total for line in purchase.lines if not line.is_freight)
    freight = total(-line.total for line in purchase.lines if line.is_freight)
    marked = total(-line.total for line in purchase.lines if line.taxable)
    taxes = [total(-round_money(line.total, decimals) for line in lines) for _, lines in taxed]
    own = [
        round_money(tax / level.rate if _is_percent(level) else goods, decimals)
        for tax, (level, _) in zip(taxes, taxed, strict=True)
    ]

    def gives_every_tax(base: Decimal) -> bool:
        return all(
            abs(base * level.rate - tax) <= _HALF_A_CENT.scaleb(-decimals) * len(lines)
            for tax, (level, lines) in zip(taxes, taxed, strict=True)
            if _is_percent(level)
        )

    bases = [base for base in (marked, goods, goods + freight, *own) if base and gives_every_tax(base)]
    return tuple(
        ExportTaxLevel(level.level, level.tax_code_xref, tax, round_money(bases[0], decimals) if bases else mine)
        for tax, mine, (level, _) in zip(taxes, own, taxed, strict=True)
    )


def _is_percent(level: TaxCodeLevel) -> bool:
    return bool(level.rate) and level.rate_type.casefold() != "amount"

"""Units of measure: which SL unit a unit of Manage is, and how it converts to an item's stock unit."""

from __future__ import annotations

from decimal import Decimal

from xlpy.domain.checks.table import found
from xlpy.domain.facts.books import SlBooks, sl_key
from xlpy.domain.facts.manage import ManageMasters
from xlpy.domain.values.problems import Problem
from xlpy.domain.values.refs import Ref
from xlpy.domain.values.rules import PostingRules
from xlpy.domain.values.widths import Widths

MULTIPLY, DIVIDE = "M", "D"
ONE_TO_ONE = (Decimal(1), MULTIPLY)
_GLOBAL, _OF_CLASS, _OF_ITEM = "1", "2", "3"


class Units:
    """Finds units and conversions. Ids are compared as SL does, and returned as SL spells them."""

    def __init__(self, masters: ManageMasters, books: SlBooks, posting: PostingRules, widths: Widths) -> None:
        self._masters = masters
        self._widths = widths
        self._profile = {name.strip().casefold(): unit for name, unit in posting.units.items()}
        self._spelt: dict[str, str] = {}
        self._conversions: dict[tuple[str, str, str, str], tuple[Decimal, str]] = {}
        for row in books.stock.units:
            for unit in (row.from_unit, row.to_unit):
                self._spelt.setdefault(sl_key(unit), unit)
            owner = {_OF_CLASS: sl_key(row.class_id), _OF_ITEM: sl_key(row.invt_id)}.get(row.unit_type, "")
            key = (row.unit_type, owner, sl_key(row.from_unit), sl_key(row.to_unit))
            self._conversions[key] = (row.factor, DIVIDE if row.multiply_divide == DIVIDE else MULTIPLY)

    def of(self, unit: Ref, xref: str = "") -> str:
        """Return the SL unit of a unit of Manage, as it stands; empty when Manage names none.

        The profile's table by its name, else the UOM Schedule Xref (``xref``: the export's), else its name.
        """
        record = self._masters.units.get(unit.id)
        name = (unit.name or unit.identifier or (record.name if record else "")).strip()
        given = self._profile.get(name.casefold()) or xref or (record.xref if record else "") or name
        return self._spelt.get(sl_key(given.strip()), given.strip())

    def check(self, unit: str) -> tuple[Problem, ...]:
        """Check that a text can be a unit of SL."""
        return () if self._widths.fits(unit, "INTran", "UnitDesc") else (found("UNIT-WIDTH", unit, unit=unit),)

    def conversion(self, unit: str, stock_unit: str, invt_id: str, class_id: str) -> tuple[Decimal, str] | None:
        """Return factor and M or D: stock quantity = quantity × or / factor. None when SL has no usable conversion.

        The item's own row wins over its class's, that over the global one (SL: EDInUnit_GetConversion).
        """
        start, end = sl_key(unit), sl_key(stock_unit)
        if start == end:
            return ONE_TO_ONE
        for unit_type, owner in ((_OF_ITEM, sl_key(invt_id)), (_OF_CLASS, sl_key(class_id)), (_GLOBAL, "")):
            row = self._conversions.get((unit_type, owner, start, end))
            if row is not None:
                return row if row[0] > 0 else None
        return None

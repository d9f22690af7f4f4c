"""Texts of a master that is to be created: made to fit SL's columns, or left out when a part would be wrong."""

from __future__ import annotations

from collections.abc import Mapping

from xlpy.domain.checks.table import found
from xlpy.domain.facts.books import sl_key
from xlpy.domain.values.problems import Problem
from xlpy.domain.values.widths import Widths


class MasterFields:
    """The fields of one new master, and what the user is told of them.

    ``table``: SL's table; ``master``: how the checks' words name it (``customer``: codes CUST-TEXT and CUST-LEFT-OUT).
    """

    def __init__(self, widths: Widths, table: str, master: str, key: str) -> None:
        self._widths = widths
        self._table = table
        self._facts = {master: key}
        self._prefix = master[:4].upper()
        self.problems: list[Problem] = []

    def text(self, field: str, given: str, column: str) -> str:
        """Make a name or a description fit its column."""
        fitted = self._widths.fit(given, self._table, column)
        if fitted.changed:
            code = f"{self._prefix}-TEXT"
            self.problems.append(found(code, given, fitted.text, field=field, stored=fitted.text, **self._facts))
        return fitted.text

    def only_if(self, usable: bool, field: str, given: str, stored: str) -> str:
        """Keep a value only when SL can use it, else leave it blank."""
        if given and not usable:
            self.left_out(field, given)
        return stored if given and usable else ""

    def whole(self, given: str, column: str) -> str:
        """Keep a number or address only when it fits whole: a part of it would be another one."""
        return self.only_if(self._widths.fits(given, self._table, column), column, given, given)

    def known(self, field: str, given: str, spelt: Mapping[str, str]) -> str:
        """Keep an id only when SL knows it, as SL spells it. ``spelt``: SL's spelling by ``sl_key``."""
        return self.only_if(sl_key(given) in spelt, field, given, spelt.get(sl_key(given), ""))

    def left_out(self, field: str, given: str) -> None:
        """Say that a value is not usable."""
        self.problems.append(found(f"{self._prefix}-LEFT-OUT", given, field=field, given=given, **self._facts))

"""Excel answers "no cells were found" as an error in its own language; only the English words are known to xlwings."""

from __future__ import annotations

import pytest

from xlpy.excel.tables.placed import formula_areas, visible_areas


class GermanRange:
    """A range of a German Excel, as far as these calls go: what it raises was said by no English word."""

    def __init__(self, formula, hidden):
        self.formula = formula
        self.hidden = hidden

    @property
    def rows(self):
        return self

    def get_special_cells(self, cell_type):
        raise RuntimeError("Keine Zellen gefunden.")


def test_no_formulas_means_no_areas():
    assert formula_areas(GermanRange((("a", ""), ("5", "b")), hidden=False)) == []
    assert formula_areas(GermanRange("", hidden=False)) == []


def test_an_error_about_a_range_with_formulas_is_an_error():
    with pytest.raises(RuntimeError):
        formula_areas(GermanRange((("a",), ("=1+1",)), hidden=False))


def test_a_filter_that_hides_every_row_means_no_visible_areas():
    assert visible_areas(GermanRange("", hidden=True)) == []
    for hidden in (False, None):
        with pytest.raises(RuntimeError):
            visible_areas(GermanRange("", hidden=hidden))

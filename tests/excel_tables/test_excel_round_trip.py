"""What is written comes back: texts of all kinds, dates, amounts rounded once; formulas follow inserted rows."""

from __future__ import annotations

import datetime as dt
from decimal import ROUND_HALF_UP, Decimal

import pytest
from by_column import number
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from xlpy.excel.engine.closed_file import open_closed
from xlpy.excel.tables.tables import read_rows, refill
from xlpy.excel.workbook.formulas import Insertion, has_relative_reference
from xlpy.excel.workbook.sheets import INVOICES, RESULTS
from xlpy.excel.workbook.typed_text import clean_text, has_forbidden_characters, units

TOUCHED = (INVOICES, RESULTS)
BOTH_ENGINES = True

AMOUNTS = st.decimals(min_value=-(10**9), max_value=10**9, places=3)
DATES = st.dates(min_value=dt.date(1900, 3, 1), max_value=dt.date(9999, 12, 31))
TEXTS = st.text(max_size=40) | st.sampled_from(
    ["=1", "'", "''a", "_x0041_", "_x005F_", "\r\n", "\ud83d", " a ", "#N/A"]
)


@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.tuples(TEXTS, DATES, AMOUNTS), min_size=1, max_size=6))
def test_what_is_written_comes_back_after_a_save(workbook, rows):
    with open_closed(workbook) as closed:
        refill(
            closed.book,
            INVOICES,
            [{"Id": str(i), "Company": t, "Date": d, "Total": a} for i, (t, d, a) in enumerate(rows, 1)],
        )
        closed.save()
    with open_closed(workbook) as closed:
        found = read_rows(closed.book, INVOICES)
        total = number(INVOICES, "Total")
        totals = closed.book.sheets["Invoices"].range((5, total), (4 + len(rows), total)).options(ndim=2).value
    assert [row["Company"] for row in found] == [clean_text(text) for text, _, _ in rows]
    assert [row["Date"] for row in found] == [day for _, day, _ in rows]
    cents = [amount.quantize(Decimal("0.01"), rounding=ROUND_HALF_UP) for _, _, amount in rows]
    assert [Decimal(repr(amount)) for (amount,) in totals] == cents
    assert not any(problem for row in found for problem in row.problems)


@given(st.text(max_size=200))
def test_cleaned_text_fits_and_stays_clean(text):
    cleaned = clean_text(text)
    assert not has_forbidden_characters(cleaned)
    assert clean_text(cleaned) == cleaned
    if not has_forbidden_characters(text):
        assert cleaned == text


@pytest.mark.parametrize("character", ["a", "é", "😀"])
def test_the_limit_is_counted_as_excel_counts(character):
    fits = character * (32_767 // units(character))
    assert clean_text(fits) == fits
    cut = clean_text(fits + "ab")
    assert units(cut) <= 32_767
    assert cut.endswith("(cut)")


@pytest.mark.parametrize(
    ("formula", "relative"),
    [
        ("=Invoices[[#This Row],[Total]]*2", False),
        ("=[@Total]*$A$1", False),
        ("=T1[[#This Row],[A1]]", False),
        ("=SUM(Invoices[Total])", False),
        ('="A5"&[@Id]', False),
        ("=LOG10([@Total])", False),
        ("=Home!$C$4*2", False),
        ("='My sheet A1'!$C$4", False),
        ("=A$1", False),
        ("=O5*2", True),
        ("=$O5*2", True),
        ("=Home!C4", True),
        ("='A b'!c4", True),
        ("=SUM(5:5)", True),
        ("=SUM(A1:$B$2)", True),
    ],
)
def test_formulas_that_mean_the_same_in_every_row(formula, relative):
    assert has_relative_reference(formula) is relative


@pytest.mark.parametrize(
    ("formula", "on_the_sheet", "after"),
    [
        ("=G5*2", True, "=G8*2"),
        ("=$G$5+G4+Z9", True, "=$G$8+G4+Z9"),
        ("=SUM(G4:G9)", True, "=SUM(G4:G12)"),
        ("=G5", False, "=G5"),
        ("=Results!G5+Home!G5", False, "=Results!G8+Home!G5"),
        ("=SUM('Results'!G5:G6)", False, "=SUM('Results'!G8:G9)"),
        ('="G5"&Results[[#This Row],[G5]]', True, '="G5"&Results[[#This Row],[G5]]'),
        ("=LOG10(G5)", True, "=LOG10(G8)"),
    ],
)
def test_formulas_follow_inserted_rows(formula, on_the_sheet, after):
    assert Insertion("Results", 5, 3, range(1, 15)).rewrite(formula, on_the_sheet=on_the_sheet) == after

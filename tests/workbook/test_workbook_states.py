"""Words of state: one style on every sheet, and a colour for every word that can stand there."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path

import pytest
from macro_books import load_macro_book

from xlpy.domain.preview.footing import BALANCED
from xlpy.domain.values.problems import Severity
from xlpy.domain.values.statuses import (
    BatchState,
    MappingState,
    PaymentStatus,
    PracticeVerdict,
    ReconcileState,
    RerunState,
    RowStatus,
    TieState,
    Verdict,
)
from xlpy.domain.values.transactions import SlState
from xlpy.excel.workbook import look
from xlpy.excel.workbook.builder import build_workbook
from xlpy.excel.workbook.month_end_sheets import MAPPINGS, TIE_OUT
from xlpy.excel.workbook.sheet import Sheet
from xlpy.excel.workbook.sheets import (
    BATCHES,
    INVOICES,
    PAYMENTS,
    PRACTICE,
    PREVIEW,
    PROBLEMS,
    RECONCILE,
    RERUN,
    RESULTS,
    SETUP,
)
from xlpy.excel.workbook.state_colours import colours_of, state_word
from xlpy.services.run.reports import RunState

COLUMNS: list[tuple[Sheet, str, type[StrEnum]]] = [
    (INVOICES, "Status", RowStatus),
    (RESULTS, "Status", RowStatus),
    (RESULTS, "Status", RunState),
    (PAYMENTS, "Status", PaymentStatus),
    (RERUN, "State", RerunState),
    (RERUN, "State in SL", SlState),
    (BATCHES, "State in SL", BatchState),
    (RECONCILE, "State", ReconcileState),
    (TIE_OUT, "State", TieState),
    (MAPPINGS, "State", MappingState),
    (PRACTICE, "Verdict", PracticeVerdict),
    (SETUP, "Verdict", Verdict),
    (PROBLEMS, "Severity", Severity),
]


@pytest.mark.parametrize(("sheet", "column", "words"), COLUMNS, ids=lambda one: getattr(one, "name", str(one)))
def test_every_word_of_a_state_has_a_colour(sheet: Sheet, column: str, words: type[StrEnum]) -> None:
    coloured = colours_of(sheet.table, column)
    assert [word for word in words if word and state_word(word) not in coloured] == []


def test_a_failure_is_red_and_success_is_not_wherever_it_stands() -> None:
    for table in ("Invoices", "Results", "Payments"):
        assert colours_of(table, "Status")["Failed"] == look.BAD
    assert colours_of("Payments", "Status")["Changed"] == look.INFO, "written to Manage by this run"
    assert colours_of("Invoices", "Status")["Changed"] == look.WARN, "Manage has other lines than SL"
    assert colours_of("Preview", "Check")[state_word(BALANCED)] == look.GOOD


@pytest.mark.parametrize(
    ("word", "shown"),
    [
        ("made at release", "Made at release"),
        ("in SL, the Manage batch is still owed", "In SL, the Manage batch is still owed"),
        ("ok", "OK"),
        ("", ""),
        (None, ""),
    ],
)
def test_a_word_gets_a_capital_and_keeps_the_rest(word: str | None, shown: str) -> None:
    assert state_word(word) == shown


def test_the_sheets_colour_their_words_by_rules_that_follow_a_filter(tmp_path: Path) -> None:
    path = tmp_path / "new.xlsm"
    build_workbook(path)
    book = load_macro_book(path)
    for sheet, column in ((PAYMENTS, "Status"), (PREVIEW, "Check"), (BATCHES, "State in SL")):
        rules = [rule for ranges in book[sheet.name].conditional_formatting for rule in ranges.rules]
        words = {rule.formula[0].strip('"') for rule in rules if rule.type == "cellIs"}
        assert set(colours_of(sheet.table, column)) <= words

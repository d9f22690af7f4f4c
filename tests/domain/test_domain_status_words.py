"""Every status word has one place: nobody types it as a text again, where a typo would pass every check."""

from __future__ import annotations

import ast
from pathlib import Path

from xlpy.domain.values.statuses import Include, PaymentStatus, ReconcileState, RerunState, RowStatus

XLPY = Path(__file__).parents[2] / "xlpy"
HOME = "domain/values/statuses.py"
WORDS = {
    str(word) for kind in (Include, PaymentStatus, ReconcileState, RerunState, RowStatus) for word in kind if str(word)
}
# The same text, meant otherwise.
OTHERWISE = {
    ("__init__.py", "Problem"),  # the name of the class, in the list of what the package offers
    ("excel/tables/rows.py", "Yes"),  # a flag: company-paid, closed
    ("excel/tables/home.py", "Confirm"),  # a heading on Home
    ("excel/workbook/home_cells.py", "Confirm"),
    ("excel/workbook/home_cells.py", "Yes"),  # the list behind the inputs of Home
}


def test_no_status_word_is_typed_outside_its_place() -> None:
    typed = {
        (path.relative_to(XLPY).as_posix(), node.value)
        for path in XLPY.rglob("*.py")
        if "demo" not in path.relative_to(XLPY).parts
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Constant) and node.value in WORDS
    }
    assert {(where, word) for where, word in typed if where != HOME} == OTHERWISE


def test_an_empty_mark_is_no_mark_and_an_empty_status_is_an_empty_cell() -> None:
    assert not Include.NO
    assert str(RowStatus.EMPTY) == ""

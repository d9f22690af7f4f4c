"""One table has the words of every problem: nobody else makes one, every code is used, every used code is in it."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path
from string import Formatter

import pytest

from xlpy.domain.checks.table import CHECKS, bound, found

XLPY = Path(__file__).parents[2] / "xlpy"
TABLE = XLPY / "domain" / "checks"
# What is written like a code with a hyphen, and is none: columns, code pages and formats.
CODE = re.compile(r"[A-Z][A-Z0-9]*(-[A-Z0-9]+)+")
FAMILIES = {"CUST", "VEND", "ITEM"}  # a new master's notes: f"{prefix}-TEXT"


Sources = dict[Path, ast.Module]


@pytest.fixture(scope="module")
def sources() -> Sources:
    """All of the product's modules but the table and the demo."""
    return {
        path: ast.parse(path.read_text(encoding="utf-8"))
        for path in sorted(XLPY.rglob("*.py"))
        if TABLE not in path.parents and "demo" not in path.relative_to(XLPY).parts
    }


def called(node: ast.AST) -> str:
    if not isinstance(node, ast.Call):
        return ""
    if isinstance(node.func, ast.Name):
        return node.func.id
    return node.func.attr if isinstance(node.func, ast.Attribute) else ""


def texts(tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield node.value


def test_nobody_but_the_table_makes_a_problem(sources: Sources) -> None:
    makers = [
        f"{path.relative_to(XLPY)}:{node.lineno}"
        for path, tree in sources.items()
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and called(node) == "Problem"
    ]
    assert makers == []


def test_every_code_is_used_by_somebody(sources: Sources) -> None:
    used = {text for _, tree in sources.items() for text in texts(tree)}
    built = {f"{family}{text}" for text in used if re.fullmatch(r"-[A-Z-]+", text) for family in FAMILIES}
    assert set(CHECKS) - used - built == set()


def test_every_code_that_is_found_is_in_the_table(sources: Sources) -> None:
    asked: dict[str, str] = {}
    for path, tree in sources.items():
        for node in ast.walk(tree):
            if isinstance(node, ast.Call) and called(node) == "found" and node.args:
                asked |= dict.fromkeys(texts(node.args[0]), path.name)
        if path.is_relative_to(XLPY / "domain"):
            asked |= {text: path.name for text in texts(tree) if CODE.fullmatch(text)}
    assert {code: where for code, where in asked.items() if code not in CHECKS and not code.startswith("-")} == {}


def test_every_case_is_used_by_somebody(sources: Sources) -> None:
    used = {text for _, tree in sources.items() for text in texts(tree)}
    assert {(code, case) for code, check in CHECKS.items() for case in check.cases if case not in used} == set()


@pytest.mark.parametrize("code", sorted(CHECKS))
def test_every_check_says_what_how_and_where_in_templates_that_can_be_filled(code: str) -> None:
    check = CHECKS[code]
    for words in (check.what, check.fix, check.where, check.source):
        assert words.strip()
        assert not words.endswith(".")
    templates = [check.what, check.fix, check.where]
    for case in check.cases.values():
        assert case.what or case.fix or case.where
        templates += [case.what, case.fix, case.where]
    names = {name for one in templates for _, name, _, _ in Formatter().parse(one) if name is not None}
    for case in ("", *check.cases):
        problem = found(code, case=case, **dict.fromkeys(names, "a fact"))
        assert (problem.code, problem.severity) == (code, check.severity)
        assert all((problem.what, problem.fix, problem.where))


def test_a_finding_is_bound_to_a_transaction_without_a_word_lost() -> None:
    problem = found("UNDO-CHANGED", "in Manage", "in SL", batch="AR 1", document="IN 5", by_hand="Void it", screen="SL")
    named = bound(problem, "4417", "invoice:4417")
    assert (named.transaction, named.transaction_id) == ("4417", "invoice:4417")
    assert bound(named, "", "") == problem


def test_two_codes_never_share_a_name() -> None:
    listed = [
        node.args[0].value
        for path in TABLE.glob("*.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call) and called(node) == "Check" and isinstance(node.args[0], ast.Constant)
    ]
    assert sorted(listed) == sorted(CHECKS)

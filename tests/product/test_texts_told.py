"""Every problem, error and report text is put together well: one stop at an end, one blank, no name twice."""

from __future__ import annotations

import inspect
import string
from typing import Any

import pytest
from texts_told import faults

import xlpy.errors
from xlpy.domain.afterwards.rerun import RerunState, message_of
from xlpy.domain.checks.table import CHECKS, found
from xlpy.domain.values.problems import Problem
from xlpy.domain.values.sentences import sentences
from xlpy.services.as_json.run import problem_json

SAMPLE = "K-2-E"
ERRORS = [
    error
    for _, error in inspect.getmembers(xlpy.errors, inspect.isclass)
    if issubclass(error, xlpy.errors.XlpyError) and error.__init__ is not xlpy.errors.XlpyError.__init__
]
REFUSED = xlpy.errors.ManageRefused(400, "it can't be taken", method="POST", path="/finance/accounting/batches")
SAMPLES: dict[str, Any] = {
    "ManageRefused": REFUSED,
    "int": 3,
    "bool": True,
    "list[str]": ["A1", "B2"],
    "str": SAMPLE,
    "tuple[str, ...]": ("A1",),
}


@pytest.mark.parametrize(
    ("text", "wrong"),
    [
        ("Batch K-2-E can't be undone: Batch K-2-E was undone already by root. .", ["a doubled stop", "K-2-E twice"]),
        ("It is gone..", ["a doubled stop"]),
        ("It is  gone.", ["a doubled blank"]),
        ("It is the the end.", ["a doubled word"]),
        ("It is gone .", ["a blank before a stop"]),
        ("See 08.010, 03.010 and C:\\a.b. It is 3.5.", []),
        ("SL has it () there.", ["nothing where"]),
    ],
)
def test_faults_are_seen(text: str, wrong: list[str]) -> None:
    told = faults(text, SAMPLE)
    assert all(any(one.startswith(expected) or expected in one for one in told) for expected in wrong)
    assert bool(told) is bool(wrong)


def _fields(template: str) -> list[str]:
    return [name for _, name, _, _ in string.Formatter().parse(template) if name]


@pytest.mark.parametrize(
    ("code", "case"), [(code, case) for code, check in CHECKS.items() for case in ("", *check.cases)]
)
def test_a_problem_of_the_table(code: str, case: str) -> None:
    check = CHECKS[code]
    own = check.cases[case] if case else check
    facts = {
        field: "X1"
        for text in (own.what or check.what, own.fix or check.fix, own.where or check.where)
        for field in _fields(text)
    }
    problem = found(code, "a", "b", case=case, **facts)
    assert faults(problem_json(problem)["text"]) == []
    assert not problem.what.endswith("."), "the stop is added where it is told"
    assert not problem.fix.endswith(".")


@pytest.mark.parametrize("error", ERRORS, ids=lambda error: error.__name__)
def test_an_error(error: type[xlpy.errors.XlpyError]) -> None:
    """With all its facts, and without each that may be missing."""
    given: dict[str, Any] = {}
    optional: list[str] = []
    for name, parameter in list(inspect.signature(error.__init__).parameters.items())[1:]:
        value = SAMPLES.get(str(parameter.annotation), SAMPLE)
        given[name] = f"{value}." if name == "fix" else value
        if parameter.default == "" or error in (xlpy.errors.RunNotKnown, xlpy.errors.BatchNotThere):
            optional.append(name)
    assert faults(str(error(**given))) == []
    for name in optional:
        assert faults(str(error(**{**given, name: type(given[name])()}))) == []


@pytest.mark.parametrize("state", RerunState)
def test_a_state_of_a_rerun(state: RerunState) -> None:
    assert faults(message_of(state, None)) == []


def test_sentences_have_one_stop_each() -> None:
    assert sentences("It is gone", "Press Recover.") == "It is gone. Press Recover."
    assert sentences("It is gone. ", "", " Press it.") == "It is gone. Press it."
    assert sentences("", "") == ""
    assert problem_json(Problem(CHECKS["GONE"].severity, "GONE", "It is gone"))["text"] == "It is gone."

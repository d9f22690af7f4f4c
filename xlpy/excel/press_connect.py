"""The groups Connect and Help of the ribbon: log in, log out, check setup, help."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from xlpy.domain.problems import Problem, Severity
from xlpy.excel.press_batch import show_problems
from xlpy.excel.pressed import BookHandler, Choices, Handler, Pressed
from xlpy.excel.sheets import PROBLEMS

if TYPE_CHECKING:
    import xlwings as xw

    from xlpy.services.session import Progress, Session


def _doctor(session: Session, book: xw.Book, _choices: Choices) -> Pressed:
    from xlpy.services.doctor import Verdict, check_setup, setup_exit_code

    findings = check_setup(session)
    severity = {Verdict.PROBLEM: Severity.STOP, Verdict.UNKNOWN: Severity.NOTE, Verdict.NOTE: Severity.NOTE}
    problems = [
        Problem(severity[f.verdict], "SETUP", f"{f.area}, {f.subject}: {f.text}", fix=f.fix, where=f.area)
        for f in findings
        if f.verdict is not Verdict.OK
    ]
    show_problems(book, problems)
    good = sum(f.verdict is Verdict.OK for f in findings)
    text = f"{good} of {len(findings)} checks are ok" + (f"; see the sheet {PROBLEMS.name}." if problems else ".")
    data = {
        "state": "checked",
        "findings": [{"area": f.area, "subject": f.subject, "verdict": str(f.verdict)} for f in findings],
    }
    return Pressed(setup_exit_code(findings), text, data)


def _help(_book: xw.Book, _progress: Progress, _choices: Choices) -> Pressed:
    from xlpy import __version__

    return Pressed(
        0,
        f"Manage to SL {__version__}\n\nRefresh, mark Include, Check mappings, Preview, Run export.\n"
        "The README of the package tells the rest; the full log is in your data folder (see About).",
    )


BUTTONS: Mapping[str, Handler] = {"doctor": _doctor}
WITHOUT_SESSION: Mapping[str, BookHandler] = {"help": _help}

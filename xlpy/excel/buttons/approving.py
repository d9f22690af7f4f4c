"""The group Approval of the ribbon: ask for approval, and approve.

What is asked for is the export of what is marked; with the word of another button in Home's Confirm (``UNDO …``,
``CLEAR …``, ``RERUN …``, ``SYNC``) it is that.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from xlpy.domain.checks.table import found
from xlpy.domain.values.approvals import ForApproval
from xlpy.domain.values.sentences import sentences
from xlpy.errors import StoppedByProblems
from xlpy.excel.buttons.batch import show_problems
from xlpy.excel.buttons.payments import marked_to_take_over
from xlpy.excel.buttons.pressed import Choices, Handler, Pressed
from xlpy.excel.buttons.rerun import marks_of
from xlpy.excel.tables.home import HomeInputs, read_home, write_home
from xlpy.excel.tables.ready import refuse_unless_fillable
from xlpy.excel.tables.rows import preview_rows
from xlpy.excel.tables.selection import read_selection
from xlpy.excel.tables.tables import refill
from xlpy.excel.workbook.home_cells import Home
from xlpy.excel.workbook.sheets import PRACTICE, PREVIEW, PROBLEMS
from xlpy.services.flows.told import Confirm

if TYPE_CHECKING:
    import xlwings as xw

    from xlpy.domain.values.approvals import Approval
    from xlpy.domain.values.problems import Problem
    from xlpy.services.approving.asking import ApprovalReport
    from xlpy.services.approving.wishes import Wish
    from xlpy.services.run.session import Session

_SHEETS = (PROBLEMS, PREVIEW, PRACTICE)
_CELLS = (Home.CONFIRM, Home.PREVIEW_HASH, Home.LAST_RUN, Home.LAST_RUN_TEXT)
_WORDS = {
    "UNDO": ForApproval.UNDO,
    "CLEAR": ForApproval.CLEAR,
    "RERUN": ForApproval.RERUN,
    "SYNC": ForApproval.TAKE_OVER,
}


def _ask(session: Session, book: xw.Book, choices: Choices) -> Pressed:
    from xlpy.services.flows.approval import ask

    refuse_unless_fillable(book, _SHEETS, _CELLS)
    inputs = read_home(book)
    wish = _wish(book, inputs, choices)
    write_home(book, {Home.CONFIRM: ""})
    previewed = inputs.preview_hash if wish.wanted is ForApproval.EXPORT else ""
    told = ask(session, wish, preview_hash=previewed)
    show_problems(book, told.report.problems)
    if told.report.done:
        write_home(book, {Home.LAST_RUN: "Approval asked for", Home.LAST_RUN_TEXT: told.text})
    return Pressed.of(told)


def _wish(book: xw.Book, inputs: HomeInputs, choices: Choices) -> Wish:
    """Return what is asked for. Raises ``StoppedByProblems`` for a word in Confirm that asks for nothing."""
    from xlpy.services.approving.wishes import Wish

    word, _, rest = " ".join(inputs.confirm.split()).partition(" ")
    wanted = ForApproval(choices.ask_for) if choices.ask_for else _WORDS.get(word.upper())
    batch = choices.batch.strip() or rest or inputs.earlier_batch.strip()
    match wanted:
        case ForApproval.UNDO:
            return Wish(wanted, batch=batch)
        case ForApproval.RERUN:
            return Wish(
                wanted, batch=batch, detail=inputs.detail, period=inputs.period, marks=marks_of(book, choices, batch)
            )
        case ForApproval.TAKE_OVER:
            return Wish(wanted, take_over=(*marked_to_take_over(book), *choices.take_over))
        case ForApproval.CLEAR:
            return Wish(wanted, read_selection(book, inputs))
        case _ if word and not choices.ask_for:
            raise StoppedByProblems(
                f"Home, Confirm has {inputs.confirm!r}, which asks for nothing.",
                fix="Empty it to ask for the export of what is marked; or type what Undo, Clear or Rerun ask for.",
            )
    return Wish(ForApproval.EXPORT, read_selection(book, inputs))


def _approve(session: Session, book: xw.Book, choices: Choices) -> Pressed:
    from xlpy.services.flows.approval import approve, requests

    refuse_unless_fillable(book, _SHEETS, _CELLS)
    inputs = read_home(book)
    write_home(book, {Home.CONFIRM: ""})
    listed = requests(session)
    number = choices.request or _chosen(listed.report.open_requests, inputs)
    if number is None:
        problem = _none_chosen(listed.report.open_requests)
        show_problems(book, [problem])
        return Pressed(1, sentences(problem.what, problem.fix), listed.data)
    flow = approve(session, number)
    told = flow.run(
        Confirm(
            lambda word: choices.yes or " ".join(inputs.confirm.split()).casefold() == word.casefold(),
            lambda word: (
                f" See the sheet Preview. To sign it, type {word} into Home, Confirm, and press Approve again."
            ),
        )
    )
    _show(session, book, told.report, inputs)
    return Pressed.of(told)


def _chosen(open_requests: Sequence[Approval], inputs: HomeInputs) -> int | None:
    """Return the request of Home's *Earlier batch*, else of its batch, else the only one; None when it is not clear."""
    for name in (inputs.earlier_batch, inputs.batch_identifier):
        of_batch = [one for one in open_requests if name.strip() and one.subject.casefold() == name.strip().casefold()]
        if len(of_batch) == 1:
            return of_batch[0].number
    return open_requests[0].number if len(open_requests) == 1 else None


def _none_chosen(open_requests: Sequence[Approval]) -> Problem:
    if not open_requests:
        return found("APPROVAL-NONE")
    listed = "; ".join(one.text for one in open_requests)
    return found("APPROVAL-NONE", case="several", count=len(open_requests), requests=listed)


def _show(session: Session, book: xw.Book, report: ApprovalReport, inputs: HomeInputs) -> None:
    """Fill the sheets with the very plan that is approved; Run export keeps the preview only when it is the same."""
    from xlpy.services.approving.wishes import plan_of
    from xlpy.services.export.previewing import journal_with_names

    plan = plan_of(report.built.looked) if report.built else None
    show_problems(book, (*report.problems, *(plan.problems if plan and not report.problems else ())))
    if plan is not None:
        refill(book, PREVIEW, preview_rows(*journal_with_names(session, plan)))
        refill(book, PRACTICE, ())
        write_home(book, {Home.PREVIEW_HASH: inputs.preview_hash if inputs.preview_hash == plan.hash else ""})
    if report.done:
        write_home(book, {Home.LAST_RUN: "Approved", Home.LAST_RUN_TEXT: report.text})


BUTTONS: Mapping[str, Handler] = {"ask": _ask, "approve": _approve}

"""The group History of the ribbon: batches, rerun, undo, clear and recover."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from xlpy.domain.values.transactions import Kind, TransactionKey
from xlpy.errors import WorkbookError
from xlpy.excel.buttons.batch import propose_identifier, show_problems, show_run
from xlpy.excel.buttons.pressed import Choices, Handler, Pressed
from xlpy.excel.buttons.rerun import batches, rerun
from xlpy.excel.tables.home import read_home, write_home
from xlpy.excel.tables.rows import result_rows
from xlpy.excel.tables.selection import read_selection, show_transactions
from xlpy.excel.tables.tables import prepend
from xlpy.excel.workbook.sheets import RESULTS, Home, Status

if TYPE_CHECKING:
    import xlwings as xw

    from xlpy.services.run.session import Session


def _recover(session: Session, book: xw.Book, choices: Choices) -> Pressed:
    from xlpy.services.as_json.run import half_finished_json, recover_json
    from xlpy.services.manage_half.recover import half_finished_text, look, recover, recover_run

    if choices.dry_run:
        found = look(session)
        return Pressed(0, half_finished_text(found), half_finished_json(found))
    report = recover(session)
    if report.run_id:
        run = recover_run(session, report)
        prepend(book, RESULTS, result_rows(run))
        states = {
            TransactionKey(Kind(row.kind), row.transaction_id): {"Status": row.status, "Message": row.message}
            for row in run.results
        }
        states |= {p.key: {"Status": Status.EXPORTED, "Message": ""} for p in report.closed}
        show_transactions(book, states)
        write_home(book, {Home.LAST_RUN: "Recovered", Home.LAST_RUN_TEXT: report.text})
    return Pressed(report.exit_code, report.text, recover_json(report))


def _undo(session: Session, book: xw.Book, choices: Choices) -> Pressed:
    from xlpy.services.as_json.run import run_json, undo_plan_json
    from xlpy.services.history.undo import look_at_undo, undo

    inputs = read_home(book)
    identifier = choices.batch.strip() or inputs.earlier_batch.strip()
    write_home(book, {Home.CONFIRM: ""})  # one typing is good for one press
    if not identifier:
        raise WorkbookError(
            "No batch is named.", fix="Put its identifier, as the sheet Batches has it, into Home, Earlier batch."
        )
    word = f"UNDO {identifier}"
    if not (choices.yes or _is_typed(inputs.confirm, word)):
        plan = look_at_undo(session, identifier)
        ask = "" if plan.reasons else f" To do it, type {word} into Home, Confirm, and press Undo batch again."
        show_problems(book, plan.reasons)
        return Pressed(1, plan.text + ask, undo_plan_json(plan))
    report = undo(session, identifier, confirmed=True)
    show_run(session, book, report)
    return Pressed(report.exit_code, report.text, run_json(report))


def _clear(session: Session, book: xw.Book, choices: Choices) -> Pressed:
    from xlpy.services.as_json.run import clear_plan_json, run_json
    from xlpy.services.history.clear import clear, look_at_clear

    inputs = read_home(book)
    selection = read_selection(book, inputs)
    write_home(book, {Home.CONFIRM: ""})
    word = f"CLEAR {len({mark.key for mark in selection.marked})}"
    if not selection.marked or not (choices.yes or _is_typed(inputs.confirm, word)):
        plan = look_at_clear(session, selection)
        ready = plan.rows and not plan.stops
        ask = f" To do it, type {word} into Home, Confirm, and press Clear without export again." if ready else ""
        show_problems(book, plan.problems)
        propose_identifier(session, book, plan.problems, inputs)
        return Pressed(1, plan.text + ask, clear_plan_json(plan))
    report = clear(session, selection, confirmed=True)
    show_run(session, book, report)
    propose_identifier(session, book, report.problems, inputs)
    return Pressed(report.exit_code, report.text, run_json(report))


def _is_typed(confirm: str, word: str) -> bool:
    """Whether the confirmation was typed; neither case nor the number of blanks matters."""
    return " ".join(confirm.split()).casefold() == " ".join(word.split()).casefold()


BUTTONS: Mapping[str, Handler] = {
    "batches": batches,
    "rerun": rerun,
    "undo": _undo,
    "clear": _clear,
    "recover": _recover,
}

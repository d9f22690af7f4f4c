"""The group History of the ribbon: batches, rerun, undo, clear and recover."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from xlpy.domain.values.statuses import RowStatus
from xlpy.domain.values.transactions import Kind, TransactionKey
from xlpy.errors import WorkbookError
from xlpy.excel.buttons.batch import (
    RUN_CELLS,
    RUN_SHEETS,
    of_run,
    propose_identifier,
    show_left,
    show_problems,
    show_run,
    where_a_run_is,
)
from xlpy.excel.buttons.outcome import where_problems_are
from xlpy.excel.buttons.pressed import Choices, Handler, Pressed
from xlpy.excel.buttons.rerun import batches, rerun
from xlpy.excel.tables.home import HomeInputs, read_home, write_home
from xlpy.excel.tables.ready import refuse_unless_fillable
from xlpy.excel.tables.rows import result_rows
from xlpy.excel.tables.selection import read_selection, show_transactions
from xlpy.excel.tables.tables import prepend
from xlpy.excel.workbook.home_cells import HOME_SHEET, Home
from xlpy.excel.workbook.sheets import RESULTS
from xlpy.services.flows.told import Confirm

if TYPE_CHECKING:
    import xlwings as xw

    from xlpy.services.run.session import Session


def _recover(session: Session, book: xw.Book, choices: Choices) -> Pressed:
    from xlpy.services.flows.history import recover
    from xlpy.services.manage_half.recover import RecoverReport, recover_run

    refuse_unless_fillable(book, RUN_SHEETS)
    told = recover(session).run(Confirm(lambda _word: not choices.dry_run))
    report = told.report
    if isinstance(report, RecoverReport) and report.run_id:
        run = recover_run(session, report)
        prepend(book, RESULTS, result_rows(run))
        write_home(book, {Home.RESULTS_OF: of_run(run)})
        states = {
            TransactionKey(Kind(row.kind), row.transaction_id): {"Status": row.status, "Message": row.message}
            for row in run.results
        }
        states |= {p.key: {"Status": RowStatus.EXPORTED, "Message": ""} for p in report.closed}
        show_transactions(book, states)
        show_left(session, book)
        return Pressed.of(told, shows=RESULTS.name, state="recovered")
    return Pressed.of(told)


def _undo(session: Session, book: xw.Book, choices: Choices) -> Pressed:
    from xlpy.services.flows.history import undo
    from xlpy.services.history.undo_plan import UndoPlan

    refuse_unless_fillable(book, RUN_SHEETS, RUN_CELLS)
    inputs = read_home(book)
    identifier = choices.batch.strip() or inputs.earlier_batch.strip()
    write_home(book, {Home.CONFIRM: ""})  # one typing is good for one press
    if not identifier:
        raise WorkbookError(
            "No batch is named.", fix="Put its identifier, as the sheet Batches has it, into Home, Earlier batch."
        )
    told = undo(session, identifier).run(_typed_on_home(inputs, choices, "Undo batch"))
    if isinstance(told.report, UndoPlan):
        show_problems(book, told.report.reasons)
        return Pressed.of(told, shows=where_problems_are(book, HOME_SHEET))
    show_run(session, book, told.report)
    return Pressed.of(told, shows=where_a_run_is(told.report), state=str(told.report.state))


def _clear(session: Session, book: xw.Book, choices: Choices) -> Pressed:
    from xlpy.services.flows.history import clear
    from xlpy.services.history.clear_plan import ClearPlan

    inputs = read_home(book)
    selection = read_selection(book, inputs)
    refuse_unless_fillable(book, RUN_SHEETS, RUN_CELLS)
    write_home(book, {Home.CONFIRM: ""})
    confirm = _typed_on_home(inputs, choices, "Clear without export")
    flow = clear(session, selection)
    told = flow.run(confirm) if selection.marked else flow.look()
    if isinstance(told.report, ClearPlan):
        show_problems(book, told.report.problems)
        shown, state = where_problems_are(book, HOME_SHEET), ""
    else:
        show_run(session, book, told.report)
        shown, state = where_a_run_is(told.report), str(told.report.state)
    propose_identifier(session, book, told.report.problems, inputs)
    return Pressed.of(told, shows=shown, state=state)


def _typed_on_home(inputs: HomeInputs, choices: Choices, label: str) -> Confirm:
    """Take the word typed into Home's Confirm for a yes, or the command line's ``--yes``."""
    return Confirm(
        lambda word: choices.yes or _is_typed(inputs.confirm, word),
        lambda word: f" To do it, type {word} into Home, Confirm, and press {label} again.",
    )


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

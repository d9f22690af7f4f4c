"""The group Records of the ribbon: list of errors, full log, audit record, reconcile."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from xlpy.excel.buttons.pressed import BookHandler, Choices, Handler, Pressed

if TYPE_CHECKING:
    import xlwings as xw

    from xlpy.domain.values.problems import Problem
    from xlpy.services.run.session import Progress, Session


def _save_errors(book: xw.Book, _progress: Progress, choices: Choices) -> Pressed:
    """Save what the sheet Mapping check shows, or the problems of a run that this PC kept."""
    from xlpy.excel.audit.errors_list import problems_on_sheet, save_errors
    from xlpy.excel.audit.sheets import each_problem
    from xlpy.excel.tables.home import read_home
    from xlpy.services.records.audit_content import known_secrets

    if choices.run_id:
        rows, title = each_problem(_problems_of(choices.run_id)), choices.run_id
    else:
        rows, title = problems_on_sheet(book), read_home(book).batch_identifier
    saved = save_errors(rows, _folder(book, choices), title=title, secrets=tuple(known_secrets()))
    data = {"state": "saved", "workbook": str(saved.workbook), "csv": str(saved.csv), "lines": saved.lines}
    return Pressed(0, f"{saved.lines} lines are saved: {saved.workbook} (and as {saved.csv.name}).", data)


def _problems_of(run_id: str) -> tuple[Problem, ...]:
    from xlpy.errors import RunNotKnown
    from xlpy.services.run.kept import recall_run

    kept = recall_run(run_id)
    if kept is None or kept.report is None:
        raise RunNotKnown(run_id, [])
    return kept.report.problems


def _save_log(book: xw.Book, _progress: Progress, choices: Choices) -> Pressed:
    from xlpy.services.flows.records import save_log

    return Pressed.of(save_log(_folder(book, choices), run_id=choices.run_id))


def _audit(session: Session, book: xw.Book, choices: Choices) -> Pressed:
    from xlpy.excel.audit.export import FOLDER, export_audit_record, record_json
    from xlpy.excel.buttons.batch import in_excel
    from xlpy.excel.tables.notes import notes_by_transaction

    record = export_audit_record(
        session,
        Path(choices.folder) if choices.folder else _folder(book, choices) / FOLDER,
        run_id=choices.run_id,
        as_zip=choices.as_zip,
        app=book.app if in_excel(book) else None,
        user_notes=notes_by_transaction(book),
    )
    return Pressed(0, record.text, record_json(record))


def _reconcile(session: Session, book: xw.Book, choices: Choices) -> Pressed:
    """Compare what the command line says, else Home's earlier batch, else everything, and fill the sheet."""
    from xlpy.excel.tables.home import read_home, write_home
    from xlpy.excel.tables.reconcile_rows import reconcile_rows, write_reconciled
    from xlpy.excel.tables.tables import refill
    from xlpy.excel.workbook.home_cells import Home
    from xlpy.excel.workbook.sheets import RECONCILE
    from xlpy.services.flows.records import reconcile

    chosen = choices.batch or choices.period or choices.everything
    batch = choices.batch if chosen else read_home(book).earlier_batch
    told = reconcile(session, batch=batch, period=choices.period, everything=choices.everything)
    refill(book, RECONCILE, reconcile_rows(told.report))
    write_reconciled(book, told.report)
    what = f"batch {batch}" if batch else f"period {choices.period}" if choices.period else "all batches"
    write_home(book, {Home.RECONCILE_OF: what})
    return Pressed.of(told, f" See the sheet {RECONCILE.name}.", shows=RECONCILE.name)


def _tie_out(session: Session, book: xw.Book, choices: Choices) -> Pressed:
    """Tie out the period that the command line says, else the one that is typed on Home, else the current one."""
    from xlpy.excel.tables.home import read_home
    from xlpy.excel.tables.month_end_rows import tie_out_rows
    from xlpy.excel.tables.tables import refill
    from xlpy.excel.workbook.month_end_sheets import TIE_OUT
    from xlpy.services.flows.records import tie_out

    period = choices.period or _typed_period(read_home(book).period)
    told = tie_out(session, period=period, page=Path(choices.page) if choices.page else None)
    refill(book, TIE_OUT, tie_out_rows(told.report))
    return Pressed.of(told, f" See the sheet {TIE_OUT.name}; it prints one page wide, with lines to sign.")


def _accruals(session: Session, book: xw.Book, choices: Choices) -> Pressed:
    """List what is not in the books through the day of the command line, else of Home, else today."""
    from datetime import date

    from xlpy.excel.tables.home import EVERYTHING, read_home
    from xlpy.excel.tables.month_end_rows import accrual_rows
    from xlpy.excel.tables.tables import refill
    from xlpy.excel.workbook.month_end_sheets import ACCRUALS
    from xlpy.services.flows.records import accruals

    through = date.fromisoformat(choices.through) if choices.through else read_home(book).through_date
    if through == EVERYTHING:
        through = session.today()
    told = accruals(session, through=through, page=Path(choices.page) if choices.page else None)
    refill(book, ACCRUALS, accrual_rows(told.report))
    return Pressed.of(told, f" See the sheet {ACCRUALS.name}.")


def _mappings(session: Session, book: xw.Book, _choices: Choices) -> Pressed:
    """Fill the sheet Mappings with every active master of Manage."""
    from xlpy.excel.tables.month_end_rows import mapping_rows
    from xlpy.excel.tables.tables import refill
    from xlpy.excel.workbook.month_end_sheets import MAPPINGS
    from xlpy.services.flows.records import mappings

    told = mappings(session)
    refill(book, MAPPINGS, mapping_rows(told.report))
    return Pressed.of(told, f" See the sheet {MAPPINGS.name}.")


def _typed_period(rule: str) -> str:
    """Return the period to post that is typed on Home; empty for a rule such as *By document date*."""
    from xlpy.domain.facts.periods import parse_period

    return rule if parse_period(rule) else ""


def _results(session: Session, book: xw.Book, choices: Choices) -> Pressed:
    """Fill Results again with a run that is not, or not wholly, on it; what is there stays as it is."""
    from xlpy.excel.buttons.batch import of_run
    from xlpy.excel.tables.home import write_home
    from xlpy.excel.tables.rows import result_rows
    from xlpy.excel.tables.tables import prepend, read_rows
    from xlpy.excel.workbook.home_cells import Home
    from xlpy.excel.workbook.sheets import RESULTS
    from xlpy.services.flows.records import results

    told = results(session, choices.run_id)
    there = Counter(tuple(str(row[name] or "") for name in _RESULT) for row in read_rows(book, RESULTS))
    missing = []
    for row in result_rows(told.report):
        key = tuple(str(row.get(name) or "") for name in _RESULT)
        if there[key]:
            there[key] -= 1
        else:
            missing.append(row)
    prepend(book, RESULTS, missing)
    write_home(book, {Home.RESULTS_OF: of_run(told.report)})
    return Pressed.of(told, f" {len(missing)} of its rows were added to the sheet {RESULTS.name}.", shows=RESULTS.name)


def _folder(book: xw.Book, choices: Choices) -> Path:
    """Return where files for the user go: as chosen, beside the workbook, or (a workbook in the cloud) in Documents."""
    if choices.folder:
        return Path(choices.folder)
    beside = Path(str(book.fullname)).parent
    if beside.is_absolute() and beside.is_dir():
        return beside
    from platformdirs import user_documents_path

    return user_documents_path()


_RESULT = ("Run", "Kind", "Transaction", "Module", "DocType", "Reference")  # what tells two rows of Results apart
BUTTONS: Mapping[str, Handler] = {
    "audit": _audit,
    "reconcile": _reconcile,
    "tie_out": _tie_out,
    "accruals": _accruals,
    "mappings": _mappings,
    "results": _results,
}
WITHOUT_SESSION: Mapping[str, BookHandler] = {"save_errors": _save_errors, "save_log": _save_log}

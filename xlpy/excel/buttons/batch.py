"""The group Batch of the ribbon: refresh, marks, check, preview and run export; and what shows their reports."""

from __future__ import annotations

import logging
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from functools import partial
from typing import TYPE_CHECKING

from xlpy.domain.values.problems import Problem, Severity
from xlpy.domain.values.statuses import DONE, Include, RowStatus
from xlpy.domain.values.transactions import Kind, TransactionKey
from xlpy.excel.buttons.outcome import stays_on, where_problems_are
from xlpy.excel.buttons.pressed import Choices, Handler, Pressed
from xlpy.excel.tables import rows as render
from xlpy.excel.tables.com_errors import text_of
from xlpy.excel.tables.home import HomeInputs, read_home, write_ageing, write_customers, write_home, write_included
from xlpy.excel.tables.marks import set_include
from xlpy.excel.tables.notes import carry_notes
from xlpy.excel.tables.ready import refuse_unless_fillable
from xlpy.excel.tables.selection import (
    SHEET_OF,
    WRITTEN_BY_THE_USER,
    chosen_location,
    done_transactions,
    exported_kinds,
    marked_transactions,
    meant_sheets,
    read_selection,
    show_transactions,
    tell_left_out,
    transaction_of,
    what_is_shown,
)
from xlpy.excel.tables.tables import prepend, refill
from xlpy.excel.workbook.home_cells import Home
from xlpy.excel.workbook.sheets import PRACTICE, PREVIEW, PROBLEMS, RESULTS
from xlpy.profile.record_address import record_address
from xlpy.services.flows.told import Confirm
from xlpy.services.run.reports import RefreshReport, RunReport, RunState
from xlpy.services.run.session import Session

if TYPE_CHECKING:
    import xlwings as xw

    from xlpy.domain.documents.plan import Plan
    from xlpy.services.records.audit_content import RecordContent

logger = logging.getLogger(__name__)

RUN_SHEETS = (RESULTS, PROBLEMS, *SHEET_OF.values())  # what a run is shown on
RUN_CELLS = (Home.PREVIEW_HASH, Home.BATCH_IDENTIFIER)
SILENT_STEPS = ("Writing SL", "Marking Manage")  # Excel is left alone between the SQL commit and the Manage call


def _refresh(session: Session, book: xw.Book, _choices: Choices) -> Pressed:
    from xlpy.services.flows.batch import refresh

    inputs = read_home(book)
    kinds = exported_kinds(inputs)
    told = refresh(
        session,
        through=inputs.through_date,
        location=chosen_location(inputs),
        period_rule=inputs.period,
        kinds=kinds,
    )
    report = told.report
    notes = carry_notes(book, _rows_shown(session, report, kinds), report.at)
    for kind in list(notes.rows):
        # Taken out: the rows of a large list are not held while its cells come into being.
        refill(book, SHEET_OF[kind], notes.rows.pop(kind), keep=WRITTEN_BY_THE_USER)
        tell_left_out(book, SHEET_OF[kind], report.left_out.get(kind, ""))
    refill(book, PROBLEMS, ())
    refill(book, PREVIEW, ())
    refill(book, PRACTICE, ())
    periods = {period.module: period for period in report.periods}
    write_home(
        book,
        {
            Home.COMPANY: report.company,
            Home.SITE: report.site,
            Home.LAST_REFRESH: report.at,
            Home.BASE_CURRENCY: report.base_currency,
            Home.AR_CURRENT: render.period_text(periods["AR"].current),
            Home.AR_CLOSED: render.period_text(periods["AR"].closed),
            Home.AP_CURRENT: render.period_text(periods["AP"].current),
            Home.AP_CLOSED: render.period_text(periods["AP"].closed),
            Home.IN_CURRENT: render.period_text(periods["IN"].current),
            Home.IN_CLOSED: render.period_text(periods["IN"].closed),
            Home.GL_CURRENT: render.period_text(periods["GL"].current),
            Home.GL_CLOSED: render.period_text(periods["GL"].closed),
            Home.PREVIEW_HASH: "",
            Home.BATCH_IDENTIFIER: inputs.batch_identifier or _proposal(session),
        },
        locations=report.locations,
    )
    write_ageing(book, report.ageing)
    shown = what_is_shown(book)
    write_included(book, shown.currencies)
    write_customers(book, shown.customers)
    shows = stays_on(book, *(SHEET_OF[kind].name for kind in Kind if kind in kinds))
    return Pressed.of(told, notes.text, shows=shows)


def _rows_shown(session: Session, report: RefreshReport, kinds: Collection[Kind]) -> dict[Kind, list[render.Row]]:
    """Return the rows of the sheets of these kinds; the sheet of one that is not exported stays as it is."""
    address_of, base = partial(record_address, session.profile.manage), report.base_currency
    filled = {
        Kind.INVOICE: render.invoice_rows(report.invoices, address_of, base),
        Kind.EXPENSE: render.expense_rows(report.expenses, address_of, base),
        Kind.PROCUREMENT: render.procurement_rows(report.procurement, address_of, base),
    }
    return {kind: rows for kind, rows in filled.items() if kind in kinds}


def _check(session: Session, book: xw.Book, _choices: Choices) -> Pressed:
    from xlpy.services.flows.batch import check

    inputs = read_home(book)
    told = check(session, read_selection(book, inputs))
    _show_plan(session, book, told.report, inputs)
    return Pressed.of(told, shows=where_problems_are(book, stays_on(book, *_names_of_work())))


def _preview(session: Session, book: xw.Book, _choices: Choices) -> Pressed:
    from xlpy.services.export.previewing import journal_with_names
    from xlpy.services.flows.batch import preview

    inputs = read_home(book)
    told = preview(session, read_selection(book, inputs))
    plan = told.report
    _show_plan(session, book, plan, inputs)
    refill(book, PREVIEW, render.preview_rows(*journal_with_names(session, plan)))
    refill(book, PRACTICE, ())
    write_home(book, previewed(plan))
    return Pressed.of(told, shows=PROBLEMS.name if plan.stops else PREVIEW.name)


def _practice(session: Session, book: xw.Book, _choices: Choices) -> Pressed:
    from xlpy.excel.tables.practice_rows import practice_rows
    from xlpy.services.flows.batch import practice

    inputs = read_home(book)
    told = practice(session, read_selection(book, inputs), preview_hash=inputs.preview_hash)
    report = told.report
    refill(book, PRACTICE, practice_rows(report.rows))
    if not report.rows:
        _show_plan(session, book, replace(report.plan, problems=report.problems), inputs)
    if report.rows:
        return Pressed.of(told, f" See the sheet {PRACTICE.name}.", shows=PRACTICE.name)
    return Pressed.of(told, shows=where_problems_are(book, PRACTICE.name))


def _push(session: Session, book: xw.Book, choices: Choices) -> Pressed:
    from xlpy.services.flows.batch import push

    inputs = read_home(book)
    selection = read_selection(book, inputs)
    refuse_unless_fillable(book, RUN_SHEETS, RUN_CELLS)
    leave_alone(session, book, SILENT_STEPS)
    flow = push(session, selection, preview_hash=inputs.preview_hash)
    told = flow.do() if choices.ask is None or choices.yes else flow.run(Confirm(lambda _word: False, asks=choices.ask))
    if not isinstance(told.report, RunReport):
        if told.question:  # it was answered with no: the sheets stay as they are
            return Pressed.of(told)
        _show_plan(session, book, told.report, inputs)
        return Pressed.of(told, shows=where_problems_are(book, RESULTS.name))
    try:
        show_run(session, book, told.report)
        propose_identifier(session, book, told.report.problems, inputs)
    except Exception as error:  # the workbook is not the books: what was posted is told all the same
        logger.exception("The workbook could not be filled with run %s", told.report.run_id)
        why = f"The workbook could not be filled with it, though ({text_of(error)}): refresh it."
        return Pressed.of(told).not_shown(why)
    return Pressed.of(told, shows=where_a_run_is(told.report), state=str(told.report.state))


def _select_all(_session: Session, book: xw.Book, _choices: Choices) -> Pressed:
    for sheet in meant_sheets(book):
        set_include(book, sheet, Include.YES, but={"Status": DONE})
    return _marked(book, "Marked")


def _deselect_all(_session: Session, book: xw.Book, _choices: Choices) -> Pressed:
    for sheet in meant_sheets(book):
        set_include(book, sheet, "")
    return _marked(book, "Unmarked")


def _deselect_problems(_session: Session, book: xw.Book, _choices: Choices) -> Pressed:
    for sheet in SHEET_OF.values():
        set_include(book, sheet, "", visible_only=False, where={"Status": RowStatus.PROBLEM})
    return _marked(book, "Unmarked")


def _marked(book: xw.Book, state: str) -> Pressed:
    """Count what is marked now: on Home, where no box has to be closed."""
    marked = marked_transactions(book)
    note = f"{len(marked)} transaction{'s are' if len(marked) != 1 else ' is'} marked."
    return Pressed(0, "", state=state, note=note)


BUTTONS: Mapping[str, Handler] = {
    "refresh": _refresh,
    "select_all": _select_all,
    "deselect_all": _deselect_all,
    "deselect_problems": _deselect_problems,
    "check": _check,
    "preview": _preview,
    "practice": _practice,
    "push": _push,
}


def _show_plan(session: Session, book: xw.Book, plan: Plan, inputs: HomeInputs) -> None:
    show_problems(book, plan.problems)
    show_states(book, plan, plan.problems)
    propose_identifier(session, book, plan.problems, inputs)


def previewed(plan: Plan) -> dict[Home, object]:
    """Return what Home says of a preview: nothing when there is a stop, since it is not in force then."""
    if plan.stops:
        return {Home.PREVIEW_HASH: "", Home.PREVIEW_OF: ""}
    counted = ((len(plan.transactions), "transaction"), (plan.document_count, "document"))
    told = ", ".join(f"{count} {what}{'' if count == 1 else 's'}" for count, what in counted)
    return {Home.PREVIEW_HASH: plan.hash, Home.PREVIEW_OF: f"{told}, {datetime.now():%H:%M}"}  # noqa: DTZ005 (local)


def show_problems(book: xw.Book, problems: Sequence[Problem]) -> None:
    """Fill the sheet Mapping check."""
    refill(book, PROBLEMS, render.problem_rows(problems))


def show_states(book: xw.Book, plan: Plan, problems: Iterable[Problem]) -> None:
    """Status and message of the rows that the plan is about; other rows keep theirs.

    A row that a run left as done is not blamed for being gone in Manage: it keeps what the run said.
    """
    changes: dict[TransactionKey, dict[str, object]] = {
        t.key: {"Status": RowStatus.READY, "Message": ""} for t in plan.transactions
    }
    for problem in problems:
        key = transaction_of(problem.transaction_id)
        if key and problem.severity is Severity.STOP:
            found = changes.setdefault(key, {})
            before = str(found.get("Message") or "") if found.get("Status") == RowStatus.PROBLEM else ""
            found["Status"] = RowStatus.PROBLEM
            found["Message"] = f"{before}; {problem.what}" if before else problem.what
    planned = {transaction.key for transaction in plan.transactions}
    show_transactions(book, changes, unless_done=changes.keys() - planned)


def show_run(session: Session, book: xw.Book, report: RunReport) -> None:
    """Show a run on Results, on the rows it was about and on Home."""
    prepend(book, RESULTS, render.result_rows(report))
    write_home(book, {Home.RESULTS_OF: of_run(report)})
    if report.state is RunState.NOTHING_WRITTEN:
        show_problems(book, report.problems)
        if report.plan and not report.results:
            show_states(book, report.plan, report.problems)
    show_transactions(
        book,
        {
            TransactionKey(Kind(row.kind), row.transaction_id): {
                "Status": row.status,
                "Message": row.message,
                **({"Include": ""} if row.status != RowStatus.FAILED else {}),
            }
            for row in report.results
        },
    )
    if report.state is not RunState.NOTHING_WRITTEN:
        # Else the preview stays in force: pressing again must not post what it never showed.
        write_home(book, {Home.PREVIEW_HASH: "", Home.PREVIEW_OF: ""})
    show_left(session, book)


def propose_identifier(session: Session, book: xw.Book, problems: Iterable[Problem], inputs: HomeInputs) -> None:
    """Put a free batch identifier on Home when the typed one is taken."""
    from xlpy.services.export.planning import free_batch_identifier

    if any(problem.code == "BATCH-NAME-TAKEN" for problem in problems):
        free = free_batch_identifier(session.manage, inputs.batch_identifier)
        write_home(book, {Home.BATCH_IDENTIFIER: free})


def _proposal(session: Session) -> str:
    initials = "".join(part[0] for part in session.user.replace(".", " ").split()).upper()[:3]
    return f"{session.today():%Y%m%d}{initials}"


def of_run(report: RunReport | RecordContent) -> str:
    """Return the words of line 3 of Results: which batch and run it shows."""
    return f"batch {report.batch_identifier}, run {report.run_id}"


def where_a_run_is(report: RunReport) -> str:
    """Return the sheet with what a run came to: Results, or what kept it from beginning."""
    return PROBLEMS.name if report.problems and not report.results else RESULTS.name


def _names_of_work() -> list[str]:
    return [sheet.name for sheet in SHEET_OF.values()]


def show_left(session: Session, book: xw.Book) -> None:
    """Write on Home what is unposted now, by age: of the last refresh, but for what a run has done since."""
    from xlpy.services.export.ageing import ageing
    from xlpy.services.run.memory import recall_refresh

    seen = recall_refresh(session.profile, session.workbook)
    if seen.aged:
        write_ageing(book, ageing(seen.aged, exported_kinds(read_home(book)), done_transactions(book)))


def in_excel(book: xw.Book) -> bool:
    """Whether the workbook is open in Excel, and not a closed file."""
    return str(book.app.engine.name) == "excel"


def leave_alone(session: Session, book: xw.Book, steps: Collection[str]) -> None:
    """Tell an open Excel nothing of these steps: it is left alone between SQL's commit and the call of Manage."""
    told = session.progress
    session.progress = lambda what, done, of: None if what in steps and in_excel(book) else told(what, done, of)

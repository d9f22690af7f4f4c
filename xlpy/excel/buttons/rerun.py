"""Batches and Rerun batch: the list of Manage's batches, and what of an earlier one SL lacks.

The first press fills the sheet Rerun and keeps what was shown in Home's hash; the second one, with the same marks,
posts exactly that. Every click is a new process: what the second press posts is planned anew and compared.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from xlpy.domain.values.statuses import Include, RowStatus
from xlpy.domain.values.transactions import SlState
from xlpy.errors import StoppedByProblems
from xlpy.excel.buttons.batch import (
    RUN_CELLS,
    RUN_SHEETS,
    SILENT_STEPS,
    leave_alone,
    show_problems,
    show_run,
    where_a_run_is,
)
from xlpy.excel.buttons.pressed import Choices, Pressed
from xlpy.excel.tables import rows as render
from xlpy.excel.tables.com_errors import text_of
from xlpy.excel.tables.home import HomeInputs, read_home, write_home
from xlpy.excel.tables.ready import refuse_unless_fillable
from xlpy.excel.tables.selection import transaction_of
from xlpy.excel.tables.tables import parse_include, read_rows, refill, update_by_key
from xlpy.excel.workbook.home_cells import Home
from xlpy.excel.workbook.sheets import BATCHES, PREVIEW, PROBLEMS, RERUN
from xlpy.excel.workbook.state_colours import state_word
from xlpy.services.flows.told import Confirm
from xlpy.services.run.reports import RunReport

if TYPE_CHECKING:
    import xlwings as xw

    from xlpy.services.history.rerun_plan import RerunMarks, RerunPlan
    from xlpy.services.run.reports import Marked
    from xlpy.services.run.session import Session

logger = logging.getLogger(__name__)


def batches(session: Session, book: xw.Book, _choices: Choices) -> Pressed:
    """Fill the sheet Batches."""
    from xlpy.services.flows.history import batches

    told = batches(session)
    refill(book, BATCHES, render.batch_rows(told.report.rows))
    return Pressed.of(told, shows=BATCHES.name)


def rerun(session: Session, book: xw.Book, choices: Choices) -> Pressed:
    """Preview a rerun, or post the one that was previewed.

    ``--yes`` posts at once; ``dry_run`` (the command without it) never does. Raises ``StoppedByProblems`` for marks
    that can't be understood, ``BatchNotThere`` when no batch is named.
    """
    from xlpy.services.flows.history import rerun as flow_of_rerun

    inputs = read_home(book)
    identifier = choices.batch.strip() or inputs.earlier_batch.strip()
    before = _Previewed.read(inputs.rerun_hash)
    marks = marks_of(book, choices, identifier)
    previewed = before.plan_hash if before.is_same(marks, choices) else ""
    flow = flow_of_rerun(
        session, identifier, detail=inputs.detail, period=inputs.period, marks=marks, preview_hash=previewed
    )
    refuse_unless_fillable(book, (*RUN_SHEETS, RERUN, PREVIEW), (*RUN_CELLS, Home.RERUN_HASH, Home.EARLIER_BATCH))
    leave_alone(session, book, SILENT_STEPS)
    told = flow.run(
        Confirm(
            lambda _word: choices.yes or bool(previewed and not choices.dry_run),
            lambda _word: " Look at the sheets Rerun and Preview, then press Rerun batch again to post it.",
        )
    )
    if isinstance(told.report, RunReport):
        pressed = Pressed.of(told, shows=where_a_run_is(told.report), state=str(told.report.state))
        return _show_posted(session, book, inputs, told.report, pressed)
    _show_preview(session, book, told.report, ready=told.waits)
    return Pressed.of(told, shows=PROBLEMS.name if told.report.plan.stops else RERUN.name)


@dataclass(frozen=True, slots=True)
class _Previewed:
    """What Home keeps of the preview: the plan's hash (empty: there was a stop), the marks shown, the batch."""

    plan_hash: str = ""
    marks: str = ""
    batch: str = ""

    @classmethod
    def read(cls, cell: str) -> _Previewed:
        plan_hash, _, rest = cell.partition(".")
        marks, _, batch = rest.partition(".")
        return cls(plan_hash, marks, batch)

    def is_same(self, marks: RerunMarks, choices: Choices) -> bool:
        """Whether the marks are those that were previewed, and the command adds none."""
        return marks.chosen is not None and not choices.again and self.marks == _hash_of(marks.chosen)

    def __str__(self) -> str:
        return f"{self.plan_hash}.{self.marks}.{self.batch}"


def _hash_of(marks: tuple[Marked, ...]) -> str:
    from hashlib import sha256

    told = sorted(f"{mark.key} {mark.again}" for mark in marks)
    return sha256("\n".join(told).encode("utf-8")).hexdigest()[:16]


def marks_of(book: xw.Book, choices: Choices, identifier: str) -> RerunMarks:
    """Read the marks of the sheet Rerun when it shows this batch; else what a first look proposes."""
    from xlpy.services.history.rerun_plan import RerunMarks
    from xlpy.services.run.reports import Marked

    if _Previewed.read(read_home(book).rerun_hash).batch.casefold() != identifier.casefold():
        return RerunMarks(again=choices.again)
    chosen: list[Marked] = []
    wrong: list[str] = []
    for row in read_rows(book, RERUN):
        key = transaction_of(str(row["Id"] or ""))
        try:
            mark = parse_include(row["Include"])
        except ValueError as error:
            wrong.append(f"row {row.number} ({row['Number']}): {error}")
            continue
        if mark and key is not None:
            chosen.append(Marked(key, again=mark is Include.AGAIN))
    if wrong:
        raise StoppedByProblems(
            f"The sheet {RERUN.name} has marks that can't be understood: {'; '.join(wrong)}.",
            fix="Include is Yes, Again or empty. Nothing was written.",
        )
    return RerunMarks(tuple(chosen), choices.again)


def _show_preview(session: Session, book: xw.Book, found: RerunPlan, *, ready: bool) -> None:
    from xlpy.services.export.previewing import journal_with_names
    from xlpy.services.run.memory import remember_preview

    plan = found.plan
    refill(book, RERUN, render.rerun_rows(found.rows), keep=())
    show_problems(book, plan.problems)
    refill(book, PREVIEW, render.preview_rows(*journal_with_names(session, plan)))
    shown = _Previewed(remember_preview(plan) if ready else "", _hash_of(found.marks), found.batch.identifier)
    # The sheet Preview no longer shows what Run export would post.
    write_home(book, {Home.RERUN_HASH: str(shown), Home.PREVIEW_HASH: "", Home.EARLIER_BATCH: found.batch.identifier})


def _show_posted(session: Session, book: xw.Book, inputs: HomeInputs, report: RunReport, pressed: Pressed) -> Pressed:
    try:
        show_run(session, book, report)
        _show_rerun(book, report)
        shown = replace(_Previewed.read(inputs.rerun_hash), plan_hash="")
        write_home(book, {Home.RERUN_HASH: "" if _wrote(report) else str(shown)})
    except Exception as error:  # the workbook is not the books: what was posted is told all the same
        logger.exception("The workbook could not be filled with run %s", report.run_id)
        return pressed.not_shown(f"The workbook could not be filled with it, though ({text_of(error)}).")
    return pressed


def _wrote(report: RunReport) -> bool:
    return bool(report.results)


def _show_rerun(book: xw.Book, report: RunReport) -> None:
    """Show on the sheet Rerun what became of what was posted; the mark goes, but for what failed."""
    changes: dict[str, Mapping[str, object]] = {}
    unreleased = state_word(SlState.UNRELEASED)
    for row in report.results:
        key = f"{row.kind}:{row.transaction_id}"
        if key in changes:
            continue  # the cost journal of an invoice: its document is told
        failed = row.status == RowStatus.FAILED
        changes[key] = {
            "State": row.status,
            "Message": row.message,
            **({} if failed else {"Include": "", "SL batch": f"{row.module} {row.sl_batch}".strip()}),
            **({} if failed else {"DocType": row.doc_type, "Reference": row.reference, "State in SL": unreleased}),
        }
    if changes:
        update_by_key(book, RERUN, changes)

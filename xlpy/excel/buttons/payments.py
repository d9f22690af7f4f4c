"""The group Payments of the ribbon: sync payments."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from datetime import date
from typing import TYPE_CHECKING

from xlpy.domain.values.statuses import Include
from xlpy.errors import StoppedByProblems
from xlpy.excel.buttons.batch import leave_alone
from xlpy.excel.buttons.pressed import Choices, Handler, Pressed
from xlpy.excel.tables.com_errors import text_of
from xlpy.excel.tables.home import read_home, write_home
from xlpy.excel.tables.payment_rows import payment_rows
from xlpy.excel.tables.ready import refuse_unless_fillable
from xlpy.excel.tables.tables import IncludeNotUnderstood, parse_include, read_rows, refill
from xlpy.excel.workbook.home_cells import Home
from xlpy.excel.workbook.sheets import PAYMENTS
from xlpy.services.flows.told import Confirm

if TYPE_CHECKING:
    import xlwings as xw

    from xlpy.domain.afterwards.payment_start import SyncStart
    from xlpy.services.run.session import Session

logger = logging.getLogger(__name__)

TAKE_OVER = "Take over"
SILENT_STEPS = ("Writing payments",)  # Excel is left alone between the tries in SL and the calls of Manage


def _sync(session: Session, book: xw.Book, choices: Choices) -> Pressed:
    from xlpy.services.flows.payments import sync

    start = _start(book, choices)
    take_over = (*marked_to_take_over(book), *choices.take_over)
    refuse_unless_fillable(book, (PAYMENTS,))
    leave_alone(session, book, SILENT_STEPS)
    told = sync(session, start, take_over=take_over).run(Confirm(lambda _word: not choices.dry_run))
    report = told.report
    done = "Payments compared (dry run)" if report.dry_run else "Payments synced"
    try:
        refill(book, PAYMENTS, payment_rows(report.rows), keep=(TAKE_OVER,) if report.dry_run else ())
        write_home(book, {Home.PAYMENTS_OF: f"run {report.run_id}"})
    except Exception as error:  # the workbook is not Manage: what was written is told all the same
        logger.exception("The workbook could not be filled with sync %s", report.run_id)
        return Pressed.of(told).not_shown(f"The workbook could not be filled with it, though ({text_of(error)}).")
    return Pressed.of(told, f" See the sheet {PAYMENTS.name}.", shows=PAYMENTS.name, state=done)


def _start(book: xw.Book, choices: Choices) -> SyncStart:
    """Return the start that the command line says, else Home's. Raises ``StoppedByProblems`` for one that is none."""
    from xlpy.domain.afterwards.payment_start import parse_start

    if choices.start:
        return parse_start(choices.start, date.fromisoformat(choices.start_date) if choices.start_date else None)
    inputs = read_home(book)
    try:
        return parse_start(inputs.sync_start, inputs.sync_from)
    except ValueError as error:
        raise StoppedByProblems(
            f"Home does not say where to start: {error}.", fix="Type it beside 'Sync payments from' on Home."
        ) from error


def marked_to_take_over(book: xw.Book) -> list[str]:
    """Return the numbers of the invoices marked under Take over. Raises ``StoppedByProblems`` for other marks."""
    numbers: list[str] = []
    wrong: list[str] = []
    for row in read_rows(book, PAYMENTS):
        mark = row[TAKE_OVER]
        try:
            answer = parse_include(mark)
        except IncludeNotUnderstood:
            answer = None
        if answer is None or answer is Include.AGAIN:
            wrong.append(f"row {row.number} ({row['Invoice']}): {mark!r}")
        elif answer:
            numbers.append(str(row["Invoice"]))
    if wrong:
        raise StoppedByProblems(
            f"The sheet {PAYMENTS.name} has marks that can't be understood: {'; '.join(wrong)}.",
            fix=f"{TAKE_OVER} is Yes or empty. Nothing was written.",
        )
    return numbers


BUTTONS: Mapping[str, Handler] = {"sync": _sync}

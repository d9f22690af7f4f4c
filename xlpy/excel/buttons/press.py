"""Pressing a ribbon button on a workbook. What each does is in the module of its group beside this.

The ribbon (``xlpy.macros``) and the command line press the same buttons; neither knows a sheet.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import TYPE_CHECKING

from xlpy.errors import WorkbookError
from xlpy.excel.buttons import approving as press_approving
from xlpy.excel.buttons import batch as press_batch
from xlpy.excel.buttons import connect as press_connect
from xlpy.excel.buttons import history as press_history
from xlpy.excel.buttons import payments as press_payments
from xlpy.excel.buttons import records as press_records
from xlpy.excel.buttons.outcome import tell_about, tell_failure, tell_outcome
from xlpy.excel.buttons.pressed import BookHandler, Choices, Handler, Pressed
from xlpy.excel.tables import rows as render
from xlpy.excel.tables.belonging import refuse_other_company
from xlpy.excel.tables.com_errors import SheetsProtected, protected_sheets
from xlpy.excel.tables.tables import append
from xlpy.excel.workbook.home_cells import ABOUT_SHEET, HOME_SHEET
from xlpy.excel.workbook.sheets import LOG, SHEETS
from xlpy.runlog import RunLog, run_log
from xlpy.services.run.session import Progress, Session, no_progress

if TYPE_CHECKING:
    import xlwings as xw

__all__ = ["Choices", "Pressed", "press", "write_log"]

logger = logging.getLogger(__name__)

_UPDATE = "Bring the workbook to this version with 'xlpy new --update', or update the package."
_BUTTONS: Mapping[str, Handler] = {
    **press_batch.BUTTONS,
    **press_records.BUTTONS,
    **press_history.BUTTONS,
    **press_payments.BUTTONS,
    **press_approving.BUTTONS,
}
_WITHOUT_SESSION: Mapping[str, BookHandler] = {**press_connect.WITHOUT_SESSION, **press_records.WITHOUT_SESSION}

_FILLS_NOTHING = frozenset({"help", "logout", "save_errors", "save_log"})  # but the Log, if it can be filled


def press(
    button: str,
    book: xw.Book,
    open_session: Callable[[Progress], Session],
    progress: Progress = no_progress,
    choices: Choices | None = None,
    *,
    brought: Mapping[str, BookHandler] | None = None,
) -> Pressed:
    """Press a button of the ribbon on a workbook. Raises ``XlpyError`` for what the user has to know.

    ``brought``: buttons of the caller's own. Help is one: its page lists the commands, which stand above the workbook.
    """
    chosen = choices or Choices()
    without_session = {**_WITHOUT_SESSION, **(brought or {})}
    if button not in {*_BUTTONS, *without_session, *press_connect.OPENING}:
        raise WorkbookError(f"The workbook has a button {button!r} that this version does not know.", fix=_UPDATE)
    with run_log(button) as log:
        try:
            if button not in _FILLS_NOTHING:
                _refuse_protected(book)
            if button in without_session:
                pressed = without_session[button](book, progress, chosen)
            elif button in press_connect.OPENING:  # touches no rows, so any company's will do
                pressed = press_connect.OPENING[button](book, lambda: open_session(progress), chosen)
            else:
                with open_session(progress) as session:
                    session.workbook = str(book.fullname)
                    refuse_other_company(session.profile, book)
                    pressed = _BUTTONS[button](session, book, chosen)
                    tell_about(book, session)
            tell_outcome(book, button, pressed, _now())
            return pressed
        except Exception as error:
            tell_failure(book, button, error, _now())
            log.handle(logger.makeRecord(logger.name, logging.ERROR, __file__, 0, str(error), (), None))
            logger.debug("Traceback of %s", button, exc_info=True)
            raise
        finally:
            write_log(book, log)


def _now() -> datetime:
    return datetime.now().replace(microsecond=0)  # noqa: DTZ005 (local time, as Excel keeps it)


def _refuse_protected(book: xw.Book) -> None:
    """Raise ``SheetsProtected``, before anything is done, naming every sheet of ours that could not be filled."""
    protected = protected_sheets(book, [HOME_SHEET, *(sheet.name for sheet in SHEETS), ABOUT_SHEET])
    if protected:
        raise SheetsProtected(protected)


def write_log(book: xw.Book, log: RunLog) -> None:
    """Add the run's log to the Log sheet. Never raises: what was done is told, even when the sheet is not right."""
    found = render.log_rows(log.entries)
    if not found:
        return
    try:
        append(book, LOG, found)
    except Exception:
        logger.exception("The sheet %s could not be filled", LOG.name)

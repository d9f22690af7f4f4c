"""Where a button leaves the user: on the sheet that it filled, with what it came to on Home."""

from __future__ import annotations

import logging
from datetime import datetime
from typing import TYPE_CHECKING

from xlpy.errors import XlpyError
from xlpy.excel.tables.about import write_about
from xlpy.excel.tables.belonging import OtherCompanysWorkbook
from xlpy.excel.tables.com_errors import is_com_error, words_of
from xlpy.excel.tables.home import write_home
from xlpy.excel.tables.tables import has_rows
from xlpy.excel.workbook.home_cells import HOME_SHEET, Home
from xlpy.excel.workbook.ribbon_buttons import BUTTONS
from xlpy.excel.workbook.sheets import PROBLEMS
from xlpy.masking import masked

if TYPE_CHECKING:
    import xlwings as xw

    from xlpy.excel.buttons.pressed import Pressed
    from xlpy.services.run.session import Session

logger = logging.getLogger(__name__)

STOPPED, WENT_WRONG = "Stopped", "Went wrong"
_LABEL = {button.id: button.label for button in BUTTONS}


def tell_outcome(book: xw.Book, button: str, pressed: Pressed, at: datetime) -> None:
    """Write on Home what a button came to, and show the sheet that it filled. Never raises: the box tells it, too."""
    state = pressed.state or str(pressed.data.get("state") or "done")
    _tell(book, button, state[:1].upper() + state[1:], pressed.note or pressed.text, at)
    if pressed.shows:
        show_sheet(book, pressed.shows)


def tell_failure(book: xw.Book, button: str, error: Exception, at: datetime) -> None:
    """Write on Home what kept a button from its work. Into another company's workbook nothing is written."""
    if isinstance(error, OtherCompanysWorkbook):
        return
    text = words_of(error) if is_com_error(error) else str(error)
    _tell(book, button, STOPPED if isinstance(error, XlpyError) else WENT_WRONG, masked(text), at)


def tell_about(book: xw.Book, session: Session) -> None:
    """Write on About with what the button worked. Never raises."""
    try:
        write_about(book, session.profile, session.user)
    except Exception:
        logger.warning("About could not be filled", exc_info=True)


def show_sheet(book: xw.Book, name: str) -> None:
    """Make a sheet the one that is shown; of a closed file, the one that it opens with. A hidden one stays hidden."""
    try:
        # Not ``Sheet.activate``: that fetches Excel's window in front of what the user does by now.
        book.sheets[name].impl.activate()
    except Exception:
        logger.warning("The sheet %s could not be shown", name, exc_info=True)


def where_problems_are(book: xw.Book, otherwise: str) -> str:
    """Return the sheet Mapping check when it has something, else another one."""
    return PROBLEMS.name if has_rows(book, PROBLEMS) else otherwise


def stays_on(book: xw.Book, *filled: str) -> str:
    """Return Home, which sums up several sheets that were filled; nothing while the user looks at one of them."""
    if len(filled) == 1:
        return filled[0]
    return "" if book.sheets.active.name in filled else HOME_SHEET


def _tell(book: xw.Book, button: str, state: str, text: str, at: datetime) -> None:
    try:
        write_home(
            book,
            {
                Home.LAST_BUTTON: _LABEL.get(button, button),
                Home.LAST_RUN_AT: at,
                Home.LAST_RUN: state,
                Home.LAST_RUN_TEXT: text,
                Home.LOG_OF: f"{_LABEL.get(button, button)}, {at:%Y-%m-%d %H:%M}",
            },
        )
    except Exception:
        logger.warning("Home could not be told of %s", button, exc_info=True)

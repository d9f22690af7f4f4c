"""Tells the user what a button came to: by a box, and when none can be shown by any other way there is."""

from __future__ import annotations

import logging
from contextlib import suppress
from typing import TYPE_CHECKING

from xlpy.excel.buttons.windows_box import show_windows_box

if TYPE_CHECKING:
    import xlwings as xw

logger = logging.getLogger(__name__)

TITLE = "Manage to SL"
ATTENTION, INFORMATION = "critical", "info"  # the two icons that xlwings has: a warning sign, an i
NOT_SHOWN = "No message box could be shown"


def ask(app: xw.App, text: str) -> bool:
    """Ask with yes and no. A box that can't be shown is a no: nothing is written that nobody has agreed to."""
    try:
        return bool(app.alert(text, TITLE, buttons="yes_no", mode=INFORMATION) == "yes")
    except Exception:
        logger.warning("The question could not be asked: %s", text, exc_info=True)
        return False


def tell(app: xw.App, book: xw.Book, text: str, *, attention: bool) -> None:
    """Show a text: a box with its icon, else one without, else one of Windows, else status bar and Home. Never raises.

    ``attention``: something has to be done; else it is for information.
    """
    for mode in (ATTENTION if attention else INFORMATION, None):
        try:
            app.alert(text, TITLE, mode=mode)
        except Exception:
            logger.warning("Box with icon %s not shown: %s", mode, text, exc_info=True)
        else:
            return
    if app.engine.name == "excel" and show_windows_box(text, TITLE):
        return
    with suppress(Exception):
        app.status_bar = f"{TITLE}: {text}"
    with suppress(Exception):
        from xlpy.excel.tables.home import write_home
        from xlpy.excel.workbook.home_cells import Home

        write_home(book, {Home.LAST_RUN: NOT_SHOWN, Home.LAST_RUN_TEXT: text})

"""What the ribbon calls: ``macros.run('refresh')``. Kept small and quick to import; the work is loaded when pressed.

It catches everything, shows one message and returns normally: any other end shows a traceback box in Excel. Macros do
not save the workbook.
"""

from __future__ import annotations

import logging
import sys
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

import xlwings as xw

from xlpy.masking import masked, masking

if TYPE_CHECKING:
    from xlpy.excel.buttons.pressed import Choices, Pressed
    from xlpy.services.run.session import Progress, Session

logger = logging.getLogger(__name__)

TITLE = "Manage to SL"
PATIENCE = 5_000  # tries of a COM call while Excel is busy, some seconds (unverified); xlwings alone tries for ever


def run(button: str, book: xw.Book | None = None) -> Pressed | None:
    """Press a ribbon button on the calling workbook, or on ``book``. Never raises.

    Returns what came of it, or None when it went wrong (the message and the full log say why).
    """
    _limit_patience()
    with masking():  # up to the last alert, also after the session was closed
        return _run(button, book)


def _run(button: str, book: xw.Book | None) -> Pressed | None:
    try:
        book = book or _calling_book()
        app = book.app
    except Exception as error:  # noqa: BLE001 (nothing may escape into Excel)
        _write_crash(button, error)
        _tell_without_book(_words(error))
        return None
    from xlpy.excel.buttons.telling import ask, tell

    try:
        from xlpy.excel.buttons.press import press
        from xlpy.excel.buttons.pressed import Choices
        from xlpy.excel.tables.quiet import quiet

        with quiet(app):
            pressed = press(
                button,
                book,
                lambda progress: _open(book, progress),
                _status_bar(app),
                Choices(ask=lambda text: ask(app, text)),
                brought={"help": _help},
            )
    except Exception as error:  # noqa: BLE001
        _write_crash(button, error)
        tell(app, book, _words(error, book), attention=True)
        return None
    if pressed.text:
        tell(app, book, pressed.text, attention=pressed.exit_code != 0)
    return pressed


def _calling_book() -> xw.Book:
    """Return the workbook whose button was pressed.

    xlwings cuts the name that Excel passes (``--wb=``) at an equals sign, and might so find another workbook. Raises
    ``WorkbookError`` for such a name, and when the workbook is not found.
    """
    name = next((argument[5:] for argument in sys.argv if argument.startswith("--wb=")), "")
    if "=" in name:
        from xlpy.errors import WorkbookError

        raise WorkbookError(
            f"The name of the workbook {name} has an equals sign, where xlwings cuts it. Nothing was done.",
            fix="Save the workbook under a name without '='.",
        )
    try:
        return xw.Book.caller()
    except KeyError as error:
        from xlpy.errors import WorkbookError

        raise WorkbookError(
            f"The workbook {name or error} whose button was pressed is not found in Excel. Nothing was done.",
            fix="Close all workbooks, open this one again, and press the button.",
        ) from error


def _tell_without_book(text: str) -> None:
    """Tell what no workbook can tell: by a box of Windows, when Excel has started this process."""
    from xlpy.excel.buttons.windows_box import show_windows_box

    by_excel = any(argument.startswith("--from_xl") for argument in sys.argv)
    if by_excel or getattr(sys.modules.get("xlwings._xlwindows"), "BOOK_CALLER", None):
        show_windows_box(text, TITLE)


def _limit_patience() -> None:
    """Let a busy Excel fail after some seconds (on Windows, where xlwings otherwise retries without end)."""
    on_windows = sys.modules.get("xlwings._xlwindows")
    if on_windows is not None:
        vars(on_windows)["N_COM_ATTEMPTS"] = PATIENCE


def _open(book: xw.Book, progress: Progress) -> Session:
    from xlpy.excel.tables.home import profile_path
    from xlpy.profile.settings import load_profile
    from xlpy.services.run.session import Session

    path = profile_path(book)
    return Session.open(load_profile(Path(path) if path else None), progress=progress)


def _help(_book: xw.Book, _progress: Progress, _choices: Choices) -> Pressed:
    from xlpy.cli import main
    from xlpy.help.show import press_help

    return press_help(main)


def _status_bar(app: xw.App) -> Progress:
    def show(what: str, done: int, of: int) -> None:
        with suppress(Exception):  # Excel may be busy; a run does not stop for its status bar
            app.status_bar = f"{TITLE}: {what}" + (f" {done} of {of}" if of else "") + " …"

    return show


def _words(error: Exception, book: xw.Book | None = None) -> str:
    from xlpy.errors import XlpyError
    from xlpy.excel.tables.com_errors import is_com_error, protected_now, words_of

    if isinstance(error, XlpyError):
        return masked(str(error))
    if is_com_error(error):
        return masked(words_of(error, protected_now(book) if book else ()))
    return (
        f"Something unexpected happened ({type(error).__name__}: {masked(str(error))}). Nothing is lost: press "
        "Recover, and send the full log to whoever supports you."
    )


def _write_crash(button: str, error: Exception) -> None:
    try:
        from xlpy.runlog import run_log

        with run_log(button):
            logger.error("%s: %s", button, error, exc_info=error)
    except Exception:  # noqa: BLE001 (the message tells it in any case)
        logger.debug("The crash of %s could not be logged", button)

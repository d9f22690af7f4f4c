"""The group Connect of the ribbon: log in, log out, check setup."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from xlpy.excel.buttons.pressed import BookHandler, Choices, OpeningHandler, Pressed
from xlpy.excel.workbook.home_cells import HOME_SHEET, Home
from xlpy.excel.workbook.sheets import SETUP

if TYPE_CHECKING:
    import xlwings as xw

    from xlpy.services.run.session import Progress, Session


def _doctor(book: xw.Book, open_session: Callable[[], Session], _choices: Choices) -> Pressed:
    from xlpy.excel.tables.home import write_home
    from xlpy.excel.tables.setup_rows import exported_kinds_of, show_setup, workbook_seen
    from xlpy.services.flows.connect import doctor

    told = doctor(open_session, workbook=workbook_seen(book), kinds=exported_kinds_of(book))
    show_setup(book, told.report)
    write_home(book, {Home.SETUP_OF: f"{datetime.now():%Y-%m-%d %H:%M}"})  # noqa: DTZ005 (local time)
    return Pressed.of(told, f" See the sheet {SETUP.name}.", shows=SETUP.name, state="checked")


def _login(book: xw.Book, _progress: Progress, _choices: Choices) -> Pressed:
    from xlpy.excel.tables.belonging import OtherCompanysWorkbook, refuse_other_company
    from xlpy.excel.tables.home import write_home
    from xlpy.login.start import log_in
    from xlpy.profile.settings import read_profile

    saved = log_in(_profile_of(book), on_top=True)
    if saved is None:
        return Pressed(1, "", {"state": "cancelled"})
    try:
        refuse_other_company(read_profile(saved.path), book)
    except OtherCompanysWorkbook as error:  # the workbook keeps the profile that its rows are of
        return Pressed(1, f"{saved.text} {error}", {"state": "logged in", "profile": str(saved.path)})
    write_home(book, {Home.PROFILE: str(saved.path.resolve())})
    return Pressed(0, saved.text, {"state": "logged in", "profile": str(saved.path)}, shows=HOME_SHEET)


def _logout(book: xw.Book, _progress: Progress, _choices: Choices) -> Pressed:
    from xlpy.login.start import log_out_of

    removed, text = log_out_of(_profile_of(book))
    return Pressed(0, text, {"state": "logged out", "removed": list(removed)})


def _profile_of(book: xw.Book) -> Path:
    """Return the settings file that About names, else that of ``XLPY_PROFILE``, else the default one."""
    from xlpy.excel.tables.home import profile_path
    from xlpy.profile.profiles import chosen_profile

    path = profile_path(book)
    return Path(path) if path else chosen_profile()


OPENING: Mapping[str, OpeningHandler] = {"doctor": _doctor}
WITHOUT_SESSION: Mapping[str, BookHandler] = {"login": _login, "logout": _logout}

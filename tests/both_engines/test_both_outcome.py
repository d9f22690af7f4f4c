"""After a button the user is where the outcome is, and Home says what the button came to, and when."""

from __future__ import annotations

import datetime as dt
import re

import pytest
from macro_books import load_macro_book
from openpyxl.utils import get_column_letter

from xlpy.excel.tables.about import connections, settings_in_force
from xlpy.excel.tables.tables import read_rows, refill
from xlpy.excel.workbook.home_cells import CUSTOMERS_BLOCK, Home
from xlpy.excel.workbook.sheets import INVOICES
from xlpy.profile.values import Profile, SlSettings


def on_home(desk, name):
    return desk.book.names[name].refers_to_range.options(ndim=2).value[0][0]


def shown(desk):
    return desk.book.sheets.active.name


def look_at(desk, sheet):
    desk.book.sheets[sheet].impl.activate()


@pytest.mark.parametrize(
    ("button", "sheet", "label", "state"),
    [
        ("batches", "Batches", "Batches", "Listed"),
        ("reconcile", "Reconcile", "Reconcile", "Agrees"),
        ("doctor", "Setup", "Check setup", "Checked"),
        ("refresh", "Home", "Refresh", "Refreshed"),
        ("sync", "Payments", "Sync payments", "Payments synced"),
        ("select_all", "Log", "Select all", "Marked"),
    ],
)
def test_after_a_button_the_sheet_that_it_filled_is_shown_and_home_says_what_came_of_it(
    connected, button, sheet, label, state
):
    look_at(connected, "Log")
    before = dt.datetime.now().replace(microsecond=0)  # noqa: DTZ005
    connected.press(button)
    assert shown(connected) == sheet
    assert on_home(connected, Home.LAST_BUTTON) == label
    assert on_home(connected, Home.LAST_RUN) == state
    assert before <= on_home(connected, Home.LAST_RUN_AT) <= dt.datetime.now()  # noqa: DTZ005
    assert on_home(connected, Home.LAST_RUN_TEXT)


def test_who_looks_at_a_sheet_that_refresh_fills_stays_there(connected):
    look_at(connected, "Expenses")
    connected.press("refresh")
    assert shown(connected) == "Expenses"


def test_a_check_with_problems_shows_them(connected):
    refill(connected.book, INVOICES, [{"Id": "1", "Number": "00001", "Include": "Yes"}])
    look_at(connected, "Invoices")
    connected.press("check")
    assert shown(connected) == "Mapping check"


def test_what_stopped_a_button_is_on_home_too(connected):
    refill(connected.book, INVOICES, [{"Id": "1", "Number": "00001", "Include": "maybe"}])
    connected.press("preview")
    assert on_home(connected, Home.LAST_BUTTON) == "Preview"
    assert on_home(connected, Home.LAST_RUN) == "Stopped"
    assert "maybe" in on_home(connected, Home.LAST_RUN_TEXT)


@pytest.mark.parametrize("button", ["batches", "select_all", "sync"])
def test_about_and_the_company_are_filled_by_every_button(connected, button):
    connected.press(button)
    assert "SL user" in on_home(connected, Home.USER)
    connections = on_home(connected, Home.CONNECTIONS)
    assert connections.splitlines()[0].startswith("Manage: ")
    assert connections.splitlines()[1].startswith("SL: ")
    assert "posting.record_id_column = User1" in on_home(connected, Home.SETTINGS)
    assert on_home(connected, Home.COMPANY)
    assert on_home(connected, Home.SITE)


def test_about_never_shows_a_password():
    profile = Profile(sl=SlSettings(url="DRIVER=x;SERVER=SLPROD;DATABASE=HPAPP;UID=sa;PWD=geheim", company="0060"))
    assert connections(profile).endswith("SL: SLPROD, database HPAPP, company 0060")
    assert "geheim" not in connections(profile) + settings_in_force(profile)


def test_a_hidden_sheet_stays_hidden_and_the_button_does_its_work(connected):
    connected.file["Batches"].sheet_state = "hidden"
    look_at(connected, "Home")
    assert connected.press("batches").exit_code == 0
    assert shown(connected) == "Home"


def test_the_file_opens_on_that_sheet_alone(connected):

    connected.press("batches")
    saved = load_macro_book(connected.save())
    assert saved.active.title == "Batches"
    if connected.name == "closed file":  # two selected sheets would be edited as one
        assert [ws.title for ws in saved.worksheets if ws.sheet_view.tabSelected] == ["Batches"]
    saved.vba_archive.close()


def test_line_3_names_what_the_sheet_shows_and_not_homes_next_batch(connected):
    for button, name, words in (
        ("sync", Home.PAYMENTS_OF, "run "),
        ("reconcile", Home.RECONCILE_OF, "all batches"),
        ("doctor", Home.SETUP_OF, "20"),
        ("batches", Home.LOG_OF, "Batches, 20"),
    ):
        connected.press(button)
        assert on_home(connected, name).startswith(words)
    for sheet in ("Results", "Reconcile", "Payments", "Log", "Setup"):
        line = str(connected.file[sheet].cell(3, 1).value)
        assert f"xlpy_{sheet}Of" in line
        assert Home.BATCH_IDENTIFIER not in line
    assert Home.BATCH_IDENTIFIER in str(connected.file["Invoices"].cell(3, 1).value)


def test_home_says_what_was_previewed_and_a_refresh_overtakes_it(connected):
    """The words in a cell, the hash in a hidden one; the visible line is a formula of both, and never the hash."""
    for button in ("refresh", "select_all", "check", "deselect_problems", "preview"):
        connected.press(button)
    told = on_home(connected, Home.PREVIEW_OF)
    assert re.fullmatch(r"\d+ transactions, \d+ documents, \d\d:\d\d", told)
    assert on_home(connected, Home.PREVIEW_HASH)
    connected.press("refresh")
    assert on_home(connected, Home.PREVIEW_OF) == told
    assert on_home(connected, Home.PREVIEW_HASH) is None
    home = connected.file["Home"]
    for name in (Home.PREVIEW_HASH, Home.RERUN_HASH):
        cell = connected.book.names[name].refers_to_range
        assert home.column_dimensions[get_column_letter(cell.column)].hidden


def test_home_lists_the_customers_of_the_invoices_that_are_shown(connected):
    connected.press("refresh")
    block = connected.book.names[CUSTOMERS_BLOCK].refers_to_range.options(ndim=2).value
    listed = [tuple(pair) for pair in block if pair[0]]
    rows = [(row["Company"], row["Currency"]) for row in read_rows(connected.book, INVOICES)]
    assert set(listed) == set(rows)
    assert [rows.count(pair) for pair in listed] == sorted((rows.count(pair) for pair in listed), reverse=True)


def test_with_nothing_marked_check_says_so(connected):
    connected.press("refresh")
    connected.press("deselect_all")
    assert connected.press("check").text.startswith("Nothing is marked")

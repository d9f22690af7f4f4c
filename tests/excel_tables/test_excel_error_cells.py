"""A formula that came to an error in an input: told by its cell and its error, never taken for an empty cell."""

from __future__ import annotations

import pytest

from xlpy.errors import StoppedByProblems
from xlpy.excel.engine import open_book
from xlpy.excel.engine.closed_file import open_closed
from xlpy.excel.tables.home import HomeInputs, HomeNotUnderstood, profile_path, read_home
from xlpy.excel.tables.selection import marked_transactions, read_selection
from xlpy.excel.tables.tables import refill
from xlpy.excel.workbook.home_cells import Home
from xlpy.excel.workbook.sheets import INVOICES

LABELS = {
    Home.LOCATION: "Location",
    Home.THROUGH_DATE: "Through date",
    Home.EXPORT_INVOICES: "Export invoices",
    Home.EXPORT_EXPENSES: "Export expenses",
    Home.EXPORT_INVENTORY: "Export inventory",
    Home.DETAIL: "Invoice detail",
    Home.PERIOD: "Period to post",
    Home.BATCH_IDENTIFIER: "Batch identifier",
    Home.PREVIEW_HASH: "Preview",
    Home.PROFILE: "Profile (on About)",
    Home.EARLIER_BATCH: "Earlier batch",
    Home.CONFIRM: "Confirm",
    Home.SYNC_START: "Sync payments from",
    Home.SYNC_FROM: "Custom date",
    Home.RERUN_HASH: "Rerun",
}


def put_error(book, sheet, row, column, error):
    """As a formula that came to nothing was pasted as its value."""
    cell = book[sheet].cell(row, column)
    cell.value = error
    cell.data_type = "e"


def put_into_name(book, name, error):
    sheet, cell = next(book.defined_names[name].destinations)
    put_error(book, sheet, book[sheet][cell.replace("$", "")].row, book[sheet][cell.replace("$", "")].column, error)


def test_every_input_of_home_is_tried():
    assert len(LABELS) == len(HomeInputs.__dataclass_fields__)


@pytest.mark.parametrize(("name", "label"), LABELS.items(), ids=[str(name) for name in LABELS])
def test_an_error_in_an_input_of_home_is_a_stop_that_names_both(workbook, edit, name, label):
    with edit(workbook) as book:
        put_into_name(book, name, "#N/A")
    with pytest.raises(HomeNotUnderstood, match=rf"{label.replace('(', '.').replace(')', '.')}: the cell shows #N/A"):
        read_home(open_book(workbook))


def test_an_error_in_the_profile_is_told_before_another_profile_is_opened(workbook, edit):
    with edit(workbook) as book:
        put_into_name(book, Home.PROFILE, "#REF!")
    with pytest.raises(HomeNotUnderstood, match="#REF!"):
        profile_path(open_book(workbook))


@pytest.mark.parametrize(("column", "error"), [("Include", "#REF!"), ("Include", "#SPILL!"), ("Id", "#VALUE!")])
def test_an_error_in_a_mark_or_an_id_stops_the_button(workbook, edit, invoice, column, error):
    with open_closed(workbook) as closed:
        refill(closed.book, INVOICES, [invoice(n, Include="Yes") for n in (1, 2, 3)])
        closed.save()
    with edit(workbook) as book:
        put_error(book, "Invoices", 6, INVOICES.index(column) + 1, error)
    book = open_book(workbook)
    with pytest.raises(StoppedByProblems, match=rf"row 6 .*{error}"):
        read_selection(book, read_home(book))
    assert len(marked_transactions(book)) == 2


@pytest.mark.parametrize(("mark", "included"), [("No", 0), ("n", 0), (" no ", 0), ("Yes", 1)])
def test_no_under_include_means_no(workbook, invoice, mark, included):
    with open_closed(workbook) as closed:
        refill(closed.book, INVOICES, [invoice(1, Include=mark)])
        assert len(marked_transactions(closed.book)) == included
        assert len(read_selection(closed.book, read_home(closed.book)).marked) == included

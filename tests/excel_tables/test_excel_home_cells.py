"""Home: inputs are read with every mistake named; facts are written."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal

import pytest

from xlpy.errors import WorkbookError
from xlpy.excel.engine import open_book
from xlpy.excel.engine.closed_file import open_closed
from xlpy.excel.tables.home import (
    EVERYTHING,
    HomeNotUnderstood,
    profile_path,
    read_home,
    workbook_is_ours,
    write_ageing,
    write_home,
    write_included,
)
from xlpy.excel.workbook.home_cells import ALL_LOCATIONS, PERIOD_CHOICES, Home
from xlpy.excel.workbook.sheets import EXPENSES, INVENTORY, INVOICES

TOUCHED = (INVOICES, EXPENSES, INVENTORY)


@dataclass
class Aged:
    kind: str
    days_0_30: Decimal
    days_31_60: Decimal
    days_61_90: Decimal
    older: Decimal


@pytest.fixture
def book(workbook):
    with open_closed(workbook) as closed:
        yield closed.book


def put(book, name, value):
    book.names[name].refers_to_range.value = value


def read(book, name):
    return book.names[name].refers_to_range.options(ndim=2).value


def test_a_new_workbook_has_usable_inputs(book):
    inputs = read_home(book)
    assert inputs.location == ALL_LOCATIONS
    assert inputs.through_date == EVERYTHING
    assert inputs.export_invoices
    assert inputs.export_expenses
    assert inputs.export_inventory
    assert inputs.period == PERIOD_CHOICES[0]
    assert (inputs.batch_identifier, inputs.preview_hash) == ("", "")


def test_a_new_workbook_is_ours(whole_workbook):
    with open_closed(whole_workbook) as opened:
        assert workbook_is_ours(opened.book)


def test_what_the_user_typed_is_read(book):
    put(book, Home.LOCATION, " Lab ")
    put(book, Home.THROUGH_DATE, dt.date(2026, 11, 22))
    put(book, Home.EXPORT_INVOICES, "no")
    put(book, Home.EXPORT_EXPENSES, "N")
    put(book, Home.EXPORT_INVENTORY, " yes ")
    put(book, Home.DETAIL, "condensed")
    put(book, Home.PERIOD, "10-2026")
    put(book, Home.BATCH_IDENTIFIER, "2026-11-22")
    inputs = read_home(book)
    assert (inputs.location, inputs.through_date, inputs.export_invoices) == ("Lab", dt.date(2026, 11, 22), False)
    assert (inputs.export_expenses, inputs.export_inventory) == (False, True)
    assert (inputs.detail, inputs.period, inputs.batch_identifier) == ("Condensed", "10-2026", "2026-11-22")


def test_every_wrong_input_is_named_at_once(book):
    put(book, Home.THROUGH_DATE, "soon")
    put(book, Home.EXPORT_INVOICES, "perhaps")
    put(book, Home.EXPORT_EXPENSES, "some")
    put(book, Home.EXPORT_INVENTORY, "all")
    put(book, Home.DETAIL, "Much")
    put(book, Home.PERIOD, "14-2026")
    book.names[Home.BATCH_IDENTIFIER].refers_to_range.number_format = "General"
    put(book, Home.BATCH_IDENTIFIER, 100)
    with pytest.raises(HomeNotUnderstood) as told:
        read_home(book)
    for label in (
        "Through date",
        "Export invoices",
        "Export expenses",
        "Export inventory",
        "Invoice detail",
        "Period to post",
        "Batch identifier",
    ):
        assert label in str(told.value)


def test_facts_are_written_as_what_they_are(book):
    write_home(
        book,
        {Home.COMPANY: "0060", Home.LAST_REFRESH: dt.datetime(2026, 11, 22, 9, 5, 7, 123), Home.LAST_RUN_TEXT: "=x"},  # noqa: DTZ001
        locations=("Lab", "HQ", "Lab", ""),
    )
    assert read(book, Home.COMPANY) == [["0060"]]
    assert read(book, Home.LAST_REFRESH) == [[dt.datetime(2026, 11, 22, 9, 5, 7)]]  # noqa: DTZ001
    assert read(book, Home.LAST_RUN_TEXT) == [["=x"]]
    assert [cell for (cell,) in read(book, "xlpy_Locations") if cell] == [ALL_LOCATIONS, "HQ", "Lab"]
    write_home(book, {Home.COMPANY: "", Home.LAST_REFRESH: None}, locations=())
    assert read(book, Home.COMPANY) == [[None]]
    assert [cell for (cell,) in read(book, "xlpy_Locations") if cell] == [ALL_LOCATIONS]


def test_included_totals_replace_the_ones_before(book):
    write_included(book, [("Invoices", currency) for currency in ("CAD", "EUR", "USD")])
    write_included(book, [("Invoices", "USD")])
    rows = read(book, "xlpy_Included")
    assert rows[0] == ["Invoices", "USD"]
    assert all(cell is None for row in rows[1:] for cell in row)


def test_more_totals_than_there_is_room_for_are_told(book):
    write_included(book, [("Invoices", f"C{n:02d}") for n in range(11)])
    rows = read(book, "xlpy_Included")
    assert rows[6][1] == "C06"
    assert rows[7] == ["and 4 more", None]


def test_ageing_is_written_by_kind(book):
    inventory = Aged("Inventory", Decimal(-7), Decimal(0), Decimal(0), Decimal(0))
    invoices = Aged("Invoices", Decimal(1), Decimal(2), Decimal(3), Decimal("4.50"))
    write_ageing(book, [inventory, invoices])
    assert read(book, "xlpy_Ageing") == [
        ["Invoices", 1.0, 2.0, 3.0, 4.5],
        ["Expenses", None, None, None, None],
        ["Inventory", -7.0, 0.0, 0.0, 0.0],
    ]
    write_ageing(book, [])
    assert read(book, "xlpy_Ageing") == [[kind, *[None] * 4] for kind in ("Invoices", "Expenses", "Inventory")]


def test_the_profile_is_found_on_about(book):
    assert profile_path(book) == ""
    write_home(book, {Home.PROFILE: "C:\\books\\demo.toml"})
    assert profile_path(book) == "C:\\books\\demo.toml"


def test_another_workbook_is_not_ours(tmp_path):
    from openpyxl import Workbook

    path = tmp_path / "other.xlsx"
    Workbook().save(path)
    other = open_book(path)
    assert not workbook_is_ours(other)
    with pytest.raises(WorkbookError, match="no cell named xlpy_Location"):
        read_home(other)

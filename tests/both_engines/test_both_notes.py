"""Notes are the user's: no button changes one, they go with their transaction, and are kept when its row goes."""

from __future__ import annotations

import datetime as dt

from by_column import number

from xlpy.domain.values.transactions import Kind
from xlpy.excel.tables.home import write_home
from xlpy.excel.tables.notes import carry_notes, notes_by_transaction
from xlpy.excel.tables.selection import WRITTEN_BY_THE_USER
from xlpy.excel.tables.tables import read_rows, refill, update_by_key
from xlpy.excel.workbook.home_cells import Home
from xlpy.excel.workbook.sheets import EXPENSES, GONE_NOTES, INVOICES

AT = dt.datetime(2026, 10, 31, 16, 42)  # noqa: DTZ001 (cells have no zone)


def invoice(n):
    return {"Id": str(n), "Number": f"N{n}", "Company": f"c{n}"}


def refresh_with(desk, *numbers, kind=Kind.INVOICE):
    """What Refresh does with the rows that Manage lists now."""
    carried = carry_notes(desk.book, {kind: [invoice(n) for n in numbers]}, AT)
    refill(desk.book, INVOICES, carried.rows[kind], keep=WRITTEN_BY_THE_USER)
    return carried.text


def write_note(desk, n, text):
    ws = desk.file[INVOICES.name]
    row = 5 + [found["Id"] for found in read_rows(desk.book, INVOICES)].index(str(n))
    cell = ws.cell(row, number(INVOICES, "Notes"))
    cell.value = text
    cell.data_type = "s" if text else "n"


def notes(desk):
    return {row["Id"]: row["Notes"] for row in read_rows(desk.book, INVOICES) if row["Notes"]}


def kept(desk):
    return [(row["State"], row["Transaction"], row["Notes"]) for row in read_rows(desk.book, GONE_NOTES)]


def test_a_note_goes_with_its_transaction_whatever_the_order(desk):
    refresh_with(desk, 1, 2, 3)
    write_note(desk, 2, "call Anna")
    refresh_with(desk, 3, 2, 4)
    assert notes(desk) == {"2": "call Anna"}
    update_by_key(desk.book, INVOICES, {"2": {"Status": "Problem", "Message": "m"}})
    assert notes(desk) == {"2": "call Anna"}
    assert kept(desk) == []


def test_a_note_of_a_row_that_goes_is_kept_and_told_and_comes_back_with_it(desk):
    refresh_with(desk, 1, 2, 3)
    write_note(desk, 2, "call Anna")
    assert refresh_with(desk, 1, 3) == ". 1 note of rows that are gone: kept on the sheet Notes"
    assert kept(desk) == [("Gone", "N2", "call Anna")]
    assert refresh_with(desk, 1, 3) == ""
    assert kept(desk) == [("Gone", "N2", "call Anna")], "as long as it is gone"
    assert refresh_with(desk, 1, 2, 3) == ". 1 note came back with the row"
    assert notes(desk) == {"2": "call Anna"}
    assert kept(desk) == [("Back", "N2", "call Anna")], "until the row is seen with it"
    assert refresh_with(desk, 1, 2, 3) == ""
    assert kept(desk) == []
    assert notes(desk) == {"2": "call Anna"}


def test_a_stop_between_the_two_sheets_loses_no_note(desk):
    """Notes are written first; what comes then may fail, and is done again by the next refresh."""
    refresh_with(desk, 1, 2)
    write_note(desk, 2, "call Anna")
    carry_notes(desk.book, {Kind.INVOICE: [invoice(1)]}, AT)  # the sheet is not filled
    assert kept(desk) == [("Gone", "N2", "call Anna")]
    assert notes(desk) == {"2": "call Anna"}
    refresh_with(desk, 1)
    assert kept(desk) == [("Gone", "N2", "call Anna")], "once"
    carry_notes(desk.book, {Kind.INVOICE: [invoice(1), invoice(2)]}, AT)
    refresh_with(desk, 1, 2)
    assert notes(desk) == {"2": "call Anna"}


def test_a_note_deleted_on_its_row_does_not_come_back(desk):
    refresh_with(desk, 1, 2)
    write_note(desk, 2, "call Anna")
    refresh_with(desk, 1)
    refresh_with(desk, 1, 2)
    write_note(desk, 2, None)
    refresh_with(desk, 1, 2)
    assert notes(desk) == {}
    assert kept(desk) == []


def test_a_note_changed_while_its_row_is_gone_comes_back_as_it_is(desk):
    refresh_with(desk, 1, 2)
    write_note(desk, 2, "call Anna")
    refresh_with(desk, 1)
    cell = desk.file[GONE_NOTES.name].cell(5, number(GONE_NOTES, "Notes"))
    cell.value = "0100"
    refresh_with(desk, 1, 2)
    assert notes(desk) == {"2": "0100"}


def test_lines_of_the_users_own_on_notes_stay(desk):
    refill(desk.book, GONE_NOTES, [{"Notes": "close the month on the 5th"}])
    refresh_with(desk, 1, 2)
    write_note(desk, 2, "call Anna")
    refresh_with(desk, 1)
    assert [note for _, _, note in kept(desk)] == ["call Anna", "close the month on the 5th"]


def test_a_record_finds_every_note_by_its_transaction(desk):
    refresh_with(desk, 1, 2)
    write_note(desk, 1, "here")
    write_note(desk, 2, "gone soon")
    refill(desk.book, EXPENSES, [{"Id": "1", "Member": "Jane", "Notes": "another 1"}])
    refresh_with(desk, 1)
    assert notes_by_transaction(desk.book) == {
        "invoice:1": "here",
        "invoice:2": "gone soon",
        "expense:1": "another 1",
    }


def test_refresh_carries_notes_when_home_asks_for_fewer_rows(connected):
    connected.press("refresh")
    rows = read_rows(connected.book, INVOICES)
    last = max(rows, key=lambda row: row["Date"])
    write_note(connected, last["Id"], "ask Ben")
    first = min(row["Date"] for row in rows)
    assert first < last["Date"]
    through = connected.book.names[Home.THROUGH_DATE].refers_to_range.value
    write_home(connected.book, {Home.THROUGH_DATE: first})
    assert "1 note of rows that are gone: kept on the sheet Notes" in connected.press("refresh").text
    assert kept(connected) == [("Gone", last["Number"], "ask Ben")]
    write_home(connected.book, {Home.THROUGH_DATE: through})
    assert "1 note came back with the row" in connected.press("refresh").text
    assert notes(connected) == {last["Id"]: "ask Ben"}

"""How many calls to Excel a button makes: as many for 5,000 rows as for 100, and not more than the figures here."""

from __future__ import annotations

from decimal import Decimal

import pytest
from com_excel import Stage
from com_excel.calls import filter_every_second_row, measure, table

from xlpy.excel.tables.marks import set_include
from xlpy.excel.tables.tables import append, prepend, read_rows, refill, update_by_key
from xlpy.excel.workbook.sheets import INVOICES, LOG, RESULTS

pytestmark = [pytest.mark.slow, pytest.mark.timeout(900)]

# Measured, and a tenth more: whoever makes a button dearer has to say so here.
AT_MOST = {
    "refresh": 4_980,
    "select_all": 2_270,
    "deselect_problems": 2_000,
    "check": 3_190,
    "preview": 3_770,
    "deselect_all": 2_270,
    "batches": 750,
    "reconcile": 1_150,
    "select_all, every second row hidden": 1_080,
    "deselect_all, every second row hidden": 1_080,
}


@pytest.fixture(scope="module")
def measured():
    return {rows: measure(rows) for rows in (20, 60)}


def test_no_button_calls_more_often_for_more_rows(measured):
    few, many = measured[20], measured[60]
    assert {name: calls.work for name, calls in few.items()} == {name: calls.work for name, calls in many.items()}


@pytest.mark.parametrize("button", AT_MOST)
def test_no_button_calls_more_often_than_it_did(measured, button):
    assert measured[60][button].work <= AT_MOST[button]


def test_the_table_has_a_line_for_each_button(measured):
    lines = table(measured).splitlines()
    assert len(lines) == 1 + len(measured[20])
    assert "20 rows" in lines[0]
    assert "60 rows" in lines[0]


def invoices(count):
    return [
        {"Id": str(n), "Number": f"{n:05d}", "Location": "HQ" if n % 2 else "Lab", "Total": Decimal(n)}
        for n in range(1, count + 1)
    ]


def calls_by_rows(tmp_path, pristine, count):
    """Do what buttons do to one table, and count."""
    path = tmp_path / f"{count}.xlsm"
    path.write_bytes(pristine.read_bytes())
    stage = Stage(path)
    book, found = stage.book(), {}

    def count_calls(name, work):
        before = stage.excel.count
        work()
        found[name] = stage.excel.count - before

    states = {str(n): {"Status": "Ready", "Message": "m"} for n in range(1, count + 1)}
    results = [{"Run": "r", "Transaction": str(n)} for n in range(count)]
    count_calls("refill", lambda: refill(book, INVOICES, invoices(count)))
    count_calls("read", lambda: read_rows(book, INVOICES))
    count_calls("states", lambda: update_by_key(book, INVOICES, states))
    filter_every_second_row(stage)
    count_calls("marks", lambda: set_include(book, INVOICES, "Yes"))
    marks = [row["Include"] for row in read_rows(book, INVOICES)]
    count_calls("marks away", lambda: set_include(book, INVOICES, ""))
    count_calls("states under a filter", lambda: update_by_key(book, INVOICES, states))
    count_calls("results", lambda: prepend(book, RESULTS, results))
    count_calls("more results", lambda: prepend(book, RESULTS, results))
    count_calls("log", lambda: append(book, LOG, [{"Text": "x"}] * count))
    stage.close()
    return found, marks


def test_5_000_rows_take_as_many_calls_as_100(tmp_path, pristine):
    few, marks = calls_by_rows(tmp_path, pristine, 100)
    assert marks == [None, "Yes"] * 50  # the rows of HQ are those shown
    many, _ = calls_by_rows(tmp_path, pristine, 5_000)
    assert few == many
    assert many["marks"] <= 220  # four a visible block once: 10,000

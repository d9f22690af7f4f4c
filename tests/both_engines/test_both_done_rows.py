"""Rows that a run has exported: not marked again by Select all, and not blamed for being gone in Manage."""

from __future__ import annotations

from pathlib import Path

import pytest

from xlpy.domain.values.transactions import Kind, TransactionKey
from xlpy.excel.buttons.batch import show_left
from xlpy.excel.tables.home import profile_path
from xlpy.excel.tables.selection import show_transactions
from xlpy.excel.tables.tables import read_columns, read_rows, refill
from xlpy.excel.workbook.home_cells import AGEING_BLOCK
from xlpy.excel.workbook.sheets import INVOICES
from xlpy.profile.settings import load_profile
from xlpy.services.run.session import Session


def rows_of(desk):
    return {row["Id"]: row for row in read_rows(desk.book, INVOICES)}


@pytest.fixture
def after_a_run(connected):
    """Three rows of a refresh; the run has exported the first and cleared the second."""
    connected.press("refresh")
    first, second, third, *_ = rows_of(connected)
    show_transactions(
        connected.book,
        {
            TransactionKey(Kind.INVOICE, first): {"Status": "Exported", "Message": "in OCT-I"},
            TransactionKey(Kind.INVOICE, second): {"Status": "Cleared", "Message": ""},
        },
    )
    return connected, first, second, third


def test_select_all_leaves_out_what_is_done(after_a_run):
    desk, first, second, third = after_a_run
    desk.press("select_all")
    marks = {id_: row["Include"] for id_, row in rows_of(desk).items()}
    assert marks[first] in {None, ""}
    assert marks[second] in {None, ""}
    assert marks[third] == "Yes"


def test_a_filter_does_not_change_that(after_a_run):
    desk, first, _, third = after_a_run
    table = desk.book.sheets["Invoices"].tables["Invoices"]
    table.autofilter.apply_values(INVOICES.index("Id") + 1, [f"={first}", f"={third}"])
    desk.press("select_all")
    marks = {id_: row["Include"] for id_, row in rows_of(desk).items()}
    assert [id_ for id_, mark in marks.items() if mark] == [third]


def test_check_does_not_overwrite_what_a_run_said(connected):
    """The row is gone in Manage, as after an export; the ledger of this company knows nothing of it."""
    refill(
        connected.book,
        INVOICES,
        [
            {"Id": "990001", "Number": "A", "Include": "Yes", "Status": "Exported", "Message": "in OCT-I"},
            {"Id": "990002", "Number": "B", "Include": "Yes"},
        ],
    )
    connected.press("check")
    rows = rows_of(connected)
    assert (rows["990001"]["Status"], rows["990001"]["Message"]) == ("Exported", "in OCT-I")
    assert rows["990002"]["Status"] == "Problem"


def test_what_a_run_has_done_leaves_the_ageing(after_a_run):
    """The amounts by age are those of the refresh without the rows that a run has done."""
    desk, first, second, _ = after_a_run
    block = desk.book.names[AGEING_BLOCK].refers_to_range.options(ndim=2)
    before = sum(amount or 0 for amount in block.value[0][1:])
    base = {r["Id"]: r["Base total"] for r in read_columns(desk.book, INVOICES, ("Id", "Base total"))}
    with Session.open(load_profile(Path(profile_path(desk.book)))) as session:
        session.workbook = str(desk.book.fullname)
        show_left(session, desk.book)
    left = sum(amount or 0 for amount in block.value[0][1:])
    assert before - left == pytest.approx(base[first] + base[second])

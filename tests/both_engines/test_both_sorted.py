"""The order of the rows is the user's: a refresh keeps a sort, and what stands on a row goes with its transaction."""

from __future__ import annotations

import pytest
from openpyxl.comments import Comment
from openpyxl.styles import PatternFill

from xlpy.excel.tables.tables import read_rows, refill
from xlpy.excel.workbook.sheets import INVOICES

YELLOW = PatternFill("solid", start_color="FFFFFF00")


def row(number: int) -> dict[str, object]:
    return {"Id": str(number), "Number": f"N{number}", "Company": f"c{number}"}


def ids(desk):
    return [found["Id"] for found in read_rows(desk.book, INVOICES)]


def mark_row(desk, number: int) -> None:
    """Give a row a colour, a note and a height, as a user does."""
    at = 5 + ids(desk).index(str(number))
    ws = desk.file["Invoices"]
    ws.cell(at, 4).fill = YELLOW
    ws.cell(at, 4).comment = Comment(f"about {number}", "user")
    ws.row_dimensions[at].height = 40 + number


def marks(desk):
    """Which transactions have a colour, a note and a height."""
    ws, found = desk.file["Invoices"], {}
    for at, id_ in enumerate(ids(desk), 5):
        cell = ws.cell(at, 4)
        if cell.comment or cell.fill.fgColor.rgb == "FFFFFF00" or ws.row_dimensions[at].height:
            found[id_] = (cell.comment.text if cell.comment else "", ws.row_dimensions[at].height)
    return found


def sort_by_hand(desk, order):
    refill(desk.book, INVOICES, [row(number) for number in order])


def test_a_sort_stays_new_rows_go_below_and_gone_rows_out(desk):
    sort_by_hand(desk, [3, 1, 5, 2, 4])
    refill(desk.book, INVOICES, [row(number) for number in (1, 2, 3, 4, 6, 7)])
    assert ids(desk) == ["3", "1", "2", "4", "6", "7"]
    assert desk.book.sheets["Invoices"].tables["Invoices"].range.shape[0] == 7


@pytest.mark.parametrize("left", [(1, 2, 3, 4, 5), (2, 5), (5, 4, 9), (4,)], ids=str)
def test_what_stands_on_a_row_goes_with_its_transaction(desk, left):
    sort_by_hand(desk, [3, 1, 5, 2, 4])
    for number in (1, 4):
        mark_row(desk, number)
    before = marks(desk)
    refill(desk.book, INVOICES, [row(number) for number in left])
    assert marks(desk) == {id_: told for id_, told in before.items() if int(id_) in left}


def test_when_every_row_is_another_nothing_of_the_old_ones_stays(desk):
    sort_by_hand(desk, [1, 2])
    mark_row(desk, 1)
    refill(desk.book, INVOICES, [row(number) for number in (8, 9, 10)])
    assert ids(desk) == ["8", "9", "10"]
    assert marks(desk) == {}
    refill(desk.book, INVOICES, [])
    assert ids(desk) == []
    assert marks(desk) == {}


def test_a_filter_stays_too(desk):
    sort_by_hand(desk, [3, 1, 5, 2, 4])
    table = desk.book.sheets["Invoices"].tables["Invoices"]
    table.autofilter.apply_values(INVOICES.index("Company") + 1, ["=c1", "=c4"])
    refill(desk.book, INVOICES, [row(number) for number in (1, 2, 4, 6)])
    assert ids(desk) == ["1", "2", "4", "6"]
    hidden = [bool(desk.file["Invoices"].row_dimensions[at].hidden) for at in range(5, 9)]
    assert hidden == [False, True, False, True]


def test_the_users_own_texts_and_marks_go_along(desk):
    sort_by_hand(desk, [2, 1])
    desk.book.sheets["Invoices"].range("A5").value = "Yes"
    refill(desk.book, INVOICES, [row(number) for number in (1, 2)])
    assert [(found["Id"], found["Include"]) for found in read_rows(desk.book, INVOICES)] == [("2", "Yes"), ("1", None)]

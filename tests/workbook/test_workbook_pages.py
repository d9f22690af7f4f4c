"""What a sheet of the built file looks like on a screen and on paper."""

from __future__ import annotations

from itertools import accumulate
from pathlib import Path

import pytest
from macro_books import load_macro_book
from openpyxl.utils import get_column_letter, range_boundaries
from openpyxl.worksheet.worksheet import Worksheet
from reportlab.pdfbase.pdfmetrics import stringWidth

from xlpy.excel.workbook.layout import hint_cell
from xlpy.excel.workbook.month_end_sheets import ACCRUALS, MAPPINGS, TIE_OUT
from xlpy.excel.workbook.sheet import (
    FILE_FORMAT,
    FIRST_DATA_ROW,
    HEADER_ROW,
    LAST_ROW,
    Sheet,
)
from xlpy.excel.workbook.sheets import (
    BATCHES,
    EXPENSES,
    INVENTORY,
    INVOICES,
    LOG,
    PAYMENTS,
    PRACTICE,
    PREVIEW,
    PROBLEMS,
    RECONCILE,
    RERUN,
    RESULTS,
    SETUP,
    SHEETS,
)

DIGIT, PIXELS = 7, 96 / 72  # pixels of a digit of Arial 10 and of a point, at 96 to the inch
FILTER_BUTTON, SCREEN = 17, 1_400  # pixels


@pytest.mark.parametrize("sheet", SHEETS, ids=lambda sheet: sheet.name)
def test_a_cell_has_its_format_before_a_value_arrives(built: Path, sheet: Sheet) -> None:
    ws = load_macro_book(built)[sheet.name]
    for number, column in enumerate(sheet.columns, 1):
        letter = get_column_letter(number)
        assert ws.column_dimensions[letter].number_format == FILE_FORMAT[column.kind]
        assert ws.cell(FIRST_DATA_ROW, number).number_format == FILE_FORMAT[column.kind]
        for row in range(1, HEADER_ROW + 1):
            assert ws.cell(row, number).number_format != "@", "words and totals above the header stay as they are"
        assert ws.column_dimensions[letter].width >= column.width


@pytest.mark.parametrize("sheet", SHEETS, ids=lambda sheet: sheet.name)
def test_each_sheet_prints_one_page_wide_with_its_header_and_page_numbers(built: Path, sheet: Sheet) -> None:
    ws = load_macro_book(built)[sheet.name]
    assert ws.sheet_properties.pageSetUpPr.fitToPage
    assert (ws.page_setup.fitToWidth, ws.page_setup.fitToHeight) == (1, 0)
    assert ws.page_setup.orientation == "landscape"
    assert ws.page_setup.paperSize is None, "the default printer's own"
    assert ws.print_title_rows == f"$1:${HEADER_ROW}"
    assert (ws.oddFooter.center.text, ws.oddFooter.right.text) == ("&A", "Page &P of &N")
    assert ws.freeze_panes == f"{get_column_letter(sheet.in_sight + 1)}{FIRST_DATA_ROW}"


@pytest.mark.parametrize("sheet", [INVOICES, EXPENSES, INVENTORY], ids=lambda sheet: sheet.name)
def test_mark_state_and_number_stay_in_sight_beside_the_total_on_a_small_screen(built: Path, sheet: Sheet) -> None:
    ws = load_macro_book(built)[sheet.name]
    known_by = {"Invoices": "Number", "Expenses": "Member", "Inventory": "Document"}[sheet.name]
    whose = {"Inventory": "Vendor"}.get(sheet.name, "Company")
    in_sight = [column.name for column in sheet.columns[: sheet.in_sight]]
    assert in_sight[:3] == ["Include", "Status", known_by]
    assert whose in in_sight
    upto_currency = range(1, sheet.index("Currency") + 2)
    wide = sum(ws.column_dimensions[get_column_letter(number)].width * DIGIT + 5 for number in upto_currency)
    assert wide < SCREEN, "without scrolling"
    assert sheet.index("Message") > sheet.index("Currency")
    hint = hint_cell(sheet)
    assert (ws[hint].value, hint) == (sheet.hint, f"{get_column_letter(sheet.in_sight + 1)}1")
    room = sum(ws.column_dimensions[get_column_letter(number)].width * DIGIT for number in range(1, sheet.in_sight + 1))
    assert stringWidth(sheet.title, "Helvetica-Bold", 16) * PIXELS < room, "the title ends before the hint"


def test_no_header_breaks_inside_a_word(built: Path) -> None:
    """In pixels, beside the filter button; Helvetica's widths are Arial's. A line may end with a word, not cut it."""
    book = load_macro_book(built)
    for sheet in SHEETS:
        for number, column in enumerate(sheet.columns, 1):
            room = book[sheet.name].column_dimensions[get_column_letter(number)].width * DIGIT
            for word in column.name.split():
                assert stringWidth(word, "Helvetica-Bold", 10) * PIXELS + FILTER_BUTTON <= room, (sheet.name, word)


PAPERS = {"Letter": (612, 792), "A4": (595.3, 841.9)}  # points: width and height when upright


def pixels_of(ws: Worksheet, letter: str) -> int:
    # Source: ECMA-376 part 1, 18.3.1.13; Arial 10 has digits of 7 pixels.
    return int((256 * ws.column_dimensions[letter].width + 18) / 256 * 7)


def printed_scale(ws: Worksheet, area: str, paper: str) -> float:
    """To what a program shrinks the area so that its columns fit between the margins; 1 when they do as they are."""
    left, top, right, bottom = range_boundaries(area)
    letters = map(get_column_letter, range(left, right + 1))
    pixels = [pixels_of(ws, letter) for letter in letters]
    wide = ws.page_setup.orientation == "landscape"
    room = PAPERS[paper][wide] - 72 * (ws.page_margins.left + ws.page_margins.right)
    width = sum(pixels) * 72 / 96  # points: 96 pixels are an inch
    if ws.sheet_properties.pageSetUpPr.fitToPage:
        assert (ws.page_setup.fitToWidth, ws.page_setup.fitToHeight) == (1, 0)
        return min(1.0, room / width)
    scale = ws.page_setup.scale / 100  # a page for each area
    height = sum(ws.row_dimensions[row].height or 15 for row in range(top, bottom + 1))
    assert width * scale <= room
    assert height * scale <= PAPERS[paper][not wide] - 72 * (ws.page_margins.top + ws.page_margins.bottom)
    return float(scale)


@pytest.mark.parametrize("paper", PAPERS)
def test_nothing_prints_smaller_than_can_be_read(built: Path, paper: str) -> None:
    book = load_macro_book(built)
    scales = {}
    for ws in book.worksheets:
        if ws.sheet_state == "visible":
            areas = [area for area in str(ws.print_area).replace("$", "").split(",") if area]
            for area in areas or [ws.dimensions]:
                scales[ws.title, area] = printed_scale(ws, area.split("!")[-1], paper)
    assert len(scales) == len(SHEETS) + 3, "Home is two pages"
    assert {place: scale for place, scale in scales.items() if scale < 0.7} == {}


@pytest.mark.parametrize("sheet", SHEETS, ids=lambda sheet: sheet.name)
def test_a_header_has_two_lines_at_most_and_breaks_between_words(built: Path, sheet: Sheet) -> None:
    """Bold capitals and small letters take 1.1 digits each; the filter's button and the indent take three more."""
    ws = load_macro_book(built)[sheet.name]
    for number, column in enumerate(sheet.columns, 1):
        room = ws.column_dimensions[get_column_letter(number)].width - 3
        lines = [""]
        for word in column.name.split():
            assert len(word) * 1.1 <= room, column.name
            longer = f"{lines[-1]} {word}".strip()
            if len(longer) * 1.1 <= room:
                lines[-1] = longer
            else:
                lines.append(word)
        assert len(lines) <= 2, (column.name, lines)


IN_SIGHT = {
    PREVIEW: (
        "Reference",
        "Name",
        "Account",
        "Account name",
        "Sub",
        "Debit",
        "Credit",
        "Currency",
        "Document total",
        "Check",
    ),
    RESULTS: ("Run", "Status", "Message", "Transaction", "Amount", "Currency", "SL batch", "Reference"),
    RECONCILE: ("State", "Transaction", "Currency", "Manage", "Posting ledger", "SL", "Difference", "Base in SL"),
    PAYMENTS: ("Status", "Message", "Invoice", "Total", "Currency", "SL balance", "Paid in Manage after"),
    BATCHES: ("Identifier", "Amount", "Currency", "State in SL", "SL batches"),
    TIE_OUT: ("State", "Account", "Sub", "Manage", "General ledger", "Difference"),
    PROBLEMS: ("Severity", "What", "Transaction", "How to fix"),
}


@pytest.mark.parametrize("sheet", IN_SIGHT, ids=lambda sheet: sheet.name)
def test_what_one_reads_together_is_in_sight_together(built: Path, sheet: Sheet) -> None:
    ws = load_macro_book(built)[sheet.name]
    letters = [get_column_letter(number) for number in range(1, len(sheet.columns) + 1)]
    ends = list(accumulate((pixels_of(ws, letter) for letter in letters), initial=30))[1:]  # 30: the rows' numbers
    assert [name for name in IN_SIGHT[sheet] if ends[sheet.index(name)] > SCREEN] == []


# What a page must have: who, what, how much, and what to do about it.
ON_PAPER = {
    PROBLEMS: ("Severity", "What", "Transaction", "How to fix", "Where"),
    PREVIEW: (
        "Reference",
        "Name",
        "Account",
        "Sub",
        "Debit",
        "Credit",
        "Currency",
        "Document total",
        "Check",
        "Period",
    ),
    PRACTICE: ("Verdict", "Message", "Reference", "Transaction", "Amount", "Currency"),
    RESULTS: tuple(column.name for column in RESULTS.held),
    BATCHES: ("Identifier", "Amount", "Currency", "State in SL", "SL batches", "Message"),
    RERUN: ("State", "Message", "Number", "Total", "Currency", "Reference", "State in SL"),
    RECONCILE: ("State", "Transaction", "Currency", "Manage", "Posting ledger", "SL", "Difference", "Base in GL"),
    TIE_OUT: ("State", "Account", "Sub", "Manage", "General ledger", "Difference", "Transaction"),
    ACCRUALS: ("Section", "Transaction", "Date", "Name", "Account", "Sub", "Amount", "Currency", "Base amount"),
    MAPPINGS: tuple(column.name for column in MAPPINGS.columns),
    PAYMENTS: ("Status", "Message", "Invoice", "Total", "Currency", "SL balance", "Manage balance"),
    SETUP: tuple(column.name for column in SETUP.columns),
    LOG: tuple(column.name for column in LOG.columns),
}


@pytest.mark.parametrize("sheet", ON_PAPER, ids=lambda sheet: sheet.name)
def test_what_belongs_on_paper_is_printed(built: Path, sheet: Sheet) -> None:
    ws = load_macro_book(built)[sheet.name]
    left, top, right, bottom = range_boundaries(ws.print_area.split("!")[-1].replace("$", ""))
    assert (left, top, bottom) == (1, 1, LAST_ROW)
    assert [name for name in ON_PAPER[sheet] if sheet.index(name) >= right] == []

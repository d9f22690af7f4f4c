"""The pages of a record's PDF: short tables share one, long ones go on, words stay whole, on the user's paper."""

from __future__ import annotations

import sys
from decimal import Decimal
from pathlib import Path

import pytest

from xlpy.excel.audit import paper
from xlpy.excel.audit.fonts import Fonts
from xlpy.excel.audit.paper import A4, LETTER, Paper, users_paper
from xlpy.excel.audit.pdf import draw_pdf
from xlpy.excel.audit.pdf_layout import MARGIN, Page, height, lay_out
from xlpy.excel.audit.sheets import TOTALS, SheetRows
from xlpy.excel.workbook.printing import pages_wide
from xlpy.excel.workbook.sheets import LOG, PREVIEW, RESULTS


def totals(count: int) -> SheetRows:
    return SheetRows(
        TOTALS, [{"Kind": f"Kind {n}", "Status": "Exported", "Count": n, "Amount": Decimal(n)} for n in range(count)]
    )


def pages_of(*sheets: SheetRows, on: Paper = A4) -> list[Page]:
    return lay_out(Fonts(), sheets, on)


@pytest.mark.parametrize("on", [A4, LETTER], ids=lambda one: one.name)
def test_short_tables_share_a_page(on: Paper) -> None:
    (page,) = pages_of(totals(8), totals(8), totals(8), on=on)
    tops = [part.top for part in page]
    assert tops == sorted(tops, reverse=True)
    assert [len(part.rows) for part in page] == [8, 8, 8]


def test_a_short_table_is_not_cut_and_a_long_one_begins_where_there_is_room_for_its_first_rows() -> None:
    pages = pages_of(totals(24), totals(8))
    assert [[len(part.rows) for part in page] for page in pages] == [[24], [8]]
    pages = pages_of(totals(8), totals(45))
    assert len(pages[0]) == 2
    assert sum(len(part.rows) for page in pages for part in page if part.table.rows != pages[0][0].table.rows) == 45
    assert [part.number for page in pages for part in page] == ["", "1 of 2", "2 of 2"]


@pytest.mark.parametrize("on", [A4, LETTER], ids=lambda one: one.name)
def test_nothing_is_drawn_over_the_footer_or_beside_the_page(on: Paper) -> None:
    rows = [{"Time": None, "Step": "push", "Level": "Info", "Text": "word " * (n % 90)} for n in range(200)]
    for page in pages_of(totals(5), SheetRows(LOG, rows), totals(40), on=on):
        for part in page:
            used = height(part.table, part.heads) + sum(height(part.table, row) for row in part.rows)
            assert part.top - 40 - used >= 34 - 0.01
            assert part.top <= on.height - 22
            assert sum(part.table.widths) <= on.width - 2 * MARGIN + 0.01


def test_every_row_is_on_some_page_once_and_in_order() -> None:
    pages = pages_of(totals(3), totals(100))
    said = [row[0].lines[0] for page in pages for part in page for row in part.rows]
    assert said == [f"Kind {n}" for n in (*range(3), *range(100))]


def test_columns_that_have_no_room_are_left_to_the_workbook_and_words_stay_whole() -> None:
    row: dict[str, object] = {
        column.name: "Accounts receivable" for column in PREVIEW.columns if column.kind.value in {"text", "wrap"}
    }
    off = frozenset({"Terms", "Module", "Vendor invoice", "1099 box", "Source", "Check", "Period", "DocType"})
    ((part,),) = pages_of(SheetRows(PREVIEW, [row] * 4, off))
    assert not off & {column.name for column in part.table.columns}
    assert not part.table.whole
    assert {line for cells in part.rows for cell in cells for line in cell.lines} <= {
        "Accounts",
        "receivable",
        "Accounts receivable",
    }


def test_a_few_long_texts_do_not_take_the_room_of_the_others() -> None:
    rows = [{"Run": "R", "Transaction": "10231", "Kind": "Invoice", "Message": "words " * 40}] * 40
    rows += [{"Run": "R", "Transaction": "one, two, three, four, five, six, seven, eight " * 3}]
    ((part, *_), *_) = pages_of(SheetRows(RESULTS, rows))
    widths = {column.name: width for column, width in zip(part.table.columns, part.table.widths, strict=True)}
    assert widths["Message"] > 2 * widths["Transaction"]


@pytest.mark.parametrize(
    ("widths", "pages"),
    [([10.0], 1), ([20.0] * 10, 1), ([20.0] * 11, 2), ([20.0] * 19, 2), ([20.0] * 20, 3), ([60.0, 160.0, 160.0], 2)],
)
def test_the_workbook_of_a_record_prints_all_columns_and_none_too_small(widths: list[float], pages: int) -> None:
    """About 205 characters of 10 points fit on Letter at 70 %; the first column stands on every page."""
    assert pages_wide(widths, landscape=True) == pages


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has a setting of its own")
@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ({"LANG": "en_US.UTF-8"}, LETTER),
        ({"LANG": "de_DE.UTF-8"}, A4),
        ({"LANG": "en_US.UTF-8", "LC_PAPER": "en_GB.UTF-8"}, A4),
        ({"LC_ALL": "fr_CA@x", "LC_PAPER": "de_DE"}, LETTER),
        ({"LANG": "C.UTF-8"}, A4),
        ({}, A4),
    ],
    ids=str,
)
def test_the_paper_is_the_users(monkeypatch: pytest.MonkeyPatch, said: dict[str, str], expected: Paper) -> None:
    for name in ("LC_ALL", "LC_PAPER", "LANG"):
        monkeypatch.delenv(name, raising=False)
    for name, value in said.items():
        monkeypatch.setenv(name, value)
    assert users_paper() == expected


@pytest.mark.parametrize(("told", "expected"), [("1", LETTER), ("5", LETTER), ("9", A4), ("8", A4), ("", A4)])
def test_windows_says_its_paper_by_a_number(monkeypatch: pytest.MonkeyPatch, told: str, expected: Paper) -> None:
    monkeypatch.setattr(paper, "_on_windows", lambda: True)
    monkeypatch.setattr(paper, "_windows_paper_size", lambda: told)
    assert users_paper() == expected


def test_the_file_has_that_paper(tmp_path: Path) -> None:
    for one in (A4, LETTER):
        path = tmp_path / f"{one.name}.pdf"
        draw_pdf(path, [totals(3)], title="Run 1", footer="foot", paper=one)
        box = f"/MediaBox [ 0 0 {one.width:g} {one.height:g} ]"
        assert box.encode() in path.read_bytes()

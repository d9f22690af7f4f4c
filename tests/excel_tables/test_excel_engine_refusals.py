"""The engine over openpyxl is never kinder than Excel."""

from __future__ import annotations

import datetime as dt
import zipfile
from decimal import Decimal

import pytest
import xlwings as xw
from by_column import beside, letter, number, table_area

from xlpy.errors import WorkbookError
from xlpy.excel.engine import lost_parts, open_book
from xlpy.excel.engine.refusals import (
    CallNotSupported,
    FilteredRowsWritten,
    FormulaRead,
    NotResizable,
    ValueRefused,
    WouldLoseParts,
)
from xlpy.excel.tables.home import workbook_is_ours
from xlpy.excel.tables.tables import has_rows, refill
from xlpy.excel.workbook.sheets import INVOICES

TOUCHED = (INVOICES,)
_NOON = dt.datetime(2026, 1, 2, 12)  # noqa: DTZ001 (cells have no time zone)


@pytest.fixture
def book(workbook):
    book = open_book(workbook)
    yield book
    book.close()


@pytest.fixture
def general(book):
    cell = book.sheets["Home"].range("Z60")
    assert cell.number_format == "General"
    return cell


@pytest.mark.parametrize(
    "text",
    ["0100", "100", "1,234.50", "-5", "(12)", "50%", "$3", "1E5", "1/2", "3-4", "2026-11-22", "10:30", "5 pm"]  # noqa: RUF005 (two lines are read better)
    + ["Mar 5", "12 March 2026", "5-Mar", "TRUE", "false", "#N/A", "=1+1", "+49 30", "-abc", "@home", " =1"],
)
def test_text_that_excel_would_retype_is_refused_in_a_general_cell(general, text):
    with pytest.raises(ValueRefused):
        general.value = text
    assert general.value is None


@pytest.mark.parametrize("text", ["0100", "2026-11-22", "=1+1", "+49", "-abc", "@home", "#N/A", "TRUE"])
def test_a_text_cell_takes_any_text_and_gives_it_back(general, text):
    general.number_format = "@"
    general.value = text
    assert general.value == text


@pytest.mark.parametrize("text", ["Acme", "Room 5 left", "INV-100", "C0001", "May", "a=b"])
def test_plain_words_are_welcome_in_a_general_cell(general, text):
    general.value = text
    assert general.value == text


def test_an_apostrophe_marks_text_and_is_not_part_of_it(general):
    general.value = "'0100"
    assert general.value == "0100"


@pytest.mark.parametrize(
    "value",
    [
        Decimal("1.25"),
        float("nan"),
        float("inf"),
        10**15,
        "\x07",
        "half \ud800",
        "a" * 32_768,
        "😀" * 16_384,
        dt.date(1899, 12, 31),
        dt.datetime(2026, 1, 1, tzinfo=dt.UTC),
        object(),
    ],
)
def test_what_a_cell_cannot_hold_is_refused(general, value):
    with pytest.raises(ValueRefused):
        general.value = value


@pytest.mark.parametrize("value", [5.0, 5, True, dt.date(2026, 1, 1), _NOON])
def test_only_text_goes_into_a_text_cell(general, value):
    general.number_format = "@"
    with pytest.raises(ValueRefused):
        general.value = value


def test_a_refused_block_changes_nothing(book):
    block = book.sheets["Home"].range("Z60:AA61")
    with pytest.raises(ValueRefused, match="AA61"):
        block.value = [["a", "b"], ["c", "=d"]]
    assert block.options(ndim=2).value == [[None, None], [None, None]]


def test_values_come_back_as_excel_gives_them(book):
    block = book.sheets["Home"].range("Z60:AD60")
    block.value = [7, 1.5, True, _NOON, "word"]
    (values,) = block.options(ndim=2).value
    assert values == [7.0, 1.5, True, _NOON, "word"]
    assert [type(v) for v in values] == [float, float, bool, dt.datetime, str]


def test_the_value_of_a_formula_is_not_given_out(book):
    with pytest.raises(FormulaRead, match="A3"):
        _ = book.sheets["Invoices"].range("A3").value
    assert "SUBTOTAL(" in book.sheets["Invoices"].range("A3").formula


def test_a_formula_given_to_a_block_means_the_same_in_each_row_as_in_excel(book):
    home = book.sheets["Home"]
    home.range("Z60:Z62").formula = "=A1*2"
    assert [home.range(f"Z{row}").formula for row in (60, 61, 62)] == ["=A1*2", "=A2*2", "=A3*2"]


def test_a_formula_in_a_text_cell_would_stay_text(general):
    general.number_format = "@"
    with pytest.raises(ValueRefused):
        general.formula = "=1+1"


def test_a_blank_row_is_a_body_and_an_insert_row_is_none(book, invoice):
    table = book.sheets["Invoices"].tables["Invoices"]
    assert table.data_body_range.get_address(False, False) == f"A5:{beside(INVOICES, 0)}"
    assert not has_rows(book, INVOICES)
    table.api.insertRow = True
    assert table.data_body_range is None
    assert not has_rows(book, INVOICES)
    refill(book, INVOICES, [invoice(1)])
    last = letter(INVOICES, INVOICES.columns[-1].name)
    assert table.data_body_range.address == f"$A$5:${last}$5"


def test_rows_hidden_by_a_filter_are_not_written(book, invoice):
    refill(book, INVOICES, [invoice(n, Location="HQ" if n % 2 else "Lab") for n in range(1, 7)])
    sheet = book.sheets["Invoices"]
    table = sheet.tables["Invoices"]
    table.autofilter.apply_values(number(INVOICES, "Location"), ["Lab"])
    last = letter(INVOICES, INVOICES.columns[-1].name)
    assert [a.address for a in table.data_body_range.get_special_cells("visible")] == [
        f"$A$6:${last}$6",
        f"$A$8:${last}$8",
        f"$A$10:${last}$10",
    ]
    with pytest.raises(FilteredRowsWritten):
        sheet.range("B5:B10").value = [["x"]] * 6
    sheet.range("B5:B10").value = "z"  # one value: to the visible rows, as Excel does (xlwings issue 747)
    assert sheet.range("B5:B10").value == [None, "z", None, "z", None, "z"]
    with pytest.raises(FilteredRowsWritten):
        sheet.range("B5:B10").clear_contents()
    with pytest.raises(NotResizable):
        table.resize(sheet.range(table_area(INVOICES, rows=16)))
    sheet.range("B6").value = "x"
    table.autofilter.clear()
    sheet.range("B5:B10").value = "y"


def test_a_table_keeps_its_header_and_columns(book):
    sheet = book.sheets["Invoices"]
    whole = table_area(INVOICES, rows=5)
    for address in (whole.replace("A4", "A5"), f"A4:{beside(INVOICES, -1, 9)}", table_area(INVOICES, rows=0)):
        with pytest.raises(NotResizable):
            sheet.tables["Invoices"].resize(sheet.range(address))


@pytest.mark.parametrize(
    "call",
    [
        lambda book: book.sheets["Home"].range("A1").color,
        lambda book: book.sheets["Home"].range("A1").delete(),
        lambda book: book.sheets["Home"].range("A1").insert("right"),
        lambda book: book.sheets["Home"].range("A1:A2").get_special_cells("blanks"),
        lambda book: book.sheets["Home"].delete(),
        lambda book: book.sheets.add("New"),
        lambda book: book.macro("x")(),
        lambda book: book.app.quit(),
        lambda book: book.app.alert("?", buttons="yes_no"),
        lambda book: book.to_pdf("x.pdf"),
        lambda book: book.sheets["Invoices"].tables["Invoices"].columns,
        lambda book: book.sheets["Invoices"].tables["Invoices"].autofilter.apply_top_items(1, 3),
        lambda book: book.names.add("x", "=1"),
        lambda book: book.save(password="x"),
    ],
)
def test_calls_that_we_do_not_use_raise(book, call):
    with pytest.raises(CallNotSupported):
        call(book)


def test_settings_of_excel_that_macros_change(book):
    app = book.app
    app.screen_updating, app.calculation, app.status_bar = False, "manual", "working"
    assert (app.screen_updating, app.calculation, app.status_bar) == (False, "manual", "working")
    assert app.alert("Done", "Title", mode="info") == "ok"
    assert [(a.text, a.title, a.mode) for a in app.impl.alerts] == [("Done", "Title", "info")]


def test_two_books_of_the_same_name_do_not_clash(workbook, tmp_path):
    other = tmp_path / "elsewhere" / workbook.name
    other.parent.mkdir()
    other.write_bytes(workbook.read_bytes())
    one, two = open_book(workbook), open_book(other)
    assert one != two
    one.sheets["Home"].range("Z60").value = "one"
    assert two.sheets["Home"].range("Z60").value is None
    one.close()
    two.close()


def test_macros_find_the_book_as_their_caller(book):
    book.set_mock_caller()
    try:
        assert xw.Book.caller().name == "Month end.xlsm"
    finally:
        del xw.Book._mock_caller


@pytest.mark.parametrize(
    ("part", "words"),
    [
        ("xl/slicers/slicer1.xml", "slicers"),
        ("xl/ctrlProps/ctrlProp1.xml", "form controls"),
        ("xl/threadedComments/threadedComment1.xml", "threaded comments"),
        ("xl/charts/chart1.xml", "charts"),
        ("xl/media/image1.png", "pictures"),
        ("xl/featurePropertyBag/featurePropertyBag.xml", "cell checkboxes"),
        ("xl/unheardOf.xml", "xl/unheardOf.xml"),
    ],
)
def test_a_file_with_parts_that_would_be_lost_is_not_saved(workbook, part, words):
    with zipfile.ZipFile(workbook, "a") as archive:
        archive.writestr(part, "<x/>")
    before = workbook.read_bytes()
    book = open_book(workbook)
    with pytest.raises(WouldLoseParts, match=words):
        book.save()
    assert workbook.read_bytes() == before


@pytest.mark.parametrize(
    ("xml", "words"),
    [
        (b"<extLst><ext><x14:sparklineGroups/></ext></extLst>", "sparklines"),
        (b"<extLst><ext><x14:conditionalFormattings/></ext></extLst>", "newer conditional formats"),
        (b"<extLst><ext><y/></ext></extLst>", "extensions of a newer Excel"),
        (b"<legacyDrawingHF/>", "pictures in header or footer"),
    ],
)
def test_extensions_of_a_sheet_are_found(tmp_path, xml, words):
    path = tmp_path / "x.xlsx"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("xl/worksheets/sheet1.xml", b"<worksheet><sheetData></sheetData>" + xml + b"</worksheet>")
    assert lost_parts(path) == (words,)


def test_text_boxes_are_found(tmp_path):
    path = tmp_path / "x.xlsx"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr(
            "xl/drawings/drawing1.xml",
            b"<xdr:wsDr><xdr:sp macro=''/></xdr:wsDr>",
        )
    assert lost_parts(path) == ("text boxes or shapes",)


def test_a_save_keeps_macros_ribbon_and_names(whole_workbook):
    with zipfile.ZipFile(whole_workbook) as archive:
        before = {n: archive.read(n) for n in archive.namelist() if n.startswith(("xl/vba", "customUI"))}
    book = open_book(whole_workbook)
    book.save()
    book.close()
    with zipfile.ZipFile(whole_workbook) as archive:
        assert {n: archive.read(n) for n in before} == before
        assert "customUI/customUI.xml" in archive.read("_rels/.rels").decode()
        assert "macroEnabled" in archive.read("[Content_Types].xml").decode()
    assert workbook_is_ours(open_book(whole_workbook))


def test_rich_text_and_notes_survive_a_save(workbook, edit):
    from openpyxl import load_workbook
    from openpyxl.cell.rich_text import CellRichText, TextBlock
    from openpyxl.cell.text import InlineFont
    from openpyxl.comments import Comment

    with edit(workbook) as wb:
        wb["Home"]["Z60"] = CellRichText("plain ", TextBlock(InlineFont(b=True), "bold"))
        wb["Home"]["Z61"].comment = Comment("ask Mary", "me")
    book = open_book(workbook)
    assert book.sheets["Home"].range("Z60").value == "plain bold"
    book.save()
    again = load_workbook(workbook, rich_text=True)["Home"]
    assert isinstance(again["Z60"].value, CellRichText)
    assert again["Z61"].comment.text == "ask Mary"


def test_a_file_that_is_no_workbook_says_so(tmp_path):
    path = tmp_path / "x.xlsx"
    path.write_text("hello", encoding="utf-8")
    with pytest.raises(WorkbookError, match="can't be read"):
        open_book(path)
    with pytest.raises(WorkbookError, match="not a workbook"):
        open_book(tmp_path / "x.csv")

"""``xlpy new --update``: a workbook of before comes to this version, and nothing of the user's is lost."""

from __future__ import annotations

import shutil
from datetime import datetime
from pathlib import Path
from typing import NamedTuple
from zipfile import ZipFile

import pytest
from by_column import at, beside, table_area
from click.testing import CliRunner
from macro_books import load_macro_book
from oletools import olevba
from ooxml import remarks
from openpyxl.comments import Comment
from openpyxl.formatting.rule import CellIsRule
from openpyxl.styles import PatternFill
from openpyxl.workbook import Workbook
from openpyxl.workbook.defined_name import DefinedName
from openpyxl.worksheet.filters import FilterColumn, Filters
from openpyxl.worksheet.table import TableColumn, TableFormula

from xlpy.cli import main
from xlpy.errors import WorkbookError, WorkbookNotReplaceable
from xlpy.excel.update.workbook import update_workbook
from xlpy.excel.workbook.builder import CONFIG_SHEET, build_workbook
from xlpy.excel.workbook.home_cells import Home
from xlpy.excel.workbook.home_sheet import ABOUT, HOME
from xlpy.excel.workbook.layout import hint_cell
from xlpy.excel.workbook.ribbon import RIBBON_PART
from xlpy.excel.workbook.sheets import BATCHES, INVOICES, PAYMENTS, RECONCILE, RERUN, RESULTS, SETUP, SHEETS

NEW_SHEETS = (BATCHES, RERUN, RECONCILE, PAYMENTS, SETUP)
OWN = "My notes"
DAY = datetime(2026, 10, 31)  # noqa: DTZ001 (cells have no zone)
RUN_BEFORE = {"Run": "R1", "Batch identifier": "SEP-KM", "Amount": 120.5}


class Updated(NamedTuple):
    """The updated workbook as openpyxl reads it, and its file."""

    book: Workbook
    path: Path


def cell_of(book: Workbook, name: str):
    title, ref = next(iter(book.defined_names[name].destinations))
    return book[title][ref.replace("$", "")]


@pytest.fixture(scope="module")
def released(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A workbook as before payments and history came: without their sheets and names, and in use."""
    path = tmp_path_factory.mktemp("old") / "Month end.xlsm"
    build_workbook(path, interpreter="/old/python", profile="/home/me/firm.toml")
    book = load_macro_book(path)
    for sheet in NEW_SHEETS:
        del book[sheet.name]
    for name in (Home.EARLIER_BATCH, Home.CONFIRM, Home.SYNC_START, Home.SYNC_FROM, Home.RERUN_HASH, "xlpy_Reconciled"):
        del book.defined_names[name]
    cell_of(book, Home.VERSION).value = "0.0.9"
    cell_of(book, Home.BATCH_IDENTIFIER).value = "OCT-KM"
    cell_of(book, Home.THROUGH_DATE).value = DAY
    cell_of(book, Home.COMPANY).value = "HPIT Harbor Pine IT"
    book[HOME]["L43"].value = "call Anna first"
    book[HOME]["G9"].value = "and Ben"  # where the workbook has words of its own
    _use_invoices(book)
    results = book[RESULTS.name]
    for name, value in RUN_BEFORE.items():
        results[at(RESULTS, name)] = value
    own = book.create_sheet(OWN)
    own["A1"], own["A2"] = "mine", "=SUM(Invoices[Base total])"
    own["A1"].fill = PatternFill("solid", start_color="FF00FF00")
    book.defined_names["MyRate"] = DefinedName("MyRate", attr_text=f"'{OWN}'!$A$1")
    book.save(path)
    return path


def _use_invoices(book: Workbook) -> None:
    ws = book[INVOICES.name]
    width = len(INVOICES.columns)
    for row, (mark, number, total) in enumerate((("Yes", "=1+1", 10), (None, "0012", 20), ("Again", "0013", 30)), 5):
        ws[at(INVOICES, "Include", row)] = mark
        ws[at(INVOICES, "Number", row)] = number
        ws[at(INVOICES, "Number", row)].data_type = "s"
        ws[at(INVOICES, "Base total", row)] = total
        ws[at(INVOICES, "Id", row)] = f"invoice:{row}"
        ws[beside(INVOICES, 1, row)] = f"note {row}"
        ws[beside(INVOICES, 2, row)] = "=Invoices[[#This Row],[Base total]]*2"
    ws[beside(INVOICES, 1, 4)], ws[beside(INVOICES, 2, 4)] = "Remark", "Twice"
    ws[at(INVOICES, "Status", 6)].fill = PatternFill("solid", start_color="FFFFFF00")
    ws[at(INVOICES, "Message", 7)].comment = Comment("ask Bob", "me")
    ws[beside(INVOICES, 4, 2)] = "beside the table"
    table = ws.tables[INVOICES.table]
    table.ref = table_area(INVOICES, rows=3, own=2)
    formula = TableFormula(attr_text="Invoices[[#This Row],[Base total]]*2")
    table.tableColumns += [
        TableColumn(id=width + 1, name="Remark"),
        TableColumn(id=width + 2, name="Twice", calculatedColumnFormula=formula),
    ]
    table.autoFilter.ref = table.ref
    table.autoFilter.filterColumn = [FilterColumn(colId=0, filters=Filters(filter=["Yes", "Again"]))]
    ws.row_dimensions[6].hidden = True
    remarks = beside(INVOICES, 1, 99).removesuffix("99")
    ws.column_dimensions[remarks].width = 44
    ws.conditional_formatting.add(
        f"{remarks}5:{remarks}99", CellIsRule(operator="equal", formula=['"late"'], fill=PatternFill("solid"))
    )


@pytest.fixture(scope="module")
def done(released: Path, tmp_path_factory: pytest.TempPathFactory) -> Updated:
    path = tmp_path_factory.mktemp("new") / "Month end.xlsm"
    shutil.copy(released, path)
    told = update_workbook(path, interpreter="/new/python")
    assert told.added == tuple(sheet.name for sheet in NEW_SHEETS)
    assert told.backup.read_bytes() == released.read_bytes()
    assert "before update" in told.backup.name
    assert sorted(p.name for p in path.parent.iterdir()) == sorted([path.name, told.backup.name])
    book = load_macro_book(path)
    return Updated(book, path)


@pytest.fixture
def updated(done: Updated) -> Workbook:
    return done.book


def test_marks_rows_filters_and_colours_stay(updated: Workbook) -> None:
    ws = updated[INVOICES.name]
    assert [ws[at(INVOICES, "Include", row)].value for row in (5, 6, 7)] == ["Yes", None, "Again"]
    number = ws[at(INVOICES, "Number")]
    assert (number.value, number.data_type, number.number_format) == ("=1+1", "s", "@")
    (filtered,) = ws.tables[INVOICES.table].autoFilter.filterColumn
    assert (filtered.colId, filtered.filters.filter) == (0, ["Yes", "Again"])
    assert [ws.row_dimensions[row].hidden for row in (5, 6, 7)] == [False, True, False]
    assert ws[at(INVOICES, "Status", 6)].fill.start_color.rgb == "FFFFFF00"
    assert ws[at(INVOICES, "Message", 7)].comment.text == "ask Bob"
    assert ws[beside(INVOICES, 4, 2)].value == "beside the table"


def test_own_columns_stay_typed_or_calculated(updated: Workbook) -> None:
    ws = updated[INVOICES.name]
    table = ws.tables[INVOICES.table]
    remarks = beside(INVOICES, 1).removesuffix("5")
    assert table.ref == table_area(INVOICES, rows=3, own=2)
    assert table.column_names[-2:] == ["Remark", "Twice"] == [ws[beside(INVOICES, nth, 4)].value for nth in (1, 2)]
    assert [ws[f"{remarks}{row}"].value for row in (5, 6, 7)] == ["note 5", "note 6", "note 7"]
    assert table.tableColumns[-1].calculatedColumnFormula.attr_text == "Invoices[[#This Row],[Base total]]*2"
    assert ws[beside(INVOICES, 2, 6)].value == "=Invoices[[#This Row],[Base total]]*2"
    assert ws.column_dimensions[remarks].width == 44
    of_remarks = [area for area in ws.conditional_formatting if f"{remarks}5" in str(area.sqref)]
    assert [rule.formula for area in of_remarks for rule in area.rules] == [['"late"']]


def test_columns_that_came_later_stand_at_the_right_with_their_formulas_and_nothing_is_frozen_too_wide(
    tmp_path: Path,
) -> None:
    """An older arrangement of the columns: none is moved, the first alone stays in sight, the rows can be opened."""
    path = tmp_path / "older.xlsm"
    build_workbook(path, interpreter="/old/python", profile="/home/me/firm.toml")
    book = load_macro_book(path)
    ws = book[INVOICES.name]
    table = ws.tables[INVOICES.table]
    older = ["Include", "Status", "Message", "Number", "Company", "Currency", "Id", "Notes"]
    for number in range(1, len(INVOICES.columns) + 1):
        ws.cell(4, number).value = older[number - 1] if number <= len(older) else None
        ws.cell(5, number).value = f"v{number}" if number <= len(older) else None
    table.ref = table.autoFilter.ref = "A4:H5"
    table.tableColumns = table.tableColumns[: len(older)]
    for column, name in zip(table.tableColumns, older, strict=True):
        column.name = name
    cell_of(book, Home.VERSION).value = "0.0.9"
    book.save(path)
    update_workbook(path, interpreter="/new/python")
    ws = load_macro_book(path)[INVOICES.name]
    names = [cell.value for cell in ws[4]]
    assert names[: len(older)] == older
    assert ws.freeze_panes == "B5"
    assert [ws.cell(5, number).value for number in range(1, 9)] == [f"v{number}" for number in range(1, 9)]
    opens = next(column.formula for column in INVOICES.columns if column.name == "Open")
    assert ws.cell(5, names.index("Open") + 1).value == opens
    assert ws[hint_cell(INVOICES)].value == INVOICES.hint


def test_home_results_profile_and_own_sheets_stay(updated: Workbook) -> None:
    assert cell_of(updated, Home.BATCH_IDENTIFIER).value == "OCT-KM"
    assert cell_of(updated, Home.THROUGH_DATE).value == DAY
    assert cell_of(updated, Home.COMPANY).value == "HPIT Harbor Pine IT"
    assert cell_of(updated, Home.PROFILE).value == "/home/me/firm.toml"
    assert updated[HOME]["L43"].value == "call Anna first"
    told = [cell.value for cell in updated[HOME]["G"] if cell.value]
    assert told[-1] == "and Ben", "below what is ours"
    assert "5   Run export" in told
    assert {name: updated[RESULTS.name][at(RESULTS, name)].value for name in RUN_BEFORE} == RUN_BEFORE
    own = updated[OWN]
    assert (own["A1"].value, own["A2"].value) == ("mine", "=SUM(Invoices[Base total])")
    assert own["A1"].fill.start_color.rgb == "FF00FF00"
    assert updated.defined_names["MyRate"].attr_text == f"'{OWN}'!$A$1"


def test_what_is_not_the_users_is_as_in_a_new_workbook(updated: Workbook, tmp_path: Path) -> None:
    path = tmp_path / "new.xlsm"
    build_workbook(path, interpreter="/new/python")
    new = load_macro_book(path)
    assert [name for name in updated.sheetnames if name != OWN] == new.sheetnames
    assert set(new.defined_names) == set(updated.defined_names) - {"MyRate"}
    for sheet in SHEETS:
        fresh, ws = new[sheet.name], updated[sheet.name]
        for row in fresh.iter_rows(max_row=4):
            for cell in row:
                mine = ws.cell(cell.row, cell.column)
                assert _look(mine) == _look(cell)
        lists = [(str(v.sqref), v.formula1) for v in fresh.data_validations.dataValidation]
        assert [(str(v.sqref), v.formula1) for v in ws.data_validations.dataValidation] == lists
        assert (ws.freeze_panes, ws.print_title_rows) == (fresh.freeze_panes, fresh.print_title_rows)
        assert ws.sheet_properties.codeName == fresh.sheet_properties.codeName
    for title in (HOME, ABOUT, CONFIG_SHEET):
        words = {c.value for row in new[title].iter_rows() for c in row if isinstance(c.value, str)}
        assert words <= {c.value for row in updated[title].iter_rows() for c in row} | {"/home/me/firm.toml"}


def _look(cell) -> tuple[str, ...]:
    parts = (cell.value, cell.font, cell.fill, cell.number_format, cell.alignment, cell.border)
    return tuple(map(repr, parts))


def test_macros_and_ribbon_are_those_of_a_new_workbook(done: Updated, tmp_path: Path) -> None:
    path = tmp_path / "new.xlsm"
    build_workbook(path)
    with ZipFile(path) as fresh, ZipFile(done.path) as mine:
        assert mine.read(RIBBON_PART) == fresh.read(RIBBON_PART)
        theirs, ours = (_modules(archive.read("xl/vbaProject.bin")) for archive in (fresh, mine))
    assert ours.pop("MyNotesSheet").count("\n") == theirs["HomeSheet"].count("\n")
    assert ours == theirs


def _modules(project: bytes) -> dict[str, str]:
    parser = olevba.VBA_Parser("vbaProject.bin", data=project)
    return {stream.rsplit("/", 1)[-1]: code for _, stream, _, code in parser.extract_macros()}


def test_a_second_update_changes_nothing_but_the_interpreter(done: Updated, updated: Workbook, tmp_path: Path) -> None:
    path = tmp_path / "again.xlsm"
    shutil.copy(done.path, path)
    result = CliRunner().invoke(main, ["new", "--update", str(path)])
    assert result.exit_code == 0, result.output
    again = load_macro_book(path)
    assert again.sheetnames == updated.sheetnames
    for ws in again.worksheets:
        if ws.title != CONFIG_SHEET:
            before = [[c.value for c in row] for row in updated[ws.title].iter_rows()]
            assert [[c.value for c in row] for row in ws.iter_rows()] == before, ws.title
    assert updated[CONFIG_SHEET]["B1"].value == "/new/python"
    assert again[CONFIG_SHEET]["B1"].value not in (None, "/new/python")


def _newer(path: Path) -> None:
    book = load_macro_book(path)
    cell_of(book, Home.VERSION).value = "9.0"
    book.save(path)


def _foreign(path: Path) -> None:
    book = load_macro_book(path)
    del book.defined_names[Home.VERSION]
    book.save(path)


def _own_macro(path: Path) -> None:
    from xlpy.excel.vba.project import Module, write_project

    with ZipFile(path) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    members["xl/vbaProject.bin"] = write_project((Module("Mine", "Sub Hello()\nEnd Sub\n"),))
    with ZipFile(path, "w") as archive:
        for name, data in members.items():
            archive.writestr(name, data)


def _renamed(path: Path) -> None:
    book = load_macro_book(path)
    book[RESULTS.name].title = "Ergebnisse"
    book.save(path)


def _name_needed(path: Path) -> None:
    book = load_macro_book(path)
    book[OWN].title = PAYMENTS.name
    book.save(path)


def _slicer(path: Path) -> None:
    with ZipFile(path, "a") as archive:
        archive.writestr("xl/slicers/slicer1.xml", "<slicers/>")


def _opened(path: Path) -> None:
    path.with_name(f"~${path.name}").touch()


@pytest.mark.parametrize(
    ("spoil", "said"),
    [
        (_newer, "newer than this program"),
        (_foreign, "not a workbook of this product"),
        (_own_macro, r"macros of your own \(Mine\)"),
        (_renamed, "'Ergebnisse'"),
        (_name_needed, "Give your sheet another name|if the sheet is your own"),
        (_slicer, "slicers"),
        (_opened, "open in Excel"),
    ],
)
def test_it_refuses_and_changes_nothing(released: Path, tmp_path: Path, spoil, said: str) -> None:
    path = tmp_path / "book.xlsm"
    shutil.copy(released, path)
    spoil(path)
    before, files = path.read_bytes(), sorted(tmp_path.rglob("*"))
    with pytest.raises(WorkbookError, match=said) as told:
        update_workbook(path, interpreter="/new/python")
    assert path.read_bytes() == before
    assert sorted(tmp_path.rglob("*")) == files
    assert "othing was" in str(told.value)


def test_a_disk_that_fails_leaves_the_old_file_alone(
    released: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import xlpy.excel.update.workbook as module

    path = tmp_path / "book.xlsm"
    shutil.copy(released, path)
    before = path.read_bytes()

    def full(*_args: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(module, "replace_file", full)
    with pytest.raises(WorkbookNotReplaceable, match="No space left"):
        update_workbook(path, interpreter="/new/python")
    assert path.read_bytes() == before
    assert [p.name for p in tmp_path.iterdir() if p.suffix == ".xlsm"] == [path.name]


def test_microsofts_validator_has_no_remark_about_what_came_of_a_used_workbook(done: Updated) -> None:
    assert remarks(done.path) == []


@pytest.mark.office
def test_a_spreadsheet_program_opens_it_and_finds_the_new_sheets(done: Updated, tmp_path: Path) -> None:
    import json
    import subprocess

    script = Path(__file__).parents[1] / "office" / "uno_session.py"
    if not shutil.which("soffice"):
        pytest.skip("LibreOffice is not installed")
    command = ["/usr/bin/python3", str(script), "pdf", str(done.path), str(tmp_path / "book.pdf")]
    said = json.loads(subprocess.run(command, capture_output=True, text=True, check=True).stdout)
    assert {*(sheet.name for sheet in SHEETS), OWN, HOME} <= set(said["sheets"])

"""The built file, looked at part by part: what Excel must accept, what a save without Excel must not lose."""

from __future__ import annotations

import hashlib
import posixpath
import re
import subprocess
import sys
from pathlib import Path
from xml.etree import ElementTree as ET
from zipfile import ZipFile

import pytest
from macro_books import load_macro_book
from oletools import olevba
from ooxml import remarks
from openpyxl.styles import Font
from openpyxl.utils import get_column_letter, range_boundaries

from xlpy.excel.engine.parts import lost_parts
from xlpy.excel.workbook.builder import CONFIG_SHEET, build_workbook, code_name
from xlpy.excel.workbook.home_cells import (
    AGEING_BLOCK,
    AGEING_KINDS,
    AGES,
    ALL_LOCATIONS,
    CUSTOMER_SUMS,
    CUSTOMERS_BLOCK,
    CUSTOMERS_ROWS,
    CUSTOMERS_SHOWN,
    HOME_INPUTS,
    INCLUDED_BLOCK,
    INCLUDED_ROWS,
    INCLUDED_SUMS,
    LOCATIONS_LIST,
    LOCATIONS_ROWS,
    PERIOD_CHOICES,
    PERIODS_LIST,
    SYNC_STARTS,
    Home,
)
from xlpy.excel.workbook.home_sheet import ABOUT, HOME
from xlpy.excel.workbook.included_formulas import MARKED
from xlpy.excel.workbook.layout import HINT_ROW
from xlpy.excel.workbook.ribbon import RIBBON_PART
from xlpy.excel.workbook.saving import save_book
from xlpy.excel.workbook.sheet import (
    FIRST_DATA_ROW,
    HEADER_ROW,
    LAST_ROW,
    SUBTOTAL_ROW,
    Sheet,
)
from xlpy.excel.workbook.sheets import (
    RECONCILE,
    RECONCILED_BLOCK,
    RECONCILED_STEPS,
    SHEETS,
)
from xlpy.resources import resource_folder

MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
TYPES = "{http://schemas.openxmlformats.org/package/2006/content-types}"
RELATIONSHIP = "{http://schemas.openxmlformats.org/package/2006/relationships}Relationship"
COMMITTED = resource_folder("workbook") / "Manage to SL.xlsm"


def parse(data: bytes) -> ET.Element:
    return ET.fromstring(data)  # noqa: S314 - a file that this test built


def members(path: Path) -> dict[str, bytes]:
    """Every member, XML in canonical form: two writers may differ in the order of attributes only."""
    with ZipFile(path) as archive:
        return {
            name: ET.canonicalize(archive.read(name)).encode()
            if name.endswith((".xml", ".rels"))
            else archive.read(name)
            for name in archive.namelist()
        }


def vba_modules(project: bytes) -> dict[str, str]:
    parser = olevba.VBA_Parser("vbaProject.bin", data=project)
    return {stream.rsplit("/", 1)[-1]: code for _, stream, _, code in parser.extract_macros()}


def test_the_same_inputs_give_the_same_file_in_every_process(tmp_path: Path) -> None:
    digests = set()
    for seed in ("1", "2"):
        path = tmp_path / f"{seed}.xlsm"
        subprocess.run(
            [sys.executable, "-m", "xlpy.excel.workbook.builder", str(path)], check=True, env={"PYTHONHASHSEED": seed}
        )
        digests.add(hashlib.sha256(path.read_bytes()).hexdigest())
    assert len(digests) == 1
    with ZipFile(path) as archive:
        assert {info.date_time for info in archive.infolist()} == {(1980, 1, 1, 0, 0, 0)}


def test_the_committed_file_is_what_the_sources_build(built: Path) -> None:
    committed, fresh = members(COMMITTED), members(built)
    assert list(committed) == list(fresh)
    theirs, ours = vba_modules(committed.pop("xl/vbaProject.bin")), vba_modules(fresh.pop("xl/vbaProject.bin"))
    theirs.pop("xlwings"), ours.pop("xlwings")  # as the installed xlwings has it
    assert theirs == ours
    committed.pop("docProps/app.xml"), fresh.pop("docProps/app.xml")  # names the version of openpyxl
    assert [name for name in fresh if committed[name] != fresh[name]] == []


def test_the_committed_file_names_no_interpreter_and_a_users_file_names_exactly_hers(tmp_path: Path) -> None:
    path = tmp_path / "hers.xlsm"
    python = r"C:\Users\k morales\AppData\Local\Programs\xlpy & co\Scripts\python.exe"
    build_workbook(path, interpreter=python, profile=r"C:\Users\k morales\harborpine.toml")
    for file, expected in ((COMMITTED, None), (path, python)):
        config = load_macro_book(file)[CONFIG_SHEET]
        assert config.sheet_state == "hidden"
        rows = {row[0]: row[1] for row in config.iter_rows(max_col=2, values_only=True)}
        assert rows["Interpreter_Win"] == expected
        assert rows["ADD_WORKBOOK_TO_PYTHONPATH"] is False
        assert rows["Conda Path"] is rows["Conda Env"] is rows["PYTHONPATH"] is None
    assert value_of(load_macro_book(path), Home.PROFILE) == r"C:\Users\k morales\harborpine.toml"


def value_of(book, name: str):
    title, ref = next(iter(book.defined_names[name].destinations))
    return book[title][ref.replace("$", "")].value


def test_a_file_that_is_not_to_be_written_is_said_so_in_words(tmp_path: Path) -> None:
    from xlpy.errors import WorkbookNotReplaceable

    (tmp_path / "taken.xlsm").mkdir()
    with pytest.raises(WorkbookNotReplaceable, match=r"taken\.xlsm can't be replaced"):
        build_workbook(tmp_path / "taken.xlsm")


def test_microsofts_validator_has_no_remark_about_the_workbook_as_it_is_made_and_as_it_is_saved(
    built: Path, tmp_path: Path
) -> None:
    saved = tmp_path / "saved.xlsm"
    save_book(load_macro_book(built), saved)
    assert remarks(built, saved) == []


def test_the_children_of_every_font_are_in_the_schemas_order(built: Path, tmp_path: Path) -> None:
    """Also of fonts that a conditional format has, and of those that the user made."""
    saved = tmp_path / "saved.xlsm"
    book = load_macro_book(built)
    book[HOME]["A1"].font = Font("Arial", 11, True, True, underline="single", strike=True, vertAlign="superscript")
    save_book(book, saved)
    order = ["b", "i", "strike", "condense", "extend", "outline", "shadow", "u"]
    order += ["vertAlign", "sz", "color", "name", "family", "charset", "scheme"]
    for path in (built, saved):
        fonts = [
            [child.tag.rsplit("}")[-1] for child in font]
            for font in parse(members(path)["xl/styles.xml"]).iter()
            if font.tag.endswith("}font")
        ]
        assert all(tags == [tag for tag in order if tag in tags] for tags in fonts)
        assert max(map(len, fonts)) > 3
    assert ["b", "i", "strike", "u", "vertAlign", "sz", "name"] in fonts


def test_every_part_has_a_type_and_every_relationship_a_part(built: Path) -> None:
    parts = members(built)
    types = parse(parts["[Content_Types].xml"])
    overrides = {o.get("PartName") for o in types.iter(f"{TYPES}Override")}
    defaults = {d.get("Extension") for d in types.iter(f"{TYPES}Default")}
    assert len(overrides) == len(list(types.iter(f"{TYPES}Override")))
    for name in parts:
        assert f"/{name}" in overrides or name.rsplit(".", 1)[-1] in defaults, name
    assert {o.removeprefix("/") for o in overrides} <= set(parts)
    workbook = next(o for o in types.iter(f"{TYPES}Override") if o.get("PartName") == "/xl/workbook.xml")
    assert workbook.get("ContentType") == "application/vnd.ms-excel.sheet.macroEnabled.main+xml"
    for name, data in parts.items():
        if not name.endswith(".rels"):
            continue
        base = posixpath.dirname(posixpath.dirname(name))
        for relationship in parse(data).iter(RELATIONSHIP):
            target = relationship.get("Target")
            full = target.removeprefix("/") if target.startswith("/") else posixpath.join(base, target)
            assert full in parts, (name, target)


def test_nothing_in_it_is_lost_when_it_is_saved_without_excel(built: Path, tmp_path: Path) -> None:
    assert lost_parts(built) == ()
    saved = tmp_path / "saved.xlsm"
    save_book(load_macro_book(built), saved)
    before, after = members(built), members(saved)
    assert set(before) == set(after)
    assert [name for name in before if before[name] != after[name]] == ["docProps/core.xml"]  # when it was saved


def test_the_ribbon_stays_tied_to_the_file_after_a_save(built: Path, tmp_path: Path) -> None:
    saved = tmp_path / "saved.xlsm"
    save_book(load_macro_book(built), saved)
    for path in (built, saved):
        tie = [
            r
            for r in parse(members(path)["_rels/.rels"]).iter(RELATIONSHIP)
            if r.get("Type") == "http://schemas.microsoft.com/office/2006/relationships/ui/extensibility"
        ]
        assert [r.get("Target") for r in tie] == [RIBBON_PART]


@pytest.mark.parametrize("sheet", SHEETS, ids=lambda sheet: sheet.name)
def test_each_sheet_has_one_valid_table(built: Path, sheet: Sheet) -> None:
    ws = load_macro_book(built)[sheet.name]
    assert list(ws.tables) == [sheet.table]
    table = ws.tables[sheet.table]
    last = get_column_letter(len(sheet.columns))
    assert table.ref == table.autoFilter.ref == f"A{HEADER_ROW}:{last}{FIRST_DATA_ROW}"  # one blank row
    assert table.headerRowCount == 1
    assert not table.totalsRowCount
    names = [column.name for column in sheet.columns]
    assert table.column_names == [cell.value for cell in ws[HEADER_ROW]] == names
    assert len({name.casefold() for name in names}) == len(names)
    assert [column.id for column in table.tableColumns] == list(range(1, len(names) + 1))
    assert [cell.value or "" for cell in ws[FIRST_DATA_ROW]] == [column.formula for column in sheet.columns]
    assert ws.max_row == FIRST_DATA_ROW


def test_no_two_tables_or_names_are_called_alike(built: Path) -> None:
    book = load_macro_book(built)
    names = [name.casefold() for name in book.defined_names]
    tables = [table.casefold() for ws in book.worksheets for table in ws.tables]
    assert len(set(names + tables)) == len(names) + len(tables)
    with ZipFile(built) as archive:
        ids = [parse(archive.read(name)).get("id") for name in archive.namelist() if name.startswith("xl/tables/")]
    assert len(set(ids)) == len(ids) == len(SHEETS)
    in_cell_language = re.compile(r"(?i)[a-z]{1,3}\d+|r\d*c\d*|r|c")
    assert [name for name in names + tables if in_cell_language.fullmatch(name)] == []


def test_every_name_of_the_contract_is_there_with_its_shape(built: Path) -> None:
    book = load_macro_book(built)
    shapes = dict.fromkeys(Home, (1, 1))
    shapes |= {
        INCLUDED_BLOCK: (INCLUDED_ROWS, 2),
        INCLUDED_SUMS: (INCLUDED_ROWS, 3),
        CUSTOMERS_BLOCK: (CUSTOMERS_ROWS, 2),
        CUSTOMER_SUMS: (CUSTOMERS_ROWS, 3),
        AGEING_BLOCK: (len(AGEING_KINDS), 1 + len(AGES)),
        LOCATIONS_LIST: (LOCATIONS_ROWS, 1),
        PERIODS_LIST: (len(PERIOD_CHOICES), 1),
        RECONCILED_BLOCK: (1, 7),
    }
    assert set(book.defined_names) == set(shapes)
    taken: set[tuple[str, int, int]] = set()
    for name, (rows, columns) in shapes.items():
        destinations = list(book.defined_names[name].destinations)
        assert len(destinations) == 1
        title, ref = destinations[0]
        assert title in ({RECONCILE.name} if name == RECONCILED_BLOCK else {HOME, ABOUT})
        left, top, right, bottom = range_boundaries(ref)
        assert (bottom - top + 1, right - left + 1) == (rows, columns), name
        cells = {(title, r, c) for r in range(top, bottom + 1) for c in range(left, right + 1)}
        assert not cells & taken, name
        taken |= cells


def test_inputs_look_like_inputs_and_only_inputs_do(built: Path) -> None:
    book = load_macro_book(built)
    fills = {}
    for name in Home:
        title, ref = next(iter(book.defined_names[name].destinations))
        fills[name] = book[title][ref.replace("$", "")].fill.start_color.rgb
    assert {fills[name] for name in HOME_INPUTS} == {"FFFFF8E1"}
    assert "FFFFF8E1" not in {fills[name] for name in Home if name not in HOME_INPUTS}


def test_formulas_stand_only_where_they_are_meant(built: Path) -> None:
    book = load_macro_book(built)
    found = {
        (ws.title, cell.coordinate): cell.value
        for ws in book.worksheets
        for row in ws.iter_rows()
        for cell in row
        if cell.data_type == "f"
    }
    for sheet in SHEETS:
        line = found.pop((sheet.name, f"A{SUBTOTAL_ROW}"))
        if sheet.table in MARKED:
            assert found.pop((sheet.name, f"A{HINT_ROW}")).startswith(f'="Included: "&SUMIF(INDEX({INCLUDED_BLOCK}')
        assert f"SUBTOTAL(103,{sheet.table}[{sheet.counted or sheet.key or sheet.columns[0].name}])" in line
        for number, column in enumerate(sheet.columns, 1):
            if column.formula:
                assert found.pop((sheet.name, f"{get_column_letter(number)}{FIRST_DATA_ROW}")) == column.formula
            if column.total:
                total = found.pop((sheet.name, f"{get_column_letter(number)}{SUBTOTAL_ROW}"))
                assert total == f"=SUBTOTAL(109,{sheet.table}[{column.name}])"
                if sheet.table in MARKED:
                    for row in (HINT_ROW, SUBTOTAL_ROW):  # in which currency
                        label = found.pop((sheet.name, f"{get_column_letter(number - 1)}{row}"))
                        assert Home.BASE_CURRENCY in label
                    of_marked = found.pop((sheet.name, f"{get_column_letter(number)}{HINT_ROW}"))
                    assert f"SUMIFS({sheet.table}[{column.name}]," in of_marked
    assert {title for title, _ in found} == {HOME, RECONCILE.name}
    counting = [place for place, formula in found.items() if "COUNTIFS(" in formula or "SUMIFS(" in formula]
    others = 3  # who is not among the customers shown: the words, how many, and their total
    assert len(counting) == 2 * INCLUDED_ROWS + 2 * CUSTOMERS_ROWS + others
    for place in counting:
        assert place[0] == HOME
        found.pop(place)
    ranks = [place for place, formula in found.items() if "-ROW()/10^6" in formula or "LARGE(" in formula]
    assert len(ranks) == CUSTOMERS_ROWS + 4 * CUSTOMERS_SHOWN
    shown = [place for place, formula in found.items() if "SUBTOTAL(109,OFFSET(" in formula]
    assert len(shown) == INCLUDED_ROWS
    told = [place for place, formula in found.items() if Home.PREVIEW_HASH in formula or Home.RERUN_HASH in formula]
    assert len(told) == 2
    told += [place for place, formula in found.items() if Home.BASE_CURRENCY in formula]
    assert len(told) == 3
    for place in (*ranks, *shown, *told):
        assert place[0] == HOME
        found.pop(place)
    assert len(found) == len(AGEING_KINDS) * len(AGES) + len(RECONCILED_STEPS)
    assert all(formula.startswith("=IF(N($") and "REPT(" in formula for formula in found.values())


def test_totals_never_add_two_currencies() -> None:
    for sheet in SHEETS:
        columns = {column.name for column in sheet.columns}
        for column in sheet.columns:
            if column.total:
                assert "Currency" not in columns or column.name.startswith("Base "), (sheet.name, column.name)


def test_no_format_of_a_date_is_the_files_own(built: Path) -> None:
    """One made for this file would show the same on every PC, whatever the user has set there."""
    styles = parse(members(built)["xl/styles.xml"])
    own = [entry.get("formatCode") for entry in styles.iter() if entry.tag.endswith("}numFmt")]
    assert own
    assert not [code for code in own if re.search("[ymdh]", re.sub(r"\[[^]]*\]", "", str(code)))]


def test_lists_offer_the_choices_of_the_contract_down_to_the_last_row(built: Path) -> None:
    book = load_macro_book(built)
    for sheet in SHEETS:
        offered = {str(v.sqref): v.formula1 for v in book[sheet.name].data_validations.dataValidation}
        expected = {
            f"{letter}{FIRST_DATA_ROW}:{letter}{LAST_ROW}": f'"{",".join(column.choices)}"'
            for letter, column in ((get_column_letter(i), c) for i, c in enumerate(sheet.columns, 1))
            if column.choices
        }
        assert offered == expected
        assert not any("," in choice for column in sheet.columns for choice in column.choices)
    lists = [v.formula1 for v in book[HOME].data_validations.dataValidation]
    assert len(lists) == 7
    assert PERIODS_LIST in lists
    assert f'"{",".join(SYNC_STARTS)}"' in lists
    assert not any("," in start for start in SYNC_STARTS)
    assert lists.count('"Yes,No"') == 3  # one per kind
    for name, expected in ((PERIODS_LIST, PERIOD_CHOICES), (LOCATIONS_LIST, (ALL_LOCATIONS,))):
        title, ref = next(iter(book.defined_names[name].destinations))
        values = tuple(row[0].value for row in book[title][ref.replace("$", "")])
        assert tuple(v for v in values if v) == expected
        assert book[title].column_dimensions[re.sub(r"[^A-Z]", "", ref.split(":")[0])].hidden


def test_what_is_written_into_a_hidden_list_is_a_text_whatever_it_looks_like(built: Path) -> None:
    """A company may be called 00123, a period is 10-2026; empty cells say nothing, their columns do."""
    book = load_macro_book(built)
    home = book[HOME]
    for name in (LOCATIONS_LIST, PERIODS_LIST, CUSTOMERS_BLOCK, Home.PREVIEW_OF):
        first, _, last, _ = range_boundaries(book.defined_names[name].attr_text.split("!")[1].replace("$", ""))
        for letter in map(get_column_letter, range(first, last + 1)):
            assert (home.column_dimensions[letter].hidden, home.column_dimensions[letter].number_format) == (True, "@")
            assert {cell.number_format for cell in home[letter] if cell.value is not None} <= {"@"}


def test_code_names_are_those_of_the_vba_modules(built: Path) -> None:
    book = load_macro_book(built)
    names = [book.code_name, *(ws.sheet_properties.codeName for ws in book.worksheets)]
    assert names == ["ThisWorkbook", *(code_name(ws.title) for ws in book.worksheets)]
    modules = vba_modules(members(built)["xl/vbaProject.bin"])
    assert set(modules) == {*names, "Ribbon", "xlwings"}
    assert 'Attribute VB_Base = "0{00020819-0000-0000-C000-000000000046}"' in modules["ThisWorkbook"]
    for name in names[1:]:
        assert 'Attribute VB_Base = "0{00020820-0000-0000-C000-000000000046}"' in modules[name]


def test_every_sheet_has_the_colour_of_its_part_and_home_comes_first(built: Path) -> None:
    book = load_macro_book(built)
    assert book.sheetnames == [HOME, *(sheet.name for sheet in SHEETS), ABOUT, CONFIG_SHEET]
    assert book.active.title == HOME
    by_part = {sheet.part: book[sheet.name].sheet_properties.tabColor.rgb for sheet in SHEETS}
    assert len(set(by_part.values())) == len(by_part)
    assert book[HOME].sheet_properties.tabColor.rgb not in by_part.values()

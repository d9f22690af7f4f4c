"""The macros and the ribbon of the built file: identical to their sources, and to the list of buttons."""

from __future__ import annotations

import re
from importlib.util import find_spec
from pathlib import Path
from xml.etree import ElementTree as ET
from zipfile import ZipFile

import pytest
from oletools import olevba

from xlpy.excel.workbook.builder import build_workbook
from xlpy.excel.workbook.ribbon import RIBBON_PART, ribbon_xml
from xlpy.excel.workbook.ribbon_buttons import BUTTONS
from xlpy.resources import resource_folder

UI = "{http://schemas.microsoft.com/office/2006/01/customui}"


def macros(tmp_path: Path, *, stub: bool = False) -> dict[str, str]:
    path = tmp_path / "book.xlsm"
    build_workbook(path, stub_runpython=stub)
    parser = olevba.VBA_Parser(str(path))
    return {stream.rsplit("/", 1)[-1]: code for _, stream, _, code in parser.extract_macros()}


def lines(file: Path) -> list[str]:
    return file.read_text(encoding="cp1252").splitlines()


def test_each_module_comes_back_as_its_source(tmp_path: Path) -> None:
    sources = resource_folder("workbook") / "vba"
    found = macros(tmp_path)
    installed = Path(find_spec("xlwings").origin).parent / "xlwings.bas"
    for name, file in (("Ribbon", sources / "Ribbon.bas"), ("xlwings", installed)):
        assert found[name].splitlines() == lines(file)
        assert found[name].count("\n") == found[name].count("\r\n") == len(lines(file))
    assert "xlwings is distributed under a BSD 3-clause license." in found["xlwings"]
    assert "Copyright (C) 2014-present, Zoomer Analytics LLC." in found["xlwings"]
    assert macros(tmp_path, stub=True)["xlwings"].splitlines() == lines(sources / "stub_xlwings.bas")


def test_a_button_passes_nothing_but_its_id() -> None:
    source = (resource_folder("workbook") / "vba" / "Ribbon.bas").read_text(encoding="cp1252")
    assert "Public Sub OnAction(control As IRibbonControl)" in source
    assert source.count("RunPython") == 1
    assert '''RunPython "from xlpy import macros; macros.run('" & id & "')"''' in source


@pytest.mark.parametrize("button", BUTTONS, ids=lambda button: button.id)
def test_an_id_is_fit_to_stand_in_a_python_statement(button) -> None:
    assert re.fullmatch("[a-z_]+", button.id)


def test_the_tab_shows_the_buttons_of_the_list_in_its_order(tmp_path: Path) -> None:
    path = tmp_path / "book.xlsm"
    build_workbook(path)
    with ZipFile(path) as archive:
        stored = archive.read(RIBBON_PART)
    assert stored == ribbon_xml()
    root = ET.fromstring(stored)  # noqa: S314 - a file that this test built
    assert root.tag == f"{UI}customUI"
    (tab,) = root.iter(f"{UI}tab")
    assert tab.get("label") == "Manage to SL"
    shown = [
        (b.get("id"), b.get("label"), group.get("label"), b.get("imageMso"), b.get("supertip"))
        for group in tab
        for b in group
    ]
    assert shown == [(b.id, b.label, b.group, b.image, b.tip) for b in BUTTONS]
    assert {b.get("onAction") for b in root.iter(f"{UI}button")} == {"OnAction"}
    ids = [element.get("id") for element in root.iter() if element.get("id")]
    assert len(set(ids)) == len(ids)
    assert all(len(element.get("supertip", "")) < 1024 for element in root.iter())

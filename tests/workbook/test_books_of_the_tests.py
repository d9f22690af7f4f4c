"""The workbooks that tests are given are those that the product makes, and that openpyxl reads."""

from __future__ import annotations

from pathlib import Path
from zipfile import ZipFile

import pytest
from macro_books import load_book, load_macro_book
from new_workbooks import put_new_workbook
from openpyxl import Workbook, load_workbook
from openpyxl.styles import Font

from xlpy.excel.workbook.builder import build_workbook


@pytest.mark.parametrize("profile", ["", "/home/a & b/<x>.toml", r"C:\Users\k morales\o'hara.toml"])
def test_the_workbook_that_tests_copy_is_the_one_that_is_built(tmp_path: Path, profile: str) -> None:
    put_new_workbook(tmp_path / "copied.xlsm", profile=profile)
    build_workbook(tmp_path / "built.xlsm", profile=profile)
    with ZipFile(tmp_path / "copied.xlsm") as copied, ZipFile(tmp_path / "built.xlsm") as built:
        assert copied.namelist() == built.namelist()
        assert [name for name in built.namelist() if copied.read(name) != built.read(name)] == []


def test_a_book_that_is_not_parsed_again_is_the_one_that_was_parsed(tmp_path: Path) -> None:
    made = tmp_path / "made.xlsm"
    put_new_workbook(made)
    parsed = saved(load_workbook(made), tmp_path)
    assert [saved(load_book(made), tmp_path) == parsed for _ in range(3)] == [True, True, True]


def test_whoever_changes_a_book_changes_nobody_elses(tmp_path: Path) -> None:
    made = tmp_path / "made.xlsm"
    put_new_workbook(made)
    first, _ = load_macro_book(made), load_macro_book(made)
    first["Home"]["B2"], before = "changed", load_macro_book(made)["Home"]["B2"].value
    first["Home"]["B2"].font = Font(strike=True)
    first["Home"].row_dimensions[500].height = 7
    again = load_macro_book(made)["Home"]
    assert (again["B2"].value, bool(again["B2"].font.strike), again.row_dimensions[500].height) == (before, False, None)
    assert before != "changed"


def saved(book: Workbook, folder: Path) -> dict[str, bytes]:
    book.save(folder / "saved.xlsm")
    with ZipFile(folder / "saved.xlsm") as package:
        return {name: package.read(name) for name in package.namelist() if name != "docProps/core.xml"}

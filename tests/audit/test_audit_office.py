"""The record's workbook in another spreadsheet program: it opens, and prints what it says."""

from __future__ import annotations

import subprocess
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from xlpy.excel.audit.fonts import Fonts


@pytest.mark.office
def test_libreoffice_opens_and_prints_the_workbook(books: Any, tmp_path: Path) -> None:
    profile = f"-env:UserInstallation={(tmp_path / 'office').as_uri()}"
    workbook = str(books.record.path / "record.xlsx")
    command = ["soffice", profile, "--headless", "--convert-to", "pdf", "--outdir", str(tmp_path), workbook]
    subprocess.run(command, check=True, capture_output=True, timeout=120)
    told = subprocess.run(
        ["pdftotext", "-layout", str(tmp_path / "record.pdf"), "-"], check=True, capture_output=True, text=True
    ).stdout
    assert all(row.transaction in told for row in books.report.results)
    assert all(f"{row.amount:,.2f}" in told for row in books.report.results if row.amount >= Decimal(0))
    assert f"run {books.report.run_id}" in told
    assert "###" not in told


def test_a_character_that_no_font_has_shows_its_code_and_stays_itself_when_copied() -> None:
    (piece,) = Fonts().pieces("\U0010fffd")
    assert piece.text == "[U+10FFFD]"
    assert piece.actual == "\U0010fffd"


def test_letters_of_the_usual_font_are_one_piece_and_others_find_their_font() -> None:
    fonts = Fonts()
    assert len(fonts.pieces("Łódź €250 – Ünïcode")) == 1
    assert [piece.text for piece in fonts.pieces("✓ done")] == ["✓", " done"]
    assert fonts.pieces("") == []
    assert fonts.width("iii") < fonts.width("WWW")

"""The button and the command: the sheet is filled, and what is on it is what the report says."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from by_column import at
from click.testing import CliRunner
from macro_books import look_at
from new_workbooks import put_new_workbook
from reconcile_stage import Month

from xlpy.cli import main
from xlpy.demo.site.door import access
from xlpy.excel.workbook.month_end_sheets import TIE_OUT


@pytest.fixture
def environment(posted: Month, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Month:
    manage = posted.profile.manage
    values = {
        "XLPY_MANAGE_URL": manage.url,
        "XLPY_MANAGE_COMPANY": manage.company,
        "XLPY_MANAGE_CLIENT_ID": manage.client_id,
        "XLPY_MANAGE_PUBLIC_KEY": manage.public_key,
        "XLPY_MANAGE_PRIVATE_KEY": access.PRIVATE_KEY,
    }
    for name, value in values.items():
        monkeypatch.setenv(name, value)
    settings = tmp_path / "settings.toml"
    settings.write_text(
        f"[sl]\nurl = '{posted.profile.sl.url}'\ncompany = '{posted.profile.sl.company}'\nuser = 'KMORALES'\n",
        encoding="utf-8",
    )
    monkeypatch.setenv("XLPY_PROFILE", str(settings))
    monkeypatch.setenv("XLPY_DATA", str(tmp_path / "user data"))
    return posted


def ran(*words: str) -> Any:
    return CliRunner().invoke(main, list(words))


def test_the_command_tells_the_report_as_json(environment: Month) -> None:
    done = ran("tie-out", "--period", "10-2026", "--json")
    told = json.loads(done.stdout)
    assert (done.exit_code, told["state"], told["period"]) == (0, "agrees", "10-2026")
    assert {row["line"] for row in told["results"]} >= {"Account", "Balance"}


def test_the_button_fills_the_sheet_and_the_page(environment: Month, tmp_path: Path) -> None:
    book, page = tmp_path / "Month end.xlsm", tmp_path / "october.html"
    put_new_workbook(book, profile=str(tmp_path / "settings.toml"))
    done = ran("tie-out", str(book), "--period", "10-2026", "--page", str(page))
    assert done.exit_code == 0, done.output
    assert "See the sheet Tie-out" in done.output
    assert page.is_file()
    cells = look_at(book)[TIE_OUT.name]
    first = {column.name: cells[at(TIE_OUT, column.name)].value for column in TIE_OUT.columns}
    assert (first["State"], first["Line"], first["Period"]) == ("Agrees", "Account", "10-2026")
    assert first["Manage"] == first["From Manage in SL"]
    assert "Prepared by" in cells.oddFooter.left.text

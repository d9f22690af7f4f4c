"""The page of the morning report, its exit code and the command that writes it."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from test_services_workbook import Desk

from xlpy.cli import main
from xlpy.services.morning.looking import morning_report
from xlpy.services.morning.report import MorningReport
from xlpy.services.records.morning_page import morning_page
from xlpy.services.run.sync_report import SyncReport

MONDAY = datetime(2026, 11, 2, 6, 30).astimezone()


def test_the_page_is_complete_in_itself_and_shows_data_as_data(story: Any) -> None:
    report = morning_report(story.session())
    row = replace(report.unposted[0], party="<script>alert(1)</script> & Söhne")
    page = morning_page(replace(report, late=(row,)))
    assert "<script" not in page
    assert "&lt;script&gt;alert(1)&lt;/script&gt; &amp; Söhne" in page
    assert not re.search(r"(?:src|href)\s*=|url\(|@import|https?://", page)


def empty(**parts: Any) -> MorningReport:
    return MorningReport(MONDAY.replace(tzinfo=None), "HPIT", "site", None, 7, **parts)


@pytest.mark.parametrize(
    ("report", "code"),
    [
        (empty(), 0),
        (empty(not_read={"Unpaid": "why"}), 2),
        (empty(payments=SyncReport("r", MONDAY, None, "", dry_run=True)), 0),
    ],
)
def test_the_exit_code_goes_by_severity(report: MorningReport, code: int) -> None:
    assert report.exit_code == code
    assert str(report.verdict) in morning_page(report)


@pytest.fixture
def desk(story: Any, new_workbook: Path, monkeypatch: pytest.MonkeyPatch) -> Desk:
    return Desk(story, new_workbook, monkeypatch)


def test_the_command_writes_page_and_json(desk: Desk, tmp_path: Path) -> None:
    settings = str(desk.path.with_name("settings.toml"))
    result = CliRunner().invoke(main, ["watch", "--profile", settings, "--folder", str(tmp_path / "out"), "--json"])
    said = json.loads(result.stdout)
    assert result.exit_code == said["exit_code"]
    assert Path(said["page"]).read_text(encoding="utf-8").startswith("<!doctype html>")
    kept = json.loads(Path(said["data"]).read_text(encoding="utf-8"))
    assert kept["totals"] == said["totals"]
    assert len(kept["unposted"]) == len(said["unposted"]) > 0

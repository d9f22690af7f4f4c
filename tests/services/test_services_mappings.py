"""The overview of mappings on the demo's site and company: report, command, workbook and frame."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from test_services_workbook import Desk

from xlpy.api import Books
from xlpy.domain.mapping.overview.rows import Master
from xlpy.domain.values.statuses import MappingState
from xlpy.excel.workbook.month_end_sheets import MAPPINGS
from xlpy.services.setup.mappings import mappings


@pytest.fixture
def desk(story: Any, new_workbook: Path, monkeypatch: pytest.MonkeyPatch) -> Desk:
    return Desk(story, new_workbook, monkeypatch)


def test_every_active_master_has_a_row(story: Any) -> None:
    report = mappings(story.session())
    tables = story.site.table
    assert {row.kind for row in report.rows} == set(Master)
    members = [row for row in report.rows if row.kind is Master.MEMBER]
    assert len(members) == sum(not member.get("inactiveFlag") for member in tables("members").values())
    companies = {row.record for row in report.rows if row.kind in (Master.CUSTOMER, Master.VENDOR)}
    assert companies == {company["identifier"] for company in tables("companies").values()}


def test_an_account_that_was_cleared_is_proposed_again(story: Any) -> None:
    company = next(c for c in story.site.table("companies").values() if c.get("accountNumber"))
    before = {(row.kind, row.record): row for row in mappings(story.session()).rows}
    partner = before[Master.CUSTOMER, company["identifier"]].in_sl
    story.site.set_company_account(company["id"], "")
    row = next(r for r in mappings(story.session()).rows if r.record == company["identifier"])
    assert row.state is MappingState.BLANK
    assert row.proposal == partner
    assert row.reason


def test_command_sheet_and_frame_have_the_same_rows(desk: Desk) -> None:
    told = json.loads(desk.press("mappings", "--json").stdout)
    shown = desk.cells(MAPPINGS)
    assert [(r["kind"], r["record"]) for r in told["results"]] == [(r["Kind"], r["Record"]) for r in shown] != []
    with Books(desk.story.session()) as books:
        assert list(books.mappings()["record"]) == [r["Record"] for r in shown]

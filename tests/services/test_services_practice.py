"""Practice release: SL's own word before anything is written, and nothing of it afterwards."""

from __future__ import annotations

import hashlib
import sqlite3
from typing import Any

from xlpy.domain.values.statuses import PracticeVerdict
from xlpy.services.export.planning import make_plan
from xlpy.services.export.practice import PracticeReport, practice


def everything_in(story: Any) -> dict[str, str]:
    """A fingerprint of every table of the company, but for the lock's holder and SQLite's counters of identities."""
    with sqlite3.connect(story.company_url.removeprefix("sqlite:///")) as connection:
        names = [
            name
            for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name")
            if name not in ("xlpy_Lock", "sqlite_sequence")
        ]
        found = {
            name: hashlib.sha256(
                repr([connection.execute(f'SELECT * FROM "{name}" ORDER BY rowid').fetchall()]).encode()
            ).hexdigest()
            for name in names
        }
    connection.close()
    return found


def verdicts(report: PracticeReport) -> set[PracticeVerdict]:
    return {row.verdict for row in report.rows}


def test_a_month_of_every_kind_is_released_as_previewed_and_nothing_of_it_stays(month: Any) -> None:
    before = everything_in(month)
    selection = month.everything()
    report = practice(month.session(), selection)
    assert verdicts(report) == {PracticeVerdict.RELEASED, PracticeVerdict.NO_PROCEDURE}, report.text
    assert {row.module for row in report.rows if row.verdict is PracticeVerdict.NO_PROCEDURE} == {"IN"}
    assert {row.module for row in report.rows} == {"AR", "AP", "GL", "IN"}
    assert all(row.difference == 0 for row in report.rows)
    assert report.exit_code == 0
    assert everything_in(month) == before
    plan = make_plan(month.session(), selection)
    assert {key for row in report.rows for key in row.transaction_ids} == {
        f"{t.key.kind}:{t.key.record_id}" for t in plan.transactions if t.action.value.startswith("post")
    }

"""Practice release: SL's own word before anything is written, and nothing of it afterwards."""

from __future__ import annotations

import hashlib
import json
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text
from test_services_workbook import Desk

from xlpy.api import Books
from xlpy.demo import firm
from xlpy.domain.values.statuses import PracticeVerdict
from xlpy.errors import PostingLocked, PracticeImpossible, SlError
from xlpy.excel.workbook.sheets import INVOICES, PRACTICE
from xlpy.services.export import practice as service
from xlpy.services.export.planning import make_plan
from xlpy.services.export.practice import PracticeReport, practice
from xlpy.sl.ledger_book.lock import posting_lock
from xlpy.sl.writing import practice as practising

Colleague = Callable[[str], None]


def everything_in(story: Any) -> dict[str, str]:
    """A fingerprint of every table of the company, but for the lock's holder and SQLite's counters of identities."""
    connection = sqlite3.connect(story.company_url.removeprefix("sqlite:///"))
    names = connection.execute("SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name").fetchall()
    found = {
        name: hashlib.sha256(
            repr(connection.execute(f'SELECT * FROM "{name}" ORDER BY rowid').fetchall()).encode()
        ).hexdigest()
        for (name,) in names
        if name not in ("xlpy_Lock", "sqlite_sequence")
    }
    connection.close()
    return found


def by_verdict(report: PracticeReport) -> dict[PracticeVerdict, set[str]]:
    """The transactions of each verdict."""
    found: dict[PracticeVerdict, set[str]] = {}
    for row in report.rows:
        found.setdefault(row.verdict, set()).add(row.transaction)
    return found


@pytest.fixture
def colleague(story: Any, monkeypatch: pytest.MonkeyPatch) -> Colleague:
    """Somebody who changes SL's set-up after the plan was made, and before SL is asked."""

    def will(sql: str) -> None:
        def make_and_change(*given: Any) -> Any:
            plan = make_plan(*given)
            with story.engine.begin() as connection:
                connection.execute(text(sql))
            return plan

        monkeypatch.setattr(service, "make_plan", make_and_change)

    return will


def test_a_month_of_every_kind_is_released_as_previewed_and_nothing_of_it_stays(month: Any) -> None:
    before = everything_in(month)
    selection = month.everything()
    report = practice(month.session(), selection)
    assert by_verdict(report).keys() == {PracticeVerdict.RELEASED, PracticeVerdict.NO_PROCEDURE}, report.text
    assert {row.module for row in report.rows if row.verdict is PracticeVerdict.NO_PROCEDURE} == {"IN"}
    assert {row.module for row in report.rows} == {"AR", "AP", "GL", "IN"}
    assert all(row.difference == 0 for row in report.rows)
    assert report.exit_code == 0
    assert "nothing was written" in report.text
    assert everything_in(month) == before
    plan = make_plan(month.session(), selection)
    assert {key for row in report.rows for key in row.transaction_ids} == {
        f"{t.key.kind}:{t.key.record_id}" for t in plan.transactions if t.action.value.startswith("post")
    }


def test_a_message_of_sl_comes_with_its_number_its_words_and_the_cure(story: Any, colleague: Colleague) -> None:
    """A tax that is gone: SL rejects the batch of its currency (message 12348), and no other."""
    colleague("DELETE FROM SalesTax WHERE TaxId IN ('DE-VAT', 'DEVAT19')")
    report = practice(story.session(), story.selection(story.unposted()))
    rejected = [row for row in report.rows if row.verdict is PracticeVerdict.REJECTED]
    assert {row.currency for row in rejected} == {"EUR"}
    assert {row.numbers for row in rejected} == {(12348,)}
    assert all(row.message.startswith("12348: A tax id") for row in rejected)
    assert all("Tax Maintenance (21.280)" in row.fix for row in rejected)
    assert report.rows[: len(rejected)] == tuple(rejected)  # the worst first
    assert PracticeVerdict.RELEASED in by_verdict(report)
    assert report.exit_code == 1
    assert story.documents() == {}


def test_after_8888_the_other_batches_are_tried_again(story: Any, colleague: Colleague) -> None:
    """A tax that became included in the price: SL's GL transactions don't balance, and SL rolls everything back."""
    colleague("UPDATE SalesTax SET TaxCalcType = 'I' WHERE TaxId = 'DEVAT19'")
    report = practice(story.session(), story.selection(story.unposted()))
    rejected = [row for row in report.rows if row.verdict is PracticeVerdict.REJECTED]
    assert {(row.currency, row.numbers) for row in rejected} == {("EUR", (8888,))}
    released = {row.currency for row in report.rows if row.verdict is PracticeVerdict.RELEASED}
    assert released >= {"USD", "GBP"}
    assert story.rows("SELECT count(*) FROM WrkReleaseBad") == [(0,)]
    assert story.documents() == {}


def test_what_sl_would_post_differently_is_shown_account_by_account(story: Any, colleague: Colleague) -> None:
    """The tax's account was changed: SL releases it all the same, and posts the tax elsewhere."""
    colleague("UPDATE SalesTax SET SlsTaxAcct = '2210' WHERE TaxId = 'DEVAT19'")
    report = practice(story.session(), story.selection(story.unposted()))
    differing = [row for row in report.rows if row.verdict is PracticeVerdict.DIFFERS]
    assert differing
    assert all(row.currency == "EUR" and row.difference > 0 for row in differing)
    assert all("2210" in row.message and "2240" in row.message for row in differing)
    assert all("the preview says" in row.message for row in differing)
    assert report.exit_code == 1


def test_it_is_refused_while_somebody_posts(story: Any) -> None:
    other = story.session("rpatel", "PC2")
    with (
        posting_lock(other.sl, user=other.user, host=other.host, now=other.now()),
        pytest.raises(PostingLocked, match="rpatel"),
    ):
        practice(story.session(), story.selection(story.unposted()[:2]))


def test_it_can_be_switched_off(story: Any) -> None:
    story.profile = replace(story.profile, posting=replace(story.profile.posting, practice_release=False))
    with pytest.raises(PracticeImpossible, match="switched off"):
        practice(story.session("x", "y"), story.selection(story.unposted()[:2]))


def test_nothing_is_tried_of_what_a_check_stops(story: Any) -> None:
    report = practice(story.session(), story.selection(story.unposted()[:2], period="202609"))
    assert report.rows == ()
    assert report.exit_code == 1
    assert "must be solved first" in report.text
    assert report.problems


def test_what_would_stay_in_sl_after_all_is_named(story: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """The alarm behind the guards: a connection that saves is put in the place of the one that can't."""

    @contextmanager
    def saves(company: Any, **_: Any) -> Iterator[Any]:
        with company.engine.begin() as connection:
            yield connection

    monkeypatch.setattr(practising, "never_committed", saves)
    with pytest.raises(SlError, match=r"left SL batch AR \d+ behind"):
        practice(story.session(), story.selection(story.unposted()[:2]))


def test_the_button_fills_the_sheet_and_the_command_says_it_as_json(desk: Desk) -> None:
    desk.press("refresh")
    chosen = [str(row["Number"]) for row in desk.cells(INVOICES)[:5]]
    desk.mark(dict.fromkeys(chosen, "Yes"))
    desk.press("preview")
    pressed = desk.press("practice", "--json")
    assert pressed.exit_code == 0, pressed.output
    said = json.loads(pressed.stdout)
    assert said["state"] == "practised"
    assert {row["verdict"] for row in said["results"]} == {"SL would release it"}
    assert {row["transaction"] for row in said["results"]} <= set(chosen)
    rows = desk.cells(PRACTICE)
    assert len(rows) == len(said["results"])
    assert {row["Verdict"] for row in rows} == {"SL would release it"}
    assert desk.story.documents() == {}
    desk.press("preview")
    assert desk.cells(PRACTICE) == []  # another preview may be of something else


def test_python_has_it_as_a_frame(story: Any, tmp_path: Path) -> None:
    books = Books(story.session())
    plan = books.plan(story.unposted()[:4], batch="OCT", through=firm.THROUGH_DATE)
    frame = books.practice_results(books.practice(plan))
    assert set(frame["verdict"]) == {"SL would release it"}
    assert {"message", "fix", "numbers", "reference", "amount", "difference"} <= set(frame.columns)


@pytest.fixture
def desk(story: Any, new_workbook: Path, monkeypatch: pytest.MonkeyPatch) -> Desk:
    return Desk(story, new_workbook, monkeypatch)

"""The morning report: what is new, stopped, waiting, changed, unpaid; it never posts, and no failure hides another."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from sqlalchemy import text

from xlpy.cli import main
from xlpy.demo import firm
from xlpy.demo.site.door import access
from xlpy.errors import ManageError, SlError
from xlpy.paths import data_folder
from xlpy.services.payments.unpaid import UnpaidRow
from xlpy.services.run.memory import recall_refresh
from xlpy.services.run.reports import RunState
from xlpy.services.watching import watch as service
from xlpy.services.watching.kept import Seen, changes, recall
from xlpy.services.watching.page import MOST, page_of
from xlpy.services.watching.report import Change, Compared, MorningReport, NotDone, Payments, Stopped, Waiting
from xlpy.services.watching.saved import report_json, save_report
from xlpy.services.watching.watch import STEPS, watch

MORNING = datetime(2026, 11, 2, 7, 0, tzinfo=UTC)


def on(story: Any, days: int = 0, **more: Any) -> MorningReport:
    """The report of a morning, so many days after the first."""
    session = story.session()
    session.clock = lambda: MORNING + timedelta(days)
    return watch(session, **more)


def ids(rows: Any) -> set[str]:
    return {row.id for row in rows}


def test_the_first_report_lists_what_is_unposted_and_waits_and_posts_nothing(month: Any) -> None:
    report = on(month)
    assert not report.not_done
    assert report.since is None
    assert (report.new, report.changes) == ((), ())
    assert {row.kind for row in report.unposted} == {"invoice", "expense", "procurement"}
    assert report.waiting
    assert all((row.days or 0) > 14 for row in report.waiting)
    assert [row.days for row in report.waiting] == sorted((row.days for row in report.waiting), reverse=True)
    assert report.ready > 0
    assert (report.compared[0].period, report.compared[0].agrees) == ("10-2026", True)
    assert report.payments is not None
    assert report.exit_code == 1
    for table in ("ARDoc", "APDoc", "xlpy_Posting"):
        of_ours = "" if table == "xlpy_Posting" else " WHERE Crtd_Prog IN ('08010', '03010') AND User1 <> ''"
        assert month.rows(f"SELECT COUNT(*) FROM {table}{of_ours}") == [(0,)]


def test_the_next_morning_tells_what_both_systems_changed(story: Any) -> None:
    on(story)
    posted = story.unposted()[:3]
    report = story.push(posted)
    assert report.state is RunState.COMPLETED
    second = on(story, 1)
    assert second.since == MORNING.replace(tzinfo=None)
    gone = {change.name for change in second.changes if change.what == "No longer unposted"}
    numbers = {row.transaction for row in report.results}
    assert gone == {f"invoice {number}" for number in numbers}
    assert [(c.system, c.what, c.name) for c in second.changes if c.what == "New batch"] == [
        ("SL", "New batch", "OCT-I")
    ]
    with story.engine.begin() as connection:
        connection.execute(text("UPDATE Batch SET Rlsed = 1, Status = 'U' WHERE Module = 'AR' AND Crtd_Prog = '08010'"))
        connection.execute(text("UPDATE ARDoc SET Rlsed = 1 WHERE User1 <> ''"))
    third = on(story, 2)
    (batch,) = [change for change in third.changes if change.what == "Batch"]
    assert batch.before != batch.now
    assert {row.invoice for row in third.unpaid} <= numbers


def test_a_second_report_of_the_day_is_compared_with_yesterday_too(story: Any) -> None:
    on(story)
    story.push(story.unposted()[:2])
    first, second = on(story, 1), on(story, 1)
    assert first.changes == second.changes != ()
    assert first.since == second.since


def test_what_is_new_is_told_from_what_was_there(story: Any) -> None:
    on(story)
    memory = recall(story.profile)
    assert memory.kept.latest is not None
    unposted = dict(memory.kept.latest.unposted or {})
    missing = min(unposted)
    del unposted[missing]
    memory.keep(replace(memory.kept.latest, unposted=unposted))
    assert ids(on(story, 1).new) == {missing}


def test_what_is_stopped_is_told_once_with_its_cure_and_all_its_transactions(
    story: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    story.profile = replace(story.profile, posting=replace(story.profile.posting, locations=(4711,)))
    report = on(story)
    (stopped,) = [one for one in report.stopped if one.code == "LOCATION"][:1]
    assert stopped.fix
    assert stopped.where
    assert len(set(stopped.transactions)) == stopped.count
    assert report.ready == 0
    assert report.stopped_transactions == len({name for one in report.stopped for name in one.transactions})


def test_what_a_users_workbook_showed_is_still_what_it_is_compared_with(story: Any) -> None:
    on(story)
    assert recall_refresh(story.profile, "C:\\Month end.xlsm").invoices == {}


@pytest.mark.parametrize(
    ("step", "name"),
    [
        ("Refresh", "refresh"),
        ("Check mappings", "make_plan"),
        ("Sync payments", "sync_payments"),
        ("Reconcile", "reconcile"),
        ("Batches", "list_batches"),
        ("Unpaid invoices", "unpaid"),
    ],
)
def test_a_step_that_fails_is_told_and_the_others_go_on(
    story: Any, monkeypatch: pytest.MonkeyPatch, step: str, name: str
) -> None:
    def fail(*_given: Any, **_more: Any) -> Any:
        raise SlError("SL does not answer.", fix="Ask IT.")

    monkeypatch.setattr(service, name, fail)
    report = on(story)
    with_it = ["Check mappings", "Reconcile"] if name == "refresh" else []
    assert [one.step for one in report.not_done] == [step, *with_it]
    assert (report.not_done[0].text, report.not_done[0].fix) == ("SL does not answer.", "Ask IT.")
    assert report.exit_code == 3
    assert bool(report.unposted) is (name != "refresh")


def test_something_unforeseen_in_a_step_hides_no_other_and_shows_no_secret(
    story: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_given: Any, **_more: Any) -> Any:
        raise RuntimeError(access.PRIVATE_KEY)

    monkeypatch.setattr(service, "unpaid", fail)
    report = on(story)
    assert report.not_done[0].text == "It failed (RuntimeError); the log has more."
    assert access.PRIVATE_KEY not in json.dumps(report_json(report))


def test_when_nothing_can_be_read_it_says_so_and_what_was_seen_stays_for_the_next_morning(
    story: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    on(story)

    def fail(*_given: Any, **_more: Any) -> Any:
        raise ManageError("Manage does not answer.")

    with monkeypatch.context() as down:
        for name in ("refresh", "make_plan", "sync_payments", "reconcile", "list_batches", "unpaid"):
            down.setattr(service, name, fail)
        report = on(story, 1)
    assert {one.step for one in report.not_done} == set(STEPS)
    assert report.exit_code == 2
    assert report.changes == ()
    story.push(story.unposted()[:1])
    assert "No longer unposted" in {change.what for change in on(story, 2).changes}


def test_a_dry_run_writes_no_payment_and_the_other_one_asks_for_it(story: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[bool] = []
    real = service.sync_payments

    def noted(*given: Any, dry_run: bool) -> Any:
        asked.append(dry_run)
        return real(*given, dry_run=dry_run)

    monkeypatch.setattr(service, "sync_payments", noted)
    on(story, write_payments=False)
    on(story)
    assert asked == [True, False]


def test_no_step_of_it_can_post() -> None:
    """It imports nothing that writes documents: neither the export nor the writer of SL."""
    source = Path(service.__file__).read_text(encoding="utf-8")
    assert not re.search(r"export\.push|sl\.writing|marking|post_plan", source)


# --- the page ---------------------------------------------------------------------------------------------------------


def waiting(record: int, **more: Any) -> Waiting:
    row = Waiting(
        f"invoice:{record}", "invoice", str(record), "Acme", date(2026, 10, 1), 32, Decimal("1070.00"), "USD", "New"
    )
    return replace(row, **more)


FULL = MorningReport(
    at=datetime(2026, 11, 2, 7, 0),  # noqa: DTZ001 (local time)
    company="HPIT Harbor & Pine",
    site="na.example harborpine",
    since=datetime(2026, 11, 1, 7, 0),  # noqa: DTZ001
    waits_days=14,
    steps=6,
    unposted=tuple(waiting(number) for number in range(40)),
    new=tuple(waiting(number) for number in range(30)),
    ready=12,
    stopped=tuple(
        Stopped(f"CODE-{n}", f"What is wrong {n}", "Mend it so", "Manage: there", 9, tuple(map(str, range(9))))
        for n in range(20)
    ),
    changes=tuple(Change("SL", "Batch", f"OCT-{n}", "unreleased", "released") for n in range(20)),
    payments=Payments("3 changed.", good=True, told=tuple(("Changed", str(n), "paid") for n in range(20))),
    compared=(
        Compared("10-2026", "of 20 rows not all agree", agrees=False, differing=(("Differs", "1", "by 1"),) * 20),
    ),
    unpaid=tuple(
        UnpaidRow(str(n), "ACME01", None, date(2026, 10, 1), 32, Decimal(10), Decimal(5), "USD", "released", "OCT-I", n)
        for n in range(40)
    ),
    half_done=2,
    messages=("One row is left out",),
    not_done=(NotDone("Batches", "SL does not answer.", "Ask IT."),),
)


def test_the_page_needs_nothing_from_outside_and_has_every_section_in_its_order() -> None:
    page = page_of(FULL)
    assert not re.findall(r"<(?:script|link|img|iframe)|@import|url\(|src=|href=", page)
    titles = [re.sub(r" \(\d+\)$", "", title) for title in re.findall(r"<h2>([^<]+)</h2>", page)]
    assert titles == [
        "Could not be done",
        "Half done",
        "Reconcile 10-2026",
        "Sync payments",
        "Stopped, and how to mend it",
        "Waiting longer than 14 days",
        "New since then",
        "Changed since then",
        "Unpaid",
        "To know",
    ]
    assert "Something is wrong" in page
    assert '<html lang="en">' in page
    assert "@media print" in page
    assert "size: A4" in page


def test_a_long_list_is_cut_on_the_page_and_whole_in_the_json(tmp_path: Path) -> None:
    page, data = save_report(FULL, tmp_path / "reports")
    html = page.read_text(encoding="utf-8")
    assert f"… and {40 - MOST} more, in the JSON file" in html
    told = json.loads(data.read_text(encoding="utf-8"))
    assert (len(told["unposted"]), len(told["unpaid"]), len(told["waiting"])) == (40, 40, 40)
    assert told["unposted"][0]["amount"] == "1070.00"
    assert (page.name, data.name) == ("Morning report 2026-11-02.html", "Morning report 2026-11-02.json")
    save_report(replace(FULL, messages=()), tmp_path / "reports")
    assert "To know" not in page.read_text(encoding="utf-8")
    assert len(list((tmp_path / "reports").iterdir())) == 2


def test_a_text_of_manage_is_only_text() -> None:
    evil = '<img src=x onerror="alert(1)">&'
    page = page_of(replace(FULL, unposted=(waiting(1, party=evil, number=evil),), company=evil, messages=(evil,)))
    assert "<img" not in page
    assert page.count("&lt;img src=x onerror=&quot;alert(1)&quot;&gt;&amp;") == 5


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({}, 3),
        ({"not_done": ()}, 3),
        ({"not_done": (), "half_done": 0, "compared": ()}, 1),
        ({"not_done": (), "half_done": 0, "compared": (), "payments": Payments("1 failed", good=False)}, 3),
        ({"not_done": (), "half_done": 0, "compared": (), "stopped": (), "unposted": ()}, 0),
    ],
)
def test_the_exit_code_is_that_of_the_worst(change: dict[str, Any], code: int) -> None:
    assert replace(FULL, **change).exit_code == code


def seen(**parts: Any) -> Seen:
    return Seen(FULL.at, **parts)


def test_what_could_not_be_read_then_or_now_is_no_change() -> None:
    now = seen(unposted={"a": ("invoice 1", "1 USD")}, batches={}, unpaid=None)
    assert list(changes(None, now)) == []
    assert list(changes(seen(unposted=None, batches=None, unpaid={"1": ("1", "5 USD")}), now)) == []
    changed = list(changes(seen(unposted={"a": ("invoice 1", "2 USD")}), now))
    assert changed == [Change("Manage", "Changed", "invoice 1", "2 USD", "1 USD")]


def test_a_file_that_is_damaged_makes_the_report_the_first_one(story: Any) -> None:
    on(story)
    (kept,) = data_folder("watch").glob("*.json")
    kept.write_bytes(b"{")
    assert on(story, 1).since is None


def test_from_the_command_line_page_and_json_are_saved_and_the_exit_code_is_that_of_the_report(
    story: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings, profile = tmp_path / "firm.toml", story.profile
    settings.write_text(
        f'[manage]\nurl = "{profile.manage.url}"\ncompany = "{access.COMPANY}"\nclient_id = "{access.CLIENT_ID}"\n'
        f'public_key = "{access.PUBLIC_KEY}"\n[sl]\nurl = "{profile.sl.url}"\ncompany = "{firm.COMPANY_ID}"\n',
        encoding="utf-8",
    )
    monkeypatch.setenv("XLPY_MANAGE_PRIVATE_KEY", access.PRIVATE_KEY)
    run: Callable[..., Any] = CliRunner().invoke
    result = run(main, ["watch", "--profile", str(settings), "--folder", str(tmp_path / "out"), "--json"])
    told = json.loads(result.stdout)
    assert result.exit_code == told["exit_code"] in (0, 1), result.output
    assert Path(told["page"]).is_file()
    assert json.loads(Path(told["json"]).read_text(encoding="utf-8"))["text"] == told["text"]

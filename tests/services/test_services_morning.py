"""The morning report: both systems looked at before anybody sits down, and nothing of them touched."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

from test_services_practice import everything_in

from xlpy.api import Books
from xlpy.demo.company import payments as sl
from xlpy.demo.company.release.run import release_batch
from xlpy.demo.site.door.faults import Fault, FaultKind
from xlpy.domain.values.approvals import ForApproval
from xlpy.profile.settings import Profile
from xlpy.services.approving.asking import ask
from xlpy.services.approving.wishes import Wish
from xlpy.services.flows.morning import watch
from xlpy.services.morning.looking import morning_report
from xlpy.services.morning.report import Verdict
from xlpy.services.records.morning_page import morning_page
from xlpy.services.run.memory import recall_refresh
from xlpy.services.run.session import Session

MONDAY = datetime(2026, 11, 2, 6, 30).astimezone()
TUESDAY = MONDAY + timedelta(days=1)


def on(story: Any, day: datetime, **watch_settings: Any) -> Session:
    """The scheduler's session on a morning."""
    session: Session = story.session("scheduler", "SRV1")
    session.clock = lambda: day
    profile: Profile = session.profile
    session.profile = replace(profile, watch=replace(profile.watch, **watch_settings))
    return session


def writes(story: Any) -> list[Any]:
    """Calls of Manage that change something there; an export only reads, though it is a POST."""
    return [c for c in story.site.calls if c[0] in ("POST", "PUT", "PATCH", "DELETE") and "/export" not in c[1]]


def test_it_looks_at_everything_and_touches_nothing(month: Any) -> None:
    before = everything_in(month)
    report = morning_report(on(month, datetime(2026, 10, 31, 18, 0).astimezone()))
    assert everything_in(month) == before
    assert report.not_read == {}
    assert report.since is None
    assert report.new == ()
    assert {row.kind for row in report.unposted} == {"Invoice", "Expense", "Inventory"}
    assert report.ready == len(month.everything().marked)
    assert all(row.days is not None and row.days > 7 for row in report.late)
    assert report.payments is not None
    assert report.payments.dry_run


def test_the_next_morning_tells_what_changed_in_both_systems(story: Any) -> None:
    morning_report(on(story, MONDAY))
    run = story.push(story.unposted()[:5])
    numbers = {row.transaction for row in run.results}
    (batch, *_) = sorted({row.sl_batch for row in run.results if row.module == "AR"})
    release_batch(story.engine, "AR", batch)
    left = story.unposted()
    report = morning_report(on(story, TUESDAY))
    assert report.since == MONDAY.date()
    gone = {change.what for change in report.changes if change.system == "Manage"}
    assert gone == {f"Invoice {number}" for number in numbers}
    assert any(change.what.startswith("Batch OCT-I") for change in report.changes if change.system == "SL")
    assert len([row for row in report.unposted if row.key.startswith("invoice")]) >= len(left)
    assert report.new == ()
    third = morning_report(on(story, TUESDAY + timedelta(days=1)))
    assert third.changes == ()


def test_what_is_new_since_yesterday(story: Any) -> None:
    posted = story.push(story.unposted()[:2])
    morning_report(on(story, MONDAY))
    for row in posted.results:
        story.site.unbatch(int(row.transaction_id))  # unposted again in Manage
    report = morning_report(on(story, TUESDAY))
    assert {row.number for row in report.new} == {row.transaction for row in posted.results}


def test_a_second_report_of_the_day_still_compares_with_the_day_before(story: Any) -> None:
    morning_report(on(story, MONDAY))
    story.push(story.unposted()[:2])
    first, again = morning_report(on(story, TUESDAY)), morning_report(on(story, TUESDAY))
    assert len(first.changes) == len(again.changes) > 0


def test_stops_come_with_their_cure_and_the_most_frequent_first(story: Any) -> None:
    with story.engine.begin() as connection:
        connection.exec_driver_sql("UPDATE GLSetup SET PerNbr = '202612', LastClosePerNbr = '202611'")
        connection.exec_driver_sql("UPDATE ARSetup SET PerNbr = '202612', CurrPerNbr = '202612'")
    report = morning_report(on(story, MONDAY))
    assert report.verdict is Verdict.TO_DO
    assert report.stopped
    assert [one.count for one in report.stopped] == sorted((one.count for one in report.stopped), reverse=True)
    page = morning_page(report)
    assert report.stopped[0].problem.fix.split("'")[0] in page


def test_payments_are_written_only_when_the_settings_say_so(story: Any) -> None:
    run = story.push(story.unposted()[:1])
    (row,) = [row for row in run.results if row.module == "AR"]
    release_batch(story.engine, "AR", row.sl_batch)
    sl.pay(story.engine, row.reference, abs(row.amount), on=date(2026, 11, 1))
    story.site.calls.clear()
    dry = morning_report(on(story, MONDAY))
    assert dry.payments is not None
    assert dry.payments.dry_run
    assert writes(story) == []
    wet = morning_report(on(story, MONDAY, sync_payments=True))
    assert wet.payments is not None
    assert not wet.payments.dry_run
    assert writes(story) != []


def test_a_batch_that_differs_is_wrong_and_ends_with_3(story: Any) -> None:
    story.push(story.unposted()[:3])
    with story.engine.begin() as connection:
        connection.exec_driver_sql("UPDATE ARDoc SET CuryOrigDocAmt = CuryOrigDocAmt + 1 WHERE User1 <> ''")
    report = morning_report(on(story, MONDAY))
    assert report.verdict is Verdict.WRONG
    assert report.exit_code == 3
    assert report.reconciled is not None
    assert report.reconciled.text in report.wrong


def test_a_part_that_cannot_be_read_is_named_and_the_others_are_told(story: Any, tmp_path: Path) -> None:
    story.site.faults.add(Fault(FaultKind.FORBIDDEN, "GET", "/finance/accounting/batches.*", times=None))
    told = watch(on(story, MONDAY), folder=tmp_path)
    assert told.report.verdict is Verdict.NOT_KNOWN
    assert told.exit_code == 2
    assert "Batches" in told.report.not_read
    assert told.report.unposted
    assert "Batches could not be read" in Path(told.data["page"]).read_text(encoding="utf-8")


def test_open_requests_for_approval_wait_for_somebody(story: Any) -> None:
    ask(story.session(), Wish(ForApproval.EXPORT, story.selection(story.unposted()[:2])))
    report = morning_report(on(story, MONDAY))
    assert [one.prepared_by.user for one in report.approvals] == ["kmorales"]
    assert "To be approved" in morning_page(report)


def test_what_a_user_saw_at_her_refresh_stays_what_she_saw(story: Any) -> None:
    Books(story.session()).unposted()
    before = recall_refresh(story.profile)
    story.push(story.unposted()[:1])  # the lists are others now
    morning_report(on(story, MONDAY))
    assert recall_refresh(story.profile) == before

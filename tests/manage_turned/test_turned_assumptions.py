"""The table of assumptions: each is turned round, and the month ends right or in a stop that names it.

No line may end in a wrong posting, a lost transaction, or a dead end of Recover. Prints its counts with ``-s``.
"""

from __future__ import annotations

from collections import Counter
from typing import Any

import pytest
from assumptions import ASSUMPTIONS, RIGHT, UNBATCHING, Assumption
from undo_stage import put_into_batch

from xlpy.domain.values.transactions import Kind
from xlpy.errors import ManageError
from xlpy.services.history.undo import undo
from xlpy.services.manage_half.recover import recover
from xlpy.services.run.reports import RunReport, RunState

ENDS: dict[str, str] = {}
MOST_RECOVERS = 3


def in_sl(stage: Any) -> dict[str, list[Any]]:
    """What SL has, whatever its numbers are: documents with type, amount and currency."""
    return {
        "ar": sorted(stage.rows("SELECT User1, DocType, CuryOrigDocAmt, CuryId, DocDate FROM ARDoc WHERE User1 <> ''")),
        "ap": sorted(stage.rows("SELECT DocType, InvcNbr, CuryOrigDocAmt, CuryId, DocDate FROM APDoc")),
        "in": sorted(stage.rows("SELECT TranType, InvtID, Qty, ExtCost, TranDate FROM INTran")),
    }


def pushed(stage: Any, marks: Any) -> tuple[RunReport | None, ManageError | None]:
    try:
        return stage.push(marks), None
    except ManageError as error:
        return None, error


@pytest.fixture(scope="session")
def right(turned_theatre: Any) -> dict[str, list[Any]]:
    """What SL has after the month when nothing is turned."""
    stage = turned_theatre.put_back("fresh")
    assert stage.push(stage.marks()).state is RunState.COMPLETED
    return in_sl(stage)


@pytest.mark.parametrize("one", ASSUMPTIONS, ids=lambda one: f"{one.section} {one.assumed}")
def test_turned_round_the_month_ends_right_or_in_a_stop_that_names_it(
    turned_theatre: Any, right: dict[str, list[Any]], one: Assumption
) -> None:
    stage = turned_theatre.put_back("fresh")
    for session in stage.sessions:
        session.manage._transport._sleep = lambda _seconds: None
    marks = stage.marks()
    before = in_sl(stage)
    one.turn(stage)
    report, raised = pushed(stage, marks)
    if report is None:
        ENDS[one.assumed] = "stop"
        assert type(raised).__name__ == one.ends
        assert str(raised)
        assert in_sl(stage) == before
        assert stage.ledger() == []
        return
    if report.state is RunState.NOTHING_WRITTEN:
        ENDS[one.assumed] = "stop"
        stops = {problem.code for problem in report.problems if problem.severity == "stop"}
        assert one.ends in stops
        assert in_sl(stage) == before
        assert not stage.site.records.batches
        return
    ENDS[one.assumed] = RIGHT
    assert one.ends == RIGHT
    for _ in range(MOST_RECOVERS):
        if recover(stage.session()).exit_code == 0:
            break
    else:
        pytest.fail(f"Recover does not get out: {recover(stage.session()).text}")
    assert in_sl(stage) == right
    rows = stage.ledger()
    assert sorted(str(row.key) for row in rows) == sorted(str(mark.key) for mark in marks)
    assert {row.closed_at is None for row in rows} == {False}
    names = {batch.identifier for batch in stage.site.records.batches.values()}
    for row in rows:
        assert row.batch_identifier in names
        assert row.key.record_id not in stage.unposted()[row.key.kind]
        if row.key.kind is Kind.INVOICE:
            assert stage.site.batch_of(int(row.key.record_id)) == row.batch_identifier


def test_a_batch_made_without_one_of_its_entries_is_told_by_number_and_nothing_is_posted_twice(
    turned_theatre: Any, right: dict[str, list[Any]]
) -> None:
    """What Manage left out can't be added to a batch: Recover names the invoice and the screen, and then gets out."""
    stage = turned_theatre.put_back("fresh")
    marks = stage.marks()
    stage.site.harsh.partial_batches = True
    assert stage.push(marks).state is RunState.PENDING
    told = recover(stage.session())
    stage.site.harsh.partial_batches = False
    left = [row for row in stage.ledger() if row.closed_at is None]
    assert left
    assert told.exit_code == 3
    assert all(row.number in told.text for row in left)
    assert "Finance > Accounting Interface" in told.text
    later = recover(stage.session())
    assert later.exit_code == 0
    assert later.text.startswith("Nothing was half done. In SL, but not marked by an earlier run")
    assert all(row.number in later.text for row in left)
    assert "Of earlier runs" not in stage.push(()).text
    assert in_sl(stage) == right
    assert {str(row.state) for row in left} == {"changed"}


@pytest.mark.parametrize("one", UNBATCHING, ids=lambda one: f"{one.section} {one.assumed}")
def test_turned_round_an_undo_that_un_batches_orders_ends_right_or_is_told_how_to_end(
    turned_theatre: Any, one: Assumption
) -> None:
    stage = turned_theatre.put_back("fresh")
    before, unposted = in_sl(stage), stage.unposted()[Kind.PROCUREMENT]
    receipts = tuple(m for m in stage.marks(Kind.PROCUREMENT) if m.key.record_id.endswith("-purchase"))
    assert stage.push(receipts).state is RunState.COMPLETED
    put_into_batch(stage.site, "OCT-P")
    one.turn(stage)
    undo(stage.session(), "OCT-P", confirmed=True)
    for _ in range(MOST_RECOVERS):
        if (told := recover(stage.session())).exit_code == 0:
            break
    ENDS[one.assumed] = "stop" if told.exit_code else RIGHT
    if one.ends != RIGHT:
        assert one.ends in told.text
        for row in stage.ledger():
            stage.site.unbatch_procurement(row.key.record_id)
        assert recover(stage.session()).exit_code == 0
    assert in_sl(stage) == before
    assert stage.states() == {"undone"}
    assert sorted(stage.unposted()[Kind.PROCUREMENT]) == sorted(unposted)


def test_the_table_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    table = (*ASSUMPTIONS, *UNBATCHING)
    assert len({one.assumed for one in table}) == len(table)
    planned = Counter("right" if one.ends == RIGHT else "stop" for one in table)
    counts = f"{planned['right']} end right, {planned['stop']} in a named stop"
    with capsys.disabled():
        print(f"\n{len(table)} assumptions turned round: {counts}")
        for one in table:
            print(f"  {one.section:<14} {one.assumed:<48} {one.switch:<42} {one.ends}")
    told = {one.assumed: RIGHT if one.ends == RIGHT else "stop" for one in table}
    assert ENDS.items() <= told.items()

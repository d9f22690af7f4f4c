"""A process that really dies while it writes to a SQL Server, two that write at once: each transaction once.

The places to die: before and after each commit, and in the middle of the inserts. Afterwards the run is repeated the
way a user would. Every death takes transactions of its own, so one company serves them all.
"""

from __future__ import annotations

import multiprocessing
import os
from typing import Any

import pytest
from sql_server_stage import Stage, once_everywhere

from xlpy.domain.values.transactions import Kind, TransactionKey
from xlpy.errors import PostingLocked
from xlpy.services.export.push import push
from xlpy.services.manage_half.recover import recover
from xlpy.services.run.reports import Marked, RunState, Selection

DEAD = 77
PLACES = ("before the first INSERT", "in the middle of the inserts", "before the commit", "after the commit")
FORK = multiprocessing.get_context("fork" if "fork" in multiprocessing.get_all_start_methods() else "spawn")


def _some(stage: Stage) -> tuple[Marked, ...]:
    return (
        *stage.marks(Kind.INVOICE, most=2),
        *stage.marks(Kind.EXPENSE, most=1),
        *stage.marks(Kind.PROCUREMENT, most=1),
    )


def _push_and_die(stage: Stage, selection: Selection, place: str, kind: int) -> None:
    """Die at a place of the ``kind``-th kind that is written (each has a transaction of its own)."""
    inserts = commits = 0

    def at(label: str) -> None:
        nonlocal inserts, commits
        inserts += label.startswith("insert")
        commits += label == "committed"
        reached = {
            "before the first INSERT": inserts == 1,
            "in the middle of the inserts": inserts == 3,
            "before the commit": label == "commit",
            "after the commit": label == "committed",
        }
        if label == "committed":
            inserts = 0
        if reached[place] and commits == kind + (place == "after the commit"):
            os._exit(DEAD)

    session = stage.new_session()
    session.observe = at
    push(session, selection)


@pytest.mark.slow
@pytest.mark.timeout(3600)
@pytest.mark.parametrize("place", PLACES)
def test_dead_at_each_commit_and_in_the_inserts_and_the_next_run_ends_it(stage: Stage, place: str) -> None:
    for kind in range(3):
        marks = _some(stage)
        assert len({mark.key.kind for mark in marks}) == 3, "there is still enough to export"
        keys = tuple(mark.key for mark in marks)
        selection = stage.selection(marks, f"D{PLACES.index(place)}{kind}")
        child = FORK.Process(target=_push_and_die, args=(stage, selection, place, kind))
        child.start()
        child.join()
        assert child.exitcode == DEAD, f"{place} of kind {kind} was not reached"
        recover(stage.session())
        left = tuple(mark for mark in marks if stage.batch_in_manage(mark.key) is None)
        if left:
            report = push(stage.session(), stage.selection(left, f"E{PLACES.index(place)}{kind}"))
            assert report.state is RunState.COMPLETED, (report.text, report.problems)
        assert once_everywhere(stage, keys) == [], f"{place} of kind {kind}"


def _push_and_tell(stage: Stage, selection: Selection, user: str, told: Any) -> None:
    try:
        report = push(stage.new_session(user, "PC2"), selection)
        told.put((user, str(report.state)))
    except PostingLocked:
        told.put((user, "locked"))


@pytest.mark.slow
@pytest.mark.timeout(3600)
def test_two_at_once_post_each_transaction_once(stage: Stage) -> None:
    marks = stage.marks(Kind.INVOICE, most=6)
    keys: tuple[TransactionKey, ...] = tuple(mark.key for mark in marks)
    told = FORK.Queue()
    both = [
        FORK.Process(target=_push_and_tell, args=(stage, stage.selection(some, name), name, told))
        for name, some in (("ONE", marks[:4]), ("TWO", marks[2:]))
    ]
    for one in both:
        one.start()
    outcomes = dict(told.get() for _ in both)
    for one in both:
        one.join()
    assert str(RunState.COMPLETED) in outcomes.values()
    left = tuple(mark for mark in marks if stage.batch_in_manage(mark.key) is None)
    if left:
        assert push(stage.session(), stage.selection(left, "REST")).state is RunState.COMPLETED
    assert once_everywhere(stage, keys) == []

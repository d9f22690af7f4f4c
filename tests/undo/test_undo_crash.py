"""Undo and clear killed at any SQL statement, commit or HTTP call, then recovered on another PC.

The process really ends there (``os._exit`` in a forked child). ``XLPY_CRASH_STRIDE=1`` tries every place; CI every
few, and every commit, deletion and creation of a Manage batch.
"""

from __future__ import annotations

import multiprocessing
import os
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import requests
from places_to_die import DEAD, count_places, dying_at
from undo_stage import WRITTEN, Stage

from xlpy.demo.site.door import access
from xlpy.domain.values.transactions import Kind
from xlpy.profile.credentials import ManageSecrets
from xlpy.services.history.clear import clear
from xlpy.services.history.undo import undo
from xlpy.services.manage_half.recover import look, recover
from xlpy.services.run.reports import RunState, Selection
from xlpy.services.run.session import Session
from xlpy.sl.connection.sqlite import sqlite_engine

STRIDE = int(os.environ.get("XLPY_CRASH_STRIDE", "240"))
Work = Callable[[Session], object]


def _undo(session: Session) -> RunState:
    return undo(session, "OCT-P", confirmed=True).state


def _session(stage: Stage) -> Session:
    return Session(stage.profile, ManageSecrets(private_key=access.PRIVATE_KEY))


def _work_counted(stage: Stage, work: Work, at: Callable[[str], None], data: str) -> None:
    os.environ["XLPY_DATA"] = data
    known = stage.session().sl  # its catalogue; a forked child must not share connections
    known.engine.dispose()
    send = requests.Session.send
    try:
        with _session(stage) as session:
            session.__dict__["sl"] = replace(known, engine=sqlite_engine(stage.profile.sl.url))
            count_places(session, at)
            work(session)
    finally:
        requests.Session.send = send  # type: ignore[method-assign]


def _die_at(stage: Stage, work: Work, number: int, data: str) -> None:
    _work_counted(stage, work, dying_at(number), data)


def _chosen(places: list[str]) -> list[int]:
    """Every few places, and the two sides of each commit (but those of the lock) and of each change in Manage."""
    ends = {
        number + step
        for number, place in enumerate(places, 1)
        if ("COMMIT" in place and "xlpy_Lock" not in places[number - 2])
        or (place.startswith(("before DELETE /", "before POST /")) and place.split("/batches")[-1].count("/") < 2)
        for step in (0, 1)
        if number + step <= len(places) and "/export" not in place
    }
    return sorted({*range(1, len(places) + 1, STRIDE), *ends})


def _kill_everywhere(
    theatre: Any, moment: str, work_of: Callable[[Stage], Work], folder: Path, check: Callable[[Stage, str], None]
) -> None:
    stage = theatre.put_back(moment)
    places: list[str] = []
    _work_counted(stage, work_of(stage), places.append, str(folder / "whole"))
    check(stage, "not killed")
    assert len(places) > 30
    assert any("COMMIT" in place for place in places)
    fork = multiprocessing.get_context("fork")
    for number in _chosen(places):
        stage = theatre.put_back(moment)
        work = work_of(stage)
        child = fork.Process(target=_die_at, args=(stage, work, number, str(folder / str(number))))
        child.start()
        child.join()
        where = f"killed at {number}: {places[number - 1]}"
        assert child.exitcode == DEAD, where
        recover(stage.session("jdoe", "PC2"))
        assert look(stage.session()) == (), where
        check(stage, where)


@pytest.mark.slow
@pytest.mark.timeout(0)
def test_an_undo_killed_anywhere_is_either_whole_or_not_begun(theatre: Any, tmp_path: Path) -> None:
    def check(stage: Stage, where: str) -> None:
        if stage.states("OCT-P") == {"closed"}:  # SL never committed: nothing has happened, and it can be done again
            assert any(batch.identifier == "OCT-P" for batch in stage.site.records.batches.values()), where
            assert _undo(stage.session()) is RunState.COMPLETED, where
        assert stage.states("OCT-P") == {"undone"}, where
        assert stage.unposted()[Kind.PROCUREMENT] == theatre.unposted[Kind.PROCUREMENT], where
        assert not [b for b in stage.site.records.batches.values() if b.identifier == "OCT-P"], where
        whole.setdefault("tables", stage.tables(WRITTEN))  # after the one that was not killed
        assert stage.tables(WRITTEN) == whole["tables"], where
        assert stage.tables(["Location"])["Location"] == theatre.before["Location"], where

    whole: dict[str, Any] = {}
    _kill_everywhere(theatre, "pushed", lambda _stage: _undo, tmp_path, check)


@pytest.mark.slow
@pytest.mark.timeout(0)
def test_a_clearing_killed_anywhere_marks_each_transaction_once(theatre: Any, tmp_path: Path) -> None:
    def selection(stage: Stage) -> Selection:
        """Two of each kind, and the personal expense."""
        every = stage.marks(personal=True)
        some = [mark for kind in Kind for mark in [m for m in every if m.key.kind is kind][:2]]
        return stage.selection((*some, next(m for m in every if m.key.record_id == personal)), "M")

    manage = theatre.put_back("fresh").session().manage
    personal = next(str(r.expense_detail_id) for r in manage.unposted_expenses() if r.classification == "Personal")

    def work_of(stage: Stage) -> Work:
        chosen = selection(stage)
        return lambda session: clear(session, chosen, confirmed=True)

    keys = {mark.key for mark in selection(theatre.put_back("fresh")).marked}

    def check(stage: Stage, where: str) -> None:
        if not stage.ledger():
            assert stage.unposted() == theatre.unposted, where
            assert clear(stage.session(), selection(stage), confirmed=True).state is RunState.COMPLETED, where
        rows = stage.ledger()
        assert sorted(row.key for row in rows) == sorted(keys), where
        assert {(str(row.state), row.closed_at is None) for row in rows} == {("cleared", False)}, where
        assert not [key for key in keys if key.record_id in stage.unposted()[key.kind]], where
        assert sorted(batch.identifier for batch in stage.site.records.batches.values()) == ["M-E", "M-I", "M-P"], where
        assert stage.tables(WRITTEN) == {name: theatre.before[name] for name in WRITTEN}, where

    _kill_everywhere(theatre, "fresh", work_of, tmp_path, check)

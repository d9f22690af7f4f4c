"""A connection that breaks while SL commits: what is known is told, what is not is settled by reading."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from sqlalchemy import RootTransaction, event
from sqlalchemy.exc import OperationalError
from undo_stage import WRITTEN

from xlpy.domain.values.transactions import Kind
from xlpy.services.history.clear import clear
from xlpy.services.history.undo import undo
from xlpy.services.manage_half.recover import recover
from xlpy.services.manage_half.undo_manage import finish_undoing
from xlpy.services.run.reports import RunState


@contextmanager
def broken_commit(stage: Any, monkeypatch: pytest.MonkeyPatch, *, done: bool, dead: bool = False) -> Iterator[None]:
    """Lose the answer of the next observed commit; ``dead``: SL can't be asked afterwards."""
    session = stage.session()
    commit = RootTransaction.commit
    refusing = []

    def refuse(*_: object) -> None:
        raise OperationalError("connect", None, Exception("Communication link failure"))

    def lost(self: RootTransaction) -> None:
        monkeypatch.setattr(RootTransaction, "commit", commit)
        if done:
            commit(self)
        else:
            self.rollback()
        if dead:
            event.listen(session.sl.engine, "do_connect", refuse)
            refusing.append(True)
        raise OperationalError("commit", None, Exception("Communication link failure"))

    session.observe = lambda label: monkeypatch.setattr(RootTransaction, "commit", lost) if label == "commit" else None
    try:
        yield
    finally:
        if refusing:
            event.remove(session.sl.engine, "do_connect", refuse)
        session.observe = None


def test_an_undo_that_sl_has_goes_on(pushed: Any, theatre: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    with broken_commit(pushed, monkeypatch, done=True):
        assert undo(pushed.session(), "OCT-I", confirmed=True).state is RunState.COMPLETED
    assert pushed.unposted()[Kind.INVOICE] == theatre.unposted[Kind.INVOICE]


def test_an_undo_that_sl_does_not_have_changed_nothing(pushed: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    before = pushed.tables(WRITTEN)
    with broken_commit(pushed, monkeypatch, done=False):
        report = undo(pushed.session(), "OCT-I", confirmed=True)
    assert report.state is RunState.NOTHING_WRITTEN
    assert "SL has nothing of the undo" in report.text
    assert pushed.tables(WRITTEN) == before
    assert pushed.states("OCT-I") == {"closed"}


def test_an_undo_that_another_pc_has_finished_meanwhile_is_known_to_be_done(
    pushed: Any, theatre: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The lock goes with the connection: Recover of another PC may be quicker than the question to the ledger."""
    from xlpy.sl.writing import one_commit

    settle = one_commit._settle

    def after_the_other(*known: Any) -> None:
        finish_undoing(pushed.session("jdoe", "PC2"))
        settle(*known)

    monkeypatch.setattr(one_commit, "_settle", after_the_other)
    with broken_commit(pushed, monkeypatch, done=True):
        report = undo(pushed.session(), "OCT-I", confirmed=True)
    assert report.state is RunState.COMPLETED, report.text
    assert {row.status for row in report.results} == {"Undone"}
    assert pushed.unposted()[Kind.INVOICE] == theatre.unposted[Kind.INVOICE]


@pytest.mark.parametrize("done", [True, False])
def test_an_undo_of_which_nothing_is_known_says_so_and_recover_settles_it(
    pushed: Any, theatre: Any, monkeypatch: pytest.MonkeyPatch, done: bool
) -> None:
    before = pushed.tables(WRITTEN)
    with broken_commit(pushed, monkeypatch, done=done, dead=True):
        report = undo(pushed.session(), "OCT-I", confirmed=True)
    assert (report.state, report.exit_code) == (RunState.UNKNOWN, 3)
    assert {row.status for row in report.results} == {"Not known"}
    found = recover(pushed.session())
    if done:
        assert len(found.undone) == len(pushed.ledger("OCT-I"))
        assert pushed.unposted()[Kind.INVOICE] == theatre.unposted[Kind.INVOICE]
    else:
        assert found.text == "Nothing was half done."
        assert pushed.tables(WRITTEN) == before


def test_an_export_of_which_nothing_is_known_is_a_row_of_results(fresh: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    from xlpy.excel.tables.rows import result_rows

    marks = fresh.marks(Kind.INVOICE)
    with broken_commit(fresh, monkeypatch, done=True, dead=True):
        report = fresh.push(marks)
    assert report.state is RunState.UNKNOWN
    (row,) = result_rows(report)
    assert row["Status"] == "Not known: run Recover"
    assert "not known whether the batch is there" in str(row["Message"])
    assert len(recover(fresh.session()).closed) == len(marks)


def test_a_clearing_of_which_nothing_is_known_is_finished_by_recover(
    fresh: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    marks = fresh.marks(Kind.INVOICE)
    with broken_commit(fresh, monkeypatch, done=True, dead=True):
        report = clear(fresh.session(), fresh.selection(marks, "M"), confirmed=True)
    assert report.state is RunState.UNKNOWN
    assert len(recover(fresh.session()).cleared) == len(marks)
    with broken_commit(fresh, monkeypatch, done=False):
        report = clear(fresh.session(), fresh.selection(fresh.marks(Kind.EXPENSE), "N"), confirmed=True)
    assert "SL has nothing of the clearing" in report.text

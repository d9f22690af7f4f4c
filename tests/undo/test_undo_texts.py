"""What an undo, a clearing, a rerun and a recovery say, done once, twice, or of something that is not there."""

from __future__ import annotations

from typing import Any

from texts_told import faults

from xlpy.services.history.batches import list_batches
from xlpy.services.history.rerun_plan import plan_rerun
from xlpy.services.history.undo import look_at_undo, undo
from xlpy.services.manage_half.recover import recover
from xlpy.services.reconciling.reconcile import reconcile
from xlpy.services.run.reports import RunState


def test_undone_twice_says_it_in_one_sentence(pushed: Any) -> None:
    session = pushed.session()
    assert undo(session, "OCT-E", confirmed=True).state is RunState.COMPLETED
    told = undo(session, "OCT-E", confirmed=True).text
    assert told.startswith("Batch OCT-E was undone already on ")
    assert "by kmorales." in told
    assert told.count("OCT-E") == 1
    assert faults(told, "OCT-E") == []


def test_every_report_is_put_together_well(pushed: Any) -> None:
    session = pushed.session()
    texts = [look_at_undo(session, name).text for name in ("OCT-I", "NOT-THERE", "", "OCT")]
    texts += [plan_rerun(session, name).text for name in ("OCT-I", "OCT-E", "OCT-P")]
    texts += [list_batches(session).text, reconcile(session, everything=True).text, recover(session).text]
    for module in ("AR", "AP"):
        pushed.run("UPDATE Batch SET Rlsed = 1, Status = 'U' WHERE Module = :m AND Crtd_Prog <> ''", m=module)
    texts += [look_at_undo(session, name).text for name in ("OCT-I", "OCT-E", "OCT-P")]
    texts += [undo(session, name).text for name in ("OCT-I", "OCT-P")]
    assert len(texts) == len([text for text in texts if text])
    assert {text: faults(text, "OCT-I", "OCT-E", "OCT-P", "NOT-THERE") for text in texts} == {t: [] for t in texts}

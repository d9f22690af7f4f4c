"""A month whose adjustments and transfers are journals: posted, reconciled, released, un-batched, rerun and undone."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import replace

import pytest
from reconcile_stage import Month, stage
from test_reconcile_agrees import assert_agrees

from xlpy.domain.values.statuses import ReconcileState
from xlpy.services.history.rerun import rerun
from xlpy.services.history.rerun_plan import RerunMarks
from xlpy.services.history.undo import undo
from xlpy.services.run.reports import RunState

OF_STOCK = (
    "SELECT p.RecordID, d.Module, d.RefNbr, d.Amount FROM xlpy_Posting p JOIN xlpy_PostingDoc d"
    " ON d.PostingID = p.PostingID WHERE p.RecordID LIKE '%-adjustment' OR p.RecordID LIKE '%-transfer'"
)


@pytest.fixture(scope="module")
def made_once(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Month]:
    folder = tmp_path_factory.mktemp("stock as journals")
    with ExitStack() as stack, pytest.MonkeyPatch.context() as patch:
        patch.setenv("XLPY_DATA", str(folder / "user data"))
        made = stage(folder, stack, invoices=2, procurement=16)
        made.profile = replace(made.profile, posting=replace(made.profile.posting, inventory="journals"))
        before = made.sql("SELECT COUNT(*) FROM INTran")
        made.push(made.everything())
        assert made.sql("SELECT COUNT(*) FROM INTran") == before, "SL's Inventory is not touched"
        made.keep("unreleased")
        yield made


@pytest.fixture
def month(made_once: Month) -> Month:
    made_once.bring_back("unreleased")
    return made_once


def test_sls_inventory_is_not_touched_and_its_ledger_has_the_journals(month: Month) -> None:
    kept = month.sql(OF_STOCK)
    assert {module for _, module, *_ in kept} == {"GL"}
    assert len(kept) >= 4
    assert {sort.rpartition("-")[2] for sort, *_ in kept} == {"adjustment", "transfer"}


def test_it_agrees_to_the_cent_as_written_and_as_posted(month: Month) -> None:
    assert_agrees(month.reconcile())
    month.release()
    report = month.reconcile()
    assert_agrees(report)
    moved = [row for row in report.rows if row.record_id.endswith(("-adjustment", "-transfer"))]
    assert {row.module for row in moved} == {"GL"}
    assert all(row.gl == row.base for row in moved)
    mixed = next(row for row in moved if row.manage is not None and row.manage < 0)
    assert mixed.sl == mixed.manage, "what came in and what went out are one net value"


def test_an_account_that_somebody_changed_is_found(month: Month) -> None:
    record, _, reference, _ = month.sql(OF_STOCK)[0]
    month.sql("UPDATE GLTran SET Acct = '6100' WHERE RefNbr = :r AND Acct = '1400' AND Module = 'GL'", r=reference)
    rows = [row for row in month.reconcile().rows if row.record_id == record]
    assert [row.state for row in rows] != [ReconcileState.AGREES]


def test_undone_all_of_it_goes_and_comes_again(month: Month) -> None:
    with month.session() as session:
        assert undo(session, "OCT-P", confirmed=True).state is RunState.COMPLETED
    assert month.sql("SELECT COUNT(*) FROM GLTran WHERE ExtRefNbr LIKE '%-adjustment'") == [(0,)]
    month.push(month.everything("OCT2"))
    assert_agrees(month.reconcile(batch="OCT2-P"))


def test_a_journal_that_sl_lost_is_posted_again_by_a_rerun(month: Month) -> None:
    record, _, reference, _ = month.sql(OF_STOCK)[0]
    (batch,) = month.sql(
        "SELECT BatNbr FROM GLTran WHERE RefNbr = :r AND ExtRefNbr = :x LIMIT 1", r=reference, x=record
    )
    month.sql("DELETE FROM GLTran WHERE BatNbr = :b AND Module = 'GL'", b=batch[0])
    month.sql("DELETE FROM Batch WHERE BatNbr = :b AND Module = 'GL'", b=batch[0])
    lost = [row for row in month.reconcile().rows if row.record_id == record]
    assert [row.state for row in lost] == [ReconcileState.MISSING]
    with month.session() as session:
        report = rerun(session, "OCT-P", marks=RerunMarks(again=("all",)))
    assert report.state is RunState.COMPLETED
    assert {module for name, module, *_ in month.sql(OF_STOCK) if name == record} == {"GL"}
    assert_agrees(month.reconcile())

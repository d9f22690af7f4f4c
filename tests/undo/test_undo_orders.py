"""Purchase orders that leave a Manage batch which has to stay, whatever Manage answers to that."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from undo_stage import put_into_batch, same_but_for_masters

from xlpy.demo.site.door.faults import Fault, FaultKind
from xlpy.domain.values.transactions import Kind
from xlpy.services.history.undo import look_at_undo, undo
from xlpy.services.manage_half.recover import recover
from xlpy.services.run.reports import Marked, RunState

UNBATCH = r"/procurement/purchaseorders/\d+/unbatch"
ONE_BATCH = r"/finance/accounting/batches/\d+"


def receipts(stage: Any, *orders: int) -> tuple[Marked, ...]:
    """The unposted receipts of these purchase orders, of all when none is named."""
    every = [m for m in stage.marks(Kind.PROCUREMENT) if m.key.record_id.endswith("-purchase")]
    return tuple(m for m in every if not orders or int(m.key.record_id.partition("-")[0]) in orders)


def put_in(stage: Any, record_id: str, batch: str = "OCT-P") -> None:
    """Somebody adds a transaction of Manage to our batch there."""
    documents = stage.site.documents_of(record_id)
    put_into_batch(stage.site, batch, [entry for document in documents for entry in document.entry_ids])


@pytest.fixture
def mixed(fresh: Any) -> Any:
    """Every receipt is in OCT-P, and so is a transfer that somebody put there by hand."""
    assert fresh.push(receipts(fresh)).state is RunState.COMPLETED
    put_in(fresh, "58-transfer")
    fresh.site.calls.clear()
    return fresh


def called(stage: Any, what: str) -> list[str]:
    return [path for method, path in stage.site.calls if f"{method} {path}".startswith(what) or path.endswith(what)]


def confirmed(stage: Any, batch: str = "OCT-P") -> Any:
    return undo(stage.session(), batch, confirmed=True)


def test_orders_leave_a_batch_that_has_others_in_it(mixed: Any, theatre: Any) -> None:
    plan = look_at_undo(mixed.session(), "OCT-P")
    assert plan.reasons == ()
    assert plan.manage_batches == ()
    assert (
        "Manage batch OCT-P has 2 GL entries of other transactions: it stays, and its 6 purchase orders would be"
        " un-batched instead (PO-0077 PS118, PO-0077 PS121, PO-0077 RMA-77, PO-0078, PO-0079 CW/7-1 and 3 more), each"
        " with all of its receipts." in plan.text
    )
    assert called(mixed, "unbatch") == []
    report = confirmed(mixed)
    assert report.state is RunState.COMPLETED, report.text
    assert len(called(mixed, "unbatch")) == 6
    assert called(mixed, "DELETE") == []
    assert mixed.states() == {"undone"}
    assert same_but_for_masters(theatre.before, mixed.tables()) == []
    (batch,) = mixed.site.records.batches.values()
    assert batch.identifier == "OCT-P"
    assert len(batch.entry_ids) == 2
    assert sorted(mixed.unposted()[Kind.PROCUREMENT]) == sorted(
        set(theatre.unposted[Kind.PROCUREMENT]) - {"58-transfer"}
    )


def test_what_left_its_batch_goes_out_again(mixed: Any) -> None:
    confirmed(mixed)
    report = mixed.push(receipts(mixed), "NOV")
    assert report.state is RunState.COMPLETED, report.text
    assert mixed.states("NOV-P") == {"closed"}


def test_an_adjustment_of_ours_can_only_go_with_the_batch(fresh: Any) -> None:
    every = fresh.marks(Kind.PROCUREMENT)
    fresh.push(tuple(m for m in every if m.key.record_id != "58-transfer"))
    put_in(fresh, "58-transfer")
    (reason,) = look_at_undo(fresh.session(), "OCT-P").reasons
    assert reason.code == "UNDO-ENTRIES"
    assert "adjustments and transfers: delete the batch" in reason.fix


def test_an_order_with_a_receipt_posted_elsewhere_stays(fresh: Any) -> None:
    """The call may take that one out as well, which SL has and keeps."""
    first, *others = receipts(fresh, 77)
    assert fresh.push((first,), "SEP").state is RunState.COMPLETED
    assert fresh.push((*others, *receipts(fresh, 78))).state is RunState.COMPLETED
    put_in(fresh, "58-transfer")
    assert [reason.code for reason in look_at_undo(fresh.session(), "OCT-P").reasons] == ["UNDO-ENTRIES"]
    assert confirmed(fresh, "SEP-P").state is RunState.COMPLETED
    assert look_at_undo(fresh.session(), "OCT-P").reasons == ()


def test_an_order_with_a_receipt_of_somebody_else_in_the_batch_stays(fresh: Any) -> None:
    first, second, *_ = receipts(fresh, 77)
    assert fresh.push((first, *receipts(fresh, 78))).state is RunState.COMPLETED
    put_in(fresh, second.key.record_id)
    assert [reason.code for reason in look_at_undo(fresh.session(), "OCT-P").reasons] == ["UNDO-ENTRIES"]


def test_a_closed_batch_stays_closed(mixed: Any) -> None:
    next(iter(mixed.site.records.batches.values())).closed = True
    assert [reason.code for reason in look_at_undo(mixed.session(), "OCT-P").reasons] == ["UNDO-CLOSED"]


@pytest.mark.parametrize("status", [FaultKind.FORBIDDEN, FaultKind.SERVER_TIMEOUT, FaultKind.UNAUTHORIZED])
def test_a_batch_that_may_not_be_deleted_is_left_order_by_order(fresh: Any, theatre: Any, status: FaultKind) -> None:
    fresh.push(receipts(fresh))
    fresh.site.faults.add(Fault(status, "DELETE", ONE_BATCH, times=None))
    report = confirmed(fresh)
    assert report.state is RunState.COMPLETED, report.text
    assert fresh.states() == {"undone"}
    assert fresh.unposted() == theatre.unposted
    assert recover(fresh.session()).text == "Nothing was half done."


def test_other_receipts_that_came_along_are_told(fresh: Any) -> None:
    """Somebody posted one by hand, in a batch of his own: only Manage knows of it."""
    first, *others = receipts(fresh, 77)
    manage = fresh.session().manage
    entries = [e for d in fresh.site.documents_of(first.key.record_id) for e in d.entry_ids]
    manage.create_batch("BY-HAND", entries, [Kind.PROCUREMENT])
    assert fresh.push(tuple(others)).state is RunState.COMPLETED
    put_in(fresh, "58-transfer")
    report = confirmed(fresh)
    assert report.state is RunState.WITH_ERRORS
    assert "un-batched other receipts of these purchase orders with them: 77-PS118-purchase" in report.text
    assert fresh.states() == {"undone"}


def only_says_so(stage: Any) -> None:
    stage.site.harsh.unbatch_does_nothing = True


def one_by_one(stage: Any) -> None:
    stage.site.harsh.unbatch_takes_one = True


def fault(kind: FaultKind, **more: Any) -> Callable[[Any], None]:
    return lambda stage: stage.site.faults.add(Fault(kind, "POST", UNBATCH, **more))


TURNED: dict[str, tuple[Callable[[Any], None], RunState, str]] = {
    "no right": (fault(FaultKind.FORBIDDEN, times=None), RunState.HALF_DONE, "security role"),
    "no such call": (fault(FaultKind.NOT_FOUND, times=None), RunState.HALF_DONE, "404"),
    "refused, and done": (
        fault(FaultKind.SERVER_TIMEOUT, times=None, after=True),
        RunState.COMPLETED,
        "unposted in Manage again",
    ),
    "a page, and done": (fault(FaultKind.HTML, times=None, after=True), RunState.COMPLETED, "unposted in Manage again"),
    "the answer is lost": (fault(FaultKind.DROP_AFTER), RunState.HALF_DONE, "Run Recover"),
    "it never came": (fault(FaultKind.DROP_BEFORE, nth=3), RunState.HALF_DONE, "Run Recover"),
    "only says so": (only_says_so, RunState.HALF_DONE, "is un-batched, but batch OCT-P still has it"),
    "one receipt": (one_by_one, RunState.HALF_DONE, "is un-batched, but batch OCT-P still has it"),
}


@pytest.mark.parametrize("turned", TURNED)
def test_whatever_manage_answers_recover_gets_out(mixed: Any, theatre: Any, turned: str) -> None:
    turn, state, words = TURNED[turned]
    turn(mixed)
    report = confirmed(mixed)
    assert report.state is state, report.text
    assert words in report.text
    assert mixed.states() <= {"undone", "undoing"}
    mixed.site.faults.clear()
    mixed.site.harsh.unbatch_does_nothing = False
    texts = [recover(mixed.session()).text for _ in range(3)]
    assert texts[-1] == "Nothing was half done."
    assert mixed.states() == {"undone"}
    assert same_but_for_masters(theatre.before, mixed.tables()) == []
    assert set(mixed.unposted()[Kind.PROCUREMENT]) == set(theatre.unposted[Kind.PROCUREMENT]) - {"58-transfer"}


def test_without_the_call_it_is_done_by_hand_and_recover_sees_each_step(mixed: Any) -> None:
    """An order un-batched on its own screen is out, whatever the others wait for."""
    mixed.site.faults.add(Fault(FaultKind.FORBIDDEN, "POST", UNBATCH, times=None))
    assert confirmed(mixed).state is RunState.HALF_DONE
    assert "un-batch them by hand in Manage" in recover(mixed.session()).text
    mixed.site.unbatch_procurement("78--purchase")
    told = recover(mixed.session())
    assert [posting.number for posting in told.undone] == ["PO-0078"]
    assert told.exit_code == 3
    for mark in {p.key.record_id for p in mixed.ledger() if p.state == "undoing"}:
        mixed.site.unbatch_procurement(mark)
    assert recover(mixed.session()).exit_code == 0
    assert mixed.states() == {"undone"}


def test_an_emptied_batch_that_may_not_be_deleted_keeps_nobody(fresh: Any) -> None:
    """Undone by hand in Manage; the shell of the batch stays where it is."""
    fresh.push(receipts(fresh, 78))
    (batch,) = fresh.site.records.batches.values()
    fresh.site.unbatch_order(78)
    assert fresh.site.records.batches, "it is still there, with nothing in it"
    assert batch.entry_ids == []
    fresh.site.faults.add(Fault(FaultKind.FORBIDDEN, "DELETE", ONE_BATCH, times=None))
    report = confirmed(fresh)
    assert report.state is RunState.COMPLETED, report.text
    assert fresh.states() == {"undone"}

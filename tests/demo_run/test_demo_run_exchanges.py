"""Every request of a demo run and of each scenario, and every answer to it, held against the published schemas."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from said_and_heard import BODIES, Listener

sys.path.insert(0, str(Path(__file__).parents[1] / "sync"))

import sync_stage
import undo_stage

from xlpy.demo.company import payments as sl
from xlpy.demo.scenario import run_demo
from xlpy.demo.site.door.faults import Fault, FaultKind
from xlpy.demo.site.store import Site
from xlpy.domain.values.transactions import Kind
from xlpy.services.history.clear import clear
from xlpy.services.history.rerun import rerun
from xlpy.services.history.undo import undo
from xlpy.services.manage_half.recover import recover
from xlpy.services.run.reports import RunState

BATCHES = "/finance/accounting/batches"
PAYMENTS = "/finance/invoices/<int:parent_id>/payments"


def test_a_demo_run_says_and_hears_nothing_but_what_is_published(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    heard = Listener()
    made = Site.__init__

    def watched(self: Site, records: Any) -> None:
        made(self, records)
        self.watch = heard

    monkeypatch.setattr(Site, "__init__", watched)
    assert run_demo(tmp_path / "demo", port=0, invoices=24, go_on=False, say=lambda _text: None) == 0
    assert heard.found == []
    assert {f"POST {route}" for route in BODIES if "export" in route or route.endswith("batches")} <= set(heard.seen)
    assert heard.seen["POST /finance/invoices/<int:parent_id>/payments"] > 0


def test_a_demo_run_ends_as_it_should_with_every_harsh_switch_on(tmp_path: Path) -> None:
    told: list[str] = []
    assert run_demo(tmp_path / "demo", port=0, invoices=24, go_on=False, say=told.append, harsh=True) == 0
    text = "\n".join(told)
    assert "rows agree to the cent" in text
    assert "Manage batch DEMO-20261031-I-1" in text


@pytest.fixture(scope="module")
def theatre(tmp_path_factory: pytest.TempPathFactory) -> Iterator[undo_stage.Theatre]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XLPY_DATA", str(tmp_path_factory.mktemp("heard data")))
        folder = tmp_path_factory.mktemp("heard")
        yield from undo_stage.open_theatre(
            folder, undo_stage.RULES, invoices=4, expenses=4, procurement=6, company_paid=True
        )


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[sync_stage.Stage]:
    with sync_stage.open_stage(tmp_path_factory.mktemp("heard sync")) as stage:
        stage.profile = replace(stage.profile, posting=replace(stage.profile.posting, apply_credit_memos=True))
        for session in stage.sessions.values():
            session.profile = stage.profile
        yield stage


def pushed(stage: Any) -> None:
    assert stage.push(stage.marks()).state is RunState.COMPLETED


def undone(stage: Any) -> None:
    for batch in ("OCT-I", "OCT-E", "OCT-P"):
        assert undo(stage.session(), batch, confirmed=True).state is RunState.COMPLETED


def taken_out_order_by_order(stage: Any) -> None:
    """The receipts of a batch that may not be deleted."""
    marks = tuple(m for m in stage.marks(Kind.PROCUREMENT) if m.key.record_id.endswith("-purchase"))
    assert stage.push(marks).state is RunState.COMPLETED
    stage.site.faults.add(Fault(FaultKind.FORBIDDEN, "DELETE", f"{BATCHES}/.*"))
    assert undo(stage.session(), "OCT-P", confirmed=True).state is RunState.COMPLETED


def run_again(stage: Any) -> None:
    """The documents are deleted in SL, and posted again from the batch."""
    stage.run("DELETE FROM ARTran")
    stage.run("DELETE FROM ARDoc")
    stage.run("DELETE FROM Batch WHERE Module = 'AR'")
    rerun(stage.session(), "OCT-I")


def cleared(stage: Any) -> None:
    marks = stage.marks(Kind.EXPENSE)
    assert clear(stage.session(), stage.selection(marks, "CLR"), confirmed=True).state is RunState.COMPLETED


def recovered(stage: Any) -> None:
    """Manage refuses every batch at first."""
    stage.site.harsh.entries_refused = True
    stage.push(stage.marks())
    stage.site.harsh.entries_refused = False
    assert recover(stage.session()).exit_code == 0


def refused(stage: Any) -> None:
    """The name is taken: what is heard is a refusal."""
    stage.site.records.deleted_names += ["OCT-I", "OCT-E", "OCT-P"]
    stage.site.harsh.deleted_names_taken = True
    pushed(stage)


SCENARIOS: dict[str, tuple[str, Callable[[Any], None], str]] = {
    "push": ("fresh", pushed, f"POST {BATCHES}"),
    "undo": ("pushed", undone, f"DELETE {BATCHES}/<int:record_id>"),
    "orders": ("fresh", taken_out_order_by_order, "POST /procurement/purchaseorders/<int:record_id>/unbatch"),
    "rerun": ("pushed", run_again, f"POST {BATCHES}/<int:record_id>/export"),
    "clear": ("fresh", cleared, f"POST {BATCHES}"),
    "recover": ("fresh", recovered, f"POST {BATCHES}"),
    "a name that is taken": ("fresh", refused, f"POST {BATCHES}"),
}


@pytest.mark.parametrize("name", SCENARIOS)
def test_a_scenario_says_and_hears_nothing_but_what_is_published(theatre: undo_stage.Theatre, name: str) -> None:
    moment, play, asked = SCENARIOS[name]
    stage = theatre.put_back(moment)
    heard = Listener()
    stage.site.watch = heard
    try:
        play(stage)
    finally:
        stage.site.watch = None
    assert heard.found == []
    assert heard.seen[asked] > 0


def paid(stage: sync_stage.Stage) -> None:
    check = sl.pay(stage.engine, "20003", Decimal(100), on=sync_stage.on(5))
    stage.sync()
    sl.pay(stage.engine, "20003", Decimal(50), on=sync_stage.on(9))
    stage.sync()
    second = stage.rows("SELECT RefNbr FROM ARDoc WHERE DocType = 'PA' AND CuryOrigDocAmt = 50")[0][0]
    for reference in (check.ref_nbr, second):
        sl.reverse_payment(stage.engine, reference, on=sync_stage.on(10))
    stage.sync()


def credited(stage: sync_stage.Stage) -> None:
    for amount in (10, 20):
        sl.apply_credit_memo(stage.engine, "20002", "20001", Decimal(amount), on=sync_stage.on(6))
        stage.sync()
    sl.reverse_application(stage.engine, "20002", "20001", on=sync_stage.on(9))
    stage.sync()


@pytest.mark.parametrize("play", [paid, credited])
def test_a_payment_sync_says_and_hears_nothing_but_what_is_published(desk: sync_stage.Stage, play: Any) -> None:
    desk.set_back()
    heard = Listener()
    desk.site.watch = heard
    try:
        play(desk)
    finally:
        desk.site.watch = None
    assert heard.found == []
    for method, path in (("POST", PAYMENTS), ("PATCH", f"{PAYMENTS}/<int:record_id>")):
        assert heard.seen[f"{method} {path}"] > 0
    assert heard.seen[f"DELETE {PAYMENTS}/<int:record_id>"] > 0


def test_what_is_not_published_is_found() -> None:
    """The listener can fail: a property too many, a missing one, an empty list of ids, an unknown parameter."""
    from said_and_heard import faults_of

    from xlpy.demo.site.store import Exchange

    right = Exchange("POST", PAYMENTS, {}, b'{"amount": 1.0}', "InvoicePayment", 201, b'{"id": 7, "amount": 1.0}')
    assert faults_of(right) == []
    assert len(faults_of(replace(right, request=b'{"amount": 1.0, "memo": 5}'))) == 1
    assert len(faults_of(replace(right, answer=b'{"id": 7, "surplus": 1}'))) == 1
    assert len(faults_of(replace(right, query={"order": "id"}))) == 1
    assert len(faults_of(replace(right, request=b""))) == 1
    batch = b'{"batchIdentifier": "B", "processedRecordIds": []}'
    assert "an empty processedRecordIds" in str(faults_of(replace(right, route=BATCHES, request=batch)))

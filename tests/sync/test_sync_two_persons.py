"""Where two persons are demanded, nobody takes over a payment of somebody else in Manage alone."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal

import pytest
from sync_stage import Stage, on, row

from xlpy.demo.company import payments as sl
from xlpy.domain.values.approvals import ForApproval
from xlpy.domain.values.statuses import PaymentStatus
from xlpy.errors import StoppedByProblems
from xlpy.services.approving.asking import approve, ask, look_at_request
from xlpy.services.approving.wishes import Wish

WISH = Wish(ForApproval.TAKE_OVER, take_over=("20001",))


@pytest.fixture
def firm(stage: Stage) -> Iterator[Stage]:
    sessions = (stage.session(), stage.session("rpatel", "PC2"))
    kept = stage.profile
    for session in sessions:
        session.profile = replace(kept, posting=replace(kept.posting, approval="two"))
    yield stage
    for session in sessions:
        session.profile = kept


def test_a_take_over_is_asked_for_approved_and_done_by_somebody_else(firm: Stage) -> None:
    firm.site.add_payment(firm.id_of("20001"), Decimal(50), on(2))
    sl.pay(firm.engine, "20001", Decimal(80), on=on(9))
    with pytest.raises(StoppedByProblems, match="second person") as told:
        firm.sync(take_over=["20001"], user="rpatel", host="PC2")
    assert "SYNC" in str(told.value)
    assert firm.payments("20001") == [(Decimal(50), on(2))]
    asked = ask(firm.session(), WISH)
    assert asked.request is not None
    assert "20001 50.00 to 80.00" in asked.request.worth
    assert approve(firm.session("rpatel", "PC2"), asked.request.number).done
    with pytest.raises(StoppedByProblems, match="same person"):
        firm.sync(take_over=["20001"])
    done = firm.sync(take_over=["20001"], user="rpatel", host="PC2")
    assert row(done, "20001").status is PaymentStatus.CHANGED
    assert done.approval is not None
    assert firm.payments("20001") == [(Decimal(80), on(9))]


def test_a_payment_that_changed_since_is_not_what_was_approved(firm: Stage) -> None:
    firm.site.add_payment(firm.id_of("20001"), Decimal(50), on(2))
    sl.pay(firm.engine, "20001", Decimal(70), on=on(9))
    asked = ask(firm.session(), WISH)
    assert asked.request is not None
    sl.pay(firm.engine, "20001", Decimal(10), on=on(10))
    looked = look_at_request(firm.session("rpatel", "PC2"), asked.request.number)
    assert [problem.code for problem in looked.problems] == ["APPROVAL-CHANGED"]


def test_a_sync_without_a_take_over_needs_nobody(firm: Stage) -> None:
    sl.pay(firm.engine, "20001", Decimal(80), on=on(9))
    assert row(firm.sync(), "20001").status is PaymentStatus.CHANGED

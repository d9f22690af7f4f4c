"""A sync whose calls to Manage fail, or are answered otherwise than they should be."""

from __future__ import annotations

from decimal import Decimal

import pytest
from sync_many import multiply, pay_all
from sync_stage import Stage, on, row

from xlpy.demo.company import payments as sl
from xlpy.demo.site.door.faults import Fault, FaultKind
from xlpy.domain.values.statuses import PaymentStatus

D = Decimal


def test_manage_out_of_reach_fails_the_rest_quickly_and_the_next_sync_does_it(stage: Stage) -> None:
    numbers = multiply(stage, 8)
    stage.sync()
    pay_all(stage, numbers, D(30))
    stage.site.faults.add(Fault(FaultKind.DROP_BEFORE, "POST", ".*payments", times=None))
    stage.site.faults.add(Fault(FaultKind.DROP_BEFORE, "GET", ".*payments", nth=2, times=None))
    report = stage.sync()
    assert {r.status for r in report.rows} == {PaymentStatus.FAILED}
    assert any("Not tried" in r.message for r in report.rows)
    stage.site.faults.clear()
    assert {r.status for r in stage.sync().rows} == {PaymentStatus.CHANGED}
    assert all(stage.payments(number) == [(D(30), on(20))] for number in numbers)


@pytest.mark.parametrize("kind", [FaultKind.DROP_AFTER, FaultKind.DROP_BEFORE, FaultKind.SERVER_TIMEOUT])
def test_an_answer_that_never_came_is_settled_by_the_next_sync(stage: Stage, kind: FaultKind) -> None:
    """It is not known whether Manage has the payment: the next sync looks, and there is one payment in the end."""
    sl.pay(stage.engine, "20001", D(100), on=on(9))
    path = f"/finance/invoices/{stage.id_of('20001')}/payments"
    stage.site.faults.add(Fault(kind, "POST", path))
    stage.site.faults.add(Fault(FaultKind.DROP_BEFORE, "GET", path, nth=2, times=12))
    report = stage.sync()
    assert row(report, "20001").status is PaymentStatus.FAILED
    stage.site.faults.clear()
    stage.sync()
    assert stage.payments("20001") == [(D(100), on(9))]
    assert stage.rows("SELECT COUNT(*) FROM xlpy_Payment WHERE RemovedAt IS NULL") == [(1,)]
    assert stage.rows("SELECT COUNT(*) FROM xlpy_PaymentTry WHERE SettledAt IS NULL") == [(0,)]


def test_what_manage_shows_after_writing_is_compared(stage: Stage) -> None:
    """Somebody records another payment in the same moment: told, and not called done."""
    sl.pay(stage.engine, "20001", D(60), on=on(9))

    def meddle(method: str, path: str) -> None:
        if method == "POST" and path.endswith("/payments"):
            stage.site.after_request = None
            stage.site.add_payment(stage.id_of("20001"), D(5), on(9))

    stage.site.after_request = meddle
    report = stage.sync()
    found = row(report, "20001")
    assert (found.status, found.paid_after, report.exit_code) == (PaymentStatus.FAILED, 65, 3)
    assert "65" in found.message


def test_what_was_written_is_confirmed_by_its_payments_when_the_invoice_can_not_be_read_again(stage: Stage) -> None:
    sl.pay(stage.engine, "20006", D(80), on=on(9))

    def from_now_on(method: str, path: str) -> None:
        if method == "POST" and path.endswith("/payments"):
            stage.site.faults.add(Fault(FaultKind.FORBIDDEN, "GET", "/finance/invoices", times=None))

    stage.site.after_request = from_now_on
    report = stage.sync()
    assert (report.exit_code, row(report, "20006").status) == (0, PaymentStatus.CHANGED)
    assert stage.payments("20006") == [(D(80), on(9))]


def test_made_but_not_confirmed_is_said_so_and_nothing_is_paid_twice(stage: Stage) -> None:
    sl.pay(stage.engine, "20006", D(80), on=on(9))

    def from_now_on(method: str, path: str) -> None:
        if method == "POST" and path.endswith("/payments"):
            stage.site.faults.add(Fault(FaultKind.FORBIDDEN, "GET", "/finance/invoices.*", times=None))

    stage.site.after_request = from_now_on
    report = stage.sync()
    assert report.exit_code == 3
    assert "Made in Manage, but not confirmed" in row(report, "20006").message
    stage.site.after_request = None
    stage.site.faults.clear()
    assert stage.sync().exit_code == 0
    assert stage.payments("20006") == [(D(80), on(9))]

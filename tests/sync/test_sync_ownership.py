"""Whose payment it is: ours by its id, somebody else's left alone, and taking over only on a word of the user."""

from __future__ import annotations

from decimal import Decimal

from sync_stage import Stage, add_invoice, enter_by_hand, on, row

from xlpy.demo.company import payments as sl
from xlpy.demo.site.door.faults import Fault, FaultKind
from xlpy.domain.values.statuses import PaymentStatus

D = Decimal


def test_somebody_elses_payment_is_to_be_confirmed(stage: Stage) -> None:
    stage.site.add_payment(stage.id_of("20001"), D(50), on(2))
    sl.pay(stage.engine, "20001", D(80), on=on(9))
    found = row(stage.sync(), "20001")
    assert (found.status, found.paid_after) == (PaymentStatus.CONFIRM, 50)
    assert "50" in found.message
    assert "80" in found.message
    assert stage.payments("20001") == [(D(50), on(2))]
    assert stage.writes() == []
    assert row(stage.sync(), "20001").status is PaymentStatus.CONFIRM  # asked again until it is settled


def test_take_over_makes_it_ours_from_then_on(stage: Stage) -> None:
    made = stage.site.add_payment(stage.id_of("20001"), D(50), on(2))
    sl.pay(stage.engine, "20001", D(80), on=on(9))
    stage.sync()
    found = row(stage.sync(take_over=["20001"]), "20001")
    assert (found.status, found.paid_after) == (PaymentStatus.CHANGED, 80)
    assert [p.id for p in stage.payment_records("20001")] == [made.id]
    assert stage.payments("20001") == [(D(80), on(9))]
    sl.pay(stage.engine, "20001", D(20), on=on(12))
    assert row(stage.sync(), "20001").status is PaymentStatus.CHANGED


def test_take_over_finds_an_invoice_that_has_not_changed_in_sl(stage: Stage) -> None:
    """Nothing is paid in SL: taking the payment over removes it."""
    stage.sync()
    stage.site.add_payment(stage.id_of("20001"), D(50), on(2))
    assert not stage.sync().rows
    assert row(stage.sync("everything"), "20001").status is PaymentStatus.CONFIRM
    assert row(stage.sync(take_over=["20001"]), "20001").status is PaymentStatus.REMOVED
    assert stage.payments("20001") == []


def test_take_over_of_an_invoice_without_such_a_payment_is_told(stage: Stage) -> None:
    report = stage.sync(take_over=["99999"])
    assert "99999" in report.text


def test_a_payment_of_somebody_else_that_agrees_needs_nothing(stage: Stage) -> None:
    stage.site.add_payment(stage.id_of("20001"), D(80), on(2))
    sl.pay(stage.engine, "20001", D(80), on=on(9))
    found = row(stage.sync(), "20001")
    assert (found.status, found.paid_after) == (PaymentStatus.UNCHANGED, 80)
    assert "not ours" in found.message
    assert stage.rows("SELECT COUNT(*) FROM xlpy_Payment") == [(0,)]


def test_wisepay_is_left_alone(stage: Stage) -> None:
    stage.site.add_payment(stage.id_of("20001"), D(40), on(2), source="WisePay")
    sl.pay(stage.engine, "20001", D(60), on=on(9))
    found = row(stage.sync(take_over=["20001"]), "20001")
    assert (found.status, found.paid_after) == (PaymentStatus.LEFT_ALONE, 40)
    assert "WisePay" in found.message
    sl_payment = stage.rows("SELECT RefNbr FROM ARDoc WHERE DocType = 'PA' AND CuryOrigDocAmt = 60")[0][0]
    sl.reverse_payment(stage.engine, sl_payment, on=on(10))
    sl.pay(stage.engine, "20001", D(40), on=on(11))
    assert row(stage.sync(), "20001").status is PaymentStatus.UNCHANGED


def test_wisepay_beside_ours_counts_and_stays(stage: Stage) -> None:
    sl.pay(stage.engine, "20001", D(60), on=on(9))
    stage.sync()
    stage.site.add_payment(stage.id_of("20001"), D(30), on(10), source="WisePay")
    sl.pay(stage.engine, "20001", D(40), on=on(12))
    found = row(stage.sync(), "20001")
    assert (found.status, found.paid_after, found.manage_balance) == (PaymentStatus.CHANGED, 100, 0)
    assert sorted(stage.payments("20001")) == [(D(30), on(10)), (D(70), on(12))]


def test_several_payments_of_others_are_left_alone(stage: Stage) -> None:
    for amount in (D(10), D(20)):
        stage.site.add_payment(stage.id_of("20001"), amount, on(2))
    sl.pay(stage.engine, "20001", D(80), on=on(9))
    assert row(stage.sync(), "20001").status is PaymentStatus.LEFT_ALONE
    assert len(stage.payments("20001")) == 2


def test_our_payment_changed_by_hand_in_manage_is_set_right(stage: Stage) -> None:
    sl.pay(stage.engine, "20001", D(60), on=on(9))
    stage.sync()
    payment = stage.payment_records("20001")[0]
    stage.site.delete_payment(stage.id_of("20001"), payment.id)
    found = row(stage.sync("everything"), "20001")
    assert (found.status, found.paid_after) == (PaymentStatus.CHANGED, 60)
    assert stage.rows("SELECT COUNT(*) FROM xlpy_Payment WHERE RemovedAt IS NULL") == [(1,)]


def test_an_invoice_from_before_this_product_is_found_by_its_number(stage: Stage) -> None:
    add_invoice(stage.site, 5050, "20050", "Acme", "120.00")
    enter_by_hand(stage, "20050", "ACME01", "120")
    sl.pay(stage.engine, "20050", D(120), on=on(9))
    found = row(stage.sync(), "20050")
    assert (found.status, found.paid_after, found.paid_in_full_on) == (PaymentStatus.CHANGED, 120, on(9))
    payment = stage.rows("SELECT RefNbr FROM ARDoc WHERE DocType = 'PA' AND CuryOrigDocAmt = 120")[0][0]
    sl.bounce(stage.engine, payment, on=on(16))
    assert row(stage.sync(), "20050").status is PaymentStatus.REMOVED
    assert stage.payments("20050") == []


def test_an_invoice_by_number_of_another_customer_or_total_is_not_matched(stage: Stage) -> None:
    add_invoice(stage.site, 5050, "20050", "Acme", "120.00")
    add_invoice(stage.site, 5051, "20051", "Acme", "120.00")
    enter_by_hand(stage, "20050", "EVERGR", "120")
    enter_by_hand(stage, "20051", "ACME01", "121")
    for number in ("20050", "20051"):
        sl.pay(stage.engine, number, D(50), on=on(9))
    report = stage.sync()
    assert "customer account" in row(report, "20050").not_matched_because
    assert "total" in row(report, "20051").not_matched_because
    assert {row(report, n).status for n in ("20050", "20051")} == {PaymentStatus.NOT_MATCHED}
    assert stage.writes() == []


def test_an_invoice_that_is_not_of_manage_is_listed_and_no_error(stage: Stage) -> None:
    stage.sync()
    enter_by_hand(stage, "88001", "ACME01", "75")
    sl.pay(stage.engine, "88001", D(75), on=on(9))
    report = stage.sync()
    assert row(report, "88001").status is PaymentStatus.NOT_FROM_MANAGE
    assert report.exit_code == 0


def test_an_invoice_of_another_company_is_nobodys_business_here(stage: Stage) -> None:
    sl.pay(stage.engine, "20001", D(100), on=on(9))
    stage.execute("UPDATE ARDoc SET CpnyID = 'OTHER' WHERE RefNbr = '20001' AND DocType = 'IN'")
    stage.execute("UPDATE xlpy_Posting SET CpnyID = 'OTHER' WHERE Number = '20001'")
    report = stage.sync("everything")
    assert all(r.invoice != "20001" for r in report.rows)
    assert stage.payments("20001") == []


def test_a_refusal_of_manage_fails_one_invoice_and_not_the_others(stage: Stage) -> None:
    sl.pay(stage.engine, "20001", D(100), on=on(9))
    sl.pay(stage.engine, "20003", D(50), on=on(9))
    path = f"/finance/invoices/{stage.id_of('20001')}/payments"
    stage.site.faults.add(Fault(FaultKind.FORBIDDEN, "POST", path))
    report = stage.sync()
    assert row(report, "20001").status is PaymentStatus.FAILED
    assert row(report, "20003").status is PaymentStatus.CHANGED
    assert report.exit_code == 3
    assert stage.rows("SELECT Succeeded FROM xlpy_SyncRun") == [(0,)]
    assert stage.rows("SELECT COUNT(*) FROM xlpy_PaymentTry WHERE SettledAt IS NULL") == [(0,)]
    report = stage.sync()
    assert (row(report, "20001").status, report.exit_code) == (PaymentStatus.CHANGED, 0)

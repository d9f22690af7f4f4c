"""What SL is paid, and what Manage then shows: the accountant's stories, one by one."""

from __future__ import annotations

from decimal import Decimal

from sync_stage import Stage, on, row

from xlpy.demo.company import payments as sl
from xlpy.domain.values.statuses import PaymentStatus
from xlpy.services.run.sync_report import PaymentRow

D = Decimal


def parts(found: PaymentRow) -> tuple[Decimal | None, ...]:
    return found.cash, found.discount, found.write_off, found.credit_memo


def test_paid_in_parts_over_three_months(stage: Stage) -> None:
    for amount, day, so_far in (("40", on(6, 10), 40), ("35", on(9), 75), ("25", on(20), 100)):
        sl.pay(stage.engine, "20001", D(amount), on=day)
        report = stage.sync()
        assert row(report, "20001").status is PaymentStatus.CHANGED
        assert stage.payments("20001") == [(D(so_far), day)]
        assert row(report, "20001").paid_in_full_on == (on(20) if so_far == 100 else None)
    assert stage.paid("20001").balance == 0


def test_overpaid_shows_the_total_and_no_more(stage: Stage) -> None:
    sl.pay(stage.engine, "20001", D("130"), on=on(9))
    found = row(stage.sync(), "20001")
    assert (found.cash, found.paid_after, found.manage_balance) == (100, 100, 0)
    assert stage.payments("20001") == [(D(100), on(9))]


def test_paid_then_bounced_is_taken_back(stage: Stage) -> None:
    paid = sl.pay(stage.engine, "20001", D("100"), on=on(9))
    stage.sync()
    sl.bounce(stage.engine, paid.ref_nbr, on=on(16))
    report = stage.sync()
    found = row(report, "20001")
    assert (found.status, found.cash, found.paid_before, found.paid_after) == (PaymentStatus.REMOVED, 0, 100, 0)
    assert stage.payments("20001") == []
    assert stage.rows("SELECT Amount, RemovedAt IS NULL FROM xlpy_Payment") == [(100.0, 0)]
    sl.pay(stage.engine, "20001", D("100"), on=on(23))
    assert row(stage.sync(), "20001").status is PaymentStatus.CHANGED
    assert stage.payments("20001") == [(D(100), on(23))]


def test_one_of_two_payments_bounced_leaves_the_other(stage: Stage) -> None:
    sl.pay(stage.engine, "20003", D("100"), on=on(9))
    second = sl.pay(stage.engine, "20003", D("150"), on=on(16))
    stage.sync()
    sl.bounce(stage.engine, second.ref_nbr, on=on(20))
    stage.sync()
    assert stage.payments("20003") == [(D(100), on(9))]


def test_a_payment_of_several_invoices_reversed_after_the_sync(stage: Stage) -> None:
    paid = sl.pay_several(stage.engine, {"20001": D(60), "20003": D(250)}, on=on(9))
    stage.sync()
    assert (stage.payments("20001"), stage.payments("20003")) == ([(D(60), on(9))], [(D(250), on(9))])
    sl.reverse_payment(stage.engine, paid.ref_nbr, on=on(10))
    report = stage.sync()
    assert {row(report, n).status for n in ("20001", "20003")} == {PaymentStatus.REMOVED}
    assert (stage.payments("20001"), stage.payments("20003")) == ([], [])


def test_an_application_taken_back_and_made_again_with_another_date(stage: Stage) -> None:
    """The balance is the same afterwards: only the application tells."""
    first = sl.pay(stage.engine, "20001", D("100"), on=on(9))
    stage.sync()
    sl.reverse_payment(stage.engine, first.ref_nbr, on=on(10))
    sl.pay(stage.engine, "20001", D("100"), on=on(12))
    assert row(stage.sync(), "20001").status is PaymentStatus.CHANGED
    assert stage.payments("20001") == [(D(100), on(12))]


def test_the_example_memo_cash_and_discount(stage: Stage) -> None:
    """Invoice 100, credit memo of Manage 30 on both sides, cash 68, discount 2: paid 70."""
    stage.site.apply_credit(stage.id_of("20002"), stage.id_of("20001"), D(30))
    sl.apply_credit_memo(stage.engine, "20002", "20001", D(30), on=on(6))
    sl.pay(stage.engine, "20001", D(68), discount=D(2), on=on(9))
    found = row(stage.sync(), "20001")
    assert parts(found) == (68, 2, 0, 30)
    assert (found.paid_after, found.manage_balance, found.paid_in_full_on) == (70, 0, on(9))
    assert (stage.payments("20001"), stage.paid("20001").credits) == ([(D(70), on(9))], 30)
    assert found.message == ""


def test_a_memo_applied_in_sl_only_is_left_to_manage(stage: Stage) -> None:
    sl.apply_credit_memo(stage.engine, "20002", "20001", D(30), on=on(6))
    sl.pay(stage.engine, "20001", D(70), on=on(9))
    found = row(stage.sync(), "20001")
    assert (found.paid_after, found.manage_balance, found.paid_in_full_on) == (70, 30, None)
    assert "20002" in found.message
    assert "in Manage" in found.message
    stage.site.apply_credit(stage.id_of("20002"), stage.id_of("20001"), D(30))
    found = row(stage.sync("everything"), "20001")
    assert (found.status, found.paid_in_full_on, found.message) == (PaymentStatus.UNCHANGED, on(9), "")


def test_a_memo_applied_in_manage_only_has_to_be_applied_in_sl(stage: Stage) -> None:
    stage.site.apply_credit(stage.id_of("20002"), stage.id_of("20001"), D(30))
    sl.pay(stage.engine, "20001", D(70), on=on(9))
    found = row(stage.sync(), "20001")
    assert (found.paid_after, found.manage_balance, found.sl_balance) == (70, 0, 30)
    assert found.paid_in_full_on is None  # SL has not closed it
    assert "08.030" in found.message


def test_paid_in_full_in_sl_and_credited_in_manage_is_cut_to_what_is_left(stage: Stage) -> None:
    stage.site.apply_credit(stage.id_of("20002"), stage.id_of("20001"), D(30))
    sl.pay(stage.engine, "20001", D(100), on=on(9))
    found = row(stage.sync(), "20001")
    assert (found.paid_after, found.manage_balance) == (70, 0)
    assert "70" in found.message


def test_a_memo_that_only_sl_knows_counts_as_paid(stage: Stage) -> None:
    memo = sl.enter_memo(stage.engine, "ACME01", D(20), on=on(6))
    sl.apply_credit_memo(stage.engine, memo.ref_nbr, "20001", D(20), on=on(6))
    sl.pay(stage.engine, "20001", D(80), on=on(9))
    found = row(stage.sync(), "20001")
    assert parts(found) == (80, 0, 0, 20)
    assert (found.paid_after, found.manage_balance) == (100, 0)
    assert "only SL knows" in found.message


def test_a_memo_of_manage_that_was_entered_by_hand_in_sl_is_recognised_by_its_number(stage: Stage) -> None:
    from sync_stage import add_invoice

    add_invoice(stage.site, 5050, "20050", "Acme", "-25.00")
    sl.enter_memo(stage.engine, "ACME01", D(25), on=on(6), ref_nbr="20050")
    sl.apply_credit_memo(stage.engine, "20050", "20001", D(25), on=on(6))
    sl.pay(stage.engine, "20001", D(75), on=on(9))
    found = row(stage.sync(), "20001")
    assert found.paid_after == 75
    assert "Credit memo 20050" in found.message


def test_discount_taken_within_the_terms(stage: Stage) -> None:
    sl.pay(stage.engine, "20004", D(980), discount=D(20), on=on(9))
    found = row(stage.sync(), "20004")
    assert parts(found) == (980, 20, 0, 0)
    assert (found.paid_after, found.paid_in_full_on) == (1000, on(9))


def test_a_small_balance_written_off_counts_as_paid(stage: Stage) -> None:
    sl.pay(stage.engine, "20006", D("79.50"), on=on(9))
    sl.write_off(stage.engine, "20006", D("0.50"), on=on(20))
    found = row(stage.sync(), "20006")
    assert parts(found) == (D("79.50"), 0, D("0.50"), 0)
    assert (found.paid_after, found.manage_balance, found.paid_in_full_on) == (80, 0, on(20))


def test_a_write_off_reversed_opens_the_invoice_again(stage: Stage) -> None:
    sl.pay(stage.engine, "20006", D("79.50"), on=on(9))
    off = sl.write_off(stage.engine, "20006", D("0.50"), on=on(20))
    stage.sync()
    sl.reverse_payment(stage.engine, off.ref_nbr, on=on(21))
    found = row(stage.sync(), "20006")
    assert (found.paid_after, found.manage_balance, found.paid_in_full_on) == (D("79.50"), D("0.50"), None)
    assert stage.payments("20006") == [(D("79.50"), on(9))]


def test_foreign_currency_with_an_exchange_difference(stage: Stage) -> None:
    """500 EUR paid at another rate: all in euros, and the difference is the bank's affair."""
    sl.pay(stage.engine, "20005", D(200), on=on(9), rate=D("1.25"))
    found = row(stage.sync(), "20005")
    assert (found.currency, found.cash, found.sl_balance, found.paid_after) == ("EUR", 200, 300, 200)
    sl.pay(stage.engine, "20005", D(300), on=on(20), rate=D("1.02"))
    found = row(stage.sync(), "20005")
    assert (found.cash, found.sl_balance, found.paid_after, found.manage_balance) == (500, 0, 500, 0)
    assert stage.payments("20005") == [(D(500), on(20))]
    assert stage.rows("SELECT DISTINCT CuryRGOLAmt <> 0 FROM ARAdjust WHERE AdjdRefNbr = '20005'") == [(1,)]


def test_the_credit_memo_itself_gets_no_payment(stage: Stage) -> None:
    sl.apply_credit_memo(stage.engine, "20002", "20001", D(30), on=on(6))
    report = stage.sync("everything")
    assert not any(r.invoice == "20002" for r in report.rows)
    assert stage.payments("20002") == []

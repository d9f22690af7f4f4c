"""Payments, applications, write-offs and their reversals in the demo company, told one by one."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from sl_release_company import rows_of
from sl_release_ledger import check_receivables_hold
from sl_release_looks import NOVEMBER, OCTOBER, applications, booked, doc, left, waiting
from sqlalchemy import Engine

from xlpy.demo import firm
from xlpy.demo.company import payments, repairs
from xlpy.demo.company.release.books import Books
from xlpy.demo.company.release.run import release_batch
from xlpy.demo.company.some_payments import pay_some
from xlpy.errors import SlError


def test_paid_in_parts_until_nothing_is_left(demo: Engine) -> None:
    for amount in ("100", "200", "180"):
        paid = payments.pay(demo, "09002", Decimal(amount), on=OCTOBER, post=True)
        assert booked(demo, paid.bat_nbr) == {"1010": Decimal(amount), "1100": -Decimal(amount)}
    invoice = doc(demo, "IN", "09002")
    assert (invoice["CuryDocBal"], invoice["OpenDoc"], invoice["PerClosed"]) == (0, 0, firm.PERIOD)
    assert [amount for _, amount, _, _ in applications(demo, "09002")] == [100, 200, 180]
    check_receivables_hold(demo)


def test_an_application_keeps_date_and_period_of_payment_and_batch(demo: Engine) -> None:
    paid = payments.pay(demo, "09002", Decimal(100), on=OCTOBER, payment="CHK 1")
    (row,) = rows_of(demo, "ARAdjust", AdjdRefNbr="09002")
    assert (row["AdjgDocType"], row["AdjgRefNbr"], row["AdjdDocType"]) == ("PA", "CHK 1", "IN")
    assert (row["AdjgDocDate"], row["DateAppl"]) == (OCTOBER, OCTOBER)
    assert (row["AdjgPerPost"], row["PerAppl"]) == (firm.PERIOD, firm.PERIOD)
    assert (row["AdjBatNbr"], row["CuryAdjdCuryId"], row["CuryAdjdRate"]) == (paid.bat_nbr, "USD", 1)
    assert (row["Crtd_Prog"], row["S4Future11"], row["S4Future12"]) == ("08400", "", "")


def test_what_is_overpaid_stays_open_and_is_applied_later(demo: Engine) -> None:
    paid = payments.pay(demo, "09005", Decimal(2300), on=OCTOBER, post=True)
    assert left(demo, "09005") == 0
    assert left(demo, paid.ref_nbr, "PA") == 100
    payments.write_off_credit(demo, paid.ref_nbr, Decimal(40), on=NOVEMBER)
    assert left(demo, paid.ref_nbr, "PA") == 60
    check_receivables_hold(demo)


def test_an_open_payment_applied_later_moves_nothing_in_the_ledger(demo: Engine) -> None:
    open_payment = payments.prepay(demo, "BAYDEN", Decimal(500), on=OCTOBER, doc_type="PA", post=True)
    applied = payments.apply_payment(demo, open_payment.ref_nbr, "09002", Decimal(480), on=NOVEMBER, post=True)
    assert booked(demo, applied.bat_nbr) == {}
    (batch,) = rows_of(demo, "Batch", Module="AR", BatNbr=applied.bat_nbr)
    assert batch["Status"] == "C"
    (row,) = rows_of(demo, "ARAdjust", AdjdRefNbr="09002")
    assert (row["AdjgDocDate"], row["DateAppl"]) == (OCTOBER, NOVEMBER)
    assert (left(demo, "09002"), left(demo, open_payment.ref_nbr, "PA")) == (0, 20)
    check_receivables_hold(demo)


def test_a_prepayment_leaves_the_deposits_when_it_is_applied(demo: Engine) -> None:
    prepaid = payments.prepay(demo, "GULFHO", Decimal(2000), on=OCTOBER, post=True)
    assert booked(demo, prepaid.bat_nbr) == {"1010": Decimal(2000), "2300": Decimal(-2000)}
    (balance,) = rows_of(demo, "AR_Balances", CustID="GULFHO")
    assert balance["TotPrePay"] == 2000
    applied = payments.apply_payment(demo, prepaid.ref_nbr, "09006", Decimal("1540.20"), on=NOVEMBER, post=True)
    assert booked(demo, applied.bat_nbr) == {"2300": Decimal("1540.20"), "1100": Decimal("-1540.20")}
    (balance,) = rows_of(demo, "AR_Balances", CustID="GULFHO")
    assert (balance["TotPrePay"], balance["CurrBal"]) == (Decimal("459.80"), Decimal("-459.80"))
    check_receivables_hold(demo)
    payments.reverse_application(demo, prepaid.ref_nbr, "09006", on=NOVEMBER, post=True)
    bounced = payments.bounce(demo, prepaid.ref_nbr, on=NOVEMBER, post=True)
    assert booked(demo, bounced.bat_nbr) == {"1010": Decimal(-2000), "2300": Decimal(2000)}
    check_receivables_hold(demo)


def test_a_discount_closes_the_invoice_but_is_no_cash(demo: Engine) -> None:
    paid = payments.pay(demo, "09004", Decimal("881.90"), on=OCTOBER, discount=Decimal(18), post=True)
    assert booked(demo, paid.bat_nbr) == {
        "1010": Decimal("881.90"),
        "4900": Decimal(18),
        "1100": Decimal("-899.90"),
    }
    assert applications(demo, "09004") == [("PA", Decimal("881.90"), Decimal(18), "")]
    assert left(demo, "09004") == 0
    (history,) = rows_of(demo, "ARHist", CustId="DELTA1")
    assert (history["PTDRcpt09"], history["PTDDisc09"]) == (Decimal("881.90"), Decimal(18))
    check_receivables_hold(demo)


def test_one_check_pays_several_invoices_and_leaves_a_rest(demo: Engine) -> None:
    second = repairs.enter_invoice(demo, "EVERGR", "09101", Decimal(300))
    release_batch(demo, "AR", second)
    paid = payments.pay_several(
        demo, {"09005": Decimal(2200), "09101": Decimal(120)}, on=OCTOBER, unapplied=Decimal(30), post=True
    )
    assert (left(demo, "09005"), left(demo, "09101"), left(demo, paid.ref_nbr, "PA")) == (0, 180, 30)
    assert booked(demo, paid.bat_nbr) == {"1010": Decimal(2350), "1100": Decimal(-2350)}
    check_receivables_hold(demo)


def test_a_credit_memo_is_applied_and_its_rest_written_off(demo: Engine) -> None:
    applied = payments.apply_credit_memo(demo, "09009", "09005", Decimal(100), on=OCTOBER, post=True)
    assert booked(demo, applied.bat_nbr) == {}
    assert applications(demo, "09005") == [("CM", Decimal(100), 0, "")]
    assert (left(demo, "09005"), left(demo, "09009", "CM")) == (2100, 50)
    written = payments.write_off_credit(demo, "09009", Decimal(50), on=OCTOBER, post=True)
    assert booked(demo, written.bat_nbr) == {"1100": Decimal(50), "4950": Decimal(-50)}
    (row,) = rows_of(demo, "ARAdjust", AdjdDocType="SC")
    assert (row["AdjdRefNbr"], row["AdjgDocType"], row["AdjgRefNbr"]) == (written.ref_nbr, "CM", "09009")
    assert doc(demo, "SC", written.ref_nbr)["OpenDoc"] == 0
    check_receivables_hold(demo)


def test_a_memo_that_only_sl_knows_is_entered_released_and_applied(demo: Engine) -> None:
    memo = payments.enter_memo(demo, "CTAMPA", Decimal("20.75"), on=OCTOBER, post=True)
    euro = payments.enter_memo(demo, "CTAMPA", Decimal(10), on=OCTOBER, currency="EUR", ref_nbr="G-1")
    assert (memo.ref_nbr, euro.ref_nbr, doc(demo, "CM", "G-1")["CuryId"]) == ("CM000001", "G-1", "EUR")
    payments.apply_credit_memo(demo, memo.ref_nbr, "09003", Decimal("20.75"), on=OCTOBER)
    assert left(demo, "09003") == 3100
    with pytest.raises(SlError, match="different customers or currencies"):
        payments.apply_credit_memo(demo, "G-1", "09003", Decimal(10), on=OCTOBER)
    check_receivables_hold(demo)


def test_a_memo_on_another_receivables_account_moves_to_that_of_the_invoice(demo: Engine) -> None:
    with demo.begin() as connection:
        books = Books(connection)
        books.rows("ARDoc", RefNbr="09009", DocType="CM")[0]["BankAcct"] = "1110"
        books.save()
    applied = payments.apply_credit_memo(demo, "09009", "09005", Decimal(100), on=OCTOBER, post=True)
    assert booked(demo, applied.bat_nbr) == {"1100": Decimal(-100), "1110": Decimal(100)}
    back = payments.reverse_application(demo, "09009", "09005", on=OCTOBER, post=True)
    assert booked(demo, back.bat_nbr) == {"1100": Decimal(100), "1110": Decimal(-100)}


def test_a_small_balance_is_written_off_and_the_write_off_reversed(demo: Engine) -> None:
    written = payments.write_off(demo, "09008", Decimal("0.50"), on=OCTOBER, post=True)
    assert written.ref_nbr == "WO000001"
    assert booked(demo, written.bat_nbr) == {"6800": Decimal("0.50"), "1100": Decimal("-0.50")}
    assert applications(demo, "09008") == [("SB", Decimal("0.5"), 0, "")]
    assert left(demo, "09008") == 760
    check_receivables_hold(demo)
    payments.reverse_payment(demo, written.ref_nbr, on=NOVEMBER, post=True)
    assert left(demo, "09008") == Decimal("760.50")
    check_receivables_hold(demo)


@pytest.mark.parametrize(("undo", "code"), [(payments.bounce, "NS"), (payments.reverse_payment, "RP")])
def test_a_payment_that_is_taken_back_opens_its_invoice_again(demo: Engine, undo: Any, code: str) -> None:
    paid = payments.pay(demo, "09004", Decimal("881.90"), on=OCTOBER, discount=Decimal(18), post=True)
    taken_back = undo(demo, paid.ref_nbr, on=NOVEMBER, post=True)

    invoice, payment, voiding = doc(demo, "IN", "09004"), doc(demo, "PA", paid.ref_nbr), doc(demo, code, paid.ref_nbr)
    assert (invoice["CuryDocBal"], invoice["OpenDoc"], invoice["PerClosed"]) == (Decimal("899.90"), 1, "")
    assert (payment["CuryDocBal"], payment["OpenDoc"], voiding["CuryDocBal"], voiding["OpenDoc"]) == (0, 0, 0, 0)
    assert (payment["S4Future02"], payment["S4Future11"], payment["S4Future12"]) == (
        paid.ref_nbr,
        taken_back.bat_nbr,
        code,
    )
    original, mirror = sorted(rows_of(demo, "ARAdjust", AdjdRefNbr="09004"), key=lambda row: row["RecordID"])
    assert (original["S4Future11"], original["S4Future12"]) == (taken_back.bat_nbr, code)
    assert (mirror["S4Future11"], mirror["S4Future12"]) == (paid.bat_nbr, code)
    assert (mirror["Crtd_Prog"], mirror["AdjAmt"], mirror["AdjDiscAmt"]) == ("08240", Decimal("-881.90"), -18)
    assert (mirror["AdjgDocDate"], mirror["DateAppl"]) == (OCTOBER, NOVEMBER)
    (settling,) = rows_of(demo, "ARAdjust", AdjdDocType=code)
    assert (settling["AdjgRefNbr"], settling["AdjAmt"], settling["S4Future12"]) == (
        paid.ref_nbr,
        Decimal("881.90"),
        "PA",
    )
    assert booked(demo, taken_back.bat_nbr) == {acct: -amount for acct, amount in booked(demo, paid.bat_nbr).items()}
    check_receivables_hold(demo)
    with pytest.raises(SlError, match="voided already"):
        undo(demo, paid.ref_nbr, on=NOVEMBER)
    payments.pay(demo, "09004", Decimal("899.90"), on=NOVEMBER)
    assert left(demo, "09004") == 0


def test_an_unapplied_rest_is_taken_back_with_the_payment(demo: Engine) -> None:
    paid = payments.pay(demo, "09002", Decimal(600), on=OCTOBER, post=True)
    payments.bounce(demo, paid.ref_nbr, on=NOVEMBER, post=True)
    (balance,) = rows_of(demo, "AR_Balances", CustID="BAYDEN")
    assert balance["CurrBal"] == 480
    check_receivables_hold(demo)


def test_a_reversed_application_leaves_both_documents_open(demo: Engine) -> None:
    paid = payments.pay(demo, "09002", Decimal(470), on=OCTOBER, discount=Decimal(10), post=True)
    reversed_ = payments.reverse_application(demo, paid.ref_nbr, "09002", on=NOVEMBER, post=True)
    assert booked(demo, reversed_.bat_nbr) == {"4900": Decimal(-10), "1100": Decimal(10)}
    assert applications(demo, "09002") == [("PA", 470, 10, "RA"), ("PA", -470, -10, "RA")]
    assert (left(demo, "09002"), left(demo, paid.ref_nbr, "PA")) == (480, 470)
    check_receivables_hold(demo)
    with pytest.raises(SlError, match="is not applied to 09002"):
        payments.reverse_application(demo, paid.ref_nbr, "09002", on=NOVEMBER)
    payments.apply_payment(demo, paid.ref_nbr, "09002", Decimal(470), on=NOVEMBER, post=True)
    payments.bounce(demo, paid.ref_nbr, on=NOVEMBER, post=True)
    assert [code for *_, code in applications(demo, "09002")] == ["RA", "RA", "NS", "NS"]
    assert left(demo, "09002") == 480
    check_receivables_hold(demo)


def test_the_payment_of_the_history_bounces_too(demo: Engine) -> None:
    bounced = payments.bounce(demo, "4711", on=OCTOBER, post=True)
    assert booked(demo, bounced.bat_nbr) == {"1010": Decimal(-1250), "1100": Decimal(1250)}
    assert left(demo, "09001") == 1250
    check_receivables_hold(demo)


# --- foreign currency -----------------------------------------------------------------------------------------------


def test_a_higher_rate_at_payment_is_a_gain(demo: Engine) -> None:
    paid = payments.pay(demo, "09010", Decimal(1000), on=OCTOBER, post=True)  # entered at 1.0842, paid at 1.0917
    assert booked(demo, paid.bat_nbr) == {
        "1010": Decimal("1091.70"),
        "1110": Decimal("-1084.20"),
        "4960": Decimal("-7.50"),
    }
    (row,) = rows_of(demo, "ARAdjust", AdjdRefNbr="09010")
    assert (row["AdjAmt"], row["CuryAdjdAmt"], row["CuryRGOLAmt"]) == (Decimal("1084.20"), 1000, Decimal("-7.50"))
    assert (row["CuryAdjdCuryId"], row["CuryAdjdRate"]) == ("EUR", Decimal("1.0917"))
    assert doc(demo, "PA", paid.ref_nbr)["DocBal"] == 0
    check_receivables_hold(demo)


def test_a_lower_rate_at_payment_is_a_loss_and_is_taken_back_with_it(demo: Engine) -> None:
    paid = payments.pay(demo, "09010", Decimal(1875), on=OCTOBER, rate=Decimal("1.05"), post=True)
    assert booked(demo, paid.bat_nbr)["6810"] == Decimal("64.13")
    check_receivables_hold(demo)
    back = payments.reverse_application(demo, paid.ref_nbr, "09010", on=NOVEMBER, post=True)
    assert booked(demo, back.bat_nbr) == {"6810": Decimal("-64.13"), "1110": Decimal("64.13")}
    check_receivables_hold(demo)
    bounced = payments.bounce(demo, paid.ref_nbr, on=NOVEMBER, post=True)
    assert booked(demo, bounced.bat_nbr) == {"1010": Decimal("-1968.75"), "1110": Decimal("1968.75")}
    assert doc(demo, "IN", "09010")["DocBal"] == Decimal("2032.88")
    check_receivables_hold(demo)


def test_odd_parts_in_foreign_currency_leave_no_cent_of_base_currency(demo: Engine) -> None:
    for amount, rate in (("333.33", "1.0911"), ("333.33", "1.0799"), ("208.33", "1.0842")):
        payments.pay(demo, "09010", Decimal(amount), on=OCTOBER, rate=Decimal(rate))
        check_receivables_hold(demo)
    paid = payments.pay(demo, "09010", Decimal("1300.01"), on=OCTOBER, rate=Decimal("1.1003"))
    invoice, payment = doc(demo, "IN", "09010"), doc(demo, "PA", paid.ref_nbr)
    assert (invoice["CuryDocBal"], invoice["DocBal"], invoice["OpenDoc"]) == (0, 0, 0)
    assert (payment["CuryDocBal"], payment["DocBal"]) == (Decimal("300.00"), Decimal("330.09"))
    check_receivables_hold(demo)


def test_a_payment_in_another_currency_than_its_invoice_is_refused(demo: Engine) -> None:
    entered = waiting(demo)
    with demo.begin() as connection:
        books = Books(connection)
        books.rows("ARTran", BatNbr=entered.bat_nbr)[0]["CuryId"] = "EUR"
        books.save()
    with pytest.raises(SlError, match="invoice's currency only"):
        release_batch(demo, "AR", entered.bat_nbr)


# --- the day of the demo --------------------------------------------------------------------------------------------


def test_some_of_the_demos_customers_pay(demo: Engine) -> None:
    words = pay_some(demo, share=Decimal("0.9"), on=OCTOBER)
    assert len(words) == 7
    for way in ("in full", " of ", "discount taken", "check bounced", "written off"):
        assert any(way in line for line in words), way
    assert words[0] == "Invoice 09003 (CTAMPA): 3,120.75 USD paid in full."
    assert {row["Status"] for row in rows_of(demo, "Batch")} <= {"P", "C"}
    check_receivables_hold(demo)


def test_a_share_of_the_invoices_is_spread(demo: Engine) -> None:
    words = pay_some(demo, share=Decimal(2) / 3, on=OCTOBER)
    assert [line.split(" (")[0] for line in words] == [f"Invoice 090{n:02}" for n in (3, 4, 6, 7, 10)]
    assert pay_some(demo, share=Decimal(0), on=OCTOBER) == []


def test_a_restored_backup_forgets_the_payments_and_counts_on_from_before(demo: Engine, tmp_path: Path) -> None:
    payments.pay(demo, "09002", Decimal(100), on=OCTOBER)
    before = {name: rows_of(demo, name) for name in ("ARAdjust", "ARDoc", "ARTran", "Batch", "ARSetup", "AR_Balances")}
    repairs.backup(demo, tmp_path / "night.sqlite")
    first = payments.pay(demo, "09002", Decimal(200), on=OCTOBER)
    (after_first,) = rows_of(demo, "ARAdjust", AdjBatNbr=first.bat_nbr)

    repairs.restore(demo, tmp_path / "night.sqlite")

    assert {name: rows_of(demo, name) for name in before} == before
    again = payments.pay(demo, "09002", Decimal(300), on=OCTOBER)
    (after_again,) = rows_of(demo, "ARAdjust", AdjBatNbr=again.bat_nbr)
    assert (again.bat_nbr, again.ref_nbr) == (first.bat_nbr, first.ref_nbr)
    assert after_again["RecordID"] == after_first["RecordID"]
    check_receivables_hold(demo)

"""Payments that wait for their release, and those that SL would refuse."""

from __future__ import annotations

from decimal import Decimal

import pytest
from sl_release_company import rows_of
from sl_release_ledger import check_receivables_hold
from sl_release_looks import NOVEMBER, OCTOBER, left, waiting
from sqlalchemy import Engine

from xlpy.demo import firm
from xlpy.demo.company import payments, repairs
from xlpy.demo.company.entry.payments import AppliedTo, enter_application, enter_payment, enter_unapplied
from xlpy.demo.company.release.books import Books
from xlpy.demo.company.release.run import release_batch, release_everything, void_batch
from xlpy.errors import SlError

# --- unreleased batches, refusals -----------------------------------------------------------------------------------


def test_an_unreleased_payment_changes_nothing_until_the_release_of_the_day(demo: Engine) -> None:
    entered = waiting(demo)
    assert left(demo, "09002") == 480
    assert rows_of(demo, "ARAdjust", AdjdRefNbr="09002") == []
    with pytest.raises(SlError, match=f"AR batch {entered.bat_nbr}, which is not released"):
        payments.pay(demo, "09002", Decimal(100), on=OCTOBER)
    (outcome,) = release_everything(demo, firm.COMPANY_ID)
    assert (outcome.bat_nbr, outcome.status, outcome.messages) == (entered.bat_nbr, "P", ())
    assert left(demo, "09002") == 380
    check_receivables_hold(demo)


def test_a_voided_payment_batch_is_gone_and_the_invoice_as_before(demo: Engine) -> None:
    entered = waiting(demo)
    assert void_batch(demo, "AR", entered.bat_nbr).status == "V"
    assert rows_of(demo, "ARDoc", DocType="PA", RefNbr=entered.ref_nbr) == []
    assert rows_of(demo, "ARTran", BatNbr=entered.bat_nbr) == []
    payments.pay(demo, "09002", Decimal(480), on=OCTOBER)
    check_receivables_hold(demo)


def test_a_voided_application_leaves_the_payment_open(demo: Engine) -> None:
    paid = payments.prepay(demo, "BAYDEN", Decimal(500), on=OCTOBER, doc_type="PA")
    with demo.begin() as connection:
        books = Books(connection)
        entered = enter_application(books, paid.ref_nbr, ("PA",), AppliedTo("09002", Decimal(100)), on=OCTOBER)
        books.save()
    void_batch(demo, "AR", entered.bat_nbr)
    payments.apply_payment(demo, paid.ref_nbr, "09002", Decimal(480), on=OCTOBER, post=True)
    assert left(demo, paid.ref_nbr, "PA") == 20
    check_receivables_hold(demo)


def test_the_total_of_a_payment_batch_must_be_that_of_its_payments(demo: Engine) -> None:
    entered = waiting(demo)
    with demo.begin() as connection:
        books = Books(connection)
        books.rows("Batch", Module="AR", BatNbr=entered.bat_nbr)[0]["CuryCrTot"] = Decimal(99)
        books.save()
    assert [message.msg_id for message in release_batch(demo, "AR", entered.bat_nbr).messages] == [12123]


def test_what_sl_would_refuse_is_refused_in_words(demo: Engine) -> None:
    unreleased = repairs.enter_invoice(demo, "EVERGR", "09102", Decimal(300))
    ways = (
        (lambda: payments.pay(demo, "NOPE", Decimal(1), on=OCTOBER), "no invoice NOPE"),
        (lambda: payments.pay(demo, "09102", Decimal(1), on=OCTOBER), "not released yet"),
        (lambda: payments.pay(demo, "09001", Decimal(1), on=OCTOBER), "0.00 USD open, not 1.00"),
        (lambda: payments.pay(demo, "09002", Decimal(0), on=OCTOBER), "Nothing can be applied"),
        (lambda: payments.pay(demo, "09002", Decimal(-5), on=OCTOBER), "Nothing can be applied"),
        (lambda: payments.write_off(demo, "09002", Decimal(481), on=OCTOBER), "480.00 USD open, not 481.00"),
        (lambda: payments.write_off_credit(demo, "09009", Decimal(151), on=OCTOBER), "150.00 USD left, not 151.00"),
        (lambda: payments.apply_credit_memo(demo, "09009", "09002", Decimal(1), on=OCTOBER), "different customers"),
        (lambda: payments.apply_credit_memo(demo, "09009", "09005", Decimal(151), on=OCTOBER), "150.00 USD left"),
        (lambda: payments.apply_payment(demo, "4711", "09002", Decimal(1), on=OCTOBER), "different customers"),
        (lambda: payments.pay_several(demo, {"09002": Decimal(1), "09003": Decimal(1)}, on=OCTOBER), "one payment"),
        (lambda: payments.bounce(demo, "09009", on=OCTOBER), "no payment 09009"),
        (lambda: payments.pay(demo, "09001", Decimal(1), on=OCTOBER, payment="4711"), "open, not 1.00"),
        (lambda: payments.prepay(demo, "ACME01", Decimal(0), on=OCTOBER), "can't be entered"),
    )
    before = rows_of(demo, "Batch")
    for way, words in ways:
        with pytest.raises(SlError, match=words):
            way()
    assert rows_of(demo, "Batch") == before
    assert unreleased in {row["BatNbr"] for row in before}


def test_a_reference_is_used_once_per_customer_and_type(demo: Engine) -> None:
    payments.pay(demo, "09002", Decimal(10), on=OCTOBER, payment="77")
    with pytest.raises(SlError, match="payment 77 already"):
        payments.pay(demo, "09002", Decimal(10), on=OCTOBER, payment="77")
    payments.pay(demo, "09003", Decimal(10), on=OCTOBER, payment="77")  # another customer's check


def test_a_payment_whose_rest_was_written_off_is_not_reversed(demo: Engine) -> None:
    paid = payments.pay(demo, "09002", Decimal(490), on=OCTOBER)
    payments.write_off_credit(demo, paid.ref_nbr, Decimal(10), on=OCTOBER)
    with pytest.raises(SlError, match="was written off"):
        payments.bounce(demo, paid.ref_nbr, on=OCTOBER)


def test_a_future_period_counts_as_future_balance(demo: Engine) -> None:
    with demo.begin() as connection:
        books = Books(connection)
        entered = enter_payment(
            books, [AppliedTo("09002", Decimal(80))], on=NOVEMBER, period=firm.NEXT_PERIOD, unapplied=Decimal(5)
        )
        unapplied = enter_unapplied(books, "BAYDEN", Decimal(7), on=NOVEMBER)
        books.save()
    for each in (entered, unapplied):
        assert release_batch(demo, "AR", each.bat_nbr).released
    (balance,) = rows_of(demo, "AR_Balances", CustID="BAYDEN")
    assert (balance["CurrBal"], balance["FutureBal"]) == (480 - 7, -85)

"""Customers whose credits SL applies by itself at their release (Customer.AutoApply), as new customers may be made."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from sl_release_company import rows_of
from sl_release_ledger import check_receivables_hold
from sqlalchemy import Engine

from xlpy.demo import firm
from xlpy.demo.company import payments
from xlpy.demo.company.release.books import Books

D = Decimal
OCTOBER = date(2026, 10, 20)
CUSTOMER = "BAYDEN"
OPEN_INVOICE = "09002"  # owes 480.00
ENTERED_HERE = {"ApplBatNbr": "", "ApplAmt": 0, "CuryApplAmt": 0}


def document(company: Engine, doc_type: str, ref_nbr: str) -> dict[str, Any]:
    (row,) = rows_of(company, "ARDoc", DocType=doc_type, RefNbr=ref_nbr)
    return row


def applied_to(company: Engine, ref_nbr: str) -> list[tuple[str, Decimal]]:
    return [(row["AdjgDocType"], row["CuryAdjdAmt"]) for row in rows_of(company, "ARAdjust", AdjdRefNbr=ref_nbr)]


def booked(company: Engine, bat_nbr: str) -> dict[str, Decimal]:
    found: dict[str, Decimal] = {}
    for line in rows_of(company, "GLTran", Module="AR", BatNbr=bat_nbr):
        found[line["Acct"]] = found.get(line["Acct"], D(0)) + line["DrAmt"] - line["CrAmt"]
    return {acct: amount for acct, amount in found.items() if amount}


def change(company: Engine, table: str, key: dict[str, Any], **values: Any) -> None:
    with company.begin() as connection:
        books = Books(connection)
        for row in books.rows(table, **key):
            row.update(values)
        books.save()


@pytest.fixture
def automatic(demo: Engine) -> Engine:
    change(demo, "Customer", {"CustId": CUSTOMER}, AutoApply=1)
    return demo


def test_a_credit_memo_pays_the_open_invoice_and_is_closed(automatic: Engine) -> None:
    memo = payments.enter_memo(automatic, CUSTOMER, D("180.00"), on=OCTOBER, post=True)
    closed = document(automatic, "CM", memo.ref_nbr)
    assert (closed["CuryDocBal"], closed["DocBal"], closed["OpenDoc"]) == (0, 0, 0)
    assert closed["PerClosed"] == firm.PERIOD
    assert applied_to(automatic, OPEN_INVOICE) == [("CM", D("180.00"))]
    invoice = document(automatic, "IN", OPEN_INVOICE)
    assert (invoice["CuryDocBal"], invoice["OpenDoc"]) == (D("300.00"), 1)
    check_receivables_hold(automatic)


def test_the_application_of_a_memo_books_nothing_besides_the_memo(demo: Engine) -> None:
    plain = payments.enter_memo(demo, CUSTOMER, D("180.00"), on=OCTOBER, post=True)
    change(demo, "Customer", {"CustId": CUSTOMER}, AutoApply=1)
    applied = payments.enter_memo(demo, CUSTOMER, D("180.00"), on=OCTOBER, post=True)
    assert booked(demo, plain.bat_nbr) == booked(demo, applied.bat_nbr) != {}
    assert applied_to(demo, OPEN_INVOICE) == [("CM", D("180.00"))], "only the second was applied"
    check_receivables_hold(demo)


def test_a_payment_pays_what_is_open_and_keeps_the_rest(automatic: Engine) -> None:
    paid = payments.prepay(automatic, CUSTOMER, D("500.00"), on=OCTOBER, doc_type="PA", post=True)
    assert document(automatic, "IN", OPEN_INVOICE)["OpenDoc"] == 0
    rest = document(automatic, "PA", paid.ref_nbr)
    assert (rest["CuryDocBal"], rest["OpenDoc"]) == (D("20.00"), 1)
    assert {name: rest[name] for name in ENTERED_HERE} == ENTERED_HERE, "cleared by the release"
    assert booked(automatic, paid.bat_nbr) == {"1010": D("500.00"), "1100": D("-500.00")}
    check_receivables_hold(automatic)


def test_the_invoice_that_is_due_first_is_paid_first(automatic: Engine) -> None:
    with automatic.begin() as connection:
        books = Books(connection)
        first = books.rows("ARDoc", DocType="IN", RefNbr=OPEN_INVOICE)[0]
        copy = {**first, "RefNbr": "09902", "DueDate": date(2026, 9, 1)}
        books.add("ARDoc", **{name: value for name, value in copy.items() if name != "tstamp"})
        books.save()
    payments.enter_memo(automatic, CUSTOMER, D("500.00"), on=OCTOBER)
    assert applied_to(automatic, "09902") == [("CM", D("480.00"))]
    assert applied_to(automatic, OPEN_INVOICE) == [("CM", D("20.00"))]


def test_what_another_account_s_currency_forbids_or_another_company_owes_is_left_alone(automatic: Engine) -> None:
    change(automatic, "ARDoc", {"DocType": "IN", "RefNbr": OPEN_INVOICE}, CpnyID="ELSE")
    memo = payments.enter_memo(automatic, CUSTOMER, D("180.00"), on=OCTOBER)
    assert applied_to(automatic, OPEN_INVOICE) == []
    assert document(automatic, "CM", memo.ref_nbr)["CuryDocBal"] == D("180.00")


def test_without_the_customer_s_wish_a_credit_stays_open(demo: Engine) -> None:
    memo = payments.enter_memo(demo, CUSTOMER, D("180.00"), on=OCTOBER, post=True)
    assert applied_to(demo, OPEN_INVOICE) == []
    assert document(demo, "CM", memo.ref_nbr)["OpenDoc"] == 1


def test_the_release_clears_what_the_entry_left_on_payments_and_memos(demo: Engine) -> None:
    paid = payments.pay(demo, OPEN_INVOICE, D("500.00"), on=OCTOBER, post=True)  # 20.00 too much
    later = payments.prepay(demo, CUSTOMER, D("30.00"), on=OCTOBER, doc_type="PA", post=True)
    for entered in (paid, later):
        row = document(demo, "PA", entered.ref_nbr)
        assert {name: row[name] for name in ENTERED_HERE} == ENTERED_HERE
    assert document(demo, "PA", paid.ref_nbr)["CuryDocBal"] == D("20.00")
    check_receivables_hold(demo)

"""What is sent for an invoice and what the accountant reads of it, to the word and to the cent (design: payments).

Each row of the sheet *Payments* has such a sentence; it is all that tells whose payment counts, and where to mend it.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal

import pytest

from xlpy.domain.afterwards.payment_decision import Act, OpenTry, OwnPayment, Wanted, decide
from xlpy.domain.afterwards.payment_matching import numbers_of, why_not_the_same
from xlpy.domain.afterwards.payment_start import From, SyncStart, first_moment, parse_start
from xlpy.domain.afterwards.settlement import Application, SlInvoice, paid_in_manage, settlement_of
from xlpy.domain.facts.manage import Ref
from xlpy.domain.facts.manage_payments import InvoicePayment, ManageInvoice
from xlpy.domain.values.money import ZERO
from xlpy.domain.values.rules import PostingRules

D = Decimal
DAY = date(2026, 11, 2)
LATER = date(2026, 11, 9)


def payment(number: int, amount: str, source: str = "Default", on: date | None = DAY) -> InvoicePayment:
    return InvoicePayment(number, 5001, D(amount), on, "P", source)


@dataclass(frozen=True)
class Told:
    """Payments in Manage, the id of ours, what SL has as paid and had before; then what is sent and said."""

    found: tuple[InvoicePayment, ...]
    ours: int
    wanted: str
    before: str | None
    act: Act
    amount: str
    total_after: str
    message: str


STORIES = {
    "a first payment": Told((), 0, "70", None, Act.CREATE, "70", "70", ""),
    "nothing is paid": Told((), 0, "0", None, Act.NOTHING, "0", "0", ""),
    "ours is right": Told((payment(7, "70"),), 7, "70", "70", Act.NOTHING, "70", "70", ""),
    "ours is short of a cent": Told((payment(7, "69.99"),), 7, "70", "69.99", Act.CHANGE, "70", "70", ""),
    "nothing is paid any more": Told((payment(7, "70"),), 7, "0", "70", Act.REMOVE, "0", "0", ""),
    "somebody else has entered it": Told(
        (payment(9, "70"),),
        0,
        "70",
        None,
        Act.NOTHING,
        "0",
        "70",
        "Manage has it by a payment of somebody else, which is left alone.",
    ),
    "a WisePay payment": Told(
        (payment(9, "70", "WisePay"),),
        0,
        "70",
        None,
        Act.NOTHING,
        "0",
        "70",
        "Manage has it by a WisePay payment, which is left alone.",
    ),
    "a WisePay payment that SL has otherwise": Told(
        (payment(9, "50", "WisePay"),),
        0,
        "70",
        None,
        Act.LEAVE,
        "0",
        "50",
        "Manage shows 50 as paid, SL has 70; a WisePay payment is left alone: correct it in Manage (or enter the"
        " payment in SL).",
    ),
    "two payments, one of WisePay": Told(
        (payment(9, "50"), payment(10, "5", "WisePay")),
        0,
        "70",
        None,
        Act.LEAVE,
        "0",
        "55",
        "Manage shows 55 as paid, SL has 70; 2 payments, WisePay among them, are left alone: correct it in Manage (or"
        " enter the payment in SL).",
    ),
    "three payments of others that are right": Told(
        (payment(9, "50"), payment(10, "5"), payment(11, "15")),
        0,
        "70",
        None,
        Act.NOTHING,
        "0",
        "70",
        "Manage has it by 3 payments of somebody else, which are left alone.",
    ),
    "a payment by hand that SL has otherwise": Told(
        (payment(9, "50"),),
        0,
        "70",
        None,
        Act.ASK,
        "0",
        "50",
        "Manage has a payment of 50 of 2026-11-02 that this product did not write; SL has 70 as paid. Taking it over"
        " makes it 70.",
    ),
    "a payment by hand without a date, SL has none": Told(
        (payment(9, "50", on=None),),
        0,
        "0",
        None,
        Act.ASK,
        "0",
        "50",
        "Manage has a payment of 50 that this product did not write; SL has 0 as paid. Taking it over removes it.",
    ),
    "ours and another's are right together": Told(
        (payment(7, "60"), payment(9, "40", "WisePay")),
        7,
        "100",
        "60",
        Act.NOTHING,
        "60",
        "100",
        "40 of it is a WisePay payment.",
    ),
    "another's came on top, and SL did not move": Told(
        (payment(7, "60"), payment(9, "40")),
        7,
        "60",
        "60",
        Act.LEAVE,
        "60",
        "100",
        "Manage shows 100 as paid, SL has 60; a payment of somebody else is left alone: correct it in Manage (or enter"
        " the payment in SL).",
    ),
    "another's is there, and SL moved": Told(
        (payment(7, "60"), payment(9, "40")),
        7,
        "120",
        "60",
        Act.CHANGE,
        "80",
        "120",
        "40 of a payment of somebody else is left alone.",
    ),
    "another's alone is more than SL has": Told(
        (payment(7, "60"), payment(9, "40")),
        7,
        "30",
        "60",
        Act.REMOVE,
        "0",
        "40",
        "40 of a payment of somebody else is left alone.",
    ),
}


@pytest.mark.parametrize("story", sorted(STORIES))
def test_what_is_sent_and_what_is_said(story: str) -> None:
    told = STORIES[story]
    own = [OwnPayment(told.ours, D("1.00"), DAY)] if told.ours else []
    wanted = Wanted(D(told.wanted), DAY, None if told.before is None else D(told.before))
    made = decide(told.found, own, [], wanted)
    assert (made.act, made.amount, made.total_after, made.message) == (
        told.act,
        D(told.amount),
        D(told.total_after),
        told.message,
    )
    assert (made.on, made.payment_id, made.adopted, made.gone) == (DAY, told.ours, None, ())
    assert made.kept == (told.found[0] if told.ours else None)


def test_two_payments_of_ours_are_for_the_user_to_sort_out() -> None:
    own = [OwnPayment(number, D(30), DAY) for number in (7, 8)]
    made = decide([payment(7, "30"), payment(8, "30")], own, [], Wanted(D(60), DAY))
    assert (made.act, made.amount, made.total_after) == (Act.LEAVE, ZERO, D(60))
    assert made.message == "Manage has 2 payments of ours on this invoice; delete all but one there."


def test_a_payment_that_is_taken_over_counts_as_ours_from_then_on() -> None:
    there = payment(9, "50")
    made = decide([there], [], [], Wanted(D(70), LATER), take_over=True)
    assert (made.act, made.amount, made.total_after, made.on) == (Act.CHANGE, D(70), D(70), LATER)
    assert (made.adopted, made.kept, made.payment_id) == (there, there, 9)


def test_only_a_single_payment_is_taken_over_and_only_where_none_is_ours() -> None:
    beside = decide(
        [payment(7, "60"), payment(9, "5")], [OwnPayment(7, D(60), DAY)], [], Wanted(D(70), DAY), take_over=True
    )
    assert (beside.adopted, beside.act, beside.amount) == (None, Act.CHANGE, D(65))


def test_an_open_try_without_a_date_is_known_by_its_amount_and_only_among_plain_payments() -> None:
    tries = [OpenTry(D(50), None)]
    assert decide([payment(9, "50", on=LATER)], [], tries, Wanted(D(50), LATER)).adopted is not None
    assert decide([payment(9, "50", "WisePay")], [], tries, Wanted(D(50), DAY)).adopted is None
    beside = decide([payment(7, "10"), payment(9, "50")], [OwnPayment(7, D(10), DAY)], tries, Wanted(D(60), DAY))
    assert (beside.adopted, beside.payment_id) == (None, 7)


# -- the sentences on a settlement ---------------------------------------------------------------------------------


def of_sl(total: str, balance: str, *, is_open: bool = True) -> SlInvoice:
    return SlInvoice("ACME01", "IN", "20001", "USD", D(total), D(balance), is_open=is_open)


def in_manage(total: str, credited: str = "0", **changes: object) -> ManageInvoice:
    shown = ManageInvoice(
        5001,
        "10001",
        "Standard",
        Ref(250, "Acme", "Acme"),
        "ACME01",
        "USD",
        2,
        D(total),
        ZERO,
        D(credited),
        D(total) - D(credited),
    )
    return replace(shown, **changes)  # type: ignore[arg-type]


def applied(amount: str, kind: str = "PA", memo: str = "", discount: str = "0", number: int = 1) -> Application:
    return Application(number, kind, "X1", D(amount), D(discount), DAY, "", memo)


def test_a_payment_a_discount_a_write_off_and_two_kinds_of_credit_each_have_their_place() -> None:
    """AR reference, applications: AdjgDocType PA and PP pay, SB writes off, CM is a credit memo."""
    rows = [
        applied("40", discount="2", number=1),
        applied("10", "PP", number=2),
        applied("3", "SB", number=3),
        applied("20", "CM", memo="20002", number=4),
        applied("5", "CM", number=5),
    ]
    found = settlement_of(of_sl("100", "20"), rows)
    assert (found.cash, found.discount, found.write_off) == (D(50), D(2), D(3))
    assert (found.manage_credits, found.sl_credits, found.memos) == (D(20), D(5), ("20002",))
    assert (found.settled, found.credits, found.paid, found.unexplained) == (D(80), D(25), D(60), ZERO)
    assert not found.closed


@pytest.mark.parametrize(
    ("balance", "is_open", "released", "closed"),
    [("0", False, True, True), ("0", True, True, False), ("0.01", False, True, False), ("0", False, False, False)],
    ids=["closed", "still open", "a cent is owed", "not released"],
)
def test_closed_is_released_and_not_open_and_nothing_owed(
    balance: str, is_open: bool, released: bool, closed: bool
) -> None:
    there = replace(of_sl("100", balance, is_open=is_open), released=released)
    assert settlement_of(there, []).closed is closed


def test_paid_in_full_has_a_date_only_where_neither_side_is_owed_anything() -> None:
    paid = settlement_of(of_sl("100", "0", is_open=False), [applied("100")])
    assert paid_in_manage(paid, in_manage("100")).in_full_on == DAY
    assert paid_in_manage(paid, in_manage("120")).in_full_on is None
    nothing = paid_in_manage(settlement_of(of_sl("100", "100"), []), in_manage("100"))
    assert (nothing.amount, nothing.on, nothing.balance, nothing.notes) == (ZERO, None, D(100), ())


@pytest.mark.parametrize(
    ("settled", "shown", "note"),
    [
        (
            settlement_of(of_sl("100", "0"), [applied("100")]),
            in_manage("100.50"),
            "The total is 100.00 in SL, but 100.50 in Manage.",
        ),
        (
            settlement_of(of_sl("100", "80"), [applied("20", "CM", memo="20002")]),
            in_manage("100", "5"),
            "Credit memo 20002: 15.00 of it is applied in SL only. Apply it to invoice 10001 in Manage, too"
            " (Finance > Invoices, open the credit memo).",
        ),
        (
            settlement_of(of_sl("100", "97"), [applied("3", "CM", memo="20002")]),
            in_manage("100", "5"),
            "Manage has 2.00 of credit memos on this invoice that SL has not applied. Apply them in SL, too:"
            " Payment Application (08.030).",
        ),
        (
            settlement_of(of_sl("100", "100"), []),
            in_manage("100", "5"),
            "Manage has 5.00 of credit memos on this invoice that SL has not applied. Apply them in SL, too:"
            " Payment Application (08.030).",
        ),
        (
            settlement_of(of_sl("100", "0"), [applied("100")]),
            in_manage("100", "30"),
            "SL has 100.00 as paid; Manage takes 70.00 at the most, so that is what it shows.",
        ),
        (
            settlement_of(of_sl("100", "110"), [applied("-10")]),
            in_manage("100"),
            "SL has -10.00 as paid, less than nothing: Manage shows 0. Look at the invoice in SL.",
        ),
        (
            settlement_of(of_sl("100", "95"), [applied("5", "CM")]),
            in_manage("100"),
            "5.00 of it is credit that only SL knows; it counts as paid.",
        ),
        (
            settlement_of(of_sl("100", "60"), [applied("30")]),
            in_manage("100"),
            "SL's balance and its applications differ by 10.00; the balance counts (old applications may have been"
            " removed from SL).",
        ),
    ],
    ids=[
        "total",
        "memo only in SL",
        "a part in SL",
        "memo only in Manage",
        "more than owed",
        "less than nothing",
        "SL's",
        "removed",
    ],
)
def test_what_differs_is_said_in_whole_sentences(settled: object, shown: ManageInvoice, note: str) -> None:
    assert note in paid_in_manage(settled, shown).notes  # type: ignore[arg-type]


def test_where_all_agrees_nothing_is_said() -> None:
    memo = settlement_of(of_sl("100", "0", is_open=False), [applied("80"), applied("20", "CM", "20002", number=2)])
    paid = paid_in_manage(memo, in_manage("100", "20"))
    assert (paid.amount, paid.balance, paid.in_full_on, paid.notes) == (D(80), ZERO, DAY, ())


# -- the same invoice, and where to start --------------------------------------------------------------------------


def test_why_an_invoice_is_not_the_one_of_sl_names_both_sides() -> None:
    there = of_sl("100", "100")
    assert why_not_the_same(there, in_manage("-100"), "USD") == "it is a credit memo there"
    assert why_not_the_same(replace(there, doc_type="CM"), in_manage("100"), "USD") == "it is no credit memo there"
    assert why_not_the_same(replace(there, doc_type="CM"), in_manage("-100"), "USD") == ""
    assert why_not_the_same(there, in_manage("100", account_number=""), "USD") == (
        "its customer account is empty in Manage, ACME01 in SL"
    )
    assert why_not_the_same(there, in_manage("100.01", account_number="OTHER", currency="EUR"), "USD") == (
        "its customer account is OTHER in Manage, ACME01 in SL; its currency is EUR in Manage, USD in SL;"
        " its total is 100.01 in Manage, 100 in SL"
    )
    assert why_not_the_same(there, in_manage("100", currency=""), "CAD") == "its currency is CAD in Manage, USD in SL"
    assert why_not_the_same(there, in_manage("100", currency="EUR"), "USD") == (
        "its currency is EUR in Manage, USD in SL"
    )


def test_a_prefix_that_was_stripped_comes_back_only_where_the_profile_strips() -> None:
    assert numbers_of("10452", PostingRules(reference_prefix="INV-")) == ("10452",)
    assert numbers_of("10452", PostingRules(reference_rule="strip")) == ("10452",)


def test_a_start_is_said_as_it_is_chosen() -> None:
    assert str(SyncStart(From.CUSTOM, DAY)) == "2026-11-02"
    assert str(SyncStart(From.MONTH, DAY)) == "Past month"
    assert str(SyncStart(From.CUSTOM)) == "Custom date"
    assert first_moment(SyncStart(From.CUSTOM), DAY) is None
    month = first_moment(SyncStart(From.MONTH), DAY)
    assert month is not None
    assert (month.date(), month.hour) == (date(2026, 10, 2), 0)


def test_a_start_that_is_none_says_what_is_possible() -> None:
    with pytest.raises(
        ValueError, match="'yesterday' is not one of last, week, two-weeks, month, everything or a date"
    ):
        parse_start("yesterday")
    with pytest.raises(ValueError, match=r"^Custom date needs a date beside it"):
        parse_start(" custom date ")

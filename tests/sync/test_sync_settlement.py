"""Settlements by the numbers, and what to do about payments: identities that hold whatever happened to an invoice."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as some

from xlpy.domain.afterwards.payment_decision import Act, OpenTry, OwnPayment, Wanted, decide
from xlpy.domain.afterwards.payment_matching import numbers_of, why_not_the_same
from xlpy.domain.afterwards.payment_start import From, SyncStart, a_month_before, first_moment, parse_start
from xlpy.domain.afterwards.settlement import Application, SlInvoice, paid_in_manage, settlement_of
from xlpy.domain.facts.manage import Ref
from xlpy.domain.facts.manage_payments import InvoicePayment, ManageInvoice
from xlpy.domain.values.money import ZERO
from xlpy.domain.values.rules import PostingRules

D = Decimal
DAY = date(2026, 11, 2)
cents = some.integers(1, 50_000).map(lambda n: D(n).scaleb(-2))
maybe_cents = some.integers(0, 5_000).map(lambda n: D(n).scaleb(-2))
kinds = some.sampled_from([("PA", ""), ("PP", ""), ("SB", ""), ("CM", ""), ("CM", "20002"), ("XX", "")])


def invoice(total: Decimal, balance: Decimal) -> SlInvoice:
    return SlInvoice("ACME01", "IN", "20001", "USD", total, balance, is_open=balance != 0)


def in_manage(total: Decimal, credited: Decimal = ZERO) -> ManageInvoice:
    return ManageInvoice(
        id=5001,
        number="20001",
        invoice_type="Standard",
        company=Ref(250, "Acme", "Acme"),
        account_number="ACME01",
        currency="USD",
        decimals=2,
        total=total,
        payments=ZERO,
        credits=credited,
        balance=total - credited,
    )


@some.composite
def histories(draw: some.DrawFn) -> tuple[SlInvoice, list[Application]]:
    """Applications to an invoice, some of them reversed by a mirror row; SL's balance follows them."""
    rows: list[Application] = []
    for _ in range(draw(some.integers(0, 6))):
        kind, memo = draw(kinds)
        on = DAY + timedelta(days=draw(some.integers(0, 90)))
        amount, discount = draw(cents), draw(maybe_cents) if kind == "PA" else D(0)
        code = draw(some.sampled_from(["", "", "NS", "RP", "RA"]))
        rows.append(Application(len(rows) + 1, kind, "X1", amount, discount, on, code, memo))
        if code:
            rows.append(Application(len(rows) + 1, kind, "X1", -amount, -discount, on, code, memo))
    left = draw(maybe_cents)
    settled = sum((row.amount + row.discount for row in rows), D(0))
    return invoice(settled + left + D("0.01"), left + D("0.01")), rows


@given(histories())
def test_the_parts_add_up_to_what_is_settled(history: tuple[SlInvoice, list[Application]]) -> None:
    of_sl, rows = history
    found = settlement_of(of_sl, rows)
    parts = found.cash + found.discount + found.write_off + found.manage_credits + found.sl_credits
    assert found.unexplained == 0
    assert parts == found.settled == of_sl.total - of_sl.balance
    assert found.paid + found.manage_credits + found.balance == found.total


@given(histories(), maybe_cents)
def test_paid_is_never_below_nothing_nor_above_what_manage_is_owed(
    history: tuple[SlInvoice, list[Application]], applied: Decimal
) -> None:
    of_sl, rows = history
    shown = in_manage(of_sl.total, credited=min(applied, of_sl.total))
    paid = paid_in_manage(settlement_of(of_sl, rows), shown)
    assert 0 <= paid.amount <= shown.total - shown.credits
    assert paid.amount + shown.credits + paid.balance == shown.total
    assert paid.in_full_on is None or (paid.balance == 0 and of_sl.balance == 0)


@given(histories(), some.none() | some.integers(-120, 120).map(lambda days: DAY + timedelta(days=days)))
def test_nothing_is_paid_before_the_invoice_was_there(
    history: tuple[SlInvoice, list[Application]], invoice_date: date | None
) -> None:
    of_sl, rows = history
    paid = paid_in_manage(settlement_of(of_sl, rows), replace(in_manage(of_sl.total), invoice_date=invoice_date))
    for day in (paid.on, paid.in_full_on):
        assert day is None or invoice_date is None or day >= invoice_date


@pytest.mark.parametrize(
    ("paid_on", "counts_for"),
    [(date(2026, 10, 1), date(2026, 10, 10)), (date(2026, 10, 10), date(2026, 10, 10)), (DAY, DAY)],
    ids=["on account, before the invoice", "the same day", "later"],
)
def test_a_payment_on_account_pays_an_invoice_on_its_own_date_at_the_earliest(paid_on: date, counts_for: date) -> None:
    applied = Application(1, "PA", "X1", D("100.00"), D(0), paid_on)
    shown = replace(in_manage(D("100.00")), invoice_date=date(2026, 10, 10))
    paid = paid_in_manage(settlement_of(invoice(D("100.00"), ZERO), [applied]), shown)
    assert (paid.amount, paid.on, paid.in_full_on) == (D("100.00"), counts_for, counts_for)


@given(histories(), some.randoms())
def test_the_order_of_events_does_not_matter(history: tuple[SlInvoice, list[Application]], dice: object) -> None:
    of_sl, rows = history
    shuffled = list(rows)
    dice.shuffle(shuffled)  # type: ignore[attr-defined]
    assert settlement_of(of_sl, shuffled) == settlement_of(of_sl, rows)


@given(histories())
def test_a_reversed_application_and_its_mirror_leave_no_trace(history: tuple[SlInvoice, list[Application]]) -> None:
    of_sl, rows = history
    live = [row for row in rows if row.is_live]
    assert settlement_of(of_sl, rows) == settlement_of(of_sl, live)


def test_the_date_is_the_latest_live_one() -> None:
    rows = [
        Application(1, "PA", "P1", D(60), D(0), date(2026, 11, 5)),
        Application(2, "PA", "P2", D(40), D(0), date(2026, 11, 20), "NS"),
        Application(3, "PA", "P2", D(-40), D(0), date(2026, 11, 20), "NS"),
    ]
    assert settlement_of(invoice(D(100), D(40)), rows).last_on == date(2026, 11, 5)


def test_the_same_row_read_twice_counts_once() -> None:
    paid = Application(1, "PA", "P1", D(60), D(0), DAY)
    assert settlement_of(invoice(D(100), D(40)), [paid, paid]).cash == 60


def test_applications_that_sl_has_removed_leave_the_balance_in_force() -> None:
    found = settlement_of(invoice(D(100), D(0)), [Application(1, "PA", "P1", D(60), D(0), DAY)])
    paid = paid_in_manage(found, in_manage(D(100)))
    assert (found.unexplained, paid.amount) == (40, 100)
    assert "the balance counts" in " ".join(paid.notes)


def test_floats_of_sl_are_rounded_to_the_currency() -> None:
    rows = [Application(i, "PA", "P", D("0.100000001"), D(0), DAY) for i in range(3)]
    found = settlement_of(invoice(D("100.000000001"), D("99.700000001")), rows)
    assert (found.cash, found.paid, found.unexplained) == (D("0.30"), D("0.30"), 0)


def test_an_unreleased_invoice_is_not_closed() -> None:
    free = SlInvoice("ACME01", "IN", "20001", "USD", D(0), D(0), is_open=False, released=False)
    assert not settlement_of(free, []).closed


# -- whose payment -------------------------------------------------------------------------------------------------


def payment(number: int, amount: str, source: str = "Default", credit: int = 0, on: date = DAY) -> InvoicePayment:
    return InvoicePayment(number, 5001, D(amount), on, "C" if credit else "P", source, credit)


def own(number: int, amount: str) -> OwnPayment:
    return OwnPayment(number, D(amount), DAY)


def test_nothing_there_and_something_paid_is_recorded() -> None:
    assert decide([], [], [], Wanted(D(70), DAY)).act is Act.CREATE
    assert decide([], [], [], Wanted(D(0), None)).act is Act.NOTHING


def test_ours_is_changed_kept_or_removed() -> None:
    there, ours = [payment(7, "70")], [own(7, "70")]
    assert decide(there, ours, [], Wanted(D(70), DAY)).act is Act.NOTHING
    assert decide(there, ours, [], Wanted(D(90), DAY)).act is Act.CHANGE
    assert decide(there, ours, [], Wanted(D(70), date(2026, 11, 9))).act is Act.CHANGE
    assert decide(there, ours, [], Wanted(D(0), None)).act is Act.REMOVE


def test_an_applied_credit_memo_is_no_payment() -> None:
    decision = decide([payment(3, "30", credit=5002)], [], [], Wanted(D(70), DAY))
    assert (decision.act, decision.total_after) == (Act.CREATE, 70)


def test_a_strangers_payment_is_asked_about_and_never_touched() -> None:
    decision = decide([payment(9, "50")], [], [], Wanted(D(70), DAY))
    assert (decision.act, decision.adopted) == (Act.ASK, None)
    assert decide([payment(9, "50")], [], [], Wanted(D(70), DAY), take_over=True).act is Act.CHANGE
    assert decide([payment(9, "70")], [], [], Wanted(D(70), DAY)).act is Act.NOTHING


@pytest.mark.parametrize(
    "there", [[payment(9, "50", "WisePay")], [payment(9, "50"), payment(10, "5")], [payment(9, "50", "Newer")]]
)
def test_wisepay_and_several_payments_are_left_alone_even_when_taken_over(there: list[InvoicePayment]) -> None:
    decision = decide(there, [], [], Wanted(D(70), DAY), take_over=True)
    assert (decision.act, decision.adopted) == (Act.LEAVE, None)


def test_a_payment_that_equals_an_open_try_is_ours() -> None:
    there = [payment(9, "50")]
    assert decide(there, [], [OpenTry(D(50), DAY)], Wanted(D(50), DAY)).adopted == there[0]
    assert decide(there, [], [OpenTry(D(51), DAY)], Wanted(D(50), DAY)).adopted is None
    assert decide(there, [], [OpenTry(D(50), date(2026, 1, 1))], Wanted(D(50), DAY)).adopted is None
    twice = [payment(9, "50"), payment(10, "50")]
    assert decide(twice, [], [OpenTry(D(50), DAY)], Wanted(D(50), DAY)).act is Act.LEAVE


def test_others_beside_ours_are_left_alone_until_sl_moves() -> None:
    there, ours = [payment(7, "60"), payment(9, "40", "WisePay")], [own(7, "60")]
    assert decide(there, ours, [], Wanted(D(100), DAY, D(60))).act is Act.NOTHING
    assert decide(there, ours, [], Wanted(D(60), DAY, D(60))).act is Act.LEAVE
    more = decide(there, ours, [], Wanted(D(120), DAY, D(60)))
    assert (more.act, more.amount, more.total_after) == (Act.CHANGE, 80, 120)
    less = decide(there, ours, [], Wanted(D(0), None, D(60)))
    assert (less.act, less.total_after) == (Act.REMOVE, 40)


def test_a_payment_of_ours_that_somebody_deleted_is_recorded_anew() -> None:
    decision = decide([], [own(7, "70")], [], Wanted(D(70), DAY))
    assert (decision.act, [gone.payment_id for gone in decision.gone]) == (Act.CREATE, [7])


# -- where to start, and which invoice -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("day", "before"),
    [
        (date(2026, 11, 26), date(2026, 10, 26)),
        (date(2026, 3, 31), date(2026, 2, 28)),
        (date(2028, 3, 30), date(2028, 2, 29)),
        (date(2026, 1, 15), date(2025, 12, 15)),
        (date(2026, 2, 15), date(2026, 1, 15)),
        (date(2026, 12, 31), date(2026, 11, 30)),
    ],
)
def test_past_month_is_the_same_day_of_the_month_before(day: date, before: date) -> None:
    assert a_month_before(day) == before


def test_starts_by_the_words_of_home_and_of_the_command_line() -> None:
    today = date(2026, 11, 26)
    assert parse_start("") == parse_start("last") == SyncStart(From.LAST_RUN)
    assert first_moment(parse_start("Past week"), today) == datetime(2026, 11, 19)  # noqa: DTZ001
    assert first_moment(parse_start("two-weeks"), today) == datetime(2026, 11, 12)  # noqa: DTZ001
    assert first_moment(parse_start("2026-11-03"), today) == datetime(2026, 11, 3)  # noqa: DTZ001
    assert first_moment(parse_start("Custom date", date(2026, 11, 4)), today) == datetime(2026, 11, 4)  # noqa: DTZ001
    assert first_moment(parse_start("everything"), today) is None
    for wrong in ("yesterday", "Custom date", "2026-13-01"):
        with pytest.raises(ValueError):
            parse_start(wrong)


def test_an_invoice_by_number_must_agree_in_customer_currency_and_total() -> None:
    of_sl, shown = invoice(D(100), D(100)), in_manage(D(100))
    assert why_not_the_same(of_sl, shown, "USD") == ""
    from dataclasses import replace

    assert "customer account" in why_not_the_same(of_sl, replace(shown, account_number="OTHER"), "USD")
    assert "currency" in why_not_the_same(of_sl, replace(shown, currency="EUR"), "USD")
    assert "total" in why_not_the_same(of_sl, replace(shown, total=D("100.01")), "USD")
    assert "credit memo" in why_not_the_same(of_sl, replace(shown, total=D(-100)), "USD")
    assert why_not_the_same(of_sl, replace(shown, account_number="acme01", currency=""), "USD") == ""


def test_numbers_that_may_have_become_a_reference() -> None:
    assert numbers_of("10452", PostingRules()) == ("10452",)
    stripped = PostingRules(reference_rule="strip", reference_prefix="INV-")
    assert numbers_of("10452", stripped) == ("INV-10452", "10452")
    assert numbers_of(" ", PostingRules()) == ()

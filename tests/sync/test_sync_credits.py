"""Credit memos of Manage that SL has applied, applied in Manage too: the accountant's stories, one by one."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest
from sync_stage import Stage, add_invoice, enter_by_hand, on, row

from xlpy.demo.company import payments as sl
from xlpy.demo.site.door.faults import Fault, FaultKind
from xlpy.domain.values.statuses import PaymentStatus
from xlpy.services.as_json.payments import sync_json

D = Decimal
MEMO, INVOICE, OTHER = "20002", "20001", "20003"  # 30.00, 100.00 and 250.00, all of one customer


@pytest.fixture
def applying(stage: Stage) -> Iterator[Stage]:
    """The stage with the setting on; a session reads its profile when it is opened."""
    with_setting(stage, True)
    yield stage
    with_setting(stage, False)


def with_setting(stage: Stage, value: bool) -> None:
    profile = stage.profile
    stage.profile = replace(profile, posting=replace(profile.posting, apply_credit_memos=value))
    for session in stage.sessions.values():
        session.profile = stage.profile


def credits(stage: Stage, number: str) -> dict[int, Decimal]:  # noqa: A001
    """What is applied to an invoice in Manage: credit memo → amount."""
    return {p.credit_id: p.amount for p in stage.payment_records(number) if p.credit_id}


def apply_in_sl(stage: Stage, amount: str, number: str = INVOICE, memo: str = MEMO) -> None:
    sl.apply_credit_memo(stage.engine, memo, number, D(amount), on=on(6))


def open_tries(stage: Stage) -> int:
    return int(stage.rows("SELECT COUNT(*) FROM xlpy_PaymentTry WHERE SettledAt IS NULL")[0][0])


def test_off_by_default(stage: Stage) -> None:
    assert not stage.profile.posting.apply_credit_memos
    apply_in_sl(stage, "30")
    found = row(stage.sync(), INVOICE)
    assert "Apply it to" in found.message
    assert credits(stage, INVOICE) == {}
    assert stage.writes() == []


def test_a_dry_run_shows_it_and_writes_nothing(applying: Stage) -> None:
    apply_in_sl(applying, "30")
    before = applying.books()
    report = applying.sync(dry_run=True)
    found = row(report, INVOICE)
    assert (found.status, found.credits_before, found.credits_after, found.manage_balance) == (
        PaymentStatus.CHANGED, 0, 30, 70,
    )  # fmt: skip
    assert MEMO in found.message
    assert applying.books() == before
    shown = next(r for r in sync_json(report)["results"] if r["transaction"] == INVOICE)
    assert (shown["credits_before"], shown["credits_after"]) == ("0.00", "30.00")


def test_applied_corrected_and_taken_back_with_sl(applying: Stage) -> None:
    memo = applying.id_of(MEMO)
    apply_in_sl(applying, "10")
    assert row(applying.sync(), INVOICE).status is PaymentStatus.CHANGED
    assert credits(applying, INVOICE) == {memo: D(10)}
    assert applying.paid(INVOICE).balance == 90
    apply_in_sl(applying, "15")
    found = row(applying.sync(), INVOICE)
    assert (found.credits_before, found.credits_after) == (10, 25)
    assert credits(applying, INVOICE) == {memo: D(25)}
    applying.site.calls.clear()
    assert applying.sync().rows == ()
    assert applying.site.calls == []  # nothing changed in SL, so Manage is not even asked
    applying.sync("everything")
    assert applying.writes() == []
    sl.reverse_application(applying.engine, MEMO, INVOICE, on=on(9))
    found = row(applying.sync(), INVOICE)
    assert (found.status, found.credits_after) == (PaymentStatus.REMOVED, 0)
    assert credits(applying, INVOICE) == {}
    assert applying.paid(MEMO).balance == -30
    assert applying.rows("SELECT CreditID, RemovedAt IS NULL FROM xlpy_Payment") == [(memo, 0)]
    assert open_tries(applying) == 0


def test_memo_and_cash_together_pay_the_invoice_in_full(applying: Stage) -> None:
    apply_in_sl(applying, "30")
    sl.pay(applying.engine, INVOICE, D(68), discount=D(2), on=on(9))
    found = row(applying.sync(), INVOICE)
    assert (found.paid_after, found.credits_after, found.manage_balance, found.paid_in_full_on) == (70, 30, 0, on(9))
    assert applying.payments(INVOICE) == [(D(70), on(9))]


def test_a_payment_makes_room_before_the_memo_is_applied(applying: Stage) -> None:
    """The whole was paid; the check bounced, and a smaller one came with a credit memo. And back again."""
    paid = sl.pay(applying.engine, INVOICE, D(100), on=on(5))
    applying.sync()
    sl.bounce(applying.engine, paid.ref_nbr, on=on(6))
    apply_in_sl(applying, "30")
    sl.pay(applying.engine, INVOICE, D(70), on=on(9))
    found = row(applying.sync(), INVOICE)
    assert (found.status, found.paid_after, found.credits_after) == (PaymentStatus.CHANGED, 70, 30)
    sl.reverse_application(applying.engine, MEMO, INVOICE, on=on(10))
    sl.pay(applying.engine, INVOICE, D(30), on=on(11))
    found = row(applying.sync(), INVOICE)
    assert (found.paid_after, found.credits_after, found.manage_balance) == (100, 0, 0)
    assert (applying.payments(INVOICE), credits(applying, INVOICE)) == ([(D(100), on(11))], {})


def test_several_memos_on_one_invoice_and_one_memo_on_several(applying: Stage) -> None:
    add_invoice(applying.site, 5050, "20050", "Acme", "-50.00")
    applying.push(["20050"], "NOV")
    applying.release()
    apply_in_sl(applying, "30")
    apply_in_sl(applying, "20", memo="20050")
    apply_in_sl(applying, "25", OTHER, "20050")
    report = applying.sync()
    assert {row(report, n).status for n in (INVOICE, OTHER)} == {PaymentStatus.CHANGED}
    assert credits(applying, INVOICE) == {applying.id_of(MEMO): D(30), 5050: D(20)}
    assert credits(applying, OTHER) == {5050: D(25)}
    assert applying.paid("20050").balance == -5


def test_a_memo_moved_to_an_earlier_invoice_is_taken_off_the_later_one_first(applying: Stage) -> None:
    apply_in_sl(applying, "30", OTHER)
    applying.sync()
    sl.reverse_application(applying.engine, MEMO, OTHER, on=on(9))
    apply_in_sl(applying, "30")
    report = applying.sync()
    assert (row(report, INVOICE).status, row(report, OTHER).status) == (PaymentStatus.CHANGED, PaymentStatus.REMOVED)
    assert [r.invoice for r in report.rows] == sorted(r.invoice for r in report.rows)
    assert (credits(applying, INVOICE), credits(applying, OTHER)) == ({applying.id_of(MEMO): D(30)}, {})


def test_a_foreign_memo_goes_on_its_foreign_invoice(applying: Stage) -> None:
    add_invoice(applying.site, 5050, "20050", "FischerKG", "-12.34")
    applying.push(["20050"], "NOV")
    applying.release()
    apply_in_sl(applying, "12.34", "20005", "20050")
    found = row(applying.sync(), "20005")
    assert (found.currency, found.credits_after) == ("EUR", D("12.34"))
    assert applying.rows("SELECT Currency, Amount FROM xlpy_Payment") == [("EUR", 12.34)]


def test_a_memo_entered_by_hand_in_sl_is_found_by_its_number(applying: Stage) -> None:
    add_invoice(applying.site, 5050, "20050", "Acme", "-25.00")
    sl.enter_memo(applying.engine, "ACME01", D(25), on=on(6), ref_nbr="20050")
    apply_in_sl(applying, "25", memo="20050")
    assert row(applying.sync(), INVOICE).credits_after == 25
    assert credits(applying, INVOICE) == {5050: D(25)}


def test_a_memo_that_only_sl_knows_stays_a_payment(applying: Stage) -> None:
    memo = sl.enter_memo(applying.engine, "ACME01", D(20), on=on(6))
    apply_in_sl(applying, "20", memo=memo.ref_nbr)
    found = row(applying.sync(), INVOICE)
    assert (found.paid_after, found.credits_after) == (20, 0)


def test_what_somebody_else_applied_is_left_alone(applying: Stage) -> None:
    memo, invoice = applying.id_of(MEMO), applying.id_of(INVOICE)
    applying.site.apply_credit(memo, invoice, D(10))
    apply_in_sl(applying, "30")
    found = row(applying.sync(), INVOICE)
    assert (found.status, found.credits_after) == (PaymentStatus.LEFT_ALONE, 10)
    assert "somebody else" in found.message
    assert row(applying.sync(), INVOICE).status is PaymentStatus.LEFT_ALONE  # told until it is settled
    theirs = next(p for p in applying.payment_records(INVOICE) if p.credit_id)
    applying.site.delete_payment(invoice, theirs.id)
    applying.site.apply_credit(memo, invoice, D(30))
    assert row(applying.sync(), INVOICE).status is PaymentStatus.UNCHANGED
    assert applying.writes() == []
    assert applying.rows("SELECT COUNT(*) FROM xlpy_Payment") == [(0,)]
    sl.reverse_application(applying.engine, MEMO, INVOICE, on=on(9))
    found = row(applying.sync(), INVOICE)
    assert credits(applying, INVOICE) == {memo: D(30)}
    assert "08.030" in found.message  # Manage has it on the invoice, SL has not


def test_never_more_than_the_invoice_has_left(applying: Stage) -> None:
    applying.site.add_payment(applying.id_of(INVOICE), D(80), on(2), source="WisePay")
    apply_in_sl(applying, "30")
    sl.pay(applying.engine, INVOICE, D(70), on=on(9))
    found = row(applying.sync(), INVOICE)
    assert found.status is PaymentStatus.LEFT_ALONE
    assert "only 20.00 left to pay" in found.message
    assert (credits(applying, INVOICE), applying.paid(INVOICE).balance) == ({}, 20)
    assert applying.writes() == []


def test_never_more_than_the_memo_has_left(applying: Stage) -> None:
    applying.site.apply_credit(applying.id_of(MEMO), applying.id_of(OTHER), D(20))
    apply_in_sl(applying, "30")
    found = row(applying.sync(), INVOICE)
    assert found.status is PaymentStatus.LEFT_ALONE
    assert "only 10.00 of it is left" in found.message
    assert applying.writes() == []


def test_credits_that_manage_does_not_list_are_not_doubled(applying: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    """A second figure: the invoice's own sum says more than its rows."""
    applying.site.apply_credit(applying.id_of(MEMO), applying.id_of(INVOICE), D(10))
    apply_in_sl(applying, "30")
    listed = applying.session().manage.payments_of
    monkeypatch.setattr(
        applying.session().manage,
        "payments_of",
        lambda *a, **k: tuple(p for p in listed(*a, **k) if not p.credit_id),
    )
    found = row(applying.sync(), INVOICE)
    assert found.status is PaymentStatus.LEFT_ALONE
    assert "lists 0" in found.message
    assert applying.writes() == []


def test_an_invoice_voided_in_sl_gets_its_credit_taken_back(applying: Stage) -> None:
    apply_in_sl(applying, "30")
    applying.sync()
    applying.execute("UPDATE Batch SET Status = 'V' WHERE BatNbr IN (SELECT BatNbr FROM ARDoc WHERE RefNbr = '20001')")
    applying.sync("everything")
    assert credits(applying, INVOICE) == {}


def test_switched_off_again_leaves_what_it_applied(applying: Stage) -> None:
    apply_in_sl(applying, "30")
    applying.sync()
    with_setting(applying, False)
    sl.reverse_application(applying.engine, MEMO, INVOICE, on=on(9))
    sl.pay(applying.engine, INVOICE, D(70), on=on(9))
    found = row(applying.sync(), INVOICE)
    assert credits(applying, INVOICE) == {applying.id_of(MEMO): D(30)}
    assert found.paid_after == 70
    assert "08.030" in found.message


def test_a_memo_refused_keeps_the_cash_from_nothing(applying: Stage) -> None:
    applying.site.harsh.credits_refused = True
    try:
        apply_in_sl(applying, "30")
        sl.pay(applying.engine, INVOICE, D(70), on=on(9))
        report = applying.sync()
    finally:
        applying.site.harsh.credits_refused = False
    found = row(report, INVOICE)
    assert (found.status, report.exit_code) == (PaymentStatus.FAILED, 3)
    assert "apply_credit_memos = false" in found.message
    assert applying.payments(INVOICE) == [(D(70), on(9))]
    assert (credits(applying, INVOICE), open_tries(applying)) == ({}, 0)
    assert row(applying.sync(), INVOICE).status is PaymentStatus.CHANGED
    assert credits(applying, INVOICE) == {applying.id_of(MEMO): D(30)}


def test_a_memo_recorded_as_a_payment_is_taken_back_and_told(applying: Stage) -> None:
    applying.site.harsh.credits_become_payments = True
    try:
        apply_in_sl(applying, "30")
        found = row(applying.sync(), INVOICE)
    finally:
        applying.site.harsh.credits_become_payments = False
    assert found.status is PaymentStatus.FAILED
    assert "in place of credit memo" in found.message
    assert applying.payment_records(INVOICE) == ()
    assert open_tries(applying) == 0


DOUBTFUL = (
    FaultKind.SERVER_TIMEOUT,
    FaultKind.UNAVAILABLE,
    FaultKind.DROP_AFTER,
    FaultKind.HTML,
    FaultKind.ERROR_OBJECT,
)


@pytest.mark.parametrize(
    ("kind", "after"), [*((kind, False) for kind in FaultKind), *((kind, True) for kind in DOUBTFUL)], ids=str
)
def test_every_doubtful_answer_ends_in_one_application(applying: Stage, kind: FaultKind, after: bool) -> None:
    """Whatever answers the writing call, two syncs later the memo is applied once, and no try is open."""
    apply_in_sl(applying, "30")
    path = f"/finance/invoices/{applying.id_of(INVOICE)}/payments"
    applying.site.faults.add(Fault(kind, "POST", path, after=after))
    applying.sync()
    applying.site.faults = type(applying.site.faults)()
    for _ in range(2):
        report = applying.sync()
    assert report.exit_code == 0
    assert [(p.credit_id, p.amount) for p in applying.payment_records(INVOICE)] == [(applying.id_of(MEMO), D(30))]
    assert open_tries(applying) == 0
    sl.reverse_application(applying.engine, MEMO, INVOICE, on=on(9))
    applying.sync()
    assert credits(applying, INVOICE) == {}


REFUSED = (FaultKind.FORBIDDEN, FaultKind.NOT_FOUND, FaultKind.TOO_MANY)


@pytest.mark.parametrize("kind", REFUSED, ids=str)
def test_a_refusal_of_what_was_done_is_never_done_twice(applying: Stage, kind: FaultKind) -> None:
    """Nobody can know then that it is ours: it is left alone, and told once SL has taken it back."""
    apply_in_sl(applying, "30")
    applying.site.faults.add(Fault(kind, "POST", f"/finance/invoices/{applying.id_of(INVOICE)}/payments", after=True))
    applying.sync()
    assert row(applying.sync(), INVOICE).status is PaymentStatus.UNCHANGED
    assert credits(applying, INVOICE) == {applying.id_of(MEMO): D(30)}
    sl.reverse_application(applying.engine, MEMO, INVOICE, on=on(9))
    assert "08.030" in row(applying.sync(), INVOICE).message


class Died(BaseException):
    """The PC goes off."""


@pytest.mark.parametrize("after", [False, True], ids=["before Manage did it", "after Manage did it"])
def test_a_pc_that_goes_off_at_the_writing_call(applying: Stage, after: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    apply_in_sl(applying, "30")
    manage = applying.session().manage
    apply = manage.apply_credit

    def die(*given: Any, **more: Any) -> None:
        if after:
            apply(*given, **more)
        raise Died

    with monkeypatch.context() as patch:
        patch.setattr(manage, "apply_credit", die)
        with pytest.raises(Died):
            applying.sync()
    assert open_tries(applying) == 1
    assert row(applying.sync(), INVOICE).status in (PaymentStatus.CHANGED, PaymentStatus.UNCHANGED)
    assert credits(applying, INVOICE) == {applying.id_of(MEMO): D(30)}
    assert open_tries(applying) == 0
    sl.reverse_application(applying.engine, MEMO, INVOICE, on=on(9))
    applying.sync()
    assert credits(applying, INVOICE) == {}


def test_ours_is_set_right_when_somebody_changed_or_deleted_it_in_manage(applying: Stage) -> None:
    memo = applying.id_of(MEMO)
    apply_in_sl(applying, "30")
    applying.sync()
    (ours,) = applying.payment_records(INVOICE)
    applying.site.delete_payment(applying.id_of(INVOICE), ours.id)
    assert row(applying.sync("everything"), INVOICE).credits_after == 30
    assert credits(applying, INVOICE) == {memo: D(30)}
    assert applying.rows("SELECT COUNT(*) FROM xlpy_Payment WHERE RemovedAt IS NULL") == [(1,)]


def test_an_invoice_entered_by_hand_in_sl_gets_its_memo_too(applying: Stage) -> None:
    add_invoice(applying.site, 5150, "20050", "Acme", "120.00")
    enter_by_hand(applying, "20050", "ACME01", "120")
    apply_in_sl(applying, "30", "20050")
    assert row(applying.sync(), "20050").credits_after == 30
    sl.reverse_application(applying.engine, MEMO, "20050", on=on(8))
    applying.sync()
    assert credits(applying, "20050") == {}


def test_a_memo_applied_in_two_parts_is_taken_back_as_one(applying: Stage) -> None:
    for amount in ("10", "15"):
        apply_in_sl(applying, amount)
        applying.sync()
    assert credits(applying, INVOICE) == {applying.id_of(MEMO): D(25)}
    sl.reverse_application(applying.engine, MEMO, INVOICE, on=on(8))
    assert row(applying.sync(), INVOICE).credits_after == 0
    assert credits(applying, INVOICE) == {}


@pytest.mark.parametrize("fault", [Fault(FaultKind.DROP_AFTER), Fault(FaultKind.DROP_BEFORE)], ids=["done", "not done"])
@pytest.mark.parametrize("method", ["PATCH", "DELETE"])
def test_a_doubtful_answer_to_a_change_or_removal_ends_right(applying: Stage, method: str, fault: Fault) -> None:
    apply_in_sl(applying, "20")
    applying.sync()
    if method == "PATCH":
        apply_in_sl(applying, "5")
    else:
        sl.reverse_application(applying.engine, MEMO, INVOICE, on=on(7))
    applying.site.faults.add(replace(fault, method=method, path=r"/finance/invoices/\d+/payments/\d+"))
    applying.sync()
    assert applying.sync().exit_code == 0
    assert credits(applying, INVOICE) == ({applying.id_of(MEMO): D(25)} if method == "PATCH" else {})
    assert open_tries(applying) == 0

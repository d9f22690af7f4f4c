"""What one sync leaves undone comes back with the next one, until it is settled: whatever start was chosen between."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

from sync_stage import Stage, add_invoice, enter_by_hand, on, row

from xlpy.demo.company import payments as sl
from xlpy.demo.site.door.faults import Fault, FaultKind
from xlpy.domain.values.statuses import PaymentStatus

D = Decimal
LONG_AGO = "UPDATE ARAdjust SET Crtd_DateTime = '2026-01-01 00:00:00', LUpd_DateTime = '2026-01-01 00:00:00'"


def before_this_product(stage: Stage, number: str = "20050", in_sl: str = "") -> None:
    """An invoice of 120.00 that Manage has, and that was entered into SL by hand."""
    add_invoice(stage.site, 5050, number, "Acme", "120.00")
    enter_by_hand(stage, in_sl or number, "ACME01", "120")


def test_a_start_by_date_does_not_move_the_last_successful_run(stage: Stage) -> None:
    """It looked at its days only: what was paid before them is still to be found."""
    stage.sync()
    before_this_product(stage)
    sl.pay(stage.engine, "20050", D(120), on=stage.now.date() - timedelta(days=20))
    stage.execute(LONG_AGO)
    assert all(r.invoice != "20050" for r in stage.sync("week").rows)
    assert row(stage.sync(), "20050").status is PaymentStatus.CHANGED


def test_a_first_sync_by_date_is_followed_by_everything(stage: Stage) -> None:
    assert stage.sync("week").exit_code == 0
    assert stage.sync().start == "Everything"
    assert stage.sync().start.startswith("Last successful run")


def test_what_failed_is_not_forgotten_by_a_sync_of_other_days(stage: Stage) -> None:
    stage.sync()
    before_this_product(stage)
    sl.pay(stage.engine, "20050", D(120), on=stage.now.date() - timedelta(days=20))
    stage.execute(LONG_AGO)
    stage.site.faults.add(Fault(FaultKind.FORBIDDEN, "POST", ".*payments"))
    assert stage.sync().exit_code == 3
    assert stage.sync("week").exit_code == 0
    assert row(stage.sync(), "20050").status is PaymentStatus.CHANGED


def test_everything_looks_at_least_as_far_back_as_the_last_run(stage: Stage) -> None:
    """Entered by hand, paid and closed in SL more than a month ago, and not synced since."""
    stage.sync()
    before_this_product(stage)
    sl.pay(stage.engine, "20050", D(120), on=stage.now.date() - timedelta(days=50))
    stage.execute(LONG_AGO)
    assert row(stage.sync("everything"), "20050").status is PaymentStatus.CHANGED


def test_an_invoice_entered_by_hand_is_asked_about_until_it_is_settled(stage: Stage) -> None:
    stage.sync()
    before_this_product(stage)
    stage.site.add_payment(5050, D(50), on(2))
    sl.pay(stage.engine, "20050", D(80), on=on(9))
    for _ in range(3):
        assert row(stage.sync(), "20050").status is PaymentStatus.CONFIRM
    assert row(stage.sync(take_over=["20050"]), "20050").status is PaymentStatus.CHANGED
    assert stage.payments("20050") == [(D(80), on(9))]
    assert stage.sync().rows == ()


def test_an_invoice_entered_by_hand_without_the_prefix_of_the_site_can_be_taken_over(stage: Stage) -> None:
    rules = replace(stage.profile.posting, reference_rule="strip", reference_prefix="INV-")
    session = stage.session()
    session.profile = replace(stage.profile, posting=rules)
    try:
        before_this_product(stage, "INV-20050", in_sl="20050")
        stage.site.add_payment(5050, D(50), on(2))
        stage.sync()
        found = row(stage.sync(take_over=["INV-20050"]), "INV-20050")
    finally:
        session.profile = stage.profile
    assert (found.status, stage.payments("INV-20050")) == (PaymentStatus.REMOVED, [])

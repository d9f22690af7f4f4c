"""The rules without systems: comparing accounts, and which word a row gets."""

from __future__ import annotations

from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from xlpy.domain.afterwards.reconcile import FINE, Leg, compare_legs, gravest
from xlpy.domain.values.statuses import ReconcileState

CENTS = st.decimals(min_value=-10_000, max_value=10_000, places=2)
LEGS = st.lists(
    st.builds(
        Leg,
        acct=st.sampled_from(["1100", "4000", "4100"]),
        sub=st.sampled_from(["100", "200"]),
        amount=CENTS,
        role=st.sampled_from(["line", "tax", "control"]),
    ),
    max_size=8,
)


@given(LEGS, LEGS)
def test_the_differences_add_up_to_the_difference_of_the_sums(manage: list[Leg], in_sl: list[Leg]) -> None:
    found = compare_legs(manage, in_sl)
    named = sum((one.amount for one in (*found.lines, *found.taxes)), Decimal(0))
    assert named == sum((leg.amount for leg in manage), Decimal(0)) - sum((leg.amount for leg in in_sl), Decimal(0))
    assert all(one.amount for one in (*found.lines, *found.taxes))


@given(LEGS)
def test_a_side_agrees_with_itself_in_any_order(legs: list[Leg]) -> None:
    found = compare_legs(legs, legs[::-1])
    assert found.lines == found.taxes == ()


def test_a_text_without_subaccount_takes_the_one_of_sl() -> None:
    manage = [Leg("1100", "", Decimal(10), "control", text="1100"), Leg("4000", "100", Decimal(-10), text="4000:100")]
    in_sl = [Leg("1100", "00000", Decimal(10), "control"), Leg("4000", "100", Decimal(-10))]
    found = compare_legs(manage, in_sl)
    assert found.lines == ()
    assert [leg.sub for leg in found.resolved] == ["00000", "100"]


def test_tax_of_the_same_sum_on_another_account_is_told_apart() -> None:
    manage = [Leg("2200", "0", Decimal("-6.50"), "tax", text="2200")]
    moved = compare_legs(manage, [Leg("2210", "0", Decimal("-6.50"), "tax")])
    assert moved.only_tax_accounts
    assert moved.lines == ()
    assert not compare_legs(manage, [Leg("2210", "0", Decimal("-6.51"), "tax")]).only_tax_accounts


def test_the_gravest_finding_gives_the_word() -> None:
    assert (
        gravest([ReconcileState.CHANGED, ReconcileState.DIFFERS, ReconcileState.NOT_IN_MANAGE])
        is ReconcileState.DIFFERS
    )
    assert gravest([ReconcileState.PENDING, ReconcileState.MISSING]) is ReconcileState.MISSING
    assert gravest([]) is ReconcileState.AGREES
    for verdict in set(ReconcileState) - FINE:
        assert gravest([verdict]) is verdict, "every finding has its place in the order"

"""The rules without systems: comparing accounts, and which word a row gets."""

from __future__ import annotations

from decimal import Decimal
from types import SimpleNamespace

from hypothesis import given
from hypothesis import strategies as st

from xlpy.domain.afterwards.reconcile import FINE, Leg, compare_legs, gravest
from xlpy.domain.values.statuses import ReconcileState
from xlpy.services.reconciling.beside import tax_accounts

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


def split_by(*amounts: str) -> list[Leg]:
    """The taxes of three agencies on accounts of their own."""
    accounts = ("2200", "2210", "2230")
    return [Leg(acct, "0", Decimal(one), "tax", text=acct) for acct, one in zip(accounts, amounts, strict=True)]


def test_a_group_that_sl_splits_otherwise_is_no_other_account() -> None:
    manage = split_by("-0.21", "-0.03", "-0.04")
    rounded = compare_legs(manage, split_by("-0.20", "-0.04", "-0.04"))
    assert (rounded.only_tax_accounts, rounded.only_tax_split) == (True, True)
    moved = compare_legs(manage[:1], [Leg("2299", "0", Decimal("-0.21"), "tax")])
    assert (moved.only_tax_accounts, moved.only_tax_split) == (True, False)
    short = compare_legs(manage, split_by("-0.20", "-0.03", "-0.04"))
    assert (short.only_tax_accounts, short.only_tax_split) == (False, False)
    assert not compare_legs(manage, manage).only_tax_split


def test_the_line_of_a_split_says_rounding_and_names_the_accounts() -> None:
    legs = compare_legs(split_by("-0.21", "-0.03", "-0.04"), split_by("-0.20", "-0.04", "-0.04"))
    posting = SimpleNamespace(batch_identifier="OCT-I", key=SimpleNamespace(kind="invoice"))
    one = SimpleNamespace(
        members=[SimpleNamespace(posting=posting)], document=SimpleNamespace(currency="USD"), legs=legs
    )
    (row,) = tax_accounts([one, one])
    assert (row.state, row.manage, row.difference) == (ReconcileState.TAX_ACCOUNT, Decimal("0.02"), 0)
    assert "splits the sum of a tax group by rate" in row.message
    assert "2200, 2210 differ by cents" in row.message
    assert row.message.endswith(": 2 documents")


def test_the_gravest_finding_gives_the_word() -> None:
    assert (
        gravest([ReconcileState.CHANGED, ReconcileState.DIFFERS, ReconcileState.NOT_IN_MANAGE])
        is ReconcileState.DIFFERS
    )
    assert gravest([ReconcileState.PENDING, ReconcileState.MISSING]) is ReconcileState.MISSING
    assert gravest([]) is ReconcileState.AGREES
    for verdict in set(ReconcileState) - FINE:
        assert gravest([verdict]) is verdict, "every finding has its place in the order"

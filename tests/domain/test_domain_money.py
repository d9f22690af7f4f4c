"""The one place that rounds and converts: SQL Server's ROUND away from zero, SL's MultDiv, and no cent made or lost."""

from __future__ import annotations

from decimal import Decimal

import pytest

from xlpy.domain.values.money import (
    has_more_decimals,
    is_nil,
    plain,
    round_money,
    rounded_together,
    same_amount,
    to_base,
    total,
)

D = Decimal


@pytest.mark.parametrize(
    ("amount", "decimals", "rounded"),
    [
        ("2.345", 2, "2.35"),  # half away from zero, as SQL Server's ROUND; not to the even cent
        ("2.335", 2, "2.34"),
        ("-2.345", 2, "-2.35"),
        ("2.3449999", 2, "2.34"),
        ("0.5", 0, "1"),
        ("-0.5", 0, "-1"),
        ("1.0005", 3, "1.001"),
        ("7", 2, "7.00"),
        ("-0.004", 2, "0.00"),
        ("-0.4", 0, "0"),
    ],
)
def test_money_is_rounded_half_away_from_zero_to_the_places_of_its_currency(
    amount: str, decimals: int, rounded: str
) -> None:
    assert str(round_money(D(amount), decimals)) == rounded


def test_what_binary_floating_point_leaves_is_nothing_and_a_hundred_millionth_is_something() -> None:
    assert is_nil(D("0.000000009"))
    assert is_nil(D("-0.000000009"))
    assert not is_nil(D("0.00000001"))
    assert not is_nil(D("-0.00000001"))
    assert same_amount(D("10.1"), D("10.100000000000001"))
    assert not same_amount(D("10.1"), D("10.10000001"))
    assert not same_amount(D("10.1"), D("-10.1"))


def test_more_decimals_than_its_currency_is_what_rounding_would_change() -> None:
    assert has_more_decimals(D("10.005"), 2)
    assert not has_more_decimals(D("10.005"), 3)
    assert has_more_decimals(D("100.5"), 0)
    assert not has_more_decimals(D("-10.010000"), 2)


@pytest.mark.parametrize(
    ("amounts", "rounded"),
    [
        (("33.333333", "33.333333", "33.333334"), ("33.33", "33.33", "33.34")),
        (("33.334", "33.333", "33.333"), ("33.34", "33.33", "33.33")),
        (("0.003", "0.003", "0.004"), ("0.00", "0.00", "0.01")),
        (("0.004", "0.004", "0.004"), ("0.01", "0.00", "0.00")),  # the first of equal ones
        (("0.006", "0.006", "0.006"), ("0.00", "0.01", "0.01")),  # a cent too many is taken from the first of them
        (("0.005", "0.006", "0.005"), ("0.00", "0.01", "0.01")),  # from the one that rounding raised most
        (("-0.004", "-0.004", "-0.004"), ("-0.01", "0.00", "0.00")),
        (("0.004",) * 5, ("0.01", "0.01", "0.00", "0.00", "0.00")),
        (("1.00", "2.00"), ("1.00", "2.00")),
    ],
)
def test_a_missing_cent_goes_to_the_largest_rest(amounts: tuple[str, ...], rounded: tuple[str, ...]) -> None:
    assert rounded_together([D(amount) for amount in amounts], 2) == [D(amount) for amount in rounded]


def test_without_amounts_there_is_nothing_to_round_nor_to_add() -> None:
    assert rounded_together([], 2) == []
    assert str(total([])) == "0"
    assert total([D("0.10"), D("0.20")]) == D("0.30")


@pytest.mark.parametrize(
    ("amount", "rate", "how", "base"),
    [
        ("100", "1.25", "M", "125.00"),
        ("100", "1.25", "D", "80.00"),
        ("100", "1.25", "", "125.00"),
        ("-0.10", "0.05", "M", "-0.01"),
        ("100", "3", "D", "33.33"),
    ],
)
def test_a_rate_multiplies_or_divides_as_its_row_in_sl_says(amount: str, rate: str, how: str, base: str) -> None:
    """SL: CuryRate.MultDiv, ``D`` divides and all else multiplies."""
    assert to_base(D(amount), D(rate), how, 2) == D(base)


@pytest.mark.parametrize(
    ("amount", "text"),
    [
        ("10.10", "10.1"),
        ("100", "100"),
        ("100.00", "100"),
        ("1E+3", "1000"),
        ("-0.00", "0"),
        ("-0", "0"),
        ("0.050", "0.05"),
        ("-1.50", "-1.5"),
    ],
)
def test_one_amount_has_one_text(amount: str, text: str) -> None:
    assert plain(D(amount)) == text

"""Adjustments and transfers against the stock on hand, and items that SL lacks."""

from __future__ import annotations

import random
from dataclasses import replace
from decimal import Decimal

from domain_story import D
from hypothesis import given
from hypothesis import strategies as st
from inventory_story import (
    BOX,
    DOCK,
    EACH,
    ORLANDO,
    STOCK,
    STOCK_MASTERS,
    VAN,
    Counted,
    Moved,
    counted,
    move,
    set_up,
    stock_books,
    stocked,
    told,
)

from xlpy.domain.planning.makers.in_stock import Movement, Place, movements_of, shortages
from xlpy.domain.values.transactions import Kind, TransactionKey

# --- stock on hand ----------------------------------------------------------------------------------------------


def test_what_one_transaction_brings_in_another_may_take_out() -> None:
    draft = stocked(Counted(12, counted("-104")), Counted(13, counted("10")))
    assert told(draft.problems) == {"STOCK-ORDER"}
    assert len(draft.inventory) == 2


def test_two_that_fit_alone_do_not_fit_together() -> None:
    draft = stocked(Counted(12, counted("-60")), Counted(13, counted("-60")))
    assert [(p.code, p.transaction) for p in draft.problems] == [
        ("STOCK-SHORT", "Adjustment 12"),
        ("STOCK-SHORT", "Adjustment 13"),
    ]
    assert draft.inventory == ()


def test_a_transfer_that_is_stopped_brings_nothing_in_elsewhere() -> None:
    away = counted("-4", warehouse=ORLANDO, bin=VAN)
    draft = stocked(Moved(58, move("101")), Counted(12, away))
    assert [(p.code, p.transaction) for p in draft.problems] == [
        ("STOCK-SHORT", "Transfer 58"),
        ("STOCK-SHORT", "Adjustment 12"),
    ]
    assert draft.inventory == ()


def test_a_bin_that_is_short_already_does_not_stop_what_fills_it() -> None:
    books = stock_books(on_hand={("PATCH10", "TPA", "MAIN"): D(-20)})
    assert stocked(Counted(12, counted("5")), books=books).problems == ()


def test_where_sl_allows_negative_stock_it_is_only_told() -> None:
    draft = stocked(Counted(12, counted("-101")), books=set_up(negative_stock=True))
    assert told(draft.problems) == {"STOCK-NEGATIVE"}
    assert len(draft.inventory) == 1


PLACES = st.sampled_from([Place("A", "TPA", "MAIN"), Place("A", "ORL", "VAN3"), Place("B", "TPA", "MAIN")])
KEYS = st.integers(1, 4).map(lambda n: TransactionKey(Kind.PROCUREMENT, f"{n}-adjustment"))
QUANTITIES = st.integers(-50, 50).map(lambda n: Decimal(n) / 4)
MOVEMENTS = st.lists(st.builds(Movement, KEYS, PLACES, QUANTITIES), max_size=12)


@given(MOVEMENTS, st.dictionaries(PLACES, QUANTITIES), st.randoms())
def test_a_shortage_is_exactly_a_place_that_more_is_taken_from_than_is_there(
    moved: list[Movement], on_hand: dict[tuple[str, str, str], Decimal], shuffler: random.Random
) -> None:
    short = {one.place: one for one in shortages(moved, on_hand)}
    for place in {one.place for one in moved}:
        held = on_hand.get(place, D(0))
        takes = [one for one in moved if one.place == place and one.quantity < 0]
        out = -sum((one.quantity for one in takes), D(0))
        left = held + sum((one.quantity for one in moved if one.place == place), D(0))
        assert (place in short) == (bool(takes) and held < out)
        if place in short:
            assert short[place].below == (left < 0)
            assert set(short[place].takers) == {one.transaction for one in takes}
    again = list(moved)
    shuffler.shuffle(again)
    assert shortages(again, on_hand) == shortages(moved, on_hand)


@given(st.integers(1, 40), st.sampled_from(["EACH", "BOX"]))
def test_a_transfer_takes_out_exactly_what_it_brings_in(quantity: int, unit: str) -> None:
    asked = move(str(quantity), "0.25", unit=EACH if unit == "EACH" else BOX, unit_xref="")
    draft = stocked(Moved(58, asked), books=set_up(negative_stock=True))
    steps = list(movements_of(draft.inventory[0][1], 2))
    assert sum(step.quantity for step in steps) == 0
    assert steps[1].quantity == quantity * (10 if unit == "BOX" else 1)


# --- new items --------------------------------------------------------------------------------------------------


def test_an_item_that_sl_lacks_is_made_once_for_all_that_need_it() -> None:
    one, two = (Counted(n, counted("2", "96.40", DOCK)) for n in (12, 13))
    draft = stocked(one, two)
    (new,) = draft.items
    assert (new.invt_id, new.descr, new.class_id, new.stock_unit, new.valuation) == (
        "DOCK-C",
        "USB-C dock",
        "HW",
        "EA",
        "A",
    )
    assert (new.invt_acct, new.cogs_acct, new.sales_acct) == ("1400", "5200", "4200")
    assert [key.record_id for key in new.needed_by] == ["12-adjustment", "13-adjustment"]


def test_an_item_that_only_a_stopped_transaction_needs_is_not_made() -> None:
    draft = stocked(Counted(12, counted("-2", "96.40", DOCK)))  # nothing of it is on hand
    assert told(draft.problems) == {"ITEM-CREATE", "STOCK-SHORT"}
    assert draft.items == ()


def test_a_serialized_product_is_not_made_without_its_numbers() -> None:
    masters = replace(STOCK_MASTERS, catalog={746: replace(STOCK_MASTERS.catalog[746], serialized=True)})
    draft = stocked(Counted(12, counted("2", "96.40", DOCK)), masters=masters)
    assert told(draft.problems) == {"ITEM-TRACKED"}
    numbered = counted("2", "96.40", DOCK, serial_number="SN1, SN2")
    assert "ITEM-TRACKED" in told(stocked(Counted(12, numbered)).problems)


def test_a_class_without_accounts_leaves_them_to_inventory_set_up() -> None:
    bare = replace(STOCK.item_classes["HW"], invt_acct="", cogs_acct="", sales_acct="", valuation="", stock_unit="")
    books = set_up(default_valuation="T")
    books = replace(books, stock=replace(books.stock, item_classes={"HW": bare}))
    (new,) = stocked(Counted(12, counted("2", "96.40", DOCK)), books=books).items
    assert (new.invt_acct, new.invt_sub, new.cogs_acct, new.valuation) == ("1400", "00000", "5200", "T")

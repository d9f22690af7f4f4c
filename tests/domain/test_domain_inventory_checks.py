"""Every check of journals and inventory is raised by a story of its own, with the severity the table gives it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from domain_story import DAY, OPTIONS, D, untaxed
from inventory_story import (
    BOX,
    DOCK,
    EACH,
    MAIN,
    ORLANDO,
    SHELF,
    STOCK,
    STOCK_BOOKS,
    STOCK_MASTERS,
    STOCK_POSTING,
    SWITCH,
    Counted,
    Moved,
    counted,
    expense,
    exported_of,
    included_expense,
    included_stock,
    item,
    journals_of,
    move,
    set_up,
    sold,
    stock_books,
    stock_request,
    stocked,
    told,
)

from xlpy.domain.checks.inventory import INVENTORY_CHECKS
from xlpy.domain.checks.table import CHECKS
from xlpy.domain.facts.books import SlBooks
from xlpy.domain.facts.manage import CatalogItem, ExportLine, ManageMasters, Ref
from xlpy.domain.facts.manage_procurement import Warehouse
from xlpy.domain.facts.stock_books import Bin, ItemSite
from xlpy.domain.planning.makers.gl_cost_of_goods import cost_journal
from xlpy.domain.planning.planner import Drafts
from xlpy.domain.values.problems import Problem, Severity
from xlpy.domain.values.rules import MasterRules, PostingRules

Problems = tuple[Problem, ...]
Story = Callable[[], Problems]
UP = Counted(12, counted("10"))


def _cost(*lines: ExportLine, masters: ManageMasters = STOCK_MASTERS, **changes: Any) -> Problems:
    return cost_journal(untaxed(lines=lines, **changes), DAY, masters, STOCK_BOOKS, PostingRules())[1]


def _up(**changes: Any) -> Problems:
    return stocked(UP, **changes).problems


def _euro_stock() -> Problems:
    asked = stock_request(UP)
    return stocked(UP, procurement=(included_stock(replace(UP.row, currency="EUR")),), books=asked.books).problems


def _patch(**changes: Any) -> Problems:
    return _up(books=stock_books(items={"PATCH10": item("PATCH10", **changes)}))


def _last_two(**changes: Any) -> Drafts:
    """The last two of an item, which SL holds at 400.01 and Manage takes out at 180 each."""
    return stocked(
        Counted(12, counted("-2", "180")),
        books=stock_books(
            item_sites={("PATCH10", "TPA"): ItemSite("PATCH10", "TPA", "MAIN", D(2), "1400", "00000", D("400.01"))},
            on_hand={("PATCH10", "TPA", "MAIN"): D(2)},
        ),
        **changes,
    )


def _catalog(product: CatalogItem) -> ManageMasters:
    return replace(STOCK_MASTERS, catalog={**STOCK_MASTERS.catalog, product.id: product})


def _dock(masters: ManageMasters = STOCK_MASTERS, **changes: Any) -> Problems:
    """Goods that SL does not have yet are counted."""
    return stocked(Counted(12, counted("2", "96.40", DOCK)), masters=masters, **changes).problems


def _dock_record(**changes: Any) -> Problems:
    return _dock(_catalog(replace(STOCK_MASTERS.catalog[746], **changes)))


def _twins() -> Problems:
    """Two products that name the same inventory id."""
    twin = CatalogItem(799, "DOCK-D", "Another dock", "Inventory", "DOCK-C", EACH)
    lines = (counted("2", product=DOCK), counted("3", product=Ref(799, "DOCK-D")))
    return stocked(Counted(12, *lines), masters=_catalog(twin)).problems


def _warehouse(xref: str) -> Problems:
    warehouses = {**STOCK_MASTERS.warehouses, 1: Warehouse(1, "Tampa", xref)}
    return _up(masters=replace(STOCK_MASTERS, warehouses=warehouses))


def _bin(**changes: Any) -> SlBooks:
    return stock_books(bins={**STOCK.bins, ("TPA", "MAIN"): replace(Bin("TPA", "MAIN"), **changes)})


def _boxes(**changes: Any) -> Problems:
    return stocked(Moved(58, move(unit=BOX, unit_xref="")), **changes).problems


def _yen() -> Any:
    return next(rate for rate in STOCK_BOOKS.rates if rate.from_currency == "JPY")


def _as_journal(offset: str, **changes: Any) -> Problems:
    moved = move(offset_total=D(offset), **changes)
    return stocked(Moved(58, moved), posting=replace(STOCK_POSTING, inventory="journals")).problems


def _other_account() -> Problems:
    at_site = replace(STOCK.item_sites["PATCH10", "TPA"], invt_acct="1410")
    return _up(books=stock_books(item_sites={("PATCH10", "TPA"): at_site}))


NO_BINS = PostingRules()
DOWN = Counted(12, counted("-10"))
STORIES: dict[str, Story] = {
    # cost of goods
    "COST-ITEM": lambda: _cost(sold(1, item=Ref(999, "GONE"))),
    "COST-SIDE": lambda: _cost(sold(1, quantity=D(5))),
    "COST-BASE": lambda: _cost(sold(1), currency="EUR"),
    # journals
    "JRN-EXT-REF": lambda: _cost(sold(1), number="HARBOR-2026-004417"),
    "JRN-CLASS": lambda: (
        journals_of(expense(), expenses=(included_expense(expense(), classification="Personal"),)).problems
    ),
    "JRN-UNBALANCED": lambda: journals_of(expense(offset_total=D("-33.94"))).problems,
    "JRN-TAX": lambda: journals_of(expense(), expenses=(included_expense(expense(), sales_tax=D("2.40")),)).problems,
    "JRN-VENDOR": lambda: journals_of(expense(vendor_number="E-GONE")).problems,
    "JRN-CONVERTED": lambda: journals_of(expense(currency="EUR")).problems,
    "JRN-NO-BASE": lambda: (
        journals_of(
            expense(total="1", currency="JPY"), books=replace(STOCK_BOOKS, rates=(replace(_yen(), rate=D(500)),))
        ).problems
    ),
    # adjustments and transfers
    "INV-SETUP": lambda: _up(books=set_up(set_up=False)),
    "INV-CURRENCY": _euro_stock,
    "INV-YEAR": lambda: _up(options=replace(OPTIONS, period="10-2032")),
    "INV-RECORD": lambda: _up(masters=replace(STOCK_MASTERS, adjustments={99: UP.record})),
    "INV-DIFFERS": lambda: stocked(Counted(12, counted("10"), exported=(exported_of(counted("-10"), 1351),))).problems,
    "INV-AMOUNT": lambda: (
        stocked(Counted(12, counted("10"), exported=(exported_of(counted("10"), 1351, total=D("25.01")),))).problems
    ),
    "INV-QUANTITY": lambda: stocked(Moved(58, move("0.125", "8"))).problems,
    "INV-ACCT": _other_account,
    "INV-OFFSET": lambda: _as_journal("1.00"),
    "INV-ONE-ACCOUNT": lambda: _as_journal("-1.00", offset_account="1400:000:00"),
    "INV-SIDES": lambda: _as_journal("-1.00"),
    "INV-SITES": lambda: stocked(Moved(58, move(), move(to_bin=SHELF, to_location_xref="TPA"))).problems,
    "INV-SAME-BIN": lambda: stocked(Moved(58, move(to_bin=MAIN, to_location_xref="TPA"))).problems,
    # items
    "ITEM-EMPTY": lambda: stocked(Moved(58, move(item=Ref()))).problems,
    "ITEM-WIDTH": lambda: _dock_record(integration_xref="D" * 31),
    "ITEM-MISSING": lambda: _dock(master_rules=MasterRules(products=False)),
    "ITEM-CREATE": _dock,
    "ITEM-CLASS": lambda: _dock(books=set_up(default_class="GONE")),
    "ITEM-SHARED": _twins,
    "ITEM-TEXT": lambda: _dock_record(description="Stacja dokująca"),
    "ITEM-STATUS": lambda: _patch(tran_status="OH"),
    "ITEM-NOT-STOCK": lambda: _patch(stock=False),
    "ITEM-TRACKED": lambda: _patch(lot_serial="SI"),
    "ITEM-LAYERS": lambda: _patch(valuation="S"),
    "STOCK-COST": lambda: _last_two().problems,
    "STOCK-COST-FAR": lambda: _last_two(posting=replace(STOCK_POSTING, stock_cost_tolerance=5)).problems,
    # sites, bins, units
    "SITE-EMPTY": lambda: _warehouse(""),
    "SITE-MISSING": lambda: _warehouse("MIA"),
    "SITE-COMPANY": lambda: _warehouse("ELSE"),
    "BIN-MISSING": lambda: (
        stocked(Counted(12, counted("10", warehouse=ORLANDO, bin=Ref(7, name="Attic"))), posting=NO_BINS).problems
    ),
    "BIN-UNKNOWN": lambda: _up(posting=PostingRules(bins={"Main": "MIAN"})),
    "BIN-DEFAULT": lambda: stocked(Counted(12, counted("10", bin=Ref(7, name="Attic")))).problems,
    "BIN-RECEIPTS": lambda: _up(books=_bin(receipts_valid="N")),
    "BIN-ISSUES": lambda: stocked(DOWN, books=_bin(sales_valid="N")).problems,
    "UNIT-EMPTY": lambda: _dock(
        _catalog(replace(STOCK_MASTERS.catalog[746], unit=Ref())),
        books=stock_books(item_classes={"HW": replace(STOCK.item_classes["HW"], stock_unit="")}),
    ),
    "UNIT-WIDTH": lambda: _boxes(posting=replace(STOCK_POSTING, units={"Box": "BOX OF 10"})),
    "UNIT-CONVERSION": lambda: _boxes(books=stock_books(units=STOCK.units[:1])),
    # stock on hand
    "STOCK-SHORT": lambda: stocked(Counted(12, counted("-101"))).problems,
    "STOCK-NEGATIVE": lambda: stocked(Counted(12, counted("-101")), books=set_up(negative_stock=True)).problems,
    "STOCK-ORDER": lambda: (
        stocked(Counted(12, counted("-101")), Counted(13, counted("1")), books=set_up(negative_stock=False)).problems
    ),
}


@pytest.mark.parametrize("code", sorted(STORIES))
def test_the_story_of_an_inventory_check_raises_it_as_its_table_says(code: str) -> None:
    problems = STORIES[code]()
    mine = [problem for problem in problems if problem.code == code]
    assert mine, f"{code} was not raised, only {sorted(told(problems))}"
    check = CHECKS[code]
    for problem in mine:
        assert problem.severity is check.severity
        assert problem.what
        assert problem.fix
        assert problem.where
        assert "{" not in problem.what + problem.fix
    assert check.source
    if check.severity is not Severity.STOP:
        stops = [problem.code for problem in problems if problem.severity is Severity.STOP]
        assert not stops, f"{code} is no stop, but {stops} came along"


def test_every_inventory_check_has_a_story() -> None:
    assert set(STORIES) == {check.code for check in INVENTORY_CHECKS}


def test_no_two_checks_share_a_code() -> None:
    assert all(CHECKS[check.code] is check for check in INVENTORY_CHECKS)


def test_what_is_in_order_raises_nothing_at_all() -> None:
    assert stocked(UP, Moved(58)).problems == ()
    assert journals_of(expense()).problems == ()
    assert _cost(sold(1)) == ()


def test_all_problems_of_an_adjustment_are_told_at_once() -> None:
    lines = (counted("10", product=SWITCH, bin=Ref(7, name="Attic")), counted("5", warehouse=Ref(9, name="Nowhere")))
    broken = tuple(exported_of(one, 1351 + n, account_number="9999") for n, one in enumerate(lines))
    made = stocked(Counted(12, *lines, exported=broken), books=set_up(set_up=False))
    assert {"INV-SETUP", "BIN-MISSING", "SITE-EMPTY", "ACCT-MISSING", "SUB-EMPTY"} <= told(made.problems)
    assert made.inventory == ()
    assert {problem.transaction_id for problem in made.problems} == {"procurement:12-adjustment"}


def test_a_closed_period_of_inventory_stops_unless_sl_allows_it() -> None:
    september = Counted(12, counted("10"), document_date=date(2026, 9, 30))
    assert "PERIOD-CLOSED" in told(stocked(september).problems)
    open_gl = replace(STOCK_BOOKS.gl, per_nbr="202609")
    still_closed = stocked(september, books=replace(STOCK_BOOKS, gl=open_gl))
    assert "(current: IN 10-2026, GL 09-2026)" in still_closed.problems[0].what
    allowed = replace(STOCK_BOOKS.gl, prior_period_modules="AP IN")
    made = stocked(september, books=replace(STOCK_BOOKS, gl=allowed))
    assert told(made.problems) == {"PERIOD-PRIOR"}
    assert made.inventory[0][0] == "202609"


def test_a_period_of_inventory_that_is_none_stops() -> None:
    problems = _up(books=set_up(curr_per_nbr="202613"))
    assert [(p.code, p.in_sl) for p in problems] == [("PERIODS", "202613")]


def test_a_journal_looks_at_the_period_of_general_ledger_alone() -> None:
    later_ar = replace(STOCK_BOOKS.ar, per_nbr="202611", curr_per_nbr="202611")
    assert journals_of(expense(), books=replace(STOCK_BOOKS, ar=later_ar)).problems == ()
    made = journals_of(expense(document_date=date(2026, 9, 30)))
    assert told(made.problems) == {"PERIOD-CLOSED"}
    assert "(current: GL 10-2026)" in made.problems[0].what


@pytest.mark.parametrize("valuation", ["F", "L", "S", "U"])
def test_items_that_are_valued_by_cost_layers_are_not_written_nor_created(valuation: str) -> None:
    layered = item("PATCH10", valuation=valuation)
    assert "ITEM-LAYERS" in told(_patch(valuation=valuation))
    moved = stocked(Moved(58), books=stock_books(items={"PATCH10": layered})).problems
    assert "ITEM-LAYERS" in told(moved)
    classes = {"HW": replace(STOCK.item_classes["HW"], valuation=valuation)}
    assert "ITEM-LAYERS" in told(_dock(books=stock_books(item_classes=classes)))


def test_value_that_would_stay_without_goods_is_told_with_both_costs() -> None:
    made = _last_two()
    (told_cost,) = made.problems
    assert told_cost.what == (
        "2 of item PATCH10 at site TPA go out for 360; SL holds them at 400.01, so 40.01 of value stays with 0 pieces"
    )
    assert str(made.inventory[0][1].lines[0].amount) == "-360.00", "SL is given what Manage says"


@pytest.mark.parametrize(("tolerance", "code"), [(-1, "STOCK-COST"), (12, "STOCK-COST"), (10, "STOCK-COST-FAR")])
def test_the_settings_say_from_when_another_cost_is_a_stop(tolerance: int, code: str) -> None:
    posting = replace(STOCK_POSTING, stock_cost_tolerance=tolerance)
    assert told(_last_two(posting=posting).problems) == {code}


def test_costs_are_compared_one_after_the_other_and_what_comes_in_may_cost_what_it_does() -> None:
    """100 pieces at 2.50: 10 more at 13.50 make the average 3.50, at which 11 go out then."""
    first, then = Counted(12, counted("10", "13.50")), Counted(13, counted("-11", "3.50"))
    assert stocked(first, then).problems == ()
    assert told(stocked(then).problems) == {"STOCK-COST"}


def test_an_item_of_standard_cost_goes_out_at_its_standard_cost() -> None:
    books = stock_books(items={"PATCH10": item("PATCH10", valuation="T", standard_cost=D("2.60"))})
    assert stocked(Counted(12, counted("-2", "2.60")), books=books).problems == ()
    (note,) = stocked(Counted(12, counted("-2", "2.50")), books=books).problems
    assert (note.code, note.in_manage, note.in_sl) == ("STOCK-COST", "5", "5.2")

"""``inventory = "journals"``: adjustments and transfers as journals, for firms that keep quantities in Manage only.

Source: receipts are vouchers and sales are journals, so SL's quantities never see them; Manage API, adjustments and
transfers of the export (signs of transfers unverified).
"""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest
from domain_story import DAY, D
from inventory_story import (
    DOCK,
    STOCK_BOOKS,
    STOCK_POSTING,
    SWITCH,
    Counted,
    Moved,
    Stock,
    counted,
    exported_of,
    move,
    set_up,
    stock_books,
    stock_request,
    stocked,
    told,
)

from xlpy.domain.documents.gl import GlJournal
from xlpy.domain.documents.plan import Action
from xlpy.domain.planning.planner import Drafts, build_plan
from xlpy.domain.preview.journal import journal as journal_of
from xlpy.domain.values.rules import PostingRules

AS_JOURNALS = replace(STOCK_POSTING, inventory="journals")
VAN_ACCOUNT = replace(move("4", "0.25"), offset_total=D("-1.00"))


def journals(*made: Stock, **changes: Any) -> Drafts:
    return stocked(*made, posting=AS_JOURNALS, **changes)


def only(draft: Drafts) -> GlJournal:
    assert draft.inventory == ()
    ((_, journal),) = draft.gl
    return journal


def sides(journal: GlJournal) -> list[tuple[str, str, str]]:
    return [(line.acct, str(line.debit), str(line.credit)) for line in journal.lines]


def test_what_was_found_debits_inventory_and_credits_the_adjustment_account() -> None:
    journal = only(journals(Counted(12, counted("10"))))
    assert sides(journal) == [("1400", "25.00", "0"), ("5900", "0", "25.00")]
    assert {(line.ref_nbr, line.ext_ref_nbr, line.quantity) for line in journal.lines} == {
        ("12", "12-adjustment", D("10.00"))
    }
    assert (journal.part, journal.journal_date) == ("document", DAY)


def test_what_is_gone_credits_inventory() -> None:
    assert sides(only(journals(Counted(12, counted("-10"))))) == [("5900", "25.00", "0"), ("1400", "0", "25.00")]


def test_the_transaction_is_worth_the_net_of_what_came_and_went() -> None:
    draft = journals(Counted(12, counted("-2", "180", SWITCH), counted("5", "0.25")))
    assert draft.transactions[0].amount == D("-358.75")
    assert only(draft).total == D("361.25")


def test_no_stock_item_site_bin_or_module_of_sl_is_asked_for() -> None:
    """The same adjustment stops for four reasons as a document of Inventory."""
    takes_all = Counted(12, counted("-999", "96.40", DOCK))
    nothing = replace(set_up(set_up=False).stock, items={}, sites={}, bins={}, units=(), on_hand={}, item_sites={})
    bare = replace(STOCK_BOOKS, stock=nothing)
    assert {"INV-SETUP", "SITE-MISSING"} <= told(stocked(takes_all, books=bare).problems)
    assert told(journals(takes_all, books=bare).problems) == set()
    assert told(stocked(Counted(12, counted("-999"))).problems) == {"STOCK-SHORT"}
    assert told(journals(Counted(12, counted("-999"))).problems) == set()


def test_the_record_still_has_to_confirm_quantity_sign_and_cost() -> None:
    """Manage API: the export inverts the sign of the quantity; only the record has it plain."""
    turned = exported_of(counted("10"), quantity=D(10))
    assert told(journals(Counted(12, counted("10"), exported=(turned,))).problems) == {"INV-DIFFERS"}
    dear = exported_of(counted("10"), total=D("26.00"))
    assert told(journals(Counted(12, counted("10"), exported=(dear,))).problems) == {"INV-AMOUNT"}
    gone = stock_request(Counted(12, counted("10")), posting=AS_JOURNALS)
    nameless = replace(gone, masters=replace(gone.masters, adjustments={}))
    assert told(build_plan(nameless).problems) >= {"INV-RECORD"}


def test_an_account_that_sl_does_not_have_stops_it() -> None:
    unknown = exported_of(counted("10"), inventory_account="1499:000:00")
    assert told(journals(Counted(12, counted("10"), exported=(unknown,))).problems) == {"ACCT-MISSING"}


def test_only_the_period_of_general_ledger_can_be_closed() -> None:
    """SL: a journal is posted by General Ledger; Inventory may be closed long before."""
    closed = stock_books(setup=replace(STOCK_BOOKS.stock.setup, per_nbr="202611", curr_per_nbr="202611"))
    assert told(stocked(Counted(12, counted("10")), books=closed).problems) == {"PERIOD-CLOSED"}
    assert told(journals(Counted(12, counted("10")), books=closed).problems) == set()


def test_a_transfer_between_two_accounts_is_a_journal_that_says_its_sides() -> None:
    draft = journals(Moved(58, VAN_ACCOUNT))
    assert sides(only(draft)) == [("1400", "1.00", "0"), ("1410", "0", "1.00")]
    assert [(p.code, p.what) for p in draft.problems] == [
        (
            "INV-SIDES",
            "Moving item PATCH10 debits 1400:000:00 and credits 1410:000:00, by the signs of Manage's export",
        )
    ]


def test_signs_that_are_both_turned_turn_the_sides_and_say_so() -> None:
    back = replace(VAN_ACCOUNT, total=D("-1.00"), offset_total=D("1.00"))
    draft = journals(Moved(58, back))
    assert sides(only(draft)) == [("1410", "1.00", "0"), ("1400", "0", "1.00")]
    assert "debits 1410:000:00 and credits 1400:000:00" in draft.problems[0].what


@pytest.mark.parametrize("offset", ["1.00", "0", "-1.01"])
def test_an_offset_that_does_not_stand_against_it_stops(offset: str) -> None:
    draft = journals(Moved(58, replace(VAN_ACCOUNT, offset_total=Decimal(offset))))
    assert "INV-OFFSET" in told(draft.problems)
    assert draft.transactions == ()


def test_goods_that_stay_on_one_account_are_only_marked_in_manage() -> None:
    draft = journals(Moved(58, replace(VAN_ACCOUNT, offset_account="1400:000:00")))
    assert told(draft.problems) == {"INV-ONE-ACCOUNT", "NOTHING-TO-POST"}
    assert [one.action for one in draft.transactions] == [Action.NOTHING_TO_POST]
    assert draft.gl == ()


def test_the_preview_foots_and_is_all_written_none_made_at_release() -> None:
    plan = build_plan(stock_request(Counted(12, counted("10")), Moved(58, VAN_ACCOUNT), posting=AS_JOURNALS))
    rows = journal_of(plan)
    assert {(row.module, row.source) for row in rows} == {("GL", "written")}
    assert sum((row.debit or D(0)) - (row.credit or D(0)) for row in rows) == 0
    assert len(plan.gl.batches) == 2


def test_the_setting_is_part_of_what_the_hash_covers() -> None:
    as_documents = build_plan(stock_request(Counted(12, counted("10"))))
    as_journals = build_plan(stock_request(Counted(12, counted("10")), posting=AS_JOURNALS))
    assert as_documents.hash != as_journals.hash
    assert [t.lines_hash for t in as_documents.transactions] == [t.lines_hash for t in as_journals.transactions]


def test_documents_are_the_default() -> None:
    assert PostingRules().inventory == "documents"

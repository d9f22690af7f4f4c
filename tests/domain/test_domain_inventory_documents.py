"""Adjustments and transfers: signs, bins, units, stock, new items, the ledger, batches."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest
from domain_story import DAY, OPTIONS, TO_NOVEMBER, D
from hypothesis import given
from hypothesis import strategies as st
from inventory_story import (
    BOX,
    DOCK,
    EACH,
    HALVES,
    LATE,
    MAIN,
    SHELF,
    STOCK,
    STOCK_BOOKS,
    STOCK_MASTERS,
    STOCK_POSTING,
    SWITCH,
    Counted,
    Moved,
    Stock,
    counted,
    exported_of,
    included_stock,
    lines_of,
    move,
    stock_books,
    stock_request,
    stocked,
    told,
)

from xlpy.domain.documents.inventory import InDocument, InLine
from xlpy.domain.documents.plan import Action
from xlpy.domain.documents.sl_batches import in_batches_of
from xlpy.domain.facts.manage import Ref
from xlpy.domain.mapping.units import Units
from xlpy.domain.planning.makers.in_adjustments import adjustment_hash
from xlpy.domain.planning.makers.in_documents import number_of
from xlpy.domain.planning.makers.in_stock import stock_quantity
from xlpy.domain.planning.makers.in_transfers import transfer_hash
from xlpy.domain.planning.needs import stock_needs
from xlpy.domain.planning.planner import Drafts
from xlpy.domain.values.rules import PostingRules
from xlpy.domain.values.transactions import Kind, PostedPart, Posting, PostingState, SlState, TransactionKey
from xlpy.domain.values.widths import Widths

WIDTHS = Widths({}, "cp1252")


def only_line(draft: Drafts) -> InLine:
    (made,) = lines_of(draft)
    return made


# --- adjustments ------------------------------------------------------------------------------------------------


def test_goods_that_were_found_come_in_although_manage_exports_them_negative() -> None:
    found = Counted(12, counted("10"))
    assert found.exported.lines[0].quantity == -10
    made = only_line(stocked(found))
    assert (made.quantity, made.amount, made.unit_cost) == (D("10.00"), D("25.00"), D("2.50"))
    assert (made.acct, made.sub, made.invt_acct, made.invt_sub) == ("5900", "00000", "1400", "00000")


def test_goods_that_are_gone_go_out_with_a_negative_value() -> None:
    made = only_line(stocked(Counted(12, counted("-10"))))
    assert (made.quantity, made.amount) == (D("-10.00"), D("-25.00"))


def test_one_adjustment_is_one_document_in_the_accountants_order() -> None:
    draft = stocked(Counted(12, counted("3", "180", SWITCH), counted("-2", bin=SHELF), counted("10")))
    assert [(one.invt_id, one.whse_loc) for one in lines_of(draft)] == [
        ("PATCH10", "MAIN"),
        ("PATCH10", "SHELFB"),
        ("SWITCH24", "MAIN"),
    ]
    (entry,) = draft.inventory
    assert (entry[0], entry[1].tran_type, entry[1].ref_nbr, entry[1].descr) == ("202610", "AJ", "12", "Cycle count")
    assert draft.transactions[0].amount == D("560.00")  # 540 + 25 - 5


def test_equal_quantities_are_paired_by_their_value() -> None:
    cheap, dear = counted("4", "2.50"), counted("4", "3.00", bin=SHELF)
    swapped = (exported_of(dear, 1), exported_of(cheap, 2))
    made = {one.whse_loc: one.amount for one in lines_of(stocked(Counted(12, cheap, dear, exported=swapped)))}
    assert made == {"MAIN": D("10.00"), "SHELFB": D("12.00")}


def test_a_line_that_only_the_record_has_stops() -> None:
    lines = (counted("4"), counted("1", product=SWITCH))
    draft = stocked(Counted(12, *lines, exported=(exported_of(lines[0]),)))
    assert told(draft.problems) == {"INV-DIFFERS"}


def test_an_adjustment_of_nothing_is_only_marked_in_manage() -> None:
    draft = stocked(Counted(12, counted("0"), exported=(exported_of(counted("0"), 77),)))
    assert [(one.action, one.entry_ids) for one in draft.transactions] == [(Action.NOTHING_TO_POST, (77,))]
    assert draft.inventory == ()


def test_without_entry_ids_in_the_export_those_of_the_list_are_marked() -> None:
    older = Counted(12, counted("10"), exported=(exported_of(counted("10"), 0),))
    older.row = replace(older.row, entry_ids=(1351, 1352))
    assert stocked(older).transactions[0].entry_ids == (1351, 1352)
    older.row = replace(older.row, entry_ids=())
    assert told(stocked(older).problems) == {"ENTRY-IDS"}


def test_a_line_without_account_takes_that_of_the_adjustment() -> None:
    line = exported_of(counted("10"), account_number="")
    draft = stocked(Counted(12, counted("10"), exported=(line,), account_number="5200:300:OR"), posting=STOCK_POSTING)
    assert (only_line(draft).acct, only_line(draft).sub) == ("5200", "300OR")


def test_a_missing_inventory_account_or_sub_comes_from_sl() -> None:
    without = exported_of(counted("10"), inventory_account="")
    assert only_line(stocked(Counted(12, counted("10"), exported=(without,)))).invt_acct == "1400"
    no_sub = exported_of(counted("10"), inventory_account="1400")
    draft = stocked(Counted(12, counted("10"), exported=(no_sub,)))
    assert (only_line(draft).invt_sub, draft.problems) == ("00000", ())


def test_what_manage_shows_is_what_is_posted() -> None:
    made = Counted(12, counted("10"))
    made.row = replace(made.row, total=D("24.99"))
    assert told(stocked(made).problems) == {"CHANGED"}


def test_a_row_that_does_not_come_back_is_told() -> None:
    asked = stock_request(Counted(12, counted("10")))
    draft = stocked(
        Counted(12, counted("10")), exported_procurement=replace(asked.exported_procurement, adjustments=())
    )
    assert told(draft.problems) == {"NOT-EXPORTED"}


def test_the_same_row_included_twice_is_posted_once() -> None:
    one = Counted(12, counted("10"))
    rows = (included_stock(one.row), included_stock(one.row))
    draft = stocked(one, procurement=rows)
    assert told(draft.problems) == {"TWICE"}
    assert len(draft.inventory) == 1


def test_receipts_are_left_to_vouchers() -> None:
    one = Counted(12, counted("10"))
    receipt = replace(one.row, unposted_product_id="77-PS118-purchase", kind="Purchase")
    draft = stocked(one, procurement=(included_stock(receipt),))
    assert draft.inventory == draft.transactions == ()
    assert told(draft.problems) == {"NOT-EXPORTED", "AP-SETUP"}, "the maker of vouchers looked for it"


# --- transfers --------------------------------------------------------------------------------------------------


def test_a_transfer_is_one_document_from_site_to_site() -> None:
    switch = move("2", "180.00", item=SWITCH, from_bin=MAIN)
    draft = stocked(Moved(58, move(), switch))
    (entry,) = draft.inventory
    assert (entry[1].tran_type, entry[1].ref_nbr) == ("TR", "")
    assert [
        (one.invt_id, one.site_id, one.whse_loc, one.to_site_id, one.to_whse_loc, one.quantity, one.amount)
        for one in entry[1].lines
    ] == [
        ("PATCH10", "TPA", "MAIN", "ORL", "VAN3", D("4.00"), D("1.00")),
        ("SWITCH24", "TPA", "MAIN", "ORL", "VAN3", D("2.00"), D("360.00")),
    ]
    assert draft.transactions[0].entry_ids == (5800, 5850, 5851)


def test_the_signs_of_a_transfer_do_not_matter() -> None:
    negative = move(quantity="4", total=D("-1.00"), cost=D("0.25"))
    assert lines_of(stocked(Moved(58, replace(negative, quantity=D(-4))))) == lines_of(stocked(Moved(58)))


def test_goods_may_move_between_bins_of_one_site() -> None:
    made = only_line(stocked(Moved(58, move("3", from_bin=SHELF, to_bin=MAIN, to_location_xref="TPA"))))
    assert (made.site_id, made.whse_loc, made.to_site_id, made.to_whse_loc) == ("TPA", "SHELFB", "TPA", "MAIN")


def test_what_stays_in_its_bin_is_left_out_and_the_rest_is_moved() -> None:
    one_bin = replace(STOCK_POSTING, bins={"Main": "MAIN", "Shelf B": "MAIN", "Van 3": "VAN3"})
    stays = move(to_bin=SHELF, to_location_xref="TPA", item=SWITCH, cost=D(180), total=D(720))
    draft = stocked(Moved(58, stays, move()), posting=one_bin)
    assert told(draft.problems) == {"INV-SAME-BIN"}
    assert only_line(draft).invt_id == "PATCH10"
    only_stays = stocked(Moved(58, stays), posting=one_bin)
    assert [one.action for one in only_stays.transactions] == [Action.NOTHING_TO_POST]


# --- bins and units ---------------------------------------------------------------------------------------------


def test_a_bin_is_that_of_the_profile_then_that_of_its_name_then_the_items_default() -> None:
    def bin_of(name: str, posting: PostingRules) -> str:
        return only_line(stocked(Counted(12, counted("1", bin=Ref(5, name=name))), posting=posting)).whse_loc

    assert bin_of("shelf b", PostingRules(bins={"Shelf B": "shelfb"})) == "SHELFB"
    assert bin_of("shelfb", PostingRules()) == "SHELFB"
    assert bin_of("Attic", PostingRules()) == "MAIN"


def test_boxes_are_converted_by_the_items_own_factor() -> None:
    made = only_line(stocked(Moved(58, move("2", "2.50", unit=BOX, unit_xref=""))))
    assert (made.unit, made.conversion, made.multiply_divide) == ("BOX", D(10), "M")
    assert stock_quantity(made, 2) == 20
    by_global = only_line(
        stocked(Moved(58, move("0.5", "2.50", unit=BOX, unit_xref="", item=SWITCH)), books=stock_books())
    )
    assert by_global.conversion == 12


def test_a_unit_that_divides() -> None:
    books = stock_books(units=(*STOCK.units, HALVES))
    posting = replace(STOCK_POSTING, units={"each": "half"})
    made = only_line(stocked(Moved(58, move("6")), books=books, posting=posting))
    assert (made.unit, made.multiply_divide, stock_quantity(made, 2)) == ("HALF", "D", D(3))


def test_a_unit_is_that_of_the_profile_then_the_xref_then_its_name() -> None:
    units = Units(STOCK_MASTERS, STOCK_BOOKS, PostingRules(units={"Each": "PCS"}), WIDTHS)
    assert units.of(EACH, "EA") == "PCS"
    plain = Units(STOCK_MASTERS, STOCK_BOOKS, PostingRules(), WIDTHS)
    assert (plain.of(EACH, "ea"), plain.of(EACH), plain.of(Ref(99, name="Pair"))) == ("EA", "EA", "Pair")
    assert plain.conversion("ea", "EA", "X", "HW") == (D(1), "M")


# --- the ledger -------------------------------------------------------------------------------------------------


def ledger_row(key: TransactionKey, lines_hash: str, state: SlState = SlState.RELEASED) -> Posting:
    return Posting(
        1,
        "manage.example",
        "harborpine",
        "HPIT",
        key,
        1,
        "20261001KM-P",
        "12",
        D(25),
        "USD",
        lines_hash,
        (1,),
        "",
        PostingState.CLOSED,
        "r1",
        datetime(2026, 10, 1, tzinfo=UTC),
        "KMORALES",
        "PC1",
        parts=(PostedPart("document", "IN", "000077", "AJ", "12", D(25), state=state),),
    )


@pytest.mark.parametrize(
    ("state", "same", "again", "codes", "action"),
    [
        (SlState.RELEASED, True, False, {"IN-SL"}, Action.MARK_ONLY),
        (SlState.RELEASED, False, False, {"CHANGED-AFTER"}, None),
        (SlState.VOIDED, True, False, {"GONE"}, None),
        (SlState.MISSING, True, True, {"AGAIN"}, Action.POST_AGAIN),
    ],
)
def test_what_the_ledger_decides_of_an_adjustment(
    state: SlState, same: bool, again: bool, codes: set[str], action: Action | None
) -> None:
    one = Counted(12, counted("10"))
    key = TransactionKey(Kind.PROCUREMENT, "12-adjustment")
    row = ledger_row(key, adjustment_hash(one.exported) if same else "other lines", state)
    draft = stocked(one, again=again, books=replace(STOCK_BOOKS, postings={key: row}))
    assert told(draft.problems) == codes
    assert [made.action for made in draft.transactions] == ([action] if action else [])
    assert len(draft.inventory) == (action is Action.POST_AGAIN)


def test_the_hash_knows_the_money_and_not_the_ids() -> None:
    one = Counted(12, counted("10"), counted("-3")).exported
    ids = tuple(replace(line, entry_id=line.entry_id + 900, memo="again") for line in reversed(one.lines))
    assert adjustment_hash(replace(one, id="x", lines=ids)) == adjustment_hash(one)
    for change in ({"quantity": D(-11)}, {"total": D(26)}, {"account_number": "5200"}, {"inventory_account": "1410"}):
        other = replace(one, lines=(replace(one.lines[0], **change), one.lines[1]))
        assert adjustment_hash(other) != adjustment_hash(one)
    moved = Moved(58, move(), move(item=SWITCH)).exported
    assert transfer_hash(tuple(replace(m, offset_id=m.offset_id + 9) for m in reversed(moved))) == transfer_hash(moved)
    assert transfer_hash((replace(moved[0], to_bin=MAIN), moved[1])) != transfer_hash(moved)


# --- order, needs, batches --------------------------------------------------------------------------------------


@given(st.permutations([0, 1, 2, 3]))
def test_the_documents_do_not_depend_on_any_order(order: list[int]) -> None:
    made: list[Stock] = [
        Counted(12, counted("-3"), counted("1", "180", SWITCH)),
        Counted(9, counted("2", "96.40", DOCK)),
        Moved(58),
        Moved(7, move("1"), move("2", "180", item=SWITCH)),
    ]
    assert stocked(*(made[n] for n in order)) == stocked(*made)


def test_what_has_to_be_read_of_sl() -> None:
    made = (Counted(12, counted("1", product=DOCK)), Moved(58))
    asked = stock_request(*made)
    needs = stock_needs(asked.procurement, asked.exported_procurement, asked.masters)
    assert (needs.items, needs.sites) == ({"DOCK-C", "PATCH10"}, {"TPA", "ORL"})
    assert stock_needs((), asked.exported_procurement, asked.masters).items == frozenset()


def test_adjustments_share_a_batch_by_period_and_transfers_never_do() -> None:
    draft = stocked(
        Counted(12, counted("1")),
        Counted(13, counted("1"), document_date=LATE),
        Counted(14, counted("1"), document_date=date(2026, 10, 30)),
        Moved(58),
        Moved(59),
        options=TO_NOVEMBER,
    )
    batches = in_batches_of(draft.inventory, OPTIONS, WIDTHS, first_number=4)
    assert [(b.number, b.screen, b.per_post, b.batch_date, len(b.documents), b.descr) for b in batches] == [
        (4, "10030", "202610", date(2026, 10, 30), 2, "20261031KM-P"),
        (5, "10030", "202611", LATE, 1, "20261031KM-P"),
        (6, "10040", "202610", DAY, 1, "20261031KM-P To the van"),
        (7, "10040", "202610", DAY, 1, "20261031KM-P To the van"),
    ]


def test_a_batch_of_adjustments_stays_below_sls_line_numbers() -> None:
    line = lines_of(stocked(Counted(12, counted("1"))))[0]
    documents = [
        (
            "202610",
            InDocument((TransactionKey(Kind.PROCUREMENT, f"{n}-adjustment"),), "AJ", DAY, str(n), (line,) * 7_000, ""),
        )
        for n in range(4)
    ]
    assert [len(b.documents) for b in in_batches_of(documents, OPTIONS, WIDTHS)] == [2, 2]


def test_the_user_knows_an_adjustment_by_its_number() -> None:
    assert number_of(Counted(12, counted("1")).row) == "Adjustment 12"
    assert number_of(Moved(58).row) == "Transfer 58"

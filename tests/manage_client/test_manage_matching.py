"""Which exported document belongs to which row, and what to mark in Manage for it."""

from __future__ import annotations

import manage_payables_samples as sample
import pytest
from hypothesis import given
from hypothesis import strategies as st
from manage_payables_samples import sent

from xlpy.domain.facts.manage_procurement import ExportedProcurement
from xlpy.domain.facts.matching import (
    entry_ids,
    match_adjustments,
    match_expense_bills,
    match_expenses,
    match_procurement,
    match_purchases,
    match_transfers,
    packing_slip,
    procurement_kind,
)
from xlpy.manage import payables_records as read
from xlpy.manage.procurement import put_together


def expense_row(**changes):
    return read.unposted_expense(sent(sample.unposted_expense(**changes)), {})


def bill(*lines, **changes):
    return read.expense_bill(sent(sample.expense_bill(*lines, **changes)))


def receipt_row(*ids, **changes):
    rows = [read.unposted_procurement(sent(sample.unposted_receipt(id=i, **changes)), {}) for i in ids or (1299,)]
    return put_together(rows)


def receipt(*lines, **changes):
    return read.purchase(sent(sample.receipt(*lines, **changes)))


def adjustment_row(*ids, **changes):
    return put_together(
        [read.unposted_procurement(sent(sample.unposted_adjustment(id=i, **changes)), {}) for i in ids or (1351,)]
    )


def transfer_row(**changes):
    return read.unposted_procurement(sent(sample.unposted_transfer(**changes)), {})


def documents(matching):
    return [found for _, mine in matching.pairs for found in mine]


# -- expenses ----------------------------------------------------------------------------------------------------


def test_a_bill_line_belongs_to_the_expense_whose_gl_entry_it_has():
    mine, other = expense_row(id=1138, expenseDetailId=611), expense_row(id=1140, expenseDetailId=612, total=9)
    found = match_expense_bills(
        [other, mine], [bill(sample.bill_line(id=[1138, 1139]), sample.bill_line(id=[1140, 1141], total=9))]
    )
    assert [(row.expense_detail_id, [d.line.entry_ids for d in mine]) for row, mine in found.pairs] == [
        (612, [(1140, 1141)]),
        (611, [(1138, 1139)]),
    ]
    assert (found.missing, found.foreign) == ((), ())
    (row, mine) = found.pairs[1]
    assert entry_ids(row, mine) == (1138, 1139)


def test_the_bills_own_id_matches_nothing():
    found = match_expense_bills([expense_row(id=1132, total=5)], [bill(sample.bill_line(id=[1138, 1139]))])
    assert [row.id for row in found.missing] == [1132]
    assert [line.line.entry_ids for line in found.foreign] == [(1138, 1139)]


def test_without_a_common_id_member_date_and_amount_decide():
    row = expense_row(id=7001)
    found = match_expense_bills([row], [bill(sample.bill_line(id=[1138, 1139]))])
    assert [mine.line.entry_ids for mine in documents(found)] == [(1138, 1139)]
    assert entry_ids(row, documents(found)) == (1138, 1139, 7001)


@pytest.mark.parametrize(
    "differs",
    [{"total": 33.96}, {"dateExpense": "2026-01-27T00:00:00Z"}, {"member": {"id": 32}}, {"member": None},
     {"dateExpense": None}],
)  # fmt: skip
def test_another_member_date_or_amount_is_another_expense(differs):
    found = match_expense_bills([expense_row(id=7001, **differs)], [bill()])
    assert (len(found.missing), len(found.foreign), found.pairs) == (1, 1, ())


def test_two_taxi_rides_over_the_same_amount_go_by_their_accounts():
    rows = [expense_row(id=7001, accountNumber="6200"), expense_row(id=7002, accountNumber="6100:200")]
    lines = [sample.bill_line(id=[1, 2], accountNumber="6100:200"), sample.bill_line(id=[3, 4], accountNumber="6200")]
    found = match_expense_bills(rows, [bill(*lines)])
    assert [(row.id, mine[0].line.account_number) for row, mine in found.pairs] == [(7001, "6200"), (7002, "6100:200")]


def test_one_ride_and_two_lines_like_it_are_not_guessed():
    lines = [sample.bill_line(id=[1, 2]), sample.bill_line(id=[3, 4])]
    found = match_expense_bills([expense_row(id=7001)], [bill(*lines)])
    assert (len(found.missing), len(found.foreign)) == (1, 2)


def test_a_line_that_two_expenses_claim_belongs_to_neither():
    rows = [expense_row(id=1138, total=1), expense_row(id=1139, expenseDetailId=612, total=2)]
    found = match_expense_bills(rows, [bill()])
    assert (found.pairs, len(found.foreign), len(found.missing)) == ((), 1, 2)


def test_expenses_one_by_one_belong_by_their_id_or_their_offsets():
    rows = [expense_row(id=1139, expenseDetailId=611), expense_row(id=1140, expenseDetailId=612)]
    exported = [
        read.expense(sent(sample.expense(id=1138, offset={"id": 1139, "total": -33.95}))),
        read.expense(sent(sample.expense(id=1140, offset={"id": 1141, "total": -33.95}))),
    ]
    found = match_expenses(rows, exported)
    assert [(row.id, mine[0].id) for row, mine in found.pairs] == [(1139, 1138), (1140, 1140)]
    assert [entry_ids(row, mine) for row, mine in found.pairs] == [(1138, 1139), (1140, 1141)]


def test_a_reversed_expense_is_found_by_its_size():
    found = match_expenses([expense_row(id=7001, total=33.95)], [read.expense(sent(sample.expense(total=-33.95)))])
    assert len(found.pairs) == 1


def test_records_without_ids_do_not_meet_over_zero():
    found = match_expenses(
        [expense_row(id=0, total=1)], [read.expense(sent(sample.expense(id=None, offset=None, total=2)))]
    )
    assert (found.pairs, len(found.missing), len(found.foreign)) == ((), 1, 1)


@given(st.permutations(range(6)), st.permutations(range(6)))
def test_the_order_of_manage_does_not_matter(rows, lines):
    """Each expense finds its own line, whatever comes first; the answer is in the order of the rows."""
    asked = [expense_row(id=100 + n, expenseDetailId=n + 1) for n in rows]
    found = match_expense_bills(asked, [bill(*(sample.bill_line(id=[100 + n, 200 + n]) for n in lines))])
    assert [row for row, _ in found.pairs] == asked
    assert all(mine[0].line.entry_ids == (row.id, row.id + 100) for row, mine in found.pairs)


# -- receipts ----------------------------------------------------------------------------------------------------


def test_a_receipt_belongs_to_the_row_whose_line_or_tax_line_it_has():
    mine, taxed = receipt_row(1299), receipt_row(1310, unpostedProductId="78-A-purchase")
    tax = {"id": 1310, "glTypeId": "PT", "total": -1}
    exported = [receipt(), receipt(sample.receipt_line(id=1309), purchaseDetailTax=[tax], documentNumber="PO-0078")]
    found = match_purchases([taxed, mine], exported)
    assert [(row.unposted_product_id, p.document_number) for row, (p,) in found.pairs] == [
        ("78-A-purchase", "PO-0078"),
        ("77-PS118-purchase", "PO-0077"),
    ]
    assert [entry_ids(row, mine) for row, mine in found.pairs] == [(1309, 1310), (1299,)]


def test_without_a_common_id_order_and_packing_slip_decide():
    row = receipt_row(9000)
    found = match_purchases([row], [receipt(packingSlip=" ps118 ")])
    assert entry_ids(row, documents(found)) == (1299, 9000)
    assert match_purchases([row], [receipt(packingSlip="PS119")]).missing == (row,)
    nameless = receipt_row(9000, purchaseOrder={"id": 77})
    assert match_purchases([nameless], [receipt()]).missing == (nameless,), "the number in the id is not the order's"
    assert match_purchases([nameless], [receipt(documentNumber="")]).missing == (nameless,)


def test_two_receipts_of_one_slip_share_their_row():
    row = receipt_row(1299, 1305)
    found = match_purchases([row], [receipt(), receipt(sample.receipt_line(id=1305), documentDate="2026-01-25")])
    assert len(documents(found)) == 2
    assert entry_ids(row, documents(found)) == (1299, 1305)


def test_a_second_receipt_that_was_not_exported_is_not_marked():
    row = receipt_row(1299, 1305)
    found = match_purchases([row], [receipt()])
    assert entry_ids(row, documents(found)) == (1299,)


def test_a_receipt_of_two_rows_is_nobodys():
    rows = [receipt_row(1299), receipt_row(1300, unpostedProductId="77-PS119-purchase")]
    both = receipt(sample.receipt_line(), sample.receipt_line(id=1300), packingSlip="PS120")
    found = match_purchases(rows, [both])
    assert (found.pairs, found.foreign, found.missing) == ((), (both,), tuple(rows))


@pytest.mark.parametrize(
    ("product_id", "slip"),
    [("3-Test123-purchase", "Test123"), ("77-PS-118-B-purchase", "PS-118-B"), ("77--purchase", ""),
     ("77-purchase", ""), ("12-adjustment", ""), ("PS118", "")],
)  # fmt: skip
def test_the_packing_slip_stands_in_the_id(product_id, slip):
    assert packing_slip(receipt_row(1299, unpostedProductId=product_id)) == slip


# -- adjustments and transfers -----------------------------------------------------------------------------------


def test_an_adjustment_belongs_by_the_number_in_front():
    mine, other = adjustment_row(1351, 1352), adjustment_row(1360, unpostedProductId="13-adjustment")
    exported = read.adjustment(sent(sample.adjustment(sample.adjustment_line(glEntryRecID=None))))
    found = match_adjustments([mine, other], [exported])
    assert found.pairs == ((mine, (exported,)),)
    assert found.missing == (other,)
    assert entry_ids(mine, (exported,)) == (1351, 1352), "an older server tells the ids only in the list"


def test_an_adjustment_without_a_number_belongs_by_its_gl_entries():
    mine = adjustment_row(1351, unpostedProductId="count-adjustment")
    exported = read.adjustment(sent(sample.adjustment(adjustmentDescription="Cycle count")))
    assert match_adjustments([mine], [exported]).pairs == ((mine, (exported,)),)


def test_a_transfer_has_every_item_that_it_moves():
    mine = transfer_row()
    items = [read.transfer(sent(sample.transfer())), read.transfer(sent(sample.transfer(offset={"id": 1404})))]
    other = read.transfer(sent(sample.transfer(transferId=580, offset={"id": 1500})))
    found = match_transfers([mine], [items[0], other, items[1]])
    assert found.pairs == ((mine, tuple(items)),)
    assert found.foreign == (other,)
    assert entry_ids(mine, items) == (1401, 1402, 1404)


def test_procurement_is_matched_kind_by_kind():
    rows = [transfer_row(), receipt_row(), adjustment_row()]
    exported = ExportedProcurement(
        (receipt(),), (read.adjustment(sent(sample.adjustment())),), (read.transfer(sent(sample.transfer())),)
    )
    found = match_procurement(rows, exported)
    assert found.missing == ()
    assert [row.kind for part in (found.purchases, found.adjustments, found.transfers) for row, _ in part.pairs] == [
        "Purchase",
        "Adjustment",
        "Transfer",
    ]
    nothing = match_procurement(rows, ExportedProcurement())
    assert nothing.missing == (rows[1], rows[2], rows[0])


@pytest.mark.parametrize(
    ("kind", "product_id", "read_as"),
    [("purchase", "x", "Purchase"), ("", "12-adjustment", "Adjustment"), (None, "58-Transfer", "Transfer"),
     ("Something", "7-a-purchase", "Purchase"), ("", "?", "Purchase")],
)  # fmt: skip
def test_the_kind_of_a_row(kind, product_id, read_as):
    assert procurement_kind(receipt_row(1, procurementType=kind, unpostedProductId=product_id)) == read_as

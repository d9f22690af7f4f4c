"""Item receipts: vouchers and debit adjustments, their accounts, dates, taxes and vendor invoices."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from domain_story import OPTIONS, TO_NOVEMBER
from hypothesis import given, settings
from hypothesis import strategies as st
from payables_story import (
    AP_BOOKS,
    EURO,
    D,
    ap_books,
    ap_masters,
    bill,
    billed,
    codes,
    expense,
    freight_line,
    in_ledger,
    item_line,
    only_document,
    posted,
    purchase,
    purchase_tax,
    receipt,
    received,
    request,
    stopped,
    taxed,
)

from xlpy.domain.documents.plan import Action
from xlpy.domain.documents.sl_batches import ap_batches_of
from xlpy.domain.facts.payables_books import VendorInvoiceUse
from xlpy.domain.planning.makers.ap_receipts import receipts_to_look_up
from xlpy.domain.planning.needs import voucher_needs
from xlpy.domain.planning.planner import draft
from xlpy.domain.values.money import round_money, total
from xlpy.domain.values.refs import Ref
from xlpy.domain.values.transactions import Kind, SlState, TransactionKey


def test_a_receipt_becomes_a_voucher_dated_by_the_receipt_and_due_by_the_vendors_invoice() -> None:
    made = received()
    voucher = only_document(made)
    assert made.problems == ()
    assert (voucher.doc_type, voucher.vend_id, voucher.cury_total) == ("VO", "BLUEL1", D("12.50"))
    assert (voucher.doc_date, voucher.invc_date, voucher.due_date) == (
        date(2026, 10, 12),
        date(2026, 10, 10),
        date(2026, 11, 9),
    )
    assert (voucher.invc_nbr, voucher.terms, voucher.descr) == ("BL-5531", "30", "PO-0077 PS118")
    assert [(p, t.number, t.amount, t.entry_ids) for (p, _), t in zip(made.ap, made.transactions, strict=True)] == [
        ("202610", "PO-0077 PS118", D("12.50"), (1299,))
    ]


def test_inventory_items_go_to_the_asset_account_others_to_cost_and_freight_to_its_own() -> None:
    voucher = only_document(
        received(
            purchase(
                item_line(1, "-12.50"),
                item_line(2, "-95.00", item=Ref(744, "FEE")),
                item_line(3, "-4.00", item=Ref()),
                freight_line(4, "-8.00"),
            )
        )
    )
    assert [(line.acct, line.sub, line.cury_amount) for line in voucher.lines] == [
        ("1400", "00000", D("12.50")),
        ("5001", "200TP", D("95.00")),
        ("5001", "200TP", D("4.00")),
        ("5300", "00000", D("8.00")),
    ]
    assert all(line.acct != "4000" for line in voucher.lines), "never the product's revenue account"


def test_a_return_becomes_a_debit_adjustment_without_terms() -> None:
    made = received(purchase(item_line(1, "12.50", quantity=D(10))))
    adjustment = only_document(made)
    assert (adjustment.doc_type, adjustment.sign, adjustment.cury_total) == ("AD", -1, D("12.50"))
    assert (adjustment.terms, adjustment.due_date, adjustment.cury_discount) == ("", adjustment.doc_date, D("0.00"))
    assert [(line.cury_amount, line.quantity, line.cury_unit_price) for line in adjustment.lines] == [
        (D("12.50"), D(10), D("1.25"))
    ]
    assert made.transactions[0].amount == D("-12.50")
    assert codes(made) == {"TURNED"}


def test_a_line_against_the_document_is_negative_and_so_is_its_quantity() -> None:
    voucher = only_document(received(purchase(item_line(1, "-100.00"), item_line(2, "10.00", quantity=D(1)))))
    assert voucher.doc_type == "VO"
    assert [(line.cury_amount, line.quantity) for line in voucher.lines] == [
        (D("100.00"), D(10)),
        (D("-10.00"), D(-1)),
    ]


def test_a_receipt_that_nets_to_zero_is_posted_but_one_of_zeros_is_only_marked() -> None:
    netted = only_document(received(purchase(item_line(1, "-10.00"), item_line(2, "10.00"))))
    assert (netted.doc_type, netted.cury_total, len(netted.lines)) == ("VO", D("0.00"), 2)
    zero = received(purchase(item_line(1, "0.00")))
    assert not zero.ap
    assert [t.action for t in zero.transactions] == [Action.NOTHING_TO_POST]


def test_the_freight_amount_of_the_header_is_only_a_check() -> None:
    plain = received(purchase(item_line(1, "-12.50"), freight_line(2, "-8.00")))
    assert plain.problems == ()
    assert only_document(plain).cury_total == D("20.50")
    odd = received(purchase(item_line(1, "-12.50"), freight_line(2, "-8.00"), freight=D(0)))
    assert codes(odd) == {"RCPT-FREIGHT"}
    assert only_document(odd).cury_total == D("20.50")


# --- vendor invoice ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("number", "slip", "expected"),
    [
        ("BL-5531", "PS118", "BL-5531"),
        ("BL-2026-0000005531", "PS118", "2026-0000005531"),
        ("", "PS118", "PO-0077 PS118"),
        ("", "", "PO-0077"),
        ("", "PACKING-00000118", "ACKING-00000118"),
    ],
)
def test_the_vendor_invoice_number(number: str, slip: str, expected: str) -> None:
    made = received(purchase(vendor_invoice_number=number, packing_slip=slip))
    assert only_document(made).invc_nbr == expected


def test_without_a_vendor_invoice_date_the_receipts_date_counts() -> None:
    voucher = only_document(received(purchase(vendor_invoice_date=None)))
    assert (voucher.invc_date, voucher.due_date) == (date(2026, 10, 12), date(2026, 11, 11))


def test_another_order_with_the_same_vendor_invoice_is_a_stop_for_both_the_same_order_is_not() -> None:
    first, second = purchase(), purchase(item_line(7, "-1.00"), packing_slip="PS119", id="other")
    other = received(first, second, included=(receipt(first), receipt(second, "78-PS119-purchase")))
    assert [p.code for p in other.problems] == ["INVC-TWICE", "INVC-TWICE"]
    assert not other.ap
    same = received(first, second, included=(receipt(first), receipt(second, "77-PS119-purchase")))
    assert codes(same) == {"INVC-OURS"}
    assert len(same.ap) == 2


@pytest.mark.parametrize(
    ("posted_for", "stop"),
    [
        (None, True),
        (TransactionKey(Kind.PROCUREMENT, "78-PS118-purchase"), True),
        (TransactionKey(Kind.PROCUREMENT, "7-PS118-purchase"), True),
        (TransactionKey(Kind.EXPENSE, "77-PS118-purchase"), True),
        (TransactionKey(Kind.PROCUREMENT, "77-PS117-purchase"), False),
    ],
)
def test_only_our_own_voucher_of_another_receipt_of_the_order_may_have_the_number(
    posted_for: TransactionKey | None, stop: bool
) -> None:
    use = VendorInvoiceUse("BLUEL1", "bl-5531", "AD", "000123", "000077", posted_for)
    made = received(books=ap_books(vendor_invoices={("bluel1", "BL-5531"): (use,)}))
    assert stopped(made) == ({"INVC-USED"} if stop else set())


# --- terms ------------------------------------------------------------------------------------------------------


def test_terms_that_are_not_by_days_take_manages_due_days_from_the_vendors_invoice() -> None:
    voucher = only_document(received(purchase(terms=Ref(7, name="End of month"), terms_xref="EM", due_days=20)))
    assert (voucher.terms, voucher.due_date) == ("EM", date(2026, 10, 30))


def test_terms_by_days_take_sls_days_even_when_manage_has_others() -> None:
    terms = {**AP_BOOKS.terms, "30": replace(AP_BOOKS.terms["30"], due_interval=45)}
    made = received(books=replace(AP_BOOKS, terms=terms))
    assert codes(made) == {"TERMS-DAYS-SL"}
    assert only_document(made).due_date == date(2026, 11, 24)


def test_a_discount_is_counted_from_the_vendors_invoice() -> None:
    terms = {**AP_BOOKS.terms, "2T": replace(AP_BOOKS.terms["2T"], apply_to="B")}
    made = received(
        purchase(item_line(1, "-250.00"), terms=Ref(4), terms_xref="2T"), books=replace(AP_BOOKS, terms=terms)
    )
    voucher = only_document(made)
    assert (voucher.cury_discount, voucher.disc_date) == (D("5.00"), date(2026, 10, 20))


# --- the ledger -------------------------------------------------------------------------------------------------


def test_an_unbatched_receipt_is_only_marked_again() -> None:
    made = received()
    row = posted(made.transactions[0].key, made.transactions[0].lines_hash, (1299,))
    again = received(books=in_ledger(row))
    assert [t.action for t in again.transactions] == [Action.MARK_ONLY]
    assert not again.ap
    changed = received(books=in_ledger(replace(row, lines_hash="other")))
    assert stopped(changed) == {"CHANGED-AFTER"}


def test_a_second_receipt_with_the_same_slip_is_new_while_the_first_is_still_in_its_manage_batch() -> None:
    key = receipt(purchase()).key
    row = posted(key, received().transactions[0].lines_hash, (1, 2))
    asked = request(purchases=(purchase(),), procurement=(receipt(purchase()),), books=in_ledger(row))
    assert receipts_to_look_up(asked) == (row,)
    assert stopped(draft(asked)) == {"RCPT-SAME-ID"}
    new = draft(replace(asked, still_batched={key: True}))
    assert [(t.action, t.generation) for t in new.transactions] == [(Action.POST, 2)]
    assert len(new.ap) == 1
    unbatched = draft(replace(asked, still_batched={key: False}))
    assert [(t.action, t.generation) for t in unbatched.transactions] == [(Action.MARK_ONLY, 1)]


def test_a_receipt_with_a_gl_entry_in_common_needs_no_look_up() -> None:
    row = posted(receipt(purchase()).key, "other", (1299, 5))
    asked = request(purchases=(purchase(),), procurement=(receipt(purchase()),), books=in_ledger(row))
    assert receipts_to_look_up(asked) == ()


def test_a_deleted_voucher_is_posted_again_only_when_asked() -> None:
    row = posted(receipt(purchase()).key, "any", (1299,))
    row = replace(row, parts=(replace(row.parts[0], state=SlState.MISSING),))
    assert stopped(received(books=in_ledger(row))) == {"GONE"}
    made = received(included=(receipt(purchase(), again=True),), books=in_ledger(row))
    assert [(t.action, t.generation) for t in made.transactions] == [(Action.POST_AGAIN, 2)]


def test_a_receipt_with_the_entries_of_another_one_in_its_row_must_have_exactly_its_total() -> None:
    """Two equal receipts share an id, and the export has one: the other must not get lost."""
    row = receipt(purchase(), entry_ids=(1299, 1300), total=D("25.00"))
    assert stopped(received(included=(row,))) == {"CHANGED"}


@pytest.mark.parametrize("shown", ["107.00", "100.00", "214.00", "-107.00"])
def test_the_lists_total_may_be_with_or_without_tax_and_per_row_or_as_a_whole(shown: str) -> None:
    one = taxed(lines=(item_line(1, "-100.00"),))
    row = receipt(one, entry_ids=(1, 2), total=D(shown))
    assert not stopped(received(one, included=(row,)))


def test_other_kinds_of_procurement_are_not_looked_at() -> None:
    adjustment = receipt(purchase(), "12-adjustment", kind="Adjustment")
    made = received(included=(adjustment,))
    assert made.transactions == made.ap == ()
    assert stopped(made) == {"NOT-EXPORTED"}, "the maker of adjustments looked for it"


# --- the plan as a whole ----------------------------------------------------------------------------------------


def test_the_draft_does_not_depend_on_the_order_of_rows_and_export() -> None:
    two = purchase(item_line(7, "-1.00"), packing_slip="PS119", vendor_invoice_number="B2", id="b")
    rows = (receipt(purchase()), receipt(two, "77-PS119-purchase"))
    made = received(purchase(), two, included=rows)
    assert len(made.ap) == 2
    assert received(two, purchase(), included=tuple(reversed(rows))) == made


def test_what_has_to_be_read_from_sl_for_a_receipt() -> None:
    needs = voucher_needs((), (purchase(vendor_invoice_number=""),), (), (receipt(purchase()),), ap_masters())
    assert needs.vendors == {"BLUEL1"}
    assert needs.vendor_names == {"Blue Light Distribution"}
    assert needs.vendor_invoices == {("BLUEL1", "BL-5531")}


def test_vouchers_are_put_into_batches_by_kind_period_and_currency() -> None:
    euro = purchase(
        item_line(8, "-5.00"), company=EURO, vendor_number="DATAEU", currency="EUR", packing_slip="E", id="e"
    )
    later = purchase(
        item_line(9, "-6.00"), document_date=date(2026, 11, 2), packing_slip="L", vendor_invoice_number="L", id="l"
    )
    receipts = received(
        purchase(),
        euro,
        later,
        included=(receipt(purchase()), receipt(euro, "80-E-purchase"), receipt(later, "81-L-purchase")),
        options=TO_NOVEMBER,
    )
    expenses = billed(bill(), included=(expense(),))
    batches = ap_batches_of((*receipts.ap, *expenses.ap), OPTIONS)
    assert [(b.number, b.descr, b.per_post, b.currency, len(b.documents)) for b in batches] == [
        (1, "20261031KM-E", "202610", "USD", 1),
        (2, "20261031KM-P", "202610", "EUR", 1),
        (3, "20261031KM-P", "202610", "USD", 1),
        (4, "20261031KM-P", "202611", "USD", 1),
    ]
    assert batches[3].batch_date == date(2026, 11, 2)


def test_a_batch_has_at_most_500_vouchers_and_30000_gl_lines() -> None:
    period, voucher = received().ap[0]
    assert [len(b.documents) for b in ap_batches_of([(period, voucher)] * 501, OPTIONS)] == [500, 1]
    large = replace(voucher, lines=voucher.lines * 14_999)
    assert [len(b.documents) for b in ap_batches_of([(period, large)] * 3, OPTIONS)] == [2, 1]


cents = st.integers(-900_00, 900_00).map(lambda n: D(n) / 100)


@settings(max_examples=150, deadline=None)
@given(
    st.lists(st.tuples(cents, st.sampled_from(["stock", "other", "freight"])), min_size=1, max_size=7),
    st.booleans(),
    st.sampled_from(["USD", "EUR"]),
)
def test_every_receipt_balances_with_its_taxes_in_both_currencies(
    rows: list[tuple[Decimal, str]], with_tax: bool, currency: str
) -> None:
    def one(key: int, amount: Decimal, kind: str) -> Any:
        if kind == "freight":
            return freight_line(key, str(amount))
        return item_line(key, str(amount), item=Ref(743 if kind == "stock" else 744, "X"))

    lines = tuple(one(key, amount, kind) for key, (amount, kind) in enumerate(rows, start=10))
    base = total(amount for amount, kind in rows if kind != "freight")
    rates = (("-1", "0.06"), ("-2", "0.01")) if with_tax else ()
    taxes = tuple(
        purchase_tax(key, str(round_money(base * D(rate), 2)), rate) for key, (_, rate) in enumerate(rates, start=90)
    )
    exported = purchase(*lines, taxes=taxes, tax_code=Ref(11, name="FL-HILL"), currency=currency)
    made = received(exported)
    if not made.ap:
        assert not any(amount for amount, _ in rows)
        return
    document = only_document(made)
    owed = -total(x.total for x in (*lines, *taxes))
    assert document.cury_total * document.sign == owed
    assert document.cury_total == total(x.cury_amount for x in document.lines) + total(
        slot.cury_tax for slot in document.taxes
    )
    assert total(p.cury_tax for p in document.tax_postings) == total(slot.cury_tax for slot in document.taxes)
    assert total(p.tax for p in document.tax_postings) == total(slot.tax for slot in document.taxes)
    in_base = total(x.amount for x in document.lines) + total(slot.tax for slot in document.taxes)
    assert in_base + document.base_difference == document.total
    assert made.transactions[0].amount == owed

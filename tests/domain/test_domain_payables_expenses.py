"""Expenses as bill: which lines of a member's bill become one voucher, and what of it is owed to the member."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from domain_story import DAY
from hypothesis import given, settings
from hypothesis import strategies as st
from payables_story import (
    AP_BOOKS,
    VENDORS,
    D,
    ap_books,
    bill,
    bill_line,
    billed,
    codes,
    expense,
    in_ledger,
    only_document,
    posted,
    request,
    stopped,
)

from xlpy.domain.documents.plan import Action
from xlpy.domain.facts.payables_books import VendorInvoiceUse
from xlpy.domain.planning.makers.ap_vouchers import line_taking_ap_difference
from xlpy.domain.planning.needs import voucher_needs
from xlpy.domain.planning.planner import Drafts, draft
from xlpy.domain.values.money import total
from xlpy.domain.values.refs import Ref
from xlpy.domain.values.rules import PostingRules
from xlpy.domain.values.transactions import PostingState, SlState


def amounts(made: Drafts) -> dict[str, Decimal]:
    """What a voucher owes for each expense."""
    sums: dict[str, Decimal] = {}
    for line in only_document(made).lines:
        assert line.transaction is not None
        key = line.transaction.record_id
        sums[key] = sums.get(key, D(0)) + line.cury_amount
    return sums


def test_a_members_expenses_are_one_voucher_with_the_smallest_expense_as_vendor_invoice() -> None:
    made = billed(
        bill(bill_line(613, "20.00"), bill_line(611, "33.95")),
        included=(expense(613, "20.00"), expense(611, "33.95")),
    )
    voucher = only_document(made)
    assert (voucher.doc_type, voucher.vend_id, voucher.invc_nbr, voucher.cury_total) == (
        "VO",
        "E-JDOE",
        "EXP611",
        D("53.95"),
    )
    assert [key.record_id for key in voucher.transactions] == ["611", "613"]
    assert (voucher.ap_acct, voucher.ap_sub) == ("2010", "00000")
    assert (voucher.doc_date, voucher.due_date, voucher.invc_date) == (DAY,) * 3
    assert [(t.key.record_id, t.amount, t.action) for t in made.transactions] == [
        ("611", D("33.95"), Action.POST),
        ("613", D("20.00"), Action.POST),
    ]


def test_only_the_included_lines_of_a_bill_are_vouchered_and_marked() -> None:
    made = billed(bill(bill_line(611, "33.95"), bill_line(612, "20.00")))
    assert amounts(made) == {"611": D("33.95")}
    assert made.transactions[0].entry_ids == (6110, 6111)
    assert made.problems == ()


def test_a_bill_that_shares_a_gl_entry_with_what_is_not_included_is_not_posted() -> None:
    shared = (bill_line(611, "33.95", entry_ids=(6110, 9)), bill_line(612, "20.00", entry_ids=(6120, 9)))
    assert "EXP-JOINED" in stopped(billed(bill(*shared)))
    made = billed(bill(*shared), included=(expense(611), expense(612, "20.00")))
    assert made.problems == ()
    assert amounts(made) == {"611": D("33.95"), "612": D("20.00")}


def test_without_its_gl_entry_a_line_is_found_by_member_date_and_amount_and_both_are_marked() -> None:
    made = billed(bill(bill_line(611, "33.95", entry_ids=(1, 2)), bill_line(612, "20.00")))
    assert amounts(made) == {"611": D("33.95")}
    assert made.transactions[0].entry_ids == (1, 2, 6110)


def test_two_expenses_in_one_line_of_the_bill_are_both_stopped() -> None:
    joined = bill_line(611, "50.00", entry_ids=(6110, 6120, 6111))
    made = billed(bill(joined), included=(expense(611, "20.00"), expense(612, "30.00")))
    assert [p.transaction_id for p in made.problems if p.code == "EXP-JOINED"] == ["expense:611", "expense:612"]
    assert not made.transactions


@pytest.mark.parametrize(
    ("line", "row", "why"),
    [
        ({"reimbursable": False}, {}, "not reimbursable"),
        ({}, {"classification": "NonReimbursable"}, "not reimbursable"),
        ({}, {"classification": "Personal"}, "personal"),
        ({"company_advance": True}, {}, "company advance"),
    ],
)
def test_what_must_not_be_paid_to_the_member_is_offset(line: dict[str, bool], row: dict[str, str], why: str) -> None:
    made = billed(
        bill(bill_line(611, "33.95", **line), bill_line(612, "20.00")),
        included=(expense(611, "33.95", **row), expense(612, "20.00")),
    )
    voucher = only_document(made)
    assert voucher.cury_total == D("20.00")
    assert [(x.acct, x.sub, x.cury_amount) for x in voucher.lines] == [
        ("6100", "200TP", D("33.95")),
        ("2050", "00000", D("-33.95")),
        ("6100", "200TP", D("20.00")),
    ]
    assert [p.what for p in made.problems] == [
        f"It must not be paid to the member ({why}): it is offset on account 2050 00000"
    ]
    assert [t.amount for t in made.transactions] == [D("33.95"), D("20.00")]


def test_a_bill_of_nothing_but_company_paid_expenses_is_a_voucher_of_zero() -> None:
    voucher = only_document(billed(included=(expense(classification="Personal"),)))
    assert (voucher.doc_type, voucher.cury_total, len(voucher.lines)) == ("VO", D("0.00"), 2)


def test_an_expense_that_must_not_be_paid_stops_its_whole_voucher_without_the_setting() -> None:
    made = billed(
        bill(bill_line(611, "33.95"), bill_line(612, "20.00", reimbursable=False)),
        included=(expense(611), expense(612, "20.00")),
        posting=PostingRules(),
    )
    assert [(p.code, p.transaction_id) for p in made.problems] == [("EXP-COMPANY-PAID", "expense:612")]
    assert not made.ap
    assert not made.transactions


def test_a_negative_bill_becomes_a_debit_adjustment() -> None:
    made = billed(bill(bill_line(611, "-33.95")), included=(expense(611, "-33.95"),))
    adjustment = only_document(made)
    assert (adjustment.doc_type, adjustment.cury_total, adjustment.sign) == ("AD", D("33.95"), -1)
    assert [line.cury_amount for line in adjustment.lines] == [D("33.95")]
    assert made.transactions[0].amount == D("-33.95")
    assert codes(made) == {"TURNED"}


def test_an_expense_of_zero_is_only_marked() -> None:
    made = billed(
        bill(bill_line(611, "0.00"), bill_line(612, "20.00")), included=(expense(611, "0"), expense(612, "20.00"))
    )
    assert [(t.key.record_id, t.action) for t in made.transactions] == [
        ("611", Action.NOTHING_TO_POST),
        ("612", Action.POST),
    ]
    voucher = only_document(made)
    assert [key.record_id for key in voucher.transactions] == ["612"]
    assert voucher.invc_nbr == "EXP612"


def test_manages_bill_has_to_be_the_sum_of_all_its_lines_included_or_not() -> None:
    lines = (bill_line(611, "33.95"), bill_line(612, "20.00"))
    assert "UNBALANCED" in stopped(billed(bill(*lines, total=D("33.95"))))
    assert billed(bill(*lines, total=D("53.95"))).problems == ()


def test_terms_of_the_members_vendor_give_the_due_date() -> None:
    vendors = {**VENDORS, "E-JDOE": replace(VENDORS["E-JDOE"], terms="15")}
    voucher = only_document(billed(books=ap_books(vendors=vendors)))
    assert (voucher.terms, voucher.due_date) == ("15", date(2026, 10, 27))


def test_a_vendor_invoice_number_that_sl_has_already_stops_the_bill() -> None:
    use = VendorInvoiceUse("E-JDOE", "EXP611", "VO", "000100", "000050")
    made = billed(books=ap_books(vendor_invoices={("E-JDOE", "EXP611"): (use,)}))
    assert stopped(made) == {"INVC-USED"}


def test_a_foreign_bill_takes_the_rate_of_its_date_and_the_first_line_the_difference() -> None:
    late = date(2026, 10, 15)
    lines = tuple(bill_line(610 + n, "10.01", document_date=late) for n in range(1, 4))
    made = billed(
        bill(*lines, currency="EUR", document_date=date(2026, 10, 31)),
        included=tuple(expense(610 + n, "10.01", currency="EUR", expense_date=late) for n in range(1, 4)),
    )
    voucher = only_document(made)
    assert voucher.rate.rate == D("1.0917")
    assert voucher.total == D("32.78")
    assert voucher.total == total(line.amount for line in voucher.lines) + voucher.base_difference
    assert voucher.base_difference == D("-0.01")


def test_line_texts_have_the_charge_where_it_fits() -> None:
    made = billed(included=(expense(charge="Ticket #1234"),))
    assert only_document(made).lines[0].descr == "Mileage, Ticket #1234"
    made = billed(included=(expense(charge="Ticket #1234 of the harbor office"),))
    assert only_document(made).lines[0].descr == "Mileage"
    assert made.problems == ()


def test_the_first_line_takes_the_difference_even_when_it_is_worth_nothing_in_dollars() -> None:
    small = replace(AP_BOOKS.rates[2], rate=D("250"))
    yen = ap_books()
    yen = replace(yen, rates=(small,), currencies={"USD": 2, "JPY": 0})
    lines = (bill_line(611, "1"), bill_line(612, "1"))
    made = billed(
        bill(*lines, currency="JPY"),
        included=(expense(611, "1", currency="JPY"), expense(612, "1", currency="JPY")),
        books=yen,
    )
    voucher = only_document(made)
    assert [line.amount for line in voucher.lines] == [D("0.00"), D("0.00")]
    assert (voucher.total, voucher.base_difference) == (D("0.01"), D("0.01"))
    assert line_taking_ap_difference(voucher.lines) == 0


# --- the ledger -------------------------------------------------------------------------------------------------


def test_an_expense_that_is_in_sl_is_only_marked_and_the_rest_of_the_bill_gets_its_own_voucher() -> None:
    whole = bill(bill_line(611, "33.95"), bill_line(612, "20.00"))
    first = billed(whole)
    row = posted(first.transactions[0].key, first.transactions[0].lines_hash, (6110, 6111))
    made = billed(whole, included=(expense(611), expense(612, "20.00")), books=in_ledger(row))
    assert [t.action for t in made.transactions] == [Action.MARK_ONLY, Action.POST]
    assert only_document(made).invc_nbr == "EXP612"
    assert codes(made) == {"IN-SL"}


def test_an_expense_changed_after_its_posting_stops_with_the_voucher_of_the_others() -> None:
    whole = bill(bill_line(611, "33.95"), bill_line(612, "20.00"))
    row = posted(expense(611).key, "other lines", (6110, 6111))
    made = billed(whole, included=(expense(611), expense(612, "20.00")), books=in_ledger(row))
    assert stopped(made) == {"CHANGED-AFTER"}
    assert [t.key.record_id for t in made.transactions] == ["612"]


def test_a_voided_voucher_is_posted_again_only_when_asked() -> None:
    row = posted(expense().key, "any", (6110,), state=PostingState.CLOSED)
    row = replace(row, parts=(replace(row.parts[0], state=SlState.VOIDED),))
    assert stopped(billed(books=in_ledger(row))) == {"GONE"}
    made = billed(included=(expense(again=True),), books=in_ledger(row))
    assert [(t.action, t.generation) for t in made.transactions] == [(Action.POST_AGAIN, 2)]
    assert only_document(made).invc_nbr == "EXP611"


def test_the_hash_of_an_expense_does_not_change_with_ids_texts_or_the_bills_other_lines() -> None:
    plain = billed().transactions[0].lines_hash
    other_ids = bill(bill_line(611, "33.95", entry_ids=(6110, 77), memo="Miles"), bill_line(9, "1.00"), id=5)
    assert billed(other_ids).transactions[0].lines_hash == plain
    other_account = bill(bill_line(611, "33.95", "6150:200:TP"))
    assert billed(other_account).transactions[0].lines_hash != plain


# --- the plan as a whole ----------------------------------------------------------------------------------------


def test_the_draft_does_not_depend_on_the_order_of_rows_and_bills() -> None:
    bob = Ref(32, "RPatel", "Ravi Patel")
    one = bill(bill_line(611, "33.95"), bill_line(612, "20.00"))
    two = bill(bill_line(700, "5.00"), bill_line(701, "6.00"), member=bob, vendor_number="BLUEL1")
    rows = (expense(611), expense(612, "20.00"), expense(700, "5.00", member=bob), expense(701, "6.00", member=bob))
    made = billed(one, two, included=rows)
    assert len(made.ap) == 2
    turned = tuple(replace(b, lines=tuple(reversed(b.lines))) for b in (two, one))
    assert draft(request(bills=turned, expenses=tuple(reversed(rows)))) == made


def test_what_has_to_be_read_from_sl_for_a_bill() -> None:
    needs = voucher_needs((bill(),), (), (expense(),), (), request().masters)
    assert needs.vendors == {"E-JDOE"}
    assert needs.vendor_names == {"Doe~Jane", "Jane Doe"}
    assert needs.vendor_invoices == {("E-JDOE", "EXP611")}
    assert voucher_needs((bill(),), (), (), (), request().masters).vendors == frozenset()


cents = st.integers(-500_00, 500_00).map(lambda n: D(n) / 100)


@settings(max_examples=120, deadline=None)
@given(
    st.lists(st.tuples(cents, st.booleans(), st.booleans()), min_size=1, max_size=8),
    st.sampled_from(["USD", "EUR", "JPY"]),
)
def test_every_voucher_balances_and_owes_exactly_what_is_reimbursable(
    rows: list[tuple[Decimal, bool, bool]], currency: str
) -> None:
    rows = [(amount if currency != "JPY" else amount * 100, paid, taken) for amount, paid, taken in rows]
    lines = tuple(bill_line(n, str(amount), reimbursable=paid) for n, (amount, paid, _) in enumerate(rows, start=100))
    included = tuple(
        expense(n, str(amount), currency=currency) for n, (amount, _, taken) in enumerate(rows, start=100) if taken
    )
    exported = bill(*lines, currency=currency)
    made = draft(request(bills=(exported,), expenses=included))
    owed = total(amount for amount, paid, taken in rows if paid and taken)
    assert not stopped(made)
    assert {t.key for t in made.transactions} == {e.key for e in included}
    assert total(t.amount for t in made.transactions) == total(amount for amount, _, taken in rows if taken)
    if not made.ap:
        assert all(not amount for amount, _, taken in rows if taken)
        return
    voucher = only_document(made)
    assert voucher.cury_total == abs(owed)
    assert voucher.cury_total * voucher.sign == owed
    assert total(line.cury_amount for line in voucher.lines) == voucher.cury_total
    assert total(line.amount for line in voucher.lines) + voucher.base_difference == voucher.total
    if currency == "USD":
        assert voucher.base_difference == 0

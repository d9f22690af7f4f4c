"""The plan as a whole: what the ledger decides, batches, references, new customers, and that it is one value."""

from __future__ import annotations

import hashlib
import random
from dataclasses import fields, replace
from datetime import date

import msgspec
import pytest
from domain_story import (
    BOOKS,
    MASTERS,
    MUNOZ,
    OPTIONS,
    TO_NOVEMBER,
    D,
    books,
    codes,
    euro,
    in_ledger,
    included,
    invoice,
    levels,
    line,
    plan,
    posting,
    request,
    tax_line,
    unposted,
    untaxed,
)
from hypothesis import given
from hypothesis import strategies as st

from xlpy.domain.documents import sl_batches
from xlpy.domain.documents.plan import Action, Plan
from xlpy.domain.facts.books import ReferenceUse
from xlpy.domain.facts.manage import ExportInvoice, GlSegments, ManageMasters, Ref
from xlpy.domain.mapping.signs import lines_hash, turn
from xlpy.domain.planning.needs import invoice_needs
from xlpy.domain.planning.planner import build_plan
from xlpy.domain.preview.journal import JournalRow, journal
from xlpy.domain.preview.names import JournalNames
from xlpy.domain.values.problems import grouped
from xlpy.domain.values.rules import PostingRules
from xlpy.domain.values.transactions import Kind, Posting, PostingState, SlState, TransactionKey
from xlpy.excel.tables.rows import preview_rows
from xlpy.excel.workbook.sheets import PREVIEW

# --- the ledger -------------------------------------------------------------------------------------------------


def _with_row(one: ExportInvoice, row: Posting, *, again: bool = False) -> Plan:
    return plan(one, invoices=(included(one, again=again),), books=in_ledger(row))


def _part_in(row: Posting, state: SlState) -> Posting:
    return replace(row, parts=(replace(row.parts[0], state=state),))


def test_a_the_same_lines_in_sl_only_give_manage_its_batch() -> None:
    one = untaxed()
    made = _with_row(one, posting(one, lines_hash(one)))
    (only,) = made.transactions
    assert (only.action, only.generation, made.ar.batches) == (Action.MARK_ONLY, 1, ())
    assert only.entry_ids == one.all_entry_ids
    assert journal(made) == ()


def test_a_mapping_mistake_does_not_matter_any_more_once_it_is_in_sl() -> None:
    one = untaxed(company_account_number="", terms_xref="")
    made = _with_row(one, posting(one, lines_hash(one)))
    assert (codes(made), made.stops) == ({"IN-SL"}, ())


@pytest.mark.parametrize(("state", "cure"), [(SlState.UNRELEASED, "delete or void"), (SlState.POSTED, "credit memo")])
def test_b_other_lines_in_sl_stop_with_the_cure_that_fits(state: SlState, cure: str) -> None:
    one = untaxed()
    made = _with_row(one, _part_in(posting(one, "other"), state))
    (problem,) = made.stops
    assert problem.code == "CHANGED-AFTER"
    assert cure in problem.fix
    assert made.transactions == ()


@pytest.mark.parametrize("state", [SlState.VOIDED, SlState.MISSING])
def test_c_what_is_gone_in_sl_is_posted_again_only_when_include_says_so(state: SlState) -> None:
    one = untaxed()
    row = _part_in(posting(one, lines_hash(one)), state)
    assert {p.code for p in _with_row(one, row).stops} == {"GONE"}
    made = _with_row(one, row, again=True)
    assert not made.stops
    assert (made.transactions[0].action, made.transactions[0].generation) == (Action.POST_AGAIN, 2)
    assert made.ar.batches[0].documents[0].ref_nbr == "4417"


def test_c_with_other_lines_it_is_posted_again_as_it_is_now() -> None:
    one = untaxed(4417, "-70.00")
    row = _part_in(posting(one, "other"), SlState.VOIDED)
    assert _with_row(one, row, again=True).ar.batches[0].documents[0].cury_total == D(70)


def test_our_own_reservation_of_a_voided_document_is_used_again_and_a_foreign_one_is_not() -> None:
    one = untaxed()
    row = _part_in(posting(one, lines_hash(one)), SlState.MISSING)
    reserved = {"4417": (ReferenceUse("4417", "", "", "", ""),)}
    ours = replace(in_ledger(row), references=reserved)
    made = plan(one, invoices=(included(one, again=True),), books=ours)
    assert not made.stops
    assert made.ar.batches[0].documents[0].reuse_reservation
    assert {p.code for p in plan(one, books=books(references=reserved)).stops} == {"REF-RESERVED"}


def test_an_undone_transaction_may_be_posted_anew_without_asking() -> None:
    one = untaxed()
    made = _with_row(one, posting(one, lines_hash(one), state=PostingState.UNDONE))
    assert (made.problems, made.transactions[0].generation) == ((), 2)


def test_a_cleared_transaction_is_posted_only_when_include_says_so() -> None:
    one = untaxed()
    row = posting(one, lines_hash(one), state=PostingState.CLEARED, parts=())
    assert {p.code for p in _with_row(one, row).stops} == {"CLEARED"}
    assert _with_row(one, row, again=True).transactions[0].action is Action.POST_AGAIN


def test_zeros_that_were_marked_before_are_only_marked_again() -> None:
    nothing = untaxed(4417, "0.00")
    made = _with_row(nothing, posting(nothing, lines_hash(nothing), parts=()))
    assert [(t.action, t.generation) for t in made.transactions] == [(Action.NOTHING_TO_POST, 1)]
    something = untaxed(4417, "-5.00")
    made = _with_row(something, posting(nothing, lines_hash(nothing), parts=()))
    assert [(t.action, t.generation) for t in made.transactions] == [(Action.POST, 2)]


# --- references -------------------------------------------------------------------------------------------------


def test_a_reference_used_by_anybody_for_any_type_is_taken() -> None:
    use = ReferenceUse("4417", "DM", "SOMEBODY", "OTHERCO", "000001", "N")
    assert {p.code for p in plan(untaxed(), books=books(references={"4417": (use,)})).stops} == {"REF-USED"}


def test_references_that_collide_stop_all_of_them_even_when_one_has_another_problem() -> None:
    made = plan(untaxed(1, number="X1"), untaxed(2, number="x1", company_account_number=""), untaxed(3))
    assert sorted((p.code, p.transaction_id) for p in made.stops) == [
        ("CUST-EMPTY", "invoice:2"),
        ("REF-TWICE", "invoice:1"),
        ("REF-TWICE", "invoice:2"),
    ]
    assert [t.key.record_id for t in made.transactions] == ["3"]


# --- batches ----------------------------------------------------------------------------------------------------


def test_there_is_one_batch_per_period_and_currency() -> None:
    made = plan(
        untaxed(1),
        untaxed(2, document_date=date(2026, 11, 3)),
        euro(3),
        untaxed(4, "9.00", document_type="CREDIT MEMO", total=D(-9)),
        options=TO_NOVEMBER,
    )
    assert [(b.number, b.per_post, b.currency, [d.ref_nbr for d in b.documents]) for b in made.ar.batches] == [
        (1, "202610", "EUR", ["3"]),
        (2, "202610", "USD", ["1", "4"]),
        (3, "202611", "USD", ["2"]),
    ]
    assert made.ar.batches[1].cury_control_total == D("1009.00")
    assert made.ar.batches[2].batch_date == date(2026, 11, 3)
    assert made.ar.batches[0].descr == "20261031KM-I"


def test_a_batch_never_has_more_gl_lines_than_sl_can_number(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sl_batches, "MOST_GL_LINES", 10)
    made = plan(*(invoice(key) for key in range(1, 8)))  # a line, two taxes and the control line each
    assert [len(batch.documents) for batch in made.ar.batches] == [2, 2, 2, 1]


# --- one value --------------------------------------------------------------------------------------------------


def test_the_plan_is_the_same_whatever_the_order() -> None:
    many = [
        invoice(1),
        untaxed(2),
        euro(3),
        untaxed(10, "5.00"),
        untaxed(21, company=MUNOZ, company_account_number="MUNOZ1"),
    ]
    first = plan(*many)
    shuffled = list(many)
    random.Random(7).shuffle(shuffled)
    again = plan(*shuffled)
    assert again == first
    assert again.hash == first.hash
    assert [t.key.record_id for t in first.transactions] == ["1", "2", "3", "10", "21"]


def test_the_plan_comes_back_from_its_json() -> None:
    made = plan(invoice(1), euro(2), untaxed(3, company=MUNOZ, company_account_number="MUNOZ1"), untaxed(4, number=""))
    back = Plan.from_json(made.to_json())
    assert back == made
    assert back.hash == made.hash
    assert back.to_json() == made.to_json()


def test_problems_are_not_in_the_hash_but_every_cent_is() -> None:
    made = plan(untaxed())
    assert replace(made, problems=plan(untaxed(avalara=True)).problems).hash == made.hash
    assert plan(untaxed(4417, "-1000.01")).hash != made.hash


def test_an_empty_selection_makes_an_empty_plan() -> None:
    made = plan()
    assert (made.transactions, made.ar.batches, made.ar.customers, made.problems) == ((), (), (), ())


def test_what_was_not_included_is_not_planned() -> None:
    made = plan(untaxed(1), untaxed(2), invoices=(included(untaxed(1)),))
    assert [t.key.record_id for t in made.transactions] == ["1"]


@given(
    st.builds(
        replace,
        st.just(untaxed()),
        number=st.text(max_size=14),
        document_type=st.text(max_size=5),
        company_account_number=st.text(max_size=20),
        terms_xref=st.text(max_size=4),
        account_number=st.text(max_size=12),
        currency=st.sampled_from(["", "USD", "EUR", "JPY", "XXX"]),
        document_date=st.none() | st.dates(),
        due_date=st.none() | st.dates(),
        due_days=st.none() | st.integers(),
        customer_po=st.text(max_size=30),
        memo=st.text(max_size=40),
        tax_levels=st.just(()) | st.just(levels(("1", "2"), ("-3", "0"))),
        total=st.decimals(-9999, 9999, places=3),
    )
)
def test_no_data_of_manage_makes_the_planning_fail(odd: ExportInvoice) -> None:
    made = plan(odd)
    assert Plan.from_json(made.to_json()) == made
    whole = msgspec.json.encode(replace(made, problems=()), order="sorted")  # made piece by piece, but the same
    assert (replace(made, problems=()).to_json(), made.hash) == (whole, hashlib.sha256(whole).hexdigest())
    assert grouped(made.problems) or made.transactions


# --- hash of lines ----------------------------------------------------------------------------------------------


def test_an_invoice_reopened_and_closed_unchanged_has_the_same_hash() -> None:
    one = invoice()
    new_ids = tuple(replace(row, id=row.id + 5000, memo="Other text") for row in reversed(one.lines))
    assert lines_hash(replace(one, entry_ids=(7, 8), lines=new_ids)) == lines_hash(one)
    assert lines_hash(replace(one, total=D("1070"))) == lines_hash(one)


def test_more_or_fewer_lines_for_the_same_money_are_no_change() -> None:
    split = (line(1, "-400.00"), line(2, "-600.00"), *invoice().lines[1:])
    assert lines_hash(invoice(lines=split)) == lines_hash(invoice())


@pytest.mark.parametrize(
    "changes",
    [
        {"total": D("1070.01")},
        {"number": "4418"},
        {"account_number": "1110"},
        {"due_date": date(2026, 11, 12)},
        {"document_date": date(2026, 10, 13)},
        {"company_account_number": "OTHER"},
        {"currency": "EUR"},
        {"tax_levels": levels(("60.00", "1000"), ("10.00", "999"))},
        {"lines": (line(1, "-1000.00", "4100:200:TP"), *invoice().lines[1:])},
        {"lines": (line(1, "-1000.00", cost=D(1)), *invoice().lines[1:])},
        {"lines": (line(1, "-1000.00"), tax_line(2, "-10.00"), tax_line(3, "-60.00", "2210"))},
    ],
)
def test_anything_that_would_be_posted_otherwise_changes_the_hash(changes: dict[str, object]) -> None:
    assert lines_hash(replace(invoice(), **changes)) != lines_hash(invoice())


# --- what has to be read ----------------------------------------------------------------------------------------


def test_everything_the_checks_look_up_is_asked_for() -> None:
    billed = included(untaxed(2), bill_to=Ref(255, "FischerKG"))
    exported = (euro(1, number="TPA-17"), untaxed(2), untaxed(3))
    rules = PostingRules(reference_rule="strip", reference_prefix="TPA-")
    needs = invoice_needs(exported, (included(exported[0]), billed), MASTERS, rules)
    assert needs.customers == {"FISCHE", "ACME01"}
    assert needs.customer_names == {"Fischer & Söhne KG", "Acme Marine Supply"}
    assert needs.references == {"17", "2"}
    assert needs.currencies == {"EUR", "USD"}
    assert needs.transactions == {TransactionKey(Kind.INVOICE, "1"), TransactionKey(Kind.INVOICE, "2")}


def test_a_reading_of_exactly_what_is_needed_is_enough() -> None:
    asked = request(invoice(1), euro(2))
    needs = invoice_needs(asked.exported_invoices, asked.invoices, asked.masters, asked.posting)
    narrow = replace(BOOKS, customers={k: v for k, v in BOOKS.customers.items() if k in needs.customers})
    assert build_plan(replace(asked, books=narrow)) == build_plan(asked)


# --- the sheets -------------------------------------------------------------------------------------------------


def test_the_preview_has_a_column_for_every_field_of_a_journal_row() -> None:
    made = journal(plan(invoice()))
    shown = preview_rows(made, JournalNames())
    assert shown[0].keys() == {column.name for column in PREVIEW.columns}
    worked_out = {"Name", "Account name", "Document total", "Check"}
    assert len(fields(JournalRow)) == len(shown[0].keys() - worked_out)
    assert (
        shown[0]["Source"],
        shown[0]["SL batch"],
        shown[0]["Document"],
        shown[0]["Period"],
        shown[0]["Currency"],
    ) == (
        "Written",
        1,
        "AR1-1",
        "10-2026",
        "USD",
    )


def test_identical_problems_are_told_once_with_their_count_stops_first() -> None:
    made = plan(
        *(untaxed(key, document_date=date(2026, 11, 2)) for key in range(1, 6)),
        *(untaxed(key, lines=(line(1, "-1000.00", "9999:100:TP"),)) for key in (8, 9)),
        options=TO_NOVEMBER,
    )
    told = grouped(made.problems)
    assert [(g.problem.code, g.count, g.problem.transaction) for g in told] == [
        ("ACCT-MISSING", 2, "8, 9"),
        ("PERIOD-LATER", 5, "1, 2, 3, …"),
        ("ACCT-UNLISTED", 2, "8, 9"),
    ]
    assert told[1].transactions == ("1", "2", "3", "4", "5")


def test_the_document_s_description_follows_the_profile() -> None:
    made = plan(untaxed(memo="October"), posting=PostingRules(document_description="{type} {number}: {memo}"))
    assert made.ar.batches[0].documents[0].descr == "Standard 4417: October"


def test_a_braced_text_of_manage_is_only_text() -> None:
    made = plan(untaxed(memo="{number.__class__} {0}"), posting=PostingRules(document_description="{memo}"))
    assert made.ar.batches[0].documents[0].descr == "{number.__class__} {0}"


def test_units_and_order_numbers_that_fit_are_kept() -> None:
    units = (line(1, "-600.00", unit="Hour"), line(2, "-400.00", unit="Kilometre"))
    one = plan(untaxed(lines=units, customer_po="PO-17")).ar.batches[0].documents[0]
    assert ([row.unit for row in one.lines], one.cust_ord_nbr) == (["Hour", ""], "PO-17")


def test_the_row_the_user_saw_is_compared_by_size() -> None:
    memo = untaxed(4417, "250.00", document_type="CREDIT MEMO", total=D(-250))
    assert plan(memo, invoices=(replace(included(memo), unposted=unposted(memo, total=D(250))),)).problems == ()


def test_turning_is_its_own_inverse() -> None:
    one = untaxed(4417, "-100.00", "20.00")
    back = replace(one, lines=tuple(replace(row, total=-row.total) for row in one.lines), total=-one.total)
    straight, mirrored = turn(one, 2, 2, 2), turn(back, 2, 2, 2)
    assert straight.receivable == -mirrored.receivable
    assert [row.amount for row in straight.lines] == [row.amount for row in mirrored.lines]
    assert (straight.turned, mirrored.turned) == (False, True)


def test_the_package_of_manage_is_all_that_the_masters_must_have() -> None:
    bare = ManageMasters(package=MASTERS.package, segments=GlSegments((0, 1, 2)))
    assert plan(untaxed(), masters=bare, options=OPTIONS).problems == ()

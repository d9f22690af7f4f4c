"""Journals: expenses that are no bills, the cost of an invoice's goods, and the SL batches they are put into."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from domain_story import DAY, MASTERS, OPTIONS, D, invoice, line, masters, plan, untaxed
from hypothesis import given
from hypothesis import strategies as st
from inventory_story import (
    LATE,
    STOCK_BOOKS,
    STOCK_MASTERS,
    SWITCH,
    expense,
    expense_request,
    included_expense,
    journals_of,
    sold,
    told,
)

from xlpy.domain.documents.gl import GlJournal, GlLine
from xlpy.domain.documents.plan import Action
from xlpy.domain.documents.sl_batches import gl_batches_of
from xlpy.domain.facts.manage import ExportInvoice, ExportLine, ManageMasters, Ref
from xlpy.domain.facts.manage_expenses import ExportedExpenses
from xlpy.domain.facts.matching import expense_number
from xlpy.domain.facts.payables_books import VendorClass
from xlpy.domain.mapping.signs import lines_hash
from xlpy.domain.planning.makers.gl_cost_of_goods import cost_journal
from xlpy.domain.planning.makers.gl_expenses import expense_hash
from xlpy.domain.planning.needs import journal_needs
from xlpy.domain.values.problems import Problem
from xlpy.domain.values.rules import PostingRules
from xlpy.domain.values.transactions import Kind, TransactionKey
from xlpy.domain.values.widths import Widths

WIDTHS = Widths({}, "cp1252")


def sides(lines: tuple[GlLine, ...]) -> list[tuple[str, str, str, str]]:
    return [(one.acct, one.sub, str(one.debit), str(one.credit)) for one in lines]


def only_journal(*made: Any, **changes: Any) -> GlJournal:
    ((_, journal),) = journals_of(*made, **changes).gl
    return journal


# --- expenses ---------------------------------------------------------------------------------------------------


def test_an_expense_is_debited_to_its_account_and_credited_to_its_offset() -> None:
    made = only_journal(expense())
    assert sides(made.lines) == [("6200", "100TP", "33.95", "0"), ("2010", "00000", "0", "33.95")]
    assert {(one.ref_nbr, one.ext_ref_nbr, one.party, one.descr) for one in made.lines} == {
        ("1749", "EXP1749", "E-JDOE", "JDoe Mileage")
    }
    assert (made.part, made.journal_date, made.total) == ("document", DAY, D("33.95"))
    assert made.transactions == (TransactionKey(Kind.EXPENSE, "1749"),)


def test_a_negative_expense_changes_the_sides() -> None:
    made = only_journal(expense(total="-33.95"))
    assert sides(made.lines) == [("2010", "00000", "33.95", "0"), ("6200", "100TP", "0", "33.95")]


def test_the_sign_of_the_offset_is_not_relied_on() -> None:
    assert sides(only_journal(expense(offset_total=D("33.95"))).lines) == sides(only_journal(expense()).lines)


def test_an_expense_in_euros_is_converted_by_sls_rate_of_its_date() -> None:
    draft = journals_of(expense(total="100.00", currency="EUR"))
    assert told(draft.problems) == {"JRN-CONVERTED"}
    assert draft.gl[0][1].total == D("108.42")
    assert (draft.transactions[0].amount, draft.transactions[0].currency) == (D("100.00"), "EUR")


def test_the_members_vendor_decides_the_rate_type() -> None:
    vendors = {"E-JDOE": replace(STOCK_BOOKS.payables.vendors["E-JDOE"], rate_type="AVG")}
    books = replace(STOCK_BOOKS, payables=replace(STOCK_BOOKS.payables, vendors=vendors))
    draft = journals_of(expense(currency="EUR"), books=books)
    assert [(p.code, p.in_sl) for p in draft.problems] == [("RATE-MISSING", "AVG")]


def test_without_a_vendor_nbr_of_its_own_an_expense_names_its_members() -> None:
    assert only_journal(expense(vendor_number="")).lines[0].party == "E-JDOE"


def test_an_expense_of_nothing_is_only_marked_in_manage() -> None:
    draft = journals_of(expense(total="0"))
    assert [(one.action, one.entry_ids) for one in draft.transactions] == [(Action.NOTHING_TO_POST, (1138, 1139))]
    assert draft.gl == ()


@pytest.mark.parametrize("classification", ["NonReimbursable", "Personal"])
def test_what_the_company_does_not_owe_says_so_even_when_the_export_leaves_it_out(classification: str) -> None:
    row = included_expense(expense(), classification=classification)
    draft = journals_of(expense(), expenses=(row,), exported_expenses=ExportedExpenses())
    assert told(draft.problems) == {"JRN-CLASS", "NOT-EXPORTED"}
    assert draft.gl == ()


@pytest.mark.parametrize(
    ("row", "code"),
    [({"total": D("33.96")}, "CHANGED"), ({"currency": "EUR"}, "CHANGED"), ({"avalara": True}, "AVALARA")],
)
def test_an_expense_that_is_not_what_was_marked_stops(row: dict[str, Any], code: str) -> None:
    draft = journals_of(expense(), expenses=(included_expense(expense(), **row),))
    assert told(draft.problems) == {code}
    assert draft.transactions == ()


def test_an_expense_without_accounts_quotes_the_manuals_cure() -> None:
    draft = journals_of(expense(offset_account=""))
    assert told(draft.problems) == {"ACCT-EMPTY"}
    assert "open and close" in draft.problems[0].fix


def test_an_expense_without_an_offset_entry_can_not_be_marked() -> None:
    assert told(journals_of(expense(offset_id=0)).problems) == {"ENTRY-IDS"}


def test_an_expense_of_another_location_is_not_for_this_company() -> None:
    assert told(journals_of(expense(), posting=PostingRules(locations=(3,))).problems) == {"LOCATION"}


def test_a_stopped_expense_leaves_its_neighbour_alone() -> None:
    draft = journals_of(expense(), expense(2000, account_number="9999:100:TP"))
    assert [one.key.record_id for one in draft.transactions] == ["1749"]
    assert [(p.code, p.transaction) for p in draft.problems] == [("ACCT-MISSING", "JDoe Mileage 2026-10-12")]


def test_an_expense_is_known_by_member_type_and_day() -> None:
    assert expense_number(included_expense(expense()).unposted) == "JDoe Mileage 2026-10-12"


def test_the_hash_of_an_expense_knows_its_money_and_not_its_ids() -> None:
    one = expense()
    assert expense_hash(replace(one, id=7, offset_id=8, memo="other")) == expense_hash(one)
    for change in ({"total": D(1)}, {"account_number": "1"}, {"offset_account": "2"}, {"document_date": LATE}):
        assert expense_hash(replace(one, **change)) != expense_hash(one)


def test_what_has_to_be_read_of_sl_for_expenses() -> None:
    asked = expense_request(expense(currency="EUR"), expense(2000, vendor_number=""))
    needs = journal_needs(asked.expenses, asked.exported_expenses.expenses, asked.masters)
    assert (needs.currencies, needs.payables.vendors) == ({"EUR", "USD"}, {"E-JDOE"})
    assert len(needs.transactions) == 2


def test_the_offset_takes_its_subaccount_as_a_voucher_does_from_vendor_class_and_set_up() -> None:
    bare = expense(offset_account="2010")
    plain = STOCK_BOOKS.payables
    klass = VendorClass("STD", "2000", "100TP", "", "", "", "", "")
    set_up = replace(plain.setup, ap_sub="200TP", default_class="STD")

    def sub(**changes: Any) -> str:
        return only_journal(bare, books=replace(STOCK_BOOKS, payables=replace(plain, **changes))).lines[1].sub

    nobody = {"E-JDOE": replace(plain.vendors["E-JDOE"], ap_sub="")}
    assert sub() == "00000", "the vendor's"
    assert sub(vendors=nobody, vendor_classes={"STD": klass}, setup=set_up) == "100TP", "its class's"
    assert sub(vendors={}, vendor_classes={"STD": klass}, setup=set_up) == "100TP", "the default class's"
    assert sub(vendors=nobody, setup=set_up) == "200TP", "AP Setup's"
    without = journals_of(bare, books=replace(STOCK_BOOKS, payables=replace(plain, vendors=nobody)))
    assert "SUB-AP-CONTROL" in told(without.problems)


# --- cost of goods ----------------------------------------------------------------------------------------------


def cost(
    *lines: ExportLine, masters: ManageMasters = STOCK_MASTERS, **changes: Any
) -> tuple[GlJournal | None, tuple[Problem, ...]]:
    one: ExportInvoice = untaxed(lines=lines, **changes)
    return cost_journal(one, DAY, masters, STOCK_BOOKS, PostingRules(), reference="4417", cust_id="ACME01")


def cost_lines(*lines: ExportLine, **changes: Any) -> list[tuple[str, str, str, str]]:
    journal, problems = cost(*lines, **changes)
    assert journal is not None, problems
    return sides(journal.lines)


def package(**changes: Any) -> ManageMasters:
    return replace(STOCK_MASTERS, package=replace(STOCK_MASTERS.package, **changes))


def test_goods_that_are_sold_go_from_inventory_to_cost_of_goods() -> None:
    journal, problems = cost(sold(1), sold(2, "-289.00", "180", item=SWITCH, item_description="24-port switch"))
    assert journal is not None
    assert problems == ()
    assert sides(journal.lines) == [
        ("5200", "300OR", "1.25", "0"),
        ("1400", "00000", "0", "1.25"),
        ("5200", "300OR", "180.00", "0"),
        ("1400", "00000", "0", "180.00"),
    ]
    assert {(one.ref_nbr, one.ext_ref_nbr, one.party) for one in journal.lines} == {("4417", "4417", "ACME01")}
    assert [one.descr for one in journal.lines][::2] == ["Patch cable", "24-port switch"]
    assert (journal.part, journal.descr, journal.total) == ("cost", "Cost of 4417", D("181.25"))
    assert journal.transactions == (TransactionKey(Kind.INVOICE, "4417"),)


def test_goods_on_a_credit_memo_come_back() -> None:
    back = sold(1, "35.00", item_price=D(-7))
    turned = [("1400", "00000", "1.25", "0"), ("5200", "300OR", "0", "1.25")]
    assert cost_lines(back, document_type="CREDIT MEMO") == turned
    assert cost_lines(replace(back, cost=D("-1.25")), document_type="CREDIT MEMO") == turned


def test_goods_taken_back_on_an_invoice_come_back() -> None:
    back = sold(1, "35.00", quantity=D(5))
    assert cost_lines(back) == [("1400", "00000", "1.25", "0"), ("5200", "300OR", "0", "1.25")]


def test_goods_sold_on_a_credit_memo_go_out() -> None:
    out = sold(1, "-35.00", quantity=D(5))
    assert cost_lines(out, document_type="CREDIT MEMO")[0] == ("5200", "300OR", "1.25", "0")


def test_goods_given_away_go_out_by_their_quantity_alone() -> None:
    assert cost_lines(sold(1, "0.00"))[0] == ("5200", "300OR", "1.25", "0")
    assert cost_lines(sold(1, "0.00", quantity=D(0)))[0] == ("5200", "300OR", "1.25", "0")


def test_the_cost_of_an_invoice_of_nothing_has_the_invoices_day_and_reference() -> None:
    given_away = untaxed(lines=(sold(1, "0.00"),), total=D(0))
    stock = masters(catalog=STOCK_MASTERS.catalog, package=MASTERS.package)
    made = plan(given_away, masters=stock, books=STOCK_BOOKS)
    ((journal,),) = (batch.journals for batch in made.gl.batches)
    assert (made.ar.batches, journal.journal_date) == ((), given_away.document_date)
    assert {row.ref_nbr for row in journal.lines} == {"4417"}


def test_a_negative_cost_of_goods_going_out_is_not_understood() -> None:
    journal, problems = cost(sold(1, cost="-1.25"))
    assert (journal, told(problems)) == (None, {"COST-SIDE"})


@pytest.mark.parametrize(
    ("one", "masters"),
    [
        (sold(1), package(include_cogs=False)),
        (sold(1, cost="0"), STOCK_MASTERS),
        (sold(1, drop_shipped=True), STOCK_MASTERS),
        (sold(1, item=Ref(744, "FEE")), replace(STOCK_MASTERS, catalog=MASTERS.catalog)),
        (line(1, "-35.00", cost=D(5)), STOCK_MASTERS),
        (sold(1, cost="0.004"), STOCK_MASTERS),
    ],
    ids=["option off", "no cost", "drop shipped", "a service", "no product", "less than a cent"],
)
def test_there_is_no_journal_where_there_is_no_cost(one: ExportLine, masters: ManageMasters) -> None:
    assert cost(one, masters=masters) == (None, ())


def test_drop_shipments_have_a_cost_when_manage_wants_one() -> None:
    assert cost_lines(sold(1, drop_shipped=True), masters=package(include_cogs_drop_ship=True))


def test_one_wrong_account_stops_the_whole_journal() -> None:
    journal, problems = cost(sold(1), sold(2, inventory_account="1499:000:00"), sold(3, cost_account=""))
    assert journal is None
    assert told(problems) == {"ACCT-MISSING", "ACCT-EMPTY"}


def test_the_hash_of_an_invoice_knows_its_cost_accounts() -> None:
    one = untaxed(lines=(sold(1), sold(2)))
    other = replace(one, lines=(one.lines[0], replace(one.lines[1], inventory_account="1410")))
    assert lines_hash(other) != lines_hash(one)
    condensed = replace(one, lines=(replace(sold(9, "-70.00", "2.50"), quantity=D(-10)),))
    assert lines_hash(condensed) == lines_hash(one)
    assert lines_hash(invoice()) == lines_hash(replace(invoice(), entry_ids=(1,)))


AMOUNTS = st.integers(1, 10_000_000).map(lambda n: Decimal(n) / 10_000)


@given(st.lists(st.tuples(AMOUNTS, st.booleans()), min_size=1, max_size=8), st.sampled_from(["INVOICE", "CREDIT MEMO"]))
def test_a_cost_journal_always_balances(goods: list[tuple[Decimal, bool]], document_type: str) -> None:
    lines = []
    for number, (amount, back) in enumerate(goods, start=1):
        credit = document_type == "CREDIT MEMO"
        lines.append(sold(number, "35" if back else "-35", str(amount), quantity=D(5 if back != credit else -5)))
    journal, problems = cost(*lines, document_type=document_type)
    assert problems == ()
    cents = [amount.quantize(D("0.01"), "ROUND_HALF_UP") for amount, _ in goods]
    if journal is None:
        assert not any(cents)
        return
    assert sum(one.debit for one in journal.lines) == sum(one.credit for one in journal.lines) == sum(cents)
    assert all((one.debit > 0) != (one.credit > 0) for one in journal.lines)
    net = sum(one.debit - one.credit for one in journal.lines if one.acct == "5200")
    assert net == sum(-cent if back else cent for cent, (_, back) in zip(cents, goods, strict=True))


@given(st.integers(-1_000_000, 1_000_000).filter(bool), st.sampled_from(["USD", "EUR", "JPY"]))
def test_an_expense_journal_always_balances_on_two_accounts(hundredths: int, currency: str) -> None:
    amount = Decimal(hundredths) / (1 if currency == "JPY" else 100)
    draft = journals_of(expense(total=str(amount), currency=currency))
    if draft.gl:
        debit, credit = draft.gl[0][1].lines
        assert debit.debit == credit.credit > 0
        assert not debit.credit
        assert not credit.debit
        assert (debit.acct == "6200") == (amount > 0)
    else:
        assert told(draft.problems) == {"JRN-NO-BASE"}


# --- batches ----------------------------------------------------------------------------------------------------


def a_journal(record: int, *, kind: Kind = Kind.INVOICE, part: str = "cost", lines: int = 1) -> GlJournal:
    pair = (
        GlLine("5200", "00000", D(1), D(0), "Goods", str(record)),
        GlLine("1400", "00000", D(0), D(1), "Goods", str(record)),
    )
    day = date(2026, 10, record % 28 + 1)
    return GlJournal((TransactionKey(kind, str(record)),), part, day, pair * lines, f"Cost of {record}")


def test_each_journal_is_a_batch_of_its_own() -> None:
    journals = [
        ("202611", a_journal(3)),
        ("202610", a_journal(5)),
        ("202610", a_journal(4)),
        ("202610", a_journal(2, kind=Kind.EXPENSE, part="document")),
    ]
    batches = gl_batches_of(journals, OPTIONS, PostingRules(), WIDTHS, first_number=3)
    assert [(b.number, b.per_post, b.batch_date.day, b.descr, b.module) for b in batches] == [
        (3, "202610", 5, "20261031KM-I Cost of 4", "GL"),
        (4, "202610", 6, "20261031KM-I Cost of 5", "GL"),
        (5, "202611", 4, "20261031KM-I Cost of 3", "GL"),
        (6, "202610", 3, "20261031KM-E Cost of 2", "GL"),
    ]
    assert gl_batches_of(journals[::-1], OPTIONS, PostingRules(), WIDTHS, first_number=3) == batches


def test_the_profile_may_join_the_cost_journals_of_a_run_and_period() -> None:
    rules = PostingRules(cost_journals="run")
    journals = [
        ("202610", a_journal(4)),
        ("202611", a_journal(5)),
        ("202610", a_journal(6)),
        ("202610", a_journal(7, kind=Kind.EXPENSE, part="document")),
        ("202610", a_journal(8, kind=Kind.EXPENSE, part="document")),
    ]
    batches = gl_batches_of(journals, OPTIONS, rules, WIDTHS)
    assert [(b.per_post, len(b.journals), b.descr) for b in batches] == [
        ("202610", 2, "20261031KM-I"),
        ("202611", 1, "20261031KM-I Cost of 5"),
        ("202610", 1, "20261031KM-E Cost of 7"),
        ("202610", 1, "20261031KM-E Cost of 8"),
    ]
    assert batches[0].batch_date == date(2026, 10, 7)


def test_a_joined_batch_stays_below_sls_line_numbers() -> None:
    rules = PostingRules(cost_journals="run")
    journals = [("202610", a_journal(n, lines=4_000)) for n in range(1, 5)]
    assert [len(b.journals) for b in gl_batches_of(journals, OPTIONS, rules, WIDTHS)] == [3, 1]
    many = [("202610", a_journal(n)) for n in range(1, 502)]
    assert [len(b.journals) for b in gl_batches_of(many, OPTIONS, rules, WIDTHS)] == [500, 1]

"""Every check of the table is raised by a story of its own, with the severity the table gives it."""

from __future__ import annotations

from dataclasses import replace

import pytest
from check_stories import BILLED, COST, STORIES
from domain_story import (
    AR,
    BOOKS,
    FISCHER,
    GL,
    MASTERS,
    D,
    books,
    codes,
    included,
    invoice,
    level,
    line,
    masters,
    plan,
    tax_code,
    untaxed,
)

from xlpy.domain.checks.answers import ANSWER_CHECKS
from xlpy.domain.checks.approvals import APPROVAL_CHECKS
from xlpy.domain.checks.history import HISTORY_CHECKS
from xlpy.domain.checks.inventory import INVENTORY_CHECKS
from xlpy.domain.checks.payables import PAYABLES_CHECKS
from xlpy.domain.checks.runs import RUN_CHECKS
from xlpy.domain.checks.site_rules import SITE_RULE_CHECKS
from xlpy.domain.checks.table import CHECKS
from xlpy.domain.facts.books import CustomerClass, FiscalCalendar
from xlpy.domain.facts.manage import Ref
from xlpy.domain.values.problems import Problem, Severity
from xlpy.domain.values.rules import PostingRules


@pytest.mark.parametrize("code", sorted(STORIES))
def test_the_story_of_a_check_raises_it_as_its_table_says(code: str) -> None:
    made = STORIES[code]()
    told = [problem for problem in made.problems if problem.code == code]
    assert told, f"{code} was not raised, only {sorted(codes(made))}"
    check = CHECKS[code]
    for problem in told:
        assert problem.severity is check.severity
        assert problem.what
        assert problem.fix
        assert problem.where
        assert "{" not in problem.what + problem.fix or code == "DESCR-RULE"
    assert check.source
    if check.severity is not Severity.STOP:
        assert not made.stops, f"{code} is no stop, but {[p.code for p in made.stops]} came along"


def test_every_check_of_the_table_has_a_story() -> None:
    """Those of Manage's answers are in test_domain_currency_known, test_domain_signs_confirmed, test_domain_odd_ids.

    Those of journals, inventory and vouchers are in test_domain_inventory_checks and test_domain_payables_checks.

    Those of a firm's own rules are in test_domain_own_rules.

    Those of a run, a rerun, an undo and of two persons are no findings of a plan: tests/services, tests/rerun,
    tests/undo and tests/two_persons have them.
    """
    elsewhere = (*INVENTORY_CHECKS, *PAYABLES_CHECKS, *RUN_CHECKS, *HISTORY_CHECKS, *ANSWER_CHECKS)
    elsewhere += (*SITE_RULE_CHECKS, *APPROVAL_CHECKS)
    assert set(STORIES) == set(CHECKS) - {check.code for check in elsewhere}


def test_a_stopped_transaction_is_not_among_the_documents_but_its_neighbour_is() -> None:
    made = plan(untaxed(1), untaxed(2, company_account_number=""))
    assert [t.key.record_id for t in made.transactions] == ["1"]
    assert [d.ref_nbr for batch in made.ar.batches for d in batch.documents] == ["1"]
    assert [(p.code, p.transaction, p.transaction_id) for p in made.stops] == [("CUST-EMPTY", "2", "invoice:2")]


def test_invoices_in_order_raise_nothing_at_all() -> None:
    assert plan(invoice(1), untaxed(2), untaxed(3, "-10.00", "2.50")).problems == ()


def test_all_problems_of_a_transaction_are_told_at_once() -> None:
    made = plan(
        untaxed(
            number="2026-0000017",
            company_account_number="",
            terms_xref="NET30",
            lines=(line(1, "-1000.00", "9999:999:ZZ"),),
        )
    )
    assert {"REF-WIDTH", "CUST-EMPTY", "TERMS-WIDTH", "ACCT-MISSING", "SUB-MISSING"} <= codes(made)


def test_without_a_calendar_the_plan_says_so_instead_of_failing() -> None:
    made = plan(untaxed(), books=books(gl=replace(GL, calendar=FiscalCalendar(0, (), True))))
    assert {"CALENDAR", "PERIOD-BAD"} <= codes(made)


def test_a_drop_shipped_item_needs_no_cost_journal_unless_manage_wants_one() -> None:
    item = line(1, "-1000.00", drop_shipped=True, **COST)
    assert plan(untaxed(lines=(item,))).gl.batches == ()
    wanted = replace(MASTERS.package, include_cogs_drop_ship=True)
    made = plan(untaxed(lines=(item,)), masters=masters(package=wanted))
    assert "ACCT-EMPTY" in codes(made)  # of the cost: looked at only when it is wanted


def test_a_cost_of_a_service_is_no_cost_journal() -> None:
    assert plan(untaxed(lines=(line(1, "-1000.00", cost=D(5), item=Ref(744, "FEE")),))).problems == ()


def test_a_cost_of_an_item_that_is_not_in_the_catalog_stops() -> None:
    made = plan(untaxed(lines=(line(1, "-1000.00", **COST),)), masters=masters(catalog={}))
    assert "COST-ITEM" in codes(made)
    assert made.ar.batches == ()


@pytest.mark.parametrize(("rule", "customer"), [("bill-to", "FISCHE"), ("company", "ACME01")])
def test_the_profile_decides_who_owes_an_invoice_billed_elsewhere(rule: str, customer: str) -> None:
    one = untaxed()
    made = plan(one, invoices=(included(one, bill_to=BILLED),), posting=PostingRules(which_customer=rule))
    assert not made.stops
    assert made.ar.batches[0].documents[0].cust_id == customer


def test_bill_to_with_the_same_account_is_no_question() -> None:
    same = {**MASTERS.companies, 255: replace(MASTERS.companies[255], account_number="acme01")}
    one = untaxed()
    made = plan(one, invoices=(included(one, bill_to=FISCHER),), masters=masters(companies=same))
    assert made.problems == ()


def test_a_level_of_an_unknown_level_number_has_no_agency() -> None:
    code = replace(MASTERS.tax_codes[11], levels=(level(1, "0.06", "FLSTATE", "FL-HILL"),))
    assert "TAX-AGENCY" in codes(plan(invoice(), masters=masters(tax_codes={11: code})))


def test_a_group_as_agency_is_refused_so_that_it_never_stands_beside_its_member() -> None:
    code = tax_code(11, "FL-HILL", ("FL-HILL", "0.06"), ("HILLCTY", "0.01"))
    assert "TAX-TYPE" in codes(plan(invoice(), masters=masters(tax_codes={11: code})))


def test_the_default_sub_of_the_profile_fills_lines_without_one() -> None:
    one = untaxed(lines=(line(1, "-1000.00", "4000"),))
    made = plan(one, posting=PostingRules(default_sub="200TP"), masters=masters(gl_accounts=frozenset()))
    assert made.problems == ()
    assert made.ar.batches[0].documents[0].lines[0].sub == "200TP"


def test_a_missing_control_sub_comes_from_the_customer_then_class_then_set_up() -> None:
    def control_sub(customer: str, of_class: str, set_up: str) -> str:
        row = replace(BOOKS.customers["ACME01"], ar_sub=customer)
        klass: CustomerClass = replace(BOOKS.customer_classes["STD"], ar_sub=of_class)
        made = plan(
            untaxed(),
            books=books(customers={"ACME01": row}, customer_classes={"STD": klass}, ar=replace(AR, ar_sub=set_up)),
        )
        return made.ar.batches[0].documents[0].ar_sub

    assert control_sub("100TP", "200TP", "300OR") == "100TP"
    assert control_sub("", "200TP", "300OR") == "200TP"
    assert control_sub("", "", "300OR") == "300OR"


def test_problems_are_bound_to_the_row_of_the_sheet() -> None:
    problem: Problem = plan(untaxed(7, company_account_number="")).problems[0]
    assert (problem.transaction, problem.transaction_id) == ("7", "invoice:7")

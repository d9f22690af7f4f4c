"""A firm's own rules in a plan: what they decide, what they can't decide, and every way in which they can go wrong."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from dataclasses import FrozenInstanceError, replace
from typing import Any

import payables_story as payables
import pytest
from domain_story import (
    BOOKS,
    DAY,
    MUNOZ,
    D,
    account,
    books,
    by_id,
    codes,
    in_ledger,
    included,
    line,
    plan,
    posting,
    request,
    unposted,
    untaxed,
)

from xlpy.domain.checks.site_rules import SITE_RULE_CHECKS
from xlpy.domain.checks.table import CHECKS
from xlpy.domain.documents.plan import Plan
from xlpy.domain.documents.plan_changes import plan_changes
from xlpy.domain.facts.books import Customer, ReferenceUse
from xlpy.domain.facts.manage import Ref
from xlpy.domain.facts.manage_expenses import ExportedExpenses
from xlpy.domain.facts.manage_procurement import ExportedProcurement
from xlpy.domain.mapping.signs import lines_hash
from xlpy.domain.planning.needs import invoice_needs
from xlpy.domain.planning.planner import build_plan
from xlpy.domain.values.problems import Problem, Severity
from xlpy.domain.values.rules import PostingRules
from xlpy.domain.values.site_rules import CODE_PREFIX, SiteFinding, SiteRules
from xlpy.domain.values.transactions import SlState

Rule = Callable[[Any], object]
COSTED: dict[str, Any] = {"cost": D("400.00"), "cost_account": "5000:00000", "inventory_account": "1200:00000"}
ACCOUNTS = books(accounts={**BOOKS.accounts, **by_id(map(account, ("5000", "1200")), "acct")})


def rules(**functions: Rule) -> SiteRules:
    return SiteRules("rules.py", "5ha", functions)


def ruled(**functions: Rule) -> Plan:
    return plan(untaxed(), rules=rules(**functions))


def told(made: Plan, code: str) -> Problem:
    (problem,) = [problem for problem in made.problems if problem.code == code]
    return problem


# --- what they decide -------------------------------------------------------------------------------------------------


def test_without_a_rule_or_with_one_that_answers_none_the_documents_are_the_same() -> None:
    silent = ruled(**dict.fromkeys(("reference", "account", "customer", "description", "user_fields"), lambda _: None))
    assert silent.ar == plan(untaxed()).ar
    assert ruled(checks=lambda _: []).ar == silent.ar
    assert not silent.stops


def test_reference_gives_the_reference_of_the_document_and_of_the_claim() -> None:
    made = ruled(reference=lambda invoice: f"HP{invoice.number}")
    assert made.ar.batches[0].documents[0].ref_nbr == "HP4417"
    both = plan(untaxed(1), untaxed(2), rules=rules(reference=lambda _: "ONE"))
    assert "REF-TWICE" in codes(both)


def test_a_reference_that_the_rule_gives_is_looked_up_in_sl() -> None:
    given = rules(reference=lambda _: "HP-1", customer=lambda _: "FISCHE")
    asked = request(untaxed(), rules=given)
    needs = invoice_needs(asked.exported_invoices, asked.invoices, asked.masters, asked.posting, given)
    assert needs.references == {"HP-1", "4417"}
    assert needs.customers == {"ACME01", "FISCHE"}
    used = books(references={"HP-1": (ReferenceUse("HP-1", "IN", "OTHER", "HPIT", "000001"),)})
    assert "REF-USED" in codes(plan(untaxed(), books=used, rules=given))


def test_account_gives_the_account_of_a_line_though_manage_has_none() -> None:
    def by_memo(line: Any) -> str | None:
        return "4200:300OR" if line.memo == "hosting" else None

    lines = (replace(untaxed().lines[0], account_number="", memo="hosting"),)
    made = plan(untaxed(lines=lines), rules=rules(account=by_memo))
    (line,) = made.ar.batches[0].documents[0].lines
    assert (line.acct, line.sub) == ("4200", "300OR")
    assert not made.stops


def test_account_is_asked_for_receipts_and_expenses_too() -> None:
    kinds: set[str] = set()

    def note(line: Any) -> None:
        kinds.add(line.kind)
        assert line.amount > 0
        assert line.number

    bought, spent = payables.purchase(), payables.expense()
    asked = payables.request(
        procurement=(payables.receipt(bought),),
        exported_procurement=ExportedProcurement(purchases=(bought,)),
        expenses=(spent,),
        exported_expenses=ExportedExpenses(bills=(payables.bill(),)),
        rules=rules(account=note),
    )
    assert not build_plan(asked).stops
    assert kinds == {"procurement", "expense"}


def test_customer_gives_who_owes_where_the_settings_would_leave_it_open() -> None:
    row = unposted(untaxed(), bill_to=MUNOZ)
    asked = request(untaxed(), rules=rules(customer=lambda invoice: "FISCHE" if invoice.bill_to else None))
    asked = replace(asked, invoices=(replace(asked.invoices[0], unposted=row),))
    assert "CUST-WHICH" in codes(build_plan(replace(asked, rules=SiteRules())))
    made = build_plan(asked)
    assert "CUST-WHICH" not in codes(made)
    assert made.ar.batches[0].documents[0].cust_id == "FISCHE"


def test_a_customer_on_hold_stops_whoever_gave_it() -> None:
    held = books(customers={"HELD": Customer("HELD", "Held", "H", "STD", "1100", "00000", "30", "USD", "")})
    assert "CUST-STATUS" in codes(plan(untaxed(), books=held, rules=rules(customer=lambda _: "HELD")))


def test_description_and_user_fields_are_in_the_document_and_so_in_the_hash() -> None:
    made = ruled(description=lambda d: f"Work for {d.company}"[:30], user_fields=lambda _: {"User2": "P", "User1": "Q"})
    (document,) = made.ar.batches[0].documents
    assert document.descr == "Work for Acme Marine Supply"
    assert document.user_fields == (("User1", "Q"), ("User2", "P"))
    assert made.hash != plan(untaxed()).hash


def test_checks_sees_the_document_as_it_will_be_written_and_finds_under_codes_of_its_own() -> None:
    def checks(document: Any) -> list[SiteFinding]:
        assert document.description == "Ours"
        assert (document.module, document.doc_type, document.party) == ("AR", "IN", "ACME01")
        assert (document.period, document.total, document.day) == ("10-2026", D("1000.00"), DAY)
        note = SiteFinding("OWN-LARGE", "It is more than 500", stops=False)
        return [SiteFinding("OWN-NO-PO", "It has no purchase order", "Ask for it"), note]

    made = ruled(description=lambda _: "Ours", checks=checks)
    assert not made.transactions
    stop, note = told(made, "OWN-NO-PO"), told(made, "OWN-LARGE")
    assert (stop.severity, stop.what, stop.fix) == (Severity.STOP, "It has no purchase order", "Ask for it")
    assert (stop.transaction, stop.transaction_id) == ("4417", "invoice:4417")
    assert (note.severity, note.where) == (Severity.NOTE, "A rule of your own, in rules.py")


def test_any_function_may_find_something_instead_of_answering() -> None:
    finding = SiteFinding("OWN-ASK", "Nobody knows whose it is")
    for function in ("reference", "account", "customer", "description", "user_fields", "checks"):
        made = ruled(**{function: lambda _: finding})
        assert told(made, "OWN-ASK").transaction == "4417"
        assert not made.transactions


def test_the_rules_are_in_the_hash_of_the_plan_and_another_file_is_named_as_what_changed() -> None:
    made = ruled(checks=lambda _: None)
    other = replace(made, rules_sha256="another")
    assert (made.rules_file, made.rules_sha256) == ("rules.py", "5ha")
    assert made.hash != other.hash
    assert [problem.what for problem in plan_changes(made, other)] == [CHECKS["PLAN-CHANGED"].cases["rules"].what]
    assert Plan.from_json(made.to_json()) == made


def test_facts_can_not_be_changed_by_a_rule() -> None:
    def change(invoice: Any) -> None:
        with pytest.raises(FrozenInstanceError):
            invoice.number = "1"

    assert not ruled(reference=change).stops


def test_an_answer_as_wide_as_its_column_is_taken_whole() -> None:
    assert not ruled(reference=lambda _: "1234567890").stops
    assert told(ruled(reference=lambda _: "12345678901"), "RULES-WIDTH").severity is Severity.STOP


# --- every way in which they can go wrong ----------------------------------------------------------------------------

COUNTER = itertools.count()
STAMPED = PostingRules(user_columns={"ARDoc": "User1"})
STORIES: dict[str, Callable[[], Plan]] = {
    "RULES-USED": lambda: ruled(checks=lambda _: None),
    "RULES-FAILED": lambda: ruled(reference=lambda invoice: invoice.nummer),
    "RULES-ANSWER": lambda: ruled(reference=lambda _: 4417),
    "RULES-UNSTEADY": lambda: ruled(reference=lambda _: f"R{next(COUNTER)}"),
    "RULES-WIDTH": lambda: ruled(reference=lambda _: "12345678901"),
    "RULES-CHARS": lambda: ruled(description=lambda _: "日本"),
    "RULES-ACCOUNT": lambda: ruled(account=lambda _: "9999:00000"),
    "RULES-CUSTOMER": lambda: ruled(customer=lambda _: "NOBODY"),
    "RULES-COLUMN": lambda: ruled(user_fields=lambda _: {"S4Future01": "x"}),
    "RULES-CODE": lambda: ruled(checks=lambda _: SiteFinding("REF-USED", "It is ours")),
}


@pytest.mark.parametrize("code", [check.code for check in SITE_RULE_CHECKS])
def test_each_is_told_with_function_and_transaction(code: str) -> None:
    made = STORIES[code]()
    problem = told(made, code)
    assert problem.severity is CHECKS[code].severity
    assert "rules.py" in problem.what
    if problem.severity is Severity.STOP:
        assert "The rule " in problem.what
        assert problem.transaction_id == "invoice:4417"
        assert not made.ar.batches


WRONG: list[tuple[str, object, str]] = [
    ("reference", "", "RULES-ANSWER"),
    ("reference", " 4417", "RULES-ANSWER"),
    ("reference", b"4417", "RULES-ANSWER"),
    ("reference", ["4417"], "RULES-ANSWER"),
    ("reference", "44\n17", "RULES-CHARS"),
    ("account", ("4000", "100TP"), "RULES-ANSWER"),
    ("account", "4000", "RULES-ACCOUNT"),  # no subaccount, and the settings have none
    ("customer", "X" * 16, "RULES-WIDTH"),
    ("description", 1.5, "RULES-ANSWER"),
    ("description", "x" * 31, "RULES-WIDTH"),
    ("user_fields", "User1", "RULES-ANSWER"),
    ("user_fields", {"User1": 1}, "RULES-ANSWER"),
    ("user_fields", {"User5": "x" * 11}, "RULES-WIDTH"),
    ("user_fields", {"user1": "x"}, "RULES-COLUMN"),
    ("checks", True, "RULES-ANSWER"),
    ("checks", "no purchase order", "RULES-ANSWER"),
    ("checks", [SiteFinding("OWN-A", "a"), None], "RULES-ANSWER"),
    ("checks", SiteFinding("OWN-", "nothing after the hyphen"), "RULES-CODE"),
    ("checks", SiteFinding("OWN-po", "small letters"), "RULES-CODE"),
    ("checks", SiteFinding("OWN-A", " "), "RULES-ANSWER"),
]


@pytest.mark.parametrize(("function", "answer", "code"), WRONG)
def test_a_wrong_answer_stops_its_transaction(function: str, answer: object, code: str) -> None:
    made = ruled(**{function: lambda _: answer})
    assert f"The rule {function} of rules.py" in told(made, code).what
    assert not made.transactions


def test_a_column_that_is_stamped_with_the_id_in_manage_is_not_the_rules_to_fill() -> None:
    made = plan(untaxed(), posting=STAMPED, rules=rules(user_fields=lambda _: {"User1": "x"}))
    assert "has the id in Manage" in told(made, "RULES-COLUMN").what


@pytest.mark.parametrize("error", [ValueError("No\nsuch  thing"), RecursionError(), SystemExit(3), AssertionError()])
def test_whatever_a_rule_raises_is_a_stop_of_its_transaction_alone(error: BaseException) -> None:
    def only_4417(invoice: Any) -> None:
        if invoice.number == "4417":
            raise error

    made = plan(untaxed(), untaxed(4418), rules=rules(reference=only_4417))
    assert told(made, "RULES-FAILED").transaction == "4417"
    assert type(error).__name__ in told(made, "RULES-FAILED").what
    assert [t.number for t in made.transactions] == ["4418"]


def test_an_answer_that_can_not_even_be_compared_or_shown_is_a_stop() -> None:
    class Odd:
        __hash__ = None  # type: ignore[assignment]

        def __eq__(self, other: object) -> bool:
            raise ValueError("no")

        def __repr__(self) -> str:
            raise ValueError("no")

    assert ruled(checks=lambda _: Odd()).stops


def test_a_rule_is_not_asked_for_what_is_in_sl_already() -> None:
    asked: list[str] = []
    watching = rules(checks=lambda document: asked.append(document.reference))
    plan(untaxed(), books=in_ledger(posting(untaxed(), lines_hash(untaxed()))), rules=watching)
    assert asked == []
    plan(untaxed(), rules=watching)
    assert set(asked) == {"4417"}


@pytest.mark.parametrize(("lost", "asked_of"), [("document", {"AR"}), ("cost", {"GL"})])
def test_of_a_transaction_that_lost_a_part_in_sl_only_that_part_is_asked_about(lost: str, asked_of: set[str]) -> None:
    costed = untaxed(lines=(line(1, "-1000.00", item=Ref(743, "PATCH10"), **COSTED),))
    row = posting(costed, lines_hash(costed))
    parts = tuple(
        replace(row.parts[0], part=part, module=module, state=SlState.VOIDED if part == lost else SlState.UNRELEASED)
        for part, module in (("document", "AR"), ("cost", "GL"))
    )
    asked: set[str] = set()
    watching = rules(checks=lambda document: asked.add(document.module))
    again = (included(costed, again=True),)
    both = replace(ACCOUNTS, postings={row.key: replace(row, parts=parts)})
    plan(costed, invoices=again, books=both, rules=watching)
    assert asked == asked_of
    asked.clear()
    plan(costed, books=ACCOUNTS, rules=watching)
    assert asked == {"AR", "GL"}


def test_no_code_of_the_product_is_a_firms() -> None:
    assert not [code for code in CHECKS if code.startswith(CODE_PREFIX)]

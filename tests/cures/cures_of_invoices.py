"""What users do about the stops of the set-up, of invoices, of their masters and taxes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from typing import Any

import domain_story as firm
from check_stories import in_the_ledger, thirds
from cure import Cure, Story
from domain_story import (
    AR,
    BOOKS,
    GL,
    MUNOZ,
    OPTIONS,
    D,
    books,
    euro,
    included,
    invoice,
    line,
    plan,
    untaxed,
)

from xlpy.domain.facts.books import CustomerClass
from xlpy.domain.facts.manage import Ref
from xlpy.domain.values.rules import MasterRules, PostingRules
from xlpy.domain.values.transactions import PostingState, SlState

REOPENED = "open and close"


def again(**changes: Any) -> Story:
    """The same invoice after it was mended in Manage, closed and refreshed."""
    return lambda: plan(untaxed(**changes))


def left_out() -> Any:
    """Include was taken off the row; its neighbour stays."""
    return plan(untaxed(4418))


def with_books(**changes: Any) -> Story:
    return lambda: plan(untaxed(), books=books(**changes))


def with_rules(*, of: Any = None, **rules: Any) -> Story:
    return lambda: plan(of or untaxed(), posting=PostingRules(**rules))


_IN_ORDER = again()
TAXED: Story = lambda: plan(invoice())  # noqa: E731 (a story, like those around it)

SETUP: Mapping[str, tuple[Cure, ...]] = {
    "PACKAGE": (Cure("Choose the package Other", _IN_ORDER),),
    "SALES-TAX-OFF": (Cure("Switch on Include Sales Tax, then open and close the invoices", _IN_ORDER),),
    "COMPANY-INACTIVE": (Cure("Activate the company", _IN_ORDER),),
    "COMPANY-DATABASE": (Cure("Connect to the company's own database", _IN_ORDER),),
    "GL-SETUP": (Cure("Finish GL Setup", _IN_ORDER),),
    "AR-SETUP": (Cure("Finish AR Setup", _IN_ORDER),),
    "AUTO-REF": (Cure("Switch off automatic reference numbers", _IN_ORDER),),
    "CALENDAR": (Cure("Give each period its ending date", with_books(gl=replace(GL, calendar=firm.CALENDAR_YEAR))),),
    "PERIODS": (Cure("Set the current period", with_books(ar=replace(AR, curr_per_nbr="202610"))),),
    "CLOSING": (Cure("Wait until the closing is done", with_books(gl=replace(GL, last_close_per_nbr="202609"))),),
    "BASE-CURRENCY": (
        Cure(
            "Add the currency",
            lambda: plan(
                untaxed(currency="XXX"),
                books=books(
                    gl=replace(GL, base_currency="XXX"),
                    currencies={**BOOKS.currencies, "XXX": 2},
                    customers={"ACME01": replace(BOOKS.customers["ACME01"], currency="XXX")},
                ),
            ),
        ),
    ),
    "CODE-PAGE": (Cure("such as cp1252", with_books(code_page="cp1252")),),
    "DESCR-RULE": (Cure("Use {number}", with_rules(document_description="{number}")),),
    "RECORD-COLUMN": (
        Cure("Use User1", with_rules(record_id_column="User1")),
        Cure("or leave it empty", with_rules(record_id_column="")),
    ),
}

DOCUMENTS: Mapping[str, tuple[Cure, ...]] = {
    "KIND": (Cure("Take Include off", left_out),),
    "TWICE": (Cure("Refresh", _IN_ORDER), Cure("take Include off", left_out)),
    "NOT-EXPORTED": (Cure("Open it in Manage and close it again", _IN_ORDER),),
    "CHANGED": (Cure("Refresh", lambda: plan(untaxed(), invoices=(included(untaxed(), total=D("1000.00")),))),),
    "UNBALANCED": (Cure("Open it in Manage and close it again", _IN_ORDER),),
    "NO-LINES": (Cure("Add a line to it", TAXED),),
    "AVALARA": (
        Cure("post it by hand and clear it without export", left_out),
        Cure("Use a tax code of Manage", TAXED),
    ),
    "LOCATION": (
        Cure("Take Include off", left_out),
        Cure("add the location to this profile", with_rules(locations=(2, 3, 4))),
    ),
    "ENTRY-IDS": (Cure("Open it in Manage and close it again", _IN_ORDER),),
    "DATE-MISSING": (Cure("Give it a date", again(document_date=firm.DAY)),),
    "DATE-RANGE": (Cure("Correct the date", again(due_date=date(2079, 6, 6))),),
    "DUE-MISSING": (Cure("Give it billing terms", again(due_date=None, due_days=30)),),
    "OTHER-COMPANY": (Cure("Take Include off", left_out),),
    "UNDO-OPEN": (Cure("Press Recover first", lambda: in_the_ledger(state=PostingState.UNDONE)),),
    "CLEARED": (Cure("Set Include to Again", lambda: in_the_ledger(state=PostingState.CLEARED, parts=(), again=True)),),
    "CHANGED-AFTER": (
        Cure("restore it in Manage as it was", lambda: in_the_ledger(same=True)),
        Cure(
            "delete or void the document in SL, then set Include to Again",
            lambda: in_the_ledger(same=False, states=(SlState.MISSING,), again=True),
            before=lambda: in_the_ledger(same=False, states=(SlState.UNRELEASED,)),
        ),
        Cure(
            "delete or void the document in SL, then set Include to Again",
            lambda: in_the_ledger(same=False, states=(SlState.VOIDED,), again=True),
            before=lambda: in_the_ledger(same=False, states=(SlState.UNRELEASED,)),
        ),
    ),
    "GONE": (Cure("Set Include to Again", lambda: in_the_ledger(states=(SlState.MISSING,), again=True)),),
    "PARTLY-GONE": (
        Cure(
            "Set Include to Again",
            lambda: in_the_ledger(states=(SlState.MISSING, SlState.UNRELEASED), again=True),
        ),
    ),
    "PARTLY-CHANGED": (
        Cure(
            "Void or delete the other part too, then set Include to Again",
            lambda: in_the_ledger(states=(SlState.VOIDED, SlState.MISSING), again=True, same=False),
        ),
    ),
    "REF-EMPTY": (
        Cure(
            "Give the invoice a number",
            lambda: plan(
                untaxed(number="INV-17"), posting=PostingRules(reference_rule="strip", reference_prefix="INV-")
            ),
        ),
    ),
    "REF-WIDTH": (
        Cure("Shorten the number", again(number="26-000017")),
        Cure("last10", with_rules(of=untaxed(number="2026-000017"), reference_rule="last10")),
        Cure(
            "strip a prefix",
            with_rules(of=untaxed(number="2026-000017"), reference_rule="strip", reference_prefix="2026-"),
        ),
    ),
    "REF-CHARS": (Cure("Use letters, digits and hyphens", again(number="No-4417")),),
    "REF-TWICE": (
        Cure("Take Include off one of them", lambda: plan(untaxed(1, number="A17"))),
        Cure(
            "change reference_rule",
            lambda: plan(untaxed(1, number="INV-17"), untaxed(2, number="17")),
            before=lambda: plan(
                untaxed(1, number="INV-17"),
                untaxed(2, number="17"),
                posting=PostingRules(reference_rule="strip", reference_prefix="INV-"),
            ),
        ),
    ),
    "REF-USED": (
        Cure("take Include off", left_out),
        Cure("give the invoice another number", again(number="4417-B")),
    ),
    "REF-RESERVED": (
        Cure("Give the invoice another number", again(number="4417-B")),
        Cure("have the row removed from table RefNbr", with_books(references={})),
    ),
    "PERIOD-BAD": (
        Cure("Choose a rule of the list", _IN_ORDER),
        Cure("type PP-YYYY", lambda: plan(untaxed(), options=replace(OPTIONS, period="10-2026"))),
    ),
    "PERIOD-CLOSED": (
        Cure(
            "Choose 'By document date, closed → current'",
            lambda: plan(
                untaxed(document_date=date(2026, 9, 30)),
                options=replace(OPTIONS, period="By document date, closed → current"),
            ),
        ),
        Cure(
            "type an open period",
            lambda: plan(untaxed(document_date=date(2026, 9, 30)), options=replace(OPTIONS, period="10-2026")),
        ),
    ),
    "CURY-NO-CM": (
        Cure("Set up Currency Manager", lambda: plan(euro())),
        Cure("post it by hand in base currency and clear it without export", left_out),
    ),
    "CURY-UNKNOWN": (
        Cure(
            "Add it",
            lambda: plan(euro(currency="GBP"), books=books(currencies={**BOOKS.currencies, "GBP": 2})),
            next_stop="RATE-MISSING",
        ),
    ),
    "CURY-DECIMALS": (
        Cure(
            "give the currency the same decimals in both systems",
            lambda: plan(
                untaxed(lines=(line(1, "-1000.125"),), total=D("1000.125")),
                masters=firm.masters(decimals={"USD": 3}),
                books=books(currencies={**BOOKS.currencies, "USD": 3}),
            ),
        ),
    ),
    "LINES-DECIMALS": (
        Cure("Correct them in Manage", lambda: plan(untaxed(lines=(line(1, "-100.00"),), total=D("100.00")))),
        Cure("set round_lines in the settings", lambda: plan(thirds(), posting=PostingRules(round_lines=True))),
    ),
    "CUT-OFF-THROUGH": (
        Cure(
            "Set a later Through date on Home",
            lambda: plan(untaxed(document_date=date(2026, 11, 1)), options=firm.TO_NOVEMBER),
        ),
        Cure("take Include off", left_out),
    ),
    "RATE-MISSING": (
        Cure(
            "Enter the rate",
            lambda: plan(
                euro(document_date=date(2026, 9, 29)),
                books=books(rates=(*BOOKS.rates, replace(BOOKS.rates[0], effective=date(2026, 9, 1)))),
                options=replace(OPTIONS, period="10-2026"),
            ),
        ),
    ),
    "BASE-DIFF": (Cure("Post it by hand in other amounts", left_out),),
}


def customer(**changes: Any) -> Story:
    return with_books(customers={**BOOKS.customers, "ACME01": replace(BOOKS.customers["ACME01"], **changes)})


def remapped(text: str = "4000:100:TP") -> Story:
    """The mapping was corrected in Manage, and the invoice opened and closed again."""
    return lambda: plan(untaxed(lines=(line(1, "-1000.00", text),)))


def munoz(account: str = "MUNOZ1", **changes: Any) -> Any:
    return plan(untaxed(company=MUNOZ, company_account_number=account), **changes)


def billed_to_another(which: str) -> Any:
    one = untaxed()
    row = included(one, bill_to=Ref(255, "FischerKG", "Fischer & Söhne KG"))
    return plan(one, invoices=(row,), posting=PostingRules(which_customer=which))


_STANDARD = CustomerClass("STD", "1100", "00000", "4000", "100TP", "2300", "00000", "30")
MASTER_RECORDS: Mapping[str, tuple[Cure, ...]] = {
    "CUST-EMPTY": (Cure("Type the SL customer id as Account of the company, then refresh", _IN_ORDER),),
    "CUST-WHICH": (
        Cure("Set which_customer to bill-to or company", lambda: billed_to_another("bill-to")),
        Cure("Set which_customer to bill-to or company", lambda: billed_to_another("company")),
    ),
    "CUST-STATUS": (Cure("Make the customer active", customer(status="A")),),
    "CUST-MISSING": (
        Cure(
            "Add the customer",
            lambda: munoz(
                master_rules=MasterRules(customers=False),
                books=books(
                    customers={
                        **BOOKS.customers,
                        "MUNOZ1": replace(BOOKS.customers["ACME01"], cust_id="MUNOZ1"),
                    }
                ),
            ),
        ),
        Cure("correct the Account of the company", lambda: munoz("ACME01", master_rules=MasterRules(customers=False))),
    ),
    "CUST-WIDTH": (Cure("Correct the Account of the company", munoz),),
    "CUST-CLASS": (
        Cure("Add the class", lambda: munoz(books=books(customer_classes={"STD": _STANDARD}))),
        Cure(
            "choose another default class",
            lambda: munoz(
                books=books(
                    ar=replace(AR, default_class="NEW"),
                    customer_classes={"NEW": replace(_STANDARD, class_id="NEW")},
                )
            ),
        ),
    ),
    "ACCT-EMPTY": (Cure("Give it a GL account", remapped()),),
    "ACCT-MISSING": (Cure("Correct the mapping in Manage, then open and close the invoice again", remapped()),),
    "ACCT-INACTIVE": (
        Cure("Activate it", _IN_ORDER),
        Cure("correct the mapping in Manage, then open and close the invoice again", remapped("4100:200:TP")),
    ),
    "ACCT-COMPANY": (Cure("Activate it for the company", _IN_ORDER),),
    "ACCT-CURRENCY": (Cure("Use another account", remapped("4100:200:TP")),),
    "SUB-EMPTY": (
        Cure(
            "Set default_sub in the settings",
            with_rules(of=untaxed(lines=(line(1, "-1000.00", "4000:"),)), default_sub="100TP"),
        ),
        Cure("add the segment", remapped()),
    ),
    "SUB-CONTROL": (
        Cure(
            "Give the customer a receivable subaccount",
            with_books(ar=replace(AR, ar_sub=""), customer_classes={}, customers=BOOKS.customers),
        ),
    ),
    "SUB-LENGTH": (Cure("Correct the segments", remapped()),),
    "SUB-MISSING": (Cure("Correct the mapping in Manage, then open and close the invoice again", remapped()),),
    "SUB-INACTIVE": (Cure("Activate it", _IN_ORDER),),
    "SUB-COMPANY": (Cure("Allow it for the company", _IN_ORDER),),
    "COMBINATION": (
        Cure(
            "Add the combination",
            with_books(
                gl=replace(GL, validate_acct_sub=True),
                combinations=frozenset({("1100", "00000"), ("4000", "100TP")}),
            ),
        ),
    ),
    "TERMS-EMPTY": (
        Cure(
            "Type SL's terms id (at most 2 characters) as Xref",
            again(terms=Ref(5, name="Due on receipt"), terms_xref="30"),
        ),
    ),
    "TERMS-WIDTH": (Cure("Correct the Xref of the billing terms", _IN_ORDER),),
    "TERMS-MISSING": (
        Cure("Add them", lambda: plan(untaxed(terms_xref="45"), books=books(terms={**BOOKS.terms, "45": _TERMS_45}))),
        Cure("correct the Xref", _IN_ORDER),
    ),
    "TERMS-MULTIPLE": (Cure("Use single-payment terms", _IN_ORDER),),
    "TERMS-VENDOR": (
        Cure(
            "Let them apply to customers (or both)",
            with_books(terms={**BOOKS.terms, "30": replace(BOOKS.terms["30"], apply_to="C")}),
        ),
    ),
}
_TERMS_45 = replace(BOOKS.terms["30"], terms_id="45")


INVOICE_CURES: Mapping[str, tuple[Cure, ...]] = {**SETUP, **DOCUMENTS, **MASTER_RECORDS}

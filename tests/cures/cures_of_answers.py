"""What users do in Manage about answers that can't be believed: a currency, a sign, an id, a record that is missing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal
from typing import Any

import domain_story as story
from cure import Cure, Story

from xlpy.domain.facts.manage_expenses import ExportedExpenses
from xlpy.domain.facts.manage_procurement import ExportedProcurement
from xlpy.domain.mapping.currency_known import RowsOf, with_currencies
from xlpy.domain.mapping.signs_confirmed import credit_signs, invoice_sign
from xlpy.domain.planning.masters_not_given import masters_not_given
from xlpy.domain.values.problems import Problem

_SITE = {"EUR": 2, "USD": 2}


def currencies(exported: str, listed: str, **masters: Any) -> Story:
    """An invoice with these currencies in the export and in the unposted list, on a site that has two."""
    one = replace(story.euro(), currency=exported)
    rows = RowsOf([story.unposted(one, currency=listed)])
    given = story.masters(decimals=_SITE, **masters)
    return lambda: with_currencies([one], ExportedExpenses(), ExportedProcurement(), rows, given).problems


def credit_memo(lines: str) -> Story:
    """A credit memo whose header and row say a credit of 70.00, with its line as given."""
    one = story.untaxed(4417, lines, document_type="CREDIT MEMO", total=Decimal("-70.00"))
    row = story.unposted(one, total=Decimal("-70.00"), invoice_type="CreditMemo")

    def told() -> tuple[Problem, ...]:
        problem = invoice_sign(one, row, credit_signs([one], [row]))
        return () if problem is None else (problem,)

    return told


def company(account: str) -> Story:
    return lambda: story.plan(story.untaxed(4417, "-70.00", company_account_number=account))


def given_companies(**masters: Any) -> Story:
    return lambda: tuple(
        masters_not_given(story.masters(**masters), [story.untaxed()], ExportedExpenses(), ExportedProcurement())
    )


ANSWER_STORIES: Mapping[str, Story] = {
    "CURY-DIFFERS": currencies("EUR", "USD"),
    "CURY-NOT-KNOWN": currencies("", "", companies={}),
    "SIGN-DISAGREES": credit_memo("-70.00"),
    "ID-CHARS": company("ACME01\u200b"),
    "NOT-GIVEN": given_companies(companies={}),
}
ANSWER_CURES: Mapping[str, tuple[Cure, ...]] = {
    "CURY-DIFFERS": (Cure("give both the same currency, then refresh", currencies("EUR", "EUR")),),
    "CURY-NOT-KNOWN": (Cure("Give the company a currency in Manage, then refresh", currencies("", "EUR")),),
    "SIGN-DISAGREES": (Cure("Refresh and try again", credit_memo("70.00")),),
    "ID-CHARS": (Cure("Type the id of SL in Manage, without that character", company("ACME01")),),
    "NOT-GIVEN": (Cure("Then try again", given_companies()),),
}

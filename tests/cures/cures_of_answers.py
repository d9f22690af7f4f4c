"""What users do about answers of Manage that can't be used as they are: odd characters in ids, currencies in doubt."""

from __future__ import annotations

from collections.abc import Mapping

import domain_story as firm
from cure import Cure, Story

from xlpy.domain.mapping.currency_known import known_currency

_TWO = ("EUR", "USD")


def currency(exported: str, row: str, company: str) -> Story:
    """The currency of the export, of the unposted row and of the company."""
    return lambda: tuple(known_currency(exported, {row}, company, _TWO).problems)


def account(typed: str) -> Story:
    return lambda: firm.plan(firm.untaxed(company_account_number=typed))


ANSWER_STORIES: Mapping[str, Story] = {
    "CURY-DIFFERS": currency("EUR", "USD", "EUR"),
    "CURY-NOT-KNOWN": currency("", "", ""),
    "ID-CHARS": account("ACME01\u200b"),
}
ANSWER_CURES: Mapping[str, tuple[Cure, ...]] = {
    "CURY-DIFFERS": (Cure("give both the same currency, then refresh", currency("EUR", "EUR", "EUR")),),
    "CURY-NOT-KNOWN": (Cure("Give the company a currency in Manage, then refresh", currency("", "", "EUR")),),
    "ID-CHARS": (Cure("Type the id of SL in Manage, without that character", account("ACME01")),),
}

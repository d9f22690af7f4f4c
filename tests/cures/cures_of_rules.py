"""What a firm does about its own rules: it corrects the function that was named."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Mapping
from typing import Any

from cure import Cure, Story
from domain_story import plan, untaxed

from xlpy.domain.values.site_rules import SiteFinding, SiteRules


def ruled(**functions: Callable[[Any], object]) -> Story:
    """An invoice that is posted by these functions of a firm."""
    return lambda: plan(untaxed(), rules=SiteRules("rules.py", "5ha", functions))


def _fails(_: Any) -> object:
    raise ValueError("no such branch")


def _counting() -> Story:
    """A rule that answers otherwise each time it is asked."""
    counted = itertools.count()
    return ruled(description=lambda _: f"number {next(counted)}")


def found(code: str) -> Callable[[Any], object]:
    return lambda _: [SiteFinding(code, "It is nobody's", stops=False)]


RULE_STORIES: Mapping[str, Story] = {
    "RULES-FAILED": ruled(reference=_fails),
    "RULES-ANSWER": ruled(reference=lambda _: 7),
    "RULES-UNSTEADY": _counting(),
    "RULES-WIDTH": ruled(reference=lambda _: "R" * 20),
    "RULES-CHARS": ruled(reference=lambda _: "R\u4e2d1"),
    "RULES-ACCOUNT": ruled(account=lambda _: "9999:99999"),
    "RULES-CUSTOMER": ruled(customer=lambda _: "NOBODY"),
    "RULES-COLUMN": ruled(user_fields=lambda _: {"User99": "x"}),
    "RULES-CODE": ruled(checks=found("nobody")),
}
RULE_CURES: Mapping[str, tuple[Cure, ...]] = {
    "RULES-FAILED": (Cure("Correct the function", ruled(reference=lambda _: "R4417")),),
    "RULES-ANSWER": (
        Cure("Correct the function", ruled(reference=lambda _: "R4417")),
        Cure("where it gives nothing back, all stays as it is", ruled(reference=lambda _: None)),
    ),
    "RULES-UNSTEADY": (
        Cure("Let it answer by what it is given alone", ruled(description=lambda document: document.module)),
    ),
    "RULES-WIDTH": (Cure("Let the function give a shorter text", ruled(reference=lambda _: "R4417")),),
    "RULES-CHARS": (Cure("a text in the characters of the SL database", ruled(reference=lambda _: "R4417")),),
    "RULES-ACCOUNT": (
        Cure("Let the function give an account of SL with its subaccount", ruled(account=lambda _: "4200:300OR")),
    ),
    "RULES-CUSTOMER": (Cure("let the function give the id of one", ruled(customer=lambda _: "ACME01")),),
    "RULES-COLUMN": (
        Cure("Let the function fill free User columns only", ruled(user_fields=lambda _: {"User2": "x"})),
    ),
    "RULES-CODE": (Cure("Give it a code that begins with OWN-", ruled(checks=found("OWN-NOBODY"))),),
}

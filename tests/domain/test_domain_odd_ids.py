"""Ids of Manage with characters that no id of SL should have: which one it is, and what SL has instead.

Source: SL's screens search ids with wildcards, split names at ``~``; nobody types an invisible mark twice alike.
"""

from __future__ import annotations

import domain_story as story
import payables_story as payables
import pytest

from xlpy.domain.values.odd_characters import looks_like, odd_in


@pytest.mark.parametrize(
    ("text", "which"),
    [
        ("DELTA1", ""),
        ("A-100_b.2 #7/8&9", ""),
        ("DEL%", "a percent sign (%)"),
        ("DEL~TA", "a tilde (~)"),
        ("DÉLTA1", "É (latin capital letter e with acute)"),
        ("DEL\u00adTA1", "an invisible soft hyphen after 'DEL'"),
        ("DELTA1\u200b", "an invisible zero width space after 'DELTA1'"),
        ("DELTA\u00a01", "an invisible no-break space after 'DELTA'"),
        ("DEL\x00TA1", "an invisible character 0000 after 'DEL'"),
        ("ＤELTA1", "Ｄ (fullwidth latin capital letter d)"),
        ("DЕLTA1", "Е (cyrillic capital letter ie)"),
    ],
)
def test_the_character_is_named(text: str, which: str) -> None:
    assert odd_in(text) == which


@pytest.mark.parametrize("text", ["delta1\u200b", "DÉLTA1", "DEL\u00adTA1", "ＤELTA1", "DELTA1%"])
def test_what_it_looks_like_is_said(text: str) -> None:
    assert looks_like(text, ["ACME01", "DELTA1"]) == "DELTA1"
    assert looks_like("\u200b", ["ACME01", ""]) == ""


def test_a_customer_with_an_invisible_mark_stops_and_is_not_created() -> None:
    one = story.untaxed(4417, "-70.00", company_account_number="ACME01\u200b")
    made = story.plan(one)
    (problem,) = [p for p in made.problems if p.code == "ID-CHARS"]
    assert "zero width space after 'ACME01' in it; it looks like ACME01" in problem.what
    assert made.ar.customers == ()


def test_a_vendor_with_a_wildcard_stops_and_is_not_created() -> None:
    made = payables.received(payables.purchase(vendor_number="BLUE%"))
    assert "ID-CHARS" in payables.codes(made)

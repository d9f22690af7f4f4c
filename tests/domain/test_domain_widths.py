"""Texts in SL's char columns: nothing is cut or replaced without a word."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from xlpy.domain.mapping.references import expected_reference, reference_of
from xlpy.domain.values.rules import PostingRules
from xlpy.domain.values.widths import Widths, encoded_size, fit_text

CODE_PAGES = ("cp1252", "cp1250", "cp1251", "cp932", "ascii")


@given(st.text(max_size=60), st.integers(2, 60), st.sampled_from(CODE_PAGES))
def test_a_fitted_text_can_be_stored_and_says_whether_it_was_changed(text: str, width: int, code_page: str) -> None:
    fitted = fit_text(text, width, code_page)
    assert len(fitted.text.encode(code_page)) <= width
    assert "~" not in fitted.text
    assert fitted.text.isprintable()
    assert fitted.text == fitted.text.strip()
    if not fitted.changed:
        squeezed = "".join(unicodedata.normalize("NFC", text).split())
        kept = "".join(fitted.text.split())
        assert [c for c in squeezed if c.isprintable()] == [c for c in kept if c.isprintable()]


@given(st.text(max_size=40), st.integers(2, 40), st.sampled_from(CODE_PAGES))
def test_fitting_twice_changes_nothing_more(text: str, width: int, code_page: str) -> None:
    once = fit_text(text, width, code_page)
    assert fit_text(once.text, width, code_page).text == once.text


@given(st.text(alphabet=st.characters(min_codepoint=33, max_codepoint=125), min_size=1, max_size=30))
def test_plain_text_within_the_width_stays_as_it_is(text: str) -> None:
    fitted = fit_text(text, 30, "cp1252")
    assert (fitted.text, fitted.changed) == (text, False)


@pytest.mark.parametrize(
    ("given_text", "stored", "replaced"),
    [
        ("Fischer & Söhne KG", "Fischer & Söhne KG", False),
        ("Straße „Ost“ – 5 €", "Straße „Ost“ – 5 €", False),
        ("Łódź", "Lódz", True),
        ("Doe~Jane", "Doe-Jane", True),
        ("two\r\nlines\tand   blanks", "two lines and blanks", False),
        ("日本", "??", True),
        ("Mun\u0303oz", "Muñoz", False),
        ("\x07bell\x00", "bell", False),
    ],
)
def test_the_rule_for_names_and_descriptions(given_text: str, stored: str, replaced: bool) -> None:
    fitted = fit_text(given_text, 30, "cp1252")
    assert (fitted.text, fitted.replaced, fitted.shortened) == (stored, replaced, False)


def test_what_is_too_long_ends_with_two_dots() -> None:
    fitted = fit_text("Monthly managed services for Tampa", 30, "cp1252")
    assert (fitted.text, fitted.shortened) == ("Monthly managed services for..", True)
    assert fit_text("ABCDEF", 3, "cp1252").text == "ABC"


def test_bytes_are_counted_not_characters() -> None:
    assert encoded_size("日本", "cp932") == 4
    assert fit_text("日本日本日本", 8, "cp932").text == "日本日.."
    widths = Widths({("ARDoc", "RefNbr"): 10}, "cp932")
    assert widths.fits("日本日本日", "ARDoc", "refnbr")
    assert not widths.fits("日本日本日本", "ARDoc", "RefNbr")
    assert not widths.fits("12\t34", "ARDoc", "RefNbr")


def test_the_database_s_own_width_wins_over_the_declared_one() -> None:
    assert Widths({}, "cp1252").of("ARTran", "TranDesc") == 30
    assert Widths({("artran", "TRANDESC"): 60}, "cp1252").of("ARTran", "TranDesc") == 60


@pytest.mark.parametrize(
    ("number", "rules", "reference"),
    [
        ("10452", PostingRules(), "10452"),
        ("1234567890", PostingRules(), "1234567890"),
        ("12345678901", PostingRules(), ""),
        ("TPA-10452", PostingRules(reference_rule="strip", reference_prefix="TPA-"), "10452"),
        ("10452", PostingRules(reference_rule="strip", reference_prefix="TPA-"), "10452"),
        ("2026-0000017", PostingRules(reference_rule="last10"), "26-0000017"),
        ("", PostingRules(), ""),
    ],
)
def test_the_reference_follows_the_profile_s_rule(number: str, rules: PostingRules, reference: str) -> None:
    assert expected_reference(number, rules) == reference


def test_a_reference_is_never_cut_without_a_rule() -> None:
    assert reference_of("12345678901", PostingRules()) == "12345678901"

"""The address that opens a record in Manage: built in one place, and another pattern when a site needs one."""

from __future__ import annotations

from dataclasses import replace

import pytest

from xlpy.profile.record_address import EXPENSE, INVOICE, LONGEST, record_address, wrong_pattern
from xlpy.profile.values import ManageSettings

CLOUD = ManageSettings(url="na.myconnectwise.net", company="harbor&pine")


def test_it_is_the_sites_router_at_the_host_of_the_browser() -> None:
    assert record_address(CLOUD, INVOICE, 4417) == (
        "https://na.myconnectwise.net/v4_6_release/services/system_io/router/openrecord.rails"
        "?locale=en_US&companyName=harbor%26pine&recordType=InvoiceFV&recid=4417"
    )
    api = replace(CLOUD, url="https://api-na.myconnectwise.net/v2025_1/apis/3.0")
    assert record_address(api, INVOICE, 4417) == record_address(CLOUD, INVOICE, 4417)


def test_an_own_server_keeps_its_host_and_port() -> None:
    own = replace(CLOUD, url="https://api-manage.example.com:8443")
    assert record_address(own, EXPENSE, "12").startswith("https://api-manage.example.com:8443/v4_6_release/")


def test_the_settings_have_the_last_word() -> None:
    own = replace(CLOUD, record_url="{site}/open/{type}/{id}?c={company}")
    assert record_address(own, EXPENSE, 12) == "https://na.myconnectwise.net/open/ExpenseFV/12?c=harbor%26pine"


@pytest.mark.parametrize("nothing", [0, None, ""])
def test_what_has_no_record_has_no_address(nothing: int | str | None) -> None:
    assert record_address(CLOUD, INVOICE, nothing) == ""


def test_without_a_usable_site_or_within_excels_length_there_is_none() -> None:
    assert record_address(ManageSettings(), INVOICE, 1) == ""
    assert record_address(replace(CLOUD, record_url="https://x/{id}" + "y" * LONGEST), INVOICE, 1) == ""


def test_what_comes_from_manage_is_only_data_in_it() -> None:
    assert record_address(CLOUD, INVOICE, '1"&x=2#').endswith("recid=1%22%26x%3D2%23")


@pytest.mark.parametrize(
    ("pattern", "why"),
    [
        ("", ""),
        ("{site}/r?i={id}", ""),
        ("https://x/{type}/{id}", ""),
        ("{site}/r", "needs {id}"),
        ("{site}/{id}/{member}", "no other placeholders"),
        ("{site}/{id!r}", "no other placeholders"),
        ("{site}/{id", "brace"),
        ("javascript:{id}", "must begin"),
        ("http://x/{id}", "must begin"),
    ],
)
def test_a_pattern_that_can_not_be_used_is_told(pattern: str, why: str) -> None:
    found = wrong_pattern(pattern)
    assert (why in found) if why else not found

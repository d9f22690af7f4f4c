"""What a user types as the address of the site, and where the calls then go."""

from __future__ import annotations

import pytest

from xlpy.errors import SettingsError
from xlpy.profile.manage_address import site_address


@pytest.mark.parametrize(
    ("typed", "root", "host"),
    [
        ("na.myconnectwise.net", "https://api-na.myconnectwise.net", "api-na.myconnectwise.net"),
        ("api-eu.myconnectwise.net", "https://api-eu.myconnectwise.net", "api-eu.myconnectwise.net"),
        (" https://AU.myconnectwise.net/v4_6_release/ConnectWise.aspx?locale=en_US ",
         "https://api-au.myconnectwise.net", "api-au.myconnectwise.net"),
        ("http://na.myconnectwise.net/", "https://api-na.myconnectwise.net", "api-na.myconnectwise.net"),
        ("na.myconnectwise.net:443/", "https://api-na.myconnectwise.net", "api-na.myconnectwise.net"),
        ("na.myconnectwise.net.", "https://api-na.myconnectwise.net", "api-na.myconnectwise.net"),
        ("staging.connectwisedev.com", "https://api-staging.connectwisedev.com", "api-staging.connectwisedev.com"),
        ("psa.example.com", "https://psa.example.com", "psa.example.com"),
        ("https://psa.example.com:8443/some/path", "https://psa.example.com:8443", "psa.example.com:8443"),
        ("https://psa.example.com:443", "https://psa.example.com", "psa.example.com"),
        ("//psa.example.com/", "https://psa.example.com", "psa.example.com"),
        ("http://127.0.0.1:5001", "http://127.0.0.1:5001", "127.0.0.1:5001"),
        ("http://localhost:5001/", "http://localhost:5001", "localhost:5001"),
        ("http://[::1]:5001/", "http://[::1]:5001", "[::1]:5001"),
        ("evilmyconnectwise.net", "https://evilmyconnectwise.net", "evilmyconnectwise.net"),
    ],
)  # fmt: skip
def test_an_address_from_a_browser_or_an_own_server_works(typed: str, root: str, host: str) -> None:
    found = site_address(typed)
    assert (found.root, found.host) == (root, host)


@pytest.mark.parametrize(
    "typed",
    [
        "", "   ", "ftp://na.myconnectwise.net", "myconnectwise.net", "https://", "two words.example.com",
        "https://psa.example.com:port", "https://[::1", "psa..example.com", "http://127.0.0.1.example.com",
    ],
)  # fmt: skip
def test_anything_else_is_refused(typed: str) -> None:
    with pytest.raises(SettingsError):
        site_address(typed)


@pytest.mark.parametrize("typed", ["http://psa.example.com", "http://10.0.0.5:8080"])
def test_plain_http_is_for_this_pc_only(typed: str) -> None:
    with pytest.raises(SettingsError, match="plain http"):
        site_address(typed)


def test_a_password_in_the_address_is_refused_and_not_repeated() -> None:
    with pytest.raises(SettingsError) as refused:
        site_address("https://jane:hunter2@psa.example.com")
    assert "hunter2" not in str(refused.value)
    assert "jane" not in str(refused.value)

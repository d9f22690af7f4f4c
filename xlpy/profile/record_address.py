"""The address that opens a record in Manage's own pages."""

from __future__ import annotations

from functools import lru_cache
from string import Formatter
from urllib.parse import quote

from xlpy.errors import SettingsError
from xlpy.profile.manage_address import CLOUD_DOMAINS, site_address
from xlpy.profile.values import ManageSettings

PATTERN = (
    "{site}/v4_6_release/services/system_io/router/openrecord.rails"
    "?locale=en_US&companyName={company}&recordType={type}&recid={id}"
)
PLACEHOLDERS = frozenset({"site", "company", "type", "id"})
LONGEST = 255  # characters that Excel's HYPERLINK opens
INVOICE, EXPENSE, PURCHASE_ORDER = "InvoiceFV", "ExpenseFV", "PurchaseOrderFV"


def record_address(manage: ManageSettings, record_type: str, record_id: int | str | None) -> str:
    """Return the address that opens a record in a browser; empty for a record without an id.

    Unverified, all of it: users' own guides have the router's path and its parameters for companies, tickets and
    expenses (``CompanyFV``, ``ServiceFV``, ``ExpenseFV``); that invoices and purchase orders have the types named
    here, that Manage takes the ids of the accounting lists for them, and that ``v4_6_release`` stands on every site,
    is assumed. Where it is otherwise, ``[manage] record_url`` has the site's own pattern; nothing else depends on it.

    The browser's host is the one without ``api-``. Never raises: without a usable site there is no address.
    """
    if not record_id:
        return ""
    site = _site_of_the_browser(manage.url)
    if not site:
        return ""
    values = {
        "site": site,
        "company": quote(manage.company.strip(), safe=""),
        "type": quote(record_type, safe=""),
        "id": quote(str(record_id), safe=""),
    }
    address = (manage.record_url.strip() or PATTERN).format(**values)
    return address if len(address) <= LONGEST else ""


@lru_cache(20)
def _site_of_the_browser(url: str) -> str:
    """Return scheme and host that a person opens; empty for an address that is none. Once, not for each record."""
    try:
        site = site_address(url)
    except SettingsError:
        return ""
    host = site.host.removeprefix("api-") if site.host.endswith(CLOUD_DOMAINS) else site.host
    return f"{site.scheme}://{host}"


def wrong_pattern(text: str) -> str:
    """Say what is wrong with a pattern of the user's own, or nothing."""
    pattern = text.strip()
    if not pattern:
        return ""
    try:
        parts = list(Formatter().parse(pattern))
    except ValueError:
        return "has a brace without its partner; the placeholders are {site}, {company}, {type} and {id}"
    names = [name for _, name, _, _ in parts if name is not None]
    plain = all(not spec and not conversion for _, _, spec, conversion in parts)
    if not plain or not set(names) <= PLACEHOLDERS or "id" not in names:
        return "needs {id}, and knows no other placeholders than {site}, {company} and {type}"
    if not pattern.startswith(("https://", "{site}")):
        return "must begin with {site} or https://"
    return ""

"""The set-up of a Manage site: version, accounting package, GL segments and accounts, currencies, locations."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from xlpy.domain.facts.manage import GlSegments, PackageSetup
from xlpy.errors import ManageError, ManageSpokeNonsense
from xlpy.manage import records
from xlpy.manage.http.answers import shape
from xlpy.manage.http.transport import Transport
from xlpy.manage.paging import read_list
from xlpy.manage.row import Row

SEGMENTS = range(1, 11)
_ACCOUNT_FIELDS = ",".join(["id", *(f"{part}{n}" for part in ("segment", "cogs") for n in SEGMENTS), "inventory"])


@dataclass(frozen=True, slots=True)
class SystemInfo:
    """What the site says of itself. ``api_version``: what it answers with, empty when it does not tell."""

    version: str
    cloud: bool
    region: str = ""
    time_zone: str = ""
    api_version: str = ""


def system_info(transport: Transport) -> SystemInfo:
    """Return the site's version: the cheapest call with credentials, so the test of the connection."""
    path = "/system/info"
    data = transport.get(path).data
    if not isinstance(data, dict):
        raise ManageSpokeNonsense(f"not the site's version: {shape(data)}", method="GET", path=path)
    row = Row(data, "the site's version")
    return SystemInfo(
        version=row.text("version"),
        cloud=row.flag("isCloud"),
        region=row.text("cloudRegion"),
        time_zone=row.text("serverTimeZone"),
        api_version=transport.api_version,
    )


def package_setup(transport: Transport) -> PackageSetup:
    """Return the accounting package options. Raises ``ManageError`` when none are set up."""
    return records.package_setup(_only_row(transport, "/finance/accountingPackageSetup", "Accounting Package"))


def gl_segments(transport: Transport) -> GlSegments:
    """Return which segments of an account text are Account-type. Raises ``ManageError`` when none are set up."""
    row = Row(_only_row(transport, "/finance/glCaptions", "GL Accounts, segment captions"), "the GL captions")
    used = _used_segments(row)
    return GlSegments(_account_positions(row, used), tuple(row.text(f"segment{n}") for n in used))


def gl_account_texts(transport: Transport) -> frozenset[str]:
    """Return every account text that the GL set-up can give: revenue, cost of goods and inventory accounts.

    Segments are joined with a colon. An empty last segment shows as a trailing colon or not at all, so both forms
    are in it; and, as Class-type segments may go elsewhere in the export (unverified), the text without them.
    Source: Manage API: GL accounts.
    """
    captions = Row(_only_row(transport, "/finance/glCaptions", "GL Accounts, segment captions"), "the GL captions")
    used = _used_segments(captions)
    accounts_only = [used[position] for position in _account_positions(captions, used)]
    texts: set[str] = set()
    for data in read_list(transport, "/finance/glAccounts", params={"fields": _ACCOUNT_FIELDS}):
        row = Row(data, f"GL account {data.get('id')}")
        for numbers in (used, accounts_only):
            for part in ("segment", "cogs"):
                text = ":".join(row.text(f"{part}{n}") for n in numbers)
                texts |= {text, text.rstrip(":")}
        inventory = row.text("inventory")
        texts |= {inventory, inventory.rstrip(":")}
    return frozenset(text for text in texts if text.strip(":"))


def currency_decimals(transport: Transport) -> dict[str, int]:
    """Return the decimals of each currency by its code."""
    found: dict[str, int] = {}
    for data in read_list(transport, "/finance/currencies"):
        codes, decimals = records.currency_codes(data)
        for code in codes:
            found.setdefault(code, decimals)
    return found


def locations(transport: Transport) -> dict[int, str]:
    """Return the names of the locations by id."""
    rows = (Row(d, "a location") for d in read_list(transport, "/system/locations", params={"fields": "id,name"}))
    return {row.id(): row.text("name") for row in rows}


def _used_segments(captions: Row) -> list[int]:
    """Return the numbers of the segments in use: those with a caption; the first when none has."""
    return [n for n in SEGMENTS if captions.text(f"segment{n}")] or [1]


def _account_positions(captions: Row, used: list[int]) -> tuple[int, ...]:
    """Return where the Account-type segments are in a joined text, zero based.

    Unverified: that Class-type segments keep their place in the text when they are between Account-type ones.
    """
    kinds = [captions.text(f"segment{n}type", f"segment{n}Type") or "Account" for n in used]
    return tuple(position for position, kind in enumerate(kinds) if kind.lower() == "account")


def _only_row(transport: Transport, path: str, screen: str) -> Mapping[str, Any]:
    data = transport.get(path).data
    if isinstance(data, dict):
        return data
    if isinstance(data, list) and data and isinstance(data[0], dict):
        return data[0]
    if data == [] or data is None:
        raise ManageError(
            f"Manage has nothing set up for {path.rpartition('/')[2]}.",
            fix=f"Fill it in Manage: System > Setup Tables > {screen}.",
        )
    raise ManageSpokeNonsense(f"not a list: {shape(data)}", method="GET", path=path)

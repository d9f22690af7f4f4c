"""The address of a Manage site: from what a user types to where the API answers."""

from __future__ import annotations

import ipaddress
import re
from dataclasses import dataclass
from urllib.parse import urlsplit

from xlpy.errors import SettingsError

CLOUD_DOMAINS = ("myconnectwise.net", "connectwisedev.com")
_HOST_NAME = re.compile(r"[a-z0-9_](?:[a-z0-9_.-]*[a-z0-9_])?")
_FIX = "Type the address of your Manage site as [manage] url, such as na.myconnectwise.net."
_LONGEST_NAME, _LONGEST_LABEL = 253, 63  # RFC 1035 2.3.4
_DEFAULT_PORTS = {"https": 443, "http": 80}


@dataclass(frozen=True, slots=True)
class SiteAddress:
    """Where the API answers. ``host``: with the port when it is not the usual one; the posting ledger keeps it."""

    scheme: str
    host: str
    loopback: bool = False

    @property
    def root(self) -> str:
        """Scheme and host, without a trailing slash."""
        return f"{self.scheme}://{self.host}"


def site_address(typed: str) -> SiteAddress:
    """Return the address behind what a user typed: a host, or an address copied from a browser.

    Cloud sites answer at ``api-`` in front of the host of the browser. Plain http would show the keys to the whole
    network, so it is only for this PC itself. Source: Manage API: base URL.

    Raises ``SettingsError`` for anything that is not such an address; it never repeats a password typed into it.
    """
    text = typed.strip()
    if not text:
        raise SettingsError("The address of the Manage site is missing.", fix=_FIX)
    try:
        parts = urlsplit(text if "://" in text else f"https://{text.lstrip('/')}")
        name, port = (parts.hostname or "").rstrip("."), parts.port
    except ValueError as error:
        raise SettingsError("The address of the Manage site can't be read.", fix=_FIX) from error
    if parts.username is not None or parts.password is not None:
        raise SettingsError("The address of the Manage site has a name or password in it.", fix=_FIX)
    if parts.scheme not in _DEFAULT_PORTS or not _is_host(name):
        raise SettingsError(f"{_shortened(text)!r} is not the address of a Manage site.", fix=_FIX)
    for domain in CLOUD_DOMAINS:
        if name == domain:
            raise SettingsError(f"{name!r} names no region of Manage's cloud.", fix=_FIX)
        if name.endswith(f".{domain}"):
            return SiteAddress("https", name if name.startswith("api-") else f"api-{name}")
    loopback = _is_loopback(name)
    if parts.scheme == "http" and not loopback:
        raise SettingsError(
            f"The Manage site {name} is set with plain http: the keys would be readable on the network.",
            fix="Use https:// in [manage] url; http is accepted for this PC itself (127.0.0.1) only.",
        )
    host = f"[{name}]" if ":" in name else name
    if port is not None and port != _DEFAULT_PORTS[parts.scheme]:
        host = f"{host}:{port}"
    return SiteAddress(parts.scheme, host, loopback)


def _shortened(text: str) -> str:
    return text if len(text) <= _LONGEST_NAME else f"{text[:_LONGEST_NAME]} …"


def _is_host(name: str) -> bool:
    if ":" in name:
        return _ip(name) is not None
    if len(name) > _LONGEST_NAME or any(not part or len(part) > _LONGEST_LABEL for part in name.split(".")):
        return False
    return _HOST_NAME.fullmatch(name) is not None


def _is_loopback(name: str) -> bool:
    address = _ip(name)
    return name == "localhost" or (address is not None and address.is_loopback)


def _ip(name: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    try:
        return ipaddress.ip_address(name)
    except ValueError:
        return None

"""The two ways to log in to Manage's API, as headers of a call. Nothing here prints what it holds."""

from __future__ import annotations

import base64
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, Protocol
from urllib.parse import quote

from requests import PreparedRequest
from requests.auth import AuthBase

from xlpy.errors import ManageSpokeNonsense, SettingsError
from xlpy.profile.credentials import ManageSecrets
from xlpy.profile.settings import ManageSettings

RENEW_BEFORE = timedelta(minutes=2)  # a call that starts now must not outlive its token
FetchToken = Callable[[str, Mapping[str, str], Mapping[str, str]], Any]
"""Called with the path, the headers and the body of the token call; returns its JSON."""


class Access(Protocol):
    """A way to log in."""

    def headers(self) -> dict[str, str]:
        """Return the headers that log a call in."""
        ...

    def renew(self) -> bool:
        """After a 401: get fresh keys if there is a way to. Returns whether trying again makes sense."""
        ...

    def secrets(self) -> tuple[str, ...]:
        """Return what must never be shown."""
        ...


class OnlyOurHeaders(AuthBase):
    """Leaves a call as it is: without it ``requests`` would add the password of a ``.netrc`` file on its own."""

    def __call__(self, request: PreparedRequest) -> PreparedRequest:
        """Return the call unchanged."""
        return request


class ApiKey:
    """API key of an API member: public and private key. Source: Manage API: headers on every call."""

    def __init__(self, company: str, public_key: str, private_key: str) -> None:
        self._header = basic(company, public_key, private_key)
        self._secrets = (private_key, public_key, self._header.removeprefix("Basic "))

    def headers(self) -> dict[str, str]:
        """Return the Basic header."""
        return {"Authorization": self._header}

    def renew(self) -> bool:
        """Keys do not change by themselves."""
        return False

    def secrets(self) -> tuple[str, ...]:
        """Return both keys and the header made of them."""
        return self._secrets


class MemberToken:
    """Impersonation of a member by an integrator login: keys that expire, fetched when needed.

    Source: Manage API: member impersonation. How long a token lives is unverified, so the expiration in the answer
    is kept, and a 401 fetches a new one too (this PC's clock may be wrong).
    """

    def __init__(self, settings: ManageSettings, password: str, fetch: FetchToken, now: Callable[[], datetime]) -> None:
        self._company = settings.company
        self._member = settings.member
        self._fetch = fetch
        self._now = now
        self._login = basic(settings.company, settings.integrator, password)
        self._header = ""
        self._expires: datetime | None = None
        self._secrets: set[str] = {password, self._login.removeprefix("Basic ")}

    def headers(self) -> dict[str, str]:
        """Return the headers of the member, with a new token when the old one is (nearly) over."""
        if not self._header or (self._expires is not None and self._now() >= self._expires - RENEW_BEFORE):
            self._get_token()
        return {"Authorization": self._header, "x-cw-usertype": "member"}

    def renew(self) -> bool:
        """Forget the token; the next call fetches another one."""
        self._header = ""
        return True

    def secrets(self) -> tuple[str, ...]:
        """Return the password and every key seen."""
        return tuple(self._secrets)

    def _get_token(self) -> None:
        path = f"/system/members/{quote(self._member, safe='')}/tokens"
        login = {"Authorization": self._login, "x-cw-usertype": "integrator"}
        token = self._fetch(path, login, {"memberIdentifier": self._member})
        found = token if isinstance(token, dict) else {}
        public, private = found.get("publicKey"), found.get("privateKey")
        if not isinstance(public, str) or not isinstance(private, str) or not public or not private:
            raise ManageSpokeNonsense("an answer without the keys of the member", method="POST", path=path)
        self._header = basic(self._company, public, private)
        self._secrets |= {public, private, self._header.removeprefix("Basic ")}
        self._expires = _moment(found.get("expiration"))


def choose_access(
    settings: ManageSettings, secrets: ManageSecrets, fetch: FetchToken, now: Callable[[], datetime]
) -> Access:
    """Return the way to log in that the settings describe: an API key, else member impersonation.

    Raises ``SettingsError`` naming what is missing.
    """
    for name, value in (("company", settings.company), ("public_key", settings.public_key)):
        if ":" in value:
            raise SettingsError(f"[manage] {name} must not have a colon in it.")
    if settings.public_key or not (settings.member or settings.integrator):
        if not settings.public_key or not secrets.private_key:
            missing = "public key ([manage] public_key)" if not settings.public_key else "private key"
            raise SettingsError(f"The {missing} of the Manage site is missing.", fix="Log in first (xlpy login).")
        return ApiKey(settings.company, settings.public_key, secrets.private_key)
    for name, value in (("member", settings.member), ("integrator", settings.integrator)):
        if not value:
            raise SettingsError(f"To log in as a member, [manage] {name} is missing.")
    if not secrets.integrator_password:
        raise SettingsError("The password of the integrator login is missing.", fix="Log in first (xlpy login).")
    return MemberToken(settings, secrets.integrator_password, fetch, now)


def basic(company: str, user: str, password: str) -> str:
    """Return the Basic header of ``company+user`` and the password, encoded as UTF-8."""
    return "Basic " + base64.b64encode(f"{company}+{user}:{password}".encode()).decode("ascii")


def _moment(text: object) -> datetime | None:
    """Return the moment of an ISO text; without a zone it is taken as UTC. ``None`` when it can't be read."""
    try:
        moment = datetime.fromisoformat(str(text).strip())
    except ValueError:
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)

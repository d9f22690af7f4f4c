"""Who may call the demo site: its made-up keys and logins, and the check of a request's credentials."""

from __future__ import annotations

import base64
import hmac
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256

from werkzeug.datastructures import Headers

from xlpy.demo import firm
from xlpy.demo.site.door.answers import Refusal

COMPANY = firm.MANAGE_COMPANY
CLIENT_ID = "00000000-0000-4000-8000-00000000d3e0"
PUBLIC_KEY = "DemoPublicKey000"
PRIVATE_KEY = "DemoPrivateKey00"
INTEGRATOR = "demo-integrator"
INTEGRATOR_PASSWORD = "demo-password"  # noqa: S105 -- opens nothing but the demo site
MEMBER = "KMorales"
TOKEN_HOURS = 4


@dataclass(frozen=True, slots=True)
class Token:
    """The keys of an impersonated member, good until ``expires``."""

    member: str
    public_key: str
    private_key: str
    expires: datetime


def check_caller(headers: Headers, tokens: Mapping[str, Token], now: datetime) -> str:
    """Return who calls: ``api`` (an API key), ``integrator``, or the member whose token it is.

    Raises ``Refusal``: 401 without client id or with wrong company or keys, 400 for a client id that nobody
    registered (Manage API: both bodies of 401 have been seen).
    """
    client_id = headers.get("clientId", "")
    if not client_id:
        raise Refusal(401, "Unauthorized", "A clientId header is required.")
    if client_id.lower() != CLIENT_ID:
        raise Refusal(400, "InvalidClientId", "The clientId is not registered.")
    company, user, secret = _read_basic(headers.get("Authorization", ""))
    if company.casefold() != COMPANY.casefold():
        raise Refusal(401, "Unauthorized", "Company or credentials are not valid.")
    user_type = headers.get("x-cw-usertype", "").lower()
    if user_type == "integrator":
        if _same(user, INTEGRATOR) and _same(secret, INTEGRATOR_PASSWORD):
            return "integrator"
    elif user_type == "member":
        token = tokens.get(user)
        if token is not None and _same(secret, token.private_key) and now < token.expires:
            return token.member
    elif _same(user, PUBLIC_KEY) and _same(secret, PRIVATE_KEY):
        return "api"
    raise Refusal(401, "ConnectWiseApi", "UserNotAuthenticated")


def new_token(member: str, number: int, now: datetime) -> Token:
    """Make the ``number``th token for ``member``; the same number gives the same keys."""
    stem = sha256(f"{member}/{number}".encode()).hexdigest()
    expires = (now + timedelta(hours=TOKEN_HOURS)).replace(microsecond=0)
    return Token(member, f"m{stem[:15]}", f"s{stem[15:30]}", expires)


def _read_basic(authorization: str) -> tuple[str, str, str]:
    scheme, _, encoded = authorization.partition(" ")
    try:
        text = base64.b64decode(encoded, validate=True).decode("utf-8")
    except ValueError:  # not base64, or not UTF-8 in it
        text = ""
    login, colon, secret = text.partition(":")
    company, plus, user = login.partition("+")
    if scheme.lower() != "basic" or not colon or not plus:
        raise Refusal(401, "Unauthorized", "Authorization has been denied for this request.")
    return company, user, secret


def _same(given: str, known: str) -> bool:
    return hmac.compare_digest(given.encode(), known.encode())

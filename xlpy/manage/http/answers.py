"""What an answer of Manage says: its JSON, or its refusal in words an accountant can act on."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime
from decimal import Decimal
from email.utils import parsedate_to_datetime
from functools import lru_cache
from http import HTTPStatus
from typing import Any

from requests import Response

LONGEST_TEXT = 500
LONGEST_WAIT = 60.0  # seconds; whatever Retry-After asks for
_TAGS = re.compile(r"(?is)<(script|style)\b.*?</\1\s*>|<[^>]*>")
_TIME_OUT = re.compile(r"(?i)time-?out|timed out")
REPEATABLE = frozenset({429, 502, 503, 504})

# (method or empty, start of the path, right of the security role): the first line that fits counts.
# Source: Manage API: security role of the member behind the keys.
_RIGHTS = (
    ("POST", "/finance/accounting/export", "Finance > Accounting Interface: Add and Inquire All"),
    ("POST", "/finance/accounting/batches", "Finance > Accounting Interface: Add and Edit All"),
    ("DELETE", "/finance/accounting/batches", "Finance > Accounting Interface: Delete All"),
    ("", "/finance/accounting/", "Finance > Accounting Interface: Inquire All"),
    ("DELETE", "/finance/invoices", "Finance > Invoicing: Delete All"),
    ("GET", "/finance/invoices", "Finance > Invoicing: Inquire All"),
    ("", "/finance/invoices", "Finance > Invoicing: Edit All"),
    ("", "/finance/", "System > Table Setup: Inquire All"),
    ("GET", "/company/companies", "Companies > Company Maintenance: Inquire All"),
    ("", "/company/companies", "Companies > Company Maintenance: Edit All"),
    ("", "/company/contacts", "Companies > Contacts: Inquire All"),
    ("", "/company/", "System > Table Setup: Inquire All"),
    ("", "/procurement/catalog", "Procurement > Product Catalog: Inquire All"),
    ("POST", "/procurement/purchaseorders", "Procurement > Purchase Orders: Edit All"),
    ("", "/procurement/purchaseorders", "Procurement > Purchase Orders: Inquire All"),
    ("", "/procurement/", "Procurement > Products: Inquire All"),
    ("", "/expense/", "Time & Expense > Expense Report Entry: Inquire All"),
    ("", "/system/members", "System > Member Maintenance: Inquire All"),
    ("", "/system/", "System > Table Setup and System > API Reports: Inquire All"),
)


def read_json(content: bytes) -> Any:
    """Return the JSON of a body: numbers with a point as ``Decimal``, others as ``int``; ``None`` for no body.

    Raises ``ValueError`` when it is not JSON (NaN and Infinity are not).
    """
    if not content.strip():
        return None
    try:
        return json.loads(content, parse_float=_decimal, parse_int=int, parse_constant=_no_constant)
    except (RecursionError, ArithmeticError) as error:
        raise ValueError("nested too deeply, or a number beyond all bounds") from error


@lru_cache(10_000)
def _decimal(text: str) -> Decimal:
    """Return a number with a point; the same one for the same text: a month has few amounts in very many fields."""
    return Decimal(text)


def _no_constant(name: str) -> None:
    raise ValueError(f"{name} is not JSON")


def is_error(data: object) -> bool:
    """Whether an answer is Manage's error object (``code``, ``message``, ``errors``) and nothing else."""
    if not isinstance(data, dict) or not data.keys() <= {"code", "message", "errors"}:
        return False
    return isinstance(data.get("code"), str) or isinstance(data.get("message"), str)


def shape(data: object) -> str:
    """Return what a piece of JSON is, without showing any of it: an odd answer may repeat our own call."""
    match data:
        case None:
            return "nothing"
        case list():
            return f"a list of {len(data)}"
        case dict():
            return "a record"
        case str():
            return "a text"
        case _:
            return "a number or a mark"


def plain_text(content: bytes) -> str:
    """Return the readable part of a body that is not JSON: no tags, blanks collapsed."""
    return " ".join(_TAGS.sub(" ", content.decode("utf-8", "replace")).split())


def said(response: Response) -> str:
    """Return what an error answer says: its message and the first of its errors, else the start of its text.

    The message at the top is often empty of meaning, so both are shown. Source: Manage API: errors.
    """
    try:
        body = read_json(response.content)
    except ValueError:
        body = None
        text = plain_text(response.content)
    else:
        text = _messages(body)
    return text or f"(no text, {_phrase(response)})"


def wrong_fields(response: Response) -> frozenset[str]:
    """Return the fields that an error answer names as wrong."""
    try:
        body = read_json(response.content)
    except ValueError:
        return frozenset()
    errors = body.get("errors") if isinstance(body, dict) else None
    rows = errors if isinstance(errors, list) else []
    return frozenset(_words(row.get("field")) for row in rows if isinstance(row, dict)) - {""}


def _messages(body: Any) -> str:
    if isinstance(body, str):
        return body.strip()
    if not isinstance(body, dict):
        return ""
    errors = body.get("errors")
    first = errors[0] if isinstance(errors, list) and errors and isinstance(errors[0], dict) else {}
    texts = (_words(body.get("message")), _words(first.get("message")))
    found = list(dict.fromkeys(text for text in texts if text))
    return " ".join(found) or _words(body.get("code")) or _words(first.get("code"))


def _words(value: object) -> str:
    return value.strip() if isinstance(value, str) else ""


def _phrase(response: Response) -> str:
    try:
        return HTTPStatus(response.status_code).phrase
    except ValueError:
        return response.reason or "unknown status"


def says_timeout(response: Response) -> bool:
    """Whether an answer is a time-out inside of Manage (its database was busy): worth asking again."""
    return response.status_code == 500 and _TIME_OUT.search(said(response)) is not None


def worth_repeating(response: Response) -> bool:
    """Whether the same read may succeed in a moment."""
    return response.status_code in REPEATABLE or says_timeout(response)


def seconds_to_wait(response: Response, otherwise: float) -> float:
    """Return how long to wait before asking again: ``Retry-After`` (seconds or a date), at most a minute."""
    value = response.headers.get("Retry-After", "").strip()
    if not value:
        return otherwise
    if re.fullmatch(r"[0-9]{1,9}(\.[0-9]+)?", value):
        return min(float(value), LONGEST_WAIT)
    try:
        moment = parsedate_to_datetime(value)
    except (ValueError, OverflowError):  # a year of twenty digits
        return otherwise
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    return min(max((moment - datetime.now(UTC)).total_seconds(), 0.0), LONGEST_WAIT)


def how_to_fix(status: int, text: str, *, method: str, path: str, company: str, version: str = "") -> str:
    """Return what the user can do about a refusal."""
    match status:
        case 400 if "clientid" in text.lower().replace(" ", ""):
            return "Check the client id ([manage] client_id): it must be registered with the vendor."
        case 400 if "cannot route" in text.lower():
            return f"Check the site's address and the company id {company!r}; leave [manage] codebase empty."
        case 400 | 409:
            return "Refresh and try again; if it stays, save the full log and send it to your support."
        case 401:
            return (
                f"Check the company id {company!r}, the public and private key (or the integrator's name and "
                "password) and the client id, then log in again."
            )
        case 403:
            right = needed_right(method, path)
            return f"Give the security role of the member behind the keys this right in Manage: {right}."
        case 404:
            return "The record may be deleted: refresh. If nothing is found at all, check the site's address."
        case _ if 200 <= status < 300:
            return "Manage answered with an error as if it were a success: try again; if it stays, tell who hosts it."
        case 406:
            return (
                f"The site does not answer with API version {version}: put one that it has into [manage] api_version"
                " ('Check setup' shows the site's own version)."
            )
        case 405:
            return "This version of Manage does not offer it."
        case 429:
            return "Manage has had too many requests: wait a few minutes and run this again."
        case _ if 300 <= status < 400:
            return "If your site has moved, put its new address into [manage] url."
        case _ if status >= 500:
            return "Manage has trouble of its own: try again later; if it stays, ask whoever hosts your Manage."
        case _:
            return ""


def needed_right(method: str, path: str) -> str:
    """Return the right of the security role that a call needs, as the screen System > Security Roles names it."""
    for only, start, right in _RIGHTS:
        if only in ("", method) and path.lower().startswith(start.lower()):
            return right
    return "Inquire All on what this path shows"

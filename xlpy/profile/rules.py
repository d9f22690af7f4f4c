"""What the values of a profile must be: choices, ranges, formats, and what goes together. Data, and one small walk.

A check returns what is wrong in words, or nothing. A value that may be a secret in the wrong place is never repeated.
"""

from __future__ import annotations

import codecs
import math
import re
from collections.abc import Callable, Collection, Iterator, Mapping
from difflib import get_close_matches
from typing import TYPE_CHECKING, Any, TypeAlias
from zoneinfo import ZoneInfo

from xlpy.domain.mapping.descriptions import PLACEHOLDERS, unknown_placeholders
from xlpy.domain.values.approvals import TWO
from xlpy.domain.values.rules import DOCUMENTS, FREE_COLUMNS, JOURNALS, STAMPED_TABLES
from xlpy.errors import SettingsError
from xlpy.profile.mistakes import Mistake

if TYPE_CHECKING:
    from xlpy.profile.values import Profile

Path: TypeAlias = tuple[str, ...]
Check: TypeAlias = Callable[[Any], str]

LONGEST_WAIT = 3600  # seconds
MOST_SEGMENTS = 10  # Manage API: GL accounts have ten segments
WIDEST_COMPANY, WIDEST_USER, WIDEST_ACCOUNT, WIDEST_SUB, WIDEST_BIN, WIDEST_UNIT = 10, 47, 10, 24, 10, 6  # SL
WIDEST_SALESPERSON, WIDEST_PROJECT, WIDEST_TASK = 10, 16, 32  # SL: SlsperId, ProjectID, TaskID
_GUID = re.compile(r"[0-9a-f]{8}-([0-9a-f]{4}-){3}[0-9a-f]{12}", re.IGNORECASE)
_VERSION = re.compile(r"\d{4}\.\d{1,2}")
_CODEBASE = re.compile(r"/?[A-Za-z0-9._-]*[A-Za-z0-9][A-Za-z0-9._-]*/?")
_FILE = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_. -]*")
_KEY_TEXT = re.compile(r"[\x21-\x39\x3b-\x7e]+")  # no blanks, no colon


def one_of(*allowed: str) -> Check:
    """Check that a value is one of a few texts."""
    listed = ", ".join(f'"{text}"' for text in allowed)

    def check(value: str) -> str:
        if value in allowed:
            return ""
        meant = get_close_matches(value, [text for text in allowed if text], n=1, cutoff=0.6)
        return f'"{value}" is not one of {listed}' + (f'; did you mean "{meant[0]}"?' if meant else "")

    return check


def between(least: float, most: float, unit: str = "") -> Check:
    """Check that a number is in a range; ``least`` 0 of a time means more than 0."""

    def check(value: float) -> str:
        good = math.isfinite(value) and least <= value <= most and (value > 0 or unit != "seconds")
        words = f"more than 0 and at most {most:g}" if unit == "seconds" else f"from {least:g} to {most:g}"
        return "" if good else f"{value} must be {words} {unit}".rstrip()

    return check


def at_most(length: int, what: str) -> Check:
    """Check that a text fits into SL's column."""

    def check(value: str) -> str:
        return "" if len(value.strip()) <= length else f'"{value}" is too long: {what} has {length} characters'

    return check


def looks_like(pattern: re.Pattern[str], what: str) -> Check:
    """Check the form of a text that may stay empty; the text is not repeated."""

    def check(value: str) -> str:
        return "" if not value.strip() or pattern.fullmatch(value.strip()) else f"is not {what}"

    return check


def _site(value: str) -> str:
    if not value.strip():
        return ""
    from xlpy.profile.manage_address import site_address

    try:
        site_address(value)
    except SettingsError as error:
        return str(error)
    return ""


def _database(value: str) -> str:
    if not value.strip() or "://" in value or re.search(r"\w\s*=", value):
        return ""
    return 'is no address of a database; write for example "SERVER=sql01;DATABASE=AcmeApp;Trusted_Connection=yes"'


def _code_page(value: str) -> str:
    try:
        codecs.lookup(value or "cp1252")
    except LookupError:
        return f'"{value}" is not a known code page, such as "cp1252"'
    return ""


def _period(value: str) -> str:
    from xlpy.domain.facts.periods import BY_DOCUMENT_DATE, BY_DOCUMENT_DATE_OR_CURRENT, CURRENT, parse_period

    rules = (BY_DOCUMENT_DATE, BY_DOCUMENT_DATE_OR_CURRENT, CURRENT)
    if value in rules or parse_period(value):
        return ""
    return one_of(*rules)(value) + ', nor a period such as "10-2026"'


def _segments(value: tuple[int, ...]) -> str:
    if all(1 <= number <= MOST_SEGMENTS for number in value) and len(set(value)) == len(value):
        return ""
    return f"{list(value)} must be numbers of segments from 1 to {MOST_SEGMENTS}, each once: account first, then sub"


def _locations(value: tuple[int, ...]) -> str:
    if all(number > 0 for number in value) and len(set(value)) == len(value):
        return ""
    return f"{list(value)} must be the ids of Manage locations (from 1), each once"


def _record_url(value: str) -> str:
    from xlpy.profile.record_address import wrong_pattern

    return wrong_pattern(value)


def _time_zone(value: str) -> str:
    try:
        ZoneInfo(value.strip() or "UTC")
    except (KeyError, OSError, ValueError):
        return f'"{value}" is not a time zone such as "Australia/Sydney"'
    return ""


def _account(value: str) -> str:
    text = value.strip()
    if not text:
        return ""
    acct, *rest = (part.strip() for part in text.split(":"))
    if len(rest) > 1:
        return f'"{text}" has more than one colon; write "account:sub" in SL\'s way, such as "2050:00000"'
    if not acct or len(acct) > WIDEST_ACCOUNT or len("".join(rest)) > WIDEST_SUB or " " in acct:
        return (
            f'"{text}" is not "account:sub": SL\'s accounts have at most {WIDEST_ACCOUNT} characters,'
            f" subaccounts {WIDEST_SUB}"
        )
    return ""


def _project(value: str) -> str:
    project, _, task = (part.strip() for part in value.partition(":"))
    if not project or len(project) > WIDEST_PROJECT or len(task) > WIDEST_TASK:
        return (
            f'"{value}" is not "project" or "project:task": SL\'s projects have at most {WIDEST_PROJECT} characters,'
            f" tasks {WIDEST_TASK}"
        )
    return ""


def _description(setting: str) -> Check:
    def check(value: str) -> str:
        unknown = unknown_placeholders(setting, value)
        known = ", ".join(f"{{{name}}}" for name in PLACEHOLDERS[setting])
        if unknown:
            return f"{{{unknown[0]}}} is not known; use {known}"
        if value.count("{") != value.count("}"):
            return f"a brace is not closed; use {known}"
        return ""

    return check


def _rules_file(value: str) -> str:
    if not value or (_FILE.fullmatch(value) and value.lower().endswith(".py")):
        return ""
    return f'"{value}" must be the name of a file in the folder of these settings, such as "rules.py"'


# Table and key → what the value must be. Keys without an entry may be anything of their type.
CHECKS: Mapping[Path, Check] = {
    ("name",): lambda value: "" if value.strip() else "must not be empty",
    ("manage", "url"): _site,
    ("manage", "company"): looks_like(_KEY_TEXT, "a company id: no blanks and no colon"),
    ("manage", "client_id"): looks_like(_GUID, "a client id such as 01234567-89ab-cdef-0123-456789abcdef"),
    ("manage", "public_key"): looks_like(_KEY_TEXT, "a public key: no blanks and no colon"),
    ("manage", "member"): looks_like(_KEY_TEXT, "a member: no blanks and no colon"),
    ("manage", "integrator"): looks_like(_KEY_TEXT, "an integrator log in: no blanks and no colon"),
    ("manage", "api_version"): looks_like(_VERSION, 'a version such as "2025.8"'),
    ("manage", "codebase"): looks_like(_CODEBASE, 'a codebase such as "v2025_1"; leave it empty to have it looked up'),
    ("manage", "connect_timeout"): between(0, LONGEST_WAIT, "seconds"),
    ("manage", "read_timeout"): between(0, LONGEST_WAIT, "seconds"),
    ("manage", "export_timeout"): between(0, LONGEST_WAIT, "seconds"),
    ("manage", "time_zone"): _time_zone,
    ("manage", "record_url"): _record_url,
    ("manage", "export_chunk"): between(1, 1000, "documents"),
    ("sl", "url"): _database,
    ("sl", "company"): at_most(WIDEST_COMPANY, "SL's company id (CpnyID)"),
    ("sl", "user"): at_most(WIDEST_USER, "SL's user id"),
    ("sl", "code_page"): _code_page,
    ("sl", "lock_seconds"): between(0, 300, "seconds"),
    ("posting", "batch_status"): one_of("B", "H"),
    ("posting", "period"): _period,
    ("posting", "which_customer"): one_of("", "bill-to", "company"),
    ("posting", "reference_rule"): one_of("", "strip", "last10"),
    ("posting", "account_segments"): _segments,
    ("posting", "default_sub"): at_most(WIDEST_SUB, "SL's subaccount"),
    ("posting", "locations"): _locations,
    ("posting", "rate_max_age_days"): between(0, 3660, "days"),
    ("posting", "due_days_tolerance"): between(0, 365, "days"),
    ("posting", "stock_cost_tolerance"): between(-1, 1000, "percent"),
    ("posting", "tax_group_difference"): between(0, 100),
    ("posting", "record_id_column"): one_of("", *FREE_COLUMNS),
    **{("posting", setting): _description(setting) for setting in PLACEHOLDERS},
    ("posting", "company_paid_account"): _account,
    ("watch", "waits_days"): between(0, 3660, "days"),
    ("posting", "approval"): one_of("", TWO),
    ("posting", "salesperson"): at_most(WIDEST_SALESPERSON, "SL's salesperson"),
    ("posting", "cost_journals"): one_of("invoice", "run"),
    ("posting", "inventory"): one_of(DOCUMENTS, JOURNALS),
    ("site", "rules"): _rules_file,
}
# Tables of names and texts: what their keys and their values must be.
TABLES: Mapping[Path, tuple[Check, Check]] = {
    ("posting", "user_columns"): (one_of(*STAMPED_TABLES), one_of(*FREE_COLUMNS)),
    ("posting", "bins"): (lambda key: "" if key.strip() else "has no name", at_most(WIDEST_BIN, "a bin of SL")),
    ("posting", "projects"): (lambda key: "" if key.strip() else "has no name", _project),
    ("posting", "units"): (lambda key: "" if key.strip() else "has no name", at_most(WIDEST_UNIT, "a unit of SL")),
}


def mistakes_of(profile: Profile, *, but: Collection[Path] = ()) -> list[Mistake]:
    """Return everything that is wrong with the values, and with those that go together; ``but``: keys told already."""
    found: list[Mistake] = []
    for path, check in CHECKS.items():
        if said := check(_at(profile, path)):
            found.append(Mistake(path, said))
    for path, (check_key, check_value) in TABLES.items():
        for key, value in _at(profile, path).items():
            if said := check_key(key) or check_value(value):
                found.append(Mistake((*path, key), said))
    found += _together(profile)
    return [mistake for mistake in found if mistake.path not in but]


def _together(profile: Profile) -> Iterator[Mistake]:
    posting, manage = profile.posting, profile.manage
    if posting.reference_rule == "strip" and not posting.reference_prefix:
        yield Mistake(("posting", "reference_rule"), '"strip" needs reference_prefix: what to take off the numbers')
    if posting.reference_prefix and posting.reference_rule != "strip":
        yield Mistake(("posting", "reference_prefix"), 'does nothing without reference_rule = "strip"')
    for one, other in (("member", "integrator"), ("integrator", "member")):
        if getattr(manage, one) and not getattr(manage, other):
            yield Mistake(("manage", one), f"needs {other} too: to log in as a member takes both")
    if manage.public_key and manage.member and manage.integrator:
        yield Mistake(("manage", "member"), "there is a public_key, too: keep the API key or the member, not both")
    if posting.record_id_column and "ARDoc" in posting.user_columns:
        text = "user_columns names a column of ARDoc, too: keep one of them"
        yield Mistake(("posting", "record_id_column"), text)


def _at(profile: Profile, path: Path) -> Any:
    value: Any = profile
    for key in path:
        value = getattr(value, key)
    return value

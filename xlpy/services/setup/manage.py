"""Check setup, Manage: site, client id, log in, clock, rights by trying each call that only reads, and the package."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import TYPE_CHECKING

from xlpy.domain.values.rules import JOURNALS
from xlpy.domain.values.statuses import Verdict
from xlpy.domain.values.transactions import Kind
from xlpy.errors import ManageRefused, ManageUnreachable, SettingsError, XlpyError
from xlpy.manage.http.versions import OLDEST_VERSION, is_too_old
from xlpy.services.setup.lines import MANAGE, Checked, Finding, broken, guarded, line

if TYPE_CHECKING:
    from xlpy.manage.client import ManageClient
    from xlpy.services.run.session import Session

CLOCK_MAY_DIFFER = timedelta(minutes=5)
EVER = date(2099, 12, 31)
_TOO_OLD = "Have Manage upgraded: without ids of procurement, entries of batches and the package options it can't work."

_INVOICES = "/finance/accounting/unpostedinvoices"
_EXPENSES = "/finance/accounting/unpostedexpenses"
_PROCUREMENT = "/finance/accounting/unpostedprocurement"
_UNPOSTED = {_INVOICES: Kind.INVOICE, _EXPENSES: Kind.EXPENSE, _PROCUREMENT: Kind.PROCUREMENT}


@dataclass(frozen=True, slots=True)
class ReadList:
    """A list of Manage that the product reads. ``means``: what for; ``kind``: needed for this kind alone."""

    words: str
    path: str
    means: str
    kind: Kind | None = None


_SHEETS = "What is not posted yet: the sheet"
# Every list that the product reads; all have /count.
LISTS = (
    ReadList("Unposted invoices", _INVOICES, f"{_SHEETS} Invoices.", Kind.INVOICE),
    ReadList("Unposted expenses", _EXPENSES, f"{_SHEETS} Expenses.", Kind.EXPENSE),
    ReadList("Unposted procurement", _PROCUREMENT, f"{_SHEETS} Inventory.", Kind.PROCUREMENT),
    ReadList("Batches", "/finance/accounting/batches", "What was exported before, and whether a name is free."),
    ReadList("Invoices (payments)", "/finance/invoices", "What Manage takes for paid: Sync payments compares it."),
    ReadList("Companies", "/company/companies", "Whose customer in SL an invoice is for, and new customers."),
    ReadList("Countries", "/company/countries", "The country of new customers and vendors."),
    ReadList("Tax codes", "/finance/taxCodes", "The taxes of invoices are compared with SL's."),
    ReadList("Billing terms", "/finance/billingTerms", "The terms of documents are compared with SL's."),
    ReadList("GL accounts", "/finance/glAccounts", "Whether an account still is in Manage's set-up."),
    ReadList("Currencies", "/finance/currencies", "The decimals of each currency."),
    ReadList("Locations", "/system/locations", "The list of locations on Home, and which belong to this company."),
    ReadList("Members", "/system/members", "Which vendor in SL a member's expenses are owed to.", Kind.EXPENSE),
    ReadList("Payment methods", "/expense/paymentTypes", "Which expenses the company paid itself.", Kind.EXPENSE),
    ReadList("Products", "/procurement/catalog", "Which item in SL a product is, and its cost of goods."),
    ReadList("Warehouses", "/procurement/warehouses", "Which site in SL a warehouse is.", Kind.PROCUREMENT),
    ReadList("Units of measure", "/procurement/unitOfMeasures", "Which unit in SL a unit is.", Kind.PROCUREMENT),
    ReadList(
        "Inventory adjustments", "/procurement/adjustments", "Warehouse and bin of adjustments.", Kind.PROCUREMENT
    ),
)


@dataclass(slots=True)
class Used:
    """What this firm does: the kinds it exports, and the options of Manage's accounting package.

    ``told``: Home says which kinds. Otherwise those with unposted rows in Manage count, and invoices always: a right
    that nobody needs is not a problem.
    """

    kinds: set[Kind] = field(default_factory=lambda: {Kind.INVOICE})
    told: bool = False
    cost_journals: bool = False
    expenses_as_bill: bool = True
    stock_as_journals: bool = False  # the settings: adjustments and transfers are journals


def check_manage(session: Session, kinds: frozenset[Kind] | None = None) -> tuple[list[Finding], Used]:
    """Check the Manage site, and learn what the firm uses. ``kinds``: what Home says to export, when it is known."""
    used = Used() if kinds is None else Used(set(kinds), told=True)
    used.stock_as_journals = session.profile.posting.inventory == JOURNALS
    try:
        manage = session.manage
        info = manage.info()
    except Exception as error:  # noqa: BLE001 (a connection that fails is a finding)
        rest = line("REST", Verdict.UNKNOWN, "not looked at: no log in to Manage", of=MANAGE)
        return [broken(_code_of(error), error), rest], used
    settings = session.profile.manage
    how = "encrypted, certificate checked" if manage.over_https else "on this PC"
    findings = [
        line("M-REACH", Verdict.OK, f"{manage.host}, {how}"),
        line("M-CLIENT", Verdict.OK, "accepted"),
        line("M-LOGIN", Verdict.OK, f"company {manage.company}, by {_who(session)}"),
        _version(info.version, info.api_version, settings.api_version),
    ]
    findings += guarded("M-CLOCK", lambda: _clock(session))
    findings += _lists(manage, used)
    findings += guarded("M-EXPORT", lambda: _export(manage, used))
    findings.append(line("M-WRITE", Verdict.UNKNOWN, "only writing would show it"))
    findings += guarded("M-ALL", lambda: _sees_all(session))
    findings += guarded("M-LOCATIONS", lambda: _locations(session))
    findings += guarded("M-PACKAGE", lambda: _package(manage, used))
    findings += guarded("M-SEGMENTS", lambda: _segments(session))
    return findings, used


def _code_of(error: Exception) -> str:
    """Return the line that a failed log in belongs to."""
    if isinstance(error, ManageRefused):
        said = error.said.lower().replace(" ", "")
        return "M-CLIENT" if error.status == 400 and "clientid" in said else "M-LOGIN"
    if isinstance(error, ManageUnreachable):
        return "M-REACH"
    if isinstance(error, SettingsError):
        text = error.text.lower()
        if "client_id" in text:
            return "M-CLIENT"
        return "M-LOGIN" if any(word in text for word in ("key", "password", "company", "member")) else "M-REACH"
    return "M-REACH"


def _who(session: Session) -> str:
    settings = session.profile.manage
    return "API key" if settings.public_key else f"member {settings.member}"


def _version(site: str, answers: str, pinned: str) -> Finding:
    if is_too_old(site) or (is_too_old(site) is None and is_too_old(answers)):
        text = f"{site or answers}; the oldest version that this product works with is {OLDEST_VERSION}"
        return line("M-VERSION", Verdict.PROBLEM, text, fix=_TOO_OLD)
    if answers and answers != pinned:
        return line("M-VERSION", Verdict.NOTE, f"{site}; it answers with API version {answers}, asked for is {pinned}")
    return line("M-VERSION", Verdict.OK, f"{site}, API version {pinned}")


def _clock(session: Session) -> Checked:
    there = session.manage.server_time
    if there is None:
        yield line("M-CLOCK", Verdict.UNKNOWN, "the site does not tell its time", fix="")
        return
    apart = session.clock() - there
    minutes = abs(apart).total_seconds() / 60
    if abs(apart) > CLOCK_MAY_DIFFER:
        way = "ahead of" if apart > timedelta(0) else "behind"
        yield line("M-CLOCK", Verdict.NOTE, f"this PC is {minutes:.0f} minutes {way} Manage")
    else:
        yield line("M-CLOCK", Verdict.OK, f"{minutes * 60:.0f} seconds apart")


def _lists(manage: ManageClient, used: Used) -> list[Finding]:
    """Try every list; the three unposted ones come first and tell which kinds there are."""
    findings: list[Finding] = []
    for one in LISTS:
        decides = one.path in _UNPOSTED and not used.told  # what is hidden may well be there
        unused = one.kind is not None and one.kind not in used.kinds and not decides
        finding, count = _tried(manage, one, unused=unused)
        if count and decides:
            used.kinds.add(_UNPOSTED[one.path])
        findings.append(finding)
    return findings


def _tried(manage: ManageClient, one: ReadList, *, unused: bool) -> tuple[Finding, int]:
    try:
        count = manage.count_of(one.path)
    except ManageRefused as error:
        wrong = Verdict.NOTE if unused else Verdict.PROBLEM
        verdict = wrong if error.status == 403 else Verdict.UNKNOWN
        text = f"Manage refuses to list them (403: {error.said})" if error.status == 403 else error.text
        return line("M-READ", verdict, text, fix=error.fix, subject=one.words, means=one.means), 0
    except XlpyError as error:
        return line("M-READ", Verdict.UNKNOWN, error.text, fix=error.fix, subject=one.words, means=one.means), 0
    return line("M-READ", Verdict.OK, f"readable ({count})", subject=one.words, means=one.means), count


def _export(manage: ManageClient, used: Used) -> Checked:
    """Export one unposted invoice, as Check mappings would: it changes nothing in Manage."""
    if Kind.INVOICE not in used.kinds:
        yield line("M-EXPORT", Verdict.UNKNOWN, "there are no unposted invoices to try it with", fix="")
        return
    rows = manage.unposted_invoices()
    if not rows:
        yield line("M-EXPORT", Verdict.UNKNOWN, "there are no unposted invoices to try it with", fix="")
        return
    row = rows[0]
    try:
        manage.export_invoices([row.billing_log_id], through=EVER, detail="Default", batch_identifier="Check setup")
    except ManageRefused as error:
        verdict = Verdict.PROBLEM if error.status == 403 else Verdict.UNKNOWN
        yield line("M-EXPORT", verdict, error.text, fix=error.fix)
        return
    yield line("M-EXPORT", Verdict.OK, f"tried with invoice {row.number}")


def _sees_all(session: Session) -> Checked:
    """Say what can be said of the member's level: of an API key Manage does not tell whose it is."""
    member = session.profile.manage.member.strip()
    if session.profile.manage.public_key or not member:
        yield line("M-ALL", Verdict.UNKNOWN, "Manage does not tell whose an API key is")
        return
    limits = session.manage.member_limits(member)
    if limits is None:
        yield line("M-ALL", Verdict.UNKNOWN, f"Manage does not list member {member}")
        return
    own = [
        name
        for name, only in (("location", limits.own_location_only), ("department", limits.own_department_only))
        if only
    ]
    if own:
        yield line("M-ALL", Verdict.PROBLEM, f"{member} is limited to the own {' and '.join(own)}")
    elif limits.level:
        yield line("M-ALL", Verdict.OK, f"{member} has level {limits.level}, without restriction")
    else:
        yield line("M-ALL", Verdict.UNKNOWN, f"Manage does not tell the level of {member}")


def _locations(session: Session) -> Checked:
    try:
        known = session.manage.locations()
    except ManageRefused:  # its own line says so
        yield line("M-LOCATIONS", Verdict.UNKNOWN, "Manage does not list its locations", fix="")
        return
    wanted = session.profile.posting.locations
    missing = [str(location) for location in wanted if location not in known]
    if missing:
        listed = ", ".join(f"{number} {name}" for number, name in sorted(known.items()))
        yield line("M-LOCATIONS", Verdict.PROBLEM, f"Manage has no location {', '.join(missing)}; it has {listed}")
    elif wanted:
        yield line("M-LOCATIONS", Verdict.OK, ", ".join(f"{number} {known[number]}" for number in wanted))
    else:
        yield line("M-LOCATIONS", Verdict.OK, f"all ({len(known)})")


def _package(manage: ManageClient, used: Used) -> Checked:
    package = manage.package_setup()
    used.cost_journals = package.include_cogs
    used.expenses_as_bill = package.transfer_expenses_as_bill
    good = package.identifier == "Other"
    yield line("M-PACKAGE", Verdict.OK if good else Verdict.PROBLEM, package.identifier or "none chosen")
    for code, on, wrong in (
        ("M-TAX", package.include_sales_tax, Verdict.PROBLEM),
        ("M-SOH", package.inventory_soh, Verdict.PROBLEM if Kind.PROCUREMENT in used.kinds else Verdict.NOTE),
        ("M-COGS", package.include_cogs, Verdict.NOTE),
    ):
        yield line(code, Verdict.OK if on else wrong, "on" if on else "off")


def _segments(session: Session) -> Checked:
    from xlpy.domain.mapping.accounts import segments_used

    found = session.manage.gl_segments()
    rule = session.profile.posting.account_segments
    too_far = [number for number in rule if number > len(found.captions)]
    if too_far:
        text = f"[posting] account_segments names segment {too_far[0]}; Manage has {len(found.captions)}"
        yield line("M-SEGMENTS", Verdict.PROBLEM, text)
        return
    used = segments_used(found, rule)
    names = [found.captions[at] for at in used.account_positions if at < len(found.captions)]
    if not used.account_positions:
        yield line("M-SEGMENTS", Verdict.PROBLEM, "no segment is of the type Account")
        return
    sub = f", subaccount from {' + '.join(names[1:])}" if names[1:] else "; no segment makes the subaccount"
    account = names[0] if names else "the first segment"
    yield line("M-SEGMENTS", Verdict.OK, f"account from {account}{sub}" + (" (by the settings)" if rule else ""))

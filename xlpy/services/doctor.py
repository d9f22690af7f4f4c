"""Check setup: both systems, rights and the posting ledger, each with what it means and how to mend it. Reads only."""

from __future__ import annotations

import logging
import platform
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import StrEnum

from xlpy.domain.books import BooksNeeds, SlBooks
from xlpy.errors import LedgerMissing, ManageError, ManageRefused, XlpyError
from xlpy.services.session import Session, in_words

logger = logging.getLogger(__name__)


class Verdict(StrEnum):
    """What a line of the check says."""

    OK = "ok"
    NOTE = "note"
    PROBLEM = "problem"
    UNKNOWN = "could not tell"


@dataclass(frozen=True, slots=True)
class Finding:
    """A line of the set-up check."""

    area: str
    subject: str
    verdict: Verdict
    text: str
    fix: str = ""


def check_setup(session: Session) -> tuple[Finding, ...]:
    """Look at everything that has to be right before the first batch. Never raises for what it finds."""
    findings: list[Finding] = []
    for part, area in ((_this_pc, "This PC"), (_manage, "Manage"), (_sl, "SL")):
        try:
            findings.extend(part(session))
        except Exception as error:
            told = error if isinstance(error, XlpyError) else in_words(error)
            subject = "Connection" if told is error else "Reading"
            if told is None:
                text, fix = (
                    f"could not be checked ({type(error).__name__}: {error})",
                    "Send the full log to your support.",
                )
            else:
                text, fix = told.text, told.fix
            findings.append(Finding(area, subject, Verdict.PROBLEM, text, fix))
            logger.warning("Check setup, %s: %s", area, error, exc_info=True)
    return tuple(findings)


def setup_exit_code(findings: tuple[Finding, ...]) -> int:
    """0 when nothing is a problem, else 1."""
    return 1 if any(finding.verdict is Verdict.PROBLEM for finding in findings) else 0


def _this_pc(session: Session) -> Iterator[Finding]:
    version = platform.python_version()
    good = sys.version_info >= (3, 11)
    yield Finding(
        "This PC",
        "Python",
        Verdict.OK if good else Verdict.PROBLEM,
        version,
        "" if good else "Install Python 3.11 or newer.",
    )
    url = session.profile.sl.url
    if url and not url.startswith("sqlite"):
        from xlpy.sl.odbc import installed_drivers

        drivers = [name for name in installed_drivers() if "SQL Server" in name]
        yield Finding(
            "This PC",
            "ODBC driver",
            Verdict.OK if drivers else Verdict.PROBLEM,
            ", ".join(drivers) or "no ODBC driver for SQL Server",
            "" if drivers else "Install 'ODBC Driver 18 for SQL Server' from Microsoft.",
        )


def _manage(session: Session) -> Iterator[Finding]:
    manage = session.manage
    info = manage.info()
    yield Finding("Manage", "Connection", Verdict.OK, f"{manage.host}, company {manage.company}, {info.version}")
    for name, read, role in (
        ("Unposted invoices", lambda: len(manage.unposted_invoices()), "Finance > Accounting Interface: Inquire All"),
        ("Tax codes", lambda: len(manage.tax_codes({1})), "System > Table Setup: Inquire All"),
        ("Billing terms", lambda: len(manage.billing_terms()), "System > Table Setup: Inquire All"),
        ("GL accounts", lambda: len(manage.gl_account_texts()), "System > Table Setup: Inquire All"),
        ("Companies", lambda: len(manage.companies({1})), "Companies > Company Maintenance: Inquire All"),
        ("Locations", lambda: len(manage.locations()), "System > Table Setup: Inquire All"),
    ):
        yield _tried("Manage", name, read, role)
    package = manage.package_setup()
    yield _wanted("Manage", "Accounting package", package.identifier == "Other", package.identifier, "Choose 'Other'")
    yield _wanted("Manage", "Sales tax in the export", package.include_sales_tax, "", "Turn 'Include sales tax' on")
    yield _wanted("Manage", "Stock on hand", package.inventory_soh, "", "Turn 'Inventory stock on hand' on")
    segments = manage.gl_segments()
    yield _wanted(
        "Manage",
        "GL segments",
        bool(segments.account_positions),
        f"{len(segments.account_positions)} Account-type segments",
        "Give the GL segments of Finance > GL Accounts the type Account",
    )


def _tried(area: str, name: str, read: Callable[[], int], role: str) -> Finding:
    try:
        count = read()
    except ManageRefused as error:
        fix = f"Give the API member's role: {role}." if error.status == 403 else error.fix
        return Finding(area, name, Verdict.PROBLEM, error.text, fix)
    except ManageError as error:
        return Finding(area, name, Verdict.UNKNOWN, error.text, error.fix)
    return Finding(area, name, Verdict.OK, f"readable ({count})" if count else "readable")


def _wanted(area: str, name: str, good: bool, text: str, fix: str) -> Finding:
    said = text or ("on" if good else "off")
    where = "" if good else f"{fix} (Manage: System > Setup Tables > Accounting Package)."
    return Finding(area, name, Verdict.OK if good else Verdict.PROBLEM, said, where)


def _sl(session: Session) -> Iterator[Finding]:
    from xlpy.sl.books_reader import read_books
    from xlpy.sl.ledger import check_ledger

    company = session.sl
    with company.engine.connect() as connection:
        yield Finding("SL", "Connection", Verdict.OK, f"{company.engine.dialect.name}, code page {company.code_page}")
        books = read_books(connection, company, BooksNeeds())
        yield from _books(books)
        try:
            check_ledger(connection)
            yield Finding("SL", "Posting ledger", Verdict.OK, "installed")
        except LedgerMissing as error:
            yield Finding("SL", "Posting ledger", Verdict.PROBLEM, error.text, error.fix)
        yield from _rights(session)


def _books(books: SlBooks) -> Iterator[Finding]:
    company = books.company
    yield Finding(
        "SL",
        "Company",
        Verdict.OK if company.active and company.in_this_database else Verdict.PROBLEM,
        f"{company.cpny_id} {company.name}"
        + ("" if company.active else " is not active")
        + ("" if company.in_this_database else " belongs to another database"),
        "" if company.active else "Activate it in SL's system manager (98.280 Company Maintenance).",
    )
    for module, ready in (("GL", books.gl.set_up), ("AR", books.ar.set_up)):
        yield Finding(
            "SL",
            f"Module {module}",
            Verdict.OK if ready else Verdict.PROBLEM,
            "set up" if ready else "not set up",
            "" if ready else f"Finish {'01.950 GL' if module == 'GL' else '08.950 AR'} Setup.",
        )
    for module, ready, what in (
        ("AP", books.payables.ap.set_up, "expenses and receipts"),
        ("IN", books.payables.inventory.set_up, "adjustments and transfers"),
    ):
        yield Finding(
            "SL",
            f"Module {module}",
            Verdict.OK if ready else Verdict.NOTE,
            "set up" if ready else f"not set up: {what} can't be posted",
        )
    yield Finding(
        "SL",
        "AR AutoRef",
        Verdict.PROBLEM if books.ar.auto_ref else Verdict.OK,
        "on" if books.ar.auto_ref else "off",
        "Turn 'Auto reference numbering' off in 08.950 AR Setup: Manage's invoice numbers are the references."
        if books.ar.auto_ref
        else "",
    )
    yield Finding(
        "SL",
        "Periods",
        Verdict.OK if books.gl.per_nbr and books.ar.per_nbr else Verdict.PROBLEM,
        f"GL {books.gl.per_nbr}, AR {books.ar.per_nbr}",
        "" if books.gl.per_nbr and books.ar.per_nbr else "Set the current period in the module's setup.",
    )
    yield Finding("SL", "Multi-currency", Verdict.OK, "on" if books.multi_currency else "off: foreign invoices stop")


def _rights(session: Session) -> Iterator[Finding]:
    from xlpy.sl.rights import screen_rights, user_exists

    user = session.profile.sl.user
    if not user:
        yield Finding(
            "SL", "SL user", Verdict.UNKNOWN, "no SL user id in the settings", "Put [sl] user into the settings file."
        )
        return
    with session.sl.engine.connect() as connection:
        if not user_exists(connection, session.sl, user):
            yield Finding(
                "SL", "SL user", Verdict.PROBLEM, f"SL has no user {user}", "Correct [sl] user in the settings file."
            )
            return
        for right in screen_rights(connection, session.sl, user):
            if right.may_insert:
                verdict, text, fix = Verdict.OK, "may enter", ""
            else:
                verdict = Verdict.PROBLEM if right.written else Verdict.NOTE
                text = "may only look" if right.may_view else "no right"
                fix = f"Give {user} Insert on {right.screen} {right.name} (95.260 Access Rights Maintenance)."
            yield Finding("SL", f"Screen {right.screen} {right.name}", verdict, text, fix)

"""Check setup, SL: server, encryption, database, company, modules, AutoRef, periods, currency, ledger."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from xlpy.domain.facts.books import BooksNeeds, SlBooks, sl_key
from xlpy.domain.facts.periods import format_period, is_period
from xlpy.domain.values.screens import screen
from xlpy.domain.values.statuses import Verdict
from xlpy.domain.values.transactions import Kind
from xlpy.errors import LedgerMissing
from xlpy.services.setup.lines import SL, Checked, Finding, broken, guarded, line
from xlpy.services.setup.rights import check_practice, check_screens, check_sql_rights, check_two_persons

if TYPE_CHECKING:
    from xlpy.services.run.session import Session
    from xlpy.services.setup.manage import Used

logger = logging.getLogger(__name__)

# What a failed connection says → the line that it belongs to; the first that fits counts.
_CONNECTION_LINES = (
    ("certificate", "SL-TLS"),
    ("odbc", "DRIVER"),
    ("may not open the database", "SL-DATABASE"),
    ("no table", "SL-DATABASE"),
    ("no demo company", "SL-DATABASE"),
    ("log in", "SL-LOGIN"),
    ("login", "SL-LOGIN"),
    ("password", "SL-LOGIN"),
)
_SETUP_SCREEN = {"GL": "01.950", "AR": "08.950", "AP": "03.950", "IN": "10.950"}

_NUMBERS_AHEAD = 50  # batch numbers that are looked at
_SHOWN = 5


def check_sl(session: Session, used: Used) -> list[Finding]:
    """Check the SL company. ``used``: what this firm exports; what it does not need is a note."""
    try:
        company = session.sl
    except Exception as error:  # noqa: BLE001 (a connection that fails is a finding)
        return [
            broken(_code_of(error), error),
            line("REST", Verdict.UNKNOWN, "not looked at: no connection to SL", of=SL),
        ]
    findings = [*guarded("SL-SERVER", lambda: _server(session))]
    if not company.catalogue.has("ARDoc"):
        findings += guarded("SL-DATABASE", lambda: _no_company_database(session))
        return [*findings, line("REST", Verdict.UNKNOWN, "not looked at: this is no company database", of=SL)]
    findings += guarded("SL-COMPANY", lambda: _books(session, used))
    findings += guarded("SL-NUMBERS", lambda: _next_numbers(session, used))
    findings += guarded("SL-STAMP", lambda: _stamped(session))
    findings += guarded("SL-LEDGER", lambda: _ledger(session))
    findings += guarded("SL-USER", lambda: check_screens(session, used))
    findings += guarded("SQL-NEEDED", lambda: check_sql_rights(session))
    findings += guarded("SQL-PRACTICE", lambda: check_practice(session))
    findings += guarded("SL-APPROVAL", lambda: check_two_persons(session))
    return findings


def _code_of(error: Exception) -> str:
    said = str(getattr(error, "text", "")).lower()
    return next((code for part, code in _CONNECTION_LINES if part in said), "SL-SERVER")


def _server(session: Session) -> Checked:
    from xlpy.sl.connection import tsql
    from xlpy.sl.connection.engine import server_of

    engine = session.sl.engine
    if engine.dialect.name != "mssql":
        yield line("SL-SERVER", Verdict.OK, f"a SQLite file (the demo company): {server_of(session.sl)}")
        yield line("SL-TLS", Verdict.OK, "no network in between")
        return
    with engine.connect() as connection:
        server, version, edition, database, login = connection.execute(tsql.SERVER).one()
    yield line("SL-SERVER", Verdict.OK, f"{server}, SQL Server {version} {edition}")
    yield line("SL-LOGIN", Verdict.OK, str(login))
    yield _encryption(session)
    if session.sl.catalogue.has("ARDoc"):
        yield line("SL-DATABASE", Verdict.OK, str(database))


def _encryption(session: Session) -> Finding:
    from sqlalchemy.exc import DBAPIError

    from xlpy.profile.odbc import target_of
    from xlpy.profile.sql_login import url_parts
    from xlpy.sl.connection import tsql

    url = session.sl.engine.url
    try:
        with session.sl.engine.connect() as connection:
            answer = str(connection.execute(tsql.ENCRYPTED).scalar() or "").upper()
    except DBAPIError as error:  # it takes a right that the product does not need
        logger.info("Whether the connection is encrypted can't be asked: %s", error.orig)
        answer = ""
    parts = url_parts(session.profile.sl.url)
    if target_of(url).trusts_any_certificate:
        text = "encrypted, but the server's certificate is not checked (TrustServerCertificate=yes)"
        fix = "Have the certificate, or its authority, installed on this PC, and take TrustServerCertificate out."
        return line("SL-TLS", Verdict.NOTE, text, fix=fix)
    if answer == "TRUE":
        return line("SL-TLS", Verdict.OK, "encrypted, certificate checked")
    if answer == "FALSE":
        return line("SL-TLS", Verdict.NOTE, "not encrypted: whoever is on the network can read along")
    if parts.get("encrypt", "").lower() in ("yes", "true", "mandatory", "strict"):
        return line("SL-TLS", Verdict.OK, "encrypted by [sl] url (Encrypt), certificate checked")
    return line(
        "SL-TLS", Verdict.UNKNOWN, "the login may not ask the server; ODBC Driver 18 encrypts by itself", fix=""
    )


def _no_company_database(session: Session) -> Checked:
    from xlpy.sl.connection import tsql

    system = False
    if session.sl.engine.dialect.name == "mssql":
        with session.sl.engine.connect() as connection:
            tables = connection.execute(tsql.TABLES_THERE, {"names": ["Company", "vs_company"]}).scalars().all()
            system = "company" in {str(name).lower() for name in tables}
    text = "this is SL's system database" if system else "this database has no documents of SL (or the login sees none)"
    yield line("SL-DATABASE", Verdict.PROBLEM, text)


def _books(session: Session, used: Used) -> Checked:
    from xlpy.sl.reading.books import read_books

    with session.sl.engine.connect() as connection:
        books = read_books(connection, session.sl, BooksNeeds())
    yield _company(books)
    yield from _modules(books, used)
    on = books.ar.auto_ref
    yield line("SL-AUTOREF", Verdict.PROBLEM if on else Verdict.OK, "on" if on else "off")
    yield from _periods(books, used)
    yield _currency(books)
    yield _subaccounts(books)
    yield from _classes(session, books, used)


def _company(books: SlBooks) -> Finding:
    company = books.company
    text = f"{company.cpny_id} {company.name}"
    if not company.in_this_database:
        fix = "Name the database of this company in [sl] url, or another company in [sl] company."
        return line("SL-COMPANY", Verdict.PROBLEM, f"{text} belongs to another database", fix=fix)
    if not company.active:
        return line("SL-COMPANY", Verdict.PROBLEM, f"{text} is not active")
    return line("SL-COMPANY", Verdict.OK, f"{text}, active, base currency {books.gl.base_currency}")


def _needs(module: str, used: Used) -> bool:
    """Whether what the firm exports becomes documents of this module."""
    kinds = used.kinds
    return {
        "GL": True,
        "AR": Kind.INVOICE in kinds,
        "AP": Kind.PROCUREMENT in kinds or (Kind.EXPENSE in kinds and used.expenses_as_bill),
        "IN": Kind.PROCUREMENT in kinds and not used.stock_as_journals,
    }[module]


def _modules(books: SlBooks, used: Used) -> Checked:
    payables = books.payables
    for module, ready, what in (
        ("GL", books.gl.set_up, "everything"),
        ("AR", books.ar.set_up, "invoices"),
        ("AP", payables.setup.set_up, "expenses and receipts"),
        ("IN", books.stock.setup.set_up, "adjustments and transfers"),
    ):
        subject = f"Module {module}"
        if ready:
            yield line("SL-MODULE", Verdict.OK, "set up", subject=subject)
            continue
        fix = f"Finish it in SL: {screen(_SETUP_SCREEN[module])}."
        needed = _needs(module, used)
        text = f"not set up: {what} can't be posted" + ("" if needed else "; you export none")
        verdict = Verdict.PROBLEM if needed else Verdict.NOTE
        yield line("SL-MODULE", verdict, text, fix=fix if needed else "", subject=subject)


def _periods(books: SlBooks, used: Used) -> Checked:
    gl = books.gl
    of_module = {
        "GL": (gl.set_up, gl.per_nbr),
        "AR": (books.ar.set_up, books.ar.per_nbr),
        "AP": (books.payables.setup.set_up, books.payables.setup.per_nbr),
        "IN": (books.stock.setup.set_up, books.stock.setup.per_nbr),
    }
    shown = [f"{module} {format_period(period)}" for module, (ready, period) in of_module.items() if ready and period]
    wrong = [
        f"{module} has {period or 'none'}"
        for module, (ready, period) in of_module.items()
        if ready and _needs(module, used) and not is_period(period, gl.calendar)
    ]
    ahead = [
        module
        for module, (ready, period) in of_module.items()
        if ready and module != "GL" and is_period(period, gl.calendar) and period > gl.per_nbr
    ]
    if wrong:
        yield line("SL-PERIODS", Verdict.PROBLEM, f"no current period of the fiscal calendar: {', '.join(wrong)}")
    elif gl.per_nbr and gl.last_close_per_nbr == gl.per_nbr:
        yield line("SL-PERIODS", Verdict.PROBLEM, "General Ledger is being closed right now", fix="Wait for its end.")
    elif ahead:
        text = f"{', '.join(shown)}: {', '.join(ahead)} ahead of GL"
        yield line("SL-PERIODS", Verdict.NOTE, text, fix="Close GL's period in SL when the month is done.")
    else:
        yield line("SL-PERIODS", Verdict.OK, f"current: {', '.join(shown)}")


def _next_numbers(session: Session, used: Used) -> Checked:
    """Look whether SL can go on counting batches, and for rows under its next numbers without a batch."""
    from xlpy.sl.reading.numbering import last_batch_number, next_batch_numbers, taken_batch_numbers
    from xlpy.sl.screens.entries import ENTRIES

    found: list[str] = []
    wrong: list[tuple[str, str, str]] = []
    with session.sl.engine.connect() as connection:
        for module, entry in ENTRIES.items():
            last = last_batch_number(connection, session.sl, entry.numbers) if _needs(module, used) else None
            if last is not None and not (last.isascii() and last.isdigit()):
                wrong.append((module, last, entry.numbers.screen))
            elif last is not None:
                ahead = next_batch_numbers(last, entry.numbers, _NUMBERS_AHEAD)
                taken = taken_batch_numbers(connection, session.sl, entry.numbers, ahead)
                found += [f"{module} {number} has rows in {table}" for number, table in sorted(taken.items()) if table]
    for module, last, where in wrong:
        text = f"the last batch number of module {module} is {last!r}, not a number: nothing can be posted into it"
        means = "SL's next batch number is the last one and one more."
        subject = f"Batch numbers of {module}"
        yield line("SL-NUMBERS", Verdict.PROBLEM, text, fix=f"Correct it in {where}.", subject=subject, means=means)
    if found:
        shown = ", ".join(found[:_SHOWN]) + (f" and {len(found) - _SHOWN} more" if len(found) > _SHOWN else "")
        yield line("SL-NUMBERS", Verdict.NOTE, f"{shown}, though there is no such batch")
    elif not wrong:
        yield line("SL-NUMBERS", Verdict.OK, f"no rows under the next {_NUMBERS_AHEAD} of any module")


def _currency(books: SlBooks) -> Finding:
    base = books.gl.base_currency
    if sl_key(base) not in {sl_key(currency) for currency in books.currencies}:
        fix = "Add it in SL (Currency Maintenance): batches of an unknown currency are invisible on screens."
        return line("SL-CURRENCY", Verdict.PROBLEM, f"the base currency {base!r} is not among SL's currencies", fix=fix)
    if not books.multi_currency:
        return line("SL-CURRENCY", Verdict.OK, f"{base} only: documents in other currencies stop")
    return line("SL-CURRENCY", Verdict.OK, f"on, base currency {base}")


def _subaccounts(books: SlBooks) -> Finding:
    if not books.sub_lengths:
        return line("SL-SEGMENTS", Verdict.NOTE, "SL has no flexkey for subaccounts: any length is taken as it is")
    lengths = "-".join(map(str, books.sub_lengths))
    combos = ", combinations of account and sub are checked" if books.gl.validate_acct_sub else ""
    return line("SL-SEGMENTS", Verdict.OK, f"segments of {lengths} characters{combos}")


def _classes(session: Session, books: SlBooks, used: Used) -> Checked:
    masters = session.profile.masters
    wanted = (
        ("customers", masters.customers and Kind.INVOICE in used.kinds, books.ar.default_class),
        ("vendors", masters.vendors and _needs("AP", used), books.payables.setup.default_class),
        ("products", masters.products and _needs("IN", used), books.stock.setup.default_class),
    )
    missing = [what for what, needed, name in wanted if needed and not name.strip()]
    if missing:
        text = f"none for new {', '.join(missing)}: a document that needs one stops"
        yield line("SL-CLASSES", Verdict.PROBLEM, text)
    else:
        named = [f"{what} {name}" for what, needed, name in wanted if needed]
        yield line("SL-CLASSES", Verdict.OK, ", ".join(named) or "no masters are created")


def _stamped(session: Session) -> Checked:
    from xlpy.domain.values.rules import STAMPED_TABLES

    rules = session.profile.posting
    chosen = {table: rules.user_column(table) for table in STAMPED_TABLES if rules.user_column(table)}
    if not chosen:
        yield line("SL-STAMP", Verdict.OK, "none: only the posting ledger knows the ids of Manage")
        return
    from xlpy.sl.ledger_book.ledger import check_ledger
    from xlpy.sl.ledger_book.stamped_columns import others_use

    with session.sl.engine.connect() as connection:
        try:
            check_ledger(connection)
        except LedgerMissing:
            yield line("SL-STAMP", Verdict.UNKNOWN, "which rows are ours is in the posting ledger", fix="")
            return
        used = {table: others_use(connection, session.sl, table, column) for table, column in chosen.items()}
    shown = ", ".join(f"{table}.{column}" for table, column in chosen.items())
    foreign = [f"{table}.{chosen[table]} ({count})" for table, count in used.items() if count]
    if foreign:
        text = f"{shown}; filled by others already in {', '.join(foreign)} rows"
        yield line("SL-STAMP", Verdict.NOTE, text)
    else:
        yield line("SL-STAMP", Verdict.OK, shown)


def _ledger(session: Session) -> Checked:
    from xlpy.sl.ledger_book.ledger import check_ledger
    from xlpy.sl.ledger_book.tables import SCHEMA_VERSION

    with session.sl.engine.connect() as connection:
        check_ledger(connection)
    yield line("SL-LEDGER", Verdict.OK, f"installed, version {SCHEMA_VERSION}")

"""Check setup, rights in SL: the SL user on SL's screens, and the SQL login on the tables."""

from __future__ import annotations

from typing import TYPE_CHECKING

from xlpy.domain.values.screens import SCREENS, screen
from xlpy.domain.values.statuses import Verdict
from xlpy.domain.values.transactions import Kind
from xlpy.errors import LedgerMissing
from xlpy.services.setup.lines import Checked, line

if TYPE_CHECKING:
    from xlpy.services.run.session import Session
    from xlpy.services.setup.manage import Used
    from xlpy.sl.reading.rights import ScreenRight, ScreenUse


def check_screens(session: Session, used: Used) -> Checked:
    """Check the SL user, and what it may enter on every screen: a problem only where this firm needs it."""
    from xlpy.sl.reading.rights import screen_rights, user_exists

    user = session.profile.sl.user.strip()
    if not user:
        yield line("SL-USER", Verdict.UNKNOWN, "the settings name no SL user", fix="Put [sl] user into the settings.")
        return
    with session.sl.engine.connect() as connection:
        if not user_exists(connection, session.sl, user):
            yield line("SL-USER", Verdict.PROBLEM, f"SL has no user {user}")
            return
        rights = screen_rights(connection, session.sl, user)
    yield line("SL-USER", Verdict.OK, user)
    for right in rights:
        yield from _screen(session, right, user, used)


def _screen(session: Session, right: ScreenRight, user: str, used: Used) -> Checked:
    subject = f"Screen {right.screen} {SCREENS[right.screen]}"
    means = "" if right.about.kinds else "Nothing is written there: it only helps to look up what a check names."
    if right.may_insert:
        through = [name for name in right.through if name.upper() != user.upper()]
        text = "may enter" + (f", through {', '.join(through)}" if through else "")
        yield line("SL-SCREEN", Verdict.OK, text, subject=subject, means=means)
        return
    needed = _is_needed(session, right.about, used)
    text = "may only look" if right.may_view else "no right"
    fix = f"Give {user}, or a group of it, Insert on {right.screen} in SL: {screen('95.270')}."
    if not needed:
        why = "nothing is written there" if not right.about.kinds else "not needed for what you export"
        yield line("SL-SCREEN", Verdict.NOTE, f"{text}; {why}", fix="", subject=subject, means=means)
    else:
        yield line("SL-SCREEN", Verdict.PROBLEM, text, fix=fix, subject=subject, means=means)


def _is_needed(session: Session, use: ScreenUse, used: Used) -> bool:
    """Whether this firm has what the product writes in the place of the screen."""
    kinds = use.kinds & used.kinds
    if use.journal:
        costs = Kind.INVOICE in kinds and used.cost_journals
        stock = Kind.PROCUREMENT in kinds and used.stock_as_journals
        return costs or stock or (Kind.EXPENSE in kinds and not used.expenses_as_bill)
    if use.stock and used.stock_as_journals:
        return False
    if use.master and not getattr(session.profile.masters, use.master):
        return False
    if kinds == {Kind.EXPENSE} and not used.expenses_as_bill:
        return False  # journals instead of vouchers, and nobody's vendor is created
    return bool(kinds)


def check_sql_rights(session: Session) -> Checked:
    """Check the SQL login: what it lacks is a problem, what it has beyond need a note."""
    from xlpy.sl.ledger_book.setup_script import READ, ROLE
    from xlpy.sl.ledger_book.sql_rights import rights_told, sql_rights, tables_told

    company = session.sl
    if company.engine.dialect.name != "mssql":
        yield line("SQL-NEEDED", Verdict.OK, "a SQLite file has no rights of its own (the demo company)")
        yield line("SQL-MORE", Verdict.OK, "a SQLite file has no rights of its own (the demo company)")
        return
    with company.engine.connect() as connection:
        found = sql_rights(connection, [table for table in READ if company.catalogue.has(table)])
    if found.missing:
        role = "is in" if found.in_role else "is not in"
        text = f"{found.login} {role} the role {ROLE}, and lacks {rights_told(found.missing)}"
        fix = None
        if found.in_role:
            fix = "Run 'xlpy sl-setup' again (or its script): this version of the program needs more than the role has."
        yield line("SQL-NEEDED", Verdict.PROBLEM, text, fix=fix)
    else:
        through = f", through the role {ROLE}" if found.in_role else ""
        yield line("SQL-NEEDED", Verdict.OK, f"{found.login} has them all{through}")
    if found.roles:
        yield line(
            "SQL-MORE", Verdict.NOTE, f"{found.login} is {', '.join(found.roles)}: it may do far more than needed"
        )
    elif found.beyond:
        parts = [f"{right} on {tables_told(tables)}" for right, tables in sorted(found.beyond.items())]
        yield line("SQL-MORE", Verdict.NOTE, f"{found.login} may also {'; '.join(parts)}")
    else:
        yield line("SQL-MORE", Verdict.OK, "none")


def check_practice(session: Session) -> Checked:
    """Check the rights of the practice release: what lacks is a note, for nothing else needs them."""
    from xlpy.sl.writing.release_procedures import missing_for_practice

    if not session.profile.posting.practice_release:
        yield line("SQL-PRACTICE", Verdict.OK, "switched off in the settings")
        return
    if session.sl.engine.dialect.name != "mssql":
        yield line("SQL-PRACTICE", Verdict.OK, "the demo company has its own release")
        return
    with session.sl.engine.connect() as connection:
        lacking = missing_for_practice(connection)
    if lacking:
        yield line("SQL-PRACTICE", Verdict.NOTE, f"the login lacks {', '.join(lacking)}")
    else:
        yield line("SQL-PRACTICE", Verdict.OK, "the login has them all")


def check_two_persons(session: Session) -> Checked:
    """Say who demands two persons, and as whom this PC is known; nothing where one person is enough.

    A ledger that is not there yet is told on its own line.
    """
    from xlpy.services.run.approval import person, two_persons
    from xlpy.sl.ledger_book.sql_rights import sql_rights

    try:
        if not two_persons(session):
            return
    except LedgerMissing:
        return
    by = "by the settings" if session.profile.posting.approval else "by the company, whatever the settings say"
    text = f"demanded {by}; you are {person(session)}"
    if session.sl.engine.dialect.name != "mssql":
        yield line("SL-APPROVAL", Verdict.OK, f"{text} (a file has no logins: the user stands for one)")
        return
    with session.sl.engine.connect() as connection:
        roles = sql_rights(connection, ()).roles
    if roles:
        yield line("SL-APPROVAL", Verdict.NOTE, f"{text}; this login is {', '.join(roles)}, and stands above the rule")
    else:
        yield line("SL-APPROVAL", Verdict.OK, text)

"""Two persons: whether they are demanded here, and whether exactly this was approved by somebody else.

The settings of this PC can demand it, and so can the company in SL (``xlpy sl-setup --two-persons``): then no PC can
do without. Who is asking is what the server says of the connection, not what the PC says.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

import msgspec

from xlpy.domain.checks.table import found
from xlpy.domain.values.approvals import TWO, Approval, ForApproval, Person
from xlpy.domain.values.problems import Problem
from xlpy.services.run.session import Session


@dataclass(frozen=True, slots=True)
class Signed:
    """Why something may not be done, or the approval by which it may; neither where one person is enough."""

    problems: tuple[Problem, ...] = ()
    approval: Approval | None = None


def hash_of(value: object) -> str:
    """Return the SHA-256 (hex) of the canonical JSON of a value, as a plan's hash is made."""
    return hashlib.sha256(msgspec.json.encode(value, order="sorted")).hexdigest()


def two_persons(session: Session) -> bool:
    """Tell whether a second person has to approve, by the settings or by the company's rule in SL."""
    from xlpy.sl.ledger_book.approvals import demands_two

    if session.profile.posting.approval == TWO:
        return True
    with session.sl.engine.connect() as connection:
        return demands_two(connection)


def person(session: Session) -> Person:
    """Return who is working: the login that SQL Server knows, the user and the PC. On SQLite the user is the login."""
    from xlpy.sl.ledger_book.approvals import server_login

    with session.sl.engine.connect() as connection:
        return Person(server_login(connection, session.user), session.user, session.host)


def approvals_asked(session: Session, plan_hash: str = "") -> list[Approval]:
    """Return what was asked for at this site and company (of one plan, or all), oldest first."""
    from xlpy.sl.ledger_book.approvals import OfSite, read_approvals

    site = OfSite(session.manage.host, session.manage.company)
    with session.sl.engine.connect() as connection:
        return read_approvals(connection, session.sl, site, plan_hash)


def approval_of(session: Session, wanted: ForApproval, plan_hash: str, subject: str, *, typed: str = "") -> Signed:
    """Say whether exactly this may be done now: by whose approval, or why not.

    ``subject``: the batch identifier, or the invoices. ``typed``: the word that asks for it on Home, for everything
    but an export. Raises ``SlError`` when SL can't be read, ``LedgerMissing``.
    """
    if not two_persons(session):
        return Signed()
    me = person(session)
    of_plan = [asked for asked in approvals_asked(session, plan_hash) if asked.wanted is wanted]
    approved = [asked for asked in of_plan if asked.approved_by is not None]
    usable = [asked for asked in approved if not asked.prepared_by.is_same_as(me)]
    if usable:
        return Signed(approval=usable[-1])
    if approved:
        last = approved[-1]
        return Signed((found("APPROVAL-OWN", case="run", who=str(last.prepared_by), number=last.number),))
    if of_plan:
        last = of_plan[-1]
        return Signed((found("APPROVAL-MISSING", case="asked", who=str(last.prepared_by), number=last.number),))
    others = [asked for asked in approvals_asked(session) if asked.wanted is wanted and asked.subject == subject]
    if others:
        case = "typed changed" if typed else "export changed"
        return Signed((found("APPROVAL-MISSING", case=case, number=others[-1].number, word=typed),))
    return Signed((found("APPROVAL-MISSING", case="typed" if typed else "export", word=typed),))

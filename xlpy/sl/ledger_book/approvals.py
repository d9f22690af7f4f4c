"""Requests and approvals in the SL company database: read, asked for, signed. Nothing is ever changed or deleted."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import ColumnElement, Connection, DateTime, Row, Unicode, func, insert, literal, select
from sqlalchemy.exc import IntegrityError

from xlpy.domain.facts.books import sl_key
from xlpy.domain.values.approvals import TWO, Approval, ForApproval, Person
from xlpy.sl.ledger_book.approval_tables import APPROVAL_RULE, LOGIN, approval_requests, approvals, rules
from xlpy.sl.ledger_book.tables import check_ledger

if TYPE_CHECKING:
    from xlpy.sl.connection.engine import SlCompany


@dataclass(frozen=True, slots=True)
class OfSite:
    """Whose requests: those of a Manage site and company, and of the SL company."""

    manage_host: str
    manage_company: str


def demands_two(connection: Connection) -> bool:
    """Tell whether the company demands two persons of every PC (``xlpy sl-setup --two-persons``)."""
    check_ledger(connection)
    found = connection.scalar(select(rules.c.RuleValue).where(rules.c.RuleName == APPROVAL_RULE))
    return str(found or "").strip().lower() == TWO


def server_login(connection: Connection, user: str) -> str:
    """Return the login of this connection as the server knows it; a SQLite file knows none: the user then."""
    return str(connection.scalar(select(_login(connection, user))))


def read_approvals(connection: Connection, company: SlCompany, site: OfSite, plan_hash: str = "") -> list[Approval]:
    """Return what was asked for (of one plan, or all of the company), with its approval when it has one; oldest first.

    Raises ``LedgerMissing`` when the ledger is not installed.
    """
    check_ledger(connection)
    asked, signed = approval_requests, approvals
    statement = (
        select(
            asked,
            *(signed.c[name] for name in ("ApprovedLogin", "ApprovedBy", "ApprovedHost", "ApprovedAt")),
        )
        .select_from(asked.outerjoin(signed, signed.c.RequestID == asked.c.RequestID))
        .where(asked.c.ManageHost == site.manage_host, asked.c.ManageCompany == site.manage_company)
        .order_by(asked.c.RequestID)
    )
    if plan_hash:
        statement = statement.where(asked.c.PlanHash == plan_hash)
    own = sl_key(company.cpny_id)
    return [_approval(row) for row in connection.execute(statement) if sl_key(row.CpnyID) == own]


def insert_request(company: SlCompany, site: OfSite, request: Approval, now: datetime) -> None:
    """Write what is asked for. The server writes the login and its own time; ``now`` is for a SQLite file."""
    with company.engine.begin() as connection:
        connection.execute(
            insert(approval_requests).values(
                ManageHost=site.manage_host,
                ManageCompany=site.manage_company,
                CpnyID=company.cpny_id,
                Wanted=str(request.wanted),
                Subject=request.subject,
                PlanHash=request.plan_hash,
                Documents=request.documents,
                Worth=request.worth,
                Choices=request.choices,
                PreparedLogin=_login(connection, request.prepared_by.user),
                PreparedBy=request.prepared_by.user,
                PreparedHost=request.prepared_by.host,
                AskedAt=_now(connection, now),
            )
        )


def insert_approval(company: SlCompany, request: Approval, user: str, host: str, now: datetime) -> bool:
    """Sign a request. False: the database refused it (the preparer's own, or somebody has signed it meanwhile)."""
    asked = approval_requests.c
    names = ("RequestID", "PlanHash", "PreparedLogin", "PreparedBy")
    with company.engine.connect() as connection:
        signed = select(
            *(asked[name] for name in names),
            _login(connection, user),
            literal(user, Unicode(100)),
            literal(host, Unicode(100)),
            _now(connection, now),
        ).where(asked.RequestID == request.number, asked.PlanHash == request.plan_hash)
        into = (*names, "ApprovedLogin", "ApprovedBy", "ApprovedHost", "ApprovedAt")
        try:
            made = connection.execute(insert(approvals).from_select(into, signed))
        except IntegrityError:
            connection.rollback()
            return False
        connection.commit()
        return bool(made.rowcount)


def _login(connection: Connection, user: str) -> ColumnElement[str]:
    if connection.dialect.name == "mssql":
        return func.ORIGINAL_LOGIN(type_=Unicode(LOGIN))
    return literal(user, Unicode(LOGIN))


def _now(connection: Connection, now: datetime) -> ColumnElement[Any]:
    return func.GETDATE(type_=DateTime) if connection.dialect.name == "mssql" else literal(now, DateTime)


def _approval(row: Row[Any]) -> Approval:
    approved = None
    if row.ApprovedLogin is not None:
        approved = Person(row.ApprovedLogin, row.ApprovedBy, row.ApprovedHost)
    return Approval(
        number=row.RequestID,
        wanted=ForApproval(row.Wanted),
        subject=row.Subject,
        plan_hash=row.PlanHash,
        documents=row.Documents,
        worth=row.Worth,
        choices=row.Choices,
        prepared_by=Person(row.PreparedLogin, row.PreparedBy, row.PreparedHost),
        asked_at=row.AskedAt,
        approved_by=approved,
        approved_at=row.ApprovedAt,
    )

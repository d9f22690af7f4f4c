"""Two persons: what was asked for, what was approved, and whether the company demands it.

Nobody can sign for somebody else, by this product or by SQL: SQL Server itself says who inserts a row (ORIGINAL_LOGIN,
which stays the same under EXECUTE AS), an approval can only carry the preparer of the request it names (a foreign key
over both), and the two must differ. Rows are never changed or deleted. A database owner stands above all that.
"""

from __future__ import annotations

from sqlalchemy import (
    CheckConstraint,
    Column,
    DateTime,
    ForeignKeyConstraint,
    Identity,
    Index,
    Integer,
    String,
    Table,
    Unicode,
    UniqueConstraint,
)

from xlpy.sl.ledger_book.columns import exact, ledger_metadata

LOGIN = 128  # SQL Server: sysname


def _own(column: str, name: str) -> CheckConstraint:
    """Only the login itself can be written: SQL Server knows whose connection it is. A SQLite file has no logins."""
    return CheckConstraint(f"UPPER({column}) = UPPER(ORIGINAL_LOGIN())", name=name).ddl_if(dialect="mssql")


approval_requests = Table(
    "xlpy_ApprovalRequest",
    ledger_metadata,
    Column("RequestID", Integer, Identity(), primary_key=True),
    Column("ManageHost", Unicode(255), nullable=False),
    Column("ManageCompany", Unicode(60), nullable=False),
    Column("CpnyID", String(10), nullable=False),
    Column("Wanted", String(12), nullable=False),
    Column("Subject", Unicode(None), nullable=False),
    Column("PlanHash", exact(64), nullable=False),
    Column("Documents", Integer, nullable=False),
    Column("Worth", Unicode(None), nullable=False),
    Column("Choices", Unicode(None), nullable=False),
    Column("PreparedLogin", Unicode(LOGIN), nullable=False),
    Column("PreparedBy", Unicode(100), nullable=False),
    Column("PreparedHost", Unicode(100), nullable=False),
    Column("AskedAt", DateTime, nullable=False),
    UniqueConstraint("RequestID", "PlanHash", "PreparedLogin", "PreparedBy", name="xlpy_ApprovalRequest_Signed"),
    Index("xlpy_ApprovalRequest_Plan", "PlanHash"),
    _own("PreparedLogin", "xlpy_ApprovalRequest_Own"),
    implicit_returning=False,
)

approvals = Table(
    "xlpy_Approval",
    ledger_metadata,
    Column("ApprovalID", Integer, Identity(), primary_key=True),
    Column("RequestID", Integer, nullable=False),
    Column("PlanHash", exact(64), nullable=False),
    Column("PreparedLogin", Unicode(LOGIN), nullable=False),
    Column("PreparedBy", Unicode(100), nullable=False),
    Column("ApprovedLogin", Unicode(LOGIN), nullable=False),
    Column("ApprovedBy", Unicode(100), nullable=False),
    Column("ApprovedHost", Unicode(100), nullable=False),
    Column("ApprovedAt", DateTime, nullable=False),
    UniqueConstraint("RequestID", name="xlpy_Approval_Once"),
    ForeignKeyConstraint(
        ("RequestID", "PlanHash", "PreparedLogin", "PreparedBy"),
        [f"xlpy_ApprovalRequest.{name}" for name in ("RequestID", "PlanHash", "PreparedLogin", "PreparedBy")],
        name="xlpy_Approval_Request",
    ),
    CheckConstraint("UPPER(ApprovedLogin) <> UPPER(PreparedLogin)", name="xlpy_Approval_TwoLogins"),
    CheckConstraint("UPPER(ApprovedBy) <> UPPER(PreparedBy)", name="xlpy_Approval_TwoUsers"),
    _own("ApprovedLogin", "xlpy_Approval_Own"),
    implicit_returning=False,
)

# What the company demands of every PC, whatever its settings say. Only the database's owner writes it.
rules = Table(
    "xlpy_Rule",
    ledger_metadata,
    Column("RuleName", String(20), primary_key=True),
    Column("RuleValue", String(20), nullable=False),
    Column("SetAt", DateTime, nullable=False),
    implicit_returning=False,
)
APPROVAL_RULE = "approval"

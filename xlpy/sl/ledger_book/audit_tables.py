"""The chain of audit records in the SL company database: each names the hash of the one before."""

from __future__ import annotations

from sqlalchemy import Column, DateTime, Identity, Index, Integer, String, Table, Unicode, UniqueConstraint

from xlpy.sl.ledger_book.columns import exact, ledger_metadata

audits = Table(
    "xlpy_Audit",
    ledger_metadata,
    Column("AuditID", Integer, Identity(), primary_key=True),
    Column("ManageHost", Unicode(255), nullable=False),
    Column("ManageCompany", Unicode(60), nullable=False),
    Column("CpnyID", String(10), nullable=False),
    Column("RunID", exact(40), nullable=False),
    Column("ManifestHash", exact(64), nullable=False),
    Column("PreviousHash", exact(64), nullable=False),
    Column("MadeAt", DateTime, nullable=False),
    Column("MadeBy", Unicode(100), nullable=False),
    Column("MadeHost", Unicode(100), nullable=False),
    # Two PCs can't both follow the same record: the chain can't fork, whatever isolation the database runs under.
    UniqueConstraint("CpnyID", "PreviousHash", name="xlpy_Audit_Chain"),
    Index("xlpy_Audit_Company", "CpnyID", "AuditID"),
    implicit_returning=False,
)

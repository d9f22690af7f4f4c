"""The posting ledger's own tables in the SL company database (design: the posting ledger).

They are written in the same transaction as the SL documents, so they can't disagree with them. Rows are never deleted.
Names of the Manage site, of people and of batches are nvarchar (they are Manage's text, not SL's); everything that is
compared with SL's char columns is varchar.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import (
    Column,
    Connection,
    DateTime,
    Engine,
    ForeignKey,
    Identity,
    Index,
    Integer,
    String,
    Table,
    Unicode,
    UniqueConstraint,
    insert,
    inspect,
    select,
)

from xlpy.errors import LedgerMissing
from xlpy.sl.connection.sqlite import inspector
from xlpy.sl.connection.types import SlAmount
from xlpy.sl.ledger_book import approval_tables, audit_tables
from xlpy.sl.ledger_book import payment_tables as sync_tables
from xlpy.sl.ledger_book.columns import AddColumn, exact, ledger_metadata

SCHEMA_VERSION = 4
LOCK_NAME = "posting"
# Tables of the payment sync, of the audit chain and of the approvals belong to the same set-up and version.
OTHER_TABLES = (
    sync_tables.sync_runs,
    sync_tables.payments,
    sync_tables.payment_tries,
    sync_tables.settlements,
    audit_tables.audits,
    approval_tables.approval_requests,
    approval_tables.approvals,
    approval_tables.rules,
)

postings = Table(
    "xlpy_Posting",
    ledger_metadata,
    Column("PostingID", Integer, Identity(), primary_key=True),
    Column("ManageHost", Unicode(255), nullable=False),
    Column("ManageCompany", Unicode(60), nullable=False),
    Column("CpnyID", String(10), nullable=False),
    Column("Kind", String(12), nullable=False),
    Column("RecordID", exact(100), nullable=False),
    Column("Generation", Integer, nullable=False),
    Column("BatchIdentifier", Unicode(60), nullable=False),
    Column("Number", Unicode(100), nullable=False),
    Column("Amount", SlAmount(), nullable=False),
    Column("Currency", String(4), nullable=False),
    Column("LinesHash", exact(64), nullable=False),
    Column("EntryIDs", String(None), nullable=False),
    Column("PlanHash", exact(64), nullable=False),
    Column("State", String(10), nullable=False),
    Column("RunID", exact(40), nullable=False),
    Column("PostedAt", DateTime, nullable=False),
    Column("PostedBy", Unicode(100), nullable=False),
    Column("PostedHost", Unicode(100), nullable=False),
    Column("ManageBatchID", Integer),
    Column("ClosedAt", DateTime),
    Column("StateAt", DateTime),  # when an undo or a clearing changed the state, and who did it
    Column("StateBy", Unicode(100)),
    Column("StateHost", Unicode(100)),
    UniqueConstraint("ManageHost", "ManageCompany", "Kind", "RecordID", "Generation", name="xlpy_Posting_Once"),
    Index("xlpy_Posting_Run", "RunID"),
    Index("xlpy_Posting_Batch", "BatchIdentifier"),
    Index("xlpy_Posting_State", "State", "ClosedAt"),
    implicit_returning=False,
)

posting_docs = Table(
    "xlpy_PostingDoc",
    ledger_metadata,
    Column("PostingDocID", Integer, Identity(), primary_key=True),
    Column("PostingID", Integer, ForeignKey("xlpy_Posting.PostingID", name="xlpy_PostingDoc_Posting"), nullable=False),
    Column("Part", String(10), nullable=False),
    Column("Module", String(2), nullable=False),
    Column("BatNbr", String(10), nullable=False),
    Column("DocType", String(2), nullable=False),
    Column("RefNbr", String(15), nullable=False),
    Column("Amount", SlAmount(), nullable=False),
    Column("RowsHash", exact(64), nullable=False),
    Index("xlpy_PostingDoc_Posting", "PostingID"),
    Index("xlpy_PostingDoc_Doc", "Module", "BatNbr", "DocType", "RefNbr"),
    implicit_returning=False,
)

locks = Table(
    "xlpy_Lock",
    ledger_metadata,
    Column("LockName", String(20), primary_key=True),
    Column("HolderUser", Unicode(100), nullable=False),
    Column("HolderHost", Unicode(100), nullable=False),
    Column("Since", DateTime),
    Column("ReleasedAt", DateTime),
    implicit_returning=False,
)

versions = Table(
    "xlpy_Version",
    ledger_metadata,
    Column("SchemaVersion", Integer, primary_key=True, autoincrement=False),
    Column("InstalledAt", DateTime, nullable=False),
    implicit_returning=False,
)


# What later versions added to tables of earlier ones. All of it may be empty, so rows that are there stay as they are.
ADDED_COLUMNS = (
    *(postings.c.StateAt, postings.c.StateBy, postings.c.StateHost),
    sync_tables.sync_runs.c.LastAdjustID,
    *(sync_tables.payments.c.PaymentDate, sync_tables.payments.c.ChangedAt, sync_tables.payments.c.RemovedAt),
    *(sync_tables.payments.c.CreditID, sync_tables.payment_tries.c.CreditID),
)


def create_ledger(engine: Engine, *, now: datetime | None = None) -> None:
    """Create what is missing and stamp the version: a new ledger, or one of an earlier version. Safe to run again.

    Nothing that is there is changed or removed. Raises ``LedgerMissing`` when a later version is there.
    """
    with engine.begin() as connection:
        installed = refuse_later_version(connection)
        ledger_metadata.create_all(connection)
        for column in ADDED_COLUMNS:
            there = {known["name"].lower() for known in inspect(connection).get_columns(column.table.name)}
            if column.name.lower() not in there:
                connection.execute(AddColumn(column))
        if SCHEMA_VERSION not in installed:
            stamp = now or datetime.now().astimezone().replace(tzinfo=None, microsecond=0)
            connection.execute(insert(versions).values(SchemaVersion=SCHEMA_VERSION, InstalledAt=stamp))


def check_ledger(connection: Connection) -> None:
    """Raise ``LedgerMissing`` when the ledger's tables are not there, or are of another version than this program's."""
    there = {name.lower() for name in inspector(connection).get_table_names()}
    missing = sorted(table.name for table in ledger_metadata.tables.values() if table.name.lower() not in there)
    if missing:
        raise LedgerMissing(f"missing: {', '.join(missing)}")
    if not refuse_other_version(connection):
        raise LedgerMissing("its set-up script was not run to the end")


def refuse_other_version(connection: Connection) -> Collection[int]:
    """Return the versions installed (none before the first time).

    Raises ``LedgerMissing`` when this program's is not among them, and for a later one.
    """
    found = versions_installed(connection)
    if found and max(found) != SCHEMA_VERSION:
        raise _other_version(max(found))
    return found


def refuse_later_version(connection: Connection) -> Collection[int]:
    """Return the versions installed; raises ``LedgerMissing`` when there is a later one than this program's."""
    found = versions_installed(connection)
    if found and max(found) > SCHEMA_VERSION:
        raise _other_version(max(found))
    return found


def versions_installed(connection: Connection) -> Collection[int]:
    """Return the versions that were installed here, one after the other; none before the first time."""
    if not inspector(connection).has_table(versions.name):
        return ()
    return connection.scalars(select(versions.c.SchemaVersion)).all()


def _other_version(found: int) -> LedgerMissing:
    return LedgerMissing(f"it has version {found}, this program needs version {SCHEMA_VERSION}")

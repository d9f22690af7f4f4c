"""The script that a database administrator runs once: the posting ledger's tables and the rights that we need.

It is rendered from the same table definitions that the program uses; ``templates/sl_setup.sql`` is its output.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from sqlalchemy import Connection, Table, insert, select
from sqlalchemy.dialects import mssql
from sqlalchemy.engine import Dialect
from sqlalchemy.exc import DBAPIError
from sqlalchemy.schema import CreateIndex, CreateTable

from xlpy.domain.values.approvals import TWO
from xlpy.errors import SlError
from xlpy.sl.connection.sqlite import inspector
from xlpy.sl.connection.statement_errors import database_said
from xlpy.sl.ledger_book.approval_tables import APPROVAL_RULE, approval_requests, approvals, rules
from xlpy.sl.ledger_book.audit_tables import audits
from xlpy.sl.ledger_book.columns import AddColumn, ledger_metadata
from xlpy.sl.ledger_book.tables import (
    ADDED_COLUMNS,
    SCHEMA_VERSION,
    create_ledger,
    posting_docs,
    refuse_later_version,
    versions,
    versions_installed,
)

if TYPE_CHECKING:
    from xlpy.sl.connection.engine import SlCompany

ROLE = "xlpy_user"

# Least rights, by what the program does. SL's system tables are reached through the views of the company database.
READ = (
    "Account",
    "ARAdjust",
    "ARDoc",
    "ARSetup",
    "ARTran",
    "AR_Balances",
    "APDoc",
    "APRefNbr",
    "APSetup",
    "APTran",
    "Batch",
    "CMSetup",
    "Country",
    "CuryRate",
    "Currncy",
    "CustClass",
    "Customer",
    "FlexDef",
    "GLSetup",
    "GLTran",
    "INSetup",
    "INTran",
    "INUnit",
    "Inventory",
    "InventoryADG",
    "ItemSite",
    "Ledger",
    "Location",
    "LocTable",
    "ProductClass",
    "RefNbr",
    "SalesTax",
    "Site",
    "SlsTaxGrp",
    "SOAddress",
    "State",
    "SubAcct",
    "Terms",
    "TrnsfrDoc",
    "VendClass",
    "Vendor",
    "vs_accessdetrights",
    "vs_AcctSub",
    "vs_AcctXref",
    "vs_company",
    "vs_subxref",
    "vs_usergrp",
    "vs_userrec",
)
WRITE = (
    *("ARTran", "ARDoc", "RefNbr", "APTran", "APDoc", "APRefNbr", "INTran", "TrnsfrDoc", "GLTran", "Batch"),
    *("Customer", "SOAddress", "AR_Balances", "Vendor", "Inventory", "InventoryADG", "INUnit"),
)
# What Undo takes out again: our own documents, while SL has not released them. Masters stay.
REMOVE = ("ARTran", "ARDoc", "RefNbr", "APTran", "APDoc", "APRefNbr", "INTran", "TrnsfrDoc", "GLTran", "Batch")
# Columns that are updated: the counters of the set-up rows, and the bins that entered inventory documents take from.
COUNTERS = {
    "ARSetup": ("LastBatNbr",),
    "APSetup": ("LastBatNbr", "LastRefNbr"),
    "INSetup": ("LastBatNbr", "LstTrnsfrDocNbr"),
    "GLSetup": ("LastBatNbr",),
    "Location": ("QtyAllocIN", "QtyAvail"),
}
# Ledger rows are never deleted; what is written once is never changed; the version is the script's own affair. What is
# not granted is denied, so that no other role of a user gives it back.
_WRITTEN_ONCE = (posting_docs.name, audits.name, approval_requests.name, approvals.name)
_OF_THE_OWNER = (versions.name, rules.name)
LEDGER_RIGHTS = {
    table.name: ("SELECT",)
    if table.name in _OF_THE_OWNER
    else ("SELECT", "INSERT", *(("UPDATE",) if table.name not in _WRITTEN_ONCE else ()))
    for table in ledger_metadata.sorted_tables
}
# INSERT of the version and of a rule is not denied: the administrator who runs the script may be a user, too.
LEDGER_DENIED = {
    name: tuple(right for right in ("UPDATE", "DELETE") if right not in rights)
    for name, rights in LEDGER_RIGHTS.items()
}
# What the practice release needs beside that, and only it: granted when it is asked for.
PRACTICE_EXECUTE = ("pp_CleanWrkRelease", "pp_WrkReleaseRec", "pp_08400", "pp_03400", "pp_01400")
PRACTICE_INSERT, PRACTICE_SELECT = "vs_access", "WrkReleaseBad"

_HEAD = """\
-- Manage to SL: posting ledger, version {version}.
-- Run it once in the SL company (application) database, as a member of db_owner. It is safe to run again: what is
-- there stays as it is, an earlier version gets what it lacks, and a later one is refused. Then make the users of
-- Manage to SL members:
--     ALTER ROLE {role} ADD MEMBER [DOMAIN\\user];
-- SL's views vs_... read the system database: the same users need SELECT there, unless ownership chaining is on.
"""

_PRACTICE = """\
-- Practice release: SL's own release is run in a transaction that is always rolled back. The view vs_access is of the
-- system database: without ownership chaining the same users need INSERT on its table Access, too."""

# A later version must not be touched by an older program; an earlier one is brought to this version.
# NOEXEC keeps the rest of the script from running in any tool; a severity that ends it would need sysadmin.
_OTHER_VERSION = """\
IF OBJECT_ID('dbo.xlpy_Version', 'U') IS NOT NULL
    EXEC ('IF EXISTS (SELECT 1 FROM dbo.xlpy_Version WHERE SchemaVersion > @version)
               RAISERROR (''The posting ledger in this database has a later version than @version'', 16, 1)');
IF @@ERROR <> 0 SET NOEXEC ON;
"""

_TWO_PERSONS = """\
-- Two persons: what is posted has to be approved by another login, whatever the settings of a PC say.
-- The owner of the database takes it back with: DELETE FROM dbo.xlpy_Rule WHERE RuleName = 'approval';
IF NOT EXISTS (SELECT 1 FROM dbo.xlpy_Rule WHERE RuleName = 'approval')
    INSERT INTO dbo.xlpy_Rule (RuleName, RuleValue, SetAt) VALUES ('approval', 'two', GETDATE());
"""

# The last step: a ledger without a version was not set up to the end.
_STAMP_VERSION = """\
IF NOT EXISTS (SELECT 1 FROM dbo.xlpy_Version WHERE SchemaVersion = @version)
    INSERT INTO dbo.xlpy_Version (SchemaVersion, InstalledAt) VALUES (@version, GETDATE());
"""


def setup_script(dialect: Dialect | None = None, *, practice: bool = False, two_persons: bool = False) -> str:
    """Return the T-SQL script, batches separated by ``GO``; the same text every time.

    ``practice``: with the rights of the practice release, which nothing else needs. ``two_persons``: with the rule that
    a second login has to approve what is posted.
    """
    chosen = dialect or mssql.dialect()  # type: ignore[no-untyped-call]
    return _HEAD.format(version=SCHEMA_VERSION, role=ROLE) + "".join(
        f"\n{batch.strip()}\nGO\n" for batch in _batches(chosen, practice=practice, two_persons=two_persons)
    )


@dataclass(frozen=True, slots=True)
class LedgerInstalled:
    """What the set-up did. ``before``: the version that was there, 0 for none; ``made``: the tables made new.

    ``columns``: added to tables of an earlier version; ``role``: whether the role's rights were granted (SQL Server).
    """

    where: str
    before: int
    made: tuple[str, ...]
    columns: tuple[str, ...]
    role: bool

    @property
    def changed(self) -> bool:
        """Whether anything was missing before."""
        return self.before != SCHEMA_VERSION or bool(self.made or self.columns)


def install_ledger(company: SlCompany, *, practice: bool = False, two_persons: bool = False) -> LedgerInstalled:
    """Install the ledger in the company's database: run the script on SQL Server, make the tables on SQLite.

    An earlier version gets what it lacks. ``practice``: grant the rights of the practice release, too;
    ``two_persons``: demand approvals of every PC. Raises ``LedgerMissing`` when a later version is there, ``SlError``
    when the login may not do it, or this is no company database of SL.
    """
    if not company.catalogue.has("ARDoc"):
        raise SlError(
            f"This is no company database of SL ({_where(company)}): the posting ledger does not belong here.",
            fix="Name the company database (often ending in App, not System) in [sl] url. Nothing was changed.",
        )
    with company.engine.connect() as connection:
        refuse_later_version(connection)
        before, tables, columns = _there(connection)
    on_server = company.engine.dialect.name == "mssql"
    if on_server:
        _run_script(company, practice=practice, two_persons=two_persons)
    else:
        create_ledger(company.engine)
        if two_persons:
            _demand_two(company)
    return LedgerInstalled(
        where=_where(company),
        before=max(before, default=0),
        made=tuple(table.name for table in ledger_metadata.sorted_tables if table.name.lower() not in tables),
        columns=tuple(
            f"{column.table.name}.{column.name}"
            for column in ADDED_COLUMNS
            if column.table.name.lower() in tables and (column.table.name.lower(), column.name.lower()) not in columns
        ),
        role=on_server,
    )


def _demand_two(company: SlCompany) -> None:
    with company.engine.begin() as connection:
        if connection.scalar(select(rules.c.RuleValue).where(rules.c.RuleName == APPROVAL_RULE)) is None:
            now = datetime.now().astimezone().replace(tzinfo=None, microsecond=0)
            connection.execute(insert(rules).values(RuleName=APPROVAL_RULE, RuleValue=TWO, SetAt=now))


def _where(company: SlCompany) -> str:
    from xlpy.sl.connection.engine import server_of  # which needs the driver's module

    return server_of(company)


def _there(connection: Connection) -> tuple[Collection[int], set[str], set[tuple[str, str]]]:
    """Return the versions installed, and the ledger's tables and their columns that are there, in small letters."""
    found = inspector(connection)
    tables = {table.name.lower() for table in ledger_metadata.sorted_tables if found.has_table(table.name)}
    columns = {
        (column.table.name.lower(), known["name"].lower())
        for column in {column.table.name: column for column in ADDED_COLUMNS}.values()
        if column.table.name.lower() in tables
        for known in found.get_columns(column.table.name)
    }
    return versions_installed(connection), tables, columns


def _run_script(company: SlCompany, *, practice: bool, two_persons: bool) -> None:
    with company.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        try:
            for batch in re.split(
                r"(?m)^GO\s*$", setup_script(connection.dialect, practice=practice, two_persons=two_persons)
            ):
                if batch.strip():
                    connection.exec_driver_sql(batch)
        except DBAPIError as error:
            raise SlError(
                f"The posting ledger can't be installed: {database_said(error)}.",
                fix="Print the script (xlpy sl-setup --print) and have the database administrator run it in the"
                " company database.",
            ) from error


def _batches(dialect: Dialect, *, practice: bool, two_persons: bool) -> Iterator[str]:
    yield "SET NOCOUNT ON;\nSET ANSI_NULLS ON;\nSET QUOTED_IDENTIFIER ON;"
    yield _OTHER_VERSION.replace("@version", str(SCHEMA_VERSION))
    for table in ledger_metadata.sorted_tables:
        yield _create(table, dialect)
    for column in ADDED_COLUMNS:
        statement = str(AddColumn(column).compile(dialect=dialect)).replace("TABLE ", "TABLE dbo.")
        yield f"IF COL_LENGTH('dbo.{column.table.name}', '{column.name}') IS NULL\n    {statement};"
    yield f"IF DATABASE_PRINCIPAL_ID('{ROLE}') IS NULL\n    CREATE ROLE {ROLE};"
    yield "\n".join(_grants())
    if practice:
        yield "\n".join((_PRACTICE, *_practice_grants()))
    if two_persons:
        yield _TWO_PERSONS
    yield _STAMP_VERSION.replace("@version", str(SCHEMA_VERSION))
    yield "SET NOEXEC OFF;"


def _create(table: Table, dialect: Dialect) -> str:
    statements = [str(CreateTable(table).compile(dialect=dialect)).strip()]
    indexes = sorted(table.indexes, key=lambda index: str(index.name))
    statements += [str(CreateIndex(index).compile(dialect=dialect)).strip() for index in indexes]
    body = ";\n".join(re.sub(r"[ \t]+\n", "\n", statement).replace("\t", "    ") for statement in statements)
    for name in (known.name for known in ledger_metadata.sorted_tables):
        body = re.sub(rf"(TABLE|ON|REFERENCES) \[?{name}\]?(?= ?\()", rf"\1 dbo.{name}", body)
    indented = "\n".join(f"    {line}" if line else "" for line in body.splitlines())
    return f"IF OBJECT_ID('dbo.{table.name}', 'U') IS NULL\nBEGIN\n{indented};\nEND;"


def _grants() -> Iterator[str]:
    for name in READ:
        yield _grant("SELECT", name)
    for name in WRITE:
        yield _grant("INSERT", name)
    for name in REMOVE:
        yield _grant("DELETE", name)
    for name, columns in COUNTERS.items():
        yield _grant("UPDATE", name, columns)
    for name, rights in LEDGER_RIGHTS.items():
        yield f"GRANT {', '.join(rights)} ON dbo.{name} TO {ROLE};"
        yield f"DENY {', '.join(LEDGER_DENIED[name])} ON dbo.{name} TO {ROLE};"


def _practice_grants() -> Iterator[str]:
    for name in PRACTICE_EXECUTE:
        yield _grant("EXECUTE", name)
    yield _grant("INSERT", PRACTICE_INSERT)
    yield _grant("SELECT", PRACTICE_SELECT)


def _grant(right: str, name: str, columns: tuple[str, ...] = ()) -> str:
    limited = f" ({', '.join(columns)})" if columns else ""
    return f"IF OBJECT_ID('dbo.{name}') IS NOT NULL GRANT {right} ON dbo.{name}{limited} TO {ROLE};"

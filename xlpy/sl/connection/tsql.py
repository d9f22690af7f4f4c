"""All T-SQL that is written by hand; everything else comes from SQLAlchemy Core.

Portable T-SQL only: no MERGE, no OUTPUT, no MARS, no WAITFOR. Values are always parameters.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from sqlalchemy import Connection, String, TextClause, bindparam, text
from sqlalchemy.exc import DBAPIError

ISOLATION: Final = "READ COMMITTED"  # what every session of SQL Server begins with; the product sets no other

# One error must not end the whole transaction: savepoints decide that (SL's own procedures run with it off). An
# over-long text must be an error, not silently cut.
SESSION: Final = "SET XACT_ABORT OFF; SET ANSI_WARNINGS ON; SET LOCK_TIMEOUT {milliseconds}"

# A practice release: it waits shortly for what others have locked, and gives way to them in a deadlock.
PRACTICE_SESSION: Final = "SET LOCK_TIMEOUT {milliseconds}; SET DEADLOCK_PRIORITY LOW; SET IMPLICIT_TRANSACTIONS ON"

# Identity is not in INFORMATION_SCHEMA. SL's objects are all in the schema dbo.
CATALOGUE: Final = text(
    "SELECT TABLE_NAME AS table_name, COLUMN_NAME AS column_name, DATA_TYPE AS data_type,"
    " CHARACTER_MAXIMUM_LENGTH AS length,"
    " COLUMNPROPERTY(OBJECT_ID(QUOTENAME(TABLE_SCHEMA) + '.' + QUOTENAME(TABLE_NAME)), COLUMN_NAME, 'IsIdentity')"
    " AS is_identity,"
    " COLUMNPROPERTY(OBJECT_ID(QUOTENAME(TABLE_SCHEMA) + '.' + QUOTENAME(TABLE_NAME)), COLUMN_NAME, 'IsComputed')"
    " AS is_computed"
    " FROM INFORMATION_SCHEMA.COLUMNS WHERE TABLE_SCHEMA = 'dbo' AND TABLE_NAME IN :names"
    " ORDER BY TABLE_NAME, ORDINAL_POSITION"
).bindparams(bindparam("names", expanding=True, type_=String()))

# SERVERPROPERTY, COLLATIONPROPERTY and their like answer sql_variant, which the ODBC module can't read: each is inside
# a CONVERT of its own.
CODE_PAGE: Final = text(
    "SELECT CONVERT(int, COLLATIONPROPERTY("
    "CONVERT(varchar(128), DATABASEPROPERTYEX(DB_NAME(), 'Collation')), 'CodePage'))"
)

DATABASE_NAME: Final = text("SELECT DB_NAME()")

# Who is logged in to which server, and whether this connection is encrypted. The second needs a right of the server
# (VIEW SERVER STATE) and may be refused; then the driver and the connection string say it.
SERVER: Final = text(
    "SELECT CONVERT(varchar(128), SERVERPROPERTY('ServerName')),"
    " CONVERT(varchar(50), SERVERPROPERTY('ProductVersion')), CONVERT(varchar(128), SERVERPROPERTY('Edition')),"
    " DB_NAME(), SUSER_SNAME()"
)
ENCRYPTED: Final = text("SELECT encrypt_option FROM sys.dm_exec_connections WHERE session_id = @@SPID")

# The login's name, whether it is in the product's role, and in each of the roles that may do everything or much.
POWERFUL_ROLES: Final = ("sysadmin", "db_owner", "db_ddladmin", "db_securityadmin", "db_datawriter")
ROLES: Final = text(
    "SELECT SUSER_SNAME(), IS_ROLEMEMBER(:role), IS_SRVROLEMEMBER('sysadmin'), IS_ROLEMEMBER('db_owner'),"
    " IS_ROLEMEMBER('db_ddladmin'), IS_ROLEMEMBER('db_securityadmin'), IS_ROLEMEMBER('db_datawriter')"
).bindparams(bindparam("role", type_=String()))

# Databases that the login may open, and what SL keeps in them: a system database has the table Company, a company
# database the view vs_company. QUOTENAME makes the name safe; nothing of ours is in the text.
DATABASES: Final = text(
    "SELECT name, OBJECT_ID(QUOTENAME(name) + '.dbo.Company') AS system_id,"
    " OBJECT_ID(QUOTENAME(name) + '.dbo.vs_company') AS company_id"
    " FROM sys.databases WHERE state = 0 AND HAS_DBACCESS(name) = 1 ORDER BY name"
)
TABLES_THERE: Final = text(
    "SELECT TABLE_NAME FROM INFORMATION_SCHEMA.TABLES WHERE TABLE_SCHEMA = 'dbo' AND TABLE_NAME IN :names"
).bindparams(bindparam("names", expanding=True, type_=String()))

# After an error in a savepoint: 1 = the transaction is alive, -1 = it can only be rolled back, 0 = there is none.
TRANSACTION_STATE: Final = text("SELECT XACT_STATE(), @@TRANCOUNT")

# Session-owned: outlives every transaction of the connection and ends with it. The answer is the return value, so it
# is selected; 0 or 1 = granted, -1 = timed out, below = an error.
TAKE_APPLICATION_LOCK: Final = text(
    "SET NOCOUNT ON; DECLARE @granted int;"
    " EXEC @granted = sp_getapplock @Resource = :name, @LockMode = 'Exclusive', @LockOwner = 'Session',"
    " @LockTimeout = :milliseconds; SELECT @granted AS granted"
)
RELEASE_APPLICATION_LOCK: Final = text(
    "SET NOCOUNT ON; DECLARE @freed int;"
    " EXEC @freed = sp_releaseapplock @Resource = :name, @LockOwner = 'Session'; SELECT @freed AS freed"
)

# Owned by the transaction: it ends with it, however that ends. Reading from a table begins one where the driver leaves
# that to the server; what is read does not matter. No SET NOCOUNT here: a server may keep it for what follows, and
# statements would no longer tell how many rows they changed.
TAKE_TRANSACTION_LOCK: Final = text(
    "DECLARE @there int, @granted int; SELECT @there = COUNT(*) FROM sys.objects WHERE 1 = 0;"
    " EXEC @granted = sp_getapplock @Resource = :name, @LockMode = 'Exclusive', @LockOwner = 'Transaction',"
    " @LockTimeout = 0; SELECT @granted AS granted"
)
TRANSACTION_LOCK: Final = text("SELECT APPLOCK_MODE('public', :name, 'Transaction')").bindparams(
    bindparam("name", type_=String())
)

# 1 = nobody holds such a lock, 0 = a session does. Takes nothing and waits for nothing.
APPLICATION_LOCK_FREE: Final = text("SELECT APPLOCK_TEST('public', :name, 'Exclusive', 'Session')").bindparams(
    bindparam("name", type_=String())
)
# SL's own release (see ``xlpy.sl.writing.release_procedures``), and whether this login may run it.
CLEAN_RELEASE: Final = text("EXEC pp_CleanWrkRelease :address, :module")
ASK_FOR_RELEASE: Final = text("EXEC pp_WrkReleaseRec :batnbr, :module, :address, 1")
RELEASE: Final[Mapping[str, TextClause]] = {
    "AR": text("EXEC pp_08400 :address, :user"),
    "AP": text("EXEC pp_03400 :address, :user"),
    "GL": text("EXEC pp_01400 :address, :user"),
}
MAY_EXECUTE: Final = text(
    "SELECT OBJECT_ID('dbo.' + :name, 'P') AS there, HAS_PERMS_BY_NAME('dbo.' + :name, 'OBJECT', 'EXECUTE') AS may"
).bindparams(bindparam("name", type_=String()))
MAY_ANNOUNCE: Final = text("SELECT HAS_PERMS_BY_NAME('dbo.vs_access', 'OBJECT', 'INSERT')")
MAY_READ_MESSAGES: Final = text("SELECT HAS_PERMS_BY_NAME('dbo.WrkReleaseBad', 'OBJECT', 'SELECT')")

# Hints for ``Select.with_hint(…, "mssql")``. Keep the row for us until the transaction ends.
LOCK_ROW: Final = "WITH (UPDLOCK, HOLDLOCK)"
# Keep what is read from changing until the transaction ends, and let others read it.
KEEP_ROW: Final = "WITH (HOLDLOCK)"
# Read under locks even where the database reads snapshots: wait for a commit that is still in doubt.
READ_LOCKED: Final = "WITH (READCOMMITTEDLOCK)"


def transaction_is_alive(connection: Connection) -> bool:
    """Tell whether the transaction can still be written to and committed, after an error in a savepoint of it."""
    if connection.dialect.name == "mssql":
        state, depth = connection.execute(TRANSACTION_STATE).one()
        return bool(state == 1 and depth >= 1)
    return bool(getattr(connection.connection.dbapi_connection, "in_transaction", False))


def return_value(connection: Connection, statement: TextClause, parameters: Mapping[str, Any]) -> int | None:
    """Execute a batch that ends by selecting a procedure's return value, and return it; None when there was none.

    What the procedure does inside may put row counts (results without columns) before it: they are stepped over. What
    the driver raises comes as SQLAlchemy's ``DBAPIError``.
    """
    value = single_value(connection, statement, parameters)
    return None if value is None else int(value)


def single_value(connection: Connection, statement: TextClause, parameters: Mapping[str, Any]) -> Any:
    """Execute a batch past SQLAlchemy's events, and return the first value of its first row; None without one."""
    compiled = statement.compile(dialect=connection.dialect)
    values = compiled.construct_params(parameters)
    bound = tuple(values[name] for name in compiled.positiontup or ())
    driver: Any = connection.dialect.loaded_dbapi
    cursor: Any = connection.connection.cursor()
    try:
        cursor.execute(str(compiled), bound)
        while cursor.description is None:
            if not cursor.nextset():
                return None
        row = cursor.fetchone()
        return None if row is None else row[0]
    except driver.Error as error:  # as SQLAlchemy wraps what its own statements meet
        raise DBAPIError.instance(str(compiled), bound, error, driver.Error, dialect=connection.dialect) from error
    finally:
        cursor.close()


def run_to_the_end(connection: Connection, statement: TextClause, parameters: Mapping[str, Any]) -> None:
    """Execute a procedure and step through everything that it answers: an error may come after the first result."""
    compiled = statement.compile(dialect=connection.dialect)
    values = compiled.construct_params(parameters)
    cursor: Any = connection.connection.cursor()
    try:
        cursor.execute(str(compiled), tuple(values[name] for name in compiled.positiontup or ()))
        while cursor.nextset():
            pass
    finally:
        cursor.close()

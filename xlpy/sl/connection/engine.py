"""Opening the SL company: SQL Server by ODBC, SQLite for the demo. One code path behind it.

Every connection is a new one (no pool, no ODBC pooling): a click makes few, the application lock must not outlive its
connection in a pool, and after a broken commit only a new connection tells the truth.
"""

from __future__ import annotations

import logging
import re
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import URL, Connection, Engine, create_engine, event
from sqlalchemy.engine import ExceptionContext
from sqlalchemy.exc import DBAPIError
from sqlalchemy.pool import NullPool

from xlpy.errors import SettingsError, SlError
from xlpy.profile.odbc import Target, connection_url, target_of
from xlpy.profile.settings import SlSettings
from xlpy.sl.connection import tsql
from xlpy.sl.connection.catalogue import Catalogue
from xlpy.sl.connection.connect_errors import explain_connect_error
from xlpy.sl.connection.sqlite import database_file, sqlite_engine
from xlpy.sl.connection.statement_errors import explain_statement_error

logger = logging.getLogger(__name__)
LOGIN_SECONDS = 15
DESCRIBED_AT_MOST = 4000  # characters: nvarchar(4000), the longest text that is no nvarchar(max)


@dataclass(frozen=True, slots=True)
class SlCompany:
    """An open SL company: everything that reads or writes SL gets this. Close it with ``engine.dispose()``."""

    engine: Engine = field(repr=False)  # its address may have the password
    cpny_id: str
    catalogue: Catalogue
    code_page: str  # Python codec of the char columns
    sl_user: str  # SL user id, may be empty


def open_company(settings: SlSettings, *, create: bool = False) -> SlCompany:
    """Connect to the SL database of the settings and read its catalogue.

    ``create`` lets a SQLite file be made that is not there yet. Raises ``SettingsError`` for an address that is none,
    ``SlError`` in words when the database can't be reached or is not there. Does not look whether the company exists:
    ``read_books`` does.
    """
    engine = _engine(settings, create=create)
    try:
        with engine.connect() as connection:
            catalogue = Catalogue.read(connection, code_page=settings.code_page)
    except DBAPIError as error:
        engine.dispose()
        raise explain_statement_error(error) from error
    except SlError:
        engine.dispose()
        raise
    return SlCompany(engine, settings.company.strip(), catalogue, catalogue.code_page, settings.user.strip())


def _engine(settings: SlSettings, *, create: bool) -> Engine:
    url = settings.url.strip()
    if not url:
        raise SettingsError("The SL database is not set: [sl] url is missing.", fix="Or set XLPY_SL_URL.")
    if not url.lower().startswith("sqlite"):
        return mssql_engine(url, lock_seconds=settings.lock_seconds)
    file = database_file(url)
    if file is not None and not create and not file.exists():
        raise SlError(f"There is no demo company at {file}.", fix="Make one with 'xlpy demo'.")
    if file is not None and create:
        file.parent.mkdir(parents=True, exist_ok=True)
    return sqlite_engine(url, lock_seconds=settings.lock_seconds)


def mssql_engine(url: str | URL, *, module: Any = None, lock_seconds: int = 10) -> Engine:
    """Make the engine for SQL Server from a SQLAlchemy URL or an ODBC connection string.

    ``module``: another DBAPI module instead of pyodbc, to record what would be sent. ``lock_seconds``: how long a
    statement waits for a row that somebody else has locked. Raises ``SettingsError``; connecting raises ``SlError``.
    """
    drivers = None if module is None else ["ODBC Driver 18 for SQL Server"]
    complete = connection_url(url if isinstance(url, str) else url.render_as_string(hide_password=False), drivers)
    target = target_of(complete)
    if target.trusts_any_certificate:
        logger.warning(
            "TrustServerCertificate=yes: the identity of SL's server (%s) is not checked on this connection.", target
        )
    if module is None:
        import pyodbc  # only SQL Server needs it

        pyodbc.pooling = False
    engine = create_engine(
        complete,
        module=module,
        poolclass=NullPool,
        fast_executemany=True,
        connect_args={"timeout": LOGIN_SECONDS},
    )
    _prepare_connections(engine, lock_seconds)
    _describe_no_long_statement(engine)
    _name_columns_alone(engine)
    _explain_refusals(engine, target)
    return engine


def server_of(company: SlCompany) -> str:
    """Name the database a company is in, for reports: server and database, or the demo's file. No secrets."""
    url = company.engine.url
    if company.engine.dialect.name == "sqlite":
        return str(database_file(str(url)) or "in memory")
    return str(target_of(url))


def described_length(statement: str) -> int:
    """Return how long a statement is in the call by which the driver asks for the types of its parameters.

    The driver names each parameter there: ``?`` becomes ``@P1``, ``@P2``….
    """
    parameters = statement.count("?")
    digits = sum(len(str(number)) for number in range(1, parameters + 1))
    return len(statement) + parameters + digits


def _describe_no_long_statement(engine: Engine) -> None:
    @event.listens_for(engine, "do_executemany")
    def row_by_row(cursor: Any, statement: str, parameters: Any, _context: Any) -> bool:
        """Send a long statement's rows one by one, which asks for no types; True: it is done here.

        A server that cuts what is asked fails there, in the transaction, and the driver hides it: the rows and all
        that was written before them would be gone.
        """
        if described_length(statement) <= DESCRIBED_AT_MOST:
            return False
        cursor.fast_executemany = False
        cursor.executemany(statement, parameters)
        return True


_UPDATE = re.compile(r"UPDATE (\[[^\]]+\]|\w+) SET ")
_MORE_TABLES = re.compile(r"\b(SELECT|FROM|JOIN)\b")


def plain_update(statement: str) -> str:
    """Return an UPDATE of one table with its columns named alone: that needs no table's name, and is shorter.

    Not every server can describe one whose columns have it. Values are never in the text of a statement.
    """
    found = _UPDATE.match(statement)
    if found is None or _MORE_TABLES.search(statement):
        return statement
    return statement.replace(f"{found[1]}.", "")


def _name_columns_alone(engine: Engine) -> None:
    @event.listens_for(engine, "before_cursor_execute", retval=True)
    def plain(_c: Any, _cursor: Any, statement: str, parameters: Any, _context: Any, _many: bool) -> tuple[str, Any]:
        return plain_update(statement), parameters


def _prepare_connections(engine: Engine, lock_seconds: int) -> None:
    @event.listens_for(engine, "connect")
    def prepare(connection: Any, _record: Any) -> None:
        cursor = connection.cursor()
        cursor.execute(tsql.SESSION.format(milliseconds=lock_seconds * 1000))
        cursor.close()

    @event.listens_for(engine, "engine_connect")
    def know_the_isolation(connection: Connection) -> None:
        # Where the login may not look at the session's level, SQLAlchemy would not know what to go back to.
        if connection.dialect.default_isolation_level is None:
            connection.dialect.default_isolation_level = tsql.ISOLATION


def _explain_refusals(engine: Engine, target: Target) -> None:
    @event.listens_for(engine, "handle_error")
    def explain(context: ExceptionContext) -> None:
        if context.connection is None:  # while connecting; a statement's own error goes on as it is
            raise explain_connect_error(context.original_exception, target) from context.original_exception

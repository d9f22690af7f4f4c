"""Which databases and SL companies a server has: what the log in dialog lists. Reads only.

SL: the system database has the table Company; a company database sees it through the view vs_company. A company names
its database there (DatabaseName), so the company database is found through either.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, column, select, table

from xlpy.domain.facts.books import sl_key
from xlpy.errors import SlError
from xlpy.sl.connection import tsql
from xlpy.sl.connection.types import SlText

OF_SQL_SERVER = frozenset({"master", "model", "msdb", "tempdb"})
_COMPANY, _SEEN = "Company", "vs_company"


@dataclass(frozen=True, slots=True)
class DatabaseName:
    """A database of the server. ``system``: it is an SL system database; ``company``: an SL company database."""

    name: str
    system: bool = False
    company: bool = False


@dataclass(frozen=True, slots=True)
class CompanyName:
    """An SL company. ``database``: where its documents are."""

    cpny_id: str
    name: str
    active: bool
    database: str

    def __str__(self) -> str:
        return f"{self.cpny_id}  {self.name}" + ("" if self.active else " (not active)")


def databases(connection: Connection) -> list[DatabaseName]:
    """Return SL's databases of a SQL Server, system databases first; all that may be opened when SL's are not seen."""
    found = [
        DatabaseName(str(name), system_id is not None and company_id is None, company_id is not None)
        for name, system_id, company_id in connection.execute(tsql.DATABASES).all()
        if str(name).lower() not in OF_SQL_SERVER
    ]
    of_sl = [database for database in found if database.system or database.company]
    return sorted(of_sl or found, key=lambda database: (not database.system, database.name.casefold()))


def companies(connection: Connection) -> list[CompanyName]:
    """Return the companies that the connection's database knows: a system or a company database, or the demo's file.

    Raises ``SlError`` when the database is neither.
    """
    on_sqlite = connection.dialect.name == "sqlite"
    there = {_SEEN} if on_sqlite else {str(name).lower() for name in _tables(connection)}
    source = next((name for name in (_SEEN, _COMPANY) if name.lower() in there), "")
    if not source:
        raise SlError(
            "This database is neither a system nor a company database of SL, or the SQL login may not read it.",
            fix="Choose SL's system database (its name often ends in System), or the company database (in App).",
        )
    columns = (column("CpnyID", SlText(10)), column("CpnyName", SlText(30)), column("DatabaseName", SlText(30)))
    known = table(source, *columns, column("Active"))
    rows = connection.execute(select(*columns, known.c.Active)).all()
    listed = [CompanyName(cpny_id, name, active == 1, database) for cpny_id, name, database, active in rows]
    return sorted(listed, key=lambda company: (not company.active, company.cpny_id))


def company_called(listed: Sequence[CompanyName], typed: str) -> CompanyName:
    """Return the company with that id. Raises ``SlError`` that names those there are."""
    wanted = sl_key(typed)
    for company in listed:
        if sl_key(company.cpny_id) == wanted:
            return company
    known = ", ".join(company.cpny_id for company in listed) or "none"
    raise SlError(f"SL knows no company {typed.strip()}; it knows: {known}.", fix="Choose one of them as SL company.")


def _tables(connection: Connection) -> list[str]:
    names = [_COMPANY, _SEEN]
    return [str(name) for name in connection.execute(tsql.TABLES_THERE, {"names": names}).scalars().all()]

"""The demo firm on a SQL Server: a database of its own with the demo company, and the running demo site."""

from __future__ import annotations

import os
import re
import uuid
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from typing import Any

import pytest
from sqlalchemy import Engine, text
from sqlalchemy.exc import DBAPIError

from xlpy.demo import firm
from xlpy.demo.company.seed.company import seed_company
from xlpy.demo.company.tables import create_tables
from xlpy.demo.site.door import access
from xlpy.demo.site.door.server import serve
from xlpy.demo.site.making.generate import generate_site
from xlpy.demo.site.store import Site
from xlpy.domain.values.rules import PostingRules
from xlpy.domain.values.transactions import Kind, Posting, PostingState, TransactionKey
from xlpy.profile.credentials import ManageSecrets
from xlpy.profile.odbc import odbc_parts
from xlpy.profile.settings import ManageSettings, Profile, SlSettings
from xlpy.services.export.push import push
from xlpy.services.run.reports import Marked, RunReport, Selection
from xlpy.services.run.session import Session
from xlpy.sl.connection.engine import mssql_engine, open_company
from xlpy.sl.ledger_book import setup_script as setup_script_module
from xlpy.sl.ledger_book.ledger import all_postings_of
from xlpy.sl.ledger_book.setup_script import install_ledger

SERVER = "XLPY_TEST_ODBC"
RULES = PostingRules(
    record_id_column="User1",
    company_paid_account=firm.COMPANY_PAID_ACCOUNT,
    bins={name: sl_bin for name, _, sl_bin in firm.BINS.values()},
)
KINDS_OF_ROWS = {Kind.INVOICE: "invoice", Kind.EXPENSE: "expense", Kind.PROCUREMENT: "procurement"}


def address_of(odbc: str, database: str, **other: str) -> str:
    """Return an ODBC connection string to another database of the same server, perhaps with another login."""
    parts = {key: value for key, value in odbc_parts(odbc).items() if key != "database"} | other
    told = (f"{key}={{{value}}}" if key == "driver" else f"{key}={value}" for key, value in parts.items())
    return ";".join((*told, f"database={database}"))


@contextmanager
def as_administrator(odbc: str, database: str = "master") -> Iterator[Any]:
    """Give a connection on which each statement is a transaction of its own."""
    engine = mssql_engine(address_of(odbc, database))
    try:
        with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            yield connection
    finally:
        engine.dispose()


@contextmanager
def new_database(prefix: str = "xlpy_job") -> Iterator[str]:
    """Make a database on the tests' server, give its name, and take it away again."""
    odbc = os.environ[SERVER]
    name = f"{prefix}_{uuid.uuid4().hex[:12]}"
    with as_administrator(odbc) as connection:
        connection.execute(text(f"CREATE DATABASE {name} COLLATE SQL_Latin1_General_CP1_CI_AS"))
    try:
        yield name
    finally:
        with as_administrator(odbc) as connection:
            with suppress(DBAPIError):  # not every T-SQL server has it; the connections are closed anyway
                connection.execute(text(f"ALTER DATABASE {name} SET SINGLE_USER WITH ROLLBACK IMMEDIATE"))
            connection.execute(text(f"DROP DATABASE {name}"))


@dataclass
class Stage:
    """A site, a company on the server, and what an accountant does with them."""

    site: Site
    profile: Profile
    database: str
    sessions: list[Session] = field(default_factory=list)

    @property
    def engine(self) -> Engine:
        return self.session().sl.engine

    def session(self, user: str = "kmorales", host: str = "PC1") -> Session:
        for opened in self.sessions:
            if (opened.user, opened.host) == (user, host):
                return opened
        self.sessions.append(self.new_session(user, host))
        return self.sessions[-1]

    def new_session(self, user: str = "kmorales", host: str = "PC1") -> Session:
        session = Session(self.profile, ManageSecrets(private_key=access.PRIVATE_KEY))
        session.user, session.host = user, host
        return session

    def unposted(self, kind: Kind) -> list[TransactionKey]:
        """What Manage lists as unposted and an accountant would export."""
        manage = self.session().manage
        if kind is Kind.INVOICE:
            return [TransactionKey(kind, str(row.billing_log_id)) for row in manage.unposted_invoices()]
        if kind is Kind.EXPENSE:
            rows = [row for row in manage.unposted_expenses() if row.classification == "Reimbursable"]
            return [TransactionKey(kind, str(row.expense_detail_id)) for row in rows]
        return [TransactionKey(kind, row.unposted_product_id) for row in manage.unposted_procurement()]

    def marks(self, *kinds: Kind, most: int | None = None) -> tuple[Marked, ...]:
        return tuple(Marked(key) for kind in kinds or tuple(Kind) for key in self.unposted(kind)[:most])

    def selection(self, marks: tuple[Marked, ...], batch: str = "OCT") -> Selection:
        return Selection(batch, firm.THROUGH_DATE.replace(year=2027), marks)

    def push(self, marks: tuple[Marked, ...], batch: str = "OCT") -> RunReport:
        return push(self.session(), self.selection(marks, batch))

    def rows(self, sql: str, **values: Any) -> list[tuple[Any, ...]]:
        with self.engine.connect() as connection:
            found = connection.execute(text(sql), values)
            return [tuple(v.strip() if isinstance(v, str) else v for v in row) for row in found]

    def run(self, sql: str, **values: Any) -> int:
        with self.engine.begin() as connection:
            return connection.execute(text(sql), values).rowcount

    def ledger(self, batch: str = "") -> list[Posting]:
        manage = self.session().manage
        with self.engine.connect() as connection:
            return all_postings_of(connection, manage.host, manage.company, batch)

    def batch_in_manage(self, key: TransactionKey) -> str | None:
        if key.kind is Kind.INVOICE:
            return self.site.batch_of(int(key.record_id))
        if key.kind is Kind.EXPENSE:
            return self.site.batch_of_expense(int(key.record_id))
        return self.site.batch_of_procurement(key.record_id)


def once_everywhere(stage: Stage, keys: Iterator[TransactionKey] | tuple[TransactionKey, ...]) -> list[str]:
    """Say which transactions are not exactly once, but for undone ones, in the ledger, in SL and in a Manage batch."""
    wrong: list[str] = []
    ledger = stage.ledger()
    for key in keys:
        own = [posting for posting in ledger if posting.key == key and posting.state is not PostingState.UNDONE]
        if len(own) != 1 or own[0].closed_at is None or not (own[0].in_sl or not own[0].parts):
            wrong.append(f"{key}: {len(own)} rows of the ledger, {[str(p.state) for p in own]}")
        if stage.batch_in_manage(key) is None:
            wrong.append(f"{key}: in no batch of Manage")
    documents = stage.rows("SELECT DocType, RefNbr, COUNT(*) FROM ARDoc GROUP BY DocType, RefNbr HAVING COUNT(*) > 1")
    wrong += [f"ARDoc {kind} {ref} {count} times" for kind, ref, count in documents]
    known = {(p.module, p.bat_nbr) for posting in ledger for p in posting.parts}
    ours = stage.rows("SELECT Module, BatNbr FROM Batch WHERE Crtd_Prog IN ('08010','03010','01010','10030','10040')")
    wrong += [f"SL batch {name} is not in the ledger" for name in ours if name not in known and name[1] not in OLD]
    return wrong


@contextmanager
def _as_the_server_understands(odbc: str) -> Iterator[None]:
    """Leave DENY out of the set-up script on a T-SQL server that has none; SQL Server runs the script as it is."""
    with as_administrator(odbc, odbc_parts(odbc)["database"]) as connection:
        connection.execute(text("CREATE ROLE xlpy_probe"))
        try:
            connection.execute(text("DENY SELECT ON SCHEMA::dbo TO xlpy_probe"))
            lacking = False
        except DBAPIError as error:
            lacking = "not currently supported" in str(error)
        connection.execute(text("DROP ROLE xlpy_probe"))
    with pytest.MonkeyPatch.context() as patch:
        if lacking:
            whole = setup_script_module.setup_script
            without = re.compile(r"(?m)^DENY .*\n")
            patch.setattr(
                setup_script_module, "setup_script", lambda *given, **named: without.sub("", whole(*given, **named))
            )
        yield


OLD: set[str] = set()  # SL batches of the demo's history, entered by hand


@contextmanager
def open_stage(**site: Any) -> Iterator[Stage]:
    """Make the firm on the server; the posting ledger is installed by the set-up script, twice."""
    with new_database() as name:
        odbc = address_of(os.environ[SERVER], name)
        made = mssql_engine(odbc)
        create_tables(made)
        seed_company(made, mistakes=False)
        with made.begin() as connection:
            connection.execute(text("UPDATE vs_company SET DatabaseName = :name"), {"name": name})
            OLD.update(row[0].strip() for row in connection.execute(text("SELECT BatNbr FROM Batch")))
        made.dispose()
        settings = SlSettings(url=odbc, company=firm.COMPANY_ID, user=firm.SL_USER)
        company = open_company(settings)
        with _as_the_server_understands(odbc):
            first, second = install_ledger(company), install_ledger(company)
        assert (first.changed, second.changed) == (True, False)
        company.engine.dispose()
        generated = generate_site(seed=7, mistakes=False, **site)
        with serve(generated) as running:
            manage = ManageSettings(
                url=running.url, company=access.COMPANY, client_id=access.CLIENT_ID, public_key=access.PUBLIC_KEY
            )
            stage = Stage(generated, Profile(manage=manage, sl=settings, posting=RULES), name)
            yield stage
            for session in stage.sessions:
                session.close()

"""The stage of undo, clear and recover: one small demo site and company, put back between tests instead of remade."""

from __future__ import annotations

import copy
import shutil
import sqlite3
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, text

from xlpy.demo import firm
from xlpy.demo.company.seed.company import make_company
from xlpy.demo.site.door import access
from xlpy.demo.site.door.harsh import Harsh
from xlpy.demo.site.door.server import RunningSite, serve
from xlpy.demo.site.making.generate import generate_site
from xlpy.demo.site.store import Site
from xlpy.domain.values.rules import PostingRules
from xlpy.domain.values.transactions import Kind, Posting, TransactionKey
from xlpy.profile.credentials import ManageSecrets
from xlpy.profile.settings import ManageSettings, Profile, SlSettings
from xlpy.services.export.push import push
from xlpy.services.run.reports import Marked, RunReport, RunState, Selection
from xlpy.services.run.session import Session
from xlpy.sl.ledger_book.ledger import all_postings_of, create_ledger
from xlpy.sl.ledger_book.setup_script import REMOVE

COUNTERS = {"LastBatNbr", "LastRefNbr", "LstTrnsfrDocNbr"}
WRITTEN = (*REMOVE, "Location")
MASTERS = {"Customer", "SOAddress", "AR_Balances", "Vendor", "Inventory", "InventoryADG", "INUnit"}
Rows = dict[str, list[tuple[Any, ...]]]


def put_into_batch(site: Site, identifier: str, entry_ids: Collection[int] = ()) -> None:
    """Somebody adds GL entries to a batch in Manage: these, or the first that is in none."""
    with site.lock:
        records = site.records
        batch = next(b for b in records.batches.values() if b.identifier == identifier)
        for entry in entry_ids or (next(number for number in records.entries if number not in records.batched),):
            batch.entry_ids.append(entry)
            records.batched[entry] = batch.id
        site.changed()


@dataclass
class Stage:
    """A site, a company and what an accountant does with them."""

    site: Site
    url: str
    database: Path
    profile: Profile
    sessions: list[Session] = field(default_factory=list)
    lookers: list[sqlite3.Connection] = field(default_factory=list)  # closed when the stage is put back

    @property
    def engine(self) -> Engine:
        return self.session().sl.engine

    def session(self, user: str = "kmorales", host: str = "PC1") -> Session:
        for open_one in self.sessions:
            if (open_one.user, open_one.host) == (user, host):
                return open_one
        session = Session(self.profile, ManageSecrets(private_key=access.PRIVATE_KEY))
        session.user, session.host = user, host
        self.sessions.append(session)
        return session

    def unposted(self) -> dict[Kind, list[str]]:
        """What Manage lists as unposted, of every kind, exportable or not."""
        return {
            Kind.INVOICE: list(map(str, self.site.unposted_invoice_ids())),
            Kind.EXPENSE: list(map(str, self.site.unposted_expense_ids())),
            Kind.PROCUREMENT: list(self.site.unposted_product_ids()),
        }

    def marks(self, *kinds: Kind, personal: bool = False) -> tuple[Marked, ...]:
        """Everything of these kinds (default: all) up to the end of the month; personal expenses only when asked."""
        manage = self.session().manage
        keys = [
            TransactionKey(Kind.INVOICE, str(row.billing_log_id))
            for row in manage.unposted_invoices()
            if row.invoice_date and row.invoice_date <= firm.THROUGH_DATE
        ]
        keys += [
            TransactionKey(Kind.EXPENSE, str(row.expense_detail_id))
            for row in manage.unposted_expenses()
            if (row.classification == "Reimbursable" or personal)
            and row.expense_date
            and row.expense_date <= firm.THROUGH_DATE
        ]
        keys += [
            TransactionKey(Kind.PROCUREMENT, row.unposted_product_id)
            for row in manage.unposted_procurement()
            if row.document_date is None or row.document_date <= firm.THROUGH_DATE
        ]
        return tuple(Marked(key) for key in keys if not kinds or key.kind in kinds)

    def selection(self, marks: tuple[Marked, ...], batch: str = "OCT") -> Selection:
        return Selection(batch, firm.THROUGH_DATE, marks)

    def push(self, marks: tuple[Marked, ...], batch: str = "OCT") -> RunReport:
        return push(self.session(), self.selection(marks, batch))

    def run(self, sql: str, **values: Any) -> int:
        with self.engine.begin() as connection:
            return connection.execute(text(sql), values).rowcount

    def rows(self, sql: str, **values: Any) -> list[Any]:
        with self.engine.connect() as connection:
            found = connection.execute(text(sql), values)
            return [tuple(v.strip() if isinstance(v, str) else v for v in row) for row in found]

    def ledger(self, batch: str = "") -> list[Posting]:
        manage = self.session().manage
        with self.engine.connect() as connection:
            return all_postings_of(connection, manage.host, manage.company, batch)

    def states(self, batch: str = "") -> set[str]:
        return {str(posting.state) for posting in self.ledger(batch)}

    def sl_batches(self, module: str, batch: str) -> list[str]:
        return sorted({part.bat_nbr for p in self.ledger(batch) for part in p.parts if part.module == module})

    def tables(self, only: Collection[str] = ()) -> Rows:
        """Every SL table (or only some) as it is, but for row versions, counters and the ledger."""
        found: Rows = {}
        with self._looking() as connection:
            names = connection.execute("SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name").fetchall()
            for (name,) in names:
                if name.startswith(("xlpy_", "sqlite_")) or (only and name not in only):
                    continue
                rows = connection.execute(f'SELECT * FROM "{name}"')
                columns = [column[0] for column in rows.description]
                kept = [at for at, c in enumerate(columns) if c.lower() != "tstamp" and c not in COUNTERS]
                found[name] = sorted((tuple(_plain(row[at]) for at in kept) for row in rows), key=repr)
        return found

    @contextmanager
    def _looking(self) -> Iterator[sqlite3.Connection]:
        """Give this stage's own connection: a new one reads SL's whole schema, which takes longer than the rows."""
        if not self.lookers:
            self.lookers.append(sqlite3.connect(self.database))
        yield self.lookers[0]


def _plain(value: Any) -> Any:
    return round(value, 6) if isinstance(value, float) else value


def same_but_for_masters(before: Rows, after: Rows) -> list[str]:
    """Names of tables that are not as before; of masters only what was removed or changed counts."""
    wrong = [name for name in before if name not in MASTERS and before[name] != after[name]]
    wrong += [name for name in MASTERS & before.keys() if not set(before[name]) <= set(after[name])]
    return sorted([*wrong, *(before.keys() ^ after.keys())])


@dataclass
class Kept:
    """A moment of both systems."""

    records: Any
    database: Path


@dataclass
class Theatre:
    """The running site and the moments it can be put back to."""

    folder: Path
    running: RunningSite
    site: Site
    profile: Profile
    moments: dict[str, Kept] = field(default_factory=dict)
    before: Rows = field(default_factory=dict)
    unposted: dict[Kind, list[str]] = field(default_factory=dict)
    lookers: list[sqlite3.Connection] = field(default_factory=list)
    sessions: list[Session] = field(default_factory=list)  # opening one reads SL's catalogue: tests share them

    @property
    def database(self) -> Path:
        return self.folder / "company.sqlite"

    def keep(self, name: str) -> None:
        self._disconnect()
        copied = self.folder / f"{name}.sqlite"
        shutil.copyfile(self.database, copied)
        with self.site.lock:
            self.moments[name] = Kept(copy.deepcopy(self.site.records), copied)

    def _disconnect(self) -> None:
        for session in self.sessions:
            session.sl.engine.dispose()
        while self.lookers:
            self.lookers.pop().close()

    def put_back(self, name: str) -> Stage:
        self._disconnect()
        kept = self.moments[name]
        shutil.copyfile(kept.database, self.database)
        with self.site.lock:
            self.site.records = copy.deepcopy(kept.records)
            self.site.changed()
        self.site.faults.clear()
        self.site.harsh = Harsh()
        self.site.watch = self.site.before_request = self.site.after_request = None
        self.site.calls.clear()
        for session in self.sessions:
            session.observe = None
        return Stage(self.site, self.running.url, self.database, self.profile, self.sessions, self.lookers)


def open_theatre(folder: Path, posting: PostingRules, **site: Any) -> Iterator[Theatre]:
    database = folder / "company.sqlite"
    url = f"sqlite:///{database.as_posix()}"
    made = make_company(url, mistakes=False)
    create_ledger(made)
    made.dispose()
    generated = generate_site(seed=7, mistakes=False, **site)
    with serve(generated) as running:
        manage = ManageSettings(
            url=running.url, company=access.COMPANY, client_id=access.CLIENT_ID, public_key=access.PUBLIC_KEY
        )
        sl = SlSettings(url=url, company=firm.COMPANY_ID, user=firm.SL_USER)
        theatre = Theatre(folder, running, generated, Profile(manage=manage, sl=sl, posting=posting))
        theatre.keep("fresh")
        stage = theatre.put_back("fresh")
        theatre.before, theatre.unposted = stage.tables(), stage.unposted()
        report = stage.push(stage.marks())
        assert report.state is RunState.COMPLETED, report.text
        theatre.keep("pushed")
        yield theatre
        for session in theatre.sessions:
            session.close()


RULES = PostingRules(
    record_id_column="User1",
    company_paid_account=firm.COMPANY_PAID_ACCOUNT,
    bins={name: sl_bin for name, _, sl_bin in firm.BINS.values()},
)

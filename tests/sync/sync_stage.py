"""The stage of the payment sync: a few invoices with round amounts, exported, released in SL, and ready to be paid."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, text

from xlpy.demo import firm
from xlpy.demo.company.entry.invoices import EnteredDocument, enter_batch
from xlpy.demo.company.release.books import Books
from xlpy.demo.company.release.run import release_everything
from xlpy.demo.company.seed.company import make_company
from xlpy.demo.site.door import access
from xlpy.demo.site.door.faults import Faults
from xlpy.demo.site.door.server import serve
from xlpy.demo.site.making.generate import generate_site
from xlpy.demo.site.making.invoices import ONE, Draft, a_line, close, credited
from xlpy.demo.site.payment_screens import Paid
from xlpy.demo.site.records import Payment
from xlpy.demo.site.store import Site
from xlpy.domain.afterwards.payment_start import SyncStart, parse_start
from xlpy.domain.values.rules import PostingRules
from xlpy.domain.values.transactions import Kind, TransactionKey
from xlpy.manage.client import ManageClient
from xlpy.profile.credentials import ManageSecrets
from xlpy.profile.settings import ManageSettings, Profile, SlSettings
from xlpy.services.export.push import push
from xlpy.services.payments.sync import sync_payments
from xlpy.services.run.reports import Marked, RunReport, RunState, Selection
from xlpy.services.run.session import Session, no_progress
from xlpy.services.run.sync_report import PaymentRow, SyncReport
from xlpy.sl.connection.sqlite import sqlite_engine
from xlpy.sl.ledger_book.ledger import create_ledger

# Number → (customer, amount); negative is a credit memo. Ids follow the order, from 5001.
INVOICES = {
    "20001": ("Acme", "100.00"),
    "20002": ("Acme", "-30.00"),
    "20003": ("Acme", "250.00"),
    "20004": ("DeltaLog", "1000.00"),
    "20005": ("FischerKG", "500.00"),
    "20006": ("EvergreenLaw", "80.00"),
}
FIRST_ID = 5001
# A day ahead of this PC's clock, by which the demo company stamps what it releases: times of SL decide nothing here.
NOW = (datetime.now() + timedelta(days=1)).replace(microsecond=0)  # noqa: DTZ005 (local time)


def on(day: int, month: int = 11) -> date:
    return date(2026, month, day)


def add_invoice(site: Site, record_id: int, number: str, customer: str, amount: str) -> None:
    """Close an invoice without tax at Manage's screens; a negative amount is a credit memo."""
    firm_customer = next(c for c in firm.CUSTOMERS if c.identifier == customer)
    worth = Decimal(amount)
    lines = (a_line("R", "4000:100:TP", "Work", ONE, abs(worth)),)
    kind = "CreditMemo" if worth < 0 else "Miscellaneous"
    draft = Draft(kind, firm_customer, credited(lines) if worth < 0 else lines)
    site.add_invoice(close(draft, record_id=record_id, number=number, on=on(5, 10), clerk=record_id))


@dataclass
class Stage:
    """A site and a company, and what accountants do with them."""

    site: Site
    engine: Engine
    profile: Profile
    database: Path
    stack: ExitStack = field(default_factory=ExitStack)
    now: datetime = NOW
    sessions: dict[tuple[str, str], Session] = field(default_factory=dict)

    def session(self, user: str = "kmorales", host: str = "PC1") -> Session:
        """The session of a user at a PC, opened once."""
        if (user, host) not in self.sessions:
            secrets = ManageSecrets(private_key=access.PRIVATE_KEY)
            session = Session(self.profile, secrets, clock=self._clock)
            session.user, session.host = user, host
            session.manage = ManageClient(self.profile.manage, secrets, sleep=lambda _seconds: None)
            self.sessions[user, host] = self.stack.enter_context(session)
        return self.sessions[user, host]

    def _clock(self) -> datetime:
        return self.now.astimezone()

    def keep_as(self, name: str) -> None:
        """Keep both systems as they are now, under a name."""
        self.site.save(self._kept(name, "json"))
        self._copy(self.database, self._kept(name, "sqlite"))

    def set_back(self, name: str = "start") -> None:
        """Set both systems back to what was kept."""
        self.site.records = Site.load(self._kept(name, "json")).records
        self.site.calls.clear()
        self.site.faults = Faults()
        self.site.before_request = self.site.after_request = None
        self._copy(self._kept(name, "sqlite"), self.database)
        self.now = NOW
        for session in self.sessions.values():
            session.progress = no_progress

    def back_up_sl(self, name: str = "backup") -> Callable[[], None]:
        """Back SL up; what is returned restores it."""
        copy = self.database.with_name(f"{name}.sqlite")
        self._copy(self.database, copy)
        return lambda: self._copy(copy, self.database)

    def _kept(self, name: str, ending: str) -> Path:
        return self.database.with_name(f"{name}.{ending}")

    @staticmethod
    def _copy(source: Path, target: Path) -> None:
        """Replace a database by SQLite's own means: connections to it stay open, and must notice."""
        with closing(sqlite3.connect(source)) as kept, closing(sqlite3.connect(target)) as replaced:
            kept.backup(replaced)

    def sync(
        self, start: str | SyncStart = "last", *, user: str = "kmorales", host: str = "PC1", **more: Any
    ) -> SyncReport:
        chosen = parse_start(start) if isinstance(start, str) else start
        return sync_payments(self.session(user, host), chosen, **more)

    def id_of(self, number: str) -> int:
        return next(i.id for i in self.site.records.invoices.values() if i.number == number)

    def paid(self, number: str) -> Paid:
        """What Manage shows of an invoice."""
        return self.site.paid(self.site.records.invoices[self.id_of(number)])

    def payments(self, number: str) -> list[tuple[Decimal, date | None]]:
        """Payments of an invoice in Manage, without applied credit memos."""
        return [(p.amount, p.day) for p in self.payment_records(number) if not p.credit_id]

    def payment_records(self, number: str) -> tuple[Payment, ...]:
        return self.site.payments_on(self.id_of(number))

    def push(self, numbers: list[str], batch: str, again: bool = False) -> RunReport:
        keys = [TransactionKey(Kind.INVOICE, str(self.id_of(number))) for number in numbers]
        marked = tuple(Marked(key, again=again) for key in keys)
        report = push(self.session(), Selection(batch, firm.THROUGH_DATE, marked))
        assert report.state is RunState.COMPLETED, report.text
        return report

    def release(self) -> None:
        assert all(not outcome.messages for outcome in release_everything(self.engine, firm.COMPANY_ID))

    def rows(self, sql: str, **values: Any) -> list[tuple[Any, ...]]:
        with self.engine.connect() as connection:
            found = connection.execute(text(sql), values).all()
        return [tuple(v.strip() if isinstance(v, str) else v for v in row) for row in found]

    def execute(self, sql: str, **values: Any) -> None:
        with self.engine.begin() as connection:
            connection.execute(text(sql), values)

    def writes(self) -> list[tuple[str, str]]:
        """Everything but reading that was asked of Manage."""
        return [(method, path) for method, path in self.site.calls if method != "GET"]

    def books(self) -> dict[str, list[tuple[Any, ...]]]:
        """All that a sync may write, in both systems."""
        ours = {
            "runs": "SELECT * FROM xlpy_SyncRun ORDER BY 1",
            "payments": "SELECT * FROM xlpy_Payment ORDER BY 1",
            "tries": "SELECT * FROM xlpy_PaymentTry ORDER BY 1",
            "seen": "SELECT * FROM xlpy_Settlement ORDER BY 1",
            "lock": "SELECT * FROM xlpy_Lock",
        }
        found = {name: self.rows(sql) for name, sql in ours.items()}
        found["manage"] = [
            (number, payment.id, payment.amount, payment.day)
            for number in sorted(i.number for i in self.site.records.invoices.values())
            for payment in self.payment_records(number)
        ]
        return found


def enter_by_hand(stage: Stage, number: str, customer: str, amount: str) -> None:
    """Enter an invoice at SL's screen, as before this product, and release it."""
    with stage.engine.begin() as connection:
        books = Books(connection)
        enter_batch(books, [EnteredDocument(customer, number, Decimal(amount))], entered=on(5, 10))
        books.save()
    stage.release()


def row(report: SyncReport, number: str) -> PaymentRow:
    return next(r for r in report.rows if r.invoice == number)


@contextmanager
def open_stage(folder: Path) -> Iterator[Stage]:
    """Export and release the invoices, and keep that state: ``set_back`` returns to it."""
    folder.mkdir(parents=True, exist_ok=True)
    database = folder / "company.sqlite"
    engine = make_company(f"sqlite:///{database.as_posix()}", mistakes=False)
    create_ledger(engine)
    engine.dispose()
    site = generate_site(seed=7, invoices=0, mistakes=False)
    for record_id, (number, (customer, amount)) in enumerate(INVOICES.items(), FIRST_ID):
        add_invoice(site, record_id, number, customer, amount)
    with running(site, database) as stage:
        stage.push(list(INVOICES), "OCT")
        stage.release()
        stage.keep_as("start")
        yield stage


@contextmanager
def running(site: Site, database: Path) -> Iterator[Stage]:
    url = f"sqlite:///{database.as_posix()}"
    with ExitStack() as stack:
        served = stack.enter_context(serve(site))
        engine = sqlite_engine(url)
        stack.callback(engine.dispose)
        profile = Profile(
            manage=ManageSettings(
                url=served.url, company=access.COMPANY, client_id=access.CLIENT_ID, public_key=access.PUBLIC_KEY
            ),
            sl=SlSettings(url=url, company=firm.COMPANY_ID, user=firm.SL_USER),
            posting=PostingRules(record_id_column="User1"),
        )
        stage = Stage(site, engine, profile, database)
        stack.push(stage.stack)
        yield stage

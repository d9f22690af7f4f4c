"""The stories' stage: a demo Manage site, a demo SL company and a session between them, small and without mistakes."""

from __future__ import annotations

import shutil
from collections.abc import Collection, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import date
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from new_workbooks import put_new_workbook
from sqlalchemy import Engine, text

from xlpy.demo import firm
from xlpy.demo.company.seed.company import make_company
from xlpy.demo.site.door import access
from xlpy.demo.site.door.server import serve
from xlpy.demo.site.making.generate import generate_site
from xlpy.demo.site.store import Site
from xlpy.domain.values.rules import PostingRules
from xlpy.domain.values.transactions import Kind, TransactionKey
from xlpy.excel.engine.closed_file import open_closed
from xlpy.excel.tables.home import write_home
from xlpy.excel.workbook.home_cells import Home
from xlpy.profile.credentials import ManageSecrets
from xlpy.profile.settings import ManageSettings, Profile, SlSettings
from xlpy.services.export.push import push
from xlpy.services.manage_half.recover import RecoverReport, recover
from xlpy.services.run.reports import Marked, RunReport, Selection
from xlpy.services.run.session import Session
from xlpy.sl.connection.sqlite import sqlite_engine
from xlpy.sl.ledger_book.ledger import create_ledger


def invoice_key(record: int) -> TransactionKey:
    return TransactionKey(Kind.INVOICE, str(record))


@dataclass
class Story:
    """A site, a company and what an accountant does with them."""

    site: Site
    url: str
    company_url: str
    engine: Engine
    profile: Profile
    stack: ExitStack = field(default_factory=ExitStack)

    def session(self, user: str = "kmorales", host: str = "PC1") -> Session:
        session = Session(self.profile, ManageSecrets(private_key=access.PRIVATE_KEY))
        session.user, session.host = user, host
        return self.stack.enter_context(session)

    def unposted(self) -> list[int]:
        """Invoices of the month that are not posted yet."""
        rows = self.session().manage.unposted_invoices()
        return sorted(r.billing_log_id for r in rows if r.invoice_date and r.invoice_date <= firm.THROUGH_DATE)

    def selection(self, ids: list[int], batch: str = "OCT", again: list[int] | None = None, **more: Any) -> Selection:
        marked = tuple(Marked(invoice_key(i), i in (again or [])) for i in ids)
        return Selection(batch, firm.THROUGH_DATE, marked, **more)

    def everything(self, batch: str = "OCT", but: Collection[TransactionKey] = ()) -> Selection:
        """All that is unposted and of the month, of every kind."""
        manage = self.session().manage
        keys = [invoice_key(i) for i in self.unposted()]
        keys += [
            TransactionKey(Kind.EXPENSE, str(row.expense_detail_id))
            for row in manage.unposted_expenses()
            if row.classification == "Reimbursable" and (row.expense_date or date.min) <= firm.THROUGH_DATE
        ]
        keys += [
            TransactionKey(Kind.PROCUREMENT, row.unposted_product_id)
            for row in manage.unposted_procurement()
            if (row.document_date or date.min) <= firm.THROUGH_DATE
        ]
        return Selection(batch, firm.THROUGH_DATE, tuple(Marked(key) for key in keys if key not in but))

    def push(self, ids: list[int], batch: str = "OCT", again: list[int] | None = None, **more: Any) -> RunReport:
        return push(self.session(), self.selection(ids, batch, again, **more))

    def recover(self) -> RecoverReport:
        return recover(self.session())

    def rows(self, sql: str, **values: Any) -> list[Any]:
        with self.engine.connect() as connection:
            return [
                tuple(v.strip() if isinstance(v, str) else v for v in row)
                for row in connection.execute(text(sql), values)
            ]

    def documents(self) -> dict[str, list[Any]]:
        """Live documents of ours by the Manage id stamped on them."""
        found: dict[str, list[Any]] = {}
        for user1, *row in self.rows(
            "SELECT User1, DocType, RefNbr, BatNbr, CuryOrigDocAmt FROM ARDoc WHERE User1 <> ''"
        ):
            found.setdefault(user1, []).append(row)
        return found

    def number(self, record: int) -> str:
        return next(row for row in self.session().manage.unposted_invoices() if row.billing_log_id == record).number


@pytest.fixture
def story(tmp_path: Path) -> Iterator[Story]:
    with ExitStack() as stack:
        yield stack.enter_context(_stage(tmp_path, stack, invoices=24))


@pytest.fixture
def month(tmp_path: Path) -> Iterator[Story]:
    """A month of mixed transactions: invoices with costs, expenses as bills, receipts, adjustments, transfers."""
    with ExitStack() as stack:
        yield stack.enter_context(_stage(tmp_path, stack, invoices=60, expenses=24, procurement=24))


@pytest.fixture
def full_month(tmp_path: Path) -> Iterator[Story]:
    """The same with 300 transactions."""
    with ExitStack() as stack:
        yield stack.enter_context(_stage(tmp_path, stack, invoices=150, expenses=80, procurement=75))


@pytest.fixture
def journals(tmp_path: Path) -> Iterator[Story]:
    """Expenses that Manage does not transfer as bills; their offset account has no subaccount of its own."""
    with ExitStack() as stack:
        yield stack.enter_context(_stage(tmp_path, stack, invoices=20, expenses=14, as_bill=False))


@pytest.fixture
def full_month_of_journals(tmp_path: Path) -> Iterator[Story]:
    """A month of 300 transactions with Manage's other package setting: expenses are not transferred as bills."""
    with ExitStack() as stack:
        yield stack.enter_context(
            _stage(tmp_path, stack, invoices=150, expenses=80, procurement=75, as_bill=False, company_paid=False)
        )


@cache
def _company_with_ledger() -> bytes:
    """Make the company once for all stories; each has its own copy."""
    with TemporaryDirectory() as folder:
        path = Path(folder) / "company.sqlite"
        made = make_company(f"sqlite:///{path.as_posix()}", mistakes=False)
        create_ledger(made)
        made.dispose()
        return path.read_bytes()


@pytest.fixture(scope="session")
def made_workbook(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, bytes]:
    """A workbook of October on the desk, made once: it knows its profile by the path, so the desk stays the same."""
    path = tmp_path_factory.mktemp("desk") / "Month end.xlsm"
    put_new_workbook(path, profile=str(path.with_name("settings.toml")))
    with open_closed(path) as closed:
        write_home(closed.book, {Home.THROUGH_DATE: firm.THROUGH_DATE, Home.BATCH_IDENTIFIER: "OCT"})
        closed.save()
    return path, path.read_bytes()


@pytest.fixture
def new_workbook(made_workbook: tuple[Path, bytes]) -> Path:
    """The desk is cleared, and a new workbook lies on it."""
    path, content = made_workbook
    shutil.rmtree(path.parent)
    path.parent.mkdir()
    path.write_bytes(content)
    return path


def _stage(folder: Path, stack: ExitStack, invoices: int, **kinds: Any) -> Any:
    from contextlib import contextmanager

    @contextmanager
    def stage() -> Iterator[Story]:
        url = f"sqlite:///{(folder / 'company.sqlite').as_posix()}"
        (folder / "company.sqlite").write_bytes(_company_with_ledger())
        site = generate_site(seed=7, invoices=invoices, mistakes=False, **kinds)
        running = stack.enter_context(serve(site))
        engine = sqlite_engine(url)
        profile = Profile(
            manage=ManageSettings(
                url=running.url, company=access.COMPANY, client_id=access.CLIENT_ID, public_key=access.PUBLIC_KEY
            ),
            sl=SlSettings(url=url, company=firm.COMPANY_ID, user=firm.SL_USER),
            posting=PostingRules(
                record_id_column="User1",
                company_paid_account=firm.COMPANY_PAID_ACCOUNT,
                bins={name: sl_bin for name, _, sl_bin in firm.BINS.values()},
            ),
        )
        inner = ExitStack()
        try:
            yield Story(site, running.url, url, engine, profile, inner)
        finally:
            inner.close()
            engine.dispose()

    return stage()

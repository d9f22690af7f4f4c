"""The stage of the reconciling stories: a Manage site, an SL company, and what is done with them."""

from __future__ import annotations

import shutil
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, text

from xlpy.demo import firm
from xlpy.demo.company.release.run import release_everything
from xlpy.demo.company.seed.company import make_company
from xlpy.demo.site.door import access
from xlpy.demo.site.door.server import serve
from xlpy.demo.site.making.generate import generate_site
from xlpy.demo.site.store import Site
from xlpy.domain.values.rules import PostingRules
from xlpy.domain.values.transactions import Kind, TransactionKey
from xlpy.profile.credentials import ManageSecrets
from xlpy.profile.settings import ManageSettings, Profile, SlSettings
from xlpy.services.export.push import push
from xlpy.services.reconciling.reconcile import reconcile
from xlpy.services.reconciling.report import ReconcileReport
from xlpy.services.run.reports import Marked, RunState, Selection
from xlpy.services.run.session import Session
from xlpy.sl.connection.engine import SlCompany, open_company
from xlpy.sl.connection.sqlite import sqlite_engine
from xlpy.sl.ledger_book.ledger import create_ledger


@dataclass
class Month:
    """A Manage site and an SL company with a month of all kinds between them."""

    site: Site
    engine: Engine
    profile: Profile
    folder: Path
    company: SlCompany | None = None

    def session(self) -> Session:
        session = Session(self.profile, ManageSecrets(private_key=access.PRIVATE_KEY))
        if self.company is None:
            self.company = open_company(self.profile.sl)
        session.__dict__["sl"] = self.company  # its catalogue is read once for all tests
        return session

    def reconcile(self, **scope: Any) -> ReconcileReport:
        with self.session() as session:
            return reconcile(session, **(scope or {"everything": True}))

    def sql(self, statement: str, **values: Any) -> list[Any]:
        with self.engine.begin() as connection:
            done = connection.execute(text(statement), values)
            rows = done.all() if done.returns_rows else []
        return [tuple(v.strip() if isinstance(v, str) else v for v in row) for row in rows]

    def let_go(self) -> None:
        self.engine.dispose()
        if self.company is not None:
            self.company.engine.dispose()

    def keep(self, name: str) -> None:
        self.let_go()
        shutil.copy(self.folder / "company.sqlite", self.folder / f"{name}.sqlite")
        (self.folder / f"{name}.site").write_bytes(self.site.backup())

    def bring_back(self, name: str) -> None:
        self.let_go()
        for left in self.folder.glob("company.sqlite-*"):
            left.unlink()
        shutil.copy(self.folder / f"{name}.sqlite", self.folder / "company.sqlite")
        self.site.restore((self.folder / f"{name}.site").read_bytes())

    def everything(self, batch: str = "OCT") -> Selection:
        with self.session() as session:
            manage = session.manage
            keys = [
                TransactionKey(Kind.INVOICE, str(row.billing_log_id))
                for row in manage.unposted_invoices()
                if (row.invoice_date or date.min) <= firm.THROUGH_DATE
            ]
            keys += [
                TransactionKey(Kind.EXPENSE, str(row.expense_detail_id))
                for row in manage.unposted_expenses()
                if (row.expense_date or date.min) <= firm.THROUGH_DATE
                and (self.site.expenses_as_bill or row.classification == "Reimbursable")
            ]
            keys += [
                TransactionKey(Kind.PROCUREMENT, row.unposted_product_id)
                for row in manage.unposted_procurement()
                if (row.document_date or date.min) <= firm.THROUGH_DATE
            ]
        return Selection(batch, firm.THROUGH_DATE, tuple(Marked(key) for key in keys))

    def push(self, selection: Selection) -> None:
        with self.session() as session:
            report = push(session, selection)
        assert report.state is RunState.COMPLETED, (report.text, report.problems)

    def release(self) -> None:
        results = release_everything(self.engine, firm.COMPANY_ID)
        assert [one for one in results if one.messages or one.error] == []


def stage(folder: Path, stack: ExitStack, **kinds: Any) -> Month:
    url = f"sqlite:///{(folder / 'company.sqlite').as_posix()}"
    made = make_company(url, mistakes=False)
    create_ledger(made)
    made.dispose()
    site = generate_site(seed=7, mistakes=False, **kinds)
    running = stack.enter_context(serve(site))
    engine = sqlite_engine(url)
    stack.callback(engine.dispose)
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
    return Month(site, engine, profile, folder)

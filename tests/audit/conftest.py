"""The auditors' stage: one month's run, posted once for all stories, and its record; each story gets copies."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from xlpy.demo import firm
from xlpy.demo.company.seed.company import make_company
from xlpy.demo.site.door import access
from xlpy.demo.site.door.server import serve
from xlpy.demo.site.making.generate import generate_site
from xlpy.domain.values.rules import PostingRules
from xlpy.domain.values.transactions import Kind, TransactionKey
from xlpy.excel.audit.export import export_audit_record, save_record
from xlpy.profile.credentials import ManageSecrets
from xlpy.profile.settings import ManageSettings, Profile, SlSettings
from xlpy.runlog import run_log
from xlpy.services.export.push import push
from xlpy.services.records.audit_content import RecordContent, gather
from xlpy.services.records.audit_record import AuditRecord, export_record
from xlpy.services.run.reports import Marked, RunReport, Selection
from xlpy.services.run.session import Session
from xlpy.sl.ledger_book.ledger import create_ledger


@dataclass
class Books:
    """A posted month: where its SL company and the user's data are, and what the run said."""

    profile: Profile
    database: Path
    data: Path
    report: RunReport
    record: AuditRecord
    content: RecordContent  # gathered once: stories about files and the chain need no more

    def session(self, user: str = "kmorales", host: str = "PC1") -> Session:
        session = Session(self.profile, ManageSecrets(private_key=access.PRIVATE_KEY))
        session.user, session.host = user, host
        return session

    def export(self, folder: Path, **more: Any) -> AuditRecord:
        with self.session() as session:
            return export_audit_record(session, folder, **more)

    def quick(self, folder: Path) -> AuditRecord:
        """Export without drawing workbook and PDF: for stories about the chain."""
        return self.some(folder, 1)[0]

    def some(self, folder: Path, count: int) -> list[AuditRecord]:
        """Export the same run some times, in one session."""
        with self.session() as session:
            return [export_record(session, self.content, folder, {}) for _ in range(count)]


def _everything(session: Session) -> tuple[Marked, ...]:
    manage = session.manage
    dated = (
        *((Kind.INVOICE, row.billing_log_id, row.invoice_date) for row in manage.unposted_invoices()),
        *(
            (Kind.EXPENSE, row.expense_detail_id, row.expense_date)
            for row in manage.unposted_expenses()
            if row.classification == "Reimbursable"
        ),
        *((Kind.PROCUREMENT, row.unposted_product_id, row.document_date) for row in manage.unposted_procurement()),
    )
    return tuple(
        Marked(TransactionKey(kind, str(record)))
        for kind, record, day in dated
        if (day or date.min) <= firm.THROUGH_DATE
    )


@pytest.fixture(scope="session")
def _posted(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Books]:
    folder = tmp_path_factory.mktemp("posted")
    database, data = folder / "company.sqlite", folder / "data"
    before = os.environ.get("XLPY_DATA")
    os.environ["XLPY_DATA"] = str(data)
    url = f"sqlite:///{database.as_posix()}"
    engine = make_company(url, mistakes=False)
    create_ledger(engine)
    engine.dispose()
    with serve(generate_site(seed=7, invoices=20, expenses=6, procurement=6, mistakes=False)) as running:
        profile = Profile(
            manage=ManageSettings(
                url=running.url, company=access.COMPANY, client_id=access.CLIENT_ID, public_key=access.PUBLIC_KEY
            ),
            sl=SlSettings(url=url, company=firm.COMPANY_ID, user=firm.SL_USER),
            posting=PostingRules(
                company_paid_account=firm.COMPANY_PAID_ACCOUNT,
                bins={name: sl_bin for name, _, sl_bin in firm.BINS.values()},
            ),
        )
        session = Session(profile, ManageSecrets(private_key=access.PRIVATE_KEY))
        session.user, session.host = "kmorales", "PC1"
        with run_log("push"), session:
            report = push(session, Selection("OCT", firm.THROUGH_DATE, _everything(session)))
        with session:
            content = gather(session)
            record = save_record(session, content, folder / "records")
        books = Books(profile, database, data, report, record, content)
        if before is None:
            del os.environ["XLPY_DATA"]
        else:
            os.environ["XLPY_DATA"] = before
        yield books


@pytest.fixture
def books(_posted: Books, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Books:
    """The posted month with one record in the chain; everything is this story's own copy."""
    shutil.copytree(_posted.data, tmp_path / "data")
    database = tmp_path / "company.sqlite"
    shutil.copyfile(_posted.database, database)
    copied = tmp_path / "records" / _posted.record.path.name
    shutil.copytree(_posted.record.path, copied)
    monkeypatch.setenv("XLPY_DATA", str(tmp_path / "data"))
    sl = replace(_posted.profile.sl, url=f"sqlite:///{database.as_posix()}")
    return Books(
        replace(_posted.profile, sl=sl),
        database,
        tmp_path / "data",
        _posted.report,
        replace(_posted.record, path=copied),
        _posted.content,
    )

"""The stage of reruns: a month posted to SL and Manage, put back between tests; backups of SL, and what is in it."""

from __future__ import annotations

import copy
import shutil
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path
from typing import Any

from sqlalchemy import text

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
from xlpy.services.history.rerun import rerun
from xlpy.services.history.rerun_plan import RerunMarks, RerunPlan, plan_rerun
from xlpy.services.reconciling.reconcile import reconcile
from xlpy.services.run.reports import Marked, RunReport, RunState, Selection
from xlpy.services.run.session import Session
from xlpy.sl.ledger_book.ledger import create_ledger

# Everything of a document but batch numbers, which SL's counters give, and the time and the user of writing.
DOCUMENTS = {
    "AR": "SELECT DocType, RefNbr, CustId, CuryId, CuryOrigDocAmt, OrigDocAmt, CuryTaxTot00, DocDate, DueDate, Terms,"
    " PerPost, BankAcct, BankSub, DocDesc, User1 FROM ARDoc WHERE User1 <> '' ORDER BY RefNbr",
    "AR lines": "SELECT TranType, RefNbr, LineNbr, Acct, Sub, CuryTranAmt, TranAmt, Qty, TranDesc, TaxId00 FROM ARTran"
    " WHERE BatNbr IN (SELECT BatNbr FROM ARDoc WHERE User1 <> '') ORDER BY RefNbr, LineNbr",
    "AP": "SELECT DocType, RefNbr, VendId, InvcNbr, CuryOrigDocAmt, DocDate, DueDate, PerPost FROM APDoc"
    " ORDER BY RefNbr",
    "AP lines": "SELECT TranType, RefNbr, LineNbr, Acct, Sub, CuryTranAmt, Qty FROM APTran ORDER BY RefNbr, LineNbr",
    "IN": "SELECT TranType, RefNbr, InvtID, SiteID, WhseLoc, Qty, TranAmt, Acct, Sub, PerPost FROM INTran"
    " WHERE BatNbr IN (SELECT BatNbr FROM xlpy_PostingDoc WHERE Module = 'IN') ORDER BY RefNbr, InvtID, Qty, WhseLoc",
    "GL": "SELECT RefNbr, Acct, Sub, CuryDrAmt, CuryCrAmt, TranDate, PerPost FROM GLTran WHERE Module = 'GL'"
    " AND BatNbr IN (SELECT BatNbr FROM xlpy_PostingDoc WHERE Module = 'GL')"
    " ORDER BY RefNbr, Acct, CuryDrAmt, CuryCrAmt",
}
POSTED = (
    "SELECT Module, Acct, Sub, PerPost, RefNbr, TranType, DrAmt, CrAmt FROM GLTran WHERE Posted = 'P'"
    " ORDER BY Module, Acct, Sub, PerPost, RefNbr, TranType, DrAmt, CrAmt"
)
LEDGER = (
    "SELECT Kind, RecordID, Generation, BatchIdentifier, Amount, Currency, LinesHash, EntryIDs, State,"
    " ManageBatchID, ClosedAt IS NOT NULL FROM xlpy_Posting ORDER BY Kind, RecordID, Generation"
)
RULES = PostingRules(
    record_id_column="User1",
    company_paid_account=firm.COMPANY_PAID_ACCOUNT,
    default_sub="00000",
    bins={name: sl_bin for name, _, sl_bin in firm.BINS.values()},
)


@dataclass
class Theatre:
    """The running site and company, and the moments that they can be put back to."""

    folder: Path
    site: Site
    profile: Profile
    moments: dict[str, Any] = field(default_factory=dict)
    posted: list[TransactionKey] = field(default_factory=list)
    sessions: list[Session] = field(default_factory=list)

    @property
    def database(self) -> Path:
        return self.folder / "company.sqlite"

    def disconnect(self) -> None:
        for session in self.sessions:
            session.sl.engine.dispose()

    def keep(self, name: str) -> None:
        self.disconnect()
        shutil.copyfile(self.database, self.folder / f"{name}.sqlite")
        with self.site.lock:
            self.moments[name] = copy.deepcopy(self.site.records)

    def put_back(self, name: str) -> Month:
        self.disconnect()
        shutil.copyfile(self.folder / f"{name}.sqlite", self.database)
        with self.site.lock:
            self.site.records = copy.deepcopy(self.moments[name])
            self.site.changed()
        self.site.faults.clear()
        self.site.calls.clear()
        for session in self.sessions:
            session.observe = None
            session.profile = self.profile
        return Month(self)


@dataclass
class Month:
    """An accountant's month."""

    theatre: Theatre

    @property
    def site(self) -> Site:
        return self.theatre.site

    @property
    def engine(self) -> Any:
        return self.session().sl.engine

    def session(self, user: str = "kmorales") -> Session:
        for known in self.theatre.sessions:
            if known.user == user:
                return known
        session = Session(self.theatre.profile, ManageSecrets(private_key=access.PRIVATE_KEY))
        session.user, session.host = user, "PC1"
        self.theatre.sessions.append(session)
        return session

    def keys(self, *kinds: Kind) -> list[TransactionKey]:
        """What is unposted and of the month; expenses only when they are owed to the member."""
        manage = self.session().manage
        dated = [
            (TransactionKey(Kind.INVOICE, str(r.billing_log_id)), r.invoice_date) for r in manage.unposted_invoices()
        ]
        dated += [
            (TransactionKey(Kind.EXPENSE, str(r.expense_detail_id)), r.expense_date)
            for r in manage.unposted_expenses()
            if r.classification == "Reimbursable"
        ]
        dated += [
            (TransactionKey(Kind.PROCUREMENT, r.unposted_product_id), r.document_date)
            for r in manage.unposted_procurement()
        ]
        found = sorted(key for key, day in dated if (day or date.min) <= firm.THROUGH_DATE)
        return [key for key in found if not kinds or key.kind in kinds]

    def all_keys(self, kind: Kind) -> list[TransactionKey]:
        """What is in the batches of the month's push, whatever the ledger says of it now."""
        return [key for key in self.theatre.posted if key.kind is kind]

    def push(self, keys: list[TransactionKey], batch: str = "OCT", again: bool = False, **more: Any) -> RunReport:
        marked = tuple(Marked(key, again) for key in keys)
        report = push(self.session(), Selection(batch, firm.THROUGH_DATE, marked, **more))
        assert report.state is RunState.COMPLETED, (report.text, report.problems[:5])
        return report

    def plan(self, batch: str, *, again: tuple[str, ...] = (), skip: tuple[str, ...] = (), **more: Any) -> RerunPlan:
        return plan_rerun(self.session(), batch, marks=RerunMarks(again=again, skip=skip), **more)

    def rerun(self, batch: str, *, again: tuple[str, ...] = (), skip: tuple[str, ...] = (), **more: Any) -> RunReport:
        return rerun(self.session(), batch, marks=RerunMarks(again=again, skip=skip), **more)

    def restore_night_before(self) -> None:
        """SL is restored from the backup of the evening before the batch; Manage keeps what it has."""
        self.theatre.disconnect()
        shutil.copyfile(self.theatre.folder / "fresh.sqlite", self.theatre.database)

    def release(self) -> None:
        release_everything(self.engine, firm.COMPANY_ID, user="rwood")

    def rows(self, sql: str, **values: Any) -> list[Any]:
        with self.engine.connect() as connection:
            return [
                tuple(v.strip() if isinstance(v, str) else v for v in row)
                for row in connection.execute(text(sql), values)
            ]

    def run(self, sql: str, **values: Any) -> None:
        with self.engine.begin() as connection:
            connection.execute(text(sql), values)

    def documents(self) -> dict[str, list[Any]]:
        return {name: self.rows(sql) for name, sql in DOCUMENTS.items()}

    def sl_batches(self, module: str) -> list[str]:
        return [row[0] for row in self.rows("SELECT DISTINCT BatNbr FROM xlpy_PostingDoc WHERE Module = :m", m=module)]

    def reconciled(self, batch: str) -> set[str]:
        """What Reconcile says of the batch's transactions."""
        return {str(row.state) for row in reconcile(self.session(), batch=batch).rows}

    def set_rules(self, **changes: Any) -> None:
        """Change posting rules of the settings, for all sessions of the test."""
        profile = replace(self.theatre.profile, posting=replace(RULES, **changes))
        for session in self.theatre.sessions:
            session.profile = profile


def states(plan: RerunPlan) -> dict[str, int]:
    """How many documents of a batch have which state."""
    found: dict[str, int] = {}
    for row in plan.rows:
        found[str(row.state)] = found.get(str(row.state), 0) + 1
    return found


def codes(report: RunReport | RerunPlan) -> set[str]:
    """Codes of the stops."""
    problems = report.problems if isinstance(report, RunReport) else report.plan.problems
    return {problem.code for problem in problems if problem.severity == "stop"}


def open_theatre(folder: Path, **site: Any) -> Iterator[Theatre]:
    """A company and a site, kept *fresh*, and *pushed* with everything of the month in SL and in Manage's batches."""
    url = f"sqlite:///{(folder / 'company.sqlite').as_posix()}"
    made = make_company(url, mistakes=False)
    create_ledger(made)
    made.dispose()
    generated = generate_site(seed=7, mistakes=False, **site)
    with serve(generated) as running:
        manage = ManageSettings(
            url=running.url, company=access.COMPANY, client_id=access.CLIENT_ID, public_key=access.PUBLIC_KEY
        )
        sl = SlSettings(url=url, company=firm.COMPANY_ID, user=firm.SL_USER)
        theatre = Theatre(folder, generated, Profile(manage=manage, sl=sl, posting=RULES))
        theatre.keep("fresh")
        month = theatre.put_back("fresh")
        theatre.posted = month.keys()
        month.push(theatre.posted)
        theatre.keep("pushed")
        yield theatre
        for session in theatre.sessions:
            session.close()

"""One Manage site and one SL company, as a notebook sees them: what the buttons do, and their reports as frames."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import fields
from datetime import date
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING

import pandas as pd

from xlpy.api.approving import Approvals, selection_of
from xlpy.api.frames import (
    EXPENSE_COLUMNS,
    INVOICE_COLUMNS,
    PROCUREMENT_COLUMNS,
    ReportFrames,
    by_id,
    of_fields,
    of_names,
)
from xlpy.api.month_end import MonthEndFrames
from xlpy.domain.documents.plan import Plan
from xlpy.domain.values.transactions import Kind, TransactionKey
from xlpy.errors import StoppedByProblems
from xlpy.runlog import run_log
from xlpy.services.run.memory import remember_preview
from xlpy.services.run.reports import Marked, ResultRow, RunReport, Selection
from xlpy.services.run.session import Session

if TYPE_CHECKING:
    from xlpy.excel.audit.errors_list import SavedErrors
    from xlpy.services.export.practice import PracticeReport
    from xlpy.services.history.clear_plan import ClearPlan
    from xlpy.services.history.rerun_plan import RerunPlan
    from xlpy.services.history.undo_plan import UndoPlan
    from xlpy.services.manage_half.recover import RecoverReport
    from xlpy.services.reconciling.report import ReconcileReport
    from xlpy.services.records.audit_record import AuditRecord
    from xlpy.services.records.audit_verify import AuditVerdict
    from xlpy.services.records.saved_log import SavedLog
    from xlpy.services.run.sync_report import SyncReport
    from xlpy.services.setup.doctor import Finding


class Books(ReportFrames, Approvals, MonthEndFrames):
    """One Manage site and one SL company. Frames hold ``Decimal`` amounts (object columns) and dates."""

    def __init__(self, session: Session) -> None:
        self.session = session

    def unposted(self, kind: str = "invoice", *, through: date | None = None, location: str = "") -> pd.DataFrame:
        """Return the unposted transactions of a kind (``invoice``, ``expense``, ``procurement``), indexed by ``id``.

        That is what ``plan`` takes: billingLogId, expenseDetailId, unpostedProductId. Credit memos are negative.
        Raises ``ValueError`` for another kind.
        """
        from xlpy.services.flows.batch import refresh

        chosen = Kind(kind)
        with run_log("refresh"):
            told = refresh(self.session, through=through or date.max, location=location, kinds=frozenset({chosen}))
        report = told.report
        if chosen is Kind.EXPENSE:
            return by_id(report.expenses, EXPENSE_COLUMNS)
        if chosen is Kind.PROCUREMENT:
            return by_id(report.procurement, PROCUREMENT_COLUMNS)
        return by_id(report.invoices, INVOICE_COLUMNS)

    def plan(
        self,
        ids: Iterable[int],
        *,
        batch: str,
        through: date,
        again: Iterable[int | TransactionKey] = (),
        detail: str = "Default",
        period: str = "",
        location: str = "",
        expenses: Iterable[int] = (),
        procurement: Iterable[str] = (),
        periods: Mapping[TransactionKey, str] | None = None,
        hold: Iterable[TransactionKey] = (),
    ) -> Plan:
        """Check and plan invoices, expenses and procurement by id. Writes nothing.

        ``plan.problems`` says what is wrong. ``again``: those to be posted anew, invoices by id, the
        others by their ``TransactionKey``. ``period``: empty for the rule of the profile. ``periods``: another open
        period for single transactions; ``hold``: whose SL batch goes on hold.
        """
        from xlpy.services.flows.batch import check

        keys = _keys(ids, expenses, procurement)
        anew = {i if isinstance(i, TransactionKey) else TransactionKey(Kind.INVOICE, str(int(i))) for i in again}
        own, held = periods or {}, frozenset(hold)
        marked = tuple(Marked(key, key in anew, own.get(key, ""), key in held) for key in keys)
        with run_log("check"):
            return check(self.session, Selection(batch, through, marked, location, detail, period)).report

    def try_rules(self, through: date | None = None) -> pd.DataFrame:
        """Return what the firm's own rules change of what is unposted, against no rules: a row per change.

        Raises ``SettingsError`` when the settings name none, or such as can't be used.
        """
        from xlpy.domain.planning.rules_compared import RuleChange
        from xlpy.services.flows.rules import try_rules

        with run_log("rules"):
            told = try_rules(self.session, through=through)
        return of_names([field.name for field in fields(RuleChange)], told.report.changes)

    def practice(self, plan: Plan) -> PracticeReport:
        """Let SL's own release judge exactly this plan, and roll everything back; ``practice_results`` shows it.

        Raises ``StoppedByProblems`` when the plan has a stop, ``PracticeImpossible`` when the settings or the rights
        in SL forbid it, ``PostingLocked`` while somebody is posting.
        """
        from xlpy.services.flows.batch import practice

        if plan.stops:
            raise StoppedByProblems(
                f"The plan has {len(plan.stops)} problems that stop it.", fix="Solve them, and plan again."
            )
        with run_log("practice"):
            return practice(self.session, selection_of(self.session, plan), preview_hash=remember_preview(plan)).report

    def push(self, plan: Plan) -> RunReport:
        """Post exactly this plan, or nothing. Raises ``StoppedByProblems`` when the plan has a stop."""
        from xlpy.services.flows.batch import push

        if plan.stops:
            raise StoppedByProblems(
                f"The plan has {len(plan.stops)} problems that stop it.", fix="Solve them, and plan again."
            )
        selection = selection_of(self.session, plan)
        with run_log("push"):
            return push(self.session, selection, preview_hash=remember_preview(plan)).do().report

    def recover(self) -> RecoverReport:
        """Finish half-finished work of any PC and user: Manage batches owed, undos, clearings."""
        from xlpy.services.flows.history import recover

        with run_log("recover"):
            return recover(self.session).do().report

    def batches(self) -> pd.DataFrame:
        """Return every batch of Manage with what became of it in SL, newest first; a row per batch and currency."""
        from xlpy.services.flows.history import batches
        from xlpy.services.history.batches import BatchRow

        with run_log("batches"):
            return of_names([field.name for field in fields(BatchRow)], batches(self.session).report.rows)

    def plan_rerun(
        self,
        batch: str,
        *,
        again: Iterable[str] = (),
        skip: Iterable[str] = (),
        detail: str = "Default",
        period: str = "By document date",
    ) -> RerunPlan:
        """Look at an earlier Manage batch: what of it SL has, and what would be posted. Writes nothing.

        ``again``: ids or numbers to post anew though they were voided, deleted or cleared (``["all"]``: all of them);
        ``skip``: what is not to be posted. ``rerun_states`` shows it as a frame. Raises ``BatchNotThere``,
        ``BatchNotOurs``, and ``SettingsError`` for a name that the batch does not have.
        """
        from xlpy.services.flows.history import rerun
        from xlpy.services.history.rerun_plan import RerunMarks

        with run_log("rerun"):
            marks = RerunMarks(again=tuple(again), skip=tuple(skip))
            return rerun(self.session, batch, detail=detail, period=period, marks=marks).look().report

    def rerun(self, plan: RerunPlan) -> RunReport:
        """Post exactly this, or nothing. Raises ``StoppedByProblems`` when the plan has a stop."""
        from xlpy.services.flows.history import rerun
        from xlpy.services.history.rerun_plan import RerunMarks

        if plan.plan.stops:
            raise StoppedByProblems(plan.text, fix="Solve them, or leave those documents out with skip.")
        with run_log("rerun"):
            flow = rerun(
                self.session,
                plan.batch.identifier,
                detail=plan.detail,
                period=plan.period,
                marks=RerunMarks(plan.marks),
                preview_hash=remember_preview(plan.plan),
            )
            return flow.do().report

    def half_finished(self) -> pd.DataFrame:
        """Return what ``recover`` would finish, one row per batch, with the one safe action for each."""
        from xlpy.services.flows.history import recover

        with run_log("recover"):
            found = recover(self.session).look().report
        names = ("batch_identifier", "kind", "what", "action", "worth", "user", "host", "since")
        return of_names(names, found)

    def look_at_undo(self, batch: str) -> UndoPlan:
        """Tell what undoing a Manage batch (its name, with the suffix) would remove, or why it can't be undone."""
        from xlpy.services.flows.history import undo

        with run_log("undo"):
            return undo(self.session, batch).look().report

    def undo(self, batch: str, *, confirmed: bool = False) -> RunReport:
        """Take a batch that SL has not released back out of SL and Manage; without ``confirmed`` only tell.

        Raises ``PostingLocked``, ``ManageError``, ``SlError`` before anything is changed.
        """
        from xlpy.services.history.undo import undo

        with run_log("undo"):
            return undo(self.session, batch, confirmed=confirmed)

    def look_at_clear(
        self,
        ids: Iterable[int] = (),
        *,
        batch: str,
        through: date,
        location: str = "",
        expenses: Iterable[int] = (),
        procurement: Iterable[str] = (),
    ) -> ClearPlan:
        """Tell what clearing invoices, expenses and procurement (by id, as for ``plan``) would mark in Manage."""
        from xlpy.services.flows.history import clear

        selection = _to_clear(ids, batch, through, location, expenses, procurement)
        with run_log("clear"):
            return clear(self.session, selection).look().report

    def clear(
        self,
        ids: Iterable[int] = (),
        *,
        batch: str,
        through: date,
        location: str = "",
        expenses: Iterable[int] = (),
        procurement: Iterable[str] = (),
        confirmed: bool = False,
    ) -> RunReport:
        """Mark transactions as posted in Manage without writing SL; without ``confirmed`` only tell.

        Raises ``PostingLocked``, ``ManageError``, ``SlError`` before anything is changed.
        """
        from xlpy.services.history.clear import clear

        selection = _to_clear(ids, batch, through, location, expenses, procurement)
        with run_log("clear"):
            return clear(self.session, selection, confirmed=confirmed)

    def export_audit_record(
        self, run_id: str = "", *, folder: Path | str | None = None, as_zip: bool = False
    ) -> AuditRecord:
        """Save everything of a run (default: the last one of this PC) in ``folder``, and add its link to the chain.

        Default folder: ``Audit records`` in the current one. Raises ``RunNotKnown``, ``FileNotSaved``.
        """
        from xlpy.excel.audit.export import FOLDER, export_audit_record

        chosen = Path(folder) if folder else Path.cwd() / FOLDER
        with run_log("audit"):
            return export_audit_record(self.session, chosen, run_id=run_id, as_zip=as_zip)

    def verify_audit_record(self, path: Path | str) -> AuditVerdict:
        """Check a record against its manifest and against the chain in SL. Raises ``AuditRecordUnreadable``."""
        from xlpy.services.records.audit_verify import verify_record

        with run_log("audit"):
            return verify_record(Path(path), self.session)

    def save_errors(self, of: Plan | RunReport, folder: Path | str = ".") -> SavedErrors:
        """Save every problem of a plan or a run as .xlsx and .csv, to be mailed. Raises ``NothingToSave``."""
        from xlpy.excel.audit.errors_list import save_errors
        from xlpy.excel.audit.sheets import each_problem

        title = of.run_id if isinstance(of, RunReport) else of.options.batch_identifier
        return save_errors(each_problem(of.problems), Path(folder), title=title)

    def results(self, run_id: str = "") -> pd.DataFrame:
        """Return what became of each transaction of a run: the last of this PC, or any that the ledger knows.

        Raises ``RunNotKnown``.
        """
        from xlpy.services.flows.records import results

        return of_fields(ResultRow, results(self.session, run_id).report.results)

    def save_log(self, run_id: str = "", *, days: int = 7, folder: Path | str = ".") -> SavedLog:
        """Save the full log of a run, or of the last ``days``. Raises ``NothingLogged``, ``FileNotSaved``."""
        from xlpy.services.flows.records import save_log

        return save_log(Path(folder), run_id=run_id, days=days).report

    def sync_payments(
        self, start: str | date = "last", *, dry_run: bool = False, take_over: Iterable[str] = ()
    ) -> SyncReport:
        """Write what SL has been paid into Manage; ``payments`` shows the report as a frame.

        ``start``: ``last``, ``week``, ``two-weeks``, ``month``, ``everything`` or a day. ``take_over``: numbers of
        invoices whose single payment in Manage, not written by this product, becomes ours. Raises ``ValueError`` for
        another start.
        """
        from xlpy.domain.afterwards.payment_start import parse_start
        from xlpy.services.flows.payments import sync

        chosen = parse_start(start if isinstance(start, str) else start.isoformat())
        flow = sync(self.session, chosen, take_over=tuple(take_over))
        with run_log("sync"):
            return (flow.look() if dry_run else flow.do()).report

    def reconcile(self, *, batch: str = "", period: str = "", everything: bool = False) -> ReconcileReport:
        """Compare Manage's batches, the posting ledger, SL and its general ledger to the cent. Changes nothing.

        One batch (with or without -I, -E, -P), a period as SL shows it (``10-2026``), or everything (the default).
        ``reconciliation``, ``account_totals`` and ``batch_totals`` show the report as frames. Raises ``SettingsError``
        for more than one of them, ``NothingToReconcile`` for a batch that nobody knows.
        """
        from xlpy.services.flows.records import reconcile

        with run_log("reconcile"):
            return reconcile(self.session, batch=batch, period=period, everything=everything).report

    @property
    def base_currency(self) -> str:
        """The currency that SL's books are kept in. Raises ``SlError`` when SL can't be reached."""
        from xlpy.domain.facts.books import BooksNeeds
        from xlpy.sl.reading.books import read_books

        with self.session.sl.engine.connect() as connection:
            return read_books(connection, self.session.sl, BooksNeeds()).gl.base_currency

    def unpaid(self) -> pd.DataFrame:
        """Return the invoices of our batches on which SL says that something is still owed, oldest due date first.

        In each invoice's currency, credit memos negative; an unreleased invoice is owed in full. ``days_overdue`` is
        negative before the due date.
        """
        from xlpy.services.payments.unpaid import UnpaidRow, unpaid

        with run_log("unpaid"):
            return of_fields(UnpaidRow, unpaid(self.session))

    def check_setup(self) -> tuple[Finding, ...]:
        """Check the set-up of both systems."""
        from xlpy.services.setup.doctor import check_setup

        with run_log("doctor"):
            return check_setup(self.session)

    def close(self) -> None:
        """Close both connections."""
        self.session.close()

    def __enter__(self) -> Books:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.session.__exit__(kind, error, trace)


def _keys(ids: Iterable[int], expenses: Iterable[int], procurement: Iterable[str]) -> list[TransactionKey]:
    return [
        *(TransactionKey(Kind.INVOICE, str(int(i))) for i in ids),
        *(TransactionKey(Kind.EXPENSE, str(int(i))) for i in expenses),
        *(TransactionKey(Kind.PROCUREMENT, str(i)) for i in procurement),
    ]


def _to_clear(
    ids: Iterable[int],
    batch: str,
    through: date,
    location: str,
    expenses: Iterable[int],
    procurement: Iterable[str],
) -> Selection:
    marked = tuple(Marked(key) for key in _keys(ids, expenses, procurement))
    return Selection(batch, through, marked, location)

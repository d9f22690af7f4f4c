"""The small Python API, for notebooks and scripts: frames for looking, typed objects for working.

>>> import xlpy
>>> with xlpy.connect("settings.toml") as books:          # doctest: +SKIP
...     unposted = books.unposted(through=date(2026, 10, 31))
...     plan = books.plan(unposted.index, batch="20261031JD", through=date(2026, 10, 31))
...     books.problems(plan)
...     report = books.push(plan)
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, fields
from datetime import date
from enum import StrEnum
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, TypeVar

import pandas as pd

from xlpy.domain.documents.plan import Action, Plan
from xlpy.domain.values.transactions import Kind, TransactionKey
from xlpy.errors import StoppedByProblems
from xlpy.profile.settings import Profile, load_profile
from xlpy.runlog import run_log
from xlpy.services.run.memory import remember_preview
from xlpy.services.run.reports import ExpenseRow, InvoiceRow, Marked, ProcurementRow, RunReport, Selection
from xlpy.services.run.session import Session

if TYPE_CHECKING:
    from xlpy.excel.audit.errors_list import SavedErrors
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

_Shown = TypeVar("_Shown", InvoiceRow, ExpenseRow, ProcurementRow)


class Books:
    """One Manage site and one SL company. Frames hold ``Decimal`` amounts (object columns) and dates."""

    def __init__(self, session: Session) -> None:
        self.session = session

    def unposted(self, kind: str = "invoice", *, through: date | None = None, location: str = "") -> pd.DataFrame:
        """Return the unposted transactions of a kind (``invoice``, ``expense``, ``procurement``), indexed by ``id``.

        That is what ``plan`` takes: billingLogId, expenseDetailId, unpostedProductId. Credit memos are negative.
        Raises ``ValueError`` for another kind.
        """
        from xlpy.services.export.refresh import refresh

        chosen = Kind(kind)
        with run_log("refresh"):
            report = refresh(self.session, through=through or date.max, location=location, kinds=frozenset({chosen}))
        if chosen is Kind.EXPENSE:
            return _by_id(report.expenses, _EXPENSE_COLUMNS)
        if chosen is Kind.PROCUREMENT:
            return _by_id(report.procurement, _PROCUREMENT_COLUMNS)
        return _by_id(report.invoices, _INVOICE_COLUMNS)

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
    ) -> Plan:
        """Check and plan invoices, expenses and procurement by id. Writes nothing.

        ``plan.problems`` says what is wrong. ``again``: those to be posted anew, invoices by id, the
        others by their ``TransactionKey``. ``period``: empty for the rule of the profile.
        """
        from xlpy.services.export.planning import make_plan

        keys = _keys(ids, expenses, procurement)
        anew = {i if isinstance(i, TransactionKey) else TransactionKey(Kind.INVOICE, str(int(i))) for i in again}
        marked = tuple(Marked(key, key in anew) for key in keys)
        with run_log("check"):
            return make_plan(self.session, Selection(batch, through, marked, location, detail, period))

    def problems(self, plan: Plan) -> pd.DataFrame:
        """Return the problems of a plan, one row each."""
        return _frame(asdict(problem) for problem in plan.problems)

    def journal(self, plan: Plan) -> pd.DataFrame:
        """Return the complete journal of a plan, as the Preview sheet shows it."""
        from xlpy.domain.preview.journal import journal

        return _frame(asdict(row) for row in journal(plan))

    def push(self, plan: Plan) -> RunReport:
        """Post exactly this plan, or nothing. Raises ``StoppedByProblems`` when the plan has a stop."""
        from xlpy.services.export.push import push

        if plan.stops:
            raise StoppedByProblems(
                f"The plan has {len(plan.stops)} problems that stop it.", fix="Solve them, and plan again."
            )
        options = plan.options
        selection = Selection(
            options.batch_identifier,
            options.through_date,
            tuple(Marked(t.key, t.action is Action.POST_AGAIN) for t in plan.transactions),
            self.session.manage.locations().get(options.location_id, "") if options.location_id else "",
            options.detail,
            options.period,
        )
        with run_log("push"):
            return push(self.session, selection, preview_hash=remember_preview(plan))

    def recover(self) -> RecoverReport:
        """Finish half-finished work of any PC and user: Manage batches owed, undos, clearings."""
        from xlpy.services.manage_half.recover import recover

        with run_log("recover"):
            return recover(self.session)

    def batches(self) -> pd.DataFrame:
        """Return every batch of Manage with what became of it in SL, newest first; a row per batch and currency."""
        from dataclasses import fields

        from xlpy.services.history.batches import BatchRow, list_batches

        with run_log("batches"):
            report = list_batches(self.session)
        names = [one.name for one in fields(BatchRow)]
        return pd.DataFrame([[getattr(row, name) for name in names] for row in report.rows], columns=names)

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
        from xlpy.services.history.rerun_plan import RerunMarks, plan_rerun

        with run_log("rerun"):
            marks = RerunMarks(again=tuple(again), skip=tuple(skip))
            return plan_rerun(self.session, batch, detail=detail, period=period, marks=marks)

    def rerun_states(self, plan: RerunPlan) -> pd.DataFrame:
        """Return the documents of a batch with their states, as the Rerun sheet shows them, indexed by ``id``."""
        from dataclasses import fields

        from xlpy.domain.afterwards.rerun import RerunRow

        names = [one.name for one in fields(RerunRow) if one.name != "key"]
        cells = [[str(row.key), *(getattr(row, name) for name in names)] for row in plan.rows]
        return pd.DataFrame(cells, columns=["id", *names]).set_index("id")

    def rerun(self, plan: RerunPlan) -> RunReport:
        """Post exactly this, or nothing. Raises ``StoppedByProblems`` when the plan has a stop."""
        from xlpy.services.history.rerun import rerun
        from xlpy.services.history.rerun_plan import RerunMarks

        if plan.plan.stops:
            raise StoppedByProblems(plan.text, fix="Solve them, or leave those documents out with skip.")
        with run_log("rerun"):
            return rerun(
                self.session,
                plan.batch.identifier,
                detail=plan.detail,
                period=plan.period,
                marks=RerunMarks(plan.marks),
                preview_hash=remember_preview(plan.plan),
            )

    def half_finished(self) -> pd.DataFrame:
        """Return what ``recover`` would finish, one row per batch, with the one safe action for each."""
        from xlpy.services.manage_half.recover import look

        with run_log("recover"):
            found = look(self.session)
        columns = ("batch_identifier", "kind", "what", "action", "worth", "user", "host", "since")
        return pd.DataFrame([[getattr(one, name) for name in columns] for one in found], columns=list(columns))

    def look_at_undo(self, batch: str) -> UndoPlan:
        """Tell what undoing a Manage batch (its name, with the suffix) would remove, or why it can't be undone."""
        from xlpy.services.history.undo import look_at_undo

        with run_log("undo"):
            return look_at_undo(self.session, batch)

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
        from xlpy.services.history.clear import look_at_clear

        with run_log("clear"):
            return look_at_clear(self.session, _to_clear(ids, batch, through, location, expenses, procurement))

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

    def save_log(self, run_id: str = "", *, days: int = 7, folder: Path | str = ".") -> SavedLog:
        """Save the full log of a run, or of the last ``days``. Raises ``NothingLogged``, ``FileNotSaved``."""
        from xlpy.services.records.saved_log import save_log

        return save_log(Path(folder), run_id=run_id, days=days)

    def sync_payments(
        self, start: str | date = "last", *, dry_run: bool = False, take_over: Iterable[str] = ()
    ) -> SyncReport:
        """Write what SL has been paid into Manage; ``payments`` shows the report as a frame.

        ``start``: ``last``, ``week``, ``two-weeks``, ``month``, ``everything`` or a day. ``take_over``: numbers of
        invoices whose single payment in Manage, not written by this product, becomes ours. Raises ``ValueError`` for
        another start.
        """
        from xlpy.domain.afterwards.payment_start import parse_start
        from xlpy.services.payments.sync import sync_payments

        chosen = parse_start(start if isinstance(start, str) else start.isoformat())
        with run_log("sync"):
            return sync_payments(self.session, chosen, dry_run=dry_run, take_over=tuple(take_over))

    def payments(self, report: SyncReport) -> pd.DataFrame:
        """Return the invoices of a payment sync, one row each, as the Payments sheet shows them."""
        from xlpy.services.run.sync_report import PaymentRow

        names = [field.name for field in fields(PaymentRow)]
        return pd.DataFrame([[getattr(row, name) for name in names] for row in report.rows], columns=names)

    def reconcile(self, *, batch: str = "", period: str = "", everything: bool = False) -> ReconcileReport:
        """Compare Manage's batches, the posting ledger, SL and its general ledger to the cent. Changes nothing.

        One batch (with or without -I, -E, -P), a period as SL shows it (``10-2026``), or everything (the default).
        ``reconciliation``, ``account_totals`` and ``batch_totals`` show the report as frames. Raises ``SettingsError``
        for more than one of them, ``NothingToReconcile`` for a batch that nobody knows.
        """
        from xlpy.services.reconciling.reconcile import reconcile

        with run_log("reconcile"):
            return reconcile(self.session, batch=batch, period=period, everything=everything)

    def reconciliation(self, report: ReconcileReport) -> pd.DataFrame:
        """Return the rows of a reconciliation, what does not agree first, as the Reconcile sheet shows them."""
        from xlpy.domain.afterwards.reconcile import ReconcileRow

        return _of_fields(ReconcileRow, report.rows)

    def account_totals(self, report: ReconcileReport) -> pd.DataFrame:
        """Return what each SL account got by Manage, by SL's documents and by its general ledger, by currency."""
        from xlpy.domain.afterwards.reconcile import AccountTotal

        return _of_fields(AccountTotal, report.accounts)

    def batch_totals(self, report: ReconcileReport) -> pd.DataFrame:
        """Return the sums of each batch and currency; ``party_totals`` those of customers and vendors."""
        from xlpy.domain.afterwards.reconcile import GroupTotal

        return _of_fields(GroupTotal, report.batches)

    def party_totals(self, report: ReconcileReport) -> pd.DataFrame:
        """Return the sums of each customer or vendor (``name``: its SL id) and currency."""
        from xlpy.domain.afterwards.reconcile import GroupTotal

        return _of_fields(GroupTotal, report.parties)

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
            return _of_fields(UnpaidRow, unpaid(self.session))

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


def connect(profile: Profile | Path | str | None = None) -> Books:
    """Open a profile: an object, a path of its file, or None for ``XLPY_PROFILE`` and the environment."""
    chosen = profile if isinstance(profile, Profile) else load_profile(Path(profile) if profile else None)
    return Books(Session.open(chosen))


_INVOICE_COLUMNS: Mapping[str, Callable[[InvoiceRow], object]] = {
    "id": lambda row: row.invoice.billing_log_id,
    "number": lambda row: row.invoice.number,
    "type": lambda row: row.invoice.invoice_type,
    "date": lambda row: row.invoice.invoice_date,
    "due": lambda row: row.invoice.due_date,
    "company": lambda row: row.invoice.company.name,
    "customer": lambda row: row.invoice.account_number,
    "location": lambda row: row.invoice.location,
    "subtotal": lambda row: row.subtotal,
    "tax": lambda row: row.tax,
    "total": lambda row: row.total,
    "currency": lambda row: row.invoice.currency,
    "base_total": lambda row: row.base_total,
    "period": lambda row: row.expected_period,
    "reference": lambda row: row.reference,
    "status": lambda row: row.status,
}
_EXPENSE_COLUMNS: Mapping[str, Callable[[ExpenseRow], object]] = {
    "id": lambda row: row.expense.expense_detail_id,
    "member": lambda row: row.expense.member.name or row.expense.member.identifier,
    "vendor": lambda row: row.vendor_number,
    "date": lambda row: row.expense.expense_date,
    "type": lambda row: row.expense.expense_type.name,
    "classification": lambda row: row.expense.classification,
    "company_paid": lambda row: row.company_paid,
    "charge": lambda row: row.expense.charge,
    "company": lambda row: row.expense.company.name,
    "account": lambda row: row.expense.account_number,
    "location": lambda row: row.expense.location,
    "total": lambda row: row.total,
    "currency": lambda row: row.expense.currency,
    "base_total": lambda row: row.base_total,
    "status": lambda row: row.status,
}
_PROCUREMENT_COLUMNS: Mapping[str, Callable[[ProcurementRow], object]] = {
    "id": lambda row: row.procurement.unposted_product_id,
    "kind": lambda row: row.procurement.kind,
    "order": lambda row: row.procurement.purchase_order.name,
    "company": lambda row: row.procurement.vendor.name,
    "vendor": lambda row: row.vendor_id,
    "vendor_invoice": lambda row: row.procurement.vendor_invoice_number,
    "date": lambda row: row.procurement.document_date,
    "description": lambda row: row.procurement.description,
    "location": lambda row: row.procurement.location,
    "total": lambda row: row.total,
    "currency": lambda row: row.procurement.currency,
    "base_total": lambda row: row.base_total,
    "status": lambda row: row.status,
}


def _by_id(rows: Sequence[_Shown], columns: Mapping[str, Callable[[_Shown], object]]) -> pd.DataFrame:
    """Make a frame that has its columns even without rows."""
    cells = [[read(row) for read in columns.values()] for row in rows]
    return pd.DataFrame(cells, columns=list(columns)).set_index("id")


def _of_fields(kind: type[Any], values: Iterable[object]) -> pd.DataFrame:
    """Make a frame with a column for each field of a dataclass, even without rows; enums become their words."""
    names = [field.name for field in fields(kind)]
    rows = [[str(one) if isinstance(one, StrEnum) else one for one in (getattr(v, n) for n in names)] for v in values]
    return pd.DataFrame(rows, columns=names)


def _frame(rows: Iterable[dict[str, object]]) -> pd.DataFrame:
    return pd.DataFrame(list(rows))

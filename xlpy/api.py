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
from dataclasses import asdict
from datetime import date
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, TypeVar

import pandas as pd

from xlpy.domain.plan import Action, Plan
from xlpy.domain.transactions import Kind, TransactionKey
from xlpy.errors import StoppedByProblems
from xlpy.runlog import run_log
from xlpy.services.memory import remember_preview
from xlpy.services.reports import ExpenseRow, InvoiceRow, Marked, ProcurementRow, RunReport, Selection
from xlpy.services.session import Session
from xlpy.settings import Profile, load_profile

if TYPE_CHECKING:
    from xlpy.services.doctor import Finding
    from xlpy.services.recover import RecoverReport

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
        from xlpy.services.refresh import refresh

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
        period: str = "By document date",
        location: str = "",
        expenses: Iterable[int] = (),
        procurement: Iterable[str] = (),
    ) -> Plan:
        """Check and plan invoices, expenses and procurement by id. Writes nothing.

        ``plan.problems`` says what is wrong. ``again``: those to be posted anew, invoices by id, the
        others by their ``TransactionKey``.
        """
        from xlpy.services.planning import make_plan

        keys = [
            *(TransactionKey(Kind.INVOICE, str(int(i))) for i in ids),
            *(TransactionKey(Kind.EXPENSE, str(int(i))) for i in expenses),
            *(TransactionKey(Kind.PROCUREMENT, str(i)) for i in procurement),
        ]
        anew = {i if isinstance(i, TransactionKey) else TransactionKey(Kind.INVOICE, str(int(i))) for i in again}
        marked = tuple(Marked(key, key in anew) for key in keys)
        with run_log("check"):
            return make_plan(self.session, Selection(batch, through, marked, location, detail, period))

    def problems(self, plan: Plan) -> pd.DataFrame:
        """Return the problems of a plan, one row each."""
        return _frame(asdict(problem) for problem in plan.problems)

    def journal(self, plan: Plan) -> pd.DataFrame:
        """Return the complete journal of a plan, as the Preview sheet shows it."""
        from xlpy.domain.journal import journal

        return _frame(asdict(row) for row in journal(plan))

    def push(self, plan: Plan) -> RunReport:
        """Post exactly this plan, or nothing. Raises ``StoppedByProblems`` when the plan has a stop."""
        from xlpy.services.push import push

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
        """Finish half-finished batches of any PC and user."""
        from xlpy.services.recover import recover

        with run_log("recover"):
            return recover(self.session)

    def check_setup(self) -> tuple[Finding, ...]:
        """Check the set-up of both systems."""
        from xlpy.services.doctor import check_setup

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


def _frame(rows: Iterable[dict[str, object]]) -> pd.DataFrame:
    return pd.DataFrame(list(rows))

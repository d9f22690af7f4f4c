"""Reports as frames: rows under the names that a notebook uses. Amounts stay ``Decimal`` (object columns)."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, fields
from enum import StrEnum
from typing import TYPE_CHECKING, Any, TypeVar

import pandas as pd

from xlpy.services.run.reports import ExpenseRow, InvoiceRow, ProcurementRow

_Shown = TypeVar("_Shown", InvoiceRow, ExpenseRow, ProcurementRow)

if TYPE_CHECKING:
    from xlpy.domain.documents.plan import Plan
    from xlpy.services.export.practice import PracticeReport
    from xlpy.services.history.rerun_plan import RerunPlan
    from xlpy.services.reconciling.report import ReconcileReport
    from xlpy.services.run.sync_report import SyncReport

INVOICE_COLUMNS: Mapping[str, Callable[[InvoiceRow], object]] = {
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
EXPENSE_COLUMNS: Mapping[str, Callable[[ExpenseRow], object]] = {
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
PROCUREMENT_COLUMNS: Mapping[str, Callable[[ProcurementRow], object]] = {
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


def by_id(rows: Sequence[_Shown], columns: Mapping[str, Callable[[_Shown], object]]) -> pd.DataFrame:
    """Make a frame that has its columns even without rows."""
    cells = [[read(row) for read in columns.values()] for row in rows]
    return pd.DataFrame(cells, columns=list(columns)).set_index("id")


def of_names(names: Sequence[str], values: Iterable[object]) -> pd.DataFrame:
    """Make a frame with a column for each of these fields, as they are, even without rows."""
    return pd.DataFrame([[getattr(value, name) for name in names] for value in values], columns=list(names))


def of_fields(kind: type[Any], values: Iterable[object]) -> pd.DataFrame:
    """Make a frame with a column for each field of a dataclass, even without rows; enums become their words."""
    names = [field.name for field in fields(kind)]
    rows = [[str(one) if isinstance(one, StrEnum) else one for one in (getattr(v, n) for n in names)] for v in values]
    return pd.DataFrame(rows, columns=names)


def frame(rows: Iterable[dict[str, object]]) -> pd.DataFrame:
    """Make a frame of rows that name their own columns."""
    return pd.DataFrame(list(rows))


class ReportFrames:
    """The frames of reports that a job gave: they ask neither system again."""

    def problems(self, plan: Plan) -> pd.DataFrame:
        """Return the problems of a plan, one row each."""
        return frame(asdict(problem) for problem in plan.problems)

    def journal(self, plan: Plan) -> pd.DataFrame:
        """Return the complete journal of a plan, as the Preview sheet shows it."""
        from xlpy.domain.preview.journal import journal

        return frame(asdict(row) for row in journal(plan))

    def rerun_states(self, plan: RerunPlan) -> pd.DataFrame:
        """Return the documents of a batch with their states, as the Rerun sheet shows them, indexed by ``id``."""
        from xlpy.domain.afterwards.rerun import RerunRow

        names = [one.name for one in fields(RerunRow) if one.name != "key"]
        cells = [[str(row.key), *(getattr(row, name) for name in names)] for row in plan.rows]
        return pd.DataFrame(cells, columns=["id", *names]).set_index("id")

    def payments(self, report: SyncReport) -> pd.DataFrame:
        """Return the invoices of a payment sync, one row each, as the Payments sheet shows them."""
        from xlpy.services.run.sync_report import PaymentRow

        return of_names([field.name for field in fields(PaymentRow)], report.rows)

    def reconciliation(self, report: ReconcileReport) -> pd.DataFrame:
        """Return the rows of a reconciliation, what does not agree first, as the Reconcile sheet shows them."""
        from xlpy.domain.afterwards.reconcile import ReconcileRow

        return of_fields(ReconcileRow, report.rows)

    def account_totals(self, report: ReconcileReport) -> pd.DataFrame:
        """Return what each SL account got by Manage, by SL's documents and by its general ledger, by currency."""
        from xlpy.domain.afterwards.reconcile import AccountTotal

        return of_fields(AccountTotal, report.accounts)

    def batch_totals(self, report: ReconcileReport) -> pd.DataFrame:
        """Return the sums of each batch and currency; ``party_totals`` those of customers and vendors."""
        from xlpy.domain.afterwards.reconcile import GroupTotal

        return of_fields(GroupTotal, report.batches)

    def practice_results(self, report: PracticeReport) -> pd.DataFrame:
        """Return SL's verdict on each document of a practice release, the worst first; a row per document."""
        from xlpy.services.export.practice import PracticeRow

        return of_fields(PracticeRow, report.rows)

    def party_totals(self, report: ReconcileReport) -> pd.DataFrame:
        """Return the sums of each customer or vendor (``name``: its SL id) and currency."""
        from xlpy.domain.afterwards.reconcile import GroupTotal

        return of_fields(GroupTotal, report.parties)

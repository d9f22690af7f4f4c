"""A reconciliation as rows of its sheet, and the amounts above their columns. Renderers, no logic."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from xlpy.excel.tables.home import write_block
from xlpy.excel.tables.rows import period_text
from xlpy.excel.workbook.cell_values import cell_content
from xlpy.excel.workbook.sheet import CellKind
from xlpy.excel.workbook.sheets import RECONCILE, RECONCILED_BLOCK, RECONCILED_STEPS
from xlpy.excel.workbook.state_colours import state_word

if TYPE_CHECKING:
    import xlwings as xw

    from xlpy.services.reconciling.report import ReconcileReport

Row = Mapping[str, object]


def reconcile_rows(report: ReconcileReport) -> list[Row]:
    """Rows of the Reconcile sheet: what does not agree first."""
    return [
        {
            "State": str(row.state),
            "Message": row.message,
            "Batch identifier": row.batch_identifier,
            "Kind": state_word(row.kind),
            "Transaction": row.transaction,
            "Company": row.company,
            "Currency": row.currency,
            "Manage": row.manage,
            "Posting ledger": row.ledger,
            "SL": row.sl,
            "Difference": row.difference,
            "Base in SL": row.base,
            "Base in GL": row.gl,
            "Customer/Vendor": row.party,
            "SL batch": f"{row.module} {row.sl_batch}".strip(),
            "Reference": f"{row.doc_type} {row.reference}".strip(),
            "Period": period_text(row.period),
            "Id": row.record_id,
        }
        for row in report.rows
    ]


def write_reconciled(book: xw.Book, report: ReconcileReport) -> None:
    """Write how much has arrived where, in base currency, above the columns; and what of it does not agree."""
    names = [column.name for column in RECONCILE.columns]
    amounts = {name: step.amount for name, step in zip(RECONCILED_STEPS, report.steps, strict=False)}
    amounts["Difference"] = report.differing
    shown = names[names.index("Manage") : names.index(RECONCILED_STEPS[-1]) + 1]
    label = cell_content(f"in {report.base_currency}", CellKind.TEXT)
    write_block(book, RECONCILED_BLOCK, [[label, *(cell_content(amounts.get(name), CellKind.MONEY) for name in shown)]])

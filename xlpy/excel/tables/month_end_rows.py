"""The reports of the month end as rows of their sheets. Renderers, no logic."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from xlpy.excel.tables.rows import period_text
from xlpy.excel.workbook.state_colours import state_word

if TYPE_CHECKING:
    from xlpy.domain.afterwards.accruals import AccrualsReport
    from xlpy.domain.afterwards.tie_out import TieOutReport
    from xlpy.services.setup.mappings import MappingsReport

Row = Mapping[str, object]


def tie_out_rows(report: TieOutReport) -> list[Row]:
    """Rows of the Tie-out sheet: accounts that differ first, each with what is below it."""
    return [
        {
            "State": state_word(row.state),
            "Line": str(row.line),
            "Period": period_text(row.period),
            "Area": str(row.area),
            "Account": row.acct,
            "Sub": row.sub,
            "Name": row.name,
            "Manage": row.manage,
            "Posting ledger": row.ledger,
            "From Manage in SL": row.from_manage,
            "Other in SL": row.other,
            "Not posted": row.not_posted,
            "General ledger": row.gl,
            "Difference": row.difference,
            "Transaction": row.transaction,
            "SL batch": row.sl_batch,
            "Reference": row.reference,
            "Message": row.message,
        }
        for row in report.rows
    ]


def accrual_rows(report: AccrualsReport) -> list[Row]:
    """Rows of the Accruals sheet, list by list."""
    return [
        {
            "Section": str(row.section),
            "Period": period_text(row.period),
            "Kind": state_word(row.kind),
            "Age": row.age,
            "Count": row.count,
            "Transaction": row.transaction,
            "Date": row.day,
            "Customer/Vendor": row.party,
            "Name": row.name,
            "Account": row.acct,
            "Sub": row.sub,
            "Amount": row.amount,
            "Currency": row.currency,
            "Base amount": row.base,
            "Base difference": row.difference,
            "Message": row.message,
        }
        for row in report.rows
    ]


def mapping_rows(report: MappingsReport) -> list[Row]:
    """Rows of the Mappings sheet, kind by kind."""
    return [
        {
            "State": state_word(row.state),
            "Kind": state_word(row.kind),
            "Record": row.record,
            "Name": row.name,
            "Value in Manage": row.in_manage,
            "Partner in SL": row.in_sl,
            "Likeliest in SL": row.proposal,
            "Why likely": row.reason,
            "What": row.what,
            "How to fix": row.fix,
            "Where": row.where,
        }
        for row in report.rows
    ]

"""The sheet Practice: a row per document that SL's release was tried on, the worst first."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

from xlpy.excel.tables.rows import period_text

if TYPE_CHECKING:
    from xlpy.services.export.practice import PracticeRow


def practice_rows(rows: Iterable[PracticeRow]) -> list[Mapping[str, object]]:
    """Rows of the Practice sheet."""
    return [
        {
            "Verdict": str(row.verdict),
            "Message": row.message,
            "How to fix": row.fix,
            "SL message": ", ".join(str(number) for number in row.numbers),
            "Module": row.module,
            "DocType": row.doc_type,
            "Reference": row.reference,
            "Customer/Vendor": row.party,
            "Amount": row.amount,
            "Currency": row.currency,
            "Period": period_text(row.period),
            "Base difference": row.difference or None,
            "Transaction": row.transaction,
            "Id": ", ".join(row.transaction_ids),
        }
        for row in rows
    ]

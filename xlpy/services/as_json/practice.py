"""A practice release as the JSON of ``--json``: SL's verdict per document. Money is text."""

from __future__ import annotations

from typing import Any

from xlpy.services.as_json.run import plan_json, problem_json
from xlpy.services.export.practice import PracticeReport


def practice_json(report: PracticeReport) -> dict[str, Any]:
    """Render a practice release; ``batches`` have no numbers, for nothing was written."""
    return {
        **plan_json(report.plan, "practised" if report.rows else "nothing practised"),
        "text": report.text,
        "problems": [problem_json(problem) for problem in report.problems],
        "results": [
            {
                "verdict": str(row.verdict),
                "text": row.message,
                "fix": row.fix,
                "sl_messages": list(row.numbers),
                "module": row.module,
                "doctype": row.doc_type,
                "refnbr": row.reference,
                "party": row.party,
                "amount": str(row.amount),
                "currency": row.currency,
                "period": row.period,
                "difference": str(row.difference),
                "transaction": row.transaction,
                "ids": list(row.transaction_ids),
            }
            for row in report.rows
        ],
    }

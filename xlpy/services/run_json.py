"""Reports as the JSON of ``--json``: an interface for schedulers and scripts. Money is text, dates are ISO."""

from __future__ import annotations

from typing import Any

from xlpy.domain.plan import Plan
from xlpy.domain.problems import Problem
from xlpy.services.reports import RunReport


def problem_json(problem: Problem) -> dict[str, str]:
    """Render a problem: severity, code, transaction, text (what and how to fix it)."""
    return {
        "severity": str(problem.severity),
        "code": problem.code,
        "transaction": problem.transaction,
        "text": f"{problem.what}. {problem.fix}".strip(),
        "where": problem.where,
    }


def plan_json(plan: Plan, state: str) -> dict[str, Any]:
    """Render a plan that was checked or previewed; nothing is written, so ``batches`` have no numbers yet."""
    return {
        "state": state,
        "plan_hash": plan.hash,
        "batches": [
            {
                "module": batch.module,
                "batnbr": "",
                "period": batch.per_post,
                "currency": batch.currency,
                "documents": [
                    {"doctype": d.doc_type, "refnbr": d.ref_nbr, "amount": str(d.cury_total)} for d in batch.documents
                ],
            }
            for batch in plan.ar_batches
        ],
        "manage_batches": [],
        "problems": [problem_json(problem) for problem in plan.problems],
        "results": [],
    }


def run_json(report: RunReport) -> dict[str, Any]:
    """Render a run of *Run export*."""
    batches: dict[tuple[str, str], list[dict[str, str]]] = {}
    for row in report.results:
        if row.sl_batch:
            documents = batches.setdefault((row.module, row.sl_batch), [])
            documents.append({"doctype": row.doc_type, "refnbr": row.reference, "amount": str(abs(row.amount))})
    return {
        "state": str(report.state),
        "text": report.text,
        "run": report.run_id,
        "plan_hash": report.plan.hash if report.plan else "",
        "batches": [
            {"module": module, "batnbr": number, "documents": documents}
            for (module, number), documents in batches.items()
        ],
        "manage_batches": [
            {"identifier": batch.identifier, "id": batch.batch_id, "entries": batch.entries}
            for batch in report.manage_batches
        ],
        "problems": [problem_json(problem) for problem in report.problems],
        "results": [
            {
                "transaction": row.transaction,
                "id": row.transaction_id,
                "kind": row.kind,
                "status": row.status,
                "message": row.message,
                "amount": str(row.amount),
                "currency": row.currency,
                "module": row.module,
                "batnbr": row.sl_batch,
                "doctype": row.doc_type,
                "refnbr": row.reference,
                "period": row.period,
            }
            for row in report.results
        ],
    }

"""Reports as the JSON of ``--json``: an interface for schedulers and scripts. Money is text, dates are ISO."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from xlpy.domain.plan import Plan
from xlpy.domain.problems import Problem
from xlpy.services.recover import RecoverReport
from xlpy.services.reports import ManageBatchMade, RunReport


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


def failed_json(text: str) -> dict[str, Any]:
    """Render a run that could not be done: the same keys, and why."""
    return {
        "state": "failed",
        "text": text,
        "plan_hash": "",
        "batches": [],
        "manage_batches": [],
        "problems": [],
        "results": [],
    }


def recover_json(report: RecoverReport) -> dict[str, Any]:
    """Render what *Recover* did; the SL documents are those of the earlier runs."""
    outcomes = (("Exported", report.closed), ("Changed", report.changed), ("Lost", report.lost))
    return {
        **failed_json(report.text),
        "state": "recovered",
        "manage_batches": _manage_batches(report.manage_batches),
        "results": [
            {
                "transaction": posting.number,
                "id": posting.key.record_id,
                "kind": str(posting.key.kind),
                "status": status,
                "amount": str(posting.amount),
                "currency": posting.currency,
            }
            for status, postings in outcomes
            for posting in postings
        ],
    }


def _manage_batches(batches: Iterable[ManageBatchMade]) -> list[dict[str, Any]]:
    return [{"identifier": b.identifier, "id": b.batch_id, "entries": b.entries} for b in batches]


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
        "manage_batches": _manage_batches(report.manage_batches),
        "problems": [problem_json(problem) for problem in report.problems],
        "results": [
            {
                "transaction": row.transaction,
                "id": row.transaction_id,
                "kind": row.kind,
                "part": row.part,
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

"""Reports as the JSON of ``--json``: an interface for schedulers and scripts. Money is text, dates are ISO."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from xlpy.domain.documents.plan import Plan
from xlpy.domain.documents.shared import SlBatch
from xlpy.domain.preview.rows import document_key
from xlpy.domain.values.money import total
from xlpy.domain.values.problems import Problem
from xlpy.domain.values.sentences import sentences
from xlpy.domain.values.statuses import RowStatus
from xlpy.domain.values.transactions import Posting, TransactionKey
from xlpy.services.as_json.approval import approval_json
from xlpy.services.history.clear_plan import ClearPlan
from xlpy.services.history.undo_plan import UndoPlan
from xlpy.services.manage_half.recover import HalfFinished, RecoverReport, half_finished_text
from xlpy.services.run.reports import ManageBatchMade, ResultRow, RunReport

if TYPE_CHECKING:
    from xlpy.services.history.batches import BatchesReport
    from xlpy.services.history.rerun_plan import RerunPlan
    from xlpy.services.setup.doctor import Finding


def problem_json(problem: Problem) -> dict[str, str]:
    """Render a problem: severity, code, transaction, text (what and how to fix it)."""
    return {
        "severity": str(problem.severity),
        "code": problem.code,
        "transaction": problem.transaction,
        "text": sentences(problem.what, problem.fix),
        "where": problem.where,
    }


def plan_json(plan: Plan, state: str) -> dict[str, Any]:
    """Render a plan that was checked or previewed; nothing is written, so ``batches`` have no numbers yet."""
    return {
        "state": state,
        "plan_hash": plan.hash,
        **({"rules": {"file": plan.rules_file, "sha256": plan.rules_sha256}} if plan.rules_file else {}),
        "batches": list(_planned_batches(plan)),
        "manage_batches": [],
        "problems": [problem_json(problem) for problem in plan.problems],
        "results": [],
    }


def _planned_batches(plan: Plan) -> Iterator[dict[str, Any]]:
    """Render the SL batches of a plan, module by module; ``document``: as on the sheet Preview."""
    base = plan.base_currency
    for ar in plan.ar.batches:
        invoices = [(d.doc_type, d.ref_nbr, d.cury_total, (d.transaction,)) for d in ar.documents]
        yield _planned_batch(ar, ar.module, ar.currency, invoices)
    for ap in plan.ap.batches:
        vouchers = [(d.doc_type, "", d.cury_total, d.transactions) for d in ap.documents]
        yield _planned_batch(ap, ap.module, ap.currency, vouchers)
    for gl in plan.gl.batches:
        journals = [("GL", "", journal.total, journal.transactions) for journal in gl.journals]
        yield _planned_batch(gl, gl.module, base, journals)
    for stock in plan.inventory.batches:
        moved = [
            (d.tran_type, d.ref_nbr, total(line.amount for line in d.lines), d.transactions) for d in stock.documents
        ]
        yield _planned_batch(stock, stock.module, base, moved)


def _planned_batch(
    batch: SlBatch,
    module: str,
    currency: str,
    documents: Iterable[tuple[str, str, Decimal, Iterable[TransactionKey]]],
) -> dict[str, Any]:
    return {
        "module": module,
        "batnbr": "",
        "period": batch.per_post,
        "currency": currency,
        "on_hold": batch.hold,
        "documents": [
            {
                "document": document_key(module, batch.number, position),
                "doctype": doc_type,
                "refnbr": ref_nbr,
                "amount": str(amount),
                "transactions": [str(key) for key in keys],
            }
            for position, (doc_type, ref_nbr, amount, keys) in enumerate(documents, 1)
        ],
    }


def batches_json(report: BatchesReport) -> dict[str, Any]:
    """Render the list of batches: one row per batch and currency."""
    return {
        **failed_json(report.text),
        "state": "listed",
        "results": [
            {
                "identifier": row.identifier,
                "manage_id": row.manage_id,
                "kinds": [str(kind) for kind in row.kinds],
                "created": row.created.isoformat() if row.created else "",
                "created_by": row.created_by,
                "documents": row.documents,
                "amount": "" if row.amount is None else str(row.amount),
                "currency": row.currency,
                "closed": row.closed,
                "state": row.state,
                "sl_batches": row.sl_batches,
                "message": row.message,
            }
            for row in report.rows
        ],
    }


def rerun_plan_json(found: RerunPlan) -> dict[str, Any]:
    """Render a rerun that was previewed: every document of the batch with its state, and the plan."""
    return {
        **plan_json(found.plan, "previewed"),
        "text": found.text,
        "manage_batches": [
            {"identifier": found.batch.identifier, "id": found.batch.id, "entries": found.inside},
        ],
        "results": [
            {
                "transaction": row.number,
                "id": row.key.record_id,
                "kind": str(row.key.kind),
                "status": str(row.state),
                "include": row.include,
                "message": row.message,
                "amount": str(row.total),
                "currency": row.currency,
                "sl_batch": row.sl_batch,
                "doctype": row.doc_type,
                "refnbr": row.reference,
            }
            for row in found.rows
        ],
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
    outcomes = (
        (RowStatus.EXPORTED, report.closed),
        (RowStatus.UNDONE, report.undone),
        (RowStatus.CLEARED, report.cleared),
        (RowStatus.CHANGED, report.changed),
        (RowStatus.LOST, report.lost),
        (RowStatus.NOT_CLEARED, [posting for posting, _ in report.given_up]),
        (RowStatus.HALF_UNDONE, [posting for posting, _ in report.stuck]),
    )
    return {
        **failed_json(report.text),
        "state": "recovered",
        "run": report.run_id,
        "manage_batches": _manage_batches(report.manage_batches),
        "results": [_posting_json(posting, status) for status, postings in outcomes for posting in postings],
    }


def half_finished_json(found: Sequence[HalfFinished]) -> dict[str, Any]:
    """Render the list of half-finished work; nothing was done."""
    return {
        **failed_json(half_finished_text(found)),
        "state": "listed",
        "results": [
            {
                "batch": one.batch_identifier,
                "kind": str(one.kind),
                "status": one.what,
                "action": one.action,
                "worth": one.worth,
                "user": one.user,
                "host": one.host,
                "since": one.since.isoformat(sep=" ", timespec="seconds"),
                "transactions": [posting.number for posting in one.postings],
            }
            for one in found
        ],
    }


def undo_plan_json(plan: UndoPlan) -> dict[str, Any]:
    """Render what an undo would remove, or why not; nothing was done."""
    batches: dict[tuple[str, str], list[dict[str, str]]] = {}
    for d in plan.documents:
        if not d.gone:
            one = {"doctype": d.doc_type, "refnbr": d.reference, "amount": str(d.amount)}
            batches.setdefault((d.module, d.sl_batch), []).append(one)
    return {
        **failed_json(plan.text),
        "state": "can't be undone" if plan.reasons else "to be confirmed",
        "batches": [{"module": m, "batnbr": n, "documents": documents} for (m, n), documents in batches.items()],
        "manage_batches": _manage_batches(plan.manage_batches),
        "purchase_orders_unbatched": [
            {"manage_batch": one.identifier, "orders": list(one.orders)} for one in plan.orders_out
        ],
        "problems": [problem_json(problem) for problem in plan.reasons],
        "results": [_posting_json(posting, RowStatus.TO_BE_UNDONE) for posting in plan.transactions],
    }


def clear_plan_json(plan: ClearPlan) -> dict[str, Any]:
    """Render what clearing would mark in Manage, or why not; nothing was done."""
    return {
        **failed_json(plan.text),
        "state": "can't be cleared" if plan.stops or not plan.rows else "to be confirmed",
        "problems": [problem_json(problem) for problem in plan.problems],
        "results": [
            {
                "transaction": row.number,
                "id": row.key.record_id,
                "kind": str(row.key.kind),
                "status": "To be cleared",
                "amount": str(row.amount),
                "currency": row.currency,
            }
            for row in plan.rows
        ],
    }


def _posting_json(posting: Posting, status: RowStatus) -> dict[str, str]:
    return {
        "transaction": posting.number,
        "id": posting.key.record_id,
        "kind": str(posting.key.kind),
        "status": status,
        "amount": str(posting.amount),
        "currency": posting.currency,
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
        "results": [result_json(row) for row in report.results],
        "approval": approval_json(report.approval),
    }


def result_json(row: ResultRow) -> dict[str, str]:
    """Return a row of Results: amounts as text, in the currency beside it."""
    return {
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


def setup_json(findings: Iterable[Finding]) -> dict[str, Any]:
    """Return the set-up check, line by line."""
    return {
        "state": "checked",
        "findings": [
            {
                "area": finding.area,
                "subject": finding.subject,
                "verdict": str(finding.verdict),
                "text": finding.text,
                "means": finding.means,
                "fix": finding.fix,
            }
            for finding in findings
        ],
    }

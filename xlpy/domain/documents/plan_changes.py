"""What differs between the plan that was previewed and the plan that would be written now."""

from __future__ import annotations

from xlpy.domain.checks.table import bound, found
from xlpy.domain.documents.plan import Plan
from xlpy.domain.values.problems import Problem


def plan_changes(previewed: Plan, now: Plan) -> tuple[Problem, ...]:
    """Name every transaction that would be written otherwise than previewed; empty when the hashes are equal."""
    if previewed.hash == now.hash:
        return ()
    before = {transaction.key: transaction for transaction in previewed.transactions}
    after = {transaction.key: transaction for transaction in now.transactions}
    documents_before = {d.transaction: (b.per_post, d) for b in previewed.ar_batches for d in b.documents}
    documents_after = {d.transaction: (b.per_post, d) for b in now.ar_batches for d in b.documents}
    changes: list[Problem] = []
    for key in sorted({*before, *after}):
        number = (after.get(key) or before[key]).number
        if key not in after:
            changes.append(_changed("not now", number, str(key)))
        elif key not in before:
            changes.append(_changed("not previewed", number, str(key)))
        elif before[key] != after[key] or documents_before.get(key) != documents_after.get(key):
            changes.append(_changed("otherwise", number, str(key)))
    if previewed.customers != now.customers:
        changes.append(_changed("customers"))
    if previewed.options != now.options:
        changes.append(_changed("inputs"))
    return tuple(changes) or (_changed("plan"),)


def preview_gone() -> Problem:
    """Say that the plan is another than previewed, where the previewed one is not here to compare with."""
    return _changed("gone")


def _changed(case: str, number: str = "", transaction_id: str = "") -> Problem:
    return bound(found("PLAN-CHANGED", case=case), number, transaction_id)

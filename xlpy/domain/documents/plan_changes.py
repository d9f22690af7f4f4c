"""What differs between the plan that was previewed and the plan that would be written now."""

from __future__ import annotations

from xlpy.domain.documents.plan import Plan
from xlpy.domain.values.problems import Problem, Severity


def plan_changes(previewed: Plan, now: Plan) -> tuple[Problem, ...]:
    """Name every transaction that would be written otherwise than previewed; empty when the hashes are equal."""
    if previewed.hash == now.hash:
        return ()
    before = {transaction.key: transaction for transaction in previewed.transactions}
    after = {transaction.key: transaction for transaction in now.transactions}
    documents_before = {d.transaction: (b.per_post, d) for b in previewed.ar_batches for d in b.documents}
    documents_after = {d.transaction: (b.per_post, d) for b in now.ar_batches for d in b.documents}
    found: list[Problem] = []
    for key in sorted({*before, *after}):
        number = (after.get(key) or before[key]).number
        if key not in after:
            found.append(_changed("was previewed, but would not be written now", number, str(key)))
        elif key not in before:
            found.append(_changed("would be written now, but was not previewed", number, str(key)))
        elif before[key] != after[key] or documents_before.get(key) != documents_after.get(key):
            found.append(_changed("would be written otherwise than previewed", number, str(key)))
    if previewed.customers != now.customers:
        found.append(_changed("The customers to be created are others than previewed", "", ""))
    if previewed.options != now.options:
        found.append(_changed("The inputs on Home are others than at the preview", "", ""))
    return tuple(found) or (_changed("The plan is another than previewed", "", ""),)


def preview_gone() -> Problem:
    """Say that the plan is another than previewed, where the previewed one is not here to compare with."""
    return _changed("What would be written is not what was previewed, and that preview is not on this PC", "", "")


def _changed(what: str, number: str, transaction_id: str) -> Problem:
    return Problem(
        Severity.STOP,
        "PLAN-CHANGED",
        what if not number else f"It {what}",
        transaction=number,
        transaction_id=transaction_id,
        fix="Press Preview again and look at it; then Run export",
        where="Home, Preview",
    )

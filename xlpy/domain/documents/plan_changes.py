"""What differs between the plan that was previewed and the plan that would be written now."""

from __future__ import annotations

from xlpy.domain.checks.table import bound, found
from xlpy.domain.documents.plan import Plan
from xlpy.domain.values.problems import Problem
from xlpy.domain.values.transactions import TransactionKey


def plan_changes(previewed: Plan, now: Plan) -> tuple[Problem, ...]:
    """Name every transaction that would be written otherwise than previewed; empty when the hashes are equal."""
    if previewed.hash == now.hash:
        return ()
    before = {transaction.key: transaction for transaction in previewed.transactions}
    after = {transaction.key: transaction for transaction in now.transactions}
    documents_before, documents_after = _documents_of(previewed), _documents_of(now)
    changes: list[Problem] = []
    for key in sorted({*before, *after}):
        number = (after.get(key) or before[key]).number
        if key not in after:
            changes.append(_changed("not now", number, str(key)))
        elif key not in before:
            changes.append(_changed("not previewed", number, str(key)))
        elif before[key] != after[key] or documents_before.get(key) != documents_after.get(key):
            changes.append(_changed("otherwise", number, str(key)))
    for case, before_and_after in (
        ("customers", (previewed.ar.customers, now.ar.customers)),
        ("vendors", (previewed.ap.vendors, now.ap.vendors)),
        ("products", (previewed.inventory.items, now.inventory.items)),
    ):
        if before_and_after[0] != before_and_after[1]:
            changes.append(_changed(case))
    if previewed.options != now.options:
        changes.append(_changed("inputs"))
    if (previewed.rules_file, previewed.rules_sha256) != (now.rules_file, now.rules_sha256):
        changes.append(_changed("rules"))
    return tuple(changes) or (_changed("plan"),)


def _documents_of(plan: Plan) -> dict[TransactionKey, list[tuple[str, object]]]:
    """Return the documents that each transaction is part of, with their periods."""
    documents: dict[TransactionKey, list[tuple[str, object]]] = {}
    parts: list[tuple[tuple[TransactionKey, ...], str, object]] = [
        *(((d.transaction,), b.per_post, d) for b in plan.ar.batches for d in b.documents),
        *((d.transactions, b.per_post, d) for b in plan.ap.batches for d in b.documents),
        *((j.transactions, b.per_post, j) for b in plan.gl.batches for j in b.journals),
        *((d.transactions, b.per_post, d) for b in plan.inventory.batches for d in b.documents),
    ]
    for keys, period, document in parts:
        for key in keys:
            documents.setdefault(key, []).append((period, document))
    return documents


def preview_gone() -> Problem:
    """Say that the plan is another than previewed, where the previewed one is not here to compare with."""
    return _changed("gone")


def preview_older() -> Problem:
    """Say that the previewed plan was kept by an earlier version of this product, which kept plans in another form."""
    return _changed("older")


def _changed(case: str, number: str = "", transaction_id: str = "") -> Problem:
    return bound(found("PLAN-CHANGED", case=case), number, transaction_id)

"""What differs between the plan that was previewed and the plan that would be written now."""

from __future__ import annotations

from xlpy.domain.documents.plan import Plan
from xlpy.domain.values.problems import Problem, Severity
from xlpy.domain.values.transactions import TransactionKey


def plan_changes(previewed: Plan, now: Plan) -> tuple[Problem, ...]:
    """Name every transaction that would be written otherwise than previewed; empty when the hashes are equal."""
    if previewed.hash == now.hash:
        return ()
    before = {transaction.key: transaction for transaction in previewed.transactions}
    after = {transaction.key: transaction for transaction in now.transactions}
    documents_before, documents_after = _documents_of(previewed), _documents_of(now)
    found: list[Problem] = []
    for key in sorted({*before, *after}):
        number = (after.get(key) or before[key]).number
        if key not in after:
            found.append(_changed("was previewed, but would not be written now", number, str(key)))
        elif key not in before:
            found.append(_changed("would be written now, but was not previewed", number, str(key)))
        elif before[key] != after[key] or documents_before.get(key) != documents_after.get(key):
            found.append(_changed("would be written otherwise than previewed", number, str(key)))
    for masters, before_and_after in (
        ("customers", (previewed.ar.customers, now.ar.customers)),
        ("vendors", (previewed.ap.vendors, now.ap.vendors)),
        ("products", (previewed.inventory.items, now.inventory.items)),
    ):
        if before_and_after[0] != before_and_after[1]:
            found.append(_changed(f"The {masters} to be created are others than previewed", "", ""))
    if previewed.options != now.options:
        found.append(_changed("The inputs on Home are others than at the preview", "", ""))
    return tuple(found) or (_changed("The plan is another than previewed", "", ""),)


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
    return _changed("What would be written is not what was previewed, and that preview is not on this PC", "", "")


def preview_older() -> Problem:
    """Say that the previewed plan was kept by an earlier version of this product, which kept plans in another form."""
    return _changed("The preview was made by an earlier version of this product, so it can't be compared", "", "")


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

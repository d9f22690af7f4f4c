"""Checks of a run as a whole: its name, and rows that are no longer what the user marked."""

from __future__ import annotations

from collections.abc import Iterable

from xlpy.domain.checks.table import bound, found
from xlpy.domain.documents.plan import Plan
from xlpy.domain.values.problems import Problem
from xlpy.domain.values.transactions import BATCH_SUFFIX, Posting, PostingState, TransactionKey

LONGEST_IDENTIFIER = 50  # Manage API: batchIdentifier, kind suffix included
LONGEST_TYPED = LONGEST_IDENTIFIER - max(len(suffix) for suffix in BATCH_SUFFIX.values())


def batch_name_problems(identifier: str) -> tuple[Problem, ...]:
    """Check the batch identifier as typed (Manage API: at most 50 characters with our suffix, and no quotes)."""
    if not identifier:
        case = "empty"
    elif len(identifier) > LONGEST_TYPED:
        case = "long"
    elif any(character in identifier for character in "\"'\\") or not identifier.isprintable():
        case = "characters"
    else:
        return ()
    return (found("BATCH-NAME", identifier, case=case, length=len(identifier), most=LONGEST_TYPED),)


def name_taken_problem(identifier: str, free: str) -> Problem:
    """Say that Manage has a batch of that name already; ``free`` is the proposal (the manual proposes -1, -2 too)."""
    return found("BATCH-NAME-TAKEN", identifier, identifier=identifier, free=free)


def exported_already(postings: Iterable[Posting]) -> tuple[TransactionKey, ...]:
    """Return which transactions are in SL and in a Manage batch, by the latest ledger row of each."""
    return tuple(p.key for p in postings if p.state is PostingState.CLOSED and (p.in_sl or not p.parts))


def exported_note(postings: Iterable[Posting]) -> Problem:
    """Say once of all marked transactions that were exported before in which batches they are."""
    known = list(postings)
    batches = ", ".join(sorted({posting.batch_identifier for posting in known}))
    return found("EXPORTED", in_sl=batches, count=len(known), batches=batches)


def done_before(plan: Plan) -> bool:
    """Tell whether everything that is marked was exported before: then no preview has to be compared with."""
    return not plan.transactions and bool(plan.problems) and all(p.code == "EXPORTED" for p in plan.problems)


def gone_problem(key: TransactionKey, number: str) -> Problem:
    """Say that a marked row is no longer in Manage's list of unposted transactions."""
    return bound(found("NOT-UNPOSTED"), number or key.record_id, str(key))

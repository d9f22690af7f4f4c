"""Checks of a run as a whole: its name, and rows that are no longer what the user marked."""

from __future__ import annotations

from collections.abc import Iterable

from xlpy.domain.checks.table import found
from xlpy.domain.values.problems import Problem, Severity
from xlpy.domain.values.transactions import BATCH_SUFFIX, Posting, PostingState, TransactionKey

LONGEST_IDENTIFIER = 50  # Manage API: batchIdentifier, kind suffix included
LONGEST_TYPED = LONGEST_IDENTIFIER - max(len(suffix) for suffix in BATCH_SUFFIX.values())


def batch_name_problems(identifier: str) -> tuple[Problem, ...]:
    """Check the batch identifier as typed (Manage API: at most 50 characters with our suffix, and no quotes)."""
    if not identifier:
        what, fix = "The batch identifier is empty", "Type one on Home, such as the date and your initials"
    elif len(identifier) > LONGEST_TYPED:
        what, fix = f"The batch identifier has {len(identifier)} characters", f"Use at most {LONGEST_TYPED}"
    elif any(character in identifier for character in "\"'\\") or not identifier.isprintable():
        what, fix = "The batch identifier has a character that Manage can't search for", "Use letters, digits and -"
    else:
        return ()
    return (Problem(Severity.STOP, "BATCH-NAME", what, in_manage=identifier, fix=fix, where="Home, Batch identifier"),)


def name_taken_problem(identifier: str, free: str) -> Problem:
    """Say that Manage has a batch of that name already; ``free`` is the proposal (the manual proposes -1, -2 too)."""
    return Problem(
        Severity.STOP,
        "BATCH-NAME-TAKEN",
        f"Manage already has a batch {identifier!r}",
        in_manage=identifier,
        fix=f"Use {free!r} (it was put on Home) and run this again",
        where="Home, Batch identifier; in Manage Finance > Accounting Interface > Batches",
    )


def exported_already(postings: Iterable[Posting]) -> tuple[TransactionKey, ...]:
    """Return which transactions are in SL and in a Manage batch, by the latest ledger row of each."""
    return tuple(p.key for p in postings if p.state is PostingState.CLOSED and (p.in_sl or not p.parts))


def exported_note(postings: Iterable[Posting]) -> Problem:
    """Say once of all marked transactions that were exported before in which batches they are."""
    known = list(postings)
    batches = ", ".join(sorted({posting.batch_identifier for posting in known}))
    return found("EXPORTED", in_sl=batches, count=len(known), batches=batches)


def gone_problem(key: TransactionKey, number: str) -> Problem:
    """Say that a marked row is no longer in Manage's list of unposted transactions."""
    return Problem(
        Severity.STOP,
        "NOT-UNPOSTED",
        "It is no longer among the unposted transactions of Manage: posted by somebody else, reopened or deleted",
        transaction=number or key.record_id,
        transaction_id=str(key),
        fix="Refresh, and look at it in Manage",
        where="Manage: Finance > Accounting Interface",
    )

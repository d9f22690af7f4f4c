"""What a rerun makes of each document of a batch: the states, what is taken by itself, what needs *Again*.

The states rest on the same verdicts as a new run's (``ledger_rules``, the checks of references): each names the codes
that make it.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from xlpy.domain.checks.table import bound, found
from xlpy.domain.facts.books import sl_key
from xlpy.domain.values.problems import Problem
from xlpy.domain.values.statuses import Include, RerunState
from xlpy.domain.values.transactions import PostedPart, Posting, PostingState, SlState, TransactionKey

WHERE = "Sheet Rerun"


LEFT_ALONE = frozenset({RerunState.IN_SL, RerunState.NOTHING, RerunState.NOT_EXPORTED})
NEEDS_AGAIN = frozenset(
    {RerunState.VOIDED, RerunState.DELETED, RerunState.PARTLY, RerunState.CLEARED, RerunState.UNDONE}
)
# The ledger's row of that id is of another receipt: of this one it knows nothing, or it can't be told.
_ANOTHER_RECEIPT = frozenset({"RCPT-NEW", "RCPT-SAME-ID"})
_FOREIGN = frozenset({"REF-USED", "REF-RESERVED", "INVC-USED", "INVC-USED-ALLOWED"})
_MESSAGES = {
    RerunState.IN_SL: "",
    RerunState.NOTHING: "Only zeros: no document was ever made",
    RerunState.MISSING: "SL has no document of it, and the posting ledger does not know it",
    RerunState.VOIDED: "Voided in SL since: Again posts it anew",
    RerunState.DELETED: "Deleted in SL since: Again posts it anew",
    RerunState.CLEARED: "Cleared without export: Again posts it all the same",
    RerunState.UNDONE: "Undone: Again posts it anew (its entries are in a Manage batch)",
    RerunState.CHANGED: "SL has other lines than Manage shows now",
    RerunState.PARTLY: "A part of it is gone from SL, another is still there: Again posts only what is gone",
    RerunState.PARTLY_CHANGED: "A part of it is gone from SL, and Manage has other lines now: void or delete the rest",
    RerunState.FOREIGN: "SL has a document of that reference that is not ours",
    RerunState.UNDOING: "Its undo is half done: run Recover first",
    RerunState.OTHER_COMPANY: "Posted into another SL company",
    RerunState.NOT_EXPORTED: "Its entries are in the batch, but the export shows no lines of it: look at it in Manage",
}


@dataclass(frozen=True, slots=True)
class RerunRow:
    """A document of the batch. ``include``: Yes, Again or empty; ``total``: document currency, credits negative.

    ``sl_batch`` (module and number), ``doc_type``, ``reference`` and ``state_in_sl`` are of the ledger's document.
    """

    key: TransactionKey
    state: RerunState
    message: str
    number: str
    company: str
    day: date | None
    total: Decimal
    currency: str
    include: Include = Include.NO
    sl_batch: str = ""
    doc_type: str = ""
    reference: str = ""
    state_in_sl: str = ""


def rerun_state(posting: Posting | None, codes: Collection[str]) -> RerunState:
    """Tell the state by the ledger's row and the codes that planning found, each row planned as if *Again*."""
    for code, state in (
        ("UNDO-OPEN", RerunState.UNDOING),
        ("OTHER-COMPANY", RerunState.OTHER_COMPANY),
        ("CHANGED-AFTER", RerunState.CHANGED),
        ("PARTLY-CHANGED", RerunState.PARTLY_CHANGED),
        ("PART-AGAIN", RerunState.PARTLY),
    ):
        if code in codes:
            return state
    if posting is None or is_of_another_receipt(codes):
        return RerunState.FOREIGN if _FOREIGN.intersection(codes) else RerunState.MISSING
    if posting.state is PostingState.CLEARED:
        return RerunState.CLEARED
    if posting.state is PostingState.UNDONE:
        return RerunState.UNDONE
    if posting.in_sl:
        return RerunState.IN_SL
    if not posting.parts:
        return RerunState.NOTHING
    if _FOREIGN.intersection(codes):
        return RerunState.FOREIGN
    voided = any(part.state is SlState.VOIDED for part in posting.parts)
    return RerunState.VOIDED if voided else RerunState.DELETED


def message_of(state: RerunState, posting: Posting | None) -> str:
    """Say what the state means."""
    if state is RerunState.IN_SL and posting is not None and posting.state is PostingState.POSTED:
        return "Manage is still owed its batch in the posting ledger: run Recover"
    if state is RerunState.PARTLY and posting is not None:
        gone = [part for part in posting.parts if part.state in (SlState.VOIDED, SlState.MISSING)]
        there = [part for part in posting.parts if part not in gone]
        return f"Gone from SL: {_parts_told(gone)}. Still there: {_parts_told(there)}. Again posts only what is gone"
    return _MESSAGES[state]


def _parts_told(parts: Iterable[PostedPart]) -> str:
    words = {"document": "", "cost": "cost journal "}
    return ", ".join(
        f"{words.get(part.part, '')}{part.doc_type} {part.ref_nbr} ({part.module} {part.bat_nbr})" for part in parts
    )


def taken(state: RerunState, include: Include) -> bool:
    """Whether a mark on a document of this state takes it in. What is in SL never is; some need *Again*."""
    if state in LEFT_ALONE:
        return False
    return include is Include.AGAIN if state in NEEDS_AGAIN else include is not Include.NO


def proposed(state: RerunState) -> Include:
    """Return the mark that a first look proposes: what is missing, and what has to be looked at before it can go."""
    return Include.NO if state in LEFT_ALONE or state in NEEDS_AGAIN else Include.YES


def is_of_another_receipt(codes: Collection[str]) -> bool:
    """Whether what the ledger has under the id of a receipt is another one, of the same order and packing slip."""
    return not _ANOTHER_RECEIPT.isdisjoint(codes)


def is_foreign(code: str) -> bool:
    """Whether a finding says that SL has a document of somebody else in its place."""
    return code in _FOREIGN


def foreign_problem(number: str, key: TransactionKey) -> Problem:
    """Stop what SL's own set-up would allow: after a restore, a voucher of that number was entered by hand."""
    return bound(found("RERUN-FOREIGN"), number, str(key))


def not_inside_problem(number: str, key: TransactionKey, batch: str) -> Problem:
    """Say that the batch does not have every GL entry of a document: closing it with the batch would lose them."""
    return bound(found("RERUN-ENTRIES", batch=batch), number, str(key))


def unnamed_problem(name: str) -> Problem:
    """Say that a document's id in Manage can't be told, so that it can't be known whether it is in SL."""
    return bound(found("RERUN-NO-ID", name), name)


def closed_note(batch: str) -> Problem:
    """Say that Manage has closed the batch; a rerun changes nothing there."""
    return found("RERUN-CLOSED", batch=batch)


def location_note(batch: str) -> Problem:
    """Say that Manage's export and entries tell no location, which decides between companies."""
    return found("RERUN-LOCATION", batch=batch)


def gone_from_batch_note(numbers: str) -> Problem:
    """Say which transactions the ledger has of the batch that Manage no longer has in it."""
    return bound(found("RERUN-UNBATCHED"), numbers)


def is_of_company(posting: Posting, cpny_id: str) -> bool:
    """Whether the ledger's row is of this SL company."""
    return sl_key(posting.cpny_id) == sl_key(cpny_id)

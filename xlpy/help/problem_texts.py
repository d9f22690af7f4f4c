"""The words of every problem code: those of the checks, and of the few that are found outside their table.

The second list is held complete by a test, which looks for codes in the source.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from xlpy.domain.checks.table import CHECKS


@dataclass(frozen=True, slots=True)
class ProblemText:
    """A problem for the help page. Words in braces stand for facts."""

    code: str
    severity: str
    what: str
    fix: str
    where: str = ""


_BATCHES = "Manage: Finance > Accounting Interface > Batches"
_HOME = "Home"
_BY_HAND = "Void or delete it in SL by hand, and un-batch it in Manage"
_RECOVER = "Press Recover first"

OTHERS: Mapping[str, tuple[str, str, str]] = {
    "BATCH-NAME": ("The batch identifier is empty, too long or has a character Manage can't hold", "Correct it", _HOME),
    "BATCH-NAME-TAKEN": ("Manage already has a batch of that name", "Use the name that was put on Home", _HOME),
    "CLEAR-OPEN": ("Clearing it was interrupted", _RECOVER, ""),
    "FOREIGN": (
        "Manage exported something that belongs to no marked row, or to several",
        "Refresh and mark again; if it stays, post it by hand",
        "Manage: Finance > Accounting Interface",
    ),
    "HALF-DONE": ("An earlier run of it is half done", _RECOVER, ""),
    "JOINED": ("It shares a GL entry with a transaction that is not marked", "Mark all of them, or post it", ""),
    "MOVED": ("A period, customer, vendor or reference changed in SL while it was posted", "Check and run again", "SL"),
    "NO-ENTRIES": ("Manage shows no GL entry that could be marked", "Open and close it in Manage, and refresh", ""),
    "NOT-CHOSEN": (
        "It is of another location, or later than the Through date of Home",
        "Change it on Home and refresh, or take Include off",
        "Home, Location and Through date",
    ),
    "NOT-UNPOSTED": (
        "It is no longer among the unposted transactions of Manage: posted by somebody else, reopened or deleted",
        "Refresh, and look at it in Manage",
        "Manage: Finance > Accounting Interface",
    ),
    "PLAN-CHANGED": ("It changed since the preview", "Press Preview again and look at it; then Run export", _HOME),
    "RERUN-CLOSED": ("Manage has closed the batch: nothing can be changed there any more", "Nothing to do", _BATCHES),
    "RERUN-ENTRIES": (
        "The batch in Manage does not have all GL entries of a document",
        "A part was un-batched: un-batch the rest, refresh and export it anew",
        _BATCHES,
    ),
    "RERUN-FOREIGN": (
        "SL has a document of the same vendor and vendor invoice number that is not ours",
        "When it was entered by hand since, take Include off; else correct its number in SL",
        "SL: Voucher and Adjustment Entry (03.010)",
    ),
    "RERUN-LOCATION": (
        "Manage does not say of which location the expenses and procurement of the batch are",
        "Be sure that the batch is of this company",
        "Settings, locations",
    ),
    "RERUN-NO-ID": (
        "Manage does not say which order or transaction it is of",
        "Un-batch it in Manage, refresh and export it anew; or post it by hand",
        _BATCHES,
    ),
    "RERUN-UNBATCHED": ("It was posted with this batch, and is no longer in it", "Reconcile shows where it is", ""),
    "UNDO-CHANGED": ("A document was changed in SL since it was exported", _BY_HAND, "SL"),
    "UNDO-CLOSED": ("Manage has closed the batch", "Leave it; correct the documents, invoices by credit memos", ""),
    "UNDO-COMPANY": ("The batch was posted into another SL company", "Undo it with the settings of that company", ""),
    "UNDO-DONE": ("The batch was undone already", "Nothing to do", ""),
    "UNDO-ELSEWHERE": (
        "Manage neither has it in the batch any more nor lists it as unposted",
        "Close it again in Manage, or un-batch it there, and undo then",
        "Manage",
    ),
    "UNDO-ENTRIES": ("The batch in Manage has entries that are not of this product", _BY_HAND, _BATCHES),
    "UNDO-FOREIGN": (
        "The SL batch has a document that is not of this product: somebody added it",
        "Move it to a batch of its own in SL and undo then",
        "SL",
    ),
    "UNDO-NOTHING": ("Nothing of the batch is left: undone, or posted again elsewhere", "Nothing to do", ""),
    "UNDO-OPEN": ("Its undo was interrupted", _RECOVER, ""),
    "UNDO-RELEASED": (
        "The SL batch is released; what is released can't be taken out",
        "Correct it in SL as you correct any released document: a credit memo, a void, a reversing entry",
        "SL",
    ),
    "UNDO-SHARED": ("The SL batch also has documents of another Manage batch", _BY_HAND, "SL"),
    "UNDO-STATUS": (
        "The SL batch is on hold, partly released or being edited",
        "Put it back to balanced in SL, or close the screen it is open in; then undo",
        "SL",
    ),
    "UNDO-UNKNOWN": ("The posting ledger has no such batch", "Press Batches for the names", ""),
}
_NOTES = frozenset({"RERUN-CLOSED", "RERUN-LOCATION", "RERUN-UNBATCHED"})


def problem_texts() -> dict[str, ProblemText]:
    """Return the words of every problem by its code."""
    found = {c.code: ProblemText(c.code, c.severity.value, c.what, c.fix, c.where) for c in CHECKS.values()}
    for code, (what, fix, where) in OTHERS.items():
        found.setdefault(code, ProblemText(code, "note" if code in _NOTES else "stop", what, fix, where))
    return found

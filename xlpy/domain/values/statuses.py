"""Every status word that a sheet, the JSON and the records show. One place, so that a typo fails the type check."""

from __future__ import annotations

from enum import StrEnum


class Include(StrEnum):
    """What the Include column says. ``NO`` is an empty cell, and false."""

    NO = ""
    YES = "Yes"
    AGAIN = "Again"  # post anew what was voided or deleted in SL


class RowStatus(StrEnum):
    """The words of the Status column: of a transaction, and of a row of Results."""

    EMPTY = ""
    READY = "Ready"
    PROBLEM = "Problem"
    EXPORTED = "Exported"
    ALREADY_IN_SL = "Already in SL"
    NOTHING_TO_POST = "Nothing to post"
    FAILED = "Failed"
    MANAGE_PENDING = "Manage pending"
    CLEARED = "Cleared"
    UNDONE = "Undone"
    UNDOING = "Undoing"
    CHANGED = "Changed"  # Manage's lines are others than those in SL
    LOST = "Lost"  # SL no longer has the documents
    NOT_CLEARED = "Not cleared"
    HALF_UNDONE = "Half undone"
    TO_BE_UNDONE = "To be undone"
    NOT_KNOWN = "Not known"  # the connection to SL broke while committing


DONE = frozenset({RowStatus.EXPORTED, RowStatus.CLEARED, RowStatus.NOTHING_TO_POST})
"""What a run leaves on the row of a transaction that is in its Manage batch: there is nothing more to do with it."""


class BatchState(StrEnum):
    """What became of a batch in SL, in one word. ``EMPTY``: it is not ours."""

    EMPTY = ""
    UNRELEASED = "unreleased"
    RELEASED = "released"
    POSTED = "posted"
    VOIDED = "voided"
    DELETED = "deleted"
    CLEARED = "cleared"
    UNDONE = "undone"
    NOTHING_TO_POST = "nothing to post"
    MIXED = "mixed"


class RerunState(StrEnum):
    """What became of a document of a batch that is run again."""

    IN_SL = "Already in SL"
    NOTHING = "Nothing to post"  # nothing but zeros, and the ledger has it
    MISSING = "Missing"  # no document, and the ledger knows nothing: after a restore
    VOIDED = "Voided"
    DELETED = "Deleted"
    CLEARED = "Cleared"  # without export
    UNDONE = "Undone"
    CHANGED = "Changed"  # in SL with other lines
    PARTLY = "Partly gone"  # with the lines of then: Again posts what is gone
    PARTLY_CHANGED = "Partly gone, changed"
    FOREIGN = "In SL, not by us"
    UNDOING = "Undo half done"
    OTHER_COMPANY = "Other company"
    NOT_EXPORTED = "Not exported"


class ReconcileState(StrEnum):
    """The words of the State column of the Reconcile sheet."""

    AGREES = "Agrees"
    NOTHING_TO_POST = "Nothing to post"  # only zeros: SL has no document, Manage has it marked
    CLEARED = "Cleared"  # put into a Manage batch without SL, on purpose
    UNDONE = "Undone"
    TAX_ACCOUNT = "Tax account"  # SL posts the tax to the account of its own tax
    NOT_FROM_MANAGE = "Not from Manage"  # an SL document on the same accounts
    NOT_OURS = "Not of this program"  # a Manage batch that the posting ledger does not know
    PENDING = "Manage pending"
    NOT_IN_MANAGE = "Not in Manage"
    CHANGED = "Changed since"
    VOIDED = "Voided in SL"
    MISSING = "Missing in SL"
    DIFFERS = "Differs"


class PaymentStatus(StrEnum):
    """The words of the Status column of the Payments sheet."""

    CHANGED = "Changed"  # written to Manage (a dry run: would be)
    UNCHANGED = "Unchanged"
    REMOVED = "Removed"  # the payment was reversed in SL, and is taken back
    NOT_MATCHED = "Not matched"
    NOT_FROM_MANAGE = "Not from Manage"
    LEFT_ALONE = "Left alone"  # a payment of somebody else is there
    CONFIRM = "Confirm"  # one unknown payment: taken over only on confirmation
    NOT_FOUND = "Not found"  # one of the two systems did not show it: asked for again by every sync
    FAILED = "Failed"


class PracticeVerdict(StrEnum):
    """What SL's own release says of a document when it is tried."""

    RELEASED = "SL would release it"
    DIFFERS = "SL would release it, differently"
    REJECTED = "SL would not release it"
    NOT_TAKEN = "SL would not take it"
    NO_PROCEDURE = "Can't be tried"


class Verdict(StrEnum):
    """What a line of Check setup says."""

    OK = "ok"
    NOTE = "note"
    PROBLEM = "problem"
    UNKNOWN = "could not tell"


class TieState(StrEnum):
    """Column State of a tie-out."""

    AGREES = "agrees"
    DIFFERS = "differs"
    NOT_POSTED = "not posted yet"  # agrees but for what SL's general ledger does not have yet
    AS_OF_NOW = "as of now"  # a balance, beside the period


class MappingState(StrEnum):
    """Column State of the overview of mappings, what needs somebody first."""

    MISSING = "missing in SL"  # Manage names one that SL does not have, or that can't be used
    BLANK = "blank in Manage"
    CREATED = "will be created"
    MAPPED = "mapped"

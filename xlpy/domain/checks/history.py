"""Words of the checks of a batch that was made before: its rerun, and its undo."""

from __future__ import annotations

from xlpy.domain.values.problems import Case, Check, Severity
from xlpy.domain.values.screens import screen

_BATCHES = "Manage: Finance > Accounting Interface > Batches"
_INTERFACE = "Manage: Finance > Accounting Interface"
_LEDGER = "Posting ledger of this product (table xlpy_Posting)"
_STATUS = "SL: Batch.Status"
_RECOVER = "Press Recover first"
_RIBBON = "Ribbon, Recover"
_HOME = "Home, Batch identifier"

HISTORY_CHECKS = (
    # --- rerun ------------------------------------------------------------------------------------------------
    Check(
        "RERUN-FOREIGN",
        Severity.STOP,
        "SL has a document of the same vendor and vendor invoice number that is not ours",
        "Look it up in SL: when it was entered by hand since, take Include off; else correct its number there",
        f"Sheet Rerun; SL: {screen('03.010')}",
        "SL: APDoc_VendId_InvcNbr; APSetup.DupInvcChk would allow it",
    ),
    Check(
        "RERUN-ENTRIES",
        Severity.STOP,
        "Manage's batch {batch} does not have all of its GL entries",
        "Look at it in Manage: a part of it was un-batched. Un-batch the rest on its own screen (an invoice: More >"
        " Un-batch; an expense: More > Unbatch; a purchase order: Procurement > Purchase Orders), refresh and export it"
        " anew",
        _BATCHES,
        "Manage API: entries of the batch",
    ),
    Check(
        "RERUN-NO-ID",
        Severity.STOP,
        "Manage does not say which order or transaction it is of",
        "Un-batch it in Manage (a purchase order on its own screen, adjustments and transfers with the batch), refresh"
        " and export it anew; or post it by hand",
        _BATCHES,
        "Manage API: entries of the batch",
    ),
    Check(
        "RERUN-CLOSED",
        Severity.NOTE,
        "The batch {batch} is closed in Manage: nothing can be changed there any more",
        "Nothing to do",
        _BATCHES,
        "Manage API: batches, closedFlag",
    ),
    Check(
        "RERUN-LOCATION",
        Severity.NOTE,
        "Manage does not say of which location the expenses and procurement of {batch} are",
        "Be sure that the batch is this company's: the settings give each company locations of its own",
        "Settings, locations",
        "Manage API: export and entries of expenses and procurement tell no location",
    ),
    Check(
        "RERUN-UNBATCHED",
        Severity.NOTE,
        "It was posted with this batch, and is no longer in it: un-batched or deleted in Manage",
        "Nothing to do here; Reconcile shows where it is",
        _BATCHES,
        _LEDGER,
    ),
    # --- undo: what the ledger says ---------------------------------------------------------------------------
    Check(
        "UNDO-UNKNOWN",
        Severity.STOP,
        "The posting ledger has no batch {identifier!r}",
        "Press Batches for the names; Undo knows what this product made",
        _HOME,
        _LEDGER,
        {"alike": Case(fix="Take one of {alike}"), "unnamed": Case("No batch is named")},
    ),
    Check(
        "UNDO-COMPANY",
        Severity.STOP,
        "The batch was posted into another SL company",
        "Undo it with the settings (profile) of that company",
        "Settings of this product, [sl]",
        _LEDGER,
        {
            "ledger": Case(
                "Batch {identifier} was posted into SL company {theirs}, this is {own}",
                "Undo it with the settings (profile) of {theirs}",
            ),
            "batch": Case("SL batch {batch} is of another company"),
        },
    ),
    Check(
        "UNDO-DONE",
        Severity.STOP,
        "Batch {identifier} was undone already on {when} by {by}",
        "Nothing to do",
        _HOME,
        _LEDGER,
    ),
    Check(
        "UNDO-NOTHING",
        Severity.STOP,
        "Nothing of batch {identifier} is left: it was undone or posted again elsewhere",
        "Nothing to do",
        _HOME,
        _LEDGER,
    ),
    Check(
        "CLEAR-OPEN",
        Severity.STOP,
        "Its clearing was interrupted",
        _RECOVER,
        _RIBBON,
        _LEDGER,
    ),
    # --- undo: what SL says -----------------------------------------------------------------------------------
    Check(
        "UNDO-RELEASED",
        Severity.STOP,
        "SL batch {batch} is {posted}; what is released can't be taken out",
        "Correct it: {correction}",
        "{screen}",
        "SL: a released batch is corrected, never deleted",
    ),
    Check(
        "UNDO-STATUS",
        Severity.STOP,
        "SL batch {batch} {status}",
        "{by_hand}",
        "{screen}",
        _STATUS,
        {"to be voided": Case(fix="Release it in SL, so that it is voided, and undo then")},
    ),
    Check(
        "UNDO-CHANGED",
        Severity.STOP,
        "{document} in SL batch {batch} was changed in SL since it was exported",
        "{by_hand}",
        "{screen}",
        "This product: the hash of the rows as they were written",
    ),
    Check(
        "UNDO-SHARED",
        Severity.STOP,
        "SL batch {batch} also has documents of Manage batch {other}",
        "{by_hand}",
        "{screen}",
        _LEDGER,
    ),
    Check(
        "UNDO-FOREIGN",
        Severity.STOP,
        "SL batch {batch} has a document {document} that is not of this product: somebody added it",
        "Move it to a batch of its own and undo then. Or: {by_hand}",
        "{screen}",
        _LEDGER,
    ),
    # --- undo: what Manage says -------------------------------------------------------------------------------
    Check(
        "UNDO-CLOSED",
        Severity.STOP,
        "Manage batch {batch} is closed",
        "Leave it; correct the documents, invoices by credit memos",
        _BATCHES,
        "Manage API: batches, closedFlag",
    ),
    Check(
        "UNDO-ENTRIES",
        Severity.STOP,
        "The Manage batch has GL entries of other transactions",
        "Void the documents in SL; then {unbatch}",
        _BATCHES,
        "Manage API: entries of the batch",
        {"told": Case("{why_not}")},
    ),
    Check(
        "UNDO-ELSEWHERE",
        Severity.STOP,
        "Manage neither has it in the batch any more nor lists it as unposted: it was reopened or batched by hand",
        "Close it again in Manage, or un-batch it there, and undo then",
        _INTERFACE,
        "Manage API: entries of the batch and unposted lists",
    ),
)

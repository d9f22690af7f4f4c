"""Words of the checks of a run: its name, what is marked, what was previewed, and what is cleared without export."""

from __future__ import annotations

from xlpy.domain.values.problems import Case, Check, Severity

_BATCH_NAME = "Home, Batch identifier"
_INTERFACE = "Manage: Finance > Accounting Interface"
_BATCHES = "Manage: Finance > Accounting Interface > Batches"
_SHEET = "Column Include of its sheet"
_LEDGER = "Posting ledger of this product (table xlpy_Posting)"
_RECOVER = "Press Recover first"

RUN_CHECKS = (
    # --- the name of the batch --------------------------------------------------------------------------------
    Check(
        "BATCH-NAME",
        Severity.STOP,
        "The batch identifier is empty, too long or has a character that Manage can't search for",
        "Type one of letters, digits and - that is short enough",
        _BATCH_NAME,
        "Manage API: batchIdentifier, at most 50 characters with our suffix; a condition can't hold quotes",
        {
            "empty": Case("The batch identifier is empty", "Type one on Home, such as the date and your initials"),
            "long": Case("The batch identifier has {length} characters", "Use at most {most}"),
            "characters": Case(
                "The batch identifier has a character that Manage can't search for", "Use letters, digits and -"
            ),
        },
    ),
    Check(
        "BATCH-NAME-TAKEN",
        Severity.STOP,
        "Manage already has a batch {identifier!r}",
        "Use {free!r} (it was put on Home) and run this again",
        f"{_BATCH_NAME}; {_BATCHES}",
        "Manage API: batches, batchIdentifier; its manual proposes -1, -2 too",
    ),
    # --- what is marked ---------------------------------------------------------------------------------------
    Check(
        "NOT-CHOSEN",
        Severity.STOP,
        "It is of another location, or later than the Through date of Home",
        "Change it on Home and refresh, or take Include off",
        "Home, Location and Through date",
        "This product: Home says what a run is of",
        {
            "location": Case("It is of location {location}, which is not the one chosen on Home"),
            "later": Case("It is dated {day}, later than the Through date on Home"),
        },
    ),
    Check(
        "NOT-UNPOSTED",
        Severity.STOP,
        "It is no longer among the unposted transactions of Manage: posted by somebody else, reopened or deleted",
        "Refresh, and look at it in Manage",
        _INTERFACE,
        "Manage API: unposted lists",
    ),
    Check(
        "FOREIGN",
        Severity.STOP,
        "Manage exported something that belongs to no marked row, or to several",
        "Refresh and mark again; if it stays, post it by hand",
        _INTERFACE,
        "Manage API: POST /finance/accounting/export, matched by GL entry ids",
    ),
    # --- between preview and write ----------------------------------------------------------------------------
    Check(
        "PLAN-CHANGED",
        Severity.STOP,
        "What would be written is not what was previewed",
        "Press Preview again and look at it; then Run export",
        "Home, Preview",
        "This product: the hash of the plan",
        {
            "not now": Case("It was previewed, but would not be written now"),
            "not previewed": Case("It would be written now, but was not previewed"),
            "otherwise": Case("It would be written otherwise than previewed"),
            "customers": Case("The customers to be created are others than previewed"),
            "vendors": Case("The vendors to be created are others than previewed"),
            "products": Case("The products to be created are others than previewed"),
            "inputs": Case("The inputs on Home are others than at the preview"),
            "rules": Case("The rules of your own ([site] rules) are others than at the preview"),
            "plan": Case("The plan is another than previewed"),
            "older": Case("The preview was made by an earlier version of this product, so it can't be compared"),
            "gone": Case("What would be written is not what was previewed, and that preview is not on this PC"),
        },
    ),
    Check(
        "MOVED",
        Severity.STOP,
        "A period, customer, vendor, item or reference changed in SL while it was posted; nothing was written",
        "Look at it in SL, and run this again",
        "SL",
        "This product: every fact is read again inside the transaction that writes",
        {"told": Case("{reason}", "{cure}")},
    ),
    Check(
        "EXPORTED",
        Severity.NOTE,
        "{count} of the marked transactions are exported already, in {batches}",
        "Nothing has to be done; refresh, and they are no longer on the sheets",
        "Home, Batches",
        "This product's posting ledger: closed, and in SL",
    ),
    # --- clear without export ---------------------------------------------------------------------------------
    Check(
        "HALF-DONE",
        Severity.STOP,
        "An earlier run of it is half done",
        _RECOVER,
        "Ribbon, Recover",
        _LEDGER,
    ),
    Check(
        "CLEAR-IN-SL",
        Severity.STOP,
        "It is in SL already",
        "Run export makes only its Manage batch (unless its lines changed); clearing is for what is not in SL",
        _SHEET,
        _LEDGER,
    ),
    Check(
        "JOINED",
        Severity.STOP,
        "It shares a GL entry with a transaction that is not marked: Manage could not tell them apart",
        "Mark all of them, or post it",
        _SHEET,
        "Manage API: GLExportExpenseBillDetail.id is a list of GL entries",
    ),
    Check(
        "NO-ENTRIES",
        Severity.STOP,
        "Manage shows no GL entry of it, so there is nothing that could be marked as posted",
        "Open and close it in Manage, and refresh",
        "Manage: the invoice, expense report, purchase order, adjustment or transfer",
        "Manage API: GL entry ids go into processedRecordIds",
    ),
)

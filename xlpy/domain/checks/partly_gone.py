"""Words of the checks of a transaction of which SL has lost a part: the invoice, and its cost journal stands."""

from __future__ import annotations

from xlpy.domain.values.problems import Check, Severity

_LEDGER = "Posting ledger of this product (table xlpy_Posting)"

PARTLY_GONE_CHECKS = (
    Check(
        "PARTLY-CHANGED",
        Severity.STOP,
        "A part of what it became was voided or deleted in SL, another part is still there, and Manage shows other"
        " lines than were exported",
        "Void or delete the other part too, then set Include to Again",
        "SL: the screen of the document (08.010, 03.010, 01.010, 10.030, 10.040)",
        _LEDGER,
    ),
    Check(
        "PART-AGAIN",
        Severity.NOTE,
        "Only the part that is gone from SL is posted anew",
        "Nothing to do",
        "Column Include of its sheet",
        _LEDGER,
    ),
)

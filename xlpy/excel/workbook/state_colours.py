"""Words of state on the sheets: how they are written, and their colours. One set for every sheet.

Green: as it should be. Blue: done just now. Amber: somebody has to look or to go on. Red: wrong. Grey: only to know.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from xlpy.domain.preview.footing import BALANCED
from xlpy.domain.preview.rows import MADE_AT_RELEASE, TO_BE_CREATED
from xlpy.domain.values.problems import Severity
from xlpy.domain.values.statuses import (
    BatchState,
    MappingState,
    PaymentStatus,
    PracticeVerdict,
    ReconcileState,
    RerunState,
    RowStatus,
    TieState,
    Verdict,
)
from xlpy.domain.values.transactions import SlState
from xlpy.excel.workbook import look
from xlpy.services.run.reports import RunState

Colours = tuple[str, str]  # of the text and of the cell
_OK = "OK"


def state_word(word: object) -> str:
    """Return a word of state as a cell has it: with a capital in front, whatever it is called elsewhere."""
    text = str(word or "")
    return _OK if text == Verdict.OK else text[:1].upper() + text[1:]


def colours_of(table: str, column: str) -> Mapping[str, Colours]:
    """Return the words of a sheet's column that have colours; words compare without regard to case."""
    return _OF_TABLE.get((table, column)) or _OF_COLUMN.get(column, {})


def colour_of(table: str, column: str, word: str) -> Colours | None:
    """Return the colours of one word as it stands in a cell; None when it has none."""
    found = colours_of(table, column).get(word)
    return found or (any_other(table, column) if word else None)


def any_other(table: str, column: str) -> Colours | None:
    """Return the colours of every other text of a column, where it has some."""
    return _ANY_OTHER.get((table, column))


def _words(*pairs: tuple[Colours, Iterable[object]]) -> dict[str, Colours]:
    return {state_word(word): colours for colours, words in pairs for word in words if word}


_STATUS = _words(
    (look.GOOD, (RowStatus.READY, RunState.COMPLETED)),
    (look.INFO, (RowStatus.EXPORTED,)),
    (
        look.WARN,
        (
            *(RowStatus.MANAGE_PENDING, RowStatus.UNDOING, RowStatus.CHANGED, RowStatus.TO_BE_UNDONE),
            *(RowStatus.NOT_KNOWN, RunState.PENDING, RunState.HALF_DONE, RunState.UNKNOWN),
        ),
    ),
    (
        look.BAD,
        (
            *(RowStatus.PROBLEM, RowStatus.FAILED, RowStatus.LOST, RowStatus.NOT_CLEARED, RowStatus.HALF_UNDONE),
            *(RunState.NOTHING_WRITTEN, RunState.WITH_ERRORS),
        ),
    ),
    (look.CALM, (RowStatus.ALREADY_IN_SL, RowStatus.NOTHING_TO_POST, RowStatus.CLEARED, RowStatus.UNDONE)),
)
_RERUN = _words(
    (look.GOOD, (RerunState.IN_SL,)),
    (look.INFO, (RowStatus.EXPORTED,)),
    (look.WARN, (RerunState.MISSING, RerunState.CHANGED, RerunState.PARTLY, RerunState.PARTLY_CHANGED)),
    (look.WARN, (RerunState.UNDOING, RowStatus.MANAGE_PENDING, RowStatus.NOT_KNOWN)),
    (look.BAD, (RerunState.VOIDED, RerunState.DELETED, RowStatus.FAILED, RowStatus.PROBLEM)),
    (look.CALM, (RerunState.NOTHING, RerunState.CLEARED, RerunState.UNDONE, RerunState.FOREIGN)),
    (look.CALM, (RerunState.OTHER_COMPANY, RerunState.NOT_EXPORTED)),
)
_PAYMENTS = _words(
    (look.GOOD, (PaymentStatus.UNCHANGED,)),
    (look.INFO, (PaymentStatus.CHANGED, PaymentStatus.REMOVED)),
    (look.WARN, (PaymentStatus.CONFIRM, PaymentStatus.NOT_MATCHED, PaymentStatus.NOT_FOUND)),
    (look.BAD, (PaymentStatus.FAILED,)),
    (look.CALM, (PaymentStatus.NOT_FROM_MANAGE, PaymentStatus.LEFT_ALONE)),
)
_RECONCILE = _words(
    (look.GOOD, (ReconcileState.AGREES,)),
    (look.WARN, (ReconcileState.CHANGED, ReconcileState.NOT_IN_MANAGE, ReconcileState.PENDING)),
    (look.BAD, (ReconcileState.DIFFERS, ReconcileState.MISSING, ReconcileState.VOIDED)),
    (look.CALM, (ReconcileState.TAX_ACCOUNT, ReconcileState.NOT_FROM_MANAGE, ReconcileState.NOTHING_TO_POST)),
    (look.CALM, (ReconcileState.CLEARED, ReconcileState.UNDONE, ReconcileState.NOT_OURS)),
)
_TIE_OUT = _words(
    (look.GOOD, (TieState.AGREES,)),
    (look.WARN, (TieState.NOT_POSTED,)),
    (look.BAD, (TieState.DIFFERS,)),
    (look.CALM, (TieState.AS_OF_NOW,)),
)
_MAPPINGS = _words(
    (look.GOOD, (MappingState.MAPPED,)),
    (look.INFO, (MappingState.CREATED,)),
    (look.WARN, (MappingState.BLANK,)),
    (look.BAD, (MappingState.MISSING,)),
)
_STATE_IN_SL = _words(
    (look.GOOD, (BatchState.POSTED, SlState.POSTED)),
    (look.INFO, (BatchState.RELEASED, SlState.RELEASED)),
    (look.WARN, (BatchState.UNRELEASED, SlState.UNRELEASED, BatchState.MIXED)),
    (look.BAD, (BatchState.VOIDED, BatchState.DELETED, SlState.VOIDED, SlState.MISSING)),
    (look.CALM, (BatchState.CLEARED, BatchState.UNDONE, BatchState.NOTHING_TO_POST)),
)
_OF_TABLE: Mapping[tuple[str, str], Mapping[str, Colours]] = {
    ("Payments", "Status"): _PAYMENTS,
    ("Rerun", "State"): _RERUN,
    ("TieOut", "State"): _TIE_OUT,
    ("Mappings", "State"): _MAPPINGS,
    ("Reconcile", "State"): _RECONCILE,
    ("Practice", "Verdict"): _words(
        (look.GOOD, (PracticeVerdict.RELEASED,)),
        (look.WARN, (PracticeVerdict.DIFFERS, PracticeVerdict.NO_PROCEDURE)),
        (look.BAD, (PracticeVerdict.REJECTED, PracticeVerdict.NOT_TAKEN)),
    ),
    ("Setup", "Verdict"): _words(
        (look.GOOD, (Verdict.OK,)),
        (look.WARN, (Verdict.UNKNOWN,)),
        (look.BAD, (Verdict.PROBLEM,)),
        (look.CALM, (Verdict.NOTE,)),
    ),
    ("Preview", "Check"): _words((look.GOOD, (BALANCED,)), (look.WARN, (TO_BE_CREATED,))),
}
_ANY_OTHER = {("Preview", "Check"): look.BAD}  # by how much it is off
_OF_COLUMN: Mapping[str, Mapping[str, Colours]] = {
    "Status": _STATUS,
    "State in SL": _STATE_IN_SL,
    "Severity": _words((look.BAD, (Severity.STOP,)), (look.WARN, (Severity.CREATE,)), (look.CALM, (Severity.NOTE,))),
    "Level": _words((look.BAD, ("error",)), (look.WARN, ("warning",))),
    "Source": _words((look.CALM, (MADE_AT_RELEASE,)), (look.WARN, (TO_BE_CREATED,))),
}

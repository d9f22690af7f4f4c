"""What identifies a Manage transaction, and what the posting ledger knows of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import StrEnum


class Kind(StrEnum):
    """The three lists of unposted transactions; each becomes a Manage batch of its own (suffixes -I, -E, -P)."""

    INVOICE = "invoice"
    EXPENSE = "expense"
    PROCUREMENT = "procurement"


BATCH_SUFFIX = {Kind.INVOICE: "-I", Kind.EXPENSE: "-E", Kind.PROCUREMENT: "-P"}
BATCH_WORDS = {Kind.INVOICE: "invoices", Kind.EXPENSE: "expenses", Kind.PROCUREMENT: "procurement"}


@dataclass(frozen=True, slots=True, order=True)
class TransactionKey:
    """A Manage transaction: invoice ``billingLogId``, expense ``expenseDetailId``, ``unpostedProductId``, as text."""

    kind: Kind
    record_id: str

    def __str__(self) -> str:
        return f"{self.kind}:{self.record_id}"


class PostingState(StrEnum):
    """States of a row of the posting ledger (xlpy_Posting.State)."""

    POSTED = "posted"  # in SL, the Manage batch is still owed
    CLOSED = "closed"  # in SL and in a Manage batch
    CHANGED = "changed"  # in SL, but Manage's lines are others now: nothing is marked silently
    UNDOING = "undoing"
    UNDONE = "undone"
    CLEARED = "cleared"


class SlState(StrEnum):
    """What became of a document in SL, read from SL itself."""

    UNRELEASED = "unreleased"
    RELEASED = "released"
    POSTED = "posted"
    VOIDED = "voided"
    MISSING = "missing"


@dataclass(frozen=True, slots=True)
class PostedPart:
    """One SL document that a transaction is part of (xlpy_PostingDoc). ``amount``: base currency, positive."""

    part: str
    module: str
    bat_nbr: str
    doc_type: str
    ref_nbr: str
    amount: Decimal
    rows_hash: str = ""
    state: SlState = SlState.UNRELEASED


@dataclass(frozen=True, slots=True)
class Posting:
    """A row of the posting ledger with its documents. ``amount``: document currency, credit memos negative."""

    posting_id: int
    manage_host: str
    manage_company: str
    cpny_id: str
    key: TransactionKey
    generation: int
    batch_identifier: str
    number: str
    amount: Decimal
    currency: str
    lines_hash: str
    entry_ids: tuple[int, ...]
    plan_hash: str
    state: PostingState
    run_id: str
    posted_at: datetime
    posted_by: str
    posted_host: str
    manage_batch_id: int | None = None
    closed_at: datetime | None = None
    parts: tuple[PostedPart, ...] = ()
    state_at: datetime | None = None  # when an undo or a clearing changed the state, and who did it
    state_by: str = ""
    state_host: str = ""

    @property
    def in_sl(self) -> bool:
        """Whether every SL document of it is still there and not voided."""
        return bool(self.parts) and all(p.state not in (SlState.VOIDED, SlState.MISSING) for p in self.parts)


@dataclass(frozen=True, slots=True)
class PostedDocument:
    """An SL document that was written. ``amount``: document currency, credit memos negative; ``period`` YYYYPP."""

    transaction: TransactionKey
    part: str
    module: str
    bat_nbr: str
    doc_type: str
    ref_nbr: str
    period: str
    amount: Decimal
    currency: str


@dataclass(frozen=True, slots=True)
class FailedTransaction:
    """A transaction that was rolled back alone, with the reason in the accountant's words."""

    transaction: TransactionKey
    reason: str


@dataclass(frozen=True, slots=True)
class PostOutcome:
    """What one SQL transaction did: exactly what is committed in SL, and what failed alone."""

    posted: tuple[PostedDocument, ...] = ()
    failed: tuple[FailedTransaction, ...] = ()
    created_customers: tuple[str, ...] = ()
    created_vendors: tuple[str, ...] = ()
    created_items: tuple[str, ...] = ()

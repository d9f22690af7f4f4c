"""Journals of General Ledger as the plan holds them, in base currency. See ``shared`` for the conventions."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from xlpy.domain.documents.shared import SlBatch
from xlpy.domain.values.transactions import TransactionKey

COST = "cost"  # the part of a transaction that its cost journal is
DOCUMENT = "document"


@dataclass(frozen=True, slots=True)
class GlLine:
    """A GLTran line in base currency: one of ``debit`` and ``credit`` is 0, both are >= 0."""

    acct: str
    sub: str
    debit: Decimal
    credit: Decimal
    descr: str
    ref_nbr: str = ""
    ext_ref_nbr: str = ""
    party: str = ""  # GLTran.Id: customer or vendor id
    quantity: Decimal = Decimal(0)


@dataclass(frozen=True, slots=True)
class GlJournal:
    """A journal of screen 01010: the cost of an invoice (``part`` cost) or an expense (``part`` document).

    ``user_fields``: User columns of its lines by a firm's own rule, sorted.
    """

    transactions: tuple[TransactionKey, ...]
    part: str
    journal_date: date
    lines: tuple[GlLine, ...]
    descr: str
    tracking: tuple[tuple[str, str], ...] = ()  # SlsperId, ProjectID, TaskID, by the rules of the settings
    hold: bool = False
    user_fields: tuple[tuple[str, str], ...] = ()

    @property
    def total(self) -> Decimal:
        """Sum of the debits, base currency."""
        return sum((line.debit for line in self.lines), Decimal(0))


@dataclass(frozen=True, slots=True, kw_only=True)
class GlBatch(SlBatch):
    """One SL batch of screen 01010, base currency. Usually one journal; the profile may join a run's cost journals."""

    journals: tuple[GlJournal, ...]
    module: str = "GL"


@dataclass(frozen=True, slots=True)
class GlPart:
    """What a plan writes to General Ledger."""

    batches: tuple[GlBatch, ...] = ()

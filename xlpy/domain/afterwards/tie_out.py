"""Tie-out: per period and account, Manage, the posting ledger, SL's subledgers and SL's general ledger side by side.

All amounts are in base currency, debits positive. The equation of a row: what Manage says of an account is in SL, and
what SL's subledgers say of it is in SL's general ledger, but for what is not posted yet.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from xlpy.domain.values.money import ZERO
from xlpy.domain.values.statuses import TieState


class Area(StrEnum):
    """What an account is to the transactions of Manage."""

    RECEIVABLES = "Receivables"
    PAYABLES = "Payables"
    INVENTORY = "Inventory"
    TAXES = "Taxes"
    DEPOSITS = "Deposits"
    OTHER = "Other"


class TieLine(StrEnum):
    """What a row of a tie-out is: an account, a transaction or SL batch below it, or a balance as of now."""

    ACCOUNT = "Account"
    TRANSACTION = "Transaction"
    BATCH = "SL batch"
    BALANCE = "Balance"


@dataclass(frozen=True, slots=True)
class TieOutRow:
    """A row of the Tie-out sheet. ``period`` YYYYPP; None: nobody says anything of it.

    ``ledger``: the posting ledger keeps totals of documents, so it has an amount on control accounts only.
    ``from_manage`` and ``other``: SL's subledger, of documents that came from Manage and of all others, released or
    not; ``not_posted``: the part of both that the general ledger does not have yet. ``difference``: Manage less what
    came from it, plus subledger less what is not posted less general ledger.
    """

    state: TieState
    line: TieLine
    period: str
    area: Area
    acct: str
    sub: str
    name: str = ""
    manage: Decimal | None = None
    ledger: Decimal | None = None
    from_manage: Decimal | None = None
    other: Decimal | None = None
    not_posted: Decimal | None = None
    gl: Decimal | None = None
    difference: Decimal = ZERO
    message: str = ""
    transaction: str = ""
    sl_batch: str = ""
    reference: str = ""

    @property
    def agrees(self) -> bool:
        """Whether nothing is left to be explained."""
        return not self.difference


@dataclass(frozen=True, slots=True)
class TieOutReport:
    """A tie-out of one period. ``rows``: accounts that differ first, each with its transactions below it."""

    period: str
    base_currency: str
    company: str
    rows: tuple[TieOutRow, ...] = ()
    messages: tuple[str, ...] = ()

    @property
    def accounts(self) -> tuple[TieOutRow, ...]:
        """The rows of accounts."""
        return tuple(row for row in self.rows if row.line is TieLine.ACCOUNT)

    @property
    def differing(self) -> tuple[TieOutRow, ...]:
        """Accounts on which something is left to be explained. Balances as of now are shown, and never judged."""
        return tuple(row for row in self.accounts if not row.agrees)

    @property
    def exit_code(self) -> int:
        """0 when every account agrees, else 3."""
        return 3 if self.differing else 0

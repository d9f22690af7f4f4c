"""What belongs to a period and is not in the books yet: unposted, received and not invoiced; and open down payments."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum

AGES = (30, 60, 90)  # days; what is older is the last bucket
AGE_WORDS = ("to 30 days", "31 to 60 days", "61 to 90 days", "over 90 days")


class AccrualSection(StrEnum):
    """Which list a row belongs to."""

    UNPOSTED = "Unposted"
    NOT_INVOICED = "Received, not invoiced"
    DEPOSIT = "Open down payment"
    DEPOSIT_ACCOUNT = "Deposit account"


@dataclass(frozen=True, slots=True)
class AccrualRow:
    """A row of the Accruals sheet. ``amount``: document currency; ``base``: None when there is no rate.

    Unposted: the sum of ``count`` transactions of one kind, period (YYYYPP), age and currency; credit memos negative.
    Received, not invoiced: one account of one receipt, to be debited; returns are negative. Open down payment: what a
    customer has paid ahead, positive. Deposit account: its balance in SL's general ledger, credits positive, and the
    ``difference`` to the open down payments.
    """

    section: AccrualSection
    period: str
    kind: str = ""
    age: str = ""
    count: int = 1
    transaction: str = ""
    day: date | None = None
    party: str = ""
    name: str = ""
    acct: str = ""
    sub: str = ""
    amount: Decimal | None = None
    currency: str = ""
    base: Decimal | None = None
    difference: Decimal | None = None
    message: str = ""


@dataclass(frozen=True, slots=True)
class AccrualsReport:
    """The lists as of a day. ``period``: that the day is in, YYYYPP."""

    through: date
    period: str
    base_currency: str
    company: str
    rows: tuple[AccrualRow, ...] = ()
    messages: tuple[str, ...] = ()

    def of(self, section: AccrualSection) -> tuple[AccrualRow, ...]:
        """Return the rows of one list."""
        return tuple(row for row in self.rows if row.section is section)

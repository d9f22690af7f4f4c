"""What reconciling reports: frozen values that the sheet, JSON, frames and text render."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from xlpy.domain.afterwards.reconcile import AccountTotal, GroupTotal, ReconcileRow, Step
from xlpy.domain.values.money import ZERO
from xlpy.domain.values.statuses import ReconcileState


@dataclass(frozen=True, slots=True)
class ReconcileReport:
    """Manage's batches, the posting ledger and SL, to the cent.

    ``scope``: in words what was compared. ``rows``: what does not agree first. Totals are never of two currencies.
    ``steps``: Manage, posting ledger, SL, posted: sizes in base currency, for the picture.
    """

    at: datetime
    scope: str
    base_currency: str
    rows: tuple[ReconcileRow, ...] = ()
    accounts: tuple[AccountTotal, ...] = ()
    batches: tuple[GroupTotal, ...] = ()
    parties: tuple[GroupTotal, ...] = ()
    steps: tuple[Step, ...] = ()
    messages: tuple[str, ...] = ()
    differing: Decimal = ZERO  # base currency: sizes of the differences that no rule explains

    @property
    def not_agreeing(self) -> tuple[ReconcileRow, ...]:
        """Rows that somebody has to look at."""
        return tuple(row for row in self.rows if not row.agrees)

    @property
    def accounts_agree(self) -> bool:
        """Whether every account has in SL what Manage says, but for taxes on the accounts of SL's own taxes."""
        return all(account.agrees for account in self.accounts)

    @property
    def agrees(self) -> bool:
        """Whether everything agrees to the cent."""
        return not self.not_agreeing and self.accounts_agree

    @property
    def exit_code(self) -> int:
        """0 when all agrees, else 3."""
        return 0 if self.agrees else 3

    @property
    def text(self) -> str:
        """One sentence for the alert and the console."""
        compared = [row for row in self.rows if row.state not in _ASIDE]
        if not self.rows:
            return f"{self.scope}: there is nothing to compare."
        counts = Counter(row.state for row in self.not_agreeing)
        notes = Counter(row.state for row in self.rows if row.state in _ASIDE)
        said = "".join(f" {count} × {state}." for state, count in sorted(notes.items()))
        if self.agrees:
            return f"{self.scope}: all {len(compared)} rows agree to the cent.{said}"
        parts = [f"{count} × {state}" for state, count in counts.most_common()]
        if not counts:
            parts = [f"{sum(not account.agrees for account in self.accounts)} accounts differ"]
        return f"{self.scope}: of {len(compared)} rows not all agree: {', '.join(parts)}.{said}"


_ASIDE = frozenset({ReconcileState.NOT_FROM_MANAGE, ReconcileState.NOT_OURS, ReconcileState.TAX_ACCOUNT})

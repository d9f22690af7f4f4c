"""What the morning report says: frozen values that the page, JSON and text render."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import TYPE_CHECKING

from xlpy.domain.values.approvals import Approval
from xlpy.domain.values.money import ZERO
from xlpy.domain.values.problems import GroupedProblem

if TYPE_CHECKING:
    from xlpy.services.manage_half.recover import HalfFinished
    from xlpy.services.payments.unpaid import UnpaidRow
    from xlpy.services.reconciling.report import ReconcileReport
    from xlpy.services.run.sync_report import SyncReport


class Verdict(StrEnum):
    """How the morning looks, the worst first."""

    NOT_KNOWN = "Not everything could be read"
    WRONG = "Something is wrong"
    TO_DO = "There is something to do"
    WELL = "All is well"


EXIT_CODE = {Verdict.WELL: 0, Verdict.TO_DO: 1, Verdict.NOT_KNOWN: 2, Verdict.WRONG: 3}


@dataclass(frozen=True, slots=True)
class Waiting:
    """An unposted transaction. ``amount``: document currency, credit memos negative; ``days``: since its date."""

    key: str
    kind: str
    number: str
    party: str
    day: date | None
    days: int | None
    amount: Decimal
    currency: str
    message: str = ""


@dataclass(frozen=True, slots=True)
class Change:
    """Something that is otherwise than at the last report. ``system``: Manage or SL."""

    system: str
    what: str
    before: str
    now: str


@dataclass(frozen=True, slots=True)
class MorningReport:
    """The state of both systems on a morning. ``since``: the day of the report before; None: this is the first.

    ``unposted``: everything, oldest first; ``new`` and ``late`` are parts of it. ``not_read``: part → why.
    """

    at: datetime
    company: str
    site: str
    since: date | None
    waits_days: int
    unposted: tuple[Waiting, ...] = ()
    new: tuple[Waiting, ...] = ()
    late: tuple[Waiting, ...] = ()
    stopped: tuple[GroupedProblem, ...] = ()
    ready: int = 0
    changes: tuple[Change, ...] = ()
    payments: SyncReport | None = None
    reconciled: ReconcileReport | None = None
    unpaid: tuple[UnpaidRow, ...] = ()
    half: tuple[HalfFinished, ...] = ()
    approvals: tuple[Approval, ...] = ()
    messages: tuple[str, ...] = ()
    not_read: Mapping[str, str] = field(default_factory=dict)

    @property
    def overdue(self) -> tuple[UnpaidRow, ...]:
        """What is unpaid beyond its due date."""
        return tuple(row for row in self.unpaid if (row.days_overdue or 0) > 0 and row.balance > ZERO)

    @property
    def wrong(self) -> tuple[str, ...]:
        """Why something is wrong, one sentence each: figures that differ, work left half done, payments that failed."""
        found = [f"{one.batch_identifier}: {one.what}. {one.action}" for one in self.half]
        if self.reconciled is not None and not self.reconciled.agrees:
            found.append(self.reconciled.text)
        if self.payments is not None and self.payments.exit_code:
            found.append(self.payments.text)
        return tuple(found)

    @property
    def verdict(self) -> Verdict:
        """How it looks, in one word for the page and the exit code."""
        if self.not_read:
            return Verdict.NOT_KNOWN
        if self.wrong:
            return Verdict.WRONG
        return Verdict.TO_DO if self.stopped or self.late or self.approvals else Verdict.WELL

    @property
    def exit_code(self) -> int:
        """0 all is well, 1 something waits for somebody, 3 something is wrong, 2 not everything could be read."""
        return EXIT_CODE[self.verdict]

    @property
    def text(self) -> str:
        """One sentence for the console."""
        told = [f"{len(self.unposted)} unposted"]
        counts = (
            (len(self.new), "new"),
            (sum(one.count for one in self.stopped), "stopped"),
            (len(self.late), f"waiting for more than {self.waits_days} days"),
            (len(self.changes), "changes"),
            (len(self.overdue), "overdue"),
            (len(self.wrong), "wrong"),
            (len(self.not_read), "not read"),
        )
        told += [f"{count} {words}" for count, words in counts if count]
        return f"{self.verdict}: {', '.join(told)}."


def totals_of(rows: Iterable[Waiting]) -> dict[str, Decimal]:
    """Add up by currency; two currencies are never added."""
    found: dict[str, Decimal] = {}
    for row in rows:
        found[row.currency] = found.get(row.currency, ZERO) + row.amount
    return dict(sorted(found.items()))

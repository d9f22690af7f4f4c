"""What the morning report says: frozen values that the page and the JSON render. Money: in the document's currency."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from xlpy.services.payments.unpaid import UnpaidRow


@dataclass(frozen=True, slots=True)
class Waiting:
    """A transaction that Manage has not posted. ``days``: since its date; None when it has none."""

    id: str
    kind: str
    number: str
    party: str
    day: date | None
    days: int | None
    amount: Decimal
    currency: str
    status: str


@dataclass(frozen=True, slots=True)
class Stopped:
    """A problem that keeps transactions from being posted. ``transactions``: all of them, by what the user knows."""

    code: str
    what: str
    fix: str
    where: str
    count: int
    transactions: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Change:
    """What is otherwise than in the report it is compared with. ``system``: Manage or SL."""

    system: str
    what: str
    name: str
    before: str
    now: str


@dataclass(frozen=True, slots=True)
class Compared:
    """What Reconcile said of one period. ``differing``: state, transaction and words of what does not agree."""

    period: str
    text: str
    agrees: bool
    differing: tuple[tuple[str, str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Payments:
    """What Sync payments did. ``told``: status, invoice and words of what is not as it was."""

    text: str
    good: bool
    told: tuple[tuple[str, str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class NotDone:
    """A step that could not be done, and why."""

    step: str
    text: str
    fix: str = ""


@dataclass(frozen=True, slots=True)
class MorningReport:
    """The report of one morning. ``since``: when the report was made that it is compared with; None: it is the first.

    ``ready``: unposted transactions that nothing stops. ``waits_days``: what waits longer is listed. ``steps``: how
    many steps there were.
    """

    at: datetime
    company: str
    site: str
    since: datetime | None
    waits_days: int
    steps: int = 0
    unposted: tuple[Waiting, ...] = ()
    new: tuple[Waiting, ...] = ()
    ready: int = 0
    stopped: tuple[Stopped, ...] = ()
    changes: tuple[Change, ...] = ()
    payments: Payments | None = None
    compared: tuple[Compared, ...] = ()
    unpaid: tuple[UnpaidRow, ...] = ()
    half_done: int = 0
    messages: tuple[str, ...] = ()
    not_done: tuple[NotDone, ...] = ()

    @property
    def waiting(self) -> tuple[Waiting, ...]:
        """What waits longer than ``waits_days``, the oldest first."""
        long = [row for row in self.unposted if row.days is not None and row.days > self.waits_days]
        return tuple(sorted(long, key=lambda row: (-(row.days or 0), row.number)))

    @property
    def wrong(self) -> bool:
        """Whether something has to be looked at before anything is posted."""
        payments_failed = self.payments is not None and not self.payments.good
        return bool(self.not_done or self.half_done or payments_failed or not all(one.agrees for one in self.compared))

    @property
    def exit_code(self) -> int:
        """0: nothing to do; 1: something is stopped or waits; 3: something is wrong; 2: nothing could be done."""
        if self.steps and len(self.not_done) >= self.steps:
            return 2
        return 3 if self.wrong else 1 if self.stopped or self.waiting else 0

    @property
    def stopped_transactions(self) -> int:
        """How many transactions are stopped, each once."""
        return len({name for one in self.stopped for name in one.transactions})

    @property
    def text(self) -> str:
        """One sentence for the console and the head of the page."""
        if self.exit_code == 2:
            return f"Nothing could be read: {self.not_done[0].text}"
        parts = [
            f"{len(self.unposted)} unposted",
            f"{len(self.new)} new",
            f"{self.stopped_transactions} stopped",
            f"{len(self.waiting)} waiting longer than {self.waits_days} days",
            f"{len(self.changes)} changes",
            f"{len(self.unpaid)} unpaid",
        ]
        ends = {0: "Nothing to do.", 1: "Something waits for you.", 3: "Something is wrong: look at it first."}
        return f"{', '.join(parts)}. {ends[self.exit_code]}"

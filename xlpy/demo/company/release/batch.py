"""A batch that is being released: its row, the set-up it is released with, and the messages about it."""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal

from xlpy.demo.company.release.books import Books, Row, amount, duplicate_key
from xlpy.domain.checks.release import RELEASE_MESSAGES
from xlpy.domain.facts.books import sl_key
from xlpy.domain.values.money import round_money
from xlpy.domain.values.screens import screen
from xlpy.errors import SlError

# What the release screens say, in our words. Numbers are SL's message numbers (WrkReleaseBad.MsgID).
MESSAGES = {number: f"{message.what}." for number, message in RELEASE_MESSAGES.items()}


@dataclass(frozen=True, slots=True)
class ReleaseMessage:
    """A row of WrkReleaseBad (inventory: IN10400_Return): why the batch was not released.

    ``parameters``: what an inventory message names.
    """

    msg_id: int
    text: str
    parameters: tuple[str, ...] = ()


@dataclass(slots=True)
class BatchRun:
    """One batch on its way through the release. ``batch`` is None when there is no such row."""

    books: Books
    module: str
    bat_nbr: str
    user: str
    gl: Row
    batch: Row | None
    decimals: dict[str, int]  # sl_key(CuryId) → DecPl
    messages: list[ReleaseMessage] = field(default_factory=list)

    @property
    def base_decimals(self) -> int:
        """Decimals of the base currency."""
        return self.decimals.get(sl_key(self.gl["BaseCuryId"]), 2)

    @property
    def row(self) -> Row:
        """The Batch row, for steps that run only when there is one."""
        if self.batch is None:
            raise SlError(f"SL has no {self.module} batch {self.bat_nbr}.")
        return self.batch

    def knows_currency(self, cury_id: str) -> bool:
        """Tell whether a currency is in Currncy."""
        return sl_key(cury_id) in self.decimals

    def base(self, value: Decimal) -> Decimal:
        """Round to the base currency."""
        return round_money(value, self.base_decimals)

    def in_currency(self, value: Decimal, cury_id: str) -> Decimal:
        """Round to the decimals of a currency; one that Currncy lacks counts as the base currency."""
        return round_money(value, self.decimals.get(sl_key(cury_id), self.base_decimals))

    def reject(self, msg_id: int) -> None:
        """Report a reason. Raises SqlStopped when it was reported already: the key of WrkReleaseBad is violated."""
        if any(message.msg_id == msg_id for message in self.messages):
            raise duplicate_key()
        self.messages.append(ReleaseMessage(msg_id, MESSAGES[msg_id]))


class NotReleased(SlError):
    """The release gave up after its checks: everything is rolled back and the batch keeps its status."""

    def __init__(self, msg_id: int) -> None:
        super().__init__(MESSAGES[msg_id])
        self.msg_id = msg_id


def open_batch(books: Books, module: str, bat_nbr: str, user: str) -> BatchRun:
    """Read the batch and the set-up. Raises SlError when the company has no GLSetup row."""
    gl = books.one("GLSetup", SetupId="GL")
    if gl is None:
        raise SlError("General Ledger is not set up in this SL company.", fix=f"Set it up in {screen('01.950')}.")
    decimals = {sl_key(currency["CuryId"]): int(currency["DecPl"]) for currency in books.rows("Currncy")}
    batch = books.one("Batch", Module=module, BatNbr=bat_nbr)
    return BatchRun(books, module, bat_nbr, user, gl, batch, decimals)


def sum_of(rows: list[Row], column: str) -> Decimal:
    """Sum a column in thousandths."""
    return sum((amount(row[column]) for row in rows), Decimal(0))

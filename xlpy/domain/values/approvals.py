"""What two persons sign: who asked for which plan, and who approved it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

TWO = "two"  # the word of the setting and of the company's own rule


class ForApproval(StrEnum):
    """What is to be approved; *Again* is part of an export or of a rerun."""

    EXPORT = "export"
    RERUN = "rerun"
    UNDO = "undo"
    CLEAR = "clear"
    TAKE_OVER = "take over"


@dataclass(frozen=True, slots=True)
class Person:
    """Who acts: the login as the server knows it (on SQLite: the user), the user of the PC, and the PC."""

    login: str
    user: str
    host: str

    def is_same_as(self, other: Person) -> bool:
        """Whether login or user are the same: SQL Server and Windows tell capitals and small letters not apart."""
        return self.login.upper() == other.login.upper() or self.user.upper() == other.user.upper()

    def __str__(self) -> str:
        login = "" if self.login.upper() == self.user.upper() else f", login {self.login}"
        return f"{self.user}{login} on {self.host}"


@dataclass(frozen=True, slots=True)
class Approval:
    """A plan that was asked for; with ``approved_by``, one that was approved, too.

    ``plan_hash``: SHA-256 (hex) of exactly what would be done. ``subject``: the batch identifier, or the invoices.
    ``documents``: how many transactions; ``worth``: their totals by kind and currency, in words. Times: of the server.
    ``choices``: what the plan is made of again, as JSON.
    """

    number: int
    wanted: ForApproval
    subject: str
    plan_hash: str
    documents: int
    worth: str
    choices: str
    prepared_by: Person
    asked_at: datetime
    approved_by: Person | None = None
    approved_at: datetime | None = None

    @property
    def text(self) -> str:
        """Who asked for what, and who approved it."""
        told = (
            f"Request {self.number}, {self.wanted} {self.subject}: {self.worth or 'nothing'}; asked for by"
            f" {self.prepared_by} at {self.asked_at:%Y-%m-%d %H:%M}"
        )
        if self.approved_by is None or self.approved_at is None:
            return f"{told}, not approved"
        return f"{told}, approved by {self.approved_by} at {self.approved_at:%Y-%m-%d %H:%M}"

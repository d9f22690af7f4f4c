"""The plan: one immutable value on which export, checks, preview, writing and reconciling all work."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from enum import StrEnum

import msgspec

from xlpy.domain.documents import ArBatch, NewCustomer
from xlpy.domain.problems import Problem, stops
from xlpy.domain.transactions import Kind, TransactionKey

PLAN_SCHEMA = 1


class InvoiceDetail(StrEnum):
    """The *Invoice detail* box: Manage's ``summarizeInvoices``."""

    DEFAULT = "Default"
    CONDENSED = "Condensed"
    DETAILED = "Detailed"


class Action(StrEnum):
    """What happens to a transaction of the plan."""

    POST = "post"  # written to SL, then marked in Manage
    POST_AGAIN = "post again"  # voided or deleted in SL since; a new generation
    MARK_ONLY = "mark only"  # already in SL with the same lines: only Manage is owed
    NOTHING_TO_POST = "nothing to post"  # only zeros: only Manage is marked


@dataclass(frozen=True, slots=True)
class PlannedTransaction:
    """A Manage transaction in the plan. ``amount``: document currency, credit memos negative."""

    key: TransactionKey
    number: str
    company: str
    document_date: date
    amount: Decimal
    currency: str
    action: Action
    generation: int
    lines_hash: str
    entry_ids: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class PlanOptions:
    """The inputs of the Home sheet that shape the plan. ``period``: the rule, or a typed YYYYPP."""

    batch_identifier: str
    through_date: date
    detail: InvoiceDetail = InvoiceDetail.DEFAULT
    location_id: int = 0  # 0 = all
    period: str = "By document date"
    kinds: tuple[Kind, ...] = (Kind.INVOICE,)


@dataclass(frozen=True, slots=True)
class Plan:
    """What will be written, completely. Problems are part of what is shown, not of what is written or hashed."""

    manage_host: str
    manage_company: str
    cpny_id: str
    options: PlanOptions
    transactions: tuple[PlannedTransaction, ...]
    customers: tuple[NewCustomer, ...]
    ar_batches: tuple[ArBatch, ...]
    problems: tuple[Problem, ...] = ()
    schema: int = PLAN_SCHEMA

    @property
    def stops(self) -> tuple[Problem, ...]:
        """Problems that keep it from being written."""
        return stops(self.problems)

    @property
    def hash(self) -> str:
        """SHA-256 (hex) of the canonical JSON of what is written."""
        return hashlib.sha256(_canonical(replace(self, problems=()))).hexdigest()

    def to_json(self) -> bytes:
        """Canonical JSON: sorted keys, decimals as text, dates as ISO."""
        return _canonical(self)

    @classmethod
    def from_json(cls, data: bytes) -> Plan:
        """Read back what ``to_json`` wrote; raises ``msgspec.ValidationError`` on anything else."""
        return msgspec.json.decode(data, type=cls)


def _canonical(value: object) -> bytes:
    return msgspec.json.encode(value, order="sorted")

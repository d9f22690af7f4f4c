"""What the planner asks of a maker: the one thing that differs from kind to kind.

A maker finds what Manage exported of an included row and describes it the same way for every kind (``Matched``); of
the rows that are to be written it makes documents (``Made``). Everything else is the planner's.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any, Generic, TypeVar

from xlpy.domain.checks.table import found
from xlpy.domain.documents.ap import ApDocument, NewVendor
from xlpy.domain.documents.ar import ArDocument, NewCustomer
from xlpy.domain.documents.gl import GlJournal
from xlpy.domain.documents.inventory import InDocument, NewItem
from xlpy.domain.planning.makers.ledger_rules import Verdict, judge
from xlpy.domain.planning.makers.request import IncludedRow, PlanRequest
from xlpy.domain.values.problems import Problem, has_stop
from xlpy.domain.values.transactions import Kind, TransactionKey

RowT = TypeVar("RowT")
ExportedT = TypeVar("ExportedT")
AnyDocument = ArDocument | ApDocument | GlJournal | InDocument
AnyMaster = NewCustomer | NewVendor | NewItem


@dataclass(frozen=True, slots=True)
class Change:
    """What differs between the row that the user saw and the export."""

    what: str
    before: str
    now: str


@dataclass(frozen=True, slots=True)
class Matched(Generic[RowT, ExportedT]):
    """An included row with what Manage exported of it. ``amount``: document currency, credit memos negative.

    ``claim``: what no other transaction of the plan may claim as well, such as its reference.
    """

    entry: IncludedRow[RowT]
    exported: ExportedT
    number: str
    company: str
    day: date | None
    amount: Decimal
    currency: str
    location_id: int
    location: str
    lines_hash: str
    entry_ids: tuple[int, ...]
    has_all_entries: bool
    changes: tuple[Change, ...] = ()
    exported_twice: bool = False
    joined: bool = False  # its entries are also those of a row that is not included
    decimals: int = 2  # of the currency
    whole: tuple[Decimal, ...] = ()  # amounts that must be whole in them: totals and taxes
    lines: tuple[Decimal, ...] = ()  # amounts that may be rounded together, when the settings say so
    costs: tuple[Decimal, ...] = ()  # the same, in base currency
    claim: str = ""
    dates: tuple[date, ...] = ()  # of its parts, where Manage gives them dates of their own

    @property
    def key(self) -> TransactionKey:
        """The transaction."""
        return self.entry.key


@dataclass(frozen=True, slots=True)
class Made:
    """What became of the rows of one document. ``documents``: with the period (YYYYPP) that each is posted to.

    No documents when a problem stops it, or when there is nothing to post. ``problems`` are of every row, those of
    ``own_problems`` of one. ``claim``: as in ``Matched``, once it is known what is made.
    """

    problems: tuple[Problem, ...] = ()
    own_problems: Mapping[TransactionKey, tuple[Problem, ...]] = field(default_factory=dict)
    documents: tuple[tuple[str, AnyDocument], ...] = ()
    masters: tuple[AnyMaster, ...] = ()
    nothing_to_post: bool = False
    claim: str = ""


@dataclass(slots=True)
class Judged:
    """A matched row after its checks. ``mates``: the rows whose document it shares, itself too."""

    matched: Matched[Any, Any]
    verdict: Verdict
    problems: list[Problem]
    made: Made | None = None
    mates: list[Judged] = field(default_factory=list)

    @property
    def stopped(self) -> bool:
        """Whether a problem of its own stops it."""
        return has_stop(self.problems)

    @property
    def left_out(self) -> bool:
        """Whether it does not go into the plan: rows of one document live and die together."""
        return self.stopped or any(mate.stopped for mate in self.mates)

    @property
    def claim(self) -> str:
        """What it claims for itself alone; nothing when nothing is written."""
        if not self.verdict.writes:
            return ""
        return self.made.claim if self.made else self.matched.claim


class Maker(ABC, Generic[RowT, ExportedT]):
    """Makes the documents of one kind of rows; masters are resolved once for all of them."""

    kind: Kind

    def __init__(self, request: PlanRequest) -> None:
        self.request = request

    @property
    @abstractmethod
    def rows(self) -> Sequence[IncludedRow[RowT]]:
        """The included rows of its kind."""

    @abstractmethod
    def order(self, row: IncludedRow[RowT]) -> Any:
        """Return what rows are ordered by; the plan does not depend on the order in which they were included."""

    @abstractmethod
    def number(self, row: RowT) -> str:
        """Return what the user knows a row by."""

    @abstractmethod
    def match(self, rows: Sequence[RowT]) -> None:
        """Find what Manage exported of these rows, each of which is there once."""

    @abstractmethod
    def matched(self, entry: IncludedRow[RowT]) -> Matched[RowT, ExportedT] | None:
        """Return a row with its export; None when there is none, or more than one."""

    def why_missing(self, row: RowT) -> Iterable[Problem]:
        """Say why a row has no export of its own."""
        return (found("NOT-EXPORTED", self.number(row)),)

    def verdict(self, matched: Matched[RowT, ExportedT]) -> Verdict:
        """Judge a row by the posting ledger."""
        posting = self.request.books.postings.get(matched.key)
        return judge(posting, matched.lines_hash, again=matched.entry.again, cpny_id=self.request.cpny_id)

    def setup_problems(self) -> tuple[Problem, ...]:
        """Check the set-up of what it writes to; only asked when there are rows."""
        return ()

    def groups(self, going: Sequence[Matched[RowT, ExportedT]]) -> Iterable[Sequence[Matched[RowT, ExportedT]]]:
        """Put together the rows that share a document: each has its own."""
        return ((matched,) for matched in going)

    @abstractmethod
    def make(self, group: Sequence[Matched[RowT, ExportedT]]) -> Made:
        """Make the document of these rows. All problems are told at once, whatever stops it first."""

"""What adjustments and transfers have in common on their way to SL documents: set-up, period, text, value."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import TypeVar

from xlpy.domain.checks.table import found
from xlpy.domain.documents.gl import GlJournal
from xlpy.domain.documents.inventory import ADJUSTED, InDocument, InLine
from xlpy.domain.facts.books import SlBooks, sl_key
from xlpy.domain.facts.manage_procurement import ExportAdjustment, ExportTransfer, UnpostedProcurement
from xlpy.domain.facts.matching import entry_ids, procurement_kind
from xlpy.domain.facts.periods import calendar_is_usable, is_period
from xlpy.domain.mapping.dates import DocumentDates, usable_date
from xlpy.domain.planning.makers.in_lines import InventoryLines
from xlpy.domain.planning.makers.maker import Change, Made, Maker, Matched
from xlpy.domain.planning.makers.request import IncludedRow, PlanRequest
from xlpy.domain.values.money import round_money
from xlpy.domain.values.problems import Problem, has_stop
from xlpy.domain.values.transactions import Kind, TransactionKey

MOST_YEARS = 5  # SL: SCM_10400_INTran_Validation, 16121
ExportedT = TypeVar("ExportedT", ExportAdjustment, ExportTransfer)


@dataclass(frozen=True, slots=True)
class Exported:
    """What the export has of one row, an adjustment or the items of a transfer, seen the same way."""

    day: date | None
    value: Decimal
    sizes: frozenset[Decimal]
    fingerprint: str
    text: str
    dates: tuple[date, ...] = ()
    lines: tuple[Decimal, ...] = ()  # value of each line


class InventoryMaker(Maker[UnpostedProcurement, tuple[ExportedT, ...]]):
    """Makes a document of Inventory of each included row of its kind. ``tran_type``: INTran.TranType."""

    kind = Kind.PROCUREMENT
    procurement_kind: str
    tran_type: str

    def __init__(self, request: PlanRequest, lines: InventoryLines) -> None:
        super().__init__(request)
        books = request.books
        self.books = books
        self.lines = lines
        self.dates = DocumentDates(books.gl, books.stock.setup, request.options.period, "IN")
        self.exported: dict[UnpostedProcurement, tuple[ExportedT, ...]] = {}

    @property
    def rows(self) -> Sequence[IncludedRow[UnpostedProcurement]]:
        """The included rows of its kind."""
        return [row for row in self.request.procurement if procurement_kind(row.unposted) == self.procurement_kind]

    def order(self, row: IncludedRow[UnpostedProcurement]) -> TransactionKey:
        """Return what rows are ordered by."""
        return row.key

    def number(self, row: UnpostedProcurement) -> str:
        """Return what the user knows a row by."""
        return number_of(row)

    @abstractmethod
    def seen(self, documents: tuple[ExportedT, ...]) -> Exported:
        """Return what the export has of a row."""

    @abstractmethod
    def document_lines(
        self, key: TransactionKey, documents: tuple[ExportedT, ...], problems: list[Problem]
    ) -> tuple[InLine, ...]:
        """Return the lines of a document; empty when a problem stops it, or when there is nothing to write."""

    def matched(
        self, entry: IncludedRow[UnpostedProcurement]
    ) -> Matched[UnpostedProcurement, tuple[ExportedT, ...]] | None:
        """Return a row with its export; None when there is none, or more than one."""
        row = entry.unposted
        documents = self.exported.get(row)
        if not documents:
            return None
        one = self.seen(documents)
        entries = entry_ids(row, documents)
        return Matched(
            entry=entry,
            exported=documents,
            number=number_of(row),
            company=row.location,
            day=one.day,
            amount=round_money(one.value, self.books.base_decimals),
            currency=self.books.gl.base_currency,
            location_id=row.location_id,
            location=row.location,
            lines_hash=one.fingerprint,
            entry_ids=entries,
            has_all_entries=bool(entries),
            changes=tuple(_changes(row, one)),
            decimals=self.books.base_decimals,
            lines=one.lines,
            dates=one.dates,
            exported_twice=self.tran_type == ADJUSTED and len(documents) > 1,
        )

    def make(self, group: Sequence[Matched[UnpostedProcurement, tuple[ExportedT, ...]]]) -> Made:
        """Make the document of one row."""
        (matched,) = group
        problems: list[Problem] = []
        row, base = matched.entry.unposted, self.books.gl.base_currency
        if row.currency and sl_key(row.currency) != sl_key(base):
            problems.append(found("INV-CURRENCY", row.currency, base, currency=row.currency))
        made = self.written(matched, problems)
        if made is None and not has_stop(problems):
            return Made((*problems, found("NOTHING-TO-POST", matched.number)), nothing_to_post=True)
        items = tuple(self.lines.needed.get(matched.key, ()))
        return Made(tuple(problems), documents=(made,) if made else (), masters=items)

    def written(
        self, matched: Matched[UnpostedProcurement, tuple[ExportedT, ...]], problems: list[Problem]
    ) -> tuple[str, InDocument | GlJournal] | None:
        """Build the document with its period; none when a problem stops it, or when there is nothing to write."""
        problems.extend(in_setup_problems(self.books))
        lines = self.document_lines(matched.key, matched.exported, problems)
        if not lines and not has_stop(problems):
            return None
        day = usable_date(matched.day, problems)
        period = self._period(day, matched.entry.period, problems) if day else ""
        descr = self.lines.fit(self.seen(matched.exported).text or matched.number, problems)
        if day is None or has_stop(problems):
            return None
        number = matched.number.partition(" ")[2]
        fits = self.tran_type == ADJUSTED and self.lines.widths.fits(number, "INTran", "RefNbr")
        return period, InDocument((matched.key,), self.tran_type, day, number if fits else "", lines, descr.text)

    def _period(self, day: date, own: str, problems: list[Problem]) -> str:
        """Return the period to post to. The release refuses closed ones (message 24) and far fiscal years."""
        period, wrong = self.dates.period(day, own)
        problems.extend(wrong)
        current = self.books.gl.per_nbr
        if period and current and abs(int(period[:4]) - int(current[:4])) > MOST_YEARS:
            problems.append(found("INV-YEAR", day.isoformat(), period, year=period[:4]))
        return period


def _changes(row: UnpostedProcurement, one: Exported) -> Iterable[Change]:
    """Compare the exported document with the row that the user saw; signs are unverified, so sizes are compared."""
    before = round_money(abs(row.total), row.decimals)
    if before not in {round_money(size, row.decimals) for size in one.sizes}:
        yield Change("total", str(before), str(round_money(abs(one.value), row.decimals)))


def in_setup_problems(books: SlBooks) -> tuple[Problem, ...]:
    """Check what the books tell about the set-up of Inventory; only asked when there is something to write."""
    setup, calendar = books.stock.setup, books.gl.calendar
    if not setup.set_up:
        return (found("INV-SETUP"),)
    if not calendar_is_usable(calendar):
        return ()
    periods = dict.fromkeys((setup.per_nbr, setup.curr_per_nbr or setup.per_nbr))
    return tuple(found("PERIODS", in_sl=one, module="IN") for one in periods if not is_period(one, calendar))


def number_of(unposted: UnpostedProcurement) -> str:
    """Return what the user knows an adjustment or a transfer by: its kind and number."""
    number = unposted.unposted_product_id.rpartition("-")[0] or unposted.unposted_product_id
    return f"{procurement_kind(unposted)} {number}"

"""Inventory adjustments and transfers of Manage to their SL documents, with every problem. Nothing raised for data."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from xlpy.domain.checks.table import found
from xlpy.domain.documents.inventory import ADJUSTED, MOVED, InDocument, InLine, NewItem
from xlpy.domain.documents.plan import Action, PlannedTransaction, PlanOptions
from xlpy.domain.facts.books import SlBooks, sl_key
from xlpy.domain.facts.manage import ManageMasters
from xlpy.domain.facts.manage_procurement import (
    ExportAdjustment,
    ExportedProcurement,
    ExportTransfer,
    UnpostedProcurement,
)
from xlpy.domain.facts.matching import ADJUSTMENT, TRANSFER, entry_ids, match_procurement, procurement_kind
from xlpy.domain.facts.periods import calendar_is_usable, is_period
from xlpy.domain.facts.stock_books import StockNeeds
from xlpy.domain.mapping.dates import DocumentDates, usable_date
from xlpy.domain.mapping.items import invt_id_of, items_needed
from xlpy.domain.planning import in_adjustments as adjustments
from xlpy.domain.planning import in_transfers as transfers
from xlpy.domain.planning.in_lines import InventoryLines
from xlpy.domain.planning.in_stock import Shortage, movements_of, shortages
from xlpy.domain.planning.included import Findings, IncludedRow
from xlpy.domain.planning.ledger_rules import Verdict, judge
from xlpy.domain.values.dates import NO_DATE
from xlpy.domain.values.money import plain, round_money
from xlpy.domain.values.problems import Problem, has_stop
from xlpy.domain.values.rules import MasterRules, PostingRules
from xlpy.domain.values.transactions import TransactionKey

MOST_YEARS = 5  # SL: SCM_10400_INTran_Validation, 16121


@dataclass(frozen=True, slots=True)
class InventoryRequest:
    """Everything that decides the inventory documents. Rows and documents of receipts are left alone."""

    cpny_id: str
    options: PlanOptions
    included: tuple[IncludedRow[UnpostedProcurement], ...]
    export: ExportedProcurement
    masters: ManageMasters
    books: SlBooks
    posting: PostingRules
    master_rules: MasterRules


@dataclass(frozen=True, slots=True)
class InventoryDraft:
    """What became of them: ``documents`` with the period (YYYYPP) that each is posted to, ``items`` to be created."""

    transactions: tuple[PlannedTransaction, ...] = ()
    items: tuple[NewItem, ...] = ()
    documents: tuple[tuple[str, InDocument], ...] = ()
    problems: tuple[Problem, ...] = ()


@dataclass(frozen=True, slots=True)
class _Judged:
    """An included transaction that nothing stopped so far. No ``document`` when nothing is to be written."""

    row: IncludedRow[UnpostedProcurement]
    planned: PlannedTransaction
    period: str = ""
    document: InDocument | None = None


@dataclass(frozen=True, slots=True)
class _Exported:
    """What the export has of one row, an adjustment or the items of a transfer, seen the same way."""

    tran_type: str
    documents: tuple[ExportAdjustment, ...] | tuple[ExportTransfer, ...]
    day: date | None
    value: Decimal
    sizes: frozenset[Decimal]
    fingerprint: str
    has_entries: bool
    text: str


def inventory_needs(
    included: Iterable[IncludedRow[UnpostedProcurement]], export: ExportedProcurement, masters: ManageMasters
) -> StockNeeds:
    """Return the items and sites that have to be read from SL for the included adjustments and transfers."""
    matched = match_procurement(_stock_rows(included), export)
    products = {line.item for _, made in matched.adjustments.pairs for one in made for line in one.lines}
    products |= {one.item for _, made in matched.transfers.pairs for one in made}
    sites = {one.from_location_xref for _, made in matched.transfers.pairs for one in made}
    sites |= {one.to_location_xref for _, made in matched.transfers.pairs for one in made}
    for _, made in matched.adjustments.pairs:
        for one in made:
            record = masters.adjustments.get(one.adjustment_id)
            warehouses = {line.warehouse.id for line in record.lines} if record else set()
            sites |= {masters.warehouses[key].location_xref for key in warehouses if key in masters.warehouses}
    return StockNeeds(
        items=frozenset({invt_id_of(product, masters) for product in products} - {""}),
        sites=frozenset({site.strip() for site in sites} - {""}),
    )


def plan_inventory(request: InventoryRequest) -> InventoryDraft:
    """Make the documents of the included adjustments and transfers, with every problem found.

    A transaction with a stop is left out. Stock on hand is looked at last, over all documents that are left. The
    result does not depend on the order of rows or export.
    """
    return _Planner(request).plan()


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


class _Planner:
    def __init__(self, request: InventoryRequest) -> None:
        self.request = request
        books = request.books
        self.books = books
        self.findings = Findings()
        self.lines = InventoryLines(request.masters, books, request.posting, request.master_rules)
        self.setup = books.stock.setup
        self.dates = DocumentDates(books.gl, self.setup, request.options.period, "IN")
        self.on_hand = {
            (sl_key(item), sl_key(site), sl_key(whse)): held for (item, site, whse), held in books.stock.on_hand.items()
        }

    def plan(self) -> InventoryDraft:
        rows = sorted(
            (row for row in self.request.included if procurement_kind(row.unposted) in (ADJUSTMENT, TRANSFER)),
            key=lambda row: row.key,
        )
        exported = self._exported(rows)
        judged: list[_Judged] = []
        seen: set[TransactionKey] = set()
        for row in rows:
            number = number_of(row.unposted)
            if row.key in seen:
                self.findings.tell(row.key, number, [found("TWICE", number)])
                continue
            seen.add(row.key)
            one = exported.get(row.unposted)
            if one is None:
                self.findings.tell(row.key, number, [found("NOT-EXPORTED", number)])
                continue
            made = self._judge(row, one)
            if made is not None:
                judged.append(made)
        going = self._within_stock(judged)
        written = {one.row.key for one in going if one.document}
        return InventoryDraft(
            transactions=tuple(one.planned for one in going),
            items=items_needed((key, new) for key, new in self.lines.needed if key in written),
            documents=tuple((one.period, one.document) for one in going if one.document),
            problems=self.findings.problems,
        )

    def _exported(self, rows: Sequence[IncludedRow[UnpostedProcurement]]) -> dict[UnpostedProcurement, _Exported]:
        matched = match_procurement(_stock_rows(rows), self.request.export)
        exported = {row: _of_adjustments(row, found_) for row, found_ in matched.adjustments.pairs}
        return exported | {row: _of_transfer(row, found_) for row, found_ in matched.transfers.pairs}

    def _judge(self, row: IncludedRow[UnpostedProcurement], one: _Exported) -> _Judged | None:
        """Check a transaction against list, ledger and books, and draft its document; None when a problem stops it."""
        unposted = row.unposted
        number = number_of(unposted)
        problems: list[Problem] = list(self._changes(unposted, one))
        if one.tran_type == ADJUSTED and len(one.documents) > 1:
            problems.append(found("TWICE", number))
        if not one.has_entries:
            problems.append(found("ENTRY-IDS", number))
        locations = self.request.posting.locations
        if locations and unposted.location_id not in locations:
            location = unposted.location or str(unposted.location_id)
            problems.append(found("LOCATION", location, location=location))
        posting = self.books.postings.get(row.key)
        verdict = judge(posting, one.fingerprint, again=row.again, cpny_id=self.request.cpny_id)
        problems.extend(verdict.problems)
        period, document = "", None
        if verdict.writes and not verdict.stopped:
            period, document = self._document(row, one, problems)
            if document is None and not has_stop(problems):
                problems.append(found("NOTHING-TO-POST"))
                verdict = Verdict(Action.NOTHING_TO_POST, verdict.generation)
        if self.findings.tell(row.key, number, problems):
            return None
        base = self.books.gl.base_currency
        planned = PlannedTransaction(
            key=row.key,
            number=number,
            company=unposted.location,
            document_date=one.day or NO_DATE,
            amount=round_money(one.value, self.books.base_decimals),
            currency=base,
            action=verdict.action,
            generation=verdict.generation,
            lines_hash=one.fingerprint,
            entry_ids=entry_ids(unposted, one.documents),
        )
        return _Judged(row, planned, period, document)

    def _changes(self, unposted: UnpostedProcurement, one: _Exported) -> Iterable[Problem]:
        """Compare the exported document with the row that the user saw; signs are unverified, so sizes are compared."""
        before = round_money(abs(unposted.total), unposted.decimals)
        if before not in {round_money(size, unposted.decimals) for size in one.sizes}:
            now = round_money(abs(one.value), unposted.decimals)
            yield found("CHANGED", f"{before} → {now}", what="total")

    def _document(
        self, row: IncludedRow[UnpostedProcurement], one: _Exported, problems: list[Problem]
    ) -> tuple[str, InDocument | None]:
        """Build the document with its period; none when a problem stops it, or when there is nothing to write."""
        base = self.books.gl.base_currency
        currency = row.unposted.currency
        if currency and sl_key(currency) != sl_key(base):
            problems.append(found("INV-CURRENCY", currency, base, currency=currency))
        problems.extend(in_setup_problems(self.books))
        lines = self._lines(row.key, one, problems)
        if not lines and not has_stop(problems):
            return "", None
        day = usable_date(one.day, problems)
        period = self._period(day, problems) if day else ""
        descr = self.lines.fit(one.text or number_of(row.unposted), problems)
        if day is None or has_stop(problems):
            return "", None
        number = number_of(row.unposted).partition(" ")[2]
        fits = one.tran_type == ADJUSTED and self.lines.widths.fits(number, "INTran", "RefNbr")
        return period, InDocument((row.key,), one.tran_type, day, number if fits else "", lines, descr.text)

    def _lines(self, key: TransactionKey, one: _Exported, problems: list[Problem]) -> tuple[InLine, ...]:
        made = [document for document in one.documents if isinstance(document, ExportAdjustment)]
        if made:
            return adjustments.draft_adjustment(key, made[0], self.lines, problems)
        moved = [document for document in one.documents if isinstance(document, ExportTransfer)]
        return transfers.draft_transfer(key, moved, self.lines, problems)

    def _period(self, day: date, problems: list[Problem]) -> str:
        """Return the period to post to. The release refuses closed ones (message 24) and far fiscal years."""
        period, wrong = self.dates.period(day)
        problems.extend(wrong)
        current = self.books.gl.per_nbr
        if period and current and abs(int(period[:4]) - int(current[:4])) > MOST_YEARS:
            problems.append(found("INV-YEAR", day.isoformat(), period, year=period[:4]))
        return period

    def _within_stock(self, judged: Sequence[_Judged]) -> list[_Judged]:
        """Return what stock allows: where SL forbids going below zero, whatever takes out is stopped.

        What is stopped no longer brings anything in elsewhere, so it is looked at again until nothing changes.
        """
        going = list(judged)
        decimals = self.setup.quantity_decimals
        while True:
            moved = [step for one in going if one.document for step in movements_of(one.document, decimals)]
            short = shortages(moved, self.on_hand)
            below = {key for shortage in short if shortage.below for key in shortage.takers}
            if self.setup.negative_stock or not below:
                self._tell_shortages(going, short)
                return going
            self._tell_shortages(going, [shortage for shortage in short if shortage.below])
            going = [one for one in going if one.row.key not in below]

    def _tell_shortages(self, going: Sequence[_Judged], short: Sequence[Shortage]) -> None:
        told: dict[TransactionKey, list[Problem]] = defaultdict(list)
        for shortage in short:
            place = shortage.place
            words = {"item": place.invt_id, "bin": place.whse_loc, "site": place.site_id, "held": plain(shortage.held)}
            words |= {"change": plain(shortage.change), "out": plain(shortage.out)}
            code = "STOCK-ORDER"
            if shortage.below:
                code = "STOCK-NEGATIVE" if self.setup.negative_stock else "STOCK-SHORT"
            elif self.setup.negative_stock:
                continue  # any order will do
            for key in shortage.takers:
                told[key].append(found(code, plain(shortage.change), plain(shortage.held), **words))
        for one in going:
            self.findings.tell(one.row.key, one.planned.number, told.get(one.row.key, ()))


def _stock_rows(included: Iterable[IncludedRow[UnpostedProcurement]]) -> tuple[UnpostedProcurement, ...]:
    """Return the rows of adjustments and transfers, each once."""
    rows = (row.unposted for row in included)
    return tuple(dict.fromkeys(row for row in rows if procurement_kind(row) in (ADJUSTMENT, TRANSFER)))


def _of_adjustments(row: UnpostedProcurement, made: tuple[ExportAdjustment, ...]) -> _Exported:
    first = made[0]
    return _Exported(
        tran_type=ADJUSTED,
        documents=made,
        day=first.document_date,
        value=sum((adjustments.adjusted_value(line) for line in first.lines), Decimal(0)),
        sizes=frozenset(adjustments.sizes_shown(first)),
        fingerprint=adjustments.adjustment_hash(first),
        has_entries=bool(entry_ids(row, made)),
        text=first.memo or first.description,
    )


def _of_transfer(row: UnpostedProcurement, moved: tuple[ExportTransfer, ...]) -> _Exported:
    moved = tuple(sorted(moved, key=lambda one: (one.item.identifier, one.id, one.offset_id)))
    return _Exported(
        tran_type=MOVED,
        documents=moved,
        day=max((one.document_date for one in moved if one.document_date), default=None),
        value=transfers.moved_value(moved),
        sizes=frozenset(transfers.sizes_shown(moved)),
        fingerprint=transfers.transfer_hash(moved),
        has_entries=bool(entry_ids(row, moved)),
        text=moved[0].memo or moved[0].description,
    )

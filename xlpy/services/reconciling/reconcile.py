"""Reconcile: Manage's batches, the posting ledger, SL's documents and its general ledger, to the cent. Writes nothing.

Manage's side is computed from the export of its batches by the rules of the export alone; SL's side is read as it is
now. ``join`` puts them together.
"""

from __future__ import annotations

import logging
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from xlpy.domain.afterwards.reconcile import InManage
from xlpy.domain.afterwards.reconcile_manage import (
    ManageRules,
    ManageShare,
    expense_shares,
    invoice_shares,
    procurement_shares,
)
from xlpy.domain.facts.batch_entries import Inside
from xlpy.domain.facts.books import BooksNeeds, SlBooks, sl_key
from xlpy.domain.facts.manage import ManageMasters
from xlpy.domain.facts.manage_procurement import ExportedProcurement, ExportPurchase
from xlpy.domain.facts.periods import format_period, parse_period
from xlpy.domain.mapping.accounts import segments_used, split_account
from xlpy.domain.values.transactions import BATCH_SUFFIX, Kind, Posting, PostingState
from xlpy.errors import ManageRefused, NothingToReconcile, SettingsError
from xlpy.services.manage_half.confirming import named_batches, read_contents
from xlpy.services.manage_half.re_export import list_unposted, show_again
from xlpy.services.reconciling.report import ReconcileReport
from xlpy.services.reconciling.sides import ManageSide, Sides
from xlpy.services.run.session import Session

if TYPE_CHECKING:
    from xlpy.manage.batch_export import BatchExport
    from xlpy.manage.batches import AccountingBatch
    from xlpy.sl.reading.documents_now import SlSide
    from xlpy.sl.reading.other_documents import OtherDocument

logger = logging.getLogger(__name__)


def reconcile(session: Session, *, batch: str = "", period: str = "", everything: bool = False) -> ReconcileReport:
    """Compare one batch (its identifier in Manage, with or without -I, -E, -P), a period (PP-YYYY), or everything.

    Raises ``SettingsError`` when more than one is asked for or the period can't be read, ``NothingToReconcile`` when
    no such batch is known, ``ManageError``/``SlError`` when one can't be reached.
    """
    from xlpy.services.reconciling.join import join_sides

    scope = scope_of(batch.strip(), period.strip(), everything=everything)
    sides = read_sides(session, scope)
    session.progress("Comparing", 0, 0)
    report = join_sides(sides, session.now(), scope.words)
    logger.info("%s", report.text)
    return report


def read_sides(session: Session, scope: Scope) -> Sides:
    """Read Manage's batches, the posting ledger and SL as far as the scope goes. Raises as ``reconcile`` does."""
    session.progress("Reading the posting ledger", 0, 0)
    books, ledger = _read_ledger(session, scope)
    in_manage = _read_manage(session, books, ledger, scope)
    if scope.batch and not ledger.chosen and not in_manage.shares:
        raise NothingToReconcile(scope.batch)
    session.progress("Reading SL", 0, 0)
    sl, others = _read_sl(session, books, ledger)
    paid = session.profile.posting.company_paid_account
    return Sides(ledger.chosen, ledger.earlier, ledger.elsewhere, in_manage, sl, others, books, paid)


@dataclass(frozen=True, slots=True)
class Scope:
    """What is compared; ``period`` YYYYPP. All empty: everything."""

    words: str
    batch: str = ""
    period: str = ""

    @property
    def names(self) -> frozenset[str]:
        """The identifiers that a batch's name stands for, as Manage compares them."""
        return frozenset({self.batch.casefold(), *(f"{self.batch}{s}".casefold() for s in BATCH_SUFFIX.values())})


def scope_of(batch: str, period: str, *, everything: bool) -> Scope:
    """Return what is meant. Raises ``SettingsError`` for more than one, or for a period that can't be read."""
    if sum((bool(batch), bool(period), everything)) > 1:
        raise SettingsError("Reconcile one batch, one period or everything, not several at once.")
    if batch:
        return Scope(f"Batch {batch}", batch=batch)
    if period:
        stored = parse_period(period)
        if not stored:
            raise SettingsError(f"{period!r} is not a period.", fix="Type it as SL shows it, for example 10-2026.")
        return Scope(f"Period {format_period(stored)}", period=stored)
    return Scope("Everything")


@dataclass(frozen=True, slots=True)
class _Ledger:
    """The postings of the scope: the latest generation of each, its earlier ones, and the GL entries of all others.

    ``of_others``: ids of Manage batches that were posted into other SL companies of this database.
    """

    chosen: list[Posting]
    earlier: list[Posting]
    elsewhere: frozenset[int]
    of_others: frozenset[int]


def _read_ledger(session: Session, scope: Scope) -> tuple[SlBooks, _Ledger]:
    from xlpy.sl.ledger_book.ledger import all_postings_of, check_ledger
    from xlpy.sl.reading.books import read_books
    from xlpy.sl.reading.documents_now import batch_periods

    with session.sl.engine.connect() as connection:
        check_ledger(connection)
        books = read_books(connection, session.sl, BooksNeeds())
        own = sl_key(session.sl.cpny_id)
        every = all_postings_of(connection, session.manage.host, session.manage.company)
        of_company = [posting for posting in every if sl_key(posting.cpny_id) == own]
        latest = {posting.key: posting for posting in sorted(of_company, key=lambda posting: posting.generation)}
        found = of_company
        if scope.batch:
            found = [posting for posting in found if posting.batch_identifier.casefold() in scope.names]
        elif scope.period:
            parts = {(part.module, part.bat_nbr) for posting in found for part in posting.parts}
            periods = batch_periods(connection, session.sl, parts)
            found = [posting for posting in found if scope.period in _periods_of(posting, periods, scope.period)]
    inside = {posting.posting_id for posting in found}
    return books, _Ledger(
        [posting for posting in found if posting is latest[posting.key]],
        [posting for posting in found if posting is not latest[posting.key]],
        frozenset(entry for posting in every if posting.posting_id not in inside for entry in posting.entry_ids),
        frozenset(p.manage_batch_id for p in every if p.manage_batch_id is not None and sl_key(p.cpny_id) != own),
    )


def _periods_of(posting: Posting, periods: Mapping[tuple[str, str], str], wanted: str) -> set[str]:
    """Return the periods of a posting's SL batches. One whose batch is gone from SL belongs to every period."""
    return {periods.get((part.module, part.bat_nbr), wanted) for part in posting.parts}


# --- Manage -----------------------------------------------------------------------------------------------------------


def _read_manage(session: Session, books: SlBooks, ledger: _Ledger, scope: Scope) -> ManageSide:
    from xlpy.manage.batches import AccountingBatch

    manage, postings = session.manage, ledger.chosen
    known = {batch.id: batch for batch in manage.batches()}
    wanted: dict[int, AccountingBatch] = {}
    for posting in postings:
        number = posting.manage_batch_id
        if number is not None and number not in wanted:
            # Whether Manage lists closed batches is unverified: one that is not listed is asked for by its id.
            kinds = frozenset({posting.key.kind})
            wanted[number] = known.get(number) or AccountingBatch(number, posting.batch_identifier, kinds)
    if scope.batch:
        wanted |= {number: batch for number, batch in known.items() if batch.identifier.casefold() in scope.names}
    batch_of: dict[int, str] = {}
    named: set[int] = set()  # postings that a batch names, by entries that have other ids than the GL entries
    exports: list[BatchExport] = []
    count = session.counting("Reading Manage's batches")
    for done, batch in enumerate(wanted.values(), start=1):
        try:
            export = manage.export_batch(batch)
            contents = read_contents(session, batch.id)
        except ManageRefused as refused:
            if refused.status != 404:
                raise
            continue  # it was deleted in Manage; its transactions are unposted again
        exports.append(export)
        shown = export.entry_ids
        batch_of |= dict.fromkeys(shown, batch.identifier)
        listed = frozenset(entry.id for entry in contents.entries) if contents else frozenset()
        if contents and shown <= listed:
            batch_of |= dict.fromkeys(listed, batch.identifier)
        else:
            own = [p for p in postings if p.manage_batch_id == batch.id]
            named |= {p.posting_id for p in own if contents is None or contents.how_far(p) is not Inside.NONE}
        count(done, len(wanted))
    return ManageSide(
        shares=_shares(session, books, exports) if exports else (),
        batch_of=batch_of,
        absent=_where_absent(session, postings, batch_of, named),
        unknown=[]
        if scope.batch or scope.period
        else [known[number] for number in sorted(known.keys() - wanted.keys() - ledger.of_others)],
    )


def _shares(session: Session, books: SlBooks, exports: Iterable[BatchExport]) -> list[ManageShare]:
    made = list(exports)
    items = {line.item.id for export in made for invoice in export.invoices for line in invoice.lines}
    items |= {line.item.id for export in made for receipt in export.procurement.purchases for line in receipt.lines}
    rules = _manage_rules(session, books, items)
    shares: list[ManageShare] = []
    for export in made:
        shares += invoice_shares(export.invoices, rules)
        shares += expense_shares(export.expenses, rules)
        shares += procurement_shares(export.procurement, rules)
    return shares


def procurement_shares_of(session: Session, books: SlBooks, purchases: Iterable[ExportPurchase]) -> list[ManageShare]:
    """Return what Manage's export says of receipts, account by account, whether they are in a batch or not."""
    made = tuple(purchases)
    rules = _manage_rules(session, books, {line.item.id for receipt in made for line in receipt.lines})
    return list(procurement_shares(ExportedProcurement(purchases=made), rules))


def _manage_rules(session: Session, books: SlBooks, items: Collection[int]) -> ManageRules:
    manage = session.manage
    masters = ManageMasters(
        package=manage.package_setup(),
        catalog=manage.catalog_items({item for item in items if item}),
        decimals=manage.currency_decimals(),
    )
    segments = segments_used(manage.gl_segments(), session.profile.posting.account_segments)
    return ManageRules(
        masters,
        lambda text: split_account(text, segments, books.sub_lengths),
        books.gl.base_currency,
        books.base_decimals,
        session.profile.posting.company_paid_account,
    )


def _where_absent(
    session: Session, postings: Sequence[Posting], batch_of: Collection[int], named: Collection[int]
) -> dict[int, InManage]:
    """Look where transactions are that should be in a batch and are not: unposted again, and with which lines.

    ``named``: postings that their batch names, though its entries have other ids. They are in it while Manage does
    not list them as unposted; so is an invoice that no batch shows and whose own record names the batch.
    """
    found: dict[int, InManage] = {}
    out: dict[Kind, list[Posting]] = {}
    for posting in postings:
        inside = [entry in batch_of for entry in posting.entry_ids]
        if posting.state in (PostingState.POSTED, PostingState.UNDOING) or (inside and all(inside)):
            continue
        if any(inside) and posting.posting_id not in named:
            found[posting.posting_id] = InManage.PARTLY
        elif posting.state is PostingState.UNDONE:
            found[posting.posting_id] = InManage.UNKNOWN
        else:
            found[posting.posting_id] = InManage.GONE
            out.setdefault(posting.key.kind, []).append(posting)
    for kind, members in out.items():
        listed = list_unposted(session, kind)
        shown = show_again(session, listed, members)
        batch_named = named_batches(session, kind, [p for p in members if not listed.still(p)])
        for posting in members:
            by_record = batch_named.get(posting.key.record_id, "").casefold() == posting.batch_identifier.casefold()
            if not listed.still(posting) and (posting.posting_id in named or by_record):
                del found[posting.posting_id]
            elif posting.key.record_id in listed.record_ids:
                now = shown.get(posting.key.record_id)
                same = now is not None and now.lines_hash == posting.lines_hash
                found[posting.posting_id] = InManage.UNPOSTED if same else InManage.OTHER_LINES
    return found


# --- SL ---------------------------------------------------------------------------------------------------------------


def _read_sl(session: Session, books: SlBooks, ledger: _Ledger) -> tuple[SlSide, list[OtherDocument]]:
    from xlpy.sl.reading.documents_now import read_sl_side
    from xlpy.sl.reading.other_documents import posted_documents, read_other_documents

    company = session.sl
    with company.engine.connect() as connection:
        parts = [part for posting in (*ledger.chosen, *ledger.earlier) for part in posting.parts]
        side = read_sl_side(connection, company, books, {(part.module, part.bat_nbr) for part in parts})
        ours = posted_documents(connection)
        owned = [side.documents[key] for key in ours if key in side.documents]
        others = read_other_documents(
            connection,
            company,
            {document.period for document in owned if document.period},
            {leg.acct for document in owned for leg in document.legs},
            ours,
            books.gl.base_currency,
        )
    return side, others

"""From included rows, export and books to the plan, with every problem of it. No I/O, nothing raised for data.

One walk over all included rows, whatever their kind: ``maker`` says what a kind has to tell of itself.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from functools import partial
from typing import Any, TypeVar

from xlpy.collecting import collecting_paused
from xlpy.domain.checks.table import bound, found
from xlpy.domain.documents.ap import ApDocument, ApPart, NewVendor
from xlpy.domain.documents.ar import ArDocument, ArPart, NewCustomer
from xlpy.domain.documents.gl import DOCUMENT, GlJournal, GlPart
from xlpy.domain.documents.inventory import InDocument, InventoryPart, NewItem
from xlpy.domain.documents.plan import Action, Plan, PlannedTransaction
from xlpy.domain.documents.sl_batches import ap_batches_of, ar_batches_of, gl_batches_of, in_batches_of
from xlpy.domain.facts.books import sl_key
from xlpy.domain.planning.cut_off import cut_off
from xlpy.domain.planning.makers.ap_expenses import ApExpenses
from xlpy.domain.planning.makers.ap_receipts import ApReceipts, vendor_invoices_claimed_twice
from xlpy.domain.planning.makers.ap_vouchers import Vouchers
from xlpy.domain.planning.makers.ar_invoices import ArInvoices, references_claimed_twice
from xlpy.domain.planning.makers.gl_expenses import GlExpenses
from xlpy.domain.planning.makers.in_adjustments import InAdjustments
from xlpy.domain.planning.makers.in_costs import cost_problems
from xlpy.domain.planning.makers.in_lines import InventoryLines
from xlpy.domain.planning.makers.in_stock import stock_problems
from xlpy.domain.planning.makers.in_transfers import InTransfers
from xlpy.domain.planning.makers.ledger_rules import Verdict
from xlpy.domain.planning.makers.maker import AnyDocument, AnyMaster, Judged, Made, Maker
from xlpy.domain.planning.makers.request import PlanRequest
from xlpy.domain.planning.makers.stock_as_journals.adjusted import GlAdjustments
from xlpy.domain.planning.makers.stock_as_journals.lines import StockJournals
from xlpy.domain.planning.makers.stock_as_journals.moved import GlTransfers
from xlpy.domain.planning.own_documents import by_own_rules
from xlpy.domain.planning.own_rules import OwnRules
from xlpy.domain.planning.setup_checks import setup_problems
from xlpy.domain.planning.tracking import tracked
from xlpy.domain.planning.transaction_checks import transaction_problems
from xlpy.domain.values.dates import NO_DATE
from xlpy.domain.values.problems import Problem
from xlpy.domain.values.rules import JOURNALS
from xlpy.domain.values.transactions import TransactionKey
from xlpy.domain.values.widths import Widths

DocumentT = TypeVar("DocumentT", ArDocument, ApDocument, GlJournal, InDocument)
MasterT = TypeVar("MasterT", NewCustomer, NewVendor, NewItem)

# Checks of what was made, each over all transactions of the plan.
BetweenCheck = Callable[[list[Judged], PlanRequest], Iterable[tuple[TransactionKey, Problem]]]
BETWEEN_CHECKS: tuple[BetweenCheck, ...] = (
    references_claimed_twice,
    vendor_invoices_claimed_twice,
    stock_problems,
    cost_problems,
    cut_off,
)


@dataclass(frozen=True, slots=True)
class Drafts:
    """What became of the included rows, before it is put into SL batches. Documents with their periods (YYYYPP)."""

    transactions: tuple[PlannedTransaction, ...] = ()
    customers: tuple[NewCustomer, ...] = ()
    vendors: tuple[NewVendor, ...] = ()
    items: tuple[NewItem, ...] = ()
    ar: tuple[tuple[str, ArDocument], ...] = ()
    ap: tuple[tuple[str, ApDocument], ...] = ()
    gl: tuple[tuple[str, GlJournal], ...] = ()
    inventory: tuple[tuple[str, InDocument], ...] = ()
    problems: tuple[Problem, ...] = ()


@collecting_paused()
def build_plan(request: PlanRequest) -> Plan:
    """Build the plan of what is included, with every problem found.

    A transaction with a stop is left out of the documents; its problems are there. The plan does not depend on the
    order in which transactions were included or exported, nor on the day it is made.
    """
    own = own_rules_of(request)
    drafts = _Planner(request, own).drafts()
    options, widths = request.options, own.widths
    return Plan(
        manage_host=request.manage_host,
        manage_company=request.manage_company,
        cpny_id=request.cpny_id,
        options=options,
        transactions=drafts.transactions,
        ar=ArPart(drafts.customers, ar_batches_of(drafts.ar, options, widths)),
        ap=ApPart(drafts.vendors, ap_batches_of(drafts.ap, options, widths)),
        gl=GlPart(gl_batches_of(drafts.gl, options, request.posting, widths)),
        inventory=InventoryPart(drafts.items, in_batches_of(drafts.inventory, options, widths)),
        base_currency=request.books.gl.base_currency,
        rules_file=request.rules.file,
        rules_sha256=request.rules.sha256,
        problems=(
            *own.used(),
            *setup_problems(request.masters.package, request.books, request.posting),
            *drafts.problems,
        ),
    )


@collecting_paused()
def draft(request: PlanRequest) -> Drafts:
    """Make the documents of what is included, with every problem of a transaction, but none of the set-up at large."""
    return _Planner(request, own_rules_of(request)).drafts()


def own_rules_of(request: PlanRequest) -> OwnRules:
    """Return the firm's own rules as the makers of one plan ask them."""
    return OwnRules(request.rules, Widths(request.books.widths, request.books.code_page), request.posting)


def makers_of(request: PlanRequest, own: OwnRules | None = None) -> tuple[Maker[Any, Any], ...]:
    """Return a maker for each kind of rows, in the order of the plan.

    Manage's *as bill* decides what expenses are, the setting ``inventory`` what adjustments and transfers are.
    """
    own = own or own_rules_of(request)
    vouchers = Vouchers(request.options, request.masters, request.books, request.posting, request.master_rules, own)
    lines = InventoryLines(request.masters, request.books, request.posting, request.master_rules)
    as_bill = request.masters.package.transfer_expenses_as_bill
    stock: tuple[Maker[Any, Any], ...] = (InAdjustments(request, lines), InTransfers(request, lines))
    if request.posting.inventory == JOURNALS:
        journals = StockJournals(request)
        stock = (GlAdjustments(request, lines, journals), GlTransfers(request, lines, journals))
    return (
        ArInvoices(request, own),
        ApExpenses(request, vouchers) if as_bill else GlExpenses(request, own),
        ApReceipts(request, vouchers),
        *stock,
    )


class _Planner:
    """One building of a plan: walks over the included rows and collects what becomes of them."""

    def __init__(self, request: PlanRequest, own: OwnRules) -> None:
        self.request = request
        self.own = own
        self.judged: list[Judged] = []
        self.setup: list[Problem] = []
        self.unmatched: list[Problem] = []
        self.seen: set[TransactionKey] = set()

    def drafts(self) -> Drafts:
        """Judge every row, make the documents, check them against each other, and tell what stays."""
        for maker in makers_of(self.request, self.own):
            self._walk(maker)
        told = [*dict.fromkeys(self.setup), *self.unmatched]
        for one in self.judged:
            told.extend(_bound(problem, one) for problem in dict.fromkeys(one.problems))
        by_key = {one.matched.key: one for one in self.judged}
        for check in BETWEEN_CHECKS:
            for key, problem in dict.fromkeys(check(self.judged, self.request)):
                by_key[key].problems.append(problem)
                told.append(_bound(problem, by_key[key]))
        going = [one for one in self.judged if not one.left_out]
        made = list({id(one.made): one.made for one in going if one.made}.values())
        documents = [pair for each in made for pair in each.documents]
        masters = [
            (master, one.matched.key) for one in going if one.made and one.made.documents for master in one.made.masters
        ]
        return Drafts(
            transactions=tuple(map(_planned, going)),
            customers=_needed(masters, NewCustomer, "cust_id"),
            vendors=_needed(masters, NewVendor, "vend_id"),
            items=_needed(masters, NewItem, "invt_id"),
            ar=_of_type(documents, ArDocument),
            ap=_of_type(documents, ApDocument),
            gl=_of_type(documents, GlJournal),
            inventory=_of_type(documents, InDocument),
            problems=tuple(told),
        )

    def _walk(self, maker: Maker[Any, Any]) -> None:
        """Judge the rows of one kind and make their documents."""
        rows = sorted(maker.rows, key=maker.order)
        if not rows:
            return
        self.setup.extend(maker.setup_problems())
        maker.match(list(dict.fromkeys({row.key: row.unposted for row in reversed(rows)}.values()))[::-1])
        mine: dict[TransactionKey, Judged] = {}
        for row in rows:
            number = maker.number(row.unposted)
            matched = None
            if row.key.kind is not maker.kind:
                problems: Iterable[Problem] = [found("KIND", row.key.record_id)]
            elif row.key in self.seen:
                problems = [found("TWICE", number)]
            else:
                self.seen.add(row.key)
                matched = maker.matched(row)
                problems = () if matched else maker.why_missing(row.unposted)
            self.unmatched.extend(bound(problem, number, str(row.key)) for problem in dict.fromkeys(problems))
            if matched is not None:
                verdict = maker.verdict(matched)
                told = [*transaction_problems(matched, self.request), *verdict.problems]
                mine[row.key] = Judged(matched, verdict, told)
        self.judged.extend(mine.values())
        going = [one.matched for one in mine.values() if one.verdict.writes and not one.verdict.stopped]
        for group in maker.groups(going):
            mates = [mine[matched.key] for matched in group]
            held = _held(maker.make(group), hold=any(matched.entry.hold for matched in group))
            base = self.request.books.gl.base_currency
            tracked_made = tracked(held, group, self.request)
            made = by_own_rules(tracked_made, group, self.own, base, partial(_is_written, mates))
            for one in mates:
                one.made, one.mates = _without_standing(made, one), mates
                one.problems.extend((*made.own_problems.get(one.matched.key, ()), *made.problems))
                if one.verdict.standing and not one.made.documents and not one.stopped:
                    one.problems.append(found("PARTLY-CHANGED", in_sl=one.matched.number))
                if made.nothing_to_post:
                    one.verdict = Verdict(Action.NOTHING_TO_POST, one.verdict.generation)


def _bound(problem: Problem, one: Judged) -> Problem:
    return bound(problem, one.matched.number, str(one.matched.key))


def _without_standing(made: Made, one: Judged) -> Made:
    """Leave out of what was made the documents that SL still has: only what is lost is posted again."""
    if not one.verdict.standing:
        return made
    lost = tuple((period, document) for period, document in made.documents if one.verdict.lacks(_part_of(document)))
    needs_masters = any(_part_of(document) == DOCUMENT for _, document in lost)
    return replace(made, documents=lost, masters=made.masters if needs_masters else ())


def _held(made: Made, *, hold: bool) -> Made:
    """Put the documents of rows that say so on hold."""
    if not hold:
        return made
    return replace(made, documents=tuple((period, replace(document, hold=True)) for period, document in made.documents))


def _is_written(mates: Iterable[Judged], document: AnyDocument) -> bool:
    """Whether a document is not in SL yet for at least one of the rows that it is made of."""
    return any(not one.verdict.standing or one.verdict.lacks(_part_of(document)) for one in mates)


def _part_of(document: AnyDocument) -> str:
    return document.part if isinstance(document, GlJournal) else DOCUMENT


def _planned(one: Judged) -> PlannedTransaction:
    matched = one.matched
    return PlannedTransaction(
        key=matched.key,
        number=matched.number,
        company=matched.company,
        document_date=matched.day or NO_DATE,
        amount=matched.amount,
        currency=matched.currency,
        action=one.verdict.action,
        generation=one.verdict.generation,
        lines_hash=matched.lines_hash,
        entry_ids=matched.entry_ids,
        standing=one.verdict.standing,
        own_period=matched.entry.period,
        hold=matched.entry.hold,
    )


def _of_type(
    documents: Iterable[tuple[str, AnyDocument]], wanted: type[DocumentT]
) -> tuple[tuple[str, DocumentT], ...]:
    return tuple((period, document) for period, document in documents if isinstance(document, wanted))


def _needed(
    masters: Iterable[tuple[AnyMaster, TransactionKey]], wanted: type[MasterT], name: str
) -> tuple[MasterT, ...]:
    """Return each master to be created once, ordered by id, with the transactions that need it."""
    once: dict[str, MasterT] = {}
    needed: dict[str, list[TransactionKey]] = {}
    for master, transaction in masters:
        if isinstance(master, wanted):
            key = sl_key(getattr(master, name))
            once.setdefault(key, master)
            needed.setdefault(key, []).append(transaction)
    return tuple(replace(once[key], needed_by=tuple(dict.fromkeys(needed[key]))) for key in sorted(once))

"""What may have moved between the check and the write, read again once the set-up rows are locked.

Anything that moved refuses the whole run with its name; only what was taken meanwhile (a reference number, a vendor
invoice number) fails its one document.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, select

from xlpy.domain.documents.ar import ArDocument
from xlpy.domain.documents.gl import GlBatch
from xlpy.domain.documents.plan import Action, Plan, PlannedTransaction
from xlpy.domain.facts.books import ArSetup, GlSetup, ReferenceUse, sl_key
from xlpy.domain.facts.payables_books import ApSetup
from xlpy.domain.facts.periods import ModulePeriods, format_period, is_closed, prior_posting_allowed
from xlpy.domain.facts.stock_books import InSetup
from xlpy.domain.values.screens import screen
from xlpy.domain.values.transactions import Kind, Posting, PostingState, TransactionKey
from xlpy.errors import PostingRefused
from xlpy.sl.connection import tsql
from xlpy.sl.connection.rows import lowered
from xlpy.sl.connection.table_reader import readable
from xlpy.sl.ledger_book.ledger import read_postings
from xlpy.sl.reading.numbering import lock_setup_row, read_reference_uses
from xlpy.sl.reading.setup_rows import ap_setup_of, ar_setup_of, gl_setup_of, in_setup_of
from xlpy.sl.reading.vendor_invoices import taken_vendor_invoices
from xlpy.sl.screens.entries import ENTRIES, MasterName, SlBatch
from xlpy.sl.screens.entry_rows import VendorSeen
from xlpy.sl.screens.numbered import GL_NUMBERS, NumberedModule
from xlpy.sl.writing.masters_seen import refuse_moved_masters
from xlpy.sl.writing.units import documents_of, sl_batches_of

if TYPE_CHECKING:
    from xlpy.sl.connection.engine import SlCompany

WRITTEN = frozenset({Action.POST, Action.POST_AGAIN})
_AGAIN = "Check mappings and run the export again."
_WORDS = {Kind.INVOICE: "Invoice", Kind.EXPENSE: "Expense", Kind.PROCUREMENT: "Inventory transaction"}


@dataclass(frozen=True, slots=True)
class SetupSeen:
    """What the plan was made with (periods YYYYPP); any difference at the time of writing refuses the run.

    Only the modules that the plan writes to are compared; empty: not looked at.
    """

    ar_per_nbr: str
    ar_curr_per_nbr: str
    gl_per_nbr: str
    gl_last_close_per_nbr: str
    auto_ref: bool
    ap_per_nbr: str = ""
    ap_curr_per_nbr: str = ""
    in_per_nbr: str = ""
    in_curr_per_nbr: str = ""

    @classmethod
    def of(cls, gl: GlSetup, ar: ArSetup, ap: ApSetup | None = None, inventory: InSetup | None = None) -> SetupSeen:
        """Keep what the books said when the plan was made."""
        ap, inventory = ap or ApSetup(), inventory or InSetup()
        return cls(
            ar.per_nbr,
            ar.curr_per_nbr,
            gl.per_nbr,
            gl.last_close_per_nbr,
            ar.auto_ref,
            ap.per_nbr,
            ap.curr_per_nbr,
            inventory.per_nbr,
            inventory.curr_per_nbr,
        )


@dataclass(frozen=True, slots=True)
class Rechecked:
    """The present state, good for the rest of the transaction.

    ``setup``: the locked rows of the modules that are written to, keyed by lower-case column name.
    """

    gl: GlSetup
    ar: ArSetup
    ap: ApSetup
    inventory: InSetup
    setup: Mapping[str, Mapping[str, Any]]
    reserved: frozenset[str]  # sl_key of the references that have a reservation row of ours already
    latest: Mapping[TransactionKey, Posting]
    taken: Mapping[TransactionKey, str] = field(default_factory=dict)  # documents that fail, with the reason
    vendors: Mapping[str, VendorSeen] = field(default_factory=dict)
    made: frozenset[MasterName] = frozenset()  # new masters that an earlier part of the run has made
    balance_type: str = ""  # of the ledger, for journals


def recheck(connection: Connection, company: SlCompany, plan: Plan, expected: SetupSeen | None) -> Rechecked:
    """Lock the set-up rows and read again what the plan rests on. Raises ``PostingRefused`` naming what moved."""
    batches = sl_batches_of(plan)
    setup = {numbers.module: lock_setup_row(connection, company, numbers) for numbers in _modules(batches)}
    gl = gl_setup_of(setup["GL"]) if "GL" in setup else _gl_setup(connection, company)
    ar, ap, inventory = ar_setup_of(setup.get("AR")), ap_setup_of(setup.get("AP")), in_setup_of(setup.get("IN"))
    _refuse_moved_setup(setup.keys(), SetupSeen.of(gl, ar, ap, inventory), expected)
    _refuse_closed_periods(batches, gl, {"AR": ar, "AP": ap, "IN": inventory})
    masters = refuse_moved_masters(connection, company, plan)
    latest = read_postings(connection, plan.manage_host, plan.manage_company, [t.key for t in plan.transactions])
    for transaction in plan.transactions:
        _refuse_moved_posting(transaction, latest.get(transaction.key))
    invoices = [document for batch in plan.ar.batches for document in batch.documents]
    uses = read_reference_uses(connection, company, {document.ref_nbr for document in invoices}) if invoices else {}
    vouchers = [document for batch in plan.ap.batches for document in batch.documents]
    twice = taken_vendor_invoices(connection, company, vouchers) if ap.duplicate_check else {}
    return Rechecked(
        gl=gl,
        ar=ar,
        ap=ap,
        inventory=inventory,
        setup=setup,
        reserved=frozenset(key for key, some in uses.items() if any(not use.doc_type for use in some)),
        latest=latest,
        taken={**dict(_taken(invoices, uses)), **twice},
        vendors=masters.vendors,
        made=masters.made,
        balance_type=_balance_type(connection, company, gl) if "GL" in setup and plan.gl.batches else "",
    )


def refuse_incomplete(plan: Plan, cpny_id: str) -> None:
    """Refuse a plan that must not be written: stops in it, another company, documents without their transaction.

    Every document must be found again in SL: references of invoices differ, and so do those of a batch's journals and
    adjustments.
    """
    if plan.stops:
        raise PostingRefused(f"The plan has {len(plan.stops)} problems that stop it.", fix=_AGAIN)
    if sl_key(plan.cpny_id) != sl_key(cpny_id):
        raise PostingRefused(f"The plan is for company {plan.cpny_id}, this is {cpny_id}.", fix=_AGAIN)
    keys = [transaction.key for transaction in plan.transactions]
    written = {transaction.key for transaction in plan.transactions if transaction.action in WRITTEN}
    parts = [
        (key, ENTRIES[batch.module].part(document))
        for batch in sl_batches_of(plan)
        for document in documents_of(batch)
        for key in ENTRIES[batch.module].transactions(document)
    ]
    if len(set(keys)) != len(keys) or len(set(parts)) != len(parts) or {key for key, _ in parts} != written:
        raise PostingRefused("The plan's documents are not those of its transactions.", fix=_AGAIN)
    counts = Counter(sl_key(document.ref_nbr) for batch in plan.ar.batches for document in batch.documents)
    twice = sorted(reference for reference, count in counts.items() if count > 1)[:5]
    if twice:
        raise PostingRefused(f"The reference {', '.join(twice)} is in the plan twice.", fix=_AGAIN)
    for batch in sl_batches_of(plan):
        _refuse_unnamed(batch)


def _refuse_unnamed(batch: SlBatch) -> None:
    entry = ENTRIES[batch.module]
    own = [sl_key(entry.own_reference(document)) for document in documents_of(batch)]
    given_by_sl = entry.references is not None and not any(own)
    if not given_by_sl and len(set(own)) != len(own):
        raise PostingRefused(f"Two documents of batch {batch.descr} have the same reference.", fix=_AGAIN)
    if isinstance(batch, GlBatch):
        for journal in batch.journals:
            if len({sl_key(line.ref_nbr) for line in journal.lines}) != 1:
                raise PostingRefused(f"The lines of journal {journal.descr} have no common reference.", fix=_AGAIN)


def _modules(batches: Iterable[SlBatch]) -> list[NumberedModule]:
    """Return the modules whose set-up row is locked, in one order for all; GL's when nothing but marks is owed."""
    used = {batch.module for batch in batches}
    return [entry.numbers for module, entry in ENTRIES.items() if module in used] or [GL_NUMBERS]


def _refuse_moved_setup(modules: Iterable[str], now: SetupSeen, expected: SetupSeen | None) -> None:
    if now.auto_ref and "AR" in modules:
        raise PostingRefused(f"{screen('08.950')} now numbers references automatically (AutoRef).", fix=_AGAIN)
    if now.gl_per_nbr and now.gl_last_close_per_nbr == now.gl_per_nbr:
        raise PostingRefused(
            f"A closing of period {format_period(now.gl_per_nbr)} is running in General Ledger.",
            fix="Wait until it is done.",
        )
    if expected is None:
        return
    for name, (module, label) in _SEEN.items():
        before, after = getattr(expected, name), getattr(now, name)
        if before not in ("", after) and module in (*modules, "GL"):
            shown = f"{format_period(str(before))} to {format_period(str(after))}"
            raise PostingRefused(f"{label} went from {shown} meanwhile.", fix=_AGAIN)


_SEEN = {
    "ar_per_nbr": ("AR", "The period of Accounts Receivable (PerNbr)"),
    "ar_curr_per_nbr": ("AR", "The current period of Accounts Receivable (CurrPerNbr)"),
    "gl_per_nbr": ("GL", "The period of General Ledger (PerNbr)"),
    "gl_last_close_per_nbr": ("GL", "The last closed period of General Ledger (LastClosePerNbr)"),
    "auto_ref": ("AR", "Automatic reference numbers of Accounts Receivable (AutoRef)"),
    "ap_per_nbr": ("AP", "The period of Accounts Payable (PerNbr)"),
    "ap_curr_per_nbr": ("AP", "The current period of Accounts Payable (CurrPerNbr)"),
    "in_per_nbr": ("IN", "The period of Inventory (PerNbr)"),
    "in_curr_per_nbr": ("IN", "The current period of Inventory (CurrPerNbr)"),
}


def _refuse_closed_periods(batches: Iterable[SlBatch], gl: GlSetup, periods: Mapping[str, ModulePeriods]) -> None:
    for batch in batches:
        own = periods.get(batch.module)
        closed = is_closed(batch.per_post, gl, own) if own else batch.per_post < gl.per_nbr
        if closed and not prior_posting_allowed(batch.per_post, gl, batch.module):
            raise PostingRefused(f"Period {format_period(batch.per_post)} was closed meanwhile.", fix=_AGAIN)


def _is_of_another_receipt(transaction: PlannedTransaction, latest: Posting) -> bool:
    """Whether the ledger's row is of another receipt with the same id: no GL entry in common (design: record ids)."""
    of_receipts = transaction.key.kind is Kind.PROCUREMENT and transaction.action is not Action.MARK_ONLY
    return of_receipts and bool(latest.entry_ids) and set(latest.entry_ids).isdisjoint(transaction.entry_ids)


def _refuse_moved_posting(transaction: PlannedTransaction, latest: Posting | None) -> None:
    """Refuse what another run posted, or what SL lost, since the plan was made."""
    generation = latest.generation if latest else 0
    in_sl = latest is not None and latest.in_sl and not _is_of_another_receipt(transaction, latest)
    match transaction.action:
        case Action.POST | Action.POST_AGAIN:
            moved = generation != transaction.generation - 1 or in_sl
        case Action.MARK_ONLY:
            moved = not in_sl or latest is None or latest.lines_hash != transaction.lines_hash
        case Action.NOTHING_TO_POST:
            moved = in_sl
    word = _WORDS[transaction.key.kind]
    if moved:
        raise PostingRefused(
            f"{word} {transaction.number} is not as it was in SL's posting ledger: posted, voided or deleted"
            " meanwhile.",
            fix=_AGAIN,
        )
    if latest is not None and latest.state is PostingState.UNDOING:
        raise PostingRefused(f"The posting of {word.lower()} {transaction.number} is being undone.", fix=_AGAIN)


def _taken(
    documents: Iterable[ArDocument], uses: Mapping[str, tuple[ReferenceUse, ...]]
) -> Iterable[tuple[TransactionKey, str]]:
    for document in documents:
        for use in uses.get(sl_key(document.ref_nbr), ()):
            if use.doc_type and use.doc_class != "P":
                yield (
                    document.transaction,
                    f"Reference {document.ref_nbr} was taken in SL meanwhile: {use.doc_type} of customer {use.cust_id}"
                    f" in batch {use.bat_nbr}",
                )
            elif not use.doc_type and not document.reuse_reservation:
                yield document.transaction, f"Reference {document.ref_nbr} was reserved in SL meanwhile"


def read_setup_seen(company: SlCompany) -> SetupSeen:
    """Read what a plan is about to rest on. Do it before the plan is made, and give it to the writing afterwards."""
    with company.engine.connect() as connection:
        rows: dict[str, Mapping[str, Any]] = {}
        for module, entry in ENTRIES.items():
            if module != "GL" and company.catalogue.has(entry.numbers.setup_table):
                table = company.catalogue.table(entry.numbers.setup_table)
                row = connection.execute(select(table).where(table.c.SetupId == module)).mappings().first()
                if row is not None:
                    rows[module] = readable(table.name, lowered(row), table.columns)
        gl = _gl_setup(connection, company)
    return SetupSeen.of(gl, ar_setup_of(rows.get("AR")), ap_setup_of(rows.get("AP")), in_setup_of(rows.get("IN")))


def _gl_setup(connection: Connection, company: SlCompany) -> GlSetup:
    table = company.catalogue.table("GLSetup")
    statement = select(table).with_hint(table, tsql.KEEP_ROW, "mssql").where(table.c.SetupId == "GL")
    row = connection.execute(statement).mappings().first()
    if row is None:
        raise PostingRefused("General Ledger is not set up in this SL database.", fix=f"See {screen('01.950')}.")
    return gl_setup_of(readable(table.name, lowered(row), table.columns))


def _balance_type(connection: Connection, company: SlCompany, gl: GlSetup) -> str:
    """Return Ledger.BalanceType of the ledger that journals go to; an unknown one would abort SL's posting."""
    table = company.catalogue.table("Ledger")
    found = connection.scalars(select(table.c.BalanceType).where(table.c.LedgerID == gl.ledger_id)).first()
    if found is None:
        raise PostingRefused(
            f"SL has no ledger {gl.ledger_id or '(blank)'}, the one that {screen('01.950')} names.",
            fix="Correct it in GL Setup, or add it in Ledger Maintenance.",
        )
    return str(found)

"""What may have moved between the check and the write, read again once the set-up row is locked.

Anything that moved refuses the whole run with its name; only a reference number that was taken meanwhile fails its one
document.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from sqlalchemy import Connection, select

from xlpy.domain.books import ArSetup, GlSetup, ReferenceUse, sl_key
from xlpy.domain.documents import ArDocument
from xlpy.domain.periods import format_period, is_closed, prior_posting_allowed
from xlpy.domain.plan import Action, Plan, PlannedTransaction
from xlpy.domain.transactions import Posting, PostingState, TransactionKey
from xlpy.errors import PostingRefused
from xlpy.sl import tsql
from xlpy.sl.ledger import chunks, read_postings
from xlpy.sl.numbering import AR_NUMBERS, lock_setup_row, lowered, read_reference_uses
from xlpy.sl.setup_rows import ar_setup_of, gl_setup_of

if TYPE_CHECKING:
    from xlpy.sl.engine import SlCompany

USABLE_CUSTOMER = frozenset({"A", "O", "R"})
WRITTEN = frozenset({Action.POST, Action.POST_AGAIN})
_AGAIN = "Check mappings and run the export again."


@dataclass(frozen=True, slots=True)
class SetupSeen:
    """What the plan was made with (periods YYYYPP); any difference at the time of writing refuses the run."""

    ar_per_nbr: str
    ar_curr_per_nbr: str
    gl_per_nbr: str
    gl_last_close_per_nbr: str
    auto_ref: bool

    @classmethod
    def of(cls, gl: GlSetup, ar: ArSetup) -> SetupSeen:
        """Keep what the books said when the plan was made."""
        return cls(ar.per_nbr, ar.curr_per_nbr, gl.per_nbr, gl.last_close_per_nbr, ar.auto_ref)


@dataclass(frozen=True, slots=True)
class Rechecked:
    """The present state, good for the rest of the transaction."""

    ar: ArSetup
    gl: GlSetup
    last_bat_nbr: str
    reserved: frozenset[str]  # sl_key of the references that have a reservation row of ours already
    latest: Mapping[TransactionKey, Posting]
    taken: Mapping[TransactionKey, str] = field(default_factory=dict)  # documents that fail, with the reason


def recheck(connection: Connection, company: SlCompany, plan: Plan, expected: SetupSeen | None) -> Rechecked:
    """Lock AR's set-up row and read again what the plan rests on. Raises ``PostingRefused`` naming what moved."""
    row = lock_setup_row(connection, company, AR_NUMBERS)
    ar, gl = ar_setup_of(row), _gl_setup(connection, company)
    _refuse_moved_setup(plan, ar, gl, expected)
    documents = [document for batch in plan.ar_batches for document in batch.documents]
    _refuse_moved_customers(connection, company, plan, documents)
    latest = read_postings(connection, plan.manage_host, plan.manage_company, [t.key for t in plan.transactions])
    for transaction in plan.transactions:
        _refuse_moved_posting(transaction, latest.get(transaction.key))
    uses = read_reference_uses(connection, company, {document.ref_nbr for document in documents})
    return Rechecked(
        ar,
        gl,
        row["lastbatnbr"],
        frozenset(key for key, some in uses.items() if any(not use.doc_type for use in some)),
        latest,
        dict(_taken(documents, uses)),
    )


def refuse_incomplete(plan: Plan, cpny_id: str) -> None:
    """Refuse a plan that must not be written: stops in it, another company, documents without their transaction."""
    if plan.stops:
        raise PostingRefused(f"The plan has {len(plan.stops)} problems that stop it.", fix=_AGAIN)
    if sl_key(plan.cpny_id) != sl_key(cpny_id):
        raise PostingRefused(f"The plan is for company {plan.cpny_id}, this is {cpny_id}.", fix=_AGAIN)
    keys = [transaction.key for transaction in plan.transactions]
    written = {transaction.key for transaction in plan.transactions if transaction.action in WRITTEN}
    documents = [document.transaction for batch in plan.ar_batches for document in batch.documents]
    if len(set(keys)) != len(keys) or len(set(documents)) != len(documents) or set(documents) != written:
        raise PostingRefused("The plan's documents are not those of its transactions.", fix=_AGAIN)
    counts = Counter(sl_key(document.ref_nbr) for batch in plan.ar_batches for document in batch.documents)
    twice = sorted(reference for reference, count in counts.items() if count > 1)[:5]
    if twice:
        raise PostingRefused(f"The reference {', '.join(twice)} is in the plan twice.", fix=_AGAIN)


def _refuse_moved_setup(plan: Plan, ar: ArSetup, gl: GlSetup, expected: SetupSeen | None) -> None:
    if ar.auto_ref:
        raise PostingRefused(
            "Accounts Receivable Setup (08.950) now numbers references automatically (AutoRef).", fix=_AGAIN
        )
    if gl.per_nbr and gl.last_close_per_nbr == gl.per_nbr:
        raise PostingRefused(
            f"A closing of period {format_period(gl.per_nbr)} is running in General Ledger.",
            fix="Wait until it is done.",
        )
    if expected is not None:
        now = SetupSeen.of(gl, ar)
        for name, label in _SEEN.items():
            before, after = getattr(expected, name), getattr(now, name)
            if before != after:
                shown = f"{format_period(str(before))} to {format_period(str(after))}"
                raise PostingRefused(f"{label} went from {shown} meanwhile.", fix=_AGAIN)
    for batch in plan.ar_batches:
        if is_closed(batch.per_post, gl, ar) and not prior_posting_allowed(batch.per_post, gl):
            raise PostingRefused(f"Period {format_period(batch.per_post)} was closed meanwhile.", fix=_AGAIN)


_SEEN = {
    "ar_per_nbr": "The period of Accounts Receivable (PerNbr)",
    "ar_curr_per_nbr": "The current period of Accounts Receivable (CurrPerNbr)",
    "gl_per_nbr": "The period of General Ledger (PerNbr)",
    "gl_last_close_per_nbr": "The last closed period of General Ledger (LastClosePerNbr)",
    "auto_ref": "Automatic reference numbers of Accounts Receivable (AutoRef)",
}


def _refuse_moved_customers(
    connection: Connection, company: SlCompany, plan: Plan, documents: Iterable[ArDocument]
) -> None:
    table = company.catalogue.table("Customer")
    number, status = table.c.CustId, table.c.Status
    new = {sl_key(customer.cust_id): customer.cust_id for customer in plan.customers}
    needed = {sl_key(document.cust_id): document.cust_id for document in documents} | new
    found: dict[str, str] = {}
    for chunk in chunks(sorted(needed.values())):
        for row in connection.execute(select(number, status).where(number.in_(chunk))):
            found[sl_key(row[0])] = row[1]
    for key, cust_id in sorted(needed.items()):
        if key in new and key in found:
            raise PostingRefused(f"Customer {cust_id} was created in SL meanwhile.", fix=_AGAIN)
        if key not in new and key not in found:
            raise PostingRefused(f"Customer {cust_id} is no longer in SL.", fix=_AGAIN)
        if key in found and found[key] not in USABLE_CUSTOMER:
            raise PostingRefused(
                f"Customer {cust_id} has status {found[key] or 'blank'} in SL now (Customer Maintenance, 08.260).",
                fix=_AGAIN,
            )


def _refuse_moved_posting(transaction: PlannedTransaction, latest: Posting | None) -> None:
    """Refuse what another run posted, or what SL lost, since the plan was made."""
    generation = latest.generation if latest else 0
    in_sl = latest is not None and latest.in_sl
    match transaction.action:
        case Action.POST | Action.POST_AGAIN:
            moved = generation != transaction.generation - 1 or in_sl
        case Action.MARK_ONLY:
            moved = not in_sl or latest is None or latest.lines_hash != transaction.lines_hash
        case Action.NOTHING_TO_POST:
            moved = in_sl
    if moved:
        raise PostingRefused(
            f"Invoice {transaction.number} is not as it was in SL's posting ledger: posted, voided or deleted"
            " meanwhile.",
            fix=_AGAIN,
        )
    if latest is not None and latest.state is PostingState.UNDOING:
        raise PostingRefused(f"The posting of invoice {transaction.number} is being undone.", fix=_AGAIN)


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
        table = company.catalogue.table(AR_NUMBERS.setup_table)
        row = connection.execute(select(table).where(table.c.SetupId == AR_NUMBERS.module)).mappings().first()
        ar = ar_setup_of(None if row is None else lowered(row))
        return SetupSeen.of(_gl_setup(connection, company), ar)


def _gl_setup(connection: Connection, company: SlCompany) -> GlSetup:
    table = company.catalogue.table("GLSetup")
    statement = select(table).with_hint(table, tsql.KEEP_ROW, "mssql").where(table.c.SetupId == "GL")
    row = connection.execute(statement).mappings().first()
    if row is None:
        raise PostingRefused("General Ledger is not set up in this SL database.", fix="See GL Setup (01.950).")
    return gl_setup_of(lowered(row))

"""What an undo would take away, or every reason why it can't, with what to do in SL and in Manage instead."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import TYPE_CHECKING

from xlpy.domain.checks.table import bound, found
from xlpy.domain.facts.books import sl_key
from xlpy.domain.values.problems import Problem
from xlpy.domain.values.screens import screen, screen_of_program
from xlpy.domain.values.sentences import sentences
from xlpy.domain.values.transactions import Kind, Posting, PostingState
from xlpy.services.manage_half.own_batches import all_inside
from xlpy.services.run.approval import hash_of
from xlpy.services.run.half_done import some_of, worth_of
from xlpy.services.run.reports import ManageBatchMade

if TYPE_CHECKING:
    from xlpy.services.manage_half.own_batches import OwnBatch
    from xlpy.services.manage_half.un_batching import OrdersOut
    from xlpy.sl.writing.undoing import Examined, SlFault

_SCREEN_OF = {"AR": "08.010", "AP": "03.010", "GL": "01.010", "IN": "10.030"}
_CORRECT = {
    "AR": "make a credit memo in Manage and export it",
    "AP": f"enter a debit adjustment in {screen('03.010')}",
    "GL": f"enter a reversing journal in {screen('01.010')}",
    "IN": f"enter the opposite in {screen('10.030')} or {screen('10.040')}",
}
_UNBATCH = {
    Kind.INVOICE: "in Manage un-batch each invoice (on the invoice: More > Un-batch; there is no call for it)",
    Kind.EXPENSE: "in Manage un-batch each expense (on the expense: More > Unbatch)",
    Kind.PROCUREMENT: (
        "in Manage un-batch each purchase order on its own screen (Procurement > Purchase Orders);"
        " adjustments and transfers: delete the batch (Finance > Accounting Interface > Batches, Delete)"
    ),
}
_STATUS = {
    "I": "is marked to be voided, but the release has not done it yet (status I)",
    "S": "has status S: its release is under way or was broken off",
    "": "has lost its Batch row, but its documents are there",
}


@dataclass(frozen=True, slots=True)
class UndoDocument:
    """An SL document of the batch. ``amount``: base currency, positive. ``gone``: deleted or voided in SL already."""

    transactions: tuple[str, ...]
    part: str
    module: str
    sl_batch: str
    doc_type: str
    reference: str
    amount: Decimal
    gone: bool = False


@dataclass(frozen=True, slots=True)
class UndoPlan:
    """What would be removed, or why not. ``transactions``: rows of the posting ledger, unposted again afterwards.

    ``manage_batches``: those to be deleted. ``orders_out``: purchase orders that leave a batch which has to stay.
    """

    identifier: str
    transactions: tuple[Posting, ...] = ()
    documents: tuple[UndoDocument, ...] = ()
    manage_batches: tuple[ManageBatchMade, ...] = ()
    orders_out: tuple[OrdersOut, ...] = ()
    reasons: tuple[Problem, ...] = ()

    @property
    def hash(self) -> str:
        """SHA-256 (hex) of what would be removed, without what speaks against it."""
        return hash_of(replace(self, reasons=()))

    @property
    def sl_batches(self) -> tuple[str, ...]:
        """The SL batches that would be removed: module and number."""
        return tuple(dict.fromkeys(f"{d.module} {d.sl_batch}" for d in self.documents if not d.gone))

    @property
    def text(self) -> str:
        """What would be removed, with counts and amounts, or why nothing can be."""
        if self.reasons:
            return _not_undone(self.identifier, self.reasons)
        batches = self.sl_batches
        removed = sum(not document.gone for document in self.documents)
        gone = len(self.documents) - removed
        parts = [f"Undo of {self.identifier}: {worth_of(self.transactions)}."]
        if batches:
            parts.append(
                f"From SL {removed} document{'s' * (removed != 1)} would be removed, with"
                f" {len(batches)} SL batch{'es' * (len(batches) != 1)}: {some_of(batches)}."
            )
        if gone:
            parts.append(f"{gone} of its documents {'is' if gone == 1 else 'are'} deleted or voided in SL already.")
        parts += [
            f"Manage batch {made.identifier} with {made.entries} GL entries would be deleted."
            for made in self.manage_batches
        ]
        parts += [one.text for one in self.orders_out]
        if not self.manage_batches and not self.orders_out:
            parts.append("Manage has no batch of it.")
        parts.append("The transactions are unposted again then. Customers, vendors and items that were created stay.")
        return " ".join(parts)


def _not_undone(identifier: str, reasons: Sequence[Problem]) -> str:
    """Say why a batch can't be undone; a reason that names the batch needs no introduction."""
    told = [sentences(reason.what, reason.fix) for reason in reasons]
    of_batch = [text for text in told if not identifier or identifier in text]
    if of_batch:
        return of_batch[0]
    return f"Batch {identifier} can't be undone: {some_of((text.removesuffix('.') for text in told), most=3)}."


def undo_documents(rows: Iterable[Posting], examined: Examined) -> tuple[UndoDocument, ...]:
    """List the SL documents of the rows, each once with the transactions that are part of it."""
    there = examined.documents
    numbers: dict[tuple[str, ...], list[str]] = {}
    documents: dict[tuple[str, ...], UndoDocument] = {}
    for posting in rows:
        for part in posting.parts:
            name = (part.module, part.bat_nbr, part.doc_type, part.ref_nbr)
            numbers.setdefault(name, []).append(posting.number)
            gone = (part.module, part.bat_nbr, (sl_key(part.doc_type), sl_key(part.ref_nbr))) not in there
            documents[name] = UndoDocument((), part.part, *name, part.amount, gone)
    return tuple(
        UndoDocument(tuple(numbers[name]), d.part, d.module, d.sl_batch, d.doc_type, d.reference, d.amount, d.gone)
        for name, d in documents.items()
    )


def unknown_batch(identifier: str, like: Sequence[str]) -> Problem:
    """Say that the ledger has no such batch; ``like``: names that it has instead."""
    case = "alike" if like else "" if identifier else "unnamed"
    return found("UNDO-UNKNOWN", case=case, identifier=identifier, alike=", ".join(like))


def other_company(identifier: str, companies: Iterable[str], own: str) -> Problem:
    """Say that the batch was posted into another SL company of this database."""
    theirs = ", ".join(sorted(companies))
    return found("UNDO-COMPANY", case="ledger", identifier=identifier, theirs=theirs, own=own)


def nothing_left(identifier: str, rows: Sequence[Posting]) -> Problem:
    """Say that everything of a batch was undone, or posted again in another batch, before."""
    undone = [p for p in rows if p.state is PostingState.UNDONE]
    when = max((p.state_at for p in undone if p.state_at), default=None)
    if undone and when:
        return found("UNDO-DONE", identifier=identifier, when=f"{when:%Y-%m-%d %H:%M}", by=undone[-1].state_by)
    return found("UNDO-NOTHING", identifier=identifier)


def state_reasons(rows: Iterable[Posting]) -> Iterable[Problem]:
    """Say which rows are in the middle of something else."""
    for posting in rows:
        if posting.state is PostingState.UNDOING:
            yield bound(found("UNDO-OPEN"), posting.number, str(posting.key))
        elif posting.state is PostingState.CLEARED and posting.closed_at is None:
            yield bound(found("CLEAR-OPEN"), posting.number, str(posting.key))


def sl_reasons(rows: Sequence[Posting], examined: Examined, others: Iterable[Posting]) -> Iterable[Problem]:
    """Say what in SL speaks against it. ``others``: postings of other Manage batches in the same SL batches."""
    kinds = {posting.key.kind for posting in rows}
    foreign = {
        (part.module, part.bat_nbr, sl_key(part.doc_type), sl_key(part.ref_nbr)): posting
        for posting in others
        for part in posting.parts
    }
    numbers: Mapping[tuple[str, ...], str] = {
        (part.module, part.bat_nbr, sl_key(part.doc_type), sl_key(part.ref_nbr)): posting.number
        for posting in rows
        for part in posting.parts
    }
    for fault in examined.faults:
        name = (fault.module, fault.bat_nbr, fault.doc_type, fault.ref_nbr)
        yield _sl_reason(fault, kinds, numbers.get(name, ""), foreign.get(name))


def _sl_reason(fault: SlFault, kinds: Iterable[Kind], number: str, other: Posting | None) -> Problem:
    batch = f"{fault.module} {fault.bat_nbr}"
    document = f"{fault.doc_type} {fault.ref_nbr}"
    where = screen_of_program(fault.screen) or screen(_SCREEN_OF[fault.module])
    unbatch = "; ".join(_UNBATCH[kind] for kind in sorted(kinds))
    by_hand = f"Void SL batch {batch} in {where}; then {unbatch}"
    facts = {"batch": batch, "document": document, "screen": f"SL: {where}", "by_hand": by_hand}
    match str(fault.kind):
        case "released":
            posted = "posted to GL" if fault.status == "P" else "released"
            return found("UNDO-RELEASED", in_sl=batch, posted=posted, correction=_CORRECT[fault.module], **facts)
        case "status":
            status = _STATUS.get(fault.status, f"has the status {fault.status}")
            case = "to be voided" if fault.status == "I" else ""
            return found("UNDO-STATUS", in_sl=batch, case=case, status=status, **facts)
        case "other company":
            return found("UNDO-COMPANY", in_sl=batch, case="batch", **facts)
        case "changed":
            return bound(found("UNDO-CHANGED", in_sl=f"{batch} {document}", **facts), number)
    if other is not None:
        return found("UNDO-SHARED", in_sl=batch, other=other.batch_identifier, **facts)
    return found("UNDO-FOREIGN", in_sl=f"{batch} {document}", **facts)


def manage_reasons(
    rows: Sequence[Posting],
    batches: Iterable[OwnBatch],
    listed: Mapping[Kind, frozenset[str]],
    orders: Iterable[OrdersOut] = (),
) -> Iterable[Problem]:
    """Say what in Manage speaks against it. ``listed``: record ids of the unposted lists that were read.

    ``orders``: what leaves batches that have to stay.
    """
    owned = tuple(batches)
    left = {one.identifier for one in orders}
    for own in owned:
        if own.batch.identifier in left:
            continue
        if own.batch.closed:
            yield found("UNDO-CLOSED", own.batch.identifier, batch=own.batch.identifier)
        elif own.foreign:
            kinds = sorted({posting.key.kind for posting in rows})
            unbatch = "; ".join(_UNBATCH[kind] for kind in kinds)
            yield found("UNDO-ENTRIES", own.batch.identifier, case="told", why_not=own.why_not, unbatch=unbatch)
    for posting in rows:
        if all_inside(owned, posting) or posting.key.record_id in listed.get(posting.key.kind, ()):
            continue
        yield bound(found("UNDO-ELSEWHERE"), posting.number, str(posting.key))

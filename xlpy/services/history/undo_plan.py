"""What an undo would take away, or every reason why it can't, with what to do in SL and in Manage instead."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

from xlpy.domain.facts.books import sl_key
from xlpy.domain.values.problems import Problem, Severity
from xlpy.domain.values.sentences import sentences
from xlpy.domain.values.transactions import Kind, Posting, PostingState
from xlpy.services.run.half_done import some_of, worth_of
from xlpy.services.run.reports import ManageBatchMade

if TYPE_CHECKING:
    from xlpy.services.manage_half.undo_manage import OwnBatch
    from xlpy.sl.writing.undoing import Examined, SlFault

_SCREENS = {
    "08010": "Invoice and Memo (08.010)",
    "03010": "Voucher and Adjustment Entry (03.010)",
    "01010": "Journal Transactions (01.010)",
    "10030": "Adjustments (10.030)",
    "10040": "Transfers (10.040)",
}
_SCREEN_OF = {"AR": "08010", "AP": "03010", "GL": "01010", "IN": "10030"}
_CORRECT = {
    "AR": "make a credit memo in Manage and export it",
    "AP": "enter a debit adjustment in Voucher and Adjustment Entry (03.010)",
    "GL": "enter a reversing journal in Journal Transactions (01.010)",
    "IN": "enter the opposite in Adjustments (10.030) or Transfers (10.040)",
}
_UNBATCH = {
    Kind.INVOICE: "in Manage un-batch each invoice (on the invoice: More > Un-batch; there is no call for it)",
    Kind.EXPENSE: "in Manage un-batch each expense (on the expense: More > Unbatch)",
    Kind.PROCUREMENT: (
        "in Manage un-batch each purchase order (its screen, or the call POST"
        " /procurement/purchaseorders/{id}/unbatch), and delete the batch for adjustments and transfers"
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
    """What would be removed, or why not. ``transactions``: rows of the posting ledger, unposted again afterwards."""

    identifier: str
    transactions: tuple[Posting, ...] = ()
    documents: tuple[UndoDocument, ...] = ()
    manage_batches: tuple[ManageBatchMade, ...] = ()
    reasons: tuple[Problem, ...] = ()

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
        if not self.manage_batches:
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
    found: dict[tuple[str, ...], UndoDocument] = {}
    for posting in rows:
        for part in posting.parts:
            name = (part.module, part.bat_nbr, part.doc_type, part.ref_nbr)
            numbers.setdefault(name, []).append(posting.number)
            gone = (part.module, part.bat_nbr, (sl_key(part.doc_type), sl_key(part.ref_nbr))) not in there
            found[name] = UndoDocument((), part.part, *name, part.amount, gone)
    return tuple(
        UndoDocument(tuple(numbers[name]), d.part, d.module, d.sl_batch, d.doc_type, d.reference, d.amount, d.gone)
        for name, d in found.items()
    )


def unknown_batch(identifier: str, like: Sequence[str]) -> Problem:
    """Say that the ledger has no such batch; ``like``: names that it has instead."""
    fix = f"Take one of {', '.join(like)}" if like else "Press Batches for the names; Undo knows what this product made"
    what = f"The posting ledger has no batch {identifier!r}" if identifier else "No batch is named"
    return _reason("UNDO-UNKNOWN", what, fix=fix)


def other_company(identifier: str, companies: Iterable[str], own: str) -> Problem:
    """Say that the batch was posted into another SL company of this database."""
    theirs = ", ".join(sorted(companies))
    what = f"Batch {identifier} was posted into SL company {theirs}, this is {own}"
    return _reason("UNDO-COMPANY", what, fix=f"Undo it with the settings (profile) of {theirs}")


def nothing_left(identifier: str, rows: Sequence[Posting]) -> Problem:
    """Say that everything of a batch was undone, or posted again in another batch, before."""
    undone = [p for p in rows if p.state is PostingState.UNDONE]
    when = max((p.state_at for p in undone if p.state_at), default=None)
    if undone and when:
        by = undone[-1].state_by
        return _reason("UNDO-DONE", f"Batch {identifier} was undone already on {when:%Y-%m-%d %H:%M} by {by}")
    return _reason("UNDO-NOTHING", f"Nothing of batch {identifier} is left: it was undone or posted again elsewhere")


def state_reasons(rows: Iterable[Posting]) -> Iterable[Problem]:
    """Say which rows are in the middle of something else."""
    for posting in rows:
        if posting.state is PostingState.UNDOING:
            yield _of(posting, "UNDO-OPEN", "Its undo was interrupted", fix="Press Recover first")
        elif posting.state is PostingState.CLEARED and posting.closed_at is None:
            yield _of(posting, "CLEAR-OPEN", "Its clearing was interrupted", fix="Press Recover first")


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
    screen = _SCREENS.get(fault.screen) or _SCREENS[_SCREEN_OF[fault.module]]
    unbatch = "; ".join(_UNBATCH[kind] for kind in sorted(kinds))
    by_hand = f"Void SL batch {batch} in {screen}; then {unbatch}"
    match str(fault.kind):
        case "released":
            posted = "posted to GL" if fault.status == "P" else "released"
            what = f"SL batch {batch} is {posted}; what is released can't be taken out"
            return _reason("UNDO-RELEASED", what, fix=f"Correct it: {_CORRECT[fault.module]}", in_sl=batch)
        case "status":
            status = _STATUS.get(fault.status, f"has the status {fault.status}")
            fix = "Release it in SL, so that it is voided, and undo then" if fault.status == "I" else by_hand
            return _reason("UNDO-STATUS", f"SL batch {batch} {status}", fix=fix, in_sl=batch, where=screen)
        case "other company":
            return _reason("UNDO-COMPANY", f"SL batch {batch} is of another company", in_sl=batch, fix="Undo it there")
        case "changed":
            what = f"{document} in SL batch {batch} was changed in SL since it was exported"
            return _reason("UNDO-CHANGED", what, fix=by_hand, in_sl=f"{batch} {document}", where=screen, number=number)
    if other is not None:
        what = f"SL batch {batch} also has documents of Manage batch {other.batch_identifier}"
        return _reason("UNDO-SHARED", what, fix=by_hand, in_sl=batch, where=screen)
    what = f"SL batch {batch} has a document {document} that is not of this product: somebody added it"
    fix = f"Move it to a batch of its own in {screen} and undo then. Or: {by_hand[0].lower()}{by_hand[1:]}"
    return _reason("UNDO-FOREIGN", what, fix=fix, in_sl=f"{batch} {document}", where=screen)


def manage_reasons(
    rows: Sequence[Posting], batches: Iterable[OwnBatch], listed: Mapping[Kind, frozenset[str]]
) -> Iterable[Problem]:
    """Say what in Manage speaks against it. ``listed``: record ids of the unposted lists that were read."""
    inside: set[int] = set()
    for own in batches:
        inside |= own.entry_ids
        if own.batch.closed:
            fix = "Leave it; correct the documents, invoices by credit memos"
            yield _reason("UNDO-CLOSED", own.why_not, fix=fix, in_manage=own.batch.identifier)
        elif own.foreign:
            kinds = sorted({posting.key.kind for posting in rows})
            fix = f"Void the documents in SL; then {'; '.join(_UNBATCH[kind] for kind in kinds)}"
            yield _reason("UNDO-ENTRIES", own.why_not, fix=fix, in_manage=own.batch.identifier)
    for posting in rows:
        if inside.issuperset(posting.entry_ids) or posting.key.record_id in listed.get(posting.key.kind, ()):
            continue
        what = (
            "Manage neither has it in the batch any more nor lists it as unposted: it was reopened or batched by hand"
        )
        yield _of(posting, "UNDO-ELSEWHERE", what, fix="Close it again in Manage, or un-batch it there, and undo then")


def _of(posting: Posting, code: str, what: str, *, fix: str) -> Problem:
    return Problem(
        Severity.STOP, code, what, transaction=posting.number, transaction_id=str(posting.key), fix=fix, where="Manage"
    )


def _reason(
    code: str, what: str, *, fix: str = "", in_sl: str = "", in_manage: str = "", where: str = "", number: str = ""
) -> Problem:
    return Problem(
        Severity.STOP, code, what, transaction=number, in_manage=in_manage, in_sl=in_sl, fix=fix, where=where
    )

"""What the posting ledger means for a transaction that Manage lists as unposted.

(a) in SL with the same lines: only Manage is owed its batch. (b) in SL, lines differ: stop. (c) gone or voided in SL:
posted again, one generation later, only when Include says ``Again``. When only a part of it is gone (the invoice, and
its cost journal stands), that part alone is posted again, and the row of the new generation takes over what stands.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from xlpy.domain.checks.table import found
from xlpy.domain.documents.plan import Action
from xlpy.domain.facts.books import ReferenceUse, sl_key
from xlpy.domain.values.problems import Problem, Severity
from xlpy.domain.values.transactions import PostedPart, Posting, PostingState, SlState

_GONE = (SlState.VOIDED, SlState.MISSING)
_CURE = {
    SlState.UNRELEASED: "Not released: delete or void the document in SL, then set Include to Again",
    SlState.RELEASED: "Released: restore it in Manage as it was and correct it anew (an invoice by a credit memo)",
}


@dataclass(frozen=True, slots=True)
class Verdict:
    """What to do with a transaction. ``generation``: the one that a posting now would have."""

    action: Action
    generation: int
    problems: tuple[Problem, ...] = ()
    standing: tuple[PostedPart, ...] = ()  # SL has these: they are taken over, not written

    @property
    def writes(self) -> bool:
        """Whether an SL document is to be written."""
        return self.action in (Action.POST, Action.POST_AGAIN)

    def lacks(self, part: str) -> bool:
        """Whether SL lacks this part (``document``, ``cost``), so that it is to be written."""
        return self.writes and all(standing.part != part for standing in self.standing)

    @property
    def stopped(self) -> bool:
        """Whether the ledger forbids it."""
        return any(problem.severity is Severity.STOP for problem in self.problems)


def judge(posting: Posting | None, lines_hash: str, *, again: bool, cpny_id: str) -> Verdict:
    """Decide what an included transaction is to SL, by its ledger row (the latest generation) and its lines now."""
    if posting is None:
        return Verdict(Action.POST, 1, (found("AGAIN-UNUSED"),) if again else ())
    following = posting.generation + 1
    if posting.state is PostingState.UNDOING:
        return Verdict(Action.POST, following, (found("UNDO-OPEN", in_sl=_where(posting)),))
    if posting.state is PostingState.UNDONE:
        return Verdict(Action.POST, following)
    if posting.state is PostingState.CLEARED:
        if again:
            return Verdict(Action.POST_AGAIN, following, (found("AGAIN", in_sl=posting.batch_identifier),))
        return Verdict(Action.POST, following, (found("CLEARED", in_sl=posting.batch_identifier),))
    if sl_key(posting.cpny_id) != sl_key(cpny_id) and (posting.in_sl or not posting.parts):
        return Verdict(
            Action.POST, following, (found("OTHER-COMPANY", in_sl=_where(posting), company=posting.cpny_id),)
        )
    if not posting.parts:  # nothing but zeros was posted: there never was a document
        return _without_documents(posting, lines_hash)
    if posting.in_sl:
        return _in_sl(posting, lines_hash, again=again)
    if any(part.state not in _GONE for part in posting.parts):
        return _partly_gone(posting, lines_hash, following, again=again)
    if again:
        return Verdict(Action.POST_AGAIN, following, (found("AGAIN", in_sl=_where(posting)),))
    return Verdict(Action.POST, following, (found("GONE", in_sl=_where(posting)),))


def _in_sl(posting: Posting, lines_hash: str, *, again: bool) -> Verdict:
    if posting.lines_hash != lines_hash:
        released = any(part.state is not SlState.UNRELEASED for part in posting.parts)
        state = SlState.RELEASED if released else SlState.UNRELEASED
        problem = found("CHANGED-AFTER", in_sl=_where(posting), state=str(state), cure=_CURE[state])
        return Verdict(Action.POST, posting.generation + 1, (problem,))
    code = "MANAGE-PENDING" if posting.state is PostingState.POSTED else "IN-SL"
    unused = (found("AGAIN-UNUSED"),) if again else ()
    return Verdict(Action.MARK_ONLY, posting.generation, (found(code, in_sl=_where(posting)), *unused))


def _partly_gone(posting: Posting, lines_hash: str, generation: int, *, again: bool) -> Verdict:
    """Judge a transaction of which SL has a part: what is gone is posted with ``Again``, when nothing else changed."""
    standing = tuple(part for part in posting.parts if part.state not in _GONE)
    gone = tuple(part for part in posting.parts if part.state in _GONE)
    told = f"gone: {_named(gone)}; there: {_named(standing)}"
    if posting.lines_hash != lines_hash or {part.part for part in gone} & {part.part for part in standing}:
        return Verdict(Action.POST, generation, (found("PARTLY-CHANGED", in_sl=told),))
    if not again:
        return Verdict(Action.POST, generation, (found("PARTLY-GONE", in_sl=told),))
    return Verdict(Action.POST_AGAIN, generation, (found("PART-AGAIN", in_sl=told),), standing)


def _without_documents(posting: Posting, lines_hash: str) -> Verdict:
    if posting.lines_hash == lines_hash:
        return Verdict(Action.NOTHING_TO_POST, posting.generation)
    return Verdict(Action.POST, posting.generation + 1)


def _where(posting: Posting) -> str:
    return _named(posting.parts)


def _named(parts: Iterable[PostedPart]) -> str:
    return ", ".join(f"{p.module} {p.bat_nbr} {p.doc_type} {p.ref_nbr}" for p in parts)


@dataclass(frozen=True, slots=True)
class ReferenceVerdict:
    """Whether a reference is free to use, and whether our own earlier reservation is used again."""

    problems: tuple[Problem, ...] = ()
    reuse_reservation: bool = False


FREE = ReferenceVerdict()


def _stands(use: ReferenceUse, posting: Posting) -> bool:
    """Whether a reference is used by the transaction's own document, which SL has: it is not written again."""
    return any(
        part.state not in _GONE
        and part.bat_nbr == use.bat_nbr
        and (sl_key(part.doc_type), sl_key(part.ref_nbr)) == (sl_key(use.doc_type), sl_key(use.ref_nbr))
        for part in posting.parts
    )


def judge_reference(reference: str, uses: tuple[ReferenceUse, ...], posting: Posting | None) -> ReferenceVerdict:
    """Decide whether a reference can be used: no document or reservation of anybody else may have it.

    References must be unique over all types, customers and companies (SL: pp_08400SalesTax). A payment (DocClass P)
    may be numbered alike. A reservation without document is ours when the ledger wrote that number.
    """
    if not uses:
        return FREE
    problems: list[Problem] = []
    reuse = False
    for use in uses:
        if posting is not None and _stands(use, posting):
            continue
        if use.doc_class == "P":
            problems.append(found("REF-PAYMENT", reference, f"{use.doc_type} {use.cust_id}".strip()))
        elif use.doc_type:
            shown = f"{use.doc_type} {use.cust_id}, batch {use.bat_nbr}, company {use.cpny_id}"
            problems.append(found("REF-USED", reference, shown))
        elif posting is not None and any(sl_key(part.ref_nbr) == sl_key(reference) for part in posting.parts):
            reuse = True
        else:
            problems.append(found("REF-RESERVED", reference, use.ref_nbr))
    if reuse:
        problems.append(found("REF-REUSED", reference, reference))
    return ReferenceVerdict(tuple(problems), reuse)

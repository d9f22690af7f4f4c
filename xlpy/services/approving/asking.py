"""Ask for approval, and approve: what was asked for is kept in SL, and signed there by somebody else."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass

import msgspec

from xlpy.domain.checks.table import found
from xlpy.domain.values.approvals import Approval, Person
from xlpy.domain.values.problems import Problem
from xlpy.domain.values.sentences import sentences
from xlpy.services.approving.wishes import Built, Wish, build, plan_of
from xlpy.services.export.push import changed_since
from xlpy.services.run.approval import approvals_asked, person
from xlpy.services.run.session import Session

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class ApprovalReport:
    """What asking or approving came to. ``problems``: why it did not go. ``open_requests``: what waits for a signature.

    ``done``: a request or an approval was written, or was there already.
    """

    text: str
    request: Approval | None = None
    built: Built | None = None
    problems: tuple[Problem, ...] = ()
    open_requests: tuple[Approval, ...] = ()
    done: bool = False

    @property
    def exit_code(self) -> int:
        """0 when it is asked for or approved, or when open requests were listed; 1 when something is against it."""
        return 1 if self.problems else 0


def ask(session: Session, wish: Wish, *, preview_hash: str = "") -> ApprovalReport:
    """Store what would be done, with its hash, counts and totals, for somebody else to approve.

    With a preview of an export, exactly what was previewed or nothing.

    The same plan is asked for once. Raises ``ManageError``/``SlError`` when one of them can't be read.
    """
    from xlpy.sl.ledger_book.approvals import OfSite, insert_request

    built = build(session, wish)
    plan = plan_of(built.looked)
    stops = built.stops or (changed_since(preview_hash, plan) if plan is not None else ())
    if stops or built.empty:
        several = "s" * (len(stops) != 1)
        why = f"{len(stops)} problem{several} must be solved first" if stops else "there is nothing to do"
        return ApprovalReport(f"Nothing was asked for: {why}. {built.text}", built=built, problems=stops)
    me = person(session)
    known = _same_request(approvals_asked(session, built.hash), wish, me)
    if known is None:
        request = Approval(
            0, wish.wanted, built.subject, built.hash, built.documents, built.worth, wish.to_json(), me, session.now()
        )
        insert_request(session.sl, OfSite(session.manage.host, session.manage.company), request, session.now())
        known = _same_request(approvals_asked(session, built.hash), wish, me)
    if known is None:  # the database has taken it, and does not show it
        return ApprovalReport("It is not known whether the request is there: ask again.", built=built)
    logger.info("Asked for approval: %s", known.text)
    if known.approved_by is not None:
        text = f"{known.text}. Somebody else than {known.prepared_by.user} may run it."
    else:
        text = f"{known.text}. Somebody else presses Approve."
    return ApprovalReport(text, known, built, done=True)


def _same_request(asked: Sequence[Approval], wish: Wish, me: Person) -> Approval | None:
    mine = [one for one in asked if one.wanted is wish.wanted and one.prepared_by.is_same_as(me)]
    return mine[-1] if mine else None


def open_requests(session: Session) -> tuple[Approval, ...]:
    """Return what waits for a signature: of each batch and deed the last request, when it is not approved."""
    last = {(asked.wanted, asked.subject.casefold()): asked for asked in approvals_asked(session)}
    return tuple(asked for asked in last.values() if asked.approved_by is None)


def look_at_request(session: Session, number: int) -> ApprovalReport:
    """Build what was asked for again from both systems, and say whether it may be approved here. Changes nothing."""
    request = next((asked for asked in approvals_asked(session) if asked.number == number), None)
    if request is None:
        return _refused(None, None, found("APPROVAL-NONE", case="number", number=number))
    if request.approved_by is not None:
        signed = found("APPROVAL-NONE", case="signed", number=number, who=str(request.approved_by))
        return _refused(request, None, signed)
    if request.prepared_by.is_same_as(person(session)):
        own = found("APPROVAL-OWN", case="approve", who=str(request.prepared_by), number=number)
        return _refused(request, None, own)
    changed = found("APPROVAL-CHANGED", number=number, who=str(request.prepared_by))
    try:
        wish = Wish.from_json(request.choices)
    except msgspec.MsgspecError:
        return _refused(request, None, changed)  # another version of this product asked
    built = build(session, wish)
    if built.stops:
        return _refused(request, built, *built.stops)
    if built.hash != request.plan_hash:
        return _refused(request, built, changed)
    return ApprovalReport(f"{request.text}. {built.text}", request, built)


def approve(session: Session, number: int) -> ApprovalReport:
    """Sign a request, after building it again: only exactly what was asked for, and never one's own.

    Raises ``ManageError``/``SlError`` when one of them can't be read.
    """
    from xlpy.sl.ledger_book.approvals import insert_approval

    looked = look_at_request(session, number)
    if looked.problems or looked.request is None:
        return looked
    if not insert_approval(session.sl, looked.request, session.user, session.host, session.now()):
        refused = found("APPROVAL-OWN", case="refused", number=number)
        return _refused(looked.request, looked.built, refused)
    signed = next(one for one in approvals_asked(session, looked.request.plan_hash) if one.number == number)
    logger.info("Approved: %s", signed.text)
    text = f"{signed.text}. Anybody but {signed.prepared_by.user} may run it."
    return ApprovalReport(text, signed, looked.built, done=True)


def _refused(request: Approval | None, built: Built | None, *problems: Problem) -> ApprovalReport:
    told = "; ".join(sentences(problem.what, problem.fix) for problem in problems[:3])
    return ApprovalReport(f"Nothing was approved. {told}", request, built, problems)

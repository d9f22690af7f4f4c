"""Recover: finish what an earlier run left half done, of any PC and user.

Three things can be half done: SL has documents and Manage is owed its batch; an undo has emptied SL and the Manage
batch is still there; a clearing is noted and Manage is owed its batch. Each has one safe way on.
"""

from __future__ import annotations

import logging
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime

from xlpy.domain.values.statuses import RowStatus
from xlpy.domain.values.transactions import Kind, Posting, PostingState
from xlpy.services.manage_half.clear_finish import Cleared, finish_clears
from xlpy.services.manage_half.marking import Marked, mark_in_manage
from xlpy.services.manage_half.re_export import called
from xlpy.services.manage_half.un_batching import along_text
from xlpy.services.manage_half.undo_manage import finish_undoing
from xlpy.services.run.half_done import half_done, posting_results, some_of, worth_of
from xlpy.services.run.ids import new_run_id
from xlpy.services.run.kept import remember_run
from xlpy.services.run.reports import ManageBatchMade, ResultRow, RunReport, RunState
from xlpy.services.run.session import Session

logger = logging.getLogger(__name__)

_ACTIONS = {
    PostingState.POSTED: ("In SL, Manage is owed its batch", "Make the Manage batch; SL is not touched"),
    PostingState.UNDOING: ("Undo: gone from SL, not yet from Manage", "Delete the Manage batch; SL is not touched"),
    PostingState.CLEARED: ("Clearing: noted, Manage is owed its batch", "Make the Manage batch; SL is not touched"),
}
_LOST = ("Posted, but SL no longer has its documents", "Note it as changed; nothing is marked in Manage")


@dataclass(frozen=True, slots=True)
class HalfFinished:
    """One piece of half-finished work: what it is, who left it, and the one safe thing to do, which Recover does.

    ``worth``: counts and amounts by currency. ``since``: when it was left so, local time of the PC ``host``.
    """

    batch_identifier: str
    kind: Kind
    what: str
    action: str
    worth: str
    user: str
    host: str
    since: datetime
    postings: tuple[Posting, ...]


@dataclass(frozen=True, slots=True)
class RecoverReport:
    """What was half done and what became of it.

    ``closed``: in a Manage batch now. ``lost``: SL no longer has the documents, so nothing was marked. ``changed``:
    Manage shows other lines. ``undone``: out of SL and Manage; ``not_back`` of them are not listed as unposted.
    ``cleared``: in a Manage batch without SL. ``stuck`` and ``given_up``: with the reason. ``owed``: Manage has still
    not got its batch, with what it said. ``renamed``: what to tell of batches that got another name. ``along``: what
    Manage un-batched with the undone. ``waiting``: not marked by an earlier run, because Manage shows other lines.
    """

    closed: tuple[Posting, ...] = ()
    changed: tuple[Posting, ...] = ()
    lost: tuple[Posting, ...] = ()
    manage_batches: tuple[ManageBatchMade, ...] = ()
    undone: tuple[Posting, ...] = ()
    not_back: tuple[Posting, ...] = ()
    stuck: tuple[tuple[Posting, str], ...] = ()
    cleared: tuple[Posting, ...] = ()
    still_listed: tuple[Posting, ...] = ()
    given_up: tuple[tuple[Posting, str], ...] = ()
    owed: tuple[tuple[Posting, str], ...] = ()
    renamed: tuple[str, ...] = ()
    along: tuple[str, ...] = ()
    waiting: tuple[Posting, ...] = ()
    run_id: str = ""  # under which Results and the audit record have it; empty when nothing was half done

    @property
    def text(self) -> str:
        """One sentence for the alert and the console."""
        parts = []
        if self.closed:
            parts.append(f"{len(self.closed)} transactions were finished: Manage has their batch now.")
        if self.undone:
            parts.append(f"{len(self.undone)} transactions were undone to the end: Manage has no batch of them.")
        if self.cleared:
            parts.append(f"{len(self.cleared)} transactions were cleared: Manage has their batch now.")
        if self.changed:
            numbers = ", ".join(posting.number for posting in self.changed)
            parts.append(
                f"Not marked, because Manage shows other lines now or no longer has them as unposted: {numbers}."
                " Look at them in Manage, Finance > Accounting Interface: one that is in a batch there is done."
            )
        if self.lost:
            numbers = ", ".join(posting.number for posting in self.lost)
            parts.append(f"Not marked, because SL no longer has the documents: {numbers}.")
        if self.given_up:
            numbers = ", ".join(posting.number for posting, _ in self.given_up)
            parts.append(f"Not cleared, mark them again ({some_of((w for _, w in self.given_up), 1)}): {numbers}.")
        if self.owed:
            numbers = some_of((posting.number for posting, _ in self.owed), 10)
            parts.append(f"Manage has still not got the batch of {numbers}. {some_of((w for _, w in self.owed), 3)}")
        parts += self.renamed
        if self.stuck:
            numbers = ", ".join(posting.number for posting, _ in self.stuck)
            parts.append(
                f"Still half undone ({some_of((why for _, why in self.stuck), 2)}; un-batch them by hand in Manage):"
                f" {numbers}."
            )
        for listed, words in (
            (self.not_back, "Undone, but Manage does not list as unposted"),
            (self.still_listed, "Cleared, but Manage still lists as unposted"),
        ):
            if listed:
                parts.append(f"{words}: {', '.join(posting.number for posting in listed)}. Look at them in Manage.")
        if self.along:
            parts.append(along_text(self.along))
        if not parts:
            parts.append("Nothing was half done.")
        if self.waiting:
            numbers = some_of((posting.number for posting in self.waiting), 10)
            parts.append(
                f"In SL, but not marked by an earlier run, because Manage shows other lines: {numbers}. Look at them in"
                " Manage, Finance > Accounting Interface: one that is in a batch there is done."
            )
        return " ".join(parts)

    @property
    def did_anything(self) -> bool:
        """Whether anything was half done; what waits for a person to look at it was done to its end."""
        return replace(self, waiting=()) != RecoverReport()

    @property
    def exit_code(self) -> int:
        """0 when nothing is left to look at, else 3."""
        doubtful = (
            self.changed,
            self.lost,
            self.given_up,
            self.stuck,
            self.not_back,
            self.still_listed,
            self.owed,
            self.along,
        )
        return 3 if any(doubtful) else 0


def look(session: Session) -> tuple[HalfFinished, ...]:
    """List half-finished work of this Manage site and SL company, of any PC and user. Changes nothing.

    Raises ``LedgerMissing``/``SlError`` when SL can't be asked.
    """
    from xlpy.sl.ledger_book.ledger import check_ledger

    with session.sl.engine.connect() as connection:
        check_ledger(connection)
    groups: dict[tuple[str, Kind, tuple[str, str], str, str], list[Posting]] = defaultdict(list)
    for state, words in _ACTIONS.items():
        for posting in half_done(session, state):
            lost = state is PostingState.POSTED and posting.parts and not posting.in_sl
            by, at = posting.state_by or posting.posted_by, posting.state_host or posting.posted_host
            groups[posting.batch_identifier, posting.key.kind, _LOST if lost else words, by, at].append(posting)
    return tuple(
        HalfFinished(
            identifier,
            kind,
            what,
            action,
            worth_of(rows),
            user,
            host,
            max(posting.state_at or posting.posted_at for posting in rows),
            tuple(rows),
        )
        for (identifier, kind, (what, action), user, host), rows in sorted(groups.items())
    )


def half_finished_text(found: Iterable[HalfFinished]) -> str:
    """List half-finished work in words, one line each."""
    lines = [
        f"{one.batch_identifier}: {one.worth}. {one.what} (left by {one.user} on {one.host},"
        f" {one.since:%Y-%m-%d %H:%M}). Recover will: {one.action}."
        for one in found
    ]
    return "\n".join(lines) or "Nothing is half done."


def recover(session: Session) -> RecoverReport:
    """Finish everything half-finished of this Manage site and SL company, of any PC and user.

    Raises ``PostingLocked`` when a run is going on, ``ManageError``/``SlError`` when one can't be reached.
    """
    from xlpy.sl.ledger_book.lock import posting_lock

    with posting_lock(session.sl, user=session.user, host=session.host, now=session.now()):
        for one in look(session):
            logger.info("%s", half_finished_text([one]))
        waiting = [posting for posting in half_done(session, PostingState.CHANGED) if posting.in_sl]
        report = replace(finish_unfinished(session), waiting=tuple(waiting))
    if not report.did_anything:
        return report
    report = replace(report, run_id=new_run_id(session))
    remember_run(session, recover_run(session, report))
    return report


def finish_unfinished(session: Session) -> RecoverReport:
    """Do the work of ``recover``; the caller holds the posting lock."""
    from xlpy.sl.ledger_book.ledger import check_ledger

    with session.sl.engine.connect() as connection:
        check_ledger(connection)
    undone = finish_undoing(session)
    done = Marked()
    lost = _finish_owed(session, done)
    cleared = Cleared()
    finish_clears(session, cleared)
    return RecoverReport(
        closed=tuple(done.closed),
        changed=tuple(done.changed),
        lost=tuple(lost),
        manage_batches=(*done.batches, *cleared.batches),
        undone=tuple(undone.undone),
        not_back=tuple(undone.not_back),
        stuck=tuple(undone.stuck),
        cleared=tuple(cleared.closed),
        still_listed=tuple(cleared.still_listed),
        given_up=tuple(cleared.given_up),
        owed=(*((p, str(one.error)) for one in done.stuck for p in one.postings), *cleared.owed),
        renamed=(*done.renamed, *cleared.renamed),
        along=tuple(undone.along),
    )


def _finish_owed(session: Session, done: Marked) -> list[Posting]:
    """Give Manage the batches that it is owed for what is in SL; return what SL has lost meanwhile."""
    from xlpy.sl.ledger_book.ledger import mark_changed

    owed = owed_to_manage(session)
    if not owed:
        return []
    logger.info("%d transactions of earlier runs are in SL, but not yet in a Manage batch", len(owed))
    lost = [posting for posting in owed if posting.parts and not posting.in_sl]
    if lost:
        with session.sl.engine.begin() as connection:
            mark_changed(connection, [posting.posting_id for posting in lost])
        for posting in lost:
            logger.warning("%s was posted, but SL no longer has its documents: not marked", called(posting))
    mark_in_manage(session, [posting for posting in owed if posting not in lost], done, fresh=False)
    return lost


def owed_to_manage(session: Session) -> list[Posting]:
    """Return what is in this SL company while Manage is still owed its batch, of any PC and user."""
    return half_done(session, PostingState.POSTED)


def recover_run(session: Session, report: RecoverReport) -> RunReport:
    """Return what Recover did as a run, for Results and for the audit record."""
    return RunReport(
        report.run_id,
        session.now(),
        RunState.WITH_ERRORS if report.exit_code else RunState.COMPLETED,
        report.text,
        "",
        None,
        tuple(_results(report)),
        report.manage_batches,
        action="recover",
    )


def _results(report: RecoverReport) -> Iterable[ResultRow]:
    not_back = {posting.posting_id for posting in report.not_back}
    listed = {posting.posting_id for posting in report.still_listed}
    outcomes: list[tuple[Posting, RowStatus, str]] = [
        *((p, RowStatus.EXPORTED, "Finished by Recover") for p in report.closed),
        *(
            (
                p,
                RowStatus.UNDONE,
                "Manage does not list it as unposted" if p.posting_id in not_back else "Finished by Recover",
            )
            for p in report.undone
        ),
        *(
            (
                p,
                RowStatus.CLEARED,
                "Manage still lists it as unposted" if p.posting_id in listed else "Finished by Recover",
            )
            for p in report.cleared
        ),
        *(
            (p, RowStatus.FAILED, "Not marked: Manage shows other lines now, or no longer has it")
            for p in report.changed
        ),
        *((p, RowStatus.FAILED, "Not marked: SL no longer has the documents") for p in report.lost),
        *((p, RowStatus.FAILED, f"Not cleared: {why}") for p, why in report.given_up),
        *((p, RowStatus.MANAGE_PENDING, why) for p, why in (*report.stuck, *report.owed)),
    ]
    for posting, status, message in outcomes:
        yield from posting_results([posting], {posting.posting_id: (status, message)})

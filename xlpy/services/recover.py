"""Recover: finish what an earlier run left half done. SL has the documents; Manage is owed its batch."""

from __future__ import annotations

import logging
from dataclasses import dataclass

from xlpy.domain.books import sl_key
from xlpy.domain.transactions import Posting
from xlpy.services.marking import Marked, mark_in_manage
from xlpy.services.re_export import called
from xlpy.services.reports import ManageBatchMade
from xlpy.services.session import Session

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class RecoverReport:
    """What was half done and what became of it. ``lost``: SL no longer has the documents, so nothing was marked."""

    closed: tuple[Posting, ...] = ()
    changed: tuple[Posting, ...] = ()
    lost: tuple[Posting, ...] = ()
    manage_batches: tuple[ManageBatchMade, ...] = ()

    @property
    def text(self) -> str:
        """One sentence for the alert and the console."""
        if not (self.closed or self.changed or self.lost):
            return "Nothing was half done."
        parts = []
        if self.closed:
            parts.append(f"{len(self.closed)} transactions were finished: Manage has their batch now.")
        if self.changed:
            numbers = ", ".join(posting.number for posting in self.changed)
            parts.append(f"Not marked, because Manage shows other lines now or no longer has them: {numbers}.")
        if self.lost:
            numbers = ", ".join(posting.number for posting in self.lost)
            parts.append(f"Not marked, because SL no longer has the documents: {numbers}.")
        return " ".join(parts)

    @property
    def exit_code(self) -> int:
        """0 when nothing is left to look at, else 3."""
        return 3 if self.changed or self.lost else 0


def recover(session: Session) -> RecoverReport:
    """Finish every half-finished batch of this Manage site and SL company, of any PC and user.

    Raises ``PostingLocked`` when a run is going on, ``ManageError``/``SlError`` when one can't be reached.
    """
    from xlpy.sl.lock import posting_lock

    with posting_lock(session.sl, user=session.user, host=session.host, now=session.now()):
        return finish_unfinished(session)


def finish_unfinished(session: Session) -> RecoverReport:
    """Do the work of ``recover``; the caller holds the posting lock."""
    from xlpy.sl.ledger import check_ledger, mark_changed

    with session.sl.engine.connect() as connection:
        check_ledger(connection)
    owed = owed_to_manage(session)
    if not owed:
        return RecoverReport()
    logger.info("%d transactions of earlier runs are in SL, but not yet in a Manage batch", len(owed))
    lost = [posting for posting in owed if posting.parts and not posting.in_sl]
    if lost:
        with session.sl.engine.begin() as connection:
            mark_changed(connection, [posting.posting_id for posting in lost])
        for posting in lost:
            logger.warning("%s was posted, but SL no longer has its documents: not marked", called(posting))
    done = Marked()
    mark_in_manage(session, [posting for posting in owed if posting not in lost], done, fresh=False)
    return RecoverReport(tuple(done.closed), tuple(done.changed), tuple(lost), tuple(done.batches))


def owed_to_manage(session: Session) -> list[Posting]:
    """Return what is in this SL company while Manage is still owed its batch, of any PC and user."""
    from xlpy.sl.ledger import unfinished

    with session.sl.engine.connect() as connection:
        owed = unfinished(connection, session.manage.host, session.manage.company)
    own = sl_key(session.sl.cpny_id)
    return [posting for posting in owed if sl_key(posting.cpny_id) == own]

"""The Manage half of a clearing: the rows that the ledger has as *cleared* go into their Manage batch.

Manage may refuse a clearing for good (an entry id that it does not know): then nothing is marked, and the clearing is
given up, so that nothing stays half done. Source: Manage API: remove records without exporting.
"""

from __future__ import annotations

import logging
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from xlpy.domain.values.transactions import Kind, Posting, PostingState
from xlpy.errors import ManageError, ManageRefused, NoFreeBatchName
from xlpy.services.manage_half.marking import Marked, mark_in_manage
from xlpy.services.manage_half.re_export import called, list_unposted
from xlpy.services.run.half_done import half_done
from xlpy.services.run.reports import ManageBatchMade
from xlpy.services.run.session import Session

logger = logging.getLogger(__name__)

_FOR_GOOD = frozenset({400, 403, 404, 409, 422})  # of the POST that makes the batch; everything else may work later


@dataclass(slots=True)
class Cleared:
    """What became of clearings. ``given_up``: nothing is marked, with the reason. ``owed``: Manage still owes them.

    ``still_listed``: marked, but Manage lists them as unposted all the same. ``renamed``: of batches with another name.
    """

    closed: list[Posting] = field(default_factory=list)
    given_up: list[tuple[Posting, str]] = field(default_factory=list)
    still_listed: list[Posting] = field(default_factory=list)
    batches: list[ManageBatchMade] = field(default_factory=list)
    owed: list[tuple[Posting, str]] = field(default_factory=list)
    renamed: list[str] = field(default_factory=list)


def finish_clears(session: Session, done: Cleared, *, fresh_run: str = "") -> None:
    """Put what is noted as cleared into Manage batches, and close the rows. The caller holds the posting lock.

    ``fresh_run``: the run that read the entry ids a moment ago; the others are exported again. ``done`` takes what
    was reached, also when this raises: ``ManageUnreachable``/``SlError`` leave the rows owed. One batch that is stuck
    does not keep the others from being made.
    """
    groups: dict[tuple[str, Kind, bool], list[Posting]] = defaultdict(list)
    for posting in half_done(session, PostingState.CLEARED):
        fresh = bool(fresh_run) and posting.run_id == fresh_run
        groups[posting.batch_identifier, posting.key.kind, fresh].append(posting)
    for (identifier, kind, fresh), rows in sorted(groups.items()):
        _finish(session, identifier, kind, rows, done, fresh=fresh)


def _finish(
    session: Session, identifier: str, kind: Kind, rows: Sequence[Posting], done: Cleared, *, fresh: bool
) -> None:
    marked = Marked()
    session.progress(f"Making Manage batch {identifier}", 0, 0)
    try:
        mark_in_manage(session, rows, marked, fresh=fresh)
    finally:
        done.closed += marked.closed
        done.batches += marked.batches
        done.renamed += marked.renamed
    done.given_up += [(posting, "Manage shows other lines now, or no longer has it") for posting in marked.changed]
    for stuck in marked.stuck:
        if _for_good(stuck.error):
            _give_up(session, stuck.postings, str(stuck.error), done)
        else:
            done.owed += [(posting, str(stuck.error)) for posting in stuck.postings]
    done.still_listed += _still_listed(session, kind, marked.closed)


def _for_good(error: ManageError) -> bool:
    """Whether Manage refused to make the batch, so that nothing is marked and never will be."""
    if isinstance(error, NoFreeBatchName):
        return True
    return isinstance(error, ManageRefused) and error.method == "POST" and error.status in _FOR_GOOD


def _give_up(session: Session, rows: Sequence[Posting], reason: str, done: Cleared) -> None:
    from xlpy.sl.ledger_book.ledger import PostingRun, set_posting_state

    run = PostingRun("", session.user, session.host, session.now())
    with session.sl.engine.begin() as connection:
        set_posting_state(connection, [posting.posting_id for posting in rows], PostingState.UNDONE, run)
    done.given_up += [(posting, reason) for posting in rows]


def _still_listed(session: Session, kind: Kind, closed: Iterable[Posting]) -> list[Posting]:
    """Return what Manage lists as unposted all the same; nothing when its list can't be read: the batch is made."""
    cleared = list(closed)
    if not cleared:
        return []
    try:
        listed = list_unposted(session, kind)
    except ManageError as error:
        logger.warning("Whether Manage still lists what was cleared can't be read: %s", error)
        return []
    left = [posting for posting in cleared if listed.still(posting)]
    for posting in left:
        logger.warning("%s was cleared, but Manage still lists it as unposted", called(posting))
    return left

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
from xlpy.errors import ManageRefused
from xlpy.services.manage_half.marking import Marked, mark_in_manage
from xlpy.services.manage_half.re_export import called, list_unposted
from xlpy.services.run.half_done import half_done
from xlpy.services.run.reports import ManageBatchMade
from xlpy.services.run.session import Session

logger = logging.getLogger(__name__)

_FOR_GOOD = frozenset({400, 403, 404, 409, 422})  # of the POST that makes the batch; everything else may work later


@dataclass(slots=True)
class Cleared:
    """What became of clearings. ``given_up``: nothing is marked, with the reason; ``still_listed``: marked, but
    Manage lists them as unposted all the same.
    """  # noqa: D205

    closed: list[Posting] = field(default_factory=list)
    given_up: list[tuple[Posting, str]] = field(default_factory=list)
    still_listed: list[Posting] = field(default_factory=list)
    batches: list[ManageBatchMade] = field(default_factory=list)


def finish_clears(session: Session, done: Cleared, *, fresh_run: str = "") -> None:
    """Put what is noted as cleared into Manage batches, and close the rows. The caller holds the posting lock.

    ``fresh_run``: the run that read the entry ids a moment ago; the others are exported again. ``done`` takes what
    was reached, also when this raises: ``ManageError``/``SlError`` leave the rows owed.
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
    refused = ""
    session.progress(f"Making Manage batch {identifier}", 0, 0)
    try:
        mark_in_manage(session, rows, marked, fresh=fresh)
    except ManageRefused as error:
        if error.method != "POST" or error.status not in _FOR_GOOD:
            raise
        logger.warning("Manage refused the batch %s: %s", identifier, error)
        refused = str(error)
    finally:
        done.closed += marked.closed
        done.batches += marked.batches
    done.given_up += [(posting, "Manage shows other lines now, or no longer has it") for posting in marked.changed]
    if refused:
        settled = {posting.key for posting in (*marked.closed, *marked.changed)}
        _give_up(session, [posting for posting in rows if posting.key not in settled], refused, done)
    done.still_listed += _still_listed(session, kind, marked.closed)


def _give_up(session: Session, rows: Sequence[Posting], reason: str, done: Cleared) -> None:
    from xlpy.sl.ledger_book.ledger import PostingRun, set_posting_state

    run = PostingRun("", session.user, session.host, session.now())
    with session.sl.engine.begin() as connection:
        set_posting_state(connection, [posting.posting_id for posting in rows], PostingState.UNDONE, run)
    done.given_up += [(posting, reason) for posting in rows]


def _still_listed(session: Session, kind: Kind, closed: Iterable[Posting]) -> list[Posting]:
    """Return what Manage lists as unposted all the same. A receipt's id may come again for another receipt."""
    cleared = list(closed)
    if not cleared:
        return []
    if kind is Kind.PROCUREMENT:
        open_entries = {entry for row in session.manage.unposted_procurement() for entry in row.entry_ids}
        left = [posting for posting in cleared if not open_entries.isdisjoint(posting.entry_ids)]
    else:
        listed = list_unposted(session, kind).record_ids
        left = [posting for posting in cleared if posting.key.record_id in listed]
    for posting in left:
        logger.warning("%s was cleared, but Manage still lists it as unposted", called(posting))
    return left

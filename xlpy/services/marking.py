"""The Manage half of a batch: one Manage batch takes the GL entries of what SL has; then the ledger is closed.

Everything here can be repeated: it looks before it writes, and the ledger says what is still owed.
"""

from __future__ import annotations

import logging
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from xlpy.domain.manage_records import ExportInvoice
from xlpy.domain.planning import lines_hash
from xlpy.domain.transactions import Kind, Posting
from xlpy.services.reports import ManageBatchMade
from xlpy.services.session import Session

logger = logging.getLogger(__name__)

FAR_AHEAD_YEARS = 20
_SUFFIXES = range(1, 100)


@dataclass(slots=True)
class Marked:
    """What became of the Manage half: batches made or found, and postings whose lines are others now."""

    batches: list[ManageBatchMade] = field(default_factory=list)
    closed: list[Posting] = field(default_factory=list)
    changed: list[Posting] = field(default_factory=list)


def mark_in_manage(session: Session, postings: Sequence[Posting], *, fresh: bool) -> Marked:
    """Put the GL entries of ``postings`` (ledger rows without *closed at*) into Manage batches, and close the rows.

    ``fresh``: the entry ids were exported by this run a moment ago. Otherwise the documents are exported again: with
    the same lines the new ids are used, with other lines the row becomes *changed after posting* and nothing is
    marked (design: the posting ledger). Raises ``ManageError`` when Manage can't be reached: the rows stay owed.
    """
    done = Marked()
    by_batch: dict[tuple[str, Kind], list[Posting]] = defaultdict(list)
    for posting in postings:
        by_batch[posting.batch_identifier, posting.key.kind].append(posting)
    for (identifier, kind), members in sorted(by_batch.items()):
        _mark_batch(session, identifier, kind, members, done, fresh=fresh)
    return done


def _mark_batch(
    session: Session, identifier: str, kind: Kind, members: list[Posting], done: Marked, *, fresh: bool
) -> None:
    manage = session.manage
    owed = members
    found = manage.find_batch(identifier)
    if found is not None:
        entries = {entry.id for entry in manage.batch_entries(found.id)}
        inside = [posting for posting in owed if entries.issuperset(posting.entry_ids)]
        if inside:
            _close(session, inside, found.id, identifier, done)
        owed = [posting for posting in owed if posting not in inside]
        if not owed:
            return
    if not fresh:
        owed = _with_new_ids(session, owed, done)
        if not owed:
            return
    name = identifier if found is None else _next_free(session, identifier)
    ids = sorted({entry for posting in owed for entry in posting.entry_ids})
    made = manage.create_batch(name, ids, {kind})
    logger.info("Manage batch %s made with %d entries", name, len(ids))
    _close(session, owed, made.id, name, done)


def _close(session: Session, postings: Sequence[Posting], batch_id: int, name: str, done: Marked) -> None:
    from xlpy.sl.ledger import close_postings

    with session.sl.engine.begin() as connection:
        close_postings(connection, [posting.posting_id for posting in postings], batch_id, name, session.now())
    done.batches.append(ManageBatchMade(name, batch_id, sum(len(posting.entry_ids) for posting in postings)))
    done.closed.extend(postings)


def _with_new_ids(session: Session, postings: Sequence[Posting], done: Marked) -> list[Posting]:
    """Export the documents again and compare their lines (entry ids go stale when an invoice is reopened)."""
    from xlpy.sl.ledger import mark_changed, replace_entry_ids

    exported = {str(invoice.id): invoice for invoice in _export(session, postings)}
    same: list[Posting] = []
    fresh_ids: dict[int, tuple[int, ...]] = {}
    for posting in postings:
        invoice = exported.get(posting.key.record_id)
        if invoice is not None and lines_hash(invoice) == posting.lines_hash:
            fresh_ids[posting.posting_id] = invoice.all_entry_ids
            same.append(posting)
        else:
            done.changed.append(posting)
            logger.warning(
                "Invoice %s is in SL, but Manage shows other lines now (or no longer has it unposted): not marked",
                posting.number,
            )
    with session.sl.engine.begin() as connection:
        if fresh_ids:
            replace_entry_ids(connection, fresh_ids)
        if done.changed:
            mark_changed(connection, [posting.posting_id for posting in done.changed])
    return [_replaced(posting, fresh_ids[posting.posting_id]) for posting in same]


def _export(session: Session, postings: Iterable[Posting]) -> tuple[ExportInvoice, ...]:
    unposted = {row.billing_log_id for row in session.manage.unposted_invoices()}
    wanted = sorted({int(p.key.record_id) for p in postings if p.key.kind is Kind.INVOICE} & unposted)
    if not wanted:
        return ()
    today = session.today()
    return session.manage.export_invoices(
        wanted,
        through=today.replace(year=today.year + FAR_AHEAD_YEARS, day=1),
        detail="Default",
        batch_identifier="recover",
    )


def _replaced(posting: Posting, entry_ids: tuple[int, ...]) -> Posting:
    from dataclasses import replace

    return replace(posting, entry_ids=entry_ids)


def _next_free(session: Session, identifier: str) -> str:
    return next(name for name in (f"{identifier}-{n}" for n in _SUFFIXES) if session.manage.find_batch(name) is None)

"""Whether Manage has marked what was sent: by the batch's entries, else by its unposted lists and its own records.

What comes after a call that succeeded can only be *made, not confirmed*. One place of Manage that does not answer, or
shows other ids than the export did, is no proof against it: another place is asked.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence

from xlpy.domain.facts.batch_entries import BatchContents, Inside
from xlpy.domain.values.transactions import Kind, Posting
from xlpy.errors import ManageRefused, ManageSpokeNonsense
from xlpy.services.manage_half.re_export import called, list_unposted
from xlpy.services.run.session import Session

logger = logging.getLogger(__name__)


def read_contents(session: Session, batch_id: int) -> BatchContents | None:
    """Read what is in a batch; None when Manage does not show it. Raises ``ManageUnreachable``."""
    try:
        return BatchContents(session.manage.batch_entries(batch_id))
    except (ManageRefused, ManageSpokeNonsense) as error:
        logger.warning("The entries of batch %d can't be read: %s", batch_id, error)
        return None


def in_batch(
    session: Session, kind: Kind, name: str, contents: BatchContents | None, postings: Sequence[Posting]
) -> list[Posting]:
    """Return the postings that the batch ``name`` marks as a whole, ``contents`` being what Manage shows of it.

    What the entries can't tell is marked when Manage no longer lists it as unposted, and names no other batch of it.
    """
    sure: list[Posting] = []
    doubtful: list[Posting] = []
    for posting in postings:
        far = Inside.ASK if contents is None else contents.how_far(posting)
        if far is Inside.ALL:
            sure.append(posting)
        elif far is Inside.ASK:
            doubtful.append(posting)
    return sure + marked_by_lists(session, kind, lambda batch: batch.casefold() == name.casefold(), doubtful)


def marked_by_lists(
    session: Session, kind: Kind, is_ours: Callable[[str], bool], postings: Sequence[Posting]
) -> list[Posting]:
    """Return what Manage no longer lists as unposted, and does not say to be in a batch that is not ours.

    Raises ``ManageError`` when the unposted list can't be read: then nothing is known.
    """
    if not postings:
        return []
    unposted = list_unposted(session, kind)
    marked = [posting for posting in postings if not unposted.still(posting)]
    for posting in postings:
        if unposted.still(posting):
            logger.info("%s is still unposted in Manage", called(posting))
    batch_of = named_batches(session, kind, marked)
    return [p for p in marked if p.key.record_id not in batch_of or is_ours(batch_of[p.key.record_id])]


def named_batches(session: Session, kind: Kind, postings: Sequence[Posting]) -> dict[str, str]:
    """Return the batch that Manage's own records name, by record id: invoices do, on newer servers.

    Source: Manage API: what the invoice shows (``glBatch``, absent in 2019.5). Empty when they can't be read.
    """
    ids = {int(p.key.record_id) for p in postings if p.key.record_id.isdecimal()}
    if kind is not Kind.INVOICE or not ids:
        return {}
    try:
        found = session.manage.invoices(ids)
    except (ManageRefused, ManageSpokeNonsense) as error:
        logger.warning("The invoices can't be asked for their batch: %s", error)
        return {}
    return {str(number): invoice.batch for number, invoice in found.items() if invoice.batch}

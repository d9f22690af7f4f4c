"""What the posting ledger has half done, and how much of what: shared by Undo, Clear and Recover."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from decimal import Decimal

from xlpy.domain.documents.gl import DOCUMENT
from xlpy.domain.facts.books import sl_key
from xlpy.domain.values.money import ZERO
from xlpy.domain.values.statuses import RowStatus
from xlpy.domain.values.transactions import Kind, Posting, PostingState
from xlpy.services.run.reports import ResultRow
from xlpy.services.run.session import Session

HALF_DONE = (PostingState.POSTED, PostingState.UNDOING, PostingState.CLEARED)
_WORDS = {
    Kind.INVOICE: ("invoice", "invoices"),
    Kind.EXPENSE: ("expense", "expenses"),
    Kind.PROCUREMENT: ("inventory transaction", "inventory transactions"),
}


def half_done(session: Session, state: PostingState = PostingState.POSTED) -> list[Posting]:
    """Return what of this Manage site and SL company is half done in this state (see ``ledger.unfinished``)."""
    from xlpy.sl.ledger_book.ledger import unfinished

    with session.sl.engine.connect() as connection:
        found = unfinished(connection, session.manage.host, session.manage.company, state)
    own = sl_key(session.sl.cpny_id)
    return [posting for posting in found if sl_key(posting.cpny_id) == own]


def amounts_told(amounts: Iterable[tuple[Kind, str, Decimal]]) -> str:
    """Say how many of each kind there are and what they are worth, each currency by itself: *3 invoices 120.00 USD*."""
    sums: dict[tuple[Kind, str], tuple[int, Decimal]] = {}
    for kind, currency, amount in amounts:
        count, total = sums.get((kind, currency), (0, ZERO))
        sums[kind, currency] = count + 1, total + amount
    told = []
    for kind in Kind:
        one, several = _WORDS[kind]
        for (of, currency), (count, total) in sorted(sums.items()):
            if of is kind:
                told.append(f"{count} {one if count == 1 else several} {total:,.2f} {currency}".rstrip())
    return "; ".join(told)


def worth_of(postings: Iterable[Posting]) -> str:
    """Say ``amounts_told`` of rows of the posting ledger."""
    return amounts_told((posting.key.kind, posting.currency, posting.amount) for posting in postings)


def some_of(names: Iterable[str], most: int = 5) -> str:
    """Name the first few, and say how many more there are."""
    every = list(dict.fromkeys(names))
    more = f" and {len(every) - most} more" if len(every) > most else ""
    return ", ".join(every[:most]) + more


def posting_results(rows: Iterable[Posting], told: Mapping[int, tuple[RowStatus, str]]) -> tuple[ResultRow, ...]:
    """Return a row of Results for every document that rows of the ledger have or had in SL, or for the row itself.

    ``told``: posting id → status and message.
    """
    results: list[ResultRow] = []
    for posting in rows:
        status, message = told[posting.posting_id]
        row = ResultRow(
            batch_identifier=posting.batch_identifier,
            status=status,
            message=message,
            kind=str(posting.key.kind),
            transaction=posting.number,
            transaction_id=posting.key.record_id,
            amount=posting.amount,
            currency=posting.currency,
        )
        results += [
            replace(
                row,
                part=part.part,
                amount=posting.amount if part.part == DOCUMENT else part.amount,
                module=part.module,
                sl_batch=part.bat_nbr,
                doc_type=part.doc_type,
                reference=part.ref_nbr,
            )
            for part in posting.parts
        ] or [row]
    return tuple(results)

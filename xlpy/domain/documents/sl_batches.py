"""How documents are put into SL batches, module by module, and how large one may be.

Each function takes (period, document) pairs and numbers its batches within the plan. A batch is of one kind, since
each kind is written in a transaction of its own. The batch date is that of its latest document, so that a plan does
not change overnight.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import date
from typing import TypeVar

from xlpy.domain.documents.ap import ApBatch, ApDocument
from xlpy.domain.documents.ar import ArBatch, ArDocument
from xlpy.domain.documents.gl import COST, GlBatch, GlJournal
from xlpy.domain.documents.inventory import ADJUSTED, MOVED, InBatch, InDocument
from xlpy.domain.documents.plan import PlanOptions
from xlpy.domain.values.rules import PostingRules
from xlpy.domain.values.transactions import BATCH_SUFFIX, Kind, TransactionKey
from xlpy.domain.values.widths import Widths

MOST_DOCUMENTS = 500
MOST_GL_LINES = 30_000  # SL: GLTran.LineNbr is a smallint, unique per batch
ONE_PER_RUN = "run"
_KIND_ORDER = {kind: number for number, kind in enumerate(Kind)}
_IN_GL_LINES = {ADJUSTED: 2, MOVED: 4}  # that the release makes of a line

DocumentT = TypeVar("DocumentT")


def ar_batches_of(
    documents: Iterable[tuple[str, ArDocument]], options: PlanOptions, widths: Widths
) -> tuple[ArBatch, ...]:
    """Put invoices and credit memos into batches of screen 08010: one per period and currency, none too large.

    What is on hold is a batch of its own. Ordered by period, currency, document date and reference.
    """
    piles: dict[tuple[str, str, bool], list[ArDocument]] = {}
    for period, document in documents:
        piles.setdefault((period, document.rate.currency, document.hold), []).append(document)
    descr = _name(options, Kind.INVOICE, widths)
    batches: list[ArBatch] = []
    for (period, currency, hold), pile in sorted(piles.items()):
        pile.sort(key=lambda document: (document.doc_date, document.ref_nbr))
        batches.extend(
            ArBatch(
                number=number,
                per_post=period,
                currency=currency,
                batch_date=max(document.doc_date for document in part),
                descr=descr,
                hold=hold,
                documents=tuple(part),
            )
            for number, part in enumerate(split_by_size(pile, gl_lines), len(batches) + 1)
        )
    return tuple(batches)


def ap_batches_of(
    documents: Iterable[tuple[str, ApDocument]], options: PlanOptions, widths: Widths | None = None
) -> tuple[ApBatch, ...]:
    """Put vouchers into batches of screen 03010: one per kind, period and currency, none too large.

    Ordered by kind, period, currency, date, vendor and vendor invoice.
    """
    widths = widths or Widths({}, "cp1252")
    piles: dict[tuple[int, str, str, bool], list[ApDocument]] = {}
    for period, document in documents:
        kind = document.transactions[0].kind
        piles.setdefault((_KIND_ORDER[kind], period, document.rate.currency, document.hold), []).append(document)
    batches: list[ApBatch] = []
    for (_, period, currency, hold), pile in sorted(piles.items()):
        pile.sort(key=lambda document: (document.doc_date, document.vend_id, document.invc_nbr, document.transactions))
        descr = _name(options, pile[0].transactions[0].kind, widths)
        batches.extend(
            ApBatch(
                number=number,
                per_post=period,
                currency=currency,
                batch_date=max(document.doc_date for document in part),
                descr=descr,
                hold=hold,
                documents=tuple(part),
            )
            for number, part in enumerate(split_by_size(pile, gl_lines), len(batches) + 1)
        )
    return tuple(batches)


def gl_batches_of(
    journals: Iterable[tuple[str, GlJournal]],
    options: PlanOptions,
    posting: PostingRules,
    widths: Widths,
    *,
    first_number: int = 1,
) -> tuple[GlBatch, ...]:
    """Put journals into batches of screen 01010, numbered from ``first_number``.

    One batch per journal, as the manual does it. With the setting ``cost_journals = "run"`` the cost journals of a
    run are one batch per period, split like the batches of invoices. Ordered by kind, period, date and reference.
    """
    piles: list[tuple[Kind, str, list[GlJournal]]] = []
    open_piles: dict[tuple[Kind, str, bool], list[GlJournal]] = {}
    for period, journal in sorted(journals, key=_journal_order):
        kind = journal.transactions[0].kind
        if journal.part != COST or posting.cost_journals != ONE_PER_RUN:
            piles.append((kind, period, [journal]))
        elif (kind, period, journal.hold) in open_piles:
            open_piles[kind, period, journal.hold].append(journal)
        else:
            pile = open_piles[kind, period, journal.hold] = [journal]
            piles.append((kind, period, pile))
    batches: list[GlBatch] = []
    for kind, period, pile in piles:
        for part in split_by_size(pile, lambda journal: len(journal.lines)):
            more = "" if len(part) > 1 else part[0].descr
            batches.append(
                GlBatch(
                    number=first_number + len(batches),
                    per_post=period,
                    batch_date=max(journal.journal_date for journal in part),
                    descr=_name(options, kind, widths, more),
                    hold=part[0].hold,
                    journals=tuple(part),
                )
            )
    return tuple(batches)


def in_batches_of(
    documents: Iterable[tuple[str, InDocument]], options: PlanOptions, widths: Widths, *, first_number: int = 1
) -> tuple[InBatch, ...]:
    """Put adjustments and transfers into batches, numbered from ``first_number``.

    The adjustments of a period are one batch of screen 10030, none too large; each transfer is a batch of screen
    10040. Ordered by screen, period, date and transaction.
    """
    piles: dict[tuple[str | bool, ...], list[InDocument]] = {}
    periods: dict[int, str] = {}
    for period, document in sorted(documents, key=_inventory_order):
        periods[id(document)] = period
        alone = (document.transactions[0].record_id,) if document.tran_type == MOVED else ()
        piles.setdefault((document.tran_type, period, document.hold, *alone), []).append(document)
    batches: list[InBatch] = []
    for pile in piles.values():
        tran_type, hold = pile[0].tran_type, pile[0].hold
        each = _IN_GL_LINES[tran_type]
        for part in split_by_size(pile, lambda document, each=each: len(document.lines) * each):  # type: ignore[misc]
            more = "" if tran_type == ADJUSTED else part[0].descr
            batches.append(
                InBatch(
                    number=first_number + len(batches),
                    per_post=periods[id(pile[0])],
                    batch_date=max(document.tran_date for document in part),
                    descr=_name(options, Kind.PROCUREMENT, widths, more),
                    hold=hold,
                    documents=tuple(part),
                )
            )
    return tuple(batches)


def gl_lines(document: ArDocument | ApDocument) -> int:
    """GL lines that the release makes of a document: its lines, its taxes and the control line."""
    return len(document.lines) + len(document.tax_postings) + 1


def split_by_size(documents: Iterable[DocumentT], lines_of: Callable[[DocumentT], int]) -> Iterable[list[DocumentT]]:
    """Split documents of one pile into what one SL batch can hold, in their order. ``lines_of``: GL lines of each."""
    part: list[DocumentT] = []
    lines = 0
    for document in documents:
        count = lines_of(document)
        if part and (len(part) == MOST_DOCUMENTS or lines + count > MOST_GL_LINES):
            yield part
            part, lines = [], 0
        part.append(document)
        lines += count
    if part:
        yield part


def _name(options: PlanOptions, kind: Kind, widths: Widths, more: str = "") -> str:
    """Return a batch's description: the Manage batch it belongs to, and what it is alone in it for."""
    return widths.fit(f"{options.batch_identifier}{BATCH_SUFFIX[kind]} {more}".rstrip(), "Batch", "Descr").text


def _journal_order(entry: tuple[str, GlJournal]) -> tuple[int, str, object, str, object]:
    period, journal = entry
    first = journal.transactions[0]
    reference = journal.lines[0].ref_nbr if journal.lines else ""
    return _KIND_ORDER[first.kind], period, journal.journal_date, reference, first


def _inventory_order(entry: tuple[str, InDocument]) -> tuple[str, str, date, TransactionKey]:
    period, document = entry
    return document.tran_type, period, document.tran_date, document.transactions[0]

"""How documents are put into SL batches of screen 08010: one per period and currency, and none too large."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TypeVar

from xlpy.domain.documents.ap import ApDocument
from xlpy.domain.documents.ar import ArBatch, ArDocument
from xlpy.domain.documents.plan import PlanOptions
from xlpy.domain.values.transactions import BATCH_SUFFIX, Kind
from xlpy.domain.values.widths import Widths

MOST_DOCUMENTS = 500
MOST_GL_LINES = 30_000  # SL: GLTran.LineNbr is a smallint, unique per batch

DocumentT = TypeVar("DocumentT", ArDocument, ApDocument)


def gl_lines(document: ArDocument | ApDocument) -> int:
    """GL lines that the release makes of a document: its lines, its taxes and the control line."""
    return len(document.lines) + len(document.tax_postings) + 1


def batches_of(
    documents: Iterable[tuple[str, ArDocument]], options: PlanOptions, widths: Widths
) -> tuple[ArBatch, ...]:
    """Put (period, document) pairs into batches, ordered by period, currency, document date and reference.

    The batch date is that of its latest document, so that a plan does not change overnight.
    """
    piles: dict[tuple[str, str], list[ArDocument]] = {}
    for period, document in documents:
        piles.setdefault((period, document.rate.currency), []).append(document)
    descr = widths.fit(f"{options.batch_identifier}{BATCH_SUFFIX[Kind.INVOICE]}", "Batch", "Descr").text
    batches: list[ArBatch] = []
    for (period, currency), pile in sorted(piles.items()):
        pile.sort(key=lambda document: (document.doc_date, document.ref_nbr))
        for part in split_by_size(pile):
            day = max(document.doc_date for document in part)
            batches.append(ArBatch(len(batches) + 1, period, currency, day, descr, tuple(part)))
    return tuple(batches)


def split_by_size(documents: Iterable[DocumentT]) -> Iterable[list[DocumentT]]:
    """Split documents of one period and currency into what one SL batch can hold, in their order."""
    part: list[DocumentT] = []
    lines = 0
    for document in documents:
        count = gl_lines(document)
        if part and (len(part) == MOST_DOCUMENTS or lines + count > MOST_GL_LINES):
            yield part
            part, lines = [], 0
        part.append(document)
        lines += count
    if part:
        yield part

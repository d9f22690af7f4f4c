"""How vouchers are put into SL batches of screen 03010: one per kind, period and currency, and none too large."""

from __future__ import annotations

from collections.abc import Iterable

from xlpy.domain.documents.ap import ApBatch, ApDocument
from xlpy.domain.documents.plan import PlanOptions
from xlpy.domain.documents.sl_batches import split_by_size
from xlpy.domain.values.transactions import BATCH_SUFFIX, Kind
from xlpy.domain.values.widths import Widths

_KIND_ORDER = {kind: number for number, kind in enumerate(Kind)}


def ap_batches_of(
    documents: Iterable[tuple[str, ApDocument]], options: PlanOptions, widths: Widths | None = None
) -> tuple[ApBatch, ...]:
    """Put (period, document) pairs into batches, ordered by kind, period, currency, date, vendor and vendor invoice.

    Expenses and receipts never share a batch: each kind is written in a transaction of its own. The batch date is
    that of its latest document, so that a plan does not change overnight.
    """
    widths = widths or Widths({}, "cp1252")
    piles: dict[tuple[int, str, str], list[ApDocument]] = {}
    for period, document in documents:
        kind = document.transactions[0].kind
        piles.setdefault((_KIND_ORDER[kind], period, document.rate.currency), []).append(document)
    batches: list[ApBatch] = []
    for (_, period, currency), pile in sorted(piles.items()):
        pile.sort(key=lambda document: (document.doc_date, document.vend_id, document.invc_nbr, document.transactions))
        suffix = BATCH_SUFFIX[pile[0].transactions[0].kind]
        descr = widths.fit(f"{options.batch_identifier}{suffix}", "Batch", "Descr").text
        for part in split_by_size(pile):
            day = max(document.doc_date for document in part)
            batches.append(ApBatch(len(batches) + 1, period, currency, day, descr, tuple(part)))
    return tuple(batches)

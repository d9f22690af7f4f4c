"""The SL batches of a plan, and which of its transactions belong together.

A *unit* is a set of transactions with all their documents, whichever modules these are in: an invoice with its cost
journal, a voucher with all its expenses. It goes in as a whole or not at all.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from xlpy.domain.documents.gl import GlBatch
from xlpy.domain.documents.plan import Plan
from xlpy.domain.values.transactions import TransactionKey
from xlpy.sl.screens.entries import ENTRIES, SlBatch, SlDocument


def sl_batches_of(plan: Plan) -> tuple[SlBatch, ...]:
    """Return every SL batch of a plan, in the order of ``ENTRIES``."""
    return (*plan.ar.batches, *plan.ap.batches, *plan.inventory.batches, *plan.gl.batches)


def documents_of(batch: SlBatch) -> Sequence[SlDocument]:
    """Return the documents of a batch; a journal batch has journals."""
    return batch.journals if isinstance(batch, GlBatch) else batch.documents


def units_of(plan: Plan) -> Mapping[TransactionKey, frozenset[TransactionKey]]:
    """Return for each transaction those that live and die with it, itself included."""
    unit: dict[TransactionKey, set[TransactionKey]] = {}
    for batch in sl_batches_of(plan):
        for document in documents_of(batch):
            keys = ENTRIES[batch.module].transactions(document)
            joined = set(keys).union(*(unit.get(key, ()) for key in keys))
            for key in joined:
                unit[key] = joined
    return {key: frozenset(keys) for key, keys in unit.items()}

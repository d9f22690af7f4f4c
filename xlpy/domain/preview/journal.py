"""The complete journal of a plan: what would be written, and what SL's release makes of it.

Each document foots to zero in document and in base currency: the base rounding difference is shown on the line that
the release moves it to.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from xlpy.domain.documents.ap import ApBatch, ApDocument
from xlpy.domain.documents.ar import ArBatch, ArDocument
from xlpy.domain.documents.gl import GlBatch, GlJournal
from xlpy.domain.documents.inventory import InBatch, InDocument
from xlpy.domain.documents.plan import Plan
from xlpy.domain.preview.ap import ap_document_rows, ap_rows, created_vendor_rows
from xlpy.domain.preview.ar import ar_document_rows, ar_rows, created_customer_rows
from xlpy.domain.preview.gl import gl_document_rows, gl_rows
from xlpy.domain.preview.inventory import created_item_rows, inventory_document_rows, inventory_rows
from xlpy.domain.preview.rows import MADE_AT_RELEASE, TO_BE_CREATED, WRITTEN, JournalRow

__all__ = ["MADE_AT_RELEASE", "TO_BE_CREATED", "WRITTEN", "JournalRow", "document_journal", "journal"]

AnyBatch = ArBatch | ApBatch | GlBatch | InBatch
AnyDocument = ArDocument | ApDocument | GlJournal | InDocument


def journal(plan: Plan) -> tuple[JournalRow, ...]:
    """Return the journal of a plan: masters to be created first, then each document's lines, taxes and control line.

    Documents in the order of modules: receivables, payables, journals, inventory.
    """
    numbers = {transaction.key: transaction.number for transaction in plan.transactions}
    return (
        *created_customer_rows(plan.ar, numbers),
        *created_vendor_rows(plan.ap, numbers),
        *created_item_rows(plan.inventory, numbers),
        *ar_rows(plan.ar, numbers),
        *ap_rows(plan.ap, numbers),
        *gl_rows(plan.gl, plan.base_currency, numbers),
        *inventory_rows(plan.inventory, plan.base_currency, numbers),
    )


def document_journal(plan: Plan, batch: AnyBatch, document: AnyDocument) -> tuple[JournalRow, ...]:
    """Return the rows of one document of the plan's journal."""
    numbers = {transaction.key: transaction.number for transaction in plan.transactions}
    rows: Iterable[JournalRow] = ()
    if isinstance(batch, ArBatch) and isinstance(document, ArDocument):
        rows = ar_document_rows(batch, _position(batch.documents, document), document, numbers)
    elif isinstance(batch, ApBatch) and isinstance(document, ApDocument):
        rows = ap_document_rows(batch, _position(batch.documents, document), document, numbers)
    elif isinstance(batch, GlBatch) and isinstance(document, GlJournal):
        rows = gl_document_rows(batch, _position(batch.journals, document), document, plan.base_currency, numbers)
    elif isinstance(batch, InBatch) and isinstance(document, InDocument):
        place = _position(batch.documents, document)
        rows = inventory_document_rows(batch, place, document, plan.base_currency, numbers)
    return tuple(rows)


def _position(documents: Sequence[object], document: object) -> int:
    """Return the place of a document in its batch, from 1."""
    return next(i for i, one in enumerate(documents, 1) if one is document or one == document)

"""The journal of what is written to General Ledger itself: costs of invoices, and expenses that are no bills."""

from __future__ import annotations

from collections.abc import Iterable

from xlpy.domain.documents.gl import GlBatch, GlJournal, GlPart
from xlpy.domain.preview.rows import WRITTEN, DocumentFacts, JournalRow, Numbers, named

_JOURNAL_TYPE = "GL"  # SL: GLTran.TranType


def gl_rows(part: GlPart, base_currency: str, numbers: Numbers) -> Iterable[JournalRow]:
    """Return the rows of every journal; each foots to zero."""
    for batch in part.batches:
        for position, journal in enumerate(batch.journals, 1):
            yield from gl_document_rows(batch, position, journal, base_currency, numbers)


def gl_document_rows(
    batch: GlBatch, position: int, journal: GlJournal, base: str, numbers: Numbers
) -> Iterable[JournalRow]:
    """Return a journal's lines; the release adds none (SL: pp_01400)."""
    number = named(journal.transactions, numbers)
    facts = DocumentFacts(
        batch_number=batch.number,
        position=position,
        module=batch.module,
        doc_type=_JOURNAL_TYPE,
        reference="",
        doc_date=journal.journal_date,
        due_date=None,
        period=batch.per_post,
        terms="",
        party="",
        vendor_invoice="",
        currency=base,
    )
    for line in journal.lines:
        on_debit = bool(line.debit)
        amount = line.debit if on_debit else line.credit
        yield facts.row(
            WRITTEN,
            (line.acct, line.sub),
            (amount, amount),
            line.descr,
            number,
            on_debit=on_debit,
            reference=line.ref_nbr,
            party=line.party,
        )

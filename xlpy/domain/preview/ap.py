"""The journal of vouchers and debit adjustments, and of the vendors that are created for them."""

from __future__ import annotations

from collections.abc import Iterable

from xlpy.domain.documents.ap import ApBatch, ApDocument, ApPart, NewVendor
from xlpy.domain.planning.makers.ap_vouchers import line_taking_ap_difference
from xlpy.domain.preview.rows import (
    MADE_AT_RELEASE,
    WRITTEN,
    DocumentFacts,
    JournalRow,
    Numbers,
    created_row,
    named,
)


def created_vendor_rows(part: ApPart, numbers: Numbers) -> Iterable[JournalRow]:
    """Return the vendors that will be created."""
    return (_created_vendor(vendor, numbers) for vendor in part.vendors)


def ap_rows(part: ApPart, numbers: Numbers) -> Iterable[JournalRow]:
    """Return the rows of every voucher and debit adjustment; each foots to zero."""
    for batch in part.batches:
        for position, document in enumerate(batch.documents, 1):
            yield from ap_document_rows(batch, position, document, numbers)


def _created_vendor(vendor: NewVendor, numbers: Numbers) -> JournalRow:
    return created_row(
        "AP",
        vendor.vend_id,
        (vendor.ap_acct, vendor.ap_sub),
        f"Vendor {vendor.name}, class {vendor.class_id}",
        ", ".join(numbers[key] for key in vendor.needed_by if numbers.get(key)),
        terms=vendor.terms,
        currency=vendor.currency,
    )


def ap_document_rows(batch: ApBatch, position: int, document: ApDocument, numbers: Numbers) -> Iterable[JournalRow]:
    """Return a voucher's lines, the tax lines and the control line that SL's release makes (SL: pp_03400)."""
    is_voucher = document.sign > 0
    facts = DocumentFacts(
        batch_number=batch.number,
        position=position,
        module=batch.module,
        doc_type=document.doc_type,
        reference="",  # SL gives it
        doc_date=document.doc_date,
        due_date=document.due_date,
        period=batch.per_post,
        terms=document.terms,
        party=document.vend_id,
        vendor_invoice=document.invc_nbr,
        currency=batch.currency,
    )
    shown = named(document.transactions, numbers)
    taking = line_taking_ap_difference(document.lines) if document.base_difference else None
    for index, line in enumerate(document.lines):
        base = line.amount + document.base_difference if index == taking else line.amount
        number = numbers.get(line.transaction, "") if line.transaction else shown
        accounts = (line.acct, line.sub)
        amounts, box = (line.cury_amount, base), document.box_1099
        yield facts.row(WRITTEN, accounts, amounts, line.descr, number, on_debit=is_voucher, box_1099=box)
    for tax in document.tax_postings:
        yield facts.row(
            MADE_AT_RELEASE,
            (tax.acct, tax.sub),
            (tax.cury_tax, tax.tax),
            tax.descr or f"Tax {tax.tax_id}",
            shown,
            on_debit=is_voucher,
            tax_id=tax.tax_id,
        )
    yield facts.row(
        MADE_AT_RELEASE,
        (document.ap_acct, document.ap_sub),
        (document.cury_total, document.total),
        document.descr,
        shown,
        on_debit=not is_voucher,
    )

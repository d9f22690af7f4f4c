"""The journal of invoices and credit memos, and of the customers that are created for them."""

from __future__ import annotations

from collections.abc import Iterable

from xlpy.domain.documents.ar import ArBatch, ArDocument, ArPart, NewCustomer
from xlpy.domain.mapping.currencies import line_taking_difference
from xlpy.domain.preview.rows import MADE_AT_RELEASE, WRITTEN, DocumentFacts, JournalRow, Numbers, created_row


def created_customer_rows(part: ArPart, numbers: Numbers) -> Iterable[JournalRow]:
    """Return the customers that will be created."""
    return (_created(customer, numbers) for customer in part.customers)


def ar_rows(part: ArPart, numbers: Numbers) -> Iterable[JournalRow]:
    """Return the rows of every invoice and credit memo; each foots to zero."""
    for batch in part.batches:
        for position, document in enumerate(batch.documents, 1):
            yield from ar_document_rows(batch, position, document, numbers)


def _created(customer: NewCustomer, numbers: Numbers) -> JournalRow:
    return created_row(
        "AR",
        customer.cust_id,
        (customer.ar_acct, customer.ar_sub),
        f"Customer {customer.name}, class {customer.class_id}",
        ", ".join(numbers[key] for key in customer.needed_by if numbers.get(key)),
        terms=customer.terms,
        currency=customer.currency,
        tax_id=customer.tax_id,
    )


def ar_document_rows(batch: ArBatch, position: int, document: ArDocument, numbers: Numbers) -> list[JournalRow]:
    """Return the lines of an invoice or credit memo, and its tax and control lines (SL: pp_08400)."""
    number = numbers.get(document.transaction, "")
    is_credit = document.doc_type == "CM"
    facts = DocumentFacts(
        batch_number=batch.number,
        position=position,
        module=batch.module,
        doc_type=document.doc_type,
        reference=document.ref_nbr,
        doc_date=document.doc_date,
        due_date=document.due_date,
        period=batch.per_post,
        terms=document.terms,
        party=document.cust_id,
        vendor_invoice="",
        currency=batch.currency,
    )
    taking = line_taking_difference(document.lines) if document.base_difference else None
    rows = [
        facts.row(
            WRITTEN,
            (line.acct, line.sub),
            (line.cury_amount, line.amount + document.base_difference if index == taking else line.amount),
            line.descr,
            number,
            on_debit=is_credit,
        )
        for index, line in enumerate(document.lines)
    ]
    rows.extend(
        facts.row(
            MADE_AT_RELEASE,
            (tax.acct, tax.sub),
            (tax.cury_tax, tax.tax),
            tax.descr or f"Tax {tax.tax_id}",
            number,
            on_debit=is_credit,
            tax_id=tax.tax_id,
        )
        for tax in document.tax_postings
    )
    control = (document.cury_total, document.total)
    accounts = (document.ar_acct, document.ar_sub)
    rows.append(facts.row(MADE_AT_RELEASE, accounts, control, document.descr, number, on_debit=not is_credit))
    return rows

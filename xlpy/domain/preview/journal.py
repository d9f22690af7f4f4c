"""The complete journal of a plan: what would be written, and what SL's release makes of it.

Each document foots to zero in document and in base currency: the base rounding difference is shown on the line that
the release moves it to.
"""

from __future__ import annotations

from collections.abc import Mapping

from xlpy.domain.documents.ap import ApBatch, ApDocument, GlBatch, GlJournal, InBatch, InDocument
from xlpy.domain.documents.ar import ArBatch, ArDocument, NewCustomer
from xlpy.domain.documents.plan import Plan
from xlpy.domain.mapping.currencies import line_taking_difference
from xlpy.domain.preview.payables_journal import created_payables_rows, payables_document_rows, payables_rows
from xlpy.domain.preview.rows import (
    MADE_AT_RELEASE,
    TO_BE_CREATED,
    WRITTEN,
    DocumentFacts,
    JournalRow,
    created_row,
)
from xlpy.domain.values.transactions import TransactionKey

__all__ = ["MADE_AT_RELEASE", "TO_BE_CREATED", "WRITTEN", "JournalRow", "document_journal", "journal"]

AnyBatch = ArBatch | ApBatch | GlBatch | InBatch
AnyDocument = ArDocument | ApDocument | GlJournal | InDocument


def journal(plan: Plan) -> tuple[JournalRow, ...]:
    """Return the journal of a plan: masters to be created first, then each document's lines, taxes and control line.

    Documents in the order of modules: receivables, payables, journals, inventory.
    """
    numbers = {transaction.key: transaction.number for transaction in plan.transactions}
    rows = [_created(customer, numbers) for customer in plan.customers]
    rows.extend(created_payables_rows(plan.payables, numbers))
    for batch in plan.ar_batches:
        for document in batch.documents:
            rows.extend(_document_rows(batch, document, numbers.get(document.transaction, "")))
    rows.extend(payables_rows(plan.payables, numbers))
    return tuple(rows)


def document_journal(plan: Plan, batch: AnyBatch, document: AnyDocument) -> tuple[JournalRow, ...]:
    """Return the rows of one document of the plan's journal."""
    numbers = {transaction.key: transaction.number for transaction in plan.transactions}
    if isinstance(batch, ArBatch) and isinstance(document, ArDocument):
        return tuple(_document_rows(batch, document, numbers.get(document.transaction, "")))
    return tuple(payables_document_rows(plan.payables.base_currency, batch, document, numbers))


def _created(customer: NewCustomer, numbers: Mapping[TransactionKey, str]) -> JournalRow:
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


def _document_rows(batch: ArBatch, document: ArDocument, number: str) -> list[JournalRow]:
    is_credit = document.doc_type == "CM"
    facts = DocumentFacts(
        batch_number=batch.number,
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

"""The complete journal of a plan: what would be written, and what SL's release makes of it.

Each document foots to zero in document and in base currency: the base rounding difference is shown on the line that
the release moves it to.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from xlpy.domain.currencies import line_taking_difference
from xlpy.domain.documents import ArBatch, ArDocument, NewCustomer
from xlpy.domain.plan import Plan

TO_BE_CREATED = "to be created"
WRITTEN = "written"
MADE_AT_RELEASE = "made at release"


@dataclass(frozen=True, slots=True)
class JournalRow:
    """A row of the Preview sheet, in its columns' order. Amounts: None where there is none; ``period`` YYYYPP.

    A line against its document's side is negative in its own column, as SL's general ledger shows it.
    """

    source: str
    batch_number: int | None
    module: str
    doc_type: str
    reference: str
    doc_date: date | None
    due_date: date | None
    period: str
    terms: str
    party: str
    vendor_invoice: str
    account: str
    sub: str
    debit: Decimal | None
    credit: Decimal | None
    currency: str
    base_debit: Decimal | None
    base_credit: Decimal | None
    tax_id: str
    description: str
    transaction: str


def journal(plan: Plan) -> tuple[JournalRow, ...]:
    """Return the journal of a plan: masters to be created first, then each document's lines, taxes and control line."""
    numbers = {transaction.key: transaction.number for transaction in plan.transactions}
    rows = [_created(customer, [numbers.get(key, "") for key in customer.needed_by]) for customer in plan.customers]
    for batch in plan.ar_batches:
        for document in batch.documents:
            rows.extend(_document_rows(batch, document, numbers.get(document.transaction, "")))
    return tuple(rows)


def _created(customer: NewCustomer, needed_by: list[str]) -> JournalRow:
    return JournalRow(
        source=TO_BE_CREATED,
        batch_number=None,
        module="AR",
        doc_type="",
        reference="",
        doc_date=None,
        due_date=None,
        period="",
        terms=customer.terms,
        party=customer.cust_id,
        vendor_invoice="",
        account=customer.ar_acct,
        sub=customer.ar_sub,
        debit=None,
        credit=None,
        currency=customer.currency,
        base_debit=None,
        base_credit=None,
        tax_id=customer.tax_id,
        description=f"Customer {customer.name}, class {customer.class_id}",
        transaction=", ".join(number for number in needed_by if number),
    )


def _document_rows(batch: ArBatch, document: ArDocument, number: str) -> list[JournalRow]:
    is_credit = document.doc_type == "CM"

    def row(
        source: str,
        account: tuple[str, str],
        amounts: tuple[Decimal, Decimal],
        descr: str,
        *,
        on_debit: bool,
        tax_id: str = "",
    ) -> JournalRow:
        amount, base = amounts
        return JournalRow(
            source,
            batch.number,
            batch.module,
            document.doc_type,
            document.ref_nbr,
            document.doc_date,
            document.due_date,
            batch.per_post,
            document.terms,
            document.cust_id,
            "",
            *account,
            amount if on_debit else None,
            None if on_debit else amount,
            batch.currency,
            base if on_debit else None,
            None if on_debit else base,
            tax_id,
            descr,
            number,
        )

    taking = line_taking_difference(document.lines) if document.base_difference else None
    rows = [
        row(
            WRITTEN,
            (line.acct, line.sub),
            (line.cury_amount, line.amount + document.base_difference if index == taking else line.amount),
            line.descr,
            on_debit=is_credit,
        )
        for index, line in enumerate(document.lines)
    ]
    rows.extend(
        row(
            MADE_AT_RELEASE,
            (tax.acct, tax.sub),
            (tax.cury_tax, tax.tax),
            tax.descr or f"Tax {tax.tax_id}",
            on_debit=is_credit,
            tax_id=tax.tax_id,
        )
        for tax in document.tax_postings
    )
    rows.append(
        row(
            MADE_AT_RELEASE,
            (document.ar_acct, document.ar_sub),
            (document.cury_total, document.total),
            document.descr,
            on_debit=not is_credit,
        )
    )
    return rows

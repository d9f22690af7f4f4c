"""A row of the Preview sheet, and the facts that all rows of a document share."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from xlpy.domain.values.transactions import TransactionKey

Numbers = Mapping[TransactionKey, str]
TO_BE_CREATED = "to be created"
WRITTEN = "written"
MADE_AT_RELEASE = "made at release"
_NAMED = 3


@dataclass(frozen=True, slots=True)
class JournalRow:
    """A row of the Preview sheet, in its columns' order. Amounts: None where there is none; ``period`` YYYYPP.

    ``document``: the same on every row of a document and on no other, such as ``AP2-7``, the seventh document of the
    second AP batch; empty on a master to be created.

    A line against its document's side is negative in its own column, as SL's general ledger shows it.
    """

    source: str
    batch_number: int | None
    module: str
    document: str
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
    box_1099: str = ""  # of a line of a 1099 vendor


@dataclass(frozen=True, slots=True)
class DocumentFacts:
    """What every row of one document says alike."""

    batch_number: int
    position: int  # in its batch, from 1
    module: str
    doc_type: str
    reference: str
    doc_date: date
    due_date: date | None
    period: str
    terms: str
    party: str
    vendor_invoice: str
    currency: str

    def row(
        self,
        source: str,
        account: tuple[str, str],
        amounts: tuple[Decimal, Decimal],
        descr: str,
        transaction: str,
        *,
        on_debit: bool,
        tax_id: str = "",
        reference: str = "",
        party: str = "",
        box_1099: str = "",
    ) -> JournalRow:
        """Return a row. ``amounts``: document and base currency, both in the column that ``on_debit`` says."""
        amount, base = amounts
        return JournalRow(
            source=source,
            batch_number=self.batch_number,
            module=self.module,
            document=document_key(self.module, self.batch_number, self.position),
            doc_type=self.doc_type,
            reference=reference or self.reference,
            doc_date=self.doc_date,
            due_date=self.due_date,
            period=self.period,
            terms=self.terms,
            party=party or self.party,
            vendor_invoice=self.vendor_invoice,
            account=account[0],
            sub=account[1],
            debit=amount if on_debit else None,
            credit=None if on_debit else amount,
            currency=self.currency,
            base_debit=base if on_debit else None,
            base_credit=None if on_debit else base,
            tax_id=tax_id,
            description=descr,
            transaction=transaction,
            box_1099=box_1099,
        )


def document_key(module: str, batch_number: int, position: int) -> str:
    """Return what a document is known by before SL numbers it: its SL batch of the plan and its place in there."""
    return f"{module}{batch_number}-{position}"


def created_row(
    module: str,
    party: str,
    account: tuple[str, str],
    descr: str,
    transaction: str,
    *,
    terms: str = "",
    currency: str = "",
    tax_id: str = "",
) -> JournalRow:
    """Return the row of a master that will be created, with its most telling account."""
    return JournalRow(
        source=TO_BE_CREATED,
        batch_number=None,
        module=module,
        document="",
        doc_type="",
        reference="",
        doc_date=None,
        due_date=None,
        period="",
        terms=terms,
        party=party,
        vendor_invoice="",
        account=account[0],
        sub=account[1],
        debit=None,
        credit=None,
        currency=currency,
        base_debit=None,
        base_credit=None,
        tax_id=tax_id,
        description=descr,
        transaction=transaction,
    )


def named(transactions: Sequence[TransactionKey], numbers: Numbers) -> str:
    """Return the numbers of a document's transactions, some of them when there are many."""
    names = list(dict.fromkeys(numbers.get(key, "") for key in transactions))
    shown = ", ".join(name for name in names[:_NAMED] if name)
    return f"{shown}, …" if len(names) > _NAMED else shown

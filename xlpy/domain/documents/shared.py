"""What the documents of receivables and payables have in common, and what every SL batch has.

Amounts are positive in SL's way, ids are within SL's widths, nothing is left to decide. Numbers that SL gives (BatNbr,
LineNbr's owner) are not here; they come when the plan is written.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal


@dataclass(frozen=True, slots=True)
class RateUsed:
    """The exchange rate of a document. Base currency: rate 1, ``M``, blank rate type."""

    currency: str
    rate: Decimal
    mult_div: str
    rate_type: str
    effective: date
    decimals: int  # of the document currency


@dataclass(frozen=True, slots=True)
class TaxSlot:
    """One of a document's TaxId00..03: a group with its total, or a single tax. Positive amounts."""

    tax_id: str
    cury_tax: Decimal
    cury_taxable: Decimal
    tax: Decimal
    taxable: Decimal


@dataclass(frozen=True, slots=True)
class TaxPosting:
    """What SL's release will make of a tax slot (for the preview): one row per tax id."""

    tax_id: str
    acct: str
    sub: str
    cury_tax: Decimal
    tax: Decimal
    descr: str = ""


@dataclass(frozen=True, slots=True)
class DocumentLine:
    """An ARTran or APTran line; ``cury_amount``/``amount`` negative for a line against the document's side."""

    acct: str
    sub: str
    cury_amount: Decimal
    amount: Decimal
    quantity: Decimal
    cury_unit_price: Decimal
    unit_price: Decimal
    unit: str
    descr: str
    invt_id: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """An unreleased document of receivables or payables: ``cury_total`` = sum of lines + sum of taxes, to the cent.

    ``base_difference`` is what SL's release will move to a line because line-by-line conversion rounds otherwise.
    ``user_fields``: User columns of its row by a firm's own rule, sorted.
    """

    doc_type: str
    doc_date: date
    due_date: date
    disc_date: date
    terms: str
    rate: RateUsed
    cury_total: Decimal
    total: Decimal
    cury_discount: Decimal
    discount: Decimal
    taxes: tuple[TaxSlot, ...]
    tax_postings: tuple[TaxPosting, ...]
    descr: str
    base_difference: Decimal = Decimal(0)
    tracking: tuple[tuple[str, str], ...] = ()  # SlsperId, ProjectID, TaskID, by the rules of the settings
    hold: bool = False
    user_fields: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class SlBatch:
    """One SL batch of one period (YYYYPP). ``number`` counts within the plan and its module from 1."""

    number: int
    per_post: str
    batch_date: date
    descr: str
    hold: bool = False  # written with status H, whatever the settings say

"""SL documents as the plan holds them: amounts positive in SL's way, ids within SL's widths, nothing left to decide.

Numbers that SL gives (BatNbr, LineNbr's owner) are not here; they come when the plan is written.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from xlpy.domain.values.transactions import TransactionKey


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
    """One of ARDoc's TaxId00..03: a group with its total, or a single tax. Positive amounts."""

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
class ArLine:
    """A revenue-side ARTran line; ``cury_amount``/``amount`` negative for a line against the document's side."""

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
    entry_id: int = 0  # the GL entry of Manage it comes from


@dataclass(frozen=True, slots=True)
class ArDocument:
    """An unreleased invoice (IN) or credit memo (CM). ``cury_total`` = sum of lines + sum of taxes, to the cent.

    ``base_difference`` is what SL's release will move to a line because line-by-line conversion rounds otherwise.
    """

    transaction: TransactionKey
    doc_type: str
    ref_nbr: str
    cust_id: str
    doc_date: date
    due_date: date
    disc_date: date
    terms: str
    rate: RateUsed
    ar_acct: str
    ar_sub: str
    cury_total: Decimal
    total: Decimal
    cury_discount: Decimal
    discount: Decimal
    taxes: tuple[TaxSlot, ...]
    tax_postings: tuple[TaxPosting, ...]
    lines: tuple[ArLine, ...]
    descr: str
    cust_ord_nbr: str = ""
    base_difference: Decimal = Decimal(0)
    reuse_reservation: bool = False  # the RefNbr row is there from an earlier posting of ours that was voided

    @property
    def sign(self) -> int:
        """+1 for an invoice, -1 for a credit memo."""
        return -1 if self.doc_type == "CM" else 1


@dataclass(frozen=True, slots=True)
class ArBatch:
    """One SL batch of screen 08010: one period, one currency. ``number`` counts within the plan from 1."""

    number: int
    per_post: str
    currency: str
    batch_date: date
    descr: str
    documents: tuple[ArDocument, ...]
    module: str = "AR"

    @property
    def cury_control_total(self) -> Decimal:
        """Sum of all documents, credit memos counted positive (vp_08400ChkSumARDocs)."""
        return sum((d.cury_total for d in self.documents), Decimal(0))

    @property
    def control_total(self) -> Decimal:
        """The same in base currency."""
        return sum((d.total for d in self.documents), Decimal(0))


@dataclass(frozen=True, slots=True)
class NewCustomer:
    """A customer to be created (screen 08260) with what its class does not give. ``notes`` went to the check sheet."""

    cust_id: str
    name: str
    class_id: str
    ar_acct: str
    ar_sub: str
    sls_acct: str
    sls_sub: str
    prepay_acct: str
    prepay_sub: str
    terms: str
    currency: str
    price_class: str = ""
    price_level: str = ""
    trade_discount: Decimal = Decimal(0)
    address1: str = ""
    address2: str = ""
    city: str = ""
    state: str = ""
    zip: str = ""
    country: str = ""
    phone: str = ""
    fax: str = ""
    email: str = ""
    attention: str = ""
    tax_id: str = ""
    needed_by: tuple[TransactionKey, ...] = ()

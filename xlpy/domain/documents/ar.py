"""SL documents of receivables as the plan holds them. See ``shared`` for the conventions."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from xlpy.domain.documents.shared import Document, DocumentLine, SlBatch
from xlpy.domain.values.transactions import TransactionKey


@dataclass(frozen=True, slots=True)
class ArLine(DocumentLine):
    """A revenue-side ARTran line. ``entry_id``: the GL entry of Manage it comes from."""

    entry_id: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class ArDocument(Document):
    """An unreleased invoice (IN) or credit memo (CM), screen 08010."""

    transaction: TransactionKey
    ref_nbr: str
    cust_id: str
    ar_acct: str
    ar_sub: str
    lines: tuple[ArLine, ...]
    cust_ord_nbr: str = ""
    reuse_reservation: bool = False  # the RefNbr row is there from an earlier posting of ours that was voided

    @property
    def sign(self) -> int:
        """+1 for an invoice, -1 for a credit memo."""
        return -1 if self.doc_type == "CM" else 1


@dataclass(frozen=True, slots=True, kw_only=True)
class ArBatch(SlBatch):
    """One SL batch of screen 08010: one period, one currency."""

    currency: str
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


@dataclass(frozen=True, slots=True)
class ArPart:
    """What a plan writes to receivables: customers to be created, and SL batches."""

    customers: tuple[NewCustomer, ...] = ()
    batches: tuple[ArBatch, ...] = ()

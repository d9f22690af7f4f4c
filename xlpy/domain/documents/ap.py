"""SL documents of payables as the plan holds them. See ``shared`` for the conventions."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from xlpy.domain.documents.shared import Document, DocumentLine, SlBatch
from xlpy.domain.values.transactions import TransactionKey


@dataclass(frozen=True, slots=True)
class ApLine(DocumentLine):
    """An APTran line. ``transaction``: whose line it is, of a voucher of several expenses."""

    transaction: TransactionKey | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ApDocument(Document):
    """An unreleased voucher (VO) or debit adjustment (AD), screen 03010. Its RefNbr is given when it is written.

    ``transactions``: one receipt, or every expense of the voucher; they live and die together.
    """

    transactions: tuple[TransactionKey, ...]
    vend_id: str
    ap_acct: str
    ap_sub: str
    invc_nbr: str  # at most 15
    invc_date: date
    lines: tuple[ApLine, ...]
    box_1099: str = ""  # of every line, when the vendor is a 1099 vendor (SL: Vendor.Vend1099, DfltBox)

    @property
    def sign(self) -> int:
        """+1 for a voucher, -1 for a debit adjustment."""
        return -1 if self.doc_type == "AD" else 1


@dataclass(frozen=True, slots=True, kw_only=True)
class ApBatch(SlBatch):
    """One SL batch of screen 03010: one period, one currency."""

    currency: str
    documents: tuple[ApDocument, ...]
    module: str = "AP"


@dataclass(frozen=True, slots=True)
class NewVendor:
    """A vendor to be created (screen 03270) with its class's defaults."""

    vend_id: str
    name: str
    class_id: str
    ap_acct: str
    ap_sub: str
    exp_acct: str
    exp_sub: str
    ppay_acct: str
    ppay_sub: str
    terms: str
    currency: str
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
    needed_by: tuple[TransactionKey, ...] = ()


@dataclass(frozen=True, slots=True)
class ApPart:
    """What a plan writes to payables: vendors to be created, and SL batches."""

    vendors: tuple[NewVendor, ...] = ()
    batches: tuple[ApBatch, ...] = ()

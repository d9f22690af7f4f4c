"""What differs between the entry screens, one class each: tables, numbers, rows, names. Writer and verifier use it."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from typing import Any, Generic, TypeVar

from xlpy.domain.documents.ap import ApBatch, ApDocument
from xlpy.domain.documents.ar import ArBatch, ArDocument
from xlpy.domain.documents.gl import GlBatch, GlJournal
from xlpy.domain.documents.inventory import InBatch, InDocument
from xlpy.domain.facts.books import sl_key
from xlpy.domain.values.money import ZERO, total
from xlpy.domain.values.transactions import TransactionKey
from xlpy.sl.screens import ap as ap_rows
from xlpy.sl.screens import ar as ar_rows
from xlpy.sl.screens import gl as gl_rows
from xlpy.sl.screens import inventory as in_rows
from xlpy.sl.screens.entry_rows import TAX_SLOTS, EntryStamp, Values
from xlpy.sl.screens.numbered import (
    AP_NUMBERS,
    AP_REFERENCES,
    AR_NUMBERS,
    GL_NUMBERS,
    IN_NUMBERS,
    TRANSFER_NUMBERS,
    NumberedModule,
    NumberedReference,
)

SlDocument = ArDocument | ApDocument | GlJournal | InDocument
SlBatch = ArBatch | ApBatch | GlBatch | InBatch
D = TypeVar("D", ArDocument, ApDocument, GlJournal, InDocument)
B = TypeVar("B", ArBatch, ApBatch, GlBatch, InBatch)
Row = Mapping[str, Any]
DocumentName = tuple[str, str]  # (sl_key of DocType, sl_key of RefNbr) within one SL batch


class MasterKind(StrEnum):
    """Masters that a document may need; the value is the word for it."""

    CUSTOMER = "Customer"
    VENDOR = "Vendor"
    ITEM = "Item"


MasterName = tuple[MasterKind, str]  # kind, sl_key of the id


@dataclass(frozen=True, slots=True)
class Placed:
    """A document in its SL batch: ``seq`` counts documents from 1, ``lines_before`` the lines of those before it.

    ``ref_nbr`` is the document's own, or the number that SL gave it.
    """

    document: SlDocument
    seq: int
    ref_nbr: str
    lines_before: int = 0


@dataclass(frozen=True, slots=True)
class WrittenBatch:
    """An SL batch as it was sent: its number and the documents that are in it."""

    batch: SlBatch
    bat_nbr: str
    documents: tuple[Placed, ...]


class Entry(ABC, Generic[B, D]):
    """How the documents of one module are entered. ``header``/``reservation``: tables, empty when it has none."""

    numbers: NumberedModule
    lines: str
    header: str = ""
    header_number: str = "RefNbr"  # the column of the header that its lines have as RefNbr
    reservation: str = ""
    references: NumberedReference | None = None

    def transactions(self, document: D) -> tuple[TransactionKey, ...]:
        """Return the transactions that the document is made of; an invoice has one."""
        return (document.transaction,) if isinstance(document, ArDocument) else document.transactions

    def part(self, _document: D) -> str:
        """Return what the document is to its transactions: the document itself, or its cost."""
        return "document"

    @abstractmethod
    def doc_type(self, document: D) -> str:
        """Return the document type (or TranType) in SL."""

    def own_reference(self, _document: D) -> str:
        """Return the reference that the plan gives, empty when SL gives it."""
        return ""

    @abstractmethod
    def said(self, document: D) -> str:
        """Name the document in a message; numbers that SL gave are not part of it (another one may get them)."""

    @abstractmethod
    def amount(self, document: D) -> tuple[Decimal, str, Decimal]:
        """Return amount (document currency, signed), currency (empty: base) and amount (base currency, positive)."""

    @abstractmethod
    def batch_row(self, batch: B, documents: Sequence[D], bat_nbr: str, stamp: EntryStamp) -> Values:
        """Return the Batch row."""

    def header_rows(self, _batch: B, _placed: Placed, _bat_nbr: str, _stamp: EntryStamp) -> Iterable[Values]:
        """Return the document's own row, or nothing."""
        return ()

    @abstractmethod
    def line_rows(self, batch: B, placed: Placed, bat_nbr: str, stamp: EntryStamp) -> Iterable[Values]:
        """Yield the rows of its lines."""

    def reservation_rows(self, _placed: Placed, _reserved: frozenset[str]) -> Iterable[Values]:
        """Return the row that reserves its reference; ``reserved``: what is reserved by us already."""
        return ()

    def masters(self, _document: D) -> Iterator[MasterName]:
        """Yield the masters that it can't be written without."""
        yield from ()

    def name_of_header(self, row: Row) -> DocumentName:
        """Return the name of a header row that was read."""
        return sl_key(row["doctype"]), sl_key(row["refnbr"])

    @abstractmethod
    def footing(self, document: D, header: Row, lines: Sequence[Row]) -> str:
        """Return what SL's release would refuse of the rows as they are in SL; else nothing."""

    @abstractmethod
    def sums(self, header: Row, lines: Sequence[Row]) -> tuple[Decimal, Decimal]:
        """Return what a document that was read adds to its batch's CuryCrTot and CrTot."""


class ArEntry(Entry[ArBatch, ArDocument]):
    """Invoice and Memo (08.010)."""

    numbers = AR_NUMBERS
    lines = "ARTran"
    header = "ARDoc"
    reservation = "RefNbr"

    def doc_type(self, document: ArDocument) -> str:
        """IN or CM."""
        return document.doc_type

    def own_reference(self, document: ArDocument) -> str:
        """Return the invoice number of Manage."""
        return document.ref_nbr

    def said(self, document: ArDocument) -> str:
        """Name it by type and reference."""
        return f"{document.doc_type} {document.ref_nbr}"

    def amount(self, document: ArDocument) -> tuple[Decimal, str, Decimal]:
        """Return its totals, a credit memo's first one negative."""
        return document.sign * document.cury_total, document.rate.currency, document.total

    def batch_row(self, batch: ArBatch, documents: Sequence[ArDocument], bat_nbr: str, stamp: EntryStamp) -> Values:
        """Return the Batch row."""
        return ar_rows.batch_values(batch, documents, bat_nbr, stamp)

    def header_rows(self, batch: ArBatch, placed: Placed, bat_nbr: str, stamp: EntryStamp) -> Iterable[Values]:
        """Return the ARDoc row."""
        return (ar_rows.document_values(batch, _ar(placed), placed.seq, bat_nbr, stamp),)

    def line_rows(self, batch: ArBatch, placed: Placed, bat_nbr: str, stamp: EntryStamp) -> Iterable[Values]:
        """Yield the ARTran rows."""
        return ar_rows.line_values(batch, _ar(placed), bat_nbr, stamp)

    def reservation_rows(self, placed: Placed, reserved: frozenset[str]) -> Iterable[Values]:
        """Return the RefNbr row, unless that of a voided document of ours is reused."""
        document = _ar(placed)
        if document.reuse_reservation and sl_key(document.ref_nbr) in reserved:
            return ()
        return (ar_rows.reservation_values(document),)

    def masters(self, document: ArDocument) -> Iterator[MasterName]:
        """Yield its customer."""
        yield MasterKind.CUSTOMER, sl_key(document.cust_id)

    def footing(self, document: ArDocument, header: Row, lines: Sequence[Row]) -> str:
        """Foot as the release will (messages 12124, 8888)."""
        return _not_footing(document, header, lines)

    def sums(self, header: Row, _lines: Sequence[Row]) -> tuple[Decimal, Decimal]:
        """Return its totals, a credit memo's positive."""
        return header["curyorigdocamt"], header["origdocamt"]


class ApEntry(Entry[ApBatch, ApDocument]):
    """Voucher and Adjustment Entry (03.010). SL gives the references."""

    numbers = AP_NUMBERS
    lines = "APTran"
    header = "APDoc"
    reservation = "APRefNbr"
    references = AP_REFERENCES

    def doc_type(self, document: ApDocument) -> str:
        """VO or AD."""
        return document.doc_type

    def said(self, document: ApDocument) -> str:
        """Name it by type, vendor and vendor invoice."""
        return f"{document.doc_type} {document.invc_nbr} of vendor {document.vend_id}"

    def amount(self, document: ApDocument) -> tuple[Decimal, str, Decimal]:
        """Return its totals, a debit adjustment's first one negative."""
        return document.sign * document.cury_total, document.rate.currency, document.total

    def batch_row(self, batch: ApBatch, documents: Sequence[ApDocument], bat_nbr: str, stamp: EntryStamp) -> Values:
        """Return the Batch row."""
        return ap_rows.batch_values(batch, documents, bat_nbr, stamp)

    def header_rows(self, batch: ApBatch, placed: Placed, bat_nbr: str, stamp: EntryStamp) -> Iterable[Values]:
        """Return the APDoc row."""
        return (ap_rows.document_values(batch, _ap(placed), placed.ref_nbr, placed.seq, bat_nbr, stamp),)

    def line_rows(self, batch: ApBatch, placed: Placed, bat_nbr: str, stamp: EntryStamp) -> Iterable[Values]:
        """Yield the APTran rows."""
        return ap_rows.line_values(batch, _ap(placed), placed.ref_nbr, bat_nbr, stamp)

    def reservation_rows(self, placed: Placed, _reserved: frozenset[str]) -> Iterable[Values]:
        """Return the APRefNbr row."""
        return (ap_rows.reservation_values(placed.ref_nbr),)

    def masters(self, document: ApDocument) -> Iterator[MasterName]:
        """Yield its vendor and the items of its lines."""
        yield MasterKind.VENDOR, sl_key(document.vend_id)
        for line in document.lines:
            if line.invt_id:
                yield MasterKind.ITEM, sl_key(line.invt_id)

    def footing(self, document: ApDocument, header: Row, lines: Sequence[Row]) -> str:
        """Foot as the release will (messages 6019, 8888); in base currency TranAmt must be CuryTranAmt."""
        return _not_footing(document, header, lines)

    def sums(self, header: Row, _lines: Sequence[Row]) -> tuple[Decimal, Decimal]:
        """Return its totals, a debit adjustment's positive."""
        return header["curyorigdocamt"], header["origdocamt"]


class GlEntry(Entry[GlBatch, GlJournal]):
    """Journal Transactions (01.010)."""

    numbers = GL_NUMBERS
    lines = "GLTran"

    def part(self, journal: GlJournal) -> str:
        """Return cost for an invoice's cost journal."""
        return journal.part

    def doc_type(self, _journal: GlJournal) -> str:
        """Return the TranType of journal lines."""
        return gl_rows.TRAN_TYPE

    def own_reference(self, journal: GlJournal) -> str:
        """Return the reference that its lines carry."""
        return gl_rows.journal_reference(journal)

    def said(self, journal: GlJournal) -> str:
        """Name it by its reference."""
        return f"the {'cost ' if journal.part == 'cost' else ''}journal {gl_rows.journal_reference(journal)}"

    def amount(self, journal: GlJournal) -> tuple[Decimal, str, Decimal]:
        """Return the sum of its debits."""
        return journal.total, "", journal.total

    def batch_row(self, batch: GlBatch, journals: Sequence[GlJournal], bat_nbr: str, stamp: EntryStamp) -> Values:
        """Return the Batch row."""
        return gl_rows.batch_values(batch, journals, bat_nbr, stamp)

    def line_rows(self, batch: GlBatch, placed: Placed, bat_nbr: str, stamp: EntryStamp) -> Iterable[Values]:
        """Yield the GLTran rows."""
        return gl_rows.line_values(batch, _gl(placed), placed.lines_before, bat_nbr, stamp)

    def footing(self, journal: GlJournal, _header: Row, lines: Sequence[Row]) -> str:
        """Foot as the release will (message 6019), as planned and as it is in SL."""
        debit, credit = total(line["dramt"] for line in lines), total(line["cramt"] for line in lines)
        return gl_rows.unbalanced(journal) or ("" if debit == credit else f"debits {debit} are not credits {credit}")

    def sums(self, _header: Row, lines: Sequence[Row]) -> tuple[Decimal, Decimal]:
        """Return its debits."""
        return total(line["curydramt"] for line in lines), total(line["dramt"] for line in lines)


class InEntry(Entry[InBatch, InDocument]):
    """Adjustments (10.030) and Transfers (10.040). SL gives a transfer's number."""

    numbers = IN_NUMBERS
    lines = "INTran"
    header = "TrnsfrDoc"
    header_number = "TrnsfrDocNbr"
    references = TRANSFER_NUMBERS

    def doc_type(self, document: InDocument) -> str:
        """AJ or TR."""
        return document.tran_type

    def own_reference(self, document: InDocument) -> str:
        """Return an adjustment's reference."""
        return "" if document.tran_type == in_rows.TRANSFER else document.ref_nbr

    def said(self, document: InDocument) -> str:
        """Name it in words."""
        kind = "transfer" if document.tran_type == in_rows.TRANSFER else "adjustment"
        return f"the {kind} {document.ref_nbr or document.descr}"

    def amount(self, document: InDocument) -> tuple[Decimal, str, Decimal]:
        """Return the sum of its amounts."""
        amount = total(line.amount for line in document.lines)
        return amount, "", abs(amount)

    def batch_row(self, batch: InBatch, documents: Sequence[InDocument], bat_nbr: str, stamp: EntryStamp) -> Values:
        """Return the Batch row."""
        return in_rows.batch_values(batch, documents, bat_nbr, stamp)

    def header_rows(self, _batch: InBatch, placed: Placed, bat_nbr: str, stamp: EntryStamp) -> Iterable[Values]:
        """Return the TrnsfrDoc row of a transfer."""
        document = _in(placed)
        if document.tran_type == in_rows.TRANSFER:
            yield in_rows.transfer_values(document, placed.ref_nbr, bat_nbr, stamp)

    def line_rows(self, batch: InBatch, placed: Placed, bat_nbr: str, stamp: EntryStamp) -> Iterable[Values]:
        """Yield the INTran rows."""
        return in_rows.line_values(batch, _in(placed), placed.ref_nbr, placed.lines_before, bat_nbr, stamp)

    def masters(self, document: InDocument) -> Iterator[MasterName]:
        """Yield the items of its lines."""
        for line in document.lines:
            yield MasterKind.ITEM, sl_key(line.invt_id)

    def name_of_header(self, row: Row) -> DocumentName:
        """Return the name of a TrnsfrDoc row."""
        return in_rows.TRANSFER, sl_key(row["trnsfrdocnbr"])

    def footing(self, document: InDocument, _header: Row, _lines: Sequence[Row]) -> str:
        """Return what the release would refuse (message 16122)."""
        return in_rows.mismatch(document)

    def sums(self, _header: Row, lines: Sequence[Row]) -> tuple[Decimal, Decimal]:
        """Return its signed amounts."""
        amount = total(line["tranamt"] for line in lines)
        return amount, amount


# In the order in which set-up rows are locked and documents are written.
ENTRIES: Mapping[str, Entry[Any, Any]] = {"AR": ArEntry(), "AP": ApEntry(), "IN": InEntry(), "GL": GlEntry()}


def _ar(placed: Placed) -> ArDocument:
    assert isinstance(placed.document, ArDocument)  # noqa: S101 # each entry gets the documents of its module
    return placed.document


def _ap(placed: Placed) -> ApDocument:
    assert isinstance(placed.document, ApDocument)  # noqa: S101
    return placed.document


def _gl(placed: Placed) -> GlJournal:
    assert isinstance(placed.document, GlJournal)  # noqa: S101
    return placed.document


def _in(placed: Placed) -> InDocument:
    assert isinstance(placed.document, InDocument)  # noqa: S101
    return placed.document


def _not_footing(document: ArDocument | ApDocument, header: Row, lines: Sequence[Row]) -> str:
    """Compare lines and taxes with the total, from the rows as they are in SL.

    In base currency a foreign document may be off by what the release moves to a line (SL: pp_08400BaseAmtBal,
    vp_03400Curydiffvo).
    """
    for prefix, allowed in (("cury", ZERO), ("", abs(document.base_difference))):
        amount = total(line[f"{prefix}tranamt"] for line in lines)
        taxes = total(header[f"{prefix}taxtot{slot:02}"] for slot in range(TAX_SLOTS))
        if abs(header[f"{prefix}origdocamt"] - amount - taxes) != allowed:
            which = f"in {document.rate.currency}" if prefix else "in base currency"
            return f"lines {amount} and taxes {taxes} are not the total {header[f'{prefix}origdocamt']} {which}"
    return ""

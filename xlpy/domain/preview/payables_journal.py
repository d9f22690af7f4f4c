"""The journal of payables, journals and inventory: the part of ``journal`` beyond invoices."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal

from xlpy.domain.documents.ap import (
    ApBatch,
    ApDocument,
    GlBatch,
    GlJournal,
    InBatch,
    InDocument,
    InLine,
    NewItem,
    NewVendor,
    PayablesPlan,
)
from xlpy.domain.planning.ap_vouchers import line_taking_ap_difference
from xlpy.domain.preview.rows import MADE_AT_RELEASE, WRITTEN, DocumentFacts, JournalRow, created_row
from xlpy.domain.values.transactions import TransactionKey

Numbers = Mapping[TransactionKey, str]
_MOVED = "TR"
_JOURNAL_TYPE = "GL"  # SL: GLTran.TranType
_NAMED = 3


def created_payables_rows(payables: PayablesPlan, numbers: Numbers) -> list[JournalRow]:
    """Return the vendors and items that will be created."""
    return [
        *(_created_vendor(vendor, numbers) for vendor in payables.vendors),
        *(_created_item(item, numbers) for item in payables.items),
    ]


def payables_rows(payables: PayablesPlan, numbers: Numbers) -> Iterable[JournalRow]:
    """Return the rows of every voucher, journal, adjustment and transfer; each document foots to zero."""
    base = payables.base_currency
    for ap_batch in payables.ap_batches:
        for voucher in ap_batch.documents:
            yield from _voucher_rows(ap_batch, voucher, numbers)
    for gl_batch in payables.gl_batches:
        for journal in gl_batch.journals:
            yield from _journal_rows(gl_batch, journal, base, _named(journal.transactions, numbers))
    for in_batch in payables.in_batches:
        for document in in_batch.documents:
            yield from _inventory_rows(in_batch, document, base, _named(document.transactions, numbers))


def payables_document_rows(base: str, batch: object, document: object, numbers: Numbers) -> Iterable[JournalRow]:
    """Return the rows of one voucher, journal, adjustment or transfer."""
    if isinstance(batch, ApBatch) and isinstance(document, ApDocument):
        return _voucher_rows(batch, document, numbers)
    if isinstance(batch, GlBatch) and isinstance(document, GlJournal):
        return _journal_rows(batch, document, base, _named(document.transactions, numbers))
    if isinstance(batch, InBatch) and isinstance(document, InDocument):
        return _inventory_rows(batch, document, base, _named(document.transactions, numbers))
    return ()


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


def _created_item(item: NewItem, numbers: Numbers) -> JournalRow:
    return created_row(
        "IN",
        item.invt_id,
        (item.invt_acct, item.invt_sub),
        f"Item {item.descr}, class {item.class_id}, unit {item.stock_unit}",
        ", ".join(numbers[key] for key in item.needed_by if numbers.get(key)),
    )


def _voucher_rows(batch: ApBatch, document: ApDocument, numbers: Numbers) -> Iterable[JournalRow]:
    """Return a voucher's lines, the tax lines and the control line that SL's release makes (SL: pp_03400)."""
    is_voucher = document.sign > 0
    facts = DocumentFacts(
        batch_number=batch.number,
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
    named = _named(document.transactions, numbers)
    taking = line_taking_ap_difference(document.lines) if document.base_difference else None
    for index, line in enumerate(document.lines):
        base = line.amount + document.base_difference if index == taking else line.amount
        number = numbers.get(line.transaction, "") if line.transaction else named
        accounts = (line.acct, line.sub)
        yield facts.row(WRITTEN, accounts, (line.cury_amount, base), line.descr, number, on_debit=is_voucher)
    for tax in document.tax_postings:
        yield facts.row(
            MADE_AT_RELEASE,
            (tax.acct, tax.sub),
            (tax.cury_tax, tax.tax),
            tax.descr or f"Tax {tax.tax_id}",
            named,
            on_debit=is_voucher,
            tax_id=tax.tax_id,
        )
    yield facts.row(
        MADE_AT_RELEASE,
        (document.ap_acct, document.ap_sub),
        (document.cury_total, document.total),
        document.descr,
        named,
        on_debit=not is_voucher,
    )


def _journal_rows(batch: GlBatch, journal: GlJournal, base: str, number: str) -> Iterable[JournalRow]:
    """Return a journal's lines; the release adds none (SL: pp_01400)."""
    facts = DocumentFacts(
        batch_number=batch.number,
        module=batch.module,
        doc_type=_JOURNAL_TYPE,
        reference="",
        doc_date=journal.journal_date,
        due_date=None,
        period=batch.per_post,
        terms="",
        party="",
        vendor_invoice="",
        currency=base,
    )
    for line in journal.lines:
        on_debit = bool(line.debit)
        amount = line.debit if on_debit else line.credit
        yield facts.row(
            WRITTEN,
            (line.acct, line.sub),
            (amount, amount),
            line.descr,
            number,
            on_debit=on_debit,
            reference=line.ref_nbr,
            party=line.party,
        )


def _inventory_rows(batch: InBatch, document: InDocument, base: str, number: str) -> Iterable[JournalRow]:
    """Return the account side of each line, and the inventory side that the release adds.

    The values are Manage's. Unverified: what the release, a client program of SL, makes of them; an item of average
    or layered cost may go out at SL's own cost.
    """
    facts = DocumentFacts(
        batch_number=batch.number,
        module=batch.module,
        doc_type=document.tran_type,
        reference=document.ref_nbr,
        doc_date=document.tran_date,
        due_date=None,
        period=batch.per_post,
        terms="",
        party="",
        vendor_invoice="",
        currency=base,
    )

    def side(source: str, account: tuple[str, str], amount: Decimal, descr: str, *, on_debit: bool) -> JournalRow:
        return facts.row(source, account, (amount, amount), descr, number, on_debit=on_debit)

    for line in document.lines:
        account, inventory = (line.acct, line.sub), (line.invt_acct, line.invt_sub)
        here = f"{_goods(line)} {line.site_id}/{line.whse_loc}"
        if document.tran_type == _MOVED:
            there = f"{_goods(line)} {line.to_site_id}/{line.to_whse_loc}"
            yield side(WRITTEN, account, line.amount, line.descr, on_debit=True)
            yield side(MADE_AT_RELEASE, inventory, line.amount, f"Out: {here}", on_debit=False)
            yield side(MADE_AT_RELEASE, inventory, line.amount, f"In: {there}", on_debit=True)
            yield side(MADE_AT_RELEASE, account, line.amount, line.descr, on_debit=False)
        else:
            comes_in = line.quantity > 0
            amount = abs(line.amount)
            yield side(WRITTEN, account, amount, line.descr, on_debit=not comes_in)
            yield side(MADE_AT_RELEASE, inventory, amount, f"{'In' if comes_in else 'Out'}: {here}", on_debit=comes_in)


def _goods(line: InLine) -> str:
    return f"{abs(line.quantity):f} {line.unit} {line.invt_id}"


def _named(transactions: Sequence[TransactionKey], numbers: Numbers) -> str:
    """Return the numbers of a document's transactions, some of them when there are many."""
    names = list(dict.fromkeys(numbers.get(key, "") for key in transactions))
    shown = ", ".join(name for name in names[:_NAMED] if name)
    return f"{shown}, …" if len(names) > _NAMED else shown

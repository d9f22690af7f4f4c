"""Vouchers, journals, adjustments and transfers to write into the small company of ``sl_writer_books``."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

from sl_writer_books import BASE, DAY, HOST, SITE, Books, plan

from xlpy.domain.documents.ap import ApBatch, ApDocument, ApLine, ApPart, NewVendor
from xlpy.domain.documents.gl import GlBatch, GlJournal, GlLine, GlPart
from xlpy.domain.documents.inventory import InBatch, InDocument, InLine, InventoryPart, NewItem
from xlpy.domain.documents.plan import Action, Plan, PlannedTransaction
from xlpy.domain.documents.shared import TaxPosting
from xlpy.domain.values.transactions import Kind, PostedPart, TransactionKey
from xlpy.sl.ledger_book.ledger import read_postings

TODAY = date(2026, 10, 20)


def expense(number: int) -> TransactionKey:
    return TransactionKey(Kind.EXPENSE, str(number))


def receipt(number: int) -> TransactionKey:
    return TransactionKey(Kind.PROCUREMENT, f"PO{number}-A1")


def ap_line(amount: str, base: str | None = None, **more: Any) -> ApLine:
    cury = Decimal(amount)
    values: dict[str, Any] = {
        "acct": "6100",
        "sub": "100TP",
        "cury_amount": cury,
        "amount": Decimal(base) if base else cury,
        "quantity": Decimal(1),
        "cury_unit_price": cury,
        "unit_price": Decimal(base) if base else cury,
        "unit": "EA",
        "descr": "Taxi to Orlando",
    }
    return ApLine(**(values | more))


def voucher(*transactions: TransactionKey, lines: tuple[ApLine, ...] = (), **more: Any) -> ApDocument:
    lines = lines or tuple(ap_line("40.00", transaction=key_) for key_ in transactions)
    taxes = more.get("taxes", ())
    values: dict[str, Any] = {
        "transactions": transactions,
        "doc_type": "VO",
        "vend_id": "E-JDOE",
        "doc_date": DAY,
        "due_date": date(2026, 11, 11),
        "disc_date": DAY,
        "terms": "30",
        "rate": BASE,
        "ap_acct": "2010",
        "ap_sub": "00000",
        "cury_discount": Decimal(0),
        "discount": Decimal(0),
        "cury_total": sum((x.cury_amount for x in lines), Decimal(0)) + sum((t.cury_tax for t in taxes), Decimal(0)),
        "total": sum((x.amount for x in lines), Decimal(0)) + sum((t.tax for t in taxes), Decimal(0)),
        "invc_nbr": f"EXP{transactions[0].record_id}"[:15],
        "invc_date": date(2026, 10, 11),
        "taxes": taxes,
        "tax_postings": tuple(TaxPosting(t.tax_id, "1250", "00000", t.cury_tax, t.tax) for t in taxes),
        "lines": lines,
        "descr": "Expenses of Jane Doe",
    }
    return ApDocument(**(values | more))


def ap_batch(*documents: ApDocument, number: int = 1, **more: Any) -> ApBatch:
    values: dict[str, Any] = {
        "number": number,
        "per_post": "202610",
        "currency": documents[0].rate.currency,
        "batch_date": TODAY,
        "descr": "Manage OCT-E",
        "documents": documents,
    }
    return ApBatch(**(values | more))


def journal(
    *transactions: TransactionKey, amount: str = "12.50", part: str = "cost", ref: str = "", **more: Any
) -> GlJournal:
    ref = ref or transactions[0].record_id
    cost = Decimal(amount)
    lines = (
        GlLine("5200", "300TP", cost, Decimal(0), "Patch cable", ref, "INV", "ACME01", Decimal(10)),
        GlLine("1400", "00000", Decimal(0), cost, "Patch cable", ref, "INV", "ACME01", Decimal(10)),
    )
    values: dict[str, Any] = {"journal_date": DAY, "lines": lines, "descr": f"Cost of {ref}"}
    return GlJournal(transactions=transactions, part=part, **(values | more))


def gl_batch(*journals: GlJournal, number: int = 1, **more: Any) -> GlBatch:
    values: dict[str, Any] = {"per_post": "202610", "batch_date": TODAY, "descr": "Manage OCT-I"}
    return GlBatch(number=number, journals=journals, **(values | more))


def in_line(quantity: str, **more: Any) -> InLine:
    values: dict[str, Any] = {
        "invt_id": "PATCH10",
        "site_id": "TPA",
        "whse_loc": "MAIN",
        "quantity": Decimal(quantity),
        "unit": "EA",
        "conversion": Decimal(1),
        "multiply_divide": "M",
        "unit_cost": Decimal("1.25"),
        "amount": Decimal(quantity) * Decimal("1.25"),
        "acct": "5900",
        "sub": "300TP",
        "invt_acct": "1400",
        "invt_sub": "00000",
        "descr": "Count difference",
    }
    return InLine(**(values | more))


def adjustment(number: int, *lines: InLine, **more: Any) -> InDocument:
    values: dict[str, Any] = {"tran_type": "AJ", "tran_date": DAY, "ref_nbr": f"ADJ{number}", "descr": "Stock count"}
    return InDocument(transactions=(receipt(number),), lines=lines or (in_line("-3"),), **(values | more))


def transfer(number: int, *lines: InLine, **more: Any) -> InDocument:
    lines = lines or (in_line("4", to_site_id="ORL", to_whse_loc="VAN3"),)
    values: dict[str, Any] = {"tran_type": "TR", "tran_date": DAY, "ref_nbr": "", "descr": "To the van"}
    return InDocument(transactions=(receipt(number),), lines=lines, **(values | more))


def in_batch(*documents: InDocument, number: int = 1, **more: Any) -> InBatch:
    values: dict[str, Any] = {"per_post": "202610", "batch_date": TODAY, "descr": "Manage OCT-P"}
    return InBatch(number=number, documents=documents, **(values | more))


def planned(some: TransactionKey, amount: Decimal = Decimal(40), **more: Any) -> PlannedTransaction:
    values: dict[str, Any] = {
        "key": some,
        "number": some.record_id,
        "company": "Acme",
        "document_date": DAY,
        "amount": amount,
        "currency": "USD",
        "action": Action.POST,
        "generation": 1,
        "lines_hash": f"lines of {some}",
        "entry_ids": (7001, 7002),
    }
    return PlannedTransaction(**(values | more))


def payables_plan(*batches: ApBatch | GlBatch | InBatch, **more: Any) -> Plan:
    """A plan of one kind's batches; its transactions are those of the documents."""
    keys: dict[TransactionKey, None] = {}
    for made in batches:
        for document in made.journals if isinstance(made, GlBatch) else made.documents:
            keys |= dict.fromkeys(document.transactions)
    parts = {
        "ap": ApPart(more.pop("vendors", ()), tuple(b for b in batches if isinstance(b, ApBatch))),
        "gl": GlPart(tuple(b for b in batches if isinstance(b, GlBatch))),
        "inventory": InventoryPart(more.pop("items", ()), tuple(b for b in batches if isinstance(b, InBatch))),
    }
    return plan(**({"transactions": tuple(map(planned, keys)), **parts} | more))


def new_vendor(vend_id: str = "EAGLEP", **more: Any) -> NewVendor:
    values: dict[str, Any] = {
        "name": "Eagle Parts Supply",
        "class_id": "STD",
        "ap_acct": "2000",
        "ap_sub": "00000",
        "exp_acct": "5400",
        "exp_sub": "300TP",
        "ppay_acct": "1250",
        "ppay_sub": "00000",
        "terms": "30",
        "currency": "",
        "address1": "9 Dock Road",
        "city": "Tampa",
        "state": "FL",
        "zip": "33605",
        "country": "US",
        "email": "ar@eagle.example",
        "attention": "Lee Park",
    }
    return NewVendor(vend_id=vend_id, **(values | more))


def new_item(invt_id: str = "DOCK-C", **more: Any) -> NewItem:
    values: dict[str, Any] = {
        "descr": "USB-C dock",
        "class_id": "HW",
        "stock": True,
        "valuation": "A",
        "stock_unit": "EA",
        "invt_acct": "1400",
        "invt_sub": "00000",
        "cogs_acct": "5200",
        "cogs_sub": "300TP",
        "sales_acct": "4200",
        "sales_sub": "300TP",
        "default_site": "TPA",
        "tax_category": "TAXABLE",
    }
    return NewItem(invt_id=invt_id, **(values | more))


def parts_of(books: Books, some: TransactionKey) -> tuple[PostedPart, ...]:
    with books.engine.connect() as connection:
        return read_postings(connection, HOST, SITE, [some])[some].parts


def known(books: Books, *keys: TransactionKey) -> set[TransactionKey]:
    with books.engine.connect() as connection:
        return set(read_postings(connection, HOST, SITE, keys))

"""The journal of adjustments and transfers, and of the items that are created for them."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal

from xlpy.domain.documents.inventory import MOVED, InBatch, InDocument, InLine, InventoryPart, NewItem
from xlpy.domain.preview.rows import (
    MADE_AT_RELEASE,
    WRITTEN,
    DocumentFacts,
    JournalRow,
    Numbers,
    created_row,
    named,
)


def created_item_rows(part: InventoryPart, numbers: Numbers) -> Iterable[JournalRow]:
    """Return the items that will be created."""
    return (_created_item(item, numbers) for item in part.items)


def inventory_rows(part: InventoryPart, base_currency: str, numbers: Numbers) -> Iterable[JournalRow]:
    """Return the rows of every adjustment and transfer; each foots to zero."""
    for batch in part.batches:
        for position, document in enumerate(batch.documents, 1):
            yield from inventory_document_rows(batch, position, document, base_currency, numbers)


def _created_item(item: NewItem, numbers: Numbers) -> JournalRow:
    return created_row(
        "IN",
        item.invt_id,
        (item.invt_acct, item.invt_sub),
        f"Item {item.descr}, class {item.class_id}, unit {item.stock_unit}",
        ", ".join(numbers[key] for key in item.needed_by if numbers.get(key)),
    )


def inventory_document_rows(
    batch: InBatch, position: int, document: InDocument, base: str, numbers: Numbers
) -> Iterable[JournalRow]:
    """Return the account side of each line, and the inventory side that the release adds.

    The values are Manage's. Unverified: what the release, a client program of SL, makes of them; an item of average
    or layered cost may go out at SL's own cost.
    """
    number = named(document.transactions, numbers)
    facts = DocumentFacts(
        batch_number=batch.number,
        position=position,
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
        if document.tran_type == MOVED:
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

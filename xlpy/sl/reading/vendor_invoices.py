"""Vendor invoice numbers that SL has already: the release does not look, so the check is ours (SL: DupInvcChk)."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import TYPE_CHECKING

from sqlalchemy import Connection, select

from xlpy.domain.documents.ap import ApDocument
from xlpy.domain.facts.books import sl_key
from xlpy.domain.facts.payables_books import VendorInvoiceUse
from xlpy.domain.values.transactions import TransactionKey
from xlpy.sl.connection.rows import chunks
from xlpy.sl.ledger_book.tables import posting_docs

if TYPE_CHECKING:
    from xlpy.sl.connection.engine import SlCompany

VendorInvoice = tuple[str, str]  # sl_key of VendId, sl_key of InvcNbr


def read_vendor_invoices(
    connection: Connection, company: SlCompany, numbers: Iterable[VendorInvoice]
) -> dict[VendorInvoice, tuple[VendorInvoiceUse, ...]]:
    """Return the AP documents that carry these vendor invoice numbers, void ones left out (SL: APDoc_VendId_InvcNbr).

    Both parts must fit their columns. The document type is no part of the question.
    """
    wanted = {(sl_key(vendor), sl_key(number)) for vendor, number in numbers}
    table = company.catalogue.table("APDoc")
    columns = [table.c[name] for name in ("VendId", "InvcNbr", "DocType", "RefNbr", "BatNbr")]
    found: dict[VendorInvoice, list[VendorInvoiceUse]] = {}
    for chunk in chunks(sorted({number for _, number in wanted if number})):
        statement = select(*columns).where(table.c.InvcNbr.in_(chunk), table.c.Status != "V")
        for row in connection.execute(statement):
            key = sl_key(row[0]), sl_key(row[1])
            if key in wanted:
                found.setdefault(key, []).append(VendorInvoiceUse(*row))
    return {key: tuple(sorted(some, key=lambda use: use.ref_nbr)) for key, some in found.items()}


def taken_vendor_invoices(
    connection: Connection, company: SlCompany, documents: Collection[ApDocument]
) -> dict[TransactionKey, str]:
    """Return the transactions whose vendor invoice somebody else has entered, with the reason.

    A voucher of ours with the same number is another receipt of the same order, which the check has noted.
    """
    if not documents:
        return {}
    uses = read_vendor_invoices(connection, company, [(d.vend_id, d.invc_nbr) for d in documents])
    ours = _ours(connection, {use.bat_nbr for some in uses.values() for use in some})
    taken: dict[TransactionKey, str] = {}
    for document in documents:
        for use in uses.get((sl_key(document.vend_id), sl_key(document.invc_nbr)), ()):
            if (use.bat_nbr, use.ref_nbr) not in ours:
                reason = (
                    f"Vendor invoice {document.invc_nbr} of vendor {document.vend_id} was entered in SL meanwhile:"
                    f" {use.doc_type} {use.ref_nbr} in batch {use.bat_nbr}"
                )
                taken |= dict.fromkeys(document.transactions, reason)
    return taken


def _ours(connection: Connection, bat_nbrs: Collection[str]) -> set[tuple[str, str]]:
    found: set[tuple[str, str]] = set()
    for chunk in chunks(sorted(bat_nbrs)):
        statement = select(posting_docs.c.BatNbr, posting_docs.c.RefNbr).where(
            posting_docs.c.Module == "AP", posting_docs.c.BatNbr.in_(chunk)
        )
        found.update((row.BatNbr, row.RefNbr) for row in connection.execute(statement))
    return found

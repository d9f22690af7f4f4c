"""Invoices with what Manage takes for paid, found by their ids or their numbers.

Source: Manage API: what the invoice shows.
"""

from __future__ import annotations

import logging
from collections.abc import Collection, Iterable
from typing import Any

from xlpy.domain.facts.manage_payments import ManageInvoice
from xlpy.domain.values.money import round_money
from xlpy.manage.http.transport import Transport
from xlpy.manage.paging import Progress, can_be_quoted, in_pieces, read_by_ids, read_filtered
from xlpy.manage.records import Json, decimals_of
from xlpy.manage.row import Row

INVOICES = "/finance/invoices"
FIELDS = (
    "id,invoiceNumber,type,status,company,accountNumber,currency,total,payments,credits,balance,date,"
    "glBatch,unbatchedBatch,billToCompany,locationId,location"
)
_log = logging.getLogger("xlpy.manage")


def invoices(transport: Transport, ids: Collection[int], progress: Progress | None = None) -> dict[int, ManageInvoice]:
    """Return the invoices with these ids (billing log ids), by id; those that are not there are left out."""
    rows = read_by_ids(transport, INVOICES, set(ids), FIELDS, progress=progress)
    return {invoice.id: invoice for invoice in map(manage_invoice, rows)}


def invoices_numbered(
    transport: Transport, numbers: Iterable[str], progress: Progress | None = None
) -> tuple[ManageInvoice, ...]:
    """Return the invoices with these numbers, compared without case as Manage does; one number may have several.

    A number that can't be asked for (quotes, backslashes, control characters) is left out, with a line in the log.
    """
    wanted = dict.fromkeys(number for number in map(str.strip, numbers) if number)
    asked = [number for number in wanted if can_be_quoted(number) and "'" not in number]
    for number in wanted.keys() - set(asked):
        _log.warning("Invoice number %r has quotes or a backslash in it; Manage is not asked for it", number)
    found: dict[int, ManageInvoice] = {}
    quoted = [f'"{number}"' for number in asked]
    done = 0
    for chunk in in_pieces(INVOICES, {"fields": FIELDS}, "invoiceNumber in ({})", quoted):
        folded = {number.strip('"').casefold() for number in chunk}
        rows = read_filtered(transport, INVOICES, f"invoiceNumber in ({','.join(chunk)})", FIELDS)
        for invoice in map(manage_invoice, rows):
            # A server that ignores the condition would show others too.
            if invoice.id and invoice.number.casefold() in folded:
                found.setdefault(invoice.id, invoice)
        done += len(chunk)
        if progress:
            progress(done, len(asked))
    return tuple(found.values())


def manage_invoice(data: Json) -> ManageInvoice:
    """Read an invoice; its amounts are rounded to the decimals of its currency, a credit memo's are negative."""
    row = Row(data, f"invoice {data.get('invoiceNumber') or data.get('id')}")
    decimals = decimals_of(row.row("currency"))
    money: dict[str, Any] = {
        name: round_money(row.amount(name), decimals) for name in ("total", "payments", "credits", "balance")
    }
    return ManageInvoice(
        id=row.id(),
        number=row.text("invoiceNumber"),
        invoice_type=row.text("type"),
        company=row.ref("company"),
        account_number=row.text("accountNumber"),
        currency=row.currency(),
        decimals=decimals,
        invoice_date=row.day("date"),
        batch=row.ref("glBatch").name,
        status=row.ref("status").name,
        unbatched_from=row.ref("unbatchedBatch").name,
        bill_to=row.ref("billToCompany"),
        location_id=row.id("locationId") or row.ref("location").id,
        location=row.ref("location").name,
        **money,
    )

"""Invoices and credit memos: the unposted list and the export. Expenses and procurement are modules beside it."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from xlpy.domain.facts.manage import ExportInvoice, UnpostedInvoice
from xlpy.domain.values.transactions import Kind
from xlpy.manage import records
from xlpy.manage.exporting import ExportRequest, export_in_chunks, exported_wrongly
from xlpy.manage.http.transport import Transport
from xlpy.manage.paging import Progress, read_list_as

UNPOSTED = "/finance/accounting/unpostedinvoices"
_log = logging.getLogger("xlpy.manage")


def unposted_invoices(
    transport: Transport, progress: Progress | None = None, left_out: list[str] | None = None
) -> list[UnpostedInvoice]:
    """Return the unposted invoices, once each by ``billing_log_id``.

    Dates and locations are filtered by the caller: Manage's own filters on these fields are not reliable.
    ``left_out`` takes what has no id to export it by.
    """
    found: dict[int, UnpostedInvoice] = {}
    for invoice in read_list_as(transport, UNPOSTED, records.unposted_invoice, progress=progress):
        if not invoice.billing_log_id:
            _log.warning("Unposted invoice %s has no id to export it by, and is left out", invoice.number or invoice.id)
            if left_out is not None:
                left_out.append(invoice.number or str(invoice.id))
        else:
            found.setdefault(invoice.billing_log_id, invoice)
    return list(found.values())


def export_invoices(
    transport: Transport,
    ids: Sequence[int],
    request: ExportRequest,
    *,
    chunk: int,
    progress: Progress | None = None,
) -> tuple[ExportInvoice, ...]:
    """Return the export of these invoices (``billing_log_id``), in their order; nothing in Manage changes.

    An invoice without GL entries is missing in the answer: the caller reports it. Raises ``ManageError`` when
    something comes back that was not asked for, or comes twice: it would be posted without a mark.
    """
    found: dict[int, ExportInvoice] = {}
    for part, parts in export_in_chunks(transport, Kind.INVOICE, ids, request, chunk=chunk, progress=progress):
        for invoice in map(records.export_invoice, parts["transactions"]):
            if invoice.id not in part or invoice.id in found:
                how = "twice" if invoice.id in found else "without being asked for"
                raise exported_wrongly(f"invoice {invoice.number or invoice.id}", how)
            found[invoice.id] = invoice
    return tuple(found[i] for i in dict.fromkeys(ids) if i in found)


def read_exported(records_of_answer: Iterable[Mapping[str, Any]]) -> tuple[ExportInvoice, ...]:
    """Return the invoices of an answer; raises ``ManageError`` when one comes twice: it would be posted twice."""
    found: dict[int, ExportInvoice] = {}
    for invoice in map(records.export_invoice, records_of_answer):
        if invoice.id in found:
            raise exported_wrongly(f"invoice {invoice.number or invoice.id}", "twice")
        found[invoice.id] = invoice
    return tuple(found.values())

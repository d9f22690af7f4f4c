"""Invoices and credit memos: the unposted list and the export. Expenses and procurement are modules beside it."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from datetime import date

from xlpy.domain.manage_records import ExportInvoice, UnpostedInvoice
from xlpy.errors import ManageError, ManageSpokeNonsense
from xlpy.manage import records
from xlpy.manage.answers import shape
from xlpy.manage.paging import Progress, read_list
from xlpy.manage.transport import Transport

UNPOSTED = "/finance/accounting/unpostedinvoices"
EXPORT = "/finance/accounting/export"
OTHER_PARTS = ("expenses", "expenseBills", "purchaseTransactions", "adjustmentTransactions", "inventoryTransfers")
_log = logging.getLogger("xlpy.manage")


def unposted_invoices(transport: Transport, progress: Progress | None = None) -> list[UnpostedInvoice]:
    """Return the unposted invoices, once each by ``billing_log_id``.

    Dates and locations are filtered by the caller: Manage's own filters on these fields are not reliable.
    """
    found: dict[int, UnpostedInvoice] = {}
    for data in read_list(transport, UNPOSTED, progress=progress):
        invoice = records.unposted_invoice(data)
        if not invoice.billing_log_id:
            _log.warning("Unposted invoice %s has no id to export it by, and is left out", invoice.number or invoice.id)
        else:
            found.setdefault(invoice.billing_log_id, invoice)
    return list(found.values())


def export_invoices(
    transport: Transport,
    ids: Sequence[int],
    *,
    through: date,
    detail: str,
    batch_identifier: str,
    location_id: int,
    chunk: int,
    progress: Progress | None = None,
) -> tuple[ExportInvoice, ...]:
    """Return the export of these invoices (``billing_log_id``), in their order; nothing in Manage changes.

    One call per ``chunk`` of ids, never one with an empty list (what Manage makes of that is unverified). An invoice
    without GL entries is missing in the answer: the caller reports it. Raises ``ManageError`` when something comes
    back that was not asked for, or comes twice: it would be posted without a mark. Source: Manage API: request of the
    export.
    """
    wanted = list(dict.fromkeys(ids))
    size = max(1, chunk)
    found: dict[int, ExportInvoice] = {}
    for start in range(0, len(wanted), size):
        part = wanted[start : start + size]
        body = _request(
            part, through=through, detail=detail, batch_identifier=batch_identifier, location_id=location_id
        )
        answer = transport.ask(EXPORT, body, timeout=transport.export_timeout).data
        for invoice in _exported(answer):
            if invoice.id not in part or invoice.id in found:
                why = "twice" if invoice.id in found else "without being asked for"
                raise ManageError(
                    f"Manage exported invoice {invoice.number or invoice.id} {why}.",
                    fix="Refresh and try again. Nothing was posted.",
                )
            found[invoice.id] = invoice
        if progress:
            progress(start + len(part), len(wanted))
    return tuple(found[i] for i in wanted if i in found)


def _request(
    ids: list[int], *, through: date, detail: str, batch_identifier: str, location_id: int
) -> dict[str, object]:
    body: dict[str, object] = {
        "batchIdentifier": batch_identifier,
        "glInterfaceIdentifier": batch_identifier,
        # The end of the day; left out it would mean today, and drop invoices dated later.
        "thruDate": f"{through.isoformat()}T23:59:59Z",
        "summarizeInvoices": str(detail),
        "exportInvoicesFlag": True,
        "exportExpensesFlag": False,
        "exportProductsFlag": False,
        "includedInvoiceIds": ids,
    }
    if location_id:
        body["locationId"] = location_id
    return body


def _exported(answer: object) -> list[ExportInvoice]:
    """Return the invoices of a GL export that must hold nothing else."""
    transactions = answer.get("transactions") if isinstance(answer, dict) else ""
    transactions = [] if transactions is None else transactions
    if not isinstance(answer, dict) or not isinstance(transactions, list):
        raise ManageSpokeNonsense(f"not an export: {shape(answer)}", method="POST", path=EXPORT)
    foreign = [name for name in OTHER_PARTS if answer.get(name)]
    if foreign or not all(isinstance(item, dict) for item in transactions):
        raise ManageError(
            f"Manage's export of invoices has other things in it ({', '.join(foreign) or 'unreadable records'}).",
            fix="Refresh and try again. Nothing was posted.",
        )
    return [records.export_invoice(item) for item in transactions]

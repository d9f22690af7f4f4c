"""Procurement: the unposted list, grouped to transactions, and the export. Modelled on ``invoices``."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from functools import cache
from typing import Any, TypeVar

from xlpy.domain.facts.manage_procurement import ExportedProcurement, UnpostedProcurement
from xlpy.domain.values.money import total
from xlpy.domain.values.transactions import Kind
from xlpy.manage import payables_records
from xlpy.manage.exporting import ExportRequest, Parts, export_in_chunks, exported_wrongly, refuse_twice
from xlpy.manage.http.transport import Transport
from xlpy.manage.paging import Data, Progress, read_list_as

ORDERS = "/procurement/purchaseorders"
UNPOSTED = "/finance/accounting/unpostedprocurement"
_Record = TypeVar("_Record")
_log = logging.getLogger("xlpy.manage")


def unposted_procurement(
    transport: Transport,
    locations: Callable[[], Mapping[int, str]],
    progress: Progress | None = None,
    left_out: list[str] | None = None,
) -> list[UnpostedProcurement]:
    """Return the unposted receipts, adjustments and transfers, once each by ``unposted_product_id``.

    Manage lists a row per GL line; the rows of one transaction are put together. ``locations`` is asked for the
    names of the locations when there is a row. Dates and locations are filtered by the caller.
    ``left_out`` takes what has no id to export it by.
    """
    names = cache(locations)

    def made(data: Data) -> UnpostedProcurement:
        return payables_records.unposted_procurement(data, names())

    groups: dict[str, list[UnpostedProcurement]] = {}
    for row in read_list_as(transport, UNPOSTED, made, progress=progress):
        if not row.unposted_product_id:
            _log.warning("Unposted procurement %s has no id to export it by, and is left out", row.entry_ids)
            if left_out is not None:
                left_out.append(row.description or str(row.entry_ids))
        else:
            groups.setdefault(row.unposted_product_id, []).append(row)
    return [put_together(group) for group in groups.values()]


def export_procurement(
    transport: Transport,
    ids: Sequence[str],
    request: ExportRequest,
    *,
    chunk: int,
    progress: Progress | None = None,
) -> ExportedProcurement:
    """Return the export of these transactions (``unposted_product_id``) in Manage's order; nothing there changes.

    The answer does not name these ids: ``xlpy.domain.facts.matching`` says which transaction each document belongs to.
    Raises ``ManageError`` when the same GL entry or the same document comes twice: it would be posted twice.
    """
    found = ExportedProcurement()
    seen: set[int] = set()
    for _, parts in export_in_chunks(transport, Kind.PROCUREMENT, ids, request, chunk=chunk, progress=progress):
        more = read_exported(parts, seen)
        found = ExportedProcurement(
            (*found.purchases, *more.purchases),
            _once(found.adjustments, more.adjustments, "an adjustment"),
            _once(found.transfers, more.transfers, "a transfer"),
        )
    return found


def read_exported(parts: Parts, seen: set[int]) -> ExportedProcurement:
    """Return the procurement of an answer; the GL entry ids that it names are added to ``seen``.

    Raises ``ManageError`` when the same GL entry or the same document comes twice: it would be posted twice.
    """
    purchases = tuple(map(payables_records.purchase, parts.get("purchaseTransactions", ())))
    adjustments = tuple(map(payables_records.adjustment, parts.get("adjustmentTransactions", ())))
    transfers = tuple(map(payables_records.transfer, parts.get("inventoryTransfers", ())))
    for purchase in purchases:
        refuse_twice(purchase.all_entry_ids, seen, f"receipt {purchase.id or purchase.document_number}")
    for adjustment in adjustments:
        entries = (line.entry_id for line in adjustment.lines)
        refuse_twice(entries, seen, f"adjustment {adjustment.description or adjustment.id}")
    return ExportedProcurement(purchases, _once((), adjustments, "an adjustment"), _once((), transfers, "a transfer"))


def _once(before: tuple[_Record, ...], more: tuple[_Record, ...], what: str) -> tuple[_Record, ...]:
    """Join records that need not have GL entry ids; raises ``ManageError`` for two that are alike in everything."""
    joined = (*before, *more)
    if len(set(joined)) < len(joined):
        raise exported_wrongly(what, "twice")
    return joined


def unbatch_order(transport: Transport, order_id: int) -> None:
    """Take a purchase order out of its batches: its receipts are unposted again. Sent once.

    That it takes out every receipt of the order, and what it answers for one that is in no batch, is unverified: look
    at the unposted list afterwards. Source: Manage API: un-batch one document.
    """
    transport.write("POST", f"{ORDERS}/{order_id}/unbatch")


def put_together(rows: Sequence[UnpostedProcurement]) -> UnpostedProcurement:
    """Return the transaction that these rows are the GL lines of: the first row, completed by the others.

    The date is the latest of the rows: two receipts with one id are only within a through date when both are, or the
    later one would be marked in Manage without being in SL.
    """
    days = [row.document_date for row in rows if row.document_date]
    money = next((row for row in rows if row.currency), rows[0])
    return replace(
        rows[0],
        entry_ids=tuple(sorted({entry for row in rows for entry in row.entry_ids})),
        document_date=max(days, default=None),
        currency=money.currency,
        decimals=money.decimals,
        total=_total_of(row.total for row in rows),
        avalara=any(row.avalara for row in rows),
        **{name: _first_filled(rows, name) for name in _HEADER},
    )


_HEADER = (  # what every row of a transaction says alike, or leaves to another
    "kind",
    "description",
    "location_id",
    "location",
    "purchase_order",
    "vendor",
    "vendor_account_number",
    "vendor_invoice_number",
    "vendor_invoice_date",
    "tracking_number",
    "terms",
    "tax_code",
)


def _first_filled(rows: Sequence[UnpostedProcurement], name: str) -> Any:
    values = [getattr(row, name) for row in rows]
    return next((value for value in values if value), values[0])


def _total_of(totals: Iterable[Decimal]) -> Decimal:
    """Return the total of a transaction from those of its rows: their sum.

    Unverified: that a row has the amount of its own GL line. It has that line's id, and an adjustment of several
    items shows as several rows, so it is not taken for the document's. This total is only shown and counted; what is
    posted comes from the export.
    """
    return total(totals)

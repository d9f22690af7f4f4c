"""Purchase orders, adjustments, expense entries and reports as their own lists show them."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from xlpy.demo import firm
from xlpy.demo.site.catalog import CATALOG_BY_ID
from xlpy.demo.site.door.answers import Json, not_found
from xlpy.demo.site.masters import company_reference, currency_reference
from xlpy.demo.site.payables_masters import (
    bin_reference,
    classification_reference,
    expense_type_reference,
    location_reference,
    member_reference,
    payment_reference,
    unit_reference,
    warehouse_of_bin,
    warehouse_reference,
)
from xlpy.demo.site.payables_records import Adjustment, Expense, OrderLine, PurchaseOrder, Receipt, ReceiptLine
from xlpy.demo.site.shown.payables_entries import purchase_line_id
from xlpy.demo.site.shown.unposted import midnight
from xlpy.demo.site.store import Site
from xlpy.domain.values.money import round_money, total


def purchase_orders(site: Site) -> list[Json]:
    """Return the purchase orders."""
    return [_order(site, order) for order in site.records.orders.values()]


def purchase_order_lines(site: Site, order_id: int) -> list[Json]:
    """Return the lines of a purchase order with what was received. Refuses (404) no such order."""
    order = site.records.orders.get(order_id)
    if order is None:
        raise not_found("PurchaseOrder", order_id)
    return [_order_line(site, order, line) for line in order.lines]


def adjustment_records(site: Site) -> list[Json]:
    """Return the inventory adjustments; a negative quantity takes out of stock."""
    return [_adjustment(adjustment) for adjustment in site.records.adjustments.values()]


def expense_entries(site: Site) -> list[Json]:
    """Return the expenses, posted or not; an entry's id is the expenseDetailId."""
    return [_expense(site, expense) for expense in site.records.expenses.values()]


def expense_reports(site: Site) -> list[Json]:
    """Return the members' expense reports, one per period."""
    reports: dict[int, list[Expense]] = {}
    for expense in site.records.expenses.values():
        reports.setdefault(expense.report_id, []).append(expense)
    return [_report(site, number, expenses) for number, expenses in reports.items()]


def _order(site: Site, order: PurchaseOrder) -> Json:
    records = site.records
    vendor = site.table("companies")[order.vendor_id]
    receipts = [receipt for receipt in records.receipts.values() if receipt.order_id == order.id]
    goods = total(round_money(line.unit_cost * line.quantity, 2) for line in order.lines)
    freight = total(receipt.freight for receipt in receipts)
    tax = total(receipt.tax for receipt in receipts)
    done = all(_quantity_received(site, order, line) >= line.quantity for line in order.lines)
    row: Json = {
        "id": order.id,
        "poNumber": order.number,
        "poDate": midnight(order.day),
        "status": {"id": 3 if done else 2, "name": "Received" if done else "Sent to Vendor"},
        "closedFlag": done,
        "terms": {"id": order.terms_id, "name": site.table("billingTerms")[order.terms_id]["name"]},
        "vendorCompany": company_reference(vendor),
        "vendorSite": vendor["site"],
        "locationId": order.location_id,
        "location": location_reference(order.location_id),
        "warehouse": warehouse_reference(order.warehouse_id),
        "dropShipCustomerFlag": bool(order.customer_id),
        "currency": currency_reference(order.currency),
        "subTotal": goods,
        "freightCost": freight,
        "salesTax": tax,
        "total": goods + freight + tax,
        "taxPoFlag": bool(order.tax_code_id),
        "taxFreightFlag": False,
    }
    if order.tax_code_id:
        row["taxCode"] = {"id": order.tax_code_id, "name": site.table("taxCodes")[order.tax_code_id]["identifier"]}
    if order.customer_id:
        row["customerCompany"] = company_reference(site.table("companies")[order.customer_id])
    if receipts:
        last = receipts[-1]
        row["vendorInvoiceNumber"] = last.vendor_invoice_number
        if last.vendor_invoice_date:
            row["vendorInvoiceDate"] = midnight(last.vendor_invoice_date)
    return row


def _order_line(site: Site, order: PurchaseOrder, line: OrderLine) -> Json:
    item = CATALOG_BY_ID[line.item_id]
    received = list(_receipts_of(site, order, line))
    row: Json = {
        "id": purchase_line_id(order.id, line.number),
        "description": line.memo or item.description,
        "lineNumber": line.number,
        "product": {"id": item.id, "identifier": item.identifier, "serializedFlag": False},
        "purchaseOrderId": order.id,
        "purchaseOrderNumber": order.number,
        "quantity": line.quantity,
        "receivedQuantity": int(_quantity_received(site, order, line)),
        "unitCost": line.unit_cost,
        "extCost": round_money(line.unit_cost * line.quantity, 2),
        "unitOfMeasure": unit_reference(line.unit_id),
        "warehouse": warehouse_reference(warehouse_of_bin(line.bin_id)),
        "warehouseBin": bin_reference(line.bin_id),
        "canceledFlag": False,
        "closedFlag": bool(received),
        "receivedStatus": "FullyReceived" if received else "Waiting",
        "batchedFlag": bool(received) and all(x.entry_id in site.records.batched for _, x in received),
    }
    if received:
        last, _ = received[-1]
        row["packingSlip"] = last.packing_slip
        row["dateReceived"] = midnight(last.day)
        if last.unbatched_from:
            row["unbatchedRecId"] = last.unbatched_from
    return row


def _receipts_of(site: Site, order: PurchaseOrder, line: OrderLine) -> Iterator[tuple[Receipt, ReceiptLine]]:
    for receipt in site.records.receipts.values():
        if receipt.order_id == order.id:
            yield from ((receipt, x) for x in receipt.lines if x.item_id and x.line_number == line.number)


def _quantity_received(site: Site, order: PurchaseOrder, line: OrderLine) -> Decimal:
    return sum((x.quantity for _, x in _receipts_of(site, order, line)), Decimal(0))


def _adjustment(adjustment: Adjustment) -> Json:
    return {
        "id": adjustment.id,
        "identifier": f"{adjustment.id}-{adjustment.reason}",
        "type": {"id": 1, "identifier": "Count"},
        "reason": adjustment.reason,
        "closedFlag": True,
        "closedBy": "KMorales",
        "closedDate": adjustment.closed_at.strftime("%Y-%m-%dT%H:%M:%SZ"),
        "adjustmentDetails": [
            {
                "id": adjustment.id * 100 + number,
                "catalogItem": {"id": line.item_id, "identifier": CATALOG_BY_ID[line.item_id].identifier},
                "description": CATALOG_BY_ID[line.item_id].description[:50],
                "unitCost": line.unit_cost,
                "warehouse": warehouse_reference(warehouse_of_bin(line.bin_id)),
                "warehouseBin": bin_reference(line.bin_id),
                "quantityAdjusted": int(line.quantity),
                "adjustment": {"id": adjustment.id, "name": adjustment.reason},
            }
            for number, line in enumerate(adjustment.lines, start=1)
        ],
    }


def _expense(site: Site, expense: Expense) -> Json:
    row: Json = {
        "id": expense.id,
        "expenseReport": {"id": expense.report_id, "name": _period(expense)},
        "chargeToId": expense.ticket or expense.charge_code,
        "chargeToType": "ServiceTicket" if expense.company_id else "ChargeCode",
        "type": expense_type_reference(expense.expense_type_id),
        "member": member_reference(site.table("members")[expense.member_id]),
        "paymentMethod": payment_reference(expense.payment_method_id),
        "classification": classification_reference(expense.classification),
        "amount": expense.total,
        "billableOption": "Billable" if expense.billable else "DoNotBill",
        "date": midnight(expense.day),
        "locationId": expense.location_id,
        "businessUnitId": expense.department_id,
        "notes": expense.memo,
        "taxes": [
            {"id": level.level, "amount": level.tax, "type": {"id": level.level, "name": level.agency}}
            for level in expense.levels
        ],
        "currency": currency_reference(expense.currency),
        "status": "ApprovedByTierTwo",
        "billAmount": expense.billable,
    }
    if expense.company_id:
        row["company"] = company_reference(site.table("companies")[expense.company_id])
        row["ticket"] = {"id": expense.ticket, "summary": expense.memo}
    return row


def _report(site: Site, number: int, expenses: list[Expense]) -> Json:
    first = expenses[0]
    return {
        "id": number,
        "member": member_reference(site.table("members")[first.member_id]),
        "year": first.period_start.year,
        "period": int(first.period_end.strftime("%U")),
        "dateStart": midnight(first.period_start),
        "dateEnd": midnight(first.period_end),
        "status": "ApprovedByTierTwo",
        # One amount for all, whatever their currencies: nothing may be taken from it.
        "total": total(expense.total for expense in expenses),
        "dueDate": midnight(first.period_end),
    }


def _period(expense: Expense) -> str:
    return f"{expense.period_start.isoformat()} - {expense.period_end.isoformat()}, {firm.COMPANY_ID}"

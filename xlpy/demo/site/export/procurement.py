"""The GL export of procurement: receipts, adjustments and transfers.

Manage API, purchases: header positive, quantities and totals of lines and taxes negative; a line's ``accountNumber``
is the product's revenue account, and its date is US text. Adjustments: the sign of ``quantity`` is inverted, ``cost``
is of one. Transfers: no sample was ever seen, so values and signs are unverified.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date
from decimal import Decimal

from xlpy.demo import firm
from xlpy.demo.site.catalog import CATALOG_BY_ID
from xlpy.demo.site.door.answers import Json
from xlpy.demo.site.masters import company_reference, currency_reference
from xlpy.demo.site.payables_masters import (
    bin_reference,
    unit_reference,
    warehouse_of_bin,
    warehouse_reference,
)
from xlpy.demo.site.payables_records import (
    Adjustment,
    AdjustmentLine,
    ProcurementDocument,
    PurchaseOrder,
    Receipt,
    ReceiptLine,
    ReceiptTax,
    Transfer,
    TransferLine,
)
from xlpy.demo.site.store import Site
from xlpy.domain.values.money import total

OpenDocument = tuple[ProcurementDocument, Collection[int]]


def purchase_transactions(site: Site, chosen: Sequence[OpenDocument]) -> list[Json]:
    """Return the receipts; two of the same order and packing slip are one transaction."""
    by_id: dict[str, list[tuple[Receipt, Collection[int]]]] = {}
    for document, entry_ids in chosen:
        if isinstance(document, Receipt):
            by_id.setdefault(document.unposted_product_id, []).append((document, entry_ids))
    return [_purchase(site, receipts) for receipts in by_id.values()]


def adjustment_transactions(site: Site, chosen: Sequence[OpenDocument]) -> list[Json]:
    """Return the inventory adjustments."""
    return [_adjustment(site, d, ids) for d, ids in chosen if isinstance(d, Adjustment)]


def inventory_transfers(site: Site, chosen: Sequence[OpenDocument]) -> list[Json]:
    """Return one object per item moved; those of one transfer share its id."""
    return [
        _transfer(site, document, line, entry_ids)
        for document, entry_ids in chosen
        if isinstance(document, Transfer)
        for line in document.lines
        if line.entry_id in entry_ids or line.offset_id in entry_ids
    ]


def purchase_vendors(site: Site, chosen: Sequence[OpenDocument]) -> list[Json]:
    """Return every vendor with receipts in the export."""
    orders = {d.order_id: site.records.orders[d.order_id] for d, _ in chosen if isinstance(d, Receipt)}
    rows = []
    for number in sorted({order.vendor_id for order in orders.values()}):
        vendor = site.table("companies")[number]
        terms = vendor["billingTerms"]
        rows.append(
            {
                "vendor": company_reference(vendor),
                "vendorNumber": vendor.get("vendorIdentifier", ""),
                "company": company_reference(vendor),
                "contact": vendor["defaultContact"],
                "accountNumber": vendor.get("accountNumber", ""),
                "billingTerms": terms,
                "dueDays": site.table("billingTerms")[terms["id"]]["dueDays"],
                "site": vendor["site"],
            }
        )
    return rows


def _purchase(site: Site, receipts: Sequence[tuple[Receipt, Collection[int]]]) -> Json:
    receipt = receipts[-1][0]
    order = site.records.orders[receipt.order_id]
    vendor = site.table("companies")[order.vendor_id]
    terms = site.table("billingTerms")[order.terms_id]
    invoiced = receipt.vendor_invoice_date
    row: Json = {
        "id": f"PO #{order.number}, Packing Slip: {receipt.packing_slip}",
        "documentDate": _without_zone(receipt.day),
        "documentNumber": order.number,
        "description": "Purchase",
        "memo": "",
        "apAccountNumber": receipt.account,
        "purchaseDate": _without_zone(receipt.day),
        "company": company_reference(vendor),
        "companyType": vendor["types"][0],
        "contact": vendor["defaultContact"],
        "site": vendor["site"],
        "purchaseClass": "",
        "freightAmount": total(r.freight for r, _ in receipts),
        "freightPackingSlip": receipt.packing_slip if receipt.freight else "",
        "packingSlip": receipt.packing_slip,
        "dropshipFlag": bool(order.customer_id),
        "currency": currency_reference(order.currency),
        "total": total(r.total for r, _ in receipts),
        "billingTerms": {"id": terms["id"], "name": terms["name"]},
        "billingTermsXref": terms.get("termsXref", ""),
        "dueDays": order.due_days,
        "vendorNumber": vendor.get("vendorIdentifier", ""),
        "vendorAccountNumber": vendor.get("accountNumber", ""),
        "vendorInvoiceNumber": receipt.vendor_invoice_number,
        "useAvalaraTaxFlag": False,
        "purchaseHeaderTaxableFlag": bool(receipt.taxes),
        "purchaseHeaderFreightTaxableFlag": False,
        "purchaseDetail": [_line(site, r, order, x) for r, ids in receipts for x in r.lines if x.entry_id in ids],
        "purchaseDetailTax": [_tax(site, r, order, x) for r, ids in receipts for x in r.taxes if x.entry_id in ids],
    }
    if invoiced:
        row["vendorInvoiceDate"] = _without_zone(invoiced)
    if order.tax_code_id:
        code = site.table("taxCodes")[order.tax_code_id]
        row["taxCode"] = {"id": code["id"], "name": code["identifier"]}
        row["taxGroupRate"] = total(tax.level.rate for tax in receipt.taxes)
        row["taxLevels"] = [{"taxLevel": t.level.level, "taxCodeXref": t.level.xref} for t in receipt.taxes]
    if order.customer_id:
        customer = site.table("companies")[order.customer_id]
        row["shipToCompany"] = company_reference(customer)
        row["shipToCompanyAccountNumber"] = customer.get("accountNumber", "")
        row["shipToSite"] = customer["site"]
    return row


def _line(site: Site, receipt: Receipt, order: PurchaseOrder, line: ReceiptLine) -> Json:
    vendor = site.table("companies")[order.vendor_id]
    row: Json = {
        "id": line.entry_id,
        "documentDate": _american(receipt.day),
        "glClass": "",
        "glTypeId": line.gl_type,
        "cost": line.amount,
        "memo": line.memo,
        "vendorNumber": vendor.get("vendorIdentifier", ""),
        "accountNumber": line.account,
        "costAccountNumber": line.cost_account,
        "inventoryAccountNumber": line.inventory_account,
        "taxable": line.taxable,
        "itemCost": line.unit_cost,
        "quantity": 0 - line.quantity,
        "total": 0 - line.amount,
        "currency": currency_reference(order.currency),
        "dropShippedFlag": line.drop_shipped,
        "lineNumber": line.line_number,
        "taxCodeXref": "",
        "taxRate": Decimal("0.0"),
    }
    if line.item_id:
        item = CATALOG_BY_ID[line.item_id]
        row |= {
            "glItemId": item.identifier,
            "salesCode": "HW",
            "description": item.description,
            "item": {"id": item.id, "identifier": item.identifier, "serializedFlag": False},
            "itemDescription": item.description,
            "itemPrice": item.price,
            "itemTypeXref": item.type_text,
            "serializedFlag": False,
            "unitOfMeasure": unit_reference(line.unit_id),
            "uomScheduleXref": firm.UNITS[line.unit_id][1],
            "warehouseBin": bin_reference(line.bin_id),
            "locationXref": location_xref(site, line.bin_id),
        }
    return row


def _tax(site: Site, receipt: Receipt, order: PurchaseOrder, tax: ReceiptTax) -> Json:
    level = tax.level
    return {
        "id": tax.entry_id,
        "documentDate": _american(receipt.day),
        "accountNumber": tax.account,
        "glClass": "",
        "glTypeId": "PT",
        "memo": f"Level {level.level} Purchase Tax",
        "vendorNumber": site.table("companies")[order.vendor_id].get("vendorIdentifier", ""),
        "quantity": Decimal("0.0"),
        "total": 0 - level.tax,
        "currency": currency_reference(order.currency),
        "lineNumber": 0,
        "taxRate": level.rate,
        "taxRatePercent": level.rate * 100,
        "taxAgencyXref": "",
        "taxNote": "AUTOSTAX",
    }


def _adjustment(site: Site, adjustment: Adjustment, entry_ids: Collection[int]) -> Json:
    lines = [line for line in adjustment.lines if line.entry_id in entry_ids]
    return {
        "id": str(adjustment.id),
        "documentType": "ADJUSTMENT",
        "documentDate": _without_zone(adjustment.day),
        "glTypeID": "IA",
        "accountNumber": adjustment.account,
        "memo": adjustment.reason,
        "glClass": "",
        "adjustmentDescription": f"{adjustment.id}-{adjustment.reason}",
        "adjustmentDetail": [_adjusted(site, adjustment, line) for line in lines],
    }


def _adjusted(site: Site, adjustment: Adjustment, line: AdjustmentLine) -> Json:
    item = CATALOG_BY_ID[line.item_id]
    row: Json = {
        "glClass": "",
        "description": item.description,
        "memo": adjustment.reason,
        "item": {"id": item.id, "identifier": item.identifier, "serializedFlag": False},
        "quantity": -int(line.quantity),
        "total": line.amount,
        "cost": line.unit_cost,
        "costAccountNumber": line.cost_account,
        "inventoryAccountNumber": line.inventory_account,
        "accountNumber": adjustment.account,
        "productAccountNumber": line.product_account,
    }
    if site.records.adjustment_entry_ids:
        row["glEntryRecID"] = line.entry_id
    return row


def _transfer(site: Site, transfer: Transfer, line: TransferLine, entry_ids: Collection[int]) -> Json:
    item = CATALOG_BY_ID[line.item_id]
    day = _without_zone(transfer.day)
    offset: Json = {
        "documentType": "TRANSFER",
        "documentDate": day,
        "accountNumber": line.offset_account,
        "glClass": "",
        "total": 0 - line.amount,
        "memo": transfer.memo,
        "description": item.description,
        "glTypeId": "IT",
    }
    if line.offset_id in entry_ids:
        offset["id"] = line.offset_id
    return {
        "id": str(transfer.id),
        "documentType": "TRANSFER",
        "documentDate": day,
        "accountNumber": line.account,
        "glClass": "",
        "glTypeId": "IT",
        "description": item.description,
        "salesCode": "HW",
        "memo": transfer.memo,
        "inventoryAccountNumber": line.account,
        "transferId": transfer.id,
        "item": {"id": item.id, "identifier": item.identifier, "serializedFlag": False},
        "glItemId": item.identifier,
        "itemDescription": item.description,
        "currency": currency_reference(firm.BASE_CURRENCY),
        "itemPrice": item.price,
        "unitOfMeasure": unit_reference(line.unit_id),
        "quantity": line.quantity,
        "cost": line.unit_cost,
        "total": line.amount,
        "serializedFlag": False,
        "bin": bin_reference(line.from_bin),
        "warehouse": warehouse_reference(warehouse_of_bin(line.from_bin)),
        "transferFromBin": bin_reference(line.from_bin),
        "transferFromLocationXref": location_xref(site, line.from_bin),
        "transferToBin": bin_reference(line.to_bin),
        "transferToLocationXref": location_xref(site, line.to_bin),
        "uomScheduleXref": firm.UNITS[line.unit_id][1],
        "itemTypeXref": item.type_text,
        "offset": offset,
    }


def location_xref(site: Site, bin_id: int) -> str:
    """Return the Location Xref of the warehouse that a bin is in; empty while none is typed."""
    xref: str = site.table("warehouses")[warehouse_of_bin(bin_id)].get("locationXref", "")
    return xref


def _american(day: date) -> str:
    """Write a date the way the lines of a purchase have been seen to have it."""
    return f"{day.month}/{day.day}/{day.year} 5:21:58 AM"


def _without_zone(day: date) -> str:
    return f"{day.isoformat()}T00:00:00"

"""Records of expenses and procurement in the shapes that Manage documents, as JSON values."""

from __future__ import annotations

import json
from typing import Any

from xlpy.manage.http.answers import read_json

USD = {"id": 7, "currencyCode": "USD", "numberOfDecimals": 2}
JANE = {"id": 31, "identifier": "JDoe", "name": "Jane Doe"}
ACME = {"id": 250, "identifier": "Acme", "name": "Acme Inc."}
BLUE = {"id": 6, "identifier": "BlueLight", "name": "Blue Light Co."}
CABLE = {"id": 743, "identifier": "PATCH10"}
EACH = {"id": 13, "name": "Each"}
MAIN = {"id": 2, "name": "Main"}
NET30 = {"id": 3, "name": "Net 30"}

Json = dict[str, Any]


def sent(data: Any) -> Any:
    """The values as they arrive: through JSON text, numbers exact."""
    return read_json(json.dumps(data).encode())


def unposted_expense(**changes: Any) -> Json:
    return {
        "id": 1138, "expenseDetailId": 611, "locationId": 2, "company": ACME, "accountNumber": "6100:200",
        "creditAccount": "2000", "classification": "Reimbursable", "glType": "EE",
        "expenseType": {"id": 4, "name": "Mileage"}, "member": JANE, "dateExpense": "2026-01-28T00:00:00Z",
        "chargeDescription": "Ticket #1234", "paymentMethod": {"id": 1, "name": "Cash"}, "currency": USD,
        "total": 33.95, "billableAmount": 33.95, "nonBillableAmount": 0.0, **changes,
    }  # fmt: skip


def bill_line(**changes: Any) -> Json:
    return {
        "id": [1138, 1139], "glTypeId": "EE", "documentDate": "2026-01-28T00:00:00", "accountNumber": "6100:200",
        "memo": "Mileage", "company": ACME, "total": 33.95, "billable": True, "reimbursable": True,
        "companyAdvance": False, **changes,
    }  # fmt: skip


def expense_bill(*lines: Json, **changes: Any) -> Json:
    return {
        "id": 1132, "documentType": "GENERAL JOURNAL", "documentNumber": "1132JDoe",
        "documentDate": "2026-01-31T00:00:00", "memo": "Expenses for 2026-01-25 - 2026-01-31",
        "apAccountNumber": "2000", "glClass": "", "member": JANE, "vendorNumber": "JDOE01", "currency": USD,
        "total": 33.95, "detail": list(lines or (bill_line(),)), **changes,
    }  # fmt: skip


def expense(**changes: Any) -> Json:
    return {
        "id": 1138, "documentType": "GENERAL JOURNAL", "documentDate": "2026-01-28T00:00:00",
        "accountNumber": "6100:200", "apAccountNumber": "2000", "glTypeId": "EE", "memo": "Mileage",
        "periodStartDate": "2026-01-25T00:00:00", "periodEndDate": "2026-01-31T00:00:00", "member": JANE,
        "vendorNumber": "JDOE01", "total": 33.95,
        "offset": {"id": 1139, "accountNumber": "2000", "glTypeId": "EO", "total": -33.95}, **changes,
    }  # fmt: skip


def unposted_receipt(**changes: Any) -> Json:
    return {
        "id": 1299, "unpostedProductId": "77-PS118-purchase", "description": "Purchase",
        "procurementType": "Purchase", "locationId": 2, "purchaseOrder": {"id": 77, "name": "PO-0077"},
        "purchaseDate": "2026-01-18T00:00:00Z", "billingTerms": NET30, "currency": USD, "total": 12.50,
        "vendor": BLUE, "vendorAccountNumber": "CUST-99", "vendorInvoiceNumber": "BL-5531",
        "vendorInvoiceDate": "2026-01-18T00:00:00Z", "trackingNumber": "1Z999", "freightCost": 0.0, **changes,
    }  # fmt: skip


def unposted_adjustment(**changes: Any) -> Json:
    return {
        "id": 1351, "unpostedProductId": "12-adjustment", "description": "Cycle count",
        "procurementType": "Adjustment", "locationId": 2, "total": 25.00, "dateClosed": "2026-01-19T16:20:00Z",
        **changes,
    }  # fmt: skip


def unposted_transfer(**changes: Any) -> Json:
    return {
        "id": 1401, "unpostedProductId": "58-transfer", "description": "Van stock", "procurementType": "Transfer",
        "locationId": 3, "total": 1.00, "dateClosed": "2026-01-22T09:00:00Z", **changes,
    }  # fmt: skip


def receipt_line(**changes: Any) -> Json:
    return {
        "id": 1299, "lineNumber": 1, "glTypeId": "RP", "documentDate": "1/18/2026 5:21:58 AM",
        "accountNumber": "4001", "inventoryAccountNumber": "1400", "costAccountNumber": "5001:200", "item": CABLE,
        "memo": "10ft patch cable", "quantity": -50.0, "itemCost": 0.25, "itemPrice": 7.00, "cost": 12.50,
        "total": -12.50, "taxable": True, "itemTypeXref": "Inventory Part", "unitOfMeasure": EACH,
        "warehouseBin": MAIN, "locationXref": "TPA", **changes,
    }  # fmt: skip


def receipt(*lines: Json, **changes: Any) -> Json:
    return {
        "id": "PO #PO-0077, Packing Slip: PS118", "documentNumber": "PO-0077",
        "documentDate": "2026-01-18T00:00:00", "purchaseDate": "2026-01-18T00:00:00", "description": "Purchase",
        "company": BLUE, "vendorNumber": "BLUEL01", "vendorAccountNumber": "CUST-99",
        "vendorInvoiceNumber": "BL-5531", "vendorInvoiceDate": "2026-01-18T00:00:00", "packingSlip": "PS118",
        "freightAmount": 0.0, "dropshipFlag": False, "apAccountNumber": "2000", "billingTerms": NET30,
        "billingTermsXref": "30", "dueDays": 30, "total": 12.50, "taxCode": {"id": 11, "name": "FL-HILL"},
        "taxLevels": [{"taxLevel": 1, "taxCodeXref": "FL-HILL"}], "currency": USD,
        "purchaseDetail": list(lines or (receipt_line(),)), "purchaseDetailTax": [], **changes,
    }  # fmt: skip


def adjustment_line(**changes: Any) -> Json:
    return {
        "glEntryRecID": 1351, "item": CABLE, "quantity": -10, "cost": 2.50, "total": 25.00,
        "inventoryAccountNumber": "1400", "costAccountNumber": "5001:200", "accountNumber": "5900",
        "productAccountNumber": "4001", "description": "Patch cable", "memo": "Cycle count", **changes,
    }  # fmt: skip


def adjustment(*lines: Json, **changes: Any) -> Json:
    return {
        "id": "12", "documentType": "ADJUSTMENT", "documentDate": "2026-01-19T00:00:00", "glTypeID": "IA",
        "accountNumber": "5900", "adjustmentDescription": "12-Cycle count", "memo": "Cycle count",
        "adjustmentDetail": list(lines or (adjustment_line(),)), **changes,
    }  # fmt: skip


def transfer(**changes: Any) -> Json:
    return {
        "id": "58", "documentType": "TRANSFER", "documentDate": "2026-01-22T00:00:00", "transferId": 58,
        "glTypeId": "IT", "accountNumber": "1400", "inventoryAccountNumber": "1400", "item": CABLE,
        "quantity": 4.0, "cost": 0.25, "total": 1.00, "unitOfMeasure": EACH, "uomScheduleXref": "EA",
        "warehouse": {"id": 1, "name": "Tampa"}, "transferFromBin": MAIN, "transferFromLocationXref": "TPA",
        "transferToBin": {"id": 9, "name": "Van 3"}, "transferToLocationXref": "ORL", "itemDescription": "Patch cable",
        "offset": {"id": 1402, "accountNumber": "1410", "total": -1.00, "glTypeId": "IT"}, **changes,
    }  # fmt: skip

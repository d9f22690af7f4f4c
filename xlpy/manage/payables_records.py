"""From the JSON of Manage to expenses, procurement and their masters, field by field. See ``records``."""

from __future__ import annotations

import re
from collections.abc import Mapping

from xlpy.domain.facts.manage_expenses import (
    ExportExpense,
    ExportExpenseBill,
    ExportExpenseLine,
    Member,
    UnpostedExpense,
)
from xlpy.domain.facts.manage_procurement import (
    AdjustmentRecord,
    AdjustmentRecordLine,
    ExportAdjustment,
    ExportAdjustmentLine,
    ExportPurchase,
    ExportPurchaseLine,
    ExportPurchaseTax,
    ExportTransfer,
    UnitOfMeasure,
    UnpostedProcurement,
    Warehouse,
)
from xlpy.domain.values.refs import ExportTaxLevel
from xlpy.manage.records import Json, decimals_of
from xlpy.manage.row import Row

_LEADING_NUMBER = re.compile(r"\s*(\d{1,18})\s*(?:-|$)")


def unposted_expense(data: Json, locations: Mapping[int, str]) -> UnpostedExpense:
    """Read a row of the unposted expenses. ``locations``: names by id, which the row itself does not have."""
    row = Row(data, f"unposted expense {data.get('expenseDetailId') or data.get('id')}")
    location = row.id("locationId")
    return UnpostedExpense(
        id=row.id(),
        expense_detail_id=row.id("expenseDetailId"),
        member=row.ref("member"),
        expense_type=row.ref("expenseType"),
        classification=row.text("classification"),
        payment_method=row.ref("paymentMethod"),
        expense_date=row.day("dateExpense"),
        charge=_charge(row),
        company=row.ref("company"),
        location_id=location,
        location=locations.get(location, ""),
        account_number=row.text("accountNumber"),
        credit_account=row.text("creditAccount"),
        gl_type=row.text("glType"),
        currency=row.currency(),
        decimals=decimals_of(row.row("currency")),
        total=row.amount("total"),
        tax_code=row.ref("taxCode"),
        sales_tax=row.amount("salesTaxAmount"),
        avalara=row.flag("avalaraTaxFlag"),
    )


def _charge(row: Row) -> str:
    """Return what an expense was charged to: its description, else the name of the charge code, ticket or project.

    Unverified: which of them a row has filled; any of them tells the reader more than none.
    """
    named = (row.ref(name) for name in ("chargeCode", "ticket", "project"))
    return row.text("chargeDescription") or next((ref.name or ref.identifier for ref in named if ref), "")


def expense_bill(data: Json) -> ExportExpenseBill:
    """Read one of ``GLExport.expenseBills``."""
    row = Row(data, f"expense bill {data.get('documentNumber') or data.get('id')}")
    return ExportExpenseBill(
        id=row.id(),
        document_number=row.text("documentNumber"),
        document_date=row.day("documentDate"),
        memo=row.text("memo"),
        ap_account_number=row.text("apAccountNumber"),
        member=row.ref("member"),
        vendor_number=row.text("vendorNumber"),
        currency=row.currency(),
        total=row.amount("total"),
        lines=tuple(_bill_line(line) for line in row.rows("detail")),
    )


def _bill_line(row: Row) -> ExportExpenseLine:
    return ExportExpenseLine(
        entry_ids=row.ids("id"),
        gl_type=row.text("glTypeId", "glTypeID"),
        document_date=row.day("documentDate"),
        account_number=row.text("accountNumber"),
        memo=row.text("memo"),
        company=row.ref("company"),
        total=row.amount("total"),
        expense_class=row.ref("expenseClass"),
        billable=row.flag("billable"),
        # Absent is yes: a line that says nothing is an ordinary one, owed to the member.
        reimbursable=row.data.get("reimbursable") is None or row.flag("reimbursable"),
        company_advance=row.flag("companyAdvance"),
    )


def expense(data: Json) -> ExportExpense:
    """Read one of ``GLExport.expenses``, in Manage's own signs."""
    row = Row(data, f"exported expense {data.get('id')}")
    offset = row.row("offset")
    return ExportExpense(
        id=row.id(),
        offset_id=offset.id(),
        document_date=row.day("documentDate"),
        account_number=row.text("accountNumber"),
        offset_account=offset.text("accountNumber"),
        ap_account_number=row.text("apAccountNumber"),
        gl_type=row.text("glTypeId", "glTypeID"),
        memo=row.text("memo"),
        description=row.text("description"),
        member=row.ref("member"),
        vendor_number=row.text("vendorNumber"),
        company=row.ref("company"),
        currency=row.currency(),
        total=row.amount("total"),
        offset_total=offset.amount("total"),
        period_start=row.day("periodStartDate"),
        period_end=row.day("periodEndDate"),
    )


def unposted_procurement(data: Json, locations: Mapping[int, str]) -> UnpostedProcurement:
    """Read one row of the unposted procurement: one GL line of a transaction, not yet grouped with its others."""
    row = Row(data, f"unposted procurement {data.get('unpostedProductId') or data.get('id')}")
    location = row.id("locationId")
    return UnpostedProcurement(
        unposted_product_id=row.text("unpostedProductId"),
        entry_ids=tuple(i for i in (row.id(),) if i),
        kind=row.text("procurementType"),
        description=row.text("description"),
        location_id=location,
        purchase_order=row.ref("purchaseOrder"),
        document_date=row.day("purchaseDate") or row.day("dateClosed"),
        vendor=row.ref("vendor"),
        vendor_account_number=row.text("vendorAccountNumber"),
        vendor_invoice_number=row.text("vendorInvoiceNumber"),
        vendor_invoice_date=row.day("vendorInvoiceDate"),
        currency=row.currency(),
        decimals=decimals_of(row.row("currency")),
        total=row.amount("total"),
        location=locations.get(location, ""),
        tracking_number=row.text("trackingNumber"),
        terms=row.ref("billingTerms"),
        tax_code=row.ref("taxCode"),
        avalara=row.flag("avalaraTaxFlag"),
    )


def purchase(data: Json) -> ExportPurchase:
    """Read one of ``GLExport.purchaseTransactions``: header positive, lines negative for a receipt."""
    row = Row(data, f"exported receipt {data.get('id') or data.get('documentNumber')}")
    return ExportPurchase(
        id=row.text("id"),
        document_number=row.text("documentNumber"),
        document_date=row.day("documentDate"),
        purchase_date=row.day("purchaseDate"),
        packing_slip=row.text("packingSlip"),
        company=row.ref("company"),
        vendor_number=row.text("vendorNumber"),
        vendor_invoice_number=row.text("vendorInvoiceNumber"),
        vendor_invoice_date=row.day("vendorInvoiceDate"),
        ap_account_number=row.text("apAccountNumber"),
        terms=row.ref("billingTerms"),
        terms_xref=row.text("billingTermsXref"),
        due_days=row.whole("dueDays"),
        currency=row.currency(),
        total=row.amount("total"),
        freight=row.amount("freightAmount"),
        tax_code=row.ref("taxCode"),
        tax_levels=tuple(_purchase_level(level) for level in row.rows("taxLevels")),
        lines=tuple(_purchase_line(line) for line in row.rows("purchaseDetail")),
        taxes=tuple(_purchase_tax(line) for line in row.rows("purchaseDetailTax")),
        drop_ship=row.flag("dropshipFlag"),
        avalara=row.flag("useAvalaraTaxFlag"),
    )


def _purchase_line(row: Row) -> ExportPurchaseLine:
    return ExportPurchaseLine(
        id=row.id(),
        gl_type=row.text("glTypeId", "glTypeID"),
        line_number=row.id("lineNumber"),
        account_number=row.text("accountNumber"),
        inventory_account=row.text("inventoryAccountNumber"),
        cost_account=row.text("costAccountNumber"),
        memo=row.text("memo"),
        quantity=row.amount("quantity"),
        item_cost=row.amount("itemCost"),
        cost=row.amount("cost"),
        total=row.amount("total"),
        item=row.ref("item"),
        item_description=row.text("itemDescription"),
        unit=row.ref("unitOfMeasure"),
        unit_xref=row.text("uomScheduleXref"),
        bin=row.ref("warehouseBin"),
        location_xref=row.text("locationXref"),
        drop_shipped=row.flag("dropShippedFlag"),
        taxable=row.flag("taxable") if row.says("taxable") else None,
    )


def _purchase_tax(row: Row) -> ExportPurchaseTax:
    return ExportPurchaseTax(
        id=row.id(),
        gl_type=row.text("glTypeId", "glTypeID"),
        account_number=row.text("accountNumber"),
        memo=row.text("memo"),
        total=row.amount("total"),
        rate=row.amount("taxRate"),
    )


def _purchase_level(row: Row) -> ExportTaxLevel:
    """Read a level of a receipt; the documented record has no amounts, which are then zero."""
    return ExportTaxLevel(
        row.id("taxLevel"), row.text("taxCodeXref"), row.amount("taxAmount"), row.amount("taxableAmount")
    )


def adjustment(data: Json) -> ExportAdjustment:
    """Read one of ``GLExport.adjustmentTransactions``; the sign of the quantities is Manage's inverted one."""
    row = Row(data, f"exported adjustment {data.get('adjustmentDescription') or data.get('id')}")
    description = row.text("adjustmentDescription")
    number = _LEADING_NUMBER.match(description)
    return ExportAdjustment(
        id=row.text("id"),
        adjustment_id=int(number[1]) if number else 0,
        document_date=row.day("documentDate"),
        account_number=row.text("accountNumber"),
        description=description,
        memo=row.text("memo"),
        lines=tuple(_adjustment_line(line) for line in row.rows("adjustmentDetail")),
    )


def _adjustment_line(row: Row) -> ExportAdjustmentLine:
    return ExportAdjustmentLine(
        entry_id=row.id("glEntryRecID"),
        item=row.ref("item"),
        quantity=row.amount("quantity"),
        cost=row.amount("cost"),
        total=row.amount("total"),
        account_number=row.text("accountNumber"),
        inventory_account=row.text("inventoryAccountNumber"),
        description=row.text("description"),
        memo=row.text("memo"),
    )


def transfer(data: Json) -> ExportTransfer:
    """Read one of ``GLExport.inventoryTransfers``. Unverified: no sample of one is known, names are the document's."""
    row = Row(data, f"exported transfer {data.get('transferId') or data.get('id')}")
    offset = row.row("offset")
    return ExportTransfer(
        id=row.text("id"),
        transfer_id=row.id("transferId"),
        document_date=row.day("documentDate"),
        item=row.ref("item"),
        quantity=row.amount("quantity"),
        cost=row.amount("cost"),
        total=row.amount("total"),
        unit=row.ref("unitOfMeasure"),
        unit_xref=row.text("uomScheduleXref"),
        account_number=row.text("accountNumber"),
        inventory_account=row.text("inventoryAccountNumber"),
        from_bin=row.ref("transferFromBin"),
        from_location_xref=row.text("transferFromLocationXref"),
        to_bin=row.ref("transferToBin"),
        to_location_xref=row.text("transferToLocationXref"),
        offset_id=offset.id(),
        offset_account=offset.text("accountNumber"),
        memo=row.text("memo"),
        description=row.text("description", "itemDescription"),
        offset_total=offset.amount("total"),
    )


def member(data: Json) -> Member:
    """Read a member."""
    row = Row(data, f"member {data.get('identifier') or data.get('id')}")
    return Member(
        id=row.id(),
        identifier=row.text("identifier"),
        first_name=row.text("firstName"),
        last_name=row.text("lastName"),
        vendor_number=row.text("vendorNumber"),
        email=row.text("officeEmail", "primaryEmail"),
        inactive=row.flag("inactiveFlag"),
    )


def warehouse(data: Json) -> Warehouse:
    """Read a warehouse."""
    row = Row(data, f"warehouse {data.get('name') or data.get('id')}")
    return Warehouse(row.id(), row.text("name"), row.text("locationXref"))


def unit_of_measure(data: Json) -> UnitOfMeasure:
    """Read a unit of measure."""
    row = Row(data, f"unit {data.get('name') or data.get('id')}")
    return UnitOfMeasure(row.id(), row.text("name"), row.text("uomScheduleXref"))


def adjustment_record(data: Json) -> AdjustmentRecord:
    """Read an inventory adjustment with its details: quantities negative where stock goes down."""
    row = Row(data, f"adjustment {data.get('identifier') or data.get('id')}")
    return AdjustmentRecord(
        row.id(), row.text("identifier"), row.text("reason"), tuple(map(_record_line, row.rows("adjustmentDetails")))
    )


def _record_line(row: Row) -> AdjustmentRecordLine:
    return AdjustmentRecordLine(
        item=row.ref("catalogItem"),
        quantity=row.amount("quantityAdjusted"),
        unit_cost=row.amount("unitCost"),
        warehouse=row.ref("warehouse"),
        bin=row.ref("warehouseBin"),
        serial_number=row.text("serialNumber"),
    )

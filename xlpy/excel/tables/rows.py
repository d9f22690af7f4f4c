"""Reports as rows of the sheets: renderers, no logic. Column names are those of ``xlpy.excel.workbook.sheets``."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime

from xlpy.domain.afterwards.rerun import RerunRow
from xlpy.domain.facts.matching import PURCHASE, packing_slip, procurement_kind, procurement_number
from xlpy.domain.facts.periods import format_period
from xlpy.domain.preview.footing import footings
from xlpy.domain.preview.journal import JournalRow
from xlpy.domain.preview.names import JournalNames
from xlpy.domain.values.problems import Problem, Severity, grouped
from xlpy.domain.values.transactions import Kind
from xlpy.excel.workbook.links import ADDRESS, TRANSACTION_ID
from xlpy.excel.workbook.state_colours import state_word
from xlpy.profile.record_address import EXPENSE, INVOICE, PURCHASE_ORDER
from xlpy.runlog import LogEntry
from xlpy.services.history.batches import BatchRow
from xlpy.services.records.audit_content import RecordContent
from xlpy.services.run.reports import ExpenseRow, InvoiceRow, ProcurementRow, RunReport

Row = Mapping[str, object]
AddressOf = Callable[[str, int | str | None], str]  # type and id of a record in Manage → what opens it


def no_address(_record_type: str, _record_id: int | str | None) -> str:
    """Open nothing."""
    return ""


def invoice_rows(rows: Iterable[InvoiceRow], address_of: AddressOf = no_address, base: str = "") -> list[Row]:
    """Rows of the Invoices sheet, in the order Manage's list has them. ``base``: where Manage names no currency."""
    return [
        {
            "Status": row.status,
            "Message": row.message,
            "Number": row.invoice.number,
            "Type": row.invoice.invoice_type,
            "Date": row.invoice.invoice_date,
            "Due": row.invoice.due_date,
            "Company": row.invoice.company.name,
            "Customer id": row.invoice.account_number,
            "Location": row.invoice.location,
            "Terms": row.invoice.terms.name,
            "Tax code": row.invoice.tax_code.name,
            "Subtotal": row.subtotal,
            "Tax": row.tax,
            "Total": row.total,
            "Currency": row.invoice.currency or base,
            "Base total": row.base_total,
            "Expected period": period_text(row.expected_period),
            "SL reference": row.reference,
            "Id": str(row.invoice.billing_log_id),
            ADDRESS: address_of(INVOICE, row.invoice.billing_log_id),
        }
        for row in rows
    ]


def expense_rows(rows: Iterable[ExpenseRow], address_of: AddressOf = no_address, base: str = "") -> list[Row]:
    """Rows of the Expenses sheet, in the order Manage's list has them."""
    return [
        {
            "Status": row.status,
            "Message": row.message,
            "Member": row.expense.member.name or row.expense.member.identifier,
            "Vendor nbr": row.vendor_number,
            "Date": row.expense.expense_date,
            "Type": row.expense.expense_type.name,
            "Classification": row.expense.classification,
            "Payment method": row.expense.payment_method.name,
            "Company-paid": "Yes" if row.company_paid else "",
            "Charge": row.expense.charge,
            "Company": row.expense.company.name,
            "Account": row.expense.account_number,
            "Total": row.total,
            "Currency": row.expense.currency or base,
            "Location": row.expense.location,
            "Id": str(row.expense.expense_detail_id),
            ADDRESS: address_of(EXPENSE, row.expense.expense_detail_id),
        }
        for row in rows
    ]


def procurement_rows(rows: Iterable[ProcurementRow], address_of: AddressOf = no_address, base: str = "") -> list[Row]:
    """Rows of the Inventory sheet. ``base``: currency of adjustments and transfers, whose costs have none in Manage."""
    return [
        {
            "Status": row.status,
            "Message": row.message,
            "Kind": _KIND_WORDS.get(procurement_kind(row.procurement), procurement_kind(row.procurement)),
            "Document": procurement_number(row.procurement),
            "PO": row.procurement.purchase_order.name,
            "Packing slip": packing_slip(row.procurement),
            "Vendor": row.procurement.vendor.name,
            "Vendor id": row.vendor_id,
            "Vendor invoice": row.procurement.vendor_invoice_number,
            "Date": row.procurement.document_date,
            "Description": row.procurement.description,
            "Quantity": row.quantity,
            "From": row.from_place,
            "To": row.to_place,
            "Total": row.total,
            "Currency": row.procurement.currency or base,
            "Location": row.procurement.location,
            "Id": row.procurement.unposted_product_id,
            ADDRESS: address_of(PURCHASE_ORDER, row.procurement.purchase_order.id),
        }
        for row in rows
    ]


_KIND_WORDS = {PURCHASE: "Receipt"}  # the accountant's word; adjustments and transfers are called alike


def problem_rows(problems: Sequence[Problem]) -> list[Row]:
    """Rows of the Mapping check sheet: stops first, then what will be created, then notes."""
    order = {Severity.STOP: 0, Severity.CREATE: 1, Severity.NOTE: 2}
    return [
        {
            "Severity": state_word(group.problem.severity),
            "Code": group.problem.code,
            "What": group.problem.what,
            "Transaction": group.problem.transaction,
            "Value in Manage": group.problem.in_manage,
            "Value in SL": group.problem.in_sl,
            "How to fix": group.problem.fix,
            "Where": group.problem.where,
            "Count": group.count,
            TRANSACTION_ID: group.first_id,
        }
        for group in sorted(grouped(problems), key=lambda group: order[group.problem.severity])
    ]


def preview_rows(rows: Sequence[JournalRow], names: JournalNames) -> list[Row]:
    """Rows of the Preview sheet. Every row of a document has its total and whether it foots: a filter finds them."""
    footed = footings(rows)
    return [
        {
            "Source": state_word(row.source),
            "SL batch": row.batch_number,
            "Module": row.module,
            "Document": row.document,
            "DocType": row.doc_type,
            "Reference": row.reference,
            "Date": row.doc_date,
            "Name": names.party(row),
            "Account name": names.account(row),
            "Document total": footed[row.document].total if row.document else None,
            "Check": state_word(footed[row.document].check if row.document else row.source),
            "Due": row.due_date,
            "Period": period_text(row.period),
            "Terms": row.terms,
            "Customer/Vendor": row.party,
            "Vendor invoice": row.vendor_invoice,
            "Account": row.account,
            "Sub": row.sub,
            "Debit": row.debit,
            "Credit": row.credit,
            "Currency": row.currency,
            "Base debit": row.base_debit,
            "Base credit": row.base_credit,
            "Tax id": row.tax_id,
            "Description": row.description,
            "Transaction": row.transaction,
            "1099 box": row.box_1099,
        }
        for row in rows
    ]


def result_rows(report: RunReport | RecordContent) -> list[Row]:
    """Rows of the Results sheet: the run itself first, then each transaction."""
    head: Row = {
        "Run": report.run_id,
        "Batch identifier": report.batch_identifier,
        "Status": state_word(report.state),
        "Message": report.text,
        "Kind": "Run",
        "Exported at": report.at,
    }
    return [
        head,
        *(
            {
                "Run": report.run_id,
                "Batch identifier": row.batch_identifier,
                "Status": row.status,
                "Message": row.message,
                "Kind": state_word(row.kind if row.part == "document" else f"{row.kind} {row.part}"),
                "Transaction": row.transaction,
                "Amount": row.amount,
                "Currency": row.currency,
                "Module": row.module,
                "SL batch": row.sl_batch,
                "DocType": row.doc_type,
                "Reference": row.reference,
                "Period": period_text(row.period),
                "Exported at": report.at,
            }
            for row in report.results
        ),
    ]


def batch_rows(rows: Iterable[BatchRow]) -> list[Row]:
    """Rows of the Batches sheet, newest first; each currency of a batch has its own."""
    return [
        {
            "Identifier": row.identifier,
            "Kinds": ", ".join(_KINDS[kind] for kind in row.kinds),
            "Created": row.created,
            "Created by": row.created_by,
            "Documents": row.documents,
            "Amount": row.amount,
            "Currency": row.currency,
            "Closed": "Yes" if row.closed else "",
            "State in SL": state_word(row.state),
            "SL batches": row.sl_batches,
            "Message": row.message,
        }
        for row in rows
    ]


_KINDS = {Kind.INVOICE: "Invoices", Kind.EXPENSE: "Expenses", Kind.PROCUREMENT: "Inventory"}  # as the sheets are called


def rerun_rows(rows: Iterable[RerunRow]) -> list[Row]:
    """Rows of the Rerun sheet. Id names kind and record: one batch may have both an invoice and an expense 611."""
    return [
        {
            "Include": row.include,
            "State": str(row.state),
            "Message": row.message,
            "Kind": state_word(row.key.kind),
            "Number": row.number,
            "Company": row.company,
            "Date": row.day,
            "Total": row.total,
            "Currency": row.currency,
            "SL batch": row.sl_batch,
            "DocType": row.doc_type,
            "Reference": row.reference,
            "State in SL": state_word(row.state_in_sl),
            "Id": str(row.key),
        }
        for row in rows
    ]


def log_rows(entries: Iterable[LogEntry]) -> list[Row]:
    """Rows of the Log sheet."""
    return [
        {"Time": without_zone(entry.time), "Step": entry.step, "Level": state_word(entry.level), "Text": entry.text}
        for entry in entries
    ]


def without_zone(time: datetime) -> datetime:
    """Local time as Excel keeps it."""
    return time.astimezone().replace(tzinfo=None, microsecond=0)


def period_text(period: str) -> str:
    """``202610`` as SL's screens show it: ``10-2026``; empty stays empty."""
    return format_period(period) if period else ""

"""The facts that a firm's own rules are given: of Manage's invoices and lines, and of the documents that were made."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from xlpy.domain.documents.ap import ApDocument
from xlpy.domain.documents.ar import ArDocument
from xlpy.domain.documents.gl import DOCUMENT, GlJournal
from xlpy.domain.documents.inventory import InDocument
from xlpy.domain.facts.manage import ExportInvoice, ExportLine, ManageCompany, ManageMasters, UnpostedInvoice
from xlpy.domain.facts.manage_expenses import ExportExpense, ExportExpenseLine, UnpostedExpense
from xlpy.domain.facts.manage_procurement import ExportPurchase, ExportPurchaseLine, UnpostedProcurement
from xlpy.domain.facts.matching import expense_number
from xlpy.domain.facts.periods import format_period
from xlpy.domain.planning.makers.maker import AnyDocument, Matched
from xlpy.domain.values.money import total
from xlpy.domain.values.refs import Ref
from xlpy.domain.values.site_rules import RuleDocument, RuleDocumentLine, RuleInvoice, RuleLine
from xlpy.domain.values.transactions import Kind


def invoice_facts(invoice: ExportInvoice, unposted: UnpostedInvoice, masters: ManageMasters) -> RuleInvoice:
    """Return what a rule is told of an invoice."""
    company = unposted.company or invoice.company
    return RuleInvoice(
        number=invoice.number,
        document_type=invoice.document_type,
        billing_type=invoice.billing_type,
        day=invoice.document_date,
        due=invoice.due_date,
        company=company.name or company.identifier,
        company_account=_account(masters.companies, company) or invoice.company_account_number,
        bill_to=unposted.bill_to.name or unposted.bill_to.identifier,
        bill_to_account=_account(masters.companies, unposted.bill_to),
        location=unposted.location,
        currency=invoice.currency,
        total=invoice.total,
        sales_tax=invoice.sales_tax,
        customer_po=invoice.customer_po,
        description=invoice.description,
        memo=invoice.memo,
        lines=tuple(invoice_line(invoice, unposted, line) for line in invoice.lines if not line.is_tax),
    )


def invoice_line(invoice: ExportInvoice, unposted: UnpostedInvoice, line: ExportLine) -> RuleLine:
    """Return what a rule is told of an invoice's line. Manage shows an invoice's lines negative."""
    company = unposted.company or invoice.company
    return RuleLine(
        kind=Kind.INVOICE.value,
        number=invoice.number,
        company=company.name or company.identifier,
        location=unposted.location,
        account=line.account_number,
        amount=-line.total,
        currency=invoice.currency,
        quantity=abs(line.quantity),
        item=line.item.identifier or line.item.name,
        gl_class=line.gl_class,
        description=line.item_description or line.description,
        memo=line.memo,
    )


def expense_line(row: UnpostedExpense, line: ExportExpenseLine, currency: str) -> RuleLine:
    """Return what a rule is told of a line of an expense bill."""
    company = line.company or row.company
    return RuleLine(
        kind=Kind.EXPENSE.value,
        number=expense_number(row),
        company=company.name or company.identifier,
        location=row.location,
        account=line.account_number,
        amount=line.total,
        currency=currency,
        item=row.expense_type.name,
        gl_class=line.expense_class.name or line.expense_class.identifier,
        description=row.charge,
        memo=line.memo,
    )


def expense_alone(row: UnpostedExpense, expense: ExportExpense, currency: str) -> RuleLine:
    """Return what a rule is told of an expense that becomes a journal; Manage's sign is kept."""
    company = expense.company or row.company
    return RuleLine(
        kind=Kind.EXPENSE.value,
        number=expense_number(row),
        company=company.name or company.identifier,
        location=row.location,
        account=expense.account_number,
        amount=expense.total,
        currency=currency,
        item=row.expense_type.name,
        description=expense.description or row.charge,
        memo=expense.memo,
    )


def receipt_line(
    row: UnpostedProcurement, purchase: ExportPurchase, line: ExportPurchaseLine, account: str, currency: str
) -> RuleLine:
    """Return what a rule is told of a receipt's line; ``account``: the one of Manage's that it is posted to."""
    company = purchase.company or row.vendor
    return RuleLine(
        kind=Kind.PROCUREMENT.value,
        number=purchase.document_number,
        company=company.name or company.identifier,
        location=row.location,
        account=account,
        amount=-line.total,
        currency=currency,
        quantity=abs(line.quantity),
        item=line.item.identifier or line.item.name or ("Freight" if line.is_freight else ""),
        gl_class=line.gl_type,
        description=line.item_description,
        memo=line.memo,
    )


def document_facts(
    document: AnyDocument, period: str, matched: Sequence[Matched[Any, Any]], base_currency: str
) -> RuleDocument:
    """Return what a rule is told of a document. ``matched``: the transactions it is made of; ``period``: YYYYPP."""
    first = matched[0]
    shared: Mapping[str, Any] = {
        "kind": first.key.kind.value,
        "numbers": tuple(one.number for one in matched),
        "company": first.company,
        "location": first.location,
        "period": format_period(period),
        "description": document.descr,
    }
    if isinstance(document, GlJournal):
        return RuleDocument(
            **shared,
            module="GL",
            doc_type="GL",
            part=document.part,
            party=next((line.party for line in document.lines if line.party), ""),
            reference=next((line.ref_nbr for line in document.lines if line.ref_nbr), ""),
            day=document.journal_date,
            currency=base_currency,
            total=document.total,
            lines=tuple(
                RuleDocumentLine(line.acct, line.sub, line.debit - line.credit, line.descr) for line in document.lines
            ),
        )
    if isinstance(document, InDocument):
        return RuleDocument(
            **shared,
            module="IN",
            doc_type=document.tran_type,
            part=DOCUMENT,
            party="",
            reference=document.ref_nbr,
            day=document.tran_date,
            currency=base_currency,
            total=total(line.amount for line in document.lines),
            lines=tuple(RuleDocumentLine(line.acct, line.sub, line.amount, line.descr) for line in document.lines),
        )
    return RuleDocument(
        **shared,
        module="AR" if isinstance(document, ArDocument) else "AP",
        doc_type=document.doc_type,
        part=DOCUMENT,
        party=document.cust_id if isinstance(document, ArDocument) else document.vend_id,
        reference=document.ref_nbr if isinstance(document, ArDocument) else "",
        day=document.doc_date,
        currency=document.rate.currency,
        total=document.cury_total,
        customer_po=document.cust_ord_nbr if isinstance(document, ArDocument) else "",
        vendor_invoice=document.invc_nbr if isinstance(document, ApDocument) else "",
        lines=tuple(RuleDocumentLine(line.acct, line.sub, line.cury_amount, line.descr) for line in document.lines),
    )


def _account(companies: Mapping[int, ManageCompany], company: Ref) -> str:
    known = companies.get(company.id)
    return known.account_number if known else ""

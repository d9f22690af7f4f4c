"""The GL export of invoices, with the signs, texts and oddities that have been seen on the wire.

Manage API, invoices in the export: header positive and details negative on an invoice; on a credit memo details
positive, ``itemPrice`` negative, ``quantity`` still negative, the header's sign unverified (a switch of the site).
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

from xlpy.demo.site.catalog import CATALOG_BY_ID
from xlpy.demo.site.door.answers import Json
from xlpy.demo.site.export.procurement import location_xref
from xlpy.demo.site.masters import company_reference, currency_reference
from xlpy.demo.site.payables_masters import bin_reference, main_bin
from xlpy.demo.site.records import Invoice, Line
from xlpy.demo.site.shown.unposted import shown_type
from xlpy.demo.site.store import Site
from xlpy.domain.values.money import total

OpenInvoice = tuple[Invoice, Collection[int]]


def invoice_transactions(site: Site, chosen: Sequence[OpenInvoice], detail: str) -> list[Json]:
    """Return the invoices; of each only the GL entries that come with it."""
    return [_transaction(site, invoice, entry_ids, detail) for invoice, entry_ids in chosen]


def invoice_customers(site: Site, chosen: Sequence[OpenInvoice]) -> list[Json]:
    """Return every customer with invoices in the export."""
    return [_customer(site, company_id) for company_id in sorted({invoice.company_id for invoice, _ in chosen})]


def _transaction(site: Site, invoice: Invoice, entry_ids: Collection[int], detail: str) -> Json:
    company = site.table("companies")[invoice.company_id]
    terms = site.table("billingTerms")[invoice.terms_id]
    sign = 1 if not invoice.is_credit or site.negative_credit_headers else -1
    document_type = "CREDIT MEMO" if invoice.is_credit else "INVOICE"
    lines, merged_away = _lines_as_asked([line for line in invoice.lines if line.entry_id in entry_ids], detail)
    other_ids = [part.entry_id for part in invoice.receivable if part.entry_id in entry_ids]
    site_reference = company["site"]
    row: Json = {
        "id": invoice.id,
        "glClass": "",
        "glTypeId": "AR",
        "documentDate": _without_zone(invoice.invoice_date),
        "documentNumber": invoice.number,
        "documentType": document_type,
        "billingType": shown_type(site, invoice),
        "memo": invoice.memo,
        "description": invoice.description or "Accounts Receivable",
        "attention": company["billingContact"]["name"],
        "company": company_reference(company),
        "companyType": company["types"][0],
        "companyAccountNumber": company.get("accountNumber", ""),
        "site": site_reference,
        "shipToCompany": company_reference(company),
        "shipToCompanyAccountNumber": company.get("accountNumber", ""),
        "shipSite": site_reference,
        "billingTerms": {"id": terms["id"], "name": terms["name"]},
        "billingTermsXref": terms.get("termsXref", ""),
        "dueDays": invoice.due_days,
        "dueDate": _without_zone(invoice.due_date),
        "emailDeliveryFlag": True,
        "printDeliveryFlag": None,
        "agreementPrePaymentFlag": invoice.prepayment,
        "accountNumber": invoice.account,
        "glEntryIds": ",".join(str(entry_id) for entry_id in sorted([*other_ids, *merged_away])),
        "currency": currency_reference(invoice.currency),
        "total": _signed(sign, invoice.total),
        "taxable": bool(invoice.levels) or invoice.avalara,
        "taxableTotal": _signed(sign, invoice.taxable_total),
        "salesTax": _signed(sign, invoice.sales_tax),
        "useAvalaraFlag": invoice.avalara,
        "sendAvalaraTaxFlag": invoice.avalara,
        "status": "Closed",
        "detail": [_detail(site, invoice, line, document_type, detail) for line in lines],
    }
    if invoice.customer_po:
        row["customerPO"] = invoice.customer_po
    if invoice.tax_code_id:
        row |= _header_tax(site, invoice, sign)
    return row


def _header_tax(site: Site, invoice: Invoice, sign: int) -> Json:
    code = site.table("taxCodes")[invoice.tax_code_id]
    tax: Json = {
        "taxCode": _odd_tax_code(code),
        "taxGroupRate": total(level.rate for level in invoice.levels),
        "taxId": code["identifier"],
        "piggyBackFlag": False,
        # Held the customer's account number where no agency was set (seen): never an agency.
        "taxAgencyXref": site.table("companies")[invoice.company_id].get("accountNumber", ""),
        "taxLevels": [
            {
                "taxLevel": level.level,
                "taxCodeXref": level.xref,
                "taxAmount": _signed(sign, level.tax),
                "taxableAmount": _signed(sign, level.taxable),
            }
            for level in invoice.levels
        ],
    }
    for level in invoice.levels[:5]:
        tax[f"taxableAmount{level.level}"] = _signed(sign, level.taxable)
    for name, level in zip(("stateTax", "countyTax", "cityTax"), invoice.levels, strict=False):
        tax[name] = _signed(sign, level.tax)
    for name, level in zip(("stateTaxXref", "countyTaxXref"), invoice.levels, strict=False):
        tax[name] = level.xref
    tax_lines = [line for line in invoice.lines if line.gl_type == "ST"]
    if tax_lines:
        tax["taxAccountNumber"] = tax_lines[0].account
    return tax


def _lines_as_asked(lines: Sequence[Line], detail: str) -> tuple[list[Line], list[int]]:
    """Return the lines to show and the entry ids of those merged into others.

    ``Condensed`` makes one line of the lines without an item on the same account; whether Manage does is unverified,
    but nobody may count on the number of lines.
    """
    if detail != "Condensed":
        return list(lines), []
    shown: dict[tuple[object, ...], Line] = {}
    merged_away: list[int] = []
    for line in lines:
        plain = not line.item_id and line.gl_type != "ST"
        key = (line.gl_type, line.account, line.taxable) if plain else (line.entry_id,)
        first = shown.get(key)
        if first is None:
            shown[key] = line
        else:
            amount = first.amount + line.amount
            shown[key] = replace(first, amount=amount, quantity=Decimal(1), price=amount)
            merged_away.append(line.entry_id)
    return list(shown.values()), merged_away


def _detail(site: Site, invoice: Invoice, line: Line, document_type: str, detail: str) -> Json:
    row: Json = {
        "id": line.entry_id,
        "documentDate": _without_zone(invoice.invoice_date),
        "documentType": document_type,
        "accountNumber": line.account,
        "glClass": "",
        "glTypeId": line.gl_type,
        "invoiceSummaryOption": detail,
        "memo": f"{line.memo} ({line.quantity} × {line.price})"
        if detail == "Detailed" and line.quantity
        else line.memo,
        "description": line.description,
        "quantity": _negated(line.quantity),
        "total": _negated(line.amount),
        "currency": currency_reference(invoice.currency),
    }
    if line.gl_type == "ST":
        return row | _tax_detail(invoice, line)
    row["itemPrice"] = line.price
    row["taxableFlag"] = line.taxable
    row["taxable2Flag"] = line.taxable and len(invoice.levels) > 1
    row["taxable3Flag"] = None
    row["taxLevels"] = [{"taxLevel": level.level, "taxableFlag": line.taxable} for level in invoice.levels]
    if line.time_entry and detail == "Detailed":
        row["timeEntry"] = {"id": line.time_entry}
    if line.item_id:
        row |= _item_detail(site, invoice, line)
    return row


def _tax_detail(invoice: Invoice, line: Line) -> Json:
    row: Json = {"taxCodeXref": "", "taxAgencyXref": "", "taxNote": "AUTOSTAX"}
    for level in invoice.levels:
        if level.level == line.tax_level:
            row |= {"taxRate": level.rate, "taxRatePercent": level.rate * 100}
    return row


def _item_detail(site: Site, invoice: Invoice, line: Line) -> Json:
    item = CATALOG_BY_ID[line.item_id]
    row: Json = {
        "item": {"id": item.id, "identifier": item.identifier, "serializedFlag": False},
        "glItemId": item.identifier,
        "itemTypeXref": item.type_text,
        "itemDescription": item.description,
        "salesDescription": item.description,
        "product": {"id": line.entry_id * 3 % 100_000, "description": item.description},
        "productAccountNumber": line.account,
        "unitOfMeasure": {"id": item.unit[0], "name": item.unit[1]},
        "serializedFlag": False,
        "dropShippedFlag": line.drop_shipped,
        "itemTaxableFlag": line.taxable,
        "salesCode": "HW" if item.gl_type == "RP" else "",
    }
    if line.cost:
        bin_id = main_bin(invoice.location_id)
        row |= {
            "cost": line.cost,
            "itemCost": line.cost / line.quantity,
            "costAccountNumber": line.cost_account,
            "inventoryAccountNumber": line.inventory_account,
            "warehouseBin": bin_reference(bin_id),
            "locationXref": location_xref(site, bin_id),
        }
    return row


def _customer(site: Site, company_id: int) -> Json:
    company = site.table("companies")[company_id]
    terms = site.table("billingTerms")[company["billingTerms"]["id"]]
    account = company.get("accountNumber", "")
    row: Json = {
        "company": company_reference(company),
        "companyType": company["types"][0],
        "contact": company["billingContact"],
        "site": company["site"],
        "accountNumber": account,
        "billingTerms": {"id": terms["id"], "name": terms["name"]},
        "billingTermsXref": terms.get("termsXref", ""),
        "dueDays": terms["dueDays"],
        "taxable": "taxCode" in company,
        "currency": currency_reference(company["currency"]["currencyCode"]),
        "taxAgencyXref": account,
        "stateTaxAgencyXref": account,
    }
    if "taxCode" in company:
        code = site.table("taxCodes")[company["taxCode"]["id"]]
        levels = site.records.tables.children["taxCodeLevels"][code["id"]]
        names = ("state", "county", "city", "country", "composite")
        row["taxCode"] = {"id": code["id"], "name": code["description"]}
        row["taxGroupRate"] = total(level["taxRate"] for level in levels)
        row["taxLevels"] = [
            {
                "taxLevel": level["taxLevel"],
                "taxRate": level["taxRate"],
                "taxCodeXref": level["taxCodeXref"],
                "agencyXref": level["agencyXref"],
            }
            for level in levels
        ]
        for name, level in zip(names, levels, strict=False):
            row[f"{name}TaxXref"] = level["taxCodeXref"]
            row[f"{name}TaxRate"] = level["taxRate"] * 100  # percent here, a fraction everywhere else (seen)
    return row


def _odd_tax_code(code: Mapping[str, Any]) -> Json:
    """Return the reference with another text than the code for every second tax code (seen): resolve it by id."""
    return {"id": code["id"], "name": code["description"] if code["id"] % 2 else code["identifier"]}


def _signed(sign: int, amount: Decimal) -> Decimal:
    return sign * amount + 0  # never a negative zero


def _negated(amount: Decimal) -> Decimal:
    return Decimal(0) - amount  # never a negative zero


def _without_zone(day: date) -> str:
    return f"{day.isoformat()}T00:00:00"

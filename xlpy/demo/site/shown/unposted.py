"""How the site shows invoices: rows of the unposted list, invoice records, tax levels and GL entries."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal

from xlpy.demo import firm
from xlpy.demo.site.catalog import CATALOG_BY_ID
from xlpy.demo.site.door.answers import Json, not_found
from xlpy.demo.site.door.conditions import Pinned
from xlpy.demo.site.masters import DEPARTMENT_IDS, company_reference, currency_reference
from xlpy.demo.site.records import Invoice, Line
from xlpy.demo.site.store import Site
from xlpy.domain.values.money import total

# The old names of levels 1 to 6 (Manage API: unposted invoices).
LEVEL_NAMES = ("state", "county", "city", "country", "composite", "levelSix")
_DEPARTMENTS = {number: code for code, number in DEPARTMENT_IDS.items()}


def shown_type(site: Site, invoice: Invoice) -> str:
    """Return the type as the version that the site claims has it: *Consolidated* came after 2025.8."""
    release = tuple(int(part) for part in site.records.server_version.removeprefix("v").split(".")[:2])
    return "Standard" if invoice.invoice_type == "Consolidated" and release < (2026, 11) else invoice.invoice_type


def midnight(day: date) -> str:
    """Return a date as the entities' dates are sent: midnight UTC."""
    return f"{day.isoformat()}T00:00:00Z"


def unposted_rows(site: Site) -> list[Json]:
    """Return the rows of the unposted invoices, in the order in which they were closed."""

    def build() -> list[Json]:
        show = _RowMaker(site)
        return [show.row(invoice) for invoice in site.records.invoices.values() if site.is_unposted(invoice)]

    rows = site.remember("unposted invoices", build)
    if site.harsh.positive_credits:
        return [row | {name: abs(row[name]) for name in ("subTotal", "total", "salesTaxAmount")} for row in rows]
    return rows


def unposted_levels(site: Site, row_id: int) -> list[Json]:
    """Return the tax by level of an unposted row; ``row_id`` is the row's id. Refuses (404) no such row."""

    def build() -> Mapping[int, Invoice]:
        return {i.row_id: i for i in site.records.invoices.values() if site.is_unposted(i)}

    invoice = site.remember("unposted by row", build).get(row_id)
    if invoice is None:
        raise not_found("UnpostedInvoice", row_id)
    return [
        {"id": level.level, "taxLevel": level.level, "taxCodeXref": level.xref, "taxAmount": level.tax}
        for level in invoice.levels
    ]


def invoice_records(site: Site) -> list[Json]:
    """Return all invoices, posted or not, as ``/finance/invoices`` shows them."""
    return site.remember("invoices", lambda: [invoice_record(site, i) for i in site.records.invoices.values()])


def some_invoice_records(site: Site, pinned: Pinned) -> list[Json] | None:
    """Return the invoices whose ids or numbers the conditions list; None when they list neither.

    A page of a large site is made of these alone: making all rows takes long.
    """
    invoices = site.records.invoices
    if "id" in pinned:
        ids = sorted(number for number in pinned["id"] if number in invoices)
    elif "invoiceNumber" in pinned:
        numbered = site.remember("invoices by number", lambda: _by_number(site))
        ids = sorted(number for text in pinned["invoiceNumber"] for number in numbered.get(text, ()))
    else:
        return None
    return [invoice_record(site, invoices[number]) for number in ids]


def _by_number(site: Site) -> Mapping[str, list[int]]:
    found: dict[str, list[int]] = {}
    for invoice in site.records.invoices.values():
        found.setdefault(invoice.number.casefold(), []).append(invoice.id)
    return found


def invoice_record(site: Site, invoice: Invoice) -> Json:
    """Return an invoice as ``/finance/invoices/{id}`` shows it; amounts of credit memos are negative."""
    company = site.table("companies")[invoice.company_id]
    reference = company_reference(company)
    paid = site.paid(invoice)
    record: Json = {
        "id": invoice.id,
        "invoiceNumber": invoice.number,
        "type": shown_type(site, invoice),
        "status": {"id": 3, "name": "Closed", "isClosed": True},
        "company": reference,
        "billToCompany": reference,
        "shipToCompany": reference,
        "applyToType": "Agreement" if invoice.agreement else "All",
        "attention": company["billingContact"]["name"][:60],
        "billingSite": company["billingSite"],
        "billingSiteAddressLine1": company["addressLine1"],
        "billingSiteCity": company["city"],
        "billingSiteZip": company["zip"],
        "billingSiteCountry": company["country"]["name"],
        "billingTerms": _terms_reference(site, invoice),
        "reference": invoice.description[:50],
        "date": midnight(invoice.invoice_date),
        "locationId": invoice.location_id,
        "location": {"id": invoice.location_id, "name": firm.LOCATIONS[invoice.location_id][0]},
        "departmentId": invoice.department_id,
        "department": {"id": invoice.department_id, "name": _department_name(invoice)},
        "topComment": invoice.memo,
        "taxableFlag": bool(invoice.levels) or invoice.avalara,
        "currency": currency_reference(invoice.currency),
        "dueDate": midnight(invoice.due_date),
        "serviceTotal": _sum_of(invoice, "R"),
        "expenseTotal": _sum_of(invoice, "RE"),
        "productTotal": _sum_of(invoice, "RP", "AP"),
        "agreementAmount": _sum_of(invoice, "RA"),
        "downpaymentApplied": max(-_sum_of(invoice, "RD"), Decimal("0.00")),
        "subtotal": invoice.subtotal,
        "total": invoice.total,
        "salesTax": invoice.sales_tax,
        "closedBy": invoice.closed_by,
        "payments": paid.payments,
        "credits": paid.credits,
        "balance": paid.balance,
        "specialInvoiceFlag": None,
    }
    if "accountNumber" in company:
        record["accountNumber"] = company["accountNumber"]
    if invoice.tax_code_id:
        record["taxCode"] = _tax_code_reference(site, invoice)
    if invoice.customer_po:
        record["customerPO"] = invoice.customer_po
    if invoice.agreement:
        record["agreement"] = {"id": 500 + invoice.company_id, "name": invoice.agreement}
    batch = site.batch_with(invoice.entry_ids)
    if batch is not None:
        record["glBatch"] = {"id": batch.id, "name": batch.identifier}
    elif invoice.unbatched_name:
        record["unbatchedBatch"] = {"id": invoice.unbatched_from, "name": invoice.unbatched_name}
    return record


def invoice_reference(site: Site, invoice: Invoice) -> Json:
    """Return the reference to an invoice as batch entries and payments carry it."""
    return {
        "id": invoice.id,
        "identifier": invoice.number,
        "billingType": shown_type(site, invoice),
        "applyToType": "Agreement" if invoice.agreement else "All",
        "invoiceDate": midnight(invoice.invoice_date),
    }


def gl_entries(site: Site, billing_log_id: int) -> list[Json]:
    """Return the GL entries of an invoice with their separate segments. Refuses (404) when there is no such invoice."""
    invoice = site.records.invoices.get(billing_log_id)
    if invoice is None:
        raise not_found("Invoice", billing_log_id)
    if not invoice.has_entries:
        return []
    batched = site.records.batched
    entries: list[Json] = [
        {
            "id": part.entry_id,
            "type": "AR",
            "amount": part.amount,
            "description": "Accounts Receivable",
            **_segments("segment", invoice.account),
            "isBatched": part.entry_id in batched,
        }
        for part in invoice.receivable
    ]
    entries += [_line_entry(line, batched=line.entry_id in batched) for line in invoice.lines]
    return entries


def _line_entry(line: Line, *, batched: bool) -> Json:
    entry: Json = {
        "id": line.entry_id,
        "type": line.gl_type,
        "amount": -line.amount,
        "description": line.description[:100],
        **_segments("segment", line.account),
        "isBatched": batched,
    }
    if line.item_id:
        entry["productId"] = CATALOG_BY_ID[line.item_id].identifier
    if line.cost:
        entry["cost"] = line.cost
        entry["inventory"] = line.inventory_account
        entry.update(_segments("cogs", line.cost_account))
    return entry


class _RowMaker:
    """Makes rows of the unposted list; references that many rows share are made once."""

    def __init__(self, site: Site) -> None:
        self._site = site
        self._currencies = {code: currency_reference(code) for code in ("USD", *firm.FOREIGN_CURRENCIES)}
        self._companies = {number: company_reference(row) for number, row in site.table("companies").items()}

    def row(self, invoice: Invoice) -> Json:
        site = self._site
        company = self._companies[invoice.company_id]
        types = {line.gl_type for line in invoice.lines}
        taxed = bool(invoice.levels)
        row: Json = {
            "id": invoice.row_id,
            "billingLogId": invoice.id,
            "locationId": invoice.location_id,
            "location": {"id": invoice.location_id, "name": firm.LOCATIONS[invoice.location_id][0]},
            "departmentId": invoice.department_id,
            "department": {
                "id": invoice.department_id,
                "identifier": _DEPARTMENTS[invoice.department_id],
                "name": _department_name(invoice),
            },
            "company": company,
            "billToCompany": company,
            "shipToCompany": company,
            "invoiceNumber": invoice.number,
            "invoiceDate": midnight(invoice.invoice_date),
            "invoiceType": shown_type(self._site, invoice),
            "billingTerms": _terms_reference(site, invoice),
            "dueDays": str(invoice.due_days),
            "dueDate": midnight(invoice.due_date),
            "currency": self._currencies[invoice.currency],
            "subTotal": invoice.subtotal,
            "total": invoice.total,
            "hasTime": "R" in types,
            "hasExpenses": "RE" in types,
            "hasProducts": bool(types & {"RP", "AP"}),
            "invoiceTaxableFlag": taxed or invoice.avalara,
            "avalaraTaxFlag": invoice.avalara,
            "itemTaxableFlag": None,
            "salesTaxAmount": invoice.sales_tax,
            "createdBy": invoice.closed_by,
            "dateClosed": invoice.closed_at.strftime("%Y-%m-%dT%H:%M:%SZ"),
        }
        account = site.table("companies")[invoice.company_id].get("accountNumber")
        if account:
            row["accountNumber"] = account
        if invoice.description:
            row["description"] = invoice.description
        if invoice.tax_code_id:
            row["taxCode"] = _tax_code_reference(site, invoice)
        for level in invoice.levels:
            name = LEVEL_NAMES[level.level - 1]
            row[f"{name}TaxFlag"] = True
            row[f"{name}TaxXref"] = level.xref
            row[f"{name}TaxAmount"] = level.tax
        if taxed and len(invoice.levels) < len(LEVEL_NAMES):
            # The first unused level comes with nulls, as a reminder that absent and null mean the same.
            name = LEVEL_NAMES[len(invoice.levels)]
            row[f"{name}TaxFlag"] = False
            row[f"{name}TaxAmount"] = None
        return row


def _terms_reference(site: Site, invoice: Invoice) -> Json:
    return {"id": invoice.terms_id, "name": site.table("billingTerms")[invoice.terms_id]["name"]}


def _tax_code_reference(site: Site, invoice: Invoice) -> Json:
    return {"id": invoice.tax_code_id, "name": site.table("taxCodes")[invoice.tax_code_id]["identifier"]}


def _department_name(invoice: Invoice) -> str:
    return firm.DEPARTMENTS[_DEPARTMENTS[invoice.department_id]]


def _sum_of(invoice: Invoice, *gl_types: str) -> Decimal:
    return total(line.amount for line in invoice.lines if line.gl_type in gl_types)


def _segments(prefix: str, account: str) -> Json:
    return {f"{prefix}{n}": text for n, text in enumerate(account.split(":"), start=1)}

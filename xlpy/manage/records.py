"""From the JSON of Manage to the values of the domain, field by field. Source: Manage API: every field."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from xlpy.domain.facts.manage import (
    BillingTerms,
    CatalogItem,
    ExportInvoice,
    ExportLine,
    ExportTaxLevel,
    ManageCompany,
    PackageSetup,
    Ref,
    TaxCode,
    TaxCodeLevel,
    UnpostedInvoice,
)
from xlpy.domain.values.money import ZERO
from xlpy.manage.row import Row

Json = Mapping[str, Any]
DEFAULT_DECIMALS = 2


def unposted_invoice(data: Json) -> UnpostedInvoice:
    """Read a row of the unposted invoices; the type stays as it is written, new ones included."""
    row = Row(data, f"unposted invoice {data.get('invoiceNumber') or data.get('id')}")
    return UnpostedInvoice(
        id=row.id(),
        billing_log_id=row.id("billingLogId"),
        number=row.text("invoiceNumber"),
        invoice_type=row.text("invoiceType"),
        invoice_date=row.day("invoiceDate"),
        due_date=row.day("dueDate"),
        company=row.ref("company"),
        bill_to=row.ref("billToCompany"),
        account_number=row.text("accountNumber"),
        location_id=row.id("locationId") or row.ref("location").id,
        location=row.ref("location").name,
        terms=row.ref("billingTerms"),
        tax_code=row.ref("taxCode"),
        currency=row.currency(),
        decimals=decimals_of(row.row("currency")),
        subtotal=row.amount("subTotal"),
        sales_tax=row.amount("salesTaxAmount"),
        total=row.amount("total"),
        avalara=row.flag("avalaraTaxFlag"),
        description=row.text("description"),
    )


def export_invoice(data: Json) -> ExportInvoice:
    """Read one of ``GLExport.transactions``, in Manage's own signs."""
    row = Row(data, f"exported invoice {data.get('documentNumber') or data.get('id')}")
    return ExportInvoice(
        id=row.id(),
        document_type=row.text("documentType"),
        billing_type=row.text("billingType"),
        number=row.text("documentNumber"),
        document_date=row.day("documentDate"),
        due_date=row.day("dueDate"),
        due_days=row.whole("dueDays"),
        description=row.text("description"),
        memo=row.text("memo"),
        company=row.ref("company"),
        company_account_number=row.text("companyAccountNumber"),
        terms=row.ref("billingTerms"),
        terms_xref=row.text("billingTermsXref"),
        account_number=row.text("accountNumber"),
        entry_ids=row.ids("glEntryIds"),
        currency=row.currency(),
        total=row.amount("total"),
        sales_tax=row.amount("salesTax"),
        tax_code=row.ref("taxCode"),
        tax_levels=tuple(_tax_level(level) for level in row.rows("taxLevels")) or _old_tax_levels(row),
        lines=tuple(_export_line(line) for line in row.rows("detail")),
        tax_account_number=row.text("taxAccountNumber"),
        customer_po=row.text("customerPO"),
        avalara=row.flag("useAvalaraFlag"),
        prepayment=row.flag("agreementPrePaymentFlag"),
    )


def _export_line(row: Row) -> ExportLine:
    return ExportLine(
        id=row.id(),
        gl_type=row.text("glTypeId", "glTypeID"),
        account_number=row.text("accountNumber"),
        gl_class=row.text("glClass"),
        description=row.text("description"),
        memo=row.text("memo"),
        quantity=row.amount("quantity"),
        item_price=row.amount("itemPrice"),
        total=row.amount("total"),
        cost=row.amount("cost"),
        cost_account=row.text("costAccountNumber"),
        inventory_account=row.text("inventoryAccountNumber"),
        item=row.ref("item"),
        item_description=row.text("itemDescription"),
        unit=row.ref("unitOfMeasure").name,
        drop_shipped=row.flag("dropShippedFlag"),
    )


def _tax_level(row: Row) -> ExportTaxLevel:
    return ExportTaxLevel(
        row.id("taxLevel"), row.text("taxCodeXref"), row.amount("taxAmount"), row.amount("taxableAmount")
    )


def _old_tax_levels(row: Row) -> tuple[ExportTaxLevel, ...]:
    """Return the levels of an older server, which has none in ``taxLevels``: state, county and city are 1 to 3.

    Taxes above the third level are missing there; the document then does not balance and is stopped.
    """
    older = (
        (1, "stateTaxXref", "stateTax", "taxableAmount1"),
        (2, "countyTaxXref", "countyTax", "taxableAmount2"),
        (3, "cityTaxXref", "cityTax", "taxableAmount3"),
    )
    levels = (ExportTaxLevel(n, row.text(xref), row.amount(tax), row.amount(base)) for n, xref, tax, base in older)
    return tuple(level for level in levels if level.tax != ZERO)


def company(data: Json, country_codes: Mapping[int, str]) -> ManageCompany:
    """Read a company. ``country_codes``: two letters by the id of the country."""
    row = Row(data, f"company {data.get('identifier') or data.get('id')}")
    return ManageCompany(
        id=row.id(),
        identifier=row.text("identifier"),
        name=row.text("name"),
        account_number=row.text("accountNumber"),
        vendor_identifier=row.text("vendorIdentifier"),
        address1=row.text("addressLine1"),
        address2=row.text("addressLine2"),
        city=row.text("city"),
        state=row.text("state"),
        zip=row.text("zip"),
        country=country_codes.get(row.ref("country").id, ""),
        phone=row.text("phoneNumber"),
        fax=row.text("faxNumber"),
        email=row.text("invoiceToEmailAddress"),
        contact=row.ref("billingContact").name or row.ref("defaultContact").name,
        terms=row.ref("billingTerms"),
        tax_code=row.ref("taxCode"),
        currency=row.currency(),
        bill_to=row.ref("billToCompany"),
        deleted=row.flag("deletedFlag"),
    )


def tax_code(data: Json, levels: tuple[TaxCodeLevel, ...]) -> TaxCode:
    """Read a tax code with its levels."""
    row = Row(data, f"tax code {data.get('identifier') or data.get('id')}")
    return TaxCode(row.id(), row.text("identifier"), row.text("description"), levels)


def tax_code_level(data: Json, code: str) -> TaxCodeLevel:
    """Read a level of the tax code ``code``; the rate is a fraction."""
    row = Row(data, f"level {data.get('taxLevel')} of tax code {code}")
    return TaxCodeLevel(
        level=row.id("taxLevel"),
        rate=row.amount("taxRate"),
        rate_type=row.text("rateType"),
        caption=row.text("caption"),
        tax_code_xref=row.text("taxCodeXref"),
        agency_xref=row.text("agencyXref"),
    )


def billing_terms(data: Json) -> BillingTerms:
    """Read billing terms."""
    row = Row(data, f"billing terms {data.get('name') or data.get('id')}")
    return BillingTerms(row.id(), row.text("name"), row.whole("dueDays") or 0, row.text("termsXref"))


def catalog_item(data: Json) -> CatalogItem:
    """Read a product of the catalog."""
    row = Row(data, f"product {data.get('identifier') or data.get('id')}")
    return CatalogItem(
        id=row.id(),
        identifier=row.text("identifier"),
        description=row.text("description"),
        product_class=row.text("productClass"),
        integration_xref=row.text("integrationXRef"),
        unit=row.ref("unitOfMeasure"),
        serialized=row.flag("serializedFlag"),
    )


def package_setup(data: Json) -> PackageSetup:
    """Read the options of the accounting package."""
    row = Row(data, "the accounting package setup")
    package: Ref = row.ref("accountingPackage")
    return PackageSetup(
        identifier=package.identifier,
        include_sales_tax=row.flag("includeSalesTaxFlag"),
        transfer_expenses_as_bill=row.flag("transferExpensesAsBillFlag"),
        inventory_soh=row.flag("inventorySOHFlag"),
        include_cogs=row.flag("includeCogsEntriesFlag"),
        include_cogs_drop_ship=row.flag("includeCogsDropShipFlag"),
    )


def currency_codes(data: Json) -> tuple[tuple[str, ...], int]:
    """Return the codes a currency is known by, and its decimals.

    Unverified: which of the two fields has the code that an invoice's currency shows, so both count.
    """
    row = Row(data, f"currency {data.get('currencyIdentifier') or data.get('id')}")
    codes = (row.ref("currencyCode").name.upper(), row.text("currencyIdentifier").upper())
    return tuple(dict.fromkeys(code for code in codes if code)), decimals_of(row)


def decimals_of(currency: Row) -> int:
    """Return the decimals that a currency reference tells; two when it does not."""
    found = currency.whole("numberOfDecimals")
    return DEFAULT_DECIMALS if found is None else found

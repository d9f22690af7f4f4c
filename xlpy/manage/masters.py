"""Masters of Manage that documents refer to: companies, tax codes, billing terms, products."""

from __future__ import annotations

from collections.abc import Collection

from xlpy.domain.manage_records import BillingTerms, CatalogItem, ManageCompany, TaxCode
from xlpy.manage import records
from xlpy.manage.paging import read_by_ids, read_list
from xlpy.manage.row import Row
from xlpy.manage.transport import Transport

COMPANY_FIELDS = (
    "id,identifier,name,accountNumber,vendorIdentifier,addressLine1,addressLine2,city,state,zip,country,phoneNumber,"
    "faxNumber,invoiceToEmailAddress,billingContact,defaultContact,billingTerms,taxCode,currency,billToCompany,"
    "deletedFlag"
)
CATALOG_FIELDS = "id,identifier,description,productClass,integrationXRef"
TAX_CODE_FIELDS = "id,identifier,description"


def companies(transport: Transport, ids: Collection[int], country_codes: dict[int, str]) -> dict[int, ManageCompany]:
    """Return the companies with these ids; a deleted one may be missing.

    ``country_codes`` (by country id) is filled when the first company with a country needs it.
    """
    rows = list(read_by_ids(transport, "/company/companies", set(ids), COMPANY_FIELDS))
    if not country_codes and any(Row(data, "a company").ref("country") for data in rows):
        country_codes |= countries(transport)
    found = (records.company(data, country_codes) for data in rows)
    return {company.id: company for company in found}


def countries(transport: Transport) -> dict[int, str]:
    """Return the two-letter codes of the countries by id."""
    rows = read_list(transport, "/company/countries", params={"fields": "id,countryCode"})
    return {row.id(): row.text("countryCode").upper() for row in (Row(data, "a country") for data in rows)}


def tax_codes(transport: Transport, ids: Collection[int]) -> dict[int, TaxCode]:
    """Return the tax codes with these ids and their levels, sorted by level."""
    found: dict[int, TaxCode] = {}
    for data in read_by_ids(transport, "/finance/taxCodes", set(ids), TAX_CODE_FIELDS):
        code = records.tax_code(data, ())
        rows = read_list(transport, f"/finance/taxCodes/{code.id}/taxCodeLevels")
        levels = sorted((records.tax_code_level(row, code.identifier) for row in rows), key=lambda level: level.level)
        found[code.id] = records.tax_code(data, tuple(levels))
    return found


def billing_terms(transport: Transport) -> dict[int, BillingTerms]:
    """Return all billing terms by id."""
    found = (records.billing_terms(data) for data in read_list(transport, "/finance/billingTerms"))
    return {terms.id: terms for terms in found}


def catalog_items(transport: Transport, ids: Collection[int]) -> dict[int, CatalogItem]:
    """Return the products with these ids."""
    rows = read_by_ids(transport, "/procurement/catalog", set(ids), CATALOG_FIELDS)
    return {item.id: item for item in map(records.catalog_item, rows)}

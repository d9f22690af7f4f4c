"""Masters of Manage that documents refer to: companies, members, tax codes, terms, products, warehouses, units."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from http import HTTPStatus

from xlpy.domain.facts.manage import BillingTerms, CatalogItem, ExportInvoice, ManageCompany, TaxCode
from xlpy.domain.facts.manage_expenses import ExportedExpenses, Member
from xlpy.domain.facts.manage_procurement import AdjustmentRecord, ExportedProcurement, UnitOfMeasure, Warehouse
from xlpy.errors import ManageRefused, ManageSpokeNonsense
from xlpy.manage import payables_records, records
from xlpy.manage.http.answers import shape
from xlpy.manage.http.transport import Transport
from xlpy.manage.paging import read_by_ids, read_list
from xlpy.manage.row import Row

COMPANY_FIELDS = (
    "id,identifier,name,accountNumber,vendorIdentifier,addressLine1,addressLine2,city,state,zip,country,phoneNumber,"
    "faxNumber,invoiceToEmailAddress,billingContact,defaultContact,billingTerms,taxCode,currency,billToCompany,"
    "deletedFlag"
)
CATALOG_FIELDS = "id,identifier,description,productClass,integrationXRef,unitOfMeasure,serializedFlag"
TAX_CODE_FIELDS = "id,identifier,description"
MEMBER_FIELDS = "id,identifier,firstName,lastName,vendorNumber,officeEmail,primaryEmail,inactiveFlag"
WAREHOUSE_FIELDS = "id,name,locationXref"
UNIT_FIELDS = "id,name,uomScheduleXref"


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


def members(transport: Transport, ids: Collection[int]) -> dict[int, Member]:
    """Return the members with these ids, inactive ones too. Only the fields that are needed: a member is huge."""
    rows = read_by_ids(transport, "/system/members", set(ids), MEMBER_FIELDS)
    return {member.id: member for member in map(payables_records.member, rows)}


def company_payment_methods(transport: Transport) -> frozenset[int]:
    """Return the ids of the payment methods by which the company itself pays an expense.

    Unverified: that ``companyFlag`` of a payment type means that. It is only shown; whether an expense is owed to the
    member is decided by the export's lines.
    """
    rows = (Row(data, "a payment type") for data in read_list(transport, "/expense/paymentTypes"))
    return frozenset(row.id() for row in rows if row.flag("companyFlag"))


def warehouses(transport: Transport) -> dict[int, Warehouse]:
    """Return all warehouses by id."""
    rows = read_list(transport, "/procurement/warehouses", params={"fields": WAREHOUSE_FIELDS})
    return {warehouse.id: warehouse for warehouse in map(payables_records.warehouse, rows)}


def units(transport: Transport) -> dict[int, UnitOfMeasure]:
    """Return all units of measure by id."""
    rows = read_list(transport, "/procurement/unitOfMeasures", params={"fields": UNIT_FIELDS})
    return {unit.id: unit for unit in map(payables_records.unit_of_measure, rows)}


def adjustment_records(transport: Transport, ids: Collection[int]) -> dict[int, AdjustmentRecord]:
    """Return the inventory adjustments with these ids, with their details; those that are not there are left out.

    One call each: whether the list shows the details is unverified, the record does.
    """
    found: dict[int, AdjustmentRecord] = {}
    for number in sorted(i for i in set(ids) if i > 0):
        path = f"/procurement/adjustments/{number}"
        try:
            data = transport.get(path).data
        except ManageRefused as error:
            if error.status != HTTPStatus.NOT_FOUND:
                raise
            continue
        if not isinstance(data, dict):
            raise ManageSpokeNonsense(f"not an adjustment: {shape(data)}", method="GET", path=path)
        found[number] = payables_records.adjustment_record(data)
    return found


def members_of(expenses: ExportedExpenses) -> Iterable[int]:
    """Yield the ids of the members whose expenses these are."""
    yield from (bill.member.id for bill in expenses.bills)
    yield from (expense.member.id for expense in expenses.expenses)


def items_of(export: Sequence[ExportInvoice], procurement: ExportedProcurement) -> Iterable[int]:
    """Yield the catalog ids of everything that is sold, received, adjusted or moved."""
    for parts in (export, procurement.purchases, procurement.adjustments):
        yield from (line.item.id for document in parts for line in document.lines)
    yield from (transfer.item.id for transfer in procurement.transfers)

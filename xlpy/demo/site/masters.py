"""The master records of the demo site, in the shape in which the API sends them, made from ``xlpy.demo.firm``.

A table is a mapping from id to record; levels of tax codes and sites of companies are lists under their parent's id.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal

from xlpy.demo import firm
from xlpy.demo.site import payables_masters
from xlpy.demo.site.catalog import CATALOG, catalog_item
from xlpy.demo.site.door.answers import Json

CURRENCY_IDS = {"USD": 7, "EUR": 8, "GBP": 9, "JPY": 10}
_CURRENCIES = {
    "USD": ("US dollars", "$", ",", "."),
    "EUR": ("Euro", "€", ".", ","),
    "GBP": ("Pound sterling", "£", ",", "."),
    "JPY": ("Yen", "¥", ",", "."),
}
_COUNTRIES = {"US": (1, "United States", "USD"), "DE": (2, "Germany", "EUR"), "GB": (3, "United Kingdom", "GBP")}
_LEVEL_NAMES = ("One", "Two", "Three", "Four", "Five", "Six")
_STREETS = ("Bayshore Blvd", "Harbor Island Dr", "W Kennedy Blvd", "Orange Ave", "Channelside Dr")
DEPARTMENT_IDS = {"100": 10, "200": 20, "300": 30}

RECEIVABLE = "1100"
RECEIVABLE_FOREIGN = "1110"
DEPOSITS = "2300:000:00"
COST_OF_GOODS = payables_masters.COST_OF_GOODS
INVENTORY = payables_masters.INVENTORY


@dataclass(slots=True)
class Tables:
    """All master records: ``rows[table][id]``, and ``children[table][parent id]``."""

    rows: dict[str, dict[int, Json]] = field(default_factory=dict)
    children: dict[str, dict[int, list[Json]]] = field(default_factory=dict)


def make_tables(
    *, mistakes: bool, as_bill: bool = True, expense_mistakes: bool = False, procurement_mistakes: bool = False
) -> Tables:
    """Make the firm's masters; with the ``mistakes`` of each kind, those of ``xlpy.demo.firm``'s list in masters.

    ``as_bill``: whether the accounting package transfers expenses as bills.
    """
    vendors = {v.manage_id: _vendor(v, mistakes=procurement_mistakes) for v in firm.VENDORS}
    return Tables(
        rows={
            "companies": {c.manage_id: _company(c, mistakes=mistakes) for c in firm.CUSTOMERS} | vendors,
            "countries": {number: _country(code) for code, (number, _, _) in _COUNTRIES.items()},
            "currencies": {CURRENCY_IDS[code]: _currency(code) for code in _CURRENCIES},
            "billingTerms": {t.manage_id: _terms(t, mistakes=mistakes) for t in firm.TERMS},
            "taxCodes": {code.manage_id: _tax_code(code) for code in firm.TAX_CODES},
            "glCaptions": {1: _captions()},
            "glAccounts": {row["id"]: row for row in _gl_accounts(mistakes=mistakes)},
            "accountingPackageSetup": {1: _package_setup(as_bill=as_bill)},
            "locations": {number: _location(number) for number in firm.LOCATIONS},
            "departments": {
                number: {"id": number, "identifier": code, "name": firm.DEPARTMENTS[code]}
                for code, number in DEPARTMENT_IDS.items()
            },
            "catalog": {row.id: catalog_item(row) for row in CATALOG},
            "members": payables_masters.members(mistakes=expense_mistakes),
            "warehouses": payables_masters.warehouses(mistakes=procurement_mistakes),
            "warehouseBins": payables_masters.bins(),
            "unitOfMeasures": payables_masters.units(),
            "productTypes": payables_masters.product_types(),
            "expenseTypes": payables_masters.expense_types(),
            "expenseClassifications": payables_masters.classifications(),
            "expensePaymentTypes": payables_masters.payment_types(),
        },
        children={
            "sites": {c.manage_id: [_site(c)] for c in firm.CUSTOMERS}
            | {number: [payables_masters.vendor_site(row)] for number, row in vendors.items()},
            "taxCodeLevels": {code.manage_id: _tax_levels(code) for code in firm.TAX_CODES},
            "unitConversions": payables_masters.unit_conversions(),
        },
    )


def currency_reference(code: str) -> Json:
    """Return the reference to a currency as records carry it."""
    name, symbol, thousands, decimals = _CURRENCIES[code]
    return {
        "id": CURRENCY_IDS[code],
        "symbol": symbol,
        "currencyCode": code,
        "decimalSeparator": decimals,
        "numberOfDecimals": 0 if code == "JPY" else 2,
        "thousandsSeparator": thousands,
        "negativeParenthesesFlag": False,
        "displaySymbolFlag": True,
        "currencyIdentifier": code,
        "displayIdFlag": False,
        "rightAlign": False,
        "name": name,
    }


def company_reference(company: Json) -> Json:
    """Return the reference to a company."""
    return {"id": company["id"], "identifier": company["identifier"], "name": company["name"]}


def tax_rate(agency: str) -> Decimal:
    """Return the rate of an agency's tax as Manage keeps it: a fraction."""
    return next(tax.rate for tax in firm.TAXES if tax.tax_id == agency) / 100


def _company(customer: firm.FirmCustomer, *, mistakes: bool) -> Json:
    number = customer.manage_id
    terms = next(t for t in firm.TERMS if t.sl_id == customer.terms)
    country_id, country_name, _ = _COUNTRIES[customer.country]
    account = customer.account
    if number == firm.COMPANY_WITHOUT_ACCOUNT:
        account = "" if mistakes else firm.ACCOUNT_TO_GIVE
    record: Json = {
        "id": number,
        "identifier": customer.identifier,
        "name": customer.name,
        "status": {"id": 1, "name": "Active"},
        "addressLine1": f"{100 + 7 * (number - 250)} {_STREETS[number % len(_STREETS)]}",
        "city": customer.city,
        "zip": _zip(customer),
        "country": {"id": country_id, "identifier": customer.country, "name": country_name},
        "phoneNumber": f"813555{1000 + number}",
        "website": f"{customer.account.lower() or 'nova'}.example",
        "accountNumber": account,
        "dateAcquired": "2024-03-01T00:00:00Z",
        "defaultContact": {"id": 4000 + number, "name": f"Accounts payable of {customer.identifier}"},
        "annualRevenue": None if number % 3 else Decimal("2500000.00"),
        "creditLimit": Decimal("25000.00"),
        "leadFlag": False,
        "billingTerms": {"id": terms.manage_id, "name": terms.name},
        "billToCompany": {"id": number, "identifier": customer.identifier, "name": customer.name},
        "billingSite": {"id": 7000 + number, "name": "Main"},
        "billingContact": {"id": 4000 + number, "name": f"Accounts payable of {customer.identifier}"},
        "invoiceToEmailAddress": f"ap@{customer.account.lower() or 'nova'}.example",
        "deletedFlag": False,
        "currency": currency_reference(customer.currency),
        "isVendorFlag": None if number % 2 else False,
        "types": [{"id": 1, "name": "Customer"}],
        "site": {"id": 7000 + number, "name": "Main"},
        "_info": {"lastUpdated": "2026-09-14T15:21:07Z", "updatedBy": "KMorales"},
    }
    if customer.state:
        record["state"] = customer.state
    tax_code = _tax_code_of(customer)
    if tax_code is not None:
        record["taxCode"] = {"id": tax_code.manage_id, "name": tax_code.code}
    if not account:
        del record["accountNumber"]
    return record


def _vendor(vendor: firm.FirmVendor, *, mistakes: bool) -> Json:
    country_id, country_name, _ = _COUNTRIES[vendor.country]
    country: Json = {"id": country_id, "identifier": vendor.country, "name": country_name}
    return payables_masters.vendor(vendor, country, currency_reference(vendor.currency), mistakes=mistakes)


def _zip(customer: firm.FirmCustomer) -> str:
    return {"Tampa": "33602", "Orlando": "32801", "Hamburg": "20457", "Bristol": "BS1 4DJ"}[customer.city]


def _tax_code_of(customer: firm.FirmCustomer) -> firm.FirmTaxCode | None:
    return next((code for code in firm.TAX_CODES if code.code == customer.tax_code), None)


def _site(customer: firm.FirmCustomer) -> Json:
    number = customer.manage_id
    country_id, country_name, _ = _COUNTRIES[customer.country]
    record: Json = {
        "id": 7000 + number,
        "name": "Main",
        "addressLine1": f"{100 + 7 * (number - 250)} {_STREETS[number % len(_STREETS)]}",
        "city": customer.city,
        "zip": _zip(customer),
        "country": {"id": country_id, "identifier": customer.country, "name": country_name},
        "phoneNumber": f"813555{1000 + number}",
        "primaryAddressFlag": True,
        "defaultShippingFlag": True,
        "defaultBillingFlag": True,
        "defaultMailingFlag": True,
        "inactiveFlag": False,
        "expenseReimbursement": None,
        "company": {"id": number, "identifier": customer.identifier, "name": customer.name},
    }
    if customer.state:
        record["stateReference"] = {"id": 9, "identifier": customer.state, "name": "Florida"}
    tax_code = _tax_code_of(customer)
    if tax_code is not None:
        record["taxCode"] = {"id": tax_code.manage_id, "name": tax_code.code}
    return record


def _country(code: str) -> Json:
    number, name, currency = _COUNTRIES[code]
    return {
        "id": number,
        "name": name,
        "defaultFlag": code == "US",
        "currency": currency_reference(currency),
        "countryCode": code,
        "disabled": False,
    }


def _currency(code: str) -> Json:
    name, symbol, thousands, decimals = _CURRENCIES[code]
    return {
        "id": CURRENCY_IDS[code],
        "currencyIdentifier": code,
        "name": name,
        "symbol": symbol,
        "displayIdFlag": False,
        "displaySymbolFlag": True,
        "currencyCode": {"id": CURRENCY_IDS[code], "name": code},
        "thousandsSeparator": thousands,
        "decimalSeparator": decimals,
        "negativeParenthesesFlag": False,
        "rightAlign": False,
        "numberOfDecimals": 0 if code == "JPY" else 2,
    }


def _terms(terms: firm.FirmTerms, *, mistakes: bool) -> Json:
    record: Json = {
        "id": terms.manage_id,
        "name": terms.name,
        "defaultFlag": terms.sl_id == "30",
        "dueDays": terms.days,
        "termsXref": terms.sl_id,
    }
    if mistakes and terms.manage_id == firm.TERMS_WITHOUT_XREF:
        del record["termsXref"]
    return record


def _tax_levels(code: firm.FirmTaxCode) -> list[Json]:
    return [
        {
            "id": code.manage_id * 10 + level,
            "taxLevel": level,
            "taxRate": tax_rate(agency),
            "rateType": "Percent",
            "taxableMax": None,
            "caption": next(tax.descr for tax in firm.TAXES if tax.tax_id == agency)[:25],
            "taxCodeXref": code.code,
            "agencyXref": agency,
            "taxServicesFlag": True,
            "taxExpensesFlag": False,
            "taxProductsFlag": True,
        }
        for level, agency in enumerate(code.agencies, start=1)
    ]


def _tax_code(code: firm.FirmTaxCode) -> Json:
    record: Json = {
        "id": code.manage_id,
        "identifier": code.code,
        "description": code.descr,
        "invoiceCaption": "VAT" if code.code.endswith("VAT") else "Sales Tax",
        "effectiveDate": "2020-01-01T00:00:00Z",
        "defaultFlag": code.code == "FL-HILL",
        "displayOnInvoiceFlag": True,
    }
    for level in _tax_levels(code):
        prefix = f"level{_LEVEL_NAMES[level['taxLevel'] - 1]}"
        record[f"{prefix}Rate"] = level["taxRate"]
        record[f"{prefix}RateType"] = level["rateType"]
        record[f"{prefix}Caption"] = level["caption"]
        record[f"{prefix}TaxCodeXref"] = level["taxCodeXref"]
        record[f"{prefix}AgencyXref"] = level["agencyXref"]
        record[f"{prefix}ServicesFlag"] = True
        record[f"{prefix}ExpensesFlag"] = False
        record[f"{prefix}ProductsFlag"] = True
    return record


def _captions() -> Json:
    names = ("Account", "Department", "Office")
    record: Json = {"id": 1}
    for position, name in enumerate(names, start=1):
        record[f"segment{position}"] = name
        record[f"segment{position}type"] = "Account"
        record[f"cogs{position}"] = f"COGS {name}"
    record["segment4type"] = None
    return record


def _gl_accounts(*, mistakes: bool) -> list[Json]:
    wanted: list[tuple[str, str, str, str]] = [
        ("AR", RECEIVABLE, "Accounts Receivable", "US dollars"),
        ("AR", RECEIVABLE_FOREIGN, "Accounts Receivable", "Other currencies"),
        ("RD", DEPOSITS, "Down Payment", "All"),
    ]
    wanted += [("ST", account, "Tax Level", account) for account in sorted({tax.account for tax in firm.TAXES})]
    for number, (office_name, office) in firm.LOCATIONS.items():
        del number
        wanted += [
            ("RA", f"4000:100:{office}", "Agreement Type", f"Managed services, {office_name}"),
            ("R", f"4000:100:{office}", "Work Role", f"Help desk, {office_name}"),
            ("R", f"4100:200:{office}", "Work Role", f"Consultant, {office_name}"),
            ("R", f"4900:100:{office}", "Work Role", f"Discounts, {office_name}"),
            ("AP", f"4000:100:{office}", "Product Category", f"Agreement products, {office_name}"),
            ("RP", f"4200:300:{office}", "Product Category", f"Hardware, {office_name}"),
            ("RE", f"4300:200:{office}", "Expense Type", f"Travel, {office_name}"),
        ]
    wanted += payables_masters.gl_rows()
    if mistakes:
        wanted.append(("RP", f"{firm.INACTIVE_ACCOUNT}:300:TP", "Product Category", "Licences, old"))
    rows = []
    for index, (gl_type, account, mapped, record_name) in enumerate(wanted):
        row: Json = {
            "id": 40 + index,
            "glType": gl_type,
            "mappedType": {"id": len(mapped), "name": mapped},
            "mappedRecord": {"id": 200 + index, "name": record_name},
        }
        row.update({f"segment{n}": text for n, text in enumerate(account.split(":"), start=1)})
        if gl_type == "RP":
            row.update({f"cogs{n}": text for n, text in enumerate(COST_OF_GOODS.split(":"), start=1)})
            row["inventory"] = INVENTORY
            row["salesCode"] = "HW"
        rows.append(row)
    return rows


def _package_setup(*, as_bill: bool) -> Json:
    return {
        "id": 1,
        "accountingPackage": {"id": 6, "identifier": "Other", "name": "Other"},
        "directTransferFlag": False,
        "includeInvoicesFlag": True,
        "invoiceFormat": "Default",
        "includeExpensesFlag": True,
        "transferExpensesAsBillFlag": as_bill,
        "expenseFormat": "Default",
        "suppressMemoFlag": False,
        "syncPaymentInfoFlag": None,
        "includeSalesTaxFlag": True,
        "enableTaxGroupsFlag": True,
        "zeroDollarTaxAmountsFlag": False,
        "includeItemsFlag": True,
        "inventorySOHFlag": True,
        "sendComponentAmountFlag": False,
        "sendUomFlag": True,
        "includeCogsEntriesFlag": True,
        "includeCogsDropShipFlag": False,
    }


def _location(number: int) -> Json:
    name, office = firm.LOCATIONS[number]
    return {
        "id": number,
        "structureLevel": {"id": 2, "name": "Location"},
        "name": name,
        "payrollXref": office,
        "locationFlag": True,
        "clientFlag": False,
        "departmentIds": list(DEPARTMENT_IDS.values()),
    }

"""The demo company as an accountant finds it: set-up, masters and some history of the firm in ``xlpy.demo.firm``.

``mistakes`` plants what the demo's user finds and mends: an inactive account and a missing tax.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable
from contextlib import closing
from datetime import date
from decimal import Decimal
from functools import lru_cache
from itertools import product

from sqlalchemy import Connection, Engine, PoolProxiedConnection, insert, make_url

from xlpy.demo import firm
from xlpy.demo.company.release.books import Row, blank_row, stamp
from xlpy.demo.company.seed.history import enter_history
from xlpy.demo.company.seed.payables import inventory_rows, payables_rows
from xlpy.demo.company.seed.setup import setup_rows
from xlpy.demo.company.tables import create_tables, table
from xlpy.domain.values.screens import SCREENS
from xlpy.errors import SlError
from xlpy.sl.connection.engine import mssql_engine
from xlpy.sl.connection.sqlite import database_file, sqlite_engine
from xlpy.sl.reading.rights import USES

ACCOUNTANTS = "ACCOUNTING"  # the group through which the demo's user has her rights
DATABASE = "HPAPP"
NO_SUB = "".join("0" * length for length in firm.SUB_SEGMENTS)
FOREIGN_RECEIVABLES = "1110"
RECEIVABLES = "1100"
PURCHASE_TAX = "1250"
OPENED = date(2019, 1, 1)
_REALISED = {"RealGainAcct": "4960", "RealGainSub": NO_SUB, "RealLossAcct": "6810", "RealLossSub": NO_SUB}
_STATES = {"FL": "Florida", "GA": "Georgia", "NY": "New York"}
_COUNTRIES = {"US": "United States", "DE": "Germany", "GB": "United Kingdom", "CA": "Canada"}
_CURRENCIES = {"USD": "US dollar", "EUR": "Euro", "GBP": "Pound sterling", "JPY": "Yen"}


def make_company(url: str, *, mistakes: bool = True) -> Engine:
    """Create the tables of an SL company at ``url`` and fill them. Returns the engine; the caller disposes it.

    A SQLite file that is not there yet is made in memory and then written whole, which is several times faster.
    """
    engine = sqlite_engine(url) if make_url(url).get_backend_name() == "sqlite" else mssql_engine(url)
    file = database_file(url) if engine.dialect.name == "sqlite" else None
    if file is None or file.exists():
        create_tables(engine)
        seed_company(engine, mistakes=mistakes)
        return engine
    file.write_bytes(_company_file(mistakes=mistakes))
    return engine


@lru_cache(maxsize=2)
def _company_file(*, mistakes: bool) -> bytes:
    """Give the whole file of a company; making it once takes seconds, each further one of this process nothing."""
    made = make_company("sqlite://", mistakes=mistakes)
    try:
        with closing(made.raw_connection()) as source:
            return driver_of(source).serialize()
    finally:
        made.dispose()


def driver_of(connection: PoolProxiedConnection) -> sqlite3.Connection:
    """Give the driver's own connection to a SQLite database. Raises SlError for any other database."""
    driver = connection.driver_connection
    if not isinstance(driver, sqlite3.Connection):
        raise SlError("Only the demo company on SQLite can be copied here.")
    return driver


def seed_company(engine: Engine, *, mistakes: bool = True) -> None:
    """Fill an empty set of SL's tables with the demo company.

    ``mistakes=False``: the inactive account is active and the missing tax is there.
    """
    with engine.begin() as connection:
        for name, rows in setup_rows(NO_SUB).items():
            _put(connection, name, rows)
        _seed_system(connection)
        _seed_chart(connection, mistakes=mistakes)
        _seed_taxes(connection, mistakes=mistakes)
        _seed_currencies(connection)
        _put(connection, "Terms", (_terms(terms) for terms in firm.TERMS))
        _put(connection, "State", ({"StateProvId": code, "Descr": name} for code, name in _STATES.items()))
        _put(connection, "Country", ({"CountryID": code, "Descr": name} for code, name in _COUNTRIES.items()))
        _seed_customers(connection)
        for name, rows in (payables_rows(NO_SUB) | inventory_rows(NO_SUB)).items():
            _put(connection, name, rows)
    enter_history(engine)


def subaccounts() -> dict[str, str]:
    """Give every subaccount of the firm, with its description: department and office joined, no separator."""
    return {
        department + office: f"{name}, {place}"
        for (department, name), (office, place) in product(firm.DEPARTMENTS.items(), firm.OFFICES.items())
    }


def tax_row(tax: firm.FirmTax) -> Row:
    """Give the SalesTax row of a tax of the firm."""
    return {
        **_tax_behaviour("T"),
        "TaxId": tax.tax_id,
        "Descr": tax.descr,
        "TaxRate": tax.rate,
        "SlsTaxAcct": tax.account,
        "SlsTaxSub": NO_SUB,
        "PurTaxAcct": PURCHASE_TAX,
        "PurTaxSub": NO_SUB,
    }


def _tax_behaviour(tax_type: str) -> Row:
    """Give what all taxes and groups of the firm have in common: on document level, on top of the price."""
    return {
        "TaxType": tax_type,
        "TaxCalcType": "D",
        "TaxCalcLvl": "1",
        "PrcTaxIncl": "N",
        "CatFlg": "A",
        "APTaxPtDate": "D",
        "ARTaxPtDate": "D",
    }


def _put(connection: Connection, name: str, rows: Iterable[Row]) -> None:
    source = table(name)
    audit = stamp("99999", "SYSADMIN") if "Crtd_DateTime" in source.columns else {}
    full = [{**blank_row(name), **audit, **row} for row in rows]
    if full:
        connection.execute(insert(source), full)


def _seed_system(connection: Connection) -> None:
    company = {
        "Active": 1,
        "BaseCuryID": firm.BASE_CURRENCY,
        "City": "Tampa",
        "Country": "US",
        "CpnyCOA": firm.COMPANY_ID,
        "CpnyID": firm.COMPANY_ID,
        "CpnyName": firm.COMPANY_NAME,
        "CpnySub": firm.COMPANY_ID,
        "DatabaseName": DATABASE,
        "State": "FL",
        "Zip": "33602",
    }
    _put(connection, "vs_company", [company])
    users: list[Row] = [
        {"RecType": "U", "UserId": "SYSADMIN", "UserName": "System administrator"},
        {
            "RecType": "U",
            "UserId": firm.SL_USER,
            "UserName": "Kim Morales",
            "WindowsUserAcct": f"HARBORPINE\\{firm.SL_USER.lower()}",
            "DefaultUser": 1,
        },
        {"RecType": "G", "UserId": ACCOUNTANTS, "UserName": "Accountants"},
    ]
    _put(connection, "vs_userrec", users)
    _put(connection, "vs_usergrp", [{"UserId": firm.SL_USER, "GroupId": ACCOUNTANTS}])
    numbers = {screen.replace(".", "") + "00": SCREENS[screen] for screen in USES}
    _put(
        connection,
        "vs_screen",
        ({"Number": number, "Name": name[:30], "ScreenType": "S"} for number, name in numbers.items()),
    )
    rights = dict.fromkeys(("ViewRights", "UpdateRights", "InsertRights", "DeleteRights"), 1)
    _put(
        connection,
        "vs_accessdetrights",
        (
            {
                **rights,
                "CompanyID": "[ALL]",
                "DatabaseName": DATABASE,
                "RecType": "G",
                "ScreenNumber": number,
                "UserId": ACCOUNTANTS,
            }
            for number in numbers
        ),
    )


def _seed_chart(connection: Connection, *, mistakes: bool) -> None:
    """Accounts, subaccounts and their combinations; the system's copies of all three."""
    chart = {**firm.ACCOUNTS, firm.INACTIVE_ACCOUNT: ("Licence revenue, old", "3I")}
    active = {acct: 0 if mistakes and acct == firm.INACTIVE_ACCOUNT else 1 for acct in chart}
    _put(
        connection,
        "Account",
        (
            {
                "Acct": acct,
                "AcctType": acct_type,
                "Active": active[acct],
                "ConsolAcct": acct,
                "Descr": descr,
                "SummPost": "N",
            }
            for acct, (descr, acct_type) in chart.items()
        ),
    )
    xrefs: list[Row] = [
        {"Acct": acct, "AcctType": acct_type, "Active": active[acct], "CpnyID": firm.COMPANY_ID, "Descr": descr}
        for acct, (descr, acct_type) in chart.items()
    ]
    subs = subaccounts()
    combinations: list[Row] = [
        {"Acct": acct, "Sub": sub, "Active": 1, "CpnyID": firm.COMPANY_ID, "Descr": f"{descr}, {subs[sub]}"[:60]}
        for (acct, (descr, _)), sub in product(chart.items(), subs)
    ]
    for name in ("vs_AcctXref", "vw_acctxref"):
        _put(connection, name, xrefs)
    for name in ("vs_AcctSub", "vw_acctsub"):
        _put(connection, name, combinations)
    _put(
        connection,
        "SubAcct",
        ({"Sub": sub, "ConsolSub": sub, "Active": 1, "Descr": descr[:30]} for sub, descr in subs.items()),
    )
    _put(
        connection,
        "vs_subxref",
        ({"Sub": sub, "CpnyID": firm.COMPANY_ID, "Active": 1, "Descr": descr[:30]} for sub, descr in subs.items()),
    )
    segments = (firm.DEPARTMENTS, firm.OFFICES)
    _put(
        connection,
        "SegDef",
        (
            {
                "Active": 1,
                "Description": name,
                "FieldClass": "001",
                "FieldClassName": "SUBACCOUNT",
                "ID": value,
                "SegNumber": str(number),
            }
            for number, values in enumerate(segments, start=1)
            for value, name in values.items()
        ),
    )


def _seed_taxes(connection: Connection, *, mistakes: bool) -> None:
    taxes = [tax for tax in firm.TAXES if not (mistakes and tax.tax_id == firm.TAX_MISSING_IN_SL)]
    rates = {tax.tax_id: tax.rate for tax in taxes}
    _put(connection, "SlsTaxCat", [{"CatId": "TAXABLE", "Descr": "Taxable"}])
    _put(connection, "SalesTax", map(tax_row, taxes))
    groups, members = [], []
    for code in firm.TAX_CODES:
        seeded = [agency for agency in code.agencies if agency in rates]
        groups.append(
            {
                **_tax_behaviour("G"),
                "TaxId": code.code,
                "Descr": code.descr,
                "TaxRate": sum((rates[agency] for agency in seeded), Decimal(0)),
                "GroupDetCnt": len(seeded),
            }
        )
        members += [{"GroupID": code.code, "TaxId": agency} for agency in seeded]
    _put(connection, "SalesTax", groups)
    _put(connection, "SlsTaxGrp", members)


def _seed_currencies(connection: Connection) -> None:
    decimals = {firm.BASE_CURRENCY: 2, **firm.FOREIGN_CURRENCIES}
    _put(
        connection,
        "Currncy",
        (
            {"CuryId": cury, "DecPl": places, "Descr": _CURRENCIES[cury], "Status": "A", **_REALISED}
            for cury, places in decimals.items()
        ),
    )
    _put(connection, "CuryRtTp", [{"RateTypeId": firm.RATE_TYPE, "Descr": "Spot rate"}])
    _put(
        connection,
        "CuryRate",
        (
            {
                "FromCuryId": cury,
                "ToCuryId": firm.BASE_CURRENCY,
                "RateType": firm.RATE_TYPE,
                "EffDate": effective,
                "Rate": rate,
                "MultDiv": mult_div,
                "RateReciprocal": round(1 / rate, 9),
            }
            for cury, rates in firm.RATES.items()
            for effective, rate, mult_div in rates
        ),
    )


def _terms(terms: firm.FirmTerms) -> Row:
    discount = {"DiscType": "D", "DiscIntrv": terms.discount_days, "DiscPct": terms.discount} if terms.discount else {}
    return {
        "TermsId": terms.sl_id,
        "Descr": terms.name,
        "TermsType": "S",
        "ApplyTo": "B",
        "DueType": "D",
        "DueIntrv": terms.days,
        **discount,
    }


def _seed_customers(connection: Connection) -> None:
    customers = [customer for customer in firm.CUSTOMERS if customer.in_sl]
    _put(connection, "Customer", map(_customer, customers))
    _put(
        connection,
        "SOAddress",
        (
            {
                "CustId": customer.account,
                "ShipToId": "DEFAULT",
                "Descr": "Main address",
                "Status": "A",
                "Name": customer.name,
                "City": customer.city,
                "State": customer.state,
                "Country": customer.country,
                "TaxId00": customer.tax_code,
            }
            for customer in customers
        ),
    )
    _put(
        connection,
        "AR_Balances",
        (
            {
                "CpnyID": firm.COMPANY_ID,
                "CustID": customer.account,
                "CuryID": customer.currency,
                "PerNbr": firm.PERIOD,
            }
            for customer in customers
        ),
    )


def _customer(customer: firm.FirmCustomer) -> Row:
    foreign = customer.currency != firm.BASE_CURRENCY
    address = {
        "Name": customer.name,
        "City": customer.city,
        "State": customer.state,
        "Country": customer.country,
    }
    return {
        **address,
        **{f"Bill{name}": value for name, value in address.items()},
        "CustId": customer.account,
        "ClassId": firm.DEFAULT_CUSTOMER_CLASS,
        "Status": "A",
        "ArAcct": FOREIGN_RECEIVABLES if foreign else RECEIVABLES,
        "ArSub": NO_SUB,
        "SlsAcct": "4000",
        "SlsSub": NO_SUB,
        "PrePayAcct": "2300",
        "PrePaySub": NO_SUB,
        "CuryId": customer.currency,
        "CuryRateType": firm.RATE_TYPE if foreign else "",
        "DfltShipToId": "DEFAULT",
        "PerNbr": firm.PERIOD,
        "PrtStmt": 1,
        "SetupDate": OPENED,
        "StmtCycleId": "01",
        "StmtType": "O",
        "TaxDflt": "C",
        "TaxID00": customer.tax_code,
        "Terms": customer.terms,
    }

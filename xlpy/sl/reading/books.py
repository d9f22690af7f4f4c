"""Reading SL's books: everything that the plan and its checks have to know, in one go.

The small tables are read whole; customers and references only as far as they are needed. The number of statements
does not grow with the number of transactions, but for one per thousand ids asked for.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping

from sqlalchemy import Connection

from xlpy.domain.facts.books import (
    Account,
    BooksNeeds,
    Company,
    CurrencyRate,
    Customer,
    CustomerClass,
    ReferenceUse,
    SalesTax,
    SlBooks,
    SubAccount,
    Terms,
    sl_key,
)
from xlpy.domain.facts.payables_books import PayablesNeeds
from xlpy.domain.facts.stock_books import StockNeeds
from xlpy.domain.values.dates import NO_DATE
from xlpy.domain.values.transactions import Posting, TransactionKey
from xlpy.errors import SlError
from xlpy.sl.connection import tsql
from xlpy.sl.connection.engine import SlCompany
from xlpy.sl.connection.table_reader import Fields, TableReader
from xlpy.sl.reading.numbering import read_reference_uses
from xlpy.sl.reading.payables_books import read_payables
from xlpy.sl.reading.setup_rows import AR_COLUMNS, GL_COLUMNS, ar_setup_of, gl_setup_of
from xlpy.sl.reading.stock_books import read_stock

SUB_FLEX_FIELD = "SUBACCOUNT"
MOST_SEGMENTS = 8
TAX_SLOTS = ("00", "01", "02", "03")
CATEGORY_SLOTS = ("00", "01", "02", "03", "04", "05")


def read_books(
    connection: Connection,
    company: SlCompany,
    needs: BooksNeeds,
    *,
    postings: Mapping[TransactionKey, Posting] | None = None,
) -> SlBooks:
    """Read SL's set-up, masters, rates and references for this company.

    ``postings``: what the posting ledger knows of the transactions; it is passed on. A set-up row that is missing is a
    module that is not set up, for the checks to say. Raises ``SlError`` when SL does not know the company, or when a
    table or column is not there.
    """
    reader = TableReader(connection, company)
    own = _company(reader)
    gl = gl_setup_of(reader.one("GLSetup", GL_COLUMNS, SetupId="GL"), own.base_currency)
    currency_manager = reader.one("CMSetup", ("SetupId", "MCActivated", "ARRtTpDflt"))
    flex = reader.one("FlexDef", _FLEX_COLUMNS, FieldClassName=SUB_FLEX_FIELD)
    beyond_invoices = needs.payables != PayablesNeeds() or needs.stock != StockNeeds()
    return SlBooks(
        company=own,
        gl=gl,
        ar=ar_setup_of(reader.one("ARSetup", AR_COLUMNS, SetupId="AR")),
        code_page=company.code_page,
        accounts=_accounts(reader, own.coa_company),
        subs=_subs(reader, own.sub_company),
        sub_lengths=_segment_lengths(flex),
        valid_combos_required=bool(flex and flex["validcombosrequired"]),
        combinations=frozenset(
            (sl_key(row["acct"]), sl_key(row["sub"]))
            for row in reader.rows("vs_AcctSub", ("Acct", "Sub"), CpnyID=own.cpny_id, Active=1)
        ),
        customers=_customers(reader, needs.customers),
        customer_classes=_customer_classes(reader),
        customer_names=_customer_names(reader, needs.customer_names),
        terms=_terms(reader),
        taxes=_taxes(reader),
        multi_currency=bool(currency_manager and currency_manager["mcactivated"]),
        ar_rate_type=currency_manager["arrttpdflt"] if currency_manager else "",
        currencies={sl_key(row["curyid"]): row["decpl"] for row in reader.rows("Currncy", ("CuryId", "DecPl"))},
        rates=_rates(reader, needs.currencies, gl.base_currency),
        references=_references(reader, needs.references),
        postings=dict(postings or {}),
        states=frozenset(sl_key(row["stateprovid"]) for row in reader.rows("State", ("StateProvId",))),
        countries=frozenset(sl_key(row["countryid"]) for row in reader.rows("Country", ("CountryID",))),
        payables=read_payables(reader, needs.payables, whole=beyond_invoices),
        stock=read_stock(reader, own.cpny_id, needs.stock, whole=beyond_invoices),
        widths=company.catalogue.widths(),
    )


_FLEX_COLUMNS = (
    *("FieldClassName", "NumberSegments", "ValidCombosRequired"),
    *(f"SegLength{index:02}" for index in range(MOST_SEGMENTS)),
)


def _company(reader: TableReader) -> Company:
    columns = ("CpnyID", "CpnyName", "Active", "BaseCuryID", "CpnyCOA", "CpnySub", "DatabaseName")
    rows = list(reader.rows("vs_company", columns))
    wanted = reader.company.cpny_id
    row = next((row for row in rows if sl_key(row["cpnyid"]) == sl_key(wanted)), None)
    if row is None:
        known = ", ".join(sorted(row["cpnyid"] for row in rows)) or "none"
        raise SlError(f"SL knows no company {wanted}; it knows: {known}.", fix="Correct [sl] company in the settings.")
    return Company(
        cpny_id=row["cpnyid"],
        name=row["cpnyname"],
        active=row["active"] == 1,
        base_currency=row["basecuryid"],
        coa_company=row["cpnycoa"] or row["cpnyid"],
        sub_company=row["cpnysub"] or row["cpnyid"],
        in_this_database=_is_this_database(reader.connection, row["databasename"]),
    )


def _is_this_database(connection: Connection, named: str) -> bool:
    """Tell whether the company's documents are in the database that we are connected to (a SQLite file has one)."""
    if connection.dialect.name == "sqlite":
        return True
    return sl_key(str(connection.execute(tsql.DATABASE_NAME).scalar())) == sl_key(named)


def _accounts(reader: TableReader, coa_company: str) -> dict[str, Account]:
    listed = {sl_key(row["acct"]) for row in reader.rows("vs_AcctXref", ("Acct",), CpnyID=coa_company, Active=1)}
    return {
        sl_key(row["acct"]): Account(
            acct=row["acct"],
            active=row["active"] == 1,
            in_company=sl_key(row["acct"]) in listed,
            currency=row["curyid"],
            descr=row["descr"],
        )
        for row in reader.rows("Account", ("Acct", "Active", "CuryId", "Descr"))
    }


def _subs(reader: TableReader, sub_company: str) -> dict[str, SubAccount]:
    listed = {sl_key(row["sub"]) for row in reader.rows("vs_subxref", ("Sub",), CpnyID=sub_company, Active=1)}
    return {
        sl_key(row["sub"]): SubAccount(row["sub"], row["active"] == 1, sl_key(row["sub"]) in listed)
        for row in reader.rows("SubAcct", ("Sub", "Active"))
    }


def _segment_lengths(flex: Fields | None) -> tuple[int, ...]:
    if flex is None:
        return ()
    return tuple(flex[f"seglength{index:02}"] for index in range(min(flex["numbersegments"], MOST_SEGMENTS)))


def _customers(reader: TableReader, needed: Collection[str]) -> dict[str, Customer]:
    columns = (
        *("CustId", "Name", "Status", "ClassId", "ArAcct", "ArSub", "Terms", "CuryId", "CuryRateType"),
        *("SlsAcct", "SlsSub", "SlsperId", *(f"TaxID{slot}" for slot in TAX_SLOTS)),
    )
    return {
        sl_key(row["custid"]): Customer(
            cust_id=row["custid"],
            name=row["name"],
            status=row["status"],
            class_id=row["classid"],
            ar_acct=row["aracct"],
            ar_sub=row["arsub"],
            terms=row["terms"],
            currency=row["curyid"],
            rate_type=row["curyratetype"],
            sls_acct=row["slsacct"],
            sls_sub=row["slssub"],
            tax_ids=tuple(row[f"taxid{slot}"] for slot in TAX_SLOTS if row[f"taxid{slot}"]),
            salesperson=row["slsperid"],
        )
        for row in reader.rows_of("Customer", columns, "CustId", needed)
    }


def _customer_names(reader: TableReader, needed: Collection[str]) -> dict[str, tuple[str, ...]]:
    index: dict[str, list[str]] = {}
    for row in reader.rows_of("Customer", ("CustId", "Name"), "Name", needed):
        index.setdefault(sl_key(row["name"]), []).append(row["custid"])
    return {name: tuple(sorted(ids)) for name, ids in index.items()}


def _customer_classes(reader: TableReader) -> dict[str, CustomerClass]:
    columns = (
        *("ClassId", "ARAcct", "ARSub", "SlsAcct", "SlsSub", "PrePayAcct", "PrePaySub"),
        *("Terms", "PriceClass", "PrcLvlID", "TradeDisc"),
    )
    return {
        sl_key(row["classid"]): CustomerClass(
            class_id=row["classid"],
            ar_acct=row["aracct"],
            ar_sub=row["arsub"],
            sls_acct=row["slsacct"],
            sls_sub=row["slssub"],
            prepay_acct=row["prepayacct"],
            prepay_sub=row["prepaysub"],
            terms=row["terms"],
            price_class=row["priceclass"],
            price_level=row["prclvlid"],
            trade_discount=row["tradedisc"],
        )
        for row in reader.rows("CustClass", columns)
    }


def _terms(reader: TableReader) -> dict[str, Terms]:
    columns = (
        *("TermsId", "Descr", "TermsType", "ApplyTo", "DueType", "DueIntrv"),
        *("DiscType", "DiscIntrv", "DiscPct"),
    )
    return {
        sl_key(row["termsid"]): Terms(
            terms_id=row["termsid"],
            descr=row["descr"],
            terms_type=row["termstype"],
            apply_to=row["applyto"],
            due_type=row["duetype"],
            due_interval=row["dueintrv"],
            disc_type=row["disctype"],
            disc_interval=row["discintrv"],
            disc_percent=row["discpct"],
        )
        for row in reader.rows("Terms", columns)
    }


def _taxes(reader: TableReader) -> dict[str, SalesTax]:
    """Read taxes and groups by their id; where an id is both, the tax wins (SL's key is type and id)."""
    columns = (
        *("TaxId", "TaxType", "TaxRate", "TaxCalcType", "TaxCalcLvl", "PrcTaxIncl", "SlsTaxAcct", "SlsTaxSub", "Descr"),
        *("NewTaxRate", "NewRateDate", "OldTaxRate", "CatFlg"),
        *(f"CatExcept{slot}" for slot in CATEGORY_SLOTS),
    )
    members: dict[str, list[str]] = {}
    for row in reader.rows("SlsTaxGrp", ("GroupID", "TaxId")):
        members.setdefault(sl_key(row["groupid"]), []).append(row["taxid"])
    return {
        sl_key(row["taxid"]): SalesTax(
            tax_id=row["taxid"],
            tax_type=row["taxtype"],
            rate=row["taxrate"],
            calc_type=row["taxcalctype"],
            price_included=row["prctaxincl"],
            acct=row["slstaxacct"],
            sub=row["slstaxsub"],
            descr=row["descr"],
            new_rate=row["newtaxrate"],
            new_rate_date=row["newratedate"],
            old_rate=row["oldtaxrate"],
            members=tuple(sorted(members.get(sl_key(row["taxid"]), ()))) if row["taxtype"] == "G" else (),
            calc_level=row["taxcalclvl"],
            category_flag=row["catflg"],
            category_exceptions=tuple(row[f"catexcept{s}"] for s in CATEGORY_SLOTS if row[f"catexcept{s}"]),
        )
        for row in sorted(reader.rows("SalesTax", columns), key=lambda row: str(row["taxtype"]))
    }


def _rates(reader: TableReader, needed: Collection[str], base_currency: str) -> tuple[CurrencyRate, ...]:
    foreign = [currency for currency in needed if sl_key(currency) != sl_key(base_currency)]
    columns = ("FromCuryId", "ToCuryId", "RateType", "EffDate", "Rate", "MultDiv")
    rates = (
        CurrencyRate(
            from_currency=row["fromcuryid"],
            to_currency=row["tocuryid"],
            rate_type=row["ratetype"],
            effective=row["effdate"] or NO_DATE,
            rate=row["rate"],
            mult_div=row["multdiv"],
        )
        for row in reader.rows_of("CuryRate", columns, "FromCuryId", foreign)
        if sl_key(row["tocuryid"]) == sl_key(base_currency)
    )
    return tuple(sorted(rates, key=lambda rate: (rate.from_currency, rate.rate_type, rate.effective)))


def _references(reader: TableReader, needed: Collection[str]) -> Mapping[str, tuple[ReferenceUse, ...]]:
    return read_reference_uses(reader.connection, reader.company, reader.fitting("ARDoc", "RefNbr", needed))

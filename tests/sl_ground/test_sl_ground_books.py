"""Reading the books of one company out of a database that several share."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from sqlalchemy import Connection, Engine, delete, event, insert, update

from xlpy.domain.facts.books import Account, BooksNeeds, CurrencyRate, FiscalCalendar, ReferenceUse, SlBooks, SubAccount
from xlpy.errors import SlError
from xlpy.sl.connection.catalogue import Catalogue
from xlpy.sl.connection.engine import SlCompany
from xlpy.sl.reading.books import read_books

ENDS = ("0131", "0228", "0331", "0430", "0531", "0630", "0731", "0831", "0930", "1031", "1130", "1231")
NEEDS = BooksNeeds(
    customers=frozenset({"acme01", "NOBODY", "X" * 20, "日本", "  "}),
    customer_names=frozenset({"acme marine supply", "Nobody"}),
    references=frozenset({"1001", "1002", "1003", "INV-a", "12345678901", "Ω1"}),
    currencies=frozenset({"EUR", "USD"}),
)
SEED: dict[str, list[dict[str, object]]] = {
    "vs_company": [
        {"CpnyID": "HPIT", "CpnyName": "Harbor & Pine", "Active": 1, "BaseCuryID": "USD"}
        | {"CpnyCOA": "CHART", "CpnySub": "SUBS", "DatabaseName": "elsewhere"},
        {"CpnyID": "OTHER", "CpnyName": "Other", "Active": 1, "BaseCuryID": "USD"},
    ],
    "GLSetup": [
        {"SetupId": "GL", "Init": 1, "PerNbr": "202610", "LastClosePerNbr": "202609", "BaseCuryId": "USD"}
        | {"LedgerID": "ACTUAL", "ValidateAcctSub": 1, "AllowPostOpt": "P", "ModPriorPost": "AR  AP", "NbrPer": 12}
        | {"BegFiscalYr": 1, "AutoPost": "A"}
        | {f"FiscalPerEnd{index:02}": end for index, end in enumerate(ENDS)}
    ],
    "ARSetup": [
        {"SetupId": "AR", "Init": 1, "PerNbr": "202610", "CurrPerNbr": "202610", "GLPostOpt": "D", "DfltClass": "STD"}
        | {"ArAcct": "1100", "ArSub": "00000", "DecPlPrcCst": 4, "DecPlQty": 3, "DfltStmtCycle": "01"}
        | {"DfltStmtType": "B", "DfltAutoApply": 1, "IncAcct": "4000", "IncSub": "10000", "PrePayAcct": "2300"}
    ],
    "CMSetup": [{"SetupId": "CM", "MCActivated": 1, "ARRtTpDflt": "SPOT"}],
    "Account": [
        {"Acct": "4000", "Active": 1, "Descr": "Revenue"},
        {"Acct": "4400", "Active": 0, "CuryId": "EUR"},
        {"Acct": "9999", "Active": 1},
    ],
    "vs_AcctXref": [
        {"CpnyID": "CHART", "Acct": "4000", "Active": 1},
        {"CpnyID": "CHART", "Acct": "4400", "Active": 0},
        {"CpnyID": "OTHER", "Acct": "9999", "Active": 1},
    ],
    "SubAcct": [{"Sub": "100TP", "Active": 1}, {"Sub": "200OR", "Active": 0}],
    "vs_subxref": [{"CpnyID": "SUBS", "Sub": "100TP", "Active": 1}, {"CpnyID": "X", "Sub": "200OR", "Active": 1}],
    "vs_AcctSub": [
        {"CpnyID": "HPIT", "Acct": "4000", "Sub": "100tp", "Active": 1},
        {"CpnyID": "HPIT", "Acct": "4000", "Sub": "200OR", "Active": 0},
        {"CpnyID": "OTHER", "Acct": "9999", "Sub": "100TP", "Active": 1},
    ],
    "FlexDef": [
        {"FieldClassName": "SUBACCOUNT", "NumberSegments": 2, "SegLength00": 3, "SegLength01": 2, "SegLength02": 9}
        | {"ValidCombosRequired": 1},
        {"FieldClassName": "CUSTOMERID", "NumberSegments": 1, "SegLength00": 15},
    ],
    "Customer": [
        {"CustId": "ACME01", "Name": "Acme Marine Supply", "Status": "A", "ClassId": "STD", "ArAcct": "1100"}
        | {"ArSub": "00000", "Terms": "30", "CuryId": "USD", "TaxID00": "FL-HILL", "TaxID02": "X"},
        {"CustId": "ACME02", "Name": "ACME MARINE SUPPLY", "Status": "I"},
        {"CustId": "ZED", "Name": "Zed", "Status": "A"},
    ],
    "CustClass": [
        {"ClassId": "STD", "ARAcct": "1100", "ARSub": "00000", "Terms": "30", "PriceClass": "RET"}
        | {"PrcLvlID": "A", "TradeDisc": Decimal("2.5")}
    ],
    "Terms": [
        {"TermsId": "2T", "Descr": "2% 10, Net 30", "TermsType": "S", "ApplyTo": "B", "DueType": "D", "DueIntrv": 30}
        | {"DiscType": "D", "DiscIntrv": 10, "DiscPct": Decimal(2)}
    ],
    "SalesTax": [
        {"TaxId": "FL-HILL", "TaxType": "G", "TaxCalcType": "D", "PrcTaxIncl": "N"},
        {"TaxId": "FLSTATE", "TaxType": "T", "TaxRate": Decimal(6), "TaxCalcType": "D", "PrcTaxIncl": "N"}
        | {"SlsTaxAcct": "2200", "SlsTaxSub": "00000", "NewTaxRate": Decimal("6.5"), "NewRateDate": date(2027, 1, 1)}
        | {"TaxCalcLvl": "1", "CatFlg": "A", "CatExcept00": "FOOD", "CatExcept03": "BOOKS"},
    ],
    "SlsTaxGrp": [{"GroupID": "FL-HILL", "TaxId": "HILLCTY"}, {"GroupID": "FL-HILL", "TaxId": "FLSTATE"}],
    "Currncy": [{"CuryId": "USD", "DecPl": 2}, {"CuryId": "JPY", "DecPl": 0}, {"CuryId": "EUR", "DecPl": 2}],
    "CuryRate": [
        {"FromCuryId": currency, "ToCuryId": to, "RateType": kind, "EffDate": day, "Rate": rate, "MultDiv": "M"}
        for currency, to, kind, day, rate in [
            ("EUR", "USD", "SPOT", date(2026, 10, 15), Decimal("1.0917")),
            ("EUR", "USD", "SPOT", date(2026, 9, 30), Decimal("1.0842")),
            ("EUR", "USD", "AVG", date(2026, 9, 30), Decimal("1.08")),
            ("EUR", "GBP", "SPOT", date(2026, 9, 30), Decimal("0.85")),
            ("GBP", "USD", "SPOT", date(2026, 9, 30), Decimal("1.2764")),
            ("USD", "USD", "SPOT", date(2026, 9, 30), Decimal(1)),
        ]
    ],
    "ARDoc": [
        {"CustId": "ZED", "DocType": "IN", "RefNbr": "1001", "BatNbr": "000007", "CpnyID": "OTHER", "DocClass": "N"}
        | {"Rlsed": 1},
        {"CustId": "ACME01", "DocType": "PA", "RefNbr": "1002", "BatNbr": "000008", "CpnyID": "HPIT", "DocClass": "P"},
        {"CustId": "ZED", "DocType": "IN", "RefNbr": "7777", "BatNbr": "000007"},
    ],
    "RefNbr": [{"RefNbr": "1001"}, {"RefNbr": "1003"}, {"RefNbr": "inv-A"}, {"RefNbr": "8888"}],
    "State": [{"StateProvId": "FL"}],
    "Country": [{"CountryID": "US"}],
}


@pytest.fixture
def books_of(sl_engine: Engine, sl_connection: Connection, sl_catalogue: Catalogue) -> SlCompany:
    """The seed above in a transaction that is rolled back."""
    for name, rows in SEED.items():
        for row in rows:
            sl_connection.execute(insert(sl_catalogue.table(name)), sl_catalogue.blank_row(name) | row)
    return SlCompany(sl_engine, "hpit", sl_catalogue, sl_catalogue.code_page, "KMORALES")


@pytest.fixture
def books(sl_connection: Connection, books_of: SlCompany) -> SlBooks:
    return read_books(sl_connection, books_of, NEEDS)


def test_company_and_setup(books: SlBooks) -> None:
    company, gl, ar = books.company, books.gl, books.ar
    assert (company.cpny_id, company.name, company.active) == ("HPIT", "Harbor & Pine", True)
    assert (company.coa_company, company.sub_company, company.base_currency) == ("CHART", "SUBS", "USD")
    assert gl.set_up
    assert (gl.per_nbr, gl.last_close_per_nbr, gl.base_currency, gl.ledger_id) == ("202610", "202609", "USD", "ACTUAL")
    assert (gl.validate_acct_sub, gl.validate_at_posting, gl.prior_year_post) == (True, False, False)
    assert (gl.allow_post_opt, gl.prior_period_modules, gl.auto_post) == ("P", "AR  AP", "A")
    assert gl.calendar == FiscalCalendar(12, ENDS, named_after_first_year=True)
    assert ar.set_up
    assert (ar.per_nbr, ar.curr_per_nbr, ar.auto_ref, ar.gl_post_opt) == ("202610", "202610", False, "D")
    assert (ar.price_decimals, ar.quantity_decimals, ar.default_statement_cycle) == (4, 3, "01")
    assert (ar.default_statement_type, ar.default_auto_apply) == ("B", 1)
    assert (ar.income_acct, ar.income_sub, ar.prepay_acct, ar.default_class) == ("4000", "10000", "2300", "STD")
    assert (books.multi_currency, books.ar_rate_type, books.code_page) == (True, "SPOT", "cp1252")
    assert books.widths["Batch", "Descr"] == 30


def test_accounts_subs_and_combinations_are_those_of_the_company(books: SlBooks) -> None:
    assert books.accounts == {
        "4000": Account("4000", active=True, in_company=True, descr="Revenue"),
        "4400": Account("4400", active=False, in_company=False, currency="EUR"),
        "9999": Account("9999", active=True, in_company=False),
    }
    assert books.subs == {
        "100TP": SubAccount("100TP", active=True, in_company=True),
        "200OR": SubAccount("200OR", active=False, in_company=False),
    }
    assert books.combinations == {("4000", "100TP")}
    assert books.sub_lengths == (3, 2)
    assert books.valid_combos_required


def test_customers_only_as_far_as_needed(books: SlBooks) -> None:
    assert set(books.customers) == {"ACME01"}
    acme = books.customers["ACME01"]
    assert (acme.cust_id, acme.name, acme.status, acme.terms) == ("ACME01", "Acme Marine Supply", "A", "30")
    assert acme.tax_ids == ("FL-HILL", "X")
    assert books.customer_names == {"ACME MARINE SUPPLY": ("ACME01", "ACME02")}
    standard = books.customer_classes["STD"]
    assert (standard.ar_acct, standard.price_class, standard.price_level) == ("1100", "RET", "A")
    assert standard.trade_discount == Decimal("2.5")


def test_terms_and_taxes(books: SlBooks) -> None:
    terms = books.terms["2T"]
    assert (terms.terms_type, terms.apply_to, terms.due_type, terms.due_interval) == ("S", "B", "D", 30)
    assert (terms.disc_interval, terms.disc_percent) == (10, Decimal(2))
    assert books.taxes["FL-HILL"].members == ("FLSTATE", "HILLCTY")
    state = books.taxes["FLSTATE"]
    assert (state.rate, state.new_rate, state.new_rate_date) == (Decimal(6), Decimal("6.5"), date(2027, 1, 1))
    assert (state.acct, state.sub, state.members) == ("2200", "00000", ())
    assert state.category_exceptions == ("FOOD", "BOOKS")


def test_rates_of_the_needed_currencies_to_base(books: SlBooks) -> None:
    assert books.rates == (
        CurrencyRate("EUR", "USD", "AVG", date(2026, 9, 30), Decimal("1.08"), "M"),
        CurrencyRate("EUR", "USD", "SPOT", date(2026, 9, 30), Decimal("1.0842"), "M"),
        CurrencyRate("EUR", "USD", "SPOT", date(2026, 10, 15), Decimal("1.0917"), "M"),
    )
    assert books.currencies == {"USD": 2, "JPY": 0, "EUR": 2}
    assert (books.states, books.countries) == ({"FL"}, {"US"})


def test_references_over_all_customers_types_and_companies(books: SlBooks) -> None:
    assert books.references == {
        "1001": (ReferenceUse("1001", "IN", "ZED", "OTHER", "000007", "N", released=True),),
        "1002": (ReferenceUse("1002", "PA", "ACME01", "HPIT", "000008", "P"),),
        "1003": (ReferenceUse("1003", "", "", "", ""),),
        "INV-A": (ReferenceUse("inv-A", "", "", "", ""),),
    }


def test_another_company_sees_its_own(sl_connection: Connection, books_of: SlCompany) -> None:
    other = SlCompany(books_of.engine, "Other", books_of.catalogue, books_of.code_page, "")
    books = read_books(sl_connection, other, BooksNeeds())
    assert {acct for acct, account in books.accounts.items() if account.in_company} == {"9999"}
    assert books.combinations == {("9999", "100TP")}
    assert (books.company.coa_company, books.company.sub_company) == ("OTHER", "OTHER")
    assert (books.customers, books.customer_names, books.references, books.rates) == ({}, {}, {}, ())


def test_missing_set_up_is_for_the_checks_to_say(
    sl_connection: Connection, books_of: SlCompany, sl_catalogue: Catalogue
) -> None:
    for name in ("GLSetup", "ARSetup", "CMSetup", "FlexDef"):
        sl_connection.execute(delete(sl_catalogue.table(name)))
    books = read_books(sl_connection, books_of, NEEDS)
    assert not books.gl.set_up
    assert not books.ar.set_up
    assert not books.multi_currency
    assert books.sub_lengths == ()
    assert books.gl.base_currency == "USD"  # of the company: rates are still found
    assert len(books.rates) == 3


def test_a_module_that_is_begun_is_not_set_up(
    sl_connection: Connection, books_of: SlCompany, sl_catalogue: Catalogue
) -> None:
    sl_connection.execute(update(sl_catalogue.table("ARSetup")).values(Init=0))
    sl_connection.execute(update(sl_catalogue.table("CMSetup")).values(MCActivated=0))
    books = read_books(sl_connection, books_of, BooksNeeds())
    assert (books.gl.set_up, books.ar.set_up, books.multi_currency) == (True, False, False)


def test_an_unknown_company_is_told_with_those_that_sl_knows(sl_connection: Connection, books_of: SlCompany) -> None:
    unknown = SlCompany(books_of.engine, "HPTI", books_of.catalogue, books_of.code_page, "")
    with pytest.raises(SlError, match="no company HPTI; it knows: HPIT, OTHER"):
        read_books(sl_connection, unknown, BooksNeeds())


def test_as_many_statements_for_a_thousand_transactions_as_for_one(
    sl_engine: Engine, sl_connection: Connection, books_of: SlCompany
) -> None:
    def statements(count: int) -> int:
        some = frozenset(f"{number}" for number in range(count))
        with counting(sl_engine) as counted:
            read_books(sl_connection, books_of, BooksNeeds(some, some, some, frozenset({"EUR"})))
        return len(counted)

    one, thousand = statements(1), statements(1000)
    assert one == thousand <= 30
    assert statements(5000) == thousand + 4 * 4  # one more for each further thousand of ids, twice for references


class counting:  # noqa: N801 # reads as a word of the story
    """Count the statements of an engine."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self.counted: list[str] = []

    def __enter__(self) -> list[str]:
        event.listen(self.engine, "before_cursor_execute", self._note)
        return self.counted

    def __exit__(self, *_: object) -> None:
        event.remove(self.engine, "before_cursor_execute", self._note)

    def _note(self, _c: object, _cursor: object, statement: str, parameters: tuple[object, ...], *_: object) -> None:
        assert len(parameters) < 2100
        self.counted.append(statement)

"""A small firm for the tests of the domain: its books, its masters, and invoices that are in order until changed."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

from xlpy.domain.documents.plan import Plan, PlanOptions
from xlpy.domain.facts.books import (
    Account,
    ArSetup,
    Company,
    CurrencyRate,
    Customer,
    CustomerClass,
    FiscalCalendar,
    GlSetup,
    SalesTax,
    SlBooks,
    SubAccount,
    Terms,
)
from xlpy.domain.facts.manage import (
    BillingTerms,
    CatalogItem,
    ExportInvoice,
    ExportLine,
    ExportTaxLevel,
    GlSegments,
    ManageCompany,
    ManageMasters,
    PackageSetup,
    Ref,
    TaxCode,
    TaxCodeLevel,
    UnpostedInvoice,
)
from xlpy.domain.planning.makers.request import IncludedRow, PlanRequest
from xlpy.domain.planning.planner import build_plan
from xlpy.domain.values.rules import MasterRules, PostingRules
from xlpy.domain.values.transactions import Kind, PostedPart, Posting, PostingState, SlState, TransactionKey

CALENDAR_YEAR = FiscalCalendar(
    12, ("0131", "0228", "0331", "0430", "0531", "0630", "0731", "0831", "0930", "1031", "1130", "1231"), True
)
DAY = date(2026, 10, 12)
D = Decimal


def account(acct: str, **changes: Any) -> Account:
    return replace(Account(acct, active=True, in_company=True), **changes)


def tax(tax_id: str, rate: str, acct: str = "2200", **changes: Any) -> SalesTax:
    return replace(SalesTax(tax_id, "T", D(rate), "D", "N", acct, "00000", f"Tax {tax_id}"), **changes)


def group(tax_id: str, *members: str, **changes: Any) -> SalesTax:
    return replace(SalesTax(tax_id, "G", D(0), "D", "N", "", "", members=members), **changes)


def by_id(rows: Iterable[Any], name: str) -> dict[str, Any]:
    return {getattr(row, name).upper(): row for row in rows}


GL = GlSetup(
    per_nbr="202610",
    last_close_per_nbr="202609",
    base_currency="USD",
    ledger_id="ACTUAL",
    validate_acct_sub=False,
    validate_at_posting=False,
    allow_post_opt="P",
    prior_period_modules="",
    prior_year_post=False,
    calendar=CALENDAR_YEAR,
)
AR = ArSetup("202610", "202610", False, "D", "STD", "1100", "00000")
TAXES = (
    tax("FLSTATE", "6"),
    tax("HILLCTY", "1", "2210"),
    tax("CITY", "0.5", "2220"),
    tax("PORT", "0.25", "2230"),
    tax("TRANSIT", "0.15", "2230"),
    group("FL-HILL", "FLSTATE", "HILLCTY"),
    group("FL-FIVE", "FLSTATE", "HILLCTY", "CITY", "PORT", "TRANSIT"),
    tax("DEVAT19", "19", "2240"),
)
BOOKS = SlBooks(
    company=Company("HPIT", "Harbor & Pine", True, "USD", "HPIT", "HPIT"),
    gl=GL,
    ar=AR,
    code_page="cp1252",
    accounts=by_id(
        map(account, ("1100", "1110", "2200", "2210", "2220", "2230", "2240", "4000", "4100", "4200")), "acct"
    ),
    subs=by_id([SubAccount(sub, True, True) for sub in ("00000", "100TP", "200TP", "300OR")], "sub"),
    sub_lengths=(3, 2),
    customers=by_id(
        [
            Customer("ACME01", "Acme Marine Supply", "A", "STD", "1100", "00000", "30", "USD", ""),
            Customer("FISCHE", "Fischer & Söhne KG", "A", "STD", "1100", "00000", "30", "EUR", "SPOT"),
        ],
        "cust_id",
    ),
    customer_classes=by_id([CustomerClass("STD", "1100", "00000", "4000", "100TP", "2300", "00000", "30")], "class_id"),
    terms=by_id(
        [
            Terms("30", "Net 30", "S", "B", "D", 30),
            Terms("2T", "2% 10, Net 30", "S", "C", "D", 30, "D", 10, D(2)),
        ],
        "terms_id",
    ),
    taxes=by_id(TAXES, "tax_id"),
    multi_currency=True,
    ar_rate_type="SPOT",
    currencies={"USD": 2, "EUR": 2, "JPY": 0, "KWD": 3},
    rates=(
        CurrencyRate("EUR", "USD", "SPOT", date(2026, 9, 30), D("1.0842"), "M"),
        CurrencyRate("EUR", "USD", "SPOT", date(2026, 10, 15), D("1.0917"), "M"),
        CurrencyRate("JPY", "USD", "SPOT", date(2026, 9, 30), D("149.25"), "D"),
    ),
    states=frozenset({"FL"}),
    countries=frozenset({"US", "DE"}),
)

ACME = Ref(250, "Acme", "Acme Marine Supply")
FISCHER = Ref(255, "FischerKG", "Fischer & Söhne KG")
MUNOZ = Ref(262, "Munoz", "Muñoz Construcción")


def level(number: int, rate: str, agency: str, code: str, **changes: Any) -> TaxCodeLevel:
    return replace(TaxCodeLevel(number, D(rate), "Percent", f"Level {number}", code, agency), **changes)


def tax_code(key: int, code: str, *agencies: tuple[str, str]) -> TaxCode:
    levels = tuple(level(n, rate, agency, code) for n, (agency, rate) in enumerate(agencies, start=1))
    return TaxCode(key, code, levels=levels)


MASTERS = ManageMasters(
    package=PackageSetup("Other", True, True, True, True, False),
    gl_accounts=frozenset({"1100", "1100:00000", "4000:100:TP", "4100:200:TP", "2200", "2210", "2240"}),
    segments=GlSegments(account_positions=(0, 1, 2)),
    companies={
        250: ManageCompany(250, "Acme", "Acme Marine Supply", "ACME01", state="FL", country="US"),
        255: ManageCompany(255, "FischerKG", "Fischer & Söhne KG", "FISCHE", country="DE", currency="EUR"),
        262: ManageCompany(
            262,
            "Munoz",
            "Muñoz Construcción",
            "MUNOZ1",
            address1="1 Bay St",
            city="Tampa",
            state="FL",
            zip="33602",
            country="US",
            phone="813 555 0100",
            email="ap@munoz.example",
            terms=Ref(3, name="Net 30"),
            tax_code=Ref(11, name="FL-HILL"),
        ),
    },
    tax_codes={
        11: tax_code(11, "FL-HILL", ("FLSTATE", "0.06"), ("HILLCTY", "0.01")),
        12: tax_code(
            12,
            "FL-FIVE",
            ("FLSTATE", "0.06"),
            ("HILLCTY", "0.01"),
            ("CITY", "0.005"),
            ("PORT", "0.0025"),
            ("TRANSIT", "0.0015"),
        ),
        14: tax_code(14, "DE-VAT", ("DEVAT19", "0.19")),
    },
    terms={3: BillingTerms(3, "Net 30", 30, "30"), 4: BillingTerms(4, "2% 10, Net 30", 30, "2T")},
    catalog={
        743: CatalogItem(743, "PATCH10", product_class="Inventory"),
        744: CatalogItem(744, "FEE", product_class="Service"),
    },
    decimals={"USD": 2, "EUR": 2},
)
OPTIONS = PlanOptions("20261031KM", date(2026, 10, 31))
TO_NOVEMBER = replace(OPTIONS, through_date=date(2026, 11, 30))


def line(key: int, amount: str, acct: str = "4000:100:TP", **changes: Any) -> ExportLine:
    """A detail line in Manage's sign: ``amount`` is what Manage shows (negative on an invoice)."""
    plain = ExportLine(
        key, "R", acct, "", "Services", "Managed services", D(-1), abs(D(amount)), D(amount), D(0), "", ""
    )
    return replace(plain, **changes)


def tax_line(key: int, amount: str, acct: str = "2200") -> ExportLine:
    return line(key, amount, acct, gl_type="ST", description="Level 1 Sales Tax", memo="Sales Tax", quantity=D(0))


def levels(*rows: tuple[str, str]) -> tuple[ExportTaxLevel, ...]:
    """Levels 1, 2, … as (tax, taxable)."""
    return tuple(ExportTaxLevel(n, "", D(t), D(base)) for n, (t, base) in enumerate(rows, start=1))


def invoice(key: int = 4417, **changes: Any) -> ExportInvoice:
    """An invoice of 1,000.00 plus 60.00 and 10.00 tax, in order; ``changes`` break it."""
    plain = ExportInvoice(
        id=key,
        document_type="INVOICE",
        billing_type="Standard",
        number=str(key),
        document_date=DAY,
        due_date=date(2026, 11, 11),
        due_days=30,
        description="Accounts Receivable",
        memo="",
        company=ACME,
        company_account_number="ACME01",
        terms=Ref(3, name="Net 30"),
        terms_xref="30",
        account_number="1100",
        entry_ids=(key * 10,),
        currency="USD",
        total=D("1070.00"),
        sales_tax=D("70.00"),
        tax_code=Ref(11, name="FL-HILL"),
        tax_levels=levels(("60.00", "1000.00"), ("10.00", "1000.00")),
        lines=(
            line(key * 10 + 1, "-1000.00"),
            tax_line(key * 10 + 2, "-60.00"),
            tax_line(key * 10 + 3, "-10.00", "2210"),
        ),
    )
    return replace(plain, **changes)


def untaxed(key: int = 4417, *amounts: str, **changes: Any) -> ExportInvoice:
    """An invoice without tax; ``amounts`` in Manage's sign (negative on an invoice)."""
    lines = tuple(line(key * 10 + n, amount) for n, amount in enumerate(amounts or ("-1000.00",), start=1))
    total = -sum((entry.total for entry in lines), D(0))
    return invoice(
        key, **{"lines": lines, "total": total, "sales_tax": D(0), "tax_levels": (), "tax_code": Ref(), **changes}
    )


def euro(key: int = 4417, **changes: Any) -> ExportInvoice:
    facts: dict[str, Any] = {"currency": "EUR", "company": FISCHER, "company_account_number": "FISCHE"}
    return untaxed(key, **{**facts, **changes})


def unposted(exported: ExportInvoice, **changes: Any) -> UnpostedInvoice:
    plain = UnpostedInvoice(
        id=exported.id * 10,
        billing_log_id=exported.id,
        number=exported.number,
        invoice_type="CreditMemo" if exported.document_type == "CREDIT MEMO" else "Standard",
        invoice_date=exported.document_date,
        due_date=exported.due_date,
        company=exported.company,
        bill_to=Ref(),
        account_number=exported.company_account_number,
        location_id=2,
        location="Tampa",
        terms=exported.terms,
        tax_code=exported.tax_code,
        currency=exported.currency,
        decimals=2,
        subtotal=exported.total - exported.sales_tax,
        sales_tax=exported.sales_tax,
        total=exported.total,
    )
    return replace(plain, **changes)


def included(exported: ExportInvoice, *, again: bool = False, **row: Any) -> IncludedRow[UnpostedInvoice]:
    return IncludedRow(TransactionKey(Kind.INVOICE, str(exported.id)), again, unposted(exported, **row))


def request(*exported: ExportInvoice, **changes: Any) -> PlanRequest:
    """A request for these invoices, all included as refreshed."""
    plain = PlanRequest(
        manage_host="manage.example",
        manage_company="harborpine",
        cpny_id="HPIT",
        options=OPTIONS,
        invoices=tuple(included(one) for one in exported),
        exported_invoices=exported,
        masters=MASTERS,
        books=BOOKS,
        posting=PostingRules(),
        master_rules=MasterRules(),
    )
    return replace(plain, **changes)


def plan(*exported: ExportInvoice, **changes: Any) -> Plan:
    return build_plan(request(*exported, **changes))


def books(**changes: Any) -> SlBooks:
    return replace(BOOKS, **changes)


def masters(**changes: Any) -> ManageMasters:
    return replace(MASTERS, **changes)


def codes(made: Plan) -> set[str]:
    return {problem.code for problem in made.problems}


def posting(exported: ExportInvoice, lines_hash: str, **changes: Any) -> Posting:
    """The ledger row of an invoice that was posted in full and closed."""
    plain = Posting(
        posting_id=1,
        manage_host="manage.example",
        manage_company="harborpine",
        cpny_id="HPIT",
        key=TransactionKey(Kind.INVOICE, str(exported.id)),
        generation=1,
        batch_identifier="20261001KM-I",
        number=exported.number,
        amount=exported.total,
        currency="USD",
        lines_hash=lines_hash,
        entry_ids=(1, 2),
        plan_hash="",
        state=PostingState.CLOSED,
        run_id="r1",
        posted_at=datetime(2026, 10, 1, 9, 0, tzinfo=UTC),
        posted_by="KMORALES",
        posted_host="PC1",
        parts=(PostedPart("document", "AR", "000123", "IN", exported.number, exported.total, state=SlState.RELEASED),),
    )
    return replace(plain, **changes)


def in_ledger(row: Posting) -> SlBooks:
    return books(postings={row.key: row})

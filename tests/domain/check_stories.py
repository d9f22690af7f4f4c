"""A story for every check of the table: a plan that raises it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from typing import Any

from domain_story import (
    AR,
    BOOKS,
    GL,
    MASTERS,
    MUNOZ,
    OPTIONS,
    TAXES,
    TO_NOVEMBER,
    D,
    account,
    books,
    by_id,
    euro,
    in_ledger,
    included,
    invoice,
    levels,
    line,
    masters,
    plan,
    posting,
    tax_line,
    untaxed,
)

from xlpy.domain.documents.plan import Plan
from xlpy.domain.facts.books import FiscalCalendar, ReferenceUse, SubAccount
from xlpy.domain.facts.manage import ManageCompany, Ref
from xlpy.domain.mapping.signs import lines_hash
from xlpy.domain.values.rules import MasterRules, PostingRules
from xlpy.domain.values.transactions import Kind, PostingState, SlState, TransactionKey

Story = Callable[[], Plan]


def _gl(**changes: object) -> Plan:
    return plan(books=books(gl=replace(GL, **changes)))


def _ar(**changes: object) -> Plan:
    return plan(books=books(ar=replace(AR, **changes)))


def _package(**changes: object) -> Plan:
    return plan(masters=masters(package=replace(MASTERS.package, **changes)))


def _tax(tax_id: str, **changes: object) -> Plan:
    rows = [replace(row, **changes) if row.tax_id == tax_id else row for row in TAXES]
    return plan(invoice(), books=books(taxes=by_id(rows, "tax_id")))


def _without_tax(*gone: str) -> dict[str, object]:
    return by_id([row for row in TAXES if row.tax_id not in gone], "tax_id")


def _account(acct: str, **changes: object) -> Plan:
    return plan(untaxed(), books=books(accounts={**BOOKS.accounts, acct: account(acct, **changes)}))


def _sub(**changes: object) -> Plan:
    return plan(
        untaxed(), books=books(subs={**BOOKS.subs, "100TP": replace(SubAccount("100TP", True, True), **changes)})
    )


def _terms(**changes: object) -> Plan:
    return plan(untaxed(), books=books(terms={**BOOKS.terms, "30": replace(BOOKS.terms["30"], **changes)}))


def in_the_ledger(
    *, again: bool = False, same: bool = True, states: tuple[SlState, ...] = (), **changes: object
) -> Plan:
    one = untaxed()
    row = posting(one, lines_hash(one) if same else "other lines", **changes)
    if states:
        names = ("document", "cost")
        parts = tuple(replace(row.parts[0], part=names[n], state=state) for n, state in enumerate(states))
        row = replace(row, parts=parts)
    return plan(one, invoices=(included(one, again=again),), books=in_ledger(row))


def _used(doc_type: str, doc_class: str = "N") -> Plan:
    use = ReferenceUse("4417", doc_type, "OTHER", "HPIT", "000077", doc_class)
    return plan(untaxed(), books=books(references={"4417": (use,)}))


def _our_reservation() -> Plan:
    one = untaxed()
    row = posting(one, lines_hash(one))
    row = replace(row, parts=(replace(row.parts[0], state=SlState.MISSING),))
    reserved = ReferenceUse("4417", "", "", "", "")
    found = replace(in_ledger(row), references={"4417": (reserved,)})
    return plan(one, invoices=(included(one, again=True),), books=found)


def _new(**changes: object) -> Plan:
    """An invoice of a company that SL lacks; ``changes`` are its company record's."""
    one = untaxed(company=MUNOZ, company_account_number="MUNOZ1")
    record = replace(MASTERS.companies[262], **changes)
    return plan(one, masters=masters(companies={**MASTERS.companies, 262: record}))


def _shared_account() -> Plan:
    other = Ref(263, "Munoz2", "Muñoz Dos")
    twins = {**MASTERS.companies, 263: ManageCompany(263, "Munoz2", "Muñoz Dos", "MUNOZ1")}
    return plan(
        untaxed(1, company=MUNOZ, company_account_number="MUNOZ1"),
        untaxed(2, company=other, company_account_number="munoz1"),
        masters=masters(companies=twins),
    )


def _level(**changes: object) -> Plan:
    code = MASTERS.tax_codes[11]
    changed = replace(code, levels=(replace(code.levels[0], **changes), code.levels[1]))
    return plan(invoice(), masters=masters(tax_codes={**MASTERS.tax_codes, 11: changed}))


def five_taxes(*taxed: tuple[str, str], **changes: Any) -> Plan:
    """An invoice of 100.00 with five levels, as (tax, taxable)."""
    five = levels(*(taxed or (("6.00", "100"), ("1.00", "100"), ("0.50", "100"), ("0.25", "100"), ("0.15", "100"))))
    taxes = tuple(tax_line(50 + n, str(-row.tax)) for n, row in enumerate(five))
    amount = D(100) + sum((row.tax for row in five), D(0))
    one = invoice(tax_code=Ref(12, name="FL-FIVE"), tax_levels=five, lines=(line(1, "-100.00"), *taxes), total=amount)
    return plan(one, **changes)


def split_otherwise(**rules: int) -> Plan:
    """The same total as SL's group makes of 100.00, but a cent of the port is with the county."""
    taxed = (("6.00", "100"), ("1.01", "100"), ("0.50", "100"), ("0.24", "100"), ("0.15", "100"))
    return five_taxes(*taxed, posting=PostingRules(**rules))


def _memo(text: str) -> Plan:
    return plan(untaxed(lines=(line(1, "-1000.00", memo=text),)))


def _base_difference() -> Plan:
    """Yen so small that every line is worth nothing in dollars, but not their sum."""
    yen = tuple(line(n, "-1") for n in range(1, 3))
    small = replace(BOOKS.rates[2], rate=D("250"))
    return plan(
        euro(currency="JPY", lines=yen, total=D(2)), books=books(rates=(small,), currencies={"USD": 2, "JPY": 0})
    )


BOTH = untaxed()
BILLED = Ref(255, "FischerKG", "Fischer & Söhne KG")
COST = {"cost": D("12.50"), "item": Ref(743, "PATCH10")}


def thirds() -> Any:
    """A hundred in three lines, as Manage divides it."""
    return untaxed(lines=(line(1, "-33.333333"), line(2, "-33.333333"), line(3, "-33.333334")), total=D("100.00"))


def _row_says(**wishes: Any) -> Plan:
    return plan(untaxed(), invoices=(replace(included(untaxed()), **wishes),))


STORIES: dict[str, Story] = {
    # what the user wrote on the row
    "ROW-PERIOD": lambda: _row_says(period="11-2026"),
    "ROW-HOLD": lambda: _row_says(hold=True),
    # set-up
    "PACKAGE": lambda: _package(identifier="QB99"),
    "SALES-TAX-OFF": lambda: _package(include_sales_tax=False),
    "SOH-OFF": lambda: _package(inventory_soh=False),
    "COGS-OFF": lambda: _package(include_cogs=False),
    "COMPANY-INACTIVE": lambda: plan(books=books(company=replace(BOOKS.company, active=False))),
    "COMPANY-DATABASE": lambda: plan(books=books(company=replace(BOOKS.company, in_this_database=False))),
    "GL-SETUP": lambda: _gl(set_up=False),
    "AR-SETUP": lambda: _ar(set_up=False),
    "AUTO-REF": lambda: _ar(auto_ref=True),
    "CALENDAR": lambda: _gl(calendar=FiscalCalendar(12, ("0131", ""), True)),
    "PERIODS": lambda: _ar(curr_per_nbr="202613"),
    "CLOSING": lambda: _gl(last_close_per_nbr="202610"),
    "BASE-CURRENCY": lambda: _gl(base_currency="XXX"),
    "CODE-PAGE": lambda: plan(books=books(code_page="klingon")),
    "DESCR-RULE": lambda: plan(posting=PostingRules(document_description="{nummer}")),
    "RECORD-COLUMN": lambda: plan(posting=PostingRules(record_id_column="User3")),
    # the transaction
    "KIND": lambda: plan(
        invoices=(replace(included(untaxed()), key=TransactionKey(Kind.EXPENSE, "611")),), exported_invoices=()
    ),
    "TWICE": lambda: plan(BOTH, invoices=(included(BOTH), included(BOTH))),
    "NOT-EXPORTED": lambda: plan(invoices=(included(untaxed()),)),
    "CHANGED": lambda: plan(untaxed(), invoices=(included(untaxed(), total=D("999.99")),)),
    "UNBALANCED": lambda: plan(untaxed(total=D("1000.01"))),
    "NO-LINES": lambda: plan(invoice(lines=invoice().lines[1:], total=D("70.00"))),
    "TURNED": lambda: plan(untaxed(4417, "250.00")),
    "NOTHING-TO-POST": lambda: plan(untaxed(4417, "0.00", "0.00")),
    "CURY-DECIMALS": lambda: plan(
        untaxed(lines=(line(1, "-1000.125"),), total=D("1000.125")), masters=masters(decimals={"USD": 3})
    ),
    "AVALARA": lambda: plan(untaxed(avalara=True)),
    "LOCATION": lambda: plan(untaxed(), posting=PostingRules(locations=(3, 4))),
    "ENTRY-IDS": lambda: plan(untaxed(lines=(line(0, "-1000.00"),))),
    "DATE-MISSING": lambda: plan(untaxed(document_date=None)),
    "DATE-RANGE": lambda: plan(untaxed(due_date=date(2079, 6, 7))),
    "DUE-MISSING": lambda: plan(untaxed(due_date=None, due_days=None)),
    # the ledger
    "OTHER-COMPANY": lambda: in_the_ledger(cpny_id="ELSE"),
    "UNDO-OPEN": lambda: in_the_ledger(state=PostingState.UNDOING),
    "CLEARED": lambda: in_the_ledger(state=PostingState.CLEARED, parts=()),
    "CHANGED-AFTER": lambda: in_the_ledger(same=False),
    "GONE": lambda: in_the_ledger(states=(SlState.MISSING,)),
    "PARTLY-GONE": lambda: in_the_ledger(states=(SlState.VOIDED, SlState.UNRELEASED)),
    "PARTLY-CHANGED": lambda: in_the_ledger(states=(SlState.VOIDED, SlState.UNRELEASED), again=True, same=False),
    "PART-AGAIN": lambda: in_the_ledger(states=(SlState.VOIDED, SlState.UNRELEASED), again=True),
    "AGAIN": lambda: in_the_ledger(states=(SlState.VOIDED,), again=True),
    "AGAIN-UNUSED": lambda: plan(untaxed(), invoices=(included(untaxed(), again=True),)),
    "IN-SL": in_the_ledger,
    "MANAGE-PENDING": lambda: in_the_ledger(state=PostingState.POSTED),
    # the reference
    "REF-EMPTY": lambda: plan(
        untaxed(number="INV-"), posting=PostingRules(reference_rule="strip", reference_prefix="INV-")
    ),
    "REF-WIDTH": lambda: plan(untaxed(number="2026-000017")),
    "REF-CHARS": lambda: plan(untaxed(number="№4417")),
    "REF-TWICE": lambda: plan(untaxed(1, number="A17"), untaxed(2, number="a17")),
    "REF-USED": lambda: _used("CM"),
    "REF-RESERVED": lambda: _used(""),
    "REF-PAYMENT": lambda: _used("PA", "P"),
    "REF-REUSED": _our_reservation,
    # period, texts
    "PERIOD-BAD": lambda: plan(untaxed(), options=replace(OPTIONS, period="13-2026")),
    "PERIOD-CLOSED": lambda: plan(untaxed(document_date=date(2026, 9, 30))),
    "PERIOD-PRIOR": lambda: plan(
        untaxed(document_date=date(2026, 9, 30)), books=books(gl=replace(GL, allow_post_opt="A"))
    ),
    "PERIOD-LATER": lambda: plan(untaxed(document_date=date(2026, 11, 1)), options=TO_NOVEMBER),
    "LINES-DECIMALS": lambda: plan(thirds()),
    "LINES-ROUNDED": lambda: plan(thirds(), posting=PostingRules(round_lines=True)),
    "CUT-OFF": lambda: plan(untaxed(), options=replace(OPTIONS, period="11-2026")),
    "CUT-OFF-THROUGH": lambda: plan(untaxed(document_date=date(2026, 11, 1))),
    "TEXT-SHORT": lambda: _memo("Monthly managed services for the office in Tampa"),
    "TEXT-CHARS": lambda: _memo("Łódź → Tampa"),
    "PO-WIDTH": lambda: plan(untaxed(customer_po="P" * 26)),
    # currency
    "CURY-EMPTY": lambda: plan(untaxed(currency="")),
    "CURY-NO-CM": lambda: plan(euro(), books=books(multi_currency=False)),
    "CURY-UNKNOWN": lambda: plan(euro(currency="GBP")),
    "RATE-MISSING": lambda: plan(euro(document_date=date(2026, 9, 29))),
    "RATE-OLD": lambda: plan(euro(document_date=date(2026, 11, 16)), options=TO_NOVEMBER),
    "BASE-DIFF": _base_difference,
    # the customer
    "CUST-EMPTY": lambda: plan(untaxed(company_account_number="")),
    "CUST-WHICH": lambda: plan(untaxed(), invoices=(included(untaxed(), bill_to=BILLED),)),
    "CUST-STATUS": lambda: plan(
        untaxed(),
        books=books(customers={**BOOKS.customers, "ACME01": replace(BOOKS.customers["ACME01"], status="H")}),
    ),
    "CUST-MISSING": lambda: plan(
        untaxed(company=MUNOZ, company_account_number="MUNOZ1"), master_rules=MasterRules(customers=False)
    ),
    "CUST-CREATE": _new,
    "CUST-WIDTH": lambda: plan(untaxed(company=MUNOZ, company_account_number="M" * 16)),
    "CUST-CLASS": lambda: plan(
        untaxed(company=MUNOZ, company_account_number="MUNOZ1"), books=books(customer_classes={})
    ),
    "CUST-LIKE": lambda: plan(
        untaxed(company=MUNOZ, company_account_number="MUNOZ1"),
        books=books(customer_names={"MUÑOZ CONSTRUCCIÓN": ("MUNOZ",)}),
    ),
    "CUST-SHARED": _shared_account,
    "CUST-TEXT": lambda: _new(name="Konsorcjum Łódź"),
    "CUST-LEFT-OUT": lambda: _new(state="Florida"),
    # accounts
    "ACCT-EMPTY": lambda: plan(untaxed(lines=(line(1, "-1000.00", ""),))),
    "ACCT-MISSING": lambda: plan(untaxed(lines=(line(1, "-1000.00", "9999:100:TP"),))),
    "ACCT-INACTIVE": lambda: _account("4000", active=False),
    "ACCT-COMPANY": lambda: _account("4000", in_company=False),
    "ACCT-CURRENCY": lambda: _account("4000", currency="EUR"),
    "ACCT-UNLISTED": lambda: plan(untaxed(lines=(line(1, "-1000.00", "4200:100:TP"),))),
    "SUB-EMPTY": lambda: plan(untaxed(lines=(line(1, "-1000.00", "4000:"),))),
    "SUB-CONTROL": lambda: plan(
        untaxed(),
        books=books(
            ar=replace(AR, ar_sub=""),
            customer_classes={},
            customers={"ACME01": replace(BOOKS.customers["ACME01"], ar_sub="")},
        ),
    ),
    "SUB-LENGTH": lambda: plan(untaxed(lines=(line(1, "-1000.00", "4000:100"),))),
    "SUB-MISSING": lambda: plan(untaxed(lines=(line(1, "-1000.00", "4000:999:TP"),))),
    "SUB-INACTIVE": lambda: _sub(active=False),
    "SUB-COMPANY": lambda: _sub(in_company=False),
    "COMBINATION": lambda: plan(
        untaxed(),
        books=books(gl=replace(GL, validate_acct_sub=True), combinations=frozenset({("1100", "00000")})),
    ),
    "AR-ACCT": lambda: plan(untaxed(account_number="1110")),
    # terms
    "TERMS-EMPTY": lambda: plan(untaxed(terms=Ref(5, name="Due on receipt"), terms_xref="")),
    "TERMS-WIDTH": lambda: plan(untaxed(terms_xref="NET30")),
    "TERMS-NUMBER": lambda: plan(untaxed(terms=Ref(4, name="2% 10, Net 30"), terms_xref="2T")),
    "TERMS-MISSING": lambda: plan(untaxed(terms_xref="45")),
    "TERMS-MULTIPLE": lambda: _terms(terms_type="M"),
    "TERMS-VENDOR": lambda: _terms(apply_to="V"),
    "TERMS-DAYS": lambda: _terms(due_interval=31),
    "TERMS-DISCOUNT": lambda: _terms(disc_percent=D(2), disc_type="F"),
    # taxes
    "TAX-SUM": lambda: plan(invoice(tax_levels=levels(("60.00", "1000"), ("10.01", "1000")))),
    "TAX-CODE": lambda: plan(invoice(tax_code=Ref(99, name="GONE"))),
    "TAX-AGENCY": lambda: _level(agency_xref=""),
    "TAX-MISSING": lambda: plan(invoice(), books=books(taxes=_without_tax("HILLCTY"))),
    "TAX-TYPE": lambda: _tax("HILLCTY", tax_type=""),
    "TAX-CALC": lambda: _tax("HILLCTY", calc_type="I"),
    "TAX-INCLUDED": lambda: _tax("FL-HILL", price_included=""),
    "TAX-RATE": lambda: _tax("FLSTATE", rate=D("6.5")),
    "TAX-AMOUNT": lambda: _level(rate_type="Amount"),
    "TAX-ACCT": lambda: _tax("HILLCTY", acct=""),
    "TAX-ACCT-DIFF": lambda: plan(
        invoice(lines=(line(1, "-1000.00"), tax_line(2, "-60.00", "4000"), tax_line(3, "-10.00", "2210")))
    ),
    "TAX-TOO-MANY": lambda: five_taxes(books=books(taxes=_without_tax("FL-FIVE"))),
    "TAX-TAXABLES": lambda: five_taxes(
        ("6.00", "100"), ("1.00", "100"), ("0.50", "100"), ("0.25", "100"), ("0.14", "90")
    ),
    "TAX-SPLIT": split_otherwise,
    "TAX-SPLIT-FAR": lambda: split_otherwise(tax_group_difference=0),
    "TAX-GROUP": lambda: plan(invoice(), books=books(taxes=_without_tax("FL-HILL"))),
    "TAX-XREF": lambda: _level(tax_code_xref="FL-OTHER"),
    "TAX-CATEGORY": lambda: _tax("HILLCTY", category_exceptions=("FOOD",)),
    "TAX-NEGATIVE": lambda: plan(
        invoice(
            lines=(line(1, "-1000.00"), tax_line(2, "6.00")),
            tax_levels=levels(("-6.00", "-100.00")),
            total=D("994.00"),
        )
    ),
}

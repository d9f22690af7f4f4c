"""Every check of vouchers is raised by a story of its own, with the severity the table gives it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from domain_story import OPTIONS, account, levels
from payables_story import (
    AP,
    AP_BOOKS,
    AP_MASTERS,
    BLUE,
    EAGLE,
    TOM,
    VENDORS,
    D,
    ap_books,
    ap_masters,
    bill,
    bill_line,
    billed,
    codes,
    expense,
    freight_line,
    in_ledger,
    item_line,
    only_document,
    posted,
    purchase,
    purchase_tax,
    receipt,
    received,
    stopped,
    taxed,
)

from xlpy.domain.checks.payables import PAYABLES_CHECKS
from xlpy.domain.checks.table import CHECKS
from xlpy.domain.facts.manage_expenses import Member
from xlpy.domain.facts.payables_books import VendorInvoiceUse
from xlpy.domain.planning.planner import Drafts
from xlpy.domain.values.problems import Severity
from xlpy.domain.values.refs import Ref
from xlpy.domain.values.rules import MasterRules, PostingRules
from xlpy.domain.values.transactions import Kind, TransactionKey

Story = Callable[[], Drafts]


def _vendor(**changes: Any) -> Drafts:
    return received(books=ap_books(vendors={**VENDORS, "BLUEL1": replace(VENDORS["BLUEL1"], **changes)}))


def _new(**changes: Any) -> Drafts:
    """A receipt of a vendor that SL lacks; ``changes`` are its company record's."""
    record = replace(AP_MASTERS.companies[9], **changes)
    companies = {**AP_MASTERS.companies, 9: record}
    return received(purchase(company=EAGLE, vendor_number="EAGLEP"), masters=ap_masters(companies=companies))


def _two_companies_one_vendor() -> Drafts:
    first = purchase(company=EAGLE, vendor_number="EAGLEP")
    second = purchase(
        item_line(7, "-1.00"), company=BLUE, vendor_number="eaglep", packing_slip="X", vendor_invoice_number="B2"
    )
    return received(first, second, included=(receipt(first), receipt(second, "78-X-purchase")))


def _terms(xref: str, **changes: Any) -> Drafts:
    terms = {**AP_BOOKS.terms, xref: replace(AP_BOOKS.terms[xref], **changes)}
    return received(books=replace(AP_BOOKS, terms=terms))


def _used(posted_for: TransactionKey | None = None, **ap: Any) -> Drafts:
    use = VendorInvoiceUse("BLUEL1", "BL-5531", "VO", "000123", "000077", posted_for)
    return received(books=ap_books(setup=replace(AP, **ap), vendor_invoices={("BLUEL1", "BL-5531"): (use,)}))


def _twice_in_run(record: str) -> Drafts:
    first = purchase()
    second = purchase(item_line(7, "-1.00"), packing_slip="PS119", id="other")
    return received(first, second, included=(receipt(first), receipt(second, record)))


def _two_alike() -> Drafts:
    """One included taxi ride, and two lines of its day and amount without its GL entry."""
    lines = (bill_line(1, "33.95", entry_ids=(1,)), bill_line(2, "33.95", entry_ids=(2,)))
    return billed(bill(*lines))


def _two_in_one_line() -> Drafts:
    joined = bill_line(611, "50.00", entry_ids=(6110, 6120, 6111))
    return billed(bill(joined), included=(expense(611, "20.00"), expense(612, "30.00")))


def _same_slip_again(**changes: Any) -> Drafts:
    one = receipt(purchase())
    row = posted(one.key, "other lines", (1, 2))
    return received(included=(one,), books=in_ledger(row), **changes)


def _company_paid(account_text: str) -> Drafts:
    return billed(
        included=(expense(classification="Personal"),), posting=PostingRules(company_paid_account=account_text)
    )


def _without_control_sub() -> Drafts:
    vendors = {"BLUEL1": replace(VENDORS["BLUEL1"], ap_sub="")}
    return received(books=ap_books(setup=replace(AP, ap_sub=""), vendors=vendors, vendor_classes={}))


def _no_terms(vendor_terms: str) -> Drafts:
    vendors = {"BLUEL1": replace(VENDORS["BLUEL1"], terms=vendor_terms)}
    return received(purchase(terms=Ref(), terms_xref=""), books=ap_books(vendors=vendors))


STORIES: dict[str, Story] = {
    "AP-SETUP": lambda: received(books=ap_books(setup=replace(AP, set_up=False))),
    # the vendor
    "VEND-EMPTY": lambda: received(purchase(vendor_number="")),
    "VEND-MEMBER": lambda: billed(bill(vendor_number="")),
    "VEND-STATUS": lambda: _vendor(status="H"),
    "VEND-MISSING": lambda: received(
        purchase(company=EAGLE, vendor_number="EAGLEP"), master_rules=MasterRules(vendors=False)
    ),
    "VEND-CREATE": _new,
    "VEND-WIDTH": lambda: received(purchase(vendor_number="V" * 16)),
    "VEND-CLASS": lambda: received(purchase(vendor_number="EAGLEP"), books=ap_books(vendor_classes={})),
    "VEND-LIKE": lambda: received(
        purchase(company=EAGLE, vendor_number="EAGLEP"),
        books=ap_books(vendor_names={"EAGLE PARTS SUPPLY": ("EAGLE2",)}),
    ),
    "VEND-SHARED": _two_companies_one_vendor,
    "VEND-TEXT": lambda: _new(name="Konsorcjum Łódź"),
    "VEND-LEFT-OUT": lambda: _new(state="Florida"),
    # accounts and terms
    "AP-ACCT": lambda: received(purchase(ap_account_number="2010")),
    "SUB-AP-CONTROL": _without_control_sub,
    "TERMS-CUSTOMER": lambda: _terms("30", apply_to="C"),
    "TERMS-DAYS-SL": lambda: _terms("30", due_interval=31),
    "TERMS-OF-VENDOR": lambda: _no_terms("15"),
    "DUE-AT-ONCE": lambda: _no_terms("EM"),
    # expenses
    "EXP-AMBIGUOUS": _two_alike,
    "EXP-JOINED": _two_in_one_line,
    "EXP-COMPANY-PAID": lambda: _company_paid(""),
    "EXP-OFFSET": lambda: _company_paid("2050:00000"),
    "EXP-TAX": lambda: billed(included=(expense(sales_tax=D("2.00")),)),
    # receipts
    "RCPT-SEVERAL": lambda: received(
        purchase(), purchase(item_line(1300, "-1.00")), included=(receipt(purchase(), entry_ids=(1299, 1300)),)
    ),
    "RCPT-SAME-ID": _same_slip_again,
    "RCPT-NEW": lambda: _same_slip_again(still_batched={receipt(purchase()).key: True}),
    "RCPT-ITEM": lambda: received(masters=ap_masters(catalog={})),
    "RCPT-DROP-SHIP": lambda: received(purchase(item_line(1, "-12.50", drop_shipped=True))),
    "RCPT-FREIGHT": lambda: received(purchase(item_line(1, "-12.50"), freight_line(2, "-3.00"), freight=D("4.00"))),
    "RCPT-TAX-LEVEL": lambda: received(taxed(taxes=(purchase_tax(2, "-7.00", "0.07"),))),
    "INVC-SHORT": lambda: received(purchase(vendor_invoice_number="BL-2026-0000005531")),
    "INVC-MADE": lambda: received(purchase(vendor_invoice_number="")),
    "INVC-CHARS": lambda: received(purchase(vendor_invoice_number="№5531")),
    "INVC-USED": _used,
    "INVC-USED-ALLOWED": lambda: _used(duplicate_check=False),
    "INVC-OURS": lambda: _used(TransactionKey(Kind.PROCUREMENT, "77-PS117-purchase")),
    "INVC-TWICE": lambda: _twice_in_run("78-PS119-purchase"),
}


OF_THE_SETUP = ("AP-SETUP", "PERIODS")  # a stop of the whole run; the documents are shown all the same


@pytest.mark.parametrize("code", sorted(STORIES))
def test_the_story_of_a_voucher_check_raises_it_as_its_table_says(code: str) -> None:
    made = STORIES[code]()
    told = [problem for problem in made.problems if problem.code == code]
    assert told, f"{code} was not raised, only {sorted(codes(made))}"
    check = CHECKS[code]
    for problem in told:
        assert problem.severity is check.severity
        assert problem.what
        assert problem.fix
        assert problem.where
        assert "{" not in problem.what + problem.fix
    assert check.source
    if check.severity is not Severity.STOP:
        assert not stopped(made), f"{code} is no stop, but {stopped(made)} came along"
    elif code not in OF_THE_SETUP:
        assert not made.ap, "a stopped transaction has no document"


def test_every_voucher_check_of_the_table_has_a_story() -> None:
    assert set(STORIES) == {check.code for check in PAYABLES_CHECKS}


# Checks that vouchers share with invoices: each is raised here too.
SHARED: dict[str, Story] = {
    "TWICE": lambda: received(included=(receipt(purchase()), receipt(purchase()))),
    "NOT-EXPORTED": lambda: received(
        purchase(item_line(5, "-1.00"), packing_slip="Z"), included=(receipt(purchase()),)
    ),
    "CHANGED": lambda: billed(included=(expense(611, "33.00"),)),
    "UNBALANCED": lambda: received(purchase(total=D("12.51"))),
    "NO-LINES": lambda: received(replace(taxed(), lines=(), total=D("7.00"))),
    "TURNED": lambda: received(purchase(item_line(1, "12.50"))),
    "NOTHING-TO-POST": lambda: received(purchase(item_line(1, "0.00"))),
    "AVALARA": lambda: received(purchase(avalara=True)),
    "LOCATION": lambda: billed(posting=PostingRules(locations=(3,))),
    "ENTRY-IDS": lambda: received(purchase(item_line(0, "-12.50"), item_line(1299, "-1.00"))),
    "DATE-MISSING": lambda: received(purchase(document_date=None, purchase_date=None)),
    "DATE-RANGE": lambda: received(purchase(vendor_invoice_date=date(2100, 1, 1))),
    "DUE-MISSING": lambda: received(purchase(terms=Ref(9), terms_xref="EM", due_days=None)),
    "PERIOD-CLOSED": lambda: received(purchase(document_date=date(2026, 9, 30))),
    "PERIOD-BAD": lambda: received(options=replace(OPTIONS, period="13-2026")),
    "PERIOD-LATER": lambda: received(purchase(document_date=date(2026, 11, 2))),
    "PERIODS": lambda: received(books=ap_books(setup=replace(AP, curr_per_nbr="202613"))),
    "TEXT-SHORT": lambda: received(purchase(item_line(1, "-12.50", memo="Patch cable, ten feet, blue, shielded"))),
    "TEXT-CHARS": lambda: billed(bill(bill_line(611, "33.95", memo="Łódź"))),
    "CURY-EMPTY": lambda: received(purchase(currency="")),
    "CURY-NO-CM": lambda: received(purchase(currency="EUR"), books=replace(AP_BOOKS, multi_currency=False)),
    "RATE-MISSING": lambda: received(purchase(currency="EUR", document_date=date(2026, 9, 1))),
    "ACCT-EMPTY": lambda: received(purchase(item_line(1, "-12.50", inventory_account=""))),
    "ACCT-MISSING": lambda: received(purchase(item_line(1, "-12.50", inventory_account="9999:000:00"))),
    "SUB-EMPTY": lambda: received(purchase(item_line(1, "-12.50", inventory_account="1400"))),
    "ACCT-INACTIVE": lambda: billed(
        books=replace(AP_BOOKS, accounts={**AP_BOOKS.accounts, "2010": account("2010", active=False)})
    ),
    "TERMS-EMPTY": lambda: received(purchase(terms=Ref(5, name="Due on receipt"), terms_xref="")),
    "TERMS-MULTIPLE": lambda: _terms("30", terms_type="M"),
    "TAX-SUM": lambda: received(taxed(tax_levels=levels(("6.00", "100"), ("1.01", "100")))),
    "TAX-CODE": lambda: received(taxed(tax_code=Ref(99, name="GONE"))),
    "TAX-ACCT": lambda: received(taxed(), books=ap_books(purchase_tax_accounts={"FLSTATE": ("1250", "00000")})),
    "TAX-ACCT-DIFF": lambda: received(
        taxed(taxes=(purchase_tax(2, "-6.00", acct="2200"), purchase_tax(3, "-1.00", "0.01")))
    ),
}


@pytest.mark.parametrize("code", sorted(SHARED))
def test_a_check_that_invoices_have_too_speaks_of_vouchers(code: str) -> None:
    made = SHARED[code]()
    told = [problem for problem in made.problems if problem.code == code]
    assert told, f"{code} was not raised, only {sorted(codes(made))}"
    for problem in told:
        text = f"{problem.what} {problem.fix} {problem.where}"
        assert "Sheet Invoices" not in text
        assert "Give the invoice" not in text
        assert "08.260" not in text
        assert problem.severity is CHECKS[code].severity
    if CHECKS[code].severity is Severity.STOP and code not in (*OF_THE_SETUP, "TWICE"):
        assert not made.ap


def test_a_tax_without_purchase_account_says_so_by_its_side() -> None:
    made = SHARED["TAX-ACCT"]()
    assert [p.what for p in made.problems if p.code == "TAX-ACCT"] == [
        "Tax HILLCTY has no purchase tax account or subaccount in SL"
    ]


def test_the_period_of_vouchers_is_that_of_payables() -> None:
    made = received(books=ap_books(setup=replace(AP, per_nbr="202611", curr_per_nbr="202611")))
    told = [p.what for p in made.problems if p.code == "PERIOD-CLOSED"]
    assert told == ["Period 10-2026 is closed (current: AP 11-2026, GL 10-2026)"]


def test_all_problems_of_a_receipt_are_told_at_once() -> None:
    made = received(
        purchase(
            item_line(1, "-12.50", inventory_account="9999:999:ZZ"),
            vendor_number="",
            terms_xref="NET30",
            vendor_invoice_number="№",
        )
    )
    assert {"VEND-EMPTY", "TERMS-WIDTH", "INVC-CHARS", "ACCT-MISSING", "SUB-MISSING"} <= codes(made)


def test_problems_of_vouchers_are_bound_to_the_rows_of_their_sheets() -> None:
    of_expense = billed(bill(vendor_number="")).problems[0]
    assert (of_expense.transaction, of_expense.transaction_id) == ("JDoe Mileage 2026-10-12", "expense:611")
    of_receipt = received(purchase(vendor_number="")).problems[0]
    assert (of_receipt.transaction, of_receipt.transaction_id) == ("PO-0077 PS118", "procurement:77-PS118-purchase")


def test_a_wrong_company_paid_account_is_to_be_mended_in_the_settings() -> None:
    told = [problem for problem in _company_paid("9999:00000").problems if problem.code == "ACCT-MISSING"]
    assert [problem.where for problem in told] == ["Settings of this product"]


def test_a_new_member_is_a_vendor_with_the_name_as_sl_keeps_names_of_persons() -> None:
    made = billed(bill(member=TOM, vendor_number="E-TKLEIN"), included=(expense(member=TOM),))
    assert not stopped(made)
    (vendor,) = made.vendors
    assert (vendor.vend_id, vendor.name, vendor.email) == ("E-TKLEIN", "Klein~Tom", "tom@firm.example")
    assert vendor.needed_by == (TransactionKey(Kind.EXPENSE, "611"),)


def test_a_tilde_in_a_members_name_never_reaches_sl() -> None:
    members = {**AP_MASTERS.members, 34: Member(34, "TKlein", "T~m", "Kl~n", "E-TKLEIN")}
    made = billed(
        bill(member=TOM, vendor_number="E-TKLEIN"), included=(expense(member=TOM),), masters=ap_masters(members=members)
    )
    assert made.vendors[0].name == "Kl-n~T-m"


def test_members_are_not_created_when_vendors_are_switched_off() -> None:
    made = billed(
        bill(member=TOM, vendor_number="E-TKLEIN"),
        included=(expense(member=TOM),),
        master_rules=MasterRules(vendors=False),
    )
    assert stopped(made) == {"VEND-MISSING"}
    assert not made.vendors


@pytest.mark.parametrize("status", ["A", "O", "I", "M", ""])
def test_a_vendor_is_usable_unless_it_is_on_hold(status: str) -> None:
    """SL's own list of active vendors takes every one whose Status is not H: one-time vendors, too."""
    assert "VEND-STATUS" not in codes(_vendor(status=status))
    assert "VEND-STATUS" in stopped(_vendor(status="H"))


@pytest.mark.parametrize("terms", ["EM", "ZZ"])
def test_a_voucher_that_is_due_at_once_does_not_name_terms_that_say_otherwise(terms: str) -> None:
    vendors = {key: replace(vendor, terms=terms) for key, vendor in VENDORS.items()}
    for made in (billed(books=ap_books(vendors=vendors)), _no_terms(terms)):
        document = only_document(made)
        assert "DUE-AT-ONCE" in codes(made)
        assert (document.terms, document.due_date) == ("", document.invc_date)
        assert document.cury_discount == 0

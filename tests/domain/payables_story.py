"""A small firm's payables for the tests of the domain: bills and receipts that are in order until changed."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

from domain_story import BOOKS, DAY, MASTERS, OPTIONS, account, by_id
from domain_story import posting as ledger_row

from xlpy.domain.documents.ap import ApDocument
from xlpy.domain.facts.books import SlBooks, Terms
from xlpy.domain.facts.manage import BillingTerms, ManageCompany, ManageMasters
from xlpy.domain.facts.manage_expenses import (
    ExportedExpenses,
    ExportExpenseBill,
    ExportExpenseLine,
    Member,
    UnpostedExpense,
)
from xlpy.domain.facts.manage_procurement import (
    ExportedProcurement,
    ExportPurchase,
    ExportPurchaseLine,
    ExportPurchaseTax,
    UnpostedProcurement,
)
from xlpy.domain.facts.payables_books import ApSetup, PayablesBooks, Vendor, VendorClass
from xlpy.domain.planning.makers.request import IncludedRow, PlanRequest
from xlpy.domain.planning.planner import Drafts, draft
from xlpy.domain.values.problems import Severity
from xlpy.domain.values.refs import Ref
from xlpy.domain.values.rules import MasterRules, PostingRules
from xlpy.domain.values.transactions import Kind, Posting, TransactionKey

D = Decimal
JANE = Ref(31, "JDoe", "Jane Doe")
TOM = Ref(34, "TKlein", "Tom Klein")
BLUE = Ref(6, "BlueLight", "Blue Light Distribution")
EURO = Ref(8, "DataEuro", "Data Euro Handels GmbH")
EAGLE = Ref(9, "EagleParts", "Eagle Parts Supply")

AP = ApSetup(
    per_nbr="202610",
    curr_per_nbr="202610",
    default_class="STD",
    ap_acct="2000",
    ap_sub="00000",
    exp_acct="6100",
    exp_sub="00000",
    ppay_acct="1300",
    ppay_sub="00000",
    terms="30",
    set_up=True,
)
VENDORS = by_id(
    [
        Vendor("BLUEL1", "Blue Light Distribution", "A", "STD", "2000", "00000", "5400", "00000", "30", "USD", ""),
        Vendor("DATAEU", "Data Euro Handels GmbH", "A", "STD", "2000", "00000", "5400", "00000", "30", "EUR", "SPOT"),
        Vendor("E-JDOE", "Doe~Jane", "A", "STD", "2010", "00000", "6100", "00000", "", "USD", ""),
    ],
    "vend_id",
)
PAYABLES = PayablesBooks(
    setup=AP,
    rate_type="SPOT",
    vendors=VENDORS,
    vendor_classes=by_id(
        [VendorClass("STD", "2000", "00000", "5400", "00000", "1300", "00000", "30")],
        "class_id",
    ),
    purchase_tax_accounts=dict.fromkeys(
        ("FLSTATE", "HILLCTY", "CITY", "PORT", "TRANSIT", "DEVAT19"), ("1250", "00000")
    ),
)
AP_ACCOUNTS = ("1250", "1400", "2000", "2010", "2050", "5001", "5300", "5400", "6100", "6150")
AP_BOOKS = replace(
    BOOKS,
    accounts={**BOOKS.accounts, **by_id(map(account, AP_ACCOUNTS), "acct")},
    terms={**BOOKS.terms, "15": Terms("15", "Net 15", "S", "V", "D", 15), "EM": Terms("EM", "EOM", "S", "V", "M", 0)},
    payables=PAYABLES,
)
AP_MASTERS = replace(
    MASTERS,
    gl_accounts=frozenset(),
    members={
        31: Member(31, "JDoe", "Jane", "Doe", "E-JDOE"),
        34: Member(34, "TKlein", "Tom", "Klein", "E-TKLEIN", "tom@firm.example"),
    },
    companies={
        **MASTERS.companies,
        6: ManageCompany(6, "BlueLight", "Blue Light Distribution", vendor_identifier="BLUEL1"),
        9: ManageCompany(
            9,
            "EagleParts",
            "Eagle Parts Supply",
            vendor_identifier="EAGLEP",
            address1="9 Nest Rd",
            city="Tampa",
            state="FL",
            country="US",
            terms=Ref(3, name="Net 30"),
        ),
    },
    terms={**MASTERS.terms, 7: BillingTerms(7, "End of month", 20, "EM")},
)


# --- expenses -------------------------------------------------------------------------------------------------


def bill_line(key: int, amount: str, acct: str = "6100:200:TP", **changes: Any) -> ExportExpenseLine:
    """A line of the expense ``key``: GL entries are ten times that, and one more for the offset."""
    plain = ExportExpenseLine((key * 10, key * 10 + 1), "EE", DAY, acct, "Mileage", Ref(250, "Acme", "Acme"), D(amount))
    return replace(plain, **changes)


def bill(*lines: ExportExpenseLine, **changes: Any) -> ExportExpenseBill:
    """Jane's bill of the half month; in order, with a total that is the sum of its lines."""
    rows = lines or (bill_line(611, "33.95"),)
    plain = ExportExpenseBill(
        id=rows[0].entry_ids[0] if rows[0].entry_ids else 0,
        document_number="6110JDoe",
        document_date=date(2026, 10, 15),
        memo="Expenses for 2026-10-01 - 2026-10-15",
        ap_account_number="2010",
        member=JANE,
        vendor_number="E-JDOE",
        currency="USD",
        total=sum((row.total for row in rows), D(0)),
        lines=rows,
    )
    return replace(plain, **changes)


def expense(key: int = 611, amount: str = "33.95", *, again: bool = False, **row: Any) -> IncludedRow[UnpostedExpense]:
    plain = UnpostedExpense(
        id=key * 10,
        expense_detail_id=key,
        member=JANE,
        expense_type=Ref(4, name="Mileage"),
        classification="Reimbursable",
        payment_method=Ref(),
        expense_date=DAY,
        charge="",
        company=Ref(250, "Acme", "Acme"),
        location_id=2,
        location="Tampa",
        account_number="6100:200:TP",
        credit_account="2010",
        gl_type="EE",
        currency="USD",
        decimals=2,
        total=D(amount),
    )
    return IncludedRow(TransactionKey(Kind.EXPENSE, str(key)), again, replace(plain, **row))


# --- receipts -------------------------------------------------------------------------------------------------


def item_line(key: int, amount: str, **changes: Any) -> ExportPurchaseLine:
    """A line of a receipt in Manage's sign (negative); an inventory item."""
    plain = ExportPurchaseLine(
        id=key,
        gl_type="RP",
        line_number=1,
        account_number="4000",
        inventory_account="1400:000:00",
        cost_account="5001:200:TP",
        memo="Patch cable 10 ft",
        quantity=D(-10),
        item_cost=abs(D(amount)) / 10,
        cost=-D(amount),
        total=D(amount),
        item=Ref(743, "PATCH10"),
        unit=Ref(13, name="Each"),
        unit_xref="EA",
    )
    return replace(plain, **changes)


def freight_line(key: int, amount: str) -> ExportPurchaseLine:
    return item_line(key, amount, gl_type="PF", account_number="5300:000:00", item=Ref(), memo="Freight")


def purchase_tax(key: int, amount: str, rate: str = "0.06", acct: str = "1250", memo: str = "") -> ExportPurchaseTax:
    return ExportPurchaseTax(key, "PT", acct, memo, D(amount), D(rate))


def purchase(*lines: ExportPurchaseLine, **changes: Any) -> ExportPurchase:
    """A receipt of Blue Light, in order; its total is what its lines and taxes add up to."""
    rows = lines or (item_line(1299, "-12.50"),)
    taxes = changes.get("taxes", ())
    plain = ExportPurchase(
        id="PO #PO-0077, Packing Slip: PS118",
        document_number="PO-0077",
        document_date=DAY,
        purchase_date=DAY,
        packing_slip="PS118",
        company=BLUE,
        vendor_number="BLUEL1",
        vendor_invoice_number="BL-5531",
        vendor_invoice_date=date(2026, 10, 10),
        ap_account_number="2000",
        terms=Ref(3, name="Net 30"),
        terms_xref="30",
        due_days=30,
        currency="USD",
        total=-sum((row.total for row in (*rows, *taxes)), D(0)),
        freight=-sum((row.total for row in rows if row.is_freight), D(0)),
        tax_code=Ref(),
        tax_levels=(),
        lines=rows,
        taxes=(),
    )
    return replace(plain, **changes)


def taxed(**changes: Any) -> ExportPurchase:
    """A receipt of 100.00 with 6.00 and 1.00 tax."""
    facts: dict[str, Any] = {
        "taxes": (purchase_tax(2, "-6.00"), purchase_tax(3, "-1.00", "0.01")),
        "tax_code": Ref(11, name="FL-HILL"),
    }
    return purchase(item_line(1, "-100.00"), **{**facts, **changes})


def receipt(
    exported: ExportPurchase, record: str = "77-PS118-purchase", *, again: bool = False, **row: Any
) -> IncludedRow[UnpostedProcurement]:
    plain = UnpostedProcurement(
        unposted_product_id=record,
        entry_ids=exported.all_entry_ids,
        kind="Purchase",
        description="Purchase",
        location_id=2,
        purchase_order=Ref(77, name="PO-0077"),
        document_date=exported.document_date,
        vendor=exported.company,
        vendor_account_number="",
        vendor_invoice_number=exported.vendor_invoice_number,
        vendor_invoice_date=exported.vendor_invoice_date,
        currency=exported.currency,
        decimals=2,
        total=exported.total,
        location="Tampa",
    )
    return IncludedRow(TransactionKey(Kind.PROCUREMENT, record), again, replace(plain, **row))


# --- planning -------------------------------------------------------------------------------------------------


def request(**changes: Any) -> PlanRequest:
    """A request for expenses of these ``bills`` and receipts of these ``purchases``."""
    bills = ExportedExpenses(bills=changes.pop("bills", ()))
    purchases = ExportedProcurement(purchases=changes.pop("purchases", ()))
    plain = PlanRequest(
        manage_host="manage.example",
        manage_company="harborpine",
        cpny_id="HPIT",
        options=replace(OPTIONS, kinds=tuple(Kind)),
        masters=AP_MASTERS,
        books=AP_BOOKS,
        posting=PostingRules(company_paid_account="2050:00000"),
        master_rules=MasterRules(),
        exported_expenses=bills,
        exported_procurement=purchases,
    )
    return replace(plain, **changes)


def billed(
    *exported: ExportExpenseBill, included: tuple[IncludedRow[UnpostedExpense], ...] = (), **changes: Any
) -> Drafts:
    """Plan these bills; without ``included`` the one expense of the plain bill is."""
    bills = exported or (bill(),)
    return draft(request(bills=bills, expenses=included or (expense(),), **changes))


def received(
    *exported: ExportPurchase, included: tuple[IncludedRow[UnpostedProcurement], ...] = (), **changes: Any
) -> Drafts:
    """Plan these receipts; without ``included`` the first one is, as it was refreshed."""
    purchases = exported or (purchase(),)
    return draft(request(purchases=purchases, procurement=included or (receipt(purchases[0]),), **changes))


def ap_books(**changes: Any) -> SlBooks:
    """The books with other payables."""
    return replace(AP_BOOKS, payables=replace(PAYABLES, **changes))


def ap_masters(**changes: Any) -> ManageMasters:
    return replace(AP_MASTERS, **changes)


def codes(made: Drafts) -> set[str]:
    return {problem.code for problem in made.problems}


def stopped(made: Drafts) -> set[str]:
    return {problem.code for problem in made.problems if problem.severity is Severity.STOP}


def only_document(made: Drafts) -> ApDocument:
    """The one document of a draft without a stop."""
    assert not stopped(made), made.problems
    assert len(made.ap) == 1
    return made.ap[0][1]


def posted(key: TransactionKey, lines_hash: str, entries: tuple[int, ...], **changes: Any) -> Posting:
    """A ledger row of a transaction that was posted and closed."""
    from domain_story import untaxed  # the row's other facts are those of any invoice

    plain = ledger_row(untaxed(), lines_hash)
    part = replace(plain.parts[0], module="AP", doc_type="VO", ref_nbr="000007")
    return replace(plain, **{"key": key, "entry_ids": entries, "parts": (part,), **changes})


def in_ledger(row: Posting) -> SlBooks:
    return replace(AP_BOOKS, postings={row.key: row})

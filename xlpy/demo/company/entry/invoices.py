"""Documents entered by hand in Invoice and Memo (08.010), as that screen leaves them: unreleased."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from xlpy.demo.company.entry.batch import currency_of, open_entry
from xlpy.demo.company.release.books import Books, Row
from xlpy.demo.company.release_ar.run import receivables_setup
from xlpy.errors import SlError

SCREEN = "08010"
_FIRST_LINE = -32767


@dataclass(frozen=True, slots=True)
class EnteredDocument:
    """What is typed: customer, reference, amount in the customer's currency (positive), type ``IN`` or ``CM``."""

    cust_id: str
    ref_nbr: str
    amount: Decimal
    doc_type: str = "IN"
    descr: str = "Entered by hand"


def enter_batch(
    books: Books,
    documents: list[EnteredDocument],
    *,
    entered: date,
    period: str = "",
    user: str = "SYSADMIN",
    currency: str = "",
) -> str:
    """Write a balanced batch of documents in one currency, without taxes. Returns its BatNbr.

    ``period``: the period to post, the module's current one by default; ``currency``: the customer's by default.
    Raises SlError for a customer that SL lacks.
    """
    ar = receivables_setup(books)
    customers = [customer_of(books, document.cust_id) for document in documents]
    party = {"CuryId": currency or customers[0]["CuryId"], "CuryRateType": customers[0]["CuryRateType"]}
    if currency and not party["CuryRateType"]:
        party["CuryRateType"] = default_rate_type(books)
    entry = open_entry(books, ar, SCREEN, currency_of(books, party, entered), entered=entered, period=period, user=user)
    for sequence, (document, customer) in enumerate(zip(documents, customers, strict=True), start=1):
        base = entry.base(document.amount)
        entry.count(document.amount, base)
        terms = books.one("Terms", TermsId=customer["Terms"])
        due = entered + timedelta(days=int(terms["DueIntrv"]) if terms and document.doc_type == "IN" else 0)
        books.add(
            "ARDoc",
            **entry.shared,
            **entry.effective,
            **_document(document, customer),
            BatSeq=sequence,
            DocDate=entered,
            DueDate=due,
            DiscDate=due,
            OrigDocAmt=base,
            DocBal=base,
        )
        line = _line(document, customer)
        books.add(
            "ARTran", **entry.shared, **line, FiscYr=entry.period[:4], TranAmt=base, TranDate=entered, UnitPrice=base
        )
        books.add("RefNbr", **entry.audit, RefNbr=document.ref_nbr)
    entry.close()
    return entry.bat_nbr


def default_rate_type(books: Books) -> str:
    """Give the rate type of receivables for customers without one (CMSetup), empty without Currency Manager."""
    setup = books.one("CMSetup", SetupId="CM")
    return str(setup["ARRtTpDflt"]) if setup else ""


def customer_of(books: Books, cust_id: str) -> Row:
    """Give a customer. Raises SlError when SL has none of that id."""
    customer = books.one("Customer", CustId=cust_id)
    if customer is None:
        raise SlError(f"SL has no customer {cust_id}.")
    return customer


def _document(document: EnteredDocument, customer: Row) -> Row:
    return {
        "CustId": document.cust_id,
        "DocType": document.doc_type,
        "RefNbr": document.ref_nbr,
        "DocClass": "N",
        "DocDesc": document.descr,
        "BankAcct": customer["ArAcct"],
        "BankSub": customer["ArSub"],
        "CuryOrigDocAmt": document.amount,
        "CuryDocBal": document.amount,
        "LineCntr": 1,
        "OpenDoc": 1,
        "PC_Status": "0",
        "Terms": customer["Terms"] if document.doc_type == "IN" else "",
    }


def _line(document: EnteredDocument, customer: Row) -> Row:
    return {
        "CustId": document.cust_id,
        "TranType": document.doc_type,
        "RefNbr": document.ref_nbr,
        "LineNbr": _FIRST_LINE,
        "LineId": 1,
        "LineRef": "00001",
        "Acct": customer["SlsAcct"],
        "Sub": customer["SlsSub"],
        "CnvFact": Decimal(1),
        "CuryTranAmt": document.amount,
        "CuryUnitPrice": document.amount,
        "DrCr": "C" if document.doc_type == "IN" else "D",
        "JrnlType": "AR",
        "Qty": Decimal(1),
        "TaxCalced": "N",
        "TranDesc": document.descr,
    }

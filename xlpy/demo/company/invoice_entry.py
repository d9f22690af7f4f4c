"""Documents entered by hand in Invoice and Memo (08.010), as that screen leaves them: unreleased."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from xlpy.demo.company.release_ar import receivables_setup
from xlpy.demo.company.release_books import Books, Row, same, stamp
from xlpy.domain.books import sl_key
from xlpy.domain.money import round_money, to_base
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
    books: Books, documents: list[EnteredDocument], *, entered: date, period: str = "", user: str = "SYSADMIN"
) -> str:
    """Write a balanced batch of documents in one currency, without taxes. Returns its BatNbr.

    ``period``: the period to post, the module's current one by default. Raises SlError for a customer that SL lacks.
    """
    ar = receivables_setup(books)
    gl = books.rows("GLSetup", SetupId="GL")[0]
    batch_period = period or str(ar["CurrPerNbr"])
    bat_nbr = next_batch_number(books, ar)
    customers = [_customer(books, document.cust_id) for document in documents]
    currency = currency_of(books, gl, customers[0], entered)
    audit = stamp(SCREEN, user)
    shared = {
        **audit,
        "BatNbr": bat_nbr,
        "CpnyID": gl["CpnyId"],
        "CuryId": currency["CuryId"],
        "CuryMultDiv": currency["CuryMultDiv"],
        "CuryRate": currency["CuryRate"],
        "PerEnt": ar["CurrPerNbr"],
        "PerPost": batch_period,
    }
    effective = {"CuryEffDate": entered, "CuryRateType": currency["CuryRateType"]}
    total = base_total = Decimal(0)
    for sequence, (document, customer) in enumerate(zip(documents, customers, strict=True), start=1):
        base = base_amount(books, gl, document.amount, currency)
        total += document.amount
        base_total += base
        terms = books.one("Terms", TermsId=customer["Terms"])
        due = entered + timedelta(days=int(terms["DueIntrv"]) if terms and document.doc_type == "IN" else 0)
        books.add(
            "ARDoc",
            **shared,
            **effective,
            **_document(document, customer),
            BatSeq=sequence,
            DocDate=entered,
            DueDate=due,
            DiscDate=due,
            OrigDocAmt=base,
            DocBal=base,
        )
        line = _line(document, customer)
        books.add("ARTran", **shared, **line, FiscYr=batch_period[:4], TranAmt=base, TranDate=entered, UnitPrice=base)
        books.add("RefNbr", **audit, RefNbr=document.ref_nbr)
    books.add(
        "Batch",
        **shared,
        **effective,
        Module="AR",
        JrnlType="AR",
        BatType="N",
        EditScrnNbr=SCREEN,
        Status="B",
        BaseCuryID=gl["BaseCuryId"],
        CrTot=base_total,
        CtrlTot=base_total,
        CuryCrTot=total,
        CuryCtrlTot=total,
        DateEnt=entered,
        GLPostOpt=ar["GLPostOpt"],
        LedgerID=gl["LedgerID"],
    )
    return bat_nbr


def next_batch_number(books: Books, setup: Row) -> str:
    """Take the next free batch number of a module (``setup``: its set-up row)."""
    width = len(setup["LastBatNbr"]) or 6
    number = int(setup["LastBatNbr"] or 0)
    while True:
        number = number % (10**width - 1) + 1
        text = f"{number:0{width}}"
        if books.one("Batch", Module=setup["SetupId"], BatNbr=text) is None:
            setup["LastBatNbr"] = text
            return text


def _customer(books: Books, cust_id: str) -> Row:
    customer = books.one("Customer", CustId=cust_id)
    if customer is None:
        raise SlError(f"SL has no customer {cust_id}.")
    return customer


def currency_of(books: Books, gl: Row, party: Row, entered: date) -> Row:
    """Give the currency of a customer or vendor with the rate of the day (the latest one before).

    Raises SlError when there is none.
    """
    cury_id = party["CuryId"] or gl["BaseCuryId"]
    if same(cury_id, gl["BaseCuryId"]):
        return {"CuryId": cury_id, "CuryMultDiv": "M", "CuryRate": Decimal(1), "CuryRateType": ""}
    rates = [
        rate
        for rate in books.rows(
            "CuryRate", FromCuryId=cury_id, ToCuryId=gl["BaseCuryId"], RateType=party["CuryRateType"]
        )
        if rate["EffDate"] <= entered
    ]
    if not rates:
        raise SlError(f"SL has no rate for {cury_id} on {entered:%Y-%m-%d}.", fix="Enter one in screen 02.250.")
    latest = max(rates, key=lambda rate: rate["EffDate"])
    return {
        "CuryId": cury_id,
        "CuryMultDiv": latest["MultDiv"],
        "CuryRate": latest["Rate"],
        "CuryRateType": latest["RateType"],
    }


def base_amount(books: Books, gl: Row, amount: Decimal, currency: Row) -> Decimal:
    """Give an amount in base currency, at the rate that ``currency_of`` gave."""
    decimals = {sl_key(row["CuryId"]): int(row["DecPl"]) for row in books.rows("Currncy")}[sl_key(gl["BaseCuryId"])]
    return to_base(round_money(amount, 2), currency["CuryRate"], currency["CuryMultDiv"], decimals)


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

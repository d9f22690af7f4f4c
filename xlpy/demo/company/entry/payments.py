"""Payments, applications and write-offs as their entry screens leave them: unreleased (08.030, 08.050, 08.450).

What is unverified of that is listed in ``release_payments``.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from xlpy.demo.company.entry.batch import EntryBatch, currency_of, open_entry
from xlpy.demo.company.entry.invoices import customer_of, default_rate_type
from xlpy.demo.company.entry.open_documents import CREDIT_TYPES, invoice_in, next_reference_of, open_document_in
from xlpy.demo.company.release.books import Books, Row, same
from xlpy.demo.company.release_ar.payment_lines import APPLICATION, ENTRY, WRITE_OFF
from xlpy.demo.company.release_ar.run import receivables_setup
from xlpy.errors import SlError

_FIRST_LINE = -32767
_PAYMENT_PREFIX = "P"


@dataclass(frozen=True, slots=True)
class Entered:
    """What was entered: the batch and the reference of the document (payment, memo, write-off)."""

    module: str
    bat_nbr: str
    ref_nbr: str


@dataclass(frozen=True, slots=True)
class AppliedTo:
    """An application as it is typed: the invoice, the amount and the discount taken, in its currency, positive."""

    ref_nbr: str
    amount: Decimal
    discount: Decimal = Decimal(0)


def enter_payment(
    books: Books,
    applied: Sequence[AppliedTo],
    *,
    on: date,
    unapplied: Decimal = Decimal(0),
    payment: str = "",
    rate: Decimal | None = None,
    period: str = "",
    user: str = "SYSADMIN",
) -> Entered:
    """Enter a payment for one or several invoices of a customer (08.030), with a rest that stays unapplied.

    ``payment``: its reference (the check number), counted on by default; ``rate``: of the payment, that of the day by
    default; ``period``: to post in, the current one by default. Raises SlError when an invoice is missing, unreleased,
    of another customer or currency, or owes less.
    """
    invoices = [_owing(invoice_in(books, each.ref_nbr), each) for each in applied]
    first = invoices[0]
    for invoice in invoices[1:]:
        if not same(invoice["CustId"], first["CustId"]) or not same(invoice["CuryId"], first["CuryId"]):
            raise SlError(
                f"Invoices {first['RefNbr']} and {invoice['RefNbr']} can't be paid by one payment: "
                "they are of different customers or currencies."
            )
    currency = _payment_currency(books, first["CustId"], first, on, rate)
    entry = open_entry(books, receivables_setup(books), APPLICATION, currency, entered=on, period=period, user=user)
    total = sum((each.amount for each in applied), unapplied)
    base_rest = entry.base(unapplied)
    doc = _add_payment(entry, "PA", first["CustId"], payment, total)
    doc.update(ApplBatNbr=entry.bat_nbr, CuryApplAmt=unapplied, ApplAmt=base_rest)
    _add_lines(entry, doc, invoices, applied)
    entry.close()
    return Entered("AR", entry.bat_nbr, doc["RefNbr"])


def enter_unapplied(
    books: Books,
    cust_id: str,
    amount: Decimal,
    *,
    on: date,
    doc_type: str = "PA",
    payment: str = "",
    rate: Decimal | None = None,
    user: str = "SYSADMIN",
) -> Entered:
    """Enter a payment (``PA``) or prepayment (``PP``) in the customer's currency, without application (08.050)."""
    customer = customer_of(books, cust_id)
    currency = _payment_currency(books, cust_id, customer, on, rate)
    entry = open_entry(books, receivables_setup(books), ENTRY, currency, entered=on, user=user)
    doc = _add_payment(entry, doc_type, customer["CustId"], payment, amount)
    entry.close()
    return Entered("AR", entry.bat_nbr, doc["RefNbr"])


def enter_application(
    books: Books, credit_ref: str, types: Sequence[str], applied: AppliedTo, *, on: date, user: str = "SYSADMIN"
) -> Entered:
    """Apply an open payment or credit memo, one of ``types``, to an invoice of the customer (08.030).

    Raises SlError when one of the two is missing, unreleased or has less left.
    """
    credit = open_document_in(books, credit_ref, types)
    invoice = _owing(invoice_in(books, applied.ref_nbr), applied)
    if not same(invoice["CustId"], credit["CustId"]) or not same(invoice["CuryId"], credit["CuryId"]):
        raise SlError(
            f"{credit['DocType']} {credit['RefNbr']} can't be applied to {invoice['RefNbr']}: "
            "they are of different customers or currencies."
        )
    _enough(credit, applied.amount, "left")
    entry = open_entry(books, receivables_setup(books), APPLICATION, _currency(credit), entered=on, user=user)
    credit["ApplBatNbr"] = entry.bat_nbr
    _add_lines(entry, credit, [invoice], [applied])
    entry.close()
    return Entered("AR", entry.bat_nbr, credit["RefNbr"])


def enter_write_off(books: Books, ref_nbr: str, amount: Decimal, *, on: date, user: str = "SYSADMIN") -> Entered:
    """Write a small balance of an invoice off (08.450, document SB), in its currency."""
    applied = AppliedTo(ref_nbr, amount)
    invoice = _owing(invoice_in(books, ref_nbr), applied)
    ar = receivables_setup(books)
    account = {"Acct": ar["DfltSBWOAcct"], "Sub": ar["DfltSBWOSub"]}
    entry, line = _enter_write_off(books, "SB", invoice, applied, account, on, user)
    line.update(S4Future01=invoice["BankAcct"], S4Future02=invoice["BankSub"])
    return Entered("AR", entry.bat_nbr, line["RefNbr"])


def enter_credit_write_off(
    books: Books, credit_ref: str, amount: Decimal, *, on: date, user: str = "SYSADMIN"
) -> Entered:
    """Write a small rest of a credit memo or payment off (08.450, document SC), in its currency."""
    credit = open_document_in(books, credit_ref, CREDIT_TYPES)
    _enough(credit, amount, "left")
    ar = receivables_setup(books)
    account = {"Acct": ar["DfltSCWOAcct"], "Sub": ar["DfltSCWOSub"]}
    applied = AppliedTo(credit["RefNbr"], amount)
    entry, line = _enter_write_off(books, "SC", credit, applied, account, on, user)
    return Entered("AR", entry.bat_nbr, line["RefNbr"])


def _payment_currency(books: Books, cust_id: str, party: Row, on: date, rate: Decimal | None) -> Row:
    """Give currency and rate of a payment; ``party``: the invoice or customer whose currency it is in."""
    rate_type = party["CuryRateType"] or customer_of(books, cust_id)["CuryRateType"] or default_rate_type(books)
    currency = currency_of(books, {"CuryId": party["CuryId"], "CuryRateType": rate_type}, on)
    return currency if rate is None or not currency["CuryRateType"] else {**currency, "CuryRate": rate}


def _currency(doc: Row) -> Row:
    return {name: doc[name] for name in ("CuryId", "CuryMultDiv", "CuryRate", "CuryRateType")}


def _owing(invoice: Row, applied: AppliedTo) -> Row:
    if applied.amount < 0 or applied.discount < 0 or not applied.amount + applied.discount:
        raise SlError(f"Nothing can be applied to {applied.ref_nbr} with an amount of {applied.amount}.")
    _enough(invoice, applied.amount + applied.discount, "open")
    return invoice


def _enough(doc: Row, amount: Decimal, word: str) -> None:
    if amount <= 0 or amount > doc["CuryDocBal"]:
        raise SlError(
            f"{doc['DocType']} {doc['RefNbr']} has {doc['CuryDocBal']:.2f} {doc['CuryId']} {word}, not {amount:.2f}."
        )


def _add_payment(entry: EntryBatch, doc_type: str, cust_id: str, payment: str, amount: Decimal) -> Row:
    if amount <= 0:
        raise SlError(f"A payment of {amount:.2f} can't be entered.")
    books, ar = entry.books, entry.setup
    if payment and books.one("ARDoc", CustId=cust_id, DocType=doc_type, RefNbr=payment) is not None:
        raise SlError(f"Customer {cust_id} has a payment {payment} already.")
    base = entry.base(amount)
    entry.count(amount, base)
    return books.add(
        "ARDoc",
        **entry.shared,
        **entry.effective,
        BankAcct=ar["ChkAcct"],
        BankSub=ar["ChkSub"],
        BatSeq=1,
        CuryDocBal=amount,
        CuryOrigDocAmt=amount,
        CustId=cust_id,
        DocBal=base,
        DocClass="P",
        DocDate=entry.entered,
        DocDesc="Payment",
        DocType=doc_type,
        OpenDoc=1,
        OrigDocAmt=base,
        PC_Status="0",
        RefNbr=payment or next_reference_of(books, _PAYMENT_PREFIX),
    )


def _enter_write_off(
    books: Books, doc_type: str, doc: Row, applied: AppliedTo, account: Row, on: date, user: str
) -> tuple[EntryBatch, Row]:
    """Enter an SB or SC of an open document, at the document's own rate, so that no gain or loss comes of it."""
    ar = receivables_setup(books)
    entry = open_entry(books, ar, WRITE_OFF, _currency(doc), entered=on, user=user)
    closes = applied.amount == doc["CuryDocBal"]
    base = doc["DocBal"] if closes else entry.base(applied.amount)
    entry.count(applied.amount, base)
    number = _next_write_off(ar)
    written_off = books.add(
        "ARDoc",
        **entry.shared,
        **entry.effective,
        ApplBatNbr=entry.bat_nbr,
        BankAcct=account["Acct"],
        BankSub=account["Sub"],
        BatSeq=1,
        CuryDocBal=applied.amount,
        CuryOrigDocAmt=applied.amount,
        CustId=doc["CustId"],
        DocBal=base,
        DocClass="P" if doc_type == "SB" else "N",
        DocDate=on,
        DocDesc="Small balance" if doc_type == "SB" else "Small credit",
        DocType=doc_type,
        OpenDoc=1,
        OrigDocAmt=base,
        PC_Status="0",
        RefNbr=number,
    )
    line = _application_line(entry, written_off, doc, applied, 1)
    line.update(account, TranAmt=base)
    entry.close()
    return entry, line


def _next_write_off(ar: Row) -> str:
    number = ar["LastWORefNbr"] or "WO000000"
    prefix = number.rstrip("0123456789")
    width = len(number) - len(prefix)
    ar["LastWORefNbr"] = f"{prefix}{int(number[len(prefix) :] or 0) + 1:0{width}}"
    return str(ar["LastWORefNbr"])


def _add_lines(entry: EntryBatch, credit: Row, invoices: Sequence[Row], applied: Sequence[AppliedTo]) -> None:
    for number, (invoice, each) in enumerate(zip(invoices, applied, strict=True), start=1):
        _application_line(entry, credit, invoice, each, number)


def _application_line(entry: EntryBatch, credit: Row, paid: Row, applied: AppliedTo, number: int) -> Row:
    """Add a line with DrCr U; CuryTxblAmt00 and 01: what stays of balance and discount."""
    discount_left = paid["CuryDiscBal"] - applied.discount if paid["CuryDiscBal"] and applied.discount else Decimal(1)
    return entry.books.add(
        "ARTran",
        **{
            **entry.shared,
            "Acct": paid["BankAcct"],
            "Sub": paid["BankSub"],
            "CnvFact": entry.base(applied.discount),
            "CostType": paid["DocType"],
            "CpnyID": paid["CpnyID"],
            "CuryTranAmt": applied.amount,
            "CuryTxblAmt00": paid["CuryDocBal"] - applied.amount - applied.discount,
            "CuryTxblAmt01": discount_left,
            "CuryUnitPrice": applied.discount,
            "CustId": credit["CustId"],
            "DrCr": "U",
            "FiscYr": entry.period[:4],
            "JrnlType": "AR",
            "LineId": number,
            "LineNbr": _FIRST_LINE + number - 1,
            "LineRef": f"{number:05}",
            "RefNbr": credit["RefNbr"],
            "SiteId": paid["RefNbr"],
            "TranAmt": entry.base(applied.amount),
            "TranDate": entry.entered,
            "TranDesc": credit["DocDesc"],
            "TranType": credit["DocType"],
            "UnitPrice": paid["CuryRate"],
        },
    )

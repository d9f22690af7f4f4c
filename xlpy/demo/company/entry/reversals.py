"""NSF checks, payment reversals and application reversals as their screen leaves them: unreleased (08.240).

What is unverified of that is listed in ``release_payments``.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from xlpy.demo.company.entry.batch import EntryBatch, open_entry
from xlpy.demo.company.entry.open_documents import CREDIT_TYPES, invoice_in, open_document_in
from xlpy.demo.company.entry.payments import Entered
from xlpy.demo.company.release.books import Books, Row
from xlpy.demo.company.release_ar.payment_lines import REVERSAL
from xlpy.demo.company.release_ar.run import receivables_setup
from xlpy.errors import SlError

_FIRST_LINE = -32767


def enter_payment_reversal(
    books: Books, payment_ref: str, types: Sequence[str], code: str, *, on: date, user: str = "SYSADMIN"
) -> Entered:
    """Enter the document that voids a payment: ``NS`` for a bounced check, ``RP`` for a reversal.

    ``types``: what the payment may be. Raises SlError when there is no such released payment, when it was voided
    already, and when a small credit of it was written off.
    """
    payment = open_document_in(books, payment_ref, types)
    if payment["S4Future12"]:
        raise SlError(f"Payment {payment_ref} was voided already, by {payment['S4Future12']} {payment['S4Future02']}.")
    applied = books.rows(
        "ARAdjust", CustId=payment["CustId"], AdjgDocType=payment["DocType"], AdjgRefNbr=payment["RefNbr"]
    )
    if any(row["AdjdDocType"] == "SC" and not row["S4Future12"] for row in applied):
        raise SlError(f"A rest of payment {payment_ref} was written off, so the demo company can't reverse it.")
    entry = _open(books, payment, on, user)
    amount, base = payment["CuryOrigDocAmt"], payment["OrigDocAmt"]
    entry.count(amount, base)
    books.add(
        "ARDoc",
        **entry.shared,
        **entry.effective,
        BankAcct=payment["BankAcct"],
        BankSub=payment["BankSub"],
        BatSeq=1,
        CuryDocBal=amount,
        CuryOrigDocAmt=amount,
        CustId=payment["CustId"],
        DocBal=base,
        DocClass="P",
        DocDate=on,
        DocDesc="NSF check" if code == "NS" else "Payment reversal",
        DocType=code,
        OpenDoc=1,
        OrigDocAmt=base,
        PC_Status="0",
        RefNbr=payment["RefNbr"],
        S4Future02=payment["RefNbr"],
        S4Future11=payment["BatNbr"],
        S4Future12=payment["DocType"],
    )
    entry.close()
    return Entered("AR", entry.bat_nbr, payment["RefNbr"])


def enter_application_reversal(
    books: Books, credit_ref: str, ref_nbr: str, *, on: date, user: str = "SYSADMIN"
) -> Entered:
    """Enter the reversal of what a payment or credit memo settled of an invoice; the credit is open again.

    Raises SlError when nothing of it is applied to that invoice.
    """
    credit, invoice = open_document_in(books, credit_ref, CREDIT_TYPES), invoice_in(books, ref_nbr)
    live = [
        row
        for row in books.rows(
            "ARAdjust",
            CustId=credit["CustId"],
            AdjgDocType=credit["DocType"],
            AdjgRefNbr=credit["RefNbr"],
            AdjdDocType=invoice["DocType"],
            AdjdRefNbr=invoice["RefNbr"],
        )
        if not row["S4Future12"]
    ]
    if not live:
        raise SlError(f"{credit['DocType']} {credit_ref} is not applied to {ref_nbr}.")
    entry = _open(books, credit, on, user)
    for number, row in enumerate(live, start=1):
        _add_line(entry, credit, invoice, row, number)
    entry.close()
    return Entered("AR", entry.bat_nbr, credit["RefNbr"])


def _open(books: Books, credit: Row, on: date, user: str) -> EntryBatch:
    currency = {name: credit[name] for name in ("CuryId", "CuryMultDiv", "CuryRate", "CuryRateType")}
    entry = open_entry(books, receivables_setup(books), REVERSAL, currency, entered=on, user=user)
    credit["ApplBatNbr"] = entry.bat_nbr
    return entry


def _add_line(entry: EntryBatch, credit: Row, invoice: Row, row: Row, number: int) -> None:
    """Add a line that names the ARAdjust row (S4Future10), with its amounts turned around."""
    entry.books.add(
        "ARTran",
        **{
            **entry.shared,
            "Acct": invoice["BankAcct"],
            "Sub": invoice["BankSub"],
            "CnvFact": -row["AdjDiscAmt"],
            "CostType": invoice["DocType"],
            "CpnyID": invoice["CpnyID"],
            "CuryTaxAmt00": -row["CuryRGOLAmt"],
            "CuryTranAmt": -row["CuryAdjgAmt"],
            "CuryUnitPrice": -row["CuryAdjgDiscAmt"],
            "CustId": credit["CustId"],
            "DrCr": "U",
            "FiscYr": entry.period[:4],
            "JrnlType": "AR",
            "LineId": number,
            "LineNbr": _FIRST_LINE + number - 1,
            "LineRef": f"{number:05}",
            "RefNbr": credit["RefNbr"],
            "S4Future10": row["RecordID"],
            "SiteId": invoice["RefNbr"],
            "TranAmt": row["CuryRGOLAmt"] - row["AdjAmt"],
            "TranDate": entry.entered,
            "TranDesc": credit["DocDesc"],
            "TranType": credit["DocType"],
            "UnitPrice": invoice["CuryRate"],
        },
    )

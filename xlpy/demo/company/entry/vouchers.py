"""Vouchers and adjustments entered by hand in Voucher and Adjustment Entry (03.010), as that screen leaves them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from xlpy.demo.company.entry.batch import currency_of, open_entry
from xlpy.demo.company.release.books import Books, Row
from xlpy.demo.company.release_ap.run import payables_setup
from xlpy.errors import SlError

SCREEN = "03010"
_FIRST_LINE = -32767


@dataclass(frozen=True, slots=True)
class EnteredVoucher:
    """What is typed: vendor, its invoice number, amount in the vendor's currency (positive), ``VO`` or ``AD``."""

    vend_id: str
    invc_nbr: str
    amount: Decimal
    doc_type: str = "VO"
    descr: str = "Entered by hand"


def enter_vouchers(
    books: Books, vouchers: list[EnteredVoucher], *, entered: date, period: str = "", user: str = "SYSADMIN"
) -> str:
    """Write a balanced batch of documents in one currency, without taxes. Returns its BatNbr.

    Reference numbers come from the counter of payables. ``period``: the period to post, the module's current one by
    default. Raises SlError for a vendor that SL lacks.
    """
    ap = payables_setup(books)
    vendors = [_vendor(books, voucher.vend_id) for voucher in vouchers]
    currency = currency_of(books, vendors[0], entered)
    entry = open_entry(books, ap, SCREEN, currency, entered=entered, period=period, user=user)
    for sequence, (voucher, vendor) in enumerate(zip(vouchers, vendors, strict=True), start=1):
        base = entry.base(voucher.amount)
        entry.count(voucher.amount, base)
        terms = books.one("Terms", TermsId=vendor["Terms"])
        due = entered + timedelta(days=int(terms["DueIntrv"]) if terms else 0)
        ref_nbr = next_reference(books, ap)
        dates = {"DocDate": entered, "InvcDate": entered, "DueDate": due, "DiscDate": due, "PayDate": due}
        books.add(
            "APDoc",
            **entry.shared,
            **entry.effective,
            **dates,
            **_document(voucher, vendor, ap),
            BatSeq=sequence,
            RefNbr=ref_nbr,
            OrigDocAmt=base,
            DocBal=base,
        )
        books.add(
            "APTran",
            **entry.shared,
            **_line(voucher, vendor, ap),
            RefNbr=ref_nbr,
            FiscYr=entry.period[:4],
            TranAmt=base,
            TranDate=entered,
            UnitPrice=base,
        )
        books.add("APRefNbr", **entry.audit, RefNbr=ref_nbr)
    entry.close()
    return entry.bat_nbr


def next_reference(books: Books, ap: Row) -> str:
    """Take the next reference number of payables that no document and no reservation has."""
    width = max(len(ap["LastRefNbr"]), 3)
    number = int(ap["LastRefNbr"] or 0)
    while True:
        number = number % (10**width - 1) + 1
        text = f"{number:0{width}}"
        if books.one("APRefNbr", RefNbr=text) is None and books.one("APDoc", RefNbr=text) is None:
            ap["LastRefNbr"] = text
            return text


def _vendor(books: Books, vend_id: str) -> Row:
    vendor = books.one("Vendor", VendId=vend_id)
    if vendor is None:
        raise SlError(f"SL has no vendor {vend_id}.")
    return vendor


def _document(voucher: EnteredVoucher, vendor: Row, ap: Row) -> Row:
    return {
        "Acct": vendor["APAcct"],
        "Sub": vendor["APSub"],
        "CashAcct": ap["ChkAcct"],
        "CashSub": ap["ChkSub"],
        "CuryDocBal": voucher.amount,
        "CuryOrigDocAmt": voucher.amount,
        "DfltDetail": 1,
        "Doc1099": vendor["Vend1099"],
        "DocClass": "N",
        "DocDesc": voucher.descr,
        "DocType": voucher.doc_type,
        "InvcNbr": voucher.invc_nbr,
        "LineCntr": 1,
        "OpenDoc": 1,
        "PC_Status": "0",
        "PmtMethod": vendor["PmtMethod"],
        "Status": "A",
        "Terms": vendor["Terms"],
        "VendId": vendor["VendId"],
        "VendName": vendor["Name"],
    }


def _line(voucher: EnteredVoucher, vendor: Row, ap: Row) -> Row:
    return {
        "Acct": vendor["ExpAcct"] or ap["ExpAcct"],
        "Sub": vendor["ExpSub"] or ap["ExpSub"],
        "CuryTranAmt": voucher.amount,
        "CuryUnitPrice": voucher.amount,
        "DrCr": "C" if voucher.doc_type == "AD" else "D",
        "ExtRefNbr": voucher.invc_nbr,
        "JrnlType": "AP",
        "LineId": 1,
        "LineNbr": _FIRST_LINE,
        "LineRef": "00001",
        "LineType": "S",
        "Qty": Decimal(1),
        "TaxCalced": "Y",
        "TranDesc": voucher.descr,
        "VendId": vendor["VendId"],
        "trantype": voucher.doc_type,
    }

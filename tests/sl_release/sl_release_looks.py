"""What one looks at after a payment in the demo company: balances, lines, applications."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

from sl_release_company import rows_of
from sqlalchemy import Engine

from xlpy.demo.company import payments
from xlpy.demo.company.entry.payments import AppliedTo, enter_payment
from xlpy.demo.company.release.books import Books

OCTOBER = date(2026, 10, 20)
NOVEMBER = date(2026, 11, 3)


def doc(company: Engine, doc_type: str, ref_nbr: str) -> dict[str, Any]:
    (row,) = rows_of(company, "ARDoc", DocType=doc_type, RefNbr=ref_nbr)
    return row


def left(company: Engine, ref_nbr: str, doc_type: str = "IN") -> Decimal:
    return doc(company, doc_type, ref_nbr)["CuryDocBal"]


def booked(company: Engine, bat_nbr: str) -> dict[str, Decimal]:
    """Account → debits less credits of a batch in the general ledger."""
    found: dict[str, Decimal] = {}
    for line in rows_of(company, "GLTran", Module="AR", BatNbr=bat_nbr):
        found[line["Acct"]] = found.get(line["Acct"], Decimal(0)) + line["DrAmt"] - line["CrAmt"]
    return {acct: amount for acct, amount in found.items() if amount}


def applications(company: Engine, ref_nbr: str) -> list[tuple[str, Decimal, Decimal, str]]:
    return [
        (row["AdjgDocType"], row["AdjAmt"], row["AdjDiscAmt"], row["S4Future12"])
        for row in sorted(rows_of(company, "ARAdjust", AdjdRefNbr=ref_nbr), key=lambda row: row["RecordID"])
    ]


def waiting(company: Engine, *, ref_nbr: str = "09002", amount: str = "100") -> payments.Entered:
    """A payment that is entered, but not released."""
    with company.begin() as connection:
        books = Books(connection)
        entered = enter_payment(books, [AppliedTo(ref_nbr, Decimal(amount))], on=OCTOBER)
        books.save()
    return entered

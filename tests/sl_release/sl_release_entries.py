"""What one enters in the company of the cases: documents, lines, batches, journals, and what one reads of them."""

from __future__ import annotations

from typing import Any

from sl_release_company import put, rows_of
from sqlalchemy import Engine

from xlpy.demo.company.release.run import (
    release_batch,
)

SEVEN = {"CpnyID": "0070", "CpnyCOA": "0060", "CpnySub": "0060", "Active": 1, "DatabaseName": "slapp"}
MAPPING = {
    "FromCompany": "0060",
    "ToCompany": "0070",
    "Module": "**",
    "Screen": "ALL",
    "FromAcct": "1000",
    "FromSub": "000000",
    "ToAcct": "2000",
    "ToSub": "000000",
}


def document(company: Engine, name: str, total: str, **doc: Any) -> None:
    """Put a document of one line into ARDoc or APDoc."""
    put(company, name, {"OrigDocAmt": total, "CuryOrigDocAmt": total, "DocBal": total, "CuryDocBal": total} | doc)


def detail(company: Engine, name: str, total: str, **values: Any) -> None:
    """Put its line into ARTran or APTran."""
    put(company, name, {"TranAmt": total, "CuryTranAmt": total, "UnitPrice": total} | values)


def batch_of(company: Engine, module: str, screen: str, total: str, **values: Any) -> None:
    """Put the batch of a module that was entered on its screen."""
    given_batch = {"Module": module, "JrnlType": module, "EditScrnNbr": screen, "Crtd_Prog": screen}
    put(company, "Batch", given_batch | {"CrTot": total, "CuryCrTot": total, "CtrlTot": total} | values)


def invoice(company: Engine, total: str = "100", **doc: Any) -> None:
    """Put an invoice of one line; lines and batch are put by the test that wants others."""
    document(company, "ARDoc", total, **doc)


def line(company: Engine, total: str = "100", **values: Any) -> None:
    detail(company, "ARTran", total, **values)


def batch(company: Engine, total: str = "100", **values: Any) -> None:
    batch_of(company, "AR", "08010", total, **values)


def journal(company: Engine, *lines: dict[str, Any], total: str = "100", **values: Any) -> None:
    given_batch = {"Module": "GL", "JrnlType": "GJ", "EditScrnNbr": "01010", "Crtd_Prog": "01010", "BalanceType": "A"}
    totals = {"CrTot": total, "DrTot": total, "CuryCrTot": total, "CuryDrTot": total}
    put(company, "Batch", given_batch | totals | values)
    for number, given_line in enumerate(lines, start=1):
        put(company, "GLTran", {"LineNbr": number, "LineId": number} | given_line)


def debit(acct: str, amount: str, **values: Any) -> dict[str, Any]:
    return {"Acct": acct, "DrAmt": amount, "CuryDrAmt": amount} | values


def credit(acct: str, amount: str, **values: Any) -> dict[str, Any]:
    return {"Acct": acct, "CrAmt": amount, "CuryCrAmt": amount} | values


def messages(company: Engine, module: str = "AR") -> tuple[str, list[int]]:
    result = release_batch(company, module, "000101")
    assert result.error is None
    return result.status, [message.msg_id for message in result.messages]


def one(company: Engine, name: str, **equal: Any) -> dict[str, Any]:
    (row,) = rows_of(company, name, **equal)
    return row

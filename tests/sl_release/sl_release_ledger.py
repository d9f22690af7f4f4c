"""What must hold of receivables after any payment, application or reversal: documents, balances and general ledger."""

from __future__ import annotations

from collections import defaultdict
from decimal import Decimal
from typing import Any

from sl_release_company import rows_of
from sqlalchemy import Engine

RECEIVABLES = ("1100", "1110", "2300")  # control accounts, prepayments included
DEBITS = ("IN", "DM", "FI", "NC", "SC")
CREDITS = ("PA", "PP", "CM")


def settled(company: Engine) -> dict[tuple[str, str, str], Decimal]:
    """What the ARAdjust rows take off each document, in its own currency: (CustId, DocType, RefNbr) → amount."""
    off: dict[tuple[str, str, str], Decimal] = defaultdict(Decimal)
    for row in rows_of(company, "ARAdjust"):
        off[row["CustId"], row["AdjdDocType"], row["AdjdRefNbr"]] += row["CuryAdjdAmt"] + row["CuryAdjdDiscAmt"]
        off[row["CustId"], row["AdjgDocType"], row["AdjgRefNbr"]] += row["CuryAdjgAmt"]
    return off


def check_receivables_hold(company: Engine) -> None:
    off = settled(company)
    documents = [doc for doc in rows_of(company, "ARDoc") if doc["Rlsed"]]
    owed: dict[str, Decimal] = defaultdict(Decimal)
    for doc in documents:
        key = (doc["CustId"], doc["DocType"], doc["RefNbr"])
        assert doc["CuryDocBal"] == doc["CuryOrigDocAmt"] - off[key], key
        assert doc["OpenDoc"] == (1 if doc["CuryDocBal"] else 0), key
        assert (doc["PerClosed"] == "") == bool(doc["CuryDocBal"]), key
        assert 0 <= doc["CuryDocBal"] <= doc["CuryOrigDocAmt"], key
        if not doc["CuryDocBal"]:
            assert doc["DocBal"] == 0, key
        owed[doc["CustId"]] += doc["DocBal"] * (doc["DocType"] in DEBITS) - doc["DocBal"] * (doc["DocType"] in CREDITS)
    balances = {row["CustID"]: row["CurrBal"] for row in rows_of(company, "AR_Balances")}
    assert {customer: amount for customer, amount in owed.items() if amount} == {
        customer: amount for customer, amount in balances.items() if amount
    }
    released = {row["BatNbr"] for row in rows_of(company, "Batch", Module="AR") if row["Rlsed"]}
    assert not released & {line["BatNbr"] for line in rows_of(company, "ARTran", DrCr="U")}
    lines = rows_of(company, "GLTran", Module="AR")
    for bat_nbr in {line["BatNbr"] for line in lines}:
        own = [line for line in lines if line["BatNbr"] == bat_nbr]
        for prefix in ("", "Cury"):
            assert total(own, f"{prefix}DrAmt") == total(own, f"{prefix}CrAmt"), bat_nbr
    control = [line for line in lines if line["Acct"] in RECEIVABLES]
    assert total(control, "DrAmt") - total(control, "CrAmt") == sum(balances.values())
    check_mirrors(company)


def check_mirrors(company: Engine) -> None:
    """Every reversed application has a row with the opposite amounts, and the two name each other's batch."""
    rows = rows_of(company, "ARAdjust")
    reversed_rows = [row for row in rows if row["S4Future12"] in ("NS", "RP", "RA")]
    mirrors = [row for row in reversed_rows if row["AdjAmt"] < 0 or row["AdjDiscAmt"] < 0]
    assert 2 * len(mirrors) == len(reversed_rows)
    for mirror in mirrors:
        assert mirror["Crtd_Prog"] == "08240"
        (original,) = [
            row
            for row in reversed_rows
            if row not in mirrors
            and row["S4Future11"] == mirror["AdjBatNbr"]
            and row["AdjBatNbr"] == mirror["S4Future11"]
            and all(row[name] == mirror[name] for name in ("AdjdRefNbr", "AdjgRefNbr", "AdjgDocDate", "S4Future12"))
        ]
        for name in ("AdjAmt", "AdjDiscAmt", "CuryAdjdAmt", "CuryAdjgAmt", "CuryAdjdDiscAmt", "CuryRGOLAmt"):
            assert original[name] == -mirror[name]


def total(rows: list[dict[str, Any]], column: str) -> Decimal:
    return sum((row[column] for row in rows), Decimal(0))

"""The automatic application of credits at their release (SL: pp_08400CreateOffset, pp_08400ApplyAllDocs).

A credit memo, payment or prepayment of a customer with AutoApply 1 is applied to the customer's open invoices, the
earliest due first. It becomes application lines (DrCr ``U``) like those that somebody enters, and goes their way.
"""

from __future__ import annotations

from decimal import Decimal

from xlpy.demo.company.release.batch import BatchRun
from xlpy.demo.company.release.books import Row, amount, day, same
from xlpy.demo.company.release.lines import describe
from xlpy.demo.company.release_ar.payment_lines import CREDITS
from xlpy.domain.values.money import to_base

_PAYABLE = ("IN", "DM", "FI", "NC")
_FORGOTTEN = ("PA", "PP", "CM", "SB", "SC", "AD")
_FINANCE_CHARGE = "FI"
_ORDER_MANAGEMENT = "40690"  # applies by itself
_FIRST_LINE = -32767
_ZERO, _ONE = Decimal(0), Decimal(1)


def apply_automatically(run: BatchRun, ar: Row, docs: list[Row]) -> None:
    """Add the application lines of the batch's credits whose customers want it.

    A credit without a balance ends the work, even when others follow (SL's loop asks before it looks at the next).
    """
    for credit in docs:
        customer = run.books.one("Customer", CustId=credit["CustId"])
        if (
            customer is None
            or customer["AutoApply"] != 1
            or credit["DocType"] not in CREDITS
            or same(credit["Crtd_Prog"], _ORDER_MANAGEMENT)
        ):
            continue
        if credit["CuryDocBal"] <= 0:
            return
        rest = _apply(run, ar, customer, credit)
        base = to_base(rest, credit["CuryRate"], credit["CuryMultDiv"], run.base_decimals)
        credit.update(ApplBatNbr=run.bat_nbr, CuryApplAmt=rest, ApplAmt=base)


def forget_applications(run: BatchRun, docs: list[Row]) -> None:
    """Clear what the entry of an application left on ``docs`` and on earlier credits (SL: pp_08400, step 3800)."""
    earlier = run.books.rows("ARDoc", ApplBatNbr=run.bat_nbr)
    for doc in (*docs, *earlier):
        if doc["DocType"] in _FORGOTTEN and same(doc["ApplBatNbr"], run.bat_nbr):
            doc.update(ApplBatNbr="", ApplAmt=_ZERO, CuryApplAmt=_ZERO, DiscApplAmt=_ZERO, CuryDiscApplAmt=_ZERO)


def _apply(run: BatchRun, ar: Row, customer: Row, credit: Row) -> Decimal:
    """Apply one credit as far as it goes; returns what is left of it, in its currency."""
    rest, base_rest = amount(credit["CuryDocBal"]), amount(credit["DocBal"])
    for paid in _open_documents(run, ar, credit):
        owed, base_owed = amount(paid["CuryDocBal"]), amount(paid["DocBal"])
        discount, base_discount = _discount(credit, paid)
        if paid["CuryRate"] != credit["CuryRate"]:  # valued at the rate of the credit
            base_owed, base_discount = (
                to_base(value, credit["CuryRate"], credit["CuryMultDiv"], run.base_decimals)
                for value in (owed, discount)
            )
        whole = rest + discount >= owed
        applied, base_applied = (owed - discount, base_owed - base_discount) if whole else (rest, base_rest)
        if not whole:
            discount = base_discount = _ZERO
        _add_line(
            run,
            credit,
            paid,
            CmmnPct=-applied,
            CnvFact=base_discount,
            CuryTranAmt=applied,
            CuryTxblAmt00=owed - applied - discount,
            CuryTxblAmt01=_ZERO if whole else _ONE,
            CuryUnitPrice=discount,
            TranAmt=base_applied,
            TranDesc=describe(ar["TranDescDflt"], customer, ""),
        )
        rest, base_rest = rest - applied, base_rest - base_applied
        if not rest:
            break
    return rest


def _open_documents(run: BatchRun, ar: Row, credit: Row) -> list[Row]:
    """Give what a credit may be applied to, in SL's order. What another line applies already, anywhere, is left out."""
    charges_first = ar["FinChrgFirst"] == "Y"
    anywhere = run.gl["Central_Cash_Cntl"] == 1
    found = []
    for doc in run.books.rows("ARDoc", CustId=credit["CustId"], OpenDoc=1, Rlsed=1):
        account = run.books.one("Account", Acct=doc["BankAcct"])
        if (
            doc["DocType"] in _PAYABLE
            and doc["CuryDocBal"] > 0
            and (anywhere or same(doc["CpnyID"], credit["CpnyID"]))
            and account is not None
            and (not account["CuryId"] or same(account["CuryId"], credit["CuryId"]))
            and run.books.one("ARTran", CustId=doc["CustId"], CostType=doc["DocType"], SiteId=doc["RefNbr"]) is None
        ):
            found.append(doc)
    return sorted(found, key=lambda doc: (charges_first and doc["DocType"] != _FINANCE_CHARGE, day(doc["DueDate"])))


def _discount(credit: Row, paid: Row) -> tuple[Decimal, Decimal]:
    """Give the cash discount that an invoice still allows on the date of the credit, in currency and base."""
    if day(credit["DocDate"]) > day(paid["DiscDate"]):
        return _ZERO, _ZERO
    return amount(paid["CuryDiscBal"]), amount(paid["DiscBal"])


def _add_line(run: BatchRun, credit: Row, paid: Row, **values: object) -> None:
    run.books.add(
        "ARTran",
        **{
            "Acct": paid["BankAcct"],
            "Sub": paid["BankSub"],
            "AcctDist": 1,
            "BatNbr": run.bat_nbr,
            "CostType": paid["DocType"],
            "CpnyID": paid["CpnyID"],
            "Crtd_Prog": run.row["Crtd_Prog"],
            "Crtd_User": run.row["Crtd_User"],
            "CuryId": paid["CuryId"],
            "CuryMultDiv": paid["CuryMultDiv"],
            "CuryRate": credit["CuryRate"],
            "CustId": credit["CustId"],
            "DrCr": "U",
            "FiscYr": run.row["PerPost"][:4],
            "JrnlType": "AR",
            "LineNbr": _FIRST_LINE,
            "LUpd_Prog": run.row["LUpd_Prog"],
            "LUpd_User": run.row["LUpd_User"],
            "PerEnt": run.row["PerEnt"],
            "PerPost": run.row["PerPost"],
            "RefNbr": credit["RefNbr"],
            "Rlsed": 1,
            "SiteId": paid["RefNbr"],
            "TranDate": credit["DocDate"],
            "TranType": credit["DocType"],
            "UnitDesc": paid["PerPost"],
            "UnitPrice": paid["CuryRate"],
            **values,
        },
    )

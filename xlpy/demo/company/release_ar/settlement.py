"""What applications do to the documents on both sides, to the customer's balance and to its history.

SL: pp_08400 (steps 2400 to 2800), views vp_08400_AdjD, vp_08400_AdjG and vp_08400ARBalancesHist. The rows of a batch
are summed, so a reversal, whose amounts are negative, opens again what the original closed.
"""

from __future__ import annotations

from decimal import Decimal

from xlpy.demo.company.release.batch import BatchRun, sum_of
from xlpy.demo.company.release.books import Row, amount, key_of, same
from xlpy.demo.company.release.history import add_to_customer_history, balance_of
from xlpy.demo.company.release_ar.payment_lines import CREDITS

_ZERO = Decimal(0)
_VOIDING = ("NS", "RP")


def settle_documents(run: BatchRun) -> None:
    """Move the balances of paying and paid documents by the ARAdjust rows of the batch; open or close them."""
    made = run.books.rows("ARAdjust", AdjBatNbr=run.bat_nbr)
    for side in ("Adjg", "Adjd"):
        groups: dict[tuple[object, ...], list[Row]] = {}
        for row in made:
            groups.setdefault(key_of(row, "CustId", f"{side}DocType", f"{side}RefNbr"), []).append(row)
        for rows in groups.values():
            doc = _document(run, rows[0], side)
            if doc is not None:
                (_settle_paying if side == "Adjg" else _settle_paid)(run, doc, rows)
                _open_or_close(run, doc, rows[0], side)


def move_balances_of_applications(run: BatchRun, ar: Row) -> None:
    """Add the ARAdjust rows of the batch to AR_Balances and ARHist, in the period of the application.

    What is applied counts for the company of the paid document. A credit that was entered earlier already counted, so
    it is taken out again: of applying it later only discount, gain and loss remain.
    """
    for row in run.books.rows("ARAdjust", AdjBatNbr=run.bat_nbr):
        paid, paying = _document(run, row, "Adjd"), _document(run, row, "Adjg")
        applied = _applied(row)
        if paid is not None:
            prepaid = -row["AdjAmt"] - row["CuryRGOLAmt"] if same(row["AdjgDocType"], "PP") else _ZERO
            _count(run, ar, paid["CpnyID"], row, applied, amount(row["AdjDiscAmt"]), prepaid)
        if (
            paying is not None
            and row["AdjgDocType"] in CREDITS
            and row["AdjdDocType"] != "SC"
            and not same(paying["ApplBatNbr"], paying["BatNbr"])
        ):
            _count(run, ar, paying["CpnyID"], row, amount(row["CuryRGOLAmt"]) - amount(row["AdjAmt"]), _ZERO, _ZERO)


def _document(run: BatchRun, row: Row, side: str) -> Row | None:
    return run.books.one("ARDoc", CustId=row["CustId"], DocType=row[f"{side}DocType"], RefNbr=row[f"{side}RefNbr"])


def _settle_paying(_run: BatchRun, doc: Row, rows: list[Row]) -> None:
    gain_loss = sum_of(rows, "CuryRGOLAmt")
    doc.update(
        DocBal=amount(doc["DocBal"]) - sum_of(rows, "AdjAmt") + gain_loss,
        CuryDocBal=amount(doc["CuryDocBal"]) - sum_of(rows, "CuryAdjgAmt"),
        RGOLAmt=amount(doc["RGOLAmt"]) - gain_loss,
        DiscBal=_ZERO,
        CuryDiscBal=_ZERO,
    )


def _settle_paid(run: BatchRun, doc: Row, rows: list[Row]) -> None:
    discount, cury_discount = sum_of(rows, "AdjDiscAmt"), sum_of(rows, "CuryAdjdDiscAmt")
    cury_settled = sum_of(rows, "CuryAdjdAmt") + cury_discount
    doc.update(
        DocBal=run.base(amount(doc["DocBal"]) - sum_of(rows, "AdjAmt") - discount),
        CuryDocBal=run.in_currency(amount(doc["CuryDocBal"]) - cury_settled, doc["CuryId"]),
        DiscBal=run.base(amount(doc["DiscBal"]) - discount),
        CuryDiscBal=run.in_currency(amount(doc["CuryDiscBal"]) - cury_discount, doc["CuryId"]),
    )


def _open_or_close(run: BatchRun, doc: Row, row: Row, side: str) -> None:
    """Close a document without balance, in the latest period of it and its applications; else it is open."""
    key = {name: row[name] for name in ("CustId", f"{side}DocType", f"{side}RefNbr")}
    every = run.books.rows("ARAdjust", **key)
    other = "AdjgPerPost" if side == "Adjd" else "PerAppl"
    latest = max(max(each["PerAppl"], each[other]) for each in every)
    closed = not doc["CuryDocBal"]
    doc.update(
        OpenDoc=0 if closed else 1,
        PerClosed=max(doc["PerPost"], latest) if closed else "",
        S4Future01=min(doc["PerPost"], *(each["PerAppl"] for each in every)),
    )


def _applied(row: Row) -> Decimal:
    """Give what a row takes off the customer's balance. Voiding documents and small credits count by themselves."""
    if row["AdjdDocType"] in (*_VOIDING, "SC") or row["AdjgDocType"] not in (*CREDITS, "SB"):
        return _ZERO
    return amount(row["AdjAmt"])


def _count(
    run: BatchRun, ar: Row, cpny_id: str, row: Row, credit: Decimal, discount: Decimal, prepaid: Decimal
) -> None:
    period = row["PerAppl"]
    balance = balance_of(run, ar, cpny_id, row["CustId"])
    if balance is not None:
        column = "CurrBal" if period <= ar["CurrPerNbr"] else "FutureBal"
        balance[column] = run.base(amount(balance[column]) - credit - discount)
        balance["TotPrePay"] = max(run.base(amount(balance["TotPrePay"]) + prepaid), _ZERO)
    received = "Rcpt" if row["AdjgDocType"] in ("PA", "PP") else "CrMemo"
    owner = {"CustId": row["CustId"], "CpnyID": cpny_id, "PerPost": period}
    add_to_customer_history(run, ar, owner, {received: credit, "Disc": discount})

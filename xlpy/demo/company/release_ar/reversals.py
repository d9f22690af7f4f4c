"""The release of NSF checks, payment reversals and application reversals (screen 08.240).

SL: pp_08400CreateTransRev, pp_08400ReverseApp. Every ARAdjust row that is taken back gets a mirror row with negative
amounts; both then name each other's batch (S4Future11) and what happened (S4Future12: NS, RP or RA).
"""

from __future__ import annotations

from xlpy.demo.company.release.batch import BatchRun
from xlpy.demo.company.release.books import Row, amount, blank_row, stamp
from xlpy.demo.company.release.lines import PROGRAM
from xlpy.demo.company.release_ar.payment_lines import REVERSAL, Application, add_application_lines, document_of
from xlpy.demo.company.release_ar.payments import application_lines

APPLICATION_REVERSED = "RA"
_AMOUNTS = (
    *("AdjAmt", "AdjDiscAmt", "CuryAdjdAmt", "CuryAdjdDiscAmt", "CuryAdjgAmt", "CuryAdjgDiscAmt", "CuryRGOLAmt"),
)
_OTHER_SIDE = {"C": "D", "D": "C"}


def release_reversals(run: BatchRun, ar: Row, docs: list[Row]) -> None:
    """Release a batch of 08.240: with NS or RP documents whole payments, without any the applications of its lines."""
    voiding = [doc for doc in docs if doc["DocType"] in ("NS", "RP")]
    for doc in voiding:
        _void_payment(run, doc)
    if not voiding:
        _reverse_applications(run, ar)


def _void_payment(run: BatchRun, doc: Row) -> None:
    """Reverse the live applications of a payment, settle it by the voiding document and turn its booking around.

    ``doc``: the NS or RP; its S4Future12 and S4Future02 are type and reference of the payment.
    """
    pay_type, pay_ref = doc["S4Future12"], doc["S4Future02"]
    applied = run.books.rows("ARAdjust", CustId=doc["CustId"], AdjgDocType=pay_type, AdjgRefNbr=pay_ref)
    live = [row for row in applied if row["S4Future12"] != APPLICATION_REVERSED]
    for row in live:
        _mirror(run, row, doc["DocType"], doc["PerPost"])
    _settle_by(run, doc)
    for row in live:
        _mark(run, row, doc["DocType"])
    for line in run.books.rows("ARTran", CustId=doc["CustId"], TranType=pay_type, RefNbr=pay_ref):
        if line["DrCr"] in _OTHER_SIDE:
            _turn_around(run, doc, line)
    payment = document_of(run, doc["CustId"], pay_type, pay_ref)
    payment.update(
        stamp(PROGRAM, run.user, created=False),
        S4Future02=doc["RefNbr"],
        S4Future11=run.bat_nbr,
        S4Future12=doc["DocType"],
    )


def _reverse_applications(run: BatchRun, ar: Row) -> None:
    """Reverse the ARAdjust rows that the lines of the batch name (S4Future10: RecordID), unless reversed already."""
    applications = []
    for line in application_lines(run):
        row = run.books.one("ARAdjust", RecordID=line["S4Future10"])
        if row is not None and not row["S4Future12"]:
            mirror = _mirror(run, row, APPLICATION_REVERSED, run.row["PerPost"])
            _mark(run, row, APPLICATION_REVERSED)
            applications.append(_application(run, line, mirror))
        run.books.remove("ARTran", line)
    add_application_lines(run, ar, applications)


def _application(run: BatchRun, line: Row, mirror: Row) -> Application:
    return Application(
        line,
        document_of(run, line["CustId"], line["TranType"], line["RefNbr"]),
        document_of(run, line["CustId"], line["CostType"], line["SiteId"]),
        applied=amount(line["TranAmt"]),
        adjusted=mirror["AdjAmt"],
        discount=mirror["AdjDiscAmt"],
        cury_adjusted=mirror["CuryAdjdAmt"],
        cury_discount=mirror["CuryAdjdDiscAmt"],
        gain_loss=amount(line["CuryTaxAmt00"]),
    )


def _mirror(run: BatchRun, row: Row, code: str, period: str) -> Row:
    copied = {name: row[name] for name in blank_row("ARAdjust")}
    return run.books.add(
        "ARAdjust",
        **{
            **copied,
            **stamp(REVERSAL, run.user),
            "LUpd_Prog": PROGRAM,
            **{name: -row[name] for name in _AMOUNTS},
            "AdjBatNbr": run.bat_nbr,
            "DateAppl": run.row["DateEnt"],
            "PerAppl": period,
            "S4Future11": row["AdjBatNbr"],
            "S4Future12": code,
        },
    )


def _mark(run: BatchRun, row: Row, code: str) -> None:
    row.update(stamp(PROGRAM, run.user, created=False), S4Future11=run.bat_nbr, S4Future12=code)


def _settle_by(run: BatchRun, doc: Row) -> None:
    """Apply the payment, now unapplied again, to the document that voids it: both are closed."""
    run.books.add(
        "ARAdjust",
        **{
            **stamp(REVERSAL, run.user),
            "LUpd_Prog": PROGRAM,
            "AdjAmt": doc["OrigDocAmt"],
            "AdjBatNbr": run.bat_nbr,
            "AdjdDocType": doc["DocType"],
            "AdjdRefNbr": doc["RefNbr"],
            "AdjgDocDate": doc["DocDate"],
            "AdjgDocType": doc["S4Future12"],
            "AdjgPerPost": doc["PerPost"],
            "AdjgRefNbr": doc["S4Future02"],
            "CuryAdjdAmt": doc["CuryOrigDocAmt"],
            "CuryAdjdCuryId": doc["CuryId"],
            "CuryAdjdMultDiv": doc["CuryMultDiv"],
            "CuryAdjdRate": doc["CuryRate"],
            "CuryAdjgAmt": doc["CuryOrigDocAmt"],
            "CustId": doc["CustId"],
            "DateAppl": doc["DocDate"],
            "PerAppl": doc["PerPost"],
            "S4Future11": doc["S4Future11"],
            "S4Future12": doc["S4Future12"],
        },
    )


def _turn_around(run: BatchRun, doc: Row, line: Row) -> None:
    copied = {name: line[name] for name in blank_row("ARTran")}
    run.books.add(
        "ARTran",
        **{
            **copied,
            **stamp(REVERSAL, doc["Crtd_User"]),
            "LUpd_Prog": PROGRAM,
            "LUpd_User": run.user[:10],
            "BatNbr": run.bat_nbr,
            "ContractID": "",
            "DrCr": _OTHER_SIDE[line["DrCr"]],
            "FiscYr": doc["PerPost"][:4],
            "FlatRateLineNbr": 0,
            "JrnlType": "AR",
            "PerEnt": doc["PerEnt"],
            "PerPost": doc["PerPost"],
            "RefNbr": doc["RefNbr"],
            "Rlsed": 1,
            "S4Future12": doc["DocType"],
            "ServiceCallID": "",
            "ServiceCallLineNbr": 0,
            "SiteId": "",
            "TranDate": doc["DocDate"],
            "TranType": doc["DocType"],
            "WhseLoc": "RP1",
        },
    )

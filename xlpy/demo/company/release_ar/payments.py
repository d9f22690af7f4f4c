"""The release of payments, their applications and write-offs (screens 08.030, 08.050, 08.450).

What is entered is one line (DrCr ``U``) per application; here it becomes an ARAdjust row and goes (SL:
pp_08400InsertARAdjust).

Unverified or left out, here and in the modules of entry beside: what the payment screens write beyond the columns that
the release reads (ApplBatNbr = the batch that applies the document, S4Future01/02 of a write-off line, S4Future10 of a
reversal line); that a payment takes its reference from the user and reserves none, that NSF and reversal documents have
the payment's reference, and that write-offs count on from ARSetup.LastWORefNbr; a payment in another currency than its
invoice, automatically or by hand; a prepayment applied in the batch that enters it; a payment reversed after a small
credit of it was written off; NSF charges; average days to pay; the split of applications in ARHist.
"""

from __future__ import annotations

from decimal import Decimal

from xlpy.demo.company.release.batch import BatchRun
from xlpy.demo.company.release.books import Row, amount, key_of, same, stamp
from xlpy.demo.company.release.lines import PROGRAM
from xlpy.demo.company.release_ar.automatic import apply_automatically
from xlpy.demo.company.release_ar.payment_lines import (
    APPLICATION,
    Application,
    add_application_lines,
    add_entered_lines,
    document_of,
)
from xlpy.domain.values.money import to_base
from xlpy.errors import SlError

_AT_RATE_OF_PAID = ("SB", "SC", "RP")


def release_payments(run: BatchRun, ar: Row, docs: list[Row]) -> None:
    """Book the payments of a batch and turn its application lines into ARAdjust rows.

    Raises SlError for a payment in another currency than the invoice.
    """
    apply_automatically(run, ar, docs)
    lines = application_lines(run)
    if run.row["EditScrnNbr"] == APPLICATION:
        _drop_unused_write_offs(run, docs, lines)
    applications = [_application(run, line) for line in lines]
    for group in _groups(applications, "CustId", "CostType", "SiteId"):
        _close_paid(run, group)
    for each in applications:
        each.gain_loss = run.base(each.adjusted - each.applied)
    for group in _groups(applications, "CustId", "TranType", "RefNbr"):
        _close_credit(run, group)
    for each in applications:
        _write_adjustment(run, each)
    add_entered_lines(run, ar, docs)
    add_application_lines(run, ar, applications)
    for line in lines:
        run.books.remove("ARTran", line)


def application_lines(run: BatchRun) -> list[Row]:
    """Give the application lines of the batch."""
    return [line for line in run.books.rows("ARTran", BatNbr=run.bat_nbr) if line["DrCr"] == "U"]


def _drop_unused_write_offs(run: BatchRun, docs: list[Row], lines: list[Row]) -> None:
    """Delete write-offs of small balances that no line applies any more."""
    used = {key_of(line, "CustId", "RefNbr") for line in lines if line["TranType"] == "SB"}
    for doc in [doc for doc in docs if doc["DocType"] == "SB" and key_of(doc, "CustId", "RefNbr") not in used]:
        run.books.remove("ARDoc", doc)
        docs.remove(doc)


def _application(run: BatchRun, line: Row) -> Application:
    """Value a line in base currency, at the rate of the document that it is applied to."""
    credit = document_of(run, line["CustId"], line["TranType"], line["RefNbr"])
    paid = document_of(run, line["CustId"], line["CostType"], line["SiteId"])
    if not same(credit["CuryId"], line["CuryId"]) or not same(paid["CuryId"], line["CuryId"]):
        raise SlError(
            f"{line['TranType']} {line['RefNbr']} is not in the currency of {line['CostType']} {line['SiteId']}; "
            "the demo company applies payments in the invoice's currency only."
        )
    if not line["UnitPrice"] or line["TranType"] in _AT_RATE_OF_PAID:
        line.update(UnitPrice=paid["CuryRate"], CuryTxblAmt00=Decimal(1), CuryTxblAmt01=Decimal(1))
    applied, cury_applied = amount(line["TranAmt"]), amount(line["CuryTranAmt"])
    cury_discount = amount(line["CuryUnitPrice"])
    adjusted, discount = applied, amount(line["CnvFact"])
    if line["CuryRate"] != line["UnitPrice"] or line["CuryMultDiv"] != paid["CuryMultDiv"]:
        adjusted, discount = (
            to_base(value, line["UnitPrice"], paid["CuryMultDiv"], run.base_decimals)
            for value in (cury_applied, cury_discount)
        )
    return Application(line, credit, paid, applied, adjusted, discount, cury_applied, cury_discount, Decimal(0))


def _groups(applications: list[Application], *columns: str) -> list[list[Application]]:
    found: dict[tuple[object, ...], list[Application]] = {}
    for each in applications:
        found.setdefault(key_of(each.line, *columns), []).append(each)
    return list(found.values())


def _close_paid(run: BatchRun, group: list[Application]) -> None:
    """Bring the base amounts to the balances of a document when nothing of it is left in currency.

    CuryTxblAmt00 and 01 of the lines: what is left of the balance and of the discount.
    """
    paid = group[0].paid
    if all(each.line["CuryTxblAmt01"] for each in group) is False:
        with_discount = [each for each in group if each.cury_discount]
        if with_discount:
            with_discount[-1].discount += run.base(
                amount(paid["DiscBal"]) - sum((each.discount for each in group), Decimal(0))
            )
            with_discount[-1].cury_discount += run.in_currency(
                amount(paid["CuryDiscBal"]) - sum((each.cury_discount for each in group), Decimal(0)), paid["CuryId"]
            )
    if all(each.line["CuryTxblAmt00"] for each in group) is False:
        group[0].adjusted += run.base(
            amount(paid["DocBal"]) - sum((each.adjusted + each.discount for each in group), Decimal(0))
        )
        group[0].cury_adjusted += run.in_currency(
            amount(paid["CuryDocBal"]) - sum((each.cury_adjusted + each.cury_discount for each in group), Decimal(0)),
            paid["CuryId"],
        )


def _close_credit(run: BatchRun, group: list[Application]) -> None:
    """Keep the base rest of a credit at its own rate: what rounding leaves is gain or loss of one application."""
    credit = group[0].credit
    rest = amount(credit["CuryDocBal"]) - sum((each.cury_applied for each in group), Decimal(0))
    base_rest = amount(credit["DocBal"]) - sum((each.adjusted - each.gain_loss for each in group), Decimal(0))
    difference = to_base(rest, credit["CuryRate"], credit["CuryMultDiv"], run.base_decimals) - base_rest
    if difference:
        with_gain_loss = [each for each in group if each.gain_loss]
        chosen = with_gain_loss[-1] if with_gain_loss else group[0]
        chosen.gain_loss = run.base(chosen.gain_loss + difference)
        chosen.applied = run.base(chosen.applied - difference)


def _write_adjustment(run: BatchRun, each: Application) -> None:
    """Write the ARAdjust row. A small credit is the adjusted document, the credit that it writes off the adjusting."""
    line, paying, paid = each.line, each.credit, each.paid
    if line["TranType"] == "SC":
        paying, paid = paid, paying
    run.books.add(
        "ARAdjust",
        **{
            **stamp(PROGRAM, line["Crtd_User"] or run.user),
            "AdjAmt": each.adjusted,
            "AdjBatNbr": run.bat_nbr,
            "AdjdDocType": paid["DocType"],
            "AdjDiscAmt": each.discount,
            "AdjdRefNbr": paid["RefNbr"],
            "AdjgDocDate": paying["DocDate"],
            "AdjgDocType": paying["DocType"],
            "AdjgPerPost": paying["PerPost"],
            "AdjgRefNbr": paying["RefNbr"],
            "CuryAdjdAmt": each.cury_adjusted,
            "CuryAdjdCuryId": line["CuryId"],
            "CuryAdjdDiscAmt": each.cury_discount,
            "CuryAdjdMultDiv": line["CuryMultDiv"],
            "CuryAdjdRate": line["CuryRate"],
            "CuryAdjgAmt": each.cury_applied,
            "CuryAdjgDiscAmt": line["CuryUnitPrice"],
            "CuryRGOLAmt": each.gain_loss,
            "CustId": line["CustId"],
            "DateAppl": paying["DocDate"] if line["TranType"] == "SB" else run.row["DateEnt"],
            "PerAppl": run.row["PerPost"],
            **{f"User{number}": line[f"User{number}"] for number in range(1, 9)},
        },
    )

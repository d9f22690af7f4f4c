"""The lines that the AR release makes of payments and their applications (SL: pp_08400CreateOffset).

A payment is booked when it is entered: cash against receivables, the unapplied rest included. Applying it later books
only what differs: the receivables account of the invoice, a discount, a realised exchange gain or loss.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from xlpy.demo.company.release.batch import BatchRun
from xlpy.demo.company.release.books import Row, amount, same
from xlpy.demo.company.release.lines import CONTROL_LINE, add_line, describe
from xlpy.errors import SlError

APPLICATION, ENTRY, REVERSAL, WRITE_OFF = "08030", "08050", "08240", "08450"  # the screens of payments
CREDITS = ("PA", "PP", "CM")  # documents that are applied to invoices


@dataclass(slots=True)
class Application:
    """An application line (DrCr ``U``) with its two documents and what the release makes of it. Negative: a reversal.

    ``credit``: the document that the line belongs to (payment, memo, write-off); ``paid``: the one it is applied to.
    ``applied`` is in base currency at the credit's rate, ``adjusted`` and ``discount`` at the invoice's; ``gain_loss``
    is their difference, positive for a loss.
    """

    line: Row
    credit: Row
    paid: Row
    applied: Decimal
    adjusted: Decimal
    discount: Decimal
    cury_adjusted: Decimal
    cury_discount: Decimal
    gain_loss: Decimal

    @property
    def cury_applied(self) -> Decimal:
        """The applied amount in the currency of the credit."""
        return amount(self.line["CuryTranAmt"])


def document_of(run: BatchRun, cust_id: str, doc_type: str, ref_nbr: str) -> Row:
    """Find a receivables document. Raises SlError when there is none."""
    doc = run.books.one("ARDoc", CustId=cust_id, DocType=doc_type, RefNbr=ref_nbr)
    if doc is None:
        raise SlError(f"SL has no receivables document {doc_type} {ref_nbr} of customer {cust_id}.")
    return doc


def add_entered_lines(run: BatchRun, ar: Row, docs: list[Row]) -> None:
    """Book the credits entered in the batch: debit cash, credit receivables (prepayments) with the unapplied rest."""
    screen = run.row["EditScrnNbr"]
    for doc in docs:
        if doc["DocType"] not in CREDITS or screen not in (APPLICATION, ENTRY):
            continue
        customer = _customer(run, doc)
        text = {
            "TranDesc": describe(ar["TranDescDflt"], customer, doc["DocDesc"]),
            "ExtRefNbr": doc["CustOrdNbr"][-15:],
        }
        _add(
            run,
            doc,
            (doc["BankAcct"], doc["BankSub"]),
            "D",
            doc["OrigDocAmt"],
            doc["CuryOrigDocAmt"],
            **text,
            WhseLoc="*02",
        )
        unapplied, cury_unapplied = doc["ApplAmt"], doc["CuryApplAmt"]
        if not doc["ApplBatNbr"]:
            unapplied, cury_unapplied = doc["OrigDocAmt"], doc["CuryOrigDocAmt"]
        if unapplied or cury_unapplied:
            account = _prepayments(ar, customer) if doc["DocType"] == "PP" else receivables_of(ar, customer)
            _add(run, doc, account, "C", unapplied, cury_unapplied, **text, WhseLoc="05")


def add_application_lines(run: BatchRun, ar: Row, applications: list[Application]) -> None:
    """Book the applications of a payment or reversal batch."""
    for each in applications:
        customer = _customer(run, each.credit)
        if each.line["TranType"] in ("SB", "SC"):
            _add_write_off(run, ar, customer, each)
        elif each.line["TranType"] in CREDITS:
            if same(each.credit["BatNbr"], run.bat_nbr):
                if run.row["EditScrnNbr"] in (APPLICATION, ENTRY):  # a memo of 08.010 is in receivables already
                    _add_receivables(run, ar, customer, each)
            elif each.line["TranType"] == "PP":
                _move(run, each, _prepayments(ar, customer), "19")
            else:
                _move_to_other_receivables(run, ar, customer, each)
            _add_gain_or_loss(run, ar, customer, each)
            if run.row["EditScrnNbr"] in (APPLICATION, ENTRY, REVERSAL):
                _add_discount(run, ar, each)


def receivables_of(ar: Row, customer: Row) -> tuple[str, str]:
    """Give the receivables account and subaccount of a customer, else of the set-up."""
    return customer["ArAcct"] or ar["ArAcct"], customer["ArSub"] or ar["ArSub"]


def _prepayments(ar: Row, customer: Row) -> tuple[str, str]:
    return customer["PrePayAcct"] or ar["PrePayAcct"], customer["PrePaySub"] or ar["PrePaySub"]


def _customer(run: BatchRun, doc: Row) -> Row:
    customer = run.books.one("Customer", CustId=doc["CustId"])
    if customer is None:
        raise SlError(f"SL has no customer {doc['CustId']}.")
    return customer


def _add_write_off(run: BatchRun, ar: Row, customer: Row, each: Application) -> None:
    """Book a small balance from the write-off account to receivables, a small credit the other way round."""
    line = each.line
    text = {"TranDesc": describe(ar["TranDescDflt"], customer, "")}
    small_credit = line["TranType"] == "SC"
    if small_credit:
        other = _prepayments(ar, customer) if line["CostType"] == "PP" else receivables_of(ar, customer)
    else:
        other = (line["S4Future01"], line["S4Future02"])  # where the entry keeps the receivables of the invoice
    sides = ("C", "D") if small_credit else ("D", "C")
    total, cury_total = line["TranAmt"], line["CuryTranAmt"]
    _add(run, each.credit, _account(line), sides[0], total, cury_total, **text, WhseLoc="03")
    _add(run, each.credit, other, sides[1], total, cury_total, **text, S4Future01="SBC", WhseLoc="04")


def _add_receivables(run: BatchRun, ar: Row, customer: Row, each: Application) -> None:
    line = each.line
    text = describe(ar["TranDescDflt"], customer, each.credit["DocDesc"])
    kept = {name: line[name] for name in ("ExtRefNbr", "TranDate", *(f"User{number}" for number in range(1, 9)))}
    _add(
        run,
        each.credit,
        _account(line),
        "C",
        each.applied,
        each.cury_applied,
        **kept,
        TranDesc=text,
        WhseLoc="07",
    )


def _move_to_other_receivables(run: BatchRun, ar: Row, customer: Row, each: Application) -> None:
    """Move a credit that was entered earlier from its own receivables account to the invoice's."""
    credit = each.credit
    own = (credit["BankAcct"], credit["BankSub"]) if credit["DocType"] == "CM" else receivables_of(ar, customer)
    if not all(same(mine, other) for mine, other in zip(own, _account(each.line), strict=True)):
        _move(run, each, own, "09")


def _move(run: BatchRun, each: Application, own: tuple[str, str], origin: str) -> None:
    line = each.line
    kept = {name: line[name] for name in ("ExtRefNbr", "TranDate", "TranDesc")}
    to_invoice, from_own = ("D", "C") if each.cury_applied < 0 else ("C", "D")
    total, cury_total = abs(each.applied), abs(each.cury_applied)
    _add(run, each.credit, _account(line), to_invoice, total, cury_total, **kept, WhseLoc=f"{int(origin) - 1:02}")
    _add(run, each.credit, own, from_own, total, cury_total, **kept, WhseLoc=origin)


def _add_gain_or_loss(run: BatchRun, ar: Row, customer: Row, each: Application) -> None:
    if not each.gain_loss:
        return
    reversal = run.row["EditScrnNbr"] == REVERSAL
    loss = (each.gain_loss > 0) != reversal  # taking a gain back is a debit too, on the gain's account
    word = "Loss" if loss else "Gain"
    cury_id = each.line["CuryId"]
    if same(cury_id, run.gl["BaseCuryId"]):
        cury_id = each.credit["CuryId"]
    currency = run.books.rows("Currncy", CuryId=cury_id)[0]
    account = (currency[f"Real{word}Acct"], currency[f"Real{word}Sub"])
    sides = ("D", "C") if each.gain_loss > 0 else ("C", "D")
    none, total = Decimal(0), abs(each.gain_loss)
    named = {"TranDesc": f"Realized {word} {cury_id}", "TranClass": "N", "WhseLoc": "10"}
    _add(run, each.credit, account, sides[0], total, none, **named)
    named = {
        "TranDesc": describe(ar["TranDescDflt"], customer, each.credit["DocDesc"]),
        "TranClass": "N",
        "WhseLoc": "11",
    }
    _add(run, each.credit, _account(each.line), sides[1], total, none, **named)


def _add_discount(run: BatchRun, ar: Row, each: Application) -> None:
    line = each.line
    if not line["CuryUnitPrice"]:
        return
    kept = {"TranClass": "D", "TranDate": line["TranDate"], "TranDesc": line["TranDesc"]}
    sides = ("D", "C") if line["CuryUnitPrice"] > 0 else ("C", "D")
    total, cury_total = abs(each.discount), abs(line["CuryUnitPrice"])
    company = line["CpnyID"] if ar["DiscCpnyFromInvc"] == 1 else each.credit["CpnyID"]
    given = (ar["DiscAcct"], ar["DiscSub"])
    _add(run, each.credit, given, sides[0], total, cury_total, **kept, CpnyID=company, WhseLoc="12")
    _add(run, each.credit, _account(line), sides[1], total, cury_total, **kept, CpnyID=line["CpnyID"], WhseLoc="13")


def _account(line: Row) -> tuple[str, str]:
    return line["Acct"], line["Sub"]


def _add(
    run: BatchRun,
    doc: Row,
    account: tuple[str, str],
    side: str,
    total: Decimal,
    cury_total: Decimal,
    **values: object,
) -> None:
    """Add a line to the batch that is released, which need not be the batch of the document."""
    add_line(
        run,
        doc,
        **{
            "Acct": account[0],
            "Sub": account[1],
            "BatNbr": run.bat_nbr,
            "DrCr": side,
            "TranAmt": total,
            "CuryTranAmt": cury_total,
            "FiscYr": run.row["PerPost"][:4],
            "LineNbr": CONTROL_LINE,
            "PerEnt": run.row["PerEnt"],
            "PerPost": run.row["PerPost"],
            "Rlsed": 1,
            **values,
        },
    )

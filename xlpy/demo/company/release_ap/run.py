"""The release of a payables batch (SL: pp_03400, screen 03.400).

The checks come first and their verdict stays (status S); what follows is one piece of work that is saved whole or not
at all. Vouchers and adjustments (03.010) get their tax and control lines here; checks and prepayment applications are
no part of it.
"""

from __future__ import annotations

from xlpy.demo.company.release.batch import BatchRun, NotReleased
from xlpy.demo.company.release.books import Books, Row, amount, key_of, stamp
from xlpy.demo.company.release.gl_lines import GlStyle, LineOfDocument, total_batch, write_gl_transactions
from xlpy.demo.company.release.history import TAX_PAID, keep_tax_history
from xlpy.demo.company.release_ap.checks import check_payables
from xlpy.demo.company.release_ap.history import keep_vendor_history, move_vendor_balances
from xlpy.demo.company.release_ap.lines import (
    PROGRAM,
    add_control_lines,
    add_tax_lines,
    number_unnumbered_lines,
    round_first_lines,
)
from xlpy.demo.company.release_ap.taxes import share_purchase_taxes, take_included_tax
from xlpy.domain.values.screens import screen
from xlpy.errors import SlError

_RELEASED_HERE = {"VO", "AC", "AD", "PP"}
_CLOSED_WHEN_ZERO = {"VO", "AC", "AD"}
_KEEPS_VOIDED_DOCUMENTS = ("03010", "03020")
_LOSES_VOIDED_DOCUMENTS = "03030"
# What a void blanks in the Batch row. CuryCrTot, CuryCtrlTot and the free columns stay.
_VOIDED = {
    "AutoRev": 0,
    "AutoRevCopy": 0,
    "BatType": "",
    "CrTot": 0,
    "CtrlTot": 0,
    "Cycle": 0,
    "Descr": "",
    "DrTot": 0,
    "EditScrnNbr": "",
    "GLPostOpt": "",
    "JrnlType": "",
    "NbrCycle": 0,
    "PerEnt": "",
    "Rlsed": 1,
    "Status": "V",
}


def prepare_payables(run: BatchRun) -> bool:
    """Void a batch that waits for it, or check it. Returns whether the release may go on.

    What this changes is saved even if the release fails later: repaired currencies, status S of a rejected batch.
    Raises SqlStopped when a message comes up twice; then the status stays.
    """
    batch = run.batch
    if batch is None:
        return False  # SL releases nothing and says nothing
    if batch["Status"] == "I":
        void_payables(run)
        return False
    check_payables(run, _documents(run.books, run), _lines(run.books, run))
    if not run.messages:
        return True
    changed = stamp(PROGRAM, run.user, created=False)
    if not batch["Rlsed"]:
        batch.update(changed, Status="S")
    made = run.books.rows("GLTran", Module="AP", BatNbr=run.bat_nbr)
    if any(message.msg_id == 12008 for message in run.messages):
        for posted in ("U", "P"):
            if any(tran["Posted"] == posted for tran in made):
                batch["Status"] = posted
    return False


def release_payables(run: BatchRun) -> None:
    """Release a checked batch. Raises NotReleased or SqlStopped; then nothing of this may be saved.

    Raises SlError for checks and for prepayments that are applied, which would go through without being applied.
    """
    books, ap = run.books, payables_setup(run.books)
    docs = _documents(books, run)
    if any(doc["DocType"] not in _RELEASED_HERE or doc["PrePay_RefNbr"] for doc in docs):
        raise SlError(
            f"AP batch {run.bat_nbr} has checks or applied prepayments; the demo company releases vouchers, "
            "adjustments and prepayments only."
        )
    take_included_tax(run, _lines(books, run))
    shares = share_purchase_taxes(run, docs, _lines(books, run))
    add_tax_lines(run, shares)
    keep_tax_history(run, shares, TAX_PAID)
    round_first_lines(run, docs, _lines(books, run))
    number_unnumbered_lines(_lines(books, run))
    add_control_lines(run, ap, docs)
    keep_vendor_history(run, ap, docs)
    move_vendor_balances(run, ap, docs)
    _close_empty_documents(ap, docs)
    _post_in_period_of_batch(run)
    write_gl_transactions(run, _lines_of_documents(run, docs), GlStyle(summarise=ap["GLPostOpt"] == "S", payables=True))
    for line in _lines(books, run):
        line["Rlsed"] = 1
        line["AcctDist"] = 1 if line["DrCr"] in ("D", "C") else 0
    for doc in docs:
        doc.update(stamp(PROGRAM, run.user, created=False), Rlsed=1, CuryPmtAmt=0, PmtAmt=0)
        if doc["DocType"] in _CLOSED_WHEN_ZERO and not doc["ApplyRefNbr"]:
            doc["ApplyDate"] = None
    total_batch(run)
    _check_totals(run)


def void_payables(run: BatchRun) -> None:
    """Void an unreleased batch: its lines go, its documents stay with status V, still open and with their balance.

    Their reference numbers stay reserved and the counter stays. The batch moves to the current period of payables.
    """
    screen = run.row["EditScrnNbr"]
    for line in _lines(run.books, run):
        run.books.remove("APTran", line)
    changed = stamp(PROGRAM, run.user, created=False)
    for doc in _documents(run.books, run):
        if screen in _KEEPS_VOIDED_DOCUMENTS:
            doc.update(changed, Status="V")
        elif screen == _LOSES_VOIDED_DOCUMENTS:
            run.books.remove("APDoc", doc)
    run.row.update({**changed, **_VOIDED, "PerPost": payables_setup(run.books)["CurrPerNbr"]})


def payables_setup(books: Books) -> Row:
    """Give the APSetup row. Raises SlError when payables are not set up."""
    setup = books.one("APSetup", SetupId="AP")
    if setup is None:
        raise SlError("Accounts Payable is not set up in this SL company.", fix=f"Set it up in {screen('03.950')}.")
    return setup


def _documents(books: Books, run: BatchRun) -> list[Row]:
    return sorted(books.rows("APDoc", BatNbr=run.bat_nbr), key=lambda doc: int(doc["BatSeq"]))


def _lines(books: Books, run: BatchRun) -> list[Row]:
    return books.rows("APTran", BatNbr=run.bat_nbr)


def _close_empty_documents(ap: Row, docs: list[Row]) -> None:
    for doc in docs:
        if not doc["CuryOrigDocAmt"] and doc["DocType"] in _CLOSED_WHEN_ZERO:
            doc.update(OpenDoc=0, PerClosed=ap["PerNbr"])


def _post_in_period_of_batch(run: BatchRun) -> None:
    """Give the lines the periods and journal of the batch; their FiscYr and the documents keep what they have."""
    batch = run.row
    for line in _lines(run.books, run):
        if run.books.one("Vendor", VendId=line["VendId"]) is not None:
            line.update(JrnlType=batch["JrnlType"], PerPost=batch["PerPost"], PerEnt=batch["PerEnt"])


def _lines_of_documents(run: BatchRun, docs: list[Row]) -> list[LineOfDocument]:
    """Join lines and documents by vendor and reference, as SL does: a line of another vendor is left out."""
    by_key: dict[tuple[object, ...], list[Row]] = {}
    for doc in docs:
        by_key.setdefault(key_of(doc, "VendId", "RefNbr"), []).append(doc)
    return [
        LineOfDocument(line, doc, line["VendId"], line["trantype"])
        for line in _lines(run.books, run)
        for doc in by_key.get(key_of(line, "VendId", "RefNbr"), ())
    ]


def _check_totals(run: BatchRun) -> None:
    """Raise NotReleased 8888 when the totals of the batch don't balance, or when it still has status S."""
    batch = run.row
    out_of_balance = run.knows_currency(batch["CuryId"]) and (
        run.base(amount(batch["CrTot"])) != run.base(amount(batch["DrTot"]))
        or run.in_currency(amount(batch["CuryCrTot"]), batch["CuryId"])
        != run.in_currency(amount(batch["CuryDrTot"]), batch["CuryId"])
    )
    if out_of_balance or batch["Status"] == "S":
        raise NotReleased(8888)

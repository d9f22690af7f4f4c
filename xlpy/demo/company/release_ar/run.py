"""The release of a receivables batch (SL: pp_08400, screen 08.400).

The checks come first and their verdict stays (status S); what follows is one piece of work that is saved whole or not
at all. Invoices and memos (08.010) get their tax and control lines here; what becomes of payments and their
applications is in ``release_payments`` and ``release_reversals``.
"""

from __future__ import annotations

from decimal import Decimal

from xlpy.demo.company.release.batch import BatchRun, NotReleased, sum_of
from xlpy.demo.company.release.books import Books, Row, amount, key_of, same, stamp
from xlpy.demo.company.release.gl_lines import (
    GlStyle,
    LineOfDocument,
    check_balance,
    total_batch,
    write_gl_transactions,
)
from xlpy.demo.company.release.history import (
    TAX_COLLECTED,
    earn_commissions,
    keep_customer_history,
    keep_salesperson_history,
    keep_tax_history,
    move_balances,
)
from xlpy.demo.company.release.lines import (
    PROGRAM,
    add_control_lines,
    add_line_to_empty_documents,
    add_tax_lines,
)
from xlpy.demo.company.release.taxes import (
    TAX_SLOTS,
    prorate_groups,
    share_document_taxes,
    share_line_taxes,
    take_included_tax,
)
from xlpy.demo.company.release_ar.automatic import forget_applications
from xlpy.demo.company.release_ar.checks import check_receivables
from xlpy.demo.company.release_ar.payment_lines import APPLICATION, REVERSAL
from xlpy.demo.company.release_ar.payments import release_payments
from xlpy.demo.company.release_ar.reversals import release_reversals
from xlpy.demo.company.release_ar.settlement import move_balances_of_applications, settle_documents
from xlpy.domain.values.screens import screen
from xlpy.errors import SlError

_TAX_SCREENS = ("08010", "08500")
_ROUNDED_SCREENS = ("08010", "08050")


def prepare_receivables(run: BatchRun) -> bool:
    """Void a batch that waits for it, or check it. Returns whether the release may go on.

    What this changes is saved even if the release fails later: the line of an empty document, repaired currencies,
    status S of a rejected batch. Raises SqlStopped when a message comes up twice; then the status stays.
    """
    batch = run.batch
    if batch is None:
        return True
    if batch["Status"] == "I":
        void_receivables(run)
        return False
    docs, lines = _documents(run.books, run), _lines(run.books, run)
    if batch["Rlsed"]:
        run.reject(12008)
        _restore_status(run)
        return False
    add_line_to_empty_documents(run, receivables_setup(run.books), docs)
    lines = _lines(run.books, run)
    check_receivables(run, docs, lines)
    if run.messages:
        batch["Status"] = "S"
        return False
    return True


def release_receivables(run: BatchRun) -> None:
    """Release a checked batch. Raises NotReleased or SqlStopped; then nothing of this may be saved."""
    if run.batch is None or not run.batch["EditScrnNbr"]:
        raise NotReleased(12319)
    books, ar = run.books, receivables_setup(run.books)
    docs = _documents(books, run)
    _post_in_period_of_batch(run, docs)
    _balance_base_amounts(run, docs)
    if run.batch["EditScrnNbr"] in _TAX_SCREENS:
        _add_taxes(run, docs)
    add_control_lines(run, ar, docs)
    if run.row["EditScrnNbr"] == REVERSAL:
        release_reversals(run, ar, docs)
    else:
        release_payments(run, ar, docs)
    keep_salesperson_history(run, ar, docs)
    _close_settled_documents(docs)
    settle_documents(run)
    move_balances(run, ar, docs)
    move_balances_of_applications(run, ar)
    keep_customer_history(run, ar, docs)
    write_gl_transactions(
        run,
        _lines_of_documents(run, docs),
        GlStyle(summarise=ar["GLPostOpt"] == "S", keep_quantity=run.batch["EditScrnNbr"] == "08010"),
    )
    for line in _lines(books, run):
        line["Rlsed"] = 1
        line["AcctDist"] = 1 if line["DrCr"] in ("D", "C") else 0
    for doc in docs:
        doc["Rlsed"] = 1
    forget_applications(run, docs)
    total_batch(run)
    earn_commissions(run, docs)
    check_balance(run)


def void_receivables(run: BatchRun) -> None:
    """Void an unreleased batch: documents and lines go, their reference numbers stay reserved.

    With automatic numbers the counter goes back to the number before the smallest of the batch, even if higher ones
    are in use.
    """
    books = run.books
    docs = _documents(books, run)
    numbers = [doc["RefNbr"] for doc in docs if doc["DocType"] in ("IN", "DM", "CM")]
    for line in _lines(books, run):
        books.remove("ARTran", line)
    for doc in docs:
        books.remove("ARDoc", doc)
    ar = receivables_setup(books)
    if ar["AutoRef"] == 1 and numbers and min(numbers):
        ar["LastRefNbr"] = number_before(min(numbers))
    run.row.update(Status="V", Rlsed=1, AutoRev=0)


def number_before(ref_nbr: str) -> str:
    """Count the digits at the end of a number down by one: ``000300`` → ``000299``."""
    head = ref_nbr.rstrip("0")
    nines = "9" * (len(ref_nbr) - len(head))
    if head and head[-1] in "123456789":
        head = head[:-1] + str(int(head[-1]) - 1)
    return head + nines


def receivables_setup(books: Books) -> Row:
    """Give the ARSetup row. Raises SlError when receivables are not set up."""
    setup = books.one("ARSetup", SetupId="AR")
    if setup is None:
        raise SlError("Accounts Receivable is not set up in this SL company.", fix=f"Set it up in {screen('08.950')}.")
    return setup


def _documents(books: Books, run: BatchRun) -> list[Row]:
    return sorted(books.rows("ARDoc", BatNbr=run.bat_nbr), key=lambda doc: int(doc["BatSeq"]))


def _lines(books: Books, run: BatchRun) -> list[Row]:
    return books.rows("ARTran", BatNbr=run.bat_nbr)


def _restore_status(run: BatchRun) -> None:
    """Set a batch that was released before to S, then to what its GL transactions say."""
    made = run.books.rows("GLTran", Module="AR", BatNbr=run.bat_nbr)
    status = "S"
    for posted in ("U", "P"):
        if any(tran["Posted"] == posted for tran in made):
            status = posted
    if not made and run.row["EditScrnNbr"] == "08030":
        status = "C"
    run.row["Status"] = status


def _post_in_period_of_batch(run: BatchRun, docs: list[Row]) -> None:
    period = run.row["PerPost"]
    for doc in docs:
        doc["PerPost"] = period
    for line in _lines(run.books, run):
        line["PerPost"] = period
        line["FiscYr"] = period[:4]


def _balance_base_amounts(run: BatchRun, docs: list[Row]) -> None:
    """Put the base rounding difference of a foreign-currency document on its last line (SL: pp_08400BaseAmtBal).

    The taxes of the document count only when SalesTax.PrcTaxIncl is N, on the row of the tax id that the document
    carries; with a blank there, the tax is taken for a difference and the batch will not balance.
    """
    base_currency = run.row["BaseCuryID"]
    if run.row["EditScrnNbr"] not in _ROUNDED_SCREENS or not run.knows_currency(base_currency):
        return
    lines = _lines(run.books, run)
    for doc in docs:
        if same(doc["CuryId"], base_currency):
            continue
        own = [line for line in lines if line["TranAmt"] and _belongs(line, doc)]
        revenue = [line for line in own if line["TranClass"] not in ("D", "T")]
        if not revenue:
            continue
        lines_total = sum_of([line for line in own if line["TranClass"] != "D"], "TranAmt") - sum_of(
            [line for line in own if line["TranClass"] == "D"], "TranAmt"
        )
        taxes = sum((_tax_on_top(run, doc, slot) for slot in TAX_SLOTS), Decimal(0))
        difference = run.in_currency(amount(doc["DocBal"]) - taxes - lines_total, base_currency)
        last = revenue[-1]
        last["TranAmt"] = run.base(amount(last["TranAmt"]) + difference)
        last.update(stamp(PROGRAM, run.user, created=False))


def _tax_on_top(run: BatchRun, doc: Row, slot: str) -> Decimal:
    if not doc[f"TaxId{slot}"]:
        return Decimal(0)
    included = [tax["PrcTaxIncl"] for tax in run.books.rows("SalesTax", TaxId=doc[f"TaxId{slot}"])]
    return amount(doc[f"TaxTot{slot}"]) if included and max(included) == "N" else Decimal(0)


def _belongs(line: Row, doc: Row) -> bool:
    return key_of(line, "CustId", "TranType", "RefNbr") == key_of(doc, "CustId", "DocType", "RefNbr")


def _add_taxes(run: BatchRun, docs: list[Row]) -> None:
    lines = _lines(run.books, run)
    take_included_tax(run, lines)
    shares = share_document_taxes(run, docs, "CustId") + share_line_taxes(run, lines, "CustId", "ARDoc")
    prorate_groups(run, shares)
    add_tax_lines(run, shares)
    keep_tax_history(run, shares, TAX_COLLECTED)


def _close_settled_documents(docs: list[Row]) -> None:
    for doc in docs:
        doc["S4Future01"] = doc["PerPost"]
        if doc["DocType"] == "CS" or not doc["CuryOrigDocAmt"]:
            doc.update(CuryDocBal=Decimal(0), DocBal=Decimal(0), OpenDoc=0, PerClosed=doc["PerPost"])


def _lines_of_documents(run: BatchRun, docs: list[Row]) -> list[LineOfDocument]:
    by_key: dict[tuple[object, ...], list[Row]] = {}
    for doc in docs:
        by_key.setdefault(key_of(doc, "CustId", "DocType", "RefNbr"), []).append(doc)
    applies_earlier_credits = run.row["EditScrnNbr"] in (APPLICATION, REVERSAL)
    for line in _lines(run.books, run) if applies_earlier_credits else ():
        key = key_of(line, "CustId", "TranType", "RefNbr")
        if key not in by_key:
            by_key[key] = run.books.rows(
                "ARDoc", CustId=line["CustId"], DocType=line["TranType"], RefNbr=line["RefNbr"]
            )
    return [
        LineOfDocument(line, doc, line["CustId"], line["TranType"])
        for line in _lines(run.books, run)
        for doc in by_key.get(key_of(line, "CustId", "TranType", "RefNbr"), ())
    ]

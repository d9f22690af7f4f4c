"""From planned AR documents to the rows that SL's Invoice and Memo screen (08.010) would write. Pure: no database.

Each function gives only the columns that are not blank; ``insert_rows`` fills the rest of the table's columns. What the
release makes (control line, tax lines, balances, histories) is never written here: it would be there twice.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from decimal import Decimal

from xlpy.domain.documents.ar import ArBatch, ArDocument, ArLine
from xlpy.domain.documents.shared import RateUsed
from xlpy.domain.values.money import total
from xlpy.errors import SlError
from xlpy.sl.screens.entry_rows import (
    LINE_NBR_END,
    EntryStamp,
    Values,
    batch_row,
    line_place,
    refuse_too_many_lines,
    tax_values,
)

SCREEN = "08010"
MODULE = "AR"
STAMP_COLUMNS = ("User1", "User2", "User3", "User4", "User5", "User6")


def batch_values(batch: ArBatch, documents: Sequence[ArDocument], bat_nbr: str, stamp: EntryStamp) -> Values:
    """Return the Batch row: unreleased, its totals counted from ``documents``, the ones that are really in it.

    Credit memos count positive (SL: vp_08400ChkSumARDocs). The batch's rate is its first document's; the release
    uses each document's own.
    """
    rate: RateUsed = documents[0].rate
    cury = total(document.cury_total for document in documents)
    base = total(document.total for document in documents)
    return {
        **batch_row(
            module=MODULE,
            screen=SCREEN,
            journal_type=MODULE,
            bat_nbr=bat_nbr,
            rate=rate,
            batch_date=batch.batch_date,
            per_post=batch.per_post,
            descr=batch.descr,
            stamp=stamp,
        ),
        "CuryId": batch.currency,
        "CrTot": base,
        "CtrlTot": base,
        "CuryCrTot": cury,
        "CuryCtrlTot": cury,
    }


def document_values(batch: ArBatch, document: ArDocument, bat_seq: int, bat_nbr: str, stamp: EntryStamp) -> Values:
    """Return the ARDoc row. All amounts positive, a credit memo's too; its DocBal must equal OrigDocAmt
    (SL: vp_08400ARBalancesHist). BankAcct/BankSub hold the receivable account, not a bank.
    """  # noqa: D205
    rate = document.rate
    values: Values = {
        "CustId": document.cust_id,
        "DocType": document.doc_type,
        "RefNbr": document.ref_nbr,
        "BatNbr": bat_nbr,
        "BatSeq": bat_seq,
        "CpnyID": stamp.cpny_id,
        "DocClass": "N",
        "DocDate": document.doc_date,
        "DueDate": document.due_date,
        "DiscDate": document.disc_date,
        "DocDesc": document.descr,
        "CustOrdNbr": document.cust_ord_nbr,
        "Terms": document.terms,
        "PerEnt": stamp.per_ent,
        "PerPost": batch.per_post,
        "BankAcct": document.ar_acct,
        "BankSub": document.ar_sub,
        "OrigDocAmt": document.total,
        "DocBal": document.total,
        "CuryOrigDocAmt": document.cury_total,
        "CuryDocBal": document.cury_total,
        "DiscBal": document.discount,
        "CuryDiscBal": document.cury_discount,
        "CuryId": rate.currency,
        "CuryMultDiv": rate.mult_div,
        "CuryRate": rate.rate,
        "CuryRateType": rate.rate_type,
        "CuryEffDate": rate.effective,
        "LineCntr": len(document.lines),
        "OpenDoc": 1,
        "PC_Status": "0",
        "Rlsed": 0,
        **tax_values(document.taxes, f"Invoice {document.ref_nbr}"),
        **dict(document.tracking),
        **dict(document.user_fields),
        **stamp.audit(SCREEN),
    }
    if stamp.record_id_column:
        values[stamp.record_id_column] = _stamp_value(stamp.record_id_column, document.transaction.record_id)
    return values


def line_values(batch: ArBatch, document: ArDocument, bat_nbr: str, stamp: EntryStamp) -> Iterable[Values]:
    """Yield the revenue-side ARTran rows. DrCr is the document's natural side; a line against it is negative.

    A flipped DrCr instead would be refused by the release in foreign currency (SL: message 8888). Raises ``SlError``
    when a document has more lines than SL can number below the release's own.
    """
    refuse_too_many_lines(len(document.lines), LINE_NBR_END, f"Invoice {document.ref_nbr}")
    common: Values = {
        "CustId": document.cust_id,
        "TranType": document.doc_type,
        "RefNbr": document.ref_nbr,
        "BatNbr": bat_nbr,
        "CpnyID": stamp.cpny_id,
        "JrnlType": MODULE,
        "PerEnt": stamp.per_ent,
        "PerPost": batch.per_post,
        "FiscYr": batch.per_post[:4],
        "DrCr": "D" if document.doc_type == "CM" else "C",
        "CuryId": document.rate.currency,
        "CuryMultDiv": document.rate.mult_div,
        "CuryRate": document.rate.rate,
        "CnvFact": Decimal(1),
        "TaxCalced": "N",
        "TranDate": document.doc_date,
        "Rlsed": 0,
        **dict(document.tracking),
        **stamp.audit(SCREEN),
    }
    for index, line in enumerate(document.lines):
        yield {**common, **_line_values(line, index)}


def reservation_values(document: ArDocument) -> Values:
    """Return the RefNbr row that reserves a reference: everything blank but the number (SL: ADG_Create_AR_RefNbr)."""
    return {"RefNbr": document.ref_nbr}


def _line_values(line: ArLine, index: int) -> Values:
    return {
        **line_place(index),
        "Acct": line.acct,
        "Sub": line.sub,
        "TranAmt": line.amount,
        "CuryTranAmt": line.cury_amount,
        "Qty": line.quantity,
        "UnitPrice": line.unit_price,
        "CuryUnitPrice": line.cury_unit_price,
        "UnitDesc": line.unit,
        "TranDesc": line.descr,
        "InvtId": line.invt_id,
    }


def _stamp_value(column: str, record_id: str) -> str | Decimal:
    if column not in STAMP_COLUMNS:
        raise SlError(
            f"[posting] record_id_column = {column!r} is not a free column of SL's invoices.",
            fix=f"Use one of {', '.join(STAMP_COLUMNS)}, or leave it empty.",
        )
    return Decimal(record_id) if column in ("User3", "User4") else record_id

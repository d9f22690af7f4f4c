"""From planned vouchers to the rows that SL's Voucher and Adjustment Entry screen (03.010) would write. Pure.

What the release makes (control line, tax lines, balances) is never written here: it would be there twice.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from xlpy.domain.documents.ap import ApBatch, ApDocument, ApLine
from xlpy.domain.facts.books import sl_key
from xlpy.domain.values.money import total
from xlpy.sl.screens.entry_rows import (
    LINE_NBR_END,
    EntryStamp,
    Values,
    VendorSeen,
    batch_row,
    line_place,
    refuse_too_many_lines,
    tax_values,
)

SCREEN = "03010"
MODULE = "AP"


def batch_values(batch: ApBatch, documents: Sequence[ApDocument], bat_nbr: str, stamp: EntryStamp) -> Values:
    """Return the Batch row, its totals counted from ``documents``; debit adjustments count positive.

    The batch's rate is its first document's; the release uses each document's own.
    """
    cury = total(document.cury_total for document in documents)
    base = total(document.total for document in documents)
    return {
        **batch_row(
            module=MODULE,
            screen=SCREEN,
            journal_type=MODULE,
            bat_nbr=bat_nbr,
            rate=documents[0].rate,
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


def document_values(
    batch: ApBatch, document: ApDocument, ref_nbr: str, bat_seq: int, bat_nbr: str, stamp: EntryStamp
) -> Values:
    """Return the APDoc row. All amounts positive, a debit adjustment's too.

    Acct/Sub hold the payable account; DocBal must equal OrigDocAmt, because the release builds the control line from
    it (SL: pp_03400). PerPost is the batch's: the release does not correct it.
    """
    rate = document.rate
    vendor = _vendor(document, stamp)
    return {
        "Acct": document.ap_acct,
        "Sub": document.ap_sub,
        "DocType": document.doc_type,
        "RefNbr": ref_nbr,
        "BatNbr": bat_nbr,
        "BatSeq": bat_seq,
        "VendId": document.vend_id,
        "VendName": vendor.name,
        "CpnyID": stamp.cpny_id,
        "DocClass": "N",
        "DocDate": document.doc_date,
        "DueDate": document.due_date,
        "DiscDate": document.disc_date,
        "PayDate": document.due_date,
        "DocDesc": document.descr,
        "InvcNbr": document.invc_nbr,
        "InvcDate": document.invc_date,
        "Terms": document.terms,
        "PerEnt": stamp.per_ent,
        "PerPost": batch.per_post,
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
        "Rlsed": 0,
        "Status": "A",
        "PmtMethod": vendor.pmt_method,
        "Doc1099": int(vendor.vend_1099),
        **_screen_defaults(stamp),
        **tax_values(document.taxes, f"Voucher {document.invc_nbr}"),
        **{column: value for column, value in document.tracking if column != "TaskID"},  # APDoc has no task
        **dict(document.user_fields),
        **stamp.record_id("APDoc", document.transactions),
        **stamp.audit(SCREEN),
    }


def line_values(
    batch: ApBatch, document: ApDocument, ref_nbr: str, bat_nbr: str, stamp: EntryStamp
) -> Iterable[Values]:
    """Yield the APTran rows: debits of a voucher, credits of a debit adjustment; a line against it is negative.

    A flipped DrCr instead would be refused by the release (SL: message 6019). Raises ``SlError`` when a document has
    more lines than SL can number below the release's own.
    """
    refuse_too_many_lines(len(document.lines), LINE_NBR_END, f"Voucher {document.invc_nbr}")
    vendor = _vendor(document, stamp)
    common: Values = {
        "VendId": document.vend_id,
        "trantype": document.doc_type,
        "RefNbr": ref_nbr,
        "BatNbr": bat_nbr,
        "CpnyID": stamp.cpny_id,
        "JrnlType": MODULE,
        "PerEnt": stamp.per_ent,
        "PerPost": batch.per_post,
        "FiscYr": batch.per_post[:4],
        "DrCr": "C" if document.doc_type == "AD" else "D",
        "CuryId": document.rate.currency,
        "CuryMultDiv": document.rate.mult_div,
        "CuryRate": document.rate.rate,
        "LineType": _line_type(),
        "ExtRefNbr": document.invc_nbr,
        "BoxNbr": vendor.box if vendor.vend_1099 else "",
        "TaxCalced": "Y",
        "TranDate": document.doc_date,
        "Rlsed": 0,
        **dict(document.tracking),
        **stamp.audit(SCREEN),
    }
    for index, line in enumerate(document.lines):
        yield {**common, **_line_values(line, index)}


def reservation_values(ref_nbr: str) -> Values:
    """Return the APRefNbr row that reserves a reference: everything blank but the number (SL: WS_APRefNbr_INSERT)."""
    return {"RefNbr": ref_nbr}


def _line_values(line: ApLine, index: int) -> Values:
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
        "InvtID": line.invt_id,
    }


def _vendor(document: ApDocument, stamp: EntryStamp) -> VendorSeen:
    return stamp.vendors.get(sl_key(document.vend_id), VendorSeen(""))


def _line_type() -> str:
    """Return APTran.LineType of a plain expense line.

    Unverified: a working integration writes ``S``; the release accepts blank as well. Purchase-order and landed-cost
    lines have other codes, tax lines ``T``.
    """
    return "S"


def _screen_defaults(stamp: EntryStamp) -> Values:
    """Return what the screen is thought to fill by itself.

    Unverified: DfltDetail 1, PC_Status 0 (no project), and as cash account for the later check the one of AP set-up.
    """
    return {"DfltDetail": 1, "PC_Status": "0", "CashAcct": stamp.cash_acct, "CashSub": stamp.cash_sub}

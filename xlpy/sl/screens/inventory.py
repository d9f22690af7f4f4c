"""From planned inventory documents to the rows of SL's Adjustments (10.030) and Transfers (10.040) screens. Pure.

GL lines, cost layers and the receiving lines of a transfer are made by the release, never here. What entering does to a
bin's availability is here too, since SL's own entry does it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from decimal import Decimal

from xlpy.domain.documents.inventory import InBatch, InDocument, InLine
from xlpy.domain.facts.books import sl_key
from xlpy.domain.values.money import ZERO, total
from xlpy.errors import SlError
from xlpy.sl.screens.entry_rows import (
    SMALLINT_END,
    EntryStamp,
    Values,
    base_rate,
    batch_row,
    line_place,
    refuse_too_many_lines,
)

MODULE = "IN"
TRANSFER = "TR"
ADJUSTMENT_SCREEN = "10030"
TRANSFER_SCREEN = "10040"
ONE_STEP = "1"
PENDING = "P"

BinStock = tuple[str, str, str]  # InvtID, SiteID, WhseLoc as sl_key


def batch_values(batch: InBatch, documents: Sequence[InDocument], bat_nbr: str, stamp: EntryStamp) -> Values:
    """Return the Batch row: totals are the signed amounts, but DrTot is a quantity (SL: PI_GetBatch, PI_Adjustments).

    Unverified for transfers: as for adjustments.
    """
    lines = [line for document in documents for line in document.lines]
    amount = total(line.amount for line in lines)
    return {
        **batch_row(
            module=MODULE,
            screen=batch.screen,
            journal_type=MODULE,
            bat_nbr=bat_nbr,
            rate=base_rate(stamp, batch.batch_date),
            batch_date=batch.batch_date,
            per_post=batch.per_post,
            descr=batch.descr,
            stamp=stamp,
        ),
        **dict.fromkeys(("CrTot", "CtrlTot", "CuryCrTot", "CuryCtrlTot", "CuryDrTot"), amount),
        "DrTot": total(line.quantity for line in lines),
    }


def transfer_values(document: InDocument, number: str, bat_nbr: str, stamp: EntryStamp) -> Values:
    """Return the TrnsfrDoc row of a one-step transfer (SL: DMG_10400_TrnsfrDoc_Validation, message 16145).

    Raises ``SlError`` when its lines are not all from one site to one other: the row has room for one pair only.
    """
    ways = {(sl_key(line.site_id), sl_key(line.to_site_id)): (line.site_id, line.to_site_id) for line in document.lines}
    if len(ways) != 1:
        raise SlError(f"The transfer {document.descr} is not from one site to one site; SL can't have it as one.")
    ((site, to_site),) = ways.values()
    return {
        "TrnsfrDocNbr": number,
        "CpnyID": stamp.cpny_id,
        "BatNbr": bat_nbr,
        "RefNbr": number,
        "SiteID": site,
        "ToSiteID": to_site,
        "TransferType": ONE_STEP,
        "Source": _transfer_source(),
        "Status": PENDING,
        "TranDate": document.tran_date,
        "ExpectedDate": document.tran_date,
        "Comment": document.descr,
        **stamp.audit(TRANSFER_SCREEN),
    }


def line_values(
    batch: InBatch, document: InDocument, ref_nbr: str, lines_before: int, bat_nbr: str, stamp: EntryStamp
) -> Iterable[Values]:
    """Yield the INTran rows, numbered through the batch: LineRef must be unique in it (SL: message 16361).

    An adjustment has InvtMult 1 and a signed quantity; a transfer's outgoing line InvtMult -1 and a positive one
    (SL: PI_Adjustments; that a manual ``AJ`` line is signed like its ``PI`` line is unverified). Raises ``SlError``
    when the batch has more lines than SL can number.
    """
    refuse_too_many_lines(lines_before + len(document.lines), SMALLINT_END, f"Inventory batch {batch.descr}")
    common: Values = {
        "BatNbr": bat_nbr,
        "CpnyID": stamp.cpny_id,
        "JrnlType": MODULE,
        "TranType": document.tran_type,
        "RefNbr": ref_nbr,
        "InvtMult": -1 if document.tran_type == TRANSFER else 1,
        "DrCr": "C",
        "LayerType": "S",
        "TranDate": document.tran_date,
        "PerEnt": stamp.per_ent,
        "PerPost": batch.per_post,
        "FiscYr": batch.per_post[:4],
        "Rlsed": 0,
        **dict(document.user_fields),
        **stamp.record_id("INTran", document.transactions),
        **stamp.audit(batch.screen),
    }
    for index, line in enumerate(document.lines, start=lines_before):
        yield {**common, **line_place(index, "LineID"), **_line_values(line)}


def mismatch(document: InDocument) -> str:
    """Return what the release would refuse: an amount against its quantity's sign (SL: message 16122); else nothing."""
    for number, line in enumerate(document.lines, start=1):
        if line.quantity * line.amount < ZERO:
            return f"line {number} has quantity {line.quantity} and amount {line.amount}"
        if document.tran_type == TRANSFER and line.quantity <= ZERO:
            return f"line {number} moves the quantity {line.quantity}"
    return ""


def allocated(
    documents: Iterable[InDocument], counted_bins: Collection[tuple[str, str]]
) -> dict[BinStock, tuple[InLine, Decimal]]:
    """Return what the documents take out of bins, in stock units, with one line that names item, site and bin.

    SL's entry allocates it at once: Location.QtyAllocIN up, QtyAvail down, for bins that count as available
    (``counted_bins``: LocTable.InclQtyAvail 1); the release takes it back (SL: PI_Adjustments).
    """
    taken: dict[BinStock, Decimal] = defaultdict(lambda: ZERO)
    named: dict[BinStock, InLine] = {}
    for document in documents:
        for line in document.lines:
            quantity = _leaving(document, line)
            if quantity and (sl_key(line.site_id), sl_key(line.whse_loc)) in counted_bins:
                key = sl_key(line.invt_id), sl_key(line.site_id), sl_key(line.whse_loc)
                taken[key] += quantity
                named[key] = line
    return {key: (named[key], quantity) for key, quantity in sorted(taken.items())}


def _leaving(document: InDocument, line: InLine) -> Decimal:
    """Return the quantity that leaves the line's bin, in stock units, 0 when none does.

    Unverified for transfers: the rule was read for adjustments; an outgoing line lowers the stock in the same way.
    """
    entered = line.quantity if document.tran_type == TRANSFER else -line.quantity
    if entered <= ZERO:
        return ZERO
    return entered / line.conversion if line.multiply_divide == "D" else entered * line.conversion


def _line_values(line: InLine) -> Values:
    return {
        "InvtID": line.invt_id,
        "SiteID": line.site_id,
        "WhseLoc": line.whse_loc,
        "ToSiteID": line.to_site_id,
        "ToWhseLoc": line.to_whse_loc,
        "Qty": line.quantity,
        "UnitDesc": line.unit,
        "CnvFact": line.conversion,
        "UnitMultDiv": line.multiply_divide,
        "UnitPrice": line.unit_cost,
        "ExtCost": line.amount,
        "TranAmt": line.amount,
        "Acct": line.acct,
        "Sub": line.sub,
        "InvtAcct": line.invt_acct,
        "InvtSub": line.invt_sub,
        "TranDesc": line.descr,
    }


def _transfer_source() -> str:
    """Return TrnsfrDoc.Source, which SL requires. Unverified: ``IN``, the module that the transfer is entered in."""
    return "IN"

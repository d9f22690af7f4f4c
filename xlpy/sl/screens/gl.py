"""From planned journals to the rows that SL's Journal Transactions screen (01.010) would write. Pure: no database.

A journal is the lines of a batch that carry its reference; there is no row for the document itself.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from xlpy.domain.documents.gl import GlBatch, GlJournal, GlLine
from xlpy.domain.values.money import ZERO, total
from xlpy.sl.screens.entry_rows import (
    SMALLINT_END,
    EntryStamp,
    Values,
    base_rate,
    batch_row,
    line_place,
    refuse_too_many_lines,
)

SCREEN = "01010"
MODULE = "GL"
JOURNAL = "GJ"
TRAN_TYPE = "GL"


def journal_reference(journal: GlJournal) -> str:
    """Return the reference that all lines of a journal carry; it tells a batch's journals apart."""
    return journal.lines[0].ref_nbr if journal.lines else ""


def batch_values(batch: GlBatch, journals: Sequence[GlJournal], bat_nbr: str, stamp: EntryStamp) -> Values:
    """Return the Batch row in base currency. CrTot is the sum of the debits, which is that of the credits
    (SL: pp_01400, message 6019).
    """  # noqa: D205
    amount = total(journal.total for journal in journals)
    sums = ("CrTot", "CtrlTot", "DrTot", "CuryCrTot", "CuryCtrlTot", "CuryDrTot")
    return {
        **batch_row(
            module=MODULE,
            screen=SCREEN,
            journal_type=JOURNAL,
            bat_nbr=bat_nbr,
            rate=base_rate(stamp, batch.batch_date),
            batch_date=batch.batch_date,
            per_post=batch.per_post,
            descr=batch.descr,
            stamp=stamp,
        ),
        **dict.fromkeys(sums, amount),
    }


def line_values(
    batch: GlBatch, journal: GlJournal, lines_before: int, bat_nbr: str, stamp: EntryStamp
) -> Iterable[Values]:
    """Yield the GLTran rows, numbered through the batch (LineNbr is part of SL's key) after ``lines_before`` others.

    Raises ``SlError`` when the batch has more lines than SL can number.
    """
    refuse_too_many_lines(lines_before + len(journal.lines), SMALLINT_END, f"Journal batch {batch.descr}")
    common: Values = {
        "Module": MODULE,
        "BatNbr": bat_nbr,
        "CpnyID": stamp.cpny_id,
        "LedgerID": stamp.ledger_id,
        "BaseCuryID": stamp.base_currency,
        "BalanceType": stamp.balance_type,
        "JrnlType": JOURNAL,
        "TranType": TRAN_TYPE,
        "CuryId": stamp.base_currency,
        "CuryMultDiv": "M",
        "CuryRate": 1,
        "CuryEffDate": batch.batch_date,
        "TranDate": journal.journal_date,
        "PerEnt": stamp.per_ent,
        "PerPost": batch.per_post,
        "FiscYr": batch.per_post[:4],
        "Posted": "U",
        "Rlsed": 0,
        "PC_Flag": "N",
        "PC_Status": "0",
        **dict(journal.tracking),
        **dict(journal.user_fields),
        **stamp.record_id("GLTran", journal.transactions),
        **stamp.audit(SCREEN),
    }
    for index, line in enumerate(journal.lines, start=lines_before):
        yield {**common, **line_place(index), **_line_values(line)}


def unbalanced(journal: GlJournal) -> str:
    """Return what is wrong with a journal that does not balance or has an amount on both sides; else nothing."""
    credit = total(line.credit for line in journal.lines)
    if credit != journal.total:
        return f"debits {journal.total} are not credits {credit}"
    for number, line in enumerate(journal.lines, start=1):
        if min(line.debit, line.credit) < ZERO or (line.debit and line.credit):
            return f"line {number} has debit {line.debit} and credit {line.credit}"
    return ""


def _line_values(line: GlLine) -> Values:
    return {
        "Acct": line.acct,
        "Sub": line.sub,
        "DrAmt": line.debit,
        "CrAmt": line.credit,
        "CuryDrAmt": line.debit,
        "CuryCrAmt": line.credit,
        "TranDesc": line.descr,
        "RefNbr": line.ref_nbr,
        "ExtRefNbr": line.ext_ref_nbr,
        "Id": line.party,
        "Qty": line.quantity,
    }

"""What the rows of every entry screen have in common: the stamp of the run, the Batch row, line numbers, tax slots.

Pure: no database. A row holds only the columns that are not blank; ``insert_rows`` fills the rest of the table's.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from xlpy.domain.documents.shared import RateUsed, TaxSlot
from xlpy.domain.values.transactions import TransactionKey
from xlpy.errors import SlError

FIRST_LINE_NBR = -32768
LINE_NBR_END = 32765  # of AR and AP: the release numbers its tax, discount and control lines from here on
SMALLINT_END = 32768  # of GL and IN, where LineNbr counts through the batch and the release adds none of its own
TAX_SLOTS = 4
USER_WIDTHS: Mapping[str, int] = {"User1": 30, "User2": 30, "User5": 10, "User6": 10}

Values = dict[str, Any]


@dataclass(frozen=True, slots=True)
class VendorSeen:
    """What a voucher takes from its vendor, read under lock. ``name`` as SL stores it (a person's is ``Last~First``).

    ``box``: the 1099 box, when ``vend_1099``.
    """

    name: str
    pmt_method: str = ""
    vend_1099: bool = False
    box: str = ""


@dataclass(frozen=True, slots=True)
class EntryStamp:
    """What every row of a module takes from SL's set-up and from the run.

    ``per_ent``: the module's current period, in which the batch is entered (YYYYPP). ``status``: B balanced or H on
    hold. ``record_id_column``: a free User column of ARDoc to stamp with the Manage id, empty for none;
    ``user_columns``: the same by table, for the others.
    ``balance_type``: of the ledger, for journals. ``cash_acct``/``cash_sub`` and ``vendors``: for vouchers.
    """

    cpny_id: str
    base_currency: str
    ledger_id: str
    gl_post_opt: str
    per_ent: str
    sl_user: str
    now: datetime
    status: str = "B"
    record_id_column: str = ""
    balance_type: str = ""
    cash_acct: str = ""
    cash_sub: str = ""
    vendors: Mapping[str, VendorSeen] = field(default_factory=dict)
    user_columns: Mapping[str, str] = field(default_factory=dict)

    def record_id(self, table: str, transactions: Sequence[TransactionKey]) -> Values:
        """Return the User column of ``table`` with the id in Manage, of the first transaction when there are several.

        Nothing when the profile names no column, and for an id that does not fit: a cut one would be another's.
        """
        column = self.user_columns.get(table, "")
        if not column or not transactions:
            return {}
        record_id = transactions[0].record_id
        fits = record_id.isascii() and len(record_id) <= USER_WIDTHS[column]
        return {column: record_id} if fits else {}

    def audit(self, screen: str) -> Values:
        """Return Crtd_* and LUpd_*: the screen that would have written the row, and 10 characters of the user id."""
        user = self.sl_user[:10]
        return {
            "Crtd_DateTime": self.now,
            "Crtd_Prog": screen,
            "Crtd_User": user,
            "LUpd_DateTime": self.now,
            "LUpd_Prog": screen,
            "LUpd_User": user,
        }


def batch_row(
    *,
    module: str,
    screen: str,
    journal_type: str,
    bat_nbr: str,
    rate: RateUsed,
    batch_date: date,
    per_post: str,
    descr: str,
    stamp: EntryStamp,
) -> Values:
    """Return the Batch row of any screen, without its totals: unreleased, in the currency of ``rate``."""
    return {
        "Module": module,
        "BatNbr": bat_nbr,
        "BatType": "N",
        "JrnlType": journal_type,
        "EditScrnNbr": screen,
        "CpnyID": stamp.cpny_id,
        "BaseCuryID": stamp.base_currency,
        "BalanceType": stamp.balance_type,
        "CuryId": rate.currency,
        "CuryEffDate": batch_date,
        "CuryMultDiv": rate.mult_div,
        "CuryRate": rate.rate,
        "CuryRateType": rate.rate_type,
        "DateEnt": batch_date,
        "Descr": descr,
        "GLPostOpt": stamp.gl_post_opt,
        "LedgerID": stamp.ledger_id,
        "PerEnt": stamp.per_ent,
        "PerPost": per_post,
        "Rlsed": 0,
        "Status": stamp.status,
        **stamp.audit(screen),
    }


def base_rate(stamp: EntryStamp, day: date) -> RateUsed:
    """Return the rate of a batch in base currency: 1, multiplied, no rate type."""
    return RateUsed(stamp.base_currency, Decimal(1), "M", "", day, 2)


def line_place(index: int, id_column: str = "LineId") -> Values:
    """Return the numbers of a line, ``index`` counted from 0 within its document (AR, AP) or batch (GL, IN).

    INTran spells the column ``LineID``.
    """
    return {"LineNbr": FIRST_LINE_NBR + index, id_column: index + 1, "LineRef": f"{index + 1:05}"}


def refuse_too_many_lines(count: int, end: int, what: str) -> None:
    """Raise ``SlError`` when ``count`` lines can't be numbered below ``end`` (a smallint)."""
    if count > end - FIRST_LINE_NBR:
        raise SlError(f"{what} has {count} lines; SL can't number that many.")


def tax_values(taxes: Sequence[TaxSlot], what: str) -> Values:
    """Return the document-level taxes; equal slots would count once at the release (SL: pp_08400SalesTax).

    Raises ``SlError`` naming ``what`` for more than four taxes, or one twice.
    """
    ids = [slot.tax_id for slot in taxes]
    if len(ids) > TAX_SLOTS or len(set(ids)) != len(ids):
        raise SlError(f"{what} can't carry the taxes {', '.join(ids)}: at most four, each once.")
    values: Values = {}
    for index, slot in enumerate(taxes):
        values |= {
            f"TaxId{index:02}": slot.tax_id,
            f"TaxCntr{index:02}": 1,
            f"TaxTot{index:02}": slot.tax,
            f"TxblTot{index:02}": slot.taxable,
            f"CuryTaxTot{index:02}": slot.cury_tax,
            f"CuryTxblTot{index:02}": slot.cury_taxable,
        }
    return values

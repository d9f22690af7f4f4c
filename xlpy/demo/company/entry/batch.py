"""A batch that is being entered in a screen of receivables or payables: what its rows share, and its totals."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from xlpy.demo.company.release.books import Books, Row, same, stamp
from xlpy.domain.facts.books import sl_key
from xlpy.domain.values.money import round_money, to_base
from xlpy.domain.values.screens import screen
from xlpy.errors import SlError


@dataclass(slots=True)
class EntryBatch:
    """One unreleased batch in one currency. Totals count what ``count`` was given."""

    books: Books
    setup: Row  # ARSetup or APSetup
    gl: Row
    screen: str
    entered: date
    currency: Row
    bat_nbr: str
    period: str
    user: str
    total: Decimal = Decimal(0)
    base_total: Decimal = Decimal(0)

    @property
    def audit(self) -> Row:
        """The audit columns of a new row."""
        return stamp(self.screen, self.user)

    @property
    def shared(self) -> Row:
        """The columns that batch, documents and lines have in common."""
        return {
            **self.audit,
            "BatNbr": self.bat_nbr,
            "CpnyID": self.gl["CpnyId"],
            "CuryId": self.currency["CuryId"],
            "CuryMultDiv": self.currency["CuryMultDiv"],
            "CuryRate": self.currency["CuryRate"],
            "PerEnt": self.setup["CurrPerNbr"],
            "PerPost": self.period,
        }

    @property
    def effective(self) -> Row:
        """The columns that only batch and documents have: date and type of the rate."""
        return {"CuryEffDate": self.entered, "CuryRateType": self.currency["CuryRateType"]}

    def base(self, value: Decimal) -> Decimal:
        """Give an amount in base currency, at the rate of the batch."""
        return base_amount(self.books, self.gl, value, self.currency)

    def count(self, value: Decimal, base: Decimal) -> None:
        """Add a document to the totals of the batch."""
        self.total += value
        self.base_total += base

    def close(self) -> None:
        """Write the Batch row, balanced and ready for release."""
        module = self.setup["SetupId"]
        self.books.add(
            "Batch",
            **self.shared,
            **self.effective,
            Module=module,
            JrnlType=module,
            BatType="N",
            EditScrnNbr=self.screen,
            Status="B",
            BaseCuryID=self.gl["BaseCuryId"],
            CrTot=self.base_total,
            CtrlTot=self.base_total,
            CuryCrTot=self.total,
            CuryCtrlTot=self.total,
            DateEnt=self.entered,
            GLPostOpt=self.setup["GLPostOpt"],
            LedgerID=self.gl["LedgerID"],
        )


def open_entry(
    books: Books, setup: Row, screen: str, currency: Row, *, entered: date, period: str = "", user: str = "SYSADMIN"
) -> EntryBatch:
    """Begin a batch with the module's next number. ``currency``: of ``currency_of``, or of a document.

    ``period``: the period to post, the module's current one by default.
    """
    gl = books.rows("GLSetup", SetupId="GL")[0]
    period = period or str(setup["CurrPerNbr"])
    bat_nbr = next_batch_number(books, setup)
    return EntryBatch(books, setup, gl, screen, entered, currency, bat_nbr, period, user)


def next_batch_number(books: Books, setup: Row) -> str:
    """Take the next free batch number of a module (``setup``: its set-up row)."""
    width = len(setup["LastBatNbr"]) or 6
    number = int(setup["LastBatNbr"] or 0)
    while True:
        number = number % (10**width - 1) + 1
        text = f"{number:0{width}}"
        if books.one("Batch", Module=setup["SetupId"], BatNbr=text) is None:
            setup["LastBatNbr"] = text
            return text


def currency_of(books: Books, party: Row, entered: date) -> Row:
    """Give the currency of a customer, vendor or document with the rate of the day (the latest one before).

    Raises SlError when there is none.
    """
    base = books.rows("GLSetup", SetupId="GL")[0]["BaseCuryId"]
    cury_id = party["CuryId"] or base
    if same(cury_id, base):
        return {"CuryId": cury_id, "CuryMultDiv": "M", "CuryRate": Decimal(1), "CuryRateType": ""}
    rates = [
        rate
        for rate in books.rows("CuryRate", FromCuryId=cury_id, ToCuryId=base, RateType=party["CuryRateType"])
        if rate["EffDate"] <= entered
    ]
    if not rates:
        raise SlError(f"SL has no rate for {cury_id} on {entered:%Y-%m-%d}.", fix=f"Enter one in {screen('24.270')}.")
    latest = max(rates, key=lambda rate: rate["EffDate"])
    return {
        "CuryId": cury_id,
        "CuryMultDiv": latest["MultDiv"],
        "CuryRate": latest["Rate"],
        "CuryRateType": latest["RateType"],
    }


def base_amount(books: Books, gl: Row, amount: Decimal, currency: Row) -> Decimal:
    """Give an amount in base currency, at the rate that ``currency_of`` gave."""
    decimals = {sl_key(row["CuryId"]): int(row["DecPl"]) for row in books.rows("Currncy")}[sl_key(gl["BaseCuryId"])]
    return to_base(round_money(amount, 2), currency["CuryRate"], currency["CuryMultDiv"], decimals)

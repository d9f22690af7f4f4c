"""The account histories that posting fills: AcctHist, and CuryAcct per currency (SL: pp_01520 and its views).

Balances are in the natural sign of the account: debits increase assets and expenses, credits the others. What income
and expense accounts move also moves the year-to-date net income, and, when it is of an earlier year, the retained
earnings that later years open with.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from xlpy.demo.company.release.batch import BatchRun
from xlpy.demo.company.release.books import Row, key_of, null_refused, same, stamp
from xlpy.domain.facts.books import sl_key
from xlpy.domain.values.money import round_money

PROGRAM = "01520"
_PERIODS = 13  # balances that a history row has, whatever the company's calendar
_BALANCE_SHEET = ("A", "L")


@dataclass(frozen=True, slots=True)
class _Calendar:
    """Where the batch and the company are in the fiscal calendar. ``period`` counts from 0."""

    year: str
    period: int
    current_year: str
    current_period: int  # counted from 1
    periods: int

    def years(self) -> list[str]:
        """Years from the batch's to the current one."""
        return [str(year) for year in range(int(self.year), int(self.current_year) + 1)]

    def is_reached(self, year: str, period: int) -> bool:
        """Whether year-to-date balances are kept for a period: not beyond the company's current period."""
        if period >= self.periods:
            return False
        return year < self.current_year or (year == self.current_year and period < self.current_period)


@dataclass(slots=True)
class _Movement:
    """What a batch moves on one account, subaccount, company and ledger (and currency, in CuryAcct)."""

    key: Row
    account_type: str  # A, L, I, E
    base: Decimal
    cury: Decimal
    base_currency: str


def post_to_history(run: BatchRun, lines: list[Row]) -> None:
    """Add the transactions of a batch to the histories. Raises SqlStopped (515) for a ledger that is unknown.

    An account that is not in Account never reaches them; a company that is not in this database gets no new rows.
    """
    accounts = {sl_key(account["Acct"]): account for account in run.books.rows("Account")}
    posted = [
        (line, accounts[sl_key(line["Acct"])])
        for line in lines
        if sl_key(line["Acct"]) in accounts and run.knows_currency(line["BaseCuryID"])
    ]
    _fill(run, "AcctHist", _movements(run, posted, by_currency=False))
    in_currency = [(line, account) for line, account in posted if run.knows_currency(line["CuryId"])]
    _fill(run, "CuryAcct", _movements(run, in_currency, by_currency=True))


def _movements(run: BatchRun, posted: list[tuple[Row, Row]], *, by_currency: bool) -> list[_Movement]:
    found: dict[tuple[object, ...], _Movement] = {}
    columns = ["CpnyID", "Acct", "Sub", "LedgerID"] + (["CuryId"] if by_currency else [])
    for line, account in posted:
        kind = account["AcctType"][1:2]
        key = key_of(line, *columns)
        if key not in found:
            found[key] = _Movement(
                {name: line[name] for name in columns}, kind, Decimal(0), Decimal(0), line["BaseCuryID"]
            )
        sign = 1 if kind in ("A", "E") else -1
        decimals = run.decimals[sl_key(line["BaseCuryID"])]
        found[key].base += sign * round_money(line["DrAmt"] - line["CrAmt"], decimals)
        found[key].cury += sign * run.in_currency(line["CuryDrAmt"] - line["CuryCrAmt"], line["CuryId"])
    return list(found.values())


def _fill(run: BatchRun, name: str, movements: list[_Movement]) -> None:
    period = run.row["PerPost"]
    calendar = _Calendar(
        period[:4], int(period[4:6]) - 1, run.gl["PerNbr"][:4], int(run.gl["PerNbr"][4:6]), int(run.gl["NbrPer"])
    )
    for movement in movements:
        _post_account(run, name, calendar, movement)
    for net_income in _net_incomes(run, movements):
        _post_net_income(run, name, calendar, net_income)


def _net_incomes(run: BatchRun, movements: list[_Movement]) -> list[_Movement]:
    """Sum what income and expense accounts move, per subaccount, as movements of the net income account."""
    found: dict[tuple[object, ...], _Movement] = {}
    for movement in movements:
        if movement.account_type not in ("I", "E"):
            continue
        key = {**movement.key, "Acct": run.gl["YtdNetIncAcct"]}
        same_sub = key_of(key, *key)
        if same_sub not in found:
            found[same_sub] = _Movement(key, "L", Decimal(0), Decimal(0), movement.base_currency)
        sign = 1 if movement.account_type == "I" else -1
        found[same_sub].base += sign * movement.base
        found[same_sub].cury += sign * movement.cury
    return list(found.values())


def _post_account(run: BatchRun, name: str, calendar: _Calendar, movement: _Movement) -> None:
    if movement.account_type not in (*_BALANCE_SHEET, "I", "E"):
        return
    years = calendar.years() if movement.account_type in _BALANCE_SHEET else [calendar.year]
    _provide_rows(run, name, movement, years)
    for history in run.books.rows(name, **movement.key):
        if history["FiscYr"] == calendar.year:
            _add(run, history, "PtdBal", calendar.period, movement)
            for period in range(calendar.period, _PERIODS):
                if calendar.is_reached(calendar.year, period):
                    _add(run, history, "YtdBal", period, movement)
        elif history["FiscYr"] > calendar.year and movement.account_type in _BALANCE_SHEET:
            _open_with(run, history, calendar, movement)
        else:
            continue
        history.update(stamp(PROGRAM, run.user, created=False))


def _post_net_income(run: BatchRun, name: str, calendar: _Calendar, movement: _Movement) -> None:
    _provide_rows(run, name, movement, calendar.years())
    for history in run.books.rows(name, **movement.key, FiscYr=calendar.year):
        _add(run, history, "PtdBal", calendar.period, movement)
        if name == "AcctHist":
            _add(run, history, "PtdCon", calendar.period, movement)
        for period in range(calendar.period, _PERIODS):
            if period == 0 or calendar.is_reached(calendar.year, period):
                _add(run, history, "YtdBal", period, movement)
        history.update(stamp(PROGRAM, run.user, created=False))
    retained = _Movement(
        {**movement.key, "Acct": run.gl["RetEarnAcct"]}, "L", movement.base, movement.cury, movement.base_currency
    )
    later = [year for year in calendar.years() if year > calendar.year]
    _provide_rows(run, name, retained, later)
    for history in run.books.rows(name, **retained.key):
        if calendar.year < history["FiscYr"] <= calendar.current_year:
            _open_with(run, history, calendar, retained)
            history.update(stamp(PROGRAM, run.user, created=False))


def _open_with(run: BatchRun, history: Row, calendar: _Calendar, movement: _Movement) -> None:
    """Add a movement of an earlier year: to the opening balance and to every period reached."""
    _add(run, history, "BegBal", None, movement)
    for period in range(_PERIODS):
        if calendar.is_reached(history["FiscYr"], period):
            _add(run, history, "YtdBal", period, movement)


def _add(run: BatchRun, history: Row, column: str, period: int | None, movement: _Movement) -> None:
    name = column if period is None else f"{column}{period:02}"
    decimals = run.decimals[sl_key(movement.base_currency)]
    history[name] = round_money(history[name] + movement.base, decimals)
    if f"Cury{name}" in history:
        history[f"Cury{name}"] = run.in_currency(history[f"Cury{name}"] + movement.cury, history["CuryId"])


def _provide_rows(run: BatchRun, name: str, movement: _Movement, years: list[str]) -> None:
    if not _is_here(run, movement.key["CpnyID"]):
        return
    for year in years:
        if run.books.one(name, **movement.key, FiscYr=year) is not None:
            continue
        ledger = run.books.one("Ledger", LedgerID=movement.key["LedgerID"])
        if ledger is None:
            raise null_refused()  # the balance type comes from the ledger
        currency = {"CuryId": movement.base_currency} if name == "AcctHist" else {"BaseCuryID": movement.base_currency}
        run.books.add(
            name,
            **stamp(PROGRAM, run.user),
            **movement.key,
            **currency,
            FiscYr=year,
            BalanceType=ledger["BalanceType"],
        )


def _is_here(run: BatchRun, cpny_id: str) -> bool:
    """Tell whether a company keeps its books in this database (that of the master company of GLSetup)."""
    companies = run.books.rows("vs_company")
    here = [company["DatabaseName"] for company in companies if same(company["CpnyID"], run.gl["CpnyId"])]
    return any(
        same(company["CpnyID"], cpny_id) and (not here or same(company["DatabaseName"], here[0]))
        for company in companies
    )

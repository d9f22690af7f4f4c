"""What the AP release leaves in the vendor's balance and history (SL: pp_03400APHistBal). Prepayments leave nothing."""

from __future__ import annotations

from decimal import Decimal

from xlpy.demo.company.release.batch import BatchRun, sum_of
from xlpy.demo.company.release.books import Row, amount, day, key_of, stamp
from xlpy.demo.company.release_ap.lines import PROGRAM

_ZERO = Decimal(0)
# Document type → APHist columns (Ptd… and Ytd…)
_COLUMNS = {"VO": "Purch", "AC": "CrAdjs", "AD": "DrAdjs"}
_YEAR_TOTALS = {"YtdPurch": 1, "YtdCrAdjs": 1, "YtdDiscTkn": -1, "YtdDrAdjs": -1, "YtdPaymt": -1}


def move_vendor_balances(run: BatchRun, ap: Row, docs: list[Row]) -> None:
    """Add the documents to AP_Balances: CurrBal up to APSetup.PerNbr, FutureBal later. Adjustments AD reduce it."""
    for members in _by_vendor(docs):
        first = members[0]
        key = {"CpnyID": first["CpnyID"], "VendID": first["VendId"]}
        balance = run.books.one("AP_Balances", **key)
        if balance is None:
            balance = run.books.add("AP_Balances", **stamp(PROGRAM, run.user), **key, CuryID=run.gl["BaseCuryId"])
        for doc in members:
            column = "CurrBal" if doc["PerPost"] <= ap["PerNbr"] else "FutureBal"
            owed = run.base(amount(doc["OrigDocAmt"]))
            balance[column] = run.base(amount(balance[column]) + (-owed if doc["DocType"] == "AD" else owed))
        vouchers = [doc["DocDate"] for doc in members if doc["DocType"] == "VO"]
        balance["LastVODate"] = max([balance["LastVODate"], *vouchers], key=day)
        balance.update(stamp(PROGRAM, run.user, created=False))


def keep_vendor_history(run: BatchRun, ap: Row, docs: list[Row]) -> None:
    """Add the documents to APHist, and roll the opening balances of later years.

    Years are provided from that of the batch on: a document of an earlier year is lost when the vendor has none.
    """
    first_year = run.row["PerPost"][:4]
    years = _years(first_year, max(ap["PerNbr"][:4], first_year))
    for members in _by_vendor(docs):
        for doc in members:
            for year in years:
                if doc["PerPost"][:4] <= year:
                    _provide_year(run, ap, doc, year)
        for doc in members:
            history = _year_of(run, doc, doc["PerPost"][:4])
            if history is None:
                continue
            column = _COLUMNS[doc["DocType"]]
            period = doc["PerPost"][4:6]
            if f"Ptd{column}{int(period or 0) - 1:02}" in history:
                _increase(run, history, f"Ptd{column}{int(period) - 1:02}", doc)
            if doc["PerPost"] <= ap["PerNbr"]:
                _increase(run, history, f"Ytd{column}", doc)
            history.update(stamp(PROGRAM, run.user, created=False))
        _roll_opening_balances(run, members[0])


def _increase(run: BatchRun, history: Row, column: str, doc: Row) -> None:
    history[column] = run.base(amount(history[column]) + amount(doc["OrigDocAmt"]))


def _provide_year(run: BatchRun, ap: Row, doc: Row, year: str) -> None:
    if _year_of(run, doc, year) is None:
        run.books.add(
            "APHist",
            **stamp(PROGRAM, run.user),
            CpnyID=doc["CpnyID"],
            VendId=doc["VendId"],
            FiscYr=year,
            CuryID=doc["CuryId"],
            PerNbr=f"{year}12" if year < ap["PerNbr"][:4] else ap["PerNbr"],
        )


def _year_of(run: BatchRun, doc: Row, year: str) -> Row | None:
    return run.books.one("APHist", VendId=doc["VendId"], CpnyID=doc["CpnyID"], FiscYr=year)


def _roll_opening_balances(run: BatchRun, doc: Row) -> None:
    years = run.books.rows("APHist", VendId=doc["VendId"], CpnyID=doc["CpnyID"])
    ordered = sorted(years, key=lambda history: str(history["FiscYr"]))
    for index, history in enumerate(ordered[1:], start=1):
        earlier = ordered[:index]
        moved = sum((sign * sum_of(earlier, column) for column, sign in _YEAR_TOTALS.items()), _ZERO)
        history["BegBal"] = run.base(amount(ordered[0]["BegBal"]) + moved)


def _by_vendor(docs: list[Row]) -> list[list[Row]]:
    found: dict[tuple[object, ...], list[Row]] = {}
    for doc in docs:
        if doc["DocType"] in _COLUMNS:
            found.setdefault(key_of(doc, "CpnyID", "VendId"), []).append(doc)
    return list(found.values())


def _years(first: str, last: str) -> list[str]:
    """Give the years from the batch's to the last one; a blank period has a blank year."""
    return [str(year) for year in range(int(first), int(last) + 1)] if first else [first]

"""The release of a general ledger batch (SL: pp_01400, screen 01.400)."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

from xlpy.demo.company.release.batch import BatchRun, sum_of
from xlpy.demo.company.release.books import Row, amount, same, stamp
from xlpy.demo.company.release.gl_lines import intercompany_accounts
from xlpy.domain.facts.books import sl_key
from xlpy.domain.values.money import round_money
from xlpy.errors import SlError

PROGRAM = "01400"
_FIVE_PLACES = 5
_GIVEN_BY_SL = ("tstamp",)


def prepare_journal(run: BatchRun) -> bool:
    """Check the batch. Returns whether the release may go on. A rejected GL batch keeps its status.

    The base amounts of a journal in foreign currency are rounded to the totals of the batch before the checks.
    """
    batch = run.batch
    if batch is None:
        run.reject(835)
        return False
    lines = _transactions(run)
    _balance_base_amounts(run, lines)
    if is_out_of_balance(run, lines):
        run.reject(6019)
    if batch["JrnlType"] != "IC" and any(
        intercompany_accounts(run, batch["CpnyID"], line["CpnyID"], batch["EditScrnNbr"]) is None
        for line in _lines_of_others(run, lines)
    ):
        run.reject(12341)
    if not run.messages and batch["Status"] != "B":
        run.reject(832)
    return not run.messages


def release_journal(run: BatchRun) -> None:
    """Release a checked batch: status U. Makes the reversing batch, copies a template, balances companies."""
    if run.row["BatType"] == "M":
        # A template stays on hold; its copy is what is released.
        _release(run, _copy_batch(run, AutoRevCopy=run.row["AutoRevCopy"]))
        run.row["Status"] = "H"
        return
    if run.gl["AutoRevOpt"] == "R" and run.row["AutoRev"] == 1:
        reversing = _reverse(run)
        run.row["AutoRev"] = 0
        _release(run, reversing)
    _release(run, run.row)


def _release(run: BatchRun, batch: Row) -> None:
    lines = run.books.rows("GLTran", Module="GL", BatNbr=batch["BatNbr"])
    for line in lines:
        line["OrigCpnyID"] = batch["CpnyID"]
    others = [] if batch["JrnlType"] == "IC" else [line for line in lines if not same(line["CpnyID"], batch["CpnyID"])]
    if others:
        _balance_companies(run, batch, lines, others)
    batch.update(Status="U", Rlsed=1)
    for line in run.books.rows("GLTran", Module="GL", BatNbr=batch["BatNbr"]):
        line.update(Posted="U", Rlsed=1)


def is_out_of_balance(run: BatchRun, lines: list[Row]) -> bool:
    """Tell whether CrTot is not the sum of debits and of credits.

    One-sided batches (BatType J) and ledgers that need no balance must agree with one side only. Without a ledger or
    base currency SL does not look.
    """
    batch = run.row
    ledger = run.books.one("Ledger", LedgerID=batch["LedgerID"])
    if ledger is None or not run.knows_currency(batch["BaseCuryID"]) or not lines:
        return False
    decimals = run.decimals[sl_key(batch["BaseCuryID"])]
    tolerance = Decimal(1).scaleb(-decimals - 1)
    sides = [
        abs(amount(batch["CrTot"]) - round_money(sum_of(lines, column), decimals)) > tolerance
        for column in ("DrAmt", "CrAmt")
    ]
    one_side_is_enough = batch["BatType"] == "J" or ledger["BalRequired"] == 0
    return all(sides) if one_side_is_enough else any(sides)


def _transactions(run: BatchRun) -> list[Row]:
    return run.books.rows("GLTran", Module="GL", BatNbr=run.bat_nbr)


def _lines_of_others(run: BatchRun, lines: list[Row]) -> list[Row]:
    return [line for line in lines if not same(line["CpnyID"], run.row["CpnyID"])]


def _balance_base_amounts(run: BatchRun, lines: list[Row]) -> None:
    """Bring the base amounts to the totals of the batch when the currency amounts agree with theirs.

    SL sums per LineId, so this happens for batches whose lines share one LineId. The difference goes to the first
    debit and the first credit.
    """
    batch = run.row
    if not run.knows_currency(batch["BaseCuryID"]):
        return
    decimals = run.decimals[sl_key(batch["BaseCuryID"])]
    for line_id in {line["LineId"] for line in lines}:
        group = [line for line in lines if line["LineId"] == line_id]
        if any(
            round_money(sum_of(group, column), _FIVE_PLACES) != round_money(batch[total], _FIVE_PLACES)
            for column, total in (("CuryCrAmt", "CuryCrTot"), ("CuryDrAmt", "CuryDrTot"))
        ):
            continue
        for column, total in (("CrAmt", "CrTot"), ("DrAmt", "DrTot")):
            difference = round_money(batch[total] - round_money(sum_of(group, column), decimals), decimals)
            first = min((line for line in lines if line[column]), key=lambda line: int(line["LineNbr"]), default=None)
            if difference and first is not None:
                first[column] = round_money(amount(first[column]) + difference, decimals)


def _balance_companies(run: BatchRun, batch: Row, lines: list[Row], others: list[Row]) -> None:
    """Add the two transactions (type IC) per line of another company, and total the batch anew."""
    databases = {sl_key(row["CpnyID"]): row["DatabaseName"] for row in run.books.rows("vs_company")}
    here = databases.get(sl_key(batch["CpnyID"]), "")
    used = {int(line["LineNbr"]) for line in lines}
    for line in others:
        accounts = intercompany_accounts(run, batch["CpnyID"], line["CpnyID"], batch["EditScrnNbr"])
        if accounts is None or line["TranType"] == "IC":
            continue
        there = databases.get(sl_key(line["CpnyID"]))
        line["IC_Distribution"] = int(there is not None and not same(there, here))
        elsewhere = bool(line["IC_Distribution"])
        ours = {"Acct": accounts["FromAcct"], "Sub": accounts["FromSub"], "CpnyID": batch["CpnyID"]}
        theirs = {
            "Acct": line["Acct"] if elsewhere else accounts["ToAcct"],
            "Sub": line["Sub"] if elsewhere else accounts["ToSub"],
            "DrAmt": line["CrAmt"],
            "CrAmt": line["DrAmt"],
            "CuryDrAmt": line["CuryCrAmt"],
            "CuryCrAmt": line["CuryDrAmt"],
        }
        for changes in (ours, theirs):
            number = next(nbr for nbr in range(int(line["LineNbr"]) + 1, 32768) if nbr not in used)
            used.add(number)
            copied = {
                **_copied(line),
                **stamp(PROGRAM, "Solomon"),
                "IC_Distribution": 0,
                "LineNbr": number,
                "OrigAcct": line["Acct"],
                "OrigSub": line["Sub"],
                "PerEnt": run.gl["PerNbr"],
                "TranType": "IC",
                **changes,
            }
            run.books.add("GLTran", **copied)
    every = run.books.rows("GLTran", Module="GL", BatNbr=batch["BatNbr"])
    for side in ("Cr", "Dr"):
        batch[f"{side}Tot"] = sum_of(every, f"{side}Amt")
        batch[f"Cury{side}Tot"] = sum_of(every, f"Cury{side}Amt")
    batch.update(CtrlTot=batch["CrTot"], CuryCtrlTot=batch["CuryCrTot"])


def _copy_batch(run: BatchRun, **changes: object) -> Row:
    """Copy the batch and its lines under the next GL batch number, as a normal batch in status B."""
    number = _next_number(run)
    made = stamp(PROGRAM, run.user)
    copy = run.books.add(
        "Batch",
        **{
            **_copied(run.row),
            **made,
            "BatNbr": number,
            "BatType": "N",
            "OrigBatNbr": run.bat_nbr,
            "PerEnt": run.gl["PerNbr"],
            "Status": "B",
            "VOBatNbrForPP": "",
            **changes,
        },
    )
    for line in _transactions(run):
        copied = {**_copied(line), **made, "BatNbr": number, "PerEnt": run.gl["PerNbr"], "Rlsed": 1}
        run.books.add("GLTran", **copied)
    return copy


def _reverse(run: BatchRun) -> Row:
    """Make the reversing batch: debits and credits exchanged, in the next period, on its first day."""
    period = next_period(run.row["PerPost"], int(run.gl["NbrPer"]))
    first_day = day_after_period(run.gl, run.row["PerPost"])
    batch = _copy_batch(run, AutoRev=0, AutoRevCopy=1, PerEnt=run.row["PerEnt"], PerPost=period)
    for line in run.books.rows("GLTran", Module="GL", BatNbr=batch["BatNbr"]):
        line.update(
            DrAmt=line["CrAmt"],
            CrAmt=line["DrAmt"],
            CuryDrAmt=line["CuryCrAmt"],
            CuryCrAmt=line["CuryDrAmt"],
            FiscYr=period[:4],
            PerPost=period,
            TranDate=first_day,
        )
    return batch


def next_period(period: str, periods: int) -> str:
    """Give the period after ``period`` (YYYYPP) in a year of so many periods."""
    year, number = int(period[:4]), int(period[4:])
    return f"{year + 1}01" if number >= periods else f"{year}{number + 1:02}"


def day_after_period(gl: Row, period: str) -> date:
    """Give the first day after a period by GLSetup.FiscalPerEnd. 0228 and 0229 both mean the end of February."""
    year, number, last = int(period[:4]), int(period[4:]), int(gl["NbrPer"])
    ends = [gl[f"FiscalPerEnd{index:02}"] for index in range(last)]
    end, year_end = ends[number - 1], ends[-1]
    if year_end != "1231":
        # The year ends within a calendar year: its periods after that day belong to the calendar year before.
        closing_year = year + 1 if gl["BegFiscalYr"] else year
        year = closing_year if end <= year_end else closing_year - 1
    if end in ("0228", "0229"):
        return date(year, 3, 1)
    return date(year, int(end[:2]), int(end[2:])) + timedelta(days=1)


def _next_number(run: BatchRun) -> str:
    """Take the next free GL batch number (GLSetup.LastBatNbr, its width kept)."""
    width = len(run.gl["LastBatNbr"]) or 6
    last = int(run.gl["LastBatNbr"] or 0)
    for step in range(1, 10**width):
        number = f"{(last + step - 1) % (10**width - 1) + 1:0{width}}"
        if run.books.one("Batch", Module="GL", BatNbr=number) is None:
            run.gl["LastBatNbr"] = number
            return number
    raise SlError("Every GL batch number is in use.")


def _copied(row: Row) -> Row:
    return {name: value for name, value in row.items() if name not in _GIVEN_BY_SL}


def void_journal(run: BatchRun) -> None:
    """Void an unreleased GL batch: status V, its transactions stay unposted (unverified: a screen does this)."""
    run.row.update(Status="V", Rlsed=1, AutoRev=0)

"""The posting of released batches to the general ledger (SL: pp_01520, screen 01.520).

A batch that fails a check stays unposted. A wrong account does not fail: its lines end in the suspense account, the
batch is posted, and the warning 6659 is all that tells.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Engine, delete, insert, select

from xlpy.demo.company.posting.history import PROGRAM, post_to_history
from xlpy.demo.company.release.batch import BatchRun, open_batch, sum_of
from xlpy.demo.company.release.books import Books, Row, SqlStopped, amount, key_of, same, stamp
from xlpy.demo.company.tables import table
from xlpy.domain.facts.books import sl_key
from xlpy.domain.values.money import round_money

SUSPENSE = "000000"
_SUSPENSE_WARNING = "6659"
_ADDED = "Added while posting"


@dataclass(frozen=True, slots=True)
class PostingResult:
    """How a posting ended. ``situations``: codes of WrkPostBad, one per row, repeated as SL repeats them."""

    status: str
    situations: tuple[str, ...] = ()
    error: str | None = None


def post_batch(engine: Engine, module: str, bat_nbr: str, *, user: str = "SYSADMIN") -> PostingResult:
    """Post one released batch (status U), in one transaction; other batches are left alone.

    An error of the database rolls everything back, WrkPostBad too, and comes as ``error``.
    """
    with engine.begin() as connection:
        _forget_situations(connection, module, bat_nbr)
        run = open_batch(Books(connection), module, bat_nbr, user)
        if run.batch is None or run.batch["Status"] != "U":
            return PostingResult(run.batch["Status"] if run.batch is not None else "")
        lines = run.books.rows("GLTran", Module=module, BatNbr=bat_nbr)
        situations = tuple(situation for check in _CHECKS for situation in check(run, lines))
        error = None
        if not situations:
            try:
                situations = _post(run, lines)
                run.books.save()
            except SqlStopped as stopped:
                situations, error = (), stopped.text
        for situation in situations:
            connection.execute(
                insert(table("WrkPostBad")).values(
                    BatNbr=bat_nbr, Module=module, Situation=situation, UserAddress=user[:21]
                )
            )
        batch = table("Batch")
        status = connection.scalar(select(batch.c.Status).where(batch.c.Module == module, batch.c.BatNbr == bat_nbr))
        return PostingResult(str(status), situations, error)


def _post(run: BatchRun, lines: list[Row]) -> tuple[str, ...]:
    suspended = _move_to_suspense(run, lines)
    if suspended:
        _provide_suspense_account(run, lines)
    warnings = tuple(_SUSPENSE_WARNING for line in lines if same(line["Acct"], SUSPENSE))
    _provide_net_income_combinations(run, lines)
    _provide_subaccounts(run, lines)
    post_to_history(run, lines)
    changed = stamp(PROGRAM, run.user, created=False)
    for line in lines:
        line.update(changed, Posted="P")
    run.row.update(changed, Status="P")
    return warnings


# --- checks, in SL's order; each gives the situations that it finds -------------------------------------------------


def _period(run: BatchRun, lines: list[Row]) -> Iterator[str]:
    period = run.row["PerPost"]
    if not period or period > run.gl["PerNbr"]:
        yield "6035"
    if any(not line["PerPost"] for line in lines):
        yield "6035"
    if any(line["PerPost"] != period for line in lines):
        yield "6035"


def _uncleared_deposit(run: BatchRun, _lines: list[Row]) -> Iterator[str]:
    if run.module == "PR" and run.row["JrnlType"] == "DD" and run.row["DateClr"] is None:
        yield "6874"


def _subaccounts(run: BatchRun, lines: list[Row]) -> Iterator[str]:
    flex = run.books.one("FlexDef", FieldClassName="SUBACCOUNT")
    if flex is None or flex["ValidCombosRequired"] != 1:
        return
    known = {
        (sl_key(company["CpnyID"]), sl_key(xref["Sub"])): xref["Active"]
        for company in run.books.rows("vs_company")
        for xref in run.books.rows("vs_subxref", CpnyID=company["CpnySub"])
    }
    used = {key_of(line, "CpnyID", "Sub") for line in lines}
    if any(key not in known for key in used):
        yield "6654"
    if any(known.get(key) == 0 for key in used):
        yield "6642"


def _blank_accounts(_run: BatchRun, lines: list[Row]) -> Iterator[str]:
    if any(not line["Acct"] or not line["Sub"] for line in lines):
        yield "6658"


def _base_currency(run: BatchRun, lines: list[Row]) -> Iterator[str]:
    if any(not run.knows_currency(line["BaseCuryID"]) for line in lines):
        yield "8060"


def _companies_balance(run: BatchRun, lines: list[Row]) -> Iterator[str]:
    ledger = run.books.one("Ledger", LedgerID=run.row["LedgerID"])
    if ledger is None or run.row["BatType"] == "J" or ledger["BalRequired"] != 1:
        return
    for cpny_id in {sl_key(line["CpnyID"]) for line in lines}:
        own = [line for line in lines if sl_key(line["CpnyID"]) == cpny_id]
        if run.base(sum_of(own, "CrAmt")) != run.base(sum_of(own, "DrAmt")):
            yield "3011"
            return


def _batch_balances(run: BatchRun, lines: list[Row]) -> Iterator[str]:
    batch = run.row
    if not run.knows_currency(batch["BaseCuryID"]):
        return
    if not lines:
        yield "3011"
    ledger = run.books.one("Ledger", LedgerID=batch["LedgerID"])
    if run.module == "GL":
        # Only transactions in base currency are looked at.
        counted = [line for line in lines if same(line["CuryId"], batch["BaseCuryID"])]
    else:
        counted = [line for line in lines if line["TranType"] != "IC"]
    if ledger is None or not counted or not run.knows_currency(batch["CuryId"]):
        return
    one_side_is_enough = batch["BatType"] == "J" or ledger["BalRequired"] == 0
    for prefix, cury_id in (("", batch["BaseCuryID"]), ("Cury", batch["CuryId"])):
        decimals = run.decimals[sl_key(cury_id)]
        total = round_money(amount(batch[f"{prefix}CrTot"]), decimals)
        sides = [total != round_money(sum_of(counted, f"{prefix}{side}Amt"), decimals) for side in ("Dr", "Cr")]
        if all(sides) if one_side_is_enough else any(sides):
            yield "3011"
            return


_CHECKS: tuple[Callable[[BatchRun, list[Row]], Iterator[str]], ...] = (
    _period,
    _uncleared_deposit,
    _subaccounts,
    _blank_accounts,
    _base_currency,
    _companies_balance,
    _batch_balances,
)


# --- what posting makes up ------------------------------------------------------------------------------------------


def _move_to_suspense(run: BatchRun, lines: list[Row]) -> bool:
    """Put lines of unknown or inactive accounts (and combinations, when validated) on the suspense account."""
    charts = {sl_key(company["CpnyID"]): company["CpnyCOA"] for company in run.books.rows("vs_company")}
    moved = False
    for line in lines:
        chart = charts.get(sl_key(line["CpnyID"]))
        if chart is None or not run.books.one("vs_AcctXref", CpnyID=chart, Acct=line["Acct"], Active=1):
            line["Acct"] = SUSPENSE
            moved = True
    if run.gl["ValidateAtPosting"] == 1:
        for line in lines:
            key: dict[str, Any] = {"CpnyID": line["CpnyID"], "Acct": line["Acct"], "Sub": line["Sub"]}
            if not run.books.one("vs_AcctSub", **key, Active=1):
                line["Acct"] = SUSPENSE
                moved = True
    return moved


def _provide_suspense_account(run: BatchRun, lines: list[Row]) -> None:
    made = stamp(PROGRAM, run.user)
    if run.books.one("Account", Acct=SUSPENSE) is None:
        run.books.add(
            "Account",
            **made,
            Acct=SUSPENSE,
            AcctType="1A",
            Active=1,
            ConsolAcct=SUSPENSE,
            Descr="GL SUSPENSE",
            SummPost="N",
        )
    for company in _companies_of(run, lines):
        for name in ("vs_AcctXref", "vw_acctxref"):
            key = {"CpnyID": company["CpnyCOA"], "Acct": SUSPENSE}
            if run.books.one(name, **key) is None:
                run.books.add(name, **key, AcctType="1A", Active=1, Descr="GL SUSPENSE")


def _provide_net_income_combinations(run: BatchRun, lines: list[Row]) -> None:
    """Make the combinations of the net income account valid that posting is about to use."""
    net_income = run.gl["YtdNetIncAcct"]
    account = run.books.one("Account", Acct=net_income)
    if run.gl["ValidateAcctSub"] != 1 or account is None:
        return
    for line in lines:
        posted = run.books.one("Account", Acct=line["Acct"])
        if posted is None or posted["AcctType"][1:2] not in ("E", "I"):
            continue
        key = {"CpnyID": line["CpnyID"], "Acct": net_income, "Sub": line["Sub"]}
        for name in ("vs_AcctSub", "vw_acctsub"):
            if run.books.one(name, **key) is None:
                run.books.add(name, **stamp(PROGRAM, run.user), **key, Active=1, Descr=account["Descr"])


def _provide_subaccounts(run: BatchRun, lines: list[Row]) -> None:
    """Make subaccounts that don't exist: a misspelt one becomes real."""
    flex = run.books.one("FlexDef", FieldClassName="SUBACCOUNT")
    crossed = run.gl["ValidateAcctSub"] == 0 and flex is not None and flex["ValidCombosRequired"] == 0
    companies = {sl_key(company["CpnyID"]): company for company in run.books.rows("vs_company")}
    for line in lines:
        company = companies.get(sl_key(line["CpnyID"]))
        if company is None:
            continue
        sub = line["Sub"]
        if same(company["CpnySub"], run.gl["CpnyId"]) and run.books.one("SubAcct", Sub=sub) is None:
            run.books.add("SubAcct", **stamp(PROGRAM, run.user), Sub=sub, ConsolSub=sub, Active=1, Descr=_ADDED)
        if crossed and run.books.one("vs_subxref", CpnyID=company["CpnySub"], Sub=sub) is None:
            run.books.add("vs_subxref", CpnyID=company["CpnySub"], Sub=sub, Active=1, Descr=_ADDED)


def _companies_of(run: BatchRun, lines: list[Row]) -> list[Row]:
    used = {sl_key(line["CpnyID"]) for line in lines}
    return [company for company in run.books.rows("vs_company") if sl_key(company["CpnyID"]) in used]


def _forget_situations(connection: Connection, module: str, bat_nbr: str) -> None:
    bad = table("WrkPostBad")
    connection.execute(delete(bad).where(bad.c.Module == module, bad.c.BatNbr == bat_nbr))

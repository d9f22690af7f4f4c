"""The release of an inventory batch: adjustments (10.030) and one-step transfers (10.040) (SL: screen 10.400).

SL's release is a client program; its procedures for checks, stock, GL transactions and the batch are followed here.
Unverified, because the program itself could not be read: that amounts of adjustments are taken as they were entered,
that the sides of a decrease are exchanged rather than negative, and that a transfer posts from the inventory account
of one site to that of the other even when it is the same account.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from xlpy.demo.company.release.batch import BatchRun, ReleaseMessage, sum_of
from xlpy.demo.company.release.books import Row, amount, stamp
from xlpy.demo.company.release_in.checks import (
    check_inventory,
    consistency,
    inventory_setup,
    message,
    stock_quantity,
)
from xlpy.demo.company.release_in.stock import (
    COST_PLACES,
    PROGRAM,
    cost_of_outgoing,
    give_back_allocation,
    item_site,
    move_stock,
)
from xlpy.domain.facts.books import sl_key
from xlpy.domain.values.money import round_money
from xlpy.errors import SlError

_ADJUSTMENT, _TRANSFER = "AJ", "TR"
_RECEIVED = "R"


@dataclass(frozen=True, slots=True)
class _GlPair:
    """What a line posts: ``amount`` (may be negative) from the credit to the debit side."""

    line: Row
    debit: tuple[str, str]
    credit: tuple[str, str]
    amount: Decimal


def prepare_inventory(run: BatchRun) -> bool:
    """Void a batch that waits for it, or check it. Returns whether the release may go on.

    A rejected batch has status S, which SL sets before it checks anything. Raises SlError for a batch that is not
    there, or that has anything but adjustments and one-step transfers.
    """
    if run.batch is None:
        raise SlError(f"SL has no IN batch {run.bat_nbr}.")
    if run.batch["Status"] == "I":
        void_inventory(run)
        return False
    if run.batch["Rlsed"]:
        run.reject(12008)
        return False
    lines, transfers = _lines(run), _transfers(run)
    if any(line["TranType"] not in (_ADJUSTMENT, _TRANSFER, "") for line in lines) or any(
        transfer["TransferType"] == "2" for transfer in transfers
    ):
        raise SlError(
            f"IN batch {run.bat_nbr} has other transactions; the demo company releases adjustments and one-step "
            "transfers only."
        )
    run.row["Status"] = "S"
    run.messages += check_inventory(run, lines, transfers)
    return not run.messages


def release_inventory(run: BatchRun) -> None:
    """Release a checked batch: stock moves, transfers are received, GL transactions are made.

    Raises InventoryNotReleased when the stock is inconsistent afterwards; then nothing of this may be saved.
    """
    setup = inventory_setup(run.books)
    decimals = int(setup["DecPlQty"])
    pairs: list[_GlPair] = []
    for line in _lines(run):
        quantity = stock_quantity(line, decimals)
        if line["TranType"] == _TRANSFER:
            pairs.append(_transfer(run, line, quantity, decimals))
        else:
            cost = run.base(line["TranAmt"] * line["InvtMult"])
            move_stock(run, line, quantity, cost)
            pairs.append(_GlPair(line, (line["InvtAcct"], line["InvtSub"]), (line["Acct"], line["Sub"]), cost))
    changed = stamp(PROGRAM, run.user, created=False)
    for line in _lines(run):
        line.update(changed, Rlsed=1)
    for transfer in _transfers(run):
        transfer.update(changed, Status=_RECEIVED)
    if setup["UpdateGL"] == 1:
        _write_gl_transactions(run, pairs, summarise=setup["GLPostOpt"] == "S")
    problems = [*consistency(run, _lines(run), 16092), *_close_batch(run, setup)]
    if problems:
        raise InventoryNotReleased(problems)


def void_inventory(run: BatchRun) -> None:
    """Void an unreleased batch (unverified: a screen does this): what was allocated is given back, the rest goes."""
    decimals = int(inventory_setup(run.books)["DecPlQty"])
    for line in _lines(run):
        give_back_allocation(run, line, stock_quantity(line, decimals))
        run.books.remove("INTran", line)
    for transfer in _transfers(run):
        run.books.remove("TrnsfrDoc", transfer)
    run.row.update(stamp(PROGRAM, run.user, created=False), Status="V", Rlsed=1)


class InventoryNotReleased(SlError):
    """The release gave up after its checks: everything is rolled back and the batch keeps its status."""

    def __init__(self, messages: list[ReleaseMessage]) -> None:
        super().__init__(" ".join(one.text for one in messages))
        self.messages = tuple(messages)


def _lines(run: BatchRun) -> list[Row]:
    return run.books.rows("INTran", BatNbr=run.bat_nbr)


def _transfers(run: BatchRun) -> list[Row]:
    return run.books.rows("TrnsfrDoc", BatNbr=run.bat_nbr)


def _transfer(run: BatchRun, line: Row, quantity: Decimal, decimals: int) -> _GlPair:
    """Move the goods of an outgoing line and add the line that receives them."""
    cost = cost_of_outgoing(run, line, -quantity)
    move_stock(run, line, quantity, -cost)
    unit_cost = cost / line["Qty"] if line["Qty"] else line["UnitPrice"]
    line.update(TranAmt=cost, ExtCost=cost, UnitPrice=round_money(unit_cost, COST_PLACES))
    numbers = _lines(run)
    receipt = run.books.add(
        "INTran",
        **{
            **{name: value for name, value in line.items() if name not in ("RecordID", "tstamp")},
            **stamp(PROGRAM, run.user),
            "InvtMult": 1,
            "LineID": 1 + max(int(one["LineID"]) for one in numbers),
            "LineNbr": 1 + max(int(one["LineNbr"]) for one in numbers),
            "LineRef": f"{1 + max(int(one['LineRef']) for one in numbers if one['LineRef'].isdigit()):05}",
            "SiteID": line["ToSiteID"],
            "WhseLoc": line["ToWhseLoc"],
            "ToSiteID": "",
            "ToWhseLoc": "",
        },
    )
    site = item_site(run, receipt["InvtID"], receipt["SiteID"], receipt)
    receipt["InvtAcct"] = site["InvtAcct"] or line["InvtAcct"]
    receipt["InvtSub"] = site["InvtSub"] or line["InvtSub"]
    move_stock(run, receipt, stock_quantity(receipt, decimals), cost)
    return _GlPair(line, (receipt["InvtAcct"], receipt["InvtSub"]), (line["InvtAcct"], line["InvtSub"]), cost)


def _write_gl_transactions(run: BatchRun, pairs: list[_GlPair], *, summarise: bool) -> None:
    """Add a debit and a credit per line (SL: DMG_Insert_GLTran). Lines are numbered from 1; nothing posts nothing."""
    sides = [side for pair in pairs for side in _sides(pair)]
    if summarise:
        sides = _summarised(sides)
    ledger = run.books.one("Ledger", LedgerID=run.gl["LedgerID"])
    base_currency = ledger["BaseCuryID"] if ledger is not None else run.gl["BaseCuryId"]
    batch = run.row
    for number, side in enumerate(sides, start=1):
        run.books.add(
            "GLTran",
            **stamp(PROGRAM, run.user),
            **side,
            CuryCrAmt=side["CrAmt"],
            CuryDrAmt=side["DrAmt"],
            BalanceType=ledger["BalanceType"] if ledger is not None else "",
            BaseCuryID=base_currency,
            BatNbr=run.bat_nbr,
            CpnyID=batch["CpnyID"],
            CuryId=batch["CuryId"] or base_currency,
            CuryMultDiv="M",
            CuryRate=Decimal(1),
            CuryRateType=batch["CuryRateType"],
            FiscYr=batch["PerPost"][:4],
            LedgerID=run.gl["LedgerID"],
            LineId=number - 32769,
            LineNbr=number,
            LineRef=f"{number:05}",
            Module="IN",
            PerEnt=batch["PerEnt"],
            PerPost=batch["PerPost"],
            Posted="U",
            Rlsed=1,
        )


def _sides(pair: _GlPair) -> Iterator[Row]:
    line = pair.line
    shared = {
        "JrnlType": line["JrnlType"],
        "ProjectID": line["ProjectID"],
        "Qty": line["Qty"],
        "RefNbr": line["RefNbr"][:10].rstrip(),
        "TaskID": line["TaskID"],
        "TranDate": line["TranDate"],
        "TranDesc": line["TranDesc"],
        "TranType": line["TranType"],
    }
    debit, credit = (pair.debit, pair.credit) if pair.amount > 0 else (pair.credit, pair.debit)
    total, none = abs(pair.amount), Decimal(0)
    if total:
        yield {**shared, "Acct": debit[0], "Sub": debit[1], "DrAmt": total, "CrAmt": none}
        yield {**shared, "Acct": credit[0], "Sub": credit[1], "DrAmt": none, "CrAmt": total}


def _summarised(sides: list[Row]) -> list[Row]:
    """Add up what differs in nothing but amounts and dates; today is the date of a summary."""
    found: dict[tuple[object, ...], Row] = {}
    for side in sides:
        texts = tuple(
            sl_key(value) if isinstance(value, str) else value
            for name, value in side.items()
            if name not in ("DrAmt", "CrAmt", "TranDate")
        )
        key = (*texts, side["DrAmt"] > 0)
        if key not in found:
            found[key] = {**side, "TranDate": datetime.now().date()}  # noqa: DTZ005 - SL keeps the local date
            continue
        found[key]["DrAmt"] += side["DrAmt"]
        found[key]["CrAmt"] += side["CrAmt"]
    return list(found.values())


def _close_batch(run: BatchRun, setup: Row) -> Iterator[ReleaseMessage]:
    """Give the batch its status, totals and blank currency fields (SL: SCM_10400_Upd_Batch).

    U when Inventory updates the general ledger and something is posted, else C.
    """
    made = run.books.rows("GLTran", Module="IN", BatNbr=run.bat_nbr)
    credit, debit = amount(sum_of(made, "CrAmt")), amount(sum_of(made, "DrAmt"))
    ledger = run.books.one("Ledger", LedgerID=run.gl["LedgerID"])
    base_currency = ledger["BaseCuryID"] if ledger is not None else run.gl["BaseCuryId"]
    batch = run.row
    if debit > 0:
        batch.update(CuryDrTot=debit, CuryCtrlTot=debit, CtrlTot=debit, DrTot=debit)
    if credit > 0:
        batch.update(CrTot=credit, CuryCrTot=credit)
    batch.update(
        stamp(PROGRAM, run.user, created=False),
        BalanceType=ledger["BalanceType"] if ledger is not None else "",
        BaseCuryID=batch["BaseCuryID"] or base_currency,
        CuryId=batch["CuryId"] or base_currency,
        CuryMultDiv=batch["CuryMultDiv"] or "M",
        CuryRate=batch["CuryRate"] or Decimal(1),
        GLPostOpt=setup["GLPostOpt"],
        LedgerID=run.gl["LedgerID"],
        Rlsed=1,
        S4Future07=datetime.now().date(),  # noqa: DTZ005 - SL keeps the local date
        Status="U" if setup["UpdateGL"] == 1 and run.base(debit) > 0 else "C",
    )
    if run.base(credit) != run.base(debit):
        yield message(16074, run.bat_nbr)

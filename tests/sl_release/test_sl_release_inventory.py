"""The inventory release: what stops a batch, and what it moves, in the demo company."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from sl_release_company import rows_of
from sqlalchemy import Engine

from xlpy.demo import firm
from xlpy.demo.company import repairs
from xlpy.demo.company.release.books import Books
from xlpy.demo.company.release.run import release_and_post, release_batch, release_everything, void_batch
from xlpy.errors import SlError

BAT_NBR = "000077"
LINE = {
    "BatNbr": BAT_NBR,
    "CpnyID": firm.COMPANY_ID,
    "JrnlType": "IN",
    "TranType": "AJ",
    "RefNbr": "P900",
    "LineID": 1,
    "LineNbr": -32767,
    "LineRef": "00001",
    "InvtMult": 1,
    "InvtID": "SWITCH24",
    "SiteID": "TPA",
    "WhseLoc": "MAIN",
    "Acct": "5900",
    "Sub": "00000",
    "InvtAcct": "1400",
    "InvtSub": "00000",
    "UnitDesc": "EA",
    "CnvFact": Decimal(1),
    "UnitMultDiv": "M",
    "LayerType": "S",
    "DrCr": "C",
    "FiscYr": firm.PERIOD[:4],
    "PerEnt": firm.PERIOD,
    "PerPost": firm.PERIOD,
    "TranDesc": "Found in the cellar",
}
DECREASE = {"Qty": Decimal(-3), "TranAmt": Decimal(-540), "ExtCost": Decimal(-540), "UnitPrice": Decimal(180)}
INCREASE = {"Qty": Decimal(2), "TranAmt": Decimal(380), "ExtCost": Decimal(380), "UnitPrice": Decimal(190)}
TRANSFER = {
    "TranType": "TR",
    "InvtMult": -1,
    "Qty": Decimal(5),
    "TranAmt": Decimal(900),
    "Acct": "1450",
    "ToSiteID": "ORL",
    "ToWhseLoc": "VAN3",
}
DOCUMENT = {
    "BatNbr": BAT_NBR,
    "CpnyID": firm.COMPANY_ID,
    "TrnsfrDocNbr": "000001",
    "RefNbr": "000001",
    "Source": "IN",
    "TransferType": "1",
    "SiteID": "TPA",
    "ToSiteID": "ORL",
    "Status": "P",
}


def enter(company: Engine, *lines: dict[str, Any], transfer: dict[str, Any] | None = None, **batch: Any) -> None:
    """Put a batch as the entry screens leave it, what goes out already allocated."""
    with company.begin() as connection:
        books = Books(connection)
        shared = {"Module": "IN", "BatNbr": BAT_NBR, "CpnyID": firm.COMPANY_ID, "JrnlType": "IN", "Status": "B"}
        period = {"PerEnt": firm.PERIOD, "PerPost": firm.PERIOD}
        books.add("Batch", **{**shared, **period, "EditScrnNbr": "10040" if transfer else "10030", **batch})
        for number, line in enumerate(lines, start=1):
            row = {**LINE, "LineID": number, "LineNbr": number, "LineRef": f"{number:05}", **line}
            books.add("INTran", **row)
            taken = -row["Qty"] * row["InvtMult"]
            place = books.one("Location", InvtID=row["InvtID"], SiteID=row["SiteID"], WhseLoc=row["WhseLoc"])
            if taken > 0 and place is not None:
                place.update(QtyAllocIN=place["QtyAllocIN"] + taken, QtyAvail=place["QtyAvail"] - taken)
        if transfer:
            books.add("TrnsfrDoc", **transfer)
        books.save()


def change(company: Engine, name: str, values: dict[str, Any], **key: Any) -> None:
    with company.begin() as connection:
        books = Books(connection)
        for row in books.rows(name, **key):
            row.update(values)
        books.save()


def messages(company: Engine) -> tuple[str, list[int]]:
    result = release_batch(company, "IN", BAT_NBR)
    return result.status, [message.msg_id for message in result.messages]


def one(company: Engine, name: str, **equal: Any) -> dict[str, Any]:
    (row,) = rows_of(company, name, **equal)
    return row


def place(company: Engine, whse_loc: str = "MAIN") -> tuple[Decimal, Decimal, Decimal]:
    row = one(company, "Location", InvtID="SWITCH24", WhseLoc=whse_loc)
    return row["QtyOnHand"], row["QtyAllocIN"], row["QtyAvail"]


def test_adjustments_move_stock_cost_and_the_general_ledger(demo: Engine) -> None:
    enter(demo, DECREASE, INCREASE)
    assert place(demo) == (40, 3, 37)
    outcome = release_and_post(demo, "IN", BAT_NBR)
    assert (outcome.status, outcome.messages, outcome.posting.situations) == ("P", (), ())
    assert place(demo) == (39, 0, 39)
    site = one(demo, "ItemSite", InvtID="SWITCH24", SiteID="TPA")
    assert (site["QtyOnHand"], site["QtyAvail"], site["TotCost"]) == (39, 39, 40 * 180 - 540 + 380)
    assert site["LastCost"] == 190
    posted = {(row["Acct"], row["DrAmt"], row["CrAmt"]) for row in rows_of(demo, "GLTran", Module="IN")}
    assert posted == {("5900", 540, 0), ("1400", 0, 540), ("1400", 380, 0), ("5900", 0, 380)}
    assert {row["Rlsed"] for row in rows_of(demo, "INTran")} == {1}
    assert sum(row["YtdBal09"] for row in rows_of(demo, "AcctHist", Acct="1400")) == -160


def test_the_release_fills_what_the_batch_left_blank(demo: Engine) -> None:
    enter(demo, INCREASE)
    assert messages(demo) == ("U", [])
    batch = one(demo, "Batch", Module="IN")
    assert (batch["CuryId"], batch["BaseCuryID"], batch["CuryMultDiv"], batch["CuryRate"]) == ("USD", "USD", "M", 1)
    assert batch["S4Future07"] is not None
    assert (batch["CrTot"], batch["DrTot"], batch["BalanceType"], batch["LedgerID"]) == (380, 380, "A", firm.LEDGER_ID)


def test_nothing_to_post_completes_the_batch(demo: Engine) -> None:
    enter(demo, INCREASE | {"TranAmt": Decimal(0)})
    assert messages(demo) == ("C", [])
    assert rows_of(demo, "GLTran", Module="IN") == []
    assert place(demo)[0] == 42


def test_without_the_general_ledger_the_batch_is_completed(demo: Engine) -> None:
    change(demo, "INSetup", {"UpdateGL": 0})
    enter(demo, INCREASE)
    assert messages(demo) == ("C", [])
    assert rows_of(demo, "GLTran", Module="IN") == []


@pytest.mark.parametrize(("factor", "way", "moved"), [("10", "M", 20), ("2", "D", 1)])
def test_other_units_are_converted_to_stock_units(demo: Engine, factor: str, way: str, moved: int) -> None:
    enter(demo, INCREASE | {"UnitDesc": "BOX", "CnvFact": Decimal(factor), "UnitMultDiv": way})
    assert messages(demo) == ("U", [])
    assert repairs.stock_of(demo, "SWITCH24", "TPA", "MAIN") == 40 + moved


def test_a_transfer_is_received_at_once(demo: Engine) -> None:
    enter(demo, TRANSFER, transfer=DOCUMENT)
    outcomes = release_everything(demo, firm.COMPANY_ID)
    assert [(one.module, one.status) for one in outcomes] == [("IN", "P")]
    assert place(demo) == (35, 0, 35)
    assert repairs.stock_of(demo, "SWITCH24", "ORL", "VAN3") == 5
    cost = one(demo, "Inventory", InvtID="SWITCH24")["LastCost"] * 5
    sent, received = sorted(rows_of(demo, "INTran"), key=lambda row: row["InvtMult"])
    assert (received["SiteID"], received["WhseLoc"], received["ToSiteID"], received["LineRef"]) == (
        "ORL", "VAN3", "", "00002",
    )  # fmt: skip
    assert sent["TranAmt"] == received["TranAmt"] == cost
    assert one(demo, "TrnsfrDoc")["Status"] == "R"
    orlando = one(demo, "ItemSite", InvtID="SWITCH24", SiteID="ORL")
    assert (orlando["QtyOnHand"], orlando["QtyAvail"]) == (45, 45)
    assert sum(row["DrAmt"] - row["CrAmt"] for row in rows_of(demo, "GLTran", Module="IN")) == 0


def test_a_new_place_is_made_from_the_item(demo: Engine) -> None:
    repairs.add_item(demo, "DOCK-C")
    enter(demo, INCREASE | {"InvtID": "DOCK-C", "WhseLoc": "NEWBIN"})
    assert messages(demo) == ("U", [])
    assert repairs.stock_of(demo, "DOCK-C", "TPA", "NEWBIN") == 2
    assert one(demo, "ItemSite", InvtID="DOCK-C")["InvtAcct"] == "1400"
    assert one(demo, "LocTable", WhseLoc="NEWBIN")["InclQtyAvail"] == 1


def test_every_missing_value_is_named(demo: Engine) -> None:
    enter(demo, INCREASE | {"Acct": "", "WhseLoc": "", "InvtMult": 0})
    assert messages(demo) == ("S", [16145, 16145, 16145, 16088])
    kept = sorted(rows_of(demo, "IN10400_Return", BatNbr=BAT_NBR), key=lambda row: row["MsgID"])
    assert [row["Parm02"] for row in kept] == ["ACCT", "INVTMULT", "WHSELOC", ""]
    assert rows_of(demo, "WrkReleaseBad") == []
    change(demo, "INTran", {"Acct": "5900", "WhseLoc": "MAIN", "InvtMult": 1}, BatNbr=BAT_NBR)
    assert messages(demo) == ("U", [])
    assert rows_of(demo, "IN10400_Return") == []


def test_a_transfer_names_its_missing_values_too(demo: Engine) -> None:
    enter(demo, TRANSFER | {"ToWhseLoc": "", "ToSiteID": ""}, transfer=DOCUMENT | {"Source": "", "Status": "X"})
    assert messages(demo) == ("S", [16145, 16145, 16088, 16145, 16145, 16088])


def closed_period(company: Engine) -> None:
    enter(company, INCREASE | {"PerPost": firm.CLOSED_PERIOD})


def prior_year(company: Engine) -> None:
    change(company, "GLSetup", {"PriorYearPost": 1})
    enter(company, INCREASE | {"FiscYr": "2025"})


def far_year(company: Engine) -> None:
    enter(company, INCREASE | {"FiscYr": "2032"})


def signs_differ(company: Engine) -> None:
    enter(company, INCREASE | {"TranAmt": Decimal(-380)})


def line_twice(company: Engine) -> None:
    enter(company, INCREASE, INCREASE | {"LineRef": "00001"})


def combination_unknown(company: Engine) -> None:
    enter(company, INCREASE | {"Acct": "5999"})


def bin_of_another_item(company: Engine) -> None:
    change(company, "LocTable", {"InvtIDValid": "Y", "InvtID": "UPS1500"}, WhseLoc="MAIN")
    enter(company, INCREASE)


def bin_of_another_class(company: Engine) -> None:
    change(company, "LocTable", {"InvtIDValid": "A", "InvtID": "UPS1500"}, WhseLoc="MAIN")
    change(company, "Inventory", {"ClassID": "OTHER"}, InvtID="UPS1500")
    enter(company, INCREASE)


def bin_closed(company: Engine) -> None:
    change(company, "LocTable", {"ReceiptsValid": "N"}, WhseLoc="MAIN")
    enter(company, INCREASE)


def more_than_there_is(company: Engine) -> None:
    enter(company, DECREASE | {"Qty": Decimal(-20)}, DECREASE | {"Qty": Decimal(-21)})


def bins_differ_from_site(company: Engine) -> None:
    change(company, "ItemSite", {"QtyOnHand": Decimal(41)}, InvtID="SWITCH24", SiteID="TPA")
    enter(company, INCREASE)


def on_hold(company: Engine) -> None:
    change(company, "Inventory", {"TranStatusCode": "OH"}, InvtID="SWITCH24")
    enter(company, INCREASE)


@pytest.mark.parametrize(
    ("planted", "msg_id"),
    [
        (closed_period, 24),
        (prior_year, 24),
        (far_year, 16121),
        (signs_differ, 16122),
        (line_twice, 16361),
        (combination_unknown, 16070),
        (bin_of_another_item, 16087),
        (bin_of_another_class, 16094),
        (bin_closed, 16087),
        (more_than_there_is, 16081),
        (bins_differ_from_site, 16091),
        (on_hold, 0),
    ],
)
def test_a_batch_is_stopped(demo: Engine, planted: Callable[[Engine], None], msg_id: int) -> None:
    planted(demo)
    stock = place(demo)
    assert messages(demo) == ("S", [msg_id])
    assert place(demo) == stock
    assert rows_of(demo, "GLTran", Module="IN") == []


def test_an_earlier_period_is_open_when_inventory_may_post_to_it(demo: Engine) -> None:
    change(demo, "GLSetup", {"ModPriorPost": "ARIN"})
    closed_period(demo)
    assert messages(demo) == ("U", [])


def test_stock_may_go_below_zero_when_the_set_up_allows_it(demo: Engine) -> None:
    change(demo, "INSetup", {"NegQty": 1})
    more_than_there_is(demo)
    assert messages(demo) == ("U", [])
    assert place(demo)[0] == -1


def test_a_batch_is_released_once(demo: Engine) -> None:
    enter(demo, INCREASE)
    assert messages(demo) == ("U", [])
    assert messages(demo) == ("U", [12008])
    assert place(demo)[0] == 42


def test_other_transactions_are_refused(demo: Engine) -> None:
    enter(demo, INCREASE | {"TranType": "II"})
    with pytest.raises(SlError, match="adjustments and one-step transfers"):
        release_batch(demo, "IN", BAT_NBR)
    with pytest.raises(SlError, match="000099"):
        release_batch(demo, "IN", "000099")


def test_a_void_gives_back_what_was_allocated(demo: Engine) -> None:
    enter(demo, TRANSFER, transfer=DOCUMENT)
    assert place(demo) == (40, 5, 35)
    assert void_batch(demo, "IN", BAT_NBR).status == "V"
    assert place(demo) == (40, 0, 40)
    assert rows_of(demo, "INTran") == rows_of(demo, "TrnsfrDoc") == []

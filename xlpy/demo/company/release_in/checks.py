"""The checks of the inventory release (SL: SCM_10400_INTran_Validation, DMG_10400_TrnsfrDoc_Validation and others).

SL's release is a client program (screen 10.400) that calls these procedures; which of them it calls in which order,
and whether it looks at the other lines after one failed, is unverified. Here every line is looked at, and a batch with
missing values is not looked at any further.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from decimal import Decimal

from xlpy.demo.company.release.batch import BatchRun, ReleaseMessage
from xlpy.demo.company.release.books import Books, Row, key_of, same
from xlpy.domain.facts.books import sl_key
from xlpy.domain.values.money import round_money

NO_NUMBER = 0  # SL says something here whose number is not known (unverified)
_REQUIRED = (
    *("Acct", "CpnyID", "FiscYr", "InvtAcct", "InvtID", "InvtSub", "JrnlType", "LineRef", "PerEnt", "PerPost", "Sub"),
    "TranType",
)
_YEARS_ALLOWED = 5
_ONE_STEP = "1"
_TRANSFER_REQUIRED = ("CpnyID", "Source", "TransferType", "TrnsfrDocNbr", "SiteID", "ToSiteID", "Status")
_TRANSFER_VALUES = {"TransferType": ("1", "2"), "Status": ("P", "I", "R")}
_Check = Callable[[BatchRun, Row, list[Row]], Iterator[ReleaseMessage]]


def check_inventory(run: BatchRun, lines: list[Row], transfers: list[Row]) -> list[ReleaseMessage]:
    """Give everything that is against a batch of adjustments or transfers."""
    missing = [*_missing_in_lines(run, lines, transfers), *_missing_in_transfers(run, transfers)]
    if missing:
        return missing
    setup = inventory_setup(run.books)
    found = [*_items(run, lines)]
    for check in _CHECKS:
        found += check(run, setup, lines)
    return found


def inventory_setup(books: Books) -> Row:
    """Give the INSetup row, blank when Inventory is not set up (then nothing of it is allowed)."""
    setup = books.one("INSetup", SetupId="IN")
    return setup if setup is not None else {"PerNbr": "", "UpdateGL": 0, "NegQty": 0, "DecPlQty": 2, "GLPostOpt": "D"}


def stock_quantity(line: Row, decimals: int) -> Decimal:
    """Give what a line adds to the stock, in stock units; negative when it takes from it."""
    quantity = line["Qty"] * line["InvtMult"]
    factor = line["CnvFact"] or Decimal(1)
    moved = quantity / factor if line["UnitMultDiv"] == "D" else quantity * factor
    return round_money(Decimal(moved), decimals)


def consistency(run: BatchRun, lines: list[Row], msg_id: int) -> Iterator[ReleaseMessage]:
    """Compare, per item and site of the batch, the quantity on hand of the site with that of its bins.

    ``msg_id``: 16091 before the release, 16092 after it.
    """
    sites = {key_of(line, "InvtID", "SiteID"): line for line in lines if not line["S4Future09"]}
    for line in sites.values():
        key = {"InvtID": line["InvtID"], "SiteID": line["SiteID"]}
        site = run.books.one("ItemSite", **key)
        on_hand = site["QtyOnHand"] if site is not None else Decimal(0)
        bins = sum((row["QtyOnHand"] for row in run.books.rows("Location", **key)), Decimal(0))
        if round_money(on_hand - bins, 4):
            yield message(msg_id, "Quantity On Hand", "ItemSite", "Location", line["InvtID"], line["SiteID"])


_TEXTS = {
    NO_NUMBER: "Item {0} can't be released: {1}.",
    24: "The period to post is closed in Inventory.",
    16070: "Account {0} and subaccount {1} are not an active combination of company {2}.",
    16074: "The GL transactions of batch {0} don't balance.",
    16081: "Item {0} would fall below zero at site {1}, bin {2}.",
    16087: "Bin {2} of site {1} is not for item {0}.",
    16088: "Values are missing in {0} of batch {1}; the batch is not released.",
    16091: "{0} of item {3} at site {4} differs between {1} and {2} before the release.",
    16092: "{0} of item {3} at site {4} differs between {1} and {2} after the release.",
    16094: "Bin {1} of site {0} is not for the product class of item {2}.",
    16121: "The fiscal year of batch {0} is not between {1} and {2}.",
    16122: "Quantity and amount of a line have different signs.",
    16145: "{0} {1} has no {2}.",
    16361: "Line {2} is in batch {0} more than once.",
}


def message(msg_id: int, *parameters: str) -> ReleaseMessage:
    """Make a message of the inventory release with its parameters, in our words."""
    return ReleaseMessage(msg_id, _TEXTS[msg_id].format(*parameters), parameters)


def _missing_in_lines(run: BatchRun, lines: list[Row], transfers: list[Row]) -> Iterator[ReleaseMessage]:
    one_step = {key_of(transfer, "CpnyID") for transfer in transfers if transfer["TransferType"] == _ONE_STEP}
    missing = [
        message(16145, "INTran", str(line["RecordID"]), name.upper())
        for line in lines
        for name in _missing_values(line, to_required=key_of(line, "CpnyID") in one_step)
    ]
    if missing:
        yield from missing
        yield message(16088, "INTran", run.bat_nbr)


def _missing_values(line: Row, *, to_required: bool) -> Iterator[str]:
    yield from (name for name in _REQUIRED if not line[name])
    if line["InvtMult"] == 0:
        yield "InvtMult"
    if not line["S4Future09"]:
        yield from (name for name in ("SiteID", "WhseLoc") if not line[name])
    if to_required and line["Qty"] * line["InvtMult"] < 0:
        if not line["ToWhseLoc"]:
            yield "ToWhseLoc"
        if line["TranType"] == "TR" and not line["ToSiteID"]:
            yield "ToSiteID"


def _missing_in_transfers(run: BatchRun, transfers: list[Row]) -> Iterator[ReleaseMessage]:
    missing = [
        message(16145, "TrnsfrDoc", f"TrnsfrDocNbr - {transfer['TrnsfrDocNbr']}", name.upper())
        for transfer in transfers
        for name in _TRANSFER_REQUIRED
        if (transfer[name] not in _TRANSFER_VALUES[name] if name in _TRANSFER_VALUES else not transfer[name])
    ]
    if missing:
        yield from missing
        yield message(16088, "TrnsfrDoc", run.bat_nbr)


def _items(run: BatchRun, lines: list[Row]) -> Iterator[ReleaseMessage]:
    """Stop items on hold (TranStatusCode OH) and unknown ones. SL's messages for them are unverified."""
    for invt_id in dict.fromkeys(line["InvtID"] for line in lines):
        item = run.books.one("Inventory", InvtID=invt_id)
        if item is None:
            yield message(NO_NUMBER, invt_id, "Inventory does not have it")
        elif item["TranStatusCode"] == "OH":
            yield message(NO_NUMBER, invt_id, "it is on hold")


def _periods(run: BatchRun, setup: Row, lines: list[Row]) -> Iterator[ReleaseMessage]:
    closed = run.gl["AllowPostOpt"] == "P" and "IN" not in run.gl["ModPriorPost"].upper()
    prior_years = run.gl["PriorYearPost"] == 1
    year = setup["PerNbr"][:4]
    if any((closed and line["PerPost"] < setup["PerNbr"]) or (prior_years and line["FiscYr"] < year) for line in lines):
        yield message(24)


def _fiscal_years(run: BatchRun, setup: Row, lines: list[Row]) -> Iterator[ReleaseMessage]:
    first, last = (int(setup["PerNbr"][:4] or 0) + step for step in (-_YEARS_ALLOWED, _YEARS_ALLOWED))
    if any(not (line["FiscYr"].isdigit() and first <= int(line["FiscYr"]) <= last) for line in lines):
        yield message(16121, run.bat_nbr, str(first), str(last))


def _signs(_run: BatchRun, _setup: Row, lines: list[Row]) -> Iterator[ReleaseMessage]:
    if any(line["Qty"] * line["TranAmt"] < 0 for line in lines):
        yield message(16122)


def _line_references(run: BatchRun, _setup: Row, lines: list[Row]) -> Iterator[ReleaseMessage]:
    times = Counter(sl_key(line["LineRef"]) for line in lines if line["TranType"] not in ("CG", "CT"))
    for line in lines:
        if times[sl_key(line["LineRef"])] > 1:
            yield message(16361, run.bat_nbr, str(line["RecordID"]), line["LineRef"])
            return


def _combinations(run: BatchRun, _setup: Row, lines: list[Row]) -> Iterator[ReleaseMessage]:
    if run.gl["ValidateAcctSub"] != 1:
        return
    used = {
        key: (line[acct], line[sub], line["CpnyID"])
        for line in lines
        for acct, sub in (("Acct", "Sub"), ("InvtAcct", "InvtSub"))
        for key in [key_of(line, acct, sub, "CpnyID")]
    }
    for acct, sub, cpny_id in used.values():
        if run.books.one("vs_AcctSub", CpnyID=cpny_id, Acct=acct, Sub=sub, Active=1) is None:
            yield message(16070, acct, sub, cpny_id)


def _bins(run: BatchRun, _setup: Row, lines: list[Row]) -> Iterator[ReleaseMessage]:
    """Look whether the bins take the items: those kept for one item (InvtIDValid Y) or for one class (A).

    That a bin closed to receipts (ReceiptsValid N) stops incoming goods here, and one closed to sales (SalesValid N)
    outgoing ones, is unverified: the entry screens certainly look at it.
    """
    for line in lines:
        wanted = [(line["SiteID"], line["WhseLoc"], line["Qty"] * line["InvtMult"])]
        if line["TranType"] == "TR":
            wanted.append((line["ToSiteID"], line["ToWhseLoc"], line["Qty"]))
        for site_id, whse_loc, quantity in wanted:
            location = run.books.one("LocTable", SiteID=site_id, WhseLoc=whse_loc)
            if location is None:
                continue
            closed = location["ReceiptsValid" if quantity > 0 else "SalesValid"] == "N"
            other_item = location["InvtIDValid"] == "Y" and not same(location["InvtID"], line["InvtID"])
            if closed or other_item:
                yield message(16087, line["InvtID"], site_id, whse_loc)
            elif location["InvtIDValid"] == "A" and not _same_class(run, location["InvtID"], line["InvtID"]):
                yield message(16094, site_id, whse_loc, line["InvtID"])


def _same_class(run: BatchRun, one: str, other: str) -> bool:
    items = [run.books.one("Inventory", InvtID=invt_id) for invt_id in (one, other)]
    return None in items or len({sl_key(item["ClassID"]) for item in items if item is not None}) == 1


def _quantities(run: BatchRun, setup: Row, lines: list[Row]) -> Iterator[ReleaseMessage]:
    """Stop quantities below zero (unless INSetup.NegQty allows them) and sites that differ from their bins."""
    yield from consistency(run, lines, 16091)
    if setup["NegQty"]:
        return
    taken: dict[tuple[object, ...], Decimal] = {}
    for line in lines:
        key = (line["InvtID"], line["SiteID"], line["WhseLoc"])
        moved = stock_quantity(line, int(setup["DecPlQty"]))
        taken[key] = taken.get(key, Decimal(0)) + moved
        row = run.books.one("Location", InvtID=key[0], SiteID=key[1], WhseLoc=key[2])
        on_hand = row["QtyOnHand"] if row is not None else Decimal(0)
        if moved < 0 and on_hand + taken[key] < 0:
            yield message(16081, *key)


_CHECKS: tuple[_Check, ...] = (
    _periods,
    _fiscal_years,
    _signs,
    _line_references,
    _combinations,
    _bins,
    _quantities,
)

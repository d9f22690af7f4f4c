"""The small firm's stock room and expenses: what is in order until a test changes it. See ``domain_story``."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

from domain_story import ACME, BOOKS, DAY, MASTERS, OPTIONS, D, account, by_id, line

from xlpy.domain.documents.inventory import InLine
from xlpy.domain.facts.books import SlBooks
from xlpy.domain.facts.manage import CatalogItem, ExportLine, ManageMasters, Ref
from xlpy.domain.facts.manage_expenses import ExportedExpenses, ExportExpense, Member, UnpostedExpense
from xlpy.domain.facts.manage_procurement import (
    AdjustmentRecord,
    AdjustmentRecordLine,
    ExportAdjustment,
    ExportAdjustmentLine,
    ExportedProcurement,
    ExportTransfer,
    UnitOfMeasure,
    UnpostedProcurement,
    Warehouse,
)
from xlpy.domain.facts.payables_books import PayablesBooks, Vendor
from xlpy.domain.facts.stock_books import Bin, InSetup, Item, ItemClass, ItemSite, StockBooks, UnitConversion
from xlpy.domain.mapping.units import DIVIDE
from xlpy.domain.planning.makers.request import IncludedRow, PlanRequest
from xlpy.domain.planning.planner import Drafts, draft
from xlpy.domain.values.problems import Problem
from xlpy.domain.values.rules import MasterRules, PostingRules
from xlpy.domain.values.transactions import Kind, TransactionKey

PATCH, SWITCH, DOCK = Ref(743, "PATCH10"), Ref(745, "SWITCH24"), Ref(746, "DOCK-C")
EACH, BOX = Ref(13, name="Each"), Ref(14, name="Box")
TAMPA, ORLANDO = Ref(1, name="Tampa"), Ref(2, name="Orlando")
MAIN, SHELF, VAN = Ref(2, name="Main"), Ref(3, name="Shelf B"), Ref(9, name="Van 3")
MILEAGE, JANE = Ref(4, name="Mileage"), Ref(31, "JDoe", "Jane Doe")


def item(invt_id: str, **changes: Any) -> Item:
    plain = Item(invt_id, invt_id, "AC", True, "EA", "HW", "A", "1400", "00000", "5200", "00000")
    return replace(plain, **changes)


STOCK = StockBooks(
    setup=InSetup(
        per_nbr="202610",
        curr_per_nbr="202610",
        invt_acct="1400",
        invt_sub="00000",
        cogs_acct="5200",
        cogs_sub="00000",
        sales_acct="4200",
        sales_sub="00000",
        default_class="HW",
        default_valuation="A",
        set_up=True,
    ),
    items=by_id([item("PATCH10"), item("SWITCH24")], "invt_id"),
    item_classes=by_id([ItemClass("HW", "1400", "00000", "5200", "00000", "4200", "00000", "A", "EA")], "class_id"),
    item_sites={("PATCH10", "TPA"): ItemSite("PATCH10", "TPA", "MAIN", D(100), "1400", "00000", D("250.00"))},
    on_hand={("PATCH10", "TPA", "MAIN"): D(100), ("PATCH10", "TPA", "SHELFB"): D(5), ("SWITCH24", "TPA", "MAIN"): D(8)},
    sites={"TPA": True, "ORL": True, "ELSE": False},
    bins={
        (site, whse): Bin(site, whse)
        for site, whse in (("TPA", "MAIN"), ("TPA", "SHELFB"), ("ORL", "VAN3"), ("ORL", "MAINO"))
    },
    units=(
        UnitConversion("1", "*", "*", "EA", "EA", D(1), "M"),
        UnitConversion("1", "*", "*", "BOX", "EA", D(12), "M"),
        UnitConversion("3", "*", "PATCH10", "BOX", "EA", D(10), "M"),
    ),
)
PAYABLES = PayablesBooks(
    rate_type="SPOT",
    vendors=by_id(
        [Vendor("E-JDOE", "Jane Doe", "A", "STD", "2000", "00000", "6100", "00000", "30", "USD", "")], "vend_id"
    ),
)
STOCK_BOOKS = replace(
    BOOKS,
    accounts={
        **BOOKS.accounts,
        **by_id(map(account, ("1400", "1410", "2000", "2010", "5200", "5900", "6100", "6200")), "acct"),
    },
    payables=PAYABLES,
    stock=STOCK,
)
STOCK_MASTERS = replace(
    MASTERS,
    gl_accounts=frozenset(),
    catalog={
        743: CatalogItem(743, "PATCH10", "Patch cable 10 ft", "Inventory", "PATCH10", EACH),
        745: CatalogItem(745, "SWITCH24", "24-port switch", "Inventory", "SWITCH24", EACH),
        746: CatalogItem(746, "DOCK-C", "USB-C dock", "Inventory", "", EACH),
    },
    warehouses={1: Warehouse(1, "Tampa", "TPA"), 2: Warehouse(2, "Orlando", "ORL")},
    units={13: UnitOfMeasure(13, "Each", "EA"), 14: UnitOfMeasure(14, "Box", "BOX")},
    members={31: Member(31, "JDoe", "Jane", "Doe", "E-JDOE")},
)
NOT_AS_BILL = replace(STOCK_MASTERS, package=replace(STOCK_MASTERS.package, transfer_expenses_as_bill=False))
STOCK_POSTING = PostingRules(bins={"Main": "MAIN", "Shelf B": "SHELFB", "Van 3": "VAN3"})


def stock_books(**changes: Any) -> SlBooks:
    """The books with other facts of inventory."""
    return replace(STOCK_BOOKS, stock=replace(STOCK, **changes))


def set_up(**changes: Any) -> SlBooks:
    """The books with another inventory set-up."""
    return stock_books(setup=replace(STOCK.setup, **changes))


# --- adjustments ------------------------------------------------------------------------------------------------


def counted(quantity: str, cost: str = "2.50", product: Ref = PATCH, **changes: Any) -> AdjustmentRecordLine:
    """A line of an adjustment's record: ``quantity`` negative where stock goes down."""
    return replace(AdjustmentRecordLine(product, D(quantity), D(cost), TAMPA, MAIN), **changes)


def exported_of(record: AdjustmentRecordLine, entry_id: int = 1351, **changes: Any) -> ExportAdjustmentLine:
    """What the export makes of a record's line: the quantity's sign inverted."""
    value = abs(record.quantity * record.unit_cost)
    plain = ExportAdjustmentLine(
        entry_id, record.item, -record.quantity, record.unit_cost, value, "5900:000:00", "1400:000:00", "Patch", "Count"
    )
    return replace(plain, **changes)


class Counted:
    """An adjustment as list, export and record show it; ``lines`` are the record's."""

    def __init__(self, number: int, *lines: AdjustmentRecordLine, exported: Any = None, **changes: Any) -> None:
        made = exported or tuple(exported_of(one, number * 100 + n) for n, one in enumerate(lines, start=1))
        plain = ExportAdjustment(str(number), number, DAY, "5900", f"{number}-Cycle count", "Cycle count", made)
        self.exported = replace(plain, **changes)
        self.record = AdjustmentRecord(number, f"ADJ{number}", "Cycle count", lines)
        self.row = unposted_stock(
            f"{number}-adjustment",
            "Adjustment",
            sum((one.total for one in self.exported.lines), D(0)),
            tuple(one.entry_id for one in self.exported.lines),
        )


def unposted_stock(record_id: str, kind: str, total: Decimal, entry_ids: tuple[int, ...]) -> UnpostedProcurement:
    return UnpostedProcurement(
        record_id, entry_ids, kind, kind, 2, Ref(), DAY, Ref(), "", "", None, "", 2, total, location="Tampa"
    )


# --- transfers --------------------------------------------------------------------------------------------------


def move(quantity: str = "4", cost: str = "0.25", **changes: Any) -> ExportTransfer:
    """An item moved from Tampa's main bin into van 3 of Orlando."""
    plain = ExportTransfer(
        "58",
        58,
        DAY,
        PATCH,
        D(quantity),
        D(cost),
        D(quantity) * D(cost),
        EACH,
        "EA",
        "1400:000:00",
        "1400:000:00",
        MAIN,
        "TPA",
        VAN,
        "ORL",
        1402,
        "1410:000:00",
        "To the van",
        "Patch cable",
    )
    return replace(plain, **changes)


class Moved:
    """A transfer as list and export show it."""

    def __init__(self, number: int, *moves: ExportTransfer) -> None:
        moves = moves or (move(),)
        self.exported = tuple(
            replace(one, id=str(number), transfer_id=number, offset_id=number * 100 + n + 50)
            for n, one in enumerate(moves)
        )
        total = sum((one.total for one in moves), D(0))
        self.row = unposted_stock(f"{number}-transfer", "Transfer", total, (number * 100,))


Stock = Counted | Moved


def stock_request(*made: Stock, again: bool = False, **changes: Any) -> PlanRequest:
    """A request for these adjustments and transfers, all included as refreshed."""
    adjustments = [one for one in made if isinstance(one, Counted)]
    masters: ManageMasters = changes.pop("masters", STOCK_MASTERS)
    if not masters.adjustments:
        masters = replace(masters, adjustments={one.record.id: one.record for one in adjustments})
    moves = tuple(move_ for one in made if isinstance(one, Moved) for move_ in one.exported)
    plain = PlanRequest(
        manage_host="manage.example",
        manage_company="harborpine",
        cpny_id="HPIT",
        options=OPTIONS,
        procurement=tuple(included_stock(one.row, again=again) for one in made),
        exported_procurement=ExportedProcurement(
            adjustments=tuple(one.exported for one in adjustments), transfers=moves
        ),
        masters=masters,
        books=STOCK_BOOKS,
        posting=STOCK_POSTING,
        master_rules=MasterRules(),
    )
    return replace(plain, **changes)


def included_stock(row: UnpostedProcurement, *, again: bool = False) -> IncludedRow[UnpostedProcurement]:
    return IncludedRow(TransactionKey(Kind.PROCUREMENT, row.unposted_product_id), again, row)


def stocked(*made: Stock, **changes: Any) -> Drafts:
    return draft(stock_request(*made, **changes))


def lines_of(made: Drafts) -> list[InLine]:
    return [one for _, document in made.inventory for one in document.lines]


# --- expenses ---------------------------------------------------------------------------------------------------


def expense(key: int = 1138, total: str = "33.95", **changes: Any) -> ExportExpense:
    """Jane's mileage, debit 6200, credit 2010."""
    plain = ExportExpense(
        key,
        key + 1,
        DAY,
        "6200:100:TP",
        "2010:000:00",
        "2000",
        "EE",
        "Mileage",
        "",
        JANE,
        "E-JDOE",
        ACME,
        "USD",
        D(total),
        -D(total),
    )
    return replace(plain, **changes)


def unposted_expense(exported: ExportExpense, **changes: Any) -> UnpostedExpense:
    plain = UnpostedExpense(
        exported.id,
        611 + exported.id,
        JANE,
        MILEAGE,
        "Reimbursable",
        Ref(1, name="Own money"),
        exported.document_date,
        "Ticket #1234",
        ACME,
        2,
        "Tampa",
        exported.account_number,
        exported.offset_account,
        "EE",
        exported.currency,
        2,
        exported.total,
    )
    return replace(plain, **changes)


def included_expense(exported: ExportExpense, *, again: bool = False, **row: Any) -> IncludedRow[UnpostedExpense]:
    unposted = unposted_expense(exported, **row)
    return IncludedRow(TransactionKey(Kind.EXPENSE, str(unposted.expense_detail_id)), again, unposted)


def expense_request(*made: ExportExpense, **changes: Any) -> PlanRequest:
    plain = PlanRequest(
        manage_host="manage.example",
        manage_company="harborpine",
        cpny_id="HPIT",
        options=OPTIONS,
        expenses=tuple(map(included_expense, made)),
        exported_expenses=ExportedExpenses(expenses=made),
        masters=NOT_AS_BILL,
        books=STOCK_BOOKS,
        posting=PostingRules(),
        master_rules=MasterRules(),
    )
    return replace(plain, **changes)


def journals_of(*made: ExportExpense, **changes: Any) -> Drafts:
    return draft(expense_request(*made, **changes))


# --- cost of goods ----------------------------------------------------------------------------------------------


def sold(key: int, amount: str = "-35.00", cost: str = "1.25", **changes: Any) -> ExportLine:
    """An inventory item on an invoice, in Manage's signs: five patch cables that cost 0.25 each."""
    facts: dict[str, Any] = {
        "gl_type": "RP",
        "quantity": D(-5),
        "cost": D(cost),
        "cost_account": "5200:300:OR",
        "inventory_account": "1400:000:00",
        "item": PATCH,
        "item_description": "Patch cable",
    }
    return line(key, amount, **{**facts, **changes})


def told(problems: tuple[Problem, ...]) -> set[str]:
    return {problem.code for problem in problems}


HALVES = UnitConversion("1", "*", "*", "HALF", "EA", D(2), DIVIDE)
LATE = date(2026, 11, 5)

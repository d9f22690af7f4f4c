"""Expenses and inventory beside invoices: the refresh, the three sheets, what is included, the Python API."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from by_column import cell
from macro_books import load_macro_book
from test_services_workbook import Desk

from xlpy import macros
from xlpy.api import Books
from xlpy.demo import firm
from xlpy.demo.site.door.faults import Fault, FaultKind
from xlpy.demo.site.door.server import serve
from xlpy.demo.site.making.generate import generate_site
from xlpy.domain.values.problems import Problem, Severity
from xlpy.domain.values.transactions import Kind, TransactionKey
from xlpy.errors import ManageRefused, StoppedByProblems
from xlpy.excel.buttons import batch as press_batch
from xlpy.excel.engine.closed_file import open_closed
from xlpy.excel.tables.home import read_home, write_home
from xlpy.excel.tables.selection import meant_sheets, read_selection, show_transactions, transaction_of
from xlpy.excel.workbook.home_cells import INCLUDED_BLOCK, Home
from xlpy.excel.workbook.sheet import Sheet
from xlpy.excel.workbook.sheets import EXPENSES, INVENTORY, INVOICES
from xlpy.services.export.refresh import refresh
from xlpy.services.run.memory import recall_refresh


@pytest.fixture
def story(story: Any) -> Iterator[Any]:
    """A month with everything: invoices, expenses (some not reimbursable), receipts, adjustments, transfers."""
    site = generate_site(seed=7, invoices=6, expenses=14, procurement=16, mistakes=False, company_paid=True)
    with serve(site) as running:
        manage = replace(story.profile.manage, url=running.url)
        yield replace(story, site=site, url=running.url, profile=replace(story.profile, manage=manage))


@pytest.fixture
def desk(story: Any, new_workbook: Path, monkeypatch: pytest.MonkeyPatch) -> Desk:
    return Desk(story, new_workbook, monkeypatch)


def type_in(desk: Desk, sheet: Sheet, marks: dict[str, str]) -> None:
    """Type marks by Id with another program."""
    book = load_macro_book(desk.path)
    cells = book[sheet.name]
    for record, mark in marks.items():
        cell(cells, sheet, record, "Include").value = mark
    book.save(desk.path)


# --- the refresh ------------------------------------------------------------------------------------------------


def test_a_refresh_shows_expenses_and_inventory_with_their_vendors(story: Any) -> None:
    session = story.session()
    report = refresh(session, through=firm.THROUGH_DATE)
    manage = session.manage
    expenses = [row for row in manage.unposted_expenses() if row.expense_date and row.expense_date <= firm.THROUGH_DATE]
    assert [row.expense for row in report.expenses] == expenses != []
    members = manage.members({row.member.id for row in expenses})
    assert {row.vendor_number for row in report.expenses} == {m.vendor_number for m in members.values()} != {""}
    paid = {row.expense.payment_method.id for row in report.expenses if row.company_paid}
    assert paid == manage.company_payment_methods() & {row.payment_method.id for row in expenses} != set()
    vendors = manage.companies({row.procurement.vendor.id for row in report.procurement if row.procurement.vendor.id})
    for shown in report.procurement:
        vendor = vendors.get(shown.procurement.vendor.id)
        assert shown.vendor_id == (vendor.vendor_identifier if vendor else "")
    assert {row.procurement.kind for row in report.procurement} == {"Purchase", "Adjustment", "Transfer"}
    assert any(row.vendor_id for row in report.procurement)


def test_what_is_not_reimbursable_says_that_it_stays(story: Any) -> None:
    report = refresh(story.session(), through=firm.THROUGH_DATE)
    told = {row.expense.classification: row.message for row in report.expenses}
    assert told.pop("Reimbursable") == ""
    assert told
    for classification, message in told.items():
        assert message.startswith(f"Not reimbursable ({classification}): never paid to the member")


def test_every_kind_ages_and_every_module_has_its_periods(story: Any) -> None:
    report = refresh(story.session(), through=firm.THROUGH_DATE)
    rows = {"Invoices": report.invoices, "Expenses": report.expenses, "Inventory": report.procurement}
    assert [row.kind for row in report.ageing] == list(rows)
    for aged in report.ageing:
        total = sum((row.base_total or Decimal(0) for row in rows[aged.kind]), Decimal(0))
        assert aged.days_0_30 + aged.days_31_60 + aged.days_61_90 + aged.older == total
    assert [period.module for period in report.periods] == ["AR", "AP", "IN", "GL"]
    assert all(period.current > period.closed > "" for period in report.periods)


def test_one_location_is_one_location_for_every_kind(story: Any) -> None:
    session = story.session()
    everywhere = refresh(session, through=firm.THROUGH_DATE)
    place = next(row.expense.location for row in everywhere.expenses if row.expense.location)
    here = refresh(session, through=firm.THROUGH_DATE, location=place)
    assert {row.expense.location for row in here.expenses} == {place}
    assert len(here.expenses) == sum(row.expense.location == place for row in everywhere.expenses)
    assert len(here.procurement) == sum(row.procurement.location == place for row in everywhere.procurement)
    assert here.locations == everywhere.locations
    assert {row.procurement.location for row in everywhere.procurement} - {""} <= set(everywhere.locations)


def test_a_kind_without_the_right_to_read_it_does_not_break_the_others(story: Any) -> None:
    session = story.session()
    before = refresh(session, through=firm.THROUGH_DATE)
    story.site.faults.add(
        Fault(FaultKind.FORBIDDEN, path="/finance/accounting/unposted(expenses|procurement)", times=None)
    )
    with pytest.raises(ManageRefused):
        refresh(session, through=firm.THROUGH_DATE)
    report = refresh(session, through=firm.THROUGH_DATE, kinds=frozenset({Kind.INVOICE}))
    assert report.invoices
    assert (report.expenses, report.procurement) == ((), ())
    assert [row.kind for row in report.ageing] == ["Invoices"]
    seen = recall_refresh(story.profile)
    assert list(seen.expenses.values()) == [row.expense for row in before.expenses]
    # What is kept is Manage's own row: it has no currency where the sheet shows the base currency.
    assert [replace(row, currency="") for row in seen.procurement.values()] == [
        replace(row.procurement, currency="") for row in before.procurement
    ]


# --- the workbook -----------------------------------------------------------------------------------------------


def test_refresh_fills_three_sheets_and_home_s_periods(desk: Desk) -> None:
    assert desk.press("refresh").exit_code == 0
    seen = recall_refresh(desk.story.profile)
    assert {row["Id"] for row in desk.cells(EXPENSES)} == {str(i) for i in seen.expenses} != set()
    assert {row["Id"] for row in desk.cells(INVENTORY)} == set(seen.procurement) != set()
    assert {row["Kind"] for row in desk.cells(INVENTORY)} == {"Receipt", "Adjustment", "Transfer"}
    with open_closed(desk.path) as closed:
        for name in (Home.AP_CURRENT, Home.AP_CLOSED, Home.IN_CURRENT, Home.IN_CLOSED):
            assert closed.book.names[name].refers_to_range.value


def test_a_kind_that_home_does_not_export_is_left_alone(desk: Desk) -> None:
    desk.press("refresh")
    inventory = desk.cells(INVENTORY)
    type_in(desk, INVENTORY, {inventory[0]["Id"]: "maybe"})
    type_in(desk, EXPENSES, {desk.cells(EXPENSES)[0]["Id"]: "Yes"})
    with open_closed(desk.path) as closed:
        with pytest.raises(StoppedByProblems, match=r"sheet Inventory .*maybe"):
            read_selection(closed.book, read_home(closed.book))
        write_home(closed.book, {Home.EXPORT_INVENTORY: "No"})
        (mark,) = read_selection(closed.book, read_home(closed.book)).marked
        assert mark.key.kind is Kind.EXPENSE
        closed.save()
    path = "/finance/accounting/unpostedprocurement"
    desk.story.site.faults.add(Fault(FaultKind.FORBIDDEN, path=path, times=None))
    assert desk.press("refresh").exit_code == 0
    assert [row["Id"] for row in desk.cells(INVENTORY)] == [row["Id"] for row in inventory]


def test_marks_of_three_sheets_become_one_selection(desk: Desk) -> None:
    desk.press("refresh")
    invoice, expense, receipt = (desk.cells(sheet)[1]["Id"] for sheet in (INVOICES, EXPENSES, INVENTORY))
    type_in(desk, INVOICES, {invoice: "Yes"})
    type_in(desk, EXPENSES, {expense: "Again"})
    type_in(desk, INVENTORY, {receipt: "x"})
    with open_closed(desk.path) as closed:
        marked = read_selection(closed.book, read_home(closed.book)).marked
    assert [(str(mark.key), mark.again) for mark in marked] == [
        (f"invoice:{invoice}", False),
        (f"expense:{expense}", True),
        (f"procurement:{receipt}", False),
    ]


def test_select_all_of_a_closed_file_means_three_sheets_and_counts_them(desk: Desk) -> None:
    with open_closed(desk.path) as closed:
        macros.run("refresh", closed.book)
        macros.run("select_all", closed.book)
        block = closed.book.names[INCLUDED_BLOCK].refers_to_range.options(ndim=2).value
        closed.save()
    sheets = (INVOICES, EXPENSES, INVENTORY)
    assert all({row["Include"] for row in desk.cells(sheet)} == {"Yes"} for sheet in sheets)
    shown = {(sheet.name, row["Currency"]) for sheet in sheets for row in desk.cells(sheet)}
    assert {(kind, currency) for kind, currency in block if kind} == shown
    with open_closed(desk.path) as closed:
        macros.run("deselect_all", closed.book)
        closed.save()
    assert all({row["Include"] for row in desk.cells(sheet)} <= {None, ""} for sheet in sheets)


@pytest.mark.parametrize(
    ("shown", "meant"),
    [("Expenses", [EXPENSES]), ("Inventory", [INVENTORY]), ("Home", [INVOICES, EXPENSES, INVENTORY])],
)
def test_in_excel_select_all_means_the_sheet_that_is_looked_at(shown: str, meant: list[Sheet]) -> None:
    book: Any = SimpleNamespace(
        app=SimpleNamespace(engine=SimpleNamespace(name="excel")),
        sheets=SimpleNamespace(active=SimpleNamespace(name=shown)),
    )
    assert list(meant_sheets(book)) == meant


def test_a_problem_is_shown_on_the_sheet_of_its_transaction_and_deselected_there(desk: Desk) -> None:
    desk.press("refresh")
    expense, receipt = desk.cells(EXPENSES)[0]["Id"], desk.cells(INVENTORY)[0]["Id"]
    type_in(desk, EXPENSES, {expense: "Yes"})
    type_in(desk, INVENTORY, {receipt: "Yes", desk.cells(INVENTORY)[1]["Id"]: "Yes"})
    problems = [
        Problem(Severity.STOP, "A", "The vendor is on hold", transaction_id=f"expense:{expense}"),
        Problem(Severity.STOP, "B", "No such site", transaction_id=f"procurement:{receipt}"),
        Problem(Severity.STOP, "C", "No such bin", transaction_id=f"procurement:{receipt}"),
    ]
    with open_closed(desk.path) as closed:
        plan: Any = SimpleNamespace(transactions=())
        press_batch.show_states(closed.book, plan, problems)
        macros.run("deselect_problems", closed.book)
        closed.save()
    assert (desk.cells(EXPENSES)[0]["Status"], desk.cells(EXPENSES)[0]["Include"]) == ("Problem", None)
    first, second = desk.cells(INVENTORY)[:2]
    assert (first["Status"], first["Message"], first["Include"]) == ("Problem", "No such site; No such bin", None)
    assert second["Include"] == "Yes"


def test_states_go_to_the_sheet_of_their_kind_even_when_ids_are_alike(desk: Desk) -> None:
    desk.press("refresh")
    expense = desk.cells(EXPENSES)[0]["Id"]
    with open_closed(desk.path) as closed:
        show_transactions(closed.book, {TransactionKey(Kind.INVOICE, expense): {"Status": "Exported"}})
        closed.save()
    assert all(row["Status"] != "Exported" for row in desk.cells(EXPENSES))


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("procurement:77-PS118-purchase", TransactionKey(Kind.PROCUREMENT, "77-PS118-purchase")),
        ("procurement:77-A:B-purchase", TransactionKey(Kind.PROCUREMENT, "77-A:B-purchase")),
        ("expense:611", TransactionKey(Kind.EXPENSE, "611")),
        ("", None),
        ("batch:5", None),
    ],
)
def test_the_transaction_of_a_problem(text: str, key: TransactionKey | None) -> None:
    assert transaction_of(text) == key


# --- the Python API ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["invoice", "expense", "procurement"])
def test_the_frame_of_a_kind_is_indexed_by_what_plan_takes(story: Any, kind: str) -> None:
    session = story.session()
    frame = Books(session).unposted(kind, through=firm.THROUGH_DATE)
    report = refresh(session, through=firm.THROUGH_DATE)
    ids = {
        "invoice": [row.invoice.billing_log_id for row in report.invoices],
        "expense": [row.expense.expense_detail_id for row in report.expenses],
        "procurement": [row.procurement.unposted_product_id for row in report.procurement],
    }
    assert list(frame.index) == ids[kind] != []
    assert frame["total"].map(type).eq(Decimal).all()


def test_a_frame_without_rows_has_its_columns(story: Any) -> None:
    frame = Books(story.session()).unposted("expense", through=firm.THROUGH_DATE.replace(year=2001))
    assert len(frame) == 0
    assert {"total", "vendor", "status"} <= set(frame.columns)


def test_another_kind_is_refused(story: Any) -> None:
    with pytest.raises(ValueError, match="bill"):
        Books(story.session()).unposted("bill")

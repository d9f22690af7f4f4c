"""Answers of Manage, turned round: currencies left out, signs turned, errors that look like successes, short lists.

Source: Manage API: values, signs of the export, lists (all of it unverified in one place or another).
"""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Any

import pytest
from new_workbooks import put_new_workbook

from xlpy.demo import firm
from xlpy.demo.site.door.faults import Fault, FaultKind
from xlpy.domain.values.transactions import Kind
from xlpy.errors import ManageError, ManageListShort
from xlpy.excel.buttons.press import press
from xlpy.excel.engine.closed_file import open_closed
from xlpy.excel.tables.home import write_home
from xlpy.excel.workbook.home_cells import Home
from xlpy.excel.workbook.layout import hint_cell
from xlpy.excel.workbook.sheets import INVENTORY
from xlpy.services.export.planning import make_plan
from xlpy.services.export.refresh import refresh
from xlpy.services.history.undo import undo
from xlpy.services.manage_half.recover import recover
from xlpy.services.run.reports import RunState


def codes(plan: Any) -> set[str]:
    return {problem.code for problem in plan.problems if problem.severity == "stop"}


def documents(plan: Any) -> dict[str, tuple[Decimal, str]]:
    return {str(t.key): (t.amount, t.currency) for t in plan.transactions}


def quick(stage: Any) -> Any:
    session = stage.session()
    session.manage._transport._sleep = lambda _seconds: None
    return session


# -- currencies ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("switch", ["export_without_currency", "iso_codes"])
def test_currencies_that_the_export_leaves_out_or_calls_otherwise(fresh: Any, switch: str) -> None:
    selection = fresh.selection(fresh.marks())
    right = make_plan(fresh.session(), selection)
    setattr(fresh.site.harsh, switch, True)
    fresh.site.changed()
    turned = make_plan(fresh.session(), selection)
    assert codes(turned) == set()
    assert documents(turned) == documents(right)
    assert len({currency for _, currency in documents(right).values()}) > 1


def test_recover_knows_lines_again_whose_export_has_no_currency(fresh: Any) -> None:
    fresh.site.harsh.export_without_currency = True
    fresh.site.faults.add(Fault(FaultKind.FORBIDDEN, "POST", "/finance/accounting/batches", times=3))
    marks = fresh.marks()
    assert fresh.push(marks).state is RunState.PENDING
    done = recover(fresh.session())
    assert (done.exit_code, len(done.closed)) == (0, len(marks))


# -- signs ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("listed", [False, True], ids=["signed list", "positive list"])
def test_lines_of_credit_memos_turned_alone_are_never_invoices_in_sl(fresh: Any, listed: bool) -> None:
    fresh.site.harsh.credit_details_turned = True
    fresh.site.harsh.positive_credits = listed
    plan = make_plan(fresh.session(), fresh.selection(fresh.marks(Kind.INVOICE)))
    memos = {i.number for i in fresh.site.records.invoices.values() if i.is_credit}
    stopped = {p.transaction for p in plan.stops if p.code == "SIGN-DISAGREES"}
    assert stopped
    assert stopped <= memos


def test_every_sign_of_an_export_turned_stops_every_document_that_has_a_side(fresh: Any) -> None:
    fresh.site.harsh.lines_turned = True
    plan = make_plan(fresh.session(), fresh.selection(fresh.marks()))
    assert "SIGN-DISAGREES" in codes(plan)
    assert fresh.push(fresh.marks()).state is RunState.NOTHING_WRITTEN


def test_a_list_that_shows_credit_memos_positive_changes_nothing(fresh: Any) -> None:
    selection = fresh.selection(fresh.marks(Kind.INVOICE))
    right = make_plan(fresh.session(), selection)
    fresh.site.harsh.positive_credits = True
    turned = make_plan(fresh.session(), selection)
    assert (codes(turned), documents(turned)) == (codes(right), documents(right))


# -- answers held against their shape ------------------------------------------------------------------------------


def test_an_error_with_the_status_of_a_success_is_no_empty_export(fresh: Any) -> None:
    fresh.site.faults.add(Fault(FaultKind.ERROR_OBJECT, "POST", "/finance/accounting/export", times=None))
    with pytest.raises(ManageError, match=r"answered 200 .*timeout expired"):
        make_plan(fresh.session(), fresh.selection(fresh.marks()))


@pytest.mark.parametrize(
    "path",
    [
        "/finance/accounting/unpostedinvoices",
        "/finance/accounting/unpostedinvoices/count",
        "/finance/accountingPackageSetup",
        "/finance/glCaptions",
        "/company/companies",
        "/procurement/catalog",
        "/finance/taxCodes.*",
        "/finance/billingTerms",
        "/system/members",
    ],
)
def test_an_error_with_the_status_of_a_success_is_an_error_everywhere(fresh: Any, path: str) -> None:
    """Told as what it is, or (a count) made up for by reading twice; never believed."""
    selection = fresh.selection(fresh.marks())
    right = documents(make_plan(fresh.session(), selection))
    fresh.site.faults.add(Fault(FaultKind.ERROR_OBJECT, "GET", path, times=None))
    if path.endswith("count"):
        assert documents(make_plan(quick(fresh), selection)) == right
        return
    with pytest.raises(ManageError, match="answered 200"):
        make_plan(quick(fresh), selection)


def test_a_batch_whose_answer_is_an_error_with_status_200_is_settled_by_looking(fresh: Any) -> None:
    fresh.site.faults.add(Fault(FaultKind.ERROR_OBJECT, "POST", "/finance/accounting/batches", after=True, times=None))
    marks = fresh.marks()
    assert fresh.push(marks).state is RunState.COMPLETED
    assert len(fresh.site.records.batches) == 3


# -- lists ---------------------------------------------------------------------------------------------------------


def test_a_short_list_is_refused_with_both_numbers(fresh: Any) -> None:
    fresh.site.harsh.first_rows_only = 3
    with pytest.raises(ManageListShort, match=r"3 of \d+ were read: Manage counts \d+ unposted invoices"):
        refresh(fresh.session(), through=firm.THROUGH_DATE)


def test_few_rows_to_a_page_with_right_links_change_nothing(fresh: Any) -> None:
    selection = fresh.selection(fresh.marks())
    right = make_plan(fresh.session(), selection)
    fresh.site.harsh.rows_per_page = 3
    turned = make_plan(fresh.session(), selection)
    assert (codes(turned), documents(turned), turned.hash) == (codes(right), documents(right), right.hash)


def test_counts_that_are_texts_change_nothing(fresh: Any) -> None:
    fresh.site.harsh.count_as_text = True
    assert len(refresh(fresh.session(), through=firm.THROUGH_DATE).invoices) > 0


@pytest.mark.parametrize("table", ["company", "product", "member"])
def test_a_record_that_manage_does_not_give_is_named_so(fresh: Any, table: str) -> None:
    """Neither the list nor the record itself gives it, whenever it is asked: a stop, and no guess about it."""
    method, word = {"company": "companies", "product": "catalog_items", "member": "members"}[table], table
    manage = quick(fresh).manage
    real = getattr(manage, method)

    def without_the_first(ids: Any) -> Any:
        found = real(ids)
        return {key: found[key] for key in sorted(found)[1:]}

    setattr(manage, method, without_the_first)
    try:
        plan = make_plan(fresh.session(), fresh.selection(fresh.marks()))
    finally:
        delattr(manage, method)
    named = [problem.what for problem in plan.stops if problem.code == "NOT-GIVEN"]
    assert named
    assert all(f"did not give a record for {word}" in what for what in named)


# -- versions ------------------------------------------------------------------------------------------------------


def test_rows_that_can_not_be_exported_are_counted_in_the_text_and_above_the_table(fresh: Any, tmp_path: Any) -> None:
    """A server before 2019.4 gives procurement no id: the sheet is not simply empty."""
    rows = len(fresh.session().manage.unposted_procurement())
    assert rows
    fresh.site.harsh.no_product_ids = True
    path = tmp_path / "book.xlsm"
    put_new_workbook(path)
    with open_closed(path) as closed:
        write_home(closed.book, {Home.THROUGH_DATE: firm.THROUGH_DATE})
        hint = closed.book.sheets[INVENTORY.name].range(hint_cell(INVENTORY)).value
        told = press("refresh", closed.book, lambda _progress: fresh.session(), lambda *_: None)
        assert told.exit_code == 3
        assert re.search(r"\d+ rows are left out of the inventory", told.text)
        assert "2019.5" in told.text
        assert "left out of the inventory" in closed.book.sheets[INVENTORY.name].range(hint_cell(INVENTORY)).value
        fresh.site.harsh.no_product_ids = False
        assert press("refresh", closed.book, lambda _progress: fresh.session(), lambda *_: None).exit_code == 0
        assert closed.book.sheets[INVENTORY.name].range(hint_cell(INVENTORY)).value == hint


def test_a_version_that_the_site_does_not_have_names_the_setting(fresh: Any) -> None:
    fresh.site.faults.add(Fault(FaultKind.NOT_ACCEPTABLE, times=None))
    with pytest.raises(ManageError, match=r"API version 2025\.8: put one that it has into \[manage\] api_version"):
        refresh(fresh.session(), through=firm.THROUGH_DATE)


def test_a_deleted_batch_whose_records_stay_posted_is_told(pushed: Any) -> None:
    pushed.site.harsh.delete_keeps_posted = True
    report = undo(pushed.session(), "OCT-I", confirmed=True)
    assert report.state is RunState.WITH_ERRORS
    assert "Manage does not list as unposted" in report.text
    assert recover(pushed.session()).exit_code == 0

"""What is not in the books yet at a month end: unposted by age, received and not invoiced, paid ahead."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from reconcile_stage import Month, stage

from xlpy.api import Books
from xlpy.demo import firm
from xlpy.domain.afterwards.accruals import AccrualSection, AccrualsReport
from xlpy.services.flows import records
from xlpy.services.reconciling.accruals import accruals
from xlpy.services.run.memory import recall_refresh

ZERO = Decimal(0)


def listed(month: Month, through: date = firm.THROUGH_DATE) -> AccrualsReport:
    with month.session() as session:
        return accruals(session, through)


@pytest.fixture(scope="module")
def fresh(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Month]:
    """Nothing is posted yet."""
    folder = tmp_path_factory.mktemp("accruals")
    with ExitStack() as stack, pytest.MonkeyPatch.context() as patch:
        patch.setenv("XLPY_DATA", str(folder / "user data"))
        yield stage(folder, stack, invoices=24, expenses=12, procurement=16)


def test_unposted_is_summed_by_kind_period_age_and_currency(fresh: Month) -> None:
    rows = listed(fresh).of(AccrualSection.UNPOSTED)
    with fresh.session() as session:
        expenses = [e for e in session.manage.unposted_expenses() if (e.expense_date or date.min) <= firm.THROUGH_DATE]
    mine = [row for row in rows if row.kind == "Expenses"]
    by_currency: dict[str, Decimal] = defaultdict(lambda: ZERO)
    for expense in expenses:
        by_currency[expense.currency or "USD"] += expense.total
    assert sum(row.count for row in mine) == len(expenses)
    assert {
        row.currency: sum((r.amount or ZERO for r in mine if r.currency == row.currency), ZERO) for row in mine
    } == {currency: round(amount, 2) for currency, amount in by_currency.items()}
    assert {row.period for row in rows} == {"202610"}
    assert all(row.base is not None for row in rows if row.currency in ("USD", "EUR"))
    later = listed(fresh, date(2026, 12, 31))
    assert {row.age for row in later.of(AccrualSection.UNPOSTED)} > {"31 to 60 days"}


def test_a_receipt_without_a_vendor_invoice_is_listed_with_account_and_sub(fresh: Month) -> None:
    before = listed(fresh).of(AccrualSection.NOT_INVOICED)
    with fresh.session() as session:
        rows = session.manage.unposted_procurement()
    waiting = [
        row
        for row in rows
        if row.kind == "Purchase"
        and not row.vendor_invoice_number
        and (row.document_date or date.max) <= firm.THROUGH_DATE
    ]
    assert len({row.transaction for row in before}) == len(waiting) > 0
    assert sum((row.base or ZERO for row in before), ZERO) == sum((row.total for row in waiting), ZERO)
    assert all(row.acct and row.sub and row.party for row in before)
    assert {row.acct for row in before} <= {"1400", "5200", "5210", "5300", "1250", "5250"}


def test_what_is_posted_is_no_accrual_any_more(month: Month) -> None:
    report = listed(month)
    assert report.of(AccrualSection.UNPOSTED) == ()
    assert report.of(AccrualSection.NOT_INVOICED) == ()


@pytest.fixture(scope="module")
def paid_ahead(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Month]:
    """All is posted but the invoices that apply a down payment."""
    folder = tmp_path_factory.mktemp("paid ahead")
    with ExitStack() as stack, pytest.MonkeyPatch.context() as patch:
        patch.setenv("XLPY_DATA", str(folder / "user data"))
        made = stage(folder, stack, invoices=24)
        applied = {str(one.id) for one in made.site.records.invoices.values() if deposit_of(one) < 0}
        whole = made.everything()
        made.push(replace(whole, marked=tuple(one for one in whole.marked if one.key.record_id not in applied)))
        made.release()
        yield made


def deposit_of(invoice: Any) -> Decimal:
    return sum((line.amount for line in invoice.lines if line.gl_type == "RD"), ZERO)


def test_open_down_payments_by_customer_stand_against_the_liability_account(paid_ahead: Month) -> None:
    report = listed(paid_ahead)
    invoices = paid_ahead.site.records.invoices.values()
    received = [one for one in invoices if deposit_of(one) > 0 and one.invoice_date <= firm.THROUGH_DATE]
    rows = report.of(AccrualSection.DEPOSIT)
    assert sum((row.amount or ZERO for row in rows), ZERO) == sum(map(deposit_of, received), ZERO) > 0
    assert {(row.acct, row.sub, row.currency) for row in rows} == {("2300", "00000", "USD")}
    assert all(row.name and row.party for row in rows)
    (account,) = report.of(AccrualSection.DEPOSIT_ACCOUNT)
    (gl,) = paid_ahead.sql("SELECT SUM(CrAmt - DrAmt) FROM GLTran WHERE Acct = '2300' AND Posted = 'P'")
    assert account.base == round(Decimal(str(gl[0])), 2)
    assert account.difference == account.base - sum((row.base or ZERO for row in rows), ZERO)


def test_a_down_payment_that_is_used_up_is_not_open(posted: Month) -> None:
    report = listed(posted)
    assert report.of(AccrualSection.DEPOSIT) == ()
    assert [row.acct for row in report.of(AccrualSection.DEPOSIT_ACCOUNT)] == ["2300"]


def test_looking_does_not_change_what_the_user_saw_at_her_refresh(fresh: Month) -> None:
    before = recall_refresh(fresh.profile)
    listed(fresh)
    assert recall_refresh(fresh.profile) == before


def test_page_json_and_frame_have_the_same_rows(fresh: Month, tmp_path: Path) -> None:
    page = tmp_path / "accruals.html"
    with fresh.session() as session:
        told = records.accruals(session, through=firm.THROUGH_DATE, page=page)
    rows: list[Any] = json.loads(json.dumps(told.data))["results"]
    assert len(rows) == len(told.report.rows) == page.read_text(encoding="utf-8").count("<tr class=")
    with Books(fresh.session()) as books:
        frame = books.accruals(firm.THROUGH_DATE)
    assert list(frame["section"]) == [row["section"] for row in rows]

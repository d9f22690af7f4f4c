"""A month of every kind agrees to the cent: as written, released and posted; two currencies are never added."""

from __future__ import annotations

from collections import defaultdict
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import event

from xlpy.demo import firm
from xlpy.demo.company.release.run import release_batch
from xlpy.domain.values.statuses import ReconcileState
from xlpy.errors import NothingToReconcile, SettingsError
from xlpy.services.reconciling.report import ReconcileReport


def assert_agrees(report: ReconcileReport) -> None:
    assert report.not_agreeing == (), report.text
    assert [account for account in report.accounts if account.difference or account.gl_difference] == []
    assert report.agrees
    assert report.exit_code == 0
    assert all(type(total.difference) is Decimal and total.difference == 0 for total in report.batches)
    assert report.differing == 0


def test_unreleased(month: Any) -> None:
    report = month.reconcile()
    assert_agrees(report)
    assert {row.kind for row in report.rows} == {"invoice", "invoice cost", "expense", "procurement"}
    assert {row.module for row in report.rows} >= {"AR", "AP", "GL", "IN"}
    assert {row.doc_type for row in report.rows} >= {"IN", "CM", "VO", "AD", "AJ", "TR", "GL"}
    assert len({row.currency for row in report.rows}) == 3
    assert all(row.gl is None for row in report.rows)
    assert len(report.rows) > 50
    assert report.steps[0].amount == report.steps[1].amount == report.steps[2].amount > 10_000
    assert report.steps[3].amount == 0


def test_released_and_posted(posted: Any) -> None:
    report = posted.reconcile()
    assert_agrees(report)
    with_documents = [row for row in report.rows if row.sl_batch]
    assert all(row.gl == row.base for row in with_documents)
    assert report.steps[3].amount == report.steps[2].amount
    assert any(account.gl for account in report.accounts)


def test_released_but_not_yet_posted(month: Any) -> None:
    for module, bat_nbr in month.sql("SELECT DISTINCT Module, BatNbr FROM xlpy_PostingDoc"):
        assert release_batch(month.engine, module, bat_nbr).released
    report = month.reconcile()
    assert_agrees(report)
    assert all(row.gl is None for row in report.rows)
    receivable = [account for account in report.accounts if account.acct == "1100"]
    assert all(account.gl == account.base for account in receivable), "SL has its lines, though not posted yet"


def test_one_batch_or_one_period_is_a_part_of_everything(month: Any) -> None:
    everything = month.reconcile()
    of_batches = [month.reconcile(batch=f"OCT{suffix}") for suffix in ("-I", "-E", "-P")]
    assert sum(len(report.rows) for report in of_batches) == len(everything.rows)
    whole: dict[Any, Decimal] = defaultdict(Decimal)
    parts: dict[Any, Decimal] = defaultdict(Decimal)
    for total in everything.batches:
        whole[total.name, total.currency] += total.sl
    for report in of_batches:
        assert_agrees(report)
        for total in report.batches:
            parts[total.name, total.currency] += total.sl
    assert parts == whole
    assert month.reconcile(batch="oct").rows == everything.rows, "the name as typed on Home, without the suffixes"
    october = month.reconcile(period="10-2026")
    assert_agrees(october)
    assert {row.period for row in october.rows} == {"202610"}
    assert month.reconcile(period="09-2026").text == "Period 09-2026: there is nothing to compare."


def test_totals_of_parts_are_the_total_in_each_currency(month: Any) -> None:
    month.sql("UPDATE ARDoc SET CuryOrigDocAmt = CuryOrigDocAmt + 1, OrigDocAmt = OrigDocAmt + 1 WHERE User1 <> ''")
    report = month.reconcile()
    assert report.not_agreeing
    for column in ("manage", "ledger", "sl", "difference"):
        of_rows: dict[str, Decimal] = defaultdict(Decimal)
        of_batches: dict[str, Decimal] = defaultdict(Decimal)
        of_parties: dict[str, Decimal] = defaultdict(Decimal)
        for row in report.rows:
            if row.state is not ReconcileState.TAX_ACCOUNT:
                of_rows[row.currency] += getattr(row, column) or Decimal(0)
        for total in report.batches:
            of_batches[total.currency] += getattr(total, column)
        for total in report.parties:
            of_parties[total.currency] += getattr(total, column)
        assert of_rows == of_batches == of_parties
        assert len(of_rows) == 3
    assert sum(total.not_agreeing for total in report.batches) == len(report.not_agreeing)


def test_expenses_one_by_one_are_journals_in_base_currency(journals: Any) -> None:
    report = journals.reconcile()
    assert_agrees(report)
    expenses = [row for row in report.rows if row.kind == "expense" and row.sl_batch]
    assert {row.module for row in expenses} == {"GL"}
    foreign = [row for row in expenses if row.currency != firm.BASE_CURRENCY]
    assert foreign
    assert all(row.base != row.sl for row in foreign)
    journals.release()
    assert_agrees(journals.reconcile())


def test_so_many_statements_whatever_the_number_of_transactions(month: Any, journals: Any) -> None:
    def statements(stage: Any) -> int:
        with stage.session() as session:
            sent: list[str] = []
            event.listen(session.sl.engine, "before_cursor_execute", lambda _c, _k, sql, *_: sent.append(sql))
            from xlpy.services.reconciling.reconcile import reconcile

            reconcile(session)
            return len(sent)

    few, many = statements(journals), statements(month)
    assert many <= few + 10, "four modules instead of two, and eleven times the documents"
    assert many < 80


def test_what_can_t_be_reconciled_says_so(month: Any) -> None:
    with pytest.raises(NothingToReconcile, match="'NOVEMBER'"):
        month.reconcile(batch="NOVEMBER")
    with pytest.raises(SettingsError, match="'2026-10' is not a period"):
        month.reconcile(period="2026-10")
    with pytest.raises(SettingsError, match="not several at once"):
        month.reconcile(batch="OCT", everything=True)

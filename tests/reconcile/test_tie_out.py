"""The page that an accountant signs: per period and account Manage, ledger, subledgers and general ledger."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from reconcile_stage import Month

from xlpy.api import Books
from xlpy.demo import firm
from xlpy.domain.afterwards.tie_out import Area, TieLine, TieOutReport, TieOutRow
from xlpy.domain.values.statuses import TieState
from xlpy.errors import SettingsError
from xlpy.services.flows import records
from xlpy.services.reconciling.tie_out import tie_out

ZERO = Decimal(0)


def tied(month: Month, period: str = "10-2026") -> TieOutReport:
    with month.session() as session:
        return tie_out(session, period)


def account(report: TieOutReport, acct: str) -> TieOutRow:
    (row,) = [row for row in report.accounts if row.acct == acct]
    return row


def total(rows: Any, name: str) -> Decimal:
    return sum((getattr(row, name) or ZERO for row in rows), ZERO)


def below(report: TieOutReport, acct: str) -> list[TieOutRow]:
    return [row for row in report.rows if row.acct == acct and row.line in (TieLine.TRANSACTION, TieLine.BATCH)]


def test_a_posted_month_agrees_on_every_account(posted: Month) -> None:
    report = tied(posted)
    assert report.differing == ()
    assert report.exit_code == 0
    assert {row.state for row in report.accounts} == {TieState.AGREES}
    assert {row.area for row in report.accounts} >= {
        *(Area.RECEIVABLES, Area.PAYABLES, Area.INVENTORY, Area.TAXES, Area.DEPOSITS, Area.OTHER)
    }
    receivable = account(report, "1100")
    assert receivable.manage == receivable.ledger == receivable.from_manage != ZERO
    assert receivable.gl == receivable.from_manage + receivable.other
    assert total(report.accounts, "manage") == total(report.accounts, "from_manage") == ZERO, "both sides foot"


def test_what_is_not_released_waits_and_is_no_difference(month: Month) -> None:
    report = tied(month)
    assert report.exit_code == 0
    assert {row.state for row in report.accounts} == {TieState.NOT_POSTED}
    receivable = account(report, "1100")
    assert receivable.not_posted == receivable.from_manage
    opened = below(report, "1100")
    assert {(row.line, row.message) for row in opened} == {(TieLine.BATCH, "Not released")}
    assert total(opened, "not_posted") == receivable.not_posted


def test_a_changed_account_is_opened_down_to_its_transaction(month: Month) -> None:
    (number, amount, acct, sub) = month.sql(
        "SELECT t.RefNbr, t.TranAmt, t.Acct, t.Sub FROM ARTran t JOIN xlpy_PostingDoc d ON d.BatNbr = t.BatNbr AND"
        " d.RefNbr = t.RefNbr WHERE t.TranType = 'IN' AND t.TranAmt > 0 AND t.CuryId = 'USD' AND t.PerPost = '202610'"
        " ORDER BY t.RefNbr, t.LineNbr"
    )[0]
    month.sql("UPDATE ARTran SET Acct = '6100' WHERE RefNbr = :r AND Acct = :a", r=number, a=acct)
    report = tied(month)
    assert report.exit_code == 3
    assert report.accounts[0].acct in {acct, "6100"}, "what differs comes first"
    (wrong,) = [row for row in report.accounts if (row.acct, row.sub) == (acct, sub)]
    assert wrong.state is TieState.DIFFERS
    lines = [row for row in below(report, acct) if row.line is TieLine.TRANSACTION and row.sub == sub]
    assert [row.transaction for row in lines] == [number]
    assert wrong.difference == lines[0].difference
    assert abs(lines[0].difference) >= round(Decimal(str(amount)), 2)
    assert f"Accounts of AR IN {number}" in lines[0].message


def test_a_general_ledger_that_lost_a_line_is_opened_down_to_its_batch(posted: Month) -> None:
    (batch, amount) = posted.sql(
        "SELECT BatNbr, DrAmt FROM GLTran WHERE Module = 'AR' AND Acct = '1100' AND DrAmt > 0 AND PerPost = '202610'"
        " AND BatNbr IN (SELECT BatNbr FROM xlpy_PostingDoc WHERE Module = 'AR') ORDER BY RefNbr"
    )[0]
    posted.sql(
        "DELETE FROM GLTran WHERE rowid IN (SELECT rowid FROM GLTran WHERE Module = 'AR' AND Acct = '1100'"
        " AND BatNbr = :b AND DrAmt = :d LIMIT 1)",
        b=batch,
        d=amount,
    )
    report = tied(posted)
    wrong = account(report, "1100")
    assert (wrong.state, wrong.difference) == (TieState.DIFFERS, round(Decimal(str(amount)), 2))
    assert [(row.line, row.sl_batch, row.difference) for row in below(report, "1100")] == [
        (TieLine.BATCH, f"AR {batch}", wrong.difference)
    ]
    assert "suspense" in below(report, "1100")[0].message


def test_what_somebody_entered_in_sl_stands_beside_it_and_is_no_difference(posted: Month) -> None:
    before = account(tied(posted), "1100")
    columns = [name for _, name, *_ in posted.sql("PRAGMA table_info(GLTran)")]
    of_cash = {"Module": "'CA'", "BatNbr": "'999001'", "DrAmt": "12.34", "CrAmt": "0"}
    posted.sql(
        f"INSERT INTO GLTran ({', '.join(columns)}) SELECT {', '.join(of_cash.get(c, c) for c in columns)} FROM GLTran"
        " WHERE Acct = '1100' AND Posted = 'P' AND PerPost = '202610' AND Sub = '00000' LIMIT 1"
    )
    after = account(tied(posted), "1100")
    assert after.state is TieState.AGREES
    assert (after.other or ZERO) - (before.other or ZERO) == Decimal("12.34")
    assert (after.gl or ZERO) - (before.gl or ZERO) == Decimal("12.34")


def test_only_the_period_that_was_asked_for(posted: Month) -> None:
    assert tied(posted, "09-2026").accounts == ()
    with pytest.raises(SettingsError, match="is not a period"):
        tied(posted, "13/26/4")


def test_stock_as_manage_values_it_beside_item_sites_and_inventory_accounts(posted: Month) -> None:
    report = tied(posted)
    balances = {row.area: row for row in report.rows if row.line is TieLine.BALANCE}
    stock = balances[Area.INVENTORY]
    with posted.session() as session:
        on_hand = session.manage.stock()
    assert {one.identifier for one in on_hand} >= {"PATCH10", "SWITCH24"}
    assert stock.manage == sum((one.value for one in on_hand), ZERO) > 0
    (sites,) = posted.sql("SELECT SUM(TotCost) FROM ItemSite")
    assert stock.other == round(Decimal(str(sites[0])), 2)
    assert stock.acct == "1400"
    assert stock.difference == (stock.other or ZERO) - (stock.gl or ZERO)
    assert all(row.state is TieState.AS_OF_NOW for row in balances.values())
    assert balances[Area.RECEIVABLES].other != ZERO


def test_manage_that_does_not_give_its_stock_is_told_and_the_rest_is_there(posted: Month) -> None:
    from xlpy.demo.site.door.faults import Fault, FaultKind

    posted.site.faults.add(Fault(FaultKind.FORBIDDEN, "GET", "/procurement/catalog/.*/inventory", times=99))
    try:
        report = tied(posted)
    finally:
        posted.site.faults.clear()
    assert "does not give its stock" in report.messages[0]
    assert report.exit_code == 0


def test_the_page_to_print_has_every_account_and_lines_to_sign(posted: Month, tmp_path: Path) -> None:
    page = tmp_path / "october.html"
    with posted.session() as session:
        told = records.tie_out(session, period="10-2026", page=page)
    text = page.read_text(encoding="utf-8")
    assert all(f"<td>{row.acct}</td>" in text for row in told.report.accounts)
    assert "Prepared by" in text
    assert "Reviewed by" in text
    assert str(page) in told.console
    assert told.data["state"] == "agrees"


def test_a_notebook_gets_it_as_a_frame(posted: Month) -> None:
    with Books(posted.session()) as books:
        frame = books.tie_out("10-2026")
    assert set(frame[frame["line"] == "Account"]["state"]) == {"agrees"}
    assert isinstance(frame["difference"].iloc[0], Decimal)
    assert firm.COMPANY_ID

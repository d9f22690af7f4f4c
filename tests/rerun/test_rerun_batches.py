"""The list of batches: what became of each in SL."""

from __future__ import annotations

from decimal import Decimal

from rerun_stage import Month
from sqlalchemy import event

from xlpy.demo.company.release.run import release_batch, void_batch
from xlpy.domain.values.transactions import Kind
from xlpy.services.history.batches import BatchRow, batch_numbers, list_batches


def listed(month: Month) -> dict[tuple[str, str], BatchRow]:
    return {(row.identifier, row.currency): row for row in list_batches(month.session()).rows}


def test_a_new_batch_is_unreleased_with_its_amounts_per_currency(pushed: Month) -> None:
    rows = listed(pushed)
    assert {name for name, _ in rows} == {"OCT-I", "OCT-E", "OCT-P"}
    assert {row.state for row in rows.values()} == {"unreleased"}
    for (name, currency), row in rows.items():
        amounts = pushed.rows(
            "SELECT Amount FROM xlpy_Posting WHERE BatchIdentifier = :b AND Currency = :c", b=name, c=currency
        )
        assert row.amount == sum(Decimal(str(round(amount, 2))) for (amount,) in amounts)
        assert row.documents == len(amounts)
        assert row.created_by == "kmorales"
        assert not row.message
        assert not row.closed
    assert rows["OCT-P", "USD"].kinds == (Kind.PROCUREMENT,)


def test_released_posted_voided_and_mixed_are_told_apart(pushed: Month) -> None:
    vouchers = pushed.rows(
        "SELECT DISTINCT d.BatNbr FROM xlpy_PostingDoc d JOIN xlpy_Posting p ON p.PostingID = d.PostingID"
        " WHERE p.Kind = 'expense'"
    )
    for (number,) in vouchers:
        assert release_batch(pushed.engine, "AP", number).status == "U"
    assert listed(pushed)["OCT-E", "USD"].state == "released"
    for (number,) in pushed.rows("SELECT BatNbr FROM Batch WHERE Module = 'AP' AND Status = 'U'"):
        pushed.run("UPDATE Batch SET Status = 'P' WHERE Module = 'AP' AND BatNbr = :b", b=number)
    assert listed(pushed)["OCT-E", "USD"].state == "posted"
    number = pushed.sl_batches("IN")[0]
    void_batch(pushed.engine, "IN", number)
    row = listed(pushed)["OCT-P", "USD"]
    assert row.state == "mixed"
    assert "Rerun posts it anew" in row.message
    for module in ("AR", "GL"):
        for number in pushed.sl_batches(module):
            void_batch(pushed.engine, module, number)
    assert {row.state for (name, _), row in listed(pushed).items() if name == "OCT-I"} <= {"voided", "nothing to post"}


def test_a_batch_of_others_has_no_figures_and_says_so(pushed: Month) -> None:
    pushed.restore_night_before()
    rows = listed(pushed)
    assert {(row.documents, row.amount, row.state) for row in rows.values()} == {(None, None, "")}
    assert all("Rerun says what SL lacks" in row.message for row in rows.values())


def test_half_finished_undone_cleared_and_deleted_batches_are_told(pushed: Month) -> None:
    pushed.run("UPDATE xlpy_Posting SET State = 'posted', ManageBatchID = NULL, ClosedAt = NULL WHERE Kind = 'invoice'")
    pushed.run("UPDATE xlpy_Posting SET State = 'cleared' WHERE Kind = 'expense'")
    batch = next(b for b in pushed.site.records.batches.values() if b.identifier == "OCT-P")
    pushed.session().manage.delete_batch(batch.id)
    report = list_batches(pushed.session())
    rows = {row.identifier: row for row in reversed(report.rows)}
    assert report.rows[0].identifier == "OCT-I", "what is owed comes first"
    assert rows["OCT-E"].state == "cleared"
    assert "closed or deleted there" in rows["OCT-P"].message
    assert rows["OCT-P"].manage_id is None
    owed = [row for row in report.rows if row.identifier == "OCT-I" and row.manage_id is None]
    assert owed
    assert all("run Recover" in row.message for row in owed)
    assert "OCT-I: run Recover" in report.text
    pushed.run("UPDATE xlpy_Posting SET State = 'undone' WHERE Kind = 'procurement'")
    assert {row.identifier: row for row in list_batches(pushed.session()).rows}["OCT-P"].state == "undone"


def test_the_list_costs_one_list_of_manage_and_a_fixed_number_of_statements(pushed: Month) -> None:
    session = pushed.session()
    list_batches(session)
    pushed.site.calls.clear()
    statements: list[str] = []

    def count(_c: object, _cursor: object, statement: str, *_rest: object) -> None:
        statements.append(statement)

    event.listen(session.sl.engine, "before_cursor_execute", count)
    try:
        list_batches(session)
    finally:
        event.remove(session.sl.engine, "before_cursor_execute", count)
    assert {path for _, path in pushed.site.calls} <= {
        "/finance/accounting/batches",
        "/finance/accounting/batches/count",
    }
    own = [statement for statement in statements if "xlpy_" in statement and "SELECT" in statement]
    assert len(own) <= 4
    assert len([s for s in statements if 'FROM "Batch"' in s or "FROM Batch" in s]) <= 4


def test_numbers_of_sl_batches_are_told_as_runs(pushed: Month) -> None:
    from xlpy.sl.ledger_book.ledger import all_postings_of

    manage = pushed.session().manage
    with pushed.engine.connect() as connection:
        postings = all_postings_of(connection, manage.host, manage.company, "OCT-I")
    told = batch_numbers(postings)
    numbers = {part.bat_nbr for posting in postings for part in posting.parts if part.module == "GL"}
    assert f"GL {min(numbers)}" in told
    assert told.startswith("AR ")

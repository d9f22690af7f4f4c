"""Undo of a batch: everything back as it was, or not a thing, with the reason."""

from __future__ import annotations

from collections import Counter
from decimal import Decimal
from typing import Any

import pytest
from undo_stage import WRITTEN, put_into_batch, same_but_for_masters

from xlpy.demo.company.release.run import release_and_post, release_batch, void_batch
from xlpy.demo.site.door.faults import Fault, FaultKind
from xlpy.domain.values.transactions import Kind, PostingState
from xlpy.errors import PostingLocked
from xlpy.services.export.planning import free_batch_identifier
from xlpy.services.history.undo import look_at_undo, undo
from xlpy.services.manage_half.recover import look, recover
from xlpy.services.run.reports import RunState
from xlpy.sl.reading import documents

ONE_BATCH = "/finance/accounting/batches/.*"
BATCHES = ("OCT-I", "OCT-E", "OCT-P")


def undo_all(stage: Any) -> None:
    for batch in BATCHES:
        report = undo(stage.session(), batch, confirmed=True)
        assert report.state is RunState.COMPLETED, report.text


def codes(stage: Any, batch: str = "OCT-I") -> set[str]:
    return {reason.code for reason in look_at_undo(stage.session(), batch).reasons}


def refused(stage: Any, batch: str = "OCT-I") -> str:
    """Press undo, see that nothing at all has changed, and return what was said."""
    tables, unposted, ledger = stage.tables(WRITTEN), stage.unposted(), stage.ledger()
    report = undo(stage.session(), batch, confirmed=True)
    assert report.state is RunState.NOTHING_WRITTEN
    assert (stage.tables(WRITTEN), stage.unposted(), stage.ledger()) == (tables, unposted, ledger)
    assert not [call for call in stage.site.calls if call[0] == "DELETE"]
    return report.text


# --- it comes back ----------------------------------------------------------------------------------------------


def test_after_the_undo_sl_and_manage_are_as_before_the_export(pushed: Any, theatre: Any) -> None:
    modules = Counter(part.module for posting in pushed.ledger() for part in posting.parts)
    assert modules.keys() == {"AR", "AP", "GL", "IN"}, "every kind of document was posted"
    assert same_but_for_masters(theatre.before, pushed.tables()), "and is seen in the tables"
    undo_all(pushed)
    assert same_but_for_masters(theatre.before, pushed.tables()) == []
    assert pushed.unposted() == theatre.unposted
    assert pushed.states() == {"undone"}
    assert {(p.state_by, p.state_host) for p in pushed.ledger()} == {("kmorales", "PC1")}
    assert not pushed.site.records.batches
    assert look(pushed.session()) == ()


def test_bins_get_back_what_entry_took_from_them(pushed: Any, theatre: Any) -> None:
    taken = pushed.rows("SELECT SUM(QtyAllocIN), SUM(QtyAvail) FROM Location")[0]
    undo(pushed.session(), "OCT-P", confirmed=True)
    given_back = pushed.rows("SELECT SUM(QtyAllocIN), SUM(QtyAvail) FROM Location")[0]
    assert taken[0] > given_back[0]
    assert taken[1] < given_back[1]
    assert pushed.tables(["Location"])["Location"] == theatre.before["Location"]


def test_expenses_as_journals_come_back_too(journal_theatre: Any) -> None:
    stage = journal_theatre.put_back("pushed")
    assert stage.sl_batches("GL", "OCT-E")
    for batch in ("OCT-E", "OCT-I"):
        assert undo(stage.session(), batch, confirmed=True).state is RunState.COMPLETED
    assert same_but_for_masters(journal_theatre.before, stage.tables()) == []
    assert stage.unposted() == journal_theatre.unposted


def test_the_counters_are_not_stepped_back(pushed: Any) -> None:
    before = pushed.rows("SELECT LastBatNbr FROM ARSetup"), pushed.rows("SELECT LastBatNbr, LastRefNbr FROM APSetup")
    undo_all(pushed)
    after = pushed.rows("SELECT LastBatNbr FROM ARSetup"), pushed.rows("SELECT LastBatNbr, LastRefNbr FROM APSetup")
    assert before == after


def test_the_same_transactions_can_be_exported_again_under_the_same_name(pushed: Any) -> None:
    references = {p.ref_nbr for posting in pushed.ledger("OCT-I") for p in posting.parts if p.module == "AR"}
    undo_all(pushed)
    assert free_batch_identifier(pushed.session().manage, "OCT") == "OCT"
    report = pushed.push(pushed.marks())
    assert report.state is RunState.COMPLETED, report.text
    assert not [p for p in report.problems if p.code in ("AGAIN", "GONE", "REF-REUSED")]
    generations = Counter((p.generation, p.state) for p in pushed.ledger())
    assert generations.keys() == {(1, PostingState.UNDONE), (2, PostingState.CLOSED)}
    assert len(set(generations.values())) == 1
    again = {p.ref_nbr for posting in pushed.ledger("OCT-I") for p in posting.parts if p.module == "AR"}
    assert again == references, "a Manage invoice keeps its number in SL"
    numbers = pushed.rows("SELECT RefNbr FROM ARDoc WHERE User1 <> ''")
    assert len(numbers) == len(set(numbers)) == len(references)


def test_masters_that_were_created_stay_and_it_is_said(pushed: Any, theatre: Any) -> None:
    assert "that were created stay" in look_at_undo(pushed.session(), "OCT-I").text
    undo_all(pushed)
    assert set(theatre.before["Vendor"]) <= set(pushed.tables(["Vendor"])["Vendor"])


def test_a_look_names_what_would_be_removed_and_removes_nothing(pushed: Any) -> None:
    before = pushed.tables(WRITTEN)
    plan = look_at_undo(pushed.session(), "OCT-I")
    assert plan.reasons == ()
    assert {d.module for d in plan.documents} == {"AR", "GL"}
    assert [made.identifier for made in plan.manage_batches] == ["OCT-I"]
    assert f"{len(plan.transactions)} invoices" in plan.text
    for currency in {p.currency for p in plan.transactions}:
        amount = sum((p.amount for p in plan.transactions if p.currency == currency), Decimal(0))
        assert f"{amount:,.2f} {currency}" in plan.text
    assert undo(pushed.session(), "OCT-I").state is RunState.NOTHING_WRITTEN
    assert pushed.tables(WRITTEN) == before


def test_a_batch_on_hold_and_one_that_sl_refused_to_release_can_be_undone(pushed: Any) -> None:
    pushed.run(
        "UPDATE Batch SET Status = 'H' WHERE Module = 'AR' AND BatNbr = :b", b=pushed.sl_batches("AR", "OCT-I")[0]
    )
    pushed.run(
        "UPDATE Batch SET Status = 'S' WHERE Module = 'AP' AND BatNbr = :b", b=pushed.sl_batches("AP", "OCT-E")[0]
    )
    for batch in ("OCT-I", "OCT-E"):
        assert undo(pushed.session(), batch, confirmed=True).state is RunState.COMPLETED


def test_what_was_voided_in_sl_before_only_leaves_manage(pushed: Any, theatre: Any) -> None:
    for number in pushed.sl_batches("AR", "OCT-I"):
        void_batch(pushed.engine, "AR", number)
    plan = look_at_undo(pushed.session(), "OCT-I")
    assert plan.reasons == ()
    assert {d.gone for d in plan.documents if d.module == "AR"} == {True}
    assert "deleted or voided in SL already" in plan.text
    assert undo(pushed.session(), "OCT-I", confirmed=True).state is RunState.COMPLETED
    assert pushed.unposted()[Kind.INVOICE] == theatre.unposted[Kind.INVOICE]
    assert pushed.rows("SELECT COUNT(*) FROM GLTran WHERE Module = 'GL' AND Crtd_Prog = '01010' AND Rlsed = 0") == [
        (0,)
    ]


# --- reasons why not --------------------------------------------------------------------------------------------


def test_after_release_nothing_is_undone_and_the_cure_is_said(pushed: Any) -> None:
    number = pushed.sl_batches("AR", "OCT-I")[0]
    assert release_batch(pushed.engine, "AR", number).status == "U"
    assert codes(pushed) == {"UNDO-RELEASED"}
    said = refused(pushed)
    assert f"SL batch AR {number} is released" in said
    assert "credit memo" in said


def test_after_posting_it_says_posted(pushed: Any) -> None:
    number = pushed.sl_batches("AP", "OCT-E")[0]
    release_and_post(pushed.engine, "AP", number)
    said = refused(pushed, "OCT-E")
    assert "is posted to GL" in said
    assert "debit adjustment" in said


def test_every_reason_is_told_at_once(pushed: Any) -> None:
    journal, invoices = pushed.sl_batches("GL", "OCT-I")[0], pushed.sl_batches("AR", "OCT-I")[0]
    release_batch(pushed.engine, "GL", journal)
    pushed.run("UPDATE ARDoc SET DocDesc = 'by hand' WHERE BatNbr = :b", b=invoices)
    next(b for b in pushed.site.records.batches.values() if b.identifier == "OCT-I").closed = True
    assert codes(pushed) == {"UNDO-RELEASED", "UNDO-CHANGED", "UNDO-CLOSED"}


@pytest.mark.parametrize("table", ["ARDoc", "ARTran"])
def test_a_document_changed_by_hand_is_not_removed(pushed: Any, table: str) -> None:
    number = pushed.sl_batches("AR", "OCT-I")[0]
    pushed.run(f"UPDATE {table} SET User2 = 'mine' WHERE BatNbr = :b", b=number)
    assert codes(pushed) == {"UNDO-CHANGED"}
    said = refused(pushed)
    assert "was changed in SL since it was exported" in said
    assert f"Void SL batch AR {number} in Invoice and Memo (08.010)" in said
    assert "More > Un-batch" in said


def test_a_save_without_a_change_is_no_change(pushed: Any) -> None:
    pushed.run("UPDATE ARDoc SET LUpd_User = 'OTHER', LUpd_Prog = '08010'")
    assert codes(pushed) == set()


def test_a_document_added_by_hand_to_our_sl_batch_stops_it(pushed: Any) -> None:
    number = pushed.sl_batches("AR", "OCT-I")[0]
    columns = [name for (name,) in pushed.rows("SELECT name FROM pragma_table_info('ARDoc')") if name != "tstamp"]
    listed = ", ".join(columns)
    values = ", ".join({"RefNbr": "'HAND1'", "User1": "' '"}.get(name, name) for name in columns)
    pushed.run(f"INSERT INTO ARDoc ({listed}) SELECT {values} FROM ARDoc WHERE BatNbr = :b LIMIT 1", b=number)
    assert codes(pushed) == {"UNDO-FOREIGN"}
    assert "somebody added it" in refused(pushed)


def test_foreign_entries_in_the_manage_batch_stop_it(pushed: Any) -> None:
    put_into_batch(pushed.site, "OCT-I")
    assert codes(pushed) == {"UNDO-ENTRIES"}
    assert "has 1 GL entry of other transactions" in refused(pushed)


def test_a_closed_manage_batch_stops_it(pushed: Any) -> None:
    batch = next(b for b in pushed.site.records.batches.values() if b.identifier == "OCT-I")
    batch.closed = True
    assert codes(pushed) == {"UNDO-CLOSED"}
    assert "Manage batch OCT-I is closed" in refused(pushed)


def test_purchase_orders_and_expenses_are_unbatched_otherwise(pushed: Any) -> None:
    for batch, words in (("OCT-P", "un-batch each purchase order on its own screen"), ("OCT-E", "More > Unbatch")):
        number = pushed.sl_batches("AP", batch)[0]
        pushed.run("UPDATE APDoc SET User2 = 'mine' WHERE BatNbr = :b", b=number)
        assert words in refused(pushed, batch)


def test_a_batch_marked_to_be_voided_is_released_first(pushed: Any) -> None:
    number = pushed.sl_batches("AR", "OCT-I")[0]
    pushed.run("UPDATE Batch SET Status = 'I' WHERE Module = 'AR' AND BatNbr = :b", b=number)
    assert "so that it is voided" in refused(pushed)


def test_an_inventory_release_that_is_under_way_is_left_alone(pushed: Any) -> None:
    pushed.run("UPDATE Batch SET Status = 'S' WHERE Module = 'IN'")
    assert "its release is under way or was broken off" in refused(pushed, "OCT-P")


def test_a_transaction_that_is_nowhere_in_manage_stops_it(pushed: Any) -> None:
    """It may be in a batch that somebody made by hand: undone, it would be posted in Manage and nowhere in SL."""
    records = pushed.site.records
    batch = next(b for b in records.batches.values() if b.identifier == "OCT-I")
    moved = pushed.ledger("OCT-I")[0]
    other = type(batch)(990, "BY-HAND", True, False, False, entry_ids=list(moved.entry_ids))
    records.batches[990] = other
    for entry in moved.entry_ids:
        batch.entry_ids.remove(entry)
        records.batched[entry] = 990
    pushed.site.changed()
    assert codes(pushed) == {"UNDO-ELSEWHERE"}
    refused(pushed)


def test_an_unknown_name_and_one_without_its_suffix_are_told(pushed: Any) -> None:
    assert "no batch 'NOPE'" in refused(pushed, "NOPE")
    said = refused(pushed, "OCT")
    assert "OCT-I, OCT-E, OCT-P" in said


def test_a_batch_of_another_company_in_the_same_database_is_named(pushed: Any) -> None:
    pushed.run("UPDATE xlpy_Posting SET CpnyID = '0070' WHERE BatchIdentifier = 'OCT-E'")
    assert codes(pushed, "OCT-E") == {"UNDO-COMPANY"}
    assert "was posted into SL company 0070" in refused(pushed, "OCT-E")
    assert "OCT-I, OCT-P" in refused(pushed, "OCT"), "and its name is not offered"


def test_nobody_undoes_while_somebody_posts(pushed: Any) -> None:
    from xlpy.sl.ledger_book.lock import posting_lock

    session = pushed.session()
    held = posting_lock(session.sl, user="other", host="PC2", now=session.now())
    with held, pytest.raises(PostingLocked, match="other on PC2"):
        undo(pushed.session(), "OCT-I", confirmed=True)


# --- in between -------------------------------------------------------------------------------------------------


def test_an_invoice_unbatched_by_hand_comes_back_with_the_rest(pushed: Any, theatre: Any) -> None:
    pushed.site.unbatch(int(pushed.ledger("OCT-I")[0].key.record_id))
    assert undo(pushed.session(), "OCT-I", confirmed=True).state is RunState.COMPLETED
    assert pushed.unposted()[Kind.INVOICE] == theatre.unposted[Kind.INVOICE]


def test_a_manage_batch_deleted_by_hand_leaves_only_sl_to_undo(pushed: Any, theatre: Any) -> None:
    session = pushed.session()
    session.manage.delete_batch(session.manage.find_batch("OCT-I").id)
    plan = look_at_undo(session, "OCT-I")
    assert plan.reasons == ()
    assert "Manage has no batch of it" in plan.text
    assert undo(session, "OCT-I", confirmed=True).state is RunState.COMPLETED
    assert pushed.rows("SELECT COUNT(*) FROM ARDoc WHERE User1 <> ''") == [(0,)]


def test_a_batch_that_manage_is_still_owed_is_undone_without_ever_being_made(fresh: Any, theatre: Any) -> None:
    fresh.site.faults.add(Fault(FaultKind.UNAVAILABLE, method="POST", path="/finance/accounting/batches", times=None))
    assert fresh.push(fresh.marks(Kind.INVOICE)).state is RunState.PENDING
    fresh.site.faults.clear()
    assert undo(fresh.session(), "OCT-I", confirmed=True).state is RunState.COMPLETED
    assert not fresh.site.records.batches
    assert same_but_for_masters(theatre.before, fresh.tables()) == []
    assert fresh.unposted() == theatre.unposted
    assert recover(fresh.session()).text == "Nothing was half done."


def test_when_manage_is_away_recover_finishes_the_undo(pushed: Any, theatre: Any) -> None:
    pushed.site.faults.add(Fault(FaultKind.DROP_BEFORE, method="DELETE", path=ONE_BATCH, times=None))
    report = undo(pushed.session(), "OCT-I", confirmed=True)
    assert report.state is RunState.HALF_DONE
    assert report.exit_code == 3
    assert {row.status for row in report.results} == {"Manage pending"}
    assert pushed.states("OCT-I") == {"undoing"}
    (half,) = look(pushed.session("jdoe", "PC2"))
    assert (half.batch_identifier, half.user, half.host) == ("OCT-I", "kmorales", "PC1")
    assert "Delete the Manage batch" in half.action
    assert codes(pushed) == {"UNDO-OPEN"}
    pushed.site.faults.clear()
    found = recover(pushed.session("jdoe", "PC2"))
    assert len(found.undone) == len(report.plan.transactions if report.plan else pushed.ledger("OCT-I"))
    assert pushed.states("OCT-I") == {"undone"}
    assert pushed.unposted()[Kind.INVOICE] == theatre.unposted[Kind.INVOICE]


def test_pressing_undo_again_finishes_it_too(pushed: Any) -> None:
    pushed.site.faults.add(Fault(FaultKind.DROP_BEFORE, method="DELETE", path=ONE_BATCH))
    assert undo(pushed.session(), "OCT-I", confirmed=True).state is RunState.HALF_DONE
    assert undo(pushed.session(), "OCT-I", confirmed=True).state is RunState.COMPLETED
    assert "was undone already" in look_at_undo(pushed.session(), "OCT-I").text


def test_a_run_export_finishes_an_interrupted_undo_first(pushed: Any) -> None:
    pushed.site.faults.add(Fault(FaultKind.DROP_BEFORE, method="DELETE", path=ONE_BATCH))
    undo(pushed.session(), "OCT-I", confirmed=True)
    report = pushed.push(pushed.marks(Kind.EXPENSE)[:0], "NOV")
    assert "undone to the end" in report.text
    assert pushed.states("OCT-I") == {"undone"}


def test_a_delete_whose_answer_was_lost_is_looked_at(pushed: Any) -> None:
    pushed.site.faults.add(Fault(FaultKind.DROP_AFTER, method="DELETE", path=ONE_BATCH))
    assert undo(pushed.session(), "OCT-I", confirmed=True).state is RunState.COMPLETED


def test_a_missing_right_in_manage_keeps_no_later_run_from_starting(pushed: Any) -> None:
    pushed.site.faults.add(Fault(FaultKind.FORBIDDEN, method="DELETE", path=ONE_BATCH, times=None))
    report = undo(pushed.session(), "OCT-I", confirmed=True)
    assert report.state is RunState.HALF_DONE
    assert "security role" in report.text
    assert recover(pushed.session()).exit_code == 3
    assert pushed.push((), "NOV").state is RunState.NOTHING_WRITTEN


def test_invoices_that_manage_changed_afterwards_are_undone_and_posted_with_their_new_lines(pushed: Any) -> None:
    """Design: there with other lines, unreleased: Undo, then export anew."""
    posting = next(p for p in pushed.ledger("OCT-I") if p.amount > 0)
    pushed.site.unbatch(int(posting.key.record_id))
    pushed.site.reopen_and_close(int(posting.key.record_id), change=Decimal("1.00"))
    assert undo(pushed.session(), "OCT-I", confirmed=True).state is RunState.COMPLETED
    report = pushed.push(pushed.marks(Kind.INVOICE), "NOV")
    assert report.state is RunState.COMPLETED, report.problems
    latest = max((p for p in pushed.ledger() if p.key == posting.key), key=lambda p: p.generation)
    assert latest.generation == 2
    assert latest.lines_hash != posting.lines_hash


def test_what_is_marked_only_in_another_batch_says_which_sl_batch_it_shares(pushed: Any) -> None:
    posting = pushed.ledger("OCT-I")[0]
    pushed.site.unbatch(int(posting.key.record_id))
    mark = next(m for m in pushed.marks(Kind.INVOICE) if m.key == posting.key)
    assert pushed.push((mark,), "NOV").state is RunState.COMPLETED
    assert "also has documents of Manage batch OCT-I" in refused(pushed, "NOV-I")


# --- many documents ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("module", ["AR", "AP", "GL", "IN"])
def test_documents_read_in_pieces_are_those_read_at_once(
    pushed: Any, module: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    company = pushed.session().sl
    numbers = {part.bat_nbr for posting in pushed.ledger() for part in posting.parts if part.module == module}

    def read() -> dict[Any, Any]:
        with company.engine.connect() as connection:
            found = list(documents.read_documents_of(connection, company, numbers, module))
        assert len({(bat_nbr, one.name) for bat_nbr, one in found}) == len(found)
        return {(bat_nbr, one.name): (bool(one.row), len(one.lines), one.rows_hash) for bat_nbr, one in found}

    whole = read()
    assert whole
    for at_a_time in (1, 2, 3):
        monkeypatch.setattr(documents, "_AT_ONCE", at_a_time)
        assert read() == whole

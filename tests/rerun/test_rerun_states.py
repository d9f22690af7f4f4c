"""What a rerun finds of each document, what it posts of it, and what stops it."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest
from rerun_stage import LEDGER, Month, codes, states

from xlpy.demo.company.release.run import void_batch
from xlpy.demo.company.repairs import delete_document, enter_invoice, enter_voucher
from xlpy.domain.values.transactions import Kind
from xlpy.errors import BatchNotOurs, BatchNotThere, SettingsError
from xlpy.services.run.reports import RunState


def test_a_voided_batch_comes_back_only_with_again(pushed: Month) -> None:
    before = pushed.documents()["AR"]
    (voided,) = {row[0] for row in pushed.rows("SELECT BatNbr FROM ARDoc WHERE User1 <> '' AND CuryId = 'USD'")}
    void_batch(pushed.engine, "AR", voided)
    for journal in pushed.rows(
        "SELECT DISTINCT BatNbr FROM xlpy_PostingDoc WHERE Part = 'cost' AND PostingID IN"
        " (SELECT PostingID FROM xlpy_PostingDoc WHERE Module = 'AR' AND BatNbr = :b)",
        b=voided,
    ):
        void_batch(pushed.engine, "GL", journal[0])
    found = states(pushed.plan("OCT-I"))
    assert found["Voided"] >= 2
    assert set(found) <= {"Voided", "Already in SL", "Nothing to post"}
    untouched = pushed.rows(LEDGER)
    assert pushed.rerun("OCT-I").exit_code == 0
    assert pushed.rows(LEDGER) == untouched, "without Again nothing comes back"
    report = pushed.rerun("OCT-I", again=("all",))
    assert report.state is RunState.COMPLETED, (report.text, codes(report))
    assert len({row.transaction_id for row in report.results}) == found["Voided"]
    assert pushed.documents()["AR"] == before, "the same references, amounts and lines"
    rows = [row for row in pushed.rows(LEDGER) if row[2] == 2]
    assert len(rows) == found["Voided"]
    assert {row[3:4] + row[8:] for row in rows} == {("OCT-I", "closed", pushed_id(pushed, "OCT-I"), 1)}


def pushed_id(month: Month, name: str) -> int:
    return next(batch.id for batch in month.site.records.batches.values() if batch.identifier == name)


def test_one_deleted_document_is_named_and_posted_alone(pushed: Month) -> None:
    number = pushed.rows(
        "SELECT RefNbr FROM ARDoc WHERE User1 <> '' AND User1 NOT IN (SELECT RecordID FROM xlpy_Posting p"
        " JOIN xlpy_PostingDoc d ON d.PostingID = p.PostingID WHERE d.Part = 'cost') ORDER BY RefNbr"
    )[0][0]
    delete_document(pushed.engine, number)
    plan = pushed.plan("OCT-I")
    (gone,) = [row for row in plan.rows if row.state == "Deleted"]
    assert (gone.number, gone.include, gone.state_in_sl) == (number, "", "missing")
    with pytest.raises(SettingsError, match="no document 'nonsense'"):
        pushed.plan("OCT-I", again=("nonsense",))
    report = pushed.rerun("OCT-I", again=(number,))
    assert [row.reference for row in report.results] == [number]
    assert set(states(pushed.plan("OCT-I"))) <= {"Already in SL", "Nothing to post"}


@pytest.mark.parametrize("lost", ["the invoice", "the cost journal"])
def test_of_what_is_partly_gone_again_posts_only_what_is_gone(pushed: Month, lost: str) -> None:
    """The rest is left alone, and the ledger's new row has both: each part by the ledger."""
    key, number, journal = pushed.rows(
        "SELECT p.RecordID, p.Number, d.BatNbr FROM xlpy_Posting p JOIN xlpy_PostingDoc d"
        " ON d.PostingID = p.PostingID WHERE d.Part = 'cost' ORDER BY p.RecordID"
    )[0]
    before = pushed.documents()
    if lost == "the invoice":
        delete_document(pushed.engine, number)
    else:
        void_batch(pushed.engine, "GL", journal)
    (row,) = [row for row in pushed.plan("OCT-I").rows if row.state == "Partly gone"]
    assert row.include == "", "it is offered, and keeps nothing else from being posted"
    gone, there = row.message.removesuffix(". Again posts only what is gone").split(". Still there: ")
    assert ("cost journal" in gone) is (lost == "the cost journal")
    assert ("cost journal" in there) is (lost == "the invoice")
    assert number in (there if lost == "the cost journal" else gone)
    report = pushed.rerun("OCT-I", again=(number,))
    assert report.state is RunState.COMPLETED, (report.text, codes(report))
    assert [(r.transaction, r.module) for r in report.results if r.sl_batch] == [
        (number, "AR" if lost == "the invoice" else "GL")
    ]
    assert pushed.documents()["AR"] == before["AR"], "the invoice has its old reference, amounts and lines"
    parts = pushed.rows(
        "SELECT p.Generation, d.Part, d.Module, d.BatNbr FROM xlpy_Posting p JOIN xlpy_PostingDoc d"
        " ON d.PostingID = p.PostingID WHERE p.RecordID = :key AND p.Kind = 'invoice' ORDER BY 1, 2",
        key=key,
    )
    assert [part[:3] for part in parts] == [
        (generation, part, module) for generation in (1, 2) for part, module in (("cost", "GL"), ("document", "AR"))
    ]
    same = "cost" if lost == "the invoice" else "document"
    assert len({part[3] for part in parts if part[1] == same}) == 1, "what stood is taken over"
    assert len({part[3] for part in parts}) == 3
    assert set(states(pushed.plan("OCT-I"))) <= {"Already in SL", "Nothing to post"}
    assert pushed.reconciled("OCT-I") <= {"Agrees", "Nothing to post"}


def test_what_is_partly_gone_does_not_keep_the_rest_from_being_posted(pushed: Month) -> None:
    """A lost AR batch: some of its invoices have journals that still stand."""
    (lost,) = {row[0] for row in pushed.rows("SELECT BatNbr FROM ARDoc WHERE User1 <> '' AND CuryId = 'USD'")}
    void_batch(pushed.engine, "AR", lost)
    found = states(pushed.plan("OCT-I"))
    assert found["Partly gone"] >= 1
    assert found["Voided"] >= 1
    whole = [row.number for row in pushed.plan("OCT-I").rows if row.state == "Voided"]
    report = pushed.rerun("OCT-I", again=tuple(whole))
    assert report.state is RunState.COMPLETED, (report.text, codes(report))
    assert {row.transaction for row in report.results} == set(whole)
    assert pushed.rerun("OCT-I", again=("all",)).state is RunState.COMPLETED
    assert set(states(pushed.plan("OCT-I"))) <= {"Already in SL", "Nothing to post"}


def test_partly_gone_with_other_lines_is_a_stop(pushed: Month) -> None:
    key, journal = pushed.rows(
        "SELECT p.RecordID, d.BatNbr FROM xlpy_Posting p JOIN xlpy_PostingDoc d ON d.PostingID = p.PostingID"
        " WHERE d.Part = 'cost'"
    )[0]
    void_batch(pushed.engine, "GL", journal)
    pushed.run("UPDATE xlpy_Posting SET LinesHash = 'other' WHERE Kind = 'invoice' AND RecordID = :key", key=key)
    assert states(pushed.plan("OCT-I"))["Partly gone, changed"] == 1
    report = pushed.rerun("OCT-I")
    assert (report.state, codes(report)) == (RunState.NOTHING_WRITTEN, {"PARTLY-CHANGED"})


def test_voided_vouchers_and_inventory_come_back_with_again(pushed: Month) -> None:
    for module in ("AP", "IN"):
        for number in pushed.sl_batches(module):
            void_batch(pushed.engine, module, number)
    for batch, least in (("OCT-E", 3), ("OCT-P", 8)):
        assert states(pushed.plan(batch))["Voided"] >= least
        assert pushed.rerun(batch).results == ()
        report = pushed.rerun(batch, again=("all",))
        assert report.state is RunState.COMPLETED, (report.text, codes(report), report.plan.stops)
        assert set(states(pushed.plan(batch))) <= {"Already in SL", "Nothing to post"}


def test_other_lines_stop_the_rerun_until_they_are_left_out(pushed: Month) -> None:
    ids = [row[1] for row in pushed.rows(LEDGER) if row[0] == "invoice"]
    pushed.run("UPDATE xlpy_Posting SET LinesHash = 'other' WHERE Kind = 'invoice' AND RecordID = :i", i=ids[0])
    report = pushed.rerun("OCT-I")
    assert (report.state, report.exit_code, codes(report)) == (RunState.NOTHING_WRITTEN, 1, {"CHANGED-AFTER"})
    assert states(pushed.plan("OCT-I"))["Changed"] == 1
    assert pushed.rerun("OCT-I", skip=(f"invoice:{ids[0]}",)).exit_code == 0


def test_an_invoice_entered_by_hand_since_the_restore_is_not_posted_again(pushed: Month) -> None:
    number, customer = pushed.rows("SELECT RefNbr, CustId FROM ARDoc WHERE User1 <> '' AND CuryId = 'USD'")[0]
    pushed.restore_night_before()
    enter_invoice(pushed.engine, customer, number, Decimal("12.00"))
    plan = pushed.plan("OCT-I")
    (foreign,) = [row for row in plan.rows if row.state == "In SL, not by us"]
    assert foreign.number == number
    report = pushed.rerun("OCT-I")
    assert (report.state, codes(report)) == (RunState.NOTHING_WRITTEN, {"REF-USED"})
    assert pushed.rows(LEDGER) == []
    report = pushed.rerun("OCT-I", skip=(number,))
    assert report.state is RunState.COMPLETED
    assert number not in {row.transaction for row in report.results}


@pytest.mark.parametrize("checked", [1, 0])
def test_a_voucher_entered_by_hand_stops_whatever_sl_checks(pushed: Month, checked: int) -> None:
    vendor, invoice = pushed.rows(
        "SELECT VendId, InvcNbr FROM APDoc WHERE BatNbr IN (SELECT BatNbr FROM xlpy_PostingDoc d JOIN xlpy_Posting p"
        " ON p.PostingID = d.PostingID WHERE p.Kind = 'procurement' AND d.Module = 'AP') ORDER BY RefNbr"
    )[0]
    pushed.restore_night_before()
    pushed.run("UPDATE APSetup SET DupInvcChk = :c", c=checked)
    enter_voucher(pushed.engine, vendor, invoice, Decimal("5.00"))
    report = pushed.rerun("OCT-P")
    assert report.state is RunState.NOTHING_WRITTEN
    assert codes(report) == {"INVC-USED" if checked else "RERUN-FOREIGN"}
    assert states(pushed.plan("OCT-P"))["In SL, not by us"] >= 1


def test_another_invoice_detail_than_at_the_export_is_no_change(fresh: Month) -> None:
    fresh.push(fresh.keys(Kind.INVOICE), "DET", detail="Detailed")
    for level in ("Default", "Condensed", "Detailed"):
        assert set(states(fresh.plan("DET-I", detail=level))) <= {"Already in SL", "Nothing to post"}


def test_a_closed_batch_is_only_a_note(pushed: Month) -> None:
    pushed.restore_night_before()
    batch = next(b for b in pushed.site.records.batches.values() if b.identifier == "OCT-E")
    pushed.site.records.batches[batch.id] = replace(batch, closed=True)
    report = pushed.rerun("OCT-E")
    assert report.state is RunState.COMPLETED
    assert [p.severity for p in report.problems if p.code == "RERUN-CLOSED"] == ["note"]


def test_what_was_cleared_is_posted_only_with_again(pushed: Month) -> None:
    pushed.restore_night_before()
    pushed.rerun("OCT-E")
    cleared = [row[1] for row in pushed.rows(LEDGER)]
    pushed.run("DELETE FROM xlpy_PostingDoc")
    pushed.run("DELETE FROM APTran WHERE BatNbr IN (SELECT BatNbr FROM Batch WHERE Module = 'AP' AND Status = 'B')")
    pushed.run("DELETE FROM APDoc WHERE BatNbr IN (SELECT BatNbr FROM Batch WHERE Module = 'AP' AND Status = 'B')")
    pushed.run("UPDATE xlpy_Posting SET State = 'cleared'")
    assert states(pushed.plan("OCT-E")) == {"Cleared": len(cleared)}
    assert pushed.rerun("OCT-E").results == ()
    assert pushed.rerun("OCT-E", again=("all",)).state is RunState.COMPLETED


def test_what_moved_since_the_preview_stops_and_is_named(pushed: Month) -> None:
    from xlpy.services.run.memory import remember_preview

    pushed.restore_night_before()
    previewed = pushed.plan("OCT-I")
    first = previewed.plan.transactions[0]
    token = remember_preview(previewed.plan)
    enough = tuple(str(row.key) for row in previewed.rows if row.key != first.key)
    pushed.rerun("OCT-I", skip=enough)
    report = pushed.rerun("OCT-I", preview_hash=token)
    assert (report.state, codes(report)) == (RunState.NOTHING_WRITTEN, {"PLAN-CHANGED"})
    (told,) = [p for p in report.problems if p.code == "PLAN-CHANGED" and p.transaction]
    assert told.transaction == first.number
    assert "Rerun batch" in told.fix


def test_batches_that_can_not_be_rerun_say_why(pushed: Month) -> None:
    with pytest.raises(BatchNotThere, match=r"No earlier batch is named.*Batches"):
        pushed.plan("")
    with pytest.raises(BatchNotThere, match=r"OCT-I, OCT-E, OCT-P"):
        pushed.plan("OCT")
    with pytest.raises(BatchNotThere, match="has no batch 'SEPTEMBER'"):
        pushed.plan("SEPTEMBER")
    pushed.session().manage.delete_batch(pushed_id(pushed, "OCT-E"))
    with pytest.raises(BatchNotThere, match="deleted or closed there"):
        pushed.plan("OCT-E")
    pushed.run("UPDATE xlpy_Posting SET CpnyID = '0099' WHERE BatchIdentifier = 'OCT-I'")
    with pytest.raises(BatchNotOurs, match=r"SL company 0099, and this is"):
        pushed.rerun("OCT-I")


def test_invoices_of_a_location_that_is_not_this_companys_are_stopped(pushed: Month) -> None:
    locations = {invoice.location_id for invoice in pushed.site.records.invoices.values()}
    pushed.restore_night_before()
    pushed.set_rules(locations=frozenset({max(locations)}))
    report = pushed.rerun("OCT-I")
    assert (report.state, codes(report)) == (RunState.NOTHING_WRITTEN, {"LOCATION"})
    report = pushed.rerun("OCT-P")
    assert report.state is RunState.COMPLETED
    assert "RERUN-LOCATION" in {problem.code for problem in report.problems}


def test_what_was_undone_is_posted_only_with_again_and_never_while_its_undo_is_half_done(pushed: Month) -> None:
    for number in pushed.sl_batches("IN"):
        void_batch(pushed.engine, "IN", number)
    stock = " WHERE Kind = 'procurement' AND RecordID NOT LIKE '%purchase'"
    pushed.run(f"UPDATE xlpy_Posting SET State = 'undoing'{stock}")
    found = states(pushed.plan("OCT-P"))
    assert found["Undo half done"] >= 4
    assert "UNDO-OPEN" in codes(pushed.plan("OCT-P"))
    pushed.run(f"UPDATE xlpy_Posting SET State = 'undone'{stock}")
    assert states(pushed.plan("OCT-P"))["Undone"] == found["Undo half done"]
    assert pushed.rerun("OCT-P").results == ()
    report = pushed.rerun("OCT-P", again=("all",))
    assert report.state is RunState.COMPLETED, (codes(report), report.text)
    assert len(report.results) == found["Undo half done"]

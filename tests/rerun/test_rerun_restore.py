"""SL is restored from a backup, and the batches of Manage are rerun: exactly what is gone comes back."""

from __future__ import annotations

import pytest
from rerun_stage import LEDGER, POSTED, Month, codes, states

from xlpy.demo.company.release.run import void_batch
from xlpy.domain.values.site_rules import SiteRules
from xlpy.domain.values.transactions import Kind, TransactionKey
from xlpy.services.run.reports import RunState

BATCHES = ("OCT-I", "OCT-E", "OCT-P")


def test_after_a_restore_reruns_bring_back_every_document_the_ledger_and_gl_once(pushed: Month) -> None:
    before, ledger = pushed.documents(), pushed.rows(LEDGER)
    assert {kind for kind, *_ in ledger} == {"invoice", "expense", "procurement"}
    assert all(before.values()), "every module has documents"
    pushed.release()
    posted = pushed.rows(POSTED)
    pushed.restore_night_before()
    assert pushed.rows(LEDGER) == []
    batches = len(pushed.site.records.batches)
    for batch in BATCHES:
        assert set(states(pushed.plan(batch))) == {"Missing"}
        report = pushed.rerun(batch)
        assert report.state is RunState.COMPLETED, (report.text, codes(report))
        assert (report.action, report.run_id[0], report.exit_code) == ("rerun", "R", 0)
    for module, rows in before.items():
        assert pushed.documents()[module] == rows, module
    assert pushed.rows(LEDGER) == ledger
    assert len(pushed.site.records.batches) == batches, "no second Manage batch"
    for batch in BATCHES:
        report = pushed.rerun(batch)
        assert (report.state, report.exit_code, report.results) == (RunState.COMPLETED, 0, ())
        assert "Nothing is to be posted" in report.text
    assert pushed.documents() == before
    pushed.release()
    assert pushed.rows(POSTED) == posted, "the general ledger is the same to the cent"


def test_what_comes_back_is_by_the_firms_own_rules_too(fresh: Month, monkeypatch: pytest.MonkeyPatch) -> None:
    rules = SiteRules("rules.py", "5ha", {"reference": lambda invoice: f"R{invoice.number}"})
    monkeypatch.setitem(vars(fresh.session()), "rules", rules)
    fresh.push(fresh.keys(Kind.INVOICE))
    before = fresh.documents()
    references = fresh.rows("SELECT RefNbr FROM ARDoc WHERE RefNbr LIKE 'R%'")
    assert references
    fresh.restore_night_before()
    assert fresh.rerun("OCT-I").state is RunState.COMPLETED
    assert fresh.documents() == before


def test_only_what_is_gone_comes_back(fresh: Month) -> None:
    keys = fresh.keys(Kind.INVOICE)
    fresh.push(keys[:3], "MON")
    fresh.theatre.keep("monday")
    fresh.push(keys[3:], "TUE")
    whole = fresh.documents()
    fresh.theatre.disconnect()
    moment = fresh.theatre.folder / "monday.sqlite"
    fresh.theatre.database.write_bytes(moment.read_bytes())
    assert states(fresh.plan("MON-I")) == {"Already in SL": 3}
    assert fresh.rerun("MON-I").results == ()
    assert states(fresh.plan("TUE-I")) == {"Missing": len(keys) - 3}
    assert fresh.rerun("TUE-I").state is RunState.COMPLETED
    assert fresh.documents() == whole


def test_expense_journals_come_back_too(journals: Month) -> None:
    before, ledger = journals.documents(), journals.rows(LEDGER)
    assert before["GL"]
    journals.restore_night_before()
    report = journals.rerun("OCT-E")
    assert report.state is RunState.COMPLETED, (report.text, report.problems[:3])
    assert journals.rerun("OCT-I").state is RunState.COMPLETED
    assert journals.documents() == before
    assert journals.rows(LEDGER) == ledger


def test_a_batch_that_is_all_there_is_left_alone(pushed: Month) -> None:
    before = pushed.rows(LEDGER)
    plan = pushed.plan("OCT-P")
    assert set(states(plan)) == {"Already in SL"}
    assert not plan.plan.transactions
    assert all(row.sl_batch and row.reference and row.state_in_sl == "unreleased" for row in plan.rows)
    assert pushed.rerun("OCT-P").exit_code == 0
    assert pushed.rows(LEDGER) == before


def _receipt_of(month: Month) -> TransactionKey:
    return next(key for key in month.keys(Kind.PROCUREMENT) if key.record_id.endswith("purchase"))


def _two_receipts_with_one_id(month: Month) -> TransactionKey:
    """A receipt in the batch ONE; received again with the same packing slip, in the batch TWO."""
    key = _receipt_of(month)
    month.push([key], "ONE")
    month.theatre.keep("one")
    month.site.receive_again(key.record_id, vendor_invoice_number="SECOND", days_later=1)
    month.push([key], "TWO")
    return key


def test_a_second_receipt_with_the_id_of_the_first_comes_back_after_a_restore(fresh: Month) -> None:
    """SL is restored to the evening between the two: the first one there is not the second one."""
    _two_receipts_with_one_id(fresh)
    whole, ledger = fresh.documents(), fresh.rows(LEDGER)
    assert len(ledger) == 2
    fresh.theatre.disconnect()
    fresh.theatre.database.write_bytes((fresh.theatre.folder / "one.sqlite").read_bytes())
    assert states(fresh.plan("ONE-P")) == {"Already in SL": 1}
    assert states(fresh.plan("TWO-P")) == {"Missing": 1}
    report = fresh.rerun("TWO-P")
    assert (report.state, len(report.results)) == (RunState.COMPLETED, 1), (report.text, codes(report))
    assert (fresh.documents(), fresh.rows(LEDGER)) == (whole, ledger)
    for batch in ("ONE-P", "TWO-P"):
        assert states(fresh.plan(batch)) == {"Already in SL": 1}


def test_of_two_receipts_with_one_id_the_first_can_be_posted_again(fresh: Month) -> None:
    key = _two_receipts_with_one_id(fresh)
    first = fresh.rows("SELECT MIN(BatNbr) FROM xlpy_PostingDoc WHERE Module = 'AP'")[0][0]
    void_batch(fresh.engine, "AP", first)
    assert states(fresh.plan("ONE-P")) == {"Voided": 1}
    report = fresh.rerun("ONE-P", again=("all",))
    assert (report.state, len(report.results)) == (RunState.COMPLETED, 1), (report.text, codes(report))
    assert [row[2] for row in fresh.rows(LEDGER)] == [1, 2, 3]
    for batch in ("ONE-P", "TWO-P"):
        assert states(fresh.plan(batch)) == {"Already in SL": 1}, key

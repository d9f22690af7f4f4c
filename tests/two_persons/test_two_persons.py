"""Two persons: who prepares can't post, who approves sees exactly what is posted, and nobody can do both."""

from __future__ import annotations

import json
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from xlpy.api import Books
from xlpy.demo.company.release.run import void_batch
from xlpy.domain.values.approvals import ForApproval
from xlpy.domain.values.problems import stops
from xlpy.domain.values.transactions import Kind
from xlpy.services.approving.asking import ApprovalReport, approve, ask, look_at_request, open_requests
from xlpy.services.approving.wishes import Wish
from xlpy.services.export.planning import make_plan
from xlpy.services.export.push import push
from xlpy.services.flows import approval as flows
from xlpy.services.flows.told import Confirm
from xlpy.services.history.clear import clear, look_at_clear
from xlpy.services.history.rerun import rerun
from xlpy.services.history.undo import undo
from xlpy.services.records.audit_content import gather
from xlpy.services.records.audit_record import export_record
from xlpy.services.run.reports import Marked, RunReport, RunState
from xlpy.services.setup.rights import check_two_persons
from xlpy.sl.ledger_book.setup_script import install_ledger, setup_script

# Read by the table of cures: each of these stops is made to go here by what its words say.
CURED = ("APPROVAL-CHANGED", "APPROVAL-MISSING", "APPROVAL-NONE", "APPROVAL-OWN")
KIM, RAVI, SAM = ("kmorales", "PC1"), ("rpatel", "PC2"), ("sam", "PC3")


def codes(report: RunReport | ApprovalReport) -> set[str]:
    return {problem.code for problem in stops(report.problems)}


def rename(stage: Any, old: str, new: str) -> None:
    """Give a customer of SL another id."""
    for table in ("Customer", "SOAddress", "AR_Balances"):
        stage.run(f"UPDATE {table} SET CustId = :new WHERE CustId = :old", new=new, old=old)


def invoices(stage: Any) -> Wish:
    return Wish(ForApproval.EXPORT, stage.selection(stage.marks(Kind.INVOICE)))


def test_an_export_is_prepared_by_one_approved_by_another_and_not_posted_by_the_first(fresh: Any) -> None:
    kim, ravi = fresh.session(*KIM), fresh.session(*RAVI)
    wish = invoices(fresh)
    before = fresh.tables()
    refused = push(kim, wish.selection)
    assert codes(refused) == {"APPROVAL-MISSING"}
    assert "Press Ask for approval" in refused.problems[0].fix
    assert refused.state is RunState.NOTHING_WRITTEN
    assert fresh.tables() == before

    asked = ask(kim, wish)
    plan = make_plan(kim, wish.selection)
    assert asked.done
    assert asked.request is not None
    assert (asked.request.plan_hash, asked.request.documents) == (plan.hash, len(plan.transactions))
    assert asked.request.prepared_by.user == "kmorales"
    for currency in {t.currency for t in plan.transactions}:
        total = sum((t.amount for t in plan.transactions if t.currency == currency), Decimal(0))
        assert f"{total:,.2f} {currency}" in asked.request.worth
    assert ask(kim, wish).request == asked.request  # asked for once
    waiting = push(kim, wish.selection)
    assert "nobody has approved it yet" in waiting.problems[0].what

    own = approve(kim, asked.request.number)
    assert codes(own) == {"APPROVAL-OWN"}
    looked = look_at_request(ravi, asked.request.number)
    assert looked.problems == ()
    assert looked.built is not None
    assert looked.built.hash == plan.hash
    signed = approve(ravi, asked.request.number)
    assert signed.done, signed.text
    assert open_requests(ravi) == ()
    assert codes(approve(fresh.session(*SAM), asked.request.number)) == {"APPROVAL-NONE"}  # nothing is left to sign

    by_preparer = push(kim, wish.selection)
    assert codes(by_preparer) == {"APPROVAL-OWN"}
    assert fresh.tables() == before
    posted = push(ravi, wish.selection)
    assert posted.state is RunState.COMPLETED, (posted.text, posted.problems)
    assert posted.approval == signed.request


def test_the_audit_record_names_both(fresh: Any, tmp_path: Path) -> None:
    kim, ravi = fresh.session(*KIM), fresh.session(*RAVI)
    wish = invoices(fresh)
    request = ask(kim, wish).request
    assert request is not None
    approve(ravi, request.number)
    run = push(ravi, wish.selection)
    record = export_record(ravi, gather(ravi, run.run_id), tmp_path, {})
    (said,) = json.loads((record.path / "run.json").read_text(encoding="utf-8"))["approvals"]
    assert said["prepared_by"]["user"] == "kmorales"
    assert said["approved_by"]["user"] == "rpatel"
    assert said["plan_hash"] == run.plan.hash if run.plan else ""


def test_what_changed_since_it_was_asked_for_is_neither_approved_nor_posted(fresh: Any) -> None:
    kim, ravi = fresh.session(*KIM), fresh.session(*RAVI)
    wish = invoices(fresh)
    first = ask(kim, wish).request
    assert first is not None
    assert wish.selection is not None
    customer = make_plan(kim, wish.selection).ar.batches[0].documents[0].cust_id
    rename(fresh, customer, "AWAY")  # it would be created now
    assert codes(approve(ravi, first.number)) == {"APPROVAL-CHANGED"}
    again = ask(kim, wish).request  # what its words say: ask anew
    assert again is not None
    assert again.number != first.number
    assert [one.number for one in open_requests(ravi)] == [again.number]
    assert approve(ravi, again.number).done
    rename(fresh, "AWAY", customer)  # and back: what was approved is not what would be posted
    refused = push(ravi, wish.selection)
    assert codes(refused) == {"APPROVAL-MISSING"}
    rename(fresh, customer, "AWAY")
    assert push(ravi, wish.selection).state is RunState.COMPLETED


def test_fewer_marks_are_another_plan(fresh: Any) -> None:
    kim, ravi = fresh.session(*KIM), fresh.session(*RAVI)
    wish = invoices(fresh)
    request = ask(kim, wish).request
    assert request is not None
    approve(ravi, request.number)
    assert wish.selection is not None
    fewer = replace(wish.selection, marked=wish.selection.marked[1:])
    refused = push(ravi, fewer)
    assert codes(refused) == {"APPROVAL-MISSING"}
    assert f"request {request.number}" in refused.problems[0].what


def test_again_after_a_void_in_sl_needs_an_approval_of_its_own(pushed: Any) -> None:
    kim, ravi = pushed.session(*KIM), pushed.session(*RAVI)
    for number in pushed.sl_batches("AR", "OCT-I"):
        void_batch(pushed.engine, "AR", number)
    postings = pushed.ledger("OCT-I")
    for posting in postings:
        pushed.site.unbatch(int(posting.key.record_id))
    marks = tuple(Marked(posting.key, again=True) for posting in postings)
    selection = pushed.selection(marks, "NOV")
    assert codes(push(ravi, selection)) == {"APPROVAL-MISSING"}
    request = ask(kim, Wish(ForApproval.EXPORT, selection)).request
    assert request is not None
    assert approve(ravi, request.number).done
    assert push(ravi, selection).state is RunState.COMPLETED


def test_an_undo_is_approved_before_anything_is_taken_out(pushed: Any) -> None:
    kim, ravi = pushed.session(*KIM), pushed.session(*RAVI)
    before = pushed.tables()
    refused = undo(ravi, "OCT-I", confirmed=True)
    assert codes(refused) == {"APPROVAL-MISSING"}
    assert "UNDO OCT-I" in refused.problems[0].fix
    assert pushed.tables() == before
    request = ask(kim, Wish(ForApproval.UNDO, batch="OCT-I")).request
    assert request is not None
    assert approve(ravi, request.number).done
    assert codes(undo(kim, "OCT-I", confirmed=True)) == {"APPROVAL-OWN"}
    done = undo(ravi, "OCT-I", confirmed=True)
    assert done.state is RunState.COMPLETED, done.text
    assert done.approval is not None


def test_a_clearing_is_approved_before_manage_is_marked(fresh: Any) -> None:
    kim, ravi = fresh.session(*KIM), fresh.session(*RAVI)
    selection = fresh.selection(fresh.marks(Kind.INVOICE)[:2], "CLR")
    assert not look_at_clear(ravi, selection).stops
    refused = clear(ravi, selection, confirmed=True)
    assert codes(refused) == {"APPROVAL-MISSING"}
    assert "CLEAR 2" in refused.problems[0].fix
    assert fresh.ledger() == []
    request = ask(kim, Wish(ForApproval.CLEAR, selection)).request
    assert request is not None
    assert approve(ravi, request.number).done
    done = clear(ravi, selection, confirmed=True)
    assert done.state is RunState.COMPLETED, done.text
    assert done.approval is not None


def test_a_rerun_is_approved_before_sl_gets_anything(pushed: Any) -> None:
    kim, ravi = pushed.session(*KIM), pushed.session(*RAVI)
    pushed.run("DELETE FROM xlpy_PostingDoc")
    for table in ("xlpy_Posting", "ARTran", "ARDoc", "RefNbr", "GLTran", "Batch"):
        pushed.run(f"DELETE FROM {table}")  # SL was restored from a backup of before
    refused = rerun(ravi, "OCT-I")
    assert codes(refused) >= {"APPROVAL-MISSING"}, refused.text
    request = ask(kim, Wish(ForApproval.RERUN, batch="OCT-I")).request
    assert request is not None
    assert approve(ravi, request.number).done
    done = rerun(ravi, "OCT-I")
    assert done.state is RunState.COMPLETED, (done.text, done.problems)
    assert done.approval is not None


def test_an_approval_of_one_deed_is_none_of_another(fresh: Any) -> None:
    kim, ravi = fresh.session(*KIM), fresh.session(*RAVI)
    selection = fresh.selection(fresh.marks(Kind.INVOICE)[:2], "CLR")
    request = ask(kim, Wish(ForApproval.CLEAR, selection)).request
    assert request is not None
    approve(ravi, request.number)
    assert codes(push(ravi, selection)) == {"APPROVAL-MISSING"}


def test_what_a_check_stops_is_not_asked_for(fresh: Any) -> None:
    selection = replace(fresh.selection(fresh.marks(Kind.INVOICE)[:2]), period="202609")
    asked = ask(fresh.session(*KIM), Wish(ForApproval.EXPORT, selection))
    assert not asked.done
    assert asked.problems
    assert open_requests(fresh.session(*RAVI)) == ()


def test_a_request_that_is_not_there_is_told(fresh: Any) -> None:
    told = approve(fresh.session(*RAVI), 4711)
    assert codes(told) == {"APPROVAL-NONE"}
    request = ask(fresh.session(*KIM), invoices(fresh)).request  # what its words say: somebody asks first
    assert request is not None
    assert approve(fresh.session(*RAVI), request.number).done


def test_the_company_demands_it_whatever_the_settings_of_a_pc_say(fresh: Any) -> None:
    session = fresh.session(*RAVI)
    kept = session.profile
    session.profile = replace(kept, posting=replace(kept.posting, approval=""))
    try:
        selection = fresh.selection(fresh.marks(Kind.INVOICE)[:1])
        install_ledger(session.sl, two_persons=True)
        assert codes(push(session, selection)) == {"APPROVAL-MISSING"}
        fresh.run("DELETE FROM xlpy_Rule")  # as the owner of the database takes it back
        assert push(session, selection).state is RunState.COMPLETED
    finally:
        session.profile = kept


@pytest.mark.parametrize(
    ("forged", "constraint"),
    [
        ("RequestID, PlanHash, PreparedLogin, PreparedBy, 'KMORALES', 'boss', 'PC9', '2026-01-01'", "CHECK"),
        ("RequestID, PlanHash, PreparedLogin, PreparedBy, 'boss', 'KMorales', 'PC9', '2026-01-01'", "CHECK"),
        ("RequestID, PlanHash, 'somebody', PreparedBy, 'boss', 'boss', 'PC9', '2026-01-01'", "FOREIGN KEY"),
        ("RequestID, 'otherhash', PreparedLogin, PreparedBy, 'boss', 'boss', 'PC9', '2026-01-01'", "FOREIGN KEY"),
        ("99, PlanHash, PreparedLogin, PreparedBy, 'boss', 'boss', 'PC9', '2026-01-01'", "FOREIGN KEY"),
    ],
)
def test_the_tables_themselves_refuse_an_approval_of_one_s_own(fresh: Any, forged: str, constraint: str) -> None:
    """The SQLite file has every rule but the login's: it has no logins, so the user stands for it."""
    request = ask(fresh.session(*KIM), invoices(fresh)).request
    assert request is not None
    into = "RequestID, PlanHash, PreparedLogin, PreparedBy, ApprovedLogin, ApprovedBy, ApprovedHost, ApprovedAt"
    with fresh.engine.connect() as connection, pytest.raises(IntegrityError, match=constraint):
        connection.execute(text(f"INSERT INTO xlpy_Approval ({into}) SELECT {forged} FROM xlpy_ApprovalRequest"))


def test_check_setup_says_who_demands_it_and_as_whom_this_pc_is_known(fresh: Any) -> None:
    session = fresh.session(*RAVI)
    (said,) = check_two_persons(session)
    assert "by the settings; you are rpatel on PC2" in said.text
    kept = session.profile
    session.profile = replace(kept, posting=replace(kept.posting, approval=""))
    try:
        assert list(check_two_persons(session)) == []  # nobody who does not use it hears of it
    finally:
        session.profile = kept


def test_the_script_demands_it_only_when_it_is_asked_to() -> None:
    assert "INSERT INTO dbo.xlpy_Rule" not in setup_script()
    assert "INSERT INTO dbo.xlpy_Rule" in setup_script(two_persons=True)


def test_off_by_default_nobody_is_asked(fresh: Any) -> None:
    session = fresh.session(*KIM)
    kept = session.profile
    session.profile = replace(kept, posting=replace(kept.posting, approval=""))
    try:
        report = push(session, fresh.selection(fresh.marks(Kind.INVOICE)[:1]))
    finally:
        session.profile = kept
    assert report.state is RunState.COMPLETED
    assert report.approval is None


def test_the_flow_shows_before_it_signs(fresh: Any) -> None:
    request = ask(fresh.session(*KIM), invoices(fresh)).request
    assert request is not None
    flow = flows.approve(fresh.session(*RAVI), request.number)
    assert flow.word == f"APPROVE {request.number}"
    looked = flow.run(Confirm(lambda _word: False, lambda word: f" Type {word}."))
    assert looked.exit_code == 1
    assert looked.text.endswith(f"Type APPROVE {request.number}.")
    assert len(open_requests(fresh.session(*RAVI))) == 1
    assert flow.run(Confirm(lambda word: word == f"APPROVE {request.number}")).exit_code == 0


def test_python_asks_lists_and_approves(fresh: Any) -> None:
    kim, ravi = Books(fresh.session(*KIM)), Books(fresh.session(*RAVI))
    marks = fresh.marks(Kind.INVOICE)
    selection = fresh.selection(marks)
    plan = kim.plan([int(mark.key.record_id) for mark in marks], batch="OCT", through=selection.through_date)
    assert kim.ask_for_approval(plan).done
    (number,) = ravi.approvals().index
    assert ravi.approvals().loc[number, "plan_hash"] == plan.hash
    assert not ravi.approve(number).done
    assert ravi.approve(number, confirmed=True).done
    assert ravi.approvals().empty
    assert ravi.push(plan).state is RunState.COMPLETED

"""What a refused write says: what moved or broke, of which transaction, and the cure; and what SL then has of it."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from dataclasses import replace

import pytest
from sl_writer_books import (
    Books,
    batch,
    document,
    line,
    new_customer,
    only_marked,
    plan,
    request_of,
    transaction,
)

from xlpy.domain.documents.plan import Action, Plan
from xlpy.domain.values.problems import Problem, Severity
from xlpy.errors import PostingRefused
from xlpy.sl.writing.posting import post_plan
from xlpy.sl.writing.posting_checks import SetupSeen

SEEN = SetupSeen("202610", "202610", "202610", "202609", auto_ref=False)
AGAIN = "Check mappings and run the export again."


def refused(books: Books, made: Plan, run_id: str = "run-1", expected: SetupSeen | None = None) -> tuple[str, str]:
    """Post, be refused, and return what is said and what is to be done."""
    with pytest.raises(PostingRefused) as told:
        post_plan(books.company, request_of(made, run_id, expected=expected))
    return told.value.text, told.value.fix


@pytest.mark.parametrize(
    ("table", "values", "said", "fix"),
    [
        (
            "ARSetup",
            {"PerNbr": "202611"},
            "The period of Accounts Receivable (PerNbr) went from 10-2026 to 11-2026 meanwhile.",
            AGAIN,
        ),
        (
            "ARSetup",
            {"CurrPerNbr": "202611"},
            "The current period of Accounts Receivable (CurrPerNbr) went from 10-2026 to 11-2026 meanwhile.",
            AGAIN,
        ),
        (
            "GLSetup",
            {"PerNbr": "202611"},
            "The period of General Ledger (PerNbr) went from 10-2026 to 11-2026 meanwhile.",
            AGAIN,
        ),
        (
            "GLSetup",
            {"LastClosePerNbr": "202608"},
            "The last closed period of General Ledger (LastClosePerNbr) went from 09-2026 to 08-2026 meanwhile.",
            AGAIN,
        ),
        (
            "GLSetup",
            {"LastClosePerNbr": "202610"},
            "A closing of period 10-2026 is running in General Ledger.",
            "Wait until it is done.",
        ),
        ("ARSetup", {"AutoRef": 1}, "AR Setup (08.950) now numbers references automatically (AutoRef).", AGAIN),
    ],
)
def test_what_moved_is_named_with_both_values(
    books: Books, table: str, values: dict[str, object], said: str, fix: str
) -> None:
    books.set(table, **values)
    assert refused(books, plan(batch(document(501))), expected=SEEN) == (said, fix)
    assert books.nothing_written()


def test_set_up_that_nobody_looked_at_before_is_not_compared(books: Books) -> None:
    books.set("ARSetup", CurrPerNbr="202611")
    unseen = replace(SEEN, ar_curr_per_nbr="")
    assert post_plan(books.company, request_of(plan(batch(document(501))), expected=unseen)).posted


def test_a_closed_period_is_named(books: Books) -> None:
    said = "Period 09-2026 was closed meanwhile."
    assert refused(books, plan(batch(document(501), per_post="202609"))) == (said, AGAIN)


def test_no_ledger_to_read_or_no_set_up_is_named_with_its_screen(books: Books) -> None:
    books.run("DELETE FROM GLSetup")
    assert refused(books, plan(batch(document(501)))) == (
        "General Ledger is not set up in this SL database.",
        "See GL Setup (01.950).",
    )


STOP = Problem(Severity.STOP, "X", "wrong")


@pytest.mark.parametrize(
    ("made", "said"),
    [
        (lambda: plan(batch(document(501)), problems=(STOP, STOP)), "The plan has 2 problems that stop it."),
        (lambda: plan(batch(document(501)), cpny_id="OTHER"), "The plan is for company OTHER, this is HPIT."),
        (
            lambda: plan(batch(document(501)), transactions=(transaction(document(502)),)),
            "The plan's documents are not those of its transactions.",
        ),
        (
            lambda: plan(batch(document(501)), transactions=(transaction(document(501)), transaction(document(502)))),
            "The plan's documents are not those of its transactions.",
        ),
        (
            lambda: plan(batch(document(501)), transactions=(transaction(document(501)),) * 2),
            "The plan's documents are not those of its transactions.",
        ),
        (
            lambda: plan(batch(document(501)), transactions=(only_marked(501, Action.MARK_ONLY),)),
            "The plan's documents are not those of its transactions.",
        ),
        (
            lambda: plan(batch(document(501)), batch(document(502, ref_nbr="501"), number=2)),
            "The reference 501 is in the plan twice.",
        ),
    ],
    ids=["stops", "company", "a loose document", "a loose transaction", "twice", "only marked", "a reference twice"],
)
def test_a_plan_that_is_not_whole_is_refused_before_anything_is_locked(
    books: Books, made: Callable[[], Plan], said: str
) -> None:
    seen: list[str] = []
    with pytest.raises(PostingRefused) as told:
        post_plan(books.company, request_of(made()), observe=seen.append)
    assert (told.value.text, told.value.fix, seen) == (said, AGAIN, [])


def test_what_another_run_posted_is_not_posted_nor_left_as_nothing(books: Books) -> None:
    post_plan(books.company, request_of(plan(batch(document(501)))))
    moved = "Invoice 501 is not as it was in SL's posting ledger: posted, voided or deleted meanwhile."
    later = document(501, ref_nbr="501")
    second = plan(batch(later), transactions=(transaction(later, action=Action.POST_AGAIN, generation=2),))
    assert refused(books, second, "run-2") == (moved, AGAIN)
    nothing = plan(transactions=(only_marked(501, Action.NOTHING_TO_POST),))
    assert refused(books, nothing, "run-3") == (moved, AGAIN)
    never = plan(transactions=(only_marked(777, Action.MARK_ONLY),))
    assert refused(books, never, "run-4") == (moved.replace("501", "777"), AGAIN)


def test_what_is_being_undone_is_not_marked_again(books: Books) -> None:
    post_plan(books.company, request_of(plan(batch(document(501)))))
    books.run("UPDATE xlpy_Posting SET State = 'undoing'")
    told = refused(books, plan(transactions=(only_marked(501, Action.MARK_ONLY),)), "run-2")
    assert told == ("The posting of invoice 501 is being undone.", AGAIN)


# -- what SL itself refuses, and the connection --------------------------------------------------------------------


def test_a_batch_refused_as_a_whole_says_what_sl_said_and_whom_to_ask(books: Books) -> None:
    books.refuse("Batch", "BatNbr", "000042", "no batches today")
    assert refused(books, plan(batch(document(501)))) == (
        "SL refused the batch as a whole: no batches today. Everything was rolled back.",
        "Ask the database administrator; the full log has the details.",
    )
    books.refuse("xlpy_Posting", "RunId", "run-1", "no ledger today")
    books.run('DROP TRIGGER "no_Batch_000042"')
    assert refused(books, plan(batch(document(501)))) == (
        "SL refused to write the batch: no ledger today. Everything was rolled back.",
        "Run the export again, and ask the database administrator if it stays.",
    )


def test_a_transaction_that_the_server_ended_is_run_again(books: Books) -> None:
    books.run(
        "CREATE TRIGGER ends BEFORE INSERT ON ARDoc WHEN NEW.RefNbr = '502' "
        "BEGIN SELECT RAISE(ROLLBACK, 'deadlock victim'); END"
    )
    assert refused(books, plan(batch(document(501), document(502)))) == (
        "SL ended the transaction: deadlock victim. Everything was rolled back.",
        "Run the export again.",
    )
    assert books.nothing_written()


def test_a_commit_that_broke_and_did_not_happen_says_that_sl_has_nothing(
    books: Books, monkeypatch: pytest.MonkeyPatch
) -> None:
    commit = books.engine.dialect.do_commit

    def broken(_connection: sqlite3.Connection) -> None:
        monkeypatch.setattr(books.engine.dialect, "do_commit", commit)
        raise sqlite3.OperationalError("Communication link failure")

    monkeypatch.setattr(books.engine.dialect, "do_commit", broken)
    assert refused(books, plan(batch(document(501)))) == (
        "The connection to SL broke while saving (Communication link failure), and SL has nothing of the batch.",
        "Run the export again.",
    )
    assert books.nothing_written()


def test_every_statement_is_told_by_verb_and_table_before_it_runs_and_none_afterwards(books: Books) -> None:
    labels: list[str] = []
    post_plan(books.company, request_of(plan(batch(document(501)))), observe=labels.append)
    assert {"insert ARDoc", "insert ARTran", "insert Batch", "update ARSetup", "insert xlpy_Posting"} <= set(labels)
    assert labels[-2:] == ["commit", "committed"]
    assert not [label for label in labels if label != label.strip() or label.startswith(("INSERT", "UPDATE"))]
    before = len(labels)
    books.count("ARDoc")
    assert len(labels) == before


# -- reading back before the commit --------------------------------------------------------------------------------


def triggered(books: Books, after: str, change: str) -> None:
    """A site's trigger that changes what was just written."""
    books.run(f"CREATE TRIGGER changes AFTER INSERT ON {after} BEGIN {change}; END")


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (
            "UPDATE ARDoc SET CuryOrigDocAmt = 100.01 WHERE RefNbr = NEW.RefNbr",
            "ARDoc.CuryOrigDocAmt is 100.01 in SL instead of 100",
        ),
        ("UPDATE ARDoc SET PerPost = '202611' WHERE RefNbr = NEW.RefNbr", "ARDoc.PerPost is '202611' in SL instead of"),
        (
            "UPDATE ARTran SET TranDesc = 'x' WHERE RefNbr = NEW.RefNbr AND LineNbr = (SELECT max(LineNbr) FROM ARTran"
            " WHERE RefNbr = NEW.RefNbr)",
            "line 2: ARTran.TranDesc is 'x' in SL instead of",
        ),
        (
            "DELETE FROM ARTran WHERE RefNbr = NEW.RefNbr AND LineNbr = (SELECT max(LineNbr) FROM ARTran"
            " WHERE RefNbr = NEW.RefNbr)",
            "1 lines are in SL, 2 were sent",
        ),
        ("DELETE FROM ARDoc WHERE RefNbr = NEW.RefNbr", "its row in ARDoc is missing"),
    ],
    ids=["amount", "period", "second line", "a line less", "no header"],
)
def test_what_came_back_otherwise_fails_its_document_and_names_the_column(books: Books, change: str, said: str) -> None:
    triggered(books, "ARDoc", f"{change} AND NEW.RefNbr = '502'")
    made = plan(batch(document(501), document(502, line("60.00"), line("40.00"))))
    outcome = post_plan(books.company, request_of(made))
    assert [posted.ref_nbr for posted in outcome.posted] == ["501"]
    (failure,) = outcome.failed
    assert said in failure.reason
    assert {row["RefNbr"] for row in books.rows("ARTran")} == {"501"}


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ("UPDATE Batch SET CuryCrTot = 99 WHERE BatNbr = NEW.BatNbr", "SL batch 000042: Batch.CuryCrTot is"),
        ("DELETE FROM Batch WHERE BatNbr = NEW.BatNbr", "SL batch 000042 was found 0 times after writing it"),
        (
            "UPDATE ARDoc SET BatNbr = NEW.BatNbr WHERE RefNbr = '900'",
            "SL batch 000042 has a document 900 that is not ours",
        ),
    ],
    ids=["total", "no batch", "another document"],
)
def test_a_batch_that_came_back_otherwise_is_never_committed(books: Books, change: str, said: str) -> None:
    books.add("ARDoc", RefNbr="900", BatNbr="000001", DocType="IN", CustId="ACME01")
    triggered(books, "Batch", change)
    told, _ = refused(books, plan(batch(document(501))))
    assert said in told
    assert told.endswith(". Everything was rolled back.")
    assert (books.count("Batch"), books.count("ARTran"), books.count("xlpy_Posting")) == (0, 0, 0)
    assert [row["BatNbr"] for row in books.rows("ARDoc")] == ["000001"]


def test_new_customers_are_counted_only_where_they_stayed(books: Books) -> None:
    made = plan(batch(document(501, cust_id="NOVA01")), customers=(new_customer(),))
    outcome = post_plan(books.company, request_of(made))
    assert outcome.created_customers == ("NOVA01",)
    assert (outcome.created_vendors, outcome.created_items, outcome.failed) == ((), (), ())

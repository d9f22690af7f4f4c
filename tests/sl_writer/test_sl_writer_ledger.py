"""The posting ledger: what it says of a document as SL's batches go through their life, and unknown commits."""

from __future__ import annotations

import sqlite3
from datetime import timedelta
from decimal import Decimal

import pytest
from sl_writer_books import HOST, NOW, SITE, Books, batch, document, key, plan, request_of, transaction
from sqlalchemy import event, insert, text
from sqlalchemy.exc import IntegrityError

from xlpy.domain.values.transactions import PostedPart, Posting, PostingState, SlState
from xlpy.errors import CommitUnknown, LedgerMissing, PostingRefused
from xlpy.sl.connection.sqlite import sqlite_engine
from xlpy.sl.ledger_book import ledger
from xlpy.sl.ledger_book.columns import ledger_metadata
from xlpy.sl.ledger_book.ledger import (
    PostingRun,
    all_postings_of,
    check_ledger,
    close_postings,
    create_ledger,
    insert_postings,
    mark_changed,
    postings_of_run,
    read_postings,
    replace_entry_ids,
    set_posting_state,
    unfinished,
)
from xlpy.sl.ledger_book.tables import ADDED_COLUMNS, SCHEMA_VERSION, versions
from xlpy.sl.writing.posting import post_plan


def state_of(books: Books, number: int = 501) -> SlState:
    with books.engine.connect() as connection:
        (part,) = read_postings(connection, HOST, SITE, [key(number)])[key(number)].parts
    return part.state


@pytest.mark.parametrize(
    ("status", "released", "expected"),
    [
        ("B", 0, SlState.UNRELEASED),
        ("H", 0, SlState.UNRELEASED),
        ("S", 0, SlState.UNRELEASED),
        ("I", 0, SlState.UNRELEASED),
        ("U", 1, SlState.RELEASED),
        ("Z", 1, SlState.RELEASED),
        ("C", 1, SlState.RELEASED),
        ("P", 1, SlState.POSTED),
        ("V", 1, SlState.VOIDED),
    ],
)
def test_the_state_follows_sls_batch(books: Books, status: str, released: int, expected: SlState) -> None:
    post_plan(books.company, request_of(plan(batch(document(501)))))
    books.run(f"UPDATE Batch SET Status = '{status}', Rlsed = {released}")
    assert state_of(books) is expected


def test_a_document_deleted_in_sl_is_missing_and_the_others_are_not(books: Books) -> None:
    post_plan(books.company, request_of(plan(batch(document(501), document(502)))))
    books.run("DELETE FROM ARDoc WHERE RefNbr = '501'")
    assert state_of(books, 501) is SlState.MISSING
    assert state_of(books, 502) is SlState.UNRELEASED


def test_a_voided_batch_without_its_documents_is_voided(books: Books) -> None:
    post_plan(books.company, request_of(plan(batch(document(501)))))
    books.run("UPDATE Batch SET Status = 'V'")
    books.run("DELETE FROM ARDoc")
    assert state_of(books) is SlState.VOIDED


def test_everything_of_a_deleted_batch_is_missing(books: Books) -> None:
    post_plan(books.company, request_of(plan(batch(document(501)))))
    for table in ("ARDoc", "ARTran", "Batch"):
        books.run(f"DELETE FROM {table}")
    assert state_of(books) is SlState.MISSING


def test_a_batch_removed_from_history_leaves_a_released_document_posted(books: Books) -> None:
    post_plan(books.company, request_of(plan(batch(document(501)))))
    books.run("DELETE FROM Batch")
    assert state_of(books) is SlState.MISSING, "an unreleased document without a batch can't be released"
    books.run("UPDATE ARDoc SET Rlsed = 1")
    assert state_of(books) is SlState.POSTED


def test_a_batch_of_another_module_with_the_same_number_says_nothing(books: Books) -> None:
    books.add("Batch", Module="GL", BatNbr="000042", Status="V", Rlsed=1)
    post_plan(books.company, request_of(plan(batch(document(501)))))
    assert state_of(books) is SlState.UNRELEASED


def test_unfinished_until_closed_or_changed(books: Books) -> None:
    made = plan(batch(document(501), document(502), document(503)))
    post_plan(books.company, request_of(made))
    with books.engine.begin() as connection:
        owed = {posting.key: posting.posting_id for posting in unfinished(connection, HOST, SITE)}
        assert owed.keys() == {key(501), key(502), key(503)}
        assert unfinished(connection, HOST, "another site") == []
        close_postings(connection, [owed[key(501)]], 88, "OCT-I-1", NOW)
        mark_changed(connection, [owed[key(502)]])
        assert [posting.key for posting in unfinished(connection, HOST, SITE)] == [key(503)]
        closed = read_postings(connection, HOST, SITE, [key(501)])[key(501)]
        assert (closed.state, closed.manage_batch_id, closed.batch_identifier, closed.closed_at) == (
            PostingState.CLOSED,
            88,
            "OCT-I-1",
            NOW,
        )
        assert [p.key for p in all_postings_of(connection, HOST, SITE, "OCT-I-1")] == [key(501)]
        assert len(all_postings_of(connection, HOST, SITE)) == 3
        assert len(postings_of_run(connection, "run-1")) == 3


def test_new_entry_ids_replace_the_stale_ones(books: Books) -> None:
    post_plan(books.company, request_of(plan(batch(document(501), document(502)))))
    with books.engine.begin() as connection:
        ids = {p.key: p.posting_id for p in unfinished(connection, HOST, SITE)}
        replace_entry_ids(connection, {ids[key(501)]: tuple(range(10_000, 10_400))})
        replace_entry_ids(connection, {})
        found = read_postings(connection, HOST, SITE, [key(501), key(502)])
    assert found[key(501)].entry_ids == tuple(range(10_000, 10_400))
    assert found[key(502)].entry_ids == (5020, 5021)


def test_other_states_are_kept_as_set(books: Books) -> None:
    post_plan(books.company, request_of(plan(batch(document(501)))))
    with books.engine.begin() as connection:
        (posting,) = unfinished(connection, HOST, SITE)
        for state in (PostingState.UNDOING, PostingState.UNDONE, PostingState.CLEARED):
            set_posting_state(connection, [posting.posting_id], state)
            assert read_postings(connection, HOST, SITE, [key(501)])[key(501)].state is state


def test_a_posting_that_is_being_undone_is_left_alone(books: Books) -> None:
    post_plan(books.company, request_of(plan(batch(document(501)))))
    with books.engine.begin() as connection:
        (posting,) = unfinished(connection, HOST, SITE)
        set_posting_state(connection, [posting.posting_id], PostingState.UNDOING)
    books.run("UPDATE Batch SET Status = 'V'")
    books.run("DELETE FROM ARDoc")
    again = document(501, reuse_reservation=True)
    made = plan(batch(again), transactions=(transaction(again, generation=2),))
    with pytest.raises(PostingRefused, match="being undone"):
        post_plan(books.company, request_of(made, "run-2"))


def test_thousands_are_read_in_few_statements(books: Books) -> None:
    run = PostingRun("big", "kmorales", "PC1", NOW)
    many = [_posting(number) for number in range(1, 2502)]
    parts = {p.key: [PostedPart("document", "AR", "000042", "IN", p.number, Decimal(1))] for p in many}
    with books.engine.begin() as connection:
        insert_postings(connection, run, many, parts)
        seen: list[int] = []
        event.listen(connection, "before_cursor_execute", lambda *a: seen.append(len(a[3])))
        found = read_postings(connection, HOST, SITE, [posting.key for posting in many])
    assert len(found) == 2501
    assert max(seen) < 2100
    assert len(seen) <= 8
    assert found[key(2501)].parts[0].ref_nbr == "2501"


def test_what_a_run_wrote_is_read_in_pieces_each_once_and_oldest_first(
    books: Books, monkeypatch: pytest.MonkeyPatch
) -> None:
    run, other = PostingRun("big", "kmorales", "PC1", NOW), PostingRun("other", "kmorales", "PC1", NOW)
    many = [_posting(number) for number in range(1, 12)]
    parts = {p.key: [PostedPart("document", "AR", "000042", "IN", p.number, Decimal(1))] for p in many}
    with books.engine.begin() as connection:
        insert_postings(connection, run, many[:5], parts)
        insert_postings(connection, other, [_posting(900)], {})
        insert_postings(connection, run, many[5:], parts)
        whole = postings_of_run(connection, "big")
        assert [posting.key for posting in whole] == [posting.key for posting in many]
        assert [posting.parts[0].ref_nbr for posting in whole] == [posting.number for posting in many]
        for at_a_time in (1, 2, 10, 11, 12):
            monkeypatch.setattr(ledger, "_AT_ONCE", at_a_time)
            assert list(ledger.each_posting_of_run(connection, "big")) == whole
        assert list(ledger.each_posting_of_run(connection, "nobody's")) == []


def _posting(number: int, **more: object) -> Posting:
    values: dict[str, object] = {
        "posting_id": 0,
        "manage_host": HOST,
        "manage_company": SITE,
        "cpny_id": "HPIT",
        "key": key(number),
        "generation": 1,
        "batch_identifier": "OCT-I",
        "number": str(number),
        "amount": Decimal(1),
        "currency": "USD",
        "lines_hash": "",
        "entry_ids": (),
        "plan_hash": "",
        "state": PostingState.POSTED,
        "run_id": "",
        "posted_at": NOW,
        "posted_by": "",
        "posted_host": "",
    }
    return Posting(**(values | more))  # type: ignore[arg-type]


def test_one_transaction_has_one_row_per_generation_whatever_the_company(books: Books) -> None:
    run = PostingRun("r", "u", "h", NOW)
    with books.engine.begin() as connection:
        insert_postings(connection, run, [_posting(501)], {})
    with pytest.raises(IntegrityError), books.engine.begin() as connection:
        insert_postings(connection, run, [_posting(501, cpny_id="OTHER")], {})
    with books.engine.begin() as connection:
        insert_postings(connection, run, [_posting(501, generation=2), _posting(501, manage_host="eu.example")], {})
        assert read_postings(connection, HOST, SITE, [key(501)])[key(501)].generation == 2


def test_a_missing_or_other_ledger_is_named(tmp_path: object) -> None:
    engine = sqlite_engine("sqlite://")
    with engine.connect() as connection, pytest.raises(LedgerMissing, match="not ready") as told:
        check_ledger(connection)
    assert all(table.name in str(told.value) for table in ledger_metadata.sorted_tables)
    create_ledger(engine, now=NOW)
    create_ledger(engine, now=NOW + timedelta(days=90))
    with engine.connect() as connection:
        check_ledger(connection)
        assert connection.execute(text("SELECT count(*) FROM xlpy_Version")).scalar_one() == 1
    with engine.begin() as connection:
        connection.execute(text("DELETE FROM xlpy_Version"))
    with engine.connect() as connection, pytest.raises(LedgerMissing, match="not run to the end"):
        check_ledger(connection)
    with engine.begin() as connection:
        connection.execute(insert(versions).values(SchemaVersion=99, InstalledAt=NOW))
    with engine.connect() as connection, pytest.raises(LedgerMissing, match="version 99"):
        check_ledger(connection)
    with pytest.raises(LedgerMissing, match="version 99"):
        create_ledger(engine)


def test_a_ledger_of_an_earlier_version_gets_what_it_lacks_and_loses_nothing(books: Books) -> None:
    post_plan(books.company, request_of(plan(batch(document(501)))))
    engine = books.engine
    with engine.begin() as connection:  # as version 1 was: without these tables and columns
        later = ("xlpy_Audit", "xlpy_Settlement", "xlpy_PaymentTry")
        for name in later:
            connection.execute(text(f"DROP TABLE {name}"))
        for column in (one for one in ADDED_COLUMNS if one.table.name not in later):
            connection.execute(text(f"ALTER TABLE {column.table.name} DROP COLUMN {column.name}"))
        connection.execute(text("UPDATE xlpy_Version SET SchemaVersion = 1"))
    with engine.connect() as connection, pytest.raises(LedgerMissing, match="missing: xlpy_Audit"):
        check_ledger(connection)
    create_ledger(engine, now=NOW)
    create_ledger(engine, now=NOW)
    with engine.connect() as connection:
        check_ledger(connection)
        assert [p.key for p in unfinished(connection, HOST, SITE)] == [key(501)]
        assert connection.execute(text("SELECT SchemaVersion FROM xlpy_Version ORDER BY 1")).scalars().all() == [
            1,
            SCHEMA_VERSION,
        ]
        assert connection.execute(text("SELECT StateAt, StateBy FROM xlpy_Posting")).one() == (None, None)


def test_payments_of_a_ledger_of_version_3_stay_plain_payments(books: Books) -> None:
    """Version 4 tells applied credit memos from payments; what an earlier one wrote is no credit memo."""
    engine = books.engine
    with engine.begin() as connection:
        for name in ("xlpy_Payment", "xlpy_PaymentTry"):
            connection.execute(text(f"ALTER TABLE {name} DROP COLUMN CreditID"))
        connection.execute(text("UPDATE xlpy_Version SET SchemaVersion = 3"))
        connection.execute(
            text(
                "INSERT INTO xlpy_Payment (ManageHost, ManageCompany, CpnyID, RecordID, ManagePaymentID, Amount,"
                " Currency, RunID, CreatedAt) VALUES ('h', 'c', 'C', '1', 7, 5, 'USD', 'r', '2026-01-01 00:00:00')"
            )
        )
    with engine.connect() as connection, pytest.raises(LedgerMissing, match="version 3"):
        check_ledger(connection)
    create_ledger(engine, now=NOW)
    with engine.connect() as connection:
        check_ledger(connection)
        assert connection.execute(text("SELECT ManagePaymentID, CreditID FROM xlpy_Payment")).all() == [(7, None)]


def _break_commit(books: Books, monkeypatch: pytest.MonkeyPatch, *, done: bool, dead: bool = False) -> None:
    """Lose the connection while committing: after or before the server did it; ``dead``: it stays away."""
    commit = books.engine.dialect.do_commit

    def broken(connection: sqlite3.Connection) -> None:
        monkeypatch.setattr(books.engine.dialect, "do_commit", commit)
        if done:
            commit(connection)
        if dead:
            event.listen(books.engine, "do_connect", _refuse_to_connect)
        raise sqlite3.OperationalError("Communication link failure")

    monkeypatch.setattr(books.engine.dialect, "do_commit", broken)


def _refuse_to_connect(*_: object) -> None:
    raise sqlite3.OperationalError("Communication link failure")


def test_a_commit_without_an_answer_that_happened_is_found_in_the_ledger(
    books: Books, monkeypatch: pytest.MonkeyPatch
) -> None:
    _break_commit(books, monkeypatch, done=True)
    outcome = post_plan(books.company, request_of(plan(batch(document(501)))))
    assert [d.bat_nbr for d in outcome.posted] == ["000042"]
    assert books.count("ARDoc") == 1


def test_a_commit_without_an_answer_that_did_not_happen_is_told_so(
    books: Books, monkeypatch: pytest.MonkeyPatch
) -> None:
    _break_commit(books, monkeypatch, done=False)
    with pytest.raises(PostingRefused, match="SL has nothing of the batch"):
        post_plan(books.company, request_of(plan(batch(document(501)))))
    assert books.nothing_written()


def test_a_commit_is_unknown_only_when_sl_can_not_be_asked(books: Books, monkeypatch: pytest.MonkeyPatch) -> None:
    _break_commit(books, monkeypatch, done=True, dead=True)
    with pytest.raises(CommitUnknown, match="Communication link failure"):
        post_plan(books.company, request_of(plan(batch(document(501)))))
    event.remove(books.engine, "do_connect", _refuse_to_connect)
    with books.engine.connect() as connection:
        assert [p.key for p in unfinished(connection, HOST, SITE)] == [key(501)], "Recover finds it"

"""A run that dies, two at once, a server that ends a transaction: nothing half, nothing twice."""

from __future__ import annotations

import threading
from dataclasses import replace

import pytest
from sl_writer_books import (
    Books,
    batch,
    document,
    new_customer,
    plan,
    request_of,
)

from xlpy.errors import PostingRefused, SlError
from xlpy.sl.connection.sqlite import sqlite_engine
from xlpy.sl.writing.posting import post_plan


class _Died(Exception):
    pass


def test_stopped_before_any_statement_or_before_the_commit_nothing_stays(books: Books) -> None:
    made = plan(batch(document(501), document(502, cust_id="NOVA01")), customers=(new_customer(),))
    labels: list[str] = []
    for stop in range(1, 100):
        labels.clear()

        def see(label: str, stop: int = stop) -> None:
            labels.append(label)
            if len(labels) == stop:
                raise _Died

        with pytest.raises(_Died):
            post_plan(books.company, request_of(made), observe=see)
        if labels[-1] == "committed":
            break
        assert books.nothing_written(), labels[-1]
    assert labels[-2:] == ["commit", "committed"]
    assert labels.index("insert ARTran") < labels.index("insert ARDoc") < labels.index("insert RefNbr")
    assert labels.index("insert RefNbr") < labels.index("insert Batch") < labels.index("update ARSetup")
    assert next(x for x in labels if x.startswith("select")) == "select ARSetup", "the set-up row is locked first"
    assert books.count("ARDoc") == 2


def test_two_at_once_get_different_numbers_or_wait(books: Books) -> None:
    errors: list[Exception] = []

    def write(number: int) -> None:
        try:
            post_plan(books.company, request_of(plan(batch(document(number))), f"run-{number}"))
        except Exception as error:  # noqa: BLE001 # shown by the assertion
            errors.append(error)

    threads = [threading.Thread(target=write, args=(number,)) for number in (501, 502, 503)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert errors == []
    assert sorted(row["BatNbr"] for row in books.rows("Batch")) == ["000042", "000043", "000044"]
    assert books.row("ARSetup")["LastBatNbr"] == "000044"


def test_two_runs_of_the_same_plan_at_once_post_it_once(books: Books) -> None:
    made = plan(batch(document(501)))
    refused: list[Exception] = []

    def write(run_id: str) -> None:
        try:
            post_plan(books.company, request_of(made, run_id))
        except PostingRefused as error:
            refused.append(error)

    threads = [threading.Thread(target=write, args=(f"run-{n}",)) for n in (1, 2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(refused) == 1
    assert books.count("ARDoc") == books.count("xlpy_Posting") == 1


def test_a_transaction_ended_by_the_server_stops_the_batch(books: Books) -> None:
    books.run(
        "CREATE TRIGGER ends BEFORE INSERT ON ARDoc WHEN NEW.RefNbr = '502' "
        "BEGIN SELECT RAISE(ROLLBACK, 'deadlock victim'); END"
    )
    with pytest.raises(PostingRefused, match="deadlock victim"):
        post_plan(books.company, request_of(plan(batch(document(501), document(502)))))
    assert books.nothing_written()


def test_a_batch_refused_as_a_whole_says_so(books: Books) -> None:
    books.refuse("Batch", "BatNbr", "000042", "no batches today")
    with pytest.raises(PostingRefused, match="no batches today"):
        post_plan(books.company, request_of(plan(batch(document(501)))))
    assert books.nothing_written()


def test_a_database_that_is_locked_by_a_writer_is_said_in_words(books: Books) -> None:
    hasty = sqlite_engine(str(books.engine.url), lock_seconds=0.1)
    with books.engine.begin(), pytest.raises(SlError, match="locked"):
        post_plan(replace(books.company, engine=hasty), request_of(plan(batch(document(501)))))

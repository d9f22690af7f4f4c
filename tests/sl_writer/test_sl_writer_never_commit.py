"""What is practised can't be saved: every way to save is tried, and nothing is there afterwards."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from sl_writer_books import Books
from sqlalchemy import Connection, text
from sqlalchemy.exc import DBAPIError

from xlpy.errors import NeverSaved
from xlpy.sl.writing.never_commit import guarded, never_committed

MARK = text("UPDATE Customer SET Name = 'Practised' WHERE CustId = 'ACME01'")
LOOK = "SELECT Name FROM Customer WHERE CustId = 'ACME01'"
BEFORE = "Acme Marine Supply"


def by_sqlalchemy(connection: Connection) -> None:
    connection.commit()


def by_its_transaction(connection: Connection) -> None:
    transaction = connection.get_transaction()
    assert transaction is not None
    transaction.commit()


def by_a_statement(connection: Connection) -> None:
    connection.exec_driver_sql("COMMIT")


def by_another_word(connection: Connection) -> None:
    connection.exec_driver_sql("  end")


def by_switching_to_autocommit(connection: Connection) -> None:
    connection.execution_options(isolation_level="AUTOCOMMIT")


def by_the_driver(connection: Connection) -> None:
    connection.connection.commit()


def by_the_drivers_cursor(connection: Connection) -> None:
    connection.connection.cursor().execute("COMMIT")


@pytest.mark.parametrize(
    "save",
    [
        by_sqlalchemy,
        by_its_transaction,
        by_a_statement,
        by_another_word,
        by_switching_to_autocommit,
        by_the_driver,
        by_the_drivers_cursor,
    ],
)
def test_no_way_to_save_leads_anywhere(books: Books, save: Callable[[Connection], Any]) -> None:
    with pytest.raises((NeverSaved, DBAPIError, books.engine.dialect.loaded_dbapi.Error)):  # noqa: SIM117
        with never_committed(books.company, lock_seconds=3) as connection:
            connection.execute(MARK)
            save(connection)
    assert str(books.scalar(LOOK)).strip() == BEFORE


def test_the_block_of_a_guarded_engine_ends_in_an_error_instead_of_saving(books: Books) -> None:
    with pytest.raises(NeverSaved), guarded(books.engine).begin() as connection:
        connection.execute(MARK)
    assert str(books.scalar(LOOK)).strip() == BEFORE


def test_what_is_written_is_seen_inside_and_gone_outside(books: Books) -> None:
    with never_committed(books.company, lock_seconds=3) as connection:
        connection.execute(MARK)
        assert connection.execute(text(LOOK)).scalar_one().strip() == "Practised"
    assert str(books.scalar(LOOK)).strip() == BEFORE


def test_the_company_itself_can_still_be_written_afterwards(books: Books) -> None:
    with never_committed(books.company, lock_seconds=3) as connection:
        connection.execute(MARK)
    books.run("UPDATE Customer SET Name = 'Saved' WHERE CustId = 'ACME01'")
    assert str(books.scalar(LOOK)).strip() == "Saved"


def test_an_error_inside_rolls_back_too(books: Books) -> None:
    with pytest.raises(ZeroDivisionError), never_committed(books.company, lock_seconds=3) as connection:
        connection.execute(MARK)
        raise ZeroDivisionError
    assert str(books.scalar(LOOK)).strip() == BEFORE

"""One writing transaction from its first statement to its answer, and the ledger's word when the answer is lost."""

from __future__ import annotations

import logging
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from sqlalchemy import Connection, event
from sqlalchemy.exc import DBAPIError, SQLAlchemyError

from xlpy.errors import CommitUnknown, PostingRefused, SlError, TransactionLost
from xlpy.sl.connection.statement_errors import database_said, explain_statement_error

if TYPE_CHECKING:
    from xlpy.sl.connection.engine import SlCompany

logger = logging.getLogger(__name__)

Observe = Callable[[str], None]
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Writing(Generic[T]):
    """What is written in one transaction.

    ``write`` does it and returns what it did; ``worth`` tells whether that is to be committed at all. ``is_there``
    asks a new connection, after a commit without an answer, whether it is in SL; it may raise ``CommitUnknown``.
    ``what``: what it is called in messages (*the batch*); ``fix``: what to do when SL has nothing of it.
    """

    write: Callable[[Connection], T]
    is_there: Callable[[Connection, T], bool]
    what: str = "the batch"
    fix: str = "Run the export again."
    worth: Callable[[T], bool] = lambda _done: True


def commit_once(company: SlCompany, writing: Writing[T], *, observe: Observe | None = None) -> T:
    """Write in one transaction and return what was done; all of it is committed then, or it was not worth it.

    ``observe`` is called with a short label before each statement and before the commit, and after it. Raises
    ``PostingRefused`` when SL refused or has nothing of it (everything was rolled back), ``CommitUnknown`` when the
    connection broke while committing and SL can't be asked either.
    """
    see = observe or _nobody
    connection = _connect(company)
    broken: Exception | None = None
    try:
        with _observed(connection, see):
            try:
                transaction = connection.begin()
                done = writing.write(connection)
                see("commit")
            except DBAPIError as error:
                raise _refused(error, writing) from error
            if not writing.worth(done):
                transaction.rollback()
                return done
            try:
                transaction.commit()
            except TransactionLost as lost:
                raise PostingRefused(lost.text, fix=lost.fix) from lost
            except (DBAPIError, OSError) as error:
                broken = error
                connection.invalidate(error)
    finally:
        connection.close()
    if broken is not None:
        _settle(company, writing, done, broken)
    see("committed")
    return done


def _connect(company: SlCompany) -> Connection:
    try:
        return company.engine.connect()
    except DBAPIError as error:
        told = explain_statement_error(error)
        raise SlError(f"{told.text} Nothing was written.", fix=told.fix) from error


def _refused(error: DBAPIError, writing: Writing[T]) -> PostingRefused:
    return PostingRefused(
        f"SL refused to write {writing.what}: {database_said(error)}. Everything was rolled back.",
        fix=f"{writing.fix.rstrip('.')}, and ask the database administrator if it stays.",
    )


def _settle(company: SlCompany, writing: Writing[T], done: T, broken: Exception) -> None:
    """After a commit without an answer: return when SL has it, else tell that nothing was written."""
    logger.warning("The connection to SL broke while committing %s; asking the ledger", writing.what)
    try:
        with company.engine.connect() as connection:
            there = writing.is_there(connection, done)
    except CommitUnknown:
        raise
    except (SQLAlchemyError, SlError) as error:
        raise CommitUnknown(database_said(broken)) from error
    if not there:
        raise PostingRefused(
            f"The connection to SL broke while saving ({database_said(broken)}), and SL has nothing of {writing.what}.",
            fix=writing.fix,
        ) from broken


def _nobody(_label: str) -> None:
    """Observe nothing."""


# The verb of a statement and the table it is about (or the name of a savepoint).
_FIRST_WORDS = re.compile(r"\s*(\w+)(?:.*?\b(?:INTO|FROM|TO)\s+|\s+)[\[\"]?(\w+)", re.DOTALL | re.IGNORECASE)


@contextmanager
def _observed(connection: Connection, observe: Observe) -> Iterator[None]:
    """Call ``observe`` before every statement that goes to the database, savepoints included."""

    def before(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        words = _FIRST_WORDS.match(statement)
        observe(f"{words[1].lower()} {words[2]}" if words else statement.split(maxsplit=1)[0].lower())

    event.listen(connection, "before_cursor_execute", before)
    try:
        yield
    finally:
        event.remove(connection, "before_cursor_execute", before)

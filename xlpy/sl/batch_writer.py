"""The SL documents of a plan, written inside a transaction that somebody else commits."""

from __future__ import annotations

import logging
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from sqlalchemy import Connection
from sqlalchemy.exc import DBAPIError, StatementError

from xlpy.domain.books import sl_key
from xlpy.domain.documents import ArDocument, NewCustomer
from xlpy.domain.plan import Plan
from xlpy.domain.transactions import TransactionKey
from xlpy.errors import PostingRefused
from xlpy.sl import tsql
from xlpy.sl.ar_rows import EntryStamp, Values, batch_values, document_values, line_values, reservation_values
from xlpy.sl.customers import customer_rows
from xlpy.sl.insert_rows import insert_rows
from xlpy.sl.numbering import AR_NUMBERS, free_batch_numbers, store_last_batch_number
from xlpy.sl.posting_checks import Rechecked
from xlpy.sl.types import ValueRefused
from xlpy.sl.verify import WrittenBatch, verify_batch

if TYPE_CHECKING:
    from xlpy.sl.engine import SlCompany

logger = logging.getLogger(__name__)

Failures = dict[TransactionKey, str]


@dataclass(slots=True)
class Written:
    """What is in the transaction: batches as written, hash of each document's rows, and who failed with the reason."""

    batches: list[WrittenBatch] = field(default_factory=list)
    hashes: dict[TransactionKey, str] = field(default_factory=dict)
    failed: Failures = field(default_factory=dict)
    created_customers: tuple[str, ...] = ()


class BatchWriter:
    """Writes a plan's batches: everything at once, and without the transactions that SL refuses when it does."""

    def __init__(
        self, connection: Connection, company: SlCompany, plan: Plan, found: Rechecked, stamp: EntryStamp
    ) -> None:
        self._connection = connection
        self._company = company
        self._plan = plan
        self._found = found
        self._stamp = stamp
        self._numbers: list[str] = []

    def write_all(self) -> Written:
        """Write what can be written. Raises ``PostingRefused`` when the failing ones can't be told apart."""
        written = Written(failed=dict(self._found.taken))
        if self._batches_without(written.failed):
            self._numbers = free_batch_numbers(
                self._connection, self._company, AR_NUMBERS, self._found.last_bat_nbr, len(self._plan.ar_batches)
            )
        while batches := self._batches_without(written.failed):
            failures = self._try_all(batches, written)
            if not failures:
                store_last_batch_number(self._connection, self._company, AR_NUMBERS, batches[-1].bat_nbr)
                written.batches = batches
                break
            for key, reason in failures.items():
                logger.warning("%s was left out: %s", key, reason)
            written.failed |= failures
        return written

    def _batches_without(self, failed: Mapping[TransactionKey, str]) -> list[WrittenBatch]:
        """Return the batches with what has not failed; one without documents takes no number."""
        batches: list[WrittenBatch] = []
        for batch in self._plan.ar_batches:
            left = [document for document in batch.documents if document.transaction not in failed]
            if left:
                number = self._numbers[len(batches)] if self._numbers else ""
                batches.append(WrittenBatch(batch, number, tuple(enumerate(left, start=1))))
        return batches

    def _try_all(self, batches: list[WrittenBatch], written: Written) -> Failures:
        """Write and verify everything in a savepoint; when that fails, undo it and return the ones to blame."""
        failures: Failures = {}
        with self._savepoint() as savepoint:
            try:
                failures = self._create_customers(batches)
                if not failures:
                    self._insert(batches)
                    failures = self._verify(batches, written)
            except (StatementError, ValueRefused) as error:
                savepoint.undo(error)
                failures = self._find_failing(batches)
                if not failures:
                    raise PostingRefused(
                        f"SL refused the batch as a whole: {database_said(error)}. Everything was rolled back.",
                        fix="Ask the database administrator; the full log has the details.",
                    ) from error
            else:
                if failures:
                    savepoint.undo(None)
                else:
                    written.created_customers = tuple(c.cust_id for c in self._needed_customers(batches))
        return failures

    def _find_failing(self, batches: list[WrittenBatch]) -> Failures:
        """Write each transaction alone, in a savepoint of its own, to see which ones SL refuses; keep nothing."""
        failures: Failures = {}
        with self._savepoint() as all_of_it:
            failures |= self._create_customers(batches)
            for written in batches:
                for seq, document in written.documents:
                    if document.transaction in failures:
                        continue
                    alone = WrittenBatch(written.batch, written.bat_nbr, ((seq, document),))
                    reason = self._attempt(lambda alone=alone: self._insert_documents([alone]))  # type: ignore[misc]
                    if reason:
                        failures[document.transaction] = f"SL refused {document.doc_type} {document.ref_nbr}: {reason}"
            all_of_it.undo(None)
        return failures

    def _create_customers(self, batches: list[WrittenBatch]) -> Failures:
        """Create the customers that are needed, each in its own savepoint; a failed one fails its documents."""
        failures: Failures = {}
        for customer in self._needed_customers(batches):
            reason = self._attempt(lambda customer=customer: self._insert_customer(customer))  # type: ignore[misc]
            if reason:
                for written in batches:
                    for _, document in written.documents:
                        if sl_key(document.cust_id) == sl_key(customer.cust_id):
                            failures[document.transaction] = (
                                f"Customer {customer.cust_id} could not be created in SL: {reason}"
                            )
        return failures

    def _needed_customers(self, batches: list[WrittenBatch]) -> list[NewCustomer]:
        used = {sl_key(document.cust_id) for written in batches for _, document in written.documents}
        return [customer for customer in self._plan.customers if sl_key(customer.cust_id) in used]

    def _insert_customer(self, customer: NewCustomer) -> None:
        rows = customer_rows(customer, self._found.ar, self._stamp)
        self._rows("Customer", [rows.customer])
        self._rows("SOAddress", [rows.ship_to])
        self._rows("AR_Balances", [rows.balance])

    def _insert(self, batches: list[WrittenBatch]) -> None:
        self._insert_documents(batches)
        self._rows(
            "Batch",
            [
                batch_values(written.batch, [d for _, d in written.documents], written.bat_nbr, self._stamp)
                for written in batches
            ],
        )

    def _insert_documents(self, batches: list[WrittenBatch]) -> None:
        """Insert lines, documents, reservations: SL's release lists start from Batch, so that comes last."""
        stamp = self._stamp
        documents = [(written, seq, document) for written in batches for seq, document in written.documents]
        self._rows(
            "ARTran",
            (
                values
                for written, _, document in documents
                for values in line_values(written.batch, document, written.bat_nbr, stamp)
            ),
        )
        self._rows(
            "ARDoc",
            (
                document_values(written.batch, document, seq, written.bat_nbr, stamp)
                for written, seq, document in documents
            ),
        )
        self._rows(
            "RefNbr", (reservation_values(document) for _, _, document in documents if not self._is_reserved(document))
        )

    def _is_reserved(self, document: ArDocument) -> bool:
        return document.reuse_reservation and sl_key(document.ref_nbr) in self._found.reserved

    def _rows(self, table: str, rows: Iterable[Values]) -> None:
        insert_rows(self._connection, self._company, table, rows)

    def _verify(self, batches: list[WrittenBatch], written: Written) -> Failures:
        written.hashes.clear()
        faults: Failures = {}
        for batch in batches:
            found = verify_batch(self._connection, self._company, batch, self._stamp)
            written.hashes |= found.hashes
            faults |= {key: f"SL did not keep it as it was sent: {fault}" for key, fault in found.faults.items()}
            if found.batch_faults and not found.faults:
                raise PostingRefused(f"{'; '.join(found.batch_faults)}. Everything was rolled back.")
        return faults

    def _attempt(self, write: Callable[[], None]) -> str:
        """Do something in a savepoint; return why the database refused it, or nothing."""
        with self._savepoint() as savepoint:
            try:
                write()
            except (StatementError, ValueRefused) as error:
                savepoint.undo(error)
                return database_said(error)
        return ""

    @contextmanager
    def _savepoint(self) -> Iterator[_Savepoint]:
        savepoint = _Savepoint(self._connection)
        yield savepoint
        savepoint.keep()


class _Savepoint:
    """A savepoint that is kept unless undone. Undoing tests that the transaction is still alive."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._nested = connection.begin_nested()
        self._undone = False

    def keep(self) -> None:
        if not self._undone:
            self._nested.commit()

    def undo(self, error: Exception | None) -> None:
        """Undo everything since. Raises ``PostingRefused`` when the server has ended the whole transaction."""
        self._undone = True
        cause = database_said(error) if error else "the savepoint is gone"
        if getattr(error, "connection_invalidated", False):
            raise _ended(cause) from error
        try:
            self._nested.rollback()
            alive = tsql.transaction_is_alive(self._connection)
        except DBAPIError as gone:
            raise _ended(cause) from gone
        if not alive:
            raise _ended(cause) from error


def _ended(cause: str) -> PostingRefused:
    return PostingRefused(
        f"SL ended the transaction: {cause}. Everything was rolled back.", fix="Run the export again."
    )


_DRIVER = re.compile(r"^(\s*\[[^\]]*\]\s*)+|\s*\(\d+\)\s*\(SQL\w+\)")


def database_said(error: Exception) -> str:
    """Return a database's error in its own words, without the driver's decoration."""
    if isinstance(error, ValueRefused):
        return str(error).rstrip(". ")
    origin = getattr(error, "orig", None) or error
    said = origin.args[-1] if origin.args else origin
    first = _DRIVER.sub("", str(said)).split("; [")[0]
    return first.strip().rstrip(". ") or type(origin).__name__

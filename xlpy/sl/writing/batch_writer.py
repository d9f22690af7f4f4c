"""The SL documents of a plan, written inside a transaction that somebody else commits."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from sqlalchemy import Connection
from sqlalchemy.exc import DBAPIError, StatementError

from xlpy.domain.documents.inventory import InDocument
from xlpy.domain.documents.plan import Plan
from xlpy.domain.values.transactions import TransactionKey
from xlpy.errors import PostingRefused
from xlpy.sl.connection import tsql
from xlpy.sl.connection.one_transaction import is_lost
from xlpy.sl.connection.statement_errors import database_said
from xlpy.sl.connection.types import ValueRefused
from xlpy.sl.reading.numbering import free_batch_numbers, free_references, store_counters
from xlpy.sl.screens.entries import (
    ENTRIES,
    DocumentName,
    MasterKind,
    Placed,
    SlBatch,
    SlDocument,
    WrittenBatch,
)
from xlpy.sl.screens.entry_rows import EntryStamp, Values
from xlpy.sl.writing.availability import allocate
from xlpy.sl.writing.insert_rows import insert_rows
from xlpy.sl.writing.masters import NewMaster, new_masters
from xlpy.sl.writing.posting_checks import Rechecked
from xlpy.sl.writing.units import documents_of, sl_batches_of, units_of
from xlpy.sl.writing.verify import verify_batches

if TYPE_CHECKING:
    from xlpy.sl.connection.engine import SlCompany

logger = logging.getLogger(__name__)

Failures = dict[TransactionKey, str]
UnitParts = list[tuple[WrittenBatch, Placed]]
BATCH_COUNTER = "LastBatNbr"


@dataclass(slots=True)
class Written:
    """What is in the transaction: batches as written, hash of each document's rows, and who failed with the reason.

    ``hashes``: by module, BatNbr and the document's name in the batch. ``created``: ids by kind of master.
    """

    batches: list[WrittenBatch] = field(default_factory=list)
    hashes: dict[tuple[str, str, DocumentName], str] = field(default_factory=dict)
    failed: Failures = field(default_factory=dict)
    created: dict[MasterKind, tuple[str, ...]] = field(default_factory=dict)


_ON_HOLD = "H"  # SL: Batch.Status


@dataclass(slots=True)
class _Numbers:
    """Free numbers of a module, enough for everything; what is left out leaves no gap in them."""

    batches: list[str]
    references: list[str]


class BatchWriter:
    """Writes a plan's batches: everything at once, and without the units that SL refuses when it does."""

    def __init__(
        self,
        connection: Connection,
        company: SlCompany,
        plan: Plan,
        found: Rechecked,
        stamps: Mapping[str, EntryStamp],
    ) -> None:
        """Prepare to write ``plan``. ``stamps``: by module."""
        self._connection = connection
        self._company = company
        self._plan = plan
        self._found = found
        self._stamps = stamps
        self._units = units_of(plan)
        self._numbers: dict[str, _Numbers] = {}
        self._masters: list[NewMaster] = []

    def write_all(self) -> Written:
        """Write what can be written. Raises ``PostingRefused`` when the failing ones can't be told apart."""
        written = Written(failed=self._with_their_units(self._found.taken))
        if self._left(written.failed):
            self._numbers = self._take_numbers()
            stamp = next(iter(self._stamps.values()))
            self._masters = new_masters(self._connection, self._company, self._plan, self._found, stamp)
        while batches := self._batches_without(written.failed):
            failures = self._with_their_units(self._try_all(batches, written))
            if not failures:
                self._store_counters(batches)
                written.batches = batches
                break
            for key, reason in failures.items():
                logger.warning("%s was left out: %s", key, reason)
            written.failed |= failures
        return written

    def _with_their_units(self, failures: Mapping[TransactionKey, str]) -> Failures:
        """Let the whole unit of a failed transaction fail, for the same reason."""
        every: Failures = dict(failures)
        for key, reason in failures.items():
            for other in self._units.get(key, ()):
                every.setdefault(other, reason)
        return every

    def _left(self, failed: Mapping[TransactionKey, str]) -> list[tuple[SlBatch, list[SlDocument]]]:
        """Return the plan's batches with the documents that have not failed; a batch without any is left out."""
        left: list[tuple[SlBatch, list[SlDocument]]] = []
        for batch in sl_batches_of(self._plan):
            entry = ENTRIES[batch.module]
            some = [d for d in documents_of(batch) if failed.keys().isdisjoint(entry.transactions(d))]
            if some:
                left.append((batch, some))
        return left

    def _take_numbers(self) -> dict[str, _Numbers]:
        numbers: dict[str, _Numbers] = {}
        batches = sl_batches_of(self._plan)
        for module, row in self._found.setup.items():
            entry = ENTRIES[module]
            own = [batch for batch in batches if batch.module == module]
            unnamed = sum(not entry.own_reference(document) for batch in own for document in documents_of(batch))
            counter = entry.references
            numbers[module] = _Numbers(
                free_batch_numbers(
                    self._connection, self._company, entry.numbers, row[BATCH_COUNTER.lower()], len(own)
                ),
                free_references(self._connection, self._company, counter, row[counter.column.lower()], unnamed)
                if counter and unnamed
                else [],
            )
        return numbers

    def _batches_without(self, failed: Mapping[TransactionKey, str]) -> list[WrittenBatch]:
        """Return the batches with what has not failed, numbered; one without documents takes no number."""
        numbers = {module: iter(some.batches) for module, some in self._numbers.items()}
        references = {module: iter(some.references) for module, some in self._numbers.items()}
        batches: list[WrittenBatch] = []
        for batch, documents in self._left(failed):
            entry = ENTRIES[batch.module]
            placed: list[Placed] = []
            lines = 0
            for seq, document in enumerate(documents, start=1):
                own = entry.own_reference(document)
                given = next(references[batch.module]) if entry.references and not own else own
                placed.append(Placed(document, seq, given, lines))
                lines += len(document.lines)
            batches.append(WrittenBatch(batch, next(numbers[batch.module]), tuple(placed)))
        return batches

    def _store_counters(self, batches: list[WrittenBatch]) -> None:
        """Store the last numbers used of every module that got a batch."""
        counters: dict[str, dict[str, str]] = {}
        for written in batches:
            entry = ENTRIES[written.batch.module]
            own = counters.setdefault(written.batch.module, {})
            own[BATCH_COUNTER] = written.bat_nbr
            given = [p.ref_nbr for p in written.documents if not entry.own_reference(p.document)]
            if entry.references and given:
                own[entry.references.column] = given[-1]
        for module, some in counters.items():
            store_counters(self._connection, self._company, ENTRIES[module].numbers, some)

    def _try_all(self, batches: list[WrittenBatch], written: Written) -> Failures:
        """Write and verify everything in a savepoint; when that fails, undo it and return the ones to blame."""
        failures: Failures = {}
        with self._savepoint() as savepoint:
            try:
                failures = self._create_masters(batches)
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
                    needed = self._needed_masters(batches)
                    written.created = {
                        kind: tuple(m.master_id for m in needed if m.kind is kind) for kind in MasterKind
                    }
        return failures

    def _find_failing(self, batches: list[WrittenBatch]) -> Failures:
        """Write each unit alone, in a savepoint of its own, to see which ones SL refuses; keep nothing."""
        with self._savepoint() as all_of_it:
            failures = self._with_their_units(self._create_masters(batches))
            for keys, parts in self._parts_of_units(batches).items():
                if failures.keys().isdisjoint(keys):
                    reason = self._attempt_unit(parts)
                    failures |= dict.fromkeys(keys, reason) if reason else {}
            all_of_it.undo(None)
        return failures

    def _parts_of_units(self, batches: list[WrittenBatch]) -> dict[frozenset[TransactionKey], UnitParts]:
        parts: dict[frozenset[TransactionKey], UnitParts] = {}
        for written in batches:
            entry = ENTRIES[written.batch.module]
            for placed in written.documents:
                unit = self._units[entry.transactions(placed.document)[0]]
                parts.setdefault(unit, []).append((written, placed))
        return parts

    def _attempt_unit(self, parts: UnitParts) -> str:
        """Write the documents of a unit; return which one the database refused and why, or nothing."""
        with self._savepoint() as savepoint:
            for written, placed in parts:
                try:
                    self._insert_documents([replace(written, documents=(placed,))])
                except (StatementError, ValueRefused) as error:
                    savepoint.undo(error)
                    what = ENTRIES[written.batch.module].said(placed.document)
                    return f"SL refused {what}: {database_said(error)}"
        return ""

    def _create_masters(self, batches: list[WrittenBatch]) -> Failures:
        """Create the masters that are needed, each in its own savepoint; a failed one fails its documents."""
        failures: Failures = {}
        for master in self._needed_masters(batches):
            reason = self._attempt(lambda master=master: self._insert_master(master))  # type: ignore[misc]
            if not reason:
                continue
            text = f"{master.kind} {master.master_id} could not be created in SL: {reason}"
            for written in batches:
                entry = ENTRIES[written.batch.module]
                for placed in written.documents:
                    if master.name in set(entry.masters(placed.document)):
                        failures |= dict.fromkeys(entry.transactions(placed.document), text)
        return failures

    def _needed_masters(self, batches: list[WrittenBatch]) -> list[NewMaster]:
        if not self._masters:
            return []
        used = {
            name
            for written in batches
            for placed in written.documents
            for name in ENTRIES[written.batch.module].masters(placed.document)
        }
        return [master for master in self._masters if master.name in used]

    def _insert_master(self, master: NewMaster) -> None:
        for table, values in master.rows:
            self._rows(table, [values])

    def _insert(self, batches: list[WrittenBatch]) -> None:
        self._insert_documents(batches)
        self._rows(
            "Batch",
            [
                ENTRIES[written.batch.module].batch_row(
                    written.batch,
                    [placed.document for placed in written.documents],
                    written.bat_nbr,
                    self._stamp_of(written.batch),
                )
                for written in batches
            ],
        )

    def _stamp_of(self, batch: SlBatch) -> EntryStamp:
        """Return the stamp of a batch: what rows of the user say goes on hold goes before the settings."""
        stamp = self._stamps[batch.module]
        return replace(stamp, status=_ON_HOLD) if batch.hold else stamp

    def _insert_documents(self, batches: list[WrittenBatch]) -> None:
        """Insert lines, documents, reservations: SL's release lists start from Batch, so that comes last."""
        for module, entry in ENTRIES.items():
            own = [(w, placed) for w in batches if w.batch.module == module for placed in w.documents]
            if not own:
                continue
            stamp = self._stamps[module]
            self._rows(entry.lines, (row for w, p in own for row in entry.line_rows(w.batch, p, w.bat_nbr, stamp)))
            if entry.header:
                self._rows(
                    entry.header, (row for w, p in own for row in entry.header_rows(w.batch, p, w.bat_nbr, stamp))
                )
            if entry.reservation:
                reserved = self._found.reserved
                self._rows(entry.reservation, (row for _, p in own for row in entry.reservation_rows(p, reserved)))
        moved = [p.document for w in batches for p in w.documents if isinstance(p.document, InDocument)]
        if moved:
            allocate(self._connection, self._company, moved)

    def _rows(self, table: str, rows: Iterable[Values]) -> None:
        insert_rows(self._connection, self._company, table, rows)

    def _verify(self, batches: list[WrittenBatch], written: Written) -> Failures:
        written.hashes.clear()
        faults: Failures = {}
        sent = ((batch, self._stamp_of(batch.batch)) for batch in batches)
        for batch, found in verify_batches(self._connection, self._company, sent):
            module = batch.batch.module
            written.hashes |= {(module, batch.bat_nbr, name): digest for name, digest in found.hashes.items()}
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
            alive = tsql.transaction_is_alive(self._connection) and not is_lost(self._connection)
        except DBAPIError as gone:
            raise _ended(cause) from gone
        if not alive:
            raise _ended(cause) from error


def _ended(cause: str) -> PostingRefused:
    return PostingRefused(
        f"SL ended the transaction: {cause}. Everything was rolled back.", fix="Run the export again."
    )

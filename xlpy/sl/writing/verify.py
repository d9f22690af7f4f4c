"""Reading back what was written, before it is committed: every text, amount and date as sent, every document balanced.

Also gives the hash of a document's rows, which the posting ledger keeps, so that *unchanged since* can be told later.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from functools import cache
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, Table, select
from sqlalchemy.engine import Dialect
from sqlalchemy.types import TypeDecorator

from xlpy.domain.facts.books import sl_key
from xlpy.domain.values.money import ZERO, plain
from xlpy.domain.values.transactions import TransactionKey
from xlpy.sl.connection.rows import chunks, lowered_rows
from xlpy.sl.reading.documents import ReadDocument, read_documents_of
from xlpy.sl.screens.entries import ENTRIES, DocumentName, Placed, WrittenBatch
from xlpy.sl.screens.entry_rows import EntryStamp, Values

if TYPE_CHECKING:
    from xlpy.sl.connection.engine import SlCompany


@dataclass(slots=True)
class Verified:
    """What reading back found. ``hashes``: of each document's rows; ``faults``: what differs, by transaction."""

    hashes: dict[DocumentName, str] = field(default_factory=dict)
    faults: dict[TransactionKey, str] = field(default_factory=dict)
    batch_faults: list[str] = field(default_factory=list)


def verify_batches(
    connection: Connection, company: SlCompany, batches: Iterable[tuple[WrittenBatch, EntryStamp]]
) -> Iterator[tuple[WrittenBatch, Verified]]:
    """Read SL batches back inside their transaction and compare them with what was sent (SL reference, write recipe).

    A module's batches are read together: a run makes one cost journal, a batch of its own, per invoice.
    """
    by_module: dict[str, list[tuple[WrittenBatch, EntryStamp]]] = defaultdict(list)
    for written, stamp in batches:
        by_module[written.batch.module].append((written, stamp))
    for module, every in by_module.items():
        for some in chunks(every):
            yield from _verify_module(connection, company, module, some)


def _verify_module(
    connection: Connection, company: SlCompany, module: str, batches: Sequence[tuple[WrittenBatch, EntryStamp]]
) -> Iterator[tuple[WrittenBatch, Verified]]:
    entry = ENTRIES[module]
    compare = _Comparison(company, connection.dialect)
    open_ones = {written.bat_nbr: _Open(written, stamp) for written, stamp in batches}
    for bat_nbr, read in read_documents_of(connection, company, open_ones.keys(), module):
        one = open_ones[bat_nbr]
        placed = one.sent.pop(read.name, None)
        if placed is None:
            one.found.batch_faults.append(f"SL batch {bat_nbr} has a document {read.name[1]} that is not ours")
            continue
        fault = compare.document(one.written, placed, read, one.stamp)
        if fault:
            one.found.faults |= dict.fromkeys(entry.transactions(placed.document), fault)
        else:
            sums = entry.sums(read.row, read.lines)
            one.cury, one.base = one.cury + sums[0], one.base + sums[1]
        one.found.hashes[read.name] = read.rows_hash
    rows = _batch_rows(connection, company, module, open_ones.keys())
    for bat_nbr, one in open_ones.items():
        for missing in one.sent.values():
            fault = f"{entry.said(missing.document)} is not in SL after writing it"
            one.found.faults |= dict.fromkeys(entry.transactions(missing.document), fault)
        one.found.batch_faults += _batch_faults(company, one, compare, rows.get(bat_nbr, ()))
        yield one.written, one.found


class _Open:
    """A batch that is being read back: what was sent and has not come yet, and the sums of what came."""

    def __init__(self, written: WrittenBatch, stamp: EntryStamp) -> None:
        entry = ENTRIES[written.batch.module]
        self.written = written
        self.stamp = stamp
        self.sent = {(sl_key(entry.doc_type(p.document)), sl_key(p.ref_nbr)): p for p in written.documents}
        self.cury = self.base = ZERO
        self.found = Verified()


def _batch_rows(
    connection: Connection, company: SlCompany, module: str, bat_nbrs: Iterable[str]
) -> dict[str, list[Mapping[str, Any]]]:
    table = company.catalogue.table("Batch")
    rows: dict[str, list[Mapping[str, Any]]] = defaultdict(list)
    for chunk in chunks(bat_nbrs):
        statement = select(table).where(table.c.Module == module, table.c.BatNbr.in_(chunk))
        for row in lowered_rows(connection.execute(statement)):
            rows[row["batnbr"]].append(row)
    return rows


def _batch_faults(company: SlCompany, one: _Open, compare: _Comparison, rows: Sequence[Mapping[str, Any]]) -> list[str]:
    written = one.written
    if len(rows) != 1:
        return [f"SL batch {written.bat_nbr} was found {len(rows)} times after writing it"]
    (row,) = rows
    documents = [placed.document for placed in written.documents]
    sent = ENTRIES[written.batch.module].batch_row(written.batch, documents, written.bat_nbr, one.stamp)
    fault = compare.rows(company.catalogue.table("Batch"), sent, row)
    if fault:
        return [f"SL batch {written.bat_nbr}: {fault}"]
    if (one.cury, one.base) != (row["curycrtot"], row["crtot"]):
        return [
            f"the documents of SL batch {written.bat_nbr} add up to {one.cury} {row['curyid']} instead of"
            f" {row['curycrtot']}"
        ]
    return []


_lower = cache(str.lower)  # the names of columns: as many as SL's tables have


def _shown(value: Any) -> str:
    """Return a value for a message: texts in quotes, so that blanks are seen."""
    if isinstance(value, str):
        return repr(value)
    return plain(value) if isinstance(value, Decimal) else str(value)


class _Comparison:
    """Compares sent with read, each value as its column would give it back."""

    def __init__(self, company: SlCompany, dialect: Dialect) -> None:
        self._catalogue = company.catalogue
        self._dialect = dialect

    def document(self, written: WrittenBatch, placed: Placed, read: ReadDocument, stamp: EntryStamp) -> str:
        """Return what is wrong with a document, or nothing."""
        entry = ENTRIES[written.batch.module]
        headers = list(entry.header_rows(written.batch, placed, written.bat_nbr, stamp))
        if bool(headers) != bool(read.row):
            return f"its row in {entry.header} is missing" if headers else f"it has a row in {entry.header}"
        for values in headers:
            wrong = self.rows(self._catalogue.table(entry.header), values, read.row)
            if wrong:
                return wrong
        sent = list(entry.line_rows(written.batch, placed, written.bat_nbr, stamp))
        wrong = self._lines(self._catalogue.table(entry.lines), sent, read.lines)
        return wrong or entry.footing(placed.document, read.row, read.lines)

    def _lines(self, table: Table, sent: Sequence[Values], read: Sequence[Mapping[str, Any]]) -> str:
        if len(sent) != len(read):
            return f"{len(read)} lines are in SL, {len(sent)} were sent"
        if len({line["linenbr"] for line in read}) != len(sent):
            return "two lines have the same LineNbr"
        for number, (values, row) in enumerate(zip(sent, read, strict=True), start=1):
            wrong = self.rows(table, values, row)
            if wrong:
                return f"line {number}: {wrong}"
        return ""

    def rows(self, table: Table, sent: Values, read: Mapping[str, Any]) -> str:
        """Return the first column that came back otherwise than it was sent, or nothing."""
        for name, value in sent.items():
            if read[_lower(name)] == value:
                continue
            column = table.c[name]
            expected = self._as_read(column.type, value)
            if read[column.name.lower()] != expected:
                there = read[column.name.lower()]
                return f"{table.name}.{column.name} is {_shown(there)} in SL instead of {_shown(expected)}"
        return ""

    def _as_read(self, kind: Any, value: Any) -> Any:
        if isinstance(kind, TypeDecorator):
            return kind.process_result_value(kind.process_bind_param(value, self._dialect), self._dialect)
        return value

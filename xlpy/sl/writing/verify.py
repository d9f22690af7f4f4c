"""Reading back what was written, before it is committed: every text, amount and date as sent, every document balanced.

Also gives the hash of a document's rows, which the posting ledger keeps, so that *unchanged since* can be told later.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from sqlalchemy import Column, Connection, Table, select
from sqlalchemy.engine import Dialect
from sqlalchemy.types import TypeDecorator

from xlpy.domain.facts.books import sl_key
from xlpy.domain.values.money import ZERO
from xlpy.domain.values.transactions import TransactionKey
from xlpy.sl.connection.rows import lowered
from xlpy.sl.reading.documents import ReadDocument, read_documents
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


def verify_batch(connection: Connection, company: SlCompany, written: WrittenBatch, stamp: EntryStamp) -> Verified:
    """Read an SL batch back inside its transaction and compare it with what was sent (SL reference, write recipe)."""
    found = Verified()
    module = written.batch.module
    entry = ENTRIES[module]
    compare = _Comparison(company, connection.dialect)
    sent = {(sl_key(entry.doc_type(p.document)), sl_key(p.ref_nbr)): p for p in written.documents}
    cury = base = ZERO
    for read in read_documents(connection, company, written.bat_nbr, module):
        placed = sent.pop(read.name, None)
        if placed is None:
            found.batch_faults.append(f"SL batch {written.bat_nbr} has a document {read.name[1]} that is not ours")
            continue
        fault = compare.document(written, placed, read, stamp)
        if fault:
            found.faults |= dict.fromkeys(entry.transactions(placed.document), fault)
        else:
            sums = entry.sums(read.row, read.lines)
            cury, base = cury + sums[0], base + sums[1]
        found.hashes[read.name] = read.rows_hash
    for missing in sent.values():
        fault = f"{entry.said(missing.document)} is not in SL after writing it"
        found.faults |= dict.fromkeys(entry.transactions(missing.document), fault)
    found.batch_faults += _batch_faults(connection, company, written, stamp, compare, (cury, base))
    return found


def _batch_faults(
    connection: Connection,
    company: SlCompany,
    written: WrittenBatch,
    stamp: EntryStamp,
    compare: _Comparison,
    sums: tuple[Any, Any],
) -> list[str]:
    table = company.catalogue.table("Batch")
    module = written.batch.module
    statement = select(table).where(table.c.Module == module, table.c.BatNbr == written.bat_nbr)
    rows = connection.execute(statement).mappings().all()
    if len(rows) != 1:
        return [f"SL batch {written.bat_nbr} was found {len(rows)} times after writing it"]
    row = lowered(rows[0])
    documents = [placed.document for placed in written.documents]
    fault = compare.rows(table, ENTRIES[module].batch_row(written.batch, documents, written.bat_nbr, stamp), row)
    if fault:
        return [f"SL batch {written.bat_nbr}: {fault}"]
    if sums != (row["curycrtot"], row["crtot"]):
        return [
            f"the documents of SL batch {written.bat_nbr} add up to {sums[0]} {row['curyid']} instead of"
            f" {row['curycrtot']}"
        ]
    return []


class _Comparison:
    """Compares sent with read, each value as its column would give it back."""

    def __init__(self, company: SlCompany, dialect: Dialect) -> None:
        self._catalogue = company.catalogue
        self._dialect = dialect
        self._columns: dict[str, dict[str, tuple[str, Column[Any]]]] = defaultdict(dict)

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
        columns = self._columns[table.name]
        for name, value in sent.items():
            column = columns.get(name) or columns.setdefault(name, (table.c[name].name.lower(), table.c[name]))
            # What comes back as it was sent is what its column makes of it: no need to look.
            if read[column[0]] != value and read[column[0]] != (expected := self._as_read(column[1].type, value)):
                return f"{table.name}.{column[1].name} is {read[column[0]]!r} in SL instead of {expected!r}"
        return ""

    def _as_read(self, kind: Any, value: Any) -> Any:
        if isinstance(kind, TypeDecorator):
            return kind.process_result_value(kind.process_bind_param(value, self._dialect), self._dialect)
        return value

"""Reading back what was written, before it is committed: every text, amount and date as sent, every document balanced.

Also gives the hash of a document's rows, which the posting ledger keeps, so that *unchanged since* can be told later.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import groupby
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, Table, select
from sqlalchemy.engine import Dialect
from sqlalchemy.types import TypeDecorator

from xlpy.domain.books import sl_key
from xlpy.domain.documents import ArBatch, ArDocument
from xlpy.domain.money import ZERO, total
from xlpy.domain.transactions import TransactionKey
from xlpy.sl.ar_rows import TAX_SLOTS, EntryStamp, Values, batch_values, document_values, line_values
from xlpy.sl.numbering import lowered

if TYPE_CHECKING:
    from xlpy.sl.engine import SlCompany

# Columns that change without the document changing: row version, identity, and the trace of a save by a screen.
_VOLATILE = frozenset({"tstamp", "recordid", "lupd_datetime", "lupd_prog", "lupd_user"})
_FETCH = 1000

DocumentName = tuple[str, str]  # (sl_key of DocType, sl_key of RefNbr) within one SL batch


@dataclass(frozen=True, slots=True)
class WrittenBatch:
    """An SL batch as it was sent: its number and the documents that are in it, each with its BatSeq."""

    batch: ArBatch
    bat_nbr: str
    documents: tuple[tuple[int, ArDocument], ...]


@dataclass(slots=True)
class Verified:
    """What reading back found. ``hashes``: of each document's rows; ``faults``: what differs, by transaction."""

    hashes: dict[TransactionKey, str] = field(default_factory=dict)
    faults: dict[TransactionKey, str] = field(default_factory=dict)
    batch_faults: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class ReadDocument:
    """An ARDoc row with its ARTran rows in LineNbr's order, columns keyed by lower-case name."""

    row: Mapping[str, Any]
    lines: Sequence[Mapping[str, Any]]

    @property
    def name(self) -> DocumentName:
        """Its key within the batch."""
        return sl_key(self.row["doctype"]), sl_key(self.row["refnbr"])

    @property
    def rows_hash(self) -> str:
        """SHA-256 (hex) of everything in its rows that a user could have changed."""
        digest = hashlib.sha256()
        for row in (self.row, *self.lines):
            for name in sorted(row.keys() - _VOLATILE):
                digest.update(f"{name}={_plain(row[name])}\x1f".encode())
            digest.update(b"\x1e")
        return digest.hexdigest()


def read_documents(connection: Connection, company: SlCompany, bat_nbr: str) -> Iterator[ReadDocument]:
    """Yield the documents of an AR batch with their lines, one at a time: a batch can have 30,000 lines.

    Take all of them before the connection is used for anything else (one open cursor per connection).
    """
    docs, lines = company.catalogue.table("ARDoc"), company.catalogue.table("ARTran")
    in_batch = select(docs).where(docs.c.BatNbr == bat_nbr)
    by_name: dict[DocumentName, ReadDocument] = {}
    for row in connection.execute(in_batch).mappings():
        read = ReadDocument(lowered(row), ())
        by_name[read.name] = read
    order = [lines.c[name] for name in ("TranType", "RefNbr", "LineNbr", "RecordID")]
    statement = select(lines).where(lines.c.BatNbr == bat_nbr).order_by(*order)
    found = (lowered(row) for row in connection.execute(statement, execution_options={"yield_per": _FETCH}).mappings())
    for name, group in groupby(found, lambda row: (sl_key(row["trantype"]), sl_key(row["refnbr"]))):
        of_document = list(group)
        if name in by_name:
            yield ReadDocument(by_name.pop(name).row, of_document)
    yield from by_name.values()


def document_hashes(connection: Connection, company: SlCompany, bat_nbr: str) -> dict[DocumentName, str]:
    """Return the hash of every document of an AR batch as it is now, to compare with ``PostedPart.rows_hash``."""
    return {document.name: document.rows_hash for document in read_documents(connection, company, bat_nbr)}


def verify_batch(connection: Connection, company: SlCompany, written: WrittenBatch, stamp: EntryStamp) -> Verified:
    """Read an SL batch back inside its transaction and compare it with what was sent (SL reference, write recipe)."""
    found = Verified()
    compare = _Comparison(company, connection.dialect)
    sent = {(sl_key(d.doc_type), sl_key(d.ref_nbr)): (seq, d) for seq, d in written.documents}
    cury = base = ZERO
    for read in read_documents(connection, company, written.bat_nbr):
        if read.name not in sent:
            found.batch_faults.append(
                f"SL batch {written.bat_nbr} has a document {read.row['refnbr']} that is not ours"
            )
            continue
        seq, document = sent.pop(read.name)
        cury += read.row["curyorigdocamt"]
        base += read.row["origdocamt"]
        fault = compare.document(written, seq, document, read, stamp)
        if fault:
            found.faults[document.transaction] = fault
        found.hashes[document.transaction] = read.rows_hash
    for _, missing in sent.values():
        found.faults[missing.transaction] = f"{missing.doc_type} {missing.ref_nbr} is not in SL after writing it"
    found.batch_faults += _batch_faults(connection, company, written, stamp, compare)
    expected = (written.batch.currency, total(d.cury_total for _, d in written.documents))
    if cury != expected[1] or base != total(d.total for _, d in written.documents):
        found.batch_faults.append(
            f"the documents of SL batch {written.bat_nbr} add up to {cury} {expected[0]} instead of {expected[1]}"
        )
    return found


def _batch_faults(
    connection: Connection, company: SlCompany, written: WrittenBatch, stamp: EntryStamp, compare: _Comparison
) -> list[str]:
    table = company.catalogue.table("Batch")
    statement = select(table).where(table.c.Module == written.batch.module, table.c.BatNbr == written.bat_nbr)
    rows = connection.execute(statement).mappings().all()
    if len(rows) != 1:
        return [f"SL batch {written.bat_nbr} was found {len(rows)} times after writing it"]
    documents = [document for _, document in written.documents]
    fault = compare.rows(table, batch_values(written.batch, documents, written.bat_nbr, stamp), lowered(rows[0]))
    return [f"SL batch {written.bat_nbr}: {fault}"] if fault else []


class _Comparison:
    """Compares sent with read, each value as its column would give it back."""

    def __init__(self, company: SlCompany, dialect: Dialect) -> None:
        self._dialect = dialect
        self._docs = company.catalogue.table("ARDoc")
        self._lines = company.catalogue.table("ARTran")

    def document(
        self, written: WrittenBatch, seq: int, document: ArDocument, read: ReadDocument, stamp: EntryStamp
    ) -> str:
        """Return what is wrong with a document, or nothing."""
        header = document_values(written.batch, document, seq, written.bat_nbr, stamp)
        wrong = self.rows(self._docs, header, read.row)
        if wrong:
            return wrong
        sent = list(line_values(written.batch, document, written.bat_nbr, stamp))
        if len(sent) != len(read.lines):
            return f"{len(read.lines)} lines are in SL, {len(sent)} were sent"
        if len({line["linenbr"] for line in read.lines}) != len(sent):
            return "two lines have the same LineNbr"
        for values, row in zip(sent, read.lines, strict=True):
            wrong = self.rows(self._lines, values, row)
            if wrong:
                return f"line {values['LineId']}: {wrong}"
        return _unbalanced(document, read)

    def rows(self, table: Table, sent: Values, read: Mapping[str, Any]) -> str:
        """Return the first column that came back otherwise than it was sent, or nothing."""
        for name, value in sent.items():
            column = table.c[name]
            expected = self._as_read(column.type, value)
            if read[column.name.lower()] != expected:
                return f"{table.name}.{column.name} is {read[column.name.lower()]!r} in SL instead of {expected!r}"
        return ""

    def _as_read(self, kind: Any, value: Any) -> Any:
        if isinstance(kind, TypeDecorator):
            return kind.process_result_value(kind.process_bind_param(value, self._dialect), self._dialect)
        return value


def _unbalanced(document: ArDocument, read: ReadDocument) -> str:
    """Check the footing as SL's release will (messages 12124, 8888), from the rows as they are in SL.

    In base currency a foreign document may be off by what the release moves to a line (SL: pp_08400BaseAmtBal).
    """
    for prefix, allowed in (("cury", ZERO), ("", abs(document.base_difference))):
        lines = total(line[f"{prefix}tranamt"] for line in read.lines)
        taxes = total(read.row[f"{prefix}taxtot{slot:02}"] for slot in range(TAX_SLOTS))
        difference = read.row[f"{prefix}origdocamt"] - lines - taxes
        if abs(difference) != allowed:
            which = f"in {document.rate.currency}" if prefix else "in base currency"
            return f"lines {lines} and taxes {taxes} are not the total {read.row[f'{prefix}origdocamt']} {which}"
    return ""


def _plain(value: object) -> str:
    return "" if value is None else str(value)

"""Our own unreleased SL documents, taken out again: what may be removed, and the removing, in somebody's transaction.

Only what the posting ledger knows is removed, only from batches that have nothing else in them, and only when its rows
are what was written (their hash). Counters are not stepped back and masters stay (SL reference: cleaning up).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from sqlalchemy import ColumnElement, Connection, Table, delete, select

from xlpy.domain.documents.inventory import InDocument, InLine
from xlpy.domain.facts.books import sl_key
from xlpy.domain.values.transactions import PostedPart, Posting
from xlpy.errors import PostingRefused
from xlpy.sl.connection import tsql
from xlpy.sl.connection.rows import chunks
from xlpy.sl.reading.documents import ReadDocument, read_documents_of
from xlpy.sl.reading.numbering import lock_setup_row
from xlpy.sl.screens.entries import ENTRIES, DocumentName
from xlpy.sl.writing.availability import give_back

if TYPE_CHECKING:
    from xlpy.sl.connection.engine import SlCompany

BatchName = tuple[str, str]  # module, BatNbr
# B balanced, H on hold. S: SL refused to release it and changed nothing; not in inventory, where a release that is
# under way sets it first (SL: SCM_10400_Initialize_Batch).
_REMOVABLE = {"AR": "BHS", "AP": "BHS", "GL": "BH", "IN": "BH"}
VOIDED = "V"


class FaultKind(StrEnum):
    """Why an SL batch can't be taken out."""

    RELEASED = "released"
    STATUS = "status"
    CHANGED = "changed"
    FOREIGN = "foreign"
    OTHER_COMPANY = "other company"


@dataclass(frozen=True, slots=True)
class SlFault:
    """One reason against removing: of a whole SL batch, or of a document in it. ``status``: Batch.Status."""

    kind: FaultKind
    module: str
    bat_nbr: str
    status: str = ""
    screen: str = ""
    doc_type: str = ""
    ref_nbr: str = ""


@dataclass(frozen=True, slots=True)
class RemovableBatch:
    """An SL batch with the documents that are to be removed from it; all there are, and all of them ours."""

    module: str
    bat_nbr: str
    screen: str
    documents: tuple[ReadDocument, ...]


@dataclass(slots=True)
class Examined:
    """What SL has of some postings now. ``gone``: parts that are deleted or voided already."""

    batches: list[RemovableBatch] = field(default_factory=list)
    faults: list[SlFault] = field(default_factory=list)
    gone: list[PostedPart] = field(default_factory=list)

    @property
    def documents(self) -> set[tuple[str, str, DocumentName]]:
        """Module, BatNbr and name of every document that would be removed."""
        return {(batch.module, batch.bat_nbr, d.name) for batch in self.batches for d in batch.documents}


def lock_for_removing(connection: Connection, company: SlCompany, rows: Iterable[Posting]) -> None:
    """Lock the set-up rows of the modules concerned, as posting does; GL's when there is nothing in SL."""
    used = {part.module for posting in rows for part in posting.parts}
    for module, entry in ENTRIES.items():
        if module in used or (module == "GL" and not used):
            lock_setup_row(connection, company, entry.numbers)


def examine(connection: Connection, company: SlCompany, rows: Iterable[Posting], *, locked: bool = False) -> Examined:
    """Tell which SL documents of ``rows`` can be removed, and everything that speaks against it.

    ``locked``: nobody else can change what is read until the transaction ends.
    """
    ours: dict[BatchName, dict[DocumentName, PostedPart]] = defaultdict(dict)
    for posting in rows:
        for part in posting.parts:
            ours[part.module, part.bat_nbr][sl_key(part.doc_type), sl_key(part.ref_nbr)] = part
    found = Examined()
    heads = _heads(connection, company, ours, locked=locked)
    documents = _documents(connection, company, [n for n in ours if _is_open(company, heads.get(n))], locked=locked)
    for name, parts in sorted(ours.items()):
        _examine_batch(company, name, parts, heads.get(name), documents.get(name, ()), found)
    return found


def remove(connection: Connection, company: SlCompany, batches: Sequence[RemovableBatch]) -> None:
    """Delete lines, documents, reservations and batches, and give bins back what entering took from them.

    Raises ``PostingRefused`` when a batch is no longer unreleased at the moment of its deletion.
    """
    by_module: dict[str, list[RemovableBatch]] = defaultdict(list)
    for batch in batches:
        by_module[batch.module].append(batch)
    for module, entry in ENTRIES.items():
        some = by_module.get(module, [])
        numbers = [batch.bat_nbr for batch in some]
        for name in (entry.lines, entry.header):
            if name:
                _delete(connection, company.catalogue.table(name), module, numbers)
        if entry.reservation:
            _delete_reservations(connection, company, entry.header, entry.reservation, some)
        if module == "IN":
            give_back(connection, company, [_as_entered(d) for batch in some for d in batch.documents if d.lines])
        _delete_heads(connection, company, module, numbers)


def _heads(
    connection: Connection, company: SlCompany, names: Collection[BatchName], *, locked: bool
) -> dict[BatchName, Mapping[str, Any]]:
    table = company.catalogue.table("Batch")
    columns = [table.c[name].label(name) for name in ("Module", "BatNbr", "Status", "Rlsed", "EditScrnNbr", "CpnyID")]
    heads: dict[BatchName, Mapping[str, Any]] = {}
    for module in sorted({module for module, _ in names}):
        for chunk in chunks(sorted(number for of, number in names if of == module)):
            statement = select(*columns).where(table.c.Module == module, table.c.BatNbr.in_(chunk))
            if locked:
                statement = statement.with_hint(table, tsql.LOCK_ROW, "mssql")
            for row in connection.execute(statement).mappings():
                heads[module, row["BatNbr"]] = dict(row)
    return heads


def _is_open(company: SlCompany, head: Mapping[str, Any] | None) -> bool:
    """Whether the documents of a batch matter: it is ours, and neither voided nor released; or it has lost its row."""
    if head is None:
        return True
    return not head["Rlsed"] and head["Status"] != VOIDED and sl_key(head["CpnyID"]) == sl_key(company.cpny_id)


def _documents(
    connection: Connection, company: SlCompany, names: Iterable[BatchName], *, locked: bool
) -> dict[BatchName, list[ReadDocument]]:
    of_module: dict[str, list[str]] = defaultdict(list)
    for module, bat_nbr in sorted(names):
        of_module[module].append(bat_nbr)
    hint = tsql.LOCK_ROW if locked else ""
    found: dict[BatchName, list[ReadDocument]] = defaultdict(list)
    for module, numbers in of_module.items():
        for bat_nbr, document in read_documents_of(connection, company, numbers, module, hint=hint):
            found[module, bat_nbr].append(document)
    return found


def _examine_batch(
    company: SlCompany,
    name: BatchName,
    parts: Mapping[DocumentName, PostedPart],
    head: Mapping[str, Any] | None,
    documents: Sequence[ReadDocument],
    found: Examined,
) -> None:
    module, bat_nbr = name
    status = "" if head is None else head["Status"]
    screen = "" if head is None else head["EditScrnNbr"]
    if status == VOIDED:
        found.gone += parts.values()
        return
    if head is not None and sl_key(head["CpnyID"]) != sl_key(company.cpny_id):
        found.faults.append(SlFault(FaultKind.OTHER_COMPANY, module, bat_nbr, status, screen))
        return
    if head is not None and head["Rlsed"]:
        found.faults.append(SlFault(FaultKind.RELEASED, module, bat_nbr, status, screen))
        return
    if head is None and not documents:
        found.gone += parts.values()
        return
    if head is None or status not in _REMOVABLE[module]:
        found.faults.append(SlFault(FaultKind.STATUS, module, bat_nbr, status, screen))
        return
    for document in documents:
        part = parts.get(document.name)
        kind = FaultKind.FOREIGN if part is None else FaultKind.CHANGED
        if part is None or document.rows_hash != part.rows_hash:
            found.faults.append(SlFault(kind, module, bat_nbr, status, screen, *document.name))
    there = {document.name for document in documents}
    found.gone += [part for key, part in parts.items() if key not in there]
    found.batches.append(RemovableBatch(module, bat_nbr, screen, tuple(documents)))


def _delete(connection: Connection, table: Table, module: str, numbers: Sequence[str]) -> None:
    for chunk in chunks(numbers):
        connection.execute(delete(table).where(*_of_batches(table, module, chunk)))


def _of_batches(table: Table, module: str, numbers: Sequence[str]) -> Iterator[ColumnElement[bool]]:
    """Yield what tells the rows of some batches; in GLTran the batches of all modules are together."""
    yield table.c.BatNbr.in_(numbers)
    if "Module" in table.c:
        yield table.c.Module == module


def _delete_reservations(
    connection: Connection, company: SlCompany, header: str, reservation: str, batches: Iterable[RemovableBatch]
) -> None:
    """Free the references of removed documents, but for one that another document (a payment) has too."""
    documents, reserved = company.catalogue.table(header), company.catalogue.table(reservation)
    references = sorted({document.row["refnbr"] for batch in batches for document in batch.documents if document.row})
    for chunk in chunks(references):
        used = select(documents.c.RefNbr).where(documents.c.RefNbr.in_(chunk))
        kept = {sl_key(reference) for reference in connection.scalars(used)}
        freed = [reference for reference in chunk if sl_key(reference) not in kept]
        if freed:
            connection.execute(delete(reserved).where(reserved.c.RefNbr.in_(freed)))


def _delete_heads(connection: Connection, company: SlCompany, module: str, numbers: Sequence[str]) -> None:
    """Delete the Batch rows, and see that none is left: SL may have released one in between."""
    table = company.catalogue.table("Batch")
    for chunk in chunks(numbers):
        own = (table.c.Module == module, table.c.BatNbr.in_(chunk))
        connection.execute(delete(table).where(*own, table.c.Rlsed == 0))
        left = connection.scalars(select(table.c.BatNbr).where(*own)).first()
        if left is not None:
            raise PostingRefused(
                f"SL batch {module} {left} was released meanwhile. Nothing was removed.",
                fix="Look at the batch in SL; what is released is corrected by a document of its own.",
            )


def _as_entered(document: ReadDocument) -> InDocument:
    """Return an inventory document as it was planned, as far as bins are concerned."""
    lines = tuple(
        InLine(
            invt_id=row["invtid"],
            site_id=row["siteid"],
            whse_loc=row["whseloc"],
            quantity=row["qty"],
            unit=row["unitdesc"],
            conversion=row["cnvfact"] or Decimal(1),
            multiply_divide=row["unitmultdiv"],
            unit_cost=row["unitprice"],
            amount=row["tranamt"],
            acct=row["acct"],
            sub=row["sub"],
            invt_acct=row["invtacct"],
            invt_sub=row["invtsub"],
            descr=row["trandesc"],
        )
        for row in document.lines
    )
    tran_type, ref_nbr = document.name
    return InDocument((), tran_type, date.min, ref_nbr, lines, "")

"""What became in SL of the documents that the posting ledger names: by so many statements for each module."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, Select, SmallInteger, column, literal_column, select
from sqlalchemy import table as sql_table

from xlpy.domain.facts.books import sl_key
from xlpy.domain.values.transactions import PostedPart, SlState
from xlpy.sl.connection.rows import chunks
from xlpy.sl.connection.types import SlText

# Only the columns that tell what became of a document; SL's whole tables are the catalogue's affair.
_BATCH = sql_table(
    "Batch",
    column("Module", SlText(2)),
    column("BatNbr", SlText(10)),
    column("Status", SlText(1)),
    column("Rlsed", SmallInteger),
)


# Where the documents of each module are, with the names of their type and reference there. A journal is lines of
# GLTran with one reference, an inventory document lines of INTran with one type and reference.
_DOCUMENTS = {
    "AR": ("ARDoc", "DocType", "RefNbr"),
    "AP": ("APDoc", "DocType", "RefNbr"),
    "GL": ("GLTran", "TranType", "RefNbr"),
    "IN": ("INTran", "TranType", "RefNbr"),
}


_HAS_STATUS = frozenset({"AP"})  # a voided voucher stays, with Status V


_HAS_MODULE = frozenset({"GL"})  # GLTran has the lines of all modules


class SlStates:
    """What became of SL documents, from Batch and from the documents of each module."""

    def __init__(self, connection: Connection, parts: Sequence[PostedPart]) -> None:
        self._batches: dict[tuple[str, str], tuple[str, bool]] = {}
        self._documents: dict[tuple[str, str, str, str], tuple[str, bool]] = {}
        by_module: dict[str, set[str]] = defaultdict(set)
        for part in parts:
            by_module[part.module].add(part.bat_nbr)
        for module, numbers in sorted(by_module.items()):
            for chunk in chunks(sorted(numbers)):
                in_chunk = select(_BATCH).where(_BATCH.c.Module == module, _BATCH.c.BatNbr.in_(chunk))
                for row in connection.execute(in_chunk):
                    self._batches[module, row.BatNbr] = row.Status, bool(row.Rlsed)
                for bat_nbr, doc_type, ref_nbr, status, released in connection.execute(_documents_in(module, chunk)):
                    self._documents[module, bat_nbr, sl_key(doc_type), sl_key(ref_nbr)] = status, bool(released)

    def of(self, part: PostedPart) -> SlState:
        """Tell the state of a part (SL: Batch.Status; the void of an unreleased AR batch deletes its documents)."""
        batch = self._batches.get((part.module, part.bat_nbr))
        status, released = batch or ("", False)
        name = part.module, part.bat_nbr, sl_key(part.doc_type), sl_key(part.ref_nbr)
        own_status, own_released = self._documents.get(name, ("", False))
        if "V" in (status, own_status):
            return SlState.VOIDED
        if name not in self._documents:
            return SlState.MISSING
        released = released or own_released
        if batch is None:
            # SL's clean-up of history removes old batches; a released document without one was posted long ago.
            return SlState.POSTED if released else SlState.MISSING
        if status == "P":
            return SlState.POSTED
        return SlState.RELEASED if released else SlState.UNRELEASED


def _documents_in(module: str, bat_nbrs: Sequence[str]) -> Select[Any]:
    """Select batch, type, reference, status and Rlsed of the documents of some batches, each once."""
    name, type_column, reference = _DOCUMENTS[module]
    documents = sql_table(
        name,
        column("Module", SlText(2)),
        column("BatNbr", SlText(10)),
        column(type_column, SlText(2)),
        column(reference, SlText(15)),
        column("Status", SlText(1)),
        column("Rlsed", SmallInteger),
    )
    status = documents.c.Status if module in _HAS_STATUS else literal_column("''")
    statement = (
        select(documents.c.BatNbr, documents.c[type_column], documents.c[reference], status, documents.c.Rlsed)
        .distinct()
        .where(documents.c.BatNbr.in_(bat_nbrs))
    )
    return statement.where(documents.c.Module == module) if module in _HAS_MODULE else statement

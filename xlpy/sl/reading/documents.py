"""Documents of SL batches as their rows are, read with their lines, and the hash that tells of a change."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import groupby
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, Select, Table, select

from xlpy.domain.facts.books import sl_key
from xlpy.sl.connection.rows import chunks, lowered_rows
from xlpy.sl.screens.entries import ENTRIES, DocumentName

if TYPE_CHECKING:
    from xlpy.sl.connection.engine import SlCompany


# Columns that change without the document changing: row version, identity, and the trace of a save by a screen.
_VOLATILE = frozenset({"tstamp", "recordid", "lupd_datetime", "lupd_prog", "lupd_user"})


_FETCH = 1000


@dataclass(frozen=True, slots=True)
class ReadDocument:
    """A document's own row (empty when its module has none) and its lines in LineNbr's order.

    Columns are keyed by lower-case name.
    """

    name: DocumentName
    row: Mapping[str, Any]
    lines: Sequence[Mapping[str, Any]]

    @property
    def rows_hash(self) -> str:
        """SHA-256 (hex) of everything in its rows that a user could have changed."""
        rows = (self.row, *self.lines) if self.row else self.lines
        return hashlib.sha256(b"".join(map(_hashed, rows))).hexdigest()


def _hashed(row: Mapping[str, Any]) -> bytes:
    """Return what is hashed of a row: ``name=value`` of every column but the volatile ones, in the order of names."""
    names, pattern = _hashed_columns(tuple(row))
    # What SQL Server and SQLite have no text for, an empty date among them, counts as an empty one.
    return (pattern % tuple(["" if (value := row[name]) is None else value for name in names])).encode()


@lru_cache
def _hashed_columns(columns: tuple[str, ...]) -> tuple[list[str], str]:
    """Return the columns that are hashed, and the pattern that their values are put into."""
    names = sorted(set(columns) - _VOLATILE)
    escaped = (name.replace("%", "%%") for name in names)
    return names, "".join(f"{name}=%s\x1f" for name in escaped) + "\x1e"


def read_documents(
    connection: Connection, company: SlCompany, bat_nbr: str, module: str = "AR", *, hint: str = ""
) -> Iterator[ReadDocument]:
    """Yield the documents of an SL batch with their lines, one at a time: a batch can have 30,000 lines.

    Take all of them before the connection is used for anything else (one open cursor per connection). ``hint``: how
    SQL Server locks what is read.
    """
    for _, document in read_documents_of(connection, company, [bat_nbr], module, hint=hint):
        yield document


def read_documents_of(
    connection: Connection, company: SlCompany, bat_nbrs: Collection[str], module: str, *, hint: str = ""
) -> Iterator[tuple[str, ReadDocument]]:
    """Yield BatNbr and document of many SL batches of a module, as ``read_documents`` does of one.

    Two statements per thousand batches: a run makes one cost journal, a batch of its own, per invoice.
    """
    entry = ENTRIES[module]
    lines = company.catalogue.table(entry.lines)
    names = ("batnbr", "trantype", "refnbr", "linenbr", "recordid")
    order = [c for name in names for c in lines.c if c.key.lower() == name]
    for chunk in chunks(sorted(set(bat_nbrs))):
        headers: dict[tuple[str, DocumentName], Mapping[str, Any]] = {}
        if entry.header:
            table = company.catalogue.table(entry.header)
            for own in lowered_rows(connection.execute(_in_batches(table, chunk, module, hint))):
                headers[own["batnbr"], entry.name_of_header(own)] = own
        rows = connection.execute(
            _in_batches(lines, chunk, module, hint).order_by(*order), execution_options={"yield_per": _FETCH}
        )
        for key, group in groupby(lowered_rows(rows), _document_of_line):
            yield key[0], ReadDocument(key[1], headers.pop(key, {}), list(group))
        for (bat_nbr, name), row in headers.items():
            yield bat_nbr, ReadDocument(name, row, ())


def _document_of_line(row: Mapping[str, Any]) -> tuple[str, DocumentName]:
    return row["batnbr"], (sl_key(row["trantype"]), sl_key(row["refnbr"]))


def document_hashes(
    connection: Connection, company: SlCompany, bat_nbr: str, module: str = "AR"
) -> dict[DocumentName, str]:
    """Return the hash of every document of an SL batch as it is now, to compare with ``PostedPart.rows_hash``."""
    return {document.name: document.rows_hash for document in read_documents(connection, company, bat_nbr, module)}


def _in_batches(table: Table, bat_nbrs: Sequence[str], module: str, hint: str = "") -> Select[Any]:
    """Select the rows of some batches; in GLTran the batches of all modules are together."""
    statement = select(table).where(table.c.BatNbr.in_(bat_nbrs))
    statement = statement.with_hint(table, hint, "mssql") if hint else statement
    return statement.where(table.c.Module == module) if "Module" in table.c else statement

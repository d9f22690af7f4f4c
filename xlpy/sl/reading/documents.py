"""Documents of SL batches as their rows are, read with their lines, and the hash that tells of a change."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby, pairwise
from typing import TYPE_CHECKING, Any

from sqlalchemy import Column, Connection, Select, Table, select

from xlpy.domain.facts.books import sl_key
from xlpy.sl.connection.rows import chunks, lowered_rows
from xlpy.sl.screens.entries import ENTRIES, DocumentName

if TYPE_CHECKING:
    from xlpy.sl.connection.engine import SlCompany


# Columns that change without the document changing: row version, identity, and the trace of a save by a screen.
_VOLATILE = frozenset({"tstamp", "recordid", "lupd_datetime", "lupd_prog", "lupd_user"})


_FETCH = 1000
_AT_ONCE = 5_000  # documents; each piece goes through the whole batch in SL once


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
        digest = hashlib.sha256()
        if self.row:
            digest.update(_as_bytes(self.row, sorted(self.row.keys() - _VOLATILE)))
        if self.lines:
            names = sorted(self.lines[0].keys() - _VOLATILE)  # all lines are rows of one table
            for line in self.lines:
                digest.update(_as_bytes(line, names))
        return digest.hexdigest()


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

    Two statements per thousand batches (a run makes one cost journal, a batch of its own, per invoice), and where
    there are very many documents in them, two per five thousand documents: no more are held at once.
    """
    entry = ENTRIES[module]
    lines = company.catalogue.table(entry.lines)
    names = ("batnbr", "trantype", "refnbr", "linenbr", "recordid")
    order = [c for name in names for c in lines.c if c.key.lower() == name]
    table = company.catalogue.table(entry.header) if entry.header else None
    number = None if table is None else table.c[entry.header_number]
    for chunk in chunks(sorted(set(bat_nbrs))):
        bounds = (
            ()
            if table is None or number is None
            else _bounds(connection, _in_batches(table, chunk, module, hint), number)
        )
        for above, up_to in pairwise((None, *bounds, None)):
            headers: dict[tuple[str, DocumentName], Mapping[str, Any]] = {}
            if table is not None and number is not None:
                some = _between(_in_batches(table, chunk, module, hint), number, above, up_to)
                for own in lowered_rows(connection.execute(some)):
                    headers[own["batnbr"], entry.name_of_header(own)] = own
            some = _between(_in_batches(lines, chunk, module, hint), lines.c.RefNbr, above, up_to)
            rows = connection.execute(some.order_by(*order), execution_options={"yield_per": _FETCH})
            for key, group in groupby(lowered_rows(rows), _document_of_line):
                yield key[0], ReadDocument(key[1], headers.pop(key, {}), list(group))
            for (bat_nbr, name), row in headers.items():
                yield bat_nbr, ReadDocument(name, row, ())


def _bounds(connection: Connection, headers: Select[Any], number: Column[Any]) -> tuple[str, ...]:
    """Return numbers that cut documents into pieces of at most five thousand, so that no more are held at once.

    They are SL's own numbers in SL's own order: every row, of a header or a line, is in exactly one piece.
    """
    numbers = connection.scalars(headers.with_only_columns(number).order_by(number)).all()
    return tuple(dict.fromkeys(numbers[_AT_ONCE::_AT_ONCE]))


def _between(statement: Select[Any], number: Column[Any], above: str | None, up_to: str | None) -> Select[Any]:
    if above is not None:
        statement = statement.where(number > above)
    return statement if up_to is None else statement.where(number <= up_to)


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


def _as_bytes(row: Mapping[str, Any], names: Sequence[str]) -> bytes:
    """Write a row for its hash: ``name=value`` of each column, no value as nothing, and an end."""
    texts = [f"{name}={'' if (value := row[name]) is None else value}\x1f" for name in names]
    return f"{''.join(texts)}\x1e".encode()

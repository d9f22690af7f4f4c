"""Numbers that SL gives: batch numbers from the set-up row, and which reference numbers are free.

Everything here runs inside the writing transaction, after the set-up row is locked: two writers (we, or a screen of
SL) can't take the same number.
"""

from __future__ import annotations

import logging
from collections.abc import Collection, Iterator, Mapping
from itertools import islice
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, select, update

from xlpy.domain.facts.books import ReferenceUse, sl_key
from xlpy.errors import PostingRefused
from xlpy.sl.connection import tsql
from xlpy.sl.connection.rows import chunks, lowered
from xlpy.sl.screens.numbered import NumberedModule, NumberedReference

if TYPE_CHECKING:
    from xlpy.sl.connection.engine import SlCompany

logger = logging.getLogger(__name__)

_LOOK_AHEAD = 50  # candidates asked about in one statement
_LEAST_WIDTH = 3  # of a document number that SL counts up


def lock_setup_row(connection: Connection, company: SlCompany, numbers: NumberedModule) -> dict[str, Any]:
    """Lock a module's set-up row until the transaction ends and return it, keyed by lower-case column name.

    This must be the first statement of a writing transaction: every other reading then is of the same moment.
    Raises ``PostingRefused`` when the module is not set up.
    """
    table = company.catalogue.table(numbers.setup_table)
    statement = select(table).with_hint(table, tsql.LOCK_ROW, "mssql").where(table.c.SetupId == numbers.module)
    row = connection.execute(statement).mappings().first()
    if row is None or not row[table.c.Init]:
        raise PostingRefused(
            f"Module {numbers.module} is not set up in this SL database.", fix=f"Set it up in {numbers.screen}."
        )
    return lowered(row)


def free_batch_numbers(
    connection: Connection, company: SlCompany, numbers: NumberedModule, last: str, count: int
) -> list[str]:
    """Return the next ``count`` free batch numbers after ``last`` (the set-up row's LastBatNbr), in order.

    As SL does: the number has the width of LastBatNbr, goes back to 1 after all nines, and is taken only when no Batch
    row of the module has it (SL: ARAutoBatchNbr). A number under which some table has rows though there is no Batch
    row (left behind by a deletion or a repair) is skipped, too: its rows would become part of our batch. The counter
    moves past it. Raises ``PostingRefused`` when LastBatNbr is no number, or all are used up.
    """
    found: list[str] = []
    candidates = _after(last, numbers)
    while len(found) < count:
        some = list(islice(candidates, max(count - len(found), _LOOK_AHEAD)))
        if not some:
            raise PostingRefused(f"All batch numbers of module {numbers.module} are used up in SL.")
        taken = taken_batch_numbers(connection, company, numbers, some)
        for candidate in some:
            if len(found) == count:
                break
            if candidate not in taken:
                found.append(candidate)
            elif taken[candidate]:
                logger.warning(
                    "Batch number %s of module %s was skipped: %s has rows of that number, but there is no such batch",
                    candidate,
                    numbers.module,
                    taken[candidate],
                )
    return found


def last_batch_number(connection: Connection, company: SlCompany, numbers: NumberedModule) -> str | None:
    """Return the last batch number that a module gave, as it is; None when it is not set up. Locks nothing."""
    table = company.catalogue.table(numbers.setup_table)
    statement = select(table.c.LastBatNbr).where(table.c.SetupId == numbers.module, table.c.Init != 0)
    row = connection.execute(statement).first()
    return None if row is None else str(row[0] or "").strip()


def next_batch_numbers(last: str, numbers: NumberedModule, count: int) -> list[str]:
    """Return the ``count`` numbers that SL would try after ``last``. Raises ``PostingRefused`` as above."""
    return list(islice(_after(last, numbers), count))


def taken_batch_numbers(
    connection: Connection, company: SlCompany, numbers: NumberedModule, candidates: Collection[str]
) -> dict[str, str]:
    """Return which of these batch numbers can't be given: "" for a batch, else the table that has stray rows of it."""
    taken: dict[str, str] = {}
    for name in (*numbers.rows_in, "Batch"):  # a batch is no stray, whatever rows it has
        table = company.catalogue.table(name)
        by_key = {column.key.lower(): column for column in table.c}
        number = by_key["batnbr"]
        for chunk in chunks(candidates):
            statement = select(number).where(number.in_(chunk)).distinct()
            if "module" in by_key:
                statement = statement.where(by_key["module"] == numbers.module)
            taken |= dict.fromkeys(connection.scalars(statement), "" if name == "Batch" else name)
    return taken


def free_references(
    connection: Connection, company: SlCompany, counter: NumberedReference, last: str, count: int
) -> list[str]:
    """Return the next ``count`` free document numbers after ``last`` (the set-up row's counter), in order.

    As SL does (SL: DMG_PR_Auto_RefNbr_NextNum; for transfers by analogy, unverified): as wide as the counter and at
    least 3; a counter that is no number starts at 1, and so does one that is full. A number counts as used when a
    document or a reservation has it. Raises ``PostingRefused`` when all are used up.
    """
    width = max(len(last.rstrip()), _LEAST_WIDTH)
    start = int(last) if last.isascii() and last.isdigit() else 0
    found: list[str] = []
    candidates = _counted(start, width)
    while len(found) < count:
        some = list(islice(candidates, max(count - len(found), _LOOK_AHEAD)))
        if not some:
            raise PostingRefused(f"All document numbers of {counter.column} are used up in SL.")
        taken = _taken_numbers(connection, company, counter, some)
        found += [candidate for candidate in some if candidate not in taken]
    return found[:count]


def store_counters(
    connection: Connection, company: SlCompany, numbers: NumberedModule, counters: Mapping[str, str]
) -> None:
    """Store the last numbers *used* (column → number) in the set-up row, which is locked already."""
    table = company.catalogue.table(numbers.setup_table)
    statement = update(table).where(table.c.SetupId == numbers.module)
    connection.execute(statement.values({table.c[column]: number for column, number in counters.items()}))


def _taken_numbers(
    connection: Connection, company: SlCompany, counter: NumberedReference, numbers: Collection[str]
) -> set[str]:
    taken: set[str] = set()
    for table_name, column in counter.used_in:
        table = company.catalogue.table(table_name)
        for chunk in chunks(numbers):
            statement = select(table.c[column]).where(table.c[column].in_(chunk))
            if counter.of_company:
                statement = statement.where(table.c.CpnyID == company.cpny_id)
            taken.update(connection.scalars(statement))
    return taken


def _after(last: str, numbers: NumberedModule) -> Iterator[str]:
    if not (last.isascii() and last.isdigit()):
        raise PostingRefused(
            f"The last batch number of module {numbers.module} in SL is {last!r}, not a number.",
            fix=f"Correct it in {numbers.screen}.",
        )
    yield from _counted(int(last), len(last))


def _counted(last: int, width: int) -> Iterator[str]:
    """Count on from ``last`` in ``width`` digits, back to 1 after all nines, once round."""
    highest = 10**width - 1
    for step in range(highest):
        yield f"{(last + step) % highest + 1:0{width}}"


def read_reference_uses(
    connection: Connection, company: SlCompany, references: Collection[str]
) -> dict[str, tuple[ReferenceUse, ...]]:
    """Tell who uses reference numbers in AR, keyed by ``sl_key``: documents of any type, customer and company, and
    reservations without any document (``doc_type`` empty). SL's release needs them unique over all of these.
    """  # noqa: D205
    documents, reserved = company.catalogue.table("ARDoc"), company.catalogue.table("RefNbr")
    names = ("RefNbr", "DocType", "CustId", "CpnyID", "BatNbr", "DocClass", "Rlsed")
    columns = [documents.c[name] for name in names]
    uses: dict[str, list[ReferenceUse]] = {}
    for chunk in chunks(sorted(set(references))):
        for row in connection.execute(select(*columns).where(columns[0].in_(chunk))):
            use = ReferenceUse(row[0], row[1], row[2], row[3], row[4], row[5], bool(row[6]))
            uses.setdefault(sl_key(use.ref_nbr), []).append(use)
        number = reserved.c.RefNbr
        for ref_nbr in connection.scalars(select(number).where(number.in_(chunk))).all():
            if all(use.doc_class == "P" for use in uses.get(sl_key(ref_nbr), ())):
                uses.setdefault(sl_key(ref_nbr), []).append(ReferenceUse(ref_nbr, "", "", "", ""))
    return {key: tuple(some) for key, some in uses.items()}

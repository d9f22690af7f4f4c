"""Looked at before the first of a run's transactions: whether SL has every table and column that the run fills.

Each kind is written and committed by itself. What a later kind lacks must not show only when an earlier one is in SL.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from itertools import chain
from typing import TYPE_CHECKING

from xlpy.domain.documents.gl import GlBatch
from xlpy.domain.documents.plan import Plan
from xlpy.domain.values.transactions import BATCH_WORDS
from xlpy.errors import PostingRefused, SlError
from xlpy.sl.screens.entries import ENTRIES, Placed, SlBatch, SlDocument
from xlpy.sl.screens.entry_rows import EntryStamp, Values
from xlpy.sl.writing.units import documents_of, sl_batches_of

if TYPE_CHECKING:
    from xlpy.sl.connection.engine import SlCompany

_MASTERS = {"customers": ("Customer", "SOAddress", "AR_Balances"), "vendors": ("Vendor",)}
_ITEMS = ("Inventory", "InventoryADG", "INUnit")
_BINS = ("Location", "QtyAllocIN", "QtyAvail")  # entering inventory documents takes out of these
_NUMBER = "1"  # stands for the numbers that SL gives: only the names of the columns matter


def refuse_unwritable(
    company: SlCompany, plan: Plan, *, record_id_column: str = "", user_columns: Mapping[str, str] | None = None
) -> None:
    """Raise ``PostingRefused`` naming the tables and columns that documents of ``plan`` need and SL does not have.

    Of each SL batch one document of each type is asked for its rows; nothing is read or written.
    """
    lacking: dict[str, str] = {}
    for table, columns, words in _needed(company, plan, record_id_column, user_columns or {}):
        try:
            company.catalogue.require(table, *columns)
        except SlError as error:
            lacking.setdefault(error.text, words)
    if lacking:
        told = " ".join(f"{text} It is needed for {words}." for text, words in lacking.items())
        raise PostingRefused(
            told,
            fix="Have the database administrator look at the SL company database, or clear Include on those rows.",
        )


def _needed(
    company: SlCompany, plan: Plan, record_id_column: str, user_columns: Mapping[str, str]
) -> Iterator[tuple[str, tuple[str, ...], str]]:
    """Yield tables with their columns, and which transactions need them."""
    stamp = EntryStamp(
        cpny_id=company.cpny_id,
        base_currency="",
        ledger_id="",
        gl_post_opt="",
        per_ent="",
        sl_user=company.sl_user,
        now=datetime(1900, 1, 1),  # noqa: DTZ001 (local time, as SL keeps it)
        record_id_column=record_id_column,
        user_columns=user_columns,
    )
    for batch in sl_batches_of(plan):
        entry = ENTRIES[batch.module]
        for number, document in enumerate(_one_of_each_type(batch)):
            placed = Placed(document, number + 1, entry.own_reference(document) or _NUMBER)
            words = BATCH_WORDS[entry.transactions(document)[0].kind]
            yield "Batch", _names([entry.batch_row(batch, [document], _NUMBER, stamp)]), words
            yield entry.numbers.setup_table, ("LastBatNbr",), words
            yield entry.lines, _names(entry.line_rows(batch, placed, _NUMBER, stamp)), words
            if entry.header:
                yield entry.header, _names(entry.header_rows(batch, placed, _NUMBER, stamp)), words
            if entry.reservation:
                yield entry.reservation, _names(entry.reservation_rows(placed, frozenset())), words
            if batch.module == "IN":
                yield _BINS[0], _BINS[1:], words
    masters = (("customers", plan.ar.customers), ("vendors", plan.ap.vendors))
    for words, new in masters:
        if new:
            yield from ((table, (), f"new {words}") for table in _MASTERS[words])
    if plan.inventory.items:
        yield from ((table, (), "new products") for table in _ITEMS)


def _one_of_each_type(batch: SlBatch) -> list[SlDocument]:
    """Return the first document of each type, and of journals the first."""
    documents = documents_of(batch)
    if isinstance(batch, GlBatch):
        return list(documents[:1])
    entry = ENTRIES[batch.module]
    return list({entry.doc_type(document): document for document in reversed(documents)}.values())


def _names(rows: Iterable[Values]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(chain.from_iterable(rows)))

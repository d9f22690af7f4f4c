"""Journals of screen 01010: their two-sided lines, their period, and how they are put into SL batches."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal

from xlpy.domain.documents.ap import GlBatch, GlJournal, GlLine
from xlpy.domain.documents.plan import PlanOptions
from xlpy.domain.documents.sl_batches import MOST_DOCUMENTS, MOST_GL_LINES
from xlpy.domain.facts.books import GlSetup
from xlpy.domain.mapping.accounts import Resolved
from xlpy.domain.mapping.dates import DocumentDates
from xlpy.domain.values.money import ZERO
from xlpy.domain.values.rules import PostingRules
from xlpy.domain.values.transactions import BATCH_SUFFIX, Kind
from xlpy.domain.values.widths import Widths

COST = "cost"  # the part of a transaction that its cost journal is
DOCUMENT = "document"
ONE_PER_RUN = "run"
_KIND_ORDER = {kind: number for number, kind in enumerate(Kind)}


@dataclass(frozen=True, slots=True)
class GlPeriods:
    """The periods of General Ledger, whose set-up has no current period apart from its PerNbr."""

    per_nbr: str
    curr_per_nbr: str = ""


def journal_dates(gl: GlSetup, rule: str) -> DocumentDates:
    """Return the periods of journals that stand by themselves: only General Ledger's own period can be closed."""
    return DocumentDates(gl, GlPeriods(gl.per_nbr), rule, "GL")


def two_sided(
    debit: Resolved,
    credit: Resolved,
    amount: Decimal,
    descr: str,
    *,
    ref_nbr: str = "",
    ext_ref_nbr: str = "",
    party: str = "",
    quantity: Decimal = ZERO,
) -> tuple[GlLine, GlLine]:
    """Return a debit and a credit of ``amount`` (base currency). A negative amount changes the sides.

    Both amounts are never negative (SL: Journal Transactions; the release compares only the sums).
    """
    if amount < 0:
        debit, credit, amount = credit, debit, -amount
    return (
        GlLine(debit.acct, debit.sub, amount, ZERO, descr, ref_nbr, ext_ref_nbr, party, quantity),
        GlLine(credit.acct, credit.sub, ZERO, amount, descr, ref_nbr, ext_ref_nbr, party, quantity),
    )


def gl_batches_of(
    journals: Sequence[tuple[str, GlJournal]],
    options: PlanOptions,
    posting: PostingRules,
    widths: Widths,
    *,
    first_number: int = 1,
) -> tuple[GlBatch, ...]:
    """Put (period, journal) pairs into SL batches, numbered within the plan from ``first_number``.

    One batch per journal, as the manual does it. With the setting ``cost_journals = "run"`` the cost journals of a
    run are one batch per period, split like the batches of invoices. Journals of two kinds never share a batch,
    since each kind is written in a transaction of its own. Ordered by kind, period, date and reference.
    """
    piles: list[tuple[Kind, str, list[GlJournal]]] = []
    open_piles: dict[tuple[Kind, str], list[GlJournal]] = {}
    for period, journal in sorted(journals, key=_order):
        kind = journal.transactions[0].kind
        if journal.part != COST or posting.cost_journals != ONE_PER_RUN:
            piles.append((kind, period, [journal]))
        elif (kind, period) in open_piles:
            open_piles[kind, period].append(journal)
        else:
            pile = open_piles[kind, period] = [journal]
            piles.append((kind, period, pile))
    batches: list[GlBatch] = []
    for kind, period, pile in piles:
        name = f"{options.batch_identifier}{BATCH_SUFFIX[kind]}"
        for part in _parts(pile):
            text = name if len(part) > 1 else f"{name} {part[0].descr}"
            descr = widths.fit(text, "Batch", "Descr").text
            day = max(journal.journal_date for journal in part)
            batches.append(GlBatch(first_number + len(batches), period, day, descr, tuple(part)))
    return tuple(batches)


def _order(entry: tuple[str, GlJournal]) -> tuple[int, str, object, str, object]:
    period, journal = entry
    first = journal.transactions[0]
    reference = journal.lines[0].ref_nbr if journal.lines else ""
    return _KIND_ORDER[first.kind], period, journal.journal_date, reference, first


def _parts(journals: list[GlJournal]) -> Iterable[list[GlJournal]]:
    part: list[GlJournal] = []
    lines = 0
    for journal in journals:
        if part and (len(part) == MOST_DOCUMENTS or lines + len(journal.lines) > MOST_GL_LINES):
            yield part
            part, lines = [], 0
        part.append(journal)
        lines += len(journal.lines)
    if part:
        yield part

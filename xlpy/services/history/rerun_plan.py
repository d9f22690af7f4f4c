"""The plan of a rerun: a Manage batch read again, planned as a new run would, and compared with ledger and SL.

Writes nothing. ``rerun`` writes exactly what is planned here. Source: Manage API: rerun.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from xlpy.domain.afterwards.rerun import (
    NEEDS_AGAIN,
    RerunRow,
    closed_note,
    foreign_problem,
    gone_from_batch_note,
    is_foreign,
    is_of_another_receipt,
    location_note,
    message_of,
    not_inside_problem,
    proposed,
    rerun_state,
    taken,
    unnamed_problem,
)
from xlpy.domain.afterwards.rerun_rows import Row
from xlpy.domain.documents.plan import InvoiceDetail, Plan, PlannedTransaction
from xlpy.domain.facts.manage import UnpostedInvoice
from xlpy.domain.facts.manage_expenses import ExportedExpenses, UnpostedExpense
from xlpy.domain.facts.manage_procurement import ExportedProcurement
from xlpy.domain.mapping.signs import lines_hash
from xlpy.domain.mapping.signs_confirmed import sign_problems
from xlpy.domain.planning.masters_not_given import masters_not_given
from xlpy.domain.planning.row_checks import foreign_problems, number_of_row
from xlpy.domain.values.money import ZERO
from xlpy.domain.values.problems import Problem
from xlpy.domain.values.statuses import Include, RerunState
from xlpy.domain.values.transactions import Kind, Posting, TransactionKey
from xlpy.errors import SettingsError
from xlpy.services.history.rerun_read import BatchRead, included_of, planned_of, read_batch, the_batch
from xlpy.services.run.half_done import some_of
from xlpy.services.run.reports import Marked
from xlpy.services.run.session import Session

if TYPE_CHECKING:
    from xlpy.manage.batches import AccountingBatch

logger = logging.getLogger(__name__)

ALL = "all"


@dataclass(frozen=True, slots=True)
class RerunMarks:
    """What the user chose. ``chosen`` None: what the first look proposes (all that is missing).

    ``again`` and ``skip``: record ids, ``invoice:4417`` or numbers, on top of that; ``again`` may be ``all``.
    """

    chosen: tuple[Marked, ...] | None = None
    again: tuple[str, ...] = ()
    skip: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class RerunPlan:
    """A batch with the state of each of its documents, and the plan of those that are included.

    ``inside``: how many GL entries Manage's batch has; ``detail`` and ``period`` as they were asked for.
    """

    batch: AccountingBatch
    rows: tuple[RerunRow, ...]
    plan: Plan
    inside: int
    detail: str
    period: str

    @property
    def marks(self) -> tuple[Marked, ...]:
        """The marks in force, proposed ones too."""
        return tuple(Marked(row.key, row.include is Include.AGAIN) for row in self.rows if row.include)

    @property
    def text(self) -> str:
        """What is there and what would be posted, in one sentence or two."""
        counts = {state: sum(row.state is state for row in self.rows) for state in RerunState}
        told = ", ".join(f"{count} {str(state).lower()}" for state, count in counts.items() if count)
        found = f"Batch {self.batch.identifier}: {told or 'nothing is in it'}."
        stops = len(self.plan.stops)
        if stops:
            return f"{found} {stops} problem{'s' if stops != 1 else ''} must be solved first: see the Mapping check."
        going = len(self.plan.transactions)
        waiting = sum(row.state in NEEDS_AGAIN and not row.include for row in self.rows)
        hint = f" Again under Include posts anew what is voided, deleted or cleared ({waiting})." if waiting else ""
        return f"{found} {f'{going} would be posted.' if going else 'Nothing is to be posted.'}{hint}"


def plan_rerun(
    session: Session,
    identifier: str,
    *,
    detail: str = "Default",
    period: str = "By document date",
    marks: RerunMarks | None = None,
) -> RerunPlan:
    """Read a Manage batch again, say what became of each document in SL, and plan what is included of the rest.

    Raises ``BatchNotThere``, ``BatchNotOurs``, ``SettingsError`` for a mark that names nothing, ``ManageError`` and
    ``SlError`` when one can't be read. Changes nothing.
    """
    batch = the_batch(session, identifier)
    read = read_batch(session, batch, detail, period)
    everything = [Marked(key, again=True) for key, _ in read.found.rows]
    look = _with_other_details(session, read, planned_of(read, everything))
    rows = _marked(tuple(_states(read, look)), marks or RerunMarks())
    chosen = [Marked(row.key, row.include is Include.AGAIN) for row in rows if taken(row.state, row.include)]
    plan = planned_of(read, chosen)
    keys = {mark.key for mark in chosen}
    missing = masters_not_given(read.masters, read.export.invoices, read.export.expenses, read.export.procurement, keys)
    # The rows of a rerun are made of the export, so its headers alone confirm its signs.
    going = [invoice for invoice in read.export.invoices if TransactionKey(Kind.INVOICE, str(invoice.id)) in keys]
    signs = sign_problems(going, ExportedExpenses(), ExportedProcurement(), ((), (), ()))
    told = [problem for problem in read.told if problem.transaction_id in {str(key) for key in keys}]
    around = (*_around(read, rows, chosen, plan), *((*told, *missing, *signs) if chosen else ()))
    plan = replace(plan, problems=(*around, *plan.problems))
    logger.info("Batch %s read again: %d documents, %d to be posted", batch.identifier, len(rows), len(chosen))
    return RerunPlan(batch, rows, plan, len(read.entries), detail, period)


def _codes(plan: Plan) -> dict[str, set[str]]:
    codes: dict[str, set[str]] = {}
    for problem in plan.problems:
        codes.setdefault(problem.transaction_id, set()).add(problem.code)
    return codes


def _with_other_details(session: Session, read: BatchRead, look: Plan) -> Plan:
    """Look again at invoices with other lines than posted: another *Invoice detail* may have been chosen then.

    The ledger does not keep the level. An invoice whose lines are those posted at another level has not changed.
    """
    codes = _codes(look)
    changed = {key for key in read.postings if "CHANGED-AFTER" in codes.get(str(key), ()) and key.kind is Kind.INVOICE}
    same: dict[TransactionKey, Posting] = {}
    for level in InvoiceDetail if changed else ():
        if level is read.options.detail or not changed - same.keys():
            continue
        now = {invoice.id: lines_hash(invoice) for invoice in read.export.invoices}
        for invoice in session.manage.export_batch(read.batch, detail=str(level)).invoices:
            key = TransactionKey(Kind.INVOICE, str(invoice.id))
            if key in changed and read.postings[key].lines_hash == lines_hash(invoice):
                same[key] = replace(read.postings[key], lines_hash=now[invoice.id])
    if not same:
        return look
    read.postings = {**read.postings, **same}
    read.books = replace(read.books, postings={**read.books.postings, **same})
    return planned_of(read, [Marked(key, again=True) for key, _ in read.found.rows])


def _states(read: BatchRead, look: Plan) -> Iterable[RerunRow]:
    planned = {transaction.key: transaction for transaction in look.transactions}
    codes = _codes(look)
    for key, row in read.found.rows:
        of_row = codes.get(str(key), ())
        posting = None if is_of_another_receipt(of_row) else read.postings.get(key)
        yield _row(key, row, rerun_state(posting, of_row), posting, planned.get(key))
    for key, number in read.found.missing:
        state = RerunState.NOT_EXPORTED
        yield RerunRow(key, state, message_of(state, None), number, "", None, ZERO, "")


def _row(
    key: TransactionKey, row: Row, state: RerunState, posting: Posting | None, planned: PlannedTransaction | None
) -> RerunRow:
    part = posting.parts[0] if posting and posting.parts else None
    if isinstance(row, UnpostedInvoice):
        company, day = row.company.name, row.invoice_date
    elif isinstance(row, UnpostedExpense):
        company, day = row.member.name or row.member.identifier, row.expense_date
    else:
        company, day = row.vendor.name, row.document_date
    known = planned or posting
    return RerunRow(
        key=key,
        state=state,
        message=message_of(state, posting),
        number=(planned.number if planned else "") or number_of_row(row),
        company=(planned.company if planned else "") or company,
        day=planned.document_date if planned else day,
        total=known.amount if known else row.total,
        currency=(known.currency if known else "") or row.currency,
        sl_batch=f"{part.module} {part.bat_nbr}" if part else "",
        doc_type=part.doc_type if part else "",
        reference=part.ref_nbr if part else "",
        state_in_sl=" / ".join(dict.fromkeys(str(each.state) for each in posting.parts)) if posting else "",
    )


def _marked(rows: tuple[RerunRow, ...], marks: RerunMarks) -> tuple[RerunRow, ...]:
    """Put the marks on the rows. Raises ``SettingsError`` for a name that the batch does not have."""
    include = {row.key: proposed(row.state) for row in rows}
    if marks.chosen is not None:
        chosen = {mark.key: Include.AGAIN if mark.again else Include.YES for mark in marks.chosen}
        include = {row.key: chosen.get(row.key, Include.NO) for row in rows}
    everything = any(name.casefold() == ALL for name in marks.again)
    include |= {row.key: Include.AGAIN for row in rows if everything and row.state in NEEDS_AGAIN}
    for names, mark in ((marks.again, Include.AGAIN), (marks.skip, Include.NO)):
        for name in names:
            if name.casefold() != ALL:
                include |= dict.fromkeys(_named(rows, name), mark)
    return tuple(replace(row, include=include[row.key]) for row in rows)


def _named(rows: Iterable[RerunRow], name: str) -> list[TransactionKey]:
    every = list(rows)
    tellers: tuple[Callable[[RerunRow], str], ...] = (
        lambda row: str(row.key),
        lambda row: row.key.record_id,
        lambda row: row.number,
    )
    for told in tellers:
        found = [row.key for row in every if told(row).casefold() == name.strip().casefold()]
        if found:
            return found
    raise SettingsError(f"The batch has no document {name!r}.", fix="Use an Id or a number of the sheet Rerun.")


def _around(read: BatchRead, rows: Sequence[RerunRow], chosen: Collection[Marked], plan: Plan) -> Iterable[Problem]:
    """Yield what the planners do not know of: the batch as a whole, and what closing the rows with it rests on."""
    inside = {entry.id for entry in read.entries}
    name = read.batch.identifier
    _, expenses, procurement = included_of(read.found.rows, [Marked(key) for key, _ in read.found.rows])
    yield from foreign_problems(expenses, procurement, read.export.expenses, read.export.procurement)
    yield from (unnamed_problem(each) for each in read.found.unnamed)
    for transaction in plan.transactions:
        if not inside.issuperset(transaction.entry_ids):
            yield not_inside_problem(transaction.number, transaction.key, name)
    wanted = {mark.key for mark in chosen}
    told = {problem.transaction_id for problem in plan.stops if is_foreign(problem.code)}
    for row in rows:
        if row.state is RerunState.FOREIGN and row.key in wanted and str(row.key) not in told:
            yield foreign_problem(row.number, row.key)
    if read.batch.closed:
        yield closed_note(name)
    if read.rules.locations and read.batch.kinds != {Kind.INVOICE} and chosen:
        yield location_note(name)
    if read.gone:
        yield gone_from_batch_note(some_of(read.gone))

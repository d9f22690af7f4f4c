"""Check mappings and Preview: export the marked transactions, read both systems, build the plan. Writes nothing."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from typing import TYPE_CHECKING

from xlpy.collecting import collecting_paused
from xlpy.domain.documents.plan import InvoiceDetail, Plan, PlanOptions
from xlpy.domain.facts.batch_entries import BatchContents, Inside
from xlpy.domain.mapping.currency_known import RowsOf, with_currencies
from xlpy.domain.mapping.signs_confirmed import sign_problems
from xlpy.domain.planning.makers.ap_receipts import receipts_to_look_up
from xlpy.domain.planning.makers.request import IncludedRow, PlanRequest
from xlpy.domain.planning.masters_not_given import masters_not_given
from xlpy.domain.planning.needs import needs_of
from xlpy.domain.planning.planner import build_plan
from xlpy.domain.planning.row_checks import foreign_problems, number_of_row, row_problems
from xlpy.domain.planning.run_checks import (
    LONGEST_TYPED,
    batch_name_problems,
    exported_already,
    exported_note,
    gone_problem,
    name_taken_problem,
)
from xlpy.domain.values.problems import Problem
from xlpy.domain.values.transactions import BATCH_SUFFIX, Kind, Posting, TransactionKey
from xlpy.errors import SettingsError
from xlpy.services.export.exporting import UnpostedRow, export_marked
from xlpy.services.run.memory import Refreshed, recall_refresh
from xlpy.services.run.reports import Selection
from xlpy.services.run.session import Session

if TYPE_CHECKING:
    from xlpy.manage.client import ManageClient

logger = logging.getLogger(__name__)

MOST_PROPOSALS = 99


@dataclass(frozen=True, slots=True)
class Asked:
    """What a plan is made of: ``request`` decides it; ``around``: problems that stand beside those of the planner.

    ``only``: there is nothing else to say of what is marked.
    """

    request: PlanRequest
    around: tuple[Problem, ...] = ()
    only: bool = False

    def planned(self) -> Plan:
        """Build the plan. The same every time; no I/O."""
        plan = build_plan(self.request)
        if self.only:
            return replace(plan, problems=self.around)
        return replace(plan, problems=(*self.around, *plan.problems)) if self.around else plan


@collecting_paused()
def make_plan(session: Session, selection: Selection) -> Plan:
    """Build the plan of what is marked, with every problem of it. Reads Manage and SL, changes nothing.

    Raises ``ManageError``/``SlError`` when one of them can't be read, ``SettingsError`` for rules that can't be used.
    """
    asked = read_for_plan(session, selection)
    plan = asked.planned()
    if not asked.only:
        logger.info(
            "Planned %d of %d marked transactions: %d problems, %d of them stops",
            len(plan.transactions),
            len(selection.marked),
            len(plan.problems),
            len(plan.stops),
        )
    return plan


def read_for_plan(session: Session, selection: Selection) -> Asked:
    """Export what is marked and read both systems: all that its plan is made of. Raises as ``make_plan``."""
    from xlpy.sl.ledger_book.ledger import check_ledger, read_postings
    from xlpy.sl.reading.books import read_books

    own = session.rules
    manage = session.manage
    options = plan_options(session, selection)
    marked = export_marked(session, selection.marked, options)
    session.progress("Reading the masters of Manage", 0, 0)
    invoices = [row for _, row in marked.invoices]
    masters = manage.read_masters(
        marked.exported_invoices,
        [number for row in invoices for number in (row.company.id, row.bill_to.id)],
        expenses=marked.exported_expenses,
        procurement=marked.exported_procurement,
    )
    given = with_currencies(
        marked.exported_invoices,
        marked.exported_expenses,
        marked.exported_procurement,
        RowsOf(invoices, [row for _, row in marked.expenses], [row for _, row in marked.procurement]),
        masters,
    )
    marked = replace(
        marked,
        exported_invoices=given.invoices,
        exported_expenses=given.expenses,
        exported_procurement=given.procurement,
    )
    included = tuple(IncludedRow(mark.key, mark.again, row, mark.period, mark.hold) for mark, row in marked.invoices)
    expenses = tuple(IncludedRow(mark.key, mark.again, row, mark.period, mark.hold) for mark, row in marked.expenses)
    procurement = tuple(
        IncludedRow(mark.key, mark.again, row, mark.period, mark.hold) for mark, row in marked.procurement
    )
    session.progress("Reading SL", 0, 0)
    rules = session.profile.posting
    needs = needs_of(
        included,
        expenses,
        procurement,
        marked.exported_invoices,
        marked.exported_expenses,
        marked.exported_procurement,
        masters,
        rules,
        own,
    )
    with session.sl.engine.connect() as connection:
        check_ledger(connection)
        postings = read_postings(connection, manage.host, manage.company, [key for key, _ in marked.rows])
        before = read_postings(connection, manage.host, manage.company, [mark.key for mark in marked.gone])
        books = read_books(connection, session.sl, needs, postings=postings)
    session.progress("Checking", 0, len(marked.rows))
    request = PlanRequest(
        manage_host=manage.host,
        manage_company=manage.company,
        cpny_id=session.profile.sl.company,
        options=options,
        masters=masters,
        books=books,
        posting=rules,
        master_rules=session.profile.masters,
        invoices=included,
        expenses=expenses,
        procurement=procurement,
        exported_invoices=marked.exported_invoices,
        exported_expenses=marked.exported_expenses,
        exported_procurement=marked.exported_procurement,
        rules=own,
    )
    request = replace(request, still_batched=still_batched(manage, receipts_to_look_up(request)))
    seen = recall_refresh(session.profile, session.workbook)
    done = exported_already(before.values())
    told = (exported_note(before[key] for key in done),) if done else ()
    gone = [mark for mark in marked.gone if mark.key not in done]
    if told and not gone and not marked.rows:
        return Asked(request, told, only=True)  # there is nothing else to say of what is done
    around = (
        *problems_of_the_name(manage, options),
        *told,
        *(gone_problem(mark.key, number_of_row(seen_row(seen, mark.key))) for mark in gone),
        *(problem for key, row in marked.rows for problem in row_problems(key, row, seen_row(seen, key), options)),
        *foreign_problems(expenses, procurement, marked.exported_expenses, marked.exported_procurement),
        *given.problems,
        *sign_problems(
            marked.exported_invoices,
            marked.exported_expenses,
            marked.exported_procurement,
            (invoices, [row for _, row in marked.expenses], [row for _, row in marked.procurement]),
        ),
        *masters_not_given(masters, marked.exported_invoices, marked.exported_expenses, marked.exported_procurement),
    )
    return Asked(request, around)


def batch_name(options: PlanOptions, kind: Kind) -> str:
    """Name of the Manage batch of one kind: the identifier with ``-I``, ``-E`` or ``-P``."""
    return f"{options.batch_identifier}{BATCH_SUFFIX[kind]}"


def free_batch_identifier(manage: ManageClient, identifier: str) -> str:
    """Return ``identifier``, or it with ``-1``, ``-2`` …, so that no Manage batch of any kind of it exists yet."""
    return next(
        candidate
        for candidate in _candidates(identifier)
        if all(manage.find_batch(candidate + suffix) is None for suffix in BATCH_SUFFIX.values())
    )


def _candidates(identifier: str) -> Iterator[str]:
    from xlpy.manage.batches import identifiers_like

    yield from islice(identifiers_like(identifier, LONGEST_TYPED), MOST_PROPOSALS)
    raise SettingsError(f"The batch identifier {identifier!r} is used up.", fix="Type another one on Home.")


def plan_options(session: Session, selection: Selection) -> PlanOptions:
    """Turn the inputs of Home into what the plan keeps. Raises ``SettingsError`` for a location Manage lacks."""
    location_id = 0
    if selection.location:
        by_name = {name: key for key, name in session.manage.locations().items()}
        if selection.location not in by_name:
            raise SettingsError(
                f"Manage has no location {selection.location!r}.",
                fix="Choose one of the list on Home, or All locations.",
            )
        location_id = by_name[selection.location]
    return PlanOptions(
        batch_identifier=selection.batch_identifier.strip(),
        through_date=selection.through_date,
        detail=InvoiceDetail(selection.detail),
        location_id=location_id,
        period=selection.period or session.profile.posting.period,
    )


def seen_row(seen: Refreshed, key: TransactionKey) -> UnpostedRow | None:
    """Return a row as the user saw it at the refresh; None when there was none on this PC."""
    if key.kind is Kind.PROCUREMENT:
        return seen.procurement.get(key.record_id)
    if not key.record_id.isdecimal():
        return None
    record = int(key.record_id)
    return seen.invoices.get(record) if key.kind is Kind.INVOICE else seen.expenses.get(record)


def still_batched(manage: ManageClient, receipts: Sequence[Posting]) -> dict[TransactionKey, bool]:
    """Ask Manage whether the entries of receipts that were posted before are still in their batch."""
    answer: dict[TransactionKey, bool] = {}
    for posting in receipts:
        if posting.closed_at is None:
            continue  # not known to be in a batch of ours: the plan then stops it instead of guessing
        batch = manage.find_batch(posting.batch_identifier)
        contents = BatchContents(manage.batch_entries(batch.id) if batch else ())
        if batch is not None and contents.ids_of_others(posting):
            continue  # its entries have other ids than the GL entries
        answer[posting.key] = contents.how_far(posting) is Inside.ALL
    return answer


def problems_of_the_name(manage: ManageClient, options: PlanOptions) -> tuple[Problem, ...]:
    """Check the batch identifier: usable, and free in Manage for every kind."""
    wrong = batch_name_problems(options.batch_identifier)
    if wrong:
        return wrong
    free = free_batch_identifier(manage, options.batch_identifier)
    if free == options.batch_identifier:
        return ()
    return (name_taken_problem(options.batch_identifier, free),)

"""Check mappings and Preview: export the marked transactions, read both systems, build the plan. Writes nothing."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import islice
from typing import TYPE_CHECKING

from xlpy.domain.manage_records import ExportInvoice, UnpostedInvoice
from xlpy.domain.plan import InvoiceDetail, Plan, PlanOptions
from xlpy.domain.planning import Included, PlanRequest, build_plan, needs_of
from xlpy.domain.problems import Problem, stops
from xlpy.domain.run_checks import (
    LONGEST_TYPED,
    batch_name_problems,
    gone_problem,
    name_taken_problem,
    row_problems,
)
from xlpy.domain.transactions import BATCH_SUFFIX, Kind, TransactionKey
from xlpy.errors import SettingsError
from xlpy.services.memory import recall_refresh
from xlpy.services.reports import Marked, Selection
from xlpy.services.session import Session

if TYPE_CHECKING:
    from xlpy.manage.client import ManageClient

logger = logging.getLogger(__name__)

MOST_PROPOSALS = 99


def make_plan(session: Session, selection: Selection) -> Plan:
    """Build the plan of what is marked, with every problem of it. Reads Manage and SL, changes nothing.

    Raises ``ManageError``/``SlError`` when one of them can't be read.
    """
    from xlpy.sl.books_reader import read_books
    from xlpy.sl.ledger import check_ledger, read_postings

    manage = session.manage
    options = _options(session, selection)
    seen = recall_refresh(session.profile)
    unposted = {
        row.billing_log_id: row for row in manage.unposted_invoices(_counting(session, "Reading Manage's list"))
    }
    wanted = [marked for marked in selection.marked if marked.billing_log_id in unposted]
    export: tuple[ExportInvoice, ...] = ()
    if wanted:
        export = manage.export_invoices(
            [marked.billing_log_id for marked in wanted],
            through=options.through_date,
            detail=options.detail,
            batch_identifier=options.batch_identifier,
            progress=_counting(session, "Exporting from Manage"),
        )
    session.progress("Reading the masters of Manage", 0, 0)
    rows = [unposted[marked.billing_log_id] for marked in wanted]
    masters = manage.read_masters(export, [i for row in rows for i in (row.company.id, row.bill_to.id)])
    included = tuple(Included(_key(marked), marked.again, row) for marked, row in zip(wanted, rows, strict=True))
    session.progress("Reading SL", 0, 0)
    rules = session.profile.posting
    needs = needs_of(export, included, masters, rules)
    with session.sl.engine.connect() as connection:
        check_ledger(connection)
        postings = read_postings(connection, manage.host, manage.company, [entry.key for entry in included])
        books = read_books(connection, session.sl, needs, postings=postings)
    session.progress("Checking", 0, len(included))
    plan = build_plan(
        PlanRequest(
            manage_host=manage.host,
            manage_company=manage.company,
            cpny_id=session.profile.sl.company,
            options=options,
            included=included,
            export=export,
            masters=masters,
            books=books,
            posting=rules,
            master_rules=session.profile.masters,
            today=session.today(),
        )
    )
    around = (
        *_problems_of_the_name(manage, options),
        *_problems_of_the_gone(selection.marked, unposted, seen),
        *_problems_of_the_rows(rows, seen, options),
    )
    logger.info(
        "Planned %d of %d marked transactions: %d problems, %d of them stops",
        len(plan.transactions),
        len(selection.marked),
        len(plan.problems) + len(around),
        len(plan.stops) + len(stops(around)),
    )
    return replace(plan, problems=(*around, *plan.problems)) if around else plan


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


def _options(session: Session, selection: Selection) -> PlanOptions:
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
        period=selection.period,
    )


def _key(marked: Marked) -> TransactionKey:
    return TransactionKey(Kind.INVOICE, str(marked.billing_log_id))


def _counting(session: Session, what: str) -> _Counter:
    return _Counter(session, what)


class _Counter:
    """The Manage client's progress, told to the session with its step's name."""

    def __init__(self, session: Session, what: str) -> None:
        self.session = session
        self.what = what
        session.progress(what, 0, 0)

    def __call__(self, done: int, of: int) -> None:
        self.session.progress(self.what, done, of)


def _problems_of_the_name(manage: ManageClient, options: PlanOptions) -> tuple[Problem, ...]:
    wrong = batch_name_problems(options.batch_identifier)
    if wrong:
        return wrong
    free = free_batch_identifier(manage, options.batch_identifier)
    if free == options.batch_identifier:
        return ()
    return (name_taken_problem(options.batch_identifier, free),)


def _problems_of_the_gone(
    marked: Sequence[Marked], unposted: Mapping[int, UnpostedInvoice], seen: Mapping[int, UnpostedInvoice]
) -> tuple[Problem, ...]:
    """Find marked rows that left Manage's list since the refresh."""
    return tuple(
        gone_problem(_key(entry), seen[entry.billing_log_id].number if entry.billing_log_id in seen else "")
        for entry in marked
        if entry.billing_log_id not in unposted
    )


def _problems_of_the_rows(
    rows: Sequence[UnpostedInvoice], seen: Mapping[int, UnpostedInvoice], options: PlanOptions
) -> tuple[Problem, ...]:
    """Compare marked rows with what the user saw of them at the refresh, and with Home's inputs."""
    return tuple(
        problem
        for row in rows
        for problem in row_problems(
            TransactionKey(Kind.INVOICE, str(row.billing_log_id)), row, seen.get(row.billing_log_id), options
        )
    )

"""Practice release: the plan's batches are written, SL's own release is run on them, and all of it is rolled back.

A few batches at a time, each time in a transaction of its own, so that nobody waits long for what is locked meanwhile.
Where SL's release rolls back everything (message 8888), the rest is written again without the batch that did it.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from importlib import import_module
from typing import TYPE_CHECKING

from sqlalchemy import Connection, select
from sqlalchemy.exc import DBAPIError

from xlpy.domain.documents.plan import Plan, plan_of_kind
from xlpy.domain.values.transactions import Kind, TransactionKey
from xlpy.errors import PostingRefused, SlError
from xlpy.sl.connection.rows import chunks
from xlpy.sl.connection.statement_errors import database_said
from xlpy.sl.screens.entries import ENTRIES, SlBatch, WrittenBatch
from xlpy.sl.writing.batch_writer import Written
from xlpy.sl.writing.never_commit import never_committed
from xlpy.sl.writing.posting import PostRequest, write_documents
from xlpy.sl.writing.posting_checks import refuse_incomplete
from xlpy.sl.writing.release_procedures import (
    PROCEDURES,
    Release,
    Verdict,
    announce,
    check_may_release,
    new_address,
    release_on_sql_server,
    verdict_of,
)
from xlpy.sl.writing.units import documents_of, sl_batches_of

if TYPE_CHECKING:
    from xlpy.sl.connection.engine import SlCompany

logger = logging.getLogger(__name__)

BATCHES_AT_ONCE = 20
LOCK_SECONDS = 3
_DEMO = "xlpy.demo.company.release.practice"

Told = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class PractisedBatch:
    """An SL batch as it was written, and SL's verdict; None: SL has no procedure for it (Inventory)."""

    written: WrittenBatch
    verdict: Verdict | None


@dataclass(slots=True)
class Practised:
    """What practising a plan came to. ``failed``: transactions whose documents SL did not take, with the reason."""

    batches: list[PractisedBatch] = field(default_factory=list)
    failed: dict[TransactionKey, str] = field(default_factory=dict)


def practise(
    company: SlCompany,
    request: PostRequest,
    *,
    at_once: int = BATCHES_AT_ONCE,
    lock_seconds: int = LOCK_SECONDS,
    told: Told | None = None,
) -> Practised:
    """Try the release of every batch of the plan, and leave nothing of it.

    The batches are written as balanced (status B), whatever the settings say: SL's journal release takes no other.
    ``told``: called with how many batches are done, and how many there are. Raises ``PracticeImpossible`` when the
    login may not run SL's release, ``PostingRefused`` when something moved since the plan was made, ``SlError`` when
    SL can't be reached, or when something of it is left in SL after all.
    """
    request = replace(request, plan=_without_hold(request.plan))
    refuse_incomplete(request.plan, company.cpny_id)
    release = _release_of(company)
    practised = Practised()
    every = len(sl_batches_of(request.plan))
    for part in parts_of(request.plan, at_once):
        left: Plan | None = part
        while left is not None:
            left = _practise_part(
                company, replace(request, plan=left, batch_status="B"), release, practised, lock_seconds
            )
        if told:
            told(len(practised.batches), every)
    return practised


def _without_hold(plan: Plan) -> Plan:
    return replace(
        plan,
        ar=replace(plan.ar, batches=tuple(replace(batch, hold=False) for batch in plan.ar.batches)),
        ap=replace(plan.ap, batches=tuple(replace(batch, hold=False) for batch in plan.ap.batches)),
        gl=replace(plan.gl, batches=tuple(replace(batch, hold=False) for batch in plan.gl.batches)),
        inventory=replace(
            plan.inventory, batches=tuple(replace(batch, hold=False) for batch in plan.inventory.batches)
        ),
    )


def parts_of(plan: Plan, at_once: int) -> Iterator[Plan]:
    """Cut a plan into plans of few SL batches, each of one kind; the masters stay with all of them."""
    for kind in Kind:
        of_kind = plan_of_kind(plan, kind)
        for some in chunks(sl_batches_of(of_kind), at_once):
            yield _only(of_kind, some)


def _only(plan: Plan, batches: Sequence[SlBatch]) -> Plan:
    """Return the plan of some of its batches, with the transactions that are in these."""
    kept = {id(batch) for batch in batches}
    keys = {
        key
        for batch in batches
        for document in documents_of(batch)
        for key in ENTRIES[batch.module].transactions(document)
    }
    return replace(
        plan,
        transactions=tuple(transaction for transaction in plan.transactions if transaction.key in keys),
        ar=replace(plan.ar, batches=tuple(batch for batch in plan.ar.batches if id(batch) in kept)),
        ap=replace(plan.ap, batches=tuple(batch for batch in plan.ap.batches if id(batch) in kept)),
        gl=replace(plan.gl, batches=tuple(batch for batch in plan.gl.batches if id(batch) in kept)),
        inventory=replace(
            plan.inventory, batches=tuple(batch for batch in plan.inventory.batches if id(batch) in kept)
        ),
    )


def _practise_part(
    company: SlCompany, request: PostRequest, release: Release, practised: Practised, lock_seconds: int
) -> Plan | None:
    """Practise a few batches in one transaction; return those that are left when SL rolled it back."""
    left: Plan | None = None
    written = Written()
    try:
        with never_committed(company, lock_seconds=lock_seconds) as connection:
            if connection.dialect.name == "mssql":
                check_may_release(connection)
            _, written = write_documents(connection, company, request)
            practised.failed |= written.failed
            left = _release_each(connection, company, release, request.plan, written, practised)
    except DBAPIError as error:
        raise PostingRefused(
            f"SL can't be practised on: {database_said(error)}. Everything was rolled back.",
            fix="Somebody else may be working on the same rows: try again in a moment.",
        ) from error
    _refuse_left_behind(company, request, written)
    return left


def _release_each(
    connection: Connection, company: SlCompany, release: Release, plan: Plan, written: Written, practised: Practised
) -> Plan | None:
    """Release one batch after the other; a batch of Inventory is only written. Returns what is left to be practised."""
    address = new_address()
    announced: set[str] = set()
    for at, batch in enumerate(written.batches):
        module = batch.batch.module
        if module not in PROCEDURES:
            practised.batches.append(PractisedBatch(batch, None))
            continue
        if module not in announced:
            announce(connection, company, module, address)
            announced.add(module)
        verdict = verdict_of(connection, company, release, module, batch.bat_nbr, address)
        practised.batches.append(PractisedBatch(batch, verdict))
        if verdict.rolled_back:
            logger.info("SL rolled everything back with %s %s; the rest is written again", module, batch.bat_nbr)
            rest = [later.batch for later in written.batches[at + 1 :]]
            return _only(plan, rest) if rest else None
    return None


def _refuse_left_behind(company: SlCompany, request: PostRequest, written: Written) -> None:
    """Look with a new connection whether anything of it is in SL. Raises ``SlError`` naming it."""
    table = company.catalogue.table("Batch")
    with company.engine.connect() as connection:
        found = [
            f"{batch.batch.module} {batch.bat_nbr}"
            for batch in written.batches
            if connection.scalar(
                select(table.c.BatNbr).where(
                    table.c.Module == batch.batch.module,
                    table.c.BatNbr == batch.bat_nbr,
                    table.c.Descr == batch.batch.descr,
                    table.c.Crtd_DateTime == request.now,
                )
            )
        ]
        connection.rollback()
    if found:
        raise SlError(
            f"The practice release left SL batch {', '.join(found)} behind, although everything was rolled back.",
            fix="Void it in SL, switch practice_release off in the settings, and send the full log to support.",
        )


def _release_of(company: SlCompany) -> Release:
    """Return how this company releases: SL's procedures, or the demo company's own release.

    The demo stands above this room, so its release is asked for by name.
    """
    if company.engine.dialect.name == "mssql":
        return release_on_sql_server
    release: Release = import_module(_DEMO).release_in_transaction
    return release

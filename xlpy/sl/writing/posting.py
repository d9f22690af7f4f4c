"""Writing a plan into SL: one transaction, all that can be written, counted exactly, or nothing.

The SL documents and the posting ledger's rows are committed together. Everything is tried at once first; only when
that fails, each unit (a set of transactions with all its documents) alone in a savepoint, to find the ones that SL
refuses. Those are left out, and the rest is written anew, so that nothing of them stays: no line, no number, no master.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import TYPE_CHECKING

from sqlalchemy import Connection

from xlpy.collecting import collecting_paused
from xlpy.domain.documents.plan import Action, Plan, PlannedTransaction
from xlpy.domain.facts.books import sl_key
from xlpy.domain.values.transactions import (
    BATCH_SUFFIX,
    FailedTransaction,
    PostedDocument,
    PostedPart,
    Posting,
    PostingState,
    PostOutcome,
    SlState,
    TransactionKey,
)
from xlpy.errors import CommitUnknown, PostingRefused
from xlpy.sl.ledger_book.ledger import (
    PostingRun,
    each_posting_of_run,
    insert_postings,
    postings_of_run,
    reopen_for_marking,
)
from xlpy.sl.screens.entries import ENTRIES, MasterKind, Placed, WrittenBatch
from xlpy.sl.screens.entry_rows import EntryStamp
from xlpy.sl.writing.batch_writer import BatchWriter, Written
from xlpy.sl.writing.one_commit import Observe, Writing, commit_once
from xlpy.sl.writing.posting_checks import WRITTEN, Rechecked, SetupSeen, recheck, refuse_incomplete

if TYPE_CHECKING:
    from xlpy.sl.connection.engine import SlCompany


@dataclass(frozen=True, slots=True)
class PostRequest:
    """What to write, and for whom. ``now``: local time. ``expected``: the set-up that the plan was made with.

    ``batch_status``: B balanced or H on hold. ``record_id_column``: a free column of ARDoc for the Manage id;
    ``user_columns``: the same by table, for the others.
    ``plan_hash``: of the whole plan, when ``plan`` is the part of one kind; empty: ``plan`` is the whole.
    ``in_batch``: the Manage batch (id, name) that has the entries already, for a rerun: the ledger's rows are closed
    with it in the same transaction.
    """

    plan: Plan
    run_id: str
    user: str
    host: str
    now: datetime
    batch_status: str = "B"
    record_id_column: str = ""
    user_columns: Mapping[str, str] = field(default_factory=dict)
    expected: SetupSeen | None = None
    plan_hash: str = ""
    in_batch: tuple[int, str] | None = None

    @property
    def run(self) -> PostingRun:
        """Return what the ledger notes of the run."""
        return PostingRun(self.run_id, self.user, self.host, self.now)


def post_plan(company: SlCompany, request: PostRequest, *, observe: Observe | None = None) -> PostOutcome:
    """Write the plan into SL in one transaction and return exactly what is committed, and what failed alone.

    ``observe`` is called with a short label before each statement and before the commit, and after it.
    Raises ``PostingRefused`` when something moved since the check or SL refused as a whole (everything was rolled
    back), ``CommitUnknown`` when the connection broke while committing and SL can't be asked either.
    """
    refuse_incomplete(request.plan, company.cpny_id)
    writing = Writing(
        write=lambda connection: _write(connection, company, request),
        is_there=lambda connection, outcome: _is_there(connection, request, outcome),
        worth=lambda outcome: bool(outcome.posted) or _marks(request.plan),
    )
    with collecting_paused():
        return commit_once(company, writing, observe=observe)


def _write(connection: Connection, company: SlCompany, request: PostRequest) -> PostOutcome:
    plan = request.plan
    found, written = write_documents(connection, company, request)
    parts = _write_ledger(connection, request, found, written)
    _find_every_ledger_row(connection, request, parts)
    return PostOutcome(
        posted=tuple(_posted(written, found.gl.base_currency)),
        failed=tuple(
            FailedTransaction(t.key, written.failed[t.key]) for t in plan.transactions if t.key in written.failed
        ),
        created_customers=written.created.get(MasterKind.CUSTOMER, ()),
        created_vendors=written.created.get(MasterKind.VENDOR, ()),
        created_items=written.created.get(MasterKind.ITEM, ()),
    )


def write_documents(connection: Connection, company: SlCompany, request: PostRequest) -> tuple[Rechecked, Written]:
    """Look again at what the plan rests on, and write its documents; nothing of the posting ledger.

    Raises ``PostingRefused`` when something moved since the check, or SL refused as a whole.
    """
    found = recheck(connection, company, request.plan, request.expected)
    writer = BatchWriter(connection, company, request.plan, found, _stamps(company, request, found))
    return found, writer.write_all()


def _stamps(company: SlCompany, request: PostRequest, found: Rechecked) -> Mapping[str, EntryStamp]:
    """Return what the rows of each module that is written to take from its set-up."""
    stamp = EntryStamp(
        cpny_id=company.cpny_id,
        base_currency=found.gl.base_currency,
        ledger_id=found.gl.ledger_id,
        gl_post_opt="D",
        per_ent=found.gl.per_nbr,
        sl_user=company.sl_user,
        now=request.now,
        status=request.batch_status,
        user_columns=request.user_columns,
    )
    of_module = {
        "GL": replace(stamp, balance_type=found.balance_type),
        "AR": replace(
            stamp,
            gl_post_opt=found.ar.gl_post_opt,
            per_ent=found.ar.curr_per_nbr or found.ar.per_nbr,
            record_id_column=request.record_id_column,
        ),
        "AP": replace(
            stamp,
            gl_post_opt=found.ap.gl_post_opt,
            per_ent=found.ap.curr_per_nbr or found.ap.per_nbr,
            vendors=found.vendors,
        ),
        "IN": replace(
            stamp,
            gl_post_opt=found.inventory.gl_post_opt,
            per_ent=found.inventory.curr_per_nbr or found.inventory.per_nbr,
        ),
    }
    if "AP" in found.setup:
        cash = found.setup["AP"]
        of_module["AP"] = replace(of_module["AP"], cash_acct=cash["chkacct"], cash_sub=cash["chksub"])
    return {module: of_module[module] for module in found.setup}


def _documents(written: Written) -> Iterator[tuple[WrittenBatch, Placed, TransactionKey]]:
    """Yield every document once for each transaction that is part of it."""
    for batch in written.batches:
        for placed in batch.documents:
            for key in ENTRIES[batch.batch.module].transactions(placed.document):
                yield batch, placed, key


def _posted(written: Written, base_currency: str) -> Iterator[PostedDocument]:
    for batch, placed, key in _documents(written):
        entry = ENTRIES[batch.batch.module]
        amount, currency, _ = entry.amount(placed.document)
        yield PostedDocument(
            transaction=key,
            part=entry.part(placed.document),
            module=batch.batch.module,
            bat_nbr=batch.bat_nbr,
            doc_type=entry.doc_type(placed.document),
            ref_nbr=placed.ref_nbr,
            period=batch.batch.per_post,
            amount=amount,
            currency=currency or base_currency,
        )


def _write_ledger(
    connection: Connection, request: PostRequest, found: Rechecked, written: Written
) -> dict[TransactionKey, list[PostedPart]]:
    """Write a ledger row for every transaction that went in, and owe Manage its half of what needs nothing else."""
    parts: dict[TransactionKey, list[PostedPart]] = {}
    for batch, placed, key in _documents(written):
        parts.setdefault(key, []).append(_part(batch, placed, written))
    new: list[Posting] = []
    again: dict[int, Posting] = {}
    plan_hash = request.plan_hash or request.plan.hash
    for transaction in request.plan.transactions:
        posting = _posting(request, transaction, plan_hash)
        latest = found.latest.get(transaction.key)
        if transaction.action in WRITTEN:
            if transaction.key in parts:
                standing = [replace(part, state=SlState.UNRELEASED) for part in transaction.standing]
                parts[transaction.key] = [*standing, *parts[transaction.key]]
                new.append(posting)
        elif latest is not None and (
            transaction.action is Action.MARK_ONLY or latest.generation >= transaction.generation
        ):
            again[latest.posting_id] = posting
        else:
            new.append(posting)
    insert_postings(connection, request.run, new, parts)
    reopen_for_marking(connection, request.run, again)
    return parts


def _find_every_ledger_row(
    connection: Connection, request: PostRequest, parts: dict[TransactionKey, list[PostedPart]]
) -> None:
    """Refuse to commit unless the ledger, read back, has the row of everything that is counted."""
    own = {transaction.key for transaction in request.plan.transactions}  # another kind of the run has its own
    found: set[TransactionKey] = set()
    for posting in each_posting_of_run(connection, request.run_id):
        if posting.key not in own:
            continue
        found.add(posting.key)
        expected = parts.get(posting.key)
        written = [replace(part, state=SlState.UNRELEASED) for part in posting.parts]
        if expected is not None and (written != expected or not posting.in_sl):
            raise PostingRefused(
                f"The posting ledger's row of {posting.number} is not what was written. Everything was rolled back."
            )
    if found != parts.keys() | {t.key for t in request.plan.transactions if t.action not in WRITTEN}:
        raise PostingRefused("The posting ledger does not have the row of every document. Everything was rolled back.")


def _part(batch: WrittenBatch, placed: Placed, written: Written) -> PostedPart:
    module = batch.batch.module
    entry = ENTRIES[module]
    doc_type = entry.doc_type(placed.document)
    name = sl_key(doc_type), sl_key(placed.ref_nbr)
    return PostedPart(
        part=entry.part(placed.document),
        module=module,
        bat_nbr=batch.bat_nbr,
        doc_type=doc_type,
        ref_nbr=placed.ref_nbr,
        amount=entry.amount(placed.document)[2],
        rows_hash=written.hashes[module, batch.bat_nbr, name],
    )


def _posting(request: PostRequest, transaction: PlannedTransaction, plan_hash: str) -> Posting:
    plan = request.plan
    batch_id, name = request.in_batch or (None, f"{plan.options.batch_identifier}{BATCH_SUFFIX[transaction.key.kind]}")
    return Posting(
        posting_id=0,
        manage_host=plan.manage_host,
        manage_company=plan.manage_company,
        cpny_id=plan.cpny_id,
        key=transaction.key,
        generation=transaction.generation,
        batch_identifier=name,
        number=transaction.number,
        amount=transaction.amount,
        currency=transaction.currency,
        lines_hash=transaction.lines_hash,
        entry_ids=transaction.entry_ids,
        plan_hash=plan_hash,
        state=PostingState.POSTED if batch_id is None else PostingState.CLOSED,
        run_id=request.run_id,
        posted_at=request.now,
        posted_by=request.user,
        posted_host=request.host,
        manage_batch_id=batch_id,
        closed_at=None if batch_id is None else request.now,
    )


def _marks(plan: Plan) -> bool:
    return any(transaction.action not in WRITTEN for transaction in plan.transactions)


def _is_there(connection: Connection, request: PostRequest, outcome: PostOutcome) -> bool:
    """After a commit without an answer: whether the ledger has the run."""
    there = {posting.key for posting in postings_of_run(connection, request.run_id)}
    there &= {transaction.key for transaction in request.plan.transactions}
    failed = {failure.transaction for failure in outcome.failed}
    expected = {transaction.key for transaction in request.plan.transactions} - failed
    if there and there != expected:
        raise CommitUnknown("the posting ledger has only a part of the run")
    return there == expected

"""The posting ledger: what of Manage is in SL, read with the present state of its documents, and moved on.

Every statement is chunked below SQL Server's 2,100 parameters; the number of statements grows with the number of
chunks only, never with the number of transactions.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, Select, bindparam, insert, select, update

from xlpy.domain.facts.batch_entries import order_of
from xlpy.domain.values.transactions import Kind, PostedPart, Posting, PostingState, TransactionKey
from xlpy.sl.connection import tsql
from xlpy.sl.connection.rows import chunks
from xlpy.sl.ledger_book.sl_states import SlStates
from xlpy.sl.ledger_book.tables import check_ledger, create_ledger, posting_docs, postings

__all__ = [
    "PostingRun",
    "all_postings_of",
    "check_ledger",
    "close_postings",
    "create_ledger",
    "each_posting_of_run",
    "insert_postings",
    "mark_changed",
    "postings_in_batches",
    "postings_of_run",
    "postings_with_ids",
    "read_postings",
    "receipts_of_orders",
    "reopen_for_marking",
    "replace_entry_ids",
    "set_posting_state",
    "unfinished",
]

_AT_ONCE = 5_000  # postings of a run


@dataclass(frozen=True, slots=True)
class PostingRun:
    """The run that writes ledger rows: its id, who and where, and when (local time)."""

    run_id: str
    user: str
    host: str
    now: datetime


def read_postings(
    connection: Connection, manage_host: str, manage_company: str, keys: Iterable[TransactionKey]
) -> dict[TransactionKey, Posting]:
    """Return the latest generation of each transaction that the ledger knows, with the state of its SL documents."""
    by_kind: dict[Kind, set[str]] = defaultdict(set)
    for key in keys:
        by_kind[key.kind].add(key.record_id)
    rows: list[Row[Any]] = []
    for kind, record_ids in sorted(by_kind.items()):
        for chunk in chunks(sorted(record_ids)):
            of_site = _of_site(manage_host, manage_company)
            rows += connection.execute(
                of_site.where(postings.c.Kind == str(kind), postings.c.RecordID.in_(chunk))
            ).all()
    latest: dict[TransactionKey, Row[Any]] = {}
    for row in rows:
        key = TransactionKey(Kind(row.Kind), row.RecordID)
        if key not in latest or latest[key].Generation < row.Generation:
            latest[key] = row
    return {posting.key: posting for posting in _with_parts(connection, list(latest.values()))}


def all_postings_of(
    connection: Connection, manage_host: str, manage_company: str, batch_identifier: str = ""
) -> list[Posting]:
    """Return every posting of a Manage batch (empty: of the whole site), all generations, oldest first."""
    statement = _of_site(manage_host, manage_company)
    if batch_identifier:
        statement = statement.where(postings.c.BatchIdentifier == batch_identifier)
    return _with_parts(connection, connection.execute(statement.order_by(postings.c.PostingID)).all())


def unfinished(
    connection: Connection, manage_host: str, manage_company: str, state: PostingState = PostingState.POSTED
) -> list[Posting]:
    """Return what is half done, oldest first, of any PC and user.

    ``POSTED``: in SL while Manage is still owed its batch. ``CLEARED``: nothing in SL, Manage is owed its batch.
    ``UNDOING``: gone from SL, the Manage batch may still be there.
    """
    statement = _of_site(manage_host, manage_company).where(postings.c.State == str(state))
    if state is not PostingState.UNDOING:
        statement = statement.where(postings.c.ClosedAt.is_(None))
    return _with_parts(connection, connection.execute(statement.order_by(postings.c.PostingID)).all())


def postings_with_ids(connection: Connection, posting_ids: Collection[int]) -> list[Posting]:
    """Return these rows, oldest first. Reads under locks, as ``postings_of_run`` does."""
    rows: list[Row[Any]] = []
    for chunk in chunks(sorted(posting_ids)):
        statement = select(postings).with_hint(postings, tsql.READ_LOCKED, "mssql")
        rows += connection.execute(
            statement.where(postings.c.PostingID.in_(chunk)).order_by(postings.c.PostingID)
        ).all()
    return _with_parts(connection, rows)


def postings_in_batches(connection: Connection, batches: Collection[tuple[str, str]]) -> list[Posting]:
    """Return every posting, of any site and company, with a document in one of these SL batches (module, BatNbr)."""
    by_module: dict[str, set[str]] = defaultdict(set)
    for module, bat_nbr in batches:
        by_module[module].add(bat_nbr)
    found: set[int] = set()
    for module, numbers in sorted(by_module.items()):
        for chunk in chunks(sorted(numbers)):
            statement = select(posting_docs.c.PostingID).where(
                posting_docs.c.Module == module, posting_docs.c.BatNbr.in_(chunk)
            )
            found.update(connection.scalars(statement))
    return postings_with_ids(connection, found)


def receipts_of_orders(
    connection: Connection, manage_host: str, manage_company: str, orders: Collection[int]
) -> list[Posting]:
    """Return every posting of receipts of these purchase orders (Manage ids), all generations, oldest first."""
    found: list[Row[Any]] = []
    for order in sorted(orders):
        statement = _of_site(manage_host, manage_company).where(
            postings.c.Kind == str(Kind.PROCUREMENT), postings.c.RecordID.startswith(f"{order}-", autoescape=True)
        )
        found += connection.execute(statement.order_by(postings.c.PostingID)).all()
    return [posting for posting in _with_parts(connection, found) if order_of(posting.key) in orders]


def postings_of_run(connection: Connection, run_id: str) -> list[Posting]:
    """Return what a run wrote. Reads as ``each_posting_of_run`` does."""
    return list(each_posting_of_run(connection, run_id))


def each_posting_of_run(connection: Connection, run_id: str) -> Iterator[Posting]:
    """Yield what a run wrote, oldest first; no more than five thousand are held at once.

    Reads under locks even where the database reads snapshots: while a commit of that run is still in doubt on the
    server, this waits for its end instead of not seeing it. The connection may be used between two of them.
    """
    of_run = postings.c.RunID == run_id
    ids = select(postings.c.PostingID).with_hint(postings, tsql.READ_LOCKED, "mssql").where(of_run)
    for piece in chunks(connection.scalars(ids.order_by(postings.c.PostingID)).all(), _AT_ONCE):
        statement = (
            select(postings)
            .with_hint(postings, tsql.READ_LOCKED, "mssql")
            .where(of_run, postings.c.PostingID.between(piece[0], piece[-1]))
            .order_by(postings.c.PostingID)
        )
        yield from _with_parts(connection, connection.execute(statement).all())


def insert_postings(
    connection: Connection,
    run: PostingRun,
    batch: Sequence[Posting],
    parts: Mapping[TransactionKey, Sequence[PostedPart]],
) -> None:
    """Write new rows and their documents. A row of the same generation raises ``IntegrityError``."""
    if not batch:
        return
    for chunk in chunks(batch):
        connection.execute(insert(postings), [_row_of(posting, run) for posting in chunk])
    ids = {
        TransactionKey(Kind(row.Kind), row.RecordID): row.PostingID
        for row in connection.execute(
            select(postings.c.PostingID, postings.c.Kind, postings.c.RecordID).where(postings.c.RunID == run.run_id)
        )
    }
    documents = (
        {
            "PostingID": ids[posting.key],
            "Part": part.part,
            "Module": part.module,
            "BatNbr": part.bat_nbr,
            "DocType": part.doc_type,
            "RefNbr": part.ref_nbr,
            "Amount": part.amount,
            "RowsHash": part.rows_hash,
        }
        for posting in batch
        for part in parts.get(posting.key, ())
    )
    for some in chunks(documents):
        connection.execute(insert(posting_docs), some)


def reopen_for_marking(connection: Connection, run: PostingRun, again: Mapping[int, Posting]) -> None:
    """Owe Manage a batch again for rows that are in SL already (un-batched in Manage, or nothing to post).

    ``again``: posting id → the posting with its new entry ids, batch identifier and plan hash. The documents stay
    those of the run that wrote them.
    """
    if not again:
        return
    statement = (
        update(postings)
        .where(postings.c.PostingID == bindparam("the_id"))
        .values(
            EntryIDs=bindparam("entry_ids"),
            BatchIdentifier=bindparam("identifier"),
            PlanHash=bindparam("plan_hash"),
            RunID=bindparam("run_id"),
            State=str(PostingState.POSTED),
            ManageBatchID=None,
            ClosedAt=None,
        )
    )
    connection.execute(
        statement,
        [
            {
                "the_id": posting_id,
                "entry_ids": _ids_text(posting.entry_ids),
                "identifier": posting.batch_identifier,
                "plan_hash": posting.plan_hash,
                "run_id": run.run_id,
            }
            for posting_id, posting in again.items()
        ],
    )


def close_postings(
    connection: Connection,
    posting_ids: Collection[int],
    manage_batch_id: int | None,
    batch_identifier: str,
    now: datetime,
    state: PostingState = PostingState.CLOSED,
) -> None:
    """Note the Manage batch that took the entries. ``batch_identifier``: its name, with whatever suffix it got.

    ``manage_batch_id`` None: made, but Manage's lists do not show it.
    ``state``: *closed* for what is in SL, *cleared* for what never went there.
    """
    for chunk in chunks(sorted(posting_ids)):
        connection.execute(
            update(postings)
            .where(postings.c.PostingID.in_(chunk))
            .values(
                State=str(state),
                ManageBatchID=manage_batch_id,
                BatchIdentifier=batch_identifier,
                ClosedAt=now,
            )
        )


def replace_entry_ids(connection: Connection, entry_ids: Mapping[int, Sequence[int]]) -> None:
    """Take over new GL entry ids (posting id → ids): a reopened invoice gets others for the same lines."""
    if not entry_ids:
        return
    statement = (
        update(postings).where(postings.c.PostingID == bindparam("the_id")).values(EntryIDs=bindparam("entry_ids"))
    )
    connection.execute(
        statement, [{"the_id": key, "entry_ids": _ids_text(ids)} for key, ids in sorted(entry_ids.items())]
    )


def mark_changed(connection: Connection, posting_ids: Collection[int]) -> None:
    """Set the state *changed after posting*: Manage shows other lines now, or SL lost the documents."""
    set_posting_state(connection, posting_ids, PostingState.CHANGED)


def set_posting_state(
    connection: Connection, posting_ids: Collection[int], state: PostingState, by: PostingRun | None = None
) -> None:
    """Move rows to another state; ``by``: the undo or clearing that does it, noted with its time."""
    noted = {} if by is None else {"StateAt": by.now, "StateBy": by.user, "StateHost": by.host}
    for chunk in chunks(sorted(posting_ids)):
        connection.execute(update(postings).where(postings.c.PostingID.in_(chunk)).values(State=str(state), **noted))


def _of_site(manage_host: str, manage_company: str) -> Select[Any]:
    return select(postings).where(postings.c.ManageHost == manage_host, postings.c.ManageCompany == manage_company)


def _with_parts(connection: Connection, rows: Sequence[Row[Any]]) -> list[Posting]:
    documents: list[Row[Any]] = []
    for chunk in chunks(sorted({row.PostingID for row in rows})):
        documents += connection.execute(
            select(posting_docs).where(posting_docs.c.PostingID.in_(chunk)).order_by(posting_docs.c.PostingDocID)
        ).all()
    parts: dict[int, list[PostedPart]] = defaultdict(list)
    for row in documents:
        parts[row.PostingID].append(
            PostedPart(row.Part, row.Module, row.BatNbr, row.DocType, row.RefNbr, row.Amount, row.RowsHash)
        )
    states = SlStates(connection, [part for some in parts.values() for part in some])
    return [
        _posting_of(row, tuple(replace(part, state=states.of(part)) for part in parts[row.PostingID])) for row in rows
    ]


def _row_of(posting: Posting, run: PostingRun) -> dict[str, Any]:
    posted = posting.state in (PostingState.POSTED, PostingState.CLOSED)
    return {
        "ManageHost": posting.manage_host,
        "ManageCompany": posting.manage_company,
        "CpnyID": posting.cpny_id,
        "Kind": str(posting.key.kind),
        "RecordID": posting.key.record_id,
        "Generation": posting.generation,
        "BatchIdentifier": posting.batch_identifier,
        "Number": posting.number,
        "Amount": posting.amount,
        "Currency": posting.currency,
        "LinesHash": posting.lines_hash,
        "EntryIDs": _ids_text(posting.entry_ids),
        "PlanHash": posting.plan_hash,
        "State": str(posting.state),
        "StateAt": None if posted else run.now,
        "StateBy": None if posted else run.user,
        "StateHost": None if posted else run.host,
        "RunID": run.run_id,
        "PostedAt": run.now,
        "PostedBy": run.user,
        "PostedHost": run.host,
        "ManageBatchID": posting.manage_batch_id,
        "ClosedAt": posting.closed_at,
    }


def _posting_of(row: Row[Any], parts: tuple[PostedPart, ...]) -> Posting:
    return Posting(
        posting_id=row.PostingID,
        manage_host=row.ManageHost,
        manage_company=row.ManageCompany,
        cpny_id=row.CpnyID,
        key=TransactionKey(Kind(row.Kind), row.RecordID),
        generation=row.Generation,
        batch_identifier=row.BatchIdentifier,
        number=row.Number,
        amount=row.Amount,
        currency=row.Currency,
        lines_hash=row.LinesHash,
        entry_ids=tuple(int(entry) for entry in row.EntryIDs.split(",") if entry),
        plan_hash=row.PlanHash,
        state=PostingState(row.State),
        run_id=row.RunID,
        posted_at=row.PostedAt,
        posted_by=row.PostedBy,
        posted_host=row.PostedHost,
        manage_batch_id=row.ManageBatchID,
        closed_at=row.ClosedAt,
        parts=parts,
        state_at=row.StateAt,
        state_by=row.StateBy or "",
        state_host=row.StateHost or "",
    )


def _ids_text(entry_ids: Iterable[int]) -> str:
    return ",".join(str(entry) for entry in entry_ids)

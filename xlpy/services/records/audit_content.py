"""What an audit record of a run says: gathered from what this PC kept, from the posting ledger and from the log."""

from __future__ import annotations

import logging
import os
import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from decimal import Decimal
from itertools import islice
from typing import TYPE_CHECKING, Any

import msgspec

from xlpy.domain.documents.plan import Plan
from xlpy.domain.facts.books import sl_key
from xlpy.domain.preview.names import JournalNames
from xlpy.domain.values.statuses import RowStatus
from xlpy.domain.values.transactions import BATCH_SUFFIX, Posting, PostingState
from xlpy.errors import RunNotKnown, XlpyError
from xlpy.masking import masked, without_secrets
from xlpy.profile.credentials import ENV_INTEGRATOR_PASSWORD, ENV_PRIVATE_KEY, ENV_SL_PASSWORD
from xlpy.services.records.saved_log import lines_of_run
from xlpy.services.records.user_notes import UserNote
from xlpy.services.run.kept import KeptRun, is_of, kept_runs, recall_plan_of_run, recall_run
from xlpy.services.run.reports import ResultRow
from xlpy.services.run.session import Session

if TYPE_CHECKING:
    from xlpy.domain.preview.rows import JournalRow
    from xlpy.domain.values.approvals import Approval
    from xlpy.domain.values.problems import Problem
    from xlpy.services.reconciling.report import ReconcileReport
    from xlpy.services.run.sync_report import PaymentRow

logger = logging.getLogger(__name__)

LAST = "last"
_KNOWN_RUNS = 5  # named when a run is not found
_ODBC_PASSWORD = re.compile(r"(?i)\bpwd\s*=\s*(\{(?:[^}]|\}\})*\}|[^;]*)")

_NO_LOG = "The log is not in this record: it is on the PC that made the run ({host}), or older than 90 days."
_NO_PLAN = "The plan and its journal are not in this record: they are on the PC that made the run ({host})."
_NO_RECONCILE = "What Reconcile says of the batch is not in this record: {reason}"
_FROM_LEDGER = (
    "This run was made on another PC ({host}, by {user}). Its results were read from the posting ledger in SL; what "
    "failed and the problems of the run are not known there."
)
_RESULT_OF_STATE = {
    PostingState.POSTED: RowStatus.MANAGE_PENDING,
    PostingState.CLOSED: RowStatus.EXPORTED,
    PostingState.CHANGED: RowStatus.CHANGED,
    PostingState.UNDOING: RowStatus.UNDOING,
    PostingState.UNDONE: RowStatus.UNDONE,
    PostingState.CLEARED: RowStatus.CLEARED,
}


_OWED = "cleared, the Manage batch is still owed"
_PLACE_OF_STATE = {
    PostingState.POSTED: "in SL, the Manage batch is still owed",
    PostingState.CLOSED: "in SL and in Manage",
    PostingState.CHANGED: "in SL, changed in Manage since",
    PostingState.UNDOING: "being undone: out of SL, the Manage batch is still there",
    PostingState.UNDONE: "undone: neither in SL nor in Manage",
}


@dataclass(frozen=True, slots=True)
class Total:
    """How many transactions of one kind, status and currency, and their amount (credit memos negative)."""

    kind: str
    status: str
    currency: str
    count: int
    amount: Decimal


@dataclass(frozen=True, slots=True)
class RecordContent:
    """Everything that a record says of a run. ``notes``: in words, what is not in it and why.

    ``at``: the PC's local time, ``at_utc`` the same in ISO. ``plan_json``: as the run had it. ``reconciled``: what
    *Reconcile* said of its batches when the record was made.
    """

    run_id: str
    action: str
    state: str
    text: str
    batch_identifier: str
    at: datetime
    at_utc: str
    user: str
    host: str
    manage_host: str
    manage_company: str
    cpny_id: str
    version: str
    plan_hash: str = ""
    results: tuple[ResultRow, ...] = ()
    problems: tuple[Problem, ...] = ()
    payments: tuple[PaymentRow, ...] = ()
    postings: tuple[Posting, ...] = ()
    reconciled: tuple[ReconcileReport, ...] = ()
    approvals: tuple[Approval, ...] = ()  # who asked for it and who approved it
    plan: Plan | None = None
    journal: tuple[JournalRow, ...] = ()  # of the plan, with what its ids were called when the record was made
    names: JournalNames = field(default_factory=JournalNames)
    plan_json: bytes = b""
    log: tuple[dict[str, Any], ...] = ()
    notes: tuple[str, ...] = ()
    user_notes: tuple[UserNote, ...] = ()
    secrets: tuple[str, ...] = ()
    links: int = 0  # of the chain in SL when the record was made, and the hash of the last one
    head: str = ""

    def words(self, text: str) -> str:
        """Mask a text that programs wrote (messages, errors): known secrets and what is shaped like one."""
        return masked(text, self.secrets)

    def data(self, text: str) -> str:
        """Mask known secrets in data of Manage and SL; a description that only looks like one stays as it is."""
        return without_secrets(text, self.secrets)

    @property
    def totals(self) -> tuple[Total, ...]:
        """Count and add the transactions by kind, status and currency; a payment sync by status and currency."""
        seen: dict[tuple[str, str, str], dict[str, Decimal]] = defaultdict(dict)
        for row in self.results:
            if row.part == "document":
                seen[row.kind, row.status, row.currency][row.transaction_id] = row.amount
        for paid in self.payments:
            seen["payment", str(paid.status), paid.currency][paid.record_id or paid.invoice] = (
                paid.paid_after or Decimal(0)
            )
        return tuple(
            Total(kind, status, currency, len(amounts), sum(amounts.values(), Decimal(0)))
            for (kind, status, currency), amounts in sorted(seen.items())
        )


def gather(session: Session, run_id: str = "") -> RecordContent:
    """Gather what is known of a run; empty or ``last``: the last run of this PC with this site and company.

    Raises ``RunNotKnown``; ``SlError`` when SL can't be read.
    """
    kept = _kept(session, run_id)
    if kept is None and run_id in ("", LAST):
        raise RunNotKnown("", [])
    from xlpy.services.export.previewing import journal_with_names
    from xlpy.sl.ledger_book.audit_chain import read_chain

    name = kept.run_id if kept else run_id
    postings = _postings(session, name)
    if kept is None and not postings:
        raise RunNotKnown(run_id, [run.run_id for run in islice(kept_runs(session.profile), _KNOWN_RUNS)])
    content = _of_kept(kept, postings) if kept else _of_ledger(session, name, postings)
    content = replace(content, approvals=_approvals(session, content))
    log = tuple(lines_of_run(name))
    plan_json = (recall_plan_of_run(name) or b"") if kept else b""
    plan = _plan_of(plan_json, content.plan_hash)
    missing = [_NO_LOG] * (not log) + [_NO_PLAN] * (plan is None and bool(content.plan_hash or not kept))
    reconciled, not_reconciled = _reconciled(session, postings)
    rows, names = journal_with_names(session, plan) if plan else ((), JournalNames())
    chain = read_chain(session.sl)
    return replace(
        content,
        log=log,
        plan=plan,
        journal=rows,
        names=names,
        reconciled=reconciled,
        plan_json=plan_json if plan else b"",
        notes=(*content.notes, *(note.format(host=content.host) for note in missing), *not_reconciled),
        secrets=tuple(known_secrets(session)),
        links=len(chain),
        head=chain[-1].hash if chain else "",
    )


def results_of(session: Session, run_id: str = "") -> RecordContent:
    """Return what became of each transaction of a run, for the sheet Results: from this PC, else from the ledger.

    Raises ``RunNotKnown``; ``SlError`` when SL can't be read.
    """
    if run_id in ("", LAST):
        kept = next((run for run in kept_runs(session.profile) if run.report is not None), None)
        if kept is None:
            raise RunNotKnown("", [])
        return _of_kept(kept, ())
    kept = _kept(session, run_id)
    if kept is not None and kept.report is not None:
        return _of_kept(kept, ())
    postings = _postings(session, run_id)
    if not postings:
        raise RunNotKnown(run_id, [run.run_id for run in islice(kept_runs(session.profile), _KNOWN_RUNS)])
    return _of_ledger(session, run_id, postings)


def _approvals(session: Session, content: RecordContent) -> tuple[Approval, ...]:
    """Return the approval that the run had; of a run of another PC, what SL has of its plan."""
    if content.approvals or not content.plan_hash:
        return content.approvals
    from xlpy.services.run.approval import approvals_asked

    return tuple(asked for asked in approvals_asked(session, content.plan_hash) if asked.approved_by is not None)


def known_secrets(session: Session | None = None) -> Iterator[str]:
    """Go through every secret that could be in a text: keys and passwords of both systems."""
    names = (ENV_PRIVATE_KEY, ENV_INTEGRATOR_PASSWORD, ENV_SL_PASSWORD)
    yield from filter(None, (os.environ.get(name, "").strip() for name in names))
    if session is None:
        return
    yield from filter(None, (session.secrets.private_key, session.secrets.integrator_password))
    url = session.profile.sl.url
    for found in _ODBC_PASSWORD.finditer(url):
        yield from filter(None, {found[1], found[1].strip("{}").replace("}}", "}")})
    if "://" in url:
        from sqlalchemy import make_url
        from sqlalchemy.exc import ArgumentError

        try:
            password = make_url(url).password
        except (ArgumentError, ValueError):
            return
        if password:
            yield str(password)


def _kept(session: Session, run_id: str) -> KeptRun | None:
    if run_id in ("", LAST):
        return next(kept_runs(session.profile), None)
    kept = recall_run(run_id)
    return kept if kept is not None and is_of(kept, session.profile) else None


def _postings(session: Session, run_id: str) -> tuple[Posting, ...]:
    """Read what the run wrote into this company, with what became of it in SL since."""
    from xlpy.sl.ledger_book.ledger import check_ledger, postings_of_run

    profile = session.profile
    with session.sl.engine.connect() as connection:
        check_ledger(connection)
        found = postings_of_run(connection, run_id)
    of_site = (profile.manage_host, profile.manage.company.casefold(), sl_key(profile.sl.company))
    return tuple(p for p in found if (p.manage_host, p.manage_company.casefold(), sl_key(p.cpny_id)) == of_site)


def _reconciled(session: Session, postings: Iterable[Posting]) -> tuple[tuple[ReconcileReport, ...], tuple[str, ...]]:
    """Ask *Reconcile* about the run's batches; when it can't tell (Manage out of reach), a note says so instead."""
    from xlpy.services.reconciling.reconcile import reconcile

    batches = {posting.batch_identifier.removesuffix(BATCH_SUFFIX[posting.key.kind]) for posting in postings}
    try:
        return tuple(reconcile(session, batch=batch) for batch in sorted(batches)), ()
    except XlpyError as error:
        reason = str(error)
    except Exception as error:
        logger.exception("The batches of the run could not be reconciled")
        reason = f"it failed ({type(error).__name__}); the log of this export has more."
    return (), (_NO_RECONCILE.format(reason=reason),)


def _of_kept(kept: KeptRun, postings: tuple[Posting, ...]) -> RecordContent:
    told = kept.report or kept.sync
    content = RecordContent(
        run_id=kept.run_id,
        action=kept.action,
        state="",
        text=told.text if told else "",
        batch_identifier="",
        at=told.at if told else datetime.fromisoformat(kept.at_utc),
        at_utc=kept.at_utc,
        user=kept.user,
        host=kept.host,
        manage_host=kept.manage_host,
        manage_company=kept.manage_company,
        cpny_id=kept.cpny_id,
        version=kept.version,
        plan_hash=kept.plan_hash,
        postings=postings,
    )
    if kept.report:
        report = kept.report
        return replace(
            content,
            state=str(report.state),
            batch_identifier=report.batch_identifier,
            results=report.results,
            problems=report.problems,
            approvals=(report.approval,) if report.approval else (),
        )
    if kept.sync:
        state = "completed with errors" if kept.sync.failed else "completed"
        return replace(
            content,
            state="dry run" if kept.sync.dry_run else state,
            payments=kept.sync.rows,
            notes=kept.sync.messages,
            approvals=(kept.sync.approval,) if kept.sync.approval else (),
        )
    return content


def _of_ledger(session: Session, run_id: str, postings: tuple[Posting, ...]) -> RecordContent:
    first = postings[0]
    cleared = all(posting.state is PostingState.CLEARED for posting in postings)
    return RecordContent(
        run_id=run_id,
        action="clear" if cleared else "export",
        state=_state_of(postings),
        text=f"{len(postings)} transactions are in the posting ledger of SL.",
        batch_identifier=", ".join(sorted({posting.batch_identifier for posting in postings})),
        at=first.posted_at,
        at_utc="",
        user=first.posted_by,
        host=first.posted_host,
        manage_host=first.manage_host,
        manage_company=first.manage_company,
        cpny_id=session.profile.sl.company,
        version="",
        plan_hash=first.plan_hash,
        results=tuple(_results_of(postings)),
        postings=postings,
        notes=(_FROM_LEDGER.format(host=first.posted_host, user=first.posted_by),),
    )


def _state_of(postings: Sequence[Posting]) -> str:
    """Say where the transactions of a run are by the posting ledger; several words when not all are in one place."""
    words = {
        (_OWED if p.closed_at is None else "") or "cleared: in Manage, not in SL"
        if p.state is PostingState.CLEARED
        else _PLACE_OF_STATE[p.state]
        for p in postings
    }
    return "; ".join(sorted(words))


def _results_of(postings: Iterable[Posting]) -> Iterator[ResultRow]:
    for posting in postings:
        row = ResultRow(
            batch_identifier=posting.batch_identifier,
            status=_RESULT_OF_STATE[posting.state],
            message="",
            kind=str(posting.key.kind),
            transaction=posting.number,
            transaction_id=posting.key.record_id,
            amount=posting.amount,
            currency=posting.currency,
        )
        if not posting.parts:
            yield row
        for part in posting.parts:
            yield replace(
                row,
                part=part.part,
                amount=posting.amount if part.part == "document" else part.amount,
                module=part.module,
                sl_batch=part.bat_nbr,
                doc_type=part.doc_type,
                reference=part.ref_nbr,
            )


def _plan_of(data: bytes, plan_hash: str) -> Plan | None:
    """Read a kept plan back; one that was changed since, or that can't be read, is none."""
    if not data:
        return None
    try:
        plan = Plan.from_json(data)
    except msgspec.MsgspecError:
        return None
    return plan if plan.hash == plan_hash else None


Mask = Callable[[str], str]


def mask_json(value: object, mask: Mask) -> object:
    """Mask every text in a JSON value; keys stay."""
    if isinstance(value, str):
        return mask(value)
    if isinstance(value, dict):
        return {key: mask_json(inner, mask) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [mask_json(inner, mask) for inner in value]
    return value

"""Practice release: what SL's own release would make of the plan, told per document. Nothing of it stays in SL.

This is no release: the accountant's is made in SL's own screens, when the batches are there.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

from xlpy.domain.checks.release import release_message
from xlpy.domain.documents.plan import Plan
from xlpy.domain.facts.books import sl_key
from xlpy.domain.preview.at_release import Difference, differences, unbalanced
from xlpy.domain.preview.journal import document_journal
from xlpy.domain.values.problems import Problem
from xlpy.domain.values.statuses import PracticeVerdict
from xlpy.errors import PostingRefused, PracticeImpossible
from xlpy.services.export.planning import make_plan
from xlpy.services.export.push import changed_since, only_run, refusal
from xlpy.services.run.ids import new_run_id
from xlpy.services.run.reports import Selection
from xlpy.services.run.session import Session

if TYPE_CHECKING:
    from xlpy.sl.screens.entries import Placed, WrittenBatch
    from xlpy.sl.writing.posting_checks import SetupSeen
    from xlpy.sl.writing.practice import Practised, PractisedBatch

logger = logging.getLogger(__name__)


GOOD = frozenset({PracticeVerdict.RELEASED, PracticeVerdict.NO_PROCEDURE})
_ORDER = {
    verdict: place
    for place, verdict in enumerate(
        (
            PracticeVerdict.NOT_TAKEN,
            PracticeVerdict.REJECTED,
            PracticeVerdict.DIFFERS,
            PracticeVerdict.NO_PROCEDURE,
            PracticeVerdict.RELEASED,
        )
    )
}
_INVENTORY = "SL releases inventory with a program of its own (10.400), which can't be run from outside"


@dataclass(frozen=True, slots=True)
class PracticeRow:
    """A document and SL's verdict. ``amount``: document currency, credit memos negative; ``period`` YYYYPP.

    ``numbers``: of SL's messages. ``difference``: debits that SL makes beyond the preview, in base currency, summed
    over the accounts without regard to sign; 0 when every account gets what the preview says.
    """

    verdict: PracticeVerdict
    message: str
    fix: str
    numbers: tuple[int, ...]
    module: str
    doc_type: str
    reference: str
    party: str
    amount: Decimal
    currency: str
    period: str
    difference: Decimal
    transaction: str
    transaction_ids: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class PracticeReport:
    """What a practice release found. ``problems``: why nothing was practised."""

    text: str
    plan: Plan
    rows: tuple[PracticeRow, ...] = ()
    problems: tuple[Problem, ...] = ()
    batches: int = 0

    @property
    def exit_code(self) -> int:
        """The command line's answer: 0 when SL would release everything as previewed, else 1."""
        return 0 if self.rows and all(row.verdict in GOOD for row in self.rows) else 1


def practice(session: Session, selection: Selection, *, preview_hash: str = "") -> PracticeReport:
    """Write what is marked, let SL release it, and roll everything back. With a preview, exactly what was previewed.

    Raises ``PracticeImpossible`` when the settings or the rights forbid it, ``PostingLocked`` when somebody is posting,
    ``ManageError`` and ``SlError`` when one of the systems can't be read.
    """
    from xlpy.sl.writing.posting_checks import read_setup_seen

    if not session.profile.posting.practice_release:
        raise PracticeImpossible(
            "The practice release is switched off for this company.",
            fix="[posting] practice_release in the settings switches it on; it needs rights of its own in SL.",
        )
    seen = read_setup_seen(session.sl)
    plan = make_plan(session, selection)
    refused = plan.stops or changed_since(preview_hash, plan)
    if refused or not plan.transactions:
        return _nothing(plan, refused)
    with only_run(session):
        try:
            practised = _practise(session, plan, seen)
        except PostingRefused as error:
            return _nothing(plan, (refusal(error),), str(error))
    rows = tuple(sorted((*_rows(plan, practised), *_not_taken(plan, practised)), key=lambda row: _ORDER[row.verdict]))
    report = PracticeReport(_said(rows, len(practised.batches)), plan, rows, plan.problems, len(practised.batches))
    logger.log(logging.WARNING if report.exit_code else logging.INFO, report.text)
    return report


def _practise(session: Session, plan: Plan, seen: SetupSeen) -> Practised:
    from xlpy.sl.writing.posting import PostRequest
    from xlpy.sl.writing.practice import practise

    posting = session.profile.posting
    request = PostRequest(
        plan=plan,
        run_id=new_run_id(session),
        user=session.user,
        host=session.host,
        now=session.now(),
        record_id_column=posting.user_column("ARDoc"),
        user_columns=posting.user_columns,
        expected=seen,
    )
    return practise(session.sl, request, told=lambda done, of: session.progress("Trying SL's release", done, of))


def _nothing(plan: Plan, refused: tuple[Problem, ...], reason: str = "") -> PracticeReport:
    if reason:
        text = f"Nothing was tried: {reason}"
    elif refused:
        text = f"Nothing was tried: {len(refused)} problem{'s' if len(refused) != 1 else ''} must be solved first."
    else:
        text = "Nothing was tried: no row is marked Include (or Home says not to export its kind)."
    return PracticeReport(text, plan, problems=plan.problems if refused == plan.stops else (*refused, *plan.problems))


def _said(rows: tuple[PracticeRow, ...], batches: int) -> str:
    def count(*verdicts: PracticeVerdict) -> int:
        return sum(row.verdict in verdicts for row in rows)

    good = count(PracticeVerdict.RELEASED)
    text = f"SL would release {good} of {len(rows)} documents in {batches} SL batch{'es' if batches != 1 else ''}"
    against = (
        (count(PracticeVerdict.DIFFERS), "would be posted differently than previewed"),
        (count(PracticeVerdict.REJECTED), "would not be released"),
        (count(PracticeVerdict.NOT_TAKEN), "would not be taken"),
        (count(PracticeVerdict.NO_PROCEDURE), "of Inventory can't be tried"),
    )
    more = "".join(f", {number} {words}" for number, words in against if number)
    return f"{text}{more}. Everything was rolled back: nothing was written."


def _rows(plan: Plan, practised: Practised) -> Iterator[PracticeRow]:
    for batch in practised.batches:
        apart = _differences(plan, batch)
        for placed in batch.written.documents:
            yield _row(plan, batch, placed, apart)


def _differences(plan: Plan, batch: PractisedBatch) -> tuple[Difference, ...]:
    if batch.verdict is None or not batch.verdict.released:
        return ()
    previewed = [
        (_reference(batch.written, placed), row)
        for placed in batch.written.documents
        for row in document_journal(plan, batch.written.batch, placed.document)
    ]
    return differences(previewed, batch.verdict.lines)


def _row(plan: Plan, batch: PractisedBatch, placed: Placed, apart: tuple[Difference, ...]) -> PracticeRow:
    reference = sl_key(_reference(batch.written, placed))
    own = tuple(one for one in apart if one.reference in ("", reference))
    verdict, message, fix = _judged(batch, own)
    return _facts(
        plan,
        batch.written,
        placed,
        verdict,
        message,
        fix,
        numbers=batch.verdict.messages if batch.verdict else (),
        difference=sum((abs(one.made - one.previewed) for one in own), Decimal(0)),
    )


def _judged(batch: PractisedBatch, apart: tuple[Difference, ...]) -> tuple[PracticeVerdict, str, str]:
    found = batch.verdict
    if found is None:
        return PracticeVerdict.NO_PROCEDURE, _INVENTORY, ""
    together = len(batch.written.documents) > 1
    of_batch = " (said of the whole batch: another of its documents may be the reason)" if together else ""
    if found.messages:
        words = [release_message(number) for number in found.messages]
        said = "; ".join(f"{number}: {one.what}" for number, one in zip(found.messages, words, strict=True))
        return PracticeVerdict.REJECTED, said + of_batch, ". ".join(dict.fromkeys(one.fix for one in words))
    if not found.released:
        said = found.error or f"SL left the batch in status {found.status or 'none'} without a message"
        fix = "Look up what the database says; ask your SL support, with the full log"
        return PracticeVerdict.REJECTED, said + of_batch, fix
    if off := unbalanced(found.lines):
        said = f"The GL transactions that SL makes are off by {off}"
        return PracticeVerdict.DIFFERS, said + of_batch, "Ask your SL support before you post"
    if apart:
        fix = "Compare the accounts in SL's set-up (taxes, customer, vendor) with the preview before you post"
        return PracticeVerdict.DIFFERS, "; ".join(one.text for one in apart), fix
    return PracticeVerdict.RELEASED, "", ""


def _facts(
    plan: Plan,
    batch: WrittenBatch,
    placed: Placed,
    verdict: PracticeVerdict,
    message: str,
    fix: str,
    *,
    numbers: tuple[int, ...],
    difference: Decimal,
) -> PracticeRow:
    from xlpy.sl.screens.entries import ENTRIES

    entry = ENTRIES[batch.batch.module]
    keys = entry.transactions(placed.document)
    names = {transaction.key: transaction.number for transaction in plan.transactions}
    amount, currency, _ = entry.amount(placed.document)
    rows = document_journal(plan, batch.batch, placed.document)
    return PracticeRow(
        verdict=verdict,
        message=message,
        fix=fix,
        numbers=numbers,
        module=batch.batch.module,
        doc_type=entry.doc_type(placed.document),
        reference=entry.own_reference(placed.document),
        party=next((row.party for row in rows if row.party), ""),
        amount=amount,
        currency=currency or next((row.currency for row in rows), ""),
        period=batch.batch.per_post,
        difference=difference,
        transaction=", ".join(dict.fromkeys(names.get(key, "") for key in keys)),
        transaction_ids=tuple(f"{key.kind}:{key.record_id}" for key in keys),
    )


def _not_taken(plan: Plan, practised: Practised) -> Iterator[PracticeRow]:
    """Yield a row for every transaction whose documents the database refused when they were written."""
    for transaction in plan.transactions:
        reason = practised.failed.get(transaction.key)
        if reason is None:
            continue
        yield PracticeRow(
            verdict=PracticeVerdict.NOT_TAKEN,
            message=reason,
            fix="Mend what it names; or leave the transaction out of this export",
            numbers=(),
            module="",
            doc_type="",
            reference="",
            party="",
            amount=transaction.amount,
            currency=transaction.currency,
            period="",
            difference=Decimal(0),
            transaction=transaction.number,
            transaction_ids=(f"{transaction.key.kind}:{transaction.key.record_id}",),
        )


def _reference(batch: WrittenBatch, placed: Placed) -> str:
    """Return the reference that the document's GL transactions carry."""
    from xlpy.sl.screens.entries import ENTRIES

    return placed.ref_nbr or ENTRIES[batch.batch.module].own_reference(placed.document)

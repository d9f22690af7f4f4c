"""Where a payment sync really starts: as the user chose, or with everything when something speaks for it."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, time

from xlpy.domain.afterwards.payment_start import From, SyncStart, a_month_before, first_moment
from xlpy.domain.mapping.references import reference_of
from xlpy.services.payments.memory import recall_reached
from xlpy.services.run.session import Session
from xlpy.sl.ledger_book.payment_choice import Since
from xlpy.sl.ledger_book.payment_state import SyncFacts


@dataclass(frozen=True, slots=True)
class Begin:
    """What counts as changed, how the report calls it, and why it is not what was chosen."""

    since: Since
    moment: datetime | None  # None: everything
    name: str
    messages: tuple[str, ...] = ()

    @property
    def reaches_now(self) -> bool:
        """Whether everything is looked at that happened since the last successful run."""
        return self.since.everything or self.since.after_adjust_id is not None


def where_to_begin(session: Session, start: SyncStart, facts: SyncFacts, take_over: Collection[str]) -> Begin:
    """Decide where to start. Everything runs by itself the first time, after a rerun and after a restore of SL."""
    # By SL's reference, too: an invoice that was entered by hand has no number of Manage in SL.
    rules = session.profile.posting
    numbers = frozenset(take_over) | {reference_of(number, rules) for number in take_over}
    reached = facts.last.adjust_id if facts.last else None
    why = _why_everything(session, facts)
    # Closed invoices that the ledger does not know are looked at as *Past month* would; older ones by a custom date.
    lately = datetime.combine(a_month_before(session.today()), time.min)
    everything = Since(everything=True, after_adjust_id=reached, moment=lately, by_date=True, numbers=numbers)
    if start.chosen is From.EVERYTHING or why:
        return Begin(everything, None, str(From.EVERYTHING), why)
    if start.chosen is From.LAST_RUN:
        if facts.last is None:
            first = "No sync has run to its end yet, so everything is compared."
            return Begin(everything, None, str(From.EVERYTHING), (first,))
        began = facts.last.started_at
        # By number alone: the clocks of the PCs and of the server are not the same.
        since = Since(after_adjust_id=reached, numbers=numbers)
        return Begin(since, began, f"{From.LAST_RUN} ({began:%Y-%m-%d %H:%M})")
    moment = first_moment(start, session.today())
    return Begin(Since(moment=moment, by_date=True, numbers=numbers), moment, _name(start, moment))


def _name(start: SyncStart, moment: datetime | None) -> str:
    return str(start) if start.chosen is From.CUSTOM or moment is None else f"{start} (from {moment:%Y-%m-%d})"


def _why_everything(session: Session, facts: SyncFacts) -> tuple[str, ...]:
    reached = recall_reached(session)
    found = []
    if facts.reruns:
        found.append(f"A rerun has posted {_invoices(facts.reruns)} since the last sync, so everything is compared.")
    if facts.adjust_id is None and facts.last is not None:
        found.append("This version of SL does not number its applications, so everything is compared.")
    if (facts.adjust_id or 0) < reached.adjust_id or facts.sync_run_id < reached.sync_run_id or facts.forgotten:
        found.append(
            "SL has less than the last sync saw: it seems to be restored from a backup, so everything is compared."
        )
    return tuple(found)


def _invoices(count: int) -> str:
    return f"{count} invoice{'s' if count != 1 else ''}"

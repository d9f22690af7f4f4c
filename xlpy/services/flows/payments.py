"""Sync payments."""

from __future__ import annotations

from collections.abc import Collection
from typing import TYPE_CHECKING

from xlpy.services.flows.told import Flow, Told

if TYPE_CHECKING:
    from xlpy.domain.afterwards.payment_start import SyncStart
    from xlpy.services.run.session import Session
    from xlpy.services.run.sync_report import SyncReport


def sync(session: Session, start: SyncStart, *, take_over: Collection[str] = ()) -> Flow[SyncReport, SyncReport]:
    """Write what SL has been paid since ``start`` into Manage; looking is the dry run, which writes nothing."""

    def told(*, dry_run: bool) -> Told[SyncReport]:
        from xlpy.services.as_json.payments import sync_json
        from xlpy.services.payments.sync import sync_payments

        report = sync_payments(session, start, dry_run=dry_run, take_over=take_over)
        return Told(report, report.exit_code, report.text, sync_json(report))

    return Flow("SYNC", lambda: told(dry_run=True), lambda: told(dry_run=False))

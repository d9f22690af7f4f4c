"""The second half of ``xlpy demo``: SL releases and posts, customers pay, and Manage gets to know it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from xlpy.demo import firm

if TYPE_CHECKING:
    from sqlalchemy import Engine

    from xlpy.excel.buttons.pressed import Choices, Pressed

    class Press(Protocol):
        """Presses a button of the demo's workbook and says what came of it."""

        def __call__(self, button: str, what: str, choices: Choices | None = None) -> Pressed:
            """Press it; ``what`` is told."""


Say = Callable[[str], None]

SHARE_PAID = Decimal(2) / 3
PAID_AFTER = timedelta(days=17)
SHOWN = 6  # payments that are told one by one


def release_and_pay(engine: Engine, say: Say) -> None:
    """Do what the accountant does in SL's own screens: release and post every batch, then enter customers' payments."""
    from xlpy.demo.company.release.run import release_everything
    from xlpy.demo.company.some_payments import pay_some

    outcomes = release_everything(engine, firm.COMPANY_ID)
    refused = [outcome for outcome in outcomes if outcome.messages or outcome.error]
    counts = Counter(outcome.module for outcome in outcomes)
    batches = ", ".join(f"{count} {module}" for module, count in sorted(counts.items()))
    say(f"  In SL: the accountant releases and posts the batches ({batches}), {len(refused)} refused")
    paid = pay_some(engine, share=SHARE_PAID, on=firm.THROUGH_DATE + PAID_AFTER)
    say(f"  In SL: customers pay {len(paid)} invoices, as they do:")
    for line in paid[:SHOWN]:
        say(f"    {line}")


def sync_and_prove(press: Press, run_id: str, profile: Path, say: Say) -> int:
    """Bring the payments to Manage, compare both systems to the cent, and save a record of the run that verifies.

    Returns the exit code: 0 when all of it is as it should be.
    """
    from xlpy.excel.buttons.pressed import Choices
    from xlpy.services.records.audit_verify import verify_audit_record

    synced = press("sync", "Sync payments: what SL has been paid, into Manage")
    reconciled = press("reconcile", "Reconcile: Manage, posting ledger, SL and general ledger, to the cent")
    press("batches", "Batches: what became of them in SL")
    record = Choices(run_id=run_id)
    saved = press("audit", "Export audit record: everything of the run, with its fingerprints", record)
    path = Path(str(saved.data["path"]))
    verdict = verify_audit_record(path, profile)
    say(f"  Verify it\n    {verdict.text}")
    return max(synced.exit_code, reconciled.exit_code, saved.exit_code, verdict.exit_code)

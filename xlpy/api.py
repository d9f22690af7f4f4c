"""The small Python API, for notebooks and scripts: frames for looking, typed objects for working.

>>> import xlpy
>>> with xlpy.connect("settings.toml") as books:          # doctest: +SKIP
...     unposted = books.unposted(through=date(2026, 10, 31))
...     plan = books.plan(unposted.index, batch="20261031JD", through=date(2026, 10, 31))
...     books.problems(plan)
...     report = books.push(plan)
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict
from datetime import date
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING

import pandas as pd

from xlpy.domain.plan import Plan
from xlpy.errors import StoppedByProblems
from xlpy.runlog import run_log
from xlpy.services.memory import remember_preview
from xlpy.services.reports import Marked, RunReport, Selection
from xlpy.services.session import Session
from xlpy.settings import Profile, load_profile

if TYPE_CHECKING:
    from xlpy.services.doctor import Finding
    from xlpy.services.recover import RecoverReport


class Books:
    """One Manage site and one SL company. Frames hold ``Decimal`` amounts (object columns) and dates."""

    def __init__(self, session: Session) -> None:
        self.session = session

    def unposted(self, *, through: date | None = None, location: str = "") -> pd.DataFrame:
        """Return the unposted invoices, indexed by ``id`` (billingLogId). Credit memos are negative."""
        from xlpy.services.refresh import refresh

        with run_log("refresh"):
            report = refresh(self.session, through=through or date.max, location=location)
        return _frame(
            {
                "id": row.invoice.billing_log_id,
                "number": row.invoice.number,
                "type": row.invoice.invoice_type,
                "date": row.invoice.invoice_date,
                "due": row.invoice.due_date,
                "company": row.invoice.company.name,
                "customer": row.invoice.account_number,
                "location": row.invoice.location,
                "subtotal": row.subtotal,
                "tax": row.tax,
                "total": row.total,
                "currency": row.invoice.currency,
                "base_total": row.base_total,
                "period": row.expected_period,
                "reference": row.reference,
                "status": row.status,
            }
            for row in report.invoices
        ).set_index("id")

    def plan(
        self,
        ids: Iterable[int],
        *,
        batch: str,
        through: date,
        again: Iterable[int] = (),
        detail: str = "Default",
        period: str = "By document date",
        location: str = "",
    ) -> Plan:
        """Check and plan invoices by id (billingLogId). Writes nothing; ``plan.problems`` says what is wrong."""
        from xlpy.services.planning import make_plan

        selection = _selection(ids, batch, through, again, detail, period, location)
        with run_log("check"):
            return make_plan(self.session, selection)

    def problems(self, plan: Plan) -> pd.DataFrame:
        """Return the problems of a plan, one row each."""
        return _frame(asdict(problem) for problem in plan.problems)

    def journal(self, plan: Plan) -> pd.DataFrame:
        """Return the complete journal of a plan, as the Preview sheet shows it."""
        from xlpy.domain.journal import journal

        return _frame(asdict(row) for row in journal(plan))

    def push(self, plan: Plan) -> RunReport:
        """Post exactly this plan, or nothing. Raises ``StoppedByProblems`` when the plan has a stop."""
        from xlpy.services.push import push

        if plan.stops:
            raise StoppedByProblems(
                f"The plan has {len(plan.stops)} problems that stop it.", fix="Solve them, and plan again."
            )
        options = plan.options
        again = [int(t.key.record_id) for t in plan.transactions if t.action == "post again"]
        selection = _selection(
            [int(t.key.record_id) for t in plan.transactions],
            options.batch_identifier,
            options.through_date,
            again,
            options.detail,
            options.period,
            self.session.manage.locations().get(options.location_id, "") if options.location_id else "",
        )
        with run_log("push"):
            return push(self.session, selection, preview_hash=remember_preview(plan))

    def recover(self) -> RecoverReport:
        """Finish half-finished batches of any PC and user."""
        from xlpy.services.recover import recover

        with run_log("recover"):
            return recover(self.session)

    def check_setup(self) -> tuple[Finding, ...]:
        """Check the set-up of both systems."""
        from xlpy.services.doctor import check_setup

        with run_log("doctor"):
            return check_setup(self.session)

    def close(self) -> None:
        """Close both connections."""
        self.session.close()

    def __enter__(self) -> Books:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.session.__exit__(kind, error, trace)


def connect(profile: Profile | Path | str | None = None) -> Books:
    """Open a profile: an object, a path of its file, or None for ``XLPY_PROFILE`` and the environment."""
    chosen = profile if isinstance(profile, Profile) else load_profile(Path(profile) if profile else None)
    return Books(Session.open(chosen))


def _selection(
    ids: Iterable[int], batch: str, through: date, again: Iterable[int], detail: str, period: str, location: str
) -> Selection:
    anew = {int(i) for i in again}
    marked = tuple(Marked(int(i), int(i) in anew) for i in ids)
    return Selection(batch, through, marked, location, detail, period)


def _frame(rows: Iterable[dict[str, object]]) -> pd.DataFrame:
    return pd.DataFrame(list(rows))

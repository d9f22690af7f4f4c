"""The reports of the month end as frames: tie-out, accruals, mappings."""

from __future__ import annotations

from datetime import date

import pandas as pd

from xlpy.api.frames import of_fields
from xlpy.runlog import run_log
from xlpy.services.run.session import Session


class MonthEndFrames:
    """What is looked at before a period is closed. Each asks both systems, and changes nothing."""

    session: Session

    def tie_out(self, period: str = "") -> pd.DataFrame:
        """Return Manage, posting ledger, SL's subledgers and its general ledger of a period side by side.

        A row per account (those that differ first), below it its transactions and SL batches, at last balances as of
        now; base currency, debits positive. ``period``: as SL shows it (``10-2026``), empty for the current one.
        """
        from xlpy.domain.afterwards.tie_out import TieOutRow
        from xlpy.services.flows.records import tie_out

        with run_log("tie_out"):
            return of_fields(TieOutRow, tie_out(self.session, period=period).report.rows)

    def accruals(self, through: date) -> pd.DataFrame:
        """Return what is not in the books through a day, and what customers have paid ahead, as the sheet Accruals.

        ``section`` tells the lists apart: sums of unposted transactions by period and age; the accounts of receipts
        without a vendor invoice; open down payments by customer, and the accounts that they stand on in SL.
        """
        from xlpy.domain.afterwards.accruals import AccrualRow
        from xlpy.services.flows.records import accruals

        with run_log("accruals"):
            return of_fields(AccrualRow, accruals(self.session, through=through).report.rows)

    def mappings(self) -> pd.DataFrame:
        """Return every active master of Manage with its SL partner, or what is missing and what is likeliest."""
        from xlpy.domain.mapping.overview.rows import MappingRow
        from xlpy.services.flows.records import mappings

        with run_log("mappings"):
            return of_fields(MappingRow, mappings(self.session).report.rows)

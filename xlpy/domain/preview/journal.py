"""The complete journal of a plan: what would be written, and what SL's release makes of it.

Each document foots to zero in document and in base currency: the base rounding difference is shown on the line that
the release moves it to.
"""

from __future__ import annotations

from xlpy.domain.documents.plan import Plan
from xlpy.domain.preview.ap import ap_rows, created_vendor_rows
from xlpy.domain.preview.ar import ar_rows, created_customer_rows
from xlpy.domain.preview.gl import gl_rows
from xlpy.domain.preview.inventory import created_item_rows, inventory_rows
from xlpy.domain.preview.rows import MADE_AT_RELEASE, TO_BE_CREATED, WRITTEN, JournalRow

__all__ = ["MADE_AT_RELEASE", "TO_BE_CREATED", "WRITTEN", "JournalRow", "journal"]


def journal(plan: Plan) -> tuple[JournalRow, ...]:
    """Return the journal of a plan: masters to be created first, then each document's lines, taxes and control line.

    Documents in the order of modules: receivables, payables, journals, inventory.
    """
    numbers = {transaction.key: transaction.number for transaction in plan.transactions}
    return (
        *created_customer_rows(plan.ar, numbers),
        *created_vendor_rows(plan.ap, numbers),
        *created_item_rows(plan.inventory, numbers),
        *ar_rows(plan.ar, numbers),
        *ap_rows(plan.ap, numbers),
        *gl_rows(plan.gl, plan.base_currency, numbers),
        *inventory_rows(plan.inventory, plan.base_currency, numbers),
    )

"""The export of a batch that is in Manage already: what a rerun posts, and what reconciling compares.

Source: Manage API: three POSTs that are easy to mix up, rerun. That the call changes nothing is unverified.
"""

from __future__ import annotations

from dataclasses import dataclass

from xlpy.domain.facts.batch_entries import exported_entry_ids
from xlpy.domain.facts.manage import ExportInvoice
from xlpy.domain.facts.manage_expenses import ExportedExpenses
from xlpy.domain.facts.manage_procurement import ExportedProcurement
from xlpy.errors import ManageError
from xlpy.manage import expenses, invoices, procurement
from xlpy.manage.batches import BATCHES, AccountingBatch
from xlpy.manage.exporting import ask_of_batch
from xlpy.manage.http.transport import Transport
from xlpy.manage.paging import Progress

NO_EXPENSES = ExportedExpenses()
NO_PROCUREMENT = ExportedProcurement()


@dataclass(frozen=True, slots=True)
class BatchExport:
    """The documents of a batch, in Manage's own signs and order; a kind that the batch does not have is empty."""

    invoices: tuple[ExportInvoice, ...] = ()
    expenses: ExportedExpenses = NO_EXPENSES
    procurement: ExportedProcurement = NO_PROCUREMENT

    @property
    def entry_ids(self) -> frozenset[int]:
        """The GL entries that the documents name: those of the batch, as far as they are shown."""
        return exported_entry_ids(self.invoices, self.expenses, self.procurement)

    @property
    def count(self) -> int:
        """How many documents there are: invoices, bills, single expenses, receipts, adjustments, transfers."""
        expenses, stock = self.expenses, self.procurement
        return sum(
            map(
                len,
                (
                    self.invoices,
                    expenses.bills,
                    expenses.expenses,
                    stock.purchases,
                    stock.adjustments,
                    stock.transfers,
                ),
            )
        )


def export_batch(
    transport: Transport, batch: AccountingBatch, *, detail: str, progress: Progress | None = None
) -> BatchExport:
    """Return the export of everything in a batch, with the batch's own kinds; repeated like a read.

    ``detail`` is the level of the invoice lines (Default, Condensed, Detailed). Raises ``ManageRefused`` with status
    404 when there is no such batch, ``ManageError`` when it is marked for no kind, when a document or a GL entry
    comes twice, or when things of a kind come that the batch is not marked for.
    """
    if not batch.kinds:
        raise ManageError(
            f"The batch {batch.identifier!r} is marked for no kind of transaction in Manage.",
            fix="Look at Finance > Accounting Interface in Manage; such a batch can't be exported again.",
        )
    path = f"{BATCHES}/{batch.id}/export"
    parts = ask_of_batch(transport, path, batch.kinds, batch_identifier=batch.identifier, detail=detail)
    found = BatchExport(
        invoices.read_exported(parts.get("transactions", ())),
        expenses.read_exported(parts, set()),
        procurement.read_exported(parts, set()),
    )
    if progress:
        progress(found.count, found.count)
    return found

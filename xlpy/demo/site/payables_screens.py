"""What people do at Manage's screens with expenses, purchase orders, adjustments and transfers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

from xlpy.demo.site.door.answers import Refusal, not_found
from xlpy.demo.site.memory import SiteMemory
from xlpy.demo.site.payables_records import (
    ADJUSTMENT,
    EXPENSE,
    RECEIPT,
    TRANSFER,
    Adjustment,
    Expense,
    ProcurementDocument,
    Receipt,
    Transfer,
)


class PayablesScreens(SiteMemory):
    """The part of a site that is about expenses and procurement."""

    @property
    def exports_non_reimbursable(self) -> bool:
        """Whether the export has the lines of expenses that are not reimbursable (unverified; either must work)."""
        return self.records.exports_non_reimbursable

    @exports_non_reimbursable.setter
    def exports_non_reimbursable(self, exported: bool) -> None:
        self.records.exports_non_reimbursable = exported

    @property
    def expenses_as_bill(self) -> bool:
        """Whether expenses are exported as bills (Accounting Package: Transfer Expense as a Bill)."""
        return bool(self.table("accountingPackageSetup")[1]["transferExpensesAsBillFlag"])

    @expenses_as_bill.setter
    def expenses_as_bill(self, as_bill: bool) -> None:
        with self.lock:
            self.table("accountingPackageSetup")[1]["transferExpensesAsBillFlag"] = as_bill
            self.changed()

    # Reading

    def unposted_expenses(self) -> list[Expense]:
        """Return the unposted expenses; call it under the lock."""
        return [expense for expense in self.records.expenses.values() if self.is_open(expense.entry_ids)]

    def unposted_expense_ids(self) -> tuple[int, ...]:
        """Return the expenseDetailIds of the unposted expenses, in order."""
        with self.lock:
            return tuple(expense.id for expense in self.unposted_expenses())

    def unposted_procurement(self) -> list[ProcurementDocument]:
        """Return the unposted receipts, adjustments and transfers; call it under the lock."""
        return [document for document in self.procurement() if self.is_open(document.entry_ids)]

    def unposted_product_ids(self) -> tuple[str, ...]:
        """Return the unpostedProductIds of what is unposted, in order, each once."""
        with self.lock:
            return tuple(dict.fromkeys(document.unposted_product_id for document in self.unposted_procurement()))

    def batch_of_expense(self, expense_detail_id: int) -> str | None:
        """Return the identifier of the batch that an expense is in; None when any entry of it is unposted."""
        with self.lock:
            batch = self.batch_with(self.records.expenses[expense_detail_id].entry_ids)
            return batch.identifier if batch is not None else None

    def batch_of_procurement(self, unposted_product_id: str) -> str | None:
        """Return the identifier of the batch that everything with this id is in; None when any of it is unposted."""
        with self.lock:
            entry_ids = [e for document in self.documents_of(unposted_product_id) for e in document.entry_ids]
            batch = self.batch_with(entry_ids)
            return batch.identifier if batch is not None else None

    def documents_of(self, unposted_product_id: str) -> Sequence[ProcurementDocument]:
        """Return what has this id: several when an order was received twice with the same packing slip.

        Raises ``KeyError`` when there is none. Call it under the lock.
        """
        found = [d for d in self.procurement() if d.unposted_product_id == unposted_product_id]
        if not found:
            raise KeyError(unposted_product_id)
        return found

    # What people do at the screens

    def set_vendor_number(self, member_id: int, text: str) -> None:
        """Type the Vendor Nbr of a member (System > Members); empty clears it."""
        self.type_into("members", member_id, "vendorNumber", text)

    def set_vendor_xref(self, company_id: int, text: str) -> None:
        """Type the Vendor XRef of a company (Finance > Company Finance); empty clears it."""
        self.type_into("companies", company_id, "vendorIdentifier", text)

    def set_location_xref(self, warehouse_id: int, text: str) -> None:
        """Type the Location Xref of a warehouse (Procurement > Warehouses); empty clears it."""
        self.type_into("warehouses", warehouse_id, "locationXref", text)

    def unbatch_expense(self, expense_detail_id: int) -> None:
        """Un-batch an expense (More > Unbatch). Raises ``ValueError`` when it is in no batch, or in a closed one."""
        with self.lock:
            expense = self.records.expenses[expense_detail_id]
            batch = self.take_out_of_batches(expense.entry_ids, f"Expense {expense.id}")
            self.records.expenses[expense.id] = replace(
                expense, unbatched_from=batch.id, unbatched_name=batch.identifier
            )

    def unbatch_procurement(self, unposted_product_id: str) -> None:
        """Un-batch everything with this id. Raises ``ValueError`` when it is in no batch, or in a closed one."""
        with self.lock:
            self._unbatch(self.documents_of(unposted_product_id), unposted_product_id)

    def correct_expense(self, expense_detail_id: int, change: Decimal) -> None:
        """Correct an unposted expense by ``change`` and approve it anew: its GL entries get new ids.

        Its tax stays as it is. Raises ``ValueError`` while any of its entries is in a batch: un-batch it first.
        """
        with self.lock:
            expense = self.records.expenses[expense_detail_id]
            if any(entry_id in self.records.batched for entry_id in expense.entry_ids):
                raise ValueError(f"Expense {expense.id} is in a batch; un-batch it first.")
            for entry_id in expense.entry_ids:
                del self.records.entries[entry_id]
            billable = expense.billable + change if expense.billable else expense.billable
            self.add_expense(replace(expense, total=expense.total + change, billable=billable))

    def receive_again(self, unposted_product_id: str, *, vendor_invoice_number: str = "", days_later: int = 0) -> None:
        """Receive the same goods of a purchase order once more with the same packing slip.

        The new receipt has entries of its own and the same unpostedProductId. Raises ``ValueError`` for an adjustment
        or a transfer.
        """
        with self.lock:
            receipts = [d for d in self.documents_of(unposted_product_id) if isinstance(d, Receipt)]
            if not receipts:
                raise ValueError(f"{unposted_product_id} is no receipt.")
            last = receipts[-1]
            on: date = last.day + timedelta(days=days_later)
            self.add_receipt(
                replace(
                    last,
                    id=max(self.records.receipts) + 1,
                    day=on,
                    vendor_invoice_number=vendor_invoice_number,
                    vendor_invoice_date=on if vendor_invoice_number else None,
                    unbatched_from=0,
                    unbatched_name="",
                )
            )

    # What the API does to purchase orders

    def unbatch_order(self, order_id: int) -> None:
        """Un-batch every receipt of a purchase order; that it is all of them is unverified.

        Refuses (404) no such order, (400) one with nothing in a batch, or something in a closed one.
        """
        receipts = self._receipts_of(order_id)
        if self.harsh.unbatch_does_nothing:
            return
        if self.harsh.unbatch_takes_one:
            marked = [r for r in receipts if any(entry_id in self.records.batched for entry_id in r.entry_ids)]
            receipts = marked[-1:]
        try:
            self._unbatch(receipts, f"Purchase order {self.records.orders[order_id].number}")
        except ValueError as error:
            raise Refusal(400, "InvalidOperation", str(error)) from None

    def rebatch_order(self, order_id: int) -> None:
        """Put the un-batched receipts of a purchase order back into their batches. Refuses like ``unbatch_order``."""
        waiting = [r for r in self._receipts_of(order_id) if r.unbatched_from and self.is_open(r.entry_ids)]
        batches = self.records.batches
        if not waiting or any(r.unbatched_from not in batches or batches[r.unbatched_from].closed for r in waiting):
            raise Refusal(400, "InvalidOperation", f"Purchase order {order_id} has nothing that can be batched again.")
        for receipt in waiting:
            batch = batches[receipt.unbatched_from]
            open_ids = [entry_id for entry_id in receipt.entry_ids if entry_id not in self.records.batched]
            batch.entry_ids.extend(open_ids)
            self.records.batched.update(dict.fromkeys(open_ids, batch.id))
            self.records.receipts[receipt.id] = replace(receipt, unbatched_from=0, unbatched_name="")
        self.changed()

    # Closing documents

    def add_expense(self, expense: Expense) -> None:
        """Approve an expense: give it its two GL entries with new ids, and keep it."""
        with self.lock:
            self.records.expenses[expense.id] = replace(
                expense, entry_id=self.new_entry(EXPENSE, expense.id), offset_id=self.new_entry(EXPENSE, expense.id)
            )
            self.changed()

    def add_receipt(self, receipt: Receipt) -> None:
        """Receive goods: every line and tax gets a GL entry with a new id."""
        with self.lock:
            lines = tuple(replace(line, entry_id=self.new_entry(RECEIPT, receipt.id)) for line in receipt.lines)
            taxes = tuple(replace(tax, entry_id=self.new_entry(RECEIPT, receipt.id)) for tax in receipt.taxes)
            self.records.receipts[receipt.id] = replace(receipt, lines=lines, taxes=taxes)
            self.changed()

    def add_adjustment(self, adjustment: Adjustment) -> None:
        """Close an adjustment: every detail gets a GL entry with a new id."""
        with self.lock:
            lines = tuple(
                replace(line, entry_id=self.new_entry(ADJUSTMENT, adjustment.id)) for line in adjustment.lines
            )
            self.records.adjustments[adjustment.id] = replace(adjustment, lines=lines)
            self.changed()

    def add_transfer(self, transfer: Transfer) -> None:
        """Close a transfer: every item moved gets two GL entries with new ids."""
        with self.lock:
            lines = tuple(
                replace(
                    line,
                    entry_id=self.new_entry(TRANSFER, transfer.id),
                    offset_id=self.new_entry(TRANSFER, transfer.id),
                )
                for line in transfer.lines
            )
            self.records.transfers[transfer.id] = replace(transfer, lines=lines)
            self.changed()

    def _receipts_of(self, order_id: int) -> list[Receipt]:
        if order_id not in self.records.orders:
            raise not_found("PurchaseOrder", order_id)
        return [receipt for receipt in self.records.receipts.values() if receipt.order_id == order_id]

    def _unbatch(self, documents: Sequence[ProcurementDocument], what: str) -> None:
        batched = self.records.batched
        marked = [d for d in documents if any(entry_id in batched for entry_id in d.entry_ids)]
        where = {id(d): self.batch_with(e for e in d.entry_ids if e in batched) for d in marked}
        self.take_out_of_batches([entry_id for d in documents for entry_id in d.entry_ids], what)
        for document in marked:
            batch = where[id(document)]
            if batch is not None:
                self._keep(replace(document, unbatched_from=batch.id, unbatched_name=batch.identifier))

    def _keep(self, document: ProcurementDocument) -> None:
        match document:
            case Receipt():
                self.records.receipts[document.id] = document
            case Adjustment():
                self.records.adjustments[document.id] = document
            case Transfer():
                self.records.transfers[document.id] = document

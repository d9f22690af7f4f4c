"""The Manage site as the services see it: one object, everything they may ask of it."""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from datetime import date, datetime
from decimal import Decimal
from types import TracebackType

from xlpy.domain.facts.batch_entries import BatchEntry
from xlpy.domain.facts.manage import (
    BillingTerms,
    CatalogItem,
    ExportInvoice,
    GlSegments,
    ManageCompany,
    ManageMasters,
    PackageSetup,
    TaxCode,
    UnpostedInvoice,
)
from xlpy.domain.facts.manage_expenses import ExportedExpenses, Member, UnpostedExpense
from xlpy.domain.facts.manage_payments import InvoicePayment, ManageInvoice
from xlpy.domain.facts.manage_procurement import (
    AdjustmentRecord,
    ExportedProcurement,
    StockOnHand,
    UnitOfMeasure,
    UnpostedProcurement,
    Warehouse,
)
from xlpy.domain.values.transactions import Kind, TransactionKey
from xlpy.manage import (
    active,
    batch_export,
    batches,
    expenses,
    invoice_records,
    invoices,
    masters,
    payments,
    procurement,
    setup,
    stock,
    trying,
)
from xlpy.manage.active import ActiveIds
from xlpy.manage.batch_export import NO_EXPENSES, NO_PROCUREMENT, BatchExport
from xlpy.manage.batches import AccountingBatch
from xlpy.manage.exporting import ExportRequest
from xlpy.manage.http.transport import Transport
from xlpy.manage.paging import Progress
from xlpy.manage.setup import SystemInfo
from xlpy.manage.trying import MemberLimits
from xlpy.profile.credentials import ManageSecrets
from xlpy.profile.settings import ManageSettings

__all__ = ["AccountingBatch", "BatchEntry", "BatchExport", "ManageClient", "Progress", "SystemInfo"]


class ManageClient:
    """A Manage site and one company in it. Nothing is sent before it is needed.

    Every method may raise ``ManageUnreachable``, ``ManageRefused`` or ``ManageSpokeNonsense``. Raises
    ``SettingsError`` when the settings can't work. ``sleep`` waits between the tries of a read.
    """

    def __init__(
        self, settings: ManageSettings, secrets: ManageSecrets, *, sleep: Callable[[float], None] = time.sleep
    ) -> None:
        self._transport = Transport(settings, secrets, sleep=sleep)
        self._chunk = settings.export_chunk
        self._countries: dict[int, str] = {}
        self.left_out: dict[Kind, int] = {}  # rows of the unposted lists, as last read, that can't be exported

    def __repr__(self) -> str:
        return f"ManageClient({self.host}, company {self.company!r})"

    def __enter__(self) -> ManageClient:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close the connections."""
        self._transport.close()

    @property
    def host(self) -> str:
        """Host of the API, with its port when that is not the usual one: what the posting ledger keeps."""
        return self._transport.address.host

    @property
    def company(self) -> str:
        """Company id at that host, in small letters: Manage does not tell the case apart, the posting ledger would."""
        return self._transport.company.lower()

    # -- set-up --------------------------------------------------------------------------------------------------

    def info(self) -> SystemInfo:
        """Return the site's version: the test of the connection."""
        return setup.system_info(self._transport)

    def count_of(self, path: str) -> int:
        """Return how many records a list has: the cheapest way to try the right to read it."""
        return trying.count_of(self._transport, path)

    def member_limits(self, identifier: str) -> MemberLimits | None:
        """Return what limits a member; None when there is no such member."""
        return trying.member_limits(self._transport, identifier)

    @property
    def over_https(self) -> bool:
        """Whether the connection is encrypted, with a certificate that is checked: always, but for this PC itself."""
        return self._transport.address.scheme == "https"

    @property
    def server_time(self) -> datetime | None:
        """The site's clock at its last answer; None when it does not tell."""
        return trying.moment_of(self._transport.date)

    def package_setup(self) -> PackageSetup:
        """Return the accounting package options."""
        return setup.package_setup(self._transport)

    def gl_segments(self) -> GlSegments:
        """Return which segments of an account text make the SL account and subaccount."""
        return setup.gl_segments(self._transport)

    def gl_account_texts(self) -> frozenset[str]:
        """Return every account text, joined with colons, that the GL set-up can give."""
        return setup.gl_account_texts(self._transport)

    def currency_decimals(self) -> dict[str, int]:
        """Return the decimals of each currency by its code."""
        return setup.currency_decimals(self._transport)

    def locations(self) -> dict[int, str]:
        """Return the names of the locations by id."""
        return setup.locations(self._transport)

    # -- masters -------------------------------------------------------------------------------------------------

    def companies(self, ids: Collection[int]) -> dict[int, ManageCompany]:
        """Return the companies with these ids, by id; those that are not there are left out."""
        return masters.companies(self._transport, ids, self._countries)

    def tax_codes(self, ids: Collection[int]) -> dict[int, TaxCode]:
        """Return the tax codes with these ids, with their levels."""
        return masters.tax_codes(self._transport, ids)

    def billing_terms(self) -> dict[int, BillingTerms]:
        """Return all billing terms by id."""
        return masters.billing_terms(self._transport)

    def catalog_items(self, ids: Collection[int]) -> dict[int, CatalogItem]:
        """Return the products with these ids, by id."""
        return masters.catalog_items(self._transport, ids)

    def members(self, ids: Collection[int]) -> dict[int, Member]:
        """Return the members with these ids, by id."""
        return masters.members(self._transport, ids)

    def company_payment_methods(self) -> frozenset[int]:
        """Return the ids of the payment methods by which the company pays itself."""
        return masters.company_payment_methods(self._transport)

    def warehouses(self) -> dict[int, Warehouse]:
        """Return all warehouses by id."""
        return masters.warehouses(self._transport)

    def active_ids(self) -> ActiveIds:
        """Return the ids of all active companies, members, tax codes and inventory products."""
        return active.active_ids(self._transport)

    def stock(self, progress: Progress | None = None) -> tuple[StockOnHand, ...]:
        """Return what is on hand of every inventory product, all warehouses together, with its cost in the catalog."""
        return stock.stock_on_hand(self._transport, progress)

    def units(self) -> dict[int, UnitOfMeasure]:
        """Return all units of measure by id."""
        return masters.units(self._transport)

    def adjustment_records(self, ids: Collection[int]) -> dict[int, AdjustmentRecord]:
        """Return the inventory adjustments with these ids, with their details; those not there are left out."""
        return masters.adjustment_records(self._transport, ids)

    def read_masters(
        self,
        export: Sequence[ExportInvoice],
        companies_of: Iterable[int] = (),
        *,
        expenses: ExportedExpenses = NO_EXPENSES,
        procurement: ExportedProcurement = NO_PROCUREMENT,
    ) -> ManageMasters:
        """Return the masters that these documents refer to; a kind that has no documents costs no call.

        ``companies_of``: ids of more companies, such as those that the unposted list bills the invoices to.
        Companies: those of the invoices with those they are billed to, and the vendors of the receipts. Warehouses
        and units come whole when there is procurement: documents name them by their names.
        """
        of_documents = (doc.company.id for docs in (export, procurement.purchases) for doc in docs)
        companies = self.companies(_present((*companies_of, *of_documents)))
        bill_to = _present(company.bill_to.id for company in companies.values()) - companies.keys()
        stocked = bool(procurement.purchases or procurement.adjustments or procurement.transfers)
        return ManageMasters(
            package=self.package_setup(),
            segments=self.gl_segments(),
            gl_accounts=self.gl_account_texts(),
            companies={**companies, **self.companies(bill_to)},
            tax_codes=self.tax_codes(
                _present(doc.tax_code.id for docs in (export, procurement.purchases) for doc in docs)
            ),
            terms=self.billing_terms(),
            catalog=self.catalog_items(_present(masters.items_of(export, procurement))),
            decimals=self.currency_decimals(),
            members=self.members(_present(masters.members_of(expenses))),
            warehouses=self.warehouses() if stocked else {},
            units=self.units() if stocked else {},
            adjustments=self.adjustment_records(_present(doc.adjustment_id for doc in procurement.adjustments)),
        )

    # -- invoices ------------------------------------------------------------------------------------------------

    def unposted_invoices(self, progress: Progress | None = None) -> list[UnpostedInvoice]:
        """Return the unposted invoices and credit memos, once each."""
        left_out: list[str] = []
        rows = invoices.unposted_invoices(self._transport, progress, left_out)
        self.left_out[Kind.INVOICE] = len(left_out)
        return rows

    def export_invoices(
        self,
        ids: Sequence[int],
        *,
        through: date,
        detail: str,
        batch_identifier: str,
        location_id: int = 0,
        progress: Progress | None = None,
    ) -> tuple[ExportInvoice, ...]:
        """Return the export of these invoices (billing log ids), in their order; nothing in Manage changes.

        ``location_id`` 0 means all. An invoice that Manage can't export (no GL entries) is missing in the answer.
        Raises ``ManageError`` when anything else comes back.
        """
        request = ExportRequest(through, detail, batch_identifier, location_id)
        return invoices.export_invoices(self._transport, ids, request, chunk=self._chunk, progress=progress)

    # -- expenses and procurement --------------------------------------------------------------------------------

    def unposted_expenses(self, progress: Progress | None = None) -> list[UnpostedExpense]:
        """Return the unposted expenses, once each, with the names of their locations."""
        left_out: list[str] = []
        rows = expenses.unposted_expenses(self._transport, self.locations, progress, left_out)
        self.left_out[Kind.EXPENSE] = len(left_out)
        return rows

    def export_expenses(
        self,
        ids: Sequence[int],
        *,
        through: date,
        detail: str,
        batch_identifier: str,
        location_id: int = 0,
        progress: Progress | None = None,
    ) -> ExportedExpenses:
        """Return the export of these expenses (expense detail ids), as bills or one by one; nothing in Manage changes.

        See ``xlpy.domain.facts.matching`` for which expense each line belongs to. Raises ``ManageError`` when a GL
        entry comes twice or other things come back.
        """
        request = ExportRequest(through, detail, batch_identifier, location_id)
        return expenses.export_expenses(self._transport, ids, request, progress=progress)

    def unposted_procurement(self, progress: Progress | None = None) -> list[UnpostedProcurement]:
        """Return the unposted receipts, adjustments and transfers, once each, with the names of their locations."""
        left_out: list[str] = []
        rows = procurement.unposted_procurement(self._transport, self.locations, progress, left_out)
        self.left_out[Kind.PROCUREMENT] = len(left_out)
        return rows

    def export_procurement(
        self,
        ids: Sequence[str],
        *,
        through: date,
        detail: str,
        batch_identifier: str,
        location_id: int = 0,
        progress: Progress | None = None,
    ) -> ExportedProcurement:
        """Return the export of these transactions (unposted product ids); nothing in Manage changes.

        See ``xlpy.domain.facts.matching`` for which transaction each document belongs to. Raises ``ManageError`` when
        a GL entry or a document comes twice or other things come back.
        """
        request = ExportRequest(through, detail, batch_identifier, location_id)
        return procurement.export_procurement(self._transport, ids, request, chunk=self._chunk, progress=progress)

    # -- batches -------------------------------------------------------------------------------------------------

    def find_batch(self, identifier: str) -> AccountingBatch | None:
        """Return the batch of this name, if there is one."""
        return batches.find_batch(self._transport, identifier)

    def batches(self) -> tuple[AccountingBatch, ...]:
        """Return all batches, once each; whether Manage lists closed ones is unverified."""
        return batches.batches(self._transport)

    def identifiers_like(self, wanted: str) -> Iterator[str]:
        """Yield ``wanted`` and its variants with -1, -2, … at the end, each of at most 50 characters."""
        return batches.identifiers_like(wanted)

    def create_batch(
        self,
        identifier: str,
        entry_ids: Collection[int],
        kinds: Collection[Kind],
        transactions: Collection[TransactionKey] = (),
    ) -> AccountingBatch:
        """Mark these GL entries as posted, in a batch of this name. Sent at most once; see ``batches.create_batch``."""
        return batches.create_batch(self._transport, identifier, entry_ids, kinds, transactions)

    def batch_entries(self, batch_id: int) -> tuple[BatchEntry, ...]:
        """Return the GL entries of a batch, with what each comes from."""
        return batches.batch_entries(self._transport, batch_id)

    def count_batch_entries(self, batch_id: int) -> int:
        """Return how many GL entries a batch has."""
        return batches.count_batch_entries(self._transport, batch_id)

    def delete_batch(self, batch_id: int) -> None:
        """Delete a batch that is not closed; its transactions are unposted again."""
        batches.delete_batch(self._transport, batch_id)

    def unbatch_order(self, order_id: int) -> None:
        """Take a purchase order out of its batches, with every receipt of it; see ``procurement.unbatch_order``."""
        procurement.unbatch_order(self._transport, order_id)

    def export_batch(
        self, batch: AccountingBatch, *, detail: str = "Default", progress: Progress | None = None
    ) -> BatchExport:
        """Return the export of everything in a batch, of all its kinds; nothing in Manage changes.

        Raises ``ManageRefused`` with status 404 when it is gone; see ``batch_export.export_batch`` for the rest.
        """
        return batch_export.export_batch(self._transport, batch, detail=detail, progress=progress)

    # -- what is paid --------------------------------------------------------------------------------------------

    def invoices(self, ids: Collection[int], progress: Progress | None = None) -> dict[int, ManageInvoice]:
        """Return the invoices with these billing log ids, by id, with what Manage takes for paid."""
        return invoice_records.invoices(self._transport, ids, progress)

    def invoices_numbered(self, numbers: Iterable[str], progress: Progress | None = None) -> tuple[ManageInvoice, ...]:
        """Return the invoices with these numbers; one number may have several, and a number with quotes has none."""
        return invoice_records.invoices_numbered(self._transport, numbers, progress)

    def payments_of(self, invoice_id: int, *, decimals: int = 2) -> tuple[InvoicePayment, ...]:
        """Return the payments of an invoice; ``decimals`` are those of the invoice's currency, here and below."""
        return payments.payments_of(self._transport, invoice_id, decimals=decimals)

    def create_payment(self, invoice_id: int, amount: Decimal, on: date | None, *, decimals: int = 2) -> InvoicePayment:
        """Record a payment. Sent at most once; see ``payments.create_payment``."""
        return payments.create_payment(self._transport, invoice_id, amount, on, decimals=decimals)

    def apply_credit(
        self, invoice_id: int, memo_id: int, amount: Decimal, on: date | None, *, decimals: int = 2
    ) -> InvoicePayment:
        """Apply a part of a credit memo to an invoice. Sent at most once; see ``payments.apply_credit``."""
        return payments.apply_credit(self._transport, invoice_id, memo_id, amount, on, decimals=decimals)

    def change_payment(
        self, invoice_id: int, payment_id: int, amount: Decimal, on: date | None, *, decimals: int = 2
    ) -> InvoicePayment:
        """Give a payment another amount and date, whoever made it; ``on`` None leaves the date."""
        return payments.change_payment(self._transport, invoice_id, payment_id, amount, on, decimals=decimals)

    def remove_payment(self, invoice_id: int, payment_id: int) -> None:
        """Delete a payment, whoever made it; one that is gone is done."""
        payments.remove_payment(self._transport, invoice_id, payment_id)


def _present(ids: Iterable[int]) -> set[int]:
    return {i for i in ids if i}

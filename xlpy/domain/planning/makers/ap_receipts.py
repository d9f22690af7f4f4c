"""Which included receipts become vouchers: matched to the export, judged by the ledger, without duplicates."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import replace
from decimal import Decimal

from xlpy.domain.checks.table import found
from xlpy.domain.documents.plan import Action
from xlpy.domain.facts.books import sl_key
from xlpy.domain.facts.manage_procurement import ExportPurchase, UnpostedProcurement
from xlpy.domain.facts.matching import PURCHASE, entry_ids, match_purchases, packing_slip, procurement_kind
from xlpy.domain.planning.makers.ap_receipt_vouchers import Receipts, order_of, receipt_date
from xlpy.domain.planning.makers.ap_vouchers import Vouchers, ap_setup_problems
from xlpy.domain.planning.makers.ledger_rules import Verdict
from xlpy.domain.planning.makers.maker import Change, Judged, Made, Maker, Matched
from xlpy.domain.planning.makers.request import IncludedRow, PlanRequest
from xlpy.domain.values.money import plain, round_money, rounded_together, total
from xlpy.domain.values.problems import Problem
from xlpy.domain.values.transactions import Kind, Posting, PostingState, TransactionKey


class ApReceipts(Maker[UnpostedProcurement, ExportPurchase]):
    """Makes a voucher, or a debit adjustment, of screen 03010 of each included receipt."""

    kind = Kind.PROCUREMENT

    def __init__(self, request: PlanRequest, vouchers: Vouchers) -> None:
        super().__init__(request)
        self.receipts = Receipts(vouchers, request.masters, request.posting)
        self.exported: dict[UnpostedProcurement, tuple[ExportPurchase, ...]] = {}

    @property
    def rows(self) -> Sequence[IncludedRow[UnpostedProcurement]]:
        """The included rows of its kind."""
        return [row for row in self.request.procurement if procurement_kind(row.unposted) == PURCHASE]

    def order(self, row: IncludedRow[UnpostedProcurement]) -> TransactionKey:
        """Return what rows are ordered by."""
        return row.key

    def number(self, row: UnpostedProcurement) -> str:
        """Return what the user knows a row by."""
        return receipt_number(row)

    def match(self, rows: Sequence[UnpostedProcurement]) -> None:
        """Find the exported receipts of these rows."""
        purchases = sorted(self.request.exported_procurement.purchases, key=lambda p: (p.id, p.all_entry_ids))
        self.exported = dict(match_purchases(rows, purchases).pairs)

    def matched(self, entry: IncludedRow[UnpostedProcurement]) -> Matched[UnpostedProcurement, ExportPurchase] | None:
        """Return a row with its export; None when there is none, or more than one."""
        row = entry.unposted
        purchases = self.exported.get(row, ())
        if len(purchases) != 1:
            return None
        (purchase,) = purchases
        currency = purchase.currency or self.request.books.gl.base_currency
        decimals = self.receipts.decimals(purchase)
        posted = _in_whole_cents(purchase, decimals) if self.request.posting.round_lines else purchase
        parts = (*(line.id for line in purchase.lines), *(tax.id for tax in purchase.taxes))
        return Matched(
            entry=entry,
            exported=posted,
            number=receipt_number(row, purchase),
            company=purchase.company.name or row.vendor.name,
            day=receipt_date(purchase),
            amount=self.receipts.payable(posted),
            currency=currency,
            location_id=row.location_id,
            location=row.location,
            lines_hash=receipt_hash(purchase),
            entry_ids=entry_ids(row, (purchase,)),
            has_all_entries=bool(purchase.all_entry_ids) and all(parts),
            changes=tuple(_changes(row, purchase)),
            decimals=decimals,
            whole=(purchase.total, purchase.freight, *(tax.total for tax in purchase.taxes)),
            lines=tuple(line.total for line in purchase.lines),
        )

    def why_missing(self, row: UnpostedProcurement) -> Iterable[Problem]:
        """Say why a row has no export of its own."""
        return (found("RCPT-SEVERAL" if self.exported.get(row) else "NOT-EXPORTED", receipt_number(row)),)

    def setup_problems(self) -> tuple[Problem, ...]:
        """Check the set-up of Accounts Payable."""
        return ap_setup_problems(self.request.books)

    def verdict(self, matched: Matched[UnpostedProcurement, ExportPurchase]) -> Verdict:
        """Judge a receipt by the ledger; an id may come again for a new receipt (same order, same or no slip).

        Without a GL entry in common it is a new one while the old entries are still in a Manage batch, else the old
        one, un-batched. When that could not be looked up it is a stop: marked it could be lost, posted it could be
        there twice.
        """
        purchase = matched.exported
        posting = self.request.books.postings.get(matched.key)
        if posting is not None and _is_closed_elsewhere(posting, matched.entry.unposted, (purchase,)):
            known = self.request.still_batched.get(matched.key)
            if known is None:
                return Verdict(Action.POST, posting.generation + 1, (found("RCPT-SAME-ID", _entries(purchase)),))
            if known:
                new = found("RCPT-NEW", _entries(purchase), posting.batch_identifier)
                return Verdict(Action.POST, posting.generation + 1, (new,))
        return super().verdict(matched)

    def make(self, group: Sequence[Matched[UnpostedProcurement, ExportPurchase]]) -> Made:
        """Make the voucher of one receipt, or the debit adjustment of a return."""
        (matched,) = group
        return self.receipts.draft(matched.key, matched.exported, matched.entry.unposted, matched.entry.period)


def receipts_to_look_up(request: PlanRequest) -> tuple[Posting, ...]:
    """Return the ledger's receipts whose id comes again without any of their GL entries.

    Whether Manage still has those entries in a batch decides between a new receipt and the old one, un-batched
    (``PlanRequest.still_batched``).
    """
    entries = [entry for entry in request.procurement if procurement_kind(entry.unposted) == PURCHASE]
    rows = [entry.unposted for entry in entries]
    matched = dict(match_purchases(rows, request.exported_procurement.purchases).pairs)
    postings = request.books.postings
    looked_up = {
        entry.key: postings[entry.key]
        for entry in entries
        if entry.key in postings
        and _is_closed_elsewhere(postings[entry.key], entry.unposted, matched.get(entry.unposted, ()))
    }
    return tuple(looked_up[key] for key in sorted(looked_up))


def vendor_invoices_claimed_twice(
    judged: list[Judged], _request: PlanRequest
) -> Iterable[tuple[TransactionKey, Problem]]:
    """Find vendor invoice numbers that two included receipts of a vendor have."""
    by_claim: dict[str, list[TransactionKey]] = {}
    for one in judged:
        if one.matched.key.kind is Kind.PROCUREMENT and one.claim:
            by_claim.setdefault(one.claim, []).append(one.matched.key)
    for claim, keys in by_claim.items():
        number = claim.partition("\t")[2]
        for key in keys:
            for other in keys:
                order = order_of(key.record_id)
                if other != key:
                    same_order = bool(order) and order_of(other.record_id) == order
                    yield key, found("INVC-OURS" if same_order else "INVC-TWICE", number)


def receipt_number(unposted: UnpostedProcurement, purchase: ExportPurchase | None = None) -> str:
    """Return what the user knows a receipt by: the purchase order's number and the packing slip."""
    order = unposted.purchase_order
    number = (purchase.document_number if purchase else "") or order.identifier or order.name
    slip = purchase.packing_slip if purchase else packing_slip(unposted)
    return f"{number} {slip}".strip() or unposted.unposted_product_id


def receipt_hash(purchase: ExportPurchase) -> str:
    """SHA-256 (hex) of what a receipt posts: equal when it was un-batched and is exported again unchanged.

    No ids and no texts are in it; the money of each account, vendor, vendor invoice, dates, terms and taxes are.
    """
    sums: dict[tuple[str, ...], Decimal] = {}
    for line in purchase.lines:
        key = (line.gl_type, line.account_number, line.inventory_account, line.cost_account)
        sums[key] = sums.get(key, Decimal(0)) + line.total
    for tax in purchase.taxes:
        key = ("tax", tax.account_number, plain(tax.rate), "")
        sums[key] = sums.get(key, Decimal(0)) + tax.total
    day, invoiced = receipt_date(purchase), purchase.vendor_invoice_date
    parts = [
        purchase.document_number,
        purchase.packing_slip,
        day.isoformat() if day else "",
        purchase.vendor_number,
        purchase.vendor_invoice_number,
        invoiced.isoformat() if invoiced else "",
        purchase.ap_account_number,
        purchase.terms_xref,
        purchase.currency,
        plain(purchase.total),
        *("\t".join((*key, plain(amount))) for key, amount in sorted(sums.items()) if amount),
    ]
    return hashlib.sha256("\n".join(parts).encode("utf-8")).hexdigest()


def _in_whole_cents(purchase: ExportPurchase, decimals: int) -> ExportPurchase:
    """Return the receipt with its lines rounded together; taxes and total stay as they are."""
    each = rounded_together([line.total for line in purchase.lines], decimals)
    lines = tuple(replace(line, total=amount) for line, amount in zip(purchase.lines, each, strict=True))
    return replace(purchase, lines=lines)


def _changes(row: UnpostedProcurement, purchase: ExportPurchase) -> Iterable[Change]:
    """Compare the exported receipt with the row that the user saw."""
    if row.currency and purchase.currency and sl_key(row.currency) != sl_key(purchase.currency):
        yield Change("currency", row.currency, purchase.currency)
    if row.vendor and purchase.company and row.vendor.id != purchase.company.id:
        yield Change("vendor", row.vendor.name, purchase.company.name)
    given, now = row.vendor_invoice_number, purchase.vendor_invoice_number
    if given and now and sl_key(given) != sl_key(now):
        yield Change("vendor invoice", given, now)
    if not agrees_with_list(row, purchase):
        before, total_now = round_money(abs(row.total), row.decimals), round_money(abs(purchase.total), row.decimals)
        yield Change("total", str(before), str(total_now))


def agrees_with_list(row: UnpostedProcurement, purchase: ExportPurchase) -> bool:
    """Whether a receipt is worth what its rows say.

    Unverified: whether the list's totals have tax and freight in them, their sign, and whether each row of a receipt
    has the amount of its line or of the whole receipt; all of these are accepted. Entries that the export lacks are
    of another receipt: then nothing but the same total is.
    """
    tax = total(line.total for line in purchase.taxes)
    freight = total(line.total for line in purchase.lines if line.is_freight)
    sizes = {purchase.total}
    if set(row.entry_ids) <= set(purchase.all_entry_ids):
        sizes |= {purchase.total + tax, purchase.total + freight, purchase.total + tax + freight}
        sizes |= {size * len(row.entry_ids) for size in sizes}
    return abs(round_money(row.total, row.decimals)) in {abs(round_money(size, row.decimals)) for size in sizes}


def _is_closed_elsewhere(posting: Posting, row: UnpostedProcurement, purchases: Iterable[ExportPurchase]) -> bool:
    """Whether a ledger row of this id was posted with quite other GL entries than those that are exported now."""
    if posting.state not in (PostingState.POSTED, PostingState.CLOSED, PostingState.CHANGED):
        return False
    now = {*row.entry_ids, *(entry for purchase in purchases for entry in purchase.all_entry_ids)}
    return bool(posting.entry_ids) and not now.intersection(posting.entry_ids)


def _entries(purchase: ExportPurchase) -> str:
    return ", ".join(map(str, purchase.all_entry_ids))

"""Which included receipts become vouchers: matched to the export, judged by the ledger, without duplicates."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from xlpy.domain.checks.table import found
from xlpy.domain.documents.plan import Action, PlannedTransaction
from xlpy.domain.facts.books import sl_key
from xlpy.domain.facts.manage_procurement import ExportPurchase, UnpostedProcurement
from xlpy.domain.facts.matching import PURCHASE, entry_ids, match_purchases, procurement_kind
from xlpy.domain.mapping.vendors import vendors_needed
from xlpy.domain.planning.ap_receipts import (
    ReceiptDraft,
    Receipts,
    order_of,
    receipt_date,
    receipt_hash,
    receipt_number,
)
from xlpy.domain.planning.ap_request import IncludedProcurement, PayablesDraft, PayablesRequest
from xlpy.domain.planning.ap_vouchers import Vouchers, ap_setup_problems
from xlpy.domain.planning.included import Findings, location_problems
from xlpy.domain.planning.ledger_rules import Verdict, judge
from xlpy.domain.values.dates import NO_DATE
from xlpy.domain.values.money import round_money, total
from xlpy.domain.values.problems import Problem
from xlpy.domain.values.transactions import Posting, PostingState, TransactionKey


@dataclass(frozen=True, slots=True)
class _Judged:
    """An included receipt after its checks. ``draft`` is None when nothing is to be written."""

    entry: IncludedProcurement
    planned: PlannedTransaction
    problems: tuple[Problem, ...]
    draft: ReceiptDraft | None


def plan_receipts(request: PayablesRequest) -> PayablesDraft:
    """Make a voucher, or a debit adjustment, of each included receipt, with every problem found.

    Rows of other kinds of procurement are not looked at. A receipt with a stop is left out of the documents. The
    draft does not depend on the order of rows or export.
    """
    entries = [entry for entry in request.procurement if procurement_kind(entry.unposted) == PURCHASE]
    return _ReceiptPlanner(request).plan(entries) if entries else PayablesDraft()


def receipts_to_look_up(request: PayablesRequest) -> tuple[Posting, ...]:
    """Return the ledger's receipts whose id comes again without any of their GL entries.

    Whether Manage still has those entries in a batch decides between a new receipt and the old one, un-batched
    (``PayablesRequest.still_batched``).
    """
    entries = [entry for entry in request.procurement if procurement_kind(entry.unposted) == PURCHASE]
    found_receipts = dict(match_purchases([entry.unposted for entry in entries], request.purchases).pairs)
    postings = request.books.postings
    looked_up = {
        entry.key: postings[entry.key]
        for entry in entries
        if entry.key in postings
        and _is_closed_elsewhere(postings[entry.key], entry.unposted, found_receipts.get(entry.unposted, ()))
    }
    return tuple(looked_up[key] for key in sorted(looked_up))


class _ReceiptPlanner:
    def __init__(self, request: PayablesRequest) -> None:
        self.request = request
        self.findings = Findings()
        self.vouchers = Vouchers(request.options, request.masters, request.books, request.posting, request.master_rules)
        self.receipts = Receipts(self.vouchers, request.masters, request.posting)

    def plan(self, included: Iterable[IncludedProcurement]) -> PayablesDraft:
        """Judge every receipt and put together what is to be written."""
        request = self.request
        entries = sorted(included, key=lambda entry: entry.key)
        once = {entry.key: entry for entry in reversed(entries)}
        rows = [once[key].unposted for key in dict.fromkeys(entry.key for entry in entries)]
        matching = match_purchases(rows, sorted(request.purchases, key=lambda p: (p.id, p.all_entry_ids)))
        exported = dict(matching.pairs)
        judged: list[_Judged] = []
        seen: set[TransactionKey] = set()
        for entry in entries:
            number = receipt_number(entry.unposted)
            if entry.key in seen:
                self.findings.tell(entry.key, number, [found("TWICE", number)])
                continue
            seen.add(entry.key)
            purchases = exported.get(entry.unposted, ())
            if len(purchases) == 1:
                judged.append(self._judge(entry, purchases[0]))
            else:
                code = "RCPT-SEVERAL" if purchases else "NOT-EXPORTED"
                self.findings.tell(entry.key, number, [found(code, number)])
        return self._put_together(judged)

    def _judge(self, entry: IncludedProcurement, purchase: ExportPurchase) -> _Judged:
        """Check a receipt against the row that the user saw and the ledger, and draft its document."""
        request, row = self.request, entry.unposted
        number = receipt_number(row, purchase)
        problems = list(self._changes(row, purchase))
        no_entry = any(not line.id for line in purchase.lines) or any(not tax.id for tax in purchase.taxes)
        if not purchase.all_entry_ids or no_entry:
            problems.append(found("ENTRY-IDS", number))
        problems.extend(location_problems(request.posting, row.location_id, row.location))
        fingerprint = receipt_hash(purchase)
        verdict = self._verdict(entry, purchase, fingerprint)
        problems.extend(verdict.problems)
        draft = None
        if verdict.writes and not verdict.stopped:
            draft = self.receipts.draft(entry.key, purchase, row)
            problems.extend(draft.problems)
            if draft.nothing_to_post:
                verdict, draft = Verdict(Action.NOTHING_TO_POST, verdict.generation), None
        planned = PlannedTransaction(
            key=entry.key,
            number=number,
            company=purchase.company.name or row.vendor.name,
            document_date=receipt_date(purchase) or NO_DATE,
            amount=self.receipts.payable(purchase),
            currency=purchase.currency or self.vouchers.base_currency,
            action=verdict.action,
            generation=verdict.generation,
            lines_hash=fingerprint,
            entry_ids=entry_ids(row, (purchase,)),
        )
        return _Judged(entry, planned, tuple(problems), draft)

    def _verdict(self, entry: IncludedProcurement, purchase: ExportPurchase, fingerprint: str) -> Verdict:
        """Judge a receipt by the ledger; an id may come again for a new receipt (same order, same or no slip).

        Without a GL entry in common it is a new one while the old entries are still in a Manage batch, else the old
        one, un-batched. When that could not be looked up it is a stop: marked it could be lost, posted it could be
        there twice.
        """
        posting = self.request.books.postings.get(entry.key)
        if posting is not None and _is_closed_elsewhere(posting, entry.unposted, (purchase,)):
            known = self.request.still_batched.get(entry.key)
            if known is None:
                return Verdict(Action.POST, posting.generation + 1, (found("RCPT-SAME-ID", _entries(purchase)),))
            if known:
                new = found("RCPT-NEW", _entries(purchase), posting.batch_identifier)
                return Verdict(Action.POST, posting.generation + 1, (new,))
        return judge(posting, fingerprint, again=entry.again, cpny_id=self.request.cpny_id)

    def _changes(self, row: UnpostedProcurement, purchase: ExportPurchase) -> Iterable[Problem]:
        """Compare the exported receipt with the row that the user saw."""
        if row.currency and purchase.currency and sl_key(row.currency) != sl_key(purchase.currency):
            yield found("CHANGED", f"{row.currency} → {purchase.currency}", what="currency")
        if row.vendor and purchase.company and row.vendor.id != purchase.company.id:
            yield found("CHANGED", f"{row.vendor.name} → {purchase.company.name}", what="vendor")
        given, now = row.vendor_invoice_number, purchase.vendor_invoice_number
        if given and now and sl_key(given) != sl_key(now):
            yield found("CHANGED", f"{given} → {now}", what="vendor invoice")
        if not agrees_with_list(row, purchase):
            shown = round_money(abs(row.total), row.decimals)
            yield found("CHANGED", f"{shown} → {round_money(abs(purchase.total), row.decimals)}", what="total")

    def _put_together(self, judged: Sequence[_Judged]) -> PayablesDraft:
        """Tell all problems, those between included receipts too, and keep what has no stop."""
        going: list[_Judged] = []
        by_vendor_invoice: dict[tuple[str, str], list[_Judged]] = {}
        for one in judged:
            if one.draft and one.draft.vendor_invoice[1]:
                by_vendor_invoice.setdefault(one.draft.vendor_invoice, []).append(one)
        for one in judged:
            mine = by_vendor_invoice.get(one.draft.vendor_invoice, []) if one.draft else []
            alike = _of_same_vendor_invoice(one, mine)
            if not self.findings.tell(one.entry.key, one.planned.number, (*one.problems, *alike)):
                going.append(one)
        drafts = [(one, one.draft) for one in going if one.draft and one.draft.document]
        return PayablesDraft(
            transactions=tuple(one.planned for one in going),
            vendors=vendors_needed(
                (draft.new_vendor, (one.entry.key,)) for one, draft in drafts if draft.new_vendor is not None
            ),
            documents=tuple((draft.period, draft.document) for _, draft in drafts if draft.document is not None),
            problems=(*ap_setup_problems(self.request.books), *self.findings.problems),
        )


def _of_same_vendor_invoice(one: _Judged, alike: Iterable[_Judged]) -> Iterable[Problem]:
    """Compare a receipt with the other included ones of the same vendor and vendor invoice number."""
    order = order_of(one.entry.key.record_id)
    for other in alike:
        if other is not one and other.draft is not None:
            same_order = bool(order) and order_of(other.entry.key.record_id) == order
            yield found("INVC-OURS" if same_order else "INVC-TWICE", other.draft.vendor_invoice[1])


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

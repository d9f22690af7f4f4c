"""What is included: counts and totals by kind and currency, from the rows of the last refresh."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from xlpy.domain.values.money import ZERO, round_money
from xlpy.domain.values.transactions import Kind, TransactionKey
from xlpy.profile.settings import Profile
from xlpy.services.export.refresh import shown_amount
from xlpy.services.run.memory import Refreshed, recall_refresh

_WORDS = {Kind.INVOICE: "Invoices", Kind.EXPENSE: "Expenses", Kind.PROCUREMENT: "Inventory"}  # as the sheets are called


@dataclass(frozen=True, slots=True)
class IncludedTotal:
    """One kind and currency. ``total``: document currency, credit memos negative."""

    kind: str
    currency: str
    count: int
    total: Decimal


def included_totals(
    profile: Profile, marked: Iterable[TransactionKey], workbook: str = ""
) -> tuple[IncludedTotal, ...]:
    """Add up the marked rows; two kinds or two currencies are never added together."""
    seen = recall_refresh(profile, workbook)
    sums: dict[tuple[Kind, str], tuple[int, Decimal]] = {}
    for key in marked:
        amount = _amount(seen, key)
        if amount is not None:
            currency, worth = amount
            count, total = sums.get((key.kind, currency), (0, ZERO))
            sums[key.kind, currency] = count + 1, total + worth
    return tuple(
        IncludedTotal(word, currency, *sums[kind, currency])
        for kind, word in _WORDS.items()
        for currency in sorted(currency for of, currency in sums if of is kind)
    )


def _amount(seen: Refreshed, key: TransactionKey) -> tuple[str, Decimal] | None:
    """Return currency and amount of a row as its sheet shows them; None for one that the refresh did not show."""
    if key.kind is Kind.PROCUREMENT:
        receipt = seen.procurement.get(key.record_id)
        return None if receipt is None else (receipt.currency, round_money(receipt.total, receipt.decimals))
    if not key.record_id.isdecimal():
        return None
    if key.kind is Kind.EXPENSE:
        expense = seen.expenses.get(int(key.record_id))
        return None if expense is None else (expense.currency, round_money(expense.total, expense.decimals))
    invoice = seen.invoices.get(int(key.record_id))
    return None if invoice is None else (invoice.currency, shown_amount(invoice, invoice.total))

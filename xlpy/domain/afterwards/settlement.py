"""What SL says of an invoice's settlement, and what of it Manage is to show as paid.

Pure: from the SL invoice (CuryOrigDocAmt, CuryDocBal, OpenDoc), the applications to it (ARAdjust), and what Manage
shows. All amounts are in the currency of the invoice, positive when they settle it. The balance is SL's own figure and
rules; the applications only say what the settlement is made of.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal

from xlpy.domain.facts.manage_payments import ManageInvoice
from xlpy.domain.mapping.signs import CREDIT_MEMO
from xlpy.domain.values.money import ZERO, round_money, total
from xlpy.domain.values.screens import screen

# ARAdjust.AdjgDocType: what pays, and what is written off (SL: applications).
PAYMENTS = frozenset({"PA", "PP"})
WRITE_OFFS = frozenset({"SB"})


@dataclass(frozen=True, slots=True)
class SlInvoice:
    """An invoice of SL. ``total`` CuryOrigDocAmt, ``balance`` CuryDocBal, ``is_open`` OpenDoc; invoice currency."""

    cust_id: str
    doc_type: str
    ref_nbr: str
    currency: str
    total: Decimal
    balance: Decimal
    is_open: bool
    released: bool = True


@dataclass(frozen=True, slots=True)
class Application:
    """A row of ARAdjust on the invoice. ``amount``, ``discount``: CuryAdjdAmt, CuryAdjdDiscAmt; a mirror is negative.

    ``reversal``: S4Future12, blank on a live row (RA, NS, RP on both rows of a reversed pair). ``memo``: the number in
    Manage of the credit memo that is applied; empty for a memo that only SL knows, and for all else.
    """

    record_id: int
    paying_type: str  # AdjgDocType
    paying_ref: str  # AdjgRefNbr
    amount: Decimal
    discount: Decimal
    on: date | None  # AdjgDocDate
    reversal: str = ""
    memo: str = ""
    memo_id: int = 0  # Manage's id of that credit memo; 0: not known

    @property
    def is_live(self) -> bool:
        """Whether it is neither reversed nor the reversal of another."""
        return not self.reversal.strip()


@dataclass(frozen=True, slots=True)
class Settlement:
    """How an invoice was settled in SL. ``unexplained``: what SL's balance has settled beyond its applications.

    ``cash + discount + write_off + manage_credits + sl_credits + unexplained`` is ``settled``, always.
    """

    total: Decimal
    balance: Decimal
    closed: bool
    cash: Decimal
    discount: Decimal
    write_off: Decimal
    manage_credits: Decimal  # credit memos that Manage knows too
    sl_credits: Decimal  # credits that only SL knows
    unexplained: Decimal
    last_on: date | None  # the latest AdjgDocDate of a live application
    memos: tuple[str, ...] = ()  # numbers of the live credit memos that Manage knows

    @property
    def settled(self) -> Decimal:
        """What is no longer owed in SL, however it was settled."""
        return self.total - self.balance

    @property
    def credits(self) -> Decimal:
        """All credit memos applied in SL."""
        return self.manage_credits + self.sl_credits

    @property
    def paid(self) -> Decimal:
        """What counts as paid: all but the credit memos that Manage applies itself (design: payments)."""
        return self.settled - self.manage_credits


@dataclass(frozen=True, slots=True)
class PaidInManage:
    """What Manage is to show. ``on``: the date of the payment; ``in_full_on``: only when neither side owes anything.

    Neither is before the date of the invoice.
    ``balance``: what Manage then shows as owed. ``notes``: in the accountant's words, whole sentences.
    """

    amount: Decimal
    on: date | None
    in_full_on: date | None
    balance: Decimal
    notes: tuple[str, ...] = ()


def settlement_of(invoice: SlInvoice, applications: Iterable[Application], *, decimals: int = 2) -> Settlement:
    """Sum up the applications of an invoice by what they are. Their order does not matter; a mirror cancels its row."""
    rows = list({row.record_id: row for row in applications}.values())
    live = [row for row in rows if row.is_live]

    def amounts(of: Iterable[Decimal]) -> Decimal:
        return round_money(total(of), decimals)

    cash = amounts(row.amount for row in rows if row.paying_type in PAYMENTS)
    write_off = amounts(row.amount for row in rows if row.paying_type in WRITE_OFFS)
    known = amounts(row.amount for row in rows if _is_memo_of_manage(row))
    only_sl = amounts(
        row.amount for row in rows if row.paying_type not in PAYMENTS | WRITE_OFFS and not _is_memo_of_manage(row)
    )
    discount = amounts(row.discount for row in rows)
    of_invoice, balance = round_money(invoice.total, decimals), round_money(invoice.balance, decimals)
    explained = cash + write_off + known + only_sl + discount
    return Settlement(
        total=of_invoice,
        balance=balance,
        closed=invoice.released and not invoice.is_open and balance == ZERO,
        cash=cash,
        discount=discount,
        write_off=write_off,
        manage_credits=known,
        sl_credits=only_sl,
        unexplained=of_invoice - balance - explained,
        last_on=max((row.on for row in live if row.on), default=None),
        memos=tuple(sorted({row.memo for row in live if _is_memo_of_manage(row)})),
    )


def paid_in_manage(
    settlement: Settlement, invoice: ManageInvoice, *, credits_then: Decimal | None = None
) -> PaidInManage:
    """Say what Manage is to show as paid: what counts as paid in SL, from 0 to the total less Manage's own credits.

    ``credits_then``: what Manage has once this sync has applied and taken back its own; None: as it shows now.
    """
    if credits_then is not None:
        invoice = replace(invoice, credits=credits_then)
    decimals = invoice.decimals
    most = max(ZERO, round_money(invoice.total - invoice.credits, decimals))
    amount = min(max(ZERO, round_money(settlement.paid, decimals)), most)
    balance = round_money(invoice.total - invoice.credits - amount, decimals)
    in_full = settlement.closed and balance == ZERO
    on = _not_before(settlement.last_on, invoice.invoice_date)
    return PaidInManage(
        amount=amount,
        on=on if amount else None,
        in_full_on=on if in_full else None,
        balance=balance,
        notes=tuple(_notes(settlement, invoice, most)),
    )


def _not_before(paid_on: date | None, invoice_date: date | None) -> date | None:
    """Return the day a payment counts for an invoice: money on account is older than the invoice it is applied to.

    AdjgDocDate is the date of the payment. Manage takes the day an invoice was paid from its payment's date.
    """
    return max(paid_on, invoice_date) if paid_on and invoice_date else paid_on


def _is_memo_of_manage(row: Application) -> bool:
    return row.paying_type == CREDIT_MEMO and bool(row.memo)


def _notes(settlement: Settlement, invoice: ManageInvoice, most: Decimal) -> Iterable[str]:
    in_manage = round_money(invoice.credits, invoice.decimals)
    if settlement.total != round_money(invoice.total, invoice.decimals):
        yield f"The total is {settlement.total} in SL, but {round_money(invoice.total, invoice.decimals)} in Manage."
    if settlement.manage_credits > in_manage:
        memos = ", ".join(settlement.memos) or "applied in SL"
        yield (
            f"Credit memo {memos}: {settlement.manage_credits - in_manage} of it is applied in SL only. Apply it to"
            f" invoice {invoice.number} in Manage, too (Finance > Invoices, open the credit memo)."
        )
    if in_manage > settlement.manage_credits:
        yield (
            f"Manage has {in_manage - settlement.manage_credits} of credit memos on this invoice that SL has not"
            f" applied. Apply them in SL, too: {screen('08.030')}."
        )
    if settlement.paid > most:
        yield f"SL has {settlement.paid} as paid; Manage takes {most} at the most, so that is what it shows."
    if settlement.paid < ZERO:
        yield f"SL has {settlement.paid} as paid, less than nothing: Manage shows 0. Look at the invoice in SL."
    if settlement.sl_credits:
        yield f"{settlement.sl_credits} of it is credit that only SL knows; it counts as paid."
    if settlement.unexplained:
        yield (
            f"SL's balance and its applications differ by {settlement.unexplained}; the balance counts"
            " (old applications may have been removed from SL)."
        )

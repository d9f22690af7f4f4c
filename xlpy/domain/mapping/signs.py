"""Turning an exported invoice into SL's way of writing it: which type, and every amount positive with its side.

Manage: header positive, lines negative on an invoice; a credit memo's lines are positive, the sign of its header is
not relied on. SL: invoice and credit memo are both positive, the type decides; a line against the document's side is
negative.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from decimal import Decimal

from xlpy.domain.facts.manage import ExportInvoice, ExportLine, ExportTaxLevel
from xlpy.domain.values.money import ZERO, is_nil, plain, round_money, same_amount, total

INVOICE = "IN"
CREDIT_MEMO = "CM"
MANAGE_CREDIT = "CREDIT MEMO"


@dataclass(frozen=True, slots=True)
class TurnedLine:
    """A line with the document's sign. The price is never negative: the quantity carries the sign of the amount."""

    line: ExportLine
    amount: Decimal
    quantity: Decimal
    unit_price: Decimal


@dataclass(frozen=True, slots=True)
class TurnedInvoice:
    """An invoice as SL writes it, in document currency. ``receivable``: credit memos negative.

    ``balanced``: lines and header agree; ``taxes_agree``: tax levels and tax lines do.
    """

    doc_type: str
    receivable: Decimal
    total: Decimal
    lines: tuple[TurnedLine, ...]
    tax: Decimal
    levels: tuple[ExportTaxLevel, ...]
    turned: bool
    balanced: bool
    taxes_agree: bool

    @property
    def is_nothing(self) -> bool:
        """Whether it has nothing but zeros, before anything is rounded."""
        return not self.tax and all(is_nil(line.line.total) for line in self.lines)


def receivable_of(invoice: ExportInvoice, decimals: int) -> Decimal:
    """Return what an invoice asks for, a credit memo's negative: minus the sum of all its lines, tax lines too."""
    return total(-round_money(line.total, decimals) for line in invoice.lines) or round_money(ZERO, decimals)


def turn(invoice: ExportInvoice, decimals: int, price_decimals: int, quantity_decimals: int) -> TurnedInvoice:
    """Turn an invoice by its details: the receivable is minus the sum of all lines, tax lines too.

    A negative invoice becomes a credit memo and a negative credit memo an invoice (``turned``). With a total of 0
    Manage's own type stays. Header and lines are compared before they are rounded to the currency's decimals.
    """
    lines = [(line, -round_money(line.total, decimals)) for line in invoice.lines]
    receivable = receivable_of(invoice, decimals)
    given = CREDIT_MEMO if invoice.document_type.strip().upper() == MANAGE_CREDIT else INVOICE
    doc_type = given if not receivable else (INVOICE if receivable > 0 else CREDIT_MEMO)
    sign = -1 if doc_type == CREDIT_MEMO else 1
    exact = -total(line.total for line in invoice.lines)
    # The sign of a credit memo's header is unverified in Manage, so only its size is compared.
    header = invoice.total if given == INVOICE else abs(invoice.total)
    balanced = same_amount(header, exact if given == INVOICE else abs(exact))
    tax = total(amount for line, amount in lines if line.is_tax) * sign
    levels, agree = turn_levels(invoice.tax_levels, tax, decimals)
    return TurnedInvoice(
        doc_type=doc_type,
        receivable=receivable,
        total=receivable * sign or round_money(ZERO, decimals),
        lines=tuple(
            _turn_line(line, amount if sign > 0 else -amount, price_decimals, quantity_decimals)
            for line, amount in lines
            if not line.is_tax
        ),
        tax=tax,
        levels=levels,
        turned=doc_type != given,
        balanced=balanced,
        taxes_agree=agree,
    )


def _turn_line(line: ExportLine, amount: Decimal, price_decimals: int, quantity_decimals: int) -> TurnedLine:
    quantity = round_money(_size(line.quantity), quantity_decimals)
    return TurnedLine(
        line,
        amount or abs(amount),
        -quantity if amount < 0 and quantity else quantity,
        round_money(_size(line.item_price), price_decimals),
    )


def _size(amount: Decimal) -> Decimal:
    """Return an amount without its sign; one that has none as it is."""
    return amount if amount > 0 else abs(amount)


def turn_levels(
    levels: tuple[ExportTaxLevel, ...], tax: Decimal, decimals: int
) -> tuple[tuple[ExportTaxLevel, ...], bool]:
    """Give tax levels the document's side, so that they add up to ``tax``; says whether they do.

    Unverified: the sign of levels on a credit memo; the tax lines decide. A taxable amount takes the sign of its tax.
    """
    rounded = [(level, round_money(level.tax, decimals), round_money(level.taxable, decimals)) for level in levels]
    given = total(amount for _, amount, _ in rounded)
    factor = -1 if given == -tax and given else 1
    turned = []
    for level, amount, taxable in rounded:
        mine, base = amount * factor or abs(amount), taxable * factor or abs(taxable)
        if mine and base and (mine > 0) != (base > 0):
            base = -base
        turned.append(ExportTaxLevel(level.level, level.xref, mine, base))
    return tuple(turned), given * factor == tax


def lines_hash(invoice: ExportInvoice) -> str:
    """SHA-256 (hex) of what an invoice posts: equal when it was reopened and closed unchanged.

    No ids and no texts are in it: ids change on reopening, texts and how lines are split follow the *Invoice detail*
    of the export. The money of each account, of each pair of cost accounts, the header and the tax levels are.
    """
    accounts: dict[tuple[str, str, str], tuple[Decimal, Decimal]] = {}
    costs: dict[tuple[str, str], Decimal] = {}
    for line in invoice.lines:
        if line.cost:
            pair = (line.cost_account, line.inventory_account)
            costs[pair] = costs.get(pair, ZERO) + line.cost
        key = (line.gl_type, line.account_number, line.gl_class)
        amount, cost = accounts.get(key, (ZERO, ZERO))
        accounts[key] = amount + line.total, cost + line.cost
    parts = [
        invoice.document_type.strip().upper(),
        invoice.number,
        invoice.document_date.isoformat() if invoice.document_date else "",
        invoice.due_date.isoformat() if invoice.due_date else "",
        invoice.company_account_number,
        invoice.account_number,
        invoice.terms_xref,
        invoice.currency,
        plain(invoice.total),
        *(
            "\t".join((*key, plain(amount), plain(cost)))
            for key, (amount, cost) in sorted(accounts.items())
            if amount or cost
        ),
        *("\t".join(("cost", *pair, plain(cost))) for pair, cost in sorted(costs.items()) if cost),
        *(
            f"{level.level}\t{plain(level.tax)}\t{plain(level.taxable)}"
            for level in sorted(invoice.tax_levels, key=lambda level: level.level)
        ),
    ]
    return hashlib.sha256("\n".join(parts).encode("utf-8")).hexdigest()

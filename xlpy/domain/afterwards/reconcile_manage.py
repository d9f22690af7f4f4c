"""What Manage says that its batch amounts to, account by account: by the rules of the export alone, not by the plan.

Reconciling is worth something only when the two sides are computed apart; so nothing of the planners' documents is
used here, only what Manage's fields mean (Manage API: signs of invoices, expenses, purchases, adjustments).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from decimal import Decimal

from xlpy.domain.afterwards.reconcile import Leg
from xlpy.domain.facts.books import sl_key
from xlpy.domain.facts.manage import INVENTORY, ExportInvoice, ManageMasters
from xlpy.domain.facts.manage_expenses import ExportedExpenses, ExportExpense, ExportExpenseBill, ExportExpenseLine
from xlpy.domain.facts.manage_procurement import (
    ExportAdjustment,
    ExportedProcurement,
    ExportPurchase,
    ExportPurchaseLine,
    ExportTransfer,
)
from xlpy.domain.mapping.accounts import AccountText
from xlpy.domain.planning.makers.gl_cost_of_goods import cost_in_base, costed_lines, goods_side
from xlpy.domain.planning.makers.in_adjustments import adjusted_value
from xlpy.domain.values.money import ZERO, round_money, total
from xlpy.domain.values.transactions import Kind

DOCUMENT, COST = "document", "cost"
DOWN_PAYMENT = "RD"  # Manage API: GL type of deferred revenue, a down payment (name inferred, unverified)


@dataclass(frozen=True, slots=True)
class ManageShare:
    """What a document of a Manage batch, or a line of one, adds to a transaction's part.

    ``amount``: document currency, credit memos and returns negative; a cost is positive. ``record_id``: empty where
    only GL entries (or ``number_in_front`` of the id) tell. ``compared``: whether its accounts reach SL's ledger.
    """

    kind: Kind
    part: str
    entry_ids: tuple[int, ...]
    number: str
    company: str
    currency: str
    amount: Decimal
    legs: tuple[Leg, ...]
    record_id: str = ""
    number_in_front: int = 0
    compared: bool = True
    deposits: tuple[Leg, ...] = ()  # of ``legs``: down payments received (negative) and applied


@dataclass(frozen=True, slots=True)
class ManageRules:
    """What is needed to read the export. ``split``: takes an account text apart; ``company_paid``: account:sub."""

    masters: ManageMasters
    split: Callable[[str], AccountText]
    base_currency: str
    base_decimals: int
    company_paid: str = ""

    def decimals(self, currency: str) -> int:
        """Decimals of a currency; those of the base currency when Manage names none."""
        return self.masters.decimals.get(currency, self.base_decimals) if currency else self.base_decimals

    def leg(self, text: str, amount: Decimal, role: str = "line") -> Leg:
        """Return an amount on Manage's account text, debits positive."""
        taken = self.split(text)
        return Leg(sl_key(taken.acct), sl_key(taken.sub), amount, role, text=text.strip())

    def paid_by_company(self, amount: Decimal) -> Leg:
        """Return an amount on the account that offsets what must not be paid to a member."""
        acct, _, sub = (part.strip() for part in self.company_paid.partition(":"))
        return Leg(sl_key(acct), sl_key(sub), amount, "line", text="Paid by company")


def invoice_shares(invoices: Iterable[ExportInvoice], rules: ManageRules) -> Iterator[ManageShare]:
    """Yield each invoice, and what its goods cost. The receivable is minus the sum of the lines, tax too."""
    for invoice in invoices:
        currency = invoice.currency or rules.base_currency
        decimals = rules.decimals(currency)
        lines = [(line, round_money(line.total, decimals)) for line in invoice.lines]
        receivable = -total(amount for _, amount in lines)
        legs = [rules.leg(invoice.account_number, receivable, "control")]
        legs += [rules.leg(line.account_number, amount, "tax" if line.is_tax else "line") for line, amount in lines]
        of_invoice = (str(invoice.id), invoice.number, invoice.company.name)
        whole = _of_invoice(of_invoice, DOCUMENT, invoice, currency, receivable, legs)
        on_account = (rules.leg(line.account_number, amount) for line, amount in lines if line.gl_type == DOWN_PAYMENT)
        yield replace(whole, deposits=_some(on_account))
        costs: list[Leg] = []
        for line, item in costed_lines(invoice, rules.masters):
            amount = round_money(cost_in_base(line), rules.base_decimals)
            if item is None or not amount:
                continue
            side = goods_side(invoice, line)
            costs += (rules.leg(line.cost_account, amount * side), rules.leg(line.inventory_account, -amount * side))
        if costs:
            debits = total(leg.amount for leg in costs if leg.amount > 0)
            yield _of_invoice(of_invoice, COST, invoice, rules.base_currency, debits, costs)


def _of_invoice(
    of: tuple[str, str, str], part: str, invoice: ExportInvoice, currency: str, amount: Decimal, legs: Iterable[Leg]
) -> ManageShare:
    record_id, number, company = of
    return ManageShare(
        Kind.INVOICE, part, invoice.all_entry_ids, number, company, currency, amount, _some(legs), record_id
    )


def expense_shares(exported: ExportedExpenses, rules: ManageRules) -> Iterator[ManageShare]:
    """Yield each line of each bill, and each expense that is not on a bill."""
    for bill in exported.bills:
        for line in bill.lines:
            yield _bill_line(bill, line, rules)
    for expense in exported.expenses:
        yield _expense(expense, rules)


def _bill_line(bill: ExportExpenseBill, line: ExportExpenseLine, rules: ManageRules) -> ManageShare:
    currency = bill.currency or rules.base_currency
    amount = round_money(line.total, rules.decimals(currency))
    owed = line.reimbursable and not line.company_advance
    legs = [rules.leg(line.account_number, amount)]
    legs.append(rules.leg(bill.ap_account_number, -amount, "control") if owed else rules.paid_by_company(-amount))
    name = bill.member.name or bill.member.identifier
    return ManageShare(
        Kind.EXPENSE, DOCUMENT, line.entry_ids, bill.document_number, name, currency, amount, _some(legs)
    )


def _expense(expense: ExportExpense, rules: ManageRules) -> ManageShare:
    currency = expense.currency or rules.base_currency
    amount = round_money(expense.total, rules.decimals(currency))
    legs = (rules.leg(expense.account_number, amount), rules.leg(expense.offset_account, -amount))
    name = expense.company.name or expense.member.name
    ids = expense.all_entry_ids
    return ManageShare(Kind.EXPENSE, DOCUMENT, ids, expense.description, name, currency, amount, _some(legs))


def procurement_shares(exported: ExportedProcurement, rules: ManageRules) -> Iterator[ManageShare]:
    """Yield each receipt, adjustment and item moved."""
    for purchase in exported.purchases:
        yield _purchase(purchase, rules)
    for adjustment in exported.adjustments:
        yield _adjustment(adjustment, rules)
    for moved in exported.transfers:
        yield _transfer(moved, rules)


def _purchase(purchase: ExportPurchase, rules: ManageRules) -> ManageShare:
    currency = purchase.currency or rules.base_currency
    decimals = rules.decimals(currency)
    legs = [rules.leg(_goods_account(line, rules), -round_money(line.total, decimals)) for line in purchase.lines]
    legs += [rules.leg(tax.account_number, -round_money(tax.total, decimals), "tax") for tax in purchase.taxes]
    payable = total(leg.amount for leg in legs)
    legs.append(rules.leg(purchase.ap_account_number, -payable, "control"))
    number = " ".join(part for part in (purchase.document_number, purchase.packing_slip) if part)
    ids = purchase.all_entry_ids
    name = purchase.company.name
    return ManageShare(Kind.PROCUREMENT, DOCUMENT, ids, number, name, currency, payable, _some(legs))


def _goods_account(line: ExportPurchaseLine, rules: ManageRules) -> str:
    """Return the account of a line: freight its own, inventory items the asset, others the cost (purchaseDetail)."""
    if line.is_freight:
        return line.account_number
    item = rules.masters.catalog.get(line.item.id)
    return line.inventory_account if item and item.product_class == INVENTORY else line.cost_account


def _adjustment(adjustment: ExportAdjustment, rules: ManageRules) -> ManageShare:
    legs: list[Leg] = []
    for line in adjustment.lines:
        up = round_money(adjusted_value(line), rules.base_decimals)
        legs.append(rules.leg(line.inventory_account, up))
        legs.append(rules.leg(line.account_number or adjustment.account_number, -up))
    amount = total(leg.amount for leg in legs[::2])
    return ManageShare(
        Kind.PROCUREMENT,
        DOCUMENT,
        adjustment.all_entry_ids,
        adjustment.description,
        "",
        rules.base_currency,
        amount,
        _some(legs),
        number_in_front=adjustment.adjustment_id,
    )


def _transfer(moved: ExportTransfer, rules: ManageRules) -> ManageShare:
    """Return an item moved. Its accounts are compared where it is a journal: in Inventory SL has its own."""
    amount = round_money(abs(moved.total), rules.base_decimals)
    value = round_money(moved.total, rules.base_decimals)
    account = rules.leg(moved.account_number or moved.inventory_account, value)
    offset = rules.leg(moved.offset_account, -value)
    legs = () if (account.acct, account.sub) == (offset.acct, offset.sub) else (account, offset)
    return ManageShare(
        Kind.PROCUREMENT,
        DOCUMENT,
        moved.all_entry_ids,
        moved.description or str(moved.transfer_id),
        "",
        rules.base_currency,
        amount,
        _some(legs),
        number_in_front=moved.transfer_id,
        compared=False,
    )


def _some(legs: Iterable[Leg]) -> tuple[Leg, ...]:
    return tuple(leg for leg in legs if leg.amount != ZERO)

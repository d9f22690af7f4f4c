"""What lines of adjustments and transfers have in common: item, place, unit, accounts, value, text."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from xlpy.domain.checks.table import found
from xlpy.domain.documents.inventory import InLine, NewItem
from xlpy.domain.facts.books import SlBooks, sl_key
from xlpy.domain.facts.manage import ManageMasters
from xlpy.domain.mapping.accounts import Accounts, Resolved
from xlpy.domain.mapping.items import Items, ResolvedItem
from xlpy.domain.mapping.places import Places
from xlpy.domain.mapping.units import Units
from xlpy.domain.values.money import round_money
from xlpy.domain.values.problems import Problem, has_stop
from xlpy.domain.values.rules import MasterRules, PostingRules
from xlpy.domain.values.transactions import TransactionKey
from xlpy.domain.values.widths import FittedText, Widths


@dataclass(frozen=True, slots=True)
class LineFacts:
    """What is known of a line before it is built. ``quantity`` and ``value``: signed as SL wants them."""

    item: ResolvedItem
    name: str
    site_id: str
    whse_loc: str
    quantity: Decimal
    unit: str
    unit_cost: Decimal
    value: Decimal
    account: str
    inventory_account: str
    text: str
    to_site_id: str = ""
    to_whse_loc: str = ""


class InventoryLines:
    """Builds INTran lines; masters are resolved once for all of them."""

    def __init__(
        self, masters: ManageMasters, books: SlBooks, posting: PostingRules, master_rules: MasterRules
    ) -> None:
        self.masters = masters
        self._base = books.gl.base_currency
        self.base_decimals = books.base_decimals
        self._setup = books.stock.setup
        self._default_sub = posting.default_sub.strip()
        self.widths = Widths(books.widths, books.code_page)
        self._accounts = Accounts(masters, books, posting.default_sub, posting.account_segments)
        self.units = Units(masters, books, posting, self.widths)
        self.places = Places(books, posting)
        self.items = Items(masters=masters, books=books, rules=master_rules, units=self.units, widths=self.widths)
        self.needed: dict[TransactionKey, list[NewItem]] = {}

    def need(self, key: TransactionKey, new: NewItem) -> None:
        """Remember that a transaction needs an item to be created."""
        self.needed.setdefault(key, []).append(new)

    def build(self, facts: LineFacts, problems: list[Problem]) -> InLine | None:
        """Check the rest of a line and build it; None when a problem stops it."""
        quantity = self._quantity(facts, problems)
        amount = round_money(facts.value, self.base_decimals)
        if abs(amount) != round_money(abs(facts.quantity) * facts.unit_cost, self.base_decimals):
            shown = f"{abs(amount)} / {abs(facts.quantity)} × {facts.unit_cost}"
            problems.append(found("INV-AMOUNT", shown, item=facts.name))
        conversion = self._conversion(facts, problems)
        account = self._accounts.of_line(facts.account, self._base)
        inventory = self._inventory_account(facts, problems)
        problems += (*account.problems, *inventory.problems)
        text = self.fit(facts.text or facts.name, problems)
        if conversion is None or not facts.whse_loc or has_stop(problems):
            return None
        factor, multiply_divide = conversion
        return InLine(
            invt_id=facts.item.invt_id,
            site_id=facts.site_id,
            whse_loc=facts.whse_loc,
            quantity=quantity,
            unit=facts.unit,
            conversion=factor,
            multiply_divide=multiply_divide,
            unit_cost=round_money(facts.unit_cost, self._setup.cost_decimals),
            amount=amount,
            acct=account.acct,
            sub=account.sub,
            invt_acct=inventory.acct,
            invt_sub=inventory.sub,
            descr=text.text,
            to_site_id=facts.to_site_id,
            to_whse_loc=facts.to_whse_loc,
        )

    def fit(self, text: str, problems: list[Problem]) -> FittedText:
        """Make a description fit INTran.TranDesc, with a note when it was changed."""
        fitted = self.widths.fit(text, "INTran", "TranDesc")
        if fitted.shortened:
            problems.append(found("TEXT-SHORT"))
        if fitted.replaced:
            problems.append(found("TEXT-CHARS"))
        return fitted

    def _quantity(self, facts: LineFacts, problems: list[Problem]) -> Decimal:
        """Return the quantity with SL's decimals; it is never rounded, since stock would silently differ."""
        decimals = self._setup.quantity_decimals
        quantity = round_money(facts.quantity, decimals)
        if quantity != facts.quantity:
            problems.append(found("INV-QUANTITY", str(facts.quantity), item=facts.name, decimals=decimals))
        return quantity

    def _conversion(self, facts: LineFacts, problems: list[Problem]) -> tuple[Decimal, str] | None:
        item = facts.item
        if not item.invt_id:
            return None
        if not facts.unit:
            problems.append(found("UNIT-EMPTY", item=facts.name))
            return None
        wrong = self.units.check(facts.unit)
        problems.extend(wrong)
        if wrong:
            return None
        conversion = self.units.conversion(facts.unit, item.stock_unit, item.invt_id, item.class_id)
        if conversion is None:
            words = {"item": facts.name, "unit": facts.unit, "stock_unit": item.stock_unit}
            problems.append(found("UNIT-CONVERSION", facts.unit, item.stock_unit, **words))
        return conversion

    def _inventory_account(self, facts: LineFacts, problems: list[Problem]) -> Resolved:
        """Resolve the inventory account: Manage's, its sub if missing, and without one the account itself, from SL.

        SL: ItemSite, else Inventory, else INSetup. Another account than SL's own is a note.
        """
        at_site = self.places.item_site(facts.item.invt_id, facts.site_id)
        defaults = (
            (at_site.invt_acct, at_site.invt_sub) if at_site else ("", ""),
            facts.item.invt_account,
            (self._setup.invt_acct, self._setup.invt_sub),
        )
        acct, sub = next((pair for pair in defaults if pair[0]), ("", ""))
        if not facts.inventory_account:
            if not acct or not sub:
                return self._accounts.of_line("", self._base)
            return Resolved(acct, sub, self._accounts.check(acct, sub, self._base, acct))
        subs = (*(pair[1] for pair in defaults), self._default_sub)
        if any(subs):
            resolved = self._accounts.of_control(facts.inventory_account, self._base, subs)
        else:
            resolved = self._accounts.of_line(facts.inventory_account, self._base)
        differs = sl_key(acct) != sl_key(resolved.acct) or (sub and sl_key(sub) != sl_key(resolved.sub))
        if acct and resolved.acct and differs:
            mine, theirs = f"{resolved.acct} {resolved.sub}".strip(), f"{acct} {sub}".strip()
            problems.append(found("INV-ACCT", mine, theirs, item=facts.name))
        return resolved

"""What adjustments take out, against what SL holds it at: the value that would stay, or be missing, in the site."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal

from xlpy.domain.checks.table import found
from xlpy.domain.documents.inventory import ADJUSTED, InDocument, InLine
from xlpy.domain.facts.books import SlBooks, sl_key
from xlpy.domain.facts.stock_books import Item
from xlpy.domain.planning.makers.in_stock import stock_quantity
from xlpy.domain.planning.makers.maker import Judged
from xlpy.domain.planning.makers.request import PlanRequest
from xlpy.domain.values.money import plain, round_money
from xlpy.domain.values.problems import Problem
from xlpy.domain.values.transactions import TransactionKey

AVERAGE, STANDARD = "A", "T"  # SL: Inventory.ValMthd
NEVER = -1


def cost_problems(judged: list[Judged], request: PlanRequest) -> Iterable[tuple[TransactionKey, Problem]]:
    """Compare what each adjustment takes out with SL's cost of it, one after the other over the whole plan.

    SL is given Manage's amount, and posts that. With the last piece all that SL holds should go: what is left of it
    is value without goods. What comes in may cost what it does.
    """
    site_stock = _SiteStock(request.books)
    for one in judged:
        if one.made is None or one.stopped:
            continue
        for _, document in one.made.documents:
            if isinstance(document, InDocument) and document.tran_type == ADJUSTED:
                for line in document.lines:
                    problem = site_stock.take(line, request.posting.stock_cost_tolerance)
                    if problem is not None:
                        yield one.matched.key, problem


class _SiteStock:
    """Quantity and cost of the items at their sites, as the lines of a plan change them."""

    def __init__(self, books: SlBooks) -> None:
        stock = books.stock
        self._items = {sl_key(key): item for key, item in stock.items.items()}
        self._held = {
            (sl_key(item), sl_key(site)): (row.quantity, row.total_cost)
            for (item, site), row in stock.item_sites.items()
        }
        self._quantity_decimals = stock.setup.quantity_decimals
        self._decimals = books.base_decimals

    def take(self, line: InLine, tolerance: int) -> Problem | None:
        """Book a line; say when it takes goods out at another cost than SL's."""
        place = sl_key(line.invt_id), sl_key(line.site_id)
        item = self._items.get(place[0])
        quantity, cost = self._held.get(place, (Decimal(0), Decimal(0)))
        moved = stock_quantity(line, self._quantity_decimals)
        self._held[place] = quantity + moved, cost + line.amount
        if moved >= 0 or item is None or quantity <= 0 or quantity + moved < 0:
            return None  # what comes in, a new item, or what is told as missing stock
        held = self._cost_of(item, -moved, quantity, cost)
        if held is None or held == abs(line.amount):
            return None
        facts = {
            "quantity": plain(-moved),
            "item": line.invt_id,
            "site": line.site_id,
            "amount": plain(abs(line.amount)),
            "held": plain(held),
        }
        if tolerance != NEVER and abs(held - abs(line.amount)) * 100 > held * tolerance:
            return found("STOCK-COST-FAR", facts["amount"], facts["held"], percent=tolerance, **facts)
        rest, left = plain(held - abs(line.amount)), plain(quantity + moved)
        return found("STOCK-COST", facts["amount"], facts["held"], rest=rest, left=left, **facts)

    def _cost_of(self, item: Item, out: Decimal, quantity: Decimal, cost: Decimal) -> Decimal | None:
        """Return SL's cost of a quantity: of the average, all of it with the last piece; None where SL has none."""
        if item.valuation == STANDARD:
            return round_money(out * item.standard_cost, self._decimals) if item.standard_cost else None
        if item.valuation != AVERAGE:
            return None
        return round_money(cost if out == quantity else out * cost / quantity, self._decimals)

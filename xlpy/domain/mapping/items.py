"""Which SL item a product of Manage is, and what an item that SL lacks is created with."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from xlpy.domain.checks.table import found
from xlpy.domain.documents.inventory import NewItem
from xlpy.domain.facts.books import SlBooks, sl_key
from xlpy.domain.facts.manage import INVENTORY, CatalogItem, ManageMasters
from xlpy.domain.facts.stock_books import Item
from xlpy.domain.mapping.odd_ids import looks_like, odd_id, odd_in
from xlpy.domain.mapping.units import Units
from xlpy.domain.values.problems import Problem, has_stop
from xlpy.domain.values.refs import Ref
from xlpy.domain.values.rules import MasterRules
from xlpy.domain.values.transactions import TransactionKey
from xlpy.domain.values.widths import Widths

# SL: TranStatusCode; NP only forbids purchases. Held (OH), inactive (IN), deleted (DE), unusable (NU) items can't move.
MOVABLE = ("AC", "NP", "")
NOT_TRACKED = ("NN", "")
# SL: Inventory.ValMthd. Entry treats these by cost layer (RcptNbr, RcptDate, SpecificCostID); Manage has none.
LAYERED = {"F": "FIFO", "L": "LIFO", "S": "specific cost", "U": "user-specified cost"}


@dataclass(frozen=True, slots=True)
class ResolvedItem:
    """The item of a line: one of SL, or one to be created; neither (no id) when it can't be written."""

    invt_id: str = ""
    stock_unit: str = ""
    class_id: str = ""
    item: Item | None = None
    new: NewItem | None = None
    problems: tuple[Problem, ...] = ()

    @property
    def invt_account(self) -> tuple[str, str]:
        """Its inventory account and subaccount."""
        owner = self.item or self.new
        return (owner.invt_acct, owner.invt_sub) if owner else ("", "")


def invt_id_of(product: Ref, masters: ManageMasters) -> str:
    """Return the SL inventory id of a product: its Integration XRef, else its identifier."""
    record = masters.catalog.get(product.id)
    if record is not None and (record.integration_xref or record.identifier):
        return (record.integration_xref or record.identifier).strip()
    return (product.identifier or product.name).strip()


class Items:
    """Resolves products against the books, each once; collects the items to be created."""

    def __init__(
        self, *, masters: ManageMasters, books: SlBooks, rules: MasterRules, units: Units, widths: Widths
    ) -> None:
        self._masters = masters
        self._setup = books.stock.setup
        self._may_create = rules.products
        self._units = units
        self._widths = widths
        self._items = {sl_key(key): item for key, item in books.stock.items.items()}
        self._classes = {sl_key(key): row for key, row in books.stock.item_classes.items()}
        self._cache: dict[Ref, ResolvedItem] = {}
        self._new: dict[str, tuple[int, str, ResolvedItem]] = {}

    def resolve(self, product: Ref) -> ResolvedItem:
        """Return the stock item of a product, or what is wrong."""
        answer = self._cache.get(product)
        if answer is None:
            answer = self._cache[product] = self._resolve_anew(product)
        return answer

    def _resolve_anew(self, product: Ref) -> ResolvedItem:
        invt_id = invt_id_of(product, self._masters)
        if not invt_id:
            return ResolvedItem(problems=(found("ITEM-EMPTY"),))
        item = self._items.get(sl_key(invt_id))
        if item is not None:
            problems = tuple(_unusable(item))
            return ResolvedItem(item.invt_id, item.stock_unit, item.class_id, item, problems=problems)
        if odd := odd_in(invt_id):
            alike = looks_like(invt_id, (one.invt_id for one in self._items.values()))
            return ResolvedItem(problems=(odd_id("Item", invt_id, odd, alike),))
        if not self._widths.fits(invt_id, "Inventory", "InvtID"):
            return ResolvedItem(problems=(found("ITEM-WIDTH", invt_id, item=invt_id),))
        record = self._masters.catalog.get(product.id)
        if not self._may_create or record is None:
            why = "creating items is switched off" if not self._may_create else "Manage's catalog does not have it"
            return ResolvedItem(problems=(found("ITEM-MISSING", invt_id, item=invt_id, why=why),))
        return self._new_item(invt_id, record)

    def _new_item(self, invt_id: str, record: CatalogItem) -> ResolvedItem:
        """Return an item to be created; a second product of the same id takes the first one's."""
        first = self._new.get(sl_key(invt_id))
        if first is not None and first[0] != record.id:
            products = f"{first[1]}, {record.identifier}"
            shared = found("ITEM-SHARED", products, invt_id, products=products, item=invt_id)
            return replace(first[2], problems=(*first[2].problems, shared))
        new, problems = self._with_defaults(invt_id, record)
        answer = ResolvedItem(problems=tuple(problems))
        if new is not None:
            answer = ResolvedItem(invt_id, new.stock_unit, new.class_id, new=new, problems=tuple(problems))
        self._new.setdefault(sl_key(invt_id), (record.id, record.identifier, answer))
        return answer

    def _with_defaults(self, invt_id: str, record: CatalogItem) -> tuple[NewItem | None, list[Problem]]:
        """Build an item from its product and the default class; None when that can't be.

        Accounts and valuation: the class's, else IN Setup's (SL: Inventory Items, ProductClass, INSetup). Stock unit:
        the product's in Manage, which its quantities are in, else the class's.
        """
        setup = self._setup
        row = self._classes.get(sl_key(setup.default_class)) if setup.default_class else None
        if row is None:
            return None, [found("ITEM-CLASS", invt_id, setup.default_class, class_id=setup.default_class)]
        problems: list[Problem] = []
        if record.product_class and record.product_class != INVENTORY:
            problems.append(found("ITEM-NOT-STOCK", record.product_class, item=invt_id))
        if record.serialized:
            problems.append(found("ITEM-TRACKED", record.identifier, item=invt_id))
        valuation = row.valuation or setup.default_valuation
        if valuation in LAYERED:
            problems.append(found("ITEM-LAYERS", record.identifier, valuation, item=invt_id, method=LAYERED[valuation]))
        unit = self._units.of(record.unit) or row.stock_unit
        problems.extend(self._units.check(unit) if unit else (found("UNIT-EMPTY", record.identifier, item=invt_id),))
        if has_stop(problems):
            return None, problems
        text = self._widths.fit(record.description or record.identifier, "Inventory", "Descr")
        problems.append(
            found("ITEM-CREATE", record.identifier, invt_id, item=invt_id, descr=text.text, class_id=row.class_id)
        )
        if text.changed:
            problems.append(found("ITEM-TEXT", record.description, text.text, item=invt_id, stored=text.text))
        new = NewItem(
            invt_id=invt_id,
            descr=text.text,
            class_id=row.class_id,
            stock=True,
            valuation=valuation,
            stock_unit=unit,
            invt_acct=row.invt_acct or setup.invt_acct,
            invt_sub=row.invt_sub if row.invt_acct else setup.invt_sub,
            cogs_acct=row.cogs_acct or setup.cogs_acct,
            cogs_sub=row.cogs_sub if row.cogs_acct else setup.cogs_sub,
            sales_acct=row.sales_acct or setup.sales_acct,
            sales_sub=row.sales_sub if row.sales_acct else setup.sales_sub,
        )
        return new, problems


def _unusable(item: Item) -> Iterable[Problem]:
    """Say why an item of SL can't be adjusted or moved by this product."""
    if item.tran_status not in MOVABLE:
        yield found("ITEM-STATUS", in_sl=item.tran_status, item=item.invt_id, status=item.tran_status)
    if not item.stock:
        yield found("ITEM-NOT-STOCK", in_sl=item.invt_id, item=item.invt_id)
    if item.lot_serial not in NOT_TRACKED:
        yield found("ITEM-TRACKED", in_sl=item.lot_serial, item=item.invt_id)
    if item.valuation in LAYERED:
        yield found("ITEM-LAYERS", in_sl=item.valuation, item=item.invt_id, method=LAYERED[item.valuation])


def items_needed(resolved: Iterable[tuple[TransactionKey, NewItem]]) -> tuple[NewItem, ...]:
    """Return each item to be created once, ordered by id, with the transactions that need it."""
    needed: dict[str, tuple[NewItem, set[TransactionKey]]] = {}
    for key, new in resolved:
        needed.setdefault(sl_key(new.invt_id), (new, set()))[1].add(key)
    return tuple(replace(new, needed_by=tuple(sorted(keys))) for _, (new, keys) in sorted(needed.items()))

"""Stock on hand over a whole plan: what its adjustments and transfers leave in each bin."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import NamedTuple

from xlpy.domain.checks.table import found
from xlpy.domain.documents.inventory import MOVED, InDocument, InLine
from xlpy.domain.facts.books import sl_key
from xlpy.domain.mapping.units import DIVIDE
from xlpy.domain.planning.makers.maker import Judged
from xlpy.domain.planning.makers.request import PlanRequest
from xlpy.domain.values.money import ZERO, plain, round_money
from xlpy.domain.values.problems import Problem
from xlpy.domain.values.transactions import TransactionKey


class Place(NamedTuple):
    """An item in a bin of a site, in the form in which SL compares ids."""

    invt_id: str
    site_id: str
    whse_loc: str

    @classmethod
    def of(cls, invt_id: str, site_id: str, whse_loc: str) -> Place:
        """Return the place of ids as they are written."""
        return cls(sl_key(invt_id), sl_key(site_id), sl_key(whse_loc))


@dataclass(frozen=True, slots=True)
class Movement:
    """What a transaction does to a place: ``quantity`` in stock units, negative when goods are taken out."""

    transaction: TransactionKey
    place: Place
    quantity: Decimal


@dataclass(frozen=True, slots=True)
class Shortage:
    """A place that a plan takes more from than there is. ``below``: also after everything that comes in.

    ``change``: of the whole plan; ``out``: what is taken out, positive. ``takers``: the transactions that take.
    """

    place: Place
    held: Decimal
    change: Decimal
    out: Decimal
    takers: tuple[TransactionKey, ...]
    below: bool


def stock_quantity(line: InLine, decimals: int) -> Decimal:
    """Return a line's quantity in the item's stock unit, signed like the line (SL: Qty × or / CnvFact)."""
    quantity = line.quantity / line.conversion if line.multiply_divide == DIVIDE else line.quantity * line.conversion
    return round_money(quantity, decimals)


def movements_of(document: InDocument, decimals: int) -> Iterable[Movement]:
    """Find what a document moves: an adjustment its own bin, a transfer out of one and into another."""
    transaction = document.transactions[0]
    for line in document.lines:
        quantity = stock_quantity(line, decimals)
        place = Place.of(line.invt_id, line.site_id, line.whse_loc)
        if document.tran_type != MOVED:
            yield Movement(transaction, place, quantity)
        else:
            yield Movement(transaction, place, -quantity)
            yield Movement(transaction, Place.of(line.invt_id, line.to_site_id, line.to_whse_loc), quantity)


def shortages(movements: Iterable[Movement], on_hand: Mapping[tuple[str, str, str], Decimal]) -> tuple[Shortage, ...]:
    """Find the places that a plan takes more from than is on hand, ordered by place.

    A place that is short already, and from which nothing is taken, is no concern of the plan. ``on_hand``: by item,
    site and bin in SL's form (SL: Location.QtyOnHand); what is not there holds nothing.
    """
    piles: dict[Place, list[Movement]] = {}
    for movement in movements:
        piles.setdefault(movement.place, []).append(movement)
    short: list[Shortage] = []
    for place, pile in sorted(piles.items()):
        held = on_hand.get(place, ZERO)
        change = sum((movement.quantity for movement in pile), ZERO)
        out = -sum((movement.quantity for movement in pile if movement.quantity < 0), ZERO)
        if out and held - out < 0:
            takers = tuple(sorted({movement.transaction for movement in pile if movement.quantity < 0}))
            short.append(Shortage(place, held, change, out, takers, below=held + change < 0))
    return tuple(short)


def stock_problems(judged: list[Judged], request: PlanRequest) -> Iterable[tuple[TransactionKey, Problem]]:
    """Find what stock does not allow: where SL forbids going below zero, whatever takes out is stopped.

    What is stopped no longer brings anything in elsewhere, so it is looked at again until nothing changes.
    """
    books = request.books
    setup = books.stock.setup
    on_hand = {
        (sl_key(item), sl_key(site), sl_key(whse)): held for (item, site, whse), held in books.stock.on_hand.items()
    }
    going = [
        document
        for one in judged
        if one.made and not one.stopped
        for _, document in one.made.documents
        if isinstance(document, InDocument)
    ]
    while True:
        moved = [movement for document in going for movement in movements_of(document, setup.quantity_decimals)]
        short = shortages(moved, on_hand)
        below = {key for shortage in short if shortage.below for key in shortage.takers}
        if setup.negative_stock or not below:
            yield from _told(short, negative_allowed=setup.negative_stock)
            return
        yield from _told([shortage for shortage in short if shortage.below], negative_allowed=False)
        going = [document for document in going if not below.intersection(document.transactions)]


def _told(short: Iterable[Shortage], *, negative_allowed: bool) -> Iterable[tuple[TransactionKey, Problem]]:
    for shortage in short:
        place = shortage.place
        words = {"item": place.invt_id, "bin": place.whse_loc, "site": place.site_id, "held": plain(shortage.held)}
        words |= {"change": plain(shortage.change), "out": plain(shortage.out)}
        code = "STOCK-ORDER"
        if shortage.below:
            code = "STOCK-NEGATIVE" if negative_allowed else "STOCK-SHORT"
        elif negative_allowed:
            continue  # any order will do
        for key in shortage.takers:
            yield key, found(code, plain(shortage.change), plain(shortage.held), **words)

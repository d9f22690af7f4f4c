"""Stock on hand over a whole plan: what its adjustments and transfers leave in each bin."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import NamedTuple

from xlpy.domain.documents.inventory import MOVED, InDocument, InLine
from xlpy.domain.facts.books import sl_key
from xlpy.domain.mapping.units import DIVIDE
from xlpy.domain.values.money import ZERO, round_money
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
    found: list[Shortage] = []
    for place, pile in sorted(piles.items()):
        held = on_hand.get(place, ZERO)
        change = sum((movement.quantity for movement in pile), ZERO)
        out = -sum((movement.quantity for movement in pile if movement.quantity < 0), ZERO)
        if out and held - out < 0:
            takers = tuple(sorted({movement.transaction for movement in pile if movement.quantity < 0}))
            found.append(Shortage(place, held, change, out, takers, below=held + change < 0))
    return tuple(found)

"""Journals of screen 01010: their two-sided lines and their period."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from xlpy.domain.documents.gl import GlLine
from xlpy.domain.facts.books import GlSetup
from xlpy.domain.mapping.accounts import Resolved
from xlpy.domain.mapping.dates import DocumentDates
from xlpy.domain.values.money import ZERO


@dataclass(frozen=True, slots=True)
class GlPeriods:
    """The periods of General Ledger, whose set-up has no current period apart from its PerNbr."""

    per_nbr: str
    curr_per_nbr: str = ""


def journal_dates(gl: GlSetup, rule: str) -> DocumentDates:
    """Return the periods of journals that stand by themselves: only General Ledger's own period can be closed."""
    return DocumentDates(gl, GlPeriods(gl.per_nbr), rule, "GL")


def two_sided(
    debit: Resolved,
    credit: Resolved,
    amount: Decimal,
    descr: str,
    *,
    ref_nbr: str = "",
    ext_ref_nbr: str = "",
    party: str = "",
    quantity: Decimal = ZERO,
) -> tuple[GlLine, GlLine]:
    """Return a debit and a credit of ``amount`` (base currency). A negative amount changes the sides.

    Both amounts are never negative (SL: Journal Transactions; the release compares only the sums).
    """
    if amount < 0:
        debit, credit, amount = credit, debit, -amount
    return (
        GlLine(debit.acct, debit.sub, amount, ZERO, descr, ref_nbr, ext_ref_nbr, party, quantity),
        GlLine(credit.acct, credit.sub, ZERO, amount, descr, ref_nbr, ext_ref_nbr, party, quantity),
    )

"""The GL transactions that SL's release really made, against the journal of the preview."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from xlpy.domain.facts.books import sl_key
from xlpy.domain.preview.rows import JournalRow
from xlpy.domain.values.money import round_money

_ZERO = Decimal(0)
_PLACES = 3  # SL sums floats: their noise is far below, the smallest unit of any currency not


@dataclass(frozen=True, slots=True)
class MadeLine:
    """A GLTran row: base currency, and document currency (``cury``)."""

    reference: str
    acct: str
    sub: str
    debit: Decimal
    credit: Decimal
    cury_debit: Decimal
    cury_credit: Decimal


@dataclass(frozen=True, slots=True)
class Difference:
    """What an account gets of a document: debits less credits in base currency, as previewed and as SL made it.

    ``reference``: empty when SL sums up the documents of a batch. ``in_currency``: the difference in the document's
    currency, made less previewed.
    """

    reference: str
    acct: str
    sub: str
    previewed: Decimal
    made: Decimal
    in_currency: Decimal

    @property
    def text(self) -> str:
        """Say it in one sentence."""
        account = f"{self.acct}:{self.sub}".rstrip(":")
        if self.previewed == self.made:
            return f"Account {account}: {self.in_currency:+f} in the document's currency against the preview"
        return f"Account {account}: SL makes {_side(self.made)}, the preview says {_side(self.previewed)}"


Account = tuple[str, str]
Entry = tuple[str, Account, Decimal, Decimal]  # reference, account and sub, net debit in base and in document currency
Key = tuple[str, str, str]
_NOTHING = (_ZERO, _ZERO)


def differences(previewed: Iterable[tuple[str, JournalRow]], made: Iterable[MadeLine]) -> tuple[Difference, ...]:
    """Compare a batch's journal with its GL transactions, account by account, and return what is not equal.

    ``previewed``: rows with the reference that their document has in SL. Where SL posts an account in summary
    (``GLPostOpt`` S, ``Account.SummPost``) its line names no document, or one for all: that account is compared for the
    whole batch.
    """
    expected = [_previewed(reference, row) for reference, row in previewed]
    found = [_made(line) for line in made]
    named, made_of = _documents(expected), _documents(found)
    summed = {account for account in {*named, *made_of} if named.get(account) != made_of.get(account)}
    before, after = _sums(expected, summed), _sums(found, summed)
    return tuple(
        _difference(key, before.get(key, _NOTHING), after.get(key, _NOTHING))
        for key in sorted({*before, *after})
        if _rounded(before.get(key, _NOTHING)) != _rounded(after.get(key, _NOTHING))
    )


def unbalanced(made: Iterable[MadeLine]) -> Decimal:
    """Return debits less credits of a batch in base currency; 0 when it balances."""
    return round_money(sum((line.debit - line.credit for line in made), _ZERO), _PLACES)


def _previewed(reference: str, row: JournalRow) -> Entry:
    base = (row.base_debit or _ZERO) - (row.base_credit or _ZERO)
    cury = (row.debit or _ZERO) - (row.credit or _ZERO)
    return sl_key(reference), (sl_key(row.account), sl_key(row.sub)), base, cury


def _made(line: MadeLine) -> Entry:
    account = sl_key(line.acct), sl_key(line.sub)
    return sl_key(line.reference), account, line.debit - line.credit, line.cury_debit - line.cury_credit


def _documents(entries: Iterable[Entry]) -> dict[Account, set[str]]:
    """Return the documents that an account has amounts of."""
    found: dict[Account, set[str]] = defaultdict(set)
    for reference, account, base, cury in entries:
        if base or cury:
            found[account].add(reference)
    return dict(found)


def _sums(entries: Iterable[Entry], summed: set[Account]) -> dict[Key, tuple[Decimal, Decimal]]:
    sums: dict[Key, tuple[Decimal, Decimal]] = {}
    for reference, account, base, cury in entries:
        key = "" if account in summed else reference, *account
        before = sums.get(key, _NOTHING)
        sums[key] = before[0] + base, before[1] + cury
    return sums


def _rounded(amounts: tuple[Decimal, Decimal]) -> tuple[Decimal, Decimal]:
    return round_money(amounts[0], _PLACES), round_money(amounts[1], _PLACES)


def _difference(key: Key, before: tuple[Decimal, Decimal], after: tuple[Decimal, Decimal]) -> Difference:
    reference, acct, sub = key
    apart = round_money(after[1] - before[1], _PLACES).normalize()
    return Difference(reference, acct, sub, _rounded(before)[0].normalize(), _rounded(after)[0].normalize(), apart)


def _side(net: Decimal) -> str:
    return f"{abs(net):,.2f} {'debit' if net >= 0 else 'credit'}" if net else "nothing"

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


Amounts = dict[tuple[str, str, str], tuple[Decimal, Decimal]]


def differences(previewed: Iterable[tuple[str, JournalRow]], made: Iterable[MadeLine]) -> tuple[Difference, ...]:
    """Compare a batch's journal with its GL transactions, account by account, and return what is not equal.

    ``previewed``: rows with the reference that their document has in SL. Where SL posts in summary (``GLPostOpt`` S,
    or an account posted in summary) its lines name no document, or one for all: then the whole batch is compared.
    """
    lines = list(made)
    rows = list(previewed)
    known = {sl_key(reference) for reference, _ in rows}
    named = {sl_key(line.reference) for line in lines}
    if named != known:
        rows = [("", row) for _, row in rows]
    by_document = named == known
    expected = _sums(
        (
            reference,
            row.account,
            row.sub,
            (row.base_debit or _ZERO) - (row.base_credit or _ZERO),
            (row.debit or _ZERO) - (row.credit or _ZERO),
        )
        for reference, row in rows
    )
    found = _sums(
        (
            line.reference if by_document else "",
            line.acct,
            line.sub,
            line.debit - line.credit,
            line.cury_debit - line.cury_credit,
        )
        for line in lines
    )
    apart = by_document and _differing(expected, found)
    if apart and not _differing(_of_batch(expected), _of_batch(found)):
        return ()  # some accounts are posted in summary: the batch as a whole agrees
    return tuple(
        Difference(
            reference=key[0],
            acct=key[1],
            sub=key[2],
            previewed=round_money(expected.get(key, (_ZERO, _ZERO))[0], _PLACES).normalize(),
            made=round_money(found.get(key, (_ZERO, _ZERO))[0], _PLACES).normalize(),
            in_currency=round_money(
                found.get(key, (_ZERO, _ZERO))[1] - expected.get(key, (_ZERO, _ZERO))[1], _PLACES
            ).normalize(),
        )
        for key in _differing(expected, found)
    )


def unbalanced(made: Iterable[MadeLine]) -> Decimal:
    """Return debits less credits of a batch in base currency; 0 when it balances."""
    return round_money(sum((line.debit - line.credit for line in made), _ZERO), _PLACES)


def _sums(amounts: Iterable[tuple[str, str, str, Decimal, Decimal]]) -> Amounts:
    sums: Amounts = defaultdict(lambda: (_ZERO, _ZERO))
    for reference, acct, sub, base, cury in amounts:
        key = sl_key(reference), sl_key(acct), sl_key(sub)
        before = sums[key]
        sums[key] = before[0] + base, before[1] + cury
    return dict(sums)


def _of_batch(amounts: Amounts) -> Amounts:
    return _sums(("", acct, sub, *values) for (_, acct, sub), values in amounts.items())


def _differing(one: Amounts, other: Amounts) -> list[tuple[str, str, str]]:
    none = (_ZERO, _ZERO)

    def rounded(values: tuple[Decimal, Decimal]) -> tuple[Decimal, Decimal]:
        return round_money(values[0], _PLACES), round_money(values[1], _PLACES)

    return sorted(key for key in {*one, *other} if rounded(one.get(key, none)) != rounded(other.get(key, none)))


def _side(net: Decimal) -> str:
    return f"{abs(net):,.2f} {'debit' if net >= 0 else 'credit'}" if net else "nothing"

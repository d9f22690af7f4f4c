"""From Manage's account text to SL's account and subaccount.

Manage joins segments with a colon (``4001:200``). The first Account-type segment is SL's Acct; the following ones,
joined without separators, are SL's Sub, whose segment lengths FlexDef gives. Nothing is padded.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from xlpy.domain.checks.table import found
from xlpy.domain.facts.books import Account, SlBooks, SubAccount, sl_key
from xlpy.domain.facts.manage import GlSegments, ManageMasters
from xlpy.domain.values.problems import Problem


@dataclass(frozen=True, slots=True)
class AccountText:
    """An account text taken apart. ``sub`` may be empty; ``sub_fits``: its parts end where FlexDef's segments end."""

    acct: str
    sub: str
    sub_fits: bool = True


@dataclass(frozen=True, slots=True)
class Resolved:
    """SL's account and subaccount, with what is wrong with them (not yet bound to a transaction)."""

    acct: str
    sub: str
    problems: tuple[Problem, ...] = ()


def split_account(text: str, segments: GlSegments, sub_lengths: tuple[int, ...]) -> AccountText:
    """Take an account text apart by the positions of its Account-type segments (Manage API: glCaptions).

    A sub is accepted when it has exactly the length of all FlexDef segments and each part of it ends at the end of
    a segment; with no FlexDef row any sub is accepted as it stands.
    """
    parts = [part.strip() for part in text.split(":")]
    mine = [parts[position] for position in segments.account_positions if position < len(parts)]
    if not mine:
        return AccountText("", "")
    subs = mine[1:]
    while subs and not subs[-1]:
        subs.pop()
    sub = "".join(subs)
    return AccountText(mine[0], sub, not sub or _ends_at_segments(subs, sub_lengths))


def segments_used(segments: GlSegments, account_segments: tuple[int, ...]) -> GlSegments:
    """Return the segments that make account and subaccount: those of the profile's rule, else Manage's Account-type.

    ``account_segments``: numbers in the account text, counted from 1; the first is the account, the others the
    subaccount, in this order.
    """
    if not account_segments:
        return segments
    return replace(segments, account_positions=tuple(number - 1 for number in account_segments))


def _ends_at_segments(parts: list[str], lengths: tuple[int, ...]) -> bool:
    if not lengths:
        return True
    ends: set[int] = set()
    position = 0
    for length in lengths:
        position += length
        ends.add(position)
    at = 0
    for part in parts:
        at += len(part)
        if not part or at not in ends:
            return False
    return at == position


class Accounts:
    """Resolves account texts against the books, each text and currency once."""

    def __init__(
        self, masters: ManageMasters, books: SlBooks, default_sub: str, account_segments: tuple[int, ...] = ()
    ) -> None:
        self._segments = segments_used(masters.segments, account_segments)
        self._books = books
        self._default_sub = default_sub.strip()
        self._listed = {_without_empty_end(text) for text in masters.gl_accounts}
        self._accounts = {sl_key(key): account for key, account in books.accounts.items()}
        self._subs = {sl_key(key): sub for key, sub in books.subs.items()}
        self._combinations = {(sl_key(acct), sl_key(sub)) for acct, sub in books.combinations}
        self._validates = books.gl.validate_acct_sub or books.gl.validate_at_posting
        self._cache: dict[tuple[str, str, tuple[str, ...] | None], Resolved] = {}

    def of_line(self, text: str, currency: str) -> Resolved:
        """Resolve the account of a revenue line; a missing sub comes from the profile's ``default_sub``."""
        return self._resolve(text, currency, None)

    def of_control(self, text: str, currency: str, subs: Iterable[str], without_sub: str = "SUB-CONTROL") -> Resolved:
        """Resolve a control account; a missing sub is the first of ``subs`` (customer or vendor, class, set-up).

        ``without_sub``: the code of the check that tells that none of them has one.
        """
        return self._resolve(text, currency, (without_sub, *subs))

    def of_setting(self, text: str, currency: str) -> Resolved:
        """Resolve an account of the settings, written ``account:sub`` in SL's own way; the sub may be left out."""
        acct, _, rest = (part.strip() for part in text.partition(":"))
        sub = rest or self._default_sub
        if not acct:
            return Resolved("", "", (found("ACCT-EMPTY", text),))
        if not sub:
            return Resolved(acct, "", (found("SUB-EMPTY", text, text=text),))
        return Resolved(self._spelt(acct), self._spelt_sub(sub), self.check(acct, sub, currency, text))

    def split(self, text: str) -> AccountText:
        """Take an account text apart, without looking at the books."""
        return split_account(text, self._segments, self._books.sub_lengths)

    def check(self, acct: str, sub: str, currency: str, shown: str) -> tuple[Problem, ...]:
        """Check that an account and a subaccount of SL can be posted to. ``shown`` is Manage's text."""
        problems: list[Problem] = []
        account = self._accounts.get(sl_key(acct))
        entry = self._subs.get(sl_key(sub))
        problems.extend(self._check_account(account, acct, currency, shown))
        problems.extend(self._check_sub(entry, sub, shown))
        if (
            self._validates
            and account is not None
            and entry is not None
            and (sl_key(acct), sl_key(sub)) not in self._combinations
        ):
            problems.append(found("COMBINATION", shown, f"{acct} {sub}", acct=acct, sub=sub))
        return tuple(problems)

    def _resolve(self, text: str, currency: str, control_subs: tuple[str, ...] | None) -> Resolved:
        key = (text, currency, control_subs)
        known = self._cache.get(key)
        if known is None:
            known = self._cache[key] = self._resolve_anew(text, currency, control_subs)
        return known

    def _resolve_anew(self, text: str, currency: str, control_subs: tuple[str, ...] | None) -> Resolved:
        taken = self.split(text)
        if not taken.acct:
            return Resolved("", "", (found("ACCT-EMPTY", text),))
        problems: list[Problem] = []
        if self._listed and _without_empty_end(text) not in self._listed:
            problems.append(found("ACCT-UNLISTED", text, text=text))
        sub = taken.sub
        if not taken.sub_fits:
            lengths = "-".join(str(length) for length in self._books.sub_lengths)
            problems.append(found("SUB-LENGTH", text, lengths, sub=sub, lengths=lengths))
            account = self._accounts.get(sl_key(taken.acct))
            problems.extend(self._check_account(account, taken.acct, currency, text))
            return Resolved(taken.acct, sub, tuple(problems))
        if not sub:
            code, *choices = ("SUB-EMPTY", self._default_sub) if control_subs is None else control_subs
            sub = next((choice for choice in choices if choice), "")
            if not sub:
                problems.append(found(code, text, text=text))
                account = self._accounts.get(sl_key(taken.acct))
                problems.extend(self._check_account(account, taken.acct, currency, text))
                return Resolved(taken.acct, "", tuple(problems))
        problems.extend(self.check(taken.acct, sub, currency, text))
        return Resolved(self._spelt(taken.acct), self._spelt_sub(sub), tuple(problems))

    def _spelt(self, acct: str) -> str:
        """Return the account as SL spells it."""
        known = self._accounts.get(sl_key(acct))
        return known.acct if known else acct

    def _spelt_sub(self, sub: str) -> str:
        known = self._subs.get(sl_key(sub))
        return known.sub if known else sub

    @staticmethod
    def _check_account(account: Account | None, acct: str, currency: str, shown: str) -> list[Problem]:
        if account is None:
            return [found("ACCT-MISSING", shown, acct=acct)]
        problems = []
        if not account.active:
            problems.append(found("ACCT-INACTIVE", shown, f"{acct} {account.descr}".strip(), acct=acct))
        elif not account.in_company:
            problems.append(found("ACCT-COMPANY", shown, f"{acct} {account.descr}".strip(), acct=acct))
        if account.currency and sl_key(account.currency) != sl_key(currency):
            problems.append(
                found("ACCT-CURRENCY", shown, account.currency, acct=acct, held=account.currency, currency=currency)
            )
        return problems

    @staticmethod
    def _check_sub(entry: SubAccount | None, sub: str, shown: str) -> list[Problem]:
        if entry is None:
            return [found("SUB-MISSING", shown, sub=sub)]
        if not entry.active:
            return [found("SUB-INACTIVE", shown, sub, sub=sub)]
        if not entry.in_company:
            return [found("SUB-COMPANY", shown, sub, sub=sub)]
        return []


def _without_empty_end(text: str) -> str:
    return text.strip().rstrip(":").strip().upper()

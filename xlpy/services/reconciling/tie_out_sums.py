"""The sums of a tie-out: every leg of every document by account, and below each account what makes the difference."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal

from xlpy.domain.afterwards.reconcile import DocumentKey, Leg, SlDocument
from xlpy.domain.afterwards.tie_out import Area, TieLine, TieOutRow
from xlpy.domain.facts.books import sl_key
from xlpy.domain.values.money import ZERO, round_money
from xlpy.domain.values.statuses import TieState
from xlpy.services.reconciling.documents import DocumentCompared, Member

Account = tuple[str, str]
BatchName = tuple[str, str]
POSTED = "P"
# Documents whose lines are the whole of what the release posts; of all others the general ledger itself is believed.
_INVOICES = frozenset({"IN", "DM", "CM", "VO", "AD", "AC", "AJ", "TR", "GL"})


@dataclass(slots=True)
class _Sums:
    manage: Decimal = ZERO
    ledger: Decimal | None = None
    from_manage: Decimal = ZERO
    other: Decimal = ZERO
    not_posted: Decimal = ZERO
    gl: Decimal = ZERO

    @property
    def difference(self) -> Decimal:
        """What is left to be explained: between Manage and SL, and between SL's subledger and its general ledger."""
        return (self.manage - self.from_manage) + (self.from_manage + self.other - self.not_posted - self.gl)


@dataclass(slots=True)
class _Below:
    """What a transaction, or an SL batch, has on an account."""

    line: TieLine
    sums: _Sums = field(default_factory=_Sums)
    message: str = ""
    transaction: str = ""
    sl_batch: str = ""
    reference: str = ""

    @property
    def difference(self) -> Decimal:
        """A transaction: Manage less SL. An SL batch: its subledger less general ledger, but for what waits."""
        sums = self.sums
        if self.line is TieLine.TRANSACTION:
            return sums.manage - sums.from_manage
        return sums.from_manage + sums.other - sums.not_posted - sums.gl


class TieOutSums:
    """Adds up one period, YYYYPP. Documents of ``whole`` that are in ``ours`` came from Manage."""

    def __init__(self, period: str, base_currency: str, decimals: int) -> None:
        self.period, self._base_currency, self._decimals = period, base_currency, decimals
        self._by_account: dict[Account, _Sums] = defaultdict(_Sums)
        self._below: dict[Account, dict[tuple[str, ...], _Below]] = defaultdict(dict)
        self._areas: dict[Account, Area] = {}
        self._deposits: set[str] = set()
        self._mine: set[Account] = set()  # accounts of what came from Manage: only they are shown

    def call(self, accounts: Iterable[Account], area: Area) -> None:
        """Say what accounts are; the first word counts."""
        for account in accounts:
            self._areas.setdefault(account, area)

    def call_deposits(self, accts: Iterable[str]) -> None:
        """Say on which accounts down payments stand, whatever their subaccount and whatever else they may be."""
        self._deposits.update(accts)

    def add_compared(self, compared: Iterable[DocumentCompared]) -> None:
        """Add what Manage says of the documents of the period, and the posting ledger's totals of them."""
        for one in compared:
            if one.document.voided or one.document.period != self.period:
                continue
            legs = self._manage_legs(one)
            sides: dict[Account, list[Decimal]] = defaultdict(lambda: [ZERO, ZERO])
            for account, amount in legs:
                self._by_account[account].manage += amount
                sides[account][0] += amount
            for leg in one.document.legs:
                sides[leg.acct, leg.sub][1] += leg.base
                self._of_role(one.document, leg)
            self._ledger_total(one)
            numbers = ", ".join(dict.fromkeys(member.posting.number for member in one.members))
            for account, (manage, in_sl) in sides.items():
                self._mine.add(account)
                if round_money(manage - in_sl, self._decimals):
                    below = self._transaction(account, one.document.key, numbers, _said(one.members))
                    below.sums.manage += manage
                    below.sums.from_manage += in_sl

    def add_lost(self, currency: str, legs: Iterable[Leg], number: str, message: str) -> str:
        """Add what Manage has and SL does not. Returns words when its currency can't be added."""
        if sl_key(currency) != sl_key(self._base_currency):
            return f"{number} is not in SL; it is in {currency} and not in these sums."
        for leg in legs:
            account = leg.acct, leg.sub
            self._mine.add(account)
            self._by_account[account].manage += leg.amount
            self._transaction(account, ("", "", "", number), number, message).sums.manage += leg.amount
        return ""

    def add_subledger(
        self,
        whole: Mapping[DocumentKey, SlDocument],
        ours: frozenset[DocumentKey],
        gl: Mapping[BatchName, Mapping[Account, Decimal]],
    ) -> None:
        """Add SL's documents and its general ledger, batch by batch."""
        batches: dict[BatchName, list[SlDocument]] = defaultdict(list)
        for key, document in whole.items():
            if not document.voided and document.period == self.period:
                batches[key[0], key[1]].append(document)
        for name in sorted(batches.keys() | gl.keys()):
            self._batch(name, batches.get(name, []), ours, gl.get(name, {}))

    def rows(self, names: Mapping[str, str]) -> Iterator[TieOutRow]:
        """Yield the accounts of what came from Manage, those that differ first; below each what makes it differ."""
        shown = [
            (not self._rounded(self._by_account[account].difference), list(Area).index(self.area(account)), *account)
            for account in self._mine
        ]
        for _, _, acct, sub in sorted(shown):
            account = acct, sub
            sums = self._by_account[account]
            below = [b for b in self._below[account].values() if b.sums.not_posted or self._rounded(b.difference)]
            yield self._row(account, sums, sums.difference, names, _Below(TieLine.ACCOUNT))
            for one in sorted(below, key=lambda b: (-abs(b.difference), b.sl_batch, b.reference, b.transaction)):
                yield self._row(account, one.sums, one.difference, names, one)

    def area(self, account: Account) -> Area:
        """Return what an account is."""
        return Area.DEPOSITS if account[0] in self._deposits else self._areas.get(account, Area.OTHER)

    def accounts_of(self, area: Area) -> frozenset[Account]:
        """Return the accounts of an area that something of Manage is on."""
        return frozenset(account for account in self._mine if self.area(account) is area)

    def _manage_legs(self, one: DocumentCompared) -> list[tuple[Account, Decimal]]:
        """Return Manage's legs in base currency. What is not compared by account counts as SL has it."""
        document = one.document
        if one.legs is None:
            if any(member.manage is None for member in one.members):
                return []
            return [((leg.acct, leg.sub), leg.base) for leg in document.legs]
        in_sl: dict[tuple[Account, str], list[Decimal]] = defaultdict(lambda: [ZERO, ZERO])
        for leg in document.legs:
            pair = in_sl[(leg.acct, leg.sub), _kind(leg)]
            pair[0] += leg.amount
            pair[1] += leg.base
        sums: dict[tuple[Account, str], Decimal] = defaultdict(lambda: ZERO)
        for leg in one.legs.resolved:
            sums[(leg.acct, leg.sub), _kind(leg)] += leg.amount
        return [(key[0], self._in_base(amount, in_sl.get(key), document)) for key, amount in sums.items()]

    def _in_base(self, amount: Decimal, in_sl: list[Decimal] | None, document: SlDocument) -> Decimal:
        """Convert as SL did where both have the same amount, so that no rounding of the rate looks like a fault."""
        if sl_key(document.currency) == sl_key(self._base_currency):
            return amount
        if in_sl is not None and self._rounded(in_sl[0] - amount) == 0:
            return in_sl[1]
        return self._rounded(amount * document.base / document.amount) if document.amount else ZERO

    def _of_role(self, document: SlDocument, leg: Leg) -> None:
        account = leg.acct, leg.sub
        if leg.role == "control":
            self.call([account], Area.RECEIVABLES if document.key[0] == "AR" else Area.PAYABLES)
        elif leg.role == "tax":
            self.call([account], Area.TAXES)

    def _ledger_total(self, one: DocumentCompared) -> None:
        """Put the posting ledger's total of a document where SL has it: on its control account."""
        control = [leg for leg in one.document.legs if leg.role == "control"]
        part = one.members[0].part
        if len(control) == 1 and part is not None:
            sums = self._by_account[control[0].acct, control[0].sub]
            sums.ledger = (sums.ledger or ZERO) + (part.amount if control[0].base >= 0 else -part.amount)

    def _batch(
        self,
        name: BatchName,
        documents: list[SlDocument],
        ours: frozenset[DocumentKey],
        in_ledger: Mapping[Account, Decimal],
    ) -> None:
        """Add one SL batch: its documents by their lines, or, where lines are not the whole, by the general ledger."""
        by_lines = bool(documents) and all(document.key[2] in _INVOICES for document in documents)
        counted = [d for d in documents if d.key in ours or (by_lines and d.released)]
        accounts: dict[Account, _Sums] = defaultdict(_Sums)
        for account, amount in in_ledger.items():
            accounts[account].gl += amount
            if not by_lines and not any(document.key in ours for document in documents):
                accounts[account].other += amount
        for document in counted:
            for leg in document.legs:
                sums = accounts[leg.acct, leg.sub]
                if document.key in ours:
                    sums.from_manage += leg.base
                else:
                    sums.other += leg.base
                if document.status != POSTED:
                    sums.not_posted += leg.base
        for account, sums in accounts.items():
            whole = self._by_account[account]
            whole.from_manage += sums.from_manage
            whole.other += sums.other
            whole.not_posted += sums.not_posted
            whole.gl += sums.gl
            left = sums.from_manage + sums.other - sums.not_posted - sums.gl
            if self._rounded(left) or sums.not_posted:
                released = all(document.released for document in counted)
                said = "" if not sums.not_posted else "Released, not posted" if released else "Not released"
                if self._rounded(left):
                    said = "The general ledger does not have what the subledger says: look at suspense"
                text = " ".join(name)
                self._below[account]["batch", *name] = _Below(TieLine.BATCH, sums, said, sl_batch=text)

    def _transaction(self, account: Account, key: DocumentKey, numbers: str, said: str) -> _Below:
        module, bat_nbr, doc_type, reference = key
        if not module:
            reference = ""
        return self._below[account].setdefault(
            ("transaction", *key),
            _Below(
                TieLine.TRANSACTION,
                message=said,
                transaction=numbers,
                sl_batch=f"{module} {bat_nbr}".strip(),
                reference=f"{doc_type} {reference}".strip(),
            ),
        )

    def _row(
        self, account: Account, sums: _Sums, difference: Decimal, names: Mapping[str, str], at: _Below
    ) -> TieOutRow:
        acct, sub = account
        cents = self._rounded
        difference = cents(difference)
        only_manage = at.line is TieLine.TRANSACTION
        waits = TieState.NOT_POSTED if sums.not_posted else TieState.AGREES
        return TieOutRow(
            state=TieState.DIFFERS if difference else waits,
            line=at.line,
            period=self.period,
            area=self.area(account),
            acct=acct,
            sub=sub,
            name=names.get(acct, ""),
            manage=None if at.line is TieLine.BATCH else cents(sums.manage),
            ledger=None if sums.ledger is None else cents(sums.ledger),
            from_manage=cents(sums.from_manage),
            other=None if only_manage else cents(sums.other),
            not_posted=None if only_manage else cents(sums.not_posted),
            gl=None if only_manage else cents(sums.gl),
            difference=difference,
            message=at.message,
            transaction=at.transaction,
            sl_batch=at.sl_batch,
            reference=at.reference,
        )

    def _rounded(self, amount: Decimal) -> Decimal:
        return round_money(amount, self._decimals)


def _kind(leg: Leg) -> str:
    return "tax" if leg.role == "tax" else "line"


def _said(members: Iterable[Member]) -> str:
    texts = dict.fromkeys(text for member in members for _, text in member.findings)
    return ". ".join(texts) or "Manage's batch does not show it: press Recover, or look at Reconcile"

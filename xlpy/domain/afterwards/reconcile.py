"""What reconciling compares, the words for what it finds, and the rules by which a row gets its word. No I/O.

What must stay (SL: the release changes status fields, balances and row counters of our rows, and adds tax and control
lines): as long as SL has not released a document, every column, by the hash of its rows that the posting ledger keeps.
Afterwards type and reference (by them it is found), its amounts in both currencies, and its lines' accounts and
amounts, which Manage's export of the batch tells again.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from xlpy.domain.values.money import ZERO
from xlpy.domain.values.statuses import ReconcileState
from xlpy.domain.values.transactions import Posting, PostingState

FINE = frozenset(
    {
        *(ReconcileState.AGREES, ReconcileState.NOTHING_TO_POST, ReconcileState.CLEARED, ReconcileState.UNDONE),
        *(ReconcileState.TAX_ACCOUNT, ReconcileState.NOT_FROM_MANAGE, ReconcileState.NOT_OURS),
    }
)
# Of several findings the gravest gives the word; the message tells all of them.
_GRAVITY = (
    *(ReconcileState.PENDING, ReconcileState.NOT_IN_MANAGE, ReconcileState.CHANGED),
    *(ReconcileState.DIFFERS, ReconcileState.VOIDED, ReconcileState.MISSING),
)


class InManage(StrEnum):
    """Whether the GL entries of a transaction are in a Manage batch, and if not, how Manage shows it now."""

    YES = "yes"
    PARTLY = "partly"
    UNPOSTED = "unposted"  # un-batched: unposted again, with the same lines
    OTHER_LINES = "other lines"  # reopened: unposted again, with other lines
    GONE = "gone"  # in no batch of ours, and not unposted
    UNKNOWN = "unknown"  # not looked at: Manage is still owed the batch


DocumentKey = tuple[str, str, str, str]  # module, BatNbr, sl_key of type and reference


@dataclass(frozen=True, slots=True)
class Leg:
    """An amount on an account: debits positive. ``amount``: document currency; ``role``: control, line or tax.

    ``text``: Manage's account text, empty on SL's side.
    """

    acct: str
    sub: str
    amount: Decimal
    role: str = "line"
    base: Decimal = ZERO
    text: str = ""


@dataclass(frozen=True, slots=True)
class SlDocument:
    """An SL document as it is now. ``amount`` and ``base``: credit memos and debit adjustments negative.

    ``legs``: of the subledger, what the release makes of taxes and total included; ``posted``: of the general ledger
    by its reference, empty before the release. ``rows_hash``: empty once released. ``gl_agrees``: whether the general
    ledger has, on each account, what the subledger's lines say (None: nothing released yet).
    """

    key: DocumentKey
    party: str
    period: str
    status: str  # Batch.Status
    released: bool
    currency: str
    amount: Decimal
    base: Decimal
    legs: tuple[Leg, ...] = ()
    rows_hash: str = ""
    gl_agrees: bool | None = None
    own_cost: bool = False  # a transfer that SL has released: valued at SL's own cost
    voided: bool = False

    @property
    def posted(self) -> bool:
        """Whether SL has posted it to its general ledger."""
        return self.status == "P"


@dataclass(frozen=True, slots=True)
class ReconcileRow:
    """A row of the Reconcile sheet: one transaction, and one for the cost journal of an invoice.

    ``manage``, ``ledger``, ``sl``: document currency, credit memos negative; None: it is not there. ``difference``:
    Manage less SL, what no rule explains. ``base``, ``gl``: base currency, ``gl`` only when posted. ``period`` YYYYPP.
    """

    state: ReconcileState
    message: str
    batch_identifier: str
    kind: str
    transaction: str
    record_id: str
    part: str = "document"
    company: str = ""
    party: str = ""
    currency: str = ""
    manage: Decimal | None = None
    ledger: Decimal | None = None
    sl: Decimal | None = None
    difference: Decimal = ZERO
    base: Decimal | None = None
    gl: Decimal | None = None
    module: str = ""
    sl_batch: str = ""
    doc_type: str = ""
    reference: str = ""
    period: str = ""

    @property
    def agrees(self) -> bool:
        """Whether nothing has to be done about it."""
        return self.state in FINE


@dataclass(frozen=True, slots=True)
class AccountTotal:
    """What an account got in one currency: by Manage, by SL's documents and, once released, by SL's general ledger.

    Positive columns. ``difference``: Manage's debits less credits, minus SL's; ``tax_account``: the part of it that is
    tax which SL posts to the account of its own tax. ``gl_difference``: SL's documents minus general ledger, base
    currency; None before the release.
    """

    manage_account: str
    acct: str
    sub: str
    currency: str
    manage_debit: Decimal
    manage_credit: Decimal
    sl_debit: Decimal
    sl_credit: Decimal
    difference: Decimal
    tax_account: Decimal = ZERO
    base: Decimal = ZERO
    gl: Decimal | None = None
    gl_difference: Decimal | None = None

    @property
    def agrees(self) -> bool:
        """Whether only the accounts of taxes make a difference."""
        return self.difference == self.tax_account and not self.gl_difference


@dataclass(frozen=True, slots=True)
class GroupTotal:
    """Sums of rows in one currency: by batch (``name``: its identifier) or by customer or vendor (its SL id)."""

    name: str
    currency: str
    count: int
    manage: Decimal
    ledger: Decimal
    sl: Decimal
    difference: Decimal
    not_agreeing: int
    company: str = ""


@dataclass(frozen=True, slots=True)
class Step:
    """A bar of the picture, base currency: how much of what Manage has arrived there, and for how many rows."""

    name: str
    amount: Decimal
    count: int


def gravest(findings: Iterable[ReconcileState]) -> ReconcileState:
    """Return the word for a row with these findings."""
    return max(findings, key=_GRAVITY.index, default=ReconcileState.AGREES)


def manage_finding(posting: Posting, there: InManage) -> tuple[ReconcileState, str] | None:
    """Tell what is wrong with the Manage half of a transaction; None when it is as the posting ledger says."""
    match posting.state:
        case PostingState.UNDOING:
            return ReconcileState.PENDING, "An undo of it was interrupted: press Recover"
        case PostingState.UNDONE:
            if there in (InManage.YES, InManage.PARTLY):
                return ReconcileState.DIFFERS, "It was undone, but its GL entries are in a Manage batch again"
            return None
        case PostingState.POSTED:
            said = "SL has it, its Manage batch is still owed: press Recover"
            return ReconcileState.PENDING, said
        case PostingState.CHANGED if there is not InManage.YES:
            return ReconcileState.CHANGED, "Manage showed other lines after it was posted, so it was not marked there"
        case _:
            return _ABSENT.get(there)


_ABSENT: Mapping[InManage, tuple[ReconcileState, str]] = {
    InManage.PARTLY: (ReconcileState.DIFFERS, "Only some of its GL entries are in its Manage batch"),
    InManage.UNPOSTED: (
        ReconcileState.NOT_IN_MANAGE,
        "It was un-batched in Manage and is unposted there again; SL still has it: include it to mark it anew",
    ),
    InManage.OTHER_LINES: (
        ReconcileState.CHANGED,
        "It was reopened in Manage and has other lines now: restore it there and correct by a credit memo",
    ),
    InManage.GONE: (
        ReconcileState.NOT_IN_MANAGE,
        "It is in no batch that Manage shows and not unposted there: its batch is closed, or it was deleted. Look at it"
        " in Manage",
    ),
}


@dataclass(frozen=True, slots=True)
class LegDifference:
    """An account on which the two sides differ; debits positive. ``texts``: Manage's account texts."""

    acct: str
    sub: str
    manage: Decimal
    in_sl: Decimal
    texts: tuple[str, ...] = ()

    @property
    def amount(self) -> Decimal:
        """Manage less SL."""
        return self.manage - self.in_sl


@dataclass(frozen=True, slots=True)
class LegsCompared:
    """The legs of a document on both sides. ``lines`` must agree; ``taxes`` may be on other accounts when they sum up.

    ``resolved``: Manage's legs with the subaccount that SL has where Manage's account text has none.
    """

    lines: tuple[LegDifference, ...]
    taxes: tuple[LegDifference, ...]
    resolved: tuple[Leg, ...]

    @property
    def only_tax_accounts(self) -> bool:
        """Whether taxes of the same sum are on other accounts."""
        return bool(self.taxes) and not sum((tax.amount for tax in self.taxes), ZERO)

    @property
    def only_tax_split(self) -> bool:
        """Whether the same taxes of the same sum are split otherwise: SL's release rounds a group in its own way."""
        moved = any(tax.manage and not tax.in_sl for tax in self.taxes) and any(
            tax.in_sl and not tax.manage for tax in self.taxes
        )
        return self.only_tax_accounts and not moved


def compare_legs(manage: Sequence[Leg], in_sl: Sequence[Leg]) -> LegsCompared:
    """Compare what Manage says with what SL has, account by account. Ids must be in ``sl_key`` form."""
    resolved = tuple(_with_subs(manage, in_sl))
    lines = _differences([leg for leg in resolved if leg.role != "tax"], [leg for leg in in_sl if leg.role != "tax"])
    taxes = _differences([leg for leg in resolved if leg.role == "tax"], [leg for leg in in_sl if leg.role == "tax"])
    return LegsCompared(lines, taxes, resolved)


def _with_subs(manage: Sequence[Leg], in_sl: Sequence[Leg]) -> Iterable[Leg]:
    """Give each leg without a subaccount the one that SL uses with its account (design: customer, class, default)."""
    subs: dict[tuple[str, str], list[str]] = {}
    for leg in in_sl:
        known = subs.setdefault((leg.acct, leg.role), [])
        if leg.sub not in known:
            known.append(leg.sub)
    for leg in manage:
        found = subs.get((leg.acct, leg.role), []) if not leg.sub else [leg.sub]
        yield Leg(leg.acct, found[0] if len(found) == 1 else leg.sub, leg.amount, leg.role, leg.base, leg.text)


def _differences(manage: Sequence[Leg], in_sl: Sequence[Leg]) -> tuple[LegDifference, ...]:
    sums: dict[tuple[str, str], list[Decimal]] = {}
    texts: dict[tuple[str, str], list[str]] = {}
    for side, legs in enumerate((manage, in_sl)):
        for leg in legs:
            key = leg.acct, leg.sub
            sums.setdefault(key, [ZERO, ZERO])[side] += leg.amount
            if leg.text and leg.text not in texts.setdefault(key, []):
                texts[key].append(leg.text)
    return tuple(
        LegDifference(acct, sub, by_manage, by_sl, tuple(texts.get((acct, sub), ())))
        for (acct, sub), (by_manage, by_sl) in sorted(sums.items())
        if by_manage != by_sl
    )

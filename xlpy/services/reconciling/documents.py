"""One SL document against the transactions that it is made of: the findings, and each transaction's share of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from xlpy.domain.afterwards.reconcile import (
    DocumentKey,
    Leg,
    LegDifference,
    LegsCompared,
    SlDocument,
    compare_legs,
)
from xlpy.domain.facts.books import sl_key
from xlpy.domain.values.money import ZERO, round_money, total
from xlpy.domain.values.statuses import ReconcileState
from xlpy.domain.values.transactions import Kind, PostedPart, Posting, SlState

Finding = tuple[ReconcileState, str]


@dataclass(slots=True)
class Member:
    """A part of a transaction (its document or its cost), with what Manage says of it, and what was found.

    ``manage``: None when Manage's batches don't show it. Document currency, but a cost in base currency.
    """

    posting: Posting
    part: PostedPart | None
    part_name: str
    manage: Decimal | None = None
    legs: tuple[Leg, ...] = ()
    compared: bool = True
    company: str = ""
    currency: str = ""
    sl: Decimal | None = None
    base: Decimal | None = None
    gl: Decimal | None = None
    explained: bool = False  # a difference between Manage and SL is as it should be
    document: SlDocument | None = None
    findings: list[Finding] = field(default_factory=list)

    @property
    def ledger(self) -> Decimal:
        """What the posting ledger says: document currency; of a cost the debits in base currency."""
        return self.part.amount if self.part and self.part_name == "cost" else self.posting.amount


@dataclass(frozen=True, slots=True)
class DocumentCompared:
    """The legs of one SL document on both sides, for the totals by account."""

    document: SlDocument
    members: Sequence[Member]
    legs: LegsCompared | None


def key_of(part: PostedPart) -> DocumentKey:
    """Return the name under which an SL document of a part is read."""
    return part.module, part.bat_nbr, sl_key(part.doc_type), sl_key(part.ref_nbr)


def judge_absent(member: Member) -> None:
    """Say why a part has no SL document any more."""
    part = member.part
    if part is None:
        return
    name = f"{part.module} {part.doc_type} {part.ref_nbr} (SL batch {part.bat_nbr})"
    if part.state is SlState.VOIDED:
        member.findings.append(
            (ReconcileState.VOIDED, f"{name} was voided in SL: rerun its batch, with Again, to post anew")
        )
    else:
        member.findings.append((ReconcileState.MISSING, f"{name} is not in SL any more: rerun its batch"))


def compare_document(
    document: SlDocument, members: Sequence[Member], company_paid: str, base_currency: str, base_decimals: int
) -> DocumentCompared:
    """Compare an SL document with the transactions that it is made of; tells each member what was found."""
    for member in members:
        member.document = document
    if document.voided:
        for member in members:
            judge_absent(member)
        return DocumentCompared(document, members, None)
    _share_out(document, members, company_paid, base_currency, base_decimals)
    first = members[0].part
    if first is not None and abs(document.base) != first.amount and not document.own_cost:
        text = f"SL has {abs(document.base)} {base_currency}, {first.amount} was written"
        _tell(members, ReconcileState.DIFFERS, text)
    if document.rows_hash and first is not None and document.rows_hash != first.rows_hash:
        _tell(members, ReconcileState.CHANGED, f"{_name(document)} was changed in SL after it was written")
    if document.gl_agrees is False:
        text = f"The general ledger does not have what {_name(document)} says: look at account totals and suspense"
        _tell(members, ReconcileState.DIFFERS, text)
    legs = _compare_accounts(document, members)
    return DocumentCompared(document, members, legs)


def _share_out(
    document: SlDocument, members: Sequence[Member], company_paid: str, base_currency: str, base_decimals: int
) -> None:
    """Give each transaction its share of the document: what the ledger says, and what is over or short to the first.

    A voucher can have several expenses; its lines don't say whose they are. What the company paid itself is not owed
    to the member and so not in the voucher's total, but it is in the transactions' amounts.
    """
    amount = _comparable(document, members, company_paid)
    expected = total(member.ledger for member in members)
    for member in members:
        member.sl = member.ledger
    difference = amount - expected
    if difference and not _moved_at_own_cost(document, members, amount):
        members[0].sl = members[0].ledger + difference
        text = f"{_name(document)} is worth {amount} in SL, {expected} was posted"
        if len(members) > 1:
            text += f" (it has {len(members)} transactions; the first shows the difference)"
        _tell(members, ReconcileState.DIFFERS, text)
    in_base = [member.sl or ZERO for member in members]
    whole = total(in_base)
    if sl_key(document.currency) != sl_key(base_currency) or _is_converted(document, members[0]):
        base = abs(document.base) if whole >= 0 else -abs(document.base)
        in_base = [round_money(share * base / whole, base_decimals) if whole else ZERO for share in in_base]
        in_base[0] += base - total(in_base)
    for member, value in zip(members, in_base, strict=True):
        member.base = value
        member.gl = value if document.posted and document.gl_agrees is not False else None


def _comparable(document: SlDocument, members: Sequence[Member], company_paid: str) -> Decimal:
    """Return what a document is worth in the terms of its transactions' amounts."""
    first = members[0]
    module = document.key[0]
    if module == "AP" and first.posting.key.kind is Kind.EXPENSE:
        acct, _, _ = company_paid.partition(":")
        paid = total(
            leg.amount
            for leg in document.legs
            if company_paid and leg.role == "line" and leg.acct == sl_key(acct.strip()) and leg.amount < 0
        )
        return document.amount - paid
    if module == "GL" and first.part_name == "document":
        if _is_converted(document, first):
            agrees = first.part is not None and document.base == first.part.amount
            first.explained = True
            return first.ledger if agrees else first.ledger + document.base - (first.part.amount if first.part else 0)
        if first.posting.key.kind is Kind.PROCUREMENT:  # debits of what came in and of what went out; its value is net
            return first.ledger + document.base - (first.part.amount if first.part else document.base)
        return document.amount if first.ledger >= 0 else -document.amount
    return document.amount


def _is_converted(document: SlDocument, member: Member) -> bool:
    """Whether it is a journal in base currency of an expense in another one."""
    return (
        document.key[0] == "GL"
        and member.part_name == "document"
        and sl_key(member.posting.currency) != sl_key(document.currency)
    )


def _moved_at_own_cost(document: SlDocument, members: Sequence[Member], amount: Decimal) -> bool:
    """Whether a transfer is worth something else for a good reason, which is told.

    SL's release values what it moves at its own cost; and an item that moves within one bin of SL is left out.
    """
    first = members[0]
    if document.key[2] != "TR":
        return False
    written = first.part is not None and abs(document.base) == first.part.amount
    if not (document.own_cost or written):
        return False
    first.explained = True
    first.sl = amount
    if document.own_cost and not written:
        first.findings.append((ReconcileState.AGREES, f"SL moved it at its own cost, {amount}"))
    return True


def _compare_accounts(document: SlDocument, members: Sequence[Member]) -> LegsCompared | None:
    """Compare accounts where Manage shows all transactions of the document; tells what differs."""
    if not all(member.compared for member in members):
        return None
    if any(member.manage is None for member in members):
        return None
    legs = [leg for member in members for leg in member.legs]
    if _is_converted(document, members[0]) and members[0].part is not None:
        size = members[0].part.amount
        legs = [Leg(leg.acct, leg.sub, size if leg.amount > 0 else -size, leg.role, text=leg.text) for leg in legs]
    found = compare_legs(legs, document.legs)
    if found.lines:
        said = "; ".join(map(_said, found.lines[:4]))
        more = f"; and {len(found.lines) - 4} more" if len(found.lines) > 4 else ""
        _tell(members, ReconcileState.DIFFERS, f"Accounts of {_name(document)}: {said}{more}")
    if found.taxes and not found.only_tax_accounts:
        said = "; ".join(map(_said, found.taxes))
        _tell(members, ReconcileState.DIFFERS, f"Taxes of {_name(document)}: {said}")
    return found


def _said(found: LegDifference) -> str:
    return f"{found.acct} {found.sub}".strip() + f" has {found.in_sl}, by Manage {found.manage}"


def _name(document: SlDocument) -> str:
    module, bat_nbr, doc_type, reference = document.key
    return f"{module} {doc_type} {reference} (SL batch {bat_nbr})"


def _tell(members: Sequence[Member], verdict: ReconcileState, text: str) -> None:
    for member in members:
        member.findings.append((verdict, text))


def group_by_document(
    members: Sequence[Member], documents: Mapping[DocumentKey, SlDocument]
) -> dict[DocumentKey, list[Member]]:
    """Return the members of each SL document that is there; tells those whose document is gone."""
    groups: dict[DocumentKey, list[Member]] = {}
    for member in members:
        if member.part is None:
            continue
        key = key_of(member.part)
        # Lines can be left over of a document whose own row is gone: the ledger's reader knows.
        if key in documents and member.part.state is not SlState.MISSING:
            groups.setdefault(key, []).append(member)
        else:
            judge_absent(member)
    return groups

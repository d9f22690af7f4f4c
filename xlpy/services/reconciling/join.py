"""Putting the sides together: pandas joins Manage's shares to the posting ledger, and the ledger to SL, by key.

Amounts stay ``Decimal`` (object columns): they are only ever summed as Python objects, never as floats.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pandas as pd

from xlpy.domain.afterwards.reconcile import (
    FINE,
    InManage,
    ReconcileRow,
    gravest,
    manage_finding,
)
from xlpy.domain.afterwards.reconcile_manage import COST, DOCUMENT, ManageShare
from xlpy.domain.values.money import ZERO, round_money, total
from xlpy.domain.values.statuses import ReconcileState
from xlpy.domain.values.transactions import PostedPart, Posting, PostingState
from xlpy.services.reconciling.beside import NOT_TO_SL, other_documents, tax_accounts, without_document
from xlpy.services.reconciling.documents import (
    DocumentCompared,
    Member,
    compare_document,
    group_by_document,
    key_of,
)
from xlpy.services.reconciling.report import ReconcileReport
from xlpy.services.reconciling.totals import account_totals, group_totals, steps

if TYPE_CHECKING:
    from xlpy.services.reconciling.sides import Sides

_NUMBER_IN_FRONT = re.compile(r"\d{1,18}(?=-)")
NOBODY = 0  # posting ids count from 1


def join_sides(sides: Sides, at: datetime, scope: str) -> ReconcileReport:
    """Join, compare and add up."""
    joined = compare_sides(sides)
    owners, members, compared = joined.owners, joined.members, joined.compared
    base, decimals = sides.books.gl.base_currency, sides.books.base_decimals
    rows = [_row(member, sides) for member in members]
    rows += _left_over(sides, owners)
    rows += _earlier(sides, members)
    rows += tax_accounts(compared)
    rows += other_documents(sides)
    ordered = tuple(sorted((_to_the_cent(row, sides) for row in rows), key=_order))
    arrived, differing = steps(ordered, members, base)
    lost = without_document(members, compared, joined.orphans)
    return ReconcileReport(
        at=at,
        scope=scope,
        base_currency=base,
        rows=ordered,
        accounts=account_totals(compared, lost, sides.sl.posted, sides.decimals, decimals),
        batches=group_totals(ordered, by="batch_identifier"),
        parties=group_totals(ordered, by="party"),
        steps=arrived,
        differing=differing,
        messages=_messages(sides),
    )


@dataclass(frozen=True, slots=True)
class Joined:
    """What belongs together. ``owners``: whose each share is; ``orphans``: what nobody accounts for."""

    owners: pd.DataFrame
    members: list[Member]
    compared: list[DocumentCompared]
    orphans: list[ManageShare]


def compare_sides(sides: Sides) -> Joined:
    """Join the sides by transaction, and compare every SL document with the transactions that it is made of."""
    owners = _owners(sides.manage.shares, sides.postings)
    members = _members(sides, owners)
    documents, books = sides.sl.documents, sides.books
    wanted = [member for member in members if member.posting.state not in NOT_TO_SL]
    compared = [
        compare_document(documents[key], group, sides.company_paid, books.gl.base_currency, books.base_decimals)
        for key, group in group_by_document(wanted, documents).items()
    ]
    return Joined(owners, members, compared, _orphans(sides, owners))


def _owners(shares: Sequence[ManageShare], postings: Sequence[Posting]) -> pd.DataFrame:
    """Find whose each share is: by GL entry id, else by the record's id, else by the number in front of it.

    Returns one row per share: ``share``, ``posting_id`` (0 when nobody's), ``part`` and ``amount``.
    """
    table = pd.DataFrame(
        {
            "share": range(len(shares)),
            "part": pd.Series([share.part for share in shares], dtype=object),
            "amount": pd.Series([share.amount for share in shares], dtype=object),
        }
    )
    entries = pd.DataFrame(
        [(n, entry) for n, share in enumerate(shares) for entry in share.entry_ids], columns=["share", "entry"]
    ).astype("int64")
    known = pd.DataFrame(
        [(posting.posting_id, entry) for posting in postings for entry in posting.entry_ids],
        columns=["posting_id", "entry"],
    ).astype("int64")
    joined = entries.merge(known, on="entry").drop_duplicates("share")[["share", "posting_id"]]
    table = table.merge(joined, on="share", how="left")
    by_record = {(str(p.key.kind), p.key.record_id): p.posting_id for p in postings}
    by_number = {
        (str(p.key.kind), int(number[0])): p.posting_id
        for p in postings
        if (number := _NUMBER_IN_FRONT.match(p.key.record_id)) and not p.key.record_id.lower().endswith("purchase")
    }
    found = table["posting_id"].fillna(NOBODY).astype("int64")
    table["posting_id"] = [
        posting_id or _by_id(shares[n], by_record, by_number)
        for n, posting_id in zip(table["share"], found, strict=True)
    ]
    return table.astype({"posting_id": "int64"})


def _by_id(share: ManageShare, by_record: dict[Any, int], by_number: dict[Any, int]) -> int:
    kind = str(share.kind)
    return by_record.get((kind, share.record_id)) or by_number.get((kind, share.number_in_front)) or NOBODY


def _members(sides: Sides, owners: pd.DataFrame) -> list[Member]:
    """Return a member for every part that the posting ledger or Manage knows of the postings."""
    postings = {posting.posting_id: posting for posting in sides.postings}
    ledger = pd.DataFrame(
        [(posting.posting_id, part.part, part) for posting in sides.postings for part in posting.parts]
        + [(posting.posting_id, DOCUMENT, None) for posting in sides.postings if not posting.parts],
        columns=["posting_id", "part", "sl_part"],
    )
    mine = owners[owners["posting_id"] != NOBODY]
    manage = (
        mine.groupby(["posting_id", "part"], sort=False)
        .agg(amount=("amount", total), shares=("share", list))
        .reset_index()
    )
    keys: dict[str, Any] = {"posting_id": "int64", "part": object}
    joined = ledger.astype(keys).merge(manage.astype(keys), on=list(keys), how="outer", indicator=True)
    members: list[Member] = []
    for row in joined.to_dict("records"):
        posting = postings[int(row["posting_id"])]
        in_ledger = row["_merge"] != "right_only"
        if not in_ledger and not posting.parts:
            continue  # a cost of something that has no document in SL on purpose
        shares = [sides.manage.shares[n] for n in row["shares"]] if row["_merge"] != "left_only" else []
        part = row["sl_part"] if isinstance(row["sl_part"], PostedPart) else None
        member = Member(
            posting=posting,
            part=part,
            part_name=str(row["part"]),
            manage=row["amount"] if shares else None,
            legs=tuple(leg for share in shares for leg in share.legs),
            compared=all(share.compared or (part is not None and part.module == "GL") for share in shares),
            company=shares[0].company if shares else "",
            currency=shares[0].currency if shares and row["part"] == COST else posting.currency,
        )
        if row["part"] == COST:
            member.currency = member.currency if shares else sides.books.gl.base_currency
        if not in_ledger:
            member.findings.append((ReconcileState.DIFFERS, "Manage has a cost for it, but no cost journal was posted"))
        members.append(member)
    return members


def _row(member: Member, sides: Sides) -> ReconcileRow:
    posting, part = member.posting, member.part
    there = sides.manage.absent.get(posting.posting_id, InManage.YES)
    findings = list(member.findings)
    said = manage_finding(posting, there)
    if said is not None:
        findings.append(said)
    if posting.state is PostingState.UNDONE and part is not None and key_of(part) in _live(sides):
        findings.append((ReconcileState.DIFFERS, "It was undone, but SL has its document"))
    ledger = member.ledger if member.part or member.part_name == DOCUMENT else None
    if member.manage is not None and ledger is not None and member.manage != ledger and not findings:
        findings.append((ReconcileState.DIFFERS, f"Manage's batch has {member.manage}, {ledger} was posted"))
    wrong = [verdict for verdict, _ in findings if verdict not in FINE]
    state = gravest(wrong)
    if not wrong:
        state = _quiet_state(member)
    return ReconcileRow(
        state=state,
        message=". ".join(dict.fromkeys(text for _, text in findings)),
        batch_identifier=posting.batch_identifier,
        kind=str(posting.key.kind) if member.part_name == DOCUMENT else f"{posting.key.kind} {member.part_name}",
        transaction=posting.number,
        record_id=posting.key.record_id,
        part=member.part_name,
        company=member.company,
        party=member.document.party if member.document else "",
        currency=member.currency,
        manage=member.manage,
        ledger=ledger,
        sl=member.sl,
        difference=_difference(member),
        base=member.base,
        gl=member.gl,
        module=part.module if part else "",
        sl_batch=part.bat_nbr if part else "",
        doc_type=part.doc_type if part else "",
        reference=part.ref_nbr if part else "",
        period=member.document.period if member.document else "",
    )


def _to_the_cent(row: ReconcileRow, sides: Sides) -> ReconcileRow:
    """Give every amount the decimals of its currency: SL's floats come back without trailing zeros."""
    decimals = sides.decimals(row.currency)
    base = sides.books.base_decimals

    def cents(amount: Decimal | None, places: int) -> Decimal | None:
        return None if amount is None else round_money(amount, places)

    return replace(
        row,
        manage=cents(row.manage, decimals),
        ledger=cents(row.ledger, decimals),
        sl=cents(row.sl, decimals),
        difference=round_money(row.difference, decimals),
        base=cents(row.base, base),
        gl=cents(row.gl, base),
    )


def _quiet_state(member: Member) -> ReconcileState:
    if member.posting.state is PostingState.CLEARED:
        return ReconcileState.CLEARED
    if member.posting.state is PostingState.UNDONE:
        return ReconcileState.UNDONE
    return ReconcileState.AGREES if member.part else ReconcileState.NOTHING_TO_POST


def _difference(member: Member) -> Decimal:
    """Return Manage less SL; of what was cleared, or has no document on purpose, less what the ledger noted."""
    if member.explained:
        return ZERO
    if member.posting.state is PostingState.CLEARED or not member.posting.parts:
        return (member.manage or ZERO) - member.ledger if member.manage is not None else ZERO
    return (member.manage or ZERO) - (member.sl or ZERO)


def _live(sides: Sides) -> frozenset[Any]:
    """Return the names of the documents that no other posting of the scope accounts for."""
    owned = {key_of(part) for p in sides.postings if p.state not in NOT_TO_SL for part in p.parts}
    return frozenset(key for key, document in sides.sl.documents.items() if key not in owned and not document.voided)


def _orphans(sides: Sides, owners: pd.DataFrame) -> list[ManageShare]:
    """Return what Manage's batches have and no posting of the ledger accounts for."""
    nobody = owners.loc[owners["posting_id"] == NOBODY, "share"]
    shares = [sides.manage.shares[n] for n in nobody]
    return [share for share in shares if not set(share.entry_ids) & set(sides.elsewhere)]


def _left_over(sides: Sides, owners: pd.DataFrame) -> Iterator[ReconcileRow]:
    for share in _orphans(sides, owners):
        batch = next((sides.manage.batch_of[entry] for entry in share.entry_ids if entry in sides.manage.batch_of), "")
        yield ReconcileRow(
            state=ReconcileState.MISSING,
            message="It is in Manage's batch, but neither the posting ledger nor SL knows it: rerun the batch",
            batch_identifier=batch,
            kind=str(share.kind) if share.part == DOCUMENT else f"{share.kind} {share.part}",
            transaction=share.number,
            record_id=share.record_id,
            part=share.part,
            company=share.company,
            currency=share.currency,
            manage=share.amount,
            difference=share.amount,
        )
    for unknown in sides.manage.unknown:
        kinds = ", ".join(sorted(str(kind) for kind in unknown.kinds))
        yield ReconcileRow(
            state=ReconcileState.NOT_OURS,
            message="A batch of Manage that this program has not made; SL is not compared with it",
            batch_identifier=unknown.identifier,
            kind=kinds,
            transaction="",
            record_id="",
        )


def _earlier(sides: Sides, members: Iterable[Member]) -> Iterator[ReconcileRow]:
    """Yield generations that were posted again since, while their own document is still in SL: it is there twice."""
    now = {key_of(member.part) for member in members if member.part}
    for posting in sides.earlier:
        for part in posting.parts:
            document = sides.sl.documents.get(key_of(part))
            if document is None or document.voided or key_of(part) in now:
                continue
            yield ReconcileRow(
                state=ReconcileState.DIFFERS,
                message="It was posted again, but this earlier document is in SL too: void it there",
                batch_identifier=posting.batch_identifier,
                kind=str(posting.key.kind) if part.part == DOCUMENT else f"{posting.key.kind} {part.part}",
                transaction=posting.number,
                record_id=posting.key.record_id,
                part=part.part,
                party=document.party,
                currency=document.currency,
                ledger=ZERO,
                sl=document.amount,
                difference=-document.amount,
                base=document.base,
                module=part.module,
                sl_batch=part.bat_nbr,
                doc_type=part.doc_type,
                reference=part.ref_nbr,
                period=document.period,
            )


def _messages(sides: Sides) -> tuple[str, ...]:
    found = []
    if sides.earlier:
        found.append(f"{len(sides.earlier)} earlier postings were posted again since and count no more.")
    return tuple(found)


_RANK = {
    verdict: number
    for number, verdict in enumerate(
        (
            *(
                ReconcileState.DIFFERS,
                ReconcileState.MISSING,
                ReconcileState.VOIDED,
                ReconcileState.CHANGED,
                ReconcileState.NOT_IN_MANAGE,
            ),
            *(
                ReconcileState.PENDING,
                ReconcileState.TAX_ACCOUNT,
                ReconcileState.AGREES,
                ReconcileState.NOTHING_TO_POST,
                ReconcileState.CLEARED,
            ),
            *(ReconcileState.UNDONE, ReconcileState.NOT_FROM_MANAGE, ReconcileState.NOT_OURS),
        )
    )
}


def _order(row: ReconcileRow) -> tuple[Any, ...]:
    return _RANK[row.state], row.batch_identifier, row.kind, row.transaction, row.part, row.module, row.sl_batch

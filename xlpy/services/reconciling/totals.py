"""Totals of a reconciliation: by account, by batch, by customer or vendor, and the steps of the picture.

pandas groups and joins; amounts are summed as ``Decimal``, and two currencies are never added.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pandas as pd

from xlpy.domain.afterwards.reconcile import AccountTotal, GroupTotal, Leg, ReconcileRow, Step
from xlpy.domain.values.money import ZERO, round_money, total
from xlpy.domain.values.statuses import ReconcileState
from xlpy.services.reconciling.documents import DocumentCompared, Member

STEPS = ("In Manage's batches", "In the posting ledger", "In SL", "Posted to the general ledger")
_ACCOUNT = ["acct", "sub", "currency"]
_NOT_COUNTED = (ReconcileState.NOT_FROM_MANAGE, ReconcileState.NOT_OURS, ReconcileState.TAX_ACCOUNT)
Posted = Mapping[tuple[str, str], Mapping[tuple[str, str], Decimal]]


def account_totals(
    compared: Sequence[DocumentCompared],
    lost: Iterable[tuple[str, Leg]],
    posted: Posted,
    decimals: Callable[[str], int],
    base_decimals: int,
) -> tuple[AccountTotal, ...]:
    """Add up both sides by SL account, subaccount and currency.

    ``lost``: Manage's legs that have no document in SL; ``decimals``: of a currency.
    """
    live = [one for one in compared if not one.document.voided]
    manage = _legs(
        [(one.document.currency, leg) for one in live if one.legs is not None for leg in one.legs.resolved] + list(lost)
    )
    of_sl = _legs([(one.document.currency, leg) for one in live if not _is_transfer(one) for leg in one.document.legs])
    moved = pd.DataFrame(
        [
            (tax.acct, tax.sub, one.document.currency, tax.amount)
            for one in live
            if one.legs is not None and one.legs.only_tax_accounts
            for tax in one.legs.taxes
        ],
        columns=[*_ACCOUNT, "tax_account"],
    )
    sides = _sum(manage, "manage").join(_sum(of_sl, "sl"), how="outer").join(_in_base(live, posted), how="outer")
    sides = sides.join(_by_account(moved), how="left")
    texts = manage[manage["text"] != ""].groupby(_ACCOUNT)["text"].agg(lambda each: ", ".join(sorted(set(each))))
    sides = sides.join(texts, how="left")
    found = []
    for row in sides.reset_index().to_dict("records"):
        acct, sub, currency = (str(row[name]) for name in _ACCOUNT)
        debit, credit, sl_debit, sl_credit, tax = (
            _amount(row[name], decimals(currency))
            for name in ("manage_debit", "manage_credit", "sl_debit", "sl_credit", "tax_account")
        )
        in_ledger = _amount(row["gl"], base_decimals) if isinstance(row["gl"], Decimal) else None
        found.append(
            AccountTotal(
                manage_account=row["text"] if isinstance(row["text"], str) else "",
                acct=acct,
                sub=sub,
                currency=currency,
                manage_debit=debit,
                manage_credit=credit,
                sl_debit=sl_debit,
                sl_credit=sl_credit,
                difference=(debit - credit) - (sl_debit - sl_credit),
                tax_account=tax,
                base=_amount(row["base"], base_decimals),
                gl=in_ledger,
                gl_difference=None if in_ledger is None else _amount(row["released"], base_decimals) - in_ledger,
            )
        )
    return tuple(found)


def group_totals(rows: Iterable[ReconcileRow], *, by: str) -> tuple[GroupTotal, ...]:
    """Add up rows by ``batch_identifier`` or ``party``, and currency. What did not come from Manage is not in it."""
    table = pd.DataFrame(
        [
            (
                getattr(row, by),
                row.currency,
                row.manage or ZERO,
                row.ledger or ZERO,
                row.sl or ZERO,
                row.difference,
                not row.agrees,
                row.company,
            )
            for row in rows
            if row.state not in _NOT_COUNTED
        ],
        columns=["name", "currency", "manage", "ledger", "sl", "difference", "wrong", "company"],
    ).astype(dict.fromkeys(("manage", "ledger", "sl", "difference"), object))
    found = []
    for (name, currency), group in table.groupby(["name", "currency"]):
        found.append(
            GroupTotal(
                name=str(name),
                currency=str(currency),
                count=len(group),
                manage=total(group["manage"]),
                ledger=total(group["ledger"]),
                sl=total(group["sl"]),
                difference=total(group["difference"]),
                not_agreeing=int(group["wrong"].sum()),
                company=next((company for company in group["company"] if company), "") if by == "party" else "",
            )
        )
    return tuple(found)


def steps(
    rows: Sequence[ReconcileRow], members: Iterable[Member], base_currency: str
) -> tuple[tuple[Step, ...], Decimal]:
    """Say how much has arrived where, and how much does not agree: sizes in base currency, credit memos as positive.

    What SL does not have, or has in another currency, is counted by the base amount that the posting ledger kept.
    """
    differing: list[Decimal] = []
    written = {
        (str(m.posting.key), m.part_name): abs(m.base) if m.base is not None else m.part.amount if m.part else ZERO
        for m in members
    }
    reached: list[list[Decimal]] = [[], [], [], []]
    for row in rows:
        if row.state in _NOT_COUNTED:
            continue
        kind = row.kind.split(" ", maxsplit=1)[0]
        size = written.get((f"{kind}:{row.record_id}", row.part), ZERO)
        if not row.agrees and row.difference:
            differing.append(_converted(row.difference, row, size, base_currency))
        if row.manage is not None:
            reached[0].append(_converted(row.manage, row, size, base_currency))
        if row.ledger is not None:
            reached[1].append(_converted(row.ledger, row, size, base_currency))
        if row.base is not None:
            reached[2].append(abs(row.base))
        if row.gl is not None:
            reached[3].append(abs(row.gl))
    made = tuple(Step(name, total(amounts), len(amounts)) for name, amounts in zip(STEPS, reached, strict=True))
    return made, total(differing)


def _converted(amount: Decimal, row: ReconcileRow, size: Decimal, base_currency: str) -> Decimal:
    if row.currency.upper() == base_currency.upper():
        return abs(amount)
    known = row.sl or row.ledger
    return round_money(abs(amount) * size / abs(known), 2) if known else ZERO


def _net(legs: Iterable[Leg]) -> list[Leg]:
    """Add up the legs of a document by account and role: SL has one control line where Manage has one per expense."""
    sums: dict[tuple[str, str, str], Leg] = {}
    for leg in legs:
        key = leg.acct, leg.sub, leg.role
        known = sums.get(key)
        texts = leg.text if known is None or known.text == leg.text else f"{known.text}, {leg.text}"
        sums[key] = replace(leg, amount=leg.amount + (known.amount if known else ZERO), text=texts)
    return list(sums.values())


def _legs(legs: Sequence[tuple[str, Leg]]) -> pd.DataFrame:
    return pd.DataFrame(
        [(leg.acct, leg.sub, currency, leg.amount, leg.text) for currency, leg in legs],
        columns=[*_ACCOUNT, "amount", "text"],
    )


def _sum(legs: pd.DataFrame, side: str) -> pd.DataFrame:
    """Return debits and credits by account and currency, both positive."""
    table = legs[_ACCOUNT].assign(
        **{
            f"{side}_debit": pd.Series([max(amount, ZERO) for amount in legs["amount"]], dtype=object),
            f"{side}_credit": pd.Series([max(-amount, ZERO) for amount in legs["amount"]], dtype=object),
        }
    )
    return _by_account(table)


def _in_base(live: Sequence[DocumentCompared], posted: Posted) -> pd.DataFrame:
    """Return base amounts by account: of all documents, of the released ones, and what the general ledger has.

    The general ledger's lines are those of the documents' SL batches, which are of one currency each.
    """
    rows: list[tuple[Any, ...]] = []
    currencies: dict[tuple[str, str], str] = {}
    for one in live:
        document = one.document
        batch = document.key[0], document.key[1]
        for leg in document.legs:
            released = leg.base if document.gl_agrees is not None else ZERO
            in_ledger = leg.base if document.key[0] == "GL" and document.posted else ZERO
            is_posted = document.gl_agrees is not None
            base = ZERO if _is_transfer(one) else leg.base
            rows.append((leg.acct, leg.sub, document.currency, base, released, in_ledger, is_posted))
        if document.gl_agrees is not None:
            currencies[batch] = document.currency
    for batch, sums in posted.items():
        if batch in currencies:
            rows += [(*account, currencies[batch], ZERO, ZERO, amount, True) for account, amount in sums.items()]
    table = pd.DataFrame(rows, columns=[*_ACCOUNT, "base", "released", "gl", "seen"])
    table = table.astype(dict.fromkeys(("base", "released", "gl"), object))
    by_account = _by_account(table[[*_ACCOUNT, "base", "released", "gl"]])
    seen = table.groupby(_ACCOUNT)["seen"].any()
    by_account["gl"] = by_account["gl"].where(seen, None)
    return by_account


def _by_account(table: pd.DataFrame) -> pd.DataFrame:
    amounts = [name for name in table.columns if name not in _ACCOUNT]
    return table.groupby(_ACCOUNT)[amounts].agg(total)


def _is_transfer(one: DocumentCompared) -> bool:
    """Whether it is an inventory transfer, whose accounts in Manage are not compared (they cancel out in SL)."""
    return one.document.key[0] == "IN" and one.document.key[2] == "TR"


def _amount(value: object, decimals: int) -> Decimal:
    return round_money(value if isinstance(value, Decimal) else ZERO, decimals)

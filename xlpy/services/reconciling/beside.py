"""Rows of a reconciliation beside its transactions: tax accounts, SL's other documents, what has no document."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

import pandas as pd

from xlpy.domain.afterwards.reconcile import (
    Leg,
    ReconcileRow,
)
from xlpy.domain.afterwards.reconcile_manage import ManageShare
from xlpy.domain.values.money import ZERO, total
from xlpy.domain.values.screens import screen
from xlpy.domain.values.statuses import ReconcileState
from xlpy.domain.values.transactions import PostingState
from xlpy.services.reconciling.documents import (
    DocumentCompared,
    Member,
)

if TYPE_CHECKING:
    from xlpy.services.reconciling.sides import Sides

NOT_TO_SL = (PostingState.CLEARED, PostingState.UNDONE)


def tax_accounts(compared: Iterable[DocumentCompared]) -> Iterator[ReconcileRow]:
    """Yield a line for each set of accounts between which tax is moved or split otherwise, by batch and currency."""
    table = pd.DataFrame(
        [
            (
                one.members[0].posting.batch_identifier,
                one.document.currency,
                ", ".join(dict.fromkeys(text for tax in one.legs.taxes for text in tax.texts)),
                ", ".join(f"{tax.acct} {tax.sub}".strip() for tax in one.legs.taxes if not tax.texts),
                sum((tax.amount for tax in one.legs.taxes if tax.amount > 0), ZERO),
                str(one.members[0].posting.key.kind),
                one.legs.only_tax_split,
            )
            for one in compared
            if one.legs is not None and one.legs.only_tax_accounts
        ],
        columns=["batch", "currency", "manage", "sl", "amount", "kind", "split"],
    )
    named = ["batch", "currency", "manage", "sl", "kind", "split"]
    for (batch, currency, manage, in_sl, kind, split), group in table.groupby(named):
        amount = total(group["amount"])
        if split:
            text = (
                f"SL's release splits the sum of a tax group by rate, Manage rounds each level: {manage} differ by"
                " cents, the sum does not"
            )
        else:
            text = (
                f"Manage has this tax on {manage}; SL posts it to {in_sl or 'another account of the same taxes'}, the"
                f" account of its own tax ({screen('21.280')})"
            )
        yield ReconcileRow(
            state=ReconcileState.TAX_ACCOUNT,
            message=f"{text}: {len(group)} document{'s' * (len(group) != 1)}",
            batch_identifier=str(batch),
            kind=str(kind),
            transaction="",
            record_id="",
            currency=str(currency),
            manage=amount,
            ledger=amount,
            sl=amount,
        )


def other_documents(sides: Sides) -> Iterator[ReconcileRow]:
    """Yield a row for each SL document on the same accounts and periods that did not come from Manage."""
    for other in sides.others:
        module, bat_nbr, doc_type, reference = other.key
        yield ReconcileRow(
            state=ReconcileState.NOT_FROM_MANAGE,
            message=f"Entered in SL, on accounts of ours: {', '.join(other.accounts[:6])}",
            batch_identifier="",
            kind="",
            transaction=reference,
            record_id="",
            party=other.party,
            currency=other.currency,
            sl=other.amount,
            base=other.base,
            module=module,
            sl_batch=bat_nbr,
            doc_type=doc_type,
            reference=reference,
            period=other.period,
        )


def without_document(
    members: Iterable[Member], compared: Iterable[DocumentCompared], orphans: Iterable[ManageShare]
) -> list[tuple[str, Leg]]:
    """Return Manage's legs, with their currency, of what has no SL document to be compared with.

    What was cleared or undone is not expected in SL.
    """
    done = {id(member) for one in compared if one.legs is not None for member in one.members}
    lost = [
        (member.currency, leg)
        for member in members
        if id(member) not in done and member.compared and member.posting.state not in NOT_TO_SL
        for leg in member.legs
    ]
    return lost + [(share.currency, leg) for share in orphans if share.compared for leg in share.legs]

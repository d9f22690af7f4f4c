"""What SL says of the settlement of invoices: those that changed since a start, or all of them.

The number of statements is always the same, whatever the number of invoices: the applications (SL: ARAdjust), our
payments and our open tries are read by joining the choice of invoices (``sync_choice``) again.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Any

from sqlalchemy import Connection, Row, Select, and_, exists, func, select

from xlpy.domain.afterwards.payment_decision import OpenTry, OwnPayment
from xlpy.domain.afterwards.settlement import Application, SlInvoice
from xlpy.domain.mapping.signs import CREDIT_MEMO
from xlpy.domain.values.transactions import Kind
from xlpy.sl.connection.engine import SlCompany
from xlpy.sl.connection.table_reader import TableReader
from xlpy.sl.ledger_book.payment_choice import ADJUST_COLUMNS, ADJUST_ID, IN_SL, Choice, Choices, Since, SyncScope
from xlpy.sl.ledger_book.payment_tables import payment_tries, payments, settlements
from xlpy.sl.ledger_book.tables import posting_docs, postings

VOIDED = "V"  # Batch.Status


@dataclass(frozen=True, slots=True)
class Seen:
    """What the last sync saw of an invoice, and the amount that it then had Manage show."""

    balance: Decimal
    is_open: bool
    paid: Decimal


@dataclass(frozen=True, slots=True)
class InvoiceInSl:
    """An invoice whose settlement is looked at. ``invoice`` None: SL no longer has it, ``gone`` says what is known.

    ``record_id``: Manage's id, empty while an invoice that is not of our ledger has not been found there. ``voided``:
    SL voided its batch. ``unknown_memos``: credit memos applied to it that the ledger does not know, by reference.
    """

    record_id: str
    number: str
    reference: str
    from_ledger: bool
    invoice: SlInvoice | None
    seen: Seen | None = None
    gone: str = ""
    voided: bool = False
    applications: tuple[Application, ...] = ()
    unknown_memos: Mapping[str, SlInvoice] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class SettlementsInSl:
    """Everything that a sync needs to know of SL. ``own``: our live payments by Manage's id of the invoice.

    ``exported``: Manage ids of the invoices that the ledger has in SL, of any company. ``saved``: Manage ids of which
    the last sync left what it saw.
    """

    invoices: tuple[InvoiceInSl, ...]
    own: Mapping[str, tuple[OwnPayment, ...]]
    tries: Mapping[str, tuple[OpenTry, ...]]
    exported: frozenset[str]
    saved: frozenset[str]
    base_currency: str = ""


def read_settlements(connection: Connection, company: SlCompany, scope: SyncScope, since: Since) -> SettlementsInSl:
    """Read the invoices whose settlement changed, with their applications, our payments and our open tries.

    Raises ``SlError`` when a table or column of SL is not there.
    """
    choices = Choices(company, scope, since)
    of_ledger, others = choices.of_ledger(), choices.others()
    ledger = [_of_ledger(row) for row in connection.execute(of_ledger.select()).all()]
    rest = [_of_sl(row) for row in connection.execute(others.select()).all()]
    own: dict[str, list[OwnPayment]] = defaultdict(list)
    for statement in (_payments_of(of_ledger, scope), _payments_of_others(scope)):
        for row in connection.execute(statement):
            own[row.RecordID].append(OwnPayment(row.ManagePaymentID, row.Amount, row.PaymentDate, row.CreditID or 0))
    tries: dict[str, list[OpenTry]] = defaultdict(list)
    for row in connection.execute(_open_tries(scope)):
        tries[row.RecordID].append(OpenTry(row.Amount, row.PaymentDate, row.CreditID or 0))
    setup = TableReader(connection, company).one("GLSetup", ("BaseCuryId",), SetupId="GL")
    return SettlementsInSl(
        base_currency=setup["basecuryid"] if setup else "",
        invoices=(
            *_with_applications(connection, choices, scope, of_ledger, ledger),
            *_with_applications(connection, choices, scope, others, rest),
        ),
        own={record_id: tuple(rows) for record_id, rows in own.items()},
        tries={record_id: tuple(rows) for record_id, rows in tries.items()},
        exported=frozenset(connection.scalars(_exported(scope))),
        saved=frozenset(connection.scalars(select(settlements.c.RecordID).where(*scope.of_site(settlements)))),
    )


def _exported(scope: SyncScope) -> Select[Any]:
    return select(postings.c.RecordID).where(
        *scope.of_site(postings), postings.c.Kind == str(Kind.INVOICE), postings.c.State.in_(IN_SL)
    )


def _open_tries(scope: SyncScope) -> Select[Any]:
    columns = (payment_tries.c[name] for name in ("RecordID", "Amount", "PaymentDate", "CreditID"))
    return select(*columns).where(*scope.of_company(payment_tries), payment_tries.c.SettledAt.is_(None))


def _live_payments(scope: SyncScope) -> Select[Any]:
    columns = (payments.c[name] for name in ("RecordID", "ManagePaymentID", "Amount", "PaymentDate", "CreditID"))
    return select(*columns).where(*scope.of_company(payments), payments.c.RemovedAt.is_(None))


def _payments_of(choice: Choice, scope: SyncScope) -> Select[Any]:
    """Select our live payments of the chosen invoices of the ledger."""
    chosen = choice.named()
    return _live_payments(scope).join(chosen, payments.c.RecordID == chosen.c.rid)


def _payments_of_others(scope: SyncScope) -> Select[Any]:
    """Select our live payments of all invoices that the ledger has not in SL."""
    known = exists(
        select(postings.c.PostingID).where(
            postings.c.RecordID == payments.c.RecordID,
            *scope.of_site(postings),
            postings.c.Kind == str(Kind.INVOICE),
            postings.c.State.in_(IN_SL),
        )
    )
    return _live_payments(scope).where(~known)


def _with_applications(
    connection: Connection, choices: Choices, scope: SyncScope, choice: Choice, invoices: list[InvoiceInSl]
) -> Iterable[InvoiceInSl]:
    """Read the applications of the chosen invoices, and what is known of the credit memos among them."""
    chosen, adjust = choice.named(), choices.applications()
    memo = choices.docs.alias("memo")
    known = (
        select(
            posting_docs.c.RefNbr,
            func.max(postings.c.Number).label("number"),
            func.min(postings.c.RecordID).label("first_id"),
            func.max(postings.c.RecordID).label("last_id"),
        )
        .join(postings, postings.c.PostingID == posting_docs.c.PostingID)
        .where(
            *scope.of_site(postings),
            postings.c.Kind == str(Kind.INVOICE),
            postings.c.State.in_(IN_SL),
            posting_docs.c.Module == "AR",
            posting_docs.c.DocType == CREDIT_MEMO,
        )
        .group_by(posting_docs.c.RefNbr)
        .subquery("known")
    )
    statement = (
        select(
            chosen.c.rid,
            *(adjust.c[name] for name in (ADJUST_ID, *ADJUST_COLUMNS)),
            known.c.number.label("memo_number"),
            *(known.c.first_id, known.c.last_id),
            memo.c.CuryId.label("memo_currency"),
            memo.c.CuryOrigDocAmt.label("memo_total"),
        )
        .select_from(chosen)
        .join(
            adjust,
            and_(
                adjust.c.AdjdRefNbr == chosen.c.RefNbr,
                adjust.c.AdjdDocType == chosen.c.DocType,  # the customer is compared below
            ),
        )
        .outerjoin(known, and_(known.c.RefNbr == adjust.c.AdjgRefNbr, adjust.c.AdjgDocType == CREDIT_MEMO))
        .outerjoin(
            memo,
            and_(
                memo.c.RefNbr == adjust.c.AdjgRefNbr,
                memo.c.DocType == adjust.c.AdjgDocType,
                memo.c.CustId == adjust.c.CustId,
                adjust.c.AdjgDocType == CREDIT_MEMO,
            ),
        )
    )
    rows: dict[tuple[str, str], list[Row[Any]]] = defaultdict(list)
    found: Sequence[Any] = connection.execute(statement).all()
    for row in found:
        rows[row.rid, row.CustId].append(row)
    for invoice in invoices:
        key = invoice.record_id if invoice.from_ledger else invoice.reference
        customer = invoice.invoice.cust_id if invoice.invoice else ""
        yield _applied(invoice, rows.get((key, customer), []))


def _sl_invoice(row: Row[Any]) -> SlInvoice:
    return SlInvoice(
        cust_id=row.CustId,
        doc_type=row.DocType,
        ref_nbr=row.RefNbr,
        currency=row.CuryId,
        total=row.CuryOrigDocAmt,
        balance=row.CuryDocBal,
        is_open=row.OpenDoc == 1,
        released=row.Rlsed == 1,
    )


def _seen(row: Row[Any], reference: str) -> Seen | None:
    if row.seen_RecordID is None or row.seen_RefNbr.rstrip() != reference:
        return None
    return Seen(row.seen_CuryDocBal, row.seen_OpenDoc == 1, row.seen_PaidInManage)


def _of_ledger(row: Row[Any]) -> InvoiceInSl:
    voided = row.batch_status == VOIDED
    gone = ""
    if voided:
        gone = f"SL batch {row.part_BatNbr} was voided"
    elif row.RefNbr is None:
        gone = f"SL no longer has document {row.part_RefNbr} of batch {row.part_BatNbr}"
    return InvoiceInSl(
        record_id=row.RecordID,
        number=row.Number,
        reference=row.part_RefNbr,
        from_ledger=True,
        invoice=None if gone else _sl_invoice(row),
        seen=_seen(row, row.part_RefNbr),
        gone=gone,
        voided=voided,
    )


def _of_sl(row: Row[Any]) -> InvoiceInSl:
    return InvoiceInSl(
        record_id=row.seen_RecordID or "",
        number=row.RefNbr,
        reference=row.RefNbr,
        from_ledger=False,
        invoice=_sl_invoice(row),
        seen=_seen(row, row.RefNbr),
    )


def _memo_id(row: Row[Any]) -> int:
    """Return Manage's id of a credit memo of the ledger; 0 where two of Manage's have the same reference in SL."""
    known = str(row.first_id or "")
    return int(known) if known == row.last_id and known.isdecimal() else 0


def _applied(invoice: InvoiceInSl, rows: list[Row[Any]]) -> InvoiceInSl:
    if invoice.invoice is None or not rows:
        return invoice
    applications: dict[int, Application] = {}
    unknown: dict[str, SlInvoice] = {}
    for row in rows:
        applications[row.RecordID] = Application(
            record_id=row.RecordID,
            paying_type=row.AdjgDocType,
            paying_ref=row.AdjgRefNbr,
            amount=row.CuryAdjdAmt,
            discount=row.CuryAdjdDiscAmt,
            on=row.AdjgDocDate,
            reversal=row.S4Future12,
            memo=row.memo_number or "",
            memo_id=_memo_id(row),
        )
        if row.AdjgDocType == CREDIT_MEMO and not row.memo_number and row.memo_total is not None:
            unknown[row.AdjgRefNbr] = SlInvoice(
                cust_id=row.CustId,
                doc_type=CREDIT_MEMO,
                ref_nbr=row.AdjgRefNbr,
                currency=row.memo_currency,
                total=row.memo_total,
                balance=row.memo_total,
                is_open=True,
            )
    return replace(invoice, applications=tuple(applications.values()), unknown_memos=unknown)

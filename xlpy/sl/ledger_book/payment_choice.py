"""Which invoices a payment sync looks at, as joins in the database: never a list of ids, whatever their number.

``LUpd_DateTime`` of an SL invoice does not move when a release changes its balance (SL: finding changes). So an invoice
counts as changed when its balance differs from what the last sync saw, or when applications to it (ARAdjust) were made
or reversed since the start.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import ColumnElement, FromClause, Select, Subquery, Table, and_, exists, func, or_, select, true
from sqlalchemy.sql.selectable import NamedFromClause

from xlpy.domain.mapping.signs import INVOICE
from xlpy.domain.values.transactions import Kind, PostingState
from xlpy.sl.connection.engine import SlCompany
from xlpy.sl.ledger_book.payment_tables import payment_tries, settlements
from xlpy.sl.ledger_book.tables import posting_docs, postings

WIDEST_REFERENCE = 10
_HARDLY_ANYTHING = Decimal("0.00001")  # SL computes in floats: a smaller difference is none
# What of the posting ledger is in SL; an invoice that was cleared may have been entered by hand.
IN_SL = tuple(
    str(state) for state in (PostingState.POSTED, PostingState.CLOSED, PostingState.CHANGED, PostingState.UNDOING)
)
DOC_COLUMNS = ("CustId", "DocType", "RefNbr", "CuryId", "CuryOrigDocAmt", "CuryDocBal", "OpenDoc", "Rlsed")
ADJUST_ID = "RecordID"  # not in every build of SL
ADJUST_COLUMNS = (
    *("CustId", "AdjdDocType", "AdjdRefNbr", "AdjgDocType", "AdjgRefNbr", "AdjgDocDate", "DateAppl"),
    *("CuryAdjdAmt", "CuryAdjdDiscAmt", "S4Future12", "Crtd_DateTime", "LUpd_DateTime"),
)


@dataclass(frozen=True, slots=True)
class SyncScope:
    """Whose payments: one Manage site and company, and one company of SL."""

    manage_host: str
    manage_company: str
    cpny_id: str

    def of_site(self, table: FromClause) -> tuple[ColumnElement[bool], ...]:
        """Limit one of our tables to the Manage site and company."""
        return table.c.ManageHost == self.manage_host, table.c.ManageCompany == self.manage_company

    def of_company(self, table: FromClause) -> tuple[ColumnElement[bool], ...]:
        """Limit one of our tables to the Manage site and company, and to the company of SL."""
        return *self.of_site(table), table.c.CpnyID == self.cpny_id


@dataclass(frozen=True, slots=True)
class Since:
    """What counts as changed. ``numbers``: Manage numbers that are looked at in any case.

    ``everything``: all invoices of the ledger, and of the others those that are open, that were seen before, or whose
    applications moved as the rest says.
    ``after_adjust_id``: applications with a higher ARAdjust.RecordID. ``moment``: those made or changed since.
    ``by_date``: also those whose own dates (AdjgDocDate, DateAppl) are not before that day.
    """

    everything: bool = False
    after_adjust_id: int | None = None
    moment: datetime | None = None
    by_date: bool = False
    numbers: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Choice:
    """Chosen invoices: their source, the condition, the SL document in it, and what names one (``key``).

    ``key`` is Manage's id for invoices of the ledger, the SL reference for others.
    """

    source: FromClause
    where: ColumnElement[bool]
    doc: NamedFromClause[Any]
    key: ColumnElement[Any]
    columns: tuple[ColumnElement[Any], ...]

    def select(self) -> Select[Any]:
        """Select the chosen invoices."""
        return select(*self.columns).select_from(self.source).where(self.where)

    def named(self) -> Subquery:
        """Return the choice as a table to join: rid, CustId, DocType, RefNbr."""
        doc = self.doc.c
        chosen = select(self.key.label("rid"), doc.CustId, doc.DocType, doc.RefNbr)
        return chosen.select_from(self.source).where(self.where).subquery()


class Choices:
    """The two choices of a sync: invoices of the posting ledger, and other invoices of the company."""

    def __init__(self, company: SlCompany, scope: SyncScope, since: Since) -> None:
        self._scope = scope
        self._since = since
        self.docs: Table = company.catalogue.require("ARDoc", *DOC_COLUMNS, "BatNbr", "CpnyID")
        self.adjust: Table = company.catalogue.require("ARAdjust", *ADJUST_COLUMNS)
        self._counted = company.catalogue.has_column("ARAdjust", ADJUST_ID)
        self._batches: Table = company.catalogue.require("Batch", "Module", "BatNbr", "Status")

    def applications(self) -> NamedFromClause[Any]:
        """Return the applications of payments, each with a number of its own: SL's, or that of the row when read."""
        adjust = self.adjust
        if self._counted:
            return adjust.alias("adjust")
        number = func.row_number().over(order_by=(adjust.c.CustId, adjust.c.AdjdRefNbr)).label(ADJUST_ID)
        return select(number, *(adjust.c[name] for name in ADJUST_COLUMNS)).subquery("adjust")

    def of_ledger(self) -> Choice:
        """Invoices of the posting ledger, the latest generation of each, with or without their SL document."""
        doc, seen, parts = self.docs.alias("doc"), settlements.alias("seen"), posting_docs
        batch, newest = self._batches.alias("batch"), self._newest()
        # On SQLite the left side's collation decides which index may be used: that of the reference, none other.
        source: FromClause = (
            postings.join(
                newest,
                and_(postings.c.RecordID == newest.c.RecordID, postings.c.Generation == newest.c.generation),
            )
            .join(
                parts,
                and_(
                    parts.c.PostingID == postings.c.PostingID,
                    parts.c.Part == "document",
                    parts.c.Module == "AR",
                    parts.c.DocType == INVOICE,
                ),
            )
            .outerjoin(
                doc,
                and_(
                    doc.c.RefNbr == parts.c.RefNbr,
                    parts.c.DocType == doc.c.DocType,
                    parts.c.BatNbr == doc.c.BatNbr,
                ),
            )
            .outerjoin(batch, and_(batch.c.BatNbr == parts.c.BatNbr, batch.c.Module == "AR"))
            .outerjoin(seen, and_(seen.c.RecordID == postings.c.RecordID, *self._scope.of_site(seen)))
        )
        same = and_(seen.c.SettlementID.is_not(None), seen.c.RefNbr == parts.c.RefNbr)
        never_seen = and_(~same, func.abs(doc.c.CuryOrigDocAmt - doc.c.CuryDocBal) > _HARDLY_ANYTHING)
        gone = and_(doc.c.RefNbr.is_(None), or_(seen.c.SettlementID.is_(None), seen.c.OpenDoc == 1))
        tried = exists(
            select(payment_tries.c.RecordID).where(
                payment_tries.c.RecordID == postings.c.RecordID,
                *self._scope.of_site(payment_tries),
                payment_tries.c.SettledAt.is_(None),
            )
        )
        source, changed = self._changed(source, doc, seen, same)
        where = and_(
            *self._scope.of_company(postings),
            postings.c.Kind == str(Kind.INVOICE),
            postings.c.State.in_(IN_SL),
            true()
            if self._since.everything
            else or_(changed, never_seen, gone, tried, *self._asked(postings.c.Number)),
        )
        columns = (
            postings.c.RecordID,
            postings.c.Number,
            *(parts.c[name].label(f"part_{name}") for name in ("RefNbr", "BatNbr")),
            *(doc.c[name] for name in DOC_COLUMNS),
            batch.c.Status.label("batch_status"),
            *_seen_columns(seen),
        )
        return Choice(source, where, doc, postings.c.RecordID, columns)

    def others(self) -> Choice:
        """Released invoices of the company that the ledger did not write: entered by hand, or before this product."""
        doc, seen = self.docs.alias("doc"), settlements.alias("seen")
        source: FromClause = doc.outerjoin(
            seen,
            and_(
                seen.c.CustId == doc.c.CustId,
                seen.c.DocType == doc.c.DocType,
                seen.c.RefNbr == doc.c.RefNbr,
                *self._scope.of_company(seen),
            ),
        )
        known = seen.c.SettlementID.is_not(None)
        source, changed = self._changed(source, doc, seen, known)
        ours = exists(
            select(posting_docs.c.PostingDocID).where(
                posting_docs.c.Module == "AR",
                posting_docs.c.BatNbr == doc.c.BatNbr,
                posting_docs.c.DocType == doc.c.DocType,
                posting_docs.c.RefNbr == doc.c.RefNbr,
            )
        )
        open_ones = (doc.c.OpenDoc == 1, known) if self._since.everything else ()
        where = and_(
            doc.c.CpnyID == self._scope.cpny_id,
            doc.c.DocType == INVOICE,
            doc.c.Rlsed == 1,
            ~ours,
            or_(changed, *open_ones, *self._asked(doc.c.RefNbr)),
        )
        return Choice(source, where, doc, doc.c.RefNbr, (*(doc.c[name] for name in DOC_COLUMNS), *_seen_columns(seen)))

    def _asked(self, column: ColumnElement[str]) -> list[ColumnElement[bool]]:
        """Return what chooses the numbers asked for, by number or by reference; nothing when there are none."""
        numbers = self._since.numbers
        if column.key == "RefNbr":
            numbers = frozenset(number[-WIDEST_REFERENCE:] for number in numbers if number.isascii())
        return [column.in_(sorted(numbers))] if numbers else []

    def _newest(self) -> Subquery:
        return (
            select(postings.c.RecordID, func.max(postings.c.Generation).label("generation"))
            .where(*self._scope.of_site(postings), postings.c.Kind == str(Kind.INVOICE))
            .group_by(postings.c.RecordID)
            .subquery("newest")
        )

    def _changed(
        self, source: FromClause, doc: NamedFromClause[Any], seen: NamedFromClause[Any], same: ColumnElement[bool]
    ) -> tuple[FromClause, ColumnElement[bool]]:
        """Return the source, joined with what moved, and what makes an invoice there changed.

        ``same``: whether what the last sync saw is of this document.
        """
        differs = or_(
            func.abs(doc.c.CuryDocBal - seen.c.CuryDocBal) > _HARDLY_ANYTHING, doc.c.OpenDoc != seen.c.OpenDoc
        )
        conditions = [and_(same, differs)]
        moved = self._moved()
        if moved is not None:
            source = source.outerjoin(
                moved,
                and_(
                    moved.c.AdjdRefNbr == doc.c.RefNbr,
                    moved.c.AdjdDocType == doc.c.DocType,
                    moved.c.CustId == doc.c.CustId,
                ),
            )
            conditions.append(moved.c.AdjdRefNbr.is_not(None))
        return source, or_(*conditions)

    def _moved(self) -> Subquery | None:
        """Select documents with applications that were made or reversed since the start; None without one."""
        columns, since = self.adjust.c, self._since
        conditions: list[ColumnElement[bool]] = []
        if since.after_adjust_id is not None and self._counted:
            conditions.append(columns.RecordID > since.after_adjust_id)
        if since.moment is not None:
            conditions += [columns.Crtd_DateTime >= since.moment, columns.LUpd_DateTime >= since.moment]
            if since.by_date:
                day = since.moment.date()
                conditions += [columns.AdjgDocDate >= day, columns.DateAppl >= day]
        if not conditions:
            return None
        chosen = select(columns.CustId, columns.AdjdDocType, columns.AdjdRefNbr)
        return chosen.where(or_(*conditions)).distinct().subquery("moved")


def _seen_columns(seen: NamedFromClause[Any]) -> list[ColumnElement[Any]]:
    names = ("RecordID", "RefNbr", "CuryDocBal", "OpenDoc", "PaidInManage")
    return [seen.c[name].label(f"seen_{name}") for name in names]

"""What is marked, found again in Manage's lists and exported: of each kind its rows and its documents."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from xlpy.domain.documents.plan import PlanOptions
from xlpy.domain.facts.manage import ExportInvoice, UnpostedInvoice
from xlpy.domain.facts.manage_expenses import ExportedExpenses, UnpostedExpense
from xlpy.domain.facts.manage_procurement import ExportedProcurement, UnpostedProcurement
from xlpy.domain.values.transactions import Kind, TransactionKey
from xlpy.services.run.reports import Marked
from xlpy.services.run.session import Session

UnpostedRow = UnpostedInvoice | UnpostedExpense | UnpostedProcurement


@dataclass(frozen=True, slots=True)
class MarkedExport:
    """The marked rows that are still unposted, what Manage exported of them, and the marks that are gone."""

    invoices: tuple[tuple[Marked, UnpostedInvoice], ...] = ()
    expenses: tuple[tuple[Marked, UnpostedExpense], ...] = ()
    procurement: tuple[tuple[Marked, UnpostedProcurement], ...] = ()
    exported_invoices: tuple[ExportInvoice, ...] = ()
    exported_expenses: ExportedExpenses = field(default_factory=ExportedExpenses)
    exported_procurement: ExportedProcurement = field(default_factory=ExportedProcurement)
    gone: tuple[Marked, ...] = ()

    @property
    def rows(self) -> tuple[tuple[TransactionKey, UnpostedRow], ...]:
        """Every marked row that is still unposted."""
        found: list[tuple[TransactionKey, UnpostedRow]] = [(mark.key, row) for mark, row in self.invoices]
        found += [(mark.key, row) for mark, row in self.expenses]
        found += [(mark.key, row) for mark, row in self.procurement]
        return tuple(found)


def export_marked(session: Session, marks: Iterable[Marked], options: PlanOptions) -> MarkedExport:
    """Read the lists of the marked kinds and export what is marked. Raises ``ManageError`` when Manage can't.

    A kind without a mark is not read at all. A row that is marked twice counts once.
    """
    by_kind: dict[Kind, dict[str, Marked]] = {kind: {} for kind in Kind}
    for mark in marks:
        by_kind[mark.key.kind].setdefault(mark.key.record_id, mark)
    invoices = _unposted_invoices(session, by_kind[Kind.INVOICE])
    expenses = _unposted_expenses(session, by_kind[Kind.EXPENSE])
    procurement = _unposted_procurement(session, by_kind[Kind.PROCUREMENT])
    there = {mark.key for mark, _ in (*invoices, *expenses, *procurement)}
    manage = session.manage
    through, detail, name = options.through_date, options.detail, options.batch_identifier
    return MarkedExport(
        invoices=invoices,
        expenses=expenses,
        procurement=procurement,
        exported_invoices=manage.export_invoices(
            [row.billing_log_id for _, row in invoices],
            through=through,
            detail=detail,
            batch_identifier=name,
            progress=session.counting("Exporting invoices from Manage"),
        )
        if invoices
        else (),
        exported_expenses=manage.export_expenses(
            [row.expense_detail_id for _, row in expenses],
            through=through,
            detail=detail,
            batch_identifier=name,
            progress=session.counting("Exporting expenses from Manage"),
        )
        if expenses
        else ExportedExpenses(),
        exported_procurement=manage.export_procurement(
            [row.unposted_product_id for _, row in procurement],
            through=through,
            detail=detail,
            batch_identifier=name,
            progress=session.counting("Exporting procurement from Manage"),
        )
        if procurement
        else ExportedProcurement(),
        gone=tuple(mark for marked in by_kind.values() for mark in marked.values() if mark.key not in there),
    )


def _unposted_invoices(session: Session, marks: Mapping[str, Marked]) -> tuple[tuple[Marked, UnpostedInvoice], ...]:
    if not marks:
        return ()
    rows = session.manage.unposted_invoices(session.counting("Reading Manage's invoices"))
    by_id = {str(row.billing_log_id): row for row in rows}
    return tuple((mark, by_id[record]) for record, mark in marks.items() if record in by_id)


def _unposted_expenses(session: Session, marks: Mapping[str, Marked]) -> tuple[tuple[Marked, UnpostedExpense], ...]:
    if not marks:
        return ()
    rows = session.manage.unposted_expenses(session.counting("Reading Manage's expenses"))
    by_id = {str(row.expense_detail_id): row for row in rows}
    return tuple((mark, by_id[record]) for record, mark in marks.items() if record in by_id)


def _unposted_procurement(
    session: Session, marks: Mapping[str, Marked]
) -> tuple[tuple[Marked, UnpostedProcurement], ...]:
    if not marks:
        return ()
    rows = session.manage.unposted_procurement(session.counting("Reading Manage's procurement"))
    by_id = {row.unposted_product_id: row for row in rows}
    return tuple((mark, by_id[record]) for record, mark in marks.items() if record in by_id)

"""No sign is decided by one figure where a second lies beside it: which decides, which confirms, what on disagreement.

The table ``SIGNS`` is the answer for every kind. The signs of Manage's figures are only partly verified (Manage API:
invoices in the export, expenses in the export, purchases): where all of them are turned alike they still agree, and
where one is turned alone the document stops and shows both.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal

from xlpy.domain.checks.table import bound, found
from xlpy.domain.facts.manage import ExportInvoice, UnpostedInvoice
from xlpy.domain.facts.manage_expenses import ExportedExpenses, ExportExpense, ExportExpenseBill, UnpostedExpense
from xlpy.domain.facts.manage_procurement import ExportedProcurement, ExportPurchase, UnpostedProcurement
from xlpy.domain.mapping.currency_known import expense_rows_of, receipt_rows_of
from xlpy.domain.mapping.signs import MANAGE_CREDIT
from xlpy.domain.values.money import ZERO, total
from xlpy.domain.values.problems import Problem
from xlpy.domain.values.transactions import Kind, TransactionKey

LISTED = "the total in the unposted list"
HEADER = "the total of the export"
DETAILS = "the sum of its lines"
COST = "the cost of its lines"


@dataclass(frozen=True, slots=True)
class SignRule:
    """Of one kind: the figure that decides its side, those that confirm it, and what happens when they disagree."""

    kind: str
    decides: str
    confirms: tuple[str, ...]
    on_disagreement: str


SIGNS = (
    SignRule("invoice", DETAILS, (HEADER, LISTED), "UNBALANCED for the header, SIGN-DISAGREES for the list"),
    SignRule("credit memo", DETAILS, (HEADER, LISTED), "SIGN-DISAGREES where figures of credit memos are signed"),
    SignRule("negative credit memo", DETAILS, (HEADER, LISTED), "SIGN-DISAGREES unless a signed figure confirms it"),
    SignRule("expense bill", DETAILS, (HEADER, LISTED), "UNBALANCED for the header, SIGN-DISAGREES for the list"),
    SignRule("expense", HEADER, ("the offset", LISTED), "JRN-UNBALANCED for the offset, SIGN-DISAGREES for the list"),
    SignRule("receipt", DETAILS, (HEADER, COST, LISTED), "UNBALANCED for the header, SIGN-DISAGREES for the others"),
    SignRule("adjustment", "the quantity of the export", ("the quantity of its record",), "INV-DIFFERS"),
    SignRule("transfer", "the warehouses it names", (), "no sign is used: what one side loses the other gets"),
    SignRule("transfer as a journal", HEADER, ("the offset",), "INV-OFFSET"),
)


@dataclass(frozen=True, slots=True)
class CreditSigns:
    """Whether Manage gives credit memos negative amounts (unverified): seen on those about which nothing is odd."""

    listed: bool
    headers: bool


def credit_signs(invoices: Iterable[ExportInvoice], rows: Iterable[UnpostedInvoice]) -> CreditSigns:
    """Tell it from the credit memos of a run."""
    ordinary = (invoice for invoice in invoices if _is_credit(invoice) and _receivable(invoice) < 0)
    return CreditSigns(
        any(row.is_credit and row.total < 0 for row in rows), any(invoice.total < 0 for invoice in ordinary)
    )


def invoice_sign(invoice: ExportInvoice, row: UnpostedInvoice | None, signs: CreditSigns) -> Problem | None:
    """Return the stop of an invoice or credit memo whose figures disagree about whose debt it is; None when all agree.

    What Manage calls a credit memo becomes an SL invoice only when a figure that is signed says so too.
    """
    decides = _receivable(invoice)
    listed = row.total if row else ZERO
    if not decides:
        return None
    if not _is_credit(invoice):
        if row is not None and row.is_credit:
            return _disagree(DETAILS, decides, "its type in the unposted list", row.invoice_type)
        return _against(decides, ((LISTED, listed),))
    signed = ((LISTED, listed if signs.listed else ZERO), (HEADER, invoice.total if signs.headers else ZERO))
    if decides > 0 and not any(figure > 0 for _, figure in signed):
        return _disagree(DETAILS, decides, "the type " + invoice.document_type, f"{listed} / {invoice.total}")
    return _against(decides, signed, every=False)


def _is_credit(invoice: ExportInvoice) -> bool:
    return invoice.document_type.strip().upper() == MANAGE_CREDIT


def _receivable(invoice: ExportInvoice) -> Decimal:
    return -total(line.total for line in invoice.lines)


def bill_sign(bill: ExportExpenseBill, rows: Iterable[UnpostedExpense]) -> Problem | None:
    """Return the stop of an expense bill that the unposted rows of its member contradict."""
    return _against(total(line.total for line in bill.lines), ((LISTED, total(row.total for row in rows)),))


def expense_sign(expense: ExportExpense, rows: Iterable[UnpostedExpense]) -> Problem | None:
    """Return the stop of a single expense that its unposted row contradicts."""
    return _against(expense.total, ((LISTED, total(row.total for row in rows)),), decides_by=HEADER)


def receipt_sign(purchase: ExportPurchase, rows: Iterable[UnpostedProcurement]) -> Problem | None:
    """Return the stop of a receipt or return that both the cost of its lines and the unposted rows contradict."""
    payable = -total((*(line.total for line in purchase.lines), *(tax.total for tax in purchase.taxes)))
    cost = total(line.cost for line in purchase.lines)
    return _against(payable, ((COST, cost), (LISTED, total(row.total for row in rows))))


def _against(
    decides: Decimal, figures: Iterable[tuple[str, Decimal]], *, every: bool = True, decides_by: str = DETAILS
) -> Problem | None:
    """Return the stop when ``every`` other figure that is not zero (or any) is on the other side."""
    known = [(name, figure) for name, figure in figures if figure]
    against = [(name, figure) for name, figure in known if (figure > 0) != (decides > 0)]
    if not decides or not against or (every and len(against) < len(known)):
        return None
    name, figure = against[0]
    return _disagree(decides_by, decides, name, str(figure))


def _disagree(decides: str, figure: Decimal, confirms: str, other: str) -> Problem:
    shown = f"{figure} / {other}"
    return found("SIGN-DISAGREES", shown, decides=decides, figure=figure, confirms=confirms, other=other)


def sign_problems(
    invoices: Sequence[ExportInvoice],
    expenses: ExportedExpenses,
    procurement: ExportedProcurement,
    listed: tuple[Sequence[UnpostedInvoice], Sequence[UnpostedExpense], Sequence[UnpostedProcurement]],
) -> Iterator[Problem]:
    """Yield every disagreement of a run, each bound to its document. ``listed``: the unposted rows of each kind."""
    rows, expense_rows, stock_rows = listed
    by_id = {row.billing_log_id: row for row in rows}
    signs = credit_signs(invoices, rows)
    for invoice in invoices:
        if problem := invoice_sign(invoice, by_id.get(invoice.id), signs):
            key = TransactionKey(Kind.INVOICE, str(invoice.id))
            yield bound(problem, invoice.number, str(key))
    for bill in expenses.bills:
        mine = expense_rows_of(bill, expense_rows)
        yield from _bound(bill_sign(bill, mine), bill.document_number, mine)
    for expense in expenses.expenses:
        mine = expense_rows_of(expense, expense_rows)
        yield from _bound(expense_sign(expense, mine), expense.description, mine)
    for purchase in procurement.purchases:
        receipts = receipt_rows_of(purchase, stock_rows)
        yield from _bound(receipt_sign(purchase, receipts), purchase.document_number, receipts)


def _bound(
    problem: Problem | None, number: str, rows: Iterable[UnpostedExpense | UnpostedProcurement]
) -> Iterator[Problem]:
    """Yield a problem for each row that the document came from, so that the row can be taken out."""
    if problem is None:
        return
    keys = [
        TransactionKey(Kind.EXPENSE, str(row.expense_detail_id))
        if isinstance(row, UnpostedExpense)
        else TransactionKey(Kind.PROCUREMENT, row.unposted_product_id)
        for row in rows
    ]
    yield from (bound(problem, number, key) for key in (map(str, keys) if keys else ("",)))

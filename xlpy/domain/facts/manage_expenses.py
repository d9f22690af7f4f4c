"""What Manage says of expenses: unposted rows, the two forms of their export, members. See ``manage_records``."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from xlpy.domain.values.refs import NO_REF, Ref


@dataclass(frozen=True, slots=True)
class UnpostedExpense:
    """A row of ``GET /finance/accounting/unpostedexpenses``; one per expense, keyed by ``expense_detail_id``."""

    id: int  # GL entry id
    expense_detail_id: int  # what the export takes, and the id of the transaction
    member: Ref
    expense_type: Ref
    classification: str  # Reimbursable, NonReimbursable, Personal
    payment_method: Ref
    expense_date: date | None
    charge: str
    company: Ref
    location_id: int
    location: str
    account_number: str  # debit, colon-joined
    credit_account: str
    gl_type: str
    currency: str
    decimals: int
    total: Decimal
    tax_code: Ref = NO_REF
    sales_tax: Decimal = Decimal(0)
    avalara: bool = False


@dataclass(frozen=True, slots=True)
class ExportExpenseLine:
    """A ``detail`` of an expense bill: debit ``account_number`` by ``total``. ``entry_ids``: expense and offset."""

    entry_ids: tuple[int, ...]
    gl_type: str
    document_date: date | None
    account_number: str
    memo: str
    company: Ref
    total: Decimal
    expense_class: Ref = NO_REF
    billable: bool = False
    reimbursable: bool = True
    company_advance: bool = False


@dataclass(frozen=True, slots=True)
class ExportExpenseBill:
    """One of ``GLExport.expenseBills`` (*as bill* on): a member's expenses of a period. ``total`` positive."""

    id: int  # the id of one unposted row of the member: never taken by itself
    document_number: str
    document_date: date | None
    memo: str
    ap_account_number: str
    member: Ref
    vendor_number: str
    currency: str
    total: Decimal
    lines: tuple[ExportExpenseLine, ...]

    @property
    def all_entry_ids(self) -> tuple[int, ...]:
        """Every GL entry id of every line, sorted, once each."""
        return tuple(sorted({entry for line in self.lines for entry in line.entry_ids}))


@dataclass(frozen=True, slots=True)
class ExportExpense:
    """One of ``GLExport.expenses`` (*as bill* off): debit ``account_number``, credit ``offset_account``.

    Signs are Manage's own: unverified; the planner requires ``abs(total) == abs(offset_total)``.
    """

    id: int
    offset_id: int
    document_date: date | None
    account_number: str
    offset_account: str
    ap_account_number: str
    gl_type: str
    memo: str
    description: str
    member: Ref
    vendor_number: str
    company: Ref
    currency: str
    total: Decimal
    offset_total: Decimal
    period_start: date | None = None
    period_end: date | None = None

    @property
    def all_entry_ids(self) -> tuple[int, ...]:
        """Both GL entry ids."""
        return tuple(sorted({i for i in (self.id, self.offset_id) if i}))


@dataclass(frozen=True, slots=True)
class ExportedExpenses:
    """The expenses of an export, in the form that the package set-up asks for: bills, or one by one."""

    bills: tuple[ExportExpenseBill, ...] = ()
    expenses: tuple[ExportExpense, ...] = ()


@dataclass(frozen=True, slots=True)
class Member:
    """A member of Manage: ``vendor_number`` is the SL vendor id."""

    id: int
    identifier: str
    first_name: str = ""
    last_name: str = ""
    vendor_number: str = ""
    email: str = ""
    inactive: bool = False

"""The rules that the design leaves to the profile, as values; ``xlpy.profile.settings`` reads them from its file."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

# SL's text columns that are nobody's by themselves, and the tables in which one can be stamped with the id in Manage.
FREE_COLUMNS = ("User1", "User2", "User5", "User6")
STAMPED_TABLES = ("ARDoc", "APDoc", "GLTran", "INTran")
# What adjustments and transfers become: documents of Inventory, or journals where quantities are kept in Manage only.
DOCUMENTS, JOURNALS = "documents", "journals"


@dataclass(frozen=True, slots=True)
class PostingRules:
    """The rules that the design leaves to the profile."""

    batch_status: str = "B"  # B balanced, H on hold
    period: str = "By document date"  # used where Home, or a call, gives no period
    which_customer: str = ""  # empty: stop when bill-to differs; "bill-to" or "company"
    reference_rule: str = ""  # empty: stop above 10 characters; "strip" (reference_prefix) or "last10"
    reference_prefix: str = ""
    account_segments: tuple[int, ...] = ()  # of Manage's account text: the first is Acct, the others make Sub
    default_sub: str = ""
    locations: tuple[int, ...] = ()
    rate_max_age_days: int = 31
    tax_group_difference: int = 2  # smallest units by which SL's split of five or six taxes may differ, each agency
    due_days_tolerance: int = 0  # how far the due days of terms may differ before it is noted
    record_id_column: str = ""  # User column of ARDoc to stamp with the Manage id, such as User1
    user_columns: Mapping[str, str] = field(default_factory=dict)  # the same for ARDoc, APDoc, GLTran, INTran
    document_description: str = "{number} {company}"
    receipt_description: str = "{number} {slip}"
    expense_description: str = "Expenses {member} {date}"
    round_lines: bool = False  # whether lines with more decimals than their currency are rounded together, or a stop
    stock_cost_tolerance: int = -1  # percent by which the cost of what goes out may differ from SL's; -1: any
    company_paid_account: str = ""  # "account:sub" that offsets expenses which must not be paid to the member
    practice_release: bool = True  # whether SL's own release may be tried on what is written and rolled back
    inventory: str = DOCUMENTS  # what adjustments and transfers become in SL; JOURNALS: no quantities there
    approval: str = ""  # "two": another login approves what is posted, and who asked for it can't post it
    apply_credit_memos: bool = False  # whether the payment sync applies credit memos in Manage as SL applied them
    salesperson: str = ""  # of invoices: a fixed SL id, or "customer" for the one that SL has for the customer
    projects: Mapping[str, str] = field(default_factory=dict)  # Manage location, or "*" → "project" or "project:task"
    cost_journals: str = "invoice"  # one SL batch per invoice, or "run": one per run and period
    bins: Mapping[str, str] = field(default_factory=dict)  # Manage bin name → SL WhseLoc
    units: Mapping[str, str] = field(default_factory=dict)  # Manage unit name → SL unit

    def user_column(self, table: str) -> str:
        """Return the User column of an SL table to stamp with the id in Manage; empty for none."""
        return self.user_columns.get(table, "") or (self.record_id_column if table == "ARDoc" else "")


@dataclass(frozen=True, slots=True)
class MasterRules:
    """Which masters may be created when missing."""

    customers: bool = True
    vendors: bool = True
    products: bool = True

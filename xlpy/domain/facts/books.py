"""What SL says, as typed values: set-up, masters and references that the plan and its checks need.

Ids are stripped of SL's padding; mappings are keyed by ``sl_key(id)`` because SL compares without regard to case.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from xlpy.domain.facts.payables_books import PayablesBooks, PayablesNeeds
from xlpy.domain.facts.stock_books import StockBooks, StockNeeds
from xlpy.domain.values.transactions import Posting, TransactionKey


def sl_key(text: str) -> str:
    """Return the form in which SL compares ids: no trailing blanks, no case."""
    return text.rstrip().upper()


@dataclass(frozen=True, slots=True)
class FiscalCalendar:
    """GLSetup.NbrPer, FiscalPerEnd00.. (``MMDD`` of period 1, 2, …) and BegFiscalYr."""

    periods: int
    ends: tuple[str, ...]
    named_after_first_year: bool


@dataclass(frozen=True, slots=True)
class Company:
    """A row of vs_company."""

    cpny_id: str
    name: str
    active: bool
    base_currency: str
    coa_company: str  # CpnyCOA: whose chart of accounts it uses
    sub_company: str  # CpnySub: whose subaccounts it uses
    in_this_database: bool = True


@dataclass(frozen=True, slots=True)
class GlSetup:
    """GLSetup: periods are YYYYPP."""

    per_nbr: str
    last_close_per_nbr: str
    base_currency: str
    ledger_id: str
    validate_acct_sub: bool
    validate_at_posting: bool
    allow_post_opt: str  # A or P
    prior_period_modules: str  # ModPriorPost
    prior_year_post: bool
    calendar: FiscalCalendar
    set_up: bool = True
    auto_post: str = ""


@dataclass(frozen=True, slots=True)
class ArSetup:
    """ARSetup: accounts receivable set-up."""

    per_nbr: str
    curr_per_nbr: str
    auto_ref: bool
    gl_post_opt: str
    default_class: str
    ar_acct: str
    ar_sub: str
    set_up: bool = True
    price_decimals: int = 2
    quantity_decimals: int = 2
    default_statement_cycle: str = ""
    default_statement_type: str = "O"
    default_auto_apply: int = 0
    income_acct: str = ""
    income_sub: str = ""
    prepay_acct: str = ""
    prepay_sub: str = ""


@dataclass(frozen=True, slots=True)
class Account:
    """Account joined with vs_AcctXref of the company. ``in_company``: active for the company's chart."""

    acct: str
    active: bool
    in_company: bool
    currency: str = ""
    descr: str = ""


@dataclass(frozen=True, slots=True)
class SubAccount:
    """SubAcct joined with vs_subxref of the company."""

    sub: str
    active: bool
    in_company: bool


@dataclass(frozen=True, slots=True)
class Customer:
    """Customer: what an invoice takes from it."""

    cust_id: str
    name: str
    status: str  # A, O, R usable; I inactive, H hold
    class_id: str
    ar_acct: str
    ar_sub: str
    terms: str
    currency: str
    rate_type: str
    sls_acct: str = ""
    sls_sub: str = ""
    tax_ids: tuple[str, ...] = ()
    salesperson: str = ""


@dataclass(frozen=True, slots=True)
class CustomerClass:
    """CustClass: defaults of a new customer."""

    class_id: str
    ar_acct: str
    ar_sub: str
    sls_acct: str
    sls_sub: str
    prepay_acct: str
    prepay_sub: str
    terms: str
    price_class: str = ""
    price_level: str = ""
    trade_discount: Decimal = Decimal(0)


@dataclass(frozen=True, slots=True)
class Terms:
    """Terms: ``due_interval`` days when ``due_type`` is D; discounts in percent and days."""

    terms_id: str
    descr: str
    terms_type: str  # S single, M multiple instalment
    apply_to: str  # C customer, V vendor, B both
    due_type: str
    due_interval: int
    disc_type: str = ""
    disc_interval: int = 0
    disc_percent: Decimal = Decimal(0)


@dataclass(frozen=True, slots=True)
class SalesTax:
    """SalesTax: ``rate`` in percent; ``new_rate`` holds from ``new_rate_date`` on, when that is set."""

    tax_id: str
    tax_type: str  # T tax, G group
    rate: Decimal
    calc_type: str  # D document, I item
    price_included: str  # N or Y
    acct: str  # SlsTaxAcct
    sub: str  # SlsTaxSub
    descr: str = ""
    new_rate: Decimal = Decimal(0)
    new_rate_date: date | None = None
    old_rate: Decimal = Decimal(0)
    members: tuple[str, ...] = ()  # of a group, from SlsTaxGrp
    calc_level: str = "1"
    category_flag: str = "A"
    category_exceptions: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class CurrencyRate:
    """A row of CuryRate from a document currency to the base currency."""

    from_currency: str
    to_currency: str
    rate_type: str
    effective: date
    rate: Decimal
    mult_div: str


@dataclass(frozen=True, slots=True)
class ReferenceUse:
    """Who uses a reference number already. ``doc_type`` is empty for a reservation without any document."""

    ref_nbr: str
    doc_type: str
    cust_id: str
    cpny_id: str
    bat_nbr: str
    doc_class: str = ""
    released: bool = False


@dataclass(frozen=True, slots=True)
class SlBooks:
    """One consistent reading of SL for a set of Manage transactions; nothing here is read later."""

    company: Company
    gl: GlSetup
    ar: ArSetup
    code_page: str  # Python codec of the database's char columns, such as cp1252
    accounts: Mapping[str, Account] = field(default_factory=dict)
    subs: Mapping[str, SubAccount] = field(default_factory=dict)
    sub_lengths: tuple[int, ...] = ()  # FlexDef SUBACCOUNT segment lengths
    valid_combos_required: bool = False  # FlexDef.ValidCombosRequired
    combinations: frozenset[tuple[str, str]] = frozenset()  # active (acct, sub) of vs_AcctSub for the company
    customers: Mapping[str, Customer] = field(default_factory=dict)
    customer_classes: Mapping[str, CustomerClass] = field(default_factory=dict)
    customer_names: Mapping[str, tuple[str, ...]] = field(default_factory=dict)  # sl_key(name) → customer ids
    terms: Mapping[str, Terms] = field(default_factory=dict)
    taxes: Mapping[str, SalesTax] = field(default_factory=dict)
    multi_currency: bool = False  # CMSetup row with MCActivated
    ar_rate_type: str = ""  # CMSetup.ARRtTpDflt
    currencies: Mapping[str, int] = field(default_factory=dict)  # CuryId → DecPl
    rates: tuple[CurrencyRate, ...] = ()
    references: Mapping[str, tuple[ReferenceUse, ...]] = field(default_factory=dict)
    postings: Mapping[TransactionKey, Posting] = field(default_factory=dict)  # the latest generation of each
    states: frozenset[str] = frozenset()  # State.StateProvId
    countries: frozenset[str] = frozenset()  # Country.CountryID
    payables: PayablesBooks = field(default_factory=PayablesBooks)
    stock: StockBooks = field(default_factory=StockBooks)
    widths: Mapping[tuple[str, str], int] = field(default_factory=dict)  # (table, column) → bytes of char columns

    @property
    def base_decimals(self) -> int:
        """Decimals of the base currency."""
        return self.currencies.get(sl_key(self.gl.base_currency), 2)


@dataclass(frozen=True, slots=True)
class BooksNeeds:
    """What a set of transactions needs to know of SL; everything else of SL is small and read whole."""

    customers: frozenset[str] = frozenset()
    customer_names: frozenset[str] = frozenset()
    references: frozenset[str] = frozenset()
    currencies: frozenset[str] = frozenset()
    transactions: frozenset[TransactionKey] = frozenset()
    payables: PayablesNeeds = field(default_factory=PayablesNeeds)
    stock: StockNeeds = field(default_factory=StockNeeds)

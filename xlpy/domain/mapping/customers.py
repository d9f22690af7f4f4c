"""Which SL customer owes an invoice, and what a customer that SL lacks is created with."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from xlpy.domain.checks.table import found
from xlpy.domain.documents.ar import NewCustomer
from xlpy.domain.facts.books import Customer, SlBooks, sl_key
from xlpy.domain.facts.manage import ExportInvoice, ManageCompany, ManageMasters, UnpostedInvoice
from xlpy.domain.mapping.master_fields import MasterFields
from xlpy.domain.mapping.odd_ids import looks_like, odd_id, odd_in
from xlpy.domain.mapping.terms import AllTerms
from xlpy.domain.values.problems import Problem
from xlpy.domain.values.rules import MasterRules, PostingRules
from xlpy.domain.values.transactions import TransactionKey
from xlpy.domain.values.widths import Widths

USABLE = ("A", "O", "R")  # SL: Customer.Status; I is inactive, H on hold
BILL_TO = "bill-to"
COMPANY = "company"


@dataclass(frozen=True, slots=True)
class Owing:
    """Who owes an invoice: the SL customer id, and the Manage company that it stands for (0: not known)."""

    account: str
    company_id: int
    company_name: str


@dataclass(frozen=True, slots=True)
class ResolvedCustomer:
    """The customer of a document: one of SL, or one to be created; neither when it can't be written."""

    cust_id: str = ""
    customer: Customer | None = None
    new: NewCustomer | None = None
    problems: tuple[Problem, ...] = ()


def who_owes(
    invoice: ExportInvoice, unposted: UnpostedInvoice, masters: ManageMasters, rule: str
) -> tuple[Owing, bool]:
    """Decide whose invoice it is; the second value says whether that is left open (``which_customer`` not set).

    Without a bill-to company, or with one of the same Account, it is the export's companyAccountNumber.
    """
    company, bill_to = unposted.company or invoice.company, unposted.bill_to
    own = Owing(invoice.company_account_number, company.id, company.name or company.identifier)
    if not bill_to or bill_to.id == company.id:
        return own, False
    record, own_record = masters.companies.get(bill_to.id), masters.companies.get(company.id)
    billed = Owing(record.account_number if record else "", bill_to.id, bill_to.name or bill_to.identifier)
    ordered = Owing(
        own_record.account_number if own_record else invoice.company_account_number, company.id, own.company_name
    )
    if sl_key(billed.account) == sl_key(ordered.account):
        return own, False
    if rule == BILL_TO:
        return billed, False
    if rule == COMPANY:
        return ordered, False
    return own, True


def accounts_that_may_owe(invoice: ExportInvoice, unposted: UnpostedInvoice, masters: ManageMasters) -> set[str]:
    """Return every SL customer id that ``who_owes`` could answer, whatever the rule."""
    ids = {invoice.company.id, unposted.company.id, unposted.bill_to.id} - {0}
    known = {masters.companies[key].account_number for key in ids if key in masters.companies}
    return {account for account in {invoice.company_account_number, *known} if account}


class Customers:
    """Resolves customers against the books, each once; collects those to be created."""

    def __init__(
        self,
        *,
        masters: ManageMasters,
        books: SlBooks,
        posting: PostingRules,
        rules: MasterRules,
        terms: AllTerms,
        widths: Widths,
    ) -> None:
        self._masters = masters
        self._books = books
        self._rule = posting.which_customer
        self._may_create = rules.customers
        self._terms = terms
        self._widths = widths
        self._customers = {sl_key(key): customer for key, customer in books.customers.items()}
        self._classes = {sl_key(key): row for key, row in books.customer_classes.items()}
        self._names = {sl_key(key): ids for key, ids in books.customer_names.items()}
        self._cache: dict[tuple[str, int], ResolvedCustomer] = {}
        self._new_from: dict[str, tuple[int, str]] = {}

    def resolve(self, invoice: ExportInvoice, unposted: UnpostedInvoice) -> ResolvedCustomer:
        """Return the customer of an invoice, or what is wrong."""
        owing, left_open = who_owes(invoice, unposted, self._masters, self._rule)
        if left_open:
            billed = unposted.bill_to.name or unposted.bill_to.identifier
            return ResolvedCustomer(problems=(found("CUST-WHICH", f"{owing.company_name} / {billed}"),))
        key = (owing.account, owing.company_id)
        answer = self._cache.get(key)
        if answer is None:
            answer = self._cache[key] = self._resolve_anew(owing)
        return answer

    def of_id(self, cust_id: str) -> ResolvedCustomer | None:
        """Return a customer that SL has by its id; None when it has none of it. Nothing is created."""
        customer = self._customers.get(sl_key(cust_id))
        return None if customer is None else self._of_sl(customer, cust_id)

    def of_company(self, company: ManageCompany) -> ResolvedCustomer:
        """Return the customer that a company's Account names, whoever is billed for it."""
        return self._resolve_anew(Owing(company.account_number, company.id, company.name))

    @staticmethod
    def _of_sl(customer: Customer, asked: str) -> ResolvedCustomer:
        problems: tuple[Problem, ...] = ()
        if customer.status not in USABLE:
            status = customer.status or "blank"
            problems = (found("CUST-STATUS", asked, status, customer=customer.cust_id, status=status),)
        return ResolvedCustomer(customer.cust_id, customer, problems=problems)

    def _resolve_anew(self, owing: Owing) -> ResolvedCustomer:
        account = owing.account
        if not account:
            return ResolvedCustomer(problems=(found("CUST-EMPTY", owing.company_name, company=owing.company_name),))
        customer = self._customers.get(sl_key(account))
        if customer is not None:
            return self._of_sl(customer, account)
        if odd := odd_in(account):
            alike = looks_like(account, (one.cust_id for one in self._customers.values()))
            return ResolvedCustomer(problems=(odd_id("Customer", account, odd, alike),))
        if not self._widths.fits(account, "Customer", "CustId"):
            return ResolvedCustomer(problems=(found("CUST-WIDTH", account, customer=account),))
        record = self._masters.companies.get(owing.company_id)
        if not self._may_create or record is None:
            why = "creating customers is switched off" if not self._may_create else "Manage gave no company record"
            return ResolvedCustomer(problems=(found("CUST-MISSING", account, customer=account, why=why),))
        new, told = self._new_customer(account, record)
        if new is None:
            return ResolvedCustomer(problems=tuple(told))
        first = self._new_from.setdefault(sl_key(account), (record.id, record.name))
        if first[0] != record.id:
            names = f"{first[1]}, {record.name}"
            shared = found("CUST-SHARED", account, companies=names, customer=account)
            earlier = self._cache[next(key for key in self._cache if sl_key(key[0]) == sl_key(account))]
            return ResolvedCustomer(earlier.cust_id, new=earlier.new, problems=(*earlier.problems, shared))
        return ResolvedCustomer(account, new=new, problems=tuple(told))

    def _new_customer(self, cust_id: str, company: ManageCompany) -> tuple[NewCustomer | None, list[Problem]]:
        return new_customer(
            cust_id,
            company,
            masters=self._masters,
            books=self._books,
            terms=self._terms,
            widths=self._widths,
            names=self._names,
        )


def new_customer(
    cust_id: str,
    company: ManageCompany,
    *,
    masters: ManageMasters,
    books: SlBooks,
    terms: AllTerms,
    widths: Widths,
    names: Mapping[str, tuple[str, ...]],
) -> tuple[NewCustomer | None, list[Problem]]:
    """Build a customer from its Manage company and the default class, with what the user should know.

    Accounts: from the class, else AR Setup (SL: Customer Maintenance, CustClass, ARSetup). Terms, tax and currency:
    the company's in Manage where SL has them, else the class's terms, no tax, base currency. State and country stay
    blank when SL does not know them. None when the default class is missing.
    """
    classes = {sl_key(key): row for key, row in books.customer_classes.items()}
    ar = books.ar
    row = classes.get(sl_key(ar.default_class)) if ar.default_class else None
    if row is None:
        return None, [found("CUST-CLASS", company.name, ar.default_class, class_id=ar.default_class)]
    problems = [found("CUST-CREATE", company.name, cust_id, customer=cust_id, name=company.name, class_id=row.class_id)]
    others = [other for other in names.get(sl_key(company.name), ()) if sl_key(other) != sl_key(cust_id)]
    if others:
        problems.append(found("CUST-LIKE", company.name, ", ".join(others), others=", ".join(others)))

    fields = MasterFields(widths, "Customer", "customer", cust_id)
    states, countries = {sl_key(s): s for s in books.states}, {sl_key(c): c for c in books.countries}
    taxes = {sl_key(t): tax.tax_id for t, tax in books.taxes.items()}
    currencies = {sl_key(c): c for c in books.currencies}
    code = masters.tax_codes.get(company.tax_code.id)
    billing = masters.terms.get(company.terms.id)
    xref = billing.xref if billing else ""
    own_terms = terms.usable(xref)
    currency = company.currency if books.multi_currency else ""
    new = NewCustomer(
        cust_id=cust_id,
        name=fields.text("Name", company.name, "Name"),
        class_id=row.class_id,
        ar_acct=row.ar_acct or ar.ar_acct,
        ar_sub=row.ar_sub if row.ar_acct else ar.ar_sub,
        sls_acct=row.sls_acct or ar.income_acct,
        sls_sub=row.sls_sub if row.sls_acct else ar.income_sub,
        prepay_acct=row.prepay_acct or ar.prepay_acct,
        prepay_sub=row.prepay_sub if row.prepay_acct else ar.prepay_sub,
        terms=fields.only_if(own_terms is not None, "Terms", xref, own_terms.terms_id if own_terms else "")
        or row.terms,
        currency=currencies.get(sl_key(currency), "") if currency else books.gl.base_currency,
        price_class=row.price_class,
        price_level=row.price_level,
        trade_discount=row.trade_discount,
        address1=fields.text("Address", company.address1, "Addr1"),
        address2=fields.text("Address", company.address2, "Addr2"),
        city=fields.text("City", company.city, "City"),
        state=fields.known("State", company.state, states),
        zip=fields.whole(company.zip, "Zip"),
        country=fields.known("Country", company.country, countries),
        phone=fields.whole(company.phone, "Phone"),
        fax=fields.whole(company.fax, "Fax"),
        email=fields.whole(company.email, "EMailAddr"),
        attention=fields.text("Attention", company.contact, "Attn"),
        tax_id=fields.known("Tax code", code.identifier if code else "", taxes),
    )
    if not new.currency:
        fields.left_out("Currency", company.currency)
        new = replace(new, currency=books.gl.base_currency)
    return new, problems + fields.problems


def needed_by(new: NewCustomer, transactions: Sequence[TransactionKey]) -> NewCustomer:
    """Return the customer with the transactions that need it, in order."""
    return replace(new, needed_by=tuple(sorted(transactions)))

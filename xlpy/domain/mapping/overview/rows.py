"""The overview of mappings: the same rules that transactions are mapped by, asked of every record of Manage."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum

from xlpy.domain.checks.table import found
from xlpy.domain.facts.books import SlBooks, sl_key
from xlpy.domain.facts.manage import INVENTORY, ManageMasters, TaxCode
from xlpy.domain.mapping.accounts import Accounts
from xlpy.domain.mapping.customers import Customers
from xlpy.domain.mapping.items import Items, invt_id_of
from xlpy.domain.mapping.overview.likeness import Proposal, SlName, likeliest
from xlpy.domain.mapping.places import Places
from xlpy.domain.mapping.terms import FOR_VENDORS, AllTerms
from xlpy.domain.mapping.units import Units
from xlpy.domain.mapping.vendors import Vendors, names_of_member
from xlpy.domain.values.problems import Problem, Severity
from xlpy.domain.values.refs import Ref
from xlpy.domain.values.rules import MasterRules, PostingRules
from xlpy.domain.values.statuses import MappingState
from xlpy.domain.values.widths import Widths


class Master(StrEnum):
    """The masters of Manage that have partners in SL."""

    CUSTOMER = "Customer"
    VENDOR = "Vendor"
    MEMBER = "Member"
    ACCOUNT = "GL account"
    TAX_CODE = "Tax code"
    TERMS = "Billing terms"
    WAREHOUSE = "Warehouse"
    PRODUCT = "Product"


@dataclass(frozen=True, slots=True)
class MappingRow:
    """A row of the Mappings sheet. ``in_manage``: what Manage has typed as the partner; ``in_sl``: the partner.

    ``proposal``: the likeliest SL record where Manage names none, or one that SL lacks; ``reason`` says why.
    """

    state: MappingState
    kind: Master
    record: str
    name: str
    in_manage: str
    in_sl: str = ""
    what: str = ""
    fix: str = ""
    where: str = ""
    proposal: str = ""
    reason: str = ""


@dataclass(frozen=True, slots=True)
class SlNames:
    """What SL has, by name: to find the likeliest partner of what has none."""

    customers: tuple[SlName, ...] = ()
    vendors: tuple[SlName, ...] = ()
    items: tuple[SlName, ...] = ()
    sites: tuple[SlName, ...] = ()


class Mappings:
    """Asks the rules of every master. ``vendors``: ids of companies that Manage calls vendors."""

    def __init__(
        self,
        masters: ManageMasters,
        books: SlBooks,
        posting: PostingRules,
        master_rules: MasterRules,
        names: SlNames,
        vendors: frozenset[int],
    ) -> None:
        self._masters, self._books, self._names, self._vendor_ids = masters, books, names, vendors
        widths = Widths(books.widths, books.code_page)
        self._terms = AllTerms(books.terms, masters.terms, days_apart=posting.due_days_tolerance)
        for_vendors = AllTerms(books.terms, masters.terms, FOR_VENDORS, days_apart=posting.due_days_tolerance)
        self._customers = Customers(
            masters=masters, books=books, posting=posting, rules=master_rules, terms=self._terms, widths=widths
        )
        self._vendors = Vendors(masters=masters, books=books, rules=master_rules, terms=for_vendors, widths=widths)
        units = Units(masters, books, posting, widths)
        self._items = Items(masters=masters, books=books, rules=master_rules, units=units, widths=widths)
        self._places = Places(books, posting)
        self._accounts = Accounts(masters, books, posting.default_sub, posting.account_segments)

    def rows(self) -> tuple[MappingRow, ...]:
        """Return a row per record, kind by kind; within a kind what is missing first."""
        made = (
            *(*self._companies(), *self._members(), *self._gl_accounts(), *self._tax_codes()),
            *(*self._billing_terms(), *self._warehouses(), *self._products()),
        )
        kinds, states = list(Master), list(MappingState)
        return tuple(
            sorted(made, key=lambda r: (kinds.index(r.kind), states.index(r.state), r.name.casefold(), r.record))
        )

    def _companies(self) -> Iterator[MappingRow]:
        for company in self._masters.companies.values():
            names = (company.name,)
            is_vendor = company.id in self._vendor_ids or bool(company.vendor_identifier)
            if not is_vendor or company.account_number:
                customer = self._customers.of_company(company)
                yield _row(
                    *(Master.CUSTOMER, company.identifier, company.name, company.account_number),
                    *(customer.cust_id, customer.problems),
                    lambda names=names, zip_=company.zip: likeliest(names, zip_, self._names.customers),
                )
            if is_vendor:
                vendor = self._vendors.of_company(
                    company.vendor_identifier, Ref(company.id, company.identifier, company.name)
                )
                yield _row(
                    *(Master.VENDOR, company.identifier, company.name, company.vendor_identifier),
                    *(vendor.vend_id, vendor.problems),
                    lambda names=names, zip_=company.zip: likeliest(names, zip_, self._names.vendors),
                )

    def _members(self) -> Iterator[MappingRow]:
        for member in self._masters.members.values():
            shown = f"{member.first_name} {member.last_name}".strip() or member.identifier
            vendor = self._vendors.of_member(member.vendor_number, Ref(member.id, member.identifier, shown))
            yield _row(
                *(Master.MEMBER, member.identifier, shown, member.vendor_number, vendor.vend_id, vendor.problems),
                lambda member=member: likeliest(names_of_member(member), "", self._names.vendors),
            )

    def _gl_accounts(self) -> Iterator[MappingRow]:
        base = self._books.gl.base_currency
        seen: set[tuple[str, str]] = set()
        for text in sorted(self._masters.gl_accounts):
            taken = self._accounts.split(text)
            key = sl_key(taken.acct), sl_key(taken.sub)
            if not taken.acct or key in seen:
                continue
            seen.add(key)
            resolved = self._accounts.of_line(text, base)
            partner = f"{resolved.acct} {resolved.sub}".strip()
            account = self._books.accounts.get(sl_key(resolved.acct))
            yield _row(Master.ACCOUNT, text, account.descr if account else "", text, partner, resolved.problems)

    def _tax_codes(self) -> Iterator[MappingRow]:
        for code in self._masters.tax_codes.values():
            taxes = [self._books.taxes.get(sl_key(level.agency_xref)) for level in code.levels]
            partner = ", ".join(tax.tax_id for tax in taxes if tax is not None)
            name = code.description or code.identifier
            yield _row(Master.TAX_CODE, code.identifier, name, code.identifier, partner, self._of_tax_code(code))

    def _of_tax_code(self, code: TaxCode) -> tuple[Problem, ...]:
        """Check that each agency of a code is a tax of SL; what depends on amounts is for the check of documents."""
        problems: list[Problem] = []
        known = {sl_key(key) for key in self._books.taxes}
        for level in code.levels:
            if not level.agency_xref:
                problems.append(found("TAX-AGENCY", code.identifier, level=level.level, code=code.identifier))
            elif sl_key(level.agency_xref) not in known:
                problems.append(found("TAX-MISSING", level.agency_xref, tax=level.agency_xref))
        return tuple(problems)

    def _billing_terms(self) -> Iterator[MappingRow]:
        names = [SlName(terms.terms_id, terms.descr) for terms in self._books.terms.values()]
        for terms in self._masters.terms.values():
            resolved = self._terms.resolve(_TermsOf(Ref(terms.id, name=terms.name), terms.xref, terms.due_days))
            partner = resolved.terms.terms_id if resolved.terms else ""
            same_days = [n for n in names if self._days(n.id) == terms.due_days]
            yield _row(
                *(Master.TERMS, str(terms.id), terms.name, terms.xref, partner, resolved.problems),
                lambda terms=terms, alike=same_days: (
                    Proposal(alike[0].id, f"the only terms of {terms.due_days} days: {alike[0].name}")
                    if len(alike) == 1
                    else likeliest((terms.name,), "", names)
                ),
            )

    def _days(self, terms_id: str) -> int:
        return next(one.due_interval for one in self._books.terms.values() if one.terms_id == terms_id)

    def _warehouses(self) -> Iterator[MappingRow]:
        for warehouse in self._masters.warehouses.values():
            problems: list[Problem] = []
            site = self._places.site(warehouse.location_xref, warehouse.name, problems)
            yield _row(
                *(Master.WAREHOUSE, str(warehouse.id), warehouse.name, warehouse.location_xref, site, tuple(problems)),
                lambda name=warehouse.name: likeliest((name, f"Warehouse {name}"), "", self._names.sites),
            )

    def _products(self) -> Iterator[MappingRow]:
        """Yield the products that are kept in stock: invoice lines never need an item."""
        for product in self._masters.catalog.values():
            if product.product_class != INVENTORY:
                continue
            ref = Ref(product.id, product.identifier)
            resolved = self._items.resolve(ref)
            yield _row(
                *(Master.PRODUCT, product.identifier, product.description, invt_id_of(ref, self._masters)),
                *(resolved.invt_id, resolved.problems),
                lambda name=product.description: likeliest((name,), "", self._names.items),
            )


@dataclass(frozen=True, slots=True)
class _TermsOf:
    """Billing terms as a document would name them."""

    terms: Ref
    terms_xref: str
    due_days: int | None


_GRAVITY = (Severity.NOTE, Severity.CREATE, Severity.STOP)


def _row(
    kind: Master,
    record: str,
    name: str,
    in_manage: str,
    in_sl: str,
    problems: Iterable[Problem],
    propose: object = None,
) -> MappingRow:
    """Make the row: the gravest finding decides its state, and a partner is proposed where there is none."""
    told = sorted(problems, key=lambda one: -_GRAVITY.index(one.severity))
    gravest = told[0].severity if told else None
    state = MappingState.MAPPED
    if gravest is Severity.STOP:
        state = MappingState.MISSING if in_manage.strip() else MappingState.BLANK
    elif gravest is Severity.CREATE:
        state = MappingState.CREATED
    proposal = propose() if callable(propose) and state is not MappingState.MAPPED else Proposal()
    shown = [one for one in told if one.severity is gravest]
    return MappingRow(
        state=state,
        kind=kind,
        record=record,
        name=name,
        in_manage=in_manage.strip(),
        in_sl="" if state in (MappingState.MISSING, MappingState.BLANK) else in_sl,
        what=". ".join(dict.fromkeys(one.what for one in shown)),
        fix="; ".join(dict.fromkeys(one.fix for one in shown)),
        where="; ".join(dict.fromkeys(one.where for one in shown)),
        proposal=proposal.id,
        reason=proposal.reason,
    )

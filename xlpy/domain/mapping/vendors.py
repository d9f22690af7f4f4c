"""Which SL vendor a bill or a receipt is owed to, and what a vendor that SL lacks is created with."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from xlpy.domain.checks.table import found
from xlpy.domain.documents.ap import NewVendor
from xlpy.domain.facts.books import SlBooks, sl_key
from xlpy.domain.facts.manage import ManageCompany, ManageMasters
from xlpy.domain.facts.manage_expenses import Member
from xlpy.domain.facts.payables_books import Vendor
from xlpy.domain.mapping.master_fields import MasterFields
from xlpy.domain.mapping.odd_ids import looks_like, odd_id, odd_in
from xlpy.domain.mapping.terms import AllTerms
from xlpy.domain.values.problems import Problem
from xlpy.domain.values.refs import Ref
from xlpy.domain.values.rules import MasterRules
from xlpy.domain.values.transactions import TransactionKey
from xlpy.domain.values.widths import Widths

ON_HOLD = "H"  # SL: Vendor.Status; its own list of active vendors takes every other one, one-time vendors too


@dataclass(frozen=True, slots=True)
class ResolvedVendor:
    """The vendor of a document: one of SL, or one to be created; neither when it can't be written."""

    vend_id: str = ""
    vendor: Vendor | None = None
    new: NewVendor | None = None
    problems: tuple[Problem, ...] = ()

    @property
    def control(self) -> tuple[str, str]:
        """The vendor's own payables account and sub."""
        known = self.vendor or self.new
        return (known.ap_acct, known.ap_sub) if known else ("", "")

    @property
    def class_id(self) -> str:
        """The vendor's class."""
        known = self.vendor or self.new
        return known.class_id if known else ""

    @property
    def terms(self) -> str:
        """The vendor's terms id in SL."""
        known = self.vendor or self.new
        return known.terms if known else ""

    @property
    def rate_type(self) -> str:
        """The vendor's rate type; empty when it has none."""
        return self.vendor.rate_type if self.vendor else ""


@dataclass(frozen=True, slots=True)
class _Payee:
    """Who is to be paid, as Manage knows it: a company or a member. ``names``: what SL may know it by."""

    is_member: bool
    id: int
    shown: str
    name: str
    names: tuple[str, ...]
    company: ManageCompany  # of a member: with nothing but the name and the e-mail address


def person_name(member: Member) -> str:
    """Return a member's name as SL keeps names of persons: ``Last~First``; its screens turn it round."""
    first, last = (part.replace("~", "-").strip() for part in (member.first_name, member.last_name))
    return f"{last}~{first}" if first and last else first or last or member.identifier


def names_of_member(member: Member) -> tuple[str, ...]:
    """Return the names by which SL may know a member already."""
    plain = f"{member.first_name} {member.last_name}".strip()
    return tuple(dict.fromkeys(name for name in (person_name(member), plain) if name))


class Vendors:
    """Resolves vendors against the books, each once, and builds those that are to be created."""

    def __init__(
        self, *, masters: ManageMasters, books: SlBooks, rules: MasterRules, terms: AllTerms, widths: Widths
    ) -> None:
        self._masters = masters
        self._books = books
        self._may_create = rules.vendors
        self._terms = terms
        self._widths = widths
        payables = books.payables
        self._vendors = {sl_key(key): vendor for key, vendor in payables.vendors.items()}
        self._names = {sl_key(key): ids for key, ids in payables.vendor_names.items()}
        self._cache: dict[tuple[str, bool, int], ResolvedVendor] = {}
        self._new_from: dict[str, tuple[_Payee, ResolvedVendor]] = {}

    def of_company(self, number: str, ref: Ref) -> ResolvedVendor:
        """Return the vendor of a receipt; ``number`` is the Vendor XRef of the company ``ref``."""
        record = self._masters.companies.get(ref.id)
        shown = ref.name or ref.identifier or (record.name if record else "")
        if not number:
            return ResolvedVendor(problems=(found("VEND-EMPTY", shown, vendor=shown),))
        payee = _Payee(False, record.id, record.name, record.name, (record.name,), record) if record else None
        return self._resolve(number, False, ref.id, payee)

    def of_member(self, number: str, ref: Ref) -> ResolvedVendor:
        """Return the vendor of an expense bill; ``number`` is the Vendor Nbr of the member ``ref``."""
        record = self._masters.members.get(ref.id)
        shown = ref.name or ref.identifier
        if not number:
            return ResolvedVendor(problems=(found("VEND-MEMBER", shown, member=shown),))
        payee = None
        if record is not None:
            name = person_name(record)
            company = ManageCompany(0, record.identifier, name, email=record.email)
            payee = _Payee(True, record.id, record.identifier, name, names_of_member(record), company)
        return self._resolve(number, True, ref.id, payee)

    def _resolve(self, number: str, is_member: bool, record_id: int, payee: _Payee | None) -> ResolvedVendor:
        key = (sl_key(number), is_member, record_id)
        answer = self._cache.get(key)
        if answer is None:
            answer = self._cache[key] = self._resolve_anew(number, payee)
        return answer

    def _resolve_anew(self, number: str, payee: _Payee | None) -> ResolvedVendor:
        vendor = self._vendors.get(sl_key(number))
        if vendor is not None:
            problems: tuple[Problem, ...] = ()
            if vendor.status == ON_HOLD:
                problems = (found("VEND-STATUS", number, ON_HOLD, vendor=vendor.vend_id),)
            return ResolvedVendor(vendor.vend_id, vendor, problems=problems)
        if odd := odd_in(number):
            alike = looks_like(number, (one.vend_id for one in self._vendors.values()))
            return ResolvedVendor(problems=(odd_id("Vendor", number, odd, alike),))
        if not self._widths.fits(number, "Vendor", "VendId"):
            return ResolvedVendor(problems=(found("VEND-WIDTH", number, vendor=number),))
        if not self._may_create or payee is None:
            why = "creating vendors is switched off" if not self._may_create else "Manage gave no record of it"
            return ResolvedVendor(problems=(found("VEND-MISSING", number, vendor=number, why=why),))
        first = self._new_from.get(sl_key(number))
        if first is not None:
            names = f"{first[0].shown}, {payee.shown}"
            shared = found("VEND-SHARED", number, names=names, vendor=number)
            return replace(first[1], problems=(*first[1].problems, shared))
        answer = self._created(number, payee)
        self._new_from[sl_key(number)] = (payee, answer)
        return answer

    def _created(self, vend_id: str, payee: _Payee) -> ResolvedVendor:
        """Build a vendor from its Manage record and the default class.

        Accounts and terms: from the class, else AP Setup (SL: Vendor Maintenance, VendClass, APSetup); terms and
        currency are the company's in Manage where SL has them. No vendor when the default class is missing.
        """
        books, ap, company = self._books, self._books.payables.setup, payee.company
        classes = {sl_key(key): row for key, row in books.payables.vendor_classes.items()}
        row = classes.get(sl_key(ap.default_class)) if ap.default_class else None
        if row is None:
            missing = found("VEND-CLASS", payee.shown, ap.default_class, class_id=ap.default_class)
            return ResolvedVendor(problems=(missing,))
        shown = payee.name.replace("~", ", ")
        problems = [found("VEND-CREATE", shown, vend_id, vendor=vend_id, name=shown, class_id=row.class_id)]
        others = sorted({o for name in payee.names for o in self._names.get(sl_key(name), ())} - {vend_id})
        if others:
            problems.append(found("VEND-LIKE", shown, ", ".join(others), others=", ".join(others)))
        fields = MasterFields(self._widths, "Vendor", "vendor", vend_id)
        billing = self._terms.billing(company.terms)
        xref = billing.xref if billing else ""
        own_terms = self._terms.usable(xref)
        new = NewVendor(
            vend_id=vend_id,
            name=self._name(payee, fields),
            class_id=row.class_id,
            ap_acct=row.ap_acct or ap.ap_acct,
            ap_sub=row.ap_sub if row.ap_acct else ap.ap_sub,
            exp_acct=row.exp_acct or ap.exp_acct,
            exp_sub=row.exp_sub if row.exp_acct else ap.exp_sub,
            ppay_acct=row.ppay_acct or ap.ppay_acct,
            ppay_sub=row.ppay_sub if row.ppay_acct else ap.ppay_sub,
            terms=fields.only_if(own_terms is not None, "Terms", xref, own_terms.terms_id if own_terms else "")
            or row.terms
            or ap.terms,
            currency=self._currency(company, fields),
            address1=fields.text("Address", company.address1, "Addr1"),
            address2=fields.text("Address", company.address2, "Addr2"),
            city=fields.text("City", company.city, "City"),
            state=fields.known("State", company.state, {sl_key(s): s for s in books.states}),
            zip=fields.whole(company.zip, "Zip"),
            country=fields.known("Country", company.country, {sl_key(c): c for c in books.countries}),
            phone=fields.whole(company.phone, "Phone"),
            fax=fields.whole(company.fax, "Fax"),
            email=fields.whole(company.email, "EMailAddr"),
            attention=fields.text("Attention", company.contact, "Attn"),
        )
        return ResolvedVendor(vend_id, new=new, problems=(*problems, *fields.problems))

    def _name(self, payee: _Payee, fields: MasterFields) -> str:
        """Return the name as SL holds it. The tilde of a person's name is SL's own; any other becomes a hyphen."""
        last, tilde, first = payee.name.partition("~") if payee.is_member else (payee.name, "", "")
        if tilde:
            name = f"{fields.text('Name', last, 'Name')}~{fields.text('Name', first, 'Name')}"
            if self._widths.fits(name, "Vendor", "Name"):
                return name
        return fields.text("Name", f"{first} {last}".strip(), "Name")

    def _currency(self, company: ManageCompany, fields: MasterFields) -> str:
        books = self._books
        if not company.currency or not books.multi_currency:
            return books.gl.base_currency
        spelt = {sl_key(c): c for c in books.currencies}
        return fields.known("Currency", company.currency, spelt) or books.gl.base_currency


def vendors_needed(new: Iterable[tuple[NewVendor, Iterable[TransactionKey]]]) -> tuple[NewVendor, ...]:
    """Return the vendors to be created, each once in the order of their ids, with the transactions that need it."""
    vendors: dict[str, NewVendor] = {}
    needed: dict[str, set[TransactionKey]] = {}
    for vendor, transactions in new:
        key = sl_key(vendor.vend_id)
        vendors.setdefault(key, vendor)
        needed.setdefault(key, set()).update(transactions)
    return tuple(replace(vendors[key], needed_by=tuple(sorted(needed[key]))) for key in sorted(vendors))

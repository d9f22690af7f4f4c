"""SL's terms of a document: which, until when, and the discount they give."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Protocol

from xlpy.domain.checks.table import found
from xlpy.domain.facts.books import Terms, sl_key
from xlpy.domain.facts.manage import BillingTerms, Ref
from xlpy.domain.values.money import round_money
from xlpy.domain.values.problems import Problem

WIDEST_TERMS = 2  # SL: Terms.TermsId char(2)
_BY_DAYS = "D"
FOR_CUSTOMERS, FOR_VENDORS = "C", "V"  # SL: Terms.ApplyTo; B is for both


class HasTerms(Protocol):
    """A document of Manage's export with billing terms: an invoice, an item receipt."""

    @property
    def terms(self) -> Ref:
        """The billing terms."""

    @property
    def terms_xref(self) -> str:
        """Their Xref as the export gives it."""

    @property
    def due_days(self) -> int | None:
        """Their due days as the export gives them."""


@dataclass(frozen=True, slots=True)
class ResolvedTerms:
    """SL's terms with what is wrong with them; ``terms`` is None when they can't be used."""

    terms: Terms | None = None
    problems: tuple[Problem, ...] = ()


class AllTerms:
    """Resolves billing terms against SL's terms, each Xref once. ``apply_to``: whom they have to be for.

    ``days_apart``: how far due days may differ before it is noted.
    """

    def __init__(
        self,
        terms: Mapping[str, Terms],
        billing_terms: Mapping[int, BillingTerms],
        apply_to: str = FOR_CUSTOMERS,
        *,
        days_apart: int = 0,
    ) -> None:
        self._apply_to = apply_to
        self._days_apart = days_apart
        self._terms = {sl_key(key): row for key, row in terms.items()}
        self._billing_terms = billing_terms
        self._cache: dict[tuple[int, str, int | None], ResolvedTerms] = {}

    def resolve(self, document: HasTerms) -> ResolvedTerms:
        """Return SL's terms of a document. The export's Xref wins, else that of the billing terms."""
        key = (document.terms.id, document.terms_xref, document.due_days)
        answer = self._cache.get(key)
        if answer is None:
            answer = self._cache[key] = self._resolve_anew(document)
        return answer

    def usable(self, xref: str) -> Terms | None:
        """Return single-payment terms for this side (customers or vendors) by their id, or None."""
        terms = self._terms.get(sl_key(xref)) if xref else None
        return terms if terms is not None and terms.terms_type == "S" and self._applies(terms) else None

    def billing(self, terms: Ref) -> BillingTerms | None:
        """Return Manage's record of billing terms."""
        return self._billing_terms.get(terms.id)

    def _applies(self, terms: Terms) -> bool:
        return terms.apply_to in (self._apply_to, "B")

    def _resolve_anew(self, document: HasTerms) -> ResolvedTerms:
        billing = self.billing(document.terms)
        xref = document.terms_xref or (billing.xref if billing else "")
        name = document.terms.name or (billing.name if billing else "")
        if not xref:
            return ResolvedTerms(problems=(found("TERMS-EMPTY", name, terms=name),))
        if len(xref) > WIDEST_TERMS:
            return ResolvedTerms(problems=(found("TERMS-WIDTH", xref, xref=xref),))
        terms = self._terms.get(sl_key(xref))
        if terms is None:
            return ResolvedTerms(problems=(found("TERMS-MISSING", f"{name} {xref}".strip(), xref=xref),))
        problems: list[Problem] = []
        if terms.terms_type != "S":
            problems.append(found("TERMS-MULTIPLE", xref, terms.descr, xref=xref))
        for_customers = self._apply_to == FOR_CUSTOMERS
        if not self._applies(terms):
            code = "TERMS-VENDOR" if for_customers else "TERMS-CUSTOMER"
            problems.append(found(code, xref, terms.descr, xref=xref))
        if not (xref.isascii() and xref.isdecimal()):
            problems.append(found("TERMS-NUMBER", xref, terms.terms_id, xref=xref))
        days = billing.due_days if billing else document.due_days
        if terms.due_type == _BY_DAYS and days is not None and abs(days - terms.due_interval) > self._days_apart:
            problems.append(
                found(
                    "TERMS-DAYS" if for_customers else "TERMS-DAYS-SL",
                    str(days),
                    str(terms.due_interval),
                    xref=xref,
                    in_manage_days=days,
                    held=terms.due_interval,
                )
            )
        if terms.disc_percent and terms.disc_type != _BY_DAYS:
            problems.append(found("TERMS-DISCOUNT", xref, terms.disc_type, xref=xref))
        return ResolvedTerms(terms, tuple(problems))


def discount(terms: Terms | None, cury_total: Decimal, doc_date: date, decimals: int) -> tuple[Decimal, date]:
    """Return the discount that terms offer (document currency) and its last day; 0 and the document date if none.

    SL: CuryDiscBal = document total × Terms.DiscPct. Unverified: DiscType ``D`` counts DiscIntrv days, as DueType does.
    """
    if terms is None or not terms.disc_percent or terms.disc_type != _BY_DAYS or cury_total <= 0:
        return round_money(Decimal(0), decimals), doc_date
    return round_money(cury_total * terms.disc_percent / 100, decimals), doc_date + timedelta(terms.disc_interval)

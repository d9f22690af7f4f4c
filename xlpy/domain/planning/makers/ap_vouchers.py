"""Vouchers and debit adjustments of screen 03010: what expense bills and item receipts have in common.

SL: both are positive, the type decides (VO is owed to the vendor, AD is owed by it); a line against the document's
side is negative. Only lines are written: the release makes the tax lines and the line of the control account.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal

from xlpy.domain.checks.table import found
from xlpy.domain.documents.ap import ApDocument, ApLine
from xlpy.domain.documents.plan import PlanOptions
from xlpy.domain.documents.shared import RateUsed
from xlpy.domain.facts.books import SalesTax, SlBooks, Terms, sl_key
from xlpy.domain.facts.manage import ExportTaxLevel, ManageMasters
from xlpy.domain.facts.payables_books import VendorInvoiceUse
from xlpy.domain.facts.periods import calendar_is_usable, is_period
from xlpy.domain.mapping.accounts import Accounts, Resolved
from xlpy.domain.mapping.currencies import Currencies, CurrencyDecimals
from xlpy.domain.mapping.dates import DocumentDates, usable_date
from xlpy.domain.mapping.taxes import NO_TAXES, ResolvedTaxes, TaxAccounts, Taxes
from xlpy.domain.mapping.terms import FOR_VENDORS, AllTerms, discount
from xlpy.domain.mapping.vendors import ResolvedVendor, Vendors
from xlpy.domain.planning.own_rules import OwnRules, without_rules
from xlpy.domain.values.money import round_money, to_base, total
from xlpy.domain.values.problems import Problem, has_stop
from xlpy.domain.values.refs import NO_REF, Ref
from xlpy.domain.values.rules import MasterRules, PostingRules
from xlpy.domain.values.transactions import TransactionKey
from xlpy.domain.values.widths import Widths

VOUCHER, ADJUSTMENT = "VO", "AD"


@dataclass(frozen=True, slots=True)
class VoucherLine:
    """A line to be written. ``amount``: document currency, what it adds to what is owed to the vendor."""

    account: Resolved
    amount: Decimal
    text: str
    quantity: Decimal = Decimal(0)  # size; it takes the sign of the line
    unit_price: Decimal = Decimal(0)
    unit: str = ""
    transaction: TransactionKey | None = None


@dataclass(frozen=True, slots=True)
class VoucherFacts:
    """What is known of a voucher before it is built. ``payable``: negative makes a debit adjustment.

    ``day`` is None when it can't be used; ``due`` is what a voucher is due at (an adjustment: at its date).
    ``levels`` carry the side of ``payable``: they add up to it together with the lines.
    """

    transactions: tuple[TransactionKey, ...]
    vendor: ResolvedVendor
    payable: Decimal
    day: date | None
    due: date | None
    terms: Terms | None
    currency: str
    ap_account: str
    invc_nbr: str
    invc_date: date | None
    lines: tuple[VoucherLine, ...]
    descr: str
    levels: tuple[ExportTaxLevel, ...] = ()
    tax_code: Ref = NO_REF
    tax_accounts: tuple[str, ...] = ()  # Manage's texts of the tax lines
    own_period: str = ""  # as typed on its rows


class Vouchers:
    """Builds AP documents; masters are resolved once for all of them."""

    def __init__(
        self,
        options: PlanOptions,
        masters: ManageMasters,
        books: SlBooks,
        posting: PostingRules,
        master_rules: MasterRules,
        own: OwnRules | None = None,
    ) -> None:
        self._books = books
        self._masters = masters
        payables = books.payables
        self.widths = Widths(books.widths, books.code_page)
        self.own = own or without_rules(self.widths, posting)
        self.decimals = CurrencyDecimals(books, masters)
        self.accounts = Accounts(masters, books, posting.default_sub, posting.account_segments)
        self.terms = AllTerms(books.terms, masters.terms, FOR_VENDORS, days_apart=posting.due_days_tolerance)
        self.vendors = Vendors(masters=masters, books=books, rules=master_rules, terms=self.terms, widths=self.widths)
        self.dates = DocumentDates(books.gl, payables.setup, options.period, "AP")
        self._currencies = Currencies(books, posting.rate_max_age_days)
        self._classes = {sl_key(key): row for key, row in payables.vendor_classes.items()}
        self._invoices = {
            (sl_key(vendor), sl_key(number)): uses for (vendor, number), uses in payables.vendor_invoices.items()
        }
        purchase = {sl_key(key): accounts for key, accounts in payables.purchase_tax_accounts.items()}
        self._tax_rows = {sl_key(key): _of_purchases(row, purchase) for key, row in books.taxes.items()}
        self._taxes: dict[str, Taxes] = {}
        self._tax_group_difference = posting.tax_group_difference
        self._tax_accounts = TaxAccounts(self.accounts.split)

    @property
    def base_currency(self) -> str:
        """GLSetup.BaseCuryId."""
        return self._currencies.base_currency

    def currency(self, given: str, problems: list[Problem]) -> str:
        """Return a document's currency: the base currency, with a note, when Manage gives none."""
        if not given:
            base = self.base_currency
            problems.append(found("CURY-EMPTY", in_sl=base, currency=base))
        return given or self.base_currency

    def uses_of(self, vendor: ResolvedVendor, invc_nbr: str) -> tuple[VendorInvoiceUse, ...]:
        """Return the vendor's documents in SL, not void, that have this vendor invoice number."""
        return self._invoices.get((sl_key(vendor.vend_id), sl_key(invc_nbr)), ())

    def used(self, vendor: ResolvedVendor, use: VendorInvoiceUse) -> Problem:
        """Say that a vendor invoice number is taken: a stop, unless SL's own check is switched off."""
        code = "INVC-USED" if self._books.payables.setup.duplicate_check else "INVC-USED-ALLOWED"
        return found(code, use.invc_nbr, _shown(use), vendor=vendor.vend_id)

    def build(self, facts: VoucherFacts, problems: list[Problem]) -> tuple[str, ApDocument | None]:
        """Check period, rate, accounts, taxes and texts, and build the document: (period, document).

        All problems are added, whatever stops it first. No document when one of them is a stop.
        """
        period, rate = "", None
        if facts.day is not None:
            period, wrong = self.dates.period(facts.day, facts.own_period)
            problems.extend(wrong)
            rate_type = facts.vendor.rate_type or self._books.payables.rate_type
            rate, wrong = self._currencies.rate_of_type(facts.currency, rate_type, facts.day)
            problems.extend(wrong)
        control = self._control(facts, problems)
        for line in facts.lines:
            problems.extend(line.account.problems)
        sign = -1 if facts.payable < 0 else 1
        taxes = NO_TAXES
        if facts.day is not None and facts.levels:
            # Without a rate the taxes are checked all the same.
            usable = rate or RateUsed(facts.currency, Decimal(1), "M", "", facts.day, self.decimals.of(facts.currency))
            taxes = self._resolve_taxes(facts, sign, facts.day, usable, problems)
        descr, texts = self._texts(facts, problems)
        if has_stop(problems) or facts.day is None or facts.invc_date is None or rate is None or not period:
            return period, None
        return period, self._document(facts, facts.day, facts.invc_date, rate, control, taxes, descr, texts)

    def _document(
        self,
        facts: VoucherFacts,
        day: date,
        invc_date: date,
        rate: RateUsed,
        control: Resolved,
        taxes: ResolvedTaxes,
        descr: str,
        texts: Sequence[str],
    ) -> ApDocument:
        sign = -1 if facts.payable < 0 else 1
        cury_total = round_money(facts.payable * sign, rate.decimals)
        decimals = self._books.base_decimals
        lines = tuple(self._line(line, text, sign, rate) for line, text in zip(facts.lines, texts, strict=True))
        base_total = to_base(cury_total, rate.rate, rate.mult_div, decimals)
        difference = base_total - total(slot.tax for slot in taxes.slots) - total(line.amount for line in lines)
        terms = facts.terms if sign > 0 else None
        cury_discount, disc_date = discount(terms, cury_total, invc_date, rate.decimals)
        return ApDocument(
            transactions=facts.transactions,
            box_1099=_box_of(facts.vendor),
            doc_type=VOUCHER if sign > 0 else ADJUSTMENT,
            vend_id=facts.vendor.vend_id,
            doc_date=day,
            due_date=facts.due if sign > 0 and facts.due else day,
            disc_date=disc_date if cury_discount else day,
            terms=terms.terms_id if terms else "",
            rate=rate,
            ap_acct=control.acct,
            ap_sub=control.sub,
            cury_total=cury_total,
            total=base_total,
            cury_discount=cury_discount,
            discount=to_base(cury_discount, rate.rate, rate.mult_div, decimals),
            invc_nbr=facts.invc_nbr,
            invc_date=invc_date,
            taxes=taxes.slots,
            tax_postings=taxes.postings,
            lines=lines,
            descr=descr,
            base_difference=difference,
        )

    def _line(self, line: VoucherLine, text: str, sign: int, rate: RateUsed) -> ApLine:
        """Put a line on the document's side. The price is never negative: the quantity carries the sign."""
        inventory = self._books.stock.setup
        amount = line.amount * sign or abs(line.amount)
        quantity = round_money(abs(line.quantity), inventory.quantity_decimals)
        price = round_money(abs(line.unit_price), inventory.cost_decimals)
        return ApLine(
            acct=line.account.acct,
            sub=line.account.sub,
            cury_amount=amount,
            amount=to_base(amount, rate.rate, rate.mult_div, self._books.base_decimals),
            quantity=-quantity if amount < 0 and quantity else quantity,
            cury_unit_price=price,
            unit_price=to_base(price, rate.rate, rate.mult_div, inventory.cost_decimals),
            unit=line.unit if self.widths.fits(line.unit, "APTran", "UnitDesc") else "",
            descr=text,
            transaction=line.transaction,
        )

    def _control(self, facts: VoucherFacts, problems: list[Problem]) -> Resolved:
        """Resolve the payables account: Manage's, with the sub of vendor, class or set-up when it has none."""
        acct, sub = facts.vendor.control
        class_row = self._classes.get(sl_key(facts.vendor.class_id))
        subs = (sub, class_row.ap_sub if class_row else "", self._books.payables.setup.ap_sub)
        control = self.accounts.of_control(facts.ap_account, facts.currency, subs, "SUB-AP-CONTROL")
        problems.extend(control.problems)
        if acct and control.acct:
            same = sl_key(acct) == sl_key(control.acct)
            if not same or (sub and control.sub and sl_key(sub) != sl_key(control.sub)):
                problems.append(found("AP-ACCT", f"{control.acct} {control.sub}".strip(), f"{acct} {sub}".strip()))
        return control

    def _resolve_taxes(
        self, facts: VoucherFacts, sign: int, day: date, rate: RateUsed, problems: list[Problem]
    ) -> ResolvedTaxes:
        taxes = self._taxes.get(rate.currency)
        if taxes is None:
            taxes = self._taxes[rate.currency] = Taxes(
                lambda tax_id: self._tax_rows.get(sl_key(tax_id)),
                self._masters.tax_codes,
                lambda acct, sub: self.accounts.check(acct, sub, rate.currency, acct),
                self._books.base_decimals,
                "purchase",
                self._tax_group_difference,
            )
        levels = [replace(level, tax=level.tax * sign, taxable=level.taxable * sign) for level in facts.levels]
        resolved = taxes.resolve(levels, facts.tax_code.id, facts.tax_code.name, day, rate)
        problems.extend(resolved.problems)
        problems.extend(self._tax_accounts.differing(facts.tax_accounts, resolved.postings))
        return resolved

    def _texts(self, facts: VoucherFacts, problems: list[Problem]) -> tuple[str, list[str]]:
        """Return the descriptions of document and lines as SL holds them; one note for all that were changed."""
        descr = self.widths.fit(facts.descr, "APDoc", "DocDesc")
        fitted = [self.widths.fit(line.text, "APTran", "TranDesc") for line in facts.lines]
        if descr.shortened or any(text.shortened for text in fitted):
            problems.append(found("TEXT-SHORT"))
        if descr.replaced or any(text.replaced for text in fitted):
            problems.append(found("TEXT-CHARS"))
        return descr.text, [text.text for text in fitted]


def _of_purchases(row: SalesTax, accounts: dict[str, tuple[str, str]]) -> SalesTax:
    """Return a tax with its purchase account. Blank is not allowed: SL would post the tax to the control account."""
    acct, sub = accounts.get(sl_key(row.tax_id), ("", ""))
    return replace(row, acct=acct, sub=sub)


def line_taking_ap_difference(lines: Sequence[ApLine]) -> int | None:
    """Return the index of the line that the release adds the base rounding difference to: the first one.

    SL: vp_03400Curydiffvo; unlike the release of receivables it takes a line whose base amount is 0 as well.
    """
    return 0 if lines else None


def ap_setup_problems(books: SlBooks) -> tuple[Problem, ...]:
    """Check what the books tell about the set-up of Accounts Payable; only asked when there is a voucher to write."""
    ap, calendar = books.payables.setup, books.gl.calendar
    problems = [] if ap.set_up else [found("AP-SETUP")]
    if ap.set_up and calendar_is_usable(calendar):
        periods = (ap.per_nbr, ap.curr_per_nbr or ap.per_nbr)
        problems.extend(found("PERIODS", in_sl=p, module="AP") for p in periods if not is_period(p, calendar))
    return tuple(dict.fromkeys(problems))


def _shown(use: VendorInvoiceUse) -> str:
    return f"{use.doc_type} {use.ref_nbr}, batch {use.bat_nbr}"


def due_after(day: date | None, days: int, problems: list[Problem]) -> date | None:
    """Return the day so many days later, when SL can hold it."""
    if day is None:
        return None
    try:
        return usable_date(day + timedelta(days), problems)
    except OverflowError:
        problems.append(found("DUE-MISSING"))
        return None


def _box_of(vendor: ResolvedVendor) -> str:
    """Return the 1099 box of a vendor's lines; none of a vendor that is no 1099 vendor, or that is to be created."""
    return vendor.vendor.box_1099 if vendor.vendor is not None and vendor.vendor.vend_1099 else ""
